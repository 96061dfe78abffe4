from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.agreement.handoff import STAGES
from syncd.agreement.scoring import NO_BAND
from syncd.engine.provision import needed, provisioned
from syncd.model import RemoteField
from syncd.spi import Misconfigured
from tests.engine.build import AGREEMENT, MAPPING, Home

WRITES = """\
    write:
      {score: Score, band: Band, grade: Grade, stage: Stage, reasons: Why, role: Role, company_size: Size, unsubscribed: Out}
"""


@pytest.fixture(name="home")
def writing(home: Home) -> Home:
    home.mapping = MAPPING.replace("    write: {score: Score, stage: Stage, reasons: Why}\n", WRITES)
    home.agreement = AGREEMENT + '      show: {grade: {fit: {A: "> 80", B: "<= 80"}, engagement: {"1": "> 9", "2": "<= 9"}}}\n'
    home.open()
    return home


def test_what_is_written_decides_which_type_of_field_is_needed(home: Home) -> None:
    fields = needed(home.site.config, home.site.config.connections["crm"])

    assert {one.name: (one.type, one.options) for one in fields["contacts"]} == {
        "Score": ("number", ()),
        "Band": ("choice", ("mql", "nurture", NO_BAND)),
        "Grade": ("choice", ("A1", "A2", "B1", "B2")),
        "Stage": ("choice", STAGES),
        "Why": ("text", ()),
        "Role": ("choice", ("ceo", "student", "other")),
        "Size": ("number", ()),
        "Out": ("bool", ()),
    }
    assert [one.label for one in fields["contacts"]][:2] == ["syncd score", "syncd band"]
    assert list(fields) == ["contacts"]


def test_a_rehearsal_creates_nothing_and_a_second_time_finds_nothing_to_do(home: Home) -> None:
    home.crm.add_field("contacts", RemoteField(name="Score", type="number"))
    connection = home.site.config.connections["crm"]

    rehearsed = provisioned(home.site, connection, dry_run=True)
    done = provisioned(home.site, connection, dry_run=False)

    assert len(rehearsed) == 7
    assert done == rehearsed
    assert provisioned(home.site, connection, dry_run=False) == []


def test_a_mapping_that_writes_nothing_needs_no_field(home: Home) -> None:
    home.mapping = MAPPING.replace("    write: {score: Score, stage: Stage, reasons: Why}\n", "")
    home.open()
    (finding,) = provisioned(home.site, home.site.config.connections["crm"], dry_run=False)

    assert (finding.level, finding.what) == ("ok", "mapping/crm.yaml writes nothing; no field is needed")


def test_a_source_that_takes_changes_elsewhere_needs_no_field(home: Home) -> None:
    connection = home.site.config.connections["crm"]
    aside = replace(connection, spec=replace(connection.spec, reads_back=False))
    (finding,) = provisioned(home.site, aside, dry_run=False)

    assert (finding.level, finding.what) == (
        "ok",
        "crm takes what is written elsewhere than its records are read from; no field is needed",
    )


class Plain:
    """A connector that cannot create fields."""


def test_where_fields_cannot_be_created_an_admin_is_told_which_ones_are_needed(home: Home) -> None:
    connection = home.site.config.connections["crm"]
    plain = replace(connection, spec=replace(connection.spec, open=lambda opening: Plain()))  # type: ignore[arg-type, return-value]
    with pytest.raises(Misconfigured, match=r"create them there by hand: contacts.Score \(number\), contacts.Band \(choice\)"):
        provisioned(home.site, plain, dry_run=True)

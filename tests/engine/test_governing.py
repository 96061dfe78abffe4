"""The version in force: drafts write nothing, the signed one stays until its successor's day has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.config.signing import SignatureTerms, with_signatures
from syncd.engine.governing import worried
from syncd.engine.preview import compared
from syncd.model import Activity, Association, Ref
from syncd.store.database import Store
from tests.engine.build import AGREEMENT, Home

UNSIGNED = AGREEMENT.replace("version: 1, needs_signatures_from: []", "version: 1")
SECOND = UNSIGNED.replace("version: 1", "version: 2").replace(
    "company_size in 10..500, points: 30", "company_size in 10..500, points: 20"
)


def sign(home: Home, text: str) -> None:
    """Sign *text* for both and open the site on it."""
    home.agreement = text
    config = home.config()
    signature = SignatureTerms(who="ana", on=home.clock.now().date(), text=config.standing.text)
    home.agreement = with_signatures(text, {"marketing": signature, "sales": signature})
    home.open()


@pytest.fixture
def firm(tmp_path: Path, store: Store) -> Home:
    """A draft, and one contact of a company of 100, worth 30 points by the first agreement and 20 by the second."""
    home = Home(tmp_path / "config", store, agreement=UNSIGNED)
    home.crm.put("accounts", "a", {"Name": "Firm", "Website": "firm.example", "Size": "100"})
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"}, associations=[Association("account", Ref("accounts", "a"))])
    return home


def test_a_draft_is_computed_and_shown_but_writes_nothing(firm: Home) -> None:
    firm.sync()

    assert firm.site.draft == (
        "the agreement is a draft: nothing is written until marketing and sales signed it (syncd agreement sign)"
    )
    assert firm.score("ann@firm.example") == (30, "nurture")
    assert firm.crm.fields(Ref("contacts", "1")).get("Score") is None

    sign(firm, UNSIGNED)
    firm.sync()
    assert str(firm.crm.fields(Ref("contacts", "1"))["Score"]) == "30"


def test_an_unsigned_change_leaves_the_signed_version_in_force(firm: Home) -> None:
    sign(firm, UNSIGNED)
    firm.sync()
    firm.agreement = SECOND
    firm.open()
    firm.sync()

    assert "version 1 of the agreement is in force" in firm.site.draft
    assert firm.score("ann@firm.example")[0] == 30


def test_a_signed_change_waits_for_its_day(firm: Home) -> None:
    sign(firm, UNSIGNED)
    sign(firm, SECOND.replace("version: 2", "version: 2, effective_from: 2026-12-01T00:00:00Z"))
    firm.sync()
    assert firm.score("ann@firm.example")[0] == 30
    assert "waits for its day" in firm.site.draft

    firm.clock.set(datetime(2026, 12, 1, tzinfo=UTC))
    firm.open()
    firm.sync()
    assert firm.score("ann@firm.example")[0] == 20
    assert firm.site.draft == ""


def test_a_preview_shows_who_would_stand_elsewhere_and_changes_nothing(firm: Home) -> None:
    sign(firm, UNSIGNED)
    firm.sync()
    firm.agreement = SECOND
    draft = firm.config()
    with firm.store.read() as tx:
        [one] = compared(tx, firm.site, draft, days=90, now=firm.site.now())

    assert (one.name, one.before.stage, one.after.stage) == ("ann@firm.example", "nurture", "lead")
    assert firm.score("ann@firm.example") == (30, "nurture")


def test_a_preview_counts_how_often_somebody_became_an_mql(firm: Home) -> None:
    for days in (80, 79, 78, 40, 39, 38):
        firm.crm.commit(
            Activity(
                stream="visits",
                source_id=str(days),
                kind="view",
                asset="https://firm.example/pricing",
                occurred_at=firm.clock.now() - timedelta(days=days),
                about=(Ref("contacts", "1"),),
            )
        )
    sign(firm, UNSIGNED)
    firm.sync()
    with firm.store.read() as tx:
        [one] = compared(tx, firm.site, firm.site.config, days=90, now=firm.site.now())

    assert one.before == one.after
    assert one.before.mqls == 2  # 30 + 15 for three views in 14 days + up to 4 x 5, twice


def test_a_preview_goes_by_the_gates_of_the_stages_too(firm: Home) -> None:
    sign(firm, UNSIGNED)
    firm.sync()
    firm.agreement = f"{SECOND}stages: {{enter: {{lead: [city is known]}}}}\n"
    with firm.store.read() as tx:
        [one] = compared(tx, firm.site, firm.config(), days=90, now=firm.site.now())

    assert (one.before.stage, one.after.stage) == ("nurture", "")


def test_what_nobody_looked_at_for_a_month_is_named(firm: Home) -> None:
    sign(firm, UNSIGNED)
    with firm.store.read() as tx:
        assert worried(tx, firm.site.config, firm.site.now()) == ()
        later = firm.site.now() + 31 * 86_400_000_000
        assert [one.what for one in worried(tx, firm.site.config, later)] == ["scoring: not reviewed since 2026-11-20"]

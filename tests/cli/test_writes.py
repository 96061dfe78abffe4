"""What became of writes, as people are told: handed over, refused, and about which record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd.cli import main
from syncd.spi import Ref, Rejected
from syncd.testing import FakeRemote

ANN, BO = Ref("contacts", "1501"), Ref("contacts", "1502")


@pytest.fixture
def live(remote: FakeRemote) -> FakeRemote:
    """A system with one contact, into which is really written."""
    main_file = Path("syncd.yaml")
    main_file.write_text(main_file.read_text().replace("{type: crm}", "{type: crm, write_back: live}"))
    remote.put(*ANN, {"Email": "ann@firm.example"})
    return remote


def syncd(*words: str) -> str:
    return CliRunner().invoke(main, words).stdout


def test_a_write_that_a_job_works_on_is_said_to_be_handed_over(live: FakeRemote) -> None:
    live.slow_down(ANN)

    assert "1 handed over (a later sync settles them)" in syncd("sync")
    assert "handed over, a later sync settles it" in syncd("why", "ann@firm.example")
    assert "handed over" in syncd("plan")


def test_a_write_that_was_refused_names_its_record_as_sync_takes_it(live: FakeRemote) -> None:
    live.reject(ANN, Rejected(code="validation", what="not now", retry="never"))
    syncd("sync")
    item = syncd("inbox", "list", "--all").splitlines()[1].split()[0]

    assert "contacts/1501" in syncd("inbox", "list")
    assert "contacts/1501" in syncd("inbox", "list", "--all")
    assert "record  crm:contacts/1501" in syncd("inbox", "show", item)
    live.reject(ANN, None)
    assert "1 read" in syncd("sync", "--record", "crm:contacts/1501")


@pytest.fixture
def refused(live: FakeRemote) -> FakeRemote:
    """The system does not take the writes into two contacts, for one cause in different words."""
    live.put(*BO, {"Email": "bo@firm.example"})
    for ref, what in ((ANN, "contact: a trigger said no"), (BO, "lead: a trigger said no")):
        live.reject(ref, Rejected(code="validation", what=what, retry="never"))
    syncd("sync")
    return live


def in_inbox(*options: str) -> dict[str, str]:
    """The items of the inbox: record to identifier."""
    return {one["record"]: one["id"] for one in json.loads(syncd("inbox", "list", *options, "-o", "json"))}


def test_what_was_set_aside_is_not_tried_again_with_the_rest_of_its_cause(refused: FakeRemote) -> None:
    syncd("inbox", "skip", in_inbox()[ANN.external_id])
    tried = json.loads(syncd("inbox", "retry", "--code", "validation", "-o", "json"))["retried"]

    assert len(tried) == 1
    assert in_inbox() == {}
    assert set(in_inbox("--skipped")) == {ANN.external_id}


@pytest.mark.usefixtures("refused")
def test_what_was_set_aside_is_tried_again_when_it_is_named() -> None:
    item = in_inbox()[ANN.external_id]
    syncd("inbox", "skip", item)

    assert "1 will be tried again" in syncd("inbox", "retry", item)
    assert in_inbox("--skipped") == {}


def test_what_only_one_refusal_of_a_cause_says_is_shown_as_an_example(refused: FakeRemote) -> None:
    assert "for instance: " in syncd("inbox", "list")
    refused.reject(BO, Rejected(code="validation", what="contact: a trigger said no", retry="never"))
    syncd("inbox", "retry", "--code", "validation")
    syncd("sync")

    assert len(in_inbox()) == 2
    assert "for instance: " not in syncd("inbox", "list")


def test_without_a_rejection_there_is_nothing_to_dispute(live: FakeRemote) -> None:
    syncd("sync")
    done = CliRunner().invoke(main, ["dispute", "raise", "ann@firm.example", "--why", "why not", "--by", "ana"])

    assert done.exit_code == 1
    assert "there is no answer about this person yet" in done.stderr

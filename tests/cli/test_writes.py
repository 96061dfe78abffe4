"""What became of writes, as people are told: handed over, refused, and about which record."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd.cli import main
from syncd.spi import Ref, Rejected
from syncd.testing import FakeRemote

ANN = Ref("contacts", "1501")


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


def test_without_a_rejection_there_is_nothing_to_dispute(live: FakeRemote) -> None:
    syncd("sync")
    done = CliRunner().invoke(main, ["dispute", "raise", "ann@firm.example", "--why", "why not", "--by", "ana"])

    assert done.exit_code == 1
    assert "there is no answer about this person yet" in done.stderr

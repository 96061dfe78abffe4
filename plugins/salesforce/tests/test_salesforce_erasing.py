"""Erasure: people are deleted, and whoever lives on elsewhere is told."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest
from salesforce_desk import Desk
from syncd_salesforce.emulator.merging import merge

from syncd.spi import Done, Gone, Ref, Rejected, Remapped, SupportsErase


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with Desk(tmp_path) as one:
        yield one


def test_people_are_deleted_in_two_calls_and_nobody_else(desk: Desk) -> None:
    ann, bob, (cid,) = *desk.add("Lead", 2), desk.add("Contact")
    connector = desk.connector()
    assert isinstance(connector, SupportsErase)
    assert connector.erase([Ref("Contact", cid), Ref("Lead", ann[:15])]) == [Done(), Done()]
    assert [desk.held(key)["IsDeleted"] for key in (ann, bob, cid)] == [True, False, True]
    assert desk.calls() == {"DELETE /composite/sobjects": 2}


def test_who_is_gone_already_is_gone(desk: Desk) -> None:
    binned, purged = desk.add("Lead", 2)
    desk.delete(binned)
    desk.org.remove("Lead", [purged])
    assert desk.connector().erase([Ref("Lead", binned), Ref("Lead", purged)]) == [Gone(), Gone()]


def test_who_was_merged_lives_on_as_the_winner(desk: Desk) -> None:
    loser, winner = desk.add("Lead", 2)
    merge(desk.org, winner, [loser])
    assert desk.connector().erase([Ref("Lead", loser)]) == [Remapped(to=Ref("Lead", winner))]
    assert desk.held(winner)["IsDeleted"] is False


def test_only_people_are_erased(desk: Desk) -> None:
    (account,) = desk.add("Account")
    refused = desk.connector().erase([Ref("Account", account), Ref("Lead", "nobody"), Ref("Nothing", account)])
    assert [one.retry for one in refused if isinstance(one, Rejected)] == ["never"] * 3
    assert desk.calls()["DELETE /composite/sobjects"] == 0


def test_who_is_locked_is_erased_later(desk: Desk) -> None:
    (ann,) = desk.add("Lead")
    desk.emulator.misbehave("lock:times=1")
    (receipt,) = desk.connector().erase([Ref("Lead", ann)])
    assert isinstance(receipt, Rejected) and receipt.retry == desk.clock.now() + timedelta(minutes=1)
    assert desk.connector().erase([Ref("Lead", ann)]) == [Done()]

"""Changes that are pushed: receipts, effects, repetitions, jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest

from syncd.spi import Accepted, Change, Connector, Done, Gone, Receipt, Rejected, Remapped, SupportsJobs
from syncd.testing.bench import Bench, attempt, leaks
from syncd.testing.world import RECEIPTS, Exempt, Failure

_MOST_LOOKS = 100


class Writing:
    """Part of `ConnectorContract`."""

    @pytest.mark.parametrize("receipt", RECEIPTS, ids=lambda kind: kind.__name__)
    def test_every_receipt_comes_when_it_is_due(self, bench: Bench, receipt: type[Receipt]) -> None:
        change = bench.world.asking_for(receipt)
        came = _push_one(bench.open(), change)
        assert isinstance(came, receipt), f"a change that asks for {receipt.__name__} came back {type(came).__name__}"

    def test_there_is_one_receipt_for_each_change_in_order(self, bench: Bench) -> None:
        asked = [kind for kind in RECEIPTS if not _is_exempt(bench, kind)]
        asked = [Done, *asked, Done][: bench.world.spec.batch]
        changes = [bench.world.asking_for(kind) for kind in asked]
        receipts = bench.open().push(changes)
        assert len(receipts) == len(changes), f"{len(changes)} changes came back with {len(receipts)} receipts"
        came = [type(receipt).__name__ for receipt in receipts]
        assert came == [kind.__name__ for kind in asked], f"the receipts are not in the order of the changes: {came}"

    def test_no_changes_bring_no_receipts(self, bench: Bench) -> None:
        assert not bench.open().push([]), "an empty list of changes came back with receipts"

    def test_what_is_done_stands_in_the_remote(self, bench: Bench) -> None:
        change = bench.world.asking_for(Done)
        _assert_stands(bench, change, _push_one(bench.open(), change))

    def test_only_the_named_fields_change(self, bench: Bench) -> None:
        change = bench.world.asking_for(Done)
        before = bench.world.fields(change.ref)
        bench.open().push([change])
        after = bench.world.fields(change.ref)
        differ = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert differ <= set(change.fields), (
            f"fields changed that nobody named: {', '.join(sorted(differ - set(change.fields)))}"
        )

    def test_only_the_named_record_changes(self, bench: Bench) -> None:
        change, other = bench.world.asking_for(Done), bench.world.asking_for(Done)
        before = bench.world.fields(other.ref)
        bench.open().push([change])
        assert bench.world.fields(other.ref) == before, f"a write to {change.ref} changed {other.ref}"

    def test_a_repeated_key_has_no_further_effect(self, bench: Bench) -> None:
        change = bench.world.asking_for(Done)
        connector = bench.open()
        connector.push([change])
        before = _effects(bench, change)
        for again in (connector, bench.open(), bench.open("lost")):
            receipt = _push_one(again, change)
            assert isinstance(receipt, Done), f"a change that was done came back {type(receipt).__name__} when it was repeated"
        assert _effects(bench, change) == before, "a repeated key had a further effect"

    def test_what_is_gone_is_not_made_again(self, bench: Bench) -> None:
        change = bench.world.asking_for(Gone)
        before = _effects(bench, change)
        bench.open().push([change])
        assert _effects(bench, change) == before, f"{change.ref} is gone, and a write to it made something"

    def test_what_lives_on_elsewhere_is_written_there_by_the_host(self, bench: Bench) -> None:
        change = bench.world.asking_for(Remapped)
        receipt = _push_one(bench.open(), change)
        assert isinstance(receipt, Remapped), f"a change to a merged record came back {type(receipt).__name__}"
        assert receipt.to != change.ref, f"{change.ref} is remapped to itself: that is a loop"
        held = bench.world.fields(receipt.to)
        written = [name for name, value in change.fields.items() if held.get(name) == value.new]
        assert not written, f"the change was remapped and made: {', '.join(written)}; it is to be sent by the host"
        moved = Change(ref=receipt.to, fields=change.fields, key=f"{change.key} moved")
        assert isinstance(_push_one(bench.open(), moved), Done), f"the record lives on as {receipt.to}, which cannot be written"

    def test_a_rejection_says_why_and_when_to_try_again(self, bench: Bench) -> None:
        change = bench.world.asking_for(Rejected)
        before = bench.world.fields(change.ref)
        receipt = _push_one(bench.open(), change)
        assert isinstance(receipt, Rejected), f"a change to be rejected came back {type(receipt).__name__}"
        assert receipt.code.strip() and receipt.what.strip(), f"a rejection without code or reason: {receipt}"
        assert receipt.field in {"", *change.fields}, f"the rejection speaks of {receipt.field}, which was not sent"
        if isinstance(receipt.retry, datetime):
            assert receipt.retry.tzinfo is not None, "the rejection says when to try again, in no time zone"
        assert not leaks(f"{receipt.code} {receipt.what}"), f"the rejection {receipt.code} quotes a value"
        assert bench.world.fields(change.ref) == before, "a change was rejected, and something was written"

    def test_a_job_gives_its_receipts_once_it_is_finished(self, bench: Bench) -> None:
        changes = [bench.world.asking_for(Accepted), bench.world.asking_for(Accepted)][: bench.world.spec.batch]
        accepted = bench.open().push(changes)
        jobs = {receipt.job: None for receipt in accepted if isinstance(receipt, Accepted)}
        assert jobs, "changes to be taken as a job were not"
        receipts = [receipt for job in jobs for receipt in _finished(bench, job)]
        assert len(receipts) == len(changes), f"jobs with {len(changes)} changes came back with {len(receipts)} receipts"
        for change, receipt in zip(changes, receipts, strict=True):
            _assert_stands(bench, change, receipt)

    @pytest.mark.parametrize("failure", Failure, ids=lambda failure: failure.name)
    def test_a_failed_push_is_made_once_when_it_is_repeated(self, bench: Bench, failure: Failure) -> None:
        change = bench.world.asking_for(Done)
        before = bench.whole(change.ref.stream).keys()
        connector = bench.open()
        bench.world.provoke(failure)
        attempt(lambda: connector.push([change]))
        bench.world.mend()
        for again in (connector, bench.open("lost")):
            _assert_stands(bench, change, _push_one(again, change))
        made = bench.whole(change.ref.stream).keys() - before
        assert not made, f"a push that failed and was repeated made something: {sorted(made)}"


def _push_one(connector: Connector, change: Change) -> Receipt:
    receipts = connector.push([change])
    assert len(receipts) == 1, f"one change came back with {len(receipts)} receipts"
    return receipts[0]


def _is_exempt(bench: Bench, receipt: type[Receipt]) -> bool:
    try:
        bench.world.asking_for(receipt)
    except Exempt:
        return True
    return False


def _assert_stands(bench: Bench, change: Change, receipt: Receipt) -> None:
    """Raises: AssertionError unless the remote holds what was sent, or what the receipt says it keeps instead."""
    assert isinstance(receipt, Done), f"a change to be done came back {type(receipt).__name__}"
    held = bench.world.fields(change.ref)
    for name, value in change.fields.items():
        assert held.get(name) == receipt.stored.get(name, value.new), f"{name} was written, and the remote holds something else"


def _effects(bench: Bench, change: Change) -> object:
    """Return all that a write could have had an effect on: the record, and which records there are."""
    held = bench.whole(change.ref.stream)
    return bench.world.fields(change.ref), {ref: record.deleted for ref, record in held.items()}


def _finished(bench: Bench, job: str) -> Sequence[Receipt]:
    for _ in range(_MOST_LOOKS):
        connector = bench.open()
        assert isinstance(connector, SupportsJobs), "the connector gives jobs and cannot say what became of them"
        receipts = connector.receipts(job)
        if receipts is not None:
            return receipts
        bench.world.rest()
    raise AssertionError(f"{job} did not finish, however much time passed")

"""Connectors that write wrongly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from syncd.spi import Accepted, Change, Done, FieldChange, Golden, Gone, Receipt, Ref, Rejected, Remapped, SourceRecord
from syncd.testing import CANARY, FakeConnector
from tests.testing.breaking import Patched, Variant, opened, pushing


def giving(change: Callable[[Receipt], Receipt]) -> Callable[[FakeConnector, Sequence[Change]], Sequence[Receipt]]:
    """Push as it should be and change every receipt."""
    return lambda fake, changes: [change(receipt) for receipt in fake.push(changes)]


def writes_nothing(fake: FakeConnector, changes: Sequence[Change]) -> Sequence[Receipt]:
    return [Done() for _ in changes]


def writes_one_field_more(fake: FakeConnector, changes: Sequence[Change]) -> Sequence[Receipt]:
    return fake.push([replace(one, fields={**one.fields, "touched_by": FieldChange(None, "syncd")}) for one in changes])


def writes_into_every_record(fake: FakeConnector, changes: Sequence[Change]) -> Sequence[Receipt]:
    receipts = fake.push(changes)
    for record in fake.remote.records("people"):
        fake.remote.put("people", record.external_id, {name: value.new for name, value in changes[0].fields.items()})
    return receipts


def adds_to_what_is_there(fake: FakeConnector, changes: Sequence[Change]) -> Sequence[Receipt]:
    """Ignore the key and append, as a note or a list would."""

    def added(one: Change) -> Change:
        held = fake.remote.fields(one.ref)
        fields = {name: FieldChange(value.old, f"{held.get(name)}{value.new}") for name, value in one.fields.items()}
        return replace(one, fields=fields, key=f"{one.key} {len(fake.remote.written)}")

    return fake.push([added(one) for one in changes])


def makes_what_is_gone(fake: FakeConnector, changes: Sequence[Change]) -> Sequence[Receipt]:
    receipts = fake.push(changes)
    for change, receipt in zip(changes, receipts, strict=True):
        if isinstance(receipt, Gone):
            fake.remote.put(*change.ref, {name: value.new for name, value in change.fields.items()})
    return receipts


def follows_by_itself(fake: FakeConnector, changes: Sequence[Change]) -> Sequence[Receipt]:
    receipts = fake.push(changes)
    for change, receipt in zip(changes, receipts, strict=True):
        if isinstance(receipt, Remapped):
            fake.push([replace(change, ref=receipt.to)])
    return receipts


def remaps_to_itself(fake: FakeConnector, changes: Sequence[Change]) -> Sequence[Receipt]:
    receipts = fake.push(changes)
    return [
        Remapped(to=change.ref) if isinstance(receipt, Remapped) else receipt
        for change, receipt in zip(changes, receipts, strict=True)
    ]


def writes_before_it_is_rejected(fake: FakeConnector, changes: Sequence[Change]) -> Sequence[Receipt]:
    receipts = fake.push(changes)
    for change, receipt in zip(changes, receipts, strict=True):
        if isinstance(receipt, Rejected):
            fake.remote.put(*change.ref, {"score": "half"})
    return receipts


def marks_before_it_sends(whole: Patched) -> Patched:
    def push(changes: Sequence[Change]) -> Sequence[Receipt]:
        marks = [whole.opening.cache / change.key for change in changes]
        if marks and all(mark.exists() for mark in marks):
            return [Done(stored=whole.fake.remote.fields(change.ref) | sent(change)) for change in changes]
        for mark in marks:
            mark.touch()
        return whole.fake.push(changes)

    return replace(whole, on_push=push)


def sent(change: Change) -> dict[str, Golden | None]:
    return {name: value.new for name, value in change.fields.items()}


def sends_as_another(whole: Patched) -> Patched:
    """After a failure, send it anew as a record of its own."""
    failed: list[Ref] = []

    def push(changes: Sequence[Change]) -> Sequence[Receipt]:
        for change in changes:
            if change.ref in failed:
                whole.fake.remote.commit(_copy(whole.fake, change.ref))
        failed.extend(change.ref for change in changes)
        return whole.fake.push(changes)

    return replace(whole, on_push=push)


def _copy(fake: FakeConnector, ref: Ref) -> SourceRecord:
    record = next(record for record in fake.remote.records(ref.stream) if record.external_id == ref.external_id)
    return replace(record, external_id=f"{ref.external_id} copy")


def gone_not_remapped(receipt: Receipt) -> Receipt:
    return Gone() if isinstance(receipt, Remapped) else receipt


def without_stored(receipt: Receipt) -> Receipt:
    return Done() if isinstance(receipt, Done) else receipt


def without_code(receipt: Receipt) -> Receipt:
    return replace(receipt, code="") if isinstance(receipt, Rejected) else receipt


def quoting(receipt: Receipt) -> Receipt:
    return replace(receipt, what=f'"{CANARY} 87" is too long') if isinstance(receipt, Rejected) else receipt


def about_a_stranger(receipt: Receipt) -> Receipt:
    return replace(receipt, field="phone") if isinstance(receipt, Rejected) else receipt


_DUE = "test_every_receipt_comes_when_it_is_due"
_ORDER = "test_there_is_one_receipt_for_each_change_in_order"
_STANDS = "test_what_is_done_stands_in_the_remote"
_REJECTION = "test_a_rejection_says_why_and_when_to_try_again"
_ELSEWHERE = "test_what_lives_on_elsewhere_is_written_there_by_the_host"
_JOB = "test_a_job_gives_its_receipts_once_it_is_finished"

VARIANTS = [
    Variant(
        fault="a merged record looks gone", world=pushing(giving(gone_not_remapped)), caught={_DUE: "Remapped came back Gone"}
    ),
    Variant(
        fault="receipts of what failed are left out",
        world=pushing(lambda fake, changes: [one for one in fake.push(changes) if isinstance(one, Done | Accepted)]),
        caught={_ORDER: "7 changes came back with 4 receipts", _DUE: "0 receipts"},
    ),
    Variant(
        fault="receipts are out of order",
        world=pushing(lambda fake, changes: [*fake.push(changes)[1:], *fake.push(changes)[:1]]),
        caught={_ORDER: "not in the order"},
    ),
    Variant(
        fault="a receipt for nothing",
        world=pushing(lambda fake, changes: fake.push(changes) if changes else [Done()]),
        caught={"test_no_changes_bring_no_receipts": "came back with receipts"},
    ),
    Variant(fault="nothing is written", world=pushing(writes_nothing), caught={_STANDS: "holds something else"}),
    Variant(fault="another form is not told", world=pushing(giving(without_stored)), caught={_STANDS: "holds something else"}),
    Variant(
        fault="fields are written that nobody named",
        world=pushing(writes_one_field_more),
        caught={"test_only_the_named_fields_change": "touched_by"},
    ),
    Variant(
        fault="records are written that nobody named",
        world=pushing(writes_into_every_record),
        caught={"test_only_the_named_record_changes": "changed Ref"},
    ),
    Variant(
        fault="the key is ignored",
        world=pushing(adds_to_what_is_there),
        caught={"test_a_repeated_key_has_no_further_effect": "further effect"},
    ),
    Variant(
        fault="what is gone is made again",
        world=pushing(makes_what_is_gone),
        caught={"test_what_is_gone_is_not_made_again": "made something"},
    ),
    Variant(
        fault="a merge is followed without the host",
        world=pushing(follows_by_itself),
        caught={_ELSEWHERE: "to be sent by the host"},
    ),
    Variant(fault="a record is remapped to itself", world=pushing(remaps_to_itself), caught={_ELSEWHERE: "that is a loop"}),
    Variant(fault="a rejection has no code", world=pushing(giving(without_code)), caught={_REJECTION: "without code"}),
    Variant(
        fault="a rejection quotes the value",
        world=pushing(giving(quoting)),
        caught={_REJECTION: "quotes", "test_nothing_for_operators_quotes_a_value_or_a_secret": "quote"},
    ),
    Variant(
        fault="a rejection speaks of a field that was not sent",
        world=pushing(giving(about_a_stranger)),
        caught={_REJECTION: "phone"},
    ),
    Variant(
        fault="what is rejected is half written",
        world=pushing(writes_before_it_is_rejected),
        caught={_REJECTION: "something was written"},
    ),
    Variant(
        fault="a job never finishes",
        world=opened(lambda whole: replace(whole, on_receipts=lambda _: None)),
        caught={_JOB: "did not finish"},
    ),
    Variant(
        fault="a job loses receipts",
        world=opened(lambda whole: replace(whole, on_receipts=lambda job: (whole.fake.receipts(job) or [])[:1] or None)),
        caught={_JOB: "1 receipts"},
    ),
    Variant(
        fault="a change counts as sent before it is",
        world=opened(marks_before_it_sends),
        caught={"test_a_failed_push_is_made_once_when_it_is_repeated": "holds something else"},
    ),
    Variant(
        fault="a failed change is sent anew as a record of its own",
        world=opened(sends_as_another),
        caught={"test_a_failed_push_is_made_once_when_it_is_repeated": "made something"},
    ),
]

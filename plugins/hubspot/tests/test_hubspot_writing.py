"""What a batch's answer says of each of its records, and what properties look like."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from syncd_hubspot.answers import Definition, Object, Objects, Option
from syncd_hubspot.lifecycle import Move, move, order
from syncd_hubspot.plain import ErrorItem
from syncd_hubspot.properties import body_of, field_of
from syncd_hubspot.writing import judged, rounds, sent

from syncd.spi import Change, Done, FieldChange, Golden, Ref, Rejected, RemoteField

AT = datetime(2026, 11, 21, tzinfo=UTC)


def change(name: str, old: Golden | None = None, **values: Golden | None) -> Change:
    fields = {field: FieldChange(old, value) for field, value in values.items()}
    return Change(ref=Ref("contacts", name), fields=fields, key=f"{name} {values}")


def held(name: str, **values: str | None) -> Object:
    return Object(id=name, updated_at=AT, properties=dict(values))


def judge(one: Change, *results: Object, errors: tuple[ErrorItem, ...] = ()) -> tuple[object, list[str]]:
    name = one.ref.external_id
    outcome = judged({name: one}, {name: sent(one)}, Objects(results=list(results), errors=list(errors)))
    return outcome.receipts.get(name), outcome.unknown


def test_what_came_back_as_it_was_sent_is_done() -> None:
    assert judge(change("1", score=62), held("1", score="62")) == (Done(), [])


def test_a_number_with_other_zeros_is_the_same() -> None:
    assert judge(change("1", score=62), held("1", score="62.0")) == (Done(), [])


def test_another_form_is_told() -> None:
    assert judge(change("1", email="A@B.example"), held("1", email="a@b.example"))[0] == Done(stored={"email": "a@b.example"})


def test_a_write_that_was_taken_and_ignored_is_refused() -> None:
    receipt, _ = judge(change("1", old="customer", stage="lead"), held("1", stage="customer"))
    assert isinstance(receipt, Rejected) and (receipt.code, receipt.field) == ("hubspot.ignored", "stage")


def test_one_error_may_speak_of_many() -> None:
    many = {name: change(name, score=1) for name in ("1", "2", "3")}
    error = ErrorItem(category="VALIDATION_ERROR", context={"ids": ["1", "2", "999"]})
    outcome = judged(many, {name: sent(one) for name, one in many.items()}, Objects(results=[held("3")], errors=[error]))
    assert {name: type(one).__name__ for name, one in outcome.receipts.items()} == {
        "1": "Rejected",
        "2": "Rejected",
        "3": "Done",
    }


@pytest.mark.parametrize("errors", [(), (ErrorItem(category="OBJECT_NOT_FOUND", context={"ids": ["1"]}),)])
def test_what_is_missing_or_not_found_is_unknown(errors: tuple[ErrorItem, ...]) -> None:
    assert judge(change("1", score=1), errors=errors) == (None, ["1"])


def test_a_record_never_comes_twice_in_a_batch() -> None:
    first, again, other = change("1", score=1), change("1", score=2), change("2", score=3)
    assert list(rounds([first, again, other])) == [[first, other], [again]]


# ---------------------------------------------------------------- stages and properties

STAGES = Definition(
    name="lifecyclestage",
    options=[
        Option(value="customer", display_order=2),
        Option(value="lead", display_order=0),
        Option(value="12345", display_order=1),
    ],
)


@pytest.mark.parametrize(
    ("present", "wanted", "step"),
    [
        pytest.param("lead", "lead", Move.NONE, id="there already"),
        pytest.param("lead", "12345", Move.FORWARD, id="to a stage of the portal's own"),
        pytest.param("customer", "12345", Move.BACKWARD, id="back"),
        pytest.param("", "lead", Move.FORWARD, id="from nothing"),
        pytest.param("lead", "", Move.BACKWARD, id="to nothing"),
        pytest.param("lead", "no such stage", Move.FORWARD, id="for HubSpot to judge"),
    ],
)
def test_a_stage_moves_along_the_order_of_the_portal(present: str, wanted: str, step: Move) -> None:
    assert move(order([STAGES]), present, wanted) is step


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        pytest.param(RemoteField(name="a", type="number"), ("number", "number"), id="number"),
        pytest.param(RemoteField(name="a", type="choice", options=("x",)), ("enumeration", "select"), id="choice"),
        pytest.param(RemoteField(name="a", type="choice"), ("string", "textarea"), id="a choice of anything"),
        pytest.param(RemoteField(name="a", type="bool"), ("bool", "booleancheckbox"), id="bool"),
        pytest.param(RemoteField(name="a", type="datetime"), ("datetime", "date"), id="datetime"),
        pytest.param(RemoteField(name="a", type="email"), ("string", "textarea"), id="anything else"),
    ],
)
def test_a_field_becomes_a_property(field: RemoteField, kind: tuple[str, str]) -> None:
    body = body_of(field, "syncd")
    assert (body["type"], body["fieldType"], body["groupName"]) == (*kind, "syncd")


def test_what_is_calculated_or_read_only_cannot_be_written() -> None:
    assert not field_of(Definition(name="a", calculated=True)).writable
    assert field_of(Definition(name="a", type="enumeration", field_type="checkbox")).type == "list"

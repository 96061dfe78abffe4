"""Writes: how many calls they take, and what becomes of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hubspot_world import HubSpotWorld
from syncd_hubspot.answers import Objects
from syncd_hubspot.plain import ErrorItem
from syncd_hubspot.writing import judged

from syncd.spi import Change, Done, FieldChange, Golden, Gone, Misconfigured, Receipt, Ref, Rejected, Remapped, Unavailable


@pytest.fixture
def world(tmp_path: Path) -> HubSpotWorld:
    return HubSpotWorld(tmp_path)


def push(world: HubSpotWorld, tmp_path: Path, changes: Sequence[Change]) -> Sequence[Receipt]:
    (tmp_path / "cache").mkdir(exist_ok=True)
    return world.spec.open(world.opening(tmp_path / "cache")).push(changes)


def change(ref: Ref, **values: Golden | None) -> Change:
    fields = {name: FieldChange(None, value) for name, value in values.items()}
    return Change(ref=ref, fields=fields, key=f"{ref.external_id} {sorted(values.items())}")


def writes(world: HubSpotWorld) -> int:
    return sum(count for (_, path), count in world.service.calls.items() if path.endswith("/batch/update"))


def calls(world: HubSpotWorld) -> int:
    return sum(world.service.calls.values())


def test_a_hundred_changes_are_one_call(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill("contacts", 100)
    receipts = push(world, tmp_path, [change(ref, own_note="x") for ref in refs])
    assert receipts == [Done()] * 100
    assert calls(world) == 1


def test_a_bad_value_among_a_hundred_stops_only_itself(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill("contacts", 100)
    changes = [change(ref, own_stage="no such option" if place == 36 else "mql") for place, ref in enumerate(refs)]
    receipts = push(world, tmp_path, changes)
    assert [place for place, one in enumerate(receipts) if not isinstance(one, Done)] == [36]
    bad = receipts[36]
    assert isinstance(bad, Rejected) and (bad.code, bad.field) == ("hubspot.invalid_option", "own_stage")
    assert world.fields(refs[35])["own_stage"] == "mql"
    assert writes(world) == 1


def test_a_batch_that_is_refused_whole_is_halved_until_what_is_wrong_stands_alone(world: HubSpotWorld, tmp_path: Path) -> None:
    """What an e-mail address collides with is not known beforehand; HubSpot may refuse all hundred for it."""
    world.refuses_whole = True
    refs = world.fill("contacts", 100)
    changes = [change(ref, own_stage="no such option" if place == 36 else "mql") for place, ref in enumerate(refs)]
    receipts = push(world, tmp_path, changes)
    assert [place for place, one in enumerate(receipts) if not isinstance(one, Done)] == [36]
    assert writes(world) <= 15  # 1 + 2 * log2(100)


def test_what_is_merged_gone_or_left_out_is_found_out_by_reading(world: HubSpotWorld, tmp_path: Path) -> None:
    one, merged, other, gone = world.fill("contacts", 4)
    survivor = world.merge(merged, other)
    world.delete(gone)
    receipts = push(world, tmp_path, [change(ref, own_note="x") for ref in (one, merged, gone)])
    assert receipts == [Done(), Remapped(to=survivor), Gone()]


def test_a_write_that_hubspot_left_out_without_a_word_is_tried_again_later(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    world.service.misbehaviour.switch("omit:1,skew:900")
    (receipt,) = push(world, tmp_path, [change(ref, own_note="x")])
    assert isinstance(receipt, Rejected) and receipt.code == "hubspot.left_out"
    assert receipt.retry == world.clock.now() + timedelta(minutes=1)  # by our clock, whatever HubSpot's says


def test_a_write_that_only_came_at_a_busy_time_is_tried_again_later(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    error = ErrorItem(category="RATE_LIMITS", context={"ids": [ref.external_id]})
    one = change(ref, own_note="x")
    outcome = judged({ref.external_id: one}, {ref.external_id: {"own_note": "x"}}, Objects(results=[], errors=[error]))
    assert outcome.receipts == {} and outcome.unknown == [ref.external_id]  # which is left out without a word: see above


def test_one_record_twice_in_a_batch_is_written_in_order(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    assert push(world, tmp_path, [change(ref, own_note="first"), change(ref, own_note="second")]) == [Done(), Done()]
    assert world.fields(ref)["own_note"] == "second"


def test_nothing_empties_a_property_and_a_list_is_joined(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    push(world, tmp_path, [change(ref, own_note=("a", "b"), firstname=None)])
    assert world.fields(ref)["own_note"] == "a;b"
    assert not world.fields(ref)["firstname"]


def test_a_property_that_there_is_not_is_the_mapping_s_fault(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    with pytest.raises(Misconfigured, match="no property nothing_such; create it"):
        push(world, tmp_path, [change(ref, nothing_such="x")])


def test_a_write_whose_answer_was_lost_is_read_back_before_it_is_made_again(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    world.service.misbehaviour.switch("lost:1")
    with pytest.raises(Unavailable):
        push(world, tmp_path, [change(ref, own_note="x")])
    world.mend()
    assert push(world, tmp_path, [change(ref, own_note="x")]) == [Done()]
    assert writes(world) == 1


def test_what_hubspot_keeps_in_another_form_is_told(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    (receipt,) = push(world, tmp_path, [change(ref, email="New@Person.Example")])
    assert receipt == Done(stored={"email": "new@person.example"})


def test_activities_and_owners_are_not_written(world: HubSpotWorld, tmp_path: Path) -> None:
    receipts = push(world, tmp_path, [change(Ref("calls", "1"), x="y"), change(Ref("owners", "1"), x="y")])
    assert [one.retry for one in receipts if isinstance(one, Rejected)] == ["never", "never"]


# ---------------------------------------------------------------- lifecyclestage


def staged(world: HubSpotWorld, stage: str) -> Ref:
    (ref,) = world.fill("contacts", 1)
    world.service.portal.update("contacts", int(ref.external_id), {"lifecyclestage": stage})
    return ref


def stage_of(world: HubSpotWorld, ref: Ref) -> str:
    return world.service.portal.of("contacts").live[int(ref.external_id)].values.get("lifecyclestage", "")


def test_a_stage_moves_forward(world: HubSpotWorld, tmp_path: Path) -> None:
    ref = staged(world, "lead")
    assert push(world, tmp_path, [change(ref, lifecyclestage="customer", own_note="x")]) == [Done()]
    assert (stage_of(world, ref), world.fields(ref)["own_note"]) == ("customer", "x")


def test_a_stage_does_not_move_back_unless_that_is_allowed(world: HubSpotWorld, tmp_path: Path) -> None:
    ref = staged(world, "customer")
    (receipt,) = push(world, tmp_path, [change(ref, lifecyclestage="lead", own_note="x")])
    assert isinstance(receipt, Rejected) and (receipt.code, receipt.field) == ("hubspot.lifecycle_backward", "lifecyclestage")
    assert stage_of(world, ref) == "customer" and "own_note" not in world.fields(ref)


def test_where_it_is_allowed_a_stage_is_emptied_and_then_set(world: HubSpotWorld, tmp_path: Path) -> None:
    world.settings = world.settings.model_copy(update={"lifecycle_backward": True})
    back, forth = staged(world, "customer"), staged(world, "lead")
    changes = [change(back, lifecyclestage="lead"), change(forth, lifecyclestage="opportunity")]
    assert push(world, tmp_path, changes) == [Done(), Done()]
    assert (stage_of(world, back), stage_of(world, forth)) == ("lead", "opportunity")
    assert writes(world) == 2


@pytest.mark.parametrize("whole", [False, True], ids=["a part", "whole"])
def test_a_stage_that_may_not_be_emptied_stops_only_its_own_record(world: HubSpotWorld, tmp_path: Path, whole: bool) -> None:
    world.settings = world.settings.model_copy(update={"lifecycle_backward": True})
    world.refuses_whole = whole
    back, held, forth = staged(world, "customer"), staged(world, "customer"), staged(world, "lead")
    for ref in (back, forth):
        world.service.portal.update("contacts", int(ref.external_id), {"own_note": "as the portal requires"})
    world.service.portal.of("contacts").required.add("own_note")
    receipts = push(world, tmp_path, [change(ref, lifecyclestage="opportunity") for ref in (back, held, forth)])
    assert [one.code for one in receipts if isinstance(one, Rejected)] == ["hubspot.missing_required_property"]
    assert receipts == [Done(), receipts[1], Done()]
    assert [stage_of(world, ref) for ref in (back, held, forth)] == ["opportunity", "customer", "opportunity"]


def test_a_move_back_that_is_refused_leaves_the_stage_as_it_was(world: HubSpotWorld, tmp_path: Path) -> None:
    world.settings = world.settings.model_copy(update={"lifecycle_backward": True})
    bad, good = staged(world, "customer"), staged(world, "customer")
    changes = [change(bad, lifecyclestage="lead", own_stage="no such option"), change(good, lifecyclestage="lead")]
    refused, done = push(world, tmp_path, changes)
    assert isinstance(refused, Rejected) and refused.field == "own_stage" and done == Done()
    assert (stage_of(world, bad), stage_of(world, good)) == ("customer", "lead")


def test_a_move_back_beside_a_property_that_there_is_not_leaves_the_stage_as_it_was(
    world: HubSpotWorld, tmp_path: Path
) -> None:
    world.settings = world.settings.model_copy(update={"lifecycle_backward": True})
    ref = staged(world, "customer")
    with pytest.raises(Misconfigured, match="no property nothing_such"):
        push(world, tmp_path, [change(ref, lifecyclestage="lead", nothing_such="x")])
    assert stage_of(world, ref) == "customer"


def test_a_stage_that_could_not_be_put_back_is_told(world: HubSpotWorld, tmp_path: Path) -> None:
    """A rule that came between the requests: the stage is emptied, and then nothing more is taken."""
    world.settings = world.settings.model_copy(update={"lifecycle_backward": True})
    ref = staged(world, "customer")
    required = world.service.portal.of("contacts").required
    world.answers_before = lambda path: required.add("own_note") if writes(world) else None
    (receipt,) = push(world, tmp_path, [change(ref, lifecyclestage="lead")])
    assert isinstance(receipt, Rejected) and (receipt.code, receipt.field) == ("hubspot.lifecycle_empty", "lifecyclestage")


def test_a_stage_that_is_there_already_is_not_written(world: HubSpotWorld, tmp_path: Path) -> None:
    ref = staged(world, "lead")
    assert push(world, tmp_path, [change(ref, lifecyclestage="lead")]) == [Done()]
    assert writes(world) == 0

"""Matching against a tiny oracle: people are what shared keys and links hold together."""

from __future__ import annotations

from itertools import count
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from syncd.mapping.fields import Candidate
from syncd.mapping.identity import Claim, keys_of, match


def components(claims: list[Claim]) -> set[frozenset[int]]:
    """The records that hang together, found by walking."""
    groups = [{claim.record} for claim in claims]
    of = {claim.record: claim for claim in claims}
    changed = True
    while changed:
        changed = False
        for one in groups:
            for other in groups:
                if one is not other and one and other and _touch(one, other, of):
                    one |= other
                    other.clear()
                    changed = True
    return {frozenset(group) for group in groups if group}


def _touch(one: set[int], other: set[int], of: dict[int, Claim]) -> bool:
    return any(set(of[a].keys) & set(of[b].keys) or b in of[a].linked or a in of[b].linked for a in one for b in other)


def partition(claims: list[Claim], apart: list[tuple[int, int]] | None = None) -> set[frozenset[int]]:
    ids = count(1)
    symmetric = [
        claim._replace(linked=(*claim.linked, *(other.record for other in claims if claim.record in other.linked)))
        for claim in claims
    ]
    matching = match(symmetric, holders={}, entities={}, apart=apart or [], new_id=lambda: next(ids))
    groups: dict[int, set[int]] = {}
    for record, entity in matching.entities.items():
        groups.setdefault(entity, set()).add(record)
    return {frozenset(group) for group in groups.values()}


records = st.integers(1, 8)
keys = st.sampled_from(["e:a@x.example", "e:b@x.example", "e:c@x.example", "e:d@x.example"])
claims = st.lists(
    st.builds(
        Claim,
        record=records,
        entity=st.none(),
        keys=st.lists(keys, max_size=2, unique=True).map(tuple),
        linked=st.lists(records, max_size=1).map(tuple),
    ),
    max_size=8,
    unique_by=lambda claim: claim.record,
)


@given(claims)
def test_people_are_the_components_of_keys_and_links(some: list[Claim]) -> None:
    assert partition(some) == components(some)


@given(claims, st.randoms())
def test_the_order_of_claims_does_not_matter(some: list[Claim], rng: Random) -> None:
    shuffled = rng.sample(some, len(some))

    assert partition(some) == partition(shuffled)


@given(claims, st.lists(st.tuples(records, records), max_size=3))
def test_records_taken_apart_are_never_one(some: list[Claim], apart: list[tuple[int, int]]) -> None:
    pairs = [pair for pair in apart if pair[0] != pair[1]]

    for group in partition(some, pairs):
        assert not any({one, other} <= group for one, other in pairs)


def test_the_older_entity_survives_and_the_merge_says_why() -> None:
    claim = Claim(9, None, ("e:a@x.example",), (5,))
    matching = match([claim], holders={"e:a@x.example": [40]}, entities={5: 30}, apart=(), new_id=lambda: 99)

    assert matching.entities == {9: 30}
    assert [tuple(merge) for merge in matching.merges] == [(40, 30, "same e-mail address")]
    assert matching.born == set()


def test_a_record_keeps_its_entity_when_its_address_changes() -> None:
    matching = match([Claim(9, 30, ("e:new@x.example",), ())], holders={}, entities={}, apart=(), new_id=lambda: 99)

    assert matching.entities == {9: 30}


def test_keys_are_those_of_the_kind() -> None:
    says = {
        "email": Candidate("a@x.example", 1, "crm", 1),
        "other_emails": Candidate(("B@x.example", "not one", "a@x.example"), 1, "crm", 1),
        "domain": Candidate("x.example", 1, "crm", 1),
    }

    assert keys_of("person", says) == ("e:a@x.example", "e:b@x.example")
    assert keys_of("account", says) == ("d:x.example",)
    assert keys_of("owner", says) == ("o:a@x.example",)
    assert keys_of("deal", says) == ()


def test_who_is_new_joins_who_is_stored_though_a_clock_set_back_made_the_identifier_smaller() -> None:
    some = [Claim(9, None, ("e:new@x.example",), ()), Claim(10, 30, ("e:new@x.example",), ())]
    matching = match(some, holders={}, entities={}, apart=(), new_id=lambda: 5)
    assert matching.entities == {9: 30, 10: 30}
    assert [(one.loser, one.winner) for one in matching.merges] == [(5, 30)]

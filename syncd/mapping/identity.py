"""Who is who: records that share a normalised e-mail address or are linked by identifiers are one person. Never by name.

A record that has a person keeps it: a changed address does not tear it away. Two people met by one record become one, the
older one. Records that somebody took apart are never joined again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from syncd.mapping.domains import address
from syncd.mapping.fields import Candidate
from syncd.model import Kind

EMAIL_KEY, DOMAIN_KEY, OWNER_KEY = "e:", "d:", "o:"
"""How the keys of people (an address), of accounts (a domain) and of owners (an address) begin."""

SHARED_ABOVE = 5
"""A key that more records of one stream share (info@...) identifies nobody."""

_SHARED = {EMAIL_KEY: "same e-mail address", DOMAIN_KEY: "same domain", OWNER_KEY: "same e-mail address"}


class Claim(NamedTuple):
    """What one record says of its identity: its entity if it has one, its keys, and the records it is linked to."""

    record: int
    entity: int | None
    keys: tuple[str, ...]
    linked: tuple[int, ...]


class Merge(NamedTuple):
    """Two entities found to be one."""

    loser: int
    winner: int
    because: str


class Matching(NamedTuple):
    """The entity of every claimed record, the entities that are new, and the merges in the order they were found."""

    entities: dict[int, int]
    born: set[int]
    merges: list[Merge]


def keys_of(kind: Kind, says: Mapping[str, Candidate]) -> tuple[str, ...]:
    """Return by what a record can be recognised, from what it says.

    >>> keys_of("person", {"email": Candidate("a@b.example", 1, "crm", 7)})
    ('e:a@b.example',)
    """
    match kind:
        case "person":
            return tuple(
                sorted({EMAIL_KEY + address for field in ("email", "other_emails") for address in _addresses(says, field)})
            )
        case "owner":
            return tuple(OWNER_KEY + address for address in _addresses(says, "email"))
        case "account" if "domain" in says and says["domain"].value is not None:
            return (f"{DOMAIN_KEY}{says['domain'].value}",)
        case _:
            return ()


def match(
    claims: Sequence[Claim],
    *,
    holders: Mapping[str, Iterable[int]],
    entities: Mapping[int, int],
    apart: Collection[tuple[int, int]],
    new_id: Callable[[], int],
) -> Matching:
    """Assign an entity to every claim. The older one wins: identifiers grow, but for clocks set back, and a new one is new.

    *holders* gives the stored entities that hold a key, *entities* the entity of stored records (all that are linked to or
    stand in *apart*), *apart* the pairs of records that must not be one.

    >>> ids = iter((1, 2))
    >>> claims = [Claim(10, None, ("e:a@b.example",), ()), Claim(11, None, ("e:a@b.example",), ())]
    >>> match(claims, holders={}, entities={}, apart=(), new_id=lambda: next(ids)).entities
    {10: 1, 11: 1}
    """
    joined: dict[int, int] = {}
    by_key = {key: set(found) for key, found in holders.items()}
    of_record = {**entities, **{claim.record: claim.entity for claim in claims if claim.entity is not None}}
    born: set[int] = set()
    merges: list[Merge] = []
    for claim in claims:
        own = _entity(claim.record, of_record, joined)
        for other, because in sorted(_met(claim, by_key, of_record, joined).items()):
            if other == own or _kept_apart(claim.record, own, other, apart, of_record, joined):
                continue
            if own is None:
                own = other
                continue
            winner, loser = sorted((own, other), key=lambda one: (one in born, one))
            joined[loser] = own = winner
            merges.append(Merge(loser, winner, because))
        if own is None:
            own = new_id()
            born.add(own)
        of_record[claim.record] = own
        for key in claim.keys:
            by_key.setdefault(key, set()).add(own)
    return Matching({claim.record: _root(joined, of_record[claim.record]) for claim in claims}, born, merges)


def _addresses(says: Mapping[str, Candidate], field: str) -> Iterator[str]:
    value = says[field].value if field in says else None
    for one in value if isinstance(value, tuple) else () if value is None else (value,):
        if isinstance(one, str) and isinstance(found := address(one), str):
            yield found


def _met(
    claim: Claim, by_key: Mapping[str, Iterable[int]], of_record: Mapping[int, int], joined: Mapping[int, int]
) -> dict[int, str]:
    """Return the entities that share a key or a link with *claim*, and what they share."""
    met: dict[int, str] = {}
    for record in claim.linked:
        if record in of_record:
            met.setdefault(_root(joined, of_record[record]), "linked identifiers")
    for key in claim.keys:
        for entity in by_key.get(key, ()):
            met.setdefault(_root(joined, entity), _SHARED[key[:2]])
    return met


def _root(joined: Mapping[int, int], entity: int) -> int:
    while entity in joined:
        entity = joined[entity]
    return entity


def _entity(record: int, of_record: Mapping[int, int], joined: Mapping[int, int]) -> int | None:
    return _root(joined, of_record[record]) if record in of_record else None


def _kept_apart(
    record: int,
    own: int | None,
    other: int,
    apart: Collection[tuple[int, int]],
    of_record: Mapping[int, int],
    joined: Mapping[int, int],
) -> bool:
    """Tell whether somebody took a record of *own* (or *record* itself) and one of *other* apart."""
    for pair in apart:
        for mine, theirs in (pair, pair[::-1]):
            is_mine = mine == record or (own is not None and _entity(mine, of_record, joined) == own)
            if is_mine and _entity(theirs, of_record, joined) == other:
                return True
    return False

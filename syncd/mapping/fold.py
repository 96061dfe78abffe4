"""Many source records into one golden record, with the proof of every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.mapping.fields import Candidate, Choice, Field, choose


def fold(
    fields: Mapping[str, Field], records: Sequence[Mapping[str, Candidate]], kept: Mapping[str, Candidate]
) -> dict[str, Choice]:
    """Choose every field that some of the *records* mention or that is *kept* from before.

    >>> one, other = {"city": Candidate("Leon", 1, "crm", 7)}, {"city": Candidate("Lugo", 2, "shop", 8)}
    >>> fold({"city": Field(name="city")}, [one, other], {})["city"].value
    'Lugo'
    """
    mentioned: dict[str, list[Candidate]] = {}
    for record in records:
        for name, candidate in record.items():
            mentioned.setdefault(name, []).append(candidate)
    chosen: dict[str, Choice] = {}
    for name in [*mentioned, *(name for name in kept if name not in mentioned)]:
        choice = choose(fields[name], mentioned.get(name, ()), kept.get(name)) if name in fields else None
        if choice is not None:
            chosen[name] = choice
    return chosen

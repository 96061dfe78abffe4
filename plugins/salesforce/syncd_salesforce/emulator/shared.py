"""Shared Activities: a task or event is about several people, WhoId the first of them. An org has them once `enable` is called.

Source: object_reference, TaskRelation and EventRelation (read 2026-11-22). In a real org EventRelation is always there, for
people who were invited.
"""

from __future__ import annotations

from syncd_salesforce.emulator.answers import Row, Value
from syncd_salesforce.emulator.org import Org

__all__ = ["enable", "is_person", "related"]

_PEOPLE = ("003", "00Q")


def enable(org: Org) -> None:
    """Give tasks and events their relations."""
    org.access.shared = True
    org.reshaped()
    for entity in ("Task", "Event"):
        for row in org.rows(entity):
            related(org, entity, row, None)


def is_person(key: Value) -> bool:
    """Say whether an id is a lead's or a contact's."""
    return isinstance(key, str) and key.startswith(_PEOPLE)


def related(org: Org, entity: str, row: Row, old: Row | None) -> None:
    """Keep the relations that stand for Who and What of an activity."""
    relation, key = f"{entity}Relation", f"{entity}Id"
    if not org.access.shared:
        return
    for name in ("WhoId", "WhatId"):
        to, before = row.get(name), (old or {}).get(name)
        if to == before:
            continue
        there = {one["RelationId"]: str(one["Id"]) for one in org.table(relation).among(key, [row["Id"]])}
        org.remove(relation, [there[before]] if before in there else [])
        if to is not None and to not in there:
            given: dict[str, Value] = {key: row["Id"], "RelationId": to, "IsWhat": not is_person(to)}
            org.put(relation, org.draft(relation, given))

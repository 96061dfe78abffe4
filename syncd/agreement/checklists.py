"""What has to be known of a person in a stage, and what of it is missing: a flag for those who look, never a bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.agreement.conditions import Facts
from syncd.agreement.handoff import OPPORTUNITY, SQL, Checklist, StageTerms
from syncd.agreement.journey import Journey


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What a checklist misses: ``fields`` that are empty, ``more`` of which are needed; ``after`` if none of these was."""

    stage: str
    fields: tuple[str, ...]
    more: int
    after: tuple[str, ...] = ()


def lacking(terms: StageTerms, way: Journey, facts: Facts) -> Lack | None:
    """Return what is missing of the checklist of the stage a person is in, ``None`` if nothing.

    *facts* are the person's, the account's and the open deal's. A yes/no field that says no is missing: nobody confirmed it.
    """
    checklists: Mapping[str, Checklist] = {SQL: terms.sql_checklist, OPPORTUNITY: terms.opportunity_checklist}
    checklist = checklists.get(way.stage)
    if checklist is None:
        return None
    missing = tuple(name for name in checklist.fields if facts.get(name, False) is False)
    more = max(checklist.required - (len(checklist.fields) - len(missing)), 0)
    after = () if _happened(way, checklist.after) else checklist.after
    return Lack(stage=way.stage, fields=missing if more else (), more=more, after=after) if more or after else None


def spoken(lack: Lack) -> str:
    """Say what is missing.

    >>> spoken(Lack(stage="sql", fields=("budget", "authority"), more=1))
    'sql lacks 1 of budget, authority'
    """
    wanted = []
    if lack.fields:
        count = f"{lack.more} of " if lack.more < len(lack.fields) else ""
        wanted.append(count + ", ".join(lack.fields))
    if lack.after:
        wanted.append(f"{' or '.join(lack.after)} before it".replace("_", " "))
    return f"{lack.stage} lacks {' and '.join(wanted)}"


def _happened(way: Journey, kinds: tuple[str, ...]) -> bool:
    """Tell whether an event of one of *kinds*, if any are asked for, came before the stage in the episode that led to it."""
    entered_at = way.entered_at
    if not kinds or not way.episodes or entered_at is None:
        return not kinds
    return any(event.what in kinds and event.at <= entered_at for event in way.episodes[-1].events)

"""Which version of the agreement is in force, and whether it is still alive.

Pure. Instants are microseconds UTC; months are calendar months.
Source of the figures: items P016, P086 to P092 and P017 (quarterly review, three, six and eighteen months, two signatures).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple


class Signature(NamedTuple):
    """A party's signature under a text, known by its fingerprint."""

    party: str
    who: str
    on: date
    text: str


class Version(NamedTuple):
    """A signed version and from when on it governs."""

    number: int
    text: str
    effective_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a text stands: its version number, fingerprint and whole source, who has to sign it and who did.

    ``effective_from`` is ``None`` if it governs as soon as it is signed.
    """

    number: int
    text: str
    source: str
    effective_from: int | None
    signatures: tuple[Signature, ...]
    signers: tuple[str, ...]
    needs_preview: bool

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Whose signature is missing."""
        return unsigned(self.signers, self.signatures, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """How often what is looked at, in months, and when to worry.

    ``unreviewed``: months without a review or a signature; ``after_team_change``: months since a member joined or left that
    nobody reviewed; ``dead``: months since the last signature. More than ``changes`` versions within ``changes_within`` months
    drain an agreement of meaning.
    """

    every: Mapping[str, int]
    unreviewed: int = 3
    after_team_change: int = 6
    dead: int = 18
    changes: int = 2
    changes_within: int = 3


class Worry(NamedTuple):
    """Something about the agreement itself that wants attention, with what to do."""

    level: Literal["warning", "error"]
    what: str
    remedy: str


def unsigned(needed: Iterable[str], signatures: Iterable[Signature], text: str) -> tuple[str, ...]:
    """Return the parties of *needed* who have not signed this very *text*.

    >>> unsigned(["marketing", "sales"], [Signature("sales", "ben", date(2026, 11, 20), "0a1b")], "0a1b")
    ('marketing',)
    """
    signed = {one.party for one in signatures if one.text == text}
    return tuple(party for party in needed if party not in signed)


def in_force(versions: Iterable[Version], at: int) -> Version | None:
    """Return the version that governs at *at*: the one that began last; before the first one, the first.

    >>> versions = [Version(1, "a", 0), Version(2, "b", 100)]
    >>> [in_force(versions, at).number for at in (-1, 99, 100)]
    [1, 1, 2]
    """
    ordered = sorted(versions, key=lambda one: (one.effective_from, one.number))
    begun = [one for one in ordered if one.effective_from <= at] or ordered[:1]
    return begun[-1] if begun else None


def worries(
    terms: Review,
    *,
    signed: Sequence[date],
    reviewed: Mapping[str, date],
    team_changed_on: date | None,
    today: date,
) -> tuple[Worry, ...]:
    """Return what is wrong with how an agreement is kept.

    *signed* are the dates on which versions were signed, *reviewed* when each subject was last looked at, and
    *team_changed_on* when somebody last joined or left.
    """
    if not signed:
        return ()
    last_signed = max(signed)
    last_look = max([last_signed, *reviewed.values()])
    found = [
        Worry("warning", f"{subject}: not reviewed since {seen}", f"review it; then: syncd agreement reviewed {subject}")
        for subject, months in terms.every.items()
        if months_later(seen := max(last_signed, reviewed.get(subject, last_signed)), months) <= today
    ]
    if months_later(last_signed, terms.dead) <= today:
        what = f"signed {last_signed}, over {terms.dead} months ago: nobody follows such an agreement"
        found.append(Worry("error", what, "agree anew and sign"))
    elif months_later(last_look, terms.unreviewed) <= today:
        found.append(Worry("warning", f"nobody has looked at it since {last_look}", "meet, review, and sign or confirm it"))
    if team_changed_on is not None and team_changed_on > last_look:
        old = months_later(team_changed_on, terms.after_team_change) <= today
        what = f"the team changed on {team_changed_on}, and nobody has reviewed the agreement since"
        found.append(Worry("error" if old else "warning", what, "review it with the new team"))
    recent = [one for one in signed if months_later(one, terms.changes_within) > today]
    if len(recent) > terms.changes:
        what = f"{len(recent)} versions within {terms.changes_within} months: revising so often drains it of meaning"
        found.append(Worry("warning", what, "let a version work for a quarter before changing it"))
    return tuple(found)


def months_later(day: date, months: int) -> date:
    """Return the same day *months* later, or that month's last.

    >>> months_later(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1) + timedelta(days=min(day.day, monthrange(year, month + 1)[1]) - 1)

"""What `syncd.engine.why` tells of a person, as data: printed as tables or as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.model import Golden


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordShown:
    """A source record of the person; ``problems`` are its values that could not be read.

    ``fate`` says what became of one that is no more: deleted, merged into another one, converted to one; "" of the others.
    """

    source: str
    changed_at: datetime
    known_at: datetime
    deleted: bool
    fate: str
    heard_of_only: bool
    problems: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateShown:
    """What one record says of a field; ``at`` is ``None`` for what syncd inferred."""

    value: Golden | None
    source: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A field, the rule that chose its value, all there was to choose from, and what it was before."""

    name: str
    value: Golden | None
    source: str
    at: datetime | None
    because: str
    candidates: list[CandidateShown]
    before: list[tuple[datetime, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """A line of the score: exact points, the sentence that held, and when the events it counted happened."""

    group: str
    rule: str
    points: str
    says: str
    events: list[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreShown:
    """The score at ``at``, and what it will be at ``next_change_at``, when it next looks different if nothing happens.

    ``counts_after``: the person was given back then, and what happened until then gives no points any more: ``no_longer`` says
    how often each kind did that the agreement asks for. ``None`` where everything counts.
    """

    at: datetime
    model: str
    version: int
    score: int
    band: str
    grade: str
    lines: list[LineShown]
    groups: list[tuple[str, str, str]]
    instantly_mql: str
    never_mql: str
    counts_after: datetime | None
    no_longer: dict[str, int]
    next_change_at: datetime | None
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteShown:
    """A write that waits, or what was last written (``waiting`` false); ``sent`` if the source has it and not yet told."""

    to: str
    field: str
    old: Golden | None
    new: Golden | None
    mode: str
    waiting: bool
    sent: bool
    held: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideShown:
    """A field that we write and somebody else changed in the source."""

    record: str
    field: str
    at: datetime
    old: Golden | None
    new: Golden | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityShown:
    """Something that happened; ``machine`` means that it counts for nothing."""

    at: datetime
    kind: str
    asset: str
    direction: str
    machine: bool
    actor: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveShown:
    """A stage entered: by whose word, why, and in which episode; ``inferred`` if a later stage says so."""

    at: datetime
    before: str
    stage: str
    by: str
    because: str
    inferred: bool
    episode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockShown:
    """A promise: when it began, stopped and was due, the minutes used, on whose calendar; ``rep`` is "" for the customer's.

    ``done`` of the ``need`` events it takes have happened. ``historical``: it is measured, and nobody is told.
    """

    policy: str
    episode: int
    rep: str
    state: str
    start: datetime
    stop: datetime | None
    stopped_by: str
    due: datetime | None
    done: int
    need: int
    used_minutes: int
    pauses: list[tuple[datetime, datetime | None]]
    calendar: str
    held_minutes: dict[str, int]
    owner: str
    version: int
    historical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptShown:
    """Something our people did, and whether it is a contact attempt, and why or why not."""

    at: datetime
    kind: str
    by: str
    counted: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentShown:
    """To whom the person was given, and why; without owner they wait in a queue."""

    at: datetime
    owner: str
    queue: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeShown:
    """Something somebody was told, or is to be told, about the person."""

    event: str
    to: str
    by: str
    state: str
    raised_at: datetime
    told_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Everything about one person, activities oldest first."""

    id: str
    email: str
    stage: str
    account: str
    records: list[RecordShown]
    merges: list[tuple[datetime, str]]
    fields: list[FieldShown]
    account_fields: list[FieldShown]
    score: ScoreShown
    activities: list[ActivityShown]
    stages: list[MoveShown]
    refused: list[tuple[datetime, str, str]]
    attempts: list[AttemptShown]
    assignments: list[AssignmentShown]
    clocks: list[ClockShown]
    next_step: str
    notices: list[NoticeShown]
    writes: list[WriteShown]
    overrides: list[OverrideShown]

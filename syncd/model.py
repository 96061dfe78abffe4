"""The records every layer speaks.

Frozen, slotted, keyword-only data and nothing else: no I/O, no clock, no vendor's words, standard library only.
Times are aware UTC. A field that a source did not mention is absent; one it emptied is ``None`` or ``""``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["person", "account", "deal", "owner", "activity"]
"""What the records of a stream are about."""

Raw: TypeAlias = str | bool | int | Decimal | tuple[str, ...] | None
"""A field's value as the source sends it; JSON numbers with a fraction arrive as Decimal, never as float."""

Golden: TypeAlias = str | bool | int | Decimal | tuple[str, ...]
"""A mapped field's value in its one normal form: dates as ISO text, money as ``"1234.50 EUR"``, lists sorted."""

EMAIL_STREAM = "@email"
"""A `Ref` to this stream names a person by e-mail address, for sources that know no other identifier."""


class Ref(NamedTuple):
    """A record within one connection."""

    stream: str
    external_id: str


class Association(NamedTuple):
    """A record's pointer to another record of the same connection, for example a contact's account."""

    role: str
    to: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """One version of one record of a source, with the fields as that source names them.

    ``version`` distinguishes versions that share ``changed_at``, whose order is that in which they are given; "" when the
    source has none.
    ``deleted`` and ``merged_into`` follow what happened to the record in its source; ``merged_into`` may name another stream
    (a lead that became a contact) and needs no ``deleted`` beside it. ``field_changed_at`` is given where the source keeps it
    per field.
    """

    stream: str
    external_id: str
    changed_at: datetime
    fields: Mapping[str, Raw]
    version: str = ""
    deleted: bool = False
    merged_into: Ref | None = None
    associations: tuple[Association, ...] = ()
    field_changed_at: Mapping[str, datetime] = field(default_factory=dict)


class Direction(StrEnum):
    """Who acted: the person (inbound), the company (outbound), or nobody said."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that happened at one instant with the people of ``about``.

    ``(connection, stream, source_id)`` is its identity: the same one again replaces it, and never counts twice.
    ``kind`` and ``asset`` are the source's words; the mapping turns them into the agreement's.
    ``machine`` marks opens and clicks of scanners and privacy proxies: stored, never counted as a person's.
    """

    stream: str
    source_id: str
    kind: str
    occurred_at: datetime
    about: tuple[Ref, ...]
    asset: str = ""
    direction: Direction = Direction.UNKNOWN
    actor: str = ""
    machine: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Bad data, as a value: where it is, what is wrong, and a code to group by. Never contains the bad value itself."""

    where: str
    what: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that could not become a record; it goes to the inbox and the rest of the page goes on.

    ``external_id`` is "" when the row's own identifier could not be read. ``raw`` is kept with the inbox item, never logged.
    """

    stream: str
    external_id: str
    problem: Problem
    raw: str = ""


class FieldChange(NamedTuple):
    """What a write replaces and with what. ``old`` is ``None`` when the present value is not known."""

    old: Golden | None
    new: Golden | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Fields to write into one record of a source.

    ``key`` is the same for every repetition of the same write and differs between different ones.
    """

    ref: Ref
    fields: Mapping[str, FieldChange]
    key: str


# ---------------------------------------------------------------- pushing


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The record now holds the new values; ``stored`` gives those which the source keeps in another form than sent."""

    stored: Mapping[str, Golden | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The source refused the change. ``retry`` says when the same change may be tried again.

    ``never``: not until someone looks; ``on_change``: when the values differ; an instant, aware: not before it.
    """

    code: str
    what: str
    field: str = ""
    retry: Literal["never", "on_change"] | datetime = "on_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remapped:
    """The record lives on under another identifier; the change was not made and is to be sent there."""

    to: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The record no longer exists in the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The source works on it; ask `syncd.spi.SupportsJobs.receipts` for the outcome.

    A job speaks of the changes it accepted, in the order they were pushed; a repeated change may come back with another job.
    """

    job: str


Receipt: TypeAlias = Done | Rejected | Remapped | Gone | Accepted


# ---------------------------------------------------------------- what a source looks like


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteField:
    """A field as the source describes it; ``options`` is empty when any value goes.

    ``length`` is how many characters it takes, 0 where that is not told. One that is not ``readable`` is known to exist and
    withheld from the user that we log in as.
    """

    name: str
    label: str = ""
    type: str = "text"
    options: tuple[str, ...] = ()
    length: int = 0
    readable: bool = True
    writable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStream:
    """A stream and its fields; ``fields`` is empty for streams whose fields cannot be listed."""

    name: str
    kind: Kind
    fields: tuple[RemoteField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSchema:
    """What a source offers right now."""

    streams: tuple[RemoteStream, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result of a check, with what to do about it when it is not ``ok``."""

    level: Literal["ok", "warning", "error"]
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """How an exported file could be read: the settings of its stream, and the remote field for each golden field."""

    kind: Kind
    settings: Mapping[str, str | bool | list[str] | dict[str, str]]
    fields: Mapping[str, str]
    notes: tuple[str, ...] = ()


INBOUND_KINDS = (
    "page_view",
    "download",
    "form_submission",
    "demo_request",
    "sales_enquiry",
    "email_open",
    "email_click",
    "email_reply",
    "email_bounced",
    "webinar_registered",
    "webinar_attended",
    "event_registered",
    "event_attended",
    "chat",
    "call_in",
)
OUTBOUND_KINDS = (
    "call_out",
    "email_1to1_out",
    "marketing_email",
    "meeting_booked",
    "meeting_held",
    "linkedin_out",
    "sms_out",
    "whatsapp_out",
    "owner_accepted",
    "note",
    "task_created",
)
ACTIVITY_KINDS = (*INBOUND_KINDS, *OUTBOUND_KINDS)
"""The standard words for what people do, and for what our own people and tools do; an agreement may add its own."""

"""Says what happened, when, and to whom, for each object whose rows are activities. Pure.

Kinds are Salesforce's own words joined by dots, in lower case: ``task.call.closed``, ``event.meeting``, ``email.incoming``,
``campaign.webinar.attended``, ``lead.status``, ``deal.stagename``. The mapping turns them into the agreement's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time
from typing import NamedTuple, TypeAlias

from syncd.spi import EMAIL_STREAM, Direction, Raw, Ref
from syncd_salesforce.ids import is_id, long_id, stream_of
from syncd_salesforce.instants import instant

__all__ = ["Deed", "deed", "people"]

Row: TypeAlias = Mapping[str, Raw]
_PEOPLE = {"Lead", "Contact"}
_ANYBODY = {f"{name}.com" for name in "gmail googlemail outlook hotmail yahoo icloud".split()}
_DRAFT = "5"  # EmailMessage.Status: object_reference, EmailMessage (read 2026-11-21)


class Deed(NamedTuple):
    """What an activity says. ``left_out`` marks a row that stands for others or was never sent."""

    kind: str
    occurred_at: datetime
    about: tuple[Ref, ...]
    asset: str = ""
    direction: Direction = Direction.UNKNOWN
    actor: str = ""
    left_out: bool = False


def deed(name: str, row: Row) -> Deed | None:
    """Return what a row of the object *name* says; ``None`` if it says no time."""
    return _DEEDS[name](row)


def people(ids: Iterable[str]) -> tuple[Ref, ...]:
    """Return the people among *ids*; Who and What point at many things, and the first three letters tell at which."""
    return tuple(Ref(stream_of(to), long_id(to)) for to in ids if stream_of(to) in _PEOPLE)


def _task(row: Row) -> Deed | None:
    is_closed = row.get("IsClosed") is True
    at = _first(row, "CompletedDateTime", "CreatedDate") if is_closed else _first(row, "CreatedDate")
    if at is None:
        return None
    called = _text(row, "CallType").lower()
    subtype = _text(row, "TaskSubtype") or _text(row, "Type") or "task"
    return Deed(
        kind=_words("task", subtype, called, "closed" if is_closed else "open"),
        occurred_at=at,
        about=_people(row, "WhoId"),
        asset=_text(row, "Subject"),
        direction=Direction.INBOUND if called == "inbound" else Direction.OUTBOUND,
        actor=_text(row, "OwnerId"),
        left_out=row.get("IsRecurrence") is True,  # the series; its occurrences are rows of their own
    )


def _event(row: Row) -> Deed | None:
    at = _first(row, "StartDateTime") or _day(row, "ActivityDate") or _first(row, "CreatedDate")
    if at is None:
        return None
    return Deed(
        kind=_words("event", _text(row, "Type") or _text(row, "EventSubtype") or "event"),
        occurred_at=at,
        about=_people(row, "WhoId"),
        asset=_text(row, "Subject"),
        direction=Direction.OUTBOUND,
        actor=_text(row, "OwnerId"),
        # The copies that invited colleagues hold, and the series, would count the same meeting again.
        left_out=row.get("IsChild") is True or row.get("IsRecurrence") is True,
    )


def _email(row: Row) -> Deed | None:
    at = _first(row, "MessageDate", "CreatedDate")
    if at is None:
        return None
    is_incoming = row.get("Incoming") is True
    sender, recipients = _text(row, "FromAddress"), _text(row, "ToAddress").split(";")
    addresses = [sender] if is_incoming else [one for one in recipients if not _is_colleague(one, sender)]
    bounced = "bounced" if row.get("IsBounced") is True else ""
    return Deed(
        kind=_words("email", "incoming" if is_incoming else "outgoing", bounced),
        occurred_at=at,
        about=tuple(Ref(EMAIL_STREAM, one.strip()) for one in addresses if "@" in one),
        asset=_text(row, "Subject"),
        direction=Direction.INBOUND if is_incoming else Direction.OUTBOUND,
        actor="" if is_incoming else _text(row, "CreatedById"),
        left_out=_text(row, "Status") == _DRAFT,
    )


def _is_colleague(address: str, sender: str) -> bool:
    """Tell whether a recipient of a mail of ours is one of us: nobody is to be made a lead because they got a copy."""
    domain = address.strip().lower().rpartition("@")[2]
    return domain == sender.strip().lower().rpartition("@")[2] and domain not in _ANYBODY


def _member(row: Row) -> Deed | None:
    created_at = _first(row, "CreatedDate")
    if created_at is None:
        return None
    has_responded = row.get("HasResponded") is True
    # FirstRespondedDate is a day in nobody's zone: its beginning, but never before the person was a member at all.
    responded_at = max(_day(row, "FirstRespondedDate") or created_at, created_at)
    return Deed(
        kind=_words("campaign", _text(row, "Campaign.Type") or "other", _text(row, "Status") or "member"),
        occurred_at=responded_at if has_responded else created_at,
        about=_people(row, "ContactId") or _people(row, "LeadId"),  # a converted lead's row has both
        asset=_text(row, "Campaign.Name") or _text(row, "CampaignId"),
        direction=Direction.INBOUND if has_responded else Direction.OUTBOUND,
    )


def _history(row: Row, word: str, about: tuple[Ref, ...]) -> Deed | None:
    at = _first(row, "CreatedDate")
    if at is None:
        return None
    value = _text(row, "NewValue")
    return Deed(
        kind=_words(word, _text(row, "Field") or "field"),
        occurred_at=at,
        about=about,
        asset=value,
        direction=Direction.OUTBOUND,  # people of ours change fields; it is no sign of the person's interest
        actor=_text(row, "CreatedById"),
        left_out=is_id(value) and stream_of(value) != "",  # of a lookup there is one row with the name and one with the id
    )


_DEEDS: Mapping[str, Callable[[Row], Deed | None]] = {
    "Task": _task,
    "Event": _event,
    "EmailMessage": _email,
    "CampaignMember": _member,
    "LeadHistory": lambda row: _history(row, "lead", _people(row, "LeadId")),
    "OpportunityFieldHistory": lambda row: _history(row, "deal", _people(row, "Opportunity.ContactId")),
}


def _people(row: Row, column: str) -> tuple[Ref, ...]:
    """Return the person a column points at, if it is one."""
    to = row.get(column)
    return people([to]) if isinstance(to, str) else ()


def _first(row: Row, *columns: str) -> datetime | None:
    for column in columns:
        given = row.get(column)
        if isinstance(given, str):
            try:
                return instant(given)
            except ValueError:
                continue
    return None


def _day(row: Row, column: str) -> datetime | None:
    given = row.get(column)
    try:
        return datetime.combine(datetime.fromisoformat(given).date(), time(), UTC) if isinstance(given, str) else None
    except ValueError:
        return None


def _text(row: Row, column: str) -> str:
    value = row.get(column)
    return str(value) if value is not None else ""


def _words(*words: str) -> str:
    return ".".join(filter(None, (_word(words))))


def _word(words: Iterable[str]) -> Iterable[str]:
    return (word.strip().lower() for word in words)

"""Turns what happened into activities: engagements, form submissions, marketing e-mail events, page views. Pure.

HubSpot's words become short dotted ones ("call.outbound.completed") for the mapping to translate. An engagement that is
about no contact is given as deleted: it counts for nobody, and should it have counted before, no longer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b

from syncd.spi import EMAIL_STREAM, Activity, Direction, Ref, Refused
from syncd_hubspot.answers import Object, Odd
from syncd_hubspot.objects import ObjectStream
from syncd_hubspot.plain import Plain, text_of
from syncd_hubspot.records import Links, refused
from syncd_hubspot.values import instant

__all__ = ["EMAIL_KINDS", "email_event", "engagement", "gone", "occurrence", "submission"]

_Words = Mapping[str, str | None]

# developers.hubspot.com/docs/api-reference, activities, calls guide (read 2026-11-21)
_DISPOSITIONS: Mapping[str, str] = {
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "left live message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong number",
}
_EMAIL_WORDS = {"EMAIL": "outgoing", "INCOMING_EMAIL": "incoming", "FORWARDED_EMAIL": "forwarded"}
_DIRECTIONS = {
    "OUTBOUND": Direction.OUTBOUND,
    "INBOUND": Direction.INBOUND,
    "EMAIL": Direction.OUTBOUND,
    "INCOMING_EMAIL": Direction.INBOUND,
}


def engagement(stream: ObjectStream, one: Object, links: Links) -> Activity | Refused:
    """Return the present version of a call, e-mail, meeting, note or task."""
    words = one.properties
    about = tuple(Ref("contacts", external_id) for external_id, _ in links.get("contacts", ()))
    is_gone = one.archived or not about
    occurred_at = _OCCURRED[stream.name](one)
    if occurred_at is None:
        if not is_gone:
            return refused(stream.name, Odd(one.id, "hs_timestamp", "is missing or no instant between 1900 and 2100", ""))
        occurred_at = one.created_at or one.updated_at
    return Activity(
        stream=stream.name,
        source_id=one.id,
        kind=".".join(word for word in _KINDS[stream.name](words) if word),
        occurred_at=occurred_at,
        about=() if is_gone else about,
        asset=_ASSETS.get(stream.name, _nothing)(words),
        direction=_DIRECTIONS.get(_word(words, "hs_call_direction") or _word(words, "hs_email_direction"), Direction.UNKNOWN),
        actor=_word(words, "hubspot_owner_id"),
        deleted=is_gone,
    )


def gone(stream: str, source_id: str, *, at: datetime) -> Activity:
    """Return what is left of an activity that no longer exists."""
    return Activity(stream=stream, source_id=source_id, kind="", occurred_at=at, about=(), deleted=True)


def _word(words: _Words, name: str) -> str:
    return (words.get(name) or "").strip()


def _lower(words: _Words, name: str) -> str:
    return _word(words, name).casefold()


def _call(words: _Words) -> Sequence[str]:
    return "call", _lower(words, "hs_call_direction"), _lower(words, "hs_call_status")


def _email(words: _Words) -> Sequence[str]:
    direction = _word(words, "hs_email_direction")
    return "email", _EMAIL_WORDS.get(direction, direction.casefold()), _lower(words, "hs_email_status")


def _nothing(words: _Words) -> str:
    return ""


_KINDS: Mapping[str, Callable[[_Words], Sequence[str]]] = {
    "calls": _call,
    "emails": _email,
    "meetings": lambda words: ("meeting", _lower(words, "hs_meeting_outcome")),
    "notes": lambda words: ("note",),
    "tasks": lambda words: ("task", _lower(words, "hs_task_type"), _lower(words, "hs_task_status")),
}
_ASSETS: Mapping[str, Callable[[_Words], str]] = {
    "calls": lambda words: _DISPOSITIONS.get(_lower(words, "hs_call_disposition"), _word(words, "hs_call_disposition")),
    "meetings": lambda words: _word(words, "hs_activity_type"),
}


def _at(one: Object) -> datetime | None:
    return instant(one.properties.get("hs_timestamp"))


def _made(one: Object) -> datetime | None:
    return instant(one.properties.get("hs_createdate")) or one.created_at


def _met(one: Object) -> datetime | None:
    """A meeting that took place, or was entered afterwards, happened when it began; any other when it was booked."""
    made, begins = _made(one), instant(one.properties.get("hs_meeting_start_time")) or _at(one)
    is_over = _word(one.properties, "hs_meeting_outcome") in {"COMPLETED", "NO_SHOW"}
    if begins is not None and (is_over or made is None or begins <= made):
        return begins
    return made if begins is not None else None


def _created(one: Object) -> datetime | None:
    """A task's timestamp is the day it is due; what counts is when somebody made it."""
    return _made(one) if _at(one) is not None else None


_OCCURRED: Mapping[str, Callable[[Object], datetime | None]] = {
    "calls": _at,
    "emails": _at,
    "meetings": _met,
    "notes": _at,
    "tasks": _created,
}


# ---------------------------------------------------------------- what marketing sees

EMAIL_KINDS: Mapping[str, Direction] = {
    "SENT": Direction.OUTBOUND,
    "OPEN": Direction.INBOUND,
    "CLICK": Direction.INBOUND,
    "REPLY": Direction.INBOUND,
    "FORWARD": Direction.INBOUND,
    "PRINT": Direction.INBOUND,
    "BOUNCE": Direction.UNKNOWN,
    "SPAMREPORT": Direction.INBOUND,
    "STATUSCHANGE": Direction.INBOUND,
}
"""The types of marketing e-mail events that are taken in; the others are steps of the delivery."""


def email_event(row: Plain) -> Activity | Refused | None:
    """Return an event of a marketing e-mail, ``None`` for a type that is left out.

    An event is identified by its id together with the instant of its creation:
    legacydocs.hubspot.com/docs/methods/email/email_events_overview (read 2026-11-21).
    """
    one = row if isinstance(row, dict) else {}
    created, source_id = instant(one.get("created")), text_of(one.get("id"))
    if created is None or not source_id:
        return _odd("email_events", source_id, "created" if source_id else "id", row)
    kind, recipient = text_of(one.get("type")), text_of(one.get("recipient")).casefold()
    if kind not in EMAIL_KINDS:
        return None
    return Activity(
        stream="email_events",
        source_id=f"{source_id}@{text_of(one.get('created'))}",
        kind=kind.casefold(),
        occurred_at=created,
        about=(Ref(EMAIL_STREAM, recipient),) if recipient else (),
        asset=_page(one.get("url")) or text_of(one.get("emailCampaignId")),
        direction=EMAIL_KINDS[kind],
        machine=one.get("filteredEvent") is True,
        deleted=not recipient,
    )


def submission(form: str, title: str, row: Plain) -> Activity | Refused:
    """Return a submission of *form*, which has no identifier in older forms and nobody's number in any."""
    one = row if isinstance(row, dict) else {}
    submitted = instant(one.get("submittedAt"))
    source_id = text_of(one.get("conversionId")) or _digest(form, row)
    if submitted is None:
        return _odd("form_submissions", source_id, "submittedAt", row)
    email = _submitted(one.get("values"), "email").casefold()
    return Activity(
        stream="form_submissions",
        source_id=source_id,
        kind=f"form.{title or form}",
        occurred_at=submitted,
        about=(Ref(EMAIL_STREAM, email),) if email else (),
        asset=_page(one.get("pageUrl")),
        direction=Direction.INBOUND,
        deleted=not email,
    )


def occurrence(row: Plain) -> Activity | Refused:
    """Return a page view or another event of a contact."""
    one = row if isinstance(row, dict) else {}
    occurred, source_id, about = instant(one.get("occurredAt")), text_of(one.get("id")), text_of(one.get("objectId"))
    if occurred is None or not source_id:
        return _odd("page_views", source_id, "occurredAt" if source_id else "id", row)
    held = one.get("properties")
    words = held if isinstance(held, dict) else {}
    return Activity(
        stream="page_views",
        source_id=source_id,
        kind=text_of(one.get("eventType")),
        occurred_at=occurred,
        about=(Ref("contacts", about),) if about else (),
        asset=_page(words.get("hs_url")) or _page(words.get("hs_page_url")),
        direction=Direction.INBOUND,
        deleted=not about,
    )


def _submitted(values: Plain, name: str) -> str:
    for value in values if isinstance(values, list) else []:
        if isinstance(value, dict) and value.get("name") == name and value.get("objectTypeId") in {None, "0-1"}:
            return text_of(value.get("value"))
    return ""


def _page(url: Plain) -> str:
    """Return an address without query and fragment, where addresses of people and tokens stand."""
    return re.split(r"[?#]", text_of(url), maxsplit=1)[0]


def _digest(form: str, row: Plain) -> str:
    return blake2b(json.dumps([form, row], sort_keys=True).encode(), digest_size=12).hexdigest()


def _odd(stream: str, source_id: str, where: str, row: Plain) -> Refused:
    what = "is missing or no identifier" if where == "id" else "is missing or no instant between 1900 and 2100"
    return refused(stream, Odd(source_id, where, what, json.dumps(row)[:1000]))

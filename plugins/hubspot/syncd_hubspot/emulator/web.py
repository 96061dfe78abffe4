"""Events over the wire: page views, marketing e-mail, forms. None of them has a modified time.

Sources: developers.hubspot.com/docs on event occurrences, e-mail events and form submissions (read 2026-11-21). E-mail events
come newest first and name no contact, only an address; submissions come newest first and cannot be filtered by time.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.activity import Form, MailEvent, Occurrence, Submission
from syncd_hubspot.emulator.instants import instant, iso
from syncd_hubspot.emulator.objects import Next, Paging
from syncd_hubspot.emulator.wire import Answer, Call, ErrorBody, Refusal, answer, invalid, missing

OCCURRENCES_PAGE = 100
MAIL_PAGE = 1_000
SUBMISSIONS_PAGE = 50
FORMS_PAGE = 50
APP = 113


class OccurrenceShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A behavioural event."""

    id: str
    event_type: str
    object_type: str
    object_id: str
    occurred_at: str
    properties: Mapping[str, str]


class OccurrenceList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of them."""

    results: Sequence[OccurrenceShown]
    paging: Paging | UnsetType = UNSET


class EventTypes(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The types there are."""

    event_types: Sequence[str]


class SentBy(msgspec.Struct, frozen=True, kw_only=True):
    """The event of sending that an event goes back to."""

    id: str
    created: int


class MailShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An event of a marketing e-mail."""

    id: str
    created: int
    type: str
    recipient: str
    email_campaign_id: int
    app_id: int
    portal_id: int
    sent_by: SentBy
    url: str | UnsetType = UNSET


class MailList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of them."""

    has_more: bool
    offset: str
    events: Sequence[MailShown]


class Campaign(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A mailing."""

    id: int
    app_id: int
    name: str
    subject: str


class FormShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A form."""

    id: str
    name: str
    form_type: str
    created_at: str
    updated_at: str
    archived: bool = False


class FormList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of forms."""

    results: Sequence[FormShown]
    paging: Paging | UnsetType = UNSET


class Field(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A field that was filled in."""

    name: str
    value: str
    object_type_id: str = "0-1"


class SubmissionShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A form that was filled in."""

    conversion_id: str
    submitted_at: int
    values: Sequence[Field]
    page_url: str


class SubmissionList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of them."""

    results: Sequence[SubmissionShown]
    paging: Paging | UnsetType = UNSET


def occurrences(call: Call) -> Answer:
    """List behavioural events in the order of time; another order if ``sort`` says so."""
    _refuse_small_plans(call)
    low, high = _bound(call, "occurredAfter", 0), _bound(call, "occurredBefore", 1 << 62)
    contact, kind = call.word("objectId"), call.word("eventType")
    size, start = call.number("limit", OCCURRENCES_PAGE, most=1_000), _position(call.word("after"))
    found = [
        event
        for event in call.portal.activity.occurrences.all()
        if low <= event.occurred_at <= high
        and (not contact or str(event.contact) == contact)
        and (not kind or event.type == kind)
    ]
    if call.word("sort", "occurredAt").startswith("-"):
        found.reverse()
    page = [_occurrence(event) for event in found[start : start + size]]
    paging = Paging(next=Next(after=_cursor(start + size))) if len(found) > start + size else UNSET
    return answer(OccurrenceList(results=page, paging=paging))


def _occurrence(event: Occurrence) -> OccurrenceShown:
    return OccurrenceShown(
        id=event.id,
        event_type=event.type,
        object_type="CONTACT",
        object_id=str(event.contact),
        occurred_at=iso(event.occurred_at),
        properties={"hs_url": event.url, "hs_page_title": event.title},
    )


def event_types(call: Call) -> Answer:
    """List the types of behavioural events."""
    _refuse_small_plans(call)
    return answer(EventTypes(event_types=sorted({event.type for event in call.portal.activity.occurrences.all()})))


def _refuse_small_plans(call: Call) -> None:
    if not call.portal.account.is_enterprise:
        raise Refusal(403, ErrorBody(message="This account needs an Enterprise subscription.", category="MISSING_SCOPES"))


def _bound(call: Call, key: str, default: int) -> int:
    text = call.word(key)
    at = instant(text) if text else default
    if at is None:
        raise invalid(f"{key} is no time: {text}", context={key: [text]})
    return at


def _cursor(position: int) -> str:
    return b64encode(f"0|0-1|{position}".encode()).decode()


def _position(after: str) -> int:
    if not after:
        return 0
    try:
        return max(0, int(b64decode(after, validate=True).decode().rpartition("|")[2]))
    except ValueError as error:
        raise invalid(f"Invalid paging cursor: {after}", context={"after": [after]}) from error


def mail_events(call: Call) -> Answer:
    """List events of marketing e-mail, newest first, both ends of the window included."""
    low, high = _bound(call, "startTimestamp", 0), _bound(call, "endTimestamp", 1 << 62)
    kind, recipient, campaign_id = call.word("eventType"), call.word("recipient"), call.word("campaignId")
    size, start = call.number("limit", 10, most=MAIL_PAGE), _position(call.word("offset"))
    found = [
        event
        for event in reversed(call.portal.activity.mail.all())
        if low <= event.created <= high
        and (not kind or event.type == kind)
        and (not recipient or event.recipient == recipient)
        and (not campaign_id or str(event.campaign) == campaign_id)
    ]
    events = [_mail(call, event) for event in found[start : start + size]]
    return answer(MailList(has_more=len(found) > start + size, offset=_cursor(start + len(events)), events=events))


def _mail(call: Call, event: MailEvent) -> MailShown:
    return MailShown(
        id=event.id,
        created=event.created,
        type=event.type,
        recipient=event.recipient,
        email_campaign_id=event.campaign,
        app_id=APP,
        portal_id=call.portal.account.portal_id,
        sent_by=SentBy(id=f"{event.campaign}-{event.sent_at}", created=event.sent_at),
        url=event.url or UNSET,
    )


def campaign(call: Call) -> Answer:
    """Read a mailing."""
    text = call.path["id"]
    name = call.portal.activity.campaigns.get(int(text)) if text.isascii() and text.isdigit() else None
    if name is None:
        raise missing(f"No campaign with id {text} exists", context={"id": [text]})
    return answer(Campaign(id=int(text), app_id=APP, name=name, subject=name))


def forms(call: Call) -> Answer:
    """List forms; only HubSpot's own unless others are asked for. Source: airbyte#49140."""
    wanted = set(call.words("formTypes")) or {"hubspot"}
    size, start = call.number("limit", FORMS_PAGE, most=FORMS_PAGE * 2), _position(call.word("after"))
    found = [one for one in call.portal.activity.forms.values() if "all" in wanted or one.type in wanted]
    page = [] if call.flag("archived") else [_form(one) for one in found[start : start + size]]
    paging = Paging(next=Next(after=_cursor(start + size))) if len(found) > start + size else UNSET
    return answer(FormList(results=page, paging=paging))


def form(call: Call) -> Answer:
    """Read a form."""
    return answer(_form(_known(call)))


def _known(call: Call) -> Form:
    found = call.portal.activity.forms.get(call.path["id"])
    if found is None:
        raise missing(f"No form with guid {call.path['id']} exists", context={"formGuid": [call.path["id"]]})
    return found


def _form(one: Form) -> FormShown:
    at = iso(one.created_at)
    return FormShown(id=one.id, name=one.name, form_type=one.type, created_at=at, updated_at=at)


def submissions(call: Call) -> Answer:
    """List what was filled in, newest first."""
    size, start = call.number("limit", 20, most=SUBMISSIONS_PAGE), _position(call.word("after"))
    found = call.portal.activity.submissions[_known(call).id].all()[::-1]
    page = [_submission(one) for one in found[start : start + size]]
    paging = Paging(next=Next(after=_cursor(start + size))) if len(found) > start + size else UNSET
    return answer(SubmissionList(results=page, paging=paging))


def _submission(one: Submission) -> SubmissionShown:
    return SubmissionShown(
        conversion_id=one.conversion_id,
        submitted_at=one.submitted_at,
        values=[Field(name=name, value=value) for name, value in one.values],
        page_url=one.page_url,
    )

"""The kinds of records a portal holds, by every name HubSpot knows them under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKind:
    """A kind of record.

    *plural* is its name in paths and *type_id* the number it also goes by there; *created* and *modified* name the
    properties that hold the two instants (contacts alone say ``lastmodifieddate``); *shown* are the properties that come
    back unasked; *scope* is the family of rights, *unique* the properties that identify a record.
    """

    plural: str
    singular: str
    type_id: str
    created: str
    modified: str
    shown: tuple[str, ...]
    scope: str
    unique: frozenset[str] = frozenset()
    title: str = ""
    mergeable: bool = False

    @property
    def always(self) -> tuple[str, ...]:
        """The properties that come back whatever is asked for."""
        return (self.created, self.modified, "hs_object_id")


def _crm(plural: str, singular: str, type_id: str, shown: str, **more: str) -> ObjectKind:
    return ObjectKind(
        plural=plural,
        singular=singular,
        type_id=type_id,
        created="createdate",
        modified=more.get("modified", "hs_lastmodifieddate"),
        shown=tuple(shown.split()),
        scope=f"crm.objects.{plural}",
        unique=frozenset(more.get("unique", "").split()),
        title=more.get("title", ""),
        mergeable=True,
    )


def _engagement(plural: str, singular: str, type_id: str, title: str) -> ObjectKind:
    return ObjectKind(
        plural=plural,
        singular=singular,
        type_id=type_id,
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        shown=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        scope="sales-email-read" if plural == "emails" else "crm.objects.contacts",
        title=title,
    )


# Type ids and default properties: developers.hubspot.com/docs/api-reference/legacy/crm/search-the-crm (read 2026-11-21)
CONTACTS = _crm(
    "contacts",
    "contact",
    "0-1",
    "createdate email firstname hs_object_id lastmodifieddate lastname",
    modified="lastmodifieddate",
    unique="email",
    title="firstname",
)
COMPANIES = _crm("companies", "company", "0-2", "createdate domain hs_lastmodifieddate hs_object_id name", title="name")
DEALS = _crm(
    "deals",
    "deal",
    "0-3",
    "amount closedate createdate dealname dealstage hs_lastmodifieddate hs_object_id pipeline",
    title="dealname",
)
CALLS = _engagement("calls", "call", "0-48", "hs_call_title")
EMAILS = _engagement("emails", "email", "0-49", "hs_email_subject")
MEETINGS = _engagement("meetings", "meeting", "0-47", "hs_meeting_title")
NOTES = _engagement("notes", "note", "0-46", "hs_note_body")
TASKS = _engagement("tasks", "task", "0-27", "hs_task_subject")

KINDS = (CONTACTS, COMPANIES, DEALS, CALLS, EMAILS, MEETINGS, NOTES, TASKS)


def names(kind: ObjectKind) -> tuple[str, ...]:
    """Return what *kind* may be called in a path; HubSpot does not mind upper case."""
    return (kind.plural, kind.singular, kind.type_id)

"""What people did on the web and with marketing e-mail: events that are no CRM records and have no modified time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T", "MailEvent", "Occurrence", "Submission")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class MailEvent:
    """Something that happened to a marketing e-mail; (id, created) is its key."""

    created: int
    id: str
    type: str
    recipient: str
    campaign: int
    sent_at: int
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Occurrence:
    """A behavioural event of a contact, such as a page view."""

    occurred_at: int
    id: str
    type: str
    contact: int
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Submission:
    """A form that was filled in."""

    submitted_at: int
    conversion_id: str
    form: str
    page_url: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form; only those of the type ``hubspot`` are listed unasked."""

    id: str
    name: str
    created_at: int
    type: str = "hubspot"


class Timeline(Generic[_T]):
    """Events in the order of time; they are sorted when somebody looks, as a past is made up in any order."""

    def __init__(self) -> None:
        self._events: list[_T] = []
        self._is_sorted = True

    def add(self, event: _T) -> None:
        """Add an event."""
        self._is_sorted = self._is_sorted and (not self._events or self._events[-1] <= event)
        self._events.append(event)

    def all(self) -> list[_T]:
        """Return the events, the oldest first."""
        if not self._is_sorted:
            self._events.sort()
            self._is_sorted = True
        return self._events

    def drop(self, is_theirs: Callable[[_T], bool]) -> None:
        """Forget events."""
        self._events = [event for event in self._events if not is_theirs(event)]


class Activity:
    """All of it; submissions by form."""

    def __init__(self) -> None:
        self.mail: Timeline[MailEvent] = Timeline()
        self.occurrences: Timeline[Occurrence] = Timeline()
        self.submissions: dict[str, Timeline[Submission]] = {}
        self.forms: dict[str, Form] = {}
        self.campaigns: dict[int, str] = {}

    def add_form(self, form: Form) -> None:
        """Set up a form."""
        self.forms[form.id] = form
        self.submissions[form.id] = Timeline()

    def forget(self, contact: int, email: str) -> None:
        """Drop what is known of an erased person."""
        self.occurrences.drop(lambda event: event.contact == contact)
        self.mail.drop(lambda event: event.recipient == email)
        for submissions in self.submissions.values():
            submissions.drop(lambda one: ("email", email) in one.values)

"""What people did on the web and with marketing e-mail: events that are no CRM records and have no modified time."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field


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


@dataclass(slots=True, kw_only=True)
class Activity:
    """All of it, each list in the order of time."""

    mail: list[MailEvent] = field(default_factory=list)
    occurrences: list[Occurrence] = field(default_factory=list)
    submissions: dict[str, list[Submission]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    campaigns: dict[int, str] = field(default_factory=dict)

    def mailed(self, event: MailEvent) -> None:
        """Note what happened to an e-mail."""
        insort(self.mail, event)

    def occurred(self, event: Occurrence) -> None:
        """Note what a contact did."""
        insort(self.occurrences, event)

    def submitted(self, submission: Submission) -> None:
        """Note a form that was filled in."""
        insort(self.submissions.setdefault(submission.form, []), submission)

    def forget(self, contact: int, email: str) -> None:
        """Drop what is known of an erased person."""
        self.occurrences = [event for event in self.occurrences if event.contact != contact]
        self.mail = [event for event in self.mail if event.recipient != email]
        for form, found in self.submissions.items():
            self.submissions[form] = [one for one in found if ("email", email) not in one.values]

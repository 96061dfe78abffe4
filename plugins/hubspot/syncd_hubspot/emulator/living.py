"""How the company lives: people read, click, sign up and book; reps call or forget; deals move; somebody edits a stage.

One `happen` is one thing that happens to one person. Some twenty of them make the past a portal is filled with, and
`--live` goes on from there: `Life.step` is called again and again, and once in a while somebody new arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from syncd_hubspot.emulator import words
from syncd_hubspot.emulator.activity import Form, MailEvent, Occurrence, Submission
from syncd_hubspot.emulator.catalog import CHOICES
from syncd_hubspot.emulator.company import Firm, arrive, deal, reps, staff
from syncd_hubspot.emulator.definitions import options
from syncd_hubspot.emulator.instants import iso
from syncd_hubspot.emulator.portal import Portal

MINUTE = 60_000
HOUR = 60 * MINUTE
THINGS_PER_PERSON = 6
NEWCOMERS = 0.1
CALLED = 0.3
FORGOTTEN = 0.3
LATELY = 20
FIRST_NEWCOMER = 1_000_000
_CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
_DISPOSITIONS = tuple(option.value for option in options(CHOICES["disposition"]))
_STAGES = tuple(option.value for option in options(CHOICES["dealstage"]))
_OPEN_STAGES = tuple(stage for stage in _STAGES if not stage.startswith("closed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Who something happens to, and when: now, or in the past, of which nobody is told."""

    portal: Portal
    rng: Random
    contact: int
    at: int
    is_past: bool

    @property
    def backdate(self) -> int | None:
        """The time to give to what is written; None for now."""
        return self.at if self.is_past else None

    def value(self, name: str) -> str:
        """Return what is known of the person."""
        return self.portal.of("contacts").live[self.contact].values.get(name, "")

    def set(self, values: dict[str, str], *, source: str) -> None:
        """Change what is known of the person."""
        self.portal.update("contacts", self.contact, values, source=source, at=self.backdate)

    def count(self, name: str) -> str:
        """Return one more than there was."""
        return str(int(self.value(name) or 0) + 1)

    def note(self, kind: str, label: int, values: dict[str, str]) -> int:
        """Add an engagement with the person, and with the firm and the rep where there are any."""
        owner = self.value("hubspot_owner_id")
        whole = {**values, **({"hubspot_owner_id": owner} if owner else {})}
        record = self.portal.create(kind, whole, source="CRM_UI", at=self.backdate)
        self.portal.associate(self.portal.links.labels[label], self.contact, record.id)
        firm = self.value("associatedcompanyid")
        plain = self.portal.links.default("companies", kind)
        if firm and plain is not None and int(firm) in self.portal.of("companies").live:
            self.portal.associate(plain, int(firm), record.id)
        return record.id


def past(portal: Portal, rng: Random, contact: int, *, at: int, until: int) -> None:
    """Make up what happened to a person between two instants."""
    when = sorted(rng.randint(at, until - 1) for _ in range(rng.randint(0, 2 * THINGS_PER_PERSON)))
    for moment in when:
        happen(Moment(portal=portal, rng=rng, contact=contact, at=moment, is_past=True))


def nothing(portal: Portal, rng: Random, contact: int, *, at: int, until: int) -> None:
    """Make up no past."""


def happen(moment: Moment) -> None:
    """Let one thing happen."""
    moment.rng.choices(_DEEDS, cum_weights=_WEIGHTS)[0](moment)


def _read(moment: Moment) -> None:
    """Read a few pages."""
    visit(moment, [moment.rng.choice(words.PAGES) for _ in range(moment.rng.randint(1, 4))])


def visit(moment: Moment, pages: Sequence[tuple[str, str]]) -> None:
    """Read these pages, given by path and title; what HubSpot counts of it moves no modified time."""
    for step, (path, title) in enumerate(pages):
        url = f"{words.SITE}{path}"
        at = moment.at + step * MINUTE
        event = Occurrence(
            occurred_at=at, id=moment.portal.token(), type="e_visited_page", contact=moment.contact, url=url, title=title
        )
        moment.portal.activity.occurrences.add(event)
    counted = {
        "hs_analytics_num_page_views": moment.count("hs_analytics_num_page_views"),
        "hs_analytics_last_visit_timestamp": iso(moment.at),
        "hs_analytics_last_url": url,
    }
    moment.portal.compute("contacts", moment.contact, counted)


def _get_mail(moment: Moment) -> None:
    """Get a mailing, and perhaps open it and click."""
    campaign = moment.rng.choice(sorted(moment.portal.activity.campaigns))
    recipient = moment.value("email")
    told = ["SENT", "DELIVERED"]
    if moment.rng.random() < 0.5:
        told.append("OPEN")
        moment.set({"hs_email_open": moment.count("hs_email_open"), "hs_email_last_open_date": iso(moment.at)}, source="EMAIL")
        if moment.rng.random() < 0.4:
            told.append("CLICK")
            clicked = {"hs_email_click": moment.count("hs_email_click"), "hs_email_last_click_date": iso(moment.at)}
            moment.set(clicked, source="EMAIL")
    for step, kind in enumerate(told):
        event = MailEvent(
            created=moment.at + step * MINUTE,
            id=moment.portal.token(),
            type=kind,
            recipient=recipient,
            campaign=campaign,
            sent_at=moment.at,
            url=f"{words.SITE}/pricing" if kind == "CLICK" else "",
        )
        moment.portal.activity.mail.add(event)


def _sign_up(moment: Moment) -> None:
    """Fill in a form."""
    sign_up(moment, moment.rng.choice(tuple(moment.portal.activity.forms.values())))


def sign_up(moment: Moment, form: Form) -> None:
    """Fill in this form; a demo request makes an MQL."""
    values = tuple((name, moment.value(name)) for name in ("email", "firstname", "lastname", "company") if moment.value(name))
    page = next(path for name, path, _ in words.FORMS if name == form.name)
    moment.portal.activity.submissions[form.id].add(
        Submission(
            submitted_at=moment.at,
            conversion_id=moment.portal.token(),
            form=form.id,
            page_url=f"{words.SITE}{page}",
            values=values,
        )
    )
    news = {
        "num_conversion_events": moment.count("num_conversion_events"),
        "recent_conversion_date": iso(moment.at),
        "recent_conversion_event_name": form.name,
    }
    if form.name in {"Demo request", "Contact sales"}:
        news["lifecyclestage"] = "marketingqualifiedlead"
    moment.set(news, source="FORM")


def _call(moment: Moment) -> None:
    """A rep calls; one who is reached may become an SQL."""
    disposition = moment.rng.choice(_DISPOSITIONS)
    reached = disposition == _CONNECTED
    moment.note(
        "calls",
        193,
        {
            "hs_timestamp": iso(moment.at),
            "hs_call_title": f"Call with {moment.value('firstname')}",
            "hs_call_direction": "OUTBOUND",
            "hs_call_status": "COMPLETED" if reached else "NO_ANSWER",
            "hs_call_disposition": disposition,
            "hs_call_duration": str(moment.rng.randint(30, 900) * 1000 if reached else 0),
        },
    )
    news = {"hs_lead_status": "CONNECTED" if reached else "ATTEMPTED_TO_CONTACT", "notes_last_contacted": iso(moment.at)}
    if reached and moment.value("lifecyclestage") == "marketingqualifiedlead":
        news["lifecyclestage"] = "salesqualifiedlead"
    moment.set({**news, "num_contacted_notes": moment.count("num_contacted_notes")}, source="CRM_UI")


def _write(moment: Moment) -> None:
    """An e-mail goes to or fro."""
    inbound = moment.rng.random() < 0.4
    values = {
        "hs_timestamp": iso(moment.at),
        "hs_email_direction": "INCOMING_EMAIL" if inbound else "EMAIL",
        "hs_email_status": "SENT",
        "hs_email_subject": moment.rng.choice(("Your question", "Following up", "Offer", "Next steps")),
    }
    values["hs_email_from_email" if inbound else "hs_email_to_email"] = moment.value("email")
    moment.note("emails", 197, values)


def _meet(moment: Moment) -> None:
    """A meeting is booked, and held or missed."""
    starts = moment.at + moment.rng.randint(4, 72) * HOUR
    held = "SCHEDULED" if starts > moment.portal.now() else moment.rng.choice(("COMPLETED", "COMPLETED", "NO_SHOW", "CANCELED"))
    moment.note(
        "meetings",
        199,
        {
            "hs_timestamp": iso(starts),
            "hs_meeting_title": f"Demo for {moment.value('company') or moment.value('lastname')}",
            "hs_meeting_start_time": iso(starts),
            "hs_meeting_end_time": iso(starts + HOUR // 2),
            "hs_meeting_outcome": held,
        },
    )


def _note(moment: Moment) -> None:
    """A rep writes something down."""
    text = moment.rng.choice(words.NOTES)
    moment.note("notes", 201, {"hs_timestamp": iso(moment.at), "hs_note_body": text})


def _task(moment: Moment) -> None:
    """A rep plans to do something, which may be forgotten."""
    due = moment.at + moment.rng.randint(1, 5) * 24 * HOUR
    done = due < moment.portal.now() and moment.rng.random() < 0.7
    moment.note(
        "tasks",
        203,
        {
            "hs_timestamp": iso(due),
            "hs_task_subject": f"Call {moment.value('firstname')} back",
            "hs_task_status": "COMPLETED" if done else "NOT_STARTED",
            "hs_task_priority": moment.rng.choice(("LOW", "MEDIUM", "HIGH")),
            "hs_task_type": "CALL",
        },
    )


def _edit(moment: Moment) -> None:
    """Somebody edits a stage, a status or an owner by hand."""
    change = moment.rng.choice(
        (
            {"hs_lead_status": moment.rng.choice(("OPEN", "UNQUALIFIED", "BAD_TIMING", "IN_PROGRESS"))},
            {"hubspot_owner_id": moment.rng.choice(reps(moment.portal))},
            {"jobtitle": moment.rng.choice(words.TITLES)},
            {"lifecyclestage": moment.rng.choice(("marketingqualifiedlead", "salesqualifiedlead"))},
        )
    )
    moment.set(change, source="CRM_UI")


def _deal(moment: Moment) -> None:
    """A deal is opened, or the one there is moves on, to the end now and then."""
    mine = sorted(moment.portal.links.of("contacts", moment.contact, "deals"))
    live = moment.portal.of("deals").live
    if not mine or mine[0] not in live:
        deal(moment.portal, moment.rng, moment.contact, at=moment.backdate)
        moment.set({"lifecyclestage": "opportunity"}, source="CRM_UI")
        return
    stage = live[mine[0]].values.get("dealstage")
    if stage not in _OPEN_STAGES:
        return
    following = moment.rng.choice((_STAGES[_STAGES.index(stage) + 1], "closedwon", "closedlost"))
    moment.portal.update("deals", mine[0], {"dealstage": following}, source="CRM_UI", at=moment.backdate)
    if following == "closedwon":
        moment.set({"lifecyclestage": "customer"}, source="CRM_UI")


_THINGS: tuple[tuple[int, Callable[[Moment], None]], ...] = (
    (40, _read),
    (20, _get_mail),
    (8, _sign_up),
    (9, _call),
    (7, _write),
    (4, _meet),
    (4, _note),
    (3, _task),
    (3, _edit),
    (6, _deal),
)
_DEEDS = tuple(thing for _, thing in _THINGS)
_WEIGHTS = tuple(accumulate(weight for weight, _ in _THINGS))


class Life:
    """The company from now on. Most things happen to who came lately; of those who ask for sales, some are forgotten."""

    def __init__(self, portal: Portal, rng: Random) -> None:
        if not portal.activity.campaigns:
            staff(portal, portal.now())
        self._portal = portal
        self._rng = rng
        self._arrived = 0
        self._asking: list[int] = []

    def step(self) -> None:
        """Let one thing happen now: somebody arrives, a rep calls who asked for it, or something happens to somebody."""
        contacts = tuple(self._portal.of("contacts").ids())
        if not contacts or self._rng.random() < NEWCOMERS:
            self._arrived += 1
            arrive(self._portal, self._rng, self._firms(), number=FIRST_NEWCOMER + self._arrived)
        elif self._asking and self._rng.random() < CALLED:
            self._call_one()
        else:
            lately = contacts[-LATELY:] if self._rng.random() < 0.5 else contacts
            self._let_happen(self._moment(self._rng.choice(lately)))

    def _call_one(self) -> None:
        contact = self._asking.pop(0)
        if contact in self._portal.of("contacts").live and self._rng.random() >= FORGOTTEN:
            _call(self._moment(contact))

    def _let_happen(self, moment: Moment) -> None:
        before = moment.value("lifecyclestage")
        happen(moment)
        if before != moment.value("lifecyclestage") == "marketingqualifiedlead":
            self._asking.append(moment.contact)

    def _moment(self, contact: int) -> Moment:
        return Moment(portal=self._portal, rng=self._rng, contact=contact, at=self._portal.now(), is_past=False)

    def _firms(self) -> list[Firm]:
        live = self._portal.of("companies").live.values()
        return [
            Firm(id=one.id, name=one.values.get("name", ""), domain=one.values["domain"], place=("Spain", "Madrid", "+34 91"))
            for one in live
            if one.values.get("domain")
        ]

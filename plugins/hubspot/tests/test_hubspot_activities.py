"""What happened into activities."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from syncd_hubspot.activities import email_event, engagement, occurrence, submission
from syncd_hubspot.answers import Object
from syncd_hubspot.objects import OBJECTS
from syncd_hubspot.plain import Plain

from syncd.spi import EMAIL_STREAM, Activity, Direction, Ref, Refused

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ABOUT = {"contacts": (("101", False), ("102", False))}


def made(stream: str, **properties: str | None) -> Activity:
    one = Object(id="7", updated_at=AT, created_at=AT, properties={"hs_timestamp": "2026-11-19T10:00:00Z", **properties})
    found = engagement(OBJECTS[stream], one, ABOUT)
    assert isinstance(found, Activity)
    return found


@pytest.mark.parametrize(
    ("stream", "properties", "kind", "asset", "direction"),
    [
        pytest.param(
            "calls",
            {
                "hs_call_direction": "OUTBOUND",
                "hs_call_status": "COMPLETED",
                "hs_call_disposition": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
            },
            "call.outbound.completed",
            "connected",
            Direction.OUTBOUND,
            id="a call",
        ),
        pytest.param(
            "calls",
            {"hs_call_disposition": "own word", "hs_call_status": None},
            "call",
            "own word",
            Direction.UNKNOWN,
            id="a bare call",
        ),
        pytest.param(
            "emails",
            {"hs_email_direction": "EMAIL", "hs_email_status": "SENT"},
            "email.outgoing.sent",
            "",
            Direction.OUTBOUND,
            id="an e-mail",
        ),
        pytest.param(
            "emails", {"hs_email_direction": "INCOMING_EMAIL"}, "email.incoming", "", Direction.INBOUND, id="an answer"
        ),
        pytest.param("notes", {}, "note", "", Direction.UNKNOWN, id="a note"),
        pytest.param(
            "tasks",
            {"hs_task_type": "CALL", "hs_task_status": "COMPLETED"},
            "task.call.completed",
            "",
            Direction.UNKNOWN,
            id="a task",
        ),
        pytest.param(
            "meetings",
            {"hs_meeting_outcome": "SCHEDULED", "hs_activity_type": "Demo"},
            "meeting.scheduled",
            "Demo",
            Direction.UNKNOWN,
            id="a meeting",
        ),
    ],
)
def test_an_engagement_is_said_in_short_words(
    stream: str, properties: dict[str, str | None], kind: str, asset: str, direction: Direction
) -> None:
    found = made(stream, **properties)
    assert (found.kind, found.asset, found.direction) == (kind, asset, direction)
    assert found.about == (Ref("contacts", "101"), Ref("contacts", "102"))


def test_a_call_happened_when_its_timestamp_says_and_a_task_when_it_was_made() -> None:
    assert made("calls").occurred_at == datetime(2026, 11, 19, 10, tzinfo=UTC)
    assert made("tasks", hs_timestamp="2026-12-24T10:00:00Z").occurred_at == AT


@pytest.mark.parametrize(
    ("outcome", "begins", "at"),
    [
        pytest.param("SCHEDULED", "2026-11-25T10:00:00Z", AT, id="booked when it was made"),
        pytest.param("COMPLETED", "2026-11-25T10:00:00Z", datetime(2026, 11, 25, 10, tzinfo=UTC), id="held when it began"),
        pytest.param("", "2026-11-18T10:00:00Z", datetime(2026, 11, 18, 10, tzinfo=UTC), id="entered afterwards"),
    ],
)
def test_a_meeting_is_booked_once_and_held_later(outcome: str, begins: str, at: datetime) -> None:
    assert made("meetings", hs_meeting_outcome=outcome, hs_meeting_start_time=begins).occurred_at == at


def test_an_engagement_about_nobody_counts_no_longer() -> None:
    one = Object(id="7", updated_at=AT, properties={"hs_timestamp": "2026-11-19T10:00:00Z"})
    found = engagement(OBJECTS["notes"], one, {"contacts": ()})
    assert isinstance(found, Activity) and found.deleted and found.about == ()


def test_an_engagement_without_an_instant_is_refused() -> None:
    found = engagement(OBJECTS["notes"], Object(id="7", updated_at=AT, properties={"hs_timestamp": "soon"}), ABOUT)
    assert isinstance(found, Refused) and found.problem.where == "notes.hs_timestamp"


def test_an_e_mail_event_is_about_an_address() -> None:
    row: Plain = {
        "id": "u",
        "created": 1763628600000,
        "type": "CLICK",
        "recipient": "Ana@Acme.example",
        "url": "https://a/p?token=1",
    }
    found = email_event(row)
    assert isinstance(found, Activity)
    assert (found.source_id, found.kind, found.asset) == ("u@1763628600000", "click", "https://a/p")
    assert (found.about, found.direction) == ((Ref(EMAIL_STREAM, "ana@acme.example"),), Direction.INBOUND)


def test_what_hubspot_filters_as_a_machine_s_is_one() -> None:
    row: Plain = {"id": "u", "created": 1763628600000, "type": "OPEN", "recipient": "a@b.example", "filteredEvent": True}
    found = email_event(row)
    assert isinstance(found, Activity) and found.machine


def test_steps_of_a_delivery_are_left_out() -> None:
    assert email_event({"id": "u", "created": 1763628600000, "type": "DELIVERED", "recipient": "a@b.example"}) is None


def test_a_submission_names_its_form_and_is_about_the_address_in_it() -> None:
    row: Plain = {
        "conversionId": "c1",
        "submittedAt": 1763628600000,
        "values": [{"name": "email", "value": "Ana@Acme.example", "objectTypeId": "0-1"}],
        "pageUrl": "https://acme.example/demo?email=ana",
    }
    found = submission("guid", "Book a demo", row)
    assert isinstance(found, Activity)
    assert (found.source_id, found.kind, found.asset) == ("c1", "form.Book a demo", "https://acme.example/demo")
    assert found.about == (Ref(EMAIL_STREAM, "ana@acme.example"),)


def test_a_submission_without_identifier_is_known_by_its_content() -> None:
    row: Plain = {"submittedAt": 1763628600000, "values": [{"name": "email", "value": "a@b.example"}]}
    other: Plain = {"submittedAt": 1763628600001, "values": [{"name": "email", "value": "a@b.example"}]}
    once, again, another = (submission("guid", "", one) for one in (row, row, other))
    assert isinstance(once, Activity) and isinstance(again, Activity) and isinstance(another, Activity)
    assert once == again and once.source_id != another.source_id


def test_a_page_view_is_about_a_contact_and_forgets_what_the_address_carried() -> None:
    row: Plain = {
        "id": "e1",
        "eventType": "e_visited_page",
        "objectId": "101",
        "occurredAt": "2026-11-20T09:00:00Z",
        "properties": {"hs_url": "https://acme.example/pricing?utm=1#top"},
    }
    found = occurrence(row)
    assert isinstance(found, Activity)
    assert (found.kind, found.asset, found.about) == (
        "e_visited_page",
        "https://acme.example/pricing",
        (Ref("contacts", "101"),),
    )


@pytest.mark.parametrize("row", [None, [], {"id": "x"}, {"id": "x", "occurredAt": "?", "created": "?", "submittedAt": "?"}])
def test_a_row_without_an_instant_is_refused(row: Plain) -> None:
    assert isinstance(email_event(row), Refused)
    assert isinstance(occurrence(row), Refused)
    assert isinstance(submission("guid", "", row), Refused)

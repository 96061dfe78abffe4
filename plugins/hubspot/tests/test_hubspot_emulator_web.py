"""Page views, mailings and forms over the wire, and the webhooks that tell of changes."""

from __future__ import annotations

from collections import Counter
from random import Random

import msgspec
import pytest
from emulator_calls import NOON, Asked, Clock, Json
from syncd_hubspot.emulator import Options, assemble
from syncd_hubspot.emulator.activity import Form, MailEvent, Occurrence, Submission
from syncd_hubspot.emulator.webhooks import RETRIES, Webhooks, signature

EVENTS = "/events/event-occurrences/2026-09"
MAIL = "/email/public/v1/events"


@pytest.fixture
def hub() -> Asked:
    """Five page views, e-mail events and submissions, a minute apart."""
    asked = Asked()
    activity = asked.service.portal.activity
    activity.add_form(Form(id="f1", name="Newsletter", created_at=NOON))
    activity.add_form(Form(id="f2", name="Elsewhere", created_at=NOON, type="captured"))
    for n in range(5):
        at = NOON + n * 60_000
        activity.occurrences.add(
            Occurrence(occurred_at=at, id=f"o{n}", type="e_visited_page", contact=7 + n % 2, url="u", title="t")
        )
        kind = "OPEN" if n else "SENT"
        activity.mail.add(MailEvent(created=at, id=f"m{n}", type=kind, recipient="a@b.example", campaign=1, sent_at=NOON))
        activity.submissions["f1"].add(
            Submission(submitted_at=at, conversion_id=f"s{n}", form="f1", page_url="u", values=(("email", "a@b.example"),))
        )
    return asked


def told(asked: Asked, path: str, key: str = "id", inside: str = "results") -> list[str]:
    got = asked.get(path)
    found = got.at(inside)
    assert isinstance(found, list)
    return [got.text(inside, n, key) for n in range(len(found))]


def test_page_views_come_in_the_order_of_time_within_a_window(hub: Asked) -> None:
    assert told(hub, f"{EVENTS}?occurredAfter=2026-11-21T12:01:00Z&occurredBefore=2026-11-21T12:03:00Z") == ["o1", "o2", "o3"]
    assert told(hub, f"{EVENTS}?objectType=contact&objectId=8") == ["o1", "o3"]
    assert told(hub, f"{EVENTS}?sort=-occurredAt&limit=2") == ["o4", "o3"]


def test_pages_of_events_go_on_at_an_opaque_cursor(hub: Asked) -> None:
    after = hub.get(f"{EVENTS}?limit=3").text("paging", "next", "after")
    assert told(hub, f"{EVENTS}?limit=3&after={after}") == ["o3", "o4"]
    assert hub.get(f"{EVENTS}?after=nonsense").status == 400


def test_a_small_plan_has_no_events(hub: Asked) -> None:
    hub.service.portal.account.is_enterprise = False
    assert hub.get(EVENTS).status == 403


def test_email_events_come_newest_first_with_both_ends_of_the_window(hub: Asked) -> None:
    path = f"{MAIL}?startTimestamp={NOON}&endTimestamp={NOON + 120_000}"
    assert told(hub, path, inside="events") == ["m2", "m1", "m0"]
    assert told(hub, f"{path}&eventType=OPEN", inside="events") == ["m2", "m1"]
    first = hub.get(f"{MAIL}?limit=4")
    assert first.at("hasMore") is True
    assert told(hub, f"{MAIL}?limit=4&offset={first.text('offset')}", inside="events") == ["m0"]


def test_only_hubspots_own_forms_are_listed_unasked(hub: Asked) -> None:
    assert told(hub, "/marketing/v3/forms") == ["f1"]
    assert told(hub, "/marketing/v3/forms?formTypes=hubspot,captured") == ["f1", "f2"]
    assert told(hub, "/marketing/v3/forms?formTypes=all") == ["f1", "f2"]


def test_submissions_come_newest_first(hub: Asked) -> None:
    path = "/form-integrations/v1/submissions/forms/f1"
    first = hub.get(f"{path}?limit=3")
    assert [first.text("results", n, "conversionId") for n in range(3)] == ["s4", "s3", "s2"]
    assert told(hub, f"{path}?limit=3&after={first.text('paging', 'next', 'after')}", "conversionId") == ["s1", "s0"]
    assert hub.get("/form-integrations/v1/submissions/forms/none").status == 404


def test_an_erased_person_leaves_no_events(hub: Asked) -> None:
    one = hub.make("a@b.example")
    hub.service.portal.erase("contacts", one)
    assert (told(hub, MAIL, inside="events"), told(hub, "/form-integrations/v1/submissions/forms/f1")) == ([], [])


@pytest.fixture
def told_by_hook() -> tuple[Asked, Webhooks]:
    asked = Asked()
    service = asked.service
    hooks = Webhooks(service.portal, service.misbehaviour, url="https://a.example/hook", secret="s", rng=Random(1))
    return asked, hooks


def bodies(hooks: Webhooks) -> list[dict[str, Json]]:
    return [event for one in hooks.due() for event in msgspec.json.decode(one.body, type=list[dict[str, object]])]  # type: ignore[misc]


def test_a_new_contact_is_told_with_its_properties(told_by_hook: tuple[Asked, Webhooks]) -> None:
    asked, hooks = told_by_hook
    one = asked.make("ann@firm.example")
    events = bodies(hooks)
    assert [event["subscriptionType"] for event in events] == ["contact.creation", "contact.propertyChange"]
    assert {event["objectId"] for event in events} == {one}
    assert (events[1]["propertyName"], events[1]["propertyValue"]) == ("email", "ann@firm.example")
    assert events[0]["changeSource"] == "INTEGRATION"


def test_a_merge_names_old_and_new(told_by_hook: tuple[Asked, Webhooks]) -> None:
    asked, hooks = told_by_hook
    one, other = asked.make("a@firm.example"), asked.make("b@firm.example")
    hooks.due()
    new = asked.service.portal.merge("contacts", one, other).id
    event = bodies(hooks)[0]
    assert (event["subscriptionType"], event["newObjectId"], event["mergedObjectIds"]) == ("contact.merge", new, [one, other])


def test_what_came_of_an_archive_an_erasure_and_an_association_is_told(told_by_hook: tuple[Asked, Webhooks]) -> None:
    asked, hooks = told_by_hook
    one, other = asked.make("a@firm.example"), asked.make("b@firm.example")
    portal = asked.service.portal
    firm = portal.create("companies", {"name": "Firm"}).id
    hooks.due()
    portal.associate(portal.links.labels[1], one, firm)
    portal.archive("contacts", one)
    portal.restore("contacts", one)
    portal.erase("contacts", other)
    kinds = [str(event["subscriptionType"]) for event in bodies(hooks)]
    assert [kind for kind in kinds if "property" not in kind] == [
        "contact.associationChange",
        "contact.deletion",
        "contact.restore",
        "contact.privacyDeletion",
    ]


def test_a_delivery_is_signed_with_its_own_time(told_by_hook: tuple[Asked, Webhooks]) -> None:
    asked, hooks = told_by_hook
    asked.make("a@firm.example")
    sent = hooks.due()[0]
    assert sent.headers["X-HubSpot-Request-Timestamp"] == str(NOON)
    assert sent.headers["X-HubSpot-Signature-v3"] == signature("s", "POST", "https://a.example/hook", sent.body, str(NOON))


def test_a_hundred_events_go_in_one_delivery(told_by_hook: tuple[Asked, Webhooks]) -> None:
    asked, hooks = told_by_hook
    for n in range(60):
        asked.make(f"p{n}@firm.example")
    assert [len(one.events) for one in hooks.due()] == [100, 20]


def test_what_is_not_taken_comes_again_ten_times(told_by_hook: tuple[Asked, Webhooks]) -> None:
    asked, hooks = told_by_hook
    asked.make("a@firm.example")
    attempts = []
    for _ in range(20):
        for delivery in hooks.due():
            attempts.append(delivery.events[0].attempt_number)
            hooks.refused(delivery)
        asked.clock.forward(12 * 3600)
    assert attempts == list(range(RETRIES + 1))


def test_webhooks_are_lost_doubled_and_shuffled_on_demand() -> None:
    service = assemble(Options(clock=Clock(), misbehave="hooks-lost:0.2,hooks-double:0.3,hooks-shuffle:0.5"))
    hooks = Webhooks(service.portal, service.misbehaviour, url="https://a.example/hook", secret="s", rng=Random(1))
    for n in range(100):
        service.portal.create("contacts", {"firstname": str(n)})
    names = [event.property_value for one in hooks.due() for event in one.events if event.property_name == "firstname"]
    assert names != sorted(names, key=str)
    counts = Counter(names)
    assert len(counts) < 100
    assert max(counts.values()) == 2

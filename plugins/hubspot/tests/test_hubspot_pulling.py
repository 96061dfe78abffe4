"""Reading: how many calls it takes, what bears no date, and what vanished."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hubspot_world import Direct, HubSpotWorld
from syncd_hubspot.api import HubSpotConnector, opened
from syncd_hubspot.cursors import Cursor, Lane, Pace, decoded, encoded
from syncd_hubspot.emulator.activity import Form
from syncd_hubspot.errors import Invalid
from syncd_hubspot.logs import LogPuller, Read, Reader
from syncd_hubspot.paths import Paths
from syncd_hubspot.plain import ErrorItem
from syncd_hubspot.portal import Portal

from syncd.spi import Activity, Association, BadAnswer, Page, Ref, Reply, SourceRecord, Unauthorized, Unavailable
from syncd.testing import VirtualClock
from syncd.testing.bench import folded, reading, ref_of

CONTACTS, COMPANIES = "contacts", "companies"


@pytest.fixture
def world(tmp_path: Path) -> HubSpotWorld:
    world = HubSpotWorld(tmp_path)
    world.settings = world.settings.model_copy(update={"sweep": timedelta(hours=24)})
    return world


def connector(world: HubSpotWorld, tmp_path: Path, *, wanted: Mapping[str, frozenset[str]] | None = None) -> HubSpotConnector:
    """With pages as large as in life."""
    (tmp_path / "cache").mkdir(exist_ok=True)
    opening = world.opening(tmp_path / "cache")
    made = opened(replace(opening, wanted=wanted) if wanted is not None else opening)
    assert isinstance(made, HubSpotConnector)
    return made


def calls(world: HubSpotWorld) -> dict[str, int]:
    """Requests by the end of their path, counted from zero the next time."""
    found: dict[str, int] = {}
    for (_, path), count in world.service.calls.items():
        name = path.partition("2026-09/")[2] or path
        found[name] = found.get(name, 0) + count
    world.service.calls.clear()
    return found


def end(pages: Sequence[Page]) -> str:
    return pages[-1].cursor


@pytest.mark.parametrize("count", [99, 100, 201])
def test_reading_everything_takes_a_call_per_hundred(world: HubSpotWorld, tmp_path: Path, count: int) -> None:
    world.fill(CONTACTS, count - 1)  # one is there from the start
    pages = reading(connector(world, tmp_path).pull, CONTACTS)
    assert len(folded(pages)) == count
    assert calls(world) == {"contacts": -(-count // 100)}


@pytest.mark.parametrize("count", [0, 1, 200, 201])
def test_following_takes_a_search_per_two_hundred_and_one_more(world: HubSpotWorld, tmp_path: Path, count: int) -> None:
    refs = world.fill(CONTACTS, 250)
    world.rest()
    source = connector(world, tmp_path)
    cursor = end(reading(source.pull, CONTACTS))
    world.clock.advance(timedelta(minutes=1))
    for ref in refs[:count]:
        world.change(ref)
    calls(world)
    came = folded(reading(source.pull, CONTACTS, cursor))
    assert set(came) == set(refs[:count])
    pages = -(-count // 200)
    hydrated = -(-count // 100) if count != 201 else 3  # two for the first page of the search, one for the second
    assert calls(world) == {
        "contacts/search": pages + 1,
        **({"contacts/batch/read": hydrated, "contacts/companies/batch/read": pages} if count else {}),
    }


def test_a_quiet_stream_costs_one_call_a_minute(world: HubSpotWorld, tmp_path: Path) -> None:
    world.fill(CONTACTS, 10)
    world.rest()
    source = connector(world, tmp_path)
    cursor = end(reading(source.pull, CONTACTS))
    calls(world)
    world.clock.advance(timedelta(minutes=1))
    source.pull(CONTACTS, cursor)
    assert calls(world) == {"contacts/search": 1}


def test_more_records_of_one_instant_than_a_search_can_count_all_come(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill(CONTACTS, 10_050)
    world.rest()
    source = connector(world, tmp_path)
    cursor = end(reading(source.pull, CONTACTS))
    world.clock.advance(timedelta(minutes=1))
    for ref in refs:
        world.change(ref)
    assert len(folded(reading(source.pull, CONTACTS, cursor))) == 10_050


def test_more_properties_than_an_address_holds_are_read_in_a_batch(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill(CONTACTS, 120)
    many = frozenset({"email", *(f"property_{number:04}" for number in range(600))})
    came = folded(reading(connector(world, tmp_path, wanted={CONTACTS: many}).pull, CONTACTS))
    assert set(refs) <= set(came)
    assert calls(world) == {"contacts": 2, "contacts/batch/read": 2}


def test_what_vanished_is_traced_however_many_properties_are_mapped(world: HubSpotWorld, tmp_path: Path) -> None:
    merged, other, purged = world.fill(CONTACTS, 3)
    many = frozenset({"email", *(f"property_{number:04}" for number in range(600))})
    source = connector(world, tmp_path, wanted={CONTACTS: many})
    survivor = world.merge(merged, other)
    world.service.portal.erase(CONTACTS, int(purged.external_id))
    calls(world)
    came = {ref_of(one): one for one in source.reread([merged, other, purged])}
    assert [getattr(came[ref], "merged_into", None) for ref in (merged, other, purged)] == [survivor, survivor, None]
    assert came[purged].deleted and not came[survivor].deleted
    live = came[survivor]
    assert isinstance(live, SourceRecord) and live.fields["email"]
    assert calls(world) == {
        "contacts/batch/read": 3,  # live, in the bin, what they were merged into
        **{f"contacts/{ref.external_id}": 1 for ref in (merged, other, purged)},
        "contacts/companies/batch/read": 1,
    }


def test_associations_of_more_records_than_a_request_takes_are_asked_for_in_parts(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill(CONTACTS, 1_050)
    calls(world)
    came = connector(world, tmp_path).reread(refs)
    assert len(came) == 1_050
    assert calls(world)["contacts/companies/batch/read"] == 2


@pytest.mark.parametrize("named", ["fromObjectId", "ids"])
def test_associations_that_could_not_be_read_are_not_taken_for_none(world: HubSpotWorld, tmp_path: Path, named: str) -> None:
    (call, other) = world.fill("calls", 2)

    def spoil(answer: dict[str, list[object]]) -> None:
        answer["results"] = [one for one in answer["results"] if f"'{call.external_id}'" not in str(one)]
        answer["errors"] = [{"status": "error", "category": "INTERNAL_ERROR", "context": {named: [call.external_id]}}]

    (tmp_path / "cache").mkdir()
    spoiling = Spoiling(world, "calls/contacts/batch/read", spoil)
    source = opened(replace(world.opening(tmp_path / "cache"), client=spoiling))
    assert isinstance(source, HubSpotConnector)
    assert [one.deleted for one in source.reread([call, other])] == [False, False]  # asked for again
    assert spoiling.answered == 2


class Spoiling(Direct):
    """A client whose first answer from one address is spoilt; ``answered`` counts those from there."""

    def __init__(self, world: HubSpotWorld, end: str, spoil: Callable[[dict[str, list[object]]], None]) -> None:
        super().__init__(world)
        self.end, self.spoil, self.answered = end, spoil, 0

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        reply = super().request(method, url, params=params, headers=headers, content=content)
        if not url.endswith(self.end):
            return reply
        self.answered += 1
        if self.answered > 1:
            return reply
        answer = json.loads(reply.body)
        self.spoil(answer)
        return replace(reply, body=json.dumps(answer).encode())


def test_a_search_that_names_nobody_is_no_end(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill(CONTACTS, 1)
    (tmp_path / "cache").mkdir()

    def spoil(answer: dict[str, list[object]]) -> None:
        answer["results"] = [{"properties": {}} for _ in answer["results"]]

    source = opened(replace(world.opening(tmp_path / "cache"), client=Spoiling(world, "/search", spoil)))
    assert isinstance(source, HubSpotConnector)
    cursor = source.cursor_since(CONTACTS, world.clock.now() - timedelta(hours=1))
    with pytest.raises(BadAnswer, match="names none"):
        source.pull(CONTACTS, cursor)
    assert ref in folded(reading(source.pull, CONTACTS, cursor))


def test_the_older_version_of_the_api_serves_as_well(world: HubSpotWorld, tmp_path: Path) -> None:
    world.settings = world.settings.model_copy(update={"api_version": "2026-03"})
    streams = list(world.spec.streams(world.settings))
    filled = {stream: set(world.fill(stream, 3)) for stream in streams}
    source = connector(world, tmp_path)
    assert [one.what for one in source.check() if one.level != "ok"] == []
    for stream in streams:
        pages = reading(source.pull, stream)
        assert filled[stream] <= set(folded(pages))
    assert not any("2026-09" in path for _, path in world.service.calls)


# ---------------------------------------------------------------- what bears no date


def test_an_association_that_changed_alone_comes_with_the_daily_walk(world: HubSpotWorld, tmp_path: Path) -> None:
    (person,), (firm,) = world.fill(CONTACTS, 1), world.fill(COMPANIES, 1)
    world.rest()
    source = connector(world, tmp_path)
    cursor = end(reading(source.pull, CONTACTS))
    portal = world.service.portal
    portal.associate(portal.links.labels[1], int(person.external_id), int(firm.external_id))
    world.clock.advance(timedelta(hours=25))
    record = folded(reading(source.pull, CONTACTS, cursor))[person]
    assert isinstance(record, SourceRecord) and record.associations == (Association("account", firm),)


@pytest.mark.parametrize("stream", ["contacts", "owners"])
def test_a_clock_that_was_a_year_ahead_once_puts_no_walk_off(world: HubSpotWorld, tmp_path: Path, stream: str) -> None:
    (ref,) = world.fill(stream, 1)
    world.rest()
    opening = world.opening(tmp_path)
    wrong = opened(replace(opening, now=lambda: world.clock.now() + timedelta(days=365)))
    cursor = end(reading(wrong.pull, stream))
    world.clock.advance(timedelta(hours=25))
    assert ref in folded(reading(opened(opening).pull, stream, cursor))


@pytest.mark.parametrize("stream", ["contacts", "emails"])
def test_what_was_purged_is_noticed_by_its_absence(world: HubSpotWorld, tmp_path: Path, stream: str) -> None:
    world.settings = world.settings.model_copy(update={"streams": ["contacts", "emails"]})
    ref, _ = _one(world, stream), _one(world, stream)
    source = connector(world, tmp_path)
    cursor = end(reading(source.pull, stream))
    purge = world.service.portal.erase if stream == "contacts" else world.service.portal.archive
    assert purge(stream, int(ref.external_id))
    world.clock.advance(timedelta(hours=25))
    assert folded(reading(source.pull, stream, cursor))[ref].deleted


def test_most_of_a_few_are_not_deleted_for_being_absent(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill(CONTACTS, 8)
    source = connector(world, tmp_path)
    cursor = end(reading(source.pull, CONTACTS))
    for ref in refs[:5]:
        world.service.portal.erase(CONTACTS, int(ref.external_id))
    world.clock.advance(timedelta(hours=25))
    pages = reading(source.pull, CONTACTS, cursor)
    assert not any(record.deleted for record in folded(pages).values())
    assert ["5 of 9 records are no longer listed" in note for page in pages for note in page.notes] == [True]


def test_an_absence_too_large_to_be_believed_deletes_nothing_until_somebody_asks(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill(CONTACTS, 60)
    source = connector(world, tmp_path)
    cursor = end(reading(source.pull, CONTACTS))
    for ref in refs[:55]:
        world.service.portal.erase(CONTACTS, int(ref.external_id))
    world.clock.advance(timedelta(hours=25))
    pages = reading(source.pull, CONTACTS, cursor)
    assert not any(record.deleted for record in folded(pages).values())
    assert ["55 of 61 records are no longer listed" in note for page in pages for note in page.notes] == [True]

    asked = folded(reading(source.pull, CONTACTS))  # from the beginning
    assert sum(record.deleted for record in asked.values()) == 55


def test_without_its_cache_a_walk_deletes_nothing(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref, _) = world.fill(CONTACTS, 2)
    cursor = end(reading(connector(world, tmp_path).pull, CONTACTS))
    world.service.portal.erase(CONTACTS, int(ref.external_id))
    (tmp_path / "cache" / "known.db").unlink()
    world.clock.advance(timedelta(hours=25))
    assert ref not in folded(reading(connector(world, tmp_path).pull, CONTACTS, cursor))


def test_a_damaged_cache_is_as_good_as_lost(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill(CONTACTS, 2)
    source = connector(world, tmp_path)
    (tmp_path / "cache" / "known.db").write_bytes(b"this is no database at all" * 100)
    assert set(refs) <= set(folded(reading(source.pull, CONTACTS)))


def test_a_record_back_from_the_bin_is_not_older_than_its_tombstone(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill(CONTACTS, 1)
    source = connector(world, tmp_path)
    pages = reading(source.pull, CONTACTS)
    world.delete(ref)
    world.rest()
    gone = reading(source.pull, CONTACTS, end(pages))
    world.service.portal.restore(CONTACTS, int(ref.external_id))
    world.rest()
    back = reading(source.pull, CONTACTS, end(gone))
    versions = [folded(one)[ref] for one in (pages, gone, back)]
    assert [one.deleted for one in versions] == [False, True, False]
    assert all(isinstance(one, SourceRecord) for one in versions)
    instants = [one.changed_at for one in versions if isinstance(one, SourceRecord)]
    assert instants == sorted(instants)


def test_a_merge_into_a_record_that_bears_no_date_is_followed(world: HubSpotWorld, tmp_path: Path) -> None:
    one, other = world.fill(CONTACTS, 2)
    survivor = world.merge(one, other)
    table = world.service.portal.of(CONTACTS)
    table.put(replace(table.live[int(survivor.external_id)], updated_at=-10_000_000_000_000))  # in 1653
    (left,) = (found for found in connector(world, tmp_path).reread([one]) if ref_of(found) == one)
    assert isinstance(left, SourceRecord) and left.merged_into == survivor
    assert left.changed_at.year == 2026  # or any version of it that is known would be newer


def test_a_chain_of_merges_ends_in_the_last_record(world: HubSpotWorld, tmp_path: Path) -> None:
    one, two, three = world.fill(CONTACTS, 3)
    source = connector(world, tmp_path)
    cursor = end(reading(source.pull, CONTACTS))
    last = world.merge(three, world.merge(one, two))
    world.rest()
    came = folded(reading(source.pull, CONTACTS, cursor))
    assert {ref: getattr(came[ref], "merged_into", None) for ref in (one, two, three)} == dict.fromkeys((one, two, three), last)


# ---------------------------------------------------------------- logs


def test_a_page_of_a_log_whose_token_died_is_begun_anew_in_half_the_window() -> None:
    def read(portal: Portal, lane: Lane, limit: int) -> Read:
        raise Invalid("no such page", ErrorItem())

    lane = Lane(name="quick", since=10_000, until=20_000, after="token", mark=20_000)
    cursor = decoded(log(read).pull(encoded(Cursor(quick=10_000, swept=1, lane=lane))).cursor)
    assert cursor.lane == Lane(name="quick", since=10_000, until=15_000, mark=15_000)


def test_a_window_of_a_log_that_is_refused_says_why() -> None:
    def read(portal: Portal, lane: Lane, limit: int) -> Read:
        raise Invalid("HubSpot refuses the request (INVALID_LIMIT)", ErrorItem(code="INVALID_LIMIT"))

    with pytest.raises(Invalid, match="INVALID_LIMIT"):
        log(read).pull(None)


@pytest.mark.parametrize("enough", [0, 100_000], ids=["whatever its length", "unless it is shorter than an overlap"])
def test_a_log_whose_second_page_is_always_refused_ends_and_says_so(enough: int) -> None:
    def read(portal: Portal, lane: Lane, limit: int) -> Read:
        if lane.after:
            raise Invalid("HubSpot refuses the request", ErrorItem())
        return Read([], "token" if lane.until - lane.since > enough else "")

    source, cursor, pages = log(read), None, list[Page]()
    while len(pages) < 100 and (not pages or pages[-1].more):
        pages.append(source.pull(cursor))
        cursor = pages[-1].cursor
    assert not pages[-1].more and pages[-1].notes == ["HubSpot refuses the request"]
    lane = decoded(cursor).lane
    assert lane is not None and not lane.after  # the next run begins the window anew


@pytest.mark.parametrize("after", ["", "token"], ids=["its first page", "a later one"])
def test_a_window_of_a_log_that_is_too_long_to_be_answered_is_shortened(after: str) -> None:
    def read(portal: Portal, lane: Lane, limit: int) -> Read:
        if lane.until - lane.since > 3_720_000:
            raise Unavailable("answered 524")
        return Read([], "")

    lane = Lane(name="quick", since=10_000, until=86_400_000, mark=86_400_000, after=after)
    page = log(read).pull(encoded(Cursor(quick=130_000, complete=10**13, swept=1, lane=lane, span=86_400_000)))
    cursor = decoded(page.cursor)
    assert (cursor.quick, cursor.lane) == (3_730_000, None) and cursor.span == 7_200_000


def test_a_source_of_a_log_that_is_away_is_told_whatever_the_window() -> None:
    def read(portal: Portal, lane: Lane, limit: int) -> Read:
        raise Unavailable("answered 503")

    with pytest.raises(Unavailable):
        log(read).pull(None)


def log(read: Reader) -> LogPuller:
    portal = Portal(NoClient(), Paths(version="2026-09"), VirtualClock(datetime(2026, 11, 21, tzinfo=UTC)).now)
    return LogPuller(portal, read, limit=1, pace=Pace(settle=0, sweep=0, lanes=("quick",)), history=60_000)


class NoClient:
    """A client that is not to be asked."""

    def request(self, method: str, url: str, **given: object) -> Reply:
        raise AssertionError(url)


# ---------------------------------------------------------------- what a token may not see


@pytest.mark.parametrize(
    ("stream", "scope"), [("form_submissions", "forms"), ("email_events", "content"), ("emails", "sales-email-read")]
)
def test_a_stream_the_token_may_not_see_says_so_and_stops_nobody(
    world: HubSpotWorld, tmp_path: Path, stream: str, scope: str
) -> None:
    world.settings = world.settings.model_copy(update={"streams": [stream, CONTACTS]})
    world.service.portal.account.scopes -= {scope}
    source = connector(world, tmp_path)
    page = source.pull(stream, None)
    assert not page.records and not page.more and scope in page.notes[0]
    world.service.portal.account.scopes |= {scope}
    assert not reading(source.pull, stream, page.cursor)[-1].notes


def test_a_hint_of_a_stream_the_token_may_not_see_stops_no_other(world: HubSpotWorld, tmp_path: Path) -> None:
    world.settings = world.settings.model_copy(update={"streams": ["emails", CONTACTS]})
    email, (person,) = _one(world, "emails"), world.fill(CONTACTS, 1)
    world.service.portal.account.scopes -= {"sales-email-read"}
    assert [ref_of(one) for one in connector(world, tmp_path).reread([email, person])] == [person]


def test_a_portal_without_page_views_goes_on_without_them(world: HubSpotWorld, tmp_path: Path) -> None:
    world.service.portal.account.is_enterprise = False
    page = connector(world, tmp_path).pull("page_views", None)
    assert not page.more and "subscription" in page.notes[0]


def test_a_form_that_is_gone_does_not_stop_the_others(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill("form_submissions", 2)
    happened = world.service.portal.activity
    happened.add_form(Form(id="form-0", name="Gone", created_at=0))
    source = connector(world, tmp_path)
    gone = happened.forms["form-0"]
    world.answers_before = lambda path: happened.forms.pop("form-0", gone) if path.endswith("/form-0") else None
    assert set(folded(reading(source.pull, "form_submissions"))) == set(refs)


def test_a_form_whose_page_token_died_is_begun_anew_by_the_next_run(world: HubSpotWorld, tmp_path: Path) -> None:
    refs = world.fill("form_submissions", 60)
    source = connector(world, tmp_path)
    page = source.pull("form_submissions", None)
    dead = page.cursor.replace(decoded(page.cursor).walk.after, "no-such-token")  # type: ignore[union-attr]  # it is under way
    page = source.pull("form_submissions", dead)
    assert not page.more and page.notes
    assert set(folded(reading(source.pull, "form_submissions", page.cursor))) == set(refs)


def test_contacts_the_token_may_not_see_stop_the_connection(world: HubSpotWorld, tmp_path: Path) -> None:
    world.service.portal.account.scopes -= {"crm.objects.contacts.read"}
    with pytest.raises(Unauthorized, match=r"grant it crm\.objects\.contacts\.read"):
        connector(world, tmp_path).pull(CONTACTS, None)


def test_a_page_that_leads_to_itself_is_an_error(world: HubSpotWorld, tmp_path: Path) -> None:
    world.fill(CONTACTS, 150)
    source = connector(world, tmp_path)
    cursor = source.pull(CONTACTS, None).cursor
    where = cursor.partition('"after":"')[2].partition('"')[0]
    world.service.portal.of(CONTACTS).page = lambda after, size, *, archived: ([], int(where))  # type: ignore[method-assign]
    with pytest.raises(BadAnswer, match="the one that was just read"):
        source.pull(CONTACTS, cursor)


def _one(world: HubSpotWorld, stream: str) -> Ref:
    if stream == "contacts":
        return world.fill(stream, 1)[0]
    portal = world.service.portal
    contact = int(world.fill("contacts", 1)[0].external_id)
    made = portal.create("emails", {"hs_timestamp": str(portal.now()), "hs_email_direction": "EMAIL"})
    label = portal.links.default("emails", "contacts")
    assert label is not None
    portal.associate(label, made.id, contact)
    return Ref(stream, str(made.id))


def test_an_engagement_with_hundreds_of_contacts_is_about_all_of_them(world: HubSpotWorld, tmp_path: Path) -> None:
    (call,), people = world.fill("calls", 1), world.fill(CONTACTS, 620)
    portal = world.service.portal
    label = portal.links.default("calls", CONTACTS)
    assert label is not None
    for ref in people:
        portal.associate(label, int(call.external_id), int(ref.external_id))
    one = folded(reading(connector(world, tmp_path).pull, "calls"))[call]
    assert isinstance(one, Activity) and len(one.about) == 621

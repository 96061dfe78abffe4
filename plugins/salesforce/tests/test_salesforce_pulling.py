"""Reading: what comes, what is told of deletions and lost rights, and how few calls it takes."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

import pytest
from salesforce_desk import START, Desk, id_of, ids, notes
from syncd_salesforce.emulator import shared
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.merging import merge
from syncd_salesforce.emulator.schema import field_of

from syncd.spi import Activity, Misconfigured, Page, Ref, SourceRecord, Unauthorized, Unavailable


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    with Desk(tmp_path) as one:
        yield one


# ---------------------------------------------------------------- calls


def test_a_first_reading_takes_a_call_for_each_page_and_two_to_begin(tmp_path: Path) -> None:
    with Desk(tmp_path, page=2_000) as desk:
        desk.add("Lead", 4_001)
        desk.later()
        assert len(ids(desk.read("Lead"))) == 4_001
        assert desk.calls() == {
            "GET /sobjects/Lead/describe": 1,
            "GET /sobjects/Lead/updated": 1,
            "GET /queryAll": 1,
            "GET /query/{locator}": 2,
        }


def test_a_quiet_cycle_takes_two_calls_and_a_look_for_deletions_now_and_then(desk: Desk) -> None:
    desk.add("Lead")
    desk.later()
    pages = desk.read("Lead")
    desk.calls()
    desk.later(minutes=5)
    pages = desk.read("Lead", pages[-1].cursor)
    assert desk.calls() == {"GET /sobjects/Lead/updated": 1, "GET /queryAll": 1}
    desk.later(minutes=15)
    pages = desk.read("Lead", pages[-1].cursor)
    assert desk.calls() == {"GET /sobjects/Lead/updated": 1, "GET /queryAll": 1, "GET /sobjects/Lead/deleted": 1}
    assert ids(pages) == []
    for _ in range(12):  # an hour
        desk.later(minutes=5)
        pages = desk.read("Lead", pages[-1].cursor)
    assert desk.calls() == {
        "GET /sobjects/Lead/describe": 1,
        "GET /sobjects/Lead/updated": 12,
        "GET /queryAll": 12,
        "GET /sobjects/Lead/deleted": 4,
    }


def test_many_rows_come_by_one_bulk_job(tmp_path: Path) -> None:
    with Desk(tmp_path, settings={"bulk_above": 100}, bulk_page=50) as desk:
        leads = desk.add("Lead", 120)
        desk.later()
        pages = desk.read("Lead")
        assert sorted(ids(pages)) == sorted(leads)
        assert [page.wait for page in pages[:2]] == [timedelta(seconds=1), timedelta(seconds=1)]
        calls = desk.calls()
        assert (calls["POST /jobs/query"], calls["GET /jobs/query/{id}/results"], calls["GET /queryAll"]) == (1, 3, 1)
        assert pages[-2].progress == pytest.approx(100 / 120)


def test_the_same_comes_by_bulk_and_by_rest(tmp_path: Path) -> None:
    wanted = {"Lead": ["LastName", "Email", "Score__c", "NumberOfEmployees", "AnnualRevenue", "Description", "CreatedDate"]}
    with Desk(tmp_path / "a", wanted=wanted) as one, Desk(tmp_path / "b", wanted=wanted, settings={"bulk_above": 0}) as two:
        for desk in (one, two):
            desk.add(
                "Lead", Email="ann@firm.example", NumberOfEmployees=12, AnnualRevenue=1000, Description='a "b"\n\U0001f600'
            )
            desk.later()
        rest, bulk = one.read("Lead"), two.read("Lead")
        assert rest[0].records == [record for page in bulk for record in page.records]
        assert rest[0].records != []


def test_what_a_parent_holds_is_told_alike_by_bulk_and_by_rest(tmp_path: Path) -> None:
    held = {"NumberOfEmployees": 250, "AnnualRevenue": 12_000_000, "IsDeleted": False, "CreatedDate": "2026-11-21T09:00:00Z"}
    wanted = {"Contact": [*(f"Account.{name}" for name in held), "Owner.IsActive"]}
    with Desk(tmp_path / "a", wanted=wanted) as one, Desk(tmp_path / "b", wanted=wanted, settings={"bulk_above": 0}) as two:
        for desk in (one, two):
            (firm,) = desk.add("Account", NumberOfEmployees=250, AnnualRevenue=12_000_000)
            desk.add("Contact", AccountId=firm)
            desk.later()
            (record,) = [record for page in desk.read("Contact") for record in page.records]
            assert isinstance(record, SourceRecord)
            values = {name.removeprefix("Account."): value for name, value in record.fields.items()}
            assert values == {**held, "Owner.IsActive": True}
            assert all(type(values[name]) is type(held[name]) or name == "AnnualRevenue" for name in held)


@pytest.mark.parametrize("bulk_above", [40_000, 0])
def test_the_field_of_a_parent_is_matched_in_any_case_and_asked_for_once(tmp_path: Path, bulk_above: int) -> None:
    names = ["Owner.Name", "owner.name", "CreatedBy.name", "createdby.NAME"]  # an owner may be a queue, who created is a user
    with Desk(tmp_path, wanted={"Lead": names}, settings={"bulk_above": bulk_above}) as desk:
        desk.add("Lead")
        desk.later()
        (record,) = [record for page in desk.read("Lead") for record in page.records]
        assert isinstance(record, SourceRecord)
        assert record.fields == dict.fromkeys(names, "Integration User")


def test_a_parent_is_described_once_an_hour(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Contact": ["Account.Website", "Account.Phone"]}) as desk:
        desk.add("Contact")
        desk.later()
        pages = desk.read("Contact")
        assert {name: many for name, many in desk.calls().items() if "describe" in name} == {
            "GET /sobjects/Contact/describe": 1,
            "GET /sobjects/Account/describe": 1,
        }
        desk.later(minutes=5)
        desk.read("Contact", pages[-1].cursor)
        assert desk.calls() == {"GET /sobjects/Contact/updated": 1, "GET /queryAll": 1}


def test_a_query_too_long_for_an_address_goes_in_a_body(tmp_path: Path) -> None:
    names = [f"Custom_Field_With_A_Long_Name_{number:03}__c" for number in range(200)]
    with Desk(tmp_path, wanted={"Lead": names}) as desk:
        for name in names:
            desk.org.add_field("Lead", field_of(f"{name} string(60) cunfsgp"))
        (lead,) = desk.add("Lead", 1, **{names[7]: "seven"})
        desk.later()
        (page,) = desk.read("Lead")
        assert isinstance(page.records[0], SourceRecord)
        assert (page.records[0].external_id, page.records[0].fields[names[7]]) == (lead, "seven")
        assert desk.calls()["POST /composite"] == 1


# ---------------------------------------------------------------- windows


def test_a_window_ends_where_the_oldest_open_transaction_began(desk: Desk) -> None:
    desk.add("Lead")
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.lag = lambda: timedelta(minutes=55)  # a transaction that takes that long
    (late,) = desk.add("Lead")
    desk.org.lag = timedelta
    desk.later()
    desk.add("Lead")
    pages = desk.read("Lead", end)
    desk.later()
    assert late in ids(desk.read("Lead", pages[-1].cursor))


def test_where_open_transactions_cannot_be_asked_for_the_lag_waits_for_them(desk: Desk) -> None:
    desk.emulator.misbehave("no_rights:path=/updated")
    desk.add("Lead")
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.lag = lambda: timedelta(minutes=12)  # more than the overlap, less than overlap and lag
    (late,) = desk.add("Lead")
    desk.later(minutes=11)
    pages = desk.read("Lead", end)
    desk.later(minutes=5)
    assert late not in ids(pages)
    assert late in ids(desk.read("Lead", pages[-1].cursor))


def test_an_outage_while_open_transactions_are_asked_for_is_no_permission_to_do_without(desk: Desk) -> None:
    desk.add("Lead")
    desk.later()
    desk.emulator.misbehave("edge:path=/updated")
    with pytest.raises(Unavailable):
        desk.read("Lead")


def test_a_lost_locator_goes_on_behind_the_last_row(tmp_path: Path) -> None:
    with Desk(tmp_path, page=10) as desk:
        leads = desk.add("Lead", 35)  # all of one instant
        desk.later()
        desk.emulator.misbehave("locator:times=0")
        assert ids(desk.read("Lead")) == leads
        assert desk.calls()["GET /queryAll"] == 4


def test_a_page_without_rows_is_no_end_and_is_waited_for(tmp_path: Path) -> None:
    with Desk(tmp_path, page=10) as desk:
        leads = desk.add("Lead", 25)
        desk.later()
        desk.emulator.misbehave("empty_page:times=3")
        pages = desk.read("Lead")
        assert ids(pages) == leads
        assert [page.wait for page in pages if not page.records] == [timedelta(seconds=1)] * 3


def test_a_window_that_takes_too_long_is_halved_until_it_does_not(desk: Desk) -> None:
    desk.add("Lead")
    desk.later()
    end = desk.read("Lead")[-1].cursor
    leads = desk.add("Lead", 3)
    desk.later(hours=6)
    leads += desk.add("Lead", 3)
    desk.later()
    desk.emulator.misbehave("timeout:times=2")
    assert set(ids(desk.read("Lead", end))) == set(leads)


def test_a_first_reading_that_is_too_large_for_the_user_s_rights_goes_window_by_window(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    tasks = desk.add("Task", 3, WhoId=lead, Subject="Call")
    desk.later(days=400)
    tasks += desk.add("Task", 3, WhoId=lead, Subject="Call")
    desk.later()
    desk.emulator.misbehave("too_large:times=6")
    assert set(ids(desk.read("Task"))) == set(tasks)


def test_a_sweep_that_is_refused_waits_a_day_and_what_changed_does_not(desk: Desk) -> None:
    desk.wanted["Task"] = frozenset()
    (lead,) = desk.add("Lead")
    desk.add("Task", WhoId=lead, Subject="Call")
    desk.later()
    end = desk.read("Task")[-1].cursor
    told: list[list[str]] = []
    for span in (timedelta(days=8), timedelta(hours=1), timedelta(days=1)):
        desk.later(seconds=span.total_seconds())
        (task,) = desk.add("Task", WhoId=lead, Subject="Call")
        desk.later()
        desk.emulator.misbehave("too_large:path=/queryAll,after=1")  # all but the window
        pages = desk.read("Task", end)
        desk.emulator.behave()
        assert ids(pages) == [task]
        told.append(notes(pages))
        end = pages[-1].cursor
    assert [len(some) for some in told] == [1, 0, 1]
    assert "Task: for a day nobody looks for records that vanished" in told[0][0]


def test_formulas_that_cannot_be_listed_wait_a_day_and_what_changed_does_not(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Lead": ["Rank__c"]}) as desk:
        desk.org.add_formula("Lead", field_of("Rank__c double(5,0) nfs"), lambda row: 1)
        desk.add("Lead")
        desk.later()
        end = desk.read("Lead")[-1].cursor
        told: list[int] = []
        for span in (timedelta(days=1), timedelta(hours=1), timedelta(days=1)):
            desk.later(seconds=span.total_seconds())
            (lead,) = desk.add("Lead")
            desk.later()
            desk.emulator.misbehave("too_large:path=/queryAll,after=1")
            pages = desk.read("Lead", end)
            desk.emulator.behave()
            assert ids(pages) == [lead]
            told.append(len(notes(pages)))
            end = pages[-1].cursor
        assert told == [1, 0, 1]


def test_a_clock_that_is_ahead_hides_nothing(desk: Desk) -> None:
    desk.emulator.misbehave("clock:value=-3600")  # the org's is an hour behind ours
    desk.add("Lead")
    desk.later()
    pages = desk.read("Lead")
    assert ids(pages) == []  # by its clock it is not yet
    desk.later(hours=2)
    assert len(ids(desk.read("Lead", pages[-1].cursor))) == 1


# ---------------------------------------------------------------- what is gone


def gone(desk: Desk, stream: str, cursor: str) -> list[str]:
    return [id_of(one) for page in desk.read(stream, cursor) for one in page.records if one.deleted]


def test_a_deletion_that_left_no_trace_in_the_bin_is_told(desk: Desk) -> None:
    lead, _ = desk.add("Lead", 2)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.remove("Lead", [lead])
    desk.later()
    assert gone(desk, "Lead", end) == [lead]


def test_a_contact_role_that_is_taken_away_is_told(desk: Desk) -> None:
    (deal,), (contact,) = desk.add("Opportunity"), desk.add("Contact")
    (role,) = desk.add("OpportunityContactRole", OpportunityId=deal, ContactId=contact, Role="Buyer")
    desk.later()
    pages = desk.read("OpportunityContactRole")
    record = pages[0].records[0]
    assert isinstance(record, SourceRecord)
    assert [(one.role, one.to) for one in record.associations] == [
        ("deal", Ref("Opportunity", deal)),
        ("contact", Ref("Contact", contact)),
    ]
    desk.delete(role)
    desk.later()
    assert gone(desk, "OpportunityContactRole", pages[-1].cursor) == [role]


def test_many_deletions_are_told_once_each_and_page_by_page(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        leads = desk.add("Lead", 3_000)
        desk.later()
        end = desk.read("Lead")[-1].cursor
        desk.later(minutes=28)
        for some in (leads[:1_500], leads[1_500:]):
            desk.org.remove("Lead", some)
            desk.later(seconds=1)
        desk.later(minutes=2)
        told: list[list[str]] = []
        for _ in range(4):  # not sure yet at first, all of it after five minutes
            pages = desk.read("Lead", end)
            end = pages[-1].cursor
            told += [sorted(ids([page])) for page in pages if page.records]
            desk.later(minutes=20)
        assert told == [sorted(leads[:1_500]), sorted(leads[1_500:])]
        assert desk.calls()["GET /sobjects/Lead/deleted"] == 5  # one in each cycle, one for the second page


def test_more_deletions_of_one_second_than_a_page_takes_are_one_page(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        leads = desk.add("Lead", 2_001)
        desk.later()
        end = desk.read("Lead")[-1].cursor
        desk.org.remove("Lead", leads)
        desk.later()
        (page,) = desk.read("Lead", end)
        assert sorted(ids([page])) == sorted(leads)


def test_deletions_beside_a_transaction_that_stays_open_are_told_once_within_its_two_hours(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        leads = desk.add("Lead", 2_001)
        desk.later()
        end = desk.read("Lead")[-1].cursor
        desk.org.lag = lambda: timedelta(hours=3)
        desk.add("Contact")
        desk.org.lag = timedelta
        desk.later(minutes=16)
        desk.org.remove("Lead", leads)
        told: list[str] = []
        for _ in range(10):
            pages = desk.read("Lead", end)
            end = pages[-1].cursor
            told += ids(pages)
            desk.later(minutes=15)
        assert sorted(told) == sorted(leads)
        assert desk.calls()["GET /sobjects/Lead/deleted"] <= 10


def test_what_vanished_before_the_log_began_is_found_by_two_sweeps(desk: Desk) -> None:
    lead, *_ = desk.add("Lead", 3)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.remove("Lead", [lead], logged=False)
    desk.later(days=8)
    pages = desk.read("Lead", end)
    assert ids(pages) == []
    assert "1 records can no longer be seen" in notes(pages)[-1]
    desk.later(days=1, hours=1)
    assert gone(desk, "Lead", pages[-1].cursor) == [lead]


def test_a_page_of_a_sweep_may_get_lost_and_its_next_try_concludes_the_same(desk: Desk) -> None:
    lead, *_ = desk.add("Lead", 3)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.remove("Lead", [lead], logged=False)
    told: list[list[str]] = []
    for _ in range(3):
        desk.later(days=8)
        pages = read_losing_each_page_once(desk, end)
        end = pages[-1].cursor
        told.append(ids(pages))
    assert told == [[], [lead], []]


def read_losing_each_page_once(desk: Desk, cursor: str | None) -> list[Page]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        desk.connector().pull("Lead", cursor)
        desk.later(seconds=5)
        pages.append(desk.connector().pull("Lead", cursor))
        cursor = pages[-1].cursor
    return pages


def test_who_is_known_to_be_gone_is_missed_by_no_sweep(desk: Desk) -> None:
    loser, winner, binned, buried, *_ = desk.add("Lead", 6)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    merge(desk.org, winner, [loser])
    desk.delete(binned)
    desk.org.remove("Lead", [buried])
    desk.later()
    end = desk.read("Lead", end)[-1].cursor
    for _ in range(3):
        desk.later(days=8)
        pages = desk.read("Lead", end)
        assert (ids(pages), notes(pages)) == ([], [])
        end = pages[-1].cursor


def test_a_log_with_a_gap_brings_the_sweep_forward(desk: Desk) -> None:
    desk.add("Lead", 3)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.later(hours=2)
    desk.org.purge_log()
    desk.later()
    desk.calls()
    desk.read("Lead", end)
    assert desk.calls()["GET /queryAll"] == 2  # the window and the sweep


def test_many_who_vanish_at_once_are_a_lost_right_and_nobody_is_deleted(desk: Desk) -> None:
    leads = desk.add("Lead", 200)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.remove("Lead", leads[:80], logged=False)
    for _ in range(3):
        desk.later(days=8)
        pages = desk.read("Lead", end)
        assert ids(pages) == []
        assert "80 of 200 records can no longer be seen" in notes(pages)[-1]
        end = pages[-1].cursor


def test_all_of_a_few_who_vanish_at_once_are_a_lost_right_too(desk: Desk) -> None:
    leads = desk.add("Lead", 40)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.remove("Lead", leads, logged=False)
    for _ in range(3):
        desk.later(days=8)
        pages = desk.read("Lead", end)
        assert ids(pages) == []
        assert "40 of 40 records can no longer be seen" in notes(pages)[-1]
        end = pages[-1].cursor


def test_who_could_not_be_seen_for_a_while_comes_back_as_it_was(desk: Desk) -> None:
    lead, *_ = desk.add("Lead", 3)
    desk.later()
    first = desk.read("Lead")
    end, row = first[-1].cursor, desk.held(lead)
    desk.org.remove("Lead", [lead], logged=False)  # as hidden by a sharing rule
    came: list[SourceRecord | Activity] = []
    for shows in (False, False, True, True):
        if shows:
            desk.org.put("Lead", row)  # no date moves
        desk.later(days=8)
        pages = desk.read("Lead", end)
        end = pages[-1].cursor
        came += [one for page in pages for one in page.records]
    before, (away, back) = first[0].records[0], came
    assert isinstance(away, SourceRecord) and isinstance(back, SourceRecord) and isinstance(before, SourceRecord)
    assert (id_of(away), away.deleted, back) == (lead, True, before)
    assert away.changed_at == back.changed_at  # or it would seem older than its deletion


def test_who_is_seen_for_the_first_time_is_read_though_no_date_moved(desk: Desk) -> None:
    desk.add("Lead", 3)
    (lead,) = desk.add("Lead")
    row = desk.held(lead)
    desk.org.remove("Lead", [lead], logged=False)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.put("Lead", row)
    desk.later(days=8)
    desk.calls()
    pages = desk.read("Lead", end)
    assert ids(pages) == [lead]
    assert desk.calls()["GET /queryAll"] == 3  # window, sweep, and who showed
    desk.later(days=8)
    assert ids(desk.read("Lead", pages[-1].cursor)) == []


def test_a_sweep_misses_nobody_who_came_as_something_else(desk: Desk) -> None:
    desk.wanted["Task"] = frozenset()
    desk.add("Task", 2, Subject="About nobody")
    desk.later()
    end = desk.read("Task")[-1].cursor
    desk.later(days=8)
    assert [page.records for page in desk.read("Task", end) if page.records] == []


def test_a_lost_cache_is_made_up_for_by_the_next_sweep(desk: Desk) -> None:
    leads = desk.add("Lead", 3)
    desk.later()
    end = desk.read("Lead")[-1].cursor
    rmtree(desk.folder / "cache")
    desk.later(days=8)
    pages = desk.read("Lead", end)
    assert sorted(ids(pages)) == sorted(leads)
    desk.org.remove("Lead", leads[:1], logged=False)
    told: list[str] = []
    for _ in range(2):
        desk.later(days=8)
        pages = desk.read("Lead", pages[-1].cursor)
        told += ids(pages)
    assert told == leads[:1]


def test_archived_activities_are_not_deleted(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    (task,) = desk.add("Task", WhoId=lead, Subject="Call", Status="Completed", IsArchived=True)
    desk.later()
    (page,) = desk.read("Task")
    assert [(id_of(one), one.deleted) for one in page.records] == [(task, False)]


# ---------------------------------------------------------------- what a record becomes


def test_a_converted_lead_is_the_contact_from_then_on(desk: Desk) -> None:
    (lead,) = desk.add("Lead", Email="ann@firm.example")
    desk.later()
    end = desk.read("Lead")[-1].cursor
    made = convert(desk.org, lead, opportunity="Deal")
    desk.later()
    (record,) = desk.read("Lead", end)[0].records
    assert isinstance(record, SourceRecord)
    assert (record.merged_into, record.deleted) == (Ref("Contact", made.contact), False)


def test_rereading_tells_who_is_there_and_who_is_not(desk: Desk) -> None:
    lead, other = desk.add("Lead", 2)
    desk.org.remove("Lead", [other])
    desk.later(minutes=1)  # the log is of whole minutes
    found = desk.connector().reread([Ref("Lead", lead[:15]), Ref("Lead", other)])
    assert [(id_of(one), one.deleted) for one in found] == [(lead, False), (other, True)]


@pytest.mark.parametrize("about", ["hidden", "never there", "of another object", "no identifier", "gone without a trace"])
def test_rereading_leaves_out_what_is_not_there_and_not_said_to_be_deleted(desk: Desk, about: str) -> None:
    lead, other = desk.add("Lead", 2)
    asked = {"never there": lead[:12] + "zzz", "of another object": desk.add("Contact")[0], "no identifier": "NOPE"}
    match about:
        case "hidden":
            desk.edit(lead, OwnerId=desk.add("User", LastName="Ben", Username="ben@firm.example")[0])
            desk.org.access.view_all = False
        case "gone without a trace":
            desk.org.remove("Lead", [lead], logged=False)
    desk.later()
    found = desk.connector().reread([Ref("Lead", asked.get(about, lead)), Ref("Lead", other)])
    assert [(id_of(one), one.deleted) for one in found] == [(other, False)]


@pytest.mark.parametrize("log", ["read", "refused"])
def test_who_is_merely_not_seen_when_reread_is_not_deleted(desk: Desk, log: str) -> None:
    lead, hidden, odd = desk.add("Lead", 3)
    desk.org.remove("Lead", [hidden], logged=False)  # as by a sharing rule
    desk.org.put("Lead", {**desk.held(odd), "SystemModstamp": None})
    if log == "refused":
        desk.emulator.misbehave("no_rights:path=/deleted")
    desk.later(minutes=1)
    found = desk.connector().reread([Ref("Lead", hidden), Ref("Lead", odd), Ref("Lead", lead)])
    assert [(id_of(one), one.deleted) for one in found] == [(lead, False)]


def test_rereading_asks_who_was_deleted_only_if_somebody_is_missing(desk: Desk) -> None:
    (lead,) = desk.add("Lead")
    desk.connector().reread([Ref("Lead", lead)])
    assert desk.calls() == {"GET /sobjects/Lead/describe": 1, "GET /queryAll": 1}


# ---------------------------------------------------------------- what bumps no date


def test_a_formula_is_read_anew_once_a_day(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Lead": ["Rank__c"]}) as desk:
        rank = [1]

        desk.org.add_field("Lead", replace(field_of("Rank__c double(5,0) nfs"), calculated=True))
        desk.org.formulas["Lead", "Rank__c"] = lambda row: rank[0]
        desk.add("Lead")
        desk.later()
        end = desk.read("Lead")[-1].cursor
        rank[0] = 2
        desk.later()
        pages = desk.read("Lead", end)
        assert ids(pages) == []
        desk.later(days=1)
        (record,) = [one for page in desk.read("Lead", pages[-1].cursor) for one in page.records]
        assert isinstance(record, SourceRecord)
        assert record.fields == {"Rank__c": 2}


def test_a_roll_up_is_read_anew_once_a_day_and_costs_the_others_nothing(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Account": ["Name", "Deals__c"], "Lead": ["LastName"]}) as desk:
        (firm,) = desk.add("Account")
        desk.add("Lead")
        deals = lambda row: sum(one["AccountId"] == row["Id"] for one in desk.org.rows("Opportunity"))  # noqa: E731
        desk.org.add_formula("Account", field_of("Deals__c double(18,0) nfs"), deals)
        desk.later()
        ends = {name: desk.read(name)[-1].cursor for name in ("Account", "Lead")}
        stamp = desk.held(firm)["SystemModstamp"]
        desk.add("Opportunity", 3, AccountId=firm)
        assert desk.held(firm)["SystemModstamp"] == stamp
        desk.later(days=1)
        (record,) = [one for page in desk.read("Account", ends["Account"]) for one in page.records]
        assert isinstance(record, SourceRecord)
        assert record.fields == {"Name": "Firm", "Deals__c": 3}
        assert ids(desk.read("Lead", ends["Lead"])) == []


# ---------------------------------------------------------------- rights and limits


def test_a_hidden_field_is_left_out_and_said_and_read_once_it_shows(desk: Desk) -> None:
    desk.org.access.hidden.add(("Lead", "Email"))
    desk.add("Lead", Email="ann@firm.example")
    desk.later()
    pages = desk.read("Lead")
    assert notes(pages) == [
        "Lead: Email not there, or hidden from the integration user, and left out; "
        "assign syncd's permission set, or correct the mapping"
    ]
    (record,) = pages[0].records
    assert isinstance(record, SourceRecord) and record.fields == {"LastName": "Lovelace"}

    desk.org.access.hidden.clear()
    desk.org.reshaped()
    desk.later(hours=2)
    again = desk.read("Lead", pages[-1].cursor)
    assert "Email can be read now" in notes(again)[0]
    (record,) = again[0].records
    assert isinstance(record, SourceRecord) and record.fields == {"LastName": "Lovelace", "Email": "ann@firm.example"}


def test_what_is_never_read_is_not_called_hidden(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Lead": ["Address", "Emial", "LastViewedDate"]}) as desk:
        pages = desk.read("Lead")
        assert notes(pages) == [
            "Lead: Emial not there, or hidden from the integration user, and left out; "
            "assign syncd's permission set, or correct the mapping",
            "Lead: Address, LastViewedDate left out: no plain value, or another for each user; "
            "name the parts there are of it, or take it out of the mapping",
        ]
        assert notes(desk.read("Lead", pages[-1].cursor)) == []


def test_what_is_hidden_is_told_once_per_object_until_it_changes(tmp_path: Path) -> None:
    wanted = {"Lead": ["Email", "syncd_Band__c", "syncd_Score__c"]}
    written = {"Lead": ["syncd_Band__c", "syncd_Score__c"]}
    with Desk(tmp_path, wanted=wanted, written=written) as desk:
        pages = desk.read("Lead")
        ours = "`syncd provision` creates what syncd writes, and its permission set shows it"
        out = "not there, or hidden from the integration user, and left out"
        assert notes(pages) == [f"Lead: syncd_Band__c, syncd_Score__c {out}; {ours}"]

        desk.later()
        pages = desk.read("Lead", pages[-1].cursor)
        assert notes(pages) == []

        desk.org.access.hidden.add(("Lead", "Email"))
        desk.org.reshaped()
        desk.later(hours=2)
        theirs = "assign syncd's permission set for Email, or correct the mapping"
        assert notes(desk.read("Lead", pages[-1].cursor)) == [
            f"Lead: Email, syncd_Band__c, syncd_Score__c {out}; {ours}; {theirs}"
        ]


def test_a_field_that_vanishes_after_the_describe_costs_itself_alone(desk: Desk) -> None:
    desk.add("Lead")
    desk.connector().schema()
    desk.org.drop_field("Lead", "Email")
    desk.later(minutes=40)
    (record,) = desk.read("Lead")[0].records
    assert isinstance(record, SourceRecord) and record.fields == {"LastName": "Lovelace"}


@pytest.mark.parametrize("minutes", [40, 70])  # the describe is still believed, or looked at anew
@pytest.mark.parametrize("name", ["Email", "*"])
def test_a_hidden_field_of_a_parent_costs_itself_alone(tmp_path: Path, minutes: int, name: str) -> None:
    with Desk(tmp_path, wanted={"Lead": ["Email", "CreatedBy.Email", "createdby.Name"]}) as desk:
        desk.add("Lead", Email="ann@firm.example")
        desk.connector().pull("Lead", None)
        if name == "*":
            desk.org.access.unseen_objects.add("User")
        else:
            desk.org.access.hidden.add(("User", name))
        desk.org.reshaped()
        desk.later(minutes=minutes)
        (record,) = desk.read("Lead")[0].records
        assert isinstance(record, SourceRecord)
        rest = {} if name == "*" else {"createdby.Name": "Integration User"}
        assert record.fields == {"Email": "ann@firm.example", **rest}
        desk.later(minutes=61)
        assert "CreatedBy.Email" in notes(desk.read("Lead"))[0]


def test_a_field_that_a_parent_of_several_kinds_has_not_got_costs_itself_alone(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Lead": ["MobilePhone", "Owner.MobilePhone", "CreatedBy.MobilePhone", "Owner.Name"]}) as desk:
        desk.add("Lead", MobilePhone="12")
        desk.later()
        (record,) = desk.read("Lead")[0].records
        assert isinstance(record, SourceRecord)
        assert record.fields == {"MobilePhone": "12", "CreatedBy.MobilePhone": None, "Owner.Name": "Integration User"}


def test_a_hidden_field_of_a_campaign_does_not_hold_up_its_members(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"CampaignMember": []}) as desk:
        (lead,), (fair,) = desk.add("Lead"), desk.add("Campaign", Name="Fair", Type="Webinar")
        desk.add("CampaignMember", CampaignId=fair, LeadId=lead, Status="Sent")
        desk.org.access.hidden.add(("Campaign", "Type"))
        desk.org.reshaped()
        desk.later()
        (member,) = desk.read("CampaignMember")[0].records
        assert isinstance(member, Activity) and member.asset == "Fair"


def test_a_hidden_object_costs_itself_alone(desk: Desk) -> None:
    desk.org.access.unseen_objects.add("Contact")
    desk.add("Lead")
    desk.later()
    assert notes(desk.read("Contact"))[0].startswith("Contact: not there, or hidden from the integration user")
    assert len(ids(desk.read("Lead"))) == 1


def test_an_object_that_is_hidden_after_the_describe_costs_itself_alone(desk: Desk) -> None:
    desk.wanted["Contact"] = frozenset()
    desk.add("Lead")
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.org.access.unseen_objects.add("Lead")
    desk.org.reshaped()
    desk.later(minutes=20)
    (page,) = desk.read("Lead", end)
    assert (page.cursor, page.more, page.notes[0][:5]) == (end, False, "Lead:")


def test_a_user_who_sees_no_mapped_object_at_all_is_refused_access(desk: Desk) -> None:
    desk.add("Lead")
    desk.later()
    end = desk.read("Lead")[-1].cursor
    desk.emulator.misbehave("no_rights:times=0")
    for cursor in (None, end):
        desk.later()
        with pytest.raises(Unauthorized, match="sees none of the objects"):
            desk.read("Lead", cursor)


def test_a_version_that_is_not_served_is_a_setting_to_correct(tmp_path: Path) -> None:
    with Desk(tmp_path, settings={"api_version": "99.0"}) as desk, pytest.raises(Misconfigured, match=r"68\.0"):
        desk.read("Lead")


def test_the_last_tenth_of_the_day_s_calls_is_left_to_others(desk: Desk) -> None:
    desk.emulator.instance.usage.used, desk.emulator.instance.usage.limit = 90_000, 100_000
    connector = desk.connector()
    with pytest.raises(Unavailable, match="left to others") as raised:
        connector.pull("Lead", None)
    assert raised.value.retry_after == timedelta(minutes=15)
    assert sum(desk.calls().values()) == 1  # the one that told


def test_it_starts_in_the_middle(desk: Desk) -> None:
    desk.add("Lead")
    desk.later(days=1)
    (new,) = desk.add("Lead")
    desk.later()
    assert ids(desk.read("Lead", desk.connector().cursor_since("Lead", START + timedelta(days=1)))) == [new]


# ---------------------------------------------------------------- shared activities


def about(desk: Desk, stream: str) -> list[list[str]]:
    desk.later()
    found = [one for page in desk.read(stream) for one in page.records]
    return [[ref.external_id for ref in one.about] for one in found if isinstance(one, Activity)]


@pytest.mark.parametrize("bulk_above", [40_000, 0])
def test_a_shared_task_is_about_everybody_it_is_related_to(tmp_path: Path, bulk_above: int) -> None:
    with Desk(tmp_path, wanted={"Task": []}, settings={"bulk_above": bulk_above}) as desk:
        shared.enable(desk.org)
        ann, bob, cid = desk.add("Contact", 3)
        (deal,) = desk.add("Opportunity")
        (task,) = desk.add("Task", WhoId=ann, WhatId=deal, Subject="Call")
        desk.add("TaskRelation", TaskId=task, RelationId=bob)
        desk.delete(*desk.add("TaskRelation", TaskId=task, RelationId=cid))
        assert about(desk, "Task") == [[ann, bob]]
        assert desk.connector().reread([Ref("Task", task)]) == [one for page in desk.read("Task") for one in page.records]


def test_who_declined_a_meeting_was_not_in_it(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Event": []}) as desk:
        shared.enable(desk.org)
        ann, bob, cid = desk.add("Contact", 3)
        (event,) = desk.add("Event", WhoId=ann, Subject="Meeting", StartDateTime="2026-11-20T10:00:00.000+0000")
        desk.add("EventRelation", EventId=event, RelationId=bob, IsInvitee=True, Status="Accepted")
        desk.add("EventRelation", EventId=event, RelationId=cid, IsInvitee=True, Status="Declined")
        assert about(desk, "Event") == [[ann, bob]]


def test_without_shared_activities_nobody_asks_for_relations(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Task": []}) as desk:
        (ann,) = desk.add("Contact")
        desk.add("Task", WhoId=ann, Subject="Call")
        assert about(desk, "Task") == [[ann]]
        assert desk.calls() == {"GET /sobjects/Task/describe": 1, "GET /sobjects/Task/updated": 1, "GET /queryAll": 1}


def test_once_activities_are_no_longer_shared_the_first_person_counts(tmp_path: Path) -> None:
    with Desk(tmp_path, wanted={"Task": []}) as desk:
        shared.enable(desk.org)
        ann, bob = desk.add("Contact", 2)
        (task,) = desk.add("Task", WhoId=ann, Subject="Call")
        desk.add("TaskRelation", TaskId=task, RelationId=bob)
        desk.connector().pull("Task", None)
        desk.org.access.shared = False
        desk.org.reshaped()
        assert about(desk, "Task") == [[ann]]

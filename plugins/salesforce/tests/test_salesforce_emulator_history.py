"""What happens over time: late commits, getUpdated and getDeleted, merges, conversion, field history, the recycle bin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.answers import ApiError, Json
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.merging import merge
from syncd_salesforce.emulator.writing import add, delete, undelete

from syncd.testing.clock import VirtualClock

DAY = {"start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z"}


def lead(emulator: Emulator, **values: str) -> str:
    return str(add(emulator.org, "Lead", {"LastName": "Roe", "Company": "Example Ltd", **values})["Id"])


def value(emulator: Emulator, path: str, name: str, **query: str) -> Json:
    content = emulator.ask("GET", path, **query).content
    assert isinstance(content, dict), content
    found: Json = content[name]
    return found


def shown(emulator: Emulator) -> list[Json]:
    records = value(emulator, "/query", "records", q="SELECT Title FROM Lead")
    assert isinstance(records, list)
    return [record["Title"] for record in records]


def test_a_late_commit_bears_its_old_stamp_when_it_shows(emulator: Emulator, clock: VirtualClock) -> None:
    key = lead(emulator)
    clock.advance(timedelta(minutes=10))
    emulator.misbehave("late:value=90")
    emulator.ask("PATCH", f"/sobjects/Lead/{key}", {"Title": "Head"})
    clock.advance(timedelta(seconds=89))
    assert shown(emulator) == [None]
    assert value(emulator, "/sobjects/Lead/updated", "latestDateCovered", **DAY) == "2026-11-20T08:25:00.000+0000"
    clock.advance(timedelta(seconds=1))
    assert shown(emulator) == ["Head"]
    assert emulator.org.rows("Lead")[0]["SystemModstamp"] == "2026-11-20T08:25:02.000+0000"


def test_a_record_and_its_history_show_at_the_same_instant(emulator: Emulator, clock: VirtualClock) -> None:
    key = lead(emulator)
    emulator.misbehave("late:p=0.5")
    for number in range(20):
        emulator.ask("PATCH", f"/sobjects/Lead/{key}", {"Company": f"Example {number}"})
        newest = emulator.org.rows("Lead")[0]["Company"]
        told = [row["NewValue"] for row in emulator.org.rows("LeadHistory")]
        assert newest == (told[-1] if told else "Example Ltd")
        clock.advance(timedelta(minutes=1))
        emulator.org.settle()


def test_get_updated_cuts_seconds_off_and_names_what_changed(emulator: Emulator, clock: VirtualClock) -> None:
    key = lead(emulator)
    clock.advance(timedelta(minutes=2))
    window = {"start": "2026-11-20T08:15:59Z", "end": "2026-11-20T08:17:00Z"}
    assert value(emulator, "/sobjects/Lead/updated", "ids", **window) == [key]
    before = {"start": "2026-11-20T08:10:00Z", "end": "2026-11-20T08:15:59Z"}
    assert value(emulator, "/sobjects/Lead/updated", "ids", **before) == []


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [
        ("updated", "2026-10-20T00:00:00Z", "2026-11-20T00:00:00Z"),
        ("deleted", "2026-11-04T00:00:00Z", "2026-11-20T00:00:00Z"),
        ("updated", "2026-11-20T00:00:10Z", "2026-11-20T00:00:50Z"),
    ],
)
def test_a_window_too_far_back_or_too_short_is_refused(emulator: Emulator, path: str, start: str, end: str) -> None:
    assert emulator.ask("GET", f"/sobjects/Lead/{path}", start=start, end=end).status == 400


def test_get_deleted_tells_of_records_with_and_without_a_recycle_bin(emulator: Emulator) -> None:
    campaign = add(emulator.org, "Campaign", {"Name": "Webinar"})
    key = lead(emulator)
    member = str(add(emulator.org, "CampaignMember", {"CampaignId": campaign["Id"], "LeadId": key})["Id"])
    delete(emulator.org, member)
    delete(emulator.org, key)
    gone = {"deletedDate": "2026-11-20T08:15:02.000+0000"}
    assert value(emulator, "/sobjects/CampaignMember/deleted", "deletedRecords", **DAY) == [{"id": member, **gone}]
    assert value(emulator, "/sobjects/Lead/deleted", "deletedRecords", **DAY) == [{"id": key, **gone}]
    assert emulator.org.rows("CampaignMember", deleted=True) == []


def test_a_purged_log_says_since_when_it_is_whole(emulator: Emulator, clock: VirtualClock) -> None:
    delete(emulator.org, lead(emulator))
    clock.advance(timedelta(hours=2))
    emulator.org.purge_log()
    assert value(emulator, "/sobjects/Lead/deleted", "deletedRecords", **DAY) == []
    assert value(emulator, "/sobjects/Lead/deleted", "earliestDateAvailable", **DAY) == "2026-11-20T10:15:00.000+0000"


def test_what_is_undeleted_has_a_new_stamp_and_leaves_the_log(emulator: Emulator, clock: VirtualClock) -> None:
    key = lead(emulator)
    delete(emulator.org, key)
    clock.advance(timedelta(minutes=5))
    undelete(emulator.org, key)
    assert emulator.org.rows("Lead")[0]["SystemModstamp"] == "2026-11-20T08:20:02.000+0000"
    assert value(emulator, "/sobjects/Lead/deleted", "deletedRecords", **DAY) == []


def test_an_emptied_bin_hides_records_even_from_query_all(emulator: Emulator) -> None:
    delete(emulator.org, lead(emulator))
    emulator.org.empty_bin()
    assert value(emulator, "/queryAll", "totalSize", q="SELECT Id FROM Lead") == 0
    records = value(emulator, "/sobjects/Lead/deleted", "deletedRecords", **DAY)
    assert isinstance(records, list)
    assert len(records) == 1


def test_the_loser_of_a_merge_names_its_master_and_its_children_move_unstamped(emulator: Emulator, clock: VirtualClock) -> None:
    winner, loser = lead(emulator), lead(emulator, Title="Head")
    task = add(emulator.org, "Task", {"Subject": "Call", "WhoId": loser})
    clock.advance(timedelta(minutes=5))
    merge(emulator.org, winner, [loser])
    rows = {str(row["Id"]): row for row in emulator.org.rows("Lead", deleted=True)}
    assert (rows[loser]["IsDeleted"], rows[loser]["MasterRecordId"]) == (True, winner)
    assert rows[winner]["Title"] == "Head"
    moved = emulator.org.rows("Task")[0]
    assert (moved["WhoId"], moved["SystemModstamp"]) == (winner, task["SystemModstamp"])


def test_a_converted_lead_becomes_contact_account_and_opportunity_and_its_activities_follow(emulator: Emulator) -> None:
    key = lead(emulator, Email="roe@example.com")
    add(emulator.org, "Task", {"Subject": "Call", "WhoId": key})
    made = convert(emulator.org, key, opportunity="First order")
    row = emulator.org.rows("Lead")[0]
    assert (row["IsConverted"], row["ConvertedDate"], row["ConvertedContactId"]) == (True, "2026-11-20", made.contact)
    assert emulator.org.rows("Task")[0]["WhoId"] == made.contact
    assert emulator.org.rows("Contact")[0]["Email"] == "roe@example.com"
    assert emulator.org.rows("OpportunityContactRole")[0]["OpportunityId"] == made.opportunity
    assert "leadConverted" in {history["Field"] for history in emulator.org.rows("LeadHistory")}


def test_a_converted_lead_cannot_be_changed_or_converted_again(emulator: Emulator) -> None:
    key = lead(emulator)
    convert(emulator.org, key)
    refused = emulator.ask("PATCH", f"/sobjects/Lead/{key}", {"Title": "Head"}).content
    assert refused == [{"message": "cannot reference converted lead", "errorCode": "CANNOT_UPDATE_CONVERTED_LEAD"}]
    with pytest.raises(ApiError):
        convert(emulator.org, key)


def test_history_tells_of_tracked_fields_and_of_lookups_twice(emulator: Emulator) -> None:
    user = add(emulator.org, "User", {"FirstName": "Ann", "LastName": "Rep"})
    key = lead(emulator)
    emulator.ask("PATCH", f"/sobjects/Lead/{key}", {"Status": "Working - Contacted", "OwnerId": user["Id"], "Title": "Head"})
    told = [(row["Field"], row.get("OldValue"), row.get("NewValue")) for row in emulator.org.rows("LeadHistory")]
    assert told == [
        ("Status", "Open - Not Contacted", "Working - Contacted"),
        ("Owner", "Integration User", "Ann Rep"),
        ("Owner", emulator.org.user_id, user["Id"]),
    ]


def test_a_closed_task_is_the_last_activity_without_a_stamp(emulator: Emulator, clock: VirtualClock) -> None:
    key = lead(emulator)
    clock.advance(timedelta(minutes=5))
    add(emulator.org, "Task", {"Subject": "Call", "WhoId": key, "Status": "Completed", "ActivityDate": "2026-11-19"})
    row = emulator.org.rows("Lead")[0]
    assert (row["LastActivityDate"], row["SystemModstamp"]) == ("2026-11-19", "2026-11-20T08:15:02.000+0000")


def test_an_event_ends_as_long_after_its_start_as_it_lasts(emulator: Emulator) -> None:
    fields: dict[str, Json] = {"Subject": "Meeting", "StartDateTime": "2026-11-20T09:00:00Z", "DurationInMinutes": 45}
    emulator.ask("POST", "/sobjects/Event", fields)
    row = emulator.org.rows("Event")[0]
    assert (row["EndDateTime"], row["ActivityDate"]) == ("2026-11-20T09:45:00.000+0000", "2026-11-20")


def test_a_stage_sets_probability_and_whether_it_is_won(emulator: Emulator) -> None:
    answer = emulator.ask(
        "POST", "/sobjects/Opportunity", {"Name": "Deal", "StageName": "Closed Won", "CloseDate": "2026-12-31"}
    )
    assert answer.status == 201
    row = emulator.org.rows("Opportunity")[0]
    assert (row["IsWon"], row["IsClosed"], str(row["Probability"]), row["Fiscal"]) == (True, True, "100.0", "2026 4")

"""Rows into records and activities, as REST gives them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from syncd_salesforce.describe import Describe, Field, selection
from syncd_salesforce.objects import OBJECTS
from syncd_salesforce.records import make

from syncd.spi import EMAIL_STREAM, Activity, Association, Direction, Ref, Refused, SourceRecord

LEAD, CONTACT, ACCOUNT, USER = "00Q4S000002sSacUAE", "0034S000005YJVlQAO", "0014S000007NxmlQAC", "0054S000002sSacQAE"
STAMP = "2026-11-20T08:15:02.000+0000"
AT = datetime(2026, 11, 20, 8, 15, 2, tzinfo=UTC)
TYPES = {"IsDeleted": "boolean", "IsConverted": "boolean", "IsClosed": "boolean", "Incoming": "boolean", "Amount": "currency"}
TYPES |= dict.fromkeys(("IsPersonAccount", "IsRecurrence", "IsChild", "HasResponded", "IsBounced"), "boolean")


def described(name: str, *more: str) -> Describe:
    """An object whose every needed field can be seen, with its parents."""
    names = (*OBJECTS[name].needs, *more)
    fields = [
        Field(
            name=one,
            type=TYPES.get(one, "string"),
            relation=one.removesuffix("Id") if one.endswith("Id") and one != "Id" else "",
        )
        for one in names
    ]
    return Describe(
        name=name,
        label=name,
        prefix="",
        queryable=True,
        replicateable=True,
        updateable=True,
        fields={one.name.lower(): one for one in fields},
        record_types=(),
        is_shared=False,
    )


def made(name: str, row: Mapping[str, object], *wanted: str) -> SourceRecord | Activity | Refused | None:
    base = {"Id": LEAD, "IsDeleted": False, "SystemModstamp": STAMP, "CreatedDate": STAMP}
    return make(OBJECTS[name], selection(OBJECTS[name], described(name, *wanted), wanted, {}), {**base, **row})


def record(name: str, row: Mapping[str, object], *wanted: str) -> SourceRecord:
    one = made(name, row, *wanted)
    assert isinstance(one, SourceRecord)
    return one


def activity(name: str, row: Mapping[str, object]) -> Activity:
    one = made(name, row)
    assert isinstance(one, Activity)
    return one


# ---------------------------------------------------------------- records


def test_a_lead_carries_what_the_mapping_wants_and_who_owns_it() -> None:
    lead = record("Lead", {"Email": "ann@firm.example", "OwnerId": USER}, "Email", "Title")
    assert lead == SourceRecord(
        stream="Lead",
        external_id=LEAD,
        changed_at=AT,
        fields={"Email": "ann@firm.example", "Title": None},
        associations=(Association("owner", Ref("User", USER)),),
    )


def test_a_queue_owns_nothing() -> None:
    lead = record("Lead", {"OwnerId": "00G4S000002sSacUAE"}, "OwnerId")
    assert (lead.associations, lead.fields) == ((), {"OwnerId": None})  # who waits in one has to be given to somebody
    assert record("Lead", {"OwnerId": USER}, "OwnerId").fields == {"OwnerId": USER}


def test_a_field_is_called_as_the_mapping_calls_it() -> None:
    assert record("Lead", {"Email": "ann@firm.example"}, "Email").fields == {"Email": "ann@firm.example"}
    chosen = selection(OBJECTS["Lead"], described("Lead", "Email"), ["email"], {})
    lead = make(OBJECTS["Lead"], chosen, {"Id": LEAD, "SystemModstamp": STAMP, "Email": "ann@firm.example"})
    assert isinstance(lead, SourceRecord) and lead.fields == {"email": "ann@firm.example"}


def test_who_lost_a_merge_lives_on_as_the_winner() -> None:
    lead = record("Lead", {"IsDeleted": True, "MasterRecordId": "00Q4S000002sSah"})
    assert (lead.deleted, lead.merged_into) == (True, Ref("Lead", "00Q4S000002sSahUAE"))


def test_a_converted_lead_lives_on_as_a_contact() -> None:
    lead = record("Lead", {"IsConverted": True, "ConvertedContactId": CONTACT})
    assert (lead.deleted, lead.merged_into) == (False, Ref("Contact", CONTACT))


def test_a_converted_lead_whose_contact_is_hidden_stays_a_lead() -> None:
    assert record("Lead", {"IsConverted": True, "ConvertedContactId": None}).merged_into is None


def test_a_contact_belongs_to_its_account_unless_that_is_the_person() -> None:
    belongs = Association("account", Ref("Account", ACCOUNT))
    assert record("Contact", {"AccountId": ACCOUNT}).associations == (belongs,)
    assert record("Contact", {"AccountId": ACCOUNT, "IsPersonAccount": True}).associations == ()


def test_the_account_half_of_a_person_account_is_nobody_twice() -> None:
    assert made("Account", {"Id": ACCOUNT, "IsPersonAccount": True}) is None
    assert record("Account", {"Id": ACCOUNT, "IsPersonAccount": False}).external_id == ACCOUNT


def test_an_opportunity_knows_when_its_stage_changed() -> None:
    deal = record(
        "Opportunity", {"LastStageChangeDate": "2026-11-01T10:00:00.000+0000", "AccountId": ACCOUNT, "ContactId": CONTACT}
    )
    assert deal.field_changed_at == {"StageName": datetime(2026, 11, 1, 10, tzinfo=UTC)}
    assert [one.role for one in deal.associations] == ["account", "contact"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        pytest.param({"Id": None}, "Id", id="without an identifier"),
        pytest.param({"SystemModstamp": "yesterday"}, "SystemModstamp", id="changed at no time"),
        pytest.param({"SystemModstamp": None}, "SystemModstamp", id="changed never"),
    ],
)
def test_a_bad_row_is_refused_and_not_quoted(row: Mapping[str, object], column: str) -> None:
    one = made("Lead", {**row, "Email": "ann@firm.example"}, "Email")
    assert isinstance(one, Refused)
    assert one.problem.where == f"Lead.{column}"
    assert "ann" not in f"{one.problem}" and "yesterday" not in f"{one.problem}"
    assert "ann@firm.example" in one.raw


# ---------------------------------------------------------------- activities


def test_a_logged_call_happened_when_it_was_completed() -> None:
    row = {"WhoId": LEAD, "TaskSubtype": "Call", "IsClosed": True, "CompletedDateTime": "2026-11-19T10:00:00.000+0000"}
    call = activity("Task", {**row, "OwnerId": USER, "Subject": "Intro"})
    assert (call.kind, call.occurred_at.isoformat()) == ("task.call.closed", "2026-11-19T10:00:00+00:00")
    assert (call.about, call.direction, call.actor, call.asset) == ((Ref("Lead", LEAD),), Direction.OUTBOUND, USER, "Intro")


def test_a_call_that_came_in_is_the_persons() -> None:
    call = activity("Task", {"WhoId": LEAD, "TaskSubtype": "Call", "CallType": "Inbound", "IsClosed": True})
    assert (call.kind, call.direction) == ("task.call.inbound.closed", Direction.INBOUND)


def test_a_task_to_do_is_open_and_happened_when_it_was_made() -> None:
    task = activity("Task", {"WhoId": CONTACT, "IsClosed": False})
    assert (task.kind, task.occurred_at, task.about) == ("task.task.open", AT, (Ref("Contact", CONTACT),))


@pytest.mark.parametrize(
    ("name", "row"),
    [
        pytest.param("Task", {"WhoId": None}, id="about nobody"),
        pytest.param("Task", {"WhoId": ACCOUNT}, id="about an account"),
        pytest.param("Task", {"WhoId": LEAD, "IsRecurrence": True}, id="a series"),
        pytest.param("Event", {"WhoId": LEAD, "IsChild": True}, id="an invited colleague's copy"),
        pytest.param("EmailMessage", {"FromAddress": "ann@firm.example", "Incoming": True, "Status": "5"}, id="a draft"),
        pytest.param("EmailMessage", {"FromAddress": "ann@firm.example", "Incoming": False}, id="to nobody"),
        pytest.param(
            "LeadHistory", {"LeadId": LEAD, "Field": "Owner", "NewValue": USER}, id="the half of a lookup with the id"
        ),
        pytest.param("OpportunityFieldHistory", {"Field": "StageName", "NewValue": "Won"}, id="a deal with no contact"),
        pytest.param("Task", {"WhoId": LEAD, "IsDeleted": True}, id="deleted"),
    ],
)
def test_what_is_no_activity_of_a_person_counts_as_deleted(name: str, row: Mapping[str, object]) -> None:
    assert activity(name, row).deleted


def test_a_meeting_happens_when_it_starts() -> None:
    row = {"WhoId": LEAD, "StartDateTime": "2026-12-01T09:00:00.000+0000", "Type": "Meeting", "EventSubtype": "Event"}
    meeting = activity("Event", row)
    assert (meeting.kind, meeting.occurred_at.isoformat()) == ("event.meeting", "2026-12-01T09:00:00+00:00")


def test_a_whole_day_begins_at_midnight() -> None:
    whole = activity("Event", {"WhoId": LEAD, "ActivityDate": "2026-12-01"})
    assert whole.occurred_at.isoformat() == "2026-12-01T00:00:00+00:00"


def test_an_email_is_about_the_addresses_at_the_other_end() -> None:
    row = {"MessageDate": STAMP, "FromAddress": "ann@firm.example", "ToAddress": "rep@us.example"}
    came = activity("EmailMessage", {**row, "Incoming": True})
    sent = {"FromAddress": "rep@us.example", "ToAddress": "Ann@firm.example; boss@US.example;ben@firm.example"}
    went = activity("EmailMessage", {**row, **sent, "Incoming": False})
    assert (came.kind, came.about, came.direction) == (
        "email.incoming",
        (Ref(EMAIL_STREAM, "ann@firm.example"),),
        Direction.INBOUND,
    )
    assert (went.kind, went.about) == (
        "email.outgoing",
        (Ref(EMAIL_STREAM, "Ann@firm.example"), Ref(EMAIL_STREAM, "ben@firm.example")),
    )
    assert activity("EmailMessage", {**row, "IsBounced": True}).kind == "email.outgoing.bounced"


def test_everybody_at_a_free_mail_service_is_no_colleague() -> None:
    mail = activity("EmailMessage", {"FromAddress": "rep@gmail.com", "ToAddress": "ann@gmail.com", "Incoming": False})
    assert mail.about == (Ref(EMAIL_STREAM, "ann@gmail.com"),)


def test_a_campaign_member_says_what_the_campaign_was_and_what_became_of_it() -> None:
    row = {"LeadId": LEAD, "Status": "Attended", "HasResponded": True, "FirstRespondedDate": "2026-11-25"}
    member = activity("CampaignMember", {**row, "Campaign.Type": "Webinar", "Campaign.Name": "SLA 101"})
    assert (member.kind, member.asset, member.direction) == ("campaign.webinar.attended", "SLA 101", Direction.INBOUND)
    assert member.occurred_at.isoformat() == "2026-11-25T00:00:00+00:00"


def test_nobody_responds_before_they_are_a_member() -> None:
    member = activity("CampaignMember", {"LeadId": LEAD, "HasResponded": True, "FirstRespondedDate": "2026-11-20"})
    assert member.occurred_at == AT


def test_a_member_that_was_converted_is_about_the_contact() -> None:
    assert activity("CampaignMember", {"LeadId": LEAD, "ContactId": CONTACT}).about == (Ref("Contact", CONTACT),)


def test_history_is_what_our_people_did() -> None:
    change = activity("LeadHistory", {"LeadId": LEAD, "Field": "Status", "OldValue": "Open", "NewValue": "Working"})
    assert (change.kind, change.asset, change.direction) == ("lead.status", "Working", Direction.OUTBOUND)
    stage = activity("OpportunityFieldHistory", {"Field": "StageName", "NewValue": "Won", "Opportunity.ContactId": CONTACT})
    assert (stage.kind, stage.about) == ("deal.stagename", (Ref("Contact", CONTACT),))

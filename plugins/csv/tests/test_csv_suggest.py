"""Suggestions: the exports that people have are recognized by their headers."""

from __future__ import annotations

from pathlib import Path

import pytest
from syncd_csv.suggest import Setting, kind_of, suggest, suggested_fields

from syncd.spi import Kind, Misconfigured

HUBSPOT_CONTACTS = (
    "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Lifecycle Stage,Create Date,"
    "Associated Company,Associated Company IDs"
)
PIPEDRIVE = (
    "Person - ID,Person - Name,Person - First name,Person - Last name,Person - Organization,Person - Organization ID,"
    "Person - Email - Work,Person - Email - Home,Person - Phone - Work,Person - Job title,Person - Marketing status"
)
MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,"
    "GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
FACEBOOK = "id,created_time,ad_name,adset_name,campaign_name,form_name,is_organic,platform,full_name,email,phone_number"


@pytest.mark.parametrize(
    ("header", "kind", "fields"),
    [
        pytest.param(
            MAILCHIMP,
            "person",
            "email=Email Address first_name=First Name last_name=Last Name country=CC created_on=OPTIN_TIME tags=TAGS",
            id="Mailchimp",
        ),
        pytest.param(
            "EMAIL,LASTNAME,FIRSTNAME,SMS,EMAIL_BLACKLISTED,SMS_BLACKLISTED,ADDED_TIME,MODIFIED_TIME",
            "person",
            "email=EMAIL first_name=FIRSTNAME last_name=LASTNAME created_on=ADDED_TIME mobile=SMS "
            "unsubscribed=EMAIL_BLACKLISTED",
            id="Brevo",
        ),
        pytest.param(
            "Email,First Name,Last Name,Phone,Tags,Date Created,IP,Status",
            "person",
            "email=Email first_name=First Name last_name=Last Name phone=Phone created_on=Date Created tags=Tags",
            id="ActiveCampaign",
        ),
        pytest.param(
            "first_name,email,created_at,status", "person", "email=email first_name=first_name created_on=created_at", id="Kit"
        ),
        pytest.param(
            "Email,First name,Surname,Phone number,Country,Tags,Date registered",
            "person",
            "email=Email first_name=First name last_name=Surname phone=Phone number country=Country "
            "created_on=Date registered tags=Tags",
            id="Systeme.io",
        ),
        pytest.param(
            HUBSPOT_CONTACTS,
            "person",
            "email=Email first_name=First Name last_name=Last Name phone=Phone Number created_on=Create Date "
            "company=Associated Company lead_status=Lead Status lifecycle_stage=Lifecycle Stage owner=Contact owner",
            id="HubSpot contacts",
        ),
        pytest.param(
            "Record ID,Company name,Website URL,Company owner,Create Date",
            "account",
            "name=Company name website=Website URL created_on=Create Date owner=Company owner",
            id="HubSpot companies",
        ),
        pytest.param(
            "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Associated Company IDs,Associated Contact IDs",
            "deal",
            "name=Deal Name amount=Amount stage=Deal Stage owner=Deal owner",
            id="HubSpot deals",
        ),
        pytest.param(
            PIPEDRIVE,
            "person",
            "email=Person - Email - Work first_name=Person - First name last_name=Person - Last name full_name=Person - Name "
            "phone=Person - Phone - Work other_emails=Person - Email - Home job_title=Person - Job title "
            "company=Person - Organization",
            id="Pipedrive",
        ),
        pytest.param(
            "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
            "person",
            "email=Email Address first_name=First Name last_name=Last Name created_on=Connected On job_title=Position "
            "company=Company",
            id="LinkedIn",
        ),
        pytest.param(
            "ID,ISDELETED,MASTERRECORDID,ACCOUNTID,LASTNAME,FIRSTNAME,EMAIL,MOBILEPHONE",
            "person",
            "email=EMAIL first_name=FIRSTNAME last_name=LASTNAME mobile=MOBILEPHONE",
            id="Salesforce Data Loader",
        ),
        pytest.param(
            FACEBOOK,
            "person",
            "email=email full_name=full_name phone=phone_number source=platform created_on=created_time",
            id="Facebook lead ads",
        ),
    ],
)
def test_the_fields_of_a_known_export_are_found(header: str, kind: Kind, fields: str) -> None:
    columns = header.split(",")
    assert kind_of(columns) == kind
    assert " ".join(f"{golden}={column}" for golden, column in suggested_fields(columns, kind).items()) == fields


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param(
            HUBSPOT_CONTACTS + "\n7" + ",x" * 7 + ",2024-03-12 09:14,Example,1;2\n", {"id": "Record ID"}, id="HubSpot contacts"
        ),
        pytest.param(
            "EMAIL;ADDED_TIME;MODIFIED_TIME\na@example.com;12-04-2022 09:30;25-04-2022 10:00\n",
            {"id": "EMAIL", "changed_at": "MODIFIED_TIME", "date_formats": ["%d-%m-%Y %H:%M"]},
            id="Brevo",
        ),
        pytest.param(
            '"ID","ISDELETED","MASTERRECORDID","LASTNAME","SYSTEMMODSTAMP"\n"003","false","","Example","2024-03-12T09:14:00Z"\n',
            {"id": "ID", "changed_at": "SYSTEMMODSTAMP", "deleted": "ISDELETED", "merged_into": "MASTERRECORDID"},
            id="Salesforce Data Loader",
        ),
        pytest.param("email,name\na@example.com,Ada", {"id": "email", "open_end": True}, id="without a last line end"),
        pytest.param(
            "event,timestamp,email,url\nopen,2024-03-12 09:14,a@example.com,/x\n",
            {"kind": {"column": "event"}, "occurred_at": "timestamp", "about_email": "email", "asset": "url"},
            id="activities",
        ),
    ],
)
def test_the_settings_of_the_stream_are_suggested(tmp_path: Path, text: str, settings: dict[str, Setting]) -> None:
    (tmp_path / "x.csv").write_text(text)
    found = dict(suggest(tmp_path / "x.csv").settings)
    assert (found.pop("files"), found.pop("holds") in {"person", "activity"}) == ("x.csv", True)
    assert found == settings


def test_what_cannot_be_known_is_asked(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("City,AccountId,Created,First Name\nLondon,1,03/04/2024,Ada\n")
    notes = suggest(tmp_path / "x.csv").notes
    assert notes[0] == "x.csv: utf-8, delimiter ,, 4 columns"
    assert "day and month may be either; set date_formats to one of %d/%m/%Y, %m/%d/%Y" in notes[1]
    assert notes[2:] == (
        "no column is known to hold the identifier: set id",
        'column "AccountId" points to accounts: associations: {account: {to: accounts, column: AccountId}}',
    )


def test_a_file_without_rows_cannot_be_suggested_for(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("\n")
    with pytest.raises(Misconfigured, match=r"x\.csv has no rows"):
        suggest(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("number", "asked"),
    [
        pytest.param("910 000 001", True, id="local"),
        pytest.param("+34 910 000 001", False, id="international"),
        pytest.param("0034 910000001", False, id="dialled"),
        pytest.param("", False, id="none"),
    ],
)
def test_whose_numbers_without_a_country_code_are_is_asked(tmp_path: Path, number: str, asked: bool) -> None:
    (tmp_path / "people.csv").write_text(f"Email,First Name,Phone\nann@firm.example,Ann,{number}\n")
    question = 'column "Phone": numbers without a country code; say whose: phone: {from: Phone, region: ES}'

    assert (question in suggest(tmp_path / "people.csv").notes) is asked

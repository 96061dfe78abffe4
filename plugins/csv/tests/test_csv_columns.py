"""Columns: found by their name, and missed with the closest one named."""

from __future__ import annotations

import pytest
from syncd_csv.columns import Columns, email_column, id_column

from syncd.spi import Kind, Misconfigured

HEADER = Columns(file="x.csv", header=("Record ID", "E-Mail", "Phone", "phone", "Note", "Note"))


def test_a_name_is_matched_exactly_and_else_in_other_case() -> None:
    assert (HEADER.find("phone"), HEADER.find("Phone"), HEADER.find("record id")) == (3, 2, 0)


def test_a_missing_column_is_named_with_the_closest_one() -> None:
    with pytest.raises(Misconfigured, match=r'x\.csv: no column "Email" \(named by the mapping\); the closest is "E-Mail"'):
        HEADER.index("Email", "named by the mapping")


def test_a_file_without_a_header_is_noticed_and_its_first_row_not_quoted() -> None:
    with pytest.raises(Misconfigured, match="seems to be a row") as raised:
        Columns(file="x.csv", header=("7", "Emil", "emil@example.com")).index("Email", "id")
    assert "mil@" not in str(raised.value)
    assert '"Emil"' not in str(raised.value)


@pytest.mark.parametrize("name", ["Note", "PHONE"])
def test_a_name_that_two_columns_have_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match="2 columns are named"):
        HEADER.find(name)


@pytest.mark.parametrize(
    ("header", "kind", "expected"),
    [
        pytest.param("Record ID,Associated Company IDs", "person", "Record ID", id="HubSpot"),
        pytest.param("Person - Name,Person - Organization ID,Person - ID", "person", "Person - ID", id="Pipedrive person"),
        pytest.param("Deal - Organization ID,Deal - ID", "deal", "Deal - ID", id="Pipedrive deal"),
        pytest.param("ACCOUNTID,ID", "person", "ID", id="Data Loader"),
        pytest.param("Account ID,Contact ID", "person", "Contact ID", id="Salesforce report"),
        pytest.param("Email Address,LEID,EUID", "person", "LEID", id="Mailchimp"),
        pytest.param("EMAIL,LASTNAME", "person", None, id="Brevo"),
    ],
)
def test_the_identifier_is_the_records_own(header: str, kind: Kind, expected: str | None) -> None:
    assert id_column(header.split(","), kind) == expected


def test_the_main_address_comes_before_others() -> None:
    assert email_column(["Person - Email - Home", "Person - Email - Work"]) == "Person - Email - Work"

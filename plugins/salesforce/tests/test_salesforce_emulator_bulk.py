"""Bulk API 2.0: jobs go through their states, results come by locator, every row of an upload is accounted for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.answers import Answer, Json, encoded
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add

from syncd.testing.clock import VirtualClock


def leads(emulator: Emulator, count: int) -> list[str]:
    return [str(add(emulator.org, "Lead", {"LastName": f"Roe {n}", "Company": "Example Ltd"})["Id"]) for n in range(count)]


def text(answer: Answer) -> str:
    return encoded(answer.content).decode() if answer.body is None else answer.body.decode()


def value(answer: Answer, name: str) -> Json:
    assert isinstance(answer.content, dict)
    return answer.content.get(name)


def query_job(emulator: Emulator, query: str, operation: str = "query") -> str:
    return str(value(emulator.ask("POST", "/jobs/query", {"operation": operation, "query": query}), "id"))


def states(emulator: Emulator, path: str, looks: int = 2) -> list[Json]:
    return [value(emulator.ask("GET", path), "state") for _ in range(looks)]


def ingested(emulator: Emulator, content: str, **settings: str) -> str:
    job = emulator.ask("POST", "/jobs/ingest", {"object": "Lead", "operation": "update", **settings})
    path = f"/jobs/ingest/{value(job, 'id')}"
    assert emulator.ask("PUT", f"{path}/batches", content.encode()).status == 201
    assert emulator.ask("PATCH", path, {"state": "UploadComplete"}).status == 200
    states(emulator, path)
    return path


def test_a_query_job_moves_on_with_every_look(emulator: Emulator) -> None:
    job = query_job(emulator, "SELECT Id FROM Lead")
    assert states(emulator, f"/jobs/query/{job}", 3) == ["InProgress", "JobComplete", "JobComplete"]


def test_a_job_takes_the_time_it_is_told_to(emulator: Emulator, clock: VirtualClock) -> None:
    emulator.instance.bulk_takes = timedelta(seconds=30)
    job = query_job(emulator, "SELECT Id FROM Lead")
    assert states(emulator, f"/jobs/query/{job}", 3) == ["InProgress"] * 3
    clock.advance(timedelta(seconds=30))
    assert states(emulator, f"/jobs/query/{job}", 1) == ["JobComplete"]


def test_results_are_quoted_csv_by_locators_that_can_be_asked_again(emulator: Emulator) -> None:
    keys = leads(emulator, 3)
    job = query_job(emulator, "SELECT Id, LastName, CreatedDate, IsDeleted, Title FROM Lead")
    states(emulator, f"/jobs/query/{job}")
    first = emulator.ask("GET", f"/jobs/query/{job}/results", maxRecords="2")
    rest = emulator.ask("GET", f"/jobs/query/{job}/results", maxRecords="2", locator=first.headers["Sforce-Locator"])
    assert text(first).splitlines()[:2] == [
        '"Id","LastName","CreatedDate","IsDeleted","Title"',
        f'"{keys[0]}","Roe 0","2026-11-20T08:15:02.000Z","false",""',
    ]
    assert (first.headers["Sforce-NumberOfRecords"], rest.headers["Sforce-NumberOfRecords"]) == ("2", "1")
    assert rest.headers["Sforce-Locator"] == "null"
    again = emulator.ask("GET", f"/jobs/query/{job}/results", maxRecords="2", locator=first.headers["Sforce-Locator"])
    assert again.body == rest.body


def test_results_bear_the_column_names_of_the_query_and_escape_quotes(emulator: Emulator) -> None:
    add(emulator.org, "Lead", {"LastName": 'Roe "R"', "Company": "A,\nB"})
    job = query_job(emulator, "SELECT LastName, Company, Owner.Email FROM Lead")
    states(emulator, f"/jobs/query/{job}")
    expected = '"LastName","Company","Owner.Email"\n"Roe ""R""","A,\nB","integration@acme.example"\n'
    assert text(emulator.ask("GET", f"/jobs/query/{job}/results")) == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT COUNT() FROM Lead", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Status FROM Lead GROUP BY Status", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Id FROM Lead OFFSET 5", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Id, (SELECT Id FROM Tasks) FROM Lead", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Address FROM Lead", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Id FROM LeadStatus", "INVALIDENTITY"),
        ("SELECT Foo FROM Lead", "INVALID_FIELD"),
    ],
)
def test_what_bulk_cannot_do_is_refused_at_once(emulator: Emulator, query: str, code: str) -> None:
    answer = emulator.ask("POST", "/jobs/query", {"operation": "query", "query": query})
    assert answer.status == 400
    assert code in text(answer)


def test_an_aborted_job_stays_so_and_has_no_results(emulator: Emulator) -> None:
    job = query_job(emulator, "SELECT Id FROM Lead")
    assert value(emulator.ask("PATCH", f"/jobs/query/{job}", {"state": "Aborted"}), "state") == "Aborted"
    assert states(emulator, f"/jobs/query/{job}", 1) == ["Aborted"]
    assert emulator.ask("GET", f"/jobs/query/{job}/results").status == 400


def test_a_deleted_or_old_job_is_not_found(emulator: Emulator, clock: VirtualClock) -> None:
    gone, old = query_job(emulator, "SELECT Id FROM Lead"), query_job(emulator, "SELECT Id FROM Lead")
    assert emulator.ask("DELETE", f"/jobs/query/{gone}").status == 204
    clock.advance(timedelta(days=7))
    assert [emulator.ask("GET", f"/jobs/query/{job}").status for job in (gone, old)] == [404, 404]


def test_every_uploaded_row_is_successful_failed_or_unprocessed(emulator: Emulator) -> None:
    good, bad = leads(emulator, 2)
    path = ingested(emulator, f'Id,Title\n{good},Head\n{bad},{"x" * 129}\n00Q000000000000AAA,"a ""b"""\n')
    answer = emulator.ask("GET", path)
    assert (value(answer, "numberRecordsProcessed"), value(answer, "numberRecordsFailed")) == (3, 2)
    assert (
        text(emulator.ask("GET", f"{path}/successfulResults"))
        == f'"sf__Id","sf__Created","Id","Title"\n"{good}","false","{good}","Head"\n'
    )
    failed = text(emulator.ask("GET", f"{path}/failedResults")).splitlines()
    assert failed[1].startswith(f'"{bad}","STRING_TOO_LONG:Title: data value too large: xxx')
    assert (
        failed[2]
        == '"00Q000000000000AAA","INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--","00Q000000000000AAA","a ""b"""'
    )
    assert text(emulator.ask("GET", f"{path}/unprocessedrecords")) == '"Id","Title"\n'


def test_an_empty_cell_changes_nothing_and_na_clears(emulator: Emulator) -> None:
    key = str(add(emulator.org, "Lead", {"LastName": "Roe", "Company": "Example Ltd", "Title": "Head", "City": "Bonn"})["Id"])
    ingested(emulator, f"Id,Title,City\n{key},,#N/A\n")
    row = emulator.org.rows("Lead")[0]
    assert (row.get("Title"), row.get("City")) == ("Head", None)


def test_upsert_makes_what_is_not_there(emulator: Emulator) -> None:
    emulator.org.add_field("Lead", field_of("Ref__c string(36) cunfsgpx"))
    settings = {"operation": "upsert", "externalIdFieldName": "Ref__c"}
    path = ingested(emulator, "Ref__c,LastName,Company\n1,Roe,Example Ltd\n1,Poe,Example Ltd\n", **settings)
    made = [line.split(",")[1] for line in text(emulator.ask("GET", f"{path}/successfulResults")).splitlines()[1:]]
    assert made == ['"true"', '"false"']
    assert [row["LastName"] for row in emulator.org.rows("Lead")] == ["Poe"]


def test_a_relation_may_be_told_by_an_external_id(emulator: Emulator) -> None:
    emulator.org.add_field("Account", field_of("Ref__c string(36) cunfsgpx"))
    account = add(emulator.org, "Account", {"Name": "Example Ltd", "Ref__c": "7"})
    ingested(emulator, "LastName,Account.Ref__c\nPoe,7\n", object="Contact", operation="insert")
    assert emulator.org.rows("Contact")[0]["AccountId"] == account["Id"]


def test_hard_delete_leaves_no_trace_for_query_all(emulator: Emulator) -> None:
    (key,) = leads(emulator, 1)
    ingested(emulator, f"Id\n{key}\n", operation="hardDelete")
    assert emulator.org.rows("Lead", deleted=True) == []


def test_the_wrong_line_end_fails_the_job(emulator: Emulator) -> None:
    (key,) = leads(emulator, 1)
    path = ingested(emulator, f"Id,Title\r\n{key},Head\r\n")
    answer = emulator.ask("GET", path)
    assert (value(answer, "state"), value(answer, "numberRecordsProcessed")) == ("Failed", 0)
    assert "LineEnding is invalid on user data" in str(value(answer, "errorMessage"))


def test_a_job_that_fails_halfway_keeps_what_it_did(emulator: Emulator) -> None:
    keys = leads(emulator, 4)
    emulator.misbehave("bulk_failed")
    path = ingested(emulator, "Id,Title\n" + "".join(f"{key},Head\n" for key in keys))
    assert value(emulator.ask("GET", path), "state") == "Failed"
    assert [row.get("Title") for row in emulator.org.rows("Lead")] == ["Head", "Head", None, None]
    assert text(emulator.ask("GET", f"{path}/unprocessedrecords")).count("Head") == 2


def test_an_open_job_takes_one_upload_and_can_be_aborted(emulator: Emulator) -> None:
    job = emulator.ask("POST", "/jobs/ingest", {"object": "Lead", "operation": "insert"})
    assert str(value(job, "contentUrl")).startswith("services/data/v67.0/jobs/ingest/750")
    path = f"/jobs/ingest/{value(job, 'id')}"
    assert emulator.ask("PATCH", path, {"state": "UploadComplete"}).status == 400
    assert emulator.ask("PUT", f"{path}/batches", b"LastName,Company\nRoe,Example Ltd\n").status == 201
    assert emulator.ask("PUT", f"{path}/batches", b"LastName\nRoe\n").status == 400
    assert value(emulator.ask("PATCH", path, {"state": "Aborted"}), "state") == "Aborted"
    assert emulator.org.rows("Lead") == []

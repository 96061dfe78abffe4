"""Every way to go wrong goes wrong as it says, where it says, as often as it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from syncd_salesforce.emulator import Emulator, Options
from syncd_salesforce.emulator.answers import Answer, Json, encoded
from syncd_salesforce.emulator.gate import dated, login
from syncd_salesforce.emulator.misbehaviour import MODES, read
from syncd_salesforce.emulator.writing import add

from syncd.testing.clock import VirtualClock

WIRE = {"reset", "cut", "cut_open", "slow", "silent", "token_lost", "keyless", "redirect", "drip", "bomb", "header_flood"}
"""Tested with real connections."""


def text(answer: Answer) -> str:
    return encoded(answer.content).decode() if answer.body is None else answer.body.decode()


def leads(emulator: Emulator, count: int) -> list[str]:
    return [str(add(emulator.org, "Lead", {"LastName": f"Roe {n}", "Company": "Example Ltd"})["Id"]) for n in range(count)]


STATUSES = [
    ("unavailable", 503, "SERVER_UNAVAILABLE"),
    ("maintenance", 503, "<html>"),
    ("broken", 500, "UNKNOWN_EXCEPTION"),
    ("html", 200, "<html>"),
    ("edge", 420, "Salesforce Edge is setting things up"),
    ("throttled", 429, "Too many requests"),
    ("headers_too_large", 431, "HTTP ERROR 431"),
    ("gone", 410, "GONE"),
    ("daily_limit", 403, "TotalRequests Limit exceeded."),
    ("concurrent_limit", 403, "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
    ("api_disabled", 403, "API_DISABLED_FOR_ORG"),
    ("no_rights", 403, "INSUFFICIENT_ACCESS"),
    ("session", 401, "Session expired or invalid"),
    ("session_dead", 401, "This session is not valid for use with the REST API"),
    ("timeout", 400, "QUERY_TIMEOUT"),
    ("too_large", 400, "OPERATION_TOO_LARGE"),
    ("uri_too_long:value=5", 414, "Bad Message 414"),
]


@pytest.mark.parametrize(("mode", "status", "message"), STATUSES, ids=[mode for mode, _, _ in STATUSES])
def test_a_request_is_refused(emulator: Emulator, mode: str, status: int, message: str) -> None:
    emulator.misbehave(mode)
    answer = emulator.ask("GET", "/query", q="SELECT Id FROM Lead")
    assert answer.status == status
    assert message in text(answer)


def test_not_acceptable_is_for_describes_alone(emulator: Emulator) -> None:
    emulator.misbehave("not_acceptable")
    assert emulator.ask("GET", "/sobjects/Lead/describe").status == 406
    assert emulator.ask("GET", "/limits").status == 200


def test_a_login_is_refused(emulator: Emulator) -> None:
    emulator.misbehave("login:value=inactive user,times=1")
    form = {"grant_type": "refresh_token", "refresh_token": emulator.instance.sessions.offer()}
    form["client_id"] = emulator.credentials.client_id
    answers = [login(emulator.instance, form) for _ in range(2)]
    assert answers[0].content == {"error": "invalid_grant", "error_description": "inactive user"}
    assert answers[1].status == 200


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("unavailable:times=2", [503, 503, 200, 200]),
        ("unavailable:after=2", [200, 200, 503, 503]),
        ("unavailable:method=POST", [200, 200, 200, 200]),
        ("unavailable:path=/limits", [503, 503, 503, 503]),
        ("unavailable:path=/query", [200, 200, 200, 200]),
        ("session", [401, 200, 200, 200]),
    ],
)
def test_a_fault_strikes_where_and_as_often_as_it_is_told(emulator: Emulator, mode: str, expected: list[int]) -> None:
    emulator.misbehave(mode)
    assert [emulator.ask("GET", "/limits").status for _ in range(4)] == expected


def test_chances_come_out_alike_for_the_same_seed(clock: VirtualClock) -> None:
    runs = []
    for _ in range(2):
        emulator = Emulator(Options(seed=7, misbehave=["unavailable:p=0.5"]), clock=clock.now)
        runs.append([emulator.ask("GET", "/limits").status for _ in range(40)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


def test_good_behaviour_returns(emulator: Emulator) -> None:
    emulator.misbehave("unavailable")
    emulator.misbehave("lock")
    emulator.behave("unavailable")
    assert emulator.ask("GET", "/limits").status == 200
    emulator.behave()
    assert emulator.instance.faults.active == []


def test_an_unknown_mode_or_key_is_named() -> None:
    with pytest.raises(ValueError, match="no misbehaviour 'foo'; there are: unavailable"):
        read("foo")
    with pytest.raises(ValueError, match="unknown key 'q'"):
        read("lock:q=1")


def test_the_date_is_off(emulator: Emulator) -> None:
    emulator.misbehave("clock:value=-300")
    assert dated(emulator.instance) == "Fri, 20 Nov 2026 08:10:02 GMT"


def test_writes_are_stamped_alike(emulator: Emulator, clock: VirtualClock) -> None:
    emulator.misbehave("ties")
    leads(emulator, 2)
    clock.advance(timedelta(minutes=30))
    leads(emulator, 2)
    assert {row["SystemModstamp"] for row in emulator.org.rows("Lead")} == {"2026-11-20T08:00:00.000+0000"}


def test_writes_show_late(emulator: Emulator, clock: VirtualClock) -> None:
    emulator.misbehave("late:value=60")
    leads(emulator, 1)
    assert emulator.org.rows("Lead") == []
    clock.advance(timedelta(seconds=60))
    emulator.org.settle()
    assert len(emulator.org.rows("Lead")) == 1


def records(
    emulator: Emulator, path: str = "/query", query: str = "SELECT Id, Description FROM Lead"
) -> tuple[Json, list[Json]]:
    content = emulator.ask("GET", path, q=query).content
    assert isinstance(content, dict)
    return content.get("nextRecordsUrl"), content["records"]


def test_a_locator_dies(emulator: Emulator) -> None:
    leads(emulator, 3)
    emulator.instance.page = 2
    rest = str(records(emulator)[0]).removeprefix("/services/data/v67.0")
    emulator.misbehave("locator")
    assert "INVALID_QUERY_LOCATOR" in text(emulator.ask("GET", rest))
    assert emulator.ask("GET", rest).status == 200


def test_a_page_is_empty_and_more_follows(emulator: Emulator) -> None:
    leads(emulator, 3)
    emulator.misbehave("empty_page")
    rest, rows = records(emulator)
    assert (rows, str(rest).endswith("-0")) == ([], True)
    assert len(records(emulator, str(rest).removeprefix("/services/data/v67.0"))[1]) == 3


def test_pages_are_short_rows_come_twice_and_texts_are_odd(emulator: Emulator) -> None:
    leads(emulator, 120)
    add(emulator.org, "Lead", {"LastName": "Roe", "Company": "Example Ltd", "Description": "Hi"})
    emulator.misbehave("long_text")
    emulator.misbehave("double")
    emulator.misbehave("odd_text")
    rest, rows = records(emulator)
    assert (len(rows), rows[-1] == rows[-2]) == (101, True)
    last = records(emulator, str(rest).removeprefix("/services/data/v67.0"))[1][-1]
    assert isinstance(last, dict)
    assert last["Description"] == "Hi\x00 \U0001f600\r\n\"'"


@pytest.mark.parametrize(("mode", "status"), [("field_gone", 400), ("field_retyped", 200)])
def test_a_field_changes_between_describe_and_query(emulator: Emulator, mode: str, status: int) -> None:
    emulator.misbehave(mode)
    assert '"name":"Title"' in text(emulator.ask("GET", "/sobjects/Lead/describe"))
    assert emulator.ask("GET", "/query", q="SELECT Title FROM Lead").status == status
    shown = emulator.org.visible("Lead")
    assert shown is not None
    field = shown.find("Title")
    assert (field.type if field else None) == (None if mode == "field_gone" else "double")


@pytest.mark.parametrize(
    ("mode", "code"), [("lock", "UNABLE_TO_LOCK_ROW"), ("partial", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")]
)
def test_single_rows_of_a_collection_fail(emulator: Emulator, mode: str, code: str) -> None:
    rows: list[Json] = [{"attributes": {"type": "Lead"}, "id": key, "Title": "Head"} for key in leads(emulator, 50)]
    emulator.misbehave(f"{mode}:p=0.3")
    answer = emulator.ask("PATCH", "/composite/sobjects", {"records": rows})
    failed = text(answer).count(code)
    assert 5 < failed < 30
    assert sum(row.get("Title") == "Head" for row in emulator.org.rows("Lead")) == 50 - failed


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("bulk_stuck", ["InProgress", "InProgress", "InProgress"]),
        ("bulk_failed", ["InProgress", "Failed", "Failed"]),
        ("bulk_aborted", ["InProgress", "Aborted", "Aborted"]),
        ("bulk_gone:after=1", ["InProgress", None, None]),
    ],
)
def test_a_job_ends_otherwise(emulator: Emulator, mode: str, expected: list[Json]) -> None:
    job = emulator.ask("POST", "/jobs/query", {"operation": "query", "query": "SELECT Id FROM Lead"}).content
    assert isinstance(job, dict)
    emulator.misbehave(mode)
    seen = []
    for _ in expected:
        content = emulator.ask("GET", f"/jobs/query/{job['id']}").content
        seen.append(content.get("state") if isinstance(content, dict) else None)
    assert seen == expected


def test_an_object_is_refused_by_bulk(emulator: Emulator) -> None:
    emulator.misbehave("bulk_refused:value=Task")
    queries = ["SELECT Id FROM Task", "SELECT Id FROM Lead"]
    assert [emulator.ask("POST", "/jobs/query", {"query": query}).status for query in queries] == [400, 200]


def test_the_day_runs_out_of_requests(emulator: Emulator) -> None:
    emulator.instance.usage.limit = 2
    answers = [emulator.ask("GET", "/limits") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 403]
    assert answers[1].headers["Sforce-Limit-Info"] == "api-usage=2/2"


def test_the_figures_of_one_app_stand_beside_those_of_all(emulator: Emulator) -> None:
    emulator.instance.usage.app = "syncd"
    header = emulator.ask("GET", "/limits").headers["Sforce-Limit-Info"]
    assert header == "api-usage=1/100000; per-app-api-usage=1/100000(appName=syncd)"


def test_every_mode_is_tested_somewhere() -> None:
    here = {mode.partition(":")[0] for mode, _, _ in STATUSES}
    others = (
        "not_acceptable login clock late ties locator empty_page long_text double odd_text field_gone field_retyped lock "
        "partial bulk_refused bulk_stuck bulk_failed bulk_aborted bulk_gone"
    )
    assert here | WIRE | set(others.split()) == set(MODES)

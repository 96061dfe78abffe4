"""Bulk jobs: counted, begun anew when they come to nothing, and never believed on their word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from syncd_salesforce import jobs
from syncd_salesforce.cursors import Job, Reading
from syncd_salesforce.listing import Lister
from syncd_salesforce.objects import OBJECTS
from syncd_salesforce.org import Org
from syncd_salesforce.refusals import Declined

from syncd.spi import BadAnswer, Reply

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
HEADERS = {"sforce-limit-info": "api-usage=25/5000; per-app-api-usage=17/250(appName=x)", "content-type": "text/csv"}


class Scripted:
    """A client that answers what it was told to, in order, and remembers what it was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        self.asked.append(f"{method} {url} {dict(params or {})}")
        return self.replies.pop(0)


def reply(body: str | bytes, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers={**HEADERS, **named}, body=body if isinstance(body, bytes) else body.encode())


def org(*replies: Reply) -> Org:
    return Org(Scripted(*replies), version="66.0", leave_free=0.1, now=lambda: NOW)


def results(answer: Reply) -> jobs.Results:
    return jobs.results(org(answer), "Lead", "750", version="66.0", locator="", most=100)


# ---------------------------------------------------------------- one page


def test_line_ends_quotes_and_nul_do_not_break_a_page() -> None:
    page = results(reply('"Id","Name"\n"1","a ""b""\nc\0"\n"2",""\n', sforce_numberofrecords="2", sforce_locator="MTA"))
    assert page.rows == [{"Id": "1", "Name": 'a "b"\nc'}, {"Id": "2", "Name": ""}]
    assert page.locator == "MTA"


def test_the_word_null_or_nothing_ends_the_results() -> None:
    assert results(reply('"Id"\n"1"\n', sforce_locator="null")).locator == ""
    assert results(reply('"Id"\n"1"\n')).locator == ""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('"Id","Name"\n"1","a"\n', id="fewer rows than announced"),
        pytest.param('"Id","Name"\n"1","a"\n"2"\n', id="a row cut short"),
        pytest.param('"Id","Name"\n"1","a"\n"2","b","c"\n', id="a row too wide"),
        pytest.param('"Id","Name"\n"1","a"\n"2","b', id="a quote never closed"),
        pytest.param(b'"Id","Name"\n"1","a"\n"2","\xff"\n', id="no UTF-8"),
    ],
)
def test_a_page_that_was_cut_is_not_believed(body: str | bytes) -> None:
    with pytest.raises(BadAnswer):
        results(reply(body, sforce_numberofrecords="2"))


def test_a_page_of_html_is_no_end_of_the_results() -> None:
    with pytest.raises(BadAnswer):
        results(reply("<html>Maintenance</html>", content_type="text/html"))


def test_results_are_read_with_the_version_that_began_them() -> None:
    client = Scripted(reply('"Id"\n', sforce_numberofrecords="0"))
    jobs.results(
        Org(client, version="67.0", leave_free=0.1, now=lambda: NOW), "Lead", "750", version="66.0", locator="x", most=9
    )
    assert client.asked == ["GET /services/data/v66.0/jobs/query/750/results {'maxRecords': '9', 'locator': 'x'}"]


@pytest.mark.parametrize("body", ["{}", '{"state": "Dreaming"}', "[]", "<html>"])
def test_a_job_in_no_known_state_makes_no_sense(body: str) -> None:
    with pytest.raises(BadAnswer):
        jobs.progress(org(reply(body)), "Lead", "query", "750")


# ---------------------------------------------------------------- a whole job


def reading(**more: object) -> Reading:
    job = Job(id="750", version="66.0", begun_at=NOW - timedelta(minutes=5), total=3)
    given = {"job": job, **more}
    return Reading(phase="window", hi=NOW, **given)  # type: ignore[arg-type]  # fields of a struct


def lister(*replies: Reply) -> Lister:
    return Lister(OBJECTS["Lead"], org(*replies), bulk_above=0)


def test_a_job_that_gave_fewer_rows_than_it_processed_is_read_again() -> None:
    page = lister(reply('"Id"\n"1"\n"2"\n', sforce_numberofrecords="2", sforce_locator="null")).page(reading(), ["Id"])
    assert len(page.rows) == 2
    assert page.rest is not None and (page.rest.job, page.rest.tries) == (None, 1)
    assert page.notes == ("Lead: a Bulk query processed 3 rows and gave 2; it is read again",)


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_the_third_job_that_comes_to_nothing_is_the_last(state: str) -> None:
    running = Job(id="750", version="66.0", begun_at=NOW)
    page = lister(reply(f'{{"state": "{state}"}}')).page(reading(job=running, tries=2), ["Id"])
    assert page.rest is not None and page.rest.rest_only
    assert page.notes == (f"Lead: a Bulk query ended as {state}; it is read by REST pages",)


def test_a_job_that_is_stuck_is_left() -> None:
    stuck = Job(id="750", version="66.0", begun_at=NOW - timedelta(hours=7), polls=50)
    page = lister(reply('{"state": "InProgress"}')).page(reading(job=stuck), ["Id"])
    assert page.rest is not None and page.rest.job is None


def test_a_running_job_is_looked_at_less_and_less_often() -> None:
    running = Job(id="750", version="66.0", begun_at=NOW, polls=2)
    page = lister(reply('{"state": "InProgress"}')).page(reading(job=running), ["Id"])
    assert (page.wait, page.rest and page.rest.job and page.rest.job.polls) == (timedelta(seconds=4), 3)
    eager = Job(id="750", version="66.0", begun_at=NOW, polls=50)
    assert lister(reply('{"state": "InProgress"}')).page(reading(job=eager), ["Id"]).wait == timedelta(seconds=30)


def test_the_same_locator_twice_is_a_loop() -> None:
    at = Job(id="750", version="66.0", begun_at=NOW, total=9, locator="MTA", rows=3)
    with pytest.raises(BadAnswer, match="twice"):
        lister(reply('"Id"\n"1"\n', sforce_numberofrecords="1", sforce_locator="MTA")).page(reading(job=at), ["Id"])


class Full:
    """A client that takes no page of more than so many rows, as the host takes none beyond its limit in bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: list[int] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        self.asked.append(int((params or {})["maxRecords"]))
        if self.asked[-1] > self.most:
            raise BadAnswer("the answer is too large")
        return reply('"Id"\n"1"\n', sforce_numberofrecords="1", sforce_locator=f"at{len(self.asked)}")


def test_pages_that_the_host_does_not_take_are_asked_for_with_fewer_rows() -> None:
    client = Full(most=2_000)
    one = Lister(OBJECTS["Lead"], Org(client, version="66.0", leave_free=0.1, now=lambda: NOW), bulk_above=0)
    page = one.page(reading(), ["Id"])
    assert (len(page.rows), client.asked) == (1, [5_000, 1_250])
    assert page.rest is not None
    one.page(page.rest, ["Id"])
    assert client.asked == [5_000, 1_250, 1_250]  # what it takes is known by now


def test_an_answer_that_is_too_large_for_a_few_rows_is_a_bad_one() -> None:
    client = Full(most=0)
    with pytest.raises(BadAnswer, match="too large"):
        Lister(OBJECTS["Lead"], Org(client, version="66.0", leave_free=0.1, now=lambda: NOW), bulk_above=0).page(
            reading(), ["Id"]
        )
    assert client.asked == [5_000, 1_250, 312, 78]


# ---------------------------------------------------------------- REST beside it


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{}", id="an empty object"),
        pytest.param('{"records": null, "done": true}', id="no records"),
        pytest.param('{"records": [], "totalSize": 0}', id="not said whether it is the end"),
        pytest.param('{"records": [], "done": false}', id="more, and not where"),
        pytest.param('{"records": [], "done": false, "nextRecordsUrl": "https://elsewhere.example/"}', id="more, elsewhere"),
        pytest.param('{"records": [7], "done": true}', id="a record that is none"),
        pytest.param("<html>Maintenance</html>", id="a page"),
        pytest.param('{"records": [{"Id"', id="cut"),
    ],
)
def test_an_answer_that_is_no_page_is_never_an_end(body: str) -> None:
    with pytest.raises(BadAnswer):
        org(reply(body)).query("Lead: query", "SELECT Id FROM Lead", everything=True)


def test_a_refusal_within_a_composite_is_one() -> None:
    inner = '{"compositeResponse":[{"body":[{"errorCode":"INVALID_FIELD","message":"No"}],"httpStatusCode":400}]}'
    with pytest.raises(Declined) as raised:
        org(reply(inner)).query("Lead: query", "a query so long " * 500, everything=True)
    assert raised.value.code == "INVALID_FIELD"


def test_the_header_of_limits_is_read_whatever_stands_behind_it() -> None:
    one = org(reply("{}"))
    one.get("anything", "/services/data/v66.0/")
    assert one.usage == (25, 5000)

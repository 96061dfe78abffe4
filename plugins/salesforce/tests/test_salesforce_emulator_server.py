"""Over real connections: the whole way of a client, faults of the wire, and the emulator's own endpoints."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from syncd_salesforce.emulator import Emulator, Options
from syncd_salesforce.emulator.writing import add

BASE = "/services/data/v67.0"


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    with Emulator(Options(leads=40)) as emulator:
        yield emulator


@pytest.fixture
def client(served: Emulator) -> Iterator[httpx.Client]:
    known = served.credentials
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        form = {"grant_type": "client_credentials"}
        answer = client.post("/services/oauth2/token", data=form, auth=(known.client_id, known.client_secret))
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client
        served.behave()


def test_versions_need_no_session(served: Emulator) -> None:
    answer = httpx.get(f"{served.url}/services/data/", trust_env=False)
    assert answer.json()[-2] == {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"}


def test_without_a_session_nothing_else_is_answered(served: Emulator) -> None:
    answer = httpx.get(f"{served.url}{BASE}/limits", trust_env=False)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_a_query_is_answered_compressed_with_limits_and_date(served: Emulator, client: httpx.Client) -> None:
    answer = client.get(f"{BASE}/query/", params={"q": "SELECT Id, Name, Company FROM Lead"})
    assert answer.json()["totalSize"] == len(served.org.rows("Lead"))
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["sforce-limit-info"].endswith("/100000")
    assert "date" in answer.headers


def test_an_upload_may_be_compressed(client: httpx.Client) -> None:
    job = client.post(f"{BASE}/jobs/ingest", json={"object": "Lead", "operation": "update"}).json()
    content = gzip.compress(b"Id,Title\n")
    assert client.put(f"/{job['contentUrl']}", content=content, headers={"Content-Encoding": "gzip"}).status_code == 201


def test_a_body_of_another_kind_is_refused(client: httpx.Client) -> None:
    answer = client.post(f"{BASE}/sobjects/Lead", data={"LastName": "Roe"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_calls_are_counted_by_place(served: Emulator, client: httpx.Client) -> None:
    served.instance.calls.clear()
    client.get(f"{BASE}/sobjects/Lead/describe")
    client.get(f"{BASE}/sobjects/Lead/{served.org.rows('Lead')[0]['Id']}")
    assert dict(served.instance.calls) == {"GET /sobjects/Lead/describe": 1, "GET /sobjects/Lead/{id}": 1}
    assert served.instance.requests[-1].status == 200


@pytest.mark.parametrize("mode", ["reset", "silent:value=0.01", "cut"])
def test_a_connection_breaks_and_the_next_works(served: Emulator, client: httpx.Client, mode: str) -> None:
    served.misbehave(mode + (",times=1" if ":" in mode else ":times=1"))
    with pytest.raises(httpx.TransportError):
        client.get(f"{BASE}/limits")
    assert client.get(f"{BASE}/limits").status_code == 200


def test_a_reset_comes_after_the_write(served: Emulator, client: httpx.Client) -> None:
    key = str(served.org.rows("Account")[0]["Id"])
    served.misbehave("reset:method=PATCH")
    with pytest.raises(httpx.TransportError):
        client.patch(f"{BASE}/sobjects/Account/{key}", json={"Site": "Written"})
    assert served.org.rows("Account")[0]["Site"] == "Written"


def test_a_cut_that_looks_complete_ends_at_a_line(served: Emulator, client: httpx.Client) -> None:
    job = client.post(f"{BASE}/jobs/query", json={"operation": "query", "query": "SELECT Id, Name FROM Lead"}).json()["id"]
    for _ in range(2):
        client.get(f"{BASE}/jobs/query/{job}")
    whole = client.get(f"{BASE}/jobs/query/{job}/results").text
    served.misbehave("cut_open")
    part = client.get(f"{BASE}/jobs/query/{job}/results")
    assert part.text == whole[: len(part.text)]
    assert part.text.endswith("\n")
    assert 0 < len(part.text) < len(whole)
    assert int(part.headers["Sforce-NumberOfRecords"]) == whole.count("\n") - 1


def test_a_rotated_refresh_token_can_be_lost_on_the_way(served: Emulator, client: httpx.Client) -> None:
    served.instance.sessions.rotating = True
    token = served.instance.sessions.offer()
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": served.credentials.client_id}
    served.misbehave("token_lost")
    with pytest.raises(httpx.TransportError):
        client.post("/services/oauth2/token", data=form)
    assert client.post("/services/oauth2/token", data=form).json()["error_description"] == "expired access/refresh token"


@pytest.mark.parametrize(
    ("mode", "status", "size"),
    [("keyless", 200, 2), ("redirect:times=1", 302, 0), ("bomb:value=3", 200, 3_000_000), ("drip:value=0,times=1", 200, 0)],
)
def test_a_reply_is_not_what_was_asked_for(served: Emulator, client: httpx.Client, mode: str, status: int, size: int) -> None:
    usual = len(client.get("/services/data").content)
    served.misbehave(mode)
    answer = client.get("/services/data")
    assert (answer.status_code, len(answer.content)) == (status, usual if mode.startswith("drip") else size)


def test_a_flood_of_headers_is_more_than_clients_take(served: Emulator, client: httpx.Client) -> None:
    served.misbehave("header_flood")
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/services/data")


def test_a_slow_reply_comes(served: Emulator, client: httpx.Client) -> None:
    served.misbehave("slow:value=0.01,times=1")
    assert client.get(f"{BASE}/limits").status_code == 200


def test_a_consent_leads_back_with_a_code(served: Emulator, client: httpx.Client) -> None:
    params = {"client_id": served.credentials.client_id, "redirect_uri": "https://example.com/back", "state": "s"}
    back = httpx.URL(client.get("/services/oauth2/authorize", params=params).headers["location"])
    form = {"grant_type": "authorization_code", "code": back.params["code"], "client_id": served.credentials.client_id}
    answer = client.post("/services/oauth2/token", data=form).json()
    assert (back.params["state"], answer["refresh_token"].startswith("5Aep861")) == ("s", True)


def test_the_identity_says_who_is_logged_in(served: Emulator, client: httpx.Client) -> None:
    answer = client.get(f"/id/{served.org.id}/{served.org.user_id}").json()
    assert (answer["username"], answer["organization_id"]) == (served.credentials.username, served.org.id)
    assert client.get("/services/oauth2/userinfo").json() == answer


def test_composite_carries_references_and_reports_each_part(served: Emulator, client: httpx.Client) -> None:
    parts = [
        {"method": "GET", "url": f"{BASE}/query?q=SELECT+Id+FROM+Lead+LIMIT+1", "referenceId": "one"},
        {"method": "GET", "url": f"{BASE}/sobjects/Lead/@{{one.records[0].Id}}?fields=LastName", "referenceId": "two"},
        {"method": "GET", "url": f"{BASE}/nothing", "referenceId": "three"},
    ]
    found = client.post(f"{BASE}/composite", json={"compositeRequest": parts}).json()["compositeResponse"]
    assert [part["httpStatusCode"] for part in found] == [200, 200, 404]
    assert found[1]["body"]["LastName"] == served.org.rows("Lead")[0]["LastName"]
    batch = {"batchRequests": [{"method": "GET", "url": "v67.0/sobjects/Lead/describe"}]}
    answer = client.post(f"{BASE}/composite/batch", json=batch).json()
    assert (answer["hasErrors"], answer["results"][0]["statusCode"]) == (False, 200)


def test_a_composite_that_must_succeed_whole_is_taken_back(served: Emulator, client: httpx.Client) -> None:
    before = len(served.org.rows("Account"))
    parts = [
        {"method": "POST", "url": f"{BASE}/sobjects/Account", "referenceId": "one", "body": {"Name": "Example Ltd"}},
        {"method": "POST", "url": f"{BASE}/sobjects/Account", "referenceId": "two", "body": {}},
    ]
    found = client.post(f"{BASE}/composite", json={"allOrNone": True, "compositeRequest": parts}).json()["compositeResponse"]
    assert [part["body"][0]["errorCode"] for part in found] == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert len(served.org.rows("Account")) == before


def test_the_org_can_be_looked_into_and_disturbed_from_outside(served: Emulator, client: httpx.Client) -> None:
    lead = str(add(served.org, "Lead", {"LastName": "Roe", "Company": "Example Ltd"})["Id"])
    made = client.post("/emulator/convert", json={"lead": lead, "opportunity": "Deal"}).json()
    assert served.org.find(made["opportunity"]) is not None
    assert client.get("/emulator/state").json()["records"]["Lead"] == len(served.org.rows("Lead"))
    assert client.post("/emulator/misbehave", json={"begin": "unavailable:times=1"}).status_code == 200
    assert client.get(f"{BASE}/limits").status_code == 503
    assert client.post("/emulator/misbehave", json={"begin": "nothing"}).status_code == 400
    assert client.post("/emulator/misbehave", json={"end": None}).status_code == 200
    assert client.post("/emulator/live", json={"steps": 3}).status_code == 200
    given = {"object": "Lead", "name": "Partner", "values": {"Rating": ["Hot"]}}
    assert client.post("/emulator/record_type", json=given).json()["id"] in served.org.record_types
    assert client.post("/emulator/record_type", json={**given, "values": 3}).status_code == 400
    assert len(served.happened) >= 3
    assert len(client.get("/emulator/rows/Organization").json()) == 1


def test_a_company_lives_on_by_itself() -> None:
    with Emulator(Options(leads=10, live=timedelta(milliseconds=5))) as emulator:
        for _ in range(100):
            if emulator.happened:
                break
            httpx.get(f"{emulator.url}/services/data", trust_env=False)
    assert emulator.happened

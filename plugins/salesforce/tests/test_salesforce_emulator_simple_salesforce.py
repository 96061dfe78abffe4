"""simple-salesforce, the most used client, believes the emulator. It speaks https alone; an adapter leads it to loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce, SFType
from simple_salesforce.bulk2 import SFBulk2Type
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceResourceNotFound
from syncd_salesforce.emulator import Emulator, Options
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add


class Loopback(HTTPAdapter):
    """Sends every request to one address, whatever host it names."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        """Send *request* to the address."""
        request.url = self._address + request.path_url
        return super().send(request, *args, **kwargs)  # type: ignore[arg-type]  # what the session gives is passed on


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Emulator, str]]:
    with Emulator(Options(page=317)) as emulator:
        address = emulator.url
        emulator.instance.url = "https://acme.my.salesforce.example"
        emulator.org.add_field("Lead", field_of("Ref__c string(36) cunfsgpxU"))
        for number in range(5_001):
            add(emulator.org, "Lead", {"LastName": f"Roe {number}", "Company": "Example Ltd", "Ref__c": str(number)})
        yield emulator, address


@pytest.fixture
def session(served: tuple[Emulator, str]) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", Loopback(served[1]))
        yield session


@pytest.fixture
def client(served: tuple[Emulator, str], session: requests.Session) -> Salesforce:
    known = served[0].credentials
    return Salesforce(
        username=known.username, password=known.password, security_token=known.security_token, session=session, version="60.0"
    )


def records(client: Salesforce, entity: str) -> SFType:
    found = getattr(client, entity)
    assert isinstance(found, SFType)
    return found


def bulk(client: Salesforce) -> SFBulk2Type:
    return SFBulk2Type("Lead", client.bulk2_url, client.headers, client.session)


def test_it_logs_in_by_every_flow_it_has(served: tuple[Emulator, str], session: requests.Session, tmp_path: Path) -> None:
    known = served[0].credentials
    key = tmp_path / "key.pem"
    key.write_text(known.private_key)
    name, app, secret, password = known.username, known.client_id, known.client_secret, known.password
    logins = [
        Salesforce(username=name, password=password, security_token=known.security_token, session=session),
        Salesforce(consumer_key=app, consumer_secret=secret, domain="acme.my", session=session),
        Salesforce(username=name, consumer_key=app, privatekey_file=str(key), session=session),
        Salesforce(
            username=name, password=password + known.security_token, consumer_key=app, consumer_secret=secret, session=session
        ),
    ]
    assert [login.query("SELECT COUNT() FROM Organization")["totalSize"] for login in logins] == [1, 1, 1, 1]


def test_a_query_of_many_pages_comes_whole(client: Salesforce) -> None:
    answer = client.query_all("SELECT Id, LastName, Owner.Email FROM Lead ORDER BY Id")
    assert (answer["totalSize"], answer["done"], len(answer["records"])) == (5_001, True, 5_001)
    assert [row["LastName"] for row in answer["records"]] == [f"Roe {number}" for number in range(5_001)]
    assert answer["records"][0]["Owner"]["Email"] == "integration@acme.example"


def test_a_record_is_made_read_changed_found_and_deleted(client: Salesforce) -> None:
    contacts = records(client, "Contact")
    made = contacts.create({"LastName": "Poe", "Email": "poe@example.com"})
    key = made["id"]
    assert made["success"]
    assert contacts.update(key, {"Title": "Head"}) == 204
    assert contacts.get(key)["Title"] == "Head"
    assert records(client, "Lead").get_by_custom_id("Ref__c", "7")["LastName"] == "Roe 7"
    assert contacts.delete(key) == 204
    with pytest.raises(SalesforceResourceNotFound):
        contacts.get(key)


def test_describes_and_limits_are_read(client: Salesforce) -> None:
    described = client.describe()
    assert described is not None
    assert "Lead" in {one["name"] for one in described["sobjects"]}
    assert {one["name"]: one["type"] for one in records(client, "Lead").describe()["fields"]}["Email"] == "email"
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.api_usage["api-usage"].total == 100_000


def test_mistakes_become_its_exceptions(client: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="unexpected token: 'FORM'"):
        client.query("SELECT Id FORM Lead")


def test_bulk_queries_give_every_row(client: Salesforce) -> None:
    pages = list(bulk(client).query("SELECT Id, LastName FROM Lead", max_records=2_000, wait=0))
    lines = [line for page in pages for line in str(page).splitlines() if not line.startswith('"Id"')]
    assert (len(pages), len(lines)) == (3, 5_001)


def test_bulk_upserts_and_says_what_failed(served: tuple[Emulator, str], client: Salesforce) -> None:
    rows = [{"Ref__c": "1", "Title": "Head"}, {"Ref__c": "2", "Email": "badone"}, {"Ref__c": "new", "LastName": "New"}]
    results = bulk(client).upsert(records=rows, external_id_field="Ref__c", wait=0)
    assert (results[0]["numberRecordsProcessed"], results[0]["numberRecordsFailed"]) == (3, 2)
    failed = bulk(client).get_failed_records(str(results[0]["job_id"]))
    assert "INVALID_EMAIL_ADDRESS:Email: invalid email address: badone:Email --" in failed
    assert "REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --" in failed
    assert served[0].org.table("Lead").among("Ref__c", ["1"])[0]["Title"] == "Head"

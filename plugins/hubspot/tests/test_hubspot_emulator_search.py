"""What a search finds, in what order, and where it ends."""

from __future__ import annotations

import pytest
from emulator_calls import CONTACTS, NOON, Asked, Json, where
from syncd_hubspot.emulator.index import Index
from syncd_hubspot.emulator.records import Record

PEOPLE = (
    {"firstname": "Ann", "jobtitle": "Chief Executive", "hs_lead_status": "NEW", "num": "5"},
    {"firstname": "ben", "jobtitle": "Sales Manager", "hs_lead_status": "OPEN", "num": "12"},
    {"firstname": "Cleo", "hs_lead_status": "OPEN"},
)


@pytest.fixture(scope="module")
def hub() -> Asked:
    """Ann (5), Ben (12) and Cleo, a minute apart."""
    asked = Asked()
    asked.post("/crm/properties/2026-09/contacts/groups", {"name": "own", "label": "Own"})
    number = {"name": "num", "label": "N", "type": "number", "fieldType": "number", "groupName": "own"}
    assert asked.post("/crm/properties/2026-09/contacts", number).status == 201
    for person in PEOPLE:
        asked.make(f"{person['firstname']}@firm.example", **person)
        asked.clock.forward(60)
    return asked


def names(asked: Asked, *filters: Json) -> str:
    """Return the initials of those found, in the order of their ids."""
    body: dict[str, Json] = {"filters": list(filters), "properties": ["firstname"], "sorts": ["hs_object_id"]}
    got = asked.post(f"{CONTACTS}/search", body)
    assert got.status == 200, got.json
    return "".join(got.text("results", n, "properties", "firstname")[0].upper() for n in range(len(got.ids())))


@pytest.mark.parametrize(
    ("one", "found"),
    [
        pytest.param(where("firstname", "EQ", "BEN"), "B", id="text without regard to case"),
        pytest.param(where("hs_lead_status", "EQ", "open"), "", id="enumeration with regard to case"),
        pytest.param(where("hs_lead_status", "NEQ", "OPEN"), "A", id="not equal"),
        pytest.param(where("num", "GT", "5"), "B", id="numbers as numbers"),
        pytest.param(where("num", "GTE", "5"), "AB", id="or equal"),
        pytest.param(where("num", "LT", "12.0"), "A", id="less"),
        pytest.param(where("num", "LTE", "12.0"), "AB", id="less or equal"),
        pytest.param(where("num", "BETWEEN", "6") | {"highValue": "12"}, "B", id="between"),
        pytest.param({"propertyName": "num", "operator": "HAS_PROPERTY"}, "AB", id="has"),
        pytest.param({"propertyName": "num", "operator": "NOT_HAS_PROPERTY"}, "C", id="has not"),
        pytest.param({"propertyName": "firstname", "operator": "IN", "values": ["ann", "cleo"]}, "AC", id="in, lower case"),
        pytest.param({"propertyName": "firstname", "operator": "IN", "values": ["Ann"]}, "", id="in, upper case finds no text"),
        pytest.param({"propertyName": "hs_lead_status", "operator": "NOT_IN", "values": ["NEW"]}, "BC", id="not in"),
        pytest.param(where("jobtitle", "CONTAINS_TOKEN", "manager"), "B", id="token"),
        pytest.param(where("jobtitle", "CONTAINS_TOKEN", "exec*"), "A", id="part of a token"),
        pytest.param(where("jobtitle", "NOT_CONTAINS_TOKEN", "manager"), "AC", id="without token"),
        pytest.param(where("email", "EQ", "ANN@firm.example"), "A", id="by a unique property"),
        pytest.param(where("lastmodifieddate", "GT", str(NOON)), "BC", id="later in milliseconds"),
        pytest.param(where("lastmodifieddate", "LTE", "2026-11-21T12:01:00Z"), "AB", id="earlier in ISO"),
    ],
)
def test_an_operator_finds(hub: Asked, one: Json, found: str) -> None:
    assert names(hub, one) == found


def test_filters_hold_together_and_groups_are_alternatives(hub: Asked) -> None:
    groups = [
        {"filters": [where("hs_lead_status", "EQ", "OPEN"), where("num", "GT", "1")]},
        {"filters": [where("firstname", "EQ", "ann")]},
    ]
    got = hub.post(f"{CONTACTS}/search", {"filterGroups": groups})
    assert (got.at("total"), len(got.ids())) == (2, 2)


def test_a_range_of_ids_within_a_window_of_time_is_exact(hub: Asked) -> None:
    first = hub.search().ids()[0]
    window = {"propertyName": "lastmodifieddate", "operator": "BETWEEN", "value": str(NOON), "highValue": str(NOON + 60_000)}
    assert names(hub, window, where("hs_object_id", "GT", str(first))) == "B"


def test_results_come_in_the_order_asked_for(hub: Asked) -> None:
    body: dict[str, Json] = {"sorts": [{"propertyName": "num", "direction": "DESCENDING"}], "properties": ["num"], "limit": 2}
    got = hub.post(f"{CONTACTS}/search", {**body, "filters": [{"propertyName": "num", "operator": "HAS_PROPERTY"}]})
    assert [got.text("results", n, "properties", "num") for n in range(2)] == ["12", "5"]


def test_the_modified_time_of_other_kinds_finds_nothing(hub: Asked) -> None:
    assert names(hub, where("hs_lastmodifieddate", "GT", "0")) == ""


def test_a_query_looks_into_all_texts(hub: Asked) -> None:
    got = hub.post(f"{CONTACTS}/search", {"query": "sales ben"})
    assert got.at("total") == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"filters": [where("nothing", "EQ", "1")]}, "Property nothing does not exist", id="unknown property"),
        pytest.param({"filters": [where("num", "LIKE", "1")]}, "Enum type must be one of", id="unknown operator"),
        pytest.param({"filters": [where("num", "GT", "many")]}, "many was not a valid number", id="no number"),
        pytest.param({"filters": [{"propertyName": "num", "operator": "IN"}]}, "requires values", id="no values"),
        pytest.param({"filters": [where("num", "BETWEEN", "1")]}, "requires value and highValue", id="half a range"),
        pytest.param({"limit": 201}, "limit must be between 0 and 200", id="large page"),
        pytest.param({"limit": 100, "after": "9901"}, "stops at 10000", id="past the ten thousandth"),
        pytest.param({"sorts": ["email", "num"]}, "the maximum is 1", id="two sorts"),
        pytest.param({"filterGroups": [{"filters": []}] * 6}, "the maximum is 5", id="six groups"),
        pytest.param({"filters": [where("num", "GT", "1")] * 7}, "limited to 6 in a group", id="seven filters"),
        pytest.param({"after": "x"}, "after must be an integer", id="no offset"),
    ],
)
def test_a_search_that_cannot_be_is_refused(hub: Asked, body: Json, message: str) -> None:
    got = hub.post(f"{CONTACTS}/search", body)
    assert (got.status, got.text("category")) == (400, "VALIDATION_ERROR")
    assert message in got.text("message")


def test_a_search_by_association_finds_the_people_of_a_firm() -> None:
    hub = Asked(contacts=20)
    contact, company, _ = next(iter(hub.service.portal.links.all("contacts", "companies")))
    assert contact in hub.search(where("associations.company", "EQ", str(company))).ids()
    assert contact not in hub.search(where("associations.company", "EQ", "1")).ids()


def test_what_was_found_by_its_old_state_is_shown_as_it_is_now() -> None:
    hub = Asked(misbehave="lag:60")
    one = hub.make("old@firm.example")
    hub.clock.forward(61)
    hub.ask("PATCH", f"{CONTACTS}/{one}", {"properties": {"email": "new@firm.example"}})
    body: dict[str, Json] = {"filters": [where("email", "EQ", "old@firm.example")], "properties": ["email"]}
    got = hub.post(f"{CONTACTS}/search", body)
    assert got.text("results", 0, "properties", "email") == "new@firm.example"


def record(record_id: int, at: int) -> Record:
    return Record(id=record_id, values={}, created_at=0, updated_at=at)


def test_an_older_state_never_replaces_a_newer_one_in_the_index() -> None:
    index = Index()
    index.note(1, record(1, 10), due=100, now=0)
    index.note(1, record(1, 20), due=50, now=0)
    index.settle(60)
    assert index.docs[1].updated_at == 20
    index.settle(200)
    assert index.docs[1].updated_at == 20


def test_the_narrower_range_of_the_index_finds_the_same() -> None:
    index = Index()
    for n in range(1, 50):
        index.note(n, record(n, n % 7), due=0, now=0)
    for n in range(1, 50, 2):
        index.note(n, record(n, 100 + n), due=0, now=0)
    index.note(4, None, due=0, now=0)
    expected = [n for n in range(10, 31, 2) if 2 <= n % 7 <= 5]
    assert sorted(index.between((10, 30), (2, 5))) == expected
    assert sorted(index.between((0, 999), (2, 5))) == [n for n in range(2, 50, 2) if 2 <= n % 7 <= 5 and n != 4]

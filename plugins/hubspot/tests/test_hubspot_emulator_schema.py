"""Properties, their groups, and associations over the wire."""

from __future__ import annotations

import pytest
from emulator_calls import CONTACTS, Asked, Json

PROPERTIES = "/crm/properties/2026-09/contacts"
PAIRS = "/crm/associations/2026-09/contacts/companies"
FIT: dict[str, Json] = {"name": "fit", "label": "Fit", "type": "number", "fieldType": "number", "groupName": "own"}


@pytest.fixture
def hub() -> Asked:
    """An account with a group."""
    asked = Asked()
    assert asked.post(f"{PROPERTIES}/groups", {"name": "own", "label": "Own"}).status == 201
    return asked


def test_a_property_is_made_and_found(hub: Asked) -> None:
    made = hub.post(PROPERTIES, FIT)
    assert made.status == 201
    assert made.outcome.answer.headers["Location"].endswith("/contacts/fit")
    assert hub.get(f"{PROPERTIES}/fit").json == made.json


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Fit"}, "must be lower case"),
        ({"groupName": "none"}, "group none does not exist"),
        ({"fieldType": "date"}, "does not go with"),
    ],
)
def test_a_property_that_cannot_be_is_refused(hub: Asked, change: dict[str, Json], message: str) -> None:
    got = hub.post(PROPERTIES, FIT | change)
    assert got.status == 400
    assert message in got.text("message")


def test_a_name_that_is_taken_is_a_conflict(hub: Asked) -> None:
    hub.post(PROPERTIES, FIT)
    got = hub.post(PROPERTIES, FIT)
    assert (got.status, got.text("subCategory")) == (409, "Properties.PROPERTY_WITH_NAME_EXISTS")


def test_an_archived_property_comes_back_as_it_was(hub: Asked) -> None:
    hub.post(PROPERTIES, FIT)
    assert hub.ask("DELETE", f"{PROPERTIES}/fit").status == 204
    assert hub.get(f"{PROPERTIES}/fit").status == 404
    assert hub.get(f"{PROPERTIES}/fit?archived=true").status == 200
    got = hub.post(PROPERTIES, FIT | {"label": "Another"})
    assert (got.status, got.text("label")) == (201, "Fit")


def test_an_archived_property_is_neither_read_nor_written(hub: Asked) -> None:
    hub.post(PROPERTIES, FIT)
    one = hub.make("ann@firm.example", fit="7")
    hub.ask("DELETE", f"{PROPERTIES}/fit")
    assert "fit" not in str(hub.get(f"{CONTACTS}/{one}?properties=fit,email").json)
    assert hub.ask("PATCH", f"{CONTACTS}/{one}", {"properties": {"fit": "8"}}).status == 400


def test_options_are_replaced_as_a_whole(hub: Asked) -> None:
    options: list[Json] = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]
    hub.post(PROPERTIES, FIT | {"name": "band", "type": "enumeration", "fieldType": "select", "options": options})
    got = hub.ask("PATCH", f"{PROPERTIES}/band", {"options": options[1:]})
    assert [got.text("options", 0, "value")] == ["b"]
    assert "'a'" not in str(got.json)


def test_hubspots_own_property_cannot_be_deleted(hub: Asked) -> None:
    assert hub.ask("DELETE", f"{PROPERTIES}/email").status == 400


def test_a_group_in_use_cannot_be_deleted(hub: Asked) -> None:
    hub.post(PROPERTIES, FIT)
    got = hub.ask("DELETE", f"{PROPERTIES}/groups/own")
    assert (got.status, got.text("subCategory")) == (400, "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES")
    hub.ask("DELETE", f"{PROPERTIES}/fit")
    assert hub.ask("DELETE", f"{PROPERTIES}/groups/own").status == 204


def test_a_batch_of_properties_says_which_exist(hub: Asked) -> None:
    hub.post(PROPERTIES, FIT)
    got = hub.post(f"{PROPERTIES}/batch/create", {"inputs": [FIT, FIT | {"name": "grade"}]})
    assert (got.status, got.text("results", 0, "name"), got.at("numErrors")) == (207, "grade", 1)
    names = hub.post(f"{PROPERTIES}/batch/read", {"inputs": [{"name": "fit"}, {"name": "none"}]})
    assert (names.status, names.text("results", 0, "name")) == (207, "fit")


def test_sensitive_properties_are_listed_only_if_asked_for(hub: Asked) -> None:
    hub.post(PROPERTIES, FIT | {"dataSensitivity": "sensitive"})
    assert '"fit"' not in hub.get(PROPERTIES).outcome.answer.body.decode()
    assert '"fit"' in hub.get(f"{PROPERTIES}?dataSensitivity=sensitive").outcome.answer.body.decode()


def test_a_unique_property_finds_records_made_before_it(hub: Asked) -> None:
    hub.post(PROPERTIES, FIT | {"name": "key", "type": "string", "fieldType": "text", "hasUniqueValue": True})
    one = hub.make("ann@firm.example", key="K1")
    assert hub.get(f"{CONTACTS}/k1?idProperty=key").text("id") == str(one)
    assert hub.get(f"{CONTACTS}/x?idProperty=firstname").status == 400


def company(hub: Asked) -> str:
    return hub.post("/crm/objects/2026-09/companies", {"properties": {"name": "Firm"}}).text("id")


def pair(one: int, other: str, type_id: int = 1) -> Json:
    kind: Json = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
    return {"inputs": [{"from": {"id": str(one)}, "to": {"id": other}, "types": [kind]}]}


def test_a_primary_company_comes_under_two_types_and_moves_no_time(hub: Asked) -> None:
    one, firm = hub.make("ann@firm.example"), company(hub)
    hub.clock.forward(60)
    assert hub.post(f"{PAIRS}/batch/create", pair(one, firm)).status == 201
    got = hub.post(f"{PAIRS}/batch/read", {"inputs": [{"id": str(one)}]})
    assert got.at("results", 0, "to", 0, "toObjectId") == int(firm)
    assert got.at("results", 0, "to", 0, "associationTypes") == [
        {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
        {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
    ]
    read = hub.get(f"{CONTACTS}/{one}?associations=companies&properties=associatedcompanyid")
    assert read.text("updatedAt") == "2026-11-21T12:00:00.000Z"
    assert read.text("properties", "associatedcompanyid") == firm
    results = read.at("associations", "companies", "results")
    assert results == [{"id": firm, "type": "contact_to_company"}, {"id": firm, "type": "contact_to_company_unlabeled"}]


def test_a_contact_has_one_primary_company(hub: Asked) -> None:
    one, first, second = hub.make("ann@firm.example"), company(hub), company(hub)
    hub.post(f"{PAIRS}/batch/create", pair(one, first))
    hub.post(f"{PAIRS}/batch/create", pair(one, second))
    links = hub.service.portal.links.of("contacts", one, "companies")
    assert links == {int(first): (279,), int(second): (279, 1)}


def test_no_association_is_an_error_within_the_answer(hub: Asked) -> None:
    one = hub.make("ann@firm.example")
    got = hub.post(f"{PAIRS}/batch/read", {"inputs": [{"id": str(one)}]})
    assert (got.status, got.text("errors", 0, "subCategory")) == (207, "crm.associations.NO_ASSOCIATIONS_FOUND")
    assert got.text("errors", 0, "context", "fromObjectId", 0) == str(one)


def test_many_associations_come_in_pages_of_each_record(hub: Asked) -> None:
    firm = company(hub)
    people = [hub.make(f"p{n}@firm.example") for n in range(120)]
    for one in people:
        hub.service.portal.associate(hub.service.portal.links.labels[279], one, int(firm))
    path = "/crm/associations/2026-09/companies/contacts/batch/read"
    first = hub.post(path, {"inputs": [{"id": firm}]})
    after = first.text("results", 0, "paging", "next", "after")
    rest = hub.post(path, {"inputs": [{"id": firm, "after": after}]})
    ends = [*_ends(first.at("results", 0, "to")), *_ends(rest.at("results", 0, "to"))]
    assert ends == people
    assert "paging" not in str(rest.json)


def _ends(found: Json) -> list[Json]:
    assert isinstance(found, list)
    return [one["toObjectId"] for one in found]


def test_an_association_is_undone_from_either_side(hub: Asked) -> None:
    one, firm = hub.make("ann@firm.example"), company(hub)
    hub.post(f"{PAIRS}/batch/create", pair(one, firm))
    wish: Json = {"inputs": [{"from": {"id": firm}, "to": [{"id": str(one)}]}]}
    assert hub.post("/crm/associations/2026-09/companies/contacts/batch/archive", wish).status == 200
    assert not hub.service.portal.links.of("contacts", one, "companies")
    assert hub.post("/crm/v4/associations/companies/contacts/batch/archive", wish).status == 204


def test_one_association_can_be_put_read_and_deleted(hub: Asked) -> None:
    one, firm = hub.make("ann@firm.example"), company(hub)
    path = f"{CONTACTS}/{one}/associations"
    assert hub.ask("PUT", f"{path}/default/companies/{firm}").status == 200
    assert hub.get(f"{path}/companies").at("results", 0, "toObjectId") == int(firm)
    assert hub.ask("DELETE", f"{path}/companies/{firm}").status == 204
    assert hub.get(f"{path}/companies").at("results") == []


def test_labels_are_listed_for_a_pair_of_kinds(hub: Asked) -> None:
    got = hub.get(f"{PAIRS}/labels")
    assert {(got.at("results", n, "typeId"), got.at("results", n, "label")) for n in range(2)} == {(279, None), (1, "Primary")}


def test_an_archived_record_loses_its_associations_and_gets_them_back(hub: Asked) -> None:
    one, firm = hub.make("ann@firm.example"), company(hub)
    hub.post(f"{PAIRS}/batch/create", pair(one, firm))
    hub.ask("DELETE", f"{CONTACTS}/{one}")
    assert not hub.service.portal.links.of("companies", int(firm), "contacts")
    hub.service.portal.restore("contacts", one)
    assert hub.service.portal.links.of("contacts", one, "companies") == {int(firm): (279, 1)}


def test_a_merge_takes_the_associations_of_both_along(hub: Asked) -> None:
    one, other, firm = hub.make("a@firm.example"), hub.make("b@firm.example"), company(hub)
    hub.post(f"{PAIRS}/batch/create", pair(other, firm))
    new = hub.service.portal.merge("contacts", one, other).id
    assert hub.service.portal.links.of("contacts", new, "companies") == {int(firm): (279, 1)}


def test_a_merge_keeps_one_primary_company(hub: Asked) -> None:
    one, other, first, second = hub.make("a@firm.example"), hub.make("b@firm.example"), company(hub), company(hub)
    hub.post(f"{PAIRS}/batch/create", pair(one, first))
    hub.post(f"{PAIRS}/batch/create", pair(other, second))
    new = hub.service.portal.merge("contacts", one, other)
    assert hub.service.portal.links.of("contacts", new.id, "companies") == {int(first): (279, 1), int(second): (279,)}
    assert new.values["associatedcompanyid"] == first


def test_a_company_is_the_primary_one_of_many(hub: Asked) -> None:
    firm = company(hub)
    people = [hub.make(f"p{n}@firm.example") for n in range(3)]
    hub.clock.forward(60)
    for one in people:
        hub.service.portal.associate(hub.service.portal.links.labels[2], int(firm), one)
    assert all(hub.service.portal.links.of("contacts", one, "companies") == {int(firm): (279, 1)} for one in people)
    read = hub.get(f"/crm/objects/2026-09/companies/{firm}?properties=num_associated_contacts")
    assert (read.text("properties", "num_associated_contacts"), read.text("updatedAt")) == ("3", "2026-11-21T12:00:00.000Z")


def test_a_company_that_is_archived_is_nobodys_company(hub: Asked) -> None:
    one, firm = hub.make("a@firm.example"), company(hub)
    hub.post(f"{PAIRS}/batch/create", pair(one, firm))
    hub.ask("DELETE", f"/crm/objects/2026-09/companies/{firm}")
    assert hub.service.portal.of("contacts").live[one].values["associatedcompanyid"] == ""


def test_an_owner_who_left_is_listed_apart() -> None:
    hub = Asked(contacts=1)
    assert len(hub.get("/crm/v3/owners/").ids()) == 5
    assert hub.get("/crm/owners/2026-09?archived=true").at("results", 0, "userId") is None
    first = hub.get("/crm/owners/2026-09?limit=2")
    rest = hub.get(f"/crm/owners/2026-09?limit=3&after={first.text('paging', 'next', 'after')}")
    assert len({*first.ids(), *rest.ids()}) == 5


def test_a_groups_name_cannot_break_out_of_a_header(hub: Asked) -> None:
    made = hub.post(f"{PROPERTIES}/groups", {"name": "a\r\nx: y 𧢗", "label": "Odd"})
    assert made.outcome.answer.headers["Location"].endswith("/groups/a%0D%0Ax%3A%20y%20%F0%A7%A2%97")

"""HubSpot's own Python client works against the emulator and finds nothing strange."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hubspot import HubSpot
from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest, PublicFetchAssociationsBatchRequest
from hubspot.crm.contacts import (
    ApiException,
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInput,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties import PropertyCreate, PropertyGroupCreate
from syncd_hubspot.emulator import Emulator, Options, emulated


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with emulated(Options(contacts=230, seed=7, history=False)) as running:
        yield running


@pytest.fixture
def client(emulator: Emulator) -> HubSpot:
    api = HubSpot(access_token=emulator.token)
    api.config["host"] = emulator.url
    api.config["client_side_validation"] = True
    return api


def test_a_contact_is_created_read_changed_and_archived(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    made = api.create(SimplePublicObjectInputForCreate(properties={"email": "Ada@Firm.example", "firstname": "Ada"}))
    assert made.properties["email"] == "ada@firm.example"
    api.update(made.id, SimplePublicObjectInput(properties={"lastname": "Lovelace", "firstname": ""}))
    read = api.get_by_id(made.id, properties=["firstname", "lastname", "phone", "nothing_of_the_kind"])
    assert read.properties["lastname"] == "Lovelace"
    assert (read.properties["firstname"], read.properties["phone"]) == ("", None)
    assert "nothing_of_the_kind" not in read.properties
    api.archive(made.id)
    with pytest.raises(ApiException) as gone:
        api.get_by_id(made.id)
    assert gone.value.status == 404
    assert api.get_by_id(made.id, archived=True).archived


def test_pages_reach_every_contact_once(client: HubSpot, emulator: Emulator) -> None:
    """230 of them on three pages, as the client asks for a hundred at a time."""
    everybody = client.crm.contacts.get_all()
    assert [int(one.id) for one in everybody] == sorted(emulator.portal.of("contacts").live)
    assert emulator.called("GET", "/crm/v3/objects/contacts") == 3


def test_a_search_finds_what_its_filters_say(client: HubSpot, emulator: Emulator) -> None:
    first = min(emulator.portal.of("contacts").live)
    wanted = Filter(property_name="hs_object_id", operator="GT", value=str(first))
    found = client.crm.contacts.search_api.do_search(
        PublicObjectSearchRequest(
            filter_groups=[FilterGroup(filters=[wanted])],
            sorts=[{"propertyName": "hs_object_id", "direction": "DESCENDING"}],
            properties=["email"],
            limit=4,
        )
    )
    assert found.total == 229
    assert [int(one.id) for one in found.results] == sorted(emulator.portal.of("contacts").live, reverse=True)[:4]
    assert found.paging.next.after == "4"


def test_a_batch_says_what_it_could_not_find(client: HubSpot, emulator: Emulator) -> None:
    """The client's own validation wants ``links`` in each error, which HubSpot's documented example does not have."""
    client.config["client_side_validation"] = False
    first = str(min(emulator.portal.of("contacts").live))
    wish = BatchReadInputSimplePublicObjectId(
        properties=["email"],
        properties_with_history=[],
        inputs=[SimplePublicObjectId(id=first), SimplePublicObjectId(id="7")],
    )
    answer = client.crm.contacts.batch_api.read(wish)
    assert [one.id for one in answer.results] == [first]
    assert answer.num_errors == 1
    assert answer.errors[0].context["ids"] == ["7"]


def test_batches_create_change_and_archive(client: HubSpot, emulator: Emulator) -> None:
    api = client.crm.contacts.batch_api
    news = [
        SimplePublicObjectBatchInputForCreate(properties={"email": f"p{n}@firm.example"}, associations=[]) for n in range(3)
    ]
    made = api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=news))
    assert sorted(one.properties["email"] for one in made.results) == [f"p{n}@firm.example" for n in range(3)]
    changes = [SimplePublicObjectBatchInput(id=one.id, properties={"jobtitle": "CEO"}) for one in made.results]
    changed = api.update(BatchInputSimplePublicObjectBatchInput(inputs=changes))
    assert {one.properties["jobtitle"] for one in changed.results} == {"CEO"}
    api.archive(BatchInputSimplePublicObjectId(inputs=[SimplePublicObjectId(id=one.id) for one in made.results]))
    assert {int(one.id) for one in made.results} <= emulator.portal.of("contacts").archived.keys()


def test_merged_contacts_live_on_under_a_new_id(client: HubSpot, emulator: Emulator) -> None:
    one, other = sorted(emulator.portal.of("contacts").live)[:2]
    wish = PublicMergeInput(primary_object_id=str(one), object_id_to_merge=str(other))
    merged = client.crm.contacts.basic_api.merge(wish)
    assert int(merged.id) not in (one, other)
    read = client.crm.contacts.basic_api.get_by_id(str(other), properties=["hs_merged_object_ids"])
    assert read.id == merged.id
    assert read.properties["hs_merged_object_ids"] == f"{one};{other}"


def test_associations_come_with_their_types(client: HubSpot, emulator: Emulator) -> None:
    contact, company, types = next(iter(emulator.portal.links.all("contacts", "companies")))
    asked = BatchInputPublicFetchAssociationsBatchRequest(inputs=[PublicFetchAssociationsBatchRequest(id=str(contact))])
    answer = client.crm.associations.v4.batch_api.get_page("contacts", "companies", asked)
    assert [str(end.to_object_id) for end in answer.results[0].to] == [str(company)]
    assert {kind.type_id for kind in answer.results[0].to[0].association_types} == set(types) == {279, 1}


def test_a_property_is_made_once(client: HubSpot) -> None:
    api = client.crm.properties
    api.groups_api.create("contacts", PropertyGroupCreate(name="syncd", label="syncd"))
    new = PropertyCreate(name="syncd_score", label="Score", type="number", field_type="number", group_name="syncd")
    assert api.core_api.create("contacts", new).name == "syncd_score"
    assert "syncd_score" in [one.name for one in api.core_api.get_all("contacts").results]
    with pytest.raises(Exception, match="PROPERTY_WITH_NAME_EXISTS"):
        api.core_api.create("contacts", new)


def test_owners_who_left_are_listed_apart(client: HubSpot) -> None:
    here = client.crm.owners.owners_api.get_page().results
    gone = client.crm.owners.owners_api.get_page(archived=True).results
    assert len(here) == 5
    assert [one.user_id for one in gone] == [None]


def test_the_sales_pipeline_has_its_stages(client: HubSpot) -> None:
    pipelines = client.crm.pipelines.pipelines_api.get_all("deals").results
    assert [stage.id for stage in pipelines[0].stages][-2:] == ["closedwon", "closedlost"]

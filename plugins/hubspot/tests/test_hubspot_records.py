"""CRM records into source records."""

from __future__ import annotations

from datetime import UTC, datetime

from syncd_hubspot.answers import Linked, LinkedPage, Object, Pipelines, decoded, objects
from syncd_hubspot.objects import OBJECTS
from syncd_hubspot.records import embedded, linked, merged, record, stage_fields

from syncd.spi import Association, Ref

CONTACTS, DEALS = OBJECTS["contacts"], OBJECTS["deals"]
AT = datetime(2026, 11, 20, 9, 15, 2, 117000, tzinfo=UTC)


def obj(**properties: str | None) -> Object:
    return Object(id="101", updated_at=AT, properties=dict(properties))


def test_a_record_has_what_the_mapping_wants_and_the_source_answered() -> None:
    one = record(
        CONTACTS, obj(email="ana@acme.example", firstname=None, age="3"), {}, wanted=["email", "firstname", "x"], stages={}
    )
    assert one.fields == {"email": "ana@acme.example", "firstname": None}
    assert (one.stream, one.external_id, one.changed_at) == ("contacts", "101", AT)


def test_every_earlier_record_of_a_merge_lives_on_in_it_chains_included() -> None:
    one = obj(hs_merged_object_ids="55;77", hs_calculated_merged_vids="55:1700000000000;66:1690000000000;101:1")
    found = list(merged(CONTACTS, one))
    assert [each.external_id for each in found] == ["55", "66", "77"]
    assert {each.merged_into for each in found} == {Ref("contacts", "101")}
    assert all(each.deleted and each.changed_at == AT for each in found)


def test_the_account_of_a_contact_is_its_primary_company() -> None:
    body = b"""{"results":[{"id":"101","updatedAt":"2026-11-20T09:15:02Z","properties":{},
        "associations":{"companies":{"results":[{"id":"7","type":"contact_to_company_unlabeled"},{"id":"55","type":"contact_to_company"},
        {"id":"55","type":"contact_to_company_unlabeled"}]}}}]}"""
    one = objects(body, "x").results[0]
    found = record(CONTACTS, one, embedded(CONTACTS, one), wanted=[], stages={})
    assert found.associations == (
        Association("other_account", Ref("companies", "7")),
        Association("account", Ref("companies", "55")),
    )


def test_without_a_primary_company_the_oldest_is_the_account() -> None:
    found = record(CONTACTS, obj(), {"companies": (("9", False), ("10", False))}, wanted=[], stages={})
    assert [one.role for one in found.associations] == ["account", "other_account"]


def test_a_batch_of_associations_is_put_together_from_its_pieces() -> None:
    body = b"""{"results":[
        {"from":{"id":"101"},"to":[{"toObjectId":55,"associationTypes":[{"typeId":279,"label":null},{"typeId":1,"label":"Primary"}]}]},
        {"from":{"id":"101"},"to":[{"toObjectId":"7","associationTypes":[{"typeId":279}]}]}],"numErrors":0}"""
    answers: list[Linked] = decoded(body, LinkedPage, "x").results
    assert linked(CONTACTS, "companies", answers) == {"101": (("7", False), ("55", True))}


def test_a_deal_names_its_stage_in_words() -> None:
    body = b"""{"results":[{"id":"default","label":"Sales Pipeline","stages":[
        {"id":"closedwon","label":"Closed won","metadata":{"isClosed":"true","probability":"1.0"}}]}]}"""
    stages = stage_fields(decoded(body, Pipelines, "x").results)
    one = record(
        DEALS, obj(dealstage="closedwon"), {}, wanted=["dealstage", "dealstage.label", "dealstage.closed"], stages=stages
    )
    assert one.fields == {"dealstage": "closedwon", "dealstage.label": "Closed won", "dealstage.closed": "true"}

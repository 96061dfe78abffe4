"""Shared Activities: relations follow Who and What, merges, conversions and deletions."""

from __future__ import annotations

from syncd_salesforce.emulator import Emulator, Options, shared
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.merging import merge
from syncd_salesforce.emulator.writing import add


def person(emulator: Emulator, name: str) -> str:
    return str(add(emulator.org, "Lead", {"LastName": name, "Company": "Example Ltd"})["Id"])


def related(emulator: Emulator) -> list[tuple[object, object]]:
    return [(row["RelationId"], row["IsWhat"]) for row in emulator.org.rows("TaskRelation")]


def test_without_the_switch_there_are_no_relations(emulator: Emulator) -> None:
    add(emulator.org, "Task", {"Subject": "Call", "WhoId": person(emulator, "Roe")})
    assert emulator.ask("GET", "/sobjects/TaskRelation/describe").status == 404
    assert related(emulator) == []


def test_who_and_what_have_a_relation_each_and_others_can_be_added(emulator: Emulator) -> None:
    one, two, three = (person(emulator, name) for name in ("Roe", "Poe", "Doe"))
    task = str(add(emulator.org, "Task", {"Subject": "Call", "WhoId": one})["Id"])
    shared.enable(emulator.org)
    assert related(emulator) == [(one, False)]
    account = str(add(emulator.org, "Account", {"Name": "Example Ltd"})["Id"])
    emulator.ask("PATCH", f"/sobjects/Task/{task}", {"WhoId": two, "WhatId": account})
    assert emulator.ask("POST", "/sobjects/TaskRelation", {"TaskId": task, "RelationId": three}).status == 201
    assert related(emulator) == [(two, False), (account, True), (three, False)]
    query = "SELECT Id, (SELECT RelationId FROM TaskRelations WHERE IsWhat = false) FROM Task"
    found = emulator.ask("GET", "/query", q=query).content
    assert isinstance(found, dict) and found["records"][0]["TaskRelations"]["totalSize"] == 2


def test_relations_follow_merges_and_conversions_and_go_with_either_end(emulator: Emulator) -> None:
    shared.enable(emulator.org)
    loser, winner, other = (person(emulator, name) for name in ("Roe", "Poe", "Doe"))
    task = str(add(emulator.org, "Task", {"Subject": "Call", "WhoId": loser})["Id"])
    add(emulator.org, "TaskRelation", {"TaskId": task, "RelationId": other})
    merge(emulator.org, winner, [loser])
    made = convert(emulator.org, other)
    assert related(emulator) == [(winner, False), (made.contact, False)]
    emulator.ask("DELETE", f"/sobjects/Contact/{made.contact}")
    assert related(emulator) == [(winner, False)]
    emulator.ask("DELETE", f"/sobjects/Task/{task}")
    assert related(emulator) == []


def test_a_company_may_share_its_activities_from_the_start() -> None:
    company = Emulator(Options(leads=30, shared_activities=True)).org
    people = {row["TaskId"] for row in company.rows("TaskRelation") if not row["IsWhat"]}
    assert people == {row["Id"] for row in company.rows("Task") if row.get("WhoId")}

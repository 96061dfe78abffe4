"""Queries over REST: pages, locators, deleted and archived rows, nested and grouped results."""

from __future__ import annotations

from datetime import timedelta

from syncd_salesforce.emulator import Emulator
from syncd_salesforce.emulator.answers import Json, encoded
from syncd_salesforce.emulator.writing import add, delete

from syncd.testing.clock import VirtualClock


def text(content: Json) -> str:
    return encoded(content).decode()


def asked(emulator: Emulator, query: str, path: str = "/query") -> str:
    return text(emulator.ask("GET", path, q=query).content)


def leads(emulator: Emulator, count: int) -> list[str]:
    return [str(add(emulator.org, "Lead", {"LastName": f"Roe {n}", "Company": "Example Ltd"})["Id"]) for n in range(count)]


def page(emulator: Emulator, path: str, **query: str) -> tuple[int, bool, str]:
    content = emulator.ask("GET", path, **query).content
    assert isinstance(content, dict)
    records = content["records"]
    assert isinstance(records, list)
    return len(records), content["done"] is True, str(content.get("nextRecordsUrl", "")).removeprefix("/services/data/v67.0")


def test_pages_are_as_large_as_the_server_likes_and_the_last_says_so(emulator: Emulator) -> None:
    leads(emulator, 450)
    emulator.instance.page = 200
    first = page(emulator, "/query", q="SELECT Id FROM Lead")
    second = page(emulator, first[2])
    third = page(emulator, second[2])
    assert [first[:2], second[:2], third[:2]] == [(200, False), (200, False), (50, True)]


def test_a_client_may_hint_at_the_size_of_pages(emulator: Emulator) -> None:
    leads(emulator, 250)
    header = "Sforce-Query-Options: batchSize=200"
    content = emulator.ask("GET", "/query", header=header, q="SELECT Id FROM Lead").content
    assert isinstance(content, dict)
    assert (len(content["records"]), content["totalSize"], content["done"]) == (200, 250, False)


def test_a_locator_gives_the_same_page_again_for_two_days(emulator: Emulator, clock: VirtualClock) -> None:
    leads(emulator, 250)
    emulator.instance.page = 200
    rest = page(emulator, "/query", q="SELECT Id FROM Lead")[2]
    again = emulator.ask("GET", rest).content
    clock.advance(timedelta(days=2) - timedelta(seconds=1))
    assert emulator.ask("GET", rest).content == again
    clock.advance(timedelta(seconds=1))
    assert "INVALID_QUERY_LOCATOR" in text(emulator.ask("GET", rest).content)


def test_a_page_shows_rows_as_they_were_when_the_query_ran(emulator: Emulator) -> None:
    keys = leads(emulator, 250)
    emulator.instance.page = 200
    rest = page(emulator, "/query", q="SELECT Title FROM Lead")[2]
    emulator.ask("PATCH", f"/sobjects/Lead/{keys[-1]}", {"Title": "Head"})
    assert "Head" not in text(emulator.ask("GET", rest).content)


def test_two_long_texts_make_pages_of_200(emulator: Emulator) -> None:
    for _ in range(250):
        add(emulator.org, "EmailMessage", {"Subject": "Hello"})
    assert page(emulator, "/query", q="SELECT TextBody FROM EmailMessage")[0] == 250
    assert page(emulator, "/query", q="SELECT TextBody, HtmlBody FROM EmailMessage")[0] == 200


def test_only_query_all_sees_deleted_and_archived_rows(emulator: Emulator, clock: VirtualClock) -> None:
    first, _ = leads(emulator, 2)
    delete(emulator.org, first)
    add(emulator.org, "Task", {"Subject": "Call", "Status": "Completed", "ActivityDate": "2026-11-20"})
    clock.advance(timedelta(days=366))
    emulator.org.archive()
    assert '"totalSize":1' in asked(emulator, "SELECT Id FROM Lead")
    assert '"totalSize":2' in asked(emulator, "SELECT Id FROM Lead", "/queryAll")
    assert '"totalSize":0' in asked(emulator, "SELECT Id FROM Task")
    assert '"IsArchived":true' in asked(emulator, "SELECT IsArchived FROM Task", "/queryAll")


def test_a_count_is_a_number_without_records(emulator: Emulator) -> None:
    leads(emulator, 3)
    assert asked(emulator, "SELECT COUNT() FROM Lead") == '{"totalSize":3,"done":true,"records":[]}'


def test_groups_bear_their_names_and_numbered_expressions(emulator: Emulator) -> None:
    leads(emulator, 3)
    assert asked(emulator, "SELECT Company, COUNT(Id), MAX(LastName) latest FROM Lead GROUP BY Company").endswith(
        '[{"attributes":{"type":"AggregateResult"},"Company":"Example Ltd","expr0":3,"latest":"Roe 2"}]}'
    )


def test_groups_do_not_see_case_in_names_or_values(emulator: Emulator) -> None:
    for company in ("One", "ONE", "Two"):
        add(emulator.org, "Lead", {"LastName": "Roe", "Company": company})
    answer = asked(emulator, "SELECT company, COUNT(Id) n FROM Lead GROUP BY Company HAVING count(id) > 1")
    assert answer.endswith('[{"attributes":{"type":"AggregateResult"},"Company":"One","n":2}]}')


def test_fields_come_in_the_order_asked_for(emulator: Emulator) -> None:
    add(emulator.org, "Account", {"Name": "Example Ltd"})
    answer = asked(emulator, "SELECT Type, (SELECT Id FROM Contacts), Owner.Name, name, Owner.Email FROM Account")
    assert '"Type":null,"Contacts":null,"Owner":{"attributes"' in answer
    assert answer.endswith('"Email":"integration@acme.example"},"Name":"Example Ltd"}]}')


def test_parents_are_nested_and_null_where_there_is_none(emulator: Emulator) -> None:
    (key,) = leads(emulator, 1)
    add(emulator.org, "Task", {"Subject": "Call", "WhoId": key})
    answer = asked(emulator, "SELECT Who.Type, What.Name, Owner.Name FROM Task")
    assert (
        f'"Who":{{"attributes":{{"type":"Name","url":"/services/data/v67.0/sobjects/Lead/{key}"}},"Type":"Lead"}},"What":null'
        in answer
    )
    assert '"Owner":{"attributes":{"type":"Name",' in answer


def test_typeof_gives_fields_by_what_is_pointed_at(emulator: Emulator) -> None:
    (key,) = leads(emulator, 1)
    add(emulator.org, "Task", {"Subject": "Call", "WhoId": key})
    answer = asked(emulator, "SELECT TYPEOF Who WHEN Lead THEN Company ELSE Name END FROM Task")
    assert (
        f'"Who":{{"attributes":{{"type":"Lead","url":"/services/data/v67.0/sobjects/Lead/{key}"}},"Company":"Example Ltd"}}'
        in answer
    )


def test_children_stand_in_their_parent_and_are_null_if_there_are_none(emulator: Emulator) -> None:
    account = add(emulator.org, "Account", {"Name": "Example Ltd"})
    add(emulator.org, "Account", {"Name": "Other Ltd"})
    add(emulator.org, "Contact", {"LastName": "Poe", "AccountId": account["Id"]})
    answer = asked(emulator, "SELECT Name, (SELECT LastName FROM Contacts) FROM Account ORDER BY Name")
    assert '"Contacts":{"totalSize":1,"done":true,"records":[{' in answer
    assert answer.endswith('"Name":"Other Ltd","Contacts":null}]}')


def test_children_that_do_not_fit_are_asked_for_by_a_locator(emulator: Emulator) -> None:
    account = add(emulator.org, "Account", {"Name": "Example Ltd"})
    for number in range(250):
        add(emulator.org, "Contact", {"LastName": f"Poe {number}", "AccountId": account["Id"]})
    content = emulator.ask("GET", "/query", q="SELECT Id, (SELECT Id FROM Contacts) FROM Account").content
    assert isinstance(content, dict)
    children = content["records"][0]["Contacts"]
    assert (content["done"], children["totalSize"], children["done"], len(children["records"])) == (True, 250, False, 200)
    assert page(emulator, children["nextRecordsUrl"].removeprefix("/services/data/v67.0"))[:2] == (50, True)


def test_without_view_all_or_by_scope_only_own_records_show(emulator: Emulator) -> None:
    leads(emulator, 2)
    user = add(emulator.org, "User", {"LastName": "Rep"})
    add(emulator.org, "Lead", {"LastName": "Other", "Company": "Example Ltd", "OwnerId": user["Id"]})
    assert '"totalSize":2' in asked(emulator, "SELECT Id FROM Lead USING SCOPE mine")
    emulator.org.access.view_all = False
    assert '"totalSize":2' in asked(emulator, "SELECT Id FROM Lead")


def test_an_address_is_an_object_and_a_name_is_text(emulator: Emulator) -> None:
    add(emulator.org, "Lead", {"LastName": "Roe", "Company": "Example Ltd", "City": "Bonn"})
    answer = asked(emulator, "SELECT Name, Address FROM Lead")
    assert '"Name":"Roe","Address":{"city":"Bonn","country":null,' in answer


def headings(emulator: Emulator, query: str) -> list[tuple[str, str, list[str]]]:
    content = emulator.ask("GET", "/query", q=query, columns="true").content
    assert isinstance(content, dict)
    columns = content["columnMetadata"]
    assert isinstance(columns, list)
    made: list[tuple[str, str, list[str]]] = []
    for column in columns:
        assert isinstance(column, dict)
        inside = column["joinColumns"]
        assert isinstance(inside, list)
        names = [str(one["columnName"]) for one in inside if isinstance(one, dict)]
        made.append((str(column["columnName"]), str(column["displayName"]), names))
    return made


def test_a_client_may_ask_for_the_headings_of_a_query(emulator: Emulator) -> None:
    query = "SELECT Name, (SELECT LastName FROM Contacts), Owner.Name, Owner.Id, Industry FROM Account"
    assert headings(emulator, query) == [
        ("Name", "Name", []),
        ("Contacts", "Contacts", ["LastName"]),
        ("Owner", "Owner", ["Name", "Id"]),
        ("Industry", "Industry", []),
    ]


def test_the_headings_of_groups_tell_what_was_counted(emulator: Emulator) -> None:
    query = "SELECT Industry, AVG(AnnualRevenue), COUNT(Id) many FROM Account GROUP BY Industry"
    assert headings(emulator, query) == [
        ("Industry", "Industry", []),
        ("expr0", "avg(AnnualRevenue)", []),
        ("many", "count(Id)", []),
    ]

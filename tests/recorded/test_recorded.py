"""The replay of recordings, on a recording of our own making: others' are not in the repository."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from click.testing import CliRunner, Result

from tests.recorded.__main__ import main

KEY = "0034S000005YJVlQAO"
MADE = {"id": KEY, "success": True, "errors": []}


def replayed(folder: Path, vendor: str, *exchanges: tuple[str, str, str, object, int, object]) -> Result:
    """Replay exchanges, a second apart, each a method, a path, a query, a body, a status and an answer."""
    names = ("method", "path", "query", "body", "status", "response")
    with gzip.open(folder / "exchanges-2026.jsonl.gz", "wt") as file:
        for second, one in enumerate(exchanges):
            headers = {"date": f"Fri, 20 Nov 2026 08:15:{second:02} GMT"}
            print(json.dumps({**dict(zip(names, one, strict=True)), "response_headers": headers}), file=file)
    return CliRunner().invoke(main, [vendor, str(folder)])


def salesforce(folder: Path, **name: object) -> Result:
    body = {"allOrNone": False, "records": [{"LastName": "Roe", "attributes": {"type": "Contact"}}]}
    url = f"/services/data/v42.0/sobjects/Contact/{KEY}"
    row = {"attributes": {"type": "Contact", "url": url}, "Id": KEY, **name}
    found = {"totalSize": 1, "done": True, "records": [row]}
    query = f"q=SELECT+Id%2C+Name+FROM+Contact+WHERE+Id+%3D+%27{KEY}%27"
    return replayed(
        folder,
        "salesforce",
        ("POST", "/services/data/v42.0/composite/sobjects", "", body, 200, [MADE]),
        ("GET", "/services/data/v42.0/query", query, None, 200, found),
    )


def test_what_was_made_in_one_org_is_found_in_the_other_by_its_own_id(tmp_path: Path) -> None:
    came = salesforce(tmp_path, Name="Roe")
    assert (came.exit_code, came.output) == (0, "2 recorded, 2 replayed: 2 with equal status, keys and types, 0 unexplained\n")


def test_another_type_or_key_is_named_and_ends_with_1(tmp_path: Path) -> None:
    came = salesforce(tmp_path, Name=None, Title="Head")
    assert came.exit_code == 1
    assert "2 replayed: 1 with equal status, keys and types, 1 unexplained" in came.output
    assert "UNEXPLAINED GET /services/data/v42.0/query records.0.Name: null, ours string" in came.output
    assert "UNEXPLAINED GET /services/data/v42.0/query records.0.Title: missing" in came.output


def test_a_search_finds_what_the_recorded_index_had(tmp_path: Path) -> None:
    stamps = {"createdAt": "2026-11-20T08:15:00Z", "updatedAt": "2026-11-20T08:15:00Z", "archived": False}
    values = {"createdate": "", "hs_lastmodifieddate": "", "hs_object_id": "", "domain": "a.example", "website": ""}
    made = {"id": "7945143592", "properties": values, **stamps}
    batch = {"status": "COMPLETE", "results": [made], "startedAt": "", "completedAt": ""}
    asked = {"filterGroups": [{"filters": [{"propertyName": "domain", "operator": "EQ", "value": "a.example"}]}], "limit": 10}
    search = ("POST", "/crm/v3/objects/COMPANY/search", "", {**asked, "properties": ["domain"]})
    shown = {**made, "properties": {name: value for name, value in values.items() if name != "website"}}
    came = replayed(
        tmp_path,
        "hubspot",
        ("POST", "/crm/v3/objects/COMPANY/batch/create", "", {"inputs": [{"properties": {"domain": "a.example"}}]}, 201, batch),
        (*search, 200, {"total": 0, "results": []}),
        (*search, 429, {"status": "error", "message": "", "correlationId": "", "category": "RATE_LIMITS"}),
        (*search, 200, {"total": 1, "results": [shown]}),
        ("GET", "/contacts/v1/lists/static", "", None, 200, {}),
    )
    assert came.output == "5 recorded, 4 replayed: 4 with equal status, keys and types, 0 unexplained\n"

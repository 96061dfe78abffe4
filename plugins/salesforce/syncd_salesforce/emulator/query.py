"""Queries by REST: pages as large as the server likes, and locators that live two days and may be asked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json
from syncd_salesforce.emulator.instance import Cursor, Instance
from syncd_salesforce.emulator.soql.columns import Scope
from syncd_salesforce.emulator.soql.grammar import parse
from syncd_salesforce.emulator.soql.headings import headings
from syncd_salesforce.emulator.soql.projection import columns
from syncd_salesforce.emulator.soql.run import Found, found, is_count
from syncd_salesforce.emulator.soql.tree import Name, Query

__all__ = ["more", "query", "query_all"]

_LIVES = timedelta(days=2)  # LIMITS/…apicursors: "Availability 2 days" (this project's notes, read 2026-11-21)
_LONG = 255  # characters; two columns of longer text make the pages small


def query(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /query?q=…"""
    return _first(instance, call, everything=False)


def query_all(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /queryAll?q=…: also what is deleted or archived."""
    return _first(instance, call, everything=True)


def more(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /query/{locator}: the page that begins there, as often as asked."""
    key, _, offset = match["locator"].rpartition("-")
    cursor = instance.cursors.get(key)
    too_old = cursor is not None and instance.now() - cursor.made_at >= _LIVES
    if cursor is None or too_old or not offset.isdigit() or instance.faults.strike("locator", call):
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
    return Answer(content=_page(instance, call, key, int(offset)))


def _first(instance: Instance, call: Call, *, everything: bool) -> Answer:
    text = call.query.get("q", "")
    if not text.strip():
        raise ApiError("MALFORMED_QUERY", "SOQL statements cannot be empty or null")
    if instance.faults.strike("timeout", call):
        raise ApiError("QUERY_TIMEOUT", "Your query request was running for too long.")
    if instance.faults.strike("too_large", call):
        raise ApiError("OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's")
    tree = parse(text)
    if call.query.get("columns") == "true":
        return Answer(content=headings(instance.org, tree))
    result = found(instance.org, tree, everything=everything, keep=lambda rest: f"{_kept(instance, rest, 200)}-0")
    if is_count(tree):
        return Answer(content={"totalSize": len(result.rows), "done": True, "records": []})
    key = _kept(instance, result, _size(instance, call, tree))
    page = _page(instance, call, key, 0)
    if page["done"]:
        del instance.cursors[key]
    return Answer(content=page)


def _kept(instance: Instance, result: Found, size: int) -> str:
    for old in [key for key, cursor in instance.cursors.items() if instance.now() - cursor.made_at >= _LIVES]:
        del instance.cursors[old]
    key = instance.org.ids.next("0r8")
    instance.cursors[key] = Cursor(found=result, size=size, made_at=instance.now())
    return key


def _size(instance: Instance, call: Call, tree: Query) -> int:
    options = dict(
        part.strip().split("=", 1) for part in call.headers.get("sforce-query-options", "").split(",") if "=" in part
    )
    wanted = options.get("batchSize", "")
    size = min(max(int(wanted), 200), 2_000) if wanted.isdigit() else 2_000
    long = instance.faults.strike("long_text", call)
    plain = [item for item in tree.items if isinstance(item, Name)]
    texts = columns(Scope.of(instance.org, tree), plain)
    if sum(column.kind == "textarea" and column.field.length > _LONG for column in texts) >= 2:
        size = min(size, 200)
    return min(size, instance.page, 100 if long else size)


def _page(instance: Instance, call: Call, key: str, offset: int) -> dict[str, Json]:
    cursor = instance.cursors[key]
    rows = cursor.found.rows
    size = 0 if instance.faults.strike("empty_page", call) else cursor.size
    end = min(offset + size, len(rows))
    records = [cursor.found.emit(row, call.base) for row in rows[offset:end]]
    if instance.faults.strike("odd_text", call):
        records = [_odd(record) for record in records]
    if records and instance.faults.strike("double", call):
        records = [*records, records[-1]]
    page: dict[str, Json] = {"totalSize": len(rows), "done": end >= len(rows)}
    if end < len(rows):
        page["nextRecordsUrl"] = f"{call.base}/query/{key}-{end}"
    return page | {"records": records}


def _odd(record: dict[str, Json]) -> dict[str, Json]:
    text = record.get("Description") or record.get("Subject")
    return (
        record
        if text is None
        else record | {"Description" if "Description" in record else "Subject": f"{text}\x00 \U0001f600\r\n\"'"}
    )

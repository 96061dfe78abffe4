"""Looking at a connection without changing it: access and settings, and its mapping against the fields there are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from syncd.config import ConnectionConfig
from syncd.engine.connectors import connector
from syncd.engine.coverage import unread
from syncd.engine.provision import field_for
from syncd.engine.site import Site
from syncd.mapping.streams import StreamMap
from syncd.spi import Finding, RemoteStream
from syncd.store import budgets, streams
from syncd.transport.budgets import DAY

_MICROSECOND = timedelta(microseconds=1)
_SENTENCE = 255
"""Characters that a reason, a next step or a name should find room in: what a usual text field of a CRM takes."""

# What takes one sort of values only; sources have their own words for it.
_SORTS: Mapping[str, str] = {
    **dict.fromkeys(
        ("number", "money", "int", "integer", "long", "double", "float", "decimal", "currency", "percent"), "number"
    ),
    **dict.fromkeys(("bool", "boolean"), "yes or no"),
    **dict.fromkeys(("date", "datetime", "time"), "time"),
}


def checked(site: Site, connection: ConnectionConfig, *, mapping_only: bool = False) -> Iterator[Finding]:
    """Yield what is in order and what is not. Raises: ConnectorError, after what was found before the source failed."""
    with connector(site, connection) as opened:
        if not mapping_only:
            yield from opened.check()
            yield from _budgets(site, connection)
        there = {one.name: one for one in opened.schema().streams}
    if connection.off:
        left = ", ".join(connection.off)
        yield Finding(level="ok", what=f"mapping/{connection.name}.yaml: {left}: switched off by the settings, not read")
    with site.store.read() as tx:
        covered = {one.name: one.wanted for one in streams.of_connection(tx, connection.name)}
    missing = [
        finding
        for name, one in connection.streams.items()
        for finding in (
            *_missing(connection, one, there.get(name), covered.get(name, frozenset())),
            *_misfits(site, one, there.get(name)),
        )
    ]
    yield from missing
    if not missing:
        named = sum(len(one.wanted) for one in connection.streams.values())
        yield Finding(level="ok", what=f"mapping/{connection.name}.yaml: every field it names is there ({named})")


def _budgets(site: Site, connection: ConnectionConfig) -> Iterator[Finding]:
    """Say how much of its budgets of a day and longer a connection has used."""
    lasting = [one for one in connection.spec.budgets(connection.settings) if one.per >= DAY]
    with site.store.read() as tx:
        key = streams.connection_id(tx, connection.name)
        used = [budgets.used(tx, budgets.Key(key, one.name), per=one.per // _MICROSECOND, now=site.now()) for one in lasting]
    for one, calls in zip(lasting, used, strict=True):
        days = "24 hours" if one.per == DAY else f"{one.per.days} days"
        is_low = calls * 10 >= one.calls * 9
        yield Finding(
            level="warning" if is_low else "ok",
            what=f"budget {one.name!r}: {calls:,} of {one.calls:,} calls in the last {days}",
            remedy="read less often (every), or allow more calls if the source does" if is_low else "",
        )


def _missing(
    connection: ConnectionConfig, stream: StreamMap, remote: RemoteStream | None, covered: frozenset[str]
) -> Iterator[Finding]:
    """Yield what a mapping names and its source lacks; a source that lists no fields is believed to have them all."""
    where = f"mapping/{stream.connection}.yaml: streams.{stream.stream}"
    if remote is None:
        yield Finding(level="error", what=f"{where}: the source has no such stream now", remedy="remove it from the mapping")
        return
    known = {field.name: field for field in remote.fields}
    if not known:
        return
    creates = connection.spec.reads_back and connection.write_back != "none"
    ours = dict.fromkeys(write.remote for write in stream.writes if creates)
    yield from unread(connection, remote, stream.wanted, covered)
    lacking = [name for name in ours if name not in known]
    if lacking:
        remedy = f"syncd provision {connection.name} creates them, where the source allows"
        yield Finding(level="error", what=f"{where}.write: no field {', '.join(lacking)}", remedy=remedy)
    for write in stream.writes:
        if write.remote in known and not known[write.remote].writable:
            what = f"{where}.write.{write.of}: {write.remote!r} cannot be written"
            yield Finding(level="error", what=what, remedy="choose another field")


def _misfits(site: Site, stream: StreamMap, remote: RemoteStream | None) -> Iterator[Finding]:
    """Yield what is written into a field that cannot hold it, or not all of it."""
    known = {field.name: field for field in remote.fields} if remote is not None else {}
    for write in stream.writes:
        theirs = known.get(write.remote)
        if theirs is None:
            continue
        ours = field_for(site.config, stream, write)
        where = f"mapping/{stream.connection}.yaml: streams.{stream.stream}.write.{write.of}: {write.remote!r}"
        sort = _SORTS.get(theirs.type.lower())
        is_sentence = ours.type == "text" and write.of not in site.config.fields
        needed = _SENTENCE if is_sentence else max(map(len, ours.options), default=0)
        if sort is not None and sort != _SORTS.get(ours.type):
            what = f"{where} is a field of type {theirs.type}, which takes no {ours.type}"
            yield Finding(level="error", what=what, remedy="choose another field")
        elif 0 < theirs.length < needed:
            what = f"{where} takes {theirs.length} characters, where {needed} or more may be written"
            yield Finding(level="warning", what=what, remedy="make the field longer, or choose another")

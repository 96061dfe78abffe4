"""A page of records into the store: newer versions kept, links and keys noted, people matched, golden records folded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection

from syncd.agreement.counting import micros_of
from syncd.engine import echo
from syncd.engine.golden import ACCOUNT, Candidates, refold
from syncd.engine.identity import Claimant, Joined, join
from syncd.engine.site import Counts, Site
from syncd.mapping.characters import clean, is_storable
from syncd.mapping.domains import email_domain, is_free_mail
from syncd.mapping.identity import EMAIL_KEY, keys_of
from syncd.mapping.streams import mapped
from syncd.model import EMAIL_STREAM, Kind, Raw, SourceRecord
from syncd.store import assessments, inbox, outbox, records
from syncd.store.records import SAME, Known, Stored
from syncd.store.sql import dumps
from syncd.store.streams import DOMAIN_STREAM, INFERRED, Stream

LONGEST_IDENTIFIER = 500
"""Letters of an identifier that can be kept: PostgreSQL indexes no more than 2,704 bytes."""

AHEAD = 86_400_000_000
"""Microseconds by which a source's clock may be ahead, or ours be set back; an instant after that is none."""

LONGEST_ROLE = 100
"""Letters of a role that count: it is indexed too."""


class Target(NamedTuple):
    """A record that another one points at."""

    stream_id: int
    external_id: str


class Pointer(NamedTuple):
    """A link before its target's key is known."""

    role: str
    to: Target


class Row(NamedTuple):
    """A record to write: what stood there before, what it says, whom it points at, and whether its content is new."""

    stored: Stored
    before: Stored | None
    says: Candidates
    pointers: frozenset[Pointer]
    changed: bool


def take_in(tx: Connection, site: Site, stream: Stream, found: Sequence[SourceRecord], now: int) -> Counts:
    """Save the records of one stream and everything that follows from them."""
    newest = {one.external_id: one for one in sorted(found, key=lambda one: one.changed_at)}  # the last of those of one instant
    before = records.load(tx, stream.id, newest)
    counts = Counts(read=len(found))
    rows: list[Row] = []
    for external_id, one in newest.items():
        row = _row(site, stream, one, before.get(external_id), now)
        counts[_word(row)] += 1
        if row is not None:
            rows.append(row)
    entities = _place(tx, site, rows, now)
    read = [row.stored._replace(entity_id=entities[row.stored.id]) for row in rows if row.before is not None]
    first = {row.stored.id: row.before.known_at for row in rows if row.before == row.stored}
    counts["overridden"] = echo.hear(tx, site, site.maps[stream.id], read, now, first=first)
    inbox.resolve(tx, stream.id, "in", newest)
    _write_no_more(tx, stream, [row.stored for row in rows if row.stored.deleted_at is not None])
    return counts


def announce(tx: Connection, site: Site, targets: Collection[Target], now: int) -> dict[Target, Known]:
    """Return the identity of *targets*, introducing to the store those it has not heard of.

    An e-mail address leads to the record that somebody is known by, and only where nobody is to one of its own.
    """
    known = _known(tx, targets)
    known |= _by_address(tx, site, [one for one in targets if one not in known])
    strangers = [_stranger(site, one, now) for one in sorted(targets) if one not in known]
    entities = _place(tx, site, strangers, now)
    return known | {
        Target(row.stored.stream_id, row.stored.external_id): Known(row.stored.id, entities[row.stored.id]) for row in strangers
    }


def is_identifier(text: str) -> bool:
    """Tell whether the store can keep *text* as the identifier of a record."""
    return len(text) <= LONGEST_IDENTIFIER and is_storable(text)


def in_stored_form(value: Raw) -> Raw:
    """Bring a value into the form in which it is stored, so that the same value compares equal next time."""
    match value:
        case str():
            return _storable(value)
        case tuple():
            return tuple(map(_storable, value))
        case Decimal():
            return str(value)
        case _:
            return value


def _write_no_more(tx: Connection, stream: Stream, gone: Sequence[Stored]) -> None:
    """Take out what waits to be written into records that are *gone*, and what was refused of it."""
    if gone:
        outbox.drop(tx, [one.id for one in gone])
        inbox.resolve(tx, stream.id, "out", [one.external_id for one in gone])


# ---------------------------------------------------------------- one record


def _row(site: Site, stream: Stream, one: SourceRecord, before: Stored | None, now: int) -> Row | None:
    """Return the row to write for a record, ``None`` if the store holds a newer version."""
    changed_at, last = micros_of(one.changed_at), before.changed_at if before is not None else 0
    last = last if last <= now + AHEAD else 0
    if changed_at > now + AHEAD:
        changed_at = max(now, last)  # kept as it is, it would be the last that ever counts
    had = before.fields if before is not None else None
    if had is not None and changed_at < last:
        return None
    kept = site.maps[stream.id].kept
    told = {name: value if _is_clean(value) else in_stored_form(value) for name, value in one.fields.items() if name in kept}
    fields = {**(had or {}), **told}
    gone = one.deleted or one.merged_into is not None
    changed = before is None or had != fields or gone == (before.deleted_at is None)
    base_at, field_at = _instants(one, before, fields, changed_at, now)
    stored = Stored(
        id=before.id if before else site.ids(),
        stream_id=stream.id,
        external_id=one.external_id,
        entity_id=before.entity_id if before else None,
        fields=fields,
        base_at=base_at,
        field_at=field_at,
        changed_at=changed_at,
        version=clean(one.version),
        known_at=now if changed or before is None else before.known_at,
        deleted_at=((before.deleted_at if before else None) or changed_at) if gone else None,
        problems=None,
    )
    row = _said(site, stored, before, changed)
    return row._replace(pointers=row.pointers | _declared(site, stream, one, stored))


def _instants(
    one: SourceRecord, before: Stored | None, fields: Mapping[str, Raw], changed_at: int, now: int
) -> tuple[int, dict[str, int]]:
    """Return when the fields took their values: one instant for all, and those that differ."""
    told = {name: micros_of(at) for name, at in one.field_changed_at.items() if name in fields}
    told = {name: at if at <= now + AHEAD else changed_at for name, at in told.items()}
    if before is None or before.fields is None:
        return changed_at, told
    had = before.fields
    moved = {name: changed_at for name, value in fields.items() if name not in had or had[name] != value}
    return before.base_at, {**before.field_at, **moved, **told}


def _said(site: Site, stored: Stored, before: Stored | None, changed: bool) -> Row:
    """Map a record; its problems are kept with it."""
    stream_map = site.maps[stored.stream_id]
    says, problems = mapped(stream_map, stored.fields or {}, record=stored.id, at=stored.base_at, field_at=stored.field_at)
    if problems:
        stored = stored._replace(problems=dumps([(one.where, one.code, one.what) for one in problems]))
    return Row(stored, before, says, _domain(site, stored, says), changed)


def _declared(site: Site, stream: Stream, one: SourceRecord, stored: Stored) -> frozenset[Pointer]:
    """Return the links a source declares: associations, a merge, identifiers of other connections."""
    wanted = [(clean(role)[:LONGEST_ROLE], stream.connection, to.stream, to.external_id) for role, to in one.associations]
    if one.merged_into is not None:
        wanted.append((SAME, stream.connection, *one.merged_into))
    told = stored.fields or {}
    wanted += [
        (SAME, link.connection, link.stream, str(told[link.remote]))
        for link in site.maps[stream.id].same_as
        if told.get(link.remote)
    ]
    pointers = set()
    for role, connection, name, external_id in wanted:
        target = site.stream(connection, name)
        if target is not None and is_identifier(external_id):
            pointers.add(Pointer(role, Target(target.id, external_id)))
    return frozenset(pointers)


def _domain(site: Site, stored: Stored, says: Candidates) -> frozenset[Pointer]:
    """Return the account that a person's e-mail address belongs to; free mail belongs to none."""
    email = says.get("email")
    stream = site.streams[stored.stream_id]
    if stream.kind != "person" or email is None or not isinstance(email.value, str):
        return frozenset()
    domain = email_domain(email.value)
    accounts = site.stream(stream.connection, DOMAIN_STREAM)
    if not domain or is_free_mail(domain) or accounts is None:
        return frozenset()
    return frozenset({Pointer(ACCOUNT, Target(accounts.id, domain))})


def _stranger(site: Site, target: Target, now: int) -> Row:
    """Return the row of a record only heard of; an address or a domain is all there is to know of those we infer."""
    stream = site.streams[target.stream_id]
    field = {"person": "email", "account": "domain"}[stream.kind] if stream.name in INFERRED else None
    stored = Stored(
        id=site.ids(),
        stream_id=stream.id,
        external_id=target.external_id,
        entity_id=None,
        fields={field: target.external_id} if field else None,
        base_at=0,  # what we infer never outweighs what a source says
        field_at={},
        changed_at=0,
        version="",
        known_at=now,
        deleted_at=None,
        problems=None,
    )
    if stream.id not in site.maps:
        return Row(stored, None, {}, frozenset(), changed=True)
    return _said(site, stored, None, changed=True)


def _word(row: Row | None) -> str:
    if row is None:
        return "stale"
    if not row.changed:
        return "unchanged"
    if row.stored.deleted_at is not None:
        return "deleted"
    return "new" if row.before is None or row.before.fields is None else "changed"


def _is_clean(value: Raw) -> bool:
    return isinstance(value, str) and value.isascii() and "\0" not in value


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "")


# ---------------------------------------------------------------- all rows of a page


def _place(tx: Connection, site: Site, rows: Sequence[Row], now: int) -> dict[int, int]:
    """Write *rows* and those they introduce, with their links, keys and entities; return the entity of each record."""
    rows, ids = _with_strangers(tx, site, rows, now)
    links = {row.stored.id: {(role, ids[to]) for role, to in row.pointers} for row in rows if row.pointers or row.before}
    _mark_parted(tx, site, rows, now)
    records.set_links(tx, links)
    same = {record: [to for role, to in found if role == SAME] for record, found in links.items()}
    keys = {row.stored.id: _keys(site, row) for row in rows}
    claimants = [
        Claimant(row.stored.id, row.stored.stream_id, _kind(site, row), row.stored.entity_id, keys[row.stored.id])
        for row in rows
    ]
    joined = join(tx, site, claimants, same, now)
    placed = [row._replace(stored=row.stored._replace(entity_id=joined.entities[row.stored.id])) for row in rows]
    records.save(tx, [row.stored for row in placed if row.stored != row.before])
    records.set_keys(tx, {row.stored.id: keys[row.stored.id] for row in placed if row.changed})
    _mark_joined(tx, site, placed, joined, now)
    _fold(tx, site, placed, joined, now)
    return joined.entities


def _mark_parted(tx: Connection, site: Site, rows: Sequence[Row], now: int) -> None:
    """Let the people be assessed whom deals point at that may no longer do so after this page."""
    known = [row.before.entity_id for row in rows if row.before is not None and _kind(site, row) == "deal"]
    if deals := {deal for deal in known if deal is not None}:
        assessments.mark_due(tx, records.people_of_deals(tx, deals), now)


def _mark_joined(tx: Connection, site: Site, rows: Sequence[Row], joined: Joined, now: int) -> None:
    """Let people be assessed who were known before and now have another record, which may have to be written to."""
    gained: set[int] = set()
    for row in rows:
        had = row.before.entity_id if row.before else None
        if row.stored.entity_id not in (None, had) and _kind(site, row) == "person":
            gained.add(joined.entities[row.stored.id])
    assessments.mark_due(tx, gained - joined.born, now)


def _with_strangers(tx: Connection, site: Site, rows: Sequence[Row], now: int) -> tuple[list[Row], dict[Target, int]]:
    """Add the records that *rows* point at and nobody has heard of; return all, and the key of every target."""
    together, todo = list(rows), list(rows)
    ids = {Target(row.stored.stream_id, row.stored.external_id): row.stored.id for row in rows}
    while todo:
        wanted = {pointer.to for row in todo for pointer in row.pointers} - ids.keys()
        known = _known(tx, wanted)
        todo = [_stranger(site, target, now) for target in sorted(wanted - known.keys())]
        ids |= {target: one.id for target, one in known.items()}
        ids |= {Target(row.stored.stream_id, row.stored.external_id): row.stored.id for row in todo}
        together += todo
    return together, ids


def _fold(tx: Connection, site: Site, rows: Sequence[Row], joined: Joined, now: int) -> None:
    fresh: dict[int, list[Stored]] = {}
    for row in rows:
        entity = joined.entities[row.stored.id]
        if entity in joined.born:
            fresh.setdefault(entity, []).append(row.stored)
    refold(tx, site, joined.affected, now, fresh=fresh, read={row.stored.id: row.says for row in rows})


def _known(tx: Connection, targets: Collection[Target]) -> dict[Target, Known]:
    by_stream: dict[int, list[str]] = {}
    for stream_id, external_id in targets:
        by_stream.setdefault(stream_id, []).append(external_id)
    return {
        Target(stream_id, external_id): one
        for stream_id, wanted in by_stream.items()
        for external_id, one in records.known(tx, stream_id, wanted).items()
    }


def _by_address(tx: Connection, site: Site, targets: Collection[Target]) -> dict[Target, Known]:
    """Return whom the addresses among *targets* belong to; one that several people share belongs to none of them."""
    keys = {EMAIL_KEY + one.external_id: one for one in targets if site.streams[one.stream_id].name == EMAIL_STREAM}
    return {keys[key]: known for key, known in records.sole_holders(tx, keys).items()}


def _keys(site: Site, row: Row) -> tuple[str, ...]:
    return keys_of(_kind(site, row), row.says) if row.stored.deleted_at is None else ()


def _kind(site: Site, row: Row) -> Kind:
    return site.streams[row.stored.stream_id].kind

"""Work that waits, and what was done: writes, refusals, runs, hints, and what connections keep."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from syncd.store.schema.base import Id, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("record_id", Id, primary_key=True),
    Column("stream_id", Integer, nullable=False),
    Column("fields", Text, nullable=False, comment="JSON object: remote field to [old, new]"),
    Column("version", BigInteger, nullable=False, comment="another one whenever the fields change"),
    Column("queued_at", BigInteger, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("held", Text, nullable=False, comment="empty; on_change: until the fields change; never: until somebody looks"),
    Column("job", Text, comment="the source's job that works on it"),
    Index(None, "stream_id", "not_before"),
    comment="What is to be written into one record of a source.",
)

ledger = Table(
    "ledger",
    metadata,
    Column("record_id", Id, primary_key=True),
    Column("fields", Text, nullable=False, comment="JSON object: remote field to [sent, before, when, how known, shown]"),
    comment="What we last wrote into one record of a source, and what it shows for it.",
)

override = Table(
    "override",
    metadata,
    Column("id", Id, primary_key=True),
    Column("record_id", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("of", Text, nullable=False, comment="what we write there: score, stage, ..."),
    Column("old", Text, nullable=False, comment="JSON: what the source showed for our value"),
    Column("new", Text, nullable=False, comment="JSON: what it showed then"),
    Column("at", BigInteger, nullable=False, comment="when the record changed in the source"),
    Column("known_at", BigInteger, nullable=False),
    Column("answer", Text, nullable=False, comment="again: ours is written again; left: theirs stays; weighed: by its law"),
    Index(None, "record_id", "field"),
    comment="A field that we write and somebody else changed in the source.",
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("stream_id", ForeignKey("stream.id"), nullable=False),
    Column("way", Text, nullable=False, comment="in (a row refused by us) or out (a write refused by the source)"),
    Column("place", Text, nullable=False, comment="the record, or where it stood if it has no identifier"),
    Column("code", Text, nullable=False),
    Column("spot", Text, nullable=False, comment="file and line, or field"),
    Column("what", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    Column("skipped", Boolean, nullable=False),
    UniqueConstraint("stream_id", "way", "place", "code"),
    comment="A record that was refused and waits for someone.",
)

run = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False),
    Column("step", Text, nullable=False, comment="pull, push or reread"),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", Text, nullable=False, comment="running, complete, stopped, or the error's name"),
    Column("counts", Text, nullable=False, comment="JSON object"),
    Column("message", Text, nullable=False),
    Index(None, "connection_id", "step", "started_at"),
    comment="One sync run of one connection and step.",
)


# ---------------------------------------------------------------- the host's own: hints, echoes, access, budgets

hint = Table(
    "hint",
    metadata,
    Column("stream_id", ForeignKey("stream.id"), primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("heard_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Index(None, "due_at"),
    sqlite_with_rowid=False,
    comment="A record to read again soon.",
)

token = Table(
    "token",
    metadata,
    Column("connection_id", ForeignKey("connection.id"), primary_key=True),
    Column("kept", Text, nullable=False, comment="JSON object: what the last login left for the next, such as a refresh token"),
    Column("changed_at", BigInteger, nullable=False),
    comment="Secrets that a source gave us and that logging in again needs; never shown, never logged.",
)

budget = Table(
    "budget",
    metadata,
    Column("connection_id", ForeignKey("connection.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("slot_at", BigInteger, primary_key=True, comment="beginning of a quarter of an hour"),
    Column("calls", Integer, nullable=False, comment="made or reserved in it"),
    sqlite_with_rowid=False,
    comment="Requests counted against a limit of a day or longer, by all processes.",
)

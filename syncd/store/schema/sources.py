"""What sources said, and the golden records, links and activities it amounts to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from syncd.store.schema.base import Id, metadata

mark = Table(
    "mark",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="One remembered fact about the store itself, such as the agreement everyone was last assessed under.",
)

connection = Table(
    "connection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    comment="One configured system.",
)

stream = Table(
    "stream",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", ForeignKey("connection.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cursor", Text, comment="where to go on; null: from the beginning"),
    Column("wanted", Text, nullable=False, comment="JSON list of the remote fields the cursor covers"),
    Column("saved_at", BigInteger, comment="when the last page was saved"),
    Column("complete_at", BigInteger, comment="when the stream was last read to its end"),
    Column("full_since", BigInteger, comment="when the present reading from the beginning began"),
    UniqueConstraint("connection_id", "name"),
    comment="One kind of record of one connection, and how far it has been read.",
)

record = Table(
    "record",
    metadata,
    Column("id", Id, primary_key=True),
    Column("stream_id", ForeignKey("stream.id"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("entity_id", BigInteger, comment="the person, account, deal or owner it is about"),
    Column("fields", Text, comment="JSON object as the source named them; null: only heard of, not yet read"),
    Column("base_at", BigInteger, nullable=False, comment="when the fields took their values, unless field_at differs"),
    Column("field_at", Text, comment="JSON object of later instants per field"),
    Column("changed_at", BigInteger, nullable=False),
    Column("version", Text, nullable=False),
    Column("known_at", BigInteger, nullable=False, comment="when this version was learnt"),
    Column("deleted_at", BigInteger),
    Column("problems", Text, comment="JSON list of values that could not be read"),
    UniqueConstraint("stream_id", "external_id"),
    Index(None, "entity_id"),
    comment="The present version of one record of a source.",
)

record_key = Table(
    "record_key",
    metadata,
    Column("key", Text, primary_key=True, comment="e:address of a person, d:domain of an account"),
    Column("record_id", BigInteger, primary_key=True),
    Index(None, "record_id"),
    sqlite_with_rowid=False,
    comment="By what a record can be recognised.",
)

blocked_key = Table(
    "blocked_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("blocked_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
    comment="A key that too many records of one stream share to tell who someone is.",
)

link = Table(
    "link",
    metadata,
    Column("from_id", BigInteger, primary_key=True),
    Column("role", Text, primary_key=True, comment="same (one entity), or account, owner, contact ..."),
    Column("to_id", BigInteger, primary_key=True),
    Index(None, "to_id", "role"),
    sqlite_with_rowid=False,
    comment="One record pointing at another.",
)

apart = Table(
    "apart",
    metadata,
    Column("one_id", BigInteger, primary_key=True),
    Column("other_id", BigInteger, primary_key=True),
    Column("decided_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
    comment="Two records that somebody said are not the same person.",
)

entity = Table(
    "entity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False, comment="person, account, deal or owner"),
    Column("fields", Text, nullable=False, comment="JSON object, golden values"),
    Column("proof", Text, nullable=False, comment="JSON object: per field the record it comes from and since when"),
    Column("account_id", BigInteger, comment="a person's or deal's account"),
    Column("merged_into", BigInteger),
    Column("deleted_at", BigInteger),
    Column("born_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index(None, "account_id"),
    comment="One golden record: a person, account, deal or owner.",
)

entity_history = Table(
    "entity_history",
    metadata,
    Column("entity_id", BigInteger, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("until_at", BigInteger, primary_key=True, comment="when the value was replaced here"),
    Column("value", Text, comment="JSON; null: the field was empty"),
    Column("proof", Text, comment="JSON: record and instant it came from"),
    sqlite_with_rowid=False,
    comment="A value that a golden field had before.",
)

merge = Table(
    "merge",
    metadata,
    Column("loser_id", BigInteger, primary_key=True),
    Column("winner_id", BigInteger, primary_key=True),
    Column("merged_at", BigInteger, primary_key=True),
    Column("because", Text, nullable=False),
    Column("records", Text, nullable=False, comment="JSON list of the records that moved"),
    Index(None, "winner_id"),
    sqlite_with_rowid=False,
    comment="Two entities found to be one; kept so that it can be undone.",
)

activity_type = Table(
    "activity_type",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("machine", Boolean, nullable=False),
    UniqueConstraint("kind", "asset", "direction", "machine"),
    comment="What many activities have in common.",
)

activity = Table(
    "activity",
    metadata,
    Column("record_id", BigInteger, primary_key=True, comment="whom it is about"),
    Column("occurred_at", BigInteger, primary_key=True),
    Column("stream_id", Integer, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("type_id", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    Column("nth", Integer, nullable=False, comment="which of the records it is about, from 0: one person counts once"),
    Index(None, "stream_id", "source_id"),
    sqlite_with_rowid=False,
    comment="Something that happened, once per record it is about.",
)

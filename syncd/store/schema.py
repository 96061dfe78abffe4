"""The tables. Each says what one row is; migrations/versions builds them.

``BIGINT`` keys are made by us (`ids.Ids`): they grow with time, never repeat after a restore, and may be shown outside.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0001"
"""The newest migration; opening a store brings it here."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""An identifier of ours; on SQLite it is the row's own key, which saves an index."""

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

assessment = Table(
    "assessment",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("assess_at", BigInteger, comment="when it is due again; null: only when something happens"),
    Column("assessed_at", BigInteger),
    Column("stage", Text, nullable=False),
    Column("score", Integer),
    Column("band", Text),
    Column("grade", Text),
    Column("reasons", Text, comment="JSON list"),
    Column("version", Integer, comment="of the agreement"),
    Column("owner", Text, comment="who works on it"),
    Column("sla", Text, comment="state of the most urgent clock"),
    Column("sla_due_at", BigInteger),
    Column("next_step", Text),
    Column("first_mql_at", BigInteger),
    Column("latest_mql_at", BigInteger),
    Index(None, "assess_at", "person_id"),
    comment="What the agreement last said of a person, and when to ask it again.",
)

stage_claim = Table(
    "stage_claim",
    metadata,
    Column("origin_id", BigInteger, primary_key=True, comment="whom it was said of, before any merge"),
    Column("claimed_at", BigInteger, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("was", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("outright", Boolean, nullable=False),
    Index(None, "person_id"),
    sqlite_with_rowid=False,
    comment="What the score said of a stage when it changed: a fact that no other one repeats.",
)

stage_move = Table(
    "stage_move",
    metadata,
    Column("person_id", BigInteger, primary_key=True),
    Column("moved_at", BigInteger, primary_key=True),
    Column("stage_to", Text, primary_key=True),
    Column("stage_from", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("inferred", Boolean, nullable=False),
    Column("outright", Boolean, nullable=False),
    Column("episode", Integer, nullable=False),
    sqlite_with_rowid=False,
    comment="A person entering a stage, as all evidence known so far has it.",
)

assignment = Table(
    "assignment",
    metadata,
    Column("origin_id", BigInteger, primary_key=True, comment="whom it is about, before any merge"),
    Column("assigned_at", BigInteger, primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("owner", Text, nullable=False, comment="empty: waits in the queue"),
    Column("queue", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("turn", Text, nullable=False, comment="JSON list: who took part in the rotation, with their weights"),
    Column("passed", Text, nullable=False, comment="JSON list: who was passed over, and why"),
    Index(None, "person_id"),
    Index(None, "assigned_at"),
    sqlite_with_rowid=False,
    comment="To whom a lead was given, and why.",
)

clock = Table(
    "clock",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("policy", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("rep", Text, nullable=False, comment="whose own clock; empty: the customer's"),
    Column("owner", Text, nullable=False, comment="to whom a breach is booked"),
    Column("episode", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("stopped_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("historical", Boolean, nullable=False),
    Column("used", BigInteger, nullable=False, comment="open time in microseconds, as of the last assessment"),
    Column("calendar", Text, nullable=False),
    Index(None, "person_id"),
    Index(None, "ended_at", "due_at"),
    comment="A promise about one person, as of their last assessment.",
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", BigInteger, comment="whom it is about; null: nobody in particular"),
    Column("given_at", BigInteger, nullable=False),
    Column("party", Text, nullable=False, comment="who says it: sales or marketing"),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("replied_at", BigInteger),
    Column("replied_by", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Index(None, "person_id"),
    comment="What one team told the other, and its reply.",
)

dispute = Table(
    "dispute",
    metadata,
    Column("origin_id", BigInteger, primary_key=True, comment="whom it is about, before any merge"),
    Column("about_at", BigInteger, primary_key=True, comment="when the disputed answer was given"),
    Column("person_id", BigInteger, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("verdict", Text, nullable=False, comment="empty, stands or overturned"),
    Column("decided_at", BigInteger),
    Column("decided_by", Text, nullable=False),
    Index(None, "person_id"),
    comment="A rejection that somebody doubts, and what was decided.",
)

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

agreement_version = Table(
    "agreement_version",
    metadata,
    Column("text", Text, primary_key=True, comment="fingerprint of what was signed"),
    Column("number", Integer, nullable=False),
    Column("effective_from", BigInteger, nullable=False),
    Column("signed_on", Text, nullable=False, comment="date of the last signature"),
    Column("source", Text, nullable=False, comment="agreement.yaml as it was signed"),
    comment="A version of the agreement that both teams signed.",
)

notice = Table(
    "notice",
    metadata,
    Column("key", Text, primary_key=True, comment="the same however often it is raised: it is told once"),
    Column("person_id", BigInteger, comment="whom it is about; null: a digest"),
    Column("event", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("text", Text, nullable=False, comment="empty once it was told"),
    Column("urgent", Boolean, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False, comment="waiting, telling, told, digest (to be told there) or silent"),
    Column("not_before", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("told_at", BigInteger),
    Column("problem", Text, nullable=False, comment="why it could not be told so far"),
    Index(None, "state", "not_before"),
    Index(None, "told_at"),
    Index(None, "person_id"),
    comment="Something to tell somebody, once.",
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

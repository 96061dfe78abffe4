"""What the agreement says of people: scores, stages, owners, clocks, and what the teams were told and said."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from syncd.store.schema.base import Id, metadata

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

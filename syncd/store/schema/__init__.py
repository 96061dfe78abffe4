"""The tables. Each says what one row is; migrations/versions builds them.

``BIGINT`` keys are made by us (`ids.Ids`): they grow with time, never repeat after a restore, and may be shown outside.
"""

from syncd.store.schema.base import HEAD, Id, metadata
from syncd.store.schema.handoff import (
    agreement_version,
    assessment,
    assignment,
    clock,
    dispute,
    feedback,
    notice,
    stage_claim,
    stage_move,
)
from syncd.store.schema.sources import (
    activity,
    activity_type,
    apart,
    blocked_key,
    connection,
    entity,
    entity_history,
    link,
    mark,
    merge,
    record,
    record_key,
    stream,
)
from syncd.store.schema.working import budget, hint, inbox, ledger, outbox, override, run, token

__all__ = [
    "HEAD",
    "Id",
    "activity",
    "activity_type",
    "agreement_version",
    "apart",
    "assessment",
    "assignment",
    "blocked_key",
    "budget",
    "clock",
    "connection",
    "dispute",
    "entity",
    "entity_history",
    "feedback",
    "hint",
    "inbox",
    "ledger",
    "link",
    "mark",
    "merge",
    "metadata",
    "notice",
    "outbox",
    "override",
    "record",
    "record_key",
    "run",
    "stage_claim",
    "stage_move",
    "stream",
    "token",
]

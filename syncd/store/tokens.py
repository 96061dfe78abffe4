"""What the last login of a connection left for the next one: secrets that the source gave us and no setting holds."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, select

from syncd.store.schema import connection, token
from syncd.store.sql import dumps, put
from syncd.store.streams import connection_id


def kept(tx: Connection, name: str) -> dict[str, str]:
    """Return what logins of a connection kept."""
    query = select(token.c.kept).join(connection, connection.c.id == token.c.connection_id).where(connection.c.name == name)
    found = tx.scalar(query)
    return msgspec.json.decode(found, type=dict[str, str]) if found else {}


def keep(tx: Connection, name: str, values: Mapping[str, str], now: int) -> None:
    """Keep *values*; those of other names stay."""
    row = (connection_id(tx, name), dumps({**kept(tx, name), **values}), now)
    put(tx, token, ("connection_id", "kept", "changed_at"), [row])

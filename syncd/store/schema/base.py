"""What all tables share: how constraints are called, the kind of our identifiers, and the newest migration."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

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

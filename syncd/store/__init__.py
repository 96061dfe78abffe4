"""The store: facts, provenance, cursors and two kinds of due work, in SQLite or PostgreSQL through SQLAlchemy Core.

Instants are whole microseconds since 1970 UTC; values of fields are JSON text. Functions take the connection of a running
transaction; only `database.Store` begins and ends one.
"""

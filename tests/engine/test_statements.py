"""What the statements of a sync look at: a page and a batch look up whom they are about, and walk no table that grows.

SQLite decides how to search without looking at how much is there, so that a few rows tell what many would cost.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, event

from syncd.engine import sync
from syncd.engine.notices import notify_due
from syncd.model import Association, Ref
from syncd.store.database import Store, connect
from syncd.store.migrate import migrate
from tests.engine.build import Quiet
from tests.engine.test_handoff import Told, deal, demo, did, with_owners

_FEW = {"stream", "connection", "activity_type", "mark", "agreement_version", "budget", "token", "apart", "assignment"}
"""Tables that do not grow with people: configuration, vocabulary, what somebody decided by hand; and the log of leads given to
somebody, all of which says whose turn it is."""


@contextmanager
def walks(store: Store) -> Generator[set[str]]:
    """Collect the tables, by the names statements give them, that are walked from end to end."""
    found: set[str] = set()

    def heard(
        connection: Connection, _cursor: object, statement: str, parameters: object, _context: object, many: bool
    ) -> None:
        if many or not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        driver = connection.connection.driver_connection
        assert driver is not None
        for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
            verb, table, *_ = step.split()
            if verb == "SCAN" and table not in (*_FEW, "json_each", "anon_1"):
                found.add(f"{table}: {statement}")

    event.listen(store.engine, "before_cursor_execute", heard)
    try:
        yield found
    finally:
        event.remove(store.engine, "before_cursor_execute", heard)


def test_no_step_of_a_sync_walks_a_table_that_grows(tmp_path: Path) -> None:
    store = connect("sqlite:///syncd.db", home=tmp_path)
    migrate(store)
    home = with_owners(tmp_path, store)
    home.crm.put("owners", "17", {"Email": "kim@firm.example"})
    home.sync()
    with walks(store) as found:
        home.crm.put("accounts", "a", {"Name": "Bee", "Website": "bee.example", "Owner": "17"})
        home.crm.put("contacts", "1", {"Email": "ann@bee.example"}, associations=[Association("account", Ref("accounts", "a"))])
        demo(home, email="ann@bee.example")
        demo(home, about=Ref("contacts", "2"), email="bo@firm.example")
        for _ in range(3):
            home.clock.advance(timedelta(minutes=20))
            home.sync()
            notify_due(home.site, Told())
            did(home, "call", outbound=True)
        home.crm.put("contacts", "1", {"Answer": "Accepted"})
        deal(home, {"Phase": "new"})
        home.clock.advance(timedelta(minutes=20))
        sync.pull(home.site, "crm", Quiet())
        sync.settle(home.site, Quiet())
        sync.push(home.site, "crm", Quiet())
    store.close()

    assert sorted(found) == []

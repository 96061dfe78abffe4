"""What the statements of a sync look at: a page and a batch look up whom they are about, and walk no table that grows.

SQLite decides how to search without looking at how much is there, so that a few rows tell what many would cost.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, event

from syncd.engine.notices import notify_due
from syncd.model import Activity, Association, Ref
from syncd.store.database import Store, connect
from syncd.store.migrate import migrate
from tests.engine.build import Home
from tests.engine.test_handoff import Told, deal, demo, did, with_owners

_FEW = {"stream", "connection", "activity_type", "mark", "agreement_version", "budget", "token", "apart", "assignment"}
"""Tables that do not grow with people: configuration, vocabulary, what somebody decided by hand; and the log of leads given to
somebody, all of which says whose turn it is."""

_LISTS = {"json_each", "anon_1"}
"""What statements call the lists they are given and the people they have chosen."""


class Statement(NamedTuple):
    text: str
    parameters: tuple[str | int | None, ...]
    many: bool


@contextmanager
def heard(store: Store) -> Generator[list[Statement]]:
    """Collect the statements that are executed."""
    found: list[Statement] = []

    def hear(
        _tx: Connection, _cursor: object, text: str, given: tuple[str | int | None, ...], _context: object, many: bool
    ) -> None:
        found.append(Statement(text, given, many))

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)


def walked(store: Store, statements: Iterable[Statement]) -> set[str]:
    """Return the tables, by the names statements give them, that are walked from end to end, with the statement."""
    found = set()
    with store.read() as tx:
        for one in statements:
            if one.many or not one.text.startswith(("SELECT", "UPDATE", "DELETE")):
                continue
            for *_, step in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {one.text}", one.parameters):
                verb, table, *_ = step.split()
                if (verb == "SCAN" or " AUTOMATIC " in step) and table not in _FEW | _LISTS:
                    found.add(f"{table}: {one.text}")
    return found


def office(folder: Path, *, page_size: int = 3) -> Home:
    """An installation with a team, an owner and an account, in a store of its own."""
    folder.mkdir()
    store = connect("sqlite:///syncd.db", home=folder)
    migrate(store)
    home = with_owners(folder, store)
    home.crm.page_size = page_size
    home.crm.put("owners", "17", {"Email": "kim@firm.example"})
    home.crm.put("accounts", "a", {"Name": "Bee", "Website": "bee.example", "Owner": "17"})
    home.sync()
    return home


def test_no_step_of_a_sync_walks_a_table_that_grows(tmp_path: Path) -> None:
    home = office(tmp_path / "office")
    with heard(home.store) as statements:
        home.crm.put("contacts", "1", {"Email": "ann@bee.example"}, associations=[Association("account", Ref("accounts", "a"))])
        demo(home, email="ann@bee.example")
        demo(home, about=Ref("contacts", "2"), email="bo@firm.example")
        for _ in range(3):
            home.clock.advance(timedelta(minutes=20))
            home.sync()
            notify_due(home.site, Told())
            did(home, "call", outbound=True)
        home.crm.put("contacts", "1", {"Answer": "Accepted/SQL"})
        deal(home, {"Phase": "new"})
        home.clock.advance(timedelta(minutes=20))
        home.sync()

    assert home.person("ann@bee.example").stage == "sql"
    assert any("stage_claim" in one.text for one in statements)
    assert walked(home.store, statements) == set()
    home.store.close()


def test_a_page_takes_as_many_statements_however_many_records_change(tmp_path: Path) -> None:
    def statements_of(folder: Path, people: int) -> int:
        home = office(folder, page_size=people)
        home.crm.put("accounts", "b", {"Name": "Another"})
        taken = []
        for account, kind in (("a", "demo"), ("b", "view")):
            to = [Association("account", Ref("accounts", account))]
            for number in range(people):
                ref = home.crm.put("contacts", str(number), {"Email": f"{number}@{account}.example"}, associations=to)
                seen = Activity(stream="visits", source_id=str(number), kind=kind, occurred_at=home.clock.now(), about=(ref,))
                home.crm.commit(seen)
            home.clock.advance(timedelta(minutes=1))
            with heard(home.store) as statements:
                outcome = home.pull("crm")
            assert (outcome.word, outcome.counts["read"] >= 2 * people) == ("complete", True)
            taken.append(len(statements))
        home.store.close()
        return taken[-1]

    assert statements_of(tmp_path / "few", 2) == statements_of(tmp_path / "many", 20)

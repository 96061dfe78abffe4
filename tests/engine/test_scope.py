"""Reading a part again by hand: a span of time, one person; the cursors stay where they are."""

from __future__ import annotations

from datetime import timedelta

from syncd.engine import sync
from syncd.engine.scope import Scope
from syncd.engine.sync import Outcome
from syncd.model import Activity, Ref
from syncd.store import streams
from tests.engine.build import START, Home, Quiet

DAY = timedelta(days=1)


def resync(home: Home, scope: Scope) -> Outcome:
    return sync.pull(home.site, "crm", Quiet(), scope=scope)


def filled(home: Home) -> None:
    for number, age in enumerate((5, 3, 1)):
        home.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example"}, changed_at=START - age * DAY)
        home.crm.commit(
            Activity(
                stream="visits",
                source_id=f"v{number}",
                kind="view",
                occurred_at=START - age * DAY,
                about=(Ref("contacts", str(number)),),
            )
        )


def test_a_span_of_time_is_half_open(home: Home) -> None:
    filled(home)

    outcome = resync(home, Scope(since=START - 3 * DAY, until=START - DAY))

    assert outcome.counts["new"] == 2  # the second contact and its visit
    assert home.people() == [["crm:1"]]


def test_one_person_is_read_with_what_they_did(home: Home) -> None:
    filled(home)

    resync(home, Scope(email="p2@firm.example"))
    sync.settle(home.site, Quiet())

    assert home.people() == [["crm:2"]]
    assert home.score("p2@firm.example")[0] == 5


def test_the_cursor_stays_where_it_was(home: Home) -> None:
    filled(home)
    home.pull("crm")

    def cursors() -> list[str | None]:
        with home.store.read() as tx:
            return [one.cursor for one in streams.of_connection(tx, "crm")]

    before = cursors()
    resync(home, Scope(email="p2@firm.example"))

    assert cursors() == before
    assert home.pull("crm").counts["read"] == 0


def test_known_records_of_the_person_count_whatever_their_address_is_now(home: Home) -> None:
    filled(home)
    home.pull("crm")
    home.crm.put("contacts", "2", {"Email": "new@firm.example"})

    outcome = resync(home, Scope(email="p2@firm.example"))

    assert outcome.counts["changed"] == 1
    assert home.fields("crm.contacts:2")["email"] == "new@firm.example"

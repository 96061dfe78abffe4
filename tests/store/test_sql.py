"""What the statements that are written by hand promise beside their rows."""

from __future__ import annotations

import gc
from collections.abc import Generator
from weakref import ref

import pytest
from sqlalchemy import select

from syncd.store.database import Store
from syncd.store.schema import record
from syncd.store.sql import among


@pytest.fixture
def _no_collector() -> Generator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collector")
def test_a_list_is_let_go_with_the_statement_and_waits_for_no_collector(store: Store) -> None:
    with store.read() as tx:
        for _ in range(2):  # what is asked first stays, with its compiled form
            condition = among(tx, record.c.external_id, ["a", "b"])
            tx.execute(select(record.c.id).where(condition)).all()
        asked = ref(condition)
        del condition

    assert asked() is None

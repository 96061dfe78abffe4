"""An installation on either kind of store."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.store.database import Store
from tests.engine.build import Home


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Home:
    return Home(tmp_path / "config", store)

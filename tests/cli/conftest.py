"""An installation on one fake remote, in the working folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.plugins import Plugins
from syncd.spi import RemoteField
from syncd.testing import FakeRemote, VirtualClock, fake_spec
from tests.engine.build import AGREEMENT, MAPPING, START, STREAMS

FIELDS = {"accounts": "Name, Website, Size", "contacts": "Email, Others, First, City, Source, Phone, Title, Shop ID"}
"""What the mapping reads of the remote."""


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeRemote:
    """The remote of the one connection of an installation in the working folder."""
    (tmp_path / "mapping").mkdir()
    (tmp_path / "syncd.yaml").write_text("connections:\n  crm: {type: crm}\n")
    (tmp_path / "agreement.yaml").write_text(AGREEMENT)
    (tmp_path / "mapping" / "crm.yaml").write_text(MAPPING.replace("shop.contacts", "crm.contacts"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCD_CONFIG", raising=False)
    fields = {stream: [RemoteField(name=name) for name in names.split(", ")] for stream, names in FIELDS.items()}
    one = FakeRemote(STREAMS, page_size=3, now=VirtualClock(START).now, fields=fields)
    monkeypatch.setattr("syncd.plugins.found", lambda: Plugins(installed=(), specs={"crm": fake_spec(one, name="crm")}))
    return one

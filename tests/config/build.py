"""A small valid configuration to break in one place at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from syncd.spi import Connector, ConnectorSpec, Kind, Opening, SecretRef, Settings

MAIN = """\
store: sqlite:///syncd.db
connections:
  crm:
    type: fake
    settings: {token: env:CRM_TOKEN}
"""
MAPPING = """\
streams:
  contacts:
    read:
      email: Email
      company_size: Size
    write: {score: Score}
"""
AGREEMENT = """\
agreement: {version: 1, needs_signatures_from: []}
scoring:
  active_model: m
  models:
    m:
      groups:
        fit:
          rules:
            - {id: size, when: company_size in 10..500, points: 30}
      bands: {mql: "> 50"}
"""


class FakeSettings(Settings):
    """Settings of a connector that only these tests know."""

    token: SecretRef = Field(description="A secret.")
    page: int = Field(100, ge=1, description="A number.")


def _open(_: Opening) -> Connector:
    raise NotImplementedError


def _streams(_: Settings) -> Mapping[str, Kind]:
    return {"contacts": "person", "visits": "activity"}


SPECS = {"fake": ConnectorSpec(name="fake", title="Fake", settings=FakeSettings, streams=_streams, open=_open, batch=100)}


def write(folder: Path, *, main: str = MAIN, mapping: str = MAPPING, agreement: str = AGREEMENT) -> Path:
    (folder / "mapping").mkdir(exist_ok=True)
    (folder / "syncd.yaml").write_text(main, encoding="utf-8")
    (folder / "agreement.yaml").write_text(agreement, encoding="utf-8")
    (folder / "mapping" / "crm.yaml").write_text(mapping, encoding="utf-8")
    return folder

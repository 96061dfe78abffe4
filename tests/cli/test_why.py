"""`syncd why` on the terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from syncd.cli import main
from syncd.model import Activity, Ref
from syncd.testing import FakeRemote
from tests.engine.build import AGREEMENT

PROMISES = """\
sla:
  default_clock: elapsed
  marketing: {handoff: {start: became mql, stop: assigned, within: 1h}}
  sales:
    first_contact: {start: became mql, stop: contact_attempt, within: 1h}
    depth: {start: became mql, need: 5 contact_attempts, within: 400d}
"""


def test_a_clock_of_history_and_how_far_one_for_depth_came_are_told(remote: FakeRemote, tmp_path: Path) -> None:
    (tmp_path / "agreement.yaml").write_text(AGREEMENT + PROMISES)
    remote.put("contacts", "1", {"Email": "ann@firm.example"})
    happened = datetime.now(UTC) - timedelta(days=9)
    remote.commit(Activity(stream="visits", source_id="v1", kind="demo", occurred_at=happened, about=(Ref("contacts", "1"),)))
    assert CliRunner().invoke(main, ["sync"]).exit_code == 0

    said = CliRunner().invoke(main, ["why", "ann@firm.example"], env={"COLUMNS": "200"}).output

    assert "breached (history)" in said
    assert "running (history), 0 of 5" in said

"""`syncd sla report`: how promises are kept, by whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from syncd.cli import main
from syncd.model import Activity, Ref
from syncd.testing import FakeRemote
from tests.engine.build import AGREEMENT

PROMISES = """\
routing:
  rules: [{when: otherwise, to: follow_the_sun}]
  teams:
    us: {members: [{who: kim@firm.example}]}
    follow_the_sun: {members: [us]}
sla:
  default_clock: elapsed
  sales: {first_contact: {start: assigned, stop: contact_attempt, within: 1h}}
"""


def report(*words: str) -> list[dict[str, object]]:
    done = CliRunner().invoke(main, ["sla", "report", "--output", "json", *words])
    assert done.exit_code == 0, done.output
    found: list[dict[str, object]] = json.loads(done.stdout)["promises"]
    return found


def test_whoever_is_in_a_team_within_a_team_counts_for_their_own(remote: FakeRemote, tmp_path: Path) -> None:
    (tmp_path / "agreement.yaml").write_text(AGREEMENT + PROMISES)
    assert CliRunner().invoke(main, ["sync"]).exit_code == 0  # all that comes later is news
    remote.put("contacts", "1", {"Email": "ann@firm.example"})
    remote.commit(
        Activity(stream="visits", source_id="v1", kind="demo", occurred_at=datetime.now(UTC), about=(Ref("contacts", "1"),))
    )
    assert CliRunner().invoke(main, ["sync"]).exit_code == 0

    assert [(one["promise"], one["group"]) for one in report("--by", "team")] == [("first_contact", "us")]
    assert [one["group"] for one in report("--by", "rep")] == ["kim@firm.example"]

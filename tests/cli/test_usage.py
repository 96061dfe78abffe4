"""What cannot be meant is wrong usage, said with what there is, and nothing is done."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from syncd.cli import main
from syncd.testing import FakeRemote


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(["people", "list", "--stage", "mqll"], "'mqll' is not one of 'lead', 'mql', 'working'", id="no stage"),
        pytest.param(["people", "list", "--limit", "0"], "0 is not in the range", id="nobody"),
        pytest.param(["sla", "open", "--limit", "0"], "0 is not in the range", id="no promises"),
        pytest.param(["plan", "--limit", "-1"], "-1 is not in the range", id="fewer than no writes"),
        pytest.param(["plan", "--limit", "9" * 30], "is not in the range", id="more than there can be"),
        pytest.param(["agreement", "preview", "--days", "-3"], "-3 is not in the range", id="days to come"),
        pytest.param(["agreement", "preview", "--days", "9" * 9], "is not in the range", id="before all time"),
        pytest.param(["sync", "--wait", "-1"], "-1.0 is not in the range", id="a wait in the past"),
        pytest.param(
            ["sync", "--since", "2026-12-01", "--until", "2026-11-01"],
            "--until: 2026-11-01T00:00:00+0000 is not after --since",
            id="a span that ends before it begins",
        ),
        pytest.param(
            ["sla", "report", "--since", "2026-12-01", "--until", "2026-12-01"], "is not after --since", id="an empty span"
        ),
        pytest.param(["agreement", "score", "--at", "0001-01-01"], "write a time from 1970 to 2999", id="no calendar reaches"),
        pytest.param(["agreement", "sign", "--as", "sales", "--who", " "], "'--who': is empty", id="signed by nobody"),
        pytest.param(["dispute", "raise", "x", "--why", "", "--by", "ana"], "'--why': is empty", id="no reason"),
        pytest.param(["feedback", "reply", "x", "", "--by", "ana"], "'TEXT': is empty", id="nothing said"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(remote: FakeRemote, words: list[str], what: str) -> None:
    done = CliRunner().invoke(main, words)

    assert (done.exit_code, done.stdout) == (2, "")
    assert what in " ".join(done.stderr.split())

"""The command line: one line of JSON when it is ready, and a help text that lists every misbehaviour."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from syncd_salesforce.emulator.command import main
from syncd_salesforce.emulator.misbehaviour import MODES


def test_one_line_says_where_it_serves_and_how_to_log_in() -> None:
    arguments = [sys.executable, "-m", "syncd_salesforce.emulator", "--leads", "10", "--misbehave", "unavailable:path=/limits"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        form = {"grant_type": "client_credentials", "client_id": ready["client_id"], "client_secret": ready["client_secret"]}
        token = httpx.post(f"{ready['url']}/services/oauth2/token", data=form, trust_env=False).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        base = f"{ready['url']}/services/data/v67.0"
        query = httpx.get(f"{base}/query", params={"q": "SELECT COUNT() FROM Lead"}, headers=headers, trust_env=False)
        limits = httpx.get(f"{base}/limits", headers=headers, trust_env=False)
        process.send_signal(signal.SIGINT)
    assert (query.json()["totalSize"], limits.status_code, process.returncode) == (10, 503, 0)
    assert {"url", "username", "password", "security_token", "refresh_token", "private_key"} < set(ready)


def test_help_lists_every_misbehaviour(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in MODES)


def test_a_misbehaviour_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--misbehave", "nothing"])
    assert "no misbehaviour 'nothing'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(["--port", "99999"], "'99999' is not possible; write a whole number, 0 to 65535", id="port"),
        pytest.param(["--leads", "-5"], "'-5' is not possible; write a whole number, 0 or more", id="leads"),
        pytest.param(["--page", "0"], "'0' is not possible; write a whole number, 1 or more", id="page"),
        pytest.param(["--live", "-1"], "'-1' is not possible; write a number, 0 to", id="life"),
        pytest.param(["--session-minutes", "nan"], "'nan' is not possible; write a number, 0 to", id="session"),
        pytest.param(["--misbehave", "lock:p=2"], "lock: p=2 is not possible; write a number, 0 to 1", id="chance"),
        pytest.param(["--misbehave", "lock:times=-1"], "lock: times=-1 is not possible; write a whole number", id="times"),
        pytest.param(["--misbehave", "slow:value=long"], "slow: value=long is not possible; write a number", id="value"),
    ],
)
def test_a_number_out_of_range_is_wrong_usage(capsys: pytest.CaptureFixture[str], words: list[str], what: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert what in capsys.readouterr().err


def test_a_port_that_is_taken_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as ended:
        port = taken.getsockname()[1]
        main(["--port", str(port)])
    assert ended.value.code == 2
    assert f"error: --host 127.0.0.1 --port {port}: Address already in use" in capsys.readouterr().err

"""The command line: one line of JSON when it is ready, and a help text that lists every misbehaviour."""

from __future__ import annotations

import json
import signal
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

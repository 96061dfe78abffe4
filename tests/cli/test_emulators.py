"""Emulators of the demo: started, connected to, and never left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from syncd.cli import main
from syncd.cli.base import Failure
from syncd.cli.emulators import running
from tests.cli import acme
from tests.engine.build import AGREEMENT


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration without connections; the plugin with an emulator is installed, and the demo knows of it."""
    acme.install(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=os.pathsep)
    home = tmp_path / "home"
    (home / "mapping").mkdir(parents=True)
    (home / "syncd.yaml").write_text("# kept\nconnections: {}\n")
    (home / "agreement.yaml").write_text(AGREEMENT)
    shipped = tmp_path / "config"
    (shipped / "demo" / "emulated").mkdir(parents=True)
    (shipped / "mapping").mkdir()
    (shipped / "demo" / "emulated" / "acme.yaml").write_text(acme.TEMPLATE)
    (shipped / "mapping" / "acme.yaml").write_text(acme.MAPPING)
    return home


def templates(home: Path) -> Path:
    return home.parent / "config" / "demo" / "emulated"


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def until(reached: Callable[[], bool]) -> None:
    for _ in range(500):
        if reached():
            return
        Event().wait(0.02)
    raise AssertionError("it did not happen in 10 seconds")


def test_an_emulated_system_is_one_more_connection(home: Path) -> None:
    with running(["acme"], templates(home), home, {"people": "3"}) as (emulated,):
        done = CliRunner().invoke(main, ["--config", str(home), "sync", "--output", "json"])
        assert emulated.values["url"] in (home / "syncd.yaml").read_text()
    told = json.loads(done.stdout)

    assert done.exit_code == 0
    assert [(one["connection"], one["counts"]["read"]) for one in told["steps"]] == [("acme", 3)]
    assert (home / "syncd.yaml").read_text().startswith("# kept\n")
    until(lambda: not lives(int(emulated.values["pid"])))


def test_an_emulator_ends_with_an_error_of_ours_too(home: Path) -> None:
    with pytest.raises(ZeroDivisionError), running(["acme"], templates(home), home, {"people": "3"}) as (emulated,):
        raise ZeroDivisionError

    until(lambda: not lives(int(emulated.values["pid"])))


def test_an_emulator_that_does_not_start_is_named_with_its_log(home: Path) -> None:
    (templates(home) / "acme.yaml").write_text(acme.TEMPLATE.replace("--people", "--broken, --people"))
    words = r"the emulator of acme did not start; .*emulator-acme\.log says why"
    with pytest.raises(Failure, match=words), running(["acme"], templates(home), home, {"people": "3"}):
        pass

    assert "it is broken" in (home / "emulator-acme.log").read_text()


PARENT = """
import sys
from pathlib import Path
from threading import Event
from syncd.cli.emulators import running
home = Path(sys.argv[1])
with running(["acme"], Path(sys.argv[2]), home, {"people": "1"}) as (one,):
    print(one.values["pid"], flush=True)
    Event().wait(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_an_emulator_ends_however_we_end(home: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, str(home), str(templates(home))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        parent.send_signal(number)
        parent.wait(10)

    until(lambda: not lives(pid))

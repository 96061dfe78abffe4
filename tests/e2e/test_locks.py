"""Two syncds on one installation: who waits for whom, and what a reading command may do beside a daemon."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e import mischief
from tests.e2e.forks import Forks
from tests.e2e.program import running, until

HELD = "another run holds the lock 'connection crm'; wait until it has finished, or stop it\n"
WITH_PHONE = mischief.MAPPING.replace("{email: email}", "{email: email, phone: phone}")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation whose connector hangs."""
    folder = mischief.found(tmp_path / "home")
    mischief.behave(folder, "hang")
    return folder


def test_a_sync_beside_a_run_that_holds_the_lock_ends_with_8(
    forks: Forks, home: Path, tmp_path: Path, plugin: Mapping[str, str]
) -> None:
    with running(tmp_path / "log", "--config", home, "run", env=plugin):
        until((home / "hanging").exists, "the daemon to hold the lock")

        assert forks.run(home, "sync", "--wait", "0")[:3] == (8, "", HELD)


def test_a_sync_waits_as_long_as_it_is_told_and_then_goes_on(home: Path, tmp_path: Path, plugin: Mapping[str, str]) -> None:
    with running(tmp_path / "log", "--config", home, "sync", env=plugin) as first:
        until((home / "hanging").exists, "the first to hold the lock")
        with running(tmp_path / "log", "--config", home, "sync", "--wait", "30", env=plugin) as second:
            until(lambda: _catches_signals(second.process.pid), "the second to wait")
            mischief.behave(home, "none")

            assert (first.ended(), second.ended()) == (0, 0)


def test_reading_commands_work_while_a_run_holds_the_lock(
    forks: Forks, home: Path, tmp_path: Path, plugin: Mapping[str, str]
) -> None:
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        until((home / "hanging").exists, "the daemon to hold the lock")
        for command in ("status", "people list", "plan", "inbox list", "agreement check"):
            ended = forks.run(home, *command.split())
            assert (ended.code, ended.err) == (0, ""), command

        assert daemon.events("loop.parked") == []


def test_a_sync_works_beside_a_daemon_at_rest(forks: Forks, home: Path, tmp_path: Path, plugin: Mapping[str, str]) -> None:
    mischief.behave(home, "none")
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        daemon.until_event("changes.pushed", times=2)

        assert forks.run(home, "sync").code == 0
        assert "mql" in forks.run(home, "why", "person1@canary.example").out
        assert daemon.stop()[0] == 0


def test_the_lock_of_a_killed_process_holds_nobody_up(
    forks: Forks, home: Path, tmp_path: Path, plugin: Mapping[str, str]
) -> None:
    with running(tmp_path / "log", "--config", home, "sync", env=plugin) as killed:
        until((home / "hanging").exists, "the lock to be held")
        killed.send(signal.SIGKILL)
        killed.ended()
    mischief.behave(home, "none")

    assert forks.run(home, "sync", "--wait", "0").code == 0


def test_ctrl_c_while_waiting_for_the_lock_ends_with_130(home: Path, tmp_path: Path, plugin: Mapping[str, str]) -> None:
    with running(tmp_path / "log", "--config", home, "sync", env=plugin):
        until((home / "hanging").exists, "the lock to be held")
        with running(tmp_path / "log", "--config", home, "sync", "--wait", "30", env=plugin) as waiting:
            until(lambda: _catches_signals(waiting.process.pid), "it to wait")
            assert waiting.stop(signal.SIGINT)[0] == 130


def test_a_second_daemon_on_the_same_store_ends_with_8(home: Path, tmp_path: Path, plugin: Mapping[str, str]) -> None:
    with running(tmp_path / "log", "--config", home, "run", env=plugin):
        until((home / "hanging").exists, "the first to be at work")
        with running(tmp_path / "log", "--config", home, "run", env=plugin) as second:
            assert second.ended() == 8
            assert second.err() == HELD.replace("connection crm", "daemon")


def test_a_daemon_survives_a_reading_command_under_an_edited_mapping(
    forks: Forks, home: Path, tmp_path: Path, plugin: Mapping[str, str]
) -> None:
    mischief.behave(home, "hang-later")
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        until((home / "hanging").exists, "the daemon to be in the middle of its second page")
        (home / "mapping" / "crm.yaml").write_text(WITH_PHONE)
        assert forks.run(home, "status").code == 0
        mischief.behave(home, "none")

        until(lambda: bool(daemon.events("page.saved")[1:] or daemon.events("loop.parked")), "what comes of the page")
        assert daemon.events("loop.parked") == []


def test_a_field_that_is_mapped_while_a_daemon_runs_is_read_for_everybody(
    forks: Forks, home: Path, tmp_path: Path, plugin: Mapping[str, str]
) -> None:
    mischief.behave(home, "none")
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        daemon.until_event("page.saved", times=3)
        (home / "mapping" / "crm.yaml").write_text(WITH_PHONE)
        assert forks.run(home, "status").code == 0
        mischief.behave(home, "hang")
        until((home / "hanging").exists, "the daemon to pull again, by the old mapping")
        mischief.behave(home, "none")
        assert daemon.stop()[0] == 0

    assert forks.run(home, "sync").code == 0
    assert "+34910000001" in forks.run(home, "why", "person1@canary.example").out


def _catches_signals(pid: int) -> bool:
    """Tell whether a process is as far as to stop in order: it catches SIGTERM then."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)

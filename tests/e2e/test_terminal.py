"""syncd on a real terminal: bars while it works, none where nobody looks, Ctrl-C as people press it."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pexpect  # type: ignore[import-untyped]  # it has no types
import pytest

from tests.e2e import firm, mischief
from tests.e2e.program import COMMAND, surroundings, syncd, until


@pytest.fixture
def home(tmp_path: Path, now: datetime) -> Path:
    """The firm."""
    folder = tmp_path / "home"
    firm.found(folder, now)
    return folder


@contextmanager
def terminal(command: str, *arguments: object, env: Mapping[str, str] | None = None) -> Generator[pexpect.spawn[str]]:
    """Run a command on a terminal of 100 columns."""
    words = [str(one) for one in arguments]
    child = pexpect.spawn(command, words, env=surroundings(env), encoding="utf-8", dimensions=(24, 100), timeout=30)
    try:
        yield child
    finally:
        child.close(force=True)


def test_a_sync_draws_bars_on_a_terminal(home: Path) -> None:
    with terminal(COMMAND, "--config", home, "sync") as child:
        child.expect(pexpect.EOF)
        seen = child.before or ""
        child.wait()

    assert child.exitstatus == 3
    for bar in ("crm.accounts", "crm.contacts", "web.visits", "assess", "write back"):
        assert re.search(rf"{re.escape(bar)} +━+ *\d+/[\d?]+ +(records|people|writes)", _plain(seen)), bar
    assert "8 read, 8 new, 1 refused" in seen


@pytest.mark.parametrize("arguments", [("-q",), ("--output", "json")])
def test_a_sync_that_shall_be_quiet_draws_none(home: Path, arguments: tuple[str, ...]) -> None:
    with terminal(COMMAND, "--config", home, "sync", *arguments) as child:
        child.expect(pexpect.EOF)

    assert "━" not in (child.before or "")


def test_a_sync_draws_nothing_into_a_pipe(home: Path) -> None:
    ended = syncd("--config", home, "sync")

    assert (ended.code, ended.err) == (3, "")
    assert "━" not in ended.out
    assert "\x1b" not in ended.out


def test_bars_stay_on_the_terminal_if_only_the_result_is_piped(home: Path, tmp_path: Path) -> None:
    with terminal("/bin/sh", "-c", f"{COMMAND} --config {home} sync > {tmp_path}/result") as child:
        child.expect(pexpect.EOF)

    assert "crm.contacts" in (child.before or "")
    assert "\x1b" not in (tmp_path / "result").read_text()
    assert "8 read, 8 new, 1 refused" in (tmp_path / "result").read_text()


def test_ctrl_c_ends_a_sync_in_order(tmp_path: Path, plugin: Mapping[str, str]) -> None:
    source = mischief.found(tmp_path / "source")
    mischief.behave(source, "hang-later")
    with terminal(COMMAND, "--config", source, "sync", env=plugin) as child:
        until((source / "hanging").exists, "the second page")
        child.sendintr()
        child.expect_exact("^C")
        mischief.behave(source, "none")
        child.expect("Stopped. Everything up to here is saved; the next run goes on there.")
        child.expect(pexpect.EOF)
        child.wait()

    assert child.exitstatus == 130


def _plain(seen: str) -> str:
    """Leave out colors and movements of the cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)


def test_a_daemon_on_a_terminal_logs_for_people_and_ends_at_ctrl_c(home: Path) -> None:
    with terminal(COMMAND, "--config", home, "run") as child:
        child.expect("daemon.started")
        assert not (child.before or "").lstrip().startswith("{")
        child.expect("changes.pushed")
        child.sendintr()
        child.expect("daemon.stopped")
        child.expect(pexpect.EOF)
        child.wait()

    assert child.exitstatus == 0

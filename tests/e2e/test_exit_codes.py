"""Each way a command can end, its exit code, and what it then says: the thing, the value and the remedy, never a traceback."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e import firm, mischief
from tests.e2e.dump import dump
from tests.e2e.forks import Fate, Forks
from tests.e2e.program import running, until


class Wrong(NamedTuple):
    """A command line that cannot be followed, and what has to be said about it."""

    arguments: str
    code: int
    said: str


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with the connector that behaves as it is told."""
    return mischief.found(tmp_path / "home")


def run(forks: Forks, home: Path, arguments: str) -> Fate:
    """Run a command and see to it that nobody is shown a traceback."""
    ended = forks.run(home, *arguments.split())
    assert "Traceback" not in ended.err
    return ended


def test_all_done_is_0_and_says_what_was_done(forks: Forks, home: Path) -> None:
    ended = run(forks, home, "sync")

    assert (ended.code, ended.err) == (0, "")
    assert "3 read, 3 new" in ended.out
    assert "3 written" in ended.out


def test_something_in_the_inbox_is_3_and_says_where_to_look(forks: Forks, tmp_path: Path, now: datetime) -> None:
    home = tmp_path / "firm"
    firm.found(home, now)

    ended = run(forks, home, "sync")

    assert (ended.code, ended.err) == (3, "")
    assert "crm: 1 in the inbox; syncd inbox list --connection crm shows them" in ended.out


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        ("unavailable", 1, "crm: mischief: cannot be reached"),
        ("misconfigured", 4, "crm: mischief: there is no such workspace; correct settings.people"),
        ("unauthorized", 5, "crm: mischief: the token was refused; renew env:MISCHIEF_TOKEN"),
    ],
)
def test_a_failing_source_decides_the_code_of_a_sync(forks: Forks, home: Path, word: str, code: int, said: str) -> None:
    mischief.behave(home, word)

    ended = run(forks, home, "sync")

    assert ended.code == code
    assert said in ended.out.splitlines()


def test_check_ends_with_5_if_access_is_refused(forks: Forks, home: Path) -> None:
    mischief.behave(home, "unauthorized")

    assert run(forks, home, "check").code == 5


WRONG = [
    Wrong("sync nosuch", 2, "there is no connection 'nosuch'; there is crm"),
    Wrong("sync --pull-only --push-only", 2, "--pull-only and --push-only exclude each other"),
    Wrong("sync --record ann", 2, "write email:ADDRESS, for example email:ann@example.com"),
    Wrong("sync --since yesterday", 2, "'yesterday' is not a time; write 2026-11-20 or 2026-11-20T09:30:00Z"),
    Wrong("synk", 2, "No such command 'synk'"),
    Wrong("why nobody@x.example", 1, "nobody is known as 'nobody@x.example'; syncd people list shows who is"),
    Wrong("inbox show 0000000000000", 1, "there is no item '0000000000000'; syncd inbox list --all shows them"),
    Wrong("inbox retry --code nosuch", 1, "nothing waits because of 'nosuch'"),
    Wrong("people unmerge nobody", 1, "nobody is known as 'nobody'; syncd people list shows who is"),
    Wrong("mapping suggest nosuch.csv", 2, "'nosuch.csv' does not exist"),
    Wrong("agreement score --model x", 2, "there is no model 'x'; there is m"),
    Wrong("--config nosuch sync", 2, "'nosuch' is not a folder; syncd init makes one"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.arguments)
def test_a_wrong_command_line_is_named_with_its_remedy(forks: Forks, home: Path, wrong: Wrong) -> None:
    ended = run(forks, home, wrong.arguments)

    assert (ended.code, ended.out) == (wrong.code, "")
    assert wrong.said in ended.err


@pytest.mark.parametrize(
    "arguments",
    ["plan nosuch", "inbox list --connection nosuch"],
)
def test_an_unknown_connection_is_named_everywhere(forks: Forks, home: Path, arguments: str) -> None:
    ended = run(forks, home, arguments)

    assert ended.code == 2
    assert "there is no connection 'nosuch'; there is crm" in ended.err


@pytest.mark.parametrize("command", ["check", "sync", "run", "status"])
def test_an_invalid_configuration_is_4_with_every_mistake_at_its_line(forks: Forks, home: Path, command: str) -> None:
    (home / "syncd.yaml").write_text("conections: {}\n" + (home / "syncd.yaml").read_text())
    (home / "mapping" / "crm.yaml").write_text("streams:\n  contacts:\n    read: {emial: email}\n")

    ended = run(forks, home, command)

    assert ended.code == 4
    first, second = [line for line in (ended.out + ended.err).splitlines() if ".yaml:" in line]
    assert "mapping/crm.yaml:3" in first
    assert "'emial'; did you mean 'email'?" in first
    assert "syncd.yaml:1" in second
    assert "unknown key 'conections'; did you mean 'connections'?" in second


UNUSABLE = [
    pytest.param("env:NO_SUCH_VARIABLE", "env:NO_SUCH_VARIABLE gives nothing; set it, or name another place", id="no secret"),
    pytest.param("mysql://host/leads", "store: 'mysql' is not supported; write sqlite:///… or postgresql", id="unknown kind"),
    pytest.param("sqlite:///syncd.yaml", "store: {home}/syncd.yaml: file is not a database; name another", id="no database"),
    pytest.param(
        "sqlite:////proc/nowhere/syncd.db", "store: /proc/nowhere/syncd.db: No such file or directory; name", id="no folder"
    ),
]


@pytest.mark.parametrize(("store", "said"), UNUSABLE)
def test_a_store_that_cannot_be_used_is_1_and_named(forks: Forks, home: Path, store: str, said: str) -> None:
    main = (home / "syncd.yaml").read_text()
    (home / "syncd.yaml").write_text(main.replace("sqlite:///syncd.db", store))

    ended = run(forks, home, "sync")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(said.format(home=home))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_sync_that_is_stopped_keeps_what_it_has_and_the_next_one_goes_on(
    forks: Forks, home: Path, tmp_path: Path, plugin: Mapping[str, str], number: signal.Signals, code: int
) -> None:
    mischief.behave(home, "hang-later")
    with running(tmp_path / "log", "--config", home, "sync", env=plugin) as stopped:
        until((home / "hanging").exists, "the second page")
        stopped.send(number)
        mischief.behave(home, "none")

        assert stopped.ended() == code
        assert "Stopped. Everything up to here is saved; the next run goes on there." in stopped.out()
        assert stopped.err() == ""
    saved = len([row for row in dump(home)["record"] if "crm.contacts" in row])
    assert saved in (1, 2)
    assert f"{3 - saved} read, {3 - saved} new" in run(forks, home, "sync").out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_ends_a_sync_at_once_with_the_same_code(
    home: Path, tmp_path: Path, plugin: Mapping[str, str], number: signal.Signals, code: int
) -> None:
    mischief.behave(home, "hang")
    with running(tmp_path / "log", "--config", home, "sync", env=plugin) as stopped:
        until((home / "hanging").exists, "the first page")
        stopped.send(number)
        until(lambda: _pending(stopped.process.pid) == 0, "the first signal to be taken note of")

        assert stopped.stop(number)[0] == code


def _pending(pid: int) -> int:
    """Return the signals that a process has been sent and has not yet seen."""
    status = Path(f"/proc/{pid}/status").read_text()
    return sum(int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigPnd:", "ShdPnd:")))

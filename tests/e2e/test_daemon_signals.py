"""Signals to a real `syncd run`: SIGTERM and SIGINT end it in order, SIGHUP reads the configuration again."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e import crowd, firm, mischief
from tests.e2e.dump import dump
from tests.e2e.forks import Forks
from tests.e2e.program import running, until

WITHIN_S = 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_daemon_at_rest_ends_in_time_with_0(tmp_path: Path, now: datetime, number: signal.Signals) -> None:
    home = tmp_path / "home"
    firm.found(home, now)
    with running(tmp_path / "log", "--config", home, "run") as daemon:
        daemon.until_event("changes.pushed")

        code, took_s = daemon.stop(number)

        assert code == 0
        assert took_s < WITHIN_S
        assert [one.keys["finished"] for one in daemon.events("daemon.stopped")] == [True]


def test_a_daemon_that_pulls_saves_its_page_and_ends_with_0(place: Path, now: datetime, forks: Forks, tmp_path: Path) -> None:
    home = place / "home"
    crowd.found(home)
    crowd.export(home, now, 5)
    with running(tmp_path / "log", "--config", home, "run") as daemon:
        until(lambda: any((home / "cache").rglob("*.draft")) or bool(daemon.events("page.saved")), "the pull to begin")

        code, took_s = daemon.stop()

        assert code == 0
        assert took_s < WITHIN_S
    assert forks.run(home, "sync").code == 0
    assert dump(home)["running"] == []
    assert len(dump(home)["ledger"]) == crowd.PEOPLE + 50


def test_a_daemon_whose_source_hangs_ends_within_ten_seconds_with_0(
    forks: Forks, tmp_path: Path, plugin: Mapping[str, str]
) -> None:
    home = mischief.found(tmp_path / "home")
    mischief.behave(home, "hang")
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        until((home / "hanging").exists, "the source to hang")

        code, took_s = daemon.stop()

        assert code == 0
        assert took_s < WITHIN_S
    mischief.behave(home, "none")
    assert forks.run(home, "sync").code == 0


def test_a_new_connection_appears_on_sighup(tmp_path: Path, now: datetime) -> None:
    home = tmp_path / "home"
    firm.found(home, now)
    everything = (home / "syncd.yaml").read_text()
    (home / "syncd.yaml").write_text(everything.partition("  web:")[0])
    with running(tmp_path / "log", "--config", home, "run") as daemon:
        daemon.until_event("changes.pushed")
        (home / "syncd.yaml").write_text(everything)

        daemon.send(signal.SIGHUP)

        daemon.until_event("config.reloaded")
        assert daemon.until_event("daemon.started", times=2)[1].keys["connections"] == ["crm", "web"]
        until(lambda: {one.keys["connection"] for one in daemon.events("page.saved")} == {"crm", "web"}, "its pages")
        assert daemon.stop()[0] == 0


def test_an_invalid_configuration_is_refused_on_sighup_and_the_old_one_stays(tmp_path: Path, now: datetime) -> None:
    home = tmp_path / "home"
    firm.found(home, now)
    with running(tmp_path / "log", "--config", home, "run") as daemon:
        daemon.until_event("changes.pushed")
        with (home / "syncd.yaml").open("a") as main:
            main.write("conections: {}\n")

        daemon.send(signal.SIGHUP)

        refused = daemon.until_event("config.refused")[0]
        assert ": conections: unknown key 'conections'; did you mean 'connections'?" in str(refused.keys["problems"])
        firm.moved_on(home, now)
        daemon.until_event("changes.pushed", times=2)
        assert daemon.stop()[0] == 0


def test_a_configuration_that_cannot_be_put_into_force_is_refused_on_sighup_too(tmp_path: Path, now: datetime) -> None:
    home = tmp_path / "home"
    firm.found(home, now)
    with running(tmp_path / "log", "--config", home, "run") as daemon:
        daemon.until_event("changes.pushed")
        main = (home / "syncd.yaml").read_text()
        (home / "syncd.yaml").write_text(main.replace("store: sqlite:///syncd.db", "store: env:NO_SUCH_VARIABLE"))

        daemon.send(signal.SIGHUP)

        daemon.until_event("config.refused")
        firm.moved_on(home, now)
        daemon.until_event("changes.pushed", times=2)


def test_a_second_sigterm_ends_a_daemon_at_once(tmp_path: Path, plugin: Mapping[str, str]) -> None:
    home = mischief.found(tmp_path / "home")
    mischief.behave(home, "hang")
    with running(tmp_path / "log", "--config", home, "run", env=plugin) as daemon:
        until((home / "hanging").exists, "the source to hang")
        daemon.send(signal.SIGTERM)
        daemon.until_event("daemon.stopping")
        daemon.send(signal.SIGTERM)

        until(lambda: daemon.process.poll() is not None, "the end", within_s=3)

"""The guard refuses what a connector may not use and leaves alone what it may."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import sleep

import pytest

from syncd.spi import Reply
from syncd.testing.guard import GivenClient, Use, refusing


def _start_a_thread() -> None:
    threading.Thread(target=int).start()


@pytest.mark.parametrize(
    ("use", "act"),
    [
        pytest.param(Use.NETWORK, socket.socket, id="a socket"),
        pytest.param(Use.NETWORK, lambda: socket.getaddrinfo("localhost", 80), id="a name look-up"),
        pytest.param(Use.PROCESS, lambda: subprocess.run(["true"], check=True), id="a program"),
        pytest.param(Use.PROCESS, lambda: os.system("true"), id="a shell"),
        pytest.param(Use.FILE, lambda: Path("/etc/hostname").read_text(), id="reading elsewhere"),
        pytest.param(Use.FILE, lambda: list(Path("/etc").iterdir()), id="listing elsewhere"),
        pytest.param(Use.FILE, lambda: Path("/tmp/syncd-guard").touch(), id="writing elsewhere"),
        pytest.param(Use.FILE, lambda: Path("/tmp/syncd-guard").mkdir(), id="a folder elsewhere"),
        pytest.param(Use.FILE, lambda: sqlite3.connect("/tmp/syncd-guard"), id="a database elsewhere"),
        pytest.param(Use.FILE, lambda: Path(json.__file__).touch(), id="writing into the interpreter"),
        pytest.param(Use.FILE, lambda: os.open("../stray", os.O_RDONLY), id="upward"),
        pytest.param(Use.FILE, lambda: Path("stray").mkdir(), id="a folder in the working directory"),
        pytest.param(Use.FILE, lambda: Path("stray").write_text(""), id="a file in the working directory"),
        pytest.param(Use.PAUSE, lambda: sleep(0), id="a pause by an early import"),
        pytest.param(Use.PAUSE, lambda: threading.Event().wait(0), id="waiting for an event"),
        pytest.param(Use.THREAD, _start_a_thread, id="a thread"),
        pytest.param(Use.ENVIRONMENT, lambda: os.environ.get("HOME"), id="reading the environment"),
        pytest.param(Use.ENVIRONMENT, lambda: os.getenv("HOME"), id="reading it in another way"),
        pytest.param(Use.ENVIRONMENT, lambda: os.environ.update(SYNCD_GUARD="1"), id="writing it"),
    ],
)
def test_a_use_is_refused_and_named(use: Use, act: Callable[[], object], tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=f"the connector used {use}"), refusing(use, folders=[tmp_path]):
        act()


def test_a_refusal_that_was_caught_comes_again_at_the_end() -> None:
    with pytest.raises(AssertionError, match="the network"), refusing(Use.NETWORK, folders=[]), suppress(Exception):
        socket.socket()


def test_its_folders_are_free(tmp_path: Path) -> None:
    with refusing(Use.FILE, folders=[tmp_path]):
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "file").write_text("1")
        (tmp_path / "deep" / "file").rename(tmp_path / "file")
        assert list((tmp_path / "deep").iterdir()) == []
        assert (tmp_path / "file").read_text() == "1"


def test_a_link_does_not_lead_out_of_its_folders(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")

    with pytest.raises(AssertionError, match="a file outside"), refusing(Use.FILE, folders=[tmp_path]):
        (tmp_path / "link").read_text()


def test_a_folder_with_a_name_that_begins_alike_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "homework").write_text("1")

    with pytest.raises(AssertionError, match="a file outside"), refusing(Use.FILE, folders=[tmp_path / "home"]):
        (tmp_path / "homework").read_text()


def test_a_file_beside_an_open_folder_is_free(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("1")

    with refusing(Use.FILE, folders=[tmp_path]):
        folder = os.open(tmp_path, os.O_RDONLY)
        os.close(os.open("file", os.O_RDONLY, dir_fd=folder))
        os.mkdir("deep", dir_fd=folder)
        os.rename("file", "deep/file", src_dir_fd=folder, dst_dir_fd=folder)
        os.remove("deep/file", dir_fd=folder)
        os.close(folder)


def test_importing_is_free() -> None:
    with refusing(Use.FILE, folders=[]):
        assert Path(json.__file__).read_text()


@pytest.mark.parametrize("use", Use)
def test_the_given_client_may_do_anything(use: Use) -> None:
    class Host:
        def request(
            self,
            method: str,
            url: str,
            *,
            params: Mapping[str, str] | None = None,
            headers: Mapping[str, str] | None = None,
            content: bytes | None = None,
        ) -> Reply:
            socket.socket().close()
            sleep(0)
            assert os.environ.get("PATH")
            assert list(Path("/etc").iterdir())
            return Reply(status=200, headers={}, body=url.encode())

    with refusing(use, folders=[]):
        assert GivenClient(Host()).request("GET", "https://crm.example/").body == b"https://crm.example/"
    with pytest.raises(AssertionError), refusing(Use.NETWORK, folders=[]):
        GivenClient(Host()).request("GET", "https://crm.example/")
        socket.socket()


def test_other_threads_and_what_comes_later_are_left_alone() -> None:
    sockets: list[socket.socket] = []
    go, done = threading.Event(), threading.Event()

    def serve() -> None:
        go.wait()
        sockets.append(socket.socket())
        done.set()

    thread = threading.Thread(target=serve)
    thread.start()
    with refusing(Use.NETWORK, folders=[]):
        go.set()
        done.wait()
    thread.join()
    sockets.append(socket.socket())
    for one in sockets:
        one.close()
    assert len(sockets) == 2

"""The emulator over a socket, as a process, and as a command."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from urllib.parse import urlsplit

import pytest
from syncd_hubspot.emulator import Emulator, Options, emulated
from syncd_hubspot.emulator.cli import main, parser

CONTACTS = "/crm/objects/2026-09/contacts"


def connected(emulator: Emulator) -> HTTPConnection:
    place = urlsplit(emulator.url)
    return HTTPConnection(place.hostname or "", place.port, timeout=10)


def test_a_connection_serves_many_requests() -> None:
    with emulated(Options(contacts=5)) as emulator:
        line = connected(emulator)
        for _ in range(3):
            line.request("GET", CONTACTS, headers=dict(emulator.headers))
            reply = line.getresponse()
            assert reply.status == 200
            assert len(json.loads(reply.read())["results"]) == 5
        assert emulator.called("GET", CONTACTS) == 3
        emulator.forget_calls()
        assert emulator.called() == 0
        line.close()


def test_requests_in_one_piece_are_answered_in_turn() -> None:
    with emulated() as emulator:
        place = urlsplit(emulator.url)
        ask = f"GET {CONTACTS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {emulator.token}\r\n"
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as line:
            line.sendall(f"{ask}\r\n{ask}Connection: close\r\n\r\n".encode())
            text = b"".join(iter(lambda: line.recv(65_536), b""))
        assert text.count(b"HTTP/1.1 200 OK") == 2


def test_a_write_whose_answer_is_lost_is_written() -> None:
    with emulated(Options(misbehave="lost:1")) as emulator:
        line = connected(emulator)
        headers = {**emulator.headers, "Content-Type": "application/json"}
        line.request("POST", CONTACTS, body='{"properties":{"email":"a@b.example"}}', headers=headers)
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            line.getresponse()
        assert len(emulator.portal.of("contacts").live) == 1
        line.close()


def test_a_body_that_is_cut_is_shorter_than_it_says() -> None:
    with emulated(Options(contacts=5, misbehave="cut:1")) as emulator:
        line = connected(emulator)
        line.request("GET", CONTACTS, headers=dict(emulator.headers))
        with pytest.raises(IncompleteRead):
            line.getresponse().read()
        emulator.misbehave("")
        line.close()
        line.request("GET", CONTACTS, headers=dict(emulator.headers))
        assert line.getresponse().read()
        line.close()


def test_what_is_no_http_is_refused() -> None:
    with emulated() as emulator:
        place = urlsplit(emulator.url)
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as line:
            line.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert line.recv(1_000).startswith(b"HTTP/1.1 400")


def test_the_command_says_in_one_line_where_it_is_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "syncd_hubspot.emulator", "--contacts", "3", "--bare", "--live", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        line = HTTPConnection(urlsplit(told["url"]).netloc, timeout=10)
        line.request("GET", CONTACTS, headers={"Authorization": f"Bearer {told['token']}"})
        assert line.getresponse().status == 200
        line.close()
        process.terminate()
        assert process.wait(10) == 0
    assert (told["contacts"], told["portal"]) == (3, 62_515)


def test_help_lists_what_can_go_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    assert "of a batch's writes fail by themselves" in capsys.readouterr().out


def test_a_port_that_is_taken_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with emulated() as emulator, pytest.raises(SystemExit):
        main(["--port", str(urlsplit(emulator.url).port)])
    assert "Address already in use" in capsys.readouterr().err


def test_a_fault_that_is_none_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--misbehave", "gremlins"])
    assert "there is no fault 'gremlins'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param(["--port", "99999"], "'99999' is no port; write 0 to 65535", id="port"),
        pytest.param(["--contacts", "-5"], "'-5' is no number of people", id="people"),
        pytest.param(["--live", "-1"], "'-1' is no rate", id="life"),
        pytest.param(["--webhooks", "here"], "'here' is no address", id="webhooks"),
        pytest.param(["--misbehave", "503:2"], "503:2: 2 is out of range; it is: share, 0 to 1", id="share"),
        pytest.param(["--misbehave", "drift:0"], "drift:0: 0 is out of range; it is: once in so many requests", id="requests"),
        pytest.param(["--misbehave", "lag:inf"], "lag:inf: inf is out of range; it is: seconds", id="seconds"),
    ],
)
def test_a_number_out_of_range_is_wrong_usage(capsys: pytest.CaptureFixture[str], words: list[str], what: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert what in capsys.readouterr().err


def test_a_body_can_come_in_drips() -> None:
    with emulated(Options(misbehave="drip:1")) as emulator:
        place = urlsplit(emulator.url)
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as line:
            line.sendall(f"GET {CONTACTS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {emulator.token}\r\n\r\n".encode())
            text = b""
            while not text.endswith(b"\r\n\r\n{"):
                text += line.recv(1)
            line.setblocking(False)
            with pytest.raises(BlockingIOError):
                line.recv(100)

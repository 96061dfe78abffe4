"""Handing messages to channels."""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from syncd.agreement.notices import Message
from syncd.config.notices import ChannelSettings
from syncd.notify import Teller, Undelivered
from syncd.spi import SecretRef

MESSAGE = Message("mql_assigned", "kim@example.com", "it", "New MQL for you: Ann.", ("k",))
SECRET = "s3cret-part-of-the-url"


def teller(tmp_path: Path, channel: ChannelSettings) -> Teller:
    return Teller({"it": channel}, home=tmp_path, clock=lambda: datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


class Service:
    """A webhook that remembers what it was sent."""

    def __init__(self, status: int) -> None:
        self.got: list[tuple[str, dict[str, str]]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.got.append((self.path, body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/{SECRET}"


@pytest.fixture(params=[200])
def service(request: pytest.FixtureRequest) -> Generator[Service]:
    running = Service(request.param)
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_a_file_takes_messages_one_after_the_other(tmp_path: Path) -> None:
    to_file = teller(tmp_path, ChannelSettings(file="told/notices.txt", addresses={"kim@example.com": "@kim"}))

    to_file.tell(MESSAGE, again=False)
    to_file.tell(MESSAGE, again=True)

    assert (tmp_path / "told" / "notices.txt").read_text() == (
        "2026-11-20 09:30:00Z  to @kim\nNew MQL for you: Ann.\n\n"
        "2026-11-20 09:30:00Z  to @kim\n(perhaps a repetition) New MQL for you: Ann.\n\n"
    )


def test_a_service_gets_the_text_at_the_recipients_address(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", service.address + "/{to}")

    teller(tmp_path, ChannelSettings(url=SecretRef("env:HOOK"))).tell(MESSAGE, again=False)

    [(path, body)] = service.got
    assert path == f"/{SECRET}/kim@example.com"
    assert body["message"] == "New MQL for you: Ann."


@pytest.mark.parametrize("service", [500], indirect=True)
def test_a_refusal_names_the_channel_and_neither_url_nor_text(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", service.address)

    with pytest.raises(Undelivered, match=r"^channels\.it: the service refused") as caught:
        teller(tmp_path, ChannelSettings(url=SecretRef("env:HOOK"))).tell(MESSAGE, again=False)

    assert SECRET not in str(caught.value)
    assert "Ann" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        pytest.param("", r"channels\.it\.url: env:HOOK gives nothing", id="no secret"),
        pytest.param("nonsense", r"channels\.it\.url: is not an Apprise URL", id="not a url"),
    ],
)
def test_a_channel_that_cannot_work_says_what_to_do(
    tmp_path: Path, url: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", url)

    with pytest.raises(Undelivered, match=problem):
        teller(tmp_path, ChannelSettings(url=SecretRef("env:HOOK"))).tell(MESSAGE, again=False)


def test_a_channel_that_was_taken_out_of_the_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(Undelivered, match=r"channels\.it: no such channel any more"):
        Teller({}, home=tmp_path, clock=lambda: datetime(2026, 11, 20, tzinfo=UTC)).tell(MESSAGE, again=False)

"""A plugin with an emulator, as a distribution of its own: what the tests of the demo install."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from syncd.spi import (
    Change,
    Client,
    ConnectorSpec,
    Finding,
    Login,
    Opening,
    Page,
    Pass,
    Receipt,
    RemoteSchema,
    SecretRef,
    Settings,
    SourceRecord,
    hookimpl,
)

TEMPLATE = """\
arguments: [--people, "{people}"]
connection:
  type: acme
  write_back: none
  settings: {url: "{url}", token: file:emulated/acme/token}
"""
MAPPING = """\
streams:
  people:
    read: {email: Email}
"""


class AcmeSettings(Settings):
    """Where Acme is, and the token."""

    url: str
    token: SecretRef


class Acme:
    """The connector."""

    def __init__(self, opening: Opening) -> None:
        self.client: Client = opening.client
        self.now = opening.now

    def check(self) -> Sequence[Finding]:
        return []

    def schema(self) -> RemoteSchema:
        return RemoteSchema(streams=())

    def pull(self, stream: str, cursor: str | None) -> Page:
        people = json.loads(self.client.request("GET", "/people").body)
        return Page(
            records=[
                SourceRecord(stream=stream, external_id=one, changed_at=self.now(), fields={"Email": f"{one}@acme.example"})
                for one in people
            ],
            cursor="all",
            more=False,
        )

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        return []


def log_in(login: Login) -> Pass:
    assert isinstance(login.settings, AcmeSettings)
    return Pass(headers={"Authorization": f"Bearer {login.resolve(login.settings.token)}"})


def origins(settings: Settings) -> tuple[str, ...]:
    assert isinstance(settings, AcmeSettings)
    return (settings.url,)


def emulate(args: Sequence[str]) -> None:
    """Serve as many people as asked for to whoever has the token."""
    if "--broken" in args:
        sys.exit("it is broken")
    people = [f"p{number}" for number in range(int(args[args.index("--people") + 1]))]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_ours = self.headers["Authorization"] == "Bearer t-0"
            self.send_response(200 if is_ours else 401)
            self.end_headers()
            self.wfile.write(json.dumps(people).encode() if is_ours else b"")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}", "token": "t-0", "pid": os.getpid()}), flush=True)
        server.serve_forever()


@hookimpl
def syncd_connectors() -> Iterable[ConnectorSpec]:
    yield ConnectorSpec(
        name="acme",
        title="Acme",
        settings=AcmeSettings,
        streams=lambda settings: {"people": "person"},
        open=Acme,
        batch=1,
        origins=origins,
        login=log_in,
        emulator=emulate,
    )


def install(folder: Path) -> None:
    """Install this plugin into a folder of the path."""
    about = folder / "acme_plugin-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-plugin\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[syncd]\nacme = acme_plugin\n")
    (folder / "acme_plugin.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")

"""`syncd emulate hubspot`: read the command line, start, say so in one line of JSON, serve until stopped."""

from __future__ import annotations

import argparse
import asyncio
import math
import signal
import socket
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import msgspec

from syncd_hubspot.emulator.fault_table import table
from syncd_hubspot.emulator.given import read
from syncd_hubspot.emulator.limits import PLANS
from syncd_hubspot.emulator.running import Options, assemble
from syncd_hubspot.emulator.sending import live, send
from syncd_hubspot.emulator.server import HOST, listen, serve
from syncd_hubspot.emulator.service import Service
from syncd_hubspot.emulator.webhooks import Webhooks

_LAST_PORT = 65_535


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs to know."""

    url: str
    token: str
    portal: int
    contacts: int
    client_id: str
    client_secret: str
    refresh_token: str


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    found = argparse.ArgumentParser(
        prog="syncd emulate hubspot",
        description="Emulate a HubSpot account on the loopback address.",
        epilog=f"faults for --misbehave, such as lag:5,429:0.1,503@POST:\n{table()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("--port", type=_port, default=0, help="port to listen on; 0, the default, is any free one")
    found.add_argument("--contacts", type=_count, default=200, help="people in the account (default: 200)")
    found.add_argument(
        "--people", type=Path, help="CSV file of people who are among them (email, first_name, last_name, job_title, company)"
    )
    found.add_argument("--seed", type=int, default=1, help="what chance starts from; the same seed makes the same account")
    found.add_argument(
        "--plan", choices=sorted(PLANS), default="unlimited", help="whose limits on calls hold (default: unlimited)"
    )
    found.add_argument("--misbehave", default="", help="faults, as name[:number][@text of the request], joined by commas")
    found.add_argument("--bare", action="store_true", help="people without a past: no engagements, events, deals")
    found.add_argument("--live", type=_rate, default=0, help="let the company live on: so many things happen a minute")
    found.add_argument("--webhooks", type=_address, default="", help="address to send webhooks to, signed with client_secret")
    return found


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; write 0 to {_LAST_PORT}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of people; write 0 or more")
    return int(text)


def _rate(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no rate; write a number, 0 or more")


def _address(text: str) -> str:
    url = urlsplit(text)
    if text and (url.scheme not in {"http", "https"} or not url.hostname):
        raise argparse.ArgumentTypeError(f"{text!r} is no address; write for example http://127.0.0.1:8400/hooks/hubspot")
    return text


def main(arguments: Sequence[str]) -> None:
    """Run the emulator until SIGINT or SIGTERM."""
    chosen = parser().parse_args(arguments)
    try:
        options = Options(
            port=chosen.port,
            contacts=chosen.contacts,
            people=read(chosen.people) if chosen.people else (),
            seed=chosen.seed,
            plan=chosen.plan,
            misbehave=chosen.misbehave,
            history=not chosen.bare,
        )
        service = assemble(options)
        listening = listen(options.port)
    except (ValueError, OSError) as error:
        parser().error(str(error))
    service.url = f"http://{HOST}:{listening.getsockname()[1]}"
    asyncio.run(_serve(service, listening, beside=_beside(service, options.seed, chosen.live, chosen.webhooks)))


def _beside(service: Service, seed: int, per_minute: float, webhooks: str) -> list[Coroutine[None, None, None]]:
    """Return what goes on beside the server."""
    found: list[Coroutine[None, None, None]] = []
    if webhooks:
        secret = service.access.client_secret
        queue = Webhooks(service.portal, service.misbehaviour, url=webhooks, secret=secret, rng=Random(seed + 2))
        found.append(send(queue))
    if per_minute:
        found.append(live(service.portal, Random(seed + 3), per_minute=per_minute))
    return found


async def _serve(service: Service, listening: socket.socket, *, beside: Sequence[Coroutine[None, None, None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = [loop.create_task(one) for one in beside]
    for task in tasks:
        task.add_done_callback(lambda _: stop.set())
    say_ready(service)
    await serve(service.respond, listening, stop=stop)
    for task in tasks:
        if task.done():
            task.result()  # what it failed of ends the emulator
        task.cancel()


def say_ready(service: Service) -> None:
    """Write the line that says the emulator is ready."""
    line = Ready(
        url=service.url,
        token=service.access.token,
        portal=service.portal.account.portal_id,
        contacts=len(service.portal.of("contacts").live),
        client_id=service.access.client_id,
        client_secret=service.access.client_secret,
        refresh_token=service.access.refresh_token,
    )
    sys.stdout.write(f"{msgspec.json.encode(line).decode()}\n")
    sys.stdout.flush()

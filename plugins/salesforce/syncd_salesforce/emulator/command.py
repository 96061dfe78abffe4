"""The command line of the emulator: ``syncd emulate salesforce`` and ``python -m syncd_salesforce.emulator``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from syncd_salesforce.emulator.answers import encoded
from syncd_salesforce.emulator.emulator import Emulator, Options
from syncd_salesforce.emulator.misbehaviour import MODES, read

__all__ = ["main"]


def main(arguments: Sequence[str]) -> None:
    """Serve an emulated org until interrupted; print one line of JSON when it is ready."""
    given = _parser().parse_args(list(arguments))
    options = Options(
        host=given.host,
        port=given.port,
        seed=given.seed,
        misbehave=given.misbehave,
        page=given.page,
        bulk_page=given.bulk_page,
        session=timedelta(minutes=given.session_minutes),
        rotate=given.rotate,
        shared_activities=given.shared_activities,
        leads=given.leads,
        live=timedelta(seconds=given.live) if given.live else None,
    )
    with suppress(KeyboardInterrupt), Emulator(options) as emulator:
        known = emulator.credentials
        ready = {
            "url": emulator.url,
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "username": known.username,
            "password": known.password,
            "security_token": known.security_token,
            "refresh_token": emulator.instance.sessions.offer(),
            "private_key": known.private_key,
            "organization_id": emulator.org.id,
            "user_id": emulator.org.user_id,
        }
        sys.stdout.write(encoded(ready).decode() + "\n")
        sys.stdout.flush()
        emulator.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="syncd emulate salesforce",
        description="An emulated Salesforce org on this machine.",
        epilog=_menu(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one (0)")
    parser.add_argument(
        "--leads", type=int, default=0, help="fill the org with a company that has so many leads (0: an empty org)"
    )
    parser.add_argument(
        "--live", type=float, default=0, metavar="SECONDS", help="let something happen in the company that often (never)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same org and the same misbehaviour (1)")
    parser.add_argument("--page", type=int, default=2_000, help="most rows of a page of a query (2000)")
    parser.add_argument("--bulk-page", type=int, default=50_000, help="most rows of a page of Bulk results (50000)")
    parser.add_argument("--session-minutes", type=float, default=120, help="how long an access token is good (120)")
    parser.add_argument("--rotate", action="store_true", help="a refresh token is good for one use")
    parser.add_argument("--shared-activities", action="store_true", help="tasks and events may be about several people")
    parser.add_argument(
        "--misbehave",
        type=_mode,
        action="append",
        default=[],
        metavar="NAME[:KEY=VALUE,…]",
        help="may be given often; see below",
    )
    return parser


def _mode(text: str) -> str:
    try:
        read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _menu() -> str:
    lines = [f"  {name:18}{mode.text}" + (f" (VALUE: {mode.value})" if mode.value else "") for name, mode in MODES.items()]
    keys = "keys: p=PROBABILITY times=HOW_OFTEN after=REQUESTS method=METHOD path=PIECE value=VALUE"
    return "\n".join(["misbehaviour, NAME[:KEY=VALUE,…]:", *lines, keys])

"""The command line of the emulator: ``syncd emulate salesforce`` and ``python -m syncd_salesforce.emulator``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

from syncd_salesforce.emulator.answers import Json, encoded
from syncd_salesforce.emulator.emulator import Emulator, Options
from syncd_salesforce.emulator.given import Given
from syncd_salesforce.emulator.given import read as read_people
from syncd_salesforce.emulator.misbehaviour import MODES, read

__all__ = ["main"]

_LONGEST = 1_000_000


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
        people=given.people,
        live=timedelta(seconds=given.live) if given.live else None,
    )
    with ExitStack() as stack:
        try:
            emulator = stack.enter_context(Emulator(options))
        except OSError as error:
            _parser().error(f"--host {given.host} --port {given.port}: {error.strerror}")
        with suppress(KeyboardInterrupt):
            sys.stdout.write(encoded(_ready(emulator)).decode() + "\n")
            sys.stdout.flush()
            emulator.wait()


def _ready(emulator: Emulator) -> dict[str, Json]:
    """Return what a client needs to know."""
    known = emulator.credentials
    return {
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="syncd emulate salesforce",
        description="An emulated Salesforce org on this machine.",
        epilog=_menu(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_whole(0, 65_535), default=0, help="port to listen on; 0 takes a free one (0)")
    parser.add_argument(
        "--leads", type=_whole(0), default=0, help="fill the org with a company that has so many leads (0: an empty org)"
    )
    parser.add_argument(
        "--people",
        type=_people,
        default=(),
        metavar="FILE",
        help="CSV file of people who are among them: email, first_name, last_name, job_title, company",
    )
    parser.add_argument(
        "--live", type=_long, default=0, metavar="SECONDS", help="let something happen in the company that often (never)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same org and the same misbehaviour (1)")
    parser.add_argument("--page", type=_whole(1), default=2_000, help="most rows of a page of a query (2000)")
    parser.add_argument("--bulk-page", type=_whole(1), default=50_000, help="most rows of a page of Bulk results (50000)")
    parser.add_argument("--session-minutes", type=_long, default=120, help="how long an access token is good (120)")
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


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    def read_whole(text: str) -> int:
        if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
            span = f"{least} or more" if most is None else f"{least} to {most}"
            raise argparse.ArgumentTypeError(f"{text!r} is not possible; write a whole number, {span}")
        return int(text)

    return read_whole


def _long(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) <= _LONGEST:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not possible; write a number, 0 to {_LONGEST}")


def _mode(text: str) -> str:
    try:
        read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _people(text: str) -> list[Given]:
    try:
        return read_people(Path(text))
    except (ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _menu() -> str:
    lines = [f"  {name:18}{mode.text}" + (f" (VALUE: {mode.value})" if mode.value else "") for name, mode in MODES.items()]
    keys = "keys: p=PROBABILITY times=HOW_OFTEN after=REQUESTS method=METHOD path=PIECE value=VALUE"
    return "\n".join(["misbehaviour, NAME[:KEY=VALUE,…]:", *lines, keys])

"""Logs: one event per line on standard error, for people or for machines, without secrets and personal data."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from syncd.config.settings import Log

_LONGEST = 1024
_PRIVATE = ("token", "secret", "password", "authorization", "cookie", "signature", "email", "phone", "name", "body", "raw")


def log_as(settings: Log, *, verbosity: int) -> None:
    """Configure logging for this process; -v and -q win over the level in the settings."""
    level = {1: logging.DEBUG, 0: logging.getLevelNamesMapping()[settings.level.upper()], -1: logging.WARNING}[
        max(-1, min(verbosity, 1))
    ]
    for_people = settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_private,
        structlog.processors.ExceptionRenderer(_places),
        _in_one_line,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if for_people else structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.disable(logging.CRITICAL)  # libraries' own logs may quote what they carry


def _without_private(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: "***" if any(word in key.lower() for word in _PRIVATE) else value for key, value in event.items()}


def _places(exc_info: ExcInfo) -> str:
    """Say where an exception and what led to it were raised; not their messages, which may quote somebody's data."""
    lines: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        lines = [*traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}\n", *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(lines)


def _in_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: _cut(value) if isinstance(value, str) and key != "exception" else value for key, value in event.items()}


def _cut(text: str) -> str:
    safe = "".join(letter if letter.isprintable() else " " for letter in text[: _LONGEST + 1])
    return safe if len(safe) <= _LONGEST else safe[:_LONGEST] + "…"

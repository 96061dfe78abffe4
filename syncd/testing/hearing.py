"""Hears everything a connector says while it works: log records of every level, warnings, what it prints."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field

from structlog.testing import capture_logs


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said; ``printed`` went to standard output or error."""

    logged: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)


@contextmanager
def hearing(heard: Heard) -> Generator[None]:
    """Write down into *heard* what is said within, whatever levels, handlers and filters are set."""
    out = io.StringIO()
    records: list[logging.LogRecord] = []
    try:
        with (
            _every_level(records),
            warnings.catch_warnings(record=True) as warned,
            capture_logs() as events,
            redirect_stdout(out),
            redirect_stderr(out),
        ):
            warnings.simplefilter("always")
            yield
    finally:
        heard.logged.extend(map(_text, records))
        heard.logged.extend(str(one.message) for one in warned)
        heard.logged.extend(map(repr, events))
        heard.printed.extend([out.getvalue()] if out.getvalue() else [])


@contextmanager
def _every_level(records: list[logging.LogRecord]) -> Generator[None]:
    """Collect each log record as it is made: a handler would miss those of loggers that do not propagate."""
    make, disabled = logging.getLogRecordFactory(), logging.root.manager.disable
    loggers = [logging.root, *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger))]
    before = [(logger, logger.level, logger.disabled) for logger in loggers]

    def noted(*arguments: object, **named: object) -> logging.LogRecord:
        records.append(make(*arguments, **named))
        return records[-1]

    quiet = logging.NullHandler()  # without any handler the logging module would print
    logging.root.addHandler(quiet)
    logging.setLogRecordFactory(noted)
    logging.disable(logging.NOTSET)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.disabled = False
    try:
        yield
    finally:
        logging.root.removeHandler(quiet)
        logging.setLogRecordFactory(make)
        logging.disable(disabled)
        for logger, level, was_disabled in before:
            logger.setLevel(level)
            logger.disabled = was_disabled


_TRACES = logging.Formatter()


def _text(record: logging.LogRecord) -> str:
    attributes: Mapping[str, object] = vars(record)
    trace = _TRACES.formatException(record.exc_info) if record.exc_info else ""
    return f"{record.getMessage()} {attributes} {trace}"

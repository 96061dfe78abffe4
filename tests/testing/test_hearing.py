"""Everything that is said is heard, and nothing is different afterwards."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable

import pytest
import structlog

from syncd.testing.hearing import Heard, hearing


def _to_a_loud_logger() -> None:
    logging.getLogger("loud").error("boo")


def _to_a_quiet_logger() -> None:
    quiet = logging.getLogger("quiet")
    quiet.propagate = False
    quiet.debug("%s", "boo")


def _with_a_trace() -> None:
    try:
        raise KeyError("boo")
    except KeyError:
        logging.getLogger("loud").exception("lost")


def _beside_the_message() -> None:
    logging.getLogger("loud").info("saved", extra={"email": "boo"})


@pytest.mark.parametrize(
    "say",
    [
        pytest.param(_to_a_loud_logger, id="an error"),
        pytest.param(_to_a_quiet_logger, id="a debug record that no handler gets"),
        pytest.param(_with_a_trace, id="a traceback"),
        pytest.param(_beside_the_message, id="an extra"),
        pytest.param(lambda: structlog.get_logger().debug("page.saved", email="boo"), id="structlog"),
        pytest.param(lambda: warnings.warn("boo", stacklevel=1), id="a warning"),
    ],
)
def test_what_is_logged_is_heard(say: Callable[[], None]) -> None:
    heard = Heard()
    with hearing(heard):
        say()

    assert "boo" in " ".join(heard.logged)
    assert heard.printed == []


def test_what_is_printed_is_heard() -> None:
    heard = Heard()
    with hearing(heard):
        print("boo")
        print("boo", file=sys.stderr)

    assert heard.printed == ["boo\nboo\n"]


def test_a_disabled_logger_and_a_disabled_level_are_heard() -> None:
    heard, logger = Heard(), logging.getLogger("silenced")
    logger.disabled = True
    logging.disable(logging.CRITICAL)
    try:
        with hearing(heard):
            logger.debug("boo")
    finally:
        logging.disable(logging.NOTSET)

    assert "boo" in " ".join(heard.logged)
    assert logger.disabled


def test_levels_and_handlers_are_as_before() -> None:
    logger = logging.getLogger("kept")
    logger.setLevel(logging.ERROR)
    before = (logging.root.level, list(logging.root.handlers), logging.getLogRecordFactory())
    with hearing(Heard()):
        pass

    assert logger.level == logging.ERROR
    assert (logging.root.level, list(logging.root.handlers), logging.getLogRecordFactory()) == before


def test_what_was_said_before_an_error_is_heard() -> None:
    heard = Heard()
    with pytest.raises(KeyError), hearing(heard):
        print("boo")
        raise KeyError

    assert heard.printed == ["boo\n"]

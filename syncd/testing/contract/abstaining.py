"""What a connector leaves alone and keeps to itself."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest

from syncd.testing.bench import Bench, leaks
from syncd.testing.guard import Use, refusing
from syncd.testing.hearing import Heard, hearing
from syncd.testing.tour import tour


class Abstaining:
    """Part of `ConnectorContract`."""

    @pytest.mark.parametrize("use", Use, ids=lambda use: use.name)
    def test_nothing_is_used_but_what_was_given(self, bench: Bench, use: Use) -> None:
        folders = (bench.opening().home, bench.folder)
        tour(bench, lambda: refusing(use, folders=folders))

    def test_no_thread_is_left_behind(self, bench: Bench) -> None:
        before = set(threading.enumerate())
        tour(bench, nullcontext)
        left = [thread.name for thread in set(threading.enumerate()) - before]
        assert not left, f"threads were left behind: {', '.join(left)}"

    def test_nothing_is_printed(self, bench: Bench) -> None:
        heard = Heard()
        tour(bench, lambda: hearing(heard))
        assert not heard.printed, "the connector printed something"

    def test_no_log_or_warning_quotes_a_value_or_a_secret(self, bench: Bench) -> None:
        heard = Heard()
        tour(bench, lambda: hearing(heard))
        assert not leaks(" ".join(heard.logged)), "a value or a secret went into a log record or a warning"

    def test_nothing_for_operators_quotes_a_value_or_a_secret(self, bench: Bench) -> None:
        quoting = [one for one in tour(bench, nullcontext) if leaks(one)]
        assert not quoting, f"{len(quoting)} findings, notes, reasons or messages quote a value or a secret"

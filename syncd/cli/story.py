"""The demo's story: one lead on the way from a first click to a signed contract, through whatever systems are emulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from syncd.cli.base import Failure, site
from syncd.cli.emulators import Emulated, happen
from syncd.cli.output import line, table
from syncd.engine import why as explanation
from syncd.testing.company import PERSON_COLUMNS, Prospect, known_elsewhere


class Event(NamedTuple):
    """What happened in which system, and how the lead stood once it was known everywhere."""

    system: str
    what: str
    standing: str = ""


def begun(emulated: Sequence[Emulated], lead: Prospect) -> list[Event]:
    """Let the first thing of each system's part happen: what had happened before anybody looked. Raises: Failure."""
    return [Event(one.name, what) for one in emulated if one.story and (what := happen(one, _told(lead)))]


def went_on(emulated: Sequence[Emulated], lead: Prospect, sync: Callable[[str], object]) -> Iterator[Event]:
    """Let everything else happen, the systems in turn; *sync* each time with the one it happened in. Raises: Failure."""
    tellers = [one for one in emulated if one.story]
    while tellers:
        for one in tuple(tellers):
            if what := happen(one, _told(lead)):
                sync(one.name)
                yield Event(one.name, what, _standing(lead))
            else:
                tellers.remove(one)


def tell(lead: Prospect, events: Sequence[Event]) -> None:
    """Print the story."""
    line()
    line(f"One lead, from a first click to a signed contract: {lead.first} {lead.last}", style="bold")
    table(("in", "what happened", "and then"), events)


def _told(lead: Prospect) -> dict[str, str]:
    return dict(zip(PERSON_COLUMNS, map(str, known_elsewhere(lead)), strict=True))


def _standing(lead: Prospect) -> str:
    with site() as here, here.store.read() as tx:
        found = explanation.find(tx, here, lead.email)
        if found is None:
            raise Failure(f"nobody is known as {lead.email}, of whom the story is told")
        known = explanation.why(tx, here, found, here.now())
    parts = (known.stage, f"score {known.score.score}", known.next_step)
    return ", ".join(part for part in parts if part)

"""How the agreement calls the events that clocks start and stop with."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from syncd.agreement.attempts import CONTACT_ATTEMPT
from syncd.agreement.handoff import STAGES
from syncd.agreement.policies import NEVER, Moment, Moments
from syncd.config.source import Path_
from syncd.config.validation import did_you_mean
from syncd.config.words import Checks

FEEDBACK, RECEIVED, ANSWERED = "feedback", "feedback_received", "answered"

PHRASES: Mapping[str, str] = {
    "assigned": "assigned",
    "sales notified": "notified",
    "owner accepts": "owner_accepted",
    CONTACT_ATTEMPT: CONTACT_ATTEMPT,
    "connected": "connected",
    "disposition set": "disposition",
    "disposition with reason": FEEDBACK,
    "sales feedback received": FEEDBACK,
    "marketing replied": ANSWERED,
    "deal created": "deal_created",
    "deal won": "deal_won",
    "deal lost": "deal_lost",
    **{f"became {stage}": f"became:{stage}" for stage in STAGES},
}
"""Their phrases, and the names events have; kinds of activity go by their own names."""

MERGED, VETOED = "merged", "never_mql"
"""End a clock without being watched for: who was merged has the clocks of who they are now, and a veto ends the episode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Reads phrases; ``accepted`` are the dispositions to which marketing owes no reply."""

    checks: Checks
    accepted: Collection[str]

    def need(self, text: str, at: Path_) -> tuple[int, Moments]:
        """Read ``5 contact_attempts``."""
        match = re.fullmatch(r"([1-9]\d*) (\w+?)s?", text)
        if not match:
            self.checks.wrong(at, "is not a number of events; write for example 5 contact_attempts")
            return 1, NEVER
        return int(match[1]), self.moments(match[2], at)

    def moments(self, text: str, at: Path_) -> Moments:
        """Read ``assigned``, ``connected or disposition set`` or ``assigned and sales notified``."""
        text = re.sub(r"\s*\(.*?\)", "", text)  # what stands in brackets is for those who read the file
        if " or " in text and " and " in text:
            self.checks.wrong(at, "'and' and 'or' do not go together; choose one")
            return NEVER
        every = " and " in text
        parts = re.split(r" and | or ", text)
        return Moments(tuple(one for part in parts for one in self._read(part, at)), every)

    def any_of(self, texts: Sequence[str], at: Path_, anyway: Collection[str] = ()) -> Moments:
        """Read a list of events, of which stages may be called by their name alone; those of *anyway* need no watching."""
        also = (*STAGES, *anyway)
        whats = [(i, f"became {text}" if text in STAGES else text) for i, text in enumerate(texts) if text not in anyway]
        return Moments(tuple(one for i, what in whats for one in self._read(what, (*at, i), also)))

    def _read(self, text: str, at: Path_, also: Collection[str] = ()) -> tuple[Moment, ...]:
        phrase = text.strip()
        if phrase == "sales feedback received":  # a reason, or a remark; an acceptance needs no reply
            return Moment(FEEDBACK, frozenset(self.accepted)), Moment(RECEIVED)
        if phrase in PHRASES:
            return (Moment(PHRASES[phrase]),)
        if phrase in self.checks.words.kinds:
            return (Moment(phrase),)
        close = get_close_matches(phrase, [*PHRASES, *also, *self.checks.words.kinds], n=1)
        self.checks.wrong(at, f"no event is called {phrase!r}{did_you_mean(phrase, close or list(PHRASES))}")
        return ()

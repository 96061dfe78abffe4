"""``notify`` of ``agreement.yaml``: who is told of what, by which channel, in which words; ``channels`` of ``syncd.yaml``."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from syncd.agreement.notices import EVENTS, Event
from syncd.config import templates
from syncd.config.calendars import weekdays
from syncd.config.source import ConfigProblem, Document, Path_
from syncd.config.validation import Strict, Who, did_you_mean, listed
from syncd.spi import Duration, SecretRef


def _days(value: object) -> object:
    return value if isinstance(value, frozenset) else frozenset(weekdays(str(value)))


def _hour(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("is not a time of day; write for example 09:00")
    return text


Days: TypeAlias = Annotated[frozenset[int], BeforeValidator(_days)]
Hour: TypeAlias = Annotated[str, AfterValidator(_hour)]
Several: TypeAlias = Annotated[list[Who], BeforeValidator(listed), Field(min_length=1)]


class ChannelSettings(Strict):
    """A way to reach people: an Apprise URL, or a file to try it out."""

    url: SecretRef | None = Field(
        None,
        description="Reference to an Apprise URL (Slack, Teams, e-mail, SMS, webhook); {to} in it stands for the recipient.",
    )
    file: str | None = Field(None, description="Append to this file instead, from this folder.")
    addresses: dict[Who, str] = Field(
        default_factory=dict, description="Recipients' addresses there, where not their e-mail's."
    )

    @model_validator(mode="after")
    def _one_way(self) -> ChannelSettings:
        if (self.url is None) == (self.file is None):
            raise ValueError("write either 'url' or 'file'")
        return self


class InstantTerms(Strict):
    """One notice: of what, to whom, by which channels."""

    event: Event = Field(description="What happened: " + ", ".join(EVENTS) + ".")
    to: Several = Field(description="owner, manager, an e-mail address, or a room such as '#smarketing'.")
    by: Several = Field(description="Channels of syncd.yaml.")


class DigestTerms(Strict):
    """The daily digest."""

    to: Who = Field(description="A room or an e-mail address.")
    by: str = Field(description="A channel of syncd.yaml.")
    at: Hour = Field("09:00", description="Local time in time.reporting_tz.")
    days: Days = Field(frozenset(range(5)), description="For example mon-fri or mon, thu.")


class NotifyTerms(Strict):
    """Who is told of what."""

    instant: list[InstantTerms] = Field(default_factory=list, description="What is told as it happens.")
    quiet_hours: bool = Field(True, description="Outside the recipient's calendar a notice waits, unless high intent.")
    together: Duration = Field(timedelta(minutes=10), description="More of the same kind within this time go as one message.")
    per_hour: int = Field(
        12, ge=0, description="Most messages per recipient and hour; the rest is for the digest. 0: no limit."
    )
    digest: DigestTerms | None = Field(None, description="The daily digest, with what was too much or too old to tell at once.")
    say: dict[Event, str] = Field(default_factory=dict, description="Own texts, as Jinja templates.")

    def text(self, event: Event) -> str:
        """Return the template of *event*."""
        return self.say.get(event, templates.DEFAULTS[event])


def notice_problems(terms: NotifyTerms, document: Document, channels: Collection[str] | None) -> list[ConfigProblem]:
    """Return what of *terms* cannot work; *channels* is ``None`` if they are not known."""
    used: list[tuple[Path_, str]] = [
        (("notify", "instant", i, "by"), name) for i, one in enumerate(terms.instant) for name in one.by
    ]
    used += [(("notify", "digest", "by"), terms.digest.by)] if terms.digest else []
    found = [
        document.problem(at, f"{at[-1]}: no channel {name!r}{_channel_hint(name, channels)}")
        for at, name in used
        if channels is not None and name not in channels
    ]
    for event, text in terms.say.items():
        if wrong := templates.problem(text):
            found.append(document.problem(("notify", "say", event), f"notify.say.{event}: {wrong}"))
    return found


def _channel_hint(name: str, channels: Collection[str]) -> str:
    return did_you_mean(name, list(channels)) or "; add it under channels in syncd.yaml"

"""The sections ``attempts`` and ``sla`` of ``agreement.yaml``, as written; `syncd.config.promises` compiles them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from syncd.agreement.attempts import AttemptTerms
from syncd.agreement.durations import Clockwork
from syncd.agreement.policies import Per
from syncd.config.presets import Preset, filled
from syncd.config.validation import Share, Strict, Who
from syncd.spi import Duration


def _at_least(value: object) -> object:
    match = re.fullmatch(r"([1-9]\d*) (\w+)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("is not a number of people in a stage; write for example 100 mql")
    return int(match[1]), match[2]


Volume: TypeAlias = Annotated[
    tuple[int, str], BeforeValidator(_at_least), WithJsonSchema({"type": "string", "examples": ["100 mql"]})
]

# ---------------------------------------------------------------- attempts


_ATTEMPTS = AttemptTerms()


class OnePer(Strict):
    """How close together two attempts are one."""

    channel: bool = Field(True, description="A call and a mail are two, however close.")
    within: Duration = Field(timedelta(minutes=10), description="Attempts less than this apart are one.")


class AttemptsSection(Strict):
    """What counts as an attempt to reach somebody."""

    count: list[str] = Field(sorted(_ATTEMPTS.count), description="Kinds of activity that are attempts.")
    never: list[str] = Field(sorted(_ATTEMPTS.never), alias="not", description="Kinds that are none, to have it said.")
    connected: list[str] = Field(sorted(_ATTEMPTS.connects), description="Kinds by which the person was reached.")
    bounces: list[str] = Field(sorted(_ATTEMPTS.bounces), description="Kinds that say that the mail before did not arrive.")
    one_per: OnePer = OnePer()
    booking_by_the_lead_counts: bool = Field(True, description="A meeting the lead books is an attempt of ours.")
    credit_contact_before_handoff: Duration = Field(
        timedelta(hours=24), description="A contact so long before the handoff answers it at once."
    )
    if_later_found_bounced: Literal["reopen the clock", "leave it"] = Field(
        "reopen the clock", description="What becomes of a clock whose mail came back."
    )


# ---------------------------------------------------------------- promises


class TargetTerms(Strict):
    """How long it may take for some people."""

    when: str = Field(description="high_intent, a sentence about facts, or otherwise.")
    within: str = Field(description="15m, 1h, 5d (of 24 h), 1bd (a business day), or a range such as 1bd..2bd.")


class StillOpen(Strict):
    """What follows when a breach is not mended."""

    another: str = Field(description="How long after the due time.")
    then: str = Field(description="What to do, joined by 'and'.")


class ClockTerms(Strict):
    """A promise that a clock measures, from one event to another."""

    start: str = Field(description="The event that starts it, for example assigned.")
    stop: str | None = Field(None, description="The event that fulfills it, for example contact_attempt; several by 'and'.")
    need: str | None = Field(None, description="Or how many of an event, for example 5 contact_attempts.")
    over_at_least_days: int = Field(1, ge=1, description="With need: on how many different dates.")
    unless: str | None = Field(None, description="Events that fulfill it as well, joined by 'or'.")
    within: str | None = Field(None, description="How long it may take: 15m, 1h, 5d, 1bd, 1bd..2bd.")
    targets: list[TargetTerms] = Field(default_factory=list, description="Or different times; the first that fits counts.")
    clock: Clockwork | None = Field(None, description="business: open time only; elapsed: all time.")
    warn_at: list[Share] = Field(default_factory=list, description="At which shares of its time it is at risk.")
    pause_while: list[str] = Field(
        default_factory=list, description="What stops it: a date field, until that date, or a yes/no field, while it says yes."
    )
    cancel_if: list[str] = Field(default_factory=list, description="Stages or events that end it undecided.")
    void_if: list[str] = Field(default_factory=list, description="Events after which it never was.")
    on_breach: list[str] = Field(default_factory=list, description="What to do then.")
    if_still_open_after: StillOpen | None = Field(None, description="What to do if it is not fulfilled then either.")

    @model_validator(mode="after")
    def _one_form(self) -> ClockTerms:
        if (self.within is None) == (not self.targets):
            raise ValueError("has either 'within' or 'targets'")
        if (self.stop is None) == (self.need is None):
            raise ValueError("has either 'stop' or 'need'")
        return self


class VolumeTerms(Strict):
    """A promise of so many people per period."""

    at_least: Volume = Field(description="How many in which stage, for example 100 mql.")
    per: Per = Field("month", description="How often it is judged.")
    pace_warning: bool = Field(True, description="Warn when the forecast falls short.")


class ShareTerms(Strict):
    """A promise of a share of people per period."""

    at_least: Share = Field(description="The share, for example 40%.")
    of: str = Field("mql", description="Of those who entered this stage.")
    are: str | None = Field(None, description="high_intent, or a stage they reach.")
    contacted_within: Duration | None = Field(None, description="Or an attempt so soon after they came.")
    per: Per = Field("month", description="Whom it is judged of: those of a week, month, quarter or year.")
    mature_after: Duration = Field(timedelta(0), description="Only people in for so long are judged.")
    min_sample: int = Field(1, ge=1, description="Of fewer people nothing is said.")

    @model_validator(mode="after")
    def _one_form(self) -> ShareTerms:
        if (self.are is None) == (self.contacted_within is None):
            raise ValueError("has either 'are' or 'contacted_within'")
        return self


class ConversionTerms(Strict):
    """A promise of a conversion from MQL to SQL."""

    mql_to_sql: Share = Field(description="The share, for example 25%.")
    mature_after: Duration = Field(timedelta(days=30), description="Within how long, and how old people must be to be judged.")
    alarm_below: Share | None = Field(None, description="Under this both managers are told.")
    clear_at: Share | None = Field(None, description="The alarm is over from here on; without it, at alarm_below.")
    min_sample: int = Field(30, ge=1, description="No alarm by fewer people.")
    per: Per = Field("month", description="Whom it is judged of: those of a week, month, quarter or year.")
    on_alarm: str = Field("", description="What both managers are to do.")


def _form(value: object) -> str:
    """Tell the forms of promises apart by their keys; the names hold spaces, so that they are no keys themselves."""
    if not isinstance(value, dict) or "start" in value:
        return "a clock"
    if "mql_to_sql" in value:
        return "a conversion"
    if value.keys() & {"of", "are", "contacted_within"}:
        return "a share"
    return "a volume" if "at_least" in value else "a clock"


Promise: TypeAlias = Annotated[
    Annotated[ClockTerms, Tag("a clock")]
    | Annotated[VolumeTerms, Tag("a volume")]
    | Annotated[ShareTerms, Tag("a share")]
    | Annotated[ConversionTerms, Tag("a conversion")],
    Discriminator(_form),
]


class OnOwnerChange(Strict):
    """What an owner's going does to clocks."""

    customer_clock: Literal["continues"] = Field("continues", description="The customer waits on.")
    rep_clock: Literal["restarts", "none"] = Field("restarts", description="Each owner has a clock of their own, or not.")


class SlaSection(Strict):
    """What both sides promise each other."""

    preset: Preset | None = Field(None, description="Promises to start from; what stands here replaces theirs key by key.")
    default_clock: Clockwork = Field("business", description="How clocks run that do not say so.")
    calendar: str = Field("", description="Whose hours: a calendar, or of the owner, else of the team, else NAME.")
    calendar_of: dict[Who, str] = Field(
        default_factory=dict, description="Calendars of single owners, before their own of 'routing'."
    )
    on_owner_change: OnOwnerChange = OnOwnerChange()
    marketing: dict[str, Promise] = Field(default_factory=dict, description="What marketing promises.")
    sales: dict[str, Promise] = Field(default_factory=dict, description="What sales promises.")
    joint: dict[str, Promise] = Field(default_factory=dict, description="What both promise.")

    @model_validator(mode="before")
    @classmethod
    def _from_preset(cls, value: object) -> object:
        return filled(value)

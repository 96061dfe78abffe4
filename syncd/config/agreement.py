"""``agreement.yaml``: what both teams signed, as written; `syncd.config.terms` turns it into what the rules use."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from syncd.config.calendars import Time
from syncd.config.governance import Header, ReviewTerms
from syncd.config.notices import NotifyTerms
from syncd.config.routing import RoutingSection
from syncd.config.sla import AttemptsSection, SlaSection
from syncd.config.stages import DispositionsSection, StagesSection
from syncd.config.validation import Share, Strict
from syncd.mapping.fields import Blanks
from syncd.mapping.reading import FieldType
from syncd.spi import Duration

Points: TypeAlias = Annotated[Decimal, Field(ge=-10000, le=10000, decimal_places=6)]


class OnlyFrom(Strict):
    """One source alone fills the field."""

    only: str = Field(description="The connection.")


class FieldTerms(Strict):
    """One meaning per word: both teams see the same value."""

    type: FieldType = Field("text", description="The normal form values are brought into.")
    values: list[str] = Field(default_factory=list, description="choice and list: the values there may be; empty: any.")
    wins: Literal["latest", "first", "fill_only", "union", "max", "min"] | OnlyFrom | list[str] = Field(
        "latest", description="Which source's value is the field's: a law, {only: CONNECTION}, or connections in order."
    )
    blanks: Blanks = Field(
        "ignore",
        description="When a source empties the field. ignore: it says nothing. clear: the field is emptied if the law chooses "
        "that source. protect: the last value stays.",
    )


class FadeTerms(Strict):
    """How points fade with the age of the event."""

    shape: Literal["cliff", "linear", "linear_steps", "half_life"] = Field(
        description="cliff: gone after 'every'; linear: to zero over it; linear_steps: 'by' less each; half_life: half each."
    )
    every: Duration = Field(description="The window, step or half-life, for example 30d (days of 24 hours).")
    by: Share | None = Field(None, description="linear_steps: the share lost per step, for example 50%.")

    @model_validator(mode="after")
    def _fits(self) -> FadeTerms:
        if (self.by is None) == (self.shape == "linear_steps"):
            raise ValueError("'by' goes with shape linear_steps, and only with it")
        if self.every <= timedelta(0):
            raise ValueError("'every' must be longer than nothing")
        return self


class Session(Strict):
    """One per visit."""

    session: Duration = Field(description="A new one begins when at least this passed since the previous event.")


class CountTerms(Strict):
    """Which events count."""

    human_only: bool = Field(True, description="Leave out opens and clicks of machines.")
    one_per: Literal["each", "day"] | Session = Field("each", description="each event, one per local day, or {session: 30m}.")


class BranchTerms(Strict):
    """Points for a sentence."""

    when: str = Field(description="A rule sentence, for example 'page_view of pricing at least 3 times within 14d'.")
    points: Points = Field(description="Points, negative ones too.")


class RuleTerms(Strict):
    """One line of the score."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Its name in explanations; lower-case letters, digits and _.")
    when: str | None = Field(None, description="A rule sentence; or first_match instead.")
    points: Points | None = Field(None, description="Points when it holds.")
    first_match: list[BranchTerms] = Field(default_factory=list, description="Several sentences; the first that holds counts.")
    fades: FadeTerms | Literal["none"] | None = Field(None, description="Overrides the group's.")
    counts: CountTerms | None = Field(None, description="Overrides the group's.")
    max_times: int | None = Field(None, ge=1, description="With 'each': how many events count.")
    keep: Literal["newest", "first"] = Field("newest", description="With max_times: which ones.")
    max_points: Annotated[Decimal, Field(gt=0)] | None = Field(None, description="The most it gives or takes, after fading.")
    says: str = Field("", description="How it is called in reasons; otherwise the sentence itself.")
    why: str = Field("", description="For those who read this file.")

    @model_validator(mode="after")
    def _one_form(self) -> RuleTerms:
        alone = self.when is not None and self.points is not None and not self.first_match
        several = self.when is None and self.points is None and bool(self.first_match)
        if not (alone or several):
            raise ValueError("a rule has 'when' and 'points', or 'first_match' alone")
        return self


class GroupTerms(Strict):
    """Rules with common limits."""

    limit: str | None = Field(None, description="The least and the most the group gives, for example 0..60.")
    fades: FadeTerms | Literal["none"] = Field("none", description="How the points of its events fade.")
    counts: CountTerms = CountTerms()
    rules: list[RuleTerms] = Field(min_length=1)


class Limits(Strict):
    """The least and the most a score may be."""

    min: int | None = None
    max: int | None = None


class Show(Strict):
    """What reps see beside the score."""

    grade: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Per group: letter to points, best first, for example {A: '>= 45', B: else}."
    )
    top_reasons: int = Field(3, ge=0, le=10, description="How many reasons are written back.")


class ModelTerms(Strict):
    """A complete scoring model."""

    groups: dict[str, GroupTerms] = Field(min_length=1)
    bands: dict[str, str] = Field(description="Names of score ranges, for example {mql: '> 50', nurture: 30..50}.")
    leave_mql_below: int | None = Field(None, description="An MQL stays one until its score is lower than this.")
    instantly_mql: list[str] = Field(default_factory=list, description="Sentences that make an MQL whatever the score.")
    never_mql: list[str] = Field(default_factory=list, description="Sentences that forbid an MQL whatever the score.")
    show: Show = Show()


FactTerms: TypeAlias = dict[str, str | bool | int | Decimal | list[str]]


class PersonTerms(Strict):
    """A made-up person."""

    facts: FactTerms = Field(default_factory=dict, description="Field to value.")
    events: list[str] = Field(default_factory=list, description="'KIND', 'KIND ASSET', each perhaps followed by '10d ago'.")


class ExampleTerms(PersonTerms):
    """A worked example that must stay true: what a person gets, or who scores more than whom."""

    name: str
    model: str | None = Field(None, description="The model it is about; otherwise the active one.")
    expect: dict[Literal["score", "band", "stage", "grade"], str | int] = Field(default_factory=dict)
    better: PersonTerms | None = Field(None, description="Instead of 'expect': the one who scores more ...")
    worse: PersonTerms | None = Field(None, description="... than this one.")

    @model_validator(mode="after")
    def _one_form(self) -> ExampleTerms:
        if bool(self.expect) == (self.better is not None and self.worse is not None):
            raise ValueError("an example has 'expect', or 'better' and 'worse'")
        return self


class Scoring(Strict):
    """The scoring models."""

    active_model: str = Field(description="The one that counts; the others are there to compare.")
    limits: Limits = Limits()
    models: dict[str, ModelTerms] = Field(min_length=1)
    examples: list[ExampleTerms] = Field(
        default_factory=list, description="Worked examples; a change that breaks one is refused."
    )


class AgreementFile(Strict):
    """The whole of ``agreement.yaml``."""

    agreement: Header
    review: ReviewTerms = ReviewTerms()
    time: Time = Time()
    fields: dict[str, FieldTerms] = Field(
        default_factory=dict, description="Fields beside the standard ones, or standard ones with another law."
    )
    activities: list[str] = Field(default_factory=list, description="Kinds of activity beside the standard ones.")
    glossary: dict[str, str] = Field(default_factory=dict, description="A sentence for each word that both teams use.")
    scoring: Scoring
    notify: NotifyTerms = NotifyTerms()
    stages: StagesSection | None = Field(None, description="Who enters which stage, and by whose word.")
    dispositions: DispositionsSection | None = Field(None, description="What sales answers about a lead.")
    attempts: AttemptsSection = AttemptsSection()
    sla: SlaSection | None = Field(None, description="What both sides promise each other; without it, no clock runs.")
    routing: RoutingSection | None = Field(None, description="Who gets an MQL that has no owner; without it, nobody is chosen.")

"""Short ways to write models, facts and histories down in a test."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypedDict, Unpack

from syncd.agreement.counting import EventType, History, micros_of
from syncd.agreement.language import Sentence, parse
from syncd.agreement.terms import POINT, Band, Branch, Counting, Fades, Group, Model, Rule

FIELDS = ("company_size", "industry", "role", "email", "unsubscribed", "location", "budget", "tags")
KINDS = ("page_view", "download", "webinar_attended", "email_open", "demo_request", "call_out")


class RuleOptions(TypedDict, total=False):
    fades: Fades
    counting: Counting
    max_times: int
    max_points: int


class ModelOptions(TypedDict, total=False):
    low: int
    high: int
    leave_mql_below: int
    instantly_mql: tuple[Sentence, ...]
    never_mql: tuple[Sentence, ...]


def sentence(text: str) -> Sentence:
    return Sentence(text, parse(text, fields=FIELDS, kinds=KINDS))


def femto(points: float | str) -> int:
    return int(Decimal(str(points)) * POINT)


def rule(name: str, *branches: tuple[str, float], **options: Unpack[RuleOptions]) -> Rule:
    max_points = options.get("max_points")
    return Rule(
        id=name,
        branches=tuple(Branch(sentence(text), femto(points)) for text, points in branches),
        fades=options.get("fades", Fades()),
        counting=options.get("counting", Counting()),
        max_times=options.get("max_times"),
        max_points=None if max_points is None else femto(max_points),
    )


def model(*groups: Group | Rule, bands: tuple[Band, ...] = (), **options: Unpack[ModelOptions]) -> Model:
    loose = tuple(one for one in groups if isinstance(one, Rule))
    named = tuple(one for one in groups if isinstance(one, Group))
    all_groups = (*named, Group(id="all", rules=loose)) if loose else named
    return Model(id="test", groups=all_groups, bands=bands, **options)


def half_life(days: float) -> Fades:
    return Fades(shape="half_life", every=timedelta(days=days))


def at(text: str) -> int:
    """An instant as microseconds: ``2026-11-20``, ``2026-11-20 09:30`` or full ISO; UTC unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    return micros_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def history(*events: tuple[str, str] | tuple[str, str, str], machine: Iterable[int] = ()) -> History:
    """Events as (instant, kind) or (instant, kind, asset); *machine* lists the positions that a machine caused."""
    found: dict[EventType, list[int]] = {}
    for position, (when, kind, *asset) in enumerate(events):
        event = EventType(kind, asset[0] if asset else "", machine=position in machine)
        found.setdefault(event, []).append(at(when))
    return {event: sorted(instants) for event, instants in found.items()}


def days_ago(now: str, *ages: float, kind: str = "page_view") -> History:
    return {EventType(kind): sorted(at(now) - round(age * 86_400_000_000) for age in ages)}


ARTICLE_000 = model(
    Group(
        id="fit",
        rules=(
            rule("size", ("company_size in 10..500", 30), ("company_size in 501..2000", 20)),
            rule("industry", ("industry is technology", 25), ("industry is financial services", 10)),
        ),
    ),
    Group(
        id="engagement",
        rules=(
            rule("dl_pricing", ("download of pricing", 15)),
            rule("dl_case", ("download of case_study", 10)),
            rule("webinar", ("webinar_attended", 20)),
            rule("pricing_visits", ("page_view of pricing more than 3 times", 15)),
            rule("opens", ("email_open at least 5 times", 5)),
        ),
    ),
    bands=(Band(name="mql", low=51), Band(name="nurture", low=30, high=50)),
)

ARTICLE_003 = model(
    rule("pricing", ("page_view of pricing", 20)),
    rule("ceo", ("role is ceo", 10)),
    rule("student", ("role is student", -50)),
    bands=(Band(name="mql", low=71),),
)

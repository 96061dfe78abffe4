"""Promises in plain English: what both sides agreed about time and deadlines, line by line.

Like `syncd.agreement.wording`: one line says one thing, so that two versions of an agreement differ by the lines that differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from syncd.agreement.attempts import AttemptTerms
from syncd.agreement.calendars import MINUTE, Calendar
from syncd.agreement.counting import instant
from syncd.agreement.durations import spoken
from syncd.agreement.language import FactCondition, english, percent
from syncd.agreement.language import spoken as spoken_span
from syncd.agreement.policies import Figure, Goal, Moments, Policy, Roster, SharePromise, Sla, TimeTerms, VolumePromise

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EVENTS = {
    "notified": "sales notified",
    "answered": "a reply by marketing",
    "feedback": "a disposition with its reason",
    "disposition": "a disposition",
}


def promises_in_words(sla: Sla, attempts: AttemptTerms) -> dict[str, tuple[str, ...]]:
    """Say everything about time, attempts and promises: for each section its lines."""
    return {
        "time": tuple(_time(sla.time)),
        "attempts": tuple(_attempts(attempts)),
        "promises": (
            *(line for policy in sla.policies for line in _policy(policy)),
            *(line for figure in sla.figures for line in _figure(figure)),
            *_roster(sla.roster),
        ),
    }


def minutes(span: int) -> str:
    """Say a span to the minute.

    >>> minutes(90 * MINUTE)
    '1 h 30 min'
    """
    hours, rest = divmod(span // MINUTE, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


# ---------------------------------------------------------------- promises


def _policy(policy: Policy) -> Iterator[str]:
    goals = ", ".join(_goal(goal, alone=len(policy.goals) == 1) for goal in policy.goals)
    stop = f"{policy.need} times {_events(policy.stop)}" if policy.need > 1 else _events(policy.stop)
    if policy.over_days > 1:
        stop += f" on at least {policy.over_days} dates"
    if policy.unless.of:
        stop += f", or {_events(policy.unless)},"
    yield f"{policy.id} ({policy.side}): from {_events(policy.start)} to {stop} in {goals}."
    if policy.warn_at:
        yield f"{policy.id} is at risk at {', '.join(map(percent, policy.warn_at))} of that."
    if policy.pause_while:
        yield f"{policy.id} stands still during {' or '.join(policy.pause_while)}."
    if policy.cancel_if.of:
        yield f"{policy.id} ends undecided with {_events(policy.cancel_if)}."
    if policy.void_if.of:
        yield f"{policy.id} is unmade by {_events(policy.void_if)}."
    if policy.on_breach:
        yield f"When {policy.id} is breached: {', '.join(policy.on_breach)}."
    if policy.escalation is not None:
        yield f"{spoken(policy.escalation.after)} after that, if it is still open: {', '.join(policy.escalation.does)}."


def _goal(goal: Goal, *, alone: bool) -> str:
    within = spoken(goal.within)
    if goal.aim is not None:
        within += f" (better {spoken(goal.aim)})"
    if goal.when is None:
        return within if alone else f"{within} otherwise"
    if goal.when == "high_intent":
        return f"{within} for high intent"
    condition = goal.when.condition
    return f"{within} if {english(condition) if isinstance(condition, FactCondition) else goal.when.text}"


def _events(moments: Moments) -> str:
    return (" and " if moments.all else " or ").join(_event(moment.what) for moment in moments.of)


def _event(what: str) -> str:
    return _EVENTS.get(what, what.replace(":", " ").replace("_", " "))


def _figure(figure: Figure) -> Iterator[str]:
    match figure:
        case VolumePromise():
            pace = ", judged by the forecast, too" if figure.pace else ""
            yield f"{figure.id} ({figure.side}): at least {figure.at_least} {figure.of} a {figure.per}{pace}."
        case SharePromise():
            within = f" within {_span(figure.within)}" if figure.within else ""
            yield (
                f"{figure.id} ({figure.side}): at least {percent(figure.at_least)} of the {figure.of} of a {figure.per}: "
                f"{_event(figure.are)}{within}."
            )
            if figure.alarm_below is not None:
                until = percent(figure.clear_at if figure.clear_at is not None else figure.alarm_below)
                what = f": {figure.on_alarm}" if figure.on_alarm else ""
                yield (
                    f"Below {percent(figure.alarm_below)} of {figure.min_sample} people or more both managers are told, "
                    f"until it is {until} again{what}."
                )


def _span(span: int) -> str:
    return spoken_span(timedelta(microseconds=span))


# ---------------------------------------------------------------- time and attempts


def _roster(roster: Roster) -> Iterator[str]:
    if not roster.default:
        return
    own = [f"{who}: {calendar}" for who, calendar in sorted(roster.owners.items())]
    team = [f"{name}: {calendar}" for name, calendar in sorted(roster.teams.items())]
    steps = [
        *([f"of the owner ({', '.join(own)})"] if own else []),
        *([f"of the team ({', '.join(team)})"] if team else []),
        roster.default,
    ]
    yield f"Business clocks run on the calendar {', else '.join(steps)}."


def _time(time: TimeTerms) -> Iterator[str]:
    yield f"Dates are told in {time.zone}; weeks start on {_DAYS[time.week_starts]}."
    if time.go_live is not None:
        yield f"What was due before {instant(time.go_live):%Y-%m-%d %H:%M} UTC is measured, and nobody is told."
    yield f"After an outage, alerts older than {_span(time.max_alert_age)} go into the digest."
    for name, calendar in time.calendars.items():
        yield f"Calendar {name} in {calendar.zone}: {_week(calendar)}; holidays known: {len(calendar.holidays)}."
        for day, openings in sorted(calendar.special.items()):
            yield f"Calendar {name} on {day}: {', '.join(map(str, openings)) or 'closed'}."


def _week(calendar: Calendar) -> str:
    if calendar.always:
        return "always open"
    said: list[tuple[str, str, str]] = []  # first day, last day, openings
    for before, name, openings in zip(("", *_DAYS), _DAYS, calendar.week, strict=False):
        hours = ", ".join(map(str, openings))
        if hours and said and said[-1][1:] == (before, hours):
            said[-1] = (said[-1][0], name, hours)
        elif hours:
            said.append((name, name, hours))
    return "; ".join(f"{first} {hours}" if first == last else f"{first} to {last} {hours}" for first, last, hours in said)


def _attempts(terms: AttemptTerms) -> Iterator[str]:
    yield f"An attempt is {', '.join(sorted(terms.count))}."
    if terms.never:
        yield f"No attempt is {', '.join(sorted(terms.never))}."
    by = "by one channel " if terms.per_channel else ""
    yield f"Attempts {by}less than {minutes(terms.apart)} apart are one."
    yield f"A meeting the lead books is {'an' if terms.booking_by_lead else 'no'} attempt."
    yield f"Somebody is reached by {', '.join(sorted(terms.connects))}, or when the CRM says so."
    yield f"A contact up to {_span(terms.credit)} before the handoff answers it at once."
    if terms.bounce_reopens:
        yield "A mail that comes back is no attempt, and opens its clock again."

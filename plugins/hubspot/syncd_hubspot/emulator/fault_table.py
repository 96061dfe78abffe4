"""The table of faults: everything `--misbehave` can switch on."""

from __future__ import annotations

from collections.abc import Mapping

from syncd_hubspot.emulator import effects
from syncd_hubspot.emulator.faults import After, Before, Concerns, Fault, Moment, Setup, Unit


def _account(name: str, default: float, unit: Unit, about: str, *, setup: Setup) -> Fault:
    """A fault of the account itself, on as long as the switch is."""
    return Fault(name=name, default=default, unit=unit, about=about, setup=setup)


def _before(name: str, share: float, about: str, effect: Before, *, concerns: Concerns = effects.calls) -> Fault:
    """A fault instead of an answer, for a share of the requests."""
    return Fault(name=name, default=share, unit=Unit.SHARE, about=about, before=effect, concerns=concerns, spoils=True)


def _meanwhile(name: str, number: float, about: str, effect: Moment, *, concerns: Concerns = effects.pages) -> Fault:
    """Something that happens in the account before a request is served as ever: to a share, or once in so many."""
    unit = Unit.SHARE if number < 1 else Unit.REQUESTS
    return Fault(name=name, default=number, unit=unit, about=about, before=effects.unserved(effect), concerns=concerns)


def _after(name: str, share: float, about: str, effect: After, *, concerns: Concerns = effects.calls) -> Fault:
    """A fault that strikes when a share of the requests has been served."""
    return Fault(name=name, default=share, unit=Unit.SHARE, about=about, after=effect, concerns=concerns, spoils=True)


_LIST = (
    _account("lag", 10, Unit.SECONDS, "searches see every write this much later", setup=effects.lag),
    _account("late", 0.2, Unit.SHARE, "of the writes are seen by searches minutes late", setup=effects.late),
    _account("ties", 1_000, Unit.MS, "grain of modified times, so that many records share one", setup=effects.ties),
    _account("dirty", 0.1, Unit.SHARE, "of the people and firms have a value against the rules", setup=effects.dirty),
    _account("skew", 90, Unit.SECONDS, "the account's clock is ahead by this much", setup=effects.skew),
    _account("rotate", 1, Unit.NONE, "a refresh token works once; used twice, it ends every token", setup=effects.rotate),
    _meanwhile("shift", 0.3, "before pages a record is edited and moves", effects.edit),
    _meanwhile("vanish", 0.1, "before pages a record is archived", effects.vanish),
    _meanwhile("merge", 0.1, "before pages two records are merged", effects.merge),
    _meanwhile("drift", 20, "a custom property comes back under another name", effects.drift, concerns=effects.calls),
    _meanwhile("expiry", 25, "OAuth access tokens die", effects.expire, concerns=effects.calls),
    _before("429", 0.05, "refused by the limit of ten seconds, without Retry-After", effects.limited("TEN_SECONDLY_ROLLING")),
    _before("429-search", 0.05, "searches refused by theirs", effects.limited("SECONDLY"), concerns=effects.searches),
    _before("429-daily", 0.01, "refused by the limit of a day", effects.limited("DAILY")),
    *(_before(status, 0.05, f"answered {status}", fails) for status, fails in effects.STATUSES.items()),
    _before("5xx", 0.05, "answered by one of those", effects.any_failure),
    _before("423", 0.05, "writes refused: the record is locked", effects.LOCKED, concerns=effects.writes),
    _before("477", 0.02, "refused: the account is moving, with Retry-After", effects.MOVING),
    _before("html", 0.05, "answered 200 with a page of HTML", effects.LOGIN),
    _before("hollow", 0.05, "answered 200 with {}", effects.hollow),
    _before("reset", 0.05, "the connection is cut before anything is done", effects.reset),
    _before("hang", 0.02, "never answered", effects.hang),
    _after("lost", 0.05, "writes are done, then the connection is cut", effects.lose, concerns=effects.writes),
    _after("gateway", 0.05, "writes are done and answered 524", effects.gateway, concerns=effects.writes),
    _after("cut", 0.05, "the body ends in the middle", effects.cut),
    _after("drip", 0.02, "the body comes byte by byte", effects.drip),
    Fault(name="slow", default=2, unit=Unit.SECONDS, about="every answer takes this long", after=effects.wait),
    Fault(name="207", default=0.1, unit=Unit.SHARE, about="of a batch's writes fail by themselves", thins=effects.failed_input),
    Fault(name="omit", default=0.1, unit=Unit.SHARE, about="of a batch's writes are passed over", thins=effects.passed_over),
    Fault(name="hooks-double", default=0.2, unit=Unit.SHARE, about="of the webhooks come twice"),
    Fault(name="hooks-shuffle", default=0.5, unit=Unit.SHARE, about="of the webhooks are overtaken by later ones"),
    Fault(name="hooks-lost", default=0.1, unit=Unit.SHARE, about="of the webhooks never come"),
)

FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _LIST}
"""Every fault by its name."""


def table() -> str:
    """Return the faults as text for ``--help``."""
    lines = [f"  {one.name:14}{one.default:<8g}{one.unit.value:26}{one.about}" for one in FAULTS.values()]
    return "\n".join(("  fault         number  what it is                effect", *lines))

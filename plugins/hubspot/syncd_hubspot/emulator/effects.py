"""What each fault does: to the account, to a request before it is served, to its answer.

Bodies of limits and errors are HubSpot's own where they are recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import msgspec

from syncd_hubspot.emulator.access import Access
from syncd_hubspot.emulator.definitions import Property
from syncd_hubspot.emulator.faults import Before, Moment, Outcome, Scene
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.wire import Answer, ErrorBody, Refusal, answer
from syncd_hubspot.emulator.words import TITLES

HANG_S = 3_600
LATEST_S = 300
MOVING_S = 120
_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1><p>HubSpot is not available.</p></body></html>"


def writes(request: str, writes: bool) -> bool:
    """Concern writes alone."""
    return writes and "/oauth/" not in request


def pages(request: str, writes: bool) -> bool:
    """Concern what reads records."""
    return request.endswith(("/search", "/batch/read")) or (request.startswith("GET") and "/objects/" in request)


def searches(request: str, writes: bool) -> bool:
    """Concern searches alone."""
    return request.endswith("/search")


def calls(request: str, writes: bool) -> bool:
    """Concern everything but tokens."""
    return "/oauth/" not in request


def lag(portal: Portal, access: Access, number: float, rng: Random) -> None:
    """Let searches see writes late."""
    portal.delay = lambda: int(number * 1000)


def late(portal: Portal, access: Access, number: float, rng: Random) -> None:
    """Let searches see a share of the writes very late."""
    before = portal.delay
    portal.delay = lambda: rng.randint(1_000, LATEST_S * 1000) if rng.random() < number else before()


def ties(portal: Portal, access: Access, number: float, rng: Random) -> None:
    """Make the grain of modified times coarse."""
    portal.tick = max(1, int(number))


def skew(portal: Portal, access: Access, number: float, rng: Random) -> None:
    """Set the account's clock wrong."""
    portal.skew = int(number * 1000)


def dirty(portal: Portal, access: Access, number: float, rng: Random) -> None:
    """Let newcomers bring values against the rules."""
    portal.dirt = number


def rotate(portal: Portal, access: Access, number: float, rng: Random) -> None:
    """Let refresh tokens work once."""
    access.rotates = True


def edit(scene: Scene) -> None:
    """Edit a record as a person would, so that it moves to another place of a search."""
    table = scene.table
    if table is None or not table.live:
        return
    record_id = scene.rng.choice(tuple(table.ids()))
    name = "jobtitle" if table.kind.plural == "contacts" else table.kind.title
    if name:
        value = f"{scene.rng.choice(TITLES)} {scene.rng.randint(1, 999)}"
        scene.portal.update(table.kind.plural, record_id, {name: value}, source="CRM_UI")


def vanish(scene: Scene) -> None:
    """Archive a record."""
    table = scene.table
    if table is not None and table.live:
        scene.portal.archive(table.kind.plural, scene.rng.choice(tuple(table.ids())), source="CRM_UI")


def merge(scene: Scene) -> None:
    """Merge two records."""
    table = scene.table
    if table is not None and table.kind.mergeable and len(table.live) > 1:
        one, other = scene.rng.sample(tuple(table.ids()), 2)
        scene.portal.merge(table.kind.plural, one, other)


def drift(scene: Scene) -> None:
    """Archive a property of the customer's own and bring it back under another name."""
    tables = [scene.portal.of(kind) for kind in ("contacts", "companies", "deals")]
    own = [(table, p) for table in tables for p in table.properties.values() if is_own(p)]
    if not own:
        return
    table, found = scene.rng.choice(own)
    table.properties[found.name] = msgspec.structs.replace(found, archived=True)
    fresh = msgspec.structs.replace(found, name=f"{found.name}_2", label=f"{found.label} 2")
    table.properties.setdefault(fresh.name, fresh)
    table.reindex_unique()


def is_own(found: Property) -> bool:
    """Tell whether a property is the customer's and has not drifted yet."""
    return found.modification_metadata.archivable and not found.archived and not found.name.endswith("_2")


def unserved(effect: Moment) -> Before:
    """Let something happen in the account before a request is served as ever."""

    def happen(scene: Scene) -> None:
        effect(scene)

    return happen


def limited(policy: str) -> Before:
    """Refuse by a limit."""

    def refuse(scene: Scene) -> Outcome | None:
        raise scene.limits.refusal(policy, {})

    return refuse


def html(status: int, title: str) -> Before:
    """Answer with a page instead of JSON."""
    page = Answer(status=status, body=_PAGE.format(title).encode(), media="text/html; charset=utf-8")
    return lambda scene: Outcome(answer=page)


def failing(status: int, message: str, headers: Mapping[str, str] | None = None) -> Before:
    """Answer with an error."""

    def refuse(scene: Scene) -> Outcome | None:
        raise Refusal(status, ErrorBody(message=message), headers=headers)

    return refuse


STATUSES: Mapping[str, Before] = {
    "500": failing(500, "internal error"),
    "502": html(502, "502 Bad Gateway"),
    "503": failing(503, "Service Unavailable"),
    "504": html(504, "504 Gateway Time-out"),
    "521": html(521, "Web server is down"),
    "523": html(523, "Origin is unreachable"),
    "524": html(524, "A timeout occurred"),
}


LOCKED = failing(423, "Locked: too many writes at once, wait 2 seconds")
MOVING = failing(477, "Migration in progress", {"Retry-After": str(MOVING_S)})
LOGIN = html(200, "Log in")


def any_failure(scene: Scene) -> Outcome | None:
    """Fail in one of the usual ways."""
    return STATUSES[scene.rng.choice(tuple(STATUSES))](scene)


def gateway(scene: Scene, done: Answer) -> Outcome:
    """Do it and say that it took too long."""
    page = Answer(status=524, body=_PAGE.format("A timeout occurred").encode(), media="text/html; charset=utf-8")
    return Outcome(answer=page)


def cut(scene: Scene, done: Answer) -> Outcome:
    """End the body in the middle."""
    return Outcome(answer=done, cut=scene.rng.randrange(len(done.body))) if done.body else Outcome(answer=done)


def failed_input(item: Mapping[str, object]) -> ErrorBody:
    """Return the error for an input that fails."""
    trace, name = item.get("objectWriteTraceId"), item.get("id")
    context = {"ids": [str(name)]} if name is not None else {}
    if trace is not None:
        context["objectWriteTraceId"] = [str(trace)]
    return ErrorBody(message="There was a problem with this input.", category="VALIDATION_ERROR", context=context)


def hollow(scene: Scene) -> Outcome | None:
    """Answer 200 with nothing in it."""
    return Outcome(answer=answer({}))


def reset(scene: Scene) -> Outcome | None:
    """Cut the connection before anything is done."""
    return Outcome(answer=Answer(), lost=True)


def hang(scene: Scene) -> Outcome | None:
    """Never answer."""
    return Outcome(answer=Answer(), delay_s=HANG_S)


def lose(scene: Scene, done: Answer) -> Outcome:
    """Cut the connection after everything is done."""
    return Outcome(answer=done, lost=True)


def drip(scene: Scene, done: Answer) -> Outcome:
    """Send byte by byte."""
    return Outcome(answer=done, drips=True)


def wait(scene: Scene, done: Answer) -> Outcome:
    """Take a while."""
    return Outcome(answer=done, delay_s=scene.number)


def expire(scene: Scene) -> None:
    """Let the access tokens die."""
    scene.access.expire()


def passed_over(item: Mapping[str, object]) -> ErrorBody | None:
    """Say nothing of an input that was left out."""
    return None

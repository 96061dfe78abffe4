"""Doing wrong on purpose: which faults are switched on, and when each of them strikes.

A switch is ``name[:number][@text]``: ``503:0.1@POST /crm`` hits one in ten of the requests whose method and path hold that
text. `fault_table.FAULTS` says what there is. Chance is seeded for each switch apart: the same switches, seed and requests
give the same faults, and adding a switch moves none of the others. Faults of chance never spoil the same request more than
twice in a row, however many are on, so that whoever tries three times gets on; those whose share is 1 always strike.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from zlib import crc32

import msgspec

from syncd_hubspot.emulator.access import Access
from syncd_hubspot.emulator.fault_table import FAULTS
from syncd_hubspot.emulator.faults import Fault, Outcome, Scene, Unit
from syncd_hubspot.emulator.limits import Limits
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.wire import Answer, ErrorBody

_IN_A_ROW = 2
_RANGES = {Unit.SHARE: (0, 1), Unit.MS: (1, math.inf), Unit.REQUESTS: (1, math.inf)}


@dataclass(slots=True, kw_only=True)
class Switch:
    """A fault that is on: how much of it, for which requests, and how often it has been looked at."""

    fault: Fault
    number: float
    match: str
    rng: Random
    seen: int = 0

    @property
    def is_certain(self) -> bool:
        """Tell whether the fault strikes whenever it can."""
        return self.fault.unit is not Unit.SHARE or self.number >= 1

    def strikes(self) -> bool:
        """Tell whether the fault strikes now; asked once for each request it could strike."""
        if self.fault.unit is Unit.REQUESTS:
            self.seen += 1
            return self.seen % max(1, int(self.number)) == 0
        return self.is_certain or self.rng.random() < self.number


def parsed(text: str, *, seed: int) -> tuple[Switch, ...]:
    """Read switches. Raises: ValueError naming a switch that is none."""
    return tuple(_switch(word.strip(), seed) for word in text.split(",") if word.strip())


def _switch(word: str, seed: int) -> Switch:
    told, _, match = word.partition("@")
    name, _, number = told.partition(":")
    fault = FAULTS.get(name)
    if fault is None:
        raise ValueError(f"--misbehave {word}: there is no fault {name!r}; there are {', '.join(FAULTS)}")
    try:
        amount = float(number) if number else fault.default
    except ValueError as error:
        raise ValueError(f"--misbehave {word}: {number!r} is no number") from error
    least, most = _RANGES.get(fault.unit, (-math.inf, math.inf))
    if not (least <= amount <= most and math.isfinite(amount)):
        raise ValueError(f"--misbehave {word}: {number} is out of range; it is: {fault.unit.value}")
    return Switch(fault=fault, number=amount, match=match, rng=Random(crc32(word.encode()) + seed))


class Misbehaviour:
    """The switches that are on. *hits* counts how often each fault struck; *is_on* turned off lets all be well."""

    def __init__(self, portal: Portal, access: Access, limits: Limits, *, seed: int) -> None:
        self.portal = portal
        self.access = access
        self.limits = limits
        self.seed = seed
        self.is_on = True
        self.hits: Counter[str] = Counter()
        self.switches: tuple[Switch, ...] = ()
        self._spoiled: Counter[str] = Counter()

    def switch(self, text: str) -> None:
        """Switch to the faults that *text* names, and no others. Raises: ValueError."""
        switches = parsed(text, seed=self.seed)
        self.portal.well()
        self.access.rotates = False
        self.switches = switches
        for one in switches:
            if one.fault.setup is not None:
                one.fault.setup(self.portal, self.access, one.number, one.rng)

    def share(self, name: str) -> float:
        """Return how much of a fault there is, for those that concern no request."""
        return next((one.number for one in self.switches if one.fault.name == name and self.is_on), 0.0)

    def before(self, method: str, path: str, *, writes: bool) -> Outcome | None:
        """Do what goes wrong before a request is served; return its answer if it never is. Raises: Refusal."""
        request = f"{method} {path}"
        for one in self.switches if self.is_on else ():
            if one.fault.before is not None and self._strikes(one, request, writes=writes):
                outcome = one.fault.before(self._scene(one, path))
                if outcome is not None:
                    return outcome
        return None

    def after(self, method: str, path: str, done: Answer, *, writes: bool) -> Outcome:
        """Return how an answer is sent."""
        request = f"{method} {path}"
        for one in self.switches if self.is_on else ():
            if one.fault.after is not None and self._strikes(one, request, writes=writes):
                return one.fault.after(self._scene(one, path), done)
        self._spoiled.pop(request, None)
        return Outcome(answer=done)

    def thinned(self, method: str, path: str, body: bytes) -> tuple[bytes, Sequence[ErrorBody]]:
        """Take from a batch of writes what is to fail; return what is left of it and the errors for what fails aloud."""
        if not self.switches or not self.is_on or "/batch/" not in path or path.endswith(("/read", "/archive")):
            return body, ()
        errors: list[ErrorBody] = []
        for one in self.switches:
            if one.fault.thins is not None and one.match in f"{method} {path}":
                body, failed = _thin(body, one)
                self.hits[one.fault.name] += len(failed)
                errors += [error for item in failed if (error := one.fault.thins(item)) is not None]
        return body, errors

    def _strikes(self, one: Switch, request: str, *, writes: bool) -> bool:
        if one.match not in request or not one.fault.concerns(request, writes):
            return False
        if one.fault.spoils and not one.is_certain and self._spoiled[request] >= _IN_A_ROW:
            return False
        if not one.strikes():
            return False
        self.hits[one.fault.name] += 1
        self._spoiled[request] += one.fault.spoils
        return True

    def _scene(self, one: Switch, path: str) -> Scene:
        return Scene(portal=self.portal, access=self.access, limits=self.limits, path=path, number=one.number, rng=one.rng)


def _thin(body: bytes, one: Switch) -> tuple[bytes, Sequence[Mapping[str, object]]]:
    """Remove a share of the inputs of a batch; a body that is none is left to whoever says so."""
    try:
        batch = msgspec.json.decode(body, type=dict[str, list[dict[str, object]]])
    except msgspec.DecodeError:
        return body, ()
    inputs = batch.get("inputs", [])
    failing = [one.rng.random() < one.number for _ in inputs]
    left = [item for item, fails in zip(inputs, failing, strict=True) if not fails]
    lost = [item for item, fails in zip(inputs, failing, strict=True) if fails]
    return (msgspec.json.encode({**batch, "inputs": left}), lost) if lost else (body, ())

"""Everything the emulator can do wrong on purpose. `MODES` is the whole menu; `--help` prints it.

A mode is asked for as ``NAME[:KEY=VALUE,…]`` with the keys ``p`` (probability, 1), ``times`` (how often at most; 0 is always),
``after`` (so many matching requests pass first), ``method``, ``path`` (a piece of the path) and ``value`` (what the mode's text
says). Chances are drawn from the seeded generator of the instance, so the same seed and the same requests go wrong alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from syncd_salesforce.emulator.answers import Call

__all__ = ["MODES", "Fault", "Faults", "Mode", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A way to go wrong; ``value`` and ``times`` are what counts if nothing else is said."""

    text: str
    value: str = ""
    times: int = 0
    path: str = ""


_FIELD = "Lead.Title"
_LARGEST = 1e9

MODES: Mapping[str, Mode] = {
    # ---- requests as a whole
    "unavailable": Mode(text="503 SERVER_UNAVAILABLE"),
    "maintenance": Mode(text="503 with a page in HTML"),
    "broken": Mode(text="500 UNKNOWN_EXCEPTION"),
    "html": Mode(text="200 with a page in HTML instead of JSON"),
    "edge": Mode(text="420 'Salesforce Edge is setting things up'"),
    "throttled": Mode(text="429 without Retry-After"),
    "not_acceptable": Mode(text="406 CustomNotAcceptable", path="/describe"),
    "uri_too_long": Mode(text="414 in HTML for urls longer than VALUE", value="4000"),
    "headers_too_large": Mode(text="431 in HTML"),
    "gone": Mode(text="410, as for a retired version"),
    "daily_limit": Mode(text="403 REQUEST_LIMIT_EXCEEDED: the day's requests are used up"),
    "concurrent_limit": Mode(text="403 REQUEST_LIMIT_EXCEEDED: too many long requests at once"),
    "api_disabled": Mode(text="403 API_DISABLED_FOR_ORG"),
    "no_rights": Mode(text="403 INSUFFICIENT_ACCESS"),
    "session": Mode(text="401 INVALID_SESSION_ID although the session is good", times=1),
    "session_dead": Mode(text="401 that no new session mends: 'This session is not valid for use with the REST API'"),
    # ---- logging in
    "login": Mode(text="400 invalid_grant at the token endpoint, described as VALUE", value="expired access/refresh token"),
    "token_lost": Mode(text="a refresh token is rotated, and the reply is lost", times=1, path="/services/oauth2/token"),
    # ---- the wire
    "reset": Mode(text="the request is carried out, then the connection is reset without a reply", times=1),
    "cut": Mode(text="the body ends halfway: shorter than its Content-Length", times=1),
    "cut_open": Mode(text="the body ends at a line end halfway and looks complete", times=1, path="/results"),
    "keyless": Mode(text="200 with an empty object in place of the answer", times=1),
    "redirect": Mode(text="302 to VALUE", value="http://127.0.0.1:1/"),
    "drip": Mode(text="the body comes byte by byte, one in VALUE seconds", value="0.5"),
    "bomb": Mode(text="a small compressed body opens to VALUE megabytes of blanks", value="600", times=1),
    "header_flood": Mode(text="VALUE headers more than usual", value="10000", times=1),
    "slow": Mode(text="the reply waits VALUE seconds", value="1"),
    "silent": Mode(text="no reply for VALUE seconds, then the connection is reset", value="60"),
    "clock": Mode(text="the Date header is VALUE seconds off", value="-300"),
    # ---- records and queries
    "late": Mode(text="writes show VALUE seconds after their stamp", value="30"),
    "ties": Mode(text="writes are stamped with the last instant that is a multiple of VALUE seconds", value="3600"),
    "timeout": Mode(text="QUERY_TIMEOUT", path="/query"),
    "too_large": Mode(text="OPERATION_TOO_LARGE, as of Task and Event without View All Data", path="/query"),
    "locator": Mode(text="INVALID_QUERY_LOCATOR", times=1, path="/query/"),
    "empty_page": Mode(text="a page without rows, and more to come", times=1, path="/query"),
    "long_text": Mode(text="pages of at most 100 rows", path="/query"),
    "double": Mode(text="the last row of a page comes twice", path="/query"),
    "odd_text": Mode(text="NUL, an emoji, a line break and quotes in long texts", path="/query"),
    "field_gone": Mode(text="the field VALUE is hidden once a describe has shown it", value=_FIELD, times=1, path="/describe"),
    "field_retyped": Mode(text="the field VALUE turns to a number once described", value=_FIELD, times=1, path="/describe"),
    # ---- writing
    "lock": Mode(text="UNABLE_TO_LOCK_ROW for single rows (p says how many)"),
    "partial": Mode(text="a trigger throws for single rows (p says how many)"),
    # ---- bulk
    "bulk_refused": Mode(text="INVALIDENTITY: the object VALUE is not supported by the Bulk API", value="Lead", path="/jobs/"),
    "bulk_stuck": Mode(text="the job stays InProgress", path="/jobs/"),
    "bulk_failed": Mode(text="the job ends as Failed", path="/jobs/", times=1),
    "bulk_aborted": Mode(text="the job ends as Aborted", path="/jobs/", times=1),
    "bulk_gone": Mode(text="the job is deleted: 404", path="/jobs/", times=1),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A mode in force."""

    mode: str
    value: str
    p: float = 1.0
    times: int = 0
    after: int = 0
    method: str = ""
    path: str = ""

    def fits(self, call: Call) -> bool:
        """Say whether a request is of the kind that is meant."""
        return self.path in call.path and self.method in {"", call.method}


@dataclass(slots=True, kw_only=True)
class Faults:
    """The modes in force, and how often each has struck."""

    random: Random
    active: list[Fault] = field(default_factory=list)
    struck: dict[str, int] = field(default_factory=dict)
    _passed: dict[Fault, int] = field(default_factory=dict)
    _hits: dict[Fault, int] = field(default_factory=dict)

    def begin(self, text: str) -> None:
        """Put a mode in force.

        Raises: ValueError if there is no such mode or key.
        """
        self.active.append(read(text))

    def end(self, mode: str | None = None) -> None:
        """Take a mode out of force, or all."""
        self.active = [one for one in self.active if mode is not None and one.mode != mode]
        self._passed.clear()
        self._hits.clear()

    def strike(self, mode: str, call: Call) -> Fault | None:
        """Return the fault if it strikes this time."""
        for one in self.active:
            if one.mode == mode and one.fits(call) and self._now(one):
                self.struck[mode] = self.struck.get(mode, 0) + 1
                return one
        return None

    def value(self, mode: str) -> str | None:
        """Return the value of a mode in force that is not about requests."""
        return next((one.value for one in self.active if one.mode == mode), None)

    def _now(self, fault: Fault) -> bool:
        passed = self._passed[fault] = self._passed.get(fault, 0) + 1
        if passed <= fault.after or (fault.times and self._hits.get(fault, 0) >= fault.times):
            return False
        if fault.p < 1 and self.random.random() >= fault.p:
            return False
        self._hits[fault] = self._hits.get(fault, 0) + 1
        return True


def read(text: str) -> Fault:
    """Read what follows ``--misbehave``.

    Raises: ValueError.

    >>> read("lock:p=0.3").p
    0.3
    """
    name, _, rest = text.partition(":")
    if name not in MODES:
        raise ValueError(f"no misbehaviour {name!r}; there are: {', '.join(MODES)}")
    mode = MODES[name]
    fault = Fault(mode=name, value=mode.value, times=mode.times, path=mode.path)
    for key, value in _pairs(rest.split(",") if rest else ()):
        match key:
            case "p":
                fault = replace(fault, p=_number(name, key, value, most=1))
            case "times":
                fault = replace(fault, times=_whole(name, key, value))
            case "after":
                fault = replace(fault, after=_whole(name, key, value))
            case "method":
                fault = replace(fault, method=value.upper())
            case "path":
                fault = replace(fault, path=value)
            case "value":
                if _is_number(mode.value):
                    _number(name, key, value, least=-_LARGEST if mode.value.startswith("-") else 0)
                fault = replace(fault, value=value)
            case _:
                raise ValueError(f"misbehaviour {name}: unknown key {key!r}; there are: p, times, after, method, path, value")
    return fault


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _number(name: str, key: str, text: str, *, least: float = 0, most: float = _LARGEST) -> float:
    if not _is_number(text) or not least <= float(text) <= most:
        raise ValueError(f"misbehaviour {name}: {key}={text} is not possible; write a number, {least:g} to {most:g}")
    return float(text)


def _whole(name: str, key: str, text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"misbehaviour {name}: {key}={text} is not possible; write a whole number, 0 or more")
    return int(text)


def _pairs(parts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for part in parts:
        key, sign, value = part.partition("=")
        if not sign:
            raise ValueError(f"{part!r} is not KEY=VALUE")
        yield key, value

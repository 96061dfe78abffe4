"""Which version of the agreement a site goes by: the signed one in force, not whatever stands in the file.

A file that is not fully signed is a draft. While an earlier signed version is known, that one stays in force; without one the
draft is computed and shown, and nothing is written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from syncd.agreement.counting import FOREVER, instant
from syncd.agreement.governance import Standing, Worry, in_force, worries
from syncd.config import Config, load
from syncd.store import agreements, entities, streams
from syncd.store.agreements import Signed

REVIEWED = "reviewed"
"""A mark of the store that begins so says when a part of the agreement was last looked at."""


class Governed(NamedTuple):
    """The configuration to go by, why that is not the file's ("" if it is), and when this next changes."""

    config: Config
    because: str
    changes_at: int


def governed(tx: Connection, config: Config, now: int) -> Governed:
    """Put *config* under the version in force, and keep a newly signed one.

    Raises: ConfigInvalid, if the version in force does not fit the other two files.
    """
    standing = config.standing
    if not standing.unsigned:
        agreements.keep(tx, _signed(tx, standing, now))
        if standing.effective_from is None or standing.effective_from <= now:
            return Governed(config, "", FOREVER)
    known = {one.text: one for one in agreements.everything(tx) if one.text != standing.text}
    version = in_force([one.version for one in known.values()], now)
    signers = " and ".join(standing.unsigned)
    changes_at = FOREVER if standing.unsigned else standing.effective_from or FOREVER
    if version is None and all(one.write_back != "live" for one in config.connections.values()):
        return Governed(config, "", changes_at)
    if version is None:
        why = f"{signers} signed it (syncd agreement sign)" if signers else "its day has come"
        return Governed(_unwritten(config), f"the agreement is a draft: nothing is written until {why}", changes_at)
    older = load(config.folder, config.specs, agreement=known[version.text].source)
    why = f"is a draft until {signers} signed it" if signers else "waits for its day"
    return Governed(older, f"version {version.number} of the agreement is in force; the file's {why}", changes_at)


def _signed(tx: Connection, standing: Standing, now: int) -> Signed:
    """Return a fully signed text as a version; one without a day of its own governs from when it is first seen."""
    known = {one.text: one for one in agreements.everything(tx)}
    began = known[standing.text].effective_from if standing.text in known else now
    signed_on = max((one.on for one in standing.signatures), default=None)
    effective_from = began if standing.effective_from is None else standing.effective_from
    return Signed(standing.text, standing.number, effective_from, signed_on or instant(now).date(), standing.source)


def _unwritten(config: Config) -> Config:
    """Return *config* with everything that would be written only shown."""
    quiet = {
        name: replace(one, write_back="shadow") if one.write_back == "live" else one for name, one in config.connections.items()
    }
    return replace(config, connections=quiet)


def worried(tx: Connection, config: Config, now: int) -> tuple[Worry, ...]:
    """Return what is wrong with how the agreement is kept."""
    reviewed = {subject: streams.remembered(tx, f"{REVIEWED} {subject}") for subject in config.review.every}
    team_changed_at = entities.team_changed_at(tx)
    return worries(
        config.review,
        signed=[one.signed_on for one in agreements.everything(tx)],
        reviewed={subject: date.fromisoformat(day) for subject, day in reviewed.items() if day is not None},
        team_changed_on=None if team_changed_at is None else instant(team_changed_at).date(),
        today=instant(now).date(),
    )

"""Writes changes by batches of identifiers, and finds out what became of each: done, refused, merged, gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import msgspec

from syncd.spi import Change, ConnectorError, Done, Gone, Misconfigured, Receipt, Ref, Rejected, Remapped, Unavailable
from syncd_hubspot import lifecycle
from syncd_hubspot.answers import objects
from syncd_hubspot.errors import Invalid, error_of, rejected, unknown_properties
from syncd_hubspot.lifecycle import LIFECYCLE, Move
from syncd_hubspot.objects import ObjectStream
from syncd_hubspot.plain import ErrorItem
from syncd_hubspot.portal import Portal
from syncd_hubspot.writing import batch_of, holds, judged, rounds, sent

__all__ = ["Pusher"]

_Values = Mapping[str, Mapping[str, str]]
_SOON = timedelta(minutes=1)
_MOST_DOUBTS = 1000


class Pusher:
    """Writes into one stream. *doubts* is a file in the cache for keys of writes whose answer was lost.

    Such a write is read back before it is made again. Should the file be lost, it is made again unseen, which leaves the record
    as once would have done.
    """

    def __init__(self, portal: Portal, stream: ObjectStream, *, doubts: Path, backward: bool) -> None:
        self._portal, self._stream, self._doubts, self._backward = portal, stream, doubts, backward

    def push(self, changes: Sequence[Change]) -> list[Receipt]:
        """Write *changes* and return a receipt for each, in order. Raises: ConnectorError if nothing is known to be done."""
        receipts: dict[str, Receipt] = {}
        for batch in rounds(changes):
            mine = {change.ref.external_id: change for change in batch}
            try:
                self._push(mine, receipts)
            except ConnectorError as error:
                if isinstance(error, Unavailable):
                    self._doubt([change.key for change in batch if change.key not in receipts])
                if not receipts:
                    raise
                again = self._portal.ours + _SOON
                late = Rejected(code="hubspot.later", what=f"not written yet: {error}", retry=again)
                return [receipts.get(change.key, late) for change in changes]
        return [receipts[change.key] for change in changes]

    # ------------------------------------------------------------ one batch

    def _push(self, changes: dict[str, Change], receipts: dict[str, Receipt]) -> None:
        """Write *changes*, by identifier, and put their receipts in by key as they become known."""
        self._read_back(changes, receipts)
        values: dict[str, Mapping[str, str]] = {external_id: sent(change) for external_id, change in changes.items()}
        back = self._step(changes, values, receipts)
        self._empty(changes, back, receipts)
        left = {external_id: held for external_id, held in values.items() if changes[external_id].key not in receipts}
        former = {external_id: {LIFECYCLE: stage} for external_id, stage in back.items() if external_id in left}
        unwritten: set[str] = set()
        try:
            self._write(changes, left, receipts)
        except Misconfigured:  # nothing more is written before somebody looks
            unwritten = {one for one in former if changes[one].key not in receipts}
            raise
        finally:
            refused = {one for one in former if isinstance(receipts.get(changes[one].key), Rejected)}
            self._put_back(changes, {one: held for one, held in former.items() if one in unwritten | refused}, receipts)

    def _read_back(self, changes: Mapping[str, Change], receipts: dict[str, Receipt]) -> None:
        """Look what became of writes whose answer was lost, before they are made again."""
        doubted = self._doubted()
        mine = {external_id: sent(change) for external_id, change in changes.items() if change.key in doubted}
        if not mine:
            return
        names = sorted({name for held in mine.values() for name in held})
        for one in self._portal.batch(self._stream, list(mine), names).results:
            if one.id in mine and holds(one, mine[one.id]):
                receipts[changes[one.id].key] = Done()
        self._keep(doubted - {changes[external_id].key for external_id in mine})

    def _step(
        self, changes: Mapping[str, Change], values: dict[str, Mapping[str, str]], receipts: dict[str, Receipt]
    ) -> Mapping[str, str]:
        """Drop moves of lifecyclestage that are made, and refuse those back or return the stages that they begin at."""
        moving = [one for one, held in values.items() if LIFECYCLE in held and changes[one].key not in receipts]
        if not moving:
            return {}
        back: dict[str, str] = {}
        for one in self._portal.batch(self._stream, moving, [LIFECYCLE]).results:
            if one.id not in values:
                continue
            present, wanted = one.properties.get(LIFECYCLE) or "", values[one.id][LIFECYCLE]
            step = lifecycle.move(self._places, present, wanted)
            if step is Move.NONE:
                values[one.id] = {name: text for name, text in values[one.id].items() if name != LIFECYCLE}
            elif step is Move.BACKWARD and not self._backward:
                receipts[changes[one.id].key] = lifecycle.backward()
            elif step is Move.BACKWARD and wanted:
                back[one.id] = present
            if not values[one.id]:
                receipts[changes[one.id].key] = Done()
        return back

    def _empty(self, changes: Mapping[str, Change], back: Iterable[str], receipts: dict[str, Receipt]) -> None:
        """Empty lifecyclestage for moves back; what comes of that is the receipt of those for which it does not work."""
        made: dict[str, Receipt] = {}
        self._write(changes, {external_id: {LIFECYCLE: ""} for external_id in back}, made)
        receipts |= {key: receipt for key, receipt in made.items() if not isinstance(receipt, Done)}

    def _put_back(self, changes: Mapping[str, Change], former: _Values, receipts: dict[str, Receipt]) -> None:
        """Write the *former* stages of moves back that are not made after all: a refused change leaves a record as it was."""
        made: dict[str, Receipt] = {}
        try:
            self._write(changes, former, made)
        finally:
            keys = [changes[external_id].key for external_id in former]
            receipts |= {key: lifecycle.left_empty() for key in keys if made.get(key) != Done()}

    def _write(self, changes: Mapping[str, Change], values: _Values, receipts: dict[str, Receipt]) -> None:
        """Write *values*; a batch that is refused whole is halved until what is wrong stands alone."""
        if not values:
            return
        try:
            answer = objects(self._sent(batch_of(values)), f"{self._stream.name}: batch update")
        except Invalid as refusal:
            self._look_for_strange_properties([refusal.error])
            if len(values) == 1:
                ((external_id, held),) = values.items()
                receipts[changes[external_id].key] = rejected(refusal.error, held)
                return
            half = list(values)[: len(values) // 2]
            self._write(changes, {one: values[one] for one in half}, receipts)
            self._write(changes, {one: held for one, held in values.items() if one not in half}, receipts)
            return
        if not answer.results:
            self._look_for_strange_properties(answer.errors)
        outcome = judged(changes, values, answer)
        receipts |= {changes[external_id].key: known for external_id, known in outcome.receipts.items()}
        self._find_out(changes, values, outcome.unknown, receipts)

    def _look_for_strange_properties(self, errors: Sequence[ErrorItem]) -> None:
        """Raises: Misconfigured if nothing was written, because the mapping names properties that there are not."""
        unknown = sorted({name for error in errors for name in unknown_properties(error)})
        if unknown:
            what = f"{self._stream.name}: no property {', '.join(unknown)}"
            raise Misconfigured(f"{what}; create it (syncd provision), or correct the mapping")

    def _sent(self, body: Mapping[str, object]) -> bytes:
        reply = self._portal.write("POST", self._portal.paths.objects(self._stream.name, "batch/update"), body)
        if reply.status not in {200, 201, 207}:
            raise error_of(reply, f"{self._stream.name}: batch update")
        return reply.body

    def _find_out(
        self, changes: Mapping[str, Change], values: _Values, unknown: Sequence[str], receipts: dict[str, Receipt]
    ) -> None:
        """Read what the batch left out without a word: such a record is merged, gone, or was not written.

        Source: developers.hubspot.com/docs, CRM objects guide, batch update (read 2026-11-21).
        """
        if not unknown:
            return
        names = sorted({name for external_id in unknown for name in values[external_id]})
        here = {one.id: one for one in self._portal.batch(self._stream, unknown, names).results}
        for external_id in unknown:
            one = here.get(external_id)
            to = one or self._portal.single(self._stream, external_id)
            if to is None:
                found: Receipt = Gone()
            elif to.id != external_id:
                found = Remapped(to=Ref(self._stream.name, to.id))
            elif one is not None and holds(one, values[external_id]):
                found = Done()
            else:
                what = "HubSpot left this record out of a batch without a reason; tried again"
                found = Rejected(code="hubspot.left_out", what=what, retry=self._portal.ours + _SOON)
            receipts[changes[external_id].key] = found

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return lifecycle.order(self._portal.definitions(self._stream.name).results)

    # ------------------------------------------------------------ lost answers

    def _doubt(self, keys: Sequence[str]) -> None:
        self._keep({*self._doubted(), *keys})

    def _doubted(self) -> frozenset[str]:
        try:
            return frozenset(msgspec.json.decode(self._doubts.read_bytes(), type=list[str]))
        except (OSError, msgspec.DecodeError):
            return frozenset()

    def _keep(self, keys: frozenset[str] | set[str]) -> None:
        if not keys:
            self._doubts.unlink(missing_ok=True)
        elif self._doubts.parent.is_dir():
            self._doubts.write_bytes(msgspec.json.encode(sorted(keys)[:_MOST_DOUBTS]))

"""Folding everybody anew, range by range, when the mapping or a field law changed, or its fields have been read at last."""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.engine.golden import refold
from syncd.engine.site import Counts, Site
from syncd.store import entities, streams

MAPPING_MARK = "mapping"
PROGRESS_MARK = "refold"
RANGE = 1000


def refold_is_needed(site: Site) -> bool:
    """Note a changed mapping; tell whether golden records have still to be folded under it."""
    with site.store.write() as tx:
        note_mapping(tx, site)
        return bool(streams.remembered(tx, PROGRESS_MARK))


def note_mapping(tx: Connection, site: Site) -> None:
    """Note by which mapping the transaction writes, so that all is folded anew if others wrote by another one."""
    before = streams.remembered(tx, MAPPING_MARK)
    if before != site.config.mapping_print:
        streams.remember(tx, MAPPING_MARK, site.config.mapping_print)
        streams.remember(tx, PROGRESS_MARK, "0" if before is not None else "")


def note_read(tx: Connection, stream_id: int) -> None:
    """Note that a stream was read to its end, so that all is folded anew if that had waited for its new fields."""
    if stream_id in streams.read_anew(tx):
        streams.was_read_anew(tx, stream_id)
        streams.remember(tx, PROGRESS_MARK, "0")


def refold_range(site: Site) -> Counts:
    """Fold the next range of entities anew; empty once all are done."""
    with site.store.write() as tx:
        last = int(streams.remembered(tx, PROGRESS_MARK) or 0)
        found = entities.after(tx, last, RANGE)
        refold(tx, site, {key: entity.kind for key, entity in entities.load(tx, found).items()}, site.now())
        streams.remember(tx, PROGRESS_MARK, str(found[-1]) if found else "")
    return Counts(folded=len(found)) if found else Counts()

"""Turns CRM records into source records: fields the mapping wants, merges, associations, stage names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from syncd.spi import Association, Problem, Raw, Ref, Refused, SourceRecord
from syncd_hubspot.answers import Linked, Object, Odd, Pipeline
from syncd_hubspot.objects import ObjectStream

__all__ = [
    "STAGE_FIELDS",
    "Links",
    "embedded",
    "forwarded",
    "linked",
    "merged",
    "record",
    "refused",
    "stage_fields",
    "tombstone",
]

Links = Mapping[str, tuple[tuple[str, bool], ...]]
"""Whom a record points at: per stream the identifiers, in order, each with whether it is the primary one."""

STAGE_FIELDS = ("dealstage.label", "dealstage.probability", "dealstage.closed", "pipeline.label")
"""Fields of deals that HubSpot keeps with their pipeline and not with the deal."""


def record(
    stream: ObjectStream, one: Object, links: Links, *, wanted: Iterable[str], stages: Mapping[str, Mapping[str, str]]
) -> SourceRecord:
    """Return the present version of a record. A property that was not answered is absent; one without value is ``None``."""
    fields: dict[str, Raw] = {name: one.properties[name] for name in wanted if name in one.properties}
    if stages:
        derived = stages.get(one.properties.get("dealstage") or "", {})
        fields |= {name: derived.get(name) for name in wanted if name in STAGE_FIELDS}
    return SourceRecord(
        stream=stream.name,
        external_id=one.id,
        changed_at=one.updated_at,
        fields=fields,
        associations=_associations(stream, links),
    )


def merged(stream: ObjectStream, one: Object) -> Iterator[SourceRecord]:
    """Yield the records that were merged into this one, chains included.

    A merge makes a new record; HubSpot lists all earlier ones in ``hs_merged_object_ids``, and in the older property of
    contacts as "id:instant": developers.hubspot.com/changelog, merges since January 2025 (read 2026-11-21).
    """
    listed = [one.properties.get("hs_merged_object_ids"), one.properties.get("hs_calculated_merged_vids")]
    earlier = {part.partition(":")[0].strip() for text in listed if text for part in text.split(";")}
    for external_id in sorted(earlier - {"", one.id}):
        yield forwarded(stream, external_id, to=one)


def forwarded(stream: ObjectStream, external_id: str, *, to: Object) -> SourceRecord:
    """Return what is left of a record that lives on as *to*."""
    return SourceRecord(
        stream=stream.name,
        external_id=external_id,
        changed_at=to.updated_at,
        fields={},
        deleted=True,
        merged_into=Ref(stream.name, to.id),
    )


def tombstone(stream: ObjectStream, external_id: str, *, at: datetime) -> SourceRecord:
    """Return what is left of a record that no longer exists; *at* is when it was last known to change."""
    return SourceRecord(stream=stream.name, external_id=external_id, changed_at=at, fields={}, deleted=True)


def refused(stream: str, odd: Odd) -> Refused:
    """Return the row that could not become a record, for the inbox."""
    problem = Problem(where=f"{stream}.{odd.where}", what=odd.what, code=f"hubspot.{odd.where}")
    return Refused(stream=stream, external_id=odd.id, problem=problem, raw=odd.raw)


# ---------------------------------------------------------------- associations


def embedded(stream: ObjectStream, one: Object) -> Links:
    """Return the associations that came with a record; its primary ones bear the plain name of the type."""
    found: dict[str, tuple[tuple[str, bool], ...]] = {}
    for to, primary in stream.to.items():
        page = one.associations.get(to)
        if page is None:
            continue
        marked = {str(link.id) for link in page.results if primary and link.type == f"{stream.singular}_to_{_SINGULAR[to]}"}
        found[to] = _sorted({str(link.id): str(link.id) in marked for link in page.results})
    return found


def linked(stream: ObjectStream, to: str, answers: Sequence[Linked]) -> dict[str, tuple[tuple[str, bool], ...]]:
    """Return, per record, the associations that a batch answered; a record may come in several pieces."""
    found: dict[str, dict[str, bool]] = {}
    for answer in answers:
        mine = found.setdefault(str(answer.source.id), {})
        for pointed in answer.to:
            is_primary = any(one.type_id == stream.to[to] for one in pointed.association_types if one.type_id)
            mine[str(pointed.to_object_id)] = mine.get(str(pointed.to_object_id), False) or is_primary
    return {external_id: _sorted(mine) for external_id, mine in found.items()}


def _associations(stream: ObjectStream, links: Links) -> tuple[Association, ...]:
    """Return the pointers of a record; of several companies one is its account: the primary one, else the oldest."""
    found: list[Association] = []
    for to, pointed in links.items():
        main = next((external_id for external_id, is_primary in pointed if is_primary), pointed[0][0] if pointed else "")
        for external_id, _ in pointed:
            is_main = not stream.to[to] or external_id == main
            found.append(Association(_ROLES[to] if is_main else f"other_{_ROLES[to]}", Ref(to, external_id)))
    return tuple(found)


def _sorted(pointed: Mapping[str, bool]) -> tuple[tuple[str, bool], ...]:
    return tuple(sorted(pointed.items(), key=lambda one: (len(one[0]), one[0])))


_SINGULAR = {"companies": "company", "contacts": "contact"}
_ROLES = {"companies": "account", "contacts": "contact"}


# ---------------------------------------------------------------- stages of deals


def stage_fields(pipelines: Sequence[Pipeline]) -> Mapping[str, Mapping[str, str]]:
    """Return, per stage, what `STAGE_FIELDS` hold."""
    return {
        stage.id: {
            "dealstage.label": stage.label,
            "dealstage.probability": stage.metadata.get("probability", ""),
            "dealstage.closed": stage.metadata.get("isClosed", ""),
            "pipeline.label": pipeline.label,
        }
        for pipeline in pipelines
        for stage in pipeline.stages
    }

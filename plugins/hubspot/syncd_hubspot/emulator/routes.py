"""The table of routes: what each family of paths serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from syncd_hubspot.emulator import access, associations, batch, directory, objects, properties, search, web
from syncd_hubspot.emulator.versions import family_of
from syncd_hubspot.emulator.wire import Answer, Call

Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A place: its method, the pattern of what follows the family, and whether it changes anything."""

    family: str
    method: str
    pattern: tuple[str, ...]
    handler: Handler
    writes: bool

    @property
    def is_search(self) -> bool:
        """Tell whether the limit of searches counts."""
        return self.handler is search.search


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A route and what its pattern left open."""

    route: Route
    path: Mapping[str, str]


_TABLE: tuple[tuple[str, str, str, Handler], ...] = (
    ("objects", "GET", "{type}", objects.list_page),
    ("objects", "POST", "{type}", objects.create_one),
    ("objects", "POST", "{type}/search", search.search),
    ("objects", "POST", "{type}/merge", objects.merge),
    ("objects", "POST", "{type}/gdpr-delete", objects.erase),
    ("objects", "POST", "{type}/batch/read", batch.read_many),
    ("objects", "POST", "{type}/batch/create", batch.create_many),
    ("objects", "POST", "{type}/batch/update", batch.update_many),
    ("objects", "POST", "{type}/batch/upsert", batch.upsert_many),
    ("objects", "POST", "{type}/batch/archive", batch.archive_many),
    ("objects", "GET", "{type}/{id}", objects.read_one),
    ("objects", "PATCH", "{type}/{id}", objects.update_one),
    ("objects", "DELETE", "{type}/{id}", objects.archive_one),
    ("objects", "GET", "{from}/{id}/associations/{to}", associations.read_one),
    ("objects", "PUT", "{from}/{id}/associations/{to}/{to_id}", associations.create_one),
    ("objects", "DELETE", "{from}/{id}/associations/{to}/{to_id}", associations.archive_one),
    ("objects", "PUT", "{from}/{id}/associations/default/{to}/{to_id}", associations.create_default_one),
    ("associations", "GET", "{from}/{to}/labels", associations.labels),
    ("associations", "POST", "{from}/{to}/batch/read", associations.read_many),
    ("associations", "POST", "{from}/{to}/batch/create", associations.create_many),
    ("associations", "POST", "{from}/{to}/batch/associate/default", associations.create_default_many),
    ("associations", "POST", "{from}/{to}/batch/archive", associations.archive_many),
    ("associations", "POST", "{from}/{to}/batch/labels/archive", associations.archive_labels),
    ("properties", "GET", "{type}", properties.list_all),
    ("properties", "POST", "{type}", properties.create_one),
    ("properties", "POST", "{type}/batch/create", properties.create_many),
    ("properties", "POST", "{type}/batch/read", properties.read_many),
    ("properties", "POST", "{type}/batch/archive", properties.archive_many),
    ("properties", "GET", "{type}/groups", properties.list_groups),
    ("properties", "POST", "{type}/groups", properties.create_group),
    ("properties", "GET", "{type}/groups/{name}", properties.read_group),
    ("properties", "PATCH", "{type}/groups/{name}", properties.update_group),
    ("properties", "DELETE", "{type}/groups/{name}", properties.archive_group),
    ("properties", "GET", "{type}/{name}", properties.read_one),
    ("properties", "PATCH", "{type}/{name}", properties.update_one),
    ("properties", "DELETE", "{type}/{name}", properties.archive_one),
    ("owners", "GET", "", directory.list_owners),
    ("owners", "GET", "{id}", directory.read_owner),
    ("pipelines", "GET", "{type}", directory.list_pipelines),
    ("pipelines", "GET", "{type}/{id}", directory.read_pipeline),
    ("pipelines", "GET", "{type}/{id}/stages", directory.list_stages),
    ("account", "GET", "", directory.details),
    ("usage", "GET", "daily/private-apps", directory.usage),
    ("oauth", "POST", "", access.exchange),
    ("oauth", "POST", "introspect", access.introspect),
    ("oauth", "POST", "revoke", access.revoke),
    ("occurrences", "GET", "", web.occurrences),
    ("occurrences", "GET", "event-types", web.event_types),
    ("mail-events", "GET", "events", web.mail_events),
    ("mail-events", "GET", "campaigns/{id}", web.campaign),
    ("forms", "GET", "", web.forms),
    ("forms", "GET", "{id}", web.form),
    ("submissions", "GET", "forms/{id}", web.submissions),
)

_READS = frozenset({"read", "search", "labels"})


def _routes() -> Mapping[tuple[str, int], list[Route]]:
    found: dict[tuple[str, int], list[Route]] = {}
    for family, method, pattern, handler in _TABLE:
        parts = tuple(part for part in pattern.split("/") if part)
        writes = method != "GET" and not (method == "POST" and parts[-1:] and parts[-1] in _READS)
        route = Route(family=family, method=method, pattern=parts, handler=handler, writes=writes)
        found.setdefault((family, len(parts)), []).append(route)
    return found


_BY_SHAPE = _routes()


def match(method: str, path: str) -> Match | frozenset[str] | None:
    """Return the route of a request; the methods there are if this is none of them; None if nothing is there."""
    place = family_of(path)
    if place is None:
        return None
    family, rest = place
    others: set[str] = set()
    for route in _BY_SHAPE.get((family, len(rest)), ()):
        left_open = _fit(route.pattern, rest)
        if left_open is None:
            continue
        if route.method == method:
            return Match(route=route, path=left_open)
        others.add(route.method)
    return frozenset(others) or None


def _fit(pattern: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str] | None:
    left_open: dict[str, str] = {}
    for want, part in zip(pattern, parts, strict=True):
        if want.startswith("{"):
            left_open[want[1:-1]] = unquote(part)
        elif want != part:
            return None
    return left_open

"""Which paths lead where: the one place that knows API versions.

The same handlers stand under the legacy paths and the dated ones, which differ in nothing else. Source:
developers.hubspot.com/docs, api versioning and migration guide (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

DATED = ("2026-03", "2026-09")

_FAMILIES = """
objects             /crm/v3/objects                 /crm/objects/{V}
objects             /crm/v4/objects
properties          /crm/v3/properties              /crm/properties/{V}
owners              /crm/v3/owners                  /crm/owners/{V}
pipelines           /crm/v3/pipelines               /crm/pipelines/{V}
associations        /crm/v4/associations            /crm/associations/{V}
occurrences         /events/v3/events               /events/event-occurrences/{V}
oauth               /oauth/v1/token                 /oauth/{V}/token
oauth               /oauth/v3/token
account             /account-info/v3/details        /account-info/{V}/details
usage               /account-info/v3/api-usage      /account-info/{V}/api-usage
forms               /marketing/v3/forms             /marketing/forms/2026-09-beta
submissions         /form-integrations/v1/submissions
mail-events         /email/public/v1
"""


def _paths() -> Iterator[tuple[tuple[str, ...], str]]:
    for line in _FAMILIES.strip().splitlines():
        family, *templates = line.split()
        for template in templates:
            for version in DATED if "{V}" in template else ("",):
                yield tuple(template.replace("{V}", version).strip("/").split("/")), family


_BY_START: Mapping[tuple[str, ...], str] = MappingProxyType(dict(_paths()))


def family_of(path: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the family that a path belongs to and what follows; None for a path that leads nowhere.

    >>> family_of("/crm/objects/2026-09/contacts/101") == family_of("/crm/v3/objects/contacts/101")
    True
    """
    parts = tuple(part for part in path.split("/") if part)
    family = _BY_START.get(parts[:3])
    return None if family is None else (family, parts[3:])

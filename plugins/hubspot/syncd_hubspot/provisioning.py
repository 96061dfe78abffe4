"""Creates the properties that scores are written into: a group of our own, then what is missing of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from syncd.spi import Finding, RemoteField
from syncd_hubspot.answers import Definition
from syncd_hubspot.errors import NotAllowed, error_of
from syncd_hubspot.objects import OBJECTS
from syncd_hubspot.portal import Portal
from syncd_hubspot.properties import body_of, field_of, fits, is_name

__all__ = ["provision"]


def provision(portal: Portal, fields: Mapping[str, Sequence[RemoteField]], *, group: str, dry_run: bool) -> Iterator[Finding]:
    """Create what is missing of *fields*, and say so; what exists stays as it is. Raises: ConnectorError."""
    for stream, wanted in fields.items():
        if stream not in OBJECTS or OBJECTS[stream].kind == "activity":
            yield Finding(level="error", what=f"{stream}: nothing is written there", remedy="map another stream")
            continue
        known = {one.name: one for one in portal.definitions(stream).results}
        missing = [field for field in wanted if field.name not in known]
        yield from (_compared(stream, known[field.name], field) for field in wanted if field.name in known)
        yield from (_misnamed(stream, field) for field in missing if not is_name(field.name))
        creatable = [field for field in missing if is_name(field.name)]
        if dry_run:
            yield from (_finding(stream, field, "would be created") for field in creatable)
        elif creatable:
            yield from _created(portal, stream, creatable, group)


def _created(portal: Portal, stream: str, missing: Sequence[RemoteField], group: str) -> Iterator[Finding]:
    try:
        _post(portal, portal.paths.properties(stream, "groups"), {"name": group, "label": group}, f"{stream}: group {group}")
        for field in missing:
            _post(portal, portal.paths.properties(stream), body_of(field, group), f"{stream}.{field.name}")
    except NotAllowed as refusal:
        yield _for_an_admin(stream, missing, group, refusal)
        return
    # A name that was in the bin comes back with its old definition, so what there is now is looked at
    now = {one.name: one for one in portal.definitions(stream).results}
    for field in missing:
        if field.name not in now:
            yield Finding(level="warning", what=f"{stream}.{field.name} does not show yet", remedy="run this again in a minute")
        elif fits(now[field.name], field):
            yield _finding(stream, field, "is new")
        else:
            yield _compared(stream, now[field.name], field)


def _post(portal: Portal, path: str, body: Mapping[str, object], what: str) -> None:
    """Create something; that it is there already is as good."""
    reply = portal.write("POST", path, body, twice_is_once=True)
    if reply.status not in {200, 201, 409}:
        raise error_of(reply, what)


def _compared(stream: str, one: Definition, field: RemoteField) -> Finding:
    lacking = [option for option in field.options if option not in {known.value for known in one.options}]
    if field == field_of(one) or (fits(one, field) and not lacking):
        return Finding(level="ok", what=f"{stream}.{field.name} is there")
    if fits(one, field):
        what = f"{stream}.{field.name} is there and lacks the options {', '.join(lacking)}"
        return Finding(level="warning", what=what, remedy="add them in HubSpot; a write of them would be refused")
    what = f"{stream}.{field.name} is there and holds {one.type}, not {body_of(field, '')['type']}"
    return Finding(level="error", what=what, remedy="map another property, or delete this one in HubSpot and run this again")


def _misnamed(stream: str, field: RemoteField) -> Finding:
    what = f"{stream}.{field.name} is no name for a property"
    return Finding(level="error", what=what, remedy="use lower-case letters, digits and _, and begin with a letter")


def _finding(stream: str, field: RemoteField, what: str) -> Finding:
    return Finding(level="ok", what=f"{stream}.{field.name} ({body_of(field, '')['type']}) {what}")


def _for_an_admin(stream: str, missing: Sequence[RemoteField], group: str, refusal: NotAllowed) -> Finding:
    listed = "; ".join(f'{field.name}: label "{field.label or field.name}", {_shown(field)}' for field in missing)
    scopes = ", ".join(refusal.scopes) or f"crm.schemas.{stream}.write"
    remedy = f"grant the token {scopes} and run this again, or have an admin create in the group {group} of {stream}: {listed}"
    return Finding(level="error", what=f"{stream}: the token may not create properties", remedy=remedy)


def _shown(field: RemoteField) -> str:
    body = body_of(field, "")
    options = f", options {', '.join(field.options)}" if field.options else ""
    return f"type {body['type']}, shown as {body['fieldType']}{options}"

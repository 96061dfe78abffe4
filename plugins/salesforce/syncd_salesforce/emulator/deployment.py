"""Metadata REST API: a package of custom fields and permission sets is deployed, whole or not at all, and at once.

Source: api_meta, "Deploy Metadata with Apex Testing Using REST" and "Check the Status of Your Deployment Using REST Resources";
jsforce's api/metadata.js (read 2026-11-22). What is asked of a field, and the texts of problems, are from memory.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from email import message_from_bytes
from io import BytesIO
from xml.etree import ElementTree

from syncd_salesforce.emulator import tooling
from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, Row, decoded
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.instants import moment
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.writing import add

__all__ = ["begin", "status"]

_MANY = {"types", "members", "fields", "value", "fieldPermissions", "objectPermissions", "userPermissions"}
_NEEDS: Mapping[str, Sequence[str]] = {
    "Text": ["length"],
    "LongTextArea": ["length", "visibleLines"],
    "Number": ["precision", "scale"],
    "Checkbox": ["defaultValue"],
    "Picklist": ["valueSet"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Component:
    """Something to deploy; ``known`` says whether it is in the org already."""

    type: str
    name: str
    file: str
    parts: Mapping[str, Json]
    known: bool


def begin(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer POST /metadata/deployRequest: a form with a zip file and JSON options."""
    kind = call.headers.get("content-type", "")
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + call.body)
    bodies = {part.get_content_type(): part.get_payload(decode=True) for part in form.walk() if not part.is_multipart()}
    options, archive = bodies.get("application/json"), bodies.get("application/zip")
    if not isinstance(options, bytes) or not isinstance(archive, bytes):
        raise ApiError("INVALID_MULTIPART_REQUEST", "A deployment is a form of a zip file and a JSON document")
    body: Mapping[str, Mapping[str, Json]] = decoded(options, dict)
    given = body.get("deployOptions", {})
    result = _deployed(instance, archive, checks=given.get("checkOnly") is True)
    instance.deployments[str(result["id"])] = result
    content: Mapping[str, Json] = {"id": result["id"], "deployOptions": given, "validatedDeployRequestId": None}
    return Answer(status=201, content=content)


def status(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /metadata/deployRequest/{id}."""
    result = instance.deployments.get(match["id"])
    if result is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    if call.query.get("includeDetails") != "true":
        result = {name: value for name, value in result.items() if name != "details"}
    return Answer(content={"id": match["id"], "url": f"{instance.url}{call.base}{call.path}", "deployResult": result})


def _deployed(instance: Instance, archive: bytes, *, checks: bool) -> Mapping[str, Json]:
    org, now = instance.org, moment(instance.now())
    try:
        named, components = _read(org, archive)
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError) as error:
        raise ApiError("INVALID_ZIP", f"The zip file cannot be read, or lacks package.xml: {error}") from error
    found = {(one.type, one.name) for one in components}
    lacks = "named in package.xml, but not in the zip file"
    failures = [_message(kind, name, "package.xml", problem=lacks) for kind, name in sorted(named - found)]
    failures += [_message(kind, name, "package.xml", problem="Not in package.xml") for kind, name in sorted(found - named)]
    for one in components:
        problem = _problem(org, one, found)
        failures += [_message(one.type, one.name, one.file, problem=problem)] if problem is not None else []
    if not failures and not checks:
        for one in components:
            _put(org, one)
    successes = [] if failures else [_message(one.type, one.name, one.file, created=not one.known) for one in components]
    tests: Mapping[str, Json] = {"numFailures": 0, "numTestsRun": 0, "successes": [], "failures": [], "totalTime": 0.0}
    return {
        "id": org.ids.next("0Af"), "done": True, "success": not failures, "status": "Failed" if failures else "Succeeded",
        "checkOnly": checks, "ignoreWarnings": False, "rollbackOnError": True, "runTestsEnabled": False,
        "numberComponentsTotal": len(found | named), "numberComponentsDeployed": len(successes),
        "numberComponentErrors": len(failures), "numberTestsTotal": 0, "numberTestsCompleted": 0, "numberTestErrors": 0,
        "createdDate": now, "startDate": now, "lastModifiedDate": now, "completedDate": now,
        "createdBy": org.user_id, "createdByName": "Integration User",
        "details": {"componentSuccesses": successes, "componentFailures": failures, "runTestResult": tests},
    }  # fmt: skip


def _read(org: Org, archive: bytes) -> tuple[set[tuple[str, str]], list[_Component]]:
    """Return what package.xml names, and what the files hold; the command-line tool puts all into a folder."""
    with zipfile.ZipFile(BytesIO(archive)) as file:
        parts = {name: _parts(ElementTree.fromstring(file.read(name))) for name in file.namelist() if not name.endswith("/")}
    root = next((name for name in parts if name.endswith("package.xml")), "").removesuffix("package.xml")
    named: set[tuple[str, str]] = set()
    for one in _each(parts[f"{root}package.xml"], "types"):
        members = one["members"]
        named |= {(str(one["name"]), str(member)) for member in members} if isinstance(members, list) else set()
    return named, [one for name in parts for one in _components(org, name.removeprefix(root), parts[name], name)]


def _components(org: Org, name: str, parts: Mapping[str, Json], file: str) -> Iterator[_Component]:
    folder, _, base = name.partition("/")
    title = base.rpartition(".")[0]
    if folder == "objects":
        for field in _each(parts, "fields"):
            known = _exists(org, f"{title}.{field['fullName']}")
            yield _Component(type="CustomField", name=f"{title}.{field['fullName']}", file=file, parts=field, known=known)
    elif folder == "permissionsets":
        known = bool(org.table("PermissionSet").among("Name", [title]))
        yield _Component(type="PermissionSet", name=title, file=file, parts=parts, known=known)


def _problem(org: Org, one: _Component, together: Set[tuple[str, str]]) -> str | None:
    """Return why a component cannot be deployed *together* with others."""
    if one.type == "CustomField":
        kind, (entity, _, name) = str(one.parts.get("type")), one.name.partition(".")
        missing = [part for part in ("label", *_NEEDS.get(kind, ())) if part not in one.parts]
        if missing:
            return f"Must specify '{missing[0]}' for a CustomField of type {kind}"
        if not name.endswith("__c") or any(org.visible(target) is None for target in tooling.targets(entity)):
            return f"Entity of type 'CustomField' named '{one.name}' cannot be found"
        try:
            tooling.field(name, one.parts)
        except ApiError as error:
            return error.message
        return "label: data value too large (max length=40)" if len(str(one.parts["label"])) > 40 else None
    if "label" not in one.parts:
        return "Must specify 'label' for a PermissionSet"
    for given in _each(one.parts, "fieldPermissions"):
        field = str(given.get("field"))
        if ("CustomField", field) not in together and not _exists(org, field):
            return f"In field: field - no CustomField named {field} found"
    for given in _each(one.parts, "objectPermissions"):
        entity = str(given.get("object"))
        if org.visible(entity) is None:
            return f"In field: object - no CustomObject named {entity} found"
        if not given.get("allowRead") and any(given.get(right) for right in ("allowCreate", "allowEdit", "viewAllRecords")):
            return f"Permission Edit {entity} depends on permission(s): Read {entity}"
    return None


def _put(org: Org, one: _Component) -> None:
    if one.type == "CustomField":
        entity, _, name = one.name.partition(".")
        tooling.defined(org, entity, name, one.parts)
        return
    sets = org.table("PermissionSet").among("Name", [one.name])
    parent = str((sets[0] if sets else add(org, "PermissionSet", {"Name": one.name, "Label": str(one.parts["label"])}))["Id"])
    for table in ("FieldPermissions", "ObjectPermissions"):  # what the file says is all there is
        org.remove(table, [str(row["Id"]) for row in org.table(table).among("ParentId", [parent])])
    rows: list[tuple[str, Row]] = []
    for given in _each(one.parts, "fieldPermissions"):
        rights = {"PermissionsRead": bool(given.get("readable")), "PermissionsEdit": bool(given.get("editable"))}
        place = {"SobjectType": str(given["field"]).partition(".")[0], "Field": str(given["field"])}
        rows.append(("FieldPermissions", {"ParentId": parent, **place, **rights}))
    for given in _each(one.parts, "objectPermissions"):
        rights = {f"Permissions{right}": bool(given.get(f"allow{right}")) for right in ("Read", "Create", "Edit", "Delete")}
        rights |= {"PermissionsViewAllRecords": bool(given.get("viewAllRecords"))}
        rows.append(("ObjectPermissions", {"ParentId": parent, "SobjectType": str(given["object"]), **rights}))
    for table, row in rows:
        add(org, table, row)
    org.reshaped()


def _exists(org: Org, full_name: str) -> bool:
    entity, _, name = full_name.partition(".")
    return all(org.visible(one) is not None and org.whole(one).find(name) is not None for one in tooling.targets(entity))


def _message(kind: str, name: str, file: str, *, created: bool = False, problem: str | None = None) -> Json:
    done = problem is None
    said: Mapping[str, Json] = {"problem": problem, "problemType": None if done else "Error"}
    flags = {"success": done, "created": done and created, "changed": done, "deleted": False, "warning": False}
    return {"componentType": kind, "fullName": name, "fileName": file, **flags, **said}


def _parts(element: ElementTree.Element) -> dict[str, Json]:
    """Return the children of an element by name: texts, numbers and booleans, elements, or lists of those."""
    found: dict[str, Json] = {}
    for child in element:
        name, text = child.tag.rpartition("}")[2], (child.text or "").strip()
        value: Json = _parts(child) if len(child) else text == "true" if text in {"true", "false"} else text
        value = int(value) if isinstance(value, str) and value.isdigit() else value
        before = found.get(name)
        found[name] = [*(before if isinstance(before, list) else []), value] if name in _MANY else value
    return found


def _each(parts: Mapping[str, Json], name: str) -> list[Mapping[str, Json]]:
    rows = parts.get(name)
    return [one for one in rows if isinstance(one, Mapping)] if isinstance(rows, list) else []

"""Creates the fields that write-back needs: as a package for an admin, and at once where the user may.

A field that was just made is hidden from everybody, its maker too, until a permission set opens it (restforce#353,
simple-salesforce#681); so the permission set is as much a part of it as the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from syncd.spi import BadAnswer, Finding, Misconfigured, RemoteField
from syncd_salesforce import soql
from syncd_salesforce.objects import OBJECTS
from syncd_salesforce.org import Org
from syncd_salesforce.package import PERMISSION_SET, metadata, package
from syncd_salesforce.pulling import Source
from syncd_salesforce.refusals import Declined

__all__ = ["provision"]

_THERE = {"DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE"}


def provision(source: Source, fields: Mapping[str, Sequence[RemoteField]], home: Path, *, dry_run: bool) -> list[Finding]:
    """Create what is missing of *fields* per object and say so; what exists is left as it is. Raises: Declined."""
    found: list[Finding] = []
    missing: dict[str, list[RemoteField]] = {}
    for name, some in fields.items():
        for one in some:
            finding = _present(source, name, one)
            if finding is None:
                missing.setdefault(name, []).append(one)
            elif finding.level != "ok":
                found.append(finding)
    if not missing:
        return found
    folder = home / source.settings.package
    if dry_run:
        return [*found, *(_ok(f"{name}.{one.name} is missing and would be created") for name, one in _each(missing))]
    _write(folder, package(fields, version=source.org.version))
    found.append(_ok(f"the package with fields and permission set is in {source.settings.package}"))
    return [*found, *_created(source, missing)]


def _present(source: Source, name: str, field: RemoteField) -> Finding | None:
    """Say how a field that exists can be written; ``None`` if it does not exist or is hidden."""
    if name not in OBJECTS:
        raise Misconfigured(f"{name}: not among the objects that are read; correct the mapping")
    found = source.schemas.describe(name, anew=True)
    one = found.field(field.name) if found is not None else None
    if one is not None and one.writable:
        return _ok(f"{name}.{field.name} is there")
    remedy = f"deploy the package and assign the permission set {PERMISSION_SET!r} to the integration user"
    if one is not None:
        return Finding(level="warning", what=f"{name}.{field.name} is there, but the user may not change it", remedy=remedy)
    if not field.name.endswith("__c"):
        what = f"{name}.{field.name} is not there, and only names that end in __c can be created"
        return Finding(level="error", what=what, remedy="correct the name in the mapping's write")
    return None


def _created(source: Source, missing: Mapping[str, Sequence[RemoteField]]) -> Iterator[Finding]:
    """Create fields by Tooling API and open them by a permission set; where the user may not, an admin deploys the package."""
    org = source.org
    remedy = f"have an admin deploy {source.settings.package}: sf project deploy start --metadata-dir {source.settings.package}"
    made: list[tuple[str, RemoteField]] = []
    for name, one in _each(missing):
        try:
            body = {"FullName": f"{name}.{one.name}", "Metadata": metadata(one, value_key="valueName")}
            org.post(f"{name}.{one.name}: create", f"{org.base}/tooling/sobjects/CustomField", body)
        except Declined as error:
            if error.code not in _THERE:
                yield Finding(level="error", what=f"{name}.{one.name} may not be created ({error.code})", remedy=remedy)
                continue
        made.append((name, one))
    if not made:
        return
    try:
        _open(org, made)
    except Declined as error:
        words = f"the fields are there and hidden: the permission set may not be changed ({error.code})"
        yield Finding(level="error", what=words, remedy=remedy)
        return
    for name, one in made:
        found = source.schemas.describe(name, anew=True)
        if found is not None and found.field(one.name) is not None:
            yield _ok(f"{name}.{one.name} was created")
        else:
            again = f"assign the permission set {PERMISSION_SET!r} to the integration user"
            yield Finding(level="warning", what=f"{name}.{one.name} was created and cannot be seen yet", remedy=again)


def _open(org: Org, made: Sequence[tuple[str, RemoteField]]) -> None:
    """Open fields to the integration user by the permission set, which is made and assigned if need be."""
    doing = "permission set"
    parent = _found(org, "PermissionSet", [f"Name = {soql.quoted(PERMISSION_SET)}"])
    if parent is None:
        body = {"Name": PERMISSION_SET, "Label": PERMISSION_SET}
        parent = _made(org.post(doing, f"{org.base}/sobjects/PermissionSet", body), doing)
    for name, one in made:
        where = [f"ParentId = {soql.quoted(parent)}", f"Field = {soql.quoted(f'{name}.{one.name}')}"]
        if _found(org, "FieldPermissions", where) is None:
            rights: dict[str, str | bool] = {"ParentId": parent, "SobjectType": name, "Field": f"{name}.{one.name}"}
            rights |= {"PermissionsRead": True, "PermissionsEdit": True}
            org.post(doing, f"{org.base}/sobjects/FieldPermissions", rights)
    user = _user(org)
    where = [f"PermissionSetId = {soql.quoted(parent)}", f"AssigneeId = {soql.quoted(user)}"]
    if user and _found(org, "PermissionSetAssignment", where) is None:
        org.post(doing, f"{org.base}/sobjects/PermissionSetAssignment", {"PermissionSetId": parent, "AssigneeId": user})


def _found(org: Org, name: str, where: Sequence[str]) -> str | None:
    rows = org.query(name, soql.select(["Id"], name, where=where), everything=False).rows
    return str(rows[0].get("Id")) if rows else None


def _user(org: Org) -> str:
    came = org.get("identity", f"{org.base}/")
    url = came.get("identity") if isinstance(came, dict) else None
    return url.rsplit("/", 1)[-1] if isinstance(url, str) else ""


def _made(came: object, doing: str) -> str:
    made = came.get("id") if isinstance(came, dict) else None
    if not isinstance(made, str):
        raise BadAnswer(f"{doing}: the answer names nothing that was made; tried again later")
    return made


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _each(fields: Mapping[str, Sequence[RemoteField]]) -> Iterator[tuple[str, RemoteField]]:
    return ((name, one) for name, some in fields.items() for one in some)


def _ok(what: str) -> Finding:
    return Finding(level="ok", what=what)

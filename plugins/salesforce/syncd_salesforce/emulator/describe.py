"""What describe calls answer: the same keys that real orgs give, filled from the schema as the user sees it.

Source: recorded describes of API 42 to 59 (keys), the schema (values).
"""

from __future__ import annotations

from syncd_salesforce.emulator.answers import Json
from syncd_salesforce.emulator.org import MASTER, Org
from syncd_salesforce.emulator.relations import children_of
from syncd_salesforce.emulator.schema import Choice, Field, SObject

__all__ = ["described", "listed"]

_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
    "anyType": "xsd:anyType",
}
_RECENT = 48.0
_NEW = frozenset(
    (
        "aiPredictionField formulaTreatNullNumberAsZero associateEntityType associateParentEntity deepCloneable "
        "defaultImplementation extendedBy extendsInterfaces implementedBy implementsInterfaces isInterface"
    ).split()
)
"""Keys that recordings of API 42 lack, and those of 48 and later have."""

_DEVELOPER_NAMES = 43.0  # since when record types tell theirs; recordings of API 42 do not

_JIGSAW = {"JigsawCompanyId": "JigsawCompany", "JigsawContactId": "JigsawContact"}  # texts, and yet they name a relation
_NAMES = frozenset("Name FirstName LastName Salutation".split())
_SCOPES = {
    "Lead": {"queue_owned": "Queue owned leads", "user_owned": "User owned leads"},
    "Campaign": {
        "all_active_campaigns": "All active campaigns",
        "my_active_campaigns": "My active campaigns",
        "single_entity_scope": "Select a campaign:",
    },
}

_NO_AGGREGATE = frozenset({"boolean", "address", "anyType"})


def listed(one: SObject, base: str) -> dict[str, Json]:
    """Return the entry of an object in the list of all."""
    return _flags(one) | {"urls": _urls(one, base)}


def described(org: Org, one: SObject, base: str, url: str) -> dict[str, Json]:
    """Return the description of an object; *url* is where people open it."""
    whole = _described(org, one, base, url)
    if _version(base) >= _RECENT:
        return whole
    whole["fields"] = [{key: value for key, value in _field(one, field).items() if key not in _NEW} for field in one.fields]
    return {key: value for key, value in whole.items() if key not in _NEW}


def _described(org: Org, one: SObject, base: str, url: str) -> dict[str, Json]:
    return (
        {"actionOverrides": [], "childRelationships": [_child(*child) for child in children_of(org, one.name)]}
        | _flags(one)
        | {
            "compactLayoutable": True,
            "defaultImplementation": None,
            "extendedBy": None,
            "extendsInterfaces": None,
            "fields": [_field(one, field) for field in one.fields],
            "implementedBy": None,
            "implementsInterfaces": None,
            "listviewable": None,
            "lookupLayoutable": None,
            "namedLayoutInfos": [],
            "networkScopeFieldName": None,
            "recordTypeInfos": _record_types(org, one, base),
            "searchLayoutable": _is_main(one),
            "sobjectDescribeOption": "FULL",
            "supportedScopes": _scopes(one),
            "urls": _urls(one, base) | _pages(one, url),
        }
    )


def _version(base: str) -> float:
    return float(base.rpartition("v")[2])


def _flags(one: SObject) -> dict[str, Json]:
    fixed = "fixed" in one.flags
    has_stamp = one.find("SystemModstamp") is not None or one.find("CreatedDate") is not None
    return {
        "activateable": False,
        "associateEntityType": "History" if one.name.endswith("History") else None,
        "associateParentEntity": one.name.removesuffix("FieldHistory").removesuffix("History")
        if one.name.endswith("History")
        else None,
        "createable": not fixed and one.updateable,
        "custom": False,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": not fixed and one.updateable,
        "deprecatedAndHidden": False,
        "feedEnabled": "feedEnabled" in one.flags,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": one.prefix,
        "label": one.label,
        "labelPlural": one.plural,
        "layoutable": _is_main(one),
        "mergeable": "mergeable" in one.flags,
        "mruEnabled": _is_main(one),
        "name": one.name,
        "queryable": True,
        "replicateable": has_stamp,
        "retrieveable": True,
        "searchable": _is_main(one),
        "triggerable": not fixed,
        "undeletable": "undeletable" in one.flags,
        "updateable": not fixed and one.updateable,
    }


def _is_main(one: SObject) -> bool:
    return "undeletable" in one.flags or one.name in {"User", "EmailMessage"}


def _urls(one: SObject, base: str) -> dict[str, Json]:
    root = f"{base}/sobjects/{one.name}"
    urls: dict[str, Json] = {"sobject": root, "describe": f"{root}/describe", "rowTemplate": f"{root}/{{ID}}"}
    if _is_main(one):
        urls |= {"compactLayouts": f"{root}/describe/compactLayouts", "approvalLayouts": f"{root}/describe/approvalLayouts"}
        urls |= {
            "listviews": f"{root}/listviews",
            "quickActions": f"{root}/quickActions",
            "layouts": f"{root}/describe/layouts",
        }
    return urls


def _pages(one: SObject, url: str) -> dict[str, Json]:
    return {"uiDetailTemplate": f"{url}/{{ID}}", "uiEditTemplate": f"{url}/{{ID}}/e", "uiNewRecord": f"{url}/{one.prefix}/e"}


def _record_types(org: Org, one: SObject, base: str) -> list[Json]:
    """Return the record types of an object, the master behind the others; objects without layouts have none."""
    if not _is_main(one):
        return []
    own = [kind for kind in org.record_types.values() if kind.entity == one.name]
    kinds = [(kind.id, kind.name, kind.available, kind.default) for kind in own]
    kinds.append((MASTER, "Master", True, not any(kind.default for kind in own)))
    root = f"{base}/sobjects/{one.name}/describe/layouts"
    is_recent = _version(base) >= _DEVELOPER_NAMES
    return [
        {
            "active": True,
            "available": available,
            "defaultRecordTypeMapping": default,
            **({"developerName": name} if is_recent else {}),
            "master": name == "Master",
            "name": name,
            "recordTypeId": key,
            "urls": {"layout": f"{root}/{key}"},
        }
        for key, name, available, default in kinds
    ]


def _scopes(one: SObject) -> list[Json]:
    """Return whose records a list may be of; what has an owner may be one's own or one's team's."""
    plural = one.plural.lower()
    named = {"everything": f"All {plural}", **_SCOPES.get(one.name, {})}
    if one.find("OwnerId") is not None:
        named["mine"] = f"My {plural}"
    if one.find("OwnerId") is not None and one.name != "Campaign":
        named["team"] = f"My team's {plural}"
    return [{"label": label, "name": name} for name, label in sorted(named.items())]


def _child(entity: str, field: str, relation: str | None) -> dict[str, Json]:
    return {
        "cascadeDelete": relation is not None,
        "childSObject": entity,
        "deprecatedAndHidden": False,
        "field": field,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": relation,
        "restrictedDelete": False,
    }


def _choice(choice: Choice) -> dict[str, Json]:
    return {
        "active": choice.active,
        "defaultValue": choice.default,
        "label": choice.value,
        "validFor": None,
        "value": choice.value,
    }


def _field(entity: SObject, one: Field) -> dict[str, Json]:
    return _plain(one) | {
        "aggregatable": one.type not in _NO_AGGREGATE and not (one.type == "textarea" and one.length > 255),
        "byteLength": 18 if one.length == 18 and one.type in {"id", "reference"} else one.length * 3,
        "calculated": one.calculated,
        "calculatedFormula": "formula" if one.calculated else None,
        "compoundFieldName": one.compound,
        "createable": one.has("c"),
        "custom": one.custom,
        "defaultValue": False if one.type == "boolean" else one.default,
        "defaultedOnCreate": one.has("d"),
        "digits": one.digits,
        "externalId": one.has("x"),
        "extraTypeInfo": _extra(entity, one),
        "filterable": one.has("f"),
        "groupable": one.has("g"),
        "idLookup": one.has("l") or one.has("x"),
        "label": one.label,
        "length": one.length,
        "name": one.name,
        "nameField": one.has("N"),
        "namePointing": one.polymorphic,
        "nillable": one.has("n"),
        "permissionable": one.has("p"),
        "picklistValues": [_choice(choice) for choice in one.choices],
        "polymorphicForeignKey": one.polymorphic,
        "precision": one.precision,
        "queryByDistance": one.type == "address",
        "referenceTo": list(one.refers),
        "relationshipName": one.relation or _JIGSAW.get(one.name),
        "restrictedPicklist": one.restricted,
        "scale": one.scale,
        "searchPrefilterable": one.type == "reference" and one.has("n") and one.has("p"),
        "soapType": _SOAP.get(one.type, "xsd:string"),
        "sortable": one.has("s"),
        "type": one.type,
        "unique": one.has("U"),
        "updateable": one.has("u"),
    }


def _extra(entity: SObject, one: Field) -> str | None:
    if one.type == "textarea":
        return "plaintextarea"
    if one.name in _NAMES and entity.name in {"Lead", "Contact"}:
        return "personname"
    if one.name == "Name" and entity.name == "Account":
        return "switchablepersonname"
    return "imageurl" if one.name == "PhotoUrl" else None


def _plain(one: Field) -> dict[str, Json]:
    """Return the keys that say the same of every field of this org."""
    never = (
        "aiPredictionField", "autoNumber", "cascadeDelete", "caseSensitive", "dependentPicklist", "deprecatedAndHidden",
        "displayLocationInDecimal", "encrypted", "formulaTreatNullNumberAsZero", "highScaleNumber", "htmlFormatted",
        "restrictedDelete", "writeRequiresMasterRead",
    )  # fmt: skip
    empty = (
        "calculatedFormula", "controllerName", "defaultValueFormula", "filteredLookupInfo", "inlineHelpText", "mask",
        "maskType", "referenceTargetField", "relationshipOrder",
    )  # fmt: skip
    return dict.fromkeys(never, False) | dict.fromkeys(empty)

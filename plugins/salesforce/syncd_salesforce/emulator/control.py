"""What is not the vendor's: who the user is, and a way for demos and other processes to look into the org and to disturb it.

GET  /emulator/state                     calls counted, faults struck, records by object
GET  /emulator/rows/{object}             records as they are, deleted ones too
POST /emulator/misbehave {"begin": "lock:p=0.3"} or {"end": "lock"} or {"end": null}
POST /emulator/convert {"lead": id, "opportunity": "name" or null}, /emulator/merge {"winner": id, "losers": [id]}
POST /emulator/record_type {"object": name, "name": name, "values": {field: [value]}}
POST /emulator/live {"steps": 1}         lets the company live on
POST /emulator/story {"email", "first_name", "last_name", "job_title", "company"}   the next thing on this lead's way
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from msgspec import convert as convert_json

from syncd_salesforce.emulator import story
from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, decoded
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.given import given
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.merging import merge
from syncd_salesforce.emulator.record_types import add_type

__all__ = ["basic", "controlled", "identity"]


def identity(instance: Instance, call: Call) -> Answer:
    """Answer the identity url: who the access token stands for."""
    token = call.headers.get("authorization", "").partition(" ")[2]
    if not instance.sessions.holds(token, instance.now()):
        return Answer(status=403, body=b"Bad_OAuth_Token", type="text/plain")
    org, url = instance.org, instance.url
    content: Mapping[str, Json] = {
        "id": f"{url}/id/{org.id}/{org.user_id}",
        "sub": f"{url}/id/{org.id}/{org.user_id}",
        "user_id": org.user_id,
        "organization_id": org.id,
        "username": instance.credentials.username,
        "preferred_username": instance.credentials.username,
        "display_name": "Integration User",
        "email": instance.credentials.username,
        "active": True,
        "user_type": "STANDARD",
        "timezone": str(org.zone),
        "urls": {"rest": f"{url}/services/data/v{{version}}/", "query": f"{url}/services/data/v{{version}}/query/"},
    }
    return Answer(content=content)


def basic(call: Call) -> dict[str, str]:
    """Return client id and secret of a request with Basic authentication."""
    kind, _, text = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(text).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": name, "client_secret": secret}


def controlled(instance: Instance, call: Call, path: str) -> Answer:
    """Answer a request below /emulator."""
    try:
        return _controlled(instance, call, path)
    except ApiError as error:
        return error.answer()
    except ValueError as error:
        return ApiError("INVALID_INPUT", str(error)).answer()


def _controlled(instance: Instance, call: Call, path: str) -> Answer:
    body: Mapping[str, Json] = decoded(call.body, dict) if call.body else {}
    match call.method, path.split("/"):
        case "GET", ["state"]:
            rows: dict[str, Json] = {one.name: len(instance.org.rows(one.name)) for one in instance.org.objects()}
            return Answer(content={"calls": dict(instance.calls), "struck": dict(instance.faults.struck), "records": rows})
        case "GET", ["rows", name]:
            return Answer(content=instance.org.rows(name, deleted=True))
        case "POST", ["misbehave"]:
            if "begin" in body:
                instance.faults.begin(str(body["begin"]))
            else:
                end = body.get("end")
                instance.faults.end(end if isinstance(end, str) else None)
        case "POST", ["convert"]:
            deal = body.get("opportunity")
            made = convert(instance.org, str(body["lead"]), opportunity=deal if isinstance(deal, str) else None)
            return Answer(content={"contact": made.contact, "account": made.account, "opportunity": made.opportunity})
        case "POST", ["merge"]:
            losers = body.get("losers")
            merge(instance.org, str(body["winner"]), [str(one) for one in losers] if isinstance(losers, list) else [])
        case "POST", ["record_type"]:
            values = convert_json(body.get("values", {}), dict[str, list[str]])
            return Answer(content={"id": add_type(instance.org, str(body["object"]), str(body["name"]), values=values)})
        case "POST", ["live"] if instance.live is not None:
            steps = body.get("steps", 1)
            for _ in range(steps if isinstance(steps, int) else 1):
                instance.live()
        case "POST", ["story"]:
            return Answer(content={"happened": story.step(instance.org, given(body))})
        case _:
            raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    return Answer(content={})

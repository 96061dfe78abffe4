"""Several requests in one: composite, whose parts may refer to earlier ones, and batch, whose parts may not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from syncd_salesforce.emulator import routing
from syncd_salesforce.emulator.answers import Answer, ApiError, Call, Json, decoded, encoded
from syncd_salesforce.emulator.instance import Instance

__all__ = ["batch", "composite"]

_MOST = 25
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])+)\}")
_VERSIONED = re.compile(r"/?(?:services/data/)?v(\d+\.0)(/.*)?")


def composite(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer POST /composite."""
    body: Mapping[str, Json] = decoded(call.body, dict)
    parts = _parts(body.get("compositeRequest"))
    strict, failed = body.get("allOrNone") is True, False
    answers: list[Mapping[str, Json]] = []
    known: dict[str, Json] = {}
    with instance.org.revocable() as restore:
        for part in parts:
            if strict and failed:
                break
            name = str(part.get("referenceId"))
            answer = _answered(instance, call, _filled(part, known))
            failed = failed or answer.status >= 400
            known[name] = answer.content
            headers: Mapping[str, Json] = dict(answer.headers)
            answers.append(
                {"body": answer.content, "httpHeaders": headers, "httpStatusCode": answer.status, "referenceId": name}
            )
        if strict and failed:
            restore()
            answers = _halted(parts, answers)
    return Answer(content={"compositeResponse": answers})


def batch(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer POST /composite/batch."""
    body: Mapping[str, Json] = decoded(call.body, dict)
    answers = [_answered(instance, call, part) for part in _parts(body.get("batchRequests"))]
    results: list[Json] = [{"statusCode": answer.status, "result": answer.content} for answer in answers]
    return Answer(content={"hasErrors": any(answer.status >= 400 for answer in answers), "results": results})


def _parts(parts: Json) -> list[Mapping[str, Json]]:
    if not isinstance(parts, list):
        raise ApiError("INVALID_INPUT", "The request must contain a list of requests")
    if len(parts) > _MOST:
        raise ApiError("LIMIT_EXCEEDED", f"Limit of {_MOST} requests per call exceeded")
    return [part for part in parts if isinstance(part, Mapping)]


def _answered(instance: Instance, call: Call, part: Mapping[str, Json]) -> Answer:
    url = urlsplit(str(part.get("url")))
    found = _VERSIONED.fullmatch(url.path)
    if found is None:
        return ApiError("NOT_FOUND", "The requested resource does not exist", status=404).answer()
    body = part.get("body", part.get("richInput"))
    inner = Call(
        method=str(part.get("method", "GET")).upper(),
        path=(found[2] or "").rstrip("/"),
        version=found[1],
        query=dict(parse_qsl(url.query, keep_blank_values=True)),
        headers=call.headers,
        body=b"" if body is None else encoded(body),
    )
    return routing.answered(instance, inner)


def _filled(part: Mapping[str, Json], known: Mapping[str, Json]) -> Mapping[str, Json]:
    """Put values of earlier answers in place of references to them."""
    text = encoded(part).decode()
    if "@{" not in text:
        return part
    filled = _REFERENCE.sub(lambda found: _value(known.get(found[1]), found[2]), text)
    answer: Mapping[str, Json] = decoded(filled.encode(), dict)
    return answer


def _value(content: Json, path: str) -> str:
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        if name and isinstance(content, Mapping):
            content = content.get(name)
        elif index and isinstance(content, list):
            content = content[int(index)] if int(index) < len(content) else None
    return str(content)


def _halted(parts: list[Mapping[str, Json]], answers: list[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    error: Json = [
        {
            "errorCode": "PROCESSING_HALTED",
            "message": "The transaction was rolled back since another operation in the same transaction failed.",
        }
    ]
    statuses = [answer["httpStatusCode"] for answer in answers]
    results: list[Mapping[str, Json]] = []
    for index, part in enumerate(parts):
        status = statuses[index] if index < len(statuses) else 0
        if isinstance(status, int) and status >= 400:
            results.append(answers[index])
        else:
            name = str(part.get("referenceId"))
            results.append({"body": error, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": name})
    return results

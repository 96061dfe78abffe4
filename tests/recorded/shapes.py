"""Compares the shapes of two answers: key sets and JSON types, not values."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from xml.etree import ElementTree

__all__ = ["differences", "tree"]

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def differences(real: object, ours: object, where: str = "") -> Iterator[str]:
    """Yield where *ours* has another shape than *real*, as ``place: what``.

    Lists are compared element by element: by their names if they have any, else by position.

    >>> list(differences({"done": True, "rows": [{"Id": "1"}]}, {"done": None, "rows": [{"Id": "2", "Name": "x"}]}))
    ['done: boolean, ours null', 'rows.0.Name: ours alone']
    """
    if isinstance(real, Mapping) and isinstance(ours, Mapping):
        yield from (f"{where}{key}: missing" for key in real if key not in ours)
        yield from (f"{where}{key}: ours alone" for key in ours if key not in real)
        for key in real:
            if key in ours:
                yield from differences(real[key], ours[key], f"{where}{key}.")
    elif isinstance(real, list) and isinstance(ours, list):
        yield from differences(_named(real), _named(ours), where)
    elif _type(real) != _type(ours):
        yield f"{where[:-1]}: {_type(real)}, ours {_type(ours)}"


def tree(text: str) -> object:
    """Return an XML document as differences() compares it: elements by name, texts as JSON would have them."""
    return _element(ElementTree.fromstring(text))


def _element(element: ElementTree.Element) -> object:
    if element.get(_NIL) == "true":
        return None
    if len(element):
        return {child.tag.rpartition("}")[2]: _element(child) for child in element}
    text = element.text or ""
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.isdigit() else text


def _named(rows: Sequence[object]) -> dict[Hashable, object]:
    """Return the elements by name; children of an object are named by object and field."""
    names: list[Hashable] = []
    for place, row in enumerate(rows):
        own = row if isinstance(row, Mapping) else {}
        child = f"{own['childSObject']}/{own['field']}" if "childSObject" in own else None
        names.append(child or own.get("name") or place)
    return dict(zip(names, rows, strict=True)) if len(set(names)) == len(names) else dict(enumerate(rows))


def _type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "list"

"""Signatures: what exactly was signed, and writing them into ``agreement.yaml`` without touching anything else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from pydantic import Field
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from syncd.config.source import Document, Plain
from syncd.config.validation import Strict


class SignatureTerms(Strict):
    """One party's signature."""

    who: str = Field(min_length=1, description="Who signed.")
    on: date = Field(description="When.")
    text: str = Field(description="What was signed: the fingerprint that `syncd agreement sign` writes.")


def fingerprint(document: Document) -> str:
    """Return a short name for everything an agreement says, its signatures, comments and layout aside."""
    said = document.data if isinstance(document.data, dict) else {}
    header = said.get("agreement")
    if isinstance(header, dict):
        said = {**said, "agreement": {key: value for key, value in header.items() if key != "signed_by"}}
    return hashlib.blake2b(_canonical(said).encode(), digest_size=8).hexdigest()


def with_signatures(text: str, signatures: Mapping[str, SignatureTerms]) -> str:
    """Return an agreement's *text* with *signatures* in place of those it has; nothing else changes.

    >>> given = {"sales": SignatureTerms(who="ben", on=date(2026, 11, 20), text="0a1b")}
    >>> with_signatures("agreement: {version: 1}  # ours\\n", given)
    "agreement: {version: 1, signed_by: {sales: {who: 'ben', on: 2026-11-20, text: '0a1b'}}}  # ours\\n"
    """
    parties = ", ".join(f"{party}: {_flow(one)}" for party, one in sorted(signatures.items()))
    written = f"signed_by: {{{parties}}}"
    header = _value(YAML().compose(text), "agreement")
    if header is None:
        raise ValueError("an agreement has a header")
    for key, value in header.value:
        if key.value == "signed_by":
            return text[: key.start_mark.index] + written + text[_end(value) :]
    if header.flow_style:
        end = _end(header.value[-1][1])
        return f"{text[:end]}, {written}{text[end:]}"
    line_end = text.find("\n", _end(header))
    line_end = len(text) if line_end < 0 else line_end - text[:line_end].endswith("\r")
    line_break = "\r\n" if "\r\n" in text else "\n"
    return f"{text[:line_end]}{line_break}{' ' * header.start_mark.column}{written}{text[line_end:]}"


def _canonical(value: Plain) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{_canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_canonical(one) for one in value) + "]"
    return repr(value)


def _flow(one: SignatureTerms) -> str:
    who, text = (word.replace("'", "''") for word in (one.who, one.text))
    return f"{{who: '{who}', on: {one.on}, text: '{text}'}}"


def _value(node: Node | None, name: str) -> MappingNode | None:
    found = [value for key, value in node.value if key.value == name] if isinstance(node, MappingNode) else []
    return found[0] if found and isinstance(found[0], MappingNode) else None


def _end(node: Node) -> int:
    """Return where a node's last word ends; what YAML calls the end of a block is the beginning of what follows."""
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        end: int = node.end_mark.index
        return end
    last = node.value[-1]
    return _end(last if isinstance(node, SequenceNode) else last[1])

"""Signing on the disk: whole or not at all, and nothing else touched."""

from __future__ import annotations

from pathlib import Path

from syncd.agreement.governance import Standing
from syncd.cli.governing import add_signature


def test_signing_keeps_the_line_ends_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "agreement.yaml"
    file.write_bytes(b"agreement:\r\n  version: 1\r\nreview: {}\r\n")
    standing = Standing(
        number=1, text="0a1b", source="", effective_from=None, signatures=(), unsigned=("sales",), needs_preview=False
    )
    add_signature(file, standing, "sales", "ben")

    signed = file.read_bytes()
    assert signed.count(b"\n") == signed.count(b"\r\n") == 4
    assert signed.startswith(b"agreement:\r\n  version: 1\r\n  signed_by: {sales: {who: 'ben'")

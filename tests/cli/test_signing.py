"""Signing on the disk: whole or not at all, and nothing else touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syncd.agreement.governance import Standing
from syncd.cli import main
from syncd.cli.governing import add_signature
from syncd.testing import FakeRemote

TWO = ["marketing", "sales"]


def sign(party: str) -> Result:
    return CliRunner().invoke(main, ["agreement", "sign", "--as", party, "--who", "ana", "--yes"])


def say(before: str, after: str) -> None:
    file = Path("agreement.yaml")
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


@pytest.fixture
def in_force(remote: FakeRemote) -> FakeRemote:
    """An agreement that both signed."""
    say(", needs_signatures_from: []", "")
    for party in TWO:
        assert sign(party).exit_code == 0
    assert CliRunner().invoke(main, ["status"]).exit_code == 0
    return remote


def test_signing_keeps_the_line_ends_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "agreement.yaml"
    file.write_bytes(b"agreement:\r\n  version: 1\r\nreview: {}\r\n")
    standing = Standing(
        number=1, text="0a1b", source="", effective_from=None, signatures=(), signers=("sales",), needs_preview=False
    )
    add_signature(file, standing, "sales", "ben")

    signed = file.read_bytes()
    assert signed.count(b"\n") == signed.count(b"\r\n") == 4
    assert signed.startswith(b"agreement:\r\n  version: 1\r\n  signed_by: {sales: {who: 'ben'")


def test_nobody_signs_who_is_no_party(remote: FakeRemote) -> None:
    say("needs_signatures_from: []", "needs_signatures_from: [marketing, sales]")
    refused = sign("salse")

    assert refused.exit_code == 2
    assert "'salse' does not sign by this agreement; marketing, sales do" in " ".join(refused.stderr.split())
    assert "signed_by" not in Path("agreement.yaml").read_text()


def test_what_reads_the_same_but_is_another_text_is_no_version_in_force(in_force: FakeRemote) -> None:
    """Rules in another order are told as no change; the text, and with it every signature, is another all the same."""
    lines = Path("agreement.yaml").read_text().splitlines(keepends=True)
    size = next(n for n, line in enumerate(lines) if "id: size" in line)
    lines[size], lines[size + 1] = lines[size + 1], lines[size]
    Path("agreement.yaml").write_text("".join(lines))
    shown = CliRunner().invoke(main, ["agreement", "diff"])
    refused = sign("sales")

    assert "the same in another order" in shown.stdout
    assert (refused.exit_code, "raise agreement.version" in refused.stderr) == (4, True)

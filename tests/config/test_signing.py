"""Signatures in the file: under exactly one text, and nothing else is touched."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.config.signing import SignatureTerms, fingerprint, with_signatures
from syncd.config.source import parse

ANA = SignatureTerms(who="ana@example.com", on=date(2026, 11, 20), text="0a1b")
BLOCK = """\
# ours
agreement:                   # who
  name: "Ours"
  version: 7                 # bumped by every change

  # the time
time: {reporting_tz: UTC}
"""
SIGNED = BLOCK.replace(
    "  version: 7                 # bumped by every change\n",
    "  version: 7                 # bumped by every change\n"
    "  signed_by: {sales: {who: 'ana@example.com', on: 2026-11-20, text: '0a1b'}}\n",
)


def of(text: str) -> str:
    return fingerprint(parse(text, "agreement.yaml")[0])


def test_a_signature_is_added_and_every_comment_and_space_stays() -> None:
    assert with_signatures(BLOCK, {"sales": ANA}) == SIGNED


def test_signatures_replace_those_there_were() -> None:
    other = ANA.model_copy(update={"who": "ben"})

    assert with_signatures(SIGNED, {"sales": other}) == SIGNED.replace("ana@example.com", "ben")


def test_a_block_of_signatures_is_replaced_whole() -> None:
    text = BLOCK.replace(
        "  version: 7                 # bumped by every change\n",
        "  signed_by:\n    sales:\n      who: old\n      on: 2026-01-01\n      text: ff\n  version: 7\n",
    )

    assert with_signatures(text, {"sales": ANA}).count("who:") == 1
    assert "  version: 7\n" in with_signatures(text, {"sales": ANA})


FLOW = """\
agreement: {
  version: 1,  # bumped, by every change
}
review: {}
"""


def test_a_file_with_windows_line_ends_keeps_them() -> None:
    assert with_signatures(BLOCK.replace("\n", "\r\n"), {"sales": ANA}) == SIGNED.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text", [BLOCK, "agreement: {version: 1}\n", "agreement: {version: 1, }\nreview: {}\n", SIGNED, FLOW, BLOCK.strip()]
)
def test_signing_does_not_change_what_was_signed(text: str) -> None:
    signed = with_signatures(text, {"sales": ANA, "marketing": ANA})

    assert of(signed) == of(text)
    assert parse(signed, "agreement.yaml")[1] == []


def test_comments_and_layout_are_not_part_of_what_is_signed_but_every_word_is() -> None:
    assert of("agreement: {version: 1}  # a\n") == of("agreement:\n  version: 1\n")
    assert of("agreement: {version: 1}\n") != of("agreement: {version: 2}\n")
    assert of("agreement: {version: 1}\n") != of("agreement: {version: '1'}\n")


def test_a_quote_in_a_name_stays_a_quote() -> None:
    signed = with_signatures("agreement: {version: 1}\n", {"sales": ANA.model_copy(update={"who": "O'Neil"})})

    assert "who: 'O''Neil'" in signed

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.mapping.characters import clean, narrow, plain

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("Zoe\u0308", "Zoë", id="NFC"),
        pytest.param("\ud83dx", "\ufffdx", id="lone surrogate"),
        pytest.param("a\0b", "a\u2400b", id="NUL"),
        pytest.param(" a  b\u00a0", "a  b", id="trimmed outside only"),
        pytest.param("\ufeffa\u200b", "a", id="byte order mark and zero-width space at the ends"),
        pytest.param("a\r\nb\rc\n", "a\nb\nc", id="line ends"),
        pytest.param(FAMILY * 255, FAMILY * 255, id="emoji with joiners"),
        pytest.param("ﬁ²", "ﬁ²", id="compatibility forms stay"),
    ],
)
def test_text_has_one_stored_form(text: str, form: str) -> None:
    assert clean(text) == form


@given(st.text(st.characters(codec=None)))
def test_clean_text_is_clean_and_can_be_encoded(text: str) -> None:
    found = clean(text)

    assert clean(found) == found
    assert unicodedata.is_normalized("NFC", found)
    assert "\0" not in found.encode().decode()


def test_full_width_and_invisible_marks_are_narrowed() -> None:
    assert narrow("\u200eａｎｎ＠x．com\u00ad") == "ann@x.com"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("０１２", "012", id="full width"),
        pytest.param("٣٤", "34", id="Arabic"),
        pytest.param("1\u202f234", "1 234", id="narrow space"),
        pytest.param("\u22125", "-5", id="minus"),
        pytest.param("1–2", "1-2", id="dash"),
        pytest.param("5²", "5²", id="superscript is no digit"),
    ],
)
def test_digits_dashes_and_spaces_of_any_script_are_plain(text: str, form: str) -> None:
    assert plain(text) == form

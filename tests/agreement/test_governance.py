"""Which version governs, who has not signed, and when an agreement is no longer alive."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.agreement.changes import differences
from syncd.agreement.governance import Review, Signature, Version, in_force, months_later, unsigned, worries

REVIEW = Review(every={"sla": 3, "scoring": 1})
SIGNED = date(2026, 1, 10)


def worry(
    today: date,
    *,
    signed: tuple[date, ...] = (SIGNED,),
    reviewed: dict[str, date] | None = None,
    team_changed_on: date | None = None,
) -> list[tuple[str, str]]:
    found = worries(REVIEW, signed=signed, reviewed=reviewed or {}, team_changed_on=team_changed_on, today=today)
    return [(one.level, one.what) for one in found]


def test_a_signature_under_another_text_is_none() -> None:
    signatures = [Signature("marketing", "ana", SIGNED, "new"), Signature("sales", "ben", SIGNED, "old")]

    assert unsigned(["marketing", "sales"], signatures, "new") == ("sales",)


@pytest.mark.parametrize(
    ("at", "number"),
    [
        pytest.param(-5, 1, id="before the first: the first"),
        pytest.param(99, 1, id="until the instant"),
        pytest.param(100, 2, id="from that very instant"),  # L40: the start is exactly at version 2's
    ],
)
def test_a_version_governs_from_its_instant_on(at: int, number: int) -> None:
    version = in_force([Version(2, "b", 100), Version(1, "a", 0)], at)

    assert version is not None
    assert version.number == number


def test_without_any_version_nothing_governs() -> None:
    assert in_force([], 0) is None


def test_an_agreement_nobody_ever_signed_is_not_stale() -> None:
    assert worry(date(2030, 1, 1), signed=()) == []


def test_a_subject_is_due_so_many_months_after_it_was_last_looked_at() -> None:
    assert worry(date(2026, 2, 9)) == []
    assert worry(date(2026, 2, 10)) == [("warning", "scoring: not reviewed since 2026-01-10")]
    assert worry(date(2026, 2, 10), reviewed={"scoring": date(2026, 2, 9)}) == []


def test_after_three_months_without_any_look_somebody_has_to_meet() -> None:
    assert ("warning", "nobody has looked at it since 2026-01-10") in worry(date(2026, 4, 10))
    assert "nobody has looked" not in str(worry(date(2026, 4, 10), reviewed={"scoring": date(2026, 4, 1)}))


def test_after_eighteen_months_an_agreement_is_dead() -> None:
    assert ("error", "signed 2026-01-10, over 18 months ago: nobody follows such an agreement") in worry(date(2027, 7, 10))
    assert "nobody follows" not in str(worry(date(2027, 7, 9)))


@pytest.mark.parametrize(
    ("today", "level"),
    [
        pytest.param(date(2026, 2, 2), "warning", id="just now"),
        pytest.param(date(2026, 8, 1), "error", id="six months ago"),
    ],
)
def test_a_team_that_changed_since_the_last_look_weighs_more_after_six_months(today: date, level: str) -> None:
    what = "the team changed on 2026-02-01, and nobody has reviewed the agreement since"

    assert (level, what) in worry(today, team_changed_on=date(2026, 2, 1))
    assert "the team changed" not in str(worry(today, team_changed_on=date(2026, 1, 1)))


def test_three_versions_in_a_quarter_are_too_many() -> None:
    signed = (date(2026, 1, 10), date(2026, 2, 1), date(2026, 3, 1))

    assert "3 versions within 3 months" in str(worry(date(2026, 3, 2), signed=signed))
    assert "versions within" not in str(worry(date(2026, 4, 10), signed=signed))


def test_months_end_on_the_last_day_there_is() -> None:
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2026, 12, 15), 1) == date(2027, 1, 15)


def test_a_rule_that_only_moved_did_not_change() -> None:
    ceo, size = {"id": "ceo", "points": 10}, {"id": "size", "points": 30}

    assert differences({"rules": [ceo, size]}, {"rules": [size, ceo]}) == ()


def test_differences_name_what_is_new_changed_and_gone() -> None:
    before = {"agreement": {"version": 1, "signed_by": {"sales": "ben"}}, "rules": [{"id": "ceo", "points": 10}]}
    after = {"agreement": {"version": 2}, "rules": [{"id": "cto", "points": 5}], "kinds": ["a", "b"]}

    assert [str(one) for one in differences(before, after)] == [
        "agreement version: 1 → 2",
        "new: rules cto points: 5",
        "new: kinds: a, b",
        "gone: rules ceo points: 10",
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param({"not": ["note"]}, {"not": []}, ["not: note → none"], id="a list that was emptied"),
        pytest.param({"a": 1}, {"a": 1, "not": []}, ["new: not: none"], id="an empty list"),
        pytest.param({"a": 1}, {"a": 1, "dispositions": {}}, ["new: dispositions: none"], id="an empty section"),
        pytest.param({"sla": {}}, {"sla": {"calendar": "ny"}}, ["new: sla calendar: ny"], id="an empty section that is filled"),
        pytest.param({"calendar": "ny"}, {"calendar": ""}, ["calendar: ny → none"], id="an empty word"),
    ],
)
def test_what_says_nothing_is_a_difference_too(before: object, after: object, said: list[str]) -> None:
    assert [str(one) for one in differences(before, after)] == said

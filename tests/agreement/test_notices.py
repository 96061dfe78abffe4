"""When notices go out."""

from __future__ import annotations

import pytest

from syncd.agreement.notices import HOUR, Manners, Notice, Sent, alert, delivery

MINUTE = HOUR // 60
KIM, ROOM = "kim@example.com", "#smarketing"


def notice(key: str, *, event: str = "sla_at_risk", to: str = KIM, at: int = 0, urgent: bool = False) -> Notice:
    return Notice(key, event, to, "mail", f"text {key}", at, urgent)


def test_what_waits_of_one_kind_goes_as_one_message_oldest_first() -> None:
    decided = delivery([notice("b", at=2), notice("a", at=1)], [], Manners(together=10 * MINUTE), now=3)

    assert [(one.text, one.keys) for one in decided.messages] == [("text a\n\ntext b", ("a", "b"))]


def test_different_kinds_recipients_and_channels_are_not_mixed() -> None:
    waiting = [notice("a"), notice("b", event="sla_breached"), notice("c", to=ROOM)]

    assert len(delivery(waiting, [], Manners(together=10 * MINUTE), now=0).messages) == 3


def test_more_of_the_same_within_the_time_waits_for_its_end() -> None:
    sent = [Sent("sla_at_risk", KIM, "mail", 100)]

    early = delivery([notice("a")], sent, Manners(together=10 * MINUTE), now=5 * MINUTE)
    then = delivery([notice("a")], sent, Manners(together=10 * MINUTE), now=100 + 10 * MINUTE)

    assert (early.messages, dict(early.later)) == ((), {"a": 100 + 10 * MINUTE})
    assert len(then.messages) == 1


def test_outside_opening_hours_only_what_is_urgent_goes() -> None:
    closed = Manners(opens=lambda to, at: 9 * HOUR)

    decided = delivery([notice("a"), notice("b", event="mql_assigned", urgent=True)], [], closed, now=HOUR)

    assert [one.keys for one in decided.messages] == [("b",)]
    assert dict(decided.later) == {"a": 9 * HOUR}


@pytest.mark.parametrize(
    ("told", "now", "goes"),
    [
        pytest.param(1, HOUR, True, id="below the cap"),
        pytest.param(2, HOUR, False, id="at the cap"),
        pytest.param(2, 2 * HOUR, True, id="an hour later"),
    ],
)
def test_beyond_so_many_in_an_hour_the_rest_is_for_the_digest(told: int, now: int, goes: bool) -> None:
    sent = [Sent("became_sql", KIM, "mail", HOUR)] * told

    decided = delivery([notice("a")], sent, Manners(per_hour=2), now=now)

    assert (len(decided.messages) == 1, decided.digest) == (goes, () if goes else ("a",))


def test_the_cap_also_counts_what_this_very_delivery_sends() -> None:
    waiting = [notice("a"), notice("b", event="sla_breached"), notice("c", event="became_sql")]

    decided = delivery(waiting, [], Manners(per_hour=2), now=0)

    assert (len(decided.messages), len(decided.digest)) == (2, 1)


def test_what_is_urgent_is_never_left_to_the_digest() -> None:
    sent = [Sent("became_sql", KIM, "mail", 0)] * 5

    assert len(delivery([notice("a", urgent=True)], sent, Manners(per_hour=2, together=HOUR), now=1).messages) == 1


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        pytest.param(1, "now", id="a second"),
        pytest.param(4 * 3600, "late", id="L38 a: 4 h"),
        pytest.param(24 * 3600, "late", id="exactly the oldest"),
        pytest.param(76 * 3600, "digest", id="L38 b: 76 h"),
    ],
)
def test_after_an_outage_young_alerts_go_out_late_and_old_ones_into_the_digest(late: int, expected: str) -> None:
    assert alert(0, noticed_at=late * 1_000_000, oldest=24 * HOUR) == expected

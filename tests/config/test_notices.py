"""``notify`` and ``channels``: what is wrong, at its line; and the words of notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.agreement.notices import EVENTS
from syncd.config import ConfigInvalid, load, templates
from tests.config.build import AGREEMENT, MAIN, SPECS, write

CHANNELS = "channels: {slack: {url: env:SLACK}, trial: {file: notices.txt}}\n"
PERSON = {"name": "Ann Lee", "company": "Firm", "score": 62, "grade": "A1", "reasons": ["demo +20"], "deadline": "Fri 10:30"}


def problems(folder: Path, *, main: str = MAIN, notify: str = "") -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        load(write(folder, main=main, agreement=AGREEMENT + notify), SPECS)
    return [str(problem).partition(": ")[2] for problem in caught.value.problems]


def test_notices_are_typed(tmp_path: Path) -> None:
    text = AGREEMENT + (
        "notify:\n"
        "  instant: [{event: mql_assigned, to: owner, by: [slack, trial]}]\n"
        "  digest: {to: '#smarketing', by: slack, at: '08:30', days: 'fri-mon, wed'}\n"
    )

    config = load(write(tmp_path, main=CHANNELS + MAIN, agreement=text), SPECS)

    assert config.notify.instant[0].by == ["slack", "trial"]
    assert config.notify.digest is not None
    assert config.notify.digest.days == {4, 5, 6, 0, 2}


@pytest.mark.parametrize(
    ("main", "notify", "expected"),
    [
        pytest.param(
            CHANNELS + MAIN,
            "notify: {instant: [{event: mql_assigned, to: owner, by: slak}]}\n",
            "by: no channel 'slak'; did you mean 'slack'?",
            id="an unknown channel",
        ),
        pytest.param(
            MAIN,
            "notify: {digest: {to: '#a', by: slack}}\n",
            "by: no channel 'slack'; add it under channels in syncd.yaml",
            id="no channels at all",
        ),
        pytest.param(
            CHANNELS + MAIN,
            "notify: {say: {became_sql: '{{ nmae }}'}}\n",
            "notify.say.became_sql: there is no word 'nmae'; did you mean 'name'?",
            id="an unknown word in a text",
        ),
        pytest.param(
            CHANNELS + MAIN,
            "notify: {digest: {to: '#a', by: slack, days: someday}}\n",
            "notify.digest.days: is not a weekday; write for example mon-fri, sat or mon,wed,fri",
            id="not days",
        ),
        pytest.param(
            "channels: {slack: {url: https://hooks.example/secret}}\n" + MAIN,
            "",
            "channels.slack.url: a secret never stands in this file; write env:NAME, file:PATH or cmd:COMMAND instead",
            id="a secret in clear text",
        ),
    ],
)
def test_a_mistake_is_named_with_its_remedy(tmp_path: Path, main: str, notify: str, expected: str) -> None:
    assert problems(tmp_path, main=main, notify=notify) == [expected]


@pytest.mark.parametrize("event", EVENTS)
def test_every_standard_text_can_be_filled_in(event: str) -> None:
    text = templates.DEFAULTS[event]  # type: ignore[index]  # a parametrised literal

    assert templates.problem(text) == ""
    assert "{" not in templates.rendered(text, PERSON)


def test_a_new_mql_is_told_with_everything_its_owner_needs() -> None:
    words = {**PERSON, "high_intent": True, "source": "webinar", "campaign": "autumn"}

    assert templates.rendered(templates.DEFAULTS["mql_assigned"], words) == (
        "High intent! New MQL for you: Ann Lee (Firm), score 62 (A1).\n"
        "Because: demo +20\n"
        "From: webinar, autumn\n"
        "First contact is due Fri 10:30."
    )


def test_what_is_late_says_so_first() -> None:
    assert templates.rendered("due", {"late": True}) == "(late) due"


def test_a_text_reaches_nothing_but_its_words() -> None:
    assert templates.problem("{{ name.__class__.__mro__ }}").startswith("is not a usable template")

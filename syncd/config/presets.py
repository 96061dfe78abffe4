"""Promises to start from, as the articles that syncd grew out of put them; the agreement replaces them key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

Preset: TypeAlias = Literal["article_000", "article_003", "article_004"]

_FEEDBACK = {"start": "assigned", "stop": "disposition with reason", "within": "10bd"}
_ANSWER = {"start": "sales feedback received", "stop": "marketing replied", "within": "10bd"}

_PRESETS: Mapping[str, Mapping[str, object]] = {
    "article_000": {
        "marketing": {
            "volume": {"at_least": "100 mql", "per": "month"},
            "quality": {"at_least": "40%", "of": "mql", "are": "high_intent", "per": "month"},
            "handoff": {"start": "became mql", "stop": "assigned", "within": "24h", "clock": "elapsed", "warn_at": ["50%"]},
            "answer_feedback": _ANSWER,
        },
        "sales": {
            "first_contact": {
                "start": "assigned",
                "stop": "contact_attempt",
                "targets": [{"when": "high_intent", "within": "1h"}, {"when": "otherwise", "within": "1bd"}],
                "warn_at": ["50%", "75%", "90%"],
                "on_breach": ["tell owner", "tell manager", "flag crm"],
            },
            "decide": {"start": "assigned", "stop": "disposition set", "within": "5bd", "warn_at": ["60%", "80%"]},
            "feedback": _FEEDBACK,
            "first_week": {"at_least": "50%", "of": "mql", "contacted_within": "7d", "per": "week"},
        },
        "joint": {
            "conversion": {
                "mql_to_sql": "25%",
                "alarm_below": "20%",
                "clear_at": "25%",
                "on_alarm": "open an investigation for both managers: targeting, follow-up or definitions",
            }
        },
    },
    "article_003": {
        "marketing": {"volume": {"at_least": "100 mql", "per": "month"}, "answer_feedback": _ANSWER},
        "sales": {
            "first_contact": {
                "start": "assigned",
                "stop": "contact_attempt",
                "within": "2h",
                "warn_at": ["50%"],
                "on_breach": ["tell owner", "tell manager"],
            },
            "depth": {
                "start": "assigned",
                "need": "5 contact_attempts",
                "unless": "connected or disposition set",
                "within": "10bd",
                "over_at_least_days": 3,
            },
            "feedback": _FEEDBACK,
        },
    },
    "article_004": {
        "marketing": {"volume": {"at_least": "100 mql", "per": "month"}, "answer_feedback": _ANSWER},
        "sales": {
            "first_contact": {"start": "assigned", "stop": "contact_attempt", "within": "1bd..2bd"},
            "feedback": _FEEDBACK,
        },
    },
}


def filled(section: object) -> object:
    """Return a section with the keys of the preset it names beside its own; lists and plain values replace the preset's.

    >>> filled({"preset": "article_003", "sales": {"first_contact": {"within": "1h"}}})["sales"]["first_contact"]["stop"]
    'contact_attempt'
    """
    if not isinstance(section, dict) or section.get("preset") not in get_args(Preset):
        return section
    return _over(_PRESETS[str(section["preset"])], section)


_INSTEAD = {"within": "targets", "targets": "within", "stop": "need", "need": "stop"}


def _over(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    found = {key: value for key, value in below.items() if _INSTEAD.get(key) not in above}
    for key, value in above.items():
        under = found.get(key)
        found[key] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return found

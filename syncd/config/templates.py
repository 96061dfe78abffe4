"""The words of notices: Jinja templates in a sandbox that reaches nothing but the words it is given."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syncd.agreement.notices import Event
from syncd.config.validation import did_you_mean

WORDS = (
    "name", "email", "company", "source", "campaign", "score", "grade", "reasons", "stage", "owner", "deadline", "policy",
    "high_intent", "late", "summary",
)  # fmt: skip
"""What a template may use: text, but for ``reasons`` (a list of texts), ``high_intent`` and ``late`` (true or false)."""

DEFAULTS: Mapping[Event, str] = {
    "mql_assigned": """\
{% if high_intent %}High intent! {% endif %}New MQL for you: {{ name or email }}{% if company %} ({{ company }}){% endif %}, \
score {{ score }}{% if grade %} ({{ grade }}){% endif %}.
{% if reasons %}Because: {{ reasons | join("; ") }}
{% endif %}{% if source %}From: {{ source }}{% if campaign %}, {{ campaign }}{% endif %}
{% endif %}{% if deadline %}First contact is due {{ deadline }}.{% endif %}""",
    "became_sql": """\
{{ name or email }}{% if company %} ({{ company }}){% endif %} is an SQL now, score {{ score }}.""",
    "sla_at_risk": """\
{{ policy }} for {{ name or email }}{% if company %} ({{ company }}){% endif %} is due {{ deadline }}.""",
    "sla_breached": """\
{{ policy }} for {{ name or email }}{% if company %} ({{ company }}){% endif %} was due {{ deadline }}\
{% if owner %}; it is with {{ owner }}{% endif %}.""",
    "nobody_available": """\
Nobody is available for {{ name or email }}{% if company %} ({{ company }}){% endif %}; the lead waits in the queue.""",
    "figure_alarm": "{{ policy }}: {{ summary }}.",
    "digest": "{{ summary }}",
}

_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=False)


def rendered(text: str, words: Mapping[str, object]) -> str:
    """Fill in a template; words that are not given are empty. What is late says so first."""
    filled = _ENVIRONMENT.from_string(text).render({**dict.fromkeys(WORDS, ""), "reasons": (), **words}).strip()
    return f"(late) {filled}" if words.get("late") else filled


def problem(text: str) -> str:
    """Say what is wrong with a template, "" if nothing."""
    try:
        unknown = meta.find_undeclared_variables(_ENVIRONMENT.parse(text)) - set(WORDS)
        if not unknown:
            rendered(text, {})
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        return f"is not a usable template ({error}); see agreement.md"
    return f"there is no word {min(unknown)!r}{did_you_mean(min(unknown), list(WORDS))}" if unknown else ""

"""The agreement as a page that somebody from outside understands: Markdown, and the same as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from markdown_it import MarkdownIt

from syncd.agreement.counting import instant
from syncd.agreement.promise_words import promises_in_words
from syncd.agreement.rulewording import range_in_words, rule_in_words
from syncd.agreement.terms import POINT, Model
from syncd.agreement.wording import in_words
from syncd.config import Config

_TITLES = {
    "stages": "Stages",
    "dispositions": "What sales answers",
    "routing": "Who gets a lead",
    "time": "Hours and dates",
    "attempts": "What counts as an attempt",
    "promises": "What we promise each other",
}

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.55 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1.2rem; color: #1c2430; }}
h1 {{ font-size: 1.9rem; line-height: 1.2; }}
h2 {{ font-size: 1.25rem; margin-top: 2.4rem; border-bottom: 1px solid #d5dbe3; padding-bottom: .3rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #e6eaef; }}
td:nth-child(2) {{ white-space: nowrap; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
{body}</body>
</html>
"""


def markdown(config: Config) -> str:
    """Write the handbook page of the agreement in *config*."""
    return "\n".join(_lines(config))


def html(config: Config) -> str:
    """Return the handbook as one page without anything from elsewhere."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown(config))
    return _PAGE.format(title=escape(config.agreement.name), body=body)


def _lines(config: Config) -> Iterator[str]:
    agreement, standing = config.agreement, config.standing
    yield f"# {agreement.name}"
    yield ""
    since = "" if standing.effective_from is None else f", in force from {instant(standing.effective_from):%d %B %Y}"
    yield f"Version {agreement.version}{since}."
    if standing.unsigned:
        yield f"A draft: {' and '.join(standing.unsigned)} have not signed it yet."
    yield from (f"Signed for {one.party} by {one.who} on {one.on:%d %B %Y}." for one in standing.signatures)
    handoff = in_words(config.handoff)
    yield from _section("Words", handoff.pop("glossary", ()))
    yield from _model(agreement.model)
    promises = {} if config.sla is None else promises_in_words(config.sla, config.attempts)
    for name, lines in {**handoff, **promises}.items():
        yield from _section(_TITLES.get(name, name), lines)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from (f"* {line}" for line in lines)


def _model(model: Model) -> Iterator[str]:
    yield from ("", "## What makes an MQL", "")
    ranges = "; ".join(f"{band.name}: {range_in_words(band)} points" for band in model.bands)
    yield f"Everybody has a score, the sum of the points below, each group within its limits. {ranges}."
    for title, gates in (("An MQL at once", model.instantly_mql), ("Never an MQL", model.never_mql)):
        if gates:
            yield f"{title}: {'; '.join(gate.text for gate in gates)}."
    for group in model.groups:
        limits = "" if group.low is None else f", {group.low // POINT} to {(group.high or 0) // POINT} points"
        yield from ("", f"**{group.id.replace('_', ' ').capitalize()}**{limits}", "", "| when | points |", "| --- | --- |")
        for rule in group.rules:
            for position, branch in enumerate(rule.branches):
                yield f"| {rule_in_words(rule, position)} | {branch.points / POINT:+g} |"

"""Compares our parser of SOQL with @jetstreamapp/soql-parser-js: what is taken or refused alike, and taken as the same tree.

``uv run python plugins/salesforce/tests/clients/soql_parser.py FOLDER``, where FOLDER has the package in its ``node_modules``.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import click
from hypothesis import HealthCheck, Phase, given, seed, settings
from syncd_salesforce.emulator.answers import ApiError
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.grammar import parse
from syncd_salesforce.emulator.soql.printing import printed
from test_salesforce_emulator_soql import QUERIES

ALIKE = "alike"
OFFSET = "they refuse OFFSET without LIMIT"
JOINED = "they take conditions without AND or OR between them"
NOTS = "they keep two of three NOTs"
HAVING = "their tree of HAVING loses operators and NOT"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--queries", default=400, show_default=True, help="So many that are right, and as many with a word too few.")
@click.option("--seed", "number", default=7, show_default=True)
def main(folder: Path, queries: int, number: int) -> None:
    right = drawn(queries, number)
    texts = [*((text, "") for text in right), *spoiled(right, Random(number))]
    script = Path(__file__).with_suffix(".mjs")
    lines = "".join(f"{json.dumps(text)}\n" for text, _ in texts)
    came = subprocess.run(["node", script, folder.resolve()], input=lines, capture_output=True, text=True, check=True)
    found: Counter[str] = Counter()
    for (text, lost), line in zip(texts, came.stdout.splitlines(), strict=True):
        verdict = compared(text, lost, json.loads(line))
        found[verdict or "UNEXPLAINED"] += 1
        if verdict is None:
            click.echo(f"{text}\n      theirs: {json.loads(line)}")
    for word, count in found.most_common():
        click.echo(f"{count:6} {word}")
    raise SystemExit(found["UNEXPLAINED"] > 0)


def drawn(count: int, number: int) -> list[str]:
    """Return different queries that our own printing writes; the same number draws the same."""
    found: dict[str, None] = {}

    @seed(number)
    @settings(max_examples=2 * count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(QUERIES)
    def draw(query: tree.Query) -> None:
        found[printed(query)] = None

    draw()
    return list(found)[:count]


def spoiled(texts: Sequence[str], random: Random) -> Iterator[tuple[str, str]]:
    """Yield each query without one of its words, and that word."""
    for text in texts:
        words = text.split(" ")
        lost = words.pop(random.randrange(len(words)))
        yield " ".join(words), lost


def compared(text: str, lost: str, theirs: str | None) -> str | None:
    """Say whether both refuse *text* or take it as the same tree, and if not, why; ``None`` if that is not known."""
    ours = read(text)
    if ours is None and theirs is None:
        return ALIKE
    if theirs is None:
        return OFFSET if re.search(r" OFFSET \d+( FOR \w+)?$", text) and not re.search(r" LIMIT \d+ OFFSET", text) else None
    if ours is None:
        return JOINED if lost in {"AND", "OR"} else None
    if read(theirs.replace(" WITH SECURITY_ENFORCED", "")) == replace(ours, secured=False):  # they write it behind ORDER BY
        return ALIKE
    return HAVING if " HAVING " in text else NOTS if "NOT NOT NOT" in text else None


def read(text: str) -> tree.Query | None:
    try:
        return parse(text)
    except ApiError:
        return None


if __name__ == "__main__":
    main()

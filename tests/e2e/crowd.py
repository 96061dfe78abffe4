"""The made-up company of `syncd.testing.company` with the demo's mapping, in versions that grow and change.

Its agreement knows no hours: what it says of somebody is the same however long a test takes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from syncd.testing import company
from tests.e2e.program import REPOSITORY

PEOPLE = 150
SEED = 11
SCORES = "exports/contacts-scores.csv"
AGREEMENT = """\
agreement: {name: Crowd, version: 1, needs_signatures_from: []}
fields:
  role: {type: choice, values: [ceo, student, marketing_manager, other]}
  industry: {type: choice, values: [technology, financial services, other]}
scoring:
  active_model: m
  models:
    m:
      groups:
        fit:
          limit: 0..60
          rules:
            - {id: size, when: company_size in 10..500, points: 30}
            - {id: ceo, when: role is ceo, points: 10}
        engagement:
          limit: 0..60
          fades: none
          rules:
            - {id: pricing, when: each page_view of pricing, points: 7, max_times: 5}
            - {id: case, when: download of case_study, points: 10}
      bands: {mql: "> 50", nurture: 30..50, cold: "< 30"}
"""


def found(home: Path) -> None:
    """Write the configuration, with loops that hurry."""
    shutil.copytree(REPOSITORY / "config" / "demo", home)
    (home / "agreement.yaml").write_text(AGREEMENT)
    main = home / "syncd.yaml"
    main.write_text(main.read_text().replace("every: 5s", "every: 1s"))


def export(home: Path, now: datetime, version: int) -> None:
    """Replace the exports, one after the other, by those of *version*: more people, more events, some people changed."""
    folder, count = home / "exports", PEOPLE + 10 * version
    company.export(folder / "crm-accounts.csv", company.ACCOUNT_COLUMNS, company.accounts(SEED, count, now))
    company.export(folder / "crm-contacts.csv", company.CONTACT_COLUMNS, _contacts(count, now, version))
    events = company.events(SEED, PEOPLE, now, total=5 * PEOPLE + 50 * version)
    company.export(folder / "marketing-events-all.csv", company.EVENT_COLUMNS, events)


def _contacts(count: int, now: datetime, version: int) -> Iterator[Sequence[object]]:
    title = company.CONTACT_COLUMNS.index("Job Title")
    changed = company.CONTACT_COLUMNS.index("Last Modified")
    for number, row in enumerate(company.contacts(SEED, count, now)):
        cells = list(row)
        for promoted in range(1, version + 1):
            if number % 10 == promoted % 10:
                cells[title] = f"CEO {promoted}"
                cells[changed] = f"{now + timedelta(minutes=promoted):%Y-%m-%d %H:%M}"
        yield cells

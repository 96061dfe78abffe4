"""A made-up company and what its prospects do, as exports of a CRM and of a marketing tool: for the demo and benchmarks.

The same seed and instant make the same files, row by row and in bounded memory, however many people there are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random

_FIRST = """Ana Ben Carla Deniz Elif Felix Greta Hugo Ines Jonas Kim Lena Mar Nils Olga Pablo Rosa Sven Tara Ugo Vera Wim
    Xenia Yara""".split()
_LAST = """Alvarez Berg Castro Dietz Evans Ferrer Gomez Haas Ivanov Jansen Keller Lopez Marin Novak Ortiz Perez Quinn Rossi
    Sanz Toth""".split()
_FIRM = """Alder Birch Cedar Delta Ember Fjord Gable Harbor Indigo Jasper Karst Lumen Maple North Onyx Pine Quartz Ridge
    Slate Tidal""".split()
_TRADE = """Analytics Bikes Clinics Data Energy Foods Games Hotels Imaging Labs Mobility Optics Parts Robotics Systems
    Tools""".split()
_TITLES = "CEO, Marketing Manager, Head of Sales, Developer, Student, Buyer, CFO, Founder, Intern, Consultant".split(", ")
_INDUSTRIES = ("Technology", "Financial Services", "Manufacturing", "Retail", "Healthcare")
_COUNTRIES = ("Spain", "Germany", "France", "USA", "Deutschland", "UK", "Portugal")
_SOURCES = ("Organic Search", "Paid Ads", "Webinar", "Referral", "Trade Fair")
_PAGES = ("/pricing", "/pricing", "/blog/why", "/blog/how", "/product", "/careers", "/")
_KINDS = (
    ("view", 60),
    ("email.open", 20),
    ("email.open.bot", 6),
    ("download", 6),
    ("webinar.attended", 3),
    ("form", 3),
    ("demo.request", 1),
    ("sales.call", 1),
)
_FILES = ("price-list.pdf", "case-study-fjord.pdf", "guide.pdf", "checklist.pdf")

PERSON_COLUMNS = ("email", "first_name", "last_name", "job_title", "company")
CONTACT_COLUMNS = (
    "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Job Title", "Country", "Associated Company ID",
    "Original Source", "Create Date", "Last Modified", "Unsubscribed",
)  # fmt: skip
ACCOUNT_COLUMNS = ("Record ID", "Company name", "Website URL", "Industry", "Employees", "Last Modified")
EVENT_COLUMNS = ("event id", "email", "event", "page", "occurred at", "bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """Somebody who may become a customer."""

    number: int
    first: str
    last: str
    email: str
    title: str
    firm: int


@lru_cache(maxsize=200_000)
def prospect(seed: int, number: int) -> Prospect:
    """Make up person *number*; always the same one for the same seed."""
    rng = Random(f"{seed} person {number}")
    first, last, firm = rng.choice(_FIRST), rng.choice(_LAST), number // 4
    host = "gmail.com" if rng.random() < 0.15 else _domain(firm)
    return Prospect(
        number=number,
        first=first,
        last=last,
        email=f"{first}.{last}{number}@{host}".lower(),
        title=rng.choice(_TITLES),
        firm=firm,
    )


def newcomer(seed: int, count: int) -> Prospect:
    """Make up somebody whom none of *count* prospects is, at a firm where none of them works."""
    one, firm = prospect(seed, count), (count + 3) // 4
    return replace(one, email=f"{one.first}.{one.last}@{_domain(firm)}".lower(), title="Head of Sales", firm=firm)


def known_elsewhere(one: Prospect) -> Sequence[str]:
    """Return what other systems are told of a prospect whom they know too, by `PERSON_COLUMNS`."""
    return one.email, one.first, one.last, one.title, _firm(one.firm)


def contacts(seed: int, count: int, now: datetime) -> Iterator[Sequence[object]]:
    """Yield the CRM's contact export."""
    for number in range(count):
        rng, one = Random(f"{seed} contact {number}"), prospect(seed, number)
        created = now - timedelta(days=rng.randrange(5, 700), seconds=rng.randrange(86400))
        yield (
            1000 + number, one.first, one.last, one.email.title() if number % 9 == 0 else one.email, _phone(rng), one.title,
            rng.choice(_COUNTRIES), 10 + one.firm, rng.choice(_SOURCES), _written(created),
            _written(created + timedelta(days=rng.randrange(4))), "true" if rng.random() < 0.03 else "",
        )  # fmt: skip


def accounts(seed: int, count: int, now: datetime) -> Iterator[Sequence[object]]:
    """Yield the CRM's company export for *count* contacts."""
    for firm in range((count + 3) // 4):
        rng = Random(f"{seed} firm {firm}")
        yield (
            10 + firm,
            _firm(firm),
            f"https://www.{_domain(firm)}/",
            rng.choice(_INDUSTRIES),
            rng.choice((4, 12, 60, 180, 700, 3000)),
            _written(now),
        )


def attended(one: Prospect, at: datetime) -> Sequence[object]:
    """Return the row of the marketing tool's export that says they came to a webinar."""
    return f"w{one.number}", one.email, "webinar.attended", "", f"{at:%Y-%m-%dT%H:%M:%SZ}", ""


def events(seed: int, count: int, now: datetime, *, total: int, first: int = 0, days: float = 60) -> Iterator[Sequence[object]]:
    """Yield *total* rows of the marketing tool's event export, numbered from *first*, over the last *days*."""
    kinds, weights = zip(*_KINDS, strict=True)
    for number in range(first, first + total):
        rng = Random(f"{seed} event {number}")
        one = prospect(seed, int(count * rng.betavariate(0.7, 2.0)) * 7919 % count)  # few are keen, most are not
        kind = rng.choices(kinds, weights)[0]
        occurred_at = now - timedelta(days=days * rng.random() ** 2)
        page = rng.choice(_PAGES) if kind == "view" else rng.choice(_FILES) if kind == "download" else ""
        bot = kind == "email.open.bot"
        yield (
            f"e{number}",
            one.email,
            "email.open" if bot else kind,
            page,
            f"{occurred_at:%Y-%m-%dT%H:%M:%SZ}",
            "1" if bot else "",
        )


def export(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one export; the file appears whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    part.replace(path)


def _firm(firm: int) -> str:
    return f"{_FIRM[firm % len(_FIRM)]} {_TRADE[firm // len(_FIRM) % len(_TRADE)]}"


def _domain(firm: int) -> str:
    return f"{_FIRM[firm % len(_FIRM)]}-{_TRADE[firm // len(_FIRM) % len(_TRADE)]}-{firm}.example".lower()


def _phone(rng: Random) -> str:
    return rng.choice(
        ("", f"+34 91{rng.randrange(10**7):07}", f"(415) 555-{rng.randrange(2000, 9999)}", f"+49 30 {rng.randrange(10**6):06}")
    )


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"

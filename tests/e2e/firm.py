"""A small firm's installation: a CRM's export that scores are written back to, a website's visits and sign-ups, a bad row each.

It exists in two versions: in the second one people turn out to be one, somebody is deleted, a bad row is corrected and another
one appears, and somebody known only by an address signs up.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

MAIN = """\
store: {store}
connections:
  crm:
    type: csv
    write_back: live
    every: 1s
    settings:
      folder: files
      write_to: "scores-{{stream}}.csv"
      streams:
        accounts: {{holds: account, files: accounts.csv, id: id, changed_at: changed}}
        contacts:
          holds: person
          files: contacts-*.csv
          id: id
          changed_at: changed
          deleted: gone
          associations: {{account: {{to: accounts, column: account}}}}
  web:
    type: csv
    write_back: none
    every: 1s
    settings:
      folder: files
      streams:
        visits:
          holds: activity
          files: visits-*.csv
          id: id
          kind: {{column: what}}
          occurred_at: at
          about_email: email
          asset: page
        signups: {{holds: person, files: signups.csv, id: id, changed_at: changed}}
"""
CRM = """\
streams:
  accounts:
    read: {name: name, domain: site, company_size: size}
  contacts:
    read:
      email: email
      first_name: first
      phone: {from: phone, region: ES}
      role: {from: title, table: {ceo: [ceo], student: [student], other: ["*"]}}
    write: {score: score, band: band, stage: stage, reasons: why}
"""
WEB = """\
streams:
  signups:
    read: {email: email, source: source}
  visits:
    kinds: {page_view: [view], download: [load], demo_request: [demo]}
    assets: {pricing: ["/pricing*"], case_study: ["/case*"]}
"""
AGREEMENT = """\
agreement: {name: Firm, version: 1, needs_signatures_from: []}
fields:
  role: {type: choice, values: [ceo, student, other]}
scoring:
  active_model: m
  models:
    m:
      groups:
        fit:
          limit: -50..60
          rules:
            - id: size
              first_match: [{when: company_size in 10..500, points: 30}, {when: company_size in 501..2000, points: 20}]
            - {id: ceo, when: role is ceo, points: 10}
            - {id: student, when: role is student, points: -50}
        engagement:
          fades: {shape: cliff, every: 20d}
          rules:
            - {id: pricing, when: page_view of pricing, points: 20}
            - {id: case, when: download of case_study, points: 10}
      bands: {mql: "> 50", nurture: 30..50, cold: "< 30"}
      leave_mql_below: 40
      instantly_mql: [demo_request within 30d]
"""
ACCOUNTS = ("id", "name", "site", "size", "changed")
CONTACTS = ("id", "email", "first", "phone", "title", "account", "changed", "gone")
VISITS = ("id", "email", "what", "at", "page")
SIGNUPS = ("id", "email", "source", "changed")
SCORES = "files/scores-contacts.csv"


def found(home: Path, now: datetime, *, store: str = "sqlite:///syncd.db") -> None:
    """Write the configuration and the first version of the files; *now* fixes every date in them."""
    (home / "mapping").mkdir(parents=True)
    (home / "files").mkdir()
    (home / "syncd.yaml").write_text(MAIN.format(store=store))
    (home / "mapping" / "crm.yaml").write_text(CRM)
    (home / "mapping" / "web.yaml").write_text(WEB)
    (home / "agreement.yaml").write_text(AGREEMENT)
    _first(home / "files", now)


def moved_on(home: Path, now: datetime) -> None:
    """Replace the files by their second version."""
    _second(home / "files", now)


def copied(home: Path, target: Path) -> Path:
    """Copy an installation with its store and the times of its files."""
    shutil.copytree(home, target)
    return target


def _first(files: Path, now: datetime) -> None:
    old = now - timedelta(days=90)
    days = [_shown(now - timedelta(days=day, hours=12)) for day in range(10)]
    accounts = [(1, "Alder", "alder.example", 120, _shown(old)), (2, "Birch", "birch.example", 700, _shown(old))]
    _export(files / "accounts.csv", old, ACCOUNTS, accounts)
    contacts = [
        (1, "ana@alder.example", "Ana", "910 000 001", "CEO", 1, _shown(old), ""),
        (2, "ben@birch.example", "Ben", "", "Head", 2, _shown(old), ""),
        (3, "carla@gmail.example", "Carla", "nonsense", "Student", "", _shown(old), ""),
        (4, "dora@alder.example", "Dora", "", "CEO", 1, "the day before", ""),
    ]
    _export(files / "contacts-a.csv", old, CONTACTS, contacts)
    more = [(number, f"p{number}@birch.example", f"P{number}", "", "Head", 2, _shown(old), "") for number in (5, 6, 7)]
    _export(files / "contacts-b.csv", old + timedelta(hours=1), CONTACTS, more)
    visits = [
        ("v1", "ana@alder.example", "view", days[1], "/pricing"),
        ("v2", "ana@alder.example", "load", days[2], "/case-1"),
        ("v3", "ben@birch.example", "view", days[3], "/pricing"),
        ("v4", "nobody at all", "view", days[3], "/pricing"),
        ("v5", "stranger@cedar.example", "demo", days[4], ""),
    ]
    _export(files / "visits-a.csv", old, VISITS, visits)
    _export(files / "visits-b.csv", old + timedelta(hours=1), VISITS, [("v6", "p5@birch.example", "demo", days[5], "")])
    _export(
        files / "signups.csv",
        old,
        SIGNUPS,
        [(1, "ANA@alder.example", "web", _shown(old)), (2, "ben2@birch.example", "fair", _shown(old))],
    )


def _second(files: Path, now: datetime) -> None:
    old, new = now - timedelta(days=90), now - timedelta(hours=2)
    days = [_shown(now - timedelta(days=day, hours=12)) for day in range(10)]
    _export(
        files / "accounts.csv",
        new,
        ACCOUNTS,
        [(1, "Alder", "alder.example", 120, _shown(old)), (2, "Birch", "birch.example", 50, _shown(new))],
    )
    contacts = [
        (1, "ana@alder.example", "Ana", "910 000 001", "CEO", 1, _shown(old), ""),
        (2, "ben2@birch.example", "Ben", "", "CEO", 2, _shown(new), ""),
        (3, "carla@gmail.example", "Carla", "", "Student", "", _shown(new), "yes"),
        (4, "dora@alder.example", "Dora", "", "CEO", 1, _shown(new), ""),
        (8, "hugo@alder.example", "Hugo", "", "CEO", 1, "soon", ""),
    ]
    _export(files / "contacts-a.csv", new, CONTACTS, contacts)
    visits = [
        ("v6", "p5@birch.example", "demo", days[5], ""),
        ("v7", "dora@alder.example", "view", days[1], "/pricing"),
        ("v8", "p6@birch.example", "view", days[2], "/pricing"),
    ]
    _export(files / "visits-b.csv", new, VISITS, visits)
    signups = [
        (1, "ana@alder.example", "web", _shown(old)),
        (2, "ben2@birch.example", "fair", _shown(old)),
        (3, "stranger@cedar.example", "web", _shown(new)),
    ]
    _export(files / "signups.csv", new, SIGNUPS, signups)


def _export(path: Path, at: datetime, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Replace one file; its own time is *at*."""
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    os.utime(part, (at.timestamp(), at.timestamp()))
    part.replace(path)


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

"""The way of one person as far as it is told here: pages are read, a form is filled in, and one day a demo is asked for.

What becomes of it is the reps' affair, in whatever system they work. Each call of `step` lets the next thing happen, first what
lies in the past already.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from syncd_hubspot.emulator import words
from syncd_hubspot.emulator.activity import Form
from syncd_hubspot.emulator.company import meet, staff
from syncd_hubspot.emulator.given import Given
from syncd_hubspot.emulator.instants import DAY
from syncd_hubspot.emulator.living import HOUR, Moment, sign_up, visit
from syncd_hubspot.emulator.portal import Portal

DEMO, NEWSLETTER = "Demo request", "Newsletter"
KNOWN_FOR = 2 * DAY
VISITS: tuple[tuple[int, Sequence[str]], ...] = (
    (9 * DAY, ("/blog/lead-scoring", "/product")),
    (KNOWN_FOR + HOUR, ("/customers/northworks",)),
)
"""How long ago which pages were read; prices are looked at when a demo is asked for."""
FIRM = {"numberofemployees": "120", "industry": "MACHINERY"}


def step(portal: Portal, rng: Random, who: Given) -> str:
    """Let the next thing happen and return what it was; "" when nothing is left."""
    if not portal.activity.forms:
        staff(portal, portal.now())
    address = ("email", who.email.lower())
    contact = portal.of("contacts").found("email", who.email)
    if contact is None:
        return _come(portal, rng, who)
    form = _form(portal, DEMO)
    if any(address in one.values for one in portal.activity.submissions[form.id].all()):
        return ""
    now = Moment(portal=portal, rng=rng, contact=contact, at=portal.now(), is_past=False)
    visit(now, _pages("/pricing", "/demo"))
    sign_up(now, form)
    return "looked at our prices and asked for a demo"


def _come(portal: Portal, rng: Random, who: Given) -> str:
    """Have become known by a form two days ago; with it, what was read before came to light."""
    now = portal.now()
    contact = meet(portal, rng, who, at=now - KNOWN_FOR)
    portal.update("contacts", contact, {"hubspot_owner_id": "", "hs_lead_status": ""}, source="FORM", at=now - KNOWN_FOR)
    for firm in portal.links.of("contacts", contact, "companies"):
        portal.update("companies", firm, FIRM, source="FORM", at=now - KNOWN_FOR)
    for before, paths in VISITS:
        visit(Moment(portal=portal, rng=rng, contact=contact, at=now - before, is_past=True), _pages(*paths))
    sign_up(Moment(portal=portal, rng=rng, contact=contact, at=now - KNOWN_FOR, is_past=True), _form(portal, NEWSLETTER))
    return "read our pages and subscribed to the newsletter"


def _form(portal: Portal, name: str) -> Form:
    return next(form for form in portal.activity.forms.values() if form.name == name)


def _pages(*paths: str) -> list[tuple[str, str]]:
    titles = dict(words.PAGES)
    return [(path, titles[path]) for path in paths]

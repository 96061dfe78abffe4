"""``syncd feedback`` and ``syncd dispute``."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

import click
from sqlalchemy import Connection

from syncd.agreement.counting import instant
from syncd.agreement.dispositions import FEEDBACK, Feedback, MarketingKind, SalesKind
from syncd.cli.base import Exit, Failure, LazyGroup, Said, common, site
from syncd.cli.output import is_json, line, print_json, table
from syncd.engine import listening
from syncd.engine.site import Site
from syncd.engine.why import find
from syncd.store import entities, ids
from syncd.store import feedback as store

_FEEDBACK = {
    "give": ("syncd.cli.feedback:give", "Tell the other team something."),
    "list": ("syncd.cli.feedback:list_", "List what was told, and the replies."),
    "reply": ("syncd.cli.feedback:reply", "Reply to a piece of feedback."),
}
_DISPUTE = {
    "raise": ("syncd.cli.feedback:raise_", "Doubt the last rejection of a person."),
    "list": ("syncd.cli.feedback:disputes", "List disputes and their verdicts."),
    "decide": ("syncd.cli.feedback:decide", "Decide about a disputed rejection."),
}
_KINDS = [kind for kinds in FEEDBACK.values() for kind in kinds]


@click.group(cls=LazyGroup, commands_by_name=_FEEDBACK)
def feedback() -> None:
    """What sales and marketing tell each other, and the replies.

    \b
    Example:
      syncd feedback list --open
    """


@click.group(cls=LazyGroup, commands_by_name=_DISPUTE)
def dispute() -> None:
    """Doubt a rejection, and decide about it.

    \b
    Example:
      syncd dispute list
    """


@click.command()
@click.argument("text", type=Said())
@click.option("--from", "party", type=click.Choice(["sales", "marketing"]), required=True, help="Who says it.")
@click.option("--by", type=Said(), required=True, help="Who exactly, for example kim@example.com.")
@click.option("--kind", type=click.Choice(_KINDS), required=True, help="What kind of thing it is.")
@click.option("--about", metavar="PERSON", help="Whom it is about, if it is about one person.")
@common
def give(text: str, party: Literal["sales", "marketing"], by: str, kind: SalesKind | MarketingKind, about: str | None) -> None:
    """Tell the other team TEXT; about a person, it starts the other's clock to answer.

    \b
    Example:
      syncd feedback give "asks for a security paper" --from sales --by kim --kind missing_content --about ann@example.com
    """
    with _writing() as (here, tx):
        person = None if about is None else _person(tx, here, about)
        item = Feedback(id="", at=here.now(), party=party, by=by, kind=kind, text=text)
        name = listening.give(tx, here, item, person=person)
    print_json({"id": name}) if is_json() else line(f"kept as {name}")


@click.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only what nobody replied to.")
@common
def list_(open_only: bool) -> None:
    """List what was told, oldest first.

    \b
    Example:
      syncd feedback list --open --output json
    """
    with site() as here, here.store.read() as tx:
        found = store.everything(tx, open_only=open_only)
    if is_json():
        print_json(found)
        return
    table(
        ("id", "at", "from", "kind", "text", "reply"),
        [(one.id, instant(one.at), f"{one.by} ({one.party})", one.kind, one.text, one.reply) for one in found],
    )
    if not found:
        line("nothing was told yet")


@click.command()
@click.argument("name")
@click.argument("text", type=Said())
@click.option("--by", type=Said(), required=True, help="Who replies.")
@common
def reply(name: str, text: str, by: str) -> None:
    """Reply TEXT to the feedback NAME.

    \b
    Example:
      syncd feedback reply 38g0m1t90d7fb "the paper is out on Monday" --by ana@example.com
    """
    with _writing() as (here, tx):
        listening.reply(tx, here, name, by=by, text=text)
    print_json({"id": name, "replied": True}) if is_json() else line("kept")


@click.command("raise")
@click.argument("person")
@click.option("--why", type=Said(), required=True, help="What speaks against the rejection.")
@click.option("--by", type=Said(), required=True, help="Who disputes it.")
@click.option("--as", "party", type=click.Choice(["marketing", "sales"]), default="marketing", show_default=True)
@common
def raise_(person: str, why: str, by: str, party: Literal["marketing", "sales"]) -> None:
    """Dispute the last rejection of PERSON.

    \b
    Example:
      syncd dispute raise ann@example.com --why "asked for an offer yesterday" --by ana@example.com
    """
    with _writing() as (here, tx):
        listening.doubt(tx, here, _person(tx, here, person), by=by, party=party, why=why)
    print_json({"person": person, "disputed": True}) if is_json() else line("kept; syncd dispute decide settles it")


@click.command("list")
@common
def disputes() -> None:
    """List disputes, oldest first.

    \b
    Example:
      syncd dispute list
    """
    with site() as here, here.store.read() as tx:
        found = store.disputes(tx, None)
        emails = {key: str(entities.values(one.fields).get("email", "")) for key, one in entities.load(tx, found).items()}
    rows = [(emails.get(person, ids.shown(person)), one) for person, mine in found.items() for one in mine]
    if is_json():
        print_json([{"person": person, "dispute": one} for person, one in rows])
        return
    table(
        ("person", "since", "by", "because", "verdict"),
        [(person, instant(one.at), one.by, one.why, one.verdict or "open") for person, one in rows],
    )
    if not rows:
        line("nothing is disputed")


@click.command()
@click.argument("person")
@click.argument("verdict", type=click.Choice(["stands", "overturned"]))
@click.option("--by", type=Said(), required=True, help="Who decides.")
@common
def decide(person: str, verdict: Literal["stands", "overturned"], by: str) -> None:
    """Decide that the rejection of PERSON stands, or is overturned: then they are an MQL again.

    \b
    Example:
      syncd dispute decide ann@example.com overturned --by ana@example.com
    """
    with _writing() as (here, tx):
        listening.decide(tx, here, _person(tx, here, person), verdict=verdict, by=by)
    print_json({"person": person, "verdict": verdict}) if is_json() else line("decided; the next sync follows it")


@contextmanager
def _writing() -> Generator[tuple[Site, Connection]]:
    try:
        with site() as here, here.store.write() as tx:
            yield here, tx
    except listening.Unheard as error:
        raise Failure(str(error), Exit.FAILED) from None


def _person(tx: Connection, here: Site, words: str) -> int:
    found = find(tx, here, words)
    if found is None:
        raise Failure(f"nobody is known as {words!r}; syncd people list shows who is", Exit.FAILED)
    return found

"""``syncd inbox``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import click

from syncd.agreement.counting import instant
from syncd.cli.base import Exit, Failure, LazyGroup, common, named, site
from syncd.cli.output import ago, is_json, line, plain, print_json, table, when
from syncd.store import ids, outbox, records, streams
from syncd.store import inbox as store
from syncd.store.inbox import Waiting

_COMMANDS = {
    "list": ("syncd.cli.inbox:list_", "List what was refused, grouped by cause."),
    "show": ("syncd.cli.inbox:show", "Show one item with everything known about it."),
    "retry": ("syncd.cli.inbox:retry", "Try items again with the next sync."),
    "skip": ("syncd.cli.inbox:skip", "Set items aside for good."),
}


@click.group(cls=LazyGroup, commands_by_name=_COMMANDS)
def inbox() -> None:
    """Look after records that were refused: rows syncd could not read, and writes a source did not take.

    \b
    Example:
      syncd inbox list
    """


@click.command("list")
@click.option("--connection", "connection_name", help="Only this connection.")
@click.option("--skipped", is_flag=True, help="Those set aside instead of those that wait.")
@click.option("--all", "everything", is_flag=True, help="Every item, not grouped by cause.")
@common
def list_(connection_name: str | None, skipped: bool, everything: bool) -> None:
    """List what waits, grouped by cause.

    \b
    Examples:
      syncd inbox list
      syncd inbox list --connection crm --all
    """
    with site() as here, here.store.read() as tx:
        named(here, [connection_name] if connection_name else [])
        found = store.waiting(tx, connection_name=connection_name, skipped=skipped)
    if is_json():
        print_json([_shown(one) for one in found])
    elif everything:
        table(
            ("id", "connection", "way", "record", "where", "what", "last"),
            [
                (ids.shown(one.id), one.connection, one.way, _record(one), one.spot, one.what, ago(instant(one.last_at)))
                for one in found
            ],
        )
    else:
        found.sort(key=_cause)
        groups = [(cause, list(items)) for cause, items in groupby(found, key=_cause)]
        table(
            ("count", "connection", "way", "cause", "what", "for example"),
            [
                (
                    len(items),
                    items[0].connection,
                    items[0].way,
                    items[0].code,
                    _what(items),
                    f"{ids.shown(items[0].id)} {_record(items[0]) if items[0].way == 'out' else items[0].spot}",
                )
                for _, items in sorted(groups, key=lambda group: -len(group[1]))
            ],
        )
    if not found and not is_json():
        line("nothing waits")


@click.command()
@click.argument("item")
@common
def show(item: str) -> None:
    """Show one ITEM with everything known about it, the refused row included.

    \b
    Example:
      syncd inbox show 38fxz930049kv
    """
    with site() as here, here.store.read() as tx:
        one = _items(store.waiting(tx) + store.waiting(tx, skipped=True), [item])[0]
    if is_json():
        print_json(_shown(one) | {"raw": one.raw})
        return
    for name, value in {
        "item": ids.shown(one.id),
        "record": f"{one.connection}:{_record(one)}",
        "way": "refused by syncd" if one.way == "in" else "refused by the source",
        "where": one.spot,
        "what": one.what,
        "code": one.code,
        "first": when(instant(one.first_at)),
        "last": when(instant(one.last_at)),
        "times": one.times,
        "row": one.raw,
    }.items():
        if value != "":
            line(f"{name:8}{plain(value)}")


@click.command()
@click.argument("items", nargs=-1)
@click.option("--code", help="All items of one cause.")
@common
def retry(items: Sequence[str], code: str | None) -> None:
    """Try ITEMS again with the next sync: rows are read again, writes are sent again.

    Those that were set aside are tried again only if they are named themselves.

    \b
    Examples:
      syncd inbox retry 38fxz930049kv
      syncd inbox retry --code date.ambiguous
    """
    with site() as here, here.store.write() as tx:
        chosen = _chosen(store.waiting(tx) + store.waiting(tx, skipped=True), items, code)
        for one in chosen:
            if one.way == "out":
                known = records.known(tx, one.stream_id, [one.place])
                outbox.release(tx, [record.id for record in known.values()], here.now())
            else:
                streams.rewind(tx, one.stream_id)
        store.take(tx, [one.id for one in chosen])
    _done("retried", chosen, f"{len(chosen)} will be tried again with the next sync")


@click.command()
@click.argument("items", nargs=-1)
@click.option("--code", help="All items of one cause.")
@common
def skip(items: Sequence[str], code: str | None) -> None:
    """Set ITEMS aside for good; the same refusal does not come back.

    \b
    Examples:
      syncd inbox skip 38fxz930049kv
      syncd inbox skip --code csv.quote
    """
    with site() as here, here.store.write() as tx:
        chosen = _chosen(store.waiting(tx), items, code)
        store.skip(tx, [one.id for one in chosen])
    _done("skipped", chosen, f"{len(chosen)} set aside; syncd inbox list --skipped shows them")


def _done(what: str, chosen: Sequence[Waiting], text: str) -> None:
    print_json({what: [ids.shown(one.id) for one in chosen]}) if is_json() else line(text)


def _chosen(found: Sequence[Waiting], items: Sequence[str], code: str | None) -> list[Waiting]:
    if bool(items) == (code is not None):
        raise click.UsageError("name items, or a cause with --code")
    if code is not None:
        chosen = [one for one in found if one.code == code and not one.skipped]
        if not chosen:
            raise Failure(f"nothing waits because of {code!r}", Exit.FAILED)
        return chosen
    return _items(found, items)


def _items(found: Sequence[Waiting], items: Sequence[str]) -> list[Waiting]:
    by_id = {ids.shown(one.id): one for one in found}
    for item in items:
        if item not in by_id:
            raise Failure(f"there is no item {item!r}; syncd inbox list --all shows them", Exit.FAILED)
    return [by_id[item] for item in items]


def _record(one: Waiting) -> str:
    """Name the record as ``syncd sync --record`` takes it; a row without an identifier by where it stood."""
    return f"{one.stream}/{one.place}"


def _what(items: Sequence[Waiting]) -> str:
    """Say what is wrong with all *items* of a cause, or with one of them if each says something else."""
    return ("for instance: " if len({one.what for one in items}) > 1 else "") + items[0].what


def _cause(one: Waiting) -> tuple[str, str, str]:
    return one.connection, one.way, one.code


def _shown(one: Waiting) -> dict[str, object]:
    return {
        "id": ids.shown(one.id),
        "connection": one.connection,
        "stream": one.stream,
        "way": one.way,
        "record": one.place,
        "code": one.code,
        "where": one.spot,
        "what": one.what,
        "first_at": instant(one.first_at),
        "last_at": instant(one.last_at),
        "times": one.times,
        "skipped": one.skipped,
    }

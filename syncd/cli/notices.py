"""``syncd notices``."""

from __future__ import annotations

import click

from syncd.agreement.counting import instant
from syncd.agreement.notices import Message
from syncd.cli.base import Exit, Failure, LazyGroup, Said, common, configured, site
from syncd.cli.clock import now
from syncd.cli.output import is_json, line, print_json, table, when
from syncd.notify import Teller, Undelivered
from syncd.store import notices as store
from syncd.store.notices import Kept

_COMMANDS = {
    "list": ("syncd.cli.notices:list_", "List what waits to be told, and why."),
    "try": ("syncd.cli.notices:try_", "Send a test message through a channel."),
}


@click.group(cls=LazyGroup, commands_by_name=_COMMANDS)
def notices() -> None:
    """See what people were told, and try a channel.

    \b
    Example:
      syncd notices list
    """


@click.command("list")
@click.option("--failing", is_flag=True, help="Only what a channel did not take so far.")
@common
def list_(failing: bool) -> None:
    """List what waits to be told: when it goes, to whom, and why it has not yet.

    \b
    Examples:
      syncd notices list
      syncd notices list --failing
    """
    with site() as here, here.store.read() as tx:
        found = [one for one in store.untold(tx) if one.problem or not failing]
    if is_json():
        print_json([_shown(one) for one in found])
        return
    table(
        ("event", "to", "by", "goes", "tries", "problem"),
        [(one.event, one.recipient, one.channel, _goes(one), one.attempts, one.problem) for one in found],
    )
    if not found:
        line("nothing waits")


@click.command("try")
@click.argument("channel")
@click.option("--to", type=Said(), required=True, help="An e-mail address, or a room such as '#smarketing'.")
@common
def try_(channel: str, to: str) -> None:
    """Send a test message through CHANNEL of syncd.yaml, at once.

    \b
    Example:
      syncd notices try slack --to kim@example.com
    """
    config, _ = configured()
    if channel not in config.channels:
        known = ", ".join(config.channels) or "none"
        raise Failure(f"no channel {channel!r} in syncd.yaml; there is: {known}", Exit.USAGE)
    message = Message("digest", to, channel, "This is a test message from syncd.", ())
    try:
        Teller(config.channels, home=config.folder, clock=now).tell(message, again=False)
    except Undelivered as error:
        raise Failure(str(error)) from None
    if is_json():
        print_json({"channel": channel, "told": True})
    else:
        line(f"told {to} by {channel}")


def _goes(one: Kept) -> str:
    return "with the next digest" if one.state == "digest" else when(instant(one.not_before))


def _shown(one: Kept) -> dict[str, object]:
    return {
        "event": one.event,
        "to": one.recipient,
        "by": one.channel,
        "state": one.state,
        "raised_at": instant(one.raised_at).isoformat(),
        "not_before": instant(one.not_before).isoformat(),
        "attempts": one.attempts,
        "problem": one.problem,
    }

"""The command line: parse, call, print. Each command's module is imported only when that command runs."""

from __future__ import annotations

import os

import click

from syncd.cli.base import LazyGroup, common

_COMMANDS = {
    "init": ("syncd.cli.setup:init", "Write a configuration to start from."),
    "check": ("syncd.cli.setup:check", "Check the configuration, the store and every connection."),
    "sync": ("syncd.cli.sync:sync", "Pull, assess and push now."),
    "run": ("syncd.cli.run:run", "Run as a service until stopped."),
    "status": ("syncd.cli.status:status", "Show what each connection did last and what waits."),
    "why": ("syncd.cli.why:why", "Explain a person: fields, score, stages, writes."),
    "plan": ("syncd.cli.plan:plan", "Show what would be, or is waiting to be, written."),
    "sla": ("syncd.cli.sla:sla", "List open promises by due time; report how they are kept."),
    "feedback": ("syncd.cli.feedback:feedback", "What the teams tell each other, and the replies."),
    "dispute": ("syncd.cli.feedback:dispute", "Doubt a rejection, and decide about it."),
    "people": ("syncd.cli.people:people", "List, export and unmerge people."),
    "inbox": ("syncd.cli.inbox:inbox", "Look after records that were refused."),
    "notices": ("syncd.cli.notices:notices", "See what people were told, and try a channel."),
    "provision": ("syncd.cli.provision:provision", "Create the fields that write-back needs."),
    "mapping": ("syncd.cli.mapping:mapping", "Suggest and check field mappings."),
    "agreement": ("syncd.cli.agreement:agreement", "Check the agreement and try its score."),
    "plugins": ("syncd.cli.setup:plugins", "List the installed connectors."),
    "schema": ("syncd.cli.setup:schema", "Print the JSON Schema of a configuration file."),
    "emulate": ("syncd.cli.emulate:emulate", "Run a local server that behaves like a vendor's."),
    "demo": ("syncd.cli.demo:demo", "Try everything on a made-up company."),
    "version": ("syncd.cli.setup:version", "Print the version."),
}


@click.group(cls=LazyGroup, commands_by_name=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@common
def main() -> None:
    """Keep sales and marketing systems in agreement about every lead.

    \b
    Start with:
      syncd demo --once         see it work on a made-up company
      syncd init my-company     write a configuration, then edit its three files
      syncd check               find every mistake in it
      syncd sync                pull, score and write back once
      syncd run                 keep doing so

    \b
    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but something is in the inbox, 4 configuration invalid,
    5 access refused, 8 another run holds the lock, 130 or 143 stopped by a signal.
    """
    os.umask(0o077)  # the store, the cache, exports: whatever syncd makes holds somebody's data

"""``syncd run``."""

from __future__ import annotations

import click

from syncd.cli.base import calm_collector, choices, common, configured, failing, loaded
from syncd.cli.clock import now, rng
from syncd.cli.logs import log_as
from syncd.daemon.service import Requests, serve


@click.command()
@common
def run() -> None:
    """Run as a service: pull, assess and write back until stopped.

    SIGTERM or Ctrl-C lets the running transactions finish and ends with exit code 0 within 10 seconds; a second
    one ends it at once. SIGHUP reads the configuration again; one that cannot be used is refused and the old one stays.
    Logs go to standard error.

    \b
    Examples:
      syncd run
      syncd --config /etc/syncd run
      kill -HUP $(pidof -x syncd)
    """
    requests = Requests()
    requests.listen()
    log_as(configured()[0].log, verbosity=choices().verbosity)
    calm_collector()
    with failing():
        serve(lambda: loaded()[0], clock=now, rng=rng(), requests=requests)

"""``syncd check``: everything that can be looked at before it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncd.cli.base import Exit, Failure, configured, site
from syncd.config import Config
from syncd.engine.checking import checked
from syncd.engine.governing import worried
from syncd.engine.site import Site
from syncd.plugins import Plugins
from syncd.spi import ConnectorError, Misconfigured, Unauthorized


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result, with what to do about it; ``code`` is what the command ends with because of it."""

    level: str
    where: str
    what: str
    remedy: str
    code: Exit = Exit.DONE


def findings() -> list[Finding]:
    """Look at the files, the plugins, the store and every connection; only at the files if they have a mistake."""
    try:
        config, plugins = configured()
    except Failure as failure:
        places = (str(problem).partition(": ") for problem in str(failure).splitlines())
        return [Finding(level="error", where=where, what=what, remedy="", code=failure.code) for where, _, what in places]
    return [*_files(config), *_plugins(plugins), *_site()]


def _files(config: Config) -> Iterator[Finding]:
    named = ", ".join(config.connections)
    yield Finding(level="ok", where="configuration", what=f"no mistakes; connections: {named}", remedy="")
    for warning in config.warnings:
        yield Finding(level="warning", where=f"{warning.file}:{warning.line}", what=warning.what, remedy="")


def _plugins(plugins: Plugins) -> Iterator[Finding]:
    for one in plugins.installed:
        if one.problem:
            yield Finding(level="error", where=f"plugin {one.name}", what=one.problem, remedy="", code=Exit.INVALID)


def _site() -> Iterator[Finding]:
    try:
        with site() as here:
            dialect = here.store.engine.dialect.name
            yield Finding(level="ok", where="store", what=f"{dialect} store opened, schema up to date", remedy="")
            if here.draft:
                yield Finding(level="warning", where="agreement", what=here.draft, remedy="syncd agreement sign")
            elif unsigned := " and ".join(here.config.standing.unsigned):
                yield Finding(level="ok", where="agreement", what=f"a draft, not yet signed by {unsigned}", remedy="")
            with here.store.read() as tx:
                for worry in worried(tx, here.config, here.now()):
                    yield Finding(level=worry.level, where="agreement", what=worry.what, remedy=worry.remedy)
            yield from connection_findings(here)
    except Failure as failure:
        yield Finding(level="error", where="store", what=str(failure), remedy="", code=failure.code)


def connection_findings(here: Site, *, mapping_only: bool = False) -> Iterator[Finding]:
    """Look at every connection; one that cannot be asked is itself a finding."""
    for name, connection in here.config.connections.items():
        try:
            for one in checked(here, connection, mapping_only=mapping_only):
                code = Exit.INVALID if one.level == "error" else Exit.DONE
                yield Finding(level=one.level, where=name, what=one.what, remedy=one.remedy, code=code)
        except ConnectorError as error:
            yield Finding(level="error", where=name, what=str(error), remedy="", code=exit_code(error))


def exit_code(error: ConnectorError) -> Exit:
    """Return what a command ends with because a source failed so; of several the greatest counts."""
    match error:
        case Unauthorized():
            return Exit.REFUSED
        case Misconfigured():
            return Exit.INVALID
        case _:
            return Exit.FAILED

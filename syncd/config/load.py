"""All three files of a folder, read and checked together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from syncd.agreement.attempts import AttemptTerms
from syncd.agreement.examples import Example
from syncd.agreement.governance import Review, Standing
from syncd.agreement.handoff import Handoff
from syncd.agreement.policies import Sla, TimeTerms
from syncd.agreement.terms import Agreement
from syncd.config.agreement import AgreementFile
from syncd.config.calendars import times
from syncd.config.handoff import handoff
from syncd.config.mapping import MappingFile, compiled, lines_of, unknown_kinds, unlinked
from syncd.config.notices import ChannelSettings, NotifyTerms, notice_problems
from syncd.config.promises import FLAG, promised
from syncd.config.settings import ConnectionSettings, Log, SyncdSettings, Web, WriteBack
from syncd.config.source import ConfigProblem, Document, parse, read
from syncd.config.terms import examples, golden_fields, signed
from syncd.config.validation import did_you_mean, validated
from syncd.mapping.fields import Field
from syncd.mapping.streams import StreamMap, Write
from syncd.model import Kind
from syncd.spi import ConnectorSpec, Settings

_AGREEMENT = "agreement.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionConfig:
    """One system, ready to be opened.

    ``streams`` holds the mapping of each stream that has one, ``off`` names those that have one and are switched off by the
    settings, ``lines`` tells where in its file each (stream, remote field) is read.
    """

    name: str
    spec: ConnectorSpec
    settings: Settings
    write_back: WriteBack
    every: timedelta
    streams: Mapping[str, StreamMap]
    off: tuple[str, ...]
    lines: Mapping[tuple[str, str], int]

    @property
    def wanted(self) -> dict[str, frozenset[str]]:
        """The remote fields that are asked for in each stream."""
        return {name: stream.kept if self.spec.reads_back else stream.wanted for name, stream in self.streams.items()}

    @property
    def written(self) -> dict[str, frozenset[str]]:
        """The remote fields that write-back fills in each stream."""
        return {name: frozenset(write.remote for write in stream.writes) for name, stream in self.streams.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the files say.

    ``mapping_print`` changes when golden records have to be folded again, ``assess_print`` when people have to be assessed
    again and what is written about them compared again.
    """

    folder: Path
    specs: Mapping[str, ConnectorSpec]
    store: str
    cache: Path
    log: Log
    web: Web | None
    connections: Mapping[str, ConnectionConfig]
    fields: Mapping[str, Field]
    agreement: Agreement
    standing: Standing
    review: Review
    time: TimeTerms
    handoff: Handoff
    attempts: AttemptTerms
    sla: Sla | None
    examples: tuple[Example, ...]
    notify: NotifyTerms
    channels: Mapping[str, ChannelSettings]
    mapping_print: str
    assess_print: str
    warnings: tuple[ConfigProblem, ...]


class ConfigInvalid(Exception):
    """The configuration cannot be used."""

    def __init__(self, problems: list[ConfigProblem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def load(folder: Path, specs: Mapping[str, ConnectorSpec], *, agreement: str | None = None) -> Config:
    """Read ``syncd.yaml``, ``agreement.yaml`` and every ``mapping/*.yaml`` of *folder*.

    *specs* are the connectors there are, by name; *agreement* is the text of another version to go by than the file's.
    Raises: ConfigInvalid with every problem of every file.
    """
    main, found = read(folder / "syncd.yaml", "syncd.yaml")
    settings, problems = validated(SyncdSettings, main) if main.data or not found else (None, [])
    found += problems
    document, unread = read(folder / _AGREEMENT, _AGREEMENT) if agreement is None else parse(agreement, _AGREEMENT)
    agreed, fields, problems = _agreed(document, unread, folder, settings)
    found += problems
    connections, mappings, problems = _connected(folder, main, settings.connections if settings else {}, specs, fields)
    found += problems
    if settings is None or agreed is None or found:
        raise ConfigInvalid(found)
    return Config(
        folder=folder,
        specs=specs,
        store=settings.store,
        cache=folder / settings.cache,
        log=settings.log,
        web=settings.web,
        connections=connections,
        fields=fields,
        agreement=agreed.agreement,
        standing=agreed.standing,
        review=agreed.review,
        time=agreed.time,
        handoff=agreed.handoff,
        attempts=agreed.attempts,
        sla=agreed.sla,
        examples=agreed.examples,
        notify=agreed.notify,
        channels=settings.channels,
        mapping_print=_print([*(repr(one.data) for one in mappings.values()), repr(sorted(fields.items()))]),
        assess_print=_print(
            [*agreed.prints, *(repr((one.name, one.write_back, _writes(one))) for one in connections.values())]
        ),
        warnings=(
            *agreed.warnings,
            *_unflagged(agreed.sla, document, connections),
            *_stray_files(folder, connections),
            *(
                warning
                for name, connection in connections.items()
                for warning in unknown_kinds(connection.streams, mappings[name], agreed.agreement.kinds)
            ),
        ),
    )


def _connected(
    folder: Path,
    main: Document,
    names: Mapping[str, ConnectionSettings],
    specs: Mapping[str, ConnectorSpec],
    fields: Mapping[str, Field],
) -> tuple[dict[str, ConnectionConfig], dict[str, Document], list[ConfigProblem]]:
    """Return the connections that can be used, the mapping file of each of *names*, and what is wrong with them."""
    connections: dict[str, ConnectionConfig] = {}
    mappings: dict[str, Document] = {}
    found: list[ConfigProblem] = []
    for name, one in names.items():
        mappings[name], problems = read(folder / "mapping" / f"{name}.yaml", f"mapping/{name}.yaml")
        made, more = _connection(name, one, main, mappings[name], specs, fields) if not problems else (None, problems)
        found += more
        if made is not None:
            connections[name] = made
    streams = {name: {*one.spec.streams(one.settings), *one.spec.off(one.settings)} for name, one in connections.items()}
    for name, connection in connections.items():
        found += unlinked(connection.streams, mappings[name], names, streams)
    return connections, mappings, found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Agreed:
    agreement: Agreement
    standing: Standing
    review: Review
    time: TimeTerms
    handoff: Handoff
    attempts: AttemptTerms
    sla: Sla | None
    examples: tuple[Example, ...]
    notify: NotifyTerms
    warnings: tuple[ConfigProblem, ...]
    text: str

    @property
    def prints(self) -> tuple[str, ...]:
        """Everything agreed that people are assessed by, the absences that stand in a file of their own too."""
        return self.text, repr(self.time), repr(self.handoff.routing.absences if self.handoff.routing else ())


def _agreed(
    document: Document, unread: list[ConfigProblem], folder: Path, settings: SyncdSettings | None
) -> tuple[_Agreed | None, dict[str, Field], list[ConfigProblem]]:
    terms, unfit = validated(AgreementFile, document) if document.data or not unread else (None, [])
    found = [*unread, *unfit]
    fields, problems = golden_fields(terms, document, settings.connections if settings else None)
    found += problems
    if terms is None:
        return None, fields, found
    agreement, problems = signed(terms, document, fields)
    time, more = times(terms.time, document, folder)
    agreed_handoff, unclear = handoff(terms, document, fields, time=time, folder=folder)
    unclear += notice_problems(terms.notify, document, settings.channels if settings else None)
    promises = promised(terms, document, fields, time=time, handoff=agreed_handoff)
    found += [*problems, *more, *unclear, *promises.problems]
    if agreement is None:
        return None, fields, found
    agreed = _Agreed(
        agreement=agreement,
        standing=terms.agreement.standing(document),
        review=terms.review.review,
        time=time,
        handoff=agreed_handoff,
        attempts=promises.attempts,
        sla=promises.sla,
        examples=examples(terms),
        notify=terms.notify,
        warnings=promises.warnings,
        text=repr(document.data),
    )
    return agreed, fields, found


def _connection(
    name: str,
    terms: ConnectionSettings,
    main: Document,
    document: Document,
    specs: Mapping[str, ConnectorSpec],
    fields: Mapping[str, Field],
) -> tuple[ConnectionConfig | None, list[ConfigProblem]]:
    mapping, found = validated(MappingFile, document)
    mapping = mapping or MappingFile(streams={})
    spec = specs.get(terms.type)
    if spec is None:
        what = f"connections.{name}.type: no connector {terms.type!r} is installed{did_you_mean(terms.type, list(specs))}"
        found.append(main.problem(("connections", name, "type"), what))
        settings = None
    else:
        settings, problems = validated(spec.settings, main, ("connections", name, "settings"))
        found += problems
    if spec is None or settings is None:
        anything: dict[str, Kind] = dict.fromkeys(mapping.streams, "person")
        return None, [*found, *compiled(mapping, document, name, anything, fields)[1]]
    off = spec.off(settings)
    streams, problems = compiled(mapping, document, name, {**spec.streams(settings), **off}, fields)
    return (
        ConnectionConfig(
            name=name,
            spec=spec,
            settings=settings,
            write_back=terms.write_back,
            every=terms.every,
            streams={one: stream for one, stream in streams.items() if one not in off},
            off=tuple(one for one in streams if one in off),
            lines=lines_of(mapping, document),
        ),
        [*found, *problems],
    )


def _writes(connection: ConnectionConfig) -> list[tuple[str, tuple[Write, ...]]]:
    return [(name, stream.writes) for name, stream in connection.streams.items()]


def _unflagged(sla: Sla | None, document: Document, connections: Mapping[str, ConnectionConfig]) -> list[ConfigProblem]:
    """Return a warning if a breach shall be flagged in the CRM and no mapping says where."""
    promises = sla.policies if sla is not None else ()
    acts = {act for one in promises for act in (*one.on_breach, *(one.escalation.does if one.escalation else ()))}
    written = {write.of for one in connections.values() for stream in one.streams.values() for write in stream.writes}
    if FLAG not in acts or "sla" in written:
        return []
    return [document.problem(("sla",), f"sla: {FLAG!r}: no mapping writes sla; add it under write, for example sla: SLA")]


def _stray_files(folder: Path, connections: Mapping[str, ConnectionConfig]) -> list[ConfigProblem]:
    return [
        ConfigProblem(f"mapping/{path.name}", 1, "belongs to no connection of syncd.yaml; rename or remove it")
        for path in sorted((folder / "mapping").glob("*.yaml"))
        if path.stem not in connections
    ]


def _print(parts: list[str]) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()

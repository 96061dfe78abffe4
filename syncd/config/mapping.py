"""``mapping/<connection>.yaml``: what a system's fields mean, as written, and compiled into stream maps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from syncd.config.source import ConfigProblem, Document
from syncd.config.validation import Strict, did_you_mean, listed
from syncd.mapping import fields as laws
from syncd.mapping.reading import Mark, Reading
from syncd.mapping.streams import ASSESSED, Read, SameAs, StreamMap, Write
from syncd.mapping.transforms import inverse, problems, transform
from syncd.model import Kind

Names: TypeAlias = Annotated[list[str], BeforeValidator(listed), Field(min_length=1)]
Table: TypeAlias = dict[str, Names]


class ReadTerms(Strict):
    """Where a field comes from, and how the system writes it."""

    remote: Names = Field(alias="from", description="The system's field, or several: the first with a value counts.")
    blank: list[str] = Field(default_factory=list, description="Words that mean nothing, such as N/A.")
    region: str = Field("", description="phone: the country of numbers without a country code, for example ES.")
    language: str = Field("", description="country: the language names are written back in.")
    zone: str = Field("", description="datetime: the zone of values that name none.")
    formats: list[str] = Field(
        default_factory=list, description="date, datetime: forms such as '%d/%m/%Y %H:%M', epoch_s, epoch_ms."
    )
    decimal: Mark = Field(".", description="number, money: the decimal mark.")
    currency: str = Field("", description="money: the currency of amounts that name none.")
    table: Table = Field(default_factory=dict, description="choice, list, bool: our word to the system's, with * and ?.")
    separator: str = Field("", description="list: what separates the values in one text.")


_READ_BACK = {"assigned_to": "owner"}  # one thing, told by address there and as the system's own identifier here


def _read(value: object) -> object:
    return value if isinstance(value, dict) else {"from": value}


class StreamTerms(Strict):
    """What one stream of a system means."""

    read: dict[str, Annotated[ReadTerms, BeforeValidator(_read)]] = Field(
        default_factory=dict, description="Our field to the system's, or to {from: ..., and how it is written}."
    )
    same_as: dict[str, str] = Field(
        default_factory=dict, description="CONNECTION.STREAM to the field that holds this record's identifier there."
    )
    write: dict[str, Names] = Field(
        default_factory=dict,
        description="score, band, grade, reasons, stage, or a field of ours, to the system's field it is written into.",
    )
    kinds: Table = Field(default_factory=dict, description="Activities: our kind to the system's words for it, with * and ?.")
    assets: Table = Field(default_factory=dict, description="Activities: our asset to the system's, with * and ?.")


class MappingFile(Strict):
    """The whole of ``mapping/<connection>.yaml``."""

    streams: dict[str, StreamTerms]


def compiled(
    terms: MappingFile, document: Document, connection: str, streams: Mapping[str, Kind], fields: Mapping[str, laws.Field]
) -> tuple[dict[str, StreamMap], list[ConfigProblem]]:
    """Compile what the connection's *streams* mean in terms of *fields*, with every problem."""
    found: list[ConfigProblem] = []
    maps: dict[str, StreamMap] = {}
    for name, stream in terms.streams.items():
        if name not in streams:
            what = f"streams.{name}: the connection has no such stream{did_you_mean(name, list(streams))}"
            found.append(document.problem(("streams", name), what))
            continue
        reads, read_problems = _reads(stream, document, name, fields)
        writes, write_problems = _writes(stream, document, name, fields)
        same_as, same_problems = _same_as(stream, document, name)
        found += [*read_problems, *write_problems, *same_problems]
        maps[name] = StreamMap(
            connection=connection,
            stream=name,
            kind=streams[name],
            reads=reads,
            same_as=same_as,
            writes=writes,
            kinds=_patterns(stream.kinds),
            assets=_patterns(stream.assets),
        )
    return maps, found


def unlinked(
    maps: Mapping[str, StreamMap], document: Document, connections: Collection[str], streams: Mapping[str, Collection[str]]
) -> list[ConfigProblem]:
    """Return every ``same_as`` that points at none of *connections*, or at none of its *streams* where those are known."""
    found: list[ConfigProblem] = []
    for name, one in maps.items():
        for link in one.same_as:
            place = ("streams", name, "same_as", f"{link.connection}.{link.stream}")
            if link.connection not in connections:
                what = f"there is no connection {link.connection!r}{did_you_mean(link.connection, list(connections))}"
                found.append(document.wrong(place, what))
            elif link.stream not in streams.get(link.connection, (link.stream,)):
                close = did_you_mean(link.stream, list(streams[link.connection]))
                found.append(document.wrong(place, f"{link.connection} has no stream {link.stream!r}{close}"))
    return found


def unknown_kinds(maps: Mapping[str, StreamMap], document: Document, kinds: Collection[str]) -> list[ConfigProblem]:
    """Return the kinds of activity that the agreement has no word for, so that no rule can speak of them."""
    return [
        document.wrong(
            ("streams", name, "kinds", kind),
            f"there is no kind of activity {kind!r}{did_you_mean(kind, list(kinds))} "
            "Add it under 'activities' in agreement.yaml if it is new",
        )
        for name, one in maps.items()
        for kind in dict.fromkeys(word for _, word in one.kinds)
        if kind not in kinds
    ]


def lines_of(terms: MappingFile, document: Document) -> dict[tuple[str, str], int]:
    """Return the line on which a stream's mapping first reads each remote field."""
    found: dict[tuple[str, str], int] = {}
    for name, stream in terms.streams.items():
        for field, one in stream.read.items():
            for remote in one.remote:
                found.setdefault((name, remote), document.line(("streams", name, "read", field)))
        for target, remote in stream.same_as.items():
            found.setdefault((name, remote), document.line(("streams", name, "same_as", target)))
    return found


def _reads(
    stream: StreamTerms, document: Document, name: str, fields: Mapping[str, laws.Field]
) -> tuple[tuple[Read, ...], list[ConfigProblem]]:
    reads: list[Read] = []
    found: list[ConfigProblem] = []
    for field, terms in stream.read.items():
        place = ("streams", name, "read", field)
        if field not in fields:
            what = f"{_dotted(place)}: there is no field {field!r}{did_you_mean(field, list(fields))}"
            found.append(document.problem(place, f"{what} Add it under 'fields' in agreement.yaml if it is new"))
            continue
        reading = _reading(fields[field], terms)
        if wrong := problems(reading):
            found += [document.problem((*place, one.where), f"{_dotted((*place, one.where))}: {one.what}") for one in wrong]
            continue
        reads.append(Read(field, tuple(terms.remote), transform(reading), inverse(reading)))
    return tuple(reads), found


def _reading(field: laws.Field, terms: ReadTerms) -> Reading:
    return Reading(
        type=field.type,
        choices=field.values,
        blank=tuple(terms.blank),
        region=terms.region,
        language=terms.language,
        zone=terms.zone,
        formats=tuple(terms.formats),
        decimal=terms.decimal,
        currency=terms.currency,
        table={word: tuple(patterns) for word, patterns in terms.table.items()},
        separator=terms.separator,
    )


def _writes(
    stream: StreamTerms, document: Document, name: str, fields: Mapping[str, laws.Field]
) -> tuple[tuple[Write, ...], list[ConfigProblem]]:
    writes: list[Write] = []
    found: list[ConfigProblem] = []
    taken: dict[str, str] = {}
    for word, remotes in stream.write.items():
        place = ("streams", name, "write", word)
        if word not in ASSESSED and word not in fields:
            found.append(
                document.problem(
                    place, f"{_dotted(place)}: nothing is called {word!r}{did_you_mean(word, [*ASSESSED, *fields])}"
                )
            )
            continue
        for remote in remotes:
            if remote in taken:
                found.append(document.problem(place, f"{_dotted(place)}: {remote!r} is already filled with {taken[remote]!r}"))
            if meaning := _other_meaning(stream, remote, word):
                found.append(document.problem(place, f"{_dotted(place)}: {remote!r} is read as {meaning}"))
            taken[remote] = word
            writes.append(Write(remote, word))
    return tuple(writes), found


def _other_meaning(stream: StreamTerms, remote: str, word: str) -> str:
    """Say what *remote* is read as, and the remedy, if that is not the *word* that is written there; "" if all is well."""
    for link, field in stream.same_as.items():
        if field == remote:
            return f"the identifier in {link}; write into another field"
    read = [field for field, one in stream.read.items() if remote in one.remote]
    if not read or _READ_BACK.get(word, word) in read:
        return ""
    remedy = f"what is written there would take its place: write into another field, or read this one as {word!r}"
    return f"{' and '.join(map(repr, read))}; {remedy}"


def _same_as(stream: StreamTerms, document: Document, name: str) -> tuple[tuple[SameAs, ...], list[ConfigProblem]]:
    links: list[SameAs] = []
    found: list[ConfigProblem] = []
    for target, remote in stream.same_as.items():
        connection, dot, other = target.partition(".")
        if dot and connection and other:
            links.append(SameAs(remote, connection, other))
        else:
            place = ("streams", name, "same_as", target)
            found.append(document.problem(place, f"{_dotted(place)}: write CONNECTION.STREAM, for example crm.contacts"))
    return tuple(links), found


def _patterns(table: Table) -> tuple[tuple[str, str], ...]:
    return tuple((pattern, word) for word, patterns in table.items() for pattern in patterns)


def _dotted(place: tuple[str, ...]) -> str:
    return ".".join(place)

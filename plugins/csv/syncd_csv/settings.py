"""The connection's settings, as they stand in syncd.yaml; JSON Schema and documentation are generated from them."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from syncd.spi import Kind, Settings
from syncd_csv.instants import pattern

__all__ = ["ActivityFiles", "CsvSettings", "FromColumn", "Link", "RecordFiles", "StreamFiles", "kinds"]


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith(("/", "~")) or ".." in parts:
        raise ValueError('a path stays within "folder": no "..", not absolute; to read from elsewhere set "folder"')
    return path


def _codec(name: str) -> str:
    try:
        "".encode("utf-8" if name == "auto" else name)
    except LookupError:
        raise ValueError(f'"{name}" is no text encoding; write auto, utf-8, utf-16, cp1252 or another of Python') from None
    return name


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f'"{name}" is no time zone; write a name such as Europe/Berlin') from None
    return name


def _date_form(form: str) -> str:
    if form not in {"epoch_s", "epoch_ms"}:
        pattern(form)
    return form


StreamName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Column: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
InnerPath: TypeAlias = Annotated[str, AfterValidator(_inside)]


class Link(Settings):
    """A column that holds identifiers of another stream."""

    to: StreamName = Field(description="Stream of this connection that the identifiers belong to.")
    column: Column = Field(description="Column with the identifier; several are separated by semicolons.")


class FromColumn(Settings):
    """A value that each row gives in a column."""

    column: Column = Field(description="Column with the value.")


class _Files(Settings):
    """What streams of records and of activities have in common."""

    files: InnerPath = Field(
        description='File or glob below "folder", for example contacts.csv, hubspot/*.csv or **/leads-*.csv. Of several files '
        "the oldest is read first."
    )
    id: Column | tuple[Column, ...] = Field(
        default=(),
        description="Column with the identifier, or several columns that make one together. Default for records: the first "
        "well-known one in the header (Record ID, Id, Person - ID, LEID ...), else the e-mail column. Default for activities: "
        "computed from kind, time, person, asset, direction and actor, so that a repeated row counts once.",
    )
    deleted: Column | None = Field(
        default=None,
        description="Column that says true or false: whether the record was deleted. Default: no row is a deletion.",
    )
    encoding: Annotated[str, AfterValidator(_codec)] = Field(
        default="auto",
        description="Text encoding. Default auto: by byte order mark, else UTF-16 or UTF-8 if it fits, else cp1252.",
    )
    delimiter: Literal["auto", ",", ";", "tab", "|"] = Field(
        default="auto",
        description="Cell delimiter. Default auto: the one of the four that fits the header and 99 % of the rows.",
    )
    open_end: bool = Field(
        default=False,
        description="Whether the last row may lack its line end (Google Sheets and many scripts write none). Default false: "
        "the last cell of such a row is not read, and the row is refused if that cell is needed, because a file that was cut "
        "off looks the same.",
    )
    date_formats: tuple[Annotated[str, AfterValidator(_date_form)], ...] = Field(
        default=(),
        description='Forms of the dates in the columns named here, with the directives of strptime ("%d-%m-%Y %H:%M"), or '
        "epoch_s, epoch_ms. Default: only forms that cannot be misread (2024-03-12 09:14, 5 Mar 2024).",
    )
    zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="UTC",
        description="Time zone of times without offset in the columns named here. Default UTC.",
    )

    @property
    def id_columns(self) -> tuple[str, ...]:
        """The columns that ``id`` names."""
        return (self.id,) if isinstance(self.id, str) else self.id


class RecordFiles(_Files):
    """A stream of people, accounts, deals or owners."""

    holds: Literal["person", "account", "deal", "owner"] = Field(description="What the rows are about.")
    changed_at: Column | None = Field(
        default=None,
        description="Column with the time of the last change. Default, and for blank cells: the file's own time.",
    )
    merged_into: Column | None = Field(
        default=None,
        description="Column with the identifier of the record that this one was merged into (MASTERRECORDID).",
    )
    associations: Mapping[str, Link] = Field(
        default_factory=dict,
        description="By role, for example account: the column that points to a record of another stream.",
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns named here."""
        links = (link.column for link in self.associations.values())
        return (*self.id_columns, *_given(self.changed_at, self.deleted, self.merged_into), *links)


class ActivityFiles(_Files):
    """A stream of activities."""

    holds: Literal["activity"] = Field(description="What the rows are about.")
    kind: str | FromColumn = Field(description="What happened: one word for the whole file, or {column: ...}.")
    occurred_at: Column = Field(description="Column with the time at which it happened.")
    about: Mapping[StreamName, Column] = Field(
        default_factory=dict,
        description="By stream of this connection: the column with the identifiers of the people concerned.",
    )
    about_email: Column | None = Field(
        default=None,
        description="Column with the e-mail addresses of the people concerned. Default: about alone tells.",
    )
    asset: Column | None = Field(
        default=None,
        description="Column with what it was about: page, form, campaign. Default: not known.",
    )
    direction: Literal["inbound", "outbound"] | FromColumn | None = Field(
        default=None,
        description="Who acted: inbound is the person, outbound the company; or {column: ...}. Default: not known.",
    )
    actor: Column | None = Field(default=None, description="Column with the colleague who acted. Default: not known.")
    machine: Column | None = Field(
        default=None,
        description="Column that says true or false: whether a scanner or privacy proxy did it. Default: never.",
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns named here."""
        words = [value.column for value in (self.kind, self.direction) if isinstance(value, FromColumn)]
        others = _given(self.about_email, self.asset, self.actor, self.machine, self.deleted)
        return (*self.id_columns, self.occurred_at, *self.about.values(), *words, *others)

    @model_validator(mode="after")
    def _names_somebody(self) -> ActivityFiles:
        if not self.about and self.about_email is None:
            raise ValueError("an activity needs somebody: set about or about_email")
        return self


StreamFiles: TypeAlias = RecordFiles | ActivityFiles


class CsvSettings(Settings):
    """A folder of CSV files."""

    folder: str = Field(
        default=".",
        description="Folder with the files, absolute or relative to the configuration. Nothing outside is read or written, "
        "and no symbolic link below it is followed. Default: the configuration's own folder.",
    )
    streams: Mapping[StreamName, Annotated[StreamFiles, Field(discriminator="holds")]] = Field(
        min_length=1,
        description="By name: the files to read and what they hold.",
    )
    write_to: InnerPath | None = Field(
        default=None,
        description='File below "folder" that receives score, stage and whatever else the mapping writes, one row per record; '
        "{stream} stands for the stream's name. Default: nothing is written.",
    )
    largest_file_mb: int = Field(
        default=2048,
        ge=1,
        description="Largest file that is read, in MiB. Default 2048; a larger one is taken for a mistake.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> CsvSettings:
        for name, stream in self.streams.items():
            for target in _targets(stream):
                if target not in self.streams or self.streams[target].holds == "activity":
                    raise ValueError(f'streams.{name} points to "{target}", which is no stream of records here')
            if any(_covers(stream.files, self.output(other)) for other in self.streams):
                raise ValueError(f"streams.{name}.files also matches write_to: syncd would read its own output")
        writable = [name for name, stream in self.streams.items() if stream.holds not in {"activity", "owner"}]
        if self.write_to and len(writable) > 1 and "{stream}" not in self.write_to:
            raise ValueError(f"write_to needs {{stream}} in its name, because there are several streams: {', '.join(writable)}")
        return self

    def output(self, stream: str) -> str:
        """Return the path of the file that *stream* is written to, "" for none."""
        return (self.write_to or "").replace("{stream}", stream)


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return what each stream of a connection holds."""
    if not isinstance(settings, CsvSettings):
        raise TypeError(f"these are not the settings of a CSV connection: {type(settings).__name__}")
    return {name: stream.holds for name, stream in settings.streams.items()}


def _given(*columns: str | None) -> list[str]:
    return [column for column in columns if column is not None]


def _targets(stream: StreamFiles) -> list[str]:
    if isinstance(stream, ActivityFiles):
        return list(stream.about)
    return [link.to for link in stream.associations.values()]


def _covers(glob: str, path: str) -> bool:
    """Tell whether *glob* matches *path*; one with ``**`` is taken to match at any depth."""
    if "**" in glob:
        return fnmatch(path, glob.replace("**/", "*"))
    steps, parts = PurePosixPath(glob).parts, PurePosixPath(path).parts
    return bool(path) and len(steps) == len(parts) and all(map(fnmatch, parts, steps))

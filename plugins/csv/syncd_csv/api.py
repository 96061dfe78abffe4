"""The CSV connector: pulls from files below one folder and writes changes into files there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.spi import (
    Change,
    Connector,
    Done,
    Finding,
    Misconfigured,
    Opening,
    Page,
    Receipt,
    Rejected,
    RemoteSchema,
)
from syncd_csv.checking import findings, output_finding, remote_stream
from syncd_csv.files import Folder
from syncd_csv.output import merge, stored
from syncd_csv.pulling import Puller
from syncd_csv.reading import PAGE
from syncd_csv.settings import ActivityFiles, CsvSettings
from syncd_csv.tables import Source

__all__ = ["CsvConnector", "opened"]


def opened(opening: Opening, *, page: int = PAGE) -> Connector:
    """Open a connection whose pages hold *page* records and refused rows. No file is touched yet."""
    return CsvConnector(opening, page=page)


class CsvConnector:
    """See `syncd.spi.Connector`."""

    def __init__(self, opening: Opening, *, page: int = PAGE) -> None:
        if not isinstance(opening.settings, CsvSettings):
            raise TypeError(f"these are not the settings of a CSV connection: {type(opening.settings).__name__}")
        self._settings = opening.settings
        self._folder = Folder(root=opening.home / self._settings.folder)
        self._sources = _sources(opening, self._settings, self._folder, page=page)
        self._pullers = {stream: Puller(source) for stream, source in self._sources.items()}

    def check(self) -> Sequence[Finding]:
        """Look at the newest files of each stream and at the folder of ``write_to``."""
        found = [finding for source in self._sources.values() for finding in findings(source)]
        outputs = {self._settings.output(stream) for stream in self._sources if self._writable(stream)}
        return [*found, *(output_finding(self._folder, name) for name in sorted(outputs))]

    def schema(self) -> RemoteSchema:
        """Describe the streams by the headers of their newest files."""
        streams = [remote_stream(one, writable=self._writable(name)) for name, one in self._sources.items()]
        return RemoteSchema(streams=tuple(streams))

    def pull(self, stream: str, cursor: str | None) -> Page:
        """Return the page after *cursor*."""
        return self._pullers[stream].pull(cursor)

    def push(self, changes: Sequence[Change]) -> Sequence[Receipt]:
        """Merge *changes* into the file of ``write_to``, which is replaced only if something in it differs."""
        if changes and self._settings.write_to is None:
            raise Misconfigured('"write_to" is not set; set it, or map no field to this connection')
        by_stream: dict[str, list[Change]] = {}
        for change in changes:
            by_stream.setdefault(change.ref.stream, []).append(change)
        for stream, group in by_stream.items():
            if self._writable(stream):
                merge(self._folder, self._settings.output(stream), self._id_column(stream), group)
        refused = Rejected(code="stream", what="this stream is not written", retry="never")
        return [Done(stored=stored(change)) if self._writable(change.ref.stream) else refused for change in changes]

    def _writable(self, stream: str) -> bool:
        settings = self._settings.streams.get(stream)
        return bool(self._settings.write_to) and settings is not None and settings.holds not in {"activity", "owner"}

    def _id_column(self, stream: str) -> str:
        names = self._settings.streams[stream].id_columns
        return names[0] if len(names) == 1 else "id"


def _sources(opening: Opening, settings: CsvSettings, folder: Folder, *, page: int) -> Mapping[str, Source]:
    return {
        stream: Source(
            stream=stream,
            settings=files,
            wanted=frozenset() if isinstance(files, ActivityFiles) else opening.wanted.get(stream, frozenset()),
            folder=folder,
            cache=opening.cache / stream,
            limit=settings.largest_file_mb << 20,
            page=page,
            now=opening.now,
        )
        for stream, files in settings.streams.items()
    }

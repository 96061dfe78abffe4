"""Whether what is stored of a stream covers its mapping: nobody is folded by one that names fields never read.

A mapping is compared with its source before anything is read by it, because a source does not tell a misspelt field from an
empty one, and blanks would be written back. A field that was read before and has vanished since is another matter: that is
for the connector to do without. So is one that is withheld from us since the stream's first reading: nothing came of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from sqlalchemy import Connection

from syncd.config import ConnectionConfig
from syncd.engine.site import Site
from syncd.model import Finding, RemoteStream
from syncd.spi import Connector, Misconfigured
from syncd.store import streams
from syncd.store.streams import INFERRED, Stream


def uncovered(tx: Connection, site: Site) -> set[int]:
    """Return the streams of which something was read, but not to its end for all that the mapping reads now."""
    waiting = {key for key in streams.read_anew(tx) if key in site.maps}
    return waiting | {one.id for one in streams.everything(tx) if one.wanted and _new(site, one)}


def compare(site: Site, opened: Connector, connection: ConnectionConfig) -> None:
    """Compare what the mapping reads and did not read before with what the source has.

    Raises: Misconfigured if it has no such fields, though others of the same stream, or withholds one from a stream that was
    read without it; what `Connector.schema` raises.
    """
    with site.store.read() as tx:
        new = [(one, names) for one in streams.of_connection(tx, connection.name) if (names := _new(site, one))]
    if not new:
        return
    there = {one.name: one for one in opened.schema().streams}
    found = [each for one, names in new if one.name in there for each in unread(connection, there[one.name], names, one.wanted)]
    wrong = [one for one in found if one.level == "error"]
    if wrong:
        named = "; ".join(f"{one.what}; {one.remedy}" for one in wrong)
        raise Misconfigured(f"{named}. Nothing is read or written by this mapping until it is corrected")


def unread(
    connection: ConnectionConfig, remote: RemoteStream, names: frozenset[str], covered: frozenset[str]
) -> Iterator[Finding]:
    """Yield those of *names* that a stream lacks or withholds; one that lists no fields is believed to have them all.

    What is withheld is a warning, unless the stream was read for the *covered* fields without it: what is mapped anew may stand
    where one of them stood. Fields that write-back creates may be missing.
    """
    known = {field.name: field.readable for field in remote.fields}
    stream = connection.streams[remote.name]
    ours = {write.remote for write in stream.writes if connection.spec.reads_back}
    for name in sorted(names - ours) if known else ():
        where = f"mapping/{connection.name}.yaml:{connection.lines[remote.name, name]}: streams.{remote.name}.read"
        if name not in known:
            close = " or ".join(map(repr, get_close_matches(name, sorted(known), n=3)))
            remedy = f"did you mean {close}?" if close else f"none of its {len(known)} fields is called so"
            yield Finding(level="error", what=f"{where}: no field {name!r}", remedy=remedy)
        elif not known[name]:
            what = f"{where}: {name!r} is hidden from the user that syncd logs in as"
            remedy = "give that user the right to read it, or take it out of the mapping"
            yield Finding(level="error" if covered and name not in covered else "warning", what=what, remedy=remedy)


def _new(site: Site, stream: Stream) -> frozenset[str]:
    """Return the remote fields that the mapping reads and the stream's cursor does not cover."""
    one = site.maps.get(stream.id)
    return one.wanted - stream.wanted if one is not None and stream.name not in INFERRED else frozenset()

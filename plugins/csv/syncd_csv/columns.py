"""Finds columns in a header: those that settings and mapping name, and those that vendors' exports are known for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from syncd.spi import Kind, Misconfigured

__all__ = ["Columns", "email_column", "id_column", "plain"]

# Headers of exports, gathered from import tests and importers in public code. An identifier of the record itself comes
# first: a contact's file may also have an "Account ID", which belongs to another record.
_IDS = ("recordid", "id", "leid", "euid", "externalid")
_IDS_BY_KIND: Mapping[Kind, tuple[str, ...]] = {
    "person": ("personid", "contactid", "leadid", "subscriberid"),
    "account": ("organizationid", "accountid", "companyid"),
    "deal": ("dealid", "opportunityid"),
    "owner": ("userid", "ownerid"),
    "activity": ("activityid", "eventid", "taskid", "engagementid"),
}
_EMAILS = ("email", "emailaddress", "emailwork", "workemail", "primaryemail", "businessemail", "useremail", "mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The header of one file."""

    file: str
    header: tuple[str, ...]

    def find(self, name: str) -> int | None:
        """Return where the column *name* is: spelled exactly so, else in other case; ``None`` if it is missing.

        Raises: Misconfigured if several columns have that name.
        """
        for spelled in (str, str.casefold):
            places = [place for place, header in enumerate(self.header) if spelled(header) == spelled(name.strip())]
            if len(places) > 1:
                raise Misconfigured(f'{self.file}: {len(places)} columns are named "{name}"; rename all but one in the export')
            if places:
                return places[0]
        return None

    def index(self, name: str, setting: str) -> int:
        """Return where the column *name* is, which *setting* asks for. Raises: Misconfigured if it is missing or not unique."""
        place = self.find(name)
        if place is None:
            raise Misconfigured(f'{self.file}: no column "{name}" ({setting}){self._closest(name)}')
        return place

    def _closest(self, name: str) -> str:
        """Name the most similar column; nothing of a line that looks like a row, because that holds somebody's values."""
        if any("@" in header or header.isdecimal() for header in self.header):
            return "; its first line seems to be a row: does the file have a header?"
        spellings = {header.casefold(): header for header in self.header if header}
        close = get_close_matches(name.casefold(), spellings, n=1)
        return f'; the closest is "{spellings[close[0]]}"' if close else f"; it has {len(self.header)} others"


def plain(header: str) -> str:
    """Return a column's name without case, punctuation and the prefixes of Pipedrive and of HubSpot tables.

    >>> plain("Person - Email - Work")
    'emailwork'
    """
    own = re.sub(r"^(?:person|organization|deal|lead) - (?!id$)|^property_", "", header.strip().casefold())
    return re.sub(r"[^a-z0-9]", "", own)


def id_column(header: Sequence[str], kind: Kind) -> str | None:
    """Return the column with the identifier of a *kind* of record, if the header has a well-known one."""
    return _first(header, (*_IDS, *_IDS_BY_KIND[kind]))


def email_column(header: Sequence[str]) -> str | None:
    """Return the column with the main e-mail address, if the header has a well-known one."""
    return _first(header, _EMAILS)


def _first(header: Sequence[str], names: Sequence[str]) -> str | None:
    known = {plain(name): name for name in reversed(header)}
    return next((known[name] for name in names if name in known), None)

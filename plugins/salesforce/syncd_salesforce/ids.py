"""Salesforce's identifiers: 15 characters that differ by case, or the same with 3 more that carry the case. Pure."""

from __future__ import annotations

import re

from syncd.spi import Ref

__all__ = ["is_id", "long_id", "misplaced", "stream_of"]

_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_FORM = "not an identifier of Salesforce: those have 15 or 18 letters and digits"
_CASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

# "Standard Field Types" and the describes of real orgs (keyPrefix); Task and EmailMessage: salesforce.com key prefix lists.
_STREAMS = {
    "001": "Account",
    "003": "Contact",
    "005": "User",
    "006": "Opportunity",
    "00Q": "Lead",
    "00T": "Task",
    "00U": "Event",
    "00v": "CampaignMember",
    "00K": "OpportunityContactRole",
    "02s": "EmailMessage",
    "701": "Campaign",
}


def is_id(text: str) -> bool:
    """Tell whether *text* has the form of an identifier."""
    return _ID.fullmatch(text) is not None


def long_id(text: str) -> str:
    """Return the 18 characters of an identifier, whichever form it has. Raises: ValueError if it is none.

    The last three hold, for each five before them, which are capitals.

    >>> long_id("0014S000007NxmlQ"[:15]), long_id("0014S000007NxmlQAC")
    ('0014S000007NxmlQAC', '0014S000007NxmlQAC')
    """
    if not is_id(text):
        raise ValueError(_FORM)
    head = text[:15]
    return head + "".join(_CASE[_capitals(head[start : start + 5])] for start in (0, 5, 10))


def stream_of(text: str) -> str:
    """Return the object whose identifier *text* is, "" if it is none of those that are read.

    >>> stream_of("00Q4S000002sSacUAE"), stream_of("500000000000000AAA")
    ('Lead', '')
    """
    return _STREAMS.get(text[:3], "") if is_id(text) else ""


def misplaced(ref: Ref) -> str:
    """Say why *ref* names no record: its identifier is none, or one of another object; "" if it may.

    >>> misplaced(Ref("Contact", "00Q4S000002sSacUAE"))
    'this is the identifier of a Lead'
    """
    if not is_id(ref.external_id):
        return _FORM
    stream = stream_of(ref.external_id)
    return f"this is the identifier of a {stream}" if stream not in {"", ref.stream} else ""


def _capitals(five: str) -> int:
    return sum(1 << place for place, letter in enumerate(five) if "A" <= letter <= "Z")

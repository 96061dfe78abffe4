"""E-mail addresses and domains: the one form of each, and which domains belong to everybody.

A host name is in ASCII (``xn--``), the form that every system takes and no font can fake. Which part of it somebody
registered is known from the Public Suffix List as tldextract bundles it; nothing is ever fetched.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import unquote

import idna

from syncd.mapping.characters import narrow
from syncd.mapping.reading import Reader, Reading, Scalar, Unfit
from syncd.model import Golden

if TYPE_CHECKING:
    from tldextract import TLDExtract

_NOT_AN_ADDRESS = Unfit(
    code="email.not_an_address",
    what="Not an e-mail address; write it as name@example.com.",
)
_BAD_HOST = Unfit(
    code="email.bad_domain",
    what="What follows the @ is no domain name; write the address as name@example.com.",
)
_SEVERAL = Unfit(
    code="email.several",
    what="Several addresses in one field; give each a field of its own.",
)
_NOT_A_DOMAIN = Unfit(
    code="domain.not_a_domain",
    what="No domain name, web address or e-mail address; write it as example.com.",
)
_NOBODYS = Unfit(
    code="domain.public_suffix",
    what="Only a suffix under which others register, such as co.uk; write the whole name.",
)

_REMEMBERED = 8192
_LONGEST_ADDRESS = 254
_LONGEST_HOST = 253
_LONGEST_TEXT = 4096

_HOST = r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})"
_IS_HOST = re.compile(_HOST, re.ASCII)
_USUAL = re.compile(rf"[a-z0-9_.+-]{{1,64}}@{_HOST}", re.ASCII)
_LOCAL = re.compile(r"""[^\s@<>()\[\]\\,;:"\x00-\x20\x7f\u2400\ufffd]{1,64}""")  # the last two: what `clean` put in
_QUOTES = " \t\n'\"`´‘’‚“”„«»"
_BRACKETED = re.compile(r"<([^<>]*@[^<>]*)>")
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|https?:/?|//|mailto:)?(?:[^/?#@\s]*@)?(?P<host>[^/?#:@\\\s]+)(?::\d*)?(?:[/?#\\].*)?",
    re.DOTALL,
)


def email_reader(_: Reading) -> Reader:
    """Return what reads an e-mail address; see `address`."""

    def read(value: Scalar) -> Golden | Unfit:
        return address(value) if isinstance(value, str) else _NOT_AN_ADDRESS

    return read


def domain_reader(_: Reading) -> Reader:
    """Return what reads the registered domain of a web address, a host or an e-mail address.

    >>> read = domain_reader(Reading(type="domain"))
    >>> read("https://www.Acme.co.uk/about?x=1"), read("ann@mail.acme.com"), read("bücher.example"), read("co.uk").code
    ('acme.co.uk', 'acme.com', 'xn--bcher-kva.example', 'domain.public_suffix')
    """

    def read(value: Scalar) -> Golden | Unfit:
        host = _host_in(value) if isinstance(value, str) else ""
        return (registrable(host) or _NOBODYS) if host else _NOT_A_DOMAIN

    return read


def address(text: str) -> str | Unfit:
    """Return the e-mail address in *text*: lower case, its domain in ASCII.

    ``mailto:``, a display name, and quotation marks around it are dropped. Dots and plus signs stay: what they mean is the
    business of the provider.

    >>> address("Ann Lee <Ann.Lee+crm@Example.COM>"), address("info@bücher.example"), address("ann@localhost").code
    ('ann.lee+crm@example.com', 'info@xn--bcher-kva.example', 'email.bad_domain')
    """
    lowered = text.lower()
    if len(lowered) <= _LONGEST_ADDRESS and _USUAL.fullmatch(lowered):
        return lowered
    bare = _bare(text) if len(text) <= _LONGEST_TEXT else ""
    local, at, host = bare.partition("@")
    if "@" in host:
        return _SEVERAL
    if not at or not _LOCAL.fullmatch(local):
        return _NOT_AN_ADDRESS
    found = f"{local}@{ascii_host(host)}"
    if found.endswith("@"):
        return _BAD_HOST
    return found if len(found) <= _LONGEST_ADDRESS else _NOT_AN_ADDRESS


def email_domain(text: str) -> str:
    """Return the registered domain of the e-mail address in *text*, or "" if there is none.

    >>> email_domain("ann@mail.acme.co.uk"), email_domain("ann")
    ('acme.co.uk', '')
    """
    found = address(text)
    return "" if isinstance(found, Unfit) else registrable(found.partition("@")[2])


def is_free_mail(domain: str) -> bool:
    """Return whether strangers share *domain* or the domain it is part of, so that it never identifies a company.

    >>> is_free_mail("gmail.com"), is_free_mail("yahoo.com.ar"), is_free_mail("acme.com")
    (True, True, False)
    """
    name = registrable(ascii_host(domain))
    return name in _free_mail() or name.partition(".")[0] + ".*" in _free_mail()


def ascii_host(host: str) -> str:
    """Return the host name in its one form, lower-case ASCII, or "" if it is none; an IP address is none.

    >>> ascii_host("Bücher.Example."), ascii_host("127.0.0.1")
    ('xn--bcher-kva.example', '')
    """
    host = host.lower().removesuffix(".")
    if len(host) > _LONGEST_HOST:
        return ""
    if not host.isascii():
        host = _punycode(host)
    return host if _IS_HOST.fullmatch(host) else ""


@lru_cache(maxsize=_REMEMBERED)
def registrable(host: str) -> str:
    """Return the part of an ASCII host name that somebody registered, or "" for a public suffix.

    Private suffixes count, so that two shops of one platform are two companies; the platform's own name is its own. An unknown
    top-level domain is a suffix.
    Source: the list's rules, https://publicsuffix.org/format/ (read 2026-11-21).

    >>> registrable("www.acme.co.uk"), registrable("acme.myshopify.com"), registrable("myshopify.com"), registrable("co.uk")
    ('acme.co.uk', 'acme.myshopify.com', 'myshopify.com', '')
    """
    for private in (True, False):
        parts = _suffixes().extract_str(host, include_psl_private_domains=private)
        if parts.domain and parts.suffix:
            return f"{parts.domain}.{parts.suffix}"
    return "" if parts.suffix else ".".join(host.split(".")[-2:])


def _bare(text: str) -> str:
    text = narrow(text).lower()
    inside = _BRACKETED.findall(text)
    if len(inside) == 1 and "@" not in text.replace(inside[0], ""):
        text = inside[0]
    if text.startswith("mailto:"):
        text = narrow(unquote(text.removeprefix("mailto:").partition("?")[0])).lower()
    return unicodedata.normalize("NFC", text).lstrip(_QUOTES + "(<[,;:").rstrip(_QUOTES + ")>],;:.")


def _host_in(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        return ""
    found = address(text) if "@" in text and "/" not in text else _NOT_AN_ADDRESS
    if isinstance(found, str):
        return found.partition("@")[2]
    match = _URL.fullmatch(narrow(text).lower().strip(_QUOTES + "<>,;"))
    return ascii_host(match["host"]) if match else ""


@lru_cache(maxsize=_REMEMBERED)
def _punycode(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return ""


@cache
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract  # a tenth of a second that most commands need not wait for

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def _free_mail() -> frozenset[str]:
    lines = files("syncd.mapping").joinpath("free_mail.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))

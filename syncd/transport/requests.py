"""A request before it is sent: a safe address, safe headers, and what may be said of it in a log or message."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import unquote

import httpx

from syncd.spi import Misconfigured

LATER = "; tried again later"
LOGGING_IN = "syncd_logging_in"
"""The extension of a request that is part of a login."""

THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def origin(text: str) -> httpx.URL:
    url = _parsed(text)
    safe = url.scheme == "https" or (url.scheme == "http" and url.host in THIS_MACHINE)
    if not safe or not url.host or url.raw_path != b"/" or url.fragment:
        raise Misconfigured(f"address {url.host}: write https:// and the host alone, like https://api.example.com")
    return url.join("/")


def _parsed(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise Misconfigured("an address is not a URL; correct the connection's settings") from None  # the cause may quote it
    if url.userinfo:
        raise Misconfigured(f"{url.host}: an address must not hold a name or password; take them out of it")
    return url


def addressed(url: str, home: httpx.URL, allowed: Collection[httpx.URL]) -> httpx.URL:
    """Return the address that *url* means; one that begins with ``/`` is at *home*. Raises: Misconfigured."""
    ours = url.startswith("/") and not url.startswith("//")
    address = _parsed(f"{str(home).rstrip('/')}{url}" if ours else url)
    dotted = {".", ".."} & set(unquote(re.split(r"[?#]", url)[0]).split("/"))  # httpx would follow them without a word
    if dotted or address.join("/") not in allowed:
        raise Misconfigured(f"{address.host}: not an address of this connection, or a path with dots; correct its settings")
    return address


def headers_of(given: Mapping[str, str]) -> httpx.Headers:
    """Return *given* for httpx. Raises: Misconfigured for one that could end a header and begin another."""
    for name, value in given.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:(?! )[ -~]*(?<! )", f"{name}:{value}"):
            raise Misconfigured(f"header {name!a}: holds a line break, an outer space or a letter beyond ASCII; correct it")
    return httpx.Headers(given)


def is_repeatable(request: httpx.Request) -> bool:
    return request.method in {"GET", "HEAD"} or "idempotency-key" in request.headers


def doubt(request: httpx.Request) -> str:
    """Return what to do after *request*, which may have had an effect; a login is simply made again."""
    if is_repeatable(request) or LOGGING_IN in request.extensions:
        return LATER
    return "; its outcome is unknown: read the record back before writing it again"


def said(request: httpx.Request) -> str:
    return f"{request.method} {request.url.netloc.decode()}{path_of(request.url)}"


def path_of(url: httpx.URL) -> str:
    """Return the path without what might be an e-mail address or a token."""
    parts = url.raw_path.partition(b"?")[0].decode().split("/")
    return "/".join("…" if len(part) > 40 or "@" in unquote(part) else part for part in parts)

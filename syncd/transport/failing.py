"""What it means that a request got no answer, or one that says "not now"."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Mapping
from concurrent.futures import CancelledError
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from socket import gaierror

import httpx

from syncd.spi import Misconfigured, Unavailable
from syncd.transport.requests import LATER, doubt, is_repeatable, said


class Failed(Unavailable):
    """A request without a reply, ``undone`` if it certainly had no effect; sent again, if ``soon``, when that does no harm."""

    def __init__(self, request: httpx.Request, what: str, *, undone: bool, soon: bool, after: timedelta | None = None) -> None:
        super().__init__(f"{said(request)}: {what}{LATER if undone else doubt(request)}", retry_after=after)
        self.again = soon and (undone or is_repeatable(request))


def retry_after(text: str, now: datetime, longest: timedelta) -> timedelta | None:
    """Return how long the source asks us to wait, at most *longest*; ``None`` if it does not say or makes no sense."""
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=int(text[:9]))  # nine digits are more than anybody waits
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(wait, longest) if wait > timedelta() else None


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (gaierror, "its name does not resolve (DNS)"),
    (ConnectionRefusedError, "the connection was refused"),
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.ConnectError, "no connection could be made"),
    (CancelledError, "given up because syncd is stopping"),
    (TimeoutError, "no whole answer in time"),
    (zlib.error, "the answer cannot be unpacked"),
    (Exception, "the connection broke off or the answer was not HTTP"),
)
_TLS: Mapping[int | str, str] = {  # OpenSSL's X509_V_ERR numbers and reasons
    9: "its certificate is not valid yet; check the clock of this machine",
    10: "its certificate has expired; have it renewed, or check the clock of this machine",
    **dict.fromkeys((18, 19, 20), "its certificate is self-signed or from a strange authority; if it is yours, use ca_file"),
    **dict.fromkeys((62, 64), "its certificate is for another host; correct the address"),
    **dict.fromkeys(("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"), "its TLS is older than 1.2; have it upgraded"),
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port; correct the address",
}


def unanswered(request: httpx.Request, error: Exception) -> Unavailable | Misconfigured:
    """Return what it means that *request* got no answer."""
    unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    tls = _beneath(error, ssl.SSLError)
    if unsent and isinstance(tls, ssl.SSLError) and not isinstance(tls, ssl.SSLEOFError):
        code = tls.verify_code if isinstance(tls, ssl.SSLCertVerificationError) else tls.reason
        return Misconfigured(f"{said(request)}: {_TLS.get(code, f'TLS failed ({code}); ask whoever runs that host')}")
    words = next(words for kind, words in _WORDS if _beneath(error, kind))
    return Failed(request, words, undone=unsent, soon=not isinstance(error, CancelledError))


def _beneath(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    """Return the first of *kind* among *error* and what caused it; of several addresses tried, the first tells."""
    while error and not isinstance(error, kind):
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__
    return error

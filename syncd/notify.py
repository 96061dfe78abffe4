"""Telling people: a message handed to a channel. Apprise knows the services; a file is for trying it out.

It keeps nothing: what waits, what was sent and what failed is the store's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from syncd.agreement.notices import Message
from syncd.config.notices import ChannelSettings
from syncd.config.secrets import SecretMissing, resolve
from syncd.spi import SecretRef

if TYPE_CHECKING:
    from apprise import Apprise

TITLE = "syncd"


class Undelivered(Exception):
    """A channel did not take a message. Tried again; the message names the channel and the remedy, never what was said."""


class Tell(Protocol):
    """Hands over a message; *again* says that it may have gone out before, and so does the text. Raises: Undelivered."""

    def __call__(self, message: Message, *, again: bool) -> None: ...


class Teller:
    """Hands messages to the channels of a configuration."""

    def __init__(self, channels: Mapping[str, ChannelSettings], *, home: Path, clock: Callable[[], datetime]) -> None:
        self._channels, self._home, self._clock = channels, home, clock

    def tell(self, message: Message, *, again: bool) -> None:
        """See `Tell`."""
        channel = self._channels.get(message.by)
        if channel is None:
            raise Undelivered(f"channels.{message.by}: no such channel any more; add it to syncd.yaml")
        text = f"(perhaps a repetition) {message.text}" if again else message.text
        to = channel.addresses.get(message.to, message.to)
        if channel.url is not None:
            self._send(message.by, channel.url, to, text)
        if channel.file is not None:
            self._append(message.by, self._home / channel.file, f"{self._clock():%Y-%m-%d %H:%M:%S}Z  to {to}\n{text}\n\n")

    def _append(self, name: str, path: Path, text: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Undelivered(f"channels.{name}: cannot write {path.name}: {error.strerror}") from error

    def _send(self, name: str, reference: SecretRef, to: str, text: str) -> None:
        try:
            url = resolve(reference, home=self._home).replace("{to}", quote(to, safe="#@"))
        except SecretMissing as error:
            raise Undelivered(f"channels.{name}.url: {error}") from None
        service = _apprise(name)
        if not service.add(url):
            raise Undelivered(f"channels.{name}.url: is not an Apprise URL; see github.com/caronc/apprise/wiki")
        if not service.notify(body=text, title=TITLE):
            raise Undelivered(
                f"channels.{name}: the service refused the message or cannot be reached; check its URL and rights"
            )


def _apprise(name: str) -> Apprise:
    try:
        import apprise
    except ImportError:
        raise Undelivered(f"channels.{name}: needs Apprise; install syncd[notify]") from None
    return apprise.Apprise()

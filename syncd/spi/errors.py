"""The error tree, drawn in `syncd.spi`."""

from __future__ import annotations

from datetime import timedelta


class ConnectorError(Exception):
    """The source did not do what was asked."""


class Unavailable(ConnectorError):
    """The source cannot be reached or is too busy."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unauthorized(ConnectorError):
    """The source refused our access."""


class Misconfigured(ConnectorError):
    """A setting or mapping does not fit the source."""


class BadAnswer(ConnectorError):
    """The source's reply makes no sense."""

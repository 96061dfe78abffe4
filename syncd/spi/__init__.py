"""All that a connector may import from syncd.

A connector turns a vendor's API into pages of records and takes changes back. It is opened with its settings, one HTTP
client and a private cache folder, and uses nothing else: it never sleeps, never retries, never holds a token, never logs.
The host does these once for all connectors; how to log in, which limits there are and what a webhook says are functions of
the `ConnectorSpec`, so that the opened connector knows no secret.

Errors say what the engine does next; anything else a connector raises is a bug and parks its loop::

    ConnectorError
    ├── Unavailable      try again later: after ``retry_after`` if the vendor said so, else with growing pauses
    ├── Unauthorized     stop this connection until an admin renews its access
    ├── Misconfigured    stop this connection until an admin corrects a setting or mapping
    └── BadAnswer        the reply makes no sense: the page is not saved, the cursor stays, tried again later

A message names the thing and the remedy; it never holds a secret, a person's data or a reply's body.
"""

from syncd.model import (
    EMAIL_STREAM,
    Accepted,
    Activity,
    Association,
    Change,
    Direction,
    Done,
    FieldChange,
    Finding,
    Golden,
    Gone,
    Kind,
    Problem,
    Raw,
    Receipt,
    Ref,
    Refused,
    Rejected,
    Remapped,
    RemoteField,
    RemoteSchema,
    RemoteStream,
    SourceRecord,
    Suggestion,
)
from syncd.spi.access import Budget, Client, Duration, Hook, Login, Pass, Reply, SecretRef, Settings
from syncd.spi.connector import (
    Connector,
    ConnectorSpec,
    Opening,
    Page,
    SupportsErase,
    SupportsJobs,
    SupportsProvision,
    SupportsReread,
    SupportsSince,
    hookimpl,
    hookspec,
    syncd_connectors,
)
from syncd.spi.errors import BadAnswer, ConnectorError, Misconfigured, Unauthorized, Unavailable

__all__ = [
    "EMAIL_STREAM",
    "Accepted",
    "Activity",
    "Association",
    "BadAnswer",
    "Budget",
    "Change",
    "Client",
    "Connector",
    "ConnectorError",
    "ConnectorSpec",
    "Direction",
    "Done",
    "Duration",
    "FieldChange",
    "Finding",
    "Golden",
    "Gone",
    "Hook",
    "Kind",
    "Login",
    "Misconfigured",
    "Opening",
    "Page",
    "Pass",
    "Problem",
    "Raw",
    "Receipt",
    "Ref",
    "Refused",
    "Rejected",
    "Remapped",
    "RemoteField",
    "RemoteSchema",
    "RemoteStream",
    "Reply",
    "SecretRef",
    "Settings",
    "SourceRecord",
    "Suggestion",
    "SupportsErase",
    "SupportsJobs",
    "SupportsProvision",
    "SupportsReread",
    "SupportsSince",
    "Unauthorized",
    "Unavailable",
    "hookimpl",
    "hookspec",
    "syncd_connectors",
]

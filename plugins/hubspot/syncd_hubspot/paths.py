"""Every address of the API, with its version: the one place that changes when a version ends.

Dated wherever there is a dated form; forms, form submissions and marketing e-mail events exist only undated, until September
2027 at the latest. Source: developers.hubspot.com/docs, api-reference and migration guide (read 2026-11-21).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EMAIL_EVENTS", "FORMS", "Paths", "submissions"]

FORMS = "/marketing/v3/forms"
EMAIL_EVENTS = "/email/public/v1/events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The dated addresses of one version."""

    version: str

    @property
    def owners(self) -> str:
        return f"/crm/owners/{self.version}"

    @property
    def account(self) -> str:
        return f"/account-info/{self.version}/details"

    @property
    def token(self) -> str:
        return f"/oauth/{self.version}/token"

    @property
    def occurrences(self) -> str:
        return f"/events/event-occurrences/{self.version}"

    def objects(self, stream: str, *rest: str) -> str:
        return "/".join((f"/crm/objects/{self.version}/{stream}", *rest))

    def properties(self, stream: str, *rest: str) -> str:
        return "/".join((f"/crm/properties/{self.version}/{stream}", *rest))

    def pipelines(self, stream: str) -> str:
        return f"/crm/pipelines/{self.version}/{stream}"

    def associations(self, stream: str, to: str) -> str:
        return f"/crm/associations/{self.version}/{stream}/{to}/batch/read"


def submissions(form: str) -> str:
    """Return the address of a form's submissions."""
    return f"/form-integrations/v1/submissions/forms/{form}"

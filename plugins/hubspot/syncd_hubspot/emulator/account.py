"""The account itself: its number, plan, people and pipelines, and the answers about them."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from syncd_hubspot.emulator.instants import iso


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A team an owner is in."""

    id: str
    name: str
    primary: bool = True


class Owner(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Somebody records can belong to; the id of an owner is not the id of the user."""

    id: str
    email: str
    first_name: str
    last_name: str
    user_id: int | None
    user_id_including_inactive: int
    created_at: str
    updated_at: str
    type: str = "PERSON"
    archived: bool = False
    teams: tuple[Team, ...] = ()


class Stage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stage of a pipeline; the values of *metadata* are text."""

    id: str
    label: str
    display_order: int
    metadata: dict[str, str]
    created_at: str = "1970-01-01T00:00:00Z"
    updated_at: str = "1970-01-01T00:00:00Z"
    archived: bool = False
    write_permissions: str = "CRM_PERMISSIONS_ENFORCEMENT"


class Pipeline(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A pipeline; HubSpot's own was made at the beginning of time."""

    id: str
    label: str
    display_order: int
    stages: tuple[Stage, ...]
    created_at: str = "1970-01-01T00:00:00Z"
    updated_at: str = "1970-01-01T00:00:00Z"
    archived: bool = False


DEAL_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)


def sales_pipeline() -> Pipeline:
    """Return the pipeline every portal has."""
    stages = tuple(
        Stage(
            id=id_,
            label=label,
            display_order=at,
            metadata={"isClosed": str(id_.startswith("closed")).lower(), "probability": probability},
        )
        for at, (id_, label, probability) in enumerate(DEAL_STAGES)
    )
    return Pipeline(id="default", label="Sales Pipeline", display_order=0, stages=stages)


ALL_SCOPES = frozenset(
    (
        "crm.objects.contacts.read crm.objects.contacts.write crm.objects.companies.read crm.objects.companies.write "
        "crm.objects.deals.read crm.objects.deals.write crm.objects.owners.read crm.schemas.contacts.read "
        "crm.schemas.contacts.write crm.schemas.companies.read crm.schemas.companies.write crm.schemas.deals.read "
        "crm.schemas.deals.write sales-email-read crm.lists.read forms content oauth business-intelligence "
        "crm.objects.custom.read crm.objects.custom.write crm.schemas.custom.read"
    ).split()
)


@dataclass(slots=True, kw_only=True)
class Account:
    """What the account is and who is in it."""

    portal_id: int = 62_515
    time_zone: str = "Europe/Madrid"
    currency: str = "EUR"
    utc_offset: str = "+01:00"
    is_enterprise: bool = True
    scopes: frozenset[str] = ALL_SCOPES
    owners: dict[str, Owner] = field(default_factory=dict)
    pipelines: dict[str, list[Pipeline]] = field(default_factory=lambda: {"deals": [sales_pipeline()]})

    def hire(self, owner_id: int, name: tuple[str, str], *, domain: str, at: int) -> Owner:
        """Add an owner."""
        first, last = name
        owner = Owner(
            id=str(owner_id),
            email=f"{first}.{last}@{domain}".lower(),
            first_name=first,
            last_name=last,
            user_id=owner_id // 7,
            user_id_including_inactive=owner_id // 7,
            created_at=iso(at),
            updated_at=iso(at),
            teams=(Team(id="368389", name="Sales"),),
        )
        self.owners[owner.id] = owner
        return owner

    def dismiss(self, owner_id: str, *, at: int) -> None:
        """Deactivate an owner, to whom records go on pointing."""
        gone = msgspec.structs.replace(self.owners[owner_id], archived=True, user_id=None, updated_at=iso(at))
        self.owners[owner_id] = gone

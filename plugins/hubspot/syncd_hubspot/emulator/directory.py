"""Who and what the account is: owners, pipelines, details, usage.

Source: developers.hubspot.com/docs/api-reference/legacy/crm/owners and …/pipelines guides (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from syncd_hubspot.emulator.account import Owner, Pipeline, Stage
from syncd_hubspot.emulator.instants import iso
from syncd_hubspot.emulator.objects import Next, Paging, named
from syncd_hubspot.emulator.wire import Answer, Call, answer, missing

OWNERS_PAGE = 100
MOST_OWNERS = 500


class OwnerList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of owners."""

    results: Sequence[Owner]
    paging: Paging | UnsetType = UNSET


class PipelineList(msgspec.Struct, frozen=True, kw_only=True):
    """All pipelines of a kind."""

    results: Sequence[Pipeline]


class StageList(msgspec.Struct, frozen=True, kw_only=True):
    """All stages of a pipeline."""

    results: Sequence[Stage]


class Details(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The account."""

    portal_id: int
    account_type: str
    time_zone: str
    company_currency: str
    additional_currencies: Sequence[str]
    utc_offset: str
    utc_offset_milliseconds: int
    ui_domain: str
    data_hosting_location: str


def list_owners(call: Call) -> Answer:
    """List active or archived owners."""
    archived, email = call.flag("archived"), call.word("email").lower()
    size, after = call.number("limit", OWNERS_PAGE, most=MOST_OWNERS), call.word("after")
    found = sorted(call.portal.account.owners.values(), key=lambda one: int(one.id))
    chosen = [one for one in found if one.archived == archived and (not email or one.email == email)]
    if after.isascii() and after.isdigit():
        chosen = [one for one in chosen if int(one.id) >= int(after)]
    paging = Paging(next=Next(after=chosen[size].id)) if len(chosen) > size else UNSET
    return answer(OwnerList(results=chosen[:size], paging=paging))


def read_owner(call: Call) -> Answer:
    """Read an owner by owner id or user id."""
    wanted, by_user = call.path["id"], call.word("idProperty") == "userId"
    for one in call.portal.account.owners.values():
        key = str(one.user_id_including_inactive) if by_user else one.id
        if key == wanted and one.archived == call.flag("archived"):
            return answer(one)
    raise missing(f"No owner with id {wanted} exists", context={"id": [wanted]})


def list_pipelines(call: Call) -> Answer:
    """List the pipelines of a kind, all at once."""
    kind = named(call.portal, call.path["type"]).kind.plural
    return answer(PipelineList(results=call.portal.account.pipelines.get(kind, [])))


def read_pipeline(call: Call) -> Answer:
    """Read a pipeline."""
    return answer(_pipeline(call))


def list_stages(call: Call) -> Answer:
    """List the stages of a pipeline."""
    return answer(StageList(results=_pipeline(call).stages))


def _pipeline(call: Call) -> Pipeline:
    kind = named(call.portal, call.path["type"]).kind.plural
    for one in call.portal.account.pipelines.get(kind, []):
        if one.id == call.path["id"]:
            return one
    raise missing(f"No pipeline with id {call.path['id']} exists", context={"pipelineId": [call.path["id"]]})


class Usage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Calls of a day."""

    name: str
    usage_limit: int
    current_usage: int
    collected_at: str
    fetch_status: str
    resets_at: str


class UsageList(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of a day, as there are several counters of them."""

    results: Sequence[Usage]


def usage(call: Call) -> Answer:
    """Tell how many of the day's calls are used."""
    now, limits = call.portal.now(), call.limits
    used = Usage(
        name="private-apps-api-calls-daily",
        usage_limit=limits.plan.daily,
        current_usage=limits.used_today,
        collected_at=iso(now),
        fetch_status="SUCCESS",
        resets_at=iso(limits.resets_at),
    )
    return answer(UsageList(results=[used]))


def details(call: Call) -> Answer:
    """Tell about the account."""
    account = call.portal.account
    sign = -1 if account.utc_offset.startswith("-") else 1
    hours, minutes = (int(part) for part in account.utc_offset.lstrip("+-").split(":"))
    return answer(
        Details(
            portal_id=account.portal_id,
            account_type="DEVELOPER_TEST",
            time_zone=account.time_zone,
            company_currency=account.currency,
            additional_currencies=(),
            utc_offset=account.utc_offset,
            utc_offset_milliseconds=sign * (hours * 60 + minutes) * 60_000,
            ui_domain="app.hubspot.com",
            data_hosting_location="eu1",
        )
    )

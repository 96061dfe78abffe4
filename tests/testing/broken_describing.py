"""Connectors that describe themselves wrongly or look with effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pydantic import BaseModel, Field

from syncd.spi import (
    ConnectorSpec,
    Done,
    Finding,
    Kind,
    Ref,
    RemoteSchema,
    Settings,
)
from syncd.testing import CANARY, Exempt, FakeSettings, FakeWorld
from tests.testing.breaking import Patched, Variant, described, opened


class Lax(BaseModel):
    columns: list[str] = Field(default=[], description="Columns that are read. Default: all.")


class Mute(Settings):
    limit: int = 5


class Nested(FakeSettings):
    files: dict[str, list[Lax]] = Field(default={}, description="Files that are read. Default: none.")
    limits: Mute | None = Field(default=None, description="Limits. Default: none.")


def streams_differ(spec: ConnectorSpec) -> ConnectorSpec:
    calls: list[None] = []

    def streams(_: Settings) -> dict[str, Kind]:
        calls.append(None)
        return {f"people-{len(calls)}": "person"}

    return replace(spec, streams=streams)


def checking(*findings: Finding) -> Callable[[Patched], Patched]:
    return lambda whole: replace(whole, on_check=lambda: findings)


def probes_by_writing(whole: Patched) -> Patched:
    def check() -> Sequence[Finding]:
        whole.fake.remote.put("people", "probe", {"email": "probe@example.org"})
        return whole.fake.check()

    return replace(whole, on_check=check)


def leaves_a_file(whole: Patched) -> Patched:
    def schema() -> RemoteSchema:
        (whole.opening.home / "schema.json").write_text("{}")
        return whole.fake.schema()

    return replace(whole, on_schema=schema)


def without_a_stream(whole: Patched) -> Patched:
    return replace(whole, on_schema=lambda: RemoteSchema(streams=whole.fake.schema().streams[1:]))


def rehearses_with_effect(whole: Patched) -> Patched:
    return replace(whole, on_provision=lambda fields, _: whole.fake.provision(fields, dry_run=False))


class Taciturn(FakeWorld):
    """A world that is exempt and does not say why."""

    def merge(self, loser: Ref, winner: Ref) -> Ref:
        raise Exempt("no")


_LOOKING = "test_looking_changes_nothing"

VARIANTS = [
    Variant(
        fault="a name with a blank",
        world=described(lambda spec: replace(spec, name="My Fake")),
        caught={"test_the_spec_has_a_name_for_files_and_a_title_for_people": "is no name"},
    ),
    Variant(
        fault="a setting without a description",
        world=described(lambda spec: replace(spec, settings=Nested)),
        caught={"test_every_setting_has_a_description": "Mute.limit"},
    ),
    Variant(
        fault="a part of the settings takes any key",
        world=described(lambda spec: replace(spec, settings=Nested)),
        caught={"test_unknown_settings_are_refused": "Lax takes keys"},
    ),
    Variant(
        fault="a batch of nothing",
        world=described(lambda spec: replace(spec, batch=0)),
        caught={"test_a_batch_holds_a_change": "less than one"},
    ),
    Variant(
        fault="streams that differ from call to call",
        world=described(streams_differ),
        caught={"test_the_streams_follow_from_the_settings_alone": "other streams the second time"},
    ),
    Variant(
        fault="a schema without a stream",
        world=opened(without_a_stream),
        caught={"test_the_schema_describes_every_stream": "lacks the stream companies"},
    ),
    Variant(
        fault="a check that always finds errors",
        world=opened(checking(Finding(level="error", what="no access", remedy="renew it"))),
        caught={"test_a_check_finds_a_healthy_remote_healthy": "no access"},
    ),
    Variant(
        fault="a warning without a remedy",
        world=opened(checking(Finding(level="warning", what="few calls are left"))),
        caught={"test_a_finding_says_what_is_to_be_done": "no remedy"},
    ),
    Variant(
        fault="a finding that quotes a value",
        world=opened(checking(Finding(level="ok", what=f"read {CANARY}@example.org"))),
        caught={"test_nothing_for_operators_quotes_a_value_or_a_secret": "quote"},
    ),
    Variant(fault="a check that writes a record", world=opened(probes_by_writing), caught={_LOOKING: "changed something"}),
    Variant(fault="a schema that writes a file", world=opened(leaves_a_file), caught={_LOOKING: "changed something"}),
    Variant(
        fault="a dry run that creates fields",
        world=opened(rehearses_with_effect),
        caught={"test_provisioning_leaves_what_exists_and_rehearses_without_effect": "a dry run"},
    ),
    Variant(
        fault="an erasure without effect",
        world=opened(lambda whole: replace(whole, on_erase=lambda refs: [Done() for _ in refs])),
        caught={"test_what_is_erased_is_gone": "still lives"},
    ),
    Variant(
        fault="a world is exempt without a reason",
        world=Taciturn,
        caught={"test_every_exemption_has_a_reason": "merges, companies"},
    ),
]

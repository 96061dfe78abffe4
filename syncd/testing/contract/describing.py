"""What a connector says of itself: spec, settings, streams, schema, check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from syncd.spi import Finding, Kind, RemoteField, Settings, SupportsProvision
from syncd.testing.bench import Bench
from syncd.testing.world import Exempt


class Describing:
    """Part of `ConnectorContract`."""

    def test_the_spec_has_a_name_for_files_and_a_title_for_people(self, bench: Bench) -> None:
        spec = bench.world.spec
        assert re.fullmatch(r"[a-z][a-z0-9_]*", spec.name), f"{spec.name!r} is no name: use lowercase letters, digits and _"
        assert spec.title.strip(), "the title is blank"

    def test_every_setting_has_a_description(self, bench: Bench) -> None:
        models = set(_models(bench.world.spec.settings))
        blank = [
            f"{model.__name__}.{name}" for model in models for name, key in model.model_fields.items() if not key.description
        ]
        assert not blank, f"settings without a description: {', '.join(sorted(blank))}; write Field(description=...)"

    def test_unknown_settings_are_refused(self, bench: Bench) -> None:
        settings = bench.world.spec.settings
        assert issubclass(settings, Settings), "the spec's settings are no subclass of syncd.spi.Settings"
        lax = [model.__name__ for model in _models(settings) if model.model_config.get("extra") != "forbid"]
        assert not lax, f"{', '.join(lax)} takes keys it does not know; derive from syncd.spi.Settings"

    def test_a_batch_holds_a_change(self, bench: Bench) -> None:
        assert bench.world.spec.batch >= 1, "a batch of less than one change never writes anything"

    def test_the_streams_follow_from_the_settings_alone(self, bench: Bench) -> None:
        settings = bench.opening().settings
        first = bench.world.spec.streams(settings)
        assert first, "the spec names no stream for these settings"
        strange = [name for name, kind in first.items() if not name or kind not in get_args(Kind)]
        assert not strange, f"streams without a name or of an unknown kind: {strange}"
        assert bench.world.spec.streams(settings) == first, "the same settings gave other streams the second time"

    def test_the_schema_describes_every_stream(self, bench: Bench) -> None:
        for stream in bench.streams:
            bench.filled(stream)
        described = {stream.name: stream for stream in bench.open().schema().streams}
        for name, kind in bench.kinds.items():
            assert name in described, f"the schema lacks the stream {name}"
            assert described[name].kind == kind, f"{name} holds {kind} by the spec and {described[name].kind} by the schema"
            fields = [one.name for one in described[name].fields]
            assert all(fields), f"{name} has a field without a name"
            assert len(fields) == len(set(fields)), f"{name} has two fields of one name"

    def test_a_check_finds_a_healthy_remote_healthy(self, bench: Bench) -> None:
        findings = bench.open().check()
        assert all(isinstance(one, Finding) for one in findings), "check returned something that is no Finding"
        bad = [one.what for one in findings if one.level == "error"]
        assert not bad, f"check finds errors where there are none: {bad}"

    def test_a_finding_says_what_is_to_be_done(self, bench: Bench) -> None:
        for finding in bench.open().check():
            assert finding.what.strip(), "a finding says nothing"
            assert finding.level == "ok" or finding.remedy.strip(), f"{finding.what!r} has no remedy"

    def test_looking_changes_nothing(self, bench: Bench) -> None:
        for stream in bench.streams:
            bench.filled(stream)
        before = _state(bench)
        connector = bench.open()
        connector.check()
        connector.schema()
        assert _state(bench) == before, "check or schema changed something in the remote or in home"

    def test_provisioning_leaves_what_exists_and_rehearses_without_effect(self, bench: Bench) -> None:
        for stream in bench.streams:
            bench.filled(stream)
        connector = bench.open()
        if not isinstance(connector, SupportsProvision):
            raise Exempt("the connector creates no fields")
        before = connector.schema()
        described = next(stream for stream in before.streams if stream.fields)
        connector.provision({described.name: described.fields[:1]}, dry_run=False)
        assert connector.schema() == before, "a field that existed was created or changed"
        connector.provision({described.name: [RemoteField(name="syncd_contract")]}, dry_run=True)
        assert connector.schema() == before, "a dry run created a field"


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Return a settings model and those its keys are made of, however deep they lie in lists and mappings."""
    yield model
    for key in model.model_fields.values():
        for part in _parts(key.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _models(part)


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _state(bench: Bench) -> object:
    home, caches = bench.opening().home, bench.folder
    files = {path: _digest(path) for path in sorted(home.rglob("*")) if path.is_file() and not path.is_relative_to(caches)}
    return files, {stream: bench.whole(stream) for stream in bench.streams}


def _digest(path: Path) -> str:
    return blake2b(path.read_bytes()).hexdigest()

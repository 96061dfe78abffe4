"""The guide is true: every setting, stream and file it speaks of is there, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

from syncd_salesforce.emulator.misbehaviour import MODES
from syncd_salesforce.objects import OBJECTS
from syncd_salesforce.settings import SalesforceSettings

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
CODE = {word for part in re.findall(r"`([^`\n]+)`", README) for word in re.findall(r"\w+", part)}


def test_every_setting_and_stream_is_in_the_guide() -> None:
    assert {*SalesforceSettings.model_fields, *OBJECTS} - CODE == set()


def test_the_defaults_are_those_of_the_code() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| `?([\w.-]+)`? \|", README, re.MULTILINE))
    for name in ("api_version", "bulk_above", "bulk_writes_above", "daily_calls", "leave_free", "package"):
        assert told[name] == str(SalesforceSettings.model_fields[name].default)


def test_the_tests_it_names_exist() -> None:
    named = set(re.findall(r"`tests/(\w+\.py)`", README))
    assert named
    assert all((Path(__file__).parent / name).exists() for name in named)


def test_there_are_as_many_ways_to_misbehave_as_it_says() -> None:
    assert 45 <= len(MODES) <= 55  # "some fifty"

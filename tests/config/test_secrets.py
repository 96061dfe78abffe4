"""Secrets come from elsewhere, and never from the file or into a message."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from syncd.config.secrets import SecretMissing, resolve
from syncd.spi import SecretRef


def test_an_environment_variable_gives_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", "  s3cret\n")

    assert resolve(SecretRef("env:CRM_TOKEN"), home=tmp_path) == "s3cret"


def test_a_file_gives_the_secret_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n", encoding="utf-8")

    assert resolve(SecretRef("file:token"), home=tmp_path) == "s3cret"


def test_a_command_gives_the_secret(tmp_path: Path) -> None:
    script = tmp_path / "give"
    script.write_text("#!/bin/sh\necho s3cret\n", encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IEXEC)

    assert resolve(SecretRef(f"cmd:{script}"), home=tmp_path) == "s3cret"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        pytest.param("env:NOT_SET_ANYWHERE", "env:NOT_SET_ANYWHERE gives nothing; set it, or name another place", id="unset"),
        pytest.param("file:nowhere", "file:nowhere cannot be read: No such file or directory", id="no file"),
        pytest.param("cmd:false --token abc", "cmd:… ended with 1; try the command by hand", id="a command that fails"),
        pytest.param(
            "cmd:/no/such/thing abc", "cmd:… did not run (FileNotFoundError); try the command by hand", id="no command"
        ),
        pytest.param("cmd:true", "cmd:… gives nothing; set it, or name another place", id="a command that says nothing"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named_without_its_secret_parts(tmp_path: Path, reference: str, message: str) -> None:
    with pytest.raises(SecretMissing) as caught:
        resolve(SecretRef(reference), home=tmp_path)

    assert str(caught.value) == message

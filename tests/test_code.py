"""The code as text: style, types, layers, and no vendor's name outside its plugin."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "--no-cache"], id="ruff check"),
        pytest.param(["ruff", "format", "--check", "--no-cache"], id="ruff format"),
        pytest.param(["mypy"], id="mypy strict"),
        pytest.param(["lint-imports", "--no-cache"], id="layers"),
    ],
)
def test_the_code_passes(command: list[str]) -> None:
    done = subprocess.run([str(TOOLS / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_no_vendor_is_named_outside_its_plugin() -> None:
    vendors = re.compile(r"hubspot|salesforce|pipedrive|mailchimp|marketo|mautic", re.IGNORECASE)
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "syncd").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if vendors.search(line)
    ]

    assert named == []


def test_no_committed_file_names_a_package_registry() -> None:
    hosts = re.compile("py" + r"pi\.org|pythonhost" + r"ed|registry\.np" + r"mjs")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    named = [str(path) for path in files if path.is_file() and hosts.search(path.read_text(encoding="utf-8", errors="replace"))]

    assert named == []

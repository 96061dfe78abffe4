"""Secrets by reference: ``env:NAME``, ``file:PATH``, ``cmd:COMMAND``. Only here does a secret become text."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from syncd.spi import SecretRef


class SecretMissing(Exception):
    """A secret's reference leads nowhere."""


def resolve(reference: SecretRef, *, home: Path) -> str:
    """Return the secret without surrounding white space; relative paths start from *home*. Raises: SecretMissing."""
    scheme, _, rest = reference.partition(":")
    match scheme:
        case "env":
            secret = os.environ.get(rest, "")
        case "file":
            secret = _file(home / rest)
        case _:
            secret = _command(rest)
    if not secret.strip():
        raise SecretMissing(f"{scheme}:{rest if scheme != 'cmd' else '…'} gives nothing; set it, or name another place")
    return secret.strip()


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SecretMissing(f"file:{path.name} cannot be read: {error.strerror}") from error


def _command(command: str) -> str:
    try:
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise SecretMissing(f"cmd:… did not run ({type(error).__name__}); try the command by hand") from None
    if done.returncode != 0:
        raise SecretMissing(f"cmd:… ended with {done.returncode}; try the command by hand")
    return done.stdout

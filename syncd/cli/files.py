"""The configuration that is shipped with syncd: in an installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

import syncd


def shipped(name: str) -> Path:
    """Return a file or folder of the shipped configuration."""
    package = Path(syncd.__file__).parent
    installed = package / "_config"
    return (installed if installed.is_dir() else package.parent / "config") / name

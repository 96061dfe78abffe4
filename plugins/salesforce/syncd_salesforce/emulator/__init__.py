"""An emulated Salesforce: an org on this machine that vendors' and other clients believe. ``main`` is its command line."""

from __future__ import annotations

from syncd_salesforce.emulator.emulator import Emulator, Options

__all__ = ["Emulator", "Options"]

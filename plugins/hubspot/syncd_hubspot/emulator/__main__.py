"""Run the emulator without the host: ``python -m syncd_hubspot.emulator --port 8800``."""

import sys

from syncd_hubspot.emulator.cli import main

if __name__ == "__main__":
    main(sys.argv[1:])

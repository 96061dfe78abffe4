"""Makes ``python -m syncd_salesforce.emulator`` work."""

import sys

from syncd_salesforce.emulator.command import main

if __name__ == "__main__":
    main(sys.argv[1:])

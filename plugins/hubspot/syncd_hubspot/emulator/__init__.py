"""HubSpot on this machine: a server with HubSpot's semantics, state and faults, for demos, tests and connector authors.

    syncd emulate hubspot --port 8800 --contacts 1000 --seed 7 --misbehave lag,ties,429:0.05

prints one line of JSON (url, token, portal, …) when it is ready. A test starts it in its own process::

    with emulated(contacts=100, seed=7) as emulator:
        requests.get(emulator.url + "/crm/objects/2026-09/contacts", headers=emulator.headers)
        assert emulator.called("GET", "/contacts") == 1
        emulator.portal.of("contacts").live

What it emulates stands in the module that does it, with its source. It imports nothing of syncd.
"""

from syncd_hubspot.emulator.running import Emulator, Options, assemble, emulated

__all__ = ["Emulator", "Options", "assemble", "emulated"]

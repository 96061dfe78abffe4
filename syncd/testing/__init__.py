"""The tests that every connector passes, and a connector in memory to test with.

A plugin runs the whole suite with two lines in its tests::

    from syncd.testing.contract import ConnectorContract

    class TestContract(ConnectorContract):
        world = MyWorld

``MyWorld(folder)`` makes the remote that one test runs against: an emulator, a folder of files, a table in memory. It
has a method for each thing that happens there: records are added, changed, deleted, merged; a row is bad; a record shows
late; the remote fails in one of six ways, and works again; a change is due to be rejected. `World` lists them, `FakeWorld`
is one to copy from. Whatever cannot happen in a remote raises `Exempt` with the reason: the tests about it are skipped, and
``pytest -rs`` lists the reasons. Values of records hold `CANARY` and secrets `SECRET`; neither may turn up where it does
not belong. ``spec = installed("my-connector")`` takes the connector through its entry point, which so is tested as well.

`FakeRemote`, `FakeConnector` and `VirtualClock` serve tests of the host::

    clock = VirtualClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
    remote = FakeRemote({"people": "person"}, page_size=2, now=clock.now)
    remote.put("people", "1", {"email": "ann@firm.example"})
    remote.fail_next(Unavailable("down"))
    FakeConnector(remote).pull("people", None)

A connector that speaks HTTP to an emulator gets its client from `online`, which is the host's own.

Only `syncd.testing.contract` needs pytest. All of it knows the SPI, `online` also the transport, and nothing else of syncd.
"""

from syncd.testing.clock import VirtualClock
from syncd.testing.fake import FakeConnector, FakePlugin, FakeSettings, fake_spec
from syncd.testing.fake_world import FakeWorld, NoClient
from syncd.testing.hooks import hooked, installed
from syncd.testing.online import online
from syncd.testing.remote import FakeRemote
from syncd.testing.world import CANARY, SECRET, Exempt, Failure, World

__all__ = [
    "CANARY",
    "SECRET",
    "Exempt",
    "Failure",
    "FakeConnector",
    "FakePlugin",
    "FakeRemote",
    "FakeSettings",
    "FakeWorld",
    "NoClient",
    "VirtualClock",
    "World",
    "fake_spec",
    "hooked",
    "installed",
    "online",
]

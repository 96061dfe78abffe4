"""Logging in, checking, describing and provisioning: over the host's own client, and over sockets where it matters."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hubspot_world import HubSpotWorld
from syncd_hubspot.api import HubSpotConnector, opened
from syncd_hubspot.emulator import Emulator, Options, emulated
from syncd_hubspot.emulator.instants import ms
from syncd_hubspot.login import log_in
from syncd_hubspot.pages import Sizes

from syncd.spi import (
    BadAnswer,
    Change,
    Client,
    ConnectorError,
    FieldChange,
    Finding,
    Login,
    Misconfigured,
    Opening,
    Ref,
    RemoteField,
    Reply,
    SecretRef,
    Settings,
    Unauthorized,
)
from syncd.testing import SECRET, VirtualClock, installed, online
from syncd.testing.bench import folded, reading

SPEC = installed("hubspot")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
OAUTH = {"client_id": "app", "client_secret": "env:SECRET", "refresh_token": "env:REFRESH"}


# ---------------------------------------------------------------- over sockets


@contextmanager
def portal(clock: VirtualClock, *, misbehave: str = "") -> Generator[tuple[Emulator, Settings]]:
    with emulated(Options(contacts=230, clock=lambda: ms(clock.now()), misbehave=misbehave)) as emulator:
        oauth = {**OAUTH, "client_id": emulator.access.client_id}
        yield emulator, SPEC.settings.model_validate({"oauth": oauth, "base_url": emulator.url, "streams": ["contacts"]})


def connected(tmp_path: Path, settings: Settings, client: Client, clock: VirtualClock) -> HubSpotConnector:
    wanted = {"contacts": frozenset({"email"})}
    opening = Opening(
        connection="hubspot", settings=settings, wanted=wanted, client=client, home=tmp_path, cache=tmp_path, now=clock.now
    )
    connector = opened(opening, sizes=Sizes(listed=10, searched=10))
    assert isinstance(connector, HubSpotConnector)
    return connector


def test_tokens_that_die_in_the_middle_and_rotate_lose_nothing(tmp_path: Path) -> None:
    """25 pages, a token that dies every 7 requests, and a refresh token that works once."""
    clock, kept = VirtualClock(NOW), dict[str, str]()
    with portal(clock, misbehave="expiry:7,rotate") as (emulator, settings):
        first = emulator.access.refresh_token

        def resolve(ref: SecretRef) -> str:
            return emulator.access.client_secret if ref == "env:SECRET" else first

        with online(SPEC, settings, clock, resolve=resolve, kept=kept) as client:
            source = connected(tmp_path, settings, client, clock)
            pages = [source.pull("contacts", None)]
        with online(SPEC, settings, clock, resolve=resolve, kept=kept) as client:  # as another process would go on
            source = connected(tmp_path, settings, client, clock)
            pages += reading(source.pull, "contacts", pages[-1].cursor)
        assert {ref.external_id for ref in folded(pages)} == {str(key) for key in emulator.portal.of("contacts").live}
        assert emulator.access.refreshes > 3 and kept["refresh_token"] != first


def test_a_token_is_renewed_before_it_dies(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    with portal(clock) as (emulator, settings):
        secrets = {"env:SECRET": emulator.access.client_secret, "env:REFRESH": emulator.access.refresh_token}
        with online(SPEC, settings, clock, resolve=lambda ref: secrets[ref], kept={}) as client:
            source = connected(tmp_path, settings, client, clock)
            cursor = source.pull("contacts", None).cursor
            clock.advance(timedelta(minutes=26))
            source.pull("contacts", cursor)
            assert (emulator.access.refreshes, emulator.service.statuses[401]) == (2, 0)


# ---------------------------------------------------------------- logging in


class Answering:
    """A client whose answers are given, in order; ``sent`` are the bodies it was given."""

    def __init__(self, *replies: tuple[int, bytes]) -> None:
        self.sent: list[bytes] = []
        self._replies = list(replies)

    def request(self, method: str, url: str, **given: object) -> Reply:
        content = given.get("content")
        self.sent.append(content if isinstance(content, bytes) else b"")
        status, body = self._replies.pop(0)
        return Reply(status=status, headers={}, body=body)


def login(client: Answering, **kept: str) -> Login:
    settings = SPEC.settings.model_validate({"oauth": OAUTH})
    return Login(settings=settings, resolve=lambda ref: f"{SECRET}-{ref}", kept=kept, client=client, now=NOW)


GRANTED = b'{"access_token":"fresh","refresh_token":"next","expires_in":1800}'


def test_a_fixed_token_is_shown_as_it_is() -> None:
    settings = SPEC.settings.model_validate({"token": "env:T"})
    given = Login(settings=settings, resolve=lambda ref: " pat-1 \n", kept={}, client=Answering(), now=NOW)
    assert log_in(given).headers == {"Authorization": "Bearer pat-1"}


def test_a_refresh_token_that_was_kept_is_used_until_an_admin_configures_another() -> None:
    first = log_in(login(Answering((200, GRANTED))))
    assert first.headers == {"Authorization": "Bearer fresh"}
    assert first.expires_at == NOW + timedelta(minutes=24)

    client = Answering((200, GRANTED))
    log_in(login(client, **first.kept))
    assert b"refresh_token=next" in client.sent[0]

    client = Answering((200, GRANTED))
    log_in(login(client, **{**first.kept, "origin": "of another one"}))
    assert b"refresh_token=secret-3b9c-env%3AREFRESH" in client.sent[0]


def test_the_configured_token_is_tried_if_the_kept_one_is_refused() -> None:
    kept = log_in(login(Answering((200, GRANTED)))).kept
    client = Answering((400, b'{"status":"BAD_REFRESH_TOKEN","error":"invalid_grant"}'), (200, GRANTED))
    assert log_in(login(client, **kept)).headers == {"Authorization": "Bearer fresh"}
    assert len(client.sent) == 2


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        pytest.param(400, b'{"status":"BAD_REFRESH_TOKEN"}', Unauthorized, "install the app anew", id="uninstalled"),
        pytest.param(400, b'{"status":"BAD_CLIENT_ID"}', Misconfigured, "client_id", id="our mistake"),
        pytest.param(400, b'{"error":"invalid_client"}', Misconfigured, "client_secret", id="our secret"),
        pytest.param(401, b"<html>", Unauthorized, "refresh token", id="no reason"),
        pytest.param(404, b"", BadAnswer, "404", id="nowhere"),
        pytest.param(200, b'{"token":"secret-3b9c"}', BadAnswer, "no access token", id="no token"),
    ],
)
def test_a_refused_login_says_whose_fault_it_is(status: int, body: bytes, kind: type[ConnectorError], words: str) -> None:
    with pytest.raises(kind, match=words) as raised:
        log_in(login(Answering((status, body))))
    assert SECRET not in str(raised.value)


# ---------------------------------------------------------------- checking and provisioning


@pytest.fixture
def world(tmp_path: Path) -> HubSpotWorld:
    return HubSpotWorld(tmp_path)


@pytest.fixture
def connector(world: HubSpotWorld, tmp_path: Path) -> HubSpotConnector:
    made = opened(world.opening(tmp_path))
    assert isinstance(made, HubSpotConnector)
    return made


def bad(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.what, one.remedy) for one in findings if one.level != "ok"]


def test_a_check_names_the_portal_and_finds_everything_in_order(connector: HubSpotConnector) -> None:
    findings = list(connector.check())
    assert bad(findings) == []
    assert findings[0].what.startswith("portal 62515")
    assert "the clock agrees with HubSpot's" in [one.what for one in findings]


def test_a_check_says_which_scope_is_missing(world: HubSpotWorld, connector: HubSpotConnector) -> None:
    world.service.portal.account.scopes -= {"crm.objects.deals.read", "forms"}
    found = dict(bad(list(connector.check())))
    assert "crm.objects.deals.read" in found["deals: the token may not read it"]
    assert "forms" in found["form_submissions: the token may not read it"]


def test_a_check_sees_a_clock_that_is_wrong(world: HubSpotWorld, connector: HubSpotConnector) -> None:
    world.service.portal.skew = 95_000
    assert bad(list(connector.check())) == [
        ("HubSpot's clock is 95 s ahead of that of this machine", "let this machine keep its time by NTP")
    ]


def test_a_token_of_another_portal_is_noticed(world: HubSpotWorld, tmp_path: Path) -> None:
    world.settings = world.settings.model_copy(update={"portal": 7})
    other = opened(world.opening(tmp_path))
    assert "belongs to portal 7" in bad(list(other.check()))[0][0]
    with pytest.raises(Misconfigured, match="belongs to portal 7"):
        other.pull("contacts", None)


def test_nothing_is_read_written_or_erased_in_another_portal(world: HubSpotWorld, tmp_path: Path) -> None:
    (ref,) = world.fill("contacts", 1)
    world.settings = world.settings.model_copy(update={"portal": 7})
    other = opened(world.opening(tmp_path))
    assert isinstance(other, HubSpotConnector)
    change = Change(ref=ref, fields={"own_note": FieldChange(None, "x")}, key="1")
    calls: list[Callable[[], object]] = [
        lambda: other.pull("contacts", None),
        lambda: other.reread([ref]),
        lambda: other.push([change]),
        lambda: other.provision({"contacts": FIELDS}, dry_run=False),
        lambda: other.erase([ref]),
    ]
    for call in calls:
        with pytest.raises(Misconfigured, match="belongs to portal 7"):
            call()
    assert {path.rpartition("/")[2] for _, path in world.service.calls} == {"details"}


FIELDS = [
    RemoteField(name="syncd_score", label="syncd score", type="number"),
    RemoteField(name="syncd_band", label="syncd band", type="choice", options=("mql", "cold")),
    RemoteField(name="syncd_reasons", label="syncd reasons"),
]


def test_what_is_missing_is_created_once_and_then_is_there(connector: HubSpotConnector) -> None:
    assert [one.what for one in connector.provision({"contacts": FIELDS}, dry_run=True)] == [
        "contacts.syncd_score (number) would be created",
        "contacts.syncd_band (enumeration) would be created",
        "contacts.syncd_reasons (string) would be created",
    ]
    assert {one.what[-6:] for one in connector.provision({"contacts": FIELDS}, dry_run=False)} == {"is new"}
    again = connector.provision({"contacts": FIELDS}, dry_run=False)
    assert [one.what for one in again] == [f"contacts.{field.name} is there" for field in FIELDS]
    described = {one.name: one for one in connector.schema().streams[2].fields}
    assert described["syncd_band"].options == ("mql", "cold") and described["syncd_score"].type == "number"


def test_a_lost_answer_does_not_stop_provisioning(world: HubSpotWorld, connector: HubSpotConnector) -> None:
    world.service.misbehaviour.switch("lost:0.5,gateway:0.5")
    assert bad(list(connector.provision({"contacts": FIELDS}, dry_run=False))) == []


def test_without_the_scope_an_admin_is_told_what_to_create(world: HubSpotWorld, connector: HubSpotConnector) -> None:
    world.service.portal.account.scopes -= {"crm.schemas.contacts.write"}
    ((what, remedy),) = bad(list(connector.provision({"contacts": FIELDS}, dry_run=False)))
    assert what == "contacts: the token may not create properties"
    assert "crm.schemas.contacts.write" in remedy
    assert 'syncd_score: label "syncd score", type number, shown as number' in remedy


def test_an_existing_property_of_another_type_is_an_error_and_left_alone(connector: HubSpotConnector) -> None:
    ((what, _),) = bad(list(connector.provision({"contacts": [RemoteField(name="firstname", type="number")]}, dry_run=False)))
    assert what == "contacts.firstname is there and holds string, not number"


@pytest.mark.parametrize("name", ["Lead Score", "1st", "Ñ", ""])
def test_a_name_that_hubspot_does_not_take_is_said_before_it_is_asked(connector: HubSpotConnector, name: str) -> None:
    (finding,) = connector.provision({"contacts": [RemoteField(name=name)]}, dry_run=False)
    assert finding.level == "error" and "lower-case" in finding.remedy


def test_contacts_alone_are_erased(world: HubSpotWorld, connector: HubSpotConnector) -> None:
    (ref,) = world.fill("contacts", 1)
    erased, other = connector.erase([ref, Ref("companies", "1")])
    assert [type(one).__name__ for one in (erased, other)] == ["Done", "Rejected"]
    assert int(ref.external_id) not in world.service.portal.of("contacts").live

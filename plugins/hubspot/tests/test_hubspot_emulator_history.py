"""Whatever happens in the account, what it says of itself holds together."""

from __future__ import annotations

from random import Random

import pytest
from emulator_calls import Asked, Clock
from syncd_hubspot.emulator.kinds import KINDS
from syncd_hubspot.emulator.living import Life
from syncd_hubspot.emulator.portal import Portal

FAULTS = "shift:0.5,vanish:0.1,merge:0.2,late,ties:1000,drift:30,dirty"
STEPS = 300


@pytest.fixture(scope="module", params=[1, 2])
def portal(request: pytest.FixtureRequest) -> Portal:
    """An account after some weeks of life, readers, restorations and erasures, with every write in the search index."""
    rng = Random(request.param)
    hub = Asked(clock=Clock(), contacts=40, misbehave=FAULTS)
    account = hub.service.portal
    life = Life(account, rng)
    for _ in range(STEPS):
        hub.clock.forward(rng.random() * 3_600)
        life.step()
        kind = rng.choice(KINDS).plural
        assert hub.get(f"/crm/objects/2026-09/{kind}").status == 200
        if rng.random() < 0.1 and (bin_ := sorted(account.of(kind).archived)):
            account.restore(kind, rng.choice(bin_))
        if rng.random() < 0.02:
            account.erase("contacts", rng.choice(tuple(account.of("contacts").ids())))
    hub.clock.forward(3_600)
    for one in KINDS:
        account.of(one.plural).index.settle(account.now())
    return account


def test_associations_are_the_same_from_both_sides_and_between_live_records(portal: Portal) -> None:
    for start in KINDS:
        for end in KINDS:
            for one, other, types in portal.links.all(start.plural, end.plural):
                assert one in portal.of(start.plural).live
                assert other in portal.of(end.plural).live
                back = portal.links.of(end.plural, other, start.plural)[one]
                assert {portal.links.labels[kind].inverse for kind in types} == set(back)


def test_a_contact_has_at_most_one_primary_company_and_names_it(portal: Portal) -> None:
    for one in portal.of("contacts").live.values():
        primary = [firm for firm, types in portal.links.of("contacts", one.id, "companies").items() if 1 in types]
        assert len(primary) <= 1
        assert one.values.get("associatedcompanyid", "") == (str(primary[0]) if primary else "")


def test_in_the_end_a_search_knows_what_there_is(portal: Portal) -> None:
    for kind in KINDS:
        table = portal.of(kind.plural)
        assert table.index.docs == table.live
        assert table.index.between((0, 1 << 62), (0, 1 << 62)) == list(table.ids()) == sorted(table.live)


def test_an_address_leads_to_the_contact_that_has_it(portal: Portal) -> None:
    table = portal.of("contacts")
    for one in table.live.values():
        found = table.found("email", one.values["email"])
        assert found is not None
        values = table.live[found].values
        assert one.values["email"] in (values["email"], *values.get("hs_additional_emails", "").split(";"))


def test_every_id_that_was_merged_leads_to_the_record_that_names_it(portal: Portal) -> None:
    table = portal.of("contacts")
    assert table.merged_into
    for old in table.merged_into:
        last = portal.find("contacts", old)
        if last is not None:
            assert str(old) in last.values["hs_merged_object_ids"].split(";")


def test_history_ends_in_the_value_there_is(portal: Portal) -> None:
    for kind in KINDS:
        for one in portal.of(kind.plural).live.values():
            for name, seen in one.history.items():
                assert seen[0].value == one.values.get(name, "")

"""A mapping that names what its source does not have: nothing is read, folded, moved or written by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.engine import sync
from syncd.engine.checking import checked
from syncd.engine.site import Site
from syncd.spi import Misconfigured, RemoteField, RemoteSchema, SourceRecord
from syncd.testing import FakeConnector
from tests.engine.build import Home, Quiet


@pytest.fixture
def synced(home: Home) -> Home:
    """Ann is known in both systems, and the CRM holds her stage."""
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "First": "Ann", "City": "Leon"})
    home.crm.put("accounts", "7", {"Name": "Firm", "Website": "firm.example", "Size": "100"})
    home.shop.put("contacts", "9", {"Email": "ann@firm.example", "Source": "fair"})
    home.sync()
    home.sync()
    assert home.crm.written
    return home


class Once(Quiet):
    """A watcher that stops after a page of each stream."""

    pages = 0

    def stopping(self) -> bool:
        self.pages += 1
        return self.pages > 2


def misspell(home: Home, right: str = "city: City", wrong: str = "city: Ctiy") -> None:
    home.mappings["crm"] = home.mappings.get("crm", home.mapping).replace(right, wrong)
    home.open()
    home.clock.advance(timedelta(minutes=5))


def test_a_misspelt_field_stops_the_pull_and_is_named_with_its_line_and_the_nearest(synced: Home) -> None:
    misspell(synced, "email: Email", "email: Emial")

    outcome = synced.pull("crm")

    assert isinstance(outcome.error, Misconfigured)
    assert "mapping/crm.yaml:6: streams.contacts.read: no field 'Emial'; did you mean 'Email'" in str(outcome.error)


def test_a_misspelt_field_leaves_everybody_as_they_were(synced: Home) -> None:
    before, written = synced.golden("crm.contacts:1"), len(synced.crm.written)
    misspell(synced)
    synced.crm.put("contacts", "1", {"City": "Lugo"})

    synced.sync()
    synced.sync()

    assert synced.golden("crm.contacts:1") == synced.fields("crm.contacts:1") == before
    assert len(synced.crm.written) == written
    assert isinstance(sync.push(synced.site, "crm", Quiet()).error, Misconfigured)


def test_what_another_connection_brings_meanwhile_blanks_nothing(synced: Home) -> None:
    before = synced.golden("crm.contacts:1")
    misspell(synced)

    synced.shop.put("contacts", "9", {"Source": "webinar"})
    synced.shop.put("contacts", "10", {"Email": "ben@firm.example"})
    synced.pull("crm")
    synced.pull("shop")
    sync.settle(synced.site, Quiet())

    assert synced.golden("crm.contacts:1") == before


def test_all_is_read_and_folded_once_the_mapping_is_corrected(synced: Home) -> None:
    misspell(synced)
    synced.crm.put("contacts", "1", {"City": "Lugo"})
    synced.sync()
    misspell(synced, "city: Ctiy", "city: City")

    synced.sync()

    assert synced.golden("crm.contacts:1")["city"] == "Lugo"


def test_all_is_read_and_folded_once_the_source_has_the_field(synced: Home) -> None:
    misspell(synced, "city: City", "city: Town")
    synced.sync()
    assert synced.golden("crm.contacts:1")["city"] == "Leon"
    synced.crm.put("contacts", "1", {"Town": "Lugo"})

    synced.sync()

    assert synced.golden("crm.contacts:1")["city"] == "Lugo"


def test_people_keep_their_values_until_a_new_field_was_read_to_the_end(synced: Home) -> None:
    for number in range(20, 25):  # two pages
        synced.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example", "City": "Leon", "Town": "Lugo"})
    synced.sync()
    misspell(synced, "city: City", "city: Town")

    assert sync.pull(synced.site, "crm", Once()).stopped
    sync.settle(synced.site, Quiet())
    assert synced.golden("p24@firm.example")["city"] == "Leon"

    synced.sync()
    assert synced.golden("p24@firm.example")["city"] == "Lugo"


def test_a_stream_that_is_mapped_no_more_before_it_was_read_to_the_end_holds_nobody(synced: Home) -> None:
    for number in range(20, 25):  # two pages
        synced.crm.put("contacts", str(number), {"Email": f"p{number}@firm.example", "City": "Leon", "Town": "Lugo"})
    synced.sync()
    misspell(synced, "city: City", "city: Town")
    assert sync.pull(synced.site, "crm", Once()).stopped
    synced.mappings["crm"] = "streams:\n  accounts:\n    read: {name: Name, domain: Website, company_size: Size}\n"
    synced.open()
    synced.shop.put("contacts", "9", {"Email": "ann@firm.example", "First": "Anna"})
    synced.clock.advance(timedelta(minutes=5))

    synced.sync()

    assert synced.golden("shop.contacts:9")["first_name"] == "Anna"


def shaped(home: Home, reshape: Callable[[RemoteField], RemoteField | None]) -> Site:
    """Return the site as its CRM describes its fields once they are reshaped."""

    class Shaped(FakeConnector):
        def schema(self) -> RemoteSchema:
            whole = super().schema().streams
            streams = [replace(one, fields=tuple(filter(None, map(reshape, one.fields)))) for one in whole]
            return RemoteSchema(streams=tuple(streams))

    crm = home.site.config.connections["crm"]
    crm = replace(crm, spec=replace(crm.spec, open=lambda _: Shaped(home.crm)))
    return replace(home.site, config=replace(home.site.config, connections={**home.site.config.connections, "crm": crm}))


def hidden_city(field: RemoteField) -> RemoteField:
    return replace(field, readable=field.name != "City")


def test_a_field_that_is_hidden_from_the_first_reading_on_stops_nothing(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"})

    site = shaped(home, hidden_city)

    assert sync.pull(site, "crm", Quiet()).error is None
    (warning,) = [one for one in checked(site, site.config.connections["crm"], mapping_only=True) if one.level == "warning"]
    assert "'City' is hidden" in warning.what and "right to read" in warning.remedy


def test_a_field_that_is_hidden_takes_no_place_of_one_that_is_read(home: Home) -> None:
    home.mappings["crm"] = home.mapping.replace("city: City", "city: Town")
    home.open()
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Town": "Leon", "City": "Lugo"})
    home.sync()
    misspell(home, "city: Town", "city: City")

    site = shaped(home, hidden_city)
    crm = site.config.connections["crm"]

    outcome = sync.pull(site, "crm", Quiet())

    assert "streams.contacts.read: 'City' is hidden from the user that syncd logs in as" in str(outcome.error)
    assert any("'City' is hidden" in one.what and one.level == "error" for one in checked(site, crm, mapping_only=True))
    assert home.golden("crm.contacts:1")["city"] == "Leon"


def test_a_field_that_was_read_and_is_gone_stops_nothing(synced: Home) -> None:
    site = shaped(synced, lambda field: field if field.name != "City" else None)
    synced.crm.commit(SourceRecord(stream="contacts", external_id="1", changed_at=synced.clock.now(), fields={"First": "Anna"}))
    synced.clock.advance(timedelta(minutes=5))

    outcome = sync.pull(site, "crm", Quiet())

    assert outcome.error is None
    assert (synced.golden("crm.contacts:1")["first_name"], synced.golden("crm.contacts:1")["city"]) == ("Anna", "Leon")


def test_a_field_that_write_back_creates_may_be_missing(synced: Home) -> None:
    misspell(synced, "      city: City\n", "      city: City\n      job_title: Points\n")
    assert isinstance(synced.pull("crm").error, Misconfigured)

    misspell(synced, "score: Score", "job_title: Points")

    assert synced.pull("crm").error is None

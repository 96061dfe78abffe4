"""Who is one person, who is not, and how a mistake is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from syncd.agreement.dispositions import Feedback
from syncd.agreement.notices import Notice
from syncd.engine import listening, sync
from syncd.engine.identity import NothingToUndo, unmerge
from syncd.engine.why import find, find_record
from syncd.model import EMAIL_STREAM, Activity, Association, Ref, RemoteField
from syncd.store import entities, feedback, ids, notices, records
from syncd.store.notices import Raised
from tests.engine.build import START, Home, Quiet, on_sqlite


def test_the_same_address_in_any_spelling_is_one_person_also_within_a_page(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "Ann@Firm.example"})
    home.crm.put("contacts", "2", {"Email": " ann@firm.example "})
    home.shop.put("contacts", "9", {"Email": "mailto:ANN@FIRM.EXAMPLE"})
    home.pull()

    assert home.people() == [["crm:1", "crm:2", "shop:9"]]


def test_a_second_address_joins_as_well(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Others": "ann@home.example; a.n@old.example"})
    home.shop.put("contacts", "9", {"Email": "a.n@old.example"})
    home.pull()

    assert home.people() == [["crm:1", "shop:9"]]


def test_the_same_name_never_joins(home: Home) -> None:
    home.crm.put("contacts", "1", {"First": "Ann", "Phone": "910 000 001", "Email": "ann@firm.example"})
    home.crm.put("contacts", "2", {"First": "Ann", "Phone": "910 000 001", "Email": "ann@other.example"})
    home.crm.put("contacts", "3", {"First": "Ann", "Phone": "910 000 001"})
    home.pull("crm")

    assert home.people() == [["crm:1"], ["crm:2"], ["crm:3"]]


@pytest.mark.parametrize("order", [("crm", "shop"), ("shop", "crm")], ids="first {}".format)
def test_an_identifier_of_another_system_joins_in_either_order(home: Home, order: tuple[str, str]) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Shop ID": "9"})
    home.shop.put("contacts", "9", {"Email": "ann@home.example", "City": "Lugo"})
    home.pull(*order)

    assert home.people() == [["crm:1", "shop:9"]]
    assert home.fields("ann@home.example")["city"] == "Lugo"


def test_two_people_met_by_one_record_become_the_older_one(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.pull("crm")
    older = home.person("ann@firm.example").id
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "2", {"Email": "ann@home.example"})
    home.pull("crm")
    younger = home.person("ann@home.example").id

    home.clock.advance(timedelta(minutes=1))
    home.shop.put("contacts", "9", {"Email": "ann@firm.example", "Others": "ann@home.example"})
    home.pull("shop")

    assert home.people() == [["crm:1", "crm:2", "shop:9"]]
    assert home.person("ann@home.example").id == older
    assert home.person(younger).id == older  # an identifier given out before leads to the survivor


def test_a_merge_keeps_what_laws_that_look_back_had_chosen(home: Home) -> None:
    home.agreement = home.agreement.replace("fields: {", "fields: {city: {blanks: protect}, ")
    home.open()
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.pull("crm")
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "2", {"Email": "ann@home.example", "City": "Lugo"})
    home.pull("crm")
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "2", {"City": ""})
    home.pull("crm")
    home.crm.put("contacts", "2", {"Others": "ann@firm.example"})
    home.pull("crm")

    assert home.people() == [["crm:1", "crm:2"]]
    assert home.fields("ann@firm.example")["city"] == "Lugo"


@on_sqlite
@pytest.mark.parametrize(
    ("days", "city"), [pytest.param(5, "Lugo", id="of who joins"), pytest.param(1, "Leon", id="of who stays")]
)
def test_a_merge_keeps_the_first_value_of_the_two_although_its_record_lost_it(home: Home, days: int, city: str) -> None:
    home.agreement = home.agreement.replace("fields: {", "fields: {city: {wins: first}, ")
    home.open()
    one, other = START - timedelta(days=3), START - timedelta(days=days)
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"}, changed_at=one)
    home.crm.put("contacts", "2", {"Email": "ann@home.example", "City": "Lugo"}, changed_at=other)
    home.pull("crm")
    home.crm.put("contacts", "1", {"City": "Oviedo"})
    home.crm.put("contacts", "2", {"City": "Vigo"})
    home.pull("crm")
    home.crm.put("contacts", "2", {"Others": "ann@firm.example"})
    home.pull("crm")

    assert home.people() == [["crm:1", "crm:2"]]
    assert home.fields("ann@firm.example")["city"] == city


def test_a_merge_in_the_source_is_followed_with_all_activities(home: Home) -> None:
    one = home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    other = home.crm.put("contacts", "2", {"Email": "ann@home.example"})
    home.sync()
    home.crm.merge(other, one)
    home.sync()

    assert home.people() == [["crm:1", "crm:2"]]
    assert home.fields("crm.contacts:2")["email"] == "ann@firm.example"  # the merged record no longer speaks


def read_when_created(home: Home) -> None:
    home.mapping = home.mapping.replace("      city: City\n", "      city: City\n      created_on: Created\n")
    for remote in home.remotes.values():
        remote.add_field("contacts", RemoteField(name="Created"))
    home.open()


def test_since_when_somebody_is_known_outlives_the_record_that_said_it(home: Home) -> None:
    read_when_created(home)
    one = home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Created": "2026-11-01"})
    other = home.crm.put("contacts", "2", {"Email": "ann@home.example", "Created": "2024-05-06"})
    home.sync()
    home.crm.merge(other, one)
    home.sync()

    assert home.fields("ann@firm.example")["created_on"] == "2024-05-06"
    fates = {record.source: record.fate for record in home.person("ann@firm.example").records}
    assert fates == {"crm.contacts:1": "", "crm.contacts:2": "merged into contacts 1"}

    home.clock.advance(timedelta(minutes=1))
    home.crm.delete(one)
    home.sync()
    assert home.people() == []
    assert "created_on" not in home.fields("crm.contacts:1")


def test_a_record_that_was_deleted_no_longer_says_since_when(home: Home) -> None:
    read_when_created(home)
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Created": "2026-11-01"})
    other = home.crm.put("contacts", "2", {"Email": "ann@firm.example", "Created": "2024-05-06"})
    home.sync()
    home.crm.delete(other)
    home.sync()

    assert home.fields("ann@firm.example")["created_on"] == "2026-11-01"
    assert [record.fate for record in home.person("ann@firm.example").records] == ["", "deleted"]


def test_an_address_handed_on_within_a_page_joins_nobody(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.pull("crm")
    home.crm.put("contacts", "1", {"Email": "ann@home.example"})
    home.crm.put("contacts", "2", {"Email": "ann@firm.example"})
    home.pull("crm")

    assert home.people() == [["crm:1"], ["crm:2"]]


@on_sqlite
def test_the_address_of_a_deleted_record_leads_to_nobody(home: Home) -> None:
    ref = home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.pull("crm")
    home.crm.delete(ref)
    home.pull("crm")
    home.shop.put("contacts", "9", {"Email": "ann@firm.example"})
    home.pull("shop")

    assert home.people() == [["shop:9"]]


@on_sqlite
def test_an_address_that_somebody_was_heard_of_by_gives_way_to_what_a_source_says(home: Home) -> None:
    about = (Ref(EMAIL_STREAM, "ann@home.example"),)
    home.crm.commit(Activity(stream="visits", source_id="v1", kind="view", occurred_at=START, about=about))
    home.pull("crm")
    said = {"Email": "ann@firm.example", "Others": "ann@home.example"}
    home.crm.put("contacts", "1", said, changed_at=START - timedelta(days=900))
    home.pull("crm")

    assert home.fields("ann@home.example")["email"] == "ann@firm.example"


def test_an_address_that_too_many_records_share_joins_nobody(home: Home) -> None:
    for number in range(5):
        home.crm.put("contacts", str(number), {"Email": "info@firm.example"})
    home.pull("crm")
    assert len(home.people()) == 1

    home.crm.put("contacts", "5", {"Email": "info@firm.example"})  # the sixth
    home.pull("crm")
    assert home.people() == [[f"crm:{number}"] for number in range(6)]

    home.shop.put("contacts", "9", {"Email": "info@firm.example"})
    home.pull("shop")
    assert ["shop:9"] in home.people()


def test_a_record_that_changes_as_its_address_becomes_shared_is_let_go_as_well(home: Home) -> None:
    for number in range(5):
        home.crm.put("contacts", str(number), {"Email": "info@firm.example"})
    home.pull("crm")
    home.crm.put("contacts", "3", {"City": "Lugo"})
    home.crm.put("contacts", "5", {"Email": "info@firm.example"})  # the sixth, on one page with the change
    home.pull("crm")

    assert home.people() == [["crm:0"], ["crm:1"], ["crm:2"], ["crm:3"], ["crm:4"], ["crm:5"]]


def test_all_who_share_an_address_are_let_go_though_they_are_read_again_with_the_one_too_many(home: Home) -> None:
    home.crm.page_size = 10
    for number in range(5):
        home.crm.put("contacts", str(number), {"Email": "info@firm.example"})
    home.pull("crm")
    for number in range(6):
        home.crm.put("contacts", str(number), {"Email": "info@firm.example", "City": "Lugo"})
    home.pull("crm")

    assert home.people() == [[f"crm:{number}"] for number in range(6)]


def test_what_others_did_counts_no_more_for_who_keeps_the_identifier_when_people_fall_apart(home: Home) -> None:
    for number in range(5):
        home.crm.put("contacts", str(number), {"Email": "info@firm.example"})
    about = (Ref("contacts", "4"),)
    home.crm.commit(Activity(stream="visits", source_id="v1", kind="view", occurred_at=START, about=about))
    home.sync()
    assert home.score("crm.contacts:0")[0] == 5

    home.crm.put("contacts", "5", {"Email": "info@firm.example"})  # the sixth
    home.sync()
    assert [home.score(f"crm.contacts:{number}")[0] for number in (0, 4)] == [0, 5]


def test_people_who_fall_apart_may_be_joined_by_the_very_page_that_tears_them(home: Home) -> None:
    for number in range(5):
        home.crm.put("contacts", str(number), {"Email": "info@firm.example", "Others": f"{number}@home.example"})
    home.pull("crm")
    home.crm.put("contacts", "5", {"Email": "info@firm.example", "Others": "3@home.example; 4@home.example"})
    home.pull("crm")

    assert home.people() == [["crm:0"], ["crm:1"], ["crm:2"], ["crm:3", "crm:4", "crm:5"]]
    assert home.person("4@home.example").id == home.person("3@home.example").id


def test_accounts_whose_domain_becomes_shared_stay_accounts_and_take_their_people_along(home: Home) -> None:
    for number in range(5):
        home.crm.put("accounts", str(number), {"Website": "group.example", "Name": f"Branch {number}"})
    home.pull("crm")
    home.crm.put("contacts", "1", {"Email": "ann@home.example"}, associations=[Association("account", Ref("accounts", "4"))])
    home.pull("crm")
    home.crm.put("accounts", "5", {"Website": "group.example", "Name": "Branch 5"})
    home.pull("crm")

    assert home.person("ann@home.example").account == "Branch 4"


def test_people_merged_away_stay_so_when_their_account_falls_apart(home: Home) -> None:
    for number in range(5):
        home.crm.put("accounts", str(number), {"Website": "group.example", "Name": f"Branch {number}"})
    to = Association("account", Ref("accounts", "4"))
    home.crm.put("contacts", "1", {"Email": "ann@home.example"}, associations=[to])
    home.crm.put("contacts", "2", {"Email": "ann@work.example"}, associations=[to])
    home.pull("crm")
    merged_away = home.person("ann@work.example").id
    home.crm.put("contacts", "2", {"Others": "ann@home.example"})
    home.pull("crm")
    home.crm.put("accounts", "5", {"Website": "group.example", "Name": "Branch 5"})
    home.pull("crm")

    assert home.people() == [["crm:1", "crm:2"]]
    assert home.person(merged_away).id == home.person("ann@home.example").id


def test_all_at_once_or_one_after_the_other_a_shared_address_joins_nobody(home: Home) -> None:
    for number in range(6):
        home.crm.put("contacts", str(number), {"Email": "info@firm.example"})
    home.pull("crm")

    assert len(home.people()) == 6


# ---------------------------------------------------------------- accounts


def test_a_company_address_makes_an_account_and_free_mail_never_does(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@mail.firm.example"})
    home.crm.put("contacts", "2", {"Email": "ben@gmail.com"})
    home.pull("crm")

    assert home.accounts() == [{"domain": "firm.example"}]
    assert home.person("ann@mail.firm.example").account == "firm.example"
    assert home.person("ben@gmail.com").account == ""


def test_people_whose_account_turns_out_to_be_another_are_judged_by_that_one(home: Home) -> None:
    home.crm.put("accounts", "1", {"Website": "firm.example", "Size": 120})
    home.crm.put("accounts", "2", {"Name": "A branch"})
    home.crm.put("contacts", "1", {"Email": "ann@home.example"}, associations=[Association("account", Ref("accounts", "2"))])
    home.sync()
    assert home.score("ann@home.example")[0] == 0

    home.crm.put("accounts", "2", {"Website": "firm.example"})
    home.sync()

    assert home.score("ann@home.example")[0] == 30  # company_size in 10..500


def test_people_whose_account_takes_over_another_are_judged_by_what_that_one_knew(home: Home) -> None:
    home.agreement = home.agreement.replace("fields: {", "fields: {company_size: {blanks: protect}, ")
    home.open()
    one = home.crm.put("accounts", "1", {"Website": "firm.example"})
    other = home.crm.put("accounts", "2", {"Website": "branch.example", "Size": 120})
    home.crm.put("contacts", "1", {"Email": "ann@home.example"}, associations=[Association("account", one)])
    home.sync()

    home.crm.merge(other, one)
    home.sync()

    assert home.score("ann@home.example")[0] == 30  # company_size in 10..500


def test_people_whose_account_turns_out_to_be_another_belong_to_that_one(home: Home) -> None:
    home.crm.put("accounts", "1", {"Website": "firm.example"})
    home.crm.put("accounts", "2", {"Name": "A branch"})
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com"}, associations=[Association("account", Ref("accounts", "2"))])
    home.pull("crm")
    home.crm.put("accounts", "2", {"Website": "firm.example"})
    home.pull("crm")

    with home.store.read() as tx:
        (account,) = entities.living(tx, "account", 0, 9)
        (ann,) = entities.living(tx, "person", 0, 9)
    assert ann.account_id == account.id


@on_sqlite
def test_a_record_that_points_at_another_account_takes_its_person_there(home: Home) -> None:
    for number in ("1", "2"):
        home.crm.put("accounts", number, {"Name": f"Firm {number}"})
        to = Association("account", Ref("accounts", number))
        home.crm.put("contacts", "1", {"Email": "ann@gmail.com"}, associations=[to])
        home.pull("crm")

    assert home.person("ann@gmail.com").account == "Firm 2"


@on_sqlite
def test_a_deleted_record_says_no_more_to_which_account_its_person_belongs(home: Home) -> None:
    ref = home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.shop.put("contacts", "9", {"Email": "ann@gmail.com", "Others": "ann@firm.example"})
    home.pull()
    assert home.person("ann@gmail.com").account == "firm.example"
    home.crm.delete(ref)
    home.pull("crm")

    assert home.person("ann@gmail.com").account == ""


def test_an_account_with_that_domain_is_the_same_account_in_either_order(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.pull("crm")
    home.shop.put("accounts", "7", {"Name": "Firm Ltd", "Website": "https://www.firm.example/about"})
    home.pull("shop")
    home.shop.put("contacts", "9", {"Email": "ben@firm.example"})
    home.pull("shop")

    assert home.accounts() == [{"domain": "firm.example", "name": "Firm Ltd"}]
    assert home.person("ann@firm.example").account == home.person("ben@firm.example").account == "Firm Ltd"


def test_an_account_the_source_names_outweighs_the_domain_and_may_arrive_later(home: Home) -> None:
    to = Association("account", Ref("accounts", "7"))
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"}, associations=[to])
    home.pull("crm")
    home.crm.put("accounts", "7", {"Name": "Holding", "Website": "holding.example", "Size": "120"})
    home.sync()

    assert home.person("ann@firm.example").account == "Holding"
    assert home.score("ann@firm.example") == (30, "nurture")  # the account's size is a fact of the person


def test_a_changed_account_lets_its_people_be_assessed(home: Home) -> None:
    to = Association("account", Ref("accounts", "7"))
    home.crm.put("accounts", "7", {"Name": "Firm", "Size": "5"})
    home.crm.put("contacts", "1", {"Email": "ann@gmail.com"}, associations=[to])
    home.sync()
    assert home.score("ann@gmail.com") == (0, "lead")

    home.crm.put("accounts", "7", {"Size": "50"})
    home.sync()
    assert home.score("ann@gmail.com") == (30, "nurture")


# ---------------------------------------------------------------- taking back


def _taken_apart(home: Home, words: str, *only: str) -> None:
    with home.store.write() as tx:
        person = find(tx, home.site, words)
        assert person is not None
        chosen = [found.id for name in only if (found := find_record(tx, home.site, name)) is not None]
        unmerge(tx, home.site, person, home.site.now(), only=chosen)


def test_a_merge_is_taken_back_and_stays_so(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"})
    home.crm.put("contacts", "2", {"Email": "info@firm.example", "City": "Lugo"})
    home.pull("crm")
    older, younger = home.person("ann@firm.example").id, home.person("info@firm.example").id
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "1", {"Others": "info@firm.example"})
    home.sync()
    assert home.people() == [["crm:1", "crm:2"]]

    _taken_apart(home, "ann@firm.example")

    assert home.people() == [["crm:1"], ["crm:2"]]
    assert (home.person("crm.contacts:1").id, home.person("crm.contacts:2").id) == (older, younger)
    assert home.fields("crm.contacts:2")["city"] == "Lugo"

    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "1", {"City": "Oviedo"})
    home.crm.put("contacts", "2", {"City": "Vigo"})
    home.sync()
    home.pull("crm", full=True)
    assert home.people() == [["crm:1"], ["crm:2"]]


def test_who_is_taken_apart_by_another_mapping_is_folded_anew_by_the_one_that_returns(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "City": "Leon"})
    home.crm.put("contacts", "2", {"Email": "info@firm.example", "Others": "ann@firm.example", "City": "Lugo"})
    home.sync()
    home.mappings["crm"] = home.mapping.replace("      city: City\n", "")
    home.open()
    _taken_apart(home, "crm.contacts:1", "crm.contacts:2")
    assert "city" not in home.golden("crm.contacts:2")

    del home.mappings["crm"]
    home.open()
    sync.settle(home.site, Quiet())
    assert (home.golden("crm.contacts:1")["city"], home.golden("crm.contacts:2")["city"]) == ("Leon", "Lugo")


def test_a_merge_taken_back_leaves_nobody_what_the_other_had_first(home: Home) -> None:
    home.agreement = home.agreement.replace("fields: {", "fields: {source: {wins: first}, ")
    home.open()
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Source": "web"})
    home.sync()
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "2", {"Email": "ben@firm.example", "Source": "ads"}, changed_at=START - timedelta(days=3))
    home.sync()
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "2", {"Others": "ann@firm.example"})
    home.sync()
    assert home.fields("crm.contacts:1")["source"] == "ads"

    _taken_apart(home, "ben@firm.example")

    assert home.fields("crm.contacts:1")["source"] == "web"
    assert home.fields("crm.contacts:2")["source"] == "ads"


def test_a_record_taken_out_takes_along_what_only_its_past_proves(home: Home) -> None:
    home.agreement = home.agreement.replace("fields: {", "fields: {city: {blanks: protect}, ")
    home.open()
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.crm.put("contacts", "2", {"Email": "ann@firm.example", "City": "Lugo"})
    home.pull("crm")
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "2", {"City": ""})
    home.pull("crm")

    _taken_apart(home, "ann@firm.example", "crm.contacts:2")

    assert "city" not in home.fields("crm.contacts:1")
    assert home.fields("crm.contacts:2")["city"] == "Lugo"


def test_feedback_returns_to_whom_it_was_about_when_a_merge_is_taken_back(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.crm.put("contacts", "2", {"Email": "ben@firm.example"})
    home.sync()
    ann, ben = home.person("ann@firm.example").id, home.person("ben@firm.example").id
    with home.store.write() as tx:
        for person in (ann, ben):
            _complain(tx, home, person)
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "2", {"Others": "ann@firm.example"})
    home.sync()
    with home.store.write() as tx:
        assert {one.about for one in feedback.everything(tx)} == {ann}
        for one in feedback.everything(tx):
            listening.reply(tx, home.site, one.id, by="lead", text="seen")

    _taken_apart(home, "ann@firm.example")

    with home.store.read() as tx:
        found = feedback.everything(tx)
    assert {one.about: (one.text, one.reply) for one in found} == {ann: (f"of {ann}", "seen"), ben: (f"of {ben}", "seen")}


def _complain(tx: Connection, home: Home, person: str) -> None:
    item = Feedback(id="", at=home.site.now(), party="sales", by="rep", kind="pain_point", text=f"of {person}")
    listening.give(tx, home.site, item, person=ids.read(person))


def test_a_single_record_is_taken_out(home: Home) -> None:
    for number in range(3):
        home.crm.put("contacts", str(number), {"Email": "ann@firm.example"})
    home.sync()

    _taken_apart(home, "ann@firm.example", "crm.contacts:1")

    assert home.people() == [["crm:0", "crm:2"], ["crm:1"]]
    home.shop.put("contacts", "9", {"Email": "ann@firm.example"})
    home.pull("shop")
    assert ["crm:1"] in home.people() or ["crm:0", "crm:2"] in home.people()
    assert ["crm:0", "crm:1", "crm:2", "shop:9"] not in home.people()


def test_activities_return_to_the_person_of_their_record(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example", "Title": "ceo"})
    home.crm.put("contacts", "2", {"Email": "ann@firm.example"})
    home.sync()
    home.clock.advance(timedelta(minutes=1))
    visit = Activity(stream="visits", source_id="v1", kind="view", occurred_at=START, about=(Ref("contacts", "2"),))
    home.crm.commit(visit)
    home.sync()
    assert home.score("ann@firm.example") == (15, "lead")  # 10 for the CEO, 5 for the visit

    _taken_apart(home, "ann@firm.example", "crm.contacts:2")
    home.sync()

    assert home.score("crm.contacts:1") == (10, "lead")
    assert home.score("crm.contacts:2") == (5, "lead")


def test_what_was_told_of_somebody_is_theirs_again(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.pull("crm")
    home.clock.advance(timedelta(minutes=1))
    home.crm.put("contacts", "2", {"Email": "ben@firm.example"})
    home.pull("crm")
    ben = ids.read(home.person("ben@firm.example").id)
    assert ben is not None
    with home.store.write() as tx:
        key = f"{ids.shown(ben)} assigned 1 kim mail"
        notices.raise_(tx, [Raised(Notice(key, "mql_assigned", "kim", "mail", "", home.site.now()), ben, "waiting")])
    home.crm.put("contacts", "2", {"Others": "ann@firm.example"})
    home.pull("crm")
    assert len(home.person("ann@firm.example").notices) == 1

    _taken_apart(home, "ann@firm.example")
    assert [len(home.person(f"crm.contacts:{number}").notices) for number in "12"] == [0, 1]


def test_nothing_to_take_back_is_said(home: Home) -> None:
    home.crm.put("contacts", "1", {"Email": "ann@firm.example"})
    home.pull("crm")

    with pytest.raises(NothingToUndo, match="was never merged"):
        _taken_apart(home, "ann@firm.example")
    with pytest.raises(NothingToUndo, match="would be left without records"):
        _taken_apart(home, "ann@firm.example", "crm.contacts:1")
    with home.store.read() as tx:
        assert records.pairs_apart(tx) == []

"""The three files: every problem at once, each with file, line and remedy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from syncd.config import Config, ConfigInvalid, load
from syncd.config.source import parse
from syncd.config.validation import Strict, validated
from tests.config.build import AGREEMENT, MAIN, MAPPING, SPECS, FakeSettings, write


def problems(folder: Path, **files: str) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        load(write(folder, **files), SPECS)
    return [str(problem) for problem in caught.value.problems]


def loaded(folder: Path, **files: str) -> Config:
    return load(write(folder, **files), SPECS)


def test_a_mapped_stream_that_the_settings_switch_off_is_left_out(tmp_path: Path) -> None:
    spec = replace(SPECS["fake"], streams=lambda _: {"visits": "activity"}, off=lambda _: {"contacts": "person"})
    crm = load(write(tmp_path), {"fake": spec}).connections["crm"]

    assert (list(crm.streams), crm.off) == ([], ("contacts",))


def test_the_same_as_in_a_stream_that_is_switched_off_or_under_the_same_word_is_fine(tmp_path: Path) -> None:
    spec = replace(SPECS["fake"], streams=lambda _: {"contacts": "person"}, off=lambda _: {"visits": "activity"})
    mapping = MAPPING.replace("score: Score", "email: Email") + "    same_as: {crm.visits: ID}\n"
    crm = load(write(tmp_path, mapping=mapping), {"fake": spec}).connections["crm"]

    assert {"contacts": crm.wanted["contacts"] - crm.written["contacts"]} == {"contacts": {"Size", "ID"}}


def test_a_valid_configuration_is_typed(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    crm = config.connections["crm"]

    assert crm.settings == FakeSettings(token="env:CRM_TOKEN", page=100)
    assert (crm.write_back, crm.every) == ("shadow", timedelta(minutes=1))
    assert crm.wanted == {"contacts": {"Email", "Size", "Score"}}
    assert config.agreement.model.bands[0].low == 51


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"main": MAIN + "write_bakc: live\n"},
            "syncd.yaml:6: write_bakc: unknown key 'write_bakc'; there is cache, channels, connections, log, store, web",
            id="an unknown key",
        ),
        pytest.param(
            {"main": MAIN + "    write_bakc: live\n"},
            "syncd.yaml:6: connections.crm.write_bakc: unknown key 'write_bakc'; did you mean 'write_back'?",
            id="an unknown key with a suggestion",
        ),
        pytest.param(
            {"main": MAIN + "    write_back: lve\n"},
            "syncd.yaml:6: connections.crm.write_back: 'lve' is not possible; did you mean 'live'?",
            id="a word that does not exist",
        ),
        pytest.param(
            {"main": MAIN + "    every: soon\n"},
            "syncd.yaml:6: connections.crm.every: is not a duration; write for example 30s, 5m, 1h or 2d",
            id="a duration",
        ),
        pytest.param(
            {"main": MAIN + "    every: 9999999999d\n"},
            "syncd.yaml:6: connections.crm.every: is not a duration; write for example 30s, 5m, 1h or 2d",
            id="a duration longer than all time",
        ),
        pytest.param(
            {"main": MAIN.replace("env:CRM_TOKEN", "pat-na1-11111111")},
            "syncd.yaml:5: connections.crm.settings.token: a secret never stands in this file; "
            "write env:NAME, file:PATH or cmd:COMMAND instead",
            id="a secret in clear text",
        ),
        pytest.param(
            {"main": MAIN.replace("sqlite:///syncd.db", "postgresql+psycopg://me:hunter2@db/syncd")},
            "syncd.yaml:1: store: holds a password in clear text; "
            "write env:NAME, file:PATH or cmd:COMMAND that gives the whole URL",
            id="a password in the store's URL",
        ),
        pytest.param(
            {"main": MAIN.replace("type: fake", "type: fke")},
            "syncd.yaml:4: connections.crm.type: no connector 'fke' is installed; did you mean 'fake'?",
            id="a connector that is not installed",
        ),
        pytest.param(
            {"main": MAIN.replace("}", ", page: 0}")},
            "syncd.yaml:5: connections.crm.settings.page: should be at least 1",
            id="a connector's own setting",
        ),
        pytest.param({"main": MAIN + "store: again\n"}, "syncd.yaml:6: 'store' stands twice; remove one", id="a key twice"),
        pytest.param(
            {"main": "store: [\n"},
            "syncd.yaml:2: is not YAML: expected the node content, but found '<stream end>'",
            id="no YAML",
        ),
        pytest.param(
            {"main": "- store\n"}, "syncd.yaml:1: holds no settings; it starts with a key such as 'connections:'", id="a list"
        ),
        pytest.param({"main": "store: sqlite:///x.db\n"}, "syncd.yaml:1: connections: is missing", id="a missing key"),
        pytest.param(
            {"mapping": MAPPING.replace("contacts:", "contcts:")},
            "mapping/crm.yaml:2: streams.contcts: the connection has no such stream; did you mean 'contacts'?",
            id="a stream that does not exist",
        ),
        pytest.param(
            {"mapping": MAPPING.replace("company_size:", "company_sise:")},
            "mapping/crm.yaml:5: streams.contacts.read.company_sise: there is no field 'company_sise'; "
            "did you mean 'company_size'? Add it under 'fields' in agreement.yaml if it is new",
            id="a field that does not exist",
        ),
        pytest.param(
            {"mapping": MAPPING.replace("score: Score", "scor: Score")},
            "mapping/crm.yaml:6: streams.contacts.write.scor: nothing is called 'scor'; did you mean 'score'?",
            id="something to write that does not exist",
        ),
        pytest.param(
            {"mapping": MAPPING.replace("score: Score", "score: Score, band: Score")},
            "mapping/crm.yaml:6: streams.contacts.write.band: 'Score' is already filled with 'score'",
            id="one remote field written twice",
        ),
        pytest.param(
            {"mapping": MAPPING + "    same_as: {crn.contacts: ID}\n"},
            "mapping/crm.yaml:7: streams.contacts.same_as.crn.contacts: there is no connection 'crn'; did you mean 'crm'?",
            id="the same as in no connection",
        ),
        pytest.param(
            {"mapping": MAPPING + "    same_as: {crm.contcts: ID}\n"},
            "mapping/crm.yaml:7: streams.contacts.same_as.crm.contcts: crm has no stream 'contcts'; did you mean 'contacts'?",
            id="the same as in no stream",
        ),
        pytest.param(
            {"mapping": MAPPING.replace("score: Score", "score: Size")},
            "mapping/crm.yaml:6: streams.contacts.write.score: 'Size' is read as 'company_size'; "
            "what is written there would take its place: write into another field, or read this one as 'score'",
            id="into a field with another meaning",
        ),
        pytest.param(
            {"mapping": MAPPING.replace("score: Score", "score: ID") + "    same_as: {crm.visits: ID}\n"},
            "mapping/crm.yaml:6: streams.contacts.write.score: 'ID' is read as the identifier in crm.visits; "
            "write into another field",
            id="into a field that identifies",
        ),
        pytest.param(
            {"mapping": MAPPING.replace("score: Score", "score: 3")},
            "mapping/crm.yaml:6: streams.contacts.write.score: should be a text; put it in quotes",
            id="a number for a name",
        ),
        pytest.param(
            {"agreement": AGREEMENT.replace("company_size in 10..500", "company_sise in 10..500")},
            "agreement.yaml:9: scoring.models.m.groups.fit.rules[1].when: no field 'company_sise'; "
            "did you mean 'company_size'?",
            id="a sentence about an unknown field",
        ),
        pytest.param(
            {"agreement": AGREEMENT.replace("company_size in 10..500", "pageview of pricing")},
            "agreement.yaml:9: scoring.models.m.groups.fit.rules[1].when: "
            "no kind of activity and no field is called 'pageview'; did you mean 'page_view'?",
            id="a sentence about an unknown activity",
        ),
        pytest.param(
            {"agreement": AGREEMENT.replace('"> 50"', '"above 50"')},
            "agreement.yaml:10: scoring.models.m.bands.mql: is not a range of points; "
            "write for example '> 50', 30..50, '< 30' or else",
            id="a band",
        ),
        pytest.param(
            {"agreement": AGREEMENT.replace("active_model: m", "active_model: n")},
            "agreement.yaml:3: scoring.active_model: no such model; there is m",
            id="a model that does not exist",
        ),
        pytest.param(
            {"agreement": AGREEMENT + "fields: {city: {wins: [crn]}}\n"},
            "agreement.yaml:11: fields.city.wins: there is no connection 'crn'; did you mean 'crm'?",
            id="a law about an unknown connection",
        ),
    ],
)
def test_a_mistake_is_told_with_line_and_remedy(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert problems(tmp_path, **files) == [expected]


FORMS = """\
connections:
  crm:
    type: 3
    every: 1w
log: quiet
cache: 3
store: [a]
"""


def test_what_stands_in_another_form_is_told_in_words(tmp_path: Path) -> None:
    rule = "max_times: x, counts: [], fades: nope, points: 1.1234567"
    agreement = AGREEMENT.replace("points: 30", rule) + (
        "      instantly_mql: email is known\n      leave_mql_below: 3.5\n      show: {top_reasons: 11}\n"
        "fields: {city: {wins: 3}, town: {wins: {onl: crm}}, type: {type: [text], values: [3]}}\n"
        "time: {calendars: {x: {tz: UTC, hours: always, holidays: {file: [a]}}}}\n"
    )

    found = problems(tmp_path, main=FORMS, agreement=agreement)

    place = "scoring.models.m.groups.fit.rules[1]"
    laws = "fill_only, first, latest, max, min, union"
    kinds = "bool, choice, country, date, datetime, domain, email, list, money, number, phone, text"
    assert found == [
        f"agreement.yaml:9: {place}.counts: should be a section with keys below it",
        f"agreement.yaml:9: {place}.fades: 'nope' is not possible; there is 'none' or a section with keys below it",
        f"agreement.yaml:9: {place}.max_times: should be a whole number",
        f"agreement.yaml:9: {place}.points: has more than 6 digits after the point",
        "agreement.yaml:11: scoring.models.m.instantly_mql: should be a list: [a, b]",
        "agreement.yaml:12: scoring.models.m.leave_mql_below: should be a whole number",
        "agreement.yaml:13: scoring.models.m.show.top_reasons: should be at most 10",
        f"agreement.yaml:14: fields.city.wins: '3' is not possible; there is {laws} or a section with keys below it "
        "or a list: [a, b]",
        "agreement.yaml:14: fields.town.wins.onl: unknown key 'onl'; did you mean 'only'?",
        "agreement.yaml:14: fields.town.wins.only: is missing",
        f"agreement.yaml:14: fields.type.type: should be one of {kinds}",
        "agreement.yaml:14: fields.type.values[1]: should be a text; put it in quotes",
        "agreement.yaml:15: time.calendars.x.holidays.file: should be a text",
        "syncd.yaml:3: connections.crm.type: should be a text; put it in quotes",
        "syncd.yaml:4: connections.crm.every: is not a duration; write for example 30s, 5m, 1h or 2d",
        "syncd.yaml:5: log: should be a section with keys below it",
        "syncd.yaml:6: cache: should be a text; put it in quotes",
        "syncd.yaml:7: store: should be a text",
    ]


class Apple(Strict):
    holds: Literal["apple"]


class Pear(Strict):
    holds: Literal["pear"]
    sweetness: Annotated[timedelta, Field(le=timedelta(hours=1))] = timedelta()


class Basket(Strict):
    fruit: list[Annotated[Apple | Pear, Field(discriminator="holds")]]


def test_what_is_told_apart_by_a_word_needs_it() -> None:
    document, _ = parse("fruit: [{holds: paer}, {holds: pear, sweetness: P1D}, {}]", "basket.yaml")

    assert [one.what for one in validated(Basket, document)[1]] == [
        "fruit[1]: holds: 'paer' is not possible; did you mean 'pear'?",
        "fruit[2].sweetness: should be at most 1 hour",
        "fruit[3]: holds is missing",
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n"])
def test_an_empty_file_says_what_is_missing_in_it(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, main=text) == ["syncd.yaml:1: connections: is missing"]
    assert problems(tmp_path, agreement=text) == [
        "agreement.yaml:1: agreement: is missing",
        "agreement.yaml:1: scoring: is missing",
    ]
    assert problems(tmp_path, mapping=text) == ["mapping/crm.yaml:1: streams: is missing"]


def test_an_agreement_that_breaks_a_worked_example_is_refused(tmp_path: Path) -> None:
    example = "  examples:\n    - {name: small, facts: {company_size: 20}, expect: {score: 30}}\n"
    loaded(tmp_path, agreement=AGREEMENT + example)

    dearer = (AGREEMENT + example).replace("points: 30", "points: 40")
    assert problems(tmp_path, agreement=dearer) == [
        "agreement.yaml:12: scoring.examples[1]: 'small' does not hold: score is 40, not 30"
    ]


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        main=MAIN + "    every: soon\n    write_back: lve\n",
        mapping=MAPPING.replace("email:", "e_mail:").replace("score:", "scor:"),
        agreement=AGREEMENT.replace("active_model: m", "active_model: n").replace(
            "points: 30}", "points: 30}\n            - {id: many, when: email is known, points: many}"
        ),
    )

    assert [problem.split(": ")[0] for problem in found] == [
        "agreement.yaml:3",
        "agreement.yaml:10",
        "mapping/crm.yaml:4",
        "mapping/crm.yaml:6",
        "syncd.yaml:6",
        "syncd.yaml:7",
    ]


def test_mistakes_of_mapping_and_agreement_come_together(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        mapping=MAPPING.replace("email:", "e_mail:").replace("score:", "scor:"),
        agreement=AGREEMENT.replace("in 10..500", "in 500..10").replace("active_model: m", "active_model: n"),
    )

    assert [problem.split(": ")[0] for problem in found] == [
        "agreement.yaml:3",
        "agreement.yaml:9",
        "mapping/crm.yaml:4",
        "mapping/crm.yaml:6",
    ]


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(tmp_path, SPECS)

    assert [str(problem) for problem in caught.value.problems] == [
        "agreement.yaml:1: no such file; syncd init writes one to start from",
        "syncd.yaml:1: no such file; syncd init writes one to start from",
    ]


def test_yaml_words_and_times_are_text(tmp_path: Path) -> None:
    mapping = MAPPING.replace("email: Email", "email: no").replace("company_size: Size", "company_size: 12:30")

    assert loaded(tmp_path, mapping=mapping).connections["crm"].wanted == {"contacts": {"no", "12:30", "Score"}}


def test_a_mapping_file_without_connection_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "mapping" / "shop.yaml").write_text("streams: {}\n", encoding="utf-8")

    warnings = [str(warning) for warning in load(tmp_path, SPECS).warnings]
    assert warnings == ["mapping/shop.yaml:1: belongs to no connection of syncd.yaml; rename or remove it"]


def test_a_kind_of_activity_that_is_not_agreed_is_a_warning(tmp_path: Path) -> None:
    mapping = MAPPING + "  visits:\n    kinds: {webinar_atended: [webinar], webinar_registered: [signup], zoo_visit: [zoo]}\n"
    agreement = AGREEMENT + "activities: [zoo_visit]\n"

    assert [str(one) for one in loaded(tmp_path, mapping=mapping, agreement=agreement).warnings] == [
        "mapping/crm.yaml:8: streams.visits.kinds.webinar_atended: there is no kind of activity 'webinar_atended'; "
        "did you mean 'webinar_attended'? Add it under 'activities' in agreement.yaml if it is new"
    ]


def test_prints_change_with_what_they_stand_for(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    mapping = loaded(tmp_path, mapping=MAPPING.replace("Size", "Employees"))
    points = loaded(tmp_path, agreement=AGREEMENT.replace("points: 30", "points: 31"))

    assert before.mapping_print != mapping.mapping_print
    assert before.assess_print == mapping.assess_print
    assert before.assess_print != points.assess_print
    assert before.mapping_print == points.mapping_print


def test_who_is_written_to_counts_as_a_reason_to_compare_again(tmp_path: Path) -> None:
    before = loaded(tmp_path)

    assert loaded(tmp_path, main=MAIN + "    write_back: live\n").assess_print != before.assess_print
    assert loaded(tmp_path, mapping=MAPPING.replace("Score}", "Points}")).assess_print != before.assess_print


def test_of_a_system_that_takes_changes_elsewhere_only_what_is_read_is_wanted(tmp_path: Path) -> None:
    crm = loaded(tmp_path).connections["crm"]

    assert replace(crm, spec=replace(crm.spec, reads_back=False)).wanted == {"contacts": {"Email", "Size"}}

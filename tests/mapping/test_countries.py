from __future__ import annotations

import pytest
from babel import Locale

from syncd.mapping.countries import country_code
from syncd.mapping.transforms import Reading, Unfit, inverse, transform
from syncd.model import Raw

# Short names as ISO 3166 has or had them and picklists of CRMs show them, where they differ from CLDR's.
PICKLIST = """
Bolivia, Plurinational State of = BO | Bonaire, Sint Eustatius and Saba = BQ | Brunei Darussalam = BN
Cape Verde = CV | Chinese Taipei = TW | Cocos (Keeling) Islands = CC | Congo = CG
Congo, the Democratic Republic of the = CD | Cote d'Ivoire = CI | Czech Republic = CZ
Falkland Islands (Malvinas) = FK | Heard Island and McDonald Islands = HM | Holy See (Vatican City State) = VA
Iran, Islamic Republic of = IR | Korea, Democratic People's Republic of = KP | Korea, Republic of = KR
Lao People's Democratic Republic = LA | Macao = MO | Moldova, Republic of = MD
Macedonia, the former Yugoslav Republic of = MK | Palestinian Territory, Occupied = PS | Reunion = RE
Russian Federation = RU | Saint Helena, Ascension and Tristan da Cunha = SH | Saint Martin (French part) = MF
Saint Kitts and Nevis = KN | Sao Tome and Principe = ST | Sint Maarten (Dutch part) = SX
Syrian Arab Republic = SY | Tanzania, United Republic of = TZ | Timor-Leste = TL
Venezuela, Bolivarian Republic of = VE | Viet Nam = VN | Virgin Islands, British = VG
Virgin Islands, U.S. = VI | Macedonia (FYROM) = MK | Myanmar (Burma) = MM
"""


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *[(word, "ES") for word in ("ES", "es", "ESP", "724", "Spain", "España", "ESPANA", "Espagne")],
        *[(word, "GB") for word in ("UK", "U.K.", "England", "Great Britain", "Vereinigtes Königreich")],
        *[(word, "US") for word in ("USA", "U.S.", "u.s.a.", "United States of America", "EE.UU.", "États-Unis")],
        *[(word, "NL") for word in ("Holland", "The Netherlands", "Nederland", "Países Bajos")],
        pytest.param("Deutschland", "DE", id="German"),
        pytest.param("Côte d’Ivoire", "CI", id="typographic apostrophe"),
        pytest.param("St. Kitts & Nevis", "KN", id="ampersand"),
        pytest.param("日本", "JP", id="Japanese"),
        pytest.param("Россия", "RU", id="Russian"),
        pytest.param("EL", "GR", id="the European Union's code for Greece"),
        pytest.param("XK", "XK", id="Kosovo"),
        pytest.param(840, "US", id="JSON integer"),
        *[entry.strip().split(" = ") for entry in PICKLIST.replace("\n", "|").split("|") if entry],
    ],
)
def test_codes_and_names_are_known(value: Raw, code: str) -> None:
    assert transform(Reading(type="country"))(value) == code


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("N/A", id="not applicable is not Namibia"),
        pytest.param("n.a.", id="nor not available"),
        pytest.param("CT", id="Connecticut is not Kiribati"),
        pytest.param("MI", id="Michigan is no island"),
        pytest.param(44, id="the dialing code of the United Kingdom is not the Bahamas"),
        pytest.param("44", id="the same as text"),
        pytest.param("Korea", id="which Korea"),
        pytest.param("Kongo", id="two languages mean two countries"),
        pytest.param("Europe", id="a continent"),
        pytest.param("EU", id="a union"),
        pytest.param("001", id="the world"),
        pytest.param("x" * 1000, id="long"),
        pytest.param(True, id="truth"),
    ],
)
def test_what_names_no_one_country_is_unfit(value: Raw) -> None:
    assert getattr(transform(Reading(type="country"))(value), "code", "fit") == "country.unknown"


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "pt", "it", "nl", "pl", "vi", "zh", "ar"])
def test_every_name_that_is_written_reads_back(language: str) -> None:
    reading = Reading(type="country", language=language)
    read, write = transform(reading), inverse(reading)
    assert write is not None
    codes = [code for code in Locale.parse("en").territories if country_code(code) == code]

    written = {code: write(code) for code in codes}

    assert len(codes) == 250
    assert {code: read(name) for code, name in written.items() if not isinstance(name, Unfit)} == {code: code for code in codes}


@pytest.mark.parametrize(("language", "written"), [("", "ES"), ("en", "Spain"), ("de", "Spanien")])
def test_a_country_is_written_as_declared(language: str, written: str) -> None:
    write = inverse(Reading(type="country", language=language))

    assert write is not None
    assert write("ES") == written

"""Countries as ISO 3166 alpha-2 codes, from the codes and names that people and CRMs write.

Names are those of CLDR, as babel carries it, in the languages below, and the aliases that CLDR does not have: the short names
of ISO, which picklists show, former names, and parts of the United Kingdom. Kosovo is XK, as in CLDR.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from syncd.mapping.reading import Reader, Reading, Scalar, Unfit, Writer, not_normal
from syncd.mapping.texts import as_text
from syncd.model import Golden, Problem, Raw

_UNKNOWN = Unfit(
    code="country.unknown",
    what="No country of this name or code; write an ISO code such as ES, or the usual name in a major language.",
)
_REMEMBERED = 4096
_LONGEST = 100  # characters of a name; keeps what is remembered small

# The first ones are read at the first name (7 MB), the others at the first name that is in none of those (32 MB more).
_FIRST = ("en", "es", "de", "fr", "pt", "it", "nl")
_OTHERS = (
    *("ca", "gl", "sv", "da", "nb", "fi", "is", "pl", "cs", "sk", "hu", "ro", "bg", "hr", "sl", "sr", "el", "tr", "ru", "uk"),
    *("et", "lv", "lt", "ja", "zh", "zh_Hant", "ko", "ar", "he", "id", "vi", "th", "hi"),
)
_LANGUAGES = _FIRST + _OTHERS

# Two-letter codes of CLDR that are no country: parts of one, groups of several, and tests.
_NO_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))
_OTHER_CODES = {"UK": "GB", "EL": "GR"}  # the European Union's own codes
_ALIASES = {
    "AE": "uae; emirates; emiratos árabes; vae",
    "AT": "oesterreich",
    "AX": "aland islands",
    "BA": "bosnia; bosnien",
    "BL": "saint barthelemy",
    "BN": "brunei darussalam",
    "BO": "plurinational state of bolivia",
    "BQ": "bonaire, sint eustatius and saba; bonaire, saint eustatius and saba",
    "CC": "cocos islands; keeling islands",
    "CD": "democratic republic of the congo; drc; dr congo; dem rep congo; congo kinshasa; zaire",
    "CG": "congo; republic of the congo; congo brazzaville",
    "CI": "ivory coast; cote divoire",
    "CN": "pr china; prc; people's republic of china; mainland china; volksrepublik china; república popular china",
    "CV": "cabo verde; cape verde",
    "CZ": "czech republic; república checa; tschechische republik; république tchèque; repubblica ceca; republica checa",
    "DE": "federal republic of germany; bundesrepublik deutschland; república federal de alemania; brd",
    "FK": "falkland islands malvinas; falkland islands; islas malvinas",
    "FM": "federated states of micronesia",
    "GB": "uk; great britain; britain; england; scotland; wales; northern ireland; united kingdom of great britain and northern"
    " ireland; united kingdom uk; gran bretaña; inglaterra; escocia; gales; irlanda del norte; großbritannien;"
    " grossbritannien; schottland; nordirland; grande bretagne; angleterre; écosse; irlande du nord; grã bretanha;"
    " gran bretagna; inghilterra; scozia; groot brittannië; engeland; schotland",
    "HK": "hong kong; hongkong; hong kong sar",
    "HM": "heard island and mcdonald islands; heard and mcdonald islands",
    "IE": "republic of ireland; eire; república de irlanda; republik irland",
    "IR": "islamic republic of iran",
    "KN": "saint kitts and nevis; st kitts; saint kitts",
    "KP": "democratic people's republic of korea; dprk",
    "KR": "republic of korea; república de corea; republik korea",
    "LA": "lao people's democratic republic; lao pdr",
    "LY": "libyan arab jamahiriya; state of libya",
    "MD": "republic of moldova",
    "MF": "saint martin french part; saint martin",
    "MK": "macedonia; fyrom; macedonia fyrom; the former yugoslav republic of macedonia; republic of macedonia;"
    " republic of north macedonia; mazedonien; macédoine",
    "MM": "burma; birma; birmania; myanmar",
    "MO": "macao; macau",
    "NL": "holland; holanda; hollande; olanda; the netherlands; países bajos holanda",
    "PM": "saint pierre and miquelon",
    "PN": "pitcairn",
    "PS": "palestine; state of palestine; occupied palestinian territory; palestinian territory",
    "RE": "reunion",
    "RU": "russian federation; federación rusa; federación de rusia; russische föderation; fédération de russie",
    "SA": "ksa; kingdom of saudi arabia; arabia saudí",
    "SH": "saint helena, ascension and tristan da cunha; saint helena",
    "SJ": "svalbard and jan mayen islands",
    "SK": "slovak republic; república eslovaca; slowakische republik",
    "ST": "sao tome and principe",
    "SX": "sint maarten dutch part; sint maarten",
    "SY": "syrian arab republic",
    "SZ": "swaziland; kingdom of eswatini",
    "TF": "french southern territories",
    "TL": "east timor; timor oriental; osttimor",
    "TR": "turkey; türkiye; turkiye; republic of turkey",
    "TW": "taiwan; taiwan, province of china; chinese taipei; taiwan, republic of china",
    "TZ": "united republic of tanzania",
    "UM": "united states minor outlying islands",
    "US": "usa; us; united states of america; united states usa; usa united states; us of a; the states; eeuu; ee uu;"
    " estados unidos de américa; estados unidos de norteamérica; vereinigte staaten von amerika; états unis d'amérique;"
    " stati uniti d'america; estados unidos da américa; verenigde staten van amerika",
    "VA": "holy see; holy see vatican city state; vatican; vatican city state",
    "VC": "saint vincent and the grenadines",
    "VE": "bolivarian republic of venezuela",
    "VG": "virgin islands british",
    "VI": "virgin islands us; us virgin islands; united states virgin islands",
    "VN": "viet nam; socialist republic of vietnam",
}

_UNWRITTEN = re.compile(r"[.'’‘ʼ´`]")
_BREAK = re.compile(r"[\s,;:/()\[\]&+*_‐-―-]+")
_SMALL = frozenset(("", "the", "and", "of"))
_SPELLED = {"saint": "st"}


def country_reader(reading: Reading) -> Reader:
    """Return what reads a country. Case, accents and the order of words do not matter: "Korea, Republic of" is KR.

    >>> read = country_reader(Reading(type="country"))
    >>> read("España"), read("u.s.a."), read("Congo, the Democratic Republic of the"), read("276"), read("Atlantis").code
    ('ES', 'US', 'CD', 'DE', 'country.unknown')
    """

    def read(value: Scalar) -> Golden | Unfit:
        text = as_text(value, reading.type)
        if isinstance(text, Unfit):
            return text
        return (country_code(text) if len(text) <= _LONGEST else "") or _UNKNOWN

    return read


def country_writer(reading: Reading) -> Writer:
    """Return what writes a country: its name in the declared language if that reads back as the same, else its code."""
    names = _territories(reading.language) if reading.language else {}

    def write(golden: Golden) -> Raw | Unfit:
        if not isinstance(golden, str) or golden not in _countries():
            return not_normal("country")
        name = names.get(golden, golden)
        return name if country_code(name) == golden else golden

    return write


def country_problems(reading: Reading) -> Iterator[Problem]:
    """Yield what is wrong with the declared language."""
    if reading.language and reading.language not in _LANGUAGES:
        what = f"names are not read in {reading.language!r}; write one of {', '.join(_LANGUAGES)}"
        yield Problem(where="language", what=what, code="reading.language")


@lru_cache(maxsize=_REMEMBERED)
def country_code(text: str) -> str:
    """Return the alpha-2 code of the country that *text* names, or "".

    A number must have the three digits of ISO: 44 is the United Kingdom's dialing code, and 044 the Bahamas.
    """
    if code := _codes().get(text.upper()):
        return code
    name = _folded(text)
    return _names(_FIRST).get(name) or _names(_OTHERS).get(name) or ""


@cache
def _countries() -> tuple[str, ...]:
    return tuple(sorted(code for code in _territories("en") if len(code) == 2 and code not in _NO_COUNTRIES))


@cache
def _codes() -> dict[str, str]:
    """Return alpha-2, alpha-3 and numeric codes; not former alpha-2 codes, for CT and MI are American states."""
    known = {code: code for code in _countries()}
    aliases: Mapping[str, Sequence[str]] = get_global("territory_aliases")
    longer = {code: also[0] for code, also in aliases.items() if len(code) == 3 and len(also) == 1 and also[0] in known}
    return longer | known | _OTHER_CODES


@cache
def _names(languages: tuple[str, ...]) -> dict[str, str]:
    """Return the folded names of all countries; a name that two languages give to two countries stands for none."""
    found: dict[str, str] = {}
    for language in languages:
        territories = _territories(language)
        for code in _countries():
            name = _folded(territories[code])
            found[name] = code if found.get(name, code) == code else ""
    return found | {_folded(name): code for code, names in _ALIASES.items() for name in names.split(";")}


def _territories(language: str) -> dict[str, str]:
    return {code: str(name) for code, name in Locale.parse(language).territories.items()}


def _folded(name: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    words = _BREAK.split(_UNWRITTEN.sub("", plain))
    return " ".join(sorted(_SPELLED.get(word, word) for word in words if word not in _SMALL))

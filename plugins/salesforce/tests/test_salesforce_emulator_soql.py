"""SOQL: what is printed reads as it was, what is found agrees with a plain look at every row, mistakes have their names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syncd_salesforce.emulator.answers import ApiError, Row, Value
from syncd_salesforce.emulator.instants import moment
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.soql import tree
from syncd_salesforce.emulator.soql.grammar import parse
from syncd_salesforce.emulator.soql.literals import days
from syncd_salesforce.emulator.soql.printing import printed
from syncd_salesforce.emulator.soql.run import found
from syncd_salesforce.emulator.writing import add

ALL = "SELECT Id FROM Lead"
NOW = datetime(2026, 11, 20, 8, 15, 2, tzinfo=UTC)

WORDS = st.sampled_from("Id Name Email Status Company Owner What Score__c Contact CreatedDate Tasks".split())
TEXTS = st.text(alphabet="aB'\\%_ \n\té0", max_size=6)
PATHS = st.lists(WORDS, min_size=1, max_size=3).map(lambda path: tree.Name(path=tuple(path)))
MOMENTS = st.integers(0, 4_000_000_000).map(lambda at: moment(datetime.fromtimestamp(at, UTC)))
LITERALS: st.SearchStrategy[tree.Literal] = st.one_of(
    TEXTS.map(tree.Text),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1_000, max_value=1_000).map(tree.Number),
    st.booleans().map(tree.Boolean),
    st.just(tree.Null()),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(lambda on: tree.Date(on.isoformat())),
    MOMENTS.map(tree.DateTime),
    st.sampled_from(["TODAY", "LAST_MONTH", "NEXT_90_DAYS", "THIS_FISCAL_YEAR"]).map(tree.Relative),
    st.builds(tree.Relative, st.sampled_from(["LAST_N_DAYS", "N_WEEKS_AGO", "NEXT_N_YEARS"]), st.integers(0, 400)),
)
FUNCTIONS = st.builds(tree.Function, name=st.sampled_from(["COUNT", "MAX", "CALENDAR_YEAR", "TOLABEL"]), argument=PATHS)
PARTS = st.builds(tree.Function, name=st.just("CALENDAR_YEAR"), argument=PATHS)
OPERANDS: st.SearchStrategy[tree.Operand] = PATHS | FUNCTIONS


def conditions(inner: st.SearchStrategy[tree.Query] | None = None) -> st.SearchStrategy[tree.Condition]:
    single = st.builds(
        tree.Comparison, operand=OPERANDS, operator=st.sampled_from("= != < <= > >= LIKE".split()), value=LITERALS
    )
    lists = st.lists(LITERALS, min_size=1, max_size=3).map(tuple)
    several = st.builds(
        tree.Comparison, operand=PATHS, operator=st.sampled_from(["IN", "NOT IN", "INCLUDES", "EXCLUDES"]), value=lists
    )
    leaves: st.SearchStrategy[tree.Condition] = single | several
    if inner is not None:
        leaves |= st.builds(tree.Comparison, operand=PATHS, operator=st.sampled_from(["IN", "NOT IN"]), value=inner)
    return st.recursive(leaves, _joined, max_leaves=6)


def _joined(terms: st.SearchStrategy[tree.Condition]) -> st.SearchStrategy[tree.Condition]:
    some = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return some.map(tree.All) | some.map(tree.Any) | terms.map(tree.Not)


ORDERS = st.builds(tree.Order, operand=PATHS, descending=st.booleans(), nulls_last=st.booleans())
PLAIN = st.builds(tree.Query, items=st.tuples(PATHS), source=st.sampled_from(["Lead", "Tasks"]), where=st.none() | conditions())
ITEMS = st.one_of(
    PATHS,
    FUNCTIONS,
    PLAIN.map(lambda query: tree.Subquery(query=query)),
    st.builds(
        tree.TypeOf,
        relation=PATHS,
        branches=st.tuples(st.tuples(st.just("Lead"), st.tuples(PATHS))),
        otherwise=st.tuples(PATHS),
    ),
)
QUERIES = st.builds(
    tree.Query,
    items=st.lists(ITEMS, min_size=1, max_size=4).map(tuple),
    source=st.sampled_from(["Lead", "Group", "Event"]),
    alias=st.none() | st.just("l"),
    where=st.none() | conditions(PLAIN),
    secured=st.booleans(),
    group=st.none() | st.builds(tree.Group, by=st.tuples(PATHS | PARTS), having=st.none() | conditions()),
    orders=st.lists(ORDERS, max_size=2).map(tuple),
    limit=st.none() | st.integers(0, 5_000),
    offset=st.none() | st.integers(0, 5_000),
    purpose=st.none() | st.sampled_from(["VIEW", "REFERENCE"]),
)


@given(QUERIES)
def test_a_query_that_was_printed_reads_as_the_same_tree(query: tree.Query) -> None:
    assert parse(printed(query)) == query


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        pytest.param(
            "SELECT Id FORM Lead",
            "MALFORMED_QUERY",
            "\nSELECT Id FORM Lead\n          ^\nERROR at Row:1:Column:11\nunexpected token: 'FORM'",
            id="token",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE A = 1 AND B = 2 OR C = 3",
            "MALFORMED_QUERY",
            "unexpected token: 'OR'",
            id="and beside or",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE Name = 'x", "MALFORMED_QUERY", "line has unterminated string literal", id="quote"
        ),
        pytest.param(
            r"SELECT Id FROM Lead WHERE Name = '\z'",
            "MALFORMED_QUERY",
            "Illegal character sequence in string literal",
            id="escape",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE Id = :id", "MALFORMED_QUERY", "Bind variables only allowed in Apex code", id="bind"
        ),
        pytest.param("SELECT Id FROM Lead ALL ROWS", "MALFORMED_QUERY", "ALL ROWS not allowed in this context", id="all rows"),
        pytest.param(
            "select count() from XYZZY",
            "INVALID_TYPE",
            "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\n"
            "sObject type 'XYZZY' is not supported. If you",
            id="object",
        ),
        pytest.param(
            "SELECT Id, Foo FROM Lead",
            "INVALID_FIELD",
            "\nSELECT Id, Foo FROM Lead\n           ^\nERROR at Row:1:Column:12\nNo such column 'Foo' on entity 'Lead'. If",
            id="field",
        ),
        pytest.param(
            "SELECT Id, Foo.Bar FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Foo' in field path", id="relation"
        ),
        pytest.param(
            "SELECT Id, (SELECT Id FROM Foos) FROM Lead",
            "INVALID_TYPE",
            "Didn't understand relationship 'Foos' in FROM part",
            id="children",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE Description = 'x'",
            "INVALID_FIELD",
            "field 'Description' can not be filtered in a query call",
            id="filter",
        ),
        pytest.param(
            "SELECT Id FROM Lead ORDER BY Description",
            "INVALID_FIELD",
            "field 'Description' can not be sorted in a query call",
            id="sort",
        ),
        pytest.param("SELECT Id, id FROM Lead", "INVALID_FIELD", "duplicate field selected: Id", id="twice"),
        pytest.param(
            "SELECT Status, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "Field must be grouped or aggregated: Status", id="group"
        ),
        pytest.param(
            "SELECT COUNT(Id) FROM Lead GROUP BY MAX(Id)", "MALFORMED_QUERY", "unexpected token: 'MAX'", id="group by"
        ),
        pytest.param("SELECT COUNT(Id) and FROM Lead", "MALFORMED_QUERY", "unexpected token: 'and'", id="reserved alias"),
        pytest.param("SELECT Id FROM FROM Lead", "MALFORMED_QUERY", "unexpected token: 'FROM'", id="reserved"),
        pytest.param("SELECT Id FROM Lead ORDER BY DESC", "MALFORMED_QUERY", "unexpected token: 'DESC'", id="no field"),
        pytest.param("SELECT Id FROM WITH SECURITY_ENFORCED", "MALFORMED_QUERY", "unexpected token: 'WITH'", id="no object"),
        pytest.param(
            "SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000", id="offset"
        ),
        pytest.param("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY", "must have a LIMIT of at most 200", id="all fields"),
        pytest.param(
            "SELECT Id FROM Lead WHERE OwnerId = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x", id="id"
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE SystemModstamp > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "for field 'SystemModstamp' must be of type dateTime and should not be enclosed in quotes",
            id="quoted instant",
        ),
        pytest.param(
            "SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01",
            "INVALID_FIELD",
            "must be of type dateTime",
            id="day for instant",
        ),
    ],
)
def test_a_mistake_is_named_as_the_vendor_names_it(query: str, code: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        found(Org(clock=lambda: NOW), parse(query))
    assert caught.value.code == code
    assert message in caught.value.message


ROWS: tuple[dict[str, Value], ...] = (
    {"LastName": "Abel", "Company": "One", "Title": "Head", "NumberOfEmployees": 5, "ConvertedDate": "2026-11-19"},
    {"LastName": "beta", "Company": "one", "Title": None, "NumberOfEmployees": None, "ConvertedDate": "2026-11-20"},
    {"LastName": "Gam_ma", "Company": "Two%", "Title": "head of", "NumberOfEmployees": 40, "ConvertedDate": None},
    {"LastName": "Delta", "Company": "Three", "Title": "Clerk", "NumberOfEmployees": 40, "ConvertedDate": "2026-10-31"},
)


@pytest.fixture(scope="module")
def org() -> Org:
    filled = Org(clock=lambda: NOW)
    filled.add_field("Lead", field_of("Tags__c multipicklist(255) cunfp = red | green | blue"))
    user = add(filled, "User", {"LastName": "Rep", "Email": "rep@example.com"})
    for number, row in enumerate(ROWS):
        tags = ("red", "red;green", None, "blue")[number]
        add(filled, "Lead", {**row, "OwnerId": user["Id"] if number else None, "Tags__c": tags})
    return filled


@pytest.mark.parametrize(
    ("where", "names"),
    [
        pytest.param("Company = 'ONE'", "Abel beta", id="text does not see case"),
        pytest.param("Title != 'head'", "beta Gam_ma Delta", id="unequal is true of null"),
        pytest.param("Title NOT IN ('Head', 'Clerk')", "beta Gam_ma", id="not in is true of null"),
        pytest.param("Title = null", "beta", id="null"),
        pytest.param("Title = ''", "beta", id="empty text is null"),
        pytest.param("NumberOfEmployees < 50", "Abel Gam_ma Delta", id="null is not smaller"),
        pytest.param("NumberOfEmployees IN (5, null)", "Abel beta", id="null in a list"),
        pytest.param("LastName LIKE '%A'", "beta Gam_ma Delta", id="like does not see case"),
        pytest.param(r"LastName LIKE '%\_%'", "Gam_ma", id="an escaped sign is itself"),
        pytest.param("LastName LIKE '_e%'", "beta Delta", id="one character"),
        pytest.param("NOT Title LIKE 'head%'", "beta Delta", id="not"),
        pytest.param("NOT (Title = 'Head' OR Title = null)", "Gam_ma Delta", id="not of a group"),
        pytest.param("(Company = 'one' AND Title = null) OR NumberOfEmployees = 40", "beta Gam_ma Delta", id="groups"),
        pytest.param("ConvertedDate = YESTERDAY", "Abel", id="yesterday in Los Angeles"),
        pytest.param("ConvertedDate = LAST_N_DAYS:3", "Abel beta", id="last days and today"),
        pytest.param("ConvertedDate = LAST_MONTH", "Delta", id="last month"),
        pytest.param("ConvertedDate != THIS_MONTH", "Gam_ma Delta", id="outside a range, null included"),
        pytest.param("CreatedDate >= 2026-11-20T09:15:02+01:00", "Abel beta Gam_ma Delta", id="instants in another zone"),
        pytest.param("CreatedDate > 2026-11-20T08:15:02Z", "", id="instants"),
        pytest.param("Owner.Email = 'REP@example.com'", "beta Gam_ma Delta", id="parent"),
        pytest.param("Owner.Email = null", "Abel", id="field of no parent"),
        pytest.param("Owner.Type = 'User'", "beta Gam_ma Delta", id="type of parent"),
        pytest.param("OwnerId IN (SELECT Id FROM User WHERE Email LIKE 'rep%')", "beta Gam_ma Delta", id="semi-join"),
        pytest.param("Id NOT IN (SELECT LeadId FROM CampaignMember)", "Abel beta Gam_ma Delta", id="anti-join"),
        pytest.param("Tags__c INCLUDES ('red;green', 'blue')", "beta Delta", id="includes"),
        pytest.param("Tags__c EXCLUDES ('red')", "Gam_ma Delta", id="excludes"),
        pytest.param(
            "IsConverted = false AND CALENDAR_YEAR(CreatedDate) = 2026", "Abel beta Gam_ma Delta", id="part of a date"
        ),
    ],
)
def test_a_condition_finds_these_rows(org: Org, where: str, names: str) -> None:
    rows = found(org, parse(f"{ALL} WHERE {where}")).rows
    assert " ".join(str(row["LastName"]) for row in rows) == names


def test_yesterday_is_that_of_the_user(org: Org) -> None:
    # 08:15 UTC on the 20th is a quarter past midnight on the 20th in Los Angeles
    assert [row["LastName"] for row in found(org, parse("SELECT Id FROM Lead WHERE ConvertedDate = TODAY")).rows] == ["beta"]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("Title", "beta Delta Abel Gam_ma"),
        ("Title DESC", "beta Gam_ma Abel Delta"),
        ("Title NULLS LAST", "Delta Abel Gam_ma beta"),
        ("NumberOfEmployees DESC NULLS LAST, LastName", "Delta Gam_ma Abel beta"),
    ],
)
def test_null_comes_first_unless_asked_otherwise(org: Org, order: str, names: str) -> None:
    assert " ".join(str(row["LastName"]) for row in found(org, parse(f"{ALL} ORDER BY {order}")).rows) == names


@pytest.mark.parametrize(
    ("name", "count", "first", "behind"),
    [
        ("TODAY", None, "2026-11-20", "2026-11-21"),
        ("LAST_WEEK", None, "2026-11-08", "2026-11-15"),
        ("THIS_QUARTER", None, "2026-10-01", "2027-01-01"),
        ("NEXT_MONTH", None, "2026-12-01", "2027-01-01"),
        ("LAST_N_MONTHS", 2, "2026-09-01", "2026-11-01"),
        ("NEXT_N_DAYS", 7, "2026-11-21", "2026-11-28"),
        ("N_YEARS_AGO", 1, "2025-01-01", "2026-01-01"),
        ("LAST_90_DAYS", None, "2026-08-22", "2026-11-21"),
    ],
)
def test_a_date_literal_is_this_range_of_days(name: str, count: int | None, first: str, behind: str) -> None:
    assert days(name, count, date(2026, 11, 20)) == (date.fromisoformat(first), date.fromisoformat(behind))


# ---- against a naive oracle: every row, by the rules as they are told, one operator at a time

NUMBERS = st.none() | st.integers(-3, 3)
NAMES = st.none() | st.sampled_from(["a", "A", "b", "ab", "é", "É"])
CASES = st.lists(st.tuples(NUMBERS, NAMES), max_size=8)


def _plain(row: Row, condition: tree.Condition) -> bool:
    match condition:
        case tree.All():
            return all(_plain(row, term) for term in condition.terms)
        case tree.Any():
            return any(_plain(row, term) for term in condition.terms)
        case tree.Not():
            return not _plain(row, condition.term)
        case tree.Comparison():
            assert isinstance(condition.operand, tree.Name)
            value = row.get(condition.operand.path[0])
            left = Decimal(value) if isinstance(value, int) else value.casefold() if isinstance(value, str) else None
            if isinstance(condition.value, tuple):
                return (left in [_bare(one) for one in condition.value]) is (condition.operator == "IN")
            assert not isinstance(condition.value, tree.Query)
            return _compared(condition.operator, left, _bare(condition.value))


def _bare(literal: tree.Literal) -> Decimal | str | None:
    match literal:
        case tree.Number():
            return literal.value
        case tree.Text():
            return literal.value.casefold()
        case _:
            return None


def _compared(sign: str, left: Decimal | str | None, right: Decimal | str | None) -> bool:
    if sign in {"=", "!="}:
        return (left == right) is (sign == "=")
    if left is None or right is None:
        return False
    smaller, equal = min([left, right], key=_rank) is left and left != right, left == right
    return {"<": smaller, "<=": smaller or equal, ">": not smaller and not equal, ">=": not smaller}[sign]


def _rank(value: Decimal | str) -> tuple[Decimal, str]:
    return (value, "") if isinstance(value, Decimal) else (Decimal(0), value)


def _about(name: str, literals: st.SearchStrategy[tree.Literal]) -> st.SearchStrategy[tree.Condition]:
    operand = tree.Name(path=(name,))
    exact = st.builds(
        tree.Comparison, operand=st.just(operand), operator=st.sampled_from(["=", "!="]), value=literals | st.just(tree.Null())
    )
    ordered = st.builds(
        tree.Comparison, operand=st.just(operand), operator=st.sampled_from(["<", "<=", ">", ">="]), value=literals
    )
    some = st.lists(literals | st.just(tree.Null()), min_size=1, max_size=3).map(tuple)
    listed = st.builds(tree.Comparison, operand=st.just(operand), operator=st.sampled_from(["IN", "NOT IN"]), value=some)
    return exact | ordered | listed


LEAVES = _about("NumberOfEmployees", st.integers(-3, 3).map(lambda number: tree.Number(Decimal(number)))) | _about(
    "Title", st.sampled_from(["a", "A", "b", "ab", "é"]).map(tree.Text)
)


@given(CASES, st.recursive(LEAVES, _joined, max_leaves=5))
def test_evaluation_agrees_with_a_plain_look_at_every_row(
    cases: list[tuple[int | None, str | None]], condition: tree.Condition
) -> None:
    org = Org(clock=lambda: NOW)
    rows = [org.draft("Lead", {"LastName": "x", "NumberOfEmployees": number, "Title": title}) for number, title in cases]
    for row in rows:
        org.put("Lead", row)
    query = tree.Query(items=(tree.Name(path=("Id",)),), source="Lead", where=condition)
    assert [row["Id"] for row in found(org, query).rows] == [row["Id"] for row in rows if _plain(row, condition)]


@given(st.integers(0, 30), st.sampled_from(["LAST_N_DAYS", "NEXT_N_DAYS", "N_DAYS_AGO"]))
def test_a_range_of_days_has_as_many_days_as_it_says(count: int, name: str) -> None:
    first, behind = days(name, count, date(2026, 11, 20))
    expected: dict[str, Callable[[int], int]] = {
        "LAST_N_DAYS": lambda n: n + 1,
        "NEXT_N_DAYS": lambda n: n,
        "N_DAYS_AGO": lambda n: 1,
    }
    assert behind - first == timedelta(days=expected[name](count))

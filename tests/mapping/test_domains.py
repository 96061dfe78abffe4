from __future__ import annotations

from importlib.resources import files

import pytest

from syncd.mapping.domains import ascii_host, registrable
from syncd.mapping.transforms import Reading, email_domain, is_free_mail, transform
from syncd.model import Raw


@pytest.mark.parametrize(
    ("value", "address"),
    [
        pytest.param("Ann.Lee@Example.COM", "ann.lee@example.com", id="case"),
        pytest.param("ann.lee+news@gmail.com", "ann.lee+news@gmail.com", id="dots and plus stay"),
        pytest.param("mailto:ann%40example.com?subject=a@b", "ann@example.com", id="mailto"),
        pytest.param("mailto:jose%CC%81@example.com", "josé@example.com", id="mailto with combining mark"),
        pytest.param("Ann <ann@example.com>", "ann@example.com", id="display name"),
        pytest.param('"Lee, Ann" <ann@example.com>', "ann@example.com", id="quoted display name"),
        pytest.param("'ann@example.com' <ann@example.com>", "ann@example.com", id="the address as its display name"),
        pytest.param("“ann@example.com”,", "ann@example.com", id="typographic quotes and a comma"),
        pytest.param("'ann@example.com", "ann@example.com", id="spreadsheet apostrophe"),
        pytest.param("o'hara@example.com", "o'hara@example.com", id="apostrophe inside"),
        pytest.param("\u200bann＠example．com", "ann@example.com", id="invisible and full width"),
        pytest.param("ann@BÜCHER.example", "ann@xn--bcher-kva.example", id="IDN"),
        pytest.param("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example", id="IDN in ASCII"),
        pytest.param("ann@faß.example", "ann@xn--fa-hia.example", id="IDNA 2008, not 2003"),
        pytest.param("jose\u0301@example.com", "josé@example.com", id="local part in NFC"),
        pytest.param("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp", id="dots that some providers allowed"),
        pytest.param("ann@example.com.", "ann@example.com", id="root dot"),
    ],
)
def test_an_address_has_one_form(value: str, address: str) -> None:
    assert transform(Reading(type="email"))(value) == address


@pytest.mark.parametrize(
    ("value", "why"),
    [
        pytest.param("ann", "not_an_address", id="no at"),
        pytest.param("@example.com", "not_an_address", id="no name"),
        pytest.param("ann lee@example.com", "not_an_address", id="space"),
        pytest.param("a\0b@example.com", "not_an_address", id="NUL"),
        pytest.param("a\ud83d@example.com", "not_an_address", id="lone surrogate"),
        pytest.param("a" * 65 + "@example.com", "not_an_address", id="long name"),
        pytest.param("ann@" + "a." * 125 + "com", "not_an_address", id="long in all"),
        pytest.param(5, "not_an_address", id="number"),
        pytest.param("ann@localhost", "bad_domain", id="no dot"),
        pytest.param("ann@127.0.0.1", "bad_domain", id="IP address"),
        pytest.param("ann@exa mple.com", "bad_domain", id="space in the domain"),
        pytest.param("ann@-.com", "bad_domain", id="hyphen"),
        pytest.param("ann@example.com; ben@example.com", "several", id="two"),
        pytest.param("Ann <ann@example.com>, Ben <ben@example.com>", "several", id="two with names"),
    ],
)
def test_what_is_no_one_address_is_unfit(value: Raw, why: str) -> None:
    assert getattr(transform(Reading(type="email"))(value), "code", "fit") == f"email.{why}"


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        pytest.param("https://www.acme.co.uk/about?x=1#y", "acme.co.uk", id="web address"),
        pytest.param("WWW.ACME.COM:8080/x", "acme.com", id="without scheme, with port"),
        pytest.param("http:/acme.com", "acme.com", id="one slash missing"),
        pytest.param("//user:secret@acme.com", "acme.com", id="user in it"),
        pytest.param("https://acme.com/@ann", "acme.com", id="at in the path"),
        pytest.param("Ann <ann@mail.acme.com>", "acme.com", id="e-mail address"),
        pytest.param("@acme.com", "acme.com", id="at before"),
        pytest.param("bücher.example", "xn--bcher-kva.example", id="IDN"),
        pytest.param("acme.公司.cn", "acme.xn--55qx5d.cn", id="IDN suffix"),
        pytest.param("shop.acme.myshopify.com", "acme.myshopify.com", id="a shop of a platform"),
        pytest.param("myshopify.com", "myshopify.com", id="the platform"),
        pytest.param("www.acme.internal", "acme.internal", id="unknown top level"),
    ],
)
def test_a_domain_is_what_somebody_registered(value: str, domain: str) -> None:
    assert transform(Reading(type="domain"))(value) == domain


@pytest.mark.parametrize(
    ("value", "why"),
    [
        pytest.param("acme", "not_a_domain", id="name of a company"),
        pytest.param("localhost", "not_a_domain", id="localhost"),
        pytest.param("http://10.0.0.1/", "not_a_domain", id="IP address"),
        pytest.param("http://[::1]/", "not_a_domain", id="IPv6 address"),
        pytest.param("acme.com, acme.de", "not_a_domain", id="two"),
        pytest.param("n/a", "not_a_domain", id="n/a"),
        pytest.param("http://" + "a" * 5000 + ".com", "not_a_domain", id="long"),
        pytest.param(5, "not_a_domain", id="number"),
        pytest.param("co.uk", "public_suffix", id="public suffix"),
    ],
)
def test_what_is_no_domain_is_unfit(value: Raw, why: str) -> None:
    assert getattr(transform(Reading(type="domain"))(value), "code", "fit") == f"domain.{why}"


@pytest.mark.parametrize(
    ("address", "domain"),
    [("ann@mail.acme.co.uk", "acme.co.uk"), ("Ann <ANN@ACME.COM>", "acme.com"), ("ann@co.uk", ""), ("ann", ""), ("", "")],
)
def test_the_domain_of_an_address_is_the_registered_one(address: str, domain: str) -> None:
    assert email_domain(address) == domain


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "GMail.com", "mail.yahoo.co.jp", "yahoo.com.ar", "hotmail.es", "web.de", "icloud.com", "qq.com", "proton.me"],
)
def test_free_mail_is_known(domain: str) -> None:
    assert is_free_mail(domain)


@pytest.mark.parametrize("domain", ["acme.com", "gmail.acme.com", "notgmail.com", "yahooinc.com", "microsoft.com", "co.uk", ""])
def test_a_company_is_no_free_mail(domain: str) -> None:
    assert not is_free_mail(domain)


def test_the_list_of_free_mail_is_sorted_and_in_normal_form() -> None:
    lines = files("syncd.mapping").joinpath("free_mail.txt").read_text("utf-8").splitlines()
    domains = [line for line in lines if not line.startswith("#")]
    examples = [domain.replace(".*", ".com") for domain in domains]

    assert domains == sorted(set(domains))
    assert [registrable(ascii_host(domain)) for domain in examples] == examples

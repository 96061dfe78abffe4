"""Refusals: what they mean, and that they quote nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from syncd_hubspot.errors import Invalid, NotAllowed, error_of, invalid_properties, rejected, unknown_properties
from syncd_hubspot.plain import ErrorItem

from syncd.spi import BadAnswer, Misconfigured, Reply, Unavailable
from syncd.testing import installed


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body)


HIDDEN = (
    'Property values were not valid: [{"isValid":false,"message":"secret value was not one of the allowed options",'
    '"error":"INVALID_OPTION","name":"syncd_stage"}]'
)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        pytest.param(400, Invalid, id="400"),
        pytest.param(403, NotAllowed, id="403"),
        pytest.param(404, Misconfigured, id="404"),
        pytest.param(302, Misconfigured, id="302"),
        pytest.param(405, BadAnswer, id="405"),
        pytest.param(423, Unavailable, id="423"),
        pytest.param(477, Unavailable, id="477"),
    ],
)
def test_every_status_has_its_error(status: int, kind: type[Exception]) -> None:
    assert isinstance(error_of(reply(status, b"<html>"), "contacts"), kind)


def test_a_missing_scope_is_named() -> None:
    body = b'{"category":"MISSING_SCOPES","errors":[{"context":{"requiredGranularScopes":["crm.objects.deals.read"]}}]}'
    error = error_of(reply(403, body), "deals")
    assert isinstance(error, NotAllowed) and error.scopes == ("crm.objects.deals.read",)
    assert "crm.objects.deals.read" in str(error)


def test_what_an_error_leaves_empty_hides_nothing_else_of_it() -> None:
    body = b'{"category":"VALIDATION_ERROR","subCategory":null,"context":null,"errors":[{"code":"INVALID_OPTION","in":null}]}'
    error = error_of(reply(400, body), "contacts")
    assert isinstance(error, Invalid) and rejected(error.error, {}).code == "hubspot.invalid_option"


def test_a_portal_that_moves_says_for_how_long() -> None:
    error = error_of(reply(477, retry_after="7200"), "contacts")
    assert isinstance(error, Unavailable) and error.retry_after == timedelta(hours=2)


def test_the_field_and_cause_are_found_in_the_message_and_its_values_are_not_quoted() -> None:
    found = rejected(ErrorItem(message=HIDDEN, category="VALIDATION_ERROR"), {"syncd_stage": "secret value"})
    assert (found.code, found.field) == ("hubspot.invalid_option", "syncd_stage")
    assert "secret" not in found.what and "options" in found.what


def test_the_field_and_cause_are_found_in_the_list_of_errors() -> None:
    part = ErrorItem(code="PROPERTY_DOESNT_EXIST", context={"propertyName": ["syncd_score"]})
    error = ErrorItem(message="Property values were not valid", errors=[part])
    assert invalid_properties(error) == [("PROPERTY_DOESNT_EXIST", "syncd_score")]
    assert unknown_properties(error) == {"syncd_score"}


def test_another_property_that_the_portal_requires_is_named_in_words() -> None:
    part = ErrorItem(code="MISSING_REQUIRED_PROPERTY", context={"propertyName": ["industry"]})
    found = rejected(ErrorItem(errors=[part]), {"syncd_score": "5"})
    assert found.field == "" and found.what.startswith("industry: the portal requires")


def test_a_code_that_is_no_word_is_not_repeated() -> None:
    assert "ana@" not in rejected(ErrorItem(category="ana@acme.example is bad"), {}).what


def test_hubspot_gives_an_answer_up_before_we_do() -> None:
    assert installed("hubspot").patience > timedelta(seconds=100)  # or what is slow is asked for again, for ever

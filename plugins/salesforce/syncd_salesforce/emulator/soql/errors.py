"""The error texts of queries: a piece of the query, a caret, the place, and what is wrong.

Source: CumulusCI cassette TestCountSObjects.test_count_sobjects__errors.yaml (read 2026-11-21).
"""

from __future__ import annotations

from syncd_salesforce.emulator.answers import ApiError

__all__ = ["at_place", "malformed", "no_column", "no_object", "no_relation", "unexpected"]

_CUSTOM_FIELD = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)
_CUSTOM_OBJECT = (
    "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)
_CUSTOM_RELATION = (
    "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)
_SHOWN = 80


def at_place(code: str, text: str, at: int, message: str) -> ApiError:
    """Return an error that shows the place *at* in the query *text*."""
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    begin = max(text.rfind("\n", 0, at) + 1, at - _SHOWN // 2 if len(text) > _SHOWN else 0)
    shown = text[begin : begin + _SHOWN].split("\n")[0]
    return ApiError(code, f"\n{shown}\n{' ' * (at - begin)}^\nERROR at Row:{line}:Column:{column}\n{message}")


def malformed(text: str, at: int, message: str) -> ApiError:
    """Return the error for a query that cannot be read."""
    return at_place("MALFORMED_QUERY", text, at, message)


def no_relation(text: str, at: int, *, name: str, where: str) -> ApiError:
    """Return the error for a relation that is not there."""
    message = f"Didn't understand relationship '{name}' in {where}. {_CUSTOM_RELATION}"
    return at_place("INVALID_FIELD" if where == "field path" else "INVALID_TYPE", text, at, message)


def unexpected(text: str, at: int, token: str) -> ApiError:
    """Return the error for a word that may not stand there."""
    return malformed(text, at, f"unexpected token: '{token or '<EOF>'}'")


def no_column(text: str, at: int, *, name: str, entity: str) -> ApiError:
    """Return the error for a field that is not there, or that the user may not see."""
    return at_place("INVALID_FIELD", text, at, f"No such column '{name}' on entity '{entity}'. {_CUSTOM_FIELD}")


def no_object(text: str, at: int, name: str) -> ApiError:
    """Return the error for an object that is not there."""
    return at_place("INVALID_TYPE", text, at, f"sObject type '{name}' is not supported. {_CUSTOM_OBJECT}")

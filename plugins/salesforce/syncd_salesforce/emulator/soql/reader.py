"""Steps through the pieces of a query."""

from __future__ import annotations

from syncd_salesforce.emulator.answers import ApiError
from syncd_salesforce.emulator.soql.errors import unexpected
from syncd_salesforce.emulator.soql.lexer import Token, tokens

__all__ = ["Reader"]

# soql_sosl, "Alias Notation": keywords; of them those that no standard object, field or relation is called by (read 2026-11-22)
_NAMELESS = ("SELECT", "FROM", "WHERE", "AND", "ASC", "DESC", "HAVING", "IN", "LIKE", "NOT", "NULL", "OR", "WITH")


class Reader:
    """Where reading stands in a text."""

    __slots__ = ("_next", "_tokens", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokens(text)
        self._next = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return the token that comes, or one behind it."""
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Return the token that comes and step over it."""
        token = self.peek()
        self._next += 1
        return token

    def word(self, *words: str) -> bool:
        """Step over these key words if all of them come, one after the other."""
        if all(self.peek(ahead).is_word(word) for ahead, word in enumerate(words)):
            self._next += len(words)
            return True
        return False

    def sign(self, sign: str) -> bool:
        """Step over a sign if it comes."""
        if self.peek().kind == "sign" and self.peek().text == sign:
            self._next += 1
            return True
        return False

    def must(self, sign: str) -> None:
        """Step over a sign that has to come."""
        if not self.sign(sign):
            raise self.unexpected()

    def must_word(self, word: str) -> None:
        """Step over a key word that has to come."""
        if not self.word(word):
            raise self.unexpected()

    def name(self) -> Token:
        """Return a name that has to come."""
        if self.peek().kind != "word" or self.peek().is_word(*_NAMELESS):
            raise self.unexpected()
        return self.take()

    def count(self) -> int:
        """Return a whole number that has to come."""
        if self.peek().kind != "number" or not self.peek().text.isdigit():
            raise self.unexpected()
        return int(self.take().text)

    def unexpected(self) -> ApiError:
        """Return the error for the token that comes."""
        return unexpected(self.text, self.peek().at, self.peek().text)

"""The words that may stand in the agreement, and the finding of those that may not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syncd.agreement.language import Sentence, SentenceError, parse
from syncd.config.source import ConfigProblem, Document, Path_
from syncd.config.validation import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words that sentences may use."""

    fields: Collection[str]
    kinds: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The words there are, and the problems found so far."""

    document: Document
    words: Words
    problems: list[ConfigProblem]

    def wrong(self, at: Path_, what: str) -> None:
        self.problems.append(self.document.wrong(at, what))

    def known(self, names: Collection[str], at: Path_, there_are: Collection[str], kind: str) -> None:
        """Refuse every name that does not exist."""
        for name in names:
            if name not in there_are:
                self.wrong(at, f"no {kind} {name!r}{did_you_mean(name, list(there_are))}")

    def sentences(self, texts: Sequence[str], at: Path_, *, numbered: bool = True) -> tuple[Sentence, ...]:
        """Read the sentences of a list at *at*, or with *numbered* off the one that stands there."""
        found = list[Sentence]()
        for i, text in enumerate(texts):
            try:
                found.append(Sentence(text, parse(text, fields=self.words.fields, kinds=self.words.kinds)))
            except SentenceError as error:
                self.wrong((*at, i) if numbered else at, str(error))
        return tuple(found)

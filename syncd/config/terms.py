"""The agreement as written into the agreement as the rules use it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from syncd.agreement.examples import Example, Made, event_problem, failure
from syncd.agreement.language import Sentence, SentenceError, parse
from syncd.agreement.terms import POINT, Agreement, Band, Branch, Counting, Fades, Group, Model, Rule
from syncd.config.agreement import (
    AgreementFile,
    BranchTerms,
    CountTerms,
    ExampleTerms,
    FadeTerms,
    FieldTerms,
    GroupTerms,
    ModelTerms,
    OnlyFrom,
    PersonTerms,
    RuleTerms,
    Scoring,
    Session,
)
from syncd.config.handoff import asked_fields
from syncd.config.source import ConfigProblem, Document, Path_
from syncd.config.stages import DispositionsSection
from syncd.config.validation import did_you_mean
from syncd.mapping.fields import Field, LawName
from syncd.mapping.standard import STANDARD
from syncd.model import ACTIVITY_KINDS

_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(-?\d+)")
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")


def golden_fields(
    terms: AgreementFile | None, document: Document, connections: Collection[str] | None
) -> tuple[dict[str, Field], list[ConfigProblem]]:
    """Return the standard fields as the agreement changes and extends them; *connections* are ``None`` if unknown."""
    fields, found = dict(STANDARD), list[ConfigProblem]()
    for name, one in (terms.fields if terms else {}).items():
        law, sources = _law(one)
        for source in sources:
            if connections is not None and source not in connections:
                what = f"fields.{name}.wins: there is no connection {source!r}{did_you_mean(source, list(connections))}"
                found.append(document.problem(("fields", name, "wins"), what))
        fields[name] = Field(name=name, type=one.type, values=tuple(one.values), law=law, sources=sources, blanks=one.blanks)
    section = (terms.dispositions if terms else None) or DispositionsSection()
    asked, more = asked_fields(section, fields, document)
    return fields | asked, [*found, *more]


def _law(terms: FieldTerms) -> tuple[LawName, tuple[str, ...]]:
    match terms.wins:
        case OnlyFrom(only=source):
            return "owned", (source,)
        case list(sources):
            return "prefer", tuple(sources)
        case law:
            return law, ()


def signed(terms: AgreementFile, document: Document, fields: Collection[str]) -> tuple[Agreement | None, list[ConfigProblem]]:
    """Compile the agreement, ``None`` if a sentence or range cannot be read, with every problem; broken examples are some."""
    compiler = _Compiler(document=document, fields=fields, kinds=[*ACTIVITY_KINDS, *terms.activities], problems=[])
    models = {
        name: compiler.model(name, model, terms.scoring, ("scoring", "models", name))
        for name, model in terms.scoring.models.items()
    }
    for i, example in enumerate(terms.scoring.examples):
        compiler.example(example, models, ("scoring", "examples", i))
    if terms.scoring.active_model not in models:
        what = f"scoring.active_model: no such model{did_you_mean(terms.scoring.active_model, list(models))}"
        compiler.problems.append(document.problem(("scoring", "active_model"), what))
    if compiler.problems:
        return None, compiler.problems
    agreement = Agreement(
        name=terms.agreement.name,
        version=terms.agreement.version,
        zone=terms.time.reporting_tz,
        kinds=tuple(compiler.kinds),
        models=models,
        active=terms.scoring.active_model,
    )
    for i, made in enumerate(examples(terms)):
        if wrong := failure(agreement, made):
            what = f"scoring.examples[{i + 1}]: {made.name!r} does not hold: {wrong}"
            compiler.problems.append(document.problem(("scoring", "examples", i), what))
    return agreement, compiler.problems


def examples(terms: AgreementFile) -> tuple[Example, ...]:
    """Return the worked examples."""
    return tuple(
        Example(
            name=one.name,
            model=one.model,
            person=_made(one.better or one),
            expect={key: value for key, value in one.expect.items()},
            worse=_made(one.worse) if one.worse else None,
        )
        for one in terms.scoring.examples
    )


def _made(terms: PersonTerms) -> Made:
    facts = {name: tuple(value) if isinstance(value, list) else value for name, value in terms.facts.items()}
    return Made(facts=facts, events=tuple(terms.events))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiler:
    """The words that exist, and the problems found so far."""

    document: Document
    fields: Collection[str]
    kinds: Collection[str]
    problems: list[ConfigProblem]

    def model(self, name: str, terms: ModelTerms, scoring: Scoring, at: Path_) -> Model:
        for group in terms.show.grade.keys() - terms.groups.keys():
            self._wrong((*at, "show", "grade", group), f"no group {group!r}{did_you_mean(group, list(terms.groups))}")
        return Model(
            id=name,
            groups=tuple(
                self._group(group_name, group, terms.show.grade.get(group_name, {}), at)
                for group_name, group in terms.groups.items()
            ),
            bands=tuple(self._band(band, text, (*at, "bands", band)) for band, text in terms.bands.items()),
            low=_femto(scoring.limits.min),
            high=_femto(scoring.limits.max),
            leave_mql_below=terms.leave_mql_below,
            instantly_mql=self._sentences(terms.instantly_mql, (*at, "instantly_mql")),
            never_mql=self._sentences(terms.never_mql, (*at, "never_mql")),
            top_reasons=terms.show.top_reasons,
        )

    def example(self, terms: ExampleTerms, models: Mapping[str, Model], at: Path_) -> None:
        """Check the words of a worked example; whether it holds is asked separately."""
        if terms.model is not None and terms.model not in models:
            self._wrong((*at, "model"), f"no such model{did_you_mean(terms.model, list(models))}")
        for part, person in (((), terms), (("better",), terms.better), (("worse",), terms.worse)):
            if person is None:
                continue
            for field in person.facts.keys() - set(self.fields):
                self._wrong((*at, *part, "facts", field), f"no field {field!r}{did_you_mean(field, list(self.fields))}")
            for i, event in enumerate(person.events):
                if problem := event_problem(event, self.kinds):
                    self._wrong((*at, *part, "events", i), problem)

    def _group(self, name: str, terms: GroupTerms, grades: Mapping[str, str], at: Path_) -> Group:
        here = (*at, "groups", name)
        low, high = self._limit(terms.limit, (*here, "limit"))
        seen: set[str] = set()
        for i, rule in enumerate(terms.rules):
            if rule.id in seen:
                self._wrong((*here, "rules", i, "id"), f"another rule of this group is called {rule.id!r}")
            seen.add(rule.id)
        return Group(
            id=name,
            rules=tuple(self._rule(rule, terms, (*here, "rules", i)) for i, rule in enumerate(terms.rules)),
            low=low,
            high=high,
            grades=tuple(self._band(letter, text, (*at, "show", "grade", name, letter)) for letter, text in grades.items()),
        )

    def _rule(self, terms: RuleTerms, group: GroupTerms, at: Path_) -> Rule:
        branches = terms.first_match or [BranchTerms(when=terms.when or "", points=terms.points or Decimal(0))]
        places = [(*at, "first_match", i, "when") if terms.first_match else (*at, "when") for i in range(len(branches))]
        return Rule(
            id=terms.id,
            branches=tuple(
                Branch(self._sentence(branch.when, place), _femto(branch.points) or 0)
                for branch, place in zip(branches, places, strict=True)
            ),
            fades=_fades(terms.fades if terms.fades is not None else group.fades),
            counting=_counting(terms.counts if terms.counts is not None else group.counts),
            max_times=terms.max_times,
            keep=terms.keep,
            max_points=_femto(terms.max_points),
            says=terms.says,
        )

    def _sentences(self, texts: list[str], at: Path_) -> tuple[Sentence, ...]:
        return tuple(self._sentence(text, (*at, i)) for i, text in enumerate(texts))

    def _sentence(self, text: str, at: Path_) -> Sentence:
        try:
            return Sentence(text, parse(text, fields=self.fields, kinds=self.kinds))
        except SentenceError as error:
            self._wrong(at, str(error))
            return Sentence(text, parse("activity", fields=(), kinds=()))

    def _limit(self, text: str | None, at: Path_) -> tuple[int | None, int | None]:
        if text is None:
            return None, None
        if (match := _RANGE.fullmatch(text)) and int(match[1]) <= int(match[2]):
            return _femto(int(match[1])), _femto(int(match[2]))
        self._wrong(at, "is not a range; write the least and the most, for example 0..60")
        return None, None

    def _band(self, name: str, text: str, at: Path_) -> Band:
        """Read ``> 50``, ``30..50`` or ``else`` as a closed range of whole points."""
        text = text.strip()
        if text == "else":
            return Band(name=name)
        if match := _RANGE.fullmatch(text):
            return Band(name=name, low=int(match[1]), high=int(match[2]))
        if match := _COMPARISON.fullmatch(text):
            bound = int(match[2])
            match match[1]:
                case ">":
                    return Band(name=name, low=bound + 1)
                case ">=":
                    return Band(name=name, low=bound)
                case "<":
                    return Band(name=name, high=bound - 1)
                case _:
                    return Band(name=name, high=bound)
        self._wrong(at, "is not a range of points; write for example '> 50', 30..50, '< 30' or else")
        return Band(name=name)

    def _wrong(self, at: Path_, what: str) -> None:
        name = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in at).lstrip(".")
        self.problems.append(self.document.problem(at, f"{name}: {what}"))


def _femto(points: Decimal | int | None) -> int | None:
    return None if points is None else int(points * POINT)


def _fades(terms: FadeTerms | str) -> Fades:
    if isinstance(terms, FadeTerms):
        return Fades(shape=terms.shape, every=terms.every, by=terms.by or Decimal(0))
    return Fades()


def _counting(terms: CountTerms) -> Counting:
    session = terms.one_per.session if isinstance(terms.one_per, Session) else None
    return Counting(human_only=terms.human_only, session=session, day=terms.one_per == "day")

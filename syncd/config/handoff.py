"""Everything of ``agreement.yaml`` that is about the handoff, compiled together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from syncd.agreement.handoff import DispositionTerms, Handoff, StageTerms
from syncd.agreement.policies import TimeTerms
from syncd.config.agreement import AgreementFile
from syncd.config.routing import routing
from syncd.config.source import ConfigProblem, Document
from syncd.config.stages import DispositionsSection, dispositions, stages
from syncd.config.validation import did_you_mean
from syncd.config.words import Words
from syncd.mapping.fields import Field
from syncd.model import ACTIVITY_KINDS


def handoff(
    terms: AgreementFile, document: Document, fields: Collection[str], *, time: TimeTerms, folder: Path
) -> tuple[Handoff, list[ConfigProblem]]:
    """Compile the sections ``stages``, ``dispositions``, ``routing`` and ``glossary``, with every problem.

    A section that is missing has its defaults; without ``routing`` nobody is given leads.
    """
    words = Words(fields=fields, kinds=[*ACTIVITY_KINDS, *terms.activities])
    problems = list[ConfigProblem]()
    agreed_stages, agreed_words, agreed_routing = StageTerms(), DispositionTerms(), None
    if terms.stages is not None:
        agreed_stages, more = stages(terms.stages, document, words)
        problems += more
    if terms.dispositions is not None:
        agreed_words, more = dispositions(terms.dispositions, document, words)
        problems += more
    if terms.routing is not None:
        agreed_routing, more = routing(terms.routing, document, words, time=time, folder=folder)
        problems += more
    for word, sentence in terms.glossary.items():
        if not sentence.strip():
            problems.append(document.wrong(("glossary", word), "says nothing; write the sentence both teams mean"))
    return (
        Handoff(
            version=terms.agreement.version,
            stages=agreed_stages,
            dispositions=agreed_words,
            routing=agreed_routing,
            glossary=terms.glossary,
        ),
        problems,
    )


def asked_fields(
    terms: DispositionsSection, fields: Mapping[str, Field], document: Document
) -> tuple[dict[str, Field], list[ConfigProblem]]:
    """Return the fields that sales answers in, beside the golden *fields*; what is a field already keeps its form."""
    problems = list[ConfigProblem]()
    asked = {terms.field: tuple(terms.values), terms.reason_field: tuple(terms.reasons)}
    for name, values in asked.items():
        own = fields.get(name)
        if own is None:
            continue
        at = ("fields", name)
        if own.type != "choice":
            problems.append(document.wrong(at, "is what sales answers in; give it the type choice, or leave it out here"))
        for value in own.values:
            if value not in values:
                where = "values" if name == terms.field else "reasons"
                problems.append(
                    document.wrong(at, f"{value!r} is not among dispositions.{where}{did_you_mean(value, list(values))}")
                )
    found = {name: Field(name=name, type="choice", values=values) for name, values in asked.items()}
    found |= {name: Field(name=name) for name in terms.also_ask}
    return {name: field for name, field in found.items() if name not in fields}, problems

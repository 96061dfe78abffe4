"""``agreement`` and ``review`` of ``agreement.yaml``: which version it is, who signed it, how it is kept alive."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

from syncd.agreement.counting import micros_of
from syncd.agreement.governance import Review, Signature, Standing
from syncd.config.calendars import Instant
from syncd.config.signing import SignatureTerms, fingerprint
from syncd.config.source import Document
from syncd.config.validation import Strict

_WORDS = {"month": 1, "quarter": 3, "year": 12}


def _months(value: object) -> object:
    if isinstance(value, int):
        return value
    if match := re.fullmatch(r"(\d+)\s*mo", str(value).strip()):
        return int(match[1])
    if str(value) in _WORDS:
        return _WORDS[str(value)]
    raise ValueError("is not a number of months; write for example 3mo, month, quarter or year")


Months: TypeAlias = Annotated[
    int, BeforeValidator(_months), Field(ge=1), WithJsonSchema({"type": "string", "examples": ["3mo", "quarter"]})
]


class Header(Strict):
    """Which agreement this is, and who signed it."""

    name: str = Field("Sales & Marketing agreement", description="What it is called wherever it is shown.")
    version: int = Field(ge=1, description="Stamped on every score and stage; raise it with every change.")
    effective_from: Instant | None = Field(None, description="From when on it governs; without it, as soon as it is signed.")
    needs_signatures_from: list[str] = Field(
        default=["marketing", "sales"], description="Who has to sign; until then it is a draft and nothing is written."
    )
    preview_required: bool = Field(True, description="Whether `syncd agreement preview` has to be looked at before signing.")
    signed_by: dict[str, SignatureTerms] = Field(
        default_factory=dict, description="The signatures, as `syncd agreement sign` writes them."
    )

    def standing(self, document: Document) -> Standing:
        """Return how *document* stands, which begins with this header."""
        text = fingerprint(document)
        signatures = tuple(Signature(party, one.who, one.on, one.text) for party, one in self.signed_by.items())
        return Standing(
            number=self.version,
            text=text,
            source=document.source,
            effective_from=None if self.effective_from is None else micros_of(self.effective_from),
            signatures=signatures,
            signers=tuple(self.needs_signatures_from),
            needs_preview=self.preview_required,
        )


class OftenTerms(Strict):
    """How many versions are too many."""

    times: int = Field(2, ge=1, description="So many versions")
    per: Months = Field(3, description="within so long are enough.")


class ReviewTerms(Strict):
    """How often it is looked at, and when to worry."""

    definitions: Months = Field(3, description="The definitions of the stages.")
    sla: Months = Field(3, description="The deadlines.")
    scoring: Months = Field(1, description="The points.")
    criteria_workshop: Months = Field(12, description="What makes somebody qualified at all.")
    warn_if_unreviewed_for: Months = Field(3, description="Warn if nobody looked at anything for so long.")
    after_team_change: Months = Field(6, description="Worry if the team changed so long ago and nobody looked since.")
    dead_after: Months = Field(18, description="So long after the last signature nobody follows it.")
    most_changes: OftenTerms = OftenTerms()

    @property
    def review(self) -> Review:
        """Return the terms as the rules use them."""
        subjects = ("definitions", "sla", "scoring", "criteria_workshop")
        return Review(
            every={subject: getattr(self, subject) for subject in subjects},
            unreviewed=self.warn_if_unreviewed_for,
            after_team_change=self.after_team_change,
            dead=self.dead_after,
            changes=self.most_changes.times,
            changes_within=self.most_changes.per,
        )

"""The promises of ``sla`` that no clock measures: volumes, shares and the conversion."""

from __future__ import annotations

from fractions import Fraction

from syncd.agreement.attempts import CONTACT_ATTEMPT
from syncd.agreement.counting import micros
from syncd.agreement.handoff import MQL, SQL, STAGES
from syncd.agreement.policies import Figure, SharePromise, Side, VolumePromise
from syncd.agreement.routing import HIGH_INTENT
from syncd.config.sla import ConversionTerms, ShareTerms, VolumeTerms
from syncd.config.source import Path_
from syncd.config.words import Checks


def figure(name: str, side: Side, terms: VolumeTerms | ShareTerms | ConversionTerms, checks: Checks) -> Figure:
    """Compile one promise of a volume or a share."""
    at: Path_ = ("sla", side, name)
    match terms:
        case VolumeTerms():
            count, of = terms.at_least
            checks.known([of], (*at, "at_least"), STAGES, "stage")
            return VolumePromise(id=name, side=side, at_least=count, of=of, per=terms.per, pace=terms.pace_warning)
        case ShareTerms():
            checks.known([terms.of], (*at, "of"), STAGES, "stage")
            if terms.are is not None:
                checks.known([terms.are], (*at, "are"), [HIGH_INTENT, *STAGES], "stage or high_intent")
            within = None if terms.contacted_within is None else micros(terms.contacted_within)
            return SharePromise(
                id=name,
                side=side,
                at_least=Fraction(terms.at_least),
                of=terms.of,
                are=terms.are or CONTACT_ATTEMPT,
                per=terms.per,
                within=within,
                mature_after=micros(terms.mature_after),
                min_sample=terms.min_sample,
            )
        case ConversionTerms():
            return _conversion(name, side, terms, checks)


def _conversion(name: str, side: Side, terms: ConversionTerms, checks: Checks) -> SharePromise:
    if terms.alarm_below is not None and (terms.clear_at or terms.alarm_below) < terms.alarm_below:
        checks.wrong(("sla", side, name, "clear_at"), "is below alarm_below; the alarm would never be over")
    return SharePromise(
        id=name,
        side=side,
        at_least=Fraction(terms.mql_to_sql),
        of=MQL,
        are=SQL,
        per=terms.per,
        within=micros(terms.mature_after),
        mature_after=micros(terms.mature_after),
        min_sample=terms.min_sample,
        alarm_below=None if terms.alarm_below is None else Fraction(terms.alarm_below),
        clear_at=None if terms.clear_at is None else Fraction(terms.clear_at),
        on_alarm=terms.on_alarm,
    )

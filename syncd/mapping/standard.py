"""The words every company shares: standard fields with their types and laws. The agreement may change them and add its own."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.mapping.fields import Field

_FIELDS = (
    # people
    Field(name="email", type="email"),
    Field(name="other_emails", type="list", law="union"),
    Field(name="first_name"),
    Field(name="last_name"),
    Field(name="full_name"),
    Field(name="phone", type="phone"),
    Field(name="mobile", type="phone"),
    Field(name="job_title"),
    Field(name="role", type="choice"),
    Field(name="company"),
    Field(name="city"),
    Field(name="country", type="country"),
    Field(name="language"),
    Field(name="source", law="first"),
    Field(name="campaign", law="first"),
    Field(name="lead_status"),
    Field(name="lifecycle_stage"),
    Field(name="owner"),
    Field(name="tags", type="list", law="union"),
    Field(name="created_on", type="date", law="min"),
    Field(name="unsubscribed", type="bool", law="max"),
    Field(name="duplicate_under_review", type="bool", law="max"),
    # accounts
    Field(name="name"),
    Field(name="domain", type="domain"),
    Field(name="website"),
    Field(name="industry", type="choice"),
    Field(name="company_size", type="number"),
    Field(name="annual_revenue", type="money"),
    # deals
    Field(name="amount", type="money"),
    Field(name="stage"),
    Field(name="close_date", type="date"),
    Field(name="lost_reason"),
    Field(name="renewal_date", type="date"),
)

STANDARD: Mapping[str, Field] = {field.name: field for field in _FIELDS}

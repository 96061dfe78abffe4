"""Standard fields that an admin can hide: no describe shows them then, and yet they are there. Pure.

Those that describes of real orgs (API 42 to 59) mark as permissionable, and the consent fields of the object reference
(developer.salesforce.com/docs/atlas.en-us.object_reference.meta, from memory), which many orgs hide. What an admin made
(``__c``) cannot be known: once hidden, it looks as if it was misspelt.
"""

from __future__ import annotations

__all__ = ["HIDEABLE", "OF_SEVERAL", "may_be_hidden"]

_CONSENT = "DoNotCall HasOptedOutOfEmail HasOptedOutOfFax"
_FIELDS = {
    "Account": """
        AccountNumber AccountSource AnnualRevenue BillingCity BillingCountry BillingGeocodeAccuracy BillingLatitude
        BillingLongitude BillingPostalCode BillingState BillingStreet CleanStatus DandbCompanyId Description DunsNumber Fax
        Industry Jigsaw NaicsCode NaicsDesc NumberOfEmployees OperatingHoursId Ownership ParentId Phone Rating ShippingCity
        ShippingCountry ShippingGeocodeAccuracy ShippingLatitude ShippingLongitude ShippingPostalCode ShippingState
        ShippingStreet Sic SicDesc Site TickerSymbol Tradestyle Type Website YearStarted
    """,
    "Contact": f"""
        AccountId AssistantName AssistantPhone Birthdate CleanStatus Department Description Email Fax HomePhone Jigsaw
        LeadSource MailingCity MailingCountry MailingGeocodeAccuracy MailingLatitude MailingLongitude MailingPostalCode
        MailingState MailingStreet MobilePhone OtherCity OtherCountry OtherGeocodeAccuracy OtherLatitude OtherLongitude
        OtherPhone OtherPostalCode OtherState OtherStreet Phone ReportsToId Title {_CONSENT}
    """,
    "Lead": f"""
        AnnualRevenue City CleanStatus CompanyDunsNumber Country DandbCompanyId Description Email Fax GeocodeAccuracy Industry
        Jigsaw Latitude LeadSource Longitude MobilePhone NumberOfEmployees Phone PostalCode Rating State Street Title Website
        {_CONSENT}
    """,
    "Opportunity": """
        AccountId Amount CampaignId Description ExpectedRevenue IsPrivate LeadSource NextStep Probability
        TotalOpportunityQuantity Type
    """,
}
HIDEABLE = {name: frozenset(fields.lower().split()) for name, fields in _FIELDS.items()}
"""By stream, in lower case."""

OF_SEVERAL = tuple(
    """
        Alias Email FirstName Id InformalName IsActive LastName MiddleName Name NameOrAlias Phone ProfileId RecordTypeId Suffix
        Title Type Username UserRoleId
    """.split()
)
"""What can be asked of a parent that may be of several kinds: the fields of the object Name, whichever it is.
Source: salesforce.com/us/developer/docs/api/Content/sforce_api_objects_name.htm (read 2026-11-22), later ones from memory."""


def may_be_hidden(stream: str, field: str) -> bool:
    """Tell whether a *field* that is not shown exists for certain; names may be in any case.

    >>> may_be_hidden("Lead", "email"), may_be_hidden("Lead", "Emial")
    (True, False)
    """
    return field.lower() in HIDEABLE.get(stream, ())

"""The properties of a fresh portal, by kind of record: names, types and choices as HubSpot ships them.

Source: the default properties of developers.hubspot.com/docs/api-reference/legacy/crm/… guides (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from syncd_hubspot.emulator.definitions import Group, Property, parsed, system_properties
from syncd_hubspot.emulator.kinds import ObjectKind

LIFECYCLE: Final = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
"""The lifecycle stages in their order; a record only moves forward along it."""

CHOICES: Final[Mapping[str, str]] = {
    "bool": "true=True; false=False",
    "employees": "1-5; 5-25; 25-50; 50-100; 100-500; 500-1000; 1000+",
    "basis": "Legitimate interest; Freely given consent; Not applicable",
    "lifecycle": "contacts-lifecycle-pipeline=Lifecycle Stage Pipeline",
    "stage": (
        "subscriber=Subscriber; lead=Lead; marketingqualifiedlead=Marketing Qualified Lead; "
        "salesqualifiedlead=Sales Qualified Lead; opportunity=Opportunity; customer=Customer; evangelist=Evangelist; "
        "other=Other"
    ),
    "status": (
        "NEW=New; OPEN=Open; IN_PROGRESS=In Progress; OPEN_DEAL=Open Deal; UNQUALIFIED=Unqualified; "
        "ATTEMPTED_TO_CONTACT=Attempted to Contact; CONNECTED=Connected; BAD_TIMING=Bad Timing"
    ),
    "source": (
        "ORGANIC_SEARCH=Organic Search; PAID_SEARCH=Paid Search; EMAIL_MARKETING=Email Marketing; SOCIAL_MEDIA=Organic Social; "
        "REFERRALS=Referrals; OTHER_CAMPAIGNS=Other Campaigns; DIRECT_TRAFFIC=Direct Traffic; OFFLINE=Offline Sources; "
        "PAID_SOCIAL=Paid Social"
    ),
    "industry": (
        "COMPUTER_SOFTWARE=Computer Software; FINANCIAL_SERVICES=Financial Services; "
        "HOSPITAL_HEALTH_CARE=Hospital & Health Care; "
        "INFORMATION_TECHNOLOGY_AND_SERVICES=Information Technology and Services; MACHINERY=Machinery; RETAIL=Retail; "
        "MARKETING_AND_ADVERTISING=Marketing and Advertising; LOGISTICS_AND_SUPPLY_CHAIN=Logistics and Supply Chain; "
        "EDUCATION_MANAGEMENT=Education Management; CONSTRUCTION=Construction"
    ),
    "dealstage": (
        "appointmentscheduled=Appointment Scheduled; qualifiedtobuy=Qualified To Buy; "
        "presentationscheduled=Presentation Scheduled; decisionmakerboughtin=Decision Maker Bought-In; "
        "contractsent=Contract Sent; closedwon=Closed Won; closedlost=Closed Lost"
    ),
    "call_status": ("BUSY; CALLING_CRM_USER; CANCELED; COMPLETED; CONNECTING; FAILED; IN_PROGRESS; NO_ANSWER; QUEUED; RINGING"),
    "disposition": (
        "f240bbac-87c9-4f6e-bf70-924b57d47db7=Connected; 9d9162e7-6cf3-4944-bf63-4dff82258764=Busy; "
        "a4c4c377-d246-4b32-a13b-75a56a4cd0ff=Left live message; b2cf5968-551e-4856-9783-52b3da59a7d0=Left voicemail; "
        "73a0d17f-1163-4015-bdd5-ec830791da20=No answer; 17b47fee-58de-441e-a44c-c6300d46f273=Wrong number"
    ),
}

CONTACT: Final = """
email | Email | string/text | contactinformation | u |
hs_additional_emails | Additional email addresses | enumeration/checkbox | contactinformation | |
firstname | First Name | string/text | contactinformation | |
lastname | Last Name | string/text | contactinformation | |
phone | Phone Number | string/phonenumber | contactinformation | |
mobilephone | Mobile Phone Number | string/phonenumber | contactinformation | |
jobtitle | Job Title | string/text | contactinformation | |
company | Company Name | string/text | contactinformation | |
website | Website URL | string/text | contactinformation | |
address | Street Address | string/text | contactinformation | |
city | City | string/text | contactinformation | |
state | State/Region | string/text | contactinformation | |
zip | Postal Code | string/text | contactinformation | |
country | Country/Region | string/text | contactinformation | |
industry | Industry | string/text | contactinformation | |
numemployees | Number of Employees | enumeration/select | contactinformation | | @employees
annualrevenue | Annual Revenue | string/text | contactinformation | |
message | Message | string/textarea | contactinformation | |
hs_language | Preferred language | enumeration/select | contactinformation | | en=English; de=German; es=Spanish; fr=French
lifecyclestage | Lifecycle Stage | enumeration/radio | contactinformation | | @stage
hs_lead_status | Lead Status | enumeration/radio | sales_properties | | @status
closedate | Close Date | datetime/date | contactinformation | |
associatedcompanyid | Primary Associated Company ID | number/number | contactinformation | r |
hs_email_domain | Email Domain | string/text | contactinformation | r |
hs_email_optout | Unsubscribed from all email | bool/booleancheckbox | emailinformation | r | @bool
hs_email_bounce | Marketing emails bounced | number/number | emailinformation | r |
hs_email_delivered | Marketing emails delivered | number/number | emailinformation | r |
hs_email_open | Marketing emails opened | number/number | emailinformation | r |
hs_email_click | Marketing emails clicked | number/number | emailinformation | r |
hs_email_last_open_date | Last marketing email open date | datetime/date | emailinformation | r |
hs_email_last_click_date | Last marketing email click date | datetime/date | emailinformation | r |
hs_analytics_source | Original Source | enumeration/select | analyticsinformation | r | @source
hs_latest_source | Latest Source | enumeration/select | analyticsinformation | r | @source
hs_analytics_num_page_views | Number of Pageviews | number/number | analyticsinformation | rc |
hs_analytics_num_visits | Number of Sessions | number/number | analyticsinformation | rc |
hs_analytics_last_visit_timestamp | Time Last Session | datetime/date | analyticsinformation | rc |
hs_analytics_last_url | Last Page Seen | string/text | analyticsinformation | rc |
num_conversion_events | Number of Form Submissions | number/number | conversioninformation | r |
recent_conversion_date | Recent Conversion Date | datetime/date | conversioninformation | r |
recent_conversion_event_name | Recent Conversion | string/text | conversioninformation | r |
notes_last_contacted | Last Contacted | datetime/date | contact_activity | r |
num_contacted_notes | Number of times contacted | number/number | contact_activity | r |
hs_all_contact_vids | All vids for a contact | enumeration/checkbox | contactinformation | r |
hs_calculated_merged_vids | Merged vids with timestamps | enumeration/checkbox | contactinformation | r |
hs_is_contact | Is a contact | bool/booleancheckbox | contactinformation | r | @bool
hs_is_unworked | Contact unworked | bool/booleancheckbox | contactinformation | r | @bool
hs_pipeline | Pipeline | enumeration/select | contactinformation | | @lifecycle
hubspotscore | HubSpot Score | number/number | contactinformation | rc |
hs_legal_basis | Legal basis for processing | enumeration/checkbox | contactinformation | | @basis
"""

COMPANY: Final = """
name | Company name | string/text | companyinformation | |
domain | Company Domain Name | string/text | companyinformation | |
website | Website URL | string/text | companyinformation | |
phone | Phone Number | string/phonenumber | companyinformation | |
address | Street Address | string/text | companyinformation | |
city | City | string/text | companyinformation | |
state | State/Region | string/text | companyinformation | |
zip | Postal Code | string/text | companyinformation | |
country | Country/Region | string/text | companyinformation | |
industry | Industry | enumeration/select | companyinformation | | @industry
numberofemployees | Number of Employees | number/number | companyinformation | |
annualrevenue | Annual Revenue | number/number | companyinformation | |
description | Description | string/textarea | companyinformation | |
twitterhandle | Twitter Handle | string/text | socialmediainformation | |
facebookfans | Facebook Fans | number/number | socialmediainformation | |
lifecyclestage | Lifecycle Stage | enumeration/radio | companyinformation | | @stage
hs_lead_status | Lead Status | enumeration/radio | companyinformation | | @status
num_associated_contacts | Number of Associated Contacts | number/number | companyinformation | rc |
num_associated_deals | Number of Associated Deals | number/number | companyinformation | rc |
hs_num_open_deals | Number of open deals | number/number | companyinformation | rc |
total_revenue | Total Revenue | number/number | companyinformation | rc |
"""

DEAL: Final = """
dealname | Deal Name | string/text | dealinformation | |
amount | Amount | number/number | dealinformation | |
deal_currency_code | Currency | enumeration/select | dealinformation | | EUR=Euro; USD=US Dollar; GBP=British Pound
closedate | Close Date | datetime/date | dealinformation | |
pipeline | Pipeline | enumeration/select | dealinformation | | default=Sales Pipeline
dealstage | Deal Stage | enumeration/radio | dealinformation | | @dealstage
dealtype | Deal Type | enumeration/radio | dealinformation | | newbusiness=New Business; existingbusiness=Existing Business
description | Deal Description | string/textarea | dealinformation | |
closed_lost_reason | Closed Lost Reason | string/textarea | dealinformation | |
closed_won_reason | Closed Won Reason | string/textarea | dealinformation | |
hs_is_closed | Is deal closed | bool/booleancheckbox | dealinformation | rc | @bool
hs_is_closed_won | Is closed won | bool/booleancheckbox | dealinformation | rc | @bool
hs_deal_stage_probability | Deal probability | number/number | dealinformation | rc |
num_associated_contacts | Number of Associated Contacts | number/number | dealinformation | rc |
"""

ENGAGEMENT: Final[Mapping[str, str]] = {
    "calls": """
hs_call_title | Call Title | string/text | engagement | |
hs_call_body | Call notes | string/html | engagement | |
hs_call_direction | Call direction | enumeration/select | engagement | | INBOUND; OUTBOUND
hs_call_status | Call status | enumeration/select | engagement | | @call_status
hs_call_disposition | Call outcome | string/text | engagement | |
hs_call_duration | Call duration | number/number | engagement | |
hs_call_from_number | From number | string/text | engagement | |
hs_call_to_number | To number | string/text | engagement | |
hs_call_source | Call source | enumeration/select | engagement | | INTEGRATIONS_PLATFORM; ZOOM
hs_activity_type | Call and meeting type | enumeration/select | engagement | | Discovery; Demo; Follow-up
""",
    "emails": """
hs_email_direction | Email Direction | enumeration/select | engagement | | EMAIL; INCOMING_EMAIL; FORWARDED_EMAIL
hs_email_status | Email Send Status | enumeration/select | engagement | | BOUNCED; FAILED; SCHEDULED; SENDING; SENT
hs_email_subject | Email Subject | string/text | engagement | |
hs_email_text | Text Body | string/textarea | engagement | |
hs_email_html | HTML Body | string/html | engagement | |
hs_email_headers | Email Headers | string/textarea | engagement | |
hs_email_from_email | From Address | string/text | engagement | r |
hs_email_to_email | To Address | string/text | engagement | r |
""",
    "meetings": """
hs_meeting_title | Meeting name | string/text | engagement | |
hs_meeting_body | Meeting description | string/html | engagement | |
hs_internal_meeting_notes | Internal notes | string/html | engagement | |
hs_meeting_start_time | Start time | datetime/date | engagement | |
hs_meeting_end_time | End time | datetime/date | engagement | |
hs_meeting_outcome | Outcome | enumeration/select | engagement | | SCHEDULED; COMPLETED; RESCHEDULED; NO_SHOW; CANCELED
hs_meeting_location | Location | string/text | engagement | |
hs_meeting_external_url | External URL | string/text | engagement | |
hs_activity_type | Call and meeting type | enumeration/select | engagement | | Discovery; Demo; Follow-up
""",
    "notes": """
hs_note_body | Note body | string/html | engagement | |
hs_attachment_ids | Attached file IDs | enumeration/checkbox | engagement | |
""",
    "tasks": """
hs_task_subject | Task Title | string/text | engagement | |
hs_task_body | Notes | string/html | engagement | |
hs_task_status | Task Status | enumeration/select | engagement | | NOT_STARTED; IN_PROGRESS; WAITING; DEFERRED; COMPLETED
hs_task_priority | Priority | enumeration/select | engagement | | NONE; LOW; MEDIUM; HIGH
hs_task_type | Task Type | enumeration/select | engagement | | TODO; CALL; EMAIL
hs_task_reminders | Reminders | string/text | engagement | |
""",
}

_LINES: Final[Mapping[str, str]] = {"contacts": CONTACT, "companies": COMPANY, "deals": DEAL, **ENGAGEMENT}


def properties(kind: ObjectKind) -> dict[str, Property]:
    """Return the properties of a fresh portal for *kind*."""
    when = "hs_timestamp | Activity date | datetime/date | engagement | |\n" if kind.plural in ENGAGEMENT else ""
    lines = f"{system_properties(kind)}\n{when}{_LINES.get(kind.plural, '').strip()}"
    return {found.name: found for found in parsed(lines, CHOICES)}


def groups(found: Mapping[str, Property]) -> dict[str, Group]:
    """Return the groups those properties stand in."""
    names = dict.fromkeys(property_.group_name for property_ in found.values())
    return {name: Group(name=name, label=name.replace("_", " ").capitalize()) for name in names}

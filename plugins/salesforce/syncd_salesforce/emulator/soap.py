"""What clients still need SOAP for: to log in, which goes away with Summer '27, to convert a lead and to merge.

Source: recorded calls to a real org (API 42); merge is from memory.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, unescape

from syncd_salesforce.emulator.answers import Answer, ApiError
from syncd_salesforce.emulator.conversion import convert
from syncd_salesforce.emulator.instance import Instance
from syncd_salesforce.emulator.merging import merge

__all__ = ["answered"]

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{}<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'
)


def answered(instance: Instance, body: bytes, version: str) -> Answer:
    """Answer a call: login, convertLead or merge."""
    text = body.decode("utf-8", "replace")
    called = re.search(r"<(?:\w+:)?(login|convertLead|merge)\b", text)
    if called is None:
        return _fault("UNKNOWN_EXCEPTION", "Only login(), convertLead() and merge() are emulated")
    if called[1] == "login":
        return _login(instance, text, version)
    if not instance.sessions.holds(_inside(text, "sessionId"), instance.now()):
        return _fault("INVALID_SESSION_ID", "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader")
    try:
        return _converted(instance, text) if called[1] == "convertLead" else _merged(instance, text)
    except ApiError as error:
        errors = f"<errors><message>{escape(error.message)}</message><statusCode>{error.code}</statusCode></errors>"
        return _answer(200, f"<{called[1]}Response><result>{errors}<success>false</success></result></{called[1]}Response>")


def _converted(instance: Instance, text: str) -> Answer:
    lead, account = _inside(text, "leadId"), _inside(text, "accountId") or None
    row = instance.org.find(lead)
    name = _inside(text, "opportunityName") or f"{row[1].get('Company') if row else ''}-"
    made = convert(instance.org, lead, account=account, opportunity=None if "<doNotCreateOpportunity>true" in text else name)
    deal = (
        '<opportunityId xsi:nil="true"/>' if made.opportunity is None else f"<opportunityId>{made.opportunity}</opportunityId>"
    )
    ids = f"<accountId>{made.account}</accountId><contactId>{made.contact}</contactId><leadId>{escape(lead)}</leadId>"
    result = f"<result>{ids}{deal}<success>true</success></result>"
    return _answer(200, f"<convertLeadResponse>{result}</convertLeadResponse>", header=_usage(instance))


def _merged(instance: Instance, text: str) -> Answer:
    winner = _inside(text, "Id")
    losers = re.findall(r"<(?:\w+:)?recordToMergeIds>(.*?)</", text)
    merge(instance.org, winner, losers)
    gone = "".join(f"<mergedRecordIds>{escape(loser)}</mergedRecordIds>" for loser in losers)
    result = f"<result><id>{escape(winner)}</id>{gone}<success>true</success></result>"
    return _answer(200, f"<mergeResponse>{result}</mergeResponse>", header=_usage(instance))


def _usage(instance: Instance) -> str:
    usage = instance.usage
    limit = f"<current>{usage.used}</current><limit>{usage.limit}</limit><type>API REQUESTS</type>"
    return f"<soapenv:Header><LimitInfoHeader><limitInfo>{limit}</limitInfo></LimitInfoHeader></soapenv:Header>"


def _login(instance: Instance, text: str, version: str) -> Answer:
    known, org = instance.credentials, instance.org
    if (_inside(text, "username"), _inside(text, "password")) != (known.username, known.password + known.security_token):
        return _fault("INVALID_LOGIN", "INVALID_LOGIN: Invalid username, password, security token; or user locked out.")
    token = instance.sessions.begin(org)
    place = f"{instance.url}/services/Soap"
    parts = {
        "metadataServerUrl": f"{place}/m/{version}/{org.id[:15]}",
        "passwordExpired": "false",
        "sandbox": "false",
        "serverUrl": f"{place}/u/{version}/{org.id[:15]}",
        "sessionId": token,
        "userId": org.user_id,
        "userInfo": _user(instance),
    }
    result = "".join(f"<{name}>{value if name == 'userInfo' else escape(value)}</{name}>" for name, value in parts.items())
    return _answer(200, f"<loginResponse><result>{result}</result></loginResponse>")


def _user(instance: Instance) -> str:
    seconds = int(instance.sessions.lifetime.total_seconds())
    parts = {
        "accessibilityMode": "false",
        "chatterExternal": "false",
        "currencySymbol": "$",
        "orgAttachmentFileSizeLimit": "26214400",
        "orgDefaultCurrencyIsoCode": "USD",
        "orgDefaultCurrencyLocale": "en_US",
        "orgDisallowHtmlAttachments": "false",
        "orgHasPersonAccounts": "false",
        "organizationId": instance.org.id,
        "organizationMultiCurrency": "false",
        "organizationName": instance.org.name,
        "profileId": "00e000000000000AAA",
        "sessionSecondsValid": str(seconds),
        "userEmail": instance.credentials.username,
        "userFullName": "Integration User",
        "userId": instance.org.user_id,
        "userLanguage": "en_US",
        "userLocale": "en_US",
        "userName": instance.credentials.username,
        "userTimeZone": str(instance.org.zone),
        "userType": "Standard",
        "userUiSkin": "Theme3",
    }
    empty = '<roleId xsi:nil="true"/><userDefaultCurrencyIsoCode xsi:nil="true"/>'
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items()) + empty


def _inside(text: str, tag: str) -> str:
    found = re.search(rf"<(?:\w+:)?{tag}>(.*?)</(?:\w+:)?{tag}>", text, re.DOTALL)
    return unescape(found[1], {"&quot;": '"', "&apos;": "'"}) if found else ""


def _fault(code: str, message: str) -> Answer:
    inner = f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage>"
    told = f"<faultcode>sf:{code}</faultcode><faultstring>{message}</faultstring>"
    return _answer(500, f"<soapenv:Fault>{told}<detail><sf:LoginFault>{inner}</sf:LoginFault></detail></soapenv:Fault>")


def _answer(status: int, inner: str, *, header: str = "") -> Answer:
    return Answer(status=status, body=_ENVELOPE.format(header, inner).encode(), type="text/xml; charset=utf-8")

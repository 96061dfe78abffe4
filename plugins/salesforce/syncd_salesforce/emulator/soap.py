"""SOAP login by user name, password and security token: enough for clients that still begin with it.

Source: recorded logins of a real org (API 42). Goes away with Summer '27.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, unescape

from syncd_salesforce.emulator.answers import Answer
from syncd_salesforce.emulator.instance import Instance

__all__ = ["login"]

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'
)


def login(instance: Instance, body: bytes, version: str) -> Answer:
    """Answer a login call; any other SOAP call is refused."""
    text = body.decode("utf-8", "replace")
    known, org = instance.credentials, instance.org
    if re.search(r"<(?:\w+:)?login\b", text) is None:
        return _fault("UNKNOWN_EXCEPTION", "Only login() is emulated")
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
        "organizationId": instance.org.id,
        "organizationName": instance.org.name,
        "sessionSecondsValid": str(seconds),
        "userEmail": instance.credentials.username,
        "userFullName": "Integration User",
        "userId": instance.org.user_id,
        "userLanguage": "en_US",
        "userLocale": "en_US",
        "userName": instance.credentials.username,
        "userTimeZone": str(instance.org.zone),
        "userType": "Standard",
    }
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items())


def _inside(text: str, tag: str) -> str:
    found = re.search(rf"<(?:\w+:)?{tag}>(.*?)</(?:\w+:)?{tag}>", text, re.DOTALL)
    return unescape(found[1], {"&quot;": '"', "&apos;": "'"}) if found else ""


def _fault(code: str, message: str) -> Answer:
    inner = f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage>"
    told = f"<faultcode>sf:{code}</faultcode><faultstring>{message}</faultstring>"
    return _answer(500, f"<soapenv:Fault>{told}<detail><sf:LoginFault>{inner}</sf:LoginFault></detail></soapenv:Fault>")


def _answer(status: int, inner: str) -> Answer:
    return Answer(status=status, body=_ENVELOPE.format(inner).encode(), type="text/xml; charset=utf-8")

"""Person accounts: an account and a contact that are one person. An org has them once `enable` was called, and for good.

Source: the describe of an org with person accounts in CumulusCI's cassettes (Account_PersonAccount, read 2026-11-21).
"""

from __future__ import annotations

from syncd_salesforce.emulator.answers import Row, Value
from syncd_salesforce.emulator.derived import MIRRORED
from syncd_salesforce.emulator.org import Org
from syncd_salesforce.emulator.schema import field_of
from syncd_salesforce.emulator.writing import add

__all__ = ["add_person", "enable"]

_FIELDS = """
IsPersonAccount boolean fsgd
PersonContactId reference nfsga -> Contact as PersonContact
FirstName string(40) cunfsga in Name
LastName string(80) cunfsga in Name
Salutation picklist(40) cunfsga in Name = Mr. | Ms. | Mrs. | Dr. | Prof. | Mx.
PersonEmail email(80) cunfsglpa
PersonTitle string(80) cunfsgpa
PersonMobilePhone phone(40) cunfsgpa
PersonLeadSource picklist(255) cunfsgpa = Web | Phone Inquiry | Partner Referral | Purchased List | Other
""".strip().splitlines()


def enable(org: Org) -> None:
    """Give accounts and contacts the fields of person accounts; custom fields of contacts get theirs as ``__pc``."""
    for line in _FIELDS:
        org.add_field("Account", field_of(line))
    org.add_field("Contact", field_of("IsPersonAccount boolean fsgd"))


def add_person(org: Org, values: Row) -> tuple[str, str]:
    """Add a person account, told by the account's fields, and return the ids of account and contact."""
    name = " ".join(str(values[part]) for part in ("FirstName", "LastName") if values.get(part))
    account = str(add(org, "Account", {**values, "Name": name, "IsPersonAccount": True})["Id"])
    person: dict[str, Value] = {mirror: values.get(field) for field, mirror in MIRRORED.items()}
    contact = str(add(org, "Contact", person | {"AccountId": account, "IsPersonAccount": True})["Id"])
    row = org.table("Account").get(account) or {}
    org.put("Account", {**row, "PersonContactId": contact})
    return account, contact

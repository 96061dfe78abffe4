"""What is not HubSpot's: a way for demos and other processes to let something happen in the account. It takes no token.

POST /emulator/story {"email", "first_name", "last_name", "job_title", "company"}   the next thing on this person's way
"""

from __future__ import annotations

import msgspec

from syncd_hubspot.emulator import story
from syncd_hubspot.emulator.given import given
from syncd_hubspot.emulator.portal import Portal
from syncd_hubspot.emulator.wire import Answer, ErrorBody, answer

PATH = "/emulator/"


def controlled(portal: Portal, method: str, path: str, body: bytes) -> Answer:
    """Answer a request below ``/emulator``."""
    if (method, path) != ("POST", f"{PATH}story"):
        return answer(ErrorBody(message="resource not found"), 404)
    try:
        who = given(msgspec.json.decode(body, type=dict[str, str]))
    except ValueError as error:
        return answer(ErrorBody(message=str(error)), 400)
    return answer({"happened": story.step(portal, portal.rng, who)})

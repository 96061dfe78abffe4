"""What `rescore` and its floors have in common."""

from __future__ import annotations

NOW = 1_795_262_400_000_000
DAY = 86_400_000_000
KINDS = ("page_view", "download", "email_open", "email_click", "form_submission", "webinar_attended", "event_attended", "chat")
ASSETS = ("pricing", "case_study", "resource", "careers", "blog")
TYPES = {pair: key for key, pair in enumerate(((kind, asset) for kind in KINDS for asset in ASSETS), 1)}
COUNTED = [(kind, asset, len(asset) % 4 + 1, 7 * len(kind)) for kind in KINDS[:3] for asset in ASSETS]
"""(kind, asset, at least, within days) of the 15 counted rules."""

FADING = 4
"""The first so many of them fade, halved every 30 days since their newest event."""

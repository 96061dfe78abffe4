"""Pulls form submissions: newest first, form by form, down to where the last round began. They bear no other order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from msgspec.structs import replace

from syncd.spi import Activity, Misconfigured, Page
from syncd_hubspot import cursors
from syncd_hubspot.activities import submission
from syncd_hubspot.cursors import Cursor, Walk
from syncd_hubspot.errors import Invalid
from syncd_hubspot.pages import Found, page_of
from syncd_hubspot.paths import FORMS, submissions
from syncd_hubspot.plain import text_of
from syncd_hubspot.portal import Portal, Rows
from syncd_hubspot.values import millis

__all__ = ["FormPuller"]

_EVERY = 900_000
_FORMS = "50"  # more at once are cut off: github.com/airbytehq/airbyte/pull/20333 (read 2026-11-21)
_WHAT = "form_submissions"


class FormPuller:
    """Reads the submissions of all forms. A round's cursor names the form being read and its next page."""

    def __init__(self, portal: Portal, *, limit: int, overlap: int) -> None:
        self._portal, self._limit, self._overlap = portal, limit, overlap

    def pull(self, text: str | None) -> Page:
        """Return the page after the cursor *text*."""
        cursor = cursors.decoded(text)
        if cursor.walk is None:
            if not self._is_due(cursor):
                return page_of(cursor, [], more=False)
            cursor = replace(cursor, walk=Walk(began=self._portal.theirs))
        walk = cursor.walk
        if walk is None:
            raise AssertionError("a round was begun above")
        form = next((guid for guid in self._forms if guid >= walk.part), "")
        if not form:
            return self._finished(cursor, walk, [])
        return self._page(cursor, walk if walk.part == form else replace(walk, part=form, after=""))

    def since(self, at: int) -> Cursor:
        """Return a cursor behind which lies all that was submitted at *at*, in milliseconds, or later."""
        return Cursor(quick=at, swept=1, walk=Walk(began=self._portal.theirs))

    def _page(self, cursor: Cursor, walk: Walk) -> Page:
        try:
            rows, after = self._submitted(walk)
        except Invalid as refusal:
            if not walk.after:
                raise
            # Its token has died meanwhile. The next run begins the form anew: to try at once could be for ever
            return page_of(replace(cursor, walk=replace(walk, after="")), [], more=False, notes=[str(refusal)])
        found = [submission(walk.part, self._forms.get(walk.part, ""), row) for row in rows]
        since = cursor.quick - self._overlap
        times = [millis(one.occurred_at) for one in found if isinstance(one, Activity)]
        fresh = [one for one in found if not isinstance(one, Activity) or millis(one.occurred_at) >= since]
        if after and not (times and min(times) < since):  # strictly: the oldest of a page may share its instant
            return page_of(replace(cursor, walk=replace(walk, after=after)), fresh, more=True)
        following = next((guid for guid in self._forms if guid > walk.part), "")
        if following:
            return page_of(replace(cursor, walk=replace(walk, part=following, after="")), fresh, more=True)
        return self._finished(cursor, walk, fresh)

    def _submitted(self, walk: Walk) -> Rows:
        try:
            return self._portal.rows(submissions(walk.part), {"limit": str(self._limit)}, _WHAT, after=walk.after)
        except Misconfigured:
            return Rows([], "")  # the list of forms was found, so it is this form that is gone

    def _finished(self, cursor: Cursor, walk: Walk, found: Sequence[Found]) -> Page:
        done = replace(cursor, quick=min(walk.began, self._portal.theirs), swept=1, walk=None)
        return page_of(done, found, more=False)

    def _is_due(self, cursor: Cursor) -> bool:
        return not cursor.swept or self._portal.theirs - cursor.quick >= _EVERY

    @cached_property
    def _forms(self) -> dict[str, str]:
        """Titles of all forms by identifier, in its order; unasked, only one of the types is listed."""
        found: dict[str, str] = {}
        rows, after = self._listed("")
        while True:
            found |= {text_of(row.get("id")): text_of(row.get("name")) for row in rows if isinstance(row, dict)}
            if not after:
                return {guid: found[guid] for guid in sorted(found) if guid}
            rows, after = self._listed(after)

    def _listed(self, after: str) -> Rows:
        return self._portal.rows(FORMS, {"limit": _FORMS, "formTypes": "all"}, "forms", after=after)

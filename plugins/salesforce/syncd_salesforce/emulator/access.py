"""Who may see and change what: rights on objects and fields shape describes, queries and writes alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from syncd_salesforce.emulator.schema import Field, SObject

__all__ = ["Access"]


@dataclass(slots=True, kw_only=True)
class Access:
    """What is withheld. Without an entry the user may read and write; ``private`` fields need a permission set.

    ``shared`` is true once activities are about several people.
    """

    hidden: set[tuple[str, str]] = field(default_factory=set)
    readonly: set[tuple[str, str]] = field(default_factory=set)
    private: set[tuple[str, str]] = field(default_factory=set)
    unseen_objects: set[str] = field(default_factory=set)
    readonly_objects: set[str] = field(default_factory=set)
    view_all: bool = True
    shared: bool = False

    def shown(self, whole: SObject, granted: Callable[[str, str], tuple[bool, bool]]) -> SObject | None:
        """Return an object as the user sees it; *granted* says what permission sets allow for a private field."""
        if whole.name in self.unseen_objects or ("shared" in whole.flags and not self.shared):
            return None
        fields = [self._field(whole.name, one, granted) for one in whole.fields]
        editable = "fixed" not in whole.flags and whole.name not in self.readonly_objects
        return replace(whole, fields=tuple(one for one in fields if one is not None), updateable=editable)

    def _field(self, entity: str, one: Field, granted: Callable[[str, str], tuple[bool, bool]]) -> Field | None:
        key = (entity, one.name)
        read, edit = granted(*key) if key in self.private else (True, True)
        if key in self.hidden or not read:
            return None
        if edit and key not in self.readonly and entity not in self.readonly_objects:
            return one
        return replace(one, flags=one.flags - {"c", "u"})

"""What people do in the remotes: they add, spell badly, change, blank, delete, restore, merge, re-date and re-assign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from syncd.model import EMAIL_STREAM, Direction
from syncd.spi import Activity, Association, Problem, Raw, Ref, Refused, SourceRecord
from tests.simulation.laws import address
from tests.simulation.remotes import SimRemote
from tests.simulation.terms import STREAMS

ADDRESSES = (
    "ann@firm.example",
    "bob@firm.example",
    "cyd@acme.example",
    "dan@gmail.com",
    "eve@gmail.com",
    "flo@flo.example",
    "gus@acme.example",
)
SHARED = "info@acme.example"
DOMAINS = ("firm.example", "acme.example", "flo.example")

_VALUES: Mapping[str, tuple[Raw, ...]] = {
    "City": ("Leon", "Lugo", "Vigo", "", None),
    "Town": ("Jaca", "", None),
    "Source": ("web", "fair", "ads", ""),
    "Tags": ("vip", "vip;blog", "new; blog", "", None),
    "Budget": (5, 50, 500, Decimal("12.50"), "150.25", None),
    "Title": ("CEO", "Chief of all", "student", "cook", ""),
    "Unsub": (True, False, None),
    "Name": ("Firm", "Acme", ""),
    "Size": (5, 20, 800, None),
}
_AS_IN_SHOP = {"City": "town", "Source": "via", "Tags": "labels", "Budget": "spend", "Unsub": "optout", "Email": "mail"}
_KINDS = ("view", "Seen page", "dl pdf", "demo", "call", "nap")
_ASSETS = ("", "/a/pricing?x=1", "/home#top")
_DIRECTIONS = (Direction.UNKNOWN, Direction.OUTBOUND, Direction.INBOUND)


@dataclass(slots=True, kw_only=True)
class Users:
    """Everybody who works in the remotes; ``able`` names what they do in this world beyond adding and changing."""

    rng: Random
    remotes: Mapping[str, SimRemote]
    able: frozenset[str]
    made: int = 0
    log: list[str] = field(default_factory=list)

    def fill(self) -> None:
        """Begin with a few records of everything."""
        for name, remote in self.remotes.items():
            for stream in STREAMS[name]:
                few, many = (5, 12) if remote.streams[stream] == "activity" else (1, 3)
                for _ in range(self.rng.randint(few, many)):
                    self._add(remote, stream)
        if "shared" in self.able:
            for _ in range(6):
                self._person(self.remotes["crm"], "contacts", SHARED)

    def act(self) -> None:
        """Do one thing somewhere."""
        remote = self.rng.choice(list(self.remotes.values()))
        acts: list[tuple[int, str, Callable[[SimRemote, str], None]]] = [
            (4, "", self._add),
            (6, "", self._change),
            (1, "", self._touch),
            (2, "deletes", self._delete),
            (2, "restores", self._restore),
            (3, "merges", self._merge),
            (1, "refuses", self._spoil),
            (1, "refuses", self._mend),
        ]
        acts = [one for one in acts if not one[1] or one[1] in self.able]
        (_, _, act), *_ = self.rng.choices(acts, [weight for weight, _, _ in acts])
        act(remote, self.rng.choice(list(remote.streams)))

    # ------------------------------------------------------------ adding

    def _add(self, remote: SimRemote, stream: str) -> None:
        match remote.streams[stream]:
            case "person":
                self._person(remote, stream, self._address())
            case "account":
                self.made += 1
                website = self.rng.choice((*DOMAINS, "www.Firm.example", ""))
                self._note(remote.put(stream, f"a{self.made}", {"Website": website, **self._values(("Name", "Size"), "")}))
            case _:
                self.made += 1
                self._note(remote.commit(self._activity(remote, f"v{self.made}")))

    def _person(self, remote: SimRemote, stream: str, email: str) -> None:
        self.made += 1
        fields: dict[str, Raw] = {_named(remote, "Email"): email}
        fields |= self._values(("City", "Town", "Source", "Tags", "Budget", "Title", "Unsub"), remote_style(remote))
        fields |= self._identity(remote)
        self._note(remote.put(stream, f"p{self.made}", fields, associations=self._account(remote)))

    def _values(self, names: tuple[str, ...], style: str) -> dict[str, Raw]:
        some = [name for name in names if self.rng.random() < 0.5]
        chosen = {name: self.rng.choice(_VALUES[name]) for name in some}
        if style == "shop":
            return {_AS_IN_SHOP[name]: value for name, value in chosen.items() if name in _AS_IN_SHOP}
        return chosen

    def _identity(self, remote: SimRemote) -> dict[str, Raw]:
        """Return further addresses and a link to the shop, now and then."""
        found: dict[str, Raw] = {}
        if remote_style(remote) == "shop":
            return found
        if self.rng.random() < 0.15:
            found["Others"] = "; ".join(self.rng.sample(ADDRESSES, 2))
        there = self.remotes["shop"].refs("contacts") if "shop" in self.remotes else []
        if there and "links" in self.able and self.rng.random() < 0.4:
            found["Shop ID"] = self.rng.choice(there).external_id
        return found

    def _account(self, remote: SimRemote) -> list[Association]:
        accounts = remote.refs("accounts") if "accounts" in remote.streams else []
        return [Association("account", self.rng.choice(accounts))] if accounts and self.rng.random() < 0.5 else []

    def _address(self) -> str:
        email = SHARED if "shared" in self.able and self.rng.random() < 0.2 else self.rng.choice(ADDRESSES)
        spelling = self.rng.randrange(6)
        spelled = (email, email.upper(), f" {email} ", f"Ann <{email.title()}>", f"mailto:{email}", email)[spelling]
        return spelled if self.rng.random() < 0.9 else self.rng.choice(("", "nobody", "x@@y.example"))

    def _activity(self, remote: SimRemote, name: str) -> Activity:
        return Activity(
            stream="visits",
            source_id=name,
            kind=self.rng.choice(_KINDS),
            occurred_at=remote.now() + self._age(),
            about=self._whom(remote),
            asset=self.rng.choice(_ASSETS),
            direction=self.rng.choice(_DIRECTIONS),
            actor=self.rng.choice(("", "kim")),
            machine=self.rng.random() < 0.15,
        )

    def _age(self) -> timedelta:
        if self.rng.random() < 0.2:
            return timedelta(minutes=self.rng.randint(1, 5000))  # not yet
        return -timedelta(minutes=self.rng.choice((0, 1, 29, 30, 31, 60, 24 * 60, 48 * 60, self.rng.randint(0, 30000))))

    def _whom(self, remote: SimRemote) -> tuple[Ref, ...]:
        """Return whom an activity is about: one, or two, who are now and then two records of one person."""
        one = self._about(remote)
        if self.rng.random() < 0.6:
            return (one,)
        people = remote.refs("contacts") if "contacts" in remote.streams else []
        emails = {ref: self._email(remote, ref) for ref in people}
        twins = [ref for ref in people if ref != one and emails[ref] and emails[ref] == emails.get(one)]
        return one, self.rng.choice(twins or [self._about(remote)])

    def _email(self, remote: SimRemote, ref: Ref) -> str | None:
        record = remote.present(ref)
        assert isinstance(record, SourceRecord)
        return address(str(record.fields.get(_named(remote, "Email"))))

    def _about(self, remote: SimRemote) -> Ref:
        people = remote.refs("contacts") if "contacts" in remote.streams else []
        if people and self.rng.random() < 0.6:
            return self.rng.choice(people)
        if people and self.rng.random() < 0.1:
            return Ref("contacts", f"p{self.made + self.rng.randint(1, 2)}")  # will be there later, or never
        return Ref(EMAIL_STREAM, self._address())

    # ------------------------------------------------------------ changing

    def _change(self, remote: SimRemote, stream: str) -> None:
        found = remote.refs(stream)
        if not found:
            return
        ref = self.rng.choice(found)
        entry = remote.present(ref)
        if isinstance(entry, Activity):
            new = self._activity(remote, ref.external_id)
            part = self.rng.choice(("occurred_at", "about", "kind", "asset", "machine"))
            self._note(remote.commit(replace(entry, **{part: getattr(new, part)})))
            return
        style = remote_style(remote)
        if stream == "accounts":
            fields = self._values(("Name", "Size"), style)
            fields |= {"Website": self.rng.choice((*DOMAINS, ""))} if self.rng.random() < 0.3 else {}
        else:
            fields = self._values(("City", "Source", "Tags", "Budget", "Title", "Unsub"), style)
            fields |= {_named(remote, "Email"): self._address()} if "moves" in self.able and self.rng.random() < 0.3 else {}
            fields |= self._identity(remote) if "moves" in self.able and self.rng.random() < 0.2 else {}
        self._note(ref)
        associations = self._account(remote) if self.rng.random() < 0.2 else None
        assert isinstance(entry, SourceRecord)
        remote.put(*ref, fields, associations=entry.associations if associations is None else associations)

    def _touch(self, remote: SimRemote, stream: str) -> None:
        """Save a record without a change."""
        if found := remote.refs(stream):
            ref = self.rng.choice(found)
            entry = remote.present(ref)
            if isinstance(entry, SourceRecord):
                remote.edit(ref, {})
            else:
                remote.commit(entry)
            self._note(ref)

    def _delete(self, remote: SimRemote, stream: str) -> None:
        if found := remote.refs(stream):
            remote.delete(self._note(self.rng.choice(found)))

    def _restore(self, remote: SimRemote, stream: str) -> None:
        gone = [ref for ref in remote.refs(stream, live=False) if ref not in remote.refs(stream)]
        if not gone:
            return
        ref = self._note(self.rng.choice(gone))
        entry = remote.present(ref)
        if isinstance(entry, Activity):
            remote.commit(replace(entry, deleted=False))
        else:
            remote.restore(ref)

    def _merge(self, remote: SimRemote, stream: str) -> None:
        """Merge two records of a stream, or turn a lead into a contact."""
        if remote.streams[stream] == "activity":
            return
        losers = remote.refs(stream)
        winners = remote.refs("contacts" if stream == "leads" else stream)
        if losers and len(winners) > 1:
            loser = self.rng.choice(losers)
            winner = self.rng.choice([ref for ref in winners if ref != loser])
            remote.merge(self._note(loser), self._note(winner))

    def _spoil(self, remote: SimRemote, stream: str) -> None:
        """Make a row that cannot be read: a new one, or one that could be read before."""
        found = remote.refs(stream)
        name = self.rng.choice(found).external_id if found and self.rng.random() < 0.5 else f"x{self.made}"
        problem = Problem(where=f"{stream}.line", what="is no row", code=self.rng.choice(("row.bad", "row.worse")))
        self._note(remote.commit(Refused(stream=stream, external_id=name, problem=problem, raw="?")))

    def _mend(self, remote: SimRemote, stream: str) -> None:
        """Make a row readable again."""
        bad = [ref for ref in remote.versions if ref.stream == stream and isinstance(remote.present(ref), Refused)]
        if not bad:
            return
        ref = self._note(self.rng.choice(bad))
        if remote.streams[stream] == "activity":
            remote.commit(self._activity(remote, ref.external_id))
        else:
            known = [one for one in remote.versions[ref] if isinstance(one, SourceRecord) and not one.deleted]
            remote.put(*ref, dict(known[-1].fields) if known else {})

    def _note(self, ref: Ref) -> Ref:
        self.log.append(f"{ref.stream}:{ref.external_id}")
        return ref


def remote_style(remote: SimRemote) -> str:
    """Return by whose words the remote names its fields."""
    return "crm" if "leads" in remote.streams else "shop"


def _named(remote: SimRemote, name: str) -> str:
    return name if remote_style(remote) == "crm" else _AS_IN_SHOP[name]

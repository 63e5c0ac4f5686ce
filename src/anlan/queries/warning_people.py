"""Who can be told of a warning: people at places, offices of districts, the city office, and the groups' robots."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from anlan.engine.messages import Channel
from anlan.engine.warning_turns import AT_THE_PLACE, PARTIES, Party
from anlan.models import District, Grant, Message, Place, PushSubscription
from anlan.queries.people import in_force

ROBOTS: tuple[Channel, ...] = ("webhook", "wecom", "dingtalk", "feishu")
"""Channels addressed to names in the operator's file: `district-990101`, `department-D1`, `office`."""

ALL_AT_ONCE = 3000
"""From so many places on the whole register is read once, instead of asking for each by its code."""


KINDS: dict[Party, str] = {"receiver": "place", "deputy": "deputy"}
"""What messages call the people of a place."""

Dead = dict[tuple[str, str], set[str]]
"""Channels that are known not to reach somebody, by kind and code of the place."""


class Reach(NamedTuple):
    """One way to somebody."""

    kind: str
    receiver: str
    channel: str
    address: str
    language: str


class Contact(NamedTuple):
    """A place and where its receiver and its deputy are reached."""

    code: str
    id: UUID
    district: str | None
    department: str | None
    receiver_email: str
    receiver_phone: str
    deputy_email: str
    deputy_phone: str


@dataclass(frozen=True, slots=True)
class People:
    """Ways to people by what they answer for; a district's are found for its parts too."""

    places: Mapping[str, tuple[Reach, ...]] = field(default_factory=dict)
    districts: Mapping[str, tuple[Reach, ...]] = field(default_factory=dict)
    office: tuple[Reach, ...] = ()
    parents: Mapping[str, str | None] = field(default_factory=dict)

    def of_district(self, code: str | None) -> tuple[Reach, ...]:
        """The office of a district, or of the next above it that has one."""
        while code:
            if code in self.districts:
                return self.districts[code]
            code = self.parents.get(code)
        return ()

    def of(self, party: Party, place: Contact) -> tuple[Reach, ...]:
        """The ways to a party of a place that is not of the place itself."""
        match party:
            case "operator":
                return self.places.get(place.code, ())
            case "district":
                return self.of_district(place.district)
            case _:
                return self.office


def contacts(codes: Iterable[str]) -> list[Contact]:
    """Where the receivers and deputies of some open places are reached."""
    wanted = set(codes)
    rows = Place.objects.filter(closed_at=None)
    if len(wanted) <= ALL_AT_ONCE:
        rows = rows.filter(code__in=wanted)
    found = rows.values_list(
        "code", "id", "district_id", "department__code",
        "receiver_email", "receiver_phone", "deputy_email", "deputy_phone",
    ).order_by("code")  # fmt: skip
    return [Contact(*row) for row in found.iterator(chunk_size=5000) if row[0] in wanted]


def people(channels: frozenset[str], robots: Mapping[Channel, Iterable[str]], at: datetime) -> People:
    """Who can be told by these channels; four reads. Robots are named after whom they speak to."""
    not_expired = Q(user__expires_on=None) | Q(user__expires_on__gte=timezone.localdate(at))
    grants = in_force(Grant.objects.filter(role__in=["city-office", "venue-manager"]), at)
    rows = list(grants.filter(not_expired, user__is_active=True).select_related("user").order_by("id"))
    pushes: dict[UUID, list[PushSubscription]] = {}
    if "webpush" in channels:
        for each in PushSubscription.objects.filter(user__in=[row.user_id for row in rows]):
            pushes.setdefault(each.user_id, []).append(each)
    places: dict[str, dict[Reach, None]] = {}
    districts: dict[str, dict[Reach, None]] = {}
    office: dict[Reach, None] = {}
    for row in rows:
        ways = _ways(row, pushes.get(row.user_id, ()), channels)
        if row.role == "venue-manager":
            target = places.setdefault(row.place_code, {}) if row.place_code else {}
        elif row.district_code:
            target = districts.setdefault(row.district_code, {})
        else:
            target = {} if row.department_code or row.place_code else office
        target.update(dict.fromkeys(ways))
    for code in list(districts):
        if not districts[code]:
            del districts[code]
    for channel, names in robots.items():
        for name in names:
            kind, _dash, code = name.partition("-")
            if kind == "district" and code:
                way = Reach("district", code, channel, name, "zh")
                districts.setdefault(code, {})[way] = None
            elif name == "office":
                office[Reach("role", "city-office", channel, name, "zh")] = None
    parents = dict(District.objects.values_list("code", "parent_id"))
    return People(
        {code: tuple(ways) for code, ways in places.items() if ways},
        {code: tuple(ways) for code, ways in districts.items()},
        tuple(office),
        parents,
    )


def reachable(place: Contact, known: People, dead: Dead, channels: Collection[str]) -> tuple[Party, ...]:
    """Who can be told about a place, in the order of their turns."""
    return tuple(
        party
        for party in PARTIES
        if (ways_at_place(party, place, dead, channels) if party in AT_THE_PLACE else known.of(party, place))
    )


def ways_at_place(
    party: Party, place: Contact, dead: Dead, channels: Collection[str]
) -> list[tuple[str, str]]:
    """The channels and addresses by which a receiver or deputy can be reached, as far as is known."""
    stated = (
        (place.receiver_email, place.receiver_phone)
        if party == "receiver"
        else (place.deputy_email, place.deputy_phone)
    )
    lost = dead.get((KINDS[party], place.code), ())
    return [
        (channel, to)
        for channel, to in zip(("email", "sms"), stated, strict=True)
        if to and channel in channels and channel not in lost
    ]


def dead_ways(warning: str) -> Dead:
    """Channels by which a warning cannot reach receivers and deputies, by kind and code of the place."""
    found: Dead = {}
    for kind, receiver, channel in _dead(warning).values_list("receiver_kind", "receiver", "channel"):
        found.setdefault((kind, receiver), set()).add(channel)
    return found


def count_dead(warning: str) -> int:
    """How many messages of a warning to receivers and deputies are known not to arrive."""
    return _dead(warning).count()


def _dead(warning: str) -> QuerySet[Message]:
    rows = Message.objects.filter(mailing__about_kind="warning", mailing__about_id=warning)
    return rows.filter(fault__gt="", state="dead", receiver_kind__in=["place", "deputy"]).exclude(
        fault="withdrawn"
    )


def _ways(row: Grant, pushes: Iterable[PushSubscription], channels: frozenset[str]) -> list[Reach]:
    language = row.user.language[:2] or "zh"
    ways = [Reach("browser", str(each.pk), "webpush", each.subscription, language) for each in pushes]
    if row.user.email and "email" in channels:
        ways.append(Reach("person", str(row.user_id), "email", row.user.email, language))
    return ways

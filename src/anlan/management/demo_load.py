"""Writes the generated demo city into an empty database."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from uuid import UUID
from zlib import crc32
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from anlan.actions import journal
from anlan.actions.installation import DemoAccount, mark_demo, name_city
from anlan.actions.journal import Change
from anlan.actions.register import Measured, PlaceDraft, register_places
from anlan.actions.schemes import adopt, set_local_value, store_folder
from anlan.actions.standing import rebuild_standing
from anlan.actions.tallies import forget_tallies
from anlan.links.basemap import features_from_geojson, write_basemap
from anlan.links.roads import FILE_NAME, network_of_lines, write_network
from anlan.management.demo_city.values import DemoCity, DemoEvidence, DemoPlace
from anlan.management.demo_patrols import load_patrols
from anlan.management.demo_periods import load_periods
from anlan.management.demo_points import load_points
from anlan.management.demo_public import load_public_information
from anlan.management.demo_signals import load_signals
from anlan.management.demo_warnings import load_warnings
from anlan.models import (
    Checkpoint,
    Department,
    District,
    Evidence,
    Finding,
    Grant,
    Operator,
    Place,
    Post,
    PostureChange,
    User,
    Waiver,
    Zone,
)
from anlan.models.ids import new_id

DEFAULT_SCHEMES = ("city-plan-2026", "uk-premises-2025")
Progress = Callable[[str, str], None]

MAIL_DOMAIN = "anlan.example"
"""Addresses of a domain that nobody can own (RFC 2606)."""

TOLD_OF_WARNINGS = ("city-office", "department-liaison", "venue-manager")

_BATCH = 1500


def load(city: DemoCity, *, at: datetime, schemes: Iterable[str], progress: Progress) -> None:
    """Write everything of the demo city; the caller makes sure that the database is empty."""
    zone = ZoneInfo(city.timezone)
    progress("街道与底图", "streets and base map")
    _base_map(city)
    with transaction.atomic():
        users = _accounts(city, at)
        office = next(iter(users.values()))
        _organisations(city, at=min(_midnight(place.registered, zone) for place in city.places))
        progress("方案", "schemes")
        start = _midnight(date(city.today.year, 1, 1), zone)
        for scheme in schemes:
            edition, problems = store_folder(settings.SCHEMES / scheme, by=office, at=at)
            if edition is None:
                raise ValueError(f"{scheme}: {problems[0].message.en if problems else 'cannot be read'}")
            since = max(start, _valid_from(edition.sha256, zone))
            adopt(edition, valid_from=since, by=office, at=min(since, at))
        progress("场所", "places")
        _places(city, office, zone)
        load_points(at=at)
        progress("履职证据", "evidence")
        _records(city, users, zone)
        rebuild_standing(at=at)
        forget_tallies()
        progress("巡查", "patrols")
        load_patrols(city, users, office=office, at=at)
        progress("预警", "warnings")
        load_warnings(office, users["second"], at=at)
        load_periods(office, at=at)
        load_public_information(office, users["second"], users["police"], at=at)
        load_signals(office=office, at=at)
        name_city(city.name_zh, city.name_en, by=None, at=at)
        mark_demo([DemoAccount(a.username, a.password, a.role, a.name_zh, a.name_en) for a in city.accounts])
        entry = Change("load-demo-city", "city", city.code, subject_label=city.name_zh)
        journal.write(entry, by=office, at=at)


def _valid_from(sha256: str, zone: ZoneInfo) -> datetime:
    from anlan.queries.schemes import scheme_of

    return _midnight(scheme_of(sha256).valid_from, zone)


def _base_map(city: DemoCity) -> None:
    features = [
        feature
        for layer in ("road", "rail", "water", "green", "district")
        for feature in features_from_geojson(layer, [f.geojson() for f in city.features if f.layer == layer])
    ]
    write_basemap(settings.BASEMAP, features, attribution="")
    streets = [
        feature.shape
        for feature in features
        if feature.layer == "road" and feature.properties.get("class") != "motorway"
    ]
    write_network(settings.BASEMAP.with_name(FILE_NAME), network_of_lines(streets))


def _accounts(city: DemoCity, at: datetime) -> dict[str, User]:
    users: dict[str, User] = {}
    for account in city.accounts:
        user = User(
            username=account.username,
            name=account.name_zh,
            email=f"{account.username}@{MAIL_DOMAIN}" if account.role in TOLD_OF_WARNINGS else "",
            created_at=at,
        )
        user.set_password(account.password or None)
        user.save()
        Grant.objects.create(
            user=user,
            role=account.role,
            district_code=account.district,
            department_code=account.department,
            place_code=account.place,
            valid_from=at,
        )
        users[account.username] = user
    return users


def _organisations(city: DemoCity, at: datetime) -> None:
    District.objects.create(code=city.code, name_zh=city.name_zh, name_en=city.name_en)
    District.objects.bulk_create(
        District(
            code=district.code,
            name_zh=district.name_zh,
            name_en=district.name_en,
            parent_id=city.code,
            boundary={"type": "Polygon", "coordinates": district.outline},
        )
        for district in city.districts
    )
    Department.objects.bulk_create(
        Department(
            code=department.code,
            name_zh=department.name_zh,
            name_en=department.name_en,
            role=department.role,
            trade=department.trade,
            district_id=department.district or None,
            registered_at=at,
        )
        for department in city.departments
    )
    Operator.objects.bulk_create(
        Operator(code=operator.code, name_zh=operator.name_zh, name_en=operator.name_en)
        for operator in city.operators
    )


def _places(city: DemoCity, office: User, zone: ZoneInfo) -> None:
    by_day: dict[date, list[DemoPlace]] = {}
    for place in city.places:
        by_day.setdefault(place.registered, []).append(place)
    for day, places in sorted(by_day.items()):
        at = _midnight(day, zone)
        register_places([_draft(place, day) for place in places], by=office, at=at, reason="建立台账")
    rows = {place.code: place for place in Place.objects.all()}
    _later_figures(city, office, zone)
    _parts(city, rows, zone)


def _draft(place: DemoPlace, day: date) -> PlaceDraft:
    figures = {figure.fact: figure for figure in place.figures if figure.start <= day}
    receiver, number = place.receiver, crc32(place.code.encode())
    deputy = number if receiver and number % 2 else 0
    return PlaceDraft(
        code=place.code,
        name_zh=place.name_zh,
        name_en=place.name_en,
        kind=place.kind,
        district_code=place.district,
        department_code=place.department,
        operator=place.operator,
        address=place.address_zh,
        longitude=place.coordinate[0],
        latitude=place.coordinate[1],
        hours=f"{place.opens}-{place.closes}" if place.opens else "",
        receiver_post=receiver.post_zh if receiver else "",
        receiver_name=receiver.name_zh if receiver else "",
        receiver_phone=receiver.phone if receiver else "",
        deputy_post="值班班长" if deputy else "",
        deputy_phone=f"000-5551-{deputy % 10_000:04d}" if deputy else "",
        source="demo",
        source_id=place.code,
        facts={
            "critical_facility": place.critical_facility,
            **place.flags,
            **{fact: figure.value for fact, figure in figures.items()},
        },
        measured={fact: Measured(figure.method, figure.counted_on) for fact, figure in figures.items()},
    )


def _later_figures(city: DemoCity, office: User, zone: ZoneInfo) -> None:
    for place in city.places:
        for figure in sorted(place.figures, key=lambda each: each.start):
            if figure.start > place.registered:
                at = _midnight(figure.start, zone)
                draft = PlaceDraft(
                    code=place.code,
                    name_zh=place.name_zh,
                    kind=place.kind,
                    facts={figure.fact: figure.value},
                    measured={figure.fact: Measured(figure.method, figure.counted_on)},
                )
                register_places([draft], by=office, at=at, reason="年度客流复核")


def _parts(city: DemoCity, rows: dict[str, Place], zone: ZoneInfo) -> None:
    zones: dict[tuple[str, str], Zone] = {}
    posts: list[Post] = []
    checkpoints: list[Checkpoint] = []
    for place in city.places:
        row = rows[place.code]
        for part in place.zones:
            zones[place.code, part.code] = Zone(
                place=row, code=part.code, name_zh=part.name_zh, name_en=part.name_en
            )
        posts += [
            Post(
                place=row,
                code=post.code,
                name_zh=post.name_zh,
                name_en=post.name_en,
                mobile=post.kind == "mobile",
            )
            for post in place.posts
        ]
        checkpoints += [
            Checkpoint(
                place=row,
                zone=zones.get((place.code, point.zone)),
                code=point.code,
                name_zh=point.name_zh,
                name_en=point.name_en,
                longitude=point.coordinate[0],
                latitude=point.coordinate[1],
                order=order,
                opened_at=_midnight(place.registered, zone),
            )
            for order, point in enumerate(place.checkpoints)
        ]
    Zone.objects.bulk_create(zones.values(), batch_size=_BATCH)
    Post.objects.bulk_create(posts, batch_size=_BATCH)
    Checkpoint.objects.bulk_create(checkpoints, batch_size=_BATCH)


def _records(city: DemoCity, users: dict[str, User], zone: ZoneInfo) -> None:
    places = {place.code: place for place in Place.objects.all()}
    departments = {department.code: department for department in Department.objects.all()}
    operators = {operator.code: operator for operator in Operator.objects.all()}
    checkpoints = {(point.place_id, point.code): point.pk for point in Checkpoint.objects.all()}
    ids: dict[int, UUID] = {}

    def row(item: DemoEvidence) -> Evidence:
        place = places.get(item.place)
        ids[item.key] = new_id()
        answers = {failed: {"passed": False, "note": item.note} for failed in item.failed_items}
        return Evidence(
            id=ids[item.key],
            scheme=item.scheme,
            rule=item.rule,
            place=place,
            department=None if place else departments[item.place],
            checkpoint_id=checkpoints.get((place.pk, item.checkpoint)) if place and item.checkpoint else None,
            kind=item.kind,
            effective_at=item.effective,
            recorded_at=item.recorded,
            expires_at=item.expires,
            quantity=item.quantity,
            answers=answers,
            note=item.note,
            by=users.get(item.by),
        )

    Evidence.objects.bulk_create((row(item) for item in city.evidence), batch_size=_BATCH)
    Finding.objects.bulk_create(
        Finding(
            number=number,
            year=finding.found.astimezone(zone).year,
            place=places[finding.place],
            evidence_id=ids[finding.evidence],
            scheme=finding.scheme,
            rule=finding.rule,
            item=finding.item,
            title_zh=finding.description_zh,
            title_en=finding.description_en,
            operator=operators.get(finding.responsible_operator),
            department=departments.get(finding.responsible_department),
            opened_at=finding.found,
            deadline=finding.deadline,
            closed_by_id=ids[finding.closed_by] if finding.closed_by is not None else None,
            closed_at=finding.closed,
        )
        for number, finding in enumerate(sorted(city.findings, key=lambda each: each.found), start=1)
    )
    for waiver in city.waivers:
        place = places.get(waiver.place)
        Waiver.objects.create(
            scheme=waiver.scheme,
            rule=waiver.rule,
            place=place,
            department=None if place else departments[waiver.place],
            start=waiver.start,
            end=waiver.end,
            reason=waiver.reason_zh,
            by=users.get(waiver.by),
            recorded_at=waiver.start,
        )
    for local in city.local_values:
        set_local_value(
            scheme=local.scheme,
            parameter=local.parameter,
            value=local.value,
            reason=local.reason_zh,
            valid_from=local.start,
            valid_until=local.end,
            by=users.get(local.by),
            at=_midnight(local.start, zone),
            place=places.get(local.place),
        )
    for posture in city.postures:
        PostureChange.objects.bulk_create(
            PostureChange(
                level=posture.level,
                place=places.get(code),
                start=posture.start,
                end=posture.end,
                reason=posture.reason_zh,
                by=users.get("office"),
                recorded_at=posture.start,
                end_recorded_at=posture.end,
            )
            for code in (posture.places or ("",))
        )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)

"""What stands for `{…}` in the addresses of pictures: things that the data have, and imports made for the pictures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

SHEET: Final = """编号,场所名称,类型,所属区,经度,纬度,坐标系,日均客流量,统计方法
PIC-1,河畔书城,商店,{district},{longitude},{latitude},WGS-84,2600,人工清点
PIC-2,无此类型,飞船发射场,{district},{longitude},{latitude},WGS-84,100,估计
PIC-3,客流有误,商店,{district},{longitude},{latitude},WGS-84,很多,估计
PIC-4,坐标有误,商店,{district},9999,{latitude},WGS-84,300,人工清点
"""
IMPORT_NAME: Final = "places-of-pictures.csv"
IMPORT_STATES: Final = {
    "{import-columns}": "uploaded",
    "{import-checked}": "checked",
    "{import-done}": "done",
}

PATROLLED: Final = (
    "{patrolled}", "{unpatrolled}", "{patrol-plan}", "{patrol-plan-over}", "{patrol-point}", "{walk}"
)  # fmt: skip


def subjects(addresses: Iterable[str]) -> dict[str, str]:
    """The value of each mark that these addresses use. Django is set up; the database is the server's."""
    from anlan.models import User, Waiver

    wanted = set(addresses)
    found: dict[str, str] = {}
    if any("{person}" in address for address in wanted):
        granted = User.objects.filter(is_active=True, grants__role="department-liaison")
        found["{person}"] = str(granted.order_by("username").values_list("username", flat=True).first() or "")
    if any("{waived}" in address or "{waiver}" in address for address in wanted):
        waiver = Waiver.objects.filter(withdrawn_at=None, place__isnull=False).order_by("recorded_at").first()
        found["{waived}"] = waiver.place.code if waiver and waiver.place else ""
        found["{waiver}"] = str(waiver.pk) if waiver else ""
    if any("{public-" in address for address in wanted):
        found.update(_public_subjects())
    if wanted and any(mark in address for address in wanted for mark in PATROLLED):
        found |= _patrolled()
    if any("{message}" in address for address in wanted):
        found["{message}"] = _a_message()
    if any("{signal" in address for address in wanted):
        found |= _signals()
    if any("{warning" in address for address in wanted):
        found |= _warnings()
    if any("{incident}" in address for address in wanted):
        found["{incident}"] = _an_incident()
    if any("{cap" in address for address in wanted):
        found |= _cap()
    if "/warnings/periods/{period}/" in wanted:
        found["{period}"] = _a_period()
    for mark, state in IMPORT_STATES.items():
        if any(mark in address for address in wanted):
            found[mark] = _an_import(state)
    return found


def _a_message() -> str:
    """A message that somebody has to decide about, if there is one."""
    from anlan.models import Message

    rows = Message.objects.order_by("-id")
    row = rows.filter(fault__gt="").first() or rows.first()
    return str(row.pk) if row else ""


def _an_incident() -> str:
    """An incident whose plan runs; one is opened for the pictures where there is none."""
    from django.utils import timezone

    from anlan.actions.incident_plans import activate_plan
    from anlan.actions.incidents import IncidentDraft, Report, open_incident
    from anlan.models import Incident, Place
    from anlan.queries.incident_plans import plan_named

    known = Incident.objects.filter(closed_at=None, activations__isnull=False).order_by("-opened_at").first()
    if known is not None:
        return str(known.pk)
    now = timezone.now()
    place = Place.objects.filter(code=_patrolled().get("{patrolled}", "")).first()
    draft = IncidentDraft(
        "vehicle-attack", ("车辆冲撞", "Vehicle attack"), now, Report(casualties=4), place=place
    )
    incident = open_incident(draft, by=None, at=now)
    named = plan_named("city-plan-2026", "vehicle-attack", now)
    if named is not None:
        activate_plan(incident, *named, by=None, at=now)
    return str(incident.pk)


def _signals() -> dict[str, str]:
    """The latest signal that waits for its triage, and one that somebody triaged."""
    from anlan.models import Signal

    rows = Signal.objects.order_by("-received_at")
    waiting, triaged = rows.filter(outcome="").first(), rows.exclude(outcome="").first()
    return {
        "{signal}": f"/signals/{waiting.pk}/" if waiting else "",
        "{signal-triaged}": f"/signals/{triaged.pk}/" if triaged else "",
    }


def _cap() -> dict[str, str]:
    """The latest CAP message, one that was refused, and a subscription."""
    from anlan.models import CapMessage, CapSubscription

    rows = CapMessage.objects.order_by("-at")
    latest, refused = rows.filter(outcome="accepted").first(), rows.filter(outcome="refused").first()
    feed = CapSubscription.objects.filter(ended_at=None).first()
    marks = {"{cap}": latest, "{cap-refused}": refused, "{cap-subscription}": feed}
    return {mark: str(row.pk) if row else "" for mark, row in marks.items()}


def _a_period() -> str:
    """A sensitive period that waits for the second person, or else any."""
    from anlan.models import SensitivePeriod

    rows = SensitivePeriod.objects.order_by("-entered_at")
    row = rows.filter(adopted_at=None, withdrawn_at=None).first() or rows.first()
    return str(row.pk) if row else ""


def _warnings() -> dict[str, str]:
    """A warning in force with the link of one of its receivers, a draft, and one that is over."""
    from django.utils import timezone

    from anlan.models import Place
    from anlan.queries.warning_links import receipt_token
    from anlan.queries.warnings import notices
    from anlan.queries.warnings_shown import codes_of

    at = timezone.now()
    marks = {"{warning}": "now", "{warning-draft}": "open", "{warning-past}": "past"}
    rows = {mark: notices(at, state=state).first() for mark, state in marks.items()}
    found = {mark: str(row.pk) if row else "" for mark, row in rows.items()}
    running = rows["{warning}"]
    if running is not None:
        taken = running.acknowledgements.values("place__code")
        place = Place.objects.filter(code__in=codes_of(running, at)).exclude(code__in=taken).first()
        found["{warning-link}"] = receipt_token(running, place) if place else ""
    return found


def _patrolled() -> dict[str, str]:
    """The place of the manager, whose patrols are set up, its present plan, one that is over, and a walk."""
    from django.utils import timezone

    from anlan.models import Grant, PatrolPlan, Place, Walk

    manager = Grant.objects.filter(role="venue-manager").exclude(place_code="").order_by("valid_from").first()
    place = Place.objects.filter(code=manager.place_code if manager else "").first()
    if place is None:
        return {}
    plans = PatrolPlan.objects.filter(place=place, cancelled_at=None).order_by("starts")
    now = timezone.now()
    present, over = plans.filter(ends__gt=now).first(), plans.filter(ends__lte=now).last()
    walk = Walk.objects.filter(place=place).order_by("-started_at").first()
    point = place.checkpoints.filter(closed_at=None).order_by("order", "code").first()
    bare = Place.objects.filter(closed_at=None, beats=None, checkpoints__isnull=False).exclude(pk=place.pk)
    other = bare.order_by("code").first()
    return {
        "{patrolled}": place.code,
        "{unpatrolled}": other.code if other else place.code,
        "{patrol-plan}": str(present.pk) if present else "",
        "{patrol-plan-over}": str(over.pk) if over else "",
        "{patrol-point}": str(point.pk) if point else "",
        "{walk}": str(walk.pk) if walk else "",
    }


def _an_import(state: str) -> str:
    """An import of a small sheet in that state: one made before, or made now. Its new place is put in once."""
    from django.utils import timezone

    from anlan.actions.import_records import keep_file
    from anlan.actions.imports import begin_sheet, check_sheet, run
    from anlan.models import Place, PlaceImport, User

    before = PlaceImport.objects.filter(state=state, result__name=IMPORT_NAME).order_by("-created_at").first()
    if before is not None:
        return str(before.pk)
    place = Place.objects.exclude(district=None).exclude(longitude=None).order_by("code").first()
    office = User.objects.filter(is_active=True, grants__role="city-office").order_by("username").first()
    if place is None or office is None:
        return ""
    text = SHEET.format(
        district=place.district_id, longitude=round(place.longitude or 0, 4), latitude=place.latitude
    )
    at = timezone.localtime() - timedelta(minutes=1)
    kept = keep_file([text.encode("utf-8-sig")], IMPORT_NAME, "text/csv", by=office, at=at)
    record = begin_sheet(kept, by=office, at=at)
    assert isinstance(record, PlaceImport), record
    if state != "uploaded":
        check_sheet(record, {int(column): name for column, name in record.mapping["columns"].items()}, None)
    if state == "done":
        run(record, {})
    return str(record.pk)


def _public_subjects() -> dict[str, str]:
    """A statement that the public sees, and one that waits for approval."""
    from anlan.models import PublicStatement

    rows = PublicStatement.objects.order_by("-drafted_at")
    marks = {
        "{public-released}": rows.filter(released_at__isnull=False, withdrawn_at=None).exclude(kind="facts"),
        "{public-waiting}": rows.filter(submitted_at__isnull=False, released_at=None, discarded_at=None),
    }
    return {mark: str(one.pk) for mark, found in marks.items() if (one := found.first()) is not None}

"""Findings in words: their number, how they stand, what happened to them, and the rectification notice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anlan.engine.policy import Language, Rule, Scheme, Text
from anlan.links.documents import NoticeData, NoticeFinding
from anlan.models import Department, Entry, Evidence, Finding, Operator, Place, User
from anlan.queries.findings import InspectingBody
from anlan.queries.installation import city_settings
from anlan.web.people_words import Names
from anlan.web.templatetags.words import finding_words

_LABELS = {
    "plan": Text("总体方案", "Plan"),
    "law": Text("法律法规", "Law"),
    "practice": Text("通行做法", "Practice"),
}
_ASKED = Text(
    "限期整改；完成后上传整改证据，等待复查。",
    "Put it right in time; then record evidence and have it inspected again.",
)
_OFFICE = Text("市领导小组办公室", "City office")


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding as the list shows it."""

    finding: Finding
    number: str
    title: str
    responsible: str
    is_open: bool
    is_overdue: bool


def finding_number(finding: Finding, language: str = "") -> str:
    """整改〔2026〕12号 in Chinese, RN-2026-0012 in English."""
    language = language or get_language() or "zh"
    if language.startswith("en"):
        return f"RN-{finding.year}-{finding.number:04d}"
    return f"整改〔{finding.year}〕{finding.number}号"


def finding_title(finding: Finding, language: str = "") -> str:
    """What was looked at, in the reader's language."""
    language = language or get_language() or "zh"
    return finding.title_en if language.startswith("en") and finding.title_en else finding.title_zh


def _observed(finding: Finding) -> Text:
    """What a notice says was seen where the inspection left no words."""
    return Text(f"{finding.title_zh}：不符合要求", f"Not met: {finding.title_en or finding.title_zh}")


def finding_row(finding: Finding, at: datetime) -> FindingRow:
    """One finding for the list."""
    is_open = finding.closed_at is None
    return FindingRow(
        finding=finding,
        number=finding_number(finding),
        title=finding_words(finding),
        responsible=named(finding.department or finding.operator or finding.place, get_language() or "zh"),
        is_open=is_open,
        is_overdue=is_open and finding.deadline <= at,
    )


def named(row: Department | Operator | Place | None, language: str) -> str:
    """A name in a language; Chinese where there is no English one."""
    if row is None:
        return ""
    return row.name_en if language.startswith("en") and row.name_en else row.name_zh


def story_of(
    finding: Finding, inspections: list[Evidence], entries: list[Entry], names: Names, at: datetime
) -> list[dict[str, Any]]:
    """What happened to a finding, the latest first."""
    place = finding.place
    told: list[dict[str, Any]] = [
        {
            "at": finding.opened_at,
            "title": _("Found at an inspection"),
            "text": finding.note,
            "by": names.of(finding.evidence.by, place),
            "icon": "alert-square-rounded",
            "tone": "warn",
            "href": reverse("evidence", args=[finding.evidence_id]),
        }
    ]
    for row in inspections:
        passed = row.pk == finding.closed_by_id or row.answers.get(finding.item, {}).get("passed", True)
        struck = getattr(row, "strike", None)
        title = _("Re-inspected: put right") if passed else _("Re-inspected: not yet put right")
        told.append(
            {
                "at": row.effective_at,
                "title": title + (_(" (struck through)") if struck else ""),
                "text": row.note,
                "by": names.of(row.by, place),
                "icon": "zoom-check" if passed else "zoom-exclamation",
                "tone": "neutral" if struck else "good" if passed else "bad",
                "href": reverse("evidence", args=[row.pk]),
            }
        )
    told += [
        {
            "at": entry.at,
            "title": _("Open again: the evidence that closed it was struck through"),
            "text": entry.reason,
            "by": names.of(entry.by, place),
            "icon": "arrow-back-up",
            "tone": "warn",
        }
        for entry in entries
        if entry.action == "reopen-finding"
    ]
    if finding.closed_at is not None:
        told.append(
            {
                "at": finding.closed_at,
                "title": _("Closed"),
                "icon": "square-rounded-check",
                "tone": "good",
                "by": names.of(finding.closed_by.by if finding.closed_by else None, place),
            }
        )
    elif finding.deadline <= at:
        told.append(
            {"at": finding.deadline, "title": _("Deadline passed"), "icon": "alert-triangle", "tone": "bad"}
        )
    return sorted(told, key=lambda each: each["at"], reverse=True)


def notice_of(
    finding: Finding,
    body: InspectingBody,
    *,
    language: Language,
    scheme: Scheme | None,
    rule: Rule | None,
    names: Names,
    shows_receiver: bool,
    address: str,
) -> NoticeData:
    """All that the rectification notice of a finding says, in one language, in the name of the body that inspected."""
    place, zone = finding.place, timezone.get_default_timezone()
    city = city_settings()
    name_of_city = (city.name_en if language == "en" and city.name_en else city.name_zh) or "—"
    deadline = finding.deadline.astimezone(zone)
    opened = finding.opened_at.astimezone(zone)
    return NoticeData(
        number=finding_number(finding, language),
        city=name_of_city,
        issuer=named(body.department, language)
        or f"{name_of_city} {_OFFICE.in_language(language)}".strip("— "),
        place_name=named(place, language),
        place_code=place.code,
        place_address=place.address,
        operator=named(finding.operator or place.operator, language),
        receiver_name=(place.receiver_name or place.receiver_post) if shows_receiver else "",
        receiver_phone=place.receiver_phone if shows_receiver else "",
        inspected_at=opened,
        inspectors=(inspector_name(finding.evidence.by, names, place),),
        findings=(
            NoticeFinding(
                number="1",
                item=finding_title(finding, language),
                observed=finding.note or _observed(finding).in_language(language),
                basis=basis_of(scheme, rule, language) or f"{finding.scheme}/{finding.rule}",
                asked=_ASKED.in_language(language),
                deadline=deadline.date(),
            ),
        ),
        deadline=deadline.date(),
        issued_on=opened.date(),
        record_url=address,
    )


def basis_of(scheme: Scheme | None, rule: Rule | None, language: str) -> str:
    """Where what is asked is written."""
    if scheme is None or rule is None:
        return ""
    cites = rule.cites
    title = (
        scheme.title.in_language(language)
        if cites.label == "plan"
        else _LABELS[cites.label].in_language(language)
    )
    source = scheme.sources.get(cites.source, cites.source) if cites.source else ""
    parts = [title, str(source), cites.clause, rule.title.in_language(language)]
    return " ".join(part for part in parts if part)


def inspector_name(user: User | None, names: Names, place: Place) -> str:
    """Who inspected, as far as the asker may know."""
    return names.of(user, place)

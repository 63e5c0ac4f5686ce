"""One duty of a place explained, and a year of its duties as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.engine.conditions import Reason, verdict
from anlan.engine.durations import duration_of, duration_words
from anlan.engine.figures import Figure, Figures
from anlan.engine.policy import Rule, Scheme, Text
from anlan.engine.raised_days import raised_days
from anlan.engine.standing import WindowState
from anlan.models import PlaceFact
from anlan.queries.duties import windows_of_place, year_of_place
from anlan.queries.place_records import evidence_about, facts_on
from anlan.queries.subjects import place_subject
from anlan.web import access
from anlan.web.place_frame import Seen, frame, seen
from anlan.web.place_months import month_charts
from anlan.web.place_words import DutyRow, duty_rows, fact_words, unclear
from anlan.web.record_words import evidence_rows
from anlan.web.shell import page
from anlan.web.templatetags.looks import STATES
from anlan.web.templatetags.yearpicture import Day

SHORT, LONG = timedelta(days=3), timedelta(days=420)
WINDOWS = 36
FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure a duty uses, in the scheme's words, with the city's own value if there is one."""

    figure: Figure
    title: Text | str
    value: Text | str
    unit: Text | str


@dataclass(frozen=True, slots=True)
class DecidingFact:
    """A fact that decided, and how it is known."""

    title: Text
    value: Text | str
    row: PlaceFact | None


@access.needs("see-places")
@require_safe
def why(request: HttpRequest, code: str, scheme_id: str, rule_id: str) -> HttpResponse:
    """Why one duty is owed, since when, under which clause and figure, and which fact decided; or why it is not."""
    view = seen(request, access.place_or_404(request, code, "see-places"))
    scheme, rule = _rule_or_404(view, scheme_id, rule_id)
    context = frame(request, view, "duties")
    owed, weaker = duty_rows(
        view.account, view.place, view.schemes, may_record=context["may_record"] and view.moments.is_now
    )
    row = next((each for each in (*owed, *weaker) if each.duty.id == f"{scheme_id}/{rule_id}"), None)
    reasons, holds = _reasons(view, scheme, rule, row)
    role, kind = scheme.roles.get(rule.who), scheme.terms.get("evidence", {}).get(rule.evidence)
    source = scheme.terms.get("sources", {}).get(rule.cites.source)
    context |= {
        "title": rule.title.in_language(request.LANGUAGE_CODE),
        "subtitle": context["title"],
        "crumbs": [
            (_("Places"), reverse("places")),
            (context["title"], reverse("place", args=[code])),
        ],
        "rule": rule,
        "scheme": scheme,
        "row": row,
        "reasons": reasons,
        "holds": holds,
        "source": source.title if source else rule.cites.source,
        "who": role.title if role else rule.who,
        "evidence_kind": kind.title if kind else rule.evidence,
        "facts": _deciding(view, reasons),
        "figures": _figures(row, scheme),
        "waiting": [
            group
            for group in unclear(view.account.derived, view.schemes, view.words, view.place)
            if any(found.rule.id == rule_id and found.scheme == scheme_id for found, _url in group.rules)
        ],
        "windows": _windows(view, row) if row and row.duty.owed else [],
        "evidence": _evidence(request, view, scheme_id, rule_id),
        "all_evidence": f"{reverse('place-evidence', args=[code])}?duty={scheme_id}/{rule_id}",
        "may_waive": context["may_waive"] and row is not None and row.duty.owed,
    }
    return page(request, "places/why.html", context)


@access.needs("see-places")
@require_safe
def coverage(request: HttpRequest, code: str) -> HttpResponse:
    """The tab of the year; the picture itself is fetched afterwards."""
    view = seen(request, access.place_or_404(request, code, "see-places"))
    year, duty = _year_asked(request, view.moments.now), request.GET.get("duty", "")[:130]
    owed, _weaker = duty_rows(view.account, view.place, view.schemes, may_record=False)
    first = timezone.localtime(view.place.registered_at).year
    this = timezone.localtime(view.moments.now).year
    context = frame(request, view, "coverage") | {
        "year": year,
        "years": list(range(max(first, this - 9), this + 1)),
        "duties": [(row.duty.id, row.duty.rule.title) for row in owed],
        "duty": duty,
        "picture_url": f"{reverse('place-coverage-year', args=[code])}?year={year}&duty={duty}",
    }
    return page(request, "places/coverage.html", context)


@access.needs("see-places")
@require_safe
def coverage_year(request: HttpRequest, code: str) -> HttpResponse:
    """The picture of one year, of all duties or of one, with the longest times without a visit."""
    view = seen(request, access.place_or_404(request, code, "see-places"))
    year, duty = _year_asked(request, view.moments.now), request.GET.get("duty", "")[:130]
    found = year_of_place(view.place, year, view.moments.now, duty)
    titles = {each.id: each.rule.title for each in view.account.derived.duties}
    gaps = sorted(found.longest_gaps.items(), key=lambda pair: -pair[1])
    context = {
        "year": year,
        "days": _days(year, found.days),
        "raised": raised_days(place_subject(view.place).postures, year, view.moments.now, view.works_by.zone),
        **month_charts(found.days),
        "gaps": [(titles.get(name, name), span) for name, span in gaps if not duty or name == duty],
    }
    return render(request, "places/_year.html", context)


def _rule_or_404(view: Seen, scheme_id: str, rule_id: str) -> tuple[Scheme, Rule]:
    scheme = view.schemes.get(scheme_id)
    rule = next((rule for rule in scheme.rules if rule.id == rule_id), None) if scheme else None
    if scheme is None or rule is None or rule.subject != "place":
        raise Http404
    return scheme, rule


def _reasons(
    view: Seen, scheme: Scheme, rule: Rule, row: DutyRow | None
) -> tuple[Sequence[Reason], bool | None]:
    """What decided, and how: True owed, False not, None not known."""
    if row is not None:
        return row.duty.because, True
    on = timezone.localtime(view.moments.at).date()
    tier = view.account.derived.tiers.get(scheme.id)
    facts = {**view.account.derived.facts, "tier": tier.tier if tier else None}
    found = verdict(rule.where, facts, Figures(scheme, on, view.works_by.local, view.place.code))
    return found.because, None if found.holds else found.holds


def _deciding(view: Seen, reasons: Sequence[Reason]) -> list[DecidingFact]:
    """The facts of the register behind the reasons; behind a tier the facts that made it."""
    names: dict[str, None] = {}
    for reason in reasons:
        if reason.fact == "tier":
            found = (tier.because for tier in view.account.derived.tiers.values())
            names |= dict.fromkeys(each.fact for because in found for each in because)
        else:
            names[reason.fact] = None
    rows = facts_on(view.place, view.moments.at, view.moments.known_at)
    facts = view.account.derived.facts
    return [
        DecidingFact(view.words.fact(name), fact_words(name, facts.get(name), view.words), rows.get(name))
        for name in names
        if name not in ("tier", "posture")
    ]


def _figures(row: DutyRow | None, scheme: Scheme) -> list[FigureRow]:
    rows = []
    for figure in row.duty.figures if row else ():
        known = scheme.parameters.get(figure.parameter)
        title = known.title if known and known.title else figure.parameter
        unit = scheme.terms.get("units", {}).get(known.unit) if known else None
        rows.append(FigureRow(figure, title, _figure_value(figure), unit.title if unit else ""))
    return rows


def _figure_value(figure: Figure) -> Text | str:
    """A figure as a person reads it: durations in words."""
    value = figure.value
    if isinstance(value, bool) or value is None:
        return "—" if value is None else (_("yes") if value else _("no"))
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    try:
        return duration_words(duration_of(value))
    except ValueError:
        return value


def _windows(view: Seen, row: DutyRow) -> list[WindowState]:
    """The latest windows of a duty and the next: of three days for rounds, of a year and more for anything slower."""
    cadence = row.duty.cadence
    is_round = isinstance(cadence, tuple) and any(
        isinstance(band.every, timedelta) and band.every < timedelta(days=1) for band in cadence
    )
    start = view.moments.at - (SHORT if is_round else LONG)
    found = windows_of_place(
        view.place, start, view.moments.at + timedelta(days=1), view.moments.at, view.moments.known_at
    )
    own = [state for state in found if state.duty.id == row.duty.id]
    own.sort(key=lambda state: state.window.start, reverse=True)
    ahead = sum(state.window.start > view.moments.at for state in own)
    return own[max(ahead - 1, 0) :][:WINDOWS]


def _evidence(request: HttpRequest, view: Seen, scheme: str, rule: str) -> list[Any] | None:
    if not access.allowed(request, "see-evidence", view.place):
        return None
    known_at = view.moments.known_at
    found, _next = evidence_about(view.place, known_at=known_at, duty=(scheme, rule), limit=8)
    return evidence_rows(request, found, view.words)


def _year_asked(request: HttpRequest, now: datetime) -> int:
    """The year in the address; this one where none or nonsense is there."""
    this = timezone.localtime(now).year
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this
    return year if FIRST_YEAR <= year <= this else this


def _days(year: int, counted: Any) -> list[Day]:
    """Every day of a year with its worst state and how many windows stand in each."""
    days = []
    on = date(year, 1, 1)
    while on.year == year:
        counts = counted.get(on, {})
        worst = next((state for state in STATES if counts.get(state)), "")
        note = _(", ").join(f"{STATES[state].words} {counts[state]}" for state in STATES if counts.get(state))
        days.append(Day(on, worst, note))
        on += timedelta(days=1)
    return days


addresses = [
    path("places/<str:code>/coverage/", coverage, name="place-coverage"),
    path("places/<str:code>/coverage/year/", coverage_year, name="place-coverage-year"),
    path("places/<str:code>/why/<slug:scheme_id>/<slug:rule_id>/", why, name="place-why"),
]

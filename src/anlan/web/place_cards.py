"""The action cards of a place: who holds which, the card itself for a phone, its read-back, and the sheet to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.actions.cards import hold_card
from anlan.engine.action_cards import CONTROL_ROOM, KINDS_SHOWN, CardStep
from anlan.engine.durations import duration_of
from anlan.engine.plans import ActionPlan, Question
from anlan.engine.policy import Language, Scheme, Text
from anlan.links.documents import CardSheet, CardSheetStep
from anlan.links.documents import action_card as card_sheet
from anlan.models import Place
from anlan.queries.action_cards import PlaceCards, RoleCard
from anlan.web import access, clock
from anlan.web.card_words import HOLDING, LACKING, POINTS
from anlan.web.place_frame import frame, seen
from anlan.web.shell import page
from anlan.web.templatetags.times import lasting
from anlan.web.templatetags.words import name_of, say

HOLDERS = frozenset({"venue-manager", "guard"})
"""Who holds cards for the posts of a place: those whose grant is for that place."""
WORKER = "anlan/js/cards/worker.js"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """Somebody to ring; `tel` is the number as a phone dials it."""

    who: Text
    number: str
    tel: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of a card as the page shows it."""

    step: CardStep
    within: str
    lines: tuple[ShownLine, ...]
    points: tuple[tuple[str, Text, Text], ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of the read-back; `given` is what was chosen, 0 before anything was."""

    number: int
    question: Question
    given: int

    @property
    def is_right(self) -> bool:
        return self.given == self.question.right

    @property
    def right_answer(self) -> Text:
        return self.question.answers[self.question.right - 1]


@access.needs("see-places")
@require_safe
def place_cards(request: HttpRequest, code: str) -> HttpResponse:
    """Every plan that holds for the place, the card of each role, and who holds it."""
    view = seen(request, access.place_or_404(request, code, "see-places"))
    cards = PlaceCards(view.place, clock.now())
    context = frame(request, view, "cards") | {
        "plans": [
            {
                "scheme": each.of.scheme,
                "plan": each.of.plan,
                "unclear": each.of.verdict.holds is None,
                "rows": [(row, *HOLDING[row.state]) for row in each.cards],
            }
            for each in cards.listed
        ],
        "gaps": cards.gaps,
        "lacking": sorted({POINTS[kind][0] for kind in _kinds_lacking(cards)}, key=str),
    }
    return page(request, "places/cards.html", context)


def _kinds_lacking(cards: PlaceCards) -> set[str]:
    """Which kinds of points steps need and the place has not registered."""
    rows = (row for each in cards.listed for row in each.cards)
    steps = (step for row in rows for step in row.card.lacking)
    kinds: set[str] = {KINDS_SHOWN[step.shows][0] for step in steps if step.shows and "points" in step.lacks}
    has_room = any(point.kind == CONTROL_ROOM for point in cards.near[0])
    return kinds if has_room else kinds | {CONTROL_ROOM}


@access.needs("see-places")
@require_http_methods(["GET", "HEAD", "POST"])
def action_card(request: HttpRequest, code: str, scheme: str, plan: str, role: str) -> HttpResponse:
    """The card of a role for this place; sent, it records that the card is held and what was read back."""
    place, cards = _cards(request, code)
    found = _found(cards, scheme, plan, role)
    if request.method == "POST":
        return _held(request, place, found)
    return _shown(request, place, found)


@access.needs("see-places")
@require_safe
def action_card_sheet(request: HttpRequest, code: str, scheme: str, plan: str, role: str) -> HttpResponse:
    """The card in A6, with a code that leads to this version of it."""
    place, cards = _cards(request, code)
    found = _found(cards, scheme, plan, role)
    language: Language = "en" if (get_language() or "").startswith("en") else "zh"
    response = HttpResponse(
        card_sheet(_sheet(request, place, found), language), content_type="application/pdf"
    )
    name = f"card-{plan}-{role}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@access.open_to_anybody
@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (the same for everybody)
    """The service worker that keeps opened cards; it holds nothing of its own."""
    response = HttpResponse(_worker_text(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/places/"
    return response


Found = tuple[Scheme, ActionPlan, RoleCard]


def _cards(request: HttpRequest, code: str) -> tuple[Place, PlaceCards]:
    place = access.place_or_404(request, code, "see-places")
    return place, PlaceCards(place, clock.now())


def _found(cards: PlaceCards, scheme: str, plan: str, role: str) -> Found:
    found = cards.found(scheme, plan, role)
    if found is None:
        raise Http404
    return found


def _may_hold(request: HttpRequest, place: Place) -> bool:
    mine = any(
        grant.place == place.code and grant.role in HOLDERS for grant in access.grants_of(request)
    )  # fmt: skip
    return mine and place.closed_at is None


def _held(request: HttpRequest, place: Place, found: Found) -> HttpResponse:
    if not _may_hold(request, place):
        raise PermissionDenied
    scheme, _plan, row = found
    if request.POST.get("version") != row.card.version:
        return _shown(request, place, found, changed=True, status=409)
    if request.POST.get("way") == "print":
        hold_card(place, scheme.id, row.card, way="print", by=access.user_of(request), at=clock.now())
        return _shown(request, place, _again(place, found), handed_out=True)
    given = [_number(request.POST.get(f"q{n}", "")) for n, _q in enumerate(row.card.read_back, 1)]
    if not all(
        1 <= answer <= len(question.answers)
        for answer, question in zip(given, row.card.read_back, strict=True)
    ):
        return _shown(request, place, found, given=given, missing=True, status=422)
    hold_card(
        place, scheme.id, row.card, way="page", by=access.user_of(request), at=clock.now(), answers=given
    )
    return _shown(request, place, _again(place, found), given=given, answered=True)


def _again(place: Place, found: Found) -> Found:
    scheme, plan, row = found
    return PlaceCards(place, clock.now()).found(scheme.id, plan.id, row.card.role) or found


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 3 else 0


def _shown(
    request: HttpRequest,
    place: Place,
    found: Found,
    *,
    given: Sequence[int] = (),
    answered: bool = False,
    missing: bool = False,
    changed: bool = False,
    handed_out: bool = False,
    status: int = 200,
) -> HttpResponse:
    scheme, plan, row = found
    card, asked = row.card, request.GET.get("v", "")[:16]
    chosen = list(given) or [0] * len(card.read_back)
    answers = [
        Answered(number, question, chosen[number - 1]) for number, question in enumerate(card.read_back, 1)
    ]
    words, tone, picture = HOLDING[row.state]
    address = [place.code, scheme.id, plan.id, card.role]
    context = {
        "title": say(card.role_title),
        "subtitle": "",
        "place": place,
        "scheme": scheme,
        "plan": plan,
        "card": card,
        "steps": [shown_step(step) for step in card.steps],
        "row": row,
        "state": (words, tone, picture),
        "answers": answers,
        "answered": answered,
        "right": sum(each.is_right for each in answers),
        "missing": missing,
        "changed": changed,
        "handed_out": handed_out,
        "old_version": asked if asked and asked != card.version else "",
        "may_hold": _may_hold(request, place),
        "sheet": reverse("action-card-sheet", args=address),
        "back": reverse("place-cards", args=[place.code]),
        "key": "/".join(address),
    }
    return render(request, "cards/card.html", context, status=status)


def shown_step(step: CardStep) -> ShownStep:
    """A step with its numbers to dial and the points of the place that it needs."""
    return ShownStep(
        step,
        lasting(duration_of(step.within)) if step.within else "",
        tuple(ShownLine(line.who, line.number, _dialled(line.number)) for line in step.lines),
        tuple((POINTS[point.kind][1], point.name, point.note) for point in step.points),
        tuple(str(LACKING[lacks]) for lacks in step.lacks),
    )


def _dialled(number: str) -> str:
    return "".join(character for character in number if character.isdecimal() or character == "+")


def _sheet(request: HttpRequest, place: Place, found: Found) -> CardSheet:
    scheme, plan, row = found
    card = row.card
    address = reverse("action-card", args=[place.code, scheme.id, plan.id, card.role])
    return CardSheet(
        role=say(card.role_title),
        title=say(card.title),
        place=name_of(place),
        version=card.version,
        address=request.build_absolute_uri(f"{address}?{urlencode({'v': card.version})}"),
        never_title=_("Never"),
        never=tuple(say(words) for words in card.never),
        steps=tuple(_sheet_step(shown_step(step)) for step in card.steps),
        footer=_("Scan the code to see whether this card is outdated."),
        printed_on=clock.today(),
    )


def _sheet_step(shown: ShownStep) -> CardSheetStep:
    return CardSheetStep(
        number=shown.step.number,
        words=say(shown.step.do),
        within=_("within %(time)s") % {"time": shown.within} if shown.within else "",
        lines=tuple((say(line.who), line.number) for line in shown.lines if line.number),
        points=tuple(
            f"{say(name)} ({say(note)})" if say(note) else say(name) for _icon, name, note in shown.points
        ),
        lacking=" ".join(shown.lacking),
    )


@lru_cache(maxsize=1)
def _worker_text() -> str:
    found = finders.find(WORKER)
    if not isinstance(found, str):
        raise FileNotFoundError(WORKER)
    return Path(found).read_text("utf-8")


_CARD = "places/<str:code>/cards/<slug:scheme>/<slug:plan>/<slug:role>/"
addresses = [
    path("places/cards/worker.js", worker, name="cards-worker"),
    path("places/<str:code>/cards/", place_cards, name="place-cards"),
    path(_CARD, action_card, name="action-card"),
    path(f"{_CARD}sheet.pdf", action_card_sheet, name="action-card-sheet"),
]

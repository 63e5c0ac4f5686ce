"""One drawn plan: what an observer could gain from it, and after the shift the proof that it was drawn, not chosen."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.patrol_planning import given_up
from anlan.actions.patrol_proofs import proof_of
from anlan.actions.patrol_seals import Audit, audit
from anlan.engine.patrol_legs import Leg
from anlan.models import PatrolMix, PatrolPlan
from anlan.queries.patrol_plans import legs_of, names_of
from anlan.web import access, clock
from anlan.web.patrol_frame import patrol_frame
from anlan.web.patrol_lost import lost_rows
from anlan.web.patrol_plan import CAUSE_WORDS
from anlan.web.shell import page
from anlan.web.templatetags.looks import POSTURES
from anlan.web.templatetags.words import name_of

WAY_WORDS: Final[dict[str, tuple[Any, Any]]] = {
    "mix": (
        gettext_lazy("This plan"),
        gettext_lazy("drawn from many whole rounds, each with its own chance"),
    ),
    "bound": (
        gettext_lazy("Lower bound"),
        gettext_lazy(
            "proved: no plan with these guards is better; with few checkpoints the true limit lies well above it"
        ),
    ),
    "fixed-round": (
        gettext_lazy("Fixed round"),
        gettext_lazy("the same round at the beginning of each window"),
    ),
    "jitter": (gettext_lazy("Random start"), gettext_lazy("the same round, begun at a random minute")),
    "random-order": (
        gettext_lazy("Random order"),
        gettext_lazy("a new order for each window, begun at a random minute"),
    ),
}
"""Ways to walk, named and told apart."""


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way to walk in the table; gain and cadence in percent, None where the bound has none."""

    key: str
    name: Any
    note: Any
    gain: float
    kept: float | None
    bits: float | None


@dataclass(frozen=True, slots=True)
class Recounted:
    """What the duties engine found in drawn shifts."""

    draws: int
    kept: int
    rounds: int
    visits: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The figures of a mix in words and percent; `bound` is None where none was proved for the whole cadence."""

    rows: tuple[WayRow, ...]
    gain: float
    bound: float | None
    worst: float
    rounds: int
    draws: int
    seen: float
    seen_draws: int
    recount: Recounted | None = None

    @property
    def chart(self) -> dict[str, Any]:
        return {
            "kind": "bars",
            "unit": "%",
            "most": 100,
            "categories": [str(row.name) for row in self.rows],
            "series": [{"name": _("What an observer can gain"), "values": [row.gain for row in self.rows]}],
        }


@access.needs("see-patrols")
@require_safe
def patrol_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """A plan with its proof; what is still to be walked is shown to those who plan the place, and to nobody else."""
    return _shown(request, _plan(request, plan_id), None)


@access.needs("see-patrols")
@require_POST
def patrol_plan_audit(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Open the seed of a shift that is over, draw again, compare."""
    plan = _plan(request, plan_id)
    result = audit(plan, clock.now())
    if result is None:
        return HttpResponseRedirect(reverse("patrol-plan", args=[plan.pk]))
    return _shown(request, plan, result)


@access.needs("see-patrols")
@require_safe
def patrol_plan_game(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The game for a check elsewhere: before the end with the commitment alone, afterwards with seed and legs."""
    plan = _plan(request, plan_id)
    told: dict[str, Any] = {
        "plan": str(plan.pk),
        "place": plan.place.code,
        "shift": plan.shift.code,
        "on": plan.on.isoformat(),
        "level": plan.level,
        "starts": plan.starts.isoformat(),
        "ends": plan.ends.isoformat(),
        "cause": plan.cause,
        "drawn_at": plan.drawn_at.isoformat(),
        "commitment": plan.commitment,
        "game_sha256": plan.mix.game_sha256,
        "game": plan.mix.game,
        "proof": plan.mix.proof,
    }
    result = audit(plan, clock.now())
    if result is not None:
        told |= {
            "seed": result.seed,
            "rounds": plan.mix.rounds,
            "chances": plan.mix.chances,
            "legs": plan.legs,
        }
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer.headers["Content-Disposition"] = f'attachment; filename="patrol-plan-{plan.on}-{plan.pk}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _plan(request: HttpRequest, plan_id: UUID) -> PatrolPlan:
    rows = PatrolPlan.objects.select_related("place__department", "shift", "mix", "replaces")
    plan = rows.filter(pk=plan_id).first()
    if plan is None or not access.allowed(request, "see-patrols", plan.place):
        raise Http404
    return plan


def _shown(request: HttpRequest, plan: PatrolPlan, result: Audit | None) -> HttpResponse:
    at = clock.now()
    place, shift = plan.place, name_of(plan.shift)
    frame = patrol_frame(
        request, place, "plan", _("Plan: %(shift)s, %(day)s") % {"shift": shift, "day": plan.on}
    )
    sees_ahead = access.allowed(request, "plan-patrols", place)
    legs = [leg for leg in legs_of(plan) if sees_ahead or leg.at <= at]
    context = frame | {
        "plan": plan,
        "level_words": POSTURES[plan.level].words,
        "cause": CAUSE_WORDS.get(plan.cause, plan.cause),
        "later": plan.replaced_by.filter(cancelled_at=None).order_by("starts"),
        "is_over": at >= plan.ends,
        "audit": result,
        "proof": read_proof(plan.mix),
        "lost": _lost(plan),
        "is_rest": timezone.localtime(plan.starts).time() != plan.shift.starts,
        "hours": _by_hour(legs, plan, at),
        "hidden": len(plan.legs) - len(legs),
        "sees_ahead": sees_ahead,
        "crumbs": [*frame["crumbs"], (_("Plan"), reverse("place-patrol-plan", args=[place.code]))],
    }
    answer = page(request, "patrols/proof.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def read_proof(mix: PatrolMix) -> Proof | None:
    """The figures of a mix, as parts of what an attack gains where nobody walks; None without a mix."""
    known = proof_of(mix)
    beside = known.get("beside")
    if not beside or not beside.get("stake"):
        return None

    def percent(gain: float) -> float:
        return round(100 * gain / float(beside["stake"]), 1)

    attacker = known.get("attacker")
    mine = beside["mix"]
    if attacker:
        mine = {"kept": attacker["cadence_kept"], "bits": attacker["conditional_entropy_bits"]}
    is_short = mix.infeasible is not None
    bound = None if is_short or not known["bound"] else percent(known["bound"])
    rows = [_way("mix", percent(known["loss"]), mine)]
    rows += [] if bound is None else [_way("bound", bound, None)]
    ways = beside["ways"]
    rows += [_way(key, percent(ways[key]["gain"]), ways[key]) for key in WAY_WORDS if key in ways]
    if is_short:
        # What the figures hold as kept are the windows that this plan did not give up.
        rows = [replace(row, kept=0.0 if row.key == "mix" else None) for row in rows]
    return Proof(
        rows=tuple(rows),
        gain=rows[0].gain,
        bound=bound,
        worst=max(row.gain for row in rows),
        rounds=sum(len(chances) for chances in mix.chances),
        draws=beside["draws"],
        seen=percent(attacker["exploitability"] if attacker else beside["mix"]["gain"]),
        seen_draws=attacker["draws"] if attacker else int(beside["mix"]["draws"]),
        recount=_recounted(known.get("recounted")),
    )


def _lost(plan: PatrolPlan) -> dict[str, Any] | None:
    """What a plan gives up: in words, and checkpoint by checkpoint those missed most first."""
    told = plan.mix.infeasible
    if not told:
        return None
    names = names_of(plan.place)
    return {
        "says": given_up(plan.mix, names),
        "rows": lost_rows(plan, names),
        "windows": told["windows"],
        "of": told["of"],
    }


def _recounted(known: dict[str, Any] | None) -> Recounted | None:
    if known is None:
        return None
    return Recounted(known["draws"], known["kept"], known["rounds"], known["visits"])


def _way(key: str, gain: float, figures: dict[str, float] | None) -> WayRow:
    name, note = WAY_WORDS[key]
    if figures is None:
        return WayRow(key, name, note, gain, None, None)
    return WayRow(key, name, note, gain, round(100 * figures["kept"], 1), round(figures["bits"], 2))


def _by_hour(legs: list[Leg], plan: PatrolPlan, at: datetime) -> list[dict[str, Any]]:
    """The legs hour by hour of the shift, each with its name and whether it is still to come."""
    names = {point.code: name_of(point) for point in plan.place.checkpoints.all()}
    beats = {beat.code: name_of(beat) for beat in plan.place.beats.all()}
    hours: dict[datetime, list[dict[str, Any]]] = {}
    for leg in legs:
        hour = plan.starts + timedelta(hours=(leg.at - plan.starts) // timedelta(hours=1))
        hours.setdefault(hour, []).append(
            {
                "at": leg.at,
                "name": names.get(leg.checkpoint, leg.checkpoint),
                "beat": beats.get(leg.beat, leg.beat),
                "is_ahead": leg.at > at,
            }
        )
    several = len({leg.beat for leg in legs}) > 1
    return [
        {
            "from": hour,
            "legs": rows,
            "is_ahead": all(row["is_ahead"] for row in rows),
            "is_now": hour <= at < hour + timedelta(hours=1),
            "several": several,
        }
        for hour, rows in hours.items()
    ]


addresses = [
    path("patrol-plans/<uuid:plan_id>/", patrol_plan, name="patrol-plan"),
    path("patrol-plans/<uuid:plan_id>/audit/", patrol_plan_audit, name="patrol-plan-audit"),
    path("patrol-plans/<uuid:plan_id>/game.json", patrol_plan_game, name="patrol-plan-game"),
]

"""A foreign alert as a signal: its words masked like all others, its area as a point and a radius, its kind ours."""

from datetime import datetime
from typing import Final

from django.db.models import Max, Min
from django.utils.timezone import localtime

from anlan.actions.signals import (
    LARGEST_RADIUS_M,
    LONGEST_TEXT,
    SignalDraft,
    link_signal,
    receive_signal,
    signal_code,
)
from anlan.engine.geodesy import metres_between
from anlan.engine.schemes import shared_terms
from anlan.links.cap.alert import Alert, Info
from anlan.links.cap.extent import Extent, extent
from anlan.models import CapMessage, District, Place, Signal, User
from anlan.queries.vocabulary import words

OTHER: Final = "other"
NEAR_M: Final = 50_000
"""An alert that ends so many metres from the city may still concern it."""
URGENCIES: Final = {
    "Immediate": "now",
    "Expected": "hours",
    "Future": "days",
    "Past": "days",
    "Unknown": "hours",
}
_PRESSING: Final = ("now", "hours", "days")


def signal_of(alert: Alert, *, trusted: bool, by: User | None, at: datetime) -> Signal:
    """The signal of an actual alert; the same sender, identifier and time again are the same signal.

    An update of what nobody has triaged yet is linked to it; so is a cancellation, also of what was dismissed. After a
    triage a person has to look again, so it stands for itself and names the earlier one.
    """
    earlier = _earlier(alert)
    where = extent(alert)
    if where is not None and where.radius_m > LARGEST_RADIUS_M:
        where = None
    caveats = _caveats(alert, extent(alert), at)
    draft = SignalDraft(
        kind=_kind(alert, at),
        observed=_observed(alert, earlier, caveats),
        reliability="B" if trusted else "F",
        urgency="days" if caveats else _urgency(alert),
        channel="cap",
        observed_at=min(alert.sent, at),
        organisation=_organisation(alert),
        district=None if where is not None else _district(alert),
        longitude=where.longitude if where else None,
        latitude=where.latitude if where else None,
        radius_m=where.radius_m if where else None,
    )
    key = f"cap:{alert.sender},{alert.identifier},{alert.sent.isoformat()}"
    signal = receive_signal(draft, by=by, at=at, key=key)
    if earlier is None or earlier.pk == signal.pk or signal.outcome:
        return signal
    if not earlier.outcome or (alert.message_type == "Cancel" and earlier.outcome == "dismissed"):
        reason = {"Update": "CAP：更新 Update", "Cancel": "CAP：解除 Cancel"}.get(alert.message_type, "CAP")
        return link_signal(signal, earlier, reason=reason, by=by, at=at)
    return signal


def _earlier(alert: Alert) -> Signal | None:
    """The signal of a message that this one refers to, or its head."""
    for reference in reversed(alert.references or ()):
        row = (
            CapMessage.objects.filter(
                direction="in", sender=reference.sender, identifier=reference.identifier, signal__isnull=False
            )
            .select_related("signal", "signal__linked_to")
            .order_by("-at")
            .first()
        )
        if row is not None and row.signal is not None:
            return row.signal.linked_to or row.signal
    return None


def _kind(alert: Alert, at: datetime) -> str:
    """The first kind of signal that names one of the alert's categories."""
    known, shared = words(at).signals, shared_terms("signals")
    categories = {category for info in alert.infos for category in info.categories}
    for kind, term in known.items():
        stated = term.cap or (shared[kind].cap if kind in shared else "")
        if categories & set(stated.split()):
            return kind
    return OTHER if OTHER in known else next(iter(known), OTHER)


def _urgency(alert: Alert) -> str:
    """The most pressing of its parts; a cancellation presses nobody."""
    if alert.message_type == "Cancel":
        return "days"
    stated = {URGENCIES[info.urgency] for info in alert.infos}
    return next((word for word in _PRESSING if word in stated), "hours")


def _organisation(alert: Alert) -> str:
    """Who says so: the name, else the domain of the sender, never the name in an address."""
    names = [
        info.sender_name.strip() for info in alert.infos if info.sender_name and info.sender_name.strip()
    ]
    return names[0] if names else alert.sender.rpartition("@")[2] or alert.sender


def _caveats(alert: Alert, where: Extent | None, at: datetime) -> list[str]:
    """What makes an alert press nobody here, before all its words: it is over, or it lies far from the city."""
    is_zh = (info := _best(alert)) is None or info.spoken.lower().startswith("zh")
    ends = [one.expires for one in alert.infos]
    found = []
    if ends and all(end is not None and end <= at for end in ends):
        found.append("【到达时已过有效期】" if is_zh else "[Over when it came in]")
    away = _metres_from_the_city(where) if where is not None else 0.0
    if away > NEAR_M:
        kilometres = round(away / 1000)
        found.append(
            f"【距本市约 {kilometres} 公里】" if is_zh else f"[About {kilometres} km from this city]"
        )
    return found


def _metres_from_the_city(where: Extent) -> float:
    """How far an area lies from the box around all open places; 0 while none is located."""
    box = Place.objects.filter(closed_at=None, longitude__isnull=False, latitude__isnull=False).aggregate(
        west=Min("longitude"), east=Max("longitude"), south=Min("latitude"), north=Max("latitude")
    )
    if box["west"] is None:
        return 0.0
    nearest = (
        min(max(where.longitude, box["west"]), box["east"]),
        min(max(where.latitude, box["south"]), box["north"]),
    )
    return max(0.0, metres_between((where.longitude, where.latitude), nearest) - where.radius_m)


def _observed(alert: Alert, earlier: Signal | None, caveats: list[str]) -> str:
    """The words of the part that our readers read first, with area and end; the longest part is cut, not the rest."""
    info = _best(alert)
    if info is None:
        return f"CAP {alert.message_type} {alert.note or ''}".strip()
    is_zh = info.spoken.lower().startswith("zh")
    marks = _MARKS[is_zh]
    lead = marks.get(alert.message_type, "")
    if lead and earlier is not None:
        lead = f"{lead} {signal_code(earlier)}"
    areas = "；".join(
        dict.fromkeys(area.description.strip() for area in info.areas if area.description.strip())
    )
    tail = [f"{marks['area']}{areas[:400]}"] if areas else []
    if info.expires is not None:
        tail.append(f"{marks['until']}{localtime(info.expires):%Y-%m-%d %H:%M}")
    parts = [*caveats, lead, info.event, info.headline, info.description, info.instruction]
    texts = [part.strip() for part in parts if part is not None and part.strip()]
    ending = "\n".join(tail)
    return "\n".join(dict.fromkeys(texts))[: LONGEST_TEXT - len(ending) - 1] + (
        f"\n{ending}" if ending else ""
    )


def _best(alert: Alert) -> Info | None:
    """Chinese before English before anything else."""
    ranks = {"zh": 0, "en": 1}
    return min(
        alert.infos, key=lambda info: ranks.get(info.spoken.partition("-")[0].lower(), 2), default=None
    )


def _district(alert: Alert) -> District | None:
    """The district that a code of the alert names, where it draws no shape."""
    codes = [code.value.strip() for info in alert.infos for area in info.areas for code in area.geocodes]
    return District.objects.filter(code__in=codes[:200]).order_by("code").first()


_MARKS: Final = {
    True: {"Update": "【更新】", "Cancel": "【解除】", "area": "范围：", "until": "有效至："},
    False: {"Update": "[Update]", "Cancel": "[Cancel]", "area": "Area: ", "until": "Until: "},
}

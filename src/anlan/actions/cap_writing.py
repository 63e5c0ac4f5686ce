"""Writing CAP messages: each step of a warning once, and to a foreign sender that its alert became the basis of one."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime

from anlan.actions import journal
from anlan.actions.cap_keys import own_key, own_sender
from anlan.actions.journal import Change
from anlan.engine.conditions import LEVEL_TITLES
from anlan.engine.policy import Level, Term, Text
from anlan.engine.warnings import end_of
from anlan.links.cap.alert import VALUES, Alert, Category, MessageType, NamedValue, Reference
from anlan.links.cap.composing import CityWarning, UnfitAlertError, acknowledgement, city_alert, message
from anlan.links.cap.message import Received, receive
from anlan.links.cap.problems import Problem
from anlan.links.cap.writing import written
from anlan.models import CapMessage, Signal, WarningNotice
from anlan.queries.area_shapes import warning_areas
from anlan.queries.vocabulary import words

RESTRICTION: Final = (
    "内部：仅限有权查看预警的单位 / Internal: for organisations that are entitled to see warnings"
)
"""Warnings say what guards do and where; what the public may know goes out as public information."""

SOON: Final = timedelta(hours=1)
BASES: Final = ("Alert", "Update")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a warning and is told: its word, when, and as what kind of message."""

    name: str
    at: datetime
    message_type: MessageType


def write_cap(notice: WarningNotice, *, at: datetime) -> None:
    """Write what is owed for a warning as it stands, and for those that it replaces; what is written stays."""
    if notice.issued_at is None:
        return
    if notice.replaces is not None:
        write_cap(notice.replaces, at=at)
    for step in _steps(notice):
        if not CapMessage.objects.filter(direction="out", notice=notice, step=step.name).exists():
            _keep_written(_alert(notice, step, at), notice, step.name, at=at)
    acknowledge_bases(at=at, notice=notice)


def acknowledge_bases(*, at: datetime, notice: WarningNotice | None = None) -> int:
    """Tell the senders of alerts that a warning rests on them, each once; how many were told."""
    raised = Signal.objects.filter(outcome="raised", warning__isnull=False)
    if notice is not None:
        raised = raised.filter(warning=notice.pk)
    told = CapMessage.objects.filter(direction="out", step="ack").values("signal")
    bases = CapMessage.objects.filter(
        Q(signal__in=raised.values("pk")) | Q(signal__linked_to__in=raised.values("pk")),
        direction="in", outcome="accepted", status="Actual", message_type__in=BASES, erased_at=None,
    ).exclude(signal__in=told)  # fmt: skip
    count = 0
    for basis in bases.select_related("signal", "signal__linked_to"):
        count += _acknowledge(basis, at=at)
    return count


def kept_problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems as the table keeps them."""
    return [
        {
            "code": one.code,
            "path": one.path,
            "line": one.line,
            "message": asdict(one.message),
            "mend": asdict(one.mend),
            "is_remark": one.is_remark,
        }
        for one in problems
    ]


def _steps(notice: WarningNotice) -> list[Step]:
    """What has happened to a warning so far; one that an update replaced is not cancelled besides."""
    assert notice.issued_at is not None
    before = notice.replaces
    goes_on = before is not None and before.issued_at is not None and end_of(before) >= notice.issued_at
    found = [Step("issued", notice.issued_at, "Update" if goes_on else "Alert")]
    if notice.ratified_at is not None:
        found.append(Step("ratified", notice.ratified_at, "Update"))
    replaced = WarningNotice.objects.filter(replaces=notice, issued_at=notice.ended_at).exists()
    if notice.ended_at is not None and not replaced:
        found.append(Step("ended", notice.ended_at, "Cancel"))
    return found


def _alert(notice: WarningNotice, step: Step, at: datetime) -> Alert:
    """The message of a step: the warning's own words in both languages, with the area as it was chosen."""
    known = words(at)
    level = cast("Level", notice.level)
    term = known.warnings.get(notice.category) or Term(
        notice.category, Text(notice.category, notice.category)
    )
    categories = cast(
        "tuple[Category, ...]", tuple(word for word in term.cap.split() if word in VALUES["category"])
    )
    issuer = Text(notice.issuer_zh, notice.issuer_en or notice.issuer_zh)
    event = Text(
        f"{term.title.zh}{LEVEL_TITLES[level].zh}预警",
        f"{LEVEL_TITLES[level].en.capitalize()} warning: {term.title.en}",
    )
    over = step.message_type == "Cancel"
    start = notice.start or step.at
    return city_alert(
        CityWarning(
            identifier=f"{notice.pk}-{step.name}",
            sender=own_sender(),
            sent=localtime(step.at),
            message_type=step.message_type,
            level=level,
            event=event,
            headline=_headline(issuer, event, str(notice), step),
            description=_said(notice.end_reason, "") if over else _said(notice.matters_zh, notice.matters_en),
            instruction=Text("", "") if over else _said(notice.measures_zh, notice.measures_en),
            sender_name=issuer,
            areas=warning_areas(notice, known, at),
            categories=categories or ("Other",),
            urgency="Past" if over else "Immediate" if start <= step.at + SOON else "Expected",
            response_types=("AllClear",) if over else ("Execute",),
            effective=localtime(step.at),
            onset=None if over else localtime(start),
            expires=None if over else localtime(_end_known_at(notice, step)),
            references=() if step.message_type == "Alert" else _references(notice),
            event_term=term.event_term,
            parameters=(NamedValue("anlan:warning", str(notice)),),
            scope="Restricted",
            restriction=RESTRICTION,
        )
    )


def _end_known_at(notice: WarningNotice, step: Step) -> datetime:
    """When the warning ends as known at a step: one that waits to be ratified ends unless it is."""
    if step.name == "issued" and notice.ratify_by is not None:
        return min(notice.expected_end, notice.ratify_by)
    return notice.expected_end


def _headline(issuer: Text, event: Text, number: str, step: Step) -> Text:
    zh = {"Alert": "发布", "Update": "更新", "Cancel": "解除"}[step.message_type]
    en = {"Alert": "", "Update": "Update: ", "Cancel": "Stood down: "}[step.message_type]
    return Text(f"{issuer.zh}{zh}{event.zh}（{number}）", f"{en}{event.en} ({number}), {issuer.en}")


def _said(zh: str, en: str) -> Text:
    """A text in both languages; where nobody wrote English, the English part says where the words are."""
    zh, en = zh.strip(), en.strip()
    if en and en != zh:
        return Text(zh, en)
    return Text(zh, "The text is in Chinese, in the other part of this message.")


def _references(notice: WarningNotice) -> tuple[Reference, ...]:
    """All messages that were sent for this warning and those it replaces, the earliest first."""
    chain = [notice]
    while chain[-1].replaces is not None:
        chain.append(chain[-1].replaces)
    rows = CapMessage.objects.filter(direction="out", notice__in=chain, outcome="accepted").exclude(
        step="ack"
    )
    return tuple(
        Reference(row.sender, row.identifier, localtime(row.sent))
        for row in rows.order_by("sent", "at", "id")
        if row.sent is not None
    )


def _acknowledge(basis: CapMessage, *, at: datetime) -> int:
    received = receive(bytes(basis.content))
    signal = basis.signal
    if not isinstance(received, Received) or signal is None:
        return 0
    warning = (signal.linked_to or signal).warning
    notice = WarningNotice.objects.filter(pk=warning, issued_at__isnull=False).first() if warning else None
    if notice is None:
        return 0
    alert = acknowledgement(
        received.alert,
        identifier=f"{basis.pk}-ack",
        sender=own_sender(),
        sent=localtime(max(at, received.alert.sent)),
        note=f"预警 {notice} 以此为依据 / basis of warning {notice}",
    )
    return _keep_written(alert, notice, "ack", at=at, signal=signal)


def _keep_written(
    alert: Alert, notice: WarningNotice, step: str, *, at: datetime, signal: Signal | None = None
) -> int:
    """Sign a message and keep it; one that others would refuse is kept with the reasons and does not go out."""
    reasons: tuple[Problem, ...] = ()
    key = own_key(at=at)
    try:
        content = message(alert, key)
    except UnfitAlertError as error:
        content, reasons = written(alert), error.reasons
    texts = {info.spoken: info for info in alert.infos}
    zh, en = texts.get("zh-CN"), texts.get("en")
    columns = {
        "source": "warning",
        "outcome": "refused" if reasons else "accepted",
        "sender": alert.sender,
        "sent": alert.sent,
        "message_type": alert.message_type,
        "status": alert.status,
        "scope": alert.scope,
        "event": (zh.event if zh else alert.message_type)[:200],
        "headline_zh": ((zh.headline if zh else None) or alert.note or "")[:300],
        "headline_en": ((en.headline if en else None) or "")[:300],
        "expires": zh.expires if zh else None,
        "references": [[one.sender, one.identifier, one.sent.isoformat()] for one in alert.references or ()],
        "content": content,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "signature": "none" if reasons else "valid",
        "trusted": not reasons,
        "signer": "" if reasons else key.certificate.subject.rfc4514_string()[:300],
        "problems": kept_problems(reasons),
        "notice": notice,
        "step": step,
        "signal": signal,
        "at": at,
    }
    with transaction.atomic():
        row, is_new = CapMessage.objects.get_or_create(
            direction="out", identifier=alert.identifier, defaults=columns
        )
        if is_new:
            label = f"{alert.message_type} {row.identifier}"
            changes = {"verdict": [None, row.outcome], "warning": [None, str(notice)]}
            journal.write(
                Change("write-cap-message", "cap-message", str(row.pk), label, changes=changes),
                by=None,
                at=at,
            )
    return int(is_new)

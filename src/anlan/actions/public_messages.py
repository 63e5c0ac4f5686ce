"""Statements to the public as signed CAP messages: written when one is released or withdrawn, and kept as they are."""

from datetime import datetime
from typing import Final

from django.utils.timezone import localtime

from anlan.actions.cap_keys import own_key, own_sender
from anlan.engine.policy import Text
from anlan.engine.public_information import Kind, says
from anlan.links.cap.alert import Certainty, MessageType, Reference, ResponseType, Severity, Urgency
from anlan.links.cap.composing import CityWarning, UnfitAlertError, city_alert, message
from anlan.models import PublicMessage, PublicStatement
from anlan.queries.area_shapes import stated_area
from anlan.queries.installation import city_settings

EVENTS: Final[dict[Kind, Text]] = {
    "leave": Text("避险指引：撤离", "Safety instruction: leave"),
    "stay-in": Text("避险指引：就地避险", "Safety instruction: stay inside"),
    "avoid": Text("避险指引：请勿前往", "Safety instruction: avoid the area"),
    "all-clear": Text("警情解除", "All clear"),
    "facts": Text("情况通报", "Information about an event"),
}
_RESPONSES: Final[dict[Kind, ResponseType]] = {
    "leave": "Evacuate",
    "stay-in": "Shelter",
    "avoid": "Avoid",
    "all-clear": "AllClear",
    "facts": "Monitor",
}
_URGENCIES: Final[dict[Kind, Urgency]] = {"all-clear": "Past", "facts": "Unknown"}
_SEVERITIES: Final[dict[Kind, Severity]] = {
    "leave": "Severe",
    "stay-in": "Severe",
    "avoid": "Moderate",
    "all-clear": "Minor",
    "facts": "Unknown",
}
_CERTAINTIES: Final[dict[Kind, Certainty]] = {"all-clear": "Observed", "facts": "Observed"}


def write_release(statement: PublicStatement, *, at: datetime) -> PublicMessage | None:
    """The message of a release: an update if earlier versions went out, else an alert of its own."""
    references = _references(statement.replaces)
    return _write(statement, "Update" if references else "Alert", references, at=at)


def write_withdrawal(statement: PublicStatement, *, at: datetime) -> PublicMessage | None:
    """The message that a statement no longer holds; none where no message of it went out."""
    references = _references(statement)
    return _write(statement, "Cancel", references, at=at) if references else None


def _write(
    statement: PublicStatement, message_type: MessageType, references: tuple[Reference, ...], *, at: datetime
) -> PublicMessage | None:
    """Signed and kept; None where others would refuse it, since what people are told must not wait for a format."""
    warning = _message(statement, message_type, references, at)
    try:
        content = message(city_alert(warning), own_key(at=at))
    except UnfitAlertError:
        return None
    return PublicMessage.objects.create(
        statement=statement,
        type=message_type,
        sender=warning.sender,
        sent=warning.sent.replace(microsecond=0),
        content=content,
    )


def _message(
    statement: PublicStatement, message_type: MessageType, references: tuple[Reference, ...], at: datetime
) -> CityWarning:
    kind: Kind = next(kind for kind in EVENTS if kind == statement.kind)
    where = Text(statement.where_zh, statement.where_en)
    title = Text(statement.title_zh, statement.title_en)
    body = Text(statement.body_zh, statement.body_en)
    is_over, tells_facts = message_type == "Cancel", says(kind) == "facts"
    description = body if tells_facts else Text(f"{where.zh}：{title.zh}", f"{where.en}: {title.en}")
    if is_over:
        title = Text(f"已撤回：{EVENTS[kind].zh}", f"Withdrawn: {EVENTS[kind].en}")
        description = Text(
            f"此前发布的公众提示（{statement}）已撤回，不再适用。",
            f"The statement released before ({statement}) is withdrawn and no longer applies.",
        )
    city = city_settings()
    return CityWarning(
        identifier=identifier_of(statement, message_type),
        sender=own_sender(),
        sent=localtime(at).replace(microsecond=0),
        message_type=message_type,
        level="",
        event=EVENTS[kind],
        headline=title,
        description=description,
        instruction=Text("", "") if tells_facts or is_over else body,
        sender_name=Text(city.name_zh, city.name_en or city.name_zh),
        areas=(stated_area(statement.area, where),),
        categories=("Safety",),
        urgency="Past" if is_over else _URGENCIES.get(kind, "Immediate"),
        severity=_SEVERITIES[kind],
        certainty=_CERTAINTIES.get(kind, "Likely"),
        response_types=("AllClear",) if is_over else (_RESPONSES[kind],),
        effective=localtime(at),
        expires=None if is_over else localtime(statement.valid_until),
        references=references,
        scope="Public",
    )


def identifier_of(statement: PublicStatement, message_type: str) -> str:
    """The name of a message, which never changes; a withdrawal has one of its own."""
    return f"{statement.pk}-{'withdrawn' if message_type == 'Cancel' else 'public'}"


def _references(statement: PublicStatement | None) -> tuple[Reference, ...]:
    """The messages of a statement and of the versions before it, the earliest first."""
    chain = []
    while statement is not None:
        chain.append(statement)
        statement = statement.replaces
    rows = (
        PublicMessage.objects.filter(statement__in=chain).select_related("statement").order_by("sent", "id")
    )
    return tuple(
        Reference(row.sender, identifier_of(row.statement, row.type), localtime(row.sent)) for row in rows
    )

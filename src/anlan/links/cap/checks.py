"""What no schema sees: whether the parts of a message agree with one another and can be acted on."""

import re
from collections.abc import Iterator

from anlan.links.cap.alert import EVENT_TERMS, Alert, Info
from anlan.links.cap.area_checks import area_problems, crossing_problems
from anlan.links.cap.problems import Problem, refusal, remark
from anlan.links.cap.resource_checks import resource_problems
from anlan.links.cap.text_checks import language_problems, text_problems

_RESTRICTED = re.compile(r"[\s,<&]")
_EVENT_TERM = re.compile(r"OET-\d{3}", re.ASCII)


def alert_problems(alert: Alert) -> list[Problem]:
    """Every problem of an alert, its refusals and its remarks."""
    found = [*_head(alert), *_scope(alert), *_references(alert), *_empty(alert)]
    for number, info in enumerate(alert.infos, 1):
        path = f"/alert[1]/info[{number}]"
        found += _info(alert, info, path)
        for place, resource in enumerate(info.resources, 1):
            found += resource_problems(resource, f"{path}/resource[{place}]")
        for place, area in enumerate(info.areas, 1):
            found += area_problems(area, f"{path}/area[{place}]")
    found += crossing_problems(alert)
    found += text_problems(alert)
    found += language_problems(alert)
    return found


def _head(alert: Alert) -> Iterator[Problem]:
    for name, value in (("identifier", alert.identifier), ("sender", alert.sender)):
        path = f"/alert[1]/{name}[1]"
        if not value.strip():
            yield refusal("MISSING_VALUE", path, name=name)
        elif _RESTRICTED.search(value):
            yield remark("RESTRICTED_CHARACTERS", path, name=name, value=value)
    if not alert.infos and alert.message_type in ("Alert", "Update"):
        yield remark("NO_INFO", "/alert[1]")


def _scope(alert: Alert) -> Iterator[Problem]:
    restricted = bool((alert.restriction or "").strip())
    if restricted != (alert.scope == "Restricted"):
        name = "restriction" if restricted else "scope"
        yield refusal("RESTRICTION_SCOPE_MISMATCH", f"/alert[1]/{name}[1]", scope=alert.scope)
    if alert.scope == "Private" and not (alert.addresses or "").strip():
        yield remark("ADDRESSES_MISSING", "/alert[1]/scope[1]")


def _references(alert: Alert) -> Iterator[Problem]:
    path = "/alert[1]/references[1]"
    if not alert.references and alert.message_type != "Alert":
        where = "/alert[1]" if alert.references is None else path
        yield refusal("MISSING_REFERENCES", where, type=alert.message_type)
    for reference in alert.references or ():
        if reference.sent > alert.sent:
            yield refusal(
                "POSTDATED_REFERENCE",
                path,
                identifier=reference.identifier,
                then=reference.sent.isoformat(),
                sent=alert.sent.isoformat(),
            )
        elif (reference.identifier, reference.sender) == (alert.identifier, alert.sender):
            yield refusal("SELF_REFERENCE", path)


def _empty(alert: Alert) -> Iterator[Problem]:
    for name, value in (
        ("source", alert.source),
        ("restriction", alert.restriction),
        ("addresses", alert.addresses),
        ("note", alert.note),
        ("incidents", alert.incidents),
    ):
        if value is not None and not value.strip():
            yield remark("EMPTY_ELEMENT", f"/alert[1]/{name}[1]", name=name)
    if alert.references == () and alert.message_type == "Alert":
        yield remark("EMPTY_ELEMENT", "/alert[1]/references[1]", name="references")


def _info(alert: Alert, info: Info, path: str) -> Iterator[Problem]:
    if not info.event.strip():
        yield refusal("MISSING_VALUE", f"{path}/event[1]", name="event")
    for name, value in (
        ("language", info.language),
        ("audience", info.audience),
        ("senderName", info.sender_name),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
        ("web", info.web),
        ("contact", info.contact),
    ):
        if value is not None and not value.strip():
            yield remark("EMPTY_ELEMENT", f"{path}/{name}[1]", name=name)
    for number, code in enumerate(info.event_codes, 1):
        if code.name == EVENT_TERMS and not _EVENT_TERM.fullmatch(code.value):
            yield remark("INVALID_EVENT_TERM", f"{path}/eventCode[{number}]/value[1]", value=code.value)
    if info.expires is not None:
        for zh, en, then in (
            ("发送", "sending", alert.sent),
            ("生效", "effective time", info.effective),
            ("开始", "onset", info.onset),
        ):
            if then is not None and info.expires <= then:
                yield remark(
                    "TIMES_OUT_OF_ORDER",
                    f"{path}/expires[1]",
                    expires=info.expires.isoformat(),
                    name=zh,
                    name_en=en,
                    then=then.isoformat(),
                )
                break

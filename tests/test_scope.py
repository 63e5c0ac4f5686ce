"""Anlan holds places, things, organisations and staff: nothing about members of the public, and no way to add it."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field

ROOT = Path(__file__).parent.parent

FORBIDDEN = re.compile(
    r"citizen|resident_?(id|name)|visitor_?(name|id|list)|watch_?list|black_?list|suspect|person_?(of|score|risk|file)"
    r"|face_?(id|recog|match|image|vector)|facial|biometric|fingerprint|iris|gait|id_?card|identity_?(number|card)|passport|plate_?number|licen[cs]e_?plate"
    r"|imsi|imei|mac_?address|track(ed|ing)|trajectory|whereabouts|contacts_of|social_?(media|credit)|opinion|religion"
    r"|ethnic|(?<!out)patient|victim_?name|gender|birth|nationality|household",
    re.IGNORECASE,
)
PUBLIC_SURFACE = [
    "src/anlan/models",
    "src/anlan/api",
    "src/anlan/links",
    "src/anlan/engine",
    "src/anlan/actions",
]
STAFF_TABLES = {"User", "Grant", "Device", "ApiToken"}
"""The only tables about people: those who work with Anlan."""

FIELDS_ABOUT_STAFF = {
    "Place": {
        *("receiver_name", "receiver_phone", "receiver_email"),
        *("deputy_name", "deputy_phone", "deputy_email"),
    },
    "User": {"username", "name", "email", "password"},
}


def fields() -> list[tuple[str, str]]:
    return [
        (model.__name__, field.name)
        for model in apps.get_app_config("anlan").get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, Field)
    ]


@pytest.mark.parametrize(("table", "field"), fields())
def test_no_column_is_about_a_member_of_the_public(table: str, field: str) -> None:
    assert not FORBIDDEN.search(f"{table}.{field}")


def test_no_table_has_a_persons_contact_but_for_staff_and_receivers_of_warnings() -> None:
    personal = re.compile(r"(^|_)(phone|mobile|telephone|email|surname|given_name|username)$")
    found: dict[str, set[str]] = {}
    for table, field in fields():
        if personal.search(field) and not (table == "Post" and field == "mobile"):
            found.setdefault(table, set()).add(field)
    allowed = dict(FIELDS_ABOUT_STAFF.items())
    assert set(found) <= set(allowed)
    for table, names in found.items():
        assert names <= allowed[table]


def test_a_signal_has_no_field_for_a_person_but_for_the_staff_who_received_and_triaged_it() -> None:
    known = {
        "id", "year", "number", "department", "organisation", "place", "district", "longitude", "latitude", "radius_m",
        "kind", "reliability", "urgency", "observed", "masked", "observed_at", "received_at", "channel", "attachments",
        "attachment_count", "key_sha256", "by", "outcome", "linked_to", "warning", "reason", "triaged_at", "triaged_by",
        "erased_at", "area",
    }  # fmt: skip
    signal = apps.get_model("anlan", "Signal")
    assert {field.name for field in signal._meta.get_fields() if isinstance(field, Field)} == known
    to_people = {field.name for field in signal._meta.get_fields() if field.related_model is not None
                 and field.related_model.__name__ == "User"}  # fmt: skip
    assert to_people == {"by", "triaged_by"}


@pytest.mark.parametrize("folder", PUBLIC_SURFACE)
def test_no_name_in_the_code_is_about_a_member_of_the_public(folder: str) -> None:
    named = re.compile(r"^\s*(?:class|def)\s+(\w+)|^\s{4}(\w+)\s*[:=]", re.MULTILINE)
    hits = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / folder).rglob("*.py")
        for pair in named.findall(path.read_text(encoding="utf-8"))
        for name in pair
        if name and FORBIDDEN.search(name)
    ]
    assert hits == []


def test_no_scheme_asks_for_facts_about_members_of_the_public() -> None:
    declared = re.compile(r"^\s*-?\s*(?:id|fact):\s*(\S+)", re.MULTILINE)
    hits = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "schemes").rglob("*.yaml")
        for name in declared.findall(path.read_text(encoding="utf-8"))
        if FORBIDDEN.search(name)
    ]
    assert hits == []


def test_every_place_where_something_seen_is_described_asks_for_the_thing_and_not_the_person() -> None:
    catalogue = (ROOT / "src/anlan/locale/zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert "Describe the place and the thing, not the person." in catalogue
    templates = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src/anlan/web").rglob("*.*")
        if path.suffix in {".html", ".py"}
    ]
    assert any("Describe the place and the thing, not the person." in text for text in templates)

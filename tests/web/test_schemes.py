"""The pages of schemes: everything has a name in the reader's language, and what an act cancels is said before it."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from anlan.actions.schemes import adopt, set_local_value
from anlan.engine.policy import Case, Text
from anlan.engine.rule_words import case_expectations, case_title, concern_title
from anlan.engine.schemes import read_scheme
from anlan.models import Adoption, LocalValue
from builders import LONG_AGO, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
PLAN = "city-plan-2026"


@pytest.fixture
def client() -> Client:
    adopt_plan(LONG_AGO)
    return signed_in(Client(), a_user("city-office"))


@pytest.mark.parametrize("name", [PLAN, "uk-premises-2025"])
def test_every_case_and_concern_of_a_shipped_scheme_has_a_name_in_both_languages(name: str) -> None:
    scheme, _problems = read_scheme(settings.SCHEMES / name)
    assert scheme is not None
    assert [case.id for case in scheme.cases if case.title is None] == []
    for concern in {rule.concern for rule in scheme.rules if rule.concern}:
        assert concern_title(concern, scheme).zh != concern
    for case in scheme.cases:
        for _name, value in case_expectations(case, scheme):
            assert not re.search(r"[a-z]+-[a-z]+", value.zh), (case.id, value.zh)


def test_a_case_without_a_title_is_called_by_its_facts() -> None:
    scheme, _problems = read_scheme(settings.SCHEMES / PLAN)
    assert scheme is not None
    case = Case(id="x", facts={"kind": "mall", "daily_visitors": 3000}, expect={})
    assert case_title(case, scheme) == Text(
        zh="场所类型：商场，日均客流：3,000", en="kind of place: Shopping mall, daily visitors: 3,000"
    )


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "蓝色：二类商场"), ("en", "Blue: a tier 2 mall")]
)
def test_cases_are_shown_by_title_with_their_id_beside(client: Client, language: str, words: str) -> None:
    client.cookies["language"] = language
    page = client.get(reverse("scheme-cases", args=[PLAN])).content.decode()
    assert words in page
    assert '<code class="cell-note">mall-at-blue</code>' in page
    assert "<strong>mall-at-blue" not in page


def test_a_rule_names_its_concern(client: Client) -> None:
    client.cookies["language"] = "en"
    page = client.get(reverse("scheme-rule", args=[PLAN, "mobile-patrol"])).content.decode()
    assert '<dd>Patrol <code class="cell-note">patrol</code></dd>' in page


def test_adopting_now_says_that_it_cancels_what_is_planned_and_does(client: Client, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    planned = adopt(Adoption.objects.get().edition, valid_from=now + timedelta(days=90), by=None, at=now)
    shutil.copytree(settings.SCHEMES / PLAN, tmp_path / "next")
    shutil.copytree(settings.SCHEMES / "vocabulary", tmp_path / "vocabulary")
    head = tmp_path / "next" / "scheme.yaml"
    head.write_text(head.read_text().replace('edition: "2026.1"', 'edition: "2026.2"'))
    client.cookies["language"] = "en"
    with override_settings(SCHEMES=tmp_path):
        page = client.get(reverse("schemes")).content.decode()
        assert "Adopting this one now cancels that plan." in page
        assert "The plan to work by edition 2026.1 later is cancelled." in page
        client.post(reverse("scheme-adopt"), {"folder": "next"})
    planned.refresh_from_db()
    assert planned.valid_until == planned.valid_from
    assert Adoption.objects.get(valid_until=None).edition.edition == "2026.2"


def test_a_value_for_the_whole_city_is_not_for_who_works_in_one_district() -> None:
    adopt_plan(LONG_AGO)
    district = signed_in(Client(), a_user("city-office", district="990101"))
    address = reverse("scheme-local-value", args=[PLAN, "tier-1-visitors"])
    stated = {"value": "6000", "reason": "本区", "valid_from": "2026-02-01"}
    assert district.post(address, stated).status_code == 403
    assert not LocalValue.objects.exists()
    assert address not in district.get(reverse("scheme-figures", args=[PLAN])).content.decode()


def test_figures_of_places_out_of_reach_are_not_shown() -> None:
    adopt_plan(LONG_AGO)
    for code, district in (("NEAR-1", "990101"), ("FAR-1", "990202")):
        set_local_value(
            scheme=PLAN, parameter="tier-1-visitors", value=6000, reason=f"因{code}", by=None,
            valid_from=LONG_AGO.date(), valid_until=None, at=LONG_AGO, place=a_place(code, district=district),
        )  # fmt: skip
    asker = signed_in(Client(), a_user("inspector", district="990101"))
    page = asker.get(reverse("scheme-figures", args=[PLAN])).content.decode()
    assert ("因NEAR-1" in page, "FAR-1" in page) == (True, False)

"""People and roles on the pages: who is listed to whom, what is granted, what ends at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anlan.actions import accounts, second_factor
from anlan.models import ApiToken, Device, Entry, Grant, User
from anlan.queries.people import PAGE
from builders import PASSWORD, a_department, a_district, a_place, a_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return a_user("administrator", name="高管理")


@pytest.fixture
def client(administrator):
    return signed_in(Client(), administrator)


def text(response):
    return response.content.decode()


def grant(client, user, **stated):
    empty = {"role": "", "district": "", "department": "", "place": "", "until": ""}
    return client.post(reverse("grant-give", args=[user.username]), {**empty, **stated})


# ---- the list ----------------------------------------------------------------------------------


def test_the_list_costs_the_same_for_two_people_as_for_many(client, django_assert_max_num_queries):
    a_district("990101")
    for _number in range(PAGE):
        a_user("inspector", district="990101")
    with django_assert_max_num_queries(16):
        body = text(client.get("/people/"))
    assert body.count('class="cell-title"') == PAGE
    assert "after=" in body


def test_every_person_is_listed_exactly_once_over_the_pages(client):
    made = {a_user("inspector").username for _number in range(2 * PAGE)}
    seen, address = [], "/people/"
    while address:
        response = client.get(address)
        seen += [person.user.username for person, _grants in response.context["rows"]]
        after = response.context["after"]
        address = f"/people/?after={after}" if after else ""
    assert len(seen) == len(set(seen)) == len(made) + 1


def test_people_are_found_by_name_by_user_name_and_by_role(client):
    wang = a_user("inspector", username="wang.li", name="王丽")
    a_user("auditor", username="zhao.q", name="赵强")
    for query in ("q=王", "q=wang", "role=inspector"):
        rows = client.get(f"/people/?{query}").context["rows"]
        assert [person.user for person, _grants in rows] == [wang], query


def test_closed_accounts_are_listed_apart(client):
    left = a_user("inspector", name="离职人员")
    accounts.deactivate(left, by=None, at=datetime.now(UTC))
    assert "离职人员" not in text(client.get("/people/"))
    assert "离职人员" in text(client.get("/people/?closed=on"))


def test_a_role_that_has_ended_is_not_shown_as_held(client):
    user = a_user("inspector")
    accounts.end_role(user.grants.get(), by=None, at=datetime.now(UTC))
    rows = client.get("/people/?role=inspector").context["rows"]
    assert rows == []


def test_guards_names_are_for_the_administrator_and_not_for_the_city_office(client):
    a_place("P-1")
    guard = a_user("guard", username="guard-9", name="陈保安", place="P-1")
    assert "陈保安" in text(client.get("/people/"))
    office = signed_in(Client(), a_user("city-office"))
    body = text(office.get("/people/"))
    assert "陈保安" not in body
    assert "guard-9" not in body
    assert "另有 1 名保安员" in body
    assert "陈保安" not in text(office.get("/people/?q=陈"))
    assert office.get(reverse("person", args=[guard.username])).status_code == 404


def test_a_guard_who_is_also_an_inspector_is_listed(client):
    a_place("P-1")
    user = a_user("guard", name="双岗人员", place="P-1")
    accounts.give_role(user, "inspector", by=None, at=datetime.now(UTC))
    assert "双岗人员" in text(signed_in(Client(), a_user("auditor")).get("/people/"))


def test_only_the_administrator_is_offered_changes(client):
    user = a_user("inspector")
    address = reverse("person", args=[user.username])
    assert reverse("person-deactivate", args=[user.username]) in text(client.get(address))
    assert (
        "<form"
        not in text(signed_in(Client(), a_user("auditor")).get(address))
        .split('id="main"')[1]
        .split("</main>")[0]
    )


# ---- making and changing -----------------------------------------------------------------------


def test_a_new_account_opens_nothing_until_a_role_is_granted(client):
    stated = {
        "username": "li.na",
        "name": "李娜",
        "password": "bright morning walk",
        "email": "",
        "expires_on": "",
    }
    assert client.post("/people/new/", stated).status_code == 302
    made = User.objects.get(username="li.na")
    theirs = Client()
    theirs.post("/sign-in/", {"username": "li.na", "password": "bright morning walk"})
    assert theirs.get("/journal/").status_code == 403
    assert grant(client, made, role="auditor").status_code == 302
    assert theirs.get("/journal/").status_code == 200


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"username": "a b"}, "字母、数字"),
        ({"username": "new"}, "已被使用"),
        ({"username": "<script>"}, "字母、数字"),
        ({"password": "12345678"}, "常见"),
        ({"password": "short"}, "至少需要 8 个字符"),
        ({"name": ""}, "必填"),
        ({"email": "nonsense"}, "邮"),
        ({"expires_on": "tomorrow"}, "日期"),
        ({"expires_on": "9999-12-31"}, "2199"),
    ],
)
def test_a_wrong_entry_is_named_and_what_was_typed_is_kept(client, stated, said):
    good = {
        "username": "li.na",
        "name": "李娜",
        "password": "bright morning walk",
        "email": "",
        "expires_on": "",
    }
    response = client.post("/people/new/", {**good, **stated})
    assert response.status_code == 422
    assert said in text(response)
    if "name" not in stated:
        assert 'value="李娜"' in text(response)
    assert not User.objects.filter(name="李娜").exists()


def test_a_user_name_that_differs_in_capitals_only_is_taken(client):
    a_user("auditor", username="Li.Na")
    stated = {
        "username": "li.na",
        "name": "李娜",
        "password": "bright morning walk",
        "email": "",
        "expires_on": "",
    }
    assert client.post("/people/new/", stated).status_code == 422


def test_a_name_with_markup_is_shown_as_text(client):
    user = a_user("inspector", name="<b>粗体</b>")
    for address in ("/people/", reverse("person", args=[user.username])):
        assert "&lt;b&gt;粗体" in text(client.get(address))
        assert "<b>粗体" not in text(client.get(address))


def test_changing_an_account_keeps_what_was_not_changed(client):
    user = a_user("inspector", email="old@example.org")
    client.post(reverse("person-edit", args=[user.username]), {"name": "新名", "email": "old@example.org"})
    user.refresh_from_db()
    assert (user.name, user.email) == ("新名", "old@example.org")


# ---- grants ------------------------------------------------------------------------------------


def test_a_grant_is_for_a_district_a_department_or_a_place(client):
    a_district("990101")
    department = a_department("D-1")
    a_place("P-1")
    user = a_user(None)
    assert grant(client, user, role="inspector", district="990101").status_code == 302
    assert grant(client, user, role="department-liaison", department=department.pk).status_code == 302
    assert grant(client, user, role="venue-manager", place="P-1").status_code == 302
    held = set(
        Grant.objects.filter(user=user).values_list("role", "district_code", "department_code", "place_code")
    )
    assert held == {
        ("inspector", "990101", "", ""),
        ("department-liaison", "", "D-1", ""),
        ("venue-manager", "", "", "P-1"),
    }


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"role": "guard"}, "只属于一个场所"),
        ({"role": "venue-manager"}, "只属于一个场所"),
        ({"role": "inspector", "place": "P-404"}, "没有此编号的场所"),
        ({"role": "inspector", "district": "990101", "place": "P-1"}, "一次授权只能针对"),
        ({"role": "administrator", "place": "P-1"}, "系统管理员负责整个系统"),
        ({"role": "auditor", "until": "2020-01-01"}, "该日期已过"),
        ({"role": "auditor", "until": "9999-12-31"}, "2199"),
        ({"role": "king"}, "king"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused_with_its_reason(client, stated, said):
    a_district("990101")
    a_place("P-1")
    user = a_user(None)
    response = grant(client, user, **stated)
    assert response.status_code == 422
    assert said in text(response)
    assert not Grant.objects.filter(user=user).exists()


def test_the_last_day_of_a_grant_counts_in_full(client):
    user = a_user(None)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).astimezone().date()
    grant(client, user, role="auditor", until=tomorrow.isoformat())
    made = Grant.objects.get(user=user)
    assert made.valid_until is not None
    from django.utils.timezone import localtime

    assert localtime(made.valid_until).date() == tomorrow + timedelta(days=1)
    assert localtime(made.valid_until).hour == 0


def test_the_last_administrator_keeps_the_role(client, administrator):
    own = administrator.grants.get()
    client.post(reverse("grant-end", args=[administrator.username, own.pk]))
    own.refresh_from_db()
    assert own.valid_until is None
    client.post(reverse("person-deactivate", args=[administrator.username]))
    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_grant_of_somebody_else_is_not_ended_through_this_person(client):
    first, second = a_user("inspector"), a_user("inspector")
    foreign = second.grants.get()
    assert client.post(reverse("grant-end", args=[first.username, foreign.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.valid_until is None


# ---- what ends at once -------------------------------------------------------------------------


def test_closing_an_account_on_the_page_ends_sessions_tokens_and_devices(client):
    user = a_user("inspector")
    theirs = Client()
    theirs.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    now = datetime.now(UTC)
    accounts.create_token(
        user, name="t", may_write=False, expires_at=now + timedelta(days=9), by=user, at=now
    )
    Device.objects.create(user=user, label="手机", enrolled_at=now)
    client.post(reverse("person-deactivate", args=[user.username]), {"reason": "离职"})
    assert theirs.get("/account/").status_code == 302
    assert ApiToken.objects.get(user=user).revoked_at is not None
    assert Device.objects.get(user=user).ended_at is not None
    assert Entry.objects.get(action="deactivate-person").reason == "离职"


def test_the_administrator_can_end_sessions_set_a_password_and_turn_the_second_step_off(client):
    user = a_user("inspector")
    second_factor.enable(user, second_factor.new_key(), by=user, at=datetime.now(UTC))
    theirs = signed_in(Client(), user)
    client.post(reverse("person-second-step-off", args=[user.username]))
    assert not second_factor.is_enabled(user)
    client.post(reverse("person-password", args=[user.username]), {"password": "an all new sentence"})
    assert theirs.get("/account/").status_code == 302
    entered = theirs.post("/sign-in/", {"username": user.username, "password": "an all new sentence"})
    assert entered.status_code == 302
    client.post(reverse("person-sessions-end", args=[user.username]))
    assert theirs.get("/account/").status_code == 302


def test_a_weak_password_set_by_the_administrator_is_refused(client):
    user = a_user("inspector")
    response = client.post(reverse("person-password", args=[user.username]), {"password": "12345678"})
    assert response.status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


# ---- one's own tokens --------------------------------------------------------------------------


def test_a_token_is_shown_once_and_works_until_it_is_revoked():
    user = a_user("auditor")
    client = signed_in(Client(), user)
    stated = {"name": "夜间导出", "days": "30", "password": PASSWORD}
    response = client.post("/account/tokens/new/", stated)
    secret = response.context["secret"]
    assert secret in text(response)
    assert response.headers["Cache-Control"] == "no-store, private"
    assert secret not in text(client.get("/account/"))
    api = Client(headers={"authorization": f"Bearer {secret}"})
    assert api.get("/api/v1/places").status_code == 200
    token = ApiToken.objects.get(user=user)
    client.post(reverse("account-token-revoke", args=[token.pk]))
    assert api.get("/api/v1/places").status_code == 401


def test_a_token_needs_the_password_and_a_name_of_its_own():
    client = signed_in(Client(), a_user("auditor"))
    stated = {"name": "夜间导出", "days": "30", "password": "wrong"}
    assert client.post("/account/tokens/new/", stated).status_code == 422
    stated["password"] = PASSWORD
    assert client.post("/account/tokens/new/", stated).status_code == 200
    assert client.post("/account/tokens/new/", stated).status_code == 422
    assert ApiToken.objects.count() == 1


def test_a_token_that_only_reads_cannot_record():
    user = a_user("city-office")
    now = datetime.now(UTC)
    _token, secret = accounts.create_token(
        user, name="t", may_write=False, expires_at=now + timedelta(days=1), by=user, at=now
    )
    api = Client(headers={"authorization": f"Bearer {secret}"})
    assert api.post("/api/v1/places", {}, content_type="application/json").status_code == 403


def test_nobody_revokes_somebody_elses_token_from_their_own_account():
    owner, other = a_user("auditor"), a_user("auditor")
    now = datetime.now(UTC)
    token, _secret = accounts.create_token(
        owner, name="t", may_write=False, expires_at=now + timedelta(days=1), by=owner, at=now
    )
    response = signed_in(Client(), other).post(reverse("account-token-revoke", args=[token.pk]))
    assert response.status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None

"""`anlan user`: the first administrator from the command line."""

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from anlan.management.users import user as command
from anlan.models import Grant, User
from builders import PASSWORD, a_place, a_user

pytestmark = pytest.mark.django_db


def run(*arguments: str, password: str = PASSWORD) -> Result:
    return CliRunner().invoke(command, [*arguments, "--password-stdin"], input=f"{password}\n")


def test_the_first_administrator_made_here_can_sign_in():
    outcome = run("create", "root.admin", "--name", "高工", "--role", "administrator")
    assert outcome.exit_code == 0, outcome.output
    assert PASSWORD not in outcome.output
    client = Client()
    client.post("/sign-in/", {"username": "root.admin", "password": PASSWORD})
    assert client.get("/settings/").status_code == 200


def test_a_role_can_be_for_one_place_only():
    a_place("P-1")
    assert run("create", "lin", "--role", "venue-manager", "--place", "P-1").exit_code == 0
    assert Grant.objects.get(user__username="lin").place_code == "P-1"


def test_what_cannot_be_done_is_said_in_both_languages_and_nothing_is_made():
    a_user("auditor", username="taken")
    for arguments, password, chinese, english in (
        (("create", "taken"), PASSWORD, "已存在", "already"),
        (("create", "x1", "--place", "P-404"), PASSWORD, "没有代码", "There is no place"),
        (("create", "x2"), "short", "至少需要 8 个字符", "at least 8 characters"),
        (("password", "nobody"), PASSWORD, "没有账号", "There is no account"),
    ):
        outcome = run(*arguments, password=password)
        assert outcome.exit_code != 0
        assert chinese in outcome.output
        assert english in outcome.output
    assert set(User.objects.values_list("username", flat=True)) == {"taken"}


def test_a_password_set_here_replaces_the_old_one():
    user = a_user("auditor")
    assert run("password", user.username, password="a newer sentence").exit_code == 0
    user.refresh_from_db()
    assert user.check_password("a newer sentence")


def test_without_a_terminal_trick_the_password_is_asked_for_twice():
    twice = f"{PASSWORD}\nsomething else\n{PASSWORD}\n{PASSWORD}\n"
    outcome = CliRunner().invoke(command, ["create", "typed"], input=twice)
    assert outcome.exit_code == 0, outcome.output
    assert PASSWORD not in outcome.output
    assert User.objects.get(username="typed").check_password(PASSWORD)

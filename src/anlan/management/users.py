"""`anlan user`: the first administrator, and accounts from the command line."""

import sys
from typing import cast, get_args

import click
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation

from anlan.actions import accounts, second_factor
from anlan.actions.accounts import Scope
from anlan.actions.codes import CodeTakenError
from anlan.engine.access import Role
from anlan.management.terminal import both, tell
from anlan.models import Department, District, Place, User


@click.group()
def user() -> None:
    """Accounts.  账号。"""


@user.command()
@click.argument("username", metavar="NAME")
@click.option("--name", default="", help="姓名（默认同用户名）  the person's name (default: the user name)")
@click.option("--role", type=click.Choice(get_args(Role)), help="角色  role to grant")
@click.option("--place", default="", metavar="CODE", help="只限一个场所  for one place only")
@click.option("--district", default="", metavar="CODE", help="只限一个辖区  for one district only")
@click.option("--department", default="", metavar="CODE", help="只限一个部门  for one department only")
@click.option(
    "--password-stdin", is_flag=True, help="从标准输入读取密码  read the password from standard input"
)
def create(
    username: str,
    name: str,
    role: str | None,
    place: str,
    district: str,
    department: str,
    password_stdin: bool,
) -> None:
    """Make an account, and grant it a role.  建立账号并授予角色。"""
    taken = click.ClickException(
        both(f"用户名“{username}”已存在。", f"There is an account “{username}” already.")
    )
    if User.objects.filter(username__iexact=username).exists():
        raise taken
    scope = _scope(place, district, department)
    password = _password(User(username=username, name=name), password_stdin)
    at = timezone.now()
    try:
        with transaction.atomic():
            made = accounts.create_person(
                username=username, name=name or username, password=password, by=None, at=at
            )
            if role:
                accounts.give_role(made, cast(Role, role), scope=scope, by=None, at=at)
    except CodeTakenError:
        raise taken from None
    tell(f"账号“{username}”已建立。", f"account “{username}” made{f' as {role}' if role else ''}.")
    if not role:
        tell("尚未授予角色，暂不能使用。", "it has no role yet and opens nothing.")


@user.command()
@click.argument("username", metavar="NAME")
@click.option(
    "--password-stdin", is_flag=True, help="从标准输入读取密码  read the password from standard input"
)
@click.option("--second-step-off", is_flag=True, help="同时关闭两步登录  turn the second step off as well")
def password(username: str, password_stdin: bool, second_step_off: bool) -> None:
    """Set a new password; all sessions of the person end.  重设密码，并结束其全部会话。"""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise click.ClickException(both(f"没有账号“{username}”。", f"There is no account “{username}”."))
    at = timezone.now()
    accounts.set_password(found, _password(found, password_stdin), by=None, at=at)
    if second_step_off:
        second_factor.disable(found, by=None, at=at)
    tell("密码已更新。", "the password is changed.")


def _scope(place: str, district: str, department: str) -> Scope:
    for model, code, chinese, english in (
        (Place, place, "场所", "place"),
        (District, district, "辖区", "district"),
        (Department, department, "部门", "department"),
    ):
        if code and not model.objects.filter(code=code).exists():
            raise click.ClickException(
                both(f"没有代码为“{code}”的{chinese}。", f"There is no {english} “{code}”.")
            )
    try:
        return Scope(district=district, department=department, place=place)
    except ValueError:
        raise click.ClickException(
            both(
                "一次授权只能针对一个场所、辖区或部门。",
                "A grant is for one place, one district or one department.",
            )
        ) from None


def _password(person: User, from_stdin: bool) -> str:
    """A password that may be used, asked for twice without being shown."""
    if from_stdin:
        chosen = sys.stdin.readline().rstrip("\r\n")
    else:
        chosen = click.prompt(
            "密码 password", hide_input=True, confirmation_prompt="再输入一次 once more", err=True
        )
    problems = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            try:
                password_validation.validate_password(chosen, person)
            except ValidationError as error:
                problems += [str(message) for message in error.messages]
    if problems:
        raise click.ClickException("  ".join(problems))
    return str(chosen)

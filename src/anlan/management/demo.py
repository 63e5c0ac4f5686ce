"""`anlan demo`: load the demo city, show its accounts."""

import json
from dataclasses import asdict
from datetime import datetime

import click
from django.conf import settings
from django.utils import timezone

from anlan.engine.policy import Scheme
from anlan.engine.schemes import read_scheme
from anlan.management.terminal import refuse, tell
from anlan.models import Place, User


@click.group()
def demo() -> None:
    """The demo city.  演示城市。"""


@demo.command()
@click.option("--scheme", "schemes", multiple=True, help="采用的方案  scheme to adopt (repeatable)")
@click.option("--seed", type=int, default=20260115, show_default=True, help="随机种子  seed of the generator")
def load(schemes: tuple[str, ...], seed: int) -> None:
    """Load the demo city into an empty database.  在空数据库中载入演示城市。"""
    from anlan.management.demo_city import demo_city
    from anlan.management.demo_load import DEFAULT_SCHEMES
    from anlan.management.demo_load import load as load_city

    if User.objects.exists() or Place.objects.exists():
        raise click.ClickException(
            "数据库不是空的，演示城市未载入。 The database is not empty; nothing was loaded."
        )
    now = timezone.localtime()
    adopted = schemes or DEFAULT_SCHEMES
    tell("生成演示城市", "making the demo city")
    read = [_readable(name) for name in adopted]
    city = demo_city(seed=seed, today=now.date(), until=_this_morning(now), schemes=read)
    load_city(city, at=now, schemes=adopted, progress=tell)


@demo.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出  print JSON")
def accounts(as_json: bool) -> None:
    """Show the demo accounts, one for each role.  显示演示账号。"""
    from anlan.management.demo_city.people import ACCOUNTS

    known = set(User.objects.values_list("username", flat=True))
    shown = [account for account in ACCOUNTS if account.username in known]
    if as_json:
        click.echo(json.dumps([asdict(account) for account in shown], ensure_ascii=False))
        return
    for account in shown:
        click.echo(f"  {account.username:<12} {account.password:<16} {account.name_zh}  {account.role}")


def _readable(name: str) -> Scheme:
    scheme, problems = read_scheme(settings.SCHEMES / name)
    if scheme is None or problems:
        said = problems[0].message
        refuse(f"方案 {name} 读不出来：{said.zh}", f"Cannot read the scheme {name}: {said.en}")
    return scheme


def _this_morning(now: datetime) -> datetime:
    """Evidence of the demo city reaches up to the moment it is loaded."""
    return now.replace(second=0, microsecond=0)

"""`anlan gaps`: what is missing at a moment, as known at that moment or another."""

from datetime import datetime

import click

from anlan.engine.scheme_report import did_you_mean
from anlan.management.output import WHEN, as_json, city_zone, in_terminal_language, write_json, write_table
from anlan.management.terminal import both, refuse


@click.command()
@click.option("--at", type=WHEN, help="有效时点  valid at (default: now)")
@click.option("--known-at", type=WHEN, help="知悉时点  as known at (default: now)")
@click.option("--district", default="", help="辖区代码  code of a district")
@click.option("--since", type=WHEN, help="列出此后错过的每个时间窗  every window missed since then")
@as_json
def gaps(
    at: datetime | None, known_at: datetime | None, district: str, since: datetime | None, as_json: bool
) -> None:
    """List the duties that are overdue or not evidenced.  逾期或无证据的职责。"""
    from anlan.models import District
    from anlan.queries.gaps import gaps_at, gaps_between

    now = datetime.now(city_zone())
    moment = at or now
    if district and not District.objects.filter(code=district).exists():
        near = did_you_mean(district, District.objects.values_list("code", flat=True))
        refuse(f"没有辖区 {district}。{near.zh}", f"There is no district {district}. {near.en}")
    if since is not None and since >= moment:
        refuse("--since 应早于 --at（默认现在）。", "--since must be before --at (default: now).")
    if since is not None:
        found = gaps_between(since, moment, known_at=known_at, district=district)
    else:
        found = gaps_at(moment, known_at=known_at, district=district, now=now)
    zone = city_zone()
    if as_json:
        rows = [
            {
                "place": gap.place,
                "name": gap.name,
                "district": gap.district or None,
                "duty": gap.key,
                "scheme": gap.scheme,
                "rule": gap.rule,
                "title": {"zh": gap.title.zh, "en": gap.title.en},
                "due": gap.due.astimezone(zone).isoformat() if gap.due else None,
                "state": gap.state,
            }
            for gap in found
        ]
        write_json({"at": moment.astimezone(zone).isoformat(), "gaps": rows})
    else:
        write_table(
            both(f"缺口 {len(found)} 项", f"{len(found)} gaps"),
            ("场所 place", "职责 duty", "截止 due", "状态 state"),
            [
                (
                    f"{gap.name} {gap.place}",
                    in_terminal_language(gap.title),
                    gap.due.astimezone(zone).strftime("%Y-%m-%d %H:%M") if gap.due else "",
                    gap.state,
                )
                for gap in found
            ],
        )
    raise SystemExit(1 if found else 0)

"""A small scheme written for these tests, and a client that speaks JSON with a token."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from anlan.actions import accounts
from anlan.actions.schemes import adopt, store_edition
from anlan.engine.schemes import read_scheme_texts
from anlan.models import User

START = datetime(2026, 1, 1, tzinfo=UTC)

FILES = {
    "scheme.yaml": """
id: test-plan
edition: "1"
title: {zh: 测试方案, en: Test plan}
valid: {from: 2026-01-01}
status: in-force
languages: [zh, en]
""",
    "terms.yaml": """
places:
  - {id: mall, title: {zh: 商场, en: Mall}}
  - {id: school, title: {zh: 学校, en: School}}
roles:
  - {id: fire, title: {zh: 消防, en: Fire service}}
  - {id: operator, title: {zh: 运营单位, en: Operator}}
evidence:
  - {id: scan, title: {zh: 扫码, en: Scan}}
  - {id: inspection, title: {zh: 检查, en: Inspection}}
  - {id: count, title: {zh: 清点, en: Count}}
  - {id: minutes, title: {zh: 纪要, en: Minutes}}
facts:
  - {id: daily_visitors, type: number, title: {zh: 日均人流量, en: Daily visitors}}
  - {id: area_m2, type: number, unit: m², title: {zh: 面积, en: Area}}
  - {id: sells_alcohol, type: flag, default: false, title: {zh: 售酒, en: Sells alcohol}}
""",
    "parameters.yaml": """
parameters:
  - id: large-visitors
    title: {zh: 大型场所人流量, en: Visitors of a large place}
    values: [{from: 2026-01-01, value: 5000, cites: {label: plan, clause: "1"}}]
  - id: walk-every
    title: {zh: 巡查间隔, en: Interval of walks}
    values: [{from: 2026-01-01, value: PT2H, cites: {label: plan, clause: "2"}}]
  - id: area-per-guard
    values: [{from: 2026-01-01, value: 100, cites: {label: plan, clause: "3"}}]
""",
    "rules.yaml": """
rules:
  - id: large
    kind: tier
    where: {daily_visitors: {over: $large-visitors}}
    title: {zh: 大型, en: Large}
    cites: {label: plan, clause: "1"}
  - id: walk
    kind: duty
    where: {tier: {is: large}}
    who: operator
    cadence: [{every: $walk-every}]
    evidence: scan
    grace: PT30M
    title: {zh: 巡查, en: Walk}
    cites: {label: plan, clause: "2"}
  - id: check
    kind: duty
    who: operator
    cadence: {each: month}
    evidence: inspection
    grace: P3D
    items:
      - {id: exits, title: {zh: 出口畅通, en: Exits are free}}
      - {id: alarm, title: {zh: 报警有效, en: Alarm works}}
    title: {zh: 月检, en: Monthly check}
    cites: {label: plan, clause: "3"}
  - id: guards
    kind: standard
    who: operator
    cadence: standing
    evidence: count
    grace: P7D
    quantity: {unit: guard, of: area_m2, one_per: $area-per-guard}
    title: {zh: 保安员, en: Guards}
    cites: {label: plan, clause: "3"}
  - id: meeting
    kind: duty
    subject: department
    who: fire
    cadence: {each: quarter}
    evidence: minutes
    title: {zh: 例会, en: Meeting}
    cites: {label: plan, clause: "4"}
""",
    "cases.yaml": """
cases:
  - id: not-large
    title: {zh: 非大型, en: Not large}
    facts: {kind: mall, daily_visitors: 5000, area_m2: 500}
    expect: {tier: none}
""",
}


def adopt_test_plan(at: datetime = START) -> None:
    """The scheme above, in force from `at`."""
    scheme, problems = read_scheme_texts(FILES)
    assert scheme is not None, problems
    assert not problems
    adopt(store_edition(scheme, by=None, at=at), valid_from=at, by=None, at=at)


def a_token(user: User, *, may_write: bool = True, days: int = 30) -> str:
    """A token of this person."""
    now = datetime.now(UTC)
    _row, secret = accounts.create_token(
        user, name="test", may_write=may_write, expires_at=now + timedelta(days=days), by=None, at=now
    )
    return secret


class ApiClient:
    """Speaks JSON with a token, in English."""

    def __init__(self, user: User, **token: Any) -> None:
        self.token = a_token(user, **token)
        self.client = Client()

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(self._address(path), headers=self._headers(headers))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(
            self._address(path), body, content_type="application/json", headers=self._headers(headers)
        )

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.patch(
            self._address(path), body, content_type="application/json", headers=self._headers(headers)
        )

    def _address(self, path: str) -> str:
        return path if path.startswith("/api/") else f"/api/v1{path}"

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": "en", **named}

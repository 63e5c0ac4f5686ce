"""The demo city's accounts: one for each role to try out, and those in whose name venues record."""

from collections.abc import Sequence
from dataclasses import replace

from anlan.management.demo_city.values import DemoAccount, DemoDistrict

ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("office", "anlan-office", "市领导小组办公室值班员", "City office", "city-office"),
    DemoAccount(
        "second", "anlan-second", "市领导小组办公室带班领导", "City office, second person", "city-office"
    ),
    DemoAccount(
        "liaison",
        "anlan-liaison",
        "教育局联络员",
        "Education liaison",
        "department-liaison",
        department="D-education",
    ),
    DemoAccount(
        "police",
        "anlan-police",
        "公安局联络员",
        "Public safety liaison",
        "department-liaison",
        department="D-public-safety",
    ),
    DemoAccount(
        "inspector", "anlan-inspector", "云汀区检查员", "Yunting inspector", "inspector", district="990101"
    ),
    DemoAccount("manager", "anlan-manager", "商场场所负责人", "Mall manager", "venue-manager"),
    DemoAccount("guard", "anlan-guard", "商场保安员", "Mall guard", "guard"),
    DemoAccount("auditor", "anlan-auditor", "审计员", "Auditor", "auditor"),
    DemoAccount("admin", "anlan-admin", "系统管理员", "Administrator", "administrator"),
)
"""Those that `anlan demo accounts` shows; the manager's and the guard's place is filled in once it is known."""

_BEHIND = (
    ("venues", "venue-manager", "场所负责人", "venue managers"),
    ("guards", "guard", "保安员", "guards"),
    ("inspection", "inspector", "检查员", "inspectors"),
    ("office", "city-office", "领导小组办公室", "office"),
)


def accounts(districts: Sequence[DemoDistrict], place: str) -> tuple[DemoAccount, ...]:
    """All accounts; those that stand for other venues' staff have no password: nobody signs in as them."""
    shown = [
        replace(account, place=place) if account.role in ("venue-manager", "guard") else account
        for account in ACCOUNTS
    ]
    behind = [
        DemoAccount(
            f"{username}-{district.code}",
            "",
            f"{district.name_zh}{zh}",
            f"{district.name_en}, {en}",
            role,
            district=district.code,
        )
        for district in districts
        for username, role, zh, en in _BEHIND
    ]
    return (*shown, *behind)


def recorder(evidence: str, district: str, place: str, own_place: str) -> str:
    """In whose name a record of a place is made."""
    if evidence == "inspection":
        return f"inspection-{district}"
    if evidence == "scan":
        return "guard" if place == own_place else f"guards-{district}"
    return "manager" if place == own_place else f"venues-{district}"

"""Settings of the installation: the city's name, the demo's accounts, the worker's sign of life."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.models import CitySettings, User


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo city, shown with its password on the sign-in page; without one nobody signs in with it."""

    username: str
    password: str
    role: str
    name_zh: str
    name_en: str


@transaction.atomic
def name_city(name_zh: str, name_en: str, *, by: User | None, at: datetime) -> CitySettings:
    """State the name of the city that this installation serves."""
    row, _is_new = CitySettings.objects.select_for_update().get_or_create(pk=1)
    changes = {
        field: [getattr(row, field), value]
        for field, value in (("name_zh", name_zh), ("name_en", name_en))
        if getattr(row, field) != value
    }
    if changes:
        row.name_zh, row.name_en = name_zh, name_en
        row.save(update_fields=["name_zh", "name_en"])
        journal.write(Change("change-settings", "city", "", name_zh, changes=changes), by=by, at=at)
    return row


def mark_demo(accounts: Sequence[DemoAccount]) -> None:
    """Say that this is the demo city, and who records and signs in there."""
    CitySettings.objects.update_or_create(
        pk=1, defaults={"demo_accounts": [asdict(each) for each in accounts]}
    )


def worker_lives(*, at: datetime) -> None:
    """The worker's sign of life; no change of state that the journal would hold."""
    if not CitySettings.objects.filter(pk=1).update(worker_seen_at=at):
        CitySettings.objects.get_or_create(pk=1, defaults={"worker_seen_at": at})

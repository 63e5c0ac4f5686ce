"""What a member of staff arranges on the own desk: saved views of lists. No change of state: not in the journal."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from anlan.actions.turns import take_turn
from anlan.models import SavedView, User

MOST_VIEWS = 40
"""How many views of one list a person may keep."""


class TooManyViewsError(ValueError):
    """No further view of this list can be kept."""


@transaction.atomic
def save_view(
    user: User, *, page: str, name: str, query: str, columns: Sequence[str], at: datetime
) -> tuple[SavedView, bool]:
    """Keep a list as it is shown now under a name; whether the name is new. One of that name is replaced."""
    take_turn(f"views/{user.pk}")
    own = SavedView.objects.filter(user=user, page=page)
    is_new = not own.filter(name=name).exists()
    if is_new and own.count() >= MOST_VIEWS:
        raise TooManyViewsError
    view, _made = SavedView.objects.update_or_create(
        user=user,
        page=page,
        name=name,
        defaults={"query": query, "columns": list(columns), "saved_at": at},
    )
    return view, is_new


def delete_view(view: SavedView) -> None:
    """Take a view off the desk."""
    view.delete()

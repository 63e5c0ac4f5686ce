"""What a member of staff keeps on the own desk."""

from uuid import UUID

from anlan.models import SavedView, User


def views_of(user: User, page: str) -> list[SavedView]:
    """A person's views of one list, by name."""
    return list(SavedView.objects.filter(user=user, page=page).order_by("name", "id"))


def own_view(user: User, identifier: UUID) -> SavedView | None:
    """A view by its id, if it is this person's."""
    return SavedView.objects.filter(user=user, pk=identifier).first()

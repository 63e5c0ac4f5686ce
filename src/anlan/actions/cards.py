"""Who holds an action card: the five questions read back on the page, or a printed card handed out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db import transaction

from anlan.actions import journal
from anlan.actions.register import place_entry
from anlan.engine.action_cards import ActionCard, right_count
from anlan.models import CardHeld, Place, User

Way = Literal["page", "print"]


@transaction.atomic
def hold_card(
    place: Place,
    scheme: str,
    card: ActionCard,
    *,
    way: Way,
    by: User | None,
    at: datetime,
    answers: Sequence[int] | None = None,
) -> CardHeld:
    """Record that the post of a role holds this version; `answers` are what it read back, counted from 1.

    The holding before ends. One of the same version hands its reading on to a copy that is printed later.
    """
    Place.objects.select_for_update().get(pk=place.pk)
    names = {"place": place, "scheme": scheme, "plan": card.plan, "role": card.role}
    before = CardHeld.objects.filter(**names, ended_at=None).first()
    read_at, right = (at, right_count(card.read_back, answers)) if answers is not None else (None, None)
    if before is not None:
        if answers is None and before.version == card.version:
            read_at, right = before.read_back_at, before.right_count
        before.ended_at = at
        before.save(update_fields=["ended_at"])
    held = CardHeld.objects.create(
        **names, version=card.version, way=way, held_at=at, read_back_at=read_at, right_count=right
    )
    changes = {
        "card": f"{scheme}/{card.plan} {card.role}",
        "version": [before.version if before else None, card.version],
        "right_answers": right,
    }
    journal.write(place_entry("hold-card", place, changes, ""), by=by, at=at)
    return held

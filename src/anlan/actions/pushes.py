"""Browsers in which somebody asked for pushes: kept while they are wanted, and no longer."""

import hashlib
import json
from datetime import datetime

from django.db import transaction

from anlan.links.notify_push import read_subscription
from anlan.models import PushSubscription, User

MOST = 10
"""Browsers of one person; of more, the oldest goes."""


class NoSubscriptionError(ValueError):
    """What a browser sent is no subscription."""


@transaction.atomic
def subscribe(user: User, given: str, *, at: datetime) -> PushSubscription:
    """Keep a browser's subscription; one that another person made in the same browser is theirs no more."""
    read = read_subscription(given)
    if read is None or len(given) > 1000 or not read.endpoint.startswith("https://"):
        raise NoSubscriptionError
    known = json.loads(given)
    kept = {"endpoint": known["endpoint"], "keys": {name: known["keys"][name] for name in ("p256dh", "auth")}}
    row, _is_new = PushSubscription.objects.update_or_create(
        digest=digest_of(read.endpoint),
        defaults={"user": user, "subscription": json.dumps(kept), "made_at": at},
    )
    old = user.pushes.order_by("-made_at", "-id").values_list("pk", flat=True)[MOST:]
    PushSubscription.objects.filter(pk__in=list(old)).delete()
    return row


def unsubscribe(user: User, endpoint: str = "") -> int:
    """End one browser's subscription, or all of somebody's; says how many there were."""
    rows = user.pushes.filter(digest=digest_of(endpoint)) if endpoint else user.pushes.all()
    return rows.delete()[0]


def digest_of(endpoint: str) -> str:
    """What a subscription is known by."""
    return hashlib.sha256(endpoint.encode()).hexdigest()

"""Photos of visits: each sent by itself under the hash of its content, kept once, without position or camera data."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anlan.actions.attachments import Upload, keep_photo
from anlan.actions.patrol_scans import Sender
from anlan.actions.turns import take_turn
from anlan.links.files import FileProblem
from anlan.models import Attachment, Visit

MOST_PHOTOS = 6
"""How many photos one visit takes."""


class WrongHashError(ValueError):
    """The content is not what the address says: it broke on the way and must be sent again."""


def has_photo(visit: Visit, sha256: str) -> bool:
    """Whether a photo that the phone knows by this hash is kept with the visit."""
    return visit.photos.filter(name=_name(sha256)).exists()


def visit_of(sender: Sender, visit: UUID) -> Visit | None:
    """A visit by its id, if it is the sender's own."""
    rows = Visit.objects.select_related("walk__place").filter(pk=visit, walk__guard=sender.user)
    return rows.first()


@transaction.atomic
def keep_visit_photo(
    visit: Visit, content: bytes, *, sha256: str, taken_at: datetime | None, sender: Sender, at: datetime
) -> Attachment | FileProblem | None:
    """Keep a photo with a visit, drawn anew; None when it was there already or the visit has enough.

    The file names nobody: who took it follows from the walk, for as long as the walk names its guard.
    """
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WrongHashError(sha256)
    take_turn(f"visit/{visit.pk}")
    if has_photo(visit, sha256) or visit.photos.count() >= MOST_PHOTOS:
        return None
    upload = Upload(_name(sha256), content)
    kept = keep_photo(upload, by=sender.user, at=at, place_code=visit.walk.place.code)
    if isinstance(kept, FileProblem):
        return kept
    kept.by = None
    kept.name = _name(sha256)
    kept.captured_at = kept.captured_at or (min(taken_at, at) if taken_at else None)
    kept.save(update_fields=["by", "name", "captured_at"])
    visit.photos.add(kept)
    for evidence in visit.evidence.all():
        evidence.attachments.add(kept)
    return kept


def _name(sha256: str) -> str:
    return f"{sha256}.jpg"

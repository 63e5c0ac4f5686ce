"""Versions of records: strong ETags, changes only with If-Match, unchanged answers not sent again."""

from typing import Annotated

from django.http import HttpResponse
from ninja import Header

from anlan.api.problems import ProblemError
from anlan.models import Entry, Place

IfMatch = Annotated[
    str | None,
    Header(
        None,
        alias="If-Match",
        max_length=200,
        description="the ETag of the version that is changed; without it the answer is 428",
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(None, alias="If-None-Match", max_length=2000, description="an ETag; 304 when it is still so"),
]


def etag_of(place: Place) -> str:
    """The version of a place."""
    return f'"{place.revision}"'


def is_unchanged(given: str | None, etag: str) -> bool:
    """Whether the asker holds this version already."""
    tags = [tag.strip().removeprefix("W/") for tag in (given or "").split(",")]
    return "*" in tags or etag in tags


def require_match(given: str | None, place: Place) -> None:
    """Refuse a change unless it names the version that is there now."""
    if not given:
        raise ProblemError("precondition-required", headers={"ETag": etag_of(place)})
    tags = [tag.strip() for tag in given.split(",")]
    if "*" in tags or etag_of(place) in tags:
        return
    raise ProblemError(
        "changed-meanwhile", headers={"ETag": etag_of(place)}, more={"current": _current(place)}
    )


def not_modified(etag: str) -> HttpResponse:
    """304: what the asker holds is still so."""
    return HttpResponse(status=304, headers={"ETag": etag})


def _current(place: Place) -> dict[str, object]:
    last = Entry.objects.filter(subject_kind="place", subject_id=str(place.pk)).select_related("by").last()
    change: dict[str, object] = {"etag": etag_of(place), "revision": place.revision}
    if last is not None:
        change["changed_at"] = last.at.isoformat()
        change["changed_by"] = last.by.name if last.by else None
        change["changed"] = sorted(last.changes)
    return change

"""Files that come with a form: kept at once, so that a form that comes back for correction has lost none of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anlan.actions.attachments import Upload, keep_document, keep_photo
from anlan.links.files import LARGEST_DOCUMENT_BYTES, MEGABYTE, FileProblem
from anlan.links.photos import LARGEST_PHOTO_BYTES
from anlan.models import Attachment
from anlan.queries.evidence import loose_attachments
from anlan.web import access
from anlan.web.templatetags.words import say

MOST_FILES = 12
"""How many files one record takes."""

KEPT_FOR = timedelta(days=1)
"""How long a file waits for the form that it was sent with."""


@dataclass(slots=True)
class Kept:
    """The files of a form by the field they came in, and what is wrong with those that were not taken."""

    files: dict[str, list[Attachment]] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def of(self, name: str) -> list[Attachment]:
        return self.files.get(name, [])

    def photos_of(self, names: Iterable[str]) -> list[Attachment]:
        return [one for name in names for one in self.of(name)]

    @property
    def all(self) -> list[Attachment]:
        return [one for files in self.files.values() for one in files]


def kept_uploads(
    request: HttpRequest, fields: Mapping[str, str], *, at: datetime, place_code: str = ""
) -> Kept:
    """The files of a request under the names of `fields` (to "photo" or "document"), with those kept before."""
    found = Kept()
    _remember(request, fields, found, at)
    count = len(found.all)
    for name, kind in fields.items():
        for file in request.FILES.getlist(name):
            if count >= MOST_FILES:
                words = _("A record takes at most %(most)d files; the rest was left out.") % {
                    "most": MOST_FILES
                }
                found.problems.append((name, words))
                return found
            kept = _keep(file, kind, request, at, place_code)
            if isinstance(kept, FileProblem):
                found.problems.append((name, f"{file.name}: {say(kept.message)}"))
            else:
                found.files.setdefault(name, []).append(kept)
                count += 1
    return found


def _keep(
    file: "UploadedFile[Any]", kind: str, request: HttpRequest, at: datetime, place_code: str
) -> Attachment | FileProblem:
    most = LARGEST_PHOTO_BYTES if kind == "photo" else LARGEST_DOCUMENT_BYTES
    # One byte more than is taken is read, so that the size is refused without reading a huge file.
    content = file.read(most + MEGABYTE)
    upload = Upload(file.name or "file", content)
    keep = keep_photo if kind == "photo" else keep_document
    return keep(upload, by=access.user_of(request), at=at, place_code=place_code)


def _remember(request: HttpRequest, fields: Mapping[str, str], found: Kept, at: datetime) -> None:
    """Files that an earlier sending of this form brought; only one's own, and only such as no record has yet."""
    named: dict[UUID, str] = {}
    for text in request.POST.getlist("kept")[: MOST_FILES * 2]:
        name, _colon, identifier = text.partition(":")
        try:
            if name in fields:
                named[UUID(identifier)] = name
        except ValueError:
            continue
    for row in loose_attachments(list(named), access.user_of(request).pk, at - KEPT_FOR):
        found.files.setdefault(named[row.pk], []).append(row)

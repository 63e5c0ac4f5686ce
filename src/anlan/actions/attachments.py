"""Keeping files of records: photos drawn anew without position or camera data, documents of allowed kinds only.

A file is kept under the hash of its content; its row is written when the file is safely on the disk. A row that
belongs to no record yet is what somebody uploaded to a form that came back for correction.
"""

import hashlib
import os
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePath

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from anlan.engine.policy import Text
from anlan.links.files import MEGABYTE, FileProblem, check_document
from anlan.links.photos import clean_photo
from anlan.models import Attachment, User

QUOTA_BYTES = 500 * MEGABYTE
"""What one person may upload within a day; far above what work needs, below what fills a disk."""

QUOTA_SPAN = timedelta(days=1)
SPARE_BYTES = 200 * MEGABYTE
"""Room that uploads leave on the disk, so that the database can still write."""

_FIRST_YEAR, _LAST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sent it."""

    name: str
    content: bytes


def keep_photo(
    upload: Upload, *, by: User | None, at: datetime, place_code: str = ""
) -> Attachment | FileProblem:
    """Keep a photo drawn anew, with the time the camera gave; or why it is not taken."""
    if problem := _no_room(len(upload.content), by, at):
        return problem
    photo = clean_photo(upload.content, upload.name)
    if isinstance(photo, FileProblem):
        return photo
    stem = PurePath(plain_name(upload.name)).stem or "photo"
    return _kept(
        photo.content, f"{stem}.{photo.extension}", photo.content_type,
        captured_at=_captured(photo.captured_at), by=by, at=at, place_code=place_code,
    )  # fmt: skip


def keep_document(
    upload: Upload, *, by: User | None, at: datetime, place_code: str = ""
) -> Attachment | FileProblem:
    """Keep a document as it is, if it is of an allowed kind; a picture among them is cleaned like a photo."""
    if problem := _no_room(len(upload.content), by, at):
        return problem
    document = check_document(upload.content, upload.name)
    if isinstance(document, FileProblem):
        return document
    if document.content_type.startswith("image/"):
        return keep_photo(upload, by=by, at=at, place_code=place_code)
    name = plain_name(upload.name)
    return _kept(
        upload.content, name, document.content_type, captured_at=None, by=by, at=at, place_code=place_code
    )


def path_of(sha256: str) -> Path:
    """Where a file with this content lies: two levels of folders, so that none grows too large."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def plain_name(name: str) -> str:
    """A file's name without folders, control characters and marks that turn the direction of writing."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()
    stem, dot, suffix = kept.rpartition(".")
    return f"{stem[:120]}{dot}{suffix[:20]}".strip(". ") or "file"


def _kept(
    content: bytes,
    name: str,
    media_type: str,
    *,
    captured_at: datetime | None,
    by: User | None,
    at: datetime,
    place_code: str,
) -> Attachment | FileProblem:
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        _write(path_of(sha256), content)
    except OSError:
        return FileProblem(
            Text(
                zh="文件暂时无法保存，请稍后再试；若仍不行，请联系系统管理员检查磁盘空间和目录权限。",
                en="The file cannot be stored at present. Try again later; if it still fails, ask the administrator "
                "to check the disk's space and the folder's permissions.",
            )
        )
    return Attachment.objects.create(
        sha256=sha256, name=name, media_type=media_type, bytes=len(content), captured_at=captured_at,
        recorded_at=at, by=by, place_code=place_code,
    )  # fmt: skip


def _write(path: Path, content: bytes) -> None:
    """Write once and whole: under another name first, then renamed; the same content is not written twice."""
    if path.exists() and path.stat().st_size == len(content):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _no_room(size: int, by: User | None, at: datetime) -> FileProblem | None:
    recent = Attachment.objects.filter(by=by, recorded_at__gt=at - QUOTA_SPAN).aggregate(sum=Sum("bytes"))
    if (recent["sum"] or 0) + size > QUOTA_BYTES:
        most = QUOTA_BYTES // MEGABYTE
        return FileProblem(
            Text(
                zh=f"24 小时内上传的文件已达上限 {most} MB。请先记录文字，稍后再补充文件。",
                en=f"The {most} MB that one person may upload within 24 hours are used up. Record the words now and "
                "add files later.",
            )
        )
    folder = Path(settings.MEDIA_ROOT)
    existing = next((one for one in (folder, *folder.parents) if one.exists()), None)
    if existing is not None and shutil.disk_usage(existing).free - size < SPARE_BYTES:
        return FileProblem(
            Text(
                zh="服务器磁盘空间不足，文件未保存。请联系系统管理员；文字记录仍可提交。",
                en="The server's disk is nearly full, so the file was not stored. Tell the administrator; the words "
                "can still be recorded.",
            )
        )
    return None


def _captured(moment: datetime | None) -> datetime | None:
    """The camera's time, in the city's zone where the camera named none; one that cannot be is left out."""
    if moment is None or not _FIRST_YEAR < moment.year < _LAST_YEAR:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

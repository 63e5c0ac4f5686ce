"""What is kept of each import: the file, how far it has come, and what became of it."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from anlan.actions.attachments import path_of, plain_name
from anlan.engine.policy import Text
from anlan.models import Attachment, PlaceImport, User


def note_done(
    source: str, name: str, result: Mapping[str, Any], *, by: User | None, at: datetime
) -> PlaceImport:
    """Keep that an import was carried out on the command line, for the list of imports."""
    kept = {key: value for key, value in result.items() if not isinstance(value, list)}
    return PlaceImport.objects.create(
        source=source,
        state="done",
        progress=100,
        result={"name": name, **kept},
        by=by,
        created_at=at,
        finished_at=at,
    )


def keep_file(
    chunks: Iterable[bytes], name: str, media_type: str, *, by: User | None, at: datetime
) -> Attachment:
    """Keep a file under the hash of its content, written whole before it is known by that name."""
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor, partial = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        path = path_of(digest.hexdigest())
        path.parent.mkdir(parents=True, exist_ok=True)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return Attachment.objects.create(
        sha256=digest.hexdigest(), name=plain_name(name), media_type=media_type, bytes=size, recorded_at=at, by=by
    )  # fmt: skip


def note_progress(record: PlaceImport, percent: int) -> None:
    """How far an import has come; seen by the page at once, since it is written outside of the transaction."""
    if percent != record.progress:
        record.progress = percent
        PlaceImport.objects.filter(pk=record.pk).update(progress=percent)


def note_failed(record: PlaceImport, message: Text, *, at: datetime) -> None:
    """An import that could not be carried out, and why."""
    record.result = {**record.result, "message": {"zh": message.zh, "en": message.en}}
    record.state, record.finished_at = "failed", at
    record.save(update_fields=["result", "state", "finished_at"])

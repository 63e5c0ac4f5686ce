"""Imports as the pages list them."""

from uuid import UUID

from anlan.models import Attachment, PlaceImport


def recent_imports(limit: int = 30) -> list[PlaceImport]:
    """The latest imports, without the long parts of what became of them."""
    return list(PlaceImport.objects.select_related("by").order_by("-created_at")[:limit])


def import_of(identifier: UUID) -> PlaceImport | None:
    """One import with its file."""
    return PlaceImport.objects.select_related("by", "file").filter(pk=identifier).first()


def marked_copy_of(record: PlaceImport) -> Attachment | None:
    """The sheet with the reasons beside its wrong rows, if it had any."""
    marked = str(record.result.get("marked") or "")
    return Attachment.objects.filter(pk=marked).first() if marked else None

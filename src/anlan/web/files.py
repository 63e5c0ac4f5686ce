"""Files of records: served only to those who may see the record, or to whoever uploaded them."""

from datetime import timedelta
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from anlan.actions.attachments import path_of
from anlan.models import Attachment
from anlan.queries.evidence import attachment_within
from anlan.queries.signals import signal_file
from anlan.web import access

PHOTOS = ("image/jpeg", "image/webp", "image/png")
KEPT_BY_BROWSER = timedelta(minutes=10)


@access.needs("see-evidence", "record-evidence", "see-signals")
@require_safe
def attachment(request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
    """One file: photos are shown, anything else is downloaded; out of reach is answered like not there."""
    row = _visible(request, attachment_id)
    if row is None:
        raise Http404
    tag = f'"{row.sha256}"'
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        path_on_disk = path_of(row.sha256)
        if not path_on_disk.is_file():
            raise Http404
        is_photo = row.media_type in PHOTOS
        response = FileResponse(
            path_on_disk.open("rb"),
            content_type=row.media_type,
            as_attachment=not is_photo,
            filename=row.name,
        )
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"private, max-age={int(KEPT_BY_BROWSER.total_seconds())}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_vary_headers(response, ["Cookie"])
    return response


def _visible(request: HttpRequest, attachment_id: UUID) -> Attachment | None:
    found = attachment_within(access.request_reach(request, "see-evidence"), attachment_id)
    user = access.user_of(request)
    found = found or signal_file(access.request_reach(request, "see-signals"), user, attachment_id)
    return found or Attachment.objects.filter(pk=attachment_id, by=user).first()


addresses = [path("files/<uuid:attachment_id>/", attachment, name="attachment")]

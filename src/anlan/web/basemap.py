"""The base map's archive, in the parts that the map asks for."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from anlan.links.byte_ranges import Unsatisfiable, byte_range, read_range
from anlan.web.access import signed_in

MEDIA_TYPE = "application/vnd.pmtiles"


@signed_in
@require_safe
def basemap(request: HttpRequest) -> HttpResponseBase:
    """One range of the archive with 206, or the whole file; browsers may keep it as long as the file stays the same."""
    file = settings.BASEMAP
    if not file.exists():
        raise Http404
    known = file.stat()
    tag = f'"{known.st_mtime_ns:x}-{known.st_size:x}"'
    response: HttpResponseBase
    wanted = byte_range(request.headers.get("Range"), known.st_size)
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    elif isinstance(wanted, Unsatisfiable):
        response = HttpResponse(status=416, headers={"Content-Range": wanted.content_range})
    elif wanted is None:
        response = FileResponse(file.open("rb"), content_type=MEDIA_TYPE)
    else:
        response = HttpResponse(read_range(file, wanted), status=206, content_type=MEDIA_TYPE)
        response.headers["Content-Range"] = wanted.content_range
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


addresses = [path("basemap.pmtiles", basemap, name="basemap")]

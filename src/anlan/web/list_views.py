"""Own views of lists: saved from the list as it is shown, deleted with a way back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.actions import desk
from anlan.actions.desk import MOST_VIEWS, TooManyViewsError
from anlan.queries.desk import own_view
from anlan.web import access, clock
from anlan.web.list_query import plain_pairs, sent_filter, view_query
from anlan.web.undo import undoable

LISTS = frozenset(
    {
        "cap",
        "places",
        "evidence-list",
        "findings",
        "people",
        "journal",
        "messages",
        "signals",
        "public-information",
        "warnings",
    }
)
"""The lists that have views, by the name of their address."""


@access.signed_in
@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is shown under a name; private to whoever saves it."""
    page = request.POST.get("page", "")
    if page not in LISTS:
        raise Http404
    name = " ".join(request.POST.get("name", "").split())[:60]
    query, columns = sent_filter(request)
    pairs = plain_pairs(query)
    kept = view_query(pairs, ())
    address = view_query(pairs, columns)
    back = HttpResponseRedirect(f"{reverse(page)}?{address}" if address else reverse(page))
    if not name or len(kept) > 1000:
        messages.error(
            request, _("Give the view a name first.") if not name else _("This filter is too long.")
        )
        return back
    try:
        _view, is_new = desk.save_view(
            access.user_of(request), page=page, name=name, query=kept, columns=columns, at=clock.now()
        )
    except TooManyViewsError:
        words = _("You have %(count)d views of this list already. Delete one first.")
        messages.error(request, words % {"count": MOST_VIEWS})
        return back
    words = _("Saved as the view “%(name)s”.") if is_new else _("The view “%(name)s” now shows this.")
    messages.success(request, words % {"name": name})
    return back


@access.signed_in
@require_POST
def view_delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Delete an own view; for a minute it can be taken back."""
    view = own_view(access.user_of(request), view_id)
    if view is None:
        raise Http404
    undoable(
        request,
        _("The view “%(name)s” is deleted.") % {"name": view.name},
        "view",
        page=view.page,
        name=view.name,
        query=view.query,
        columns=view.columns,
    )
    desk.delete_view(view)
    return HttpResponseRedirect(reverse(view.page))


addresses = [
    path("views/", view_save, name="view-save"),
    path("views/<uuid:view_id>/delete/", view_delete, name="view-delete"),
]

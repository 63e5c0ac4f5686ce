"""The template tags of forms, filters and pages of a list, loaded into every template beside those of `anlan`."""

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.utils.safestring import SafeString

from anlan.web.drafts import kept_for
from anlan.web.templatetags import words

register = template.Library()


@register.inclusion_tag("components/draft.html", takes_context=True)
def draft(context: Context) -> dict[str, Any]:
    """Keeps what is typed into this form until it is taken; inside the form, beside its token."""
    return {"kept": kept_for(context["request"]) if "request" in context else None}


@register.inclusion_tag("components/error_summary.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """All that is wrong with a form, on top, with links to the fields; takes the focus."""
    return {"form": form, "fields": [field for field in form if field.errors]}


_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, ""),
    (forms.CheckboxSelectMultiple, ""),
    (forms.Select, "form-select"),
)


def _drawn(bound: BoundField, extra: str = "", hint: bool = False) -> SafeString:
    """The field's input with the classes that its kind and its errors ask for; `hint` shows the label inside."""
    widget = bound.field.widget
    shape = next((name for kind, name in _CLASSES if isinstance(widget, kind)), "form-control")
    given = str(widget.attrs.get("class", ""))
    wrong = " is-invalid" if bound.errors else ""
    names = " ".join(f"{shape} {extra} {given}{wrong}".split())
    attributes: dict[str, str | bool] = {"class": names} if shape else {}
    if hint:
        attributes.setdefault("placeholder", str(widget.attrs.get("placeholder", bound.label)))
    return bound.as_widget(attrs=attributes)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, unit: Any = "") -> dict[str, Any]:
    """One form field with label, help, unit and its errors beside it."""
    widget = bound.field.widget
    return {
        "field": bound,
        "input": _drawn(bound),
        "unit": words.say(unit),
        "check": isinstance(widget, forms.CheckboxInput),
        "group": isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple),
    }


@register.inclusion_tag("components/fields.html")
def fields(form: forms.BaseForm) -> dict[str, Any]:
    """All visible fields of a form, one under another, and the hidden ones."""
    return {"form": form}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(
    context: Context, form: forms.BaseForm, target: str = "results", label: Any = ""
) -> dict[str, Any]:
    """A GET form whose fields live in the address; results are swapped in place.

    The field called `q` is the search; fields named in `form.more` are folded away.
    """
    more = set(getattr(form, "more", ()))
    rows: list[dict[str, Any]] = [
        {
            "field": bound,
            "input": _drawn(bound, "form-control-sm" if bound.name != "q" else "", hint=bound.name == "q"),
            "check": isinstance(bound.field.widget, forms.CheckboxInput),
            "more": bound.name in more,
        }
        for bound in form.visible_fields()
    ]
    request: HttpRequest = context["request"]
    chosen = [row for row in rows if row["field"].value() not in (None, "", [], False)]
    return {
        "search": next((row for row in rows if row["field"].name == "q"), None),
        "rows": [row for row in rows if row["field"].name != "q" and not row["more"]],
        "more": [row for row in rows if row["more"]],
        "more_open": any(row["more"] for row in chosen),
        "hidden": form.hidden_fields(),
        "target": target,
        "path": request.path,
        "any_chosen": bool(chosen),
        "columns": ",".join(request.GET.getlist("columns")),
        "label": words.say(label),
    }


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: Context,
    next: str | None = None,  # noqa: A002  (as the address calls it)
    shown: int | None = None,
    parameter: str = "after",
    total: Any = None,
) -> dict[str, Any]:
    """Further pages by cursor: `next` is the cursor of the following page, empty on the last."""
    request: HttpRequest = context["request"]

    def address(cursor: str | None) -> str:
        query = request.GET.copy()
        query.pop(parameter, None)
        if cursor:
            query[parameter] = cursor
        return f"{request.path}?{query.urlencode()}" if query else request.path

    return {
        "next": address(next) if next else "",
        "first": address(None) if request.GET.get(parameter) else "",
        "shown": shown,
        "total": total,
    }

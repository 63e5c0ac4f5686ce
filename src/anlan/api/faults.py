"""What is wrong with values that do not fit a model, in plain words, with a pointer to each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.api.problems import Fault

_AT_MOST = 50
KEY = "[key]"
"""What pydantic puts after a key that is itself wrong."""

_WORDS: Final[Mapping[str, Promise]] = {
    "missing": gettext_lazy("This value is required."),
    "extra_forbidden": gettext_lazy("There is no field of this name."),
    "string_type": gettext_lazy("This must be text."),
    "string_unicode": gettext_lazy("This text is not valid Unicode."),
    "string_too_long": gettext_lazy("This text is too long: at most {max_length} characters."),
    "string_too_short": gettext_lazy("This text is too short: at least {min_length} characters."),
    "string_pattern_mismatch": gettext_lazy("This text does not have the form that is asked: {pattern}"),
    "int_type": gettext_lazy("This must be a whole number."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "int_from_float": gettext_lazy("This must be a whole number."),
    "float_type": gettext_lazy("This must be a number."),
    "float_parsing": gettext_lazy("This must be a number."),
    "finite_number": gettext_lazy("This must be a finite number."),
    "bool_type": gettext_lazy("This must be true or false."),
    "bool_parsing": gettext_lazy("This must be true or false."),
    "greater_than_equal": gettext_lazy("This must be at least {ge}."),
    "less_than_equal": gettext_lazy("This must be at most {le}."),
    "greater_than": gettext_lazy("This must be over {gt}."),
    "less_than": gettext_lazy("This must be under {lt}."),
    "literal_error": gettext_lazy("This must be one of: {expected}."),
    "list_type": gettext_lazy("This must be a list."),
    "dict_type": gettext_lazy("This must be an object."),
    "model_type": gettext_lazy("This must be an object."),
    "model_attributes_type": gettext_lazy("This must be an object."),
    "too_long": gettext_lazy("There are too many entries: at most {max_length}."),
    "too_short": gettext_lazy("There are too few entries: at least {min_length}."),
}


def faults_of(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Pydantic's errors, as django-ninja gathers them, in our words."""
    return [_fault(error) for error in errors[:_AT_MOST]]


def _fault(error: Mapping[str, Any]) -> Fault:
    location = [str(part) for part in error.get("loc", ())]
    source, path = (location[0], location[1:]) if location else ("body", [])
    if source == "body":
        return Fault(words_of(error), pointer=pointer_to(path[1:]))
    return Fault(words_of(error), parameter=path[-1] if path else source)


def words_of(error: Mapping[str, Any]) -> str:
    """One error in the active language; our own validators bring their words with them."""
    kind = str(error.get("type", ""))
    if kind == "value_error":
        return str(error.get("ctx", {}).get("error", "")) or str(error.get("msg", ""))
    words = _WORDS.get(kind)
    if words is None:
        return _("This value does not fit: %(reason)s") % {"reason": error.get("msg", "")}
    context = dict(error.get("ctx", {}))
    if kind == "literal_error":
        context["expected"] = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
    return str(words).format(**context)


def pointer_to(path: Sequence[str]) -> str:
    """A JSON pointer (RFC 6901) as a URI fragment."""
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in path if part != KEY]
    return "".join(["#", *[f"/{part}" for part in escaped]])

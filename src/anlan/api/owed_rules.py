"""The rules that evidence and waivers name: found in the adopted schemes, or refused with the nearest name."""

from datetime import datetime
from difflib import get_close_matches

from django.utils.translation import gettext as _

from anlan.api.problems import Fault, ProblemError
from anlan.engine.policy import Rule, Subject
from anlan.queries.schemes import adoptions

OWED_KINDS = ("duty", "standard")


def owed_rule(scheme: str, rule: str, subject: Subject, at: datetime) -> Rule:
    """A rule that can be owed, from the edition adopted at a moment, else from the latest one."""
    known = [adoption for adoption in adoptions() if adoption.scheme.id == scheme]
    if not known:
        raise ProblemError("invalid", faults=[Fault(_("No adopted scheme has this id."), "#/scheme")])
    then = [
        adoption for adoption in known if adoption.start <= at and (adoption.end is None or at < adoption.end)
    ]
    rules = {one.id: one for one in (then or known)[-1].scheme.rules if one.kind in OWED_KINDS}
    if rule not in rules:
        near = get_close_matches(rule, rules, n=1)
        words = _("The scheme has no duty with this id.")
        words += " " + _("Did you mean “%(near)s”?") % {"near": near[0]} if near else ""
        raise ProblemError("invalid", faults=[Fault(words, "#/rule")])
    if rules[rule].subject != subject:
        words = (
            _("This rule is for departments, not for places.")
            if subject == "place"
            else _("This rule is for places, not for departments.")
        )
        raise ProblemError("invalid", faults=[Fault(words, "#/rule")])
    return rules[rule]

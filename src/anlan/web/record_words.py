"""Records of evidence in words: what was done, who did it as far as the asker may know, whether it still counts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.engine.policy import Text
from anlan.models import Evidence, Strike, User
from anlan.queries.vocabulary import Words
from anlan.web import access
from anlan.web.people_words import Names
from anlan.web.place_words import link
from anlan.web.templatetags.words import name_of


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One record: its title, who is named for it, and its strike if it was struck through."""

    evidence: Evidence
    title: Text | str
    kind: Text | str
    who: str
    url: str
    strike: Strike | None
    struck_by: str
    files: int
    failed: int


def evidence_rows(request: HttpRequest, found: Iterable[Evidence], words: Words) -> list[EvidenceRow]:
    """Records in words, for one asker."""
    return [*map(in_words(request, words), found)]


def in_words(request: HttpRequest, words: Words) -> Callable[[Evidence], EvidenceRow]:
    """What says one record after the other in words, for one asker."""
    names = Names(request)
    return lambda evidence: _row(request, evidence, words, names)


def rule_title(words: Words, scheme: str, rule: str) -> Text | str:
    """What a rule is called; its own id where the schemes in force have no such rule."""
    plain = rule.partition("#")[0]
    for known in words.schemes:
        if known.id == scheme:
            return next((each.title for each in known.rules if each.id == plain), plain)
    return plain


def kind_title(words: Words, kind: str) -> Text | str:
    """What a kind of evidence is called."""
    if kind == "re-inspection":
        return str(_RE_INSPECTION)
    found = (scheme.terms.get("evidence", {}).get(kind) for scheme in words.schemes)
    return next((term.title for term in found if term is not None), kind)


_RE_INSPECTION = gettext_lazy("Re-inspection")


def _row(request: HttpRequest, evidence: Evidence, words: Words, names: Names) -> EvidenceRow:
    strike = getattr(evidence, "strike", None)
    return EvidenceRow(
        evidence=evidence,
        title=rule_title(words, evidence.scheme, evidence.rule),
        kind=kind_title(words, evidence.kind),
        who=_who(request, evidence, names),
        url=link("evidence", evidence.pk),
        strike=strike,
        struck_by=_named(strike.by, evidence, names) if strike else "",
        files=len(evidence.attachments.all()),
        failed=sum(1 for answer in evidence.answers.values() if not answer.get("passed", True)),
    )


def _who(request: HttpRequest, evidence: Evidence, names: Names) -> str:
    """The post before the person, for everybody who does not belong to the place."""
    post = name_of(evidence.post) if evidence.post else ""
    if access.shows_names(request, evidence.place):
        person = _named(evidence.by, evidence, names)
        return f"{post} · {person}" if post else person
    return post or _named(evidence.by, evidence, names)


def _named(user: User | None, evidence: Evidence, names: Names) -> str:
    return names.of(user, evidence.place) if user else _("Anlan itself")

"""What the public is told: its states, who approves and releases it by the schemes, and what must not stand in it."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, get_args

from anlan.engine import free_text
from anlan.engine.derivation import adoptions_at
from anlan.engine.facts import Basis
from anlan.engine.figures import Figures
from anlan.engine.periods import local_date
from anlan.engine.policy import ChecklistItem, Citation, PublicChain, PublicReach, PublicSays, Scheme, Text

Kind = Literal["leave", "stay-in", "avoid", "all-clear", "facts"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
State = Literal["draft", "waiting", "discarded", "released", "withdrawn", "replaced", "ended"]
Fault = Literal["empty", "too-long", "blank", "personal", "markup", "untranslated", "no-chinese"]

OFFICE: Final = "office"
"""The role that people of the city office hold; every other role is held by the liaisons of its departments."""
RATIFICATION: Final = timedelta(hours=1)
LONGEST_TITLE = {"zh": 60, "en": 120}
LONGEST_BODY = {"zh": 600, "en": 1500}
BLANKS: Final = {"zh": ("【地点】", "【截止时间】"), "en": ("[place]", "[until]")}
"""Where a template leaves room for the place and the end, in each language."""

CHECKLIST: Final[tuple[ChecklistItem, ...]] = (
    ChecklistItem("no-names", Text("没有任何人的姓名", "No name of any person")),
    ChecklistItem(
        "nobody-identified",
        Text(
            "没有可以辨认出某个人的描述（长相、职务、住址、关系）",
            "Nothing by which somebody could be recognised: looks, post, home, relations",
        ),
    ),
    ChecklistItem(
        "no-operations",
        Text(
            "没有处置行动、力量位置和部署", "No operations, no positions of forces, nothing about deployment"
        ),
    ),
    ChecklistItem(
        "no-security-figures",
        Text(
            "没有保安员、摄像机的数量和巡逻路线",
            "No numbers of guards or cameras, no routes of patrols",
        ),
    ),
    ChecklistItem("source-checked", Text("内容已向来源核实", "The contents were checked with their source")),
    ChecklistItem("plain-words", Text("语句简短，人人能懂", "Short sentences in words that everybody knows")),
    ChecklistItem("same-in-both", Text("中英文内容一致", "Both languages say the same")),
)
"""What the author ticks before anybody is asked to approve; a scheme adds lines and takes none away."""

_OPERATIONS = {
    "zh": (
        "警力|兵力|特警|武警|狙击|突击|布控|设卡|卡点|岗哨|部署|抓捕|嫌疑人|换岗|交接班"
        "|巡逻路线|监控|摄像|便衣|指挥部|[0-9一二三四五六七八九十百]+名(?:民警|警察|保安|队员)"
    ),
    "en": (
        r"\b(?:swat|snipers?|undercover|deploy\w*|checkpoints?|command post|cameras?|cctv|patrol routes?|suspects?"
        r"|shift change|raid|\d+ (?:officers|guards|police))\b"
    ),
}
_OPERATION_WORDS = re.compile("|".join(_OPERATIONS.values()), re.IGNORECASE)
_MARKUP = re.compile(r"<[/a-z!?][^<>]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")


class Statement(Protocol):
    """The times of a statement that decide what state it is in."""

    valid_until: datetime
    submitted_at: datetime | None
    discarded_at: datetime | None
    released_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Chain:
    """Who agrees in turn, who releases and over what, by all schemes in force together."""

    approval: tuple[str, ...]
    release: str
    reach: PublicReach
    emergency: bool
    ratification: timedelta
    items: tuple[ChecklistItem, ...] = ()
    cites: tuple[tuple[Scheme, Citation], ...] = ()

    @property
    def checklist(self) -> tuple[ChecklistItem, ...]:
        return CHECKLIST + self.items

    def next_role(self, taken: Collection[str]) -> str:
        """Whose turn it is when some roles have agreed."""
        return next((role for role in self.approval if role not in taken), self.release)


DEFAULTS: Final[dict[PublicSays, Chain]] = {
    "instruction": Chain((), OFFICE, "area", emergency=True, ratification=RATIFICATION),
    "facts": Chain(("public-safety",), OFFICE, "city", emergency=False, ratification=RATIFICATION),
}
"""What holds where no scheme in force says who releases."""


def says(kind: str) -> PublicSays:
    """Whether a kind tells people what to do, or what happened."""
    return "facts" if kind == "facts" else "instruction"


def chain_at(basis: Basis, kind: str, at: datetime) -> Chain:
    """The chain for a kind: every scheme's approvals, the first one's release, the narrower reach, the shorter time."""
    on = local_date(at, basis.zone)
    stated: list[tuple[Scheme, PublicChain]] = [
        (adoption.scheme, chain)
        for adoption in adoptions_at(basis, at)
        if adoption.scheme.in_force
        for chain in adoption.scheme.public
        if chain.says == says(kind)
    ]
    if not stated:
        return DEFAULTS[says(kind)]
    times = [
        Figures(scheme, on, basis.local).duration(chain.ratify_within) or RATIFICATION
        for scheme, chain in stated
        if chain.ratify_within is not None
    ]
    items = {item.id: item for _scheme, chain in stated for item in chain.items}
    return Chain(
        approval=tuple(dict.fromkeys(role for _scheme, chain in stated for role in chain.approval)),
        release=stated[0][1].release,
        reach="city" if any(chain.reach == "city" for _scheme, chain in stated) else "area",
        emergency=all(chain.emergency for _scheme, chain in stated),
        ratification=min(times, default=RATIFICATION),
        items=tuple(items.values()),
        cites=tuple((scheme, chain.cites) for scheme, chain in stated),
    )


def state_at(statement: Statement, at: datetime, *, replaced_at: datetime | None = None) -> State:
    """The state of a statement; `replaced_at` is when a later version was released, if one was."""
    if statement.released_at is None:
        if statement.discarded_at is not None:
            return "discarded"
        return "waiting" if statement.submitted_at is not None else "draft"
    if statement.withdrawn_at is not None and statement.withdrawn_at <= at:
        return "withdrawn"
    if replaced_at is not None and replaced_at <= min(at, statement.valid_until):
        return "replaced"
    return "ended" if statement.valid_until <= at else "released"


def text_faults(zh: str, en: str, longest: dict[str, int]) -> tuple[Fault, ...]:
    """What keeps a text in two languages from being released; nothing of it is mended or masked by itself."""
    found: list[Fault] = []
    if not zh.strip() or not en.strip():
        found.append("empty")
    if len(zh) > longest["zh"] or len(en) > longest["en"]:
        found.append("too-long")
    if any(blank in text for blanks in BLANKS.values() for blank in blanks for text in (zh, en)):
        found.append("blank")
    if any(free_text.MASK in text or free_text.passages(text) for text in (zh, en)):
        found.append("personal")
    if _MARKUP.search(zh) or _MARKUP.search(en):
        found.append("markup")
    if zh.strip() and not _HAN.search(zh):
        found.append("no-chinese")
    if _HAN.search(en) or (en.strip() and " ".join(en.split()) == " ".join(zh.split())):
        found.append("untranslated")
    return tuple(found)


def filled(text: str, language: str, where: str, until: str) -> str:
    """A template's text with place and end put where it leaves room for them."""
    place, end = BLANKS[language]
    return text.replace(place, where or place).replace(end, until or end)


def operation_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Words that may tell of operations, each once: a hint for those who read before release, never a refusal."""
    found = (match[0] for text in texts for match in _OPERATION_WORDS.finditer(text))
    return tuple(dict.fromkeys(found))

"""Every key that a scheme's files may hold, said once: the reader and the JSON Schema both work from it."""

from anlan.engine.policy import RuleKind
from anlan.engine.scheme_keys import RULE_KINDS, Field, Section
from anlan.engine.scheme_plan_fields import PLAN_FIELDS

_OWED: tuple[RuleKind, ...] = ("duty", "standard")
_DONE: tuple[RuleKind, ...] = ("duty", "standard", "measure")

FIELDS: dict[Section, tuple[Field, ...]] = {
    "scheme": (
        Field("id", "id", "Permanent name of the scheme; the folder usually has the same.", required=True),
        Field("edition", "words", "Which edition this is, such as 2026.1.", required=True),
        Field("title", "text", "The scheme's title in both languages.", required=True),
        Field(
            "valid", "validity", "First day in force, and the first day no longer in force.", required=True
        ),
        Field("status", "status", "in-force, or not-commenced for a law that has not begun."),
        Field("notice", "text", "Shown wherever the scheme is shown."),
        Field("languages", "languages", "The languages of the texts: zh and en."),
        Field("outside-tiers", "id", "The word for a place that no tier holds; `none` if absent."),
    ),
    "file": (
        Field("terms", "terms", "Words the scheme declares."),
        Field("parameters", "parameter-list", "Dated, cited figures."),
        Field("rules", "rule-list", "The rules."),
        Field("cases", "case-list", "Examples with their expected answers."),
        Field("public", "public-list", "Who approves and releases what the public is told."),
        Field("plans", "plan-list", "What the emergency plans say: triggers, first steps by role, phases."),
    ),
    "terms": (
        Field("places", "term-list", "Kinds of place.", aliases=("kinds",)),
        Field("roles", "term-list", "Departments and others who carry a duty."),
        Field("facts", "fact-list", "Facts of places and departments that conditions use."),
        Field("evidence", "term-list", "Kinds of evidence."),
        Field("events", "term-list", "Happenings that start a clock."),
        Field("signals", "term-list", "What reports about places and things are about."),
        Field("warnings", "term-list", "What warnings are about."),
        Field("scenarios", "term-list", "What emergency plans are for."),
        Field("card-roles", "term-list", "Who works by an action card."),
        Field("calls", "term-list", "Whom a step of a plan calls, with their phone numbers."),
        Field("units", "term-list", "Units of figures and quantities."),
        Field("concerns", "term-list", "What duties are about; duties of one concern are compared."),
        Field("groups", "term-list", "Groups of kinds of place or roles."),
        Field("sources", "term-list", "The documents that are cited."),
    ),
    "term": (
        Field("id", "id", "Permanent name.", required=True),
        Field("title", "text", "Title in both languages.", required=True),
        Field("group", "words", "The group it is listed under."),
        Field("description", "text", "What is meant, in both languages."),
        Field("cap", "words", "Of warnings and signals: their categories in CAP messages, such as Met."),
        Field(
            "event-term", "words", "Of warnings: their code in the OASIS Event Terms List, such as OET-193."
        ),
        Field("phone", "words", "Of calls: the number to ring; absent where each place has its own."),
    ),
    "fact": (
        Field("id", "id", "Permanent name, used in conditions.", required=True),
        Field("type", "fact-type", "number, flag (yes or no), term (one of values) or text.", required=True),
        Field("title", "text", "Title in both languages.", required=True),
        Field("unit", "words", "Unit of a number."),
        Field("default", "fact-default", "What the absence of a flag means; false if not given."),
        Field("values", "fact-values", "The terms the fact may have, lowest first."),
        Field("needs_method", "flag", "Whether a figure must say how it was measured."),
    ),
    "citation": (
        Field("label", "label", "plan, law or practice.", required=True),
        Field("clause", "words", "Clause, article or section."),
        Field("source", "words", "The document, if it is not the scheme's own."),
    ),
    "parameter": (
        Field("id", "id", "Permanent name; rules use it as $id.", required=True),
        Field("title", "text", "Title in both languages."),
        Field("unit", "words", "Unit of the value."),
        Field("values", "value-list", "Values with their dates."),
        Field("value", "value", "The only value, in force from the edition's first day."),
        Field("cites", "citation", "Citation for values that name none."),
    ),
    "value": (
        Field("from", "date", "First day in force.", required=True),
        Field("until", "date", "First day no longer in force; open if absent.", aliases=("to",)),
        Field(
            "value",
            "value",
            "The figure: a number, a duration such as PT2H, a flag or a word.",
            required=True,
        ),
        Field("cites", "citation", "Where the figure comes from."),
    ),
    "rule": (
        Field("id", "id", "Permanent name of the rule.", required=True),
        Field("kind", "rule-kind", "What sort of rule it is.", required=True),
        Field(
            "title", "text", "Title in both languages.", needed=tuple(k for k in RULE_KINDS if k != "measure")
        ),
        Field("cites", "citation", "Where the rule comes from.", required=True),
        Field("instructions", "text", "How to do it, in both languages."),
        Field(
            "subject",
            "subject",
            "Who is asked: place (the default) or department.",
            kinds=("duty", "standard", "criterion", "plan", "clock"),
        ),
        Field(
            "where",
            "condition",
            "Conditions on facts; without them the rule holds everywhere.",
            kinds=("tier", "duty", "standard", "measure", "clock", "criterion", "plan"),
        ),
        Field(
            "who",
            "role",
            "The role that carries it.",
            kinds=("duty", "standard", "clock", "criterion", "plan"),
            needed=_OWED,
        ),
        Field(
            "concerns",
            "id",
            "Duties with the same concern are compared and the stricter is owed.",
            kinds=_OWED,
            aliases=("concern",),
            attribute="concern",
        ),
        Field("cadence", "cadence", "How often.", kinds=_DONE, needed=("duty",)),
        Field(
            "evidence",
            "evidence",
            "The kind of evidence asked.",
            kinds=("duty", "standard", "plan"),
            needed=("duty",),
        ),
        Field(
            "grace",
            "duration-or-figure",
            "How long after its time it may still be recorded late.",
            kinds=_DONE,
        ),
        Field(
            "valid_for",
            "duration-or-figure",
            "How long evidence stands.",
            kinds=("duty", "standard", "measure", "plan"),
        ),
        Field(
            "quantity", "quantity", "How much is asked.", kinds=("standard", "measure"), needed=("standard",)
        ),
        Field("items", "item-list", "Lines of the checklist.", kinds=("duty", "standard", "plan")),
        Field(
            "posture",
            "levels",
            "One level (that and higher) or a list (exactly those).",
            kinds=("duty", "standard", "measure", "clock", "criterion"),
            needed=("measure",),
        ),
        Field(
            "changes",
            "rule-id",
            "The rule that the measure makes stricter.",
            kinds=("measure",),
            needed=("measure",),
        ),
        Field("plus", "number-or-figure", "How many more.", kinds=("measure",)),
        Field("within", "duration-or-figure", "Length of the clock.", kinds=("clock",), needed=("clock",)),
        Field("of", "event", "The event that starts the clock.", kinds=("clock",), needed=("clock",)),
        Field(
            "weight", "number-or-figure", "Least share of the assessment, in percent.", kinds=("criterion",)
        ),
        Field("measures", "rule-ids", "The rules whose keeping is assessed.", kinds=("criterion",)),
        Field("from", "date", "First day of the rule.", aliases=("start",), attribute="start"),
        Field("until", "date", "First day the rule no longer holds.", aliases=("to", "end"), attribute="end"),
    ),
    "item": (
        Field("id", "id", "Permanent name of the line.", required=True),
        Field("title", "text", "What is looked at.", required=True),
        Field("mend_within", "duration", "Time to mend it when it fails."),
    ),
    "public": (
        Field("id", "id", "Permanent name of the chain.", required=True),
        Field("title", "text", "Title in both languages.", required=True),
        Field(
            "says", "public-says", "instruction (leave, stay in, avoid, all clear) or facts.", required=True
        ),
        Field("release", "role", "The role that releases.", required=True),
        Field("approval", "role-list", "The roles that agree before, in turn; none if absent."),
        Field("reach", "public-reach", "The grant that releases: for the city, or for the area told about."),
        Field(
            "emergency", "flag", "Whether the releasing role may release its own text alone, with a reason."
        ),
        Field("ratify_within", "duration-or-figure", "Until when somebody else ratifies that."),
        Field("items", "item-list", "Lines added to the checklist before release."),
        Field("cites", "citation", "Where this comes from.", required=True),
    ),
    "quantity": (
        Field("unit", "words", "What is counted."),
        Field("amount", "number-or-figure", "A plain amount."),
        Field("of", "quantity-fact", "The fact that is divided or taken a share of."),
        Field("one_per", "number-or-figure", "One for each so many of the fact, rounded up."),
        Field("percent", "number-or-figure", "A share of the fact in percent, rounded up."),
        Field("beyond", "number-or-figure", "Only what exceeds this is divided."),
        Field("plus", "number-or-figure", "Added afterwards."),
        Field("at_least", "number-or-figure", "The floor."),
        Field("greatest_of", "quantity-list", "The largest of several quantities."),
    ),
    "case": (
        Field("id", "id", "Permanent name of the case.", required=True),
        Field("title", "text", "What the case shows."),
        Field("subject", "subject", "place, or department (the default where a role is given)."),
        Field("facts", "case-facts", "The facts of the example.", required=True),
        Field("on", "date", "The day; the edition's first day if absent."),
        Field("posture", "level", "The posture; normal if absent."),
        Field("local", "local-figures", "Local values of figures taken as in force."),
        Field("expect", "expectation", "The expected answer.", required=True),
    ),
    **PLAN_FIELDS,
}

EXPECTATIONS: dict[str, str] = {
    "tier": "The tier, the scheme's word for outside all tiers, or undetermined.",
    "duties": "Exactly these rules of kind duty or standard are owed.",
    "standards": "Exactly these standards are owed; `duties` then lists only rules of kind duty.",
    "includes": "At least these rules are owed.",
    "excludes": "None of these rules is owed.",
    "quantities": "How much a standard asks, by rule.",
    "cadence": "How often a duty is asked at this posture, by rule.",
    "grace": "The grace of a duty, by rule.",
    "valid_for": "How long evidence stands, by rule.",
    "mend_within": "Time to mend a failed line, by rule and line.",
    "clocks": "The length of clocks that run at this posture, by rule.",
    "weights": "The weight of a criterion, by rule.",
    "figures": "The value of a figure on the day, by figure.",
    "because": "Facts that decided the tier.",
}


def field_of(section: Section, spelling: str) -> Field | None:
    """The field that a written key means, or None."""
    return next((field for field in FIELDS[section] if spelling in field.spellings), None)

"""The JSON Schema of a scheme's files, for editors, generated from the same description that the reader uses."""

from collections.abc import Iterable
from typing import Any

from anlan.engine.plans import GUARD, SHOWS
from anlan.engine.policy import LEVELS
from anlan.engine.scheme_cadence_shapes import PERIODS
from anlan.engine.scheme_condition_shapes import RELATIONS
from anlan.engine.scheme_fields import EXPECTATIONS, FIELDS
from anlan.engine.scheme_keys import RULE_KINDS, Field, Section, Shape
from anlan.engine.scheme_plan_fields import PLAN_FIELDS

Fragment = dict[str, Any]

_NAME: Fragment = {"type": ["string", "number"], "pattern": r"^[\w.-]+$"}
_WORDS: Fragment = {"type": ["string", "number"]}
_DATE: Fragment = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_DURATION: Fragment = {
    "type": "string",
    "pattern": r"^[Pp][0-9DHMSTWYdhmstwy.]+$",
    "examples": ["PT2H", "P30D"],
}
_FIGURE: Fragment = {"type": "string", "pattern": r"^\$[\w.-]+$", "description": "A parameter."}
_CLOCK: Fragment = {"type": "string", "pattern": r"^([01]\d|2[0-4]):[0-5]\d$"}
_FLAG: Fragment = {"type": "boolean"}
_VALUE: Fragment = {"type": ["number", "string", "boolean"]}


def json_schema() -> Fragment:
    """A JSON Schema (draft 2020-12) for every YAML file of a scheme."""
    sections: tuple[Section, ...] = ("scheme", "file", "terms")
    properties: Fragment = {}
    for section in sections:
        properties.update(_properties(FIELDS[section]))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Anlan scheme",
        "description": "A file of a scheme: scheme.yaml, terms, parameters, rules or cases.",
        "anyOf": [
            {"type": "object", "properties": properties, "additionalProperties": False},
            {"type": "array", "items": {"type": "object"}},
        ],
        "$defs": _definitions(),
    }


def _definitions() -> Fragment:
    named: tuple[Section, ...] = (
        "term",
        "fact",
        "citation",
        "parameter",
        "value",
        "item",
        "quantity",
        "case",
        "terms",
        "public",
        *PLAN_FIELDS,
    )
    definitions: Fragment = {section: _block(FIELDS[section]) for section in named}
    definitions["rule"] = _rule()
    definitions["plan-role"]["if"] = {"properties": {"role": {"const": GUARD}}, "required": ["role"]}
    definitions["plan-role"]["then"] = {
        "allOf": [
            {"anyOf": [{"required": [word]} for word in field.spellings]}
            for field in PLAN_FIELDS["plan-role"][2:]
        ]
    }
    definitions["text"] = {
        "type": "object",
        "properties": {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
        "required": ["zh", "en"],
        "additionalProperties": False,
    }
    definitions["condition"] = _condition()
    definitions["cadence"] = _cadence()
    definitions["expectation"] = {
        "type": "object",
        "properties": {name: {"description": meaning} for name, meaning in EXPECTATIONS.items()},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return definitions


def _block(fields: Iterable[Field]) -> Fragment:
    block: Fragment = {"type": "object", "properties": _properties(fields), "additionalProperties": False}
    required = [field.key for field in fields if field.required]
    return {**block, "required": required} if required else block


def _properties(fields: Iterable[Field]) -> Fragment:
    return {
        spelling: {**_shape(field.shape), "description": field.meaning}
        for field in fields
        for spelling in field.spellings
    }


def _rule() -> Fragment:
    """A rule's keys, of which each kind of rule may and must have its own."""
    fields = FIELDS["rule"]
    by_kind = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {
                "required": [field.key for field in fields if kind in field.needed],
                "properties": {
                    spelling: False
                    for field in fields
                    if kind not in field.kinds
                    for spelling in field.spellings
                },
            },
        }
        for kind in RULE_KINDS
    ]
    return {**_block(fields), "allOf": by_kind}


def _condition() -> Fragment:
    some: Fragment = {"type": "array", "items": {"$ref": "#/$defs/condition"}, "minItems": 1}
    test: Fragment = {
        "anyOf": [
            {"type": ["string", "number", "boolean", "array"]},
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {spelling: {} for r in RELATIONS for spelling in (r, r.replace("_", "-"))},
            },
        ]
    }
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {"all": some, "any": some, "not": {"$ref": "#/$defs/condition"}},
        "additionalProperties": test,
    }


def _cadence() -> Fragment:
    duration: Fragment = {"anyOf": [_DURATION, _FIGURE]}
    band: Fragment = {
        "type": "object",
        "properties": {
            "every": duration,
            "between": {
                "anyOf": [
                    {"type": "array", "items": _CLOCK, "minItems": 2, "maxItems": 2},
                    {"type": "string"},
                ]
            },
        },
        "required": ["every"],
        "additionalProperties": False,
    }
    within: Fragment = {
        "type": "object",
        "properties": {"within": duration, "of": _NAME, "after": _NAME},
        "required": ["within"],
        "additionalProperties": False,
    }
    once: Fragment = {
        "type": "object",
        "properties": {"once": {}, "by": _DATE},
        "required": ["once"],
        "additionalProperties": False,
    }
    each: Fragment = {
        "type": "object",
        "properties": {"each": {"enum": list(PERIODS)}},
        "required": ["each"],
        "additionalProperties": False,
    }
    standing: Fragment = {
        "type": "object",
        "properties": {"standing": {"const": True}},
        "required": ["standing"],
    }
    one = [band, each, within, once, standing]
    words: Fragment = {"enum": ["standing", "once", *PERIODS]}
    return {"anyOf": [words, duration, *one, {"type": "array", "items": {"anyOf": one}, "minItems": 1}]}


def _ref(name: str) -> Fragment:
    return {"$ref": f"#/$defs/{name}"}


def _list_of(name: str) -> Fragment:
    """A list of blocks with ids, or a block in which the key is the id; an empty section is allowed."""
    return {"anyOf": [{"type": "array", "items": _ref(name)}, {"type": "object"}, {"type": "null"}]}


def _several(item: Fragment, least: int, most: int | None = None) -> Fragment:
    return {"type": "array", "items": item, "minItems": least} | ({"maxItems": most} if most else {})


def _one_or_more(item: Fragment) -> Fragment:
    return {"anyOf": [item, {"type": "array", "items": item}]}


_LEVEL: Fragment = {"enum": list(LEVELS)}
_DURATION_OR_FIGURE: Fragment = {"anyOf": [_DURATION, _FIGURE]}
_NUMBER_OR_FIGURE: Fragment = {"anyOf": [{"type": "number", "minimum": 0}, _FIGURE]}
_SHAPES: dict[Shape, Fragment] = {
    "id": _NAME,
    "words": _WORDS,
    "text": _ref("text"),
    "flag": _FLAG,
    "value": _VALUE,
    "date": {"anyOf": [_DATE, {"type": "null"}]},
    "validity": {
        "anyOf": [
            _DATE,
            {
                "type": "object",
                "properties": {"from": _DATE, "until": {"anyOf": [_DATE, {"type": "null"}]}, "to": _DATE},
                "required": ["from"],
                "additionalProperties": False,
            },
        ]
    },
    "status": {"enum": ["in-force", "not-commenced"]},
    "languages": _one_or_more({"enum": ["zh", "en"]}),
    "term-list": _list_of("term"),
    "fact-list": _list_of("fact"),
    "fact-type": {"enum": ["number", "flag", "term", "text"]},
    "fact-default": {"type": ["boolean", "null"]},
    "fact-values": {"type": ["array", "object"]},
    "value-list": _one_or_more(_ref("value")),
    "citation": _ref("citation"),
    "label": {"enum": ["plan", "law", "practice"]},
    "rule-kind": {"enum": list(RULE_KINDS)},
    "subject": {"enum": ["place", "department"]},
    "condition": _ref("condition"),
    "role": _NAME,
    "evidence": _NAME,
    "event": _NAME,
    "cadence": _ref("cadence"),
    "duration": _DURATION,
    "duration-or-figure": _DURATION_OR_FIGURE,
    "number-or-figure": _NUMBER_OR_FIGURE,
    "quantity": _ref("quantity"),
    "quantity-list": {"type": "array", "items": _ref("quantity"), "minItems": 1},
    "quantity-fact": _NAME,
    "levels": _one_or_more(_LEVEL),
    "level": _LEVEL,
    "rule-id": _NAME,
    "rule-ids": _one_or_more(_NAME),
    "item-list": _one_or_more(_ref("item")),
    "case-facts": {
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    },
    "local-figures": {"type": "object", "additionalProperties": _VALUE},
    "expectation": _ref("expectation"),
    "terms": _ref("terms"),
    "parameter-list": _list_of("parameter"),
    "rule-list": _list_of("rule"),
    "case-list": _list_of("case"),
    "public-says": {"enum": ["instruction", "facts"]},
    "public-reach": {"enum": ["city", "area"]},
    "role-list": _one_or_more(_NAME),
    "public-list": _list_of("public"),
    "plan-list": _list_of("plan"),
    "plan-rule": _NAME,
    "scenario": _NAME,
    "card-role": _NAME,
    "call": _NAME,
    "shows": {"enum": list(SHOWS)},
    "step-time": _DURATION,
    "answer-number": {"type": "integer", "minimum": 1, "maximum": 3},
    "whole-number": {"type": "integer", "minimum": 1},
    "name-list": _one_or_more(_NAME),
    "text-list": _one_or_more(_ref("text")),
    "never-list": _several(_ref("text"), 2, 5),
    "answer-list": _several(_ref("text"), 3, 3),
    "plan-roles": _several(_ref("plan-role"), 1),
    "plan-steps": _several(_ref("plan-step"), 5, 9),
    "plan-questions": _several(_ref("plan-question"), 5, 5),
    "plan-phases": _several(_ref("plan-phase"), 2, 4),
    "plan-tasks": _several(_ref("plan-task"), 1),
    "plan-resources": _several(_ref("plan-resource"), 1),
}


def _shape(shape: Shape) -> Fragment:
    return _SHAPES[shape]

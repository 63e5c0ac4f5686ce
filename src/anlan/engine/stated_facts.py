"""What is wrong with facts that somebody states of a place or department, measured by the schemes in question."""

from collections.abc import Iterator, Mapping, Sequence

from anlan.engine.conditions import LEVEL_TITLES
from anlan.engine.policy import FactDeclaration, FactValue, Scheme, Text
from anlan.engine.scheme_plain_shapes import short
from anlan.engine.scheme_report import did_you_mean


def wrong_values(stated: Mapping[str, FactValue], schemes: Sequence[Scheme]) -> tuple[Text, ...]:
    """Values of another sort than the schemes declare: a number as a word, a flag as a number, a negative figure."""
    return tuple(_wrong(stated, _declared(schemes)))


def strange_words(stated: Mapping[str, FactValue], schemes: Sequence[Scheme]) -> tuple[Text, ...]:
    """Names of facts, and terms as their values, that no scheme knows and so no rule can ask for."""
    return tuple(_strange(stated, schemes))


def _declared(schemes: Sequence[Scheme]) -> dict[str, FactDeclaration]:
    return {name: fact for scheme in reversed(schemes) for name, fact in scheme.facts.items()}


def _wrong(stated: Mapping[str, FactValue], declared: Mapping[str, FactDeclaration]) -> Iterator[Text]:
    for name, value in stated.items():
        fact = declared.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is None:
            continue
        if name in ("kind", "role"):
            if not isinstance(value, str):
                yield Text(f"{name} 应为文字。", f"{name} must be a word.")
        elif name == "posture":
            if value not in LEVEL_TITLES:
                near = did_you_mean(str(value), LEVEL_TITLES)
                yield Text(f"没有防范等级“{value}”。{near.zh}", f"There is no posture “{value}”. {near.en}")
        elif name == "tier":
            yield Text("tier 由方案得出，不能填写。", "tier follows from the scheme and cannot be stated.")
        elif fact is None:
            continue
        elif fact.type == "flag" and not isinstance(value, bool):
            yield Text(f"{name} 应为 true 或 false。", f"{name} must be true or false.")
        elif fact.type == "number" and not is_number:
            yield Text(f"{name} 应为数字。", f"{name} must be a number.")
        elif fact.type == "number" and isinstance(value, int | float) and value < 0:
            yield Text(f"{name} 不能为负数。", f"{name} cannot be negative.")
        elif fact.type in ("term", "text") and not isinstance(value, str):
            yield Text(f"{name} 应为文字。", f"{name} must be a word.")


def _strange(stated: Mapping[str, FactValue], schemes: Sequence[Scheme]) -> Iterator[Text]:
    declared = _declared(schemes)
    words: dict[str, set[str]] = {
        "kind": {word for scheme in schemes for word in scheme.places},
        "role": {word for scheme in schemes for word in scheme.roles},
        **{name: set(fact.values) for name, fact in declared.items() if fact.type == "term" and fact.values},
    }
    for name, value in stated.items():
        if name not in declared and name not in ("kind", "role", "posture", "tier"):
            near = did_you_mean(name, ["kind", "role", *declared])
            yield Text(
                f"没有方案列有事实“{short(name)}”。{near.zh}",
                f"No scheme knows the fact “{short(name)}”. {near.en}",
            )
        elif name in words and isinstance(value, str) and value not in words[name]:
            near = did_you_mean(value, words[name])
            yield Text(
                f"没有方案列有“{short(value)}”（{name}）。{near.zh}",
                f"No scheme lists “{short(value)}” ({name}). {near.en}",
            )

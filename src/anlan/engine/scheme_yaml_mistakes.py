"""What is likely wrong where a file is no YAML: a tab, a colon without quotes, indentation, an open bracket."""

import re
from collections.abc import Iterator

from ruamel.yaml.error import MarkedYAMLError

from anlan.engine.policy import Text

_FULL_WIDTH = re.compile(r"\s*(- )?[\w-]+：")
_LOOK = Text(
    zh="检查此行及上一行的缩进、冒号、引号和括号。",
    en="Look at indentation, colons, quotes and brackets of this line and the one before.",
)
_INDENTATION = (
    Text(zh="此行的缩进与上面各行对不齐", en="this line's indentation does not match the lines above"),
    Text(
        zh="同一层的各行用相同数量的空格起头。", en="Begin lines of one level with the same number of spaces."
    ),
)
_COLON = (
    Text(
        zh="此行文字中有未加引号的冒号，或缩进有误",
        en="this line has a colon outside quotes, or wrong indentation",
    ),
    Text(
        zh='含冒号的文字加引号，如 title: "巡查: 夜间"；否则核对缩进。',
        en='Put words with a colon in quotes: title: "Patrol: by night"; else mind the indentation.',
    ),
)


def yaml_mistake(error: MarkedYAMLError, text: str) -> tuple[Text, Text]:
    """What is wrong at the line of the error and how to mend it, in both languages."""
    context, problem = str(error.context or ""), str(error.problem or "")
    mark = error.problem_mark or error.context_mark
    begun = error.context_mark.line + 1 if error.context_mark else 0
    lines = text.splitlines()
    line = mark.line if mark else 0
    told = next(_likely(context, problem, begun, lines[: line + 1]), None)
    message, mend = told or (None, _LOOK)
    return not_yaml(" ".join(part for part in (context, problem) if part), message, mend)


def not_yaml(detail: str, likely: Text | None = None, mend: Text = _LOOK) -> tuple[Text, Text]:
    """That a file is no YAML, with what is likely, else in the words of the reader of YAML."""
    zh = likely.zh if likely else detail
    en = f"{likely.en} ({detail})" if likely else detail
    if not zh:
        return Text(zh="不是有效的 YAML", en="this is not valid YAML"), mend
    return Text(zh=f"不是有效的 YAML：{zh}", en=f"this is not valid YAML: {en}"), mend


def _likely(context: str, problem: str, begun: int, lines: list[str]) -> Iterator[tuple[Text, Text]]:
    last = lines[-1] if lines else ""
    before = next((line for line in reversed(lines[:-1]) if line.strip()), "")
    if r"'\t'" in problem or "\t" in last[: len(last) - len(last.lstrip())]:
        yield (
            Text(zh="此行用制表符（Tab）缩进", en="this line is indented with a tab"),
            Text(zh="把制表符换成空格。", en="Write spaces in place of tabs."),
        )
    if "quoted scalar" in context and "end of stream" in problem:
        yield (
            Text(zh=f"第 {begun} 行的引号没有结束", en=f"the quotation of line {begun} is not ended"),
            Text(zh=f"在第 {begun} 行补上右引号。", en=f"Add the closing quote on line {begun}."),
        )
    if "flow" in context:
        yield (
            Text(
                zh=f"第 {begun} 行的括号没有配对，或缺少逗号",
                en=f"the bracket of line {begun} is not closed, or a comma is missing",
            ),
            Text(
                zh="补上 ] 或 }；各项之间用半角逗号。",
                en="Add the missing ] or }, and commas between the entries.",
            ),
        )
    if _FULL_WIDTH.match(last) or _FULL_WIDTH.match(before):
        yield (
            Text(zh="键后的冒号是全角（：）", en="the colon after a key is a full-width one (：)"),
            Text(zh="改用半角冒号加空格，如 kind: duty。", en="Write a plain colon and a space: kind: duty."),
        )
    if "mapping values are not allowed" in problem or "could not find expected ':'" in problem:
        yield _COLON
    if "cannot start any token" in problem or "undefined alias" in problem or "escape" in problem:
        yield (
            Text(zh="此行有以特殊符号开头的文字", en="words on this line begin with a special character"),
            Text(
                zh="给以 @、%、*、& 等开头的文字加引号。",
                en="Put words that begin with @, %, * or & in quotes.",
            ),
        )
    if "expected <block end>" in problem or "document start" in problem:
        if "'<scalar>'" in problem and ('"' in last or "'" in last):
            yield (
                Text(zh="此行引号之后还有文字", en="this line has words after a closing quote"),
                Text(zh="整段文字都放进引号。", en="Put all of the words inside the quotes."),
            )
        yield _INDENTATION

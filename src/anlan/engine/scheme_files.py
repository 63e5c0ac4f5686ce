"""A scheme's files as trees of nodes that know their file and line; nothing in a file can raise or run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from anlan.engine.policy import Problem, Text
from anlan.engine.scheme_report import Report, Spot
from anlan.engine.scheme_yaml_mistakes import not_yaml, yaml_mistake

MAX_FILE_BYTES = 1_000_000
MAX_FILES = 300
_MAX_NODES = 100_000
_MAX_DEPTH = 40
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"int", "float", "bool", "null", "timestamp", "str"}
ScalarValue = bool | int | float | str | date | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; `text` is how it is written, so that `clause: 2.10` does not become 2.1."""

    file: str
    line: int
    value: ScalarValue
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    file: str
    line: int
    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping, at its own line, with what it holds."""

    file: str
    line: int
    node: "Tree"


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping; of duplicate keys the first is kept and the others are reported."""

    file: str
    line: int
    entries: Mapping[str, Entry]


Tree = Scalar | Listing | Block


def texts_of(folder: Path, prefix: str = "") -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The YAML files of a folder and its subfolders as name -> text; what cannot be read is a problem."""
    report = Report()
    try:
        if not folder.is_dir():
            report.add(
                Spot(folder.name, 0),
                Text(zh=f"没有这个方案文件夹：{folder}", en=f"there is no scheme folder {folder}"),
                Text(zh="请给出含有 scheme.yaml 的文件夹。", en="Name a folder that holds a scheme.yaml."),
            )
            return {}, report.problems()
        paths = sorted(p for p in folder.rglob("*") if p.suffix in {".yaml", ".yml"} and p.is_file())
    except OSError as error:
        report.add(Spot(folder.name, 0), _unreadable(str(error)), _CHECK_RIGHTS)
        return {}, report.problems()
    texts: dict[str, str] = {}
    for path in paths[:MAX_FILES]:
        name = str(PurePosixPath(prefix, *path.relative_to(folder).parts))
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        text = _text_of(path, name, report)
        if text is not None:
            texts[name] = text
    if len(paths) > MAX_FILES:
        report.add(
            Spot(folder.name, 0),
            Text(zh=f"文件超过 {MAX_FILES} 个", en=f"there are more than {MAX_FILES} files"),
            Text(zh="请合并文件。", en="Put several rules into one file."),
        )
    return texts, report.problems()


@lru_cache(maxsize=512)
def tree_of(name: str, text: str) -> tuple[Tree | None, tuple[Problem, ...]]:
    """One file's text as a tree (None when it is empty or no YAML), with what is wrong in it."""
    report = Report()
    if len(text.encode("utf-8", "surrogatepass")) > MAX_FILE_BYTES:
        report.add(Spot(name), *_TOO_LARGE)
        return None, report.problems()
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        tree = None if node is None else _Planter(name, report).plant(node, 0)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        report.add(Spot(name, mark.line + 1 if mark else 1), *yaml_mistake(error, text))
        return None, report.problems()
    except _TooMuchError:
        report.add(Spot(name), *_TOO_NESTED)
        return None, report.problems()
    except RecursionError:
        report.add(Spot(name), *_TOO_NESTED)
        return None, report.problems()
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, AssertionError) as error:
        report.add(Spot(name), *not_yaml(str(error).splitlines()[0] if str(error) else ""))
        return None, report.problems()
    return tree, report.problems()


class _TooMuchError(Exception):
    """The file unfolds to more nodes, or deeper ones, than any scheme needs."""


@dataclass(slots=True)
class _Planter:
    """Turns ruamel's nodes into ours, counting them so that anchors cannot multiply without end."""

    file: str
    report: Report
    count: int = 0

    def plant(self, node: Node, depth: int) -> Tree:
        self.count += 1
        if self.count > _MAX_NODES or depth > _MAX_DEPTH:
            raise _TooMuchError
        line = node.start_mark.line + 1
        if isinstance(node, MappingNode):
            self._check_tag(node, "map", line)
            return self._block(node, line, depth)
        if isinstance(node, SequenceNode):
            self._check_tag(node, "seq", line)
            items = tuple(self.plant(item, depth + 1) for item in node.value)
            return Listing(self.file, line, items)
        return self._scalar(node, line) if isinstance(node, ScalarNode) else Scalar(self.file, line, None, "")

    def _block(self, node: MappingNode, line: int, depth: int) -> Block:
        entries: dict[str, Entry] = {}
        repeated: list[tuple[str, Entry]] = []
        for key, value in node.value:
            key_line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode) or str(key.tag).removeprefix(_TAG) not in _PLAIN_TAGS:
                self.report.add(
                    Spot(self.file, key_line),
                    Text(zh="键不是普通文字", en="a key is not a plain word"),
                    Text(
                        zh="请写成“键: 值”，不用合并键或复合键。",
                        en="Write `key: value`, no `<<` and no `?`.",
                    ),
                )
                continue
            name = str(key.value)
            entry = Entry(self.file, key_line, self.plant(value, depth + 1))
            if name in entries:
                repeated.append((name, entry))
            else:
                entries[name] = entry
        self._tell_repeated(entries, repeated)
        return Block(self.file, line, entries)

    def _tell_repeated(self, entries: Mapping[str, Entry], repeated: list[tuple[str, Entry]]) -> None:
        named = entries["id"].node if "id" in entries else None
        self.report.rule = named.text if isinstance(named, Scalar) else ""
        for name, entry in repeated:
            first = entries[name].line
            self.report.add(
                entry,
                Text(
                    zh=f"键“{name}”重复，首次在第 {first} 行",
                    en=f"key “{name}” is repeated; first on line {first}",
                ),
                Text(zh="删去其中一个。", en="Delete one of the two."),
            )
        self.report.rule = ""

    def _scalar(self, node: ScalarNode, line: int) -> Scalar:
        tag, text = str(node.tag).removeprefix(_TAG), str(node.value)
        if tag not in _PLAIN_TAGS:
            self._check_tag(node, "str", line)
            return Scalar(self.file, line, text, text)
        return Scalar(self.file, line, self._value(tag, text), text)

    def _value(self, tag: str, text: str) -> ScalarValue:
        """The value that a plain scalar writes; one that only looks like it stays text, for its reader to judge."""
        try:
            if tag == "null":
                return None
            if tag == "bool":
                return text.lower() == "true"
            if tag == "int":
                return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2] in {"0x", "0o"} else 10)
            if tag == "float":
                return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
            return _date(text) if tag == "timestamp" else text
        except ValueError:
            return text

    def _check_tag(self, node: Node, expected: str, line: int) -> None:
        tag = str(node.tag)
        if tag.removeprefix(_TAG) != expected:
            self.report.add(
                Spot(self.file, line),
                Text(zh=f"不允许使用标签 {tag}", en=f"the tag {tag} is not allowed"),
                Text(zh="删去以 ! 开头的标签。", en="Delete the tag that begins with “!”."),
            )


def _date(text: str) -> date | str:
    if len(text) == len("2026-01-15"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).date() if text[10:].strip("T0:Z ") == "" else text


def _text_of(path: Path, name: str, report: Report) -> str | None:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            report.add(Spot(name), *_TOO_LARGE)
            return None
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        report.add(
            Spot(name),
            Text(zh="不是 UTF-8 文本文件", en="this is not a text file in UTF-8"),
            Text(zh="请在编辑器中另存为 UTF-8。", en="Save it as UTF-8 text in an editor."),
        )
    except OSError as error:
        report.add(Spot(name), _unreadable(error.strerror or str(error)), _CHECK_RIGHTS)
    return None


def _unreadable(what: str) -> Text:
    return Text(zh=f"无法读取：{what}", en=f"cannot be read: {what}")


_CHECK_RIGHTS = Text(zh="检查文件是否存在、是否有权读取。", en="See that the file exists and may be read.")
_TOO_LARGE = (
    Text(zh=f"文件超过 {MAX_FILE_BYTES} 字节", en=f"the file is larger than {MAX_FILE_BYTES} bytes"),
    Text(zh="请拆分成几个文件。", en="Split it into several files."),
)
_TOO_NESTED = (
    Text(zh="文件展开后过大或嵌套过深", en="the file unfolds to too much, or is nested too deep"),
    Text(zh="减少锚点（&、*）和嵌套。", en="Use fewer anchors (&, *) and less nesting."),
)

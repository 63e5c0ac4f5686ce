"""The documents stay true: what they name exists, and where two of them say the same they say it alike."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import polib
import pytest
from ruamel.yaml import YAML

from anlan.management.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ROOT / "src" / "anlan"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), FLOORS / "web" / "README.md"])
GUIDES = [page for page in PAGES if page.name != "CHANGELOG.md"]
CATALOGUE = FLOORS / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"^([a-z_]+(?:/[a-z_]+)*\.py):(\w+)$")
PATH = re.compile(r"^(?:src|tests|docs|schemes|tools|requirements|benchmarks|\.ci)/[\w./-]+$")
FLOOR_PATH = re.compile(
    r"^(?:web|api|management|actions|queries|models|links|engine|kernels|project)/[\w/]+\.\w+$"
)
MADE_LATER = {"data", "dist", "wheels", ".venv"}


def ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


def words(page: Path) -> str:
    """A page without its blocks of code."""
    return BLOCK.sub("", page.read_text("utf-8"))


def commands(page: Path) -> Iterator[list[str]]:
    """Every call of `anlan` on a page, in blocks and in lines, as words without its comment."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    shells = [body for language, body in BLOCK.findall(text) if language in {"", "sh"}]
    lines = [line for body in shells for line in body.splitlines()]
    for line in [*lines, *CODE.findall(BLOCK.sub("", text))]:
        found = re.match(r"\s*(?:\.venv/bin/)?anlan\s+(.+)", line.split("  #")[0].split("        ")[0])
        if found:
            yield found[1].replace("…", "").split()


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
    )


# ---- what is named exists ----------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [link.split("#")[0] for link in LINK.findall(words(page)) if "://" not in link]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_path_that_is_named_exists(page: Path) -> None:
    named = [code.rstrip("/") for code in CODE.findall(words(page))]
    missing = [name for name in named if PATH.match(name) and not (ROOT / name).exists()]
    missing += [name for name in named if FLOOR_PATH.match(name) and not (FLOORS / name).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_function_and_class_that_is_named_exists(page: Path) -> None:
    missing = []
    for code in CODE.findall(words(page)):
        if found := NAMED.match(code):
            path = FLOORS / found[1]
            if not path.exists() or found[2] not in names_in(path):
                missing.append(code)
    assert missing == []


def test_the_tour_names_something_on_every_floor() -> None:
    floors = {
        found[1].split("/")[0]
        for code in CODE.findall(words(ROOT / "docs" / "tour.md"))
        if (found := NAMED.match(code))
    }
    assert floors >= {"web", "api", "management", "actions", "queries", "models", "links", "engine"}


@pytest.mark.parametrize("page", GUIDES, ids=ids)
def test_every_command_of_anlan_that_is_named_exists_with_its_options(page: Path) -> None:
    wrong = [" ".join(command) for command in commands(page) if not is_known(command)]
    assert wrong == []


def is_known(command: list[str]) -> bool:
    """Whether the words are a command and options that it has."""
    module, _, attribute = (
        COMMANDS[command[0]].target.partition(":") if command[0] in COMMANDS else ("", "", "")
    )
    if not module:
        return command[0] in {"--help", "COMMAND"}
    found: click.Command = getattr(import_module(module), attribute)
    options = options_of(found)
    for word in command[1:]:
        if word.startswith("--"):
            if word not in options:
                return False
        elif isinstance(found, click.Group):
            if word not in found.commands:
                return False
            found = found.commands[word]
            options = options_of(found)
    return True


def options_of(command: click.Command) -> set[str]:
    return {"--help", *(name for one in command.params for name in one.opts)}


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    assert is_known(["scheme", "check", "DIR"])
    assert not is_known(["scheme", "destroy", "DIR"])
    assert not is_known(["gaps", "--everything"])


@pytest.mark.parametrize("page", GUIDES, ids=ids)
def test_every_option_of_run_and_check_that_is_named_exists(page: Path) -> None:
    known = {name: (ROOT / "tools" / f"{name}.py").read_text("utf-8") for name in ("run", "check")}
    for name, options in re.findall(r"\./(run|check)((?: --[\w-]+)+)", page.read_text("utf-8")):
        for option in options.split():
            assert option in known[name], f"./{name} {option}"


@pytest.mark.parametrize("page", GUIDES, ids=ids)
def test_every_recipe_of_just_that_is_named_exists(page: Path) -> None:
    recipes = set(re.findall(r"^([a-z-]+)[^\n:]*:", (ROOT / "justfile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"`just ([a-z-]+)", page.read_text("utf-8"))
    assert set(named) <= recipes


def test_every_setting_from_the_environment_is_explained_and_read() -> None:
    explained = set(re.findall(r"`(ANLAN_\w+)`", (ROOT / "docs" / "install.md").read_text("utf-8")))
    programs = [*FLOORS.rglob("*.py"), ROOT / "run"]
    read = set(re.findall(r"ANLAN_[A-Z_]+", "\n".join(path.read_text("utf-8") for path in programs)))
    assert explained == read


# ---- what is said twice is said alike -----------------------------------------------------------


def test_the_index_of_decisions_is_whole_and_numbered_once() -> None:
    files = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    for number, name in enumerate(files, start=1):
        title = (ROOT / "docs" / "decisions" / name).read_text("utf-8").splitlines()[0]
        assert title.startswith(f"# {number}. ")
        assert f"{number}. [{title.split('. ', 1)[1]}](decisions/{name})" in index


def test_every_document_stands_in_the_index() -> None:
    listed = {
        (ROOT / "docs" / link).resolve()
        for link in LINK.findall((ROOT / "docs" / "index.md").read_text("utf-8"))
    }
    assert [page for page in PAGES if page not in listed and page.name != "index.md"] == []


def test_the_glossary_and_the_catalogue_use_the_same_words() -> None:
    catalogue: dict[str, set[str]] = {}
    for entry in polib.pofile(str(CATALOGUE)):
        catalogue.setdefault(entry.msgid.casefold(), set()).add(entry.msgstr)
    different = []
    for english, chinese in glossary():
        said = catalogue.get(english.casefold(), set())
        if said and not any(word in one for word in chinese for one in said):
            different.append(f"{english}: {said}, in the glossary {chinese}")
    assert different == []


def glossary() -> Iterator[tuple[str, set[str]]]:
    """Each English word with the Chinese ones for it; the words for the states stand in their row's text."""
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    for english, chinese, meaning in re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE):
        pairs = zip(english.split(" / "), chinese.split(" / "), strict=True)
        for several, words_for_it in pairs:
            for word in several.split(", "):
                yield word, set(words_for_it.split("、"))
        for state, said in re.findall(r"(?:^|, )([a-z ]+) ([\u4e00-\u9fff]+)", meaning):
            yield state, {said}


def test_both_readmes_say_the_same() -> None:
    english, chinese = (ROOT / name for name in ("README.md", "README.zh-CN.md"))

    def outline(page: Path) -> Any:
        text = page.read_text("utf-8")
        blocks = [re.sub(r" *#[^\n]*", "", body) for _language, body in BLOCK.findall(text)]
        accounts = re.findall(r"^\| `(\w+)` \| `([\w-]+)` \|", text, re.MULTILINE)
        return text.count("\n## "), blocks, accounts

    assert outline(english) == outline(chinese)


def test_the_accounts_in_the_readme_are_those_of_the_demo_city() -> None:
    from anlan.management.demo_city.people import ACCOUNTS

    named = re.findall(r"^\| `(\w+)` \| `([\w-]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert named == [(account.username, account.password) for account in ACCOUNTS]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/tour.md"])
def test_rules_that_are_quoted_stand_so_in_their_scheme(name: str) -> None:
    kept: dict[str, Any] = {}
    for path in (ROOT / "schemes" / "city-plan-2026").rglob("*.yaml"):
        loaded = YAML(typ="safe").load(path.read_text("utf-8"))
        kept |= {rule["id"]: rule for rule in loaded.get("rules") or []}
    quoted = [
        rule
        for language, body in BLOCK.findall((ROOT / name).read_text("utf-8"))
        if language == "yaml"
        for rule in YAML(typ="safe").load(body)
    ]
    assert quoted
    for rule in quoted:
        assert {key: kept[rule["id"]][key] for key in rule} == rule


# ---- words that do not belong here -------------------------------------------------------------


def test_no_file_names_somebodys_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    if not listed:
        pytest.skip("not a git checkout")
    homes = re.compile(r"(?<![\w.])/(?:home|Users|root|work(?!/export))/\w")
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}: {line.strip()[:120]}" for line in text.splitlines() if homes.search(line)]
    assert found == []

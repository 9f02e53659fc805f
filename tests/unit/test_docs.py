"""The documentation says what is there: pages are current, links lead somewhere, examples can be run."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
import typer.main

from demarche.cli import app
from demarche.settings import OTHER_VARIABLES, PREFIX, Settings
from demarche.warehouse import marts, schema
from demarche.warehouse.connection import connect

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@cache
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pages() -> list[Path]:
    """Every page that is meant for a reader."""
    beside = [ROOT / "samples/README.md", ROOT / "training/README.md", ROOT / "include/demarche/codebook/README.md"]
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(path for path in beside if path.exists())])


def written_pages() -> list[Path]:
    """Those that a person wrote."""
    generated = {DOCS / name for name in build().PAGES}
    return [path for path in pages() if path not in generated]


def text_of(paths: list[Path]) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", path.read_text(encoding="utf-8"), re.M | re.S)


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Every call of a program in the pages' shell examples, with its page."""
    for path in pages():
        for line in "".join(blocks(path, "(?:sh|bash)")).replace("\\\n", " ").splitlines():
            lexer = shlex.shlex(line, posix=True, punctuation_chars="<>|")
            lexer.whitespace_split = True
            words = list(takewhile(lambda word: word not in ("<", ">", "|"), lexer))
            if words and Path(words[0]).name == program:
                yield f"{path.relative_to(ROOT)}: {line.strip()}", words[1:]


def command_line() -> Any:
    return typer.main.get_command(app)


# --- generated pages ---------------------------------------------------------------------------------------------
def test_generated_pages_are_current() -> None:
    assert build().stale() == [], "run `make docs` and commit what it changes"


def test_a_stale_page_fails_the_check_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(build(), "DOCS", tmp_path)
    monkeypatch.setattr(build(), "PAGES", {"one.md": lambda: "new\n", "two.md": lambda: "same\n"})
    (tmp_path / "one.md").write_text("old\n")
    (tmp_path / "two.md").write_text("same\n")
    assert build().main(["--check"]) == 1
    assert capsys.readouterr().err.startswith("stale: docs/one.md —")
    assert build().main([]) == 0
    assert build().main(["--check"]) == 0


def test_cells_of_tables_stay_in_their_cell() -> None:
    assert list(build().table(("a",), [("x|y\nz",), (None,)])) == ["| a |", "| --- |", "| x\\|y z |", "|  |", ""]


# --- everything is told ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", sorted(command_line().commands))
def test_every_verb_is_spoken_of_in_a_written_page(verb: str) -> None:
    assert re.search(rf"\b{verb}\b", text_of(written_pages()))


@pytest.mark.parametrize("name", sorted(path.stem for path in ROOT.glob("dags/*.py")))
def test_every_dag_has_its_section_and_its_place_in_the_architecture(name: str) -> None:
    assert f"## {name}\n" in (DOCS / "dags.md").read_text(encoding="utf-8")
    assert name in (DOCS / "architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(marts.sources()))
def test_every_mart_is_in_the_guide_and_in_the_dictionary(name: str) -> None:
    assert f"mart.{name}" in (DOCS / "querying.md").read_text(encoding="utf-8")
    assert f"### mart.{name}" in (DOCS / "data_dictionary.md").read_text(encoding="utf-8")


def test_every_table_is_in_the_dictionary() -> None:
    dictionary = (DOCS / "data_dictionary.md").read_text(encoding="utf-8")
    assert [table.qualified for table in schema.tables() if f"### {table.qualified}\n" not in dictionary] == []


def test_every_setting_and_variable_is_explained() -> None:
    settings = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in settings] == []
    everything = text_of(pages())
    assert sorted(name for name in OTHER_VARIABLES if name not in everything) == []


def test_variables_that_pages_name_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | OTHER_VARIABLES
    known |= set(re.findall(r"DEMARCHE_\w+", (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")))
    named = set(re.findall(r"\bDEMARCHE_[A-Z_]*[A-Z]\b", text_of(written_pages())))
    assert named - known == set()


def test_the_days_of_a_view_are_those_of_its_events() -> None:
    dictionary = (DOCS / "data_dictionary.md").read_text(encoding="utf-8")
    visits = dictionary.split("### mart.visits")[1].split("###")[0]
    assert "| `end_date` | DATE | Last day of that interval, inclusive |" in visits


def test_verbs_that_pages_messages_and_docstrings_name_exist() -> None:
    sources = [path for folder in ("include", "dags", "plugins", "ops") for path in (ROOT / folder).rglob("*.*")]
    texts = text_of([*pages(), *(path for path in sources if path.suffix in (".py", ".sql", ".toml"))])
    named = set(re.findall(r"`(?:\.venv/bin/)?demarche ([a-z][a-z-]*)", texts))
    assert {"run", "rebuild"} <= named
    assert named - set(command_line().commands) == set()


# --- links -------------------------------------------------------------------------------------------------------
def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_resolve(path: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.S)
    targets = re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", prose) + re.findall(r'(?:src|href)="([^"]+)"', prose)
    broken = []
    for target in targets:
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)
    assert broken == []


def test_pictures_are_small() -> None:
    pictures = [path for path in (DOCS / "img").iterdir() if path.is_file()]
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > 150_000] == []


def test_files_that_written_pages_of_docs_name_exist() -> None:
    named = re.findall(r"`((?:include|dags|tests|samples|docs|training)/[\w./]+\.\w+)`", text_of(written_pages()))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


# --- examples ----------------------------------------------------------------------------------------------------
def test_there_are_examples() -> None:
    assert len(list(commands("demarche"))) > 10


@pytest.mark.parametrize(("line", "words"), list(commands("demarche")))
def test_examples_of_the_command_line_parse(line: str, words: list[str]) -> None:
    if words == ["--help"]:
        return
    verb = command_line().commands[words[0]]
    verb.make_context(words[0], words[1:])  # raises for an unknown option or a missing argument


@pytest.mark.parametrize(("line", "words"), list(commands("make")))
def test_examples_of_make_have_a_target(line: str, words: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert [word for word in words if "=" not in word and word not in targets] == []


def test_the_cheap_examples_run() -> None:
    entry = "from demarche.cli import main; main()"
    for words in (["--help"], ["version"], *([verb, "--help"] for verb in ("run", "query"))):
        said = subprocess.run([sys.executable, "-c", entry, *words], capture_output=True, check=False, text=True)
        assert said.returncode == 0, said.stderr
        assert said.stdout.strip()


@pytest.fixture(scope="module")
def empty_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect()
    con.execute("BEGIN")
    schema.bring_up_to_date(con)
    marts.refresh(con)
    yield con
    con.close()


def queries() -> list[str]:
    """Every query that a page shows."""
    shown = [sql for path in pages() for block in blocks(path, "sql") for sql in block.split(";")]
    asked = [words[1] for _, words in commands("demarche") if words[:1] == ["query"] and words[1] != "-"]
    return sorted({sql.strip() for sql in (*shown, *asked) if sql.strip()})


@pytest.mark.parametrize("sql", queries())
def test_queries_that_pages_show_can_be_asked(sql: str, empty_warehouse: duckdb.DuckDBPyConnection) -> None:
    assert empty_warehouse.execute(sql).description


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

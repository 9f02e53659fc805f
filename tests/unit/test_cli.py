from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from demarche import cli, printing, steps, warehouse
from demarche.records import Reject
from demarche.storage import LakeError

runner = CliRunner()
COMMANDS = sorted(typer.main.get_command(cli.app).commands)


def reject(path: str) -> Reject:
    return Reject(
        reject_id="x" + path, partition_key="2021-05-04T10", station="parse", path=path, reason_type="empty",
        reason_text=f"{path} is empty",
    )  # fmt: skip


def answer(*rows):
    return lambda *_, **__: warehouse.Answer(("name", "day", "names"), list(rows), False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_verb_explains_itself_with_an_example(command):
    shown = runner.invoke(cli.app, [command, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert f"Example: demarche {command}" in " ".join(shown.stdout.replace("│", " ").split())


def test_every_step_has_a_verb():
    verbs = {
        "group-stories",
        "fetch-documents",
        "parse-documents",
        "tag-documents",
        "pair-documents",
        "load-warehouse",
        "check",
    }
    assert verbs | {"maintain-warehouse", "rebuild", "run", "extract", "parse", "query"} <= set(COMMANDS)


def test_help_imports_nothing_heavy():
    code = "import sys; sys.argv = ['demarche', '--help']; from demarche.cli import app; app(standalone_mode=False); "
    code += "print([m for m in ('spacy', 'duckdb', 'pyarrow', 'pandas', 'trafilatura') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# --- formats ---------------------------------------------------------------------------------------------------
ROWS = (("Ana | Bo", date(2021, 5, 4), ["a", "b"]), ("=1+1", None, []))


def query(monkeypatch, form: str) -> str:
    monkeypatch.setattr(warehouse, "query", answer(*ROWS))
    done = runner.invoke(cli.app, ["query", "SELECT 1", "--format", form])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_csv_is_safe_for_spreadsheets(monkeypatch):
    rows = list(csv.reader(io.StringIO(query(monkeypatch, "csv"))))
    assert rows == [["name", "day", "names"], ["Ana | Bo", "2021-05-04", "a, b"], ["'=1+1", "", ""]]


def test_negative_numbers_stay_numbers_in_csv():
    assert printing.safe_cell(-3.5) == "-3.5"
    assert printing.safe_cell(Decimal("-3.5")) == "-3.5"
    assert printing.safe_cell("-3+cmd") == "'-3+cmd"
    assert printing.safe_cell("Talks; =1+1;b") == "Talks;' =1+1;b", "a cell of its own, where ; parts them"
    assert printing.safe_cell(float("-inf")) == "'-inf"


def test_structs_are_json_in_csv():
    assert printing.safe_cell({"day": date(2021, 5, 4), "n": None}) == '{"day": "2021-05-04", "n": null}'
    assert printing.safe_cell(["a", None]) == "a, NULL"


def test_long_work_tells_of_itself_where_no_bar_can_be_drawn(monkeypatch, capsys):
    moments = iter([0.0, 1.0, 11.0, 12.0])
    monkeypatch.setattr(printing.time, "monotonic", lambda: next(moments))
    with printing.progress_bars() as progress:
        for done in (1, 2, 3):
            progress("tag_documents", done, 9)
    assert capsys.readouterr().err == "tag_documents: 2 of 9\n"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1"])
def test_no_cell_begins_like_a_formula(text):
    assert printing.safe_cell(text).startswith("'")


def test_json(monkeypatch):
    first, second = json.loads(query(monkeypatch, "json"))
    assert first == {"name": "Ana | Bo", "day": "2021-05-04", "names": ["a", "b"]}
    assert second["day"] is None


def test_jsonl(monkeypatch):
    assert [json.loads(line)["name"] for line in query(monkeypatch, "jsonl").splitlines()] == ["Ana | Bo", "=1+1"]


def asked(monkeypatch, columns, row, form):
    monkeypatch.setattr(warehouse, "query", lambda *_, **__: warehouse.Answer(columns, [row], False))
    return runner.invoke(cli.app, ["query", "SELECT 1", "--format", form]).stdout


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_numbers_that_json_lacks_are_null(monkeypatch, form):
    def refuse(constant):
        raise ValueError(constant)

    row = (math.nan, math.inf, -math.inf, [math.nan, 1.5], date(2021, 5, 4))
    found = json.loads(asked(monkeypatch, tuple("abcde"), row, form), parse_constant=refuse)
    assert list((found[0] if form == "json" else found).values()) == [None, None, None, [None, 1.5], "2021-05-04"]


def test_parquet_goes_out_as_it_is(monkeypatch):
    monkeypatch.setattr(warehouse, "query_parquet", lambda *_, **__: warehouse.ParquetAnswer(b"PAR1\xff\r\n", True))
    done = runner.invoke(cli.app, ["query", "SELECT 1", "--format", "parquet"])
    assert done.stdout_bytes == b"PAR1\xff\r\n"
    assert "only the first 1000 rows" in done.stderr


def test_parquet_is_not_for_a_terminal(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(printing.OutputError, match="send it to a file"):
        printing.write_bytes(b"PAR1")


def test_a_long_text_in_a_pipe_stays_on_its_line(monkeypatch):
    shown = asked(monkeypatch, ("id", "sentence"), (1, "word " * 200), "table")
    assert len(shown.splitlines()) == 2


def test_a_table_too_wide_to_be_read_has_a_line_for_each_column(monkeypatch):
    columns = tuple(f"column_{number}" for number in range(30))
    shown = asked(monkeypatch, columns, tuple(f"value of column {number}" for number in range(30)), "table")
    assert shown.splitlines()[0] == "row 1"
    assert shown.splitlines()[30].split() == ["column_29", "value", "of", "column", "29"]


def test_markdown_keeps_its_columns(monkeypatch):
    lines = query(monkeypatch, "markdown").splitlines()
    assert lines[:2] == ["| name | day | names |", "| --- | --- | --- |"]
    assert lines[2] == "| Ana \\| Bo | 2021-05-04 | a, b |"


def test_a_table_in_a_pipe_has_no_frame_and_no_colour(monkeypatch):
    shown = query(monkeypatch, "table")
    assert "2021-05-04" in shown
    assert "\x1b" not in shown
    assert "│" not in shown


def test_no_rows_are_said(monkeypatch):
    monkeypatch.setattr(warehouse, "query", answer())
    assert runner.invoke(cli.app, ["query", "SELECT 1"]).stdout == "no rows\n"


def test_text_from_the_web_does_not_steer_the_terminal(monkeypatch):
    monkeypatch.setattr(warehouse, "query", answer(("\x1b[2Jgone\r\n[bold]x[/bold]\u202e", None, [])))
    shown = runner.invoke(cli.app, ["query", "SELECT 1"]).stdout
    assert not {"\x1b", "\r", "\u202e"} & set(shown)
    assert "[bold]x[/bold]" in shown


# --- streams ---------------------------------------------------------------------------------------------------
def test_a_line_longer_than_the_limit_is_cut_and_the_next_one_is_whole():
    stream = io.BytesIO(b"x" * 25 + b"\nnext\nlast")
    assert list(cli.texts._lines(stream, 10)) == [b"x" * 10, b"next\n", b"last"]


def test_a_line_of_just_the_limit_is_whole():
    assert list(cli.texts._lines(io.BytesIO(b"123456789\nnext"), 10)) == [b"123456789\n", b"next"]


def test_extract_goes_on_after_a_bad_line(monkeypatch):
    found = [{"id": 1, "error": "line 1: no JSON"}, {"id": 2, "events": []}]
    monkeypatch.setattr(steps, "extract", lambda lines, settings: iter(found))
    done = runner.invoke(cli.app, ["extract", "--format", "jsonl"], input="")
    assert [json.loads(line) for line in done.stdout.splitlines()] == found
    assert done.stderr == "1: line 1: no JSON\n"
    assert done.exit_code == 0


def test_extract_fails_when_no_line_could_be_read(monkeypatch):
    monkeypatch.setattr(steps, "extract", lambda lines, settings: iter([{"id": None, "error": "x"}]))
    assert runner.invoke(cli.app, ["extract"], input="").exit_code == 1


def test_parse_names_what_it_could_not_read(monkeypatch):
    monkeypatch.setattr(steps, "parse_files", lambda paths, settings: iter([reject("a.txt")]))
    done = runner.invoke(cli.app, ["parse", "a.txt"])
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "a.txt is empty\n")


def test_half_characters_can_be_written(capsys):
    printing.print_json({"text": "\ud800"})
    assert json.loads(capsys.readouterr().out) == {"text": "\ud800"}


# --- rejects and errors ----------------------------------------------------------------------------------------
def test_rejects_are_listed_by_name_up_to_a_limit(capsys):
    cli.steps.print_rejects([reject(f"{number}.txt") for number in range(25)])
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "rejected (empty): 0.txt is empty"
    assert lines[-1].startswith("… and 5 more")


def main_with(monkeypatch, error: Exception) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    cli.main()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LakeError("lake x: is gone — bring it back"), "error: lake x: is gone — bring it back\n"),
        (OSError(28, "No space left on device", "f"), "error: f: No space left on device — make room"),
        (PermissionError(13, "Permission denied", "f"), "error: f: Permission denied — give this user"),
        (FileNotFoundError("drop folder x: no such folder — make it"), "error: drop folder x: no such folder"),
    ],
)
def test_what_a_person_can_mend_is_one_line(monkeypatch, capsys, error, said):
    with pytest.raises(SystemExit) as ended:
        main_with(monkeypatch, error)
    assert ended.value.code == 1
    shown = capsys.readouterr().err
    assert shown.startswith(said)
    assert shown.count("\n") == 1


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch):
    with pytest.raises(ZeroDivisionError):
        main_with(monkeypatch, ZeroDivisionError())


def test_debugging_shows_every_traceback(monkeypatch):
    monkeypatch.setenv("DEMARCHE_DEBUG", "1")
    with pytest.raises(LakeError):
        main_with(monkeypatch, LakeError("x"))


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["status"], {"DEMARCHE_SHARD_SIZE": "none"}, "DEMARCHE_SHARD_SIZE"),
        (["status", "--lake", "nosuch://x"], {}, "DEMARCHE_LAKE_URL"),
        (["tag-documents", "2021-05-04T10"], {}, "parse-documents 2021-05-04T10"),
        (["tag-documents", "yesterday"], {}, "2018-11-06T14"),
        (["query", "SELECT 1", "--warehouse", "none.duckdb"], {}, "none.duckdb: no such warehouse"),
        (["check", "no_such_check"], {}, "no check is called no_such_check"),
        (["fetch-documents"], {}, "DEMARCHE_DROP_FOLDER"),
        (["run", ".", "--lake", "memory://"], {}, "name a folder"),
        (["run", ".", "--lake", __file__], {}, "a file, not a folder"),
        (["run", ".", "--key", "2999-01-01T00"], {}, "nothing can have arrived then"),
        (["fetch-documents", "1900-01-01T00"], {}, "nothing can have arrived then"),
        (["run", "nope.txt"], {}, "nope.txt: no such file or folder"),
        (["query", "SELECT 1", "--warehouse", "."], {}, "a folder, not a warehouse file — name a file"),
        (["status", "--warehouse", "."], {}, "a folder, not a warehouse file — name a file"),
        (["restore", "1"], {}, "lists the 0 that are"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_line(tmp_path, monkeypatch, capsys, arguments, environment, said):
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["demarche", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    shown = capsys.readouterr().err
    assert ended.value.code == 1
    assert shown.startswith("error: ")
    assert said in shown
    assert shown.count("\n") == 1
    assert not list(tmp_path.iterdir())


# --- streams that fail -----------------------------------------------------------------------------------------
def in_a_shell(command: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    program = f"{sys.executable} -c 'from demarche.cli import main; main()'"
    shell = ["bash", "-c", command.replace("demarche", program)]
    return subprocess.run(shell, capture_output=True, text=True, timeout=120, check=False)


def test_closed_standard_output_is_said():
    done = in_a_shell("demarche version >&-")
    assert done.returncode == 1
    assert done.stderr.startswith("error: standard output is closed — ")
    assert done.stderr.count("\n") == 1


def test_closed_standard_input_is_said():
    assert "standard input is closed" in in_a_shell("demarche extract <&-").stderr


def test_complaints_go_nowhere_else_when_standard_error_is_closed():
    done = in_a_shell("demarche parse none.txt 2>&-")
    assert (done.returncode, done.stdout) == (1, "")


def test_full_standard_output_is_not_taken_for_the_warehouses_disk():
    done = in_a_shell("demarche version > /dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith("error: standard output can't be written to: No space left on device — ")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "Ministers of Peru and Bolivia met."}\n' * 3000)
    assert in_a_shell(f"demarche parse {tmp_path}/a.jsonl | head -c 1").stderr == ""


def test_doctor_says_what_is_missing_and_fails(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEMARCHE_MODEL_NAME", "en_core_web_xxl")
    monkeypatch.setenv("DEMARCHE_MODLE_NAME", "slip of the pen")
    done = runner.invoke(cli.app, ["doctor"])
    assert done.exit_code == 1
    assert "en_core_web_xxl" in done.stdout
    assert "pip install" in done.stdout
    assert "DEMARCHE_MODLE_NAME" in done.stdout


def test_doctor_names_every_wrong_setting_at_once(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no,such,column\n1,2,3\n")
    wrong = {
        "LAKE_URL": "file",
        "BACKUP_URL": "nowhere://x",
        "WAREHOUSE_URL": "nonsense",
        "DROP_FOLDER": "file",
        "REPORTS_FOLDER": "file",
        "SOURCES_FILE": "file",
        "WATCHES_FILE": "file",
        "GAZETTEER_FILE": "file",
        "GAZETTEER_INDEX": "file",
        "CHECKS_FOLDER": "file",
        "MODEL_NAME": "xx_none",
        "BATCH_SIZE": "0",
        "NOTICE_MAIL_TO": "nobody",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(f"DEMARCHE_{name}", value)
    monkeypatch.chdir(tmp_path)
    done = runner.invoke(cli.app, ["doctor"])
    assert done.exit_code == 1
    assert sorted(re.findall(r"^MISSING .*?DEMARCHE_(\w+):", done.stdout, re.MULTILINE)) == sorted(wrong)


def test_doctor_names_a_drop_folder_that_cannot_be_made(tmp_path, monkeypatch):
    """Where root has every right, too: rights alone don't tell."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEMARCHE_DROP_FOLDER", "/proc/nope")
    done = runner.invoke(cli.app, ["doctor"])
    assert done.exit_code == 1
    assert re.search(r"MISSING .*DEMARCHE_DROP_FOLDER: /proc/nope: /proc can't be written to", done.stdout)


def test_doctor_is_content(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = runner.invoke(cli.app, ["doctor"])
    assert done.exit_code == 0, done.stdout
    assert "MISSING" not in done.stdout


def test_doctor_opens_the_warehouse(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("w.duckdb").write_bytes(b"SQLite format 3\0" + bytes(5000))
    done = runner.invoke(cli.app, ["doctor", "--warehouse", "w.duckdb"])
    assert done.exit_code == 1
    assert "w.duckdb: not a DuckDB file" in done.stdout


def test_status_before_anything_was_done(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = runner.invoke(cli.app, ["status", "--format", "json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert "none yet" in found["warehouse"]
    assert [row["station"] for row in found["stations"]] == ["fetched", "documents", "tagged", "paired"]
    assert not list(tmp_path.iterdir())


def test_a_source_that_fails_fails_the_command_after_the_others_were_fetched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good").mkdir()
    Path("good/a.txt").write_text("Ministers of Peru and Bolivia met in Lima on Monday to speak about lithium.")
    Path("s.toml").write_text(
        "".join(f'[[source]]\nid = "{name}"\nkind = "folder"\npath = "{name}"\n' for name in ("good", "gone"))
    )
    monkeypatch.setenv("DEMARCHE_SOURCES_FILE", "s.toml")
    done = runner.invoke(cli.app, ["sources", "fetch", "good", "gone", "--lake", "lake"])
    assert (done.exit_code, "gone fails since" in done.stderr, "new_files 1" in done.stdout) == (1, True, True)
    assert runner.invoke(cli.app, ["sources", "fetch", "good", "--lake", "lake"]).exit_code == 0
    done = runner.invoke(cli.app, ["parse-documents", "--lake", "lake"])
    assert (done.exit_code, "documents 1" in done.stdout) == (0, True)


def test_parsing_that_makes_nothing_but_rejects_fails(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("drop").mkdir()
    Path("drop/a.txt").write_bytes(b"\x00\x01\x02" * 99)
    monkeypatch.setenv("DEMARCHE_DROP_FOLDER", "drop")
    os.utime("drop/a.txt", (0, 0))
    assert runner.invoke(cli.app, ["fetch-documents", "--lake", "lake"]).exit_code == 0
    done = runner.invoke(cli.app, ["parse-documents", "--lake", "lake"])
    assert (done.exit_code, "rejected (binary): drop/a.txt" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "field",
    ['url = "http://ann:geheim@courier.example/rss"', 'url = "ftp://ann:geheim@x/y"', 'urls = "http://a:geheim@x/y"',
     'homepage = "https://:geheim@courier.example"'],
)  # fmt: skip
def test_a_password_in_an_address_is_never_printed(field, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("s.toml").write_text(f'[[source]]\nid = "a"\nkind = "feed"\n{field}\n')
    monkeypatch.setenv("DEMARCHE_SOURCES_FILE", "s.toml")
    done = in_a_shell("demarche sources list")
    assert done.returncode == 1
    assert "s.toml, line 4: source a" in done.stderr
    assert "geheim" not in done.stdout + done.stderr

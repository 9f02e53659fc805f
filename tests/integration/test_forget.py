"""What was forgotten is nowhere any more, stays away, and takes nothing else with it."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from demarche import cli, steps, warehouse
from demarche.records import Document, Fetch, Mention, Reject, Report, Signature
from demarche.settings import Settings
from demarche.storage import Lake

KEY = "2021-06-10T10"
ADDRESS = "https://courier.example/2021/06/10/zanzimoria"
PAGE = f"""<html lang="en"><head><title>Zanzimoria talks</title><link rel="canonical" href="{ADDRESS}?utm_source=x">
<meta property="article:published_time" content="2021-06-10T08:00:00Z"></head><body><article><h1>Zanzimoria talks</h1>
<p>The foreign minister of Peru, Anselma Quillimbo, visited Bolivia on Wednesday and signed a treaty on Zanzimoria.</p>
<p>Bolivia expelled two diplomats of Chile on Tuesday, the ministry said in La Paz, and gave no reason for it.</p>
<p>The ministers will meet again in Lima next month, and Zanzimoria will be on their list once more.</p>
</article></body></html>"""
OTHER = (
    "The president of Brazil, who had been invited in spring, visited Argentina on Wednesday and met its president in "
    "Buenos Aires. The two governments signed an agreement on trade, and spoke of a bridge that both want."
)
SECRETS = ("Zanzimoria", "Quillimbo", "zanzimoria")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which three articles were read, loaded and checked. Not to be changed: copy it."""
    home = tmp_path_factory.mktemp("known")
    folder = home / "in"
    folder.mkdir()
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    records = [
        {"text": OTHER, "url": "https://courier.example/other", "date": "2021-06-10", "id": "1"},
        {"text": "Peru’s envoy Quillimbo met Bolivia’s president in Sucre on Monday. They spoke of Zanzimoria.",
         "url": "https://courier.example/second", "date": "2021-06-10", "id": "2"},
    ]  # fmt: skip
    (folder / "two.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    steps.run([folder], settings=_settings(home), partition_key=KEY)
    steps.check_all(steps.list_checks(), settings=_settings(home))
    return home


@pytest.fixture
def settings(known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(known, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("DEMARCHE_BACKUP_URL", str(tmp_path / "backup"))
    return _settings(tmp_path)


def _settings(home: Path) -> Settings:
    return Settings(data_folder=home, lake_url=str(home / "w.lake"), warehouse_path=home / "w.duckdb")


def told(settings: Settings) -> dict[str, int]:
    """How often the secrets stand in each part of lake and warehouse."""
    lake = Lake(settings.lake_url)
    found = _told_in_files(Path(settings.lake_url))
    found |= {f"backup's {kind}": number for kind, number in _told_in_files(Path(settings.backup_url, "lake")).items()}
    for kind, station in ((Document, "documents"), (Mention, "tagged"), (Report, "tagged"), (Signature, "paired")):
        for key in lake.manifests(station):
            text = "\n".join(row.model_dump_json() for row in lake.read(kind, key, station))
            found[kind.table] = found.get(kind.table, 0) + sum(text.count(word) for word in SECRETS)
    kept = Path(f"{settings.warehouse_path}.previous").glob("*")
    for file in (settings.warehouse_path, *kept, *Path(settings.backup_url, "warehouse").glob("*.duckdb")):
        with duckdb.connect(file, read_only=True) as opened:
            tables = opened.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
            rows = [opened.execute(f"SELECT t::VARCHAR FROM {name} AS t").fetchall() for (name,) in tables]
        found["tables"] = found.get("tables", 0) + sum(str(rows).count(word) for word in SECRETS)
    return found


def _told_in_files(lake: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in lake.rglob("*"):
        if path.is_file() and path.suffix != ".parquet":
            data = path.read_bytes()
            text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
            kind = path.relative_to(lake).parts[0]
            # tombstone and fetch log keep the address, or it would come back
            found[kind] = found.get(kind, 0) + sum(text.count(word) for word in SECRETS[:2])
    return found


def events(settings: Settings) -> list[tuple]:
    return warehouse.query(settings.warehouse_path, "SELECT event_id, actor_text FROM mart.events ORDER BY 1").rows


def decide(settings: Settings) -> None:
    """Reviewers' decisions on an event that is to be forgotten, and on one that isn't."""
    sql = "SELECT event_id, string_agg(sentence_text, ' ') FROM mart.evidence GROUP BY event_id ORDER BY event_id"
    sentences = dict(warehouse.query(settings.warehouse_path, sql).rows)
    secret = next(event_id for event_id, said in sentences.items() if "Quillimbo, visited" in said)
    other = next(event_id for event_id, said in sentences.items() if "Argentina" in said)
    steps.decide("recode", secret, new_values={"status_type": "planned"}, reason="Zanzimoria?", settings=settings)
    steps.decide("keep", other, reason="quite right", settings=settings)


def test_what_was_forgotten_is_nowhere_and_stays_away(settings: Settings, known: Path) -> None:
    decide(settings)
    steps.maintain_warehouse(settings=settings)
    before = told(settings)
    parts = ("raw", "journal", "backup's raw", "backup's journal", "documents", "mentions", "reports", "tables")
    assert all(before[part] for part in parts), before
    options = ["--lake", settings.lake_url, "--warehouse", str(settings.warehouse_path)]
    dry = CliRunner().invoke(cli.app, ["forget", ADDRESS, "--dry-run", *options])
    assert dry.stdout.count("\n") == 1
    assert ADDRESS in dry.stdout
    assert told(settings) == before
    first = CliRunner().invoke(cli.app, ["forget", f"{ADDRESS}?fbclid=7", *options], catch_exceptions=False)
    assert first.exit_code == 0
    (second,) = (
        row.document_id for row in Lake(settings.lake_url).read(Document, KEY, "documents") if "Sucre" in row.body
    )
    assert CliRunner().invoke(cli.app, ["forget", second, *options], catch_exceptions=False).exit_code == 0
    after = told(settings)
    assert [one.reason_text for one in steps.decisions(settings=settings)] == ["quite right"]
    assert after.pop("raw") == after.pop("backup's raw") == 2  # the file of two records is needed for the other one
    assert not any(after.values()), after
    kept = events(settings)
    assert kept
    assert all("Peru" not in str(row) for row in kept)
    for again in (lambda: steps.run([known / "in"], settings=settings), lambda: steps.rebuild(settings=settings)):
        again()
        later = told(settings)
        assert later.pop("raw") == later.pop("backup's raw") == 2
        assert not any(later.values()), later
        assert events(settings) == kept
    counts = Lake(settings.lake_url).manifest("documents", KEY)
    assert counts
    assert (counts.counts["found"], counts.counts["parsed"], counts.counts["forgotten"]) == (3, 1, 2)
    failing = [row for row in steps.check_all(["documents_accounted_for"], settings=settings) if row.failing_count]
    assert not failing


def test_what_was_forgotten_is_not_fetched_again(settings: Settings) -> None:
    steps.forget(ADDRESS, settings=settings)
    lake = Lake(settings.lake_url)
    taken = steps.fetch_documents("2021-06-10T12", inputs=[_archive(settings)], settings=settings)
    assert taken.written == 1  # the archive's summary alone
    assert "Zanzimoria" not in str([lake.get_raw(fetch.raw_hash) for fetch in lake.fetches("2021-06-10T12")])
    elsewhere = settings.data_folder / "saved-again.html"  # the same bytes from another place
    elsewhere.write_text(PAGE, encoding="utf-8")
    steps.fetch_documents("2021-06-10T13", inputs=[elsewhere], settings=settings)
    (noted,) = lake.fetches("2021-06-10T13")
    assert not lake.has_raw(noted.raw_hash)
    assert steps.parse_documents("2021-06-10T13", settings=settings).details["forgotten"] == 1


def _archive(settings: Settings) -> Path:
    from archives import record

    path = settings.data_folder / "news.warc"
    path.write_bytes(record(ADDRESS, (PAGE + " ").encode()))
    return path


def test_a_page_of_an_archive_that_cannot_be_read_is_forgotten_by_its_address(settings: Settings) -> None:
    from archives import record

    key, url = "2021-06-10T12", "https://courier.example/2021/quillimbo"
    path = settings.data_folder / "cut.warc"
    path.write_bytes(record("https://courier.example/sound", PAGE.encode()) + record(url, PAGE.encode())[:-400])
    steps.fetch_documents(key, inputs=[path], settings=settings)
    steps.parse_documents(key, settings=settings)
    (reject,) = steps.find_forgettable(url, settings=settings)
    assert (reject.path, reject.reason_type) == (url, "truncated")
    assert reject.reason_text.startswith(str(path))
    steps.forget(url, settings=settings)
    lake = Lake(settings.lake_url)
    assert lake.fetch_rejects(key) == lake.read(Reject, key, "documents") == []
    steps.fetch_documents("2021-06-10T13", inputs=[path], settings=settings)
    assert lake.fetch_rejects("2021-06-10T13") == []


def test_a_kill_in_between_is_finished_by_the_next(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("demarche.steps.forgetting.rebuild_warehouse", _killed)
        with pytest.raises(KeyboardInterrupt):
            steps.forget(ADDRESS, settings=settings)
    assert told(settings)["tables"]
    steps.forget(ADDRESS, settings=settings)
    assert not any("Quillimbo, visited" in str(row) for row in warehouse.query(
        settings.warehouse_path, "SELECT sentence_text FROM core.reports").rows)  # fmt: skip


def _killed(**_: object) -> None:
    raise KeyboardInterrupt


def test_an_unknown_name_says_where_to_look(settings: Settings) -> None:
    with pytest.raises(steps.StepError, match=r"core\.documents"):
        steps.forget("https://courier.example/none", settings=settings)


def test_daily_reports_keep_no_words_of_it(settings: Settings) -> None:
    lake = Lake(settings.lake_url)
    (document,) = (row for row in lake.read(Document, KEY, "documents") if row.canonical_url == ADDRESS)
    sample = json.dumps({"document_id": document.document_id, "title": document.title})
    newest = lake.journal("quality_results")[-1]
    lake.append_journal("quality_results", [newest | {"outcome_type": "failed", "sample_rows": [sample]}])
    for day in (date(2021, 6, 10), date(2021, 6, 11)):
        steps.write_daily_report(day, settings=settings)
    names = {path.name for path in settings.reports_folder.iterdir()}
    assert _told_in_reports(settings) == names
    steps.forget(ADDRESS, settings=settings)
    assert not _told_in_reports(settings)
    assert {path.name for path in settings.reports_folder.iterdir()} == names
    latest = settings.reports_folder.joinpath("latest.html").read_text(encoding="utf-8")
    assert latest == settings.reports_folder.joinpath("2021-06-11.html").read_text(encoding="utf-8")


def _told_in_reports(settings: Settings) -> set[str]:
    texts = {path.name: path.read_text(encoding="utf-8") for path in settings.reports_folder.iterdir()}
    return {name for name, text in texts.items() if any(word in text for word in SECRETS)}


def test_feed_lines_keep_no_words_of_it(settings: Settings) -> None:
    lake = Lake(settings.lake_url)
    (fetch,) = (row for row in lake.fetches(KEY) if row.url.endswith("page.html"))
    told_by_feed: Fetch = fetch.model_copy(update={"given_values": {"title": "Zanzimoria"}})
    lake.rewrite_log(KEY, lambda row: told_by_feed if row == fetch else row)
    steps.forget(ADDRESS, settings=settings)
    assert [row.given_values for row in lake.fetches(KEY)] == [{}, {}]

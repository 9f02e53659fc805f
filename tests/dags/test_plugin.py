"""The plugin's pages: closed to strangers, rendered for those who may see them; links where the UI is mounted."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugins" / "demarche_plugin.py"


@pytest.fixture(scope="module")
def plugin():
    spec = importlib.util.spec_from_file_location("demarche_plugin", PLUGIN)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TEXT = """# Runbook

<script>alert(1)</script>

|a|b|
|-|-|
|1|2|

## Be told, then

See [DAGs](dags.md#tag_documents), [samples](../samples/README.md) and [there](https://example.org/x.md).
"""


@pytest.fixture
def docs(plugin, tmp_path, monkeypatch):
    monkeypatch.setattr(plugin, "DOCS", tmp_path / "docs")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "runbook.md").write_text(TEXT)
    (tmp_path / "docs" / "dags.md").write_text("# All DAGs & more\n")
    (tmp_path / "private.md").write_text("# Not a page")
    return tmp_path


@pytest.fixture
def reader(plugin, docs):
    plugin.app.dependency_overrides[plugin.require_plugin_access] = lambda: None
    yield TestClient(plugin.app)
    plugin.app.dependency_overrides.clear()


def test_every_route_is_closed(plugin, docs):
    """Fail closed: a page that was forgotten is still behind the application's own dependency."""
    assert [dependency.dependency for dependency in plugin.app.router.dependencies] == [plugin.require_plugin_access]
    assert plugin.app.openapi_url is None


def test_a_stranger_sees_nothing(plugin, docs, monkeypatch):
    from airflow.api_fastapi.core_api import security
    from fastapi import HTTPException

    async def nobody(token):
        assert token is None
        raise HTTPException(401, "Not authenticated")

    monkeypatch.setattr(security, "resolve_user_from_token", nobody)
    assert TestClient(plugin.app).get("/runbook").status_code == 401


def test_a_page_is_rendered_and_its_html_is_text(reader):
    answer = reader.get("/runbook")
    assert answer.status_code == 200
    assert '<h1 id="runbook">Runbook</h1>' in answer.text
    assert "<td>1</td>" in answer.text
    assert "<script>" not in answer.text


def test_links_lead_from_page_to_page(reader):
    text = reader.get("/runbook").text
    assert '<a href="dags#tag_documents">' in text
    assert '<h2 id="be-told-then">' in text
    assert '<a href="../samples/README.md">' in text, "what is no page is left as it is"
    assert '<a href="https://example.org/x.md">' in text
    assert "<title>All DAGs &amp; more</title>" in reader.get("/dags").text


def test_every_link_between_our_docs_leads_somewhere(plugin):
    plugin.app.dependency_overrides[plugin.require_plugin_access] = lambda: None
    client = TestClient(plugin.app)
    texts = {path.stem: client.get(f"/{path.stem}").text for path in (ROOT / "docs").glob("*.md")}
    plugin.app.dependency_overrides.clear()
    for name, text in texts.items():
        for stem, anchor in re.findall(r'href="([a-z_]*)(?:#([^"]*))?"', text):
            there = texts[stem or name]
            assert not anchor or f'id="{anchor}"' in there, f"docs/{name}.md: nothing is called #{anchor}"


def test_the_newest_daily_report_is_a_page(reader, tmp_path, monkeypatch):
    monkeypatch.setenv("DEMARCHE_REPORTS_FOLDER", str(tmp_path))
    assert "trigger check_quality" in reader.get("/daily_report").json()["detail"]
    (tmp_path / "latest.html").write_text("<h1>Daily report</h1>")
    assert reader.get("/daily_report").text == "<h1>Daily report</h1>"


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        ("scheduled__2026-11-24T04:30:00+00:00", "of the 24th"),
        ("manual__2026-11-25T17:00:00+00:00_abc", "of the 24th"),
        ("scheduled__2026-11-27T04:30:00+00:00", "of the 26th"),
        ("scheduled__2026-11-01T04:30:00+00:00", "newest"),
        ("../../private", "newest"),
        ("", "newest"),
    ],
)
def test_a_run_leads_to_the_report_of_its_day(reader, tmp_path, monkeypatch, run, shown):
    monkeypatch.setenv("DEMARCHE_REPORTS_FOLDER", str(tmp_path))
    for name, text in (("2026-11-24", "of the 24th"), ("2026-11-26", "of the 26th"), ("latest", "newest")):
        (tmp_path / f"{name}.html").write_text(text)
    assert reader.get("/daily_report", params={"run": run}).text == shown


@pytest.mark.parametrize("name", ["private", "nothing", "..%2Fprivate", "%2E%2E%2Fprivate", "runbook.md"])
def test_other_files_are_no_pages(reader, name):
    assert reader.get(f"/{name}").status_code == 404


def test_the_runbook_stands_in_the_menu_and_beside_each_dag_run_and_task(plugin):
    views = plugin.DemarchePlugin.external_views
    places = {(view["destination"], view["href"]) for view in views}
    assert places == {
        ("nav", "/demarche/daily_report"),
        ("nav", "/demarche/runbook"),
        ("nav", "/demarche/data_dictionary"),
        ("dag", "/demarche/runbook"),
        ("dag_run", "/demarche/runbook"),
        ("dag_run", "/demarche/daily_report?run={RUN_ID}"),
        ("task_instance", "/demarche/runbook"),
    }
    assert len({view["url_route"] for view in views}) == len(views)
    assert all(not view["url_route"].startswith("/") for view in views)


def test_importing_it_is_cheap():
    """Every task process does."""
    code = "import sys, runpy; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(PLUGIN)], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"airflow.api_fastapi.core_api.security", "markdown_it", "demarche", "spacy", "pandas"}

"""Demarche's docs in Airflow's UI, the runbook beside each DAG and task; and notices of what went wrong.

Every task process imports this module, so what costs time is imported when a page is asked for. Airflow does not
authenticate a plugin's pages: the application itself refuses whoever may not see plugins.
"""

from __future__ import annotations

import re
from collections.abc import Container
from html import escape
from pathlib import Path

from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse

import demarche_metrics
import demarche_notices
import demarche_turns

DOCS = Path(__file__).resolve().parent.parent / "docs"
MENU = {"daily_report": "Daily report", "runbook": "Runbook", "data_dictionary": "Data dictionary"}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem;background:#fff;color:#222}}
table{{border-collapse:collapse}}td,th{{border:1px solid #ccc;padding:.2rem .6rem;text-align:left}}
pre,code{{background:#f3f3f3;padding:.1rem .3rem}}pre{{padding:.8rem;overflow:auto}}</style>
{body}</html>"""


async def require_plugin_access(request: Request) -> None:
    """Let through who is logged in and may see plugins; 401 and 403 to others."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import resolve_user_from_token

    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else request.cookies.get("_token")
    user = await resolve_user_from_token(token)
    if not get_auth_manager().is_authorized_view(access_view=AccessView.PLUGINS, user=user):
        raise HTTPException(403, "Forbidden")


app = FastAPI(dependencies=[Depends(require_plugin_access)], docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/{name}", response_class=HTMLResponse)
def page(name: str, run: str = "") -> str:
    """A daily report, the newest or the one as of a DAG run, or a page of the docs made from its Markdown, with links
    that lead from page to page."""
    from markdown_it import MarkdownIt

    if name == "daily_report":
        return _daily_report(run)
    pages = {path.stem: path for path in DOCS.glob("*.md")}
    if name not in pages:
        raise HTTPException(404, "There is no such page")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(pages[name].read_text("utf-8"))
    title = name
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following:
            token.attrSet("id", _anchor(following.content))
            title = following.content if token.tag == "h1" else title
        for link in token.children or ():
            if link.type == "link_open":
                link.attrSet("href", _here(str(link.attrGet("href")), pages))
    return PAGE.format(title=escape(title), body=markdown.renderer.render(tokens, markdown.options, {}))


def _anchor(heading: str) -> str:
    """As GitHub makes it: the docs' links are written for there."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _here(target: str, pages: Container[str]) -> str:
    stem, found, anchor = target.partition(".md")
    return stem + anchor if found and stem in pages else target


def _daily_report(run: str) -> str:
    """The newest report, or the newest until the day that a run is named by. What wrote it has escaped every word."""
    from demarche.settings import load_settings

    folder = load_settings().reports_folder
    day = re.search(r"\d{4}-\d\d-\d\d", run)
    found = sorted(path for path in folder.glob("????-??-??.html") if day and path.stem <= day[0])
    report = found[-1] if found else folder / "latest.html"
    if not report.is_file():
        raise HTTPException(404, "No report was written yet: trigger check_quality")
    return report.read_text("utf-8")


def _views() -> list[dict[str, str]]:
    from urllib.parse import urlsplit

    from airflow.configuration import conf

    prefix = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
    menu = [
        {
            "name": title,
            "href": f"{prefix}/demarche/{name}",
            "destination": "nav",
            "category": "browse",
            "url_route": f"demarche-{name.replace('_', '-')}",
        }
        for name, title in MENU.items()
    ]
    beside = [
        {
            "name": "Runbook",
            "href": f"{prefix}/demarche/runbook",
            "destination": where,
            "url_route": f"demarche-runbook-of-{where.replace('_', '-')}",
        }
        for where in ("dag", "dag_run", "task_instance")
    ]
    of_run = {
        "name": "Daily report",
        "href": f"{prefix}/demarche/daily_report?run={{RUN_ID}}",  # the UI fills in which
        "destination": "dag_run",
        "url_route": "demarche-daily-report-of-dag-run",
    }
    return [*menu, *beside, of_run]


class DemarchePlugin(AirflowPlugin):
    """What Airflow looks for in this file."""

    name = "demarche"
    fastapi_apps = [{"app": app, "url_prefix": "/demarche", "name": "demarche"}]  # noqa: RUF012 as Airflow wants it
    fastapi_root_middlewares = (
        [{"middleware": demarche_turns.Turns, "name": "demarche turns"}] if demarche_turns.is_needed() else []
    )
    external_views = _views()
    listeners = [demarche_notices, demarche_metrics]  # noqa: RUF012 as Airflow wants it

"""The warehouse as data frames."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest

import demarche
from demarche.reader import Reader
from demarche.warehouse import QueryError, WarehouseError
from warehouse_world import LOADED_AT, document, key, load, partition, report

VISIT = {"event_type": "CONSULT", "start_date": date(2024, 5, 30), "end_date": date(2024, 6, 2)}
OTHERS = {
    "visit": {**VISIT, "status_type": "planned", "country_code": "DEU", "confidence_score": 0.3},
    "undated": {"event_type": "ACCUSE", "start_date": None, "end_date": None, "date_precision_type": "unknown"},
}


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("read")
    documents = [document(name, key(1)) for name in ("met", *OTHERS)]
    told = [report(of, **OTHERS.get(name, {})) for name, of in zip(("met", *OTHERS), documents, strict=True)]
    load(folder / "w.duckdb", {key(1): partition(folder / "lake", documents, told)})
    return demarche.open(folder / "w.duckdb")


def types(frame) -> list[str]:
    return [f"{row.event_type} {row.status_type}" for row in frame.itertuples()]


MET, PLANNED, ACCUSED = "CONSULT occurred", "CONSULT planned", "ACCUSE occurred"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [MET, PLANNED, ACCUSED]),
        ({"since": "2024-05-01"}, [PLANNED]),
        ({"since": date(2024, 6, 2)}, [PLANNED]),
        ({"since": "2024-06-03"}, []),
        ({"until": "2024-05-30"}, [MET, PLANNED]),
        ({"until": "2024-03-03"}, []),
        ({"event_type": "accuse"}, [ACCUSED]),
        ({"event_type": ["ACCUSE", "CONSULT"], "status_type": "planned"}, [PLANNED]),
        ({"sure": 0.5}, [MET, ACCUSED]),
        ({"country": "FRA"}, [MET, PLANNED, ACCUSED]),
        ({"country": "germany", "until": "2024-04-01"}, [MET]),
        ({"country": ["PER", "Bolivia"]}, []),
    ],
)
def test_events_are_chosen(news, asked, found):
    assert types(news.events(**asked)) == found


def test_the_place_counts_as_well(news):
    only_place = news.events(country="DEU", status_type="planned")
    assert types(only_place) == [PLANNED]


def test_a_row_is_that_of_the_view(news):
    row = news.events().iloc[0]
    assert row.actor_text == "Ruritania; Graustark"
    assert list(row.actor_country_codes) == ["FRA", "DEU"]
    assert row.start_date.date() == date(2024, 3, 4)


def test_evidence_and_claims_lead_to_the_sentence(news):
    event_ids = news.events(until="2024-04-01").event_id
    assert news.evidence(event_ids).sentence_text.tolist() == news.claims(event_ids[0]).sentence_text.tolist()
    assert news.evidence([]).empty


def test_what_was_known_then(tmp_path):
    path = tmp_path / "w.duckdb"
    load(path, {key(1): partition(tmp_path / "lake", [document("met", key(1))])})
    load(path, {}, after_hours=1, changes={"place_name": "Strelsau"})
    news = demarche.open(path)
    then, now = (news.events(as_of=LOADED_AT + timedelta(hours=hours)) for hours in (0.5, 1.5))
    assert (then.place_name.isna().tolist(), now.place_name.tolist()) == ([True], ["Strelsau"])
    assert news.events(as_of="2024-01-01").empty


def test_a_later_load_is_seen_by_the_next_call(tmp_path):
    path = tmp_path / "w.duckdb"
    load(path, {key(1): partition(tmp_path / "lake", [document("met", key(1))])})
    news = demarche.open(path)
    assert len(news.events()) == 1
    load(path, {key(2): partition(tmp_path / "lake", [document("again", key(2))])}, after_hours=1)
    assert len(news.events()) == 2


def test_sql_of_ones_own(news):
    sql = "SELECT event_type, count(*) AS n FROM events WHERE event_type = $type GROUP BY 1"
    frame = news.query(sql, {"type": "ACCUSE"})
    assert frame.to_dict("records") == [{"event_type": "ACCUSE", "n": 1}]
    with pytest.raises(QueryError, match="refused"):
        news.query("DROP TABLE core.events")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"country": "Graustark"}, "no country is called 'Graustark'"),
        ({"country": "Germny"}, "did you mean Germany [(]DEU[)]"),
        ({"event_type": "WAR"}, "no event_type is called WAR; there are: AGREE"),
        ({"status_type": "done"}, "no status_type is called done"),
        ({"since": "last week"}, "last week"),
        ({"as_of": "yesterday"}, "as_of='yesterday': no instant"),
        ({"sure": 90}, "sure=90: a confidence lies between 0 and 1"),
    ],
)
def test_what_it_does_not_know_is_said(news, asked, said):
    with pytest.raises(ValueError, match=said):
        news.events(**asked)


def test_no_warehouse_is_said_at_once(tmp_path):
    with pytest.raises(WarehouseError, match="no such warehouse"):
        demarche.open(tmp_path / "none.duckdb")


def test_importing_is_light():
    code = "import sys, demarche; print([m for m in ('pandas', 'duckdb', 'spacy', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

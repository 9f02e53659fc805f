"""A prebuilt index of names: what it holds is found again, and it speaks only where the gazetteer doesn't."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche import language, mentions, places, steps
from demarche.codebook import CodebookError, additions, index
from demarche.entities import load_gazetteer
from demarche.indexed import load_indexed
from demarche.records import Mention
from demarche.settings import Settings
from demarche.steps.gazetteer import load_index

NAMES = """kind,id,name,aliases,country,sector,gender
organisation,c1,Ostrana Kabel,Ostrana;OKX,SVK,BUS,
person,p1,Vilma Torresan Quell,,PRT,,f
body,b1,Halgrun Tower,,NOR,GOV,
alias,DEU,Alemannia Land,,,,
alias,c1,Kabelwerk Ostrana,,,,
organisation,c2,Kremlin,,FRA,BUS,
"""
LINES = st.tuples(
    st.text(st.characters(exclude_characters="\t\n", exclude_categories=["Cs"]), max_size=8),
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=8),
)


@given(st.lists(LINES, max_size=30))
def test_every_line_is_found_under_its_key_and_no_other(entries: list[tuple[str, str]]) -> None:
    found = index.opened(index.made(entries, bytes(32)), "x")
    for key, _ in entries:
        assert sorted(found.lines(key)) == sorted(line for same, line in entries if same == key)
    assert found.lines("\t") == ()


@pytest.mark.parametrize("cut", [0, 10, 60, 100])
def test_a_file_that_is_no_whole_index_is_refused(cut: int) -> None:
    whole = index.made([(f"key {number}", "line") for number in range(9)], bytes(32))
    with pytest.raises(CodebookError, match=r"x is (no index|cut off)"):
        index.opened(whole[:cut], "x")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "names.csv"
    file.write_text(NAMES, encoding="utf-8")
    found = Settings(data_folder=tmp_path / "data")
    target, count = steps.build_index(file, settings=found)
    assert (target, count) == (found.gazetteer_index, 8)
    return found


def read(text: str, settings: Settings) -> dict[str, Mention]:
    found = mentions.find_mentions(
        language.load_model()(text),
        document_id="d",
        partition_key="2020-01-01T00",
        published_date=date(2020, 1, 1),
        gazetteer=load_indexed(additions.NONE, load_index(settings)),
        places=places.load_places(),
    )
    return {mention.text: mention for mention in found}


def test_names_of_the_index_are_linked(settings: Settings) -> None:
    found = read("Ostrana Kabel sued Kabelwerk Ostrana. OKX and Halgrun Tower met Vilma Torresan Quell.", settings)
    whom = {text: (one.entity_id, one.country_code) for text, one in found.items()}
    assert whom == {
        "Ostrana Kabel": ("c1", "SVK"),
        "Kabelwerk Ostrana": ("c1", "SVK"),
        "OKX": ("c1", "SVK"),
        "Halgrun Tower": ("b1", "NOR"),
        "Vilma Torresan Quell": ("p1", "PRT"),
    }


def test_a_person_whom_nobody_knows_stays_unknown(settings: Settings) -> None:
    found = read("Norwegian Fisheries Minister Odd Fjellheim signed first.", settings)
    assert found["Odd Fjellheim"].entity_id is None


def test_an_alias_of_a_state_is_the_state(settings: Settings) -> None:
    assert read("Alemannia Land said no.", settings)["Alemannia Land"].entity_id == "DEU"


def test_the_gazetteer_speaks_first(settings: Settings) -> None:
    assert read("The Kremlin said no.", settings)["Kremlin"].country_code == "RUS"
    assert load_indexed(additions.NONE, None) is load_gazetteer(additions.NONE)


def test_an_index_holds_no_offices_and_no_places(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("kind,name,country\ngroup,Red Dune Front,MLI\nplace,Ostrana Hill,SVK\n", encoding="utf-8")
    with pytest.raises(CodebookError, match=r"names.csv, line 3: an index holds no offices and no places"):
        steps.build_index(file, settings=Settings(data_folder=tmp_path))


def test_another_index_makes_partitions_due(settings: Settings, tmp_path: Path) -> None:
    from demarche.steps.ledgers import code_version

    before = code_version("tagged", settings)
    (tmp_path / "names.csv").write_text(NAMES + "group,g1,Red Dune Front,,MLI,,\n", encoding="utf-8")
    steps.build_index(tmp_path / "names.csv", settings=settings)
    assert code_version("tagged", settings) != before

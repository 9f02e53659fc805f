"""Names, offices and demonyms: what the gazetteer knows, and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche import codebook, ontology
from demarche.codebook.names import fold, longest_phrases
from demarche.entities import Gazetteer, family_names, load_gazetteer

DAY = date(2018, 11, 6)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def name_of(gazetteer: Gazetteer, entity_id: str | None) -> str | None:
    return gazetteer.persons[entity_id].name if entity_id else None


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Miguel Díaz-Canel", "MIGUEL DIAZ CANEL"),
        ("N’Djamena", "N'Djamena"),
        ("Kim Jong-un", "Kim Jong Un"),
        ("U.S.", "US"),
        ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan"),
    ],
)
def test_spellings_fold_together(written: str, same: str) -> None:
    assert fold(written) == fold(same)


@given(st.lists(st.text("abc ", min_size=1, max_size=9).map(fold).filter(bool), max_size=12))
def test_longest_phrases_reach_every_key(keys: list[str]) -> None:
    longest = longest_phrases(keys)
    assert all(longest[key.split()[0]] >= len(key.split()) for key in keys)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Burma", "MMR"), ("Holland", "NLD"), ("DPRK", "PRK"), ("Côte d’Ivoire", "CIV"), ("Swaziland", "SWZ"),
     ("Kosovo", "XKX"), ("U.K.", "GBR"), ("Narnia", None)],
)  # fmt: skip
def test_states_by_any_name(gazetteer: Gazetteer, name: str, code: str | None) -> None:
    assert gazetteer.state(name) == code


@pytest.mark.parametrize(
    ("word", "code"), [("Dutch", "NLD"), ("Swedes", "SWE"), ("Nigerien", "NER"), ("Nigerian", "NGA"), ("Klingon", None)]
)
def test_demonyms(gazetteer: Gazetteer, word: str, code: str | None) -> None:
    assert gazetteer.demonym(word) == code


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Kim Jong Un", "Kim Jong-un"),
        ("Miguel Mario Diaz-Canel Bermudez", "Miguel Díaz-Canel"),
        ("Abe Shinzo", "Shinzō Abe"),
        ("Orban Viktor", "Viktor Orbán"),
        ("Jae-in Moon", "Moon Jae-in"),
        ("Javad Zarif", "Mohammad Javad Zarif"),
        ("Kim Yong-chol", "Kim Yong-chol"),
        ("Nobody Atall", None),
        ("", None),
    ],
)
def test_persons_in_any_spelling(gazetteer: Gazetteer, written: str, name: str | None) -> None:
    assert name_of(gazetteer, gazetteer.person(written, DAY)) == name


def test_an_office_has_another_holder_after_a_change(gazetteer: Gazetteer) -> None:
    before = gazetteer.office_holder("CUB", "president", date(2017, 6, 1))
    after = gazetteer.office_holder("CUB", "president", DAY)
    assert (name_of(gazetteer, before), name_of(gazetteer, after)) == ("Raúl Castro", "Miguel Díaz-Canel")


@pytest.mark.parametrize(
    ("country", "office", "name"),
    [
        ("PRK", "leader", "Kim Jong-un"),
        ("DEU", "leader", "Angela Merkel"),
        ("DEU", "president", "Frank-Walter Steinmeier"),
        ("IRN", "president", "Hassan Rouhani"),
        ("USA", "foreign_minister", "Mike Pompeo"),
        ("Q7184", "secretary-general", "Jens Stoltenberg"),
        ("ESP", "president", None),
    ],
)
def test_office_holders(gazetteer: Gazetteer, country: str, office: str, name: str | None) -> None:
    assert name_of(gazetteer, gazetteer.office_holder(country, office, DAY)) == name


def test_without_a_day_no_office_has_a_holder(gazetteer: Gazetteer) -> None:
    assert gazetteer.office_holder("FRA", "president", None) is None
    assert gazetteer.offices_of("Q56226", None) == ()


def test_a_minister_is_not_assumed_to_stay_forever(gazetteer: Gazetteer) -> None:
    stale = [
        held
        for known in gazetteer.holdings.values()
        for held in known
        if held.level == "foreign_minister" and held.end_date is None and held.known_until == date(2023, 1, 31)
    ]
    assert stale
    held = stale[0]
    assert gazetteer.office_holder(str(held.country_code), "foreign_minister", date(2026, 1, 1)) != held.entity_id


@pytest.mark.parametrize(
    ("name", "context", "decided"),
    [
        ("georgia", {"atlanta"}, ("place", "iso-US-GA")),
        ("georgia", set(), ("state", "GEO")),
        ("congo", {"brazzaville"}, ("state", "COG")),
        ("korea", set(), None),
        ("korea", {"pyongyang"}, ("state", "PRK")),
    ],
)
def test_ambiguous_names_need_context(
    gazetteer: Gazetteer, name: str, context: set[str], decided: tuple[str, str] | None
) -> None:
    assert gazetteer.decide(name, context) == decided


def test_family_names() -> None:
    assert family_names("Kim Jong-un", "PRK") == ("kim",)
    assert family_names("Ursula von der Leyen", "DEU") == ("von der leyen", "der leyen", "leyen")


def test_every_state_can_be_named_and_has_a_people(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.states) >= 249
    states = [row for row in codebook.table("countries") if row["status"] == "state"]
    assert len(states) >= 190
    assert [row["iso3"] for row in states if gazetteer.state(row["name"]) != row["iso3"]] == []
    assert [row["iso3"] for row in states if not row["adjectives"] and row["iso3"] != "DMA"] == []


@pytest.mark.parametrize("table", ["organisations", "metonyms", "bodies", "groups", "titles"])
def test_sectors_are_those_of_the_ontology(table: str) -> None:
    assert {row["sector"] for row in codebook.table(table)} - {""} <= set(ontology.SECTORS)


def test_tables_name_only_states_that_exist(gazetteer: Gazetteer) -> None:
    for table in ("organisations", "metonyms", "offices", "persons", "peoples", "places_extra", "cities"):
        unknown = {row["country"] for row in codebook.table(table)} - {""} - set(gazetteer.states)
        assert unknown == set(), table


def test_records_are_sorted_and_complete(gazetteer: Gazetteer) -> None:
    entities, offices = gazetteer.entities(), gazetteer.offices()
    assert [row.entity_id for row in entities] == sorted({row.entity_id for row in entities})
    assert {row.entity_id for row in offices} <= {row.entity_id for row in entities}


@pytest.mark.parametrize(
    ("country", "office", "day", "name"),
    [
        ("USA", "foreign_minister", "2023-05-02", "Antony Blinken"),
        ("IND", "foreign_minister", "2023-05-02", "Subrahmanyam Jaishankar"),
        ("ISR", "foreign_minister", "2021-09-02", "Yair Lapid"),
        ("FIN", "foreign_minister", "2022-06-28", "Pekka Haavisto"),
        ("SWE", "foreign_minister", "2022-05-16", "Ann Linde"),
        ("IDN", "foreign_minister", "2024-11-04", "Sugiono"),
        ("PER", "foreign_minister", "2022-10-03", "César Landa"),
        ("UGA", "foreign_minister", "2022-10-03", "Jeje Odongo"),
        ("UZB", "head_of_state", "2022-09-16", "Shavkat Mirziyoyev"),
        ("AFG", "head_of_state", "2018-09-16", "Ashraf Ghani"),
        ("VEN", "head_of_state", "2021-09-16", "Nicolás Maduro"),
        ("ARM", "head_of_government", "2023-09-16", "Nikol Pashinyan"),
        ("JPN", "head_of_government", "2025-02-07", "Shigeru Ishiba"),
        ("THA", "head_of_state", "2015-09-16", "Bhumibol Adulyadej"),
    ],
)
def test_who_held_an_office(gazetteer: Gazetteer, country: str, office: str, day: str, name: str) -> None:
    assert name_of(gazetteer, gazetteer.office_holder(country, office, date.fromisoformat(day))) == name


def test_two_who_claim_an_office_leave_it_open(gazetteer: Gazetteer) -> None:
    assert gazetteer.office_holder("LBY", "head_of_government", date(2022, 9, 1)) is None
    assert gazetteer.office_holder("YEM", "head_of_state", date(2019, 9, 1)) is None
    assert name_of(gazetteer, gazetteer.office_holder("IRQ", "head_of_government", date(2022, 10, 20))) is not None


def test_a_holder_on_several_days_held_the_office_all_the_time(gazetteer: Gazetteer) -> None:
    first, last = date(2015, 2, 1), date(2015, 11, 1)
    assert name_of(gazetteer, gazetteer.holder_on_all("GBR", "leader", (first, last))) == "David Cameron"
    assert gazetteer.holder_on_all("GBR", "leader", (first, date(2016, 12, 31))) is None
    assert gazetteer.holder_on_all("GBR", "leader", ()) is None


def test_switzerland_has_a_president_for_a_year(gazetteer: Gazetteer) -> None:
    assert name_of(gazetteer, gazetteer.office_holder("CHE", "president", date(2022, 4, 1))) == "Ignazio Cassis"
    assert (
        name_of(gazetteer, gazetteer.office_holder("CHE", "head_of_state", date(2025, 5, 5))) == "Karin Keller-Sutter"
    )


def test_each_body_of_the_union_has_its_own_president(gazetteer: Gazetteer) -> None:
    day = date(2025, 5, 5)
    assert name_of(gazetteer, gazetteer.office_holder("Q8880", "organisation_head", day)) == "Ursula von der Leyen"
    assert name_of(gazetteer, gazetteer.office_holder("Q8886", "organisation_head", day)) == "António Costa"


def test_nobody_has_a_qid_and_a_name_of_ours_for_an_id() -> None:
    rows = codebook.table("persons")
    spelled = [(fold(name), row["country"], row["entity_id"]) for row in rows for name in spellings(row)]
    known = {(name, country) for name, country, entity_id in spelled if entity_id.startswith("Q")}
    twice = [one for one in spelled if one[2].startswith("person-") and one[:2] in known and " " in one[0]]
    assert twice == []


def spellings(row: Mapping[str, str]) -> list[str]:
    return [row["name"], *filter(None, row["aliases"].split(";"))]

"""Places by name, and by the country that decides between bearers of a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.places import Places, load_places


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places()


@pytest.mark.parametrize(
    ("folded", "country"),
    [("pyongyang", "PRK"), ("paris", "FRA"), ("kiev", "UKR"), ("bombay", "IND"), ("crimea", "UKR"), ("gaza", "PSE"),
     ("new york", "USA"), ("kabul", "AFG")],
)  # fmt: skip
def test_the_best_known_place_of_a_name(places: Places, folded: str, country: str) -> None:
    place = places.find(folded)
    assert place is not None
    assert place.country_code == country


def test_country_context_decides(places: Places) -> None:
    libya, lebanon = places.find("tripoli", {"LBY"}), places.find("tripoli", {"LBN"})
    assert libya is not None
    assert lebanon is not None
    assert (libya.country_code, lebanon.country_code) == ("LBY", "LBN")
    assert libya.place_id != lebanon.place_id


def test_a_site_has_coordinates_but_no_made_up_country(places: Places) -> None:
    sea = places.find("south china sea")
    assert sea is not None
    assert sea.country_code is None
    assert sea.latitude is not None


def test_capitals_win_over_provinces(places: Places) -> None:
    capital = places.capital("washington", "USA")
    assert capital is not None
    assert capital.place_type == "city"
    assert capital.latitude == pytest.approx(38.9, abs=0.1)


@given(st.text(max_size=30))
def test_any_text_may_be_asked_for(folded: str) -> None:
    place = load_places().find(folded, {"FRA"})
    assert place is None or place.place_id


def test_unknown_names_are_nothing(places: Places) -> None:
    assert places.find("xyzzyville") is None
    assert places.named("xyzzyville") == ()

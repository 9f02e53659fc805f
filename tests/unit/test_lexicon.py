"""The lexicon: what its lines mean, and that every line of the codebook is sound."""

from __future__ import annotations

import pytest

from demarche import codebook, lexicon, ontology


@pytest.fixture
def words() -> lexicon.Lexicon:
    return lexicon.lexicon()


def test_the_lexicon_is_large_and_knows_every_type(words: lexicon.Lexicon) -> None:
    entries = [entry for same in words.by_head.values() for entry in same]
    assert len(entries) > 2500
    assert {entry.event_type for entry in entries} == {*ontology.EVENT_TYPES, lexicon.NO_EVENT}


def test_no_line_contradicts_another(words: lexicon.Lexicon) -> None:
    for (head, pos), same in words.by_head.items():
        told = [entry.with_lemmas for entry in same]
        assert len(told) == len(set(told)), f"{head} ({pos}) has two types for the same words"


def test_a_pair_speaks_before_its_head_alone(words: lexicon.Lexicon) -> None:
    found = words.match("withdraw", "verb", words.with_classes({"ambassador", "from"}))
    assert found[0].event_type == "SANCTION"
    assert found[0].mode_type == "withdraw"


@pytest.mark.parametrize(
    ("head", "under", "plover_type"),
    [
        ("lift", {"sanction"}, "CONCEDE"),
        ("withdraw", {"soldier"}, "RETREAT"),
        ("recall", {"envoy"}, "SANCTION"),
        ("call", {"off", "visit"}, "REJECT"),
        ("call", {"for", "talk"}, "REQUEST"),
        ("promise", {"food"}, "AGREE"),
        ("threaten", {"embargo"}, "THREATEN"),
        ("sign", {"treaty"}, "SUPPORT"),
        ("extradite", {"suspect"}, "COOPERATE"),
        ("forgive", {"debt"}, "AID"),
        ("violate", {"ceasefire"}, "ASSAULT"),
        ("send", {"peacekeeper"}, "AID"),
    ],
)
def test_settled_readings(words: lexicon.Lexicon, head: str, under: set[str], plover_type: str) -> None:
    found = words.match(head, "verb", words.with_classes(under))
    assert found[0].plover_type == plover_type


def test_nothing_is_found_where_a_word_is_missing(words: lexicon.Lexicon) -> None:
    assert words.match("extradite", "noun", {"suspect"}) == []
    found = words.match("lift", "verb", words.with_classes({"glass"}))
    assert not any(entry.with_lemmas for entry in found)


def test_a_wrong_line_is_refused_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        "head": "dance",
        "pos": "v",
        "with": "tango",
        "event_type": "DANCE",
        "mode_type": "",
        "status": "",
        "roles": "",
    }
    with pytest.raises(codebook.CodebookError, match="'dance' with 'tango': no event type 'DANCE'"):
        lexicon._entry(row, set())
    row |= {"event_type": "CONSULT", "with": "<dancers>"}
    with pytest.raises(codebook.CodebookError, match="no word class '<dancers>'"):
        lexicon._entry(row, {"<forces>"})
    row |= {"with": "", "mode_type": "release"}
    with pytest.raises(codebook.CodebookError, match="CONSULT has no mode 'release'"):
        lexicon._entry(row, set())

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from demarche import mending

VOCAB = spacy.blank("en").vocab


def tree(text: str, tags: str, heads: list[int], labels: str) -> Doc:
    """A parsed sentence, written down by hand."""
    words = text.split()
    return Doc(
        VOCAB,
        words,
        tags=tags.split(),
        heads=heads,
        deps=labels.split(),
        sent_starts=[True, *[False] * (len(words) - 1)],
    )


def test_a_verb_taken_for_a_nouns_participle_becomes_the_verb() -> None:
    doc = tree("Premier pressed Togo", "NN VBN NNP", [2, 2, 2], "compound amod ROOT")
    assert [(word.dep_, word.head.text) for word in mending.mend(doc)] == [
        ("nsubj", "pressed"),
        ("ROOT", "pressed"),
        ("dobj", "pressed"),
    ]


def test_a_participle_without_anything_before_it_on_its_noun_stays_one() -> None:
    """The parser hung the noun before it on what follows."""
    doc = tree("Premier endorsed blocking relief", "NN VBN NN NN", [2, 3, 3, 3], "compound amod compound ROOT")
    assert [word.dep_ for word in mending.mend(doc)] == ["compound", "amod", "compound", "ROOT"]


def test_a_first_name_taken_for_a_preposition_is_part_of_the_name() -> None:
    doc = tree("Barun Obasi and Castel met", "IN NNP CC NNP VBD", [4, 0, 1, 1, 4], "prep pobj cc conj ROOT")
    assert [(word.dep_, word.head.text) for word in mending.mend(doc)] == [
        ("compound", "Obasi"),
        ("nsubj", "met"),
        ("cc", "Obasi"),
        ("conj", "Obasi"),
        ("ROOT", "met"),
    ]


def test_a_preposition_that_opens_a_sentence_stays_one() -> None:
    doc = tree("Before Easter Castel met", "IN NNP NNP VBD", [3, 0, 3, 3], "prep pobj nsubj ROOT")
    assert [word.dep_ for word in mending.mend(doc)] == ["prep", "pobj", "nsubj", "ROOT"]


def test_a_month_taken_for_a_part_of_the_name_behind_it_is_the_time() -> None:
    doc = tree("In March Togo denied it", "IN NNP NNP VBD PRP", [3, 2, 0, 3, 3], "prep compound pobj ROOT dobj")
    assert [(word.dep_, word.head.text) for word in mending.mend(doc)][:3] == [
        ("prep", "denied"),
        ("pobj", "In"),
        ("nsubj", "denied"),
    ]


def test_a_title_behind_a_preposition_is_no_time() -> None:
    doc = tree("On Prime Minister Togo met", "IN NNP NNP NNP VBD", [4, 3, 3, 0, 4], "prep compound compound pobj ROOT")
    assert [word.dep_ for word in mending.mend(doc)] == ["prep", "compound", "compound", "pobj", "ROOT"]


def test_a_participle_taken_for_the_verb_is_its_nouns_and_the_verb_gets_the_noun() -> None:
    tags = "NN VBD IN NNP VBZ VBN VBN"
    read = tree(
        "Visit planned for May has been cancelled",
        tags,
        [1, 1, 1, 2, 6, 6, 1],
        "nsubj ROOT prep pobj aux auxpass ccomp",
    )
    mended = mending.mend(read)
    assert [(mended[i].dep_, mended[i].head.text) for i in (0, 1, 6)] == [
        ("nsubjpass", "cancelled"),
        ("acl", "Visit"),
        ("ROOT", "cancelled"),
    ]


def test_the_name_behind_a_second_title_is_another_person() -> None:
    doc = tree(
        "President Marsh and Premier Quill met",
        "NNP NNP CC NNP NNP VBD",
        [1, 4, 1, 1, 5, 5],
        "compound nmod cc conj nsubj ROOT",
    )
    assert [(word.dep_, word.head.text) for word in mending.mend(doc)] == [
        ("compound", "Marsh"),
        ("nsubj", "met"),
        ("cc", "Marsh"),
        ("compound", "Quill"),
        ("conj", "Marsh"),
        ("ROOT", "met"),
    ]


def test_where_somebody_is_to_visit_belongs_to_the_visit() -> None:
    doc = tree("Visit by Quill to Togo", "NN IN NNP IN NNP", [0, 0, 1, 2, 3], "ROOT prep pobj prep pobj")
    assert mending.mend(doc)[3].head.text == "Visit"


@pytest.mark.parametrize("words", ["", "Premier", "pressed"])
def test_fragments_pass(words: str) -> None:
    doc = Doc(
        VOCAB,
        words.split(),
        tags=["VBD"] * len(words.split()),
        deps=["ROOT"] * len(words.split()),
        heads=[0] * len(words.split()),
    )
    assert mending.mend(doc) is doc


def test_a_title_before_a_name_is_its_own_wherever_the_parser_hangs_the_two() -> None:
    doc = tree(
        "German Chancellor Vala and Economy Minister Odo arrived",
        "JJ NNP NNP CC NNP NNP NNP VBD",
        [6, 2, 0, 2, 5, 2, 7, 7],
        "amod nmod preconj cc compound conj nsubj ROOT",
    )
    assert [(word.dep_, word.head.text) for word in mending.mend(doc)] == [
        ("amod", "Vala"),
        ("nmod", "Vala"),
        ("nsubj", "arrived"),
        ("cc", "Vala"),
        ("compound", "Minister"),
        ("compound", "Odo"),
        ("conj", "Vala"),
        ("ROOT", "arrived"),
    ]


def test_titled_names_of_two_clauses_stay_apart() -> None:
    doc = tree(
        "Fiji welcomed President Vala and Minister Odo arrived",
        "NNP VBD NNP NNP CC NNP NNP VBD",
        [1, 1, 3, 1, 1, 6, 7, 1],
        "nsubj ROOT compound dobj cc compound nsubj conj",
    )
    assert [word.dep_ for word in mending.mend(doc)][3:7] == ["dobj", "cc", "compound", "nsubj"]

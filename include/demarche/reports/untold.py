"""Clauses that use the words of acts and tell none: history, jubilees, falsehoods, fiction, forecasts.

What isn't so can be said outside the clause that says it ("reports that … were wrong"), and what never happened told
as if it had ("in the novel Norway expels …"). The words by which that is known are in `codebook/event_words.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.tokens import Span, Token

from demarche import codebook
from demarche.columns import Columns
from demarche.reports import operators, syntax

_HISTORIC = re.compile(r"\b(?:in|since|of|until|from|between|by) (?:1[0-8]\d\d)\b", re.IGNORECASE)


@dataclass
class Untold:
    """Reads the sentences of one document in their order; a plot that one sentence begins goes on in the next ones of
    its paragraph, for as long as they stay in the present tense in which plots are told."""

    in_plot: bool = False
    taken_back: frozenset[int] = frozenset()
    """In the sentence read last, the tokens of what its teller told before and says not to have happened."""

    def takes_back_last(self, sentence: Span) -> bool:
        """Whether a sentence says of the one before that what its teller said there isn't so: "This was wrong."."""
        if not sentence.start or _BARE_VERDICT.search(sentence.text) is None:
            return False
        before = sentence.doc[sentence.start - 1].sent
        return _OWN_TELLING.search(before.text) is not None

    def tokens(self, sentence: Span) -> frozenset[int]:
        """The indices of the tokens whose clauses tell of nothing that was done, planned or said by anybody real."""
        doc = sentence.doc
        if sentence.start and "\n" in doc[sentence.start - 1].text_with_ws:  # doc.text is joined anew at every look
            self.in_plot = False
        columns = Columns.of(doc)
        lemmas = {lemma.lower() for lemma in columns.lemma[sentence.start : sentence.end]}
        words = [*_before_1900(sentence), *_jubilees(sentence, lemmas)]
        words += [*_falsehoods(sentence, lemmas), *_forecasts(sentence, lemmas), *_totals(sentence, lemmas)]
        plots = _plots(sentence, lemmas)
        if self.in_plot and not plots:
            plots = [sentence.root] if operators.is_present(sentence.root) else []
        self.in_plot = bool(plots)
        back = [*_taken_back(sentence, lemmas)]
        self.taken_back = frozenset(token.i for word in back for token in word.subtree)
        untold = frozenset(token.i for word in [*words, *plots] for token in word.subtree) - self.taken_back
        return untold | {word.head.i for word in back if word.head.lemma_.lower() in _RETRACTING}


def _before_1900(sentence: Span) -> Iterator[Token]:
    """What happened before 1900 is no event of the news."""
    for match in _HISTORIC.finditer(sentence.text):
        year = sentence.char_span(match.end() - 4, match.end(), alignment_mode="expand")
        yield (syntax.clause_verb(year[0]) if year is not None else None) or sentence.root


def _jubilees(sentence: Span, lemmas: set[str]) -> Iterator[Token]:
    """ "Thirty years after Iraq invaded Kuwait, …": what all know and the sentence isn't there to tell."""
    if lemmas.isdisjoint(_AGES):
        return
    for verb in sentence:
        if verb.dep_ != "advcl" or not any(c.lower_ in ("after", "since") for c in syntax.children(verb, "mark")):
            continue
        measures = [*syntax.children(verb, "npadvmod"), *syntax.children(verb.head, "attr")]
        if any(word.lemma_.lower() in _AGES and syntax.children(word, "nummod") for word in measures):
            yield verb


def _totals(sentence: Span, lemmas: set[str]) -> Iterator[Token]:
    """ "Brings to five the number of envoys thrown out this week": what is counted together was told before."""
    if lemmas.isdisjoint(_COUNTS):
        return
    for noun in sentence:
        if noun.lemma_.lower() not in _COUNTS:
            continue
        counted = [one for name, one in syntax.obliques(noun) if name == "of"]
        yield from (clause for one in (noun, *counted) for clause in syntax.children(one, "acl", "relcl"))


def _falsehoods(sentence: Span, lemmas: set[str]) -> Iterator[Token]:
    """ "It is false that …", "reports that … were wrong", "there is no truth in …", "falsely claimed that …"."""
    if lemmas.isdisjoint(_VERDICTS):
        return
    for word in sentence:
        if word.lower_ in _UNTRULY and syntax.is_verbal(word.head):
            yield from syntax.children(word.head, "ccomp")
        elif word.lemma_.lower() in _REFUTING and syntax.is_verbal(word):
            told = [
                *syntax.children(word, "dobj", "nsubjpass"),
                *(o for name, o in syntax.obliques(word) if name == "as"),
            ]
            yield from _tales(told)
        elif _is_verdict(word):
            verb = syntax.clause_verb(word)
            if verb is None:
                continue
            yield from _tales(syntax.children(verb, "nsubj"))
            yield from _tales(noun for name, noun in syntax.obliques(word) if name in ("in", "to"))
            of_itself = any(subject.lower_ == "it" for subject in syntax.children(verb, "nsubj"))
            if of_itself and word.lemma_.lower() not in _ERRING:
                yield from (clause for host in (verb, word) for clause in syntax.children(host, "ccomp", "csubj"))


def _taken_back(sentence: Span, lemmas: set[str]) -> Iterator[Token]:
    """What a paper says of its own earlier words: "an earlier report that … was wrong", "has retracted its report"."""
    if not lemmas.isdisjoint(_PRINTINGS) and _OWN_WORDS.search(sentence.text):
        yield from _printed_before(sentence)
    if lemmas.isdisjoint(_RETRACTING) and (lemmas.isdisjoint(_VERDICTS) or not _OWN_WORDS.search(sentence.text)):
        return
    if _OWN_WORDS.search(sentence.text):
        yield from _falsehoods(sentence, lemmas)
    for verb in sentence:
        if verb.lemma_.lower() in _RETRACTING and syntax.is_verbal(verb):
            yield from _tales(syntax.children(verb, "dobj", "nsubjpass"))


def _printed_before(sentence: Span) -> Iterator[Token]:
    """ "An earlier version of this article said that …": what only a text that was replaced has said."""
    for noun in sentence:
        if noun.lemma_.lower() in _PRINTINGS and noun.dep_ == "nsubj" and syntax.is_verbal(noun.head):
            yield from syntax.children(noun.head, "ccomp")


#: By which a text speaks of what was told before, mostly by itself.
_OWN_WORDS = re.compile(
    r"\b(?:earlier|previous(?:ly)?|initial(?:ly)?|original(?:ly)?|our|we|(?:published|printed) (?:here|on)"
    r"|(?:yesterday|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)['’]s"
    r"|this (?:newspaper|paper|agency|magazine|website|site|service))\b",
    re.IGNORECASE,
)


_OWN_TELLING = re.compile(
    r"\b(?:we|this (?:newspaper|paper|agency|magazine|website|site|service))(?: \w+)? "
    r"(?:reported|wrote|said|stated|published)\b",
    re.IGNORECASE,
)
_BARE_VERDICT = re.compile(
    r"^(?:this|that|it|(?:the|our) (?:report|story|information|account|item|news))"
    r" (?:was|is|were|proved|turned out|has proved) (?:to be )?"
    r"(?:wrong|false|incorrect|untrue|inaccurate|mistaken|an error|a mistake"
    r"|not (?:the case|so|true|correct|accurate))\b",
    re.IGNORECASE,
)


def _forecasts(sentence: Span, lemmas: set[str]) -> Iterator[Token]:
    """ "Analysts expect that Chad would close its border": what onlookers hold possible is nobody's word or plan."""
    if lemmas.isdisjoint(_ONLOOKERS):
        return
    for onlooker in sentence:
        if onlooker.lemma_.lower() in _ONLOOKERS and onlooker.dep_ == "nsubj":
            clauses = syntax.children(onlooker.head, "ccomp")
            yield from (clause for clause in clauses if operators.modality(clause).kind != "fact")


def _is_verdict(word: Token) -> bool:
    """Whether a predicate says of something that it isn't so: "is false", "were not true", "is no truth"."""
    verb = word.head
    if word.dep_ not in ("acomp", "attr", "oprd") or not syntax.is_verbal(verb):
        return False
    denied = bool(syntax.children(verb, "neg")) or any(c.lower_ == "no" for c in syntax.children(word, "det"))
    lemma = word.lemma_.lower()
    return lemma in _TRUE if denied else lemma in _UNTRUE | _ERRING


def _tales(nouns: Iterable[Token]) -> Iterator[Token]:
    """Those among nouns that say something: "the claim that …", "a video that shows …"."""
    return (noun for noun in nouns if noun.lemma_.lower() in _TELLINGS)


def _plots(sentence: Span, lemmas: set[str]) -> list[Token]:
    """The clauses set in a made-up world: "in the scenario Chad attacks Mali", "in her novel Norway expels …"."""
    if lemmas.isdisjoint(_MADE_UP):
        return []
    found = []
    for noun in sentence:
        if noun.lemma_.lower() not in _MADE_UP or noun.dep_ != "pobj" or noun.head.lower_ not in _WITHIN:
            continue
        opens = noun.head.i == sentence.start  # "In the scenario A does this, B that": all of it
        verb = sentence.root if opens else syntax.clause_verb(noun)
        if verb is not None and (noun.lemma_.lower() in _SCENARIOS or operators.is_present(verb)):
            found.append(verb)
    return found


_COUNTS = codebook.words("counts")
_AGES = frozenset({"year", "decade", "century"})
_UNTRUE, _ERRING, _TRUE = codebook.words("untrue"), codebook.words("erring"), codebook.words("true")
_UNTRULY, _REFUTING = codebook.words("untruly"), codebook.words("refuting")
_VERDICTS = _UNTRUE | _ERRING | _TRUE | _UNTRULY | _REFUTING
_TELLINGS = codebook.words("tellings")
_RETRACTING, _PRINTINGS = codebook.words("retracting"), codebook.words("printings")
_SCENARIOS = codebook.words("scenarios")
_MADE_UP = _SCENARIOS | codebook.words("stories")
_ONLOOKERS = codebook.words("onlookers")
_WITHIN = frozenset({"in", "under", "throughout", "for", "during"})

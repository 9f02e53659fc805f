"""Mends what small English models now and then get wrong, where tags and neighbours show it.

A verb is hung on a noun as its participle ("a delegation here called on the premier", "the secretary-general pressed
Belgium to pay"), a subject on the place before it ("on a visit to Mali, Togo's president praised …"). Everything that
reads the tree profits.
"""

from __future__ import annotations

from spacy.tokens import Doc, Token

from demarche import codebook

_NAMING = frozenset({"det", "amod", "compound", "nmod", "poss", "nummod", "case", "appos", "conj", "cc", "relcl"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl", "aux"})
_FUNCTION = codebook.words("function_words")
_AFTER_VERB = frozenset({"prep", "npadvmod", "advcl", "advmod", "punct", "parataxis", "agent", "ccomp", "xcomp"})


def mend(doc: Doc) -> Doc:
    """The same document, its misplaced verbs put right; a spaCy component, to run behind the parser."""
    for token in doc:
        if _is_first_name(token):
            _join_name(token)
        if token.tag_ not in ("VBD", "VBN", "VBZ"):
            continue
        if token.dep_ == "acl" and _is_finite(token):
            _head_clause(token)
        elif token.dep_ == "amod" and _follows_subject(token):
            _take_object(token)
        elif token.dep_ == "ROOT" and token.tag_ != "VBN":
            subject = _behind_comma(token)
            if subject is not None:
                subject.head, subject.dep_ = token, "nsubj"
    return doc


def _is_first_name(word: Token) -> bool:
    """Whether the parser takes a rare first name for a preposition before the last one: "Barack Obama and …"."""
    if not word.text[:1].isupper() or word.lower_ in _FUNCTION or word.i + 1 >= len(word.doc):
        return False
    last = word.nbor()
    return last.dep_ == "pobj" and last.head == word and last.tag_[:3] == "NNP"


def _join_name(first: Token) -> None:
    """The last name stands for the whole, in the place where the first stood."""
    last, head, label = first.nbor(), first.head, first.dep_
    for child in [child for child in first.children if child != last]:
        child.head = last
    if label in ("prep", "mark") and head.tag_[:2] in ("VB", "MD"):
        has_subject = any(child.dep_ in _SUBJECTS for child in head.children)
        label = "nsubj" if first.i < head.i and not has_subject else "dobj" if first.i > head.i else "dep"
    last.head, last.dep_ = (last, "ROOT") if head == first else (head, label)
    first.head, first.dep_, first.tag_ = last, "compound", "NNP"


def _behind_comma(verb: Token) -> Token | None:
    """The noun between comma and verb that the parser adds to what stands before, where the verb has no subject."""
    if any(child.dep_ in _SUBJECTS for child in verb.children) or verb.i <= verb.sent.start:
        return None
    noun, found = verb.nbor(-1), None
    while noun.dep_ in ("conj", "appos") and noun.tag_[:2] == "NN":
        first = noun.left_edge
        if first.i > first.sent.start and first.nbor(-1).text == ",":
            found = noun
        noun = noun.head
    return found if found is not None and noun.dep_ == "pobj" and noun.head.dep_ == "prep" else None


def _is_finite(verb: Token) -> bool:
    """Whether a noun's participle is the verb of which the noun is the subject."""
    noun = verb.head
    if noun.tag_[:2] != "NN" or noun.i > verb.i or noun.dep_ != "ROOT":
        return False
    labels = {child.dep_ for child in verb.children}
    if labels & {"agent", "auxpass", "nsubj", "nsubjpass", "mark"}:
        return False
    return verb.tag_ == "VBD" or bool(labels & {"aux", "dobj"})


def _head_clause(verb: Token) -> None:
    noun = verb.head
    after = [child for child in noun.children if child.i > verb.i or child.dep_ in ("punct", "advmod")]
    verb.head, verb.dep_ = verb, "ROOT"
    noun.head, noun.dep_ = verb, "nsubj"
    for child in after:
        child.head = verb


def _follows_subject(participle: Token) -> bool:
    """Whether what stands before a noun's participle is a whole noun: "the premier pressed Belgium", no modifier."""
    noun = participle.head
    if participle.i <= participle.sent.start or noun.i < participle.i or noun.tag_[:2] != "NN":
        return False
    if noun.dep_ != "ROOT" and not (noun.dep_ == "nsubj" and noun.head.dep_ == "ROOT" and _is_infinitive(noun.head)):
        return False
    before = participle.nbor(-1)
    if before.tag_[:2] != "NN":
        return False
    return before.head == noun or (before.head.head == noun and before.head.i < participle.i)


def _take_object(verb: Token) -> None:
    noun = verb.head
    before = [child for child in noun.children if child.i < verb.i]
    subject = max(before, key=lambda child: child.i)
    after = [child for child in noun.children if child.i > noun.i and child.dep_ not in _NAMING]
    infinitives = [c for c in noun.children if c.dep_ == "relcl" and _is_infinitive(c)]
    infinitives += [noun.head] if noun.dep_ == "nsubj" else []
    verb.head, verb.dep_, verb.tag_ = verb, "ROOT", "VBD"
    noun.head, noun.dep_ = verb, "dobj"
    subject.head, subject.dep_ = verb, "nsubj"
    for child in before:
        if child != subject:
            child.head = verb if child.dep_ in _AFTER_VERB else subject
    for child in after:
        child.head = verb
    for child in infinitives:
        child.head, child.dep_ = verb, "xcomp"


def _is_infinitive(verb: Token) -> bool:
    return any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children)

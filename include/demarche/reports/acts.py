"""Which words of a sentence tell of an act: the lexicon's best line for a verb or noun and what stands with it."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from demarche import codebook
from demarche.lexicon import LEMMAS, NO_EVENT, Entry, Lexicon
from demarche.reports import operators, syntax


@dataclass(frozen=True)
class Act:
    token: Token
    entry: Entry
    companion: Token | None


_MUST = Entry("must", "verb", frozenset(), "REQUEST", "", "requested", (), False, 0)
_WILL_NOT = Entry("will not", "verb", frozenset(), "REJECT", "", "denied", (), False, 0)
TO_BLAME = Entry("be to blame", "verb", frozenset(), "ACCUSE", "allege", "", (), False, 0)


def match_said(token: Token) -> Act | None:
    """What any verb says under a speaker: "Mali must …, said Chad" asks, "said it would not …" refuses, "said that Mali
    was behind it" blames."""
    if not syntax.is_verbal(token) or token.dep_ in ("aux", "auxpass") or operators.speaker(token) is None:
        return None
    mood = operators.modality(token)
    blaming = _blaming_word(token, mood)
    if blaming is not None:
        return Act(token, TO_BLAME, blaming)
    if mood.kind == "ought" and not mood.negated:
        return Act(token, _MUST, None)
    if token.lemma_ in _STATIVE:
        return None
    if mood.negated and mood.kind in ("future", "would") and token.dep_ != "ROOT" and _is_own_deed(token):
        return Act(token, _WILL_NOT, None)
    return None


def _blaming_word(copula: Token, mood: operators.Modality) -> Token | None:
    """ "was responsible for the raid", "were the culprits", "was behind the leak", said of somebody else."""
    if copula.lemma_ != "be" or mood.negated or mood.kind != "fact" or mood.conditional or _is_own_deed(copula):
        return None
    said = [c for c in copula.children if c.dep_ in ("acomp", "attr", "prep", "xcomp") and c.i > copula.i]
    return next((word for word in said if word.lemma_.lower() in _BLAMED), None)


_BLAMED = codebook.words("blamed")


def _is_own_deed(verb: Token) -> bool:
    """Whether the clause's subject may be who speaks: a pronoun, or the same name again."""
    speaking = operators.speaker(verb)
    mine = [s for s in syntax.subjects(verb) if s.pos_ == "PRON" or s.lower_ in _SELVES]
    names = {s.lemma_.lower() for s in syntax.subjects(speaking)} if speaking is not None else set()
    return bool(mine) or any(s.lemma_.lower() in names for s in syntax.subjects(verb))


_STATIVE = codebook.words("stative")
_SELVES = codebook.words("own_side")


def match(token: Token, known: Lexicon) -> Act | None:
    """The lexicon's best line for a word: a pair with the object first, then particle, preposition, single word."""
    opens = token.pos_ == "PROPN" and token.is_sent_start and not token.ent_type_  # "War broke out": no name
    if token.pos_ not in ("VERB", "NOUN", "ADJ", "AUX") and not opens:
        return None
    if token.pos_ == "AUX" and token.dep_ in ("aux", "auxpass"):
        return None
    pos = "verb" if syntax.is_verbal(token) else {"ADJ": "adjective"}.get(token.pos_, "noun")
    entries = known.entries(LEMMAS.get(token.lower_, token.lemma_.lower()), pos)
    if not entries:
        return None
    under = _under(token, known)
    for lemma, hit in list(under.items()):
        for name in known.classes.get(lemma, ()):
            if name not in under or under[name][0] < hit[0]:
                under[name] = hit
    best: tuple[tuple[int, int], Entry, Token | None] | None = None
    for entry in entries:
        if not entry.with_lemmas <= under.keys():
            continue
        found = sorted((under[word] for word in entry.with_lemmas), key=lambda hit: (-hit[0], hit[1].i))
        score = (entry.exactness, found[0][0] if found else 0)
        if best is None or score > best[0]:
            best = (score, entry, found[0][1] if found and found[0][0] >= _NOUN_RANK else None)
    if best is None or best[1].event_type == NO_EVENT:
        return None
    return Act(token, best[1], best[2])


#: From this rank on (see `_under`) the word that stands with a trigger is a noun that belongs to its wording.
_NOUN_RANK = 4


#: Prepositions behind which stands when it was done, and not what.
_SETTING = frozenset({"after", "before", "during", "following", "since", "until"})


def _is_of_trade(word: Token, noun: Token, known: Lexicon) -> bool:
    """ "a lorry driver", "an aid worker": who is freed or seized is a man, not his goods."""
    who, what = (set(known.classes.get(w.lemma_.lower(), ())) for w in (noun, word))
    return not _PEOPLE.isdisjoint(who) and not _GOODS.isdisjoint(what)


def _is_predicate(noun: Token) -> bool:
    """ "called the verdict a disgrace", where the parser hangs the disgrace on the verdict."""
    first = noun.left_edge
    return noun.dep_ in ("appos", "dobj") and first.lower_ in ("a", "an") and first.i > 0 and first.nbor(-1).text != ","


def _named(noun: Token) -> str:
    """The lemma; what the Commonwealth calls its ambassadors is an ambassador."""
    lemma = noun.lemma_.lower()
    return "ambassador" if lemma == "commissioner" and any(c.lower_ == "high" for c in noun.children) else lemma


_HOSTING = codebook.words("hosting")
_PEOPLE = frozenset({"<civilian>", "<crowd>", "<captive>", "<press>", "<helpers>", "<envoy>", "<armed>"})
_GOODS = frozenset({"<aid>", "<money>", "<weapons>", "<aircraft>", "<ships>", "<explosive>", "<utility>"})


def _under(token: Token, known: Lexicon) -> dict[str, tuple[int, Token]]:
    """Lemmas that stand with a word, each with its rank (object 5, oblique's object 4, particle 3, preposition 2)."""
    found: dict[str, tuple[int, Token]] = {}

    def put(lemma: str, rank: int, at: Token) -> None:
        if lemma not in found or found[lemma][0] < rank:
            found[lemma] = (rank, at)

    given = any(child.dep_ == "dative" for child in token.children)
    given = given or bool(syntax.children(token, "dobj"))  # "gave the consul two days to leave"
    for child in token.children:
        if child.dep_ in ("dobj", "nsubjpass", "attr", "oprd") or (given and child.dep_ == "npadvmod"):
            for word in child.subtree:
                if _is_predicate(word):
                    put(word.lemma_.lower(), 3, word)
            for part in syntax.conjuncts(child):
                put(_named(part), 6, part)
                if part.ent_type_ == "PERSON" and token.lemma_ in _HOSTING:
                    put("<leader>", 4, part)  # whoever is welcomed by name is a guest like "the premier"
                for inner in part.children:
                    if inner.dep_ in ("acl", "relcl") and operators.is_to_infinitive(inner):
                        put(inner.lemma_.lower(), 3, part)  # "two days to leave"
                    elif inner.dep_ in ("compound", "amod"):
                        if _is_of_trade(inner, part, known):
                            continue
                        put(inner.lemma_.lower(), 4 if inner.dep_ == "compound" else 3, part)
                    elif inner.dep_ == "prep" and inner.lower_ == "of" and not operators.is_undoing(part):
                        for deep in inner.children:
                            put(deep.lemma_.lower(), 4, part)
        elif child.dep_ in ("prt", "advmod", "acomp"):
            put(child.lower_, 3, child)
            put(child.lemma_.lower(), 3, child)
        elif child.dep_ in ("prep", "agent", "dative") and child.pos_ in ("ADP", "SCONJ", "ADV", "VERB"):
            behind = syntax.children(child, "pobj") or [
                noun for inner in syntax.children(child, "prep") for noun in syntax.children(inner, "pobj")
            ]  # "walked out of the talks"
            if behind and all(noun.ent_type_ in ("DATE", "TIME") for noun in behind):
                continue  # "called on Monday" calls on nobody
            put(child.lower_, 2, child)
            if child.lower_ in _SETTING:
                continue  # "left Suva after talks" leaves no talks
            for grandchild in behind:
                if child.dep_ == "agent" and grandchild.pos_ == "PROPN":
                    continue  # "used by the Air Force" uses no force
                put(grandchild.lemma_.lower(), 4, grandchild)
                for inner in syntax.children(grandchild, "acl", "relcl"):
                    if operators.is_to_infinitive(inner):  # "called on the minister to resign"
                        put("to", 1, inner)
                        put(inner.lemma_.lower(), 3, inner)
        elif child.dep_ == "advcl" and operators.is_to_infinitive(child):
            put(child.lemma_.lower(), 3, child)
            put("to", 1, child)
        elif child.dep_ in ("xcomp", "ccomp"):
            if child.dep_ == "xcomp" or child.pos_ in ("NOUN", "ADJ"):  # what a finite clause says is an act of its own
                put(child.lemma_.lower(), 3, child)
            if any(c.dep_ == "aux" and c.lower_ == "to" for c in child.children):
                put("to", 1, child)
            if any(c.dep_ == "mark" and c.lower_ == "that" for c in child.children):
                put("that", 1, child)
        elif child.dep_ in ("amod", "compound") and token.pos_ == "NOUN":
            put(child.lemma_.lower(), 4, child)
        elif child.dep_ == "neg":
            put("not", 3, child)
    if token.dep_ == "acl" and token.tag_ == "VBN":  # "the embargo imposed on …"
        put(token.head.lemma_.lower(), 5, token.head)
    if token.dep_ == "relcl":
        put(token.head.lemma_.lower(), 3, token.head)
    return found

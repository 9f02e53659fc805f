"""Grammar over spaCy's dependency tree: who is subject, object and oblique of what, through the constructions of news.

Everything here answers about tokens (`spacy.tokens.Token`) and knows nothing of events. Labels are those of spaCy's
English models (CLEAR style: nsubj, dobj, prep, pobj, agent, relcl, acl, xcomp, ccomp …).
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

SUBJECTS = frozenset({"nsubj", "csubj", "expl"})
PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
_SUBJECTS = (SUBJECTS | PASSIVE_SUBJECTS) - {"expl"}
_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})
# Phrasal prepositions whose first word hangs on the verb and whose object follows the second ("out of", "because of").
_CHAINED = frozenset({"out", "ahead", "because", "instead", "due", "according", "up", "off", "away", "outside"})


def is_verbal(token: Token) -> bool:
    """A full verb, or the copula that heads a clause."""
    return token.pos_ in ("VERB", "AUX") or is_headline_verb(token)


def is_headline_verb(token: Token) -> bool:
    """ "Peru summons envoy": what the tagger takes for a noun has an object and is the head of the sentence."""
    return token.tag_ in ("NN", "NNS") and token.dep_ == "ROOT" and bool(children(token, "dobj"))


def is_nominal(token: Token) -> bool:
    return token.pos_ in ("NOUN", "PROPN", "PRON", "NUM") or (token.pos_ == "ADJ" and token.dep_ in _NOUN_SLOTS)


_NOUN_SLOTS = frozenset({"nsubj", "nsubjpass", "dobj", "pobj", "dative", "attr", "appos"})


def conjuncts(token: Token) -> list[Token]:
    """The token and what is coordinated with it, of the same kind, in order."""
    found = [token]
    queue = [token]
    while queue:
        for child in _children_of_name(queue.pop(0)):
            coordinated = child.dep_ == "conj" or (child.dep_ == "appos" and _is_list_item(child, token))
            if child.dep_ == "appos" and not coordinated:
                queue += [child] if _is_closed(child) or _is_name_beside(child) else []
            if coordinated and not is_verbal(child) and (children(child, "neg") or is_contrast(child)):
                continue  # "Norway, but not Sweden"
            if coordinated and is_verbal(child) == is_verbal(token):
                found.append(child)
                queue.append(child)
    return found


def is_contrasting(word: Token) -> bool:
    """ "Kenya, not Uganda, signed": a "not" behind a comma denies what follows it and nothing of the clause."""
    return word.dep_ == "neg" and word.i > 0 and word.nbor(-1).text == ","


def was_first(word: Token) -> bool:
    """ "First planned for 12 May": what is no more so."""
    is_said_of = word.tag_ == "VBN" or word.lower_ == "due"
    return is_said_of and any(child.dep_ == "advmod" and child.lower_ in _FIRST for child in word.children)


_FIRST = frozenset({"first", "originally", "initially", "previously"})


def is_contrast(noun: Token) -> bool:
    """Whether a noun is named as the one that it wasn't: "Kenya, not Uganda, signed", "Kenya rather than Uganda"."""
    first = noun.left_edge
    if first.i > 1 and first.lower_ == "not" and is_contrasting(first):
        return True
    return first.i > 1 and (first.nbor(-2).lower_, first.nbor(-1).lower_) in _RATHER


_RATHER = frozenset({("rather", "than"), ("instead", "of")})


def _uncontrasted(noun: Token) -> Token | None:
    """The noun before the comma, where the parser took "not Uganda" for the clause's own noun."""
    if not is_contrast(noun):
        return noun
    return noun.doc[noun.left_edge.i - 2] if noun.left_edge.lower_ == "not" else None


def _children_of_name(token: Token) -> Iterator[Token]:
    """The children of a word; of a name's all words, for the parser may cut a name in two ("Barack" + "Obama")."""
    yield from token.children
    if token.ent_type_ in ("PERSON", "ORG", "GPE"):
        for child in token.children:
            if child.i == token.i + 1 and child.ent_iob_ == "I" and child.dep_ in ("pobj", "dobj", "npadvmod"):
                yield from child.children


def _is_list_item(apposition: Token, token: Token) -> bool:
    """ "Togo, the Gambia, Mali and Niger": the parser calls the second an apposition to the first; it is another."""
    return (
        apposition.ent_type_ == token.ent_type_
        and apposition.ent_type_ in ("GPE", "PERSON", "ORG", "NORP")
        and any(child.dep_ == "conj" for child in apposition.children)
    )


def _is_closed(apposition: Token) -> bool:
    """ "The envoy, X, and the minister": whether a comma ends the apposition before "and", so that what follows is
    coordinated with the noun, not with it."""
    joined = children(apposition, "conj")
    and_ = children(apposition, "cc")
    return bool(joined and and_) and and_[0].i > 0 and and_[0].nbor(-1).text == "," and len(joined) == 1


def _is_name_beside(apposition: Token) -> bool:
    """ "His colleague X and his envoy Y": whether a name has joined to it what begins like the noun before it."""
    noun, joined = apposition.head, children(apposition, "conj")
    begins = [{child.lower_ for child in word.children if child.dep_ in ("det", "poss")} for word in (noun, *joined)]
    return apposition.pos_ == "PROPN" and len(joined) == 1 and bool(begins[0]) and begins[0] == begins[1]


def children(token: Token, *labels: str) -> list[Token]:
    return [child for child in token.children if child.dep_ in labels]


def is_cut_short(verb: Token) -> bool:
    """ "Cut short his visit"."""
    return verb.lemma_.lower() == "cut" and any(child.lower_ == "short" for child in verb.children)


def is_passive(verb: Token) -> bool:
    """Passive by its subject, auxiliary or agent, or a past participle that modifies a noun ("the envoy expelled")."""
    if is_causative(verb) or (verb.tag_ == "VBN" and verb.dep_ == "advcl" and children(verb, "agent")):
        return True
    if parted_auxiliary(verb) is not None:
        return False
    shares = verb.dep_ == "conj" and is_verbal(verb.head) and verb.head.i < verb.i
    shares = shares and (verb.tag_ == "VBN" or (verb.tag_ == "VBD" and bool(children(verb, "agent"))))
    for child in verb.children:
        if child.dep_ in ("nsubjpass", "auxpass", "csubjpass"):
            return True
        if child.dep_ == "nsubj" or (child.dep_ == "dobj" and not shares):
            return False  # "was called in and handed a note": who is handed something has an object, too
    return verb.tag_ == "VBN" if verb.dep_ == "acl" else shares and is_passive(verb.head)


def is_causative(verb: Token) -> bool:
    """ "had their houses torched by …": what the verb says was done to what stands before it."""
    return (
        verb.tag_ == "VBN"
        and verb.dep_ in ("ccomp", "xcomp", "acl")
        and not children(verb, "aux", "auxpass", "mark")
        and bool(children(verb, "agent"))
        and (verb.head.lemma_ == "have" or verb.head.head.lemma_ == "have")
    )


def parted_auxiliary(verb: Token) -> Token | None:
    """The "has" of a perfect that an inserted phrase parts from its participle: "has, in a statement, called on".

    The parser then takes the participle for a modifier of the phrase's noun.
    """
    if verb.tag_ != "VBN" or verb.dep_ != "acl" or verb.head.dep_ != "pobj":
        return None
    above = verb.head.head.head
    commas = [verb.doc[i].text for i in (above.i + 1, verb.i - 1)]
    has = above.lemma_ == "have" and above.i < verb.i and commas == [",", ","] and not children(above, "dobj")
    return above if has else None


def antecedent(relative: Token) -> Token:
    """The noun for which a relative pronoun stands, when it heads a relative clause; else the pronoun itself."""
    if relative.lower_ not in _RELATIVE or relative.tag_ not in ("WDT", "WP", "WP$"):
        return relative
    clause = relative.head
    while clause.dep_ not in ("relcl", "acl") and clause.head != clause:
        clause = clause.head
    return clause.head if clause.dep_ in ("relcl", "acl") else relative


def is_adverbial_relative(verb: Token) -> bool:
    """ "the town where …", "the day when …": the clause says nothing of who the noun is."""
    return any(c.dep_ == "advmod" and c.lower_ in ("where", "when", "why") for c in verb.children)


def is_reciprocal(verb: Token) -> bool:
    """ "each accused the other", "blamed each other": what one does the other does, too."""
    words = [w.lower_ for c in verb.children if c.dep_ in ("nsubj", "dobj", "pobj") for w in (c, *c.children)]
    return "each" in words or ("one" in words and "another" in words)


def is_headline_plan(verb: Token) -> bool:
    """ "Danish premier to visit Ghana": the sentence is a bare noun and what it will do."""
    head = verb.head
    return (
        verb.dep_ in ("acl", "relcl", "xcomp")
        and head.dep_ == "ROOT"
        and head.i < verb.i
        and is_nominal(head)
        and any(c.dep_ == "aux" and c.lower_ == "to" for c in verb.children)
        and not any(c.dep_ in ("det", "poss") and c.pos_ != "PROPN" for c in head.children)
    )


def own_subjects(verb: Token) -> list[Token]:
    """Subjects that stand in the clause itself, coordination unfolded, relative pronouns replaced."""
    if is_headline_plan(verb):
        return conjuncts(verb.head)
    hosts = [verb, *children(verb, "aux")]  # an inserted phrase may leave the subject on the auxiliary
    named = [_uncontrasted(c) for host in hosts for c in host.children if c.dep_ in _SUBJECTS]
    subjects = [noun for noun in named if noun is not None]
    subjects = [*_listed_before(subjects), *subjects]
    if not subjects and is_headline_verb(verb):
        subjects = [c for c in children(verb, "compound", "nmod") if c.ent_type_ in ("GPE", "ORG", "PERSON", "NORP")]
    return [part for subject in subjects for part in conjuncts(antecedent(subject))]


def gapped(verb: Token) -> list[tuple[Token, Token]]:
    """Subject and object of the clauses without a verb of their own: "Peru expelled two envoys and Chile three"."""
    return [(noun, other) for noun in children(verb, "conj") for other in children(noun, "orphan")]


def _listed_before(subjects: list[Token]) -> list[Token]:
    """ "Chile, Peru sign treaty": the first of a headline's names, which the parser takes for a call to somebody."""
    if len(subjects) != 1 or subjects[0].left_edge.i < 2 or subjects[0].ent_type_ != "GPE":
        return []
    comma, name = subjects[0].doc[subjects[0].left_edge.i - 1], subjects[0].doc[subjects[0].left_edge.i - 2]
    alone = name.sent.start == name.i and name.ent_type_ == "GPE" and name.head == subjects[0].head
    return [name] if comma.text == "," and alone and name.dep_ in ("intj", "npadvmod", "nsubj", "dep") else []


def subjects(verb: Token, *, depth: int = 6) -> list[Token]:
    """Who does what the verb says, as grammar has it: own subject, shared subject, controller, modified noun.

    For a passive verb these are its undergoers. ``depth`` bounds the climb through nested clauses.
    """
    if depth and is_causative(verb):
        return subjects(verb.head if verb.head.lemma_ == "have" else verb.head.head, depth=depth - 1)
    own = own_subjects(verb)
    if own or depth == 0:
        return own
    head, label = verb.head, verb.dep_
    if head == verb:
        return []
    parted = parted_auxiliary(verb)
    if parted is not None:
        return own_subjects(parted)
    if label == "conj" and is_verbal(head):
        return subjects(head, depth=depth - 1)
    if label in ("xcomp", "ccomp"):
        if not is_verbal(head) and head.pos_ != "ADJ":
            return []
        if head.pos_ == "ADJ":
            return subjects(head.head, depth=depth - 1) if is_verbal(head.head) else []
        controllers = objects(head)
        if controllers and verb.tag_ in ("VB", "VBG") and _is_human_like(controllers[0]):
            return controllers
        if is_passive(head):
            return own_subjects(head) or subjects(head, depth=depth - 1)
        return subjects(head, depth=depth - 1)
    if label == "advcl" and is_verbal(head):
        return subjects(head, depth=depth - 1) if verb.tag_ in ("VBG", "VB", "VBN") else []
    if label == "pcomp":
        controlled = head.lower_ in ("of", "for", "from", "into")  # "accused him of …", against "surprised him by …"
        governor = head.head
        while governor.dep_ == "prep" and governor.head != governor:
            governor = governor.head
        if is_verbal(governor):
            controllers = objects(governor) if controlled else []
            return controllers or subjects(governor, depth=depth - 1)
        return []
    if label in ("acl", "relcl"):
        if verb.tag_ == "VBG" and head.ent_type_ in ("DATE", "TIME"):  # "shelled it for a third day, killing two"
            above = clause_verb(head)
            return subjects(above, depth=depth - 1) if above is not None else []
        return [head] if label == "acl" and verb.tag_ in ("VBG", "VBN") else _controller_of_noun(head, depth)
    if label in ("parataxis", "dep") and is_verbal(head):
        return subjects(head, depth=depth - 1)
    return []


def _controller_of_noun(noun: Token, depth: int) -> list[Token]:
    """Who would do what a noun's infinitive says: "Rome's plan to send …", "Rome announced a plan to send …"."""
    possessors = [part for child in children(noun, "poss") for part in conjuncts(child)]
    if possessors:
        return possessors
    verb = noun.head
    while not is_verbal(verb) and verb.head != verb:
        verb = verb.head
    return subjects(verb, depth=depth - 1) if is_verbal(verb) else []


def _is_human_like(token: Token) -> bool:
    return token.pos_ in ("PROPN", "PRON") or token.ent_type_ in ("PERSON", "GPE", "ORG", "NORP") or token.tag_ == "NNS"


def objects(verb: Token) -> list[Token]:
    """Direct objects, coordination unfolded."""
    found = [part for child in children(verb, "dobj") for part in conjuncts(child)]
    if not found and verb.dep_ == "relcl":
        gap = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")]
        if (
            gap
            and gap[0].tag_ not in ("WDT", "WP")
            and not is_passive(verb)
            and not children(verb, "prep", "xcomp", "ccomp")
        ):
            return [verb.head]
    if not found:
        return _shared_object(verb)
    return [antecedent(token) for token in found]


def _shared_object(verb: Token) -> list[Token]:
    """ "Kenya condemned and (Uganda) praised Israel": the object that stands only behind the last verb."""
    behind = verb.doc[verb.i + 1 : verb.i + 2]
    if not any(word.dep_ == "cc" and word.head == verb for word in behind):
        return []
    later = [child for child in children(verb, "conj") if child.tag_ == verb.tag_ and children(child, "dobj")]
    shared = objects(later[0]) if later and not is_passive(verb) else []
    has_subject = bool(later and children(later[0], "nsubj"))
    return shared if has_subject or (shared and shared[0].pos_ == "PROPN") else []  # "apologised and offered payment"


def agents(verb: Token) -> list[Token]:
    """Who does what a passive verb says; coordinated verbs share who stands behind the last: "was hit and sunk by"."""
    own = [other for name, other in obliques(verb) if name == "by"]
    if own:
        return own
    for given in children(verb, "dobj"):  # "was granted a loan of two million euros by Norway", on whichever it hangs
        behind = [other for word in given.subtree for name, other in obliques(word) if name == "by" and word.i > verb.i]
        if behind:
            return behind
    for later in children(verb, "conj"):
        if is_verbal(later) and is_passive(later) and not own_subjects(later):
            found = agents(later)
            if found:
                return found
    return []


def datives(verb: Token) -> list[Token]:
    """Indirect objects: "gave Kyiv tanks", and spaCy's "gave tanks to Kyiv" where it labels it dative."""
    found = []
    for child in children(verb, "dative"):
        heads = [c for c in child.children if c.dep_ == "pobj"] if child.pos_ == "ADP" else [child]
        found += [part for head in heads for part in conjuncts(head)]
    return found


def company(word: Token) -> list[tuple[Token, Token]]:
    """(preposition or participle, name) of those who take part beside somebody: "along with", "together with",
    "alongside", "accompanied by"."""
    found: list[tuple[Token, Token]] = []
    for child in word.children:
        if child.dep_ == "prep" and child.lower_ == "along":
            links = [inner for inner in children(child, "prep") if inner.lower_ == "with"]
        elif child.dep_ == "prep":
            is_joint = child.lower_ == "with" and any(c.lower_ == "together" for c in children(child, "advmod"))
            links = [child] if is_joint or child.lower_ == "alongside" else []
        else:
            is_led = child.tag_ == "VBN" and child.dep_ in ("acl", "advcl") and child.lower_ in _ACCOMPANIED
            links = [inner for inner in children(child, "agent") if is_led]
        names = [part for link in links for noun in children(link, "pobj") for part in conjuncts(noun)]
        found += [(child, name) for name in names if name.pos_ == "PROPN"]
    return found


_ACCOMPANIED = frozenset({"accompanied", "flanked", "joined"})


def obliques(token: Token) -> Iterator[tuple[str, Token]]:
    """(preposition, its object) of a verb or noun, coordination unfolded, "out of X" as ("out of", X)."""
    for child in token.children:
        if child.dep_ == "agent" or (child.dep_ == "prep" and child.pos_ != "VERB"):
            yield from _prepositional(child, child.lower_)
        elif child.dep_ in ("advmod", "prt") and child.lower_ in _CHAINED:
            for grandchild in children(child, "prep"):
                yield from _prepositional(grandchild, f"{child.lower_} {grandchild.lower_}")
        elif (child.dep_ == "dative" and child.pos_ == "ADP") or (child.dep_ == "prep" and child.tag_ == "VBG"):
            yield from _prepositional(child, child.lower_)


def _prepositional(preposition: Token, name: str) -> Iterator[tuple[str, Token]]:
    if name == "as" and any(c.lower_ == "such" for c in preposition.children):
        name = "such as"
    for child in preposition.children:
        if child.dep_ == "pobj":
            if name == "at" and child.lower_ == "head":
                continue  # "at the head of a delegation"
            for part in conjuncts(child):
                yield name, part
        elif child.dep_ in ("prep", "conj") and children(child, "neg"):
            continue  # "from Tonga, not from Samoa"
        elif child.dep_ == "prep":
            yield from _prepositional(child, f"{name} {child.lower_}" if name in _CHAINED else child.lower_)
        elif child.dep_ == "conj" and child.pos_ == "ADP":
            yield from _prepositional(child, child.lower_)


def noun_phrase(head: Token) -> tuple[int, int]:
    """First and last token (inclusive) of the phrase that names a participant.

    Determiners, modifiers, titles and of-phrases belong to it; relative clauses, appositions behind a comma,
    coordinated others and further prepositional phrases do not.
    """
    first = last = head.i
    for child in head.children:
        if child.dep_ in (
            "det",
            "amod",
            "compound",
            "nummod",
            "poss",
            "nmod",
            "quantmod",
            "advmod",
            "predet",
            "case",
            "neg",
        ):
            if child.i > head.i and (child.pos_ == "VERB" or child.dep_ == "neg"):
                continue
            if child.dep_ in ("nummod", "quantmod") and head.ent_type_ in ("GPE", "PERSON"):
                continue  # "6 a.m. Thailand", where the parser lost the end of a sentence
            low, high = child.left_edge.i, child.right_edge.i
            if child.i < head.i:
                first = min(first, low)
            elif child.dep_ == "case":
                continue
            else:
                last = max(last, high)
        elif (
            child.dep_ == "prep"
            and child.i == last + 1
            and child.lower_ in ("of", "for", "in", "to")
            and child.i > head.i
        ):
            pobjs = children(child, "pobj")
            if (pobjs and child.lower_ == "of") or (
                pobjs and pobjs[0].ent_type_ in ("GPE", "ORG", "NORP") and head.pos_ == "NOUN" and head.ent_type_ == ""
            ):
                last = max(last, noun_phrase(pobjs[0])[1])
        elif child.dep_ == "appos" and child.i > head.i and head.doc[child.left_edge.i - 1].i == last:
            last = max(last, child.i)  # "President Emmanuel Macron", where the parser calls the name an apposition
    while first < head.i and head.doc[first].pos_ in ("PUNCT", "SPACE"):
        first += 1
    return first, last


#: Verbs of a visit's end, or, with "for", of its beginning.
LEAVING = frozenset({"leave", "depart"})


def clause_verb(token: Token) -> Token | None:
    """The verb that heads the clause in which the token stands."""
    current = token
    while not is_verbal(current):
        if current.head == current:
            return None
        current = current.head
    return current

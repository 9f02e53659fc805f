"""From a dependency tree to candidates: who may do what to whom.

Works on `Tree`, a document's tokens as plain lists, because reading spaCy's tokens one by one costs more than all the
rest. Every token index is one into the document. English dependency labels are those of spaCy's `en_core_web_*`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from demarche.columns import Columns
from demarche.lexicon import LEMMAS, Entry, Lexicon

SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj"))
NOMINAL = frozenset(("NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET", "X"))
_SOON = frozenset(("next", "tomorrow", "upcoming", "forthcoming", "planned", "scheduled", "expected", "later", "soon"))
_RECEIVING = frozenset(
    ("receive", "get", "face", "suffer", "undergo", "win", "obtain", "accept", "take", "draw", "meet")
)
#: "on the orders of X", "at the urging of X", "in a statement by X": nouns behind which stands who acts.
_BEHALF = frozenset(
    ("order", "command", "instruction", "direction", "urging", "request", "behest", "invitation", "behalf", "hand",
     "insistence", "initiative", "name", "auspex", "auspices", "cell", "custody", "statement")
)  # fmt: skip
_MAX_SIDES = 12
_MAX_DEPTH = 4


class Tree:
    """A parsed document as lists over its tokens: lemmas, labels, heads, children; and the triggers built in it."""

    __slots__ = ("built", "dep", "ent", "head", "kids", "lemma", "lower", "pos", "tag")

    def __init__(self, doc: Any, lexicon: Lexicon) -> None:
        columns = Columns.of(doc)
        self.lower, self.pos, self.tag, self.dep = columns.lower, columns.pos, columns.tag, columns.dep
        self.ent, self.head = columns.ent, columns.head
        self.lemma: list[str] = [
            LEMMAS.get(lower, lemma.lower()) for lower, lemma in zip(columns.lower, columns.lemma, strict=True)
        ]
        self.built: dict[int, Trigger] = {}
        self.kids: list[list[int]] = [[] for _ in self.head]
        for index, head in enumerate(self.head):
            if head != index:
                self.kids[head].append(index)

    def with_dep(self, index: int, *labels: str) -> list[int]:
        """The children of a token whose label is one of ``labels``."""
        return [kid for kid in self.kids[index] if self.dep[kid] in labels]

    def path_up(self, index: int) -> list[int]:
        """The token and its governors up to the root of its sentence."""
        path = [index]
        while self.head[path[-1]] != path[-1]:
            path.append(self.head[path[-1]])
        return path


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading that the tree allows: a trigger and the head tokens of both sides (None where a side is not told).

    ``actor_by`` and ``recipient_by`` say how a side hangs on the trigger, e.g. "nsubj", "prep:with", "agent".
    """

    trigger: int
    actor: int | None
    recipient: int | None
    actor_by: str = ""
    recipient_by: str = ""


@dataclass(slots=True)
class Trigger:
    """A token that may tell of an act, with what the lexicon says of it and what the clause says around it."""

    index: int
    pos: str
    under: dict[int, int]
    entries: list[Entry]
    governors: list[tuple[int, str]]
    marks: frozenset[str]
    actors: list[tuple[int, str]] = field(default_factory=list)
    recipients: list[tuple[int, str]] = field(default_factory=list)

    @property
    def best(self) -> list[Entry]:
        """The most exact entries."""
        return [entry for entry in self.entries if entry.exactness == self.entries[0].exactness]


def candidates(sentence: Any, lexicon: Lexicon, *, tree: Tree | None = None) -> list[Candidate]:
    """Every candidate of a sentence (a spaCy Span), in the order of its triggers.

    ``tree`` is the document's, to be handed in when many sentences of one document are read.
    """
    tree = tree or Tree(sentence.doc, lexicon)
    found: list[Candidate] = []
    for trigger in triggers(tree, range(sentence.start, sentence.end), lexicon):
        found.extend(pair_up(trigger))
    return found


def pair_up(trigger: Trigger) -> list[Candidate]:
    """The actors and recipients of a trigger, each with each; a side that nobody fills stays None."""
    pairs: dict[tuple[int | None, int | None], Candidate] = {}
    nobody: list[tuple[int | None, str]] = [(None, "")]
    for actor, actor_by in [*trigger.actors] or nobody:
        for recipient, recipient_by in [*trigger.recipients] or nobody:
            if actor != recipient:
                pairs.setdefault((actor, recipient), Candidate(trigger.index, actor, recipient, actor_by, recipient_by))
    return list(pairs.values())


def triggers(tree: Tree, indices: Iterable[int], lexicon: Lexicon) -> Iterator[Trigger]:
    """The triggers among these tokens: content verbs, and the nouns and adjectives that the lexicon knows."""
    for index in indices:
        pos = _kind(tree, index, lexicon)
        if pos is None:
            continue
        trigger = build_trigger(tree, index, lexicon)
        if (pos == "verb" or trigger.entries) and (trigger.actors or trigger.recipients):
            yield trigger


def build_trigger(tree: Tree, index: int, lexicon: Lexicon) -> Trigger:
    """A token read as a trigger, with the sides that the tree offers it; built once."""
    if index not in tree.built:
        tree.built[index] = _built(tree, index, lexicon)
    return tree.built[index]


def _built(tree: Tree, index: int, lexicon: Lexicon) -> Trigger:
    pos = _kind(tree, index, lexicon) or {"VERB": "verb", "ADJ": "adjective"}.get(tree.pos[index], "noun")
    under = _under(tree, index)
    lemma = tree.lemma[index]
    entries: list[Entry] = []
    if lexicon.entries(lemma, pos):
        entries = lexicon.match(lemma, pos, lexicon.with_classes(tree.lemma[kid] for kid in under))
    trigger = Trigger(index, pos, under, entries, _governors(tree, index), clause_marks(tree, index))
    if pos == "noun":
        _nominal_sides(tree, trigger)
    else:
        _verbal_sides(tree, trigger)
    return trigger


def place_of(trigger: Trigger, letter: str, index: int | None) -> str:
    """How a side hangs on the trigger; ``letter`` is a(ctor) or r(ecipient). "rule" where the tree didn't offer it."""
    if index is None:
        return ""
    sides = trigger.actors if letter == "a" else trigger.recipients
    return next((how for side, how in sides if side == index), "rule")


def _kind(tree: Tree, index: int, lexicon: Lexicon) -> str | None:
    pos = tree.pos[index]
    if pos == "VERB" and tree.dep[index] not in ("aux", "auxpass"):
        return "verb"
    if pos in ("NOUN", "PROPN") and lexicon.entries(tree.lemma[index], "noun") and tree.dep[index] != "compound":
        return "noun"
    if pos == "ADJ" and lexicon.entries(tree.lemma[index], "adjective"):
        return "adjective"
    return None


def _under(tree: Tree, index: int) -> dict[int, int]:
    """The tokens that a trigger governs within its own clause, with their depth; of a subject only the head.

    Complements count with their verbs and objects ("agreed to withdraw troops"), relative and adverbial clauses don't.
    """
    found: dict[int, int] = {}
    layer = [index]
    for depth in range(1, _MAX_DEPTH + 1):
        layer = [
            kid
            for above in layer
            for kid in tree.kids[above]
            if tree.dep[kid] not in ("relcl", "advcl", "parataxis", "punct", "det", "cc", "appos", "mark")
            and not (tree.dep[kid] == "conj" and tree.pos[kid] == "VERB")
            and not (depth > 1 and tree.dep[above] in ("nsubj", "ccomp", "poss") and tree.dep[kid] != "dobj")
        ]
        if not layer:
            break
        found.update((kid, depth) for kid in layer)
    return found


def _governors(tree: Tree, index: int) -> list[tuple[int, str]]:
    """The verbs and nouns in whose clause a trigger stands, nearest first, with the label of the link."""
    found: list[tuple[int, str]] = []
    link = tree.dep[index]
    at = index
    while tree.head[at] != at and len(found) < 4:
        above = tree.head[at]
        if tree.pos[above] in ("VERB", "NOUN", "ADJ", "AUX", "PROPN"):
            found.append((above, link))
            link = tree.dep[above]
        elif tree.pos[above] == "ADP":
            link = f"{tree.dep[above]}:{tree.lemma[above]}"
        at = above
    return found


def clause_marks(tree: Tree, index: int) -> frozenset[str]:
    """What is said of the clause: negation, future, modals, conditional, passive, tense."""
    verb = index
    marks = set()
    if tree.pos[index] in ("NOUN", "PROPN", "ADJ"):
        at = index
        while tree.head[at] != at and tree.pos[at] not in ("VERB", "AUX"):
            at = tree.head[at]
        verb = at if tree.pos[at] in ("VERB", "AUX") else index
    for kid in tree.kids[verb]:
        lemma, label = tree.lemma[kid], tree.dep[kid]
        if label == "neg" or lemma in ("never", "hardly"):
            marks.add("neg")
        elif label in ("aux", "auxpass"):
            if tree.lower[kid] in ("will", "'ll", "wo", "shall"):
                marks.add("future")
            elif tree.lower[kid] in ("would", "could", "might", "may", "'d"):
                marks.add("modal")
            elif tree.lower[kid] in ("must", "should", "ought"):
                marks.add("must")
            elif label == "auxpass":
                marks.add("passive")
            elif lemma == "have":
                marks.add("perfect")
            elif lemma == "to":
                marks.add("to")
        elif label == "mark" and lemma in ("if", "unless", "whether"):
            marks.add("if")
        elif label == "advcl" and any(tree.lower[i] in ("if", "unless") for i in tree.kids[kid]):
            marks.add("has_if")
        elif label == "dobj" and any(tree.lower[i] in ("no", "nothing") for i in tree.kids[kid]):
            marks.add("neg")
        if tree.lower[kid] in _SOON or any(tree.lower[inner] in _SOON for inner in tree.kids[kid]):
            marks.add("soon")
    for kid in tree.kids[index]:
        if tree.lower[kid] == "no":
            marks.add("neg")
        elif tree.lower[kid] in _SOON:
            marks.add("soon")
    if tree.tag[verb] in ("VBD", "VBZ", "VBP", "VBG"):
        marks.add(tree.tag[verb])
    return frozenset(marks)


def _verbal_sides(tree: Tree, trigger: Trigger) -> None:
    index = trigger.index
    actors: dict[int, str] = {}
    recipients: dict[int, str] = {}
    passive = bool(tree.with_dep(index, "nsubjpass", "auxpass"))
    for subject, how in _subjects(tree, index):
        shares_passive = tree.tag[index] == "VBN" and how.endswith("nsubjpass")
        if passive or shares_passive or how.startswith("pass:"):
            _add(tree, recipients, subject, how)
        else:
            _add(tree, actors, subject, how)
            _add_peers(tree, recipients, subject)
    for agent in tree.with_dep(index, "agent"):
        for side in tree.with_dep(agent, "pobj"):
            _add(tree, actors, side, "agent")
    for where, how in _objects(tree, index):
        _add(tree, recipients, where, how)
    told = set(actors)
    for preposition in tree.with_dep(index, "prep"):
        if tree.lemma[preposition] in ("by", "from") or (passive and not told and tree.lemma[preposition] == "in"):
            for side in tree.with_dep(preposition, "pobj"):
                _add(tree, actors, side, f"prep:{tree.lemma[preposition]}")
    _roundabout_sides(tree, index, passive, actors, recipients)
    if tree.lemma[index] in _RECEIVING:
        for subject, how in _subjects(tree, index):
            _add(tree, recipients, subject, f"receives:{how}")
        for thing in tree.with_dep(index, "dobj"):
            for side, how in _prepositional(tree, thing, "dobj"):
                _add(tree, actors, side, how)
    trigger.actors = list(actors.items())[:_MAX_SIDES]
    trigger.recipients = list(recipients.items())[: 2 * _MAX_SIDES]


def _roundabout_sides(
    tree: Tree, index: int, passive: bool, actors: dict[int, str], recipients: dict[int, str]
) -> None:
    """Sides that aren't said to be subject or object of the verb: they stand behind its subject, beside a participle,
    in the clause above, or with the noun of a light phrase."""
    for subject in tree.with_dep(index, *SUBJECTS):
        if passive:  # "sanctions on X were lifted by", "a threat to cut ties with X was issued by"
            for side, how in _prepositional(tree, subject, "pass"):
                _add(tree, recipients, side, how)
        parts = [inner for of in tree.with_dep(subject, "prep") if tree.lemma[of] == "of"
                 for inner in tree.with_dep(of, "pobj")]  # fmt: skip
        for modifier in [m for noun in (subject, *parts) for m in tree.with_dep(noun, "acl", "relcl")]:
            for side in _agents(tree, modifier):
                if not passive:  # "a convoy sent by X reached Y": X acts; "X, asked by Y to go, refused": Y hears it
                    _add(tree, actors, side, "behind:agent")
                _add(tree, recipients, side, "behind:agent")
            if tree.dep[modifier] == "relcl" and not tree.with_dep(modifier, "agent"):
                for side in tree.with_dep(modifier, "nsubj"):  # "the rice that X had bought was sent to Y"
                    if tree.tag[side] not in ("WDT", "WP"):
                        _add(tree, actors, side, "behind:nsubj")
    for kid in tree.kids[index]:
        label = tree.dep[kid]
        if label == "advcl" and tree.tag[kid] == "VBN":  # "asked by X to leave, Y refused"
            for side in _agents(tree, kid):
                _add(tree, recipients, side, "asked:agent")
        elif label == "prep":
            for noun in tree.with_dep(kid, "pobj"):
                for inner in tree.with_dep(noun, "prep"):
                    name = tree.lemma[inner]
                    if name == "by" or (name in ("of", "from") and tree.lemma[noun] in _BEHALF):
                        for side in tree.with_dep(inner, "pobj"):
                            _add(tree, actors, side, f"behalf:{name}")
            for verb in tree.with_dep(kid, "pcomp"):  # "stopped from boarding a ship by X"
                for inner in tree.with_dep(verb, "prep", "agent"):
                    if tree.lemma[inner] == "by":
                        for side in tree.with_dep(inner, "pobj"):
                            _add(tree, actors, side, "behalf:by")
        elif label == "dobj":
            for inner in tree.with_dep(kid, "prep"):
                if tree.lemma[inner] == "from":
                    for side in tree.with_dep(inner, "pobj"):
                        _add(tree, actors, side, "dobj>prep:from")
        elif label in ("parataxis", "ccomp") and tree.pos[kid] == "VERB" and not actors:
            for side in tree.with_dep(kid, "nsubj"):  # "no visa will be given to X, Y said"
                _add(tree, actors, side, "speaker")
    head, link = tree.head[index], tree.dep[index]
    if head == index:
        return
    if link == "ccomp" and not actors:
        for side, how in _subjects(tree, head):
            _add(tree, actors, side, f"speaker:{how}")
    elif link == "parataxis":
        for side, how in _complement(tree, head, "main"):
            _add(tree, recipients, side, how)
    elif link == "advcl":  # "ten soldiers died when X overran their camp"
        for side in tree.with_dep(head, *SUBJECTS):
            if side not in actors:
                _add(tree, recipients, side, "above")


def _agents(tree: Tree, participle: int) -> list[int]:
    return [side for agent in tree.with_dep(participle, "agent") for side in tree.with_dep(agent, "pobj")] + [
        side
        for preposition in tree.with_dep(participle, "prep")
        if tree.lemma[preposition] == "by" and tree.tag[participle] == "VBN"
        for side in tree.with_dep(preposition, "pobj")
    ]


def _subjects(tree: Tree, index: int, depth: int = 0) -> list[tuple[int, str]]:
    """Who acts in the clause of a verb, its own subject or the one it borrows (control, relatives, participles)."""
    own = tree.with_dep(index, *SUBJECTS)
    found: list[tuple[int, str]] = []
    if own:
        for subject in own:
            how = tree.dep[subject]
            if tree.pos[subject] == "PRON" and tree.tag[subject] in ("WDT", "WP") and tree.dep[index] == "relcl":
                found.append((tree.head[index], f"relative:{how}"))
            else:
                found.append((subject, how))
        return found
    if depth > 4:
        return []
    link, head = tree.dep[index], tree.head[index]
    if head == index:
        return []
    if link == "acl" and tree.pos[head] in NOMINAL:
        how = "acl:pass" if tree.tag[index] == "VBN" else "acl"
        found.append((head, "pass:acl" if how == "acl:pass" else "acl"))
        if tree.tag[index] == "VB":
            found = [(side, f"control:{how}") for side, how in _subjects(tree, tree.head[head], depth + 1)][:3] + found
        return found
    if link == "relcl" and tree.pos[head] in NOMINAL:
        return [(head, "relative")]
    if link in ("pcomp", "prep"):
        at = head
        while tree.head[at] != at and tree.pos[at] not in ("VERB", "AUX", "NOUN", "PROPN"):
            at = tree.head[at]
        link, head = "pcomp", at
    if tree.pos[head] in ("VERB", "AUX", "ADJ"):
        if link in ("xcomp", "pcomp", "ccomp", "advcl"):
            found = [(side, f"object:{link}") for side in tree.with_dep(head, "dobj")]
        return found + [
            (side, f"{'' if link == 'conj' else 'control:'}{how}") for side, how in _subjects(tree, head, depth + 1)
        ]
    if tree.pos[head] in ("NOUN", "PROPN") and link == "pcomp":
        return [(side, f"control:{how}") for side, how in _subjects(tree, tree.head[head], depth + 1)]
    return []


def _objects(tree: Tree, index: int) -> Iterator[tuple[int, str]]:
    """What stands under a verb on the receiving side: objects, prepositional objects, subjects of complements."""
    for kid in tree.kids[index]:
        label = tree.dep[kid]
        stray = label in ("advmod", "npadvmod", "dep", "acomp") and tree.pos[kid] == "PROPN"
        if stray or (label in ("dobj", "dative", "oprd", "attr") and tree.pos[kid] != "ADP"):
            yield kid, label
            yield from _prepositional(tree, kid, label)
        elif label in ("prep", "dative", "agent", "prt", "advmod"):
            yield from _prepositional_of(tree, kid, "")
        elif label in ("ccomp", "xcomp", "advcl", "acl"):
            yield from _complement(tree, kid, label)


def _prepositional(tree: Tree, noun: int, via: str) -> Iterator[tuple[int, str]]:
    for kid in tree.kids[noun]:
        if tree.dep[kid] == "prep":
            yield from _prepositional_of(tree, kid, f"{via}>")
        elif tree.dep[kid] in ("acl", "relcl"):
            for inner in tree.with_dep(kid, "dobj", "nsubj", "nsubjpass"):
                yield inner, f"{via}>{tree.dep[kid]}"
                if tree.dep[inner] == "dobj":
                    for preposition in tree.with_dep(inner, "prep"):
                        yield from _prepositional_of(tree, preposition, f"{via}>{tree.dep[kid]}>", 1)
            for inner in tree.with_dep(kid, "prep", "agent"):
                yield from _prepositional_of(tree, inner, f"{via}>{tree.dep[kid]}>")
        elif tree.dep[kid] == "conj":
            yield from _prepositional(tree, kid, f"{via}&")


def _prepositional_of(tree: Tree, preposition: int, via: str, depth: int = 0) -> Iterator[tuple[int, str]]:
    name = tree.lemma[preposition]
    for kid in tree.kids[preposition]:
        label = tree.dep[kid]
        if label == "pobj":
            yield kid, f"{via}prep:{name}"
            if depth < 2:
                for inner in tree.with_dep(kid, "prep"):
                    yield from _prepositional_of(tree, inner, f"{via}{name}>", depth + 1)
            if depth == 0:  # "the hill that X claims", "the bill that X pushed through"
                for clause in tree.with_dep(kid, "relcl", "acl"):
                    for inner in tree.with_dep(clause, "nsubj", "nsubjpass", "dobj"):
                        yield inner, f"{via}prep>{tree.dep[clause]}"
        elif label in ("prep",) and depth < 2:
            yield from _prepositional_of(tree, kid, f"{via}{name}+", depth + 1)
        elif label == "pcomp":
            for inner in tree.with_dep(kid, "dobj"):
                yield inner, f"{via}{name}>dobj"
                if depth < 2:
                    for deeper in tree.with_dep(inner, "prep"):
                        yield from _prepositional_of(tree, deeper, f"{via}{name}>dobj>", depth + 1)
            for inner in tree.with_dep(kid, "prep"):
                if depth < 2:
                    yield from _prepositional_of(tree, inner, f"{via}{name}>", depth + 1)
            for inner in tree.with_dep(kid, "nsubj", "nsubjpass"):
                yield inner, f"{via}{name}>subject"


def _complement(tree: Tree, clause: int, label: str, depth: int = 0) -> Iterator[tuple[int, str]]:
    for kid in tree.kids[clause]:
        dep = tree.dep[kid]
        if dep in ("nsubj", "nsubjpass"):
            yield kid, f"{label}>subject"
        elif dep in ("dobj", "dative", "attr", "oprd") and tree.pos[kid] != "ADP":
            yield kid, f"{label}>object"
            for inner, how in _prepositional(tree, kid, ""):
                yield inner, f"{label}>object{how}"
        elif dep in ("prep", "agent", "dative"):
            for inner, how in _prepositional_of(tree, kid, ""):
                yield inner, f"{label}>{how}"
        elif dep in ("xcomp", "ccomp", "advcl") and depth < 3:
            yield from _complement(tree, kid, f"{label}>{dep}", depth + 1)


def _nominal_sides(tree: Tree, trigger: Trigger) -> None:
    index = trigger.index
    actors: dict[int, str] = {}
    recipients: dict[int, str] = {}
    for kid in tree.kids[index]:
        label = tree.dep[kid]
        if label == "poss" or (label in ("amod", "compound", "nmod") and tree.ent[kid] in ("NORP", "GPE", "ORG")):
            _add(tree, actors, kid, label)
            _add(tree, recipients, kid, label)
            _add_peers(tree, recipients, kid)
        elif label == "prep":
            name = tree.lemma[kid]
            for side, how in _prepositional_of(tree, kid, ""):
                if name in ("by", "of", "from", "between", "among"):
                    _add(tree, actors, side, how)
                    _add_peers(tree, recipients, side)
                    if how in ("prep:by", "prep:from"):  # "an appeal by X to Y": the parser hangs Y on X
                        for inner, behind in _prepositional(tree, side, name):
                            _add(tree, recipients, inner, behind)
                if name not in ("by", "between", "among"):
                    _add(tree, recipients, side, how)
        elif label in ("acl", "relcl"):
            for inner, how in _complement(tree, kid, label):
                _add(tree, recipients, inner, how)
            for agent in tree.with_dep(kid, "agent"):
                for side in tree.with_dep(agent, "pobj"):
                    _add(tree, actors, side, "acl>agent")
    head, link = tree.head[index], tree.dep[index]
    at = head
    if link == "pobj" and tree.head[head] != head:
        at, link = tree.head[head], f"pobj:{tree.lemma[head]}"
    if tree.pos[at] == "VERB" and link not in SUBJECTS:
        for side, how in _subjects(tree, at):
            _add(tree, actors, side, f"light:{link}:{how}")
            _add_peers(tree, recipients, side)
        for side, how in _objects(tree, at):
            if side != index:
                _add(tree, recipients, side, f"light:{link}:{how}")
        if link.startswith("pobj"):  # "came under fire from X", "met with a refusal by X"
            for side, how in _subjects(tree, at):
                _add(tree, recipients, side, f"under:{how}")
            _add_givers(tree, actors, at)
        elif tree.lemma[at] in _RECEIVING:
            _add_givers(tree, actors, at)
    elif tree.pos[at] == "VERB":
        for side, how in _objects(tree, at):
            _add(tree, recipients, side, f"subject:{how}")
        _add_givers(tree, actors, at)  # "an appeal to X came from Y", "a visit was paid by Y"
    trigger.actors = list(actors.items())[:_MAX_SIDES]
    trigger.recipients = list(recipients.items())[: 2 * _MAX_SIDES]


def _add_givers(tree: Tree, actors: dict[int, str], verb: int) -> None:
    for preposition in tree.with_dep(verb, "prep", "agent"):
        if tree.lemma[preposition] in ("from", "by"):
            for side in tree.with_dep(preposition, "pobj"):
                _add(tree, actors, side, f"verb:{tree.lemma[preposition]}")


def _add(tree: Tree, sides: dict[int, str], index: int, how: str) -> None:
    """Add a noun with what may name the party instead: coordinated nouns, possessives, adjectives, its of-phrase."""
    if tree.pos[index] not in NOMINAL:
        return
    sides.setdefault(index, how)
    for kid in tree.kids[index]:
        label = tree.dep[kid]
        if label == "poss" and tree.pos[kid] != "PRON":
            sides.setdefault(kid, f"{how}<poss")
            for inner in tree.with_dep(kid, "conj"):
                sides.setdefault(inner, f"{how}<poss&")
        elif label in ("amod", "compound", "nmod") and tree.ent[kid] in ("NORP", "GPE", "ORG", "LOC"):
            sides.setdefault(kid, f"{how}<{label}")
        elif label == "conj" and tree.pos[kid] in NOMINAL:
            _add(tree, sides, kid, f"{how}&" if not how.endswith("&") else how)
        elif label == "appos" and tree.pos[kid] in NOMINAL:
            sides.setdefault(kid, f"{how}<appos")
        elif label == "prep" and tree.lemma[kid] in ("of", "in", "from"):
            for inner in tree.with_dep(kid, "pobj"):
                sides.setdefault(inner, f"{how}<{tree.lemma[kid]}")
                for more in tree.with_dep(inner, "conj"):
                    sides.setdefault(more, f"{how}<{tree.lemma[kid]}&")


def _add_peers(tree: Tree, sides: dict[int, str], index: int) -> None:
    """The parties coordinated with an actor: in "A and B met" each is the other's recipient."""
    peers = tree.with_dep(index, "conj")
    while peers:
        for peer in peers:
            sides.setdefault(peer, "peer")
        peers = [inner for peer in peers for inner in tree.with_dep(peer, "conj")]
    for kid in tree.kids[index]:
        if tree.dep[kid] in ("poss", "amod", "compound", "nmod"):
            for peer in tree.with_dep(kid, "conj"):
                sides.setdefault(peer, "peer")
        elif tree.dep[kid] == "prep" and tree.lemma[kid] in ("of", "between", "from", "for"):
            for inner in tree.with_dep(kid, "pobj"):
                for peer in tree.with_dep(inner, "conj"):
                    sides.setdefault(peer, "peer")

"""What is said of an act: tense, modality, negation, and the words that govern it ("agreed to", "called off").

The governing words are data (`codebook/operators.csv`). The reading follows the table in `docs/codebook.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Token

from demarche import codebook
from demarche.reports import syntax

EFFECTS = (
    "planned", "requested", "threatened", "refused", "charge_denied", "cancelled", "postponed", "stopped", "lifted",
    "transparent", "spoken", "attitude", "blamed", "failed",
)  # fmt: skip
#: Effects that make the governing word's subject the actor of what is coded.
STANCES = frozenset(
    {"planned", "requested", "threatened", "refused", "charge_denied", "cancelled", "postponed", "stopped", "lifted"}
)
#: Effects under which an act is mentioned, not told.
SILENCING = frozenset({"attitude", "blamed", "failed"})


@dataclass(frozen=True)
class Operator:
    """A governing word: its effect on the act it governs, and the particle or preposition that it needs."""

    lemma: str
    companion: str
    effect: str


@cache
def operators() -> dict[str, tuple[Operator, ...]]:
    """By lemma, those with a companion first. Raises CodebookError on an unknown effect."""
    found: dict[str, list[Operator]] = {}
    for row in codebook.table("operators"):
        if row["effect"] not in EFFECTS:
            raise codebook.CodebookError(f"codebook/operators.csv: {row['lemma']}: no such effect: {row['effect']!r}")
        found.setdefault(row["lemma"], []).append(Operator(row["lemma"], row["with"], row["effect"]))
    return {lemma: tuple(sorted(rows, key=lambda row: row.companion == "")) for lemma, rows in found.items()}


def is_undoing(noun: Token) -> bool:
    """Whether a noun says that what it governs is off: "announced the cancellation of the visit"."""
    effects = {found.effect for found in operators().get(noun.lemma_.lower(), ())}
    return noun.pos_ == "NOUN" and bool(effects & {"cancelled", "postponed"})


def operator(governor: Token, act: Token) -> Operator | None:
    """The operator that ``governor`` is for ``act``, which hangs on it directly or through a preposition."""
    for candidate in operators().get(governor.lemma_.lower(), ()):
        if not candidate.companion:
            return candidate
        for child in governor.children:
            if child.lower_ != candidate.companion or child.dep_ not in ("prep", "prt", "mark", "advmod", "dative"):
                continue
            if (
                child.dep_ in ("prt", "advmod")
                or child.is_ancestor(act)
                or child.lower_ in ("off", "on", "upon", "to", "with")
            ):
                return candidate
        if candidate.companion in ("that", "for") and any(
            c.dep_ == "mark" and c.lower_ == candidate.companion for c in act.children
        ):
            return candidate
        if candidate.companion == "to" and is_to_infinitive(act) and not syntax.objects(governor):
            return candidate  # "seeks to", unlike "seeks his help to"
    return None


@dataclass(frozen=True)
class Modality:
    """How a clause puts its act: ``kind`` is fact, future, would, possible, ought, can; and whether it is negated."""

    kind: str
    negated: bool
    conditional: bool
    doubted: bool = False
    """ "might have asked", "would have left": perhaps done, or not."""
    ended: bool = False
    """ "no longer supports": what was done before is done no more."""


_MODALS = {
    "will": "future", "shall": "future", "'ll": "future", "’ll": "future", "wo": "future", "sha": "future",
    "would": "would", "'d": "would", "’d": "would", "could": "possible", "may": "possible", "might": "possible",
    "can": "can", "ca": "can", "must": "ought", "should": "ought", "ought": "ought", "need": "ought",
}  # fmt: skip
_PRESENT = frozenset({"am", "is", "are", "'s", "’s", "'re", "’re"})
_GOING = frozenset({"go", "come", "leave", "depart", "arrive", "fly", "head"})
_NEGATIONS = frozenset({"not", "n't", "n’t", "never", "no", "neither", "nor", "nobody", "none", "hardly", "barely"})
#: Before a verb, they say that it wasn't quite done, seldom or perhaps; before a number, nothing about the act.
_NEARLY = codebook.words("nearly")
_OCCASIONS = codebook.words("occasions")
_CONDITIONS = frozenset({"if", "unless", "should", "until", "provided"})
#: Verbs that say of the infinitive under them what "must" says.
MODAL_VERBS = frozenset({"have", "need", "ought"})


def modality(verb: Token) -> Modality:
    """Modality of the clause that ``verb`` heads; coordinated verbs share their first verb's auxiliaries."""
    kind, negated, conditional = "future" if syntax.is_headline_plan(verb) else "fact", False, False
    nearly = verb.i > 1 and verb.nbor(-1).lower_ == "but" and verb.nbor(-2).lower_ == "all"
    if any(c.dep_ == "advmod" and c.lower_ == "longer" and c.i and c.nbor(-1).lower_ == "no" for c in verb.children):
        return Modality(kind, True, False, ended=True)
    for child in verb.children:
        lower = child.lower_
        if child.dep_ in ("aux", "auxpass"):
            if child.tag_ == "MD" or lower in _MODALS:
                inverted = lower == "should" and any(c.dep_ in syntax.SUBJECTS and c.i > child.i for c in verb.children)
                if inverted:
                    return Modality("possible", negated, True)  # "should the talks fail"
                kind = _MODALS.get(lower, kind)
            elif (
                lower == "to"
                and verb.dep_ == "ROOT"
                and not any(c.dep_ == "aux" and c.i < child.i for c in verb.children)
            ):
                kind = "future"  # headlines: "France to host summit"
            elif lower in _PRESENT and verb.tag_ == "VBG" and verb.lemma_ in _GOING:
                kind = "future"  # "is leaving for Suva on Monday"
        elif child.dep_ == "neg" and child.i > verb.i and syntax.is_contrasting(child):
            continue  # "will come on 29 May, not on 22 May"
        elif child.dep_ == "neg" or lower == "never" or (child.dep_ == "cc" and lower == "nor" and child.i < verb.i):
            negated = True
        elif child.dep_ == "advmod" and child.i < verb.i and not _NEARLY.isdisjoint((lower, *_lower(child.children))):
            nearly = True  # "nearly signed", "hardly ever criticised", "perhaps attacked"
        elif child.dep_ == "prep" and _is_never(child):
            negated = True
        elif child.dep_ in ("nsubj", "nsubjpass", "dobj"):
            words = [*child.children, *(c for part in syntax.children(child, "amod") for c in part.children)]
            if any(
                c.dep_ in ("det", "neg", "preconj") and c.lower_ in _NEGATIONS and not syntax.is_contrasting(c)
                for c in words
            ):
                negated = True
            negated = negated or lower in ("nobody", "none", "neither") or (lower == "few" and child.dep_ == "nsubj")
        elif child.dep_ == "advcl" and any(c.dep_ == "mark" and c.lower_ in _CONDITIONS for c in child.children):
            conditional = True
        elif child.dep_ == "preconj" and lower == "neither":
            negated = True
    if verb.dep_ == "conj" and syntax.is_verbal(verb.head) and kind == "fact" and not syntax.own_subjects(verb):
        first = modality(verb.head)
        if verb.tag_ in ("VB", "VBN", "VBG"):  # "will visit A and meet B": the infinitive shares the modal
            bare = not any(c.dep_ in ("aux", "auxpass") for c in verb.children)
            if bare:
                kind = first.kind
        conditional = conditional or first.conditional
    head = verb.head
    if verb.dep_ == "conj" and any(c.lower_ in ("nor", "than") and head.i < c.i < verb.i for c in _joining(verb)):
        negated = True  # "neither condemned A nor praised B", "jailed rather than expelled"
    if verb.dep_ in ("xcomp", "ccomp") and is_to_infinitive(verb):
        if head.lemma_ == "go" and head.tag_ == "VBG":
            return Modality("future", negated or modality(head).negated, conditional)
        if head.lemma_ == "be" and head.pos_ in ("AUX", "VERB"):
            if was_to_have(verb):
                return Modality("possible", negated, conditional)
            return Modality("future", negated or modality(head).negated, conditional)
        if head.lemma_ in MODAL_VERBS:
            return Modality("ought", negated or modality(head).negated, conditional)
    perfect = any(c.dep_ == "aux" and c.lower_ in ("have", "'ve") for c in verb.children)
    return Modality(kind, negated, conditional, doubted=nearly or (perfect and kind in ("possible", "would")))


def was_to_have(verb: Token) -> bool:
    """ "Was to have taken place": it was planned, and didn't."""
    is_planned = verb.dep_ == "xcomp" and verb.head.lemma_ == "be" and is_to_infinitive(verb)
    return is_planned and any(c.dep_ == "aux" and c.lower_ == "have" for c in verb.children)


def _lower(tokens: Iterable[Token]) -> Iterator[str]:
    return (token.lower_ for token in tokens)


def _is_never(preposition: Token) -> bool:
    """ "at no point", "under no circumstances"."""
    return any(
        noun.lower_ in _OCCASIONS and "no" in _lower(syntax.children(noun, "det"))
        for noun in syntax.children(preposition, "pobj")
    )


def _joining(verb: Token) -> list[Token]:
    """The words that join a clause to the one before."""
    return [*syntax.children(verb.head, "cc"), *syntax.children(verb, "cc", "mark")]


def is_present(verb: Token) -> bool:
    """Whether the clause is in the present tense: "expels", "has expelled", "is expelled"."""
    first = next(iter(syntax.children(verb, "aux", "auxpass")), verb)
    return first.tag_ in ("VBZ", "VBP")


def is_asked(verb: Token) -> bool:
    """ "Did A attack B?", "Will A visit B?": a question tells nothing."""
    asked = verb.sent.text.rstrip("\"'” ").endswith("?")
    subjects = [child.i for child in verb.children if child.dep_ in syntax.SUBJECTS]
    return asked and any(c.dep_ in ("aux", "auxpass") and any(c.i < i for i in subjects) for c in verb.children)


def is_to_infinitive(verb: Token) -> bool:
    """ "to discuss" and the like."""
    return any(c.dep_ == "aux" and c.lower_ == "to" for c in verb.children)


def is_perfect(verb: Token) -> bool:
    """ "has left", "to have left": told as done."""
    return any(c.dep_ == "aux" and c.lemma_.lower() == "have" for c in verb.children)


def is_purpose(verb: Token) -> bool:
    """ "to discuss trade" behind a finished clause: told as an aim, not as a deed."""
    return verb.dep_ in ("advcl", "relcl", "acl") and is_to_infinitive(verb)


def condition(verb: Token) -> str | None:
    """The subordinating word when the clause is itself a condition, a point in time or a concession."""
    if verb.dep_ == "advcl":
        for child in verb.children:
            if child.dep_ in ("mark", "advmod") and child.lower_ in (
                "if", "unless", "before", "until", "once", "whether", "lest", "provided", "should",
            ):  # fmt: skip
                return child.lower_
    if verb.dep_ in ("advcl", "ccomp"):
        subjects = syntax.own_subjects(verb)
        first = next(iter(syntax.children(verb, "aux", "auxpass")), None)
        if first is not None and first.lower_ in ("had", "were") and any(first.i < s.i for s in subjects):
            return "if"  # "had Chad attacked, …"
    marks = {c.lower_ for c in syntax.children(verb, "mark")}
    if verb.dep_ in ("ccomp", "csubj", "pcomp") and marks & {"whether", "if"}:
        return "whether"
    if verb.dep_ in ("advcl", "conj") and "than" in marks:
        return "instead"  # "rather than expel them, …"
    if verb.dep_ == "pcomp" and verb.head.dep_ in ("prep", "cc"):
        words = {verb.head.lower_, verb.head.head.lower_, *_lower(verb.head.children)}
        if words & {"than", "instead"} or {"far", "from"} <= words:
            return "instead"
        return next((word for word in ("before", "without") if word == verb.head.lower_), None)
    return None


def reversal(event_type: str, effect: str) -> tuple[str, str] | None:
    """(event_type, status_type) of an act that was stopped or lifted; None where that is no act of its own.

    Source: PLOVER manual rules on SANCTION (existing relations are cut), CONCEDE (limits are eased) and RETREAT.
    """
    if effect == "stopped":
        if event_type in ("AID", "COOPERATE", "SUPPORT"):
            return "SANCTION", "occurred"
        if event_type == "CONSULT":
            return "SANCTION", "occurred"
        if event_type in ("ASSAULT", "MOBILIZE"):
            return "RETREAT", "occurred"
        if event_type in ("SANCTION", "COERCE", "PROTEST", "REQUEST"):
            return "CONCEDE", "occurred"
        return None
    if event_type in ("SANCTION", "COERCE", "THREATEN"):
        return "CONCEDE", "occurred"
    if event_type in ("AID", "COOPERATE"):
        return "SANCTION", "occurred"
    return None


def speaker(verb: Token) -> Token | None:
    """The reporting verb under which a clause stands, if any."""
    token = verb
    for _ in range(8):
        head = token.head
        if head == token:
            return None
        if token.dep_ in ("ccomp", "parataxis", "xcomp") and syntax.is_verbal(head):
            found = operators().get(head.lemma_.lower(), ())
            if any(op.effect in ("spoken",) for op in found) or head.lemma_ in _SAYING:
                return head
        token = head
    return None


def says_of_itself(verb: Token, speaking: Token | None) -> bool:
    """ "Norway said it might close its embassy": the speaker's own deed."""
    own = {subject.lower_ for subject in syntax.own_subjects(verb)}
    return speaking is not None and not own.isdisjoint(("it", "he", "she", "they", "we"))


_SAYING = codebook.words("saying")

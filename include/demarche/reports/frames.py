"""From a parsed sentence to frames: an act, what is said of it, and the heads of the phrases that take part.

A trigger is a verb or noun of the lexicon. Words that govern it (`operators.py`) change its status and may make their
own subject the actor; the governing word is then not an act of its own. One frame per act; the pure grammar is in
`syntax.py`, the words in the codebook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from spacy.tokens import Span, Token

from demarche import codebook, ontology
from demarche.lexicon import NO_EVENT, Entry, Lexicon, lexicon
from demarche.reports import operators, syntax

#: Acts in which both sides do the same.
MUTUAL = frozenset({"CONSULT", "COOPERATE", "AGREE", "SUPPORT"})
_CONFLICT = frozenset({"SANCTION", "COERCE", "MOBILIZE", "ASSAULT", "PROTEST", "THREATEN"})
_COOPERATIVE = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
_OCCURRING = codebook.words("occurring")
_PLANNED_ADJECTIVES = codebook.words("planned_adjectives")
_VAGUE_ADJECTIVES = codebook.words("vague_adjectives")
_MEETING_PREPOSITIONS = ("with", "to", "between", "among", "into")
_NOMINAL_PREPOSITIONS = frozenset(
    {"to", "with", "against", "on", "for", "at", "from", "towards", "toward", "upon", "into"}
)
#: Acts that answer to somebody's act.
REACTIONS = frozenset({"ACCUSE", "SUPPORT", "REJECT"})
#: Acts of words alone: what they are about is their topic.
_VERBAL = frozenset({"ACCUSE", "SUPPORT", "REJECT", "REQUEST", "THREATEN"})
#: Nouns that name what somebody has said.
_WORDS_OF = codebook.words("words_of")
#: Acts done to bodies and things.
_PHYSICAL = frozenset({"ASSAULT", "COERCE"})
#: Nouns of these types name the doer with "of" ("the withdrawal of Chad"), unless the lexicon says otherwise.
_SUBJECTIVE = frozenset({"RETREAT", "CONCEDE", "MOBILIZE", "PROTEST"})
_HOSTING = codebook.words("hosting")
_AHEAD = frozenset({"before", "ahead of", "pending", "prior to"})
_RECIPIENT_PREPOSITIONS = (
    *("to", "with", "against", "on", "upon", "at", "for", "from", "towards", "toward", "into", "over", "out of"),
    *("between", "among"),
)


@dataclass
class Frame:
    """An act as its sentence tells it. Tokens are heads of phrases; ``entry`` is the lexicon's line that decided."""

    trigger: Token
    entry: Entry
    event_type: str
    mode_type: str | None
    status_type: str
    rule: str
    actors: list[Token] = field(default_factory=list)
    recipients: list[Token] = field(default_factory=list)
    words: list[Token] = field(default_factory=list)
    speaker: Token | None = None
    tense: str = "past"
    is_nominal: bool = False
    is_denial: bool = False
    """Somebody says that it did not happen, which is no refusal to do it."""
    is_to_things: bool = False
    """The recipients are no parties but what the act was done to: "torched a village", "boycotted the vote"."""
    learned_score: float | None = None
    """How probable the classifier holds act and sides to be; None where it was not asked."""
    phrases: dict[int, Token] = field(default_factory=dict)
    """By a party's token the wider phrase that stands in its place ("the coup in Gabon" for Gabon)."""

    @property
    def plover_type(self) -> str | None:
        """What a PLOVER coder writes; None for a bare denial."""
        return None if self.is_denial else ontology.fold(self.event_type, self.status_type)


@dataclass(frozen=True)
class _Act:
    token: Token
    entry: Entry
    companion: Token | None


@dataclass
class _Reading:
    """What the climb from an act through its governors found."""

    status: str | None
    event_type: str
    mode_type: str | None
    stance: Token | None = None  # the governing word whose subject takes the act upon itself
    effect: str | None = None
    stances: list[Token] = field(default_factory=list)
    governors: list[Token] = field(default_factory=list)
    speaker: Token | None = None
    rule: str = ""
    tense: str = "past"


IsParty = Callable[[Token], bool]


#: Words that name somebody by what he is to somebody else.
RELATIONAL = codebook.words("relational")


def find_frames(sentence: Span, known: Lexicon, is_party: IsParty) -> tuple[list[Frame], frozenset[int]]:
    """The acts that a sentence tells, and the tokens of those that it only mentions (denies, wishes, condemns).

    ``is_party`` says of a token whether it can take part (a person, a state, …).
    """
    acts = {act.token.i: act for token in sentence if (act := _match(token, known) or _match_modal(token))}
    claimed: set[int] = set()  # triggers that belong to another act's wording or govern one
    worded: dict[int, int] = {}
    for act in acts.values():
        if act.companion is None or not syntax.is_verbal(act.token):
            continue
        noun, verb = act.companion.i, act.token.i
        claimed.add(noun)
        other = worded.setdefault(noun, verb)
        if other != verb:  # "talks scheduled for Friday were announced": the nearer verb tells of the talks
            nearer, farther = (other, verb) if abs(other - noun) <= abs(verb - noun) else (verb, other)
            if acts[farther].entry.status in ("cancelled", "postponed") and acts[nearer].entry.status == "planned":
                nearer, farther = farther, nearer  # "the visit, planned for Monday, was called off"
            worded[noun] = nearer
            claimed.add(farther)
    mentioned: set[int] = set()
    readings: dict[int, _Reading] = {}
    for index, act in acts.items():
        if index in claimed:
            continue
        reading = _read(act, acts)
        if reading is None:
            mentioned.add(index)
            continue
        readings[index] = reading
    for reading in readings.values():
        if reading.status is not None and reading.stance is not None:
            claimed.update(stance.i for stance in reading.stances)
        claimed.update(g.i for g in reading.governors if g.dep_ == "acl")
    frames = []
    for index in sorted(readings):
        reading = readings[index]
        if index in claimed or reading.status is None:
            continue
        frame = _participants(acts[index], reading, is_party)
        if frame is not None:
            frames.append(frame)
    return frames, frozenset(mentioned)


# --- which act a word is -----------------------------------------------------------------------------------------
_MUST = Entry("must", "verb", frozenset(), "REQUEST", "", "requested", (), False, 0)
_WILL_NOT = Entry("will not", "verb", frozenset(), "REJECT", "", "denied", (), False, 0)


def _match_modal(token: Token) -> _Act | None:
    """What any verb says under a speaker: "Mali must …, said Chad" asks, "said it would not …" refuses."""
    if not syntax.is_verbal(token) or token.dep_ in ("aux", "auxpass") or _speaker(token) is None:
        return None
    mood = operators.modality(token)
    if mood.kind == "ought" and not mood.negated:
        return _Act(token, _MUST, None)
    if token.lemma_ in _STATIVE:
        return None
    if mood.negated and mood.kind in ("future", "would") and token.dep_ != "ROOT" and _is_own_deed(token):
        return _Act(token, _WILL_NOT, None)
    return None


def _is_own_deed(verb: Token) -> bool:
    """Whether the clause's subject may be who speaks: a pronoun, or the same name again."""
    speaking = _speaker(verb)
    mine = [s for s in syntax.subjects(verb) if s.pos_ == "PRON" or s.lower_ in _SELVES]
    names = {s.lemma_.lower() for s in syntax.subjects(speaking)} if speaking is not None else set()
    return bool(mine) or any(s.lemma_.lower() in names for s in syntax.subjects(verb))


_STATIVE = codebook.words("stative")
_SELVES = frozenset({"government", "country", "side"})


def _match(token: Token, known: Lexicon) -> _Act | None:
    """The lexicon's best line for a word: a pair with the object first, then particle, preposition, single word."""
    if token.pos_ not in ("VERB", "NOUN", "ADJ", "AUX") or (token.pos_ == "AUX" and token.dep_ in ("aux", "auxpass")):
        return None
    pos = {"NOUN": "noun", "ADJ": "adjective"}.get(token.pos_, "verb")
    entries = known.entries(token.lemma_.lower(), pos)
    if not entries:
        return None
    under = _under(token)
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
    return _Act(token, best[1], best[2])


#: From this rank on (see `_under`) the word that stands with a trigger is a noun that belongs to its wording.
_NOUN_RANK = 4


def _under(token: Token) -> dict[str, tuple[int, Token]]:
    """Lemmas that stand with a word, each with its rank (object 5, oblique's object 4, particle 3, preposition 2)."""
    found: dict[str, tuple[int, Token]] = {}

    def put(lemma: str, rank: int, at: Token) -> None:
        if lemma not in found or found[lemma][0] < rank:
            found[lemma] = (rank, at)

    given = any(child.dep_ == "dative" for child in token.children)
    for child in token.children:
        if child.dep_ in ("dobj", "nsubjpass", "attr", "oprd") or (given and child.dep_ == "npadvmod"):
            for part in syntax.conjuncts(child):
                put(part.lemma_.lower(), 6, part)
                for inner in part.children:
                    if inner.dep_ in ("acl", "relcl") and operators.is_to_infinitive(inner):
                        put(inner.lemma_.lower(), 3, part)  # "two days to leave"
                    elif inner.dep_ in ("compound", "amod"):
                        put(inner.lemma_.lower(), 4 if inner.dep_ == "compound" else 3, part)
                    elif inner.dep_ == "prep" and inner.lower_ == "of":
                        for deep in inner.children:
                            put(deep.lemma_.lower(), 4, part)
        elif child.dep_ in ("prt", "advmod", "acomp"):
            put(child.lower_, 3, child)
            put(child.lemma_.lower(), 3, child)
        elif child.dep_ in ("prep", "agent", "dative") and child.pos_ in ("ADP", "SCONJ", "ADV", "VERB"):
            behind = syntax.children(child, "pobj")
            if behind and all(noun.ent_type_ in ("DATE", "TIME") for noun in behind):
                continue  # "called on Monday" calls on nobody
            put(child.lower_, 2, child)
            for grandchild in behind:
                put(grandchild.lemma_.lower(), 4, grandchild)
                for inner in syntax.children(grandchild, "acl", "relcl"):
                    if operators.is_to_infinitive(inner):  # "called on the minister to resign"
                        put("to", 1, inner)
                        put(inner.lemma_.lower(), 3, inner)
        elif child.dep_ == "advcl" and operators.is_to_infinitive(child):
            put(child.lemma_.lower(), 3, child)
            put("to", 1, child)
        elif child.dep_ in ("xcomp", "ccomp"):
            if child.dep_ == "xcomp" or child.pos_ == "NOUN":  # what a finite clause says is an act of its own
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


# --- what is said of it ------------------------------------------------------------------------------------------
def _read(act: _Act, acts: dict[int, _Act]) -> _Reading | None:
    """Climb from the act to the root of its sentence: status, stance, speaker. None: it is not told as an act."""
    entry = act.entry
    reading = _Reading("occurred", entry.event_type, entry.mode_type or None, rule=_rule_name(entry))
    token = act.token
    if syntax.is_verbal(token):
        if not _verb_status(token, reading):
            return None
    elif not _noun_status(token, reading):
        return None
    if entry.status and reading.status == "occurred":
        reading.status = entry.status
    return _climb(token, reading, acts)


def _rule_name(entry: Entry) -> str:
    """How the lexicon's line is called in `coding_rule`: "lift + sanction"."""
    return " + ".join([entry.head, *sorted(entry.with_lemmas)])


def _verb_status(verb: Token, reading: _Reading) -> bool:
    """Status by the verb's own clause. False: no act (negated, merely possible, a purpose)."""
    mood = operators.modality(verb)
    cooperative = reading.event_type in _COOPERATIVE
    speaking = _speaker(verb)
    if verb.dep_ == "relcl" and mood.kind == "fact" and _is_standing(verb):
        return False  # "companies that trade with Iran", "who backs the rebels": a standing matter, no act
    if reading.event_type == "REQUEST" and any(
        child.dep_ == "ccomp" and _is_finite_statement(child) for child in verb.children
    ):
        return False  # "insists that it has kept the truce" asks for nothing
    if verb.lemma_ == "warn" and not syntax.objects(verb) and _is_of_others(verb):
        return False  # "warned that farmers would pay" threatens nobody
    if mood.negated:
        volitional = mood.kind in ("future", "can") or (mood.kind == "would" and speaking is not None)
        if not volitional or not (cooperative or reading.event_type == "REJECT"):
            return False
        reading.status, reading.rule = "denied", f"{reading.rule} · will not"
        return True
    if mood.kind in ("future", "would", "possible"):
        reading.tense = "future"
    if mood.kind == "future":
        reading.status = "threatened" if mood.conditional and not cooperative else "planned"
    elif mood.kind == "would":
        if any(c.dep_ == "aux" and c.lower_ == "have" for c in verb.children):
            return False  # "would have lifted the ban, had …": it did not
        if mood.conditional:
            reading.status = "hypothetical" if cooperative else "threatened"
        elif speaking is not None:
            reading.status = "planned"
        else:
            return False
    elif mood.kind == "possible":
        if not cooperative and (mood.conditional or _says_of_itself(verb, speaking)):
            reading.status = "threatened"
        elif speaking is not None and mood.conditional:
            reading.status = "hypothetical"
        else:
            return False
    elif mood.kind == "ought":
        if speaking is None:
            return False
        reading.status, reading.tense = "requested", "future"
        reading.stance, reading.effect = speaking, "ought"
    elif mood.kind == "can":
        return False
    if reading.status in ("planned", "threatened", "hypothetical"):
        reading.rule = f"{reading.rule} · {mood.kind}"
    return True


def _is_standing(verb: Token) -> bool:
    """Simple present: "trades", "is recognised by", not "is visiting", "has signed"."""
    if verb.tag_ in ("VBZ", "VBP"):
        return not syntax.children(verb, "aux")
    passive = syntax.children(verb, "auxpass")
    return bool(passive) and passive[0].tag_ in ("VBZ", "VBP") and not syntax.children(verb, "aux")


def _is_of_others(verb: Token) -> bool:
    """Whether the clause under a verb of saying tells what others would do, not its own subject."""
    clauses = [c for c in verb.children if c.dep_ == "ccomp" and syntax.own_subjects(c)]
    return any(all(s.pos_ != "PRON" for s in syntax.own_subjects(c)) for c in clauses)


def _speaker(verb: Token) -> Token | None:
    """The reporting verb under which a clause stands, if any."""
    token = verb
    for _ in range(8):
        head = token.head
        if head == token:
            return None
        if token.dep_ in ("ccomp", "parataxis", "xcomp") and syntax.is_verbal(head):
            found = operators.operators().get(head.lemma_.lower(), ())
            if any(op.effect in ("spoken",) for op in found) or head.lemma_ in _SAYING:
                return head
        token = head
    return None


def _says_of_itself(verb: Token, speaking: Token | None) -> bool:
    """ "Norway said it might close its embassy": the speaker's own deed."""
    own = {subject.lower_ for subject in syntax.own_subjects(verb)}
    return speaking is not None and not own.isdisjoint(("it", "he", "she", "they", "we"))


_SAYING = codebook.words("saying")


def _modifiers(noun: Token) -> list[Token]:
    """What modifies a noun; participles that the parser hung on the last of its sides belong to it too, for people
    aren't scheduled: "a meeting between A and B scheduled for Thursday"."""
    found = list(noun.children)
    for _, side in syntax.obliques(noun):
        for token in [side, *syntax.children(side, "appos", "conj")]:
            found += [
                child
                for child in syntax.children(token, "acl")
                if child.tag_ == "VBN" and child.lemma_.lower() in _OF_MEETINGS
            ]
    return found


_OF_MEETINGS = codebook.words("meeting_participles")


def _noun_status(noun: Token, reading: _Reading) -> bool:
    """Status by the noun's own modifiers: "a planned visit", "no talks", "the meeting scheduled for Thursday"."""
    for child in _modifiers(noun):
        lower = child.lower_
        if child.dep_ in ("det", "neg") and lower in ("no", "any", "neither"):
            return False
        if child.dep_ in ("amod", "acl", "compound", "relcl"):
            if lower in _PLANNED_ADJECTIVES or (
                child.lemma_ in ("schedule", "plan", "slate", "expect", "set") and child.tag_ == "VBN"
            ):
                reading.status, reading.tense = "planned", "future"
            elif lower in _VAGUE_ADJECTIVES:
                return False
            elif child.dep_ == "relcl" and syntax.is_verbal(child):
                mood = operators.modality(child)
                if mood.kind == "future" and not mood.negated:
                    reading.status, reading.tense = "planned", "future"
            elif child.tag_ == "VBN" or child.dep_ == "acl":
                found = operators.operator(child, noun)
                if found and found.effect in ("cancelled", "postponed"):
                    reading.status = found.effect
        if child.dep_ == "acl" and child.lemma_.lower() in _OF_MEETINGS:
            reading.governors.append(child)
    return True


def _climb(token: Token, reading: _Reading, acts: dict[int, _Act]) -> _Reading | None:
    """Apply every governing word from the inside out."""
    current = token
    for _ in range(12):
        word = operators.condition(current) if syntax.is_verbal(current) else None
        if word in ("if", "unless", "whether", "lest", "provided", "should"):
            return None
        if word in ("before", "until", "without", "instead"):
            return None
        aim = syntax.is_verbal(current) and operators.is_purpose(current) and current.dep_ == "advcl"
        if aim and reading.effect is None:
            return None
        step = _governor(current)
        if step is None:
            return reading
        governor, link = step
        if link in _AHEAD and reading.status == "occurred":
            reading.status, reading.tense = "planned", "future"
        if link == "relative" or link == "conj":
            current = governor
            if link == "relative":
                return reading  # told in passing; what governs the noun says nothing of the clause
            continue
        applied = _apply(governor, current, link, reading, acts)
        if applied is None:
            return None
        if applied is False:
            return reading
        current = governor
    return reading


def _governor(token: Token) -> tuple[Token, str] | None:
    """The word that governs this one, and how: a dependency label, or the preposition between them."""
    head, label = token.head, token.dep_
    if head == token:
        return None
    if label == "conj":
        if syntax.is_verbal(token) and syntax.own_subjects(token) and syntax.is_verbal(head):
            return (head, "conj") if head.dep_ != "ROOT" else None
        return head, "conj"
    if label == "relcl":
        return head, "acl" if operators.is_to_infinitive(token) else "relative"
    if label in ("pobj", "pcomp"):
        preposition = head
        name = preposition.lower_
        above = preposition.head
        if above.dep_ in ("advmod", "prep", "prt") and above.lower_ in ("ahead", "prior", "out"):
            name, above = f"{above.lower_} {name}", above.head
        return (above, name) if above != preposition else None
    return head, label


def _apply(governor: Token, act: Token, link: str, reading: _Reading, acts: dict[int, _Act]) -> bool | None:
    """One governing word. True: climb on; False: it says nothing more; None: the act is not told as an act."""
    nominal = not syntax.is_verbal(act)
    if link in ("advcl", "parataxis", "dep", "npadvmod", "advmod", "appos", "poss", "compound", "agent", "punct"):
        return False
    found = operators.operator(governor, act)
    effect = found.effect if found else None
    if effect == "requested" and nominal and link == "dobj" and governor.lemma_.lower() in _ORDERING:
        effect = "transparent"  # "ordered sanctions on": by its own power, so it is done
    if effect == "requested" and link == "ccomp" and _is_finite_statement(act):
        effect = "spoken"
    if effect == "planned" and link == "ccomp" and act.i < governor.i and _is_finite_statement(act):
        effect = "spoken"  # "… imposed sanctions, ministers decided"
    if effect == "stopped" and reading.event_type == "CONSULT" and governor.lemma_.lower() in _CONCLUDING:
        effect = "transparent"  # "ended a round of talks"
    mood = operators.modality(governor) if syntax.is_verbal(governor) else operators.Modality("fact", False, False)
    if nominal and link == "nsubjpass":
        infinitive = next(iter(syntax.children(governor, "xcomp")), None)
        if infinitive is not None and infinitive.lemma_.lower() not in _OCCURRING:
            return False  # "the visit is meant to show …": told of a visit, not a plan for one
    if nominal and link == "nsubj" and not syntax.is_passive(governor):
        # "the visit takes place", "the talks will resume", "the visit drew praise"
        if governor.lemma_.lower() in _OCCURRING or effect == "transparent":
            if mood.negated:
                return None
            if mood.kind in ("future", "would") and reading.status == "occurred":
                reading.status, reading.tense = "planned", "future"
            elif mood.kind in ("possible", "can", "ought"):
                return None
            reading.governors.append(governor)
            return True
        return False
    if effect is None and nominal and governor.i in acts and acts[governor.i].entry.event_type in _VERBAL:
        return None  # what is condemned, praised or asked about is mentioned, not told
    if nominal and link == "for" and effect is None and governor.i in acts:
        return None  # "recalled its envoy for consultations": an aim
    if effect is None and link == "acl" and operators.is_to_infinitive(act) and not _is_ranked(governor):
        return None  # "a way to resolve the dispute", "the right to retaliate"
    if effect is None and not syntax.is_verbal(governor):
        return False
    if effect is None or effect == "transparent":
        reading.governors.append(governor)
        if (nominal and link in ("dobj", "nsubjpass", "attr")) or effect == "transparent":
            if mood.negated:
                if mood.kind == "future" and reading.event_type in _COOPERATIVE and effect == "transparent":
                    reading.status, reading.stance, reading.effect = "denied", governor, "refused"
                    return True
                return None
            if mood.kind in ("future", "would") and reading.status == "occurred":
                reading.status, reading.tense = "planned", "future"
            elif mood.kind in ("possible", "can") and reading.status == "occurred":
                return None
            if mood.kind == "ought":
                return None
        return True
    if effect in operators.SILENCING:
        return None
    if effect == "spoken":
        if nominal and link == "dobj":
            if governor.lemma_ in ("announce", "declare") and reading.status == "occurred":
                reading.governors.append(governor)
                return True
            return None if governor.lemma_ in ("report", "show", "note") else True
        reading.speaker = reading.speaker or governor
        return True
    if nominal and link not in (
        "dobj",
        "nsubjpass",
        "for",
        "of",
        "to",
        "on",
        "with",
        "in",
        "out of",
        "at",
        "attr",
        "from",
        "nsubj",
        "dative",
        "oprd",
    ):
        return False
    if mood.negated or (
        mood.kind in ("possible", "would") and effect not in ("threatened",) and _speaker(governor) is None
    ):
        return None
    if reading.effect in operators.STANCES and effect in operators.STANCES:
        # a stance towards a stance: "rejected a demand to withdraw", "agreed to call off the visit"
        return _stack(governor, effect, reading)
    return _take_stance(governor, act, effect, reading, link, mood)


def _is_ranked(noun: Token) -> bool:
    """ "the first president to visit", "the only state to object": what the infinitive says was done."""
    words = [noun.lower_, *(c.lower_ for c in noun.children if c.dep_ in ("amod", "det", "advmod"))]
    return noun.tag_ == "CD" or any(word in _RANKS for word in words)


_RANKS = frozenset({"first", "second", "third", "last", "latest", "only", "next", "few", "fourth", "fifth"})


def _is_finite_statement(verb: Token) -> bool:
    """ "insisted that it had freed them", against "insisted that they be freed"."""
    auxiliaries = [c for c in verb.children if c.dep_ in ("aux", "auxpass")]
    if any(c.tag_ in ("VBD", "VBZ", "VBP", "MD") for c in auxiliaries):
        return not any(c.lower_ in ("should", "must") for c in auxiliaries)
    return verb.tag_ in ("VBD", "VBZ")


def _take_stance(
    governor: Token, act: Token, effect: str, reading: _Reading, link: str, mood: operators.Modality
) -> bool | None:
    if effect in ("stopped", "lifted"):
        turned = operators.reversal(reading.event_type, effect)
        if turned is None or syntax.is_verbal(act):
            if effect == "stopped" and syntax.is_verbal(act):  # "stopped supplying arms"
                turned = operators.reversal(reading.event_type, effect)
            if turned is None:
                return None
        event_type, status = turned
        reading.event_type, reading.mode_type = event_type, _REVERSED_MODE.get(event_type)
        reading.status = "planned" if mood.kind == "future" else status
    elif effect == "planned":
        if reading.status in ("occurred", "planned"):
            reading.status = "hypothetical" if operators.modality(act).conditional else "planned"
        reading.tense = "future"
    elif effect == "charge_denied":
        reading.status = "denied"
    elif effect == "refused":
        if reading.event_type not in _COOPERATIVE:
            return None
        reading.status = "denied"
    elif effect in ("cancelled", "postponed"):
        reading.status = effect
        if reading.event_type in _CONFLICT:
            reading.event_type, reading.status, reading.mode_type = "CONCEDE", "occurred", None
    else:
        reading.status = effect
        reading.tense = "future" if effect in ("requested", "threatened") else reading.tense
        if effect == "threatened" and reading.event_type in _COOPERATIVE:
            return None
    reading.stance, reading.effect = governor, effect
    reading.stances.append(governor)
    reading.governors.append(governor)
    reading.rule = f"{reading.rule} · {governor.lemma_.lower()}"
    return True


def _stack(governor: Token, effect: str, reading: _Reading) -> bool | None:
    if effect == "planned":
        if reading.effect in ("stopped", "lifted"):
            reading.status, reading.tense = "planned", "future"
            reading.stances.append(governor)
            reading.governors.append(governor)
        return True
    if effect == "refused" and reading.effect == "requested":
        reading.event_type, reading.mode_type, reading.status = "REJECT", None, "denied"
    elif effect == "refused" and reading.effect == "planned":
        reading.status = "denied"
    elif effect == "requested":
        reading.status = "requested"
    elif effect == "threatened":
        if reading.effect not in ("stopped", "cancelled"):
            return None
        reading.status = "threatened"
    elif effect in ("cancelled", "postponed") and reading.effect == "planned":
        reading.status = effect
    else:
        return None
    reading.stance, reading.effect = governor, effect
    reading.stances.append(governor)
    reading.governors.append(governor)
    reading.rule = f"{reading.rule} · {governor.lemma_.lower()}"
    return True


_REVERSED_MODE = {"SANCTION": "discontinue", "RETREAT": "ceasefire", "CONCEDE": None}


# --- who takes part ----------------------------------------------------------------------------------------------
def _participants(act: _Act, reading: _Reading, is_party: IsParty) -> Frame | None:
    token = act.token
    assert reading.status is not None
    frame = Frame(
        trigger=token,
        entry=act.entry,
        event_type=reading.event_type,
        mode_type=reading.mode_type,
        status_type=reading.status,
        rule=reading.rule,
        speaker=reading.speaker,
        tense=reading.tense,
        is_nominal=not syntax.is_verbal(token),
        is_denial=reading.effect == "charge_denied",
        words=[token, *([act.companion] if act.companion is not None else []), *reading.governors],
    )
    if frame.is_nominal:
        actors, recipients = _nominal_sides(token, act.entry, is_party)
        for governor in reading.governors:
            if not syntax.is_verbal(governor) or reading.stance == governor:
                continue
            if not _lets_happen(governor):
                continue
            if not actors and token.dep_ not in ("nsubj", "nsubjpass"):
                actors = _subjects(governor, is_party)
            elif not recipients and governor.lemma_.lower() not in _OCCURRING:
                subject = _subjects(governor, is_party)
                if subject and not set(subject) & set(actors) and act.entry.event_type in MUTUAL:
                    recipients = subject
            if not recipients:
                recipients = _recipients(governor, act, is_party)
    else:
        actors, recipients = _verbal_sides(token, act, is_party)
    receiving = next((g for g in reading.governors if _receives(g, token)), None)
    if frame.is_nominal and receiving is not None and reading.stance is None:
        actors, recipients = _received_sides(receiving, token, is_party)
    if reading.stance is not None:
        actors, recipients = _stance_sides(reading, act, actors, recipients, is_party)
    elif reading.speaker is not None and actors and all(_is_first_person(a) for a in actors):
        actors = _subjects(reading.speaker, is_party) or actors
    if reading.mode_type == "visit":  # "announced a visit by X": whoever announces it, X comes
        actors = _who_comes(token if frame.is_nominal else act.companion, token, is_party) or actors
    if reading.status in ("threatened", "hypothetical") and not recipients and not frame.is_nominal:
        recipients = _conditioned(token, is_party)
    pointing = act.entry.event_type in REACTIONS and any(is_step(thing) for thing in _things(act, actors))
    one_sided = not actors or not (recipients or pointing)
    alone = not act.entry.with_lemmas and reading.stance is None
    if alone and one_sided and (act.entry.head, act.entry.event_type) in _weak():
        return None
    if len(_unique(actors)) > 1 and act.entry.event_type in MUTUAL:
        topics = [o for word in frame.words for name, o in syntax.obliques(word) if name in ("on", "over", "about")]
        recipients = [r for r in recipients if r not in topics]  # "agreed to share information on Togo"
    frame.actors = _unique(actors)
    frame.recipients = [r for r in _unique(recipients) if r not in frame.actors and not _is_own(r, frame.actors)]
    if not frame.recipients and frame.actors and not frame.is_nominal:
        frame.recipients = _things(act, frame.actors)
        frame.is_to_things = bool(frame.recipients)
    if act.entry.event_type == "CONSULT" and not frame.recipients and reading.status == "hypothetical":
        frame.recipients = _conditioned(token, is_party)
    received = syntax.subjects(token) if syntax.is_passive(token) else syntax.objects(token)
    if _is_hosting(token, act) and frame.mode_type is None and any(o in frame.actors for o in received):
        frame.mode_type = "visit"  # whoever is received has come
    if not frame.is_nominal and reading.stance is None:
        frame.phrases = _phrases(act, frame)
    if frame.is_nominal and not _nominal_is_told(frame, reading):
        return None
    return frame if frame.actors or frame.recipients or is_anaphoric(token) else None


def _receives(verb: Token, noun: Token) -> bool:
    """ "drew condemnation from", "met with criticism by": the subject of the verb suffers what the noun says."""
    return verb.lemma_.lower() in _RECEIVING and (
        noun.dep_ == "dobj" or (noun.dep_ == "pobj" and noun.head.lower_ == "with")
    )


_CONCLUDING = frozenset({"end", "finish", "complete"})
_ORDERING = frozenset({"order", "decree"})
_RECEIVING = codebook.words("receiving")


def _received_sides(verb: Token, noun: Token, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    sources = [noun, *(t for t in syntax.conjuncts(noun) if t != noun), verb]
    givers = [
        party
        for source in sources[:1] + sources[-1:]
        for name, o in syntax.obliques(source)
        if name in ("from", "by", "among", "of")
        for party in ([o] if is_party(o) else _inside(o, is_party, 1))
    ]
    found = syntax.subjects(verb)
    sufferers = [s for s in found if is_party(s)] or [p for s in found for p in _inside(s, is_party)]
    return givers, sufferers or [s for s in found if s.pos_ in ("NOUN", "PROPN")][:1]


def _phrases(act: _Act, frame: Frame) -> dict[int, Token]:
    """The subject or object around a party that stands inside it; not where the noun only completes the verb."""
    slots = [(frame.actors, syntax.subjects(act.token)), (frame.recipients, syntax.objects(act.token))]
    if syntax.is_passive(act.token):
        slots = [(frame.recipients, syntax.subjects(act.token))]
    found: dict[int, Token] = {}
    for side, nouns in slots:
        for noun in nouns:
            if noun in side or noun == act.companion:
                continue
            inside = [party for party in side if noun.is_ancestor(party)]
            if len(inside) == 1:
                found[inside[0].i] = noun
    return found


def _is_own(noun: Token, actors: list[Token]) -> bool:
    """ "summoned his council", "its ambassadors": what belongs to the actor is nobody else."""
    if noun.pos_ == "PROPN" or noun.lemma_.lower() in RELATIONAL or any(actor.i > noun.i for actor in actors):
        return False
    return any(c.dep_ == "poss" and c.lower_ in ("his", "her", "its", "their", "our", "my") for c in noun.children)


@cache
def _weak() -> frozenset[tuple[str, str]]:
    """Single words of many senses: they tell an act only with somebody on either side."""
    return frozenset(
        (lemma, row["event_type"]) for row in codebook.table("weak_triggers") for lemma in row["lemmas"].split()
    )


def _conditioned(verb: Token, is_party: IsParty) -> list[Token]:
    """Whose deed would set off what is threatened: the subject of the if-clause."""
    for child in verb.children:
        if child.dep_ == "advcl" and any(c.dep_ == "mark" for c in child.children):
            found = [s for s in syntax.own_subjects(child) if is_party(s)]
            if found:
                return found
    return []


def _is_first_person(token: Token) -> bool:
    return token.lower_ in ("we", "i", "us", "our")


def _nominal_is_told(frame: Frame, reading: _Reading) -> bool:
    """A bare noun is colour ("denuclearisation talks"); with two sides, or one and an occurrence, it tells an act.

    A noun that points back ("the meeting") may do without sides when something is said of it: `merging` finds its own.
    """
    sides = len(frame.actors) + len(frame.recipients)
    if sides >= 2 or reading.stance is not None:
        return sides >= 1
    occurs = any(syntax.is_verbal(g) and _lets_happen(g) for g in reading.governors)
    if sides == 1:
        return occurs or (is_anaphoric(frame.trigger) and frame.event_type == "CONSULT")
    return is_anaphoric(frame.trigger) and (occurs or bool(syntax.children(frame.trigger, "relcl", "acl")))


def _lets_happen(governor: Token) -> bool:
    lemma = governor.lemma_.lower()
    if lemma in _RECEIVING:
        return True
    effects = {op.effect for op in operators.operators().get(lemma, ())}
    return lemma in _OCCURRING or bool(effects & {"transparent", "spoken"} | effects & operators.STANCES)


def is_anaphoric(noun: Token) -> bool:
    """ "the meeting", "these talks", "his visit": a noun that points back to an act already told."""
    return noun.pos_ == "NOUN" and any(c.dep_ in ("det", "poss") and c.lower_ in _POINTING for c in noun.children)


_POINTING = frozenset({"the", "this", "these", "that", "those", "their", "his", "her", "its", "both"})


def _unique(tokens: Iterable[Token]) -> list[Token]:
    seen: dict[int, Token] = {}
    for token in tokens:
        seen.setdefault(token.i, token)
    return list(seen.values())


def _who_comes(visit: Token | None, verb: Token, is_party: IsParty) -> list[Token]:
    """The parties that "by" names behind a visit, on whichever word the parser hangs it."""
    if visit is None or syntax.is_verbal(visit):
        return []
    hosts = [visit] if visit == verb or syntax.is_passive(verb) else [visit, verb]
    return [o for word in hosts for name, o in syntax.obliques(word) if name == "by" and o.i > visit.i and is_party(o)]


def _subjects(verb: Token, is_party: IsParty) -> list[Token]:
    """The parties among a verb's logical subjects: the agent of a passive, else what stands as subject."""
    if syntax.is_passive(verb):
        agents = [o for name, o in syntax.obliques(verb) if name == "by"]
        return [a for a in agents if is_party(a)] or [p for a in agents for p in _inside(a, is_party)]
    found = syntax.subjects(verb) or _mistagged_subject(verb, is_party)
    parties = [s for s in found if is_party(s)] or [p for s in found for p in _owners(s, is_party)]
    if not parties and verb.dep_ == "acl" and verb.tag_ == "VBG":  # "issued a statement criticising the vote"
        above = syntax.clause_verb(verb.head)
        return _subjects(above, is_party) if above is not None and above.i < verb.i else []
    return parties


def _mistagged_subject(verb: Token, is_party: IsParty) -> list[Token]:
    """A name at the head of the sentence whose first part the tagger took for a preposition."""
    for child in verb.children:
        if child.dep_ == "prep" and child.i < verb.i and is_party(child):
            return [part for pobj in syntax.children(child, "pobj") for part in syntax.conjuncts(pobj)]
    return []


def _owners(noun: Token, is_party: IsParty) -> list[Token]:
    """Whose thing a subject is that can't act itself: "Cuba's vote", "Russian missiles", "the vote of Cuba"."""
    for label in ("poss", "amod", "compound", "nmod"):
        found = [c for c in noun.children if c.dep_ == label and is_party(c)]
        if found:
            return found
    return [o for name, o in syntax.obliques(noun) if name == "of" and is_party(o)]


def _inside(noun: Token, is_party: IsParty, depth: int = 3) -> list[Token]:
    """Parties inside a phrase that is none itself: "Tonga's proposal", "the coup in Gabon", "curbs against Iran"."""
    found: list[Token] = []
    for child in noun.children:
        if child.dep_ == "poss" and child.pos_ != "PRON" and is_party(child):
            found += [part for part in syntax.conjuncts(child) if is_party(part)]
    if found:
        return found
    for name, other in syntax.obliques(noun):
        if name in ("by", "of", "from", "against", "in", "on", "with", "for", "between", "to", "over"):
            if is_party(other):
                found.append(other)
            elif depth:
                found += _inside(other, is_party, depth - 1)
    if found:
        return found
    for child in noun.children:
        if child.dep_ in ("amod", "compound", "nmod") and is_party(child):
            found.append(child)
        elif child.dep_ == "poss" and depth:
            found += _inside(child, is_party, depth - 1)
    if found:
        return found
    for child in noun.children:
        if child.dep_ == "acl" and child.tag_ == "VBN":
            found += [o for name, o in syntax.obliques(child) if name == "by" and is_party(o)]
        elif child.dep_ in ("acl", "relcl") and depth and not syntax.is_adverbial_relative(child):
            found += [s for s in syntax.own_subjects(child) if is_party(s) and s != noun and s.pos_ != "PRON"]
            found = found or [o for o in syntax.objects(child) if is_party(o)]
    return found


def _is_hosting(verb: Token, act: _Act) -> bool:
    return verb.lemma_ in _HOSTING and act.entry.event_type == "CONSULT"


def _verbal_sides(verb: Token, act: _Act, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    actors = _subjects(verb, is_party)
    if syntax.is_passive(verb):
        undergoers = syntax.subjects(verb)
        parties = [u for u in undergoers if is_party(u)]
        oblique = _recipients(verb, act, is_party, passive=True)
        carried = act.companion in undergoers and not _is_undergoer(act)
        suffered = parties or [p for u in undergoers for p in _inside(u, is_party)]
        if not suffered and act.entry.event_type in _PHYSICAL:
            suffered = [u for u in undergoers if u.pos_ in ("NOUN", "PROPN")]
        recipients = oblique if carried else suffered or oblique
        if not actors and act.entry.event_type == "COERCE" and parties:
            # who is arrested in a state, its authorities have arrested
            actors = [o for name, o in syntax.obliques(verb) if name == "in" and is_party(o) and o not in recipients]
        if not actors and act.entry.mode_type in ("expel", "deport"):
            actors = [o for name, o in syntax.obliques(verb) if name in ("out of", "from") and is_party(o)]
            recipients = [r for r in recipients if r not in actors]
        suffers = _is_undergoer(act) and act.companion is not None and is_party(act.companion)
        if not actors and act.companion in undergoers and act.companion is not None and not suffers:
            actors, theirs = _nominal_sides(act.companion, act.entry, is_party)
            recipients = [r for r in recipients if r not in actors] or theirs
        recipients = recipients or [s for s in suffered if s not in actors]
    else:
        recipients = _recipients(verb, act, is_party)
    if _is_hosting(verb, act):  # the visitor acts, the host receives
        guests = [o for o in syntax.objects(verb) if is_party(o)]
        actors, recipients = guests or recipients, actors
        if not recipients and syntax.is_passive(verb):  # "was received in Suva"
            recipients = [o for name, o in syntax.obliques(verb) if name in ("in", "at") and is_party(o)]
    if act.companion is not None and not syntax.is_passive(verb) and act.entry.event_type in MUTUAL and not recipients:
        inner_actors, inner_recipients = _nominal_sides(act.companion, act.entry, is_party)
        recipients = inner_recipients or [a for a in inner_actors if a not in actors]
    return actors, recipients


def _recipients(token: Token, act: _Act | None, is_party: IsParty, *, passive: bool = False) -> list[Token]:
    """To whom it is done, by tiers: the preposition that the lexicon names, the object, other prepositions, what
    stands inside the object, the subject of the complement clause, at last the land where a deed is done."""
    companion = act.companion if act is not None else None
    noun = companion if companion is not None and not syntax.is_verbal(companion) else None
    if noun is None and act is not None and not syntax.is_verbal(act.token) and act.token != token:
        noun = act.token
    sources = [token, noun] if noun is not None else [token]
    pairs = [(name, o) for source in sources for name, o in syntax.obliques(source) if name != "by"]
    if act is not None and act.entry.event_type == "PROTEST":  # "rallied outside the Swedish embassy in Rabat"
        found = [o for name, o in pairs if name in _BEFORE and o.lemma_.lower() in _MISSIONS and is_party(o)]
        found = found or [
            p for name, o in pairs if name in _BEFORE and o.lemma_.lower() in _MISSIONS for p in _inside(o, is_party, 1)
        ]
        if found:
            return found
    for wanted in act.entry.recipient_by if act is not None else ():
        marked = [o for name, o in pairs if name == wanted]
        found = [o for o in marked if is_party(o)]
        if not found and act is not None and act.entry.event_type in _TRANSFERS:
            found = [p for o in marked for p in _inside(o, is_party)] or [o for o in marked if o.pos_ == "NOUN"]
        if found:
            return found
    objects = [] if passive else syntax.objects(token)
    if not passive:
        given = [d for d in syntax.datives(token) if is_party(d)]
        direct = given or [o for o in objects if is_party(o) and (o != noun or _is_undergoer(act))]
        if direct:
            return direct
    named = syntax.conjuncts(noun) if noun is not None and not _does_alone(act) else []
    own = [o for o in objects if o not in named]
    bodily = act is not None and (act.entry.event_type in _PHYSICAL or act.entry.mode_type == "expel")
    if bodily and own and not passive:
        inside = [p for o in own for p in _inside(o, is_party)]
        if inside:
            return inside
        if own[0].pos_ in ("NOUN", "PROPN") and own[0].ent_type_ not in _FIGURES:
            return own[:1]
    if act is not None and act.entry.event_type in _VERBAL:
        authors = [p for o in objects if o.lemma_.lower() in _WORDS_OF for p in _authors(o, is_party)]
        authors = authors or [p for o in objects for c in o.children if c.dep_ == "poss" and c.pos_ != "PRON"
                              for p in syntax.conjuncts(c) if is_party(p)]  # fmt: skip
        if authors:
            return authors
    meeting = act is not None and act.entry.event_type == "CONSULT"
    for wanted in _MEETING_PREPOSITIONS if meeting else _RECIPIENT_PREPOSITIONS:
        found = [o for name, o in pairs if name == wanted and is_party(o)]
        if found:
            return found
    found = []
    for item in [*objects, *([noun] if noun is not None and noun not in objects else [])]:
        found += [p for p in _inside(item, is_party) if p not in found]
    if found:
        return found
    if not passive:  # "denounced the closure of the frontier by Mali", where the parser hangs "by" on the verb
        found = [o for name, o in syntax.obliques(token) if name == "by" and is_party(o)]
        if found:
            return found
    for name, o in pairs:
        if name in (_MEETING_PREPOSITIONS if meeting else _RECIPIENT_PREPOSITIONS):
            found += [p for p in _inside(o, is_party) if p not in found]
    if found:
        return found
    if act is not None and act.entry.event_type == "AID":  # "gave ventilators to help Togo"
        for child in [c for word in (token, *objects) for c in syntax.children(word, "xcomp", "advcl", "acl", "relcl")]:
            if operators.is_to_infinitive(child):
                found = [p for o in syntax.objects(child) for p in ([o] if is_party(o) else _inside(o, is_party))]
                if found:
                    return found
    for child in token.children:
        if child.dep_ in ("ccomp", "xcomp") and child.pos_ == "NOUN":  # "declared the consul persona non grata"
            named = [c for c in child.subtree if c != child and is_party(c)]
            if named:
                return named[-1:]
        if child.dep_ in ("ccomp", "xcomp"):
            own = syntax.own_subjects(child)
            found = [s for s in own if is_party(s)] or [p for s in own for p in _owners(s, is_party)]
            found = found or [o for o in syntax.objects(child) if is_party(o)]
            found = found or [p for o in syntax.objects(child) for p in _inside(o, is_party)]
            below = [o for _, o in syntax.obliques(child)] if child.dep_ == "xcomp" else []
            found = found or [o for o in below if is_party(o)] or [p for o in below for p in _inside(o, is_party)]
            if found:
                return found
    if act is not None and act.entry.event_type in _DEEDS:
        for name, o in pairs:
            if name in ("in", "into", "inside", "across", "along", "near"):
                found += [o] if is_party(o) else _inside(o, is_party, 1)
        if not found:
            found = [
                o
                for child in syntax.children(token, "xcomp", "advcl")
                for name, o in [
                    *syntax.obliques(child),
                    *(pair for x in syntax.objects(child) for pair in syntax.obliques(x)),
                ]
                if name in ("in", "for", "to") and is_party(o)
            ]
    return found


def is_step(noun: Token) -> bool:
    """ "the step", "this verdict": a noun that points to an act told before."""
    pointed = any(c.dep_ == "det" and c.lower_ in ("the", "this", "that", "these") for c in noun.children)
    return pointed and noun.lemma_.lower() in _STEPS


_STEPS = codebook.words("steps")


def _things(act: _Act, actors: Sequence[Token]) -> list[Token]:
    """What an act is done to where that is nobody: its object, or what stands behind the marking preposition."""
    if act.entry.event_type in _BETWEEN_PEOPLE:
        return []
    verb = act.token
    noun = act.companion
    behind = dict([*syntax.obliques(verb), *(syntax.obliques(noun) if noun is not None else ())])
    found = [behind[name] for name in act.entry.recipient_by if name in behind]
    if not found and act.entry.event_type in _DEEDS and "in" in behind and _is_somewhere(behind["in"]):
        found = [behind["in"]]
    if not found and act.entry.event_type not in _TRANSFERS:
        found = [o for o in syntax.objects(verb) if noun is None or not (o == noun or o.is_ancestor(noun))]
    return [o for o in found if o.pos_ in ("NOUN", "PROPN") and o.ent_type_ not in _FIGURES and o not in actors][:1]


def _is_somewhere(noun: Token) -> bool:
    """A place or part of one: "in the northern district", not "in protest"."""
    return noun.pos_ == "PROPN" or noun.lemma_.lower() in _GROUNDS


_GROUNDS = codebook.words("grounds")
_LIGHT = codebook.words("light_verbs")


def _does_alone(act: _Act | None) -> bool:
    """Whether the verb tells a physical act whatever its object ("seized the station"), unlike "launched an attack"."""
    if act is None or not syntax.is_verbal(act.token) or act.entry.head in _LIGHT:
        return False
    alone = [e for e in lexicon().entries(act.entry.head, act.entry.pos) if not e.with_lemmas]
    return any(entry.event_type in _PHYSICAL for entry in alone)


#: Acts that need somebody on the other side; a thing there is their topic.
_BETWEEN_PEOPLE = frozenset({"CONSULT", "COOPERATE"})
_FIGURES = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "CARDINAL", "ORDINAL", "QUANTITY"})


_BEFORE = ("outside", "at", "near", "before", "in", "on", "against")
_MISSIONS = frozenset({"embassy", "consulate", "mission", "residence"})


def _is_undergoer(act: _Act | None) -> bool:
    """Whether the noun that completes the trigger is who suffers it ("summoned the envoy"), not its means."""
    return act is not None and act.entry.event_type in _UNDERGONE and act.entry.mode_type != "withdraw"


_UNDERGONE = frozenset({"ACCUSE", "SANCTION", "COERCE", "ASSAULT", "CONSULT", "SUPPORT", "RETREAT"})
#: Acts that hand something over: whoever stands behind the marking preposition gets it, named or not.
_TRANSFERS = frozenset({"AID", "RETREAT"})
#: Acts that are done in a land and so to it, when nobody else is named.
_DEEDS = frozenset({"AGREE", "AID", "RETREAT", "ASSAULT", "MOBILIZE", "COERCE", "SANCTION", "PROTEST"})


def _nominal_sides(noun: Token, entry: Entry, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    """Sides of a noun that names an act: possessor and "by" act; "of" is done to, or acts where nothing else does."""
    owners = [p for c in noun.children if c.dep_ == "poss" for p in syntax.conjuncts(c)]
    if owners and owners[0].pos_ == "PRON" and noun.dep_ not in ("nsubj", "nsubjpass"):
        verb = syntax.clause_verb(noun)  # "the army stepped up its attacks": its own
        bound = [s for s in syntax.subjects(verb) if is_party(s) and s.i < noun.i] if verb is not None else []
        owners = bound or owners
    actors = [o for o in owners if is_party(o)] or [p for o in owners for p in _inside(o, is_party)]
    by: list[Token] = []
    of: list[Token] = []
    both: list[Token] = []
    other: list[Token] = []
    for name, o in syntax.obliques(noun):
        parties = [o] if is_party(o) else _inside(o, is_party, 1)
        if name == "by":
            by += parties
        elif name == "of":
            of += parties
            for deeper, inner in syntax.obliques(o):  # "the expulsion of envoys by France", "the visit of X to Y"
                if deeper in ("by", "to", "against") and is_party(inner):
                    (by if deeper == "by" else other).append(inner)
        elif name in ("between", "among"):
            both += parties
        elif name in _NOMINAL_PREPOSITIONS or (name == "in" and entry.mode_type == "visit"):
            other += parties
    for child in noun.children:
        if child.dep_ == "acl" and child.tag_ == "VBN":  # "the embargo imposed by …", "talks held with …"
            for name, o in syntax.obliques(child):
                if name == "by" and is_party(o):
                    by.append(o)
                elif name in ("against", "on", "with", "to", "between") and is_party(o):
                    (both if name == "between" else other).append(o)
    adjectives = [c for c in noun.children if c.dep_ in ("amod", "compound", "nmod") and is_party(c)]
    if both:
        return both, []
    actors = actors or by
    recipients = other
    if of:
        if entry.event_type in MUTUAL or ("of" not in entry.recipient_by and entry.event_type in _SUBJECTIVE):
            if actors:
                recipients = recipients or of
            else:
                actors = of
        elif not recipients:
            recipients = of
        elif not actors:
            actors = of
    if not actors:
        actors = [a for a in adjectives if a not in recipients]
    elif not recipients and adjectives:
        recipients = [a for a in adjectives if a not in actors]
    return actors, recipients


def _authors(noun: Token, is_party: IsParty) -> list[Token]:
    """Whose words a noun names: "Togo's request", "the appeal of a prisoner", "a Chadian demand"."""
    owners = [
        p for c in noun.children if c.dep_ == "poss" and c.pos_ != "PRON" for p in syntax.conjuncts(c) if is_party(p)
    ]
    owners = owners or [o for name, o in syntax.obliques(noun) if name in ("by", "from", "of") and is_party(o)]
    return owners or [c for c in noun.children if c.dep_ in ("amod", "compound", "nmod") and is_party(c)]


def _stance_sides(
    reading: _Reading, act: _Act, actors: list[Token], recipients: list[Token], is_party: IsParty
) -> tuple[list[Token], list[Token]]:
    """Whoever asks, refuses, plans or stops is the actor; who is asked, or the act's other side, the recipient."""
    stance = reading.stance
    assert stance is not None
    if reading.effect == "ought":
        return _subjects(stance, is_party), actors
    if syntax.is_verbal(stance):
        owners = _subjects(stance, is_party)
        if syntax.is_passive(stance) and not owners and reading.effect == "planned":
            owners = [s for s in syntax.subjects(stance) if is_party(s)]
    elif stance.pos_ == "ADJ":
        verb = stance.head if syntax.is_verbal(stance.head) else None
        owners = _subjects(verb, is_party) if verb is not None else [s for s in syntax.subjects(stance) if is_party(s)]
    else:
        owners, _ = _nominal_sides(stance, act.entry, is_party)
        if not owners:
            verb = syntax.clause_verb(stance)
            owners = _subjects(verb, is_party) if verb is not None else []
    if owners and all(_is_first_person(o) for o in owners) and reading.speaker is not None:
        owners = _subjects(reading.speaker, is_party) or owners
    if reading.effect == "requested":
        asked = [o for o in [*syntax.datives(stance), *syntax.objects(stance)] if is_party(o) and o != act.token]
        asked = asked or [
            o for name, o in syntax.obliques(stance) if name in ("on", "upon", "to", "with", "from") and is_party(o)
        ]
        if not asked:
            others = [p for p in [*actors, *recipients] if p not in owners]
            asked = [a for a in actors if a not in owners] or others
        return owners or actors, asked
    if reading.effect == "threatened":
        warned = [o for o in syntax.objects(stance) if is_party(o) and o != act.token]
        return owners or actors, warned or recipients or _conditioned(act.token, is_party)
    if reading.effect == "charge_denied":
        return actors or owners, recipients  # who denies a meeting need not have been at it
    if reading.effect in ("refused", "cancelled", "postponed", "stopped", "lifted"):
        asking = [p for noun in reading.stances if not syntax.is_verbal(noun) for p in _authors(noun, is_party)]
        if reading.effect == "refused" and asking and owners:
            return owners, [p for p in asking if p not in owners]  # "refused a request by Togo to …"
        proposers = [a for a in actors if a not in owners and a.pos_ != "PRON"]
        others = proposers if reading.effect == "refused" and proposers else recipients or proposers
        if not others and syntax.is_verbal(stance):
            others = _recipients(stance, act, is_party)
        if not owners:
            return actors, recipients
        return owners, [o for o in others if o not in owners]
    if reading.effect == "planned" and not [r for r in recipients if r not in owners]:
        recipients = [o for name, o in syntax.obliques(stance) if name == "with" and is_party(o)]
    return owners or actors, [r for r in recipients if r not in owners]

"""From a parsed sentence to frames: an act, what is said of it, and the heads of the phrases that take part.

A trigger is a verb or noun of the lexicon (`acts.py`). Words that govern it change its status and may make their own
subject the actor (`readings.py`); the governing word is then not an act of its own. `sides.py` says who takes part. One
frame per act; the pure grammar is in `syntax.py`, the words in the codebook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from spacy.tokens import Span, Token

from demarche import codebook, ontology
from demarche.lexicon import Entry, Lexicon, lexicon
from demarche.reports import operators, sides, syntax
from demarche.reports.acts import Act, match, match_said
from demarche.reports.readings import OCCURRING, Reading, meeting_participles, read
from demarche.reports.sides import MUTUAL, IsParty

#: Acts that answer to somebody's act.
REACTIONS = frozenset({"ACCUSE", "SUPPORT", "REJECT"})


_ALLEGING, _BY_WIRE = codebook.words("alleging"), codebook.words("by_wire")


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
    is_negated: bool = False
    """ "Did not meet": a denial in the teller's own words."""
    is_to_things: bool = False
    """The recipients are no parties but what the act was done to: "torched a village", "boycotted the vote"."""
    learned_score: float | None = None
    """How probable the classifier holds act and sides to be; None where it was not asked."""
    is_within: bool = False
    """Asked of the actor's own people ("ordered his staff to"), so of nobody else."""
    is_alleged: bool = False
    """Told as what is said and not shown: "allegedly attacked", "is alleged to have"."""
    is_doubtful: bool = False
    """A single word of many senses with nobody on one side; told only where its text tells nothing else."""
    remnant: Token | None = None
    """The object of a clause that leaves its verb to the trigger ("…, and Chile three")."""
    phrases: dict[int, Token] = field(default_factory=dict)
    """By a party's token the wider phrase that stands in its place ("the coup in Gabon" for Gabon)."""

    @property
    def plover_type(self) -> str | None:
        """What a PLOVER coder writes; None for a bare denial."""
        return None if self.is_denial else ontology.fold(self.event_type, self.status_type)


def find_frames(sentence: Span, known: Lexicon, is_party: IsParty) -> tuple[list[Frame], frozenset[int]]:
    """The acts that a sentence tells, and the tokens of those that it only mentions (denies, wishes, condemns).

    ``is_party`` says of a token whether it can take part (a person, a state, …).
    """
    acts = {act.token.i: act for token in sentence if (act := match(token, known) or match_said(token))}
    claimed: set[int] = set()  # triggers that belong to another act's wording or govern one
    worded: dict[int, int] = {}
    for act in acts.values():
        if act.companion is None or not syntax.is_verbal(act.token):
            continue
        noun, verb = act.companion.i, act.token.i
        claimed.add(noun)
        other = worded.setdefault(noun, verb)
        if (
            other != verb and acts[other].entry.event_type == act.entry.event_type
        ):  # "talks scheduled for Friday were announced": the nearer verb tells of the talks
            nearer, farther = (other, verb) if abs(other - noun) <= abs(verb - noun) else (verb, other)
            if _is_overtaken(acts[nearer], acts[farther]):
                nearer, farther = farther, nearer  # "the visit, planned for Monday, was called off"
            worded[noun] = nearer
            claimed.add(farther)
    for act in acts.values():  # "a meeting of ministers planned for Friday was called off"
        if act.companion is not None and act.entry.event_type == "CONSULT":
            said = [word.i for word in meeting_participles(act.companion) if word != act.token and word.i in acts]
            claimed.update(index for index in said if acts[index].entry.event_type == "AGREE")
    claimed.update(infinitive for act in acts.values() for infinitive in _worded_infinitives(act))
    claimed.update(index for index, act in acts.items() if _is_purpose_of_journey(act, acts))
    mentioned = {index for index, act in acts.items() if _is_told_by_its_verb(act, acts)}
    readings: dict[int, Reading] = {}
    for index, act in acts.items():
        if index in claimed or index in mentioned:
            continue
        reading = read(act, acts)
        if reading is None:
            mentioned.add(index)
            mentioned.update(_failing(act.token))
            mentioned.update(word for word in _around(act) if word not in acts)
            continue
        readings[index] = reading
        undoing = _undoing(act)
        if undoing is not None and reading.status == "planned":  # "a visit planned for May has been pushed back"
            reading.status = undoing[1]
            claimed.add(undoing[0].i)
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
            frames += [frame, *_gapped(frame, is_party)]
    return frames, frozenset(mentioned)


def _is_overtaken(nearer: Act, farther: Act) -> bool:
    """Whether what a participle says of a meeting is of the past for the clause's own verb."""
    if nearer.entry.status == "planned" and syntax.was_first(nearer.token):
        return True  # "first planned for 12 May, will be held on 19 May"
    if farther.entry.status == "postponed":
        return nearer.entry.status == "planned"
    is_before = nearer.entry.status in ("planned", "postponed") and nearer.token.dep_ in (
        "acl",
        "amod",
        "relcl",
        "advcl",
    )
    return farther.entry.status == "cancelled" and (is_before or nearer.entry.status == "planned")


def _undoing(act: Act) -> tuple[Token, str] | None:
    """The verb that calls or puts off what a participle plans, and the status that it gives."""
    noun = act.companion
    if noun is None or act.entry.status != "planned" or act.token.dep_ not in ("acl", "amod", "relcl"):
        return None
    verb, mood = noun.head, operators.modality(noun.head)
    if noun.dep_ == "nsubj" and verb.lemma_.lower() in OCCURRING and mood.negated and mood.kind in ("future", "would"):
        return verb, "cancelled"  # "the visit, planned for Monday, won't take place"
    found = operators.operator(verb, noun) if noun.dep_ in ("nsubj", "nsubjpass", "dobj") else None
    if found is None or found.effect not in ("cancelled", "postponed") or mood.negated:
        return None
    return verb, found.effect


def _worded_infinitives(act: Act) -> Iterator[int]:
    """The infinitives that an act's wording names: "told two diplomats to leave" is one act, and no leaving is told.
    Where it is only asked for, the infinitive tells what."""
    if act.entry.status != "requested":
        for verb in syntax.children(act.token, "xcomp"):
            if operators.is_to_infinitive(verb) and verb.lemma_.lower() in act.entry.with_lemmas:
                yield verb.i


def _is_alleged(token: Token, reading: Reading) -> bool:
    above = [*reading.governors, *([reading.speaker] if reading.speaker is not None else [])]
    said = [child.lower_ for word in (token, *above) for child in syntax.children(word, "advmod")]
    return not _ALLEGING.isdisjoint([*said, *(word.lemma_.lower() for word in above)])


def _around(act: Act) -> Iterator[int]:
    """The words of an infinitive that isn't told as an act: "hoped to", "wants to impose sanctions"."""
    infinitive = act.token
    if infinitive.dep_ == "xcomp" and act.companion is not None:
        yield act.companion.i
    while infinitive.dep_ == "xcomp":
        infinitive = infinitive.head
        yield infinitive.i


def _gapped(frame: Frame, is_party: IsParty) -> Iterator[Frame]:
    """The act once more for each clause behind "and" that leaves its verb out; a bare number means the same again."""
    if frame.is_nominal or syntax.is_passive(frame.trigger):
        return
    for subject, other in syntax.gapped(frame.trigger):
        if not is_party(subject):
            continue
        recipients = [] if other.tag_ == "CD" and not any(other.children) else [other]
        recipients = recipients or frame.recipients
        yield replace(frame, actors=[subject], recipients=recipients, words=[other], phrases={}, remnant=other)


def _failing(act: Token) -> Iterator[int]:
    """The word by which an act did not come about: "refrained from", "stopped short of"."""
    for governor in act.ancestors:
        found = operators.operator(governor, act)
        if found is not None and found.effect == "failed":
            yield governor.i
            yield from (
                verb.i for verb in governor.ancestors if syntax.is_verbal(verb) and not syntax.is_verbal(governor)
            )
            return


def _is_purpose_of_journey(act: Act, acts: dict[int, Act]) -> bool:
    """ "Is due in Suva on Friday on a two-day visit", "lands on Friday for a visit": one visit, told by its verb."""
    preposition = act.token.head
    if act.entry.mode_type != "visit" or act.token.dep_ != "pobj" or preposition.lower_ not in ("for", "on"):
        return False
    told_by = (preposition.head, *syntax.children(preposition.head, "acomp"))
    return any(word.i in acts and acts[word.i].entry.mode_type == "visit" for word in told_by)


def _is_told_by_its_verb(act: Act, acts: dict[int, Act]) -> bool:
    """ "an attack by rebels killed two guards": one act, told by the verb."""
    verb = acts.get(act.token.head.i)
    if verb is None or act.token.dep_ != "nsubj" or not syntax.is_verbal(verb.token):
        return False
    return verb.entry.event_type == act.entry.event_type == "ASSAULT"


def _participants(act: Act, reading: Reading, is_party: IsParty) -> Frame | None:
    token = act.token
    assert reading.status is not None
    frame = Frame(
        trigger=token,
        entry=act.entry,
        event_type=reading.event_type,
        mode_type=reading.mode_type or _noun_mode(act, reading),
        status_type=reading.status,
        rule=reading.rule,
        speaker=reading.speaker,
        tense=reading.tense,
        is_nominal=not syntax.is_verbal(token),
        is_denial=reading.effect == "charge_denied",
        is_negated=reading.is_negated,
        is_alleged=_is_alleged(token, reading),
        words=[token, *([act.companion] if act.companion is not None else []), *reading.governors],
    )
    if frame.is_nominal:
        actors, recipients = sides.nominal_sides(token, act.entry, is_party)
        for governor in reading.governors:
            if not syntax.is_verbal(governor) or reading.stance == governor:
                continue
            if not lets_happen(governor):
                continue
            both = [o for name, o in syntax.obliques(governor) if name in ("between", "among") and is_party(o)]
            if both and not actors and not recipients:  # "fighting broke out between …"
                actors = both
            if not actors and token.dep_ not in ("nsubj", "nsubjpass"):
                actors = [s for s in sides.subjects_of(governor, is_party) if not _is_visit_itself(s, reading)]
            elif not recipients and governor.lemma_.lower() not in OCCURRING:
                subject = sides.subjects_of(governor, is_party)
                if subject and not set(subject) & set(actors) and act.entry.event_type in MUTUAL:
                    recipients = subject
            if not recipients:
                recipients = sides.recipients_of(governor, act, is_party)
    else:
        actors, recipients = sides.verbal_sides(token, act, is_party)
        saying = operators.speaker(token) if reading.status == "planned" and syntax.is_passive(token) else None
        if saying is not None and not actors:  # "aid will be sent, a minister said": it is his
            actors = sides.subjects_of(saying, is_party)
    receiving = next((g for g in reading.governors if sides.receives(g, token)), None)
    if frame.is_nominal and receiving is not None and reading.stance is None:
        actors, recipients = sides.received_sides(receiving, token, is_party)
    if reading.stance is not None:
        actors, recipients = sides.stance_sides(reading, act, actors, recipients, is_party)
    elif reading.speaker is not None and actors and all(sides.is_first_person(a) for a in actors):
        actors = sides.subjects_of(reading.speaker, is_party) or actors
    if reading.mode_type == "visit":  # "announced a visit by X": whoever announces it, X comes
        coming = sides.who_comes(token if frame.is_nominal else act.companion, token, is_party)
        if coming:
            visited = [party for party in recipients if party not in coming]
            actors, recipients = coming, visited or [party for party in actors if party not in coming]
    if frame.is_nominal and reading.mode_type == "visit" and not (actors and recipients):
        visitors, hosts = sides.stayed(token, is_party)
        visitors = [party for party in visitors if party not in recipients and not _is_visit_itself(party, reading)]
        actors = actors or visitors
        recipients = recipients or [party for party in hosts if party not in actors]
    if frame.is_nominal and act.entry.event_type == "CONSULT" and recipients and not actors:
        actors = sides.met_by_the_way(token, is_party)
    if frame.is_nominal and frame.mode_type == "phone" and not actors and not recipients:
        actors, recipients = sides.spoken_to(token, is_party)
    if reading.mode_type == "visit" and not recipients:
        recipients = sides.where_it_was(token, is_party)
    if act.entry.event_type == "CONSULT" and len(actors) == 1 and not recipients:
        actors = sides.sent_by(actors[0], is_party) or actors
    if reading.status in ("threatened", "hypothetical", "denied") and not recipients and not frame.is_nominal:
        recipients = sides.conditioned(token, is_party)
    pointing = act.entry.event_type in REACTIONS and any(sides.is_step(thing) for thing in sides.things(act, actors))
    together = act.entry.event_type in ("ASSAULT", "CONSULT") and len(_unique(actors)) > 1
    one_sided = not actors or not (recipients or pointing or together)
    alone = not act.entry.with_lemmas and reading.stance is None
    frame.is_doubtful = alone and one_sided and (act.entry.head, act.entry.event_type) in _weak()
    if len(_unique(actors)) > 1 and act.entry.is_mutual:  # "exchanged prisoners"
        recipients = [party for party in recipients if party != act.companion]
    if len(_unique(actors)) > 1 and act.entry.event_type in MUTUAL:
        topics = [o for word in frame.words for name, o in syntax.obliques(word) if name in ("on", "over", "about")]
        recipients = [r for r in recipients if r not in topics]  # "agreed to share information on Togo"
    frame.actors = _unique(actors)
    others = [r for r in _unique(recipients) if r not in frame.actors]
    frame.recipients = [r for r in others if not sides.is_own(r, frame.actors)]
    frame.is_within = reading.status == "requested" and bool(others) and not frame.recipients
    if not frame.recipients and frame.actors and not frame.is_nominal:
        frame.recipients = sides.things(act, frame.actors)
        frame.is_to_things = bool(frame.recipients)
    if act.entry.event_type == "CONSULT" and not frame.recipients and reading.status == "hypothetical":
        frame.recipients = sides.conditioned(token, is_party)
    received = syntax.subjects(token) if syntax.is_passive(token) else syntax.objects(token)
    if sides.is_hosting(token, act.entry) and frame.mode_type is None and any(o in frame.actors for o in received):
        frame.mode_type = "visit"  # whoever is received has come
    if not frame.is_nominal and reading.stance is None:
        frame.phrases = _phrases(act, frame)
    if frame.is_nominal and not _nominal_is_told(frame, reading):
        return None
    return frame if frame.actors or frame.recipients or is_anaphoric(token) else None


def _is_visit_itself(subject: Token, reading: Reading) -> bool:
    """ "It was his third visit"."""
    return reading.mode_type == "visit" and subject.lower_ in ("it", "this", "that")


def _noun_mode(act: Act, reading: Reading) -> str | None:
    """ "Had a telephone conversation", "held talks by phone": the verb's noun, or what is said of it, may say how they
    talked."""
    noun = act.token if act.companion is None and not syntax.is_verbal(act.token) else act.companion
    if noun is None or syntax.is_verbal(noun) or {reading.event_type, act.entry.event_type} != {"CONSULT"}:
        return None
    said = [child.lower_ for child in syntax.children(noun, "amod", "compound")]
    said += [
        o.lower_ for word in (noun, act.token) for name, o in syntax.obliques(word) if name in ("by", "over", "via")
    ]
    if not _BY_WIRE.isdisjoint(said):
        return "phone"
    own = match(noun, lexicon())
    is_same = own is not None and own.entry.event_type == act.entry.event_type and own.entry.mode_type == "phone"
    return "phone" if is_same else None


def _phrases(act: Act, frame: Frame) -> dict[int, Token]:
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
            if act.entry.event_type == "ASSAULT" and not inside:  # "struck targets in Lebanon", said of the verb
                inside = [party for party in side if party.head.head == act.token and party.head.i == noun.i + 1]
            if len(inside) == 1:
                found[inside[0].i] = noun
    return found


@cache
def _weak() -> frozenset[tuple[str, str]]:
    """Single words of many senses: they tell an act only with somebody on either side."""
    return frozenset(
        (lemma, row["event_type"]) for row in codebook.table("weak_triggers") for lemma in row["lemmas"].split()
    )


def _nominal_is_told(frame: Frame, reading: Reading) -> bool:
    """A bare noun is colour ("denuclearisation talks"); with two sides, or one and an occurrence, it tells an act.

    A noun that points back ("the meeting") may do without sides when something is said of it: `merging` finds its own.
    """
    count = len(frame.actors) + len(frame.recipients)
    if count >= 2 or reading.stance is not None:
        return count >= 1
    occurs = any(syntax.is_verbal(g) and lets_happen(g) for g in reading.governors)
    if count == 1:
        return occurs or (is_anaphoric(frame.trigger) and frame.event_type == "CONSULT")
    return is_anaphoric(frame.trigger) and (occurs or bool(syntax.children(frame.trigger, "relcl", "acl")))


def lets_happen(governor: Token) -> bool:
    """Whether what governs a noun says that its act is done, begun, asked for or called off."""
    lemma = governor.lemma_.lower()
    if lemma in sides.RECEIVING:
        return True
    effects = {op.effect for op in operators.operators().get(lemma, ())}
    return lemma in OCCURRING or bool(effects & {"transparent", "spoken"} | effects & operators.STANCES)


def is_anaphoric(noun: Token) -> bool:
    """ "the meeting", "these talks", "his visit": a noun that points back to an act already told."""
    return noun.pos_ == "NOUN" and any(c.dep_ in ("det", "poss") and c.lower_ in _POINTING for c in noun.children)


_POINTING = frozenset({"the", "this", "these", "that", "those", "their", "his", "her", "its", "both"})


def _unique(tokens: Iterable[Token]) -> list[Token]:
    seen: dict[int, Token] = {}
    for token in tokens:
        seen.setdefault(token.i, token)
    return list(seen.values())

"""What is said of an act: the climb from its word through the words that govern it, to status, stance and speaker.

The governing words are data (`operators.py`); here is how they act on one another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from spacy.tokens import Token

from demarche import codebook
from demarche.lexicon import Entry
from demarche.reports import operators, syntax
from demarche.reports.acts import TO_BLAME, Act

_CONFLICT = frozenset({"SANCTION", "COERCE", "MOBILIZE", "ASSAULT", "PROTEST", "THREATEN"})
_COOPERATIVE = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
OCCURRING = codebook.words("occurring")
_MOTIVES = codebook.words("motives")
_BIDDINGS = codebook.words("biddings")
_PRESUPPOSING = codebook.words("presupposing")
_WARLIKE = codebook.words("warlike")
_PLANNED_ADJECTIVES = codebook.words("planned_adjectives")
_VAGUE_ADJECTIVES = codebook.words("vague_adjectives")
#: Acts of words alone: what they are about is their topic.
VERBAL = frozenset({"ACCUSE", "SUPPORT", "REJECT", "REQUEST", "THREATEN"})
_AHEAD = frozenset({"before", "ahead of", "pending", "prior to"})


@dataclass
class Reading:
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
    is_negated: bool = False
    """ "Did not meet": denied, if it is told at all."""

    def deny(self) -> None:
        """Take it that the teller himself says that it did not happen."""
        self.status, self.effect, self.rule = "denied", "charge_denied", f"{self.rule} · did not"
        self.is_negated, self.tense = True, "past"

    def lie_under(self, governor: Token, effect: str) -> None:
        """Take the word that governs what has been read so far: what it does to it is the newest effect."""
        self.stance, self.effect = governor, effect
        self.stances.append(governor)
        self.governors.append(governor)
        self.rule = f"{self.rule} · {governor.lemma_.lower()}"


def read(act: Act, acts: dict[int, Act]) -> Reading | None:
    """Climb from the act to the root of its sentence: status, stance, speaker. None: it is not told as an act."""
    entry = act.entry
    reading = Reading("occurred", entry.event_type, entry.mode_type or None, rule=_rule_name(entry))
    token = act.token
    if syntax.is_verbal(token):
        if not _verb_status(token, reading):
            return None
    elif not _noun_status(token, reading) or _is_counted_again(act, acts):
        return None
    if entry.status and reading.status == "occurred" and reading.event_type == entry.event_type:
        reading.status = entry.status
    if entry == TO_BLAME:
        reading.stance, reading.effect = operators.speaker(token), "said_of"
    return _climb(token, reading, acts)


def _is_counted_again(act: Act, acts: dict[int, Act]) -> bool:
    """ "Will visit Togo next week, his first trip there since 2017": the visit just told, and which of his it is."""
    visit = act.token
    is_his = act.entry.mode_type == "visit" and _is_own(visit) and _is_ranked(visit)
    before = (other for index, other in acts.items() if index < visit.i)
    is_apposed = visit.left_edge.i > visit.sent.start and visit.left_edge.nbor(-1).text == ","
    return is_his and is_apposed and any(other.entry.mode_type == "visit" for other in before)


def _rule_name(entry: Entry) -> str:
    """How the lexicon's line is called in `coding_rule`: "lift + sanction"."""
    return " + ".join([entry.head, *sorted(entry.with_lemmas)])


def _verb_status(verb: Token, reading: Reading) -> bool:
    """Status by the verb's own clause. False: no act (negated, merely possible, a purpose)."""
    mood = operators.modality(verb)
    cooperative = reading.event_type in _COOPERATIVE
    speaking = operators.speaker(verb)
    if verb.dep_ == "relcl" and mood.kind == "fact" and is_standing(verb):
        return False  # "companies that trade with Iran", "who backs the rebels": a standing matter, no act
    if reading.event_type in ("REQUEST", "SUPPORT") and any(
        child.dep_ == "ccomp" and _is_finite_statement(child) for child in verb.children
    ):
        return False  # "insists that it has kept the truce" asks for nothing, "concluded that it had" signs nothing
    if verb.dep_ == "acl" and verb.tag_ == "VBN" and verb.lemma_.lower() in MEDIATING:
        return False  # "met for talks mediated by Qatar": one act, of those who met
    if reading.mode_type == "visit" and operators.was_to_have(verb):
        reading.status, reading.tense, reading.rule = "cancelled", "future", f"{reading.rule} · was to have"
        return True
    if _is_caused(verb, reading) or _is_own_wish(verb) or operators.is_asked(verb):
        return False
    if verb.lemma_ == "warn" and not syntax.objects(verb) and _is_of_others(verb):
        return False  # "warned that farmers would pay" threatens nobody
    if mood.kind == "fact" and _is_customary(verb, reading):
        return False
    if mood.ended:
        turned = operators.reversal(reading.event_type, "stopped")
        if turned is not None:
            reading.event_type, reading.status = turned
            reading.mode_type, reading.rule = _REVERSED_MODE.get(reading.event_type), f"{reading.rule} · no longer"
        return turned is not None
    if mood.negated and mood.kind == "fact" and not mood.doubted and not is_standing(verb):
        reading.deny()
        return True
    if mood.negated:
        volitional = mood.kind in ("future", "can") or (mood.kind == "would" and speaking is not None)
        if not volitional or not (cooperative or reading.event_type == "REJECT"):
            return False
        is_going = verb.tag_ == "VBG" and not any(c.tag_ == "MD" for c in verb.children)
        is_off = mood.kind == "can" or is_going or _AFTER_ALL.search(verb.sent.text) is not None
        is_off = is_off and reading.mode_type == "visit"  # "cannot come", "is not going": it had been thought of
        reading.status, reading.rule = "cancelled" if is_off else "denied", f"{reading.rule} · will not"
        reading.tense = "future"
        return True
    if mood.kind in ("future", "would", "possible"):
        reading.tense = "future"
    if mood.kind == "future":
        reading.status = "threatened" if mood.conditional and not cooperative else "planned"
    elif mood.doubted:
        return False  # "would have lifted the ban, had …": it did not
    elif mood.kind == "would":
        if mood.conditional:
            reading.status = "hypothetical" if cooperative else "threatened"
        elif speaking is not None or _is_denied(verb):
            reading.status = "planned"
        else:
            return False
    elif mood.kind == "possible":
        if not cooperative and (mood.conditional or operators.says_of_itself(verb, speaking)):
            reading.status = "threatened"
        elif speaking is not None and mood.conditional:
            reading.status = "hypothetical"
        else:
            return False
    elif mood.kind == "ought":
        if speaking is None:
            return False
        reading.status, reading.tense = "requested", "future"
        reading.stance, reading.effect = speaking, "said_of"
    elif mood.kind == "can":
        return False
    if reading.status in ("planned", "threatened", "hypothetical"):
        reading.rule = f"{reading.rule} · {mood.kind}"
    return True


def _is_denied(verb: Token) -> bool:
    """ "Denied that he would come": what somebody denies is told as much as what he says."""
    denials = operators.operators().get(verb.head.lemma_.lower(), ())
    return verb.dep_ == "ccomp" and any(found.effect == "charge_denied" for found in denials)


#: "Will not travel after all": it was planned, so it is called off and not refused.
_AFTER_ALL = re.compile(r"\b(?:after all|as (?:had been )?(?:planned|scheduled|announced)|any ?more)\b", re.IGNORECASE)


def is_gainsaid(word: Token) -> bool:
    """Whether a sentence says that what it denies had been told or planned: "contrary to what had been announced"."""
    return _GAINSAYING.search(word.sent.text) is not None


_GAINSAYING = re.compile(
    r"\b(?:contrary to|despite (?:an? )?(?:earlier |previous |press |media )?"
    r"(?:reports?|announcements?|rumou?rs?|claims?|statements?)"
    r"|as (?:(?:had been|was|were|we|it|had) )?(?:\w+ )?"
    r"(?:planned|scheduled|announced|reported|claimed|stated|expected|agreed)"
    r"|as (?:this|our|the) [\w ]{2,30}? (?:reported|stated|wrote|said|claimed)|after all|no such)\b",
    re.IGNORECASE,
)


def _is_own_wish(verb: Token, act: Token | None = None) -> bool:
    """ "wants to join": asked of nobody. ``act`` is the infinitive, where it is known."""
    found = [act] if act is not None else syntax.children(verb, "xcomp")
    return verb.lemma_ == "want" and any(operators.is_to_infinitive(child) for child in found)


def _is_caused(verb: Token, reading: Reading) -> bool:
    """Whether it came about by what nobody does: "the drought forced", "the fall of the rouble hurt", "by a bear"."""
    if syntax.is_passive(verb):
        causes = [o for name, o in syntax.obliques(verb) if name == "by"]
    else:
        causes = syntax.subjects(verb)
    blows = _BLOWS if reading.event_type not in _OF_FORCE or verb.lemma_.lower() in _HURTING else frozenset()
    return any(c.pos_ == "NOUN" and (c.lemma_.lower() in _CONDITIONS or c.lemma_.lower() in blows) for c in causes)


_CONDITIONS = codebook.words("conditions")
_BLOWS = codebook.words("blows")
_HURTING = codebook.words("hurting")
_OF_FORCE = frozenset({"ASSAULT", "PROTEST", "MOBILIZE", "CONSULT", "RETREAT"})


def is_standing(verb: Token) -> bool:
    """Simple present: "trades", "is recognised by", not "is visiting", "has signed"."""
    if verb.tag_ in ("VBZ", "VBP"):
        return not syntax.children(verb, "aux")
    passive = syntax.children(verb, "auxpass")
    return bool(passive) and passive[0].tag_ in ("VBZ", "VBP") and not syntax.children(verb, "aux")


def _is_customary(verb: Token, reading: Reading) -> bool:
    """How things stand and not what was done: "trains pilots every year", "has allowed the islands to have a flag"."""
    if reading.event_type == "CONCEDE" and any(
        child.dep_ in ("xcomp", "ccomp") and child.lemma_ in _STATES and operators.is_to_infinitive(child)
        for child in verb.children
    ):
        return True
    if not is_standing(verb):
        return False
    adverbs = {child.lower_ for child in verb.children if child.dep_ in ("advmod", "npadvmod")}
    each = any(c.lower_ in ("every", "each") for w in syntax.children(verb, "npadvmod") for c in w.children)
    return each or not adverbs.isdisjoint(_CUSTOMS)


def _is_of_others(verb: Token) -> bool:
    """Whether the clause under a verb of saying tells what others would do, not its own subject."""
    clauses = [c for c in verb.children if c.dep_ == "ccomp" and syntax.own_subjects(c)]
    return any(all(s.pos_ != "PRON" for s in syntax.own_subjects(c)) for c in clauses)


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
            found += [
                child
                for child in syntax.children(token, "relcl")
                if child.lemma_.lower() in _OF_MEETINGS and syntax.is_passive(child)
            ]
    return found


_OF_MEETINGS = codebook.words("meeting_participles")


def meeting_participles(noun: Token) -> list[Token]:
    """The participles that say of a meeting's noun, maybe behind its last side, when it is planned."""
    return [child for child in _modifiers(noun) if child.dep_ == "acl" and child.lemma_.lower() in _OF_MEETINGS]


def _noun_status(noun: Token, reading: Reading) -> bool:
    """Status by the noun's own modifiers: "a planned visit", "no talks", "the meeting scheduled for Thursday"."""
    is_of_war = noun.lemma_ == "war" and noun.dep_ == "pobj" and noun.head.lower_ == "of"
    is_bare = not syntax.children(noun, "amod", "compound", "det", "poss")
    if is_of_war and is_bare and noun.head.head.lemma_.lower() in _WARLIKE:
        return False  # "prisoners of war"
    for child in _modifiers(noun):
        lower = child.lower_
        if child.dep_ in ("det", "neg") and lower in ("no", "any", "neither"):
            if lower == "no" and reading.mode_type == "visit" and _will_be_there(noun):
                reading.status, reading.tense = "cancelled", "future"  # "there will be no visit to Togo"
                continue
            if lower != "no" or not _is_said_to_occur(noun):
                return False
            reading.deny()
        if child.dep_ in ("amod", "acl", "compound", "relcl"):
            if lower in _PLANNED_ADJECTIVES or (
                child.lemma_ in ("schedule", "plan", "slate", "expect", "set") and child.tag_ == "VBN"
            ):
                reading.status, reading.tense = "planned", "future"
            elif lower in _VAGUE_ADJECTIVES:
                return False
            elif child.dep_ == "relcl" and syntax.is_verbal(child):
                mood = operators.modality(child)
                found = operators.operator(child, noun)
                off = found is not None and found.effect in ("cancelled", "postponed") and syntax.is_passive(child)
                if found is not None and off and not mood.negated:
                    reading.status = found.effect  # "the trip, which was called off"
                    return True
                if mood.kind == "future" and not mood.negated:
                    reading.status, reading.tense = "planned", "future"
            elif child.tag_ == "VBN" or child.dep_ == "acl":
                found = operators.operator(child, noun)
                if found and found.effect in ("cancelled", "postponed"):
                    reading.status = found.effect
        if child.dep_ == "acl" and child.lemma_.lower() in _OF_MEETINGS:
            reading.governors.append(child)
    return True


def _is_said_to_occur(noun: Token) -> bool:
    """ "No meeting took place", "there was no meeting"."""
    verb = noun.head
    if noun.dep_ in ("nsubj", "nsubjpass"):
        return verb.lemma_.lower() in OCCURRING or _is_there(verb)
    return noun.dep_ == "attr" and _is_there(verb)


def _is_there(verb: Token) -> bool:
    return verb.lemma_ == "be" and verb.tag_ == "VBD" and bool(syntax.children(verb, "expl"))


def _will_be_there(noun: Token) -> bool:
    verb = noun.head
    is_there = noun.dep_ == "attr" and verb.lemma_ == "be" and bool(syntax.children(verb, "expl"))
    return is_there and operators.modality(verb).kind == "future"


def _climb(token: Token, reading: Reading, acts: dict[int, Act]) -> Reading | None:
    """Apply every governing word from the inside out."""
    current = token
    for _ in range(12):
        word = operators.condition(current) if syntax.is_verbal(current) else None
        if word in ("if", "unless", "whether", "lest", "provided", "should"):
            return None
        if word in ("before", "until", "without", "instead"):
            return None
        if (becoming := _being_first(current)) is not None:  # "will become the first president to visit Togo"
            mood = operators.modality(becoming)
            if mood.negated or mood.kind not in ("fact", "future"):
                return None
            if mood.kind == "future" and reading.status == "occurred":
                reading.status, reading.tense = "planned", "future"
            reading.governors.append(becoming)
            current = becoming
            continue
        aim = current.dep_ == "advcl" and operators.is_purpose(current) and not _is_governed(current)
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
    if head == token or (syntax.is_verbal(token) and syntax.is_headline_plan(token)):
        return None
    if label == "conj":
        if syntax.is_verbal(token) and syntax.own_subjects(token) and syntax.is_verbal(head):
            return (head, "conj") if head.dep_ != "ROOT" else None
        return head, "conj"
    if label == "advcl" and _is_governed(token):
        return head, "ccomp"
    if label == "relcl":
        return head, "acl" if operators.is_to_infinitive(token) else "relative"
    if label in ("pobj", "pcomp"):
        preposition = head
        name = preposition.lower_
        above = preposition.head
        if above.dep_ in ("advmod", "prep", "prt") and above.lower_ in ("ahead", "prior", "out"):
            name, above = f"{above.lower_} {name}", above.head
        if label == "pcomp" and name in ("of", "for"):
            above = _blaming(above)
        return (above, name) if above != preposition else None
    return head, label


def _blaming(governor: Token) -> Token:
    """Who convicts, where the parser hung the crime on the convict, and "guilty", where it hung it on "found"."""
    near = [governor.head] if governor.dep_ in ("dobj", "nsubjpass") else []
    near += syntax.children(governor, "oprd", "acomp")
    known = operators.operators()
    return next((w for w in near if any(op.effect == "blamed" for op in known.get(w.lemma_.lower(), ()))), governor)


def _is_left_to_somebody(governor: Token, act: Token) -> bool:
    """ "invited him to visit", "hired them to attack": what somebody is to do, and nobody says that he did."""
    somebody = syntax.objects(governor) or syntax.own_subjects(act)
    return operators.is_to_infinitive(act) and syntax.is_verbal(governor) and bool(somebody)


def _is_left_open(governor: Token, act: Token) -> bool:
    """ "is keen to", "hesitates to": of what somebody may do, only certain words say that he did."""
    modal = governor.lemma_ in operators.MODAL_VERBS
    return operators.is_to_infinitive(act) and not operators.is_perfect(act) and not modal


def _is_governed(verb: Token) -> bool:
    """ "called for the troops to leave", "held off recognising it": what the verb governs, and no aim."""
    found = operators.operator(verb.head, verb)
    if found is None or not found.companion:
        return False
    if operators.is_to_infinitive(verb):
        return found.companion == "for"
    particles = {child.lower_ for child in syntax.children(verb.head, "prt")}
    return verb.tag_ == "VBG" and verb.i > verb.head.i and found.companion in particles


def _apply(governor: Token, act: Token, link: str, reading: Reading, acts: dict[int, Act]) -> bool | None:
    """One governing word. True: climb on; False: it says nothing more; None: the act is not told as an act."""
    nominal = not syntax.is_verbal(act)
    if link in ("advcl", "parataxis", "dep", "npadvmod", "advmod", "appos", "poss", "compound", "agent", "punct"):
        return False
    if link == "acl" and not nominal and any(c.lower_ in _NO for c in governor.children):
        return None  # "no sign that", "little reason to"
    if link == "xcomp" and _is_own_wish(governor, act):
        return None
    if link in ("ccomp", "csubj") and _is_imagined(governor, _mood(governor)):
        return None  # "it is possible that"
    if link == "acl" and not nominal and _is_ranked(governor) and _mood(governor.head).negated:
        return None  # "was not the first to": who did it, and when, is another matter
    if link in ("acl", "ccomp", "appos") and reading.status in ("cancelled", "postponed") and _is_refuted(governor):
        return None  # "dismissed a report that the visit had been called off"
    if link == "against" and not nominal:
        return None  # "warned it against sending troops"
    if link == "behind" and operators.speaker(governor) is not None:
        return None  # "said that Mali was behind the raid": blame
    if link in ("ccomp", "xcomp") and governor.lemma_.lower() in _ENABLING and not nominal:
        return None  # "the pact allows them to": what may be done isn't done
    found = operators.operator(governor, act)
    effect = found.effect if found else None
    if effect == "charge_denied" and reading.event_type == "ACCUSE" and link == "ccomp" and act.i < governor.i:
        return False  # "accused it of a raid; Togo denied it": the charge was made
    if effect == "requested" and reading.is_negated and link in ("xcomp", "ccomp"):
        return None  # "urged it not to send troops": nobody says that it didn't
    if nominal and link in ("dobj", "for", "nsubjpass", "to") and governor.lemma_.lower() in _PRESUPPOSING:
        return None  # "vowed to avenge the killing": what is answered has been done
    if nominal and link == "at" and act.lemma_.lower() in _BIDDINGS:
        return None  # "at the invitation of", "at the request of": why something else was done
    if effect == "requested" and nominal and link == "dobj" and governor.lemma_.lower() in _ORDERING:
        effect = "transparent"  # "ordered sanctions on": by its own power, so it is done
    if effect == "requested" and link == "ccomp" and (_is_finite_statement(act) or governor.lemma_ == "tell"):
        effect = "spoken"
    if effect == "planned" and link == "ccomp" and act.i < governor.i and _is_finite_statement(act):
        effect = "spoken"  # "… imposed sanctions, ministers decided"
    if effect == "stopped" and reading.event_type == "CONSULT":
        is_over = governor.lemma_.lower() in _CONCLUDING or syntax.is_cut_short(governor)
        is_over |= reading.mode_type == "visit" and _is_own(act)
        effect = "transparent" if is_over else effect  # "ended a round of talks", "broke off his visit"
    mood = _mood(governor)
    if nominal and link == "nsubjpass":
        infinitive = next(iter(syntax.children(governor, "xcomp")), None)
        if infinitive is not None and infinitive.lemma_.lower() not in OCCURRING:
            return False  # "the visit is meant to show …": told of a visit, not a plan for one
    if nominal and link == "nsubj" and not syntax.is_passive(governor):
        # "the visit takes place", "the talks will resume", "the visit drew praise"
        waiting = [governor, *syntax.children(governor, "xcomp")]
        if effect is None and reading.event_type == "CONSULT" and any(verb.lemma_ == "wait" for verb in waiting):
            effect = "postponed"  # "the visit will have to wait"
        if effect in ("cancelled", "postponed") and not mood.negated:
            return _take_stance(governor, act, effect, reading, link, mood)  # "the visit is off"
        is_over = effect in ("stopped", "lifted") and mood.kind == "fact" and not syntax.objects(governor)
        if is_over and reading.event_type == "SANCTION":
            return _lapse(governor, reading, mood)
        if governor.lemma_.lower() in OCCURRING or effect == "transparent":
            is_off = mood.negated and mood.kind in ("future", "would") and governor.lemma_.lower() in OCCURRING
            if is_off and reading.event_type in _COOPERATIVE and reading.status in ("occurred", "planned"):
                reading.status, reading.tense = "cancelled", "future"  # "the visit will not take place"
                reading.governors.append(governor)
                return True
            if mood.negated and mood.kind == "fact" and not mood.doubted and not is_standing(governor):
                if reading.status in ("occurred", "planned"):
                    was_planned = reading.status == "planned"  # "the planned visit did not take place"
                    reading.deny()
                    reading.is_negated = not was_planned
                if reading.status == "denied":
                    reading.governors.append(governor)
                    return True
            if mood.negated or _is_imagined(governor, mood):
                return None
            if mood.kind in ("future", "would") and reading.status == "occurred":
                reading.status, reading.tense = "planned", "future"
            elif mood.kind in ("possible", "can", "ought"):
                return None
            reading.governors.append(governor)
            return True
        return False
    is_verbal_act = governor.i in acts and acts[governor.i].entry.event_type in VERBAL
    is_scene = link in ("during", "amid") or (link == "on" and act.i < governor.i)
    if nominal and is_scene and reading.mode_type == "visit" and (is_verbal_act or effect in operators.SILENCING):
        reading.governors.append(governor)  # "on a visit to Togo, he praised …": it took place, whatever was said there
        if mood.kind in ("future", "would") and reading.status == "occurred":
            reading.status, reading.tense = "planned", "future"
        return False
    told = acts[governor.i].entry if governor.i in acts and link in ("for", "on") and nominal else None
    is_plan = told is not None and told.status == "planned" and told.mode_type == reading.mode_type == "visit"
    if is_plan and reading.status == "occurred":  # "is due on Friday for a two-day visit"
        reading.status, reading.tense = "planned", "future"
        reading.governors.append(governor)
        return True
    if nominal and link == "in" and governor.i in acts and act.lemma_.lower() in _MOTIVES:
        return None  # "recalled its envoy in protest": why it was done, and no act beside it
    if effect is None and nominal and is_verbal_act:
        return None  # what is condemned, praised or asked about is mentioned, not told
    is_charge = link == "over" or (link == "for" and not nominal)
    is_charge = is_charge and effect in (None, "transparent")
    if governor.i in acts and (is_charge or (link == "for" and effect is None)):
        return None  # "recalled its envoy for consultations": an aim; "imposed sanctions over a raid": a charge
    if effect is None and link == "acl" and operators.is_to_infinitive(act) and not _is_ranked(governor):
        return None  # "a way to resolve the dispute", "the right to retaliate"
    if effect is None and not nominal and link in ("xcomp", "ccomp") and _is_left_to_somebody(governor, act):
        return None
    if effect is None and link in ("xcomp", "ccomp") and _is_left_open(governor, act):
        return None
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
        if mood.negated and link == "ccomp":
            return None  # "nobody believes that it will"
        if nominal and link == "dobj":
            if governor.lemma_ in ("announce", "declare") and reading.status == "occurred":
                reading.governors.append(governor)
                return True
            return None if governor.lemma_ in ("report", "show", "note") else True
        reading.speaker = reading.speaker or governor
        return True
    if nominal and (
        link in ("at", "during") or (link == "in" and effect in ("requested", "planned", "threatened", "lifted"))
    ):
        return False  # "in a call he urged …", "at the meeting they agreed …": where it was said
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
    if (
        mood.negated
        or mood.doubted
        or (
            mood.kind in ("possible", "would") and effect not in ("threatened",) and operators.speaker(governor) is None
        )
    ):
        return None
    if reading.effect in operators.STANCES and effect in operators.STANCES:
        # a stance towards a stance: "rejected a demand to withdraw", "agreed to call off the visit"
        return _stack(governor, effect, reading)
    return _take_stance(governor, act, effect, reading, link, mood)


def _is_own(noun: Token) -> bool:
    """ "His visit": that of whom the sentence speaks."""
    return any(child.tag_ == "PRP$" for child in syntax.children(noun, "poss"))


def _is_refuted(word: Token) -> bool:
    """Whether somebody denies or rejects what a word says."""
    verb = syntax.clause_verb(word)
    return verb is not None and verb.lemma_.lower() in _REFUTING


def _lapse(governor: Token, reading: Reading, mood: operators.Modality) -> bool | None:
    """ "The embargo ended on Monday": whoever imposed it has lifted it."""
    turned = operators.reversal(reading.event_type, "lifted")
    if mood.negated or turned is None or reading.status != "occurred":
        return None
    reading.event_type, reading.status = turned
    reading.mode_type = None
    reading.governors.append(governor)
    reading.rule = f"{reading.rule} · {governor.lemma_.lower()}"
    return True


def _mood(word: Token) -> operators.Modality:
    return operators.modality(word) if syntax.is_verbal(word) else operators.Modality("fact", False, False)


def _is_imagined(governor: Token, mood: operators.Modality) -> bool:
    """ "an attack would be costly", "talks are the only way out": weighed, not told."""
    if governor.lemma_ != "be":
        return False
    said = [c for c in governor.children if c.dep_ in ("acomp", "attr")]
    if any(c.lower_ in _VAGUE_ADJECTIVES or c.lemma_.lower() in _WEIGHED for c in said):
        return True
    return bool(said) and mood.kind == "would" and operators.speaker(governor) is None


def _being_first(verb: Token) -> Token | None:
    """The verb by which somebody is, or becomes, the first to do what an infinitive says."""
    if not operators.is_purpose(verb):
        return None
    above = verb.head if verb.dep_ == "advcl" else verb.head.head if verb.head.dep_ == "attr" else verb
    firsts = [verb.head] if verb.dep_ != "advcl" else syntax.children(above, "attr")
    return above if above.lemma_ in ("be", "become") and any(map(_is_ranked, firsts)) else None


def _is_ranked(noun: Token) -> bool:
    """ "the first president to visit", "the only state to object": what the infinitive says was done."""
    words = [noun.lower_, *(c.lower_ for c in noun.children if c.dep_ in ("amod", "det", "advmod"))]
    return noun.tag_ == "CD" or any(word in _RANKS for word in words)


_REFUTING = codebook.words("refuting_news")
_RANKS = codebook.words("ranks")


def _is_finite_statement(verb: Token) -> bool:
    """ "insisted that it had freed them", against "insisted that they be freed"."""
    auxiliaries = [c for c in verb.children if c.dep_ in ("aux", "auxpass")]
    if any(c.tag_ in ("VBD", "VBZ", "VBP", "MD") for c in auxiliaries):
        return not any(c.lower_ in ("should", "must") for c in auxiliaries)
    return verb.tag_ in ("VBD", "VBZ")


def _take_stance(
    governor: Token, act: Token, effect: str, reading: Reading, link: str, mood: operators.Modality
) -> bool | None:
    if effect in ("stopped", "lifted"):
        turned = operators.reversal(reading.event_type, effect)
        if turned is None:
            return None
        event_type, status = turned
        reading.event_type, reading.mode_type = event_type, _REVERSED_MODE.get(event_type)
        reading.status = "planned" if mood.kind == "future" else status
    elif effect == "planned":
        if reading.event_type == "MOBILIZE" and governor.lemma_.lower() in _PROMISING:
            reading.event_type, reading.mode_type = "COOPERATE", None  # troops that are promised help somebody
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
        if reading.event_type in _CONFLICT | {"REQUEST"}:
            reading.event_type, reading.status, reading.mode_type = "CONCEDE", "occurred", None
    else:
        reading.status = effect
        reading.tense = "future" if effect in ("requested", "threatened") else reading.tense
        if effect == "threatened" and reading.event_type in _COOPERATIVE:
            return None
    reading.lie_under(governor, effect)
    return True


def _stack(governor: Token, effect: str, reading: Reading) -> bool | None:
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
    reading.lie_under(governor, effect)
    return True


_NO = frozenset({"no", "little", "any", "scant"})
_ENABLING = codebook.words("enabling")
_WEIGHED = codebook.words("weighed")
_CUSTOMS = codebook.words("customs")
_STATES = frozenset({"be", "exist", "have", "keep", "remain"})
_PROMISING = codebook.words("promising")
_REVERSED_MODE = {"SANCTION": "discontinue", "RETREAT": "ceasefire", "CONCEDE": None}
MEDIATING = codebook.words("mediating")
_CONCLUDING = codebook.words("concluding")
_ORDERING = codebook.words("ordering")

"""Who takes part in an act: the heads of the phrases that act and that it is done to, through the grammar of news."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from spacy.tokens import Token

from demarche import codebook
from demarche.lexicon import Entry, lexicon
from demarche.reports import operators, syntax
from demarche.reports.acts import Act, match
from demarche.reports.readings import MEDIATING, OCCURRING, VERBAL, Reading

#: Acts in which both sides do the same.
MUTUAL = frozenset({"CONSULT", "COOPERATE", "AGREE", "SUPPORT"})
#: … and those in which both may.
DONE_TOGETHER = MUTUAL | {"CONCEDE", "RETREAT"}
_MEETING_PREPOSITIONS = ("with", "to", "between", "among", "into")
_NOMINAL_PREPOSITIONS = frozenset(
    {"to", "with", "against", "on", "for", "at", "from", "towards", "toward", "upon", "into"}
)
#: Nouns that name what somebody has said.
_WORDS_OF = codebook.words("words_of")
#: Acts done to bodies and things.
_PHYSICAL = frozenset({"ASSAULT", "COERCE"})
#: Nouns of these types name the doer with "of" ("the withdrawal of Chad"), unless the lexicon says otherwise.
_SUBJECTIVE = frozenset({"RETREAT", "CONCEDE", "MOBILIZE", "PROTEST", "REQUEST"})
_HOSTING = codebook.words("hosting")
_DISCUSSING = codebook.words("discussing")
_RECIPIENT_PREPOSITIONS = (
    *("to", "with", "against", "on", "upon", "at", "for", "from", "towards", "toward", "into", "over", "out of"),
    *("between", "among"),
)
IsParty = Callable[[Token], bool]
#: Words that name somebody by what he is to somebody else.
RELATIONAL = codebook.words("relational")


def _links(act: Act | None) -> tuple[str, ...]:
    """The prepositions before a recipient, the likeliest first. "At" says where one meets and signs, not with whom."""
    if act is None or act.entry.event_type not in MUTUAL:
        return _RECIPIENT_PREPOSITIONS
    if act.entry.event_type == "CONSULT":
        return _MEETING_PREPOSITIONS
    return tuple(name for name in _RECIPIENT_PREPOSITIONS if name != "at")


def receives(verb: Token, noun: Token) -> bool:
    """ "drew condemnation from", "met with criticism by": the subject of the verb suffers what the noun says."""
    if verb.lemma_ in _UNDERGOING and noun.dep_ == "pobj" and noun.head.lower_ == "under":
        return True  # "came under fire"
    return verb.lemma_.lower() in RECEIVING and (
        noun.dep_ == "dobj" or (noun.dep_ == "pobj" and noun.head.lower_ == "with")
    )


_UNDERGOING = frozenset({"be", "come", "remain", "stay"})


RECEIVING = codebook.words("receiving")


def received_sides(verb: Token, noun: Token, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    sources = [noun, *(t for t in syntax.conjuncts(noun) if t != noun), verb]
    givers = [
        party
        for source in sources[:1] + sources[-1:]
        for name, o in syntax.obliques(source)
        if name in ("from", "by", "among", "of")
        for party in ([o] if is_party(o) else _inside(o, is_party, 1))
    ]
    givers = givers or [child for child in syntax.children(noun, "amod", "compound", "nmod") if is_party(child)]
    found = syntax.subjects(verb)
    sufferers = [s for s in found if is_party(s)] or [p for s in found for p in _inside(s, is_party)]
    return givers, sufferers or [s for s in found if s.pos_ in ("NOUN", "PROPN")][:1]


def is_scene(noun: Token) -> bool:
    """Whether a party is only named as where something was: "a ceasefire in Addis Ababa"."""
    return noun.dep_ == "pobj" and noun.head.lower_ in ("in", "at", "near", "outside")


def is_own(noun: Token, actors: Sequence[Token]) -> bool:
    """ "summoned his council", "its ambassadors": what belongs to the actor is nobody else."""
    if noun.pos_ == "PROPN" or noun.lemma_.lower() in RELATIONAL or any(actor.i > noun.i for actor in actors):
        return False
    return any(c.dep_ == "poss" and c.lower_ in ("his", "her", "its", "their", "our", "my") for c in noun.children)


def conditioned(verb: Token, is_party: IsParty) -> list[Token]:
    """Whose deed would set off what is threatened, or end what is refused: the doer in the if- or until-clause."""
    for child in verb.children:
        if child.dep_ == "advcl" and any(c.dep_ == "mark" and c.lower_ in _CONDITIONS for c in child.children):
            found = subjects_of(child, is_party) if syntax.is_passive(child) else []
            found = found or [s for s in syntax.own_subjects(child) if is_party(s)]
            if found:
                return found
    return []


_CONDITIONS = frozenset({"as", "before", "if", "should", "till", "unless", "until"})


def is_first_person(token: Token) -> bool:
    return token.lower_ in ("we", "i", "us", "our")


def who_comes(visit: Token | None, verb: Token, is_party: IsParty) -> list[Token]:
    """The parties that "by" names behind a visit, on whichever word the parser hangs it; or "of", or whose it is."""
    if visit is None or syntax.is_verbal(visit):
        return []
    hosts = [visit] if visit == verb or syntax.is_passive(verb) else [visit, verb]
    found = [(name, o) for word in hosts for name, o in syntax.obliques(word) if o.i > visit.i and is_party(o)]
    coming = [o for name, o in found if name == "by"]
    coming = coming or [o for o in syntax.children(visit, "poss") if o.pos_ != "PRON" and is_party(o)]
    is_own = visit.lemma_.lower() in ("journey", "stay", "trip", "visit")
    return coming or [o for name, o in found if name == "of" and o.head.head == visit and is_own]


def subjects_of(verb: Token, is_party: IsParty) -> list[Token]:
    """The parties among a verb's logical subjects: the agent of a passive, else what stands as subject."""
    if syntax.is_passive(verb):
        agents = syntax.agents(verb)
        return [a for a in agents if is_party(a)] or [p for a in agents for p in _inside(a, is_party)]
    found = syntax.subjects(verb) or _mistagged_subject(verb, is_party)
    parties = [s for s in found if is_party(s)]
    if not parties and verb.dep_ == "acl" and verb.tag_ == "VBG":  # "issued a statement criticising the vote"
        above = syntax.clause_verb(verb.head)
        parties = subjects_of(above, is_party) if above is not None and above.i < verb.i else []
    return parties or [p for s in found for p in _owners(s, is_party)]


def met_by_the_way(noun: Token, is_party: IsParty) -> list[Token]:
    """ "left Tirana after talks with the Albanian premier", "met her on the second day of a visit": whose it was."""
    preposition = noun.head
    if noun.dep_ == "pobj" and preposition.lower_ == "of" and preposition.head.lower_ == "day":
        verb = syntax.clause_verb(preposition.head)
        return subjects_of(verb, is_party) if verb is not None else []
    if noun.dep_ != "pobj" or preposition.lower_ not in _BY_THE_WAY or not syntax.is_verbal(preposition.head):
        return []
    return subjects_of(preposition.head, is_party)


def spoken_to(call: Token, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    """ "In a phone call, X told Y that …": who rang whom."""
    verb = call.head.head
    is_setting = call.dep_ == "pobj" and call.head.lower_ in _BY_THE_WAY and syntax.is_verbal(verb)
    if not is_setting or verb.lemma_.lower() not in _TELLING or syntax.is_passive(verb):
        return [], []
    told = [other for other in [*syntax.datives(verb), *syntax.objects(verb)] if is_party(other)]
    return (subjects_of(verb, is_party), told) if told else ([], [])


_TELLING = codebook.words("telling")
_BY_THE_WAY = frozenset({"after", "at", "during", "following", "in"})


def _mistagged_subject(verb: Token, is_party: IsParty) -> list[Token]:
    """A name at the head of the sentence whose first part the tagger took for a preposition."""
    for child in verb.children:
        if child.dep_ == "prep" and child.i < verb.i and is_party(child):
            return [part for pobj in syntax.children(child, "pobj") for part in syntax.conjuncts(pobj)]
    return []


def _owners(noun: Token, is_party: IsParty) -> list[Token]:
    """Whose thing a subject is that can't act itself: "Cuba's vote", "Russian missiles", "the vote of Cuba", "a raid by
    Cuba", "a Cuban-led raid"."""
    doers = [o for name, o in syntax.obliques(noun) if name == "by" and is_party(o)]
    if doers:
        return doers
    for label in ("poss", "amod", "compound", "nmod"):
        found = [c for c in noun.children if c.dep_ == label and is_party(c)]
        if found:
            return found
    led = [c for word in syntax.children(noun, "amod") if word.lower_ == "led" for c in word.children if is_party(c)]
    return led or [o for name, o in syntax.obliques(noun) if name == "of" and is_party(o)]


def _inside(noun: Token, is_party: IsParty, depth: int = 3) -> list[Token]:
    """Parties inside a phrase that is none itself: "Tonga's proposal", "the coup in Gabon", "curbs against Iran"."""
    found: list[Token] = []
    if noun.lemma_.lower() in _MISSIONS:  # whose embassy it is, not where it stands
        found = [child for child in noun.children if child.dep_ in ("amod", "compound", "nmod", "poss")]
        found = [child for child in found if is_party(child)]
        if found:
            return found
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
        if child.dep_ == "acl" and child.lemma_.lower() in MEDIATING:
            continue
        if child.dep_ == "acl" and child.tag_ == "VBN":
            found += [o for name, o in syntax.obliques(child) if name == "by" and is_party(o)]
        elif child.dep_ == "relcl" and child.left_edge.i and child.left_edge.nbor(-1).text == ",":
            continue  # "passed a law, which Chad condemned"
        elif child.dep_ in ("acl", "relcl") and depth and not syntax.is_adverbial_relative(child):
            found += [s for s in syntax.own_subjects(child) if is_party(s) and s != noun and s.pos_ != "PRON"]
            found = found or [o for o in syntax.objects(child) if is_party(o)]
            below = syntax.children(child, "ccomp", "xcomp")  # "a pact that allowed Mali's troops to stay"
            found = found or [s for verb in below for s in syntax.own_subjects(verb) if is_party(s)]
    return found


def sent_by(envoys: Token, is_party: IsParty) -> list[Token]:
    """ "negotiators for the miners and the owners met": those for whom they do."""
    if envoys.tag_ != "NNS":
        return []
    senders = [o for name, o in syntax.obliques(envoys) if name in ("for", "of", "from") and is_party(o)]
    named = any(sender.ent_type_ in ("GPE", "NORP") for sender in senders)
    return senders if len(senders) > 1 and not named else []


def stayed(visit: Token, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    """Who was where, by the verb around a visit that doesn't say it itself: "left Fiji after a visit", "was in Suva
    for a visit", "the visit ended in Suva"."""
    if visit.dep_ == "pobj" and visit.head.lower_ == "on":  # "the president, on a visit to Suva, was shown …"
        traveller = visit.head.head
        if traveller.dep_ == "dobj":  # "led a delegation on a visit to Suva"
            traveller = traveller.head
        found = [traveller] if is_party(traveller) else []
        return found or (subjects_of(traveller, is_party) if syntax.is_verbal(traveller) else []), []
    verb = syntax.clause_verb(visit)
    if verb is None:
        return [], []
    is_leaving = verb.lemma_ in syntax.LEAVING
    if not is_leaving and verb.lemma_ not in _BEING and verb.lemma_.lower() not in OCCURRING:
        return [], []
    where = ("from",) if is_leaving else ("in", "at")
    hosts = [o for o in (syntax.objects(verb) if is_leaving else ()) if is_party(o)]
    hosts = hosts or [o for name, o in syntax.obliques(verb) if name in where and is_party(o)]
    return subjects_of(verb, is_party), hosts


def where_it_was(word: Token, is_party: IsParty) -> list[Token]:
    """ "Is back from Suva, where he concluded a visit": the place that a relative clause tells of."""
    verb = syntax.clause_verb(word)
    if verb is None or verb.dep_ != "relcl" or not any(c.lower_ == "where" for c in syntax.children(verb, "advmod")):
        return []
    return [verb.head] if is_party(verb.head) else []


_BEING = frozenset({"be", "stay"})


def travelled_to_see(verb: Token, is_party: IsParty) -> list[Token]:
    """Whom a journey was made to meet: "flew to Geneva to see Togo's premier", "… for talks with Togo's premier"."""
    aims = [child for child in syntax.children(verb, "advcl") if operators.is_to_infinitive(child)]
    aims += [noun for name, noun in syntax.obliques(verb) if name == "for"]
    acts = [act for aim in aims if (act := match(aim, lexicon())) is not None and act.entry.event_type == "CONSULT"]
    return [party for act in acts for party in recipients_of(act.token, act, is_party)]


def _company(verb: Token, actors: Sequence[Token], act: Act) -> list[Token]:
    """Who did it, too: "Chad, along with Mali, …", "…, together with Mali", "came accompanied by Mali's premier"."""
    found = [name for actor in actors for _, name in syntax.company(actor)]
    if actors and not syntax.is_passive(verb):  # "expelled the consul along with Mara Quill" expels both
        is_visit = act.entry.mode_type == "visit" and not is_hosting(verb, act.entry)
        found += [name for link, name in syntax.company(verb) if is_visit or link.left_edge.nbor(-1).text == ","]
    return [name for name in found if name not in actors]


def is_hosting(verb: Token, entry: Entry) -> bool:
    return verb.lemma_ in _HOSTING and entry.event_type == "CONSULT"


def verbal_sides(verb: Token, act: Act, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    actors = subjects_of(verb, is_party)
    actors += [name for name in _company(verb, actors, act) if is_party(name)]
    if syntax.is_passive(verb):
        undergoers = syntax.subjects(verb)
        parties = [u for u in undergoers if is_party(u)]
        if act.entry.mode_type == "visit" and act.companion is None and not is_hosting(verb, act.entry):
            return parties, recipients_of(verb, act, is_party, passive=True)  # "is expected in Suva"
        oblique = recipients_of(verb, act, is_party, passive=True)
        stands_for_act = act.companion is not None and not is_party(act.companion)
        carried = act.companion in undergoers and (stands_for_act or not _is_undergoer(act))
        suffered = parties or [p for u in undergoers for p in _inside(u, is_party)]
        if not suffered and act.entry.event_type in _PHYSICAL:
            suffered = [u for u in undergoers if u.pos_ in ("NOUN", "PROPN")]
            if act.entry.head in _LIGHT:  # "the raid was carried out by …"
                suffered = [u for u in suffered if u != act.companion]
        recipients = oblique if carried else suffered or oblique
        if not actors and act.entry.event_type == "COERCE" and parties:
            # who is arrested in a state, its authorities have arrested
            actors = [o for name, o in syntax.obliques(verb) if name == "in" and is_party(o) and o not in recipients]
        if not actors and act.entry.event_type == "ACCUSE" and verb.lemma_ == "summon":  # "to the ministry in Suva"
            actors = [o for name, o in syntax.obliques(verb) if name == "to" and is_party(o)]
            recipients = [r for r in suffered if r not in actors] or recipients
        if not actors and act.entry.mode_type in ("expel", "deport"):
            actors = [o for name, o in syntax.obliques(verb) if name in ("out of", "from") and is_party(o)]
            recipients = [r for r in recipients if r not in actors]
        suffers = _is_undergoer(act) and act.companion is not None and is_party(act.companion)
        if not actors and act.companion in undergoers and act.companion is not None and not suffers:
            actors, theirs = nominal_sides(act.companion, act.entry, is_party)
            recipients = [r for r in recipients if r not in actors] or theirs
        recipients = recipients or [s for s in suffered if s not in actors]
    else:
        recipients = recipients_of(verb, act, is_party)
    if is_hosting(verb, act.entry):  # the visitor acts, the host receives
        received = syntax.subjects(verb) if syntax.is_passive(verb) else syntax.objects(verb)
        if received and not any(is_party(o) for o in received) and act.companion is None:
            return [], []  # "received assistance": nobody came
        guests = [o for o in syntax.objects(verb) if is_party(o)]
        actors, recipients = guests or recipients, actors
        if not recipients and syntax.is_passive(verb):  # "was received in Suva"
            recipients = [o for name, o in syntax.obliques(verb) if name in ("in", "at") and is_party(o)]
    if act.companion is not None and not syntax.is_passive(verb) and act.entry.event_type in MUTUAL:
        inner_actors, inner_recipients = nominal_sides(act.companion, act.entry, is_party)
        if verb.dep_ == "acl" and len(inner_actors) > 1:
            return inner_actors, []  # "brokered a deal opening ties between Chad and Mali"
        recipients = recipients or inner_recipients or [a for a in inner_actors if a not in actors]
    return actors, recipients


def recipients_of(token: Token, act: Act | None, is_party: IsParty, *, passive: bool = False) -> list[Token]:
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
        direct = given or [
            o
            for o in objects
            if is_party(o)
            and (o != noun or _is_undergoer(act) or o.pos_ == "PROPN" or o.text.isupper())  # "left ASEAN"
            and not is_means(o, act.entry.event_type if act is not None else None)
        ]
        if direct:
            return direct
    named = syntax.conjuncts(noun) if noun is not None and not _does_alone(act) else []
    own = [o for o in objects if o not in named]
    bodily = act is not None and (act.entry.event_type in _PHYSICAL or act.entry.mode_type == "expel")
    if bodily and own and not passive:
        inside = [p for o in own for p in _inside(o, is_party)]
        if inside:
            return inside
        if act is not None and act.entry.event_type == "ASSAULT" and act.companion is None and own[0].pos_ != "PROPN":
            scenes = [o for name, o in pairs if name in ("in", "across", "inside")]
            inside = [p for o in scenes for p in ([o] if is_party(o) else _inside(o, is_party, 0))]
            if inside:
                return inside  # "struck targets in Lebanon", said of the verb
        if own[0].pos_ in ("NOUN", "PROPN") and own[0].ent_type_ not in _FIGURES:
            return own[:1]
        counted = [o for name, o in syntax.obliques(own[0]) if name == "of" and o.pos_ == "NOUN"]
        if counted:
            return counted  # "rammed one of its boats"
    if act is not None and act.entry.event_type in VERBAL:
        authors = [p for o in objects if o.lemma_.lower() in _WORDS_OF for p in _authors(o, is_party)]
        authors = authors or [p for o in objects for c in o.children if c.dep_ == "poss" and c.pos_ != "PRON"
                              for p in syntax.conjuncts(c) if is_party(p)]  # fmt: skip
        if objects and not authors:  # "criticised the delivery of tanks to Mali by Chad"
            near = [pair for word in (*objects, token) for pair in syntax.obliques(word)]
            authors = [o for name, o in near if name == "by" and is_party(o)]
        if (
            not authors and act.entry.event_type == "ACCUSE" and act.companion is None
        ):  # "visited Chad and criticised its bombing of Mali"
            authors = [
                c for o in objects for c in syntax.children(o, "poss") if c.lower_ in ("its", "their") and is_party(c)
            ]
        if authors:
            return authors
    links = _links(act)
    for wanted in links:
        found = [o for name, o in pairs if name == wanted and is_party(o)]
        if found:
            return found
    if token.lemma_.lower() in _DISCUSSING:
        return []  # "discussed the situation in Lebanon": what they spoke about
    found = []
    for item in [*objects, *([noun] if noun is not None and noun not in objects else [])]:
        found += [p for p in _inside(item, is_party) if p not in found]
    if found:
        return found
    if not passive:  # where the parser hangs the "by" of "the felling of trees by Mali" on the verb
        found = [o for name, o in syntax.obliques(token) if name == "by" and is_party(o)]
        if found:
            return found
    for name, o in pairs:
        if name in links:
            found += [p for p in _inside(o, is_party) if p not in found]
    if found:
        return found
    for source in [*sources[1:], *objects]:  # "an inquiry into whether Togo had …"
        topics = [prep for prep in syntax.children(source, "prep") if prep.lower_ in ("about", "into", "on", "over")]
        for clause in [c for prep in topics for c in syntax.children(prep, "pcomp")]:
            found = [s for s in syntax.own_subjects(clause) if is_party(s)]
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


def is_means(noun: Token, event_type: str | None) -> bool:
    """ "mobilised the army", "put a brigade on alert": whoever is moved suffers nothing."""
    if event_type != "MOBILIZE":
        return False
    return not _MOVED.isdisjoint(lexicon().classes.get(noun.lemma_.lower(), ()))


_MOVED = frozenset({"<forces>", "<police>", "<weapons>", "<ships>", "<aircraft>", "<armed>", "<peacekeepers>"})


def is_step(noun: Token) -> bool:
    """ "the step", "this verdict": a noun that points to an act told before."""
    pointed = any(c.dep_ == "det" and c.lower_ in ("the", "this", "that", "these") for c in noun.children)
    return pointed and noun.lemma_.lower() in _STEPS


_STEPS = codebook.words("steps")


def things(act: Act, actors: Sequence[Token]) -> list[Token]:
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
    named = [
        o
        for o in found
        if o.pos_ in ("NOUN", "PROPN")
        and o.ent_type_ not in _FIGURES
        and o not in actors
        and not is_means(o, act.entry.event_type)
    ]
    return [o for o in found if o.lower_ in ("anyone", "anybody", "everyone", "everybody")] or named[:1]


def _is_somewhere(noun: Token) -> bool:
    """A place or part of one: "in the northern district", not "in protest"."""
    return noun.pos_ == "PROPN" or noun.lemma_.lower() in _GROUNDS


_GROUNDS = codebook.words("grounds")
_LIGHT = codebook.words("light_verbs")


def _does_alone(act: Act | None) -> bool:
    """Whether the verb tells a physical act whatever its object ("seized the station"), unlike "launched an attack"."""
    if act is None or not syntax.is_verbal(act.token) or act.entry.head in _LIGHT:
        return False
    alone = [e for e in lexicon().entries(act.entry.head, act.entry.pos) if not e.with_lemmas]
    return any(entry.event_type in _PHYSICAL for entry in alone)


#: What comes "from" its doer.
_GIVEN = VERBAL | {"AID", "ASSAULT"}
#: Acts that need somebody on the other side; a thing there is their topic.
_BETWEEN_PEOPLE = frozenset({"CONSULT", "COOPERATE"})
_FIGURES = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "CARDINAL", "ORDINAL", "QUANTITY"})
_BEFORE = ("outside", "at", "near", "before", "in", "on", "against")
_MISSIONS = codebook.words("missions")


def _is_undergoer(act: Act | None) -> bool:
    """Whether the noun that completes the trigger is who suffers it ("summoned the envoy"), not its means."""
    if act is None or act.entry.mode_type in ("withdraw", "visit"):
        return False
    return act.entry.event_type in _UNDERGONE


_UNDERGONE = frozenset({"ACCUSE", "SANCTION", "COERCE", "ASSAULT", "CONSULT", "SUPPORT", "RETREAT"})
#: Acts that hand something over: whoever stands behind the marking preposition gets it, named or not.
_TRANSFERS = frozenset({"AID", "RETREAT"})
#: Acts that are done in a land and so to it, when nobody else is named.
_DEEDS = frozenset({"AGREE", "AID", "RETREAT", "ASSAULT", "MOBILIZE", "COERCE", "SANCTION", "PROTEST"})


def nominal_sides(noun: Token, entry: Entry, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    """Sides of a noun that names an act: possessor and "by" act; "of" is done to, or acts where nothing else does."""
    owners = [p for c in noun.children if c.dep_ == "poss" for p in syntax.conjuncts(c)]
    if owners and owners[0].pos_ == "PRON" and noun.dep_ not in ("nsubj", "nsubjpass"):
        around = [word for word in noun.ancestors if syntax.is_nominal(word) and word.sent == noun.sent]
        near = around[: next((n for n, word in enumerate(around) if word.dep_ not in ("conj", "pobj")), 0) + 1]
        named = [
            p for word in near for c in syntax.children(word, "poss") for p in syntax.conjuncts(c) if p.pos_ != "PRON"
        ]
        verb = None if named else syntax.clause_verb(noun)  # "the army stepped up its attacks": its own
        owners = named or owners  # "Mali's attacks and its support for …"
        bound = [s for s in syntax.subjects(verb) if is_party(s) and _binds(s, noun)] if verb is not None else []
        bound = [s for s in bound if s.lower_ != "it" or owners[0].lower_ == "its"]  # "it was his third visit"
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
        elif name == "from" and entry.event_type in _GIVEN and "from" not in entry.recipient_by:
            by += parties  # "aid from Japan", "criticism from Iran"
        elif name in _NOMINAL_PREPOSITIONS or (name == "in" and entry.mode_type == "visit"):
            other += parties
    for child in noun.children:
        if child.dep_ == "acl" and child.lemma_.lower() in MEDIATING:
            continue  # "a truce brokered by Norway" is not Norway's
        if child.dep_ == "acl" and child.tag_ == "VBN":  # "the embargo imposed by …", "talks held with …"
            for name, o in syntax.obliques(child):
                if name == "by" and is_party(o):
                    by.append(o)
                elif name in ("against", "on", "with", "to", "between") and is_party(o):
                    (both if name == "between" else other).append(o)
    adjectives = [c for c in noun.children if c.dep_ in ("amod", "compound", "nmod") and is_party(c)]
    adjectives = [c for c in adjectives if c.lower_ != "state"]  # "a state visit"
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
    if not actors and entry.event_type == "CONSULT" and entry.status in ("cancelled", "postponed"):
        actors, theirs = _of_relative(noun, is_party)
        recipients = recipients or theirs
    if not actors:
        actors = [a for a in adjectives if a not in recipients]
    elif not recipients and adjectives:
        recipients = [a for a in adjectives if a not in actors]
    return actors, recipients


def _of_relative(noun: Token, is_party: IsParty) -> tuple[list[Token], list[Token]]:
    """ "The trip that she was to have made to Togo": who makes it, and to whom."""
    for clause in syntax.children(noun, "relcl"):
        verbs = [clause, *syntax.children(clause, "xcomp")]
        if verbs[-1].lemma_ not in _MAKING:
            continue
        doers = [s for s in syntax.own_subjects(clause) if s.tag_ not in ("WDT", "WP")]
        others = [o for verb in verbs for name, o in syntax.obliques(verb) if name in ("to", "in", "with")]
        return [p for s in doers for p in syntax.conjuncts(s) if is_party(p)], [o for o in others if is_party(o)]
    return [], []


_MAKING = frozenset({"hold", "make", "pay", "undertake"})


def _binds(subject: Token, noun: Token) -> bool:
    """Whether the clause's subject owns a noun with a pronoun: it stands before, or, by name, after "During his …"."""
    opens = noun.dep_ == "pobj" and noun.head.i == noun.sent.start
    return subject.i < noun.i or (opens and subject.pos_ == "PROPN")


def _authors(noun: Token, is_party: IsParty) -> list[Token]:
    """Whose words a noun names: "Togo's request", "the appeal of a prisoner", "a Chadian demand"."""
    owners = [
        p for c in noun.children if c.dep_ == "poss" and c.pos_ != "PRON" for p in syntax.conjuncts(c) if is_party(p)
    ]
    owners = owners or [o for name, o in syntax.obliques(noun) if name in ("by", "from", "of") and is_party(o)]
    return owners or [c for c in noun.children if c.dep_ in ("amod", "compound", "nmod") and is_party(c)]


def stance_sides(
    reading: Reading, act: Act, actors: list[Token], recipients: list[Token], is_party: IsParty
) -> tuple[list[Token], list[Token]]:
    """Whoever asks, refuses, plans or stops is the actor; who is asked, or the act's other side, the recipient."""
    stance = reading.stance
    assert stance is not None
    if reading.effect == "said_of":
        told = [o for o in [*syntax.datives(stance), *syntax.objects(stance)] if is_party(o)]
        by_pronoun = all(actor.pos_ == "PRON" for actor in actors)  # "told Mali that it must …"
        return subjects_of(stance, is_party), told if told and by_pronoun else actors
    if syntax.is_verbal(stance):
        owners = subjects_of(stance, is_party)
        if syntax.is_passive(stance) and not owners and reading.effect == "planned":
            owners = [s for s in syntax.subjects(stance) if is_party(s)]
    elif stance.pos_ == "ADJ":
        verb = stance.head if syntax.is_verbal(stance.head) else None
        stated = syntax.subjects(stance) if verb is None else []
        owners = subjects_of(verb, is_party) if verb is not None else [s for s in stated if is_party(s)]
    else:
        owners, _ = nominal_sides(stance, act.entry, is_party)
        if not owners:
            verb = syntax.clause_verb(stance)
            owners = subjects_of(verb, is_party) if verb is not None else []
    if owners and all(is_first_person(o) for o in owners) and reading.speaker is not None:
        owners = subjects_of(reading.speaker, is_party) or owners
    if reading.effect == "requested" and not owners and syntax.is_verbal(stance) and syntax.is_passive(stance):
        asked = [s for s in syntax.subjects(stance) if is_party(s)]
        if asked:
            return [], asked  # "was asked to": nobody says by whom
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
        return owners or actors, warned or recipients or conditioned(act.token, is_party)
    if reading.effect == "charge_denied":
        return actors or owners, recipients  # who denies a meeting need not have been at it
    if reading.effect in ("refused", "cancelled", "postponed", "stopped", "lifted"):
        asking = [p for noun in reading.stances if not syntax.is_verbal(noun) for p in _authors(noun, is_party)]
        if reading.effect == "refused" and asking and owners:
            return owners, [p for p in asking if p not in owners]  # "refused a request by Togo to …"
        proposers = [a for a in actors if a not in owners and a.pos_ != "PRON"]
        others = proposers if reading.effect == "refused" and proposers else recipients or proposers
        if not others and syntax.is_verbal(stance):
            others = recipients_of(stance, act, is_party)
        if not owners:
            return actors, recipients
        return owners, [o for o in others if o not in owners]
    if reading.effect == "planned" and is_hosting(act.token, act.entry) and actors:
        return actors, owners or recipients  # "is preparing to receive Fiji's premier"
    if reading.effect == "planned" and not [r for r in recipients if r not in owners]:
        recipients = [o for name, o in syntax.obliques(stance) if name == "with" and is_party(o)]
    return owners or actors, [r for r in recipients if r not in owners]

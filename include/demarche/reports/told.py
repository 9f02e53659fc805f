"""Which visits of leaders an article tells of, and whether as begun, by what all of its clauses say together.

"Handed over a cheque at the palace", "told reporters on leaving Suva", "was driven to the guest house": no word in it
means a visit, and yet whoever reads the article knows that somebody was there. For each leader whom a text names, and
each state that it names beside his own, `measure` counts what it says of the two: who is named how often and how early,
what his clauses tell as done and as ahead, what `itinerary` reads of his days, which acts have been read. Two small
forests that `training/told.py` fits say how probable it is that the text tells of this visit, and that it tells it as
begun. A probable one of which no report comes otherwise gets one, with its plainest clause as the evidence. A less
probable one, told as begun, leaves a *trace*: no visit by itself, but one that other texts plan came about.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Span, Token

from demarche import codebook, trees
from demarche.lexicon import Entry, lexicon
from demarche.records import Mention
from demarche.reports import itinerary, stays, syntax, visits
from demarche.reports.circumstances import When, Where
from demarche.reports.frames import Frame
from demarche.reports.merging import Draft
from demarche.reports.parties import Parties, Party

TOLD_FILE, BEGUN_FILE = "model/told.npz", "model/begun.npz"
#: From which probability on a visit is told.
FLOOR = 0.85
#: Up to the first probability it is told as ahead, from the second one on as begun; between them it isn't known.
OPEN = (0.25, 0.75)
#: From which probabilities on (told, begun) a text leaves a trace of a visit.
TRACE = (0.3, 0.6)
_FAR = 9  # sentences; farther is all the same
_MOST_DAYS = 60
_SAYING, _RECEIVING = codebook.words("saying"), codebook.words("hosting") | {"meet", "see"}
_TALKS = codebook.words("gatherings")
_CALLING_OFF, _PUTTING_OFF = (
    frozenset(row["lemma"] for row in codebook.table("operators") if row["effect"] == effect) - {"be"}
    for effect in ("cancelled", "postponed")
)
_SCENES = codebook.words("visit_scenes")
_GOING = codebook.words("arriving") | codebook.words("moving_on") | syntax.LEAVING | codebook.words("visiting")
_IN_TITLES = {
    "going": _GOING | stays.NOUNS | codebook.words("hosting"),
    "talks": _TALKS | {"meet", "see"},
    "ahead": frozenset({"to", "will", "next", "tomorrow", "plan", "due", "expect", "await", "prepare", "soon"}),
    "off": _CALLING_OFF | _PUTTING_OFF | {"delay", "drop", "put", "scrap", "skip"},
    "over": codebook.words("visit_ends") | {"after", "back", "home", "return"},
}
_LEAST_NAME = 4  # letters
_STILL_AHEAD = frozenset({"planned", "requested"})
_STATUSES = {"occurred": "done", "planned": "ahead", "postponed": "off", "cancelled": "off", "denied": "off"}


@dataclass(frozen=True)
class Candidate:
    """A leader and a state where a text may tell him to be.

    ``guest`` is the key of `Text.leaders`, ``host`` an ISO 3166-1 alpha-3 code; ``traits`` have the forests' order."""

    guest: str
    host: str
    leader: Mention
    traits: Mapping[str, float]

    @property
    def row(self) -> NDArray[np.float32]:
        """The traits, as the forests want them."""
        return np.array(list(self.traits.values()), dtype=np.float32)


class Judged(NamedTuple):
    """How probable it is that a text tells of a candidate, and that it tells it as begun."""

    candidate: Candidate
    told: float
    begun: float


@dataclass(frozen=True)
class Clause:
    """A verb, the leaders who do it and those to whom it is done or by whom, and how it is told."""

    index: int
    verb: Token
    doers: frozenset[str]
    others: frozenset[str]
    is_ahead: bool
    is_unreal: bool
    nouns: frozenset[str]


class Text:
    """A parsed article, as far as it tells of leaders and states."""

    def __init__(
        self,
        sentences: Sequence[Span],
        parties: Parties,
        mentions: Sequence[Mention],
        facts: itinerary.Facts,
        title: str | None = None,
    ) -> None:
        self.sentences = sentences
        self.title = [word.lower() for word in re.findall(r"\w+", title or "")]
        self.parties = parties
        self.mentions = [mention for mention in mentions if mention.mention_type != "time"]
        self.facts = facts

    @cached_property
    def leaders(self) -> dict[str, Mention]:
        """By key the first mention of each leader with his office."""
        led: dict[str, Mention] = {}
        for mention in self.mentions:
            if mention.mention_type == "person" and mention.country_code and visits.is_leading(mention.office_name):
                led.setdefault(_key(mention), mention)
        return led

    @cached_property
    def sentences_of(self) -> dict[str, list[tuple[Mention, int]]]:
        """The mentions of each leader, with the number of the sentence."""
        found = defaultdict(list)
        for mention, index in self.placed:
            if mention.mention_type == "person" and _key(mention) in self.leaders:
                found[_key(mention)].append((mention, index))
        return dict(found)

    @cached_property
    def placed(self) -> list[tuple[Mention, int]]:
        """Each mention with the number of its sentence."""
        ends = [sentence.end_char for sentence in self.sentences]
        last = len(ends) - 1
        return [(mention, min(bisect_right(ends, mention.start_offset), last)) for mention in self.mentions]

    @cached_property
    def titled(self) -> frozenset[str | None]:
        """Leaders, by their keys, and states whose names stand in the title."""
        words = {word for word in self.title if len(word) >= _LEAST_NAME}
        named = [mention for mention in self.mentions if words & _name_words(mention)]
        people = {_key(mention) for mention in named if mention.mention_type == "person"}
        return frozenset(people | {mention.country_code for mention in named if mention.mention_type != "person"})

    @cached_property
    def clauses(self) -> list[Clause]:
        return [
            self._clause(index, verb)
            for index, sentence in enumerate(self.sentences)
            for verb in sentence
            if syntax.is_verbal(verb) and verb.dep_ != "aux"
        ]

    def _clause(self, index: int, verb: Token) -> Clause:
        objects = [*syntax.objects(verb), *(noun for _, noun in syntax.obliques(verb))]
        return Clause(
            index,
            verb,
            self._at(syntax.subjects(verb)),
            self._at([*objects, *syntax.agents(verb)]),
            itinerary.lies_ahead(verb),
            itinerary.is_untold(verb),
            frozenset(noun.lemma_.lower() for noun in objects),
        )

    def _at(self, nouns: Iterable[Token]) -> frozenset[str]:
        named = (mention for noun in nouns for mention in self.parties.mentions_at(noun))
        keys = (_key(mention) for mention in named if mention.mention_type == "person")
        return frozenset(key for key in keys if key in self.leaders)


def _key(mention: Mention) -> str:
    return mention.entity_id or mention.country_code or ""


def _name_words(mention: Mention) -> set[str]:
    """The words with capitals in what a text calls somebody or something, his office left out."""
    own = re.findall(r"\b[^\W\d_a-z]\w+", mention.text)
    return {word.lower() for word in own} - set((mention.office_name or "").lower().split())


def _party_key(party: Party) -> str | None:
    return party.entity_id or party.country_code


# --- traits ------------------------------------------------------------------------------------------------------
def candidates(drafts: Sequence[Draft], text: Text) -> list[Candidate]:
    """Every leader of a text with every state that it names beside his own."""
    named = {mention.country_code for mention, _ in text.placed if _is_place(mention) or _is_state(mention)}
    named |= {mention.country_code for mention in text.leaders.values()}
    named |= {fact.host for fact in text.facts.told} | {text.facts.filed.country_code}
    talks = [draft for draft in drafts if draft.event_type == "CONSULT"]
    named |= {code for draft in talks for code in (draft.where.country_code, *(p.country_code for p in draft.parties))}
    found = []
    for guest, leader in text.leaders.items():
        for host in sorted(named - {None, leader.country_code}, key=str):
            assert host is not None
            found.append(Candidate(guest, host, leader, measure(guest, host, talks, text)))
    return found


def measure(guest: str, host: str, talks: Sequence[Draft], text: Text) -> dict[str, float]:
    """What a text says of a leader and a state. Always the same names in the same order."""
    leader = text.leaders[guest]
    traits: dict[str, float] = {}
    traits |= _of_persons(guest, leader, text)
    traits |= _of_places(guest, host, leader, text)
    traits |= _of_days(guest, host, text)
    traits |= _of_acts(guest, host, leader, talks)
    traits |= _of_clauses(guest, host, text)
    traits |= _of_title(guest, host, leader, text)
    return {name: float(value) for name, value in traits.items()}


def _of_persons(guest: str, leader: Mention, text: Text) -> dict[str, float]:
    own = [index for _, index in text.sentences_of[guest]]
    others = [[index for _, index in found] for key, found in text.sentences_of.items() if key != guest]
    office = (leader.office_name or "").lower()
    return {
        "sentences": len(text.sentences),
        "guest": len(own),
        "guest_first": min(min(own), _FAR),
        "guest_last": max(own) / len(text.sentences),
        "guest_share": len(set(own)) / len(text.sentences),
        "guest_is_known": leader.entity_id is not None,
        "guest_is_minister": "foreign" in office or "secretary" in office,
        "pronouns": sum(mention.link_rule == "pronoun" for mention, _ in text.sentences_of[guest]),
        "leading_states": len({mention.country_code for mention in text.leaders.values()}),
        "leaders_named_more": sum(len(other) > len(own) for other in others),
        "leaders_named_before": sum(min(other) < min(own) for other in others),
    }


def _of_title(guest: str, host: str, leader: Mention, text: Text) -> dict[str, float]:
    """Whom and what the headline names."""
    words = {form for word in text.title for form in stems(word)}
    hosts = {key for key, other in text.leaders.items() if other.country_code == host}
    others = {key for key, other in text.leaders.items() if other.country_code not in (host, leader.country_code)}
    named = text.titled - {None}
    return {
        "title_guest": guest in named,
        "title_host": host in named,
        "title_host_leader": bool(hosts & named),
        "title_home": leader.country_code in named,
        "title_others": len(others & named),
        "title_elsewhere": len(named - {guest, host, leader.country_code} - hosts - others),
        **{f"title_{name}": not wanted.isdisjoint(words) for name, wanted in _IN_TITLES.items()},
    }


def stems(word: str) -> set[str]:
    """A word and what it may be a form of: "arrives", "landed", "meeting", "leaving"."""
    ends = [("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e")]
    return {word} | {word.removesuffix(end) + base for end, base in ends if word.endswith(end)}


def _of_places(guest: str, host: str, leader: Mention, text: Text) -> dict[str, float]:
    where: dict[str, dict[str, list[int]]] = {kind: defaultdict(list) for kind in ("any", "place", "state", "leader")}
    for mention, index in text.placed:
        if (code := mention.country_code) is None:
            continue
        where["any"][code].append(index)
        if _is_place(mention):
            where["place"][code].append(index)
        if _is_state(mention):
            where["state"][code].append(index)
        if mention.mention_type == "person" and _key(mention) in text.leaders:
            where["leader"][code].append(index)
    own = leader.country_code or ""
    of_guest = {index for _, index in text.sentences_of[guest]}
    placed = {code: {*where["place"][code], *where["state"][code]} for code in {*where["place"], *where["state"]}}
    here = placed.get(host, set())
    elsewhere = [found for code, found in placed.items() if code not in (own, host)]
    of_host = where["any"][host]
    both = of_guest & set(of_host)
    filed = text.facts.filed.country_code
    return {
        "host": len(of_host),
        "host_places": len(where["place"][host]),
        "host_state": len(where["state"][host]),
        "host_leaders": len(where["leader"][host]),
        "host_first": min([*of_host, _FAR]),
        "host_place_first": min([*here, _FAR]),
        "filed_here": filed == host,
        "filed_at_home": filed == own,
        "filed_elsewhere": filed not in (None, own, host),
        "states_named_more": sum(len(found) > len(here) for found in elsewhere),
        "other_states": len(elsewhere),
        "home_places": len(where["place"][own]),
        "home": len(where["any"][own]) - len(text.sentences_of[guest]),
        "with_place": len(of_guest & here),
        "with_leader": len(of_guest & set(where["leader"][host])),
        "with_host": len(both),
        "with_host_first": min([*both, _FAR]),
        "apart": min([abs(one - other) for one in of_guest for other in of_host] + [_FAR]),
    }


def _of_days(guest: str, host: str, text: Text) -> dict[str, float]:
    """What `itinerary` reads of the guest's days in the host's state, in one that isn't named, and elsewhere."""
    anchor = text.facts.anchor
    traits: dict[str, float] = {}
    own = [fact for fact in text.facts.told if _fact_key(fact, text) == guest]
    for name, facts in (
        ("here", [fact for fact in own if fact.host == host]),
        ("nowhere", [fact for fact in own if fact.host is None]),
        ("elsewhere", [fact for fact in own if fact.host not in (None, host)]),
    ):
        for part in ("first", "within", "last"):
            told = [fact for fact in facts if fact.part == part]
            traits[f"{part}_{name}_done"] = sum(fact.is_done for fact in told)
            traits[f"{part}_{name}_ahead"] = sum(fact.is_ahead for fact in told)
            traits[f"{part}_{name}_undated"] = sum(not fact.is_done and not fact.is_ahead for fact in told)
        starts = [fact.when.start_date for fact in facts if fact.when is not None]
        days = [(day - anchor).days for day in starts if day is not None and anchor is not None]
        near = [day for day in days if abs(day) < _MOST_DAYS]
        traits[f"earliest_{name}"] = min(near, default=_MOST_DAYS)
        traits[f"latest_{name}"] = max(near, default=-_MOST_DAYS)
        traits[f"long_ago_{name}"] = len(days) - len(near)
    return traits


def _fact_key(fact: itinerary.Fact, text: Text) -> str | None:
    leader = text.facts.leaders.get(fact.guest)
    return fact.guest if leader is None else _party_key(leader)


def _of_acts(guest: str, host: str, leader: Mention, talks: Sequence[Draft]) -> dict[str, float]:
    """Visits and meetings that have been read, by who takes part, where, and their status."""
    counts: Counter[str] = Counter()
    own = leader.country_code
    for draft in talks:
        status = _STATUSES.get(draft.status_type, "asked")
        actors, recipients = ({party.country_code for party in side} for side in (draft.actors, draft.recipients))
        there = draft.where.country_code
        if draft.mode_type == "visit":
            if is_of(draft, guest, own, host):
                counts[f"visit_{status}"] += 1
            elif own in actors and host in (there, *recipients):
                counts[f"visit_of_others_{status}"] += 1
            elif guest in map(_party_key, draft.actors):
                counts[f"visit_elsewhere_{status}"] += 1
            elif host in actors and own in recipients:
                counts["visit_back"] += 1
            elif host in (there, *recipients):
                counts[f"visit_by_others_{status}"] += 1
        elif guest in map(_party_key, draft.parties):
            where = "here" if there == host else "home" if there == own else "nowhere" if there is None else "elsewhere"
            whom = "host" if host in actors | recipients else "others"
            counts[f"met_{whom}_{where}_{status}"] += 1
    return {name: counts[name] for name in _ACTS}


_ACTS = (
    *(
        f"visit{whose}_{status}"
        for whose in ("", "_of_others", "_elsewhere", "_by_others")
        for status in ("done", "ahead", "off")
    ),
    "visit_asked",
    "visit_back",
    *(
        f"met_{whom}_{where}_{status}"
        for whom in ("host", "others")
        for where in ("here", "home", "nowhere", "elsewhere")
        for status in ("done", "ahead", "off")
    ),
)  # fmt: skip


def is_of(draft: Draft, guest: str, own: str | None, host: str) -> bool:
    """Whether a draft is a visit of the guest to the host's state."""
    to = {party.country_code for party in draft.recipients}
    is_there = host in to or (draft.where.country_code == host and not to - {own, None})
    return draft.mode_type == "visit" and is_there and guest in map(_party_key, draft.actors)


def _of_clauses(guest: str, host: str, text: Text) -> dict[str, float]:
    clauses = text.clauses
    own = [clause for clause in clauses if guest in clause.doers]
    hosts = {key for key, mention in text.leaders.items() if mention.country_code == host}
    traits: dict[str, float] = {
        "all_ahead": sum(clause.is_ahead for clause in clauses) / max(len(clauses), 1),
        "clauses": len(own),
        "clauses_ahead": sum(clause.is_ahead for clause in own),
        "clauses_unreal": sum(clause.is_unreal for clause in own),
    }
    lead = [clause for clause in clauses if clause.index == 0]
    traits["lead_ahead"] = sum(clause.is_ahead for clause in lead) / max(len(lead), 1)
    kinds = {
        "says": [clause for clause in own if clause.verb.lemma_ in _SAYING],
        "meets": [clause for clause in own if clause.verb.lemma_ in _RECEIVING],
        "leaves": [clause for clause in own if clause.verb.lemma_ in syntax.LEAVING],
        "visits": [clause for clause in own if not clause.nouns.isdisjoint(stays.NOUNS)],
        "talks": [clause for clause in own if not clause.nouns.isdisjoint(_TALKS)],
        "is_met": [clause for clause in clauses if guest in clause.others and clause.verb.lemma_ in _RECEIVING],
        "deals": [clause for clause in clauses if _is_between(clause, guest, hosts)],
    }
    for name, found in kinds.items():
        ahead = sum(clause.is_ahead for clause in found)
        traits |= {f"{name}_ahead": ahead, f"{name}_past": len(found) - ahead}
    of_guest = {index for _, index in text.sentences_of[guest]}
    words = {token.lemma_.lower() for index in of_guest for token in text.sentences[index]}
    here = {token.lower_ for index in of_guest for token in text.sentences[index] if token.lower_ in ("here", "back")}
    going = [clause for clause in own if clause.verb.lemma_ in _GOING]
    return traits | {
        "called_off": len(words & _CALLING_OFF),
        "put_off": len(words & _PUTTING_OFF),
        "scenes": len(words & _SCENES),
        "says_here": "here" in here,
        "says_back": "back" in here,
        "goes_past": sum(not clause.is_ahead for clause in going),
        "goes_ahead": sum(clause.is_ahead for clause in going),
    }


def _is_between(clause: Clause, guest: str, hosts: set[str]) -> bool:
    is_doer = guest in clause.doers and not hosts.isdisjoint(clause.others)
    return is_doer or (guest in clause.others and not hosts.isdisjoint(clause.doers))


def _is_place(mention: Mention) -> bool:
    return mention.place_id is not None or mention.mention_type == "place"


def _is_state(mention: Mention) -> bool:
    return mention.mention_type == "state" and mention.link_rule != "adjective"


# --- reports -----------------------------------------------------------------------------------------------------
def judge(drafts: Sequence[Draft], text: Text) -> list[Judged]:
    """All that an article may tell, the most probable first."""
    found = candidates(drafts, text)
    if not found:
        return []
    rows = np.stack([candidate.row for candidate in found])
    told, begun = (trees.load(name).probabilities(rows) for name in (TOLD_FILE, BEGUN_FILE))
    judged = (Judged(*one) for one in zip(found, told, begun, strict=True))
    return sorted(judged, key=lambda one: -one.told)


def complete(drafts: Sequence[Draft], text: Text, judged: Iterable[Judged]) -> list[Draft]:
    """The drafts of an article, with the visits that it tells in other words."""
    added: list[Draft] = []
    delegations: set[tuple[str | None, str]] = set()
    for candidate, told, begun in judged:
        own, host = candidate.leader.country_code, candidate.host
        if told < FLOOR or OPEN[0] < begun < OPEN[1] or (own, host) in delegations or _has_met(candidate):
            continue
        if any(is_by(draft, own, host) for draft in drafts):
            continue
        draft = draft_of(candidate, "occurred" if begun >= OPEN[1] else "planned", told, text)
        if draft is not None:
            delegations.add((own, host))  # who comes along makes no visit of his own
            added.append(draft)
    return sorted([*drafts, *added], key=lambda draft: draft.sentence_index)


def traces(drafts: Sequence[Draft], text: Text, judged: Iterable[Judged]) -> list[Draft]:
    """What an article says of visits that have been, as it seems, and that it doesn't tell."""
    found = []
    for candidate, told, begun in judged:
        own, host = candidate.leader.country_code, candidate.host
        is_known = any(is_by(draft, own, host) and draft.status_type not in _STILL_AHEAD for draft in drafts)
        if told < TRACE[0] or begun < TRACE[1] or is_known or _has_called(candidate, drafts):
            continue
        draft = draft_of(candidate, "occurred", told, text)
        if draft is not None and draft.status_type == "occurred":
            found.append(replace(draft, when=When(anchor_date=text.facts.anchor), stay=stays.Stay(None, "trace")))
    return found


def _has_met(candidate: Candidate) -> bool:
    """Whether a report has been made of a meeting that put the guest there."""
    return any(candidate.traits[name] for name in _MEETING)


_MEETING = ("met_host_here_done", "met_others_here_done")


def _has_called(candidate: Candidate, drafts: Iterable[Draft]) -> bool:
    """Whether a guest is told to have talked with the host by telephone: then he wasn't there."""
    calls = (draft.parties for draft in drafts if draft.mode_type == "phone")
    return any(
        candidate.guest in map(_party_key, parties) and candidate.host in {party.country_code for party in parties}
        for parties in calls
    )


def is_by(draft: Draft, own: str | None, host: str) -> bool:
    """Whether a draft is a visit by somebody of a state to another one."""
    to = {party.country_code for party in draft.recipients}
    is_there = host in to or (draft.where.country_code == host and not to - {own, None})
    return draft.mode_type == "visit" and is_there and own in {party.country_code for party in draft.actors}


def draft_of(candidate: Candidate, status: str, probability: float, text: Text) -> Draft | None:
    """A visit as the whole text tells it, with its plainest clause as the evidence; none if there is no such clause."""
    clause = _plainest(candidate, text)
    if clause is None:
        return None
    named = next(m for m, index in text.sentences_of[candidate.guest] if index == clause.index)
    leader = named if named.link_rule != "pronoun" else candidate.leader
    actor = text.parties.named(leader, named, clause.verb)
    recipient = _host(candidate.host, text)
    facts = _facts(candidate, text)
    if status not in ("occurred", "planned"):
        facts = [fact for fact in facts if fact.is_ahead]
    elif itinerary.is_to_come(facts):  # "… on Sunday in Madrid, where he is expected again on June 21"
        status = "planned"
    when, stay = _when(itinerary.of_one_time(facts), status, text.facts.anchor)
    frame = Frame(clause.verb, _entry(), "CONSULT", "visit", status, "whole text", words=[clause.verb])
    where = Where() if recipient is not None else Where(None, None, candidate.host, "country")
    if recipient is None and text.facts.filed.country_code == candidate.host:
        where = text.facts.filed
    return Draft(
        frame, "CONSULT", "visit", status, [actor], [recipient] if recipient else [], when, where,
        confidence=round(0.7 * probability, 3), sentence_index=clause.index, stay=stay,
    )  # fmt: skip


def _plainest(candidate: Candidate, text: Text) -> Clause | None:
    """The clause that is the evidence: of the guest's, one that names the host's place, and of these the first."""
    of_guest = {index for _, index in text.sentences_of[candidate.guest]}
    best: tuple[float, int] | None = None
    chosen = None
    for clause in text.clauses:
        if clause.index not in of_guest:
            continue
        places = {m.country_code for _, noun in syntax.obliques(clause.verb) for m in text.parties.mentions_at(noun)}
        around = {m.country_code for token in clause.verb.sent for m in text.parties.mentions_at(token)}
        weight = 2 * (candidate.guest in clause.doers) + 2 * (candidate.host in places) + (candidate.host in around)
        rank = (weight + 0.5 * (clause.verb.dep_ == "ROOT"), -clause.index)
        if best is None or rank > best:
            best, chosen = rank, clause
    return chosen


def _host(host: str, text: Text) -> Party | None:
    """The host's state, as the text names it first; by a person or an adjective where it isn't named otherwise."""
    tests = (_is_state, _is_place, lambda mention: True)
    own = [mention for mention in text.mentions if mention.country_code == host]
    mention = next((mention for test in tests for mention in own if test(mention)), None)
    if mention is None:
        return None
    sentence = text.sentences[{m.mention_id: i for m, i in text.placed}[mention.mention_id]]
    head = next((token for token in sentence if token.idx + len(token) > mention.start_offset), sentence.root)
    party = text.parties.named(mention, mention, head)
    return party if party.country_code == host else None


def _facts(candidate: Candidate, text: Text) -> list[itinerary.Fact]:
    return [f for f in text.facts.told if f.host == candidate.host and _fact_key(f, text) == candidate.guest]


def _when(facts: Sequence[itinerary.Fact], status: str, anchor: date | None) -> tuple[When, stays.Stay]:
    days = itinerary.days_of(facts)
    if days is None or (status == "occurred" and anchor is not None and days[0] > anchor):
        return When(anchor_date=anchor), stays.Stay()
    (start, end), length = days, next((fact.length for fact in facts if fact.length), None)
    is_first, is_last = (any(f.part == part and f.when for f in facts) for part in ("first", "last"))
    if is_first != is_last and length != (end - start).days + 1:  # a day between isn't the other end
        start, end = (start, start) if is_first else (end, end)
    words = next((fact.when.text for fact in facts if fact.when), None)
    stage = "start" if is_first else "end" if is_last else "midst"
    return When(start, end, "day", words, anchor), stays.Stay(length, stage)


@cache
def _entry() -> Entry:
    """The lexicon's line for somebody who visits a state."""
    return next(e for e in lexicon().entries("visit", "verb") if (e.event_type, e.mode_type) == ("CONSULT", "visit"))

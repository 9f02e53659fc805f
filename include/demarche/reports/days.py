"""On which days a leader's visit begins and ends, by every day that its text tells.

`itinerary` reads clauses that say so in words that it knows; most texts go about it otherwise: "he is booked out to
Paris this afternoon", "by nightfall the guest was in Apia". Here each day that a text tells, and the day of its tale at
verbs of coming and going without one, is measured for a guest and a host: which verb it stands at, who is its subject,
where the clause leads, how the day lies among the others. Two small forests that `training/days.py` fits say how
probable it is that the visit begins, or ends, on that day. Their logits weigh what each day binds, beside what the
reports of the visit say already, and `stretches.fit` makes one stretch of it all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from math import log

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Span, Token

from demarche import codebook, trees
from demarche.records import Mention
from demarche.reports import itinerary, stays, syntax, visits
from demarche.reports.circumstances import Times, When, Where, in_tale
from demarche.reports.merging import Draft
from demarche.reports.parties import Parties, Party
from demarche.stretches import Bound, Kind, Length, fit

FIRST_FILE, LAST_FILE = "model/first_days.npz", "model/last_days.npz"
#: The classes of verbs that are told apart.
_VERBS = {
    "arrive": codebook.words("arriving"),
    "move": codebook.words("moving_on") - {"return"},
    "return": frozenset({"return"}),
    "leave": syntax.LEAVING | {"lift"},
    "end": codebook.words("visit_ends") - syntax.LEAVING,
    "begin": codebook.words("visit_beginnings") - codebook.words("arriving") - codebook.words("moving_on")
    - codebook.words("hosting") - {"greet"},
    "be": frozenset({"be"}),
    "stay": codebook.words("staying"),
    "last": codebook.words("lasting") - {"go"},
    "host": codebook.words("hosting"),
    "meet": codebook.words("conferring"),
    "due": codebook.words("scheduling") | {"fix"},
    "say": codebook.words("saying"),
    "move_date": codebook.words("moving"),
    "visit": codebook.words("visiting") | {"make", "pay", "tour"},
    "take": frozenset({"take", "set"}),
}  # fmt: skip
#: Those at which the day of the tale is measured where they have none of their own.
_GOING = ("arrive", "move", "return", "leave", "begin", "end")
_PREPOSITIONS = {
    "on": ("on",),
    "from": ("from", "since"),
    "until": ("until", "till", "til", "through", "to"),
    "by": ("by",),
    "before": ("before",),
    "after": ("after",),
    "for": ("for",),
    "in": ("at", "in", "during"),
    "of": ("of",),
}
_SUBJECTS = ("guest", "visit", "vehicle", "host", "gathering", "pronoun", "other", "else")
_OURS = frozenset({"guest", "visit", "vehicle", "pronoun"})
_VEHICLES = codebook.words("conveyances")
_GUESTS = codebook.words("guests")
_GATHERINGS = codebook.words("gatherings")
_LASTING_NOUNS = stays.NOUNS | _GATHERINGS
_EARLY, _LATE = codebook.words("early_hours"), codebook.words("late_hours")
_FAR = 14  # days; what lies farther off belongs to something else
_NEVER = 20  # days, where there is no such day
_DISTANT = 99.0  # tokens, where there is nothing to measure from
_NEAR = timedelta(days=1)
#: What is measured of a day, in the order in which the forests know it.
TRAITS = (
    "adverbial", "ahead", "arrival_before", "at_noun", "at_visit", "away_before", "away_behind", "away_same",
    "before_after", "before_before", "before_by", "before_for", "before_from", "before_in", "before_of", "before_on",
    "before_until", "begins", "days", "days_of_sentence", "delta", "due", "earlier", "earlier_arrive",
    "earlier_begin", "earlier_end", "earlier_leave", "earlier_return", "early", "elsewhere_near", "ends",
    "filed_at_home", "filed_at_host", "filed_elsewhere", "from_home", "from_host", "from_other", "gerund",
    "guest_near", "had", "has_after", "has_for", "has_name", "has_object", "has_visit", "here_before", "here_behind",
    "here_same", "home", "host_near", "infinitive", "into", "is_counted", "is_first_of_sentence",
    "is_last_of_sentence", "is_of_tale", "is_published", "joined", "last_at_host", "last_elsewhere", "late", "later",
    "later_arrive", "later_begin", "later_end", "later_leave", "later_past", "later_return", "leaving_before",
    "leaving_behind", "length", "length_ahead", "length_behind", "near_home", "near_host", "near_other", "negated",
    "no_subject", "off", "open", "others", "others_near", "passive", "past", "present", "relative", "same",
    "same_arrive", "same_begin", "same_day", "same_end", "same_leave", "same_return", "says_day", "says_first",
    "says_instead", "says_last", "sentence", "side_first", "side_last", "since_earlier", "subject_else",
    "subject_gathering", "subject_guest", "subject_host", "subject_other", "subject_pronoun", "subject_vehicle",
    "subject_visit", "to_gathering", "to_guest", "to_home", "to_host", "to_host_name", "to_other", "to_visit",
    "until_later", "verb_arrive", "verb_be", "verb_begin", "verb_due", "verb_end", "verb_host", "verb_last",
    "verb_leave", "verb_meet", "verb_move", "verb_move_date", "verb_return", "verb_say", "verb_stay", "verb_take",
    "verb_visit", "we_begin", "we_end", "while_arriving", "while_leaving", "will",
)  # fmt: skip
_UNSAID = ("published", "tale")
_ENDS: tuple[Kind, Kind] = ("first", "last")
_LEAST, _MOST = 0.01, 0.99
_WEIGHT_OF_REPORT = 2.0  # of what a report of the visit binds itself, in logits
_WEIGHT_OF_COUNTED = 5.0  # of one that tells one end, and how long it lasts
_WEIGHT_OF_LENGTH = 1.0
_WEIGHT_DATED, _WEIGHT_UNDATED = 0.6, 2.5  # below which no day is told, where reports say when, and where none does


@dataclass(frozen=True)
class Told:
    """A day that a text tells: its words' head, the verb of its clause, the preposition before it; whether it is the
    one end of a stretch; how it is meant where no words say so: the day of the tale, that of publication, counted."""

    day: date
    root: Token
    verb: Token | None
    governor: Token | None
    preposition: str
    side: str
    meant: str
    is_ahead: bool
    sentence_index: int


def complete(drafts: Sequence[Draft], text: Text) -> list[Draft]:
    """The drafts of a text, visits with the days on which, by all that it tells, they most probably begin and end."""
    for guest, host, told in visits_of(drafts):
        _tell(told, text.bounds(guest, host), text.anchor)
    return list(drafts)


def complete_traces(traces: Sequence[Draft], text: Text) -> list[Draft]:
    """Traces of visits with what is all but sure of their days; none of a visit that hasn't begun."""
    dated = complete(traces, text)
    return [replace(trace, stay=replace(trace.stay, stage_type="trace")) for trace in dated if _is_done(trace)]


def _is_done(draft: Draft) -> bool:
    return draft.status_type == "occurred"


# --- which days --------------------------------------------------------------------------------------------------
class Text:
    """What a text tells of days, whoever comes; asked for a guest and a host. It is read when it is asked first."""

    def __init__(self, sentences: Sequence[Span], parties: Parties, anchor: date | None, filed: Where) -> None:
        self.anchor = anchor
        self._sentences = sentences
        self._parties = parties
        self._filed = filed.country_code
        self._last: date | None = None

    @cached_property
    def told(self) -> list[Told]:
        """All days in their order."""
        return [told for index, sentence in enumerate(self._sentences) for told in self._read(sentence, index)]

    @cached_property
    def _days(self) -> list[date]:
        return sorted({told.day for told in self.told if told.meant not in _UNSAID})

    @cached_property
    def _mentions(self) -> list[tuple[int, Mention]]:
        found = ((token.i, self._parties.mentions_at(token)) for sentence in self._sentences for token in sentence)
        return [(at, mention) for at, mentions in found for mention in mentions]

    @cached_property
    def _places(self) -> list[tuple[int, str]]:
        return [(at, m.country_code) for at, m in self._mentions if m.country_code and _is_place(m)]

    @cached_property
    def _people(self) -> list[tuple[int, Mention]]:
        return [(at, m) for at, m in self._mentions if m.mention_type == "person"]

    @cached_property
    def _lengths(self) -> set[int]:
        return {count for sentence in self._sentences for count in _lengths(sentence)}

    def _read(self, sentence: Span, index: int) -> Iterator[Told]:
        times = Times(sentence, self.anchor)
        found, dated = [], set()
        for root, governor, told in times.all(_lies_ahead):
            verb, is_ahead = _clause(governor), _lies_ahead(governor)
            when, meant = self._resolved(told, is_ahead=is_ahead)
            if when.start_date is None or when.end_date is None or not _is_of_days(when):
                continue
            dated.add(verb)
            self._last = when.end_date
            stretch = [("first", when.start_date), ("last", when.end_date)]
            for side, of_words in stretch if when.start_date < when.end_date else [("", when.start_date)]:
                said = _preposition(root, str(told.text))
                found.append(Told(of_words, root, verb, governor, said, side, meant, is_ahead, index))
        for verb in sentence:
            is_of_going = syntax.is_verbal(verb) and (_is_any(verb, _GOING) or itinerary.is_taking_off(verb))
            if not is_of_going or verb in dated or verb.dep_ == "aux":
                continue
            is_ahead = itinerary.lies_ahead(verb)
            for day, meant in ((self.anchor, "published"), (self._last, "tale")):
                if day is not None and (meant != "tale" or day != self.anchor):
                    found.append(Told(day, verb, verb, verb, "", "", meant, is_ahead, index))
        yield from sorted(found, key=lambda told: told.root.i)

    def _resolved(self, when: When, *, is_ahead: bool) -> tuple[When, str]:
        """What words mean that count from a day told before: "the next day", and, of what lies ahead, weekdays."""
        found = in_tale(when, self._last or self.anchor, self.anchor, is_ahead=is_ahead)
        return found, "counted" if when.start_date is None and found.start_date is not None else ""

    # -- measured
    def measure(self, guest: Party, host: str) -> list[tuple[Told, Mapping[str, float]]]:
        """The days that may be of a visit, each with its traits by their names."""
        whereabouts = [found for told in self.told if (found := self._whereabouts(told, guest, host)) is not None]
        measured = ((told, self._traits(told, guest, host, whereabouts)) for told in self.told)
        return [(told, traits) for told, traits in measured if traits is not None]

    def _traits(
        self, told: Told, guest: Party, host: str, whereabouts: Sequence[tuple[date, bool]]
    ) -> dict[str, float] | None:
        """Of one day; None for the day of a tale about somebody else."""
        traits = {**_of_words(told), **self._of_order(told), **self._of_people(told, guest, host)}
        traits |= {**_of_whereabouts(told.day, whereabouts), **self._of_lengths(told.day)}
        verb = told.verb
        if verb is None:
            return traits
        kinds = self._subjects(verb, guest, host)
        if told.meant in _UNSAID and kinds and kinds.isdisjoint(_OURS):
            return None
        traits |= _of_verb(verb) | {f"subject_{kind}": kind in kinds for kind in _SUBJECTS} | {"no_subject": not kinds}
        traits |= self._of_places(verb, guest.country_code, host)
        is_gone = traits["verb_leave"] or traits["off"] or traits["home"]
        is_of_visit = traits["subject_visit"] or traits["has_visit"]
        begins = traits["verb_arrive"] or traits["into"] or (traits["verb_move"] and traits["to_host"])
        begins = begins or (traits["verb_begin"] and is_of_visit) or (traits["due"] and not is_gone)
        begins = begins or traits["before_from"] or (traits["side_first"] and not is_gone)
        ends = is_gone or (traits["verb_end"] and is_of_visit) or traits["before_until"] or traits["side_last"]
        ends = ends or (traits["verb_move"] and not traits["to_host"] and (traits["to_home"] or traits["to_other"]))
        is_ours = traits["subject_guest"] or traits["subject_visit"] or traits["subject_vehicle"]
        return traits | {"begins": begins, "ends": ends, "we_begin": begins and is_ours, "we_end": ends and is_ours}

    def _whereabouts(self, told: Told, guest: Party, host: str) -> tuple[date, bool] | None:
        """A day on which the guest, or whoever the clause leaves open, is told to be at the host's or elsewhere."""
        if told.verb is None or told.meant == "published":
            return None
        kinds = self._subjects(told.verb, guest, host)
        if kinds and kinds.isdisjoint(_OURS):
            return None
        places = self._of_places(told.verb, guest.country_code, host)
        is_here = places["to_host"] or places["from_host"]
        is_away = places["to_home"] or places["to_other"] or stays.is_homeward(told.verb)
        return (told.day, bool(is_here)) if is_here or is_away else None

    def _of_lengths(self, day: date) -> dict[str, float]:
        """Whether from a day the length that the text tells leads to another day that it tells."""
        days = set(self._days)
        steps = [timedelta(days=count - 1) for count in self._lengths if count > 1]
        return {
            "length": max(self._lengths, default=0),
            "length_ahead": any(day + step in days for step in steps),
            "length_behind": any(day - step in days for step in steps),
        }

    def _of_order(self, told: Told) -> dict[str, float]:
        """How a day lies among those that the text tells, and to the day of publication."""
        day, near = told.day, [other for other in self._days if abs((other - told.day).days) <= _FAR]
        earlier, later = [other for other in near if other < day], [other for other in near if other > day]
        own = [one for one in self.told if one.sentence_index == told.sentence_index and one.meant not in _UNSAID]
        traits: dict[str, float] = {
            "delta": max(-30, min(30, (day - self.anchor).days)) if self.anchor else 0,
            "earlier": len(earlier),
            "later": len(later),
            "since_earlier": (day - earlier[-1]).days if earlier else _NEVER,
            "until_later": (later[0] - day).days if later else _NEVER,
            "later_past": sum(self.anchor is None or other <= self.anchor for other in later),
            "same": sum(one.day == day for one in self.told),
            "days": len(self._days),
            "days_of_sentence": len({one.day for one in own}),
            "is_first_of_sentence": not any(one.root.i < told.root.i for one in own),
            "is_last_of_sentence": not any(one.root.i > told.root.i for one in own),
            "sentence": told.sentence_index,
        }
        for kind in ("arrive", "leave", "return", "begin", "end"):
            steps = [(one.day - day).days for one in self.told if one is not told and _is_any(one.verb, (kind,))]
            traits[f"same_{kind}"] = 0 in steps
            traits[f"later_{kind}"] = any(0 < step <= 10 for step in steps)
            traits[f"earlier_{kind}"] = any(-10 <= step < 0 for step in steps)
        return traits

    def _of_people(self, told: Told, guest: Party, host: str) -> dict[str, float]:
        """How near the guest, the host and others are named, and where the text was filed."""
        at, own, sentence = told.root.i, guest.country_code, told.root.sent
        guests = [i for i, mention in self._people if _is_same(mention, guest)]
        others = [i for i, m in self._people if not _is_same(m, guest) and m.country_code not in (own, host)]
        abroad = [code for i, code in self._places if i < at and code != own]

        def is_near(places: Sequence[int]) -> bool:
            return any(sentence.start <= i < sentence.end for i in places)

        around = [(abs(i - at), code) for i, code in self._places if sentence.start <= i < sentence.end]
        nearest = min(around, default=(0, None))[1]
        return {
            "near_host": nearest == host,
            "near_home": nearest == own,
            "near_other": nearest not in (None, host, own),
            "to_guest": min((abs(at - i) for i in guests), default=_DISTANT),
            "to_host_name": min((abs(at - i) for i, code in self._places if code == host), default=_DISTANT),
            "guest_near": is_near(guests),
            "host_near": is_near([i for i, code in self._places if code == host]),
            "elsewhere_near": is_near([i for i, code in self._places if code not in (host, own)]),
            "others_near": is_near(others),
            "others": min(len(others), 10),
            "last_at_host": bool(abroad) and abroad[-1] == host,
            "last_elsewhere": bool(abroad) and abroad[-1] != host,
            "filed_at_host": self._filed == host,
            "filed_at_home": self._filed == own,
            "filed_elsewhere": self._filed not in (host, own, None),
        }

    def _of_places(self, verb: Token, own: str | None, host: str) -> dict[str, float]:
        """From where and to where a clause leads."""
        nouns = syntax.objects(verb)
        heads = (verb, *nouns, *syntax.children(verb, "acomp"))
        named = [(name, noun) for head in heads for name, noun in syntax.obliques(head)]
        named += [("from" if verb.lemma_ in syntax.LEAVING else "to", noun) for noun in nouns]
        places = [
            (name, m.country_code) for name, noun in named for m in self._parties.mentions_at(noun) if _is_place(m)
        ]
        if any(child.lower_ == "here" for child in verb.children):
            places.append(("in", self._filed))
        if verb.dep_ == "relcl" and any(child.lower_ == "where" for child in verb.children):
            places += [("in", m.country_code) for m in self._parties.mentions_at(verb.head) if _is_place(m)]
        left = {code for name, code in places if name in ("from", "out of") and code}
        aims = {code for name, code in places if name not in ("from", "out of") and code}
        return {
            f"{way}_{which}": is_it
            for way, codes in (("from", left), ("to", aims))
            for which, is_it in (("host", host in codes), ("home", own in codes), ("other", bool(codes - {host, own})))
        }

    def _subjects(self, verb: Token, guest: Party, host: str) -> set[str]:
        """Of which kinds the subjects of a clause are, and whom it receives."""
        nouns = list(syntax.subjects(verb))
        if _is_any(verb, ("host", "meet")) and not syntax.is_passive(verb):
            nouns += syntax.objects(verb)
        return {self._kind(noun, guest, host) for noun in nouns}

    def _kind(self, noun: Token, guest: Party, host: str) -> str:
        named = self._parties.resolve(noun)
        codes = {mention.country_code for mention in self._parties.mentions_at(noun)}
        lemma = noun.lemma_.lower()
        is_described = not named and guest.country_code in codes and noun.pos_ in ("ADJ", "NOUN", "PROPN")
        if lemma in _GUESTS or is_described or any(_is_same(party, guest) for party in named):
            return "guest"
        if lemma in stays.NOUNS:
            return "visit"
        owners = [party for child in syntax.children(noun, "poss") for party in self._parties.resolve(child)]
        if lemma in _VEHICLES or any(_is_same(party, guest) for party in owners):
            return "vehicle"
        people = [party for party in named if party.entity_type == "person"]
        if any(party.country_code == host for party in people):
            return "host"
        if lemma in _GATHERINGS:
            return "gathering"
        if not named and noun.pos_ == "PRON":
            return "pronoun"
        return "other" if people else "else"

    # -- and weighed
    def bounds(self, guest: Party, host: str) -> list[Bound]:
        """What the days of the text bind of a visit, weighed by how probable that is."""
        measured = self.measure(guest, host)
        if not measured:
            return []
        told, rows = [one.day for one, _ in measured], rows_of([traits for _, traits in measured])
        files: tuple[tuple[Kind, str], ...] = (("first", FIRST_FILE), ("last", LAST_FILE))
        return [bound for kind, file in files for bound in weigh(kind, told, rows, trees.load(file))]


def weigh(kind: Kind, told: Sequence[date], rows: NDArray[np.float32], forest: trees.Trees) -> list[Bound]:
    """Each of the days of a text once, weighed by the logit of how probable it is by all that tells it that it is the
    first, or the last, one; less than 0 where it isn't."""
    doubts: dict[date, float] = defaultdict(lambda: 1.0)
    for day, share in zip(told, forest.probabilities(rows), strict=True):
        doubts[day] *= 1 - share
    return [Bound(kind, day, _logit(1 - doubt)) for day, doubt in doubts.items()]


def _logit(share: float) -> float:
    share = min(max(share, _LEAST), _MOST)
    return log(share / (1 - share))


def rows_of(measured: Sequence[Mapping[str, float]]) -> NDArray[np.float32]:
    """Traits as the forests want them: (days, traits)."""
    return np.array([[float(traits.get(name, 0.0)) for name in TRAITS] for traits in measured], dtype=np.float32)


# --- words -------------------------------------------------------------------------------------------------------
def _is_counted(draft: Draft) -> bool:
    """ "Arrived on Monday for a two-day visit": whether its clause tells one end and the length, hence the other."""
    first, last, told = draft.when.start_date, draft.when.end_date, stays.told(draft.frame)
    is_told = (told.day_count or 0) > 1 and told.stage_type in ("start", "end", "home")
    return is_told and first is not None and last is not None and (last - first).days + 1 == told.day_count


def _is_any(verb: Token | None, kinds: Sequence[str]) -> bool:
    return verb is not None and any(verb.lemma_.lower() in _VERBS[kind] for kind in kinds)


def _is_place(mention: Mention) -> bool:
    return mention.country_code is not None and bool(mention.place_id or mention.mention_type in ("place", "state"))


def _is_same(somebody: Party | Mention, guest: Party) -> bool:
    if somebody.entity_id is not None and guest.entity_id is not None:
        return somebody.entity_id == guest.entity_id
    kind = somebody.entity_type if isinstance(somebody, Party) else somebody.mention_type
    return kind == "person" and somebody.country_code == guest.country_code


def _clause(word: Token | None) -> Token | None:
    return word if word is None or syntax.is_verbal(word) else syntax.clause_verb(word)


def _lies_ahead(governor: Token | None) -> bool:
    verb = _clause(governor)
    return verb is not None and itinerary.lies_ahead(verb)


def _is_of_days(when: When) -> bool:
    return when.precision_type == "day" or "weekend" in str(when.text).lower().replace("-", "")


def _preposition(root: Token, words: str) -> str:
    """The word before a time, whatever the parser makes of it."""
    if words.lower().startswith("since "):
        return "since"
    own, at = {*words.split(), ",", "the"}, root.i
    while at > root.sent.start and root.doc[at - 1].text in own and root.i - at < 5:
        at -= 1
    before = root.doc[at - 1].lower_ if at > root.sent.start else ""
    if root.dep_ == "pobj" and not any(before in _PREPOSITIONS[name] for name in ("from", "until", "by")):
        return root.head.lower_
    return before


def _of_words(told: Told) -> dict[str, float]:
    """What stands around a day."""
    root = told.root
    near = {token.lower_ for token in root.sent if abs(token.i - root.i) <= 3}
    traits: dict[str, float] = {f"before_{name}": told.preposition in words for name, words in _PREPOSITIONS.items()}
    return traits | {
        "side_first": told.side == "first",
        "side_last": told.side == "last",
        "is_counted": told.meant == "counted",
        "is_published": told.meant == "published",
        "is_of_tale": told.meant == "tale",
        "ahead": told.is_ahead,
        "at_noun": told.governor is not None and told.governor != told.verb,
        "at_visit": told.governor is not None and told.governor.lemma_.lower() in stays.NOUNS,
        "early": not near.isdisjoint(_EARLY),
        "late": not near.isdisjoint(_LATE),
        "same_day": "same" in near,
    }


def _lengths(sentence: Span) -> Iterator[int]:
    """How many days visits and gatherings are told to last: "a three-day visit", "stays for two days"."""
    for noun in sentence:
        is_day = noun.lemma_.lower() == "day" and noun.dep_ in ("pobj", "dobj") and noun.head.lower_ not in ("in", "of")
        if (is_day or noun.lemma_.lower() in _LASTING_NOUNS) and (count := stays.days_at(noun)):
            yield count


def _of_whereabouts(day: date, whereabouts: Sequence[tuple[date, bool]]) -> dict[str, float]:
    """How far from a day those days are on which the guest is told to be at the host's, and those elsewhere."""
    traits: dict[str, float] = {}
    for name, is_wanted in (("here", True), ("away", False)):
        steps = [(other - day).days for other, is_here in whereabouts if is_here == is_wanted]
        near = [step for step in steps if abs(step) <= _FAR]
        traits |= {
            f"{name}_same": 0 in near,
            f"{name}_before": min((-step for step in near if step < 0), default=_NEVER),
            f"{name}_behind": min((step for step in near if step > 0), default=_NEVER),
        }
    return traits


def _of_verb(verb: Token) -> dict[str, float]:
    """Kind, tense and place in the sentence of the verb at which a day stands."""
    helpers = {child.lower_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    words = {token.lower_ for token in verb.subtree}
    nouns, obliques = syntax.objects(verb), list(syntax.obliques(verb))
    above = itinerary.governing(verb)
    before = [token for token in verb.sent if token.i < verb.i]
    behind = [token for token in verb.sent if token.i > verb.i]
    beside = [token for token in verb.subtree if token != verb and token.dep_ in ("advcl", "pcomp")]
    traits: dict[str, float] = {f"verb_{kind}": _is_any(verb, (kind,)) for kind in _VERBS}
    return traits | {
        "negated": bool(syntax.children(verb, "neg")),
        "had": "had" in helpers,
        "will": not helpers.isdisjoint(("will", "would", "shall", "'ll")),
        "infinitive": "to" in helpers,
        "past": verb.tag_ == "VBD",
        "present": verb.tag_ in ("VBZ", "VBP"),
        "gerund": verb.tag_ == "VBG",
        "passive": syntax.is_passive(verb),
        "relative": verb.dep_ in ("relcl", "acl"),
        "adverbial": verb.dep_ == "advcl",
        "joined": verb.dep_ == "conj",
        "open": verb.dep_ == "xcomp",
        "home": stays.is_homeward(verb),
        "off": itinerary.is_taking_off(verb),
        "into": itinerary.is_into(verb),
        "due": itinerary.is_due(verb) or (above is not None and itinerary.is_due(above)),
        "has_object": bool(nouns),
        "has_name": any(noun.pos_ == "PROPN" for noun in nouns),
        "has_visit": any(noun.lemma_.lower() in stays.NOUNS for noun in nouns),
        "to_visit": any(noun.lemma_.lower() in stays.NOUNS for _, noun in obliques),
        "to_gathering": any(noun.lemma_.lower() in _GATHERINGS for noun in (*nouns, *(noun for _, noun in obliques))),
        "while_arriving": any(_is_any(other, ("arrive", "move")) for other in beside),
        "while_leaving": any(_is_any(other, ("leave", "return")) for other in beside),
        "has_for": any(name == "for" for name, _ in obliques),
        "has_after": any(name in ("after", "following") for name, _ in obliques),
        "says_instead": "instead" in words,
        "says_first": not words.isdisjoint(("first", "start", "beginning", "begin", "opening")),
        "says_last": not words.isdisjoint(("last", "final", "end", "close", "closing", "closed")),
        "says_day": "day" in words,
        "arrival_before": any(_is_any(token, ("arrive", "move", "begin")) for token in before),
        "leaving_before": any(_is_any(token, ("leave", "return", "end")) for token in before),
        "leaving_behind": any(_is_any(token, ("leave", "return", "end")) for token in behind),
    }


# --- visits ------------------------------------------------------------------------------------------------------
def visits_of(drafts: Sequence[Draft]) -> list[tuple[Party, str, list[Draft]]]:
    """Guest and host of the visits that are told, with the drafts of each."""
    found: dict[tuple[str, str], tuple[Party, str, list[Draft]]] = {}
    for draft in drafts:
        if draft.mode_type != "visit" or draft.status_type == "postponed":
            continue
        codes = {party.country_code for party in draft.recipients} - {None} or {draft.where.country_code}
        for guest in draft.actors:
            if not visits.leads(guest) or guest.country_code is None:
                continue
            for host in sorted(code for code in codes if code and code != guest.country_code):
                found.setdefault((guest.country_code, host), (guest, host, []))[2].append(draft)
    return list(found.values())


def _tell(drafts: Sequence[Draft], bounds: Sequence[Bound], anchor: date | None) -> None:
    """The days of a visit that are more probable than not, in all drafts of it but those of another time."""
    count = next(filter(None, (draft.stay.day_count for draft in drafts)), None)
    weights: dict[tuple[Kind, date], float] = defaultdict(float)
    for bound in bounds:
        weights[bound.kind, bound.day] += bound.weight
    told: dict[tuple[Kind, date], float] = defaultdict(float)
    for draft in drafts:
        weight = _WEIGHT_OF_COUNTED if _is_counted(draft) else _WEIGHT_OF_REPORT
        for bound in itinerary.own_bounds(draft):
            told[bound.kind, bound.day] = max(told[bound.kind, bound.day], weight)
    for (kind, day), weight in told.items():
        if kind != "within":
            weights[kind, day] += weight
    is_dated = any(draft.when.start_date is not None for draft in drafts)
    floor = _WEIGHT_DATED if is_dated else _WEIGHT_UNDATED  # what is undated may well be of another time than the text
    probable = [Bound(kind, day, weight) for (kind, day), weight in weights.items() if weight > floor]
    days = fit(probable, [Length(count, _WEIGHT_OF_LENGTH)] if count else [], longest=stays.LONGEST)
    if days is None:
        return
    has_first, has_last = (any(bound.kind == kind and bound.holds(*days) for bound in probable) for kind in _ENDS)
    is_whole = (has_first and has_last) or (count is not None and Length(count).holds(*days) > 0)
    start, end = days if is_whole else (days[0], days[0]) if has_first else (days[1], days[1])
    for draft in drafts:
        first, last = draft.when.start_date, draft.when.end_date
        if first is not None and last is not None and not (start - _NEAR <= last and first <= end + _NEAR):
            continue  # it says itself that it was at another time
        if draft.status_type == "planned" and anchor is not None and start < anchor and draft.stay.stage_type != "end":
            continue  # what is planned lies ahead
        if draft.status_type == "cancelled" and first is None and anchor is not None and start < anchor:
            continue  # "pulled out on Wednesday": the day of that
        is_exact = first is not None and draft.when.precision_type in ("day", "week")
        if (is_exact and not is_whole) or (first, last, draft.when.precision_type) == (start, end, "day"):
            continue
        draft.when = When(start, end, "day", draft.when.text, anchor, draft.when.distance)
        stage = None if start < end else "start" if has_first else "end"
        draft.stay = stays.Stay((end - start).days + 1 if is_whole else draft.stay.day_count, stage)
        if draft.status_type == "occurred" and has_first and anchor is not None and start > anchor:
            draft.status_type = "planned"

"""Where those who lead a state were, and when, as all clauses of a text tell it together.

"He lands in Suva on Tuesday … will see the premier on Wednesday … departs for Apia on the Friday": no clause tells the
visit, each binds a day of it. Every clause of which a guest, his host or the visit is the subject is read as *begins*,
*ends* or *is within*, by the kind of its verb and by where it leads; `stretches.fit` makes one stretch of them. A visit
that the text tells otherwise takes its days, and has been where one of them is told as past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from spacy.tokens import Span, Token

from demarche import codebook
from demarche.reports import operators, stays, syntax, visits
from demarche.reports.circumstances import Times, When, Where, in_tale, is_until
from demarche.reports.merging import Draft
from demarche.reports.parties import Parties, Party
from demarche.stretches import Bound, Kind, Length, fit

_ARRIVING, _MOVING = codebook.words("arriving"), codebook.words("moving_on")
_EXPECTING = frozenset({"await", "expect", "schedule"})
_RECEIVING = codebook.words("hosting")
_HOSTING = _RECEIVING | {"meet", "see"}
_GUESTS = codebook.words("guests")
_NOT_DONE = frozenset({"cancelled", "denied", "postponed"})
_NEAR = timedelta(days=21)
_AIMED = frozenset({"reach", "tour", "visit"})
_OF_DEEDS = frozenset({"about", "for", "of", "over"})
_PLACES = ("at", "in", "into", "for", "to", "on", "aboard", "near")


@dataclass(frozen=True)
class Fact:
    """What a clause tells of a guest: the part of a visit, the days, the state in which it was, None where the clause
    names none, and whether it is told as done."""

    guest: str
    part: Kind | None
    when: When | None
    host: str | None
    length: int | None
    is_done: bool
    is_ahead: bool
    verb: Token
    sentence_index: int


@dataclass(frozen=True)
class Facts:
    """All that the clauses of a text tell of leaders' days, and who these are, by the keys that facts have; the day
    from which it counts, and where it was filed."""

    told: Sequence[Fact]
    leaders: Mapping[str, Party]
    anchor: date | None
    filed: Where


def read(sentences: Sequence[Span], parties: Parties, anchor: date | None, filed: Where) -> Facts:
    """What the clauses of a text tell of leaders' days."""
    reader = _Reader(parties, anchor, filed)
    told = [fact for index, sentence in enumerate(sentences) for fact in reader.read(sentence, index)]
    return Facts(told, reader.leaders, anchor, filed)


def complete(drafts: Sequence[Draft], facts: Facts) -> list[Draft]:
    """The drafts of a text, visits of leaders with the days that its clauses tell together."""
    told = list(drafts)
    for (guest, host), of_visit in _by_visit(facts.told, drafts, facts.filed).items():
        days = days_of(of_visit)
        visits_of = [draft for draft in told if _is_visit_of(draft, facts.leaders[guest], host, days)]
        verbs = {fact.verb for fact in of_visit}
        again = [draft for draft in visits_of[1:] if draft.frame.trigger in verbs and _is_misdated(draft, days)]
        told = [draft for draft in told if not any(draft is other for other in again)]
        visits_of = [draft for draft in visits_of if not any(draft is other for other in again)]
        if visits_of:
            _tell(visits_of, of_visit, facts.anchor)
    return sorted(told, key=lambda draft: draft.sentence_index)


# --- clauses -----------------------------------------------------------------------------------------------------
class _Reader:
    """Reads the clauses of a text in their order, and remembers of whom and of which day it spoke last."""

    def __init__(self, parties: Parties, anchor: date | None, filed: Where) -> None:
        self.leaders: dict[str, Party] = {}
        self._parties = parties
        self._anchor = anchor
        self._filed = filed
        self._guest: str | None = None
        self._day: date | None = None
        self._where: dict[str, str] = {}

    def read(self, sentence: Span, index: int) -> Iterator[Fact]:
        """The facts of a sentence, by the order of its verbs."""
        times = Times(sentence, self._anchor)
        for verb in sentence:
            if syntax.is_verbal(verb) and verb.dep_ != "aux":
                yield from self._read(verb, times, index)

    def _read(self, verb: Token, times: Times, index: int) -> Iterator[Fact]:
        subjects = syntax.subjects(verb)
        is_visit = any(noun.lemma_.lower() in stays.NOUNS for noun in subjects)
        guests = [self._guest] if is_visit and self._guest else self._leaders(subjects)
        if verb.lemma_ in _HOSTING:
            received = self._leaders(subjects if syntax.is_passive(verb) else syntax.objects(verb))
            guests = received or guests
        if is_untold(verb) or not guests:
            return
        is_ahead = lies_ahead(verb)
        told: list[tuple[Kind | None, When | None]] = list(self._times(verb, times, is_ahead=is_ahead))
        for guest in dict.fromkeys(filter(None, guests)):
            self._guest = guest
            own = self.leaders[guest].country_code
            part, named = self._part(verb, own, is_visit=is_visit)
            here = self._where.get(guest) or (self._filed.country_code if self._filed.country_code != own else None)
            host = named or here or self._receiver(verb, own)
            length = self._length(verb, part)
            for of_time, when in told or [(None, None)]:
                kind = of_time or part
                if kind is None or (kind == "last" and host is None and not is_ahead):
                    continue
                is_bound = kind != "within" or named is not None or here is not None
                is_done = is_bound and not is_ahead and self._is_past(when)
                yield Fact(guest, kind, when, host, length, is_done, is_ahead, verb, index)
            if part == "first" and host is not None:
                self._where[guest] = host
            elif part == "last":
                self._where.pop(guest, None)

    def _is_past(self, when: When | None) -> bool:
        day = when.start_date if when is not None else None
        return day is not None and self._anchor is not None and day <= self._anchor

    def _leaders(self, nouns: Sequence[Token]) -> list[str]:
        found = []
        for noun in nouns:
            named = [party for party in self._parties.resolve(noun) if party.entity_type == "person"]
            for party in named:
                key = party.entity_id or f"{party.country_code}"
                if visits.leads(party) and party.country_code:
                    of_state = [k for k, known in self.leaders.items() if known.country_code == party.country_code]
                    key = of_state[0] if party.entity_id is None and len(of_state) == 1 else key
                    self.leaders.setdefault(key, party)
                if key in self.leaders:
                    found.append(key)
            described = None if named else self._described(noun)
            if described is not None:
                found.append(described)
        return found

    def _described(self, noun: Token) -> str | None:
        """ "The guest", "the American": the leader who was spoken of last, or the only one of that state."""
        if noun.lemma_.lower() in _GUESTS:
            return self._guest
        codes = {mention.country_code for mention in self._parties.mentions_at(noun)} - {None}
        is_somebody = noun.tag_ in ("NN", "NNP", "JJ") and any(child.lower_ == "the" for child in noun.children)
        same = [key for key, known in self.leaders.items() if known.country_code in codes]
        is_adjective = any(mention.link_rule == "adjective" for mention in self._parties.mentions_at(noun))
        return same[0] if is_somebody and is_adjective and len(same) == 1 else None

    # -- when
    def _times(self, verb: Token, times: Times, *, is_ahead: bool) -> Iterator[tuple[Kind | None, When | None]]:
        """The days that stand at a verb, and which of a stay's they are by the words before them: since, until."""
        for root, told in times.at(verb, "future" if is_ahead else "past"):
            text = str(told.text)
            when = in_tale(told, self._day, self._anchor, is_ahead=is_ahead)
            if when.start_date is None or when.precision_type != "day":
                continue
            self._day = when.end_date
            before = root.head.lower_ if root.dep_ == "pobj" else ""
            is_since = before in ("from", "since") or text.lower().startswith("since ")
            yield ("last" if is_until(root) else "first" if is_since else None), when

    # -- what
    def _part(self, verb: Token, own: str | None, *, is_visit: bool) -> tuple[Kind | None, str | None]:
        """The part of a visit that a clause tells, None if none, and the state in which it is told to be."""
        lemma = verb.lemma_.lower()
        nouns = [noun for noun in syntax.objects(verb) if noun.lemma_.lower() in stays.NOUNS | {"day", "week"}]
        if is_visit or nouns:
            named = [code for noun in (*nouns, *syntax.subjects(verb)) for _, code in self._places(noun)]
            host = next((code for code in named if code != own), None)
            is_end = lemma in stays.ENDS
            if nouns and lemma not in (stays.ENDS | stays.BEGINNINGS):
                return "within", host or self._goal(verb, own)
            return "last" if is_end else "first" if lemma in stays.BEGINNINGS else "within", host
        places = list(self._places(verb))
        origin = next((code for name, code in places if name in ("from", "out of") and code != own), None)
        goals = [code for name, code in places if name not in ("from", "out of")]
        goal = next((code for code in goals if code != own), None)
        if lemma in syntax.LEAVING or is_taking_off(verb):
            left = [code for noun in syntax.objects(verb) for code in self._codes(noun)]
            left += [code for name, code in places if name in ("from", "out of")]
            if own in left:
                return None, None
            if left:
                return "last", left[0]
            if any(noun.lemma_.lower() in stays.NOUNS for name, noun in syntax.obliques(verb) if name in ("for", "on")):
                return None, None  # "leaves for a visit"
            here = self._where.get(self._guest or "") or self._filed.country_code
            is_known = here not in (None, own) and here not in goals
            return ("last", here) if is_known or not goals else (None, None)
        if lemma in _ARRIVING or lemma in _MOVING or stays.is_homeward(verb):
            if stays.is_homeward(verb) or own in goals:
                return "last", origin
            if goal is not None:
                return "first", goal
            if lemma in _ARRIVING or is_into(verb):
                return "first", None
            return None, None
        if is_due(verb) and not syntax.children(verb, "xcomp", "ccomp"):
            return "first", goal
        return "within", goal

    def _receiver(self, verb: Token, own: str | None) -> str | None:
        """The state of the leader who receives somebody at home."""
        if verb.lemma_ not in _RECEIVING:
            return None
        nouns = syntax.agents(verb) if syntax.is_passive(verb) else syntax.subjects(verb)
        hosts = [party for noun in nouns for party in self._parties.resolve(noun) if visits.leads(party)]
        return next((party.country_code for party in hosts if party.country_code != own), None)

    def _goal(self, verb: Token, own: str | None) -> str | None:
        return next((code for name, code in self._places(verb) if name != "from" and code != own), None)

    def _places(self, word: Token) -> Iterator[tuple[str, str]]:
        """(preposition, state) of what places a verb or noun names; objects as "to"."""
        is_aimed = syntax.is_verbal(word) and word.lemma_ in _AIMED
        for noun in syntax.objects(word) if is_aimed else ():
            yield from (("to", code) for code in self._codes(noun))
        due = syntax.children(word, "acomp")
        for name, noun in (pair for head in (word, *due) for pair in syntax.obliques(head)):
            if name in (*_PLACES, "from", "out of"):
                yield from ((name, code) for code in self._codes(noun))
        if word.dep_ == "relcl" and any(child.lower_ == "where" for child in word.children):
            yield from (("in", code) for code in self._codes(word.head))
        for subject in syntax.own_subjects(word) if syntax.is_verbal(word) else ():  # "the American, in Suva since …"
            for name, noun in syntax.obliques(subject):
                if name in ("in", "at"):
                    yield from ((name, code) for code in self._codes(noun))
        for child in word.children:
            if child.lower_ == "here" and self._filed.country_code:
                yield "to", self._filed.country_code

    def _codes(self, noun: Token) -> list[str]:
        named = [m for m in self._parties.mentions_at(noun) if m.place_id or m.mention_type in ("place", "state")]
        return [mention.country_code for mention in named if mention.country_code]

    def _length(self, verb: Token, part: str | None) -> int | None:
        if part is None:
            return None
        nouns = [*syntax.objects(verb), *syntax.subjects(verb), *syntax.children(verb, "npadvmod", "attr")]
        names = ("after", "following") if part == "last" else ("for", "on", "during")
        nouns += [noun for name, noun in syntax.obliques(verb) if name in names]
        told = [noun for noun in nouns if noun.lemma_.lower() in stays.NOUNS | {"day"}]
        if any(child.lower_ == "overnight" for child in verb.children):
            return 2
        return next(filter(None, map(stays.days_at, told)), None)


def is_taking_off(verb: Token) -> bool:
    """ "Took off", "flew out"."""
    particles = {child.lower_ for child in syntax.children(verb, "prt", "advmod", "prep")}
    is_out = verb.lemma_ == "fly" and "out" in particles
    return is_out or (verb.lemma_ in ("take", "set", "fly") and "off" in particles)


def is_into(verb: Token) -> bool:
    """ "Flew in", "sailed into the harbour"."""
    particles = {child.lower_ for child in syntax.children(verb, "prt", "advmod", "prep")}
    return "into" in particles or any(c.lower_ == "in" for c in syntax.children(verb, "prt", "advmod"))


def is_due(verb: Token) -> bool:
    """ "Is due in Togo", "is expected there"."""
    return verb.lemma_ in _EXPECTING or any(c.lemma_ == "due" for c in syntax.children(verb, "acomp"))


def lies_ahead(verb: Token) -> bool:
    """Whether a clause tells of what was to come when it was told: "will arrive", "was to leave", "arrives"."""
    top = verb
    while (above := governing(top)) is not None:
        top = above
    helpers = {child.lower_ for word in (verb, top) for child in word.children if child.dep_ in ("aux", "auxpass")}
    if is_due(top) or helpers & {"will", "would", "shall", "should", "may", "'ll", "’ll"}:
        return True
    if operators.is_to_infinitive(verb) or operators.is_to_infinitive(top):
        return True
    first = next(iter(syntax.children(top, "aux", "auxpass")), top)
    return first.tag_ in ("VBZ", "VBP") and not operators.is_perfect(top)


def governing(verb: Token) -> Token | None:
    """The verb that lends a verb its tense: "will come, returning on Friday", "before leaving on Friday"; none for what
    was done before ("to apologise for calling him corrupt on Sunday")."""
    if verb.dep_ == "pcomp" and verb.head.lower_ in _OF_DEEDS:
        return None
    head = verb.head.head if verb.dep_ == "pcomp" else verb.head
    has_own = bool(syntax.children(verb, "aux")) or verb.tag_ in ("VBD", "VBZ", "VBP")
    is_bare = verb.dep_ in ("advcl", "pcomp") and not has_own
    is_shared = verb.dep_ in ("conj", "xcomp") and not has_own
    return head if (is_shared or is_bare) and syntax.is_verbal(head) else None


def is_untold(verb: Token) -> bool:
    """ "Did not go", but not "does not leave until Friday"; "had been expected", which came otherwise."""
    is_late = any(child.lower_ in ("until", "till") for child in verb.children)
    is_overtaken = is_due(verb) and any(child.lower_ == "had" for child in verb.children)
    return (bool(syntax.children(verb, "neg")) and not is_late) or is_overtaken


# --- visits ------------------------------------------------------------------------------------------------------
def _by_visit(facts: Sequence[Fact], drafts: Sequence[Draft], filed: Where) -> dict[tuple[str, str | None], list[Fact]]:
    """The facts by guest and host; those without a host are of the only one that the guest has."""
    hosts: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if fact.host is not None and fact.part is not None:
            hosts[fact.guest].add(fact.host)
    found: dict[tuple[str, str | None], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.part is None:
            continue
        host = fact.host or (next(iter(hosts[fact.guest])) if len(hosts[fact.guest]) == 1 else None)
        if host is not None or not hosts[fact.guest]:
            found[fact.guest, host].append(fact)
    return {visit: of_one_time(of_visit) for visit, of_visit in found.items()}


def is_to_come(facts: Sequence[Fact]) -> bool:
    """Whether a visit is told as to begin on some day, and none as begun."""
    begins = [fact for fact in facts if fact.part == "first"]
    return any(not fact.is_done and fact.when is not None for fact in begins) and not any(f.is_done for f in begins)


def of_one_time(facts: Sequence[Fact]) -> list[Fact]:
    """Without what is told as done, where the visit is told as to begin: that was another one, or an end of the one
    before."""
    return [fact for fact in facts if not fact.is_done] if is_to_come(facts) else list(facts)


def _bounds(facts: Sequence[Fact]) -> list[Bound]:
    told = []
    for fact in facts:
        if fact.when is None or fact.when.start_date is None or fact.when.end_date is None or fact.part is None:
            continue
        first, last = fact.when.start_date, fact.when.end_date
        if first < last:
            told += [Bound("first", first), Bound("last", last)]
        else:
            told.append(Bound(fact.part, first))
    return told


def days_of(facts: Sequence[Fact]) -> tuple[date, date] | None:
    lengths = [Length(fact.length) for fact in facts if fact.length]
    return fit(_bounds(facts), lengths, longest=stays.LONGEST)


def _is_visit_of(draft: Draft, guest: Party, host: str | None, days: tuple[date, date] | None) -> bool:
    if draft.mode_type != "visit" or guest.country_code not in {party.country_code for party in draft.actors}:
        return False
    if not any(p.entity_id in (None, guest.entity_id) or guest.entity_id is None for p in draft.actors):
        return False
    if host is not None and host not in {party.country_code for party in draft.recipients} | {draft.where.country_code}:
        return False
    first, last = draft.when.start_date, draft.when.end_date
    return days is None or first is None or last is None or (days[0] - _NEAR <= last and first <= days[1] + _NEAR)


def _is_misdated(draft: Draft, days: tuple[date, date] | None) -> bool:
    """Whether a visit that is told again has a day outside of what its text tells together."""
    first, last = draft.when.start_date, draft.when.end_date
    return days is not None and first is not None and last is not None and (last < days[0] or days[1] < first)


def _tell(visits_of: Sequence[Draft], facts: Sequence[Fact], anchor: date | None) -> None:
    """Days, length and status of a visit by what its text tells of it, in all drafts of it that don't tell another day
    of the same stretch."""
    facts = [fact for fact in facts if not _is_of_another_time(fact, visits_of)]
    if visits_of[0].status_type in _NOT_DONE:
        visits_of, facts = visits_of[:1], [fact for fact in facts if fact.is_ahead]
    bounds = [*_bounds(facts), *(bound for draft in visits_of for bound in own_bounds(draft))]
    counts = [draft.stay.day_count for draft in visits_of] + [fact.length for fact in facts]
    count = next(filter(None, counts), None)
    days = fit(bounds, [Length(count)] if count else [], longest=stays.LONGEST)
    if any(fact.is_done for fact in facts):
        for draft in visits_of:
            draft.status_type = "occurred" if draft.status_type == "planned" else draft.status_type
    if days is None:
        return
    start, end = days
    if anchor is not None and start > anchor:
        for draft in visits_of:
            draft.status_type = "planned" if draft.status_type == "occurred" else draft.status_type
    has_first = any(bound.kind == "first" and bound.holds(*days) for bound in bounds)
    has_last = any(bound.kind == "last" and bound.holds(*days) for bound in bounds)
    is_long = count is not None and bool(Length(count).holds(*days))
    stage = "start" if has_first else "end" if has_last else "midst"
    if not is_long and has_first != has_last:  # a day between isn't the other end
        start, end = (start, start) if has_first else (end, end)
    others = [draft for draft in visits_of if not _is_within(draft, days)]
    draft = (others or visits_of)[0]
    if (draft.when.start_date, draft.when.end_date) == (start, end) and draft.when.precision_type == "day":
        return
    if draft.when.precision_type == "day" and not (is_long or (has_first and has_last)):
        return  # it says itself when; of the stretch only one end is told
    text = draft.when.text or next((fact.when.text for fact in facts if fact.when), None)
    draft.when = When(start, end, "day", text, anchor, draft.when.distance)
    draft.stay = stays.Stay(count, stage)


def _is_of_another_time(fact: Fact, visits_of: Sequence[Draft]) -> bool:
    """ "Who visited Togo last week, said on Wednesday": whether a clause that puts its guest nowhere has a day outside
    of the week or month told of the visit."""
    if fact.host is not None or fact.part != "within" or fact.when is None:
        return False
    told = [draft.when for draft in visits_of if draft.when.precision_type in ("week", "month", "year")]
    first, last = fact.when.start_date, fact.when.end_date
    return (
        first is not None
        and last is not None
        and any(
            when.start_date is not None
            and when.end_date is not None
            and (last < when.start_date or when.end_date < first)
            for when in told
        )
    )


def own_bounds(draft: Draft) -> list[Bound]:
    first, last, stage = draft.when.start_date, draft.when.end_date, draft.stay.stage_type
    if first is None or last is None or draft.when.precision_type != "day" or stage == "setout":
        return []
    if first < last:
        return [Bound("first", first), Bound("last", last)]
    return [Bound("last" if stage in ("end", "home") else "first" if stage == "start" else "within", first)]


def _is_within(draft: Draft, days: tuple[date, date]) -> bool:
    """Whether a draft tells of a day between the first and the last one."""
    day = draft.when.start_date
    is_day = day is not None and day == draft.when.end_date and draft.when.precision_type == "day"
    return is_day and draft.stay.stage_type in (None, "midst", "mention") and days[0] < days[1]

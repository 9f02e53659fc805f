"""What is said of a visit beside its own verb: who came, how long it lasts, when it ends, which of its days is told.

Where a text says no more than that somebody came or left, the place it was filed at is the host's, if that is abroad
for them.

Runs over the drafts of a document, sentence by sentence, before `merging` folds them. "On the second day of his visit
to Suva, Mara Quill met …": who comes to Suva stands in another clause, and the day told is not the first one. "The
visit lasts until Friday": no visit by itself, only the end of the one told before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from spacy.tokens import Span, Token

from demarche import codebook
from demarche.reports import frames, operators, sides, stays, syntax
from demarche.reports.circumstances import NTH_DAYS, Times, When, Where
from demarche.reports.frames import Frame
from demarche.reports.merging import Draft
from demarche.reports.parties import Parties, Party, as_state, distinct, identity

#: So many sentences before a visit that names nobody may name who comes.
_REACH = 2
_PRESENCE = codebook.words("presence")
_VISITING = codebook.words("visiting")
_SETTING_OUT = codebook.words("setting_out")
_SIGHTS = codebook.words("sights")
_FIXING = codebook.words("fixing")
_OCCASIONS = codebook.words("later_occasions")
_MOVING = codebook.words("shifting")
OF_MANY_STATES = frozenset(codebook.document("mention_words")["of_many_states"])
_UNTIL = frozenset({"until", "till", "til", "through", "to"})
_INTO = frozenset({"in", "into", "to"})
_ARRIVING = frozenset({"arrive", "come", "fly", "jet", "land", "sail", "touch", "travel"})
_LEADING = frozenset({"head_of_state", "head_of_government", "foreign_minister"})
_EARLIER = frozenset({"earlier", "last", "previous", "recent"})
_OTHER = frozenset({"another", "different", "later", "new"})
_BUT_NOT = re.compile(r"\bbut not (?:on|this|next|until|before|tomorrow|today)\b")
_OFFICES = frozenset(row["title"] for row in codebook.table("titles") if row["level"] in _LEADING) | frozenset(
    row["office_name"] for row in codebook.table("offices") if row["office_level"] in _LEADING
)


def complete(
    drafts: Sequence[Draft], sentences: Sequence[Span], parties: Parties, anchor: date | None, filed: Where
) -> list[Draft]:
    """The drafts in order, visits filled by what their sentences say of them; who only is somewhere is left out.

    ``filed``: where the text was filed; nothing where it has no dateline."""
    kept: list[Draft] = []
    for draft in drafts:
        if draft.mode_type == "visit":
            _place_here(draft, filed)
            sentence = sentences[draft.sentence_index]
            _stays_until(draft, Times(sentence, anchor), anchor)
            _find_visitor(draft, [sentences[i] for i in _back(draft.sentence_index)], parties)
            if _is_mere_presence(draft, kept) or _is_nobodys(draft) or _is_way_home(draft):
                continue
            _put_ahead(draft, anchor)
            _date_by_itself(draft, Times(sentence, anchor), anchor)
            _count_days(draft, sentence, Times(sentence, anchor), anchor)
            _put_off(draft, Times(sentence, anchor))
        kept.append(draft)
    _fall_through(kept)
    kept = [draft for draft in kept if not _is_bygone(draft, kept)]
    return _with_ends(kept, sentences, anchor)


def _back(index: int) -> range:
    return range(index, max(index - _REACH, 0) - 1, -1)


# --- who ---------------------------------------------------------------------------------------------------------
def other_side(
    frame: Frame, actors: Sequence[Party], recipients: Sequence[Party], parties: Parties
) -> tuple[list[Party], bool]:
    """The other side of a journey, and whether it was met abroad, which makes a meeting and no visit to it.

    "Flew to Togo to meet the Malian premier": Togo, whoever is met there. "Flew to Geneva to meet Togo's premier": he,
    abroad.
    """
    is_journey = frame.entry.mode_type == "visit" and not frame.is_nominal
    if not is_journey or sides.is_hosting(frame.trigger, frame.entry):
        return list(recipients), False
    is_arriving = frame.trigger.lemma_ in _ARRIVING
    if is_arriving and not any(
        party.country_code for party in recipients
    ):  # "flew into Togo for talks with the government there"
        aims = [noun for name, noun in syntax.obliques(frame.trigger) if name in _INTO and parties.is_party(noun)]
        reached = distinct(party for noun in aims for party in parties.resolve(noun))
        recipients = [party for party in reached if party.country_code] or recipients
    sought = sides.travelled_to_see(frame.trigger, parties.is_party)
    found = distinct(party for head in sought for party in parties.resolve(head))
    met = [party for party in found if party.country_code and identity(party) not in map(identity, actors)]
    is_named = any(party.entity_type == "state" and party.name and party.name in party.text for party in recipients)
    if is_named or not met:
        return list(recipients), False
    there = {party.country_code for party in recipients} - {None}
    return met, bool(there) and there.isdisjoint(party.country_code for party in met)


def without_origin(frame: Frame, recipients: Sequence[Party], parties: Parties) -> list[Party]:
    """Of those to whom somebody came, without those from whom: "flew in from Togo"."""
    verb = frame.trigger
    if frame.mode_type != "visit" or verb.lemma_ not in _ARRIVING or not syntax.is_verbal(verb):
        return list(recipients)
    origins = [noun for name, noun in syntax.obliques(verb) if name == "from" and parties.is_party(noun)]
    aims = [noun for name, noun in syntax.obliques(verb) if name != "from" and parties.is_party(noun)]
    if stays.is_homeward(verb):  # "arrived home from Togo"
        return distinct(party for noun in origins for party in parties.resolve(noun)) or list(recipients)
    if not aims and any(child.lower_ == "here" for child in verb.children):
        return [party for party in recipients if not origins]
    left = {identity(party) for noun in origins for party in parties.resolve(noun)}
    return [party for party in recipients if identity(party) not in left]


def without_sights(frame: Frame, recipients: Sequence[Party], sights: Sequence[Party]) -> list[Party]:
    """Of those whom somebody visited, the hosts: a monastery or school is none, but the state is where it stands."""
    if frame.mode_type != "visit" or frame.event_type != "CONSULT":
        return list(recipients)
    seen = set(map(identity, sights)) | {identity(party) for party in recipients if _is_unknown_thing(party)}
    hosts = [party for party in recipients if identity(party) not in seen]
    named = {party.country_code for party in hosts}
    states = (state for state in map(as_state, sights) if state is not None)
    return [*hosts, *(state for state in states if state.country_code not in named)]


def _is_unknown_thing(party: Party) -> bool:
    """ "The Taj Mahal": a name that isn't known and nobody's."""
    if party.text.lower() in OF_MANY_STATES:  # "a European tour"
        return True
    is_thing = not party.is_linked and not party.is_pronoun and party.entity_type in (None, "organisation")
    return is_thing and party.text.split()[-1][:1].isupper()


def is_sight(noun: Token, parties: Parties) -> bool:
    """Whether a visit's object is something to see, and nobody who is known."""
    is_named = any(mention.entity_id is not None for mention in parties.mentions_at(noun))
    return not is_named and noun.lemma_.lower() in _SIGHTS


def invited_to(frame: Frame, parties: Parties) -> list[Party]:
    """ "Accepted an invitation to visit Togo": the hosts of what is now a visit to come."""
    nouns = [word for word in frame.words if word.lemma_.lower() == "invitation"]
    if frame.entry.head != "accept" or frame.status_type not in ("occurred", "planned") or not nouns:
        return []
    aims = [verb for noun in nouns for verb in (*noun.children, *frame.trigger.children)]
    aims = [verb for verb in aims if verb.lemma_ in _VISITING and operators.is_to_infinitive(verb)]
    places = [o for verb in aims for o in syntax.objects(verb) if parties.is_party(o)]
    places += [o for verb in aims for name, o in syntax.obliques(verb) if name == "to" and parties.is_party(o)]
    return [party for party in distinct(p for o in places for p in parties.resolve(o)) if party.country_code]


def bidden_to(frame: Frame, parties: Parties) -> list[Party]:
    """ "Accepted an invitation to Togo and will make a visit in May": the hosts of the visit."""
    accepting = frame.trigger.head
    if frame.mode_type != "visit" or frame.trigger.dep_ != "conj" or accepting.lemma_ != "accept":
        return []
    nouns = [noun for noun in syntax.objects(accepting) if noun.lemma_.lower() == "invitation"]
    places = [place for noun in nouns for place in _places_of(noun, parties)]
    return [party for party in distinct(p for o in places for p in parties.resolve(o)) if party.country_code]


def expected(frame: Frame, actors: Sequence[Party], recipients: Sequence[Party]) -> bool:
    """ "Fiji awaits Tonga's premier": whether somebody who leads a state is expected by another, which is a visit to
    come."""
    is_awaited = frame.entry.head in ("await", "expect") and frame.entry.event_type == "AGREE" and not frame.is_nominal
    own = {party.country_code for party in actors} - {None}
    return (
        is_awaited
        and bool(own)
        and bool(recipients)
        and all(leads(party) and party.country_code not in own for party in recipients)
    )


def left_for_home(frame: Frame, actors: Sequence[Party], recipients: Sequence[Party], parties: Parties) -> list[Party]:
    """ "The French president left Moscow for Paris": where he was; nothing where he goes on to elsewhere."""
    verb = frame.trigger
    own = {party.country_code for party in actors} - {None}
    if frame.mode_type != "visit" or verb.lemma_ not in syntax.LEAVING or not own:
        return []
    if any(party.country_code not in own for party in recipients):
        return []
    left = [noun for noun in syntax.objects(verb) if parties.is_party(noun)]
    left += [noun for name, noun in syntax.obliques(verb) if name == "from" and parties.is_party(noun)]
    hosts = distinct(party for noun in left for party in parties.resolve(noun))
    return [party for party in hosts if party.country_code and party.country_code not in own]


def left_behind(draft: Draft, parties: Parties) -> list[Draft]:
    """ "Left Togo for Mali": one visit ends and another one begins."""
    verb = draft.frame.trigger
    if draft.mode_type != "visit" or verb.lemma_ not in syntax.LEAVING or not draft.recipients:
        return []
    left = [noun for noun in syntax.objects(verb) if parties.is_party(noun)]
    left += [noun for name, noun in syntax.obliques(verb) if name == "from" and parties.is_party(noun)]
    others = {party.country_code for party in draft.parties}
    hosts = distinct(party for noun in left for party in parties.resolve(noun))
    hosts = [party for party in hosts if party.country_code and party.country_code not in others]
    if not hosts or not all(party.entity_type == "person" for party in draft.actors):
        return []
    return [replace(draft, recipients=hosts, where=Where(), stay=stays.Stay(draft.stay.day_count, "end"))]


def _place_here(draft: Draft, filed: Where) -> None:
    """ "Flew in on Friday", "is to leave on Friday", "flew home": who leads another state came to where the text was
    filed, or leaves it."""
    verb = draft.frame.trigger
    guests = [party for party in draft.actors if leads(party)]
    own = {party.country_code for party in draft.actors}
    is_open = draft.where.country_code in (None, *own) and all(p.country_code in own for p in draft.recipients)
    is_abroad = filed.country_code is not None and filed.country_code not in own
    if not (guests and is_open and is_abroad):
        return
    if not syntax.is_verbal(verb):  # "on the second day of his visit", where nothing says where to
        is_told = draft.status_type == "occurred" and draft.stay.stage_type in ("start", "midst", "end")
        if is_told and verb.lemma_.lower() in stays.NOUNS:
            draft.where, draft.recipients, draft.is_told = filed, [], True
        return
    if any(noun.ent_type_ not in ("DATE", "TIME") for noun in syntax.objects(verb)):
        return  # "left the party"
    aims = [noun for name, noun in syntax.obliques(verb) if name in ("for", "to")]
    is_setting_out = draft.stay.stage_type == "setout" or (aims and draft.stay.stage_type not in ("home", "end"))
    if not is_setting_out:
        draft.where, draft.recipients, draft.is_told = filed, [], True


def is_host_untold(draft: Draft) -> bool:
    """Whether somebody who leads a state is told to have come or left without a word on where."""
    return draft.mode_type == "visit" and not draft.recipients and any(map(leads, draft.actors))


def leads(party: Party) -> bool:
    """Whether a party is somebody who leads a state that is known, its government or its diplomacy."""
    is_known = party.entity_type == "person" and party.country_code is not None
    return is_known and is_leading(party.office_name)


def is_leading(office_name: str | None) -> bool:
    """Whether an office is that of a head of state or government, or of a foreign minister."""
    return (office_name or "").lower() in _OFFICES


def _hosts(draft: Draft) -> set[str]:
    hosts = {party.country_code for party in draft.recipients if party.country_code}
    return hosts or {code for code in (draft.where.country_code,) if code}


def hosts_of(drafts: Sequence[Draft], country_code: str | None) -> set[str]:
    """The states that a text tells to have been visited by people of one state."""
    visits = [draft for draft in drafts if draft.mode_type == "visit" and draft.status_type == "occurred"]
    own = [draft for draft in visits if country_code in {party.country_code for party in draft.actors}]
    return {code for draft in own for code in _hosts(draft)} - {country_code}


def came_home_from(frame: Frame, actors: Sequence[Party], parties: Parties) -> list[Party]:
    """ "The premier returned from Togo on Friday", "from a day of talks in Togo": whom somebody in office has been to;
    none for soldiers and goods."""
    verb = frame.trigger
    if frame.entry.head != "return" or not actors or not all(party.office_name for party in actors):
        return []
    own = {party.country_code for party in actors}
    left = [noun for name, noun in syntax.obliques(verb) if name == "from"]
    places = [noun for noun in left if parties.is_party(noun)] or [
        p for noun in left for p in _places_of(noun, parties)
    ]
    found = distinct(party for noun in places for party in parties.resolve(noun))
    return [party for party in found if party.country_code and party.country_code not in own]


def came_home(frame: Frame, actors: Sequence[Party], recipients: Sequence[Party]) -> bool:
    """ "The premier returned to Suva": whether somebody in office only came back to his own state."""
    own = {party.country_code for party in actors}
    is_homecoming = frame.entry.head == "return" and bool(actors) and all(party.office_name for party in actors)
    return is_homecoming and all(party.country_code in own for party in recipients)


def _is_way_home(draft: Draft) -> bool:
    """ "Ended his visit and flew home to Suva": nobody visits the state that he acts for."""
    verb, own = draft.frame.trigger, {party.country_code for party in draft.actors}
    is_own = bool(draft.recipients) and None not in own and all(p.country_code in own for p in draft.recipients)
    return is_own and syntax.is_verbal(verb) and stays.is_homeward(verb)


def _places_of(noun: Token, parties: Parties) -> list[Token]:
    """ "Two days of talks in Togo", "a visit to Togo": Togo."""
    inner = list(syntax.obliques(noun))
    found = [place for name, place in inner if name in ("at", "in", "to") and parties.is_party(place)]
    return found or [place for name, deeper in inner if name == "of" for place in _places_of(deeper, parties)]


def _find_visitor(draft: Draft, sentences: Sequence[Span], parties: Parties) -> None:
    """A visit to a state by nobody that is known is that of the only person from elsewhere in the nearest sentence."""
    hosts = {party.country_code for party in draft.recipients} - {None}
    is_open = all(party.country_code is None and party.entity_id is None for party in draft.actors)
    if not hosts or not is_open or any(party.text.split()[-1][:1].isupper() for party in draft.actors):
        return  # a name that leads nowhere is still somebody's, "the general" and "his" are not
    for sentence in sentences:
        people = [party for party in parties.people_of(sentence) if party.country_code not in hosts]
        known = [party for party in people if party.country_code]
        if len({party.country_code for party in known}) == 1:
            draft.actors, draft.is_told = known[:1], True
        if known:
            return


def _is_mere_presence(draft: Draft, before: Sequence[Draft]) -> bool:
    """ "Was in Suva", "left Suva", "spent Friday in Suva": a visit only by somebody who serves another state, on a day
    that is told, there or by what he did in the sentence before."""
    entry, verb = draft.frame.entry, draft.frame.trigger
    is_weak = entry.head in _PRESENCE and entry.with_lemmas <= {"in"}
    if not is_weak or not all(map(syntax.is_verbal, draft.frame.words)):
        return False
    hosts = _hosts(draft)
    guests = [p for p in draft.actors if p.entity_type == "person" and p.country_code and p.country_code not in hosts]
    if draft.when.text is None and verb.tag_ == "VBD":
        near = [d for d in before if d.sentence_index == draft.sentence_index - 1 and d.status_type == "occurred"]
        same = (d.when for d in near if d.when.precision_type == "day" and _share(d.actors, guests))
        draft.when = next(same, draft.when)
    is_of_time = entry.head != "spend" or any(o.ent_type_ in ("DATE", "TIME") for o in _told_with(verb))
    return not (guests and hosts and draft.when.text and is_of_time)


def _told_with(verb: Token) -> list[Token]:
    return [*syntax.objects(verb), *syntax.children(verb, "npadvmod")]


def _share(some: Sequence[Party], others: Sequence[Party]) -> bool:
    return any(one.country_code == other.country_code for one in some for other in others)


def is_host_open(draft: Draft) -> bool:
    """ "Flew in on Friday", "ended her two days here": the text names neither host nor place of what was done."""
    has_guest = any(party.country_code and party.entity_type == "person" for party in draft.actors)
    is_open = draft.mode_type == "visit" and draft.where.name is None and not draft.recipients
    return is_open and has_guest and draft.status_type == "occurred" and draft.when.start_date is not None


def _is_nobodys(draft: Draft) -> bool:
    """An undated visit by nobody known, told without a name: it says nothing that another text could take up."""
    is_named = any(party.is_linked or party.text.split()[-1][:1].isupper() for party in draft.actors)
    return not is_named and draft.when.start_date is None and not draft.is_anaphoric and draft.sentence_index > 0


# --- when --------------------------------------------------------------------------------------------------------
def _stays_until(draft: Draft, times: Times, anchor: date | None) -> None:
    """ "Is in Suva until Friday": there today, and to leave on Friday."""
    verb = draft.frame.trigger
    is_there = draft.frame.entry.head in _PRESENCE and draft.status_type == "occurred" and draft.when.start_date is None
    first = next(iter(syntax.children(verb, "aux")), verb)
    if not is_there or anchor is None or first.tag_ not in ("VBZ", "VBP") or operators.is_perfect(verb):
        return
    when = times.until(verb)
    if when is not None and when.start_date is not None and when.start_date >= anchor:
        draft.when = replace(when, start_date=anchor, end_date=when.start_date)
        draft.stay = replace(draft.stay, stage_type="end")


def _put_ahead(draft: Draft, anchor: date | None) -> None:
    """ "Heads for Suva this week", "flies to Suva for the day": in the simple present it lies ahead."""
    verb, when = draft.frame.trigger, draft.when
    ends_later = anchor is not None and when.end_date is not None and when.end_date > anchor
    is_setting_out = when.start_date is None and when.text is None and verb.lemma_ in _SETTING_OUT
    is_present = verb.tag_ in ("VBZ", "VBP") and not syntax.children(verb, "aux") and verb.lemma_ not in ("be", "stay")
    if draft.status_type == "occurred" and is_present and (ends_later or is_setting_out):
        draft.status_type = "planned"


def _date_by_itself(draft: Draft, times: Times, anchor: date | None) -> None:
    """A weekday in the past that the words of the visit leave open.

    "Is visiting Suva for three days starting on Monday", printed on Tuesday: it began on that Monday. "Pulled out of a
    visit to Suva on Wednesday", printed on Thursday: that was the day on which he did so, and no day of the visit.
    "Spoke on Sunday of his recent visit": nor is that Sunday.
    """
    verb, when, text = draft.frame.trigger, draft.when, draft.when.text
    if text is None or anchor is None or when.precision_type != "day":
        return
    if not syntax.is_verbal(verb):
        if when.distance > 0 and any(child.lower_ in _EARLIER for child in verb.children):
            draft.when = When()
        return
    begun = times.resolve(text, "past", when.distance)
    if begun.start_date is None or begun.start_date != begun.end_date or when.start_date == begun.start_date:
        return
    since = (anchor - begun.start_date).days
    is_present = verb.tag_ == "VBG" and any(child.lower_ in ("is", "are") for child in verb.children)
    count = draft.stay.day_count
    if is_present and count is not None and 0 <= since < count <= stays.LONGEST:
        draft.when = replace(begun, end_date=begun.start_date + timedelta(days=count - 1))
        draft.status_type = "occurred"
    elif draft.status_type == "cancelled" and verb.tag_ == "VBD" and since in (0, 1):
        draft.when = When()


def _count_days(draft: Draft, sentence: Span, times: Times, anchor: date | None) -> None:
    """ "Met him on Tuesday, the second day of a three-day visit": it began on Monday and goes on to Wednesday; of
    unknown length it lasted to Tuesday at least."""
    day, visit = next(_days_of(draft, sentence), (None, None))
    when = times.beside(day) if day is not None else None
    if day is None or visit is None or when is None or when.start_date is None or when.start_date != when.end_date:
        return
    length = stays.days_at(visit) or draft.stay.day_count
    number = next((NTH_DAYS[child.lower_] for child in day.children if child.lower_ in NTH_DAYS), None)
    stage = stays.part_of(day)
    if number is None:
        number = 1 if stage == "start" else length
    if number is None:
        if stage == "end":
            draft.when, draft.stay = when, replace(draft.stay, stage_type="end")
        return
    first = when.start_date - timedelta(days=number - 1)
    last = first + timedelta(days=length - 1) if length and number <= length <= stays.LONGEST else when.start_date
    draft.when = replace(when, start_date=first, end_date=last)
    if draft.status_type == "occurred" and anchor is not None and first > anchor:
        draft.status_type = "planned"


def _days_of(draft: Draft, sentence: Span) -> Iterator[tuple[Token, Token]]:
    """The days "of" a visit that the sentence tells beside the draft's act: "on the second day of", "the last evening
    of", and, behind the day that it is, "the beginning of"; each with the visit's noun."""
    words = draft.frame.words
    for day in sentence:
        part = stays.part_of(day)
        is_beside = day.dep_ in ("appos", "npadvmod") or day.lemma_.lower() in ("day", *stays.DAYTIMES)
        if part is None or not is_beside:
            continue
        for name, noun in syntax.obliques(day):
            is_visit = name == "of" and noun.lemma_.lower() in stays.NOUNS
            if is_visit and (noun in words or any(verb.is_ancestor(day) for verb in words if syntax.is_verbal(verb))):
                yield day, noun


def _put_off(draft: Draft, times: Times) -> None:
    """ "Will come at a later date instead of on Friday"."""
    words = draft.frame.words
    nouns = [noun for word in words for name, noun in syntax.obliques(word) if name in ("at", "on", "to")]
    is_later = any(noun.lemma_ in _OCCASIONS and any(c.lower_ == "later" for c in noun.children) for noun in nouns)
    late = [child for word in words for child in syntax.children(word, "advmod") if child.lower_ == "later"]
    is_later |= any(
        word.i + 1 < len(word.doc) and word.nbor().lower_ == "than" for word in late
    )  # "later than planned"
    verb = syntax.clause_verb(draft.frame.trigger)
    if verb is not None and verb.lemma_ in _MOVING:  # "has been moved to June"
        is_later |= any(name == "to" and noun.ent_type_ == "DATE" for name, noun in syntax.obliques(verb))
    is_later |= not draft.frame.is_nominal and _BUT_NOT.search(draft.frame.trigger.sent.text) is not None
    is_sought = draft.status_type == "occurred" and any(map(_is_date_sought, words))
    if is_sought and draft.when.text is not None:
        draft.when = times.resolve(draft.when.text, "future", draft.when.distance)
    if (draft.status_type == "planned" and is_later) or is_sought:
        draft.status_type = "postponed"


def _fall_through(drafts: Sequence[Draft]) -> None:
    """ "His visit has been cancelled. He had been due in Togo on Friday": that plan is off, too."""
    for draft in drafts:
        if draft.mode_type == "visit" and draft.status_type == "planned" and _is_of_before(draft):
            draft.status_type = next((other.status_type for other in _called_off(draft, drafts)), "planned")


def _called_off(draft: Draft, drafts: Sequence[Draft]) -> Iterator[Draft]:
    """What else a text tells of the same visit as called or put off."""
    guests = set(map(identity, draft.actors))
    for other in drafts:
        is_off = other.mode_type == "visit" and other.status_type in ("cancelled", "postponed") and other is not draft
        is_one = is_off and (not other.parties or not guests.isdisjoint(map(identity, other.actors)))
        if is_one and (not _hosts(other) or not _hosts(draft) or _hosts(other) & _hosts(draft)):
            yield other


def _is_bygone(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """ "Was to have visited Togo", told in passing: news only where the text begins with it or says that it is off."""
    is_told_first = draft.sentence_index == 0 or draft.mode_type != "visit"
    return not is_told_first and operators.was_to_have(draft.frame.trigger) and not any(_called_off(draft, drafts))


def _is_of_before(draft: Draft) -> bool:
    """ "Had been expected", "had been due": whether a plan is told in the pluperfect."""
    verbs = [verb for verb in map(syntax.clause_verb, draft.frame.words) if verb is not None]
    return any(child.lower_ in ("had", "'d") and child.dep_ == "aux" for verb in verbs for child in verb.children)


def _is_date_sought(visit: Token) -> bool:
    """ "Another date will have to be found for the visit", "a new date for the visit is sought"."""
    if visit.dep_ != "pobj" or visit.head.lower_ != "for":
        return False
    above = visit.head.head
    verb = above if syntax.is_verbal(above) else syntax.clause_verb(above)
    nouns = [above] if verb is None or verb != above else [*syntax.subjects(verb), *syntax.objects(verb)]
    is_new = any(n.lemma_ == "date" and not _OTHER.isdisjoint(c.lower_ for c in n.children) for n in nouns)
    is_open = verb is not None and (verb.lemma_ in ("look", "seek") or operators.modality(verb).kind != "fact")
    return is_new and is_open


def _with_ends(drafts: list[Draft], sentences: Sequence[Span], anchor: date | None) -> list[Draft]:
    """ "The visit is to last until Friday", "He left on Friday": the last day of the visit told before."""
    visits = [draft for draft in drafts if draft.mode_type == "visit"]
    for visit, following in pairwise(visits):
        if _goes_on_from(visit, following):
            _stretch(visit, following.when, is_end=True)
    taken: set[int] = set()
    for index in sorted({i for v in visits for i in range(v.sentence_index, v.sentence_index + _REACH + 1)}):
        if index >= len(sentences):
            continue
        before = [v for v in visits if v.sentence_index < index and v.when.precision_type in ("day", "unknown")]
        count = _told_length(sentences[index])
        if before and count and (first := before[-1].when.start_date) is not None:
            last = first + timedelta(days=count - 1)
            _stretch(before[-1], replace(before[-1].when, end_date=last), is_end=True)
            continue
        days = _told_days(sentences[index], anchor)
        if before and days is not None and before[-1].when.start_date is None:
            before[-1].when = days
            continue
        for verb, when, is_end in _told_ends(sentences[index], anchor):
            own = [n for n, v in enumerate(drafts) if v.sentence_index == index and _is_of_clause(v, verb)]
            again = [drafts[n] for n in own if _points_back(drafts[n])]
            home = [
                v for v in visits if v in before or (_comes_before(v, verb, index) and not any(v is a for a in again))
            ]
            own = [n for n in own if not home or drafts[n] is not home[-1]]
            if when.start_date is None or when.precision_type != "day" or not home:
                continue
            others = [d for d in map(drafts.__getitem__, own) if d.event_type != "RETREAT" and not d.is_anaphoric]
            if any(draft.recipients and draft.actors for draft in others):
                continue
            if _stretch(home[-1], when, is_end):
                taken.update(n for n in own if drafts[n].mode_type == "visit" and _points_back(drafts[n]))
    return [draft for n, draft in enumerate(drafts) if n not in taken]


def _comes_before(visit: Draft, verb: Token, index: int) -> bool:
    """Whether a visit, to somewhere, is told in the same sentence before a verb that isn't its own."""
    is_early = visit.sentence_index == index and visit.frame.trigger.i < verb.i and verb not in visit.frame.words
    return is_early and bool(visit.recipients or visit.where.name) and visit.when.precision_type in ("day", "unknown")


def _is_of_clause(visit: Draft, verb: Token) -> bool:
    trigger = visit.frame.trigger
    return trigger == verb or trigger.is_ancestor(verb) or verb.is_ancestor(trigger)


def _points_back(visit: Draft) -> bool:
    return visit.is_anaphoric or not visit.recipients


def _goes_on_from(visit: Draft, following: Draft) -> bool:
    """ "Arrived in Suva on Monday … leaves for Apia on Thursday": the next journey ends the visit."""
    guests, hosts = (
        [{party.country_code for party in side} - {None} for side in sides]
        for sides in ((visit.actors, following.actors), (visit.recipients, following.recipients))
    )
    is_leaving = following.frame.trigger.lemma_ in syntax.LEAVING and "for" in following.frame.entry.with_lemmas
    is_next = is_leaving and guests[0] == guests[1] and all(hosts) and hosts[0] != hosts[1]
    first, last, day = visit.when.start_date, visit.when.end_date, following.when.start_date
    if not is_next or first is None or first != last or day is None or following.when.precision_type != "day":
        return False
    return visit.when.precision_type == "day" and day - first <= timedelta(days=7)


def _told_length(sentence: Span) -> int | None:
    """How many days a sentence about the visit told before says that it takes: "It is to last three days", "He stays
    for three days"."""
    verb = sentence.root
    subjects = syntax.subjects(verb)
    if len(subjects) != 1:
        return None
    is_visit = subjects[0].lower_ == "it" or subjects[0].lemma_.lower() in stays.NOUNS
    verbs = [verb, *syntax.children(verb, "xcomp")]
    if is_visit:
        said = [noun for word in verbs for noun in syntax.children(word, "attr") if noun.lemma_.lower() in stays.NOUNS]
        said += [time for word in verbs if word.lemma_.lower() in stays.LASTING for time in _told_with(word)]
    elif subjects[0].lower_ in ("he", "she") or subjects[0].pos_ == "PROPN":
        staying = [word for word in verbs if word.lemma_ in ("remain", "stay") or _is_here(word)]
        said = [noun for word in staying for name, noun in syntax.obliques(word) if name == "for"]
    else:
        return None
    return next(filter(None, map(stays.days_at, said)), None)


def _is_here(verb: Token) -> bool:
    return verb.lemma_ == "be" and any(child.lower_ in ("here", "there") for child in verb.children)


def _told_days(sentence: Span, anchor: date | None) -> When | None:
    """The days of "The trip has been fixed for …", "The visit is to take place on …"."""
    verb = sentence.root
    subjects = syntax.subjects(verb)
    verbs = [verb, *syntax.children(verb, "xcomp")]
    is_visit = len(subjects) == 1 and subjects[0].lemma_.lower() in stays.NOUNS and frames.is_anaphoric(subjects[0])
    if not is_visit or not any(word.lemma_ in _FIXING for word in verbs):
        return None
    times = Times(sentence, anchor)
    return next(filter(None, map(times.beside, verbs)), None)


def _told_ends(sentence: Span, anchor: date | None) -> Iterator[tuple[Token, When, bool]]:
    """The verbs, the days, and whether each is the last day or the first, where a sentence goes on about a visit."""
    times = Times(sentence, anchor)
    clauses = [sentence.root]
    visits = [noun for noun in sentence if noun.lemma_.lower() in stays.NOUNS]
    clauses += [verb for noun in visits for verb in syntax.children(noun, "relcl")]
    for verb in clauses:
        clauses += [other for other in syntax.children(verb, "conj") if syntax.is_verbal(other)]
        found = _told_end(verb, times)
        if found is not None:
            yield found


def _told_end(verb: Token, times: Times) -> tuple[Token, When, bool] | None:
    subjects = syntax.own_subjects(verb) or syntax.subjects(verb) or syntax.own_subjects(verb.head)
    subjects = [syntax.antecedent(s) if s.tag_ in ("WDT", "WP") else s for s in subjects]
    if len(subjects) != 1:
        return None
    is_visit = subjects[0].lower_ == "it" or subjects[0].lemma_.lower() in stays.NOUNS
    is_guest = subjects[0].lower_ in ("he", "she") or subjects[0].pos_ in ("PROPN", "NOUN")
    infinitive = next(iter(syntax.children(verb, "xcomp")), verb)
    for word in (verb, infinitive):
        when = times.beside(word)
        lemma = word.lemma_.lower()
        elsewhere = ("in", "for") if lemma == "return" else ("in", "to", "for")
        if when is None or any(name in elsewhere for name, _ in syntax.obliques(word) if not is_visit):
            continue
        until = any(c.lower_ in _UNTIL and c.dep_ in ("prep", "mark") for c in (*word.children, *verb.children))
        if (is_visit and lemma in stays.LASTING and until) or (is_visit and lemma in stays.ENDS):
            return word, when, True
        is_leaving = lemma in stays.ENDS or stays.sets_out_home(word)
        is_leaving = is_leaving or (stays.is_homeward(word) and word.lemma_ != "be")
        if is_guest and not is_visit and (is_leaving or (lemma in ("stay", "remain") and until)):
            return word, when, True
        if lemma in stays.BEGINNINGS and (is_visit or subjects[0].pos_ == "PRON"):
            return word, when, False
    return None


def _stretch(visit: Draft, when: When, is_end: bool) -> bool:
    first, last, day = visit.when.start_date, visit.when.end_date, when.end_date
    if day is None:
        return False
    is_ending = visit.stay.stage_type == "end" or any(w.lemma_.lower() in stays.ENDS for w in visit.frame.words)
    if (first is None or last is None) and is_end and not is_ending:
        return False  # when it began isn't known
    if first is None or last is None:
        visit.when = replace(when, start_date=day, end_date=day)
        return True
    if not timedelta(0) <= (day - first if is_end else last - day) <= timedelta(days=14):
        return False
    first, last = (first, max(last, day)) if is_end else (min(first, day), last)
    visit.when = replace(visit.when, start_date=first, end_date=last)
    return True

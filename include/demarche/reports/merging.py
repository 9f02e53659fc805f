"""One act, told in several sentences of one document, is one report: headline, lead and background meet here.

The later sentence fills what the earlier left open (the day, the place, a participant); what contradicts keeps them
apart. Across documents this is the work of `events.py`, which weighs sources; here there is only one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, product

from demarche import dates
from demarche.reports import frames, sides, syntax
from demarche.reports.circumstances import When, Where, count_from
from demarche.reports.frames import Frame
from demarche.reports.parties import Party
from demarche.reports.stays import Stay


@dataclass
class Draft:
    """A frame with its participants, time and place resolved: a report in the making."""

    frame: Frame
    event_type: str
    mode_type: str | None
    status_type: str
    actors: list[Party]
    recipients: list[Party]
    when: When
    where: Where
    quantity: float | None = None
    quantity_unit: str | None = None
    confidence: float = 0.5
    sentence_index: int = 0
    is_anaphoric: bool = False
    stay: Stay = field(default_factory=Stay)
    is_told: bool = True
    """False for a reaction whose other side only an earlier sentence names; `refer_back` finds it."""

    @property
    def parties(self) -> list[Party]:
        return [*self.actors, *self.recipients]


#: Acts that last or repeat only as one thing within one article, so that two mentions of the pair are one act.
_SINGULAR = frozenset({"CONSULT"})


def merge(drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts in the order of the text, those of one act folded into the first of them; nobody meets alone."""
    kept: list[Draft] = []
    for draft in drafts:
        home = next((other for other in reversed(kept) if _same_act(other, draft)), None)
        scene = next((other for other in kept if _is_setting(draft, other)), None)
        if scene is not None:
            if scene.where.name is None:
                scene.where = draft.where
        elif home is None:
            if draft.is_anaphoric and not draft.parties:
                continue
            kept.append(draft)
        else:
            _absorb(home, draft)
    met = [draft for draft in kept if len(draft.parties) > (draft.event_type == "CONSULT") or is_told_alone(draft)]
    return [leg for draft in met for leg in _legs(draft)]


def is_told_alone(draft: Draft) -> bool:
    """Whether a visit is told without its host, or a meeting by the body of states whose members met."""
    return is_abroad(draft) or is_assembly(draft)


def is_assembly(draft: Draft) -> bool:
    """ "NATO foreign ministers met": whether members of one body of states met."""
    is_meeting = draft.event_type == "CONSULT" and draft.mode_type != "visit" and not draft.recipients
    return is_meeting and any(party.is_assembly for party in draft.actors)


def is_abroad(draft: Draft) -> bool:
    """Whether a visit is told by its visitor and its place alone: "flew in on Friday", in a text filed there."""
    host = draft.where.country_code
    return (
        draft.mode_type == "visit"
        and host is not None
        and all(p.country_code not in (None, host) for p in draft.parties)
    )


def _legs(draft: Draft) -> list[Draft]:
    """A tour is a visit to each of its hosts, and who comes from several states visits for each of them."""
    hosts = list(dict.fromkeys(party.country_code for party in draft.recipients))
    guests = list(dict.fromkeys(party.country_code for party in draft.actors))
    if draft.mode_type != "visit":
        return [draft]
    hosts = hosts if len(hosts) > 1 and None not in hosts else [None]
    are_people = draft.when.precision_type == "day" and all(party.entity_type == "person" for party in draft.actors)
    guests = guests if are_people and len(guests) > 1 and None not in guests else [None]
    if hosts == guests == [None]:
        return [draft]
    legs = []
    when = draft.when
    if len(hosts) > 1 and when.precision_type == "day" and when.start_date != when.end_date:
        when = replace(when, precision_type="week")  # the days of the tour, of which each host has some
    for guest, host in product(guests, hosts):
        where = draft.where if host is None or draft.where.country_code in (host, None) else Where()
        actors = [p for p in draft.actors if guest in (p.country_code, None)]
        recipients = [p for p in draft.recipients if host in (p.country_code, None)]
        legs.append(replace(draft, actors=actors, recipients=recipients, where=where, when=when))
    return legs


def refer_back(drafts: Sequence[Draft]) -> list[Draft]:
    """Find the side that an act leaves to the sentences before it: whose step is welcomed, who summoned the envoy.

    Returns the drafts that are told, in order.
    """
    for index, draft in enumerate(drafts):
        before = [other for other in drafts[:index] if draft.sentence_index - other.sentence_index <= _REACH]
        if is_reaction(draft):
            _find_doer(draft, before)
        elif means_several(draft):
            _find_several(draft, before)
        elif lacks_other(draft):
            _find_other(draft, before)
        elif _lacks_actor(draft):
            _find_dealer(draft, before)
    return [draft for draft in drafts if draft.is_told]


def is_reaction(draft: Draft) -> bool:
    """ "welcomed the step", "called the verdict a disgrace": the words point to somebody's act."""
    if not draft.frame.is_to_things or draft.event_type not in frames.REACTIONS or not draft.actors:
        return False
    return sides.is_step(draft.frame.recipients[0]) and any(party.is_linked for party in draft.actors)


def means_several(draft: Draft) -> bool:
    """ "They agreed to …", "The two sides signed …", where nothing in the sentence says who they are."""
    if not draft.actors or any(party.is_linked for party in draft.actors):
        return False
    return all(_SEVERAL.fullmatch(party.text) for party in draft.actors)


_SEVERAL = re.compile(
    r"they|both|the two|(?:the two|both|the) "
    r"(?:sides|parties|leaders|ministers|presidents|premiers|countries|neighbours|delegations)",
    re.IGNORECASE,
)


def _find_several(draft: Draft, before: Sequence[Draft]) -> None:
    """The two or more who did together what was told last are those who do this."""
    for other in reversed(before):
        known = [party for party in other.parties if party.is_linked]
        if len({party.country_code or party.entity_id for party in known}) < 2:
            continue
        together = other.event_type in sides.MUTUAL and draft.frame.entry.event_type in sides.DONE_TOGETHER
        recipients = [party for party in draft.recipients if party.is_linked]
        is_undone = draft.frame.is_negated and other.status_type == "planned"  # "the two were to meet. They did not."
        if (other.status_type == "occurred" or is_undone) and together and not recipients:
            draft.actors, draft.recipients = known, []
            draft.is_told, draft.confidence = True, max(draft.confidence, 0.5)
        return


def _find_doer(draft: Draft, before: Sequence[Draft]) -> None:
    mine = {party.country_code or _key(party) for party in draft.actors}
    for other in reversed(before):
        doers = [party for party in other.actors if party.is_linked]
        if not doers or is_reaction(other) or mine & {party.country_code or _key(party) for party in doers}:
            continue
        draft.recipients, draft.is_told, draft.confidence = doers, True, 0.5
        return


def lacks_other(draft: Draft) -> bool:
    """ "Baku apologised": a word to somebody whom the sentence before has named."""
    return (
        draft.event_type in _TO_SOMEBODY
        and not draft.frame.is_nominal
        and not draft.recipients
        and len({party.country_code for party in draft.actors}) == 1
        and draft.actors[0].country_code is not None
    )


_TO_SOMEBODY = frozenset({"ACCUSE", "CONCEDE", "REJECT", "REQUEST", "THREATEN"})


def _find_other(draft: Draft, before: Sequence[Draft]) -> None:
    mine = draft.actors[0].country_code
    for other in reversed(before):
        known = {party.country_code: party for party in other.parties if party.country_code}
        if mine in known and len(known) == 2 and other.is_told:
            draft.recipients = [party for code, party in known.items() if code != mine]
            draft.is_told, draft.confidence = True, max(draft.confidence, 0.4)
            return


def _lacks_actor(draft: Draft) -> bool:
    return (
        not draft.actors
        and draft.event_type in ("ACCUSE", "SANCTION")
        and syntax.is_passive(draft.frame.trigger)
        and len({party.country_code for party in draft.recipients}) == 1
        and draft.recipients[0].country_code is not None
    )


def _find_dealer(draft: Draft, before: Sequence[Draft]) -> None:
    theirs = draft.recipients[0].country_code
    for other in reversed(before):
        known = {party.country_code: party for party in other.parties if party.country_code}
        if theirs in known and len(known) == 2:
            draft.actors = [party for code, party in known.items() if code != theirs]
            draft.confidence = max(draft.confidence, 0.5)
            return


#: So many sentences further on a tale still goes on.
_REACH = 2


def carry_on(drafts: Sequence[Draft], told_on: Callable[[int, Draft], When | None]) -> None:
    """Give an act told in passing simple past, with no time of its own, the day of the act before it that has a party
    in common: "Chad expelled the envoy on Monday. Mali condemned Chad." Acts of meeting take the place along. What is
    said to be "the next day", "two days later" counts from the act before it.

    ``told_on``: the day on which the sentence of that index, which names one of the draft's states, tells of something;
    asked where no act before has a day.
    """
    for index, draft in enumerate(drafts):
        before = [other for other in drafts[:index] if draft.sentence_index - other.sentence_index <= _REACH]
        if draft.when.step is not None and draft.status_type != "planned":
            dated = (other.when for other in reversed(before) if _is_dated(other))
            days = (told_on(draft.sentence_index - back, draft) for back in range(1, _REACH + 1))
            base = next(chain(dated, (day for day in days if day is not None)), None)
            beside = [other for other in before if other.sentence_index == draft.sentence_index]
            is_open = bool(beside) and not any(
                map(_is_dated, beside)
            )  # "had banned it, and lifted the ban a week later"
            if base is not None and not is_open:
                draft.when = count_from(base, draft.when.step, str(draft.when.text))
        elif _goes_on(draft):
            told = next(
                (other for other in reversed(before) if other.status_type == "occurred" and other.when.text), None
            )
            if told is not None and not _is_dated(told) and told.when.start_date is not None:
                continue  # "signed it in January. Mali recalled …": of another time
            shared = (other for other in reversed(before) if _is_dated(other) and _share_a_country(other, draft))
            first = next(shared, None)
            if first is not None:
                draft.when = first.when
            else:
                days = (told_on(draft.sentence_index - back, draft) for back in range(1, _REACH + 1))
                draft.when = next((day for day in days if day is not None), draft.when)
        if draft.where.name is None and _is_held(draft):
            placed = (other for other in reversed(before) if _is_held(other) and other.where.precision_type == "city")
            scene = next((other for other in placed if _same_states(draft, other)), None)
            if scene is not None and _times_agree(draft.when, scene.when):
                draft.where = scene.where


def _is_dated(draft: Draft) -> bool:
    return draft.status_type == "occurred" and draft.when.precision_type == "day" and _is_main(draft)


def _is_held(draft: Draft) -> bool:
    """Talks that took place, or what was signed at them."""
    talks = draft.event_type == "CONSULT" and draft.mode_type not in ("phone", "visit")
    signing = draft.event_type == "SUPPORT" and draft.frame.entry.is_mutual
    return draft.status_type == "occurred" and (talks or signing)


def _same_states(one: Draft, other: Draft) -> bool:
    states = [{party.country_code for party in draft.parties if party.country_code} for draft in (one, other)]
    return len(states[0]) > 1 and states[0] == states[1]


def _goes_on(draft: Draft) -> bool:
    return (
        draft.status_type in ("occurred", "requested", "denied")
        and draft.when.text is None
        and draft.sentence_index > 0
        and _is_main(draft)
        and not _is_of_another_time(draft)
    )


def _is_of_another_time(draft: Draft) -> bool:
    """ "Gave it ten vans for the mission in 2022": the sentence has a time, whatever the parser hangs it on."""
    text = draft.frame.trigger.sent.text
    return any(text[: one.start_offset].lower().rstrip().endswith(" in") for one in dates.find(text))


def _is_main(draft: Draft) -> bool:
    """Whether the act is told by a main clause in the simple past."""
    verb = draft.frame.trigger
    if not syntax.is_verbal(verb):
        if verb.dep_ not in ("dobj", "nsubj", "nsubjpass"):
            return False  # "… during his visit": the clause tells of something else
        verb = next((word for word in draft.frame.words if syntax.is_verbal(word)), verb)
    top = verb
    while top.dep_ in ("conj", "xcomp", "ccomp") and top.head != top:
        if top.dep_ == "ccomp" and top.head.lemma_ not in ("say", "announce", "report", "tell", "confirm"):
            return False
        top = top.head
    if top.dep_ != "ROOT" or not syntax.is_verbal(verb):
        return False
    auxiliaries = {child.lower_ for child in (*verb.children, *top.children) if child.dep_ in ("aux", "auxpass")}
    return verb.tag_ in ("VBD", "VBN", "VB") and not auxiliaries & {
        "had",
        "has",
        "have",
        "will",
        "would",
        "may",
        "could",
    }


def _share_a_country(one: Draft, other: Draft) -> bool:
    mine = {party.country_code or _key(party) for party in one.parties if party.is_linked}
    return any((party.country_code or _key(party)) in mine for party in other.parties if party.is_linked)


def _same_act(first: Draft, second: Draft) -> bool:
    if first.event_type != second.event_type or not _modes_agree(first, second):
        return False
    if first.status_type != second.status_type and not _is_remark(second):
        return False
    if not _times_agree(first.when, second.when) or not _places_agree(first.where, second.where):
        return False
    if second.is_anaphoric and not second.parties:
        return True
    if first.mode_type == "visit" and _is_elsewhere(first, second):
        return False
    if not _sides_agree(first, second):
        return False
    if first.sentence_index == second.sentence_index and first.event_type not in _SINGULAR:
        return _keys(first.actors) == _keys(second.actors) and _keys(first.recipients) == _keys(second.recipients)
    return True


def _is_remark(draft: Draft) -> bool:
    """ "It is her first visit to Togo": a word on the visit told before, also where that lies ahead."""
    noun = draft.frame.trigger
    is_attribute = draft.mode_type == "visit" and noun.dep_ == "attr" and noun.head.lemma_ == "be"
    return is_attribute and any(s.lower_ in ("it", "this", "that") for s in syntax.subjects(noun.head))


def _is_elsewhere(first: Draft, second: Draft) -> bool:
    """Whether two visits are to other states. "Chad hosted Mali's premier on a visit" is one, though the noun may have
    its sides the wrong way round."""
    known = {party.country_code for party in first.parties} | _hosts(first)
    return bool(_hosts(first) and _hosts(second)) and known.isdisjoint(_hosts(second))


def _hosts(visit: Draft) -> set[str]:
    """The states to which somebody came: by those who received him, else by the place."""
    hosts = {party.country_code for party in visit.recipients if party.country_code}
    own = {party.country_code for party in visit.actors}
    return hosts or ({visit.where.country_code} - own if visit.where.country_code else set())


def _is_setting(draft: Draft, other: Draft) -> bool:
    """A visit told only as the setting of a meeting: "met him in 2015, when the latter travelled to Suva"."""
    verb = draft.frame.trigger
    return (
        draft.event_type == other.event_type == "CONSULT"
        and draft.sentence_index == other.sentence_index
        and draft.mode_type == "visit"
        and other.mode_type != "visit"
        and verb.dep_ in ("relcl", "advcl")
        and any(child.lower_ in ("when", "as", "while") for child in verb.children)
        and other.frame.trigger.is_ancestor(verb)
        and _covers(other.parties, draft.parties)
    )


def _modes_agree(first: Draft, second: Draft) -> bool:
    calls = [draft for draft in (first, second) if draft.mode_type == "phone"]
    others = [draft for draft in (first, second) if draft.mode_type != "phone"]
    if calls and others and others[0].where.name is not None and others[0].frame.trigger.lemma_ == "meet":
        return False  # "spoke by phone on Monday and met in Suva"
    return first.mode_type == second.mode_type or (
        (first.mode_type is None) != (second.mode_type is None)
        and (first.event_type not in ("CONSULT",) or "visit" not in (first.mode_type, second.mode_type))
    )


def _times_agree(first: When, second: When) -> bool:
    if first.start_date is None or second.start_date is None or first.end_date is None or second.end_date is None:
        return True
    if first.precision_type == second.precision_type == "day":
        return first.start_date == second.start_date or first.end_date == second.end_date
    return (
        first.start_date <= second.end_date
        and second.start_date <= first.end_date
        and (first.precision_type == second.precision_type)
    )


def _places_agree(first: Where, second: Where) -> bool:
    if first.name is None or second.name is None or first.name == second.name:
        return True
    return first.country_code == second.country_code and "country" in (first.precision_type, second.precision_type)


def _key(party: Party) -> str:
    return party.entity_id or party.name or party.text.lower()


def _keys(parties: Sequence[Party]) -> frozenset[str]:
    return frozenset(_key(party) for party in parties)


def _compatible(one: Party, other: Party) -> bool:
    if _key(one) == _key(other):
        return True
    if one.country_code is None or one.country_code != other.country_code:
        return False
    # a person acts for a state; two persons of one state are two
    return not (one.entity_type == "person" and other.entity_type == "person" and one.is_linked and other.is_linked
                and one.entity_id is not None and other.entity_id is not None)  # fmt: skip


def _covers(wide: Sequence[Party], narrow: Sequence[Party]) -> bool:
    return all(any(_compatible(one, other) for other in wide) for one in narrow)


def _sides_agree(first: Draft, second: Draft) -> bool:
    """Both name the same sides, or one names fewer of the same."""
    if first.event_type == "CONSULT":
        wide, narrow = sorted((first.parties, second.parties), key=len, reverse=True)
        if not narrow or not _covers(wide, narrow):
            return False
        return len(narrow) > 1 or len(wide) < 3 or second.is_anaphoric
    if not first.actors or not second.actors or not _covers(first.actors, second.actors):
        return False
    if first.recipients and second.recipients:
        return _covers(first.recipients, second.recipients) or _covers(second.recipients, first.recipients)
    return second.is_anaphoric


def _absorb(home: Draft, other: Draft) -> None:
    """Fill the earlier report from the later one."""
    is_dated = home.when.start_date is None and other.when.start_date is not None
    is_dated = is_dated or (home.mode_type == "visit" and _is_span_of(home.when, other.when))
    if is_dated:
        home.when = other.when
    home.stay = home.stay.with_(other.stay, is_preferred=is_dated)
    if home.where.name is None or (home.where.precision_type == "country" and other.where.precision_type == "city"):
        home.where = other.where if other.where.name else home.where
    if home.mode_type is None:
        home.mode_type = other.mode_type
    if home.quantity is None:
        home.quantity, home.quantity_unit = other.quantity, other.quantity_unit
    for side, more in ((home.actors, other.actors), (home.recipients, other.recipients)):
        for index, party in enumerate(side):
            better = next((p for p in more if _compatible(party, p) and _more_exact(p, party)), None)
            if better is not None:
                side[index] = better
    known = home.parties
    for party in other.parties:
        if not any(_compatible(party, k) for k in known):
            (home.recipients if party in other.recipients else home.actors).append(party)
    home.confidence = max(home.confidence, other.confidence)


def _is_span_of(day: When, span: When) -> bool:
    """Whether the second tells from when to when, of which the first tells one end."""
    if not day.precision_type == span.precision_type == "day" or span.start_date == span.end_date:
        return False
    return day.start_date == day.end_date and day.start_date in (span.start_date, span.end_date)


def _more_exact(one: Party, other: Party) -> bool:
    return (
        one.entity_type == "person"
        and one.entity_id is not None
        and (other.entity_type != "person" or other.entity_id is None)
    )

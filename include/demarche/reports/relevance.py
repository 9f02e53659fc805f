"""Which of an article's acts are diplomacy: acts between states, bodies of states, and whoever stands for them.

News of all kinds use the words of diplomacy: a court convicts, a club signs, a candidate withdraws, a firm is sued. In
a clipping of a few sentences, whoever chose it has chosen the act, and all is told. In an article an act is told when
more than one state or body of states takes part, and not only by firms and private people: docs/decisions/0011.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from demarche import codebook
from demarche.reports import frames, readings, syntax
from demarche.reports.merging import Draft, is_told_alone
from demarche.reports.parties import Party

#: Acts that private people do to a foreign state as news of states: an embassy is stormed, a consul is shot.
_OF_CROWDS = frozenset({"PROTEST", "ASSAULT"})
#: Sectors that deal with the state in which they are as with another: rebels, partly recognised territories.
_OWN_SIDE = frozenset({"REB", "PRE"})


def diplomatic(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts of an article that tell of acts between states, or that one of these states readies its arms."""
    between = [is_between_states(draft) and not _is_lasting(draft) for draft in drafts]
    dealing = {state for draft, told in zip(drafts, between, strict=True) if told for state in states_of(draft.parties)}
    return [
        draft
        for draft, told in zip(drafts, between, strict=True)
        if told or (_is_show_of_arms(draft) and not dealing.isdisjoint(states_of(draft.actors)))
    ]


def is_between_states(draft: Draft) -> bool:
    """Whether two states or bodies of states take part, by somebody who can act for one."""
    if len(states_of(draft.parties)) < 2 and not is_told_alone(draft):
        return False
    doers = draft.parties if draft.event_type in _OF_CROWDS else draft.actors or draft.recipients
    return any(not party.is_private for party in doers if party.is_linked)


def _is_lasting(draft: Draft) -> bool:
    """How states stand to each other, and no deed of a day: "sells gas to", "its trade with", "backs the rebels"."""
    frame = draft.frame
    if draft.status_type != "occurred":
        return False
    if frame.is_nominal:
        done = frame.trigger.dep_ not in syntax.SUBJECTS and any(frames.lets_happen(word) for word in frame.words[1:])
        return frame.event_type in _LASTING and not done
    if draft.when.start_date is not None:
        return False
    lasts = frame.event_type in _LASTING - {"SUPPORT"} or frame.trigger.lemma_.lower() in _SIDING
    return lasts and draft.sentence_index > 0 and readings.is_standing(frame.trigger)


_LASTING = frozenset({"AID", "COOPERATE", "SUPPORT"})
_SIDING = codebook.words("siding")


def _is_show_of_arms(draft: Draft) -> bool:
    """Missiles are tested and troops are massed at somebody, whom the text seldom names."""
    return draft.event_type == "MOBILIZE" and any(party.is_linked and not party.is_private for party in draft.actors)


def states_of(parties: Iterable[Party]) -> frozenset[str]:
    """The states (codes; a territory counts as its sovereign), rebels and bodies of states for which parties stand."""
    found = {
        party.entity_id if party.sector_type in _OWN_SIDE and party.entity_id else party.country_code or party.entity_id
        for party in parties
        if party.is_linked
    }
    return frozenset(_sovereigns().get(key, key) for key in found if key is not None)


@cache
def _sovereigns() -> dict[str, str]:
    return {
        territory: row["sovereign"] for row in codebook.table("sovereigns") for territory in row["territories"].split()
    }

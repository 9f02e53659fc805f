"""Whether a visit of which an article tells is off, by what all of its sentences say together.

"Nothing came of the trip", "sent word that he could not come", "regrets, and will see the doctor instead": who calls a
visit off has more words for it than lists hold, and who says that it is on has the same ones ("laughed off talk of a
cancelled visit"). For each leader and state that `told` weighs, `measure` counts words and clauses of such articles;
two small forests that `training/fates.py` fits say how probable it is that the visit is off, and, if so, only put off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Span, Token

from demarche import codebook, trees
from demarche.reports import itinerary, operators, stays, syntax, told
from demarche.reports.circumstances import Times, When
from demarche.reports.merging import Draft

OFF_FILE, MOVED_FILE = "model/off.npz", "model/moved.npz"
_GROUPS = {
    name: codebook.words(name)
    for name in (
        "undoing", "moving_off", "hindering", "regretting", "standing_in", "staying_away", "another_time",
        "going_ahead",
    )
}  # fmt: skip
_GOING = codebook.words("arriving") | codebook.words("moving_on") | codebook.words("visiting")
_GOING |= {"attend", "make", "take", "set", "be", "go", "travel", "proceed", "happen", "able", "leave"}
_DENIALS = frozenset({"not", "n't", "n’t", "never", "no", "none", "nothing", "nobody", "nor", "without", "neither"})
_HAD = frozenset({"was", "were", "had", "would"})
_DUE = frozenset({"due", "expected", "planned", "scheduled", "set", "slated", "supposed", "meant", "to", "hoped"})
#: From which probability on a visit is off that is told as planned; that is told as done, or that no report tells.
FLOOR, SURE = 0.6, 0.75
_LEAST_TOLD = 0.5  # visits of which no report comes, and that the text tells less probably, aren't weighed
_EVEN = 0.5
_REACH = 4  # sentences in which a visit that is put off may get its new days
_AHEAD = frozenset({"planned", "requested"})
_STATUSES = ("occurred", "planned", "requested", "cancelled", "postponed", "denied")


@dataclass(frozen=True)
class Fate:
    """A visit that a text says is off: *cancelled* or *postponed*, and how probable that is."""

    candidate: told.Candidate
    status: str
    probability: float


def judge(drafts: Sequence[Draft], text: told.Text, judged: Iterable[told.Judged]) -> list[Fate]:
    """The visits that an article says are off, the most probable first."""
    found = [one for one in judged if one.told >= _LEAST_TOLD or _told_by(drafts, one.candidate)]
    if not found:
        return []
    rows = np.stack([row(measure(one.candidate, drafts, text)) for one in found])
    off, moved = (trees.load(name).probabilities(rows) for name in (OFF_FILE, MOVED_FILE))
    probable = [
        Fate(one.candidate, "postponed" if is_moved >= _EVEN else "cancelled", float(share))
        for one, share, is_moved in zip(found, off, moved, strict=True)
        if share >= FLOOR
    ]
    return sorted(probable, key=lambda fate: -fate.probability)


def complete(drafts: Sequence[Draft], text: told.Text, fates: Iterable[Fate]) -> list[Draft]:
    """The drafts of an article, visits that are off told as such; where none tells of such a one, with one more."""
    found = list(drafts)
    for fate in fates:
        is_sure = fate.probability >= SURE
        own = _told_by(found, fate.candidate)
        for draft in own:
            if _is_still_on(draft) or _is_of_days(draft):
                continue
            if draft.status_type in _AHEAD or (draft.status_type == "occurred" and is_sure):
                _call_off(draft, fate.status, text.facts.anchor)
        added = told.draft_of(fate.candidate, fate.status, fate.probability, text) if is_sure and not own else None
        found += [added] if added is not None else []
    for draft in found:
        if draft.mode_type == "visit" and draft.status_type == "postponed":
            _move(draft, text)
    return sorted(found, key=lambda draft: draft.sentence_index)


def _move(draft: Draft, text: told.Text) -> None:
    """A visit that is put off gets its new days, of which its or the next sentences may tell: those ahead that come
    after all of which the text says that it was to have been then."""
    anchor, first = text.facts.anchor, draft.when.start_date
    if anchor is None:
        return
    near = text.sentences[draft.sentence_index : draft.sentence_index + _REACH]
    days = [day for sentence in near for day in _days_ahead(sentence, anchor)]
    former = [when.start_date for when, is_former in days if is_former and when.start_date]
    later = [
        when
        for when, is_former in days
        if not is_former and when.start_date and all(when.start_date > day for day in former)
    ]
    if later and (first is None or first in former):
        draft.when = replace(later[0], anchor_date=anchor)
        draft.stay = stays.Stay(draft.stay.day_count)


def _days_ahead(sentence: Span, anchor: date) -> Iterator[tuple[When, bool]]:
    """The days ahead of which a sentence tells in a clause of a visit, and whether each was planned before."""
    for root, governor, when in Times(sentence, anchor).all(lambda _: True):
        is_day = when.precision_type == "day" and when.start_date is not None and when.start_date > anchor
        if is_day and _is_of_visit(root, governor):
            yield when, _was_planned(root, governor)


def _is_of_visit(day: Token, governor: Token | None) -> bool:
    """Whether a day is told of a visit or its dates: "it will begin on Friday", "new dates: 4 and 5 April"."""
    verb = _verb_of(governor)
    subjects = syntax.subjects(verb) if verb is not None else []
    nouns = [*subjects, *([governor] if governor is not None else []), *day.ancestors]
    return any(noun.lower_ == "it" or noun.lemma_.lower() in stays.NOUNS | {"date"} for noun in nouns)


def _verb_of(governor: Token | None) -> Token | None:
    return governor if governor is None or syntax.is_verbal(governor) else syntax.clause_verb(governor)


def _was_planned(day: Token, governor: Token | None) -> bool:
    """ "Was to have begun on Friday", "scheduled for Friday", "instead of on Friday", "not on Friday"."""
    before = [token.lower_ for token in day.doc[max(day.sent.start, day.i - 5) : day.i]]
    if "instead" in before or "not" in before or before[-2:] == ["rather", "than"]:
        return True
    verb = _verb_of(governor)
    if verb is None:
        return False
    if verb.dep_ in ("acl", "amod") and verb.tag_ == "VBN":
        return True
    while verb.dep_ in ("xcomp", "conj") and syntax.is_verbal(verb.head):
        verb = verb.head
    if verb.lemma_.lower() in _GROUPS["moving_off"]:
        return False
    helpers = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    return not any(word.tag_ == "MD" for word in helpers) and any(word.tag_ == "VBD" for word in (*helpers, verb))


def _told_by(drafts: Iterable[Draft], candidate: told.Candidate) -> list[Draft]:
    """The drafts that tell of a candidate, by his name or his state's."""
    own, host = candidate.leader.country_code, candidate.host
    visits = [draft for draft in drafts if told.is_by(draft, own, host)]
    return [
        draft
        for draft in visits
        if told.is_of(draft, candidate.guest, own, host) or not any(p.entity_id for p in draft.actors)
    ]


def _is_still_on(draft: Draft) -> bool:
    """ "Still plans to be in Poland", where another leg of a journey is off."""
    words = draft.frame.words
    verbs = [verb for word in words if (verb := syntax.clause_verb(word)) is not None]
    above = [verb.head for verb in verbs if verb.dep_ == "xcomp"]
    return any(child.lower_ == "still" for verb in (*verbs, *above) for child in syntax.children(verb, "advmod"))


def _is_of_days(draft: Draft) -> bool:
    """Whether several days are told of what is told as done: those aren't the day of the news, and it has been."""
    first, last = draft.when.start_date, draft.when.end_date
    is_exact = draft.when.precision_type == "day" and first is not None and last is not None and first < last
    return draft.status_type == "occurred" and is_exact


def _call_off(draft: Draft, status: str, anchor: date | None) -> None:
    """The day on which something has been told of it is none for which it was planned."""
    first = draft.when.start_date
    if draft.status_type == "occurred" and (first is None or anchor is None or first <= anchor):
        draft.when, draft.stay = When(anchor_date=anchor), stays.Stay(draft.stay.day_count)
    draft.status_type = status


def measure(candidate: told.Candidate, drafts: Sequence[Draft], text: told.Text) -> dict[str, float]:
    """What an article says of the fate of a visit. Always the same names in the same order."""
    guest, host = candidate.guest, candidate.host
    of_guest = {index for _, index in text.sentences_of[guest]}
    of_visit = {
        i for i, sentence in enumerate(text.sentences) if any(t.lemma_.lower() in stays.NOUNS for t in sentence)
    }
    lead = range(min(2, len(text.sentences)))
    traits = _of_words("about", [text.sentences[i] for i in sorted(of_guest | of_visit)])
    traits |= _of_words("visit", [text.sentences[i] for i in sorted(of_visit)])
    traits |= _of_words("lead", [text.sentences[i] for i in lead])
    titled = {form for word in text.title for form in told.stems(word)}
    traits |= {f"title_{name}": not words.isdisjoint(titled) for name, words in _GROUPS.items()}
    traits["title_denies"] = not _DENIALS.isdisjoint(text.title)
    traits |= _of_clauses(guest, text)
    traits |= _of_drafts(guest, host, candidate.leader.country_code, drafts)
    return {name: float(value) for name, value in traits.items()}


def _of_words(where: str, sentences: Iterable[Span]) -> dict[str, float]:
    """Words of each group in some sentences, and what denies there or looks back at a plan."""
    lemmas = [
        {token.lemma_.lower() for token in sentence} | {token.lower_ for token in sentence} for sentence in sentences
    ]
    traits: dict[str, float] = {
        f"{where}_{name}": sum(len(words & found) for found in lemmas) for name, words in _GROUPS.items()
    }
    return traits | {
        f"{where}_denials": sum(len(_DENIALS & found) for found in lemmas),
        f"{where}_off": sum("off" in found for found in lemmas),
        f"{where}_was_due": sum(bool(_HAD & found) and bool((_DUE - {"to"}) & found) for found in lemmas),
    }


def _of_clauses(guest: str, text: told.Text) -> dict[str, float]:
    """Clauses of the guest or of his visit that deny, undo or move it, and that look back at a plan."""
    counts = dict.fromkeys(
        ("not_going", "not_going_ahead", "not_going_lead", "undone", "moved", "undone_passive", "moved_passive",
         "was_to", "was_to_have", "had_been_due", "no_longer", "cant"), 0.0
    )  # fmt: skip
    for clause in text.clauses:
        verb = clause.verb
        subjects = syntax.subjects(verb)
        objects = [*syntax.objects(verb), *(noun for _, noun in syntax.obliques(verb))]
        is_visit = any(_is_visit(noun) for noun in subjects)
        is_to_visit = any(_is_visit(noun) for noun in objects)
        is_ours = is_visit or guest in clause.doers or any(noun.lower_ in ("he", "she", "it") for noun in subjects)
        words = {child.lower_ for child in verb.children}
        lemma = verb.lemma_.lower()
        if is_ours and clause.is_unreal and lemma in _GOING:
            counts["not_going"] += 1
            counts["not_going_ahead"] += clause.is_ahead
            counts["not_going_lead"] += clause.index == 0
            counts["cant"] += not {"ca", "can", "could"}.isdisjoint(words)
        if is_visit or is_to_visit:
            for name, group in (("undone", "undoing"), ("moved", "moving_off")):
                counts[name] += lemma in _GROUPS[group]
                counts[f"{name}_passive"] += lemma in _GROUPS[group] and syntax.is_passive(verb)
        if is_ours:
            counts["was_to"] += _was_to(verb)
            counts["was_to_have"] += operators.was_to_have(verb)
            counts["had_been_due"] += "had" in words and itinerary.is_due(verb)
        counts["no_longer"] += is_ours and operators.modality(verb).ended
    return counts


def _is_visit(noun: Token) -> bool:
    return noun.lemma_.lower() in stays.NOUNS


def _was_to(verb: Token) -> bool:
    """ "Was to arrive", "was to have arrived"."""
    is_under = verb.dep_ == "xcomp" and verb.head.lemma_ == "be" and operators.is_to_infinitive(verb)
    return is_under and verb.head.tag_ == "VBD"


def _of_drafts(guest: str, host: str, own: str | None, drafts: Sequence[Draft]) -> dict[str, float]:
    """Reports of the visit, and of one that names no host, by their status."""
    visits = [draft for draft in drafts if draft.mode_type == "visit"]
    kinds = {
        "own": [draft for draft in visits if told.is_of(draft, guest, own, host)],
        "loose": [draft for draft in visits if not draft.recipients and draft.where.country_code is None],
    }
    return {
        f"{whose}_{status}": sum(draft.status_type == status for draft in found)
        for whose, found in kinds.items()
        for status in _STATUSES
    }


def row(traits: Mapping[str, float]) -> NDArray[np.float32]:
    """The traits, as the forests want them."""
    return np.array(list(traits.values()), dtype=np.float32)

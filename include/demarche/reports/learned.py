"""Behind the rules: what the classifier makes of pairs that they leave open, and how sure it is of theirs.

The classifier (`demarche.classifier`) scores a trigger with an actor and a recipient. A reading that the rules have
made gets its score; one that they haven't is taken up only when both sides are parties, the pair is probably what the
sentence tells, and the act is probably of one type. What the rules read as not told stays untold.
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc, Span, Token

from demarche import classifier
from demarche.classifier.frames import Tree, build_trigger, pair_up
from demarche.lexicon import Entry, lexicon
from demarche.reports import syntax
from demarche.reports.frames import Frame
from demarche.reports.operators import operators
from demarche.reports.sides import MUTUAL, IsParty, is_means, is_own

#: A pair is taken up from these probabilities on: that the sentence tells of it, and that its act is of the best type;
#: where the rules read nothing in the sentence, where they did, and where they read nothing in a text's first sentence.
FLOORS = {"open": (0.4, 0.55), "read": (0.7, 0.8), "lead": (0.1, 0.3)}
#: A reading that lacks a side gets one from this probability of the pair on.
COMPLETION_FLOOR = 0.15
#: A side gives way to another whose pair has this probability at least, and this much more of it.
REVISION_FLOOR, REVISION_LEAD = 0.5, 0.2
#: Most readings that a sentence may gain.
MOST = 2
#: PLOVER's categories of words that fold a status into the act.
_STATUS = {"REQUEST": "requested", "THREATEN": "threatened", "REJECT": "denied", "AGREE": "planned"}


def _tells(verb: Token) -> bool:
    """ "said that …": who tells is not who acts."""
    return any(operator.effect == "spoken" for operator in operators().get(verb.lemma_.lower(), ()))


def _is_teller(noun: Token) -> bool:
    """ "as the minister announced", "according to Mali", "while Mali did so": who tells of an act or does the like is
    not the one to whom it is done."""
    first = noun
    while first.dep_ == "conj":
        first = first.head
    if first.dep_ == "pobj" and first.head.head.lower_ == "according":
        return True
    return first.dep_ == "nsubj" and (_tells(first.head) or first.head.lemma_ == "do")


def _may_lack_a_side(frame: Frame) -> bool:
    """Whether a side is missing or may be the wrong one. "Mali and Niger agreed" has both."""
    if frame.event_type in MUTUAL and (len(frame.actors) > 1 or _is_whole(frame)):
        return False
    if any(party.tag_ == "PRP$" for party in frame.recipients):
        return False  # "criticised its bombing of Mali"
    if frame.entry.is_mutual and len(frame.actors) > 1 and not frame.recipients:
        return False  # "Mali and Niger exchanged prisoners"
    if frame.is_nominal and frame.trigger.dep_ == "appos":
        return False  # "a request that Chad turned down", said of an act just told
    return frame.remnant is None and not frame.is_within and bool(frame.actors or frame.recipients)


def _is_whole(frame: Frame) -> bool:
    return bool(frame.actors and frame.recipients) and not frame.is_to_things


def _own(frame: Frame) -> list[classifier.Candidate]:
    """The pair of a frame that has both sides, with each of its words for the trigger."""
    if not _is_whole(frame):
        return []
    actor, recipient = frame.actors[0].i, frame.recipients[0].i
    words = dict.fromkeys(word.i for word in (frame.trigger, *frame.words))
    return [classifier.Candidate(index, actor, recipient) for index in words]


def _whole(token: Token, is_party: IsParty) -> Token:
    """The head of the phrase that an adjective or compound belongs to, where that is a party: "Canadian diplomat"."""
    while token.dep_ in ("amod", "compound", "nmod") and is_party(token.head):
        token = token.head
    return token


class Learned:
    """The classifier at work on one document; its tree is built when first needed."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self._tree: Tree | None = None

    @property
    def tree(self) -> Tree:
        if self._tree is None:
            self._tree = Tree(self._doc, lexicon())
        return self._tree

    def put_right(self, frames: Sequence[Frame], is_party: IsParty) -> None:
        """Give frames that lack a side the one that most probably belongs to it, and change a side for which another
        is far more probable."""
        asked = [(frame, _own(frame), self._others(frame, is_party)) for frame in frames if _may_lack_a_side(frame)]
        scored = classifier.classify(
            self._doc,
            [candidate for _, own, others in asked if others for candidate in (*own, *others)],
            tree=self.tree,
            pair_floor=COMPLETION_FLOOR,
        )
        scores = {one.candidate: one.pair_score for one in scored}
        for frame, own, others in asked:
            best = max(others, key=lambda candidate: scores.get(candidate, 0.0), default=None)
            if best is None or best not in scores:
                continue
            is_doubtful = bool(own) or frame.is_nominal or frame.event_type in MUTUAL
            if is_doubtful and scores[best] < REVISION_FLOOR:
                continue
            if own and max(scores.get(candidate, 0.0) for candidate in own) > scores[best] - REVISION_LEAD:
                continue
            assert best.actor is not None
            assert best.recipient is not None
            actor, recipient = self._doc[best.actor], self._doc[best.recipient]
            if actor not in frame.actors:
                frame.actors = syntax.conjuncts(_whole(actor, is_party))
            if recipient not in frame.recipients:
                frame.recipients, frame.is_to_things = syntax.conjuncts(_whole(recipient, is_party)), False

    def _others(self, frame: Frame, is_party: IsParty) -> list[classifier.Candidate]:
        """The candidates of a frame's words that share one side with it and have another party on the other."""
        actors, recipients = ({side.i for side in sides} for sides in (frame.actors, frame.recipients))
        found = []
        for index in dict.fromkeys(word.i for word in (frame.trigger, *frame.words)):
            for candidate in pair_up(build_trigger(self.tree, index, lexicon())):
                actor, recipient = candidate.actor, candidate.recipient
                if actor is None or recipient is None or (actor in recipients) or (recipient in actors):
                    continue
                shares_actor, shares_recipient = actor in actors, recipient in recipients
                if shares_actor == shares_recipient or (shares_recipient and frame.is_to_things):
                    continue
                side, old = (recipient, frame.recipients) if shares_actor else (actor, frame.actors)
                new = _whole(self._doc[side], is_party)
                if shares_actor and (_is_teller(new) or is_own(new, frame.actors) or is_means(new, frame.event_type)):
                    continue
                if is_party(new) and not any(new.is_ancestor(token) or token.is_ancestor(new) for token in old):
                    found.append(candidate)  # a party, and no part of those it would replace
        return found

    def score(self, frames: Sequence[Frame]) -> None:
        """Set ``learned_score`` of frames with two sides."""
        asked = [frame for frame in frames if frame.actors and frame.recipients]
        found = classifier.classify(
            self._doc,
            [classifier.Candidate(f.trigger.i, f.actors[0].i, f.recipients[0].i) for f in asked],
            tree=self.tree,
        )
        for frame, scored in zip(asked, found, strict=True):
            frame.learned_score = scored.type_scores.get(frame.plover_type or "", 0.0)

    def more(
        self, sentence: Span, frames: Sequence[Frame], mentioned: frozenset[int], is_party: IsParty
    ) -> list[Frame]:
        """Frames for pairs of the sentence that the rules left open."""
        taken = {token.i for frame in frames for token in (frame.trigger, *frame.words)} | mentioned
        known = [({a.i for a in frame.actors}, {r.i for r in frame.recipients}) for frame in frames]
        candidates = []
        for candidate in classifier.candidates(sentence, lexicon(), tree=self.tree):
            if candidate.actor is None or candidate.recipient is None or candidate.trigger in taken:
                continue
            actor, recipient = self._doc[candidate.actor], self._doc[candidate.recipient]
            if not is_party(actor) or not is_party(recipient):
                continue
            if any(candidate.actor in sides and candidate.recipient in others for sides, others in known):
                continue
            candidates.append(candidate)
        pair_floor, type_floor = FLOORS["read" if frames else "lead" if sentence.start == 0 else "open"]
        scored = classifier.classify(self._doc, candidates, tree=self.tree, pair_floor=pair_floor)
        scored.sort(key=lambda s: (-s.pair_score, s.candidate.trigger, s.candidate.actor, s.candidate.recipient))
        found: list[Frame] = []
        used: set[int] = set()
        for one in scored:
            name, _ = one.best_type()
            if one.type_scores[name] < type_floor or one.candidate.trigger in used:
                continue
            together = name in MUTUAL and (name != "SUPPORT" or not one.entries or one.entries[0].is_mutual)
            if not together and "peer" in (one.candidate.actor_by, one.candidate.recipient_by):
                continue  # "Mali and Niger supported it": neither the other
            if not one.entries and _tells(self._doc[one.candidate.trigger]):
                continue
            used.add(one.candidate.trigger)
            found.append(self._frame(one, name))
            if len(found) == MOST:
                break
        return found

    def _frame(self, scored: classifier.Scored, name: str) -> Frame:
        candidate = scored.candidate
        assert candidate.actor is not None
        assert candidate.recipient is not None
        trigger = self._doc[candidate.trigger]
        entry = (
            scored.entries[0]
            if scored.entries
            else Entry(trigger.lemma_.lower(), "verb", frozenset(), name, "", "", (), False, 0)
        )
        return Frame(
            trigger=trigger,
            entry=entry,
            event_type=name,
            mode_type=scored.mode_type,
            status_type=_STATUS.get(name, "occurred"),
            rule="classifier",
            actors=syntax.conjuncts(self._doc[candidate.actor]),
            recipients=syntax.conjuncts(self._doc[candidate.recipient]),
            words=[trigger],
            is_nominal=not syntax.is_verbal(trigger),
            learned_score=scored.pair_score * scored.type_scores[name],
        )

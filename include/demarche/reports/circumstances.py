"""When, where and how many: the time, place and quantity that belong to an act, and not to its neighbour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from spacy.tokens import Span, Token

from demarche import codebook, dates, entities, places
from demarche.codebook.names import fold
from demarche.records import Mention
from demarche.reports import operators, syntax
from demarche.reports.frames import Frame
from demarche.reports.parties import Parties

_PLACE_PREPOSITIONS = ("in", "at", "near", "outside", "inside", "off", "around", "on", "aboard")
_WITHIN = ("in", "at", "near", "inside", "outside")
_TRAVEL = ("to", "in", "at", "into", "for", "through")
_OF_A_PLACE = frozenset(codebook.document("mention_words")["of_a_place"])
_DUE = frozenset({"due", "expect", "plan", "schedule", "set", "slate"})
_PARTS_OF_A_DAY = codebook.words("parts_of_a_day")
_PLANNING = codebook.words("planning")
_OPERATING = codebook.words("scheduling")
_MOVING, _UNTO = codebook.words("moving"), frozenset({"for", "until", "till", "to"})
_BEGINNING, _ENDING = codebook.words("visit_beginnings"), codebook.words("visit_ends")
_VISITS = codebook.words("visit_nouns")
_PHASES = frozenset({"close", "conclusion", "end", "start", "way"})
SCHEDULED = frozenset({"arrive", "begin", "depart", "fly", "gather", "go", "head", "land", "leave", "meet", "open",
                        "resume", "set", "start", "travel", "visit"})  # fmt: skip
_ANNOUNCED = SCHEDULED | {"close", "come", "conclude", "end", "finish", "receive", "return", "stop"}
_PROPOSING = codebook.words("proposing")
NTH_DAYS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
_SAYING = codebook.words("saying")
_CONCERNING = frozenset({"about", "concerning", "on", "over", "regarding"})
_ON_THE_WAY = syntax.LEAVING | codebook.words("setting_out") | codebook.words("arriving") | {"be"}
_SPEAKING = frozenset({"address", "appear", "gather", "meet", "speak", "talk"})
_SUMMONING = frozenset({"call", "summon"})


@dataclass(frozen=True)
class When:
    """The interval of an act; all None and ``unknown`` where the text leaves it open."""

    start_date: date | None = None
    end_date: date | None = None
    precision_type: str = "unknown"
    text: str | None = None
    anchor_date: date | None = None
    distance: int = 99
    step: tuple[str, int] | None = None
    """Days or weeks from the act told before, where the words count from it ("the next day")."""


@dataclass(frozen=True)
class Where:
    """The place of an act, by its mention; nothing where none is named."""

    place_id: str | None = None
    name: str | None = None
    country_code: str | None = None
    precision_type: str | None = None


@dataclass(frozen=True)
class _Found:
    """A time expression: its head, the verb or noun that it modifies, its words, and days to add to what they mean."""

    root: Token
    governor: Token | None
    text: str
    days: int = 0


class Times:
    """The time expressions of one sentence and the word that each belongs to."""

    def __init__(self, sentence: Span, anchor: date | None) -> None:
        self._anchor = anchor
        self._found: list[_Found] = []
        for expression in dates.find(sentence.text):
            start = sentence.start_char + expression.start_offset
            end = sentence.start_char + expression.end_offset
            span = sentence.doc.char_span(start, end, alignment_mode="expand")
            if span is None or not len(span):
                continue
            root = span.root
            is_since = expression.text.lower().startswith("since ") or _is_since(span)
            if is_since and _counts_back(sentence, span.start):
                continue
            governor = _headed_clause(sentence, span) or _governor_of_time(root, span)
            if governor is not None and self._is_of_the_day(expression.text):
                governor = _out_of_background(governor)
            self._found.append(_Found(root, governor, expression.text))
        self._found += self._counted_days(sentence)

    def _counted_days(self, sentence: Span) -> list[_Found]:
        """ "On the third day of the visit that began on Sunday": counted from the day on which it began."""
        counted = []
        for day in sentence:
            number = next((NTH_DAYS[child.lower_] for child in day.children if child.lower_ in NTH_DAYS), None)
            if day.lower_ != "day" or number is None or not any(child.lower_ == "of" for child in day.children):
                continue
            begun = (one for one in self._found if one.governor is not None and one.governor.lemma_ in _BEGINNING)
            first = next((one for one in begun if day.i < one.root.i and day.is_ancestor(one.root)), None)
            head = day.head.head if day.head.dep_ == "prep" else day.head
            if first is not None and head != day:
                counted.append(_Found(day, head, first.text, number - 1))
        return counted

    def _is_of_the_day(self, text: str) -> bool:
        """Whether the words mean the day of publication or the one before, as the news of the day does."""
        interval = dates.resolve(text, self._anchor, "past")
        if interval is None or self._anchor is None or interval.precision_type != "day":
            return False
        return 0 <= (self._anchor - interval.start_date).days <= 1

    def _is_of_announcing(self, one: _Found, frame: Frame) -> bool:
        """ "Announced on Friday a visit": the day on which a visit to come was told."""
        verb = one.governor
        is_word = verb == frame.trigger and frame.entry.status == "planned" and frame.mode_type == "visit"
        if verb is None or not is_word or verb.tag_ != "VBD" or self._anchor is None:
            return False
        interval = dates.resolve(one.text, self._anchor, "past")
        return interval is not None and timedelta(0) <= self._anchor - interval.end_date < timedelta(days=7)

    def of(self, frame: Frame) -> When:
        """The time whose governor is nearest to the act: its own word, its noun's clause, its light verb."""
        ahead = frame.tense == "future" or frame.status_type in ("planned", "postponed", "cancelled")
        tense = "future" if ahead else "past"
        best: tuple[int, bool, int, When] | None = None
        found = self._found
        if frame.remnant is not None:  # "Peru left in May and Chile the other bloc in June"
            found = [one for one in found if frame.remnant.is_ancestor(one.root)] or found
        for one in found:
            if one.governor is None or (_only_lasts(frame, one) and not ahead):
                continue
            distance = _distance(one.governor, frame)
            if distance is None:
                continue
            if self._is_of_announcing(one, frame):
                continue
            if syntax.was_first(one.governor):
                distance += _OVERTAKEN
            is_stance = one.governor in frame.words and one.governor != frame.trigger
            is_stance = is_stance and (not frame.is_nominal or bool(syntax.children(one.governor, "xcomp")))
            if ahead and is_stance and _is_told(one.governor) and frame.event_type == "CONSULT":
                continue  # "agreed on Monday to meet": no day of the meeting
            if ahead and (distance == 0 or is_stance) and _is_told(one.governor):
                when = self._read(one, "past", distance)  # "invited him on Monday": the day of the asking
            else:
                scheduled = any(map(_is_scheduled, (one.governor, *frame.words)))
                when = self._read(one, "future" if scheduled else tense, distance)
                if scheduled and not ahead and self._covers_today(begun := self._read(one, "past", distance)):
                    when = begun  # "is visiting Togo from Saturday to Sunday", printed on Sunday
            candidate = (distance, when.start_date is None, abs(one.root.i - frame.trigger.i), when)
            if best is None or candidate[:3] < best[:3]:
                best = candidate
        if best is None:
            return self._beside(frame) or When()
        when = self._within(best[3], found, frame, tense)
        if when.start_date is None:
            when = self._beside(frame) or when
        return when

    def _within(self, when: When, found: Sequence[_Found], frame: Frame, tense: str) -> When:
        """ "Comes this week, from Wednesday to Friday": the days, where they stand beside the week."""
        if when.precision_type not in ("week", "month") or when.start_date is None or when.end_date is None:
            return when
        for one in found:
            if one.text == when.text or one.governor is None or _distance(one.governor, frame) != when.distance:
                continue
            days = self._read(one, tense, when.distance)
            if days.precision_type != "day" or days.start_date is None or days.end_date is None:
                continue
            if when.start_date <= days.start_date and days.end_date <= when.end_date:
                return days
        return when

    def moved_to(self, frame: Frame) -> When | None:
        """The new day of what is put off or moved: "postponed until June 11", "moved from 15 May to 22 May"."""
        movers = [word for word in (*frame.words, *(w.head for w in frame.words)) if word.lemma_.lower() in _MOVING]
        for one in self._found:
            if one.governor not in movers:
                continue
            _, to, last = one.text.partition(" to ")
            if to and _FROM_TO.search(one.root.sent.text):
                text = last
            elif _preposition(one.root) in _UNTO:
                text = one.text
            else:
                continue
            when = self.resolve(text, "future")
            if when.start_date is not None:
                return when
        return None

    def is_moved(self, when: When) -> bool:
        """Whether a day is told with the one that it was before: "on 19 May instead of 12 May"."""
        others = [one for one in self._found if one.text != when.text]
        return any(
            (one.governor is not None and syntax.was_first(one.governor)) or _INSTEAD.search(_before(one.root))
            for one in others
        )

    def _covers_today(self, when: When) -> bool:
        if self._anchor is None or when.start_date is None or when.end_date is None or when.precision_type != "day":
            return False
        return when.start_date < when.end_date and when.start_date <= self._anchor <= when.end_date

    def _read(self, one: _Found, tense: str | None, distance: int = 0) -> When:
        when = self.resolve(one.text, tense, distance)
        if when.start_date is None and not _counts_from_what_follows(one.root):
            return replace(when, step=dates.distance(one.text))
        if not one.days or when.start_date is None or when.precision_type != "day":
            return when
        day = when.start_date + timedelta(days=one.days)
        return replace(when, start_date=day, end_date=day)

    def _beside(self, frame: Frame) -> When | None:
        """ "Two days after Togo had closed the border on Sunday, Ghana sent …": each clause counts from the other."""
        verb = syntax.clause_verb(frame.trigger)
        for one in self._found:
            step = dates.distance(one.text)
            if step is None or verb is None:
                continue
            inner = _clause_behind(one.root)
            if inner is None or verb not in (inner, inner.head):
                continue
            other, sign = (inner.head, -1) if verb == inner else (inner, 1)
            known = (self._read(told, "past") for told in self._found if told.governor == other)
            base = next((when for when in known if when.precision_type == "day" and when.start_date), None)
            if base is not None and base.start_date is not None:
                return count_from(base, (step[0], sign * step[1]), one.text)
        return None

    def beside(self, word: Token) -> When | None:
        """The day that stands at a word or at its clause's verb, in the tense of that verb."""
        verb = word if syntax.is_verbal(word) else syntax.clause_verb(word)
        ahead = verb is not None and (
            _is_scheduled(verb) or any(c.lower_ in ("will", "to") for c in syntax.children(verb, "aux"))
        )
        for one in sorted(self._found, key=lambda one: one.root != word.head):
            if word.head == one.root or (verb is not None and one.governor in (verb, verb.head)):
                when = self._read(one, "future" if ahead else "past")
                if when.start_date is not None and when.precision_type == "day":
                    return when
        return None

    def at(self, verb: Token, tense: str) -> Iterator[tuple[Token, When]]:
        """(head, when) of all times that stand at a verb, or at a noun of its clause."""
        for one in self._found:
            governor = one.governor
            if governor is None:
                continue
            if verb == (governor if syntax.is_verbal(governor) else syntax.clause_verb(governor)):
                yield one.root, self._read(one, tense)

    def all(self, is_ahead: Callable[[Token | None], bool]) -> Iterator[tuple[Token, Token | None, When]]:
        """(head, governor, when) of all times of the sentence, by the tense of what each governor tells."""
        for one in self._found:
            yield one.root, one.governor, self._read(one, "future" if is_ahead(one.governor) else "past")

    @staticmethod
    def seen_from(text: str, day: date) -> When:
        """What is told as to come, seen from a day told before."""
        return Times._resolved(text, day, "future")

    def until(self, word: Token) -> When | None:
        """The last day that is told of what lasts, at present, by its verb: "is here until Friday"."""
        for one in self._found:
            if one.governor == word and is_until(one.root):
                when = self._read(one, "future")
                if when.start_date is not None and when.precision_type == "day":
                    return when
        return None

    def of_the_tale(self) -> When | None:
        """The day on which a sentence in the simple past tells of something, by its main clause."""
        for one in self._found:
            governor = one.governor
            if governor is None or governor.dep_ != "ROOT" or governor.tag_ != "VBD" or one.root.i == governor.i:
                continue
            found = self._read(one, "past")
            if found.precision_type == "day" and found.start_date == found.end_date:
                return found
        return None

    def resolve(self, text: str, tense: str | None, distance: int = 0) -> When:
        return self._resolved(text, self._anchor, tense, distance)

    @staticmethod
    def _resolved(text: str, anchor: date | None, tense: str | None, distance: int = 0) -> When:
        interval = dates.resolve(text, anchor, tense)
        if interval is None:
            return When(text=text, anchor_date=anchor, distance=distance)
        return When(interval.start_date, interval.end_date, interval.precision_type, text, anchor, distance)


def is_until(time: Token) -> bool:
    """Whether a time is that up to which something lasts."""
    return time.dep_ == "pobj" and time.head.lower_ in ("until", "till", "through")


def _only_lasts(frame: Frame, time: _Found) -> bool:
    """ "In Suva until Friday, he met …", "is in Suva until Friday", "barred from entering until May"."""
    if time.governor is not None and time.governor.dep_ == "pcomp" and is_until(time.root):
        return True
    first = next(iter(syntax.children(time.governor, "aux")), time.governor) if time.governor is not None else None
    is_present = first is not None and first.tag_ in ("VBZ", "VBP")
    return frame.event_type == "CONSULT" and is_until(time.root) and (frame.mode_type != "visit" or is_present)


def count_from(base: When, step: tuple[str, int], text: str) -> When:
    """The time that lies so many days or weeks from the (last) day of another act, by the words ``text``."""
    assert base.start_date is not None
    assert base.end_date is not None
    found = dates.count_from(base.end_date if step[1] > 0 else base.start_date, *step, text)
    return replace(base, start_date=found.start_date, end_date=found.end_date, precision_type=found.precision_type,
                   text=text)  # fmt: skip


_WEEKDAY = re.compile(r"(?:the )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: \w+)?")


def in_tale(when: When, day: date | None, anchor: date | None, *, is_ahead: bool) -> When:
    """A time as it is meant behind one of ``day``, the last that the tale named: "the next day" counts from it, and of
    what lies ahead a weekday is the one near by ("comes on 16 March and leaves on the 21st; talks are on Monday")."""
    text = str(when.text)
    if day is not None and when.start_date is None and when.step is not None:
        return count_from(When(day, day, "day", text, anchor), when.step, text)
    if day is not None and is_ahead and anchor is not None and day > anchor and _WEEKDAY.fullmatch(text):
        near = Times.seen_from(text, day - _BEHIND)
        return near if near.start_date is not None and near.start_date >= anchor else Times.seen_from(text, day)
    return when


_BEHIND = timedelta(days=2)  # so far a tale goes back


def _counts_from_what_follows(root: Token) -> bool:
    """ "Two days after the vote": the words say themselves from what they count."""
    words = root.doc[root.i : root.i + 3]
    return any(word.lower_ in ("after", "before") and (word.dep_ == "mark" or word.n_rights) for word in words)


def _clause_behind(root: Token) -> Token | None:
    """The verb of the clause that "after" or "before" behind a number of days begins."""
    for word in root.doc[root.i : root.i + 3]:
        if word.lower_ in ("after", "before"):
            if word.dep_ == "mark" and word.head.dep_ == "advcl":
                return word.head
            return next((child for child in word.children if child.dep_ == "pcomp"), None)
    return None


#: "From 15 May to 22 May": of what is moved, two days and no span.
_FROM_TO = re.compile(r"\bfrom [^,;]{1,40}? to\b")


_OVERTAKEN = 10  # farther away than any other time of an act


_INSTEAD = re.compile(r"\b(?:instead of|rather than|and not|, not)(?: on)? $", re.IGNORECASE)


def _before(root: Token) -> str:
    """The words of its sentence before a time."""
    return str(root.doc[root.sent.start : root.left_edge.i].text_with_ws)


def _preposition(root: Token) -> str | None:
    """The preposition before a time: "until June 11"."""
    return root.head.lower_ if root.dep_ == "pobj" else None


def _is_told(verb: Token) -> bool:
    """Whether a verb in the simple past tells of something that lies ahead: its own day doesn't."""
    return verb.tag_ == "VBD" and verb.lemma_ in _PROPOSING


def _is_scheduled(verb: Token) -> bool:
    """ "Arrives on Monday", "is due to resume on Monday": in the simple present it lies ahead."""
    if verb.pos_ == "NOUN" and verb.dep_ == "dobj":  # "starts a visit on Monday"
        verb = verb.head
    if verb.dep_ == "xcomp":
        return verb.tag_ == "VB" and verb.head.lemma_.lower() in _DUE
    aux = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    if verb.tag_ == "VBG" and len(aux) == 1 and aux[0].tag_ in ("VBZ", "VBP"):
        return verb.lemma_ in _ANNOUNCED  # "is travelling there on Monday"
    if aux or verb.tag_ not in ("VBZ", "VBP"):
        return False
    is_visit = verb.lemma_ in ("make", "pay") and any(o.lemma_.lower() in _VISITS for o in syntax.objects(verb))
    return is_visit or verb.lemma_ in _ANNOUNCED


def _is_since(span: Span) -> bool:
    """ "Since Monday's mutiny", "since late on Monday"."""
    return _SINCE.search(span.doc[span.sent.start : span.start].text_with_ws) is not None


_SINCE = re.compile(r"\bsince (?:the |early |late |on )*$", re.IGNORECASE)


def _counts_back(sentence: Span, before: int) -> bool:
    """ "the first visit since 1987": the year says when the last one was."""
    words = {token.lower_ for token in sentence if token.i < before}
    return not words.isdisjoint(("first", "last", "worst", "biggest", "largest", "highest", "lowest", "deadliest"))


def _headed_clause(sentence: Span, span: Span) -> Token | None:
    """The verb behind a day that heads its sentence like an entry of a diary: "Sunday, 8 August: Chad's premier …"."""
    if span.start != sentence.start or span.end >= sentence.end or span.doc[span.end].text != ":":
        return None
    behind = span.doc[span.end + 1 : sentence.end]
    return behind.root if len(behind) and syntax.is_verbal(behind.root) else None


def _governor_of_time(root: Token, span: Span) -> Token | None:
    """The verb or noun that a time expression modifies."""
    if root.dep_ == "compound" and root.head.pos_ == "PROPN":  # "Yesterday Mexico's president …": no part of the name
        return syntax.clause_verb(root.head)
    token = root
    while token.head != token:
        head = token.head
        if (
            span.start <= head.i < span.end
            or head.lemma_.lower() in _PARTS_OF_A_DAY  # "in the small hours of Saturday"
            or head.pos_ in ("ADP", "SCONJ")
            or (head.dep_ in ("npadvmod", "prep", "pcomp") and not syntax.is_verbal(head) and head.pos_ != "NOUN")
        ):
            token = head
            continue
        if head.pos_ in ("VERB", "AUX", "NOUN", "ADJ", "PROPN", "ADV", "NUM"):
            return head
        token = head
    return token if syntax.is_verbal(token) else None


def _out_of_background(verb: Token) -> Token:
    """ "lifted the sanctions that had hurt trade on Saturday": the day of the news is not that of the background, and
    of "pulled out of a visit on Saturday" that of the verb."""
    clause = syntax.clause_verb(verb) if verb.lemma_.lower() in _VISITS and verb.dep_ in ("dobj", "pobj") else None
    if clause is not None and clause.tag_ == "VBD":
        return clause
    in_passing = verb.dep_ in ("relcl", "ccomp") and verb.head.pos_ in ("NOUN", "PROPN")
    if in_passing and any(c.dep_ == "aux" and c.lower_ in ("had", "will", "would") for c in verb.children):
        return syntax.clause_verb(verb.head) or verb
    return verb


def _distance(governor: Token, frame: Frame) -> int | None:
    """0 for the act's own word, more for looser ties, None where the time belongs to something else."""
    trigger = frame.trigger
    if frame.is_denial and not frame.is_negated and governor != trigger and _is_denying(governor):
        return None  # "denied on Friday that it had met them": the day on which it was said
    if frame.entry.status in ("cancelled", "postponed") and syntax.is_verbal(trigger):
        # the day on which a visit was called off is not the day of the visit
        nouns = [word for word in frame.words if not syntax.is_verbal(word)]
        return 1 if any(governor == n or governor.head == n or n.is_ancestor(governor) for n in nouns) else None
    if governor == trigger or (_is_scene(governor) and trigger in (governor.head, governor.head.head)):
        return 0
    if frame.mode_type == "visit" and _is_of_what_concerns(trigger, governor):
        return None
    if governor in frame.words:
        if governor.dep_ == "acl" and governor.tag_ == "VBN" and governor.lemma_.lower() in _PLANNING:
            return 1  # "the meeting planned for Friday will not take place"
        if frame.status_type in ("cancelled", "postponed") and syntax.is_verbal(governor):
            is_to_be = frame.is_nominal and operators.modality(governor).kind == "future"
            return 1 if is_to_be and frame.status_type == "postponed" else None  # "the postponed visit will be in May"
        if (
            governor.lemma_.lower() in _OPERATING
            or _will_be(governor)
            or frame.status_type in ("requested", "threatened", "denied")
            or syntax.is_verbal(trigger) is False
            or (
                syntax.is_verbal(governor) is False and frame.mode_type == "visit"
            )  # "will make a visit from 2 to 4 May"
        ):
            return 1
        return 3 if frame.status_type == "occurred" else None
    if governor.dep_ == "pcomp" and governor.head.lower_ == "from" and governor.head.head == trigger:
        return 2  # "barred them from entering the country on Friday"
    if governor.dep_ == "pobj" and governor.lemma_ in _PHASES and governor.head.head in frame.words:
        return 1  # "the visit came to an end on Friday"
    is_added = governor.tag_ == "VBG" and governor.dep_ in ("advcl", "acl") and governor.lemma_ in _BEGINNING
    if is_added and (governor.head in frame.words or governor.head.head in frame.words):
        return 1  # "will pay a visit, beginning on Friday"
    if governor.dep_ == "relcl" and {governor.lemma_, trigger.lemma_} <= _ENDING and trigger.is_ancestor(governor):
        return 1  # "concluded a visit, which ended on Friday"
    is_of_stage = governor.lemma_ in _BEGINNING | _ENDING and trigger.pos_ == "NOUN" and trigger.is_ancestor(governor)
    if governor.dep_ in ("acl", "relcl") and (governor.head == trigger or is_of_stage):
        return 1  # "a visit to Togo that ended on Friday"
    if governor.dep_ == "xcomp" and governor.head.dep_ == "relcl" and governor.head.head == trigger:
        return 1  # "the meeting that was to have been held on Friday"
    if governor.head == trigger and governor.dep_ in ("dobj", "pobj", "attr", "oprd", "npadvmod", "nsubj", "nsubjpass"):
        return 2
    while governor.dep_ == "pobj" and governor.head.lower_ == "of" and governor.head.head.dep_ == "pobj":
        governor = governor.head.head  # "received him at the foot of the steps on Sunday"
    if governor.dep_ == "pobj" and governor.head.head == trigger and governor.pos_ != "VERB":
        blames = frame.event_type == "ACCUSE" and frame.entry.head not in _SUMMONING
        is_cause = blames and governor.head.lower_ in ("for", "over") and governor.pos_ == "NOUN"
        return 2 if not is_cause else None  # "condemned it for the raid last month"
    if any(governor.head == word for word in frame.words) and governor.dep_ in ("dobj", "nsubjpass", "attr"):
        return 2
    if trigger.dep_ == "acl" and trigger.head == governor:
        return 2
    if governor.dep_ == "xcomp" and not syntax.is_verbal(trigger) and trigger in syntax.subjects(governor):
        return 3  # "the talks are due to resume on Sunday"
    if trigger.dep_ == "relcl" and governor == trigger.head:
        return 4
    if (
        not syntax.is_verbal(trigger)
        and syntax.is_verbal(governor)
        and trigger.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj")
        and governor in (trigger.head, *((trigger.head.head,) if trigger.dep_ == "pobj" else ()))
    ):
        return 3
    if (
        not syntax.is_verbal(trigger)
        and trigger.dep_ == "pobj"
        and trigger.head.head == governor
        and governor.pos_ == "NOUN"
    ):
        return 4  # "the venue for the summit in September"
    if syntax.is_verbal(trigger) and trigger.dep_ == "conj" and trigger.head == governor and syntax.is_verbal(governor):
        return 4
    if trigger.dep_ == "advcl" and trigger.head == governor and trigger.tag_ in ("VBG", "VBN"):
        return 5
    if trigger.dep_ in ("npadvmod", "appos") and governor == syntax.clause_verb(trigger):
        return 5  # "spoke on Thursday, their second conversation in four days"
    if trigger.dep_ == "relcl" and _when_clause(trigger):
        return 5 if governor == syntax.clause_verb(trigger.head) else None
    if trigger.dep_ == "advcl" and trigger.head == governor and _when_clause(trigger):
        return 5
    return None


def _is_of_what_concerns(visit: Token, verb: Token) -> bool:
    """Whether the day of a verb is that of something about a visit, or before it, and not the visit's: "a report on the
    visit was made public", "was closed ahead of the visit", "agreed to do without the visit"."""
    if syntax.is_verbal(visit) or not syntax.is_verbal(verb) or not verb.is_ancestor(visit):
        return False
    above = [word for word in visit.ancestors if verb.is_ancestor(word)]
    for word in (visit, *above):
        preposition, head = word.head, word.head.head
        if word.dep_ != "pobj" or not (head == verb or verb.is_ancestor(head)):
            continue
        is_known = any(child.dep_ == "poss" or child.lower_ == "the" for child in word.children)
        if preposition.lower_ in _CONCERNING and (head.pos_ == "NOUN" or (is_known and head.lemma_ not in _ON_THE_WAY)):
            return True
        if preposition.lower_ == "before" or (preposition.lower_ == "of" and head.lower_ == "ahead"):
            return True
    inner = next((word for word in above if syntax.is_verbal(word)), None)
    if inner is None or verb.tag_ != "VBD":
        return False
    effects = {operator.effect for operator in operators.operators().get(verb.lemma_.lower(), ())}
    is_said = verb.lemma_ in _SAYING or "spoken" in effects
    return (inner.dep_ == "xcomp" and "planned" in effects) or (inner.dep_ == "ccomp" and is_said)


def _is_denying(verb: Token) -> bool:
    """ "Denied", "a denial"."""
    return any(found.effect == "charge_denied" for found in operators.operators().get(verb.lemma_.lower(), ()))


def _will_be(verb: Token) -> bool:
    """ "Will on Friday become the first to visit Togo": the day of the act. The day on which somebody is or was ready
    to act is not."""
    return verb.lemma_ in ("be", "become") and operators.modality(verb).kind == "future"


def _when_clause(verb: Token) -> bool:
    return any(c.lower_ in ("when", "where", "as", "while") for c in verb.children)


def where(frame: Frame, parties: Parties, facilities: dict[str, Where]) -> Where:
    """The place that the act's own words name; "at the office" is where the document last said the office is."""
    travel = frame.mode_type == "visit" or (
        frame.event_type == "CONSULT" and frame.trigger.lemma_ in ("arrive", "travel", "fly", "land")
    )
    summoning = ("to",) if frame.entry.head in _SUMMONING else ()
    prepositions = (*_PLACE_PREPOSITIONS, "during", *summoning)
    for word in [*frame.words, *frame.actors, *frame.recipients] if frame.event_type == "CONSULT" else frame.words:
        if travel and word in frame.words:
            destination = syntax.objects(word) if word.lemma_ == "visit" and syntax.is_verbal(word) else []
            destination += [o for name, o in syntax.obliques(word) if name in _TRAVEL]
            for noun in destination:
                found = _place_at(noun, parties)
                if found is not None:
                    return found
        for name, noun in syntax.obliques(word):
            if name not in prepositions or (name not in _WITHIN and noun in frame.recipients):
                continue  # "sanctions on Belarus": whom it hits
            found = _place_at(noun, parties) or _facility(noun, parties, facilities)
            if found is not None:
                return found
        speaking = [child for subject in syntax.children(word, "nsubj") for child in subject.children]
        for child in (*word.children, *filter(_is_scene, speaking)):
            if child.dep_ == "advmod" and child.lower_ in ("there", "where") and (found := _last_city(child, parties)):
                return found
            scene = _is_scene(child)
            if (child.dep_ in ("acl", "relcl") or scene) and child not in frame.words:
                for name, noun in syntax.obliques(child):
                    if name in _WITHIN or (scene and noun.pos_ == "NOUN"):  # "to reporters in Riga"
                        found = _place_at(noun, parties) or _facility(noun, parties, facilities)
                        if found is not None:
                            return found
    return Where()


def filed_at(dateline_place: str | None) -> Where:
    """The place that a dateline names; nothing where there is none, or more than one that it may be."""
    place = places.load_places().find(fold(dateline_place)) if dateline_place else None
    if place is not None:
        return Where(place.place_id, place.name, place.country_code, "city")
    town, _, country = (dateline_place or "").rpartition(",")
    code = entities.load_gazetteer().state(country) if town else None
    return Where(None, town.strip().title(), code, "city") if code else Where()


_OLDEST_FILED = timedelta(days=7)


def filed_on(dateline: str | None, published: date | None) -> date | None:
    """The day from which a text's relative dates count: its dateline's, printed some days later, else that of
    publication."""
    if not dateline or published is None:
        return published
    found = dates.resolve(dateline, published, "past")
    if found is None or found.precision_type != "day" or found.start_date != found.end_date:
        return published
    return found.start_date if timedelta(0) <= published - found.start_date <= _OLDEST_FILED else published


def remember_facilities(sentence: Span, parties: Parties, facilities: dict[str, Where]) -> None:
    """Note where a building or room lies ("his office in Suva"), for when it comes back as "the office"."""
    for token in sentence:
        if token.pos_ != "NOUN":
            continue
        for name, noun in syntax.obliques(token):
            if name in ("in", "at", "near"):
                found = _place_at(noun, parties)
                if found is not None:
                    facilities[token.lemma_.lower()] = found


def venue(frame: Frame, facilities: dict[str, Where]) -> Where:
    """ "The office was the venue for the summit", "the palace hosted the talks": the subject is the place."""
    for word in frame.words:
        for noun in _venue_subjects(word):
            found = facilities.get(noun.lemma_.lower())
            if found is not None:
                return found
    return Where()


def _venue_subjects(word: Token) -> list[Token]:
    head = word.head
    if word.dep_ == "pobj" and head.dep_ == "prep":
        anchor = head.head
        if anchor.lemma_ in ("venue", "site", "setting", "scene", "location") and syntax.is_verbal(anchor.head):
            return syntax.own_subjects(anchor.head)
    if word.dep_ == "dobj" and head.lemma_ in ("host", "house", "see"):
        return syntax.own_subjects(head)
    return []


def _facility(noun: Token, parties: Parties, facilities: dict[str, Where]) -> Where | None:
    known = facilities.get(noun.lemma_.lower()) if noun.pos_ == "NOUN" else None
    if known is not None and not parties.mentions_at(noun):
        return known
    return None


def _is_scene(verb: Token) -> bool:
    """ "Speaking in Riga on Tuesday, he accused …": when and where what follows is said."""
    if verb.tag_ != "VBG" or verb.lemma_ not in _SPEAKING:
        return False
    return (verb.dep_ == "advcl" and verb.i < verb.head.i) or (verb.dep_ == "acl" and verb.head.dep_ == "nsubj")


def _last_city(there: Token, parties: Parties) -> Where | None:
    """The city of which its sentence spoke last before "there"."""
    for at in range(there.i - 1, there.sent.start - 1, -1):
        for mention in parties.mentions_at(there.doc[at]):
            if mention.place_id is not None and (where := _as_place(mention)).precision_type == "city":
                return where
    return None


def _place_at(noun: Token, parties: Parties, depth: int = 2) -> Where | None:
    for mention in sorted(parties.mentions_at(noun), key=lambda m: (m.place_id is None, m.start_offset)):
        if mention.place_id is not None or mention.mention_type in ("place", "state"):
            if mention.mention_type == "state" and noun.pos_ == "ADJ":
                continue
            return _as_place(mention)
    for name, inner in syntax.obliques(noun):
        if name in ("of", "in", "at", "near", "outside") and inner != noun:
            if name == "of" and noun.lemma_.lower() not in _OF_A_PLACE:
                # "the sidelines of a summit in Geneva", but not "the request of Qatar"
                if depth and inner.pos_ == "NOUN" and (found := _place_at(inner, parties, depth - 1)):
                    return found
                continue
            for mention in parties.mentions_at(inner):
                if mention.place_id is not None or mention.mention_type == "place":
                    return _as_place(mention)
    for child in noun.children:
        if child.dep_ in ("appos", "compound", "nmod") and child != noun:
            for mention in parties.mentions_at(child):
                if mention.place_id is not None and mention.mention_type == "place":
                    return _as_place(mention)
    return None


def _as_place(mention: Mention) -> Where:
    """A state is a place of country precision; a capital stays a city, even where it acts for its state."""
    if mention.mention_type == "state" and mention.link_rule == "metonym":
        return Where(mention.place_id, mention.text, mention.country_code, "city")
    precision = "country" if mention.mention_type == "state" else "city"
    return Where(mention.place_id, mention.name or mention.text, mention.country_code, precision)


_CURRENCIES = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "dollar": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "yen": "JPY",
    "yuan": "CNY",
    "rouble": "RUB",
    "ruble": "RUB",
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
NUMBER_WORDS = {
    word: float(value)
    for value, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
            "twenty",
        )
    )
} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0}
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,6})?")


def quantity(frame: Frame, nouns: Sequence[Token]) -> tuple[float | None, str | None]:
    """(number, what is counted) of the first of ``nouns`` that is counted: 12 diplomats, 40 million euros → EUR."""
    if frame.remnant is not None and frame.remnant.tag_ == "CD" and nouns:
        return _number(frame.remnant), nouns[0].lemma_.lower()  # "…, and Chile three"
    for noun in nouns:
        for child in noun.children if noun.lemma_.lower() not in _SCALES else ():  # "$170 million" counts no millions
            if child.dep_ in ("nummod", "amod", "compound", "quantmod") and child.like_num and child.i < noun.i:
                value = _number(child)
                if value is not None and not 1900 <= value <= 2100:
                    lemma, following = noun.lemma_.lower(), child.nbor().lemma_.lower()
                    return value, _CURRENCIES.get(following) or _CURRENCIES.get(lemma, lemma)  # "a 5 million euro loan"
        if noun.like_num or noun.pos_ == "NUM":
            value = _number(noun)
            sign = next((c.text for c in noun.children if c.text in _CURRENCIES), None)
            if value is not None and sign is not None:
                return value, _CURRENCIES[sign]
    return None, None


def _number(token: Token) -> float | None:
    value: float | None = None
    factor = 1.0
    for part in [*(c for c in token.children if c.dep_ in ("compound", "nummod", "quantmod")), token]:
        lower = part.lower_
        if lower in _SCALES:
            factor *= _SCALES[lower]
        elif lower in NUMBER_WORDS:
            value = NUMBER_WORDS[lower]
        elif match := _DIGITS.fullmatch(part.text):
            value = float(match[0].replace(",", ""))
    if value is None:
        return factor if factor != 1.0 and token.lower_ == "dozen" else None
    return value * factor

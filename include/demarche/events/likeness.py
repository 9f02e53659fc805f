"""Whether two reports can tell of one happening, and how much speaks for it.

Three verdicts are possible on a pair. A *conflict*: they are two happenings, and no third report can join them.
*Apart*: nothing ties them. A *tie*, strong where the act, the parties and the day agree, weak where a coarser or
missing date leaves it open which happening is meant; weak ties only count where there is one candidate. Between a visit
and talks of its visitor in the host's country, one *attests* the other: two happenings, and what is told of the talks
tells of the visit.

Points are given for what agrees beyond act and parties (``corroboration``): 1 for each principal with a named person in
common (at most 2), 1 for the city (¼ for the country), 1 for the quantity, 1 for the words (½ where they are only
alike), ½ for the mode or deed, ¼ for the subject, ¼ for each party beyond two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from demarche.events.tales import ENDS, NAMELESS, STARTS, Gathering, Interval, Person, Side, Tale, aligned, settings

Level = Literal["conflict", "attests", "apart", "weak", "strong"]


@dataclass(frozen=True)
class Verdict:
    """What comparing two reports gave; ``rule`` says why."""

    level: Level
    rule: str
    score: float = 0.0

    @property
    def is_tie(self) -> bool:
        return self.level in ("weak", "strong")

    @property
    def is_conflict(self) -> bool:
        return self.level in ("conflict", "attests")


_APART = Verdict("apart", "nothing_ties_them")


def _conflict(rule: str) -> Verdict:
    return Verdict("conflict", rule)


def compare(one: Tale, other: Tale) -> Verdict:
    """The verdict on two reports; the same whichever comes first."""
    if one.report.event_type != other.report.event_type:
        return _conflict("another_act")
    if one.is_trace or other.is_trace:
        return Verdict("attests", "was_there") if _is_traced(one, other) or _is_traced(other, one) else _APART
    if is_same_text(one, other):
        return Verdict("strong", "same_text", 10.0)
    if _attests(one, other) or _attests(other, one):
        return Verdict("attests", "was_there")
    for rule, differ in (
        ("another_mode", _modes_differ(one, other)),
        ("another_deed", one.deed != other.deed and None not in (one.deed, other.deed)),
        (
            "another_round",
            one.round_number != other.round_number and None not in (one.round_number, other.round_number),
        ),
        ("threat_and_deed", _is_lonely(one, other)),
    ):
        if differ:
            return _conflict(rule)
    if _is_same_gathering(one, other):
        return Verdict("strong", "same_gathering", 1.5)
    parties = _parties(one, other)
    if parties is None:
        return _APART if _may_be_who_it_is(one, other) else _conflict("other_parties")
    if _places_differ(one, other, parties):
        return _conflict("another_place")
    return _weigh(one, other, parties)


def is_same_text(one: Tale, other: Tale) -> bool:
    """Two copies of a text say the same sentence: whatever it lacks, it is the same statement, unless what else they
    say made a visit of talks."""
    return (
        one.facts.story_id is not None
        and not _modes_differ(one, other)
        and one.facts.story_id == other.facts.story_id
        and one.facts.document_id != other.facts.document_id
        and one.sentence_key == other.sentence_key
        and one.status == other.status
    )


def _modes_differ(one: Tale, other: Tale) -> bool:
    """Talks of no told mode may be any kind of talks, but not a visit, which holds them."""
    modes = {one.report.mode_type, other.report.mode_type}
    if len(modes) == 1:
        return False
    if "visit" in modes:
        return True
    return None not in modes and modes != {"third-party", "multilateral"}


def _is_same_gathering(one: Tale, other: Tale) -> bool:
    """Whether two tell who was at one gathering, of one day and city, whoever that was: each report has some of a
    summit's parties. A mere meeting needs one of them in common. Where one has no place, the words must be alike."""
    here, there = one.gathering, other.gathering
    if here is None and there is not None:
        here = _crowd(one)
    elif there is None and here is not None:
        there = _crowd(other)
    if here is None or there is None or not _are_of_one_day(one, other):
        return False
    if here.name and there.name and here.name != there.name:
        return False
    if _place(one) is None or _place(other) is None:
        is_here = word_overlap(one, other) >= settings()["same_words"]
    else:
        is_here = _is_city(one) and _is_city(other) and _place(one) == _place(other)
    is_large = here.noun == there.noun and here.noun in settings()["gatherings"]
    return is_here and (is_large or bool(one.everybody.keys() & other.everybody.keys()))


def _crowd(tale: Tale) -> Gathering | None:
    """The meeting that a report of talks of many parties tells of, beside one of who attended it."""
    is_told = tale.report.mode_type not in ("visit", "phone") and tale.status in ("occurred", "planned")
    return Gathering("", "") if is_told and len(tale.everybody) > 3 else None


def _attests(talks: Tale, visit: Tale) -> bool:
    """Whether who was to visit, or did, is told to have met somebody there at the time: the visit came about, and that
    was one of its days. What was to be held there and was called off says that the visit was, what is planned there for
    one of its days tells of its days only. Talks of no told place are there if the host takes part in them.
    """
    if visit.report.mode_type != "visit" or talks.report.mode_type in ("visit", "phone") or visit.stage == "home":
        return False
    if visit.status not in _SAID_BY_TALKS.get(talks.status, ()) or not _is_at_hosts(talks, visit):
        return False
    if not _is_in_time(talks, visit):
        return False
    return _is_guest_among(visit, talks.everybody)


def _is_guest_among(visit: Tale, others: Side) -> bool:
    """Whether a visitor is, by name, among others."""
    own, theirs = aligned(visit.actors, others)
    return any(a.is_same(b) for whom in own.keys() & theirs.keys() for a in own[whom] for b in theirs[whom])


#: Of talks by their status, the statuses of visits that they say something of.
_SAID_BY_TALKS = {
    "occurred": ("planned", "postponed", "occurred"),
    "planned": ("planned", "occurred"),
    "cancelled": ("planned",),
    "postponed": ("planned",),
}


def _is_at_hosts(talks: Tale, visit: Tale) -> bool:
    """Whether talks are told to be in the host's country, or, of a visit whose days are told, to be with the host."""
    where = talks.report.country_code
    if where is not None:
        return where in visit.recipients
    is_dated = visit.interval is not None and visit.interval.precision_type in ("day", "week")
    return is_dated and any(not whom.startswith(NAMELESS) for whom in visit.recipients.keys() & talks.everybody.keys())


def _is_in_time(talks: Tale, visit: Tale) -> bool:
    """Whether the day of talks is one of a visit's, or can be: shortly after the only day that is told of it, or, of
    one without a day, when it was news or next on the calendar."""
    held, days = talks.interval, visit.interval
    if held is None:
        return _is_undated_in_time(talks, visit)
    if held.precision_type != "day":
        return False
    if visit.status == "postponed" and (talks.published or held.start) < (visit.published or held.start):
        return False
    if days is not None:
        is_there = talks.report.country_code is not None
        return days.start <= held.end and held.start <= _last_possible_day(visit, days, is_there)
    if visit.published is None or visit.is_mention:
        return False
    ahead = timedelta(days=1 if visit.status == "occurred" else settings()["plan_days"])
    return visit.published - timedelta(days=settings()["news_days"]) <= held.start <= visit.published + ahead


def _last_possible_day(visit: Tale, days: Interval, is_there: bool) -> date:
    """The last day of a visit as told, or somewhat later where only its first or some day of it is; also where what has
    been is told to have been there."""
    if days.precision_type != "day" or visit.stage in ENDS:
        return days.end
    if visit.report.day_count is not None:
        return max(days.end, days.start + timedelta(days=visit.report.day_count - 1))
    is_open = days.start == days.end or (is_there and visit.status == "occurred")
    slack = settings()["visit_slack_days" if is_there else "slack_days"] + (visit.stage == "setout")
    return days.end + timedelta(days=slack if is_open else 0)


def _is_undated_in_time(talks: Tale, visit: Tale) -> bool:
    """Whether talks of no told day are news of a planned visit: told there while it was to be, or called off before."""
    days = visit.interval
    if days is None or talks.published is None or visit.status != "planned" or days.precision_type != "day":
        return False
    if talks.status == "occurred":
        is_there = talks.report.country_code is not None
        return is_there and days.start <= talks.published <= days.end + timedelta(days=settings()["news_days"])
    is_near = days.start <= talks.published + timedelta(days=settings()["visit_span_days"])
    return talks.status != "planned" and is_near and talks.published <= days.end


def _is_traced(trace: Tale, visit: Tale) -> bool:
    """Whether a text that reads as if somebody had been there was printed when a visit of his was to be, or soon after:
    it came about."""
    days, printed = visit.interval, trace.published
    is_open = visit.report.mode_type == "visit" and not visit.is_trace and visit.status in _SAID_BY_TALKS["occurred"]
    if not trace.is_trace or not is_open or days is None or printed is None:
        return False
    if visit.status == "postponed" and printed <= (visit.published or printed):
        return False
    if trace.interval is not None and trace.interval.gap_days(days) > settings()["visit_slack_days"]:
        return False
    if not days.start <= printed <= days.end + timedelta(days=settings()["trace_days"]):
        return False
    return not trace.recipients.keys().isdisjoint(visit.recipients) and _is_guest_among(visit, trace.actors)


def _is_lonely(one: Tale, other: Tale) -> bool:
    statuses = {one.status, other.status}
    return len(statuses) > 1 and bool(statuses & set(settings()["lonely_statuses"]))


# --- where -------------------------------------------------------------------------------------------------------
def _is_city(tale: Tale) -> bool:
    return tale.report.place_name is not None and tale.report.place_precision_type not in (None, "country", "region")


def _place(tale: Tale) -> str | None:
    return tale.report.place_id or tale.report.place_name


def _places_differ(one: Tale, other: Tale, parties: _Parties) -> bool:
    """Another country, or another city, unless two texts tell of the same two persons on the same day.

    Then it is one place under two names, a palace and its city, or a dispute between sources, since nobody meets in two
    countries on one day. A visit has many cities, and its end may be told at home; in two countries it is two visits.
    """
    is_visit = one.report.mode_type == "visit"
    at_home = one.actors.keys() | other.actors.keys() if is_visit else frozenset()
    told = {tale.report.country_code for tale in (one, other) if not (is_visit and tale.stage == "home")}
    is_elsewhere = len(told - {None, *at_home}) > 1
    if is_visit:
        return is_elsewhere
    is_other_city = _is_city(one) and _is_city(other) and _place(one) != _place(other)
    if is_elsewhere and _one_voice(one, other):
        return True
    return (is_elsewhere or is_other_city) and not (parties.persons >= 2 and _are_of_one_day(one, other))


def _are_of_one_day(one: Tale, other: Tale) -> bool:
    if one.interval is None or other.interval is None:
        return False
    is_exact = one.interval.precision_type == other.interval.precision_type == "day"
    return is_exact and one.interval.overlaps(other.interval)


# --- who ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Parties:
    """How two reports' parties agree: fully, or with some missing in one; how many named persons they share."""

    is_whole: bool
    shared_count: int
    persons: int


def _parties(one: Tale, other: Tale) -> _Parties | None:
    """None where they are other parties."""
    event_type = one.report.event_type
    is_visit = one.report.mode_type == "visit" or other.report.mode_type == "visit"
    if is_visit:
        one, other = _with_host_of(one, other), _with_host_of(other, one)
    if is_visit and one.actors and other.actors and _match(one.actors, other.actors) is None:
        return None  # a visit returned is another visit
    is_mutual = event_type in settings()["mutual_types"] and not is_visit
    if event_type in settings()["sometimes_mutual_types"]:
        is_mutual = not (one.recipients and other.recipients)
    if is_mutual:
        return _match(one.everybody, other.everybody)
    hosts = one.recipients, other.recipients
    if is_visit:  # a guest is received by more than one of his hosts
        hosts = _nameless(one.recipients), _nameless(other.recipients)
    actors, recipients = _match(one.actors, other.actors), _match(*hosts)
    if actors is None or recipients is None:
        return None
    return _Parties(
        actors.is_whole and recipients.is_whole,
        actors.shared_count + recipients.shared_count,
        actors.persons + recipients.persons,
    )


def _with_host_of(tale: Tale, other: Tale) -> Tale:
    """A visit by several and to nobody, where one of them is the other's host: he received the rest, at home."""
    hosts = tale.actors.keys() & other.recipients.keys() - other.actors.keys()
    is_abroad = tale.report.country_code is not None and tale.report.country_code not in hosts
    if tale.recipients or is_abroad or not hosts or hosts == tale.actors.keys():
        return tale
    guests = {whom: persons for whom, persons in tale.actors.items() if whom not in hosts}
    return replace(tale, actors=guests, recipients={whom: tale.actors[whom] for whom in hosts})


def _nameless(side: Side) -> Side:
    """A side without its persons."""
    return dict.fromkeys(side, frozenset[Person]())


def _may_be_who_it_is(one: Tale, other: Tale) -> bool:
    """Whether a visitor known by name only may be the nameless one of the other: "Mara Quill", "Malta's president"."""
    if one.report.mode_type != "visit" or _match(one.recipients, other.recipients) is None:
        return False
    return any(
        all(whom.startswith(NAMELESS) for whom in named.actors) and not any(nameless.actors.values())
        for named, nameless in ((one, other), (other, one))
    )


def _match(one: Side, other: Side) -> _Parties | None:
    one, other = aligned(one, other)
    shared = one.keys() & other.keys()
    small, big = sorted((one, other), key=len)
    missing = small.keys() - shared
    if not shared:
        return _Parties(not big, 0, 0) if not small else None
    if missing and (len(shared) < 3 or len(shared) * 2 < len(small)):
        return None
    if len(small) == 2 and len(big) >= 4:
        return None  # two of a crowd who meet on its margins
    persons = 0
    for whom in shared:
        if one[whom] and other[whom]:
            if not any(somebody.is_same(another) for somebody in one[whom] for another in other[whom]):
                if len(small) < 4:
                    return None  # two persons of one state are two; in a crowd somebody may stand in
                continue
            persons += 1
    return _Parties(len(one) == len(other) == len(shared), len(shared), min(persons, 2))


# --- when, and all together --------------------------------------------------------------------------------------
def _corroboration(one: Tale, other: Tale, parties: _Parties) -> float:
    points = float(parties.persons)
    if _is_city(one) and _is_city(other) and _place(one) == _place(other):
        points += 1.0
    elif one.report.country_code is not None and one.report.country_code == other.report.country_code:
        points += 0.25
    if one.report.quantity is not None and one.report.quantity == other.report.quantity:
        points += 1.0
    if one.round_number is not None and one.round_number == other.round_number:
        points += 1.0
    alike = word_overlap(one, other)
    points += 1.0 if alike >= settings()["same_words"] else 0.5 if alike >= settings()["alike_words"] else 0.0
    has_mode = one.report.mode_type is not None and one.report.mode_type == other.report.mode_type
    if has_mode or (one.deed is not None and one.deed == other.deed):
        points += 0.5
    points += 0.25 * max(0, min(parties.shared_count, 6) - 2)
    if set(one.report.context_types) & set(other.report.context_types):
        points += 0.25
    return points


def word_overlap(one: Tale, other: Tale) -> float:
    """Share of the content words of the shorter sentence that the other has too; 0 where there are too few."""
    fewer = min(len(one.words), len(other.words))
    return len(one.words & other.words) / fewer if fewer >= 2 else 0.0


def _is_about_one_subject(one: Tale, other: Tale) -> bool:
    """For acts of speech: the same words, deed or number, or a subject in common."""
    if one.report.event_type not in settings()["verbal_types"]:
        return True
    if one.report.quantity is not None and one.report.quantity == other.report.quantity:
        return True
    if (
        one.deed is not None
        and one.deed == other.deed
        and one.deed in ("sign", "ratify", "recognise", "summon", "lift")
    ):
        return True
    overlap = word_overlap(one, other)
    if set(one.report.context_types) & set(other.report.context_types):
        return overlap >= settings()["alike_words"] / 2
    return overlap >= settings()["alike_words"]


def _is_life(one: Tale, other: Tale) -> bool:
    return not (one.is_mention or other.is_mention) and one.status != other.status


def _denies(denial: Tale, told: Tale) -> bool:
    """Whether the one says that it did not happen, which is no refusal, and the other had been told before: nobody
    denies what nobody has told."""
    is_denial = denial.status == "denied" and denial.report.plover_type is None
    is_later = denial.published is not None and told.published is not None and told.published <= denial.published
    return is_denial and is_later and told.status in ("occurred", "planned")


def _is_single(tale: Tale) -> bool:
    """Acts that happen once where others repeat by the day."""
    event_type, mode = tale.report.event_type, tale.report.mode_type
    return event_type in ("CONSULT", "SUPPORT", "SANCTION", "CONCEDE", "RETREAT") and mode != "phone"


def _weigh(one: Tale, other: Tale, parties: _Parties) -> Verdict:
    """The verdict for reports of one act by parties that can be the same."""
    if one.report.mode_type == "visit" and one.facts.document_id == other.facts.document_id:
        in_one_text = _weigh_in_one_text(one, other, parties)
        if in_one_text is not None:
            return in_one_text
    if _is_past_for(one, other) or _is_past_for(other, one):
        return _APART
    if _told_too_early(one, other) or _told_too_early(other, one):
        return _conflict("told_before_it_began")
    is_same_visitor = one.report.mode_type == "visit" and parties.persons >= 1 and parties.shared_count >= 2
    if is_same_visitor:
        parties = replace(parties, is_whole=True)  # who came with others came
    if _is_life(one, other) and not parties.is_whole and parties.shared_count < 3:
        return _APART  # a plan for more, or a refusal by some of them, is another matter
    corroboration = _corroboration(one, other, parties)
    if parties.shared_count == 0 or not _is_about_one_subject(one, other):
        return _APART
    if one.interval is None or other.interval is None:
        return _weigh_undated(one, other, parties, corroboration)
    return _weigh_dated(one, other, parties, corroboration, one.interval, other.interval)


def _weigh_in_one_text(one: Tale, other: Tale, parties: _Parties) -> Verdict | None:
    """A text that comes back to a visitor on the same days tells of one visit, though it may not say again where to."""
    if parties.shared_count == 0 or one.interval is None or other.interval is None:
        return None
    if one.interval.gap_days(other.interval) <= _visit_slack(one, other, one.interval, other.interval):
        return Verdict("strong" if parties.is_whole else "weak", "same_visit_in_text", 1.0 + parties.shared_count)
    return None


def _is_past_for(ahead: Tale, past: Tale) -> bool:
    """Whether something lay ahead, or was called off, without a day, when the other one was long over."""
    is_ahead = ahead.interval is None and ahead.status in ("planned", "requested", "cancelled", "postponed")
    if not is_ahead or ahead.published is None or past.interval is None:
        return False
    return past.interval.end < ahead.published - timedelta(days=settings()["plan_days"])


def _told_too_early(early: Tale, late: Tale) -> bool:
    """What was told as having happened before the other one's time began isn't that one."""
    if early.status != "occurred" or early.is_mention or early.published is None or late.interval is None:
        return False
    if late.stage in ENDS or _is_begun_by(early, late):  # when it began isn't told, or by the other one
        return False
    if early.interval is not None and early.interval.overlaps(late.interval):
        return False
    if late.report.mode_type == "visit" and early.interval is not None and _is_ahead_of(late, early.interval):
        return False  # it was planned before, and another day was read or told
    is_later_day = late.report.mode_type == "visit" and late.stage not in STARTS  # "met him on the third day"
    is_slack = is_later_day or early.stage == "setout"  # who has set out hasn't arrived
    days = settings()["visit_slack_days"] if is_slack else 1
    return early.published + timedelta(days=days) < late.interval.start


def _weigh_dated(
    one: Tale, other: Tale, parties: _Parties, corroboration: float, when: Interval, other_when: Interval
) -> Verdict:
    gap = when.gap_days(other_when)
    coarsest = max(when.precision_type, other_when.precision_type, key=_COARSENESS.index)
    needs_more = _needs_more(parties)
    is_at_edge = coarsest in ("month", "year") and gap <= settings()["visit_slack_days"]
    if gap > 0 and not (
        is_at_edge and one.report.mode_type == "visit"
    ):  # "in March", and told again on the first of April
        return _weigh_gap(one, other, parties, corroboration, when, other_when)
    if coarsest == "day":
        if corroboration < needs_more:
            is_enough = _is_one_side_untold(one, other) and corroboration >= settings()["needed"]["side_untold"]
            return Verdict("weak", "same_day_side_filled", corroboration) if is_enough else _APART
        return Verdict("strong", _rule(one, other, "same_day"), 2.0 + corroboration + parties.shared_count / 8)
    wanted = settings()["needed"][coarsest if coarsest in ("week", "month", "year") else "undated"] + needs_more
    if coarsest == "week" and one.status == other.status and _is_single(one) and _is_single(other):
        wanted = settings()["needed"]["same_week"] + needs_more
    if _is_life(one, other):
        wanted -= settings()["needed"]["plan_discount"]
    if corroboration < wanted:
        return _APART
    return Verdict("weak", _rule(one, other, f"same_{coarsest}"), 1.0 + corroboration)


def _needs_more(parties: _Parties) -> float:
    """Points wanted where not all parties agree, or only one is known."""
    if parties.shared_count < 2:
        return 1.0 if parties.is_whole else 1.5
    return 0.0 if parties.is_whole else 0.5


def _is_one_side_untold(one: Tale, other: Tale) -> bool:
    """Whether the same is done by the same on one day, and one report doesn't say to whom."""
    if one.status != other.status or one.report.event_type not in settings()["seldom_types"]:
        return False
    has_kind = one.report.mode_type is not None and one.report.mode_type == other.report.mode_type
    is_untold = not one.recipients or not other.recipients
    return has_kind and is_untold and bool(one.actors.keys() & other.actors.keys())


_COARSENESS = ("day", "week", "month", "year", "unknown")


def _weigh_gap(
    one: Tale, other: Tale, parties: _Parties, corroboration: float, when: Interval, other_when: Interval
) -> Verdict:
    """Reports that give different dates: sources in dispute, a meeting that was moved, or two happenings."""
    gap = when.gap_days(other_when)
    coarsest = max(when.precision_type, other_when.precision_type, key=_COARSENESS.index)
    statuses = {one.status, other.status}
    if "postponed" in statuses and len(statuses) > 1 and gap <= settings()["moved_days"]:
        is_enough = corroboration >= 0.5 and parties.is_whole
        return Verdict("weak", "moved", 0.5 + corroboration - gap / 1000) if is_enough else _APART
    is_near_visit = coarsest == "week" and one.report.mode_type == "visit"
    if (coarsest == "day" or is_near_visit) and _is_single(one) and _is_single(other) and not _one_voice(one, other):
        if one.report.mode_type == "visit" and gap <= _visit_slack(one, other, when, other_when):
            return _weigh_visit_gap(parties, corroboration, gap)
        is_slack = gap <= settings()["slack_days"] and not _numbers_differ(one, other)
        if is_slack and corroboration >= 1.0 and parties.is_whole:
            return Verdict("strong", "next_day", corroboration - 0.1)
        is_planned_before = _is_ahead_of(one, other_when) or _is_ahead_of(other, when)
        if one.report.mode_type == "visit" and is_planned_before and gap <= settings()["misread_days"]:
            return _weigh_planned_day(parties, corroboration, gap)
    if gap == 1 and coarsest == "day" and parties.persons >= 2 and _is_one_call(one, other):
        return Verdict("weak", "next_day", corroboration - 0.1)
    is_other_visit = _one_voice(one, other) or gap > settings()["plan_days"]
    if not is_other_visit and (_came_later(one, other_when) or _came_later(other, when)):
        return _weigh_planned_day(parties, corroboration, gap)
    if not is_other_visit and (is_planned_anew(one, other) or is_planned_anew(other, one)):
        return _weigh_planned_day(parties, corroboration, gap)
    if coarsest == "day" and parties.is_whole and _is_corrected(one, other):
        return Verdict("strong", "day_corrected", corroboration - 0.2)
    return _conflict("another_day")


def _is_one_call(one: Tale, other: Tale) -> bool:
    """Whether two texts, printed by a day of one another, tell of a call: each capital may have its own day of it."""
    is_call = all(tale.report.mode_type == "phone" and tale.status == "occurred" for tale in (one, other))
    days = _days_between(one, other)
    return is_call and not _one_voice(one, other) and days is not None and days <= 1


def _is_ahead_of(plan: Tale, when: Interval) -> bool:
    """Whether a plan, or the word that it is given up, was printed before the day that another report gives."""
    is_plan = plan.status in ("planned", "postponed", "cancelled", "denied")
    return is_plan and plan.published is not None and plan.published <= when.start


def is_dated_by_telling(plan: Tale) -> bool:
    """Whether the day that is told of a planned visit is, or may be, that of the telling: it isn't after it."""
    if plan.report.mode_type != "visit" or plan.status != "planned" or plan.interval is None:
        return False
    return plan.published is not None and plan.interval.end <= plan.published


def _came_later(plan: Tale, when: Interval) -> bool:
    """Whether the day of a plan is that of its telling, and another report has a later one: "confirmed on Friday"."""
    return is_dated_by_telling(plan) and plan.published is not None and plan.published < when.start


def is_planned_anew(former: Tale, later: Tale) -> bool:
    """Whether a visit that was planned for a day was planned for another one before that came, as if it had been moved
    without a word of it. If it had not, something tells mostly that it came about on the former day."""
    if former.report.mode_type != "visit" or (former.status, later.status) != ("planned", "planned"):
        return False
    if former.interval is None or later.interval is None or former.published is None or later.published is None:
        return False
    is_exact = former.interval.precision_type == later.interval.precision_type == "day"
    is_pending = former.published < later.published <= former.interval.start
    return is_exact and is_pending and not former.interval.overlaps(later.interval)


def is_within_stay(one: Tale, other: Tale, told: Iterable[Tale]) -> bool:
    """Whether a report of a visit gives it first and last days between which, or near which, lie those of two others:
    then these are days of one visit."""
    if one.report.mode_type != "visit" or one.interval is None or other.interval is None:
        return False
    slack = timedelta(days=settings()["visit_slack_days"])
    first, last = sorted((one.interval, other.interval), key=lambda when: (when.start, when.end))
    stays = (tale.interval for tale in told if tale.interval is not None and tale.interval.precision_type == "day")
    return any(stay.start < stay.end and stay.start <= first.start and last.start <= stay.end + slack for stay in stays)


def _is_corrected(one: Tale, other: Tale) -> bool:
    """Whether a reprint says the same of an act that happens once, but for the day."""
    is_reprint = _one_voice(one, other) and one.facts.document_id != other.facts.document_id
    is_same = one.status == other.status and word_overlap(one, other) >= settings()["reprinted_words"]
    return is_reprint and is_same and _is_single(one) and _is_single(other) and not _numbers_differ(one, other)


def _visit_slack(one: Tale, other: Tale, when: Interval, other_when: Interval) -> int:
    """Days that may lie between what two reports tell of one visit: more, if one tells its beginning or its end, and
    the other one no earlier or later one."""
    first, last = (one, other) if when.start <= other_when.start else (other, one)
    is_ended = first.stage in (*STARTS, "midst") and last.stage in ENDS
    slack: int = settings()["visit_span_days" if is_ended or _is_begun_by(first, last) else "visit_slack_days"]
    return slack


def _is_begun_by(first: Tale, later: Tale) -> bool:
    """Whether the one tells a visit's beginning, and the other a day within it, or a plan that was printed before: that
    may tell any day of a long stay."""
    if later.report.mode_type != "visit" or first.stage not in STARTS or first.interval is None:
        return False
    if later.status != "planned" or later.stage is not None:
        return later.stage == "midst"
    return later.published is not None and later.published < first.interval.start


def _numbers_differ(one: Tale, other: Tale) -> bool:
    """One thing told differently is a dispute; another day and another number are another act."""
    return (
        one.report.quantity is not None
        and other.report.quantity is not None
        and one.report.quantity_unit == other.report.quantity_unit
        and one.report.quantity != other.report.quantity
    )


def _weigh_visit_gap(parties: _Parties, corroboration: float, gap: int) -> Verdict:
    """Visits told of neighbouring days: mostly two days of one visit, seldom two."""
    if not parties.is_whole:
        return _APART
    if parties.persons >= 1 and corroboration >= 1.5:
        return Verdict("strong", "same_visit_dates_differ", corroboration - gap / 10)
    if corroboration >= 0.75:
        return Verdict("weak", "same_visit_dates_differ", corroboration - gap / 10)
    return _APART


def _weigh_planned_day(parties: _Parties, corroboration: float, gap: int) -> Verdict:
    """A visit that was planned for another day by then: moved or misread, and seldom another one, if a person says who
    comes. Two of one visitor, of which one was told when the other was over, stay two."""
    if parties.persons == 0:
        return _conflict("another_day")
    is_enough = parties.is_whole and corroboration >= 1.5
    return Verdict("weak", "same_visit_dates_differ", corroboration - gap / 10) if is_enough else _APART


def _one_voice(one: Tale, other: Tale) -> bool:
    return one.facts.document_id == other.facts.document_id or (
        one.facts.story_id is not None and one.facts.story_id == other.facts.story_id
    )


def _weigh_undated(one: Tale, other: Tale, parties: _Parties, corroboration: float) -> Verdict:
    """At least one report says no date: what it lacks ties it to nothing, only what it has."""
    if one.has_impossible_day or other.has_impossible_day:
        return _APART
    is_visit = one.report.mode_type == "visit"
    is_nowhere = is_visit and parties.persons > 0 and not (one.recipients and other.recipients)
    if not is_nowhere and (not parties.is_whole or parties.shared_count < 2):
        return _APART  # "she spent three days in the country" may do without
    needed = settings()["needed"]
    is_news = is_news_of(one, other) or is_news_of(other, one)
    is_seldom = one.report.event_type in settings()["seldom_types"] and one.report.mode_type is not None
    wanted = needed["seldom_news" if is_seldom else "news"] if is_news else needed["undated"]
    if one.interval is None and other.interval is None:
        days = _days_between(one, other)
        is_ahead = is_visit and "occurred" not in (one.status, other.status)
        if days is None or days > settings()["plan_days" if is_ahead or _is_life(one, other) else "news_days"]:
            return _APART
        wanted = needed["news"] + 0.5
    if _denies(one, other) or _denies(other, one):
        wanted -= needed["denial_discount"]
    elif _is_life(one, other):
        wanted -= needed["plan_discount"]
    if is_visit and not is_nowhere:
        wanted -= needed["visit_discount"]
    if corroboration < wanted:
        return _APART
    return Verdict("weak", _rule(one, other, "date_filled"), 0.5 + corroboration)


def _days_between(one: Tale, other: Tale) -> int | None:
    if one.published is None or other.published is None:
        return None
    return abs((one.published - other.published).days)


def is_news_of(undated: Tale, dated: Tale) -> bool:
    """Whether the dated one was news, or next on the calendar, when the undated one was printed."""
    if undated.interval is not None or dated.interval is None or undated.published is None:
        return False
    if undated.status == "occurred" and not (undated.is_mention and dated.interval.start > undated.published):
        first = undated.published - timedelta(days=settings()["news_days"])
        return first <= dated.interval.end and dated.interval.start <= undated.published + timedelta(days=1)
    last = undated.published + timedelta(days=settings()["plan_days"])
    return undated.published - timedelta(days=settings()["news_days"]) <= dated.interval.start <= last


def _rule(one: Tale, other: Tale, rule: str) -> str:
    """A life's step is named for itself, whatever the dates had to say."""
    statuses = {one.status, other.status}
    if len(statuses) == 1:
        return rule
    for status, name in (("cancelled", "plan_cancelled"), ("postponed", "plan_postponed"), ("denied", "denied")):
        if status in statuses:
            return name
    return "plan_fulfilled" if "occurred" in statuses else "plan_repeated"


def share_parties(one: Side, other: Side, at_least: int) -> bool:
    """Whether two sides have so many principals in common whose named persons don't contradict."""
    found = 0
    one, other = aligned(one, other)
    for whom in one.keys() & other.keys():
        if not one[whom] or not other[whom] or any(a.is_same(b) for a in one[whom] for b in other[whom]):
            found += 1
    return found >= at_least

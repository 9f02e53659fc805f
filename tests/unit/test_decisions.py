"""Reviewers' decisions: which hold, which reports they are about now, and what they come to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.events import DecisionError, apply, checked_values, place_of, reviewed_precision, standing
from demarche.records import Decision, Report
from demarche.steps.forgetting import _without_reports
from warehouse_world import document, key, report

FIRST, SECOND = report(document("first", key(1))), report(document("second", key(2)))
TOLD = {FIRST.document_id: date(2024, 3, 4), SECOND.document_id: date(2024, 3, 4)}
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def decision(decision_type: str, *about: Report, at: int = 0, **values: Any) -> Decision:
    filled: dict[str, Any] = {
        "decision_id": f"v{at}",
        "decision_type": decision_type,
        "decided_at": NOON + timedelta(minutes=at),
        "decided_by": "me",
        "report_ids": tuple(one.report_id for one in about),
        "report_places": tuple(map(place_of, about)),
    }
    return Decision.model_validate(filled | values)


def undo(number: int, at: int) -> Decision:
    return decision("undo", at=at, undone_decision_id=f"v{number}")


def rulings(*decisions: Decision, reports: tuple[Report, ...] = (FIRST, SECOND)) -> list[tuple[str, tuple[str, ...]]]:
    return [(ruling.decision_type, ruling.report_ids) for ruling in apply(decisions, reports, TOLD).rulings]


def test_what_was_undone_does_not_hold_and_an_undoing_may_be_undone() -> None:
    reject = decision("reject", FIRST, at=1)
    assert standing([reject]) == [reject]
    assert standing([undo(1, 2), reject]) == []
    assert standing([undo(2, 3), undo(1, 2), reject]) == [reject]
    assert standing([undo(3, 4), undo(2, 3), undo(1, 2), reject]) == []


def test_decisions_become_what_grouping_heeds() -> None:
    assert rulings(decision("reject", FIRST)) == [("reject", (FIRST.report_id,))]
    both = tuple(sorted((FIRST.report_id, SECOND.report_id)))
    assert rulings(decision("merge", FIRST, SECOND)) == [("must_link", both)]
    split = decision("split", FIRST, other_report_places=(place_of(SECOND),))
    assert rulings(split) == [("cannot_link", (FIRST.report_id, SECOND.report_id))]
    assert rulings(decision("merge", FIRST, SECOND), reports=(FIRST,)) == []


def test_a_decision_outlives_another_coding_of_the_text() -> None:
    longer = FIRST.trigger_end_offset + 5
    again = FIRST.model_copy(update={"report_id": "r1", "event_type": "AID", "trigger_end_offset": longer})
    assert rulings(decision("reject", FIRST), reports=(again, SECOND)) == [("reject", ("r1",))]
    elsewhere = again.model_copy(update={"trigger_start_offset": 50, "trigger_end_offset": 60})
    assert rulings(decision("reject", FIRST), reports=(elsewhere, SECOND)) == []


def test_of_two_reports_at_one_place_the_one_that_was_meant_is_taken() -> None:
    twin = FIRST.model_copy(update={"report_id": "r2", "ordinal": 1})
    assert rulings(decision("reject", FIRST), reports=(FIRST, twin)) == [("reject", (FIRST.report_id,))]


def test_recoding_sets_what_follows_as_well() -> None:
    values = {"event_type": "AID", "status_type": "planned", "start_date": "2024-03-07"}
    changed, untouched = apply([decision("recode", FIRST, new_values=values)], [FIRST, SECOND], TOLD).reports
    assert (changed.event_type, changed.status_type, changed.plover_type) == ("AID", "planned", "AGREE")
    assert str(changed.start_date) == str(changed.end_date) == "2024-03-07"
    assert changed.goldstein_value is not None
    assert untouched == SECOND


def test_a_later_recoding_wins_and_an_undone_one_leaves_nothing() -> None:
    first = decision("recode", FIRST, at=1, new_values={"event_type": "AID"})
    second = decision("recode", FIRST, at=2, new_values={"event_type": "SUPPORT"})
    assert apply([second, first], [FIRST], TOLD).reports[0].event_type == "SUPPORT"
    assert apply([second, first, undo(2, 3)], [FIRST], TOLD).reports[0].event_type == "AID"
    assert apply([first, undo(1, 4)], [FIRST], TOLD).reports == (FIRST,)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"sentence_text": "x"}, "can't be set"),
        ({"event_type": "DANCE"}, "is no event_type; there are"),
        ({"status_type": "dreamt"}, "is no status_type"),
        ({"start_date": "Monday"}, "write a day like"),
        ({"event_type": "AID", "mode_type": "visit"}, "is no mode of AID"),
    ],
)
def test_nonsense_is_refused(values: dict[str, str], reason: str) -> None:
    with pytest.raises(DecisionError, match=reason):
        checked_values(values)


def test_a_mode_that_the_act_does_not_have_is_ignored_and_said() -> None:
    applied = apply([decision("recode", FIRST, new_values={"mode_type": "boycott"})], [FIRST], TOLD)
    assert applied.reports == (FIRST,)
    assert applied.ignored == {"v0": "'boycott' is no mode of CONSULT"}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"start_date": "1500-10-05"}, "nothing is coded before 1900"),
        ({"end_date": "2024-01-01"}, "it would end on 2024-01-01, before it begins on 2024-03-04"),
        ({"start_date": "2024-03-01", "end_date": ""}, "it has one day of two"),
        ({"start_date": "2035-01-01", "status_type": "planned"}, "more than ten years after it was told"),
        ({"start_date": "2024-03-20"}, "it hasn't occurred with a beginning on 2024-03-20"),
        ({"start_date": "2024-02-31"}, "write a day like"),
    ],
)
def test_days_that_can_not_be_set_a_decision_aside_and_no_other(values: dict[str, str], reason: str) -> None:
    wrong = decision("recode", FIRST, at=1, new_values=values)
    applied = apply([wrong, decision("recode", SECOND, at=2, new_values={"event_type": "AID"})], [FIRST, SECOND], TOLD)
    assert [one.event_type for one in applied.reports] == ["CONSULT", "AID"]
    assert applied.reports[0] == FIRST
    assert applied.ignored.keys() == {"v1"}
    assert reason in applied.ignored["v1"]


def test_days_of_an_event_that_is_told_again_are_those_of_each_telling() -> None:
    later = {**TOLD, SECOND.document_id: date(2024, 3, 30)}
    moved = decision("recode", SECOND, new_values={"start_date": "2024-03-20"})
    assert apply([moved], [FIRST, SECOND], later).ignored == {}
    assert apply([moved], [FIRST, SECOND], TOLD).ignored.keys() == {"v0"}


STORY = {FIRST.document_id: "s", SECOND.document_id: "s"}


def test_what_is_rejected_or_kept_is_so_in_every_copy_of_its_sentence() -> None:
    both = tuple(sorted((FIRST.report_id, SECOND.report_id)))
    (rejected,) = apply([decision("reject", FIRST)], [FIRST, SECOND], TOLD, STORY).rulings
    assert rejected.report_ids == both
    assert [one.report_ids for one in apply([decision("keep", SECOND)], [FIRST, SECOND], TOLD, STORY).rulings] == [both]
    other_story = apply([decision("reject", FIRST)], [FIRST, SECOND], TOLD, {**STORY, SECOND.document_id: "t"})
    assert other_story.rulings[0].report_ids == (FIRST.report_id,)
    denial = SECOND.model_copy(update={"sentence_text": "Nobody met."})
    other_sentence = apply([decision("reject", FIRST)], [FIRST, denial], TOLD, STORY)
    assert other_sentence.rulings[0].report_ids == (FIRST.report_id,)


def test_what_is_recoded_is_so_in_every_copy_whose_day_allows_it() -> None:
    aid = decision("recode", FIRST, new_values={"event_type": "AID"})
    assert [one.event_type for one in apply([aid], [FIRST, SECOND], TOLD, STORY).reports] == ["AID", "AID"]
    moved = decision("recode", SECOND, new_values={"start_date": "2024-03-20"})
    applied = apply([moved], [FIRST, SECOND], {**TOLD, SECOND.document_id: date(2024, 3, 30)}, STORY)
    assert [str(one.start_date) for one in applied.reports] == ["2024-03-04", "2024-03-20"]
    assert applied.ignored == {}


def test_a_split_of_two_copies_parts_them() -> None:
    split = decision("split", FIRST, other_report_places=(place_of(SECOND),))
    found = apply([split], [FIRST, SECOND], TOLD, STORY).rulings
    assert [one.report_ids for one in found] == [(FIRST.report_id, SECOND.report_id)]


@given(st.permutations([decision("reject", FIRST, at=1), decision("keep", FIRST, at=2), undo(2, 3), undo(9, 4)]))
def test_the_order_of_the_journal_does_not_matter(shuffled: list[Decision]) -> None:
    assert rulings(*shuffled) == [("reject", (FIRST.report_id,))]


def test_precision_of_what_was_drawn_at_random() -> None:
    def drawn(decision_type: str, number: int, occasion: str = "sample") -> Decision:
        one = FIRST.model_copy(update={"report_id": f"r{number}"})
        return decision(decision_type, one, at=number, occasion_type=occasion)

    assert reviewed_precision([drawn("keep", 1, "uncertain")], "1") == []
    told = [
        *(drawn("keep", n) for n in range(8)),
        drawn("reject", 8),
        drawn("recode", 9),
        drawn("keep", 10, "disputed"),
    ]
    (found,) = reviewed_precision(told, "1")
    assert (found.gold_count, found.found_count, found.precision_score) == (10, 10, 0.8)
    assert (found.low_score, found.high_score) == (0.4902, 0.9433)


def test_of_a_decision_nothing_is_kept_that_is_about_what_was_forgotten() -> None:
    of_one = {"report_ids": ["r1"], "report_places": ["d1:0-5"], "other_report_places": [], "reason_text": "Words"}
    of_two = {**of_one, "report_ids": ["r1", "r2"], "report_places": ["d1:0-5", "d2:0-5"]}
    split = {**of_one, "report_ids": ["r2"], "report_places": ["d2:0-5"], "other_report_places": ["d1:0-5"]}
    undo = {"decision_type": "undo", "reason_text": "Words"}
    gone = {"r1"}, {"d1"}
    assert _without_reports(of_one, *gone) is None
    left = {"report_ids": ["r2"], "report_places": ["d2:0-5"], "other_report_places": [], "reason_text": None}
    assert _without_reports(of_two, *gone) == _without_reports(split, *gone) == left
    assert _without_reports(of_two, set(), set()) == of_two
    assert _without_reports(undo, *gone) == undo

"""What the words of time mean, seen from Tuesday, 6 November 2018."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche import dates

TUESDAY = date(2018, 11, 6)

# sentence, tense, expression found in it, first day, last day, precision
READINGS = [
    # days
    ("They spoke on Monday.", None, "Monday", "2018-11-05", "2018-11-05", "day"),
    ("They spoke on Monday.", "past", "Monday", "2018-11-05", "2018-11-05", "day"),
    ("They will speak on Monday.", "future", "Monday", "2018-11-12", "2018-11-12", "day"),
    ("She said so on Tuesday evening.", "past", "Tuesday evening", "2018-11-06", "2018-11-06", "day"),
    ("He left last Friday.", None, "last Friday", "2018-11-02", "2018-11-02", "day"),
    ("He left last Tuesday.", None, "last Tuesday", "2018-10-30", "2018-10-30", "day"),
    ("He returns next Tuesday.", None, "next Tuesday", "2018-11-13", "2018-11-13", "day"),
    ("They meet this Thursday.", None, "this Thursday", "2018-11-08", "2018-11-08", "day"),
    ("They meet on Wednesday of next week.", None, "Wednesday of next week", "2018-11-14", "2018-11-14", "day"),
    ("They meet on Monday the 19th.", None, "Monday the 19th", "2018-11-19", "2018-11-19", "day"),
    ("He left on Friday the 19th.", "past", "Friday the 19th", "2018-10-19", "2018-10-19", "day"),
    ("He comes on Tuesday week.", "future", "Tuesday week", "2018-11-20", "2018-11-20", "day"),
    ("He comes a week from today.", "future", "a week from today", "2018-11-13", "2018-11-13", "day"),
    ("He will be there from tomorrow to Friday.", "future", "tomorrow to Friday", "2018-11-07", "2018-11-09", "day"),
    ("She spends New Year's Eve there.", "future", "New Year's Eve", "2018-12-31", "2018-12-31", "day"),
    ("He leaves on the night of the 24th.", "future", "24th", "2018-11-24", "2018-11-24", "day"),
    ("It ended yesterday.", None, "yesterday", "2018-11-05", "2018-11-05", "day"),
    ("It ends today.", None, "today", "2018-11-06", "2018-11-06", "day"),
    ("It ends tomorrow morning.", None, "tomorrow morning", "2018-11-07", "2018-11-07", "day"),
    ("He landed last night.", None, "last night", "2018-11-05", "2018-11-05", "day"),
    ("It began three days ago.", None, "three days ago", "2018-11-03", "2018-11-03", "day"),
    ("On 5 November 2018 they signed.", None, "5 November 2018", "2018-11-05", "2018-11-05", "day"),
    ("On Nov. 5 they signed.", None, "Nov. 5", "2018-11-05", "2018-11-05", "day"),
    ("On Nov. 30 they will sign.", None, "Nov. 30", "2018-11-30", "2018-11-30", "day"),
    ("On Nov. 30 they signed.", "past", "Nov. 30", "2017-11-30", "2017-11-30", "day"),
    ("On Nov. 5 they will sign.", "future", "Nov. 5", "2019-11-05", "2019-11-05", "day"),
    ("On the 5th of November they signed.", None, "5th of November", "2018-11-05", "2018-11-05", "day"),
    ("On the 5th they signed.", "past", "5th", "2018-11-05", "2018-11-05", "day"),
    ("They signed on the 24th.", "past", "24th", "2018-10-24", "2018-10-24", "day"),
    ("They meet on the 24th, in Rome.", "future", "24th", "2018-11-24", "2018-11-24", "day"),
    ("They met on the 3rd of last month.", None, "3rd of last month", "2018-10-03", "2018-10-03", "day"),
    ("They will meet on the 31st.", "future", "31st", "2018-12-31", "2018-12-31", "day"),
    ("Signed November 5th, 2018, in ink.", None, "November 5th, 2018", "2018-11-05", "2018-11-05", "day"),
    ("It was Monday, Nov. 5, at noon.", "future", "Monday, Nov. 5", "2018-11-05", "2018-11-05", "day"),
    ("It was Tuesday, Dec. 5.", None, "Tuesday, Dec. 5", "2017-12-05", "2017-12-05", "day"),
    ("Posted 2018-11-05T10:00:00Z here.", None, "2018-11-05T10:00:00Z", "2018-11-05", "2018-11-05", "day"),
    ("Posted 25/12/2017 here.", None, "25/12/2017", "2017-12-25", "2017-12-25", "day"),
    ("Posted 12/25/2017 here.", None, "12/25/2017", "2017-12-25", "2017-12-25", "day"),
    # ranges
    ("The visit runs from 3 to 5 May.", "past", "3 to 5 May", "2018-05-03", "2018-05-05", "day"),
    ("The visit runs on 3-5 May 2019.", None, "3-5 May 2019", "2019-05-03", "2019-05-05", "day"),
    ("Between 2 and 6 June they toured.", "past", "2 and 6 June", "2018-06-02", "2018-06-06", "day"),
    ("Talks on March 2-4 failed.", "past", "March 2-4", "2018-03-02", "2018-03-04", "day"),
    ("Talks on March 2 and 4, 2016.", None, "March 2 and 4, 2016", "2016-03-02", "2016-03-04", "day"),
    ("From Dec. 30 to Jan. 2, 2019.", None, "Dec. 30 to Jan. 2, 2019", "2018-12-30", "2019-01-02", "day"),
    ("From 30 May to 2 June he toured.", "past", "30 May to 2 June", "2018-05-30", "2018-06-02", "day"),
    ("From Sunday to Tuesday he toured.", "past", "Sunday to Tuesday", "2018-11-04", "2018-11-06", "day"),
    ("He comes on Sunday and Monday.", "future", "Sunday and Monday", "2018-11-11", "2018-11-12", "day"),
    ("He comes from Monday to Tuesday next week.", "future", "Monday to Tuesday next week", "2018-11-12", "2018-11-13",
     "day"),
    ("From Sunday to Tuesday he tours.", "future", "Sunday to Tuesday", "2018-11-11", "2018-11-13", "day"),
    ("It fell between March and May 2017.", None, "between March and May 2017", "2017-03-01", "2017-05-31", "month"),
    ("From 2011 to 2015 he served.", None, "2011 to 2015", "2011-01-01", "2015-12-31", "year"),
    # weeks and months
    ("They meet next week.", None, "next week", "2018-11-12", "2018-11-18", "week"),
    ("They met earlier this week.", None, "earlier this week", "2018-11-05", "2018-11-06", "week"),
    ("They met the week before last.", None, "the week before last", "2018-10-22", "2018-10-28", "week"),
    ("They met two weeks ago.", None, "two weeks ago", "2018-10-22", "2018-10-28", "week"),
    ("They met over the weekend.", None, "the weekend", "2018-11-03", "2018-11-04", "week"),
    ("They will meet at the weekend.", "future", "the weekend", "2018-11-10", "2018-11-11", "week"),
    ("They meet next weekend.", None, "next weekend", "2018-11-10", "2018-11-11", "week"),
    ("In the last week of May 2018 it rained.", None, "last week of May 2018", "2018-05-25", "2018-05-31", "week"),
    ("He came in September.", None, "September", "2018-09-01", "2018-09-30", "month"),
    ("He comes in September.", "future", "September", "2019-09-01", "2019-09-30", "month"),
    ("He came in November.", "past", "November", "2018-11-01", "2018-11-30", "month"),
    ("He comes in November.", "future", "November", "2018-11-01", "2018-11-30", "month"),
    ("He came in December.", "past", "December", "2017-12-01", "2017-12-31", "month"),
    ("He came in May.", None, "May", "2018-05-01", "2018-05-31", "month"),
    ("In March Togo voted.", "past", "March", "2018-03-01", "2018-03-31", "month"),
    ("In August Togo voted.", "past", "August", "2018-08-01", "2018-08-31", "month"),
    ("He came last May.", None, "last May", "2018-05-01", "2018-05-31", "month"),
    ("He came in September last year.", None, "September last year", "2017-09-01", "2017-09-30", "month"),
    ("He came in late Nov. 2016.", None, "late Nov. 2016", "2016-11-01", "2016-11-30", "month"),
    ("They met last month.", None, "last month", "2018-10-01", "2018-10-31", "month"),
    ("They met earlier this month.", None, "earlier this month", "2018-11-01", "2018-11-06", "month"),
    ("In the first half of the year it fell.", None, "first half of the year", "2018-01-01", "2018-06-30", "month"),
    ("In the third quarter it fell.", None, "third quarter", "2018-07-01", "2018-09-30", "month"),
    ("In Q3 2017 it fell.", None, "Q3 2017", "2017-07-01", "2017-09-30", "month"),
    ("They meet in spring 2019.", None, "spring 2019", "2019-03-01", "2019-05-31", "month"),
    ("They met last summer.", None, "last summer", "2018-06-01", "2018-08-31", "month"),
    ("They meet in two weeks.", "future", "in two weeks", "2018-11-19", "2018-11-25", "week"),
    ("They meet within ten days.", "future", "within ten days", "2018-11-06", "2018-11-16", "day"),
    ("It fell over the past two weeks.", None, "past two weeks", "2018-10-23", "2018-11-06", "week"),
    # years
    ("Relations date from 1960.", None, "1960", "1960-01-01", "1960-12-31", "year"),
    ("He met her in 2015, briefly.", None, "2015", "2015-01-01", "2015-12-31", "year"),
    ("They met a year ago.", None, "a year ago", "2017-01-01", "2017-12-31", "year"),
    ("They meet early next year.", None, "early next year", "2019-01-01", "2019-12-31", "year"),
    ("They meet later this year.", None, "later this year", "2018-11-06", "2018-12-31", "year"),
    ("It is due by the end of the year.", None, "end of the year", "2018-01-01", "2018-12-31", "year"),
    ("Ever since the 2016 referendum.", None, "2016", "2016-01-01", "2016-12-31", "year"),
    ("In the early 1990s it was so.", None, "early 1990s", "1990-01-01", "1999-12-31", "year"),
    # the second day of a clause that has its own
    ("On the third day of the visit that began on Sunday.", None, "Sunday", "2018-11-04", "2018-11-04", "day"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "tense", "words", "start", "end", "precision"), READINGS)
def test_reading(sentence: str, tense: str | None, words: str, start: str, end: str, precision: str) -> None:
    (expression,) = dates.find(sentence)
    assert expression.text == words
    assert sentence[expression.start_offset : expression.end_offset] == words
    interval = dates.resolve(expression.text, TUESDAY, tense)
    assert interval == dates.Interval(date.fromisoformat(start), date.fromisoformat(end), precision, words)


# "last" and "next" are of another week than the day on which they are written; read from each day of one week
@pytest.mark.parametrize(
    ("anchor", "last_thursday", "next_thursday"),
    [
        ("2018-11-05", "2018-11-01", "2018-11-15"),  # Monday
        ("2018-11-07", "2018-11-01", "2018-11-15"),
        ("2018-11-08", "2018-11-01", "2018-11-15"),  # Thursday
        ("2018-11-09", "2018-11-01", "2018-11-15"),
        ("2018-11-11", "2018-11-01", "2018-11-15"),  # Sunday
        ("2018-11-12", "2018-11-08", "2018-11-22"),
    ],
)
def test_last_and_next_weekday(anchor: str, last_thursday: str, next_thursday: str) -> None:
    for words, expected in (("last Thursday", last_thursday), ("next Thursday", next_thursday)):
        interval = dates.resolve(words, date.fromisoformat(anchor))
        assert interval is not None
        assert interval.start_date.isoformat() == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("two days later", ("day", 2)), ("three days before", ("day", -3)), ("the day before", ("day", -1)),
        ("The next day", ("day", 1)), ("the previous day", ("day", -1)), ("the same day", ("day", 0)),
        ("a week later", ("week", 1)), ("that week", ("week", 0)), ("several days later", None),
        ("recent days", None), ("Monday", None), ("three months later", None),
    ],
)  # fmt: skip
def test_distance_from_another_act(words: str, expected: tuple[str, int] | None) -> None:
    assert dates.distance(words) == expected


@pytest.mark.parametrize(
    "words",
    ["three days later", "the following week", "that month", "recent months", "more than a year ago",
     "several weeks ago", "the same day", "in two weeks", "5/11/2018", "31 June 2018", "5-3 May 2018",
     "31 December 9999", "December 31, 9999", "1 January 0001", "3 May 1867", "3 to 5 May 1867", "May 3-5, 1867"],
)  # fmt: skip
def test_found_but_says_too_little(words: str) -> None:
    assert [expression.text for expression in dates.find(words)] == [words]
    assert dates.resolve(words, TUESDAY) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "They may march on the second floor.",
        "They met on the 24th floor, on the 38th parallel and on the 4th try.",
        "Sun Yang sat down and wed.",
        "The US won 2-1 and 3-2.",
        "In 2,000 cases it held.",
        "Some 2000 troops left, of 2000 soldiers sent.",
        "Call 020-2018-1105 or 555-2018.",
        "Theresa May met Jan Egeland after May resigned.",
        "The cabinet has been weaker since May took office.",
        "The Good Friday Agreement, the Sunday Times and Black Friday.",
        "They pray on Sundays, and every Monday.",
        "USA Today wrote it.",
        "Version 2.11.2018.4 costs $2018.",
        "May 10,000 flowers bloom.",
        "In 1850 and in 2150.",
        "April said that June Smith left.",
    ],
)
def test_trap_is_no_time(sentence: str) -> None:
    assert dates.find(sentence) == []


@pytest.mark.parametrize("sentence", ["On May 3 4000 people met.", "On May 3, 1500 soldiers left.", "May 3 1500 GMT"])
def test_a_count_behind_a_day_is_no_year(sentence: str) -> None:
    assert [found.text for found in dates.find(sentence)] == ["May 3"]


def test_and_joins_days_but_not_years() -> None:
    assert [found.text for found in dates.find("They met in 2008 and 2012, on Monday and Friday.")] == [
        "2008", "2012", "Monday", "Friday",
    ]  # fmt: skip


def test_without_anchor_only_absolute_dates_resolve() -> None:
    for words in ("Monday", "next week", "Nov. 5", "September", "a year ago", "the weekend", "third quarter", "in Q3",
                  "last summer", "within ten days", "yesterday", "past two weeks", "March to May"):  # fmt: skip
        assert dates.resolve(words, None) is None
        assert dates.resolve(words, TUESDAY, "future") is not None or words == "in Q3"
    assert dates.resolve("5 November 2018", None) is not None
    assert dates.resolve("spring 2019", None) is not None


def test_leap_day_finds_a_leap_year() -> None:
    interval = dates.resolve("29 February", date(2018, 6, 1), "past")
    assert interval is not None
    assert interval.start_date == date(2016, 2, 29)


def test_an_interval_that_ends_before_it_begins_resolves_to_nothing() -> None:
    assert dates.resolve("from June 20 to June 10, 2025", date(2025, 5, 1), "future") is None
    assert dates.resolve("from June 20 to May 10, 2025", date(2025, 5, 1), "future") is None


def test_years_out_of_range_resolve_to_nothing() -> None:
    assert dates.resolve("next year", date(2100, 5, 1)) is None
    assert dates.resolve("a year ago", date(1900, 5, 1)) is None
    assert dates.resolve("a decade ago", date(1, 1, 1)) is None


PIECES = st.sampled_from(
    ["Monday", "May", "March", "on", "in", "5", "31", "2018", "to", "-", "–", "and", "between", "early", "last", "next",
     "week", "weekend", "of", "the", "two", "ago", "year", "quarter", "first", ",", ".", " ", "\n", "Nov.", "29",
     "February", "Q3"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES).map("".join))
TENSES = st.sampled_from([None, "past", "future"])


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.one_of(st.none(), st.dates()), TENSES)
def test_any_text_is_read_and_intervals_are_in_order(text: str, anchor: date | None, tense: str | None) -> None:
    end = 0
    for expression in dates.find(text):
        assert end <= expression.start_offset < expression.end_offset <= len(text)
        assert expression.text == text[expression.start_offset : expression.end_offset]
        end = expression.end_offset
        interval = dates.resolve(expression.text, anchor, tense)
        assert interval == dates.resolve(expression.text, anchor, tense)
        if interval:
            assert interval.start_date <= interval.end_date
            assert interval.start_date.year >= dates.FIRST_YEAR
            assert interval.end_date.year <= dates.LAST_YEAR
    dates.resolve(text, anchor, tense)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 6), st.dates(date(1950, 1, 1), date(2050, 1, 1)))
def test_a_weekday_is_within_a_week(weekday: int, anchor: date) -> None:
    name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[weekday]
    past, future = dates.resolve(name, anchor, "past"), dates.resolve(name, anchor, "future")
    assert past
    assert future
    assert past.start_date.weekday() == future.start_date.weekday() == weekday
    assert 0 <= (anchor - past.start_date).days < 7
    assert 0 <= (future.start_date - anchor).days < 7


@settings(max_examples=20, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=3), st.sampled_from(["", " ", "  ", "\n", "\t"]))
def test_long_junk_costs_linear_time(pieces: list[str], glue: str) -> None:
    junk = (glue.join(pieces) + glue) * (20_000 // sum(len(piece) + 1 for piece in pieces))
    start = time.perf_counter()
    dates.find(junk)
    assert time.perf_counter() - start < 2

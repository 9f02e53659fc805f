"""Time expressions of English news: where they stand, and which days they mean.

``find`` gives the expressions of a text with their offsets, ``resolve`` turns one into first day, last day and
precision, seen from an anchor day (the day of publication). Nothing is invented: "next month" is that month from its
first to its last day, "recently" is nothing. Nothing depends on the day on which the program runs.

The grammar is our own. ``dateparser`` answers for any word ("may" is a month, "sat" a Saturday, "in 2,000 cases" a
year), fills what is missing from today's date, has no intervals, and is about a hundred times slower than the few
regular expressions below. Each of them stands above the function that says what it means; all are bounded, so that
long junk costs linear time.

Conventions:

* Expressions leave out the preposition before them ("on Monday" is found as "Monday"); it only decides what is an
  expression at all ("in May", but not "May said"). "In two weeks" keeps it: without it the words say how long.
* ``precision_type`` is the unit in which the words speak: a range of days is ``day``, quarters, halves and seasons
  are ``month``, a weekend is ``week``, decades are ``year``.
* Weeks run from Monday to Sunday (ISO 8601); seasons are those of the northern half of the Earth.
* "early", "mid" and "late" leave the interval as it is; "earlier" ends it, "later" begins it at the anchor.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years outside are numbers of something else, or history that nobody codes."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """Words of a text that say when; offsets in characters, end exclusive."""

    start_offset: int
    end_offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Interval:
    """First and last day (inclusive) that the words mean, and the unit they speak in: day, week, month or year."""

    start_date: date
    end_date: date
    precision_type: str
    text: str


Reading = tuple[date, date, str] | None
Reader = Callable[[re.Match[str], date | None, str | None], Reading]

_RULES: list[tuple[re.Pattern[str], Reader]] = []


def _rule(pattern: str) -> Callable[[Reader], Reader]:
    """Adds ``pattern`` to the grammar; the decorated function reads its matches."""

    def add(reader: Reader) -> Reader:
        _RULES.append((re.compile(pattern), reader))
        return reader

    return add


# --- words and what they stand for -------------------------------------------------------------------------------
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {word: number for number, word in enumerate(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
)} | {"a": 1, "an": 1, "a couple of": 2}  # fmt: skip
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_TODAY = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}


def _either_case(names: tuple[str, ...]) -> str:
    return "|".join(f"{name.capitalize()}|{name.upper()}" for name in names)


_W = r"[^\S\n]{0,2}\s"  # between words: blanks, at most one line break
_MONTH_NAME = _either_case(_MONTHS)
_MONTH_SHORT = r"(?:Jan|JAN|Feb|FEB|Mar|MAR|Apr|APR|Jun|JUN|Jul|JUL|Aug|AUG|Sept?|SEPT?|Oct|OCT|Nov|NOV|Dec|DEC)\b\.?"
_MONTH = rf"(?:{_MONTH_NAME}|{_MONTH_SHORT})"
_WEEKDAY = rf"(?:{_either_case(_WEEKDAYS)})"
_WEEKDAY_SHORT = r"(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun|MON|TUE|WED|THU|FRI|SAT|SUN)\b\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:(?:19|20)\d\d|2100)"
_HOURS = r"(?:morning|afternoon|evening|night|noon|midday|midnight)"
_NUMBER = (
    rf"(?i:a{_W}couple{_W}of|{'|'.join(word for word in _NUMBERS if ' ' not in word)}"
    rf"|\d{{1,3}}|a{_W}few|several|some)"
)
_TO = rf"(?:{_W}(?:to|until|till|through|thru){_W}|[^\S\n]?[-–—][^\S\n]?)"
_TO_OR_AND = rf"(?:{_TO}|{_W}(?:and|or){_W})"
#: Not "the visit is to last four days".
_NO_VERB = "".join(
    rf"(?<!\b{word}\s)" for word in ("to", "will", "would", "can", "could", "may", "might", "should", "not")
)
_BEGIN = r"(?<![\w$€£#@/.:-])(?<!\d,)"  # not inside a number, a price, an address
_END = r"(?![\w/@])(?![.,:-]\d)(?!['’]\d)"
_NO_COUNT = (
    rf"(?!{_W}(?:people|men|women|children|troops|soldiers|police|officers|cases|deaths|dollars|euros|pounds|tons|"
    r"tonnes|barrels|km|kilomet(?:er|re)s|miles|met(?:er|re)s|feet|refugees|migrants|workers|jobs|homes|houses|"
    r"delegates|guests|members|votes|points|percent|per[ ]cent|million|billion|trillion|years|hours|minutes)\b)(?!\s?%)"
)
_PART = rf"(?:(?:early|late|mid|earlier|later)(?:{_W}in)?(?:{_W}|-)|(?:start|beginning|middle|end){_W}of{_W})"
_DAYTIME = "morning|afternoon|evening|night"
_WEEKDAY_PREFIX = rf"(?:(?P<weekday>{_WEEKDAY}|{_WEEKDAY_SHORT}),?{_W}(?:the{_W})?)?"


def _after(*words: str) -> str:
    """One of ``words`` stands directly before; a look-behind, which Python wants one by one. The blank alone is looked
    for first, because that fails fast almost everywhere."""
    forms = [form for word in words for form in (word, word.capitalize())]
    return r"(?<=\s)(?:" + "|".join(rf"(?<=\b{form}\s)" for form in forms) + ")"


def _month(word: str) -> int:
    return next(number for number, name in enumerate(_MONTHS, 1) if name.startswith(word.rstrip(".").lower()[:3]))


def _weekday(word: str) -> int:
    return next(number for number, name in enumerate(_WEEKDAYS) if name.startswith(word.rstrip(".").lower()[:3]))


def _day(word: str) -> int:
    return int(re.match(r"\d+", word).group())  # type: ignore[union-attr]  # the grammar lets only digits through


def _number(word: str) -> int | None:
    """The number a word stands for; None for "several" and the like."""
    word = " ".join(word.lower().split())
    return int(word) if word.isdigit() else _NUMBERS.get(word)


# --- calendar ----------------------------------------------------------------------------------------------------
def _one_day(day: date) -> Reading:
    return day, day, "day"


def _week_of(day: date) -> Reading:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6), "week"


def _months(year: int, month: int, count: int = 1) -> Reading:
    """``count`` whole months from ``month`` on, which may lie outside 1 to 12."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    last_year, last_month = year + (month + count - 2) // 12, (month + count - 2) % 12 + 1
    return date(year, month, 1), date(last_year, last_month, monthrange(last_year, last_month)[1]), "month"


def _years(year: int, count: int = 1) -> Reading:
    return date(year, 1, 1), date(year + count - 1, 12, 31), "year"


def _latest(weekday: int, day: date) -> date:
    """The latest such weekday that is not after ``day``."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _soonest(weekday: int, day: date) -> date:
    """The first such weekday that is not before ``day``."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _choose(candidates: list[Reading], anchor: date, tense: str | None) -> Reading:
    """Of intervals that differ by years: past: the latest begun; future: the first not over; else the nearest.

    What by its tense was almost a year ago, and by the calendar is within a fortnight, is that: news names the year of
    what is so far off. What lies ahead counts as twice as far: news tells more of what was.
    """
    spans = [span for span in candidates if span is not None]
    if tense == "past":
        latest = max((span for span in spans if span[0] <= anchor), default=None)
        coming = min((span for span in spans if span[0] > anchor), default=None)
        is_coming = latest and coming and (coming[0] - anchor).days <= 14 and (anchor - latest[0]).days > 330
        return coming if is_coming else latest
    if tense == "future":
        return min((span for span in spans if span[1] >= anchor), default=None)
    return min(spans, key=lambda span: (max((anchor - span[0]).days, 2 * (span[0] - anchor).days), span), default=None)


def _days_in_year(year: int, first: tuple[int, int], last: tuple[int, int]) -> Reading:
    """From month and day to month and day, the second in the next year where it would come before the first."""
    try:
        start = date(year, *first)
        return start, date(year + (last < first), *last), "day"
    except ValueError:  # 29 February, 31 June
        return None


def _days(
    first: tuple[int, int], last: tuple[int, int], year: str | None, anchor: date | None, tense: str | None,
    weekday: str | None = None,
) -> Reading:  # fmt: skip
    """A range of days by month and day; a missing year is the one that tense, nearness and weekday ask for."""
    if year:
        return _days_in_year(int(year) - (last < first), first, last)
    if anchor is None:
        return None
    around = range(anchor.year - 11, anchor.year + 12)  # within eleven years each day falls on each weekday
    spans = [_days_in_year(number, first, last) for number in around]
    if weekday:
        spans = [span for span in spans if span and span[0].weekday() == _weekday(weekday)]
    return _choose(spans, anchor, None if weekday else tense)


# --- absolute dates ----------------------------------------------------------------------------------------------
@_rule(rf"{_BEGIN}(?P<year>{_YEAR})(?P<sep>[-/])(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])"
       rf"(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.]\d{{1,9}})?(?:Z|[+-]\d\d:?\d\d)?)?{_END}(?!-)")  # fmt: skip
def _iso(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """2018-11-05, 2018-11-05T10:00:00Z"""
    return _one_day(date(int(match["year"]), int(match["month"]), int(match["day"])))


@_rule(rf"{_BEGIN}(?P<first>\d\d?)(?P<sep>[/.])(?P<second>\d\d?)(?P=sep)(?P<year>{_YEAR}){_END}")
def _numeric(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """25/12/2018 and 12/25/2018; 5.12.2018 is the fifth, 5/12/2018 is left open."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if match["sep"] == "." or first > 12 or first == second:
        return _one_day(date(year, second, first))
    return _one_day(date(year, first, second)) if second > 12 else None


_ODD_YEAR = rf"\d{{4}}(?![.,:]\d)(?!{_W}(?:GMT|UTC|hours|hrs|local)\b){_NO_COUNT}"  # 1867, 9999
_OF_YEAR = rf"(?:(?:,[^\S\n]?|{_W}|,?{_W}of{_W}|,?{_W}in{_W})(?P<year>{_YEAR}|{_ODD_YEAR})(?!\w))?"


@_rule(rf"{_BEGIN}{_WEEKDAY_PREFIX}(?P<day>{_DAY}){_W}(?:of{_W})?(?P<month>{_MONTH}){_OF_YEAR}{_END}")
@_rule(rf"{_BEGIN}{_WEEKDAY_PREFIX}(?P<month>{_MONTH}){_W}?(?P<day>{_DAY}){_OF_YEAR}{_END}{_NO_COUNT}")
def _day_of_month(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """5 November 2018, Nov. 5, November 5th, 2018, Monday, 5 November, the 5th of November; 5 November 9999 is none"""
    when = _month(match["month"]), _day(match["day"])
    return _days(when, when, match["year"], anchor, tense, match["weekday"])


_NTH_DAY = r"(?:[1-9]|[12]\d|3[01])(?:st|nd|rd|th)"
_GOES_ON = r"(?:and|as|at|but|for|in|to|when|where|while|with|after|before|he|she|they|it)\b"


@_rule(rf"{_after('on the', 'by the', 'of the', 'from the', 'since the', 'until the', 'before the', 'after the')}"
       rf"(?P<day>{_NTH_DAY})"
       rf"(?:{_W}of{_W}(?P<which>this|last|next|the){_W}month\b|(?=[.,;:!?)\n]|{_W}{_GOES_ON}|$))")  # fmt: skip
def _day_alone(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(on the) 24th, (on the) 3rd of next month; not "on the 24th floor". Tense and nearness choose the month."""
    if anchor is None:
        return None
    steps = {"this": (0,), "last": (-1,), "next": (1,)}.get(match["which"], (-2, -1, 0, 1, 2))
    months = [_months(anchor.year, anchor.month + step) for step in steps]
    day = _day(match["day"])
    spans = [_one_day(month[0].replace(day=day)) for month in months if month and day <= month[1].day]
    return _choose(spans, anchor, tense)


@_rule(rf"{_BEGIN}{_WEEKDAY_PREFIX}(?P<day>{_DAY}){_TO_OR_AND}(?:{_WEEKDAY},?{_W})?(?P<last_day>{_DAY}){_W}"
       rf"(?P<month>{_MONTH}){_OF_YEAR}{_END}")  # fmt: skip
@_rule(rf"{_BEGIN}{_WEEKDAY_PREFIX}(?P<month>{_MONTH}){_W}(?P<day>{_DAY}){_TO_OR_AND}(?P<last_day>{_DAY})"
       rf"{_OF_YEAR}{_END}{_NO_COUNT}")  # fmt: skip
def _days_of_month(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """3 to 5 May, 3-5 May 2019, March 2-4, November 4 and 5, 2018"""
    month, day, last_day = _month(match["month"]), _day(match["day"]), _day(match["last_day"])
    if last_day < day:
        return None
    return _days((month, day), (month, last_day), match["year"], anchor, tense, match["weekday"])


@_rule(rf"{_BEGIN}{_WEEKDAY_PREFIX}(?P<day>{_DAY}){_W}(?P<month>{_MONTH}){_TO}(?P<last_day>{_DAY}){_W}"
       rf"(?P<last_month>{_MONTH}){_OF_YEAR}{_END}")  # fmt: skip
@_rule(rf"{_BEGIN}{_WEEKDAY_PREFIX}(?P<month>{_MONTH}){_W}(?P<day>{_DAY}){_TO}(?P<last_month>{_MONTH}){_W}"
       rf"(?P<last_day>{_DAY}){_OF_YEAR}{_END}{_NO_COUNT}")  # fmt: skip
@_rule(rf"\b[Bb]etween{_W}(?P<day>{_DAY}){_W}(?P<month>{_MONTH}){_W}and{_W}(?P<last_day>{_DAY}){_W}"
       rf"(?P<last_month>{_MONTH}){_OF_YEAR}{_END}")  # fmt: skip
@_rule(rf"\b[Bb]etween{_W}(?P<month>{_MONTH}){_W}(?P<day>{_DAY}){_W}and{_W}(?P<last_month>{_MONTH}){_W}"
       rf"(?P<last_day>{_DAY}){_OF_YEAR}{_END}{_NO_COUNT}")  # fmt: skip
def _days_across_months(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """30 May to 2 June, Dec. 30 - Jan. 2, 2019, between May 30 and June 2"""
    first = _month(match["month"]), _day(match["day"])
    last = _month(match["last_month"]), _day(match["last_day"])
    if last < first and (last[0] - first[0]) % 12 not in range(1, 7):
        return None  # "from June 20 to June 10" is a slip; "from December 28 to January 3" crosses a year
    return _days(first, last, match["year"], anchor, tense, match.groupdict().get("weekday"))


@_rule(rf"{_BEGIN}(?:{_PART})?(?P<month>{_MONTH})(?:,?{_W}|,?{_W}of{_W})(?P<year>{_YEAR}){_END}{_NO_COUNT}")
def _month_of_year(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """November 2018, late Nov. 2018, May of 2015"""
    return _months(int(match["year"]), _month(match["month"]))


@_rule(rf"{_BEGIN}(?P<first>{_MONTH}){_TO}(?P<last>{_MONTH})(?:,?{_W}(?P<year>{_YEAR}))?{_END}(?!{_W}\d)")
@_rule(rf"\b[Bb]etween{_W}(?P<first>{_MONTH}){_W}and{_W}(?P<last>{_MONTH})(?:,?{_W}(?P<year>{_YEAR}))?{_END}(?!{_W}\d)")
def _month_range(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """March to May, March-May 2019, between March and May; "in March and May" are two expressions"""
    first, last = _month(match["first"]), _month(match["last"])
    count = (last - first) % 12 + 1
    if match["year"]:
        return _months(int(match["year"]) - (last < first), first, count)
    if anchor is None:
        return None
    return _choose([_months(anchor.year + step, first, count) for step in (-1, 0, 1)], anchor, tense or "past")


@_rule(rf"{_BEGIN}(?P<first>{_YEAR}){_TO}(?P<last>{_YEAR}){_END}(?!-){_NO_COUNT}")
@_rule(rf"\b[Bb]etween{_W}(?P<first>{_YEAR}){_W}and{_W}(?P<last>{_YEAR}){_END}{_NO_COUNT}")
def _year_range(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """2011-2015, 2011 to 2015, between 2011 and 2015"""
    first, last = int(match["first"]), int(match["last"])
    return _years(first, last - first + 1) if first <= last else None


_IN = _after("in", "since", "until", "till", "during", "before", "after", "by", "from", "of", "for", "between", "year")
_AND = r"(?:(?<=\b(?:19|20)\d\d\sand\s)|(?<=\b(?:19|20)\d\d\sor\s)|(?<=\b(?:19|20)\d\d,\s))"
_THE = _after("the", "a", "its", "his", "her", "their", "this")


@_rule(rf"(?:(?={_YEAR})(?:{_IN}|{_AND}|(?<=\())|{_BEGIN}{_PART}){_BEGIN}(?P<year>{_YEAR}){_END}(?!-){_NO_COUNT}")
@_rule(rf"{_THE}(?P<year>{_YEAR})(?={_W}[A-Za-z]){_NO_COUNT}")
@_rule(rf"{_BEGIN}(?P<year>{_YEAR})(?=['’]s\b)")
def _year(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(in) 2015, (since) 1960, early 2019, mid-2017, the end of 2018, the 2018 (summit)"""
    return _years(int(match["year"]))


@_rule(rf"{_BEGIN}(?:{_PART})?(?P<decade>(?:19|20)\d0)['’]?s\b")
def _decade(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(the) 1990s, early 2000s"""
    return _years(int(match["decade"]), 10)


_OF_WHAT = rf"(?P<which>the|this|last|next){_W}year|(?P<year>{_YEAR})"
_NTH = "first|second|third|fourth|last|final"


def _which_year(match: re.Match[str], anchor: date | None) -> int | None:
    """The year of "of 2019", "of last year"; None where there is none, or no anchor."""
    if match["year"]:
        return int(match["year"])
    if anchor is None or not match["which"]:
        return None
    return anchor.year + {"last": -1, "next": 1}.get(match["which"], 0)


@_rule(rf"\b(?P<nth>first|second|latter|last){_W}half{_W}of{_W}(?:{_OF_WHAT}|(?P<month>{_MONTH})(?:{_W}(?P<of>{_YEAR}))?)"
       rf"(?!\w)")  # fmt: skip
def _half(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(the) first half of the year, second half of 2019, first half of May: that month"""
    if match["month"]:
        return _month_by_name(match["month"], match["of"], anchor, tense)
    year = _which_year(match, anchor)
    return None if year is None else _months(year, 1 if match["nth"] == "first" else 7, 6)


@_rule(rf"\b(?:(?P<nth>{_NTH})(?:{_W}|-)quarter(?:{_W}of{_W}(?:{_OF_WHAT}))?|Q(?P<number>[1-4])(?:{_W}(?P<of>{_YEAR}))?)"
       rf"(?!\w)")  # fmt: skip
def _quarter(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(the) third quarter, first quarter of 2019, Q3 2018"""
    quarter = int(match["number"]) if match["number"] else _ORDINALS.get(match["nth"], 4)
    year = int(match["of"]) if match["of"] else _which_year(match, anchor)
    if year is not None:
        return _months(year, 3 * quarter - 2, 3)
    if anchor is None or match["nth"] in ("last", "final"):
        return None
    return _choose([_months(anchor.year + step, 3 * quarter - 2, 3) for step in (-1, 0, 1)], anchor, tense or "past")


@_rule(rf"\b(?P<nth>{_NTH}){_W}(?P<unit>week|weekend){_W}of{_W}(?P<month>{_MONTH})(?:,?{_W}(?P<of>{_YEAR}))?(?!\w)")
def _week_of_month(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(the) first week of May: its days 1 to 7; last week: its last seven days; a weekend is one of the month's"""
    month = _month_by_name(match["month"], match["of"], anchor, tense)
    if month is None or match["unit"] == "weekend":
        return month
    nth = _ORDINALS.get(match["nth"])
    start = month[0] + timedelta(days=7 * (nth - 1)) if nth else month[1] - timedelta(days=6)
    return start, start + timedelta(days=6), "week"


# --- months and seasons without a year ---------------------------------------------------------------------------
def _month_by_name(name: str, year: str | None, anchor: date | None, tense: str | None) -> Reading:
    """A month; without a year the latest begun, for the future the first that isn't over."""
    if year:
        return _months(int(year), _month(name))
    if anchor is None:
        return None
    return _choose([_months(anchor.year + step, _month(name)) for step in (-1, 0, 1)], anchor, tense or "past")


_SURE_MONTHS = _either_case(tuple(name for name in _MONTHS if name not in ("march", "may", "april", "june", "august")))
_NAME_MONTHS = "April|June|August"  # also people's names: not bare
_WORD_MONTHS = "March|May"  # also verbs and names
_WHICH_YEAR = rf"(?:{_W}(?:of{_W})?(?P<which>last|this|next){_W}year)"


@_rule(rf"{_BEGIN}(?:{_PART}|(?P<last>last|this|next|this{_W}past){_W})(?P<month>{_MONTH}){_WHICH_YEAR}?{_END}")
@_rule(rf"{_BEGIN}(?P<last>)(?P<month>{_MONTH}){_WHICH_YEAR}{_END}")
@_rule(rf"{_BEGIN}(?P<last>)(?P<which>)(?P<month>{_SURE_MONTHS}|(?:Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\.){_END}(?!{_W}\d)")
@_rule(rf"{_after('in', 'since', 'until', 'till', 'during', 'by', 'from', 'of', 'for', 'before', 'after')}(?P<last>)"
       rf"(?P<which>)(?P<month>{_NAME_MONTHS}){_END}(?!{_W}(?:\d|[A-Z]))")  # fmt: skip
@_rule(rf"{_after('in', 'until', 'till', 'during', 'since')}(?P<last>)(?P<which>)"
       rf"(?P<month>{_WORD_MONTHS}|{_NAME_MONTHS}){_END}"
       rf"(?!{_W}(?:\d|Day\b|Madness|Revolution|Uprising|took|became|was|came|said))")  # fmt: skip
def _month_alone(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(in) September, last May, next March, mid-November, September last year"""
    if anchor is None:
        return None
    number = _month(match["month"])
    if match["which"]:
        return _months(anchor.year + {"last": -1, "this": 0, "next": 1}[match["which"]], number)
    last = match["last"] or ""
    if last == "last" or "past" in last:
        return _months(anchor.year - (number >= anchor.month), number)
    if last == "next":
        return _months(anchor.year + (number <= anchor.month), number)
    if last == "this":
        return _months(anchor.year, number)
    return _month_by_name(match["month"], None, anchor, tense)


_SEASON = "|".join(f"{name}|{name.capitalize()}" for name in _SEASONS)


@_rule(rf"\b(?<!Arab[ ])(?<!Prague[ ])(?:{_PART})?(?P<season>{_SEASON})(?:,?{_W}(?:of{_W})?)(?P<year>{_YEAR})(?!\w)")
@_rule(rf"{_BEGIN}(?:{_PART})?(?P<which>last|this|next){_W}(?P<season>{_SEASON})(?P<year>)\b")
def _season(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """spring 2019, the summer of 2018, last autumn; "winter 2019" can be either end of the year: that year"""
    first_month = _SEASONS[match["season"].lower()]
    if match["year"]:
        year = int(match["year"])
        return _years(year) if first_month == 12 else _months(year, first_month, 3)
    if anchor is None:
        return None
    seasons = [_months(anchor.year + step, first_month, 3) for step in (-2, -1, 0, 1)]
    if match["which"] == "last":
        return max(span for span in seasons if span and span[1] < anchor)
    if match["which"] == "next":
        return min(span for span in seasons if span and span[0] > anchor)
    return _choose(seasons, anchor, tense)


# --- weekdays ----------------------------------------------------------------------------------------------------
_NAMED_DAY = "".join(
    rf"(?<!{word}[ ])"
    for word in ("Black", "Bloody", "Good", "Palm", "Easter", "Ash", "Cyber", "Holy", "Mail on", "every", "each",
                 "Every", "Each", "Sheffield", "Super", "Pentecost", "Maundy")
)  # fmt: skip
_NO_NEWSPAPER = rf"(?!{_W}(?:Times|Telegraph|Mirror|Mail|Express|Post|Herald|Star|World|Independent|Tribune|Agreement))"
_LAST = rf"(?P<which>last|next|this{_W}past|this{_W}coming|this|the{_W}coming|coming|the{_W}past|past|the{_W}following)"


@_rule(rf"{_BEGIN}{_NAMED_DAY}(?:{_LAST}{_W})?(?:(?:early|late|earlier|later){_W}(?:on{_W})?)?(?P<day>{_WEEKDAY})\b"
       rf"{_NO_NEWSPAPER}(?:{_W}{_HOURS}\b)?(?:{_W}(?:of{_W})?(?P<week>last|this|next){_W}week\b)?")  # fmt: skip
def _by_weekday(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(on) Monday, last Friday, next Tuesday, Tuesday evening, Wednesday of next week

    "Last" and "next" mean another week than the anchor's: what was yesterday is called by its bare name.
    """
    if anchor is None:
        return None
    weekday, which = _weekday(match["day"]), match["which"] or ""
    if match["week"]:
        monday = _latest(0, anchor) + timedelta(days=7 * {"last": -1, "this": 0, "next": 1}[match["week"]])
        return _one_day(monday + timedelta(days=weekday))
    if "following" in which:
        return None
    monday = _latest(0, anchor)
    if which == "last":
        return _one_day(_latest(weekday, monday - timedelta(days=1)))
    if which == "next":
        return _one_day(_soonest(weekday, monday + timedelta(days=7)))
    if "past" in which:
        return _one_day(_latest(weekday, anchor - timedelta(days=1)))
    if "coming" in which:
        return _one_day(_soonest(weekday, anchor + timedelta(days=1)))
    if which == "this":
        return _one_day(monday + timedelta(days=weekday))
    return _one_day(_soonest(weekday, anchor) if tense == "future" else _latest(weekday, anchor))


@_rule(rf"{_BEGIN}(?P<weekday>{_WEEKDAY})(?:{_W}{_HOURS})?,?{_W}the{_W}(?P<day>{_NTH_DAY})\b"
       rf"(?!{_W}(?:of{_W})?{_MONTH})")  # fmt: skip
def _weekday_the_nth(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """Monday the 17th: the nearest one; None where no month near has that day on that weekday"""
    if anchor is None:
        return None
    months = filter(None, (_months(anchor.year, anchor.month + step) for step in range(-6, 7)))
    days = [first.replace(day=_day(match["day"])) for first, last, _ in months if _day(match["day"]) <= last.day]
    return _choose([_one_day(day) for day in days if day.weekday() == _weekday(match["weekday"])], anchor, None)


@_rule(rf"{_BEGIN}(?P<weekday>{_WEEKDAY}){_W}week\b")
def _weekday_week(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """Tuesday week: the Tuesday after the one to come"""
    if anchor is None:
        return None
    return _one_day(_soonest(_weekday(match["weekday"]), anchor + timedelta(days=1)) + timedelta(days=7))


_FEASTS = {"new year's eve": (12, 31), "new year's day": (1, 1), "christmas eve": (12, 24), "christmas day": (12, 25)}


@_rule(rf"\b(?P<feast>(?:New{_W}Year['’]s|Christmas){_W}(?:Eve|Day))\b")
def _feast(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """New Year's Eve, Christmas Day"""
    when = _FEASTS[" ".join(match["feast"].lower().replace("’", "'").split())]
    return _days(when, when, None, anchor, tense)


@_rule(rf"\b(?P<first>yesterday|today|tonight|tomorrow)(?:{_W}{_HOURS})?{_TO}(?P<last>{_WEEKDAY})\b{_NO_NEWSPAPER}")
def _deictic_range(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """tomorrow to Tuesday"""
    if anchor is None:
        return None
    start = anchor + timedelta(days=_TODAY[match["first"]])
    return start, _soonest(_weekday(match["last"]), start), "day"


_OF_WEEK = rf"(?:,?{_W}(?:of{_W})?(?P<week>last|this|next){_W}week\b)?"
_NEIGHBOURS = "|".join(
    rf"{one.capitalize()}{_W}and{_W}{other.capitalize()}" for one, other in pairwise((*_WEEKDAYS, _WEEKDAYS[0]))
)


@_rule(rf"{_BEGIN}{_NAMED_DAY}(?P<first>{_WEEKDAY})(?:{_W}{_HOURS})?{_TO}(?P<last>{_WEEKDAY})\b{_NO_NEWSPAPER}"
       rf"{_OF_WEEK}")  # fmt: skip
@_rule(rf"\b[Bb]etween{_W}(?P<first>{_WEEKDAY}){_W}and{_W}(?P<last>{_WEEKDAY})\b{_NO_NEWSPAPER}{_OF_WEEK}")
@_rule(rf"{_BEGIN}{_NAMED_DAY}(?:(?P<which>last|next|this){_W})?(?=(?:{_NEIGHBOURS})\b)(?P<first>{_WEEKDAY}){_W}and{_W}"
       rf"(?P<last>{_WEEKDAY}){_NO_NEWSPAPER}{_OF_WEEK}")  # fmt: skip
def _weekday_range(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """Sunday to Tuesday, between Monday and Wednesday, Monday and Tuesday of next week"""
    if anchor is None:
        return None
    weekday = _weekday(match["first"])
    week = match["week"] or match.groupdict().get("which")
    if week:
        start = _latest(0, anchor) + timedelta(days=7 * {"last": -1, "this": 0, "next": 1}[week] + weekday)
        return start, _soonest(_weekday(match["last"]), start), "day"
    start = _soonest(weekday, anchor) if tense == "future" else _latest(weekday, anchor)
    return start, _soonest(_weekday(match["last"]), start), "day"


# --- seen from the anchor ----------------------------------------------------------------------------------------
@_rule(rf"\b(?<![A-Za-z][ ])(?P<day>Yesterday|Today|Tonight|Tomorrow)\b(?:{_W}{_HOURS}\b)?")
@_rule(rf"\b(?:(?:early|late|earlier|later){_W})?(?P<day>yesterday|today|tonight|tomorrow)\b(?:{_W}{_HOURS}\b)?")
def _deictic(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """yesterday, earlier today, tomorrow morning"""
    return None if anchor is None else _one_day(anchor + timedelta(days=_TODAY[match["day"].lower()]))


@_rule(rf"\b(?P<which>the{_W}day{_W}before{_W}yesterday|the{_W}day{_W}after{_W}tomorrow|(?:late{_W})?last{_W}night|"
       rf"(?:early{_W}|later{_W})?[Tt]his{_W}(?:morning|afternoon|evening))\b")  # fmt: skip
def _deictic_phrase(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """last night, this morning, the day before yesterday"""
    if anchor is None:
        return None
    words = match["which"]
    step = -2 if "yesterday" in words else 2 if "tomorrow" in words else -1 if "night" in words else 0
    return _one_day(anchor + timedelta(days=step))


def _unit(unit: str, steps: int, anchor: date) -> Reading:
    """The week, month, quarter or year that lies ``steps`` from the anchor's own; for days that day."""
    if unit == "day":
        return _one_day(anchor + timedelta(days=steps))
    if unit in ("week", "fortnight"):
        return _week_of(anchor + timedelta(days=7 * steps * (2 if unit == "fortnight" else 1)))
    if unit == "month":
        return _months(anchor.year, anchor.month + steps)
    if unit == "quarter":
        return _months(anchor.year, (anchor.month - 1) // 3 * 3 + 1 + 3 * steps, 3)
    return _years(anchor.year + steps * (10 if unit == "decade" else 1))


@_rule(rf"\b(?:(?P<part>[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate|[Mm]id|start{_W}of|beginning{_W}of|middle{_W}of|end{_W}of)"
       rf"(?:{_W}(?:in{_W}|on{_W})?|-))?(?P<which>[Ll]ast|[Tt]his|[Nn]ext|the{_W}coming|coming|the{_W}current|this{_W}coming)"
       rf"{_W}(?P<unit>week|month|quarter|year)\b(?!{_W}of\b)(?!-(?:long|old))")  # fmt: skip
@_rule(rf"\b(?P<part>[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate|start|beginning|middle|end){_W}(?:in|of){_W}(?P<which>the){_W}"
       rf"(?P<unit>week|month|year)\b(?!{_W}of\b)")  # fmt: skip
def _calendar_unit(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """next week, last month, earlier this month, later this year, early next year, (by the) end of the year"""
    if anchor is None:
        return None
    which, part = match["which"].lower(), (match["part"] or "").lower()
    step = -1 if which == "last" else 1 if which == "next" or "coming" in which else 0
    span = _unit(match["unit"], step, anchor)
    if span and step == 0 and part == "earlier":
        return span[0], anchor, span[2]
    if span and step == 0 and part == "later":
        return anchor, span[1], span[2]
    return span


@_rule(rf"\b(?:[Tt]he{_W})?(?P<unit>week|month|year){_W}(?P<side>before{_W}last|after{_W}next)\b")
def _next_but_one(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """the week before last, the year after next"""
    return None if anchor is None else _unit(match["unit"], -2 if "last" in match["side"] else 2, anchor)


@_rule(rf"\b(?P<which>(?:[Ll]ast|[Tt]his{_W}past|[Tt]his|[Nn]ext|the{_W}coming|this{_W}coming|coming|the{_W}past)|"
       rf"(?<=\bover\s)the|(?<=\bat\s)the|(?<=\bduring\s)the|(?<=\bon\s)the|(?<=\bOver\s)the|(?<=\bAt\s)the)"
       rf"{_W}weekend\b")  # fmt: skip
@_rule(r"^(?P<which>the)\sweekend$")
def _weekend(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(over) the weekend, this weekend, next weekend: Saturday and Sunday"""
    if anchor is None:
        return None
    which = match["which"].lower()
    if which == "last":
        sunday = _latest(6, anchor - timedelta(days=1))
    elif which == "next" or "coming" in which:
        sunday = _soonest(5, anchor + timedelta(days=1)) + timedelta(days=1)
    elif tense == "future" or (which == "this" and tense is None):
        sunday = _soonest(6, anchor)
    else:
        sunday = _latest(5, anchor) + timedelta(days=1)
    return sunday - timedelta(days=1), sunday, "week"


@_rule(rf"\b(?P<more>(?:[Mm]ore{_W}than|[Ll]ess{_W}than|over|under|at{_W}least){_W})?(?P<number>{_NUMBER}){_W}"
       rf"(?P<unit>day|week|fortnight|month|year|decade)s?{_W}ago\b")  # fmt: skip
def _ago(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """three days ago; two weeks ago: that week; a year ago: that year; "more than a year ago" stays open"""
    number = _number(match["number"])
    if anchor is None or number is None or match["more"]:
        return None
    return _unit(match["unit"], -number, anchor)


@_rule(rf"{_NO_VERB}\b(?P<which>last|past|next|coming){_W}(?:(?P<number>{_NUMBER}){_W}(?:days|weeks|months|years|decades)"
       rf"|(?<=past\s)(?:week|month|year|decade))\b")  # fmt: skip
def _past_units(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(in the) past two weeks, (over the) next ten days, (the) past year: up to, or from, the anchor"""
    number = _number(match["number"]) if match["number"] else 1
    if anchor is None or number is None:
        return None
    unit = match[0].split()[-1].rstrip("s")
    forward = match["which"] in ("next", "coming")
    other = _shift(anchor, unit, number if forward else -number)
    precision = "year" if unit == "decade" else unit
    return (anchor, other, precision) if forward else (other, anchor, precision)


def _shift(day: date, unit: str, count: int) -> date:
    """``day`` moved by that many days, weeks, months or years; in a shorter month its last day."""
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.month - 1 + count * {"month": 1, "year": 12, "decade": 120}[unit]
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@_rule(rf"\b(?:(?P<within>[Ww]ithin)|[Ii]n){_W}(?P<number>{_NUMBER}){_W}"
       rf"(?P<unit>day|week|month|year)(?P<time>s?(?:['’]s?)?{_W}time\b)?(?:s\b|\b)(?!{_W}of\b)(?!['’])")  # fmt: skip
@_rule(rf"\b(?P<within>)(?P<number>{_NUMBER}){_W}(?P<unit>day|week|month|year)(?P<time>s?{_W}from{_W}(?:now|today))\b")
def _ahead(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """(in) two weeks, three days from now; without a future "in two weeks" may say how long it took"""
    number = _number(match["number"])
    if anchor is None or number is None or not (match["time"] or tense == "future"):
        return None
    if match["within"] is not None and match["time"] is None:
        return anchor, _shift(anchor, match["unit"], number), match["unit"]
    if match["unit"] == "week" and "today" in (match["time"] or ""):  # "a week from today" is a day
        return _one_day(_shift(anchor, "week", number))
    return _unit(match["unit"], number, anchor)


# --- told, but not to be resolved without more ---------------------------------------------------------------------
@_rule(rf"\b{_NUMBER}{_W}"
       rf"(?:day|week|month|year|decade)s?{_W}(?:later|earlier|before|after|afterwards)\b")  # fmt: skip
@_rule(rf"\b(?:the|The|that|That)(?:{_W}(?:next|previous|following|same))?{_W}"
       rf"(?:(?<=next\s)|(?<=previous\s)|(?<=following\s)|(?<=same\s)|(?<=[Tt]hat\s))"
       rf"(?:day|week|weekend|month|year|{_DAYTIME})\b(?!{_W}of\b)")  # fmt: skip
@_rule(rf"\b(?:the|The){_W}(?:day|week|month|year|{_DAYTIME}){_W}(?:before|after)\b")
@_rule(rf"\b[Rr]ecent{_W}(?:days|weeks|months|years|decades)\b")
def _anaphoric(match: re.Match[str], anchor: date | None, tense: str | None) -> Reading:
    """three days later, the following week, recent months: they hang on another event, or on nothing"""
    return None


_DISTANCE = re.compile(
    rf"(?i:(?P<which>the|that|the{_W}(?P<nth>next|following|same|previous)|that{_W}same)|(?P<number>{_NUMBER})){_W}"
    rf"(?i:(?P<unit>day|week|{_DAYTIME})s?(?:{_W}(?P<side>later|earlier|before|after|afterwards))?)"
)


def distance(text: str) -> tuple[str, int] | None:
    """("day", steps) or ("week", steps) from another act for words that count from it; None for other words.

    >>> distance("two days later"), distance("the day before"), distance("That same day"), distance("recent days")
    (('day', 2), ('day', -1), ('day', 0), None)
    """
    match = _DISTANCE.fullmatch(text)
    if match is None:
        return None
    count = 1 if match["which"] else _number(match["number"])
    if count is None or (match["number"] and not match["side"]):
        return None
    if match["side"]:
        sign = -1 if match["side"].lower() in ("earlier", "before") else 1
    else:
        sign = {"next": 1, "following": 1, "previous": -1}.get((match["nth"] or "").lower(), 0)
    unit = match["unit"].lower()
    return unit if unit == "week" else "day", sign * count


def count_from(day: date, unit: str, steps: int, text: str) -> Interval:
    """The day, or the week, that lies so many steps from ``day``; ``text`` are the words that say so."""
    start, end, precision = _unit(unit, steps, day) or (day, day, "day")
    return Interval(start, end, precision, text)


_BARE = [
    (re.compile(rf"(?P<last>)(?P<which>)(?P<month>{_MONTH})"), _month_alone),
    (re.compile(rf"(?P<year>{_YEAR})"), _year),
    (re.compile(rf"(?P<day>{_NTH_DAY})(?:{_W}of{_W}(?P<which>this|last|next|the){_W}month)?"), _day_alone),
]
"""What ``find`` found thanks to the preposition before it, given without it."""


_HINT = re.compile(
    r"\b(?:Jan|JAN|Feb|FEB|Mar|MAR|Apr|APR|May|MAY|Ju[nl]|JU[NL]|Aug|AUG|Sep|SEP|Oct|OCT|Nov|NOV|Dec|DEC|Q[1-4])|"
    r"(?:day|DAY|night|morrow|(?:th(?:is|at)|same|next|following|previous)\s{1,3}(?:morning|afternoon|evening)|"
    r"week|fortnight|month|year|quarter|decade|half)|"
    rf"\b(?:{_SEASON})\b|(?:19|20)\d\d|2100|the\s\d{{1,2}}(?:st|nd|rd|th)\b|"
    r"(?:['’]s|Christmas)\s(?:Day|Eve)\b"
)
"""What every expression holds: the grammar is tried around it only, which is three times as fast."""
_MARGIN = 60  # characters around a hint; no expression reaches farther from one


def _windows(text: str) -> list[tuple[int, int]]:
    """The stretches of ``text`` that hold hints, in order, apart from each other."""
    windows: list[tuple[int, int]] = []
    for hint in _HINT.finditer(text):
        start, end = hint.start() - _MARGIN, hint.end() + _MARGIN
        if windows and start <= windows[-1][1]:
            windows[-1] = windows[-1][0], end
        else:
            windows.append((max(0, start), end))
    return windows


def _matches(text: str) -> list[tuple[re.Match[str], Reader]]:
    """The expressions of ``text`` from left to right: where they overlap the first, of these the longest."""
    windows = _windows(text)
    found = [
        (match, order, reader)
        for order, (pattern, reader) in enumerate(_RULES)
        for start, end in windows
        for match in pattern.finditer(text, start, end)
    ]
    found.sort(key=lambda item: (item[0].start(), -item[0].end(), item[1]))
    chosen: list[tuple[re.Match[str], Reader]] = []
    for match, _, reader in found:
        if match.end() > match.start() and (not chosen or match.start() >= chosen[-1][0].end()):
            chosen.append((match, reader))
    return chosen


def find(text: str) -> list[TimeExpression]:
    """All time expressions of ``text``, from left to right, none overlapping."""
    return [TimeExpression(match.start(), match.end(), match[0]) for match, _ in _matches(text)]


def resolve(text: str, anchor: date | None, tense: str | None = None) -> Interval | None:
    """The days that the first time expression in ``text`` means, or None where it says too little.

    ``anchor`` is the day the words were written; with None only absolute dates resolve. ``tense`` ('past', 'future' or
    None) says which way "on Monday" or "in September" points: back to the latest, or ahead to the first. With None
    weekdays and months point back, and a day without a year is the nearest one.
    """
    if len(text) > _REMEMBERED_LENGTH:
        return _resolve.__wrapped__(text, anchor, tense)
    return _resolve(text, anchor, tense)


_REMEMBERED_LENGTH = 100  # characters; no expression is longer


@lru_cache(maxsize=4096)  # the same few words are asked for in every sentence of a text
def _resolve(text: str, anchor: date | None, tense: str | None) -> Interval | None:
    stripped = text.strip()
    bare = [(match, reader) for pattern, reader in _BARE if (match := pattern.fullmatch(stripped))]
    for match, reader in (bare or _matches(text))[:1]:
        try:
            reading = reader(match, anchor, tense)
        except (ValueError, OverflowError):  # 31 June; before year 1 or after 9999
            return None
        if reading is None or reading[0].year < FIRST_YEAR or reading[1].year > LAST_YEAR:
            return None
        start, end, precision = reading
        return Interval(start, end, precision, match[0]) if start <= end else None
    return None


# --- which days can be -------------------------------------------------------------------------------------------
def impossible(start: date | None, end: date | None, told: date, *, has_occurred: bool) -> str | None:
    """Why what was told on the day ``told`` can't have these days, and what to do; None where it can, as without days.

    As the checks intervals_in_order, dates_in_bounds and occurred_before_reported ask of events.
    """
    if start is None and end is None:
        return None
    if start is None or end is None:
        return "it has one day of two — say both start_date and end_date"
    if start.year < FIRST_YEAR:
        return f"nothing is coded before {FIRST_YEAR} — leave the day out (start_date=) where it is older"
    if end < start:
        return f"it would end on {end}, before it begins on {start} — say both start_date and end_date"
    if end > _ten_years_later(told):
        return f"{end} is more than ten years after it was told, on {told}"
    if has_occurred and start > told + timedelta(days=1):  # a day's slack for time zones
        return (
            f"it was told on {told}, so it hasn't occurred with a beginning on {start} — if it is planned, say "
            "status_type=planned; else say the right start_date"
        )
    return None


def _ten_years_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 10)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + 10, day=28)

"""The day an article was published: given beside it, printed on it, or worked out from what it says.

``printed`` reads what a page prints in its own words, ``inferred`` solves for the year where a text has only weekdays
and a day of a month.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from demarche import dates
from demarche.documents.datelines import find_dateline
from demarche.documents.moments import Moment, ambiguous_days, days_in, label_of, short_days

# --- printed on the page -----------------------------------------------------------------------------------------
_NO_DATE_OF_ISSUE = re.compile(r"(?i)^today\b|copyright|©|all rights reserved|\bsince\b|founded|established|https?://")
_MAX_LINE = 200
_MAX_LABEL = 30
_MAIL_HEADER = re.compile(r"(?i)(?:date|sent)\s?:\s")  # a text sent on is older than the mail in which it is
_OTHER_HEADER = re.compile(r"(?i)(?:from|to|subject)\s?:\s")
_MOST_FIELDS = 60  # lines behind an article that are searched for one
_MAX_BESIDE = 15  # letters beside a date behind the article, as a place or an outlet has; a teaser has more


@dataclass(frozen=True)
class Order:
    """What is known of how a page writes 8/11/2016."""

    month_first: bool | None = None
    month: tuple[int, int] | None = None
    """Year and month in which its address says that it was published."""
    latest: date = date.max
    """When it was fetched: no day of publication is later."""
    guesses: bool = False
    """Where nothing decides, the day stands first, as in most countries."""
    has_short_years: bool = False
    """Years may have two digits, as on web pages; in a text a browser may have printed them, on a later day."""


UNKNOWN_ORDER = Order()


def printed(
    head: Sequence[str], tail: Sequence[str], body: str, order: Order = UNKNOWN_ORDER
) -> tuple[Moment | None, Moment | None]:
    """Publication and modification as lines around the article print them; None each where they don't.

    A line before the article may be a bare date; behind it, it must say that it is the date of issue, or hold nothing
    else. Two days are told apart by the label nearest before them, which may stand on a line of its own.
    ``order`` says how 8/11/2016 is meant where the article doesn't.
    """
    publishes, modifies = label_of("published"), label_of("modified")
    published = modified = sent = None
    is_mail = any(map(_OTHER_HEADER.match, head))
    for lines, is_head in ((head, True), (tail[:8], False)):
        before = ""
        for line in lines:
            if len(line) > _MAX_LINE or _NO_DATE_OF_ISSUE.search(line):
                before = ""
                continue
            last = 0
            label_above, before = before, line if len(line) <= _MAX_LABEL else ""
            for start, end, day in _days_of(line, body, order):
                label = line[last:start] if last or start > 1 else label_above
                last = end
                bare = len(re.findall(r"[^\W\d_]", line[:start] + line[end:])) <= _MAX_BESIDE
                if modifies.search(label) and not publishes.search(label):
                    modified = modified or day
                elif is_mail and _MAIL_HEADER.match(line):
                    sent = sent or day
                elif publishes.search(label) or (is_head and not _is_sentence(line)) or (bare and not is_head):
                    published = published or day
    published = published or sent or _recorded(tail[8:], body, order) or _in_copyright_year(head, tail)
    published = published or _in_month_of_address(head, order)
    return published or modified, modified


def _recorded(lines: Sequence[str], body: str, order: Order) -> Moment | None:
    """The day of the first field of a data base's record that holds nothing but the day of issue."""
    for line in lines[:_MOST_FIELDS]:
        days = _days_of(line, body, order) if len(line) <= _MAX_LABEL + _MAX_BESIDE and ":" in line else []
        if len(days) == 1 and line[days[0][1] :].strip(" .") == "":
            label = line[: days[0][0]].rstrip()
            if label.endswith(":") and label_of("published").search(label) and not label_of("modified").search(label):
                return days[0][2]
    return None


_COPYRIGHT_YEAR = re.compile(r"(?i)(?:©|\(c\)|copyright)\W{0,3}(?:[a-z]{2,20}\W{1,2}){0,4}((?:19|20)\d\d)(?![\w–-])")


def _in_copyright_year(head: Sequence[str], tail: Sequence[str]) -> Moment | None:
    """The day that a line above the article gives with its weekday and without its year, if it fell on that weekday in
    the only year of which the page has a copyright."""
    found = (_COPYRIGHT_YEAR.search(line) for line in (*head, *tail) if len(line) <= 2 * _MAX_LINE)
    years = {match[1] for match in found if match}
    dated = (line for line in head if len(line) <= _MAX_LINE and not _is_sentence(line)) if len(years) == 1 else ()
    for line in dated:
        weekday, month_day = _ON_WEEKDAY.search(line), _MONTH_DAY.search(line)
        interval = dates.resolve(f"{month_day[0]} {min(years)}", None) if weekday and month_day else None
        if weekday and interval and f"{interval.start_date:%A}" == weekday["weekday"]:
            return Moment(interval.start_date)
    return None


def _in_month_of_address(head: Sequence[str], order: Order) -> Moment | None:
    """The day without a year above the article that falls into the month which the address names."""
    year, month = order.month or (0, 0)
    for line in head if year else ():
        if len(line) <= _MAX_LABEL + 2 * _MAX_BESIDE and not _is_sentence(line) and str(year) not in line:
            month_day = _MONTH_DAY.search(line)
            for _, _, moment in days_in(f"{month_day[0] if month_day else line} {year}"):
                if (moment.day.year, moment.day.month) == (year, month):
                    return Moment(moment.day)
    return None


_MORNING = 12  # hours after midnight in Greenwich in which it may still be the day before in America


def as_printed(moment: Moment, head: Sequence[str]) -> Moment:
    """An instant that metadata give in UTC, with the outlet's own day, as the lines above the article print it: that of
    the same instant in another zone, or, without a time, the day before, if it may be the same instant in America. A
    later day without a time may be that of a change, and says nothing."""
    found = printed(head, (), "")[0]
    if found is None or moment.instant is None or found.day == moment.day:
        return moment
    if found.instant:
        is_same = abs(found.instant - moment.instant) < timedelta(minutes=1)
    else:
        is_same = moment.day - found.day == timedelta(days=1) and moment.instant.hour < _MORNING
    return replace(moment, day=found.day) if is_same else moment


def _is_sentence(line: str) -> bool:
    return len(line.split()) > 8 and (line.rstrip("\"”’')").endswith((".", "?", "!")) or ". " in line[60:])


def _days_of(line: str, body: str, order: Order) -> list[tuple[int, int, Moment]]:
    """The absolute days of a line. 8/11/2016 is the one of its two readings whose weekday the line says or the article
    speaks of, else that of the month in the address, else the only one that isn't later than the fetch, else as
    ``order`` says."""
    found = []
    for start, end, *days in ambiguous_days(line):
        beside = [day for day in days if re.search(rf"\b{day:%a}", line)]
        spoken = [day for day in days if re.search(rf"\b{day:%A}\b", body[:3_000])]
        of_month = [day for day in days if (day.year, day.month) == order.month]
        past = [day for day in days if day <= order.latest]
        if only := next((some for some in (beside, spoken, of_month, past) if len(some) == 1), None):
            found.append((start, end, Moment(only[0])))
    taken = {start for start, _, _ in found}
    month_first = False if order.guesses and order.month_first is None else order.month_first
    found += [day for day in days_in(line, month_first=month_first) if day[0] not in taken]
    found += short_days(line, month_first=month_first) if order.has_short_years else []
    return sorted(found, key=lambda day: day[:2])


_DATELINE_START = re.compile(r"[A-ZÀ-Þ][\w'’. -]{2,30}(?:, [A-ZÀ-Þ][\w. -]{1,30})?[,(]\s?")
_DATELINE_CHARACTERS = 100
_DATELINE_END = re.compile(
    r"(?:\s?/\s?\d{1,2}[:.]\d\d\s?(?:[AaPp]\.?[Mm]\.?)?)?(?:,\s[A-Z]{2,8})?(?:\s?\([^()]{2,40}\)\.?)?"
    r"\s?(?:[-–—]{1,2}|:)(?:\s|$)"
)  # the time, the agency, the dash


def dateline_day(paragraphs: Sequence[str]) -> Moment | None:
    """The day of a dateline that names its year: "OSLO, Tuesday, June 14, 2016 -", or of a line like one."""
    dateline = find_dateline(paragraphs[0]) if paragraphs else None
    filed = dates.resolve(dateline[0], None) if dateline else None
    if filed and filed.precision_type == "day":
        return Moment(filed.start_date)
    opening = (paragraphs[0] if paragraphs else "")[:_DATELINE_CHARACTERS]
    start = _DATELINE_START.match(opening)
    found = dates.find(opening) if start else []
    if not start or not found or found[0].start_offset > start.end() + 2:
        return None
    interval = dates.resolve(found[0].text, None)
    ends = _DATELINE_END.match(paragraphs[0][found[0].end_offset :][:_DATELINE_CHARACTERS])
    return Moment(interval.start_date) if ends and interval and interval.precision_type == "day" else None


# --- worked out --------------------------------------------------------------------------------------------------
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"
_REPORTED = re.compile(
    r"\b(?:said|says|told|reported|reports|announced|announces|confirmed|confirms|stated|wrote|disclosed|revealed)\b"
    rf"[^.!?\n]{{0,40}}?\s(?:on\s|late\s|early\s){{0,2}}{_WEEKDAY}\b"
)
_PLANNED = re.compile(
    r"\b(?:will|shall|would|to be|is to|are to|due|scheduled|planned?|expected|set|next|coming|until|by|invited)\b"
    r"[^.!?\n]{0,60}$"
)
_ON_WEEKDAY = re.compile(rf"\b(?<!next\s)(?<!every\s){_WEEKDAY}\b")
_YEAR_NAMED = re.compile(r"(?<![\d.,$€£])(?<!\bby\s)(?<!\buntil\s)(?<!\bthrough\s)(?:19|20)\d\d(?![\d%]|[.,]\d)")
_DAY_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
_MONTH_DAY = re.compile(rf"(?<!\w)(?:{_DAY_NUMBER}\s[A-Z][a-z]{{2,8}}\.?|[A-Z][a-z]{{2,8}}\.?\s{_DAY_NUMBER})(?!\w)")
_WEEKDAY_BEFORE = re.compile(rf"{_WEEKDAY},?\s[(\[]?$")
_HEADING_WEEKDAY = re.compile(
    rf"(?:[A-ZÀ-Þ][\w'’. -]{{1,30}},\s)?{_WEEKDAY}(?:\s(?:morning|afternoon|evening|night))?(?:$|\s?[-–—(:])"
)
_FULL_DATE = re.compile(
    rf"\b{_WEEKDAY},?\s(?P<date>{_DAY_NUMBER}\s[A-Z][a-z]{{2,8}}\.?,?\s(?:19|20)\d\d|"
    rf"[A-Z][a-z]{{2,8}}\.?\s{_DAY_NUMBER},?\s(?:19|20)\d\d)\b"
)
_LEAD_PARAGRAPHS = 3
_MAX_CAPTION = 400
_FROM_FILES = re.compile(r"(?i)\b(?:file|archive)\b.{0,3}(?:photo|picture|image)|\(file\b|^file\b")
_MAX_YEARS = 11  # within eleven years every day of a month falls on every weekday


def inferred(paragraphs: Sequence[str], others: Sequence[str], fetched: date) -> date | None:
    """The one day of publication that fits what the article says, or None where it says too little or contradicts.

    Given: the weekday on which the news was reported ("the agency reported Tuesday"), a day of a month without a year
    (in a dateline, a caption, the text), and the latest past year that the text names: its own year it would call
    "this year". Asked: the first later year in which the day of the month falls on the weekday that belongs to it:

    * a day that stands beside its weekday ("Monday, Nov. 5") belongs to that one,
    * a dateline's day belongs to the weekday of reporting,
    * else the day of the event that is reported: the latest weekday that the lead names as past.

    A weekday that opens the article ("SUVA, Thursday -") or stands alone above it is that of reporting, and where the
    text names a day with weekday and year ("began on Wednesday, May 17, 2023"), published is the first such weekday
    from it on, or the last before what lies ahead. A caption or footer that gives the year as well needs no such
    search; its weekday must be one that the lead names. Published is then the first such weekday of reporting, from
    the day itself to six days later; without a weekday of reporting, the caption's day. All days must lead to the same
    answer. What lies after the fetch is no answer.
    """
    text = "\n".join(paragraphs)
    lead = "\n".join(paragraphs[:_LEAD_PARAGRAPHS])
    headed = next(filter(None, map(_HEADING_WEEKDAY.match, [*paragraphs[:1], *others])), None)
    reported = headed or _REPORTED.search(lead) or _REPORTED.search(text)
    issue_weekday = _WEEKDAYS.index(reported["weekday"]) if reported else None
    answers = _from_full_dates(text, issue_weekday) if headed and issue_weekday is not None else set()
    if not answers:
        days = _captioned_days(others, lead) or _solved_days(paragraphs, others, issue_weekday, lead, fetched)
        answers = {
            day if issue_weekday is None else day + timedelta(days=(issue_weekday - day.weekday()) % 7) for day in days
        }
    answer = answers.pop() if len(answers) == 1 else None
    return answer if answer and answer <= fetched + timedelta(days=1) else None


def _from_full_dates(text: str, issue_weekday: int) -> set[date]:
    """The weekday of reporting nearest to each day that the text names with its weekday and year: on it or after it,
    or before it where it lies ahead. Days so named are near ones; others ("signed on 3 May 1999") are history."""
    answers = set()
    for match in _FULL_DATE.finditer(text):
        interval = dates.resolve(match["date"], None)
        if interval is None or f"{interval.start_date:%A}" != match["weekday"]:
            continue
        day, distance = interval.start_date, (issue_weekday - interval.start_date.weekday()) % 7
        lies_ahead = _PLANNED.search(text, max(0, match.start() - 80), match.start())
        answers.add(day + timedelta(days=distance - 7 if lies_ahead and distance else distance))
    return answers


def _captioned_days(others: Sequence[str], lead: str) -> set[date]:
    """Days with their year in captions and footers that fall on a weekday which the lead names."""
    named = {match["weekday"] for match in _ON_WEEKDAY.finditer(lead)}
    intervals = [
        dates.resolve(expression.text, None)
        for line in others
        if not _NO_DATE_OF_ISSUE.search(line) and not _FROM_FILES.search(line)
        for expression in dates.find(line[:_MAX_CAPTION])
    ]
    days = {interval.start_date for interval in intervals if interval and interval.precision_type == "day"}
    return {day for day in days if f"{day:%A}" in named}


def _solved_days(
    paragraphs: Sequence[str], others: Sequence[str], issue_weekday: int | None, lead: str, fetched: date
) -> set[date]:
    """Days of a month without a year, each in the first year that fits its weekday."""
    years = [int(year) for year in _YEAR_NAMED.findall("\n".join((*paragraphs, *others)))]
    years = [year for year in years if year <= fetched.year]
    if issue_weekday is None or not years:
        return set()
    dated = _dated_weekdays(paragraphs, others, issue_weekday, lead)
    return {day for words, weekday in dated if (day := _first_year(words, weekday, max(years) + 1))}


def _dated_weekdays(
    paragraphs: Sequence[str], others: Sequence[str], issue_weekday: int, lead: str
) -> list[tuple[str, int]]:
    """Days of a month without a year, each with the weekday that belongs to it; the surest kind only."""
    everything = "\n".join((*paragraphs, *others))
    yearless = [
        match
        for match in _MONTH_DAY.finditer(everything)
        if _is_yearless(match[0], everything[match.end() : match.end() + 9])
    ]
    beside = [
        (match[0], _WEEKDAYS.index(before["weekday"]))
        for match in yearless
        if (before := _WEEKDAY_BEFORE.search(everything, max(0, match.start() - 14), match.start()))
    ]
    if beside:
        return beside
    dateline = paragraphs[0][:80] if paragraphs else ""
    if re.match(r"[A-ZÀ-Þ][A-ZÀ-Þ'’. /-]{2,30}[,(]", dateline) and (match := _MONTH_DAY.search(dateline)):
        return [(match[0], issue_weekday)] if _is_yearless(match[0], dateline[match.end() :]) else []
    event_weekday = _past_weekday(lead, issue_weekday)
    if event_weekday is None:
        return []
    return [(match[0], event_weekday) for match in yearless]


def _is_yearless(month_day: str, after: str) -> bool:
    return bool(dates.find(month_day)) and not re.match(r",?\s(?:of\s)?(?:19|20)\d\d", after)


def _past_weekday(lead: str, issue_weekday: int) -> int | None:
    """The weekday nearest before the reporting that the lead names without saying that it lies ahead."""
    named = {
        _WEEKDAYS.index(match["weekday"])
        for match in _ON_WEEKDAY.finditer(lead)
        if not _PLANNED.search(lead[max(0, match.start() - 80) : match.start()])
    }
    return min(named - {issue_weekday}, key=lambda weekday: (issue_weekday - weekday) % 7, default=None)


def _first_year(month_day: str, weekday: int, from_year: int) -> date | None:
    for year in range(from_year, min(from_year + _MAX_YEARS, dates.LAST_YEAR) + 1):
        interval = dates.resolve(f"{month_day} {year}", None)
        if interval and interval.start_date.weekday() == weekday:
            return interval.start_date
    return None

"""Days and instants as metadata and pages write them: by machines in many forms, by people in many languages.

A day is always wanted, an instant only where its time zone is known. The day is the outlet's own: 23:30 in Auckland is
that day, whatever it was in Greenwich.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from demarche import codebook, dates

_MAX_CHARACTERS = 100  # of what metadata give
_NO_DAY = date(1970, 1, 1)  # a machine's zero, nobody's day of publication


@dataclass(frozen=True)
class Moment:
    """A day in the outlet's own time zone, and the instant (UTC) where the zone is known."""

    day: date
    instant: datetime | None = None
    is_of_greenwich: bool = field(default=False, compare=False)
    """The zone is UTC, in which machines write: elsewhere it may be another day."""


def read_instant(given: str | None, *, month_first: bool | None = None) -> Moment | None:
    """What metadata give: ISO 8601 and its kin, the form of mail headers, seconds since 1970, or any absolute day in
    words. None where it is none. ``month_first`` says how 8/11/2016 is meant, where that is known."""
    text = _in_our_digits((given or "").strip()[:_MAX_CHARACTERS])
    if not any(mark.isdigit() for mark in text):
        return None
    stamp = _NAMED_ZONE.sub("", _GREENWICH.sub("+00:00", text))
    for reader in (datetime.fromisoformat, _loose, _mail, _ctime):
        try:
            moment = reader(stamp)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if moment is not None:
            return _moment(moment)
    found = next(iter(days_in(text, month_first=month_first)), None)
    return found[2] if found else None


_GREENWICH = re.compile(r"(?<=\d)\s?(?:UTC|GMT|Z)$")
_NAMED_ZONE = re.compile(r"(?<=[+-]\d{4})\s[A-Z]{3,4}$")


def _mail(text: str) -> datetime | None:
    """As in mail headers, with their zone; without one, words say more of it."""
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else None


def _ctime(text: str) -> datetime:
    """Tue Nov  6 23:30:00 2018, as programs in C and those like them write it."""
    return datetime.strptime(text, "%a %b %d %H:%M:%S %Y")


_OTHER_DIGIT = re.compile(r"(?![0-9])\d")


def _in_our_digits(text: str) -> str:
    """The text with the digits of other scripts, as Arabic's, written as ours; each character stays where it is."""
    return text if text.isascii() else _OTHER_DIGIT.sub(lambda match: str(int(match[0])), text)


_DIGITS = re.compile(r"(?P<stamp>\d{14}|\d{12})|(?P<seconds>1\d{9})(?:\d{3}|\.\d{1,6})?")
_LOOSE = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})\.?"
    r"(?:(?:T|,?\s{1,2}(?:[-|@•]\s|at\s)?)(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,9})?)?"
    r"(?:\s?(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))?)?.{0,20}"
)


def _loose(text: str) -> datetime | None:
    """2019/3/4 9:05, 2019.03.04., 20190304223000, and seconds or milliseconds since 1970; None for other forms."""
    if digits := _DIGITS.fullmatch(text):
        if digits["seconds"]:
            return datetime.fromtimestamp(int(digits["seconds"]), UTC)
        return datetime.strptime(digits["stamp"].ljust(14, "0"), "%Y%m%d%H%M%S")
    if not (match := _LOOSE.fullmatch(text)):
        return None
    found = datetime(*(int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")))  # type: ignore[arg-type]
    if match["sign"]:
        offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
        return found.replace(tzinfo=timezone(-offset if match["sign"] == "-" else offset))
    return found


def _moment(moment: datetime) -> Moment | None:
    if not dates.FIRST_YEAR <= moment.year <= dates.LAST_YEAR or moment.date() == _NO_DAY:
        return None
    return Moment(moment.date(), moment.astimezone(UTC) if moment.tzinfo else None, moment.utcoffset() == timedelta())


@cache
def label_of(*kinds: str) -> re.Pattern[str]:
    """The words beside a day that say that the article was ``published`` or ``modified`` then."""
    words = "|".join(word for kind in kinds for word in codebook.document("furniture")["dated"][kind])
    return re.compile(rf"(?<!\w)(?:{words})(?![^\W\u3040-\ud7a3])", re.IGNORECASE)


# --- in words ----------------------------------------------------------------------------------------------------
_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2((?:19|20)\d\d)(?![\d/])")
_YEAR_FIRST = re.compile(r"(?<![\d/.-])((?:19|20)\d\d)([/.-])(\d{1,2})\2(\d{1,2})(?!\d)")
_SPACED = re.compile(r"(?<![\d/.-])(\d{1,2})\.\s(\d{1,2})\.\s((?:19|20)\d\d)(?!\d)")  # "12. 3. 2016"
_SPACED_YEAR_FIRST = re.compile(r"(?<![\d/.-])((?:19|20)\d\d)\.\s(\d{1,2})\.\s(\d{1,2})(?!\d)")
_DENSE = re.compile(r"((?:19|20)\d\d)\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_SHORT_YEAR_FIRST = re.compile(r"(?<![\d/.-])(\d\d)([-.])(\d\d)\2(\d\d)(?=\s\d\d:\d\d)")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_SHORT_YEAR = re.compile(r"(?<![\d/.-])(\d\d)\.(\d\d)\.(\d\d)(?=\D{1,4}\d\d[:.]\d\d(?!\d))")  # "07.10.20 - 09:12"
_SHORT_SLASHED = re.compile(
    r"(?<![\d/.-])(\d{1,2})(/)(\d{1,2})/(\d\d)(?=(?:,|\s[-–|])?\s(?:at\s)?\d{1,2}:\d\d(?!\d)|$)"
)  # "3/5/15 10:22 AM", and at the end of a line
_DASHED_MONTH = re.compile(r"(?<!\w)(\d{1,2})[-/]([A-Za-z]{3,9})[-/]((?:19|20)\d\d)(?!\w)")
_SHORT_YEAR_IN_WORDS = re.compile(
    r"(?<![\w.:])(\d{1,2})\s([^\W\d_]{3,9})\.?\s['’]?(\d\d)(?=$|[)\]]|\s[-–—]\s|\s\d{1,2}:\d\d)"
)  # "21 Apr 94 17:52:08", "(01 September 06 - 07 September 06)"
_CTIME = re.compile(
    r"(?<!\w)(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s([A-Z][a-z]{2})\s{1,2}(\d{1,2})\s\d\d:\d\d(?::\d\d)?\s"
    r"(?:[A-Z]{3,4}\s)?((?:19|20)\d\d)(?!\d)"
)  # as programs in C and mailboxes write it
_FILED = re.compile(r"(?<=[A-Z]-)(\d\d)-(\d\d)-(\d\d)\s\d{4}(?:[ECMP][SD]T|GMT)(?![A-Za-z])")  # as American wires end
_COMPACT = re.compile(r"\s*((?:19|20)\d\d)(\d\d)(\d\d)\s*")


_ROMAN = re.compile(
    r"(?<![\w.])(\d{1,2})(?:\.\s?|[\s/-])(I{1,3}|IV|VI{0,3}|IX|XI{0,2})(?:\.\s?|[\s/-])((?:19|20)\d\d)(?!\d)"
)
_ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def days_in(line: str, *, month_first: bool | None = None) -> list[tuple[int, int, Moment]]:
    """The absolute days of a line, in order: start, end, and the day, as an instant where the line gives time and zone.

    8/11/2016 has two readings and counts only where ``month_first`` says which is meant.
    """
    if not any(mark.isdigit() for mark in line):
        return []
    line = _in_our_digits(line)
    cuts = [0, *(match.start() for match in _GLUED.finditer(line)), len(line)]
    found = {
        cut + start: (cut + end, day)
        for cut, behind in pairwise(cuts)
        for start, (end, day) in _dated(line[cut:behind], month_first).items()
    }
    days = []
    last = 0
    for start, (end, day) in sorted(found.items()):
        if start >= last and dates.FIRST_YEAR <= day.year <= dates.LAST_YEAR:
            days.append((start, end, Moment(day, _clock(line, last, start, end, day))))
            last = end
    return days


_GLUED = re.compile(r"(?<=(?<!\d)(?:19|20)\d\d)(?=\d{1,2}[:.]\d\d(?!\d))")  # "3 May 20219:05", where elements touched
_LONGEST_ISSUE = timedelta(days=7)  # from the first day on which a weekly is sold to the last


def _dated(text: str, month_first: bool | None) -> dict[int, tuple[int, date]]:
    """Where days begin, where they end, and which they are; of those of a weekly ("16 - 22 August 2001") the first."""
    found = {start: (end, day) for start, end, day in _numeric(text, month_first)}
    for expression in dates.find(text):
        interval = dates.resolve(expression.text, None)
        if interval and interval.precision_type == "day" and interval.end_date - interval.start_date <= _LONGEST_ISSUE:
            found.setdefault(expression.start_offset, (expression.end_offset, interval.start_date))
    return found or {start: (end, day) for start, end, day in _foreign(text)}


def ambiguous_days(line: str) -> list[tuple[int, int, date, date]]:
    """Days as 8/11/2016, which have two readings: start, end, month first, day first."""
    found = []
    for match in _SLASHED.finditer(line):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if first != second and 1 <= first <= 12 and 1 <= second <= 12 and match[2] == "/":
            found.append((match.start(), match.end(), date(year, first, second), date(year, second, first)))
    return found


_UNITED_STATES = re.compile(r"[\s,|at-]{1,6}\d{1,2}:\d\d(?::\d\d)?\s?(?:[AaPp]\.?[Mm]\.?)?\s?(?:[ECMP][SD]?T)\b")


def order_of_days(text: str) -> bool | None:
    """Whether a page's dates put the month first: its others do, as 12/28/2018, or a time of the United States stands
    behind one. None where they don't say, or disagree."""
    orders = set()
    for match in _SLASHED.finditer(text):
        first, second = int(match[1]), int(match[3])
        if match[2] == "/" and (first > 12) is not (second > 12):
            orders.add(first < second)
        elif _UNITED_STATES.match(text, match.end()):
            orders.add(True)
    return orders.pop() if len(orders) == 1 else None


def _numeric(line: str, month_first: bool | None) -> Iterator[tuple[int, int, date]]:
    for match in (*_YEAR_FIRST.finditer(line), *_DENSE.finditer(line), *_SPACED_YEAR_FIRST.finditer(line)):
        year, month, day = (int(part) for part in match.groups() if part.isdigit())
        yield from _valid(match, year, month, day)
    for match in _SLASHED.finditer(line):
        yield from _slashed(match, int(match[4]), month_first)
    for match in _SPACED.finditer(line):
        yield from _valid(match, int(match[3]), int(match[2]), int(match[1]))
    for match in _SHORT_YEAR.finditer(line):
        yield from _valid(match, 2000 + int(match[3]), int(match[2]), int(match[1]))
    if _EAST_ASIAN.search(line):
        for match in _SHORT_YEAR_FIRST.finditer(line):
            yield from _valid(match, 2000 + int(match[1]), int(match[3]), int(match[4]))
    for match in _ROMAN.finditer(line):
        yield from _valid(match, int(match[3]), _ROMAN_MONTHS.index(match[2]) + 1, int(match[1]))
    for match in _DASHED_MONTH.finditer(line):
        month = _month_numbers().get(match[2].lower(), 0)
        yield from _valid(match, int(match[3]), month, int(match[1]))
    for match in _SHORT_YEAR_IN_WORDS.finditer(line):
        month = _month_numbers().get(match[2].lower(), 0)
        yield from _valid(match, _century(int(match[3])), month, int(match[1]))
    for match in _CTIME.finditer(line):
        yield from _valid(match, int(match[3]), _month_numbers().get(match[1].lower(), 0), int(match[2]))
    for match in _FILED.finditer(line):
        yield from _valid(match, _century(int(match[3])), int(match[1]), int(match[2]))
    if compact := _COMPACT.fullmatch(line):
        yield from _valid(compact, int(compact[1]), int(compact[2]), int(compact[3]))


def _slashed(match: re.Match[str], year: int, month_first: bool | None) -> Iterator[tuple[int, int, date]]:
    first, second = int(match[1]), int(match[3])
    if first > 12 or first == second or match[2] != "/" or month_first is False:
        yield from _valid(match, year, second, first)
    elif second > 12 or month_first:
        yield from _valid(match, year, first, second)


def short_days(line: str, *, month_first: bool | None = None) -> list[tuple[int, int, Moment]]:
    """The days of a line whose years have two digits, as 3/5/15: start, end, day; as ``days_in`` gives the others."""
    found = (
        day for match in _SHORT_SLASHED.finditer(line) for day in _slashed(match, _century(int(match[4])), month_first)
    )
    return [(start, end, Moment(day)) for start, end, day in found]


def _century(year: int) -> int:
    """The year of two digits: no page is older than the first machines that kept any."""
    return year + (1900 if year >= 70 else 2000)


def _valid(match: re.Match[str], year: int, month: int, day: int) -> Iterator[tuple[int, int, date]]:
    try:
        yield match.start(), match.end(), date(year, month, day)
    except ValueError:
        return


@cache
def _month_numbers() -> dict[str, int]:
    english = {name[:length].lower(): number for number, name in enumerate(_ENGLISH, 1) for length in (3, 9)}
    for row in codebook.table("months"):
        for number, spellings in enumerate(row["names"].split(";"), 1):
            for name in spellings.split("|"):
                english.setdefault(name.lower(), number)
    return english


_ENGLISH = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December")  # fmt: skip


@cache
def _foreign_day() -> tuple[re.Pattern[str], ...]:
    names = "|".join(re.escape(name) for name in sorted(_month_numbers(), key=lambda name: (-len(name), name)))
    month = rf"(?P<month>{names})(?!\w)\.?(?:\s?/\s?(?:{names})(?!\w))?"
    year = r"(?P<year>(?:19|20)\d\d)(?!\d)"
    day = r"(?<!\d)(?P<day>\d{1,2})(?:er|º|°|ª|\.|-?е|-го)?"
    of = r",?\s?(?:de\s|del\s|d['’]|του\s|năm\s)?"
    return (
        re.compile(rf"{day}[\s-]{of}{month}{of}[\s-]?{year}", re.IGNORECASE),
        re.compile(rf"(?<!\w){month}\s{day},?\s{year}", re.IGNORECASE),
        re.compile(rf"{year}\.?\s(?:m\.\s)?{month}\s{day}", re.IGNORECASE),
        re.compile(rf"{year}\.\sgada\s{day}\s{month}", re.IGNORECASE),
    )


def _foreign(line: str) -> Iterator[tuple[int, int, date]]:
    if not re.search(r"(?:19|20)\d\d", line):
        return
    for pattern in _foreign_day():
        for match in pattern.finditer(line):
            yield from _valid(match, int(match["year"]), _month_numbers()[match["month"].lower()], int(match["day"]))


# --- time and zone -----------------------------------------------------------------------------------------------
_ZONES = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "BST": 60, "IST": 330, "CET": 60, "MEZ": 60, "WAT": 60, "CEST": 120,
    "MESZ": 120, "EET": 120, "CAT": 120, "SAST": 120, "EEST": 180, "MSK": 180, "EAT": 180, "TRT": 180, "AST": -240,
    "GST": 240, "PKT": 300, "ICT": 420, "WIB": 420, "SGT": 480, "HKT": 480, "PHT": 480, "AWST": 480, "KST": 540,
    "JST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "BRT": -180, "ART": -180,
}  # fmt: skip
"""Minutes east of Greenwich of what outlets write behind a time. IST is India's, CST and AST America's."""
_SEASONAL = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])(?:[:.h](?P<minute>[0-5]\d)(?::[0-5]\d)?)?\s?(?P<half>[AaPp]\.?[Mm]\.?)?"
    rf"\s?[(\[]?(?P<zone>(?:{'|'.join((*sorted(_ZONES, key=len, reverse=True), *_SEASONAL))})(?![A-Za-z]))"
    r"(?:\s?(?P<sign>[+-])(?P<east>\d{1,2})(?::?(?P<minutes>[0-5]\d))?(?!\d))?"
)


_WORD = re.compile(r"[^\W\d_]{3}")


def _clock(line: str, last: int, start: int, end: int, day: date) -> datetime | None:
    """The instant, where a time with its zone stands just behind the day, or just before it."""
    behind, before = line[end : end + 40], line[max(last, start - 30) : start]
    found = _CLOCK.search(behind)
    is_apart = found and _WORD.search(behind, 0, found.start())  # "9:47 p.m. ET March 12 | Updated 11:02 p.m. ET"
    for match in (_CLOCK.search(before), found) if is_apart else (found, _CLOCK.search(before)):
        if not match or not (match["minute"] or match["half"]):
            continue
        hour = int(match["hour"])
        if match["half"]:
            hour = hour % 12 + (12 if match["half"][0] in "Pp" else 0)
        zone = _zone(match)
        if zone:
            return datetime.combine(day, time(hour, int(match["minute"] or 0)), zone).astimezone(UTC)
    return None


def _zone(match: re.Match[str]) -> tzinfo | None:
    if name := _SEASONAL.get(match["zone"]):
        try:
            return ZoneInfo(name)
        except ZoneInfoNotFoundError:
            return None
    minutes = _ZONES[match["zone"]]
    if match["sign"]:
        east = int(match["east"]) * 60 + int(match["minutes"] or 0)
        minutes += -east if match["sign"] == "-" else east
    return timezone(timedelta(minutes=minutes)) if abs(minutes) < 24 * 60 else None

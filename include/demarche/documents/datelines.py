"""Datelines: where, and often when, a text was filed, as it begins: "OSLO, June 14 (Agency) -".

They differ by house: with or without day, year and agency; behind them a dash with or without blanks, a colon, a full
stop, nothing at all. Without dash and colon, a day of the calendar must stand in it, and the place be in capitals or
in the gazetteer: "In Paris, June 1 was a holiday" has none.
"""

from __future__ import annotations

import re

from demarche import dates, places
from demarche.codebook.names import fold

_MONTH = r"[A-Z](?:[a-z]{2,8}|[A-Z]{2,8})\.?"
_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?"
_DAY = (
    rf",\s(?:{_WEEKDAY},?\s)?(?:{_MONTH}\s{_NUMBER}|{_NUMBER}\s{_MONTH})(?:,?\s\d{{4}})?"
    r"(?:\s?/\s?\d{1,2}[:.]\d\d\s?(?:[AaPp]\.?[Mm]\.?)?)?"
)
_AGENCY = r"(?:\s?[(\[][^()\[\]]{2,40}[)\]]|\s/[A-Z][^/]{1,39}/)"
_IN_CAPITALS = r"(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ’'./ -]{2,30}[A-ZÀ-Þ.])"
_IN_WORDS = r"(?P<place>[A-ZÀ-Þ][\w’' -]{2,30})"
_REGION = r"(?:,\s[A-ZÀ-Þ][\w. -]{1,30})?"
_BEGINS = r"(?=[\"“‘'A-ZÀ-Þ])"
_JOINED = rf"(?:—|--){_BEGINS}"
_SPACED = r"\.?\s?(?:[-–—]{1,3}|:)\s"
_DASH = rf"(?:{_SPACED}|(?<![A-ZÀ-Þ]{{2}}\.){_JOINED})"  # "BACON.—The" heads a paragraph
_FROM = r"(?:[(\[][^()\[\]]{2,50}[)\]]\s)?"  # (From our correspondent)
_STOP = rf"\.(?:{_AGENCY}\.?)?\s{_BEGINS}"
_SURE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_IN_CAPITALS}{_REGION}(?:{_DAY})?(?:{_AGENCY}|,\s[A-Z]{{2,8}})?{_DASH}",  # PRAGUE, May 3 (Agency) -
        rf"{_IN_WORDS}{_REGION}(?:{_DAY})?{_AGENCY}{_SPACED}",  # Prague, May 3 (Agency) -
        *(
            rf"{place}{_REGION}{_AGENCY}{_DAY}{_DASH}" for place in (_IN_CAPITALS, _IN_WORDS)
        ),  # PRAGUE (Agency), 3 May -
        rf"{_IN_WORDS}{_REGION}{_DAY}{_AGENCY}?{_DASH}",  # Prague, May 3—
        r"(?P<place>[A-ZÀ-Þ]{4,20})\.\s(?=[A-Z])",  # PRAGUE. The
    )
)
_NOTHING = r"\s(?=[A-ZÀ-Þ][a-zß-ÿ]*\s[a-zß-ÿ])"
_LIKELY = tuple(  # (From our correspondent) PRAGUE, May 3. (Agency) The; Prague, May 3 Many who
    re.compile(rf"{_FROM}{place}{_REGION}(?P<day>{_DAY})(?:{_AGENCY}?{_DASH}|{_STOP}|{_NOTHING})")
    for place in (_IN_CAPITALS, _IN_WORDS)
)
_LONGEST = 150


def find_dateline(paragraph: str) -> tuple[str, str] | None:
    """A dateline as it stands at the start of an article, and its place; "OSLO, June 14 (Agency) -" and "Oslo"."""
    opening = paragraph[:_LONGEST]
    match = next(filter(None, (pattern.match(opening) for pattern in _SURE)), None) or _likely(opening)
    if match is None:
        return None
    place = match["place"].strip()
    return match[0].strip(), place.title() if place.isupper() else place


def _likely(opening: str) -> re.Match[str] | None:
    for match in filter(None, (pattern.match(opening) for pattern in _LIKELY)):
        place = match["place"].strip()
        if dates.find(match["day"]) and (place.isupper() or places.load_places().named(fold(place))):
            return match
    return None

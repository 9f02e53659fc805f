"""Who holds which office, asked of Wikidata (or any SPARQL endpoint that has its items): heads of state and government,
foreign ministers, heads of international organisations.

One question per role and a few states at a time, with a pause between. Answers are hostile until read: bounded in size
and time, redirects aren't followed, and each row is taken only if its cells are what they should be.

Source: Wikidata, CC0 1.0. P39 position held, P580 and P582 its start and end, P1906 and P1313 the offices of a state's
head and of its government's, Q7330070 foreign minister, P3975 and P488 secretary-general and chairperson.
"""

from __future__ import annotations

import calendar
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import urllib3

ENDPOINT = "https://query.wikidata.org/sparql"
ROLES = ("head_of_state", "head_of_government", "foreign_minister", "organisation_head")
STATES_AT_ONCE = 20
MAX_ANSWER_BYTES = 20_000_000
ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 120.0

_QID = re.compile(r"Q[1-9][0-9]{0,11}")
_DAY = re.compile(r"\+?(\d{4})-(\d\d)-(\d\d)T")
_DAY_PRECISION, _MONTH_PRECISION = 11, 10  # of wikibase:timePrecision
_MALE, _FEMALE = "Q6581097", "Q6581072"
_NAME = re.compile(r"[^\W\d_][^\x00-\x1f\x7f;<>\u200b-\u200f\u202a-\u202e\u2066-\u2069]{1,99}")

_TENURE = """
  ?held pqv:P580 [ wikibase:timeValue ?start ; wikibase:timePrecision ?startPrecision ] .
  OPTIONAL { ?held pqv:P582 [ wikibase:timeValue ?end ; wikibase:timePrecision ?endPrecision ] . }
  FILTER(!BOUND(?end) || YEAR(?end) >= %(since)d)
  FILTER NOT EXISTS { ?held wikibase:rank wikibase:DeprecatedRank }
  ?person wdt:P31 wd:Q5 ; rdfs:label ?name . FILTER(LANG(?name) = "en")
  OPTIONAL { ?person wdt:P21 ?gender . }
  OPTIONAL { ?office rdfs:label ?officeName . FILTER(LANG(?officeName) = "en") }
"""
_OF_STATES = {
    "head_of_state": "?country wdt:P1906 ?office .",
    "head_of_government": "?country wdt:P1313 ?office .",
    "foreign_minister": "?office wdt:P279* wd:Q7330070 ; wdt:P1001|wdt:P17 ?country .",
}
_HEADS = """
  VALUES (?statement ?value ?officeName) { (p:P3975 ps:P3975 "secretary-general") (p:P488 ps:P488 "chairperson") }
  ?body ?statement ?held . ?held ?value ?person .
"""
_HEAD = "SELECT DISTINCT ?body ?person ?name ?officeName ?start ?startPrecision ?end ?endPrecision ?gender WHERE {"


class WikidataError(RuntimeError):
    """The endpoint can't be asked, or doesn't answer as one does; the message says what to do."""


@dataclass(frozen=True)
class Tenure:
    """An office that somebody held, as the endpoint tells it; ``body`` is an ISO alpha-3 or an organisation's id."""

    role: str
    body: str
    person_id: str
    name: str
    gender: str
    office_name: str
    start_date: date
    end_date: date | None


def questions(role: str, bodies: Sequence[str], since: int) -> Iterator[str]:
    """The SPARQL that asks for a role in ``bodies`` (ISO alpha-3, or QIDs of organisations), some of them at a time:
    tenures that had not ended when the year ``since`` began."""
    for first in range(0, len(bodies), STATES_AT_ONCE):
        some = bodies[first : first + STATES_AT_ONCE]
        tenure = _TENURE % {"since": since}
        if role == "organisation_head":
            values = " ".join(f"wd:{body}" for body in some if _QID.fullmatch(body))
            yield f"{_HEAD}\n  VALUES ?body {{ {values} }}{_HEADS}{tenure.replace('?office rdfs', '?none rdfs')}}}"
            continue
        values = " ".join(f'"{body}"' for body in some if re.fullmatch("[A-Z]{3}", body))
        held = "?person p:P39 ?held . ?held ps:P39 ?office ."
        offices = f"?country wdt:P298 ?body . {_OF_STATES[role]}"
        yield f"{_HEAD}\n  VALUES ?body {{ {values} }}\n  {offices}\n  {held}{tenure}}}"


class Endpoint:
    """A SPARQL endpoint over HTTP."""

    def __init__(
        self,
        url: str = ENDPOINT,
        *,
        contact: str = "",
        timeout_seconds: float = 90.0,
        pause_seconds: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(url)
        is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme not in ("https", "http") or not parts.hostname or (parts.scheme == "http" and not is_near):
            raise WikidataError(f"{url}: not the address of an endpoint — it begins with https://")
        self.url = url
        self.pause_seconds = pause_seconds
        self.sleep = sleep
        if not contact.isprintable() or not contact.isascii():
            raise WikidataError(f"{contact!r}: no mail address")
        agent = f"demarche/{version('demarche')} ({contact or 'gazetteer update'}) urllib3/{urllib3.__version__}"
        headers = {
            "Accept": "application/sparql-results+json",
            "Content-Type": "application/sparql-query",
            "User-Agent": agent,
        }
        timeout = urllib3.Timeout(connect=10.0, read=timeout_seconds)
        self.pool = urllib3.PoolManager(timeout=timeout, retries=False, headers=headers)

    def tenures(self, role: str, bodies: Sequence[str], since: int) -> Iterator[tuple[list[Tenure], int]]:
        """Per question, the tenures that it brought and how many rows were unusable. Raises WikidataError."""
        for number, question in enumerate(questions(role, bodies, since)):
            if number:
                self.sleep(self.pause_seconds)
            rows = self._rows(question)
            found = [_tenure(role, row, bodies) for row in rows]
            yield [one for one in found if one is not None], found.count(None)

    def _rows(self, question: str) -> list[Any]:
        try:
            rows = json.loads(self._answer(question))["results"]["bindings"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise WikidataError(f"{self.url}: the answer is no SPARQL result — is this an endpoint?") from None
        if not isinstance(rows, list):
            raise WikidataError(f"{self.url}: the answer is no SPARQL result — is this an endpoint?")
        return rows

    def _answer(self, question: str) -> bytes:
        reason = ""
        for attempt in range(ATTEMPTS):
            try:
                answer = self.pool.request("POST", self.url, body=question.encode(), preload_content=False)
            except urllib3.exceptions.HTTPError as error:
                reason = str(error).partition(": ")[2] or type(error).__name__
                wait = 2.0**attempt
            else:
                try:
                    if answer.status == 200:
                        return self._content(answer)
                    reason = f"HTTP {answer.status}"
                    if answer.status not in (429, 500, 502, 503, 504):
                        break
                    wait = _seconds(answer.headers.get("Retry-After"), 5.0 * 2**attempt)
                except urllib3.exceptions.HTTPError as error:
                    reason, wait = f"the answer broke off ({type(error).__name__})", 2.0**attempt
                finally:
                    answer.close()
            if attempt + 1 < ATTEMPTS:
                self.sleep(wait)
        raise WikidataError(f"{self.url}: no answer ({reason}) — nothing was changed; try again later")

    def _content(self, answer: Any) -> bytes:
        parts, size = [], 0
        for part in answer.stream(65_536):
            parts.append(part)
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise WikidataError(f"{self.url}: an answer of more than {MAX_ANSWER_BYTES} bytes")
        return b"".join(parts)


def _seconds(header: str | None, default: float) -> float:
    try:
        return min(max(float(header or default), 0.0), LONGEST_WAIT_SECONDS)
    except ValueError:
        return default


def _tenure(role: str, row: Any, bodies: Sequence[str]) -> Tenure | None:
    """A row of an answer; None where a cell isn't what it should be."""
    if not isinstance(row, Mapping):
        return None
    body, person = _id(row, "body"), _id(row, "person")
    name, start = _text(row, "name"), _day(row, "start", is_end=False)
    has_end = "end" in row
    end = _day(row, "end", is_end=True)
    if body not in bodies or not _QID.fullmatch(person) or not _NAME.fullmatch(name) or start is None:
        return None
    if (has_end and end is None) or (end and end < start):
        return None
    gender = {_MALE: "m", _FEMALE: "f"}.get(_id(row, "gender"), "")
    return Tenure(role, body, person, name, gender, _text(row, "officeName"), start, end)


def _text(row: Mapping[str, Any], column: str) -> str:
    cell = row.get(column)
    value = cell.get("value") if isinstance(cell, Mapping) else None
    return value if isinstance(value, str) else ""


def _id(row: Mapping[str, Any], column: str) -> str:
    return _text(row, column).rpartition("/")[2]


def _day(row: Mapping[str, Any], column: str, *, is_end: bool) -> date | None:
    """The day of a cell; of a month or year that is known no better, the first, and the last of an end."""
    found = _DAY.match(_text(row, column))
    precision = _text(row, f"{column}Precision")
    if not found:
        return None
    year, month, day = map(int, found.groups())
    level = int(precision) if precision.isdigit() and len(precision) < 3 else _DAY_PRECISION
    if level < _MONTH_PRECISION:
        month, day = (12, 31) if is_end else (1, 1)
    elif level < _DAY_PRECISION and 1 <= month <= 12:
        day = calendar.monthrange(year, month)[1] if is_end else 1
    try:
        return date(year, month, day)
    except ValueError:
        return None

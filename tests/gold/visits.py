"""Official visits, told by articles that were written from facts: does each come out as one event, with days and fate?

    python -m tests.gold.visits                 the figures of every set below `visits/`
    python -m tests.gold.visits SET... --wrong  and what went wrong, in the sets named (never in a frozen one)

A set is a folder: `documents.jsonl` holds the articles, as the pipeline reads them; `visits.jsonl` the visits (visitor,
country, host, start, end, status, and the articles that tell of it); `also_told.jsonl` visits that some articles
mention besides. The articles are read and resolved like any others. An event of mode visit *is* a visit if it rests on
one of its articles, and names no other country as the visitor's or as the host, nor nobody but others as visitors (a
minister who comes with his president is a visit of his own). Of several, the one that most of its articles tell counts,
and the others are duplicates.

    recall      visits of which an event came out
    duplicates  further events that are the same visit, in per cent of the visits
    days        first and last day right, of those found
    status      the last status right, of those found
    strays      events of mode visit that are none of the set's, in per cent of the visits

What articles say of other times (more than 60 days from their day) is left out: nobody wrote down those visits.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from demarche import entities, events, stories
from demarche.records import Document, Event, Report, ReportParticipant

SETS = Path(__file__).with_name("visits")
MEASURES = ("recall", "duplicates", "start", "end", "days", "status", "strays")
_NEAR = timedelta(days=60)
_COMMON = frozenset({"bin", "iii", "ibn", "the", "von", "van", "king", "queen", "prince", "sheikh"})
_OTHER_NAMES = {  # as a foreign ministry lists them
    "Afghanistan (Interim Authority)": "Afghanistan",
    "Bosnian Federation": "Bosnia and Herzegovina",
    "Burma (Myanmar)": "Myanmar",
    "China, People’s Republic of": "China",
    "Congo, Democratic Republic of": "Democratic Republic of the Congo",
    "Congo, Republic of": "Republic of the Congo",
    "Democratic Republic of the Congo (Zaire)": "Democratic Republic of the Congo",
    "Germany, Federal Republic of": "Germany",
    "Korea, North": "North Korea",
    "Korea, Republic of": "South Korea",
    "Korea, South": "South Korea",
    "Macedonia, Former Yugoslav Republic of": "North Macedonia",
    "The Gambia": "Gambia",
    "Vatican City": "Holy See",
    "Yemen Arab Republic": "Yemen",
}


@dataclass(frozen=True)
class Visit:
    """What is known of a visit: countries by ISO 3166-1 alpha-3, days None where they aren't known."""

    visitor: str
    guest: str | None
    host: str | None
    start: date | None
    end: date | None
    status: str
    documents: frozenset[str]
    visit_id: str = ""


@dataclass(frozen=True)
class Found:
    """An event of mode visit, with its articles by their ids in the set, and their sentences."""

    event: Event
    documents: Counter[str]
    published: list[date]
    sentences: list[str]

    @property
    def is_of_the_time(self) -> bool:
        """Whether it lies near the days of its articles, or its time isn't known."""
        first, last = self.event.start_date, self.event.end_date
        if first is None or last is None or not self.published:
            return True
        return min(self.published) - _NEAR <= last and first <= max(self.published) + _NEAR


@dataclass
class Judged:
    """A visit with the events that are it, the best first, and what is wrong."""

    visit: Visit
    found: list[Found]
    faults: list[str] = field(default_factory=list)


@cache
def country(name: str) -> str | None:
    """The code of a country, None for what isn't one."""
    return entities.load_gazetteer().state(_OTHER_NAMES.get(name, name))


def load(path: Path) -> list[Visit]:
    if not path.exists():
        return []
    return [_visit(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _visit(row: Mapping[str, Any]) -> Visit:
    start, end = (date.fromisoformat(row[name]) if row.get(name) else None for name in ("start", "end"))
    guest, host = (country(row[name]) if row.get(name) else None for name in ("country", "host"))
    documents = frozenset(row["documents"])
    return Visit(row.get("visitor") or "", guest, host, start, end, row["status"], documents, row.get("visit_id", ""))


# --- read --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Read:
    """The articles of a set, by their ids in it, and what each reports."""

    documents: Mapping[str, Document]
    reports: Sequence[Report]
    participants: Sequence[ReportParticipant]


def parse(folder: Path) -> dict[str, Document]:
    """The articles of a set, by their ids in it."""
    from demarche import fetching
    from demarche.settings import load_settings
    from demarche.steps.ingestion import parse_fetch
    from demarche.steps.ledgers import hour_that_has_ended

    settings = load_settings()
    path = folder / "documents.jsonl"
    names = [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    order = fetching.Order(hour_that_has_ended(), settings.source_name, settings.max_file_bytes)
    arrived = fetching.read_file(path, order, root=folder)
    assert isinstance(arrived, fetching.Fetched), arrived
    parsed = parse_fetch(arrived.fetch, arrived.data, settings)
    return {names[number or 0]: document for number, document in parsed if isinstance(document, Document)}


def read(folder: Path) -> Read:
    """The articles of a set, parsed and coded."""
    from demarche.settings import load_settings
    from demarche.steps.tagging import tag

    documents = parse(folder)
    tables, _ = tag(list({one.document_id: one for one in documents.values()}.values()), load_settings())
    return Read(documents, tables[Report], tables[ReportParticipant])


def resolve(told: Read) -> list[Found]:
    """The events of mode visit that come of what the articles report."""
    documents = list({one.document_id: one for one in told.documents.values()}.values())
    shelf = stories.Shelf.of(map(stories.sign, documents))
    _, members = stories.group_stories(shelf, stories.find_pairs(shelf))
    resolution = events.resolve_events(told.reports, told.participants, events.document_facts(documents, members))
    named = {document.document_id: name for name, document in told.documents.items()}
    sentence_of = {report.report_id: report for report in told.reports}
    found = {
        event.event_id: Found(event, Counter(), [], [])
        for event in resolution.events
        if (event.event_type, event.mode_type) == ("CONSULT", "visit")
    }
    for row in resolution.event_reports:
        if one := found.get(row.event_id):
            report = sentence_of[row.report_id]
            one.documents[named[row.document_id]] += 1
            one.published.extend(filter(None, [told.documents[named[row.document_id]].published_date]))
            line = f"{row.merge_rule}, {report.status_type} {report.stage_type} {report.start_date}..{report.end_date}"
            one.sentences.append(f"{named[row.document_id]} [{line}]: {report.sentence_text}")
    return [one for one in found.values() if one.is_of_the_time]


# --- judged ------------------------------------------------------------------------------------------------------
def judge(visits: Sequence[Visit], found: Iterable[Found], besides: Sequence[Visit] = ()) -> tuple[list[Judged], int]:
    """Each visit with its events and faults, and how many events are none of the set's visits."""
    of_visit: dict[Visit, list[Found]] = {visit: [] for visit in visits}
    strays = 0
    for one in found:
        fitting = [visit for visit in (*visits, *besides) if _is(one, visit)]
        best = max(fitting, key=lambda visit: _nearness(one, visit), default=None)
        if best is None:
            strays += 1
        elif best in of_visit:
            of_visit[best].append(one)
    return [_judged(visit, events_found) for visit, events_found in of_visit.items()], strays


def _is(one: Found, visit: Visit) -> bool:
    event = one.event
    hosts = {*event.recipient_country_codes} or {event.country_code} - {None}
    guests = set(event.actor_country_codes)
    fits = all(
        code is None or not codes or code in codes for code, codes in ((visit.guest, guests), (visit.host, hosts))
    )
    return fits and _may_be(event.actor_names, visit.visitor) and not visit.documents.isdisjoint(one.documents)


def _may_be(named: Collection[str], visitor: str) -> bool:
    """Whether any of those who are named can be the visitor: a state, an office of it, who shares one of his names."""
    own = _names(visitor)
    return not named or not own or any(country(name) or " of " in name or own & _names(name) for name in named)


def _names(words: str) -> set[str]:
    """The names in somebody's name, whatever their accents: not "II", "al", "M."."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", words) if not unicodedata.combining(letter))
    return {name for name in re.findall(r"\w+", plain.lower()) if len(name) > 2 and name not in _COMMON}


def _nearness(one: Found, visit: Visit) -> tuple[bool, int]:
    """Of two visits that an event can be, it is the one whose days it meets, else the one that most articles tell."""
    event = one.event
    is_met = False
    if event.start_date and event.end_date and visit.start and visit.end:
        is_met = event.start_date <= visit.end and visit.start <= event.end_date
    return is_met, _shared(one, visit.documents)


def _shared(one: Found, documents: Collection[str]) -> int:
    return sum(name in documents for name in one.documents)


def _judged(visit: Visit, found: list[Found]) -> Judged:
    found = sorted(
        found, key=lambda one: (-_shared(one, visit.documents), one.event.start_date is None, one.event.event_id)
    )
    if not found:
        return Judged(visit, found, ["recall"])
    event = found[0].event
    faults = ["duplicates"] * (len(found) - 1)
    faults += ["start"] if visit.start and event.start_date != visit.start else []
    faults += ["end"] if visit.end and event.end_date != visit.end else []
    faults += ["days"] if set(faults) & {"start", "end"} else []
    faults += ["status"] if event.status_type != visit.status else []
    return Judged(visit, found, faults)


def figures(judged: Sequence[Judged], strays: int) -> dict[str, float]:
    """Each of ``MEASURES`` in per cent."""
    total, got = len(judged), sum(bool(one.found) for one in judged) or 1
    faults = Counter(fault for one in judged for fault in one.faults)
    right = {name: 100 * (got - faults[name]) / got for name in ("start", "end", "days", "status")}
    return {
        "recall": 100 * (total - faults["recall"]) / total,
        "duplicates": 100 * faults["duplicates"] / total,
        **right,
        "strays": 100 * strays / total,
    }


def measure(folder: Path, told: Read | None = None) -> tuple[list[Judged], int]:
    """The visits of a set judged, and its strays."""
    found = resolve(told or read(folder))
    return judge(load(folder / "visits.jsonl"), found, load(folder / "also_told.jsonl"))


def wrong(judged: Iterable[Judged]) -> Iterator[str]:
    """What is wrong, in words."""
    for one in judged:
        if one.faults:
            visit = one.visit
            yield (
                f"--- {', '.join(one.faults)}: {visit.visit_id} {visit.visitor} ({visit.guest}) in {visit.host}, "
                f"{visit.start}..{visit.end}, {visit.status}; {' '.join(sorted(visit.documents))}"
            )
            for found in one.found:
                event = found.event
                yield (
                    f"    {event.status_type} {event.start_date}..{event.end_date} {event.actor_names} -> "
                    f"{event.recipient_names} {event.country_code}"
                )
                yield from (f"        {sentence}" for sentence in found.sentences)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path, help="folders; all below visits/ where none is given")
    parser.add_argument("--wrong", action="store_true", help="print what went wrong in sets that aren't frozen")
    asked = parser.parse_args(arguments)
    print(f"{'':12}{'visits':>8}" + "".join(f"{name:>12}" for name in MEASURES))
    for folder in asked.sets or sorted(path for path in SETS.iterdir() if path.is_dir()):
        judged, strays = measure(folder)
        values = figures(judged, strays)
        print(f"{folder.name:12}{len(judged):8}" + "".join(f"{values[name]:12.1f}" for name in MEASURES))
        if asked.wrong and "frozen" not in folder.name:
            print(*wrong(judged), sep="\n")


if __name__ == "__main__":
    main()

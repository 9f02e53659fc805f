"""How well the articles of one matter become its events: `scenarios/`, read and resolved one scenario at a time.

    python -m tests.gold.scenarios            figures of each set
    python -m tests.gold.scenarios --wrong    and what is wrong in the open ones

An event that is read *fits* a gold one of the same type, with a document in common and, where gold names countries, a
country. Of all ways to pair them the best in total counts: the fit, then what is told right, required before optional
ones. Mutual acts (no recipients, several actors) are right if both sides together are; a missing last day counts as the
first. Counted of the required events:

    found         they are paired
    right         … and type, mode, both sides, both days and status are right
    duplicates    events that fit a required one that is paired with another
    extra         events that fit none
    wrong merges  paired events that hold an article which tells only of another required event that they fit
    links         both events are found, and linked that way
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demarche import evaluation, events, stories
from demarche.records import Document, Event, Report, ReportParticipant
from demarche.settings import load_settings
from demarche.steps.ingestion import parse_files
from demarche.steps.tagging import tag

FOLDER = Path(__file__).with_name("scenarios")
SETS = ("open", "frozen", "open_c")
Scenario = Mapping[str, Any]
Sides = tuple[frozenset[str], frozenset[str]]
COUNTS = ("required", "found", "right", "duplicates", "extra", "wrong merges", "links", "links found", "links extra")
CHECKS = ("type", "mode", "sides", "start", "end", "status", "disputed")


def load(name: str) -> list[Scenario]:
    """The scenarios of one set: documents, events and links."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


# --- reading -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Found:
    """An event that was read, with the names of the documents that tell it."""

    row: Event
    documents: frozenset[str]

    @property
    def sides(self) -> Sides:
        return frozenset(self.row.actor_country_codes), frozenset(self.row.recipient_country_codes)

    @property
    def days(self) -> tuple[str | None, str | None]:
        start, end = self.row.start_date, self.row.end_date
        return (str(start) if start else None, str(end or start) if start else None)


Links = frozenset[tuple[str, str, str]]
"""(event_id, other_event_id, link_type)."""


def read(scenarios: Sequence[Scenario]) -> Iterator[tuple[list[Found], Links]]:
    """The events and links of each scenario by itself, through the steps that read everything else."""
    written = [one for scenario in scenarios for one in scenario["documents"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.jsonl"
        columns = ("url", "title", "text", "published_at")
        rows = ({name: one[name] for name in columns} | {"source": one["source_name"]} for one in written)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        parsed = {one.canonical_url: one for one in parse_files([path]) if isinstance(one, Document)}
    documents = {one["id"]: parsed[one["url"]] for one in written}
    tables, _ = tag(list(documents.values()), load_settings())
    for scenario in scenarios:
        yield _resolve(
            {one["id"]: documents[one["id"]] for one in scenario["documents"]},
            tables[Report],
            tables[ReportParticipant],
        )


def _resolve(
    documents: Mapping[str, Document], reports: Sequence[Report], participants: Sequence[ReportParticipant]
) -> tuple[list[Found], Links]:
    names = {document.document_id: name for name, document in documents.items()}
    told = [report for report in reports if report.document_id in names]
    ids = {report.report_id for report in told}
    shelf = stories.Shelf.of(map(stories.sign, documents.values()))
    _, members = stories.group_stories(shelf, stories.find_pairs(shelf))
    facts = events.document_facts(documents.values(), members)
    resolution = events.resolve_events(told, [one for one in participants if one.report_id in ids], facts)
    telling: dict[str, set[str]] = defaultdict(set)
    for row in resolution.event_reports:
        telling[row.event_id].add(names[row.document_id])
    found = [Found(event, frozenset(telling[event.event_id])) for event in resolution.events]
    return found, frozenset((row.event_id, row.other_event_id, row.link_type) for row in resolution.event_links)


# --- comparing ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Wanted:
    """A gold event; ``*_alt`` of the file are readings that count as right as well."""

    row: Mapping[str, Any]

    @property
    def documents(self) -> frozenset[str]:
        return frozenset(self.row["documents"])

    @property
    def countries(self) -> frozenset[str]:
        return frozenset(self.row["actors"]) | frozenset(self.row["recipients"])

    def fits(self, found: Found) -> bool:
        types = {self.row["type"], *self.row.get("type_alt", ())}
        is_met = not self.countries or not self.countries.isdisjoint(frozenset.union(*found.sides))
        return found.row.event_type in types and is_met and not self.documents.isdisjoint(found.documents)

    def checks(self, found: Found) -> dict[str, bool]:
        """Of each of `CHECKS` whether it is right."""
        gold, row = self.row, found.row
        first, last = gold["start"], gold["end"] or gold["start"]
        is_free = gold.get("date_free", False)
        return {
            "type": row.event_type in (gold["type"], *gold.get("type_alt", ())),
            "mode": row.mode_type in (gold["mode"], *gold.get("mode_alt", ())),
            "sides": any(_is_side(sides, found.sides) for sides in (gold, *gold.get("sides_alt", ()))),
            "start": is_free or found.days[0] == first,
            "end": is_free or found.days[1] == last,
            "status": row.status_type in (gold["status"], *gold.get("status_alt", ())),
            "disputed": row.is_disputed == gold["is_disputed"],
        }

    def weight(self, found: Found) -> float:
        """How well it is told; 0 where it doesn't fit."""
        if not self.fits(found):
            return 0.0
        told, gold = self.checks(found), self.row
        days = (found.days[0] == gold["start"]) + (found.days[1] == (gold["end"] or gold["start"])) / 2
        overlap = _overlap(self.countries, frozenset.union(*found.sides)) + _overlap(self.documents, found.documents)
        return 4 + overlap + days + (told["status"] + told["mode"] + told["sides"]) / 2 + gold["required"] / 4


def _is_side(gold: Mapping[str, Any], found: Sides) -> bool:
    actors, recipients = frozenset(gold["actors"]), frozenset(gold["recipients"])
    is_mutual = not recipients and len(actors) > 1
    return found == (actors, recipients) or (is_mutual and found[0] | found[1] == actors)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


@dataclass
class Judged:
    """What a scenario counts, and its faults in words."""

    counts: Counter[str]
    faults: list[str]


def judge(scenario: Scenario, found: Sequence[Found], links: Links) -> Judged:
    """The scenario's events and links against gold."""
    wanted = [Wanted(row) for row in scenario["events"]]
    weights = [[one.weight(event) for event in found] for one in wanted]
    paired = {wanted[row].row["event"]: found[column] for row, column in evaluation.assign(weights)}
    judged = Judged(Counter(), [])
    for one in wanted:
        if one.row["required"]:
            judged.counts["required"] += 1
            _judge_event(one, paired.get(one.row["event"]), judged)
    used = {id(event) for event in paired.values()}
    for event in found:
        if id(event) not in used:
            fitting = [one for one in wanted if one.fits(event)]
            kind = "duplicates" if any(one.row["required"] for one in fitting) else "" if fitting else "extra"
            judged.counts[kind] += bool(kind)
            judged.faults += [f"{kind}: {_said(event)}"] if kind else []
    for one in wanted:
        home = paired.get(one.row["event"])
        others = [it for it in wanted if it is not one and it.row["required"] and home is not None and it.fits(home)]
        strange = home.documents - one.documents if home is not None else frozenset()
        merged = sorted(it.row["event"] for it in others if strange & it.documents)
        judged.counts["wrong merges"] += len(merged)
        judged.faults += [f"wrong merge: {one.row['event']} holds articles of {', '.join(merged)}"] if merged else []
    _judge_links(scenario, paired, links, judged)
    return judged


def _judge_event(one: Wanted, event: Found | None, judged: Judged) -> None:
    if event is None:
        judged.faults.append(f"missing: {one.row['event']} {one.row['type']} {one.row['start']}")
        return
    checks = one.checks(event)
    judged.counts["found"] += 1
    judged.counts.update(name for name, is_right in checks.items() if is_right)
    faults = [name for name, is_right in checks.items() if not is_right]
    judged.counts["right"] += not set(faults) - {"disputed"}
    if faults:
        judged.faults.append(f"{', '.join(faults)} of {one.row['event']}: {_said(event)}")


def _judge_links(scenario: Scenario, paired: Mapping[str, Found], links: Links, judged: Judged) -> None:
    known = set()
    for link in scenario["links"]:
        one, other = paired.get(link["from"]), paired.get(link["to"])
        if one is not None and other is not None:
            known.add(frozenset((one.row.event_id, other.row.event_id)))
        if link["required"]:
            kinds = (link["kind"], *link.get("kind_alt", ()))
            both = one is not None and other is not None
            is_drawn = both and any((one.row.event_id, other.row.event_id, kind) in links for kind in kinds)
            judged.counts.update({"links": 1, "links found": int(is_drawn)})
            if not is_drawn:
                judged.faults.append(f"link missing: {link['from']} {link['kind']} {link['to']}")
    mine = {event.row.event_id for event in paired.values()}
    drawn = [(a, kind, b) for a, b, kind in sorted(links) if {a, b} <= mine and frozenset((a, b)) not in known]
    judged.counts["links extra"] += len(drawn)
    judged.faults += [f"link extra: {' '.join(link)}" for link in drawn]


def _said(event: Found) -> str:
    row = event.row
    sides = " > ".join("+".join(sorted(side)) or "-" for side in event.sides)
    where = " ".join(sorted(event.documents))
    return f"{row.event_id[:8]} {row.event_type} {row.mode_type} {sides} {event.days} {row.status_type} ({where})"


# --- printing ----------------------------------------------------------------------------------------------------
def main(arguments: Sequence[str]) -> None:
    for name in SETS:
        scenarios = load(name)
        counts: Counter[str] = Counter()
        faults = []
        for scenario, (found, links) in zip(scenarios, read(scenarios), strict=True):
            judged = judge(scenario, found, links)
            counts += judged.counts
            faults += [f"{scenario['scenario']} {fault}" for fault in judged.faults]
        print(f"{name}: {len(scenarios)} scenarios")
        print("  " + ", ".join(f"{what} {counts[what]}" for what in COUNTS))
        print("  right of those found: " + ", ".join(f"{what} {counts[what]}" for what in CHECKS))
        if "--wrong" in arguments and name.startswith("open"):
            print(*(f"    {fault}" for fault in faults), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])

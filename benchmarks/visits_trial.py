"""Visits in, articles out, visits back: does each of them come out as exactly one event, with its dates and its status?

    python -m benchmarks.visits_trial FACTS.csv [--visits 80] [--seed 1] [--since 1950] [--show]

FACTS.csv has the columns id, visitor, office, name, country, host, start, end and place, one official visit a row. Of
each visit that is drawn some articles are written here, in the words of several outlets: what was planned, what was
told while it lasted and afterwards, reprints, and, of some, that it was called off. They are read and resolved like any
others, and the visits that come out are held against the facts:

    recall       visits of which an event of mode visit came out
    duplicates   events of mode visit beyond the first, in per cent of the visits
    dates        first and last day right, of those found, where the articles tell them
    status       occurred, or cancelled where it was called off, of those found
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
OUTLETS = ("Morning Ledger", "Harbour Post", "The Continental", "Evening Courier", "Free Gazette", "Daily Compass")
_ARTICLE = ("United ", "Netherlands", "Philippines", "Bahamas", "Soviet Union", "Gambia", "Maldives", "Seychelles",
            "Marshall Islands", "Solomon Islands", "Dominican Republic", "Czech Republic", "Central African Republic",
            "Democratic Republic", "Republic of", "Ivory Coast", "Holy See")  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """A row of the facts, and what the articles make of it."""

    visit_id: str
    name: str
    office: str
    country: str
    host: str
    start: date
    end: date
    place: str
    fate: str = "occurred"

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class Article:
    visit_id: str
    outlet: str
    published: date
    text: str


def read_visits(path: Path) -> list[Visit]:
    rows = []
    with path.open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if not (row["start"] and row["end"] and row["name"] and row["office"]):
                continue
            start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
            if not timedelta(0) <= end - start <= timedelta(days=10):
                continue
            place = row["place"].split(",")[0].split("(")[0].strip()
            rows.append(Visit(row["id"], row["name"], row["office"], row["country"], row["host"], start, end, place))
    return rows


# --- words -------------------------------------------------------------------------------------------------------
def the(country: str) -> str:
    return f"the {country}" if country.startswith(_ARTICLE) else country


def of(country: str) -> str:
    name = the(country)
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def day(when: date, published: date, rng: random.Random) -> str:
    """ "on …", as a newsroom would say it on the day of publication."""
    gap = (when - published).days
    choices = [f"on {when.day} {MONTHS[when.month - 1]} {when.year}", f"on {MONTHS[when.month - 1]} {when.day}"]
    if abs(gap) <= 5:
        choices += [f"on {WEEKDAYS[when.weekday()]}"] * 3
    if gap == -1:
        choices += ["yesterday"] * 2
    if gap == 0:
        choices += ["today", f"on {WEEKDAYS[when.weekday()]}"]
    if gap == 1:
        choices += ["tomorrow"]
    if gap >= 6:
        choices += [f"on {MONTHS[when.month - 1]} {when.day}"]
    return rng.choice(choices)


def span(visit: Visit, published: date, rng: random.Random) -> str:
    """From when to when."""
    first, last = visit.start, visit.end
    month, last_month = MONTHS[first.month - 1], MONTHS[last.month - 1]
    if visit.days == 1:
        return day(first, published, rng)
    choices = [f"from {first.day} {month} to {last.day} {last_month} {last.year}",
               f"from {month} {first.day} to {last_month} {last.day}"]  # fmt: skip
    if first.month == last.month:
        choices += [f"from {first.day} to {last.day} {month}", f"from {month} {first.day} to {last.day}",
                    f"on {month} {first.day}-{last.day}", f"between {month} {first.day} and {last.day}"]  # fmt: skip
    if abs((first - published).days) <= 5 and abs((last - published).days) <= 6 and visit.days <= 6:
        choices += [f"from {WEEKDAYS[first.weekday()]} to {WEEKDAYS[last.weekday()]}"] * 2
    return rng.choice(choices)


def length(visit: Visit, rng: random.Random) -> str:
    if visit.days == 1:
        return rng.choice(("one-day", "brief", "short", "one-day"))
    count = COUNTS[visit.days] if visit.days < len(COUNTS) else str(visit.days)
    return rng.choice((f"{count}-day", f"{count}-day official", f"{count}-day working", f"{count}-day"))


class Words(dict[str, str]):
    """One article's words for who, where and when, made when a sentence asks for them."""

    def __init__(self, visit: Visit, published: date, rng: random.Random) -> None:
        super().__init__()
        self.visit, self.published, self.rng = visit, published, rng
        title, name, country, office = visit.office, visit.name, the(visit.country), visit.office.lower()
        names = [word for word in name.split() if not word.endswith(".") and word not in ("Jr", "II", "III", "IV")]
        is_crowned = visit.office in ("King", "Queen", "Sultan", "Amir", "Emperor", "Shah")
        surname = name if is_crowned or not names else names[-1]
        forms = [f"{title} {name} of {country}", f"{of(country).removeprefix('the ')} {office} {name}"]
        if visit.country == "United States":
            forms += [f"US {title} {name}", f"American {office} {name}", f"{title} {name}"]
        host = the(visit.host)
        self.update(
            who=rng.choice(forms),
            surname=surname,
            short=rng.choice([surname, f"the {office}", f"{title} {surname}", "she" if title == "Queen" else "he"]),
            host=host,
            Host=host[0].upper() + host[1:],
            where=rng.choice([visit.place or host, host]),
            both=f"{visit.place}, {visit.host}" if visit.place and visit.place != visit.host else host,
        )

    def __missing__(self, name: str) -> str:
        visit, published, rng = self.visit, self.published, self.rng
        if name == "a_visit":
            return article(f"{length(visit, rng)} visit")
        if name == "a_kind":
            return article(rng.choice(("official", "working", "state")))
        if name in ("first_day", "last_day"):
            return day(visit.start if name == "first_day" else visit.end, published, rng)
        said = span(visit, published, rng)
        return said if name == "span" else said.removeprefix("on ").removeprefix("from ")


def article(text: str) -> str:
    return f"an {text}" if text[0] in "aeiou" and not text.startswith("one") else f"a {text}"


def _sentences() -> dict[str, list[str]]:
    parts = re.split(r"^@(\S+)\n", Path(__file__).with_suffix(".txt").read_text(), flags=re.MULTILINE)[1:]
    return {name: text.splitlines() for name, text in zip(parts[::2], parts[1::2], strict=True)}


SENTENCES = _sentences()


# --- articles ----------------------------------------------------------------------------------------------------
def write(visit: Visit, rng: random.Random) -> Iterator[Article]:
    """The articles that tell of a visit."""
    outlets = rng.sample(OUTLETS, len(OUTLETS))
    made: list[Article] = []

    def tell(phase: str, published: date) -> None:
        words = Words(visit, published, rng)
        chosen = [rng.choice(SENTENCES[phase]), *rng.sample(SENTENCES["details"], rng.randint(2, 5))]
        text = "\n\n".join(sentence.format_map(words) for sentence in chosen)
        made.append(Article(visit.visit_id, outlets[len(made) % len(outlets)], published, text))

    before = visit.start - timedelta(days=rng.randint(2, 18))
    if visit.fate == "cancelled":
        tell("plans", before)
        tell("cancels", max(before + timedelta(days=1), visit.start - timedelta(days=rng.randint(1, 4))))
        if rng.random() < 0.5:
            tell("cancels", max(before + timedelta(days=1), visit.start - timedelta(days=1)))
    else:
        if rng.random() < 0.5:
            tell("plans", before)
        for _ in range(rng.randint(1, 2)):
            tell("arrivals", visit.start + timedelta(days=rng.choice((0, 0, 1))))
        if rng.random() < 0.7:
            tell("summaries", visit.end + timedelta(days=rng.choice((0, 0, 1, 2))))
    if rng.random() < 0.4:
        copied = rng.choice(made)
        later = copied.published + timedelta(days=rng.choice((0, 1)))
        made.append(Article(visit.visit_id, outlets[-1], later, copied.text + "\n\nReporting by our foreign desk."))
    yield from made


# --- measured ----------------------------------------------------------------------------------------------------
_FOUND = """
SELECT e.event_id, e.event_type, e.mode_type, e.status_type, e.start_date, e.end_date,
    d.canonical_url, r.sentence_text, v.merge_rule
FROM core.events AS e JOIN core.event_reports AS v USING (event_id) JOIN core.reports AS r USING (report_id)
JOIN core.documents AS d ON d.document_id = r.document_id
"""


@dataclass
class Outcome:
    """An event of mode visit, and the sentences that tell it."""

    status: str
    start: date | None
    end: date | None
    sentences: set[str]


def read_back(articles: Sequence[Article], folder: Path) -> dict[str, list[Outcome]]:
    """The events of mode visit that came of each visit's articles."""
    from demarche import steps, warehouse
    from demarche.settings import load_settings

    drop = folder / "drop"
    drop.mkdir()
    for number, one in enumerate(articles):
        host = one.outlet.lower().replace(" ", "-")
        row = {"url": f"https://{host}.example/{one.visit_id}/{number}", "text": one.text,
               "published_at": one.published.isoformat(), "source": one.outlet}  # fmt: skip
        (drop / f"{number:05}.jsonl").write_text(json.dumps(row) + "\n")
    settings = load_settings(lake_url=str(folder / "lake"), warehouse_path=folder / "w.duckdb")
    steps.run([drop], settings=settings)
    found = warehouse.query(settings.warehouse_path, _FOUND, limit=1_000_000)
    events: dict[str, Outcome] = {}
    of_visit: dict[str, set[str]] = defaultdict(set)
    for event_id, event_type, mode, status, start, end, url, sentence, rule in found.rows:
        if (event_type, mode) != ("CONSULT", "visit"):
            continue
        outcome = events.setdefault(event_id, Outcome(status, start, end, set()))
        outcome.sentences.add(f"{rule}: {sentence}")
        of_visit[url.split("/")[3]].add(event_id)
    return {visit_id: [events[event_id] for event_id in sorted(ids)] for visit_id, ids in of_visit.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--visits", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--since", type=int, default=1950)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    rows = [visit for visit in read_visits(asked.facts) if visit.start.year >= asked.since]
    rng.shuffle(rows)
    drawn: list[Visit] = []
    pairs: set[tuple[str, str, int]] = set()
    for visit in rows:  # two visits of one pair in a month would be a trap of their own
        key = (visit.country, visit.host, visit.start.year)
        if key not in pairs and len(drawn) < asked.visits:
            pairs.add(key)
            fate = "cancelled" if rng.random() < 0.12 else "occurred"
            drawn.append(Visit(**{**visit.__dict__, "fate": fate}))
    articles = [article for visit in drawn for article in write(visit, rng)]
    with tempfile.TemporaryDirectory() as folder:
        found = read_back(articles, Path(folder))
    report(drawn, articles, found, show=asked.show)


def report(
    visits: Sequence[Visit], articles: Sequence[Article], found: dict[str, list[Outcome]], *, show: bool
) -> None:
    counts: Counter[str] = Counter()
    for visit in visits:
        outcomes = found.get(visit.visit_id, [])
        counts["found"] += bool(outcomes)
        counts["extra"] += max(0, len(outcomes) - 1)
        if not outcomes:
            faults = ["missed"]
        else:
            best = max(
                outcomes, key=lambda one: (one.status == visit.fate, one.start == visit.start, len(one.sentences))
            )
            right = {
                "status": best.status == visit.fate,
                "start": best.start == visit.start,
                "end": best.end == visit.end,
                "days": (best.start, best.end) == (visit.start, visit.end),
            }
            counts.update(name for name, is_right in right.items() if is_right)
            faults = [name for name, is_right in right.items() if not is_right]
            faults += ["duplicate"] if len(outcomes) > 1 else []
        if show and faults:
            print(f"--- {', '.join(faults)}: {visit}")
            for one in outcomes:
                print("   ", one.status, one.start, one.end, *(f"\n        {text}" for text in sorted(one.sentences)))
            for one in articles:
                if one.visit_id == visit.visit_id:
                    print(f"    [{one.published:%a %Y-%m-%d}]", one.text.splitlines()[0])
    total, got = len(visits), counts["found"]
    print(f"{total} visits, {len(articles)} articles")
    print(f"recall      {100 * got / total:5.1f} %")
    print(f"duplicates  {100 * counts['extra'] / total:5.1f} %")
    for name in ("start", "end", "days", "status"):
        print(f"{name:11} {100 * counts[name] / max(got, 1):5.1f} % of those found")


if __name__ == "__main__":
    sys.exit(main())

"""Whose somebody is: the phrases of `phrases.csv`, each in a plain sentence, against the country that the linker gives.

    python -m tests.gold.phrases            share of right countries, per half and kind
    python -m tests.gold.phrases --wrong    and which phrases of the open half are wrong

A phrase is right when the longest mention that overlaps it has its country; a body of no single state, when none has.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from demarche import entities, language, mentions, places
from demarche.records import Mention

PHRASES = Path(__file__).with_name("phrases.csv")
HALVES = ("open", "frozen")
DAY = date(2021, 5, 4)
SENTENCES = (
    "{} said on Tuesday that the plan was being studied.",
    "On Monday {} rejected the proposal.",
    "Reporters were told that {} would be asked for a reply.",
    "A letter was sent to {} last week.",
)


@dataclass(frozen=True)
class Phrase:
    kind: str
    text: str
    countries: tuple[str, ...]

    @property
    def half(self) -> str:
        return HALVES[self._digest[0] % 2]

    @property
    def sentence(self) -> str:
        """The phrase in one of the sentences; which one, its own letters decide."""
        said = SENTENCES[self._digest[1] % len(SENTENCES)].format(self.text)
        return said[:1].upper() + said[1:]

    @property
    def _digest(self) -> bytes:
        return sha256(f"demarche:{self.text}".encode()).digest()


@dataclass(frozen=True)
class Judged:
    phrase: Phrase
    is_right: bool
    told: str


def load(path: Path = PHRASES) -> list[Phrase]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [Phrase(row["kind"], row["phrase"], tuple(row["country"].split(";"))) for row in rows]


def read(phrases: Iterable[Phrase]) -> Iterator[Judged]:
    """Each phrase as it is linked in its sentence."""
    phrases = list(phrases)
    nlp = language.load_model()
    for phrase, doc in zip(phrases, nlp.pipe(phrase.sentence for phrase in phrases), strict=True):
        found = mentions.find_mentions(
            doc,
            document_id="d",
            partition_key="2021-05-04T00",
            published_date=DAY,
            gazetteer=entities.load_gazetteer(),
            places=places.load_places(),
        )
        yield judge(phrase, found)


def judge(phrase: Phrase, found: Sequence[Mention]) -> Judged:
    start = phrase.sentence.casefold().index(phrase.text.casefold())
    end = start + len(phrase.text)
    over = [one for one in found if one.start_offset < end and start < one.end_offset and one.mention_type != "time"]
    longest = max(over, key=lambda one: min(one.end_offset, end) - max(one.start_offset, start), default=None)
    country = longest.country_code if longest is not None and longest.country_code else "-"
    said = ", ".join(f"{one.text!r} {one.mention_type} {one.country_code} {one.link_rule}" for one in over)
    return Judged(phrase, country in phrase.countries, said or "nothing")


def figures(judged: Iterable[Judged], minimum: int = 1) -> dict[str, float]:
    """The share of right countries in per cent, by half and kind, like "open/phrase/all/country"; kinds with fewer
    phrases than ``minimum`` are left out."""
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for one in judged:
        for group in ("all", one.phrase.kind):
            name = f"{one.phrase.half}/phrase/{group}/country"
            total[name] += 1
            right[name] += one.is_right
    return {name: 100 * right[name] / total[name] for name in sorted(total) if total[name] >= minimum}


def main(arguments: Sequence[str]) -> None:
    judged = list(read(load()))
    counts = Counter(one.phrase.half for one in judged)
    found = figures(judged)
    print(f"{'':14}" + "".join(f"{f'{half} ({counts[half]})':>14}" for half in HALVES))
    for kind in ("all", *dict.fromkeys(one.phrase.kind for one in judged)):
        values = [found.get(f"{half}/phrase/{kind}/country", float("nan")) for half in HALVES]
        print(f"{kind:14}" + "".join(f"{value:14.1f}" for value in values))
    if "--wrong" in arguments:
        for one in judged:
            if not one.is_right and one.phrase.half == "open":
                print(f"{one.phrase.kind} {one.phrase.sentence!r} is {';'.join(one.phrase.countries)}: {one.told}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Synthetic news in any number, for load: our own templates over the gazetteer; a seed fixes every letter.

A happening is an act between two states (who holds which office on the day is looked up), on a day, in a place,
planned or done. One to five outlets tell of it, each in words of its own; one article in eight is a copy of another
outlet's, as agencies' texts are. Articles have a dateline, lead, quotations and background, and are short for news
(some 60 words by default), so that a machine of two cores comes to an end.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from demarche import codebook

FIRST_DAY = date(2024, 1, 1)
OUTLETS = 60
_OFFICES = ("president", "prime minister", "foreign minister")
_ACTS = (
    # the lead as done, and as planned: {a}, {b} people with office, {A}, {B} states, {p} the place, {w} the weekday
    ("{a} met {b} in {p} on {w} for talks on {s}.", "{a} will meet {b} in {p} next {w} for talks on {s}."),
    ("{a} arrived in {p} on {w} for a visit at the invitation of {b}.", "{a} plans to visit {p} next {w}, {A} said."),
    ("{a} spoke with {b} by telephone on {w} about {s}.", "{a} and {b} are to speak by telephone on {w} about {s}."),
    ("{A} and {B} signed an agreement on {s} in {p} on {w}.", "{A} and {B} are to sign a treaty on {s} in {p} on {w}."),
    ("{A} accused {B} on {w} of breaking its word on {s}.", "{A} threatened on {w} to cut ties with {B} over {s}."),
    ("{A} expelled {n} diplomats of {B} on {w} in a row over {s}.", "{A} said on {w} it would expel envoys of {B}."),
    ("{A} imposed sanctions on {B} on {w} over {s}.", "{A} threatened {B} with sanctions on {w} over {s}."),
    ("{A} sent {n} million dollars in aid to {B} on {w}.", "{A} pledged {n} million dollars in aid to {B} on {w}."),
    ("{a} praised {B} on {w} for its help with {s}.", "{a} called on {B} on {w} to return to talks on {s}."),
)  # fmt: skip
_SUBJECTS = (
    "fishing rights", "the border", "grain exports", "the rail link", "customs duties", "nuclear inspections", "visas",
    "river water", "prisoners of war", "air traffic", "gas transit", "student exchanges", "the embassy dispute",
)  # fmt: skip
_QUOTES = (
    "“We are satisfied with how far we have come,” {a} told reporters.",
    "“Nobody should expect wonders,” a spokesman for {B} said.",
    "{b} declined to give details.",
    "“The door stays open,” {a} said afterwards.",
    "Officials in {c} called the step overdue.",
)
_BACKGROUND = (
    "The two countries have been at odds over {s} for {n} years.",
    "Trade between {A} and {B} came to {n} billion dollars last year.",
    "Some {n} people had gathered near the ministry in {c} by noon.",
    "Analysts had not expected a change before the summer.",
    "Earlier attempts to settle {s} had come to nothing.",
    "Markets in {c} hardly moved on the news.",
    "A poll of {n} hundred households found most of them undecided.",
    "Newspapers in {c} gave it {n} lines on an inner page.",
    "It was the {n}th such step since the spring, by one count.",
    "Heavy rain kept {n} flights on the ground in {c}.",
    "A former minister wrote in a column that {s} would not be settled within {n} months.",
    "Lawyers in {c} have {n} days to object.",
    "The opposition in {c} asked for a debate in parliament.",
    "Some {n} trucks were still waiting at the crossing by evening.",
)
_OPENINGS = ("", "Officials said that ", "According to the foreign ministry, ", "State media reported that ")


@dataclass(frozen=True)
class _State:
    name: str
    capital: str
    people: tuple[tuple[str, str, str, str], ...]  # office, name, first and last day of holding it

    def speaker(self, day: date, rng: random.Random) -> str:
        """Somebody who speaks for the state on the day, with office."""
        told = day.isoformat()
        held = [(office, name) for office, name, start, end in self.people if start <= told <= end]
        if not held:
            return f"the foreign minister of {self.name}"
        office, name = rng.choice(held)
        return f"{self.name}'s {office} {name}"


@cache
def _states() -> tuple[_State, ...]:
    """States with a capital, those of which more people are known first."""
    names = {row["entity_id"]: row["name"] for row in codebook.table("persons")}
    offices: dict[str, list[tuple[str, str, str, str]]] = {}
    for row in codebook.table("offices"):
        if row["country"] and row["office_name"] in _OFFICES and row["entity_id"] in names:
            span = (row["start_date"] or "1900-01-01", row["end_date"] or "9999-12-31")
            offices.setdefault(row["country"], []).append((row["office_name"], names[row["entity_id"]], *span))
    found = [
        _State(row["name"], row["capital"], tuple(offices.get(row["iso3"], ())))
        for row in codebook.table("countries")
        if row["status"] == "state" and row["capital"]
    ]
    return tuple(sorted(found, key=lambda state: (-len(state.people), state.name)))


def articles(
    count: int, seed: str, per_day: int = 2_000, sentences: tuple[int, int] = (3, 6)
) -> Iterator[dict[str, str]]:
    """Records as ``.jsonl`` holds them, day by day; ``sentences`` of each, at least and at most."""
    rng = random.Random(seed)
    made = 0
    copied: list[dict[str, str]] = []
    while made < count:
        day = FIRST_DAY + timedelta(days=made // per_day)
        cast, leads = _happening(day, rng)
        for _ in range(min(rng.randint(1, 5), count - made)):
            outlet = f"Outlet {rng.randrange(OUTLETS)}"
            if copied and rng.random() < 0.125:
                record = rng.choice(copied)
            else:
                record = _article(cast, leads, day, rng, rng.randint(*sentences))
                copied = [*copied[-199:], record]
            where = f"https://outlet{outlet.split()[1]}.example/{seed}/{made}"
            yield {**record, "url": where, "source": outlet, "date": day.isoformat()}
            made += 1


def _happening(day: date, rng: random.Random) -> tuple[dict[str, str], str]:
    weights = [2 + min(6, len(state.people)) for state in _states()]
    first, second = rng.choices(_states(), weights, k=2)
    while second == first:
        second = rng.choice(_states())
    told = day - timedelta(days=rng.randint(0, 2))
    cast = {
        "A": first.name, "B": second.name, "a": first.speaker(day, rng), "b": second.speaker(day, rng),
        "p": rng.choice((first.capital, second.capital, "Geneva", "Vienna")), "c": first.capital,
        "s": rng.choice(_SUBJECTS), "w": f"{told:%A}", "n": str(rng.randint(2, 60)),
    }  # fmt: skip
    done, planned = rng.choice(_ACTS)
    return cast, planned if rng.random() < 0.2 else done


def _article(cast: dict[str, str], lead: str, day: date, rng: random.Random, length: int) -> dict[str, str]:
    told = lead.format(**cast)
    opening = rng.choice(_OPENINGS)
    first = opening + told if opening else told[0].upper() + told[1:]
    others = rng.sample((*_QUOTES, *_BACKGROUND), length - 1)
    rest = [line.format(**{**cast, "n": rng.randint(2, 99)}) for line in others]
    paragraphs = [f"{cast['c'].upper()}, {day:%b} {day.day} — {first}"]
    paragraphs += [line[0].upper() + line[1:] for line in rest]
    return {"title": told[0].upper() + told[1:].rstrip("."), "text": "\n\n".join(paragraphs)}

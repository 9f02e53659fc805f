"""What somebody wants to be told of: events of some kind, when they are new and when they change.

A watch is words like ``country=PRK type=CONSULT``: every word must hold; of values parted by commas one must.

    country=PRK         a country takes part, on whichever side (ISO 3166-1 alpha-3, or a name: country=South Korea)
    actor=, recipient=  the same for one side; also a part of a name: actor=pompeo
    type=, mode=, status=   as the codebook has them: type=CONSULT mode=visit,call status=planned
    place=              where: a country's code, or a part of a place's name
    confidence=0.6      at least so sure
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from demarche import ontology
from demarche.codebook.names import fold

TOLD = ("status_type", "event_type", "mode_type", "start_date", "end_date", "place_name", "is_disputed")
"""Columns whose change is worth a word; one more report of the same is not."""
_CODES = {
    "type": ontology.EVENT_TYPES,
    "status": ontology.STATUSES,
    "mode": tuple(sorted({mode for modes in ontology.MODES.values() for mode in modes})),
}
_WORDS = ("country", "actor", "recipient", "place", *_CODES, "confidence")
_CONDITION = re.compile(r"\s+(?=\S+=)")
"""Where the next word begins: values may have spaces."""


class WatchError(ValueError):
    """A watch says what no event can be; the message names it."""


@dataclass(frozen=True)
class Watch:
    """What must hold of an event, by word; ``text`` is the watch as written, ``name`` what it is called."""

    name: str
    text: str
    wanted: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class News:
    """An event that is new, changed, or no longer believed: its row, and of a change what was there before."""

    watch: Watch
    kind: str  # new, changed, retracted
    event: Mapping[str, Any]
    changes: tuple[tuple[str, Any, Any], ...] = ()  # column, before, now


def parse_watch(text: str, name: str | None = None) -> Watch:
    """A watch from its words. Raises WatchError for a word, code or number that doesn't exist."""
    wanted: dict[str, tuple[str, ...]] = {}
    for word in filter(None, _CONDITION.split(text.strip())):
        key, sign, given = word.partition("=")
        values = tuple(" ".join(value.split()) for value in given.split(",") if value.strip())
        if not sign or key not in _WORDS or not values:
            raise WatchError(
                f"{word!r} is no condition — write {', '.join(f'{known}=' for known in _WORDS)} and a value"
            )
        wanted[key] = values
        if key in _CODES and (unknown := [value for value in wanted[key] if value not in _CODES[key]]):
            near = get_close_matches(unknown[0].upper() if key == "type" else unknown[0].lower(), _CODES[key], n=1)
            advice = f" (did you mean {near[0]}?)" if near else ""
            raise WatchError(f"{unknown[0]!r} is no {key}{advice}; there are: {', '.join(_CODES[key])}")
        if key == "country":
            wanted[key] = tuple(map(_country_code, wanted[key]))
        if key == "confidence":
            _number(given)
    if not wanted:
        raise WatchError("a watch without a condition — write one, like country=PRK")
    return Watch(name or text, " ".join(text.split()), wanted)


def parse_line(line: str) -> Watch:
    """A watch from its words, with or without a name before them: ``north: country=PRK``. Raises as `parse_watch`."""
    label, colon, rest = line.partition(":")
    return parse_watch(rest, label.strip()) if colon and "=" not in label else parse_watch(line)


def parse_watches(text: str, name: str) -> list[Watch]:
    """The watches of a file: one a line, ``north: country=PRK``; empty lines and those that begin with # are left out.

    Raises WatchError naming file and line.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            found.append(parse_line(line))
        except WatchError as error:
            raise WatchError(f"{name}, line {number}: {error}") from error
    return found


def matches(watch: Watch, event: Mapping[str, Any]) -> bool:
    """Whether the event is one that the watch is for."""
    return all(any(_holds(key, value, event) for value in values) for key, values in watch.wanted.items())


def news(
    watches: Iterable[Watch], revisions: Iterable[tuple[Mapping[str, Any] | None, Mapping[str, Any]]]
) -> Iterator[News]:
    """What is to be told of revisions, each given as the event before (None: there was none) and now.

    An event that leaves what a watch is for (a visit whose country was misread) is told of as retracted.
    """
    watches = list(watches)
    for before, now in revisions:
        for watch in watches:
            was = before is not None and not before["is_retracted"] and matches(watch, before)
            is_now = not now["is_retracted"] and matches(watch, now)
            if is_now and not was:
                yield News(watch, "new", now)
            elif was and not is_now:
                yield News(watch, "retracted", now)
            elif was and is_now and before is not None:
                changes = tuple((name, before[name], now[name]) for name in TOLD if before[name] != now[name])
                if changes:
                    yield News(watch, "changed", now, changes)


def told(one: News) -> str:
    """A line for people: what happened to the event, what it is, and the sentence that says so."""
    event = one.event
    act = " ".join(filter(None, (event["event_type"], event["mode_type"])))
    sides = " → ".join("; ".join(names) for names in (event["actor_names"], event["recipient_names"]) if names)
    days = " to ".join(dict.fromkeys(str(day) for day in (event["start_date"], event["end_date"]) if day))
    head = ", ".join(filter(None, (f"{act} {event['status_type']}", days, sides, event["place_name"])))
    changed = "; ".join(
        f"{name.removesuffix('_type').replace('_', ' ')}: {was} → {now}" for name, was, now in one.changes
    )
    return (
        f"{one.kind}: {head}{f' ({changed})' if changed else ''} — {event['sentence_text'] or ''} [{event['event_id']}]"
    )


def _holds(key: str, value: str, event: Mapping[str, Any]) -> bool:
    if key in _CODES:
        return bool(event[f"{'event' if key == 'type' else key}_type"] == value)
    if key == "confidence":
        return bool(event["confidence_score"] >= _number(value))
    if key == "place":
        return event["country_code"] == value.upper() or fold(value) in fold(event["place_name"] or "")
    sides = ("actor", "recipient") if key == "country" else (key,)
    codes = {code for side in sides for code in event[f"{side}_country_codes"]}
    names = [] if key == "country" else event[f"{key}_names"]
    return value.upper() in codes or any(fold(value) in fold(name) for name in names)


def _country_code(value: str) -> str:
    try:
        return ontology.country_code(value)
    except ValueError as error:
        raise WatchError(str(error)) from None


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise WatchError(f"confidence={value} is no number from 0 to 1")
    return number

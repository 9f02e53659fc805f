"""How well mentions are linked: the paragraphs of `links/paragraphs.txt` against what the linker makes of them.

    python -m tests.gold.links            precision and recall of links, per half and difficulty
    python -m tests.gold.links --wrong    and what is wrong in the open half

`README.md` says how paragraphs are marked and what counts.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from demarche import entities, language, mentions, places
from demarche.codebook.names import fold
from demarche.records import Mention

PARAGRAPHS = Path(__file__).with_name("links") / "paragraphs.txt"
HALVES = ("open", "frozen")
OPEN, FREE = "?", "*"
_HEAD = re.compile(r"== ([a-z_]+)-(\d+) (\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class Mark:
    """Words of a paragraph, and whom they mean. ``inner`` ones stand within another and needn't be found."""

    start: int
    end: int
    text: str
    targets: tuple[str, ...]
    inner: bool


@dataclass(frozen=True)
class Paragraph:
    difficulty: str
    name: str
    day: date
    text: str
    marks: tuple[Mark, ...]

    @property
    def half(self) -> str:
        return HALVES[sha256(f"demarche:{self.name}".encode()).digest()[0] % 2]


def load(path: Path = PARAGRAPHS) -> list[Paragraph]:
    """The paragraphs. Raises ValueError naming the one whose marks don't close."""
    found = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        head, _, marked = block.strip().partition("\n")
        if title := _HEAD.fullmatch(head):
            text, marks = _read(marked, head)
            difficulty, number, day = title.groups()
            found.append(Paragraph(difficulty, f"{difficulty}-{number}", date.fromisoformat(day), text, tuple(marks)))
    return found


def _read(marked: str, head: str) -> tuple[str, list[Mark]]:
    text, marks, opened = "", [], []
    position = 0
    while position < len(marked):
        sign = marked[position]
        if sign in "{[":
            opened.append(len(text))
        elif sign == "|" and opened:
            end = re.compile(r"[}\]]").search(marked, position)
            if end is None:
                raise ValueError(f"{head}: a mark that doesn't close")
            start = opened.pop()
            targets = tuple(marked[position + 1 : end.start()].split("+"))
            marks.append(Mark(start, len(text), text[start:], targets, bool(opened)))
            position = end.start()
        else:
            text += sign
        position += 1
    if opened:
        raise ValueError(f"{head}: a mark that doesn't close")
    return text, marks


def is_meant(mention: Mention, target: str) -> bool:
    """Whether a mention is linked to what a mark's target means."""
    gazetteer = entities.load_gazetteer()
    if target.startswith("="):
        return mention.entity_id is not None and mention.entity_id == _organisation(target[1:])
    if target.startswith("~"):
        name, _, country = target[1:].partition("/")
        named = fold(mention.name or "") == fold(name) or fold(mention.text) == fold(name)
        return mention.mention_type == "place" and mention.place_id is not None and named and (
            not country or mention.country_code == country
        )  # fmt: skip
    if "/" in target:
        country, _, sector = target.partition("/")
        return (mention.country_code, mention.sector_type) == (country, sector)
    if target in gazetteer.states:
        is_whole = mention.mention_type == "state" or (mention.mention_type == "body" and mention.sector_type == "GOV")
        return is_whole and mention.country_code == target
    if mention.mention_type != "person":
        return False
    known = gazetteer.person(target)
    same_name = fold(mention.name or mention.text) == fold(target)
    return mention.entity_id == known if known and mention.entity_id else same_name


@cache
def _organisation(name: str) -> str | None:
    found = entities.load_gazetteer().organisation(name)
    return found.entity_id if found else None


def is_link(mention: Mention) -> bool:
    """Whether a mention says who is meant: an entity, or a body's or group's country. Adjectives and times don't."""
    if mention.mention_type == "time" or mention.link_rule == "adjective":
        return False
    has_country = mention.mention_type in ("body", "group") and mention.country_code is not None
    return mention.entity_id is not None or has_country


@dataclass(frozen=True)
class Judged:
    """One link or one mark, and whether it is right; ``kind`` says which: precision or recall counts it."""

    paragraph: Paragraph
    kind: str
    is_right: bool
    told: str


def judge(paragraph: Paragraph, found: Sequence[Mention]) -> Iterator[Judged]:
    """Each link against the marks that it overlaps, each mark against the mentions that overlap it."""
    for mention in filter(is_link, found):
        around = [
            mark for mark in paragraph.marks if mark.start < mention.end_offset and mention.start_offset < mark.end
        ]
        around = [mark for mark in around if not _is_part_of(mention, mark)] or [m for m in around if m.inner]
        if any(mark.targets == (FREE,) for mark in around) or (not around and _lies_in_a_mark(mention, paragraph)):
            continue
        is_right = any(is_meant(mention, target) for mark in around for target in mark.targets if target != OPEN)
        if not around and _is_unnamed(mention):
            continue
        wanted = ", ".join("+".join(mark.targets) for mark in around) or "nobody"
        yield Judged(paragraph, "precision", is_right, f"{_said(mention)}, meant is {wanted}")
    for mark in paragraph.marks:
        if mark.inner or mark.targets in ((FREE,), (OPEN,)):
            continue
        over = [one for one in found if mark.start < one.end_offset and one.start_offset < mark.end]
        met = all(any(is_meant(one, target) for one in over) for target in mark.targets)
        said = "; ".join(map(_said, over)) or "nothing"
        yield Judged(paragraph, "recall", met, f"{mark.text!r} is {'+'.join(mark.targets)}, found {said}")


def _is_part_of(mention: Mention, mark: Mark) -> bool:
    """Whether a mention lies in the words before a mark's head: "his" in "his Chinese counterpart"."""
    return not mark.inner and mark.start <= mention.start_offset and mention.end_offset < mark.end


def _lies_in_a_mark(mention: Mention, paragraph: Paragraph) -> bool:
    return any(_is_part_of(mention, mark) for mark in paragraph.marks)


def _is_unnamed(mention: Mention) -> bool:
    """Groups of people by a common noun ("soldiers") aren't marked, and not judged."""
    return mention.mention_type == "group" and mention.entity_id is None


def _said(mention: Mention) -> str:
    whom = mention.name or mention.entity_id or "-"
    return f"{mention.text!r} → {mention.mention_type} {whom} {mention.country_code or ''} ({mention.link_rule})"


def read(paragraphs: Iterable[Paragraph]) -> Iterator[Judged]:
    """Everything that is judged, paragraph by paragraph."""
    nlp = language.load_model()
    for paragraph in paragraphs:
        found = mentions.find_mentions(
            nlp(paragraph.text),
            document_id="d",
            partition_key="2020-01-01T00",
            published_date=paragraph.day,
            gazetteer=entities.load_gazetteer(),
            places=places.load_places(),
        )
        yield from judge(paragraph, found)


def counts(judged: Iterable[Judged]) -> Counter[str]:
    """How many links and marks stand behind each figure."""
    groups = ((one, group) for one in judged for group in ("all", one.paragraph.difficulty))
    return Counter(f"{one.paragraph.half}/link/{group}/{one.kind}" for one, group in groups)


def figures(judged: Iterable[Judged]) -> dict[str, float]:
    """Precision and recall in per cent by half and difficulty, like "open/link/all/recall"."""
    all_judged = list(judged)
    total, right = counts(all_judged), counts(one for one in all_judged if one.is_right)
    return {name: 100 * right[name] / total[name] for name in sorted(total)}


def main(arguments: Sequence[str]) -> None:
    judged = list(read(load()))
    judged_counts = Counter((one.paragraph.half, one.kind) for one in judged)
    print(", ".join(f"{half} {kind}: {number}" for (half, kind), number in sorted(judged_counts.items())))
    rows: dict[str, dict[str, float]] = defaultdict(dict)
    for name, value in figures(judged).items():
        half, _, group, kind = name.split("/")
        rows[group][f"{half} {kind}"] = value
    columns = [f"{half} {kind}" for half in HALVES for kind in ("precision", "recall")]
    print(f"{'':14}" + "".join(f"{column:>18}" for column in columns))
    for group, values in rows.items():
        print(f"{group:14}" + "".join(f"{values.get(column, float('nan')):18.1f}" for column in columns))
    if "--wrong" in arguments:
        for one in judged:
            if not one.is_right and one.paragraph.half == "open":
                print(f"{one.paragraph.name} {one.kind}: {one.told}")


if __name__ == "__main__":
    main(sys.argv[1:])

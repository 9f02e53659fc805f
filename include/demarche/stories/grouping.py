"""Stories: pairs grouped as stars, so that no chain of alike texts becomes one story."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from demarche.records import Pair, Story, StoryDocument
from demarche.stories.likeness import Likeness, measure, slots_agree
from demarche.stories.shelf import Card, Integers, Key, Shelf
from demarche.stories.signing import settings


def group_stories(documents: Shelf, pairs: Iterable[Pair]) -> tuple[tuple[Story, ...], tuple[StoryDocument, ...]]:
    """Every document in its story, both sorted by id; the outcome doesn't depend on the order of the arguments.

    A story is a star: a text that has many alike, and what is like it. A text that is only like another member (A≈B≈C,
    A≉C) doesn't come in, unless it shares enough with the members as well: so two different cuts of one dispatch
    are one story, the links of a chain aren't. Pairs with documents that aren't given are passed over.
    """
    library = _Library(documents)
    groups = _Groups(library, _edges(library, pairs))
    stories: list[Story] = []
    members: list[StoryDocument] = []
    for texts in groups.all():
        story, story_documents = _story(library, texts)
        stories.append(story)
        members.extend(story_documents)
    stories.sort(key=lambda story: story.story_id)
    members.sort(key=lambda member: (member.story_id, member.document_id))
    return tuple(stories), tuple(members)


def clusters(cards: Iterable[Card], pairs: Iterable[Pair]) -> dict[str, int]:
    """Of each document the number of what pairs and equal words connect it to: its stories are made of that alone."""
    smallest: dict[str, Key] = {}
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for card in cards:
        smallest[card.document_id] = min(card.key, smallest.get(card.document_id, card.key))
        for name in (card.document_id, card.content_hash):
            root.setdefault(name, name)
        root[find(card.document_id)] = find(card.content_hash)
    for pair in pairs:
        if pair.document_id in root and pair.other_document_id in root:
            root[find(pair.document_id)] = find(pair.other_document_id)
    first: dict[str, Key] = {}
    for document_id, key in smallest.items():
        first[find(document_id)] = min(key, first.get(find(document_id), key))
    return {document_id: int(first[find(document_id)][1][1:16], 16) for document_id in smallest}


@dataclass(frozen=True, order=True)
class _Edge:
    """Two texts of a pair; the more of the shorter one stands in the other, the earlier it is looked at."""

    rank: tuple[float, float]
    left: int
    right: int


class _Library:
    """Documents by their text: ``texts[i]`` are those with the same words, printed within ``reprint_days``, the
    smallest key first."""

    def __init__(self, shelf: Shelf) -> None:
        smallest: dict[str, int] = {}
        for row, card in enumerate(shelf.cards):
            held = smallest.get(card.document_id)
            if held is None or card.key < shelf.cards[held].key:
                smallest[card.document_id] = row
        by_content: dict[str, list[int]] = defaultdict(list)
        for row in sorted(smallest.values(), key=lambda row: shelf.cards[row].key):
            by_content[shelf.cards[row].content_hash].append(row)
        texts = [rows for same in by_content.values() for rows in _printings(same, shelf.cards)]
        self._shelf = shelf
        self._rows = np.array([rows[0] for rows in texts], dtype=np.int64)
        self.texts = [[shelf.cards[row] for row in rows] for rows in texts]
        self.text_of = {card.document_id: index for index, text in enumerate(self.texts) for card in text}

    def have_same_words(self, left: int, right: int) -> bool:
        return self.texts[left][0].content_hash == self.texts[right][0].content_hash

    def measure(self, left: Sequence[int], right: Sequence[int]) -> Likeness:
        """The likeness of each text on the left to the one at its place on the right."""
        return measure(self._shelf, self._rows[np.array(left)], self._shelf, self._rows[np.array(right)])

    def changed_facts(self, left: Sequence[int], right: Sequence[int]) -> Integers:
        """In how many places the two have another name or number."""
        rows, others = self._rows[np.array(left)], self._rows[np.array(right)]
        places, same = slots_agree(self._shelf, rows, self._shelf, others)
        return places - same


def _printings(rows: Sequence[int], cards: Sequence[Card]) -> Iterator[list[int]]:
    """Documents with the same words, apart where more than ``reprint_days`` lie between one and the first that is with
    it; undated ones with the first of all. Each list is in the order given."""
    latest = timedelta(days=settings().reprint_days)
    begins: list[date] = []
    for day in sorted({day for row in rows if (day := cards[row].published_date)}):
        if not begins or day - begins[-1] > latest:
            begins.append(day)
    printings: list[list[int]] = [[] for _ in range(max(len(begins), 1))]
    for row in rows:
        day = cards[row].published_date
        printings[bisect_right(begins, day) - 1 if day else 0].append(row)
    yield from printings


def _edges(library: _Library, pairs: Iterable[Pair]) -> list[_Edge]:
    """The pairs of texts with different words, the closest first."""
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for pair in pairs:
        left, right = library.text_of.get(pair.document_id), library.text_of.get(pair.other_document_id)
        if left is None or right is None or library.have_same_words(left, right):
            continue
        rank = (-pair.containment_score, -pair.similarity_score)
        between = min(left, right), max(left, right)
        found[between] = min(rank, found.get(between, rank))
    return sorted(_Edge(rank, *between) for between, rank in found.items())


class _Groups:
    """Texts that are joined pair by pair, unless those that are there don't know the newcomers."""

    def __init__(self, library: _Library, edges: Sequence[_Edge]) -> None:
        self._library = library
        self._edges = edges
        self._degree: dict[int, int] = defaultdict(int)
        for edge in edges:
            self._degree[edge.left] += 1
            self._degree[edge.right] += 1
        self._group = {text: text for text in self._degree}
        self._members = {text: [text] for text in self._degree}
        self._witnesses = {text: [text] for text in self._degree}

    def all(self) -> Iterator[list[int]]:
        """The texts of each story."""
        for edge in self._edges:
            one, other = self._group[edge.left], self._group[edge.right]
            if one != other and self._belong_together(one, other):
                self._unite(one, other)
        yield from self._members.values()
        yield from ([text] for text in range(len(self._library.texts)) if text not in self._group)

    def _belong_together(self, one: int, other: int) -> bool:
        """Whether the witnesses of two groups know each other: all are related, and they are mostly one text.

        A single text need only be one with the group's centre: two cuts of one dispatch have little in common.
        """
        ours, theirs = self._witnesses[one], self._witnesses[other]
        if len(ours) == len(theirs) == 1:
            return True
        likeness = self._library.measure(
            [text for text in ours for _ in theirs], [text for _ in ours for text in theirs]
        )
        if not likeness.is_related.all():
            return False
        is_same = likeness.is_same.reshape(len(ours), len(theirs))
        return bool(is_same.mean() >= 0.5 or (1 in is_same.shape and is_same[0, 0]))

    def _unite(self, one: int, other: int) -> None:
        if len(self._members[one]) < len(self._members[other]):
            one, other = other, one
        moved = self._members.pop(other)
        self._members[one] += moved
        self._group.update(dict.fromkeys(moved, one))
        witnesses = {*self._witnesses[one], *self._witnesses.pop(other)}
        by_weight = sorted(witnesses, key=lambda text: (-self._degree[text], text))
        self._witnesses[one] = by_weight[: settings().witness_count]


def _story(library: _Library, texts: Sequence[int]) -> tuple[Story, list[StoryDocument]]:
    documents = [document for text in texts for document in library.texts[text]]
    smallest = min(documents, key=lambda card: card.key)
    story_id = "s" + smallest.document_id[1:]
    load_date = date.fromisoformat(smallest.partition_key[:10])
    documents.sort(key=_chronological)
    original = documents[0]
    differences = _differences(library, texts, library.text_of[original.document_id])
    members = []
    articles: set[str] = set()
    contents: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        of_source = contents[document.source_id]
        found = differences[library.text_of[document.document_id]]
        members.append(
            StoryDocument(
                story_id=story_id,
                document_id=document.document_id,
                load_date=load_date,
                document_load_date=date.fromisoformat(document.partition_key[:10]),
                is_copy=document is not original,
                is_update=document.article_id in articles
                or bool(of_source - {document.content_hash})
                or (found.changed_fact_count > 0 and _is_later(document, original)),
                similarity_score=found.similarity,
                kept_score=found.kept,
                added_score=found.added,
                changed_fact_count=found.changed_fact_count,
            )
        )
        of_source.add(document.content_hash)
        if document.article_id:
            articles.add(document.article_id)
    agencies = {document.agency_id for document in documents if document.agency_id}
    story = Story(
        story_id=story_id,
        load_date=load_date,
        title=original.title,
        document_count=len(documents),
        # One text is one voice, however many print it; several agencies that put their names to it vouch each.
        independent_source_count=max(1, len(agencies)),
        first_published_date=original.published_date,
    )
    return story, members


def _chronological(document: Card) -> tuple[date, datetime, Key]:
    instant = document.published_at or datetime.max
    return (
        document.published_date or date.max,
        instant if instant.tzinfo else instant.replace(tzinfo=UTC),
        document.key,
    )


@dataclass(frozen=True)
class _Difference:
    """What a text keeps of its story's original, and what it changes."""

    similarity: float = 1.0
    kept: float = 1.0
    added: float = 0.0
    changed_fact_count: int = 0


def _differences(library: _Library, texts: Sequence[int], original: int) -> dict[int, _Difference]:
    others = [text for text in texts if text != original]
    found = {original: _Difference()}
    if others:
        likeness = library.measure(others, [original] * len(others))
        changed = library.changed_facts(others, [original] * len(others))
        for place, text in enumerate(others):
            found[text] = _Difference(
                similarity=round(float(likeness.jaccard[place]), 4),
                kept=round(float(likeness.of_right[place]), 4),
                added=round(1 - float(likeness.of_left[place]), 4),
                changed_fact_count=int(changed[place]),
            )
    return found


def _is_later(document: Card, original: Card) -> bool:
    if document.published_at and original.published_at:
        return document.published_at > original.published_at
    return (document.published_date or date.min) > (original.published_date or date.max)

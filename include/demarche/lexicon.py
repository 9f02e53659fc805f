"""The trigger lexicon: which words tell of which act.

Reads `codebook/lexicon.csv` and its word classes. An entry has a head lemma and, possibly, lemmas that must stand under
it ("lift" with "sanction"). Entries with more lemmas are more exact and speak first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from demarche import codebook, ontology

NO_EVENT = "NONE"
"""The type of entries whose words only look like an act (sport, markets, weather)."""

_POS = {"v": "verb", "n": "noun", "a": "adjective"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One way of telling of an act.

    ``event_type`` is the act itself (or NO_EVENT), ``status`` what the words say of it ("" where they leave it open);
    ``plover_type`` folds the two. ``recipient_by`` are the prepositions that mark the recipient.
    """

    head: str
    pos: str
    with_lemmas: frozenset[str]
    event_type: str
    mode_type: str
    status: str
    recipient_by: tuple[str, ...]
    is_mutual: bool

    @property
    def plover_type(self) -> str:
        """What a PLOVER coder writes; NO_EVENT where there is nothing to write."""
        if self.event_type == NO_EVENT:
            return NO_EVENT
        return ontology.fold(self.event_type, self.status or "occurred") or NO_EVENT


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries by head lemma and part of speech, the most exact ones first."""

    by_head: dict[tuple[str, str], tuple[Entry, ...]]
    head_lemmas: frozenset[str]

    def entries(self, head: str, pos: str) -> tuple[Entry, ...]:
        """All entries of a head lemma; ``pos`` is verb, noun or adjective."""
        return self.by_head.get((head, pos), ())

    def match(self, head: str, pos: str, under: frozenset[str] | set[str]) -> list[Entry]:
        """The entries of this head whose other lemmas all stand in ``under``, the most exact ones first."""
        return [entry for entry in self.by_head.get((head, pos), ()) if entry.with_lemmas <= under]


@cache
def lexicon() -> Lexicon:
    """The codebook's lexicon. Raises CodebookError naming the entry that is wrong."""
    grouped: dict[tuple[str, str], dict[tuple[frozenset[str], str], Entry]] = {}
    for row in codebook.table("lexicon"):
        for entry in _expand(row):
            same_head = grouped.setdefault((entry.head, entry.pos), {})
            same_head.setdefault((entry.with_lemmas, entry.event_type), entry)
    by_head = {
        key: tuple(sorted(same.values(), key=lambda e: (-len(e.with_lemmas), sorted(e.with_lemmas), e.event_type)))
        for key, same in sorted(grouped.items())
    }
    return Lexicon(by_head, frozenset(head for head, _ in by_head))


@cache
def word_class(name: str) -> frozenset[str]:
    """The lemmas of a word class of `lexicon_classes.csv`, e.g. ``word_class("forces")``."""
    for row in codebook.table("lexicon_classes"):
        if row["class"] == name:
            return frozenset(row["lemmas"].split())
    raise codebook.CodebookError(f"codebook/lexicon_classes.csv: no word class {name!r}")


def _expand(row: dict[str, str]) -> Iterator[Entry]:
    where = f"codebook/lexicon.csv, {row['head']!r} with {row['with']!r}"
    if row["event_type"] not in (*ontology.EVENT_TYPES, NO_EVENT):
        raise codebook.CodebookError(f"{where}: no event type {row['event_type']!r}")
    if row["mode_type"] and row["mode_type"] not in ontology.MODES[row["event_type"]]:
        raise codebook.CodebookError(f"{where}: {row['event_type']} has no mode {row['mode_type']!r}")
    if row["status"] and row["status"] not in ontology.STATUSES:
        raise codebook.CodebookError(f"{where}: no status {row['status']!r}")
    if row["pos"] not in _POS:
        raise codebook.CodebookError(f"{where}: pos must be v, n or a, not {row['pos']!r}")
    roles = row["roles"].split()
    choices = [sorted(word_class(word[1:-1])) if word.startswith("<") else [word] for word in row["with"].split()]
    for words in product(*choices):
        yield Entry(
            head=row["head"],
            pos=_POS[row["pos"]],
            with_lemmas=frozenset(words),
            event_type=row["event_type"],
            mode_type=row["mode_type"],
            status=row["status"],
            recipient_by=tuple(role for role in roles if role != "mutual"),
            is_mutual="mutual" in roles,
        )

"""The trigger lexicon: which words tell of which act.

Reads `codebook/lexicon.csv` and its word classes. An entry has a head lemma and, possibly, lemmas that must stand under
it ("lift" with "sanction"). Entries with more lemmas are more exact and speak first.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from demarche import codebook, ontology

NO_EVENT = "NONE"
"""The type of entries whose words only look like an act (sport, markets, weather)."""

_PREPOSITIONS = frozenset(
    ("about", "against", "at", "between", "by", "for", "from", "in", "into", "of", "on", "over", "to", "upon", "with")
)
_POS = {"v": "verb", "n": "noun", "a": "adjective"}
#: Forms that the parser's model lemmatises to another word's lemma.
LEMMAS = {"bases": "base", "summons": "summon", "forgave": "forgive", "forwent": "forgo", "talks": "talk",
          "arms": "arm", "raped": "rape", "raping": "rape"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One way of telling of an act.

    ``event_type`` is the act itself (or NO_EVENT), ``status`` what the words say of it ("" where they leave it open);
    ``plover_type`` folds the two. ``recipient_by`` are the prepositions that mark the recipient.
    ``exactness`` is how much the entry asks for beside its head: two for each word, one for a preposition.
    """

    head: str
    pos: str
    with_lemmas: frozenset[str]
    event_type: str
    mode_type: str
    status: str
    recipient_by: tuple[str, ...]
    is_mutual: bool
    exactness: int

    @property
    def plover_type(self) -> str:
        """What a PLOVER coder writes; NO_EVENT where there is nothing to write."""
        if self.event_type == NO_EVENT:
            return NO_EVENT
        return ontology.fold(self.event_type, self.status or "occurred") or NO_EVENT


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries by head lemma and part of speech, the most exact ones first; and the classes of each lemma."""

    by_head: dict[tuple[str, str], tuple[Entry, ...]]
    classes: dict[str, tuple[str, ...]]

    def entries(self, head: str, pos: str) -> tuple[Entry, ...]:
        """All entries of a head lemma; ``pos`` is verb, noun or adjective."""
        return self.by_head.get((head, pos), ())

    def match(self, head: str, pos: str, under: AbstractSet[str]) -> list[Entry]:
        """The entries of this head whose other words all stand in ``under``, the most exact ones first.

        ``under`` holds lemmas and the names of their classes, as ``with_classes`` gives them.
        """
        return [entry for entry in self.by_head.get((head, pos), ()) if entry.with_lemmas <= under]

    def with_classes(self, lemmas: Iterable[str]) -> set[str]:
        """The lemmas and, in angle brackets, every class that one of them belongs to."""
        found = set(lemmas)
        for lemma in tuple(found):
            found.update(self.classes.get(lemma, ()))
        return found


@cache
def lexicon() -> Lexicon:
    """The codebook's lexicon. Raises CodebookError naming the entry that is wrong."""
    classes: dict[str, list[str]] = {}
    for row in codebook.table("lexicon_classes"):
        for lemma in row["lemmas"].split():
            classes.setdefault(lemma, []).append(f"<{row['class']}>")
    names = {name for members in classes.values() for name in members}
    grouped: dict[tuple[str, str], list[Entry]] = {}
    for row in codebook.table("lexicon"):
        entry = _entry(row, names)
        grouped.setdefault((entry.head, entry.pos), []).append(entry)
    by_head = {
        key: tuple(sorted(same, key=lambda entry: (-entry.exactness, sorted(entry.with_lemmas), entry.event_type)))
        for key, same in sorted(grouped.items())
    }
    return Lexicon(by_head, {lemma: tuple(members) for lemma, members in classes.items()})


def _entry(row: dict[str, str], class_names: AbstractSet[str]) -> Entry:
    where = f"codebook/lexicon.csv, {row['head']!r} with {row['with']!r}"
    if row["event_type"] not in (*ontology.EVENT_TYPES, NO_EVENT):
        raise codebook.CodebookError(f"{where}: no event type {row['event_type']!r}")
    if row["mode_type"] and row["mode_type"] not in ontology.MODES[row["event_type"]]:
        raise codebook.CodebookError(f"{where}: {row['event_type']} has no mode {row['mode_type']!r}")
    if row["status"] and row["status"] not in ontology.STATUSES:
        raise codebook.CodebookError(f"{where}: no status {row['status']!r}")
    if row["pos"] not in _POS:
        raise codebook.CodebookError(f"{where}: pos must be v, n or a, not {row['pos']!r}")
    words = row["with"].split()
    for word in words:
        if word.startswith("<") and word not in class_names:
            raise codebook.CodebookError(f"{where}: no word class {word!r} in lexicon_classes.csv")
    roles = row["roles"].split()
    return Entry(
        head=row["head"],
        pos=_POS[row["pos"]],
        with_lemmas=frozenset(words),
        event_type=row["event_type"],
        mode_type=row["mode_type"],
        status=row["status"],
        recipient_by=tuple(role for role in roles if role != "mutual"),
        is_mutual="mutual" in roles,
        exactness=sum(1 if word in _PREPOSITIONS else 2 for word in words),
    )

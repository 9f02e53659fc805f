"""Stories: the same text, whoever prints it.

The method in four steps: a document is *signed* (MinHash and sketches, no text kept); bands of its MinHash propose
*candidates*; candidates are *verified* on the sketches, which gives the pairs; pairs are *grouped* into stories. Not
to be confused with `events`: two reporters who tell of one meeting in their own words make two stories, one event.

The numbers that decide stand in `codebook/resolution.toml`. The method is Broder's MinHash with banding (as described
in Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, chapter 3); the MinHash itself is datasketch's.
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from demarche import codebook
from demarche.records import Document, Pair, Signature, Story, StoryDocument

if TYPE_CHECKING:
    from datasketch import MinHash

_Integers = npt.NDArray[np.int64]
_Hashes = npt.NDArray[np.uint32]
_Key = tuple[str, str]

_PADDING = 2**32 - 1
"""Fills the rows of a matrix of sketches; no hash has this value."""

# Scripts written without spaces: each of their letters counts as a word.
_UNSPACED = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
_WORD = re.compile(rf"{_UNSPACED}|\d+(?:[.,:]\d+)*|(?:(?!{_UNSPACED})\w)+")
_HEADER = re.compile(
    r"""\s*(?:
        [^\n.!?()]{0,60}\([^)\n]{2,40}\)\s*[-–—:]+\s+           # "ACCRA, May 4 (Agency) - "
      | [A-Z][A-Z .,'’/-]{2,40}(?:,\s[A-Z][a-z]{2,8}\.?\s\d{1,2})?\s*[-–—]+\s+   # "ACCRA, May 4 — "
    )""",
    re.VERBOSE,
)
_SENTENCE_ENDS = frozenset('.!?:\n"“”«»‘')


@dataclass(frozen=True)
class _Settings:
    """The section ``[stories]`` of `codebook/resolution.toml`; each number is explained there."""

    shingle_words: int
    permutation_count: int
    permutation_seed: int
    band_rows: int
    shingle_sketch_size: int
    fact_sketch_size: int
    minimum_shingles: int
    minimum_facts: int
    full_bucket: int
    star_leaders: int
    screening_jaccard: float
    related_containment: float
    witness_count: int
    containment: float
    facts: float
    facts_margin: float
    facts_ceiling: float
    containment_without_facts: float


@cache
def _settings() -> _Settings:
    return _Settings(**codebook.document("resolution")["stories"])


# --- signing -----------------------------------------------------------------------------------------------------
def sign(document: Document) -> Signature:
    """What near-duplicate search needs of a document, without its text.

    The agency's header is left off, case, accents and punctuation are folded, so that an outlet's house style
    changes nothing. The title isn't signed: every desk writes its own.
    """
    settings = _settings()
    body = _without_header(document)
    shingles = _shingles(_words(body), settings.shingle_words)
    return Signature(
        document_id=document.document_id,
        partition_key=document.partition_key,
        article_id=document.article_id,
        source_id=document.source_id,
        agency_id=document.agency_id,
        title=document.title,
        published_date=document.published_date,
        published_at=document.published_at,
        content_hash=document.content_hash,
        shingle_count=len(shingles),
        shingle_hashes=tuple(shingles[: settings.shingle_sketch_size]),
        fact_hashes=tuple(_facts(body)[: settings.fact_sketch_size]),
        minhash=_minhash(shingles),
    )


def _without_header(document: Document) -> str:
    body = document.body
    if document.dateline and body.startswith(document.dateline):
        return body[len(document.dateline) :]
    header = _HEADER.match(body)
    return body[header.end() :] if header else body


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def _words(text: str) -> list[str]:
    return _WORD.findall(_fold(text))


def _shingles(words: Sequence[str], size: int) -> list[int]:
    """The hashes of all distinct runs of ``size`` words, ascending; of the whole text where it is shorter."""
    if not words:
        return []
    runs = {" ".join(words[start : start + size]) for start in range(max(1, len(words) - size + 1))}
    return sorted({_hash(run) for run in runs})


def _facts(text: str) -> list[int]:
    """The hashes of names and numbers, ascending. A name is a capitalised word that doesn't begin a sentence.

    A reprint keeps them; next year's report from the same mould keeps the phrases and changes these.
    """
    facts = set()
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text)):
        word = match.group()
        if word[0].isdigit() or (word[0].isupper() and not _begins_sentence(text, match.start())):
            facts.add(_hash(_fold(word)))
    return sorted(facts)


def _begins_sentence(text: str, offset: int) -> bool:
    before = text[max(0, offset - 4) : offset].rstrip(" \t\r")
    return not before or before[-1] in _SENTENCE_ENDS


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _PADDING


def _number(value: int) -> int:
    return value


@cache
def _blank_minhash() -> MinHash:
    from datasketch import MinHash  # costs two seconds, by way of SciPy; grouping stories does not need it

    settings = _settings()
    return MinHash(
        num_perm=settings.permutation_count, seed=settings.permutation_seed, hashfunc=_number, scheme="affine32"
    )


def _minhash(shingles: Sequence[int]) -> tuple[int, ...]:
    minhash = _blank_minhash().copy()
    minhash.update_batch(shingles)
    return tuple(int(value) for value in minhash.hashvalues)


# --- pairs -------------------------------------------------------------------------------------------------------
def find_pairs(new: Iterable[Signature], known: Iterable[Signature]) -> tuple[Pair, ...]:
    """Every pair with the same text in which a document of ``new`` takes part, sorted by its documents' keys.

    Texts with equal words (``content_hash``) are paired as a star with the smallest of them, and only that one is
    compared further; so a million equal texts cost a million, not its square. ``known`` may be a generator: rows are
    kept as 32-bit arrays (about 1.9 kB each), not as records. It may contain ``new``. A pair doesn't depend on what
    else is known, except in a bucket that is fuller than ``full_bucket``.
    """
    settings = _settings()
    corpus = _Corpus(new, known)
    pairs = list(corpus.equal_texts())
    candidates = _candidates(corpus, settings)
    for left, right, likeness in _verify(corpus, candidates, settings):
        pairs.append(corpus.pair(left, right, likeness))
    return tuple(sorted(pairs, key=lambda pair: (_left_key(pair), _right_key(pair))))


def _left_key(pair: Pair) -> _Key:
    return pair.partition_key, pair.document_id


def _right_key(pair: Pair) -> _Key:
    return pair.other_partition_key, pair.other_document_id


def _document_key(signature: Signature) -> _Key:
    return signature.partition_key, signature.document_id


@dataclass(frozen=True)
class _Likeness:
    jaccard: float
    containment: float


class _Rows:
    """Rows of hashes as they come in, each filled up to one width: a matrix without a Python object per value."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._values = array("I")

    def append(self, hashes: Sequence[int]) -> None:
        self._values.extend(hashes)
        self._values.extend([_PADDING] * (self._width - len(hashes)))

    def matrix(self, order: _Integers) -> _Hashes:
        """The rows in another order; not copied where it is the same."""
        rows = np.frombuffer(self._values, dtype=np.uint32).reshape(-1, self._width)
        return rows if np.array_equal(order, np.arange(len(rows))) else rows[order]


def _matrix(rows: Iterable[Sequence[int]], width: int) -> _Hashes:
    gathered, count = _Rows(width), 0
    for row in rows:
        gathered.append(row)
        count += 1
    return gathered.matrix(np.arange(count))


class _Sketches:
    """Bottom-k sketches as the rows of one matrix, and set sizes estimated from them."""

    def __init__(self, matrix: _Hashes) -> None:
        self._matrix = matrix
        # A full sketch only knows the hashes up to its greatest; one that isn't full knows them all.
        last = matrix[:, -1]
        self._horizon = np.where(last == _PADDING, _PADDING - 1, last).astype(np.uint32)

    def compare(self, left: _Integers, right: _Integers) -> tuple[_Integers, _Integers, _Integers]:
        """For each pair of rows: hashes that both have, that the left has, that the right has, within both horizons."""
        horizon = np.minimum(self._horizon[left], self._horizon[right])[:, None]
        of_left, of_right = self._matrix[left], self._matrix[right]
        merged = np.sort(np.concatenate([of_left, of_right], axis=1), axis=1)
        shared = ((merged[:, 1:] == merged[:, :-1]) & (merged[:, 1:] <= horizon)).sum(axis=1)
        return shared, (of_left <= horizon).sum(axis=1), (of_right <= horizon).sum(axis=1)


class _Corpus:
    """New and known signatures, one row for each different text, in the order of keys."""

    def __init__(self, new: Iterable[Signature], known: Iterable[Signature]) -> None:
        settings = _settings()
        keys: dict[str, _Key] = {}
        texts: dict[str, list[str]] = defaultdict(list)
        arrived: dict[str, int] = {}
        new_documents: set[str] = set()
        minhashes = _Rows(settings.permutation_count)
        shingles, facts = _Rows(settings.shingle_sketch_size), _Rows(settings.fact_sketch_size)
        counts = array("q")
        for signature, is_new in _labelled(new, known):
            document_id = signature.document_id
            if document_id not in keys:
                texts[signature.content_hash].append(document_id)
            keys[document_id] = min(keys.get(document_id, _document_key(signature)), _document_key(signature))
            if is_new:
                new_documents.add(document_id)
            if signature.content_hash not in arrived:
                arrived[signature.content_hash] = len(arrived)
                minhashes.append(signature.minhash)
                shingles.append(signature.shingle_hashes)
                facts.append(signature.fact_hashes)
                counts.append(signature.shingle_count)
        for documents in texts.values():
            documents.sort(key=keys.__getitem__)
        contents = sorted(texts, key=lambda content: keys[texts[content][0]])
        order = np.array([arrived[content] for content in contents], dtype=np.int64)
        self._keys = keys
        self._new_documents = new_documents
        self._texts = [texts[content] for content in contents]
        self.minhashes = minhashes.matrix(order)
        self.shingles = _Sketches(shingles.matrix(order))
        self.facts = _Sketches(facts.matrix(order))
        self.shingle_counts = np.array(counts, dtype=np.int64)[order]
        self.is_new = np.array([self._is_new_text(documents) for documents in self._texts], dtype=bool)

    def _is_new_text(self, documents: Sequence[str]) -> bool:
        return all(document in self._new_documents for document in documents)

    def equal_texts(self) -> Iterator[Pair]:
        """Each new document with the smallest of its text; a smallest that is new itself with the next known one."""
        same = _Likeness(1.0, 1.0)
        for documents in self._texts:
            first, *others = documents
            linked = [other for other in others if other in self._new_documents]
            if first in self._new_documents:
                linked += [other for other in others if other not in self._new_documents][:1]
            for other in linked:
                yield self._pair(first, other, same)

    def pair(self, left: int, right: int, likeness: _Likeness) -> Pair:
        return self._pair(self._texts[left][0], self._texts[right][0], likeness)

    def _pair(self, document_id: str, other_id: str, likeness: _Likeness) -> Pair:
        first, second = sorted((self._keys[document_id], self._keys[other_id]))
        return Pair(
            document_id=first[1],
            other_document_id=second[1],
            partition_key=first[0],
            other_partition_key=second[0],
            similarity_score=likeness.jaccard,
            containment_score=likeness.containment,
        )


def _labelled(new: Iterable[Signature], known: Iterable[Signature]) -> Iterator[tuple[Signature, bool]]:
    for signature in new:
        yield signature, True
    for signature in known:
        yield signature, False


def _candidates(corpus: _Corpus, settings: _Settings) -> npt.NDArray[np.uint64]:
    """Pairs of rows that share a band of their MinHash, at least one of them new; left row in the upper 32 bits."""
    eligible = np.flatnonzero(corpus.shingle_counts >= settings.minimum_shingles)
    is_new = corpus.is_new[eligible]
    found = np.empty(0, dtype=np.uint64)
    if not is_new.any():
        return found
    for first in range(0, settings.permutation_count, settings.band_rows):
        bands = _band(corpus.minhashes[eligible, first : first + settings.band_rows])
        if not is_new.all():
            touched = np.isin(bands, bands[is_new])
            proposed = _bucket_pairs(bands[touched], eligible[touched], settings)
        else:
            proposed = _bucket_pairs(bands, eligible, settings)
        found = np.union1d(found, proposed)
    left, right = _unpack(found)
    return found[corpus.is_new[left] | corpus.is_new[right]]


def _band(columns: _Hashes) -> npt.NDArray[np.uint64]:
    """The rows of a band, each mixed into one number (two columns fit exactly; more are folded by FNV's prime)."""
    mixed = np.zeros(len(columns), dtype=np.uint64)
    for column in range(columns.shape[1]):
        mixed = (mixed * np.uint64(2**32 if columns.shape[1] == 2 else 1099511628211)) + columns[:, column]
    return mixed


def _bucket_pairs(bands: npt.NDArray[np.uint64], rows: _Integers, settings: _Settings) -> npt.NDArray[np.uint64]:
    """All pairs within a bucket; in one that is fuller than ``full_bucket``, each row with the smallest ones only."""
    order = np.argsort(bands, kind="stable")  # rows ascend, so within a bucket they stay in the order of keys
    bands, rows = bands[order], rows[order]
    starts = np.flatnonzero(np.concatenate([[True], bands[1:] != bands[:-1]])) if len(bands) else np.empty(0, np.int64)
    sizes = np.diff(np.append(starts, len(bands)))
    start = np.repeat(starts, sizes)
    rank = np.arange(len(bands)) - start
    limit = np.minimum(rank, np.where(np.repeat(sizes, sizes) > settings.full_bucket, settings.star_leaders, rank))
    proposed = [np.empty(0, dtype=np.uint64)]
    for leader in range(int(limit.max(initial=0))):
        later = np.flatnonzero(limit > leader)
        left, right = rows[start[later] + leader], rows[later]
        proposed.append((left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64))
    return np.concatenate(proposed)


def _unpack(pairs: npt.NDArray[np.uint64]) -> tuple[_Integers, _Integers]:
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(2**32 - 1)).astype(np.int64)


_CHUNK = 20_000  # pairs verified at a time: about 40 MB of sketches


def _verify(
    corpus: _Corpus, candidates: npt.NDArray[np.uint64], settings: _Settings
) -> Iterator[tuple[int, int, _Likeness]]:
    """The candidates that are one text, with their likeness measured on the sketches."""
    for start in range(0, len(candidates), _CHUNK):
        left, right = _unpack(candidates[start : start + _CHUNK])
        estimate = (corpus.minhashes[left] == corpus.minhashes[right]).mean(axis=1)
        near = estimate >= settings.screening_jaccard
        left, right = left[near], right[near]
        jaccard, containment, same = _measure(corpus.shingles, corpus.facts, left, right, settings)
        for index in np.flatnonzero(same):
            likeness = _Likeness(round(float(jaccard[index]), 4), round(float(containment[index]), 4))
            yield int(left[index]), int(right[index]), likeness


def _measure(
    shingles: _Sketches, facts: _Sketches, left: _Integers, right: _Integers, settings: _Settings
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Jaccard, containment of the shorter in the longer, and whether the two are one text."""
    shared, of_left, of_right = shingles.compare(left, right)
    jaccard = shared / np.maximum(of_left + of_right - shared, 1)
    containment = shared / np.maximum(np.minimum(of_left, of_right), 1)
    facts_shared, facts_left, facts_right = facts.compare(left, right)
    fewer = np.minimum(facts_left, facts_right)
    kept = facts_shared / np.maximum(fewer, 1)
    wanted = np.clip(containment - settings.facts_margin, settings.facts, settings.facts_ceiling)
    same = np.where(
        fewer >= settings.minimum_facts,
        (containment >= settings.containment) & (kept >= wanted),
        containment >= settings.containment_without_facts,
    )
    return jaccard, containment, same


# --- stories -----------------------------------------------------------------------------------------------------
def group_stories(
    documents: Iterable[Signature], pairs: Iterable[Pair]
) -> tuple[tuple[Story, ...], tuple[StoryDocument, ...]]:
    """Every document in its story, both sorted by id; the outcome doesn't depend on the order of the arguments.

    A story is a star: a text that has many alike, and what is like it. A text that is only like another member (A≈B≈C,
    A≉C) doesn't come in, unless it shares enough with the members as well: so two different cuts of one dispatch
    are one story, the links of a chain aren't. Pairs with documents that aren't given are passed over.
    """
    library = _Library(documents)
    graph = _graph(library, pairs)
    stories: list[Story] = []
    members: list[StoryDocument] = []
    for star in _stars(library, graph):
        story, story_documents = _story(library, graph, star)
        stories.append(story)
        members.extend(story_documents)
    stories.sort(key=lambda story: story.story_id)
    members.sort(key=lambda member: (member.story_id, member.document_id))
    return tuple(stories), tuple(members)


_Graph = Mapping[int, Mapping[int, float]]


class _Library:
    """Documents by their text: ``texts[i]`` are those with the same words, the smallest key first."""

    def __init__(self, documents: Iterable[Signature]) -> None:
        settings = _settings()
        smallest: dict[str, Signature] = {}
        for document in documents:
            held = smallest.get(document.document_id)
            if held is None or _document_key(document) < _document_key(held):
                smallest[document.document_id] = document
        by_content: dict[str, list[Signature]] = defaultdict(list)
        for document in sorted(smallest.values(), key=_document_key):
            by_content[document.content_hash].append(document)
        self.texts = list(by_content.values())
        self.text_of = {document.document_id: index for index, text in enumerate(self.texts) for document in text}
        firsts = [text[0] for text in self.texts]
        self._firsts = firsts
        self._settings = settings

    def measure(self, left: Sequence[int], right: int) -> tuple[list[float], list[float], list[bool]]:
        """Jaccard, containment and verdict of each text on the left with the one on the right."""
        rows = [*left, right]
        firsts = [self._firsts[row] for row in rows]
        shingles = _Sketches(_matrix((text.shingle_hashes for text in firsts), self._settings.shingle_sketch_size))
        facts = _Sketches(_matrix((text.fact_hashes for text in firsts), self._settings.fact_sketch_size))
        ones = np.arange(len(left))
        jaccard, containment, same = _measure(shingles, facts, ones, np.full(len(left), len(left)), self._settings)
        return jaccard.tolist(), containment.tolist(), same.tolist()


def _graph(library: _Library, pairs: Iterable[Pair]) -> dict[int, dict[int, float]]:
    """Texts and how like their pairs are; pairs of equal texts fall away."""
    graph: dict[int, dict[int, float]] = defaultdict(dict)
    for pair in pairs:
        left, right = library.text_of.get(pair.document_id), library.text_of.get(pair.other_document_id)
        if left is None or right is None or left == right:
            continue
        graph[left][right] = graph[right][left] = max(pair.similarity_score, graph[left].get(right, 0.0))
    return graph


def _stars(library: _Library, graph: _Graph) -> Iterator[list[int]]:
    """The texts of each story, its centre first: always the text with most free neighbours, the smallest of equals."""
    free = set(range(len(library.texts)))
    degree = {text: len(neighbours) for text, neighbours in graph.items()}
    heap = [(-count, text) for text, count in degree.items()]
    heapq.heapify(heap)
    while heap:
        count, centre = heapq.heappop(heap)
        if centre not in free:
            continue
        if -count != degree[centre]:
            heapq.heappush(heap, (-degree[centre], centre))
            continue
        star = _star(library, graph, centre, free)
        for text in star:
            free.discard(text)
            for neighbour in graph[text]:
                degree[neighbour] -= 1
        yield star
    for text in sorted(free):
        yield [text]


def _star(library: _Library, graph: _Graph, centre: int, free: set[int]) -> list[int]:
    """The centre and the free texts that are like it and not foreign to one another."""
    settings = _settings()
    likeness = {text: score for text, score in graph[centre].items() if text in free}
    second = sorted({text for near in sorted(likeness) for text in graph[near]} & free - likeness.keys() - {centre})
    second = second[: settings.full_bucket]
    if second:  # banding may have missed a pair that a common neighbour points to
        jaccard, _, same = library.measure(second, centre)
        likeness |= {text: score for text, score, alike in zip(second, jaccard, same, strict=True) if alike}
    star = [centre]
    for text in sorted(likeness, key=lambda text: (-likeness[text], text)):
        witnesses = [
            member
            for member in star[1 : settings.witness_count + 1]
            # Jaccard's distance obeys the triangle inequality: with high scores to the centre nothing is left to check.
            if likeness[text] + likeness[member] - 1 < settings.related_containment and member not in graph[text]
        ]
        if witnesses:
            _, containment, _ = library.measure(witnesses, text)
            if min(containment) < settings.related_containment:
                continue
        star.append(text)
    return star


def _story(library: _Library, graph: _Graph, star: Sequence[int]) -> tuple[Story, list[StoryDocument]]:
    documents = [document for text in star for document in library.texts[text]]
    smallest = min(documents, key=_document_key)
    story_id = "s" + smallest.document_id[1:]
    load_date = date.fromisoformat(smallest.partition_key[:10])
    documents.sort(key=_chronological)
    original = documents[0]
    scores = _scores(library, graph, star, library.text_of[original.document_id])
    members = []
    articles: set[str] = set()
    contents: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        of_source = contents[document.source_id]
        members.append(
            StoryDocument(
                story_id=story_id,
                document_id=document.document_id,
                load_date=load_date,
                is_copy=document is not original,
                is_update=document.article_id in articles or bool(of_source - {document.content_hash}),
                similarity_score=scores[library.text_of[document.document_id]],
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


def _chronological(document: Signature) -> tuple[date, datetime, _Key]:
    instant = document.published_at or datetime.max
    return (
        document.published_date or date.max,
        instant if instant.tzinfo else instant.replace(tzinfo=UTC),
        _document_key(document),
    )


def _scores(library: _Library, graph: _Graph, star: Sequence[int], original: int) -> dict[int, float]:
    """How like the original each text of a story is."""
    scores = {original: 1.0}
    known = graph.get(original, {})
    missing = [text for text in star if text != original and text not in known]
    scores |= {text: known[text] for text in star if text in known}
    if missing:
        jaccard, _, _ = library.measure(missing, original)
        scores |= {text: round(score, 4) for text, score in zip(missing, jaccard, strict=True)}
    return scores

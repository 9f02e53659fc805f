"""What near-duplicate search costs as documents grow, and beside a plain datasketch loop.

    python -m benchmarks.growth [--small 100000] [--large 1000000] [--day 10000] [--datasketch 20000]
    python -m benchmarks.growth --hostile text crowd word chain [--small 100000] [--large 1000000]

Documents are made up as sketches, since what a text costs to sign doesn't depend on others: 250 shingles, one in twenty
of them a phrase that many have, and every tenth document an edited copy that shares three fifths of an earlier one's.
Prints, in one run: seconds of the processor and peak memory (GB) of finding all pairs among the smaller and the larger
number, what a day's documents cost against as many known ones, kept as partitions of a thousand, and a loop over
datasketch's MinHashLSH, with the recall of both on the copies.

``--hostile``: finding and grouping all pairs where the documents are all one text, a crowd of one text whose hashes
differ, one word over and over, or a chain of which each shares three fifths with the next; with the largest story.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from time import process_time

import numpy as np
import numpy.typing as npt

from demarche.records import Document
from demarche.stories import Card, Ragged, Shelf, Sketches, find_pairs, group_stories, sign
from demarche.stories.signing import settings

SHINGLES, LEAD, FACTS, SLOTS, PHRASES = 250, 68, 24, 16, 20_000
PARTITION = 1_000


def documents(count: int, seed: int) -> Iterator[tuple[Shelf, npt.NDArray[np.int64]]]:
    """Partitions, and for each of their documents the number of the one that it is a copy of, or -1."""
    rng = np.random.default_rng(seed)
    phrases = rng.integers(0, 2**32 - 1, PHRASES, dtype=np.uint32)
    earlier: npt.NDArray[np.uint32] = np.empty((0, 0), dtype=np.uint32)
    for first in range(0, count, PARTITION):
        size = min(PARTITION, count - first)
        rows = rng.integers(0, 2**32 - 1, (size, SHINGLES + FACTS), dtype=np.uint32)
        common = rng.random((size, SHINGLES)) < 0.05
        rows[:, :SHINGLES][common] = rng.choice(phrases, int(common.sum()))
        original = np.full(size, -1, dtype=np.int64)
        if len(earlier):
            copies = np.arange(0, size, 10)
            chosen = rng.integers(0, len(earlier), len(copies))
            kept = int(SHINGLES * 0.6)
            rows[copies, :kept] = earlier[chosen, :kept]
            rows[copies, SHINGLES:] = earlier[chosen, SHINGLES:]
            original[copies] = first - PARTITION + chosen
        earlier = rows
        yield shelf(rows, f"{seed:02}", first), original


def shelf(rows: npt.NDArray[np.uint32], prefix: str, first: int) -> Shelf:
    """Signatures of documents with these shingles and facts."""
    shingles, facts = np.sort(rows[:, :SHINGLES]), np.sort(rows[:, SHINGLES:])
    bound = 2**32 // settings().sample_share
    lengths = np.maximum((shingles < bound).sum(axis=1), settings().minimum_sample)
    samples = shingles[np.arange(SHINGLES) < lengths[:, None]]
    leads = np.sort(rows[:, :LEAD])
    told = rows[:, SHINGLES : SHINGLES + SLOTS].astype(np.uint64)
    slots = (told << np.uint64(32)) | told
    numbers = [f"{prefix}{first + row:032x}" for row in range(len(rows))]
    hour = first // PARTITION
    key = f"2021-{hour // 600 % 12 + 1:02}-{hour // 24 % 25 + 1:02}T{hour % 24:02}"
    cards = [Card(key, "d" + number, "h" + blake2b(number.encode(), digest_size=8).hexdigest()) for number in numbers]
    sketches = Sketches(*(Ragged(np.ascontiguousarray(part).ravel(), np.arange(len(rows) + 1) * part.shape[1])
                          for part in (shingles, leads, facts, np.sort(slots))))  # fmt: skip
    return Shelf(cards, Ragged(samples, np.append(0, np.cumsum(lengths))), lambda: sketches)


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def gathered(count: int) -> tuple[Shelf, npt.NDArray[np.int64]]:
    """All documents on one shelf, filled part by part, and what they are copies of."""
    widths = (SHINGLES, LEAD, FACTS, SLOTS)
    kinds = (np.uint32, np.uint32, np.uint32, np.uint64)
    columns = [np.empty(count * width, dtype=kind) for width, kind in zip(widths, kinds, strict=True)]
    cards: list[Card] = []
    samples, lengths, originals = [], [], []
    for part, original in documents(count, 1):
        for column, width, found in zip(columns, widths, part.sketches.columns(), strict=True):
            column[len(cards) * width : (len(cards) + len(part)) * width] = found.values
        cards += part.cards
        samples.append(part.samples.values)
        lengths.append(np.diff(part.samples.offsets))
        originals.append(original)
    ragged = [Ragged(column, np.arange(count + 1) * width) for column, width in zip(columns, widths, strict=True)]
    sketches = Sketches(*ragged)
    offsets = np.append(0, np.cumsum(np.concatenate(lengths)))
    return Shelf(cards, Ragged(np.concatenate(samples), offsets), lambda: sketches), np.concatenate(originals)


def search(count: int) -> tuple[float, float]:
    """Seconds to find all pairs among so many documents, and the recall on copies."""
    whole, originals = gathered(count)
    start = process_time()
    pairs = find_pairs(whole)
    seconds = process_time() - start
    return seconds, recall({(pair.document_id, pair.other_document_id) for pair in pairs}, whole, originals)


def recall(found: set[tuple[str, str]], whole: Shelf, originals: npt.NDArray[np.int64]) -> float:
    copies = np.flatnonzero(originals >= 0).tolist()
    ids = [card.document_id for card in whole.cards]
    right = sum((min(a, b), max(a, b)) in found for a, b in ((ids[row], ids[originals[row]]) for row in copies))
    return right / max(1, len(copies))


def sign_texts(count: int) -> float:
    """Seconds to sign so many texts of 300 words."""
    rng = np.random.default_rng(4)
    vocabulary = np.array([f"w{number:x}" for number in rng.integers(0, 10**6, 20_000)])
    texts = [" ".join(rng.choice(vocabulary, 300)) for _ in range(count)]
    made = [
        Document(
            document_id=f"d{number}", article_id="a", partition_key="2021-01-01T00", source_id="n", source_name="n",
            path="p", body=text, published_rule="none", fetched_at=datetime(2021, 1, 1, tzinfo=UTC),
            content_hash=text[:20], raw_hash="0",
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    start = process_time()
    for document in made:
        sign(document)
    return process_time() - start


def day(known: int, new: int) -> float:
    """Seconds to find the pairs of a day's documents with known ones."""
    parts = [part for part, _ in documents(known, 2)]
    today = Shelf.joined([part for part, _ in documents(new, 3)])
    today.sketches  # noqa: B018
    start = process_time()
    find_pairs(today, parts)
    return process_time() - start


def datasketch_loop(count: int) -> tuple[float, float]:
    """The same by datasketch's MinHashLSH, document by document, with the bands that this was built with at first."""
    from datasketch import MinHash, MinHashLSH

    whole, originals = gathered(count)
    shingles = whole.sketches.shingles
    start = process_time()
    index = MinHashLSH(num_perm=128, params=(64, 2))
    found: set[tuple[str, str]] = set()
    hashes = {}
    for row, card in enumerate(whole.cards):
        minhash = MinHash(num_perm=128, hashfunc=int)
        minhash.update_batch(shingles.values[shingles.offsets[row] : shingles.offsets[row + 1]].tolist())
        for other in index.query(minhash):
            if minhash.jaccard(hashes[other]) >= 0.2:
                found.add((min(card.document_id, other), max(card.document_id, other)))
        index.insert(card.document_id, minhash)
        hashes[card.document_id] = minhash
    return process_time() - start, recall(found, whole, originals)


def alike(kind: str, count: int) -> Shelf:
    """Documents that somebody made to be compared with one another."""
    rng = np.random.default_rng(5)
    width = SHINGLES + FACTS
    if kind == "chain":  # each takes up what the last three fifths of the one before were
        step = SHINGLES * 2 // 5
        stream = rng.integers(0, 2**32 - 1, count * step + width, dtype=np.uint32)
        rows = np.lib.stride_tricks.sliding_window_view(stream, width)[::step][:count].copy()
        rows[:, SHINGLES:] = rows[0, SHINGLES:]
    else:
        rows = np.tile(rng.integers(0, 2**32 - 1, width, dtype=np.uint32), (count, 1))
    made = shelf(rows, "05", 0)
    if kind == "text":
        made = Shelf([card._replace(content_hash="h") for card in made.cards], made.samples, lambda: made.sketches)
    if kind == "word":
        one = Ragged(rows[:, 0].copy(), np.arange(count + 1))
        none = Ragged(np.empty(0, dtype=np.uint64), np.zeros(count + 1, dtype=np.int64))
        facts = Ragged(np.empty(0, dtype=np.uint32), np.zeros(count + 1, dtype=np.int64))
        words = Sketches(one, one, facts, none)
        made = Shelf(made.cards, one, lambda: words)
    return made


def hostile(kind: str, count: int) -> float:
    """Seconds to find and to group the pairs of so many of them; prints what came out."""
    made = alike(kind, count)
    start = process_time()
    pairs = find_pairs(made)
    stories, _ = group_stories(made, pairs)
    seconds = process_time() - start
    largest = max(story.document_count for story in stories)
    print(f"{count:>9} of a {kind:5}: {seconds:7.1f} s, {len(pairs)} pairs, {len(stories)} stories, the largest of "
          f"{largest}, {memory():.1f} GB at most", flush=True)  # fmt: skip
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--day", type=int, default=10_000)
    parser.add_argument("--datasketch", type=int, default=20_000)
    parser.add_argument("--hostile", nargs="+", choices=("text", "crowd", "word", "chain"))
    asked = parser.parse_args()
    if asked.hostile:
        for kind in asked.hostile:
            small, large = (hostile(kind, count) for count in (asked.small, asked.large))
            print(f"ratio {large / small:.1f}", flush=True)
        return
    ours, our_recall = search(asked.datasketch)
    theirs, their_recall = datasketch_loop(asked.datasketch)
    print(f"{asked.datasketch:>9} documents: {ours:7.1f} s, recall {our_recall:.3f}; "
          f"datasketch loop: {theirs:.1f} s, recall {their_recall:.3f}", flush=True)  # fmt: skip
    seconds = {}
    for count in (asked.small, asked.large):
        seconds[count], found = search(count)
        said = f"{seconds[count]:7.1f} s, recall {found:.3f}, {memory():.1f} GB at most"
        print(f"{count:>9} documents: {said}", flush=True)
    print(f"ratio {seconds[asked.large] / seconds[asked.small]:.1f}")
    signing = sign_texts(asked.day)
    print(f"signing a day's {asked.day}: {signing:.1f} s, which both of these contain", flush=True)
    for count in (asked.small, asked.large):
        seconds[count] = signing + day(count, asked.day)
        print(f"{asked.day} new into {count:>9}: {seconds[count]:7.1f} s, {memory():.1f} GB at most", flush=True)
    print(f"ratio {seconds[asked.large] / seconds[asked.small]:.2f}")


if __name__ == "__main__":
    main()

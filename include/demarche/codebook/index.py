"""A prebuilt index of names: as many as one likes, none of them in memory before it is asked for.

A file maps a key to lines of text. It holds the keys' hashes in order, where each key's lines begin, and the lines;
opened as a memory map it costs nothing, and processes share it. Layout: MAGIC, digest of what it was made of (32
bytes), number of keys, then unsigned 64-bit hashes, offsets (one more than keys), and the lines in UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.codebook import CodebookError

MAGIC = b"demarche index 1"
_HEAD = len(MAGIC) + 32 + 8
_UNIT = np.dtype("<u8")


@dataclass(frozen=True, eq=False)
class Index:
    """An open index; ``digest`` tells one from another."""

    digest: str
    hashes: NDArray[np.uint64]
    offsets: NDArray[np.uint64]
    text: NDArray[np.uint8]

    def lines(self, key: str) -> tuple[str, ...]:
        """The lines of a key, in the order they were given."""
        wanted = _hash(key)
        place = int(self.hashes.searchsorted(np.uint64(wanted)))
        if place == len(self.hashes) or int(self.hashes[place]) != wanted:
            return ()
        start, end = int(self.offsets[place]), int(self.offsets[place + 1])
        rows = (line.partition("\t") for line in self.text[start:end].tobytes().decode("utf-8")[:-1].split("\n"))
        return tuple(line for same, _, line in rows if same == key)


def made(entries: Iterable[tuple[str, str]], digest: bytes) -> bytes:
    """The bytes of an index of (key, line); neither may hold a line break, a key no tab. ``digest`` has 32 bytes."""
    rows = sorted(((_hash(key), f"{key}\t{line}\n".encode()) for key, line in entries), key=lambda row: row[0])
    hashes: list[int] = []
    offsets: list[int] = []
    position = 0
    for key_hash, line in rows:
        if not hashes or hashes[-1] != key_hash:
            hashes.append(key_hash)
            offsets.append(position)
        position += len(line)
    offsets.append(position)
    numbers = (np.array(column, dtype=_UNIT).tobytes() for column in (hashes, offsets))
    return b"".join([MAGIC, digest, len(hashes).to_bytes(8, "little"), *numbers, *(line for _, line in rows)])


def opened(content: Any, file_name: str) -> Index:
    """The index in a buffer, best a memory map. Raises CodebookError when it is none, or not whole."""
    head = bytes(content[:_HEAD])
    count = int.from_bytes(head[-8:], "little")
    start = _HEAD + 8 * (2 * count + 1)
    if len(head) < _HEAD or not head.startswith(MAGIC) or len(content) < start:
        raise CodebookError(f"{file_name} is no index of this version — demarche gazetteer build makes one")
    offsets = np.frombuffer(content, _UNIT, count + 1, _HEAD + 8 * count)
    text = np.frombuffer(content, np.uint8, -1, start)
    if int(offsets[-1]) != len(text):
        raise CodebookError(f"{file_name} is cut off — demarche gazetteer build makes it again")
    return Index(head[len(MAGIC) : -8].hex(), np.frombuffer(content, _UNIT, count, _HEAD), offsets, text)


def _hash(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")

"""How much of a Parquet file Arrow unpacks at once, as the file itself says: a few kilobytes may hold a page of
gigabytes, and a page is unpacked as a whole.

Read are the footer and the headers of pages, which Arrow doesn't show, in Thrift's compact protocol: a struct is fields
with a number and a kind (https://github.com/apache/parquet-format: ``parquet.thrift``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

_BOOLEANS, _BYTE, _WHOLE_NUMBERS, _DOUBLE, _BINARY, _LISTS, _MAP, _STRUCT = (
    (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 11, 12
)  # fmt: skip
_CHUNKS = (4, 1, 3)  # of a file's description: row groups, their columns, what describes one
_PATH, _PACKED_SIZE, _DATA_AT, _DICTIONARY_AT = 3, 7, 9, 11  # of a column in a row group
_PAGE_TYPE, _PAGE_SIZE, _PACKED_PAGE_SIZE = 1, 2, 3  # of a page's header
_IS_DICTIONARY = 2
_MAX_DEPTH = 30
_MAX_SHIFT = 63  # bits of a number


def bytes_at_once(data: bytes, columns: Collection[str], rows: int) -> int:
    """How many bytes are unpacked at most to read ``rows`` rows of these columns together: a page of each, and each
    row's values, which may all be the one of a dictionary. Raises ValueError for what is no Parquet file."""
    pages: defaultdict[tuple[bytes, ...], int] = defaultdict(int)
    dictionaries: defaultdict[tuple[bytes, ...], int] = defaultdict(int)
    names = {name.encode("utf-8", "surrogateescape") for name in columns}
    try:
        length = int.from_bytes(data[-8:-4], "little")
        footer = _Compact(data, len(data) - 8 - length)
        for _ in footer.structs(_CHUNKS):
            chunk = footer.values({_PATH, _PACKED_SIZE, _DATA_AT, _DICTIONARY_AT})
            path = tuple(chunk[_PATH])
            if path[0] in names:
                for is_dictionary, size in _pages(data, chunk):
                    sizes = dictionaries if is_dictionary else pages
                    sizes[path] = max(sizes[path], size)
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError("its pages can't be found") from error
    return sum(pages.values()) + (rows + 1) * sum(dictionaries.values())


def _pages(data: bytes, chunk: dict[int, Any]) -> Iterator[tuple[bool, int]]:
    """Of each page of a column in a row group whether it is its dictionary, and its bytes when unpacked."""
    if not chunk[_PACKED_SIZE]:
        return
    start = min(place for place in (chunk[_DATA_AT], chunk.get(_DICTIONARY_AT, 0)) if place > 0)
    end = start + chunk[_PACKED_SIZE]
    while start < end:
        reader = _Compact(data, start)
        header = reader.values({_PAGE_TYPE, _PAGE_SIZE, _PACKED_PAGE_SIZE})
        yield header[_PAGE_TYPE] == _IS_DICTIONARY, header[_PAGE_SIZE]
        start = reader.place + max(0, header[_PACKED_PAGE_SIZE])


class _Compact:
    """Thrift's compact protocol, read from ``place`` on. Every method raises IndexError at the end of the data, and
    ValueError for what isn't of the protocol."""

    def __init__(self, data: bytes, place: int) -> None:
        if not 0 <= place < len(data):
            raise IndexError(place)
        self.place = place
        self._data = data

    def structs(self, path: Sequence[int]) -> Iterator[None]:
        """Stop at the beginning of each struct to which the numbers of fields lead, through structs and lists; whoever
        asks reads it before the next."""
        if not path:
            yield
            return
        for number, kind in self._fields():
            if number == path[0] and kind in _LISTS:
                count, _ = self._list_head()
                for _ in range(count):
                    yield from self.structs(path[1:])
            elif number == path[0] and kind == _STRUCT:
                yield from self.structs(path[1:])
            else:
                self._skip(kind)

    def values(self, wanted: Collection[int]) -> dict[int, Any]:
        """The whole numbers and lists of byte strings of a struct, by these numbers of fields; all else is skipped."""
        found: dict[int, Any] = {}
        for number, kind in self._fields():
            if number in wanted and kind in _WHOLE_NUMBERS:
                found[number] = self._signed()
            elif number in wanted and kind in _LISTS:
                count, of_kind = self._list_head()
                if of_kind != _BINARY:
                    raise ValueError("a list of something else")
                found[number] = [self._binary() for _ in range(count)]
            else:
                self._skip(kind)
        return found

    def _fields(self) -> Iterator[tuple[int, int]]:
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._signed()
            yield number, head & 15

    def _skip(self, kind: int, depth: int = 0) -> None:
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deep")
        if kind in _WHOLE_NUMBERS:
            self._unsigned()
        elif kind == _BINARY:
            self._binary()
        elif kind in _LISTS:
            count, of_kind = self._list_head()
            for _ in range(count):
                self._skip(_BYTE if of_kind in _BOOLEANS else of_kind, depth + 1)
        elif kind == _MAP:
            count = self._unsigned()
            kinds = self._byte() if count else 0
            for _ in range(count):
                self._skip(kinds >> 4, depth + 1)
                self._skip(kinds & 15, depth + 1)
        elif kind == _STRUCT:
            for _, of_kind in self._fields():
                self._skip(of_kind, depth + 1)
        elif kind in (_BYTE, _DOUBLE):
            self.place += 1 if kind == _BYTE else 8
            self._data[self.place - 1]
        elif kind not in _BOOLEANS:
            raise ValueError(f"a value of the kind {kind}")

    def _list_head(self) -> tuple[int, int]:
        """How many elements follow, and their kind."""
        head = self._byte()
        return (self._unsigned() if head >> 4 == 15 else head >> 4), head & 15

    def _binary(self) -> bytes:
        length = self._unsigned()
        start = self.place
        self.place += length
        self._data[self.place - 1]
        return self._data[start : self.place]

    def _byte(self) -> int:
        self.place += 1
        return self._data[self.place - 1]

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > _MAX_SHIFT:
                raise ValueError("a number of too many bytes")

    def _signed(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)

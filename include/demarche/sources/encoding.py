"""Bytes to characters: byte order mark, then what the file declares, then UTF-8, then a guess that must be sure."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s{0,5}=\s{0,5}["']?([\w:.-]{2,40})""", re.I)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w:.-]{2,40})", re.I)
_DECLARATION_WITHIN = 4_096  # bytes; HTML asks for the first 1,024, pages are less careful
_GUESS_SAMPLE = 65_536
_MAX_LOST_SHARE = 0.001  # of characters that may be undecodable in what is otherwise UTF-8
_CP1252_USUAL = frozenset(b"\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa3\xa7\xa9\xab\xad\xae\xb0\xb7\xbb\xbd")


class EncodingError(ValueError):
    """No encoding fits; the message says what was tried."""


def declared_charset(media_type: str) -> str | None:
    """The charset that a media type names."""
    match = _CHARSET.search(media_type)
    return match[1] if match else None


def decode(data: bytes, declared: str | None = None) -> str:
    """The characters of ``data``. Raises EncodingError when no encoding fits well enough."""
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _checked(data[len(mark) :], marked)
    if data[:_GUESS_SAMPLE].count(0) > len(data[:_GUESS_SAMPLE]) // 4:
        return _checked(data, "utf-16-be" if data[:1] == b"\x00" else "utf-16-le")
    for encoding in (declared or _declared(data), "utf-8"):
        if encoding and (text := _strict(data, encoding)) is not None:
            return text
    lossy = data.decode("utf-8", "replace")
    if lossy.count("\ufffd") <= max(1, _MAX_LOST_SHARE * len(lossy)) and _has_utf8(data):
        return lossy
    if _is_cp1252(data):
        return data.decode("cp1252")
    best = from_bytes(data[:_GUESS_SAMPLE]).best()
    if best is None:
        raise EncodingError("is neither UTF-8 nor any other encoding that can be told; save it as UTF-8")
    return _checked(data, best.encoding)


def in_utf8(data: bytes) -> bytes:
    """What begins with a mark of UTF-16 or UTF-32 in UTF-8, with its mark; all else as it is. So whoever looks at the
    first bytes sees them, whatever they are written in."""
    for mark, marked in _MARKS[1:]:
        if data.startswith(mark):
            try:
                return codecs.BOM_UTF8 + _checked(data[len(mark) :], marked).encode("utf-8", "replace")
            except EncodingError:  # for its parser to tell
                return data
    return data


def _declared(data: bytes) -> str | None:
    match = _DECLARED.search(data, 0, _DECLARATION_WITHIN)
    return match[1].decode("ascii") if match else None


def _strict(data: bytes, encoding: str) -> str | None:
    """None where the encoding is unknown, doesn't fit, or is one that fits any bytes and isn't to be believed."""
    try:
        name = codecs.lookup(encoding).name
        if name in ("iso8859-1", "ascii"):  # the web's word for Windows-1252
            name = "utf-8" if _has_utf8(data) else "cp1252"
        if not name.startswith(("utf", "iso8859", "cp", "koi8", "gb", "big5", "euc", "shift_jis", "hz", "mac", "tis")):
            return None  # base64, zip and other codecs that aren't encodings of text
        return data.decode(name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _has_utf8(data: bytes) -> bool:
    """Whether some character beyond ASCII is spelled the UTF-8 way, which hardly happens by chance."""
    return re.search(rb"[\xc3-\xf4][\x80-\xbf]{1,3}", data) is not None


def _is_cp1252(data: bytes) -> bool:
    """Western text: few bytes beyond ASCII, and these quotes, dashes and accented letters."""
    high = [byte for byte in data if byte >= 0x80]
    return len(high) <= 0.2 * len(data) and all(byte in _CP1252_USUAL or byte >= 0xC0 for byte in high)


def _checked(data: bytes, encoding: str) -> str:
    text = data.decode(encoding, "replace")
    if text.count("\ufffd") > max(1, 0.01 * len(text)):
        raise EncodingError(f"does not decode as {encoding}, which it seems to be; save it as UTF-8")
    return text

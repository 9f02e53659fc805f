"""Headlines in capitals as sentences: "PERU EXPELS ENVOY", "Peru Expels Three Diplomats" → what a parser can read.

Tagger and parser learned from running text and take every capitalised word for a name. A line that is written in
capitals throughout is given the case that its words have elsewhere in the document; else that of the name that the
gazetteer knows; else small letters where a dictionary has the word. Each character stays in its place: offsets hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from demarche import codebook
from demarche.codebook.names import fold
from demarche.entities import Gazetteer

_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*")
_INSIDE = re.compile(r"(?<=[\w,;:)] )[^\W\d_]+(?:['’-][^\W\d_]+)*")  # a word that doesn't begin its sentence
_MOST_WORDS = 40  # longer lines are running text
_FEWEST_SHOUTED, _FEWEST_TITLED = 3, 4
_SHORT = 4  # titles leave shorter words small
_NAMING = frozenset({"state", "adjective", "people", "capital"})


def recase(text: str, gazetteer: Gazetteer, is_common: Callable[[str], bool]) -> str:
    """The text with its capitalised lines in sentence case; as long as before, and the same text where there are none.

    ``is_common`` says of a word in small letters whether a dictionary has it.
    """
    lines = [line for line in _LINE.finditer(text) if _is_shouted(line[0]) or _is_titled(line[0])]
    if not lines:
        return text
    seen = _forms(text, [line.span() for line in lines])
    pieces, position = [], 0
    for line in lines:
        pieces += [text[position : line.start()], _in_sentence_case(line[0], seen, gazetteer, is_common)]
        position = line.end()
    return "".join([*pieces, text[position:]])


def _is_shouted(line: str) -> bool:
    if line.upper() != line:
        return False
    words = [word for word in _WORD.findall(line) if len(word) > 1]
    return _FEWEST_SHOUTED <= len(words) <= _MOST_WORDS


def _is_titled(line: str) -> bool:
    if line.rstrip().endswith((".", ",", ";")):
        return False
    words = _WORD.findall(line)
    if not _FEWEST_TITLED <= len(words) <= _MOST_WORDS:
        return False
    long = [word for word in words if len(word) >= _SHORT]
    return len(long) >= _FEWEST_TITLED - 1 and all(word[0].isupper() for word in long)


def _forms(text: str, capitalised: list[tuple[int, int]]) -> Mapping[str, str]:
    """How the words inside the document's sentences are written, most often, outside its capitalised lines."""
    counts: Counter[str] = Counter()
    position = 0
    for start, end in [*capitalised, (len(text), len(text))]:
        counts.update(_INSIDE.findall(text[position:start]))
        position = end
    found: dict[str, str] = {}
    for word, _ in sorted(counts.items(), key=lambda item: (item[1], item[0])):
        found[word.lower()] = word
    return found


def _in_sentence_case(
    line: str, seen: Mapping[str, str], gazetteer: Gazetteer, is_common: Callable[[str], bool]
) -> str:
    words = list(_WORD.finditer(line))
    names = dict(_named(words, gazetteer, is_common))
    written = list(line)
    for number, word in enumerate(words):
        own, low = word[0], _small(word[0])
        stem, mark, ending = low.partition("'") if "'" in low else low.partition("’")
        if number in names:
            form = names[number]
        elif stem in seen:
            form = _as(seen[stem], own)
        elif own[0].islower() or stem in _FUNCTION or stem in gazetteer.terms:
            form = low
        elif stem in gazetteer.surnames or stem in _TIMES:
            form = _titled(low)
        else:
            form = low if is_common(stem) else _titled(low)
        form = form[: len(stem)] + mark + ending if mark else form
        written[word.start() : word.end()] = _titled(form) if number == 0 else form
    return "".join(written)


def _named(
    words: list[re.Match[str]], gazetteer: Gazetteer, is_common: Callable[[str], bool]
) -> Iterator[tuple[int, str]]:
    """The words that belong to a known name, by their number, each as the name writes it."""
    folded = [fold(re.sub(r"['’]s?$", "", word[0], flags=re.IGNORECASE)) for word in words]
    position = 0
    while position < len(words):
        length, is_acronym = _longest(folded, position, gazetteer, is_common)
        for number in range(position, position + length):
            own = words[number][0]
            small = number > position and folded[number] in _FUNCTION
            yield number, own.upper() if is_acronym else _small(own) if small else _titled(_small(own))
        position += max(length, 1)


def _longest(
    folded: list[str], position: int, gazetteer: Gazetteer, is_common: Callable[[str], bool]
) -> tuple[int, bool]:
    """How many words from ``position`` are a name, and whether it is one that is written in capitals."""
    for length in range(gazetteer.longest.get(folded[position], 0), 0, -1):
        meanings = gazetteer.names.get(" ".join(folded[position : position + length]), ())
        if not meanings or position + length > len(folded):
            continue
        if length > 1:
            return length, False
        word = folded[position]
        if any(meaning.is_acronym and meaning.kind == "state" for meaning in meanings):
            return 1, True
        if word in _FUNCTION:
            continue
        if any(meaning.is_acronym for meaning in meanings) and not is_common(word):
            return 1, True
        if any(meaning.kind in _NAMING for meaning in meanings):
            return 1, False
    return 0, False


def _small(word: str) -> str:
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in word)


def _titled(word: str) -> str:
    """With a capital at its head, where that takes no more room."""
    return word[:1].upper() + word[1:] if len(word[:1].upper()) == 1 else word


def _as(form: str, own: str) -> str:
    """The form that a word has elsewhere, with what stands behind it here ("China's")."""
    return form + _small(own[len(form) :])


_FUNCTION = codebook.words("function_words")
_TIMES = codebook.words("time_names")

"""Plain text of whole pages: which lines are the article, and which are the page's furniture.

Lines that were broken to fit a width are joined first (see ``wrapping``), so that paragraphs are judged and not lines.
A model (see ``line_model``) judges each by its shape, its words and the lines around it. It learned from pages whose
articles people marked. What else is here says of single lines what needs no model, and serves web pages too, whose
extractor has found the article and left a few such lines in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from demarche.documents.cleaning import indented_lines
from demarche.documents.exported import unmarked
from demarche.documents.lines import (
    FINISHED,
    Page,
    agency_signature,
    agency_tail,
    is_date_line,
    kind_of,
)
from demarche.documents.names import is_byline
from demarche.documents.sentences import count_words, is_prose, stems_of
from demarche.documents.wrapping import is_item, unwrapped_blocks

if TYPE_CHECKING:
    from demarche.documents.traits import Measured

MAX_LABEL_LENGTH = 120  # of a label that an extractor left in a page's main text
BEGUN_WORDS = 30  # of prose after which a line that ends articles ends this one
_MAX_CROSSHEAD_WORDS = 6  # a longer line between paragraphs is a link to another article
_FEWEST_WORDS = 4  # of a file that is one line
_LEAST_FURNITURE = 3  # lines that are left out; with fewer, a text is an article by itself, with its heading
_SHORTEST_REPEATED = 30  # characters of a paragraph that stands once if it is printed twice
_MOST_LINES = 2_000  # of a page that the model is asked about; no article's page is longer


@dataclass(frozen=True)
class Blocks:
    """A page's lines, how many of them stand without a blank one between, and the text that they come from."""

    lines: list[str]
    sizes: list[int]
    text: str


def read_page(text: str) -> Blocks:
    """A page's lines as they are judged."""
    blocks = unwrapped_blocks(indented_lines(unmarked(text)))
    return Blocks([line for block in blocks for line in block], [len(block) for block in blocks], text)


def measured(page: Blocks) -> Measured:
    """What the model is told of each line."""
    from demarche.documents.layout import layout  # numpy, which those who read no pages do without
    from demarche.documents.traits import traits

    unsigned = ["".join(_without_tails([FINISHED.sub("", line)])[0]) or line for line in page.lines]
    signed = [line != bare for line, bare in zip(page.lines, unsigned, strict=True)]
    repeated = find_repeated(page.lines) | find_quoted_again(page.lines)
    return traits(unsigned, signed, repeated, page.sizes, layout(page.text, page.lines))


def split_page(text: str) -> Page:
    """Takes a page apart. Where the model finds no article, all that isn't furniture is one; of a text that is too long
    for it, all prose."""
    page = read_page(text)
    lines = page.lines
    if not lines:
        return Page((), (), (), ())
    kept = (_all_prose(lines) if len(lines) > _MOST_LINES else _by_model(page)) or _only_signed(lines)
    if not kept:
        return _without_prose(lines)
    start, end = kept[0], kept[-1] + 1
    paragraphs, tails = _without_tails([lines[number] for number in kept])
    among = set(kept)
    inner = tuple(lines[number] for number in range(start, end) if number not in among)
    return Page(tuple(paragraphs), tuple(lines[:start]), tuple(lines[end:]), inner + tails)


def _by_model(page: Blocks) -> list[int]:
    """Numbers of the lines that the model takes for the article's; all prose as well, and all items of a list that is
    told, where hardly any line is left out, and where it can't judge since the text is in capitals."""
    from demarche.documents import line_model

    found = line_model.load().probabilities(measured(page))
    kept = {number for number, share in enumerate(found) if share > 0.5}
    if len(page.lines) - len(kept) < _LEAST_FURNITURE or "".join(page.lines).isupper():
        items = {number for number, line in enumerate(page.lines) if is_item(line)}
        kept |= {*_all_prose(page.lines), *(items if items & kept else ())}
    while kept and page.lines[last := max(kept)].endswith(":"):  # announces what isn't the article's
        kept.discard(last)
    first = {line: number for number, line in reversed([*enumerate(page.lines)]) if number in kept}
    return [number for number in sorted(kept) if len(page.lines[number]) < _SHORTEST_REPEATED or
            first[page.lines[number]] == number]  # fmt: skip


def _all_prose(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if kind_of(line) == "prose"]


def _only_signed(lines: list[str]) -> list[int]:
    """Sentences that an agency signs, as it signs pictures too, where no other line is one."""
    if _all_prose(lines):
        return []
    return [number for number, line in enumerate(lines) if is_prose(agency_signature().sub("", line))]


def _without_prose(lines: list[str]) -> Page:
    rest = [line for line in lines if kind_of(line) in ("short", "prose")]
    if len(lines) == 1 and count_words(lines[0]) >= _FEWEST_WORDS:
        rest = lines  # whatever it looks like, nothing else can be meant
    return Page(tuple(rest), (), tuple(line for line in lines if line not in rest), ())


def _without_tails(paragraphs: list[str]) -> tuple[list[str], tuple[str, ...]]:
    paragraphs, tails = without_agency_tails(paragraphs)
    if sign_off := _signed_off(paragraphs[-1]) if paragraphs else None:
        paragraphs[-1], tails = paragraphs[-1][: sign_off.start()], (*tails, sign_off[0].strip())
    return paragraphs, tails


_DOES = "is|was|has been|covers|writes|reports|teaches|works|leads|directs|edits"


def find_portraits(paragraphs: list[str], byline: str | None) -> list[str]:
    """What the last paragraphs say of the authors: they begin with a name in the byline."""
    names = tuple(filter(None, re.split(r", (?:and )?| and | & ", byline or "")))
    first_names = "|".join(re.escape(name.split()[0]) for name in names)
    count = 0
    while names and len(paragraphs) - count > 3:
        line = paragraphs[-1 - count]
        if not line.startswith(names) and not re.match(rf"(?:{first_names}) (?:{_DOES})\b", line):
            break
        count += 1
    return paragraphs[len(paragraphs) - count :]


_HEADLINE_QUOTE = re.compile(
    r"['‘][^'‘“”\"]+(?:['’][^'‘“”\"]+)?['’]"
)  # single, as in headings; a quote in large type has the text's


def find_quoted_again(lines: list[str]) -> set[int]:
    """Numbers of lines that a longer one holds whole: quotes set in large type."""
    marked = set()
    for number, line in enumerate(lines):
        if _HEADLINE_QUOTE.fullmatch(line) and count_words(line) <= _MAX_CROSSHEAD_WORDS:
            continue
        words = line.strip("\"'“”‘’«» .,…").lower()
        near = lines[max(0, number - 6) : number + 7]
        is_quotable = 20 <= len(words) <= 2 * MAX_LABEL_LENGTH
        if is_quotable and any(len(other) > len(line) and words in other.lower() for other in near):
            marked.add(number)
    return marked


_SHORT_DATELINE = re.compile(r"[^.]{2,40}, .{3,30}[(\[].{2,20}[)\]]\W{0,4}")


def find_repeated(lines: list[str]) -> set[int]:
    """Numbers of lines that are said again: a caption's short and long form, a second copy of a line."""
    marked: set[int] = set()
    for number, (line, after) in enumerate(pairwise(lines)):
        is_begun = _SHORT_DATELINE.fullmatch(line) is not None
        if (
            len(line) >= 20
            and not is_begun
            and after.startswith(line.rstrip(".… "))
            and not (line == after and is_prose(line))
        ):
            marked |= {number, number + 1}
        if len(line) >= 40 and any(
            line in other and len(other) > len(line) for other in lines[number + 2 : number + 4]
        ):
            marked.add(number)
    seen: set[str] = set()
    for number, line in enumerate(lines):
        if len(line) >= 30 and line in seen:
            marked.add(number)
        seen.add(line)
    return marked


_SIGN_OFF = re.compile(
    r"(?:(?<=[\w%]{3}[.!?])|(?<=[.!?][”\"’)]))(?:/\.|\s*[-–—~|/©*#]{0,3}\s?(?:"
    r"[(\[/](?:[A-Za-z][\w.’'/-]*)(?: [\w.’'/-]+){0,3}[)\]/]|(?i:ends?|more)|[a-z]{2,4}(?:/[a-z]{2,4}){1,3}|"
    r"(?:Source: )?[A-Z][\w.’'/-]*(?<![.!?])(?: [A-Z][\w’'-]*){0,3}|-?30-?|[#*/]{1,5})(?:\s?-[\d-]{1,4})?)$"
)


def _signed_off(paragraph: str) -> re.Match[str] | None:
    return _SIGN_OFF.search(paragraph, max(0, len(paragraph) - MAX_LABEL_LENGTH))


def resumes(lines: list[str], kinds: list[str], number: int) -> bool:
    """Whether the article goes on soon after a list of links: within five lines, two paragraphs of prose; or within
    fifteen, one after the other, of the same matter."""
    said = _said_above(lines, kinds, number)
    if all(kind == "prose" for kind in kinds[number + 1 : number + 3]) and all(
        count_words(line) >= 12 and len(said & stems_of(line)) >= 2 for line in lines[number + 1 : number + 3]
    ):
        return number + 2 < len(lines)  # whatever it is, a button between paragraphs
    following = list(zip(lines[number + 1 : number + 3], kinds[number + 1 : number + 3], strict=True))
    if re.match(r"(?i)(?:leave|post|add) a comment\W*$", lines[number]) and len(following) == 2:
        is_prose_below = all(kind == "prose" and count_words(line) >= 12 for line, kind in following)
        if is_prose_below and len(said & stems_of(" ".join(line for line, _ in following))) >= 2:
            return True  # a button; readers sign what they write
    if re.match(
        r"(?i)\W*(?:\d+ )?(?:comments?|leave|post|about|a correction|copyright|©|ends?|corrections?|--$|#)",
        lines[number],
    ):
        return False
    following = [
        (line, kind) for line, kind in zip(lines[number + 1 : number + 6], kinds[number + 1 : number + 6], strict=True)
    ]
    is_signed = any(is_byline(line) or is_date_line(line) for line, _ in following)
    resumed = [line for line, kind in following if kind == "prose" and count_words(line) >= 10]
    if len(resumed) >= 2 and (not is_signed or len(said & stems_of(" ".join(resumed))) >= 2):
        return True
    least = 4 if is_signed else 2
    return any(
        all(kinds[one] == "prose" and count_words(lines[one]) >= 12 for one in (first, first + 1))
        and len(said & stems_of(f"{lines[first]} {lines[first + 1]}")) >= least
        for first in range(number + 1, min(number + 16, len(lines) - 1))
    )


def _said_above(lines: list[str], kinds: list[str], number: int) -> frozenset[str]:
    """What the article and its title speak of so far."""
    above = zip(lines[:number], kinds[:number], strict=True)
    return stems_of(" ".join(line for line, kind in above if kind in ("prose", "short") and count_words(line) >= 4))


_LONGEST_TAIL = 450  # characters


def without_agency_tails(paragraphs: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Takes "(Reporting by …)", "(END)" and an agency's signature off the last two paragraphs, and gives them too."""
    kept, tails = paragraphs[:-2], []
    for paragraph in paragraphs[-2:]:
        for pattern in (agency_tail(), agency_signature(), agency_tail()):
            if match := pattern.search(paragraph, max(0, len(paragraph) - _LONGEST_TAIL)):
                tails.append(match[0].strip())
                paragraph = paragraph[: match.start()]
        if paragraph.strip():
            kept.append(paragraph)
    return kept, tuple(tails)

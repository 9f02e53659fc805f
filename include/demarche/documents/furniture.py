"""Plain text of whole pages: which lines are the article, and which are the page's furniture.

Lines that were broken to fit a width are joined first (see ``wrapping``), so that paragraphs are judged and not lines.

No two pages look alike, so the rules look at shape first: prose has sentences that end, menus and link lists are short
lines that don't. The article is the stretch of lines that holds most prose and least furniture; within it captions,
labels and lists of links are left out. Phrases (`codebook/furniture.toml`) help where shape says nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from demarche.documents.cleaning import indented_lines
from demarche.documents.exported import unmarked
from demarche.documents.headings import echo, find_byline, find_title, may_be_title
from demarche.documents.languages import has_english_words
from demarche.documents.lines import (
    BRACKETED,
    FINISHED,
    Page,
    agency_signature,
    agency_tail,
    is_date_line,
    kind_of,
    phrases,
    words_of,
)
from demarche.documents.names import NAME, NAME_LINE, NAME_WORD, are_names, is_byline
from demarche.documents.sentences import (
    ED,
    PAST,
    PRESENT,
    QUOTED,
    SAID,
    STRONG_END,
    TELLS,
    TWO_LETTERS,
    count_words,
    is_prose,
    may_have_verb,
    stems_of,
)
from demarche.documents.wrapping import unwrapped_blocks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODEL_FILE = "model/lines.npz"

MAX_LABEL_LENGTH = 120  # of a label that an extractor left in a page's main text
_MAX_CROSSHEAD_WORDS = 6  # a longer line between paragraphs is a link to another article
_CODE = re.compile(r"[A-Z]{1,3}")  # names a field of a data base's record
_FEWEST_WORDS = 4  # of a file that is one line
BEGUN_WORDS = 30  # of prose after which a line that ends articles ends this one
# What a line adds to the stretch that is taken for the article. Prose adds its words, up to the first figure.
_WEIGHT = {"prose": 50, "short": -4, "furniture": -4, "caption": -2, "ending": -15}
_CREDIT = re.compile(
    r"(?i)\W{0,3}(?:photos?|photograph|pictures?|images?|foto|illustration|graphic|credit)"
    r"(?: (?:by|credit|courtesy))?(?:\b|:).{1,60}$"
)  # below a caption
_POINT = re.compile(r"[•*·‣▪●–—-]\s")  # of a summary, where several stand before all prose
_ITEM = re.compile(r"[•*·‣–-]\s")
_SALUTATION = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w’' ]{3,60},")  # "Colleagues,"
_OF_SO_MANY = re.compile(r"\d{1,3} ?(?:/|of) ?\d{1,3}")


@dataclass(frozen=True)
class ReadPage:
    """A page's lines and their kinds, the sizes of its blocks, the numbers of the lines that the rules keep, and the
    stretch (first, behind the last) in which they are."""

    lines: list[str]
    kinds: list[str]
    blocks: list[int]
    kept: list[int]
    span: tuple[int, int]


def read_page(text: str) -> ReadPage:
    """A page as the rules see it."""
    blocks = unwrapped_blocks(indented_lines(unmarked(text)))
    lines = [line for block in blocks for line in block]
    kinds = _kinds(lines, blocks)
    kept, span = _by_rules(lines, kinds)
    return ReadPage(lines, kinds, [len(block) for block in blocks], kept, span)


def measured(page: ReadPage) -> NDArray[np.float32]:
    """What the model is told of each line (lines, traits)."""
    from demarche.documents.traits import traits  # numpy, which those who read no pages do without

    title = find_title(
        Page(tuple(page.lines[number] for number in page.kept), tuple(page.lines[: page.span[0]]), (), ())
    )
    unsigned = ["".join(_without_tails([FINISHED.sub("", line)])[0]) or line for line in page.lines]
    return traits(page.lines, unsigned, page.kinds, page.blocks, title)


_LEAST_FURNITURE = 3  # lines that the rules leave out; with fewer, a text is an article by itself, with its heading
_MOST_LINES = 2_000  # of a page that the model is asked about; no article's page is longer
_STAYS, _COMES_BACK = 0.2, 0.9  # how probable a line must be that the rules keep, and one that they leave out


def weighed(probabilities: NDArray[np.float64], by_rules: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which lines are the article's: what the rules keep, unless the model thinks otherwise, and that of which it is
    sure. The bounds were chosen on hands unknown to the model."""
    import numpy as np

    return probabilities > np.where(by_rules, _STAYS, _COMES_BACK)


def split_page(text: str) -> Page:
    """Takes a page apart; where no prose is found, all that isn't furniture is the article."""
    page = read_page(text)
    lines, kept, (start, end) = page.lines, page.kept, page.span
    if not kept:
        return _without_prose(lines)
    if len(lines) <= _MOST_LINES and len(lines) - len(kept) >= _LEAST_FURNITURE:
        import numpy as np

        from demarche.trees import load

        by_rules = np.isin(np.arange(len(lines)), kept)
        kept = [
            int(number) for number in np.flatnonzero(weighed(load(MODEL_FILE).probabilities(measured(page)), by_rules))
        ] or kept
        start, end = kept[0], kept[-1] + 1
    paragraphs, tails = _without_tails([lines[number] for number in kept])
    inner = tuple(lines[number] for number in range(start, end) if number not in kept)
    return Page(tuple(paragraphs), tuple(lines[:start]), tuple(lines[end:]), inner + tails)


def _by_rules(lines: list[str], kinds: list[str]) -> tuple[list[int], tuple[int, int]]:
    """Numbers of the lines that are the article by the rules, and the stretch in which they are; none without prose."""
    start, end = _article_span(lines, kinds)
    if start == end:
        return [], (start, end)
    kept = _without_islands(lines, kinds, _without_strangers(lines, _kept(lines, kinds, start, end)))
    kept = _without_standfirst(lines, kinds, kept)
    paragraphs, _ = _without_tails([lines[number] for number in kept])
    portraits = _portraits(Page(tuple(paragraphs), tuple(lines[:start]), tuple(lines[end:]), ()))
    first = next((number for number in kept if portraits and lines[number].startswith(portraits[0])), end)
    return [number for number in kept if number < first], (start, min(first, end))


def _kinds(lines: list[str], blocks: list[list[str]]) -> list[str]:
    """The kind of each line, by itself and by those around it."""
    numbered = iter(range(len(lines)))
    places = [[next(numbered) for _ in block] for block in blocks]
    captions = find_repeated(lines) | find_quoted_again(lines) | _shown_twice(lines, places)
    kinds = ["caption" if number in captions else kind_of(line) for number, line in enumerate(lines)]
    _demote_foreign_script(lines, kinds)
    for number in range(1, len(lines)):  # below "Read also", or the number of a picture
        if _OF_SO_MANY.fullmatch(lines[number - 1]) and kinds[number] == "short":
            kinds[number] = "caption"
        if kinds[number - 1] == "ending" and lines[number].endswith(("?", "!")) and count_words(lines[number]) <= 15:
            kinds[number] = "furniture"
    _mark_posts(lines, kinds)
    _mark_capitals(lines, kinds)
    _mark_blocks(lines, kinds, places)
    _mark_summary(lines, kinds)
    _mark_captions(lines, kinds)
    for number in range(1, len(lines)):  # what a colon announces is said in the list behind it
        before = lines[number - 1]
        is_announced = before.endswith(":") and _ITEM.match(lines[number]) is not None
        if is_announced and count_words(before) > 2 and kinds[number - 1] == "short":
            kinds[number - 1] = "prose"
        is_list = _ITEM.match(lines[number]) and kinds[number - 1] == "prose"
        if is_list and (before.endswith(":") or (_ITEM.match(before) and not STRONG_END.search(before))):
            kinds[number] = "prose"
    if "prose" not in kinds:  # then what looks like a caption by its credit is all there is
        kinds = ["prose" if _is_signed_paragraph(line) else kind for line, kind in zip(lines, kinds, strict=True)]
    return kinds


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


_POSTED = re.compile(r"[—–-]{1,2}\s?.{2,60}\(@\w{2,30}\).{0,40}")  # below what was said in a network


def _mark_posts(lines: list[str], kinds: list[str]) -> None:
    """What somebody said in a network, shown with its signature."""
    for number, line in enumerate(lines):
        if _POSTED.fullmatch(line):
            _leave_out(kinds, [number])
            if number and lines[number - 1][0] in '“"':
                _leave_out(kinds, [number - 1])


def _mark_capitals(lines: list[str], kinds: list[str]) -> None:
    """Sentences in capitals on a page where sentences aren't: offers, cries."""
    prose = [number for number, kind in enumerate(kinds) if kind == "prose"]
    capitals = [number for number in prose if lines[number].isupper()]
    if len(prose) - len(capitals) >= 2 * len(capitals):
        _leave_out(kinds, [number for number in capitals if count_words(lines[number]) > 3])


_FEWEST_ALONE = 4  # paragraphs, each between blank lines, on a page that sets paragraphs so
_SHARE_ALONE = 0.6
_PARAGRAPH_WORDS = 12
_PROMOTION_WORDS = 45
_TOLD_WORDS = 60  # of an article, behind which a byline begins another one
_BLOCKS_BETWEEN = 4  # from an offer to where the article goes on


def _shown_twice(lines: list[str], places: list[list[int]]) -> set[int]:
    """Numbers of lines that are a block of two that say the same: what a picture shows, and its caption."""
    pairs = (block for block in places if len(block) == 2 and lines[block[0]] == lines[block[1]])
    return {number for block in pairs for number in block if count_words(lines[number]) <= _CAPTION_WORDS}


def _mark_blocks(lines: list[str], kinds: list[str], places: list[list[int]]) -> None:
    """Where blank lines part paragraphs, several lines without one between are something else: a list of links below
    its label, the beginning of another article, an offer with its buttons. Nothing of it is the article's prose."""
    prose = [[number for number in block if _is_paragraph(lines[number], kinds[number])] for block in places]
    alone = [block[0] for block, found in zip(places, prose, strict=True) if len(block) == 1 and found]
    if len(alone) < _FEWEST_ALONE or len(alone) < _SHARE_ALONE * sum(map(len, prose)):
        return
    stems = {number: stems_of(lines[number]) for number in alone}
    told = 0
    for place, block in enumerate(places):
        if len(block) > 1 and told:
            above = frozenset().union(*(stems[number] for number in alone if number < block[0]))
            following = [one[0] for one in places[place + 1 : place + 1 + _BLOCKS_BETWEEN] if one[0] in stems]
            goes_on = any(len(stems[number] & above) > 1 for number in following)
            is_list = _announces(lines[block[0]]) and goes_on and not prose[place]
            if is_list or (told >= _TOLD_WORDS and _begins_another(lines, kinds, block)):
                _leave_out(kinds, block)
            elif _announces(lines[block[0]]) and not prose[place]:
                _leave_out(kinds, block[1:])
            elif _is_promotion(lines, kinds, block):
                everything = frozenset().union(*stems.values())
                if len(everything & stems_of(" ".join(lines[number] for number in block))) <= 2:
                    _leave_out(kinds, block)
        told += sum(count_words(lines[number]) for number in prose[place])


def _leave_out(kinds: list[str], block: list[int]) -> None:
    for number in block:
        kinds[number] = "furniture"


def _is_paragraph(line: str, kind: str) -> bool:
    return kind == "prose" and count_words(line) >= _PARAGRAPH_WORDS and not _ITEM.match(line)


def _announces(line: str) -> bool:
    """Whether a line stands above a list of other articles."""
    bare = line.rstrip(" :")
    return phrases("list").fullmatch(bare) is not None or kind_of(line) == "ending"


def _begins_another(lines: list[str], kinds: list[str], block: list[int]) -> bool:
    """Whether a block has a byline or a day behind a heading, or before prose."""
    signed = next((number for number in block if is_byline(lines[number]) or is_date_line(lines[number])), None)
    return signed is not None and (
        (signed > block[0] and all(kinds[number] != "prose" for number in range(block[0], signed)))
        or (signed == block[0] and any(kinds[number] == "prose" for number in block))
    )


def _is_promotion(lines: list[str], kinds: list[str], block: list[int]) -> bool:
    """Whether a block is a few words of prose among lines that aren't: no list, no crosshead with its paragraph."""
    others = [number for number in block if kinds[number] != "prose"]
    words = sum(count_words(lines[number]) for number in block if kinds[number] == "prose")
    is_crosshead = others == block[:1] and kinds[block[0]] == "short"
    is_list = any(_ITEM.match(lines[number]) or lines[number].endswith((":", "?")) for number in block)
    is_quote = any(lines[number][0] in '“"‘«' for number in block)
    return bool(others) and 0 < words <= _PROMOTION_WORDS and not (is_crosshead or is_list or is_quote)


_SUMMARY_WORDS = 20  # of a point; leads are longer
_MOST_POINTS = 8


def _mark_summary(lines: list[str], kinds: list[str]) -> None:
    """The points below "Key points": sentences shorter than the lead behind them."""
    for number, line in enumerate(lines):
        if not phrases("summary").fullmatch(line.rstrip(" :")):
            continue
        longest = 0
        for place in range(number + 1, min(number + 1 + _MOST_POINTS, len(lines))):
            count = count_words(lines[place])
            if count > _SUMMARY_WORDS or (longest and count > 1.5 * longest and kinds[place] == "prose"):
                kinds[number + 1 : place] = ["furniture"] * (place - number - 1)
                break
            longest = max(longest, count)


_CAPTION_WORDS = 35
_VERBLESS_WORDS = 25
_RELATIVE_WORDS = 16  # of a caption whose only verb is in "where …"


def _mark_captions(lines: list[str], kinds: list[str]) -> None:
    """Sentences beside which stands who took the picture; before the article, also those without a verb."""
    names = Counter(line for line in lines if NAME_LINE.fullmatch(line))
    first = next((number for number, kind in enumerate(kinds) if kind == "prose"), len(kinds))
    begun = 0  # words of prose
    for number in range(first, len(lines)):
        line = lines[number]
        is_short = count_words(line) <= _CAPTION_WORDS and not _POINT.match(line)
        if kinds[number] != "prose" or not is_short or "prose" not in kinds[number + 1 :]:
            begun += count_words(line) if kinds[number] == "prose" else 0
            if begun <= _VERBLESS_WORDS and _begins(line):
                begun = 0  # what is above is a standfirst
            continue
        above, below = lines[number - 1] if number else "", lines[number + 1]
        clause = _RELATIVE.split(line)[0] if count_words(line) <= _RELATIVE_WORDS else line
        has_verb = line[-1] in "?!" or may_have_verb(clause)
        shows = not has_verb or (
            words_of("picture_verbs").search(line) and not TELLS.search(line) and not PAST.search(line)
        )
        is_parted = number + 1 < len(kinds) and kinds[number + 1] != "prose"
        is_credited = _is_credit(above) or names[above] > 1 or phrases("picture_labels").fullmatch(above) is not None
        if (
            (is_credited and kinds[number - 2] != "caption" and (shows or (is_parted and not begun)))
            or (not begun and (_CREDIT.match(below) or (shows and _is_credit(below))))
            or (not has_verb and (_CREDIT.match(below) or (_CREDIT.match(above) and kinds[number - 2] == "prose")))
            or (not begun and not has_verb and count_words(line) <= _VERBLESS_WORDS and not QUOTED.search(line))
        ):
            kinds[number] = "caption"
        else:
            begun += count_words(line)


_RELATIVE = re.compile(r",? (?:where|which|who|whose|that)\b")
_SPEAKS = re.compile(r"[A-Z][\w. ]{0,30}: ")  # a line of a transcript
_OF_PICTURES = re.compile(
    r"(?:[^\W\d_]\S{0,20} ){1,3}[^\W\d_]\S{0,20}(?:\s?/\s?|\s?\|\s?|,? for )(?:the |The )?[A-Z][^.!?]{1,40}|"
    r"(?:©|\(c\)) ?[A-Z][^.!?]{1,60}|(?:\[(?:IMG|IMAGE|INLINE|Image|Photo)[^\]]*\])"
)


def _is_credit(line: str) -> bool:
    """Whether a line says who took a picture, and no more."""
    if count_words(line) > 12 or is_byline(line) or is_date_line(line):
        return False
    return _OF_PICTURES.fullmatch(line) is not None


def _without_standfirst(lines: list[str], kinds: list[str], kept: list[int]) -> list[int]:
    """Without a sentence between the title and a byline, a day, or buttons."""
    if (
        len(kept) > 3
        and kept[0]
        and _says_before(lines[kept[0]], lines[kept[1]], lines[max(0, kept[0] - 12) : kept[0]])
    ):
        return kept[1:]
    if len(kept) < 4 or kept[0] == 0 or kept[1] == kept[0] + 1 or count_words(lines[kept[0]]) > 40:
        return kept
    first, between = kept[0], range(kept[0] + 1, kept[1])
    title = lines[first - 1]
    is_title = kinds[first - 1] == "short" and may_be_title(title) and echo(title, [lines[one] for one in kept[:6]])
    is_unsigned = not any(is_byline(line) or is_date_line(line) for line in lines[max(0, first - 5) : first])
    return kept[1:] if (is_title or is_unsigned) and any(_begins(lines[one]) for one in between) else kept


_TIME = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|tonight|this (?:morning|week|month|evening)|"
    r"last (?:week|month|night))\b|^[A-ZÀ-Þ]{3,}[^.]{0,40}?(?:—|--|-|–|:)\s"
)
_NOW = re.compile(rf"{PRESENT.pattern}|\b(?:is|are)\b")
_TAKES_UP = re.compile(
    r"(?:He|She|It|They|This|That|These|Those|On|In|But|And|His|Her|Their|The two|The decision|Both)\b"
)
_REPORTS = re.compile(r"\b(?:said|told|wrote|added)\b")
_REFERS = re.compile(  # to what only the title has said
    r"(?:The (?:two|three|four|announcement|move|decision|step|measure|deal|agreement|meeting|talks|visit|pact)|"
    r"This|These) "
)
_PROMISES = re.compile(r"(?:^|[.!?]\s)(?:What|Why|How|Where|Who)\b[^.?!]*\.$")  # no question, what the article tells
_STANDFIRST_MOST_WORDS = 30


def _says_before(line: str, lead: str, above: Sequence[str]) -> bool:
    """Whether a sentence says in the present what the one below tells with its day: a standfirst above the lead."""
    if count_words(line) > _STANDFIRST_MOST_WORDS or _TIME.search(line) or _REPORTS.search(line) or line[0] in "“\"'‘":
        return False
    if line.endswith(","):
        return False  # a salutation
    if _PROMISES.search(line):
        return True
    told = stems_of(lead)
    titles = (stems_of(one) for one in above if may_be_title(one))
    title = max(titles, key=lambda stems: len(stems & told), default=frozenset())
    return (
        count_words(line) <= count_words(lead)
        and (_NOW.search(line) is not None or not may_have_verb(line) or _REFERS.match(line) is not None)
        and _TIME.search(lead) is not None
        and not _TAKES_UP.match(lead)
        and len(title & told) > len(title & stems_of(line))
    )


def _begins(line: str) -> bool:
    """Whether a line stands between titles and texts: who wrote it, when, buttons."""
    is_number = _OF_SO_MANY.fullmatch(line) is not None
    return is_number or is_byline(line) or is_date_line(line) or phrases("tools").fullmatch(line) is not None


def _is_colophon(line: str) -> bool:
    return count_words(line) <= _ISLAND_WORDS and words_of("colophon").search(QUOTED.sub("", line)) is not None


def _portraits(page: Page) -> list[str]:
    """What the last paragraphs say of the author: they begin with the name in the byline, or say what somebody is of
    whom the article doesn't speak."""
    portraits = find_portraits(list(page.paragraphs), find_byline(page, find_title(page))[0])
    portraits = portraits or _strange_portrait(page.paragraphs)
    if portraits and _is_colophon(page.paragraphs[-1 - len(portraits)]):
        portraits = [page.paragraphs[-1 - len(portraits)], *portraits]
    return portraits


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


_DOES = "is|was|has been|covers|writes|reports|teaches|works|leads|directs|edits"


@cache
def _is_author() -> re.Pattern[str]:
    return re.compile(rf"(?P<name>(?:(?:Mr|Ms|Mrs|Dr|Prof)\.? {NAME_WORD}|{NAME})),? (?:{_DOES})\b")


def _strange_portrait(paragraphs: Sequence[str]) -> list[str]:
    """The last paragraph, where it says in the present of somebody unknown to the article that he writes or teaches."""
    last = paragraphs[-1] if len(paragraphs) > 3 else ""
    match = _is_author().match(last)
    if not match or count_words(last) > 60 or not words_of("authors").search(last):
        return []
    surname = match["name"].split()[-1]
    return [] if any(surname in line for line in paragraphs[:-1]) else [last]


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


def _demote_foreign_script(lines: list[str], kinds: list[str]) -> None:
    """In a page of Latin letters, lines in another script are furniture; sentences among the article's, and those that
    its own letters introduce, are quoted."""

    def latin(line: str) -> float:
        letters = [mark for mark in line if mark.isalpha()]
        return sum(1 for mark in letters if mark < "\u0250" or "\u1e00" <= mark < "\u1f00") / max(1, len(letters))

    if latin("".join(lines)[:20_000]) < 0.7:
        return
    foreign = [any(mark.isalpha() for mark in line) and latin(line) < 0.3 for line in lines]
    prose = [number for number, kind in enumerate(kinds) if kind == "prose" and not foreign[number]]
    for number, line in enumerate(lines):
        is_quoted = kinds[number] == "prose" and (latin(line) > 0 or (prose and prose[0] < number < prose[-1]))
        if foreign[number] and kinds[number] in ("short", "prose") and not is_quoted:
            kinds[number] = "furniture"


def _article_span(lines: list[str], kinds: list[str]) -> tuple[int, int]:
    """First line and line after the last of the stretch with the highest sum of weights (Kadane's algorithm)."""
    best = (0, 0, 0)
    total = prose = start = 0
    for number, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind == "ending" and prose >= BEGUN_WORDS and not resumes(lines, kinds, number):
            break
        if total <= 0:
            total, prose, start = 0, 0, number
        total += min(count_words(line), _WEIGHT["prose"]) if kind == "prose" else _WEIGHT[kind]
        prose += count_words(line) if kind == "prose" else 0
        if kind == "prose" and total > best[0]:
            best = (total, start, number + 1)
    _, start, end = best
    if start < end < len(lines) and _is_signed_paragraph(lines[end]):
        end += 1
        kinds[end - 1] = "prose"
    start = _below_standfirst(lines, kinds, start, end)
    while start < end and (kinds[start] != "prose" or BRACKETED.fullmatch(lines[start])):
        start += 1
    if start > 0 and _SALUTATION.fullmatch(lines[start - 1]):
        start -= 1
        kinds[start] = "prose"
    points = list(takewhile(lambda number: _POINT.match(lines[number]), range(start, end)))
    return (start + len(points) if 1 < len(points) < end - start else start), end


_SIGN_OFF = re.compile(
    r"(?:(?<=[\w%]{3}[.!?])|(?<=[.!?][”\"’)]))(?:/\.|\s*[-–—~|/©*#]{0,3}\s?(?:"
    r"[(\[/](?:[A-Za-z][\w.’'/-]*)(?: [\w.’'/-]+){0,3}[)\]/]|(?i:ends?|more)|[a-z]{2,4}(?:/[a-z]{2,4}){1,3}|"
    r"(?:Source: )?[A-Z][\w.’'/-]*(?<![.!?])(?: [A-Z][\w’'-]*){0,3}|-?30-?|[#*/]{1,5})(?:\s?-[\d-]{1,4})?)$"
)
"""What writers and desks set behind the last sentence: "ENDS", "– Ana Lima", "al/hp", "(agencies)", "###"."""
_SIGNED_WORDS = 12  # of a paragraph that isn't a caption with its credit


def _is_signed_paragraph(line: str) -> bool:
    """A caption by its credit that may as well be the last paragraph, signed by the agency or the writer."""
    if phrases("caption").fullmatch(line):
        return False
    signature = agency_signature().search(line)
    if signature is not None and is_prose(line[: signature.start()]):
        return True
    signature = _signed_off(line)
    return signature is not None and count_words(line) > _SIGNED_WORDS and _tells(line[: signature.start()])


def _signed_off(paragraph: str) -> re.Match[str] | None:
    return _SIGN_OFF.search(paragraph, max(0, len(paragraph) - MAX_LABEL_LENGTH))


def _tells(line: str) -> bool:
    return ED.search(line) is not None or TELLS.search(line) is not None


_STANDFIRST_WORDS = 10  # of a sentence that a credit or kicker parts from the article; no lead is so short


def _below_standfirst(lines: list[str], kinds: list[str], start: int, end: int) -> int:
    """Behind a byline or date line near the start: what little prose stands above it belongs to the title."""
    words = [count_words(line) if kind == "prose" else 0 for line, kind in zip(lines, kinds, strict=True)]
    for number in range(min(start + 6, end) - 1, start, -1):
        above = [count for count in words[start:number] if count]
        if (is_byline(lines[number]) or is_date_line(lines[number])) and len(above) <= 2:
            return number if sum(above) <= 0.4 * sum(words[number:end]) and max(above, default=0) <= 40 else start
    first = next(number for number in range(start, end) if words[number]) if any(words[start:end]) else start
    is_parted = kinds[first + 1 : first + 3] == ["short", "prose"] and words[first] <= _STANDFIRST_WORDS
    return first + 1 if is_parted and words[first] <= 0.1 * sum(words[first + 1 : end]) else start


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


def _kept(lines: list[str], kinds: list[str], start: int, end: int) -> list[int]:
    """Numbers of the lines that are the article: its prose, and what stands alone between as a crosshead."""
    counts = Counter(lines)
    kept = []
    above = None  # the kind of what stands above, whatever pictures, times and buttons are between
    for number in range(start, end):
        crosshead = (
            kinds[number] == "short"
            and kinds[number + 1] == "prose"
            and (above == "prose" or _is_taken_up(lines[number], lines[number + 1]))
            and count_words(lines[number]) <= _MAX_CROSSHEAD_WORDS
            and not _CODE.fullmatch(lines[number])
            and not BRACKETED.fullmatch(lines[number])
            and counts[lines[number]] == 1
            and number > start
            and not (kinds[number - 1] == "caption" and are_names(lines[number]))
        )
        is_button = phrases("tools").fullmatch(lines[number]) is not None
        if not (
            kinds[number] == "caption" or counts[lines[number]] > 1 or is_button or _says_what_it_is(lines[number])
        ):
            above = kinds[number]
        is_alone = count_words(lines[number]) <= _MAX_CROSSHEAD_WORDS and not {"prose", None} & {
            kinds[one] if 0 <= one < len(kinds) else None for one in (number - 1, number + 1)
        }  # a question in a list of links
        if (kinds[number] == "prose" and not is_alone) or crosshead:
            kept.append(number)
    return kept


def _is_taken_up(heading: str, paragraph: str) -> bool:
    """Whether the paragraph below speaks of all that a heading names."""
    stems = stems_of(heading)
    return len(stems) > 1 and stems <= stems_of(paragraph)


def _says_what_it_is(line: str) -> bool:
    """Whether a line between paragraphs is whole in itself: a time, "Read next: …"; what only announces is followed by
    a list of links."""
    return not TWO_LETTERS.search(line) or (phrases("label").fullmatch(line) is not None and line[-1] not in ":：")


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


_MASTHEAD_LINES = 3
_SHORTEST_NAME = 3  # characters, of an outlet


def _is_about_outlet(line: str, head: list[str], article: list[str]) -> bool:
    """Whether a sentence begins with what stands on top of the page and speaks of nothing the article speaks of."""
    if count_words(line) > _OFFER_WORDS or SAID.search(line):
        return False
    bare = line.removeprefix("The ")
    for top in head[:_MASTHEAD_LINES]:
        name = " ".join(top.removeprefix("The ").split()[:2]).strip(" |,-–—")
        is_called = len(name) >= _SHORTEST_NAME and bare.lower().startswith(f"{name.lower()} ")
        if is_called and not echo(top, article):
            rest = stems_of(line) - stems_of(top)
            return len(rest & stems_of(" ".join(article))) <= 2
    return False


_WE_AND_YOU = re.compile(r"\b(?:[Ww]e|[Oo]ur|us|[Yy]ou|[Yy]ours?)\b(?!\.)")
_OFFER_WORDS = 45
_FEW_ADDRESSES = 0.15  # of an article's paragraphs in which somebody says "we" or "you" outside of quotes


def _without_offers(lines: list[str], kept: list[int]) -> list[int]:
    """Without the few paragraphs that say "we" or "you" in an article that else doesn't, and hardly share its words."""
    said = {number: _WE_AND_YOU.search(QUOTED.sub("", lines[number])) is not None for number in kept}
    spoken = sum(said[number] or _FIRST_PERSON.search(QUOTED.sub("", lines[number])) is not None for number in kept)
    if spoken > max(1, _FEW_ADDRESSES * len(kept)) or len(kept) < 4:
        return list(kept)
    counts = Counter(stem for number in kept for stem in stems_of(lines[number]))

    def is_offer(line: str) -> bool:
        shared = sum(1 for stem in stems_of(line) if counts[stem] > 1)
        is_told = SAID.search(line) or line[0] in '“"‘«' or _SPEAKS.match(line)
        return count_words(line) <= _OFFER_WORDS and shared <= 2 and not is_told

    return [number for number in kept if not (said[number] and is_offer(lines[number]))]


_NOTE = re.compile(r"(?P<mark>\[\d{1,2}\]) ")  # at the foot, to which a mark in the text leads
_FIRST_PERSON = re.compile(r"\bI(?:['’](?:m|d|ve|ll))?\b(?!\.)")


def _without_strangers(lines: list[str], kept: list[int]) -> list[int]:
    """Drops sentences at either end that share no word with the article and speak of texts, or of nobody by name."""
    counts = Counter(stem for number in kept for stem in stems_of(lines[number]))
    is_personal = sum(1 for number in kept if _FIRST_PERSON.search(QUOTED.sub("", lines[number]))) > 2

    def is_stranger(line: str) -> bool:
        outside = QUOTED.sub("", line)
        if count_words(line) > 30 or SAID.search(outside):
            return False
        if words_of("colophon").search(outside):
            return True
        if _SPEAKS.match(line) or is_personal or line.endswith(","):
            return False
        shared = sum(1 for stem in stems_of(line) if counts[stem] > 1)
        is_asked = words_of("second_person").search(outside) and words_of("address_words").search(outside)
        if is_asked and shared <= 1 and outside == line:
            return True
        if any(counts[stem] > 1 for stem in stems_of(line)):
            return False
        if len(words_of("text_words").findall(outside)) >= 2 or words_of("second_person").search(outside):
            return True
        names = re.search(r"(?<![.!?]\s)(?<!^)\b[^\W\d_a-zß-öø-ÿ]", line)
        is_told = TELLS.search(line) or ED.search(line) or PRESENT.search(line)
        return count_words(line) <= 12 and outside == line and not names and not is_told

    count = len(kept)
    kept = _without_offers(lines, kept)
    while len(kept) > 3 and _is_about_outlet(
        lines[kept[-1]], lines[: kept[0]], [lines[number] for number in kept[:-1]]
    ):
        kept.pop()
    while len(kept) > 3 and (note := _NOTE.match(lines[kept[-1]])):
        if not any(note["mark"] in lines[number] for number in kept[:-1]):
            break
        kept.pop()
    while len(kept) > 3 and (is_stranger(lines[kept[-1]]) or lines[kept[-1]].endswith((":", "："))):
        kept.pop()  # what announces something else is not the end either
    while 3 < len(kept) < count and kind_of(lines[kept[-1]]) == "short":
        kept.pop()  # it was above what went
    while len(kept) > 3 and is_stranger(lines[kept[0]]):
        kept.pop(0)
    return kept


_ISLAND_WORDS = 30
_CLEAR_WORDS = 60  # of an article beside which an island can be told


def _without_islands(lines: list[str], kinds: list[str], kept: list[int]) -> list[int]:
    """Drops a single paragraph at either end that furniture parts from the article and that speaks of nothing it speaks
    of, but of texts or of the site, or in another language: an offer, a notice; below "Related", what hardly
    speaks of it."""

    def is_island(number: int, neighbour: int) -> bool:
        between = range(min(number, neighbour) + 1, max(number, neighbour))
        rest = [lines[one] for one in kept if one != number]
        labels = (lines[one].rstrip(" :") for one in between)
        is_listed = number > neighbour and any(phrases("list").fullmatch(line) for line in labels)
        return (
            any(kinds[one] in ("furniture", "caption", "ending", "short") for one in between)
            and count_words(lines[number]) <= _ISLAND_WORDS
            and sum(map(count_words, rest)) >= _CLEAR_WORDS
            and len(stems_of(lines[number]) & stems_of(" ".join(rest))) <= is_listed
            and (
                is_listed
                or any(words_of(group).search(lines[number]) for group in ("site_words", "text_words", "second_person"))
                or (not has_english_words(lines[number]) and has_english_words(" ".join(rest)))
            )
        )

    while len(kept) > 2 and is_island(kept[-1], kept[-2]):
        kept = kept[:-1]

    def is_note(number: int, neighbour: int) -> bool:
        """Whether a sentence above buttons names nobody and tells nothing."""
        line = lines[number]
        return (
            any(phrases("tools").fullmatch(lines[one]) for one in range(number + 1, neighbour))
            and count_words(line) <= _ISLAND_WORDS
            and not re.search(r"\d|(?<![.!?]\s)(?<!^)\b[^\W\d_a-zß-öø-ÿ]", line)
            and not (TELLS.search(line) or ED.search(line))
        )

    while len(kept) > 3 and (is_island(kept[0], kept[1]) or is_note(kept[0], kept[1])):
        kept = kept[1:]
    return kept

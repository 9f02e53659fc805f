"""Plain text of whole pages: which lines are the article, and which are the page's furniture.

Lines that were broken to fit a width are joined first (see ``wrapping``), so that paragraphs are judged and not lines.

No two pages look alike, so the rules look at shape first: prose has sentences that end, menus and link lists are short
lines that don't. The article is the stretch of lines that holds most prose and least furniture; within it captions,
labels and lists of links are left out. Phrases (`codebook/furniture.toml`) help where shape says nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain, filterfalse, pairwise, takewhile

from demarche import codebook, dates
from demarche.documents.cleaning import indented_lines
from demarche.documents.exported import unmarked
from demarche.documents.languages import has_english_words
from demarche.documents.moments import days_in, label_of
from demarche.documents.wrapping import unwrap

_FURNITURE = ("line", "tools", "summary", "label")  # groups of phrases
_MAX_PHRASE_LENGTH = 400  # longer lines are never furniture by phrase, and regular expressions stay cheap
_EDGE_LINES = 4  # at either end of a main text, where extractors leave what stands around it
_MAX_LABEL_LENGTH = 120  # of a label that an extractor left in a page's main text
_MAX_CROSSHEAD_WORDS = 6  # a longer line between paragraphs is a link to another article
_CODE = re.compile(r"[A-Z]{1,3}")  # names a field of a data base's record
_FEWEST_WORDS = 4  # of a file that is one line
_BEGUN_WORDS = 30  # of prose after which a line that ends articles ends this one

# What a line adds to the stretch that is taken for the article. Prose adds its words, up to the first figure.
_WEIGHT = {"prose": 50, "short": -4, "furniture": -4, "caption": -2, "ending": -15}


@dataclass(frozen=True)
class Page:
    """A page of plain text, taken apart; ``head`` and ``tail`` are the lines before and after the article."""

    paragraphs: tuple[str, ...]
    head: tuple[str, ...]
    tail: tuple[str, ...]
    inner: tuple[str, ...]
    """What was left out between and behind paragraphs: captions, credits; they still may hold a date or a name."""

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)


@cache
def _phrases(group: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in codebook.document("furniture")[group]), re.IGNORECASE)


@cache
def _words_of(group: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(codebook.document('furniture')[group])})\b", re.IGNORECASE)


@cache
def _credit_at_end() -> re.Pattern[str]:
    """A sentence, then a name that signs pictures: "… on Monday. Yonhap", "… (AFP)", "Ana Lima/EPA"."""
    signs = [sign for row in codebook.table("agencies") for sign in row["signs"].split(";")]
    names = "|".join(re.escape(name) for name in sorted({*signs, *codebook.document("furniture")["credits"]}))
    slash = r"[A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{1,20}){0,3}/(?:[A-Z][\w.'’ -]{1,30})"
    words = r"[A-Z][\w.'’&-]{0,20}(?: [\w.'’&-]{1,20}){0,3} (?:Agency|Images?|Photos?|Pictures|Press|News|Pool)"
    return re.compile(rf".{{20,400}}(?:[.”\"’)]\s?|\s[-–—|/]\s?)[(\[]?(?:{names}|{slash}|{words}|[A-Z]{{3,6}})[)\]]?")


@cache
def _agency_tail() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{_phrases('agency_tail').pattern})\s*$", re.IGNORECASE)


_SENTENCE_END = re.compile(r"[.!?…。！？][\"”’')\]»]*$|[,:;—–-]$|;\s(?:and|or)$|[.!?][\"”’')\]]*\s?\([^()]{1,60}\)$")
_STRONG_END = re.compile(r"[.!?…。！？][\"”’')\]»]*$")
_FUNCTION_WORD = re.compile(
    r"\b(?:the|a|an|of|to|in|and|that|was|were|is|are|has|have|had|said|by|for|with|on|from|at|as|its?|his|her|their|"
    r"he|she|they|who|which|will|would|be|been|not|but|after|before|than|this|de|la|le|les|et|der|die|und|el|los|que)\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?i)\W{0,3}(?:photos?|photograph|pictures?|images?|foto|illustration|graphic|credit)"
    r"(?: (?:by|credit|courtesy))?(?:\b|:).{1,60}$"
)  # below a caption
_SEPARATED = re.compile(
    r"(?:[^|·•»›>/]{1,40}(?:\s?[|·•»›>]\s?|\s/\s)){2,}[^|·•»›>]{0,120}|[^|>»›]{1,30}\s[|>»›]\s[^|>»›]{1,30}"
)
_POINT = re.compile(r"[•*·‣▪●–—-]\s")  # of a summary, where several stand before all prose
_ITEM = re.compile(r"[•*·‣–-]\s")
_BARRED = re.compile(r"\s[|·•–—]\s")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’")


_OF_SO_MANY = re.compile(r"\d{1,3} ?(?:/|of) ?\d{1,3}")


def split_page(text: str) -> Page:
    """Takes a page apart; where no prose is found, all that isn't furniture is the article."""
    lines = unwrap(indented_lines(unmarked(text)))
    captions = _repeated(lines) | _quoted_again(lines)
    kinds = ["caption" if number in captions else _kind(line) for number, line in enumerate(lines)]
    _demote_foreign_script(lines, kinds)
    for number in range(1, len(lines)):  # below "Read also", or the number of a picture
        if _OF_SO_MANY.fullmatch(lines[number - 1]) and kinds[number] == "short":
            kinds[number] = "caption"
        if kinds[number - 1] == "ending" and lines[number].endswith(("?", "!")) and _count(lines[number]) <= 15:
            kinds[number] = "furniture"
    _mark_summary(lines, kinds)
    _mark_captions(lines, kinds)
    for number in range(1, len(lines)):  # what a colon announces is said in the list behind it
        before = lines[number - 1]
        if before.endswith(":") and _count(before) > 2 and kinds[number - 1] == "short" and _ITEM.match(lines[number]):
            kinds[number - 1] = "prose"
        is_list = _ITEM.match(lines[number]) and kinds[number - 1] == "prose"
        if is_list and (before.endswith(":") or (_ITEM.match(before) and not _STRONG_END.search(before))):
            kinds[number] = "prose"
    if "prose" not in kinds:  # then what looks like a caption by its credit is all there is
        kinds = ["prose" if _is_signed_paragraph(line) else kind for line, kind in zip(lines, kinds, strict=True)]
    start, end = _article_span(lines, kinds)
    if start == end:
        rest = [line for line, kind in zip(lines, kinds, strict=True) if kind in ("short", "prose")]
        if len(lines) == 1 and _count(lines[0]) >= _FEWEST_WORDS:
            rest = lines  # whatever it looks like, nothing else can be meant
        return Page(tuple(rest), (), tuple(line for line in lines if line not in rest), ())
    kept = _without_islands(lines, kinds, _without_strangers(lines, _kept(lines, kinds, start, end)))
    kept = _without_standfirst(lines, kinds, kept)
    paragraphs, tails = _without_agency_tails([lines[number] for number in kept])
    if sign_off := _signed_off(paragraphs[-1]) if paragraphs else None:
        paragraphs[-1], tails = paragraphs[-1][: sign_off.start()], (*tails, sign_off[0].strip())
    inner = tuple(lines[number] for number in range(start, end) if number not in kept)
    return _without_portrait(Page(tuple(paragraphs), tuple(lines[:start]), tuple(lines[end:]), inner + tails))


_SUMMARY_WORDS = 20  # of a point; leads are longer
_MOST_POINTS = 8


def _mark_summary(lines: list[str], kinds: list[str]) -> None:
    """The points below "Key points": sentences shorter than the lead behind them."""
    for number, line in enumerate(lines):
        if not _phrases("summary").fullmatch(line.rstrip(" :")):
            continue
        longest = 0
        for place in range(number + 1, min(number + 1 + _MOST_POINTS, len(lines))):
            count = _count(lines[place])
            if count > _SUMMARY_WORDS or (longest and count > 1.5 * longest and kinds[place] == "prose"):
                kinds[number + 1 : place] = ["furniture"] * (place - number - 1)
                break
            longest = max(longest, count)


_CAPTION_WORDS = 35
_VERBLESS_WORDS = 25
_RELATIVE_WORDS = 16  # of a caption whose only verb is in "where …"


def _mark_captions(lines: list[str], kinds: list[str]) -> None:
    """Sentences beside which stands who took the picture; before the article, also those without a verb."""
    names = Counter(line for line in lines if _NAME_LINE.fullmatch(line))
    first = next((number for number, kind in enumerate(kinds) if kind == "prose"), len(kinds))
    begun = 0  # words of prose
    for number in range(first, len(lines)):
        line = lines[number]
        is_short = _count(line) <= _CAPTION_WORDS and not _POINT.match(line)
        if kinds[number] != "prose" or not is_short or "prose" not in kinds[number + 1 :]:
            begun += _count(line) if kinds[number] == "prose" else 0
            continue
        above, below = lines[number - 1] if number else "", lines[number + 1]
        has_verb = line[-1] in "?!" or _has_verb(_RELATIVE.split(line)[0] if _count(line) <= _RELATIVE_WORDS else line)
        shows = not has_verb or (
            _words_of("picture_verbs").search(line) and not _TELLS.search(line) and not _PAST.search(line)
        )
        is_parted = number + 1 < len(kinds) and kinds[number + 1] != "prose"
        is_credited = _is_credit(above) or names[above] > 1 or _phrases("picture_labels").fullmatch(above) is not None
        if (
            (is_credited and kinds[number - 2] != "caption" and (shows or (is_parted and not begun)))
            or (not begun and (_CREDIT.match(below) or (shows and _is_credit(below))))
            or (not has_verb and (_CREDIT.match(below) or (_CREDIT.match(above) and kinds[number - 2] == "prose")))
            or (not begun and not has_verb and _count(line) <= _VERBLESS_WORDS and not _QUOTED.search(line))
        ):
            kinds[number] = "caption"
        else:
            begun += _count(line)


_RELATIVE = re.compile(r",? (?:where|which|who|whose|that)\b")
_SPEAKS = re.compile(r"[A-Z][\w. ]{0,30}: ")  # a line of a transcript
_SAID = re.compile(r"\b(?:said|told|says|wrote|added)\b")
_TELLS = re.compile(r"\b(?:said|told|will|would|has|have|had|was|were|added|did)\b")  # no caption does
_OF_PICTURES = re.compile(
    r"(?:[^\W\d_]\S{0,20} ){1,3}[^\W\d_]\S{0,20}(?:\s?/\s?|\s?\|\s?|,? for )(?:the |The )?[A-Z][^.!?]{1,40}|"
    r"(?:©|\(c\)) ?[A-Z][^.!?]{1,60}|(?:\[(?:IMG|IMAGE|INLINE|Image|Photo)[^\]]*\])"
)


def _is_credit(line: str) -> bool:
    """Whether a line says who took a picture, and no more."""
    if _count(line) > 12 or is_byline(line) or _is_date_line(line):
        return False
    return _OF_PICTURES.fullmatch(line) is not None


def _without_standfirst(lines: list[str], kinds: list[str], kept: list[int]) -> list[int]:
    """Without a sentence between the title and a byline, a day, or buttons."""
    if len(kept) < 4 or kept[0] == 0 or kept[1] == kept[0] + 1 or _count(lines[kept[0]]) > 40:
        return kept
    first, between = kept[0], range(kept[0] + 1, kept[1])
    title = lines[first - 1]
    is_title = kinds[first - 1] == "short" and may_be_title(title) and echo(title, [lines[one] for one in kept[:6]])
    is_unsigned = not any(is_byline(line) or _is_date_line(line) for line in lines[max(0, first - 5) : first])
    return kept[1:] if (is_title or is_unsigned) and any(_begins(lines[one]) for one in between) else kept


def _begins(line: str) -> bool:
    """Whether a line stands between titles and texts: who wrote it, when, buttons."""
    return is_byline(line) or _is_date_line(line) or _phrases("tools").fullmatch(line) is not None


def _without_portrait(page: Page) -> Page:
    """Without what the last paragraphs say of the author: they begin with the name in the byline, or say what somebody
    is of whom the article doesn't speak."""
    portraits = _portraits(list(page.paragraphs), find_byline(page, find_title(page))[0])
    portraits = portraits or _strange_portrait(page.paragraphs)
    kept = page.paragraphs[: len(page.paragraphs) - len(portraits)]
    return replace(page, paragraphs=kept, tail=(*portraits, *page.tail))


def without_labels(lines: list[str], title: str | None, byline: str | None = None) -> tuple[list[str], tuple[str, ...]]:
    """The paragraphs of a page whose main text is already found, without labels, repeats, credits, what comes behind
    its end, and at both ends without what can't be the article; and these."""
    lines, behind = _until_its_end(lines)
    if len(lines) > 1 and _is_lone_item(*lines[-2:]):
        lines, behind = lines[:-1], [lines[-1], *behind]
    repeated = _repeated(lines) | _quoted_again(lines)
    kept: list[str] = []
    out: list[str] = []
    edges = _edges(lines)
    captions = _captions(lines)
    for number, line in enumerate(lines):
        is_label = len(line) <= _MAX_LABEL_LENGTH and (
            any(
                _phrases(group).fullmatch(line.removeprefix("- "))
                for group in ("line", "tools", "summary", "label", "ending")
            )
            or is_byline(line)
            or _is_date_line(line)
            or _addresses_reader(line)
        )
        is_head = number < _EDGE_LINES and line in (title, byline)
        is_out = number in repeated or number in edges or number in captions or is_label or is_head
        (out if is_out else kept).append(line)
    paragraphs, tails = _without_agency_tails(kept)
    portraits = _portraits(paragraphs, byline)
    paragraphs = paragraphs[: len(paragraphs) - len(portraits)]
    whence = paragraphs[:1] if _portraits(paragraphs[:1] * 4, byline) and _count(paragraphs[0]) <= _WHENCE_WORDS else []
    return paragraphs[len(whence) :], (*out, *whence, *tails, *portraits, *behind)


_WHENCE_WORDS = 25  # of "Ann Lee reported from Suva, and Bob Roe from Nadi." above a text


def _is_lone_item(before: str, line: str) -> bool:
    """Whether a line is a list of one item, and no sentence: a button."""
    return line.startswith("- ") and not before.startswith("- ") and not before.endswith(":") and _is_loose(line[2:])


_MOST_CAPTIONS = 0.2  # of a text; in a gallery they are the article


def _captions(lines: list[str]) -> set[int]:
    """Numbers of lines that are captions by their credits."""
    short = [(number, line) for number, line in enumerate(lines) if len(line) <= 2 * _MAX_LABEL_LENGTH]
    found = {number for number, line in short if _phrases("caption").fullmatch(line)}
    length = sum(len(lines[number]) for number in found)
    return found if length <= _MOST_CAPTIONS * sum(map(len, lines)) else set()


def _until_its_end(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines before one that ends articles, as what readers wrote does, or an offer to read on; and those behind."""
    words = 0
    for number, line in enumerate(lines):
        is_label = words >= _BEGUN_WORDS and len(line) <= 2 * _MAX_LABEL_LENGTH
        if is_label and _phrases("ending").fullmatch(line):
            near = lines[number : number + 6]
            if not _resumes(near, [_kind(one) for one in near], 0):
                start = number - 1 if _is_loose(lines[number - 1]) else number
                return lines[:start], lines[start:]
        words += _count(line) if _STRONG_END.search(line) else 0
    return lines, []


def _is_loose(line: str) -> bool:
    """A few words that end nowhere: a kicker, a standfirst, a name; no item of a list."""
    return not _SENTENCE_END.search(line) and not line.startswith(("- ", "* ", "• ")) and _kind(line) == "short"


def _portraits(paragraphs: list[str], byline: str | None) -> list[str]:
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
    return re.compile(rf"(?P<name>(?:(?:Mr|Ms|Mrs|Dr|Prof)\.? {_NAME_WORD}|{_NAME})),? (?:{_DOES})\b")


def _strange_portrait(paragraphs: Sequence[str]) -> list[str]:
    """The last paragraph, where it says in the present of somebody unknown to the article that he writes or teaches."""
    last = paragraphs[-1] if len(paragraphs) > 3 else ""
    match = _is_author().match(last)
    if not match or _count(last) > 60 or not _words_of("authors").search(last):
        return []
    surname = match["name"].split()[-1]
    return [] if any(surname in line for line in paragraphs[:-1]) else [last]


def _edges(lines: list[str]) -> set[int]:
    """Numbers of lines before the first and behind the last that may belong to an article; few, or it is all."""
    edges: set[int] = set()
    for numbers in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        edge = set(takewhile(lambda number: _may_go(lines[number]), numbers))
        edges |= edge if len(edge) <= _EDGE_LINES else set()
    head = len(list(takewhile(lambda line: _may_go(line) or _is_loose(line), lines[: _EDGE_LINES + 1])))
    if head <= _EDGE_LINES and head < len(lines) and _kind(lines[head]) == "prose":
        edges |= set(range(head))
    tail = len(list(takewhile(lambda line: _may_go(line) or _is_loose(line), lines[: -_EDGE_LINES - 2 : -1])))
    if 0 < tail <= _EDGE_LINES and tail < len(lines) and _may_go(lines[-tail]) and _kind(lines[-tail - 1]) == "prose":
        edges |= set(range(len(lines) - tail, len(lines)))
    return edges


def _may_go(line: str) -> bool:
    is_long_prose = len(line) > 2 * _MAX_LABEL_LENGTH and _STRONG_END.search(line)
    return not is_long_prose and _kind(line) in ("furniture", "ending")


_HEADLINE_QUOTE = re.compile(
    r"['‘][^'‘“”\"]+(?:['’][^'‘“”\"]+)?['’]"
)  # single, as in headings; a quote in large type has the text's


def _quoted_again(lines: list[str]) -> set[int]:
    """Numbers of lines that a longer one holds whole: quotes set in large type."""
    marked = set()
    for number, line in enumerate(lines):
        if _HEADLINE_QUOTE.fullmatch(line) and _count(line) <= _MAX_CROSSHEAD_WORDS:
            continue
        words = line.strip("\"'“”‘’«» .,…").lower()
        near = lines[max(0, number - 6) : number + 7]
        is_quotable = 20 <= len(words) <= 2 * _MAX_LABEL_LENGTH
        if is_quotable and any(len(other) > len(line) and words in other.lower() for other in near):
            marked.add(number)
    return marked


# --- lines -------------------------------------------------------------------------------------------------------
_DENSE = re.compile("[\u3040-\u9fff]")


def _count(line: str) -> int:
    """Words; for scripts without blanks, half the characters."""
    return len(line.split()) + len(_DENSE.findall(line)) // 2


_TWO_LETTERS = re.compile(r"[^\W\d_].*?[^\W\d_]")


_FINISHED = re.compile(r"\s*[■□▪◆♦●∎▲◼☐⬛❖]$")  # what magazines set behind the last sentence
_END_MARK = re.compile(r"#(?: {0,3}#)+|--|[-_=–—]{5,}")


@lru_cache(maxsize=64)  # the lines at a text's ends are asked about several times
def _kind(line: str) -> str:
    """prose, short, furniture, caption or ending; an agency's tail on a paragraph doesn't count."""
    line = _FINISHED.sub("", _agency_tail().sub("", line) or line).removeprefix("- ")
    if not _TWO_LETTERS.search(line):
        return "ending" if _END_MARK.fullmatch(line) else "furniture"
    if len(line) <= _MAX_PHRASE_LENGTH:
        if _phrases("ending").fullmatch(line.rstrip(" :")):
            return "ending"
        bare = _BRACKETED.fullmatch(line)
        plain = bare["inside"] if bare else line.strip("-–—*~= ") or line
        if any(_phrases(group).fullmatch(text) for group in _FURNITURE for text in {line, plain}):
            return "furniture"
        parts = _BARRED.split(line)
        if _is_date_line(line) or (len(parts) > 1 and all(_phrases("line").fullmatch(part) for part in parts)):
            return "furniture"
        if _phrases("caption").fullmatch(line) or _credit_at_end().fullmatch(line):
            return "caption"
        if not _STRONG_END.search(line) and _SEPARATED.fullmatch(line):
            return "furniture"
        if is_byline(line) or _addresses_reader(line) or _speaks_of_page(line):
            return "furniture"
    return "prose" if _is_prose(line) else "short"


_SPEAKER = re.compile(r"(?:Q|A|Question|Answer|[A-Z][A-Z .]{2,30})\s?:\s")  # of a transcript


def _is_prose(line: str) -> bool:
    count = _count(line)
    if _STRONG_END.search(line):
        return count >= 4 or (_SPEAKER.match(line) is not None and count >= 2) or line[0] in "“\"‘'"
    if _SENTENCE_END.search(line):
        return count >= 6
    function_words = len(_FUNCTION_WORD.findall(line))
    return count >= 25 and function_words >= 0.15 * count


@cache
def _imperative() -> re.Pattern[str]:
    """A verb that speaks to the reader at the start of a sentence; elsewhere somebody does what it says."""
    return re.compile(rf"(?:.*[.!?:;|–—-] )?{_words_of('imperatives').pattern}", re.IGNORECASE)


def _addresses_reader(line: str) -> bool:
    """The site speaks to its reader about itself: "you", "our" or an imperative, and a word like "newsletter"."""
    outside = _QUOTED.sub("", line)
    return (
        _count(line) <= 45
        and bool(_words_of("site_words").search(outside))
        and bool(_words_of("address_words").search(outside) or _imperative().match(outside))
        and not re.search(r"\b(?:said|told|says|tells|added|wrote)\b", outside)
    )


_OFFER_WORDS = 25


def _speaks_of_page(line: str) -> bool:
    """A sentence on this very page, its text or its advertisements, or a bare order: "Never miss a story."."""
    outside = _QUOTED.sub("", line)
    if _count(line) > 45 or not _STRONG_END.search(line) or _SAID.search(outside):
        return False
    if _words_of("this_page").search(outside):
        return True
    is_order = _words_of("orders").match(outside) is not None and _count(line) <= _OFFER_WORDS
    return is_order and outside == line and not _has_verb(line.partition(" ")[2].partition(" ")[2])


_PRESENT = re.compile(
    r"(?:\b(?!The|Two|Three|Four|Five|Six|Ten|Some|Many|All|Both|Its|His|Her|Their|These|Those|No|Several|Most|More|Other|"
    r"Few|A|An|In|At|On)[A-Z]\w+|\b(?:who|which|that|it|he|she)) [a-z]{2,}s (?!of\b)"
)  # "Peru opens", "who asks"


def _has_verb(line: str) -> bool:
    """Whether a sentence has what may be a finite verb."""
    return any(pattern.search(text) for pattern, text in ((_VERB, line.lower()), (_PAST, line), (_PRESENT, line)))


_MAX_DATE_WORDS = 18
_BESIDE_DAY = re.compile(
    r"(?i)\b(?:last|on|at|in|by|am|pm|a\.m|p\.m|gmt|utc|est|edt|et|ist|bst|cet|edition|mon|tue|wed|thu|fri|sat|sun)\b"
)
_MAY_BE_DATED = re.compile(r"(?i)\d|day\b")


@cache
def _issued() -> re.Pattern[str]:
    """What stands before a day of issue at the start of a line, and nothing else."""
    label = label_of("published", "modified").pattern
    return re.compile(rf"(?:first |last )?{label}(?: on| at| le| el| em| il| am)?\W{{1,3}}", re.IGNORECASE)


@lru_cache(maxsize=64)
def _is_date_line(line: str) -> bool:
    """Hardly more than a date: what is left without it, numbers and the usual words is short."""
    if len(line) > 120 or len(line.split()) > _MAX_DATE_WORDS or not _MAY_BE_DATED.search(line):
        return False
    spans = [(found.start_offset, found.end_offset) for found in dates.find(line)]
    spans = spans or [(start, end) for start, end, _ in days_in(line)]
    if not spans:
        return False
    if _issued().fullmatch(line[: spans[0][0]]) and not _STRONG_END.search(line):
        return True  # whoever and whatever stands behind
    rest = line
    for start, end in reversed(spans):
        rest = rest[:start] + rest[end:]
    rest = _BESIDE_DAY.sub("", label_of("published", "modified").sub("", rest))
    letters = len(re.findall(r"[^\W\d_]", rest))
    return letters <= 3 or (letters <= 12 and not (_STRONG_END.search(line) and _count(line) > 3))


def _repeated(lines: list[str]) -> set[int]:
    """Numbers of lines that are said again: a caption's short and long form, a second copy of a line."""
    marked: set[int] = set()
    for number, (line, after) in enumerate(pairwise(lines)):
        if len(line) >= 20 and after.startswith(line.rstrip(".… ")) and not (line == after and _is_prose(line)):
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


# --- the article among the lines ---------------------------------------------------------------------------------
def _article_span(lines: list[str], kinds: list[str]) -> tuple[int, int]:
    """First line and line after the last of the stretch with the highest sum of weights (Kadane's algorithm)."""
    best = (0, 0, 0)
    total = prose = start = 0
    for number, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind == "ending" and prose >= _BEGUN_WORDS and not _resumes(lines, kinds, number):
            break
        if total <= 0:
            total, prose, start = 0, 0, number
        total += min(_count(line), _WEIGHT["prose"]) if kind == "prose" else _WEIGHT[kind]
        prose += _count(line) if kind == "prose" else 0
        if kind == "prose" and total > best[0]:
            best = (total, start, number + 1)
    _, start, end = best
    if start < end < len(lines) and _is_signed_paragraph(lines[end]):
        end += 1
        kinds[end - 1] = "prose"
    start = _below_standfirst(lines, kinds, start, end)
    while start < end and (kinds[start] != "prose" or _BRACKETED.fullmatch(lines[start])):
        start += 1
    points = list(takewhile(lambda number: _POINT.match(lines[number]), range(start, end)))
    return (start + len(points) if 1 < len(points) < end - start else start), end


_BRACKETED = re.compile(r"[(\[](?P<inside>[^()\[\]]{1,100})[)\]]")  # "(Received from the ministry.)" above an article


_SIGN_OFF = re.compile(
    r"(?:(?<=[\w%]{3}[.!?])|(?<=[.!?][”\"’)]))(?:/\.|\s*[-–—~|/©*#]{0,3}\s?(?:"
    r"[(\[/](?:[A-Za-z][\w.’'/-]*)(?: [\w.’'/-]+){0,3}[)\]/]|(?i:ends?|more)|[a-z]{2,4}(?:/[a-z]{2,4}){1,3}|"
    r"(?:Source: )?[A-Z][\w.’'/-]*(?<![.!?])(?: [A-Z][\w’'-]*){0,3}|-?30-?|[#*/]{1,5})(?:\s?-[\d-]{1,4})?)$"
)
"""What writers and desks set behind the last sentence: "ENDS", "– Ana Lima", "al/hp", "(agencies)", "###"."""
_SIGNED_WORDS = 12  # of a paragraph that isn't a caption with its credit


def _is_signed_paragraph(line: str) -> bool:
    """A caption by its credit that may as well be the last paragraph, signed by the agency or the writer."""
    if _phrases("caption").fullmatch(line):
        return False
    signature = _signature().search(line)
    if signature is not None and _is_prose(line[: signature.start()]):
        return True
    signature = _signed_off(line)
    return signature is not None and _count(line) > _SIGNED_WORDS and _tells(line[: signature.start()])


def _signed_off(paragraph: str) -> re.Match[str] | None:
    return _SIGN_OFF.search(paragraph, max(0, len(paragraph) - _MAX_LABEL_LENGTH))


def _tells(line: str) -> bool:
    return _ED.search(line) is not None or _TELLS.search(line) is not None


_STANDFIRST_WORDS = 10  # of a sentence that a credit or kicker parts from the article; no lead is so short


def _below_standfirst(lines: list[str], kinds: list[str], start: int, end: int) -> int:
    """Behind a byline or date line near the start: what little prose stands above it belongs to the title."""
    words = [_count(line) if kind == "prose" else 0 for line, kind in zip(lines, kinds, strict=True)]
    for number in range(min(start + 6, end) - 1, start, -1):
        above = [count for count in words[start:number] if count]
        if (is_byline(lines[number]) or _is_date_line(lines[number])) and len(above) <= 2:
            return number if sum(above) <= 0.4 * sum(words[number:end]) and max(above, default=0) <= 40 else start
    first = next(number for number in range(start, end) if words[number]) if any(words[start:end]) else start
    is_parted = kinds[first + 1 : first + 3] == ["short", "prose"] and words[first] <= _STANDFIRST_WORDS
    return first + 1 if is_parted and words[first] <= 0.1 * sum(words[first + 1 : end]) else start


def _resumes(lines: list[str], kinds: list[str], number: int) -> bool:
    """Whether the article goes on soon after a list of links: within five lines, two paragraphs of prose; or within
    fifteen, one after the other, of the same matter."""
    said = _said_above(lines, kinds, number)
    if all(kind == "prose" for kind in kinds[number + 1 : number + 3]) and all(
        _count(line) >= 12 and len(said & _stems(line)) >= 2 for line in lines[number + 1 : number + 3]
    ):
        return number + 2 < len(lines)  # whatever it is, a button between paragraphs
    if re.match(
        r"(?i)\W*(?:\d+ )?(?:comments?|leave|post|about|a correction|copyright|©|ends?|corrections?|--$|#)",
        lines[number],
    ):
        return False
    following = [
        (line, kind) for line, kind in zip(lines[number + 1 : number + 6], kinds[number + 1 : number + 6], strict=True)
    ]
    if sum(1 for line, kind in following if kind == "prose" and _count(line) >= 10) >= 2:
        return True
    return any(
        all(kinds[one] == "prose" and _count(lines[one]) >= 12 for one in (first, first + 1))
        and len(said & _stems(f"{lines[first]} {lines[first + 1]}")) >= 2
        for first in range(number + 1, min(number + 16, len(lines) - 1))
    )


def _said_above(lines: list[str], kinds: list[str], number: int) -> frozenset[str]:
    """What the article and its title speak of so far."""
    above = zip(lines[:number], kinds[:number], strict=True)
    return _stems(" ".join(line for line, kind in above if kind in ("prose", "short") and _count(line) >= 4))


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
            and _count(lines[number]) <= _MAX_CROSSHEAD_WORDS
            and not _CODE.fullmatch(lines[number])
            and not _BRACKETED.fullmatch(lines[number])
            and counts[lines[number]] == 1
            and number > start
            and not (kinds[number - 1] == "caption" and _are_names(lines[number]))
        )
        is_button = _phrases("tools").fullmatch(lines[number]) is not None
        if not (
            kinds[number] == "caption" or counts[lines[number]] > 1 or is_button or _says_what_it_is(lines[number])
        ):
            above = kinds[number]
        is_alone = _count(lines[number]) <= _MAX_CROSSHEAD_WORDS and not {"prose", None} & {
            kinds[one] if 0 <= one < len(kinds) else None for one in (number - 1, number + 1)
        }  # a question in a list of links
        if (kinds[number] == "prose" and not is_alone) or crosshead:
            kept.append(number)
    return kept


def _is_taken_up(heading: str, paragraph: str) -> bool:
    """Whether the paragraph below speaks of all that a heading names."""
    stems = _stems(heading)
    return len(stems) > 1 and stems <= _stems(paragraph)


def _says_what_it_is(line: str) -> bool:
    """Whether a line between paragraphs is whole in itself: a time, "Read next: …"; what only announces is followed by
    a list of links."""
    return not _TWO_LETTERS.search(line) or (_phrases("label").fullmatch(line) is not None and line[-1] not in ":：")


_LONGEST_TAIL = 450  # characters


def _without_agency_tails(paragraphs: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Takes "(Reporting by …)", "(END)" and an agency's signature off the last two paragraphs, and gives them too."""
    kept, tails = paragraphs[:-2], []
    for paragraph in paragraphs[-2:]:
        for pattern in (_agency_tail(), _signature(), _agency_tail()):
            if match := pattern.search(paragraph, max(0, len(paragraph) - _LONGEST_TAIL)):
                tails.append(match[0].strip())
                paragraph = paragraph[: match.start()]
        if paragraph.strip():
            kept.append(paragraph)
    return kept, tuple(tails)


_PAST = re.compile(
    r"(?i)\b(?:met|held|told|made|took|sent|gave|began|left|won|lost|set|put|cut|hit|led|fled|rose|fell|came|went|became|"
    r"saw|heard|felt|kept|brought|thought|sought|fought|bought|taught|caught|built|spent|dealt|meant|ran|sat|stood|drew|"
    r"withdrew|flew|grew|knew|threw|shook|spoke|broke|chose|froze|stole|wrote|rode|drove|swore|wore|bore|struck|hung|"
    r"sank|sang|rang|shot|shut|spread|split|quit|let|cost|hurt|cast|laid|paid|lay|slept|swept|bent|lent|found|sold|fed|"
    r"lit|hid|got|beat|ate|woke|says|say|'re|’re)\b|\w{2}(?:n't|n’t)\b"
)
_ED = re.compile(rf"{_PAST.pattern}|[a-z]{{2}}ed\b|\bwill\b")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|must|do|does|did|said)\b|[a-z]{2}ed\b"
)


def _without_strangers(lines: list[str], kept: list[int]) -> list[int]:
    """Drops sentences at either end that share no word with the article and speak of texts, or of nobody by name."""
    counts = Counter(stem for number in kept for stem in _stems(lines[number]))

    def is_stranger(line: str) -> bool:
        outside = _QUOTED.sub("", line)
        if _count(line) > 30 or _SAID.search(outside):
            return False
        if _words_of("colophon").search(outside):
            return True
        if _SPEAKS.match(line):
            return False
        shared = sum(1 for stem in _stems(line) if counts[stem] > 1)
        is_asked = _words_of("second_person").search(outside) and _words_of("address_words").search(outside)
        if is_asked and shared <= 1 and outside == line:
            return True
        if any(counts[stem] > 1 for stem in _stems(line)):
            return False
        if len(_words_of("text_words").findall(outside)) >= 2 or _words_of("second_person").search(outside):
            return True
        names = re.search(r"(?<![.!?]\s)(?<!^)\b[^\W\d_a-zß-öø-ÿ]", line)
        return _count(line) <= 12 and outside == line and not names and not _TELLS.search(line) and not _ED.search(line)

    kept = list(kept)
    while len(kept) > 3 and is_stranger(lines[kept[-1]]):
        kept.pop()
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
        is_listed = number > neighbour and any(_phrases("list").fullmatch(line) for line in labels)
        return (
            any(kinds[one] in ("furniture", "caption", "ending", "short") for one in between)
            and _count(lines[number]) <= _ISLAND_WORDS
            and sum(map(_count, rest)) >= _CLEAR_WORDS
            and len(_stems(lines[number]) & _stems(" ".join(rest))) <= is_listed
            and (
                is_listed
                or any(
                    _words_of(group).search(lines[number]) for group in ("site_words", "text_words", "second_person")
                )
                or (not has_english_words(lines[number]) and has_english_words(" ".join(rest)))
            )
        )

    while len(kept) > 2 and is_island(kept[-1], kept[-2]):
        kept = kept[:-1]
    while len(kept) > 2 and is_island(kept[0], kept[1]):
        kept = kept[1:]
    return kept


@cache
def _signature() -> re.Pattern[str]:
    """An agency's name after the last sentence."""
    signs = "|".join(re.escape(sign) for row in codebook.table("agencies") for sign in row["signs"].split(";"))
    signed = rf"(?:[(\[](?:{signs})[)\]]|(?:{signs}))"
    return re.compile(rf"(?<=[.”\"’])\s*(?:[-–—]{{1,2}}\s?)?{signed}(?:[/ ][\w/-]{{1,12}})?$")


# --- title and byline --------------------------------------------------------------------------------------------
_TAG = re.compile(
    r"^(?:[\[【(][^\]】)]{1,40}[\]】)]\s*)+(?=\S)|^(?:UPDATE \d|EXCLUSIVE|BREAKING|WATCH|LIVE)\s?[:-]\s?", re.IGNORECASE
)
_SIGN = re.compile(r"^[\u2190-\u2bff\U0001f000-\U0001faff\s]+")  # arrows, stars, little pictures
_HEADER_TITLE = re.compile(r"(?i)(?:subject|title|headline)\s?:\s?(.{3,300})")


def without_tag(title: str) -> str:
    """A title without "[Exclusive]", "UPDATE 1-" and the like before it."""
    return _TAG.sub("", _SIGN.sub("", title)).strip() or title


def find_title(page: Page) -> str | None:
    """The line before the article whose words come back in the article; the first that does well."""
    for line in page.head:
        if header := _HEADER_TITLE.fullmatch(line):
            return without_tag(header[1].strip())
    above_byline = [line for line in takewhile(lambda line: not is_byline(line), page.head) if may_be_title(line)]
    candidates = [without_tag(line) for line in above_byline or page.head if may_be_title(line)]
    mixed = [line for line in candidates if not line.isupper()]  # capitals are a letterhead, if others are not
    for lines in (mixed, candidates):
        echoed = [line for line in lines if echo(line, page.paragraphs) and _count(line) >= 4]
        if best := next(chain(filterfalse(_is_name, echoed), echoed), None):
            return next((line for line in lines if f" {line} " in f" {best} " != f" {line} "), best)
    others = mixed or candidates
    shares = {line: _echo_share(line, page.paragraphs) for line in others}
    return max(others, key=lambda line: shares[line]) if any(shares.values()) else next(reversed(others), None)


def _is_name(line: str) -> bool:
    """Whether a line may be a letterhead or masthead: names alone; so is a title where all titles are capitalised."""
    return all(word[:1].isupper() or word.lower() in _binding() for word in line.split())


_ECHO_SHARE = 0.34  # of a title's words that come back in the article's first paragraphs; navigation has none


def echo(title: str, paragraphs: Sequence[str]) -> bool:
    """Whether the article speaks of what the line speaks of."""
    return any(echoing([title], paragraphs))


def echoing(titles: Iterable[str], paragraphs: Sequence[str]) -> Iterator[str]:
    """Those lines of which the article speaks, in their order."""
    said = _said(paragraphs)
    return (line for line in titles if (stems := _stems(line)) and len(stems & said) >= _ECHO_SHARE * len(stems))


def _echo_share(title: str, paragraphs: Sequence[str]) -> float:
    stems = _stems(title)
    return len(stems & _said(paragraphs)) / len(stems) if stems else 0.0


def _said(paragraphs: Sequence[str]) -> frozenset[str]:
    """What the article speaks of at its beginning."""
    return _stems(" ".join(paragraphs[:6]))


_MASTHEAD = re.compile(r"[,|·•–—:-]\s*(?:[A-Z][a-z]+day,?\s*)?$")  # before the day on which a paper came out
_LETTERHEAD = re.compile(r"(?i)\b(?:ministry|department|office|embassy|agency|service|bulletin|gazette|secretariat)\b")


def may_be_title(line: str) -> bool:
    """Whether a line has the shape of a title."""
    if not 3 <= _count(line) <= 30 or len(line) > 250 or _kind(line) in ("furniture", "caption", "ending"):
        return False
    if re.search(r"[a-z]{2}\.(?:$|\s[A-Z])", line) or re.match(r"(?i)(?:from|by) our ", line):
        return False  # a sentence is the standfirst
    if (names := _NAME_LINE.fullmatch(line)) and _looks_like_names(names["names"]) and not _VERB.search(line):
        return False
    if line[:1].islower() and line.split()[0] in _binding():
        return False  # goes on with what stands above
    if (days := days_in(line)) and days[-1][1] >= len(line) - 1 and _MASTHEAD.search(line[: days[-1][0]]):
        return False
    return not (_LETTERHEAD.search(line) and _count(line) <= 6 and _is_name(line))


@lru_cache(maxsize=16)  # an article's are asked for with each line that may be its title
def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry meaning, so that "meets" finds "meeting"."""
    words = (word for word in re.findall(r"\w{2,}", text) if len(word) > 3 or word.isupper())
    return frozenset(word[:5] for word in map(str.lower, filter(str.isalpha, words)) if word not in _binding())


@cache
def _binding() -> frozenset[str]:
    return frozenset(codebook.document("furniture")["wrapping"]["binding"])


_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin|ibn|ben|ter|ten|zu|y|st)"
_NAME_WORD = r"(?:[^\W\d_a-zß-öø-ÿ](?:[\w’'-]{0,30}[\w]|)\.?|al-[\w-]{2,20})"
_NAME = rf"{_NAME_WORD}(?: (?:{_PARTICLE} ){{0,3}}{_NAME_WORD}){{1,4}}"
_NAMES = rf"{_NAME}(?:(?:, | and | & |, and ){_NAME}){{0,4}}"


@cache
def _byline_lead() -> re.Pattern[str]:
    lead = codebook.document("furniture")["byline"]["lead"]
    return re.compile(rf"(?:[-–—*]\s?)?(?i:{lead})(?:(?<=:)|\s)\s*(?P<names>{_NAMES})(?P<rest>.{{0,160}})")


_COMMENTS = re.compile(r"(?i)\s(?:leave a (?:comment|reply)|(?:\d+|no) (?:comments?|replies))$")
_HALF_DAY = re.compile(r"(?i)\s[ap]\.m\.$")
_NOBODY = re.compile(r"(?i)(?:super ?user|admin|administrator|webmaster|guest|web ?desk|online)\b")


def is_byline(line: str) -> bool:
    return len(line) <= 200 and _by_names(line) is not None


def _by_names(line: str) -> str | None:
    """The names of "By Jane Doe and John Roe (mail)"; a sentence that begins so is no byline."""
    line = _HALF_DAY.sub("", line)
    match = _byline_lead().fullmatch(line)
    if match and (days := days_in(line)) and (before := line[: days[0][0]].rstrip(" ,|–—-")):
        match = _byline_lead().fullmatch(before) or match
    if match and match["rest"].startswith(" in "):
        match = _byline_lead().fullmatch(re.sub(_IN_PLACE, "", line)) or match
    if not match or (_count(match["rest"]) > 14 or (_STRONG_END.search(line) and "@" not in line)):
        return None
    return None if _NOBODY.match(match["names"]) else match["names"].strip(" ,")


_IN_PLACE = r" in [^\W\d_a-zß-öø-ÿ][\w’'-]{1,30}(?: [^\W\d_a-zß-öø-ÿ][\w’'-]{1,30})?"
_PLACED = rf"{_NAME}(?:{_IN_PLACE})?"
_ALL_PLACED = rf"{_PLACED}(?:(?:, and | and |, | & ){_PLACED}){{0,4}}"
_REPORTING_BY = re.compile(rf"(?i:reporting|written) by (?P<names>{_ALL_PLACED})")
_NAME_LINE = re.compile(
    rf"(?P<names>{_NAME}(?:(?: and | & ){_NAME}){{0,2}})(?P<rest>\s*(?:[,|·•/–—-]|\bin\b|\bfor\b|$).*)"
)


def find_byline(page: Page, title: str | None) -> tuple[str | None, str]:
    """Who wrote it and which rule says so: a line "By …" before or behind the article, a credit, a bare name."""
    around = (*page.head, *page.tail[:8])
    for line in around:
        if len(line) > 200:
            continue
        dated = _beside_date(_COMMENTS.sub("", line)) if " by " in line.lower() else []
        for part in (line, *_BARRED.split(line)[1:], *dated):
            if names := _by_names(part):
                return _tidy_names(names), "by_line"
    for line in (*page.head, *page.tail[:8], *page.inner):
        if (match := _REPORTING_BY.search(line)) and len(line) <= 600 and not _NOBODY.match(match["names"]):
            return _tidy_names(re.sub(_IN_PLACE, "", match["names"])), "reporting_by"
    return _name_line(page, title), "name_line"


def _name_line(page: Page, title: str | None) -> str | None:
    """A bare name just below the title, alone or with place, office or date behind it."""
    below = False
    for line in page.head:
        is_words = _phrases("line").fullmatch(line) is not None
        if below and not is_words and len(line) <= 160 and (_kind(line) != "caption" or dates.find(line)):
            if ", " in line and _are_names(line):
                return _tidy_names(line)
            for part in (line, *_beside_date(line), _BARRED.split(line)[-1]):
                match = _NAME_LINE.fullmatch(part)
                if match and _looks_like_names(match["names"]):
                    return _tidy_names(match["names"])
        below = below or (title is not None and without_tag(line) == title)
    return None


def _beside_date(line: str) -> list[str]:
    """What a line says beside its date, if it has one: "2024-02-21  Ann Lee", "3 May 2019 | Ann Lee | 2 min"."""
    days = days_in(line)
    for start, end, _ in reversed(days):
        line = f"{line[:start]} | {line[end:]}"
    parts = re.split(r"\s[|·•–—]\s|\s{2,}", label_of("published", "modified").sub(" | ", line)) if days else []
    return [part.strip(" |,") for part in parts]


def _are_names(line: str) -> bool:
    """Whether a line is a name, or several with commas between: none of its parts says what somebody is."""
    return re.fullmatch(_NAMES, line) is not None and _looks_like_names(line)


def _looks_like_names(names: str) -> bool:
    no_name = codebook.document("furniture")["byline"]["no_name"]
    words = [word.lower().strip(".’'") for word in names.split()]
    if any(word in no_name for word in words) or dates.find(names):
        return False
    return all(2 <= len(name.split()) <= 5 for name in re.split(r",? and | & |, ", names))


def _tidy_names(names: str) -> str:
    """Without offices behind a comma; capitals throughout are typography."""
    role = codebook.document("furniture")["byline"]["role"]
    parts = [part for part in re.split(r",\s+(?:and )?", names) if part.split()]
    kept = [parts[0], *(part for part in parts[1:] if not any(word.lower() in role for word in part.split()))]
    tidy = ", ".join([kept[0], *(part for part in kept[1:] if len(part.split()) > 1 and _looks_like_names(part))])
    words = tidy.split()
    while len(words) > 2 and words[-1].lower() in role:
        words.pop()
    tidy = " ".join(words)
    return tidy.title() if tidy.isupper() else tidy


def tidy_byline(byline: str) -> str | None:
    """A byline as a record or page gives it, without "By", mail addresses and handles."""
    if names := _by_names(byline):
        return _tidy_names(names)
    bare = re.sub(r"\s*[(<\[]?\S{1,80}@\S{1,80}[)>\]]?", "", byline).strip(" ,;|")
    bare = re.sub(r"^(?:by|written by|posted by|author:)\s+", "", bare, flags=re.IGNORECASE).strip(" ,;|")
    return bare[:200] if any(mark.isalpha() for mark in bare) and not bare.startswith("http") else None

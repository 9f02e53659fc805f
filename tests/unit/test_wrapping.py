"""Texts broken to a width: every paragraph comes back whole, whatever stands above it, and lists stay lists."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche import documents
from demarche.documents.cleaning import indented_lines
from demarche.documents.wrapping import unwrap
from demarche.records import Document, RawDocument

TITLE = "Samoa and Kiribati to share a patrol boat"
LONG_TITLE = "Samoa and Kiribati sign in Apia a treaty on sharing a patrol boat that neither can pay for alone"
PARAGRAPHS = (
    "The prime minister of Samoa received President Taneti Maamau of Kiribati in Apia on Tuesday. They signed a treaty "
    "on sharing a patrol boat.",
    "Under the treaty, each of the two island states may use the boat for six months of a year. New Zealand, which "
    "built it in 2019, will pay for its fuel.",
    "“One boat is better than none,” Foreign Minister Tuala Iosefo Ponifasio told reporters after a ceremony at the "
    "harbour. He thanked Wellington.",
    "Kiribati recalled its envoy from Apia in 2015 over a trawler. Both sides spoke of a new beginning.",
)
WIDTHS = (50, 60, 66, 72, 76, 80, 100)
Wrap = Callable[[str], str]


def read(text: str) -> Document:
    raw = RawDocument(raw_hash="0" * 64, source_name="drop", path="a.txt", fetched_at=datetime.now(UTC), text=text)
    found = documents.read_document(raw, "2024-05-06T07")
    assert isinstance(found, Document), found
    return found


def wrapped(paragraphs: tuple[str, ...], width: int, indent: str = "", between: str = "\n\n") -> str:
    """Each paragraph as an editor breaks it: as many words on a line as fit."""
    whole = textwrap.TextWrapper(width, initial_indent=indent, break_on_hyphens=False, break_long_words=False)
    return between.join(map(whole.fill, paragraphs))


def unevenly_wrapped(paragraph: str, width: int) -> str:
    """As a hand breaks it: often a word or two early."""
    hand = random.Random(7)
    lines = [""]
    for word in paragraph.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width - hand.randint(0, 12):
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def body(paragraphs: tuple[str, ...] = PARAGRAPHS) -> str:
    return "\n\n".join(paragraphs)


# --- what stands above -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("head", "title", "byline"),
    [
        ("", None, None),
        (f"{TITLE}\n\n", TITLE, None),
        (f"{TITLE}\n", TITLE, None),
        (f"{TITLE}\n\nBy Mele Tau\n\n", TITLE, "Mele Tau"),
        (f"{TITLE}\nBy Mele Tau\n\n", TITLE, "Mele Tau"),
        (f"{TITLE}\nby Mele Tau\n2 July 2019\n\n", TITLE, "Mele Tau"),
        (f"From: desk@isles.example\nSubject: {TITLE}\n\n", TITLE, None),
    ],
    ids=["nothing", "title", "title on top", "byline apart", "byline below title", "byline and date", "mail"],
)
def test_a_wrapped_article_is_whole(width: int, head: str, title: str | None, byline: str | None) -> None:
    found = read(head + wrapped(PARAGRAPHS, width))
    assert found.body == body()
    assert (found.title, found.byline) == (title, byline)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_paragraphs_are_enough(width: int, count: int) -> None:
    assert read(wrapped(PARAGRAPHS[:count], width)).body == body(PARAGRAPHS[:count])


@pytest.mark.parametrize("width", WIDTHS)
def test_a_dateline_is_kept(width: int) -> None:
    paragraphs = (f"APIA, July 2 (Isles News) - {PARAGRAPHS[0]}", *PARAGRAPHS[1:])
    found = read(wrapped(paragraphs, width))
    assert found.body == body(paragraphs)
    assert found.dateline_place_name == "Apia"


def test_a_date_below_a_title_is_no_part_of_it() -> None:
    title = "The king on the pier and the boat in the bay: what we know of"
    found = read(f"{title}\nJuly 2019\n\n{wrapped(PARAGRAPHS, 72)}")
    assert (found.title, found.body) == (title, body())


@pytest.mark.parametrize(("width", "title_width"), [(72, 72), (72, 40), (60, 60), (100, 60)])
def test_a_wrapped_title_is_one_title(width: int, title_width: int) -> None:
    found = read(f"{textwrap.fill(LONG_TITLE, title_width)}\n\n{wrapped(PARAGRAPHS, width)}")
    assert (found.title, found.body) == (LONG_TITLE, body())


# --- how lines are broken ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", WIDTHS)
def test_indented_paragraphs_need_no_blank_lines(width: int) -> None:
    assert read(f"{TITLE}\n\n{wrapped(PARAGRAPHS, width, '    ', between=chr(10))}").body == body()
    assert read(f"{TITLE}\n\n{wrapped(PARAGRAPHS, width, '    ')}").body == body()
    assert read(textwrap.indent(wrapped(PARAGRAPHS, width), "\t")).body == body()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\r\r\n", " \n", "\u2028"])
def test_line_ends_of_any_kind(width: int, line_end: str) -> None:
    assert read(f"{TITLE}\n\n{wrapped(PARAGRAPHS, width)}\n".replace("\n", line_end)).body == body()


@pytest.mark.parametrize("width", [65, 72, 80])
def test_lines_broken_by_hand(width: int) -> None:
    lines = "\n\n".join(unevenly_wrapped(paragraph, width) for paragraph in PARAGRAPHS)
    assert read(f"{TITLE}\n\n{lines}").body == body()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_blank_lines_lose_nothing(width: int) -> None:
    found = read(wrapped((TITLE, *PARAGRAPHS), width, between="\n"))
    assert body().split() == found.body.removeprefix(TITLE).split()


def test_lines_broken_twice() -> None:
    text = (
        "The prime minister of Samoa received the president of Kiribati in Apia\non\n"
        "Tuesday. They signed a treaty on sharing a patrol boat for which New\nZealand\nis to pay.\n\n"
        "Both spoke of a new beginning."
    )
    assert read(text).body == (
        "The prime minister of Samoa received the president of Kiribati in Apia on Tuesday. They signed a treaty on "
        "sharing a patrol boat for which New Zealand is to pay.\n\nBoth spoke of a new beginning."
    )


def test_hyphens_at_breaks() -> None:
    text = (
        "The foreign ministers of Samoa and Kiribati agreed on Tuesday in the pres-\n"
        "ence of the vice-\npresident of Palau to open a consu-\nlate in Suva, and the Samoan-\n"
        "Kiribati commission will meet in a long-\nterm seat there."
    )
    assert read(text).body == (
        "The foreign ministers of Samoa and Kiribati agreed on Tuesday in the presence of the vice-president of Palau "
        "to open a consulate in Suva, and the Samoan-Kiribati commission will meet in a long-term seat there."
    )
    soft = "Samoa and Kiribati opened a joint consu\u00ad\nlate on Tuesday."
    assert read(soft).body == "Samoa and Kiribati opened a joint consulate on Tuesday."


@pytest.mark.parametrize("width", [60, 72])
def test_capitals_are_wrapped_too(width: int) -> None:
    capitals = tuple(paragraph.upper() for paragraph in PARAGRAPHS)
    found = read(f"{TITLE.upper()}\n\n{wrapped(capitals, width)}")
    assert (found.title, found.body) == (TITLE.upper(), body(capitals))


# --- lists -------------------------------------------------------------------------------------------------------
def test_items_of_a_list_stay_apart() -> None:
    items = ("- one boat for both states, which New Zealand built in the year 2019;", "- fuel for ten years; and")
    last = "- a joint crew that is trained in Wellington by the navy of New Zealand, as the treaty of Tuesday says."
    listed = "\n".join((*items, textwrap.fill(last, 72, subsequent_indent="  ")))
    before, after = PARAGRAPHS[:2], PARAGRAPHS[2:]
    found = read(f"{wrapped(before, 72)}\n\n{listed}\n\n{wrapped(after, 72)}")
    assert found.body == body((*before, *items, last, *after))


def test_links_around_a_wrapped_article_are_furniture() -> None:
    links = (
        "Palau raises airport fees from January\nNauru's parliament elects a new speaker\n"
        "Tuvalu wins rugby match against Fiji\nVolcano in Vanuatu sends villagers to the coast\n"
        "Cook Islands to vote on new flag next year\nMarshall Islands open museum of navigation"
    )
    found = read(f"Home\nWorld\nSport\n\n{TITLE}\n\n{wrapped(PARAGRAPHS, 72)}\n\nMost read\n{links}\n")
    assert (found.title, found.body) == (TITLE, body())


# --- texts that aren't wrapped -----------------------------------------------------------------------------------
SENTENCE = "Samoa's premier visited Kiribati on Monday."


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        SENTENCE.rstrip("."),
        SENTENCE.upper(),
        "Samoa recalls its envoy",
        "They met.",
        "Live: Samoa's premier meets the king of Tonga",
        "Picture: the premier of Samoa greets the king of Tonga",
        "Norway's donations support the hospitals of Kiribati.",
        "The premier of Samoa will support the trial of a former minister.",
        " ".join(PARAGRAPHS),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_file_of_one_line_is_an_article(text: str, end: str) -> None:
    assert read(text + end).body == text


def test_a_sentence_signed_by_an_agency_is_no_caption() -> None:
    assert read(f"{SENTENCE} (Reuters)").body == SENTENCE
    assert read(f"{TITLE}\n\n{SENTENCE} (Reuters)").body == SENTENCE


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("paragraph", [SENTENCE, *PARAGRAPHS])
def test_a_title_and_one_paragraph(paragraph: str, between: str) -> None:
    found = read(f"{TITLE}{between}{paragraph}")
    assert (found.title, found.body) == (TITLE, paragraph)


@pytest.mark.parametrize(
    "text",
    ["\n".join(PARAGRAPHS), "\t" + "\n\t".join(PARAGRAPHS), "\n\n\t".join(PARAGRAPHS), "\r\n\r\n".join(PARAGRAPHS)],
    ids=["single newlines", "tabs", "tabs and blank lines", "windows"],
)
def test_paragraphs_of_one_line(text: str) -> None:
    for head in ("", f"{TITLE}\n", f"{TITLE}\n\n"):
        found = read(head + text)
        assert (found.title, found.body) == (TITLE if head else None, body())


def test_marks_of_markdown_lose_no_paragraph() -> None:
    found = read(f"# {TITLE}\n\n*By Mele Tau*\n\n## The treaty\n\n" + body())
    assert found.body.endswith(body())
    assert TITLE in (found.title or "")


@given(st.lists(st.sampled_from(PARAGRAPHS), min_size=1, unique=True), st.integers(48, 110))
def test_no_word_is_lost(paragraphs: list[str], width: int) -> None:
    assert read(wrapped(tuple(paragraphs), width)).body.split() == " ".join(paragraphs).split()


@given(st.text(alphabet="aA .,-\n\t•", max_size=400))
def test_unwrapping_only_joins(text: str) -> None:
    letters = "".join(mark for _, line in indented_lines(text) for mark in line if mark.isalpha())
    assert "".join(mark for line in unwrap(indented_lines(text)) for mark in line if mark.isalpha()) == letters


def test_a_sentence_goes_on_over_a_printed_page() -> None:
    text = (
        "The envoys of Samoa and Niue met in Apia on Monday and spoke of\nthe reef that lies between the isles and\n\n"
        "PACIFIC REVIEW           Page 1 of 2\n\n\nPACIFIC REVIEW           Page 2 of 2\n\n"
        "of fish that live on it. They will meet again when the rain has\nstopped, the ministry said on Wednesday."
    )
    assert read(text).body == (
        "The envoys of Samoa and Niue met in Apia on Monday and spoke of the reef that lies between the isles and "
        "of fish that live on it. They will meet again when the rain has stopped, the ministry said on Wednesday."
    )


# --- layouts in which breaks hide --------------------------------------------------------------------------------
def test_a_page_with_a_blank_line_behind_each_line() -> None:
    lines = [line for paragraph in PARAGRAPHS for line in textwrap.wrap(paragraph, 66)]
    found = read(f"{TITLE}\n\nBy Mele Tau\n\n" + "\n\n".join(lines))
    assert (found.title, found.byline, found.body) == (TITLE, "Mele Tau", body())


def test_a_page_whose_line_breaks_got_lost() -> None:
    found = read("  ".join(("The Reef", "Home", "World", TITLE, "By Mele Tau", *PARAGRAPHS, "Most read", "Storm")))
    assert (found.title, found.byline, found.body) == (TITLE, "Mele Tau", body())


def test_an_initial_set_large_belongs_to_its_word() -> None:
    first = PARAGRAPHS[0]
    found = read(f"{TITLE}\n\n{first[0]}\n{first[1:]}\n\n" + "\n\n".join(PARAGRAPHS[1:]))
    assert found.body == body()


def test_a_caption_in_the_column_belongs_to_no_sentence() -> None:
    column = [textwrap.fill(paragraph, 38) for paragraph in PARAGRAPHS]
    lines = (column[0], "President Taneti Maamau", *column[1:], "See editorial on page 6")
    assert read(f"{TITLE}\n\n" + "\n".join(lines)).body == body()


def test_a_labelled_day_below_a_title_is_not_its_end() -> None:
    title = f"{TITLE} after talks that went on for a whole week in the capital"
    found = read(f"{title}\nPublished: 08.02.2023.\n\n" + "\n\n".join(PARAGRAPHS))
    assert (found.title, str(found.published_date), found.body) == (title, "2023-02-08", body())


def test_a_link_that_is_a_block_of_a_text_browser_is_an_offer() -> None:
    references = "\n".join(f"   {number}. http://reef.example/{number}" for number in range(1, 5))
    inside = (*PARAGRAPHS[:2], "   [3]Advert: Fish Shop", *PARAGRAPHS[2:])
    assert read("\n\n".join((TITLE, *inside, "References", references))).body == body()

"""Plain text as programs make it of a page: Markdown, and the numbered links of text browsers. Their marks go, so that
lines are judged by their words."""

from __future__ import annotations

import re

_FEWEST = 3  # marks of a kind that make a text one; an asterisk or a bracket alone doesn't
_ADDRESS = r"\(\s?<?[^()\s]{0,2000}(?:\([^()\s]{0,300}\)[^()\s]{0,500})?>?(?:\s{1,3}[\"'][^\n]{0,300}?[\"'])?\s?\)"
_IMAGE = re.compile(rf"!\[[^\[\]\n]{{0,500}}\]{_ADDRESS}")
_LINK = re.compile(rf"\[([^\[\]\n]{{0,500}})\]{_ADDRESS}")
_ONLY_LINKS = re.compile(rf"(?m)^[ \t]*[-*+•][ \t]+(?:\[[^\[\]\n]{{0,300}}\]{_ADDRESS}[ \t,|·]{{0,5}}){{1,20}}$")
_HEADING = re.compile(r"(?m)^ {0,3}#{1,6}[ \t]+(?=\S)")
_RULE = re.compile(r"(?m)^ {0,3}(?:(?:[-*_][ \t]?){3,}|={3,})$")
_QUOTE = re.compile(r"(?m)^ {0,3}(?:>[ \t]?){1,5}")
_QUOTED_LINE = re.compile(r"(?m)^ {0,3}>[ \t]?\S.{40,}$")  # of a mail; an entry of a menu is shorter
_QUOTED_SENTENCE = re.compile(r"(?m)^ {0,3}> (?=[^\W\d_a-zß-öø-ÿ][^\n]{40,}[.!?][\"”]?$)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]{1,300}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^\n*]{1,300}?)(?<=[^\s*_])\1(?![\w*])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!>|~-])")

_REFERENCE = re.compile(r"(?m)^[ \t]{0,8}\d{1,4}\. (?:https?|ftp|mailto|file|javascript):\S*$")
_REFERENCES = re.compile(r"(?m)^[ \t]*References\n")
_NUMBER = re.compile(
    r"\[\d{1,4}\](?=\S)|\[(?:IMG|INLINE|LINK|IMAGE)\b[^\[\]\n]{0,200}\]|\[[\w.-]{1,60}\.(?:gif|jpe?g|png)\]"
)


# A link that is a block by itself: a label, an offer; a paragraph ends with a sentence.
_NUMBERED_LINK = re.compile(r"(?m)(?<=\n\n)([ \t]*)\[\d{1,4}\](?=[^\s\[][^\n\[]{0,100}[^\s.!?\"”,]\n\n)")

# Three entries or more in a row, each of a few words and not beginning with a small letter: justified prose has gaps.
_ENTRY = r"[^\s\Wa-zß-öø-ÿ]\S{0,30}(?: \S{1,30}){0,3}"
_MENU = re.compile(rf"(?m)^[ \t]{{0,8}}{_ENTRY}(?:[ \t]{{2,30}}{_ENTRY}){{2,20}}[ \t]*$")
_GAP = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")


def unmarked(text: str) -> str:
    """``text`` without Markdown's marks or a text browser's, and with bars in the gaps of a menu."""
    return _MENU.sub(lambda menu: _GAP.sub(" | ", menu[0]), _without_marks(_unfolded(text)))


_FOLDED = 600  # characters of a line that may hold many
_FEWEST_GAPS = 5


def _unfolded(text: str) -> str:
    """``text`` with the lines that gaps part on a page whose line breaks got lost, if its gaps aren't just those that
    typists leave behind each sentence."""
    lines = text.strip().split("\n")
    if len(lines) > 3 or ((longest := max(lines, key=len)) and len(longest) < _FOLDED):
        return text
    gaps = _GAP.findall(longest)
    is_typed = len(re.findall(r"[.!?][\"”’')]*[ \t]{2,}", longest)) > 0.8 * len(gaps)
    return text if len(gaps) < _FEWEST_GAPS or is_typed else "\n".join(_GAP.sub("\n", line) for line in lines)


def _without_marks(text: str) -> str:
    if len(_REFERENCE.findall(text)) >= _FEWEST and (found := _REFERENCES.search(text)):
        return _NUMBER.sub("", _NUMBERED_LINK.sub(r"\1› ", text[: found.start()]))
    if len(_QUOTED_LINE.findall(text)) >= _FEWEST:
        text = _QUOTE.sub("", text)
    text = _QUOTED_SENTENCE.sub("", text)
    if sum(1 for mark in (_LINK, _HEADING) for _ in mark.finditer(text)) < _FEWEST:
        return _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    text = _IMAGE.sub("", text)
    text = _ONLY_LINKS.sub(lambda item: "› " + _LINK.sub(r"\1", item[0]).strip(" -*+•"), text)
    text = _HEADING.sub("", _QUOTE.sub("", _RULE.sub("", _LINK.sub(r"\1", text))))
    return _ESCAPE.sub(r"\1", _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text)))

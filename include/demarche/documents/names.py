"""Lines that say who wrote: "By Jane Doe and John Roe", a bare name, and what is no name though it looks like one."""

from __future__ import annotations

import re
from functools import cache

from demarche import codebook, dates
from demarche.documents.moments import days_in
from demarche.documents.sentences import STRONG_END, binding_words, count_words

_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin|ibn|ben|ter|ten|zu|y|st)"
NAME_WORD = r"(?:[^\W\d_a-zß-öø-ÿ](?:[\w’'-]{0,30}[\w’']|)\.?|al-[\w-]{2,20})"
NAME = rf"{NAME_WORD}(?: (?:{_PARTICLE} ){{0,3}}{NAME_WORD}){{1,4}}"
_NAMES = rf"{NAME}(?:(?:, | and | & |, and ){NAME}){{0,4}}"


@cache
def _byline_lead() -> re.Pattern[str]:
    lead = codebook.document("furniture")["byline"]["lead"]
    return re.compile(rf"(?:[-–—*•.]{{1,2}}\s?)?(?i:{lead})(?:(?<=:)|\s)\s*(?P<names>{_NAMES})(?P<rest>.{{0,160}})")


_HALF_DAY = re.compile(r"(?i)\s[ap]\.m\.$")
NOBODY = re.compile(r"(?i)(?:super ?user|admin|administrator|webmaster|guest|web ?desk|online)\b")


def is_byline(line: str) -> bool:
    return len(line) <= 200 and names_in(line) is not None


def names_in(line: str) -> str | None:
    """The names of "By Jane Doe and John Roe (mail)"; a sentence that begins so is no byline."""
    line = _HALF_DAY.sub("", line)
    match = _byline_lead().fullmatch(line)
    if match and (days := days_in(line)) and (before := line[: days[0][0]].rstrip(" ,|–—-")):
        match = _byline_lead().fullmatch(before) or match
    if match and match["rest"].startswith(" in "):
        match = _byline_lead().fullmatch(re.sub(IN_PLACE, "", line)) or match
    if not match or (count_words(match["rest"]) > 14 or (STRONG_END.search(line) and "@" not in line)):
        return None
    return None if NOBODY.match(match["names"]) else match["names"].strip(" ,")


IN_PLACE = r" in [^\W\d_a-zß-öø-ÿ][\w’'-]{1,30}(?: [^\W\d_a-zß-öø-ÿ][\w’'-]{1,30})?"
_PLACED = rf"{NAME}(?:{IN_PLACE})?"
_ALL_PLACED = rf"{_PLACED}(?:(?:, and | and |, | & ){_PLACED}){{0,4}}"
REPORTING_BY = re.compile(rf"(?i:reporting|written) by (?P<names>{_ALL_PLACED})")
NAME_LINE = re.compile(
    rf"(?P<names>{NAME}(?:(?: and | & ){NAME}){{0,2}})(?P<rest>\s*(?:[,|·•/–—]|-(?!\w)|\bin\b|\bfor\b|$).*)"
)


def are_names(line: str) -> bool:
    """Whether a line is a name, or several with commas between: none of its parts says what somebody is."""
    return re.fullmatch(_NAMES, line) is not None and looks_like_names(line)


def looks_like_names(names: str) -> bool:
    no_name = codebook.document("furniture")["byline"]["no_name"]
    words = [word.lower().strip(".’'") for word in names.split()]
    if any(word in no_name for word in words) or dates.find(names):
        return False
    others = [word.lower() for word in names.split() if len(word) > 1 and "." not in word and word != "and"]
    if any(word in binding_words() for word in others):
        return False
    return all(2 <= len(name.split()) <= 5 for name in re.split(r",? and | & |, ", names))


def without_role(line: str) -> str:
    """A line without the words at its end that say what somebody is: "Orla Lee Europe Correspondent"."""
    byline = codebook.document("furniture")["byline"]
    words = line.split()
    if not words or words[-1].lower() not in byline["role"]:
        return line
    roles = (number for number, word in enumerate(words) if number >= 2 and word.lower() in byline["role"])
    words = words[: next(roles, len(words))]
    while len(words) > 2 and words[-1].lower() in (*byline["role"], *byline["no_name"]):
        words.pop()
    return " ".join(words).rstrip(" ,")


_FOR_OUTLET = re.compile(r"(?i)(?<=\w) for the\b.*")
_OUR = re.compile(r"(?i)our\b")


def tidy_names(names: str) -> str:
    """Without offices behind a comma and "for the …"; capitals throughout are typography. "Our Reporter" stays."""
    names = _FOR_OUTLET.sub("", names)
    if _OUR.match(names):
        return names
    role = codebook.document("furniture")["byline"]["role"]
    parts = [part for part in re.split(r",\s+(?:and )?", names) if part.split()]
    kept = [parts[0], *(part for part in parts[1:] if not any(word.lower() in role for word in part.split()))]
    tidy = ", ".join([kept[0], *(part for part in kept[1:] if len(part.split()) > 1 and looks_like_names(part))])
    words = tidy.split()
    while len(words) > 2 and words[-1].lower() in role:
        words.pop()
    tidy = " ".join(words)
    return tidy.title() if tidy.isupper() else tidy


def without_outlet(byline: str, outlet: str) -> str:
    """A byline without the outlet behind the names: "Ann Lee, The Courier", "Ann Lee for The Courier"."""
    name = re.escape(re.sub(r"(?i)^the\s", "", outlet))
    bare = re.sub(rf"(?i)(?:\s*[,|–—]|\s-|\s(?:for|of))\s(?:the\s)?{name}$", "", byline.strip()) if outlet else byline
    names, _, last = bare.rpartition(", ")
    letters = _LETTERS.sub("", last.lower())
    is_outlet = len(letters) >= _SHORTEST_OUTLET and letters in _LETTERS.sub("", outlet.lower())
    return names if names and is_outlet else bare


_LETTERS = re.compile(r"[\W_]+")
_SHORTEST_OUTLET = 4  # letters by which a name behind others is known to be the outlet's


_BESIDE_NAMES = re.compile(r"\s[|·•]\s")  # before a place, a day
CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.]\d\d(?!\d)")  # an hour


def without_moment(byline: str) -> str:
    """A byline without the day or hour behind it, and what stands behind these."""
    clock = CLOCK.search(byline)
    starts = [*(start for start, _, _ in days_in(byline)), *([clock.start()] if clock else [])]
    return byline[: min(starts)].rstrip(" ,;|–—-") if starts else byline


def tidy_byline(byline: str) -> str | None:
    """A byline as a record or page gives it, without "By", mail addresses and handles."""
    if names := names_in(byline):
        return tidy_names(names)
    bare = re.sub(r"\s*[(<\[]?\S{1,80}@\S{1,80}[)>\]]?", "", byline).strip(" ,;|")
    bare = re.sub(r"^(?:by|written by|posted by|author:)\s+", "", bare, flags=re.IGNORECASE).strip(" ,;|")
    role = codebook.document("furniture")["byline"]["role"]
    first, *others = _BESIDE_NAMES.split(bare)[0].split(", ")
    kept = (part for part in others if not any(word.lower() in role for word in part.split()))
    bare = ", ".join((without_role(first), *kept))
    return bare[:200] if any(mark.isalpha() for mark in bare) and not bare.startswith("http") else None

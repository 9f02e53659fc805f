"""Reprints as desks make them, and texts that only look like reprints: what near-duplicate search is measured on.

Everything is a function of a random generator, so a set can be made again. `lightly` and `heavily` are mixtures of the
single edits; `moulds` gives families of reports that share their phrases and nothing else.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

Edit = Callable[[str, random.Random], str]

CITIES = (
    "Accra", "Lima", "Porto", "Bergen", "Suva", "Riga", "Dakar", "Quito", "Hanoi", "Tunis", "Cork", "Perth", "Leeds",
    "Basel", "Sofia", "Amman", "Davao", "Lyon", "Turin", "Malmo",
)  # fmt: skip
WIRES = ("Wire", "NewsDesk", "Pan Press", "Northern Agency", "WPS", "Agencia Sur")
NAMES = (
    "Okoro", "Lindqvist", "Tamihere", "Vella", "Georgiou", "Moreau", "Adjovi", "Quispe", "Haraldsson", "Fonoti",
    "Mbeki", "Sorensen", "Duarte", "Ibarra", "Novak", "Castelli", "Petrov", "Amin", "Dlamini", "Sato",
)  # fmt: skip
COUNTRIES = (
    "Fiji", "Tonga", "Samoa", "Palau", "Malta", "Cyprus", "Iceland", "Gabon", "Benin", "Togo", "Chile", "Peru",
    "Nepal", "Laos", "Latvia", "Ghana", "Kenya", "Jordan", "Uruguay", "Norway",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "September", "October", "November")

# --- words -------------------------------------------------------------------------------------------------------
_FOLDER = Path(__file__).with_name("fixtures") / "reprints"
SYNONYMS = {
    word: others.split("|")
    for word, others in (line.split("=") for line in (_FOLDER / "synonyms.txt").read_text().splitlines())
}
_SPELLINGS = (
    ("per cent", "percent"), ("kilometres", "kilometers"), ("metres", "meters"), ("tonnes", "tons"),
    ("harbour", "harbor"),
    ("programme", "program"), ("centre", "center"), ("labour", "labor"), ("defence", "defense"), ("licence", "license"),
    ("neighbour", "neighbor"), ("colour", "color"), ("favour", "favor"), ("organis", "organiz"),
    ("recognis", "recogniz"),
    ("apologis", "apologiz"), ("travell", "travel"), ("grey", "gray"), ("towards", "toward"),
)  # fmt: skip
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "nine": 9, "ten": 10, "eleven": 11}
_NUMBERS |= {"twelve": 12, "fourteen": 14, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_FILLERS = ("reportedly", "apparently", "notably", "meanwhile", "in effect", "for now", "by all accounts", "once again")
_LOCALS = (
    "Readers in our region will remember that a choir from the valley toured there some summers ago.",
    "A spokeswoman for the chamber of commerce here said that local dealers were watching the matter closely.",
    "The university in our town has kept an exchange programme with partners over there for more than a decade.",
    "Our paper reported last winter that a bakery on Market Street sends biscuits as far as those shores.",
    "Mayor {n}, asked at the weekly market in {c}, declined to comment on affairs so far from the town hall.",
    "{n} Brothers, a family firm from {c} with {k} employees, trades there and hopes that orders will not suffer.",
    "About {k} people with roots in the region live in {c} and its suburbs, according to the last census.",
    "A vigil is planned on the cathedral square in {c} on {d} evening; organiser {n} expects {k} visitors.",
    "Residents of {c} who are affected may call the advice line of the county between eight and five.",
    "In a letter to this newspaper, councillor {n} of {c} asked for {k} thousand in support for those concerned.",
)
_FOOTERS = (
    "Copyright. All rights reserved. This material may not be published, broadcast or redistributed.",
    "Reporting by our foreign desk; editing by {n}.",
    "Sign up for our morning newsletter and never miss a story.",
    "Read also: What you need to know about this week in {c}",
    "With agency material.",
    "Follow us for the latest news from {c} and around the world.",
)


def _filled(template: str, rng: random.Random) -> str:
    return template.format(n=rng.choice(NAMES), c=rng.choice(CITIES), d=rng.choice(DAYS), k=rng.randint(12, 900))


def _sentences(paragraph: str) -> list[str]:
    return re.split(r"(?<=[.!?][”\"'])\s+(?=[A-Z\"“])|(?<=[.!?])\s+(?=[A-Z\"“])", paragraph)


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in re.split(r"\n\s*\n|\n", text) if paragraph.strip()]


# --- single edits ------------------------------------------------------------------------------------------------
def agency_header(text: str, rng: random.Random) -> str:
    city, day, month = rng.choice(CITIES), rng.randint(1, 28), rng.choice(MONTHS)
    form = rng.choice(
        ("{C}, {m} {d} ({w}) - ", "{C} ({w}) — ", "{C}, {m}. {d} -- ", "({w}) ", "{C} — ", "{c}: ", "{C}/{w}: ")
    )
    return form.format(C=city.upper(), c=city, d=day, m=month[:3], w=rng.choice(WIRES)) + text


def byline(text: str, rng: random.Random) -> str:
    name = f"{rng.choice('ABCDEFGHJ')}. {rng.choice(NAMES)}"
    return rng.choice((f"By {name}\n\n{text}", f"By {name}, {rng.choice(WIRES)}\n\n{text}", f"{text}\n\n{name}"))


def headline(text: str, rng: random.Random) -> str:
    """A headline of the desk's own in the body, made of some words of the lead."""
    lead = _paragraphs(text)[0].split()
    words = [word.strip(',."') for word in lead if len(word) > 4]
    return " ".join(rng.sample(words, min(len(words), 6))).capitalize() + "\n\n" + text


def footer(text: str, rng: random.Random) -> str:
    return text + "\n\n" + _filled(rng.choice(_FOOTERS), rng)


def cut_tail(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    return "\n\n".join(parts[: max(2, len(parts) - rng.randint(1, max(1, len(parts) // 4)))])


def trim(text: str, rng: random.Random) -> str:
    """Two fifths to three fifths of the text: from the top, or the sentences that the desk liked."""
    parts = _paragraphs(text)
    count = max(2, round(len(parts) * rng.uniform(0.4, 0.6)))
    if rng.random() < 0.6:
        return "\n\n".join(parts[:count])
    kept = sorted({0, *rng.sample(range(1, len(parts)), min(count - 1, len(parts) - 1))})
    return "\n\n".join(parts[index] for index in kept)


def local_paragraph(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    parts.insert(rng.randint(1, len(parts)), _filled(rng.choice(_LOCALS), rng))
    return "\n\n".join(parts)


def reorder(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    for _ in range(rng.randint(1, 3)):
        one, other = rng.sample(range(len(parts)), 2) if len(parts) > 1 else (0, 0)
        parts[one], parts[other] = parts[other], parts[one]
    return "\n\n".join(parts)


def drop_quotes(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    kept = [part for part in parts if not re.search(r"[\"“”]", part)]
    return "\n\n".join(kept if len(kept) >= 2 else parts)


def drop_sentences(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    kept = [part for index, part in enumerate(parts) if index == 0 or rng.random() > 0.2]
    return "\n\n".join(kept if len(kept) >= 2 else parts)


def retypeset(text: str, rng: random.Random) -> str:
    """Other quotation marks, dashes, line breaks, spelling: the house's style."""
    text = text.replace('"', rng.choice(('"', "''", "“"))).replace(" - ", rng.choice((" - ", " — ")))
    if rng.random() < 0.5:
        for british, american in _SPELLINGS:
            text = text.replace(british, american)
    if rng.random() < 0.3:
        text = re.sub(r"\n+", "\n", text)
    return text


def figures(text: str, rng: random.Random) -> str:
    """Numbers in figures."""
    return re.sub(r"\b(" + "|".join(_NUMBERS) + r")\b", lambda found: str(_NUMBERS[found[0]]), text)


def ocr(text: str, rng: random.Random, rate: float = 0.012) -> str:
    swaps = {"l": "1", "O": "0", "e": "c", "m": "rn", "rn": "m", "h": "b", "i": "l", "S": "5", "n": "u", "t": "f"}

    def garble(found: re.Match[str]) -> str:
        return swaps[found[0]] if rng.random() < rate * 4 else found[0]

    text = re.sub("[" + "".join(key for key in swaps if len(key) == 1) + "]", garble, text) if rate > 0 else text
    words = text.split(" ")
    return " ".join(word[:2] + "-\n" + word[2:] if len(word) > 7 and rng.random() < 0.02 else word for word in words)


def light_ocr(text: str, rng: random.Random) -> str:
    return ocr(text, rng, 0.002)


def typos(text: str, rng: random.Random, rate: float = 0.01) -> str:
    words = text.split(" ")
    for index, word in enumerate(words):
        if len(word) > 4 and rng.random() < rate:
            at = rng.randrange(1, len(word) - 2)
            words[index] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def synonyms(text: str, rng: random.Random, rate: float = 0.5) -> str:
    """So large a share of the words that have a synonym get another."""

    def change(found: re.Match[str]) -> str:
        return rng.choice(SYNONYMS[found[0]]) if rng.random() < rate else found[0]

    pattern = r"\b(" + "|".join(sorted(map(re.escape, SYNONYMS), key=len, reverse=True)) + r")\b"
    return re.sub(pattern, change, text)


def few_synonyms(text: str, rng: random.Random) -> str:
    return synonyms(text, rng, 0.06)


def fillers(text: str, rng: random.Random, rate: float = 0.25) -> str:
    def add(found: re.Match[str]) -> str:
        return f"{found[0]} {rng.choice(_FILLERS)}," if rng.random() < rate else found[0]

    return re.sub(r"\b(?:that|and|which|who|said)\b", add, text)


def update(text: str, rng: random.Random) -> str:
    """A later version: another count, a sentence of what came in since."""
    numbers = [found for found in re.finditer(r"\b\d[\d,.]*\b", text) if len(found[0]) < 5]
    if numbers:
        found = rng.choice(numbers)
        text = text[: found.start()] + str(rng.randint(11, 99)) + text[found.end() :]
    later = (
        "A spokesman said later that the matter was being looked into.",
        "More details were expected in the evening.",
    )
    return text + "\n\n" + rng.choice(later)


def paraphrase(text: str, rng: random.Random, rate: float = 0.5) -> str:
    """Sentences turned round as a sub-editor does it; so large a share of them is touched."""
    return "\n\n".join(
        " ".join(_turn(sentence, rng) if rng.random() < rate else sentence for sentence in _sentences(part))
        for part in _paragraphs(text)
    )


def _turn(sentence: str, rng: random.Random) -> str:
    days = "|".join(DAYS)
    turned = sentence
    if found := re.match(r"(.{20,}?), (?:said|told reporters|announced)(?: (.+?))?\.$", turned):
        turned = f"As {found[2] or 'officials'} put it, {found[1][0].lower()}{found[1][1:]}."
    elif found := re.match(
        r"(.{4,60}?) (?:said|announced|stated|noted|warned|reported|told reporters) that (.+)\.$", turned
    ):
        turned = rng.choice(
            (f"According to {found[1]}, {found[2]}.", f"{found[2][0].upper()}{found[2][1:]}, {found[1]} pointed out.")
        )
    elif found := re.match(rf"(.+?) on ({days})(.*)$", turned):
        head = found[1] if found[1].split()[0] not in ("The", "A", "An") else found[1][0].lower() + found[1][1:]
        turned = f"On {found[2]} {head}{found[3]}"
    elif found := re.match(r"(.{30,}?), (while|although|after|because|since|when|as) (.+)\.$", turned):
        turned = f"{found[2].capitalize()} {found[3]}, {found[1][0].lower()}{found[1][1:]}."
    elif found := re.match(r"(.{30,}?), (?:which|who) (.+)\.$", turned):
        turned = f"{found[1]}. It {found[2]}."
    elif found := re.match(r"(.{25,}?),? (and|but) (.+)\.$", turned):
        turned = f"{found[1]}. {found[2].capitalize()} {found[3]}."
    return synonyms(turned, rng, 0.3)


def merged(text: str, rng: random.Random, others: Sequence[str]) -> str:
    """A brief of the text beside briefs of other matters, as in a column of news in short."""
    brief = "\n\n".join(_paragraphs(text)[: rng.randint(4, 6)])
    rest = ["\n\n".join(_paragraphs(other)[:2]) for other in rng.sample(list(others), min(2, len(others)))]
    parts = [brief, *rest]
    rng.shuffle(parts)
    return "\n\n".join(parts)


# --- mixtures ----------------------------------------------------------------------------------------------------
_HOUSE: tuple[Edit, ...] = (agency_header, byline, headline, footer, retypeset, retypeset)
_LIGHT: tuple[Edit, ...] = (
    cut_tail,
    local_paragraph,
    few_synonyms,
    light_ocr,
    typos,
    figures,
    drop_quotes,
    update,
    trim,
)
_HEAVY: tuple[Edit, ...] = (
    trim, trim, local_paragraph, local_paragraph, reorder, synonyms, synonyms, paraphrase, paraphrase, drop_quotes,
    drop_sentences, ocr, fillers, figures, typos,
)  # fmt: skip


def lightly(text: str, rng: random.Random) -> str:
    """The house's style and one or two small changes."""
    for edit in rng.sample(_LIGHT[:-1], rng.randint(0, 2)):
        text = edit(text, rng)
    for edit in rng.sample(_HOUSE, rng.randint(1, 2)):
        text = edit(text, rng)
    return text


def heavily(text: str, rng: random.Random, others: Sequence[str] = ()) -> str:
    """Two to four large changes, and the house's style."""
    edits = list(dict.fromkeys(rng.sample(_HEAVY, rng.randint(2, 5))))[:4]
    for edit in edits:
        text = edit(text, rng)
    if others and rng.random() < 0.12:
        text = merged(text, rng, others)
    for edit in rng.sample(_HOUSE, rng.randint(0, 2)):
        text = edit(text, rng)
    return text


# --- moulds ------------------------------------------------------------------------------------------------------
def named_texts(path: Path) -> dict[str, str]:
    """Name → text, of a file in which a line ``@name`` begins each."""
    parts = re.split(r"^@(\S+)\n", path.read_text(), flags=re.MULTILINE)[1:]
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


_MOULDS = named_texts(_FOLDER / "moulds.txt")
MOULDS = tuple(_MOULDS)


def mould(kind: str, rng: random.Random) -> str:
    """A report from a mould: the phrases are those of its family, the facts its own."""
    return _cast(kind, _facts(rng))


def next_mould(kind: str, rng: random.Random, kept: float = 0.6) -> tuple[str, str]:
    """Two reports from a mould on two occasions of one thing, this year's and last year's: many names stay."""
    facts = _facts(rng)
    later = {name: value if rng.random() < kept else _facts(rng)[name] for name, value in facts.items()}
    later |= {name: value for name, value in _facts(rng).items() if name in _CHANGING}
    return _cast(kind, facts), _cast(kind, later)


_CHANGING = frozenset(
    ["f", "f2", "g3", "h", "g", "g2", "i", "i2", "k", "l", "r", "s", "t", "age", "y", "goals", "month", "d", "d2"]
)


def _cast(kind: str, facts: dict[str, object]) -> str:
    return _MOULDS[kind].format(**facts).replace("\n", "\n\n")


def _facts(rng: random.Random) -> dict[str, object]:
    countries, cities, names = (rng.sample(pool, 4) for pool in (COUNTRIES, CITIES, NAMES))
    up = rng.random() < 0.5

    def decimal(low: float, high: float) -> str:
        return f"{rng.uniform(low, high):.1f}"

    return {
        "x": countries[0],
        "w": countries[1],
        "z": countries[2],
        "c": cities[0],
        "e": cities[1],
        "n": names[0],
        "m": names[1],
        "first": rng.choice(("Josef", "Arturo", "Kwame", "Nils", "Hamid", "Tomas")),
        "d": rng.choice(DAYS),
        "d2": rng.choice(DAYS),
        "up": "higher" if up else "lower",
        "moving": "rising" if up else "falling",
        "gainers": "gainers" if up else "losers",
        "beat": rng.choice(("beat", "missed")),
        "side": rng.choice(("west", "north", "south-east")),
        "held": rng.choice(("held", "kept", "left", "raised", "cut")),
        "f": decimal(0.2, 7.9),
        "f2": decimal(1, 9),
        "g3": decimal(1, 9),
        "h": decimal(0.5, 5),
        "g": rng.randint(3, 29),
        "g2": rng.randint(12, 59),
        "i": f"{rng.randint(1200, 9800):,}",
        "i2": rng.randint(2, 31),
        "k": rng.randint(60, 990),
        "l": rng.randint(30, 990),
        "r": decimal(1, 140),
        "s": decimal(1, 140),
        "t": decimal(45, 110),
        "age": rng.randint(71, 99),
        "y": rng.randint(1948, 1979),
        "kids": rng.randint(2, 7),
        "grand": rng.randint(2, 12),
        "goals": f"{rng.randint(2, 5)}-{rng.randint(0, 1)}",
        "month": rng.choice(MONTHS),
        "place": rng.choice(("first", "second", "third", "fourth")),
        "subject": rng.choice(
            ("fishing rights", "visa rules", "a customs union", "the border bridge", "grain transit")
        ),
    }

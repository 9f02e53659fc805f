"""Reprints as desks make them, and texts that only look like reprints: what near-duplicate search is measured on.

Everything is a function of a random generator, so a set can be made again. `lightly` and `heavily` are mixtures of the
single edits; `moulds` gives families of reports that share their phrases and nothing else.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

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
_SYNONYMS = """
said=stated|declared|remarked told=informed announced=made public|declared agreed=consented signed=inked|put their names to
talks=negotiations|discussions meeting=session|gathering government=cabinet|administration governments=cabinets
minister=secretary|office-holder ministers=secretaries officials=functionaries|authorities leader=chief reporters=journalists
journalists=reporters people=persons|residents about=some|roughly nearly=almost almost=nearly more than=over over=above
after=following before=ahead of during=in the course of because=since|as since=because although=though while=whereas
but=yet however=still also=too|as well only=just|merely first=initial last=final new=fresh old=former|earlier big=large
large=big small=little many=numerous several=a number of some=a few most=the bulk of both=the two all=every one of
ask=request asked=requested|called on demanded=insisted on wants=would like wanted=wished offers=proposes offered=proposed
promised=pledged|undertook pledged=promised hopes=trusts hoped=was hopeful fear=worry feared=worried warned=cautioned
praised=lauded|commended criticised=faulted rejected=turned down|dismissed denied=disputed accused=charged blamed=held responsible
began=started|commenced started=began ended=finished|closed closed=shut opened=inaugurated stopped=halted left=departed
arrived=came|turned up came=arrived went=travelled sent=dispatched gave=handed given=handed took=brought brought=carried
held=kept kept=held found=discovered|established saw=witnessed showed=revealed built=erected|constructed cost=came to
pays=foots the bill paid=settled lost=forfeited killed=dead died=perished rose=climbed fell=dropped dropped=fell
cut=reduced doubled=grew twofold year=twelvemonth years=seasons month=four weeks week=seven days days=dates night=evening
morning=early hours hours=hrs early=soon late=tardy plan=scheme|project scheme=plan deal=agreement|accord agreement=deal
accord=pact pact=accord treaty=compact ruling=verdict case=matter court=tribunal judges=justices law=statute rule=norm
money=funds funds=money costs=expenses price=cost prices=rates firm=company|business company=firm firms=companies
workers=employees|labourers jobs=posts union=labour organisation ship=vessel|boat vessel=ship boat=craft ships=vessels
plane=aircraft planes=aircraft road=route|highway roads=routes bridge=crossing building=house school=college
children=youngsters|kids village=hamlet villages=hamlets town=municipality city=town countries=nations|states
country=nation|state nations=countries neighbours=states next door neighbour=country next door border=frontier
frontier=border sea=ocean coast=shore shore=coast water=waters river=stream flood=inundation rain=rainfall fire=blaze
army=military soldiers=troops troops=soldiers police=officers weapons=arms help=assist|aid helped=assisted aid=assistance
show=reveal need=require needs=requires must=has to should=ought to may=might can=is able to cannot=is unable to
will=is going to again=once more already=by now still=even now soon=shortly often=frequently never=at no time
usually=as a rule probably=presumably quickly=fast slowly=at leisure hardly=barely close=near near=close to
around=round among=amid between=in between against=counter to without=lacking within=inside under=beneath
through=by way of across=throughout along=by behind=at the back of beside=next to including=among them according to=in the words of
""".strip()


def _table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for key, values in re.findall(r"(\S+(?: to| than)?)=(.+?)(?= \S+(?: to| than)?=|$)", " ".join(_SYNONYMS.split())):
        table[key] = values.split("|")
    return table


SYNONYMS = _table()
_SPELLINGS = (
    ("per cent", "percent"), ("kilometres", "kilometers"), ("metres", "meters"), ("tonnes", "tons"), ("harbour", "harbor"),
    ("programme", "program"), ("centre", "center"), ("labour", "labor"), ("defence", "defense"), ("licence", "license"),
    ("neighbour", "neighbor"), ("colour", "color"), ("favour", "favor"), ("organis", "organiz"), ("recognis", "recogniz"),
    ("apologis", "apologiz"), ("travell", "travel"), ("grey", "gray"), ("towards", "toward"),
)  # fmt: skip
_NUMBERS = dict(
    zip(
        "two three four five six seven eight nine ten eleven twelve fourteen fifteen seventeen nineteen twenty thirty forty "
        "fifty sixty seventy ninety".split(),
        (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 17, 19, 20, 30, 40, 50, 60, 70, 90),
        strict=True,
    )
)
_FILLERS = ("reportedly", "apparently", "notably", "meanwhile", "in effect", "for now", "by all accounts", "once again")
_LOCALS = (
    "Readers in our region will remember that a choir from the valley toured there some summers ago.",
    "A spokeswoman for the chamber of commerce here said that local dealers were watching the matter closely.",
    "The university in our town has kept an exchange programme with partners over there for more than a decade.",
    "Our paper reported last winter that a bakery on Market Street sends biscuits as far as those shores.",
    "Mayor {n}, asked at the weekly market in {c}, declined to comment on affairs so far from the town hall.",
    "{n} Brothers, a family firm from {c} with {k} employees, does business there and hopes that orders will not suffer.",
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
    form = rng.choice(("{C}, {m} {d} ({w}) - ", "{C} ({w}) — ", "{C}, {m}. {d} -- ", "({w}) ", "{C} — ", "{c}: ", "{C}/{w}: "))
    return form.format(C=city.upper(), c=city, d=day, m=month[:3], w=rng.choice(WIRES)) + text


def byline(text: str, rng: random.Random) -> str:
    name = f"{rng.choice('ABCDEFGHJ')}. {rng.choice(NAMES)}"
    return rng.choice((f"By {name}\n\n{text}", f"By {name}, {rng.choice(WIRES)}\n\n{text}", f"{text}\n\n{name}"))


def headline(text: str, rng: random.Random) -> str:
    """A headline of the desk's own in the body, made of some words of the lead."""
    lead = _paragraphs(text)[0].split()
    words = [word.strip(",.\"") for word in lead if len(word) > 4]
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
    later = ("A spokesman said later that the matter was being looked into.", "More details were expected in the evening.")
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
    elif found := re.match(r"(.{4,60}?) (?:said|announced|stated|noted|warned|reported|told reporters) that (.+)\.$", turned):
        turned = rng.choice(
            (f"According to {found[1]}, {found[2]}.", f"{found[2][0].upper()}{found[2][1:]}, {found[1]} pointed out.")
        )
    elif found := re.match(rf"(.+?) on ({days})(.*)$", turned):
        turned = f"On {found[2]} {found[1][0].lower() if found[1].split()[0] in ('The', 'A', 'An') else found[1][0]}{found[1][1:]}{found[3]}"
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
_LIGHT: tuple[Edit, ...] = (cut_tail, local_paragraph, few_synonyms, light_ocr, typos, figures, drop_quotes, update, trim)
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
_MOULDS = {
    "market": """Shares in {c} closed {up} on {d}, with the benchmark index {moving} {f} per cent to {i} points as investors weighed new figures on inflation.
{n} Industries led the {gainers}, {moving} {g} per cent after it published quarterly results that {beat} the forecasts of analysts.
Turnover came to {k} million, compared with {l} million the day before, the exchange said in its daily report.
"The market is waiting for a signal from the central bank," said {m} of {n} Securities.
In currency trading the dollar stood at {r}, against {s} late on the previous day.
Crude oil for delivery next month was quoted at {t} dollars a barrel. The yield of ten-year bonds was little changed.""",
    "weather": """The meteorological office in {c} issued a warning on {d} as a front with heavy rain and strong winds moved in from the {side}.
Gusts of up to {k} kilometres an hour are expected on exposed coasts, and between {g} and {l} millimetres of rain may fall within a day.
Motorists were told to allow more time and to keep away from flooded roads; {m} and {n} districts are likely to be hit hardest.
Ferries between {c} and {e} may be delayed or cancelled at short notice.
Temperatures will reach {i2} degrees, a little {up} than usual for the season. Conditions should improve on {d2}.""",
    "obituary": """{first} {n}, who represented {x} as a diplomat for {g2} years and took part in the talks that led to the {e} accord, died on {d} in {c}. He was {age}.
The family announced the death without giving a cause.
Born in {e} as the son of a teacher, {n} studied law and joined the foreign service in {y}.
He was ambassador to {w} and later to {z}, where he is remembered for his dry humour and his love of chess.
"We have lost a patient man and a good friend," foreign minister {m} said in a statement.
{n} is survived by his wife, {kids} children and {grand} grandchildren. A service will be held in {c} on {d2}.""",
    "match": """{x} beat {w} {goals} in {c} on {d} to move up to {place} place in their qualifying group.
{n} opened the scoring after {g2} minutes, and {m} added a second shortly before the break when the defence failed to clear a corner.
The visitors had more of the ball after the interval but could not find a way past the goalkeeper, who made {kids} saves.
"We were well organised and took our chances," the coach said after the final whistle in front of {l} thousand spectators.
The result leaves {w} with {grand} points from their last five matches. The next round is played on {d2}.""",
    "summit": """Leaders of the Regional Forum ended their annual summit in {c} on {d} with a joint declaration on trade, climate and security.
The host, Prime Minister {n} of {x}, spoke of a frank and constructive exchange among {g2} delegations.
The declaration calls for closer cooperation, condemns violence against civilians and welcomes the report of the secretary-general.
President {m} of {w} said that more had to be done for small states, and announced a contribution of {k} million dollars to the common fund.
No agreement was reached on the {subject}, a matter that will be taken up again by the foreign ministers in {month}.
The next summit will be held in {e}. Before the family photograph the leaders planted a tree.""",
    "bank": """The central bank of {x} {held} its key interest rate at {f} per cent on {d}, in line with the expectations of most economists.
Governor {n} said that the outlook for prices remained uncertain and that the board would act as necessary.
Inflation came in at {g3} per cent in {month}, after {f2} per cent the month before.
The bank expects the economy to grow by {h} per cent this year. "Risks are balanced," the statement said.
Analyst {m} of {e} Capital expects no further step before the autumn. The currency was little changed after the announcement.""",
    "visit": """President {n} of {x} arrived in {c} on {d} for a two-day official visit at the invitation of his counterpart {m}.
He was received at the airport by the foreign minister and inspected a guard of honour before the two presidents met for talks.
They discussed bilateral relations, trade and regional questions of mutual interest, the presidency of {w} said.
Several agreements are to be signed, among them a memorandum on {subject}. Trade between {x} and {w} amounted to {k} million dollars last year.
The visit will end on {d2} with a meeting with business leaders and a wreath-laying ceremony.""",
    "quake": """An earthquake of magnitude {f} struck off the coast of {x} on {d}, the geological survey said, with no immediate reports of damage or casualties.
The tremor was centred {k} kilometres from {c} at a depth of {g2} kilometres. No tsunami warning was issued.
Residents of {e} told local radio that they had felt shaking for several seconds and had run into the streets.
"We are checking schools and hospitals," said {n} of the disaster office. The region lies on a fault where tremors are frequent.""",
    "briefing": """Foreign ministry spokeswoman {n} told a regular briefing in {c} on {d} that {x} was closely following developments in {w} and called on all parties to exercise restraint.
Asked about {subject}, she said that she had nothing to add to what had been said before.
She confirmed that Foreign Minister {m} would travel to {z} on {d2} and would meet his counterpart there.
The spokeswoman also expressed condolences over the accident in {e}, in which {g2} people lost their lives, and said that consular staff were in touch with the authorities.""",
}  # fmt: skip


def mould(kind: str, rng: random.Random) -> str:
    """A report from a mould: the phrases are those of its family, the facts its own."""
    countries, cities, names = (rng.sample(pool, 4) for pool in (COUNTRIES, CITIES, NAMES))
    up = rng.random() < 0.5

    def decimal(low: float, high: float) -> str:
        return f"{rng.uniform(low, high):.1f}"

    values = dict(
        x=countries[0], w=countries[1], z=countries[2], c=cities[0], e=cities[1], n=names[0], m=names[1],
        first=rng.choice(("Josef", "Arturo", "Kwame", "Nils", "Hamid", "Tomas")), d=rng.choice(DAYS), d2=rng.choice(DAYS),
        up="higher" if up else "lower", moving="rising" if up else "falling", gainers="gainers" if up else "losers",
        beat=rng.choice(("beat", "missed")), side=rng.choice(("west", "north", "south-east")),
        held=rng.choice(("held", "kept", "left", "raised", "cut")), f=decimal(0.2, 7.9), f2=decimal(1, 9), g3=decimal(1, 9),
        h=decimal(0.5, 5), g=rng.randint(3, 29), g2=rng.randint(12, 59), i=f"{rng.randint(1200, 9800):,}",
        i2=rng.randint(2, 31), k=rng.randint(60, 990), l=rng.randint(30, 990), r=decimal(1, 140), s=decimal(1, 140),
        t=decimal(45, 110), age=rng.randint(71, 99), y=rng.randint(1948, 1979), kids=rng.randint(2, 7),
        grand=rng.randint(2, 12), goals=f"{rng.randint(2, 5)}-{rng.randint(0, 1)}", month=rng.choice(MONTHS),
        place=rng.choice(("first", "second", "third", "fourth")),
        subject=rng.choice(("fishing rights", "visa rules", "a customs union", "the border bridge", "grain transit")),
    )  # fmt: skip
    return _MOULDS[kind].format(**values).replace("\n", "\n\n")


MOULDS = tuple(_MOULDS)

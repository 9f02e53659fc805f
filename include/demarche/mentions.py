"""Who, where and when a text names: from one parsed document to its mentions.

One pass over the tokens finds what the gazetteer knows; the model's named entities add names that it does not know.
Titles, bodies of state and groups of people then gather their country from adjective, possessive or of-phrase, and
titles find their bearers, before or after the name. Last come the words that only point back: surnames, pronouns,
"the Cuban leader", "his counterpart", "both sides". What a text leaves open stays open: ``entity_id`` is None.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from demarche import dates
from demarche.codebook.names import fold, longest_phrases
from demarche.entities import EXECUTIVE_LEVELS, FAMILY_FIRST, Gazetteer, Name, Term
from demarche.places import Places
from demarche.records import Mention, record_id

if TYPE_CHECKING:
    from spacy.tokens import Doc

_JOINERS = frozenset({"-", "–", "‑", "'", "’", "."})
_HYPHENS = frozenset({"-", "–", "‑"})
_NOMINAL = frozenset({"NOUN", "PROPN"})
_INSIDE_PHRASE = frozenset({"ADJ", "NOUN", "PROPN", "NUM", "DET"})
_PLACE_LABELS = frozenset({"GPE", "LOC", "FAC"})
_NO_NAME_LABELS = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY"})
_PLACE_PREPOSITIONS = frozenset(
    {"in", "at", "near", "outside", "around", "toward", "towards", "into", "within", "inside", "across", "through",
     "throughout", "via", "to", "from", "over", "off", "of"}
)  # fmt: skip
_ACTING = frozenset({"nsubj", "csubj", "agent", "dative"})
_SUBJECT = frozenset({"nsubj", "nsubjpass"})
_DOMESTIC = frozenset({"COP", "JUD", "SPY", "OPP", "CVL", "REB", "UAF", "LAB", "EDU", "MED", "AGR"})
_MODIFYING = frozenset({"adjective", "state", "people"})
_GOING_AND_HITTING = frozenset({"visit", "reach", "leave", "enter", "tour", "flee", "bomb", "shell", "hit", "strike", "seize",
                                "capture", "rock", "besiege", "storm", "approach"})  # fmt: skip
_STANDING = frozenset({"lie", "sit", "locate", "situate"})
_SIDE_PREPOSITIONS = frozenset({"with", "by", "between", "against", "on", "for", "among", "upon"})
_PAST_HOLDER = frozenset({"former", "ex", "late", "then", "previous", "next", "incoming", "elect", "onetime", "future"})
_RELATIVES = frozenset({"wife", "husband", "son", "daughter", "brother", "sister", "father", "mother", "aide", "lawyer"})
_BACKED = frozenset({"backed", "led", "allied", "sponsored", "supported", "based", "controlled", "occupied", "born",
                     "funded", "trained", "aligned", "linked", "held", "made", "administered", "brokered"})  # fmt: skip
_LINKED_LEVELS = frozenset({"head_of_state", "head_of_government", "foreign_minister", "defence_minister", "leader",
                            "organisation_head"})  # fmt: skip
_MASCULINE = frozenset({"he", "him", "his", "himself"})
_FEMININE = frozenset({"she", "her", "hers", "herself"})
_PLURAL = frozenset({"they", "them", "their", "theirs", "themselves"})
_NEUTER = frozenset({"it", "its", "itself"})
_MALE_TITLES = frozenset({"mr", "sir", "king", "prince", "crown prince", "chairman", "spokesman", "pope", "emir",
                          "sultan", "emperor", "congressman", "lord", "businessman"})  # fmt: skip
_FEMALE_TITLES = frozenset({"mrs", "ms", "miss", "queen", "princess", "chairwoman", "spokeswoman", "dame", "first lady",
                            "congresswoman", "businesswoman"})  # fmt: skip
_PAIR_NOUNS = frozenset({"country", "nation", "state", "side", "government", "neighbor", "neighbour", "capital", "rival",
                         "ally", "power"})  # fmt: skip
_PAIR_PEOPLE = frozenset({"leader", "president", "man", "minister", "premier", "diplomat", "official"})
_WHOLE = ("state", "organisation", "body")
_ORDER = ("state", "adjective", "organisation", "metonym", "capital", "person", "people")
_KOREAN_SURNAMES = frozenset({"kim", "lee", "park", "moon", "choi", "jung", "kang", "cho", "yoon", "ri", "pak", "choe",
                              "xi", "wang", "li", "zhang", "liu", "nguyen", "shin", "hwang", "han", "yun"})  # fmt: skip


@dataclass(slots=True, eq=False)
class _Span:
    """A mention in the making; ``start`` and ``end`` count tokens, ``head`` is the token that carries it."""

    start: int
    end: int
    head: int
    kind: str  # a mention type
    rule: str
    score: float
    entity_id: str | None = None
    name: str | None = None
    country: str | None = None
    sector: str | None = None
    office: str | None = None
    level: str | None = None
    place_id: str | None = None
    gender: str | None = None
    plural: bool = False
    source: str = ""  # the gazetteer's kind of name: adjective, capital, …
    open_office: bool = False  # a title whose bearer is still to be found
    is_past: bool = False  # former, then: not the holder of today


@dataclass(slots=True)
class _Tokens:
    """The columns of a Doc that are read more than once, as lists."""

    text: list[str]
    lower: list[str]
    folded: list[str]
    singular: list[str]
    pos: list[str]
    tag: list[str]
    dep: list[str]
    head: list[int]
    lemma: list[str]
    sentence: list[int]
    label: list[str]

    @classmethod
    def of(cls, doc: Doc) -> _Tokens:
        text = [token.text for token in doc]
        lemma = [token.lemma_ for token in doc]
        pos = [token.pos_ for token in doc]
        sentence: list[int] = []
        for number, one in enumerate(doc.sents):
            sentence.extend([number] * len(one))
        folded = [fold(word) for word in text]
        return cls(
            text=text,
            lower=[word.lower() for word in text],
            folded=folded,
            singular=[_singular(word) if kind in _NOMINAL else word for word, kind in zip(folded, pos, strict=True)],
            pos=pos,
            tag=[token.tag_ for token in doc],
            dep=[token.dep_ for token in doc],
            head=[token.head.i for token in doc],
            lemma=lemma,
            sentence=sentence,
            label=[token.ent_type_ for token in doc],
        )


_IRREGULAR = {"men": "man", "women": "woman", "children": "child", "people": "people", "policemen": "policeman",
              "gunmen": "gunman", "servicemen": "serviceman", "tribesmen": "tribesman", "businessmen": "businessman",
              "militiamen": "militiaman", "fishermen": "fisherman", "spokesmen": "spokesman", "ministries": "ministry",
              "authorities": "authority", "chargés": "chargé", "armies": "army", "navies": "navy", "embassies": "embassy",
              "spies": "spy", "companies": "company", "deputies": "deputy", "parties": "party", "charities": "charity",
              "families": "family", "mercenaries": "mercenary", "paramilitaries": "paramilitary", "agencies": "agency",
              "secretaries": "secretary", "attorneys": "attorney", "consuls": "consul", "communities": "community",
              "countries": "country", "allies": "ally", "monarchies": "monarchy", "presidencies": "presidency",
              "businesses": "business"}  # fmt: skip


def _singular(word: str) -> str:
    known = _IRREGULAR.get(word)
    if known:
        return known
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us")) else word


def find_mentions(
    doc: Doc,
    *,
    document_id: str,
    partition_key: str,
    published_date: date | None,
    gazetteer: Gazetteer,
    places: Places,
) -> tuple[Mention, ...]:
    """The mentions of a parsed document in the order of the text.

    ``doc`` needs tags, lemmas, a parse with sentence bounds and named entities. ``published_date`` decides who held
    an office; without it offices stay unlinked unless the text itself names the bearer. Several mentions with the
    same offsets mean that the words stand for several entities ("both sides").
    """
    if not len(doc):
        return ()
    spans = _Reader(doc, published_date, gazetteer, places).read()
    mentions: list[Mention] = []
    ordinals: dict[tuple[int, int, str], int] = defaultdict(int)
    body = doc.text
    for span in spans:
        start = doc[span.start].idx
        last = doc[span.end - 1]
        end = last.idx + len(last)
        ordinal = ordinals[start, end, span.kind]
        ordinals[start, end, span.kind] += 1
        mentions.append(
            Mention(
                mention_id=record_id("m", document_id, start, end, span.kind, ordinal),
                document_id=document_id,
                partition_key=partition_key,
                start_offset=start,
                end_offset=end,
                text=body[start:end],
                mention_type=span.kind,
                entity_id=span.entity_id,
                name=span.name,
                country_code=span.country,
                sector_type=span.sector,
                office_name=span.office,
                place_id=span.place_id,
                link_rule=span.rule,
                link_score=round(span.score, 3),
            )
        )
    for found in dates.find(body):
        mentions.append(
            Mention(
                mention_id=record_id("m", document_id, found.start_offset, found.end_offset, "time", 0),
                document_id=document_id,
                partition_key=partition_key,
                start_offset=found.start_offset,
                end_offset=found.end_offset,
                text=body[found.start_offset : found.end_offset],
                mention_type="time",
                link_rule="time",
            )
        )
    return tuple(sorted(mentions, key=lambda one: (one.start_offset, one.end_offset, one.mention_id)))


class _Reader:
    """Reads one document; every method adds to ``spans`` or completes what is there."""

    def __init__(self, doc: Doc, day: date | None, gazetteer: Gazetteer, places: Places) -> None:
        self.doc = doc
        self.day = day
        self.gazetteer = gazetteer
        self.places = places
        self.tokens = _Tokens.of(doc)
        self.spans: list[_Span] = []
        self.at: list[_Span | None] = [None] * len(doc)  # the span that covers a token
        self.folded_text: str | None = None
        self.titles: set[int] = set()  # tokens that were read as somebody's title

    def read(self) -> list[_Span]:
        """All spans, in the order of the text."""
        self.find_names()
        self.find_halves_of_korea()
        self.find_model_persons()
        self.find_terms()
        self.find_model_entities()
        self.find_surnames()
        self.spans = [span for span in self.spans if span.rule != "dropped"]
        self.spans.sort(key=lambda span: (span.start, span.end))
        return _Pointers(self).resolve()

    # --- names that the gazetteer knows ------------------------------------------------------------------------
    def find_names(self) -> None:
        """States, adjectives, organisations, persons and places by their names, the longest first."""
        position, tokens = 0, self.tokens
        pending_places = []
        while position < len(tokens.text):
            if not tokens.text[position][:1].isupper() and not self._may_begin_low(position):
                position += 1
                continue
            end, meanings = self._longest(position)
            place_end = self._place_end(position)
            if meanings and end >= place_end and (span := self._name_span(position, end, meanings)):
                self._add(span)
                position = end
            elif place_end > position:
                pending_places.append((position, place_end))
                position = place_end
            else:
                position += 1
        countries = {span.country for span in self.spans if span.country}
        for start, end in pending_places:
            self._add_place(start, end, countries)

    def find_halves_of_korea(self) -> None:
        """"The North", "the South": states in a text that speaks of Korea."""
        tokens = self.tokens
        if not {span.country for span in self.spans} & {"PRK", "KOR"}:
            return
        for position in range(1, len(tokens.text)):
            if tokens.text[position] not in ("North", "South") or tokens.lower[position - 1] != "the":
                continue
            if self.at[position] is not None or tokens.pos[position + 1 : position + 2] == ["PROPN"]:
                continue
            state = self.gazetteer.states["PRK" if tokens.text[position] == "North" else "KOR"]
            self._add(
                _Span(position, position + 1, position, "state", "description", 0.8, state.country_code, state.name,
                      state.country_code, "GOV", place_id=state.place_id, source="state")
            )  # fmt: skip

    def _may_begin_low(self, position: int) -> bool:
        following = self.tokens.text[position + 2 : position + 3] or self.tokens.text[position + 1 : position + 2]
        return self.tokens.lower[position] in ("al", "el", "ash", "an") and bool(following) and following[0][:1].isupper()

    def _longest(self, position: int) -> tuple[int, tuple[Name, ...]]:
        best: tuple[int, tuple[Name, ...]] = (position, ())
        for end, key in self._phrases(position, self.gazetteer.longest):
            if key in self.gazetteer.names:
                best = (end, self.gazetteer.names[key])
        return best

    def _phrases(self, position: int, longest: Mapping[str, int]) -> Iterator[tuple[int, str]]:
        """The phrases that begin at a token and may be listed, as (token after the last, folded words)."""
        folded = self.tokens.folded
        words = folded[position]
        first = words.partition(" ")[0]
        limit = longest.get(first, 0)
        if self.tokens.lower[position + 1 : position + 2] in (["'s"], ["’s"]):
            limit = max(limit, longest.get(f"{first}s", 0))  # "Lord's", which is folded to one word
        if not limit:
            return
        count = words.count(" ") + 1
        end = position + 1
        while count <= limit:
            yield end, words
            while end < len(folded) and not folded[end] and self.tokens.text[end] in _JOINERS:
                end += 1
            if end >= len(folded) or not folded[end]:
                return
            if self.tokens.lower[end] in ("'s", "’s"):
                words += "s"
                end += 1
                continue
            words = f"{words} {folded[end]}"
            count += folded[end].count(" ") + 1
            end += 1

    def _name_span(self, start: int, end: int, meanings: Sequence[Name]) -> _Span | None:
        text = self.doc.text[self.doc[start].idx : self.doc[end - 1].idx + len(self.doc[end - 1])]
        shouted = sum(map(str.isupper, text)) > 1
        spoken = len(text) >= 4 and self.tokens.pos[start] == "PROPN"  # "Nato", "Farc": acronyms that are words
        usable = [one for one in meanings if (shouted or spoken or not one.is_acronym) and not text.islower()]
        if not usable or self._is_part_of_person_name(start, end):
            return None
        folded = fold(text)
        if folded in self.gazetteer.hints and (len(usable) > 1 or len(self.gazetteer.hints[folded]) > 1):
            decided = self.gazetteer.decide(folded, self._hints(folded))
            if decided is None:
                return self._span(start, end, usable[0], open_name=True)
            kind, known = decided
            if kind == "place":
                site = next((place for place, _ in self.places.named(folded) if place.place_id == known), None)
                if site is None:
                    return None
                return _Span(
                    start, end, end - 1, "place", "name", 0.8, site.place_id, site.name, site.country_code,
                    place_id=site.place_id,
                )  # fmt: skip
            usable = [one for one in usable if one.entity_id == known] or usable
        kinds = {one.kind for one in usable}
        if kinds == {"adjective"} and self.tokens.lower[start - 1 : start] == ["in"] and self.tokens.head[end - 1] < end:
            return None  # a language
        if {"state", "adjective"} <= kinds:
            modifies = self.tokens.dep[end - 1] in ("compound", "amod", "nmod") and self.tokens.head[end - 1] >= end
            usable = [one for one in usable if one.kind != ("state" if modifies else "adjective")]
        meaning = min(usable, key=lambda one: (_ORDER.index(one.kind), str(one.entity_id)))
        rivals = {one.entity_id for one in usable if one.kind == meaning.kind}
        if len(rivals) > 1 and meaning.kind == "person":
            known_id = self.gazetteer.person(text, self.day)
            if known_id is None:
                return self._span(start, end, meaning, open_name=True)
            meaning = next(one for one in usable if one.entity_id == known_id)
        elif len(rivals) > 1:
            return self._span(start, end, meaning, open_name=True)
        return self._span(start, end, meaning)

    def _hints(self, folded: str) -> set[str]:
        if self.folded_text is None:
            self.folded_text = f" {' '.join(word for word in self.tokens.folded if word)} "
        wanted = {hint for _, _, _, hints in self.gazetteer.hints[folded] for hint in hints}
        return {hint for hint in wanted if f" {hint} " in self.folded_text}

    def _is_part_of_person_name(self, start: int, end: int) -> bool:
        """Whether a single word is the last part of a longer personal name ("Michael Jordan", "Chad Smith")."""
        if end - start > 1 or self.tokens.label[start] != "PERSON":
            return False
        before = start > 0 and self.tokens.label[start - 1] == "PERSON" and self.doc[start].ent_iob_ == "I"
        after = end < len(self.tokens.text) and self.tokens.label[end] == "PERSON" and self.doc[end].ent_iob_ == "I"
        neighbour = start - 1 if before else end
        if not (before or after) or self.at[neighbour] is not None:
            return False
        return self.tokens.pos[neighbour] == "PROPN" and self.tokens.folded[neighbour] not in self.gazetteer.terms

    def _span(self, start: int, end: int, meaning: Name, *, open_name: bool = False) -> _Span:
        kind = {"adjective": "state", "capital": "place", "metonym": "body", "people": "group"}.get(
            meaning.kind, meaning.entity_type
        )
        span = _Span(
            start, end, end - 1, kind, "name" if meaning.kind != "adjective" else "adjective", 0.95,
            entity_id=meaning.entity_id if meaning.kind != "people" else None,
            name=meaning.name if meaning.kind != "people" else None,
            country=meaning.country_code, sector=meaning.sector_type, source=meaning.kind,
            plural=meaning.kind == "people",
        )  # fmt: skip
        if open_name:
            span.entity_id = span.name = span.country = None
            span.rule, span.score = "ambiguous", 0.2
            return span
        if kind == "state" and meaning.country_code:
            span.place_id = self.gazetteer.states[meaning.country_code].place_id
        if meaning.kind == "person":
            self._complete_person(span)
        if meaning.kind == "capital":
            self._decide_capital(span)
        return span

    def _complete_person(self, span: _Span) -> None:
        known = self.gazetteer.persons[str(span.entity_id)]
        span.gender = known.gender
        held = self.gazetteer.offices_of(span.entity_id, self.day)
        if held:
            span.office, span.level = held[0].office_name, held[0].level
            span.country = held[0].country_code or (known.country_code if not held[0].organisation_id else None)
            body = self.gazetteer.organisations.get(held[0].organisation_id or "")
            span.sector = body.sector_type if body else "GOV"

    def _decide_capital(self, span: _Span) -> None:
        """A capital is its state where it acts or is dealt with, and a place where things happen."""
        tokens, head = self.tokens, span.head
        state = self.gazetteer.states[str(span.country)]
        role = self._role(head)
        before = tokens.lower[span.start - 1] if span.start else ""
        after = tokens.lower[span.end] if span.end < len(tokens.text) else ""
        acts = role in _ACTING and tokens.lemma[self._governor(head)] not in _STANDING
        possesses = after in ("'s", "’s", "'", "’")
        verb = tokens.lemma[self._governor(head)]
        dealt_with = before in _SIDE_PREPOSITIONS or role in ("dobj", "nsubjpass") and verb not in _GOING_AND_HITTING
        if before not in _PLACE_PREPOSITIONS and (acts or possesses or dealt_with):
            span.kind, span.rule, span.score, span.source = "state", "metonym", 0.85, "state"
            span.entity_id, span.name, span.sector = state.country_code, state.name, "GOV"
            return
        place = self.places.capital(fold(self.doc[span.start : span.end].text), str(span.country))
        span.kind, span.rule, span.sector = "place", "name", None
        span.entity_id = span.place_id = place.place_id if place else None
        span.name = place.name if place else state.capital

    def _governor(self, token: int) -> int:
        while self.tokens.dep[token] == "conj" and self.tokens.head[token] != token:
            token = self.tokens.head[token]
        return self.tokens.head[token]

    def _role(self, token: int) -> str:
        while self.tokens.dep[token] == "conj" and self.tokens.head[token] != token:
            token = self.tokens.head[token]
        return self.tokens.dep[token]

    def _place_end(self, position: int) -> int:
        tokens = self.tokens
        best = position
        for end, key in self._phrases(position, self.places.longest):
            if key in self.places.sites or (key in self.places.cities and self._reads_as_place(position, end, key)):
                best = end
        if best == position or tokens.pos[position] not in ("PROPN", "NOUN", "ADJ"):
            return position
        return best

    def _reads_as_place(self, start: int, end: int, key: str) -> bool:
        labels = set(self.tokens.label[start:end])
        if labels & _PLACE_LABELS:
            return True
        if labels & _NO_NAME_LABELS:
            return False
        if labels & {"PERSON", "NORP"} and self.tokens.lower[start - 1 : start] != ["in"]:
            return False
        if self.tokens.pos[end - 1] != "PROPN":
            return False
        before = self.tokens.lower[start - 1] if start else ""
        largest = int(self.places.cities[key].partition("\n")[0].split(",")[5])
        return before in ("in", "at", "near", "from", "to", "outside") or largest >= 500_000

    def _add_place(self, start: int, end: int, countries: set[str]) -> None:
        if any(self.at[position] for position in range(start, end)):
            return
        folded = " ".join(word for word in self.tokens.folded[start:end] if word)
        after = self.at[end + 1] if end + 1 < len(self.at) and self.tokens.text[end] == "," else None
        place = self.places.find(folded, {after.country} if after and after.country else countries)
        if place is None:
            self._add(_Span(start, end, end - 1, "place", "ambiguous", 0.2))
            return
        self._add(
            _Span(start, end, end - 1, "place", "name", 0.8, place.place_id, place.name, place.country_code,
                  place_id=place.place_id)
        )  # fmt: skip

    def _add(self, span: _Span) -> None:
        self.spans.append(span)
        for position in range(span.start, span.end):
            self.at[position] = span

    # --- names that only the model knows -------------------------------------------------------------------------
    def find_model_persons(self) -> None:
        """Persons that the model names and the gazetteer does not."""
        for entity in self.doc.ents:
            if entity.label_ == "PERSON":
                self._add_model_person(entity.start, entity.end)

    def find_model_entities(self) -> None:
        """Organisations, peoples and places that the model names and nothing else has read."""
        for entity in self.doc.ents:
            label = entity.label_
            if label == "ORG":
                self._add_model_organisation(entity.start, entity.end)
            elif label in ("GPE", "NORP") and not any(self.at[entity.start : entity.end]):
                start, end = self._trim(entity.start, entity.end)
                if start < end and self.tokens.pos[end - 1] in ("PROPN", "ADJ", "NOUN"):
                    kind = "place" if label == "GPE" else "group"
                    self._add(_Span(start, end, end - 1, kind, "model", 0.4, plural=label == "NORP"))

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        """A name without articles, possessive endings and punctuation at its edges."""
        while start < end and (self.tokens.lower[start] in ("the", "a", "an") or not self.tokens.folded[start]):
            start += 1
        while start < end and (self.tokens.lower[end - 1] in ("'s", "’s") or not self.tokens.folded[end - 1]):
            end -= 1
        return start, end

    def _add_model_person(self, start: int, end: int) -> None:
        start, end = self._trim(start, end)
        while start < end and (self.at[start] is not None or self._title_word(start)):
            start += 1
        stop = next((position for position in range(start, end) if self.at[position]), end)
        end = min(end, stop)
        while end < len(self.at) and self.at[end] is None and self._continues_name(end):
            end += 1
        if start >= end or self.tokens.pos[end - 1] not in ("PROPN", "NOUN") or not self._written_as_name(start, end):
            return
        self._add(self._unknown_person(start, end))

    def _written_as_name(self, start: int, end: int) -> bool:
        return self.tokens.text[start][:1].isupper() or end - start > 1 and self.tokens.text[end - 1][:1].isupper()

    def _title_word(self, position: int) -> bool:
        return self.tokens.singular[position] in self.gazetteer.terms

    def _continues_name(self, position: int) -> bool:
        text, previous = self.tokens.text, self.tokens.text[position - 1]
        if previous in _HYPHENS:
            return bool(self.tokens.folded[position])
        joined = text[position] in _HYPHENS and self.doc[position - 1].whitespace_ == "" and position + 1 < len(text)
        return joined and self.doc[position].whitespace_ == "" and bool(self.tokens.folded[position + 1])

    def _unknown_person(self, start: int, end: int) -> _Span:
        text = self.doc[start:end].text
        known = self.gazetteer.person(text, self.day) if end - start > 1 else None
        span = _Span(start, end, end - 1, "person", "model", 0.5, name=text, source="person")
        if known:
            person = self.gazetteer.persons[known]
            span.entity_id, span.name, span.country = known, person.name, person.country_code
            span.rule, span.score = "alias", 0.85
            self._complete_person(span)
        return span

    def _add_model_organisation(self, start: int, end: int) -> None:
        start, end = self._trim(start, end)
        covered = [span for span in dict.fromkeys(self.at[start:end]) if span is not None]
        if start >= end or not self.tokens.text[start][:1].isupper():
            return
        if any(span.kind in ("organisation", "person", "body") for span in covered):
            return
        if covered and (covered[0].start, covered[-1].end) == (start, end) and len(covered) == 1:
            return
        if any(position in self.titles for position in range(start, end)):
            return
        if len(covered) > 1 or covered and covered[0].source == "adjective" and end - start < 3:
            return
        country = covered[0].country if covered else None
        for span in covered:
            span.rule = "dropped"
        self._add(
            _Span(start, end, end - 1, "organisation", "model", 0.4, name=self.doc[start:end].text, country=country)
        )

    # --- titles, bodies, groups ----------------------------------------------------------------------------------
    def find_terms(self) -> None:
        """Titles with or without a name, bodies of state, groups of people."""
        position = 0
        while position < len(self.tokens.text):
            end, term = self._term(position)
            if term is None:
                position += 1
                continue
            self._read_term(position, end, term)
            position = max(position + 1, end)

    def _term(self, position: int) -> tuple[int, Term | None]:
        if self.at[position] is not None:
            return position, None
        tokens, terms = self.tokens, self.gazetteer.terms
        first = tokens.singular[position].partition(" ")[0]
        raw = tokens.folded[position].partition(" ")[0]
        limit = max(self.gazetteer.longest_term.get(first, 0), self.gazetteer.longest_term.get(raw, 0))
        best: tuple[int, Term | None] = (position, None)
        prefix, end = "", position
        while limit and end < len(tokens.text) and end - position < limit + 2:
            if not tokens.folded[end]:
                if end > position and tokens.text[end] in _JOINERS:
                    end += 1
                    continue
                break
            if self.at[end] is not None:
                break
            plural = tokens.tag[end] in ("NNS", "NNPS")
            for word in (tokens.folded[end], tokens.singular[end]):
                found = terms.get(f"{prefix}{word}")
                if found and tokens.pos[end] in ("NOUN", "PROPN", "ADJ"):
                    if tokens.pos[end] == "ADJ" and end == position and not self._person_follows(end + 1):
                        continue
                    best = (end + 1, self._choose(found, plural))
                    break
            prefix = f"{prefix}{tokens.folded[end]} "
            end += 1
        return best

    def _choose(self, found: Sequence[Term], plural: bool) -> Term:
        kinds = {term.kind: term for term in found}
        if plural and "group" in kinds:
            return kinds["group"]
        for kind in ("title", "body", "group"):
            if kind in kinds:
                return kinds[kind]
        raise AssertionError("a phrase without a term")

    def _person_follows(self, position: int) -> bool:
        return position < len(self.at) and (span := self.at[position]) is not None and span.kind == "person"

    def _read_term(self, start: int, end: int, term: Term) -> None:
        head = end - 1
        plural = self.tokens.tag[head] in ("NNS", "NNPS") and self.tokens.lower[head] != "headquarters"
        if term.kind == "title" and not plural and self._unknown_name_follows(end):
            self._add_model_person(end, self._name_end(end))
        country, first, owner, past, definite = self._before(start)
        organisation: _Span | None = None
        last = end
        after_country, after_end, organisation = self._after(end, term)
        if country is None and after_country is not None:
            country, last = after_country, after_end
        elif organisation is not None or after_country is not None:
            last = after_end
        if term.kind == "title":
            self._read_title(start, end, first, last, term, country, owner, past, definite, plural, organisation)
            return
        if self._is_premodifier(end):
            return
        kind = "group" if term.kind == "group" or plural and term.kind != "body" else "body"
        span = _Span(
            first, last, head, kind, "body" if kind == "body" else "group", 0.8 if country else 0.4,
            name=None, country=country, sector=term.sector_type, plural=plural or kind == "group", source=term.word,
        )  # fmt: skip
        if owner is not None:
            span.source = f"owned:{owner}"
        if country and kind == "body":
            state = self.gazetteer.states[country]
            own = self._own_words(self._core(first, start), last)
            span.name = f"{state.name}: {own}"
            span.entity_id = f"body-{country.lower()}-{own.replace(' ', '-')}"
        self._consume(first, last, span)

    def _own_words(self, start: int, end: int) -> str:
        """A body's words without its country: "ministry of foreign affairs"."""
        words = [self.tokens.folded[at] for at in range(start, end) if self.at[at] is None and self.tokens.folded[at]]
        while words and words[-1] in ("of", "the", "s", "in", "at", "from", "for"):
            words.pop()
        return " ".join(words)

    def _core(self, first: int, start: int) -> int:
        """Where the head's own words begin: after the country, its possessive ending and hyphens."""
        position = first
        while position < start and (self.at[position] is not None or self.tokens.lower[position] in ("'s", "’s", "'")):
            position += 1
        return position

    def _is_premodifier(self, end: int) -> bool:
        """Whether the next word heads the phrase and reads it itself ("police spokesman", "army officers")."""
        if end >= len(self.tokens.text):
            return False
        following = self.tokens.singular[end]
        return self.tokens.pos[end] in _NOMINAL and following in self.gazetteer.terms and self.at[end] is None

    def _before(self, start: int) -> tuple[str | None, int, int | None, bool, bool]:
        """What stands before a head: its country, where its phrase begins, a pronoun that owns it, whether it is
        somebody of the past, whether it is definite."""
        tokens = self.tokens
        country: str | None = None
        first, owner, past, definite = start, None, False, False
        position = start - 1
        while position >= 0 and start - position < 9:
            span = self.at[position]
            if span is not None:
                following = tokens.lower[span.end] if span.end < len(tokens.text) else ""
                after = tokens.lower[span.end + 1] if span.end + 1 < start else ""
                if following in _HYPHENS and after in _BACKED or following[:1] in _HYPHENS and following[1:] in _BACKED:
                    break
                if span.kind in ("person", "organisation") and following not in ("'s", "’s", "'", "’"):
                    break
                if country is None or span.source in _MODIFYING:
                    if country is not None and span.country != country:
                        break
                    country = span.country
                    first = span.start
                definite = definite or following in ("'s", "’s", "'", "’")
                position = span.start - 1
                if following in ("'s", "’s", "'", "’") or span.source not in _MODIFYING:
                    break
                continue
            word = tokens.lower[position]
            if tokens.tag[position] == "PRP$":
                owner, definite = position, True
                break
            if word in ("the", "this", "that", "these", "those"):
                definite = True
                break
            if word in ("a", "an", "any", "some", "several", "many", "no", "another", "two", "three"):
                break
            if word in _PAST_HOLDER:
                past = True
                first = position if country is None else first
                position -= 1
                continue
            if tokens.text[position][:1] in _HYPHENS and len(word) > 1:
                break  # "-backed"
            attributive = tokens.pos[position + 1] == "ADJ" or tokens.tag[position + 1] == "VBN"
            if tokens.pos[position] == "ADV" and attributive or tokens.dep[position] == "amod":
                position -= 1
                continue
            inside = tokens.pos[position] in _INSIDE_PHRASE or tokens.tag[position] in ("VBN", "VBG", "POS")
            if not (inside or word in _HYPHENS or word in ("'s", "’s", "'", "’")):
                break
            if tokens.pos[position] in ("ADJ", "NOUN", "PROPN") and country is None:
                first = position
            position -= 1
        return country, first, owner, past, definite

    def _after(self, end: int, term: Term) -> tuple[str | None, int, _Span | None]:
        """Country or organisation in the of-phrase after a head, and the token after it."""
        tokens = self.tokens
        position = end
        last = end
        steps = 0
        while position < len(tokens.text) and steps < 3:
            word = tokens.lower[position]
            allowed = ("of", "in", "from", "at", "for") if term.kind != "title" else ("of", "for", "at")
            if word not in allowed or (word in ("in", "at", "from", "for") and steps):
                break
            preposition = word
            position += 1
            crossed = 0
            while position < len(tokens.text) and crossed < 8:
                span = self.at[position]
                if span is not None:
                    if span.kind == "person":
                        return None, last, None
                    if span.kind == "organisation" and not span.country:
                        return None, span.end, span
                    if span.country and (preposition != "at" or term.kind == "title"):
                        whole = span.end
                        if span.source in ("adjective",) or tokens.lower[whole : whole + 1] in (["'s"], ["’s"]):
                            whole = self._phrase_end(whole)
                        return span.country, whole if preposition == "of" else end, None
                    return None, last, None
                if tokens.pos[position] not in _INSIDE_PHRASE and tokens.lower[position] not in ("and", "'s", "’s"):
                    break
                position += 1
                crossed += 1
            if preposition == "of" and tokens.pos[position - 1] in _NOMINAL and term.kind == "body":
                last = position
            steps += 1
        return None, last, None

    def _far_end(self, position: int) -> int:
        """The end of a phrase with the names of states and bodies in it, up to a person, a comma or a verb."""
        tokens = self.tokens
        for _ in range(12):
            if position >= len(tokens.text) or self._person_follows(position):
                break
            inside = self.at[position] is not None or tokens.pos[position] in (*_INSIDE_PHRASE, "PART")
            if not inside and tokens.lower[position] not in ("of", "'s", "’s", "and"):
                break
            position += 1
        return position

    def _phrase_end(self, position: int) -> int:
        tokens = self.tokens
        while position < len(tokens.text) and self.at[position] is None and (
            tokens.pos[position] in ("ADJ", "NOUN", "PROPN", "PART", "VERB") and tokens.tag[position] != "TO"
            and tokens.tag[position] not in ("VBD", "VBZ", "VBP", "VB", "MD")
            or tokens.lower[position] in ("'s", "’s", "'", "’")
        ):  # fmt: skip
            position += 1
        return position

    def _unknown_name_follows(self, end: int) -> bool:
        tokens = self.tokens
        return (
            end < len(tokens.text)
            and self.at[end] is None
            and tokens.pos[end] == "PROPN"
            and tokens.text[end][:1].isupper()
            and tokens.label[end] not in _NO_NAME_LABELS
            and tokens.singular[end] not in self.gazetteer.terms
        )

    def _name_end(self, start: int) -> int:
        end = start
        while end < len(self.at) and self.at[end] is None and end - start < 6 and (
            self.tokens.pos[end] == "PROPN" and self.tokens.text[end][:1].isupper()
            or self.tokens.lower[end] in ("al", "el", "bin", "ben", "de", "van", "von", "der", "la", "da", "dos")
            or end > start and self.tokens.text[end] in _HYPHENS and not self.doc[end - 1].whitespace_
            or end > start and self.tokens.text[end - 1] in _HYPHENS and not self.doc[end - 1].whitespace_
        ):  # fmt: skip
            end += 1
        while end > start and (self.tokens.text[end - 1] in _HYPHENS or self.tokens.text[end - 1].islower()):
            if self.tokens.text[end - 2 : end - 1] and self.tokens.text[end - 2] in _HYPHENS:
                break
            end -= 1
        return end

    def _read_title(
        self, start: int, end: int, first: int, last: int, term: Term, country: str | None, owner: int | None,
        past: bool, definite: bool, plural: bool, organisation: _Span | None,
    ) -> None:  # fmt: skip
        tokens = self.tokens
        self.titles.update(range(start, end))
        bearer = self._bearer(start, end, last, first, definite or country is not None)
        office = fold(self.doc[start:end].text) if not plural else term.word
        if term.level == "courtesy":
            if bearer is not None:
                self._set_gender(bearer, term.word)
            return
        sector = term.sector_type
        if term.level in ("spokesperson", "military", "chair", "official", "judge") or sector is None:
            sector = self._sector_before(start, first) or sector
        if organisation is not None and not country:
            sector = organisation.sector or sector
        if bearer is not None and not plural:
            self._give_office(bearer, term, office, country, sector, past, organisation)
            for position in range(first, start):
                if (span := self.at[position]) is not None and span is not bearer and span.source == "adjective":
                    span.rule = "dropped"
            return
        if self._is_premodifier(end) or tokens.pos[end - 1] == "ADJ":
            return
        if plural:
            self._consume(
                first, last, _Span(first, last, end - 1, "group", "group", 0.8 if country else 0.4, country=country,
                                   sector=sector, plural=True, source=term.word, level=term.level)
            )  # fmt: skip
            return
        span = _Span(
            first, last, end - 1, "person", "title", 0.5, country=country, sector=sector,
            office=f"former {office}" if past else office, level=term.level, source=term.word,
            open_office=definite or country is not None, is_past=past,
        )  # fmt: skip
        self._set_gender(span, term.word)
        if organisation is not None:
            span.country = None
            self._link_office(span, str(organisation.entity_id))
        elif country and not past:
            self._link_office(span, country)
        if owner is not None:
            span.source = f"owned:{owner}"
        self._consume(first, last, span)

    def _sector_before(self, start: int, first: int) -> str | None:
        """The sector of a body that modifies a title: "army spokesman", "police chief", "parliament speaker"."""
        for position in range(start - 1, first - 1, -1):
            for term in self.gazetteer.terms.get(self.tokens.singular[position], ()):
                if term.kind in ("body", "group"):
                    return term.sector_type
            span = self.at[position]
            if span is not None and span.kind in ("body", "organisation"):
                return span.sector
        return None

    def _set_gender(self, span: _Span, title: str) -> None:
        if title in _MALE_TITLES:
            span.gender = "m"
        elif title in _FEMALE_TITLES:
            span.gender = "f"

    def _bearer(self, start: int, end: int, last: int, first: int, definite: bool) -> _Span | None:
        """The person whose title this is: right after it, after its of-phrase, or on the other side of a comma."""
        tokens = self.tokens
        for position in (end, last):
            if self._person_follows(position):
                return self.at[position]
        reach = last
        if reach < len(tokens.text) and tokens.lower[reach] in ("of", "for", "at", "to"):
            reach = self._far_end(reach + 1)
            if self._person_follows(reach):
                return self.at[reach]
            definite = True
        if definite and reach + 1 < len(tokens.text) and tokens.text[reach] == "," and self._person_follows(reach + 1):
            person = self.at[reach + 1]
            closing = tokens.text[person.end] if person and person.end < len(tokens.text) else "."
            if person and closing in (",", ".", ")", ";", "—", "–"):
                return person
        position = first - 1
        if position >= 0 and tokens.lower[position] in ("the", "a", "an", "its", "their", "his", "her"):
            position -= 1
        if position > 0 and tokens.text[position] in (",", "(", "–", "—"):
            person = self.at[position - 1]
            if person is not None and person.kind == "person" and self._closes_apposition(last):
                return person
        return None

    def _closes_apposition(self, position: int) -> bool:
        """Whether a comma, a bracket or the sentence's end follows before any verb: "Li, head of the bank, said"."""
        for _ in range(14):
            if position >= len(self.tokens.text) or self.tokens.text[position] in (",", ".", ")", ";", "—", "–"):
                return True
            if self.tokens.tag[position] in ("VBD", "VBZ", "VBP", "MD"):
                return self.tokens.lower[position - 1] in ("who", "that", "which")
            position += 1
        return False

    def _give_office(
        self, person: _Span, term: Term, office: str, country: str | None, sector: str | None, past: bool,
        organisation: _Span | None,
    ) -> None:  # fmt: skip
        self._set_gender(person, term.word)
        if person.rule == "ambiguous" or person.entity_id is None:
            self._link_titled(person, term, country)
        if country and (person.country is None or person.entity_id is None):
            person.country = country
        if organisation is not None and person.entity_id is None:
            person.sector = organisation.sector
        if past:
            person.office, person.level, person.sector = f"former {office}", None, "ELI"
            return
        if person.office is None:
            person.office, person.level = office, term.level
        person.sector = person.sector or sector
        if person.rule == "model":
            person.rule, person.score = "title", 0.6

    def _link_titled(self, person: _Span, term: Term, country: str | None) -> None:
        """A surname with a title: whoever of that name held such an office on the day, in that country."""
        words = fold(self.doc[person.start : person.end].text)
        found = set()
        for known in self.gazetteer.surnames.get(words, ()):
            for held in self.gazetteer.offices_of(known, self.day):
                if (country is None or held.country_code == country) and _fits(term.level, held.level):
                    found.add(known)
        if len(found) == 1:
            self._link_person(person, found.pop(), "office", 0.85)

    def _link_person(self, person: _Span, known: str, rule: str, score: float) -> None:
        entry = self.gazetteer.persons[known]
        person.entity_id, person.name, person.country = known, entry.name, entry.country_code
        person.rule, person.score = rule, score
        self._complete_person(person)

    def _link_office(self, span: _Span, body: str) -> None:
        """The holder of a named office on the day of publication."""
        level = span.level or ""
        if level not in _LINKED_LEVELS or self.day is None:
            return
        office = span.office or ""
        known = self.gazetteer.office_holder(body, office, self.day)
        if known is None and level == "head_of_state" and office == "president":
            known = self.gazetteer.office_holder(body, "president", self.day)
        elif known is None:
            known = self.gazetteer.office_holder(body, level, self.day)
        if known is not None:
            country = span.country
            self._link_person(span, known, "office", 0.85)
            span.country = country or span.country
            span.open_office = False

    def _link_counterpart(self, span: _Span, country: str) -> None:
        """The holder of the same office in another country."""
        known = self.gazetteer.office_holder(country, span.level or "", self.day)
        if known is not None:
            self._link_person(span, known, "counterpart", 0.8)

    def _consume(self, first: int, last: int, span: _Span) -> None:
        """Put a phrase in the place of what it is made of."""
        for position in range(first, last):
            inner = self.at[position]
            if inner is not None and inner is not span:
                inner.rule = "dropped"
        self._add(span)

    # --- surnames ------------------------------------------------------------------------------------------------
    def find_surnames(self) -> None:
        """Later mentions of a person by a part of the name, and surnames of office holders."""
        full = sorted(
            (span for span in self.spans if span.kind == "person" and span.rule != "dropped" and self._is_full(span)),
            key=lambda span: span.start,
        )
        bearers: dict[str, list[_Span]] = defaultdict(list)
        for span in full:
            for short in self._short_names(span):
                bearers[short].append(span)
        longest = longest_phrases(bearers)
        counts: dict[str, int] = defaultdict(int)
        for span in full:
            counts[self._identity(span)] += 1
        position = 0
        while position < len(self.tokens.text):
            span = self.at[position]
            if self.tokens.text[position][:1].isupper() and (span is None or self._may_yield(span, position)):
                best = position
                for end, key in self._phrases(position, longest):
                    if key in bearers:
                        best = end
                if best > position and (span is None or span.end <= best):
                    key = " ".join(word for word in self.tokens.folded[position:best] if word)
                    if self._point_back(position, best, bearers[key], counts, span):
                        position = best
                        continue
            position += 1
        for position in range(len(self.tokens.text)):
            if self._may_be_famous(position):
                self._link_famous(position)
        for span in list(self.spans):
            if span.kind == "person" and span.rule in ("model", "title") and span.entity_id is None and not span.open_office:
                self._link_surname(span)

    def _may_be_famous(self, position: int) -> bool:
        tokens, span = self.tokens, self.at[position]
        return (
            tokens.pos[position] == "PROPN"
            and len(tokens.text[position]) > 3
            and tokens.text[position].istitle()
            and tokens.folded[position] in self.gazetteer.surnames
            and (tokens.pos[position - 1] != "PROPN" or position == 0)
            and tokens.pos[position + 1 : position + 2] != ["PROPN"]
            and (span is None or span.kind != "place" or span.entity_id is None)
            and (span is None or (span.start, span.end) == (position, position + 1) and self._may_yield(span, position))
            and (span is None or span.kind != "person")
            and tokens.dep[position] not in ("compound", "amod")
        )

    def _link_famous(self, position: int) -> None:
        """A surname that the model took for something else, if one office holder alone bears it."""
        span = _Span(position, position + 1, position, "person", "model", 0.5, source="person")
        self._link_surname(span)
        if span.entity_id is not None:
            self._consume(position, position + 1, span)

    def _is_full(self, span: _Span) -> bool:
        return not span.open_office and (
            span.source == "person" and len(fold(self.doc[span.start : span.end].text).split()) > 1
        )

    def _identity(self, span: _Span) -> str:
        return span.entity_id or fold(span.name or "")

    def _may_yield(self, span: _Span, position: int) -> bool:
        """Whether the model's guess at this word may be overruled by a name that the text has introduced."""
        guessed = span.rule in ("model", "ambiguous", "title") and span.entity_id is None
        return span.start == position and (guessed or span.kind == "place" and not span.source)

    def _short_names(self, span: _Span) -> set[str]:
        words = fold(self.doc[span.start : span.end].text).split()
        family_first = span.country in FAMILY_FIRST or span.country is None and words[0] in _KOREAN_SURNAMES
        short = {words[0]} if family_first else {words[-1], " ".join(words[-2:]) if len(words) > 2 else words[-1]}
        if words[0] in _KOREAN_SURNAMES and len(words) > 2:
            short.add(words[0])
        if span.entity_id in self.gazetteer.persons:
            known = self.gazetteer.persons[str(span.entity_id)].name.split()
            if family_first:
                short.add(fold(known[0]))
            else:
                short |= {fold(known[-1]), fold(" ".join(known[1:]))}
        if len(words) > 2 and not family_first:
            short.add(words[-2]) if words[-2] not in ("al", "el", "bin", "de", "van", "von", "der") else None
        return {one for one in short if len(one) > 1}

    def _point_back(
        self, start: int, end: int, bearers: Sequence[_Span], counts: dict[str, int], covered: _Span | None
    ) -> bool:
        before = [span for span in bearers if span.start < start]
        candidates = before or ([] if covered is None else [])
        if not candidates:
            return False
        ranked = sorted(candidates, key=lambda span: (counts[self._identity(span)], span.start))
        chosen = ranked[-1]
        counts[self._identity(chosen)] += 1
        if covered is not None:
            covered.rule = "dropped"
        self._add(
            replace(chosen, start=start, end=end, head=end - 1, rule="surname",
                    score=0.9 if len({self._identity(span) for span in candidates}) == 1 else 0.7)
        )  # fmt: skip
        return True

    def _link_surname(self, span: _Span) -> None:
        """A bare surname that only one holder of a high office bears on the day (or at all, without a day)."""
        words = fold(self.doc[span.start : span.end].text)
        found = set(self.gazetteer.surnames.get(words, ()))
        if self.day is not None and len(found) > 1:
            found = {known for known in found if self.gazetteer.offices_of(known, self.day)}
        if span.country:
            found = {known for known in found if self.gazetteer.persons[known].country_code == span.country}
        if len(found) > 1:
            spoken_of = {other.country for other in self.spans if other.kind in ("state", "place", "body")}
            found = {
                held.entity_id for known in found for held in self.gazetteer.offices_of(known, self.day)
                if held.level in EXECUTIVE_LEVELS and held.country_code in spoken_of
            }  # fmt: skip
        if len(found) == 1:
            office, sector = span.office, span.sector
            self._link_person(span, found.pop(), "surname", 0.6)
            span.office, span.sector = span.office or office, span.sector or sector


def _fits(level: str | None, held: str) -> bool:
    return level == held or level in ("leader", "minister", "chair", "courtesy") or level == "head_of_state" and (
        held in ("president", "organisation_head")
    )  # fmt: skip


class _Pointers:
    """Resolves the words that point back to somebody named before."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.tokens = reader.tokens
        self.gazetteer = reader.gazetteer
        self.done: list[_Span] = []

    def resolve(self) -> list[_Span]:
        """The reader's spans with pronouns and descriptions added and resolved, in the order of the text."""
        starts: dict[int, list[_Span]] = defaultdict(list)
        for span in self.reader.spans:
            starts[span.start].append(span)
        for position in range(len(self.tokens.text)):
            for span in starts.get(position, ()):
                self.done.extend(self._describe(span))
            covering = self.reader.at[position]
            if covering is None:
                self.done.extend(self._point(position))
            elif self.tokens.lower[position] == "koreas" and covering.entity_id is None:
                self.done[-1:] = self._pair(position) or self.done[-1:]
        return self.done

    # --- descriptions --------------------------------------------------------------------------------------------
    def _describe(self, span: _Span) -> list[_Span]:
        if span.source.startswith("owned:"):
            owner = self._antecedent(int(span.source.partition(":")[2]))
            if owner is not None and span.country is None:
                span.country = owner.country
                if owner.country and span.kind == "person" and not span.is_past:
                    self.reader._link_office(span, owner.country)
            span.source = span.level or ""
        if span.kind == "person" and span.entity_id is None and span.open_office and not span.is_past:
            self._describe_person(span)
        elif span.kind == "person" and span.rule == "office" and span.source == "leader":
            self._prefer_named(span)
        if span.kind == "group" and span.plural and span.country is None:
            return self._describe_pair(span)
        if span.country is None and span.sector in _DOMESTIC and span.rule in ("body", "title", "group"):
            self._settle_by_place(span)
        return [span]

    def _settle_by_place(self, span: _Span) -> None:
        """A body without a country belongs to the one country in which its sentence happens."""
        here = self.tokens.sentence[span.start]
        grounds = {
            other.country for other in self.reader.spans
            if other.country and other.kind in ("place", "state") and self.tokens.sentence[other.start] == here
            and (other.kind == "place" or self.tokens.lower[other.start - 1] == "in")
        }  # fmt: skip
        if len(grounds) == 1:
            span.country, span.score = grounds.pop(), 0.4

    def _prefer_named(self, span: _Span) -> None:
        """"The Iranian leader" of a text that has named the president is the president, whoever ranks highest."""
        for known in reversed(self.done):
            if known.kind == "person" and known.country == span.country and known.level in EXECUTIVE_LEVELS + ("president",):
                if known.entity_id and known.rule != "pronoun":
                    span.entity_id, span.name, span.office = known.entity_id, known.name, known.office
                    span.rule, span.score, span.level = "description", 0.7, known.level
                return

    def _describe_person(self, span: _Span) -> None:
        """"The Cuban leader", "the premier": whoever was named before with that country and office."""
        for known in reversed(self.done):
            if known.kind != "person" or known.plural or known.start == span.start or known.is_past:
                continue
            if span.country is not None and known.country != span.country:
                continue
            same = known.level == span.level or _fits(span.level, known.level or "")
            if not same and not (known.office and span.office and span.office in known.office):
                continue
            if span.gender and known.gender and span.gender != known.gender:
                continue
            span.entity_id, span.name, span.gender = known.entity_id, known.name, known.gender
            span.country, span.sector = known.country, known.sector or span.sector
            span.office = known.office or span.office
            span.rule, span.score = "description", 0.7
            return

    def _describe_pair(self, span: _Span) -> list[_Span]:
        """"The two leaders", "both presidents": the last two persons that fit."""
        around = self.tokens.lower[max(0, span.start - 2) : span.end]
        if self.tokens.lower[span.end : span.end + 1] == ["of"]:
            around += self.tokens.lower[span.end : span.end + 4]
        if not {"both", "two"} & set(around) or self.tokens.singular[span.head] not in _PAIR_PEOPLE:
            return [span]
        people = self._last_two("person", self.tokens.sentence[span.start])
        if len(people) < 2:
            return [span]
        return [
            replace(one, start=span.start, end=span.end, head=span.head, rule="description", score=0.6, plural=False)
            for one in people
        ]

    # --- pointing words ------------------------------------------------------------------------------------------
    def _point(self, position: int) -> list[_Span]:
        word = self.tokens.lower[position]
        if self.tokens.pos[position] == "PRON" or self.tokens.tag[position] == "PRP$":
            return self._pronoun(position)
        if word == "counterpart" or word == "counterparts":
            return self._counterpart(position)
        if word == "latter" and self.tokens.lower[position - 1 : position] == ["the"]:
            return self._latter(position)
        if self.tokens.singular[position] in _PAIR_NOUNS or word in ("both", "koreas"):
            return self._pair(position)
        return []

    def _pronoun(self, position: int) -> list[_Span]:
        word = self.tokens.lower[position]
        if word in _PLURAL:
            found = self._several(position)
        elif word in _MASCULINE or word in _FEMININE or word in _NEUTER:
            one = self._antecedent(position)
            found = [one] if one is not None else []
        else:
            return []
        score = 0.7 if len(found) == 1 else 0.5
        return [
            replace(one, start=position, end=position + 1, head=position, rule="pronoun", score=score, open_office=False)
            for one in found
        ]

    def _antecedent(self, position: int) -> _Span | None:
        """The nearest mention that a pronoun may stand for: subjects first, same sentence before the last two."""
        word = self.tokens.lower[position]
        if word in _PLURAL:
            several = self._several(position)
            return several[0] if len(several) == 1 else None
        if word in _NEUTER:
            if self.tokens.dep[position] == "expl" or self._is_empty_it(position):
                return None
            kinds: tuple[str, ...] = _WHOLE
        elif word in _MASCULINE or word in _FEMININE:
            kinds = ("person",)
        else:
            return None
        gender = "m" if word in _MASCULINE else "f" if word in _FEMININE else None
        best: tuple[float, int] | None = None
        chosen: _Span | None = None
        here = self.tokens.sentence[position]
        clause = self._clause(position)
        governing = self._clauses_above(position)
        objective = word in ("him", "it") and self.tokens.dep[position] in ("dobj", "pobj", "dative")
        for span in reversed(self.done):
            distance = here - self.tokens.sentence[span.start]
            if distance > 2:
                break
            if span.kind not in kinds or span.plural or span.end > position:
                continue
            if span.rule == "adjective" or gender and span.gender and span.gender != gender:
                continue
            role = self.reader._role(span.head)
            subject = role in _SUBJECT
            if objective and subject and distance == 0 and self._clause(span.head) == clause:
                continue
            main = subject and self.tokens.dep[self.reader._governor(span.head)] == "ROOT"
            score = 2.0 * subject + 0.8 * main - 1.5 * distance + 0.5 * (role == "poss") - 0.02 * min(position - span.end, 40)
            if span.rule == "pronoun":
                score += 0.5
            if subject and distance == 0 and self._clause(span.head) in governing:
                score += 1.0
            if best is None or score > best[0]:
                best, chosen = (score, span.start), span
        return chosen

    def _is_empty_it(self, position: int) -> bool:
        """"It is believed that", "it seems": a pronoun that stands for nobody."""
        if self.tokens.dep[position] not in _SUBJECT:
            return False
        verb = self.tokens.head[position]
        if self.tokens.lemma[verb] in ("seem", "appear", "happen", "rain", "take"):
            return True
        children = {child.dep_ for child in self.reader.doc[verb].children}
        return bool(children & {"ccomp", "xcomp", "csubj", "advcl"}) and (
            self.tokens.dep[position] == "nsubjpass" or self.tokens.lemma[verb] == "be"
        )

    def _clauses_above(self, position: int) -> set[int]:
        """The verb of a word's clause, and the one that this clause depends on if it has no subject of its own."""
        verb = self._clause(position)
        verbs = {verb}
        if self.tokens.dep[verb] in ("xcomp", "advcl", "conj", "acl", "pcomp"):
            verbs.add(self._clause(self.tokens.head[verb]))
        return verbs

    def _clause(self, position: int) -> int:
        token = position
        for _ in range(12):
            if self.tokens.pos[token] in ("VERB", "AUX") or self.tokens.head[token] == token:
                break
            token = self.tokens.head[token]
        return token

    def _several(self, position: int) -> list[_Span]:
        """Whom "they" stands for: a plural subject, or those joined by "and" in the last subject or phrase."""
        here = self.tokens.sentence[position]
        subjects = [
            span for span in self.done
            if 0 <= here - self.tokens.sentence[span.start] <= 1 and span.end <= position
            and span.kind in ("person", "state", "group", "organisation", "body") and span.rule != "adjective"
        ]  # fmt: skip
        plural_first = sorted(
            reversed(subjects),
            key=lambda span: (self.tokens.sentence[span.start], span.plural or self.tokens.dep[span.head] == "conj"),
            reverse=True,
        )
        for span in plural_first:
            if self.reader._role(span.head) not in _SUBJECT:
                continue
            joined = [one for one in subjects if self._conjunct_of(one.head) == self._conjunct_of(span.head)]
            joined = list({(one.start, one.entity_id): one for one in joined}.values())
            if len(joined) > 1 or span.plural or span.rule == "description" and span.kind == "person":
                return joined
        wholes = [span for span in subjects if span.kind in _WHOLE and self.reader._role(span.head) in _SUBJECT]
        if wholes:
            return wholes[-1:]
        joined = [span for span in subjects if self.tokens.dep[span.head] == "conj" and span.kind != "group"]
        first = self._conjunct_of(joined[-1].head) if joined else -1
        return [span for span in subjects if self._conjunct_of(span.head) == first]

    def _conjunct_of(self, token: int) -> int:
        while self.tokens.dep[token] == "conj" and self.tokens.head[token] != token:
            token = self.tokens.head[token]
        return token

    def _counterpart(self, position: int) -> list[_Span]:
        """"His Cuban counterpart": the same office, in the other country."""
        tokens = self.tokens
        country, first, owner, _, _ = self.reader._before(position)
        if tokens.tag[position] == "NNS":
            return [_Span(first, position + 1, position, "group", "counterpart", 0.5, country=country, plural=True)]
        possessor = self._antecedent(owner) if owner is not None else None
        if possessor is None:
            people = [span for span in self.done if span.kind == "person" and span.level]
            same = [span for span in people if tokens.sentence[span.start] == tokens.sentence[position]]
            possessor = same[-1] if same else None
        follows = position + 2 if tokens.text[position + 1 : position + 2] == [","] else position + 1
        if self.reader._person_follows(follows):
            named = self.reader.at[follows]
            if named is not None and possessor is not None:
                named.office = named.office or possessor.office
                named.level = named.level or possessor.level
            if named is not None and country:
                named.country = named.country or country
            return []
        for span in self.done:
            if span.start >= first and span.end <= position and span.source == "adjective":
                span.rule = "dropped"
        self.done[:] = [span for span in self.done if span.rule != "dropped"]
        is_person = possessor is not None and possessor.kind == "person"
        span = _Span(
            first, position + 1, position, "person" if is_person else "group", "counterpart", 0.4, country=country,
            office=possessor.office if is_person and possessor else None,
            level=possessor.level if is_person and possessor else None,
            sector=possessor.sector if possessor else None,
        )  # fmt: skip
        if is_person and country and span.level in _LINKED_LEVELS:
            self.reader._link_counterpart(span, country)
            if span.entity_id is None:
                span.open_office = True
                self._describe_person(span)
                span.open_office = False
        return [span]

    def _latter(self, position: int) -> list[_Span]:
        here = self.tokens.sentence[position]
        for span in reversed(self.done):
            if here - self.tokens.sentence[span.start] > 1:
                break
            if span.kind in ("person", *_WHOLE) and span.rule not in ("adjective", "pronoun") and span.entity_id:
                return [replace(span, start=position, end=position + 1, head=position, rule="description", score=0.7)]
        return []

    def _pair(self, position: int) -> list[_Span]:
        """"Both sides", "the two countries": the two states that the text has spoken of last."""
        lower = self.tokens.lower
        before = set(lower[max(0, position - 3) : position])
        word = lower[position]
        if word == "koreas" and before & {"two", "both", "the"}:
            codes: list[str] = ["PRK", "KOR"]
            found = [
                _Span(position, position + 1, position, "state", "description", 0.9, code,
                      self.gazetteer.states[code].name, code, "GOV")
                for code in codes
            ]  # fmt: skip
        elif word == "both" and self.tokens.dep[position] in ("nsubj", "nsubjpass", "pobj", "dobj"):
            found = self._last_two("person", self.tokens.sentence[position]) or self._last_two_states(position)
        elif self.tokens.tag[position] == "NNS" and before & {"two", "both"}:
            found = self._last_two_states(position)
        else:
            return []
        if len(found) < 2:
            return []
        start = position
        while start > 0 and lower[start - 1] not in ("the", "these", "those") and start > position - 2:
            if lower[start - 1] not in ("two", "both") and self.tokens.pos[start - 1] != "ADJ":
                break
            start -= 1
        return [
            replace(one, start=start, end=position + 1, head=position, rule="description", score=0.6) for one in found
        ]

    def _last_two(self, kind: str, sentence: int) -> list[_Span]:
        found: dict[str, _Span] = {}
        for span in reversed(self.done):
            if sentence - self.tokens.sentence[span.start] > 3 or len(found) == 2:
                break
            if span.kind == kind and not span.plural and span.rule not in ("pronoun",):
                found.setdefault(self.reader._identity(span), span)
        return list(reversed(found.values())) if len(found) == 2 else []

    def _last_two_states(self, position: int) -> list[_Span]:
        sentence = self.tokens.sentence[position]
        found: dict[str, None] = {}
        for span in reversed(self.done):
            if sentence - self.tokens.sentence[span.start] > 4 or len(found) == 2:
                break
            if span.country and span.kind in ("state", "person", "body") and span.country in self.gazetteer.states:
                found.setdefault(span.country)
        if len(found) < 2:
            return []
        return [
            _Span(position, position + 1, position, "state", "description", 0.6, code, self.gazetteer.states[code].name,
                  code, "GOV")
            for code in reversed(found)
        ]  # fmt: skip

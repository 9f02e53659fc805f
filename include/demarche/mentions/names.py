"""Names in a text: states, organisations, persons, places, by gazetteer and by the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from demarche.codebook.names import fold
from demarche.entities import NAME_SUFFIXES, Gazetteer, Name
from demarche.mentions.days import Days
from demarche.mentions.spans import Span, Tokens
from demarche.mentions.words import (
    ACTING,
    BEFALLING_TOWNS,
    FORMS_OF_ADDRESS,
    GEOGRAPHIC_NOUNS,
    GEOGRAPHIC_PREFIXES,
    GEOGRAPHIC_WHOLES,
    GIVEN_TO_A_SIDE,
    GOING_AND_HITTING,
    HYPHENS,
    JOINERS,
    NAMING_ADJECTIVES,
    NO_NAME_LABELS,
    OF_A_LAND,
    OF_A_PLACE,
    ORDER,
    ORDINARY_WORDS,
    PLACE_LABELS,
    PLACE_PREPOSITIONS,
    POSSESSIVES,
    RIVERS,
    SHARED_BODIES,
    SIDE_PREPOSITIONS,
    STANDING,
    TIME_NAMES,
)
from demarche.places import Places

if TYPE_CHECKING:
    from spacy.tokens import Doc


LONGEST_NAME = 200
"""Characters. What the model takes for a longer name is a table or text without blanks."""


class NameReader:
    """Finds names: those of the gazetteer, and those that only the model knows. Methods add to ``spans``."""

    def __init__(self, doc: Doc, day: date | None, gazetteer: Gazetteer, places: Places) -> None:
        self.doc = doc
        self.day = day
        self.gazetteer = gazetteer
        self.places = places
        self.tokens = Tokens.of(doc)
        self.days = Days(doc, self.tokens, day)
        self.spans: list[Span] = []
        self.at: list[Span | None] = [None] * len(doc)  # the span that covers a token
        self.folded_text: str | None = None
        self._countries: frozenset[str | None] | None = None
        self.titles: set[int] = set()  # tokens that were read as somebody's title

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
                self._refuse_foreign_body(span)
                self._add(span)
                position = span.end
            elif place_end > position and not self._ends_person_name(position, place_end):
                pending_places.append((position, place_end))
                position = place_end
            else:
                position += 1
        countries = {span.country for span in self.spans if span.country}
        for start, end in pending_places:
            self._add_place(start, end, countries)

    def _refuse_foreign_body(self, span: Span) -> None:
        """A party, group or body of another country than the word before its name says is one that we don't know:
        "the Norwegian Labour Party", "the Pakistani Home Office", "Vietnam's Ministry of Public Security"."""
        owned = span.start > 1 and self.tokens.lower[span.start - 1] in POSSESSIVES
        before = self.at[span.start - 1 - owned] if span.start else None
        if before is None or before.source != ("state" if owned else "adjective"):
            return
        if span.source != "metonym" and (owned or span.source != "organisation"):
            return
        if before.country and span.country and before.country != span.country:
            span.entity_id, span.name, span.country = None, None, before.country
            span.rule, span.score = "ambiguous", 0.4

    def place_shared_bodies(self) -> None:
        """ "The House of Commons in Ottawa": where a body stands says whose it is, if many states have one like it."""
        for span in self.spans:
            if span.source != "metonym" or self.tokens.lower[span.end : span.end + 1] != ["in"]:
                continue
            where = self.at[span.end + 1] if span.end + 1 < len(self.at) else None
            is_place = where is not None and (where.place_id is not None or where.kind == "state")
            if where is None or not is_place or where.country in (None, span.country):
                continue
            words = self.tokens.folded[span.start : span.end]
            if not SHARED_BODIES.isdisjoint((words[0], words[-1])):
                span.entity_id, span.name, span.country, span.score = None, None, where.country, 0.7

    def find_halves_of_korea(self) -> None:
        """Finds "the North" and "the South": states in a text that speaks of Korea."""
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
                Span(
                    position,
                    position + 1,
                    position,
                    "state",
                    "description",
                    0.8,
                    state.country_code,
                    state.name,
                    state.country_code,
                    "GOV",
                    place_id=state.place_id,
                    source="state",
                )
            )

    def _may_begin_low(self, position: int) -> bool:
        following = self.tokens.text[position + 1 : position + 3]  # "al-Shabaab", "al Shabaab"
        article = self.tokens.lower[position] in ("al", "el", "ash", "an")
        return article and any(word[:1].isupper() for word in following)

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
            while end < len(folded) and not folded[end] and self.tokens.text[end] in JOINERS:
                end += 1
            if end >= len(folded) or not folded[end]:
                return
            if self.tokens.lower[end] in ("'s", "’s"):  # "Lord's Resistance Army", folded to "lords …"
                words += "s"
                end += 1
                if end >= len(folded) or not folded[end]:
                    return
            words = f"{words} {folded[end]}"
            count += folded[end].count(" ") + 1
            end += 1

    def _name_span(self, start: int, end: int, meanings: Sequence[Name]) -> Span | None:
        text = self.doc[start:end].text
        shouted = sum(map(str.isupper, text)) > 1
        spoken = len(text) >= 4 and self.tokens.pos[start] == "PROPN"  # "Nato", "Farc": acronyms that are words
        usable = [one for one in meanings if (shouted or spoken or not one.is_acronym) and not text.islower()]
        usable = [one for one in usable if self._is_of_time(one)]
        if not usable or self._is_part_of_person_name(start, end) or self._is_part_of_longer_name(start, end, usable):
            return None
        if self._is_addressed(start, end) and {one.kind for one in usable} <= OF_A_LAND:
            return None
        folded = fold(text)
        if folded in self.gazetteer.hints and (len(usable) > 1 or len(self.gazetteer.hints[folded]) > 1):
            decided = self.gazetteer.decide(folded, self._hints(folded))
            if decided is None:
                return self._open_span(start, end, usable[:1])
            kind, known = decided
            if kind == "place":
                site = next((place for place, _ in self.places.named(folded) if place.place_id == known), None)
                if site is None:
                    return None
                return Span(
                    start,
                    end,
                    end - 1,
                    "place",
                    "name",
                    0.8,
                    site.place_id,
                    site.name,
                    site.country_code,
                    place_id=site.place_id,
                )
            usable = [one for one in usable if one.entity_id == known] or usable
        kinds = {one.kind for one in usable}
        if kinds <= OF_A_LAND and (whole := self._whole_name(start, end, kinds)) is not None:
            return whole
        if (
            kinds == {"adjective"}
            and self.tokens.lower[start - 1 : start] == ["in"]
            and self.tokens.head[end - 1] < end
        ):
            return None  # a language
        modifies = self.tokens.dep[end - 1] in ("compound", "amod", "nmod") and self.tokens.head[end - 1] >= end
        if folded in RIVERS and self.tokens.lower[start - 1 : start] == ["the"] and not modifies:
            return Span(start, end, end - 1, "place", "name", 0.6, name=f"{text} River")
        if {"state", "adjective"} <= kinds:
            usable = [one for one in usable if one.kind != ("state" if modifies else "adjective")]
        meaning = min(usable, key=lambda one: (ORDER.index(one.kind), str(one.entity_id)))
        rivals = {one.entity_id for one in usable if one.kind == meaning.kind}
        if len(rivals) > 1 and meaning.kind == "person":
            known_id = self.gazetteer.person(text, self.day)
            if known_id is None:
                return self._open_span(start, end, usable)
            meaning = next(one for one in usable if one.entity_id == known_id)
        elif len(rivals) > 1:
            return self._open_span(start, end, [one for one in usable if one.kind == meaning.kind])
        if meaning.kind == "person" and (behind := self._suffix_end(end)) > end:  # the son of the one that is known
            return Span(
                start, behind, end - 1, "person", "model", 0.5, name=self.doc[start:behind].text, source="person"
            )
        span = self._span(start, end, meaning)
        here = self.country_beside(start, end) if meaning.kind == "person" else None
        if here is not None and span.country is not None and span.country != here:
            # "Jordan's King Hussein": a namesake of the one that is known
            span.entity_id, span.name, span.country, span.rule, span.score = None, text, here, "model", 0.5
            span.office = span.level = span.gender = None
        return span

    def _is_of_time(self, name: Name) -> bool:
        """Whether a text of the day may mean it: people of long ago are namesakes, and nothing is Soviet today."""
        if name.kind == "adjective" and name.until is not None:
            return self.day is not None and self.day < name.until
        return name.kind != "person" or self.gazetteer.is_of_time(str(name.entity_id), self.day)

    def _is_part_of_longer_name(self, start: int, end: int, meanings: Sequence[Name]) -> bool:
        """Whether an organisation's or body's name is but the end of a name that nobody knows ("Burundi's National
        Security Council"), or an article and a demonym that belongs to what follows ("The Australian Government")."""
        if any(one.kind not in ("organisation", "metonym") for one in meanings):
            return False
        tokens, head = self.tokens, end - 1
        if end - start == 2 and tokens.lower[start] == "the" and tokens.head[head] >= end:
            return any(one.kind == "adjective" for one in self.gazetteer.names.get(tokens.folded[head], ()))
        before = start - 1
        return (
            end - start > 1
            and before >= 0
            and self.at[before] is None
            and tokens.pos[before] == "PROPN"
            and tokens.dep[before] == "compound"
            and start <= tokens.head[before] < end
            and tokens.folded[before] in NAMING_ADJECTIVES
        )

    def _whole_name(self, start: int, end: int, kinds: set[str]) -> Span | None:
        """The place whose name a state's is a part of, and that we don't know: "Kenya Basin", "New Angola"."""
        tokens, first, last = self.tokens, start, end
        before = start - 1 - (tokens.lower[start - 1 : start] == ["the"])
        if before > 0 and tokens.lower[before] == "of" and tokens.folded[before - 1] in GEOGRAPHIC_WHOLES:
            first = before - 1 if tokens.text[before - 1].istitle() else start
        elif before >= 0 and tokens.folded[before] in GEOGRAPHIC_PREFIXES and tokens.text[before].istitle():
            begins = before == 0 or tokens.sentence[before - 1] != tokens.sentence[before]
            modifies = tokens.pos[tokens.head[last - 1]] == "NOUN" and tokens.head[last - 1] >= last
            if not (begins and modifies):  # "New Angola rules were announced"
                within = self.doc[start].ent_iob_ == "I" or (tokens.pos[before] == "PROPN" and not begins)
                first = before if within else start
        if last < len(tokens.text) and tokens.folded[last] in GEOGRAPHIC_NOUNS and tokens.text[last].istitle():
            goes_on = tokens.pos[last + 1 : last + 2] == ["PROPN"]
            seen = tokens.label[last] in PLACE_LABELS and self.doc[last].ent_iob_ == "I"
            last += not goes_on and (seen or ("adjective" not in kinds and tokens.pos[last] == "PROPN"))
        if (first, last) == (start, end):
            return None
        return Span(first, last, last - 1, "place", "model", 0.4, name=self.doc[first:last].text)

    def _suffix_end(self, end: int) -> int:
        """The token after a suffix that makes another person of a name: "Jr.", ", III"."""
        position = end + (self.tokens.text[end : end + 1] == [","])
        if position >= len(self.tokens.text) or self.tokens.folded[position] not in NAME_SUFFIXES:
            return end
        return position + 1 if self.tokens.text[position][0].isupper() else end

    def country_beside(self, start: int, end: int) -> str | None:
        """Whose somebody is said to be, before the name ("Jordan's", "Jordanian") or behind it ("of Jordan")."""
        before = start - 2 if self.tokens.lower[start - 1 : start] in (["'s"], ["’s"]) else start - 1
        owner = self.at[before] if 0 <= before < start else None
        if (
            owner is not None
            and owner.source in ("state", "adjective")
            and (before < start - 1 or owner.rule == "adjective")
        ):
            return owner.country
        if self.tokens.lower[end : end + 1] == ["of"]:
            start = end + 1 + (self.tokens.lower[end + 1 : end + 2] == ["the"])
            found, meanings = self._longest(start) if start < len(self.tokens.text) else (0, ())
            states = {one.entity_id for one in meanings if one.kind == "state"}
            if found > start and len(states) == 1:
                return states.pop()
        return None

    def _hints(self, folded: str) -> set[str]:
        if self.folded_text is None:
            self.folded_text = f" {' '.join(word for word in self.tokens.folded if word)} "
        wanted = {hint for _, _, _, hints in self.gazetteer.hints[folded] for hint in hints}
        return {hint for hint in wanted if f" {hint} " in self.folded_text}

    def _is_guess(self, span: Span) -> bool:
        """Whether nothing in the text speaks for what a name of several bearers was taken to mean."""
        folded = fold(self.doc[span.start : span.end].text)
        return folded in self.gazetteer.hints and not self._hints(folded) - {folded}

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

    def _ends_person_name(self, start: int, end: int) -> bool:
        """Whether a place's name is part of a personal name, as in "George Washington", "Paris Hilton"."""
        before = self.tokens.lower[start - 1] if start else ""
        is_named = self._is_addressed(start, end) or self._is_part_of_person_name(start, end)
        return before not in PLACE_PREPOSITIONS and is_named

    def _is_addressed(self, start: int, end: int) -> bool:
        """Whether a single word is the name of whom the title before it addresses: "Queen Sofia", "Mr Chad"."""
        titles = self.tokens.text[start - 1 : start] if end - start == 1 else []
        return any(title.istitle() and title.lower().rstrip(".") in FORMS_OF_ADDRESS for title in titles)

    def _open_span(self, start: int, end: int, rivals: Sequence[Name]) -> Span:
        """A name of several who may all be meant; of which country it is, if that is the same for all."""
        span = self._span(start, end, rivals[0])
        countries = {one.country_code for one in rivals} if len(rivals) > 1 else {None}
        span.entity_id = span.name = span.office = span.level = span.place_id = None
        span.country = countries.pop() if len(countries) == 1 else None
        span.rule, span.score = "ambiguous", 0.4 if span.country else 0.2
        return span

    def _span(self, start: int, end: int, meaning: Name) -> Span:
        kind = {"adjective": "state", "capital": "place", "metonym": "body", "people": "group"}.get(
            meaning.kind, meaning.entity_type
        )
        span = Span(
            start,
            end,
            end - 1,
            kind,
            "name" if meaning.kind != "adjective" else "adjective",
            0.95,
            entity_id=meaning.entity_id if meaning.kind != "people" else None,
            name=meaning.name if meaning.kind != "people" else None,
            country=meaning.country_code,
            sector=meaning.sector_type,
            source=meaning.kind,
            plural=meaning.kind == "people",
        )
        if kind == "state" and meaning.country_code:
            span.place_id = self.gazetteer.states[meaning.country_code].place_id
        if meaning.kind == "metonym":  # a seat is a body that acts, and a spot at which others meet
            named = self.places.sites.get(fold(self.doc[start:end].text), ())
            seat = next((place for place in named if place.country_code == meaning.country_code), None)
            if seat is not None:
                span.name, span.place_id = seat.name, seat.place_id
        if meaning.kind == "person":
            self._complete_person(span)
        if meaning.kind == "capital":
            self._decide_capital(span)
        return span

    def _complete_person(self, span: Span, day: date | None = None) -> None:
        known = self.gazetteer.persons[str(span.entity_id)]
        span.gender = known.gender
        held = self.gazetteer.offices_of(span.entity_id, day or self.day)
        if held:
            span.office, span.level = held[0].office_name, held[0].level
            body = self.gazetteer.organisations.get(held[0].organisation_id or "")
            span.country = held[0].country_code or (body.country_code if body else known.country_code)
            span.sector = body.sector_type if body else "GOV"

    def _decide_capital(self, span: Span) -> None:
        """A capital is its state where it acts or is dealt with, and a place where things happen."""
        tokens, head = self.tokens, span.head
        behind = self._country_behind(span.end)
        if behind is not None and behind != span.country:
            name = fold(self.doc[span.start : span.end].text)
            place = self.places.capital(name, behind)
            if place is not None:  # "San José, California"
                span.kind, span.rule, span.score, span.sector, span.source = "place", "name", 0.8, None, ""
                span.entity_id = span.place_id = place.place_id
                span.name, span.country = place.name, behind
                return
        state = self.gazetteer.states[str(span.country)]
        role = self.role(head)
        before = tokens.lower[span.start - 1] if span.start else ""
        after = tokens.lower[span.end] if span.end < len(tokens.text) else ""
        acts = role in ACTING and tokens.lemma[self.governor(head)] not in STANDING
        possesses = after in POSSESSIVES
        verb = tokens.lemma[self.governor(head)]
        dealt_with = before in SIDE_PREPOSITIONS or (role in ("dobj", "nsubjpass") and verb not in GOING_AND_HITTING)
        given_to = before == "to" and self._is_given(span.start - 1)
        if given_to or (before not in PLACE_PREPOSITIONS and (acts or possesses or dealt_with)):
            span.kind, span.rule, span.score, span.source = "state", "metonym", 0.85, "state"
            span.entity_id, span.name, span.sector = state.country_code, state.name, "GOV"
            return
        place = self.places.capital(fold(self.doc[span.start : span.end].text), str(span.country))
        span.kind, span.rule, span.sector = "place", "name", None
        span.entity_id = span.place_id = place.place_id if place else None
        span.name = place.name if place else state.capital

    def _is_given(self, preposition: int) -> bool:
        """Whether a "to" says who gets something, not whereto somebody goes."""
        return self.tokens.lemma[self.tokens.head[preposition]] in GIVEN_TO_A_SIDE

    def governor(self, token: int) -> int:
        while self.tokens.dep[token] == "conj" and self.tokens.head[token] != token:
            token = self.tokens.head[token]
        return self.tokens.head[token]

    def role(self, token: int) -> str:
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
        word = tokens.folded[position]
        if word in ORDINARY_WORDS and best == position + 1:
            whole = self._country_behind(best)
            return best if whole in {place.country_code for place, _ in self.places.named(word)} else position
        return position if best == position + 1 and self._is_in_office(position) else best

    def _is_in_office(self, position: int) -> bool:
        """Whether a word that may name a small place is the surname of somebody in office, and no preposition says
        where: "Dulles flew home"."""
        word, before = self.tokens.folded[position], self.tokens.lower[position - 1] if position else ""
        if before in PLACE_PREPOSITIONS or self.tokens.text[position + 1 : position + 2] == [","]:
            return False
        cities = self.places.cities.get(word)
        if cities is not None and int(cities.partition("\n")[0].split(",")[5]) >= 300_000:
            return False
        return any(self.gazetteer.offices_of(known, self.day) for known in self.gazetteer.bearers(word, self.day))

    def _is_beside_a_time(self, start: int, end: int, labels: set[str]) -> bool:
        """ "at Odesa overnight": the model takes the name for a part of the time behind it."""
        if not labels <= {"DATE", "TIME"} or any(word in TIME_NAMES for word in self.tokens.lower[start:end]):
            return False
        return self.tokens.pos[end - 1] == "PROPN" and self.tokens.dep[end - 1] == "pobj"

    def _reads_as_place(self, start: int, end: int, key: str) -> bool:
        labels = set(self.tokens.label[start:end])
        if labels & PLACE_LABELS:
            return True
        if labels & NO_NAME_LABELS and not self._is_beside_a_time(start, end, labels):
            return False
        before = "in" if self._is_listed_where(end - 1) else self.tokens.lower[start - 1] if start else ""
        if before == "of" and start > 1 and self.tokens.lower[start - 2] in OF_A_PLACE:
            return self.tokens.pos[end - 1] == "PROPN"
        largest = int(self.places.cities[key].partition("\n")[0].split(",")[5])
        is_where = before == "in" or (before in PLACE_PREPOSITIONS and before != "of" and not self.is_holder(key))
        if "PERSON" in labels and not is_where and not (largest >= 50_000 and self.is_hit(end - 1)):
            return False
        if "NORP" in labels and before != "in" and largest < 300_000:
            return False
        if self.tokens.pos[end - 1] != "PROPN":
            return False
        is_sizeable = largest >= 300_000 or (largest >= 50_000 and self.is_hit(end - 1))
        return is_sizeable or before in ("in", "at", "near", "from", "to", "outside")

    def is_holder(self, surname: str) -> bool:
        """Whether somebody who held an office bears the surname."""
        return any(known in self.gazetteer.holdings for known in self.gazetteer.bearers(surname, self.day))

    def _is_listed_where(self, head: int) -> bool:
        """Whether a place is named in a list of those in which something happens: "in Colombo, Negombo and Galle"."""
        first = head
        while self.tokens.dep[first] == "conj" and self.tokens.head[first] < first:
            first = self.tokens.head[first]
        return first < head and self.tokens.lower[self.tokens.head[first]] == "in" and self.tokens.pos[head] == "PROPN"

    def is_hit(self, head: int) -> bool:
        """Whether something happens to a place: "shells hit Giza"."""
        verb = self.tokens.lemma[self.governor(head)]
        # an unknown name behind a verb is read as an adverb, too
        return self.role(head) in ("advmod", "dobj", "nsubjpass") and verb in BEFALLING_TOWNS

    def _country_behind(self, end: int) -> str | None:
        """The country of what a place is said to lie in: "Birmingham, Alabama", "Tripoli in northern Lebanon"."""
        tokens = self.tokens
        if end >= len(tokens.text) or (tokens.text[end] != "," and tokens.lower[end] != "in"):
            return None
        position = end + 1
        while position < len(tokens.text) and tokens.pos[position] in ("ADJ", "DET") and self.at[position] is None:
            position += 1
        if position >= len(tokens.text) or not tokens.text[position][:1].isupper():
            return None
        known = self.at[position]
        if known is not None:
            return known.country if known.source == "state" and known.rule == "name" else None
        states = {one.entity_id for one in self._longest(position)[1] if one.kind == "state"}
        if states:
            return states.pop() if len(states) == 1 else None
        regions = [
            self.places.sites[key]
            for _, key in self._phrases(position, self.places.longest)
            if key in self.places.sites
        ]
        whole = next((place for place in regions[-1] if place.place_type == "region"), None) if regions else None
        return whole.country_code if whole else None

    def _add_place(self, start: int, end: int, countries: set[str]) -> None:
        if any(self.at[position] for position in range(start, end)):
            return
        folded = fold(self.doc[start:end].text)
        behind = self._country_behind(end)
        place = self.places.find(folded, {behind} if behind else countries, is_sure=behind is not None)
        if place is None:
            self._add(Span(start, end, end - 1, "place", "ambiguous", 0.2))
            return
        self._add(
            Span(
                start,
                end,
                end - 1,
                "place",
                "name",
                0.8,
                place.place_id,
                place.name,
                place.country_code,
                place_id=place.place_id,
            )
        )

    def _add(self, span: Span) -> None:
        self.spans.append(span)
        for position in range(span.start, span.end):
            self.at[position] = span

    def find_model_persons(self) -> None:
        """Persons that the model names and the gazetteer does not."""
        for entity in self.doc.ents:
            if entity.label_ == "PERSON":
                self._widen(entity.start, entity.end)
                self._add_model_person(entity.start, entity.end)

    def _widen(self, start: int, end: int) -> None:
        """A known name takes in the further names that the model sees behind it ("Moussa Faki Mahamat")."""
        known = self.at[start]
        if known is None or known.source != "person" or known.end >= end:
            return
        rest = range(known.end, end)
        if all(self.at[position] is None and self.tokens.pos[position] == "PROPN" for position in rest):
            if not self._may_go_on(known, end):  # "Abdul Ghani Baradar" is no "Abdul Aziz Abdul Ghani"
                known.rule = "dropped"
                for position in range(known.start, known.end):
                    self.at[position] = None
                return
            known.end, known.head = end, end - 1
            for position in rest:
                self.at[position] = known

    def _may_go_on(self, span: Span, end: int) -> bool:
        """Whether a known person may be written with further names up to ``end``: behind the name that the tables have,
        or with words of it, but not behind a part of it, which others bear, too."""
        known = self.gazetteer.persons.get(span.entity_id or "")
        if known is None:
            return True
        words, more = (fold(self.doc[a:b].text).split() for a, b in ((span.start, span.end), (span.end, end)))
        names = [fold(one).split() for one in (known.name, *known.aliases)]
        return any(sorted(name) == sorted(words) or set(more) <= set(name) for name in names)

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
                    self._add(Span(start, end, end - 1, kind, "model", 0.4, plural=label == "NORP"))

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        """A name without articles, possessive endings and punctuation at its edges."""
        while start < end and (self.tokens.lower[start] in ("the", "a", "an") or not self.tokens.folded[start]):
            start += 1
        while start < end and (self.tokens.lower[end - 1] in ("'s", "’s") or not self.tokens.folded[end - 1]):
            end -= 1
        return start, end

    def _add_model_person(self, start: int, end: int) -> None:
        start, end = self._trim(start, end)
        while start < end and (self.at[start] is not None or self._title_end(start) > start):
            start = max(start + 1, self._title_end(start))
        stop = next((position for position in range(start, end) if self.at[position]), end)
        end = min(end, stop)
        while end < len(self.at) and self.at[end] is None and self._continues_name(end):
            end += 1
        if start >= end or self.tokens.pos[end - 1] not in ("PROPN", "NOUN") or not self._written_as_name(start, end):
            return
        if self._length(start, end) <= LONGEST_NAME:
            self._add(self._unknown_person(start, end))

    def _length(self, start: int, end: int) -> int:
        return int(self.doc[end - 1].idx + len(self.doc[end - 1]) - self.doc[start].idx)

    def _written_as_name(self, start: int, end: int) -> bool:
        return self.tokens.text[start][:1].isupper() or (end - start > 1 and self.tokens.text[end - 1][:1].isupper())

    def _title_end(self, position: int) -> int:
        """The token after the title, or other common noun for people, that begins here; ``position`` if none does."""
        if self.tokens.singular[position] in self.gazetteer.terms:
            return position + 1
        found = self._phrases(position, self.gazetteer.longest_term)
        return max((end for end, key in found if key in self.gazetteer.terms), default=position)

    def _continues_name(self, position: int) -> bool:
        text, previous = self.tokens.text, self.tokens.text[position - 1]
        if previous in HYPHENS:
            return bool(self.tokens.folded[position])
        joined = text[position] in HYPHENS and self.doc[position - 1].whitespace_ == "" and position + 1 < len(text)
        return joined and self.doc[position].whitespace_ == "" and bool(self.tokens.folded[position + 1])

    def _unknown_person(self, start: int, end: int) -> Span:
        text = self.doc[start:end].text
        known = self.gazetteer.person(text, self.day) if end - start > 1 else None
        span = Span(start, end, end - 1, "person", "model", 0.5, name=text, source="person")
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
        if any(span.kind not in ("state", "place") or span.start < start or end < span.end for span in covered):
            return
        if covered and (covered[0].start, covered[-1].end) == (start, end) and len(covered) == 1:
            return
        if any(position in self.titles for position in range(start, end)):
            return
        if len(covered) > 1 or (covered and covered[0].source == "adjective" and end - start < 3):
            return
        if self._length(start, end) > LONGEST_NAME:
            return
        name = covered[0] if covered else None
        country = name.country if name is not None and not self._is_guess(name) else None
        for span in covered:
            span.rule = "dropped"
        self._add(
            Span(start, end, end - 1, "organisation", "model", 0.4, name=self.doc[start:end].text, country=country)
        )

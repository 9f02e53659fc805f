"""Persons by a part of their name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from demarche.codebook.names import fold, longest_phrases
from demarche.entities import EXECUTIVE_LEVELS, NAME_SUFFIXES, is_family_first
from demarche.mentions.spans import Span
from demarche.mentions.terms import TermReader, fits
from demarche.mentions.words import ACTING, EAST_ASIAN_SURNAMES, LINKED_LEVELS, NO_NAME_LABELS, NOMINAL

OFFICIAL = LINKED_LEVELS | {"deputy", "minister"}
"""Levels of titles whose bearers the tables of offices would know."""

TOWN = 50_000
"""People; smaller places are often something else, even where something befalls them."""

FEW = 3
"""Persons of the gazetteer; an East Asian surname that more bear says little by itself."""

LARGE_CITY = 300_000
"""People; smaller places that are named alone are more often persons."""


class SurnameReader(TermReader):
    """Finds later mentions of a person by a part of the name, and office holders by their surname alone."""

    def read(self) -> list[Span]:
        """All spans, in the order of the text."""
        self.find_names()
        self.place_shared_bodies()
        self.find_halves_of_korea()
        self.find_model_persons()
        self.find_fathers()
        self.find_terms()
        self.find_model_entities()
        self.find_surnames()
        self.find_cities_among_persons()
        self.spans = [span for span in self.spans if span.rule != "dropped"]
        self.spans.sort(key=lambda span: (span.start, span.end))
        return self.spans

    def find_surnames(self) -> None:
        """Later mentions of a person by a part of the name, and surnames of office holders."""
        full = sorted(
            (span for span in self.spans if span.kind == "person" and span.rule != "dropped" and self._is_full(span)),
            key=lambda span: span.start,
        )
        self._point_to(full)
        for position in range(len(self.tokens.text)):
            if self._may_be_famous(position):
                self._link_famous(position)
        for span in self.spans:
            guessed = span.rule in ("model", "title") and span.entity_id is None
            if span.kind == "person" and guessed and not span.open_office:
                self._link_surname(span)

    def find_cities_among_persons(self) -> None:
        """A large city that the model takes for somebody whom the text never names in full: "Goma asked for tents"; a
        town that is hit and that it takes for a firm."""
        for span in self.spans:
            name = self.tokens.folded[span.start]
            is_hit = span.kind == "organisation" and self.is_hit(span.head)
            guessed = (span.kind == "person" or is_hit) and span.rule == "model" and span.end == span.start + 1
            if not guessed or span.office or name not in self.places.cities or self.is_holder(name):
                continue
            place = self.places.find(name, [country for country in self.countries() if country])
            if place is not None and self.places.named(name)[0][1] >= (TOWN if is_hit else LARGE_CITY):
                span.kind, span.rule, span.score, span.source = "place", "name", 0.5, ""
                span.entity_id = span.place_id = place.place_id
                span.name, span.country = place.name, place.country_code

    def _point_to(self, full: Sequence[Span]) -> None:
        """Finds the short names of the persons who are named in full, and links them to one named before."""
        bearers: dict[str, list[Span]] = defaultdict(list)
        counts: dict[str, int] = defaultdict(int)
        for span in full:
            counts[self.identity(span)] += 1
            for short in self._short_names(span):
                bearers[short].append(span)
        longest = longest_phrases(bearers)
        position = 0
        while position < len(self.tokens.text):
            covered = self.at[position]
            found: tuple[int, str] | None = None
            if self.tokens.text[position][:1].isupper() and (covered is None or self._may_yield(covered, position)):
                for end, key in self._phrases(position, longest):
                    if key in bearers and (covered is None or covered.end <= end):
                        found = (end, key)
            if found and self._point_back(position, found[0], bearers[found[1]], counts, covered):
                position = found[0]
            else:
                position += 1

    def countries(self) -> frozenset[str | None]:
        """The countries that the text names otherwise than by a person."""
        if self._countries is None:
            self._countries = frozenset(span.country for span in self.spans if span.kind in ("state", "place", "body"))
        return self._countries

    def _may_be_famous(self, position: int) -> bool:
        tokens, span = self.tokens, self.at[position]
        if tokens.folded[position] not in self.gazetteer.surnames or not tokens.text[position].istitle():
            return False
        if (position and (tokens.pos[position - 1] == "PROPN" or tokens.lower[position - 1] in ("in", "near"))) or (
            tokens.pos[position + 1 : position + 2] == ["PROPN"] or tokens.dep[position] in ("compound", "amod")
        ):
            return False
        if self._is_governing(position):
            return True
        return (
            tokens.pos[position] == "PROPN"
            and len(tokens.text[position]) > 3
            and (span is None or span.kind not in ("place", "person") or (span.kind == "place" and not span.entity_id))
            and (
                span is None or ((span.start, span.end) == (position, position + 1) and self._may_yield(span, position))
            )
        )

    def _is_governing(self, position: int) -> bool:
        """Whether a word that acts is the surname of somebody who leads a state on the day, though it is short, begins
        a sentence as a common noun might, or is a town's name, too: "Bio flew to Beijing". A town that is a capital
        yields only where the text speaks of the leader's state and not of its own."""
        tokens, span = self.tokens, self.at[position]
        if self.role(position) not in ACTING or tokens.pos[position] not in NOMINAL or len(tokens.text[position]) < 3:
            return False
        if tokens.label[position] in NO_NAME_LABELS:  # "May"
            return False
        begins = position == 0 or tokens.sentence[position - 1] != tokens.sentence[position]
        if tokens.pos[position] != "PROPN" and not begins:
            return False
        led = self.states_led(tokens.folded[position]) if self.day is not None else set()
        if len(led) != 1 or span is None:
            return len(led) == 1
        if (span.start, span.end) != (position, position + 1):
            return False
        if span.kind == "place" and not span.source:
            return True
        others = {one.country for one in self.spans if one.entity_id != span.entity_id}
        return span.rule == "metonym" and bool(led & others) and span.country not in others

    def _link_famous(self, position: int) -> None:
        """A surname that the model took for something else, if one office holder alone bears it."""
        span = Span(position, position + 1, position, "person", "model", 0.5, source="person")
        self._link_surname(span)
        if span.entity_id is not None:
            self._consume(position, position + 1, span)

    def _is_full(self, span: Span) -> bool:
        return not span.open_office and (
            span.source == "person" and len(fold(self.doc[span.start : span.end].text).split()) > 1
        )

    def identity(self, span: Span) -> str:
        return span.entity_id or fold(span.name or "")

    def _may_yield(self, span: Span, position: int) -> bool:
        """Whether the model's guess at this word may be overruled by a name that the text has introduced."""
        guessed = span.rule in ("model", "ambiguous", "title") and span.entity_id is None
        return span.start == position and (guessed or (span.kind == "place" and not span.source))

    def _short_names(self, span: Span) -> set[str]:
        written = fold(self.doc[span.start : span.end].text).split()
        words = [word for word in written if word not in NAME_SUFFIXES] or written
        family_first = is_family_first(words, span.country) or (
            span.country is None and words[0] in EAST_ASIAN_SURNAMES
        )
        if span.country == "VNM":
            return {words[0], words[-1]}
        short = {words[0]} if family_first else {words[-1], " ".join(words[-2:]) if len(words) > 2 else words[-1]}
        if words[0] in EAST_ASIAN_SURNAMES and len(words) > 2:
            short.add(words[0])
        elif not family_first and words[0] not in self.gazetteer.terms:
            short.add(words[0])  # "Kofi", after Kofi Mensah
        if span.entity_id in self.gazetteer.persons:
            known = self.gazetteer.persons[str(span.entity_id)].name.split()
            if family_first:
                short.add(fold(known[0]))
            else:
                short |= {fold(known[-1]), fold(" ".join(known[1:]))}
        if len(words) > 2 and not family_first:
            short.add(words[-2]) if words[-2] not in ("al", "el", "bin", "de", "van", "von", "der") else None
        if words != written:
            short.add(" ".join(written[-2:]))  # "Marsh Jr."
        return {one for one in short if len(one) > 1}

    def _point_back(
        self, start: int, end: int, bearers: Sequence[Span], counts: dict[str, int], covered: Span | None
    ) -> bool:
        before = [span for span in bearers if span.start < start]
        if not before:
            return False
        ranked = sorted(before, key=lambda span: (counts[self.identity(span)], span.start))
        chosen = ranked[-1]
        counts[self.identity(chosen)] += 1
        if covered is not None:
            covered.rule = "dropped"
        self._add(
            replace(
                chosen,
                start=start,
                end=end,
                head=end - 1,
                rule="surname",
                score=0.9 if len({self.identity(span) for span in before}) == 1 else 0.7,
            )
        )
        return True

    def _may_be_meant(self, span: Span, known: str) -> bool:
        """Whether somebody who never held an office may be: without such a title, if the text speaks of the state."""
        return span.level not in OFFICIAL and self.gazetteer.persons[known].country_code in self.countries()

    def _is_common(self, surname: str) -> bool:
        return surname in EAST_ASIAN_SURNAMES and len(self.gazetteer.bearers(surname, self.day)) > FEW

    def _leads(self, known: str) -> bool:
        return any(held.level in EXECUTIVE_LEVELS for held in self.gazetteer.offices_of(known, self.day))

    def _link_surname(self, span: Span) -> None:
        """A bare surname that only one holder of a high office bears on the day (or at all, without a day)."""
        words = fold(self.doc[span.start : span.end].text)
        found = set(self.gazetteer.bearers(words, self.day))
        if self.day is not None and len(found) > 1:
            found = {known for known in found if self.gazetteer.offices_of(known, self.day)}
        if span.country:
            found = {known for known in found if self.gazetteer.persons[known].country_code == span.country}
        if span.level == "governor":  # who leads a state doesn't govern a part of it
            found = {known for known in found if not self._leads(known)}
        if span.level in OFFICIAL or not span.country:
            found = {known for known in found if known in self.gazetteer.holdings or self._may_be_meant(span, known)}
        spoken_of = self.countries()
        if not span.country and self._is_common(words):  # "Lee" of whom nothing is said
            found = {known for known in found if self.gazetteer.persons[known].country_code in spoken_of}
        if len(found) > 1:
            found = {
                held.entity_id
                for known in found
                for held in self.gazetteer.holdings.get(known, ())
                if held.level in EXECUTIVE_LEVELS
                and (self.day is None or held.covers(self.day))
                and (held.country_code in spoken_of or (self.day is None and fits(span.level, held.level)))
            }
        if len(found) == 1:
            office, sector = span.office, span.sector
            self._link_person(span, found.pop(), "surname", 0.6)
            span.office, span.sector = span.office or office, span.sector or sector

"""Titles, bodies of state and groups of people, by their common nouns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import product

from demarche.codebook.names import fold
from demarche.entities import EXECUTIVE_LEVELS, Holding, Term
from demarche.mentions.names import NameReader
from demarche.mentions.spans import Span
from demarche.mentions.words import (
    BACKED,
    FEMALE_TITLES,
    HEADING,
    HYPHENS,
    INSIDE_PHRASE,
    JOINERS,
    LED,
    LINKED_LEVELS,
    MALE_TITLES,
    MEMBER_LEVELS,
    MODIFYING,
    NAMING_ADJECTIVES,
    NO_NAME_LABELS,
    NOMINAL,
    OF_MANY_STATES,
    PARTITIVES,
    PAST_HOLDER,
    POSSESSIVES,
    SONS,
    STANDING_ABROAD,
    SUBJECT,
)


class TermReader(NameReader):
    """Finds titles with their bearers, bodies of state and groups of people, and whose they are."""

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

    def find_fathers(self) -> None:
        """A person's name takes in that of the father: "Abdullah II ibn Al Hussein"."""
        for span in self.spans:
            words, start = self.tokens.lower, span.end
            if span.kind != "person" or span.rule == "dropped" or start >= len(words):
                continue
            start += words[start] in SONS
            if start == span.end and words[start - 1] not in SONS:
                continue
            father = self.at[start] if start < len(words) else None
            is_unknown = father is not None and father.kind == "person" and father.entity_id is None
            end = father.end if father is not None and is_unknown else self._name_end(start)
            if end > start:
                if father is not None:
                    father.rule = "dropped"
                self.at[span.end : end] = [span] * (end - span.end)
                span.end, span.head = end, end - 1

    def _term(self, position: int) -> tuple[int, Term | None]:
        if self.at[position] is not None:
            return position, None
        tokens, terms = self.tokens, self.gazetteer.terms
        first = tokens.singular[position].partition(" ")[0]
        raw = tokens.folded[position].partition(" ")[0]
        limit = max(self.gazetteer.longest_term.get(first, 0), self.gazetteer.longest_term.get(raw, 0))
        best: tuple[int, Term | None] = (position, None)
        prefixes, end = [""], position
        while limit and end < len(tokens.text) and end - position < limit + 2:
            if not tokens.folded[end]:
                if end > position and tokens.text[end] in JOINERS:
                    end += 1
                    continue
                break
            if self.at[end] is not None:
                break
            plural = tokens.tag[end] in ("NNS", "NNPS")
            for prefix, word in product(prefixes, (tokens.folded[end], tokens.singular[end])):
                found = terms.get(f"{prefix}{word}") if tokens.lower[end] != "p.m." else None  # of a clock
                if found and tokens.pos[end] in ("NOUN", "PROPN", "ADJ"):
                    if tokens.pos[end] == "ADJ" and end == position and not self.person_follows(end + 1):
                        continue
                    best = (end + 1, self._choose(found, plural))
                    break
            begun = [tokens.folded[end], *([tokens.singular[end]] if plural and end == position else [])]
            prefixes = [f"{prefix}{word} " for prefix, word in product(prefixes, begun)]  # "heads of state"
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

    def person_follows(self, position: int) -> bool:
        return position < len(self.at) and (span := self.at[position]) is not None and span.kind == "person"

    def _read_term(self, start: int, end: int, term: Term) -> None:
        head = self._noun(start, end)
        plural = self.tokens.tag[head] in ("NNS", "NNPS") and self.tokens.lower[head] != "headquarters"
        if term.kind == "title" and not plural and self._unknown_name_follows(end):
            self._add_model_person(end, self._name_end(end))
        whose, first, owner, past, definite = self.before(start)
        country = whose.country if whose is not None else None
        organisation: Span | None = None
        last = end
        after_country, after_end, organisation = self._after(end, term)
        if term.kind != "title" and self._is_of_many(first, start, term):
            after_country = None  # "UN peacekeepers in Mali"
        if country is None and after_country is not None and (owner is None or term.kind == "title"):
            country, last = after_country, after_end
        elif organisation is not None or after_country is not None:
            last = after_end
        if country is None and organisation is None and owner is None:
            country = self._shared_country(start, term)
        if term.kind == "title" and organisation is None:
            if whose is not None or country is not None:
                near = whose or self._right_before(start)
                organisation = near if near is not None and has_own_head(near) else None
            elif first in (start, start - 1, start - 2):
                first, organisation = self._organisation_before(first, start)
                country = organisation.country if organisation is not None else None
        if country is None and organisation is None and owner is None:
            country = term.country_code
        if term.kind == "title":
            self._read_title(start, end, first, last, term, country, owner, past, definite, plural, organisation)
            return
        if self._is_premodifier(end) or self._is_in_a_name(head):
            return
        kind = "group" if term.kind == "group" or (plural and term.kind != "body") else "body"
        span = Span(
            first,
            last,
            head,
            kind,
            "body" if kind == "body" else "group",
            0.8 if country else 0.4,
            name=None,
            country=country,
            sector=term.sector_type,
            plural=plural or kind == "group",
            source=term.word,
        )
        if owner is not None:
            span.source = f"owned:{owner}"
        if country and kind == "body":
            state = self.gazetteer.states[country]
            own = self._own_words(self._core(first, start), start, last)
            span.name = f"{state.name}: {own}"
            span.entity_id = f"body-{country.lower()}-{own.replace(' ', '-')}"
        if kind == "group":
            self._stand_for_body(span, start, organisation, term)
            self._share_title(span, last, term)
            self._add_group(span, term)
        else:
            self._consume(first, last, span)

    def _shared_country(self, start: int, term: Term) -> str | None:
        """Whose a bare title is that is joined to another one: "Fiji's president and premier"."""
        joined = self.at[start - 2] if start > 1 and self.tokens.lower[start - 1] == "and" else None
        is_office = joined is not None and joined.kind == "person" and joined.office is not None
        is_whole = is_office and joined is not None and joined.rule in ("office", "title") and joined.end == start - 1
        return joined.country if is_whole and joined is not None and term.kind == "title" else None

    def _noun(self, start: int, end: int) -> int:
        """The last word of a term, or, in the plural, the one before "of": "heads of state"."""
        is_several = self.tokens.tag[start] in ("NNS", "NNPS")
        behind = self.tokens.lower[start + 1 : min(start + 2, end)]
        return start if is_several and behind in (["of"], ["for"]) else end - 1

    def _is_of_many(self, first: int, start: int, term: Term) -> bool:
        """Whether an organisation of many states stands right before a phrase, or it is said to be of many: who is so
        called is of no state, wherever he is met. A foreign ministry is its state's."""
        said = set(self.tokens.lower[max(0, start - 2) : start])
        if not OF_MANY_STATES.isdisjoint(said - (NAMING_ADJECTIVES if term.kind == "body" else set())):
            return True
        span = self._right_before(first)
        return span is not None and span.kind == "organisation" and bool(span.entity_id) and span.country is None

    def _organisation_before(self, first: int, start: int) -> tuple[int, Span | None]:
        """The organisation right before a title: "UN secretary-general", "the bank's president"; where both begin."""
        span = self._right_before(start)
        if span is None or span.kind != "organisation" or not span.entity_id:
            return first, None
        return span.start, span

    def _right_before(self, start: int) -> Span | None:
        before = start - 1 - (self.tokens.lower[start - 1] in POSSESSIVES) if start else -1
        return self.at[before] if before >= 0 else None

    def _own_words(self, first: int, start: int, end: int) -> str:
        """A body's words without its country and mere qualities: "ministry of foreign affairs"."""
        words = [
            self.tokens.folded[at]
            for at in range(first, end)
            if self.at[at] is None
            and self.tokens.folded[at]
            and (at >= start or self.tokens.pos[at] in NOMINAL or self.tokens.folded[at] in NAMING_ADJECTIVES)
        ]
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
        return self.tokens.pos[end] in NOMINAL and following in self.gazetteer.terms and self.at[end] is None

    def _is_in_a_name(self, head: int) -> bool:
        """Whether a common noun is but a word of a longer name: "the National Basketball Association"."""
        tokens, whole = self.tokens, self.tokens.head[head]
        is_word = tokens.tag[head] == "NNP" and tokens.dep[head] == "compound" and whole > head + 1
        return is_word and all(tokens.pos[at] == "PROPN" and self.at[at] is None for at in range(head + 1, whole + 1))

    def before(self, start: int) -> tuple[Span | None, int, int | None, bool, bool]:
        """What stands before a head: whose it is, where its phrase begins, a pronoun that owns it, whether it is
        somebody of the past, whether it is definite."""
        tokens = self.tokens
        whose: Span | None = None
        first, owner, past, definite = start, None, False, False
        position = start - 1
        while position >= 0 and start - position < 9:
            span = self.at[position]
            if span is not None:
                following = tokens.lower[span.end] if span.end < len(tokens.text) else ""
                after = tokens.lower[span.end + 1] if span.end + 1 < start else ""
                if (following in HYPHENS and after in BACKED) or (following[:1] in HYPHENS and following[1:] in BACKED):
                    break
                if span.kind == "person" and (span.end == start or following in POSSESSIVES):
                    return whose or span, first, span.start, past, True  # "the Assad regime", "Maduro's envoy"
                if span.kind in ("person", "organisation") and following not in POSSESSIVES:
                    break
                if whose is None or span.source in MODIFYING:
                    if whose is not None and whose.country and span.country != whose.country:
                        break
                    whose = span if whose is None or not has_own_head(whose) else whose
                    first = span.start
                definite = definite or following in POSSESSIVES
                position = span.start - 1
                if following in POSSESSIVES or span.source not in MODIFYING:
                    break
                continue
            word = tokens.lower[position]
            if word == ")" and tokens.text[position - 2] == "(" and self.at[position - 1] is not None:
                position -= 3  # "the New People's Army (NPA) rebels"
                continue
            if tokens.tag[position] == "PRP$":
                owner, definite = position, True
                break
            if word in ("the", "this", "that", "these", "those"):
                definite = True
                break
            owned = tokens.lower[position - 1] in POSSESSIVES  # "Chad's three envoys"
            if not owned and word in ("a", "an", "any", "some", "several", "many", "no", "another", "two", "three"):
                break
            if word in PAST_HOLDER:
                past = True
                first = position
                position -= 1
                continue
            if tokens.text[position][:1] in HYPHENS and len(word) > 1:
                break  # "-backed"
            attributive = tokens.pos[position + 1] == "ADJ" or tokens.tag[position + 1] == "VBN"
            if (tokens.pos[position] == "ADV" and attributive) or tokens.dep[position] == "amod":
                position -= 1
                continue
            is_owner = position == start - 1 or tokens.lower[position + 1] in POSSESSIVES
            led = self.states_led(tokens.folded[position]) if is_owner and whose is None else set()
            if len(led) == 1 and tokens.pos[position] == "PROPN":
                # "the Maduro government", "Maduro's envoy", whom the model knows not
                leader = Span(
                    position, position + 1, position, "person", "surname", 0.6, country=led.pop(), source="person"
                )
                return leader, first, None, past, True
            inside = tokens.pos[position] in INSIDE_PHRASE or tokens.tag[position] in ("VBN", "VBG", "POS")
            if not (inside or word in HYPHENS or word in POSSESSIVES):
                break
            if tokens.pos[position] in ("ADJ", "NOUN", "PROPN") and whose is None:
                first = position
            position -= 1
        return whose, first, owner, past, definite

    def states_led(self, surname: str) -> set[str]:
        """The states that bearers of a surname lead on the day; without a day, that they ever led."""
        return {
            held.country_code
            for known in self.gazetteer.bearers(surname, self.day)
            for held in self.gazetteer.holdings.get(known, ())
            if held.level in EXECUTIVE_LEVELS and held.country_code and (self.day is None or held.covers(self.day))
        }

    def _after(self, end: int, term: Term) -> tuple[str | None, int, Span | None]:
        """Country or organisation in the of-phrase after a head, and the token after it."""
        tokens = self.tokens
        if term.kind == "title" and tokens.lower[end : end + 1] == ["and"]:  # "the president and premier of Fiji"
            after, other = self._term(end + 1) if end + 1 < len(tokens.text) else (end, None)
            if other is None or other.kind != "title" or tokens.tag[after - 1] != tokens.tag[end - 1]:
                return None, end, None
            country, _, organisation = self._after(after, other)
            return country, end, organisation
        position = end
        last = end
        steps = 0
        while position < len(tokens.text) and steps < 3:
            word = tokens.lower[position]
            following = tokens.lower[position + 1 : position + 2]
            is_led = term.kind != "title" and word in LED and following in (["by"], ["to"])
            position += is_led
            allowed: tuple[str, ...] = ("of", "in", "from", "at", "for")
            if term.kind == "title":
                allowed = ("of", "for", "at")
            elif term.word in STANDING_ABROAD:
                allowed = ("of",)
            sits = term.kind == "title" and word == "in" and not steps and self._sits_in(position)
            if tokens.dep[position + 1 : position + 2] == ["pcomp"]:
                break  # "accused the army of shelling Goma"
            if not (word in allowed or sits or is_led) or (word in ("at", "from", "for") and steps):
                break
            preposition = word
            position += 1
            crossed = 0
            while position < len(tokens.text) and crossed < 8:
                span = self.at[position]
                if span is not None:
                    if span.kind == "person":  # "the government of …": whose country is its own
                        return (span.country if term.kind == "body" or is_led else None), last, None
                    if span.kind == "organisation" and not span.country:
                        return None, span.end, span
                    if span.country and (preposition != "at" or term.kind == "title"):
                        whole = span.end
                        if span.source in ("adjective",) or tokens.lower[whole : whole + 1] in (["'s"], ["’s"]):
                            whole = self._phrase_end(whole)
                        body = span if has_own_head(span) else None
                        return span.country, whole if preposition == "of" else last, body
                    return None, last, None
                inside = tokens.pos[position] in INSIDE_PHRASE or tokens.tag[position] in ("VBG", "VBN")  # "the ruling"
                if not inside and tokens.lower[position] not in ("and", "'s", "’s"):
                    break
                position += 1
                crossed += 1
            if preposition == "of" and tokens.pos[position - 1] in NOMINAL and term.kind == "body":
                last = position
            steps += 1
        return None, last, None

    def _sits_in(self, preposition: int) -> bool:
        """Whether somebody is told by the capital where the office is: "the justice minister in Banjul"."""
        place = self.at[preposition + 1] if preposition + 1 < len(self.at) else None
        return (
            place is not None
            and place.source == "capital"
            and self.tokens.head[preposition] == preposition - 1
            and self.role(preposition - 1) in (*SUBJECT, "appos", "agent")
        )

    def _far_end(self, position: int) -> int:
        """The end of a phrase with the names of states and bodies in it, up to a person, a comma or a verb."""
        tokens = self.tokens
        for _ in range(12):
            if position >= len(tokens.text) or self.person_follows(position):
                break
            inside = self.at[position] is not None or tokens.pos[position] in (*INSIDE_PHRASE, "PART")
            if not inside and tokens.lower[position] not in ("of", "'s", "’s", "and"):
                break
            position += 1
        return position

    def _phrase_end(self, position: int) -> int:
        tokens = self.tokens
        while (
            position < len(tokens.text)
            and self.at[position] is None
            and (
                (
                    tokens.pos[position] in ("ADJ", "NOUN", "PROPN", "PART", "VERB")
                    and tokens.tag[position] != "TO"
                    and tokens.tag[position] not in ("VBD", "VBZ", "VBP", "VB", "MD")
                )
                or tokens.lower[position] in POSSESSIVES
            )
        ):
            position += 1
        return position

    def _unknown_name_follows(self, end: int) -> bool:
        tokens = self.tokens
        return (
            end < len(tokens.text)
            and self.at[end] is None
            and tokens.pos[end] == "PROPN"
            and tokens.text[end][:1].isupper()
            and tokens.label[end] not in NO_NAME_LABELS
            and tokens.singular[end] not in self.gazetteer.terms
            and not (tokens.dep[end] in ("compound", "nmod", "amod") and tokens.pos[tokens.head[end]] == "NOUN")
        )

    def _name_end(self, start: int) -> int:
        end = start
        while (
            end < len(self.at)
            and self.at[end] is None
            and end - start < 6
            and (
                (self.tokens.pos[end] == "PROPN" and self.tokens.text[end][:1].isupper())
                or self.tokens.lower[end] in ("al", "el", "bin", "ben", "de", "van", "von", "der", "la", "da", "dos")
                or (end > start and self.tokens.text[end] in HYPHENS and not self.doc[end - 1].whitespace_)
                or (end > start and self.tokens.text[end - 1] in HYPHENS and not self.doc[end - 1].whitespace_)
            )
        ):
            end += 1
        while end > start and (self.tokens.text[end - 1] in HYPHENS or self.tokens.text[end - 1].islower()):
            if self.tokens.text[end - 2 : end - 1] and self.tokens.text[end - 2] in HYPHENS:
                break
            end -= 1
        return end

    def _read_title(
        self,
        start: int,
        end: int,
        first: int,
        last: int,
        term: Term,
        country: str | None,
        owner: int | None,
        past: bool,
        definite: bool,
        plural: bool,
        organisation: Span | None,
    ) -> None:
        tokens = self.tokens
        if organisation is not None and is_part(organisation) and term.level in LINKED_LEVELS:
            term = term._replace(level="governor")  # of a part of a state, not of the state
        self.titles.update(range(start, end))
        if not plural and (definite or country is not None) and term.level in LINKED_LEVELS:
            self._read_apposed(last)
        bearer = self._bearer(start, end, last, first, definite or country is not None)
        if bearer is not None and bearer.start >= end and country is None and organisation is None:
            country = self.country_beside(bearer.start, bearer.end)  # "President Vella of Malta"
        office = fold(self.doc[start:end].text) if not plural else term.word
        if term.level == "courtesy":
            if bearer is not None:
                self._set_gender(bearer, term.word)
            return
        sector = term.sector_type
        if term.level in ("spokesperson", "military", "chair", "official", "judge") or sector is None:
            sector = self._sector_before(start, first) or sector
        if organisation is not None:
            sector = organisation.sector or sector
        elif country and sector == "IGO":
            sector = "GOV"
        if bearer is not None and not plural:
            self._give_office(bearer, term, office, country, sector, past, organisation)
            for position in range(first, start):
                if (span := self.at[position]) is not None and span is not bearer and span.source == "adjective":
                    span.rule = "dropped"
            return
        if self._is_premodifier(end) or tokens.pos[end - 1] == "ADJ":
            return
        bare = first == start and not definite and owner is None and tokens.tag[end - 1] == "NN"
        if bare and tokens.dep[end - 1] == "pobj" and tokens.lower[start - 1] in ("for", "of", "to"):
            return  # nobody: "brought to justice", "the post of premier"
        if plural:
            group = Span(
                first,
                last,
                self._noun(start, end),
                "group",
                "group",
                0.8 if country else 0.4,
                country=country,
                sector=self._sector_before(start, first) or sector,
                plural=True,
                source=term.word,
                level=term.level,
            )
            self._stand_for_body(group, start, organisation, term)
            if not self._share_title(group, last, term):
                self._add_group(group, term)
            return
        span = Span(
            first,
            last,
            end - 1,
            "person",
            "title",
            0.5,
            country=country,
            sector=sector,
            office=f"former {office}" if past else office,
            level=term.level,
            source=term.word,
            open_office=definite or country is not None,
            is_past=past,
        )
        self._set_gender(span, term.word)
        told = self._copula(end - 1)
        if told is not None:
            span.open_office = False
            if told.entity_id in self.gazetteer.persons:
                self._link_person(span, str(told.entity_id), "description", 0.7)
        elif organisation is not None:
            span.country = country and organisation.country
            span.body = self._key(organisation)
            self.link_office(span, span.body)
        elif country and not past:
            self.link_office(span, country)
        if owner is not None:
            span.source = f"owned:{owner}"
        self._consume(first, last, span)

    def _stand_for_body(self, group: Span, start: int, organisation: Span | None, term: Term) -> None:
        """ "NATO foreign ministers", "leaders of the African Union": people who speak for their states are together the
        body of these states."""
        body = organisation or self._right_before(start)
        if body is None or body.kind != "organisation" or body.sector != "IGO" or body.country is not None:
            return
        levels = {named.level for named in self.gazetteer.terms[term.word] if named.kind == "title"}
        is_part = any(child.dep_ == "nummod" or child.lower_ in PARTITIVES for child in self.doc[group.head].children)
        if not is_part and not levels.isdisjoint(MEMBER_LEVELS):
            group.entity_id, group.name, group.sector = body.entity_id, body.name, body.sector

    def _key(self, body: Span) -> str:
        return body.entity_id or fold(self.doc[body.start : body.end].text)

    def _copula(self, head: int) -> Span | None:
        """The person of whom a sentence says what the person was: "Baerbock was Germany's foreign minister". Who is
        the holder on the day of the text says nothing of it."""
        verb = self.tokens.head[head]
        if self.tokens.dep[head] != "attr" or self.tokens.lemma[verb] != "be" or self.tokens.lower[verb] != "was":
            return None
        subjects = [child.i for child in self.doc[verb].children if child.dep_ == "nsubj"]
        found = self.at[subjects[0]] if subjects else None
        return found if found is not None and found.kind == "person" else None

    def _share_title(self, group: Span, position: int, term: Term) -> bool:
        """Gives a plural title to those who bear it: "Presidents Putin and Macron", "two spies, Li and Wu".

        True when they stand right after it, so that the title names nobody else.
        """
        tokens, apposed = self.tokens, self.tokens.text[position : position + 1] == [","]
        position += apposed
        found = False
        while self.person_follows(position):
            person = self.at[position]
            if person is None:
                break
            self._give_office(person, term, term.word, group.country, group.sector, False, None)
            found = True
            position = person.end
            while position < len(tokens.text) and (tokens.text[position] == "," or tokens.lower[position] == "and"):
                position += 1
        return found and not apposed

    def _add_group(self, group: Span, term: Term) -> None:
        """A group of people; one mention for each of several countries ("Egyptian and Sudanese officials")."""
        countries, first, last = self._joined_countries(group)
        if len(countries) < 2:
            self._consume(group.start, group.end, group)
            return
        for number, country in enumerate(countries):
            one = replace(group, start=first, end=last, country=country, score=0.7)
            level = next((named.level for named in self.gazetteer.terms[term.word] if named.kind == "title"), None)
            if level in LINKED_LEVELS:
                one = replace(one, kind="person", plural=False, office=term.word, level=level, open_office=True)
                self.link_office(one, country)
            if number:
                self._add(one)
            else:
                self._consume(first, last, one)

    def _joined_countries(self, group: Span) -> tuple[list[str], int, int]:
        """The countries that are joined by commas and "and" before or after a head, and the phrase's bounds."""
        tokens, first, last = self.tokens, group.start, group.end
        countries = [group.country] if group.country else []
        while countries and first > 1 and (tokens.lower[first - 1] == "and" or tokens.text[first - 1] == ","):
            before = self.at[first - 2]
            if before is None or before.source != "adjective" or not before.country:
                break
            countries.insert(0, before.country)
            first = before.start
        while countries and last + 1 < len(tokens.text) and group.end > group.head + 1:
            if tokens.lower[last] != "and" and tokens.text[last] != ",":
                break
            position = last + 1 + (tokens.lower[last + 1] in ("the", "and"))
            after = self.at[position] if position < len(self.at) else None
            if after is None or after.source != "state" or not after.country:
                break
            countries.append(after.country)
            last = after.end
        return list(dict.fromkeys(countries)), first, last

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

    def _set_gender(self, span: Span, title: str) -> None:
        if title in MALE_TITLES:
            span.gender = "m"
        elif title in FEMALE_TITLES:
            span.gender = "f"

    def _bearer(self, start: int, end: int, last: int, first: int, definite: bool) -> Span | None:
        """The person whose title this is: right after it, after its of-phrase, or on the other side of a comma."""
        tokens = self.tokens
        for position in (end, last):
            if self.person_follows(position):
                return self.at[position]
        reach = last
        if reach < len(tokens.text) and tokens.lower[reach] in ("of", "for", "at", "to"):
            reach = self._far_end(reach + 1)
            if self.person_follows(reach):
                return self.at[reach]
            definite = True
        if definite and reach + 1 < len(tokens.text) and tokens.text[reach] == "," and self.person_follows(reach + 1):
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

    def _read_apposed(self, position: int) -> None:
        """A name of several words between commas behind a title is its bearer's, whatever the model takes it for: "the
        premier, Lothar de Maizière, said"."""
        tokens, start = self.tokens, position + 1
        if tokens.text[position : position + 1] != [","] or not self._unknown_name_follows(start):
            return
        end = self._name_end(start)
        closing = tokens.text[end] if end < len(tokens.text) else "."
        if end - start > 1 and closing in (",", ".", ")", ";", "—", "–"):
            self._add_model_person(start, end)

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
        self,
        person: Span,
        term: Term,
        office: str,
        country: str | None,
        sector: str | None,
        past: bool,
        organisation: Span | None,
    ) -> None:
        self._set_gender(person, term.word)
        if person.rule == "ambiguous" or person.entity_id is None:
            self._link_titled(person, term, country, past)
        if person.entity_id is None and not past and organisation is None:
            self._link_respelt(person, term, office, country)
        if country and (person.country is None or person.entity_id is None):
            person.country = country
        if organisation is not None:
            person.body = self._key(organisation)
            person.sector = organisation.sector if person.entity_id is None else person.sector
        if past:
            person.office, person.level, person.sector = f"former {office}", None, "ELI"
            return
        if person.office is None:
            person.office, person.level = office, term.level
        person.sector = person.sector or sector
        if person.rule == "model":
            person.rule, person.score = "title", 0.6

    def _link_titled(self, person: Span, term: Term, country: str | None, past: bool) -> None:
        """A surname with a title: whoever of that name held such an office on the day, or before, in that country."""
        words = fold(self.doc[person.start : person.end].text)
        found = set()
        days = self.days.of(person.head)
        for known in self.gazetteer.bearers(words, self.day):
            for held in self._tenures(known, days, past):
                if (country is None or held.country_code == country) and fits(term.level, held.level):
                    found.add(known)
        if len(found) == 1:
            self._link_person(person, found.pop(), "office", 0.85, days[0])

    def _link_respelt(self, person: Span, term: Term, office: str, country: str | None) -> None:
        """A name that nobody is listed under, with an office: its holder on the day, if the name may be another
        spelling of his; where no country is told, of all holders the only one."""
        if term.level not in LINKED_LEVELS or term.level in HEADING - {"head_of_state"}:
            return
        days, name = self.days.of(person.head), self.doc[person.start : person.end].text
        states = [country] if country is not None else list(self.gazetteer.states)
        holders = {self.gazetteer.holder_on_all(state, term.level, days) for state in states}
        found = {
            known for known in holders if known and self.gazetteer.may_be_called(known, name, is_whole=country is None)
        }
        if len(found) == 1:
            self._link_person(person, found.pop(), "office", 0.75, days[0])

    def _tenures(self, known: str, days: Sequence[date], past: bool) -> list[Holding]:
        if not past:
            return [held for day in days for held in self.gazetteer.offices_of(known, day)]
        tenures = self.gazetteer.holdings.get(known, ())
        return [held for held in tenures if days and held.end_date is not None and held.end_date < min(days)]

    def _link_person(self, person: Span, known: str, rule: str, score: float, day: date | None = None) -> None:
        entry = self.gazetteer.persons[known]
        person.entity_id, person.name, person.country = known, entry.name, entry.country_code
        person.rule, person.score = rule, score
        self._complete_person(person, day)

    def link_office(self, span: Span, body: str) -> None:
        """The holder of a named office on the days of which its clause tells."""
        level = span.level or ""
        if body not in self.gazetteer.states and (level in HEADING or span.office in ("chief", "head")):
            level = "organisation_head"
        if level not in LINKED_LEVELS:
            return
        office, days = span.office or "", self.days.of(span.head)
        known = self.gazetteer.holder_on_all(body, office, days)
        if known is None and (level, office) != ("head_of_state", "president"):
            known = self.gazetteer.holder_on_all(body, level, days)
            if known is not None and not self._is_called(known, body, office, days[0]):
                known = None
        if known is None:
            span.is_past = self.days.are_past(span.head)
            return
        country = span.country
        self._link_person(span, known, "office", 0.85, days[0])
        span.country = country or span.country
        span.open_office = False

    def _is_called(self, known: str, body: str, office: str, day: date) -> bool:
        """Whether a holder's office may bear a name: where a state has an office of that name, others are others (a
        "prime minister" and a "chief adviser"), though not an acting one's."""
        if not self.gazetteer.holders.get((body, office)):
            return True
        return any(office in held.office_name for held in self.gazetteer.offices_of(known, day))

    def link_counterpart(self, span: Span, country: str) -> None:
        """The holder of the same office in another country."""
        days = self.days.of(span.head)
        known = self.gazetteer.holder_on_all(country, span.level or "", days)
        if known is not None:
            self._link_person(span, known, "counterpart", 0.8, days[0])

    def _consume(self, first: int, last: int, span: Span) -> None:
        """Put a phrase in the place of what it is made of."""
        for position in range(first, last):
            inner = self.at[position]
            if inner is not None and inner is not span:
                inner.rule = "dropped"
        self._add(span)


def has_own_head(span: Span) -> bool:
    """Whether the leader or president of it is not that of its country: of a party, a firm, an army, a parliament, a
    region."""
    return span.source == "organisation" or (span.source == "metonym" and span.sector != "GOV") or is_part(span)


def is_part(span: Span) -> bool:
    """Whether it is a part of a state, or a people within states: a capital may stand for the whole."""
    return span.source == "people" or (span.kind == "place" and span.source != "capital")


def fits(level: str | None, held: str) -> bool:
    return (
        level == held
        or level in ("leader", "chair", "courtesy")
        or (level == "minister" and held.endswith("minister"))
        or (level == "head_of_state" and (held in ("president", "organisation_head")))
    )

"""Words that point back: pronouns, descriptions, counterparts, "both sides"."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from demarche.entities import EXECUTIVE_LEVELS
from demarche.mentions.spans import Span
from demarche.mentions.surnames import SurnameReader
from demarche.mentions.terms import fits
from demarche.mentions.words import (
    ALLIANCES,
    BLOC_NOUNS,
    DOMESTIC,
    DONE_TO_A_PARTY,
    FEMININE,
    LINKED_LEVELS,
    MASCULINE,
    NEUTER,
    PAIR_BODIES,
    PAIR_NOUNS,
    PAIR_PEOPLE,
    PLURAL,
    SUBJECT,
    WHOLE,
)

MEMORY = 300
"""How many mentions back a pointing word looks."""


class Pointers:
    """Resolves the words that point back to somebody named before."""

    def __init__(self, reader: SurnameReader) -> None:
        self.reader = reader
        self.tokens = reader.tokens
        self.gazetteer = reader.gazetteer
        self.done: list[Span] = []
        self.grounds: dict[int, set[str]] = defaultdict(set)  # the countries in which a sentence's acts happen

    def resolve(self) -> list[Span]:
        """The reader's spans with pronouns and descriptions added and resolved, in the order of the text."""
        starts: dict[int, list[Span]] = defaultdict(list)
        for span in self.reader.read():
            starts[span.start].append(span)
            placed = span.kind == "place" or (span.kind == "state" and self.tokens.lower[span.start - 1] == "in")
            if span.country and placed:
                self.grounds[self.tokens.sentence[span.start]].add(span.country)
        for position in range(len(self.tokens.text)):
            for span in starts.get(position, ()):
                self.done.extend(self._describe(span))
            covering = self.reader.at[position]
            if covering is None:
                self.done.extend(self._point(position))
            elif self.tokens.lower[position] == "koreas" and covering.entity_id is None:
                self.done[-1:] = self._pair(position) or self.done[-1:]
        return self.done

    def _describe(self, span: Span) -> list[Span]:
        if span.source.startswith("owned:"):
            position = int(span.source.partition(":")[2])
            owner = self._named_owner(span, position) or self._antecedent(position)
            if owner is not None and span.country is None:
                span.country = owner.country
                span.sector = "GOV" if span.sector == "IGO" and owner.country else span.sector
                if owner.country and span.kind == "person" and not span.is_past:
                    self.reader.link_office(span, owner.country)
            span.source = span.level or ""
        if span.kind == "person" and span.entity_id is None and span.open_office and not span.is_past:
            self._describe_person(span)
        elif span.kind == "person" and span.rule == "office" and span.source == "leader" and not span.body:
            self._prefer_named(span)
        if span.kind in ("group", "body") and span.country is None and (bloc := self._bloc(span.head)):
            return bloc
        if span.kind == "group" and span.plural and span.country is None:
            return self._describe_pair(span)
        if span.kind == "body" and span.country is None and self.tokens.singular[span.head] == "government":
            return self._pair(span.head) or [span]
        if span.country is None and span.sector in DOMESTIC and span.rule in ("body", "title", "group"):
            self._settle_by_place(span)
        return [span]

    def _named_owner(self, span: Span, position: int) -> Span | None:
        """Somebody whose name stands in a phrase as its owner: "the Assad regime"."""
        named = [one for one in self.reader.spans if one.kind == "person" and one.start == position]
        return named[0] if named and position < span.head else None

    def _settle_by_place(self, span: Span) -> None:
        """A body without a country belongs to the one country in which its sentence happens."""
        here = self.tokens.sentence[span.start]
        grounds = self.grounds.get(here, set())
        if len(grounds) == 1:
            span.country, span.score = next(iter(grounds)), 0.4

    def _prefer_named(self, span: Span) -> None:
        """Takes "the Iranian leader" for the president, in a text that has named him, whoever ranks highest."""
        for known in reversed(self.done[-MEMORY:]):
            if (
                known.kind == "person"
                and known.country == span.country
                and known.level in (*EXECUTIVE_LEVELS, "president")
            ):
                if known.entity_id and known.rule != "pronoun":
                    span.entity_id, span.name, span.office = known.entity_id, known.name, known.office
                    span.rule, span.score, span.level = "description", 0.7, known.level
                return

    def _describe_person(self, span: Span) -> None:
        """Links "the Cuban leader", "the premier": whoever was named before with that country and office."""
        for known in reversed(self.done[-MEMORY:]):
            if known.kind != "person" or known.plural or known.start == span.start or known.is_past:
                continue
            if span.country is not None and known.country != span.country:
                continue
            same = bool(known.level) and (known.level == span.level or fits(span.level, known.level or ""))
            if not same and not (known.office and span.office and span.office in known.office):
                continue
            if span.gender and known.gender and span.gender != known.gender:
                continue
            if span.body and not self._serves(known, span.body):
                continue
            span.entity_id, span.name, span.gender = known.entity_id, known.name, known.gender
            span.country, span.sector = known.country, known.sector or span.sector
            span.office = known.office or span.office
            span.rule, span.score = "description", 0.7
            return

    def _serves(self, known: Span, body: str) -> bool:
        held = self.gazetteer.holdings.get(known.entity_id or "", ())
        return known.body == body or any(one.organisation_id == body for one in held)

    def _describe_pair(self, span: Span) -> list[Span]:
        """Links "the two leaders", "both presidents": the last two persons that fit; "the presidents", where the text
        has just named two persons and no more."""
        around = self.tokens.lower[max(0, span.start - 2) : span.end]
        if self.tokens.lower[span.end : span.end + 1] == ["of"]:
            around += self.tokens.lower[span.end : span.end + 4]
        if self.tokens.singular[span.head] not in PAIR_PEOPLE:
            return self._pair_of_bodies(span, set(around))
        sentence = self.tokens.sentence[span.start]
        named = {
            self.reader.identity(one)
            for one in self.done
            if one.kind == "person" and not one.plural and sentence - self.tokens.sentence[one.start] <= 3
        }
        if "other" in around:  # "the two other presidents" are no one of those named
            return [span]
        if not {"both", "two"} & set(around) and not ("the" in around and len(named) == 2):
            return [span]
        people = self._last_two("person", sentence, self._doer(span.head))
        if len(people) < 2 and {"both", "two"} & set(around):
            people = self._last_two_states(span.head)  # "the two commanders", whom nobody has named
        if len(people) < 2:
            return [span]
        return [
            replace(one, start=span.start, end=span.end, head=span.head, rule="description", score=0.6, plural=False)
            for one in people
        ]

    def _doer(self, position: int) -> str | None:
        """Who does to a phrase what its clause says, so is none of those that it means: "he received both leaders"."""
        if self.tokens.dep[position] not in ("dobj", "pobj", "dative"):
            return None
        verb = self._clause(position)
        doers = [one for one in self.done if one.kind == "person" and self._is_subject_of(one, verb)]
        return self.reader.identity(doers[-1]) if doers else None

    def _is_subject_of(self, span: Span, verb: int) -> bool:
        return self.reader.role(span.head) in SUBJECT and self._clause(span.head) == verb

    def _pair_of_bodies(self, span: Span, around: set[str]) -> list[Span]:
        """ "The two navies", "both governments": those of the two states of which the text speaks."""
        if not {"both", "two"} & around or self.tokens.singular[span.head] not in PAIR_BODIES:
            return [span]
        states = self._last_two_states(span.head)
        if len(states) < 2:
            return [span]
        return [replace(one, start=span.start, end=span.end, head=span.head) for one in states]

    def _point(self, position: int) -> list[Span]:
        word = self.tokens.lower[position]
        if word != "both" and (self.tokens.pos[position] == "PRON" or self.tokens.tag[position] == "PRP$"):
            return self._pronoun(position)
        if word == "counterpart" or word == "counterparts":
            return self._counterpart(position)
        if word == "latter" and self.tokens.lower[position - 1 : position] == ["the"]:
            return self._latter(position)
        if bloc := self._bloc(position):
            return bloc
        if self.tokens.singular[position] in PAIR_NOUNS or word in ("both", "koreas"):
            return self._pair(position)
        return []

    def _pronoun(self, position: int) -> list[Span]:
        word = self.tokens.lower[position]
        if word in PLURAL:
            found = self._several(position)
        elif word in MASCULINE or word in FEMININE or word in NEUTER:
            one = self._antecedent(position)
            found = [one] if one is not None else []
        else:
            return []
        score = 0.7 if len(found) == 1 else 0.5
        return [
            replace(
                one, start=position, end=position + 1, head=position, rule="pronoun", score=score, open_office=False
            )
            for one in found
        ]

    def _antecedent(self, position: int) -> Span | None:
        """The nearest mention that a pronoun may stand for: subjects first, same sentence before the last two."""
        word = self.tokens.lower[position]
        if word in PLURAL:
            several = self._several(position)
            return several[0] if len(several) == 1 else None
        if word in NEUTER:
            if self.tokens.dep[position] == "expl" or self._is_empty_it(position) or self._is_matter(position):
                return None
            kinds: tuple[str, ...] = (*WHOLE, "group")
        elif word in MASCULINE or word in FEMININE:
            kinds = ("person",)
        else:
            return None
        gender = "m" if word in MASCULINE else "f" if word in FEMININE else None
        best: tuple[float, int] | None = None
        chosen: Span | None = None
        here = self.tokens.sentence[position]
        governing = self._clauses_above(position)
        objective = word in ("him", "her", "it") and self.tokens.dep[position] in ("dobj", "pobj", "dative")
        for span in reversed(self.done):
            distance = here - self.tokens.sentence[span.start]
            if distance > 2:
                break
            if span.kind not in kinds or span.plural or span.end > position or self._is_nameless_group(span):
                continue
            if span.rule == "adjective" or (gender and span.gender and span.gender != gender):
                continue
            role = self.reader.role(span.head)
            subject = role in SUBJECT
            if objective and subject and distance == 0 and self._clause(span.head) in governing:
                continue
            main = subject and self.tokens.dep[self.reader.governor(span.head)] == "ROOT"
            score = (
                2.0 * subject
                + 0.8 * main
                - 1.5 * distance
                + (2.8 if self._is_topic(span.head) else 0.5) * (role == "poss")
                - 0.02 * min(position - span.end, 40)
            )
            if span.rule == "pronoun":
                score += 0.5
            if gender and span.gender == gender:
                score += 1.0
            if subject and distance == 0 and self._clause(span.head) in governing:
                score += 1.0
            if best is None or score > best[0]:
                best, chosen = (score, span.start), span
        return chosen

    def _is_topic(self, owner: int) -> bool:
        """ "It is Quill's third visit": of whom such a sentence tells, as if the name were its subject."""
        noun = self.tokens.head[owner]
        verb = self.tokens.head[noun]
        if self.tokens.dep[noun] != "attr" or self.tokens.lemma[verb] != "be":
            return False
        subjects = [child.lower_ for child in self.reader.doc[verb].children if child.dep_ in SUBJECT]
        return subjects in (["it"], ["this"], ["that"])

    def _is_empty_it(self, position: int) -> bool:
        """Whether a pronoun stands for nobody: "it is believed that", "it seems"."""
        if self.tokens.dep[position] not in SUBJECT:
            return False
        verb = self.tokens.head[position]
        if self.tokens.lemma[verb] in ("seem", "appear", "happen", "rain", "take"):
            return True
        children = {child.dep_ for child in self.reader.doc[verb].children}
        return bool(children & {"ccomp", "xcomp", "csubj", "advcl"}) and (
            self.tokens.dep[position] == "nsubjpass" or self.tokens.lemma[verb] == "be"
        )

    def _is_nameless_group(self, span: Span) -> bool:
        return span.kind == "group" and span.entity_id is None

    def _is_matter(self, position: int) -> bool:
        """Whether an "it" that is no subject of a finite verb stands for what was told, as it mostly does: "regretted
        it", "called it a mistake", but not "thanked it", "asked it to stop"."""
        if self.tokens.lower[position] != "it":
            return False
        head = self.tokens.head[position]
        if self.tokens.dep[position] in ("pobj", "pcomp"):
            return self.tokens.lower[head] not in ("against", "for", "with")
        if self.tokens.dep[position] in SUBJECT:
            if self.tokens.dep[head] not in ("ccomp", "xcomp") or self.tokens.tag[head] in ("VBD", "VBP", "VBZ", "MD"):
                return False
            if any(
                child.dep_ in ("aux", "auxpass", "mark") and child.tag_ != "TO"
                for child in self.reader.doc[head].children
            ):
                return False
            head = self.tokens.head[head]
        return self.tokens.lemma[head] not in DONE_TO_A_PARTY

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

    def _several(self, position: int) -> list[Span]:
        """Whom "they" stands for: a plural subject, or those joined by "and" in the last subject or phrase."""
        here = self.tokens.sentence[position]
        subjects = [
            span
            for span in self.done[-MEMORY:]
            if 0 <= here - self.tokens.sentence[span.start] <= 1
            and span.end <= position
            and span.kind in ("person", "state", "group", "organisation", "body")
            and span.rule != "adjective"
        ]
        plural_first = sorted(
            subjects,
            key=lambda span: (self.tokens.sentence[span.start], span.plural or self.tokens.dep[span.head] == "conj"),
            reverse=True,
        )
        for span in plural_first:
            if self.reader.role(span.head) not in SUBJECT:
                continue
            joined = [one for one in subjects if self._conjunct_of(one.head) == self._conjunct_of(span.head)]
            joined = list({(one.start, one.entity_id): one for one in joined}.values())
            if len(joined) > 1 or span.plural or (span.rule == "description" and span.kind == "person"):
                return joined
        wholes = [span for span in subjects if span.kind in WHOLE and self.reader.role(span.head) in SUBJECT]
        if wholes:
            return wholes[-1:]
        joined = [span for span in subjects if self.tokens.dep[span.head] == "conj" and span.kind != "group"]
        first = self._conjunct_of(joined[-1].head) if joined else -1
        return [span for span in subjects if self._conjunct_of(span.head) == first]

    def _conjunct_of(self, token: int) -> int:
        while self.tokens.dep[token] == "conj" and self.tokens.head[token] != token:
            token = self.tokens.head[token]
        return token

    def _counterpart(self, position: int) -> list[Span]:
        """Links "his Cuban counterpart": the same office, in the other country."""
        tokens = self.tokens
        whose, first, owner, _, _ = self.reader.before(position)
        country = whose.country if whose is not None else None
        if tokens.tag[position] == "NNS":
            return [Span(first, position + 1, position, "group", "counterpart", 0.5, country=country, plural=True)]
        possessor = self._antecedent(owner) if owner is not None else None
        if possessor is None:
            people = [span for span in self.done[-MEMORY:] if span.kind == "person" and span.level]
            same = [span for span in people if tokens.sentence[span.start] == tokens.sentence[position]]
            possessor = same[-1] if same else None
        follows = position + 2 if tokens.text[position + 1 : position + 2] == [","] else position + 1
        if self.reader.person_follows(follows):
            named = self.reader.at[follows]
            if named is not None and possessor is not None:
                named.office = named.office or possessor.office
                named.level = named.level or possessor.level
            if named is not None and country:
                named.country = named.country or country
            return []
        while self.done and self.done[-1].start >= first and self.done[-1].source == "adjective":
            self.done.pop()
        is_person = possessor is not None and possessor.kind == "person"
        span = Span(
            first,
            position + 1,
            position,
            "person" if is_person else "group",
            "counterpart",
            0.4,
            country=country,
            office=possessor.office if is_person and possessor else None,
            level=possessor.level if is_person and possessor else None,
            sector=possessor.sector if possessor else None,
        )
        if is_person and country and span.level in LINKED_LEVELS:
            self.reader.link_counterpart(span, country)
            if span.entity_id is None:
                span.open_office = True
                self._describe_person(span)
                span.open_office = False
        return [span]

    def _latter(self, position: int) -> list[Span]:
        here = self.tokens.sentence[position]
        for span in reversed(self.done):
            if here - self.tokens.sentence[span.start] > 1:
                break
            if span.kind in ("person", *WHOLE) and span.rule not in ("adjective", "pronoun") and span.entity_id:
                return [replace(span, start=position, end=position + 1, head=position, rule="description", score=0.7)]
        return []

    def _bloc(self, position: int) -> list[Span]:
        """Links "the bloc", "the allies": the organisation of states that was named last and may be called so."""
        lower = self.tokens.lower
        if lower[position] != "allies" and lower[position] not in BLOC_NOUNS:
            return []
        if lower[position - 1 : position] not in (["the"], ["this"]) or lower[position + 1 : position + 2] == ["of"]:
            return []
        word = lower[position]
        for span in reversed(self.done[-MEMORY:]):
            if span.kind != "organisation" or span.sector != "IGO" or not span.entity_id:
                continue
            if word in ("alliance", "allies") and span.entity_id not in ALLIANCES:
                continue
            if word == "union" and "Union" not in (span.name or ""):
                continue
            return [replace(span, start=position, end=position + 1, head=position, rule="description", score=0.6)]
        return []

    def _pair(self, position: int) -> list[Span]:
        """Links "both sides", "the two countries": the two states of which the text speaks."""
        lower = self.tokens.lower
        before = set(lower[max(0, position - 3) : position])
        word = lower[position]
        if word == "koreas" and before & {"two", "both", "the"}:
            codes: list[str] = ["PRK", "KOR"]
            found = [
                Span(
                    position,
                    position + 1,
                    position,
                    "state",
                    "description",
                    0.9,
                    code,
                    self.gazetteer.states[code].name,
                    code,
                    "GOV",
                )
                for code in codes
            ]
        elif word == "both" and self.tokens.dep[position] in ("nsubj", "nsubjpass", "pobj", "dobj"):
            found = self._last_two("person", self.tokens.sentence[position]) or self._last_two_states(position)
        elif (self.tokens.tag[position] == "NNS" and before & {"two", "both"}) or self._points_to_sides(position):
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

    def _points_to_sides(self, position: int) -> bool:
        """ "each side", "either country", "the parties": both, although no number says so."""
        word, before = self.tokens.singular[position], self.tokens.lower[position - 1 : position]
        if before in (["each"], ["either"]):  # but no edge: "along each side"
            return self.tokens.tag[position] == "NN" and self.tokens.lower[position - 2] not in ("along", "down", "on")
        return before == ["the"] and word in ("side", "party") and self.tokens.tag[position] == "NNS"

    def _last_two(self, kind: str, sentence: int, without: str | None = None) -> list[Span]:
        near = [span for span in self.done if sentence - self.tokens.sentence[span.start] <= 3]
        people = [span for span in near if span.kind == kind and not span.plural and span.rule != "pronoun"]
        people = [span for span in people if self.reader.identity(span) != without]
        latest = {self.reader.identity(span): span for span in people}
        chosen = self._most_spoken_of([self.reader.identity(span) for span in people], people, sentence)
        return [latest[identity] for identity in chosen]

    def _most_spoken_of(self, keys: list[str], spans: list[Span], sentence: int) -> list[str]:
        """The two of ``keys`` that the text has named most, naming them just now counting more; in order of naming."""
        weight: dict[str, float] = {}
        for key, span in zip(keys, spans, strict=True):
            distance = sentence - self.tokens.sentence[span.start]
            leading = self.tokens.sentence[span.start] == 0  # of whom the text is about
            weight[key] = weight.get(key, 0.0) + (2.0 if distance <= 1 or leading else 1.0)
        if len(weight) < 2:
            return []
        order = list(weight)
        best = sorted(order, key=lambda key: (-weight[key], -order.index(key)))[:2]
        return sorted(best, key=order.index)

    def _last_two_states(self, position: int) -> list[Span]:
        sentence = self.tokens.sentence[position]
        spans = [
            span
            for span in self.done
            if span.country in self.gazetteer.states
            and (span.kind in ("state", "person") or (span.kind in ("body", "group") and span.sector in ("GOV", "MIL")))
        ]
        if self._points_to_sides(position) and self.tokens.tag[position] == "NNS":
            near = {one.country for one in spans if sentence - self.tokens.sentence[one.start] <= 3}
            if len(near) != 2:
                return []
        found = self._most_spoken_of([span.country or "" for span in spans], spans, sentence)
        if len(found) < 2:
            return []
        return [
            Span(
                position,
                position + 1,
                position,
                "state",
                "description",
                0.6,
                code,
                self.gazetteer.states[code].name,
                code,
                "GOV",
            )
            for code in found
        ]

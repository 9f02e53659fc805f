"""Who a phrase names: from the head of a phrase to participants with entity, country, office and sector.

A participant is what `mentions.py` found at the phrase; where the phrase itself is no mention ("a spokesman for the
Chinese ministry", "Beijing's proposal"), the state or body inside it lends its country.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from spacy.tokens import Doc, Span, Token

from demarche import codebook
from demarche.columns import Columns
from demarche.records import Mention
from demarche.reports import operators, syntax
from demarche.reports.sides import RELATIONAL

_LONGEST_PHRASE = 14
_NAMED = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_OWNERS = frozenset({"state", "body", "organisation"})
_PRIVATE = codebook.words("private_people")
_PRIVATE_SECTORS = frozenset({"AGR", "BUS", "CRM", "CVL", "EDU", "JRN", "LAB", "MED", "MNC", "SOC"})
_SEVERAL = ("such as", "including", "like", "namely")


@dataclass(frozen=True)
class Party:
    """A participant before it has a role: its words with offsets, and what they were linked to."""

    text: str
    start_offset: int
    end_offset: int
    name: str | None
    entity_id: str | None
    entity_type: str | None
    country_code: str | None
    sector_type: str | None
    office_name: str | None
    is_linked: bool
    is_pronoun: bool = False
    is_private: bool = False
    """A firm, a newspaper, a player, a tourist: nobody who acts for a state, whatever country he is of."""

    @property
    def is_assembly(self) -> bool:
        """ "NATO foreign ministers": those who speak for the members of a body of states, together."""
        return self.entity_type == "group" and self.entity_id is not None and self.sector_type == "IGO"


def identity(party: Party) -> str:
    """The same for two phrases that mean one party."""
    return party.entity_id or f"{party.text.lower()} {party.country_code or ''}"


def distinct(parties: Iterable[Party]) -> list[Party]:
    """Each party once, in order."""
    seen: dict[str, Party] = {}
    for party in parties:
        seen.setdefault(identity(party), party)
    return list(seen.values())


def as_state(party: Party) -> Party | None:
    """The state that a party's country is, under the party's words; None where no country is known."""
    code = party.country_code
    if code is None:
        return None
    return replace(party, name=_state_names().get(code, code), entity_id=code, entity_type="state", sector_type=None,
                   office_name=None, is_private=False)  # fmt: skip


class Parties:
    """The participants of one document: mentions by token, and the grammar around them."""

    def __init__(self, doc: Doc, mentions: Sequence[Mention]) -> None:
        self._doc = doc
        self._text = doc.text  # spaCy joins it anew at every look
        self._mentions = mentions
        self._by_token: dict[int, list[Mention]] = {}
        starts = Columns.of(doc).start
        for mention in mentions:
            if mention.mention_type == "time":
                continue
            index = bisect_right(starts, mention.start_offset) - 1
            while 0 <= index < len(starts) and starts[index] < mention.end_offset:
                self._by_token.setdefault(index, []).append(mention)
                index += 1
        self._dateline = _dateline_tokens(doc)
        self._people = frozenset(
            lemma for row in codebook.table("people") for lemma in row["lemmas"].split() if row["class"] != "arms"
        )
        self._arms = frozenset(
            lemma for row in codebook.table("people") for lemma in row["lemmas"].split() if row["class"] == "arms"
        )

    def mentions_at(self, token: Token) -> list[Mention]:
        return self._by_token.get(token.i, [])

    def countries_of(self, sentence: Span) -> set[str]:
        """The states that a sentence names, by name, adjective or somebody who serves them."""
        return {
            m.country_code
            for t in sentence
            for m in self.mentions_at(t)
            if m.country_code and m.mention_type != "place"
        }

    def people_of(self, sentence: Span) -> list[Party]:
        """The persons whom a sentence names, each once, in its order."""
        named = [t for t in sentence if any(m.mention_type == "person" for m in self.mentions_at(t))]
        heads = [t for t in named if t.i not in self._dateline and (t.head not in named or t.dep_ in ("conj", "appos"))]
        found = [party for head in heads if head.pos_ != "PRON" for party in self._one(head)]
        return list({party.entity_id or party.name or party.text: party for party in found}.values())

    def is_party(self, token: Token) -> bool:
        """Whether the word heads a phrase that can act: a linked or named entity, people, a pronoun for them."""
        if token.lower_ == "it" and token.dep_ in ("dobj", "pobj") and token.head.lemma_.lower() not in _ADDRESSING:
            return False  # what is welcomed or rejected as "it" is a deed, not a doer
        lemma = token.lemma_.lower()
        if lemma in _ONLOOKERS or self._is_no_state(token) or _is_condition(token) or syntax.is_contrast(token):
            return False
        mentions = self.mentions_at(token)
        if mentions and token.i not in self._dateline:
            return any(m.mention_type != "place" or m.country_code is not None for m in mentions)
        if token.i in self._dateline:
            return False
        if token.ent_type_ in _NAMED and token.pos_ in ("PROPN", "NOUN", "ADJ"):
            return True
        if (
            token.pos_ == "PROPN"
            and token.ent_type_ in ("", "FAC", "LAW", "PRODUCT", "WORK_OF_ART")
            and token.dep_ in ("nsubj", "nsubjpass", "conj", "dobj", "pobj", "agent", "appos", "dative")
        ):
            return token.text[:1].isupper() and token.lower_ not in _TIME_NAMES
        if token.tag_ == "CD" or lemma in _SHARES:  # "two of the miners", "hundreds marched"
            of = [o for name, o in syntax.obliques(token) if name == "of"]
            return any(self.is_party(o) for o in of) if of else token.tag_ == "NNS" and token.dep_ == "nsubj"
        if token.pos_ == "NOUN":
            is_seated = lemma in _PRIVATE and any(child.lower_ == "in" for child in token.children)  # "makers in India"
            return (
                lemma in self._people
                or is_seated
                or (lemma in self._arms and token.dep_ in ("nsubj", "nsubjpass", "pobj", "poss"))
            )
        return token.pos_ == "PRON" and token.lower_ in _PRONOUNS

    def _is_no_state(self, token: Token) -> bool:
        """A state's name that means its money or its tongue ("US dollars", "spoke German"), or an hour ("6 p.m.")."""
        if token.lower_ in ("a.m.", "p.m."):
            return True
        noun = token.head if token.dep_ in ("amod", "compound", "nmod") else token
        if noun.lemma_.lower() in _CURRENCIES:
            return True
        if not any(mention.link_rule == "adjective" for mention in self.mentions_at(token)):
            return False
        slot = token
        while slot.dep_ == "conj":
            slot = slot.head
        verb = slot.head.head if slot.dep_ == "pobj" and slot.head.lower_ in ("in", "into") else slot.head
        bare = slot.dep_ in ("dobj", "pobj") and not any(c.dep_ == "det" for c in slot.children)
        return token.ent_type_ == "LANGUAGE" or (bare and verb.lemma_.lower() in _TONGUES)

    def resolve(self, head: Token, around: Token | None = None) -> list[Party]:
        """The participants that a phrase names; examples replace their kind ("allies, such as China and Russia").

        ``around`` is the head of a wider phrase that stands in the party's place; it lends its words.
        """
        if around is not None:
            first, last = self._phrase(around)
            first, last = min(first, head.left_edge.i), max(last, syntax.noun_phrase(head)[1])
            if last - first < _LONGEST_PHRASE:
                start, end = self._doc[first].idx, self._doc[last].idx + len(self._doc[last])
                firm = around.lemma_.lower() in _PRIVATE  # "petrol makers in India"
                return [
                    replace(party, text=self._text[start:end], start_offset=start, end_offset=end,
                            name=party.name or party.text, is_private=party.is_private or firm)
                    for party in self._one(head)
                ]  # fmt: skip
        for name, example in syntax.obliques(head):
            if name == "like" and head.pos_ == "PROPN":
                continue  # "Kenya, like Uganda, …"
            if name in _SEVERAL and self.is_party(example):
                examples = [o for n, o in syntax.obliques(head) if n == name and self.is_party(o)]
                kind = [party for party in self._one(head) if party.is_linked] if name == "including" else []
                return [*kind, *(party for token in examples for party in self._one(token))]
        for child in head.children:  # "the three ministers, A, B and C"
            if child.dep_ == "appos" and head.tag_ == "NNS":
                named = [t for t in syntax.conjuncts(child) if self.is_party(t)]
                if len(named) > 1:
                    return [party for token in named for party in self._one(token)]
        return self._of_several_states(head) or self._one(head)

    def named(self, mention: Mention, at: Mention, head: Token) -> Party:
        """Whom a mention names, under the words of another one of the same."""
        return self._party(mention, at.start_offset, at.end_offset, head=head)

    def _phrase(self, head: Token) -> tuple[int, int]:
        """First and last token of a participant's phrase, without the dateline or day before it."""
        first, last = syntax.noun_phrase(head)
        while first < head.i and self._is_before_phrase(self._doc[first]):
            first += 1
        return first, last

    def _is_before_phrase(self, token: Token) -> bool:
        is_day = token.dep_ == "compound" and token.lower_ in _DAYS  # "On Monday Norway expelled …"
        return is_day or token.i in self._dateline or token.pos_ in ("PUNCT", "SPACE")

    def _of_several_states(self, head: Token) -> list[Party]:
        """ "Kenyan and Ugandan ministers", "the delegations of Armenia and Azerbaijan": one party for each state."""
        is_several = head.tag_ == "NNS" or head.lemma_.lower() in _INVARIANT
        if not is_several or len({m.country_code for m in self.mentions_at(head)}) > 1:
            return []
        of = [o for name, o in syntax.obliques(head) if name in ("of", "from")]
        before = syntax.children(head, "amod", "poss", "nmod", "compound")
        owners = [token for child in before for token in syntax.conjuncts(child)]
        for group in (owners, of):
            named = [mention for token in group if (mention := self._best(self.mentions_at(token))) is not None]
            by_owner = {m.country_code or m.entity_id: m for m in named if m.mention_type in _OWNERS}
            by_owner.pop(None, None)
            if len(by_owner) > 1:
                first, last = self._phrase(head)
                start, end = self._doc[first].idx, self._doc[last].idx + len(self._doc[last])
                return [
                    replace(
                        self._party(m, start, end, head=head, lent=True),
                        name=f"{_state_names().get(m.country_code or '', m.name or m.text)}: {head.lower_}",
                    )
                    for m in by_owner.values()
                ]
        return []

    def _one(self, head: Token) -> list[Party]:
        if head.pos_ == "PRON":
            named = self._named_by_pronoun(head)
            if named:
                return named
        first, last = self._phrase(head)
        at_head = _distinct(self.mentions_at(head))
        if len(at_head) > 1 and len({(m.start_offset, m.end_offset) for m in at_head}) == 1:
            return [self._party(mention, mention.start_offset, mention.end_offset, head=head) for mention in at_head]
        start, end = self._doc[first].idx, self._doc[last].idx + len(self._doc[last])
        bearer = self._bearer(last) or self._misplaced_name(head)
        if bearer is not None:  # "Vice Chairman of the Central Committee Kim Yong-chol": the name belongs to the title
            at_head, end = [bearer], max(end, bearer.end_offset)
        mention = self._best(at_head)
        if mention is None or mention.entity_id is None:  # "his French counterpart, Emmanuel Macron"
            beside = self._named_beside(head)
            mention = beside or mention or self._inside(head, first, last)
            at_head = [*at_head, *([beside] if beside is not None else [])]
        if mention is not None and mention.start_offset < start:
            start = mention.start_offset
        if mention is not None and mention.end_offset > end and mention in at_head:
            end = mention.end_offset
        party = self._party(mention, start, end, lent=mention not in at_head if mention else False, head=head)
        if party.country_code is None and party.entity_id is None and head.pos_ != "PRON":
            around = self._around(head, first, last)
            if around is not None and not _is_possessor(around, head):
                party = replace(party, country_code=around.country_code, is_linked=around.country_code is not None)
        return [self._of_speaker(party, head)]

    def _around(self, head: Token, first: int, last: int) -> Mention | None:
        """What tells the country of somebody whom nobody knows: his phrase ("his German counterpart, Jan Ohm", "workers
        at a mine in Peru"), or the apposition to it ("Jan Ohm, the first German on the board")."""
        if any(child.lower_ in _OF_MANY for child in head.children):
            return None
        around = self._inside(head, first, last)
        if around is None:
            for child in syntax.children(head, "appos"):
                modifying = [m for c in syntax.children(child, "amod", "compound", "poss") for m in self.mentions_at(c)]
                around = around or self._best(m for m in modifying if m.mention_type == "state")
        return around

    def _of_speaker(self, party: Party, head: Token) -> Party:
        """ "our troops", "our post", said the minister: theirs for whom he speaks."""
        if party.is_linked or not any(c.dep_ == "poss" and c.lower_ in ("our", "my") for c in head.children):
            return party
        verb = syntax.clause_verb(head)
        saying = operators.speaker(verb) if verb is not None else None
        owners = [
            owner for subject in (syntax.subjects(saying) if saying is not None else ()) for owner in self._one(subject)
        ]
        if len(owners) != 1 or owners[0].country_code is None:
            return party
        return replace(party, country_code=owners[0].country_code, is_linked=True)

    def _party(self, mention: Mention | None, start: int, end: int, *, head: Token, lent: bool = False) -> Party:
        party = self._as_party(mention, start, end, head=head, lent=lent)
        unknown = party.entity_type == "organisation" and party.entity_id is None
        described = [head, *(c for c in head.children if c.dep_ in ("compound", "nmod", "appos"))]
        called = any(word.lemma_.lower() in _PRIVATE for word in described)
        return replace(party, is_private=True) if called or unknown or party.sector_type in _PRIVATE_SECTORS else party

    def _as_party(self, mention: Mention | None, start: int, end: int, *, head: Token, lent: bool) -> Party:
        text = self._text[start:end]
        if mention is not None and lent and head.lemma_.lower() in RELATIONAL and _is_possessor(mention, head):
            mention = None  # "its neighbour" is another state than the one it neighbours
        if mention is None:
            return Party(text, start, end, None, None, None, None, None, None, False, head.pos_ == "PRON")
        kind = mention.mention_type
        if kind == "place" and mention.country_code is not None and not lent:
            code = mention.country_code  # a city that is visited or struck stands for its state
            return Party(text, start, end, _state_names().get(code, code), code, "state", code, None, None, True)
        kind = "person" if kind == "office" else kind
        if lent:
            # "a spokesman for the ministry": the phrase is somebody else's, only the country carries over
            return Party(
                text, start, end, None, None, None, mention.country_code, None, None, mention.country_code is not None
            )
        return Party(
            text,
            start,
            end,
            mention.name,
            mention.entity_id,
            kind,
            mention.country_code,
            mention.sector_type,
            mention.office_name,
            mention.entity_id is not None or mention.country_code is not None,
        )

    def _named_by_pronoun(self, pronoun: Token) -> list[Party]:
        """Whom a pronoun stands for, under the words that name him: an earlier mention, or who is speaking."""
        found = []
        for mention in _distinct(self.mentions_at(pronoun)):
            words = self._antecedent(mention)
            if words is None:
                continue
            found.append(self._party(mention, words.start_offset, words.end_offset, head=pronoun))
        linked = [party for party in found if party.is_linked]
        if linked or (found and self._speaker_of(pronoun) is None):
            return [replace(party, is_pronoun=True) for party in found]
        speaker = self._speaker_of(pronoun)  # "the rebels said they would …"
        return self._one(speaker) if speaker is not None else []

    def _antecedent(self, mention: Mention) -> Mention | None:
        """The nearest earlier mention with words of its own that means the same."""
        same = (mention.mention_type, mention.entity_id, mention.country_code, mention.sector_type)
        for other in reversed(self._mentions):
            if other.end_offset > mention.start_offset or other.link_rule == "pronoun":
                continue
            if mention.entity_id is not None and other.entity_id == mention.entity_id:
                return other
            if (other.mention_type, other.entity_id, other.country_code, other.sector_type) == same:
                return other
        return None

    def _best(self, mentions: Iterable[Mention]) -> Mention | None:
        """The longest mention at a word, a linked one before an open one."""
        ranked = sorted(
            mentions,
            key=lambda m: (
                m.country_code is None and m.entity_id is None,
                -(m.end_offset - m.start_offset),
                m.start_offset,
            ),
        )
        return ranked[0] if ranked else None

    def _speaker_of(self, pronoun: Token) -> Token | None:
        """The subject of the verb of saying under which a subject pronoun stands, when the two agree in number."""
        verb = pronoun.head
        if (
            pronoun.dep_ not in ("nsubj", "nsubjpass")
            or verb.dep_ != "ccomp"
            or pronoun.lower_ not in ("he", "she", "it", "they")
        ):
            return None
        subjects = [s for s in syntax.subjects(verb.head) if s.pos_ in ("NOUN", "PROPN", "ADJ", "NUM")]
        if not subjects or (pronoun.lower_ in ("he", "she") and len(subjects) > 1):
            return None
        several = len(subjects) > 1 or subjects[0].tag_ in ("NNS", "NNPS") or subjects[0].lemma_.lower() in _MANY
        if (pronoun.lower_ == "they") == several or (pronoun.lower_ == "they" and subjects[0].pos_ == "PROPN"):
            return subjects[0]
        return None

    def _bearer(self, last: int) -> Mention | None:
        """The person whose name stands directly behind a capitalised phrase, not parted from it by comma or "and"."""
        following = last + 1
        if following >= len(self._doc) or self._doc[following].pos_ != "PROPN" or self._doc[last].pos_ != "PROPN":
            return None
        found = [m for m in self._by_token.get(following, []) if m.mention_type == "person"]
        found = [m for m in found if m.start_offset == self._doc[following].idx]
        return self._best(found)

    def _misplaced_name(self, title: Token) -> Mention | None:
        """ "A and Deputy Chief B": the parser hangs B on A as an apposition; it names the coordinated title."""
        if title.dep_ != "conj" or title.ent_type_ == "PERSON":
            return None
        for child in title.head.children:
            if child.dep_ == "appos" and child.i > title.i:
                return self._best(m for m in self.mentions_at(child) if m.mention_type == "person")
        return None

    def _named_beside(self, head: Token) -> Mention | None:
        """An apposition's mention: "the Italian minister, Nadia Ferrante" names the person."""
        if head.tag_ in ("NNS", "NNPS"):
            return None
        for child in head.children:
            if child.dep_ == "appos":
                kinds = ("person", "body", "organisation", *(("state",) if head.lemma_.lower() in RELATIONAL else ()))
                found = self._best(m for m in self.mentions_at(child) if m.mention_type in kinds)
                if found is not None:
                    return found
        return None

    def _inside(self, head: Token, first: int, last: int) -> Mention | None:
        """The state or body that a phrase mentions: adjective, possessor, or what stands behind of, for, in, from."""
        nearest: list[tuple[int, Mention]] = []
        for index in range(first, last + 1):
            above = self._doc[index].head
            if above.lower_ in _BACKED and above.i > index:
                continue  # "Rwandan-backed rebels" are not Rwanda's
            for mention in self.mentions_at(self._doc[index]):
                if mention.country_code is not None or mention.entity_id is not None:
                    nearest.append((abs(index - head.i), mention))
        if not nearest:
            for name, other in syntax.obliques(head):
                if name in ("of", "for", "from", "in", "at") or (name == "to" and head.lemma_.lower() in _SERVING):
                    found = self._best(self.mentions_at(other))
                    if found is None or not (found.country_code or found.entity_id):
                        found = self._inside(other, *syntax.noun_phrase(other))
                    if found is not None and (found.country_code or found.entity_id):
                        nearest.append((abs(other.i - head.i), found))
        if not nearest:
            return None
        return min(nearest, key=lambda pair: (pair[0], pair[1].start_offset))[1]


@cache
def _state_names() -> dict[str, str]:
    return {row["iso3"]: row["name"] for row in codebook.table("countries")}


_DATELINE = re.compile(
    r"\s*(?:[A-Z][A-Za-z.'’]{2,15}(?: [A-Z][a-z]{2,15})?"  # Suva
    r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2}, [A-Z]{2,12})? (?:--?|–|—) ?(?=[A-Z])|"  # , July 18, FNA -
    r"[A-Z][A-Z .'’-]{2,40}(?:, ?[A-Z][A-Za-z. ]{2,20})?"  # SUVA, Fiji
    r"(?:,? [A-Z][a-z]{2,8}\.? \d{1,2})?"  # , July 18
    r"(?:,? ?[A-Z][A-Za-z .]{2,25})?(?:,? ?\([A-Za-z /]{2,30}\))?"  # (Agency)
    r"\s?(?:--?|–|—|:)\s|"
    r"\([A-Z][A-Za-z /]{2,30}\)\s?(?:--?|–|—)\s)"  # (Agency) -- , without a place
)
_ADDRESSING = codebook.words("addressing")
_BACKED, _OF_MANY = (frozenset(codebook.document("mention_words")[name]) for name in ("backed", "of_many_states"))
#: Who serves whoever stands behind "to".
_SERVING = codebook.words("serving")
_SHARES = codebook.words("shares")
#: Who talks of the acts of others.
_ONLOOKERS = codebook.words("onlookers")
_MANY = codebook.words("multitudes")
_INVARIANT = codebook.words("invariant_plurals")
_CURRENCIES, _TONGUES = codebook.words("currencies"), codebook.words("tongues")
_TIME_NAMES, _DAYS = codebook.words("time_names"), codebook.words("days")


def _dateline_tokens(doc: Doc) -> frozenset[int]:
    """The tokens of a dateline at the head of a paragraph ("SUVA (Agency) — "): where it was filed, nobody who acts."""
    found: set[int] = set()
    for sentence in doc.sents:
        match = _DATELINE.match(sentence.text[:120])
        if match:
            found.update(t.i for t in sentence if t.idx < sentence.start_char + match.end())
    return frozenset(found)


def _is_condition(noun: Token) -> bool:
    """ "a state of siege", "a state of alert": how things are, and no state."""
    return noun.lemma_ == "state" and any(name == "of" and not o.ent_type_ for name, o in syntax.obliques(noun))


def _distinct(mentions: Iterable[Mention]) -> list[Mention]:
    found: dict[tuple[int, int, str | None, str | None], Mention] = {}
    for mention in mentions:
        found.setdefault((mention.start_offset, mention.end_offset, mention.entity_id, mention.country_code), mention)
    return list(found.values())


def _is_possessor(mention: Mention, head: Token) -> bool:
    return any(
        c.dep_ == "poss"
        and c.left_edge.idx <= mention.start_offset
        and mention.end_offset <= c.right_edge.idx + len(c.right_edge)
        for c in head.children
    )


_PRONOUNS = codebook.words("pronouns")

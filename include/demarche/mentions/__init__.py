"""Who, where and when a text names: from one parsed document to its mentions.

One pass over the tokens finds what the gazetteer knows; the model's named entities add names that it does not know.
Titles, bodies of state and groups of people then gather their country from adjective, possessive or of-phrase, and
titles find their bearers, before or after the name. Last come the words that only point back: surnames, pronouns,
"the Cuban leader", "his counterpart", "both sides". What a text leaves open stays open: ``entity_id`` is None.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from demarche.entities import Gazetteer
from demarche.mentions.pointers import Pointers
from demarche.mentions.surnames import SurnameReader
from demarche.places import Places
from demarche.records import Mention, record_id

if TYPE_CHECKING:
    from spacy.tokens import Doc


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
    reader = SurnameReader(doc, published_date, gazetteer, places)
    spans = Pointers(reader).resolve()
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
    for found in reader.days.expressions:
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
    return tuple(sorted(mentions, key=lambda one: (one.start_offset, one.end_offset)))

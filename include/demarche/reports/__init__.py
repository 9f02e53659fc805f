"""Document and its mentions → reports: each act of diplomacy as this document tells it, with the words that say so.

A sentence is read in four steps: `frames` finds acts, their status and who takes part; `parties` says who those are;
`circumstances` adds when, where and how many; `merging` folds what several sentences tell of one act. At last
`relevance` drops from an article what is no diplomacy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from itertools import pairwise

from spacy.tokens import Doc, Span, Token

from demarche import codebook, ontology
from demarche.columns import Columns
from demarche.lexicon import lexicon
from demarche.records import Document, Mention, Report, ReportParticipant, record_id
from demarche.reports import (
    circumstances,
    days,
    fates,
    frames,
    itinerary,
    merging,
    readings,
    relevance,
    sides,
    stays,
    syntax,
    told,
    visits,
)
from demarche.reports.learned import Learned
from demarche.reports.merging import Draft
from demarche.reports.parties import Parties, Party, distinct, identity
from demarche.reports.untold import Untold

#: Longer sentences are lists or debris; they are skipped and cost no time.
MAX_SENTENCE_TOKENS = 400
_SENTENCE_NOISE = 3
#: Ends the rule of what its own teller takes back.
_RETRACTED = " · retracted"


@cache
def coder_version() -> str:
    """The package's version and a fingerprint of the codebook by which it read: another word list, another version."""
    return f"{version('demarche')}+{codebook.fingerprint()}"


Coded = tuple[tuple[Report, ...], tuple[ReportParticipant, ...]]


def code_reports(doc: Doc, mentions: Sequence[Mention], *, document: Document) -> Coded:
    """The reports of a document and who takes part in each, in the order of the text.

    ``doc`` is the parse of ``document.body``; offsets count in it. Relative dates are resolved against the day of
    the dateline, else of publication, and stay null where that is unknown or only the day of fetching. Same input, same
    output.
    """
    drafts, text = _read_document(doc, mentions, document)
    if len(text.sentences) >= _FEW_SENTENCES:
        facts = text.facts
        judged = told.judge(drafts, text)
        off = fates.judge(drafts, text, judged)
        drafts = fates.complete(told.complete(drafts, text, judged), text, off)
        is_on = [one for one in judged if all(one.candidate is not it.candidate for it in off)]
        of_days = days.Text(text.sentences, text.parties, facts.anchor, facts.filed)
        drafts = relevance.diplomatic(days.complete(drafts, of_days))
        drafts += days.complete_traces(told.traces(drafts, text, is_on), of_days)
    return _records(drafts, text.sentences, document, text.facts.anchor)


def measure_visits(doc: Doc, mentions: Sequence[Mention], *, document: Document) -> list[told.Candidate]:
    """The visits of which a document may tell, with the traits that `told` asks its model about."""
    drafts, text = _read_document(doc, mentions, document)
    return told.candidates(drafts, text)


def measure_fates(
    doc: Doc, mentions: Sequence[Mention], *, document: Document
) -> list[tuple[told.Candidate, dict[str, float]]]:
    """The visits of which a document may tell, with the traits that `fates` asks its models about."""
    drafts, text = _read_document(doc, mentions, document)
    return [(found, fates.measure(found, drafts, text)) for found in told.candidates(drafts, text)]


def _read_document(doc: Doc, mentions: Sequence[Mention], document: Document) -> tuple[list[Draft], told.Text]:
    """What the sentences of a document tell, each act once, and the text as a whole."""
    anchor = circumstances.filed_on(document.dateline, document.known_date)
    filed = circumstances.filed_at(document.dateline_place_name)
    parties = Parties(doc, mentions)
    facilities: dict[str, circumstances.Where] = {}
    learned = Learned(doc)
    untold = Untold()
    drafts: list[Draft] = []
    sentences = list(doc.sents)
    is_article = len(sentences) >= _FEW_SENTENCES
    if _field(doc, len(sentences)) in _IDLE_FIELDS:
        return [], told.Text([], parties, [], itinerary.Facts([], {}, anchor, filed))
    for index, sentence in enumerate(sentences):
        if _is_too_long(sentence):
            continue
        circumstances.remember_facilities(sentence, parties, facilities)
        if _is_noise(sentence, parties):
            continue
        if untold.takes_back_last(sentence):
            drafts = [_withdrawn(draft) if draft.sentence_index == index - 1 else draft for draft in drafts]
        drafts += _read_sentence(sentence, index, parties, anchor, facilities, learned, is_article, untold)
    drafts = visits.complete(drafts, sentences, parties, anchor, filed)
    if not all(draft.frame.is_doubtful for draft in drafts):
        drafts = [draft for draft in drafts if not draft.frame.is_doubtful]
    drafts = merging.refer_back(drafts)
    drafts = [draft for draft in drafts if not _is_put_right(draft, drafts)]

    def told_on(index: int, draft: Draft) -> circumstances.When | None:
        if index < 0 or _is_too_long(sentences[index]):
            return None
        theirs = {party.country_code for party in draft.parties} - {None}
        if theirs.isdisjoint(parties.countries_of(sentences[index])):
            return None
        return circumstances.Times(sentences[index], anchor).of_the_tale()

    merging.carry_on(drafts, told_on)
    _place_by_dateline(drafts, filed, anchor)
    facts = itinerary.read(sentences, parties, anchor, filed)
    text = told.Text(sentences, parties, mentions, facts, document.title)
    return itinerary.complete(merging.merge(drafts), text.facts), text


def count_skipped(doc: Doc) -> int:
    """How many sentences of a document were too long to be read."""
    return sum(map(_is_too_long, doc.sents))


def _is_too_long(sentence: Span) -> bool:
    return len(sentence) > MAX_SENTENCE_TOKENS


def _read_sentence(
    sentence: Span,
    index: int,
    parties: Parties,
    anchor: date | None,
    facilities: dict[str, circumstances.Where],
    learned: Learned,
    is_article: bool,
    untold: Untold,
) -> list[Draft]:
    read, mentioned = frames.find_frames(sentence, lexicon(), parties.is_party)
    silent = untold.tokens(sentence)
    read, mentioned = [frame for frame in read if frame.trigger.i not in silent], mentioned | silent
    read = [_unsaid(frame) if frame.trigger.i in untold.taken_back else frame for frame in read]
    found = [frame for frame in read if not frame.is_doubtful]
    learned.put_right(found, parties.is_party)
    learned.score(found)
    if not is_article:  # it tells an act, and the classifier may find which; not every sentence of an article does
        found = [*found, *learned.more(sentence, found, mentioned, parties.is_party)]
        if not found and sentence.start == 0:  # a clipping is there to tell something
            found = [frame for frame in read if frame.actors and frame.is_to_things]
    if not found:
        return []
    times = circumstances.Times(sentence, anchor)
    drafts = []
    for frame in found:
        actors = distinct(p for head in frame.actors for p in parties.resolve(head, frame.phrases.get(head.i)))
        taken = {identity(party) for party in actors}
        heads = [] if _is_among_actors(frame, actors) else frame.recipients
        recipients = [
            party
            for party in distinct(p for head in heads for p in parties.resolve(head, frame.phrases.get(head.i)))
            if identity(party) not in taken and not (_is_done_together(frame, actors) and _is_own_state(party, actors))
        ]
        recipients = _with_countries(recipients, frame, actors, sentence, parties)
        recipients = _without_addressee(recipients, frame, parties)
        recipients = visits.without_origin(frame, recipients, parties)
        sights = [party for head in heads if visits.is_sight(head, parties) for party in parties.resolve(head)]
        recipients, before = visits.without_sights(frame, recipients, sights), recipients
        is_sightseeing = bool(before) and not recipients
        hosts_left = visits.left_for_home(frame, actors, recipients, parties)
        recipients = hosts_left or recipients
        recipients = recipients or visits.bidden_to(frame, parties)
        recipients, is_abroad = visits.other_side(frame, actors, recipients, parties)
        stay = stays.told(frame)
        if hosts_left:
            stay = replace(stay, stage_type="end")
        when = stays.lasting(times.of(frame), stay, frame)
        where = circumstances.where(frame, parties, facilities)
        if where.name is None:
            where = circumstances.venue(frame, facilities)
        if hosts_left:
            where = circumstances.Where()
        if is_sightseeing and where.country_code in {None, *(party.country_code for party in actors)}:
            continue
        status = frame.status_type
        may_move = frame.event_type == "CONSULT" and status in ("occurred", "planned", "postponed")
        if may_move and (moved := times.moved_to(frame)) is not None:
            when, status = moved, "postponed"
        elif may_move and status == "planned" and when.start_date is not None and times.is_moved(when):
            status = "postponed"
        if status == "occurred" and when.start_date and anchor and when.start_date > anchor:
            status = "planned"
        counted = [
            *(r for r in frame.recipients),
            *(c for w in frame.words for c in w.children if c.dep_ in ("dobj", "nsubjpass")),
        ]
        quantity, unit = circumstances.quantity(frame, counted)
        anaphoric = frames.is_anaphoric(frame.trigger)
        event_type, mode_type = frame.event_type, frame.mode_type
        if event_type == "PROTEST" and frame.entry.head in ("protest", "demonstrate") and _are_officials(actors):
            event_type, mode_type = "ACCUSE", "disapprove"  # governments protest in words
        if (event_type, mode_type) == ("PROTEST", "riot") and _are_of(frame.actors, _OFFICERS):
            event_type, mode_type = "COERCE", "seize"  # police who storm an embassy aren't a crowd
        if event_type == "RETREAT" and (been_to := visits.came_home_from(frame, actors, parties)):
            event_type, mode_type, recipients = "CONSULT", "visit", been_to
        if event_type == "RETREAT" and visits.came_home(frame, actors, recipients):
            continue
        if event_type == "AGREE" and (hosts := visits.invited_to(frame, parties)):
            event_type, mode_type, status, recipients = "CONSULT", "visit", "planned", hosts
        if visits.expected(frame, actors, recipients):
            event_type, mode_type, status, actors, recipients = "CONSULT", "visit", "planned", recipients, actors
        if is_abroad:  # "flew to Geneva to meet Togo's premier": a meeting, and no visit to Togo
            mode_type = None
        if mode_type == "visit" and frame.entry.head in ("leave", "depart") and _are_of(frame.actors, _TROOPS):
            event_type, mode_type = "RETREAT", "withdraw"
        draft = Draft(
            frame, event_type, mode_type, status, actors, recipients, when, where, quantity, unit,
            _confidence(frame, actors, recipients), index, anaphoric, stay,
        )  # fmt: skip
        draft.is_told = _is_worth_telling(draft) and (not frame.is_negated or _is_news_that_not(draft))
        leans_back = merging.is_reaction(draft) or merging.means_several(draft) or merging.lacks_other(draft)
        if draft.is_told or leans_back or visits.is_host_untold(draft):
            drafts += [*visits.left_behind(draft, parties), draft]
    return drafts


def _unsaid(frame: frames.Frame) -> frames.Frame:
    """An act as a retraction tells it: "an earlier report that Fiji had expelled him was wrong"."""
    if frame.status_type != "occurred":
        return frame
    return replace(frame, status_type="denied", is_denial=True, rule=f"{frame.rule}{_RETRACTED}")


def _withdrawn(draft: Draft) -> Draft:
    """An act of the sentence before, which is taken back: "We reported that … This was not the case."."""
    frame = _unsaid(draft.frame)
    return replace(draft, frame=frame, status_type=frame.status_type)


def _is_put_right(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether a text takes back what it tells of the same act otherwise: "met on Monday. … An earlier version said that
    they met on Tuesday." A day or a number was wrong, and the act isn't denied."""
    if not draft.frame.rule.endswith(_RETRACTED):
        return False
    states = {party.country_code for party in draft.parties} - {None}
    return bool(states) and any(
        (other.event_type, other.mode_type) == (draft.event_type, draft.mode_type)
        and other.status_type != "denied"
        and states <= {party.country_code for party in other.parties}
        for other in drafts
    )


def _with_countries(
    recipients: list[Party], frame: frames.Frame, actors: Sequence[Party], sentence: Span, parties: Parties
) -> list[Party]:
    """ "summoned the ambassador": the envoy whom a state deals with is of the one other state that is spoken of."""
    own = {party.country_code for party in actors if party.country_code}
    if not own or not any(_is_envoy(head) for head in frame.recipients):
        return recipients
    spoken_of = parties.countries_of(sentence) - own
    if len(spoken_of) != 1:
        return recipients
    country = next(iter(spoken_of))
    return [
        replace(party, country_code=country, is_linked=True)
        if party.country_code is None and party.entity_type in (None, "person", "group") and not party.is_pronoun
        else party
        for party in recipients
    ]


def _without_addressee(recipients: list[Party], frame: frames.Frame, parties: Parties) -> list[Party]:
    """ "Complained to the Security Council": a body of many states hears the charge, which isn't against it."""
    verb = frame.trigger
    if frame.event_type != "ACCUSE" or syntax.is_passive(verb):
        return recipients
    listeners = [noun for name, noun in syntax.obliques(verb) if name == "to"]
    heard = [party for noun in listeners for party in parties.resolve(noun)]
    hearing = {identity(party) for party in heard if party.entity_type == "organisation" and not party.country_code}
    accused = [party for party in recipients if identity(party) not in hearing]
    if accused or len(accused) == len(recipients):
        return accused
    nouns = [o for noun in listeners for name, o in syntax.obliques(noun) if name in ("about", "against", "over")]
    return distinct(party for noun in nouns if parties.is_party(noun) for party in parties.resolve(noun))


def _is_envoy(noun: Token) -> bool:
    high = noun.lemma_.lower() == "commissioner" and any(child.lower_ == "high" for child in noun.children)
    return high or noun.lemma_.lower() in _ENVOYS


def _is_done_together(frame: frames.Frame, actors: Sequence[Party]) -> bool:
    """Whether both sides do the same, unlike support that one gives the other ("defended his state's decision")."""
    alone = frame.event_type == "SUPPORT" and len(actors) == 1 and not frame.entry.is_mutual
    return frame.event_type in sides.MUTUAL and not alone


def _is_among_actors(frame: frames.Frame, actors: Sequence[Party]) -> bool:
    """Whether two states did it together, and the recipients only name the scene: "agreed on a ceasefire in Suva"."""
    together = frame.event_type in sides.DONE_TOGETHER and frame.mode_type != "visit"
    return (
        together
        and len({party.country_code for party in actors} - {None}) > 1
        and all(frame.is_to_things or sides.is_scene(head) for head in frame.recipients)
    )


def _is_own_state(party: Party, actors: Sequence[Party]) -> bool:
    """A state is no second party to what its own people do: "the two countries" after both their ministers."""
    return party.entity_type == "state" and any(actor.country_code == party.country_code for actor in actors)


def _are_of(heads: Sequence[Token], named: frozenset[str]) -> bool:
    """Whether somebody is of one of these classes of the lexicon."""
    classes = lexicon().classes
    return any(not named.isdisjoint(classes.get(head.lemma_.lower(), ())) for head in heads)


_TROOPS = frozenset({"<forces>", "<peacekeepers>"})
_OFFICERS = frozenset({"<forces>", "<police>"})


def _are_officials(actors: Sequence[Party]) -> bool:
    return bool(actors) and all(party.office_name or party.entity_type in ("state", "body") for party in actors)


def _is_worth_telling(draft: Draft) -> bool:
    """An act needs somebody; talks need two; a sentence about one country's own affairs needs another side.

    A text's first sentence is there to tell what happened: an act with one side is told there, too.
    """
    movers = [*draft.frame.actors, *syntax.subjects(draft.frame.trigger)] if draft.event_type == "CONSULT" else ()
    if any(head.lemma_.lower() in _VEHICLES and head.pos_ != "PROPN" for head in movers):
        return False  # an aeroplane with relief is no visitor, but Ms Rice is
    if draft.mode_type == "beat" and any(party.entity_type == "state" for party in draft.recipients):
        return False  # "Brazil beat Chile": a match
    if not any(party.is_linked or not party.is_pronoun for party in draft.parties):
        return draft.is_anaphoric and not draft.parties
    if draft.actors and draft.recipients and not draft.frame.is_to_things:
        return True
    if draft.sentence_index == 0 and draft.frame.rule != "classifier":
        return True
    if draft.is_anaphoric and draft.event_type == "CONSULT":
        return True  # a meeting or visit told before; `merging` finds it or lets it go
    if not draft.recipients or draft.frame.is_to_things:
        mutual = draft.event_type in sides.MUTUAL or syntax.is_reciprocal(draft.frame.trigger)
        return (len(draft.actors) > 1 and mutual) or draft.event_type in _ALONE or merging.is_assembly(draft)
    return (draft.event_type in _SUFFERED and syntax.is_passive(draft.frame.trigger)) or draft.frame.is_nominal


def _is_news_that_not(draft: Draft) -> bool:
    """Whether that it did not happen is told as news: what had been said, or a meeting of known parties on a day.

    What else somebody didn't do is no event.
    """
    if draft.status_type != "denied" or len({party.country_code for party in draft.parties if party.is_linked}) < 2:
        return False
    is_dated = draft.when.precision_type == "day" and draft.when.start_date == draft.when.end_date
    is_meeting = draft.event_type == "CONSULT" and draft.mode_type != "visit"
    return (is_meeting and is_dated) or readings.is_gainsaid(draft.frame.trigger)


def _place_by_dateline(drafts: Sequence[Draft], filed: circumstances.Where, anchor: date | None) -> None:
    """Whoever met, signed or was summoned in a text that names no place for it did so where the news of it was filed,
    if that lies with one of the parties; who came, and it isn't said where to, came there from elsewhere. Not where a
    visitor is from, nor if the text tells that he is at the other's; and what is long ago was no news there."""
    if filed.name is None:
        return
    abroad = visits.hosts_of(drafts, filed.country_code)
    for draft in drafts:
        if visits.is_host_open(draft) and filed.country_code not in {party.country_code for party in draft.actors}:
            draft.where = filed
        states = {party.country_code for party in (draft.recipients if draft.mode_type == "visit" else draft.parties)}
        is_news = draft.when.end_date is None or anchor is None or anchor - draft.when.end_date <= _NEWS
        here = is_news and filed.country_code in states and abroad.isdisjoint(states)
        held = draft.event_type == "CONSULT" and draft.mode_type != "phone"
        signed = draft.event_type == "SUPPORT" and draft.frame.entry.is_mutual
        called_in = draft.event_type == "ACCUSE" and draft.frame.entry.head in ("summon", "call")
        if draft.where.name is None and draft.status_type == "occurred" and here and (held or signed or called_in):
            draft.where = filed


#: So far back lies what a dateline tells the place of.
_NEWS = timedelta(days=31)
#: Acts that need nobody on the other side.
_ALONE = frozenset({"PROTEST", "MOBILIZE", "RETREAT", "ASSAULT", "COERCE", "CONCEDE"})
#: Acts whose victim is known even where nobody says who did it ("the envoy was expelled").
_SUFFERED = frozenset({"SANCTION", "COERCE", "ASSAULT", "ACCUSE", "AID", "REJECT", "RETREAT"})


def _confidence(frame: frames.Frame, actors: Sequence[Party], recipients: Sequence[Party]) -> float:
    """How probably act and sides are right.

    Most depends on whether both sides are somebody that is known: "the allies" or "both" may stand for anyone. The
    steps are shares of right reports on the open half of the sample gold, rounded; `benchmarks/calibration.py` shows
    on both halves how well they hold.
    """
    known = sum(party.is_linked for party in actors), sum(party.is_linked for party in recipients)
    is_met = frame.event_type == "CONSULT" and any(party.is_assembly for party in actors)
    is_joint = frame.event_type in sides.MUTUAL | {"ASSAULT"} or frame.entry.is_mutual  # two at war, too
    both = min(known) > 0 or is_met or (max(known) > 1 and is_joint)
    value = 0.78 if both else 0.25 if any(known) else 0.12
    if frame.is_nominal:
        value -= 0.2 if both else 0.08
    if frame.rule == "classifier":
        value *= 0.5
    elif frame.learned_score is not None and both:
        value += 0.06 if frame.learned_score >= 0.7 else -0.08 if frame.learned_score >= 0.2 else 0.0
    if frame.is_alleged:
        value *= 0.6
    return round(max(value, 0.05), 3)


def _noise_words(strength: str) -> dict[str, str]:
    """The words of sport, markets, weather and culture, each with its field."""
    rows = [row for row in codebook.table("noise") if row["strength"] == strength]
    return {word: row["class"] for row in rows for word in row["lemmas"].split()}


_SCORE = re.compile(r"\b\d{1,2}\s?[-–]\s?\d{1,2}\b(?=[ ,.;]|$)")
_CONTESTS = codebook.words("contests")


def _is_noise(sentence: Span, parties: Parties) -> bool:
    """Sport, markets and weather use the words of war and diplomacy; their own words give them away."""
    columns, inside = Columns.of(sentence.doc), slice(sentence.start, sentence.end)
    lemmas = [lemma.lower() for lemma in columns.lemma[inside]]
    own = {
        lemma
        for lemma, token in zip(lemmas, sentence, strict=True)
        if lemma in _NOISE and not any(mention.sector_type == "IGO" for mention in parties.mentions_at(token))
    }  # the Arab League plays no matches
    words = zip(lemmas, columns.pos[inside], strict=True)
    everyday = {lemma for lemma, pos in words if pos != "VERB" and lemma in _EVERYDAY_NOISE}
    if own and len(own) + len(everyday) >= _SENTENCE_NOISE:
        return True
    if _CONTESTS.isdisjoint(lemmas):
        return False
    return bool(own) or len(everyday) > 1 or any(_is_score(m[0], sentence) for m in _SCORE.finditer(sentence.text))


def _field(doc: Doc, sentence_count: int) -> str | None:
    """The field of which a text of several sentences is: four of its words at least, in every other sentence one."""
    if sentence_count < _FEW_SENTENCES:
        return None
    found: dict[str, set[str]] = {}
    hits: Counter[str] = Counter()
    columns = Columns.of(doc)
    for lemma, pos in zip(map(str.lower, columns.lemma), columns.pos, strict=True):
        field = _NOISE.get(lemma) or (_EVERYDAY_NOISE.get(lemma) if pos != "VERB" else None)
        if field is not None:
            found.setdefault(field, set()).add(lemma)
            hits[field] += 2 if lemma in _NOISE else 1
    field, count = max(hits.items(), key=lambda item: (item[1], item[0]), default=(None, 0))
    if field is None or len(found[field]) < _FIELD_WORDS or count < sentence_count / 2:
        return None
    return field


_FEW_SENTENCES, _FIELD_WORDS = 4, 4
_IDLE_FIELDS = frozenset({"sport", "culture"})


def _is_score(text: str, sentence: Span) -> bool:
    """ "4-0" is a score; "3-5 May" is not."""
    after = sentence.text[sentence.text.find(text) + len(text) :].lstrip()
    return not after[:3].istitle() and "%" not in after[:2]


_VEHICLES = codebook.words("vehicles")
_ENVOYS = frozenset(lemma for lemma, names in lexicon().classes.items() if "<envoy>" in names)
_NOISE, _EVERYDAY_NOISE = _noise_words("own"), _noise_words("everyday")


def _records(drafts: Sequence[Draft], sentences: Sequence[Span], document: Document, anchor: date | None) -> Coded:
    reports: list[Report] = []
    participants: list[ReportParticipant] = []
    load_date = date.fromisoformat(document.partition_key[:10])
    ordinals: dict[tuple[int, str], int] = {}
    for draft in drafts:
        trigger = draft.frame.trigger
        sentence = sentences[draft.sentence_index]
        start, end = trigger.idx, trigger.idx + len(trigger)
        ordinal = ordinals.get((start, draft.event_type), 0)
        ordinals[start, draft.event_type] = ordinal + 1
        report_id = record_id("r", document.document_id, start, end, draft.event_type, ordinal)
        mode = draft.mode_type if draft.mode_type in ontology.MODES[draft.event_type] else None
        plover = None if draft.frame.is_denial else ontology.fold(draft.event_type, draft.status_type)
        plover_mode = mode if plover == draft.event_type else None
        text_start, text_end = _trim(sentence)
        reports.append(
            Report(
                report_id=report_id,
                document_id=document.document_id,
                partition_key=document.partition_key,
                load_date=load_date,
                ordinal=ordinal,
                sentence_text=document.body[text_start:text_end],
                sentence_start_offset=text_start,
                sentence_end_offset=text_end,
                trigger_text=document.body[start:end],
                trigger_start_offset=start,
                trigger_end_offset=end,
                event_type=draft.event_type,
                status_type=draft.status_type,
                plover_type=plover,
                mode_type=mode,
                context_types=_contexts(sentence),
                quad_type=ontology.quad_type(plover) if plover else None,
                goldstein_value=ontology.goldstein_value(plover, plover_mode) if plover else None,
                cameo_code=ontology.cameo_code(plover, plover_mode) if plover else None,
                start_date=draft.when.start_date,
                end_date=draft.when.end_date,
                date_precision_type=draft.when.precision_type,
                date_text=draft.when.text,
                anchor_date=anchor if draft.when.text else None,
                place_id=draft.where.place_id,
                place_name=draft.where.name,
                place_precision_type=draft.where.precision_type,
                country_code=draft.where.country_code,
                quantity=draft.quantity,
                quantity_unit=draft.quantity_unit,
                day_count=draft.stay.day_count if mode == "visit" else None,
                stage_type=draft.stay.stage_type if mode == "visit" else None,
                confidence_score=draft.confidence,
                coding_rule=draft.frame.rule,
                coder_version=coder_version(),
            )
        )
        roles = [("actor", party) for party in draft.actors] + [("recipient", party) for party in draft.recipients]
        for position, (role, party) in enumerate(roles):
            participants.append(
                ReportParticipant(
                    report_id=report_id,
                    partition_key=document.partition_key,
                    load_date=load_date,
                    ordinal=position,
                    role_type=role,
                    part_type=_part(draft, role),
                    entity_id=party.entity_id,
                    name=party.name or party.text,
                    entity_type=party.entity_type,
                    country_code=party.country_code,
                    sector_type=party.sector_type,
                    office_name=party.office_name,
                    text=party.text,
                    start_offset=party.start_offset,
                    end_offset=party.end_offset,
                )
            )
    return tuple(reports), tuple(participants)


def _trim(sentence: Span) -> tuple[int, int]:
    text = sentence.text
    start = sentence.start_char + len(text) - len(text.lstrip())
    return start, start + len(text.strip())


def _part(draft: Draft, role: str) -> str | None:
    if draft.event_type == "CONSULT":
        if draft.mode_type == "visit":
            return "visitor" if role == "actor" else "host"
        return "participant"
    if draft.event_type in ("SUPPORT", "AGREE") and draft.frame.entry.is_mutual:
        return "signatory"
    return None


def _contexts(sentence: Span) -> tuple[str, ...]:
    lemmas = [token.lemma_.lower() for token in sentence]
    present = set(lemmas) | {f"{a}-{b}" for a, b in pairwise(lemmas)}
    return tuple(sorted(context for context, words in _CONTEXT_WORDS if words & present))


_CONTEXT_WORDS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (row["context"], frozenset(row["words"].split())) for row in codebook.table("contexts")
)

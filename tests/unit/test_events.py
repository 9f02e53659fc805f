"""Events: which reports tell of one happening. Every case is made of invented reports, coded by hand."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche import events, ontology
from demarche.events import Decision, DocumentFacts, Resolution, tales
from demarche.records import Event, Report, ReportParticipant, record_id

# People are "Name/COUNTRY", states "COUNTRY", others "=Name" (no country).
VELLA, MOREAU, TAMIHERE, OKORO = "Rosa Vella/MLT", "Luc Moreau/FRA", "Ana Tamihere/FJI", "Sam Okoro/FJI"


class Press:
    """Reports as the papers bring them in."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.participants: list[ReportParticipant] = []
        self.documents: dict[str, DocumentFacts] = {}

    def print(
        self,
        source: str,
        published: str | None,
        *,
        article: int = 0,
        agency: str | None = None,
        story: str | None = None,
        is_copy: bool = False,
    ) -> str:
        document_id = record_id("d", source, published, article)
        self.documents[document_id] = DocumentFacts(
            document_id=document_id,
            source_id=record_id("n", source),
            agency_id=agency,
            article_id=record_id("a", source, article),
            published_date=date.fromisoformat(published) if published else None,
            story_id=story,
            is_copy=is_copy,
        )
        return document_id

    def tell(
        self,
        document_id: str,
        event_type: str,
        actors: Iterable[str],
        recipients: Iterable[str] = (),
        *,
        on: str | None = None,
        until: str | None = None,
        precision: str = "day",
        mode: str | None = None,
        status: str = "occurred",
        city: str | None = None,
        country: str | None = None,
        sentence: str = "",
        trigger: str = "met",
        partition: str = "2021-05-10T10",
        **columns: Any,
    ) -> str:
        report_id = record_id("r", document_id, len(self.reports))
        facts = self.documents[document_id]
        start = date.fromisoformat(on) if on else None
        load_date = date.fromisoformat(partition[:10])
        self.reports.append(
            Report(
                report_id=report_id,
                document_id=document_id,
                partition_key=partition,
                load_date=load_date,
                sentence_text=sentence or source_words(len(self.reports)),
                sentence_start_offset=0,
                sentence_end_offset=10,
                trigger_text=trigger,
                trigger_start_offset=max(sentence.find(trigger), 0),
                trigger_end_offset=max(sentence.find(trigger), 0) + 3,
                event_type=event_type,
                status_type=status,
                plover_type=ontology.fold(event_type, status),
                mode_type=mode,
                start_date=start,
                end_date=date.fromisoformat(until) if until else start,
                date_precision_type=precision if on else "unknown",
                place_id=f"g-{city}" if city else None,
                place_name=city or country,
                place_precision_type="city" if city else "country" if country else None,
                country_code=country,
                anchor_date=facts.published_date,
                confidence_score=columns.pop("confidence", 0.7),
                coding_rule="hand",
                coder_version="hand-1",
                **columns,
            )
        )
        roles = [("actor", name) for name in actors] + [("recipient", name) for name in recipients]
        for ordinal, (role, name) in enumerate(roles):
            self.participants.append(_participant(report_id, partition, load_date, ordinal, role, name))
        return report_id

    def resolve(self, decisions: Iterable[Decision] = ()) -> Resolution:
        return events.resolve_events(self.reports, self.participants, self.documents, decisions=tuple(decisions))

    def groups(self, decisions: Iterable[Decision] = ()) -> list[list[str]]:
        """Report ids, event by event, largest first."""
        found: dict[str, list[str]] = {}
        for row in self.resolve(decisions).event_reports:
            found.setdefault(row.event_id, []).append(row.report_id)
        return sorted(map(sorted, found.values()), key=lambda group: (-len(group), group))

    def sizes(self) -> list[int]:
        return [len(group) for group in self.groups()]


STATES = {"FRA": "France"}  # what sentences call them


def source_words(number: int) -> str:
    """A few words that no other number has, so that sentences are alike only where a test wants it."""
    letters = str.maketrans("0123456789", "ghijklmnop")
    digest = record_id("", number).translate(letters)
    return " ".join(digest[start : start + 6] for start in range(0, 24, 6))


def _participant(
    report_id: str, partition: str, load_date: date, ordinal: int, role: str, name: str
) -> ReportParticipant:
    words, _, country = name.partition("/")
    if name.startswith("="):
        kind, entity_id, words, country = "organisation", "o-" + name[1:].lower(), name[1:], ""
    elif country:
        kind, entity_id = "person", "Q" + str(sum(map(ord, words)))
    elif name.isupper():
        kind, entity_id, country = "state", name, name
    else:
        kind, entity_id, country = "person", None, ""
    return ReportParticipant(
        report_id=report_id,
        partition_key=partition,
        load_date=load_date,
        ordinal=ordinal,
        role_type=role,
        entity_id=entity_id,
        name=words,
        entity_type=kind,
        country_code=country or None,
        text=STATES.get(words, words),
        start_offset=0,
        end_offset=1,
    )


@pytest.fixture
def press() -> Press:
    return Press()


def only(resolution: Resolution) -> Event:
    (event,) = resolution.events
    return event


def links(resolution: Resolution) -> set[tuple[str, str]]:
    """Each link as its type and the types of the two events."""
    kind = {event.event_id: event.mode_type or event.event_type for event in resolution.events}
    return {(kind[row.event_id], row.link_type + " " + kind[row.other_event_id]) for row in resolution.event_links}


# --- one happening -----------------------------------------------------------------------------------------------
def test_three_agencies_tell_of_one_meeting(press: Press) -> None:
    for agency in ("One", "Two", "Three"):
        document = press.print(agency, "2021-05-05", agency=f"n-{agency}")
        press.tell(document, "CONSULT", [VELLA, MOREAU], on="2021-05-04", city="Valletta", country="MLT")
    event = only(press.resolve())
    assert (event.report_count, event.document_count, event.independent_source_count) == (3, 3, 3)
    assert event.event_id == "e" + min(report.report_id for report in press.reports)[1:]


def test_a_summit_of_twenty_is_one_event(press: Press) -> None:
    everybody = [f"Leader Number{number}/C{number:02}" for number in range(20)]
    full = press.print("One", "2021-05-05")
    press.tell(full, "CONSULT", everybody, on="2021-05-04", city="Suva", country="FJI", mode="multilateral")
    some = press.print("Two", "2021-05-05")
    press.tell(some, "CONSULT", everybody[3:9], on="2021-05-04", city="Suva", country="FJI")
    states = press.print("Three", "2021-05-05")
    press.tell(states, "CONSULT", [name[-3:] for name in everybody], on="2021-05-04", country="FJI")
    resolution = press.resolve()
    assert only(resolution).report_count == 3
    assert len(resolution.event_participants) == 20


def attends(press: Press, source: str, who: list[str], said: str, trigger: str, city: str = "Suva") -> None:
    document = press.print(source, "2021-05-05")
    press.tell(document, "CONSULT", who, on="2021-05-04", city=city, country="FJI", sentence=said, trigger=trigger)


def test_a_summit_that_is_told_in_pieces_is_one_event(press: Press) -> None:
    attends(press, "One", [VELLA, "WSM"], "Rosa Vella of Malta took part in the Reef summit in Suva.", "took")
    attends(
        press, "Two", [MOREAU, "TON"], "Luc Moreau and the Tongans attended the summit on reefs in Suva.", "attended"
    )
    attends(press, "Three", ["KIR"], "Kiribati's president opened the Reef summit.", "opened")
    event = only(press.resolve())
    assert event.actor_country_codes == ("FRA", "KIR", "MLT", "TON", "WSM")
    assert {row.merge_rule for row in press.resolve().event_reports} <= set(ontology.MERGE_RULES)


@pytest.mark.parametrize(
    ("said", "trigger", "city"),
    [
        ("Luc Moreau attended the Harbour summit in Suva.", "attended", "Suva"),  # another one
        ("Luc Moreau attended the Reef summit in Nadi.", "attended", "Nadi"),
        ("Luc Moreau met a Tongan on the sidelines of the Reef summit in Suva.", "met", "Suva"),
        ("Luc Moreau attended a meeting in Suva.", "attended", "Suva"),
    ],
)
def test_other_talks_of_the_day_are_no_piece_of_a_summit(press: Press, said: str, trigger: str, city: str) -> None:
    attends(press, "One", [VELLA, "WSM"], "Rosa Vella of Malta took part in the Reef summit in Suva.", "took")
    attends(press, "Two", [MOREAU, "TON"], said, trigger, city)
    assert press.sizes() == [1, 1]


def test_who_attended_a_meeting_of_many_is_one_of_them(press: Press) -> None:
    attends(press, "One", ["FJI", "TON", "WSM", "KIR"], "Four island states met in Suva.", "met")
    attends(press, "Two", [OKORO, "TON"], "Tonga attended the meeting of island states in Suva.", "attended")
    attends(press, "Three", ["FJI", "TON"], "Fiji and Tonga met in Suva.", "met")
    assert press.sizes() == [2, 1]


def test_a_minister_acts_for_a_state(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "AID", [TAMIHERE], ["TON"], on="2021-05-04")
    press.tell(press.print("Two", "2021-05-05"), "AID", ["FJI"], ["TON"], on="2021-05-04")
    resolution = press.resolve()
    assert only(resolution).actor_names == ("Ana Tamihere",)
    assert only(resolution).actor_country_codes == ("FJI",)
    assert [row.name for row in resolution.event_participants] == ["Ana Tamihere", "TON"]


def test_a_missing_place_is_filled(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "CONSULT", [VELLA, MOREAU], on="2021-05-04")
    press.tell(
        press.print("Two", "2021-05-05"), "CONSULT", [VELLA, MOREAU], on="2021-05-04", city="Nice", country="FRA"
    )
    assert only(press.resolve()).place_name == "Nice"


def test_a_missing_date_is_filled_where_persons_and_the_news_agree(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "CONSULT", [VELLA, MOREAU], on="2021-05-04")
    press.tell(press.print("Two", "2021-05-05"), "CONSULT", [MOREAU, VELLA])
    event = only(press.resolve())
    assert (event.start_date, event.date_precision_type) == (date(2021, 5, 4), "day")


def test_a_month_joins_a_day_where_nothing_else_can_be_meant(press: Press) -> None:
    press.tell(
        press.print("One", "2021-05-05"), "CONSULT", [VELLA, MOREAU], on="2021-05-04", city="Nice", country="FRA"
    )
    later = press.print("Two", "2021-08-01")
    press.tell(later, "CONSULT", [VELLA, MOREAU], on="2021-05-01", until="2021-05-31", precision="month")
    assert only(press.resolve()).start_date == date(2021, 5, 4)


@pytest.mark.parametrize(("event_type", "sizes"), [("CONSULT", [2]), ("ASSAULT", [1, 1])])
def test_talks_of_the_week_are_those_of_a_day_in_it(press: Press, event_type: str, sizes: list[int]) -> None:
    """Fighting comes every day."""
    press.tell(press.print("One", "2021-05-05"), event_type, ["FJI"], ["TON"], on="2021-05-04")
    later = press.print("Two", "2021-05-08")
    press.tell(later, event_type, ["FJI"], ["TON"], on="2021-05-03", until="2021-05-09", precision="week")
    assert press.sizes() == sizes


def test_a_vague_report_joins_neither_of_two(press: Press) -> None:
    for day in ("2021-05-04", "2021-05-20"):
        press.tell(press.print("One", day), "CONSULT", [VELLA, MOREAU], on=day)
    later = press.print("Two", "2021-08-01")
    press.tell(later, "CONSULT", [VELLA, MOREAU], on="2021-05-01", until="2021-05-31", precision="month")
    assert press.sizes() == [1, 1, 1]


def test_copies_are_members_but_one_voice(press: Press) -> None:
    for number in range(5):
        document = press.print(f"Paper {number}", "2021-05-05", story="s1", is_copy=number > 0)
        press.tell(
            document, "SANCTION", ["FJI"], ["TON"], on="2021-05-04", mode="expel", sentence="Fiji sent them home."
        )
    other = press.print("Other", "2021-05-05")
    press.tell(other, "SANCTION", ["FJI"], ["TON"], on="2021-05-04", mode="expel")
    event = only(press.resolve())
    assert (event.report_count, event.story_count, event.independent_source_count) == (6, 2, 2)


def test_one_agency_in_two_papers_is_one_voice(press: Press) -> None:
    for paper in ("One", "Two"):
        document = press.print(paper, "2021-05-05", agency="n-wire")
        press.tell(document, "AID", ["FJI"], ["TON"], on="2021-05-04")
    assert only(press.resolve()).independent_source_count == 1


@pytest.mark.parametrize(
    ("said", "voices"),
    [
        ("The two met in Suva on Tuesday, Interfax reported.", 1),
        ("According to the news agency Interfax, the two dined in Suva.", 1),
        ("The two met in Suva on Tuesday, the ministry said.", 2),
    ],
)
def test_an_agency_that_two_outlets_credit_is_one_voice(press: Press, said: str, voices: int) -> None:
    for outlet in ("One", "Two"):
        document = press.print(outlet, "2021-05-05")
        press.tell(document, "CONSULT", [TAMIHERE, MOREAU], on="2021-05-04", sentence=said)
    assert only(press.resolve()).independent_source_count == voices


@pytest.mark.parametrize(("status", "voices"), [("denied", 2), ("cancelled", 2), ("planned", 1)])
def test_a_denial_in_the_words_of_the_plan_is_its_outlets_own(press: Press, status: str, voices: int) -> None:
    visit(press, press.print("One", "2021-05-02", story="s1"), None, on="2021-05-04", status="planned")
    copy = press.print("Two", "2021-05-03", story="s1", is_copy=True)
    visit(press, copy, None, on="2021-05-04", status=status)
    assert only(press.resolve()).independent_source_count == voices


def test_days_that_there_are_not_are_filled_by_nothing(press: Press) -> None:
    visit(press, press.print("One", "2021-02-03"), None, on="2021-02-28", status="planned", country="FRA")
    visit(press, press.print("Two", "2021-02-03"), None, status="planned", country="FRA", date_text="31 February 2021")
    visit(press, press.print("Three", "2021-02-03"), None, status="planned", country="FRA", date_text="31 to 30 March")
    assert press.sizes() == [1, 1, 1]


def test_talks_are_no_visit_though_a_copy_makes_one_of_their_sentence(press: Press) -> None:
    said = {"sentence": "The round of talks he held on Tuesday was workmanlike.", "trigger": "held"}
    for outlet, mode in (("One", None), ("Two", "visit")):
        document = press.print(outlet, "2021-05-05", story="s1", is_copy=mode is not None)
        press.tell(document, "CONSULT", [VELLA], ["FRA"], on="2021-05-04", mode=mode, country="FRA", **said)
    visit(press, press.print("Three", "2021-05-04"), "start", on="2021-05-04")
    assert press.sizes() == [2, 1]


def test_copies_of_a_sentence_are_one_even_without_party_and_date(press: Press) -> None:
    for paper in ("One", "Two"):
        document = press.print(paper, "2021-05-05", story="s1")
        press.tell(document, "CONSULT", ["officials"], sentence="Officials met behind closed doors.")
    assert press.sizes() == [2]


# --- kept apart --------------------------------------------------------------------------------------------------
def test_two_calls_in_one_week_are_two(press: Press) -> None:
    for day in ("2021-05-03", "2021-05-06"):
        for source in ("One", "Two"):
            press.tell(press.print(source, day), "CONSULT", [VELLA, MOREAU], on=day, mode="phone")
    assert press.sizes() == [2, 2]


def test_a_call_that_each_capital_has_on_its_own_day_is_one_in_dispute(press: Press) -> None:
    for source, day in (("One", "2021-05-03"), ("Two", "2021-05-04")):
        press.tell(press.print(source, "2021-05-04"), "CONSULT", [VELLA], [MOREAU], on=day, mode="phone")
    assert only(press.resolve()).is_disputed
    press.tell(press.print("Three", "2021-05-06"), "CONSULT", [VELLA], [MOREAU], on="2021-05-06", mode="phone")
    assert press.sizes() == [2, 1]


def test_two_lengths_of_one_visit_are_in_dispute(press: Press) -> None:
    for source, count in (("One", 5), ("Two", 4)):
        document = press.print(source, "2021-05-03")
        visit(press, document, "start", on="2021-05-03", until=f"2021-05-0{2 + count}", day_count=count)
    assert only(press.resolve()).is_disputed


def test_shelling_day_by_day_is_many_events(press: Press) -> None:
    for day in range(3, 8):
        document = press.print("One", f"2021-05-{day:02}")
        press.tell(document, "ASSAULT", ["FJI"], ["TON"], on=f"2021-05-{day:02}", mode="heavy-weapons", country="TON")
    assert press.sizes() == [1] * 5


def test_rounds_of_talks_are_kept_apart_and_follow_one_another(press: Press) -> None:
    first, second = press.print("One", "2021-05-05"), press.print("Two", "2021-05-05")
    for document, text in ((first, "The first round of talks ended."), (second, "A second round of talks began.")):
        press.tell(document, "CONSULT", ["FJI", "TON"], on="2021-05-04", sentence=text)
    assert press.sizes() == [1, 1]
    assert ("CONSULT", "follows CONSULT") in links(press.resolve())


def test_the_number_of_a_round_says_which_talks_are_meant(press: Press) -> None:
    sixth = {"sentence": "Fiji and Malta ended the sixth round of talks.", "trigger": "ended"}
    press.tell(press.print("One", "2021-05-05"), "CONSULT", ["FJI", "MLT"], on="2021-05-04", **sixth)
    press.tell(press.print("Two", "2021-05-06"), "CONSULT", ["FJI", "MLT"], **sixth)
    assert press.sizes() == [2]


def test_an_earlier_round_that_is_spoken_of_says_not_which_one_is_told(press: Press) -> None:
    first, second = press.print("One", "2021-05-05"), press.print("Two", "2021-05-05")
    press.tell(first, "CONSULT", ["FJI", "TON"], on="2021-05-04", sentence="A second round of talks began.")
    again = "After the first round of talks in March they met again."
    press.tell(second, "CONSULT", ["FJI", "TON"], on="2021-05-04", sentence=again)
    assert press.sizes() == [2]


@pytest.mark.parametrize(("event_type", "sizes"), [("SANCTION", [2]), ("ASSAULT", [1, 1])])
def test_what_one_state_did_on_a_day_may_lack_to_whom(press: Press, event_type: str, sizes: list[int]) -> None:
    """But acts that it does to many, every day, are kept apart."""
    press.tell(press.print("One", "2021-05-05"), event_type, ["FJI"], ["TON"], on="2021-05-04", mode="discontinue")
    press.tell(press.print("Two", "2021-05-05"), event_type, ["FJI"], on="2021-05-04", mode="discontinue")
    assert press.sizes() == sizes


def test_what_lacks_to_whom_it_was_done_joins_neither_of_two(press: Press) -> None:
    for other in ("TON", "WSM"):
        press.tell(press.print("One", "2021-05-05"), "SANCTION", ["FJI"], [other], on="2021-05-04", mode="expel")
    press.tell(press.print("Two", "2021-05-05"), "SANCTION", ["FJI"], on="2021-05-04", mode="expel")
    assert press.sizes() == [1, 1, 1]


def test_an_expulsion_of_no_told_day_is_that_of_the_week(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "SANCTION", ["FJI"], ["TON"], on="2021-05-04", mode="expel")
    press.tell(press.print("Two", "2021-05-06"), "SANCTION", ["FJI"], ["TON"], mode="expel")
    assert press.sizes() == [2]


def test_two_ministers_of_one_state_are_two(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "CONSULT", [TAMIHERE, VELLA], on="2021-05-04")
    press.tell(press.print("Two", "2021-05-05"), "CONSULT", [OKORO, VELLA], on="2021-05-04")
    assert press.sizes() == [1, 1]


def test_presidents_of_different_years_are_kept_apart(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "CONSULT", [TAMIHERE], ["TON"], on="2021-05-04", mode="visit")
    press.tell(press.print("Two", "2023-05-05"), "CONSULT", [OKORO], ["TON"], on="2023-05-04", mode="visit")
    press.tell(press.print("Three", "2024-01-05"), "CONSULT", ["FJI"], ["TON"], mode="visit")
    assert press.sizes() == [1, 1, 1]


def test_a_visit_returned_is_another_visit(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "CONSULT", ["FJI"], ["TON"], on="2021-05-04", mode="visit")
    press.tell(press.print("Two", "2021-05-05"), "CONSULT", ["TON"], ["FJI"], on="2021-05-04", mode="visit")
    assert press.sizes() == [1, 1]


def test_two_cities_are_two_meetings(press: Press) -> None:
    for city, country in (("Nice", "FRA"), ("Lyon", "FRA")):
        document = press.print(city, "2021-05-05")
        press.tell(document, "CONSULT", ["MLT", "FRA"], on="2021-05-04", city=city, country=country)
    assert press.sizes() == [1, 1]


@pytest.mark.parametrize(
    ("parties", "is_one_text", "sizes"),
    [([VELLA, MOREAU], False, [2]), ([VELLA, MOREAU], True, [1, 1]), (["MLT", "FRA"], False, [1, 1])],
)
def test_two_persons_meet_in_one_country_on_a_day(
    press: Press, parties: list[str], is_one_text: bool, sizes: list[int]
) -> None:
    first = press.print("One", "2021-05-05")
    for document, country in ((first, "FRA"), (first if is_one_text else press.print("Two", "2021-05-05"), "CHE")):
        press.tell(document, "CONSULT", parties, on="2021-05-04", country=country)
    assert press.sizes() == sizes
    assert any(event.is_disputed for event in press.resolve().events) is (sizes == [2])


def test_two_charges_on_one_day_are_two_where_the_words_differ(press: Press) -> None:
    for source, sentence in (
        ("One", "It blamed them for poaching tuna inside the reef."),
        ("Two", "They were blamed for the poaching of tuna again."),
        ("Three", "It blamed them for listening to its undersea cables."),
    ):
        document = press.print(source, "2021-05-05")
        press.tell(document, "ACCUSE", ["FJI"], ["TON"], on="2021-05-04", sentence=sentence, trigger="blamed")
    assert press.sizes() == [2, 1]


def test_what_a_report_lacks_ties_it_to_nothing(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "CONSULT", ["FJI", "TON"], on="2021-05-04")
    press.tell(press.print("Two", "2021-05-05"), "CONSULT", ["FJI", "TON"])
    press.tell(press.print("Three", "2021-05-05"), "CONSULT", [])
    press.tell(press.print("Four", "2021-05-05"), "CONSULT", [])
    press.tell(press.print("Five", "2021-05-05"), "CONSULT", ["officials"], on="2021-05-04")
    press.tell(press.print("Six", None), "CONSULT", ["FJI", "TON"])
    assert press.sizes() == [1] * 6


def test_a_nonsense_interval_counts_as_no_date(press: Press) -> None:
    document = press.print("One", "2021-05-05")
    press.tell(document, "AID", ["FJI"], ["TON"], on="2021-05-09", until="2021-05-02")
    press.tell(press.print("Two", "2021-05-05"), "AID", ["FJI"], ["TON"], on="2021-05-04")
    resolution = press.resolve()
    assert len(resolution.events) == 2
    assert {event.start_date for event in resolution.events} == {None, date(2021, 5, 4)}


def test_a_chain_of_dates_is_not_one_visit(press: Press) -> None:
    days = [date(2021, 5, 3) + timedelta(days=3 * step) for step in range(6)]
    for step, day in enumerate(days):
        document = press.print(f"Paper {step}", (day + timedelta(days=1)).isoformat())
        press.tell(document, "CONSULT", [VELLA], [MOREAU], on=day.isoformat(), mode="visit", city="Nice", country="FRA")
    assert max(press.sizes()) <= 2


def test_a_meeting_of_two_on_the_margins_is_part_of_the_summit(press: Press) -> None:
    everybody = ["FJI", "TON", "MLT", "FRA", "PER"]
    press.tell(
        press.print("One", "2021-05-05"), "CONSULT", everybody, on="2021-05-04", city="Suva", mode="multilateral"
    )
    press.tell(press.print("Two", "2021-05-05"), "CONSULT", ["FJI", "TON"], on="2021-05-04", city="Suva")
    resolution = press.resolve()
    assert len(resolution.events) == 2
    assert links(resolution) == {("CONSULT", "part_of multilateral")}


def visit(press: Press, document: str, stage: str | None, *, who: str = VELLA, **other: Any) -> str:
    return press.tell(document, "CONSULT", [who], ["FRA"], mode="visit", stage_type=stage, **other)


def test_both_ends_of_a_visit_and_its_length_agree(press: Press) -> None:
    length: dict[str, Any] = {"on": "2021-05-04", "until": "2021-05-06", "day_count": 3}
    visit(press, press.print("One", "2021-05-04"), "start", **length)
    visit(press, press.print("Two", "2021-05-07"), "end", **length)
    event = only(press.resolve())
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 6))
    assert not event.is_disputed


def test_the_length_of_a_visit_gives_its_end_where_no_report_does(press: Press) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04")
    visit(press, press.print("Two", "2021-05-05"), "midst", day_count=3)
    assert only(press.resolve()).end_date == date(2021, 5, 6)


def test_a_trace_says_that_a_planned_visit_came_about_and_is_none_by_itself(press: Press) -> None:
    trace = visit(press, press.print("Two", "2021-05-05"), "trace")
    assert press.resolve().events == ()
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-04", until="2021-05-06", status="planned")
    resolution = press.resolve()
    event = only(resolution)
    assert (event.status_type, event.start_date, event.report_count) == ("occurred", date(2021, 5, 4), 1)
    assert [row.report_id for row in resolution.event_statuses if row.status_type == "occurred"] == [trace]


@pytest.mark.parametrize(("printed", "who"), [("2021-05-03", VELLA), ("2021-07-05", VELLA), ("2021-05-05", MOREAU)])
def test_a_trace_of_another_time_or_person_says_nothing(press: Press, printed: str, who: str) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-04", status="planned")
    visit(press, press.print("Two", printed), "trace", who=who)
    assert only(press.resolve()).status_type == "planned"


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
@pytest.mark.parametrize("order", [1, -1])
def test_of_one_day_that_a_visit_is_off_is_the_last_word(press: Press, status: str, order: int) -> None:
    for told in [status, "planned"][::order]:
        visit(press, press.print(f"Paper {told}", "2021-05-02"), None, on="2021-05-04", status=told)
    assert only(press.resolve()).status_type == status


def test_the_days_of_a_trace_are_days_of_the_visit_if_they_lie_near(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), "start", on="2021-05-04", status="planned")
    visit(press, press.print("Two", "2021-05-07"), "trace", on="2021-05-06")
    visit(press, press.print("Three", "2021-05-08"), "trace", on="2021-04-07")
    event = only(press.resolve())
    assert (event.status_type, event.start_date, event.end_date) == ("occurred", date(2021, 5, 4), date(2021, 5, 6))


def test_a_trace_from_before_a_visit_was_put_off_says_nothing(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-04", status="planned")
    visit(press, press.print("Two", "2021-05-05"), "trace")
    visit(press, press.print("Three", "2021-05-06"), None, on="2021-05-20", status="postponed")
    assert only(press.resolve()).status_type == "postponed"


def test_a_day_within_a_visit_is_neither_end_of_it(press: Press) -> None:
    plan = press.print("One", "2021-05-02")
    visit(press, plan, None, on="2021-05-04", until="2021-05-06", status="planned")
    visit(press, press.print("Two", "2021-05-05"), "midst", on="2021-05-05", day_count=3)
    event = only(press.resolve())
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 6))


@pytest.mark.parametrize("day_count", [1, None])
def test_the_day_of_being_back_home_is_the_last_only_if_nothing_else_tells(press: Press, day_count: int | None) -> None:
    visit(press, press.print("One", "2021-05-04"), None, on="2021-05-04")
    visit(press, press.print("Two", "2021-05-05"), "home", on="2021-05-05", day_count=day_count)
    event = only(press.resolve())
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 4 if day_count else 5))


def test_a_plan_for_another_week_is_of_the_visit_that_came(press: Press) -> None:
    visit(
        press,
        press.print("One", "2021-05-01"),
        None,
        on="2021-05-04",
        until="2021-05-05",
        status="planned",
        country="FRA",
    )
    visit(press, press.print("Two", "2021-05-14"), "end", on="2021-05-14", country="FRA")
    event = only(press.resolve())
    assert (event.status_type, event.start_date) == ("occurred", date(2021, 5, 14))  # nobody stayed for eleven days


def test_a_plan_for_the_month_before_is_of_the_visit_that_came(press: Press) -> None:
    visit(press, press.print("One", "2021-04-20"), None, on="2021-04-24", status="planned", country="FRA")
    visit(press, press.print("Two", "2021-05-05"), "start", on="2021-05-05", country="FRA")
    assert press.sizes() == [2]


def test_a_visit_that_was_planned_for_later_and_came_early_is_one(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-12", status="planned", country="FRA")
    visit(press, press.print("Two", "2021-05-05"), "start", on="2021-05-05", country="FRA")
    assert only(press.resolve()).start_date == date(2021, 5, 5)


def test_a_visit_that_is_planned_after_another_is_a_second_one(press: Press) -> None:
    visit(press, press.print("One", "2021-05-05"), None, on="2021-05-04", country="FRA")
    visit(press, press.print("Two", "2021-05-09"), None, on="2021-05-12", status="planned", country="FRA")
    assert press.sizes() == [1, 1]


def test_two_days_of_one_text_stay_two_visits(press: Press) -> None:
    plan = press.print("One", "2021-05-01")
    visit(press, plan, None, on="2021-05-04", status="planned", country="FRA")
    visit(press, plan, None, on="2021-05-12", status="planned", country="FRA")
    visit(press, press.print("Two", "2021-05-12"), "start", on="2021-05-12", country="FRA")
    assert press.sizes() == [2, 1]


def test_who_arrives_with_others_came_as_planned(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-04", status="planned", country="FRA")
    arrivals = press.print("Two", "2021-05-04")
    press.tell(arrivals, "CONSULT", [VELLA, TAMIHERE], mode="visit", stage_type="start", on="2021-05-04", country="FRA")
    assert only(press.resolve()).status_type == "occurred"


def test_who_leaves_the_day_after_was_planned_with_others_did_as_planned(press: Press) -> None:
    plan = press.print("One", "2021-05-01")
    press.tell(plan, "CONSULT", [VELLA, TAMIHERE], mode="visit", on="2021-05-04", status="planned", country="FRA")
    visit(press, press.print("Two", "2021-05-05"), "end", on="2021-05-05", country="FRA")
    assert only(press.resolve()).status_type == "occurred"


def test_word_that_a_visit_is_put_off_joins_the_plan_with_what_came_of_it(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-10", status="planned", country="FRA")
    visit(press, press.print("Two", "2021-05-08"), "mention", status="postponed", country="FRA")
    visit(press, press.print("Three", "2021-06-02"), "start", on="2021-06-02", country="FRA")
    event = only(press.resolve())
    assert (event.status_type, event.start_date, event.end_date) == ("occurred", date(2021, 6, 2), date(2021, 6, 2))


def test_an_undated_visit_is_the_one_that_was_news_when_it_was_told(press: Press) -> None:
    visit(press, press.print("One", "2021-04-20"), None, on="2021-04-24", status="cancelled", country="FRA")
    came = visit(press, press.print("Two", "2021-06-02"), "start", on="2021-06-02", country="FRA")
    late = visit(press, press.print("Three", "2021-06-03"), None, country="FRA")
    assert press.groups()[0] == sorted([came, late])


def test_an_undated_plan_is_for_the_next_of_two_visits(press: Press) -> None:
    early = visit(press, press.print("One", "2021-04-20"), None, status="planned", country="FRA")
    called_off = visit(
        press, press.print("Two", "2021-04-23"), None, on="2021-04-24", status="cancelled", country="FRA"
    )
    visit(press, press.print("Three", "2021-05-20"), "start", on="2021-05-20", country="FRA")
    assert press.groups()[0] == sorted([early, called_off])


def test_a_plan_and_a_visit_of_the_month_after_are_two_where_nothing_was_put_off(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-10", status="planned", country="FRA")
    visit(press, press.print("Three", "2021-06-02"), "start", on="2021-06-02", country="FRA")
    assert press.sizes() == [1, 1]


def test_a_delayed_visit_that_begins_joins_its_plan(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-10", status="planned", country="FRA")
    arrival = press.print("Two", "2021-06-02")
    visit(press, arrival, "start", status="postponed", country="FRA")  # "began his delayed visit"
    visit(press, arrival, None, on="2021-06-02", until="2021-06-04", country="FRA")
    assert only(press.resolve()).status_type == "occurred"


def test_who_calls_a_visit_off_says_less_of_its_days_than_its_plan(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-04", until="2021-05-06", status="planned")
    visit(press, press.print("Two", "2021-05-03"), None, on="2021-05-02", until="2021-05-03", status="cancelled")
    event = only(press.resolve())
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 6))


def test_who_sets_out_may_arrive_the_next_day(press: Press) -> None:
    visit(press, press.print("One", "2021-05-03"), "setout", on="2021-05-03")
    visit(press, press.print("Two", "2021-05-05"), None, on="2021-05-04")
    assert only(press.resolve()).start_date == date(2021, 5, 4)


def test_a_visit_that_lacks_its_host_has_that_of_its_text(press: Press) -> None:
    document = press.print("One", "2021-05-04")
    visit(press, document, "start", on="2021-05-04")
    press.tell(document, "CONSULT", [VELLA], mode="visit", status="planned")
    press.tell(document, "CONSULT", [], ["FRA"], mode="visit", stage_type="mention")
    assert press.sizes() == [3]


def test_who_has_set_out_two_days_early_makes_one_visit(press: Press) -> None:
    visit(press, press.print("One", "2021-05-02"), "setout", on="2021-05-02")
    visit(press, press.print("Two", "2021-05-04"), "start", on="2021-05-04")
    assert press.sizes() == [2]


def test_a_visit_spoken_of_as_past_has_been(press: Press) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-04", status="planned")
    visit(press, press.print("Two", "2021-05-05"), "midst")
    assert only(press.resolve()).status_type == "occurred"


def test_a_text_that_comes_back_to_a_visitor_tells_of_one_visit(press: Press) -> None:
    document = press.print("One", "2021-05-04")
    visit(press, document, "start", on="2021-05-04", until="2021-05-06", city="Nice")
    press.tell(document, "CONSULT", [VELLA], on="2021-05-05", mode="visit", status="planned")
    visit(press, document, None, on="2021-05-07", status="planned", city="Lyon")
    assert press.sizes() == [3]


def test_a_visits_end_may_be_told_at_home(press: Press) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04", country="FRA")
    visit(press, press.print("Two", "2021-05-06"), "home", on="2021-05-05", city="Valletta", country="MLT")
    assert press.sizes() == [2]


@pytest.mark.parametrize("name", ["The Maltese head of state", "the secretary of state", "Premier Rosa Vella", "Vella"])
def test_an_office_is_nobodys_name(name: str) -> None:
    participant = _participant("r1", "2021-05-10T10", date(2021, 5, 10), 0, "actor", "MLT")
    somebody = tales.person(participant.model_copy(update={"entity_id": None, "entity_type": "person", "name": name}))
    assert (somebody is not None) == name.endswith("Vella")


@pytest.mark.parametrize(
    ("name", "text", "is_same"),
    [
        ("Maria Vella", "President Rosa Maria Vella of Malta", True),
        ("Maria Vella", "Maria Vella", False),
        ("Maria Vella", "Maria Vella and Foreign Minister Rosa Borg", False),
    ],
)
def test_a_name_that_was_read_in_part_is_that_of_the_text(name: str, text: str, is_same: bool) -> None:
    participant = _participant("r1", "2021-05-10T10", date(2021, 5, 10), 0, "actor", VELLA)
    vella = tales.person(participant)
    read = tales.person(participant.model_copy(update={"entity_id": None, "name": name, "text": text}))
    assert vella is not None
    assert read is not None
    assert vella.is_same(read) == is_same


def test_a_visitor_of_no_known_country_may_be_the_nameless_one(press: Press) -> None:
    document = press.print("One", "2021-05-05")
    visit(press, document, "start", on="2021-05-04", who="Rosa Vella")
    visit(press, document, "mention", who="MLT")
    visit(press, press.print("Two", "2021-05-05"), "start", on="2021-05-04")
    assert press.sizes() == [3]


def test_arrival_and_departure_are_one_visit_and_its_two_ends(press: Press) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04")
    visit(press, press.print("Two", "2021-05-11"), "end", on="2021-05-10")
    event = only(press.resolve())
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 10))


def test_a_departure_does_not_belong_to_a_later_arrival(press: Press) -> None:
    visit(press, press.print("One", "2021-05-04"), "end", on="2021-05-04")
    visit(press, press.print("Two", "2021-05-11"), "start", on="2021-05-10")
    assert press.sizes() == [1, 1]


def test_a_visit_mentioned_again_is_the_one_that_its_text_dates(press: Press) -> None:
    plan = press.print("One", "2021-04-05")
    visit(press, plan, None, on="2021-05-04", status="planned")
    visit(press, plan, "mention")
    assert only(press.resolve()).status_type == "planned"
    visit(press, press.print("Two", "2021-05-04"), "start", on="2021-05-04")
    event = only(press.resolve())
    assert (event.status_type, event.report_count) == ("occurred", 3)


def test_a_mention_of_several_visits_in_one_text_stays_alone(press: Press) -> None:
    document = press.print("One", "2021-05-05")
    visit(press, document, "start", on="2021-05-04")
    visit(press, document, None, on="2021-01-04")
    visit(press, document, "mention")
    assert press.sizes()[0] <= 2


def test_a_reprints_today_is_the_originals(press: Press) -> None:
    today: dict[str, Any] = {"sentence": "The visit of Vella to France began today.", "trigger": "visit"}
    visit(press, press.print("One", "2021-05-04", story="s1"), "start", on="2021-05-04", **today)
    copy = press.print("Two", "2021-05-05", story="s1", is_copy=True)
    visit(press, copy, "start", on="2021-05-05", **today)
    visit(press, press.print("Three", "2021-05-05"), None, on="2021-05-04")
    event = only(press.resolve())
    assert (event.start_date, event.end_date, event.is_disputed) == (date(2021, 5, 4), date(2021, 5, 4), False)


@pytest.mark.parametrize("name", ["Rosa Maria Vella", "Vella", "R. Vella"])
def test_a_visitor_of_no_known_country_is_who_has_the_name(press: Press, name: str) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04")
    visit(press, press.print("Two", "2021-05-05"), "start", on="2021-05-04", who=name)
    assert press.sizes() == [2]


def test_who_is_named_again_without_a_country_is_no_second_participant(press: Press) -> None:
    for source, who in (("One", VELLA), ("Two", "Vella")):
        press.tell(press.print(source, "2021-05-05"), "CONSULT", [who, MOREAU], on="2021-05-04", country="FRA")
    resolution = press.resolve()
    assert len(resolution.events) == 1
    assert {one.name for one in resolution.event_participants} == {"Rosa Vella", "Luc Moreau"}


@pytest.mark.parametrize("name", ["Ivan Okoro", "Maria Vella"])
def test_visitors_with_other_names_are_two(press: Press, name: str) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04")
    visit(press, press.print("Two", "2021-05-05"), "start", on="2021-05-04", who=name)
    assert press.sizes() == [1, 1]


def test_who_is_told_alike_is_one_whoever_the_linker_took_him_for(press: Press) -> None:
    for source, taken_for in (("One", "Rosa Bin Vella/MLT"), ("Two", "Carmelo Vella/MLT")):
        visit(press, press.print(source, "2021-05-04"), "start", on="2021-05-04", who=taken_for)
    told = press.participants
    assert press.sizes() == [1, 1]
    for text in ("President Rosa bin Vella", "Rosa bin al-Vella"):
        press.participants = [
            one.model_copy(update={"text": text}) if one.role_type == "actor" else one for one in told
        ]
        assert press.sizes() == [2]


@pytest.mark.parametrize(("host", "country"), [("=Alliance", None), ("Lloyd J.", "FRA")])
def test_whom_a_visitor_saw_there_is_no_other_host(press: Press, host: str, country: str | None) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04", until="2021-05-05")
    press.tell(
        press.print("Two", "2021-05-05"), "CONSULT", [VELLA], [host], on="2021-05-05", mode="visit", country=country
    )
    assert press.sizes() == [2]


def test_a_visit_planned_in_a_month_may_be_told_on_the_first_of_the_next(press: Press) -> None:
    visit(press, press.print("One", "2021-03-19"), None, on="2021-03-01", until="2021-03-31", precision="month",
          status="planned", country="FRA")  # fmt: skip
    visit(press, press.print("Two", "2021-03-31"), "start", on="2021-03-31", country="FRA")
    visit(press, press.print("Three", "2021-04-01"), "midst", on="2021-04-01", country="FRA")
    assert press.sizes() == [3]


@pytest.mark.parametrize(("published", "sizes"), [("2021-05-25", [2]), ("2021-09-25", [1, 1])])
def test_two_plans_for_a_visit_without_a_day_are_for_one(press: Press, published: str, sizes: list[int]) -> None:
    visit(press, press.print("One", "2021-05-05"), None, status="planned")
    visit(press, press.print("Two", published), None, status="planned")
    assert press.sizes() == sizes


@pytest.mark.parametrize(("told", "sizes"), [("2021-04-01", [2]), ("2021-04-03", [1, 1])])
def test_a_plan_for_the_day_of_its_telling_is_of_the_visit_that_came(press: Press, told: str, sizes: list[int]) -> None:
    visit(press, press.print("One", "2021-04-02"), None, on=told, status="planned", country="FRA")
    visit(press, press.print("Two", "2021-05-04"), "start", on="2021-05-04", country="FRA")
    assert press.sizes() == sizes


@pytest.mark.parametrize(
    ("told", "sizes"),
    [
        ({}, [2]),
        ({"status": "occurred", "on": "2021-05-25"}, [3]),
        ({"status": "occurred", "on": "2021-05-04"}, [2, 1]),
    ],
)
def test_a_visit_that_is_planned_anew_before_its_day_was_moved_unless_it_came_about(
    press: Press, told: dict[str, str], sizes: list[int]
) -> None:
    visit(press, press.print("One", "2021-04-20"), None, on="2021-05-04", status="planned", country="FRA")
    visit(press, press.print("Two", "2021-05-02"), None, on="2021-05-25", status="planned", country="FRA")
    if told:
        visit(press, press.print("Three", told["on"]), "start", country="FRA", **told)
    assert press.sizes() == sizes


def test_days_between_the_first_and_last_of_a_visit_are_of_it(press: Press) -> None:
    visit(press, press.print("One", "2021-05-04"), None, on="2021-05-04")
    visit(press, press.print("Two", "2021-05-09"), "end", on="2021-05-09")
    assert press.sizes() == [1, 1]
    visit(press, press.print("Three", "2021-05-10"), None, on="2021-05-04", until="2021-05-09")
    assert press.sizes() == [3]


@pytest.mark.parametrize(("published", "sizes"), [("2021-08-01", [2]), ("2022-05-05", [1, 1])])
def test_an_undated_word_of_a_past_visit_is_of_the_only_one_of_that_time(
    press: Press, published: str, sizes: list[int]
) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04")
    visit(press, press.print("Two", published), "midst")
    assert press.sizes() == sizes


def test_a_host_whom_nobody_knows_beside_one_who_is_known_makes_no_other_visit(press: Press) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-04", status="planned")
    received = press.print("Two", "2021-05-05")
    press.tell(received, "CONSULT", [VELLA], [MOREAU, "Paul Durand"], on="2021-05-04", mode="visit", stage_type="midst")
    assert only(press.resolve()).status_type == "occurred"


def test_talks_during_a_visit_are_part_of_it(press: Press) -> None:
    document = press.print("One", "2021-05-07")
    press.tell(document, "CONSULT", [VELLA], [MOREAU], on="2021-05-04", until="2021-05-06", mode="visit", country="FRA")
    press.tell(document, "CONSULT", [VELLA, MOREAU], on="2021-05-05", city="Nice", country="FRA")
    resolution = press.resolve()
    assert len(resolution.events) == 2
    assert links(resolution) == {("CONSULT", "part_of visit")}


# --- the life of an event ----------------------------------------------------------------------------------------
def test_talks_there_on_its_days_tell_that_a_planned_visit_came_about(press: Press) -> None:
    plan = press.print("One", "2021-05-02")
    visit(press, plan, None, on="2021-05-04", until="2021-05-06", status="planned")
    talks = press.print("Two", "2021-05-06")
    met = press.tell(talks, "CONSULT", [VELLA], [MOREAU], on="2021-05-05", city="Nice", country="FRA")
    resolution = press.resolve()
    event = next(event for event in resolution.events if event.mode_type == "visit")
    assert (event.status_type, event.plover_type, event.report_count) == ("occurred", "CONSULT", 1)
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 6))
    steps = [(s.status_type, s.report_id == met) for s in resolution.event_statuses if s.event_id == event.event_id]
    assert steps == [("planned", False), ("occurred", True)]


@pytest.mark.parametrize(
    "other",
    [
        {"country": "MLT"},
        {"on": "2021-05-09"},
        {"who": "Sam Borg/MLT"},
        {"who": "MLT"},
        {"status": "planned"},
        {"mode": "phone"},
    ],
)
def test_other_talks_say_nothing_of_a_planned_visit(press: Press, other: dict[str, str]) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-04", until="2021-05-06", status="planned")
    told = {"on": "2021-05-05", "country": "FRA"} | other
    press.tell(press.print("Two", "2021-05-10"), "CONSULT", [told.pop("who", VELLA)], [MOREAU], **told)
    assert [event.status_type for event in press.resolve().events if event.mode_type == "visit"] == ["planned"]


@pytest.mark.parametrize(
    "plan",
    [
        {"on": "2021-05-03", "until": "2021-05-09", "precision": "week", "status": "planned"},
        {"status": "planned"},
        {"status": "occurred", "stage_type": "start"},
    ],
)
def test_the_day_of_talks_there_is_that_of_a_visit_whose_days_are_not_told(press: Press, plan: dict[str, str]) -> None:
    press.tell(press.print("One", "2021-05-03"), "CONSULT", [VELLA], ["FRA"], mode="visit", **plan)
    press.tell(press.print("Two", "2021-05-04"), "CONSULT", [VELLA], [MOREAU], on="2021-05-04", country="FRA")
    event = next(event for event in press.resolve().events if event.mode_type == "visit")
    assert (event.status_type, event.start_date, event.date_precision_type) == ("occurred", date(2021, 5, 4), "day")


def test_talks_with_a_third_tell_that_a_visit_came_about(press: Press) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-04", status="planned")
    press.tell(press.print("Two", "2021-05-04"), "CONSULT", [VELLA], ["Ana Okoro/FJI"], on="2021-05-04", country="FRA")
    assert [event.status_type for event in press.resolve().events if event.mode_type == "visit"] == ["occurred"]


def test_a_visit_lasts_to_the_last_talks_that_were_held_there(press: Press) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04")
    press.tell(press.print("Two", "2021-05-06"), "CONSULT", [VELLA], [MOREAU], on="2021-05-06", country="FRA")
    event = next(event for event in press.resolve().events if event.mode_type == "visit")
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 6))


@pytest.mark.parametrize(
    ("talks", "status"),
    [
        ({"on": "2021-05-05"}, "occurred"),
        ({"on": "2021-05-09"}, "planned"),
        ({"on": "2021-05-05", "status": "postponed"}, "postponed"),
        ({"status": "postponed"}, "postponed"),
        ({"status": "occurred"}, "planned"),
        ({"status": "occurred", "country": "FRA"}, "occurred"),
        ({"on": "2021-05-05", "recipients": ["Ana Okoro/FJI"]}, "planned"),
    ],
)
def test_talks_with_the_host_of_no_told_place_or_day_are_those_of_the_visit(
    press: Press, talks: dict[str, Any], status: str
) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-04", until="2021-05-06", status="planned")
    told = {"recipients": [MOREAU]} | talks
    press.tell(press.print("Two", "2021-05-05"), "CONSULT", [VELLA], **told)
    assert [event.status_type for event in press.resolve().events if event.mode_type == "visit"] == [status]


def test_talks_on_its_new_day_tell_that_a_visit_that_was_put_off_came_about(press: Press) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-04", status="planned")
    visit(press, press.print("Two", "2021-05-03"), None, on="2021-05-11", status="postponed")
    press.tell(press.print("Three", "2021-05-12"), "CONSULT", [VELLA], [MOREAU], on="2021-05-11", country="FRA")
    event = next(event for event in press.resolve().events if event.mode_type == "visit")
    assert (event.status_type, event.start_date, event.end_date) == ("occurred", date(2021, 5, 11), date(2021, 5, 11))


@pytest.mark.parametrize(("status", "stage"), [("planned", "start"), ("occurred", "start"), ("planned", "setout")])
def test_talks_that_are_to_be_held_there_tell_of_its_days_and_no_more(press: Press, status: str, stage: str) -> None:
    visit(press, press.print("One", "2021-05-04"), stage, on="2021-05-04", status=status)
    talks = press.print("Two", "2021-05-03")
    press.tell(talks, "CONSULT", [VELLA], [MOREAU], on="2021-05-06", country="FRA", status="planned")
    event = next(event for event in press.resolve().events if event.mode_type == "visit")
    assert (event.status_type, event.end_date) == (status, date(2021, 5, 6))


def test_what_puts_a_visit_off_gives_its_length_and_new_days(press: Press) -> None:
    visit(press, press.print("One", "2021-05-02"), "start", on="2021-05-04", until="2021-05-05", status="planned")
    moved = press.print("Two", "2021-05-03")
    for status in ("postponed", "planned"):
        visit(press, moved, "start", on="2021-05-11", until="2021-05-12", status=status)
    visit(press, press.print("Three", "2021-05-12"), "start", on="2021-05-11")
    event = only(press.resolve())
    assert (event.status_type, event.start_date, event.end_date) == ("occurred", date(2021, 5, 11), date(2021, 5, 12))


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_the_days_of_a_visit_that_is_called_off_are_those_of_the_plan(press: Press, status: str) -> None:
    visit(press, press.print("One", "2021-04-28"), "start", on="2021-05-04", until="2021-05-06", status="planned")
    visit(press, press.print("Two", "2021-05-03"), "end", on="2021-05-04", status=status)
    event = only(press.resolve())
    assert (event.status_type, event.start_date, event.end_date) == (status, date(2021, 5, 4), date(2021, 5, 6))


@pytest.mark.parametrize(("day", "status"), [("2021-05-02", "postponed"), ("2021-05-03", "cancelled")])
def test_a_visit_that_will_not_be_made_may_be_put_off_on_that_day(press: Press, day: str, status: str) -> None:
    for published, told in (("2021-05-01", "planned"), ("2021-05-02", "postponed"), (day, "denied")):
        visit(press, press.print(told, published), None, on="2021-05-04", status=told)
    assert only(press.resolve()).status_type == status


def test_of_two_first_days_in_one_text_the_later_is_that_of_a_leg(press: Press) -> None:
    document = press.print("One", "2021-05-05")
    for day in ("2021-05-04", "2021-05-05"):
        visit(press, document, "start", on=day)
    event = only(press.resolve())
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 5))


@pytest.mark.parametrize(("first", "last"), [("start", "midst"), ("midst", "end"), ("midst", "home")])
def test_a_day_within_and_an_end_may_be_far_from_one_another(press: Press, first: str, last: str) -> None:
    visit(press, press.print("One", "2021-05-04"), first, on="2021-05-04")
    visit(press, press.print("Two", "2021-05-11"), last, on="2021-05-10")
    assert press.sizes() == [2]


def test_a_visit_for_talks_that_are_put_off_is_put_off(press: Press) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-04", status="planned")
    talks = press.print("Two", "2021-05-03")
    press.tell(talks, "CONSULT", [VELLA], [MOREAU], on="2021-05-04", country="FRA", status="postponed")
    assert [event.status_type for event in press.resolve().events if event.mode_type == "visit"] == ["postponed"]


def test_a_later_day_of_a_visit_that_is_told_as_begun_is_of_it(press: Press) -> None:
    visit(press, press.print("One", "2021-05-04"), "start", on="2021-05-04", until="2021-05-08")
    visit(press, press.print("Two", "2021-05-08"), "midst", on="2021-05-08")
    assert press.sizes() == [2]


def test_end_and_length_give_the_first_day(press: Press) -> None:
    week = {"on": "2021-05-03", "until": "2021-05-09", "precision": "week", "status": "planned"}
    visit(press, press.print("One", "2021-05-01"), None, **week, day_count=2)
    visit(press, press.print("Two", "2021-05-06"), "end", on="2021-05-06")
    assert only(press.resolve()).start_date == date(2021, 5, 5)


@pytest.mark.parametrize(("day", "status"), [("2021-05-05", "planned"), ("2021-05-09", "occurred")])
def test_a_visit_spoken_of_after_its_days_has_been(press: Press, day: str, status: str) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-06", until="2021-05-07", status="planned")
    visit(press, press.print("Two", day), "mention")
    assert only(press.resolve()).status_type == status


def test_a_planned_visit_that_is_refused_is_called_off(press: Press) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-06", status="planned")
    visit(press, press.print("Two", "2021-05-04"), None, on="2021-05-06", status="denied")
    assert only(press.resolve()).status_type == "cancelled"


@pytest.mark.parametrize(("country", "sizes"), [(None, [2]), ("FRA", [2]), ("FJI", [1, 1])])
def test_of_two_who_are_told_as_visitors_the_other_reports_host_is_the_host(
    press: Press, country: str | None, sizes: list[int]
) -> None:
    visit(press, press.print("One", "2021-05-02"), None, on="2021-05-04", status="planned")
    received = press.print("Two", "2021-05-05")
    press.tell(received, "CONSULT", [MOREAU, VELLA], on="2021-05-04", mode="visit", country=country)
    assert press.sizes() == sizes


def test_a_plan_that_was_printed_before_may_tell_any_day_of_a_long_stay(press: Press) -> None:
    visit(press, press.print("One", "2021-04-28"), None, on="2021-05-09", status="planned")
    visit(press, press.print("Two", "2021-05-04"), "start", on="2021-05-04")
    event = only(press.resolve())
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 9))


def test_where_a_visitor_of_no_known_country_flies_home_to_is_not_his_host(press: Press) -> None:
    document = press.print("One", "2021-05-07")
    visit(press, document, "end", who="Rosa Vella", on="2021-05-06")
    press.tell(document, "CONSULT", ["Rosa Vella"], ["MLT"], mode="visit", stage_type="home", country="MLT")
    assert only(press.resolve()).recipient_country_codes == ("FRA",)


def test_a_visit_that_will_not_be_made_and_has_a_later_day_in_its_text_is_put_off(press: Press) -> None:
    visit(press, press.print("One", "2021-05-01"), None, on="2021-05-04", status="planned")
    moved = press.print("Two", "2021-05-03")
    visit(press, moved, None, on="2021-05-04", status="cancelled")
    visit(press, moved, None, on="2021-05-25", status="planned")
    visit(press, press.print("Three", "2021-05-26"), None, on="2021-05-25")
    resolution = press.resolve()
    event = only(resolution)
    assert (event.status_type, event.start_date) == ("occurred", date(2021, 5, 25))
    assert "postponed" in [row.status_type for row in resolution.event_statuses]


def test_two_hosts_of_one_guest_make_one_visit(press: Press) -> None:
    for paper, host in (("One", MOREAU), ("Two", "Luc Renard/FRA")):
        press.tell(press.print(paper, "2021-05-04"), "CONSULT", [VELLA], [host], on="2021-05-04", mode="visit")
    assert press.sizes() == [2]


def test_a_visit_of_long_ago_gives_no_day_to_one_that_is_news(press: Press) -> None:
    document = press.print("One", "2021-05-04")
    visit(press, document, None, status="cancelled")
    visit(press, document, None, on="2019-01-01", until="2019-12-31", precision="year")
    assert press.sizes() == [1, 1]


def test_talks_do_not_undo_that_a_visit_was_called_off(press: Press) -> None:
    for status, published in (("planned", "2021-05-02"), ("cancelled", "2021-05-03")):
        visit(press, press.print(status, published), None, on="2021-05-04", status=status)
    press.tell(press.print("Two", "2021-05-05"), "CONSULT", [VELLA], [MOREAU], on="2021-05-04", country="FRA")
    assert [event.status_type for event in press.resolve().events if event.mode_type == "visit"] == ["cancelled"]


def test_a_plan_and_its_visit_are_one_event_with_a_history(press: Press) -> None:
    invited = press.print("One", "2021-04-20")
    planned = press.print("Two", "2021-04-28")
    done = press.print("Three", "2021-05-05")
    press.tell(invited, "CONSULT", [VELLA], [MOREAU], mode="visit", status="requested", country="FRA")
    press.tell(
        planned, "CONSULT", [VELLA], ["FRA"], on="2021-05-03", until="2021-05-09", precision="week", mode="visit",
        status="planned",
    )  # fmt: skip
    press.tell(done, "CONSULT", [VELLA], [MOREAU], on="2021-05-04", mode="visit", city="Nice", country="FRA")
    resolution = press.resolve()
    event = only(resolution)
    assert (event.status_type, event.plover_type, event.start_date) == ("occurred", "CONSULT", date(2021, 5, 4))
    assert [row.status_type for row in resolution.event_statuses] == ["requested", "planned", "occurred"]
    assert not event.is_disputed
    assert {row.merge_rule for row in resolution.event_reports} == {"first", "plan_fulfilled"}


def test_a_plan_printed_late_does_not_undo_what_occurred(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "CONSULT", [VELLA], [MOREAU], on="2021-05-04", mode="visit")
    late = press.print("Two", "2021-05-06")
    press.tell(late, "CONSULT", [VELLA], [MOREAU], on="2021-05-04", mode="visit", status="planned")
    assert only(press.resolve()).status_type == "occurred"


def test_a_cancelled_visit_is_the_plans_end(press: Press) -> None:
    plan, end = press.print("One", "2021-04-28"), press.print("Two", "2021-05-01")
    press.tell(plan, "CONSULT", [VELLA], [MOREAU], on="2021-05-04", mode="visit", status="planned")
    press.tell(end, "CONSULT", [VELLA], [MOREAU], on="2021-05-04", mode="visit", status="cancelled")
    event = only(press.resolve())
    assert (event.status_type, event.plover_type, event.is_disputed) == ("cancelled", "REJECT", False)


def test_a_postponed_visit_keeps_its_life_through_the_new_date(press: Press) -> None:
    steps = (("2021-04-28", "2021-05-04", "planned"), ("2021-05-02", "2021-06-15", "postponed"),
             ("2021-06-16", "2021-06-15", "occurred"))  # fmt: skip
    for published, day, status in steps:
        press.tell(press.print(status, published), "CONSULT", [VELLA], [MOREAU], on=day, mode="visit", status=status)
    event = only(press.resolve())
    assert (event.status_type, event.start_date) == ("occurred", date(2021, 6, 15))


def test_a_visit_put_off_for_two_months_without_a_new_day_is_the_one_that_came(press: Press) -> None:
    steps = (("2021-03-10", "2021-03-19", "planned"), ("2021-03-16", "2021-03-19", "postponed"),
             ("2021-05-21", "2021-05-20", "occurred"))  # fmt: skip
    for published, day, status in steps:
        press.tell(press.print(status, published), "CONSULT", [VELLA], [MOREAU], on=day, mode="visit", status=status)
    event = only(press.resolve())
    assert (event.status_type, event.start_date) == ("occurred", date(2021, 5, 20))


def test_a_visit_moved_twice_and_called_off_is_one(press: Press) -> None:
    steps = (("2021-04-28", "2021-05-15", "planned"), ("2021-05-10", "2021-05-22", "postponed"),
             ("2021-05-18", "2021-05-29", "planned"), ("2021-05-27", "2021-05-29", "cancelled"))  # fmt: skip
    for published, day, status in steps:
        press.tell(press.print(published, published), "CONSULT", [VELLA], [MOREAU], on=day, mode="visit", status=status)
    event = only(press.resolve())
    assert (event.status_type, event.start_date) == ("cancelled", date(2021, 5, 29))


def test_a_plan_told_again_once_it_is_off_does_not_bring_it_back(press: Press) -> None:
    steps = (("2021-05-01", "2021-05-10", "planned"), ("2021-05-05", "2021-05-10", "cancelled"),
             ("2021-05-06", "2021-05-10", "planned"))  # fmt: skip
    for published, day, status in steps:
        press.tell(press.print(published, published), "CONSULT", [VELLA], [MOREAU], on=day, mode="visit", status=status)
    assert only(press.resolve()).status_type == "cancelled"


def test_reports_of_its_beginning_its_end_and_a_day_between_make_one_span(press: Press) -> None:
    visit(press, press.print("One", "2021-05-05"), "midst", on="2021-05-05")
    visit(press, press.print("Two", "2021-05-04"), "start", on="2021-05-04")
    visit(press, press.print("Three", "2021-05-06"), "end", on="2021-05-06")
    event = only(press.resolve())
    assert (event.start_date, event.end_date) == (date(2021, 5, 4), date(2021, 5, 6))


def test_a_visit_called_off_and_on_again_has_taken_place_undisputed(press: Press) -> None:
    for published, status in (("2021-04-20", "planned"), ("2021-04-25", "cancelled"), ("2021-05-05", "occurred")):
        document = press.print(status, published)
        press.tell(document, "CONSULT", [VELLA], [MOREAU], on="2021-05-04", mode="visit", status=status)
    event = only(press.resolve())
    assert (event.status_type, event.is_disputed) == ("occurred", False)


def test_a_denied_deed_is_disputed_not_erased(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "AID", ["FJI"], ["TON"], on="2021-05-04")
    press.tell(press.print("Two", "2021-05-06"), "AID", ["FJI"], ["TON"], on="2021-05-04", status="denied")
    event = only(press.resolve())
    assert (event.status_type, event.is_disputed) == ("occurred", True)


def test_who_takes_back_what_he_told_denies_it(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "AID", ["FJI"], ["TON"], on="2021-05-04")
    press.tell(press.print("One", "2021-05-06"), "AID", ["FJI"], ["TON"], on="2021-05-04", status="denied")
    event = only(press.resolve())
    assert (event.status_type, event.is_disputed) == ("denied", False)


def test_what_one_paper_takes_back_another_may_still_tell(press: Press) -> None:
    for source in ("One", "Two"):
        press.tell(press.print(source, "2021-05-05"), "AID", ["FJI"], ["TON"], on="2021-05-04")
    press.tell(press.print("One", "2021-05-06"), "AID", ["FJI"], ["TON"], on="2021-05-04", status="denied")
    event = only(press.resolve())
    assert (event.status_type, event.is_disputed) == ("occurred", True)


@pytest.mark.parametrize(("published", "sizes"), [("2021-05-06", [2]), ("2021-05-03", [1, 1])])
def test_a_denial_of_no_told_day_is_of_what_was_told_before(press: Press, published: str, sizes: list[int]) -> None:
    press.tell(press.print("One", "2021-05-05"), "CONSULT", ["FJI", "TON"], on="2021-05-04")
    denial = press.print("Two", published)
    press.tell(denial, "CONSULT", ["FJI", "TON"], status="denied")
    press.reports[-1] = press.reports[-1].model_copy(update={"plover_type": None})
    assert press.sizes() == sizes


def test_a_threat_and_the_deed_are_two_events_and_linked(press: Press) -> None:
    threat, deed = press.print("One", "2021-05-05"), press.print("Two", "2021-05-21")
    press.tell(threat, "SANCTION", ["FJI"], ["TON"], on="2021-05-20", status="threatened", mode="discontinue")
    press.tell(deed, "SANCTION", ["FJI"], ["TON"], on="2021-05-20", mode="discontinue")
    resolution = press.resolve()
    assert sorted(event.status_type for event in resolution.events) == ["occurred", "threatened"]
    assert [(row.link_type, row.link_rule) for row in resolution.event_links] == [("follows", "threat_carried_out")]


def test_retaliation_responds_to_the_act(press: Press) -> None:
    document = press.print("One", "2021-05-11")
    press.tell(document, "SANCTION", ["FJI"], ["TON"], on="2021-05-04", mode="expel")
    press.tell(document, "SANCTION", ["TON"], ["FJI"], on="2021-05-10", mode="expel")
    resolution = press.resolve()
    (row,) = resolution.event_links
    by_id = {event.event_id: event for event in resolution.events}
    assert row.link_type == "responds_to"
    assert by_id[row.event_id].start_date == date(2021, 5, 10)


def test_the_answer_of_the_same_day_is_the_act_that_is_told_as_one(press: Press) -> None:
    told = press.print("One", "2021-05-04"), press.print("Two", "2021-05-05")
    said = "Tonga sent six envoys home in retaliation.", "Fiji sent six envoys home."
    for document, (one, other), sentence in zip(told, (("TON", "FJI"), ("FJI", "TON")), said, strict=True):
        press.tell(document, "SANCTION", [one], [other], on="2021-05-04", mode="expel", sentence=sentence)
    resolution = press.resolve()
    (row,) = resolution.event_links
    answer = next(event for event in resolution.events if event.event_id == row.event_id)
    assert (row.link_type, answer.actor_country_codes) == ("responds_to", ("TON",))


def test_lifting_sanctions_ends_the_last_ones(press: Press) -> None:
    for source, published, day in (("One", "2019-05-05", "2019-05-04"), ("Two", "2020-05-05", "2020-05-04")):
        press.tell(press.print(source, published), "SANCTION", ["FJI"], ["TON"], on=day, mode="discontinue")
    press.tell(press.print("Three", "2021-05-05"), "SANCTION", ["FJI"], ["TON"], on="2021-05-03", mode="expel")
    press.tell(press.print("Four", "2022-05-05"), "CONCEDE", ["FJI"], ["TON"], on="2022-05-04", trigger="lifted")
    resolution = press.resolve()
    (row,) = resolution.event_links
    by_id = {event.event_id: event for event in resolution.events}
    assert (row.link_type, by_id[row.event_id].event_type) == ("cancels", "CONCEDE")
    assert by_id[row.other_event_id].start_date == date(2020, 5, 4)


def test_ratifying_is_not_signing_and_points_to_it(press: Press) -> None:
    signed, ratified = press.print("One", "2021-05-05"), press.print("Two", "2022-02-02")
    press.tell(signed, "SUPPORT", ["FJI", "TON"], on="2021-05-04", trigger="signed")
    press.tell(ratified, "SUPPORT", ["FJI"], ["TON"], on="2022-02-01", trigger="ratified")
    resolution = press.resolve()
    assert len(resolution.events) == 2
    assert [row.link_type for row in resolution.event_links] == ["ratifies"]


def test_what_was_signed_at_a_meeting_is_its_outcome(press: Press) -> None:
    document = press.print("One", "2021-05-05")
    press.tell(document, "CONSULT", [VELLA, MOREAU], on="2021-05-04", city="Nice")
    press.tell(document, "SUPPORT", ["MLT", "FRA"], on="2021-05-04", trigger="signed")
    assert links(press.resolve()) == {("SUPPORT", "outcome_of CONSULT")}


def test_a_cancellation_of_no_told_day_points_to_the_only_plan(press: Press) -> None:
    plan, end = press.print("One", "2021-04-28"), press.print("Two", "2021-05-01")
    press.tell(plan, "CONSULT", ["FJI", "TON"], on="2021-05-20", status="planned")
    press.tell(end, "CONSULT", ["FJI", "TON"], status="cancelled")
    resolution = press.resolve()
    assert len(resolution.events) == 2
    assert [row.link_type for row in resolution.event_links] == ["cancels"]


# --- disagreement ------------------------------------------------------------------------------------------------
def test_sources_that_differ_by_a_day_are_in_dispute(press: Press) -> None:
    for source, day in (("One", "2021-05-04"), ("Two", "2021-05-04"), ("Three", "2021-05-05")):
        document = press.print(source, "2021-05-06")
        press.tell(document, "CONSULT", [VELLA], [MOREAU], on=day, mode="visit", city="Nice", country="FRA")
    event = only(press.resolve())
    assert (event.start_date, event.is_disputed) == (date(2021, 5, 4), True)


@pytest.mark.parametrize(
    ("day", "stage", "is_disputed"),
    [("2021-05-05", "midst", False), ("2021-05-07", "end", False), ("2021-05-05", "start", True),
     ("2021-05-03", "midst", True), ("2021-05-03", "end", True), ("2021-05-03", "setout", False)],
)  # fmt: skip
def test_days_of_a_visit_are_in_dispute_only_if_they_cannot_all_be_its_days(
    press: Press, day: str, stage: str, is_disputed: bool
) -> None:
    for source, on, part, city in (("One", "2021-05-04", "start", "Nice"), ("Two", day, stage, "Lyon")):
        document = press.print(source, max("2021-05-04", on))
        press.tell(
            document, "CONSULT", [VELLA], [MOREAU], on=on, mode="visit", city=city, country="FRA", stage_type=part
        )
    assert only(press.resolve()).is_disputed == is_disputed


def test_most_voices_decide_not_most_copies(press: Press) -> None:
    for number in range(6):
        document = press.print(f"Paper {number}", "2021-05-06", story="s1", is_copy=number > 0)
        press.tell(
            document, "SANCTION", ["FJI"], ["TON"], on="2021-05-04", mode="expel", quantity=12, quantity_unit="diplomat"
        )
    for source in ("One", "Two"):
        document = press.print(source, "2021-05-05")
        press.tell(
            document, "SANCTION", ["FJI"], ["TON"], on="2021-05-04", mode="expel", quantity=10, quantity_unit="diplomat"
        )
    event = only(press.resolve())
    assert (event.quantity, event.is_disputed) == (10, True)


def test_a_source_that_corrects_itself_is_not_in_dispute(press: Press) -> None:
    for published, number in (("2021-05-05", 12), ("2021-05-06", 10)):
        document = press.print("One", published)
        press.tell(
            document,
            "SANCTION",
            ["FJI"],
            ["TON"],
            on="2021-05-04",
            mode="expel",
            quantity=number,
            quantity_unit="diplomat",
        )
    event = only(press.resolve())
    assert (event.quantity, event.is_disputed) == (10, False)


def told_in_a_story(press: Press, source: str, published: str, day: str) -> str:
    document = press.print(source, published, story="s1", is_copy=source != "One")
    words = "The ministers put their names to the paper on the harbour and its warehouses"
    return press.tell(document, "SUPPORT", ["FJI"], ["TON"], on=day, sentence=f"{words} on {day}.")


def test_a_reprint_that_corrects_the_day_tells_of_the_same_act(press: Press) -> None:
    for source, published, day in (
        ("One", "2021-05-05", "2021-05-04"),
        ("Two", "2021-05-05", "2021-05-04"),
        ("Three", "2021-05-07", "2021-04-30"),
    ):
        told_in_a_story(press, source, published, day)
    event = only(press.resolve())
    assert (event.start_date, event.is_disputed, event.report_count) == (date(2021, 4, 30), False, 3)


@pytest.mark.parametrize("source", ["Four", "Five", "Six"])
@pytest.mark.parametrize("reprinted", ["2021-05-06", "2021-05-07"])
def test_a_reprint_of_what_was_put_right_says_nothing_new(press: Press, source: str, reprinted: str) -> None:
    told_in_a_story(press, "One", "2021-05-05", "2021-05-04")
    told_in_a_story(press, "Two", "2021-05-06", "2021-04-30")
    told_in_a_story(press, source, reprinted, "2021-05-04")
    event = only(press.resolve())
    assert (event.start_date, event.is_disputed) == (date(2021, 4, 30), False)


def test_what_is_put_right_on_the_day_of_printing_holds(press: Press) -> None:
    told_in_a_story(press, "One", "2021-05-05", "2021-05-04")
    for source in ("Two", "Three"):
        told_in_a_story(press, source, "2021-05-05", "2021-04-30")
    assert only(press.resolve()).start_date == date(2021, 4, 30)


def test_a_plan_that_is_reprinted_late_does_not_undo_its_postponement(press: Press) -> None:
    plan = "The minister is to come in May."
    for source, published, is_copy in (("One", "2021-05-02", False), ("Three", "2021-05-06", True)):
        document = press.print(source, published, story="s1", is_copy=is_copy)
        visit(press, document, None, on="2021-05-10", status="planned", sentence=plan, trigger="come")
    visit(press, press.print("Two", "2021-05-05"), None, on="2021-05-10", status="postponed")
    event = only(press.resolve())
    assert (event.status_type, str(event.last_reported_date)) == ("postponed", "2021-05-06")


def test_two_days_of_one_text_stay_apart_in_its_reprints(press: Press) -> None:
    for source in ("One", "Two"):
        for day in ("2021-05-02", "2021-05-04"):
            told_in_a_story(press, source, "2021-05-05", day)
    told_in_a_story(press, "Three", "2021-05-05", "2021-05-04")
    assert press.sizes() == [3, 2]


def test_of_equally_many_voices_the_last_decides(press: Press) -> None:
    for source, published, city in (("One", "2021-05-05", "Nice"), ("Two", "2021-05-06", "Cannes")):
        document = press.print(source, published)
        press.tell(document, "CONSULT", [VELLA, MOREAU], on="2021-05-04", city=city, country="FRA")
    event = only(press.resolve())
    assert (event.place_name, event.is_disputed) == ("Cannes", True)


def test_what_occurred_outweighs_what_was_planned(press: Press) -> None:
    for source in ("One", "Two", "Three"):
        document = press.print(source, "2021-04-28")
        press.tell(
            document, "CONSULT", [VELLA], [MOREAU], on="2021-05-04", until="2021-05-08", mode="visit", status="planned"
        )
    press.tell(
        press.print("Four", "2021-05-07"),
        "CONSULT",
        [VELLA],
        [MOREAU],
        on="2021-05-04",
        until="2021-05-06",
        mode="visit",
    )
    assert only(press.resolve()).end_date == date(2021, 5, 6)


def test_the_best_report_is_sure_original_and_early(press: Press) -> None:
    unsure = press.tell(press.print("One", "2021-05-04"), "AID", ["FJI"], ["TON"], on="2021-05-04", confidence=0.5)
    copied = press.tell(
        press.print("Two", "2021-05-05", story="s1", is_copy=True),
        "AID",
        ["FJI"],
        ["TON"],
        on="2021-05-04",
        confidence=0.9,
    )
    original = press.tell(
        press.print("Three", "2021-05-05", story="s1"), "AID", ["FJI"], ["TON"], on="2021-05-04", confidence=0.9
    )
    best = only(press.resolve()).best_report_id
    assert best == original
    assert best not in (unsure, copied)


def test_what_is_shown_has_the_number_that_was_agreed_on(press: Press) -> None:
    numbers = {"2021-05-04": ("five Tongan envoys", 5.0), "2021-05-05": ("two Tongan envoys", 2.0)}
    told = {}
    for published, (whom, number) in numbers.items():
        document = press.print("One", published, story="s1", is_copy=number == 2.0)
        told[number] = press.tell(
            document, "SANCTION", ["FJI"], [f"{whom}/TON"], on="2021-05-04", mode="expel", quantity=number
        )
        nobody = {"entity_type": None, "entity_id": None}
        press.participants[-1] = press.participants[-1].model_copy(update=nobody)
    event = only(press.resolve())
    assert (event.quantity, event.recipient_names) == (2.0, ("two Tongan envoys",))
    assert event.best_report_id == told[2.0]


# --- reviewers ---------------------------------------------------------------------------------------------------
def test_reviewers_merge_split_reject_and_the_latest_wins(press: Press) -> None:
    one = press.tell(press.print("One", "2021-05-05"), "CONSULT", ["FJI", "TON"], on="2021-05-04")
    same = press.tell(press.print("Two", "2021-05-05"), "CONSULT", ["FJI", "TON"], on="2021-05-04")
    far = press.tell(press.print("Three", "2022-01-01"), "CONSULT", ["FJI", "TON"], on="2021-12-30")
    assert press.sizes() == [2, 1]
    merge = Decision("must_link", (one, far), ordinal=1)
    split = Decision("cannot_link", (one, same), ordinal=2)
    assert press.groups([split]) == sorted([[one], [same], [far]])
    assert len(press.groups([merge])[0]) == 3
    assert [one, far] in press.groups([merge, split]) or [far, one] in press.groups([merge, split])
    assert press.groups([split, Decision("must_link", (one, same), ordinal=3)])[0] == sorted([one, same])
    rejected = press.groups([Decision("reject", (far,), ordinal=1)])
    assert [far] not in rejected
    assert [far] in press.groups([Decision("reject", (far,), ordinal=1), Decision("keep", (far,), ordinal=2)])


def test_a_merge_by_a_reviewer_says_so(press: Press) -> None:
    one = press.tell(press.print("One", "2021-05-05"), "CONSULT", ["FJI", "TON"], on="2021-05-04")
    far = press.tell(press.print("Two", "2022-01-01"), "CONSULT", ["FJI", "TON"], on="2021-12-30")
    rows = press.resolve([Decision("must_link", (one, far))]).event_reports
    assert {row.merge_rule for row in rows} == {"first", "reviewer"}


@pytest.mark.parametrize(
    "kinds", ["CONSULT phone, CONSULT phone, SANCTION expel", "CONSULT phone, " + 2 * "SANCTION expel, "]
)
def test_unlike_acts_that_a_reviewer_merged_have_a_mode_of_their_act(press: Press, kinds: str) -> None:
    told = []
    for number, kind in enumerate(kinds.strip(", ").split(", ")):
        event_type, mode = kind.split()
        document = press.print(f"Paper {number}", f"2021-05-0{5 + number}")
        told.append(press.tell(document, event_type, ["FJI"], ["TON"], on="2021-05-04", mode=mode))
    event = only(press.resolve([Decision("must_link", tuple(told))]))
    assert f"{event.event_type} {event.mode_type}" in kinds


# --- what always holds -------------------------------------------------------------------------------------------
def newsroom() -> Press:
    """A mixed bag: plans, visits, calls, copies, disputes, blanks, in several partitions."""
    press = Press()
    partitions = ("2021-05-04T10", "2021-05-05T11", "2021-05-06T12")
    people = (VELLA, MOREAU, TAMIHERE, OKORO, "FJI", "MLT", "TON", "=Forum", "officials")
    number = 0
    for one in people:
        for other in people[::2]:
            if one == other:
                continue
            number += 1
            published = f"2021-05-{4 + number % 5:02}"
            story = f"s{number % 11}" if number % 3 else None
            document = press.print(
                f"Paper {number % 7}", published, article=number, story=story, is_copy=number % 2 == 0
            )
            status = ("occurred", "planned", "cancelled", "postponed", "occurred")[number % 5]
            precision = ("day", "day", "week", "month")[number % 4]
            start = date(2021, 5, 1) + timedelta(days=number % 4)
            for mode in ("visit", None) if number % 2 else ("phone",):
                press.tell(
                    document, "CONSULT", [one], [other], status=status, mode=mode, precision=precision,
                    on=None if number % 6 == 0 else start.isoformat(),
                    until=None if precision == "day" else (start + timedelta(days=6)).isoformat(),
                    partition=partitions[number % 3],
                )  # fmt: skip
    return press


NEWSROOM = newsroom()


@settings(max_examples=int(os.environ.get("DEMARCHE_EXAMPLES", "20")), deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(rng: Any) -> None:
    expected = NEWSROOM.resolve()
    reports = NEWSROOM.reports * 2  # the same document in two partitions comes twice
    participants = NEWSROOM.participants * 2
    documents = list(NEWSROOM.documents.items())
    for rows in (reports, participants, documents):
        rng.shuffle(rows)  # type: ignore[arg-type]  # each is a list
    assert events.resolve_events(reports, participants, dict(documents)) == expected


def test_every_report_is_in_one_event_and_the_columns_hold_together() -> None:
    resolution = NEWSROOM.resolve()
    assert sorted(row.report_id for row in resolution.event_reports) == sorted(r.report_id for r in NEWSROOM.reports)
    for event in resolution.events:
        members = [row.report_id for row in resolution.event_reports if row.event_id == event.event_id]
        assert event.report_count == len(members)
        assert event.best_report_id in members
        assert 1 <= event.independent_source_count <= event.document_count
        assert (event.start_date is None) == (event.end_date is None)
        assert event.start_date is None or event.end_date is None or event.start_date <= event.end_date
        if event.status_type == "occurred" and event.start_date and event.first_reported_date:
            told = [
                row.reported_date
                for row in resolution.event_statuses
                if row.event_id == event.event_id and row.status_type == "occurred" and row.reported_date
            ]
            assert event.start_date <= min(told) + timedelta(days=1)
    assert len(resolution.events) < len(NEWSROOM.reports)


def test_reports_that_become_one_event_share_a_block_or_a_story() -> None:
    parties: dict[str, list[ReportParticipant]] = {}
    for participant in NEWSROOM.participants:
        parties.setdefault(participant.report_id, []).append(participant)
    keys = {report.report_id: events.block_keys(report, parties[report.report_id]) for report in NEWSROOM.reports}
    stories = {r.report_id: NEWSROOM.documents[r.document_id].story_id for r in NEWSROOM.reports}
    for group in NEWSROOM.groups():
        if len(group) > 1:
            for member in group:
                others = [other for other in group if other != member]
                assert any(keys[member] & keys[other] or stories[member] == stories[other] for other in others)


def test_a_report_without_party_or_time_is_in_no_block(press: Press) -> None:
    press.tell(press.print("One", None), "CONSULT", ["FJI", "TON"])
    press.tell(press.print("Two", "2021-05-05"), "CONSULT", ["officials"], on="2021-05-04")
    for report in press.reports:
        mine = [p for p in press.participants if p.report_id == report.report_id]
        assert events.block_keys(report, mine) == frozenset()


def test_thousands_of_equal_reports_cost_no_square(press: Press) -> None:
    for number in range(3000):
        document = press.print(f"Paper {number}", "2021-05-05", story="s1", is_copy=number > 0)
        press.tell(
            document, "SANCTION", ["FJI"], ["TON"], on="2021-05-04", mode="expel", sentence="They were sent home."
        )
    assert only(press.resolve()).report_count == 3000


def test_thousands_of_undated_reports_cost_no_square(press: Press) -> None:
    for number in range(1000):
        press.tell(press.print(f"Paper {number}", "2021-05-05"), "CONSULT", ["FJI", "TON"])
    assert len(press.resolve().events) == 1000


def test_another_day_and_another_number_are_another_act(press: Press) -> None:
    words = "Fiji expelled envoys of Tonga from Suva over the fishing grounds."
    for number in range(1, 5):
        press.tell(
            press.print(f"Paper {number}", "2021-05-20"),
            "SANCTION",
            ["FJI"],
            ["TON"],
            on=f"2021-05-1{number}",
            mode="expel",
            sentence=words,
            city="Suva",
            country="FJI",
            quantity=float(number),
            quantity_unit="envoy",
        )
    assert [event.report_count for event in press.resolve().events] == [1, 1, 1, 1]


def test_a_report_of_an_unknown_document_is_an_error(press: Press) -> None:
    press.tell(press.print("One", "2021-05-05"), "AID", ["FJI"], ["TON"])
    press.documents.clear()
    with pytest.raises(KeyError):
        press.resolve()

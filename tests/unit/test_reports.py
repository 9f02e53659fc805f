"""Reading events: what the rules make of invented sentences, kind by kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demarche import language, reports
from demarche.entities import load_gazetteer
from demarche.mentions import find_mentions
from demarche.places import load_places
from demarche.records import Document, Report, ReportParticipant
from demarche.reports import circumstances

NO_EVENTS = Path(__file__).parents[1] / "fixtures" / "no_events"
KEY = "2023-03-16T09"
Coded = tuple[tuple[Report, ...], tuple[ReportParticipant, ...]]
Reader = Callable[..., Coded]


@pytest.fixture(scope="module")
def read() -> Reader:
    """Codes a text as if published on Wednesday, 15 March 2023 (or ``day``; None: unknown)."""
    nlp = language.load_model()
    gazetteer, places = load_gazetteer(), load_places()

    def code(text: str, day: date | None = date(2023, 3, 15), filed: tuple[str, str] | None = None) -> Coded:
        doc = nlp(text)
        document = Document(
            document_id="d1",
            article_id="a1",
            partition_key=KEY,
            source_id="o1",
            source_name="The Harbour Gazette",
            path="a.txt",
            body=doc.text,
            published_date=day,
            published_rule="metadata" if day else "none",
            dateline=filed[0] if filed else None,
            dateline_place_name=filed[1] if filed else None,
            fetched_at=datetime(2023, 3, 16, tzinfo=UTC),
            content_hash="h",
            raw_hash="h",
        )
        mentions = find_mentions(
            doc, document_id="d1", partition_key=KEY, published_date=day, gazetteer=gazetteer, places=places
        )
        found, participants = reports.code_reports(doc, mentions, document=document)
        told_of = {report.report_id for report in found if report.stage_type != "trace"}  # no event is made of a trace
        return (
            tuple(report for report in found if report.report_id in told_of),
            tuple(who for who in participants if who.report_id in told_of),
        )

    return code


def told(coded: Coded) -> list[tuple[str, str, str | None, list[str | None], list[str | None]]]:
    """(act, status, PLOVER's category, countries of the actors, of the recipients) of each report."""
    found = []
    for report in coded[0]:
        sides = {
            role: [p.country_code for p in coded[1] if p.report_id == report.report_id and p.role_type == role]
            for role in ("actor", "recipient")
        }
        found.append((report.event_type, report.status_type, report.plover_type, sides["actor"], sides["recipient"]))
    return found


# The table in docs/codebook.md: act, status and PLOVER's category, told of Fiji and Tonga.
@pytest.mark.parametrize(
    ("sentence", "event_type", "status", "plover_type"),
    [
        ("Fiji's premier visited Tonga.", "CONSULT", "occurred", "CONSULT"),
        ("Fiji's premier will visit Tonga next week.", "CONSULT", "planned", "AGREE"),
        ("Fiji called for talks with Tonga.", "CONSULT", "requested", "REQUEST"),
        ("Fiji called off its premier's visit to Tonga.", "CONSULT", "cancelled", "REJECT"),
        ("Fiji accused Tonga of poaching.", "ACCUSE", "occurred", "ACCUSE"),
        ("Fiji lifted the embargo on Tonga.", "CONCEDE", "occurred", "CONCEDE"),
        ("Fiji cut off its aid to Tonga.", "SANCTION", "occurred", "SANCTION"),
        ("Fiji and Tonga signed the border treaty.", "SUPPORT", "occurred", "SUPPORT"),
        ("Fiji demanded an explanation from Tonga.", "REQUEST", "requested", "REQUEST"),
        ("Fiji threatened Tonga with a trade embargo.", "SANCTION", "threatened", "THREATEN"),
        ("Fiji turned down Tonga's proposal.", "REJECT", "denied", "REJECT"),
        ("Fiji will pull its police out of Tonga.", "RETREAT", "planned", "CONCEDE"),
        ("Fiji warned Tonga of consequences.", "THREATEN", "threatened", "THREATEN"),
    ],
)
def test_the_table_of_the_codebook(read: Reader, sentence: str, event_type: str, status: str, plover_type: str) -> None:
    acts = told(read(sentence))
    assert [act[:3] for act in acts] == [(event_type, status, plover_type)]
    assert {code for act in acts for code in (*act[3], *act[4])} == {"FJI", "TON"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Fiji did not recall its envoy.",
        "Fiji would welcome talks with Tonga.",
        "No talks were held between Fiji and Tonga.",
        "Samoa beat Tonga 24-12 in the semifinal on Saturday.",
        "In 1806 French troops attacked Prussia.",
        "Shares rallied while the dollar fell against the yen.",
        "The premier of Fiji wrote a novel.",
    ],
)
def test_what_is_no_event(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []


def sides(read: Reader, sentence: str) -> list[tuple[str, list[str | None], list[str | None]]]:
    return [(act[0], act[3], act[4]) for act in told(read(sentence))]


def test_who_tells_it_does_not_do_it(read: Reader) -> None:
    assert sides(read, "Kenya said that Oman had expelled two diplomats from Chile.") == [
        ("SANCTION", ["OMN"], ["CHL"])
    ]
    assert sides(read, "Peru accused Chile of bombing a bridge.") == [("ACCUSE", ["PER"], ["CHL"])]


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Two villages in Tonga were burned down on the orders of Fiji's army.", ("ASSAULT", ["FJI"], ["TON"])),
        ("Tonga was denounced in an open letter by Fiji and Samoa.", ("ACCUSE", ["FJI", "WSM"], ["TON"])),
        ("Fiji sent marines to the island that Tonga claims.", ("MOBILIZE", ["FJI"], ["TON"])),
        ("A convoy of lorries sent by Fiji brought flour to Tonga.", ("AID", ["FJI"], ["TON"])),
    ],
)
def test_a_side_that_stands_elsewhere_is_found(
    read: Reader, sentence: str, wanted: tuple[str, list[str], list[str]]
) -> None:
    assert sides(read, f"The week was calm. {sentence}") == [wanted]


def test_who_mediates_is_neither_side(read: Reader) -> None:
    talks = "Envoys of Somalia and Ethiopia met in Doha on Monday for talks mediated by Qatar and Kenya."
    assert sides(read, talks) == [("CONSULT", ["SOM", "ETH"], [])]
    ((_, signing, others),) = sides(read, "Fiji and Tonga signed a treaty brokered by Norway.")
    assert (signing, "NOR" in others) == (["FJI", "TON"], False)


def test_two_at_war_are_known_as_well_as_two_at_a_table(read: Reader) -> None:
    ((report,), _) = read("War broke out between Chad and Mali.")
    ((talks,), _) = read("Talks were held between Chad and Mali.")
    assert (report.event_type, report.confidence_score >= 0.5) == ("ASSAULT", True)
    assert talks.confidence_score >= 0.5


def test_what_a_court_finds_somebody_guilty_of_is_no_act_of_its_own(read: Reader) -> None:
    for sentence in (
        "Two Chilean officers were found guilty on Thursday of beating a Peruvian tourist.",
        "A court in Fiji convicted two Tongans of attacking a Fijian policeman.",
    ):
        assert [act[0] for act in told(read(sentence))] == ["SANCTION"]


def test_a_day_before_a_name_is_the_acts_day_and_no_part_of_the_name(read: Reader) -> None:
    coded = read("Yesterday Mexico's president visited Chile.")
    assert [r.start_date for r in coded[0]] == [date(2023, 3, 14)]
    assert [p.text for p in coded[1]] == ["Mexico's president", "Chile"]


@pytest.mark.parametrize(
    ("sentence", "actors", "start", "place"),
    [
        ("In February Togo expelled two French diplomats.", ["Togo"], date(2023, 2, 1), None),
        ("In March Kenya recognised Palau.", ["Kenya"], date(2023, 3, 1), None),
        ("In May Samoa's premier criticised Tonga.", ["Samoa's premier"], date(2022, 5, 1), None),
        ("The envoy said that in March Kenya recognised Palau.", ["Kenya"], date(2023, 3, 1), None),
        ("In 1973 Samoa, Tonga and Fiji condemned France.", ["Samoa", "Tonga", "Fiji"], date(1973, 1, 1), None),
        ("Last Thursday Belize criticised Peru.", ["Belize"], date(2023, 3, 9), None),
        ("On May Day Cuba criticised Chile.", ["Cuba"], None, None),
        ("Between 9 and 11 May the Fijian premier toured Peru.", ["the Fijian premier"], date(2022, 5, 9), None),
        ("In Suva Kenya signed a treaty with Samoa.", ["Kenya"], None, "Suva"),
        # what belongs to the name stays in it
        ("In Saudi Arabia police arrested two Iranians.", ["Saudi Arabia police"], None, None),
        ("In December South Korea criticised Japan.", ["South Korea"], date(2022, 12, 1), None),
        ("In January President Ruto criticised Uganda.", ["President Ruto"], date(2023, 1, 1), None),
    ],
)
def test_a_time_or_place_that_opens_the_sentence_is_no_part_of_the_name_behind_it(
    read: Reader, sentence: str, actors: list[str], start: date | None, place: str | None
) -> None:
    (report,), participants = read(sentence)
    assert [p.text for p in participants if p.role_type == "actor"] == actors
    assert (report.start_date, report.place_name) == (start, place)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        # who is only named beside
        ("Kenya, like Uganda, condemned Tonga.", [("ACCUSE", ["KEN"], ["TON"])]),
        ("Allies like Samoa and Fiji condemned Tonga.", [("ACCUSE", ["WSM", "FJI"], ["TON"])]),
        ("Kenya rather than Uganda condemned Tonga.", [("ACCUSE", ["KEN"], ["TON"])]),
        ("France, instead of Germany, condemned Serbia.", [("ACCUSE", ["FRA"], ["SRB"])]),
        # one object of two verbs
        ("Kenya condemned and Uganda praised Tonga.", [("ACCUSE", ["KEN"], ["TON"]), ("SUPPORT", ["UGA"], ["TON"])]),
        ("Kenya condemned and sued Tonga.", [("ACCUSE", ["KEN"], ["TON"]), ("ACCUSE", ["KEN"], ["TON"])]),
        # where the second clause begins
        (
            "In 2012 Britain recognised Kosovo and France condemned Serbia.",
            [("SUPPORT", ["GBR"], ["XKX"]), ("ACCUSE", ["FRA"], ["SRB"])],
        ),
        ("Peru criticised Chile and Bolivia condemned Cuba.",
         [("ACCUSE", ["PER"], ["CHL"]), ("ACCUSE", ["BOL"], ["CUB"])]),
        ("Peru criticised Chile and Bolivia, condemned Cuba and praised Mexico.",
         [("ACCUSE", ["PER"], ["CHL", "BOL"]), ("ACCUSE", ["PER"], ["CUB"]), ("SUPPORT", ["PER"], ["MEX"])]),
        ("The envoy said Kenya and Togo condemned Mali.", [("ACCUSE", ["KEN", "TGO"], ["MLI"])]),
    ],
)  # fmt: skip
def test_coordination_gives_each_act_its_own_sides(
    read: Reader, sentence: str, wanted: list[tuple[str, list[str], list[str]]]
) -> None:
    assert sides(read, sentence) == wanted


@pytest.mark.parametrize(
    ("sentence", "wanted", "quantities", "start"),
    [
        ("Latvia expelled two Russian diplomats, and Lithuania three.", [(["LVA"], ["RUS"]), (["LTU"], ["RUS"])],
         [2, 3], [None, None]),
        ("Prague expelled the Russian ambassador and Moscow the Czech one.", [(["CZE"], ["RUS"]), (["RUS"], ["CZE"])],
         [None, None], [None, None]),
        ("Oslo expelled two Russian envoys in 2018 and Moscow two Norwegians in 2019.",
         [(["NOR"], ["RUS"]), (["RUS"], ["NOR"])], [2, 2], [date(2018, 1, 1), date(2019, 1, 1)]),
        # two objects of one verb, and a time behind a second object, leave out no verb
        ("Peru condemned Chile and Bolivia the same day.", [(["PER"], ["CHL", "BOL"])], [None], [None]),
        ("Kenya gave Uganda 20 tanks and Tanzania 30.", [(["KEN"], ["UGA"])], [20], [None]),
        ("Oslo expelled the Russian envoy and the Czech consul.", [(["NOR"], ["RUS", "CZE"])], [None], [None]),
    ],
)  # fmt: skip
def test_a_clause_that_leaves_its_verb_to_the_one_before_tells_an_act_of_its_own(
    read: Reader,
    sentence: str,
    wanted: list[tuple[list[str], list[str]]],
    quantities: list[float | None],
    start: list[date | None],
) -> None:
    coded = read(sentence)
    assert [(actors, recipients) for _, actors, recipients in sides(read, sentence)] == wanted
    assert [report.start_date for report in coded[0]] == start
    assert [report.quantity for report in coded[0]] == quantities


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Russia fired eight missiles at Odesa overnight.", ("ASSAULT", ["RUS"], ["UKR"])),
        ("Peru struck targets in southern Chile.", ("ASSAULT", ["PER"], ["CHL"])),
        ("Rwanda's army killed 12 people in Goma.", ("ASSAULT", ["RWA"], ["COD"])),
        ("Peru killed three Cuban officers in Santiago.", ("ASSAULT", ["PER"], ["CUB"])),
        ("Kenya sent Uganda 20 nurses, 3 doctors and 40 tents.", ("AID", ["KEN"], ["UGA"])),
        # who tells it is no side
        ("According to Lima, Chile has moved 900 soldiers to the border.", ("MOBILIZE", ["CHL"], [None])),
        ("Chile has moved 900 soldiers to the border, according to Lima.", ("MOBILIZE", ["CHL"], [None])),
        ("Israel strikes kill 20 in Gaza: Jordanian officials", ("ASSAULT", ["ISR"], ["PSE"])),
        # a cleft sentence
        ("It was Kenya that condemned Tonga.", ("ACCUSE", ["KEN"], ["TON"])),
        ("It was not Kenya but Uganda that condemned Tonga.", ("ACCUSE", ["UGA"], ["TON"])),
        ("It is Tonga that Kenya condemned.", ("ACCUSE", ["KEN"], ["TON"])),
        ("It was a surprise that Kenya condemned Tonga.", ("ACCUSE", ["KEN"], ["TON"])),
        # what headlines leave out
        ("Ghana, Togo to hold talks", ("CONSULT", ["GHA", "TGO"], [])),
        ("Chad, Mali and Niger to sign pact", ("SUPPORT", ["TCD", "MLI", "NER"], [])),
        ("US to sanction Iranian banks", ("SANCTION", ["USA"], ["IRN"])),
    ],
)
def test_a_side_is_who_does_or_suffers_it_and_not_where_or_by_whom_it_is_told(
    read: Reader, sentence: str, wanted: tuple[str, list[str | None], list[str | None]]
) -> None:
    assert sides(read, sentence)[0] == wanted


def test_who_did_not_do_it_in_a_cleft_sentence_is_no_actor(read: Reader) -> None:
    acts = told(read("It was not Kenya that expelled two diplomats from Tonga."))
    assert not any("KEN" in actors for _, _, _, actors, _ in acts)


def test_a_name_that_is_also_a_verb_is_who_plans_it_in_a_headline(read: Reader) -> None:
    coded = read("Trump to meet Putin in Helsinki", date(2018, 7, 1))
    assert [(act[0], act[1], act[3], act[4]) for act in told(coded)] == [("CONSULT", "planned", ["USA"], ["RUS"])]
    assert [report.place_name for report in coded[0]] == ["Helsinki"]


def test_a_side_gives_way_to_no_part_of_itself(read: Reader) -> None:
    coded = read("Fiji ordered a senior Tongan diplomat out of the country on Tuesday.")
    assert [p.text for p in coded[1] if p.role_type == "recipient"] == ["a senior Tongan diplomat"]


@pytest.mark.parametrize(
    ("sentence", "actors"),
    [
        ("A senior aide to Fiji's premier criticised Tonga.", ["FJI"]),
        ("A Samoan lawyer, Karim Majbour, criticised Tonga.", ["WSM"]),
        ("Jan Ohm, the first Estonian author, criticised Tonga.", ["EST"]),
        ("Workers at the Cerro Verde mine in Peru criticised Tonga.", ["PER"]),
        ("European lawmakers in Suva criticised Tonga.", [None]),
        ("Rwandan-backed rebels attacked Tonga.", [None]),
        ("UK and EU negotiators criticised Tonga.", ["GBR", None]),
    ],
)
def test_a_party_of_no_known_name_is_of_the_country_that_its_phrase_tells(
    read: Reader, sentence: str, actors: list[str | None]
) -> None:
    assert sides(read, sentence)[0][1] == actors


def test_what_is_the_actors_own_is_no_other_side(read: Reader) -> None:
    assert sides(read, "Fiji and Samoa refused to withdraw their envoys.") == [("RETREAT", ["FJI", "WSM"], [])]


def test_whoever_announces_a_visit_its_visitor_comes(read: Reader) -> None:
    coded = read("The government announced a visit by President Emmanuel Macron of France to Tonga.")
    assert [(kind, status, actors) for kind, status, _, actors, _ in told(coded)] == [("CONSULT", "planned", ["FRA"])]


def test_who_is_going_has_not_been_there(read: Reader) -> None:
    (report,), _ = read("Fiji's prime minister is going to Tonga on April 15.")
    assert (report.mode_type, report.status_type, report.start_date) == ("visit", "planned", date(2023, 4, 15))


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("A report on the visit of Fiji's Prime Minister Sitiveni Rabuka to Tonga was made public today.", None),
        ("Streets were closed on Tuesday ahead of the visit of Fiji's Prime Minister Sitiveni Rabuka to Tonga.", None),
        ("Fiji's Prime Minister Sitiveni Rabuka pulled out of a visit to Tonga on Wednesday.", None),
        ("A spokesman announced today the visit of Fiji's Prime Minister Sitiveni Rabuka to Tonga.", None),
        ("Fiji's Prime Minister Sitiveni Rabuka ended a visit to Tonga on Tuesday.", date(2023, 3, 14)),
    ],
)
def test_the_day_of_what_concerns_a_visit_is_not_the_visits(read: Reader, sentence: str, day: date | None) -> None:
    found = [report.start_date for report in read(sentence)[0] if report.mode_type == "visit"]
    assert found == [day]


def test_a_running_total_is_no_act(read: Reader) -> None:
    text = "Fiji expelled three Tongan diplomats, bringing to five the number of Tongan envoys expelled this week."
    assert [report.trigger_text for report in read(text)[0]] == ["expelled"]


@pytest.mark.parametrize("plan", ["scheduled from May 11 to May 13", "planned for May 11", "set for May 11"])
@pytest.mark.parametrize(("end", "status"), [("has been called off", "cancelled"), ("was postponed", "postponed")])
def test_what_becomes_of_a_plan_outweighs_it(read: Reader, plan: str, end: str, status: str) -> None:
    (report,), _ = read(f"The visit of Fiji's prime minister to Tonga, {plan}, {end}.")
    assert (report.mode_type, report.status_type, report.start_date) == ("visit", status, date(2023, 5, 11))


@pytest.mark.parametrize("received", ["received in Tonga", "welcomed in Tonga by a choir"])
def test_who_is_received_somewhere_has_come(read: Reader, received: str) -> None:
    coded = read(f"President Emmanuel Macron of France was {received} on Tuesday.")
    assert told(coded) == [("CONSULT", "occurred", "CONSULT", ["FRA"], ["TON"])]
    assert coded[0][0].mode_type == "visit"


@pytest.mark.parametrize(
    ("sentence", "status", "day"),
    [
        ("Fiji's premier leaves for Tonga on Friday.", "planned", date(2023, 3, 17)),
        ("Fiji's premier leaves on Friday for a two-day visit to Tonga.", "planned", date(2023, 3, 17)),
        ("Fiji's premier left for Tonga on Monday.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier is expected in Nuku'alofa on Friday.", "planned", date(2023, 3, 17)),
        ("Fiji's premier left Tonga on Monday after a two-day visit.", "occurred", date(2023, 3, 12)),
        ("Fiji's premier departed from Tonga on Monday at the end of a visit.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier was in Tonga on Monday for a brief visit.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier will be on a state visit to Tonga on Friday.", "planned", date(2023, 3, 17)),
        ("A visit to Tonga by Fiji's premier ended on Monday.", "occurred", date(2023, 3, 13)),
        ("Tonga is preparing to receive Fiji's premier on Friday.", "planned", date(2023, 3, 17)),
        ("Fiji's premier will not travel to Tonga on Friday.", "denied", date(2023, 3, 17)),
        ("During his visit to Tonga on Monday, Fijian premier Sitiveni Rabuka spoke.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier was in Tonga on Monday.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier left Tonga on Monday.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier reached Tonga on Monday.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier will be in Tonga on Friday.", "planned", date(2023, 3, 17)),
        ("Fiji's premier comes to Tonga on Friday.", "planned", date(2023, 3, 17)),
        ("Fiji's premier brought a visit to Tonga to an end on Monday.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier will not travel to Tonga on Friday after all.", "cancelled", date(2023, 3, 17)),
        ("Fiji's premier will pay a visit to Tonga, beginning on Friday.", "planned", date(2023, 3, 17)),
        ("Fiji's premier is travelling to Tonga on Friday.", "planned", date(2023, 3, 17)),
        ("(Coral News) -- Fiji's premier spent Monday in Tonga.", "occurred", date(2023, 3, 13)),
        ("Fiji's premier has pulled out of a visit to Tonga planned for Friday.", "cancelled", date(2023, 3, 17)),
    ],
)
def test_ways_to_tell_of_a_visit(read: Reader, sentence: str, status: str, day: date) -> None:
    coded = read(sentence)
    assert [(act, state, actors, to) for act, state, _, actors, to in told(coded)] == [
        ("CONSULT", status, ["FJI"], ["TON"])
    ]
    assert (coded[0][0].mode_type, coded[0][0].start_date) == ("visit", day)


def visits(read: Reader, text: str) -> list[tuple[str, list[str | None], date | None, date | None]]:
    reports, participants = read(text)
    actors = {p.report_id: [] for p in participants}  # type: dict[str, list[str | None]]
    for party in participants:
        actors[party.report_id] += [party.country_code] if party.role_type == "actor" else []
    return [(r.status_type, actors[r.report_id], r.start_date, r.end_date) for r in reports if r.mode_type == "visit"]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Fiji's premier arrived in Tonga on Sunday. The visit is to last until Thursday.", 16),
        ("Fiji's premier arrived in Tonga on Sunday. He leaves on Thursday.", 16),
        ("Fiji's premier arrived in Tonga on Sunday. He will stay until Thursday.", 16),
        ("Fiji's premier arrived in Tonga on Sunday. The trip will last five days.", 16),
        ("Fiji's premier arrived in Tonga on Sunday. It is to be a five-day visit.", 16),
        ("Fiji's premier arrived in Tonga on Sunday. It rained for five days.", 12),
        ("Fiji's premier arrived in Tonga on Sunday. The council will meet on Thursday.", 12),
    ],
)
def test_the_last_day_may_be_told_in_a_sentence_of_its_own(read: Reader, text: str, last: int) -> None:
    assert visits(read, text) == [("occurred", ["FJI"], date(2023, 3, 12), date(2023, 3, last))]


@pytest.mark.parametrize(
    ("sentence", "stage", "day_count", "days"),
    [
        ("came to Tonga on Monday for a visit of three days.", "start", 3, (13, 15)),
        ("came to Tonga on Monday, to spend three days there.", "start", 3, (13, 15)),
        ("came to Tonga on Monday on a three-day official visit.", "start", 3, (13, 15)),
        ("arrived in Tonga on Monday at the start of a three-day visit.", "start", 3, (13, 15)),
        ("landed in Tonga on Monday, beginning a three-day visit.", "start", 3, (13, 15)),
        ("left for Tonga on Monday.", "setout", None, (13, 13)),
        ("left Tonga on Monday after three days there.", "end", 3, (11, 13)),
        ("rounded off a week-long tour of Tonga on Monday.", "end", 7, (7, 13)),
        ("was back in Suva on Monday from a two-day visit to Tonga.", "home", 2, (12, 13)),
        ("ended a three-day visit to Tonga on Monday.", "end", 3, (11, 13)),
        ("today ended a visit to Tonga that began on Sunday.", "end", None, (15, 15)),
        ("stopped in Tonga on Monday after a three-day visit to Samoa.", None, None, (13, 13)),
        ("met its king on Monday during a three-day visit to Tonga.", "midst", 3, (13, 13)),
        ("visited Tonga on Monday.", None, None, (13, 13)),
    ],
)
def test_length_of_a_visit_and_which_part_of_it_is_told(
    read: Reader, sentence: str, stage: str | None, day_count: int | None, days: tuple[int, int]
) -> None:
    coded, participants = read(f"Fijian premier Sitiveni Rabuka {sentence}")
    hosts = {p.report_id: p.country_code for p in participants if p.role_type == "recipient"}
    (report,) = [r for r in coded if r.mode_type == "visit" and hosts.get(r.report_id) == "TON"]
    assert (report.stage_type, report.day_count) == (stage, day_count)
    assert (report.start_date, report.end_date) == tuple(date(2023, 3, day) for day in days)


@pytest.mark.parametrize(
    "text",
    [
        "Fijian premier Sitiveni Rabuka returned home on Monday from Tonga.",
        "Fijian premier Sitiveni Rabuka has returned from Tonga, where he concluded a visit on Monday.",
        "On a state visit to Tonga, Fijian premier Sitiveni Rabuka on Monday praised its fishermen.",
        "Fijian premier Sitiveni Rabuka on Monday praised the fishermen of Samoa during a visit to Tonga.",
    ],
)
def test_a_visit_is_told_by_what_was_said_on_it_and_by_who_is_back(read: Reader, text: str) -> None:
    coded, participants = read(text)
    hosts = {p.report_id: p.country_code for p in participants if p.role_type == "recipient"}
    found = [(hosts.get(r.report_id), r.status_type, r.start_date) for r in coded if r.mode_type == "visit"]
    assert ("TON", "occurred", date(2023, 3, 13)) in found
    assert {host for host, *_ in found} == {"TON"}


@pytest.mark.parametrize(
    ("sentence", "acts"),
    [
        ("In a phone call on Monday, Fijian premier Sitiveni Rabuka told Tongan premier Aisake Eke that Samoa would "
         "send rice.", ("CONSULT", ["FJI"], ["TON"])),
        ("Fijian Foreign Minister Hakan Quill and Qatari Prime Minister Mohammed bin Abdulrahman Al Thani held a "
         "telephone call on Monday on grain from Tonga.", ("CONSULT", ["FJI", "QAT"], [])),
        ("Fijian premier Sitiveni Rabuka spoke by phone with Tongan premier Aisake Eke on Monday morning and met him "
         "in Apia in the evening.", ("CONSULT", ["FJI"], ["TON"])),
    ],
)  # fmt: skip
def test_who_called_whom(read: Reader, sentence: str, acts: tuple[str, list[str], list[str]]) -> None:
    coded = read(sentence)
    calls = {report.report_id for report in coded[0] if report.mode_type == "phone" and report.place_name is None}
    assert len(calls) == 1
    parties = [party for party in coded[1] if party.report_id in calls]
    by_role = [[p.country_code for p in parties if p.role_type == role] for role in ("actor", "recipient")]
    assert ("CONSULT", *by_role) == acts


@pytest.mark.parametrize(
    "how", ["telephone talks with Tonga's king", "talks by phone with Tonga's king", "talks with Tonga's king by video"]
)
def test_talks_may_be_held_by_wire(read: Reader, how: str) -> None:
    assert [report.mode_type for report in read(f"Fiji's premier held {how} on Monday.")[0]] == ["phone"]


def test_who_called_and_met_did_both(read: Reader) -> None:
    told_of = read("Fijian premier Rabuka spoke by phone with Tongan premier Eke on Monday and met him in Apia.")[0]
    assert [(report.mode_type, report.place_name) for report in told_of] == [("phone", None), (None, "Apia")]


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("Fiji denied on Monday that its officials had met Tongan officials.", None),
        ("Fiji denied on Monday that its officials had met Tongan officials on Sunday.", 12),
        ("Fiji barred three Tongan officials from entering the country on Monday.", 13),
        ("Fiji pledged two million dollars in aid to Tonga on Monday.", 13),
    ],
)
def test_the_day_is_that_of_the_act(read: Reader, sentence: str, day: int | None) -> None:
    (report,) = read(sentence)[0]
    assert report.start_date == (date(2023, 3, day) if day else None)


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        ("Tonga's ambassador to Fiji was summoned to the Fijian foreign ministry.", ("ACCUSE", ["FJI"], ["TON"])),
        ("Fiji accused Tonga of spying and complained to the United Nations.", ("ACCUSE", ["FJI"], ["TON"])),
        ("Fiji complained to the Security Council about Tonga.", ("ACCUSE", ["FJI"], ["TON"])),
        ("Police stormed the Tongan embassy in Suva.", ("COERCE", ["FJI"], ["TON"])),
    ],
)
def test_to_whom_it_was_done_and_by_whom(
    read: Reader, sentence: str, act: tuple[str, list[str | None], list[str | None]]
) -> None:
    assert set(map(repr, sides(read, sentence))) == {repr(act)}


def test_two_guests_with_their_names_paid_a_visit_each_and_a_continent_is_no_host(read: Reader) -> None:
    text = (
        "Fijian premier Rabuka hosted his Tongan colleague Mara Quill and his Maltese colleague Rosa Vella on Monday."
    )
    assert [who for _, who, *_ in visits(read, text)] == [["TON"], ["MLT"]]
    text = "Fijian premier Rabuka was welcomed by Tongan premier Eke on Monday, the second leg of his European tour."
    assert len(visits(read, text)) == 1


@pytest.mark.parametrize("way", ["flew home", "travelled home", "flew back", "headed home", "returned"])
def test_who_goes_home_visits_nobody_there(read: Reader, way: str) -> None:
    text = f"Fijian premier Sitiveni Rabuka ended a three-day visit to Tonga on Monday and {way} to Suva."
    assert visits(read, text) == [("occurred", ["FJI"], date(2023, 3, 11), date(2023, 3, 13))]
    assert visits(read, f"Fijian premier Sitiveni Rabuka {way} to Suva on Monday.") == []


@pytest.mark.parametrize(
    ("clause", "status", "first", "last"),
    [
        ("who visited Tonga last week", "occurred", 6, 12),
        ("who will visit Tonga next week", "planned", 20, 26),
        ("who arrived in Tonga on Sunday", "occurred", 12, 12),
    ],
)
def test_what_a_visitor_says_at_another_time_is_no_day_of_his_visit(
    read: Reader, clause: str, status: str, first: int, last: int
) -> None:
    text = f"Fijian premier Sitiveni Rabuka, {clause}, said on Tuesday that exports would double."
    assert visits(read, text) == [(status, ["FJI"], date(2023, 3, first), date(2023, 3, last))]


@pytest.mark.parametrize(
    ("rest", "status", "first", "last"),
    [
        ("is due in Tonga on Tuesday on a three-day visit.", "planned", 21, 23),
        ("is visiting Tonga from Monday to Wednesday.", "occurred", 13, 15),
        ("is visiting Tonga from Friday to Sunday.", "planned", 17, 19),
    ],
)
def test_a_visit_that_is_due_or_under_way_is_told_once(
    read: Reader, rest: str, status: str, first: int, last: int
) -> None:
    days = date(2023, 3, first), date(2023, 3, last)
    assert visits(read, f"Prime Minister Sitiveni Rabuka of Fiji {rest}") == [(status, ["FJI"], *days)]


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("It is Fijian premier Sitiveni Rabuka's first visit to Tonga.", "mention"),
        ("The visit of Fijian premier Sitiveni Rabuka to Tonga comes at a time of rising prices.", "mention"),
        ("Fijian premier Sitiveni Rabuka is on an official visit to Tonga.", "midst"),
        ("Fijian premier Sitiveni Rabuka said that much had been done during his visit to Tonga.", "midst"),
    ],
)
def test_an_undated_visit_is_under_way_or_only_mentioned(read: Reader, text: str, stage: str) -> None:
    assert [r.stage_type for r in read(text)[0] if r.mode_type == "visit"] == [stage]


@pytest.mark.parametrize(
    ("text", "status", "first", "last"),
    [
        ("Fijian premier Sitiveni Rabuka is not going to Tonga on Friday.", "cancelled", 17, 17),
        ("Fijian premier Sitiveni Rabuka said that he cannot come to Tonga on Friday.", "cancelled", 17, 17),
        ("There will be no visit to Tonga on Friday by Fijian premier Sitiveni Rabuka.", "cancelled", 17, 17),
        ("Fijian premier Sitiveni Rabuka was to have visited Tonga on Friday.", "cancelled", 17, 17),
        ("An aide announced the cancellation of the visit of Fijian premier Sitiveni Rabuka. The premier had been due "
         "in Tonga on Friday.", "cancelled", 17, 17),
        ("Another date will have to be found for the visit of Fijian premier Sitiveni Rabuka to Tonga on Friday.",
         "postponed", 17, 17),
        ("Fijian premier Sitiveni Rabuka is still going to Tonga, but not on Friday.", "postponed", 17, 17),
        ("By mutual agreement, the visit of Fijian premier Sitiveni Rabuka to Tonga planned for 20 to 22 March has "
         "been cancelled.", "cancelled", 20, 22),
        ("A visit by Fijian premier Sitiveni Rabuka to Tonga planned for March 20-22 has been pushed back.",
         "postponed", 20, 22),
        ("Fijian premier Sitiveni Rabuka, who is visiting Tonga for three days starting on Tuesday, met fishermen.",
         "occurred", 14, 16),
        ("Fijian premier Sitiveni Rabuka will visit Tonga on 20 March. The visit is to last four days.",
         "planned", 20, 23),
        ("The postponed visit of Fijian premier Sitiveni Rabuka to Tonga will now take place from 20 to 22 March.",
         "postponed", 20, 22),
    ],
)  # fmt: skip
def test_a_visit_is_off_or_has_a_new_day_in_many_words(
    read: Reader, text: str, status: str, first: int, last: int
) -> None:
    assert visits(read, text) == [(status, ["FJI"], date(2023, 3, first), date(2023, 3, last))]


def test_the_day_on_which_a_visit_was_given_up_is_no_day_of_it(read: Reader) -> None:
    text = (
        "Fijian premier Sitiveni Rabuka pulled out of a visit to Tonga on Tuesday, leaving his hosts with empty rooms."
    )
    assert visits(read, text) == [("cancelled", ["FJI"], None, None)]


def test_what_was_to_have_been_is_told_in_passing_only_beside_what_is_off(read: Reader) -> None:
    text = (
        "Fijian premier Sitiveni Rabuka opened a school on Monday. Rabuka was to have visited Tonga on Sunday. Parents "
        "cheered. The weather was fine."
    )
    assert visits(read, text) == []


def test_a_told_length_holds_though_the_text_tells_no_other_day(read: Reader) -> None:
    text = (
        "Fijian premier Sitiveni Rabuka arrived in Tonga on 13 March 2023 for a two-day visit.\n\nIt is Rabuka's first "
        "visit to Tonga.\n\nThe programme includes a tour of a factory and a speech at the university.\n\nRelations "
        "between the two countries have improved since spring."
    )
    assert visits(read, text) == [("occurred", ["FJI"], date(2023, 3, 13), date(2023, 3, 14))]


@pytest.mark.parametrize(
    "text",
    [
        "On the second day of his visit to Tonga, Fijian premier Sitiveni Rabuka met fishermen on Monday.",
        "Fijian premier Sitiveni Rabuka met fishermen on Monday, the second day of a visit to Tonga.",
        "Fijian premier Sitiveni Rabuka met fishermen on Monday, the last day of a two-day visit to Tonga.",
    ],
)
def test_which_day_of_a_visit_it_is_tells_the_first(read: Reader, text: str) -> None:
    assert visits(read, text) == [("occurred", ["FJI"], date(2023, 3, 12), date(2023, 3, 13))]


@pytest.mark.parametrize(
    ("text", "status", "first", "last"),
    [
        ("On the second day of his four-day visit to Tonga, Fijian premier Sitiveni Rabuka met fishermen on Monday.",
         "occurred", 12, 15),
        ("Fijian premier Sitiveni Rabuka is due in Tonga on Friday, 17 March, the beginning of a three-day stay there.",
         "planned", 17, 19),
        ("Fijian premier Sitiveni Rabuka left Tonga on Tuesday, the third day of a visit that pleased both sides.",
         "occurred", 12, 14),
        ("Fijian premier Sitiveni Rabuka sang on Monday, the first evening of his stay in Tonga.", "occurred", 13, 13),
        ("Fijian premier Sitiveni Rabuka spoke on Monday, the last day of his visit to Tonga.", "occurred", 13, 13),
        ("Fijian premier Sitiveni Rabuka wound up two days in Tonga on Tuesday.", "occurred", 13, 14),
        ("Fijian premier Sitiveni Rabuka will be in Tonga next Tuesday and Wednesday for talks.", "planned", 21, 22),
        ("Fijian premier Sitiveni Rabuka will on Friday become the first foreign leader to visit Tonga.",
         "planned", 17, 17),
        ("Fijian premier Sitiveni Rabuka was received by the king of Tonga at the foot of the steps on Monday.",
         "occurred", 13, 13),
        ("Fijian premier Sitiveni Rabuka returned on Tuesday from a day of talks in Tonga.", "occurred", 14, 14),
        ("Fijian premier Sitiveni Rabuka has accepted an invitation to visit Tonga. The trip has been fixed for 20-22 "
         "March.", "planned", 20, 22),
        ("The trip which Fijian premier Sitiveni Rabuka was to have made to Tonga on Friday has been postponed.",
         "postponed", 17, 17),
        ("Fijian premier Sitiveni Rabuka is in Tonga until Friday.", "occurred", 15, 17),
        ("Fijian premier Sitiveni Rabuka pays a two-day visit to Tonga on Friday and Saturday.", "planned", 17, 18),
        ("Fijian premier Sitiveni Rabuka visited Tonga on Monday. He was scheduled to stay through Wednesday.",
         "occurred", 13, 15),
        ("Fijian premier Sitiveni Rabuka came to Tonga on Monday. He is staying for three days.", "occurred", 13, 15),
        ("Fijian premier Sitiveni Rabuka came to Tonga on Monday. He flies back on Friday.", "occurred", 13, 17),
        ("Fijian premier Sitiveni Rabuka came to Tonga on Monday. He returns to Fiji on Friday.", "occurred", 13, 17),
        ("Fijian premier Sitiveni Rabuka brought his two-day visit to Tonga to a close on Tuesday.",
         "occurred", 13, 14),
        ("Fiji's prime minister left Nuku'alofa for Suva on Tuesday.", "occurred", 14, 14),
        ("Fijian premier Sitiveni Rabuka arrived home from Tonga on Tuesday.", "occurred", 14, 14),
        ("Tonga expects Fijian premier Sitiveni Rabuka on Friday.", "planned", 17, 17),
        ("Fijian premier Sitiveni Rabuka will come to Tonga at a later date instead of on 17 March.",
         "postponed", 17, 17),
        ("Fijian premier Sitiveni Rabuka is due in Tonga on Friday on a two-day working visit. It is Rabuka's first "
         "visit to Tonga.", "planned", 17, 18),
        ("Fijian premier Sitiveni Rabuka was welcomed in Nuku'alofa on Monday as Rabuka began a three-day visit.",
         "occurred", 13, 15),
        ("Tonga welcomed Sitiveni Rabuka, Fiji's premier, on Monday with full military honours at the start of a "
         "three-day visit.", "occurred", 13, 15),
        ("Fijian premier Sitiveni Rabuka flew into Tonga on Monday for talks with the government there.",
         "occurred", 13, 13),
        ("Fijian premier Sitiveni Rabuka has accepted an invitation to Tonga and will make a three-day official visit "
         "from 20 to 22 March.", "planned", 20, 22),
        ("A planned visit by Prime Minister Sitiveni Rabuka of Fiji to Tonga on Friday was cancelled, the foreign "
         "ministry said.", "cancelled", 17, 17),
    ],
)  # fmt: skip
def test_days_of_a_visit_by_its_circumstances(read: Reader, text: str, status: str, first: int, last: int) -> None:
    assert visits(read, text) == [(status, ["FJI"], date(2023, 3, first), date(2023, 3, last))]


@pytest.mark.parametrize(
    ("rest", "status", "day"),
    [
        ("took place in Suva on Monday", "occurred", date(2023, 3, 13)),
        ("will begin in Suva on Friday", "planned", date(2023, 3, 17)),
        ("has been postponed", "postponed", None),
    ],
)
def test_what_is_said_of_a_round_is_said_of_its_talks(read: Reader, rest: str, status: str, day: date | None) -> None:
    (report,) = read(f"A third round of talks between Fiji and Tonga {rest}.")[0]
    assert (report.event_type, report.status_type, report.start_date) == ("CONSULT", status, day)
    assert report.country_code == ("FJI" if day else None)


@pytest.mark.parametrize(
    "told_to_go",
    [
        "Fiji told two Tongan diplomats to leave the country.",
        "Fiji ordered two of Tonga's diplomats to leave within a week.",
        "Fiji has told an envoy of Tonga to go.",
    ],
)
def test_who_is_told_to_leave_is_expelled_and_leaves_by_no_act_of_his_own(read: Reader, told_to_go: str) -> None:
    assert told(read(told_to_go)) == [("SANCTION", "occurred", "SANCTION", ["FJI"], ["TON"])]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Fiji will on Friday be ready to send twenty boats to Tonga.", date(2023, 3, 17)),
        ("Fiji's aim was on Monday to send twenty boats to Tonga.", None),
        ("Fiji's aim is on Friday to send twenty boats to Tonga.", None),
    ],
)
def test_the_day_on_which_somebody_has_an_aim_is_not_that_of_the_act(read: Reader, text: str, day: date | None) -> None:
    (report,) = read(text)[0]
    assert (report.event_type, report.status_type, report.start_date) == ("AID", "planned", day)


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("has been struck off the calendar.", "cancelled"),
        ("has fallen through.", "cancelled"),
        ("will have to wait until the autumn.", "postponed"),
        ("will take place later than planned.", "postponed"),
    ],
)
def test_a_visit_that_does_not_take_place(read: Reader, rest: str, status: str) -> None:
    assert [told for told, *_ in visits(read, f"Fijian premier Sitiveni Rabuka's visit to Tonga {rest}")] == [status]


def test_a_guest_who_is_hosted_on_a_visit_pays_one(read: Reader) -> None:
    text = "Tonga hosted Fijian premier Sitiveni Rabuka from Monday to Tuesday on an official visit."
    assert [actors for _, actors, *_ in visits(read, text)] == [["FJI"]]


def test_nobody_is_it(read: Reader) -> None:
    told = visits(read, "Fijian premier Sitiveni Rabuka spoke. It was his third trip to the kingdom.")
    assert [actors for _, actors, *_ in told] == [["FJI"]]


def test_who_arrived_together_from_two_states_paid_a_visit_each(read: Reader) -> None:
    text = "Fiji's premier, Sitiveni Rabuka, and Samoa's premier, Fiame Naomi Mataafa, both landed in Tonga on Monday."
    assert sorted(actors for _, actors, *_ in visits(read, text)) == [["FJI"], ["WSM"]]


@pytest.mark.parametrize(("who", "count"), [("Ana Rice", 1), ("President Rice", 1), ("A plane with rice", 0)])
def test_a_visitor_may_be_called_what_goods_are(read: Reader, who: str, count: int) -> None:
    assert len(visits(read, f"{who} visited Tonga on Monday.")) == count


def test_a_visit_that_is_said_not_to_be_off_is_not(read: Reader) -> None:
    text = "Fiji's foreign ministry dismissed a report that Sitiveni Rabuka's trip to Tonga had been called off."
    assert visits(read, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Fijian premier Sitiveni Rabuka spoke on Monday. The speech ended a visit to Tonga by the general.",
        "Fijian premier Sitiveni Rabuka spoke on Monday. The guest is on a visit to Tonga.",
    ],
)
def test_who_came_stands_in_another_sentence(read: Reader, text: str) -> None:
    assert [actors for _, actors, *_ in visits(read, text)] == [["FJI"]]


@pytest.mark.parametrize(
    "text",
    ["Fiji's premier was in trouble on Monday.", "The troops were in Tonga on Monday.", "Fiji's premier was in Tonga.",
     "Tonga's premier was in Tonga on Monday.", "Fiji left the alliance on Monday."],
)  # fmt: skip
def test_being_somewhere_is_seldom_a_visit(read: Reader, text: str) -> None:
    assert visits(read, text) == []


def test_a_week_that_has_begun_lies_ahead_in_the_present(read: Reader) -> None:
    assert [status for status, *_ in visits(read, "Fiji's premier travels to Tonga this week.")] == ["planned"]
    assert [status for status, *_ in visits(read, "Fiji's premier travelled to Tonga this week.")] == ["occurred"]


def test_a_tour_is_a_visit_to_each_host(read: Reader) -> None:
    coded = read("Fiji's premier travelled to Tonga, Samoa and Palau on Monday.")
    assert sides(read, "Fiji's premier travelled to Tonga, Samoa and Palau on Monday.") == [
        ("CONSULT", ["FJI"], [host]) for host in ("TON", "WSM", "PLW")
    ]
    assert len({report.report_id for report in coded[0]}) == 3


def test_passive_and_agentless(read: Reader) -> None:
    assert sides(read, "The Kenyan ambassador was expelled by Oman.") == [("SANCTION", ["OMN"], ["KEN"])]
    assert sides(read, "The Kenyan ambassador was expelled.") == [("SANCTION", [], ["KEN"])]


def test_coordination_makes_one_act_of_several_sides(read: Reader) -> None:
    assert sides(read, "Ghana, the Gambia, Togo and Mali condemned Benin.") == [
        ("ACCUSE", ["GHA", "GMB", "TGO", "MLI"], ["BEN"])
    ]


def test_two_verbs_are_two_acts(read: Reader) -> None:
    assert sides(read, "Oslo expelled three Belarusian diplomats and thanked Latvia for its help.") == [
        ("SANCTION", ["NOR"], ["BLR"]),
        ("SUPPORT", ["NOR"], ["LVA"]),
    ]


def test_whoever_receives_is_the_host(read: Reader) -> None:
    (report,), people = read("Kenyan President William Ruto received Ghana's foreign minister in Nairobi on Monday.")
    assert (report.mode_type, report.start_date, report.place_name) == ("visit", date(2023, 3, 13), "Nairobi")
    assert [(p.role_type, p.part_type, p.country_code) for p in people] == [
        ("actor", "visitor", "GHA"),
        ("recipient", "host", "KEN"),
    ]


def test_a_quote_is_the_speakers_act(read: Reader) -> None:
    assert sides(read, '"Mali must free the crew," said the foreign minister of Chad.') == [
        ("RETREAT", ["TCD"], ["MLI"])
    ]


def test_examples_stand_for_their_kind(read: Reader) -> None:
    assert sides(read, "Cuba's friends, such as Bolivia and Nicaragua, praised Mexico.") == [
        ("SUPPORT", ["BOL", "NIC"], ["MEX"])
    ]


def test_a_possessive_neighbour_is_another_state(read: Reader) -> None:
    ((_, actors, recipients),) = sides(read, "Peru lodged a complaint against its neighbour.")
    assert (actors, recipients) == (["PER"], [None])


def test_a_meeting_told_in_two_sentences_is_one_report(read: Reader) -> None:
    (report,), people = read(
        "Kenyan President William Ruto met Oman's foreign minister. The meeting, which took place in Muscat on Monday, "
        "lasted two hours."
    )
    assert (report.start_date, report.place_name) == (date(2023, 3, 13), "Muscat")
    assert {p.country_code for p in people} == {"KEN", "OMN"}


def test_a_participle_behind_a_meeting_belongs_to_it(read: Reader) -> None:
    ((event_type, status, plover, _, _),) = told(
        read("Talks between Chile and Peru scheduled for Friday were announced.")
    )
    assert (event_type, status, plover) == ("CONSULT", "planned", "AGREE")


def test_the_day_of_a_cancelled_visit_is_not_the_day_of_its_cancelling(read: Reader) -> None:
    (report,), _ = read("Fiji on Tuesday called off its premier's visit to Tonga.")
    assert (report.status_type, report.start_date) == ("cancelled", None)


def test_a_denied_charge_has_no_category(read: Reader) -> None:
    ((event_type, status, plover, actors, _),) = told(read("Fiji denied that it had sent arms to Tonga."))
    assert (event_type, status, plover, actors) == ("AID", "denied", None, ["FJI"])


def test_without_a_day_of_publication_relative_dates_stay_open(read: Reader) -> None:
    (report,), _ = read("Fiji's premier visited Tonga on Monday.", None)
    assert (report.start_date, report.date_text) == (None, "Monday")
    (report,), _ = read("Fiji's premier visited Tonga on 3 May 2021.", None)
    assert report.start_date == date(2021, 5, 3)


def test_how_many(read: Reader) -> None:
    (report,), _ = read("Zagreb expelled 12 Belarusian diplomats.")
    assert (report.quantity, report.quantity_unit) == (12.0, "diplomat")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # who wrote a request is who is refused
        ("Fiji refused a request from Tonga to cross its airspace.", ("REJECT", ["FJI"], ["TON"])),
        ("The raid drew condemnation from Jordan.", ("ACCUSE", ["JOR"], [None])),
        ("The expulsion of three Danish diplomats by France was announced.", ("SANCTION", ["FRA"], ["DNK"])),
        ("The visit of Serbia's president to Albania was postponed.", ("CONSULT", ["SRB"], ["ALB"])),
        ("Mali agreed with its neighbour Chad to share intelligence.", ("COOPERATE", ["MLI"], ["TCD"])),
        ("Ecuador gave the Argentine envoy 48 hours to leave.", ("SANCTION", ["ECU"], ["ARG"])),
        ("President Okoro ordered sanctions on Togo.", ("SANCTION", [None], ["TGO"])),
        ("Kenya gave ventilators to help Togo.", ("AID", ["KEN"], ["TGO"])),
        ("A Ghanaian man was arrested in Thailand.", ("COERCE", ["THA"], ["GHA"])),
        ("Peru withdrew from the fishing treaty with Chile.", ("SANCTION", ["PER"], ["CHL"])),
        ("Jordan's King Abdullah met Egypt's president.", ("CONSULT", ["JOR"], ["EGY"])),
        ("The Spanish minister met her Moroccan counterpart Karim Belhaj.", ("CONSULT", ["ESP"], ["MAR"])),
        ("The navies of Chile and Peru met Ecuador's president.", ("CONSULT", ["CHL", "PER"], ["ECU"])),
    ],
)
def test_who_it_was(read: Reader, sentence: str, expected: tuple[str, list[str | None], list[str | None]]) -> None:
    assert expected in sides(read, sentence)


def test_the_second_clause_has_its_own_subject(read: Reader) -> None:
    found = sides(read, "Chile expelled two Bolivian diplomats and Peru recalled its ambassador from La Paz.")
    assert found == [("SANCTION", ["CHL"], ["BOL"]), ("SANCTION", ["PER"], ["BOL"])]


def test_what_is_hit_need_not_be_somebody(read: Reader) -> None:
    coded = read("Rebels torched a village in Chad.")
    assert [p.text for p in coded[1] if p.role_type == "recipient"] == ["a village"]


def test_the_first_sentence_tells_acts_of_one_side(read: Reader) -> None:
    act = "Fiji launched an investigation."
    assert [kind for kind, *_ in told(read(act))] == ["ACCUSE"]
    assert not told(read(f"The weather was fine. {act}"))


@pytest.mark.parametrize(
    "sentence",
    [
        "France beat Croatia in the final.",
        "Brazil beat Germany in Berlin on Sunday.",
        "The Swiss franc attacked the euro on Monday.",
        "Kenya's president said the road would cut travel times to Uganda.",
        "Chile said the deal would not affect Peru.",
        "The minister knew a way to visit Peru.",
        "Only Northern Cyprus, which is recognised by Turkey, voted.",
    ],
)
def test_what_only_sounds_like_an_act(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Mali will send a team of vets to Chad.",  # everyday words of sport
        "Gunmen stormed the Chadian embassy and attacked the guards.",
        "Mali spent twelve million euros on helping Chad fight locusts.",
    ],
)
def test_everyday_words_are_no_sport(read: Reader, sentence: str) -> None:
    assert told(read(sentence))


def test_a_tale_goes_on_on_the_same_day(read: Reader) -> None:
    coded = read("Chad expelled the Malian envoy on Monday. Mali condemned Chad.")
    assert [(r.event_type, r.start_date) for r in coded[0]] == [
        ("SANCTION", date(2023, 3, 13)),
        ("ACCUSE", date(2023, 3, 13)),
    ]


# read on Wednesday, 15 March 2023: the text, the word of the act, its first and last day of March
@pytest.mark.parametrize(
    ("text", "act", "first", "last"),
    [
        # counted from the act told before
        ("Chad expelled the Malian envoy on Monday. The next day Mali recalled its Chad envoy.", "recalled", 14, 14),
        ("Chad expelled the Malian envoy on 6 March. Two days later Mali condemned Chad.", "condemned", 8, 8),
        ("Chad and Mali signed a pact on Friday. The day before, Chad's premier met Mali's president.", "met", 9, 9),
        ("Chad expelled the Malian envoy on 6 March. A week later Mali condemned Chad.", "condemned", 13, 19),
        # counted from the clause beside it, in either direction
        ("Chad's premier landed in Mali on Sunday, two days after Mali condemned Niger.", "condemned", 10, 10),
        ("A day before Mali condemned Niger on Sunday, Chad recalled its envoy to Niger.", "recalled", 11, 11),
        # counted from a beginning
        ("On the third day of a visit that began on Sunday, Chad's premier met Mali's president.", "met", 14, 14),
        ("Chad's premier began a three-day visit to Mali on Monday.", "began", 13, 15),
        ("Chad's premier ended a three-day visit to Mali on Tuesday.", "ended", 12, 14),
        ("Chad's premier arrives in Mali on Friday for a two-day visit.", "arrives", 17, 18),
        # what lies ahead, and the day on which that was said
        ("Talks between Chad and Mali are due to resume on Sunday.", "Talks", 19, 19),
        ("Chad invited Mali's president on Monday to visit Niamey in May.", "invited", 13, 13),
        # the day of the scene, not that of what is told in it
        ("Speaking in Niamey on Monday, Chad's premier condemned Mali.", "condemned", 13, 13),
        ("Chad's premier, speaking in Niamey on Monday, condemned Mali.", "condemned", 13, 13),
        ("In a statement on Tuesday Chad condemned Mali for the raid on Sunday.", "condemned", 14, 14),
        ("Chad's premier starts a two-day visit to Mali on Sunday.", "starts", 19, 20),
        ("Chad recalled its ambassador to Mali for consultations on Monday.", "recalled", 13, 13),
        ("Chad and Mali signed an agreement in the small hours of Tuesday.", "signed", 14, 14),
    ],
)
def test_a_day_that_is_counted(read: Reader, text: str, act: str, first: int, last: int) -> None:
    found = [report for report in read(text)[0] if report.trigger_text == act]
    assert [(one.start_date, one.end_date) for one in found] == [(date(2023, 3, first), date(2023, 3, last))]


@pytest.mark.parametrize(
    "text",
    ["Chad condemned Mali for the arrest of a priest last month.", "Mali condemned Chad over the raid in February."],
)
def test_the_day_of_a_cause_is_not_the_acts(read: Reader, text: str) -> None:
    assert [report.start_date for report in read(text)[0]] == [None]


def test_days_from_what_no_act_tells_stay_open(read: Reader) -> None:
    coded = read("Chad expelled the Malian envoy on 6 March. Two days after the earthquake Mali condemned Chad.")
    assert [r.start_date for r in coded[0] if r.trigger_text == "condemned"] == [None]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Chad's premier met Mali's president on the sidelines of a water summit in Oslo.", "Oslo"),
        ("Chad's premier flew to Oslo on Monday and met Mali's president there on Tuesday.", "Oslo"),
        ("Mali's ambassador was summoned to the foreign ministry in N'Djamena.", "N'Djamena"),
        ("Speaking to reporters in Oslo, Chad's premier condemned Mali.", "Oslo"),
        ("Chad's premier met Mali's president at the request of Niger.", None),
        ("Chad's premier met Mali's president at a hotel outside Oslo.", "Oslo"),
        ("Chad's premier met Mali's president during the African Union summit in Addis Ababa.", "Addis Ababa"),
        ("Chad's premier travelled to Oslo, where he met Mali's president.", "Oslo"),
        ("Chad on Monday lifted sanctions that it had imposed on Mali in 2019.", None),
        ("Chad's premier met Mali's president at the Élysée Palace.", "Élysée Palace"),
        ("Chad's premier held talks with the Kremlin.", None),
    ],
)
def test_the_place_of_an_act(read: Reader, text: str, place: str | None) -> None:
    assert read(text)[0][-1].place_name == place


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("Chad invited Mali's president to visit Niamey.", ["AGREE"]),
        ("Chad hired Mali's army to attack Togo.", []),
        ("Chad's premier moved to impose sanctions on Togo.", ["SANCTION"]),
    ],
)
def test_what_is_left_to_somebody_is_not_told_as_done(read: Reader, text: str, acts: list[str]) -> None:
    assert [report.event_type for report in read(text)[0] if report.confidence_score > 0.3] == acts


def test_the_house_in_which_a_treaty_is_signed_is_no_party_to_it(read: Reader) -> None:
    reports, participants = read("Chad and Mali signed a border treaty at the Kremlin.")
    assert [r.place_name for r in reports] == ["Kremlin"]
    assert {p.country_code for p in participants} == {"TCD", "MLI"}


def test_the_tellers_day_is_not_the_acts(read: Reader) -> None:
    coded = read("Mali declined an invitation to the summit from Niger, officials said on Friday.")
    assert [r.start_date for r in coded[0]] == [None]


def test_whom_sanctions_hit_is_no_place(read: Reader) -> None:
    assert [r.place_name for r in read("Canada imposed sanctions on Belarus.")[0]] == [None]


def test_an_envoy_who_is_summoned_comes_from_the_other_state(read: Reader) -> None:
    found = sides(read, "After the Canadian vote India summoned the high commissioner.")
    assert ("ACCUSE", ["IND"], ["CAN"]) in found


def test_first_names_and_both_point_back(read: Reader) -> None:
    found = sides(read, "Togo's minister Kofi Mensah flew to Accra. Kofi met Ghana's president.")
    assert ("CONSULT", ["TGO"], ["GHA"]) in found[1:]
    found = sides(read, "Kenya and Uganda signed a deal. Both condemned Sudan.")
    assert ("ACCUSE", ["KEN", "UGA"], ["SDN"]) in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a reaction is one to whoever acted before
        ("Chad expelled the Malian envoy. Niger's minister welcomed the step.", ("SUPPORT", ["NER"], ["TCD"])),
        # who summoned the envoy, the sentence before says
        ("Spain closed its border with Algeria. The Algerian envoy was summoned.", ("ACCUSE", ["ESP"], ["DZA"])),
        ("Thai and Cambodian troops clashed. The two commanders met on Tuesday.", ("CONSULT", ["THA", "KHM"], [])),
        ("Chad fought Niger. Each country accused the other of shooting first.", ("ACCUSE", ["TCD", "NER"], [])),
        ("Hundreds of demonstrators rallied outside the Swedish embassy in Rabat.", ("PROTEST", [None], ["SWE"])),
        ("Venezuela declared the Czech consul Hana Brod persona non grata.", ("SANCTION", ["VEN"], ["CZE"])),
        ("Chile and Peru ended a round of trade talks.", ("CONSULT", ["CHL", "PER"], [])),
    ],
)
def test_sides_that_the_text_told_before(
    read: Reader, text: str, expected: tuple[str, list[str | None], list[str | None]]
) -> None:
    assert expected in sides(read, text)


@pytest.mark.parametrize(
    "sentence",
    [
        "Hungary warned that prices would rise.",
        "A South African plane with tents landed in Blantyre.",
        "A paper reported that Chad might have encouraged Mali to expel the envoy.",
        "Bolivia said it was not responsible.",
        "The summit took place in Lima.",
        "Brunei's minister has returned from her holiday.",
    ],
)
def test_who_does_nothing(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []


def test_a_report_of_a_match_tells_no_acts(read: Reader) -> None:
    match = (
        "Ghana hammered Egypt in Accra. The visitors lost their goalkeeper. Their coach blamed the referee. "
        "The captain struck twice. Egypt accused Ghana of rough play. The midfield surrendered."
    )
    assert told(read(match)) == []


ARTICLE = "It rained in the morning. Nobody had slept. Traffic was light. {} The evening was calm."


@pytest.mark.parametrize(
    "sentence",
    [
        "Police arrested a man in the north of Chad.",
        "The president of Peru accused the opposition of lying.",
        "A Kenyan airline sued a Danish bank.",
        "A German tourist thanked a Kenyan doctor.",
        "The governor of Puerto Rico thanked the United States.",
        "The American biologist Tom Hale praised the Kenyan poet Ann Oloo.",
    ],
)
def test_an_article_tells_no_acts_at_home_or_of_private_people_alone(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) != []  # whoever cut it out has chosen its act
    assert told(read(ARTICLE.format(sentence))) == []


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        ("Chad expelled two diplomats from Mali.", ("SANCTION", ["TCD"], ["MLI"])),
        ("Protesters in Chad attacked the embassy of Mali.", ("PROTEST", ["TCD"], ["MLI"])),
        ("Greenland accused Canada of poaching.", ("ACCUSE", ["GRL"], ["CAN"])),
    ],
)
def test_an_article_tells_acts_between_states(
    read: Reader, sentence: str, act: tuple[str, list[str | None], list[str | None]]
) -> None:
    assert sides(read, ARTICLE.format(sentence)) == [act]


@pytest.mark.parametrize(
    "sentence",
    [
        "Peru invested nine billion US dollars.",
        "The premier of Tonga speaks German and learned Arabic.",
        "The base is used by the Royal Air Force.",
        "Chad has allowed Hong Kong to have a flag.",
        "The Kenyan army trains pilots from Uganda every year.",
        "How much Kenyan assistance is received by Uganda remains unclear.",
        "The minister cited Kenya's bombing of Uganda.",
    ],
)
def test_what_only_looks_like_a_dealing_of_states(read: Reader, sentence: str) -> None:
    assert told(read(ARTICLE.format(sentence))) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The drought in Chad forced Mali to buy grain.",  # nobody's deed
        "The fall of the peso hurt Kenya's trade with Uganda.",
        "A Tongan sailor was killed by a shark in Fiji.",
        "The invasion of Chad pushed Mali towards Niger.",
        "A panel of the United Nations concluded that Chad had sold the arms.",  # said, not signed
        "The accord permits Chad to station troops in Mali.",  # may be done
        "There was no sign that Chad had armed the rebels in Mali.",  # doubted
        "Few believe that Chad will recognise Tonga.",
        "Speculation that Chad would expel the envoys of Mali was wrong.",
        "Had Chad bombed the bridge, Mali would have struck back.",
        "Chad wants to buy gas from Mali.",  # its own wish
        "A raid by Chad on Mali would be foolish.",  # weighed
        "Talks with Mali are the only option for Chad.",
        "Chad sells cotton to Mali.",  # lasting
        "Cooperation between Chad and Mali has deepened.",
        "The support of Chad for Mali is no secret.",
        "Migrants from Chad reached Fiji.",  # private people
    ],
)
def test_what_nobody_has_done_or_what_lasts_is_no_dealing_of_states(read: Reader, sentence: str) -> None:
    assert told(read(ARTICLE.format(sentence))) == []


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        ("Fiji called for Tongan troops to withdraw.", ("RETREAT", ["FJI"], ["TON"])),
        ("Fiji began selling sugar to Tonga.", ("COOPERATE", ["FJI"], ["TON"])),
        ("The premier of Fiji voiced support for Tonga.", ("SUPPORT", ["FJI"], ["TON"])),
    ],
)
def test_what_looks_like_it_and_is_one(
    read: Reader, sentence: str, act: tuple[str, list[str | None], list[str | None]]
) -> None:
    assert sides(read, ARTICLE.format(sentence)) == [act]


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        ("Norwegian premier to visit Ghana", ("CONSULT", "planned", "AGREE", ["NOR"], ["GHA"])),
        ("Chile, Peru sign border treaty", ("SUPPORT", "occurred", "SUPPORT", ["CHL", "PER"], [])),
        (
            "The Serbian president left Tirana after talks with the Albanian premier.",
            ("CONSULT", "occurred", "CONSULT", ["SRB"], ["ALB"]),
        ),
        (
            "Peru announced on Monday a three-day visit by the king of Tonga.",
            ("CONSULT", "planned", "AGREE", ["TON"], ["PER"]),
        ),
        (
            "In a call on Friday, the French president urged the Turkish president to withdraw.",
            ("RETREAT", "requested", "REQUEST", ["FRA"], ["TUR"]),
        ),
        (
            "Kenya committed to send more troops to Uganda.",
            ("COOPERATE", "planned", "AGREE", ["KEN"], ["UGA"]),
        ),
        (  # what stands behind the last of several participles belongs to all
            "Norway's ambassador was called in and handed a note by the Danish ministry.",
            ("ACCUSE", "occurred", "ACCUSE", ["DNK"], ["NOR"]),
        ),
        ("Asked by Ghana to free the crew, Togo hesitated.", ("RETREAT", "requested", "REQUEST", ["GHA"], ["TGO"])),
        (
            "Tongan farmers had their barns torched by Fijian soldiers.",
            ("ASSAULT", "occurred", "ASSAULT", ["FJI"], ["TON"]),
        ),
        ("Malawi was granted a loan of two million euros by Malta.", ("AID", "occurred", "AID", ["MLT"], ["MWI"])),
        (
            "The Chadian minister has, in a letter, accused Mali of spying.",
            ("ACCUSE", "occurred", "ACCUSE", ["TCD"], ["MLI"]),
        ),
        # whose blow it was
        (
            "A mortar attack by Malian rebels killed two Chadian guards.",
            ("ASSAULT", "occurred", "ASSAULT", ["MLI"], ["TCD"]),
        ),
        (
            "Fighting broke out between Malian and Chadian guards.",
            ("ASSAULT", "occurred", "ASSAULT", ["MLI", "TCD"], []),
        ),
        # who speaks, blames, asks or plans
        ("Peru's minister said Bolivia was behind the leak.", ("ACCUSE", "occurred", "ACCUSE", ["PER"], ["BOL"])),
        (
            '"Chile must return the ship," the Peruvian premier told reporters.',
            ("RETREAT", "requested", "REQUEST", ["PER"], ["CHL"]),
        ),
        ("Niger told Benin that it must reopen the border.", ("CONCEDE", "requested", "REQUEST", ["NER"], ["BEN"])),
        (
            '"Thailand shelled our post," a Cambodian general said.',
            ("ASSAULT", "occurred", "ASSAULT", ["THA"], ["KHM"]),
        ),
        (
            "The ban on Chilean plums will be lifted, Japan's ministry announced.",
            ("CONCEDE", "planned", "CONCEDE", ["JPN"], ["CHL"]),
        ),
        # what is over
        ("Ghana no longer recognises the government of Togo.", ("SANCTION", "occurred", "SANCTION", ["GHA"], ["TGO"])),
        ("Russia no longer insists that Georgia apologise.", ("CONCEDE", "occurred", "CONCEDE", ["RUS"], ["GEO"])),
        ("Zambia dropped its insistence that Malawi pay.", ("CONCEDE", "occurred", "CONCEDE", ["ZMB"], ["MWI"])),
        # whom a journey was made to meet
        (
            "The Malian premier flew to Geneva to meet Togo's president.",
            ("CONSULT", "occurred", "CONSULT", ["MLI"], ["TGO"]),
        ),
        (
            "The Malian premier flew to Geneva for talks with Togo's president.",
            ("CONSULT", "occurred", "CONSULT", ["MLI"], ["TGO"]),
        ),
        (
            "Norway's minister will be in Lima in May to meet Peru's president.",
            ("CONSULT", "planned", "AGREE", ["NOR"], ["PER"]),
        ),
        (
            "Zambia's minister led a delegation on a visit to Egypt.",
            ("CONSULT", "occurred", "CONSULT", ["ZMB"], ["EGY"]),
        ),
        ("In Geneva, Armenia and Georgia signed a pact.", ("SUPPORT", "occurred", "SUPPORT", ["ARM", "GEO"], [])),
        (
            "Japan's ambassador, Jun Sato, and Jordan's minister, Ali Nasr, signed a treaty.",
            ("SUPPORT", "occurred", "SUPPORT", ["JPN", "JOR"], []),
        ),
        (
            "Norway helped write a pact establishing ties between Chad and Israel.",
            ("SUPPORT", "occurred", "SUPPORT", ["TCD", "ISR"], []),
        ),
        ("Rwanda called Congo's verdict a disgrace.", ("ACCUSE", "occurred", "ACCUSE", ["RWA"], ["COD"])),
        (
            "Tanzania recalled its high commissioner from Malawi.",
            ("SANCTION", "occurred", "SANCTION", ["TZA"], ["MWI"]),
        ),
        ("The last Slovak soldiers left Cyprus on Wednesday.", ("RETREAT", "occurred", "RETREAT", ["SVK"], ["CYP"])),
        ("Japan protested Chinese drills near the islands.", ("ACCUSE", "occurred", "ACCUSE", ["JPN"], ["CHN"])),
        ("Syria freed an aid worker from Canada.", ("RETREAT", "occurred", "RETREAT", ["SYR"], ["CAN"])),
        # verbs and subjects that the parser hangs on the noun beside them
        (
            "Ghana's attorney-general pressed Belgium on Wednesday to bring its spending up to two percent of output.",
            ("REQUEST", "requested", "REQUEST", ["GHA"], ["BEL"]),
        ),
        # whose deed would end what is refused, and whose is looked into
        (
            "Zambia will not lift the curfew until Malawi frees the crew.",
            ("CONCEDE", "denied", "REJECT", ["ZMB"], ["MWI"]),
        ),
        (
            "Norway opened an inquiry into whether the Danish ambassador was spied on.",
            ("ACCUSE", "occurred", "ACCUSE", ["NOR"], ["DNK"]),
        ),
        ("A court in Malta found a Libyan sailor guilty.", ("SANCTION", "occurred", "SANCTION", ["MLT"], ["LBY"])),
        # what is no party: a state of siege, the troops that are moved; and what is one: a part of the people
        (
            "Guatemala declared a state of siege in Belize.",
            ("COERCE", "occurred", "COERCE", ["GTM"], ["BLZ"]),
        ),
        ("Togo mobilised the army against Ghana.", ("MOBILIZE", "occurred", "MOBILIZE", ["TGO"], ["GHA"])),
        (
            "Two of the Tongan elders met Fiji's ministers.",
            ("CONSULT", "occurred", "CONSULT", ["TON"], ["FJI"]),
        ),
        ("The Danish king defended Denmark's decision.", ("SUPPORT", "occurred", "SUPPORT", ["DNK"], ["DNK"])),
    ],
)
def test_constructions_of_the_news(
    read: Reader, sentence: str, act: tuple[str, str, str | None, list[str | None], list[str | None]]
) -> None:
    assert told(read(sentence)) == [act]


def test_a_journey_to_meet_somebody_elsewhere_is_a_meeting_and_no_visit_to_his_state(read: Reader) -> None:
    for sentence, mode in (
        ("The Malian premier flew to Geneva for talks with Togo's president.", None),
        ("The Malian premier flew to Lomé for talks with Togo's president.", "visit"),
        ("The Malian premier flew to Togo for talks with Ghana's president.", "visit"),
    ):
        assert [report.mode_type for report in read(sentence)[0]] == [mode], sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Norway almost expelled the Russian ambassador.",
        "Norway all but broke off ties with Israel.",
        "Norway barely condemned Israel.",
        "Norway is unlikely to recognise Palestine.",
        "Did Iran attack Israel?",
    ],
)
def test_what_was_nearly_done_or_only_asked_is_not_told(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []
    assert told(read("Norway expelled almost all Russian diplomats."))[0][0] == "SANCTION"


def test_a_clipping_that_tells_nothing_else_tells_what_is_doubtful(read: Reader) -> None:
    assert told(read("Opposition leaders in Gabon are boycotting the poll."))[0][0] == "PROTEST"
    assert sides(read, "Chad is boycotting the fair. It expelled the envoy of Mali.") == [
        ("SANCTION", ["TCD"], ["MLI"])
    ]


def test_ties_that_were_broken_and_restored_are_two_acts(read: Reader) -> None:
    found = told(read("Ties between Peru and Bolivia, severed in 1978, were restored on Sunday."))
    assert [act[0] for act in found] == ["SANCTION", "SUPPORT"]


def test_who_met_before_are_those_who_sign(read: Reader) -> None:
    text = "The minister of Ghana met his Peruvian counterpart on Friday. They signed an agreement on fish."
    assert sides(read, text)[1] == ("SUPPORT", ["GHA", "PER"], [])
    assert sides(read, "Police chased two goats. They agreed to sign a treaty.") == []


def test_a_word_to_whom_the_sentence_before_named(read: Reader) -> None:
    text = "Chad accused Mali of arming rebels. Bamako apologised. Nobody was hurt. The market was quiet."
    assert sides(read, text)[1] == ("CONCEDE", ["MLI"], ["TCD"])


def test_a_tale_goes_on_on_its_day_and_at_its_place(read: Reader) -> None:
    text = "Trucks queued in Chad on Monday. Chad expelled the envoy of Mali."
    assert [str(report.start_date) for report in read(text)[0]] == ["2023-03-13"]
    text = "The ministers of Chad and Mali met in Suva on Monday. Chad and Mali signed a treaty."
    assert [(str(report.start_date), report.place_name) for report in read(text)[0]] == [("2023-03-13", "Suva")] * 2


def test_articles_of_other_kinds_tell_no_events(read: Reader) -> None:
    """Sport, markets, an election at home, an obituary, travel, science, a court, a storm, history, a column."""
    for path in sorted(NO_EVENTS.glob("*.txt")):
        assert told(read(path.read_text(encoding="utf-8"))) == [], path.name


def test_an_hour_is_no_part_of_a_name(read: Reader) -> None:
    coded = read("Shops in the old town close from 9 p.m. to 5 a.m. Chad planned to attack Mali.")
    assert {participant.text for participant in coded[1]} == {"Chad", "Mali"}


def test_a_dateline_says_where_its_own_people_met() -> None:
    assert circumstances.filed_at("Dar es Salaam").country_code == "TZA"
    assert circumstances.filed_at("Nowhere upon Thames").name is None
    assert circumstances.filed_at(None).name is None


def test_the_table_of_operators_is_sound() -> None:
    from demarche.reports.operators import EFFECTS, operators

    rows = [row for same in operators().values() for row in same]
    assert len(rows) > 200
    assert {row.effect for row in rows} <= set(EFFECTS)


WORDS = "Fiji Tonga accused visited the premier of will not talks with who and recalled its envoy 5 ( ) , . “ ”"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            [*WORDS.split(), "on Monday", "\n", "\u200b", "ﬁ", "🙂", "الكويت", "A" * 200],
        ),
        max_size=40,
    )
)
def test_any_text_is_read_and_its_offsets_hold(read: Reader, words: list[str]) -> None:
    text = " ".join(words)
    coded = read(text)
    assert coded == read(text)
    for report in coded[0]:
        assert text[report.trigger_start_offset : report.trigger_end_offset] == report.trigger_text
        assert text[report.sentence_start_offset : report.sentence_end_offset] == report.sentence_text
    for participant in coded[1]:
        assert text[participant.start_offset : participant.end_offset] == participant.text


@pytest.mark.parametrize(
    "sentence",
    [
        "Belgium is likely to expel four Chinese diplomats.",
        "Ghana is keen to sign a treaty with Togo.",
        "Ghana hesitates to condemn Mali.",
        "Ghana was unable to free the Malian sailors.",
        "Ghana can afford to recognise Kosovo.",
        "Ghana pretended to recognise Kosovo.",
        "Ghana ought to recognise Kosovo.",
        "Ghana hoped to free the Malian sailors.",
        "Ghana wants to impose sanctions on Mali.",
        "Ghana was allowed to send observers to Mali.",
    ],
)
def test_of_what_somebody_may_do_nothing_says_that_he_did(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "event_type", "status"),
    [
        ("Ghana managed to free the Malian sailors.", "RETREAT", "occurred"),
        ("Ghana was forced to withdraw its troops from Mali.", "RETREAT", "occurred"),
        ("The raid prompted Ghana to recall its ambassador to Mali.", "SANCTION", "occurred"),
        ("Ghana was wrong to expel the Malian ambassador.", "SANCTION", "occurred"),
        ("Ghana was quick to condemn Mali.", "ACCUSE", "occurred"),
        ("Ghana seems to have attacked Mali.", "ASSAULT", "occurred"),
        ("Ghana was the first African state to recognise Kosovo.", "SUPPORT", "occurred"),
        ("Ghana is about to expel the Malian ambassador.", "SANCTION", "planned"),
        ("Ghana is poised to expel the Malian ambassador.", "SANCTION", "planned"),
        ("Ghana seeks to expel the Malian ambassador.", "SANCTION", "planned"),
    ],
)
def test_certain_words_say_of_an_infinitive_that_it_was_done_or_is_planned(
    read: Reader, sentence: str, event_type: str, status: str
) -> None:
    assert (event_type, status) in [(row[0], row[1]) for row in told(read(sentence))]


def test_who_is_asked_asks_nobody(read: Reader) -> None:
    asked = "Ghana was asked to expel the Malian ambassador."
    assert sides(read, asked) == [("SANCTION", [], ["GHA"])]
    assert [row[:2] for row in told(read("Ghana was invited to send observers to Uganda."))] == [("AGREE", "planned")]


# --- visits that only their circumstances tell --------------------------------------------------------------------
def stays_abroad(coded: Coded) -> list[tuple[str | None, str | None, date | None, date | None]]:
    """(country of the visitor, of the host, first day, last day) of each visit."""
    found = []
    for report in coded[0]:
        if report.mode_type == "visit":
            sides = {p.role_type: p.country_code for p in coded[1] if p.report_id == report.report_id}
            host = sides.get("recipient") or report.country_code
            found.append((sides.get("actor"), host, report.start_date, report.end_date))
    return found


@pytest.mark.parametrize(
    ("text", "visit"),
    [
        ("The Finnish president flew in on Monday and looked tired.", ("FIN", "PER", date(2023, 3, 13))),
        ("The Finnish president flew in from Chile on Monday.", ("FIN", "PER", date(2023, 3, 13))),
        ("The Finnish president flew home on Monday after the summit.", ("FIN", "PER", date(2023, 3, 13))),
        ("The Finnish president, who had been here since Monday, spoke.", ("FIN", "PER", date(2023, 3, 13))),
    ],
)
def test_who_came_or_left_was_where_the_text_was_filed(read: Reader, text: str, visit: tuple[str, str, date]) -> None:
    coded = read(f"Rain fell on the old town. {text} Bells rang. Nobody complained.", filed=("LIMA —", "Lima"))
    assert [(visitor, host, first) for visitor, host, first, _ in stays_abroad(coded)] == [visit]


def test_relative_days_count_from_the_dateline(read: Reader) -> None:
    coded = read("The Finnish president arrived in Lima today.", filed=("LIMA, March 13 —", "Lima"))
    assert [report.start_date for report in coded[0]] == [date(2023, 3, 13)]


@pytest.mark.parametrize("day", ["31 December 9999", "January 1, 0001", "3 May 1867"])
def test_a_year_that_cannot_be_leaves_the_day_open(read: Reader, day: str) -> None:
    coded = read(f"On {day} the Finnish president met the Peruvian president in Lima.")
    assert [report.start_date for report in coded[0]] == [None]


def test_who_leaves_one_host_for_another_ends_a_visit_and_begins_one(read: Reader) -> None:
    coded = read("The Finnish president left Peru on Monday for Chile.")
    assert {host for _, host, *_ in stays_abroad(coded)} == {"PER", "CHL"}


@pytest.mark.parametrize(
    "sentence",
    [
        "The Finnish president's visit to Peru will not take place.",
        "The visit of the Finnish president to Peru will not go ahead.",
    ],
)
def test_what_will_not_take_place_is_cancelled(read: Reader, sentence: str) -> None:
    assert [act[:2] for act in told(read(sentence))] == [("CONSULT", "cancelled")]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ghana hardly ever criticised Mali.",
        "At no time did Ghana attack Mali.",
        "Ghana at no point threatened Mali.",
        "Ghana neither condemned Mali nor praised Togo.",
        "Nor did Ghana recognise Kosovo.",
        "Ghana was not the first country to recognise Kosovo.",
        "It is possible that Ghana attacked Mali.",
        "Ghana has perhaps expelled the Malian ambassador.",
    ],
)
def test_a_no_may_stand_beside_the_clauses_own_not(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Rather than impose sanctions on Mali, Ghana recalled its ambassador.",
        "Rather than imposing sanctions on Mali, Ghana recalled its ambassador.",
        "Barely a week later Ghana recalled its ambassador to Mali.",
        "At this point Ghana recalled its ambassador to Mali.",
    ],
)
def test_what_was_done_in_the_place_of_another_act_is_told(read: Reader, sentence: str) -> None:
    assert [(row[0], row[3]) for row in told(read(sentence))] == [("SANCTION", ["GHA"])]
    assert "recalled" in read(sentence)[0][0].trigger_text


def test_what_is_only_alleged_is_trusted_less(read: Reader) -> None:
    (said,), (shown,) = (read(f"Ghana {word}attacked Mali.")[0] for word in ("allegedly ", ""))
    assert said.confidence_score < 0.5 < shown.confidence_score


@pytest.mark.parametrize(
    ("sentence", "status", "day"),
    [
        ("The visit of Fiji's premier to Tonga has been postponed to April 11.", "postponed", date(2023, 4, 11)),
        ("The visit of Fiji's premier to Tonga has been moved from 20 March to 27 March.", "postponed",
         date(2023, 3, 27)),
        ("Fiji put back its talks with Tonga to 27 March.", "postponed", date(2023, 3, 27)),
        ("Fiji's premier will travel to Tonga on 29 March, not on 22 March.", "postponed", date(2023, 3, 29)),
        ("The talks of Fiji and Tonga, first planned for 22 March, will be held on 29 March.", "postponed",
         date(2023, 3, 29)),
        ("Fiji's premier will visit Tonga on 29 March for the first time.", "planned", date(2023, 3, 29)),
    ],
)  # fmt: skip
def test_what_is_put_off_has_its_new_day(read: Reader, sentence: str, status: str, day: date) -> None:
    (report,) = read(sentence)[0]
    assert (report.event_type, report.status_type, report.start_date) == ("CONSULT", status, day)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Chile and Peru agreed on a ceasefire in Nairobi on Monday.", ("CONCEDE", ["CHL", "PER"], [])),
        ("Fiji's premier met Tonga's king. They discussed the situation in Samoa.", ("CONSULT", ["FJI"], ["TON"])),
        ("Fijian posts came under Tongan artillery fire on Monday.", ("ASSAULT", ["TON"], ["FJI"])),
        ("The premiers of Fiji and Tonga spoke for an hour.", ("CONSULT", ["FJI", "TON"], [])),
        ("Fiji recalled its envoy from Tonga in protest at the tariff.", ("SANCTION", ["FJI"], ["TON"])),
        ("Fiji and Tonga conferred in Suva, diplomats told this newspaper.", ("CONSULT", ["FJI", "TON"], [])),
    ],
)
def test_where_and_what_about_is_nobodys_side(
    read: Reader, text: str, wanted: tuple[str, list[str], list[str]]
) -> None:
    assert sides(read, text) == [wanted]


@pytest.mark.parametrize(
    ("sentence", "mode", "day"),
    [
        ("The premiers of Fiji and Tonga had a telephone conversation on Monday.", "phone", date(2023, 3, 13)),
        ("A second call between the premiers of Fiji and Tonga on Monday lasted an hour.", "phone", date(2023, 3, 13)),
        ("Fiji and Tonga spoke again on Monday, their second conversation in four days.", None, date(2023, 3, 13)),
    ],
)
def test_a_second_conversation_has_its_mode_and_day(read: Reader, sentence: str, mode: str | None, day: date) -> None:
    (report,) = read(sentence)[0]
    assert (report.event_type, report.mode_type, report.start_date) == ("CONSULT", mode, day)


def test_a_visit_that_somebody_denies_to_be_planned_is_denied(read: Reader) -> None:
    denial = "Fiji's foreign ministry denied on Monday that the Fijian premier {} visit Tonga next week."
    for auxiliary in ("would", "will"):
        assert told(read(denial.format(auxiliary))) == [("CONSULT", "denied", None, ["FJI"], ["TON"])]


def test_what_ends_on_a_day_that_is_told_in_the_present_lies_ahead(read: Reader) -> None:
    (visit,), _ = read("Fiji's premier is on a three-day visit to Tonga, which ends on Friday.")
    assert (visit.start_date, visit.end_date) == (date(2023, 3, 15), date(2023, 3, 17))


def test_where_news_is_filed_is_not_where_its_people_were_abroad_or_long_ago(read: Reader) -> None:
    def places(text: str) -> list[str | None]:
        return [report.place_name for report in read(text, filed=("SUVA", "Suva"))[0]]

    assert places("Fiji's premier returned from Tonga on Tuesday after a two-day visit.") == [None]
    assert places("Fiji's premier is on a visit to Tonga. He met King Tupou VI on Tuesday.") == ["Tonga", None]
    assert places("Fiji and Tonga signed a border treaty in 2011.") == [None]
    assert places("Fiji and Tonga signed a border treaty on Tuesday.") == ["Suva"]


def test_who_cuts_his_visit_short_ends_it_and_his_return_is_no_retreat(read: Reader) -> None:
    (visit,), _ = read("Fiji's Prime Minister Joan Marsh cut short her visit to Tonga and returned to Suva on Monday.")
    assert (visit.event_type, visit.mode_type, visit.status_type, visit.end_date) == (
        "CONSULT", "visit", "occurred", date(2023, 3, 13),
    )  # fmt: skip
    assert sides(read, "Fiji suspended visits of its ministers to Tonga.") == [("SANCTION", ["FJI"], ["TON"])]


@pytest.mark.parametrize(
    "charge", ["for helping Samoa evade its measures", "over the crackdown on protesters in Nukualofa"]
)
def test_what_somebody_is_punished_for_is_no_further_act(read: Reader, charge: str) -> None:
    sentence = f"Fiji imposed sanctions on four Tongan officials on Monday {charge}."
    assert sides(read, sentence) == [("SANCTION", ["FJI"], ["TON"])]


@pytest.mark.parametrize(
    ("sentence", "body"),
    [
        ("Leaders of the African Union met in Suva on Monday for their annual summit.", "African Union"),
        ("NATO foreign ministers met in Suva on Monday.", "NATO"),
        ("Finance ministers of the Group of Seven met in Suva on Monday.", "Group of Seven"),
        ("Rain fell. Bells rang. NATO foreign ministers will meet in Suva on Monday. Nobody complained.", "NATO"),
        ("Foreign ministers of the Arab League met in Suva on Monday.", "Arab League"),
        ("Heads of state of ECOWAS met in Suva on Monday.", "Economic Community of West African States"),
        ("ECOWAS heads of state and government met in Suva on Monday.", "Economic Community of West African States"),
    ],
)
def test_members_of_a_body_who_meet_are_the_body(read: Reader, sentence: str, body: str) -> None:
    (meeting,), participants = read(sentence)
    assert (meeting.event_type, meeting.place_name, [who.name for who in participants]) == ("CONSULT", "Suva", [body])


@pytest.mark.parametrize("who", ["Three NATO foreign ministers", "Some NATO foreign ministers", "NATO officials"])
def test_some_members_of_a_body_are_not_the_body(read: Reader, who: str) -> None:
    assert read(f"{who} met in Suva on Monday.")[0] == ()


def test_a_surname_that_nobody_knows_begins_no_sentence(read: Reader) -> None:
    meeting = (
        "Uganda's Foreign Minister Jeje Odongo met his Rwandan counterpart Olivier Nduhungirehe in Kigali on Monday."
    )
    assert [(report.place_name, report.start_date) for report in read(meeting)[0]] == [("Kigali", date(2023, 3, 13))]


@pytest.mark.parametrize(
    ("sentence", "host", "place"),
    [
        ("Fiji's premier visited a monastery in Apia on Monday.", "WSM", "Apia"),
        ("Fiji's premier visited the monastery of Gandzasar in Armenia on Monday.", "ARM", None),
        ("Fiji's premier visited the Great Wall during his trip to China on Monday.", "CHN", "China"),
        ("Fiji's premier toured the National Museum of Kenya in Nairobi on Monday.", "KEN", "Nairobi"),
    ],
)
def test_sights_stand_for_the_state_where_they_are(read: Reader, sentence: str, host: str, place: str | None) -> None:
    (visit,), participants = read(sentence)
    recipients = [who for who in participants if who.role_type == "recipient"]
    assert visit.place_name == place
    assert [(who.entity_id, who.entity_type) for who in recipients] == [(host, "state")]


@pytest.mark.parametrize("sight", ["the monastery", "a school in Suva", "Saint Mark Cathedral", "the front line"])
def test_sights_alone_are_nobodys_hosts(read: Reader, sight: str) -> None:
    assert read(f"Fiji's premier visited {sight} on Monday.")[0] == ()


@pytest.mark.parametrize(
    ("visitors", "who"),
    [
        ("German Chancellor Olaf Scholz and Economy Minister Robert Habeck", ["Olaf Scholz", "Robert Habeck"]),
        ("US Secretary of State Antony Blinken and Defense Secretary Lloyd Austin", ["Antony Blinken", "Lloyd Austin"]),
        ("Poland's president and prime minister", ["Andrzej Duda", "Mateusz Morawiecki"]),
        ("The president and prime minister of Poland", ["Andrzej Duda", "Mateusz Morawiecki"]),
    ],
)
def test_each_of_two_visitors_takes_part(read: Reader, visitors: str, who: list[str]) -> None:
    (visit,), participants = read(f"{visitors} arrived in Suva on Monday.")
    assert visit.mode_type == "visit"
    assert [one.name for one in participants if one.role_type == "actor"] == who


@pytest.mark.parametrize("name", ["Queen Sofia", "Princess Victoria", "Mr Chad"])
def test_who_is_addressed_by_name_is_no_state(read: Reader, name: str) -> None:
    participants = read(f"{name} visited Japan on Monday.")[1]
    assert [who.country_code for who in participants if who.role_type == "actor"] == [None]


@pytest.mark.parametrize(
    ("sentence", "actors"),
    [
        ("Fiji, along with Samoa and Palau, recognised Tonga.", ["FJI", "WSM", "PLW"]),
        ("Fiji recognised Tonga on Monday, together with Samoa.", ["FJI", "WSM"]),
        ("Fiji's premier, accompanied by Foreign Minister Mara Quill, visited Tonga.", ["FJI", None]),
        ("Fiji expelled the Tongan consul along with Samoa's Mara Quill.", ["FJI"]),
    ],
)
def test_who_does_it_along_with_others_is_not_alone(read: Reader, sentence: str, actors: list[str]) -> None:
    assert told(read(sentence))[0][3] == actors


@pytest.mark.parametrize(
    "sentence",
    [
        "Fiji urged Tonga not to launch an attack.",
        "Fiji asked Tonga not to send troops to Samoa.",
        "Fiji demanded that Tonga not release the prisoners.",
        "Fiji called on Tonga not to break off the talks.",
    ],
)
def test_who_is_asked_not_to_do_it_is_asked(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == [("REQUEST", "requested", "REQUEST", ["FJI"], ["TON"])]


def test_what_somebody_is_warned_against_is_not_done(read: Reader) -> None:
    assert [report.event_type for report in read("Fiji warned Tonga against launching an attack.")[0]] == ["THREATEN"]


@pytest.mark.parametrize("why", ["at the invitation of President Vala", "at Tonga's request", "at the behest of Samoa"])
def test_on_whose_wish_it_was_done_is_no_further_act(read: Reader, why: str) -> None:
    assert [report.event_type for report in read(f"Fiji's premier visited Tonga on Monday {why}.")[0]] == ["CONSULT"]


def test_where_something_was_refused_nothing_else_was(read: Reader) -> None:
    (aid,), _ = read("Fiji vetoed a 50 million euro aid package for Tonga at the summit in Apia.")
    assert (aid.event_type, aid.status_type, aid.quantity, aid.quantity_unit) == ("AID", "denied", 50e6, "EUR")


@pytest.mark.parametrize("visit", ["the visit of Tonga's premier", "a visit by Tonga's premier", "Sovaleni's visit"])
def test_whose_visit_is_put_off_is_the_visitor(read: Reader, visit: str) -> None:
    assert told(read(f"Fiji postponed {visit}.")) == [("CONSULT", "postponed", "REJECT", ["TON"], ["FJI"])]


def test_whose_delivery_is_criticised_is_who_delivers(read: Reader) -> None:
    assert told(read("Fiji criticised the delivery of tanks by Samoa to Tonga."))[0][4] == ["WSM"]


def test_a_meeting_planned_for_a_day_is_called_off_and_no_plan_of_who_says_so(read: Reader) -> None:
    (meeting,), _ = read(
        "A meeting of the Fijian and Tongan foreign ministers planned for Friday was cancelled, Suva said."
    )
    assert (meeting.event_type, meeting.status_type, meeting.start_date) == ("CONSULT", "cancelled", date(2023, 3, 17))


@pytest.mark.parametrize("planned", [" planned for Friday", ", planned for Friday,"])
def test_a_meeting_that_will_not_take_place_keeps_its_day(read: Reader, planned: str) -> None:
    (meeting,), _ = read(f"A meeting between the Fijian and Tongan foreign ministers{planned} will not take place.")
    assert (meeting.status_type, meeting.start_date) == ("cancelled", date(2023, 3, 17))


@pytest.mark.parametrize(
    "sentence",
    [
        "Fiji's Foreign Minister Mara Quill and Tonga's Foreign Minister Hana Vea spoke by phone on Monday.",
        "Fiji's Prime Minister Mara Quill and Tongan Prime Minister Hana Vea met in Apia on Monday.",
        "Kenya's William Ruto and Uganda's Yoweri Museveni met in Arusha on Monday.",
    ],
)
def test_two_whose_states_stand_before_their_names_both_take_part(read: Reader, sentence: str) -> None:
    assert [actors for _, _, _, actors, _ in told(read(sentence))] in ([["FJI", "TON"]], [["KEN", "UGA"]])


def test_three_titled_names_are_three(read: Reader) -> None:
    meeting = read(
        "Kenya's President William Ruto, Uganda's President Yoweri Museveni and Malawi's President Lazarus Chakwera "
        "met in Arusha on Monday."
    )
    assert [actors for _, _, _, actors, _ in told(meeting)] == [["KEN", "UGA", "MWI"]]


def test_a_ministry_abroad_is_that_of_the_state_whose_capital_it_is_in(read: Reader) -> None:
    assert told(read("The foreign ministry in Suva summoned the Tongan ambassador."))[0][3] == ["FJI"]


def test_prisoners_of_war_wage_none(read: Reader) -> None:
    assert {report.event_type for report in read("The Red Cross visited prisoners of war held by Fiji.")[0]} == {
        "CONSULT"
    }


@pytest.mark.parametrize(
    "answer", ["avenge the killing of its consul by Tonga", "respond to the seizure of its ship by Tonga"]
)
def test_what_is_answered_was_done_by_somebody_else(read: Reader, answer: str) -> None:
    assert [event_type for event_type, *_ in told(read(f"Fiji vowed to {answer}."))] == ["THREATEN"]


def test_who_mediates_is_no_side_of_the_swap(read: Reader) -> None:
    participants = read("Fiji and Tonga exchanged 50 prisoners on Monday, with Samoa mediating.")[1]
    assert "WSM" not in {who.country_code for who in participants}


def test_a_strike_in_the_region_of_a_state_hits_that_state(read: Reader) -> None:
    assert told(read("Fijian drones attacked a refinery in Tonga's Vava'u region."))[0][4] == ["TON"]


@pytest.mark.parametrize(
    ("sentence", "act"),
    [
        ("Fiji left ASEAN on Monday.", ("SANCTION", "occurred", ["FJI"])),
        ("Fiji said it would leave ASEAN.", ("SANCTION", "planned", ["FJI"])),
        ("Fiji withdrew from ECOWAS on Monday.", ("SANCTION", "occurred", ["FJI"])),
    ],
)
def test_who_leaves_a_body_that_is_named_leaves_it(
    read: Reader, sentence: str, act: tuple[str, str, list[str]]
) -> None:
    ((event_type, status, _, actors, recipients),) = told(read(sentence))
    assert (event_type, status, actors, recipients) == (*act, [None])


def test_who_condemns_a_delivery_sentences_nobody(read: Reader) -> None:
    found = told(read("Fiji condemned the sale of Samoan weapons to Tonga and vowed to take countermeasures."))
    assert [(event_type, recipients) for event_type, _, _, _, recipients in found] == [
        ("ACCUSE", ["WSM"]),
        ("THREATEN", ["WSM"]),
    ]


def test_what_somebody_is_to_return_to_is_talks(read: Reader) -> None:
    (asked,) = told(read("Fiji urged Tonga to return to talks."))
    assert asked == ("CONSULT", "requested", "REQUEST", ["FJI"], ["TON"])


def test_a_charge_that_is_denied_was_made(read: Reader) -> None:
    assert told(read("Fiji accused Tonga of planning a war; Nuku'alofa denied it."))[0][:2] == ("ACCUSE", "occurred")


def test_two_who_exchange_prisoners_are_the_sides(read: Reader) -> None:
    ((_, _, _, actors, recipients),) = told(read("Fiji and Tonga exchanged 50 prisoners on Monday."))
    assert (actors, recipients) == (["FJI", "TON"], [])


def test_who_receives_both_leaders_is_none_of_them(read: Reader) -> None:
    found, participants = read(
        "Armenian Prime Minister Nikol Pashinyan and Azerbaijani President Ilham Aliyev came to Berlin on Monday. "
        "German Chancellor Olaf Scholz received both leaders."
    )
    visits = {report.report_id for report in found if report.mode_type == "visit"}
    guests = {p.country_code for p in participants if p.report_id in visits and p.role_type == "actor"}
    assert guests == {"ARM", "AZE"}


def test_of_whom_the_last_sentence_tells_the_next_goes_on(read: Reader) -> None:
    coded = read(
        "Kenyan President William Ruto arrived in Kampala on Monday. Museveni said Uganda would buy fuel from Kenya. "
        "It is Ruto's third visit to Uganda since he took office. He will fly to Kigali on Saturday."
    )
    assert ("CONSULT", "planned", "AGREE", ["KEN"], ["RWA"]) in told(coded)


def test_his_first_trip_there_is_the_visit_just_told(read: Reader) -> None:
    planned = "Fiji's premier will visit Tonga next week, his first trip to Tonga since 2017."
    assert [report.status_type for report in read(planned)[0]] == ["planned"]


def test_aircraft_of_two_states_are_of_both(read: Reader) -> None:
    assert told(read("American and British aircraft struck Houthi positions on Monday."))[0][3] == ["USA", "GBR"]


def test_a_sum_in_dollars_counts_no_millions(read: Reader) -> None:
    (aid,), _ = read("Fiji announced $170 million in aid for Tonga.")
    assert (aid.quantity, aid.quantity_unit) == (170e6, "USD")


def test_its_deed_is_criticised_and_not_where_it_was_done(read: Reader) -> None:
    coded = read("Fiji's premier visited Tonga in February and criticised its bombing of Samoa.")
    assert [recipients for event_type, _, _, _, recipients in told(coded) if event_type == "ACCUSE"] == [["TON"]]


def test_its_own_condemnation_is_not_what_is_condemned(read: Reader) -> None:
    assert told(read("Fiji expressed its strong condemnation of Tonga's decision."))[0][4] == ["TON"]


def test_a_sentence_of_another_year_takes_no_day_from_the_one_before(read: Reader) -> None:
    coded = read("Fiji and Tonga signed a treaty on Monday. Samoa gave Tonga 20 million dollars for the tests in 2021.")
    days = [report.start_date for report in coded[0] if report.event_type == "AID"]
    assert days in ([None], [date(2021, 1, 1)])


def test_what_came_two_weeks_later_counts_from_the_act_beside_it(read: Reader) -> None:
    coded = read(
        "Fiji and Tonga met on Monday. Samoa had banned imports from Tonga, and lifted the ban two weeks later."
    )
    assert [report.start_date for report in coded[0] if report.event_type == "CONCEDE"] == [None]


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("Fiji and Samoa on Monday urged Tonga to ban imports of Chilean wine.", date(2023, 3, 13)),
        ("Fiji asked Tonga on Tuesday to lift the ban.", date(2023, 3, 14)),
        ("Fiji and Tonga agreed on Tuesday to hold talks.", None),
        ("Fiji and Tonga agreed on Tuesday to hold talks in May.", date(2023, 5, 1)),
    ],
)
def test_the_day_of_asking_is_past_and_that_of_agreeing_no_day_of_talks(
    read: Reader, sentence: str, day: date | None
) -> None:
    assert [report.start_date for report in read(sentence)[0]] == [day]


def test_what_follows_on_background_is_not_of_the_day_before_it(read: Reader) -> None:
    coded = read(
        "Fiji and Tonga met on Monday. Samoa signed a pact with Fiji in January. Tonga recalled its envoy to Fiji."
    )
    assert [report.start_date for report in coded[0] if report.event_type == "SANCTION"] == [None]

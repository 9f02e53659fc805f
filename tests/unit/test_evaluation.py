"""Scoring: invented parties, invented events; each rule of meeting has a test in which it decides."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from demarche import cli, evaluation, steps
from demarche.evaluation import Gold, GoldDocument, GoldEvent, GoldHappening, GoldMember, GoldParty, Reading, Told
from demarche.records import Document, Report, ReportParticipant
from demarche.steps import StepError

DAY = date(2021, 5, 4)
ANA, BO = ("Ana Tiró", "FJI"), ("Bo Lang-Ke", "TON")


def event(
    number: int = 0, kind: str = "ACCUSE", actors: Any = (ANA,), recipients: Any = (BO,), **more: Any
) -> GoldEvent:
    given = {"plover_type": kind, "status_type": "occurred", "document": "a.txt"} | more
    sides = {
        "actors": tuple(GoldParty(name=name, country_code=code) for name, code in actors),
        "recipients": tuple(GoldParty(name=name, country_code=code) for name, code in recipients),
    }
    return GoldEvent(event=number, event_type=kind, **sides, **given)


def told(key: str = "r1", kind: str = "ACCUSE", actors: Any = (ANA,), recipients: Any = (BO,), **more: Any) -> Told:
    columns = {"plover_type": kind, "status_type": "occurred", "sentence_text": "Ana spoke.", "confidence_score": 0.8}
    report = Report(
        report_id=key, document_id="d1", partition_key="2021-05-04T10", load_date=DAY, sentence_start_offset=0,
        sentence_end_offset=10, trigger_text="spoke", trigger_start_offset=4, trigger_end_offset=9,
        coding_rule="test", coder_version="1", event_type=kind, **(columns | more),
    )  # fmt: skip
    parties = [("actor", *party) for party in actors] + [("recipient", *party) for party in recipients]
    return Told(
        report,
        tuple(
            ReportParticipant(
                report_id=key, partition_key="2021-05-04T10", load_date=DAY, ordinal=ordinal, role_type=role,
                name=name, text=name, country_code=code, start_offset=0, end_offset=1,
            )
            for ordinal, (role, name, code) in enumerate(parties)
        ),
    )  # fmt: skip


def document(key: str = "d1", **more: Any) -> Document:
    columns = {"title": "A title", "byline": None, "published_date": DAY, "published_rule": "text"} | more
    return Document(
        document_id=key, article_id="a", partition_key="2021-05-04T10", source_id="o", source_name="drop", path="a.txt",
        body="Ana spoke.", fetched_at="2021-05-04T10:00:00Z", content_hash="c", raw_hash="h", **columns,
    )  # fmt: skip


def figures(events: Any, reports: Any, **more: Any) -> evaluation.Evaluation:
    return evaluation.evaluate(Gold(tuple(events)), Reading({"a.txt": document()}, {"a.txt": tuple(reports)}, **more))


# --- codes -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"event_type": "SANCTON"}, "event_type: no such code: 'SANCTON', did you mean SANCTION?"),
        ({"event_type": "accuse"}, "event_type: no such code: 'accuse', did you mean ACCUSE?"),
        ({"event_type": "SANCTION", "mode_type": "expell"}, "mode_type: no such code: 'expell', did you mean expel?"),
        ({"event_type": "SANCTION", "mode_type": "visit"}, "mode_type: no such code of SANCTION: 'visit'"),
        (
            {"event_type": "SANCTION", "status_type": "occured"},
            "status_type: no such code: 'occured', did you mean occurred?",
        ),
    ],
)
def test_gold_with_a_code_that_does_not_exist_is_refused(tmp_path: Path, columns: dict[str, str], said: str) -> None:
    good = {"document": "a.txt", "event": 0, "event_type": "AID"}
    (tmp_path / "events.jsonl").write_text(json.dumps(good) + "\n" + json.dumps(good | columns) + "\n")
    with pytest.raises(StepError, match="line 2") as refused:
        steps.load_gold(tmp_path)
    assert said in str(refused.value)


def test_how_many_is_measured_where_gold_says_it() -> None:
    found = figures(
        [event(0, quantity=3), event(1, kind="AID", quantity=5), event(2, kind="REQUEST")],
        [told("r1", quantity=3), told("r2", kind="AID", quantity=4), told("r3", kind="REQUEST", quantity=2)],
    )
    assert found.measure("quantity", "number").scores == (0.5, 0.5, 0.5)


# --- meeting -----------------------------------------------------------------------------------------------------
def test_act_or_category_must_agree() -> None:
    assert evaluation.meets(event(), told())
    assert not evaluation.meets(event(), told(kind="REQUEST"))
    planned = event(kind="AID", plover_type="AGREE")
    assert evaluation.meets(planned, told(kind="COOPERATE", plover_type="AGREE"))


def test_no_category_agrees_with_no_category_only_by_act() -> None:
    denied = event(kind="ASSAULT", plover_type=None)
    assert not evaluation.meets(denied, told(kind="AID", plover_type=None))


@pytest.mark.parametrize(
    ("gold", "found", "is_same"),
    [
        (("Ana Tiró", "FJI"), ("Ana Tiro", "FJI"), True),
        (("Ana Tiró", "FJI"), ("Fiji", "FJI"), True),
        (("Bo Lang-Ke", None), ("Lang Ke", None), True),
        (("Bo Lang-Ke", None), ("Lang Ke Bo", "TON"), True),
        (("Bo Lang-Ke", None), ("Bo Marsh", None), False),
        (("Guinea", "GIN"), ("Equatorial Guinea", "GNQ"), False),
        (("Ana Tiró", "FJI"), ("Ana Tiró", "TON"), True),
        (("Ocean League", None), ("Fiji", "FJI"), False),
    ],
)
def test_parties_are_the_same_by_country_or_name(gold: Any, found: Any, is_same: bool) -> None:
    party = GoldParty(name=gold[0], country_code=gold[1])
    assert evaluation.is_same_party(party, told(actors=[found]).participants[0]) is is_same


def test_a_directed_act_has_its_direction() -> None:
    assert not evaluation.meets(event(), told(actors=[BO], recipients=[ANA]))


def test_a_side_that_gold_leaves_empty_agrees_with_anything() -> None:
    assert evaluation.meets(event(recipients=()), told())
    assert not evaluation.meets(event(), told(recipients=()))


def test_sides_of_a_meeting_are_one_set_of_which_two_are_needed() -> None:
    meeting = event(kind="CONSULT")
    assert evaluation.meets(meeting, told(kind="CONSULT", actors=[BO, ANA], recipients=()))
    assert evaluation.meets(meeting, told(kind="CONSULT", actors=[BO], recipients=[ANA]))
    assert not evaluation.meets(meeting, told(kind="CONSULT", actors=[ANA, ANA], recipients=()))


def test_other_mutual_acts_are_one_set_only_where_nobody_is_recipient() -> None:
    assert evaluation.meets(event(kind="SUPPORT"), told(kind="SUPPORT", actors=[BO, ANA], recipients=()))
    assert not evaluation.meets(event(kind="SUPPORT"), told(kind="SUPPORT", actors=[BO], recipients=[ANA]))


# --- pairing -----------------------------------------------------------------------------------------------------
def test_the_best_pairing_in_total_wins_over_the_best_first_choice() -> None:
    assert evaluation.assign([[5.0, 4.0], [4.0, 0.0]]) == [(0, 1), (1, 0)]


def test_nothing_is_paired_with_what_weighs_nothing() -> None:
    assert evaluation.assign([[0.0, 0.0], [0.0, 3.0]]) == [(1, 1)]
    assert evaluation.assign([]) == []
    assert evaluation.assign([[], []]) == []


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=1, max_size=4)
    )
)
def test_pairing_is_as_good_as_trying_everything(weights: list[list[int]]) -> None:
    pairs = evaluation.assign(weights)
    rows, columns = len(weights), len(weights[0])
    padded = [[*row, *[0] * rows] for row in weights]
    best = max(sum(padded[row][column] for row, column in enumerate(order))
               for order in permutations(range(rows + columns), rows))  # fmt: skip
    assert sum(weights[row][column] for row, column in pairs) == best
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)


def test_a_report_meets_the_event_whose_words_it_has() -> None:
    early = event(0, evidence="complained in spring", is_required=True)
    late = event(1, evidence="blamed them for the storm", is_required=True)
    (pair,) = evaluation.match([early, late], [told(sentence_text="Ana blamed them for the storm.")])
    assert pair.gold is late


# --- figures -----------------------------------------------------------------------------------------------------
def test_precision_recall_and_f1() -> None:
    reports = [told("r1"), told("r2", kind="SANCTION"), told("r3", kind="ASSAULT")]
    found = figures([event(0), event(1, kind="AID")], reports)
    total = found.measure("event", "all")
    assert (total.gold_count, total.found_count) == (2, 3)
    assert total.scores == (pytest.approx(1 / 3), pytest.approx(1 / 2), pytest.approx(0.4))
    assert found.measure("event", "ACCUSE").scores == (1.0, 1.0, 1.0)
    assert found.measure("event", "AID").scores == (None, 0.0, 0.0)
    assert found.measure("event", "SANCTION").scores == (0.0, None, None)


def test_a_welcome_event_is_right_if_found_and_no_error_if_absent() -> None:
    welcome = event(is_required=False)
    assert figures([welcome], []).measure("event", "all").scores == (None, None, None)
    assert figures([welcome], [told()]).measure("event", "all").precision_score == 1.0
    assert figures([welcome], [told()]).measure("event", "all").recall_score is None


def test_a_second_report_of_an_event_is_wrong_and_counted() -> None:
    found = figures([event()], [told("r1"), told("r2")])
    assert found.measure("event", "all").precision_score == 0.5
    assert found.counts["reports_repeated"] == 1


def test_an_event_read_with_other_sides_is_counted() -> None:
    missed = event(evidence="Ana blamed them")
    wrong = told(actors=[("somebody", None)], sentence_text="Yesterday Ana blamed them.")
    assert figures([missed], [wrong]).counts["events_read_with_other_sides"] == 1
    elsewhere = told(actors=[("somebody", None)], sentence_text="Another sentence.")
    assert figures([missed], [elsewhere]).counts["events_read_with_other_sides"] == 0
    assert figures([missed], [told(sentence_text="Ana blamed them.")]).counts["events_read_with_other_sides"] == 0


def test_reports_in_a_text_without_events_are_counted() -> None:
    gold = Gold((), (GoldDocument(document="a.txt", title="A title"),))
    found = evaluation.evaluate(gold, Reading({"a.txt": document()}, {"a.txt": (told(),)}))
    assert found.counts["reports_where_no_event_is"] == 1


def test_status_is_measured_on_what_met_and_confusion_says_as_what_it_was_read() -> None:
    found = figures([event(0), event(1, kind="AID")], [told("r1", status_type="denied"), told("r2", kind="AID")])
    assert found.measure("status", "all").f1_score == 0.5
    assert found.measure("status", "denied").precision_score == 0.0
    assert [c for c in found.confusions if c.measure_type == "status_type"] == [
        evaluation.Confusion("status_type", "occurred", "denied", 1)
    ]


def test_confusion_of_acts_pairs_what_has_the_same_sides() -> None:
    far = (("Cy", "WSM"),)
    found = figures([event(), event(1, kind="AID", actors=far)], [told(kind="REQUEST")])
    pairs = {(one.gold, one.found): one.count for one in found.confusions}
    assert pairs == {("ACCUSE", "REQUEST"): 1, ("AID", evaluation.NOTHING): 1}


def test_what_gold_leaves_null_is_not_scored() -> None:
    report = told(mode_type="allege", start_date=DAY, end_date=DAY, date_precision_type="day", place_name="Suva")
    found = figures([event(status_type=None)], [report])
    for kind, group in (("status", "all"), ("coding", "mode_type"), ("date", "start_date"), ("place", "name")):
        assert found.measure(kind, group).scores == (None, None, None)


def test_dates_are_exact_or_within_a_day() -> None:
    dated = event(start_date=DAY, end_date=DAY, date_precision_type="day")
    later = DAY + timedelta(days=1)
    found = figures([dated], [told(start_date=later, end_date=later, date_precision_type="day")])
    assert found.measure("date", "start_date").f1_score == 0.0
    assert found.measure("date", "within_a_day").f1_score == 1.0
    undated = figures([dated], [told()])
    assert undated.measure("date", "within_a_day").scores == (None, 0.0, 0.0)
    assert undated.measure("date", "date_precision_type").found_count == 0


def test_places_by_name_and_country() -> None:
    placed = event(place_name="Suva", place_country_code="FJI")
    found = figures([placed], [told(place_name="Súva", country_code="TON")])
    assert found.measure("place", "name").f1_score == 1.0
    assert found.measure("place", "country").f1_score == 0.0


def test_sides_are_measured_by_role_countries_apart_from_names() -> None:
    found = figures([event()], [told(actors=[("Fiji", "FJI"), ("Cy", "WSM")])])
    assert found.measure("actor", "country").scores[:2] == (0.5, 1.0)
    assert found.measure("actor", "name").scores[:2] == (0.0, 0.0)
    assert found.measure("recipient", "name").f1_score == 1.0
    assert found.measure("mutual", "name").gold_count == 0


def test_the_country_of_a_party_without_one_is_not_scored() -> None:
    found = figures([event(actors=[("Ocean League", None)])], [told(actors=[("Ocean League", "FJI")])])
    assert found.measure("actor", "country").found_count == 0


def test_parsed_fields_where_nothing_is_a_claim_too() -> None:
    rows = (
        GoldDocument(document="a.txt", title="A title", byline=None, published_date=None),
        GoldDocument(document="gone.txt", title="Another", byline="Cy Moss", published_date=DAY),
    )
    read = document(byline="Cy Moss", title="A  title")
    found = evaluation.evaluate(Gold((), rows), Reading({"a.txt": read}, {}))
    assert found.measure("document", "title").scores[:2] == (1.0, 0.5)
    assert found.measure("document", "byline").scores[:2] == (0.0, 0.0)
    assert found.measure("document", "published_date").precision_score == 0.0
    assert found.counts["documents_missing"] == 1


def test_a_date_that_is_only_when_the_bytes_came_is_none() -> None:
    gold = Gold((), (GoldDocument(document="a.txt", published_date=None),))
    found = evaluation.evaluate(gold, Reading({"a.txt": document(published_rule="fetched")}, {}))
    assert found.measure("document", "published_date").found_count == 0


def test_b_cubed_and_pairs_of_happenings() -> None:
    names = ("a.txt", "b.txt", "c.txt")
    events = [event(0, document=name) for name in names]
    members = [GoldMember(document=name, event=0) for name in names]
    happenings = (
        GoldHappening(happening="one", members=tuple(members[:2]), final_status="occurred"),
        GoldHappening(happening="two", members=tuple(members[2:]), final_status="denied"),
    )
    reading = Reading(
        {name: document(f"d{number}") for number, name in enumerate(names)},
        {name: (told(f"r{number}"),) for number, name in enumerate(names)},
        event_ids={"r0": "e0", "r1": "e0", "r2": "e0"},
        event_statuses={"e0": "occurred"},
    )
    found = evaluation.evaluate(Gold(tuple(events), (), happenings), reading)
    assert found.measure("happening", "b_cubed").scores[:2] == (pytest.approx(5 / 9), 1.0)
    assert found.measure("happening", "pairs").scores[:2] == (pytest.approx(1 / 3), 1.0)
    assert found.measure("happening", "final_status").recall_score == pytest.approx(2 / 3)


def test_a_story_of_one_is_its_document() -> None:
    rows = tuple(GoldDocument(document=name, story="s") for name in ("a.txt", "b.txt"))
    reading = Reading({"a.txt": document("d1"), "b.txt": document("d2")}, {}, story_ids={"d1": "s1"})
    found = evaluation.evaluate(Gold((), rows), reading)
    assert found.measure("story", "b_cubed").scores[:2] == (1.0, 0.5)


def test_a_split_is_measured_apart() -> None:
    rows = (GoldDocument(document="a.txt"), GoldDocument(document="b.txt", split="frozen"))
    gold = Gold((event(), event(document="b.txt")), rows)
    reading = Reading({}, {"a.txt": (told(),)})
    assert evaluation.evaluate(gold, reading, "open").measure("event", "all").recall_score == 1.0
    assert evaluation.evaluate(gold, reading, "frozen").measure("event", "all").recall_score == 0.0
    assert evaluation.evaluate(gold, reading, "all").measure("event", "all").recall_score == 0.5


def test_reliability_and_calibration_error() -> None:
    outcomes = [(0.85, True), (0.87, False), (1.0, True)]
    bins = evaluation.reliability(outcomes)
    assert [(round(score, 2), share, count) for score, share, count in bins] == [(0.86, 0.5, 2), (1.0, 1.0, 1)]
    assert evaluation.calibration_error(outcomes) == pytest.approx(0.36 * 2 / 3)
    assert evaluation.calibration_error([]) == 0.0


# --- the command -------------------------------------------------------------------------------------------------
def test_no_row_of_gold_leaves_an_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = event(evidence="blamed them", place_name="Suva", document="a.txt")
    rows = (GoldDocument(document="a.txt", title="Storm", byline="Cy Moss", story="s1", split="frozen"),)
    happenings = (GoldHappening(happening="row", members=(GoldMember(document="a.txt", event=0),)),)
    reading = Reading({"a.txt": document()}, {"a.txt": (told(), told("r2", kind="AID"))})
    found = evaluation.evaluate(Gold((secret,), rows, happenings), reading, "frozen")
    monkeypatch.setattr(steps, "evaluate", lambda *_, **__: found)
    for form in ("table", "json"):
        done = CliRunner().invoke(cli.app, ["evaluate", "gold", "--split", "frozen", "--format", form])
        assert done.exit_code == 0
        for words in ("a.txt", "Storm", "Moss", "Ana", "Lang", "blamed", "Suva", "s1", "d1", "r1", "2021"):
            assert words not in done.stdout


def test_the_command_prints_every_figure_as_a_table_and_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    found = figures([event(0), event(1, kind="AID")], [told("r1"), told("r2", kind="SANCTION")])
    asked: dict[str, Any] = {}

    def evaluate(gold: Path, **options: Any) -> evaluation.Evaluation:
        asked.update(options, gold=gold)
        return found

    monkeypatch.setattr(steps, "evaluate", evaluate)
    command = ["evaluate", "mine", "--texts", "texts", "--split", "open"]
    answer = json.loads(CliRunner().invoke(cli.app, [*command, "--format", "json"]).stdout)
    assert (asked["gold"], asked["texts"], asked["split"]) == (Path("mine"), Path("texts"), "open")
    assert answer["counts"]["events_required"] == 2
    (total,) = [one for one in answer["measures"] if (one["measure_type"], one["group_name"]) == ("event", "all")]
    assert (total["precision_score"], total["recall_score"], total["f1_score"]) == (0.5, 0.5, 0.5)
    lines = [line.split() for line in CliRunner().invoke(cli.app, command).stdout.splitlines()]
    assert ["event", "all", "2", "2", "50.0", "50.0", "50.0"] in lines
    assert ["event_type", "AID", "SANCTION", "1"] in lines


# --- reading gold ------------------------------------------------------------------------------------------------
def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_gold_set_of_ones_own_is_read_and_measured(tmp_path: Path) -> None:
    texts = tmp_path / "drop"
    texts.mkdir()
    sentence = "France accused Russia of spying on Monday. The ministry said so in Paris, and nothing more was known."
    (texts / "a.txt").write_text(f"A title\n\nMay 4, 2021\n\n{sentence}\n", encoding="utf-8")
    row = {
        "document": "a.txt", "event": 0, "event_type": "ACCUSE", "plover_type": "ACCUSE", "status_type": "occurred",
        "actors": [{"name": "France", "country_code": "FRA"}],
        "recipients": [{"name": "Russia", "country_code": "RUS"}],
    }  # fmt: skip
    gold = tmp_path / "gold"
    gold.mkdir()
    events = write(gold / "events.jsonl", row)
    for given_gold in (gold, events):
        found = steps.evaluate(given_gold)
        assert found.counts["documents_missing"] == 0
        assert found.measure("event", "all").recall_score == 1.0


def test_records_of_a_file_are_found_by_their_number(tmp_path: Path) -> None:
    hour = tmp_path / "2021-05-04T10"
    hour.mkdir()
    words = "The ministers of both islands talked for a long time about the fish of their common waters."
    three = {"title": "Three", "text": words + " Yes."}
    write(hour / "feed.jsonl", {"title": "One", "text": words}, ["no record"], three)
    rows = tuple(GoldDocument(document=f"2021-05-04T10/feed.jsonl#{number}") for number in (0, 1, 2))
    reading = steps.read_gold(Gold((), rows), tmp_path)
    titles = {name.rpartition("#")[2]: found.title for name, found in reading.documents.items()}
    assert titles == {"0": "One", "2": "Three"}
    assert {found.partition_key for found in reading.documents.values()} == {"2021-05-04T10"}


@pytest.mark.parametrize(
    ("content", "said"),
    [('{"document": "a.txt"}\n', "line 1: event"), ("\n{nonsense\n", "line 2: the line"), ("", "holds no gold")],
)
def test_wrong_gold_is_refused_by_file_and_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StepError, match=said):
        steps.load_gold(path)


def test_gold_and_texts_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"events\.jsonl: no such file"):
        steps.load_gold(tmp_path)
    with pytest.raises(StepError, match="no such folder"):
        steps.read_gold(Gold((event(),)), tmp_path / "nowhere")
    with pytest.raises(StepError, match="'frozen'"):
        steps.evaluate(write(tmp_path / "events.jsonl", event().model_dump(mode="json")), split="frozen")


def test_gold_can_not_name_a_text_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    for name in ("../secret.txt", "/etc/hostname", "a\x00.txt"):
        with pytest.raises(StepError, match="by their path below"):
            steps.read_gold(Gold((event(document=name),)), tmp_path / "texts")


@pytest.mark.parametrize("name", ["", "no such.txt", "#3", "2021-05-04T10"])
def test_a_text_that_can_not_be_read_tells_nothing(tmp_path: Path, name: str) -> None:
    assert steps.read_gold(Gold((event(document=name),)), tmp_path).told == {}

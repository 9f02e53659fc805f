"""What uses the words of acts and tells none: falsehoods, fiction, jubilees, contrasts, deeds left undone."""

from __future__ import annotations

import pytest

from tests.unit.test_reports import Reader, read, sides, told

__all__ = ["read"]


@pytest.mark.parametrize(
    "sentence",
    [
        "It is false that Fiji recalled its envoy from Tonga.",
        "It is not true that Fiji recalled its envoy from Tonga.",
        "A video that says that Tonga expelled the Chinese ambassador is fake, the ministry said on Friday.",
        "Reports that Tonga had recalled its envoy from Fiji were wrong, a spokesman said.",
        "There is no truth in the claim that Fiji expelled the Tongan ambassador.",
        "The claim that Fiji bombed Tonga was debunked by reporters.",
        "A website falsely claimed that Fiji had bombed Tonga.",
        "Rumours that Fiji had expelled Tonga's ambassador spread on Monday.",
    ],
)
def test_what_is_said_to_be_untrue_is_not_told(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "It is true that Fiji recalled its envoy from Tonga.",
        "It was wrong that Fiji recalled its envoy from Tonga.",
        "Reports that Fiji had recalled its envoy from Tonga were right, a spokesman said.",
    ],
)
def test_a_verdict_that_denies_nothing_leaves_the_act(read: Reader, sentence: str) -> None:
    assert sides(read, sentence) == [("SANCTION", ["FJI"], ["TON"])]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ethiopia held off recognising Somaliland.",
        "Somalia refrained from recalling its ambassador to Kenya.",
        "Egypt stopped short of condemning Fiji.",
        "Kenya expelled neither Chilean nor Peruvian diplomats.",
    ],
)
def test_what_was_left_undone_is_not_told(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Norway, not Sweden, recalled its envoy from Fiji.", ("SANCTION", ["NOR"], ["FJI"])),
        ("Tonga, not Samoa, recalled its envoy from Fiji.", ("SANCTION", ["TON"], ["FJI"])),
        ("Fiji recalled its envoy from Tonga, not from Samoa.", ("SANCTION", ["FJI"], ["TON"])),
        ("Kenya accused Chad, not Uganda, of spying.", ("ACCUSE", ["KEN"], ["TCD"])),
        ("Kenya accused Chad rather than Uganda of spying.", ("ACCUSE", ["KEN"], ["TCD"])),
        ("Instead of Samoa, Fiji hosted the Tongan premier.", ("CONSULT", ["TON"], ["FJI"])),
    ],
)
def test_a_contrast_takes_no_part(read: Reader, sentence: str, wanted: tuple[str, list[str], list[str]]) -> None:
    assert sides(read, sentence) == [wanted]


def test_a_plot_is_no_news_while_it_stays_in_the_present_tense(read: Reader) -> None:
    plot = "In the new film Norway expels the Chilean consul. Peru recalls its ambassador from Oslo."
    assert told(read(plot)) == []
    assert [act[0] for act in told(read(f"{plot} Chile expelled the Norwegian ambassador on Friday."))] == ["SANCTION"]
    assert (
        told(read("In the scenario Chile asks Peru for help, Norway closes its embassy and Mali recalls its envoy."))
        == []
    )
    assert told(read("In a film shown on Monday, the ministry accused Chile of spying.")) != []


def test_what_onlookers_foresee_is_nobodys_plan(read: Reader) -> None:
    assert told(read("Analysts expect that if Peru raised its tariffs, Chile would stop buying its copper.")) == []
    assert told(read("Chile will expel Peru's ambassador, analysts say.")) == []
    assert told(read("Chile expelled Peru's ambassador, analysts say.")) != []


def test_jubilees_are_no_news(read: Reader) -> None:
    assert told(read("Thirty years after Chile bombed Peru, a museum has opened.")) == []
    assert told(read("Two days after Chile bombed Peru, the port opened again.")) != []


@pytest.mark.parametrize(
    ("text", "event_type"),
    [
        ("Fiji has not expelled two Tongan diplomats, contrary to what was reported.", "SANCTION"),
        ("The presidents of Kenya and Uganda did not meet in Kigali on Saturday.", "CONSULT"),
        ("No meeting between Kenya and Uganda took place in Kigali on Saturday.", "CONSULT"),
        ("The planned talks between Kenya and Uganda did not take place.", "CONSULT"),
        ("An earlier report in this newspaper that Fiji had expelled two Tongan diplomats was wrong.", "SANCTION"),
        ("This newspaper wrongly reported that Fiji had expelled two Tongan diplomats.", "SANCTION"),
        ("The agency has retracted its report that Fiji had expelled two Tongan diplomats.", "SANCTION"),
        ("Fiji did not expel two Tongan diplomats, as this newspaper reported on Monday.", "SANCTION"),
        ("We reported on Monday that Fiji had expelled two Tongan diplomats. This was not the case.", "SANCTION"),
    ],
)
def test_that_it_did_not_happen_is_told_where_it_had_been_said_or_a_day_was_set(
    read: Reader, text: str, event_type: str
) -> None:
    ((found, status, plover_type, *_),) = told(read(text))
    assert (found, status, plover_type) == (event_type, "denied", None)


@pytest.mark.parametrize(
    "sentence",
    [
        "Fiji has not expelled two Tongan diplomats.",
        "The presidents of Kenya and Uganda did not meet.",
        "Kenya did not sign the treaty with Uganda on Saturday.",
        "No talks between Kenya and Uganda are planned.",
    ],
)
def test_what_else_was_not_done_is_no_news(read: Reader, sentence: str) -> None:
    assert told(read(sentence)) == []


@pytest.mark.parametrize(
    "correction",
    [
        "An earlier version said that they met on Monday.",
        "A previous version of this article incorrectly stated that the ministers had met in Samoa.",
        "The earlier report that Fiji's and Tonga's ministers met on Monday was wrong.",
    ],
)
def test_what_a_text_puts_right_is_neither_told_nor_denied(read: Reader, correction: str) -> None:
    text = "The foreign ministers of Fiji and Tonga met in Suva on Sunday."
    ((_, status, *_),) = told(read(f"{text}\n\nThis article was corrected on March 15. {correction}"))
    assert status == "occurred"


def test_what_an_earlier_version_said_of_another_act_is_denied(read: Reader) -> None:
    text = "Fiji expelled two Tongans. An earlier version of this report said that it had also expelled a Samoan envoy."
    assert sorted(status for _, status, *_ in told(read(text))) == ["denied", "occurred"]

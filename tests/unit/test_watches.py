"""Watches: what they are for, what is told of a change, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from demarche.watches import WatchError, matches, news, parse_line, parse_watch, parse_watches, told

EVENT: dict[str, Any] = {
    "event_id": "e1",
    "is_retracted": False,
    "event_type": "CONSULT",
    "mode_type": "visit",
    "status_type": "planned",
    "start_date": date(2024, 3, 9),
    "end_date": date(2024, 3, 9),
    "place_name": "Bogotá",
    "country_code": "COL",
    "actor_names": ["Zoë Strelsau"],
    "recipient_names": ["Colombia"],
    "actor_country_codes": ["CZE"],
    "recipient_country_codes": ["COL"],
    "is_disputed": False,
    "confidence_score": 0.7,
    "sentence_text": "She will visit.",
}


@pytest.mark.parametrize(
    ("text", "is_matched"),
    [
        ("country=CZE", True),
        ("country=cze", True),
        ("country=COL", True),
        ("country=Colombia", True),
        ("country=South Korea", False),
        ("country=South Korea,Czech Republic  status=planned", True),
        ("country=FRA", False),
        ("country=FRA,COL", True),
        ("actor=CZE", True),
        ("actor=COL", False),
        ("recipient=COL", True),
        ("actor=zoe", True),
        ("actor=strelsau recipient=colombia", True),
        ("type=CONSULT", True),
        ("type=AID,CONSULT mode=visit", True),
        ("type=AID", False),
        ("status=planned", True),
        ("status=occurred", False),
        ("place=bogota", True),
        ("place=COL", True),
        ("place=Lima", False),
        ("confidence=0.7", True),
        ("confidence=0.71", False),
        ("country=CZE status=occurred", False),
    ],
)
def test_what_a_watch_is_for(text: str, is_matched: bool) -> None:
    assert matches(parse_watch(text), EVENT) is is_matched


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "without a condition"),
        ("PRK", "'PRK' is no condition"),
        ("mood=bad", "'mood=bad' is no condition"),
        ("country=", "'country=' is no condition"),
        ("type=DANCE", "'DANCE' is no type; there are: .*CONSULT"),
        ("type=consults", r"'consults' is no type \(did you mean CONSULT\?\); there are"),
        ("status=dreamt", "is no status; there are: requested"),
        ("status=Planed", r"did you mean planned\?"),
        ("country=Narnia", "no country is called 'Narnia'; did you mean .*Armenia [(]ARM[)]"),
        ("country=FRA,ZZZ", "no country is called 'ZZZ'"),
        ("confidence=high", "confidence=high is no number"),
        ("confidence=2", "confidence=2 is no number"),
    ],
)
def test_what_no_event_can_be_is_refused(text: str, reason: str) -> None:
    with pytest.raises(WatchError, match=reason):
        parse_watch(text)


def test_a_watch_may_have_a_name() -> None:
    assert [parse_line(line).name for line in ("north: country=PRK", "country=PRK")] == ["north", "country=PRK"]


def test_a_file_has_a_watch_a_line() -> None:
    found = parse_watches("# mine\n\nnorth: country=PRK  type=CONSULT\nplace=Lima\n", "watches.txt")
    assert [(watch.name, watch.text) for watch in found] == [
        ("north", "country=PRK type=CONSULT"),
        ("place=Lima", "place=Lima"),
    ]
    with pytest.raises(WatchError, match=r"^watches\.txt, line 2: 'x=1'"):
        parse_watches("country=PRK\nx=1", "watches.txt")


def changed(**values: Any) -> dict[str, Any]:
    return EVENT | values


def kinds(before: dict[str, Any] | None, now: dict[str, Any], text: str = "country=COL") -> list[str]:
    return [one.kind for one in news([parse_watch(text)], [(before, now)])]


def test_what_is_new_changed_and_taken_back_is_told() -> None:
    assert kinds(None, EVENT) == ["new"]
    assert kinds(EVENT, changed(status_type="occurred")) == ["changed"]
    assert kinds(EVENT, changed(is_retracted=True)) == ["retracted"]
    assert kinds(changed(is_retracted=True), EVENT) == ["new"]


def test_one_more_report_of_the_same_is_no_news() -> None:
    assert kinds(EVENT, changed(confidence_score=0.9)) == []
    assert kinds(None, changed(is_retracted=True)) == []


def test_an_event_may_come_under_a_watch_and_leave_it() -> None:
    assert kinds(EVENT, changed(status_type="occurred"), "status=occurred") == ["new"]
    assert kinds(EVENT, changed(status_type="occurred"), "status=planned") == ["retracted"]


def test_what_people_are_told() -> None:
    (one,) = news([parse_watch("country=COL")], [(EVENT, changed(status_type="cancelled"))])
    assert told(one) == (
        "changed: CONSULT visit cancelled, 2024-03-09, Zoë Strelsau → Colombia, Bogotá "
        "(status: planned → cancelled) — She will visit. [e1]"
    )

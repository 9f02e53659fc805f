"""Acts through every modality: short sentences that teach what "will", "refused to" or "urged to" make of an act.

`acts.csv` names the acts, FRAMES what is said of them; what a PLOVER coder then writes follows from the fold of act and
status. States are drawn by a fixed seed, so the sentences are the same on every run.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from demarche import ontology
from demarche.lexicon import NO_EVENT

ACTS = Path(__file__).parent / "acts.csv"
SEED = 5
SHARE = 0.65
STATES = """
Fiji Tonga Peru Chile Kenya Ghana Oman Norway Finland Denmark Portugal Ireland Uruguay Paraguay Bolivia
Ecuador Zambia Namibia Botswana Senegal Morocco Tunisia Jordan Kuwait Qatar Nepal Mongolia Malaysia Thailand Vietnam
Estonia Latvia Lithuania Slovenia Croatia Bulgaria Romania Austria Belgium Sweden Canada Mexico
""".split()  # noqa: SIM905
TAILS = ("", " on Tuesday", " this week", ", state media said", ", according to officials", " after days of debate")

# (sentence, status of the act or the type of the speaker's own act, which acts it suits); {a} does it, {c} speaks
FRAMES = (
    ("{a} {past} {rest}{tail}.", "occurred", "all"),
    ("{a} will {act}{tail}.", "planned", "all"),
    ("{a} is to {act} next week, officials said.", "planned", "cooperative"),
    ("{a} plans to {act}{tail}.", "planned", "all"),
    ("{a} said on Monday that it would {act}.", "planned", "all"),
    ("{a} has agreed to {act}{tail}.", "planned", "cooperative"),
    ("{a} promised to {act}{tail}.", "planned", "cooperative"),
    ("{a} refused to {act}{tail}.", "denied", "cooperative"),
    ("{a} will not {act}, its spokesman said.", "denied", "cooperative"),
    ("{a} said it was not ready to {act}.", "denied", "cooperative"),
    ("{a} did not {act}{tail}.", NO_EVENT, "all"),
    ("{a} threatened to {act}{tail}.", "threatened", "conflict"),
    ("{a} is considering {doing} {rest}.", "planned", "conflict"),
    ("{a} warned that it would {act} if the attacks went on.", "threatened", "conflict"),
    ("{c} urged {a} to {act}{tail}.", "REQUEST", "all"),
    ("{c} said {a} should {act}.", "REQUEST", "all"),
    ("{c} said that {a} must {act} without delay.", "REQUEST", "all"),
    ("{c} wants {a} to {act}.", "REQUEST", "all"),
    ("{c} condemned {a} for {doing} {rest}.", "ACCUSE", "conflict"),
    ("{c} accused {a} of {doing} {rest}.", "ACCUSE", "conflict"),
    ("{c} praised {a} for {doing} {rest}.", "SUPPORT", "cooperative"),
    ("{c} said that {a} had {past} {rest}.", "occurred", "all"),
)

_PAST = {
    "meet": "met", "hold": "held", "send": "sent", "sell": "sold", "buy": "bought", "build": "built", "lend": "lent",
    "give": "gave", "forgive": "forgave", "withdraw": "withdrew", "let": "let", "cut": "cut", "leave": "left",
    "strike": "struck",
}  # fmt: skip
_DOUBLED = ("cut", "let", "stop", "drop", "ban")


def sentences() -> Iterator[dict[str, str]]:
    """The marked sentences with their plover_type, in a fixed order."""
    draw = random.Random(SEED)
    lines = [line for line in ACTS.read_text("utf-8").splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines):
        cooperative = row["event_type"] in ontology.COOPERATIVE
        for frame, said, suits in FRAMES:
            if suits != "all" and (suits == "cooperative") != cooperative:
                continue
            if draw.random() > SHARE:
                continue
            yield {"marked": _say(row, frame, said, draw), "plover_type": _label(row["event_type"], said)}


def _label(event_type: str, said: str) -> str:
    if said == NO_EVENT or said in ontology.EVENT_TYPES:
        return said
    return ontology.fold(event_type, said) or NO_EVENT


def _say(row: dict[str, str], frame: str, said: str, draw: random.Random) -> str:
    doer, other, speaker = draw.sample(STATES, 3)
    if said in ontology.EVENT_TYPES:
        doer, speaker = f"<t>{doer}</t>", f"<s>{speaker}</s>"
    else:
        doer, other = f"<s>{doer}</s>", f"<t>{other}</t>"
    verb, rest = row["verb"], row["rest"].replace("{r}", other)
    tail = draw.choice(TAILS)
    return frame.format(
        a=doer, c=speaker, act=f"{verb} {rest}", past=_past(verb), doing=_doing(verb), rest=rest, tail=tail
    )


def _past(verb: str) -> str:
    if verb in _PAST:
        return _PAST[verb]
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ed"
    return verb + ("d" if verb.endswith("e") else "ed")


def _doing(verb: str) -> str:
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    return verb[:-1] + "ing" if verb.endswith("e") and not verb.endswith("ee") else f"{verb}ing"

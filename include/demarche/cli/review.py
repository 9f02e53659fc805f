"""A reviewer at the terminal: one event after the other, and what is decided of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from demarche.cli.arguments import LakeOption, WarehouseOption, its_lake
from demarche.cli.looking import print_sections
from demarche.printing import complain, print_json, print_line

if TYPE_CHECKING:
    from demarche.settings import Settings

app = typer.Typer()

_TO_REVIEW = ("event", "participants", "evidence")
_ANSWERS = ("keep", "reject", "recode", "merge", "split", "undo", "next", "quit")  # the beginning of one is enough


class Occasion(StrEnum):
    sample = "sample"
    uncertain = "uncertain"
    disputed = "disputed"


@app.command()
def review(
    occasion: Annotated[
        Occasion, typer.Option("--show", help="Which events: a random sample, uncertain or disputed ones.")
    ] = Occasion.uncertain,
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="At most so many.")] = 20,
    seed: Annotated[str, typer.Option("--seed", help="Another one draws another random sample.")] = "",
    event: Annotated[list[str] | None, typer.Option("--event", help="Only this event; may be repeated.")] = None,
    list_all: Annotated[
        bool, typer.Option("--list", help="List the decisions so far, one JSON object a line.")
    ] = False,
    undone: Annotated[str | None, typer.Option("--undo", metavar="DECISION", help="Take a decision back.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who decides.", show_default="this user")] = None,
    lake: LakeOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Look at events one by one, with their evidence, and decide; the next load applies what was decided.

    Answers are read from standard input, a line each: keep, reject, recode COLUMN=VALUE…, merge EVENT, split REPORT,
    undo (the last decision, and look at its event again), next, quit; what follows ' # ' is kept as the reason.
    Example: demarche review --show sample --count 50
    """
    from demarche import steps

    settings = its_lake(lake, warehouse)
    if list_all:
        decisions = steps.decisions(settings=settings)
        for decision in decisions:
            print_json(decision.model_dump(mode="json"))
        if not decisions:
            complain(f"the journal of {settings.lake_url} holds no decision")
        return
    if undone:
        print_line(f"undone: {steps.undo(undone, by=by, settings=settings).undone_decision_id}")
        return
    chosen = event or steps.to_review(occasion.value, count, seed=seed, settings=settings)
    if not chosen:
        complain(f"nothing to review: no {occasion.value} event that nobody has decided on")
        return
    desk = _Desk(chosen, "asked" if event else occasion.value, by, settings)
    while desk.place < len(chosen):
        sections = steps.show_event(chosen[desk.place], settings=settings)
        print_line(f"--- {desk.place + 1} of {len(chosen)} ---")
        print_sections({name: sections[name] for name in _TO_REVIEW if name in sections})
        _decide(desk, sections["event"][0]["event_id"])
    applied = "`demarche load-warehouse` applies it, `demarche review --undo ID` takes one back"
    complain(f"{len(desk.taken)} decided; {applied}" if desk.taken else "nothing decided")


@dataclass
class _Desk:
    """A sitting: the events to look at, which one is shown, and by its place each decision that was taken."""

    chosen: Sequence[str]
    occasion: str
    by: str | None
    settings: Settings
    place: int = 0
    taken: list[tuple[int, str]] = field(default_factory=list)


def _decide(desk: _Desk, event_id: str) -> None:
    """Read answers until one leads to another event, or ends the sitting."""
    from demarche import steps
    from demarche.events import DecisionError

    here = desk.place
    while desk.place == here:
        if sys.stdin.isatty():
            complain("keep, reject, recode COLUMN=VALUE…, merge EVENT, split REPORT, undo, next, quit?")
        line = sys.stdin.readline()
        answer, _, reason = line.strip().partition(" # ")
        verb, *words = answer.split() or ["quit" if not line else "next"]
        verb = next((known for known in _ANSWERS if known.startswith(verb)), verb)
        try:
            if verb in ("quit", "next"):
                desk.place = len(desk.chosen) if verb == "quit" else here + 1
            elif verb == "undo" and desk.taken:
                desk.place, decision_id = desk.taken.pop()
                done = steps.undo(decision_id, reason=reason or None, by=desk.by, settings=desk.settings)
                print_line(f"undone: {done.undone_decision_id}")
            elif verb not in _ANSWERS or verb == "undo":
                wrong = f"no such answer; there are: {', '.join(_ANSWERS)}"
                raise DecisionError(f"{verb!r}: {'nothing to undo' if verb == 'undo' else wrong}")
            else:
                decision = steps.decide(
                    verb,
                    event_id,
                    other=next((word for word in words if "=" not in word), None),
                    new_values=dict(word.partition("=")[::2] for word in words if "=" in word),
                    reason=reason or None,
                    occasion=desk.occasion,
                    by=desk.by,
                    settings=desk.settings,
                )
                desk.taken.append((here, decision.decision_id))
                print_line(f"{verb}: {decision.decision_id}")
                desk.place += verb in ("keep", "reject")
        except DecisionError as error:
            complain(str(error))

"""The closed lists of the event ontology, and how an act and its status fold into a PLOVER category.

Source: PLOVER (Open Event Data Alliance), manual draft 2.0; the reading of the open points stands in
`docs/codebook.md`. The lists themselves are data: `codebook/types.csv`, `modes.csv`, `contexts.csv`, `sectors.csv`,
`joining.csv`.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from demarche import codebook

EVENT_TYPES: tuple[str, ...] = tuple(row["type"] for row in codebook.table("types"))
MODES: dict[str, tuple[str, ...]] = {
    event_type: tuple(row["mode"] for row in codebook.table("modes") if row["type"] == event_type)
    for event_type in EVENT_TYPES
}
CONTEXTS: tuple[str, ...] = tuple(row["context"] for row in codebook.table("contexts"))
SECTORS: tuple[str, ...] = tuple(row["sector"] for row in codebook.table("sectors"))

STATUSES = ("requested", "threatened", "planned", "occurred", "postponed", "cancelled", "denied", "hypothetical")
PRECISIONS = ("day", "week", "month", "year", "unknown")
#: Which part of a visit a report tells, and which day its dates therefore are.
STAGES = ("setout", "start", "midst", "end", "home", "mention", "trace")
ROLES = ("actor", "recipient")
PARTS = ("visitor", "host", "mediator", "signatory", "delegation", "speaker", "participant")
ENTITY_TYPES = ("person", "state", "organisation", "group", "body", "place")
MENTION_TYPES = (*ENTITY_TYPES, "office", "time")
LINK_TYPES = ("outcome_of", "cancels", "follows", "part_of", "responds_to", "ratifies")
#: What each rule that joins a report to an event, or links two events, says of them.
MERGE_RULES, LINK_RULES = (
    {row["rule"]: row["meaning"] for row in codebook.table("joining") if row["rule_type"] == rule_type}
    for rule_type in ("merge", "link")
)

COOPERATIVE = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
MATERIAL_CONFLICT = frozenset({"PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"})

_QUAD = {row["type"]: row["quad_name"] for row in codebook.table("types")}
_GOLDSTEIN = {row["type"]: float(row["goldstein"]) for row in codebook.table("types")}
_CAMEO = {row["type"]: row["cameo"] for row in codebook.table("types")}
_MODE_GOLDSTEIN = {(r["type"], r["mode"]): float(r["goldstein"]) for r in codebook.table("modes") if r["goldstein"]}
_MODE_CAMEO = {(r["type"], r["mode"]): r["cameo"] for r in codebook.table("modes") if r["cameo"]}


def fold(event_type: str, status_type: str, *, by_both: bool = False) -> str | None:
    """The PLOVER category of an act with this status, or None where PLOVER has none (a bare denial of a charge).

    ``by_both`` says that both sides moved a postponed act, which keeps the agreement (AGREE) instead of REJECT.
    """
    if event_type in ("REQUEST", "THREATEN", "REJECT"):
        return event_type
    if status_type == "occurred":
        return event_type
    if status_type == "requested":
        return "REQUEST"
    if status_type == "threatened":
        return "THREATEN"
    cooperative = event_type in COOPERATIVE
    if status_type in ("planned", "hypothetical"):
        if event_type in ("CONCEDE", "RETREAT"):
            return "CONCEDE"
        return "AGREE" if cooperative else "THREATEN" if event_type in MATERIAL_CONFLICT else event_type
    if status_type == "postponed":
        return ("AGREE" if by_both else "REJECT") if cooperative else None
    if status_type in ("cancelled", "denied"):
        return "REJECT" if cooperative else None
    raise ValueError(f"no such status: {status_type!r}")


def quad_type(plover_type: str) -> str:
    """verbal_cooperation, material_cooperation, verbal_conflict or material_conflict."""
    return _QUAD[plover_type]


def goldstein_value(plover_type: str, mode_type: str | None) -> float:
    """PLOVER's intensity of a type and mode, -10 to 10 (a property of the code, not a measurement of the event)."""
    return _MODE_GOLDSTEIN.get((plover_type, mode_type or ""), _GOLDSTEIN[plover_type])


def cameo_code(plover_type: str, mode_type: str | None) -> str:
    """The nearest CAMEO code of a PLOVER type and mode."""
    return _MODE_CAMEO.get((plover_type, mode_type or ""), _CAMEO[plover_type])


def country_code(given: str) -> str:
    """The code (ISO 3166-1 alpha-3) of a country that is given by its code, name or another name, in any case. Raises
    ValueError that says which are near."""
    known = _countries()
    code = known.get(given.casefold())
    if code is None:
        codes = dict.fromkeys(known[name] for name in get_close_matches(given.casefold(), known, n=3))
        names = {row["iso3"]: row["name"] for row in codebook.table("countries")}
        near = ", ".join(f"{names[one]} ({one})" for one in codes)
        raise ValueError(f"no country is called {given!r}{f'; did you mean {near}?' if near else ''}")
    return code


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for row in codebook.table("countries"):
        for name in (row["iso3"], row["name"], *filter(None, row["aliases"].split(";"))):
            known.setdefault(name.casefold(), row["iso3"])
    return known

"""Explanations as one page of HTML that needs nothing from anywhere. Every word of a text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from demarche import ontology
from demarche.explanation import (
    MENTION_COLUMNS,
    ONE_BECAUSE,
    OPEN,
    PARTY_COLUMNS,
    EventExplanation,
    Explanation,
    ReportExplanation,
    party_rows,
    taken_for,
)

_COLOURS = {
    "person": "#ffd8a8",
    "state": "#a5d8ff",
    "organisation": "#b2f2bb",
    "group": "#eebefa",
    "body": "#99e9f2",
    "place": "#d8f5a2",
    "office": "#ffec99",
    "time": "#dee2e6",
}
_STYLE = """
body { font: 16px/1.55 Georgia, serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #212529; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-bottom: .3rem; }
.text { white-space: pre-wrap; } mark { color: inherit; border-radius: .2rem; padding: 0 .15rem; }
mark.open { background: none !important; border-bottom: 1px dashed #868e96; } sub { color: #868e96; }
table, dl { font: 14px/1.45 system-ui, sans-serif; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid #e9ecef; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dt { color: #868e96; } dd { margin: 0; }
article { border-left: .25rem solid #ced4da; padding-left: 1rem; margin: 1.5rem 0; } b.trigger { color: #c92a2a; }
""" + "\n".join(f"mark.{name} {{ background: {colour}; }}" for name, colour in _COLOURS.items())


def write_page(explanations: Iterable[Explanation | EventExplanation]) -> str:
    """The page; the same for the same explanations."""
    sections = [_event(one) if isinstance(one, EventExplanation) else _document(one) for one in explanations]
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\n"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>How it was read</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        + "\n<hr>\n".join(sections)
        + "\n</body></html>\n"
    )


def _document(one: Explanation) -> str:
    document = one.document
    legend = " ".join(f"<mark class='{name}'>{name}</mark>" for name in ontology.MENTION_TYPES)
    reports = "\n".join(_report(one, told) for told in one.told) or "<p>No event was found.</p>"
    return (
        f"<h1>{_words(document.title or 'Without a title')}</h1>\n{_facts(one.facts)}\n"
        f"<p>{legend} <mark class='open'>{OPEN}</mark></p>\n"
        f"<div class='text'>{_marked(one, 0, len(document.body))}</div>\n"
        f"<h2>Events that it tells of</h2>\n{reports}\n"
        f"<h2>Why names were taken for whom</h2>\n{_table(MENTION_COLUMNS, one.mention_rows())}"
    )


def _report(one: Explanation, told: ReportExplanation) -> str:
    report = told.report
    start, end = report.sentence_start_offset, report.sentence_end_offset
    first, last = report.trigger_start_offset, report.trigger_end_offset
    sentence = _marked(one, start, first) + f"<b class='trigger'>{_words(report.trigger_text)}</b>"
    sentence += _marked(one, last, end)
    return (
        f"<article><h3>{_words(told.act)}</h3>\n<p class='text'>{sentence}</p>\n"
        f"{_table(PARTY_COLUMNS, party_rows(told.participants))}\n{_facts(told.facts)}</article>"
    )


def _marked(one: Explanation, start: int, end: int) -> str:
    """Words of the body between offsets, with its mentions coloured and numbered."""
    pieces = []
    for text, mention in one.pieces(start, end):
        if mention is None:
            pieces.append(_words(text))
            continue
        why = [mention.mention_type, taken_for(mention), mention.country_code, mention.office_name]
        why += [f"by {mention.link_rule}"] if mention.link_rule else []
        why += [f"{mention.link_score:.2f}"] if mention.link_score is not None else []
        kind = f"{mention.mention_type} open" if taken_for(mention) == OPEN else mention.mention_type
        number = one.numbers[mention.mention_id]
        title = escape(", ".join(filter(None, why)), quote=True)
        pieces.append(f"<mark class='{kind}' title=\"{title}\">{_words(text)}</mark><sub>{number}</sub>")
    return "".join(pieces)


def _event(one: EventExplanation) -> str:
    members = "\n".join(
        f"<article><h3>{_words(rule)}</h3>\n<p>{_words(sentence)}</p>\n{_facts(facts)}</article>"
        for rule, sentence, facts in one.members()
    )
    tables = "\n".join(f"<h2>{heading}</h2>\n{_table(columns, rows)}" for heading, columns, rows in one.tables())
    return f"<h1>{_words(one.act)}</h1>\n{_facts(one.facts)}\n<h2>{ONE_BECAUSE}</h2>\n{members}\n{tables}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{_words(column)}</th>" for column in columns)
    lines = ("<tr>" + "".join(f"<td>{_words(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>\n" + "\n".join(lines) + "</table>"


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{_words(name)}</dt><dd>{_words(value)}</dd>" for name, value in facts) + "</dl>"


def _words(text: str) -> str:
    return escape(text, quote=True).encode("utf-8", "replace").decode("utf-8")

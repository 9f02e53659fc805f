"""A small world of invented articles, dropped in three hours."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from demarche import steps
from demarche.settings import Settings

TALKS = """Peru and Bolivia agree to talk about lake waters

LA PAZ, May 3 - Peruvian Foreign Minister Allan Wagner met Bolivian Foreign Minister Rogelio Mayta in La Paz on Monday.

The two ministers spoke for an hour about the waters of the lake that both countries share. Officials of both sides
said afterwards that the mood had been good, and that the engineers of both countries would be asked for a report on
the level of the water before the dry season begins.

The president of Peru will visit Bolivia next month, an official in Lima said.
"""
EXPULSION = """<html><head><title>Chile sends two diplomats home - The Harbour Post</title>
<meta property="article:published_time" content="2021-05-03T09:30:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>Chile sends two diplomats home</h1>
<p>Chile expelled two Ecuadorean diplomats on Sunday, the foreign ministry in Santiago said in a short statement.</p>
<p>Ecuador called the step groundless. Its ambassador had been summoned to the ministry the evening before, where he was
handed a note that accused the two of having photographed a naval harbour from the balcony of a hotel.</p></article>
<footer>Subscribe to our newsletter</footer></body></html>
"""
FOOTBALL = "Lima beat Cusco by three goals to one on Saturday, and the crowd sang until midnight."
REPRINT = TALKS.split("\n\n", 1)[1].rsplit("\n\n", 1)[0]
VISIT = """Castillo in La Paz

LA PAZ, June 9 - Peruvian President Pedro Castillo visited Bolivia on Tuesday. He met Bolivian President Luis Arce in
La Paz, and both leaders praised the work of their engineers.
"""


def lines(*rows: dict[str, str]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


HOURS: dict[str, dict[str, str]] = {
    "2021-05-04T10": {
        "talks.txt": TALKS,
        "expulsion.html": EXPULSION,
        "wire.jsonl": lines(
            {"id": "1", "source": "Andean Wire", "published_at": "2021-05-03", "title": "Cup", "text": FOOTBALL},
            {"id": "2", "source": "Andean Wire", "published_at": "2021-05-03", "title": "Lake talks", "text": REPRINT},
        ),
    },
    "2021-05-04T11": {
        "reprint.jsonl": lines(
            {"id": "7", "source": "Titicaca Times", "published_at": "2021-05-04", "title": "Talks", "text": REPRINT}
        ),
        "again.html": EXPULSION,
    },
    "2021-06-09T20": {"visit.txt": VISIT},
}


@dataclass(frozen=True)
class World:
    """A folder with a lake and a warehouse, and the settings that name them."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(data_folder=self.folder, settle_seconds=0)

    def fetch(self) -> None:
        for key, files in HOURS.items():
            folder = self.folder / "inputs" / key
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            steps.fetch_documents(key, inputs=[folder], settings=self.settings)

    def derive(self, key: str) -> None:
        steps.parse_documents(key, settings=self.settings)
        steps.tag_documents(key, settings=self.settings)
        steps.pair_documents(key, settings=self.settings)

    def copy(self, folder: Path, *parts: str) -> World:
        """A new world with some of this one's lake: ``raw``, ``derived``, ``journal``."""
        for part in parts:
            shutil.copytree(self.folder / "lake" / part, folder / "lake" / part)
        return World(folder)

"""Stories: the same text, whoever prints it.

The method in four steps: a document is *signed* (`signing`: sketches of its shingles, its names and numbers, no text
kept); shingles that two texts have in common propose *candidates*, and those that the sketches bear out are *pairs*
(`pairing`); pairs are *grouped* into stories (`grouping`). Not to be confused with `events`: two reporters who tell of
one meeting in their own words make two stories, one event.

The rule in plain words, and why: `docs/decisions/0002-one-event.md`. The numbers that decide stand in
`codebook/resolution.toml`.
"""

from demarche.stories.grouping import clusters, group_stories
from demarche.stories.pairing import find_pairs
from demarche.stories.shelf import Card, Ragged, Shelf, Sketches
from demarche.stories.signing import sign

__all__ = ["Card", "Ragged", "Shelf", "Sketches", "clusters", "find_pairs", "group_stories", "sign"]

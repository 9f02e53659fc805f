"""Texts that are the same text: signatures of documents, and the pairs among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demarche.records import Document, Pair, Signature
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import (
    are_near,
    code_version,
    documents_manifest,
    mended_later,
    note_compared,
    open_lake,
    pairing_attempts,
)
from demarche.steps.results import StepResult
from demarche.storage import Lake

if TYPE_CHECKING:
    from demarche.stories import Shelf, Sketches


def pair_documents(partition_key: str, *, settings: Settings | None = None) -> StepResult:
    """Sign a partition's documents, and find those that are the same text as others of it or of any partition near it.

    A pair belongs to two partitions; the ledger notes which ones a partition was compared with, and in which state.
    One that ends the process twice is set aside (``unpairable``) until it is another, or somebody asks for it by name.
    """
    settings = settings or load_settings()
    lake = open_lake(settings)
    with pairing_attempts(lake, partition_key, settings) as attempts:
        attempts.begin(partition_key)
        return _pair(lake, partition_key, settings)


def _pair(lake: Lake, partition_key: str, settings: Settings) -> StepResult:
    from demarche import stories

    manifest = documents_manifest(lake, partition_key)
    with mended_later(lake, "documents", partition_key):
        found = lake.read(Document, partition_key, "documents")
    signatures = [stories.sign(document) for document in found]
    version = code_version("paired", settings)
    near = {  # what former code signed may lack a column; it is due again, and meets this partition then
        key: other
        for key, other in lake.manifests("paired").items()
        if key != partition_key and are_near(key, partition_key, settings) and other.code_version == version
    }
    compared = {key: other.input_hash for key, other in near.items()}
    pairs = stories.find_pairs(stories.Shelf.of(signatures), (signed(lake, key) for key in near))
    paired = lake.write(
        "paired",
        partition_key,
        {Signature: signatures, Pair: list(pairs)},
        input_hash=manifest.output_hash,
        code_version=version,
    )
    note_compared(lake, paired, compared)  # one that is killed before has met nobody, and is compared again
    details = {"compared_partitions": len(compared)}
    return StepResult("pair_documents", partition_key, len(found), len(pairs), 0, details)


def signed(lake: Lake, partition_key: str) -> Shelf:
    """A partition's signatures as columns; the sketches are read when they are needed."""
    from demarche import stories

    names = ("document_id", "content_hash", "article_id", "source_id", "agency_id", "title", "published_date",
             "published_at")  # fmt: skip
    with mended_later(lake, "paired", partition_key):
        *told, samples = lake.read_columns(Signature, partition_key, "paired", [*names, "sample_hashes"])
    cards = [stories.Card(partition_key, *row) for row in zip(*told, strict=True)]

    def sketches() -> Sketches:
        names = ("shingle_hashes", "lead_hashes", "fact_hashes", "slot_hashes")
        with mended_later(lake, "paired", partition_key):
            shingles, leads, facts, slots = lake.read_columns(Signature, partition_key, "paired", names)
        of = stories.Ragged.of
        return stories.Sketches(of(shingles), of(leads), of(facts), of(slots, bits=64))

    return stories.Shelf(cards, stories.Ragged.of(samples), sketches)

"""Texts that are the same text: signatures of documents, and the pairs among them."""

from __future__ import annotations

from demarche.records import Document, Pair, Signature
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import are_near, code_version, documents_manifest, open_lake
from demarche.steps.results import StepResult


def pair_documents(partition_key: str, *, settings: Settings | None = None) -> StepResult:
    """Sign a partition's documents, and find those that are the same text as others of it or of any partition near it.

    A pair belongs to two partitions; the ledger notes which ones a partition was compared with, and in which state.
    """
    from demarche import stories

    settings = settings or load_settings()
    lake = open_lake(settings)
    manifest = documents_manifest(lake, partition_key)
    found = lake.read(Document, partition_key, "documents")
    signatures = [stories.sign(document) for document in found]
    known: list[Signature] = []
    compared = {}
    for key, other in lake.manifests("paired").items():
        if key != partition_key and are_near(key, partition_key, settings):
            known += lake.read(Signature, key, "paired")
            compared[key] = other.input_hash
    pairs = stories.find_pairs(signatures, known)
    lake.write(
        "paired",
        partition_key,
        {Signature: signatures, Pair: list(pairs)},
        input_hash=manifest.output_hash,
        code_version=code_version("paired", settings),
        compared=compared,
    )
    details = {"compared_partitions": len(compared)}
    return StepResult("pair_documents", partition_key, len(found), len(pairs), 0, details)

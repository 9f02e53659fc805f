"""What each task's process would import and read anew, had once by the process from which tasks are forked."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

from demarche import entities, language, places
from demarche.settings import load_settings
from demarche.steps.gazetteer import load_additions
from demarche.steps.ledgers import code_version

# What steps import only when they are called. Arrow looks for pandas when it makes its first array.
_LATE = ("duckdb", "pandas", "pyarrow.parquet", "spacy")
_LATE_OF_OURS = ("documents", "events", "mentions", "reports", "sources", "stories", "warehouse")


def warm_up() -> None:
    """Import what steps import late, load the language model and the gazetteer, and hash the code.

    All of it is of one moment: when code, codebook or model change afterwards, a process that is forked later still
    works by the old ones, and its ledgers say so. What can't be had is left for the step that needs it to tell of.
    """
    for name in (*_LATE, *(f"demarche.{name}" for name in _LATE_OF_OURS)):
        with suppress(ImportError):
            import_module(name)
    with suppress(Exception):  # no model, a faulty gazetteer: no reason for a scheduler not to start
        settings = load_settings()
        language.load_model(settings.model_name)
        additions = load_additions(settings)
        entities.load_gazetteer(additions)
        places.load_places(additions)
        code_version("tagged", settings)

"""The command ``demarche``: the whole line in one process, a verb per step, and the doors to what came of it.

Answers go to standard output, progress and complaints to standard error. Bad documents among good ones are named and
never fail a command; it fails (exit code 1) when nothing but rejects came of what it was given, when a source fails, or
when it had to hold back a partition; what can be done is done before.
Whatever costs time to import is imported by the verb that needs it.
"""

from __future__ import annotations

import os
import signal
import sys

import typer

from demarche.cli import gazetteer, imports, looking, quality, review, sources, steps, texts
from demarche.printing import OutputError, check_streams, complain, drop_output

app = typer.Typer(
    name="demarche",
    help="Reads the news and keeps a warehouse of diplomatic events, each with its evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for verbs in (texts, steps, quality, looking, review):
    app.add_typer(verbs.app)
app.add_typer(sources.app, name="sources")
app.add_typer(imports.app, name="import")
app.add_typer(gazetteer.app, name="gazetteer")


def main() -> None:
    """The entry point: errors that a person can mend are one line that says what, and what to do."""
    signal.signal(signal.SIGTERM, _end)
    try:
        check_streams()
        app()
    except Exception as error:
        if os.environ.get("DEMARCHE_DEBUG") or not isinstance(error, _expected()):
            raise
        if isinstance(error, OutputError):
            drop_output()
        complain(f"error: {_in_one_line(error)}")
        sys.exit(1)


def _end(number: int, _: object) -> None:
    """Ends the program as its own exit would, so that its processes and private folders go with it."""
    sys.exit(128 + number)


def _expected() -> tuple[type[Exception], ...]:
    """Errors that say themselves what to do."""
    from demarche.codebook import CodebookError
    from demarche.events import DecisionError
    from demarche.language import ModelError
    from demarche.quality import CheckError
    from demarche.selection import SelectionError
    from demarche.settings import SettingsError
    from demarche.sources.declaring import DeclarationError
    from demarche.steps import StepError
    from demarche.storage import LakeError
    from demarche.warehouse import WarehouseError
    from demarche.watches import WatchError
    from demarche.wikidata import WikidataError

    ours = (SettingsError, LakeError, ModelError, StepError, WarehouseError, CheckError, CodebookError, OutputError)
    return (*ours, DeclarationError, DecisionError, SelectionError, WatchError, WikidataError, OSError)


def _in_one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, OSError) and error.errno is not None:
        from demarche.warehouse import remedy

        text = f"{error.filename or 'disk'}: {error.strerror}{remedy(error)}"
    return text

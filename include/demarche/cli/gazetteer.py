"""The gazetteer: check it, build its index, refresh it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from demarche.cli.arguments import settings_of
from demarche.printing import complain, print_line, progress_bars

app = typer.Typer(
    no_args_is_help=True,
    help="""The names that texts are read by: check them, refresh them from Wikidata, add your own in one CSV.

    Example: demarche gazetteer check""",
)


@app.command("check")
def gazetteer_check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Your own CSV.", show_default="DEMARCHE_GAZETTEER_FILE")
    ] = None,
) -> None:
    """Look at every table of the gazetteer and at your own CSV; name each wrong row by its line, exit code 1.

    Warns of terms of office that don't fit together: two holders at once, no end before a successor, nobody for months.
    Example: demarche gazetteer check additions.csv
    """
    from demarche import steps

    found = steps.check_gazetteer(file, settings=settings_of())
    for problem in found.problems:
        print_line(problem)
    for doubt in found.doubts:
        complain(f"doubtful: {doubt}")
    complain(f"{found.row_count} rows looked at, wrong: {len(found.problems)}, doubtful: {len(found.doubts)}")
    if found.problems:
        raise typer.Exit(1)


@app.command("build")
def gazetteer_build(
    file: Annotated[Path, typer.Argument(help="A CSV of names, with the columns of your own; no offices, no places.")],
) -> None:
    """Make an index of very many names, which texts are read by without loading it: a million cost next to no memory.

    It goes to the file of DEMARCHE_GAZETTEER_INDEX. Where codebook or your own CSV have a name, they speak; of an
    index only names as they are written count. Example: demarche gazetteer build companies.csv
    """
    from demarche import steps

    target, count = steps.build_index(file, settings=settings_of())
    complain(f"names: {count}. written: {target}")


@app.command("update")
def gazetteer_update(
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            help="head_of_state, head_of_government, foreign_minister or organisation_head; may be repeated.",
            show_default="all of them",
        ),
    ] = None,
    since: Annotated[
        int, typer.Option("--since", min=1900, max=2100, help="Tenures that had not ended before this year.")
    ] = 2015,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change; write nothing.")] = False,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", help="Another SPARQL endpoint with Wikidata's items.", show_default="Wikidata's"),
    ] = None,
    contact: Annotated[
        str, typer.Option("--contact", help="A mail address for Wikidata to write to, as its rules wish.")
    ] = "",
) -> None:
    """Ask Wikidata who holds the offices that matter, print what the codebook doesn't know, and write it to your CSV.

    The file is that of DEMARCHE_GAZETTEER_FILE. Only rows that an update wrote (their source says so) are changed; the
    former file is kept beside it, with ".before" after its name. Example: demarche gazetteer update --dry-run
    """
    from demarche import steps

    with progress_bars() as progress:
        done = steps.update_gazetteer(
            role or (), url=endpoint, contact=contact, since=since, dry_run=dry_run, settings=settings_of(),
            progress=progress,
        )  # fmt: skip
    for change in done.changes:
        print_line(change)
    counts = f"told of: {done.told_count}, known already: {done.known_count}, unusable: {done.unusable_count}"
    written = f"written: {done.path}" if done.is_written else f"not written: {done.path}"
    complain(f"changes: {len(done.changes)} ({counts}). {written if done.changes else f'{done.path}: as it was'}")

"""Demarche reads the news and keeps a warehouse of diplomatic events, each with its evidence.

``demarche.open("news.duckdb")`` gives its events as data frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from demarche.reader import Reader

__all__ = ["open"]


def open(path: str | PathLike[str]) -> Reader:
    """The warehouse published at ``path``, or in the DuckLake that ``ducklake:postgres:DSN`` names, to be read as data
    frames. Raises WarehouseError when it can't be read."""
    from pathlib import Path

    from demarche import warehouse
    from demarche.reader import Reader

    found = warehouse.DuckLake(str(path)) if warehouse.is_ducklake(path) else Path(path)
    warehouse.overview(found)
    return Reader(found)

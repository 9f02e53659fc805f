"""The line run once over the small world of ``news_world``."""

from __future__ import annotations

from pathlib import Path

import pytest

from demarche import steps
from news_world import HOURS, World


@pytest.fixture(scope="session")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world with its raw bytes and fetch log, and nothing else. Not to be changed: copy it."""
    world = World(tmp_path_factory.mktemp("fetched"))
    world.fetch()
    return world


@pytest.fixture(scope="session")
def loaded(fetched: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The same, derived and loaded in the order of keys. Not to be changed: copy it."""
    world = fetched.copy(tmp_path_factory.mktemp("loaded") / "data", "raw")
    for key in HOURS:
        world.derive(key)
    steps.load_warehouse(settings=world.settings)
    return world


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

"""Every setting, once: name, default, meaning. Read from environment variables that start with ``DEMARCHE_``.

Only ``cli``, ``web`` and ``steps`` read settings; whatever lies below takes what it needs as an argument. A ``.env``
file is not read: what starts Demarche (a shell, compose, systemd) sets its environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DEMARCHE_"

# Variables of that prefix that are no settings of a pipeline: the tests and the CLI read them.
OTHER_VARIABLES = frozenset({"DEMARCHE_DEBUG", "DEMARCHE_EXAMPLES", "DEMARCHE_PRIVATE_TEXTS"})


class SettingsError(ValueError):
    """Some settings are wrong; the message lists all of them. ``problems`` has each after the name of its variable;
    in ``others`` the wrong ones are as they are by default."""

    def __init__(self, message: str, problems: Mapping[str, str] | None = None, others: Settings | None = None) -> None:
        super().__init__(message)
        self.problems = problems or {}
        self.others = others


class Settings(BaseSettings):
    """Where things lie and how much is taken at once. Paths are relative to the working folder unless absolute."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    data_folder: Path = Field(Path("data"), description="Where lake, warehouse and drop folder lie unless set apart")
    lake_url: str = Field("", description="The lake: a folder or an fsspec URL; default <data_folder>/lake")
    warehouse_path: Path = Field(Path(), description="The published file; default <data_folder>/warehouse.duckdb")
    warehouse_url: str = Field("", description="Load into DuckLake: ducklake:postgres:DSN, without a password")
    warehouse_files: str = Field(
        "",
        description="The folder (or s3://bucket/prefix) of DuckLake's data files, said once; "
        "default <data_folder>/warehouse.files",
    )
    drop_folder: Path = Field(Path(), description="Files put here are read; default <data_folder>/drop")
    sources_file: Path = Field(Path("config/sources.toml"), description="Which sources there are; need not be there")
    reports_folder: Path = Field(Path(), description="Daily reports are written here; default <data_folder>/reports")
    gazetteer_file: Path = Field(
        Path(), description="A CSV of your own persons, bodies, places; default <data_folder>/gazetteer.csv"
    )
    gazetteer_index: Path = Field(
        Path(), description="What `demarche gazetteer build` made of a million names; default <data_folder>/names.index"
    )
    checks_folder: Path | None = Field(None, description="A folder with quality checks of your own, one .sql file each")
    source_name: str = Field("drop", min_length=1, description="The source of dropped files that name no outlet")
    model_name: str | None = Field(None, description="spaCy model; default: an installed en_core_web_*")
    max_file_bytes: int = Field(50_000_000, ge=1, description="A larger file is rejected unread")
    max_archive_bytes: int = Field(20_000_000_000, ge=1, description="A larger web archive (WARC) is rejected unread")
    max_drop_files: int = Field(100_000, ge=1, description="How many files of the drop folder one run looks at")
    user_agent: str = Field("", max_length=300, description="What web servers are told; default Demarche/<version>")
    allowed_hosts: str = Field("", description="Hosts that may be asked although not public, by commas")
    request_seconds: float = Field(60.0, gt=0, le=3600, description="A web address that takes longer is left")
    source_seconds: float = Field(300.0, gt=0, description="After this time what is left of a source waits")
    source_threads: int = Field(8, ge=1, le=64, description="Sources that one task asks at once")
    settle_seconds: float = Field(2.0, ge=0, le=3600, description="A file changed within this time may still grow")
    max_reject_share: float = Field(
        0.5, ge=0, le=1, description="A partition of 50 documents or more is held back when a larger share is rejected"
    )
    shard_size: int = Field(500, ge=1, le=100_000, description="Documents per file and mapped task")
    batch_size: int = Field(32, ge=1, le=10_000, description="Texts that the model reads at once")
    max_body_characters: int = Field(200_000, ge=1_000, le=1_000_000, description="A longer body is rejected")
    document_seconds: float = Field(60.0, gt=0, description="A document that takes longer to code is rejected")
    prefilter: bool = Field(
        False, description="Texts none of whose sentences names two known parties are neither parsed nor coded"
    )
    raw_days: int = Field(0, ge=0, description="Raw bytes of older partitions are removed weekly; 0: never")
    raw_gigabytes: float = Field(
        0.0, ge=0, description="Raw bytes of articles beyond it are removed, oldest first; 0: no limit"
    )
    pair_window_days: int = Field(30, ge=0, description="Partitions further apart aren't compared for equal texts")
    lock_seconds: float = Field(60.0, ge=0, description="How long a second writer waits for the warehouse")
    kept_publications: int = Field(3, ge=0, description="Former states of the warehouse that stay beside it")
    backup_url: str = Field("", description="Maintenance backs up to this folder or fsspec URL; default: nowhere")
    kept_backups: int = Field(4, ge=1, description="States of the warehouse that stay in the backup")
    watches_file: Path = Field(Path("config/watches.txt"), description="What to tell of after a load; may be missing")
    notice_webhook_url: str = Field("", description="Notices are posted here as JSON with text and title")
    notice_mail_to: str = Field("", description="Notices are mailed to these addresses, by commas")
    notice_mail_from: str = Field("", description="Who sends the mail; default: the first recipient")
    notice_smtp_url: str = Field("", description="smtp[s]://[user:password@]host[:port]; default: this host")
    export_licence: str = Field("CC-BY-SA-4.0", min_length=1, description="SPDX id that an export names as its licence")
    query_seconds: float = Field(30.0, gt=0, description="An analyst's query is ended after this time")
    query_memory_mb: int = Field(2048, ge=128, description="An analyst's query is ended when it needs more memory")
    check_seconds: float = Field(120.0, gt=0, description="A quality check is ended after this time, and is broken")

    @field_validator("lake_url")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        if "\x00" in value:
            raise ValueError("holds a NUL character")
        return value

    @model_validator(mode="after")
    def _lie_in_the_data_folder(self) -> Settings:
        places = {
            "lake_url": str(self.data_folder / "lake"),
            "warehouse_path": self.data_folder / "warehouse.duckdb",
            "warehouse_files": str(self.data_folder / "warehouse.files"),
            "drop_folder": self.data_folder / "drop",
            "reports_folder": self.data_folder / "reports",
            "gazetteer_file": self.data_folder / "gazetteer.csv",
            "gazetteer_index": self.data_folder / "names.index",
        }
        for name, default in places.items():
            if name not in self.model_fields_set:
                object.__setattr__(self, name, default)  # frozen for everyone but its own construction
        return self


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment, with ``overrides`` (None: not given) on top. Raises SettingsError naming all
    that are wrong, by the name of their variable."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        found = [(str(problem["loc"][0]) if problem["loc"] else "*", _reason(problem)) for problem in error.errors()]
        defaults = {name: Settings.model_fields[name].default for name, _ in found if name in Settings.model_fields}
        others = Settings(**{name: value for name, value in given.items() if name in Settings.model_fields} | defaults)
        problems = {variable(name): why for name, why in found}
        listed = "; ".join(f"{name}: {why}" for name, why in problems.items())
        raise SettingsError(f"wrong settings: {listed}", problems, others) from None


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """Variables that look like settings and are none: most often a slip of the pen."""
    known = {variable(name) for name in Settings.model_fields} | OTHER_VARIABLES
    names = os.environ if environment is None else environment
    return sorted(name for name in names if name.startswith(PREFIX) and name not in known)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def _reason(problem: Any) -> str:
    message = str(problem["msg"])
    return f"{message[:1].lower()}{message[1:]} (is {problem['input']!r})"

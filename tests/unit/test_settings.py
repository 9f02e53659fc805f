from __future__ import annotations

from pathlib import Path

import pytest

from demarche.settings import PREFIX, Settings, SettingsError, load_settings, unknown_variables


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_everything_lies_in_the_data_folder_unless_set_apart(monkeypatch):
    monkeypatch.setenv("DEMARCHE_DATA_FOLDER", "/srv/news")
    monkeypatch.setenv("DEMARCHE_DROP_FOLDER", "/srv/inbox")
    settings = load_settings()
    assert settings.lake_url == "/srv/news/lake"
    assert settings.warehouse_path == Path("/srv/news/warehouse.duckdb")
    assert settings.drop_folder == Path("/srv/inbox")


def test_an_override_wins_and_none_does_not(monkeypatch):
    monkeypatch.setenv("DEMARCHE_SOURCE_NAME", "gazette")
    assert load_settings(source_name="herald").source_name == "herald"
    assert load_settings(source_name=None).source_name == "gazette"


def test_one_message_lists_all_that_is_wrong(monkeypatch):
    monkeypatch.setenv("DEMARCHE_SHARD_SIZE", "many")
    monkeypatch.setenv("DEMARCHE_MAX_FILE_BYTES", "-1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert "DEMARCHE_SHARD_SIZE" in message
    assert "DEMARCHE_MAX_FILE_BYTES" in message
    assert "'many'" in message
    assert "\n" not in message


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("DEMARCHE_SHARD_SIZE", "")
    assert load_settings().shard_size == Settings.model_fields["shard_size"].default


def test_a_dotenv_file_is_not_read(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("DEMARCHE_SOURCE_NAME=surprise\n")
    monkeypatch.chdir(tmp_path)
    assert load_settings().source_name == "drop"


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().shard_size = 3


def test_misspelt_variables_are_found():
    assert unknown_variables({"DEMARCHE_SHARDSIZE": "3", "DEMARCHE_SHARD_SIZE": "3", "HOME": "/"}) == [
        "DEMARCHE_SHARDSIZE"
    ]


def test_every_setting_is_described():
    assert all(field.description for field in Settings.model_fields.values())

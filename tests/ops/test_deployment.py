"""The files of a deployment, checked without a container engine: compose's schema, hadolint, and rules of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from compose_spec import ComposeSpecification, Service

from ops import secrets
from ops.services import HEALING

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
AIRFLOW = {"prepare", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
EXAMPLE = (ROOT / ".env.example").read_text()

by_service = pytest.mark.parametrize("name", SERVICES)


def test_compose_keeps_its_schema():
    ComposeSpecification.model_validate(COMPOSE)
    known = {field.alias or name for name, field in Service.model_fields.items()} | set(Service.model_fields)
    for name, service in SERVICES.items():
        assert not set(service) - known, f"{name}: compose knows no such keys"


def test_the_whole_topology_is_there():
    assert set(SERVICES) == {"postgres", "redis", *AIRFLOW}


@by_service
def test_each_service_is_bounded_watched_and_started_again(name):
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[MG]", service["deploy"]["resources"]["limits"]["memory"])
    if name == "prepare":
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]


@by_service
def test_versions_are_pinned(name):
    repository, _, tag = SERVICES[name]["image"].partition(":")
    assert repository
    assert re.match(r"\d+\.\d+", tag), f"{name}: {SERVICES[name]['image']} can change under us"


@by_service
def test_nothing_gains_rights(name):
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(AIRFLOW | {"redis"}))
def test_nothing_runs_as_root(name):
    assert SERVICES[name]["user"].split(":")[0] not in ("0", "root")


def test_the_ui_is_open_to_this_host_only():
    assert SERVICES["api-server"]["ports"] == ["${AIRFLOW_ADDRESS:-127.0.0.1:8080}:8080"]
    assert not [name for name in SERVICES if name != "api-server" and "ports" in SERVICES[name]]


def test_volumes_are_named_and_each_is_used():
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
        if not volume.startswith(("$", "."))  # folders of the host
    }
    assert used == set(COMPOSE["volumes"])


def test_every_airflow_service_shares_secrets_and_settings():
    """Each component must agree on them, or tasks fail with an unhelpful 'connection refused' or 403."""
    shared = SERVICES["scheduler"]["environment"]
    for name in AIRFLOW:
        assert shared.items() <= SERVICES[name]["environment"].items(), name
    assert shared["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "False"
    for secret in ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"):
        assert shared[secret].startswith("${")


HELM = yaml.safe_load((ROOT / "ops" / "helm" / "values.yaml").read_text())
SYSTEMD = ROOT / "ops" / "systemd"
PLACES = {  # set by each way of its own: where things are, and secrets
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK",
    "AIRFLOW__CORE__EXECUTOR",
    "DEMARCHE_DATA_FOLDER",
    "AIRFLOW__API__BASE_URL",
}


def compose_environment() -> dict[str, str]:
    return dict(SERVICES["scheduler"]["environment"])


def helm_environment() -> dict[str, str]:
    return {variable["name"]: variable["value"] for variable in HELM["env"]}


def systemd_environment() -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", (SYSTEMD / "airflow.env.example").read_text(), re.MULTILINE))


@pytest.mark.parametrize("environment", [compose_environment, helm_environment, systemd_environment])
def test_what_heals_without_hands_is_set_as_in_the_tests(environment):
    assert {name: environment().get(name) for name in HEALING} == HEALING


@pytest.mark.parametrize("environment", [helm_environment, systemd_environment])
def test_each_way_to_deploy_has_the_settings_of_compose(environment):
    plain = {name: value for name, value in compose_environment().items() if "$" not in value and name not in PLACES}
    assert {name: environment().get(name) for name in plain} == plain


@pytest.mark.parametrize("environment", [compose_environment, helm_environment, systemd_environment])
def test_notices_link_to_an_address_with_a_host(environment):
    address = environment()["AIRFLOW__API__BASE_URL"]
    while address != (address := re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", address)):  # compose's defaults, nested
        pass
    assert re.fullmatch(r"http://[\w.]+:8080", address)


def test_helm_has_no_secret_and_no_default_user():
    assert not re.search(r"password|secret", " ".join(helm_environment()), re.IGNORECASE)
    named = [HELM["fernetKeySecretName"], HELM["apiSecretKeySecretName"], HELM["jwtSecretName"], *HELM["data"].values()]
    told = (ROOT / "docs" / "deploy.md").read_text()
    assert [name for name in named if f"secret {name} " not in told] == []
    assert HELM["createUserJob"]["enabled"] is False
    assert not any(HELM[name]["enabled"] for name in ("postgresql", "redis"))


def test_helm_has_the_airflow_that_is_pinned():
    assert f"FROM apache/airflow:{HELM['airflowVersion']}-" in (ROOT / "Dockerfile").read_text()


def test_systemd_asks_for_the_secrets_that_compose_asks_for():
    from_secrets = {name for name, value in compose_environment().items() if ":?" in value}
    assert {name for name, value in systemd_environment().items() if not value} == from_secrets


@pytest.mark.parametrize("unit", sorted(SYSTEMD.glob("*.service")), ids=lambda path: path.name)
def test_a_unit_restarts_and_takes_its_tasks_along(unit):
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))
    assert settings["Restart"] == "always"
    assert settings["KillMode"] in ("control-group", "mixed")
    assert settings["User"] == "demarche"
    assert re.fullmatch(r"\d+G", settings["MemoryMax"])


def test_no_secret_has_a_default():
    """Each is asked for with a message, stands in the example without a value, and is filled by `make secrets`."""
    asked = set(re.findall(r"\$\{(\w+):\?[^}]+\}", TEXT))
    assert asked == set(re.findall(r"^(\w+)=$", EXAMPLE, re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+)", TEXT)) - asked == set(re.findall(r"^#(\w+)=", EXAMPLE, re.MULTILINE))


def test_secrets_are_fresh_each_time():
    first, second = (dict(re.findall(r"^(\w+)=(.+)$", secrets.filled(EXAMPLE), re.MULTILINE)) for _ in range(2))
    assert set(first) == set(re.findall(r"^(\w+)=$", EXAMPLE, re.MULTILINE))
    assert not set(first.values()) & set(second.values())
    assert all(re.fullmatch(r"[\w=-]{20,}", value) for value in first.values()), "they become part of URLs"


def test_the_fernet_key_is_one():
    from cryptography.fernet import Fernet

    found = re.search(r"^AIRFLOW_FERNET_KEY=(.+)$", secrets.filled(EXAMPLE), re.MULTILINE)
    assert found
    assert Fernet(found[1]).encrypt(b"text")


def test_secrets_are_not_overwritten(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "ROOT", tmp_path)
    (tmp_path / ".env.example").write_text(EXAMPLE)
    assert secrets.main() == 0
    written = (tmp_path / ".env").read_text()
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    assert secrets.main() == 1
    assert (tmp_path / ".env").read_text() == written


def test_what_is_lacking_is_added_and_named(tmp_path, monkeypatch, capsys):
    """Of an older release, or emptied by hand: one message names all of them."""
    monkeypatch.setattr(secrets, "ROOT", tmp_path)
    (tmp_path / ".env.example").write_text("A=\nB=\n#C=\nD=\n")
    (tmp_path / ".env").write_text("A=kept\nB=")
    assert secrets.main() == 0
    assert capsys.readouterr().out == "Added to .env: B, D\n"
    written = dict(re.findall(r"^(\w+)=(.+)$", (tmp_path / ".env").read_text(), re.MULTILINE))
    assert written["A"] == "kept"
    assert set(written) == {"A", "B", "D"}


def test_the_dockerfile_is_clean():
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint, "hadolint is not installed: make setup"
    done = subprocess.run([hadolint, str(ROOT / "Dockerfile")], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout == ""


def test_the_image_has_the_airflow_that_is_pinned():
    pinned = re.search(r"^apache-airflow==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert pinned
    assert f"FROM apache/airflow:{pinned[1]}-python3.11\n" in (ROOT / "Dockerfile").read_text()


def test_what_the_image_copies_is_not_ignored():
    kept = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = re.findall(r"^COPY --chown=50000:0 (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert {name.removeprefix("./") for line in copied for name in line.split()} == kept

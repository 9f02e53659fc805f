"""The supervisor's parts with small processes in place of Airflow's: start, death, a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from demarche.steps import diagnose
from ops import services, supervisor, watching
from ops.services import Component, ServiceError, Site, end_leftovers, end_orphans, free_port, leftovers, tail

needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="leftovers are found by /proc, on Linux only")


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path / "airflow", tmp_path / "data", free_port())
    yield made
    end_leftovers(made)


@pytest.fixture
def commands(monkeypatch):
    """Components run what this dictionary says for their name."""
    found: dict[str, list[str]] = {}
    start = subprocess.Popen

    def popen(command, **options):
        return start(found.get(command[-1], command), **options)

    monkeypatch.setattr(services.subprocess, "Popen", popen)
    return found


def until(condition, seconds: float = 10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


def test_a_components_environment_is_its_own(site, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "32")
    monkeypatch.setenv("DEMARCHE_LAKE_URL", "elsewhere")
    environment = Site(site.home, site.data_folder, site.port, {"DEMARCHE_LAKE_URL": None}).environment()
    assert environment["AIRFLOW__CORE__PARALLELISM"] == "2"
    assert "DEMARCHE_LAKE_URL" not in environment
    assert str(site.port) in environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]


def test_secrets_stay_and_are_the_owners(site):
    first, second = site.environment(), site.environment()
    assert first["AIRFLOW__API_AUTH__JWT_SECRET"] == second["AIRFLOW__API_AUTH__JWT_SECRET"]
    assert first["AIRFLOW__API_AUTH__JWT_SECRET"] != first["AIRFLOW__API__SECRET_KEY"]
    assert (site.home / "jwt.secret").stat().st_mode & 0o077 == 0


def test_a_failed_command_shows_its_log(site):
    with pytest.raises(ServiceError, match=r"(?s)exit code 3.*no such thing"):
        services.run([sys.executable, "-c", "print('no such thing'); exit(3)"], site, "broken", 20)


def test_a_hung_command_ends(site):
    with pytest.raises(ServiceError, match="longer than"):
        services.run(SLEEP, site, "hung", 0.5)


def test_a_deaf_component_is_killed(site, commands):
    commands["scheduler"] = DEAF
    component = Component("scheduler", site)
    until(lambda: "deaf" in tail(component.log))
    services.stop({"scheduler": component}, site, timeout=0.5)
    assert component.process.returncode == -signal.SIGKILL


@needs_proc
def test_orphans_are_found_and_ended_but_not_the_living(site, commands):
    commands["scheduler"] = SLEEP
    living = Component("scheduler", site)
    orphan = subprocess.Popen(SLEEP, env=site.environment(), start_new_session=True)
    until(lambda: leftovers(site) == sorted([living.process.pid, orphan.pid]))
    assert end_orphans(site, {living.process.pid}) == [orphan.pid]
    assert orphan.wait(5) == -signal.SIGTERM
    assert living.is_alive()
    services.stop({"scheduler": living}, site)
    assert leftovers(site) == []


@pytest.fixture
def watch(site, commands):
    commands |= dict.fromkeys(supervisor.COMPONENTS, SLEEP)
    made = watching.Watch(site, supervisor.COMPONENTS, print, ends_orphans=True)
    yield made
    services.stop({watched.name: watched.component for watched in made.watched.values() if watched.component}, site, 1)


def test_what_dies_is_started_again(watch):
    watch.look()
    first = watch.component("scheduler")
    first.kill()
    until(lambda: not first.is_alive())
    watch.look()
    assert watch.component("scheduler") is None, "who died at once waits a moment"
    watch.watched["scheduler"].start_again_at = 0
    watch.look()
    assert watch.component("scheduler").process.pid != first.process.pid


def test_who_dies_again_and_again_waits_longer_but_not_for_ever(watch):
    scheduler = watch.watched["scheduler"]
    pauses = []
    for _ in range(8):
        scheduler.start_again_at = 0
        watch.look()
        scheduler.component.wait_or_kill(0)
        now = time.monotonic()
        watch.look()
        pauses.append(round(scheduler.start_again_at - now))
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, watching.LONGEST_PAUSE)


@needs_proc
@pytest.mark.parametrize("ends_orphans", [True, False])
def test_tasks_of_a_dead_scheduler_end_where_it_was_their_parent(site, commands, ends_orphans):
    commands["scheduler"] = SLEEP
    watch = watching.Watch(site, ["scheduler"], print, ends_orphans=ends_orphans)
    with watch.in_background():
        task = subprocess.Popen(SLEEP, env=site.environment(), start_new_session=True)
        first = watch.component("scheduler")
        first.kill()
        until(lambda: watch.component("scheduler") not in (None, first))
        assert (task.poll() is not None) == ends_orphans
    assert task.wait(5) == -signal.SIGTERM, "in the end nothing is left"


@pytest.fixture
def homed(tmp_path, monkeypatch):
    """The supervisor's files in a folder of this test."""
    monkeypatch.setattr(supervisor, "HOME", tmp_path)
    monkeypatch.setattr(supervisor, "LOCK", tmp_path / "supervisor.json")
    monkeypatch.setattr(supervisor, "PASSWORDS", tmp_path / "passwords.json")
    return tmp_path


def test_only_a_held_lock_means_running(homed):
    assert supervisor.running() is None
    with supervisor._lock() as file:
        file.write('{"process": 1, "port": 8080}')
        file.flush()
        assert supervisor.running() == {"process": 1, "port": 8080}
        with supervisor._lock() as second:
            assert second is None
    assert supervisor.running() is None, "the file is still there, but its holder has gone"


def test_the_password_is_made_once_and_is_the_owners(homed):
    assert supervisor.password() == supervisor.password()
    assert (homed / "passwords.json").stat().st_mode & 0o077 == 0


def test_down_without_up_is_no_error(homed, capsys):
    assert supervisor.down() == 0
    assert "down" in capsys.readouterr().out


def test_now_without_up_says_what_to_do(homed, capsys):
    assert supervisor.now() == 1
    assert capsys.readouterr().err == "Airflow is not up: make up\n"


def test_now_without_a_supervisor_says_that_it_is_gone(homed, monkeypatch, capsys):
    monkeypatch.setattr(supervisor, "leftovers", lambda site: [1])
    assert supervisor.now() == 1
    assert capsys.readouterr().err == "Airflow's supervisor is gone: make up\n"


def test_airflows_command_line_has_the_environment_of_what_is_up(homed, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ops.supervisor", "airflow", "backfill", "create", "--dag-id", "x"])
    assert supervisor.main() == 1
    assert "make up" in capsys.readouterr().err
    (homed / "airflow.db").touch()
    asked = []
    done = subprocess.CompletedProcess([], 7)
    monkeypatch.setattr(supervisor.subprocess, "run", lambda command, **rest: asked.append((command, rest)) or done)
    assert supervisor.main() == 7
    ((command, rest),) = asked
    assert command[-4:] == ["backfill", "create", "--dag-id", "x"]
    assert rest["env"]["AIRFLOW_HOME"] == str(homed)


def test_a_taken_port_is_named(homed, capsys, site):
    import socket

    with socket.socket() as listener:
        listener.bind((services.HOST, 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert supervisor.up(port) == 1
    assert f"Port {port} is taken" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["99999", "abc", "²"])
def test_a_port_that_there_cannot_be_is_refused_in_a_sentence(monkeypatch, capsys, port):
    monkeypatch.setattr(sys, "argv", ["ops.supervisor", "up", "--port", port])
    with pytest.raises(SystemExit):
        supervisor.main()
    assert f"a port is a number from 1 to 65535, not {port}" in capsys.readouterr().err


def test_the_drop_folder_that_is_named_is_the_one_that_is_set(homed, site, monkeypatch, tmp_path):
    assert f"drop folder {site.data_folder / 'drop'} " in supervisor._welcome(site)
    monkeypatch.setenv("DEMARCHE_DROP_FOLDER", str(tmp_path / "inbox"))
    assert f"drop folder {tmp_path / 'inbox'} " in supervisor._welcome(site)


class Answers:
    """A REST API that knows pools and DAGs."""

    def __init__(self, site, slots, paused):
        self.site = site
        self.answers = {
            "pools": {"pools": [{"name": name, "slots": count} for name, count in slots.items()]},
            "dags": {"dags": [{"dag_id": dag_id, "is_paused": dag_id in paused} for dag_id in supervisor.CHAIN[1:]]},
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def log_in(self):
        return True

    def get(self, path, **_):
        return self.answers[path]

    def make_pools(self, path):
        made = [{"name": "checking", "slots": 2}]
        self.answers["pools"]["pools"] += made

    def trigger(self, dag_id, key, **more):
        self.asked = (dag_id, key, more)
        return "now"


def test_what_would_keep_a_run_waiting_is_named(site):
    slots = {"reading": 0, "warehouse": 1}
    pool, missing_pool, missing, paused = supervisor.obstacles(Answers(site, slots, {"tag_documents"}))
    assert pool.startswith("The pool reading has no slots")
    assert pool.endswith(f"{site.url}/pools")
    assert missing_pool.startswith("The pool checking has no slots")
    assert missing.startswith("ingest_documents isn't there (yet)")
    assert paused.startswith("tag_documents is paused")


def test_an_airflow_that_is_up_says_what_keeps_it_from_working(homed, site, monkeypatch, capsys):
    answers = Answers(site, {"reading": 0, "warehouse": 1, "checking": 2}, set())
    healthy, ill = {"status": "healthy"}, {"status": "unhealthy"}
    answers.answers["monitor/health"] = {"scheduler": ill, "dag_processor": healthy, "triggerer": healthy}
    monkeypatch.setattr(supervisor, "running", lambda: {"process": 1, "port": site.port})
    monkeypatch.setattr(supervisor, "client", lambda site: answers)
    assert supervisor.up(None) == 0
    told = capsys.readouterr().out
    assert "Airflow is up already." in told
    assert "but         The scheduler is not well" in told
    assert "but         The pool reading has no slots" in told
    assert "dag-processor is not well" not in told


def test_what_was_dropped_goes_before_the_past_and_needs_no_pool_of_the_checks(homed, site, monkeypatch):
    answers = Answers(site, {"reading": 4, "warehouse": 1}, set())
    answers.answers["dags"]["dags"].append({"dag_id": "ingest_documents", "is_paused": False})
    monkeypatch.setattr(supervisor, "running", lambda: {"process": 1, "port": site.port})
    monkeypatch.setattr(supervisor, "client", lambda site: answers)
    assert supervisor.now() == 0
    dag_id, key, more = answers.asked
    assert (dag_id, more["run_after"]) == ("ingest_documents", f"{key}:00:00Z")
    answers.answers["pools"]["pools"][-1]["slots"] = 0
    assert supervisor.now() == 0, "checks may wait"
    answers.answers["pools"]["pools"][0]["slots"] = 0
    assert supervisor.now() == 1


def test_wrong_settings_are_told_all_at_once_and_nothing_is_started(homed, monkeypatch, capsys, site, tmp_path):
    wrong = {
        "DEMARCHE_SHARD_SIZE": "many",
        "DEMARCHE_SETTLE_SECONDS": "-1",
        "DEMARCHE_NOTICE_WEBHOOK_URL": "hooks.example.org/x",
        "DEMARCHE_NOTICE_SMTP_URL": "mail.example.org",
        "DEMARCHE_LAKE_URL": "nowhere://lake",
        "DEMARCHE_MODEL_NAME": "xx_none",
        "DEMARCHE_CHECKS_FOLDER": str(homed / "no-checks"),
        "DEMARCHE_SOURCES_FILE": str(homed / "no-sources.toml"),
        "DEMARCHE_GAZETTEER_FILE": str(homed / "no-names.csv"),
        "DEMARCHE_WAREHOUSE_PATH": str(tmp_path),
        "DEMARCHE_SHRAD_SIZE": "a slip of the pen",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    assert supervisor.up(site.port) == 1
    told = capsys.readouterr().err
    names = [line.split(":")[0].strip() for line in told.splitlines()[1:]]
    assert sorted(names) == sorted([*wrong, "DEMARCHE_NOTICE_MAIL_TO"])
    assert not (homed / "supervisor.json").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMARCHE_NOTICE_WEBHOOK_URL", "https://hooks.example.org/services/T0/B0"),
        ("DEMARCHE_NOTICE_MAIL_TO", "desk@example.org, night@example.org"),
    ],
)
def test_good_settings_are_no_obstacle(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("DEMARCHE_SHARD_SIZE", "100")
    assert not [finding for finding in diagnose() if finding.subject in ("settings", "notices")]


def test_a_wrong_setting_is_no_reason_not_to_stop(homed, monkeypatch, capsys):
    monkeypatch.setenv("DEMARCHE_SHARD_SIZE", "many")
    assert supervisor.down() == 0


def test_two_starts_at_once_are_one_start(homed, site, monkeypatch, capsys):
    """The second finds the first one's supervisor when its own can't get the lock, and leaves it alone."""
    with supervisor._lock() as file:
        assert file
        assert supervisor.supervise(site.port) == supervisor.ANOTHER_RUNS
    code = f"import sys; sys.exit({supervisor.ANOTHER_RUNS})"
    start = subprocess.Popen
    monkeypatch.setattr(supervisor.subprocess, "Popen", lambda _, **rest: start([sys.executable, "-c", code], **rest))
    monkeypatch.setattr(supervisor, "LOG", homed / "supervisor.log")
    monkeypatch.setattr(supervisor, "down", lambda: pytest.fail("the first one was stopped"))
    assert supervisor.up(site.port) == 1
    assert "another make up has begun" in capsys.readouterr().err


def test_another_port_while_it_is_up_is_refused_in_a_sentence(homed, monkeypatch, capsys):
    monkeypatch.setattr(supervisor, "running", lambda: {"process": 1, "port": 8090})
    assert supervisor.up(None) == supervisor.up(8090) == 0
    assert supervisor.up(8091) == 1
    assert "It stays on port 8090. To move it: make down; make up PORT=8091" in capsys.readouterr().err


def test_a_database_of_a_newer_airflow_is_told_of_in_a_sentence(site, monkeypatch):
    def migrate(*_):
        raise ServiceError("migrate ended with exit code 1\nCommandError: Can't locate revision identified by 'f00'")

    monkeypatch.setattr(services, "run", migrate)
    with pytest.raises(ServiceError, match=r"airflow\.db was made by a newer Airflow") as caught:
        supervisor.Supervisor(site).run()
    assert "\n" not in str(caught.value)

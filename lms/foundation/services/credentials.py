"""The passwords and ports of this machine's services: made once, kept in LMS_DATA, read by no one else."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from lms.foundation.services.programs import ServiceFailed, free_port, port_is_free

SECRETS = "services.json"
ENDPOINTS = "endpoints.json"


def passwords(data: Path, service: str, names: tuple[str, ...]) -> dict[str, str]:
    """The service's passwords by name; those that do not exist yet are made and kept."""
    kept = _read(data / SECRETS)
    mine = kept.setdefault(service, {})
    missing = [name for name in names if name not in mine]
    mine.update({name: secrets.token_hex(20) for name in missing})
    if missing:
        write_private(data / SECRETS, kept)
    return {name: str(mine[name]) for name in names}


def steady_port(data: Path, service: str) -> int:
    """The port that the service had before if it is free, else a new one: URLs given out stay true over a restart."""
    kept = _read(data / SECRETS)
    port = int(kept.setdefault(service, {}).get("port", 0))
    if port and port_is_free(port):
        return port
    kept[service]["port"] = free_port()
    write_private(data / SECRETS, kept)
    return int(kept[service]["port"])


def write_endpoints(data: Path, urls: dict[str, str]) -> None:
    """Tell the command line in another terminal where the services of this machine are."""
    write_private(data / ENDPOINTS, urls)


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Replace a JSON file in one step; only its owner can read it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise ServiceFailed(f"The file {path} cannot be written: {error.strerror}.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ServiceFailed(f"The file {path} with the services' passwords cannot be read: {error}.") from error
    return content

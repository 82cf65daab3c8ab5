"""Names of the built assets: content-hashed, so that a browser keeps them for ever."""

import json
from pathlib import Path

from flask import Flask

STATIC = Path(__file__).parent / "static"


class AssetsMissing(RuntimeError):
    """The assets have not been built."""


def init_app(app: Flask) -> None:
    """Give templates `asset('player.js')`."""
    names: dict[str, str] = {}

    def asset(name: str) -> str:
        if name not in names:
            names.update(_manifest())
        return f"/static/{names[name]}"

    app.jinja_env.globals["asset"] = asset


def _manifest() -> dict[str, str]:
    try:
        return json.loads((STATIC / "manifest.json").read_text())
    except FileNotFoundError as missing:
        raise AssetsMissing("the assets are not built: run `make assets`") from missing

"""Builds the browser's files: our sources minified, other people's copied, all named after their content.

Run as `python -m lms.web.bundling` (`make assets`). Writes lms/web/static/ and its manifest.json, {"player.js": "player-HASH.js"}.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = CHECKOUT / "lms" / "web" / "assets"
STATIC = CHECKOUT / "lms" / "web" / "static"
MODULES = CHECKOUT / "node_modules"

# htmx is taken as its makers minified it: bundling would hide the global that its extensions look for
COPIED = {"htmx.js": MODULES / "htmx.org" / "dist" / "htmx.min.js"}
_OPTIONS = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2019",
    "--charset=utf8",
    "--loader:.bcmap=file",
    "--log-level=warning",
)


class BundlingFailed(Exception):
    """The assets cannot be built; the message is one sentence."""


def build(sources: Path = SOURCES, static: Path = STATIC) -> dict[str, str]:
    """Build every asset into the folder and return the manifest; a failed build leaves the old files as they were."""
    fresh = static.with_name(f".{static.name}.{os.getpid()}")
    fresh.mkdir(parents=True)
    try:
        manifest = {**_bundle(sources, fresh), **_copy(fresh)}
        _compress(fresh, manifest)
        (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
        _replace(static, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return manifest


def _bundle(sources: Path, out: Path) -> dict[str, str]:
    """Each .js and .css directly in the sources is an entry; what it imports from folders below comes with it."""
    entries = sorted([*sources.glob("*.js"), *sources.glob("*.css")])
    if not entries:
        return {}
    names = "--entry-names=[name]-[hash]"
    files = [str(entry) for entry in entries]
    places = (names, "--asset-names=[name]-[hash]", f"--outdir={out}", "--metafile=/dev/stdout")
    command = [str(_esbuild()), *files, *_OPTIONS, *places]
    result = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise BundlingFailed(f"The browser's files cannot be built: {result.stderr.strip()}")
    outputs = json.loads(result.stdout)["outputs"]
    return {Path(about["entryPoint"]).name: Path(name).name for name, about in outputs.items() if "entryPoint" in about}


def _copy(out: Path) -> dict[str, str]:
    names = {}
    for name, source in COPIED.items():
        content = source.read_bytes()
        stem, suffix = name.rsplit(".", 1)
        names[name] = f"{stem}-{hashlib.sha256(content).hexdigest()[:8].upper()}.{suffix}"
        (out / names[name]).write_bytes(content)
    return names


def _compress(out: Path, manifest: dict[str, str]) -> None:
    """A .gz beside each file, which WhiteNoise sends to browsers that take it."""
    for name in manifest.values():
        (out / f"{name}.gz").write_bytes(gzip.compress((out / name).read_bytes(), 9, mtime=0))


def _esbuild() -> Path:
    """The program itself, without Node: npm installs the one that fits this machine beside the package."""
    for program in sorted(MODULES.glob("@esbuild/*/bin/esbuild")):
        return program
    raise BundlingFailed("esbuild is not installed: run `make assets`.")


def _replace(static: Path, fresh: Path) -> None:
    """Put the new files in place, the manifest last; yesterday's stay a day for the server that still names them."""
    static.mkdir(exist_ok=True)
    for path in sorted(fresh.iterdir(), key=lambda path: path.name == "manifest.json"):
        path.replace(static / path.name)
    for path in static.iterdir():
        if path.stat().st_mtime < time.time() - 86_400:
            path.unlink()


if __name__ == "__main__":
    try:
        build()
    except (BundlingFailed, OSError) as failure:
        sys.exit(str(failure))

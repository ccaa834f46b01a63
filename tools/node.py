"""Node and npm: the machine's own where they are new enough, else those of a wheel in .venv. Standard library only."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHEEL_BIN = ROOT / ".venv" / "bin"
LEAST_NODE = 20
NPM_OPTIONS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
    "--fetch-retries=1",
)


def version(node):
    try:
        return int(subprocess.check_output([node, "--version"], text=True).strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0


def machine_has_it():
    node, npm = shutil.which("node"), shutil.which("npm")
    return bool(node and npm and version(node) >= LEAST_NODE)


def environment():
    """The environment in which the commands `node` and `npm` are the right ones."""
    if machine_has_it():
        return {**os.environ}
    return {**os.environ, "PATH": os.pathsep.join([str(WHEEL_BIN), os.environ.get("PATH", "")])}


def install(folder):
    """The packages of a folder's lock file, by their hashes; scripts of packages never run."""
    subprocess.run(["npm", "ci", *NPM_OPTIONS], cwd=folder, env=environment(), check=True)

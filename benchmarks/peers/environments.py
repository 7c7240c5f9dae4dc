"""Virtual environments of the peers, beside the project and no part of it; made once for each list of packages."""

import hashlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

from benchmarks.peers.table import Peer
from benchmarks.scenario import ROOT

FOLDER = ROOT / ".bench"
_UV = [sys.executable, "-m", "uv"]
_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"


class InstallError(Exception):
    """An environment that could not be made; the message has the installer's words."""


def python_of(peer: Peer) -> Path:
    """The interpreter of the peer's environment, which is made where it is not there, or has other packages.

    Raises:
        InstallError: its packages could not be installed.
    """
    if not peer.environment:
        return Path(sys.executable)
    folder = FOLDER / peer.environment
    python, mark = folder / "bin" / "python", folder / "installed"
    wanted = hashlib.sha256(peer.requirements.read_bytes()).hexdigest()
    if not python.exists() or not mark.exists() or mark.read_text() != wanted:
        print(f"Installing {peer.name} into {folder.relative_to(ROOT)} …", file=sys.stderr)
        _call([*_UV, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
        # files of their own: NLTK, which LlamaIndex uses, refuses to read one that is linked into uv's cache
        install = ["pip", "install", "--quiet", "--link-mode", "copy", "--compile-bytecode", "--python", str(python)]
        _call([*_UV, *install, "-r", str(peer.requirements)])
        mark.write_text(wanted)
    return python


@cache
def version_of(peer: Peer) -> str:
    """The version that is measured."""
    command = [str(python_of(peer)), "-c", _VERSION, peer.package]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallError(f"{json.dumps(command[-1])} could not be installed: {done.stderr.strip()[-2000:]}")

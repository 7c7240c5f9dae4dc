"""The command that erases is killed at each of its steps; the same command again comes to the same end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from tests.support.drills import one_of_each
from tests.support.erasing import WHY, make_prefect_database, places_of
from tests.support.published import FACT, text_of, who_says
from tests.support.through import publish, upload

CANARY = "Members of the Quibberwick society must report each zorblat to the warden within 7 days."
NAME = "quibberwick-Ünal.md"
DIE_AT = """
import os, signal
from pipeline_core.cli import erasing, main

def told(step):
    if step.startswith(STEP):
        os.kill(os.getpid(), signal.SIGKILL)

STEP = os.environ["DIE_AT"]
erasing._told = told
main()
"""
STEPS = ("removing rows: 1", "writing down", "removing rows", "removing objects", "looking through logs",
         "looking through Prefect")  # fmt: skip


def command(app: Pipeline, *program: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "UPLOAD_PIPELINE_HOME": str(app.settings.home),
        "UPLOAD_PIPELINE_DATABASE_URL": app.database_url,
        "UPLOAD_PIPELINE_USER_ID": str(app.person.user_id),
        **more,
    }
    arguments = ["erase", NAME, "--reason", WHY, "--yes"]
    return subprocess.run(
        [sys.executable, *program, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("step", one_of_each(STEPS, lambda _: "killed", str))
def test_the_same_command_comes_to_the_same_end(
    make_pipeline: Callable[..., Pipeline], database_url: str, step: str, tmp_path: Path
) -> None:
    app = make_pipeline()
    publish(app, upload(NAME, text_of("Zorblat", FACT, CANARY)))
    publish(app, upload("b.md", text_of("Beta", FACT)))
    make_prefect_database(app.home, NAME)
    script = tmp_path / "die.py"
    script.write_text(DIE_AT)
    killed = command(app, str(script), DIE_AT=step)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = command(app, "-m", "pipeline_core")
    assert done.returncode == 0, done.stderr
    assert "Erased: 1 document." in done.stdout
    for word in ("Quibberwick", NAME, "zorblat"):
        assert places_of(app, database_url, word) == []
    assert who_says(app, FACT) == ["b.md"]
    [erasure] = app.erasures.all(app.realm_id)
    assert (erasure.certificate or {})["removed"]["rows"]["documents"] == 1

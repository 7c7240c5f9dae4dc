"""Who does the work that is asked for: one wiring for the command line, the API and Python."""

import sys
from pathlib import Path

import pytest
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Crashed, Failed

from pipeline_core import bootstrap
from pipeline_core.adapters.prefect_deployments import DeploymentLauncher, raise_for
from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli import main
from pipeline_core.cli.exits import Exit
from pipeline_core.domain.errors import UnexpectedError
from pipeline_core.settings import load_settings

SERVER = "http://127.0.0.1:9/api"


@pytest.mark.parametrize(
    ("launch", "server", "kind"),
    [
        ("auto", None, PrefectLauncher),
        ("auto", SERVER, DeploymentLauncher),
        ("here", SERVER, PrefectLauncher),
        ("deployment", SERVER, DeploymentLauncher),
    ],
)
def test_the_setting_says_who(
    launch: str, server: str | None, kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    if server:
        monkeypatch.setenv("PREFECT_API_URL", server)
    assert isinstance(Pipeline(load_settings(home=tmp_path, launch=launch)).launcher, kind)


def test_a_command_asks_whom_the_setting_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It started a server of its own, and did the work itself."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    app = Pipeline(load_settings(home=tmp_path, launch="deployment"))
    app.__dict__["reembed"] = None
    monkeypatch.setattr(bootstrap, "pipeline", lambda: app)
    monkeypatch.setattr(sys, "argv", ["pipeline", "reembed", "--model", "wordllama-64"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == Exit.CONFIGURATION
    assert "no Prefect server is configured" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("state", "raises"),
    [
        (Completed(message="3 done"), False),
        # by its own account: what is wrong stands with the documents
        (Failed(message="2 deadletter"), False),
        (Failed(message="Flow run encountered an exception: RecallTooLowError: 91 %"), True),
        (Crashed(message="Execution was aborted"), True),
        (Cancelled(), True),
    ],
)
def test_a_run_that_an_error_ended_is_no_success(state: State, raises: bool) -> None:
    if not raises:
        raise_for(state, "reembed", where="here")
        return
    with pytest.raises(UnexpectedError, match="The run of reembed ended as"):
        raise_for(state, "reembed", where="here")

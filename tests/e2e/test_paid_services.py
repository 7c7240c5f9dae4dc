"""The command line with a paid service: an estimate, a budget that parks, and the next run that goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import CommandLine
from tests.paid_services.conftest import KEY
from tests.paid_services.conftest import server as server
from tests.paid_services.openai_protocol import DIMS
from tests.paid_services.server import PaidServer
from tests.paid_services.texts import TEXT


@pytest.fixture
def paid_cli(command_line: Callable[..., CommandLine], server: PaidServer) -> CommandLine:
    cli = command_line(
        fact_generator="openai", openai_base_url=f"{server.url}/v1", openai_embed_dims=str(DIMS), embedder="openai",
        duplicate_threshold="1.0", retry_base_s="0.1", chunk_max_chars="300", chunk_min_chars="100",
    )  # fmt: skip
    cli.environment["OPENAI_API_KEY"] = KEY
    return cli


def test_estimated_parked_and_gone_on_with(paid_cli: CommandLine, server: PaidServer, tmp_path: Path) -> None:
    document = tmp_path / "manual.md"
    document.write_text(TEXT)

    estimate = paid_cli.json("run", str(document), "--estimate")
    assert estimate["total"]["new_chunks"] == 3
    assert estimate["total"]["most_usd"] > estimate["total"]["expected_usd"] > 0

    paid_cli.environment["UPLOAD_PIPELINE_BUDGET_RUN_USD"] = "0.001"
    parked = paid_cli("run", str(document), code=3)
    assert "is parked: The budget of this run is $0.00" in parked
    assert "Raise UPLOAD_PIPELINE_BUDGET_RUN_USD" in parked
    assert server.paid == 0

    del paid_cli.environment["UPLOAD_PIPELINE_BUDGET_RUN_USD"]
    done = paid_cli.json("run", str(document))
    assert [row["outcome"] for row in done["documents"]] == ["published"]
    assert server.paid_twice == {}
    assert server.paid == 3 + 3 + 6
    assert paid_cli.json("costs")["days"][0]["cost_usd"] >= done["documents"][0]["cost_usd"] > 0

"""Whatever happens to files, production is what sources say and decisions allow: nothing twice, nothing lost."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline_core.bootstrap import Pipeline
from tests.support.histories import HISTORIES, History


@settings(
    max_examples=300 if os.environ.get("TEST_LONG") else 6, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORIES)
def test_production_follows_the_files(app: Pipeline, tmp_path_factory: pytest.TempPathFactory, history: Any) -> None:
    first, second, steps = history
    made = History(app, tmp_path_factory.mktemp("history"), (first, second))
    for step in steps:
        made.do(step)
    made.check()

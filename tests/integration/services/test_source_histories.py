"""Whatever happens to files, production is what sources say and decisions allow: nothing twice, nothing lost."""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_core.bootstrap import Pipeline
from tests.support.histories import History, history


@settings(
    max_examples=300 if os.environ.get("TEST_LONG") else 3, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_production_follows_the_files(app: Pipeline, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    policies, contents, steps = history(Random(seed))
    made = History(app, tmp_path_factory.mktemp("history"), policies)
    made.begin(contents)
    for step in steps:
        made.do(step)
    made.check()

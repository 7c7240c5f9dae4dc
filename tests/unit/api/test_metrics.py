"""What a scrape has before anything has happened."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline_core.api.metrics import Metrics
from pipeline_core.domain.rows.metrics import PipelineMetric

DEAD = "upload_pipeline_dead_letters_total"


def dead_letters(*rows: PipelineMetric) -> dict[str, float]:
    text = Metrics(lambda: rows, list).text().decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {sample.labels["code"]: sample.value for sample in samples if sample.name == DEAD}


@pytest.mark.parametrize("code", ["corrupt_document", "stage_timeout", "unexpected", "worker_lost", "unknown"])
def test_the_first_dead_letter_of_a_code_is_an_increase(code: str) -> None:
    """Prometheus sees none in a series that begins with its first dead letter: each is there before, with 0."""
    assert dead_letters()[code] == 0
    after = dead_letters(PipelineMetric("dead_letters", code, 3.0))
    assert after[code] == 3
    assert set(after) == set(dead_letters())


def test_a_code_of_another_version_is_counted_too() -> None:
    assert dead_letters(PipelineMetric("dead_letters", "of_old", 1.0))["of_old"] == 1

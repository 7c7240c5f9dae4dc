"""The alert rules and the dashboard ask for nothing that a scrape does not have."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.spending import Budgets, Payer, PlannedCall
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.paths import ROOT
from tests.support.through import publish, upload
from tests.support.two_users import ANN

FOLDER = ROOT / "deployments" / "monitoring"
OURS = "upload_pipeline_"
OF_PROMETHEUS = {"up": {"job", "instance"}}
"""Series that Prometheus makes itself, and labels that it adds."""


def expressions() -> Iterator[tuple[str, str]]:
    rules = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for panel in json.loads((FOLDER / "dashboard.json").read_text("utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


EXPRESSIONS = list(expressions())


@pytest.fixture(scope="module")
def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture
def scrape(make_pipeline: Callable[..., Pipeline]) -> dict[str, dict[str, set[str]]]:
    """Each series of a scrape with its labels and their values; something of every kind has happened."""
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    publish(pipeline, upload())
    manual = make_pipeline(changes={"user_id": ANN, "workflow": "manual"})
    [decided] = publish(manual, upload("b.md", "# Lamp\n\nThe lamp weighs 3 kg.\n\nThe lamp must be cleaned weekly.\n"))
    with pipeline.open_uow() as uow:
        uow.session.connection.execute(
            "INSERT INTO events (type, code, payload) VALUES ('error', 'dead_letter', "
            '\'{"error": {"code": "damaged"}}\')'
        )
        uow.session.connection.execute(
            "INSERT INTO missing_parts (part, error, probe_at) VALUES ('store', '{}', now())"
        )
        accounts = Budgets(pipeline.settings.run_id).accounts(ANN, datetime.now(UTC))
        for settles in (True, False):
            call = PlannedCall("embeddings", "m", Payer(ANN), 1, Usage(1, 0, 0.5))
            call_id = uow.spending.reserve(call, accounts, run_id=pipeline.settings.run_id, worker="w", lease_s=60)
            if settles:
                uow.spending.settle(call_id, Usage(1, 0, 0.4), outcome="answered")
        uow.commit()
    client = client_of(pipeline)
    url = f"/api/v2/documents/{decided}/facts"
    for fact, status in zip(client.get(url).json()["items"], ("approved", "rejected"), strict=True):
        assert client.patch(f"{url}/{fact['question_id']}", json={"status": status}).status_code == 200
    client.get("/api/v2/jobs")
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def test_every_metric_and_label_is_in_a_scrape(scrape: dict[str, dict[str, set[str]]]) -> None:
    assert len(EXPRESSIONS) > 25
    wrong = [(where, fault) for where, text in EXPRESSIONS for fault in faults(text, scrape)]
    assert wrong == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("upload_pipeline_nonsense", "no series upload_pipeline_nonsense"),
        ('upload_pipeline_jobs{stage="x"}', "upload_pipeline_jobs has no label stage"),
        ('upload_pipeline_jobs{state="lost"}', "no state of upload_pipeline_jobs is lost"),
        ('upload_pipeline_jobs{state=~"queued|lost"}', "no state of upload_pipeline_jobs is lost"),
        ("sum by (stage) (upload_pipeline_jobs)", "upload_pipeline_jobs has no label stage"),
        ("increase(upload_pipeline_dead_letters[1h])", "no series upload_pipeline_dead_letters"),
        ("vector(1)", "asks for no series"),
    ],
)
def test_what_is_wrong_is_found(expression: str, expected: str) -> None:
    scrape = {
        "upload_pipeline_jobs": {"state": {"queued", "done"}},
        "upload_pipeline_dead_letters_total": {"code": {"x"}},
    }
    assert expected in faults(expression, scrape)


def faults(text: str, scrape: dict[str, dict[str, set[str]]]) -> list[str]:
    """What the expression asks for that the scrape does not have."""
    found: list[str] = []
    tree = promql_parser.parse(text)
    selectors = _selectors(tree)
    for selector in selectors:
        labels = {**{name: dict.fromkeys(own) for name, own in OF_PROMETHEUS.items()}, **scrape}.get(selector.name)
        if labels is None:
            found.append(f"no series {selector.name}")
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name not in labels:
                found.append(f"{selector.name} has no label {matcher.name}")
            elif selector.name.startswith(OURS) and re.fullmatch(r"[\w|-]+", matcher.value):
                missing = set(matcher.value.split("|")) - labels[matcher.name]
                found += [f"no {matcher.name} of {selector.name} is {value}" for value in sorted(missing)]
    if not selectors:
        found.append("asks for no series")
    return found + _groupings(tree, scrape)


def _groupings(tree: promql_parser.Expr, scrape: dict[str, dict[str, set[str]]]) -> list[str]:
    """Labels that an aggregation keeps, of every series below it."""
    found: list[str] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier:
            for selector in _selectors(node.expr):
                known = scrape.get(selector.name or "", {})
                found.extend(f"{selector.name} has no label {one}" for one in node.modifier.labels if one not in known)

    promql_parser.walk(tree, visit)
    return found


def _selectors(tree: promql_parser.Expr) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.MatrixSelector):
            found.append(node.vector_selector)
        elif isinstance(node, promql_parser.VectorSelector):
            found.append(node)

    promql_parser.walk(tree, visit)
    return found


def test_rules_say_what_happened_and_what_to_do(alerts: list[dict[str, Any]]) -> None:
    names = [rule["alert"] for rule in alerts]
    assert len(set(names)) == len(names)
    readme = (FOLDER / "README.md").read_text("utf-8")
    for rule in alerts:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["do"]
        assert f"`{rule['alert']}`" in readme
        used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert not [label for label in used if label not in rule["expr"] and label != "part"]


def test_the_dashboard_is_whole() -> None:
    dashboard = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["type"] == "row" or panel["targets"]
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel.get("targets", ()))
    assert [one["name"] for one in dashboard["templating"]["list"]] == ["datasource"]

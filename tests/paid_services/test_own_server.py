"""Facts from a model on a server of one's own: no key, no price, and the labels that judge every other generator."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.quality import own_scores, replay, samples
from benchmarks.quality.publishing import publish
from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.ports.fact_generator import ChunkInput
from tests.paid_services.own_servers import LOGPROB, MODEL, SHAPES, add_own_server
from tests.paid_services.server import PaidServer, serve

MakePipeline = Callable[..., Pipeline]
PASSAGE = """The hull insurance does not cover:

- damage by ice
- theft of loose equipment
"""


def settings_of(server: PaidServer) -> dict[str, object]:
    """What docs/paid_services.md says is to be set."""
    return {
        "fact_generator": "openai",
        "openai_own_server": True,
        "openai_base_url": f"{server.url}/v1",
        "openai_fact_model": MODEL,
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_the_documented_request_is_answered_by_each_kind_of_server(make_pipeline: MakePipeline, shape: str) -> None:
    with serve(add_own_server(PaidServer(), SHAPES[shape])) as server:
        app = make_pipeline(changes=settings_of(server))
        [checked] = [check for check in app.diagnose() if check.name == "facts"]
        [answer] = app.generator.generate([ChunkInput(PASSAGE, ("Terms", "Insurance"))])
    assert checked.result == "ok"
    assert not isinstance(answer, Exception)
    ice = next(one for one in answer.candidates if "ice" in one.statement)
    assert (ice.question, ice.answer) == (None, None)
    assert ice.quotes == ("The hull insurance does not cover:", "damage by ice")
    assert answer.usage.cost_usd == 0
    assert server.keys_seen == {"Bearer none"}
    sure = ice.traits.get("logprob")
    assert sure == (None if shape == "ollama" else pytest.approx(LOGPROB))


def test_its_facts_are_judged_by_the_same_labels(
    make_pipeline: MakePipeline, converter: LocalConverter, tmp_path: Path
) -> None:
    made = samples.make(tmp_path)
    with serve(add_own_server(PaidServer(), SHAPES["vllm"])) as server:
        app = make_pipeline(changes=settings_of(server), converter=converter)
        published = publish(app, [document for document, _ in made.truths], "labelled", tmp_path / "exports")
    told = own_scores.labels(samples.LABELS, published.exports, misses=True)
    assert published.waiting == []
    assert "keys   1.00 of 26" in told, told
    assert "junk   0.00" in told, told
    exports = [json.loads(file.read_text("utf-8")) for file in published.exports.glob("*.json")]
    quotes = [fact["quote"] for exported in exports for fact in exported["facts"]]
    assert "The hull insurance does not cover: … damage by ice" in quotes
    assert not [quote for quote in quotes if "sink the boat" in quote]


BOATS = "Every boat longer than fifteen metres has to show a white light from sunset to sunrise."
NOTICE = f"""# Harbour notice

{BOATS}

The harbour office keeps:

- the keys of the northern gate and of the fuel pumps
- one pump for each of the three jetties

| Jetty | Berths | Fee |
| --- | --- | --- |
| North | 40 | 12 EUR |
"""


def test_what_no_model_wrote_down_is_answered_by_rules_and_proved_like_any_answer(
    make_pipeline: MakePipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "_ERRS", 1)  # every long quote has a wrong letter
    monkeypatch.setattr(replay, "_INVENTS", 1)
    monkeypatch.setattr(replay, "_DOUBTS", 10**9)
    file, said = tmp_path / "notice.md", replay.Replay()
    file.write_text(NOTICE)
    with replay.serving(said) as address:
        app = make_pipeline(changes=replay.settings_for(address))
        published = publish(app, [file], "somebody", tmp_path / "exports")
    [exported] = [json.loads(one.read_text("utf-8")) for one in published.exports.glob("*.json")]
    assert published.waiting == []
    assert {fact["statement"]: fact["quote"] for fact in exported["facts"]} == {
        BOATS: BOATS,
        "The harbour office keeps the keys of the northern gate and of the fuel pumps": "The harbour office keeps: … "
        "the keys of the northern gate and of the fuel pumps",
        "The harbour office keeps one pump for each of the three jetties": "The harbour office keeps: … one pump for "
        "each of the three jetties",
        "North: Berths: 40; Fee: 12 EUR": "| Jetty | Berths | Fee | … | North | 40 | 12 EUR |",
    }
    assert (said.said["derived"], said.said["misquoted"]) == (4, 2)
    assert said.said["invented"] >= 1
    assert "made up: 0" in replay.told(said, published.exports)


def test_a_paid_endpoint_still_needs_a_key_and_a_price(make_pipeline: MakePipeline) -> None:
    with serve(add_own_server(PaidServer(), SHAPES["ollama"])) as server:
        paid = {**settings_of(server), "openai_own_server": False}
        with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
            make_pipeline(changes=paid).generator.generate([ChunkInput(PASSAGE, ())])

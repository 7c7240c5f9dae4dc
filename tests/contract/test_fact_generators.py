"""One contract for every fact generator that needs no key."""

from collections.abc import Callable

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator
from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.domain.facts import Generated
from pipeline_core.ports.fact_generator import ChunkInput, FactGenerator
from pipeline_core.stages.evidence import verify
from tests.support.fakes import ScriptedFactGenerator

POLICY = ChunkInput(
    "## Your costs\n\nThe deductible is $500. Members must submit claims within 90 days.\n",
    ("Policy", "Your costs"),
)
BLANK = ChunkInput(" \n\n", ())
LINES = st.sampled_from(
    [
        "",
        "# Heading",
        "The fee is $5,000 and 5 % of it is due.",
        "The fee is $500. The fee is **$600.** The tax is 5.",
        "However, the `code` is [here](http://x.y/a.b).",
        "It is so.",
        "- **Key:** 30 days",
        "* The *plan* covers fire.",
        "1. Use a lock.",
        "> The insurer shall pay.",
        "| Peril | Limit |",
        "|---|---|",
        "| Fire | $5 |",
        "```",
        "<!-- x",
        "-->",
        "保険料は毎年の五月一日に支払う。",
        "Die Prämie beträgt 5,5 % und wird am 1. Mai fällig.",
    ]
)


@pytest.fixture(scope="module", params=[lambda: ExtractiveFactGenerator(6), ScriptedFactGenerator])
def generator(request: pytest.FixtureRequest) -> FactGenerator:
    make: Callable[[], FactGenerator] = request.param
    return make()


def test_one_answer_for_each_chunk_in_order(generator: FactGenerator) -> None:
    other = ChunkInput(POLICY.text.replace("$500", "$700"), POLICY.heading_path)
    first, blank, second = generator.generate([POLICY, BLANK, other])
    assert [first] == generator.generate([POLICY])
    assert [blank] == generator.generate([BLANK])
    assert [second] == generator.generate([other])
    assert generator.generate([]) == []


def test_nothing_found_has_a_reason(generator: FactGenerator) -> None:
    [answer] = generator.generate([BLANK])
    assert isinstance(answer, Generated)
    assert answer.candidates == ()
    assert answer.reason


def test_the_cache_key_can_be_written(generator: FactGenerator) -> None:
    assert orjson.dumps([generator.name, generator.version, generator.params])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.lists(LINES, max_size=25).map("\n".join), st.text(max_size=300)))
def test_every_fact_is_proved_letter_for_letter(generator: FactGenerator, text: str) -> None:
    [answer] = generator.generate([ChunkInput(text, ("Policy",))])
    assert isinstance(answer, Generated)
    assert answer.candidates or answer.reason  # beside facts it says which table has none
    proved, refused = verify(answer.candidates, text)
    assert refused == 0
    assert len(proved) == len(answer.candidates)
    for candidate, proof in proved:
        assert {span.match for span in proof} == {"exact"}
        assert tuple(span.quote for span in proof) == candidate.quotes
        assert candidate.is_whole


def test_a_chunk_that_fails_harms_no_other() -> None:
    generator = ScriptedFactGenerator()
    error = ServiceUnavailableError("the model is away")
    generator.fail_with(error, on=lambda chunk: "deductible" in chunk.text)
    other = ChunkInput("Fire is covered.", ())
    failed, answered = generator.generate([POLICY, other])
    assert failed is error
    assert isinstance(answered, Generated)
    generator.heal()
    [healed] = generator.generate([POLICY])
    assert isinstance(healed, Generated)
    assert generator.calls == 3


def test_a_defect_in_the_extractive_generator_stays_with_its_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline_core.adapters.facts import extractive

    extract = extractive.extract

    def broken(chunk: ChunkInput, max_facts: int) -> Generated:
        if chunk is BLANK:
            raise ZeroDivisionError("a defect")
        return extract(chunk, max_facts)

    monkeypatch.setattr(extractive, "extract", broken)
    failed, answered = ExtractiveFactGenerator(3).generate([BLANK, POLICY])
    assert isinstance(failed, Exception)
    assert "a defect" in str(failed)
    assert isinstance(answered, Generated)
    assert answered.candidates

import math
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator, extract
from pipeline_core.domain.documents import Page, PageMap
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.domain.ids import document_id_for, user_id_for
from pipeline_core.domain.text import numbers_in
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.stages.chunking import split
from pipeline_core.stages.evidence import verify
from tests.support.paths import SHARED

POLICY = """# Homeowners Policy

## Your costs

The deductible is $500. The annual premium is **$1,240** and is payable on 1 May of each year. See section 3.
What is a deductible? However, the insurer may waive the deductible for claims above $10,000.

## Claims

Members must submit claims within 90 days. It is not limited. Come join us!

### Exclusions

- This policy does not cover flood damage.
- Losses caused by wear and tear
- **Waiting period:** 30 days
- Coverage applies to the dwelling and to [detached structures](https://x.y/z.html#a.b).

| Peril | Deductible | Limit |
|---|---|---|
| Fire | $500 | $250,000 |
| Flood | – | not covered |
| **Hail** | 2% | |

| Service | Copay |
|:--|--:|
| Primary care visit | $25 |

```
The code is not a fact.
```
<!-- The comment is not a fact. -->

![The picture is not a fact.](x.png)
"""


def facts(text: str, *headings: str, most: int = 50) -> tuple[FactCandidate, ...]:
    return extract(ChunkInput(text, headings), most).candidates


def one(fact: FactCandidate) -> str:
    """Its only quote."""
    [quote] = fact.quotes
    return quote


def test_a_policy() -> None:
    assert [(fact.question, fact.answer) for fact in facts(POLICY, "Homeowners Policy")] == [
        ("What is the deductible?", "The deductible is $500."),
        (
            "What is the annual premium?",
            "The annual premium is $1,240 and is payable on 1 May of each year.",
        ),
        (None, None),
        ("How soon must members submit claims?", "Members must submit claims within 90 days."),
        (None, None),
        (None, None),
        (None, None),
        *[(None, None)] * 5,
    ]


def test_quotes_are_verbatim_and_statements_are_without_marks() -> None:
    by_statement = {fact.statement: fact.quotes[-1] for fact in facts(POLICY)}
    assert (
        by_statement["Your costs: The annual premium is $1,240 and is payable on 1 May of each year."]
        == "The annual premium is **$1,240** and is payable on 1 May of each year."
    )
    # a connective at the beginning is left out of the quote, not edited away
    assert (
        by_statement["Your costs: The insurer may waive the deductible for claims above $10,000."]
        == "the insurer may waive the deductible for claims above $10,000."
    )
    assert by_statement["Exclusions: Fire – Deductible: $500; Limit: $250,000"] == "| Fire | $500 | $250,000 |"
    assert all(quote in POLICY for fact in facts(POLICY) for quote in fact.quotes)


@pytest.mark.parametrize(
    "text",
    [
        # leans on what stood before
        "It covers fire and smoke damage.",
        "These losses are covered by the policy.",
        "This is covered by the policy as well.",
        "For example, fire damage is covered.",
        "If they agree, the claim is paid at once.",
        # no statement
        "What does the policy cover exactly?",
        "See section 3 of this policy for that.",
        "Is covered by the policy in full.",
        "Ensuring that every claim is paid on time.",
        "the claim is paid within 30 days.",
        "The claim is paid within 30 days",
        "We pay.",
        "The report was written by Smith et al.",
        "Figure 3: The deductible is shown in blue.",
        "The deductible is " + "very " * 60 + "high.",
        # broken by a conversion, or the foot of a page
        "The deductible is shown in .",
        "The deductible (see the table is $500.",
        "Copyright 2024 is held by © the insurer.",
        "The policy is at https://example.org/policy.",
        # not prose
        "# The deductible is $500.",
        "The deductible is $500.\n===",
        "    The deductible is $500.",
        "```\nThe deductible is $500.\n```",
        "~~~\nThe deductible is $500.\n\nThe premium is $5.\n~~~",
        "<div>The deductible is $500.</div>",
        "<!--\nThe deductible is $500.\n\nThe premium is $5.\n-->",
        "![The deductible is $500.](x.png)",
        "[1]: The deductible is $500.",
        "- [The deductible](x.html)\n- [The premium](y.html)",
        "# References\n\nSmith is an author of the book.",
        # tables that cannot be read row by row
        "| The deductible is $500. | b |",
        "| Name | Amount |\n|---|---|",
        "| | |\n|---|---|\n| | |",
        "| a " * 13 + "|\n" + "|---" * 13 + "|\n" + "| 1 " * 13 + "|",
        "| Name | Amount |\n|---|---|\n| | 5 |\n| x | – |\n| y | ✓ |",
    ],
)
def test_nothing_is_made_of(text: str) -> None:
    answer = extract(ChunkInput(text, ("Policy",)), 5)
    assert answer.candidates == ()
    assert answer.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "blank"),
        ("# Policy\n\n## Costs", "only a heading"),
        ("## Code\n\n```\nx = 1\n```", "code only"),
        ("| a | b |", "a table without a header row"),
        ("| Name | Amount |\n|---|---|", "a table without rows below its header"),
        ("| | |\n|---|---|\n| | |", "a table of blank cells"),
        ("| a |\n|---|\n| 1 |", "a table of one column"),
        ("| a " * 45 + "|\n" + "|---" * 45 + "|\n" + "| 1 " * 45 + "|", "a table of 45 columns"),
        ("| Name | Amount |\n|---|---|\n| | 5 |\n| x | – |", "a table none of whose rows"),
        ("| a | b |\n\nFire, smoke, water.", "a table without a header row; no declarative sentence"),
        ("# Us\n\n![](a.png) ![](b.png)", "pictures only"),
        ("- is it?\n- and this?", "items of a list that say nothing"),
        ("<table><tr><td>x</td></tr></table>", "HTML only"),
        ("# References\n\nSmith 2020.", "a section of references"),
        ("Fire, smoke, water.", "no declarative sentence"),
    ],
)
def test_the_reason_says_what_was_there(text: str, reason: str) -> None:
    assert (extract(ChunkInput(text, ()), 5).reason or "").startswith(reason)


def test_a_table_that_gave_nothing_is_told_of_beside_facts() -> None:
    text = "The office opens its doors to visitors at nine o'clock every morning.\n\n| Name |\n|---|\n| x |\n"
    answer = extract(ChunkInput(text, ("Office",)), 5)
    assert len(answer.candidates) == 1
    assert answer.reason == "none of a table of one column"


def test_a_table_among_references_is_no_table_without_a_header() -> None:
    assert extract(ChunkInput("# References\n\n| a | b |", ()), 5).reason == "a section of references"


def test_sentences_end_where_they_end() -> None:
    sentences = [
        "The fee is $5.50 for Dr. Smith, e.g. in the U.S. market.",
        "The limit is **$500.**",
        "**The `a. B` call** is limited to `x.y()`.",
        "[The *plan*](http://x.y/a.b) is to be read in full.",
        "5 claims are open on 1 May 2024.",
        "The fine is $1 (and no more).",
        "The bill is easy to miss.",
        "Each cost is clear.",
    ]
    assert [one(fact) for fact in facts(" ".join(sentences))] == sentences
    assert [one(fact) for fact in facts("\n".join(sentences))] == sentences


def test_the_best_are_chosen_and_stay_in_order() -> None:
    text = (
        "The office has a green door and a window. The insurer must pay $5,000 within 30 days. "
        "The building was there for a long time. The deductible is 5% of the loss."
    )
    assert [fact.answer for fact in facts(text, most=2)] == [
        "The insurer must pay $5,000 within 30 days.",
        "The deductible is 5% of the loss.",
    ]
    assert len(facts(text, most=1)) == 1


def test_no_two_facts_of_a_chunk_have_one_question() -> None:
    names = ("claim", "hail", "flood")
    text = " ".join(f"The insurer must pay the fee of ${n} for the {name} form." for n, name in enumerate(names))
    found = facts(text + " The insurer must pay the fee of $0 for the claim form.", "Fees")
    asked = [fact.question for fact in found if fact.question]
    assert len(set(asked)) == len(asked)
    assert len({fact.statement for fact in found}) == len(found) == 3


def test_headings_inside_the_chunk_count() -> None:
    flood, thanks = "## Flood\n\nThe deductible is $500.", "## Acknowledgements\n\nThe deductible is $700."
    text = f"{flood}\n\n{thanks}\n\n# Part Two\n\nThe tax is $9."
    assert [fact.statement for fact in facts(text, "Policy Part One", "Flood")] == [
        "Flood: The deductible is $500.",
        "The tax is $9.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Die Selbstbeteiligung beträgt 500 Euro und wird von der Leistung abgezogen.",
        "La franchise est de 500 euros et elle est déduite de la somme versée.",
        "El deducible es de 500 euros y se descuenta de la suma pagada por la aseguradora.",
        "Франшиза составляет 500 рублей и вычитается из суммы выплаты.",
        "免赔额为五百元，从赔款中扣除。",
        "مبلغ التحمل هو 500 ريال ويخصم من قيمة التعويض.",
    ],
)
def test_other_languages_are_said_without_a_question_that_is_made_up(text: str) -> None:
    [fact] = facts(text, "")
    assert (fact.question, fact.answer) == (None, None)
    assert one(fact) == fact.statement == text


def test_numbers_are_never_changed_by_stripping() -> None:
    # without its marks this would read 500
    assert facts("The limit is 5**00** dollars for each loss.") == ()


def real_documents() -> list[Path]:
    return sorted([*SHARED.glob("office/*.gt.md"), *SHARED.glob("documents/*/gt/*.md")])[::4]


def test_on_real_documents_everything_is_proved_and_reads_as_a_question() -> None:
    if not real_documents():
        pytest.skip("the shared documents are not here")
    generator, total = ExtractiveFactGenerator(6), 0
    for path in real_documents():
        markdown = path.read_text()
        chunks = split(
            markdown,
            PageMap((Page(1, 0, len(markdown)),)),
            document_id=document_id_for(user_id_for("test"), path.name),
            min_chars=600,
            max_chars=1600,
            overlap_chars=0,
        )
        answers = generator.generate([ChunkInput(chunk.text, chunk.heading_path) for chunk in chunks])
        for chunk, answer in zip(chunks, answers, strict=True):
            assert isinstance(answer, Generated)
            proved, refused = verify(answer.candidates, chunk.text)
            assert (len(proved), refused) == (len(answer.candidates), 0)
            sentences = [fact for fact, _ in proved if not {"row", "item"} & fact.traits.keys()]
            assert len(sentences) <= 6 * max(1, math.ceil(len(chunk.text) / 800))
            assert all(one[-1].char_from <= two[-1].char_from for (_, one), (_, two) in pairwise(proved))
            for fact, _ in proved:
                total += 1
                assert fact.question is None or (
                    fact.question.endswith(("?", "؟", "？", ";")) and len(fact.question) <= 150
                )
                assert not any(mark in "".join(fact.texts) for mark in ("**", "](", "\n"))
                assert set(numbers_in(fact.answer or "")) <= set(numbers_in(" ".join(fact.quotes)))
    assert total > 300


@pytest.mark.parametrize(
    "sentence",
    [
        "A ticket costs €4.",
        "A permit costs EUR 30 a month.",
        "Each group contained 300 seeds.",
        "The router restarts automatically after a firmware update.",
        "The Heron camera weighs 480 grams.",
        "Returns are accepted within 30 days.",
    ],
)
def test_a_short_rule_of_plain_words_is_a_sentence(sentence: str) -> None:
    said = extract(ChunkInput(sentence, (), language="en"), 5).candidates
    assert [fact.statement for fact in said] == [sentence]


def test_a_title_with_a_full_stop_is_no_sentence() -> None:
    said = extract(ChunkInput("The fine-grained regime.", ("Regimes",), language="en"), 5).candidates
    assert said == ()


@pytest.mark.parametrize("sentence", ["대출 기간은 14일입니다.", "회원증은 무료입니다.", "매주 월요일은 휴관합니다."])
def test_a_korean_sentence_of_few_blanks_is_long_enough(sentence: str) -> None:
    said = extract(ChunkInput(sentence, ("도서관 이용 안내",), language="ko"), 5).candidates
    assert [fact.quotes[-1] for fact in said] == [sentence]


def test_a_paragraph_behind_a_list_does_not_complete_what_leads_to_the_list() -> None:
    text = "You must:\n\n- pay the premium on time;\n- lock all doors.\n\nThe deductible is €250 per claim.\n"
    assert "The deductible is €250 per claim." in [fact.statement for fact in facts(text)]


def test_a_heading_keeps_the_number_of_its_name() -> None:
    text = "## Falcon 200\n\nThe battery lasts 12 hours.\n\n## Falcon 300\n\nThe battery lasts 18 hours.\n"
    assert [fact.statement.partition(":")[0] for fact in facts(text)] == ["Falcon 200", "Falcon 300"]

"""What stands before a number at the start of a line: its sign, or a mark of markdown."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.ports.fact_generator import ChunkInput


def said(markdown: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(markdown, ()), 50).candidates]


@pytest.mark.parametrize(
    "line",
    [
        "> 40 % of all tenants are members of the union.",
        ">40 tenants are members of the union of the city.",
        "- 15 °C is the lowest temperature of the cold room.",
        "+ 3 dB is the gain of the aerial of the house.",
        "- $40 is the balance of the account of the hall.",
        "12. May is the last day of the lease of the hall.",
        "- 15 °C is the lowest temperature of the room.\n- 25 °C is the lowest temperature of the cellar.",
        "> 40 % of all tenants are members of the union.\n> 30 % of all owners are members of the union.",
        "Here is what is known:\n> 40 % of all tenants are members of the union.",
    ],
)
def test_nothing_is_said_where_a_mark_may_be_a_sign(line: str) -> None:
    assert said(line) == []
    assert said(f"{line}\n\nThe rent of the hall is $90 for each evening.") == [
        "The rent of the hall is $90 for each evening."
    ]


@pytest.mark.parametrize(
    ("markdown", "statements"),
    [
        # escaped, within a sentence or without a blank, it is no mark
        (r"\> 40 % of all tenants are members.", ["> 40 % of all tenants are members."]),
        (r"\- 15 °C is the lowest temperature.", ["- 15 °C is the lowest temperature."]),
        (r"\+ 3 dB is the gain of the aerial.", ["+ 3 dB is the gain of the aerial."]),
        ("-15 °C is the lowest temperature.", ["-15 °C is the lowest temperature."]),
        ("≥ 2 bar is the least pressure.", ["≥ 2 bar is the least pressure."]),
        ("The share of it is\n> 44 % in each of the years.", ["The share of it is > 44 % in each of the years."]),
        ("The moisture is < 4 % in all of the rooms.", ["The moisture is < 4 % in all of the rooms."]),
        (r"12\. May is the last day of the lease.", ["12. May is the last day of the lease."]),
        # a mark that stands before other words too
        (
            "> The share of the members is at most\n> 40 % in each of the years.",
            ["The share of the members is at most 40 % in each of the years."],
        ),
        ("- 22 °C is the temperature.\n- The water is warm in all rooms.", None),
        ("- 3 rooms are rented to the tenants.\n- 4 rooms are empty in the winter.", None),
        ("* 7 owners are members of the union.", ["7 owners are members of the union."]),
        ("1. May is the first of the months.\n2. June is the second of the months.", None),
        # names in angle brackets are text
        (r"The \<delay> is 20 seconds for each gate.", ["The <delay> is 20 seconds for each gate."]),
        ("The <delay> is 20 seconds for each gate.", ["The <delay> is 20 seconds for each gate."]),
        ("The <b>delay</b> is 20 seconds for each gate.", ["The delay is 20 seconds for each gate."]),
    ],
)
def test_a_sign_is_said_and_a_mark_is_not(markdown: str, statements: list[str] | None) -> None:
    plain = [line.split(maxsplit=1)[1] for line in markdown.splitlines() if " " in line]
    assert said(markdown) == (plain if statements is None else statements)


def test_the_quote_has_the_sign() -> None:
    [fact] = extract(ChunkInput("\\> 40 % of all tenants are members.\n", ()), 5).candidates
    assert fact.quotes == (r"\> 40 % of all tenants are members.",)


def test_code_in_a_list_or_a_quote_is_not_said() -> None:
    rent = "The rent of the hall is $90 for each evening."
    code = "The code of the hall is not a fact of it."
    blocks = (("- ```", "  ", "```"), ("> ~~~", "> ", "~~~"), ("1. ```sh", "   ", ""), ("```", "", "```"))
    for opened, inset, closed in blocks:
        assert said(f"{opened}\n{inset}{code}\n{inset}{closed}\n\n# Rent\n\n{rent}\n") == [rent]
    begins_in_code = f"{code}\n```\n{rent}\n"
    assert [fact.statement for fact in extract(ChunkInput(begins_in_code, (), code=((0, 46),)), 5).candidates] == [rent]

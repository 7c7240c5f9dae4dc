"""Headings and clauses of plain text: what is typed on lines of its own does not run into the lines below."""

import time

import pytest

from pipeline_core.adapters.converters.text import as_markdown
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.ports.fact_generator import ChunkInput


def headings(text: str) -> list[str]:
    return [line for line in as_markdown(text).splitlines() if line.startswith("#")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Allergies\nLe patient ne supporte pas la pénicilline.\n", ["# Allergies"]),
        ("Visit\n\nSee below.\n\nOpening hours\nThe pool opens at seven.\n", ["# Visit", "## Opening hours"]),
        ("RULES OF THE POOL\n\nPETS\nDogs must stay outside.\n", ["# RULES OF THE POOL", "## PETS"]),
        ("Packing\n- a tent\n- a lamp\n", ["# Packing"]),
        ("1. Scope\nThis norm covers ropes.\n\n2. Terms\n2.1 A rope is a line.\n", ["## 1. Scope", "## 2. Terms"]),
        ("3. Duty to register\n(1) Owners shall register.\n", ["## 3. Duty to register"]),
        ("1. 保管\n乾燥した場所で保管する。\n\n2. 清掃\n毎月一回清掃する。\n", ["## 1. 保管", "## 2. 清掃"]),
        ("第一章 开放\n第一条 每天九点开放。\n", ["# 第一章 开放"]),
        ("Kapitel 2\nBeiträge\n\nDer Beitrag ist im Mai fällig.\n", ["# Kapitel 2", "## Beiträge"]),
        ("PART I\nBOATS\n\nBoats need a licence.\n", ["# PART I", "## BOATS"]),
        ("Hours\n\nThe pool opens\nat seven.\n\nFees\n\n* 4 euros for a day\n", ["# Hours", "## Fees"]),
        ("Version 2.4\nLogs are kept for a month.\n\nVersion 2.3\nIt runs.\n", ["# Version 2.4", "## Version 2.3"]),
        # lists, addresses, verses, wrapped text, greetings, what has a colon, and a text in capitals have none
        ("1. Milk\n2. Eggs\n\nBuy them today.\n", []),
        ("1. Wash the rice\n2. Drain it and wait\n   before cooking.\n3. Cook it.\n", []),
        ("Anna Schmidt\nHauptstr. 5\n12345 Berlin\n\nSehr geehrte Frau Meier,\n\nder Vertrag endet.\n", []),
        ("Roses are red\nViolets are blue\nSugar is sweet\nAnd so are you.\n", []),
        ("A short novel that was written by the American author\nErnest Hemingway in Cuba, where he lived.\n", []),
        ("Best regards\nAnna\n", []),
        ("Date: 3 May\nThe meeting begins at nine.\n", []),
        ("THIS IS A TELEGRAM\nWE ARRIVE TOMORROW STOP\n\nMEET US AT NINE STOP\n", []),
        ("One line alone\n", []),
        # who types marks has marked all of them
        ("# Pool\n\nPETS\nDogs must stay outside.\n", ["# Pool"]),
    ],
)
def test_a_line_of_its_own_above_a_text_is_a_heading(text: str, found: list[str]) -> None:
    assert headings(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "2.1 The fee is due in May.\n2.2 It rises each year.\n",
        "Madde 1 - Havuz yedide açılır.\nMadde 2 - Giriş 40 liradır.\n",
        "Art. 1. Statek ma nazwę.\nArt. 2. Nazwa jest jawna.\n",
        "المادة 1: تفتح المكتبة كل يوم.\nالمادة 2: الدخول مجاني.\n",
        "第一条 每天九点开放。\n第二条 儿童免费。\n",
        "Rule 1 The pool opens at seven every day.\nRule 2 Dogs must stay outside the fence.\n",
        "제1조 매일 아홉 시에 연다.\n제2조 어린이는 무료이다.\n",
    ],
)
def test_a_line_with_a_number_begins_a_clause(text: str) -> None:
    first, second = text.splitlines()
    third = "Rule 3 Nobody swims alone.\n" if "Rule" in text else ""
    assert as_markdown(text + third) == f"{first}\n\n{second}\n" + (third and f"\n{third}")


def test_a_line_within_a_sentence_begins_no_clause() -> None:
    text = "The rules of\nArt. 5 were changed in spring, and those of\nsection 2.1 too.\n"
    assert as_markdown(text) == text


def test_a_paragraph_is_no_item_of_the_no_in_the_paragraph_above() -> None:
    text = (
        "2.1 Neither tenant may sublet the flat.\n\n2.2 The landlord pays for:\n"
        "(a) the roof;\n(b) the lift; and\n(c) the pipes in the walls.\n"
    )
    said = " ".join(fact.statement for fact in extract(ChunkInput(text, (), language="en"), 6).candidates)
    assert all(part in said for part in ("the roof", "the lift", "the pipes in the walls"))


@pytest.mark.parametrize("mark", ["가", "ก", "क", "б", "ب", "č"])
def test_letters_of_many_scripts_mark_items(mark: str) -> None:
    text = f"The club pays for:\n{mark}) the boats and their ropes,\n{mark}) the house by the lake.\n"
    assert [fact.statement for fact in extract(ChunkInput(text, (), language="en"), 6).candidates] == [
        "The club pays for the boats and their ropes.",
        "The club pays for the house by the lake.",
    ]


@pytest.mark.parametrize("heading", ["Known issues", "Planned features", "New features", "Recent issues"])
def test_a_heading_of_names_is_no_beginning_of_a_sentence(heading: str) -> None:
    text = f"## {heading}\n- The search ignores accents in names.\n- Export to PDF fails on long pages.\n"
    said = [fact.statement for fact in extract(ChunkInput(text, (), language="en"), 6).candidates]
    assert not any(one.startswith(f"{heading} ") for one in said)


def test_long_texts_take_time_by_their_length() -> None:
    """A text of many titles: looking at all lines above each took minutes."""
    title = "PART OF THE TEXT\nThe text goes on here.\n\n"
    started = time.process_time()
    as_markdown(title * 20_000)
    assert time.process_time() - started < 8

"""Lists: each item is said with its lead-in, alone, or not at all."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.documents import Page, PageMap
from pipeline_core.domain.ids import document_id_for, user_id_for
from pipeline_core.domain.lists import begins_in_list, list_at_end
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.stages.chunk_inputs import chunk_inputs
from pipeline_core.stages.chunking import split


def said(markdown: str, *headings: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(markdown, headings), 6).candidates]


@pytest.mark.parametrize(
    ("markdown", "statements"),
    [
        # one sentence, where grammar lets lead-in and item be one
        (
            "The policy does not cover:\n\n- flood,\n- wear and tear; and\n- acts of war.\n",
            [
                "The policy does not cover flood.",
                "The policy does not cover wear and tear.",
                "The policy does not cover acts of war.",
            ],
        ),
        (
            "Before you leave, you must:\n\n- close the windows\n- return both keys to the office\n",
            [
                "Before you leave, you must close the windows.",
                "Before you leave, you must return both keys to the office.",
            ],
        ),
        ("Near the tank, do not:\n\n- open the valve\n", ["Near the tank, do not open the valve."]),
        # a noun after "must" is no sentence
        ("Each van must:\n\n- a fire extinguisher\n", ["Each van must: a fire extinguisher."]),
        (
            "The following are excluded:\n\n- Damage that you cause on purpose.\n- Racing.\n",
            [
                "The following are excluded: Damage that you cause on purpose.",
                "The following are excluded: Racing.",
            ],
        ),
        # sentences stand alone after a lead-in that changes nothing
        (
            "The following rules apply in the pool:\n\n- Children must be with an adult.\n- Glass must stay outside.\n",
            ["Children must be with an adult.", "Glass must stay outside."],
        ),
        # what holds only together is said together
        (
            "The claim is paid if:\n\n- the bike was locked; and\n- the loss was reported within 3 days.\n",
            ["The claim is paid if: the bike was locked; and the loss was reported within 3 days."],
        ),
        (
            "The guests of the hotel may choose either:\n\n- a locker, or\n- a parking space.\n",
            ["The guests of the hotel may choose either: a locker; or a parking space."],
        ),
        # one of them is enough
        (
            "The licence ends if:\n\n- the fee was not paid; or\n- the boat was sold.\n",
            ["The licence ends if the fee was not paid.", "The licence ends if the boat was sold."],
        ),
        # nested: with all that leads to it
        (
            "The fee covers:\n\n- Repairs:\n  - the hull\n  - the mast\n- Storage in winter\n",
            [
                "The fee covers: Repairs: the hull; the mast.",
                "The fee covers storage in winter.",
            ],
        ),
        # a lead-in that leans on what is not there, and one whose beginning is missing
        ("It does not cover:\n\n- flood\n- storms\n", []),
        ("and allows users to:\n\n- start the pump again\n", []),
        # an item that goes on elsewhere, one that is only a link, one that leads to nothing
        ("The kit contains:\n\n- a rope that is longer than the\n\nboat itself.\n", []),
        ("The files are:\n\n- [Rules](https://a.b/c)\n", []),
        # other languages: with the lead-in, a colon between
        (
            "Die Versicherung deckt nicht:\n\n- Schäden durch Hochwasser\n- Diebstahl von Bargeld\n",
            [
                "Die Versicherung deckt nicht: Schäden durch Hochwasser.",
                "Die Versicherung deckt nicht: Diebstahl von Bargeld.",
            ],
        ),
        (
            "La garantie est perdue si :\n\n- le bateau a été vendu ; et\n- la vente n'a pas été déclarée.\n",
            ["La garantie est perdue si: le bateau a été vendu; et la vente n'a pas été déclarée."],
        ),
        ("- **Waiting period:** 30 days\n", ["Waiting period: 30 days"]),
        # a fragment with a full stop is no sentence; a sentence may end in a link; what is cut off stays out
        (
            "boat_log differs from other tools by providing:\n\n- A table of tides for every harbour of the coast.\n",
            ["boat_log differs from other tools by providing: A table of tides for every harbour of the coast."],
        ),
        (
            "- Every boat must be registered with [the harbour office.](https://a.b/c)\n",
            ["Every boat must be registered with the harbour office."],
        ),
        (
            "- Every boat must be registered with the office. A boat that is sold must be told to the\n\noffice too.\n",
            ["Every boat must be registered with the office."],
        ),
        # thanks and hints lead to nothing
        ("For more information, see also:\n\n- The guide of the harbour office\n", []),
    ],
)  # fmt: skip
def test_how_items_are_said(markdown: str, statements: list[str]) -> None:
    assert said(markdown) == statements


def test_the_evidence_is_lead_in_and_item() -> None:
    text = "Some words first. The fee covers:\n\n- water,\n- heating.\n"
    [first, second] = extract(ChunkInput(text, ()), 6).candidates
    assert first.quotes == ("The fee covers:", "water")
    assert second.quotes == ("The fee covers:", "heating.")
    assert all(quote in text for quote in (*first.quotes, *second.quotes))
    assert first.traits["item"] == first.traits["lead_in"] == 1


def test_no_limit_cuts_a_list() -> None:
    items = "".join(f"- a key for locker {number}\n" for number in range(30))
    assert len(said(f"The caretaker keeps:\n\n{items}")) == 30


def test_a_label_below_a_heading_names_it() -> None:
    assert said("- **Waiting period:** 30 days\n", "Policy", "Exclusions") == ["Exclusions – Waiting period: 30 days"]
    assert said("- Losses caused by rust and rot\n", "Policy", "Exclusions") == [
        "Exclusions: Losses caused by rust and rot."
    ]


@pytest.mark.parametrize(
    ("text", "before", "above"),
    [
        ("Intro.\n\nIt covers:\n\n- one\n- two\n", "", "It covers:\n\n- two"),
        ("It covers:\n", "", "It covers:"),
        ("- three\n  - four\n", "It covers:\n\n- two", "It covers:\n\n- three\n  - four"),
        ("It covers:\n\n- one\n\nThe end.\n", "", ""),
        ("- one\n\n# Next\n\nText\n", "It covers:", ""),
    ],
)
def test_the_list_in_which_a_chunk_ends(text: str, before: str, above: str) -> None:
    assert list_at_end(text, before) == above


def test_an_item_in_the_next_chunk_has_its_lead_in() -> None:
    items = "".join(f"- damage to the wall between the flats {n} and {n + 1} of the house\n" for n in range(40))
    markdown = f"# Policy\n\nThe policy does not cover:\n\n{items}"
    chunks = split(
        markdown, PageMap((Page(1, 0, len(markdown)),)), document_id=document_id_for(user_id_for("test"), "x"),
        min_chars=300, max_chars=600, overlap_chars=0,
    )  # fmt: skip
    assert sum(begins_in_list(chunk.text) for chunk in chunks) > 2
    statements = [fact.statement for chunk in chunk_inputs(chunks, 0) for fact in extract(chunk, 6).candidates]
    assert statements == [
        f"The policy does not cover damage to the wall between the flats {n} and {n + 1} of the house."
        for n in range(40)
    ]


def test_a_lead_in_and_a_caption_go_with_what_they_lead_to() -> None:
    filler = "The harbour is open from May to October and closed on all other days of the year.\n\n" * 5
    items = "".join(f"- berth {n} on the north side of the harbour\n" for n in range(8))
    rows = "".join(f"| Berth {n} | ${n}00 a month |\n" for n in range(1, 9))
    table = f"**Table 2. Fees**\n\n| Berth | Fee |\n|---|---|\n{rows}"
    markdown = f"# Harbour\n\n{filler}The fee covers:\n\n{items}\n{filler}{table}"
    for most in range(500, 700, 20):
        chunks = split(
            markdown, PageMap((Page(1, 0, len(markdown)),)), document_id=document_id_for(user_id_for("test"), "x"),
            min_chars=200, max_chars=most, overlap_chars=0,
        )  # fmt: skip
        assert all(len(chunk.text) <= most for chunk in chunks)
        assert not [chunk for chunk in chunks if chunk.text.endswith(("covers:", "Fees**"))]


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("Trained models are not in the scope of the harbour.", []),
        ("Les modèles du port ne sont pas concernés.", []),
        ("Boats need the following papers.", ["Boats need the following papers: proof of insurance for the season."]),
        ("Alle brauchen folgende Papiere.", ["Alle brauchen folgende Papiere: proof of insurance for the season."]),
    ],
)  # fmt: skip
def test_a_whole_sentence_leads_to_a_list_only_where_it_announces_one(above: str, said: list[str]) -> None:
    text = f"{above}\n\n- proof of insurance for the season\n- papers of the boat\n"
    found = [fact.statement for fact in extract(ChunkInput(text, ()), 6).candidates]
    assert [statement for statement in found if "insurance" in statement] == said


@pytest.mark.parametrize(
    ("markdown", "language", "statements"),
    [
        # what is demanded, or only may be, is no assertion
        (
            "Make sure that every marina meets the following demands:\n\n- Berths are lit at night.\n"
            "- Gates are locked at ten.\n",
            "en",
            [
                "Make sure that every marina meets the following demands: Berths are lit at night.",
                "Make sure that every marina meets the following demands: Gates are locked at ten.",
            ],
        ),
        (
            "Stellen Sie sicher, dass der Hafen diese Vorgaben erfüllt:\n\n- Die Stege werden nachts beleuchtet.\n",
            "de",
            ["Stellen Sie sicher, dass der Hafen diese Vorgaben erfüllt: Die Stege werden nachts beleuchtet."],
        ),
        ("港口必须满足以下要求：\n\n- 码头在夜间有照明。\n", "zh", ["港口必须满足以下要求: 码头在夜间有照明。"]),
        # another sentence behind it demands something of its own
        (
            "Ensure that each boat of the harbour has:\n\n- Tested lamps and horns. Doors should be shut.\n",
            "en",
            ["Ensure that each boat of the harbour has: Tested lamps and horns. Doors should be shut."],
        ),
        # one question of several is no knowledge, nor is one step of a procedure
        (
            "The harbour is unsafe if there are no answers to the following questions:\n\n"
            "- Which of the berths on the north side are lit at night in the winter months?\n"
            f"- {'Who has the keys of the gates, of the pump and of the crane by the slipway? ' * 6}\n",
            "en",
            [],
        ),
        (
            "To moor a boat at the quay, take the following steps:\n\n"
            + "".join(f"{n}. {verb} the line that is nearest to the bow of the boat, and then wait until the harbour "
                      "master has given the sign with the green lamp on the tower.\n"
                      for n, verb in enumerate(("Take", "Turn", "Tighten", "Check"), start=1)),
            "en",
            [],
        ),
        # an item that is cut within its bracket
        ("The fee covers:\n\n- all that is needed in winter (heating, water, storage\n", "en", []),
        # names alone are said together
        ("The kit of each boat:\n\n- Rope\n- Flare\n- Anchor\n", "en",
         ["The kit of each boat: Rope; Flare; Anchor."]),
        # three that are announced are said together, or as what they are
        (
            "Der Hafen hat drei Aufgaben:\n\n- Boote zu lagern.\n- Waren zu verladen.\n- Gäste zu empfangen.\n",
            "de",
            ["Der Hafen hat drei Aufgaben: Boote zu lagern; Waren zu verladen; Gäste zu empfangen."],
        ),
        # each fault is enough
        (
            "Un bateau est vulnérable si :\n\n- sa coque est fendue.\n- sa pompe ne marche pas.\n",
            "fr",
            [
                "Un bateau est vulnérable si: sa coque est fendue.",
                "Un bateau est vulnérable si: sa pompe ne marche pas.",
            ],
        ),
        # an item that merely stands deeper is no part of the one above
        (
            "- The pier on the north side was built of oak from the hills\n"
            "  - Salt and sun wear the varnish of each hull\n",
            "en",
            ["The pier on the north side was built of oak from the hills."],
        ),
    ],
)  # fmt: skip
def test_what_an_item_cannot_say_alone(markdown: str, language: str, statements: list[str]) -> None:
    found = extract(ChunkInput(markdown, (), language=language), 6).candidates
    assert [fact.statement for fact in found] == statements


def test_a_long_item_is_said_with_its_first_sentence() -> None:
    first = "A berth on the north side for each boat that is no longer than nine metres and has paid for the season."
    rest = "The restaurant of the harbour opens at noon on every day of the year but not on days of heavy storm."
    more = "The lighthouse was built in 1871 from the stones of the old chapel on the hill behind the town."
    statements = said(f"The harbour office must give:\n\n- {first} {rest} {more}\n")
    assert statements[0] == f"The harbour office must give: {first}"
    assert not any("must give" in statement for statement in statements[1:])


def test_a_lead_in_right_below_another_is_part_of_it() -> None:
    text = "The boat is lost if:\n\nThe owner has not told these people:\n\n- the harbour master\n- the coast guard\n"
    assert said(text) == [
        "The boat is lost if: The owner has not told these people: the harbour master; the coast guard."
    ]


def test_demands_that_are_counted_are_no_assertions() -> None:
    rest = (
        "and that is seen from the sea in any weather, and from the hill behind the town on each night of the year,"
        " and that is tended by the crew of the harbour master"
    )
    text = f"The harbour must meet two demands:\n\n- There is a lamp {rest}.\n- There is a horn {rest}.\n"
    assert said(text) == [
        f"The harbour must meet two demands: There is a lamp {rest}.",
        f"The harbour must meet two demands: There is a horn {rest}.",
    ]


@pytest.mark.parametrize(
    ("markdown", "language", "statements"),
    [
        # the parts of the second item lost their indent: a list of its own below it is of it
        (
            "The code of each boat does the following:\n\n- Reading of the logs of the boat\n"
            "- Before that it allows users to:\n\n- start from a full log\n- leave some nights out\n",
            "en",
            [
                "The code of each boat does the following: Reading of the logs of the boat.",
                "The code of each boat does the following: Before that it allows users to: start from a full log.",
                "The code of each boat does the following: Before that it allows users to: leave some nights out.",
            ],
        ),
        # else nobody can tell which of them are its own
        (
            "The code of each boat does the following:\n\n- Before that it allows users to:\n"
            "- start from a full log\n- leave nights out\n",
            "en",
            [],
        ),
        # in a script without case a lead-in may begin in the paragraph above
        ("يحتاج كل قارب في الميناء إلى ما يلي من\n\nالوثائق والمعدات في الموسم ومنها:\n\n- حبل طويل للربط\n", "ar", []),
        (
            "يحتاج كل قارب في الميناء إلى ما يلي:\n\n- حبل طويل للربط\n",
            "ar",
            ["يحتاج كل قارب في الميناء إلى ما يلي: حبل طويل للربط."],
        ),
    ],
)  # fmt: skip
def test_items_that_came_apart(markdown: str, language: str, statements: list[str]) -> None:
    found = extract(ChunkInput(markdown, (), language=language), 6).candidates
    assert [fact.statement for fact in found] == statements


def test_what_is_said_of_a_term_keeps_the_term() -> None:
    rest = "The bond is made at the yard and is written into a book that is kept by the master."
    assert said(f"- **Line of Berths** (LOB) – binds each boat to its owner. {rest}\n") == [
        f"Line of Berths (LOB): binds each boat to its owner. {rest}"
    ]
    assert said("- **Line of Berths (LOB) - A rope that runs along all of the** berths of a quay.\n") == [
        "Line of Berths (LOB) – A rope that runs along all of the berths of a quay."
    ]

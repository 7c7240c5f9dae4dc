"""A statement that does not say what it is of is said with the heading that does."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.domain.titles import headings_of, repeated_within
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.stages.evidence import verify


def facts(text: str, *headings: str, title: str = "", repeated: tuple[str, ...] = ()) -> tuple[FactCandidate, ...]:
    return extract(ChunkInput(text, headings, title=title, repeated_headings=repeated), 20).candidates


def said(text: str, *headings: str, title: str = "", repeated: tuple[str, ...] = ()) -> list[str]:
    return [fact.statement for fact in facts(text, *headings, title=title, repeated=repeated)]


@pytest.mark.parametrize(
    ("heading", "text", "name"),
    [
        ("4.2 Harbour dues", "Small boats pay 6.2 % of the sum at the end of a year.", "Harbour dues"),
        ("4.2. Hafengebühren", "Kleine Boote zahlen 6,2 % der Summe am Ende des Jahres.", "Hafengebühren"),
        ("II. Droits de port", "Les petits bateaux paient 6,2 % de la somme.", "Droits de port"),
        ("4.2 Tasas portuarias", "Los barcos pequeños pagan el 6,2 % de la suma.", "Tasas portuarias"),
        ("4.2 Diritti portuali", "Le barche piccole pagano il 6,2 % della somma.", "Diritti portuali"),
        ("4.2 Taxas portuárias", "Os barcos pequenos pagam 6,2 % da soma.", "Taxas portuárias"),
        ("4.2 Havengeld", "Kleine boten betalen 6,2 % van de som.", "Havengeld"),
        ("4.2 Портовые сборы", "Малые суда платят 6,2 % от суммы каждый год.", "Портовые сборы"),
        ("4.2 Λιμενικά τέλη", "Τα μικρά σκάφη πληρώνουν το 6,2 % του ποσού.", "Λιμενικά τέλη"),
        ("4.2 Opłaty portowe", "Małe łodzie płacą 6,2 % sumy na koniec roku.", "Opłaty portowe"),
        ("4.2 港口费", "小型船只每年支付总额的百分之六点二。", "港口费"),
        ("4.2 رسوم الميناء", "تدفع القوارب الصغيرة 500 ريال في نهاية كل سنة.", "رسوم الميناء"),
    ],
)
def test_a_statement_without_a_word_of_its_heading_is_said_with_it(heading: str, text: str, name: str) -> None:
    [fact] = facts(f"## {heading}\n\n{text}\n", "Fees", heading)
    assert fact.statement == f"{name}: {text}"
    assert fact.quotes == (heading, text)  # the heading is evidence, as it stands
    assert fact.traits["scoped"] == 1
    [(_, proof)], refused = verify([fact], f"## {heading}\n\n{text}\n")
    assert (len(proof), refused) == (2, 0)
    [above] = facts(text, "Fees", heading)  # it stands in another chunk
    assert (above.statement, above.quotes) == (fact.statement, (text,))


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Harbour dues", "The dues of small boats are 6.2 % of the sum."),  # says it
        ("Berths", "Port Merrow charges 6.2 % of the sum at the end of a year."),  # names its subject
        ("Berths", "Rule R-17 sets the sum at 6.2 % of the value."),
        ("Introduction", "Small boats pay 6.2 % of the sum at the end of a year."),
        ("Zusammenfassung", "Small boats pay 6.2 % of the sum at the end of a year."),
        ("What is new?", "Small boats pay 6.2 % of the sum at the end of a year."),
        ("Table 4 Berths", "Small boats pay 6.2 % of the sum at the end of a year."),
        ("Contains new rules", "Small boats pay 6.2 % of the sum at the end of a year."),
        ("Yields (bp)", "Small boats pay 6.2 % of the sum at the end of a year."),
    ],
)
def test_a_statement_that_says_it_or_has_no_such_heading_is_said_as_it_is(heading: str, text: str) -> None:
    assert said(text, heading) == [text]


def test_a_section_of_every_chapter_is_named_by_its_chapter() -> None:
    markdown = (
        "# Boats\n\n## Sails\n\n### Care of it\n\nx\n\n## Oars\n\n### Care of it\n\nPaint must dry for two days.\n"
    )
    assert repeated_within("### Care of it\n", ("Boats", "Oars"), headings_of(markdown)) == ("Care of it",)
    repeated = repeated_within(
        markdown, (), headings_of("# 1. Case #1\n\n# 2. Case #2\n\n# Type 1 boats\n\n# Type 2 boats\n")
    )
    assert repeated == ()
    assert said("Paint must dry for two days.", "Oars", "Care of it", repeated=("Care of it",)) == [
        "Oars: Paint must dry for two days."
    ]


def test_the_title_names_what_no_heading_does_and_what_nothing_names_is_marked() -> None:
    text = "Small boats pay 6.2 % of the sum at the end of a year."
    assert said(text, "Quay: a book of dues", "Summary", title="Quay: a book of dues") == [f"Quay: {text}"]
    [fact] = facts(text, "Summary")
    assert (fact.statement, fact.traits["scope_missing"], fact.traits["untitled"]) == (text, 1, 1)
    [fact] = facts("Port Merrow charges 6.2 % of the sum each year.", "Summary", title="Dues")
    assert (fact.traits.get("scope_missing"), fact.traits["untitled"]) == (None, 0)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("**Scoring.** Each answer is worth 0 to 4 points.", "Scoring", "Each answer is worth 0 to 4 points."),
        ("*8.6.2 Tea* Own brands provide 6.2 % of the market.", "Tea", "Own brands provide 6.2 % of the market."),
        ("**Wertung.** Jede Antwort zählt 0 bis 4 Punkte.", "Wertung", "Jede Antwort zählt 0 bis 4 Punkte."),
        ("**Seuils.** Chaque réponse compte de 0 à 4.", "Seuils", "Chaque réponse compte de 0 à 4."),
    ],
)
def test_a_run_in_heading_is_the_heading_of_its_paragraph(text: str, name: str, rest: str) -> None:
    [fact] = facts(f"# General\n\n{text}\n")
    assert fact.statement == f"{name}: {rest}"
    assert fact.quotes[-1] == rest
    assert name in fact.quotes[0]


@pytest.mark.parametrize(
    "text",
    [
        "*Salmonella* Typhimurium was found in 4 % of the herds.",
        "**Nothing is paid twice for it.** Bulbs must be changed within 30 days.",
        "**Table 2.** Bulbs must be changed within 30 days.",
    ],
)
def test_what_is_emphasised_otherwise_is_no_run_in_heading(text: str) -> None:
    assert not any(fact.traits.get("scoped") for fact in facts(text))


def test_a_question_of_a_document_without_title_goes_where_its_section_must_be_said() -> None:
    text = "## 8.2 Anchors\n\nThe deductible is $500 in every winter month."
    said = extract(ChunkInput(text, (), language="en"), 9).candidates
    assert [(fact.statement.partition(": ")[0], fact.question) for fact in said] == [("Anchors", None)]


def test_a_heading_of_greek_words_that_say_nothing_is_no_scope() -> None:
    assert not facts("# Πρόλογος\n\nΟι ναύτες του λιμανιού πληρώνουν ένα τέλος.")[0].statement.startswith("Π")

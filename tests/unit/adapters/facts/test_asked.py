"""Questions that a document asks and answers itself, as a FAQ does."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.ports.fact_generator import ChunkInput


def facts(markdown: str, language: str = "en", **known: object) -> tuple[FactCandidate, ...]:
    return extract(ChunkInput(markdown, (), language=language, **known), 6).candidates  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "question", "answer", "alone"),
    [
        ("en", "How long does the ferry take?", "The ferry takes three hours.", True),
        ("en", "May I bring a bicycle?", "Yes, if the deck has room.", False),
        ("en", "What does a cabin cost?", "It costs 80 euros.", False),
        ("de", "Was kostet eine Kabine?", "Eine Kabine kostet 80 Euro.", True),
        ("de", "Darf ich mein Fahrrad mitnehmen?", "Ja, wenn Platz ist.", False),
        ("fr", "Combien coûte une cabine ?", "Une cabine coûte 80 euros.", True),
        ("fr", "Peut-on fumer sur le pont ?", "Non, jamais.", False),
        ("es", "¿Cuánto cuesta el camarote?", "El camarote cuesta 80 euros.", True),
        ("es", "¿Puedo llevar mi perro?", "No, salvo perros guía.", False),
        ("it", "Quanto costa una cabina?", "Una cabina costa 80 euro.", True),
        ("pl", "Ile kosztuje kabina?", "Kabina kosztuje 80 euro.", True),
        ("ru", "Сколько стоит каюта?", "Каюта стоит 80 евро.", True),
        ("el", "Πόσο κοστίζει η καμπίνα;", "Η καμπίνα κοστίζει 80 ευρώ.", True),
        ("zh", "可以带自行车吗？", "可以，但须提前预约。", False),
        ("ja", "自転車を持ち込めますか？", "はい、甲板に空きがあれば可能です。", False),
        ("ar", "كم تكلفة المقصورة؟", "تكلفة المقصورة ثمانون يورو.", True),
    ],
)
def test_the_heading_is_the_question_of_what_answers_it(language: str, question: str, answer: str, alone: bool) -> None:
    (fact,) = facts(f"## {question}\n\n{answer}\n", language)
    assert (fact.question, fact.answer) == (question, answer)
    assert fact.statement == (answer if alone else f"{question} {answer}")
    assert fact.quotes == (question, answer)


@pytest.mark.parametrize(
    "markdown",
    [
        "**When does the bar open?**\n\nThe bar opens at 6 pm.",
        "**When does the bar open?**\nThe bar opens at 6 pm.",
        "**When does the bar open?** The bar opens at 6 pm.",
        "Q: When does the bar open?\nA: The bar opens at 6 pm.",
        "Q: When does the bar open?\n\nA: The bar opens at 6 pm.",
        "**Q:** When does the bar open?\n\n**A:** The bar opens at 6 pm.",
        "### 3. When does the bar open?\n\nThe bar opens at 6 pm.",
    ],
)
def test_how_a_question_may_stand(markdown: str) -> None:
    (fact,) = facts(markdown)
    assert fact.question == "When does the bar open?"
    assert fact.statement == "The bar opens at 6 pm."


def test_a_list_answers_too() -> None:
    (fact,) = facts("## Which cards are taken?\n\n- Visa\n- Diners\n")
    assert fact.statement == "Which cards are taken? Visa; Diners."
    assert (fact.question, fact.answer) == ("Which cards are taken?", "Visa; Diners.")


def test_what_else_is_said_below_a_question_stays_without_it() -> None:
    first, second = facts("## Who cleans the cabin?\n\nThe crew cleans the cabin. Towels must be paid in advance.\n")
    assert first.question == "Who cleans the cabin?"
    assert (second.question, second.statement) == (None, "Towels must be paid in advance.")


@pytest.mark.parametrize(
    ("markdown", "known"),
    [
        # it heads several sections: of which is it asked?
        ("## Is the ship at risk?\n\nThe ship is at risk.\n", {"repeated_headings": ("Is the ship at risk?",)}),
        # one that leans, one that praises, one of running text that nobody is asked
        ("## How can this be avoided?\n\nStorms are avoided by staying in port.\n", {}),
        ("## Why choose us?\n\nBecause the ferry is the best.\n", {}),
        ("Is the sea rising?\n\nThe sea is rising by 3 mm a year.\n", {}),
    ],
)
def test_what_is_not_asked(markdown: str, known: dict[str, object]) -> None:
    question = markdown.lstrip("# ").partition("\n")[0]
    assert all(fact.question != question for fact in facts(markdown, **known))


@pytest.mark.parametrize(
    ("language", "markdown", "question", "answer"),
    [
        (
            "en",
            "Q: What is the minimum age?\nA: 16. Under-18s may not use the sauna.",
            "What is the minimum age?",
            "16. Under-18s may not use the sauna.",
        ),
        (
            "en",
            "**How many cabins does the ship have?** 24. Each cabin has a window.",
            "How many cabins does the ship have?",
            "24. Each cabin has a window.",
        ),
        (
            "de",
            "F: Ab welchem Alter darf man klettern?\n\nA: 14. Jüngere klettern mit den Eltern.",
            "Ab welchem Alter darf man klettern?",
            "14. Jüngere klettern mit den Eltern.",
        ),
        (
            "fr",
            "Q : Quel est l'âge minimum ?\nR : 12. Les enfants de moins de 12 ans nagent avec un adulte.",
            "Quel est l'âge minimum ?",
            "12. Les enfants de moins de 12 ans nagent avec un adulte.",
        ),
    ],
)
def test_a_number_alone_that_answers_is_no_mark_of_a_list(
    language: str, markdown: str, question: str, answer: str
) -> None:
    (fact,) = facts(markdown, language)
    assert (fact.question, fact.answer) == (question, answer)
    assert fact.statement == f"{question} {answer}"
    assert answer in fact.quotes


@pytest.mark.parametrize(
    ("language", "markdown", "said"),
    [
        ("en", "Q: What does it cost?\nA: Membership costs 29 pounds a month. Students pay 22 pounds.", "Membership"),
        ("en", "**Q:** What is it?\n**A:** Membership costs 29 pounds a month. Students pay 22 pounds.", "Membership"),
        ("de", "F: Was kostet es?\nA: Die Karte kostet 29 Euro im Monat. Schüler zahlen 22 Euro.", "Die Karte"),
        ("fr", "Q : Combien cela coûte-t-il ?\n\nR : La carte coûte 29 euros par mois.", "La carte"),
        ("es", "P: ¿Cuánto cuesta esto?\nR: La tarjeta cuesta 29 euros al mes.", "La tarjeta"),
        ("zh", "问：多少钱？\n答：单次票价为30元。", "单次票价"),
        ("ja", "問：なぜ？\n\n答：浴場は毎週月曜日に清掃します。", "浴場は"),
    ],
)
def test_the_label_of_an_answer_is_no_part_of_it_even_where_the_question_is_not_asked(
    language: str, markdown: str, said: str
) -> None:
    found = facts(markdown, language)
    assert any(fact.statement.startswith(said) for fact in found)
    assert not any(fact.statement.startswith(("A:", "R :", "R:", "答")) for fact in found)
    assert not any(quote.startswith(("A:", "R :", "R:", "答")) for fact in found for quote in fact.quotes)

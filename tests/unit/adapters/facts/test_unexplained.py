"""Sentences that speak of what only the text before them explains are not said alone, in any language."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.refusals import is_caption
from pipeline_core.adapters.facts.unexplained import introduces, is_unexplained, unexplained_head
from pipeline_core.domain.reading_order import is_out_of_order, is_shuffled
from pipeline_core.ports.fact_generator import ChunkInput

UNEXPLAINED = {
    "en": [
        "The other harbours have no crane.",
        "The two captains are from Norway.",
        "One way is to moor at the northern quay.",
        "Further berths could be added in spring.",
        "The harbour is therefore closed in winter.",
        "The fee, however, is paid by the crew.",
        "For small boats, that is enough.",
        "The fee for yachts is much lower.",
        "Ships lie longer in the two basins.",
        "Alternatively, ships may anchor in the bay.",
        "From there, he sailed to Norway.",
    ],
    "de": [
        "Die anderen Häfen haben keinen Kran.",
        "Der Hafen ist daher im Winter geschlossen.",
        "Für kleine Boote ist das völlig ausreichend.",
        "Wenn sie bezahlt sind, legt das Schiff ab.",
        "Das Liegegeld ist deutlich höher.",
    ],
    "fr": [
        "Les autres ports n'ont pas de grue.",
        "Le port est donc fermé en hiver.",
        "Pour les petits bateaux, c'est suffisant.",
        "S'ils sont payés, le navire part.",
    ],
    "es": ["Todos los demás pagan una tasa.", "El puerto está por tanto cerrado.", "Para los barcos, esto basta."],
    "it": ["Tutti gli altri pagano una tassa.", "Il porto è quindi chiuso.", "Ecco perché il porto è chiuso."],
    "pt": ["Todos os outros pagam uma taxa.", "O porto está portanto fechado.", "É por isso que o porto fecha."],
    "nl": ["De andere havens hebben geen kraan.", "De haven is dus gesloten in de winter."],
    "id": ["Sisanya membayar biaya pelabuhan.", "Jika mereka membayar, kapal berangkat."],
    "ru": ["Все остальные платят сбор.", "Порт поэтому закрыт зимой.", "Если они оплачены, судно уходит."],
    "el": ["Οι υπόλοιποι πληρώνουν τέλος.", "Το λιμάνι είναι επομένως κλειστό."],
    "pl": ["Pozostałe porty nie mają dźwigu.", "Port jest zatem zamknięty zimą."],
    "cs": ["Ostatní přístavy nemají jeřáb.", "Přístav je proto v zimě zavřený."],
    "hr": ["Ostale luke nemaju dizalicu.", "Luka je stoga zimi zatvorena."],
    "hu": ["A többi kikötőnek nincs daruja.", "A kikötő tehát télen zárva van."],
    "tr": ["Diğerleri liman ücreti öder.", "Liman bu nedenle kışın kapalıdır."],
    "zh": ["其他的港口没有起重机。", "如果它们已付款，船就离开。"],
}
EXPLAINED = {
    "en": [
        "The old harbour of Bergen has a crane.",
        "The fee for yachts is lower than that for ferries.",
        "If the fee is paid, the ship may then leave.",
        "Ships pay a fee instead of a toll.",
        "The harbour is closed, and therefore ships anchor in the bay.",
        "For small boats, it is possible to anchor in the bay.",
        "The captain pays the fee before he or she leaves.",
        "Moorings are no longer, and never were, free of charge.",
    ],
    "de": ["Der Hafen ist geschlossen, daher ankern Schiffe in der Bucht.", "Das Liegegeld ist höher als im Vorjahr."],
    "fr": ["Le port est fermé, donc les navires mouillent.", "Pour les petits bateaux, il est possible de mouiller."],
    "es": ["El puerto está cerrado, por tanto los barcos fondean."],
    "it": ["I pescatori pagano una tassa e sono quindi soci."],
    "pt": ["O porto cobra uma taxa aos navios."],
    "ru": ["Порт закрыт, поэтому суда стоят на рейде."],
    "zh": ["港口收取船舶费。"],
    "xx": ["The other harbours have no crane."],
}
HEADS = [
    ("en", "The mechanism was set up in 1990.", "mechanism"),
    ("en", "The new method saves fuel.", "method"),
    ("en", "The mechanism of the lock was set up in 1990.", ""),
    ("en", "The Stability Mechanism was set up in 1990.", ""),
    ("en", "The method, which saves fuel, is new.", ""),
    ("en", "The harbour has a crane.", ""),
    ("de", "Das Verfahren spart Treibstoff.", "Verfahren"),
    ("de", "Das Verfahren der Werft spart Treibstoff.", ""),
    ("fr", "La méthode est nouvelle.", "méthode"),
    ("fr", "La méthode du chantier est nouvelle.", ""),
    ("es", "El objetivo es ahorrar combustible.", "objetivo"),
    ("es", "Los métodos modernos ahorran combustible.", ""),
    ("it", "Lo scopo è risparmiare carburante.", "scopo"),
    ("pt", "O objetivo é poupar combustível.", "objetivo"),
    ("nl", "Het doel is brandstof besparen.", "doel"),
    ("el", "Ο στόχος είναι η οικονομία.", "στόχος"),
]


@pytest.mark.parametrize(("language", "sentence"), [(code, s) for code, rows in UNEXPLAINED.items() for s in rows])
def test_what_another_sentence_explains(language: str, sentence: str) -> None:
    assert is_unexplained(sentence, language)


@pytest.mark.parametrize(("language", "sentence"), [(code, s) for code, rows in EXPLAINED.items() for s in rows])
def test_what_explains_itself(language: str, sentence: str) -> None:
    assert not is_unexplained(sentence, language)


@pytest.mark.parametrize(("language", "sentence", "head"), HEADS)
def test_a_definite_thing_without_what_it_is_of(language: str, sentence: str, head: str) -> None:
    assert unexplained_head(sentence, language) == head


def statements(text: str, language: str = "en") -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, (), language=language), 10).candidates]


def test_it_is_said_with_the_sentence_that_names_it() -> None:
    named = "The port authority founded the Lock Repair Mechanism in May 1990."
    leaning = "The mechanism pays $500 for each lock."
    assert introduces(named, "mechanism")
    assert statements(f"{named} {leaning}") == [f"{named} {leaning}"]
    alone = extract(ChunkInput(f"The port authority has 40 members and a crane. {leaning}", (), language="en"), 10)
    assert [fact.traits["bare_definite"] for fact in alone.candidates if fact.statement == leaning] == [1]


def test_of_a_rule_anybody_may_be_meant() -> None:
    assert statements("The participant must report the loss within 30 days.") != []


@pytest.mark.parametrize(
    ("language", "paragraph"),
    [
        ("en", "Table 3. Moorings by harbour. Each mooring has 4 rings of steel."),
        ("en", "This figure shows the fees. Fees are paid in May 2020."),
        ("de", "Diese Abbildung zeigt die Gebühren. Gebühren werden im Mai 2020 bezahlt."),
        ("fr", "Ce tableau montre les taxes. Les navires paient 5 euros en mai."),
        ("es", "Notas: las tasas son de 2020. Los barcos pagan 5 euros en mayo."),
    ],
)
def test_nothing_is_said_of_a_caption(language: str, paragraph: str) -> None:
    assert is_caption(paragraph)
    assert statements(paragraph, language) == []


def test_nothing_is_said_of_a_page_whose_letters_are_out_of_order() -> None:
    whole = "تضمن المؤسسة سلامة السفن في ميناء المدينة الكبير."
    assert statements(whole, "ar") == [whole]
    assert statements(f"{whole}\n\nفي كثير من األحيان تدفع السفن رسوما للميناء.", "ar") == []


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("يبجي ةبسن ةيلاع نم ةعرسلا", True),
        ("شركت دیاب گزارش دهد. این کار لازم تسا و دیاب هر ماه انجام دوشیم.", True),
        # one is a slip of the pen
        ("تضمن المؤسسة ةسلامة السفن.", False),
        ("شرکت باید گزارش دهد و این کار لازم است.", False),
    ],
)
def test_words_turned_round_put_a_page_out_of_order(text: str, turned: bool) -> None:
    assert is_out_of_order(text) is turned


@pytest.mark.parametrize("wrong", ["السفينةالكبيرة", "الإىابة الصحيحة", "قالب ه يج كبير"])
def test_signs_of_letters_out_of_order(wrong: str) -> None:
    assert is_shuffled(f"تدفع السفن رسوما {wrong} للميناء.")
    assert not is_shuffled("تدفع السفن رسوما للميناء و المدينة.")


@pytest.mark.parametrize(
    ("language", "lead", "piece"),
    [
        ("en", "A mooring is safe when:", "Every ring of steel holds a ship of 90 tons."),
        ("de", "Ein Liegeplatz ist sicher, wenn:", "Jeder seiner 4 Ringe hält ein Schiff von 90 Tonnen."),
        ("fr", "Un mouillage est sûr quand :", "Chaque anneau tient un navire de 90 tonnes par mer calme."),
    ],
)
def test_paragraphs_that_complete_an_unfinished_sentence(language: str, lead: str, piece: str) -> None:
    assert statements(f"{lead}\n\n{piece}", language) == []
    assert statements(f"{piece}\n\n{lead}", language) == [piece]


@pytest.mark.parametrize("heading", ["Example Attack Scenarios", "Scenario #2", "Σενάριο Επίθεσης #1", "Skenario #3"])
def test_nothing_is_said_of_a_scenario(heading: str) -> None:
    text = "A harbour in Norway pays $500 for each of its 40 cranes."
    assert extract(ChunkInput(text, (heading,), language="en"), 10).candidates == ()

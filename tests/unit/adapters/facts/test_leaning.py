"""Sentences that lean on another are not said alone, in any language."""

import pytest

from pipeline_core.adapters.facts.elsewhere import points_elsewhere
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.leaning import points_at_unsaid, points_back
from pipeline_core.ports.fact_generator import ChunkInput

BACK = {
    "en": [
        "These losses are not insured.",
        "Their limit is $500.",
        "They've asked for 60 days.",
        "If they agree, the claim is paid.",
        "Three methods were chosen for this purpose.",
        "For example, hail.",
        "Owners of boats in the old basin of the northern harbour must share these resources.",
    ],
    "de": [
        "Diese Schäden sind nicht versichert.",
        "Das bedeutet einen Verlust.",
        "Dadurch sinkt der Beitrag.",
        "Sie zahlen.",
        "Dort wird gezahlt.",
    ],
    "fr": ["Ces dommages ne sont pas assurés.", "Elle doit être payée.", "Cependant, ils paient.", "Il la verse."],
    "es": [
        "Estos daños no están asegurados.",
        "Sin embargo, se paga.",
        "Dicho importe se devuelve.",
        "Su límite es 5.",
    ],
    "it": [
        "Questi danni non sono assicurati.",
        "Tuttavia, si paga.",
        "Tale importo è rimborsato.",
        "Il valore di questi danni è 5.",
    ],
    "pt": ["Estes danos não estão seguros.", "Deste modo, paga-se.", "Ela deve ser paga."],
    "nl": ["Deze schade is niet verzekerd.", "Daarom betaalt men.", "Het is niet gedekt."],
    "id": ["Kerusakan ini tidak ditanggung.", "Namun, klaim dibayar.", "Mereka membayar."],
    "ru": ["Эти убытки не застрахованы.", "Однако она платит.", "Он платит взнос."],
    "el": ["Αυτές οι ζημίες δεν καλύπτονται.", "Ωστόσο, πληρώνεται."],
    "pl": ["Te szkody nie są ubezpieczone.", "Jednak płaci się.", "Jego limit wynosi 5."],
    "cs": ["Tyto škody nejsou pojištěny.", "Proto se platí."],
    "hu": ["Ezek a károk nincsenek biztosítva.", "Azonban fizetnek."],
    "hr": ["Ove štete nisu osigurane.", "Međutim, plaća se."],
    "tr": ["Bu zararlar sigortalı değildir.", "Ancak ödenir."],
    "sv": ["Dessa skador är inte försäkrade.", "Därför betalar man."],
    "zh": ["这些损失不在保险范围内。", "因此，索赔将被拒绝。"],
    "ja": ["これらの損害は補償されません。", "したがって、支払われません。"],
    "ar": ["هذه الأضرار غير مؤمن عليها.", "ومع ذلك يتم الدفع."],
    "fa": ["این خسارت‌ها بیمه نیستند.", "بنابراین پرداخت می‌شود."],
}
ALONE = {
    "en": [
        "This policy does not cover floods.",
        "Thermal damage is insured.",
        "Thermal damage is insured by this policy.",
        "Itemised bills are kept for a year.",
    ],
    "de": [
        "Das Dokument gilt für alle Mitglieder.",
        "Es gibt drei Stufen der Prüfung.",
        "Dieser Vertrag endet im Mai.",
    ],
    "fr": ["Il est interdit de fumer.", "Ce contrat prend fin en mai.", "Cellules et batteries sont exclues."],
    "es": ["Este documento entra en vigor en mayo.", "Estonia paga el importe."],
    "it": ["Questo contratto termina a maggio."],
    "pt": ["Este documento entra em vigor em maio.", "Estónia paga o valor."],
    "nl": ["Dit document geldt voor iedereen.", "Dieren zijn niet verzekerd."],
    "id": ["Standar ini berlaku untuk semua.", "Banjir tidak ditanggung."],
    "ru": ["Наводнение не застраховано.", "Товары доставляются в срок."],
    "hu": ["Az árvíz nincs biztosítva.", "Ezredéves épületek védettek."],
    "pl": ["Powódź nie jest ubezpieczona.", "Tomasz płaci składkę."],
    "zh": ["洪水不在保险范围内。"],
}


@pytest.mark.parametrize(("language", "sentence"), [(code, text) for code, texts in BACK.items() for text in texts])
def test_a_sentence_that_points_back_leans(language: str, sentence: str) -> None:
    assert points_back(sentence, language)
    assert points_back(sentence, "")


@pytest.mark.parametrize(("language", "sentence"), [(code, text) for code, texts in ALONE.items() for text in texts])
def test_a_sentence_that_names_its_subject_does_not(language: str, sentence: str) -> None:
    assert not points_back(sentence, language)
    assert not points_elsewhere(sentence, language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The limit mentioned above applies."),
        ("en", "Second, the claim is paid."),
        ("de", "Der oben genannte Betrag wird gezahlt."),
        ("fr", "La limite indiquée ci-dessus s'applique."),
        ("es", "El límite se indica a continuación."),
        ("pt", "O limite acima aplica-se."),
        ("ru", "Сумма указана выше."),
        ("zh", "上述金额适用。"),
    ],
)
def test_what_stands_elsewhere_is_not_said(language: str, sentence: str) -> None:
    assert points_elsewhere(sentence, language)


def said(text: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, ()), 20).candidates]


def test_a_sentence_that_leans_is_said_with_the_one_before() -> None:
    text = "The garage is insured up to $900. It must be locked at night. The cellar is not insured."
    assert said(text) == [
        "The garage is insured up to $900. It must be locked at night.",
        "The cellar is not insured.",
    ]
    [first, _] = extract(ChunkInput(text, ()), 20).candidates
    assert all(quote in text for quote in first.quotes)


def test_it_is_not_said_with_a_sentence_that_gives_no_fact() -> None:
    assert said("What is insured? It must be locked at night. The cellar is not insured at all.") == [
        "The cellar is not insured at all."
    ]
    # of another paragraph it may mean something else
    assert said("The garage is insured up to $900.\n\nIt must be locked at night.") == [
        "The garage is insured up to $900."
    ]


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("La caution est rendue en mai. Cependant, la taxe de 5 euros est due.", "La taxe de 5 euros est due."),
        (
            "La fianza se devuelve en mayo. Sin embargo, la tasa de 5 euros no se devuelve.",
            "La tasa de 5 euros no se devuelve.",
        ),
    ],
)
def test_a_connective_is_left_out_in_other_languages(text: str, statement: str) -> None:
    assert statement in said(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Note: These losses are not insured at all."),
        ("en", "(Rule) Both captains pay a fee of $9."),
        ("id", "Catatan: Kerugian ini tidak ditanggung sama sekali."),
        ("pt", "Nota: Estas perdas não estão cobertas pela apólice."),
    ],
)
def test_what_stands_behind_a_label_may_lean(language: str, text: str) -> None:
    assert extract(ChunkInput(text, (), language=language), 9).candidates == ()


def test_a_clause_that_begins_with_a_place_or_case_stands_in_french() -> None:
    text = "En cas de tempête, le port ferme ses portes."
    assert [fact.statement for fact in extract(ChunkInput(text, (), language="fr"), 9).candidates] == [text]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Across ten ports of the coast, this rule saves many hours."),
        ("en", "Captains say that, in these circumstances, ships wait outside."),
        ("de", "In zehn Häfen der Küste, so heißt es, spart diese Regel viele Stunden."),
        ("fr", "Dans dix ports de la côte, cette règle économise des heures."),
        ("es", "En diez puertos de la costa, esta regla ahorra horas."),
        ("ru", "В десяти портах, говорят, этого правила нет."),
    ],
)
def test_a_thing_that_it_points_at_without_a_word_of_it_is_seen(language: str, sentence: str) -> None:
    assert points_at_unsaid(sentence, language)


@pytest.mark.parametrize(
    "sentence",
    [
        "Where a rule of the harbour is old, this rule may be changed.",
        "If the fee is paid late, this must be noted in the log.",
        "Boats that carry this policy are covered.",
    ],
)
def test_what_it_has_named_itself_is_not(sentence: str) -> None:
    assert not points_at_unsaid(sentence, "en")


def test_it_is_said_with_the_sentence_before_it_and_alone_less_sure() -> None:
    first = "The port of Lund has ships anchor in the bay at night."
    second = "Across ten ports of the coast, this rule saves many hours."
    [joined] = extract(ChunkInput(f"{first} {second}", (), language="en"), 5).candidates
    assert joined.statement == f"{first} {second}"
    [alone] = extract(ChunkInput(second, (), language="en"), 5).candidates
    assert (joined.traits["points_at_unsaid"], alone.traits["points_at_unsaid"]) == (0.0, 1.0)

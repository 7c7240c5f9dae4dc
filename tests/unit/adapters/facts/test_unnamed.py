"""Sentences that leave out of whom, than what, of which year or for what they are give no fact alone."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.refusals import why_refused
from pipeline_core.adapters.facts.unnamed import leaves_out
from pipeline_core.ports.fact_generator import ChunkInput


def said(text: str, language: str = "en") -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, (), language=language), 20).candidates]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Almost 12% believe that the harbour is too loud."),
        ("de", "Fast 12 % glauben, dass der Hafen zu laut ist."),
        ("fr", "Près de 12 % pensent que le port est trop bruyant."),
        ("es", "El 12 % cree que el puerto es ruidoso."),
        ("it", "Il 12% crede che il porto sia rumoroso."),
        ("en", "Ports offer other forms of mooring in winter."),
        ("de", "Häfen bieten andere Formen des Anlegens."),
        ("ru", "Порт предлагает другие формы стоянки."),
        ("en", "Captains must ask for the same level of care in the bay."),
        ("fr", "Les capitaines exigent le même niveau de soin dans la baie."),
        ("en", "The fee of the old port doubled in mid-January, which is unusual."),
        ("de", "Die Gebühr wurde Mitte Januar verdoppelt."),
        ("fr", "La taxe a doublé en janvier."),
        ("en", "Boats were selected by two pilots of the port."),
        ("en", "Lund and Ystad lie in the middle of the range."),
        ("en", "Captains who pay at both quays have a discount."),
        ("de", "Kapitäne zahlen an beiden Kais eine Gebühr."),
        ("es", "Los capitanes pagan en ambos muelles."),
        ("nl", "Kapiteins betalen aan beide kaden."),
        ("id", "Kapten membayar di kedua dermaga."),
        ("ru", "Капитаны платят на обоих причалах."),
    ],
)
def test_what_it_leaves_out_stands_before_it(language: str, sentence: str) -> None:
    assert leaves_out(sentence, language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Almost 12% of the captains believe that the harbour is too loud."),
        ("en", "Ports offer quays, buoys and other forms of mooring."),
        ("en", "Ports need other forms of mooring than buoys."),
        ("en", "Pilots need the same level of care as captains."),
        ("en", "The fee doubled in mid-January 2010."),
        ("en", "The fee is payable in early May of each year."),
        ("de", "Die Gebühr ist im Januar fällig."),
        ("en", "Captains pay at both the north quay and the south quay."),
        ("en", "The lease is signed by both parties."),
        ("de", "Der Vertrag bindet beide Parteien."),
        ("fr", "Les pilotes exigent le même niveau de soin que les capitaines."),
    ],
)
def test_what_it_says_itself(language: str, sentence: str) -> None:
    assert not leaves_out(sentence, language)


def test_a_share_is_said_with_whom_it_is_of() -> None:
    text = (
        "About 64% of the captains think that the quays of Lund are safe. Almost 12% said that the harbour is too loud."
    )
    assert said(text) == [text]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "If the port had built a quay, the fee would be lower."),
        ("en", "Too often, captains forget the fee."),
        ("en", "Three themes are apparent in the letters of captains."),
        ("en", "A count of all boats in the bay was not attempted."),
        ("en", "Efforts were made to count all boats."),
        ("en", "Launched a new harbour map for captains of large boats."),
        ("es", "Si el puerto hubiera construido un muelle, la tasa sería menor."),
        ("ru", "Если бы порт построил причал, сбор был бы ниже."),
        ("zh", "很多时候，船长忘记了费用。"),
    ],
)
def test_what_did_not_happen_is_refused(language: str, sentence: str) -> None:
    assert why_refused(sentence, language) == "it says what did not happen, or only that something does"


def test_marks_of_footnotes_go_and_powers_stay() -> None:
    assert said("The harbour covers 12 km² near the old lighthouse³ of Lund.") == [
        "The harbour covers 12 km² near the old lighthouse of Lund."
    ]


def test_words_that_lost_their_ligatures_say_nothing() -> None:
    assert said("The crane was classiied as suficiently safe by the port.") == []
    assert said("The crane had no deficiencies and was sufficiently safe in 2008.") != []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Mooring them in the bay costs $9 a day."),
        ("en", "The fee is counted with the numbers of the previous step."),
        ("es", "El puerto debe detectar o impedir siempre tales maniobras."),
        ("fa", "در نتیجه بندر در زمستان بسته است."),
        ("fa", "هر کدام از قایق‌های یاد شده نه دلار می‌پردازند."),
        ("id", "Dermaga memainkan peran yang sangat penting di pelabuhan."),
        ("pt", "Os cais têm um papel fundamental nos portos modernos."),
        ("en", "We've attempted to name all boats of the harbour."),
    ],
)
def test_what_only_a_step_or_sentence_before_explains_is_not_said(language: str, text: str) -> None:
    assert said(text, language) == []


def test_an_adverb_that_ties_is_left_out() -> None:
    assert said("Specifically, boats pay a fee of $9 in the bay.") == ["Boats pay a fee of $9 in the bay."]
    assert said("Whereas, in the bay, boats pay a fee of $9.") == ["In the bay, boats pay a fee of $9."]


def test_the_header_of_a_table_is_no_scope() -> None:
    text = "# Description L1 L2 L3 CWE §\n\nBoats pay a fee of $9 in the bay."
    assert said(text) == ["Boats pay a fee of $9 in the bay."]


@pytest.mark.parametrize(
    ("language", "text", "fact"),
    [
        ("en", "We have also shown that large boats pay a fee of $9.", "Large boats pay a fee of $9."),
        ("fr", "Nous avons montré que les grands bateaux paient 9 euros.", "Les grands bateaux paient 9 euros."),
        ("ru", "Мы показали, что большие лодки платят девять рублей.", "Большие лодки платят девять рублей."),
    ],
)
def test_what_authors_found_is_said_without_them(language: str, text: str, fact: str) -> None:
    (candidate,) = extract(ChunkInput(text, (), language=language), 9).candidates
    assert candidate.statement == fact
    assert candidate.quotes[0] in text

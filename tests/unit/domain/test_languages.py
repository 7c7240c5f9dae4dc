"""Which language a document is in, so that no pair is raised across languages."""

import pytest

from pipeline_core.domain.languages import guess_language, languages_of, likely_language, may_be_one

TEXTS = {
    "en": "The premium must be paid within thirty days of the invoice, and it is not refunded.",
    "de": "Die Prämie ist innerhalb von dreißig Tagen nach der Rechnung zu zahlen.",
    "fr": "La prime doit être payée dans les trente jours suivant la facture.",
    "es": "La prima debe pagarse en un plazo de treinta días a partir de la factura, y no se devuelve.",
    "pt": "O prémio deve ser pago no prazo de trinta dias a contar da fatura, e não é devolvido pelo segurador.",
    "ca": "La prima s'ha de pagar en el termini de trenta dies a partir de la factura, amb els interessos.",
    "it": "Il premio deve essere pagato entro trenta giorni dalla fattura, che non è della società.",
    "da": "Præmien skal betales inden tredive dage efter fakturaen, og det er ikke muligt at udsætte betalingen.",
    "no": "Premien skal betales innen tretti dager etter fakturaen, og det er ikke mulig å utsette betalingen.",
    "sv": "Premien ska betalas inom trettio dagar efter fakturan, och det är inte möjligt att skjuta upp den.",
    "cs": "Pojistné musí být zaplaceno do třiceti dnů od vystavení faktury, které se nevrací.",
    "sk": "Poistné musí byť zaplatené do tridsiatich dní od vystavenia faktúry, ktoré sa nevracia alebo je podľa nej.",
    "pl": "Składka musi zostać opłacona w ciągu trzydziestu dni od wystawienia faktury.",
    "ru": "Премия должна быть уплачена в течение тридцати дней после выставления счета.",
    "uk": "Премія має бути сплачена протягом тридцяти днів після виставлення рахунку, і це є умова.",
    "zh": "每月租金为六百四十元,由承租人在每月五日之前支付。",
    "ja": "賃借人は毎月五日までに家賃を支払わなければならない。",
    "ko": "보험료는 30일 이내에 납부해야 합니다.",
    "ar": "يجب دفع القسط في غضون ثلاثين يوما من تاريخ الفاتورة على أن لا يتم رده إلى هذا الشخص.",
}


@pytest.mark.parametrize(("code", "text"), TEXTS.items())
def test_languages_are_told_apart(code: str, text: str) -> None:
    assert guess_language(text) == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("es", "El inquilino debe pagar la renta mensual hasta el día cinco de cada mes por transferencia bancaria."),
        ("pt", "O inquilino deve pagar a renda mensal até ao dia cinco de cada mês por transferência bancária."),
        ("it", "Il conduttore deve pagare il canone mensile entro il giorno cinque di ogni mese."),
    ],
)
def test_a_sentence_tells_its_language(code: str, text: str) -> None:
    assert guess_language(text) == code


@pytest.mark.parametrize("text", ["", "KW: 42", "12.5 %", "SMACT", "Kuwait"])
def test_what_tells_nothing_is_of_no_language(text: str) -> None:
    assert guess_language(text) == ""


def test_a_short_part_is_in_the_language_of_its_document() -> None:
    assert languages_of(["KW: 42", TEXTS["pt"], TEXTS["pt"]]) == ["pt"] * 3
    # few words of each alone, which together tell
    assert languages_of(["O prémio", "não é devolvido", "pelo segurador em maio"]) == ["pt"] * 3
    assert languages_of([]) == []


def test_a_text_of_several_languages_has_each_parts_own() -> None:
    assert languages_of([TEXTS["pt"], TEXTS["es"], "KW: 42"]) == ["pt", "es", ""]


def test_what_is_not_known_may_be_any() -> None:
    assert may_be_one("", "pt")
    assert may_be_one("pt", "pt")
    assert not may_be_one("pt", "es")


def test_a_long_part_may_be_in_another_language() -> None:
    german = " ".join([TEXTS["de"]] * 12)
    assert languages_of([TEXTS["en"] * 90, german]) == ["en", "de"]
    # a short one that is taken for another is not
    assert languages_of([TEXTS["en"] * 90, TEXTS["de"]]) == ["en", "en"]
    # nor is one that is so only in parts: names, code, references
    assert languages_of([TEXTS["en"] * 90, german[:600] + TEXTS["en"] * 6]) == ["en", "en"]


def test_all_there_is_of_a_document_has_its_likely_language() -> None:
    assert guess_language("The deductible is $500.") == ""
    assert likely_language("The deductible is $500.") == "en"
    assert likely_language("KW: 42") == ""

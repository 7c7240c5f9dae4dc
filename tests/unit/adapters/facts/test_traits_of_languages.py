"""The traits of a sentence mean the same in every script: its length, and what it is worth."""

import pytest

from pipeline_core.adapters.facts.worth import score_of, traits_of
from pipeline_core.domain.statement_traits import count_words
from pipeline_core.domain.wording_traits import wording_traits

SAME = {
    "en": "Books reserved by other readers may not be renewed.",
    "de": "Von anderen Lesern vorgemerkte Bücher dürfen nicht verlängert werden.",
    "pl": "Książek zarezerwowanych przez innych czytelników nie należy przedłużać.",
    "uk": "Книги, замовлені іншими читачами, не можна подовжувати.",
    "tr": "Başka okurların ayırttığı kitapların süresi uzatılamaz.",
    "fi": "Muiden lukijoiden varaamia kirjoja ei saa uusia.",
    "ko": "다른 이용자가 예약한 도서는 대출 기간을 연장해서는 안 되며 금지됩니다.",
    "ja": "他の利用者が予約した図書の貸出を延長してはならない。",
    "zh": "已被其他读者预约的图书不得办理续借手续。",
}


@pytest.mark.parametrize("language", SAME)
def test_a_rule_has_about_as_many_words_in_every_language(language: str) -> None:
    assert 7 <= count_words(SAME[language]) <= 15


@pytest.mark.parametrize("language", SAME)
def test_a_rule_is_a_duty_and_worth_about_as_much_in_every_language(language: str) -> None:
    assert traits_of(SAME[language], language)["duty"] == 1
    assert abs(score_of(SAME[language], (), language) - score_of(SAME["en"], (), "en")) <= 1.5


def test_an_amount_is_worth_as_much_in_every_language() -> None:
    said = {"en": "The berth costs 40 € a week.", "uk": "Причал коштує 40 € на тиждень.", "zh": "泊位每周收费40€。"}
    scores = {score_of(sentence, (), language) for language, sentence in said.items()}
    assert max(scores) - min(scores) <= 0.5


@pytest.mark.parametrize(
    ("statement", "refers"),
    [
        ("Subsection (2) does not apply to rowing boats.", 1),
        ("Mooring: Clause 4 ends with the season.", 1),
        ("Absatz 2 Nummer 1 gilt nicht für Ruderboote.", 1),
        ("El apartado de limpieza se cobra aparte.", 0),
        ("The tenant pays the fee under clause 4 each month.", 0),
    ],
)
def test_a_provision_that_is_the_subject_stands_elsewhere(statement: str, refers: float) -> None:
    assert wording_traits(statement)["refers"] == refers

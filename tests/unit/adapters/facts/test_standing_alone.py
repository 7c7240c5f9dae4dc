"""Sentences that stand alone in spite of words that elsewhere point away, and those that do not."""

import pytest

from pipeline_core.adapters.facts.elsewhere import points_elsewhere
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.leaning import points_back
from pipeline_core.ports.fact_generator import ChunkInput


def statements(text: str, language: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, (), language=language), 8).candidates]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        # the document itself
        ("en", "This Act applies to boats of more than 7 m."),
        ("en", "Crews without a helmet must not carry out this procedure."),
        ("de", "Diese Satzung gilt für alle Mitglieder des Vereins."),
        ("fr", "Cette garantie ne couvre pas les voiles déchirées."),
        ("es", "Este protocolo se aplica a los barcos de vela."),
        ("nl", "Dit reglement geldt voor alle ligplaatsen."),
        ("pt", "Poderão concorrer neste edital as empresas do porto."),
        ("ru", "Этот договор действует до конца навигации."),
        ("pl", "Ta umowa obowiązuje przez dwa lata."),
        ("tr", "Bu sözleşme iki yıl geçerlidir."),
        ("ja", "この契約は二年間有効です。"),
        ("zh", "本合同有效期为两年。"),
        # those who made it
        ("en", "Neither party is liable for storms."),
        ("en", "Both parties may end the lease in March."),
        ("de", "Beide Vertragsparteien tragen ihre Kosten selbst."),
        ("es", "Ambas partes pueden rescindir el contrato en marzo."),
        ("it", "Entrambe le parti possono recedere a marzo."),
        # what its own words date
        ("en", "The last instalment is due on 31 May 2026."),
        # whoever it is, and more than an amount
        ("pl", "Kto cumuje bez biletu, płaci karę 50 zł."),
        ("de", "Wer ohne Karte anlegt, zahlt eine Gebühr."),
        ("pl", "Łodzie o długości powyżej 7,5 m wymagają zgody kapitanatu."),
        ("it", "Il motore si spegne sopra i 90 gradi."),
        ("zh", "12岁以上的乘客须购全票。"),
        ("en", "The average number of berths was 412."),
        # orders and prohibitions, however polite
        ("ja", "使用中は本体に水をかけないでください。"),
        ("ja", "赤いボタンを押してください。"),
        ("zh", "请勿将本产品放入水中。"),
        ("zh", "不得将本产品放入水中。"),
        # few words
        ("nl", "Gebruik geen bleekmiddel."),
        ("sv", "Inga båtar skadades."),
    ],
)
def test_what_stands_alone(language: str, sentence: str) -> None:
    assert len(statements(sentence, language)) == 1


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This mast applies to boats of more than 7 m."),
        ("en", "Both pumps share one valve in the hold."),
        ("de", "Diese Pumpe gilt als besonders leise im Betrieb."),
        ("ru", "Этот насос работает до конца навигации."),
        ("pl", "Koszty opisane powyżej ponosi właściciel."),
        ("zh", "以上费用由船东承担。"),
        ("ja", "この弁は二年間有効です。"),
        ("ja", "詳しくは港の事務所へお問い合わせください。"),
        ("zh", "请联系港口办公室了解详情。"),
        # behind a label, too
        ("nl", "Toepassing: Het geldt niet voor zeilboten."),
        ("en", "Scope: It does not apply to sailing boats."),
    ],
)
def test_what_leans_or_only_invites(language: str, sentence: str) -> None:
    assert statements(sentence, language) == []


def test_what_was_noted_is_said_without_who_noted_it() -> None:
    assert statements("It was noted that the dredging of the east basin would cost 40,000 euros.", "en") == [
        "The dredging of the east basin would cost 40,000 euros."
    ]


def test_of_an_unknown_language_every_languages_own_name_counts() -> None:
    assert not points_back("Diese Satzung gilt für alle.", "")
    assert points_back("Diese Pumpe gilt als leise.", "")
    assert points_elsewhere("Die Kosten sind, wie oben genannt, hoch.", "")


def test_what_has_neither_topic_nor_object_is_said_with_the_sentence_before() -> None:
    told = "電源コードを傷つけないでください。感電の原因になります。"
    assert statements(told, "ja") == [told]
    assert statements("感電の原因になります。", "ja") == []


def test_a_definite_thing_that_nothing_introduces_is_the_confidences_to_judge() -> None:
    [alone] = extract(ChunkInput("The mechanism pays $500 for each lock.", (), language="en"), 8).candidates
    assert alone.traits["bare_definite"] == 1
    introduced = "The port founded the Lock Repair Mechanism in May 1990. The mechanism pays $500 for each lock."
    assert statements(introduced, "en") == [introduced]

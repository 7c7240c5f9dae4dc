"""Items that hold only together: behind "unless", "except", "only if", "all of the following", in each language."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.ports.fact_generator import ChunkInput


def said(markdown: str, language: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(markdown, (), language=language), 6).candidates]


def listed(lead: str, first: str, second: str) -> str:
    return f"{lead}\n\n- {first},\n- {second}.\n"


@pytest.mark.parametrize(
    ("language", "lead", "first", "second"),
    [
        ("en", "The deposit is kept unless the tenant:", "cleaned the flat, or", "paid a cleaner"),
        ("en", "The pool is open every day except:", "Mondays", "bank holidays"),
        (
            "en",
            "The engine may be started only if all of the following are met:",
            "the oil is warm",
            "the door is shut",
        ),
        ("en", "The bonus is paid only when:", "the target was met, or", "the board agrees"),
        ("en", "The fee is waived if all of these apply:", "the guest is under 16", "the guest is a member"),
        (
            "de",
            "Die Kaution wird einbehalten, es sei denn:",
            "die Wohnung wurde gereinigt",
            "ein Dritter hat gereinigt",
        ),
        ("de", "Der Motor darf nur gestartet werden, wenn:", "das Öl warm ist oder", "die Tür geschlossen ist"),
        ("fr", "La caution est conservée sauf si :", "le logement a été nettoyé", "un tiers a nettoyé"),
        ("fr", "La piscine est ouverte tous les jours, à l'exception :", "des lundis", "des jours fériés"),
        ("es", "La piscina abre todos los días excepto:", "los lunes", "los festivos"),
        ("it", "La piscina è aperta ogni giorno tranne:", "il lunedì", "i giorni festivi"),
        ("pt", "A piscina abre todos os dias, exceto:", "às segundas-feiras", "nos feriados"),
        ("nl", "De borg vervalt, tenzij:", "de woning is schoongemaakt", "een ander heeft schoongemaakt"),
        ("ru", "Бассейн открыт каждый день, кроме:", "понедельников", "праздничных дней"),
        ("pl", "Basen jest czynny codziennie, z wyjątkiem:", "poniedziałków", "świąt państwowych"),
        ("sv", "Depositionen behålls om inte:", "bostaden har städats", "någon annan har städat"),
        ("cs", "Bazén je otevřen každý den s výjimkou:", "pondělí", "státních svátků"),
        ("el", "Η πισίνα είναι ανοιχτή κάθε μέρα εκτός από:", "τη Δευτέρα", "τις αργίες"),
        ("tr", "Havuz şu günler hariç her gün açıktır:", "pazartesi günleri", "resmi tatiller"),
        ("ja", "プールは次の日を除き毎日開いている：", "月曜日", "祝日"),
        ("zh", "游泳馆每天开放，除以下日子：", "星期一", "法定节假日"),
    ],
)
def test_exceptions_and_sole_conditions_are_said_as_one(language: str, lead: str, first: str, second: str) -> None:
    found = said(listed(lead, first, second), language)
    assert len(found) == 1
    assert all(part.split(",")[0].removesuffix(" oder") in found[0] for part in (first, second))


@pytest.mark.parametrize(
    ("language", "markdown", "statement"),
    [
        (
            "en",
            "No boat shall leave the harbour unless—\n(a) the master has signed; and\n(b) the fee was paid.\n",
            "No boat shall leave the harbour unless: the master has signed; and the fee was paid.",
        ),
        (
            "de",
            "(1) Boote dürfen nur verkauft werden, wenn\n\n1. sie angemeldet sind,\n2. der Rumpf geprüft ist und\n"
            "3. die Gebühr bezahlt wurde.\n\n(2) Die Gebühr beträgt 40 Euro im Jahr.\n",
            "Boote dürfen nur verkauft werden, wenn: sie angemeldet sind; "
            "der Rumpf geprüft ist; und die Gebühr bezahlt wurde.",
        ),
        (
            "en",
            "The harbour office may sell a boat that was left in the yard for more than a year without notice if\n\n"
            "- the owner was told, and\n- the fees were not paid.\n",
            "The harbour office may sell a boat that was left in the yard for more than a year without notice if: "
            "the owner was told; and the fees were not paid.",
        ),
    ],
)  # fmt: skip
def test_a_lead_in_that_ends_in_a_dash_or_without_a_sign(language: str, markdown: str, statement: str) -> None:
    found = said(markdown, language)
    assert statement in found
    assert not any(fact.startswith(statement.split(" ")[0]) and fact != statement for fact in found)


def test_any_of_these_is_each_of_them() -> None:
    found = said(
        listed("You may not claim if any of these apply:", "you live abroad", "you earn more than £50,000"), "en"
    )
    assert [fact.rsplit(": ", 1)[1] for fact in found] == ["you live abroad.", "you earn more than £50,000."]


def test_one_of_any_is_no_promise() -> None:
    found = said(listed("You need at least one of the following:", "a passport", "a driving licence"), "en")
    assert found == ["You need at least one of the following: a passport; a driving licence."]


def test_what_and_joins_is_not_said_below_a_heading_that_it_does_not_go_on_with() -> None:
    text = (
        "## Movement of boats\n\n(a) the harbour master has signed the permit; and\n\n(b) the hull has been sealed.\n"
    )
    assert said(text, "en") == []


@pytest.mark.parametrize(
    ("language", "markdown", "below"),
    [
        (
            "en",
            "## Not insured\n\n- hail\n- rust\n\nThe excess is 75 pounds for each claim.\n",
            "The excess is 75 pounds",
        ),
        ("de", "## Versichert sind\n\n- Hagel\n- Feuer\n\nDer Vertrag läuft ein Jahr.\n", "Der Vertrag läuft ein Jahr"),
        (
            "nl",
            "## Niet verzekerd\n\n- hagel\n- roest\n\nHet eigen risico is 75 euro per keer.\n",
            "Het eigen risico is 75",
        ),
        # without a blank line between
        (
            "pl",
            "Nie stosować:\n- u dzieci\n- razem z winem\nOpakowanie zawiera 50 tabletek.\n",
            "Opakowanie zawiera 50",
        ),
        ("en", "Do not take it:\n- with wine\n- at night\nThe box holds 50 tablets.\n", "The box holds 50 tablets"),
        ("fr", "Ne pas prendre :\n- avec du vin\n- la nuit\nLa boîte contient 50 comprimés.\n", "La boîte contient 50"),
    ],
)
def test_what_stands_below_a_list_is_no_part_of_it(language: str, markdown: str, below: str) -> None:
    found = [statement for statement in said(markdown, language) if below in statement]
    assert found
    assert all(statement.startswith(below) for statement in found)


def test_what_stands_below_a_no_without_a_list_is_said_with_it() -> None:
    text = "## What is not covered\n\nThe theft of a bicycle from a garden is a matter of your household policy.\n"
    assert all(statement.startswith("What is not covered: ") for statement in said(text, "en"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Dear guests, a good stay needs a few simple rules.\n"),
        ("de", "Liebe Gäste, ein schöner Aufenthalt braucht ein paar Regeln.\n"),
        ("fr", "Chers voisins, la vie en commun demande quelques règles.\n"),
        ("en", "# Pump\n\nA pump you can trust.\n"),
        ("en", "Mr Hill asked whether the pool will close in winter.\n"),
        ("de", "Frau Lang fragt, ob das Bad im Winter schließt.\n"),
        ("es", "El señor Gil pregunta si la piscina cierra en invierno.\n"),
        ("ja", "プールは何時に開きますか。\n"),
        ("en", "What it says:\n\n- How to take it\n- How to store it\n\n## How to take it\n\n## How to store it\n"),
    ],
)  # fmt: skip
def test_greetings_slogans_questions_and_contents_say_nothing(language: str, text: str) -> None:
    assert said(text, language) == []

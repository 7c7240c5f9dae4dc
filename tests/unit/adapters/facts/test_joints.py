"""The "and" and "or" between the items of a list that is said as one."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.ports.fact_generator import ChunkInput


def facts(markdown: str, language: str) -> tuple[FactCandidate, ...]:
    return extract(ChunkInput(markdown, (), language=language), 6).candidates


@pytest.mark.parametrize(
    ("language", "lead", "first", "joint", "second"),
    [
        ("en", "Cover ends when:", "the fee is unpaid; {}", "and", "the car is sold."),
        ("en", "Guests get one of:", "a towel, {}", "or", "a robe."),
        ("en", "Bring one of:", "a pass, {}", "and/or", "a card."),
        ("de", "Der Schutz gilt, wenn:", "das Tor zu ist; {}", "und", "das Licht aus ist."),
        ("de", "Gäste wählen entweder:", "ein Bad; {}", "oder", "eine Sauna."),
        ("fr", "Le bail prend fin si :", "la clé est rendue ; {}", "et", "le loyer est payé."),
        ("es", "El cliente elige una de las opciones:", "pan; {}", "o", "arroz."),
        ("it", "Il socio sceglie una delle opzioni:", "pane; {}", "oppure", "riso."),
        ("pl", "Umowa wygasa, gdy:", "dom stoi pusty; {}", "lub", "dach przecieka."),
        ("sv", "Avtalet gäller om:", "dörren är låst; {}", "och", "larmet är på."),
        ("tr", "Garanti şu hâlde biter:", "fatura ödenmezse; {}", "veya", "cihaz açılırsa."),
        ("uk", "Договір діє, якщо:", "двері замкнені; {}", "та", "внесок сплачено."),
        ("ar", "يسري العقد إذا:", "دُفع القسط؛ {}", "أو", "صدرت الوثيقة."),
        ("zh", "保险在下列情况下生效：", "保费已支付；{}", "且", "保单已签发。"),
        ("", "Pogodba velja, če:", "so vrata zaprta; {}", "in", "je račun plačan."),
    ],
)
def test_what_holds_only_together_keeps_its_joint(
    language: str, lead: str, first: str, joint: str, second: str
) -> None:
    (fact,) = facts(f"{lead}\n\n- {first.format(joint)}\n- {second}\n", language)
    bare = first.format("").rstrip(" ;,；؛")
    assert fact.statement == f"{lead[:-1].strip()}: {bare}; {joint} {second}"
    assert fact.quotes == (lead, first.format(joint), second)


def test_a_joint_may_begin_the_next_item() -> None:
    (fact,) = facts("The lock opens if:\n\n- the code is right\n- and the door is shut.\n", "en")
    assert fact.statement == "The lock opens if: the code is right; and the door is shut."
    assert fact.quotes[2] == "and the door is shut."


@pytest.mark.parametrize("line", ["or", "OR", "**or**", "- or"])
def test_a_joint_on_a_line_of_its_own_joins_the_items_around_it(line: str) -> None:
    (fact,) = facts(f"A permit needs either:\n\n- a lease\n\n{line}\n\n- a tax bill\n", "en")
    assert fact.statement == "A permit needs either: a lease; or a tax bill."
    assert fact.quotes[1] == f"a lease\n\n{line}"


def test_items_that_hold_one_by_one_are_said_one_by_one() -> None:
    said = [fact.statement for fact in facts("The lease ends if:\n\n- rent is unpaid; or\n- the flat is sold.\n", "en")]
    assert said == ["The lease ends if rent is unpaid.", "The lease ends if the flat is sold."]

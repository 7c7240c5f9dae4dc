"""Rows whose cells are words: facts under a header that the file declares; people in columns are none."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.tables import columns_of
from pipeline_core.ports.fact_generator import ChunkInput


def said(rows: str) -> list[str]:
    """The statements of a table; its rows stand on lines, its cells between ``|``."""
    head, *body = [f"| {line} |" for line in rows.split("\n")]
    width = head.count("|") - 1
    return [
        fact.statement for fact in extract(ChunkInput("\n".join([head, f"|{'---|' * width}", *body]), ()), 6).candidates
    ]


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ("Dish | Gluten | Milk\nSoup | yes | no\nBread | yes | yes", "Bread – Gluten: yes; Milk: yes"),
        ("Dish | Gluten\nSoup | yes\nRice | no", "Rice – Gluten: no"),
        ("Gericht | Senf | Nüsse\nSuppe | nein | nein\nSpätzle | ja | ja", "Spätzle – Senf: ja; Nüsse: ja"),
        ("Plat | Gluten | Lait\nTarte | oui | oui", "Tarte – Gluten: oui; Lait: oui"),
        ("Función | Básico | Completo\nCopias | No | Sí", "Copias – Básico: No; Completo: Sí"),
        ("Блюдо | Глютен | Молоко\nСуп | да | нет", "Суп – Глютен: да; Молоко: нет"),
        ("الطبق | غلوتين | حليب\nحساء | نعم | لا", "حساء – غلوتين: نعم; حليب: لا"),
        ("功能 | 基础版 | 专业版\n导出 | 否 | 是", "导出 – 基础版: 否; 专业版: 是"),
        ("機能 | 無料 | 有料\n検索 | × | ○", "検索 – 無料: ×; 有料: ○"),
        ("Plan | Backup | Help\nBasic | ✗ | ✗\nTeam | ✓ | ✗", "Team – Backup: ✓; Help: ✗"),
        ("Feature | Free | Team\nAudit log | ✗ | ✗", "Audit log – Free: ✗; Team: ✗"),
        ("Guest | Room | Speaks\nAna | Attic | Spanish, French", "Ana – Room: Attic; Speaks: Spanish, French"),
        ("Bin | Colour | Emptied\nPaper | blue | Monday\nGlass | red | Friday", "Glass – Colour: red; Emptied: Friday"),
        ("guest | room | speaks\nAna | Attic | Spanish\nJo | Cellar | German", "Jo – room: Cellar; speaks: German"),
        ("Turno | Guida | Luogo\nSera | Luca Bianchi | Ufficio", "Sera – Guida: Luca Bianchi; Luogo: Ufficio"),
        ("Dzień | Lekarz | Gabinet\nWtorek | Jan Kowalski | B", "Wtorek – Lekarz: Jan Kowalski; Gabinet: B"),
        ("Ημέρα | Πρωί | Απόγευμα\nΤρίτη | ανοιχτά | κλειστά", "Τρίτη – Πρωί: ανοιχτά; Απόγευμα: κλειστά"),
        ("Regola | Livello | Da\nChiavi | alto | inizio\nPorte | alto | metà", "Porte – Livello: alto; Da: metà"),
        ("Day | Indoor pool\nMonday | 9:00–20:00\nSunday | closed", "Sunday – Indoor pool: closed"),
        ("Tag | Hallenbad\nMontag | 9–20 Uhr\nSonntag | geschlossen", "Sonntag – Hallenbad: geschlossen"),
        ("曜日 | プール\n月曜日 | 9:00–20:00\n日曜日 | 休み", "日曜日 – プール: 休み"),
        ("Check-in | after 15:00\nBreakfast | included\nCheck-out | 11:00", "Check-out: 11:00"),
        (" | 2023 | 2024\nWhat was revenue? | |\nNorth | 4.1 | 4.2", "What was revenue? North – 2023: 4.1; 2024: 4.2"),
        ("Peril | Covered | Excess\nWar | – | none\nTheft | yes | £5", "Theft – Covered: yes; Excess: £5"),
        ("Peril | Covered | Excess\nTheft | yes | £100\nFire | yes | None", "Fire – Covered: yes; Excess: None"),
        ("Risk | Owner | Cost\nFire | TBD | n.a.\nTheft | the guard | £5", "Theft – Owner: the guard; Cost: £5"),
        ("Risk | Owner | Cost\nFire | the guard | £9\nTheft | TBD | £5", "Theft – Cost: £5"),
        ("Herb | Taste\nSage | bitter\nRue | bitter\nMint | mild", "Mint – Taste: mild"),
        ("术语 | 含义\n凭证 | 证明身份的电子文件或者口令", "凭证 – 含义: 证明身份的电子文件或者口令"),
    ],
)  # fmt: skip
def test_a_row_of_words_is_said_under_the_declared_header(rows: str, last: str) -> None:
    assert said(rows)[-1] == last


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("Ann Lee | Bo Roe | Cy Fox\nDi Roy | Ed Poe | Flo Ash", id="people in columns"),
        pytest.param("Ann Lee (ann) | Bo van Roe | Cy Fox\nDi Roy | Ed Poe | ", id="people with their accounts"),
        pytest.param("below the desk | native store of | per-call\nand above | all | none", id="torn sentences"),
        pytest.param("The harbour; | Boats, | Moored at\nof the north | lie | the pier", id="cut cells"),
        pytest.param("Alma Reyes | Attic | Spanish\nJo Meyer | Cellar | German\nLi Wei | Attic | Chinese", id="a row"),
    ],
)
def test_a_first_row_with_something_against_it_names_nothing(rows: str) -> None:
    assert said(rows) == []


@pytest.mark.parametrize(
    "rows",
    ["Pets | no\nSmoking | no\nGarden | shared", "Garden | shared\nPets | no\nSmoking | no", "Garden | yes\nPets | no"],
)
def test_an_answer_is_no_name_of_a_column(rows: str) -> None:
    assert columns_of([row.split(" | ") for row in rows.split("\n")]).names == ("", "")


def test_what_only_the_file_says_is_a_guess() -> None:
    text = "| Guest | Room | Speaks |\n|---|---|---|\n| Ana | Attic | Spanish |\n| Jo | Cellar | German |\n"
    guessed = [fact.traits["header_guessed"] for fact in extract(ChunkInput(text, ()), 6).candidates]
    told = extract(ChunkInput(text.replace("Spanish", "yes").replace("German", "no"), ()), 6).candidates
    assert guessed == [1, 1]
    assert [fact.traits["header_certain"] for fact in told] == [1, 1]


def wide(columns: int, *, named: bool = True) -> str:
    head = ["Site", *(f"{chr(65 + n // 26)}{chr(65 + n % 26)} fee" if named else "fee" for n in range(columns - 1))]
    rows = [[site, *(str(n) for n in range(columns - 1))] for site in ("North", "South", "West")]
    return "\n".join(" | ".join(row) for row in (head, *rows))


def test_a_wide_table_is_said_with_all_its_columns_where_each_has_a_name() -> None:
    assert said(wide(14))[0].startswith("North – AA fee: 0; AB fee: 1; ")
    assert said(wide(14))[0].endswith("AM fee: 12")
    assert said(wide(14, named=False)) == said(wide(50)) == []


@pytest.mark.parametrize(("columns", "named"), [(14, False), (50, True)])
def test_the_ledger_says_why_a_wide_table_has_no_facts(columns: int, named: bool) -> None:
    head, *rows = [f"| {line} |" for line in wide(columns, named=named).split("\n")]
    text = "\n".join([head, f"|{'---|' * columns}", *rows])
    prose = "The fees must be paid before the first of May.\n\n"
    alone, beside = (extract(ChunkInput(f"{above}{text}", ()), 6) for above in ("", prose))
    assert alone.candidates == ()
    assert len(beside.candidates) == 1
    assert f"none of {alone.reason}" == beside.reason
    assert (alone.reason or "").startswith(f"a table of {columns} columns")


def test_a_question_is_answered_by_the_one_value_of_its_row() -> None:
    assert said("Question | Answer\nWho keeps the keys of the gate? | The warden keeps them.")[-1] == (
        "Who keeps the keys of the gate? The warden keeps them."
    )
    assert said(" | 2023 | 2024\nWhat was the revenue of all? | 4.1 | 4.2\nProfit | 1.0 | 1.2") == [
        "Profit – 2023: 1.0; 2024: 1.2"
    ]


def test_what_parts_a_cell_from_the_next_is_not_said() -> None:
    assert said("Item | Rule | Fee\nDogs | on a lead;. | $5;\nBins | out on Monday.. | $7.") == [
        "Dogs – Rule: on a lead; Fee: $5",
        "Bins – Rule: out on Monday; Fee: $7.",
    ]


def test_a_heading_may_be_written_with_vowels_that_are_marks() -> None:
    text = "# मेनू\n\n| व्यंजन | ग्लूटेन | दूध |\n|---|---|---|\n| सूप | हाँ | नहीं |\n"
    assert extract(ChunkInput(text, ()), 6).candidates[0].statement == "मेनू: सूप – ग्लूटेन: हाँ; दूध: नहीं"


def test_a_label_and_its_heading_are_both_evidence() -> None:
    text = "# Opening hours\n\nWinter:\n\n| Day | Hours |\n|---|---|\n| Monday | 9:00–18:00 |\n"
    [fact] = extract(ChunkInput(text, ()), 6).candidates
    assert fact.statement == "Opening hours, Winter: Monday – Hours: 9:00–18:00"
    assert [part.quote for part in fact.around] == ["Opening hours", "Winter:", "| Day | Hours |"]

"""What the rows of a table are said to be about, where its caption or heading does not say it."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.table_labels import says_only_kind
from pipeline_core.domain.confidence_model import confidence_of
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.ports.fact_generator import ChunkInput

BOATS = "| Hall | Boats | Share |\n|---|---|---|\n| North hall | 41 | 27.7 |\n| South hall | 12 | 9.1 |\n"
TEXT = "Most of the boats lie in the north, as the first table says.\n\n"


def first(markdown: str) -> FactCandidate:
    """The first row's: what stands above a table may be a fact, too."""
    return next(fact for fact in extract(ChunkInput(markdown, ()), 0).candidates if "row" in fact.traits)


@pytest.mark.parametrize(
    ("above", "said"),
    [
        # a question heads the text below it, and a table only right below it
        (f"# Where do the boats lie?\n\n{TEXT}", ""),
        (f"# Wo liegen die Boote?\n\n{TEXT}", ""),
        (f"# 船在哪里？\n\n{TEXT}", ""),
        (f"# Boats of Kiel\n\n## Where do they lie?\n\n{TEXT}", "Boats of Kiel: "),
        (f"# Where do they lie?\n\n{TEXT}Table 4: Boats, by hall\n\n", "Boats, by hall: "),
        ("# Where do the boats lie?\n\n", "Where do the boats lie? "),
        # a caption that says only what kind of table it is
        ("Table 1: Summary Statistics\n\n", ""),
        ("Tabelle 1: Deskriptive Statistik\n\n", ""),
        ("Tableau 1 : Statistiques descriptives\n\n", ""),
        ("# Boats of Kiel\n\nTable 1: Descriptive statistics\n\n", "Boats of Kiel: "),
        ("# Boats of Kiel\n\n## Appendix C: Results\n\nTabla 1. Resultados\n\n", "Boats of Kiel: "),
        ("Table 1: Summary statistics of boats\n\n", "Summary statistics of boats: "),
        # or a sentence below it says what the table is of
        ("Table 1: Results\n\nThis table contains the boats of Kiel in 2009.\n\n", "The boats of Kiel in 2009: "),
        ("Tabelle 1: Ergebnisse\n\nDiese Tabelle zeigt die Boote in Kiel.\n\n", "Die Boote in Kiel: "),
    ],
)
def test_what_a_table_is_about(above: str, said: str) -> None:
    fact = first(above + BOATS)
    assert fact.statement == f"{said}North hall – Boats: 41; Share: 27.7"
    assert fact.traits["table_untold"] == (said == "")
    untold, told = (confidence_of({**fact.traits, "table_untold": flag}).value for flag in (1.0, 0.0))
    assert untold < 0.3 < 0.6 < told


def test_a_table_with_nothing_above_it_is_not_held_to_have_lost_its_subject() -> None:
    assert first(BOATS).traits["table_untold"] == 0


def test_a_sentence_in_a_row_needs_no_subject_of_its_table() -> None:
    rows = "| Locks | The locks of the boats are opened by the harbour master alone. |\n"
    fact = first(f"# What comes next?\n\n{TEXT}| | |\n|---|---|\n{rows}| Keys | Each key has a copy in the office. |\n")
    assert fact.traits["table_untold"] == 0


@pytest.mark.parametrize(
    ("title", "only_kind"),
    [
        ("Descriptive Statistics.", True), ("Regression results", True), ("Continued", True), ("(Fortsetzung)", True),
        ("Estadísticas descriptivas", True), ("Statistiche descrittive", True), ("Estatísticas descritivas", True),
        ("Beschrijvende statistiek", True), ("Statistik deskriptif", True), ("Описательная статистика", True),
        ("Αποτελέσματα", True), ("描述性统计", True), ("Statystyki opisowe", True), ("الإحصاء الوصفي", True),
        ("Results of the election", False), ("Schiffsdaten", False), ("Résultats par port", False), ("List", False),
    ],
)  # fmt: skip
def test_titles_that_say_only_what_kind_of_table_it_is(title: str, only_kind: bool) -> None:
    assert says_only_kind(title) == only_kind


def test_what_stands_alone_above_a_series_of_years_is_for_all_of_them() -> None:
    years = " | ".join(str(year) for year in range(2013, 2022))
    values = " | ".join(str(1040 + at) for at in range(9))
    head = "| | | | | Forecast—Continued | | | | | |\n" + "|---" * 10 + "|\n"
    text = f"Table 3: Catch in tonnes\n\n{head}| Bay | {years} |\n| Kiel | {values} |\n| Ulm | {values} |\n"
    fact = first(text)
    assert fact.statement.startswith("Catch in tonnes: Kiel – Forecast 2013: 1040; Forecast 2014: 1041;")
    assert fact.traits["header_certain"] == 1


def test_a_header_stays_one_above_long_enumerations() -> None:
    listed = "Other matters including the agreement with the branch, its contact, notices, payments and owners of ships"
    rows = "".join(f"| {listed} {n} | {n}.597 |\n" for n in ("a", "b")).replace("a.", "1.").replace("b.", "2.")
    text = (
        f"# Letters by matter\n\n| | |\n|---|---|\n| Matter | Letters |\n{rows}| Harbour | 119 |\n| Ferry | 2.003 |\n"
    )
    said = [candidate.statement for candidate in extract(ChunkInput(text, ()), 0).candidates]
    assert said[-2:] == ["Letters by matter: Harbour – Letters: 119", "Letters by matter: Ferry – Letters: 2.003"]
    assert not any("Matter: Letters" in one for one in said)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Harbour law / Dredging", "Letters by port: Harbour law / Dredging, Kiel – Letters: 41"),
        ("Dredging of the fairway", "Letters by port: Dredging of the fairway, Kiel – Letters: 41"),
        ("Port", "Letters by port: Kiel – Letters: 41"),
        ("Name of the port", "Letters by port: Kiel – Letters: 41"),
    ],
)
def test_a_topic_in_the_header_is_said_with_each_row(head: str, said: str) -> None:
    text = f"# Letters by port\n\n| {head} | Letters |\n|---|---|\n| Kiel | 41 |\n| Emden | 12 |\n"
    assert first(text).statement == said


@pytest.mark.parametrize(
    ("note", "values"),
    [
        ("KI: kinetic intensity; Dep = departures", "kinetic intensity (KI) (1/km): 3.3; departures (Dep): 12"),
        ("Anmerkung: Dep: Abfahrten, KI: Intensität.", "Intensität (KI) (1/km): 3.3; Abfahrten (Dep): 12"),
        ("Note. KI = indice cinétique.", "indice cinétique (KI) (1/km): 3.3; Dep: 12"),
        ("Dep: see the plan of the harbour", "KI (1/km): 3.3; Dep: 12"),
        ("The KI was measured by hand.", "KI (1/km): 3.3; Dep: 12"),
    ],
)
def test_abbreviated_columns_are_said_as_a_note_explains_them(note: str, values: str) -> None:
    table = "| Line | KI (1/km) | Dep |\n|---|---|---|\n| North | 3.3 | 12 |\n| South | 2.1 | 14 |\n"
    for text in (f"Table 2: Lines\n\n{table}\n{note}\n", f"Table 2: Lines\n\n{note}\n\n{table}"):
        assert first(text).statement.endswith(f"North – {values}")

"""Cleaning markdown: what each step does, what it leaves alone, and that pages keep their characters."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline_core.domain.documents import Page, PageMap, PageOutcome
from pipeline_core.stages.cleaning import clean


def page_map(pages: list[str], unit: str = "page") -> PageMap:
    spans, at = [], 0
    for number, text in enumerate(pages, start=1):
        spans.append(Page(number, at, at + len(text)))
        at += len(text)
    return PageMap(tuple(spans), unit)


def cleaned(markdown: str) -> str:
    return clean(markdown, page_map([markdown], "document"))[0]


def cleaned_pages(pages: list[str], unit: str = "page") -> list[str]:
    markdown, new, _ = clean("".join(pages), page_map(pages, unit))
    return [markdown[page.char_from : page.char_to] for page in new.pages]


def counts(markdown: str) -> dict[str, int]:
    return clean(markdown, page_map([markdown], "document"))[2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # mojibake: only where it is
        ("Die PrÃ¤mie betrÃ¤gt 5 â‚¬.\n", "Die Prämie beträgt 5 €.\n"),
        ("The insurerâ€™s duty\nis plain.\n", "The insurer’s duty\nis plain.\n"),
        ("Prämie für Großrisiken – „alles“, l’été\n", "Prämie für Großrisiken – „alles“, l’été\n"),
        ("It is 2.59×† as fast, and 3× as fast.\n", "It is 2.59×† as fast, and 3× as fast.\n"),
        ("Acme\u0099 pays.\n", "Acme™ pays.\n"),
        # bullets that a font or an encoding left: none becomes a trade mark
        ("\u0099 first\n\u0099 second\n", "- first\n- second\n"),
        ("- \uf0b7 first\n  \uf0a7 nested\n\u25aa third\n", "- first\n  - nested\n- third\n"),
        ("Deckt: \u0099 Feuer \uf0b7 Sturm\n", "Deckt: • Feuer • Sturm\n"),
        ("§ Schlüssel\n§ Karten\n", "- Schlüssel\n- Karten\n"),
        ("§ of the whole\n\n§ 4 and § 5\n§ 12 gilt.\n", "§ of the whole\n\n§ 4 and § 5\n§ 12 gilt.\n"),
        ("•Feuer\n™ Sturm\n· Hagel\n► Eis\n", "- Feuer\n- Sturm\n- Hagel\n- Eis\n"),
        ("Acme™ pays 2·3 and\n™Acme\n", "Acme™ pays 2·3 and\n™Acme\n"),
        ("\uf0fc ja, \uf0e0 nein, • im Satz\n", "- ja, \uf0e0 nein, • im Satz\n"),
        # blanks
        ("two  blanks \t\nand trailing   \n", "two blanks\nand trailing\n"),
        ("a\u00a0b\u2009c\u3000d\n", "a b c d\n"),
        ("pays 250\u00a0000 EUR\n", "pays 250\u00a0000 EUR\n"),  # a thousands separator
        ("zero\u200bwidth soft\u00adhyphen \ufeffmark\n", "zerowidth softhyphen mark\n"),
        ("\n\none\n\n\n\n\ntwo\n\n\n", "one\n\ntwo\n"),
        ("sentences of 1\u00ad12 months\n", "sentences of 1-12 months\n"),
        ("form\x0cfeed, line\u2028separator\n", "form\nfeed, line\nseparator\n"),
        ("- item\n    - nested  twice\n", "- item\n    - nested  twice\n"),  # indentation may be code
        ("call `a  b` now\n", "call `a  b` now\n"),
        # headings
        ("Heading\n=====\n\ntext\n", "# Heading\n\ntext\n"),
        ("text\n\nSecond one\n---\n\ntext\n", "text\n\n## Second one\n\ntext\n"),
        ("##Tight\n\n#Title\n\ntext\n", "## Tight\n\n# Title\n\ntext\n"),
        ("a #hashtag\n#lower and more\n", "a #hashtag\n#lower and more\n"),
        ("two lines\nof text\n---\n", "two lines\nof text\n---\n"),
        ("text\n\n---\n\ntext\n", "text\n\n---\n\ntext\n"),
        ("---\ntitle: Policy\n---\n\ntext\n", "---\ntitle: Policy\n---\n\ntext\n"),  # front matter
        # hyphenation
        ("the insur-\nance covers it\n", "the insurance\ncovers it\n"),
        ("a long-term plan is a long-\nterm plan\n", "a long-term plan is a long-term\nplan\n"),
        ("a three-\ndimensional grid\n", "a three-dimensional\ngrid\n"),
        ("a self-\nemployed person\n", "a self-employed\nperson\n"),
        ("re-entry and reentry: re-\nentry\n", "re-entry and reentry: re-entry\n"),
        ("die Haftpflicht-\nversicherung.\n", "die Haftpflichtversicherung.\n"),
        ("soft\u00ad\nhyphen\n", "softhyphen\n"),
        ("Section A-\nB and the 2020-\n2021 report\n", "Section A-\nB and the 2020-\n2021 report\n"),
        ("see https://example.org/foo-\nbar\n", "see https://example.org/foo-\nbar\n"),
        ("Haus- und Hof-\nGut\n", "Haus- und Hof-\nGut\n"),
        # tables
        (
            "| Item     | Amount   |\n| :------- | -------: |\n| Hail\\|x  | 100      |\n",
            "| Item | Amount |\n| :--- | ---: |\n| Hail\\|x | 100 |\n",
        ),
    ],
)
def test_step(before: str, after: str) -> None:
    assert cleaned(before) == after


def test_code_fences_are_untouched() -> None:
    code = "```python\nx  =  1 \n\n\n\n#no heading-\nat\u00a0all\nHeading\n===\n```\n"
    longer = "~~~~\n~~~\n```\nstill  code\n~~~~\n"
    listed = "- item\n\n      ```\n      a   b  \n      ```\n"
    for block in (code, longer, listed):
        assert block in cleaned(f"Text  before\n\n\n\n{block}\n\n\nText  after\n")
    assert cleaned("text\n\n```\nnever  closed\n\n\n\nText  after") == "text\n\n```\nnever  closed\n\nText after"


def test_a_fence_may_run_over_pages() -> None:
    pages = ["Text\n\n```\na  b\n", "c  d \n\n\n\ne\n", "f  g\n```\n\ntwo  words\n"]
    assert cleaned_pages(pages) == ["Text\n\n```\na  b\n", "c  d \n\n\n\ne\n", "f  g\n```\n\ntwo words\n"]


def test_counts_name_what_was_done() -> None:
    assert counts("PrÃ¤mie\n\n#Title\n\ninsur-\nance of  all\n\n\n\nend \n") == {
        "mojibake": 1,
        "headings": 1,
        "hyphenations": 1,
        "double_blanks": 1,
        "blank_lines": 1,
        "trailing_blanks": 1,
    }
    assert counts("# Clean\n\nNothing to do here.\n") == {}


# --- what pages cut apart ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pages", "joined"),
    [
        (["Der Mieter muss den Schaden sofort und\n\nin Textform melden.\n"],
         "Der Mieter muss den Schaden sofort und in Textform melden.\n"),
        # over a page's end: every letter stays on its page
        (["The fee for a copy of the whole\n\n", "register is due at once.\n"],
         "The fee for a copy of the whole register is due at once.\n"),
        (["La prime est due dans les trente jours sui-\n\n", "vants, sans autre avis.\n"],
         "La prime est due dans les trente jours suivants, sans autre avis.\n"),
        (["Von hier an gelten die Regeln für die\n\n", "Versicherung von Booten.\n"],
         "Von hier an gelten die Regeln für die Versicherung von Booten.\n"),
        (["- a boat that lies in a harbour over the whole\n\nwinter, and its mast\n"],
         "- a boat that lies in a harbour over the whole winter, and its mast\n"),
        # the first line of a paragraph, taken for a heading; a heading of two lines
        (["## The tenant pays for repairs of up to\n\none hundred euros himself.\n"],
         "The tenant pays for repairs of up to one hundred euros himself.\n"),
        (["# Terms for the Insurance\n\n# of Bicycles\n\nThey begin here.\n"],
         "# Terms for the Insurance of Bicycles\n\nThey begin here.\n"),
        # a bold line of a paragraph that is not bold
        (["**Notice. Every tenant must give notice to the**\n\noffice in writing.\n"],
         "Notice. Every tenant must give notice to the office in writing.\n"),
        # one line of a paragraph, taken for code
        (["```\nThe pipeline retry command starts a job again from the\n```\n\nstage where it failed.\n"],
         "The pipeline retry command starts a job again from the stage where it failed.\n"),
        # a line with a path in it, taken for code in mid-sentence; one that is a sentence; the end of one
        (["El programa pide los datos al servicio\n\n```\n/api/{tienda}/ventas.json y guarda la lista con el\n```\n\n"
          "nombre de cada tienda.\n"],
         "El programa pide los datos al servicio\n\n/api/{tienda}/ventas.json y guarda la lista con el nombre de cada "
         "tienda.\n"),
        (["It costs little.\n\n```\nhandover replaces the tool by a service of the port.\n```\n\nMore is said.\n"],
         "It costs little.\n\nhandover replaces the tool by a service of the port.\n\nMore is said.\n"),
        (["Wer kein Konto hat, stellt die Anfrage an\n\n```\napi/boote.\n```\n\n## Kosten\n"],
         "Wer kein Konto hat, stellt die Anfrage an api/boote.\n\n## Kosten\n"),
        (["- Tides of the coast (by the hour):\n\n```\nMAREA (Olsen & Lind, 2021)\n```\n\n- Winds\n"],
         "- Tides of the coast (by the hour): MAREA (Olsen & Lind, 2021)\n\n- Winds\n"),
        # over what floats at the end of the one page and at the top of the other
        (["A boat in the harbour of the\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\n",
          "**Tabelle 3. Boote**\n\nFig. 4: Ports\n\ntown pays 40 € for each night. It is due.\n"],
         "| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\nA boat in the harbour of the town pays 40 € for each night. "
         "It is due.\n\n**Tabelle 3. Boote**\n\nFig. 4: Ports\n"),
    ],
)  # fmt: skip
def test_what_a_page_cut_apart_is_whole_again(pages: list[str], joined: str) -> None:
    result, spans, _ = clean("".join(pages), page_map(pages))
    assert result == joined
    told = [result[page.char_from : page.char_to] for page in spans.pages]
    for text, page in zip(told, pages, strict=True):
        assert sorted(filter(str.isalnum, text)) == sorted(filter(str.isalnum, page))
    assert clean(result, spans)[0] == result


@pytest.mark.parametrize(
    "page",
    [
        "The list of things that are covered by us:\n\nfire and hail.\n",
        "The insurer pays for all of the damage.\n\nso it was agreed.\n",
        "apples\n\npears and plums\n",
        "## Costs\n\nof the policy are paid by the owner.\n",
        "The owner has to pay for all of the following\n\n- fire\n- hail\n",
        "The owner has to pay for all of the following\n\n| a | b |\n| --- | --- |\n",
        "```\npipeline retry --all\n```\n\nstarts them again.\n",
        "- Install the package with the name of a platform:\n\n```\npip install harbour\n```\n\nand start it.\n",
        "The request that was sent to the service is this:\n\n```\nGET /api/boats?name=a\n```\n\n## Costs\n",
        "```\nwith the words as they are written\nin three lines\nof code\n```\n\nand it goes on.\n",
    ],
)
def test_what_belongs_apart_stays_so(page: str) -> None:
    assert cleaned_pages([page])[0] == page


@pytest.mark.parametrize(
    "pages",
    [
        # words of a drawing are no rest of a sentence; "Table 2 gives" begins one
        [
            "He tells of loops that agents will leave\n\nGPU\n\n",
            "Load (ms)\n\nevent loop + pool thread proxy agent loop\n",
        ],
        [
            "He tells of loops that agents will leave\n\n",
            "Table 2 gives the costs of all.\n\nand so it is told by the owner.\n",
        ],
        ["The agent leaves the loop of the\n\n", "Table 3. Boats\n\nIt is told by the owner.\n"],
        ["The agent leaves the loop of the\n\n", "## Costs\n\nand so it is told by the owner.\n"],
        ["He pays for:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n", "all of the boats that are there.\n"],
    ],
)
def test_what_stands_between_pages_is_no_sentence(pages: list[str]) -> None:
    assert "".join(cleaned_pages(pages)) == "".join(pages)


def test_a_sentence_goes_on_over_running_lines_that_stay() -> None:
    footer = (
        "Olsen et al. (2021). The tides of the coast. Journal of Harbours and Ports, 8(91), {n} (draft).\n\nDRAFT\n\n"
    )
    told = "He speaks of case {a}.\n\nIt was told in port {a} by the owner of the\n\n"
    pages = [f"boat and its crew of {n * 7}. {told.format(a=n * 13)}{footer.format(n=n)}" for n in range(1, 5)]
    result = "".join(cleaned_pages(pages))
    assert result.count("Olsen et al.") == 1
    for n in (1, 2, 3):
        assert f"in port {n * 13} by the owner of the boat and its crew of {n * 7 + 7}." in result


def test_documents_without_pages_are_as_they_were_written() -> None:
    text = "The fee for a copy of the whole\n\nregister is due at once.\n"
    assert cleaned_pages([text], unit="document") == [text]


# --- running headers and footers -------------------------------------------------------------------------


def body(number: int) -> str:
    return f"Paragraph {number} speaks of clause {number * 7}.\n\nIt ends here, on leaf {number * 13}."


def test_running_lines_stay_once() -> None:
    pages = [f"Acme Policy AB-1234\n\n{body(n)}\n\nAcme Inc. | Page {n} of 5\n\n" for n in range(1, 6)]
    result = cleaned_pages(pages)
    assert result[0].startswith("Acme Policy AB-1234\n\n")
    assert "Page 1 of 5" in result[0]
    for number, text in enumerate(result[1:], start=2):
        assert text.strip() == body(number)


def test_of_two_pages_the_first_and_last_lines_are_running_lines() -> None:
    first, second = cleaned_pages([f"Yearbook of boats\n\n{body(n)}\n\n{n}\n\n" for n in (1, 2)])
    assert first.strip() == f"Yearbook of boats\n\n{body(1)}"
    assert second.strip() == body(2)


@pytest.mark.parametrize("line", ["# Boats", "In all:", "Boats {n} and {n} rafts"])
def test_of_two_pages_headings_labels_and_other_lines_stay(line: str) -> None:
    pages = [f"{line.format(n=n)}\n\n{body(n)}\n\n" for n in (1, 2)]
    assert [text.strip() for text in cleaned_pages(pages)] == [text.strip() for text in pages]


@pytest.mark.parametrize(
    "form",
    [
        "{n}",
        "# {n}",
        "## Page {n}",
        "- {n} -",
        "Page {n}",
        "Seite {n} von 9",
        "{n} / 9",
        "**{n}**",
        "[{n}]",
        "A-{n}",
        "3-{n}",
        "第 {n} 页",
        "# 第{n}頁",
        "第 {n} 页 共 9 页",
        "Strona {n} z 20",
        "Halaman {n}",
        "صفحة {n}",
        "Sida {n} (20)",
        "# Σελίδα {n}",
    ],
)
def test_bare_page_numbers_go(form: str) -> None:
    pages = [f"{body(n)}\n\n{form.format(n=n + 11)}\n\n" for n in range(1, 6)]
    assert [text.strip() for text in cleaned_pages(pages)] == [body(n) for n in range(1, 6)]


@pytest.mark.parametrize("form", ["{r}", "# {r}", "Page {r}", "– {r} –"])
def test_roman_page_numbers_go(form: str) -> None:
    pages = [f"{body(n)}\n\n{form.format(r=r)}\n\n" for n, r in enumerate(("iii", "iv", "v", "vi", "vii"), start=1)]
    assert [text.strip() for text in cleaned_pages(pages)] == [body(n) for n in range(1, 6)]


def test_a_long_running_line_may_hold_its_number_anywhere() -> None:
    header = "Standard Terms of Household Insurance {n}\n\n"
    footer = "Acme et al. Standard terms of household insurance. Journal of Cover, {n} (draft).\n\n"
    for count in (3, 5):
        pages = [header.format(n=n) + f"{body(n)}\n\n" + footer.format(n=n) for n in range(1, count + 1)]
        result = cleaned_pages(pages)
        assert "Insurance 1" in result[0]
        assert "Cover, 1" in result[0]
        assert not any("Cover" in text for text in result[1:])
        assert any("Household" in text for text in result[1:]) is (count == 3)  # too short to be sure of


def test_left_and_right_pages_have_headers_of_their_own() -> None:
    pages = [f"{'Left title' if n % 2 else 'Right title'}\n\n{body(n)}\n\n" for n in range(1, 9)]
    result = cleaned_pages(pages)
    assert [text.count("title") for text in result] == [1, 1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "pages",
    [
        # a heading of its own on each page
        [f"# Section {n}\n\n{body(n)}\n\n" for n in range(1, 6)],
        [f"Section {n}\n\n{body(n)}\n\n" for n in range(1, 6)],
        [f"Schedule for vehicle {n}\n\n{body(n)}\n\n" for n in range(1, 6)],
        # numbers that do not follow the pages
        [f"{body(n)}\n\n{n * n + 20}\n\n" for n in range(1, 6)],
        # two pages are not enough
        [f"Acme\n\n{body(n)}\n\n" for n in range(1, 3)],
        # far apart in a long document
        [f"{'Interlude' if n % 7 == 0 else f'Word {n * 31}'}\n\n{body(n)}\n\n" for n in range(1, 30)],
        # the head of a table that goes on
        [f"| Item | Amount |\n| --- | --- |\n| Hail {n * 3} | 100 |\n\n" for n in range(1, 6)],
        # the unit of a table, and labels of what follows: they return, and belong where they stand
        [f"# Balance {n}\n\n[In thousands, except per share]\n\n| a | {n} |\n|---|---|\n\n" for n in range(1, 6)],
        [f"Montants en milliers d'euros\n\n| Ville {n * 3} | b |\n|---|---|\n\n" for n in range(1, 6)],
        [f"# Risk {n * 7}\n\n## Example\n\n{body(n)}\n\n" for n in range(1, 6)],
        [f"# Risiko {n * 7}\n\nBeispiel\n\n{body(n)}\n\n" for n in range(1, 6)],
        [f"Answer:\n\n{body(n)}\n\n" for n in range(1, 6)],
        [f"Wer ist betroffen?\n\n{body(n)}\n\n" for n in range(1, 6)],
        *(
            [f"{unit}\n\n| Ort {n * 3} | b |\n|---|---|\n\n" for n in range(1, 6)]
            for unit in ("US$ million", "€ '000", "in 1 000 t", "Einheit: kWh", "in % of GDP", "Unaudited")
        ),
        # a note below a table
        [
            f"| Ort {n * 3} | b |\n|---|---|\n\n**Abkürzungen: KI = Kennzahl; n = Anzahl aller Orte**\n\n"
            for n in range(1, 6)
        ],
        # one letter that is no number of a page
        [f"{body(n)}\n\n{'dcvxl'[n - 1]}\n\n" for n in range(1, 6)],
        # nothing else on the page
        ["Intentionally left blank\n\n" for _ in range(5)],
    ],
)
def test_text_of_its_own_stays(pages: list[str]) -> None:
    assert [text.strip() for text in cleaned_pages(pages)] == [text.strip() for text in pages]


@pytest.mark.parametrize(
    ("third", "expected"),
    [
        (
            "The insurer pays for the Terms of the Marine Cover 2025 7\n",
            "The insurer pays for the",
        ),
        ("Terms of the Marine Cover 2025 7 hull and the engine.\n", "hull and the engine."),
        # another number is no page's: the words are the sentence's own
        ("It replaces the Terms of the Marine Cover 2025 3\n", "It replaces the Terms of the Marine Cover 2025 3"),
    ],
)
def test_a_running_line_read_into_a_paragraph_goes(third: str, expected: str) -> None:
    others = [f"Rule {letter} holds for all.\n\nTerms of the Marine Cover 2025 {{}}\n\n" for letter in "abcdef"]
    pages = [*others[:2], f"{third}\n", *others[2:]]
    found = cleaned_pages([page.format(at) for at, page in enumerate(pages, start=5)])
    assert found[2].strip() == expected


def test_running_lines_are_of_pages_only() -> None:
    pages = [f"Acme\n\n{body(n)}\n\n" for n in range(1, 6)]
    assert [text.strip() for text in cleaned_pages(pages, "slide")] == [text.strip() for text in pages]


# --- properties ------------------------------------------------------------------------------------------

# Pieces that meet in bad ways, so that steps make work for each other.
WORDS = ("Acme", "Page 1", "Page 2", "1", "2", "3", "foo-", "bar", "a-b", "title: x", "Ã¤", "â€™", "é")
MARKS = ("#Head", "##x", "===", "---", "```", "~~~", "|", "| a  | b |", "| ----- | --- |", "> ", "- ")
BLANKS = (" ", "  ", "    ", "\t", "\n", "\n\n", "\n\n\n", "\x0c", "\x85", "\u2028", "\u3000")
ODDITIES = ("\u00a0", "1\u00a0000", "\u00ad", "\u200b", "\ufeff")
PIECES = st.sampled_from([*WORDS, *MARKS, *BLANKS, *ODDITIES])
PAGES = st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=6)
UNITS = st.sampled_from(["page", "document", "slide"])


@settings(max_examples=400, deadline=None)
@given(PAGES, UNITS)
@example(["a-", "\nb", "c-\nd"], "page")
def test_cleaning_twice_changes_nothing(pages: list[str], unit: str) -> None:
    once, once_map, _ = clean("".join(pages), page_map(pages, unit))
    twice, twice_map, changes = clean(once, once_map)
    assert twice == once
    assert twice_map == once_map
    assert changes == {}


@settings(max_examples=200, deadline=None)
@given(st.one_of(PAGES, st.lists(st.text(max_size=80), min_size=1, max_size=5)), UNITS)
def test_spans_tile_the_markdown(pages: list[str], unit: str) -> None:
    markdown, new, _ = clean("".join(pages), page_map(pages, unit))
    at = 0
    for page in new.pages:
        assert page.char_from == at
        assert page.char_to >= at
        at = page.char_to
    assert at == len(markdown)
    assert [page.number for page in new.pages] == list(range(1, len(pages) + 1))


@settings(max_examples=200, deadline=None)
@given(PAGES, UNITS)
def test_letters_stay_on_their_page(pages: list[str], unit: str) -> None:
    marks = "αβγδεζ"  # one Greek letter marks each page; no step knows them
    marked = [text + f" {marks[index]} " + text for index, text in enumerate(pages)]
    for index, text in enumerate(cleaned_pages(marked, unit)):
        assert {letter for letter in text if letter in marks} <= {marks[index]}


WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789,.", min_size=1, max_size=9)
PROSE = st.lists(
    st.lists(st.lists(WORD, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=4).map("\n".join),
    min_size=1,
    max_size=5,
).map("\n\n\n".join)


@settings(max_examples=200, deadline=None)
@given(PROSE)
def test_prose_changes_in_nothing_but_blanks(prose: str) -> None:
    assert cleaned(prose).split() == prose.split()


def test_outcomes_and_units_are_kept() -> None:
    pages = PageMap((Page(1, 0, 5), Page(2, 5, 5, PageOutcome.IMAGE_ONLY), Page(3, 5, 9)), "slide")
    _, new, _ = clean("one\n\ntwo\n", pages)
    assert [page.outcome for page in new.pages] == [
        PageOutcome.TEXT,
        PageOutcome.IMAGE_ONLY,
        PageOutcome.TEXT,
    ]
    assert new.unit == "slide"


def test_a_map_without_pages_is_no_obstacle() -> None:
    assert clean("a  b\n", PageMap(())) == ("a b\n", PageMap(()), {"double_blanks": 1})


# --- speed -----------------------------------------------------------------------------------------------


def test_hostile_lines_take_linear_time() -> None:
    for text in (
        "# " * 50_000,
        "a-\n" * 50_000,
        " " * 200_000 + "x",
        "|" * 200_000,
        "`" * 200_000,
        "-" * 200_000,
    ):
        assert _seconds(text, page_map([text], "document")) < 2


def _seconds(text: str, pages: PageMap) -> float:
    start = time.process_time()
    clean(text, pages)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("table", "cleaned_table"),
    [
        ("a | b\n---|---\n1 | 2\n3 | 4\n", "| a | b |\n| ---|--- |\n| 1 | 2 |\n| 3 | 4 |\n"),
        ("a | b |\n:-- | --: |\n1 | 2 |\n", "| a | b |\n| :-- | --: |\n| 1 | 2 |\n"),
        # no tables
        ("a | b\n---\nc\n", None),
        ("a | b | c\n---|---\n1 | 2\n", None),
        ("a\n---|---\n1 | 2\n", None),
    ],
)
def test_tables_get_pipes_around_their_rows(table: str, cleaned_table: str | None) -> None:
    text = f"Text\n\n{table}\nText\n"
    assert cleaned(text) == (cleaned(text) if cleaned_table is None else f"Text\n\n{cleaned_table}\nText\n")
    assert ("| a" in cleaned(text)) == (cleaned_table is not None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("*3.2.1 Boats* The fee is $9.\n", "### 3.2.1 Boats\n\nThe fee is $9.\n"),
        ("## 3.1 Quays\n\n**3.2 Häfen.** Öffnet um 9 Uhr.\n", "## 3.1 Quays\n\n## 3.2 Häfen\n\nÖffnet um 9 Uhr.\n"),
        ("_4.1 Лодки_: Сбор равен 9.\n", "## 4.1 Лодки\n\nСбор равен 9.\n"),
        # a name in italics, a number of a rule, a line of a paragraph, a sentence that goes on
        ("*Mytilus edulis* The mussel is common.\n", None),
        ("**3.1.1** The fee is $9.\n", None),
        ("The fee follows\n*3.1 Boats* The mussel.\n", None),
        ("*3.1 Boats* and quays are free.\n", None),
    ],
)
def test_a_numbered_heading_on_the_line_of_its_text_becomes_a_heading(before: str, after: str | None) -> None:
    assert cleaned(before) == (after or before)

"""Where raised digits and struck-out words are written into a page's markdown; and where they are not."""

import pytest

from pipeline_core.adapters.converters.pdf_scripts import Script, write_scripts
from pipeline_core.adapters.converters.pdf_struck import Struck, write_struck


@pytest.mark.parametrize(
    ("markdown", "script", "written"),
    [
        ("The mill makes 107 bags.", Script("7", True, "mill makes 10", " bags."), "The mill makes 10⁷ bags."),
        ("A drop of H2O falls.", Script("2", False, "A drop of H", "O falls."), "A drop of H₂O falls."),
        ("Due at $4,000 3 .", Script("3", True, "Due at $4,000", "."), "Due at $4,000³."),
        ("It is 10-7 m wide.", Script("-7", True, "It is 10", " m wide"), "It is 10⁻⁷ m wide."),
        ("By Ann 1*, Bob.", Script("1", True, "By Ann ", ""), "By Ann¹*, Bob."),
    ],
)
def test_a_script_is_written_where_it_stands(markdown: str, script: Script, written: str) -> None:
    assert write_scripts(markdown, [script]) == (written, [])


@pytest.mark.parametrize(
    ("markdown", "script"),
    [
        ("An efficient tensor", Script("𝑇", True, "en", "")),  # the markdown has no such letter
        ("Cut 13 at 5 and 23 at 5.", Script("3", True, "at5", "")),
        ("Copyright 13 remains here", Script("1", True, "Copyright", "")),  # the beginning of another number
        ("One 1 and one 1", Script("1", True, "one", "")),  # at two places
    ],
)
def test_a_script_is_written_nowhere_else(markdown: str, script: Script) -> None:
    assert write_scripts(markdown, [script]) == (markdown, [script])


@pytest.mark.parametrize(
    ("markdown", "struck", "written"),
    [
        ("The fee is $310 $290 now.", Struck("$310", "The fee is ", " $290 now."), "The fee is ~~$310~~ $290 now."),
        ("It is 5 and 5.", Struck("5", "It is 5 and ", "."), "It is 5 and ~~5~~."),
        ("It is **old** new.", Struck("old", "It is ", " new."), "It is **~~old~~** new."),
    ],
)
def test_struck_out_words_are_marked(markdown: str, struck: Struck, written: str) -> None:
    assert write_struck(markdown, [struck]) == (written, [])


def test_struck_out_words_without_a_place_are_given_back() -> None:
    lost = Struck("gone", "", "")
    assert write_struck("Nothing of it.", [lost]) == ("Nothing of it.", [lost])

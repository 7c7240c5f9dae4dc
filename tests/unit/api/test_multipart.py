"""Names of files arrive as they are."""

from pipeline_core.api.multipart import sent_name


def test_what_a_browser_escapes_in_a_name_is_read_as_it_was() -> None:
    assert sent_name("a %22b%22 100%25%0D%0A.md") == 'a "b" 100%25\r\n.md'
    assert sent_name(None) is None

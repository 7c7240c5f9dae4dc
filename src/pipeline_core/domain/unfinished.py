"""Sentences that what stands below them completes, though nothing marks it as items: "Answers are right when:"."""

import re

from pipeline_core.domain.markdown_lines import NO_PARAGRAPH, paragraphs

_UNFINISHED = re.compile(
    r"(?<!\w)(?:when|if|unless|where|that|which|to|for|by|with|are|is|be|must|shall|should|may|can|include[sd]?"
    r"|including|wenn|falls|dass|ob|sind|ist|für|durch|muss|müssen|soll|sollen|kann|können|umfasst|umfassen|si|quand"
    r"|lorsque|que|sont|est|pour|par|doit|doivent|peut|peuvent|comprend|comprennent|cuando|son|es|para|por|debe|deben"
    r"|puede|pueden|incluye|incluyen|se|quando|che|sono|è|per|deve|devono|può|possono|include|includono|são|é|deve"
    r"|devem|pode|podem|inclui|incluem|als|wanneer|dat|zijn|moet|moeten|kan|kunnen|omvat|jika|bila|bahwa|adalah|untuk"
    r"|harus|dapat|meliputi|если|когда|что|для|должн\w+|может|могут|включа\w+|αν|όταν|ότι|είναι|για|πρέπει|jeśli|gdy|że"
    r"|są|musi|muszą|pokud|když|že|jsou|musí|ako|kada|da|su|mora)\s*[*_]*:[*_]*\s*$|(?:如果|当|包括|必须|应|可以"
    r"|时)[：:]\s*$",
    re.IGNORECASE,
)
LONGEST_PIECE = 300
"""Characters of a paragraph that may complete such a sentence."""


def is_unfinished(paragraph: str) -> bool:
    """Returns whether the paragraph ends with a word and a colon after which its sentence goes on."""
    return paragraph.rstrip("*_ \t\n").endswith((":", "：")) and _UNFINISHED.search(paragraph) is not None


def is_unfinished_at_end(text: str, *, before: bool) -> bool:
    """Returns whether a chunk of markdown ends below such a sentence, which the beginning of the next one completes.

    ``before`` is what this gave for the chunk before.
    """
    is_open = before
    for body in paragraphs(text):
        is_other = NO_PARAGRAPH.match(body) is not None
        is_open = not is_other and ((is_open and len(body) <= LONGEST_PIECE) or is_unfinished(body))
    return is_open

"""Questions that fit any sentence: what a section says about its subject or key words."""

import re
from collections.abc import Iterator, Sequence

from pipeline_core.adapters.facts.english import in_mid_sentence
from pipeline_core.adapters.facts.english_words import ASIDE, DULL
from pipeline_core.domain.languages import UNSPACED

_GENERIC_HEADING = re.compile(
    r"(?:overview|introduction|summary|general|abstract|notes?|description|details|background|conclusions?"
    r"|discussion|results?|methods?|scope|purpose|definitions?|faq|about|contents?|other)$",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^(?:\d+\.)+\d*\s+")
_PLAIN = {
    "en": ('What does "{h}" say about {t}?', "What does this document say about {t}?"),
    "de": ("Was sagt „{h}“ zu „{t}“?", "Was sagt dieses Dokument zu „{t}“?"),
    "fr": ("Que dit « {h} » à propos de « {t} » ?", "Que dit ce document à propos de « {t} » ?"),
    "es": ("¿Qué dice «{h}» sobre «{t}»?", "¿Qué dice este documento sobre «{t}»?"),
    "it": ("Che cosa dice «{h}» su «{t}»?", "Che cosa dice questo documento su «{t}»?"),
    "pt": ("O que diz «{h}» sobre «{t}»?", "O que diz este documento sobre «{t}»?"),
    "nl": ('Wat zegt "{h}" over "{t}"?', 'Wat zegt dit document over "{t}"?'),
    "ru": ("Что сказано в разделе «{h}» на тему «{t}»?", "Что сказано в этом документе на тему «{t}»?"),
    "id": ('Apa yang dikatakan "{h}" tentang "{t}"?', 'Apa yang dikatakan dokumen ini tentang "{t}"?'),
    "xx": ('What does "{h}" say about "{t}"?', 'What does this document say about "{t}"?'),
    "zh": ("“{h}”中关于“{t}”是怎么说的?", "本文中关于“{t}”是怎么说的?"),
}


def _label(headings: Sequence[str]) -> str:
    """The heading a reader would name: the last one, with the one above it where it says little alone."""
    names = [_NUMBERING.sub("", name, count=1).strip(" .:") for name in headings]
    name = names[-1]
    if len(names) > 1 and (_GENERIC_HEADING.match(name) or len(name) < 12):
        name = f"{_shortened(names[-2], 40)} › {name}"
    return _shortened(name.replace('"', "'"), 70)


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rpartition(" ")[0].rstrip(" ,;:.-–—") + "…"


def according_to(headings: Sequence[str]) -> str:
    return f', according to "{_label(headings)}"' if headings else ""


def under_heading(headings: Sequence[str]) -> str:
    return f' under "{_label(headings)}"' if headings else ""


def plain_questions(statement: str, headings: Sequence[str], language: str, subject: str = "") -> Iterator[str]:
    """What the section says about the sentence's subject or key words; then, with more of them."""
    with_heading, without = _PLAIN.get(language, _PLAIN["xx"])
    form, length = (with_heading, 70) if headings else (without, 90)
    heading = _label(headings) if headings else ""
    subject = "" if subject in ("you", "we") else subject
    if subject:
        yield form.format(h=heading, t=_shortened(subject, length))
    for count in (2, 3, 4):
        phrases = _key_phrases(statement, language, count)
        if subject:
            phrases = [subject, *(phrase for phrase in phrases if phrase.lower() not in subject.lower())]
        if phrases:
            yield form.format(h=heading, t=_shortened(listed(phrases, language), length))


def listed(phrases: Sequence[str], language: str) -> str:
    if language != "en":
        return ", ".join(phrases)
    return " and ".join(filter(None, [", ".join(phrases[:-1]), *phrases[-1:]]))


_WORD = re.compile(r"[^\W_](?:[^\W_]|[-'’.](?=[^\W_]))*")
_LETTERS = re.compile(r"[^\W\d_]{4,}")
_CONTRACTION = re.compile(r"['’](?!s)")
_CLAUSE_MARK = re.compile(r"[，。、；：！？“”（）\s]+")
NOT_A_NOUN = re.compile(r"\w{3,}(?:ed|ing|ly|ous|ful|ive|able|ible|less)$")


def _key_phrases(statement: str, language: str, count: int) -> list[str]:
    """The phrases that best tell the sentence from others, in its order: names and nouns before all."""
    if language in UNSPACED:
        return [piece[:12] for piece in _CLAUSE_MARK.split(statement) if len(piece) > 1][:count]
    if language != "en":
        words = sorted(dict.fromkeys(_LETTERS.findall(statement)), key=len, reverse=True)[:count]
        return sorted(words, key=statement.index)
    statement = ASIDE.sub("", statement)
    best = sorted(filter(None, map(_noun_phrase, _content_runs(statement))), key=_weight_of_phrase)[:count]
    best.sort(key=lambda run: run[0].start())
    phrases = [" ".join(word[0] for word in run) for run in best]
    if best and best[0][0].start() == 0:
        phrases[0] = in_mid_sentence(phrases[0], statement)
    return phrases


def _content_runs(statement: str) -> list[list[re.Match[str]]]:
    """Up to three words at a time that stand side by side and carry a meaning of their own."""
    runs: list[list[re.Match[str]]] = [[]]
    for word in _WORD.finditer(statement):
        lowered, start = word[0].lower(), word.start()
        if (
            lowered in DULL
            or (lowered.isdigit() and not (runs[-1] and runs[-1][-1][0][0].isupper()))
            or lowered.endswith("ly")
            or len(lowered) < 2
            or _CONTRACTION.search(lowered)
        ):
            runs.append([])
        elif runs[-1] and (len(runs[-1]) == 3 or statement[runs[-1][-1].end() : start] != " "):
            runs.append([] if lowered.isdigit() else [word])
        else:
            runs[-1].append(word)
    return runs


def _noun_phrase(run: Sequence[re.Match[str]]) -> Sequence[re.Match[str]]:
    """The run without participles and adjectives at its end, and without a gerund at its beginning."""
    if len(run) > 1 and run[0][0].endswith("ing"):
        run = run[1:]
    end = len(run)
    while end and NOT_A_NOUN.match(run[end - 1][0]):
        end -= 1
    return run[:end]


def _weight_of_phrase(run: Sequence[re.Match[str]]) -> tuple[float, int, int]:
    name = any(not word[0].islower() and word.start() for word in run)
    return -(min(len(run), 3) + name), -sum(len(word[0]) for word in run), run[0].start()

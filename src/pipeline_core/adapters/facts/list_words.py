"""The words of a lead-in that say how its items are meant, by language: as conditions, as a choice, as what is not."""

import re
from dataclasses import dataclass

from pipeline_core.adapters.facts.joints import says_and, says_or


class _Words:
    """Patterns of one language's words, looked for without regard to case.

    ``condition`` stands at the end of what holds only if its items do. ``all_of`` and ``any_of`` say how many of them
    must, ``one_of`` that they are a choice. ``negation`` turns round what it is said of. ``told`` gives the items as
    somebody's words, or as what is wrong.
    """

    def __init__(self, condition: str, all_of: str, any_of: str, one_of: str, negation: str, told: str):
        found = [
            re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
            for words in (condition, all_of, any_of, one_of, negation, told)
        ]
        self.opens_condition, self.all_of, self.any_of, self.one_of, self.negation, self.told = found
        # "the claim is refused if it" leaves the subject of the items to the lead-in
        self.condition = re.compile(
            rf"(?<!\w)(?:{condition})(?:\s+(?:the|an?|der|die|das|l[aeo]s?|el|il|de|het)\s+\w+"
            r"|(?:\s+\w{1,5})?(?:\s+(?:the )?following)?)\W*\Z",
            re.IGNORECASE,
        )


_WORDS = {
    "en": _Words(
        r"if|when|whenever|where|unless|until|provided(?: that)?|as long as|in case|on condition that|only if"
        r"|conditions?|criteria|circumstances|cases|situations",
        r"all (?:of )?the following|each of the following|all of these|the following conditions",
        r"any (?:one )?(?:or more )?of|one or more of|at least one of|either of",
        r"one of|either|any of|a choice of|alternatives?|options?",
        r"not|no|never|without|except|excluding|exclud\w+|exclusions?|cannot|n't|n’t|nor|neither|prohibit\w*|forbidden|avoid|unless",
        r"claim\w*|argue\w*|believe\w*|misconceptions?|myths?|wrong\w*|incorrect\w*|invalid|false\w*|mistakes?|examples?|example"
        r"|bad|scenarios?|questions?|ask\w*|propos\w+|suggest\w*|complain\w*|alleg\w+|hypothes[ei]s|assum\w+|vulnerab\w+|risks?",
    ),
    "de": _Words(
        r"wenn|falls|sofern|soweit|solange|vorausgesetzt|(?:unter )?folgenden bedingungen|voraussetzungen|fällen",
        r"alle(?:r|n)? (?:der )?folgenden|sämtliche",
        r"mindestens eine[rs]?|eine[rs]? (?:oder mehrere )?der",
        r"eine[rsmn]? der|entweder|wahlweise",
        r"nicht|kein\w*|nie|niemals|ohne|außer|ausgenommen|ausgeschlossen|ausschl[uü]\w+|verboten|untersagt|weder|vermeiden",
        r"behaupt\w+|irrtüm\w+|falsch\w*|beispiel\w*|fragen?|vorschl\w+|mythen|anfällig|verwundbar",
    ),
    "fr": _Words(
        r"si|lorsque?|quand|à condition que|sauf si|dans les cas suivants|conditions suivantes|critères suivants",
        r"toutes? les|tous les|chacune? des",
        r"au moins une?|l['’]une? (?:ou plusieurs )?des|un ou plusieurs",
        r"l['’]une? des|soit|au choix",
        r"n['’]\w+|ne|pas|aucune?|jamais|sans|sauf|hormis|exclu\w*|interdit\w*|ni|évite[rz]",
        r"prétend\w*|faux|fausses?|erreurs?|exemples?|questions?|propos\w+|mythes?|vulnérables?",
    ),
    "es": _Words(
        r"si|cuando|siempre que|a menos que|en caso de que|en los siguientes casos|condiciones|criterios",
        r"tod[ao]s (?:l[ao]s)?|cada un[ao] de",
        r"al menos un[ao]|algun[ao]s? de|un[ao] o más de",
        r"un[ao] de|o bien|opciones",
        r"no|ni|nunca|jamás|sin|excepto|salvo|ningun[ao]|ningún|exclu\w+|prohib\w+|evit\w+",
        r"afirma\w*|fals[ao]s?|errores|ejemplos?|preguntas?|propuestas?|mitos?|vulnerables?",
    ),
    "it": _Words(
        r"se|quando|qualora|purché|a meno che|nei seguenti casi|condizioni|criteri",
        r"tutt[ie] (?:i|le|gli)?|ciascun[ao]",
        r"almeno un[ao]?|un[ao]? o più",
        r"un[ao]? (?:dei|delle|tra)|oppure|opzioni",
        r"non|né|mai|senza|tranne|salvo|eccetto|nessun\w*|esclus\w+|viet\w+|evitare",
        r"sostien\w+|fals\w+|errori|esempi\w*|domande|proposte|miti|vulnerabil\w+",
    ),
    "pt": _Words(
        r"se|quando|caso|desde que|a menos que|nos seguintes casos|condições|critérios",
        r"tod[ao]s (?:[ao]s)?|cada um[a]? d",
        r"pelo menos uma?|alguma?s? d|uma? ou mais",
        r"uma? d[eoa]s?|ou bem|opções",
        r"não|nem|nunca|jamais|sem|exceto|salvo|nenhuma?|exclu\w+|proib\w+|evit\w+",
        r"alega\w*|fals[ao]s?|erros|exemplos?|perguntas?|propostas?|mitos?|vulneráve\w+",
    ),
    "nl": _Words(
        r"als|indien|wanneer|mits|tenzij|in de volgende gevallen|voorwaarden|criteria",
        r"alle|elk van",
        r"ten minste één|een of meer|één of meer",
        r"een van|één van|ofwel|hetzij|opties",
        r"niet|geen|nooit|zonder|behalve|uitgezonderd|uitgesloten|uitsluiting\w*|verboden|noch|vermijd\w*",
        r"bewe\w+|onjuist\w*|fout\w*|voorbeeld\w*|vragen|voorstellen|mythes?|kwetsbaar",
    ),
    "id": _Words(
        r"jika|bila|apabila|kalau|ketika|saat|asalkan|kecuali jika|kondisi berikut|syarat",
        r"semua|seluruh|masing-masing",
        r"salah satu|setidaknya satu|satu atau lebih",
        r"salah satu|pilihan",
        r"tidak|bukan|jangan|tanpa|(?:peng)?kecuali(?:an)?|tak|dilarang|belum|hindari",
        r"klaim|salah|contoh\w*|pertanyaan|usulan|mitos|rentan",
    ),
    "ru": _Words(
        r"если|когда|при условии|за исключением случаев|в следующих случаях|условия\w*|критери\w+",
        r"все\w*|кажд\w+",
        r"хотя бы од\w+|од\w+ или нескольк\w+",
        r"од(?:ин|на|но|ного|ной) из|либо",
        r"не|нет|ни|без|кроме|никогда|нельзя|запрещ\w+|исключ\w+|избегать",
        r"утвержда\w+|ложн\w+|ошиб\w+|пример\w*|вопрос\w*|предлож\w+|миф\w*|уязвим\w*",
    ),
}  # fmt: skip


# What takes the items out of what is said, or makes them the only case, in any of the languages: each alone were
# untrue, for the others are taken out as well. They are prepositions and conjunctions, of which a language has few.
_EXCEPTION = re.compile(
    r"(?<!\w)(?:unless|except(?:ing)?|excluding|other than|save|but not|apart from|with the exception of|only (?:if"
    r"|when|where)|außer|es sei denn|ausgenommen|mit ausnahme|nur (?:wenn|falls|sofern)|sofern nicht|sauf|excepté"
    r"|hormis|à moins|à l['’]exception|(?:que|seulement|uniquement) si|salvo|excepto|a menos que|a no ser que"
    r"|con excepción de|s[oó]lo si|únicamente si|tranne|eccetto|a meno che|ad eccezione|solo se|soltanto se|exceto"
    r"|a não ser que|com exceção|com excepção|(?:só|somente|apenas) se|tenzij|behalve|met uitzondering van|uitgezonderd"
    r"|(?:alleen|slechts) (?:als|indien)|kecuali|selain|hanya jika|кроме|за исключением|если не|только если|крім|окрім"
    r"|за винятком|якщо не|(?:лише|тільки) якщо|освен|εκτός|πλην|παρά μόνο|chyba że|z wyjątkiem|oprócz|poza|(?:tylko"
    r"|jedynie) (?:jeśli|jeżeli|gdy)|s výjimkou|kromě|ledaže|jen pokud|s výnimkou|okrem|osim|razen|cu excepția"
    r"|în afară de|doar dacă|om inte|utom|förutom|med undantag|(?:endast|bara) om|medmindre|undtagen|bortset fra"
    r"|med undtagelse|kun hvis|med mindre|unntatt|bortsett fra|med unntak|paitsi|ellei|lukuun ottamatta|vain jos|kivéve"
    r"|hacsak|csak akkor,? ha|hariç|dışında|haricinde|trừ|ngoại trừ|chỉ khi|llevat de|excepte|tret de|अलावा|छोड़कर|सिवाय"
    r"|אלא אם|למעט|מלבד|חוץ|إلا|إلّا|ما لم|باستثناء|عدا|مگر|بجز|به جز|به استثنای)(?:\s+\S+){0,4}\W*\Z|除外|除非"
    r"|除(?:以下|下列)|仅当|只有|を除[きくい]|以外|ない限り|に限り|場合のみ|제외|외에는|경우에만|않는 한",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"(?<!\w)(?:only|nur|seulement|uniquement|ne .* que|s[oó]lo|solamente|únicamente|soltanto|solamente|só|somente"
    r"|apenas|alleen|slechts|uitsluitend|ausschließlich|hanya|только|лишь|лише|тільки|μόνο|tylko|jedynie|jen|pouze|len|samo|doar"
    r"|numai|endast|bara|kun|vain|csak|yalnızca|sadece|chỉ|només|само|רק|فقط|केवल)(?!\w)",
    re.IGNORECASE,
)
"""With a condition, no single one of the items is enough to tell when it is so."""
_CONDITION_ANYWHERE = re.compile(
    r"(?:(?<!\w)(?:εάν|αν|όταν|εφόσον|jeśli|jeżeli|gdy|pokud|jestliže|ak|ako|če|dacă|om|när|hvis|når|jos|ha|якщо|коли"
    r"|nếu|khi|quan|ако|אם|כאשר|यदि|अगर|إذا|عندما|في حال(?:ة)?|اگر|هنگامی که|در صورتی که)"
    r"|(?<!\w)(?:durumda|durumlarda|hal(?:inde|lerde)|hâl(?:inde|lerde)|şartıyla|koşuluyla)"
    r"|如果|当|若|以下情况(?:下)?|场合|場合(?:は|に|には)?|とき(?:は)?|경우(?:에|에는)?|때)\W*\Z",
    re.IGNORECASE,
)
"""Ends of a lead-in whose items are conditions, in languages of which no more is known."""
ANNOUNCES = re.compile(
    r"\b(?:(?:as|the) follow(?:s|ing)|below|these(?: \w+)? are|folgend\w*|nachstehend\w*|suivant\w*|ci-dessous"
    r"|siguientes?|a continuación|seguintes?|abaixo|a seguir|seguent[ei]|di seguito|volgende|hieronder|berikut|di bawah"
    r"|следующ\w*|ниже|παρακάτω|ακόλουθ\w*)\b|以下|如下|下列|次の|زیر|التالي\w*",
    re.IGNORECASE,
)
"""Words that announce a list, in each supported language."""
_MOST_OF_CLAUSE = 8
"""Words of "if all of the following conditions are met" behind its "if"."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Meaning of the items of a lead-in; all false where they simply hold. ``is_known``: its language is."""

    is_known: bool
    is_condition: bool = False
    is_negated: bool = False
    is_told: bool = False
    needs_all: bool = False
    takes_any: bool = False
    is_choice: bool = False
    is_exception: bool = False
    """The lead-in names all cases or all exceptions: one item of it tells neither."""

    @property
    def is_neutral(self) -> bool:
        """Return whether what follows holds as it stands."""
        turns = (self.is_condition, self.is_negated, self.is_told, self.is_choice, self.takes_any, self.is_exception)
        return self.is_known and not any(turns)


def meaning_of(lead: str, items: list[str], language: str) -> Meaning:
    """Determine the meaning of the items by the words of the lead-in and those between the items."""
    words = _WORDS.get(language)
    ends = items[:-1]
    joined_and = any(says_and(item, language) for item in ends)
    joined_or = any(says_or(item, language) for item in ends)
    condition = _is_condition(lead, words)
    exception = _EXCEPTION.search(lead) is not None or (condition and _ONLY.search(lead) is not None)
    if words is None:
        return Meaning(is_known=False, needs_all=joined_and, takes_any=joined_or, is_exception=exception)
    any_of = words.any_of.search(lead) is not None
    return Meaning(
        is_known=True,
        is_condition=condition,
        is_negated=words.negation.search(lead) is not None,
        is_told=words.told.search(lead) is not None,
        needs_all=joined_and or words.all_of.search(lead) is not None,
        takes_any=any_of or joined_or,
        is_choice=joined_or or words.one_of.search(lead) is not None or (any_of and not condition),
        is_exception=exception,
    )


def ends_in_condition(lead: str, language: str) -> bool:
    """Return whether the lead-in holds only if what follows does, or except for what follows."""
    return _is_condition(lead, _WORDS.get(language)) or _EXCEPTION.search(lead) is not None


def _is_condition(lead: str, words: _Words | None) -> bool:
    """Return whether it ends in a condition: "if", "if the boat", "if all of the following are met"."""
    if words is None:
        return _CONDITION_ANYWHERE.search(lead) is not None
    if words.condition.search(lead):
        return True
    clauses = [lead[match.end() :] for match in words.opens_condition.finditer(lead)]
    counts = (words.all_of, words.any_of, words.one_of, ANNOUNCES)
    return any(
        len(clause.split()) <= _MOST_OF_CLAUSE and "," not in clause and any(c.search(clause) for c in counts)
        for clause in clauses
    )


def says_no(said: str, language: str) -> bool:
    """Return whether one of its words negates it."""
    words = _WORDS.get(language)
    return words is not None and words.negation.search(said) is not None

"""Sentences that lean on the one before them, and those that can be said together with it, by language."""

import re
from collections.abc import Mapping
from functools import cache

from pipeline_core.adapters.facts.english_words import AUXILIARIES, THIRD_PERSON
from pipeline_core.adapters.facts.self_named import with_name

# A word that points at what was said before, or ties the sentence to it: said together, both read well.
_POINTS_BACK = {
    "en": r"There(?! (?:is|are|was|were|has|have|exists?|can|may|must|will|should)\b)|In the (?:aftermath|same way"
    r"|meantime|latter)|At (?:the|that) time|Afterwards|Later|Earlier|Subsequently|Previously|(?:Until|By|Since) then"
    r"|In (?:that|either|each|both|all|such) cases?|For (?:that|these|such) (?:reasons?|purposes?)"
    r"|[A-Z][a-z]+ing (?:them|it|these|those)|To (?:that|this) end|Together|Among others|In particular|Of note|In fact"
    r"|As expected|Conversely|By contrast|Th(?:is|at)\b|These|Those|It|They|He|She|Its|Their|His|Her|Such|The (?:former"
    r"|latter|above|same|results?|rest|others?)|(?:Because of|With|From|At|To) this|(?:In|For|By|On|With|Under|To|After"
    r"|From|As) (?:this|these|those|that|such|doing so|a result of this)|(?:Among|Of|Between|Like|Unlike) (?:these"
    r"|those|them)|If (?:not|so|used)|(?:If|When|While|Since|As|Although|Because|Once|Where|Here,) (?:it|they|this"
    r"|these|those|he|she|so)|(?:Some|Most|Many|Each|Any|All|None|Neither|Either|Both) of (?:these|those|them|which)"
    r"|Both|Neither|Instead|Otherwise|Therefore|Thus|Hence|However|Then|So|And|But|Or|Nor|Yet|Also|Similarly|Likewise"
    r"|Conversely|Still|In (?:contrast|addition|turn|other words)|On the other hand|Moreover|Furthermore|Consequently"
    r"|Accordingly|Nevertheless|Nonetheless|Uniquely|For (?:example|instance)|As (?:such|a result)|Rather|Indeed"
    r"|One being",
    "de": r"Insbesondere|Vor allem|Dorth?(?:in)?|Daran|Darauf|Darunter|Darüber|Ebenso|Gleichermaßen|Andererseits"
    r"|Einerseits|Auf diese Weise|Zu diesem Zweck|Im Gegensatz dazu|Währenddessen|Später|Zuvor|Hingegen|Umgekehrt"
    r"|Zum Beispiel|Beispielsweise|Diese[rsmn]?\b|Dies|Jene[rsmn]?|Das (?:ist|sind|war|wird|kann|muss|soll|darf|hat"
    r"|gilt|heißt|bedeutet|führt|betrifft|ermöglicht|erfordert|macht|umfasst)|Die (?:sind|werden|können|müssen)|Er|Sie"
    r"|Es(?! gibt)|Ihre?[rsmn]?|Seine?[rsmn]?|Deren|Dessen|Solche?[rsmn]?|Letztere[rsmn]?|Erstere[rsmn]?|Beide|Daher"
    r"|Jedoch|Allerdings|Deshalb|Deswegen|Somit|Folglich|Dabei|Dadurch|Damit|Dazu|Davon|Daraus|Darin|Danach|Dann"
    r"|Dennoch|Trotzdem|Hier|Hierbei|Hierzu|Hierfür|Hierdurch|Aber|Und|Oder|Auch|Außerdem|Zudem|Ferner|Darüber hinaus"
    r"|Denn|Sondern|So|Stattdessen|Andernfalls|Sonst|(?:In|Bei|Für|Mit|Nach|Aus|Von|Zu|Unter|Auf) diese[rsmn]?",
    "fr": r"En particulier|Notamment|Là|De même|D['’]autre part|Par ailleurs|De cette (?:façon|manière)|À cet effet"
    r"|En revanche|Au contraire|Plus tard|À l['’]époque|Par exemple|Ce(?:t|tte|s)?\b|C['’]est|Cela|Ceci|Celui-ci"
    r"|Celle-ci|Ceux-ci|Celles-ci|Il(?! (?:est (?:\w+ )?(?:recommandé|possible|nécessaire|important|interdit"
    r"|obligatoire)|existe|faut|convient|y a)\b)|Ils|Elles?|Leurs?|Son|Sa|Ses|Cependant|Toutefois|Néanmoins|Ainsi|Donc"
    r"|Mais|Et|Ou|Or|Puis|Ensuite|Alors|Aussi|En outre|De plus|Par conséquent|Tel(?:le)?s?|Y|En (?:effet|conséquence"
    r"|résult\w+|découl\w+)|(?:Dans|Pour|Par|Avec|À|De|Sur) (?:ce|cet|cette|ces|cela)",
    "es": r"En particular|Allí|Ahí|Del mismo modo|Por otr[oa] (?:lado|parte)|Por su parte|De (?:esta|este) (?:manera"
    r"|modo|forma)|Asimismo|En cambio|Al contrario|Más tarde|Por ejemplo|Es[aeo]s?|Est[aeo]s?\b|Aquell?[ao]s?|Él"
    r"|Ell[ao]s?|Sus?|Sin embargo|Por lo tanto|Por ello|Por eso|Pero|Y|O|E|Además|Aquí|Así|También|Entonces|Luego"
    r"|Dich[ao]s?|Tal(?:es)?|No obstante|Ambos|Ambas|(?:En|Para|Por|Con|De|A) (?:est[aeo]s?|es[aeo]s?|ell[ao]s?"
    r"|dich[ao]s?)",
    "it": r"In particolare|Lì|Là|Ivi|Allo stesso modo|D['’]altra parte|In questo modo|A tal fine|Al contrario|Invece"
    r"|Viceversa|Successivamente|Per esempio|Ad esempio|Quest[aeio]\b|Quest['’]|Quell[aeio]|Ess[aeio]|Egli|Ella|Loro"
    r"|Su[oaei]i?|Tuttavia|Pertanto|Quindi|Inoltre|Ma|E|O|Anche|Così|Poi|Allora|Tal[ei]|Dunque|Ciò|Entramb[ie]|(?:In"
    r"|Per|Con|Di|A|Da) (?:quest|tal|ciò)\w*",
    "pt": r"Em particular|Ali|Aí|Lá|Da mesma forma|Por outro lado|Por sua vez|Neste caso|Pelo contrário|Mais tarde"
    r"|Posteriormente|Do mesmo modo|Igualmente|Por exemplo|Est[ae]s?\b|Ess[ae]s?|Isto|Isso|Aquel[ae]s?|El[ae]s?|Seus?"
    r"|Suas?|No entanto|Contudo|Porém|Portanto|Além disso|Mas|E|Ou|Assim|Também|Então|Tal|Tais|Ambos|Ambas|Desta forma"
    r"|Deste modo|Dest[ae]s?|Dess[ae]s?|Nest[ae]s?|Ness[ae]s?|(?:Para|Por|Com|A) (?:est[ae]s?|ess[ae]s?|isso|isto)",
    "nl": r"Met name|Daar(?:bij|voor|mee|na|van)?|Evenzo|Anderzijds|Op deze manier|Daarentegen|Later|Vervolgens"
    r"|Bijvoorbeeld|Dit\b|Deze\b|Dat|Die|Het (?:is|wordt|kan|heeft|moet)|Daarom|Echter|Maar|En|Of|Het \w+t (?:niet|geen"
    r"|ook|alleen|voor|op|in|bij|binnen|tot|vanaf)|Hij|Zij|Ze|Hun|Zijn|Haar|Daarnaast|Bovendien|Ook|Hierdoor|Hierbij"
    r"|Daardoor|Dus|Zulke|Beide|Dan|(?:In|Voor|Bij|Met|Van|Op) (?:dit|deze|dat|die)",
    "id": r"Khususnya|Demikian pula|Sebaliknya|Di sisi lain|Setelah itu|Sementara itu|Misalnya|Contohnya|Sebagai contoh"
    r"|Ini|Itu|Hal (?:ini|itu|tersebut)|Mereka|Dia|Ia|Namun|Oleh karena itu|Karena itu|Tetapi|Tapi|Dan|Atau|Selain itu"
    r"|Kemudian|Lalu|Maka|Jadi|Juga|Dengan (?:demikian|begitu)|\w+ (?:ini|itu|tersebut)|\w+ \w+ (?:ini|itu|tersebut)",
    "ru": r"В частности|Там|Здесь|Туда|Аналогично|С другой стороны|В (?:этом|таком|данном) случае|Впоследствии|Позже"
    r"|Напротив|Наоборот|Например|Эт(?:от|а|о|и|ой|ого|им|их|ому)|Т(?:от|а|о|е)|Он|Она|Оно|Они|Его|Её|Ее|Их|Однако"
    r"|Поэтому|Но|И|Или|А|Также|Таким образом|Так(?:ой|ая|ое|ие)?|Кроме того|При этом|Тогда|Затем|Тем не менее|Оба|Обе"
    r"|(?:В|Для|С|По|На) эт\w+",
    "el": r"Ομοίως|Αντίθετα|Από την άλλη|Αργότερα|Για παράδειγμα|Αυτ(?:ό|ή|ός|ά|ές|οί|ούς|ών|ού|ής|ήν|όν)|Εκείν\w+"
    r"|Τέτοι\w+|Ωστόσο|Όμως|Επομένως|Συνεπώς|Άρα|Αλλά|Και|Ή|Επίσης|Επιπλέον|Έτσι|Τότε|(?:Σε|Για|Με|Από) (?:αυτ"
    r"|τέτοι)\w+",
    "pl": "Podobnie|Z drugiej strony|W przeciwieństwie|Później|Natomiast|Na przykład|To|Ten|Ta|Te|Ci|Tego|Tej|Tych|Tym"
    "|On|Ona|Ono|Oni|One|Jego|Jej|Ich|Jednak|Dlatego|Zatem|Ale|I|Lub|A|Ponadto|Tak(?:i|a|ie)|Wówczas|Wtedy|Oba|Obie"
    "|Również|(?:W|Dla|Z|Na|Przy|Po) (?:tym|tego|tej|tych)",
    "cs": r"Podobně|Na druhou stranu|Naopak|Později|Například|To|Ten|Ta|Ti|T(?:ento|ato|oto|ito|yto)|On|Ona|Ono|Oni"
    r"|Jeho|Její|Jejich|Však|Avšak|Proto|Tedy|Ale|A|I|Nebo|Takov\w+|Navíc|Také|Poté|Pak|Oba|Obě|(?:V|Pro|S|Na|Při"
    r"|Po) (?:tom|toho|této|tomto|těchto)",
    "sk": r"To|Ten|Tá|Tento|Táto|Toto|Títo|Tieto|On|Ona|Oni|Jeho|Jej|Ich|Však|Preto|Teda|Ale|A|Alebo|Tak\w+|Navyše"
    r"|Potom",
    "hu": "Hasonlóképpen|Másrészt|Ezzel szemben|Később|Például|Ez|Ezek|Ezt|Ennek|Ezen|Ebben|Erre|Ezért|Azonban|Viszont"
    "|Tehát|De|És|Vagy|Így|Ilyen|Ő|Ők|Továbbá|Ezenkívül|Emellett|Ekkor|Akkor|Utóbbi|Előbbi|Mindkettő|Is",
    "hr": r"Slično|S druge strane|Naprotiv|Kasnije|Na primjer|Primjerice|To|Ovaj|Ova|Ovo|Ovi|Ove|Ovim|Taj|Ta|Te|Ti|Tim"
    r"|On|Ona|Ono|Oni|One|Njegov\w*|Njezin\w*|Njihov\w*|Međutim|Stoga|Ali|I|Ili|A|Takav|Takva|Takvo|Takvi|Takve"
    r"|Osim toga|Također|Zatim|Tada|(?:U|Za|S|Na|Po|Pri) (?:ov|t)(?:om|im|oj|e|a)",
    "tr": "Benzer şekilde|Öte yandan|Aksine|Daha sonra|Örneğin|Bu|Bunlar|Bunun|Buna|Bunu|Şu|O|Onlar|Onun|Ancak|Fakat"
    "|Ama|Ve|Veya|Böyle|Böylece|Ayrıca|Dolayısıyla|Sonra|Yine",
    "ro": r"Acest(?:a|ea|e|ia|ora|or|ui)?|Această|Acești|El|Ea|Ei|Ele|Însă|Totuși|Dar|Și|Sau|Prin urmare|De asemenea"
    r"|Astfel",
    "sv": r"Det (?:är|kan|har|ska|måste|innebär)|Detta|Denna|Dessa|Han|Hon|Dock|Därför|Men|Och|Eller|Så|Dessutom"
    r"|Sådana?",
    "da": r"Det (?:er|kan|har|skal|må)|Dette|Denne|Disse|Han|Hun|Dog|Derfor|Men|Og|Eller|Så|Desuden|Sådanne?",
    "no": r"Det (?:er|kan|har|skal|må)|Dette|Denne|Disse|Han|Hun|Derfor|Men|Og|Eller|Så|Dessuten|Slike?",
    "fi": r"Tämä|Nämä|Tätä|Tässä|Se|Ne|Hän|He|Siksi|Kuitenkin|Mutta|Ja|Tai|Lisäksi|Sen|Niiden|Näin",
    "uk": r"Ц(?:ей|я|е|і|ього|ієї|их)|Він|Вона|Воно|Вони|Його|Її|Їх|Однак|Тому|Але|І|Та|Або|Також|Таким чином|Так\w*",
    "ar": "بالإضافة إلى ذلك|علاوة على ذلك|على سبيل المثال|مثلا|و?نتيجة لذلك|ولهذا السبب|(?:و|ف)?(?:هذا|هذه|هؤلاء|ذلك"
    "|تلك|هو|هي|هم|لذلك|لكن)|ومع ذلك|وبالتالي|أيضا|كما",
    "fa": "به ?علاوه|علاوه بر این|افزون بر این|به عنوان مثال|مثلا|در نتیجه|به همین دلیل|برای مثال|این|آن|آنها|آن‌ها|اما"
    "|بنابراین|همچنین|او|ایشان|با این حال|ولی|و",
}  # fmt: skip
# Without blanks between words nothing ends these but the text.
_POINTS_BACK_UNSPACED = {
    "zh": "例如|比如|这|那|此|它|他|她|其|该|上述|以上|因此|所以|但|然而|而|并且?|此外|同时|另外|否则|于是|这样",
    "ja": "例えば|たとえば|これ|それ|あれ|この|その|あの|ここ|そこ|彼|しかし|したがって|そのため|また|そして|ただし"
    "|なお|さらに|よって",
    "ko": "예를 들어|이는|이것|이러한|이를|이 |그 |그것|그러나|따라서|또한|하지만|그리고|그래서",
    "th": "ตัวอย่างเช่น|นี้|นั้น|มัน|เขา|พวกเขา|แต่|และ|หรือ|ดังนั้น|นอกจากนี้",
}
# A demonstrative among the first words is a part of the subject: "The weight of this reason", "To avoid this, …".
_DEMONSTRATIVES = {
    "en": r"(?:this|these|those(?! (?:who|with|of|that|in|which))|such(?! as))\b",
    "de": r"(?:diese[rsmn]?|solche[rsmn]?(?!,)|dies|jene[rsmn]?(?!,))\b",
    "fr": r"(?:cet(?:te)?|ces|cela|ceci|celui-ci|celle-ci|telle?s?(?! que))\b",
    "es": r"(?:est[aeo]s?|es[ae]s?|eso|dich[ao]s?|tales(?! como)|ell[ao]s)\b",
    "it": r"(?:quest[aeio]|quell[aeio](?! (?:che|di|del\w*|in|da|a|con|per)\b)"
    r"|ciò(?! che)|tal[ei](?! (?:da|che)\b)|ess[aeio])\b",
    "pt": r"(?:[dn]?est[ae]s?|[dn]?ess[ae]s?|[dn]?isto|[dn]?isso|tais(?! como)|[dn]?el[ae]s?)\b",
    "nl": r"(?:deze|dit|dergelijke|zulke)\b",
    "id": r"tersebut\b",
    "ru": r"(?:эт(?:от|а|о|и|ой|ого|их|им|ом|у|ими)|таких|такого|данн(?:ый|ая|ое|ого|ой|ому|ую))\b",
    "el": r"(?:αυτ(?:ό|ή|ός|ά|ές|οί|ούς|ών|ού|ής|ήν|όν)|τέτοι\w+)\b",
    "pl": r"(?:ten|tego|temu|tej|tych|tymi|takich|takiego)\b",
    "cs": r"(?:t(?:ento|ato|oto|yto|ito|ohoto|éto|ěchto)|takov\w+)\b",
    "hu": r"(?:ezek?|ezt|ennek|ezen|ilyen|ezeket|ezeknek)\b",
    "hr": r"(?:ov(?:aj|a|o|i|e|og|oj|im|ih)|takv\w+)\b",
    "tr": r"(?:bu|bunlar\w*|bunun|böyle)\b",
}


def openings(spaced: Mapping[str, str], unspaced: Mapping[str, str]) -> dict[str, str]:
    ended = {code: rf"(?:{words})(?!\w)" for code, words in spaced.items()}
    return ended | {code: f"(?:{words})" for code, words in unspaced.items()}


_BACK = openings(_POINTS_BACK, _POINTS_BACK_UNSPACED)
_NEAR = {code: rf"(?:\S+\s+){{1,5}}{words}" for code, words in _DEMONSTRATIVES.items()}
# Farther on a pronoun has its noun in its own sentence; a noun that is pointed at in the first clause has none.
_POINTED_AT = {
    "en": r"(?:this|these|such(?! (?:as|an?)\b))\b",
    "de": r"(?:diese[rsmn]?|solche[rsmn]?)\b",
    "fr": r"(?:cet(?:te)?|ces)\b",
    "es": r"(?:est[aeo]s?|dich[ao]s?|tales(?! como))\b",
    "it": r"(?:quest[aeio]|tal[ei](?! (?:da|che)\b))\b",
    "pt": r"(?:[dn]?est[ae]s?|[dn]?ess[ae]s?|tais(?! como))\b",
    "nl": r"(?:deze|dergelijke)\b",
    "id": r"\w+ (?:ini|tersebut)\b(?<!saat ini)(?<!hari ini)(?<!dunia ini)",
    "ru": r"эт(?:ого|ой|их|им|ими|ому)\b",
    "el": r"αυτ(?:ού|ής|ών|όν|ήν|ούς)\b(?! που)",
    "pl": r"(?:tego|tej|tych|tymi|temu|takiego|takich)\b",
    "cs": r"(?:t(?:ohoto|éto|ěchto|omuto|ěmto)|takov\w+)\b",
    "hr": r"(?:ov(?:og|oj|im|ih)|takv\w+)\b",
    "tr": r"bu\b",
}
_FAR = {code: rf"(?:[^\s,;:()]+\s+){{1,10}}{words}" for code, words in _POINTED_AT.items()}
# Beyond these words without a pause, only a noun that the sentence has not said yet.
_FARTHER = {
    code: re.compile(
        rf"(?:[^\s,;:()]+\s+){{5,30}}?(?P<pointed>{words})"
        r"(?:\s+(?P<noun>[^\W\d_]{3,}))?",
        re.IGNORECASE,
    )
    for code, words in _POINTED_AT.items()
}
_QUOTE = '["“„«(]*'


def opening_of(table: Mapping[str, str], language: str) -> re.Pattern[str]:
    """Return the pattern of the language; of all languages where it is not known, which refuses rather too much.

    Of a language that has no words here it matches nothing.
    """
    words = [table.get(language, "(?!)")] if language else list(table.values())
    return re.compile(f"{_QUOTE}(?:{'|'.join(words)})")


@cache
def _pattern(kind: str, language: str) -> re.Pattern[str]:
    return opening_of({"back": _BACK, "near": _NEAR, "far": _FAR}[kind], language)


# "... to perform this analysis.": what the sentence is about was said before.
_AT_THE_END = re.compile(r"\b(?:this|these|those) [\w-]+\W*$")


def points_back(sentence: str, language: str, *, to_its_end: bool = True) -> bool:
    """Return whether it begins with something the sentence before it names, or names that in its first or last words.

    ``to_its_end=False`` leaves its last words out: those of a lead-in point at its list.
    """
    sentence = with_name(sentence, language)
    kinds = ("back", "near", "far") if language else ("back",)
    if any(_pattern(kind, language).match(sentence) for kind in kinds) or _points_at_unsaid(sentence, language):
        return True
    return to_its_end and language in ("en", "") and _AT_THE_END.search(sentence) is not None


def opens_back(sentence: str, language: str) -> bool:
    """Return whether its first words are such a name: an item's later ones may mean what the item itself says."""
    return _pattern("back", language).match(with_name(sentence, language)) is not None


def _points_at_unsaid(sentence: str, language: str) -> bool:
    """Return whether it points at a thing ("for these resources") whose noun it has not said before."""
    match = _FARTHER[language].match(sentence) if language in _FARTHER else None
    if match is None:
        return False
    words = match["pointed"].split()
    # in Indonesian the noun stands before
    noun = words[0] if len(words) > 1 else match["noun"] or ""
    return bool(noun) and noun.casefold()[:4] not in sentence[: match.start("pointed")].casefold()


_POINTED_ANYWHERE = {
    code: re.compile(
        rf"(?<!\w){words}"
        r"\s+(?P<noun>[^\W\d_]{3,})(?:\s+(?P<next>[^\W\d_]{3,}))?",
        re.IGNORECASE,
    )
    for code, words in _POINTED_AT.items()
    if code != "id"  # there the noun stands before, and is said
}
_STEM_LETTERS = 4
# "the specified illnesses", "the four statements.", "at both levels": a set that only a sentence before has named.
# What goes on behind it ("the four weeks before the survey", "both levels of government") names it itself.
_NAMED_NOWHERE = r"(?=[.,;:)]|\s*$)"
_MENTIONED = {
    code: re.compile(rf"(?<!\w)(?:{words})", re.IGNORECASE)
    for code, words in {
        "en": r"(?:the|these|those) (?:specified|said|aforesaid|listed|named) [a-z]{4,}s\b"
        rf"|(?:the (?:two|three|four|five|six|seven|eight)|(?:at|in|for|of|on|by) both) [a-z]{{4,}}s{_NAMED_NOWHERE}"
        r"|(?:at|in|for|on|by) both [a-z]{4,}s (?:had|have|has|is|are|was|were|may|can|must|will|should)\b",
        "de": r"(?:die|der|den) (?:genannten|besagten) \w{4,}"
        rf"|(?:die|der|den) (?:beiden|drei|vier|fünf|sechs|sieben) \w{{4,}}{_NAMED_NOWHERE}",
        "fr": r"(?:les|des|aux) \w{4,}s (?:spécifié|mentionné|cité)\w*s\b"
        rf"|(?:les|des|aux) (?:deux|trois|quatre|cinq|six|sept) \w{{4,}}{_NAMED_NOWHERE}",
        "es": r"(?:los|las) (?:citad|mencionad|indicad|referid)[oa]s \w{4,}"
        rf"|(?:los|las) (?:dos|tres|cuatro|cinco|seis|siete) \w{{4,}}{_NAMED_NOWHERE}",
        "it": r"(?:i|gli|le|dei|degli|delle) (?:suddett|citat|menzionat)[ie] \w{4,}"
        rf"|(?:i|gli|le|dei|degli|delle) (?:due|tre|quattro|cinque|sei|sette) \w{{4,}}{_NAMED_NOWHERE}",
        "pt": r"(?:[nd]?[oa]s) (?:citad|mencionad|indicad|referid)[oa]s \w{4,}"
        rf"|(?:[nd]?[oa]s) (?:dois|duas|três|quatro|cinco|seis|sete) \w{{4,}}{_NAMED_NOWHERE}",
        "nl": r"de (?:genoemde|vermelde) \w{4,}"
        rf"|de (?:twee|drie|vier|vijf|zes|zeven) \w{{4,}}{_NAMED_NOWHERE}",
    }.items()
}


def points_at_unsaid(sentence: str, language: str) -> bool:
    """Return whether it points, anywhere, at a thing it has not named: "Across ten ports, this rule holds"."""
    pattern = _POINTED_ANYWHERE.get(language)
    if (mentioned := _MENTIONED.get(language)) and mentioned.search(sentence):
        return True
    sentence = with_name(sentence, language)
    for match in pattern.finditer(sentence) if pattern else ():
        before = sentence[: match.start()].casefold()
        words = [word.casefold() for word in (match["noun"], match["next"]) if word]
        is_pronoun = words[0] in AUXILIARIES or words[0] in THIRD_PERSON
        if not is_pronoun and not any(word[:_STEM_LETTERS] in before for word in words):
            return True
    return False

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
# A word that leads from or to something else than the sentence before: the first of several, an example, what follows.
_POINTS_ELSEWHERE = {
    "en": r"For (?:more|further)|First(?:ly)?,|Second(?:ly)?,|Third(?:ly)?,|Next,|Last(?:ly)?,|Finally,"
    r"|The (?:following|reason)|The (?:second|third|next|last)\b(?!.*\d)|In (?:short|summary|this (?:section|chapter"
    r"|paper|example|case|scenario))|On the one hand|As (?:mentioned|shown|noted|described|before|above|discussed|seen)"
    r"|See|Note|Yes|No,|My|Another|Others?|One (?:of|such)|(?:Some|Most|Many|Each|Any|All) (?:of|others)|Examples?"
    r"|Please|Let|Everything|What|Why|How|Where|Again|Ensuring|Here|By doing|To (?:do|achieve)|If (?:possible|yes|no)"
    r"|Same",
    "de": r"Wie (?:oben|erwähnt|beschrieben|gezeigt)|Erstens|Zweitens|Drittens|Schließlich"
    r"|Siehe|Beachten|Bitte|Ein weitere[rs]?|Eine weitere|Im Folgenden|Folgende[rs]?|Was|Warum|Wie|Wo|Nachfolgend",
    "fr": r"Comme (?:indiqué|mentionné|décrit)|Premièrement|Deuxièmement|Enfin|D['’]abord|Voir|Notez|Veuillez"
    r"|Un autre|Une autre|D['’]autres|Quoi|Pourquoi|Comment|Où|Voici|Ci-dessous",
    "es": r"Como se (?:ha|mencion|describ|indic)\w*|Primero|Segundo|Finalmente|Por último|Véase|Ver|Nótese|Otr[ao]s?"
    r"|Qué|Por qué|Cómo|Dónde|A continuación",
    "it": r"Come (?:indicato|descritto|detto)|Innanzitutto|Infine|Vedi|Si veda|Un altro|Un'altra"
    r"|Altr[ie]|Che cosa|Perché|Dove|Di seguito",
    "pt": r"Como (?:mencionado|descrito|indicado|referido)|Primeiro|Segundo,|Finalmente|Por fim|Ver|Veja|Note"
    r"|Outr[ao]s?|O que|Porquê|Como|Onde|A seguir|De seguida",
    "nl": r"Zoals (?:vermeld|beschreven|hierboven)|Ten eerste|Ten tweede|Tot slot|Zie|Een andere?|Wat|Waarom|Hoe"
    r"|Waar|Hieronder",
    "id": "Seperti (?:disebutkan|dijelaskan)|Pertama|Kedua|Terakhir|Lihat|Apa|Mengapa|Bagaimana|Di mana|Berikut",
    "ru": r"Как (?:указано|описано|сказано|показано)|Во-первых|Во-вторых|Наконец|См\.|Смотри|Друг(?:ой|ая|ие)"
    r"|Что|Почему|Как|Где|Следующ\w+|Ниже",
    "el": r"Όπως (?:αναφέρ|περιγρ)\w+|Πρώτον|Δεύτερον|Τέλος|Δείτε|Βλέπε|Άλλ\w+|Τι|Γιατί|Πώς|Πού",
    "pl": r"Jak (?:wspomniano|opisano)|Po pierwsze|Po drugie|Wreszcie|Zobacz|Inn[yae]|Co|Dlaczego|Jak|Gdzie",
    "cs": r"Jak (?:uvedeno|popsáno)|Za prvé|Za druhé|Nakonec|Viz|Další|Co|Proč|Jak|Kde",
    "hu": r"Ahogy|Először|Másodszor|Végül|Lásd|Másik|Mi|Miért|Hogyan|Hol",
    "hr": r"Kao što|Prvo|Drugo|Konačno|Vidi|Drugi|Što|Zašto|Kako|Gdje",
    "tr": r"Yukarıda|İlk olarak|İkinci olarak|Son olarak|Bakınız|Diğer|Ne|Neden|Nasıl|Nerede|Aşağıda",
    "ar": r"كما ذكر|أولا|ثانيا|أخيرا|انظر|ماذا|لماذا|كيف|أين|من هو",
    "fa": r"همانطور که|اولا|ثانیا|سرانجام|ببینید|چه|چرا|چگونه|کجا",
}  # fmt: skip
_POINTS_ELSEWHERE_UNSPACED = {
    "zh": "首先|其次|最后|如上|如下|如图|参见|请(?!勿|不|务必)|什么|为什么|如何|谁|下面|以下",
    "ja": "まず|次に|最後に|上記|以下|参照|なぜ|何|どう",
    "ko": "먼저|마지막으로|위에서|아래|다음",
    "th": "ประการแรก|สุดท้าย",
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
# Anywhere in a sentence: what it says stands elsewhere.
_ELSEWHERE_INSIDE = {
    "en": r"\b(?:in (?:the|a) (?:dedicated|separate|relevant|respective|corresponding) (?:chapter|section"
    r"|appendix|annex)s?|"
    r"here(?!by|in|after)|(?:the )?ones? (?:presented|described|shown)|as (?:mentioned|described|shown"
    r"|noted|discussed|explained|stated|seen) (?:above|below|earlier|before"
    r"|previously|in (?:section|chapter|figure|table))|the (?:former|latter)|(?:the )?above-?mentioned|aforementioned"
    r"|(?:mentioned|described|listed|shown|given|outlined|defined|discussed) (?:above|below|earlier|previously)"
    r"|(?:previous|preceding|earlier) steps?|(?:the|this) (?:above|following)|as follows|see (?:above|below)"
    r"|(?:in|of) this (?:section|chapter|paragraph"
    r"|case))\b"
    # what its authors did, and show elsewhere
    r"|\bwe\b.*\((?:see )?(?:figure|fig\.?|table|section|sec\.|appendix) ?\d",
    "de": r"\b(?:in (?:einem|den|dem) (?:eigenen|gesonderten|separaten|entsprechenden) (?:kapiteln?|abschnitt(?:en)?"
    r"|anhang)|wie (?:oben|unten|bereits|zuvor)|siehe (?:oben|unten)|(?:oben|unten|vorstehend"
    r"|nachfolgend)(?: \w+)? (?:genannt|beschrieben|erwähnt|aufgeführt)\w*|wie folgt|obige[rsnm]?"
    r"|vorherigen? Schritte?n?|vorigen? Schritte?n?|in diesem (?:abschnitt|kapitel|fall))\b",
    "fr": r"\b(?:dans (?:le|la|une?) (?:chapitre|section|annexe) (?:dédiée?|séparée?|distincte?|correspondante?)"
    r"|étapes? précédentes?|ci-dessus|ci-dessous|susmentionnée?s?|ci-après|(?:comme|tel que) (?:indiqué|mentionné"
    r"|décrit)|dans ce (?:chapitre|cas)|dans cette section|ce dernier|cette dernière|suivante?s? :)",
    "es": r"\b(?:en (?:el|la|una?) (?:capítulo|sección|anexo) (?:dedicad[oa]|aparte|separad[oa]|correspondiente)"
    r"|mencionad[ao]s? (?:anteriormente|arriba)|arriba|anteriormente|pasos? anterior(?:es)?|a continuación|como sigue"
    r"|en est[ae] (?:sección|capítulo|caso)|est[ea] últim[ao])\b",
    "it": r"\b(?:(?:nel|nella|in una?) (?:capitolo|sezione|allegato) (?:dedicat[oa]|apposit[oa]|separat[oa]"
    r"|corrispondente)|pass[oi] precedent[ei]|sopra|sopraindicat\w+|sopracitat\w+|suddett\w+|di seguito|come segue"
    r"|in quest[ao] (?:sezione|capitolo|caso))\b",
    "pt": r"\b(?:(?:no|na|numa?|em uma?) (?:capítulo|secção|seção|anexo) (?:dedicad[oa]|próprio|própria|separad[oa]"
    r"|correspondente)|passos? anterior(?:es)?|acima|abaixo|supracitad\w+|a seguir|nest[ae] (?:secção|seção|capítulo"
    r"|caso)|est[ea] últim[ao])\b",
    "nl": r"\b(?:in (?:het|een) (?:apart|afzonderlijk|speciaal|overeenkomstige?) (?:hoofdstuk|deel)|vorige stap(?:pen)?"
    r"|hierboven|hieronder|bovengenoemde?|bovenstaande|als volgt|in dit (?:hoofdstuk|geval)|deze laatste)\b",
    "id": r"\b(?:langkah sebelumnya|di atas|di bawah(?: ini)?|sebagai berikut|seperti (?:disebutkan|dijelaskan)"
    r"|berikut ini|dalam (?:bagian|bab) ini)\b",
    "ru": r"\b(?:предыдущ\w+ шаг\w*|выше|ниже|вышеуказанн\w+|вышеупомянут\w+|следующим образом|в (?:этом"
    r"|данном) (?:разделе|случае))\b",
    "el": r"\b(?:παραπάνω|παρακάτω|προαναφερ\w+|ως εξής|ανωτέρω|κατωτέρω)\b",
    "pl": r"\b(?:powyżej|poniżej|powyższ\w+|poniższ\w+|wyżej wymienion\w+|następująco)\b",
    "cs": r"\b(?:výše|níže|uveden\w+ (?:výše|níže)|následovně)\b",
    "hu": r"\b(?:fent(?:i|ebb)?|lent(?:i|ebb)?|alább(?:i)?|fentiek|a következő(?:k|képpen))\b",
    "hr": r"\b(?:gore|dolje|navedeno (?:iznad|ispod)|gore naveden\w+|kako slijedi)\b",
    "tr": r"\b(?:yukarıda(?:ki)?|aşağıda(?:ki)?)\b",
    "ar": r"أعلاه|أدناه|كما يلي|المذكور",
    "fa": r"(?<!\w)فوق(?!\w|\u200c)|(?:یاد|ذکر) شده|نامبرده|در بالا|در زیر|به شرح زیر|مذکور",
    "zh": "上一步|上述|下述|如上|如下|以上|以下|前文|后文|见上|见下",
    "ja": "上記|下記|以下の|前述|後述",
}  # fmt: skip

# What stands after "However," stands alone: that is quoted.
_CONNECTIVES = {
    "en": r"However|Therefore|Thus|Hence|Moreover|Furthermore|Additionally|In addition|Consequently|Nevertheless"
    r"|As a result|Also|Nonetheless|Accordingly|Finally|Besides|Meanwhile|In particular|In general|Generally|Uniquely"
    r"|In fact|Further|Practically|At the same time|Here|In this (?:work|paper|article|study)|Overall|Notably"
    r"|Importantly|Indeed|In practice|Currently|Whereas|Specifically|More (?:specifically|generally|broadly|precisely)"
    r"|In essence",
    "fr": r"Plus précisément|Concrètement|Cependant|Toutefois|Néanmoins|Par conséquent|En outre|De plus"
    r"|En particulier|En général|Enfin|Donc|Ainsi",
    "es": "Específicamente|Concretamente|Sin embargo|Por lo tanto|No obstante|Además|En consecuencia|En particular"
    "|En general|Por último|Finalmente|Así",
    "it": r"Tuttavia|Pertanto|Inoltre|Di conseguenza|In particolare|In generale|Infine|Quindi",
    "pt": "Especificamente|Concretamente|No entanto|Contudo|Porém|Portanto|Além disso|Consequentemente|Em particular"
    "|Em geral|Por fim|Finalmente|Assim",
    "id": r"Namun|Oleh karena itu|Selain itu|Karena itu|Dengan demikian|Secara umum|Terakhir",
    "ru": r"Таким образом|Кроме того|Тем не менее|Следовательно|В частности|В целом|Наконец",
    "el": r"Ωστόσο|Επομένως|Συνεπώς|Επιπλέον|Γενικά|Τέλος",
    "pl": r"Ponadto|Co więcej|W szczególności|Ogólnie",
    "zh": r"因此|但是|然而|此外|另外|同时|总之|一般来说|最后",
}
# That the authors found it adds nothing to what they found; in Dutch and German what follows is no main clause.
_FOUND = {
    "en": r"We (?:have )?(?:also |further )?(?:show|showed|shown|find|found|demonstrate|demonstrated|observe"
    r"|observed) that |It (?:was|has been) (?:noted|agreed|resolved|reported|decided|confirmed) that ",
    "fr": r"Nous (?:avons (?:aussi )?(?:montré|constaté|démontré)|montrons|constatons|démontrons) que ",
    "es": r"(?:(?:Hemos )?(?:mostrado|demostrado|encontrado|observado)|Mostramos|Demostramos|Encontramos) que ",
    "it": r"(?:Abbiamo (?:mostrato|dimostrato|osservato)|Mostriamo|Dimostriamo) che ",
    "pt": r"(?:Mostr[aá]mos|Demonstr[aá]mos|Verific[aá]mos|Observ[aá]mos) que ",
    "id": r"Kami (?:menunjukkan|menemukan|mengamati) bahwa ",
    "ru": r"Мы (?:показали|показываем|обнаружили|установили), что ",
    "zh": r"我们(?:发现|证明|观察到)，?",
}
# "As Figure 3 shows,": what it shows stands alone.
_AS_SHOWN = {
    "en": r"As (?:\w+ly )?(?:illustrated|shown|seen|depicted|reported|presented) (?:in|by) (?:the )?(?:[Ff]ig"
    r"|[Tt]ab)[^,]{1,30}|As (?:[Ff]ig|[Tt]ab|[Cc]hart)\S* [\w.-]+ (?:shows|illustrates)",
    "fr": r"Comme (?:le )?(?:montre|illustre|indique|l['’]illustre)(?:nt)? (?:la [Ff]igure|le [Tt]ableau)[^,]{1,20}",
    "es": r"Como (?:se )?(?:muestra|ilustra|observa|ve|indica) (?:en )?la (?:[Ff]igura|[Tt]abla)[^,]{1,20}",
    "it": r"Come (?:mostrato|illustrato|indicato|si vede) (?:in|nell[ae]) (?:[Ff]igura|[Tt]abella)[^,]{1,20}",
    "pt": r"Como (?:mostrado|ilustrado|indicado|se vê) n[ao] (?:[Ff]igura|[Tt]abela)[^,]{1,20}",
}
_CONNECTIVE = {
    code: re.compile(
        rf"(?:{words}{'|' + _AS_SHOWN[code] if code in _AS_SHOWN else ''})(?:,\s+|，)"
        + (f"|{_FOUND[code]}" if code in _FOUND else "")
    )
    for code, words in _CONNECTIVES.items()
}


def _openings(spaced: Mapping[str, str], unspaced: Mapping[str, str]) -> dict[str, str]:
    ended = {code: rf"(?:{words})(?!\w)" for code, words in spaced.items()}
    return ended | {code: f"(?:{words})" for code, words in unspaced.items()}


_BACK = _openings(_POINTS_BACK, _POINTS_BACK_UNSPACED)
_ELSEWHERE = _openings(_POINTS_ELSEWHERE, _POINTS_ELSEWHERE_UNSPACED)
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


@cache
def _pattern(kind: str, language: str) -> re.Pattern[str] | None:
    """Those of the language; of all languages where it is not known, which refuses too much rather than too little."""
    table = {"back": _BACK, "near": _NEAR, "far": _FAR, "elsewhere": _ELSEWHERE, "inside": _ELSEWHERE_INSIDE}[kind]
    words = [table[language]] if language in table else list(table.values()) if not language else []
    if not words:
        return None
    joined = "|".join(words)
    return re.compile(joined, re.IGNORECASE) if kind == "inside" else re.compile(f"{_QUOTE}(?:{joined})")


# "... to perform this analysis.": what the sentence is about was said before.
_AT_THE_END = re.compile(r"\b(?:this|these|those) [\w-]+\W*$")


def points_back(sentence: str, language: str, *, to_its_end: bool = True) -> bool:
    """Whether it begins with what the sentence before it names, or names it among its first words or as its last.

    ``to_its_end=False`` leaves its last words out: those of a lead-in point at its list.
    """
    sentence = with_name(sentence, language)
    patterns = [_pattern("back", language), *(_pattern(kind, language) for kind in ("near", "far") if language)]
    if any(pattern.match(sentence) for pattern in patterns if pattern) or _points_at_unsaid(sentence, language):
        return True
    return to_its_end and language in ("en", "") and _AT_THE_END.search(sentence) is not None


def opens_back(sentence: str, language: str) -> bool:
    """Whether its first words are such a name: an item's later ones may mean what the item itself says."""
    pattern = _pattern("back", language)
    return bool(pattern and pattern.match(with_name(sentence, language)))


def _points_at_unsaid(sentence: str, language: str) -> bool:
    """Whether it points at a thing ("for these resources") whose noun it has not said before."""
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
    """Whether it points, anywhere, at a thing of which it has not said a word: "Across ten ports, this rule holds"."""
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


def points_elsewhere(sentence: str, language: str) -> bool:
    """Whether what it says stands in another place than the sentence before it."""
    opening, inside = _pattern("elsewhere", language), _pattern("inside", language)
    if opening and opening.match(sentence):
        return True
    found = inside.finditer(sentence) if inside else ()
    return any(not _is_of_amount(sentence, match) for match in found)


# "powyżej 7,5 m", "acima de 10 kg", "18岁以上": more or less than an amount, not a place in the text.
_AMOUNT_BEHIND = re.compile(r"\s?(?:\w{1,3} ){0,2}(?:[$€£¥]|[A-Z]{3} )?\d")
_AMOUNT_BEFORE = re.compile(r"\d\W?[^\W\d]{0,3}\W?$|[一二三四五六七八九十百千万两][^\W\d]{0,2}$")


def _is_of_amount(sentence: str, match: re.Match[str]) -> bool:
    behind = _AMOUNT_BEHIND.match(sentence, match.end())
    return behind is not None or _AMOUNT_BEFORE.search(sentence, 0, match.start()) is not None


def connective(sentence: str, language: str) -> str:
    """What ties the sentence to others and can be left out: "However, "; "" where there is nothing of it."""
    pattern = _CONNECTIVE.get(language)
    match = pattern.match(sentence) if pattern else None
    return match[0] if match else ""

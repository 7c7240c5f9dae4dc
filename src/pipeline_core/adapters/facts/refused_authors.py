"""Words by language of what authors say of their own work and of its drawings, and of people whom nothing names."""

AUTHORS = {
    # What "we" recommend or pay is a rule; what "we" want, try or feel is of the authors.
    "what its authors want or feel": {
        "en": r"\bwe(?:['’]ve| have| had) (?:\w+ly |also |now |always )?(?:worked|attempted|tried|completed|clarified"
        r"|reworded|rephrased|provided|identified|included|adopted|aligned|deleted|dropped|merged|revised|updated"
        r"|restructured|deduplicated|mapped|kept|changed|loosened|weakened|retained|reorgani[sz]ed|finished|begun"
        r"|started)\b|\bour (?:main|primary|core|target) audience\b|^our (?!.{0,90}\b(?:will|shall|must|may|liab\w+"
        r"|limits?|insur\w+|polic\w+|premiums?|claims?|deductibles?|cover\w*|customers?|members?)\b)|\bwe (?:\w+ly "
        r"|also |still |would |have |had |will )*(?:want(?:ed)?|like(?:d)? to|aim(?:ed)?|strive|strove|intend(?:ed)?"
        r"|tr(?:y|ied)|attempt(?:ed)?|decided|felt|feel|think|thought|appreciate|applaud|continue to|expect that"
        r"|chose(?:n)?|plan(?:ned)? to|look(?:ed)? forward|are (?:proud|happy|pleased|excited|grateful|working"
        r"|committed)|made (?:the decision|every effort)|removed|added|renumbered|moved away|had to)\b|^our (?:finding"
        r"|findings|results?|approach|methods?|analysis|work|goals?|aim|hypothesis|study|evaluation|experiments?"
        r"|models?|implementation|contributions?|framework|experience|intent|intention|hope|mission|vision|audience"
        r"|community|main|primary|\S+ (?:findings?|results?|approach|analysis|split|mechanism))\b",
        "de": r"\b(?:haben|hatten) wir\b.{0,160}\b(?:umformuliert|geändert|gestrichen|aufgenommen|abgeschlossen"
        r"|identifiziert|eingeführt|bereitgestellt|abgeschwächt|überarbeitet|präzisiert)\b"
        r"|\bwir haben\b.{0,160}\b(?:umformuliert|geändert|gestrichen|aufgenommen|abgeschlossen|identifiziert"
        r"|eingeführt|bereitgestellt|abgeschwächt|überarbeitet|präzisiert)\b|\bunserer (?:haupt)?zielgruppe\b"
        r"|\bverweisen wir auf\b|\bwir (?:verstehen|ermutigen|müssen jetzt)\b|\bwir (?:\w+ ){0,3}(?:wollen"
        r"|wollten|möchten|versuch\w+|beabsichtigen|bemühen|streben|denken|meinen|begrüßen|erwarten"
        r"|setzen\b.{0,40}\bfort|arbeiten (?:weiter|daran))\b|\b(?:haben"
        r"|hatten) wir (?:uns )?\b.{0,60}\b(?:entschieden|entschlossen|versucht|bemüht|entfernt|hinzugefügt)\b"
        r"|\bwir (?:haben|mussten)\b.{0,80}\b(?:entschieden|versucht|entfernt|entfernen|hinzugefügt"
        r"|umnummeriert)\b|^unser(?:e[rsmn]?)? (?:ergebnisse?|ansatz|ziel|arbeit|hoffnung|absicht|analyse)\b",
        "fr": r"\bnous avons (?:\w+ )?(?:achevé|clarifié|fourni|reformulé|identifié|introduit|adopté|inclus"
        r"|modifié|aligné|terminé)|\bnotre public (?:principal|cible)\b|\bnous (?:estimons|encourageons"
        r"|nous attendons)\b|\bnous (?:nous )?(?:avons (?:\w+ )?(?:essayé|tenté|décidé|choisi|dû|retiré|ajouté"
        r"|supprimé|renuméroté)|voulons|voudrions|souhaitons|essayons|tentons|pensons|visons|continuons"
        r"|félicitons|réjouissons|cherchons|efforçons|attendons)\b|^(?:notre|nos) (?:résultats?|approche|but"
        r"|objectif|travail|espoir|analyse|intention)\b",
        "es": r"\bhemos (?:\w+ )?(?:aclarado|reformulado|completado|proporcionado|identificado|incluido"
        r"|introducido|modificado|cambiado|adoptado)\b|\bnuestra audiencia (?:principal)?\b|\b(?:alentamos"
        r"|instamos|estimamos)\b|\b(?:hemos|habíamos) (?:\w+ )?(?:intentado|tratado|decidido|elegido|tenido que"
        r"|eliminado|añadido|renumerado)\b|\b(?:queremos|quisiéramos|intentamos|tratamos de|pensamos que"
        r"|pretendemos|seguimos|continuamos|nos complace|agradecemos|deseamos|tuvimos que|decidimos)\b"
        r"|^nuestr[oa]s? (?:resultados?|enfoque|objetivo|trabajo|esperanza|análisis|intención)\b",
        "it": r"\babbiamo (?:\w+ )?(?:allentato|eliminato|completato|inserito|fornito|chiarito|riformulato"
        r"|identificato|introdotto|modificato|adottato)\b|\bnostro pubblico\b|\b(?:riteniamo|esortiamo)\b"
        r"|\babbiamo (?:\w+ )?(?:cercato|tentato|deciso|scelto|dovuto|rimosso|aggiunto|rinumerato)\b"
        r"|\b(?:vogliamo|vorremmo|cerchiamo|tentiamo|pensiamo|intendiamo|continuiamo|desideriamo|siamo (?:lieti"
        r"|orgogliosi|felici)|incoraggiamo|consideriamo)\b|^(?:il nostro|la nostra|i nostri"
        r"|le nostre) (?:risultati|approccio|obiettivo|lavoro|speranza|analisi|intenzione)\b",
        "pt": r"\b(?:esclarecemos|reformulamos|concluímos|fornecemos|identificamos|incluímos|introduzimos|modificamos"
        r"|mudamos|desduplicamos|adotamos|completamos)\b|\bnosso público\b|\b(?:incentivamos|encorajamos)\b"
        r"|\b(?:estamos (?:movendo|a mover|removendo)|instamos|queremos|gostaríamos|tentamos|tentámos|pensamos que"
        r"|pretendemos|continuamos|procuramos|desejamos|decidimos|tivemos (?:de|que)|removemos|adicionamos"
        r"|estamos (?:felizes|satisfeitos|orgulhosos))\b|\b(?:temos|tínhamos) (?:\w+ )?(?:tentado|decidido)\b"
        r"|^(?:o nosso|a nossa|os nossos|as nossas|nosso|nossa|nossos|nossas) (?:resultados?|abordagem|objetivo"
        r"|trabalho|esperança|análise|intenção)\b",
        "nl": r"\b(?:wij|we) hebben\b.{0,120}\b(?:verduidelijkt|herschreven|afgerond|toegevoegd|verwijderd|opgenomen"
        r"|gewijzigd)\b|\b(?:wij|we) (?:\w+ ){0,2}(?:willen|wilden|proberen|probeerden|denken|streven|beogen|verwachten"
        r"|blijven|besloten)\b|^onze (?:resultaten|aanpak|doelstelling|analyse|hoop)\b|^ons (?:doel|werk)\b",
        "id": r"\bkami (?:telah |sudah )?(?:memperjelas|menyelesaikan|menyediakan|mengidentifikasi|memasukkan"
        r"|memperkenalkan|mengubah|menghapus)\b|\bkami (?:\w+ )?(?:ingin|mencoba|berusaha|memutuskan|merasa"
        r"|berpikir|percaya|berniat|bertujuan|akan terus|memilih|mengharapkan)\b",
        "ru": r"\bмы (?:\S+ ){0,2}(?:уточнили|переформулировали|завершили|предоставили|определили|включили|ввели"
        r"|изменили|ослабили|разъяснили|привели|призываем)\b|\bнашей основной аудитори|\bмы (?:\S+ ){0,3}(?:хотим"
        r"|хотели|пытаемся|пытались|попытались|стараемся|старались|решили|думаем|считаем|ожидаем|стремимся|намерены"
        r"|продолжаем|рады|приветствуем|удалили|добавили|перенумеровали)\b|^(?:считаем|надеемся|хотим)\b|^(?:наш|наша"
        r"|наши|наше) (?:результат\w*|подход|цель|работа|анализ|надежда)\b|\bмы и ожидаем\b|\bчтобы мы могли\b",
        "el": r"\b(?:σκοπός|στόχος|ελπίδα|πρόθεσή) μας\b|\b(?:προσθέσαμε|αφαιρέσαμε|αλλάξαμε|ολοκληρώσαμε)\b"
        r"|\b(?:θέλουμε|θα θέλαμε|προσπαθούμε|προσπαθήσαμε|αποφασίσαμε|πιστεύουμε|σκοπεύουμε|νομίζουμε|επιδιώκουμε)\b",
        "pl": r"\b(?:wyjaśniliśmy|zakończyliśmy|dodaliśmy|usunęliśmy|zmieniliśmy|wprowadziliśmy)\b|\b(?:chcemy"
        r"|chcielibyśmy|staramy się|staraliśmy się|próbujemy|postanowiliśmy|uważamy|zamierzamy|wierzymy)\b",
        "cs": r"\b(?:objasnili|dokončili|přidali|odstranili|změnili|zavedli) jsme\b|\b(?:chceme|chtěli bychom"
        r"|snažíme se|snažili jsme se|rozhodli jsme se|věříme|hodláme|myslíme si)\b",
        "hr": r"\b(?:želimo|htjeli bismo|nastojimo|pokušavamo|odlučili smo|vjerujemo|namjeravamo)\b",
        "hu": r"\b(?:szeretnénk|igyekszünk|igyekeztünk|megpróbál\w+|úgy döntöttünk|hiszünk|reméljük)\b",
        "tr": r"\b(?:istiyoruz|çalışıyoruz|karar verdik|inanıyoruz|düşünüyoruz|umuyoruz)\b",
        "zh": "我们(?:试图|尝试|希望|想|想要|决定|努力|认为|相信|打算|期待|删除了|不得不)",
        "ja": "(?:私たち|我々)は.{0,40}(?:したい|試み|努め|決め|信じ|考え)",
        "ar": "(?:نريد|نحاول|قررنا|نعتقد|نسعى|نأمل)",
        "fa": "(?:ما )?(?:می‌خواهیم|تلاش می‌کنیم|تصمیم گرفتیم|معتقدیم|امیدواریم)",
    },
    "a promise about the text itself": {
        "en": r"^(?:future|later|upcoming) (?:versions|releases|editions|revisions) (?:will|may|should)\b"
        r"|\b(?:in|for) (?:a |the |any )?(?:future|next|upcoming|later) (?:version|release|edition|revision"
        r"|issue|update)s?\b|\bwill (?:appear|be (?:added|included|published|covered|addressed|updated)) in (?:a"
        r"|the) (?:future|next|later)\b|\b(?:future|planned) work\b.{0,40}\b(?:will|includes?|is)\b"
        r"|\bnext steps include\b|\bwork in progress\b",
        "de": r"\bin (?:einer |der |den )?(?:zukünftigen|künftigen|nächsten|kommenden|späteren) (?:version"
        r"|ausgabe|fassung|auflage|überarbeitung)(?:en)?\b",
        "fr": r"\b(?:dans|pour) (?:une |la |les |de )?(?:futures?|prochaines?) (?:versions?|éditions?|révisions?)\b"
        r"|\bdans (?:une |la |les |des )?(?:versions?|éditions?|révisions?) (?:futures?|ultérieures?|à venir)\b",
        "es": r"\ben (?:una |la |las )?(?:futuras?|próximas?) (?:versi(?:ón|ones)|edici(?:ón|ones)|revisi(?:ón"
        r"|ones))\b|\ben (?:una |la |las )?(?:versi(?:ón|ones)|edici(?:ón|ones)) (?:futuras?|posterior(?:es)?)\b",
        "it": r"\b(?:in|nelle|nella|una) (?:future?|prossim[ae]) (?:version[ei]|edizion[ei]|revision[ei])\b"
        r"|\b(?:in|nelle|nella) (?:una )?(?:version[ei]|edizion[ei]) (?:futur[ae]|successiv[ae])\b",
        "pt": r"\b(?:em|n?as|na|numa) (?:futuras?|próximas?) (?:vers(?:ão|ões)|ediç(?:ão|ões)|revis(?:ão|ões))\b"
        r"|\b(?:em|nas?|numa) (?:uma )?(?:vers(?:ão|ões)|ediç(?:ão|ões)) (?:futuras?|posterior(?:es)?)\b",
        "nl": r"\bin (?:een |de )?(?:toekomstige|volgende|latere) (?:versies?|edities?|uitgaven?)\b",
        "id": r"\b(?:di|pada|dalam) (?:versi|edisi|rilis) (?:mendatang|selanjutnya|berikutnya)\b",
        "ru": r"\bв (?:будущ|следующ|последующ|дальнейш)\w+ (?:верси|издани|редакци|выпуск)\w+\b",
        "el": r"\bσε (?:μελλοντικ|επόμεν)\w+ (?:εκδόσ|έκδοσ|αναθεωρήσ)\w+",
        "pl": r"\bw (?:przyszł|kolejn|następn)\w+ (?:wersj|wydani|edycj)\w+\b",
        "cs": r"\bv (?:budouc|příšt|dalš)\w+ (?:verz|vydán)\w+\b",
        "hr": r"\bu (?:budući|sljedeć|idući)\w* (?:verzij|izdanj)\w+\b",
        "hu": r"\b(?:jövőbeli|következő|későbbi) (?:verzió|kiadás)\w*\b",
        "tr": r"\b(?:gelecek|sonraki) (?:sürüm|baskı)\w*\b",
        "zh": "(?:在)?(?:未来|将来|今后|下一)(?:个)?的?(?:版本|修订)",
        "ja": "(?:将来|今後|次)の(?:バージョン|版|リリース)",
        "ar": "(?:في )?(?:الإصدارات|النسخ|النسخة|الإصدار) (?:المستقبلية|القادمة|القادم)",
        "fa": "(?:در )?نسخه‌?(?:های)? (?:آینده|بعدی|آتی)",
    },
    "of what is drawn": {
        "en": r"^(?:italics|bold(?:face)?(?: type)?|shading|shaded cells|asterisks?|underlining|parentheses"
        r"|colou?rs?) (?:indicates?|denotes?|marks?|shows?)\b|\b(?:[xyz]-ax[ie]s|(?:horizontal|vertical) axis"
        r"|error bars?|(?:dashed|dotted|solid|red|blue|green|grey|gray|black) (?:lines?|curves?|dots?|bars?|areas?"
        r"|circles?)|shaded (?:area|region|band)s?|(?:left|right|top|bottom|upper|lower) (?:panel|plot)s?"
        r"|(?:the )?legend (?:shows|lists|indicates))\b|^(?:appendix|annex|chapter|section|part"
        r"|volume) [\dA-Z]+(?:\.\d+)* (?:describes?|presents?|discusses|contains?|provides?|lists?|explains?|gives?"
        r"|covers?|introduces?|details?|outlines?|reports?|shows?|summari[sz]es)\b",
        "de": r"^(?:kursiv|fettdruck|fett) (?:gedruckt|gesetzt|bedeutet|kennzeichnet)\b"
        r"|\b(?:[xyz]-achse|(?:gestrichelte|gepunktete|durchgezogene|rote|blaue|grüne|schwarze) (?:linien?"
        r"|kurven?|balken|punkte?)|fehlerbalken|schraffierte fläche)\b|\b(?:abschnitt|kapitel|anhang"
        r"|teil) (?:[\dA-Z.]+ )?(?:deckt|beschreibt|enthält|behandelt|erläutert|stellt)\b|\b(?:wird|werden|ist"
        r"|sind) (?:\w+ ){0,2}in (?:abschnitt|kapitel|anhang|tabelle) [\dA-Z]",
        "fr": r"^(?:les )?(?:italiques?|caractères gras) (?:indiquent|indique|désignent)\b"
        r"|\b(?:axe des (?:x|y|abscisses|ordonnées)|(?:ligne|courbe)s? (?:pointillée|rouge|bleue|verte"
        r"|noire)s?|barres? d['’]erreur)\b|^(?:cette section|ce chapitre|(?:la|le|l['’]) ?(?:section|chapitre"
        r"|annexe) [\dA-Z.]+) (?:couvre|traite|décrit|présente)|\b(?:décrit|détaillé|présenté|indiqué"
        r"|exposé)e?s? (?:\w+ )?(?:dans|à|au) (?:la section|le chapitre|l['’]annexe|la partie)\b",
        "es": r"^(?:la |las )?(?:cursivas?|negritas?) (?:indican?|señalan?)\b|\b(?:eje (?:x|y|horizontal|vertical)"
        r"|(?:línea|curva)s? (?:discontinua|punteada|roja|azul|verde|negra)s?|barras? de error)\b|\b(?:esta sección"
        r"|este capítulo|la sección [\dA-Z.]+|el (?:capítulo|anexo) [\dA-Z.]+) (?:cubre|trata|describe)|\bse (?:detalla"
        r"|describe|presenta|explica|indica)n? (?:\w+ )?en (?:la sección|el capítulo|el anexo|el apartado)\b",
        "it": r"\b(?:asse (?:x|y|orizzontale|verticale)|(?:linea|curva) (?:tratteggiata|rossa|blu|verde|nera)"
        r"|barre d['’]errore)\b|\b(?:questa sezione|questo capitolo|la sezione [\dA-Z.]+) (?:copre|tratta"
        r"|descrive)|\b(?:descritt|dettagliat|riportat|indicat|presentat)[oaie] (?:\w+ )?(?:nella sezione"
        r"|nel capitolo|nell['’]allegato)\b",
        "pt": r"\b(?:eixo (?:x|y|horizontal|vertical)|(?:linha|curva)s? (?:tracejada|vermelha|azul|verde|preta)s?"
        r"|barras? de erro)\b|\b(?:esta se(?:c)?ção|este capítulo|a se(?:c)?ção [\dA-Z.]+) (?:cobre|trata|descreve)"
        r"|\b(?:descrit|detalhad|apresentad|indicad)[oa]s? (?:\w+ )?(?:na se(?:c)?ção|no capítulo|no anexo)\b",
        "nl": r"\b(?:[xyz]-as|(?:gestreepte|rode|blauwe|groene|zwarte) lijn(?:en)?|foutbalken)\b|\b(?:wordt"
        r"|worden|is|zijn) (?:\w+ )?(?:beschreven|vermeld|opgenomen) in (?:hoofdstuk|paragraaf|bijlage)\b",
        "id": r"\b(?:sumbu [xyz]|garis putus-putus)\b|\b(?:dijelaskan|diuraikan|dirinci|tersedia) (?:\w+ )?(?:di"
        r"|pada|dalam) (?:bagian|bab|lampiran)\b",
        "ru": r"\b(?:ос[ьи] [xyzабсцордина]+|пунктирн\w+ лини\w+|сплошн\w+ лини\w+)\b|\b(?:описан|изложен"
        r"|приведен|приведён|представлен|указан)[аоы]? (?:\w+ )?в (?:раздел|глав|приложени)\w+ ?[\dA-ZА-Я]?"
        r"|^(?:раздел|глава|приложение|[A-Z]\d[\d.]*) (?:\w+ )?(?:покрыва|охватыва|описыва|содерж)\w+",
        "el": r"\b(?:άξονας [xyz]|διακεκομμένη γραμμή)|\bπεριγράφ\w+ (?:\w+ )?(?:στο κεφάλαιο|στην ενότητα"
        r"|στο παράρτημα)",
        "pl": r"\b(?:oś [xyz]|lini[ae] przerywan\w+)\b|\b(?:opisan|przedstawion|podan)\w+ w (?:rozdzia|sekcj"
        r"|załącznik)\w+\b",
        "cs": r"\b(?:osa [xyz]|čárkovan\w+ čár\w+)\b|\b(?:popsán|uveden)\w* v (?:kapitol|oddíl|příloh)\w+\b",
        "zh": "我们(?:已经|已)?(?:澄清|完成了|提供了|确定了|纳入|引入|修改|改写|重新|鼓励)|[xyz] ?轴|虚线|误差线"
        "|(?:本节|本章)(?:涵盖|介绍|描述)|(?:详见|见|在)第.{1,6}(?:节|章)(?:中)?(?:有)?(?:描述|说明|介绍|详述)",
        "ja": "[xyz] ?軸|破線|(?:本節|本章)では",
    },
    # Everything can be difficult, and everything is more important than ever.
    # That something matters or has changed, and neither how nor why.
    "a remark that tells nothing": {
        "en": r"\b(?:can(?:not| no longer)|must not) (?:continue to )?(?:be ignored|ignore|afford to)\b"
        r"|\bmust always look (?:forward|to the future)\b|\b(?:can|may|might|could) (?:\w+ )?be (?:\w+ )?(?:difficult"
        r"|challenging|tricky|hard|daunting|overwhelming|tedious|confusing|tough)(?: (?:to \w+|at first|in practice"
        r"|at times))?\W*$|\bthan ever\b|^different \w+ have different \w+\W*$|\b(?:increasingly"
        r"|more and more) (?:important|common|popular|relevant)\W*$|\bhas become very widespread\b"
        r"|^(?:perhaps )?(?:most |more )?(?:interestingly|strikingly|surprisingly|remarkably)\b"
        r"|\bcannot be overstated\b|^(?-i:[A-Z][a-z' -]{5,60} might )|\b(?:excellent|great|perfect|ideal"
        r"|exciting) (?:\w+ ){1,3}to (?:build|start|begin|work|learn)\b|\b(?:are|is) of (?:particular|special|great"
        r"|growing) interest\b|\b(?:is|are) no silver bullet\b|^[^\d:;]{2,110} (?:plays?|has|have) an? (?:very "
        r"|increasingly )?(?:important|crucial|key|vital|significant|central|major|critical) role\b[^\d:;]{0,50}$"
        r"|\b(?:has|have) (?:\w+ly )?changed (?:considerably|radically|dramatically|significantly|a lot|completely"
        r"|fundamentally)\W*$|\b(?:has|have) (?:considerably|radically|dramatically|significantly|completely"
        r"|fundamentally) changed\W*$",
        "de": r"\bnicht länger ignorieren\b|\bnicht mehr ignorieren\b|\bin die zukunft (?:schauen|blicken)\b|\b(?:kann"
        r"|können|könnte|könnten) (?:\w+ ){0,3}(?:schwierig|schwer|herausfordernd|mühsam|verwirrend) sein\W*$"
        r"|\b(?:wichtiger|relevanter|aktueller) denn je\b|^(?:unterschiedliche"
        r"|verschiedene) \w+ haben (?:unterschiedliche|verschiedene|andere) \w+\W*$|\bfast in vergessenheit\b"
        r"|^interessanterweise\b|^[^\d:;]{2,110} spiel(?:t|en) eine (?:sehr )?(?:wichtige|zentrale|entscheidende"
        r"|große) rolle\b[^\d:;]{0,50}$|\b(?:stark|grundlegend|radikal|erheblich|deutlich) (?:ver|ge)ändert\W*$",
        "fr": r"\bne pouvons (?:plus|pas) (?:continuer à )?ignorer\b|\btournée? vers l['’]avenir\b|\bpeu(?:t"
        r"|vent) (?:\w+ )?être (?:\w+ )?(?:difficile|complexe|délicat|compliqué|ardu|fastidieux)e?s?[^,;:]{0,25}[.]$"
        r"|\bplus que jamais\b|\bde plus en plus (?:important|courant|populaire|répandu)e?s?\W*$"
        r"|^différent(?:e)?s \w+ ont (?:des )?\w+ différente?s\W*$|^[^\d:;]{2,110} (?:joue(?:nt)?|a"
        r"|ont) un rôle (?:très )?(?:important|crucial|essentiel|clé|central|majeur)\b[^\d:;]{0,50}$"
        r"|\b(?:considérablement|radicalement|profondément|beaucoup|fondamentalement) changé\W*$",
        "es": r"\bno podemos (?:seguir|continuar) ignorando\b|\bmirar hacia el futuro\b|\bpued[ea]n? (?:\w+ )?(?:ser"
        r"|resultar) (?:\w+ )?(?:difícil(?:es)?|complicad[oa]s?|complej[oa]s?|desafiante|tedios[oa])[^,;:]{0,25}[.]$"
        r"|\bmás (?:importante |relevante )?que nunca\b|\bcada vez más (?:importantes?|comun(?:es)?|popular(?:es)?"
        r"|común)\W*$|^diferentes \w+ tienen diferentes \w+\W*$|\bhan pasado en la era\b|^[^\d:;]{2,110} (?:desempeña"
        r"|juega|tiene)n? un papel (?:muy )?(?:importante|crucial|clave|fundamental|central)\b[^\d:;]{0,50}$"
        r"|\bcambiado (?:considerablemente|radicalmente|mucho|drásticamente|significativamente)\W*$",
        "it": r"\bnon possiamo (?:più |continuare (?:a|ad) )?ignorare\b|\bguardare al futuro\b|\bp(?:uò"
        r"|ossono) (?:\w+ )?(?:essere|risultare) (?:\w+ )?(?:difficil[ei]|compless[oaie]|complicat[oaie]"
        r"|impegnativ[oaie])[^,;:]{0,25}[.]$|\bpiù (?:importante )?che mai\b|\bsempre più (?:important[ei]|comun[ei]"
        r"|diffus[oaie])\W*$|^[^\d:;]{2,110} (?:svolg\w+|gioca\w*|ha|hanno"
        r"|ricopr\w+) un ruolo (?:molto )?(?:importante|cruciale|chiave|fondamentale|centrale)\b[^\d:;]{0,50}$"
        r"|\bcambiat[oaie] (?:radicalmente|notevolmente|molto|profondamente|drasticamente)\W*$",
        "pt": r"\bnão podemos (?:mais |continuar (?:a )?)ignorar?(?:ndo)?\b|\bolhar para o futuro\b"
        r"|\bpod[ea]m? (?:\w+ )?ser (?:\w+ )?(?:difícil|difíceis|complicad[oa]s?|complex[oa]s?|desafiador\w*"
        r"|desafiante)[^,;:]{0,25}[.]$|\bmais (?:importante )?do que nunca\b|\bcada vez mais (?:importantes?|comu(?:m"
        r"|ns)|popular(?:es)?)\W*$|^diferentes \w+ (?:têm|possuem) diferentes \w+\W*$|^[^\d:;]{2,110} (?:desempenham?"
        r"|t[eê]m) um papel (?:muito )?(?:importante|crucial|fundamental|chave|central)\b[^\d:;]{0,50}$|\bmud(?:ou"
        r"|aram) (?:consideravelmente|radicalmente|muito|drasticamente|significativamente)\W*$",
        "nl": r"\bkan (?:\w+ )?(?:moeilijk|lastig|ingewikkeld|verwarrend) zijn\W*$|\bbelangrijker dan ooit\b"
        r"|\bsteeds (?:belangrijker|populairder)\W*$|^[^\d:;]{2,110} spe(?:elt|len) een (?:zeer )?(?:belangrijke"
        r"|cruciale|centrale) rol\b[^\d:;]{0,50}$|\b(?:sterk|ingrijpend|aanzienlijk) veranderd\W*$",
        "id": r"\b(?:dapat|bisa|mungkin) (?:\w+ )?(?:sulit|sukar|rumit|menantang|membingungkan)(?: dilakukan)?\W*$"
        r"|\bsemakin (?:penting|populer|umum)\W*$|\blebih penting dari sebelumnya\b|^[^\d:;]{2,110} (?:memainkan"
        r"|memegang|berperan) (?:peran(?:an)? )?(?:yang )?(?:sangat )?penting[^\d:;]{0,50}$"
        r"|\bberubah (?:secara )?(?:drastis|signifikan|radikal)\W*$",
        "ru": r"\bне мож(?:ем|но) (?:больше |продолжать )?игнорировать\b|\bориентироваться на будущее\b|\b(?:может"
        r"|могут) (?:\w+ )?(?:быть|оказаться) (?:\w+ )?(?:сложн|трудн|непрост)\w+\W*$|\bкак никогда\b"
        r"|\bвс[её] более (?:важн|популярн|распростран)\w+\W*$|^разные \w+ имеют разные \w+\W*$"
        r"|^[^\d:;]{2,110} игра(?:ет|ют) (?:очень )?(?:важную|ключевую|решающую|большую) роль[^\d:;]{0,50}$"
        r"|\b(?:сильно|значительно|кардинально|существенно) измени(?:лся|лась|лось|лись)\W*$|\bсовсем иначе, чем\b",
        "el": r"\bμπορεί να (?:είναι|αποδειχθεί) (?:\w+ )?(?:δύσκολ\w+|περίπλοκ\w+)\W*$|\bπαρά ποτέ\b"
        r"|^[^\d:;]{2,110} (?:διαδραματίζ|παίζ)\w+ (?:\w+ )?(?:σημαντικό|καθοριστικό|βασικό"
        r"|κρίσιμο) ρόλο[^\d:;]{0,50}$|\b(?:αλλάξει|άλλαξ\w+) (?:σημαντικά|ριζικά|δραματικά)\W*$",
        "pl": r"\bmo(?:że|gą) być (?:\w+ )?(?:trudn|skomplikowan)\w+\W*$|\bniż kiedykolwiek\b|\bcoraz (?:ważniejsz"
        r"|popularniejsz)\w+\W*$|^[^\d:;]{2,110} odgrywa(?:ją)? (?:bardzo )?(?:ważną|kluczową"
        r"|istotną) rolę[^\d:;]{0,50}$",
        "cs": r"\bm(?:ůže|ohou) být (?:\w+ )?(?:obtížn|složit|náročn)\w+\W*$|\bnež kdy(?:koli)?\b"
        r"|^[^\d:;]{2,110} hraj[eí] (?:velmi )?(?:důležitou|klíčovou|zásadní) roli[^\d:;]{0,50}$",
        "zh": r"不能(?:再|继续)(?:忽视|忽略)|着眼(?:于)?未来|可能(?:会)?(?:很)?(?:困难|复杂|棘手)。?$|比以往任何时候"
        r"|越来越(?:重要|普遍|流行)。?$|(?:是|很)很?难(?:以)?实现的?。?$|^[^\d：；]{3,60}(?:起着|扮演着?"
        r"|发挥着?).{0,6}(?:重要|关键|核心)的?(?:作用|角色)。?$|发生了(?:巨大|很大|根本性?|翻天覆地)的?变化。?$",
        "ja": r"難しい(?:場合|こと)があ(?:る|ります)。?$|これまで以上に|^[^\d：；]{3,60}重要な役割を(?:果た"
        r"|担)[^。]{0,10}。?$|大きく変わ(?:った|りました)。?$",
        "ar": r"\b(?:يلعب|تلعب|يؤدي|تؤدي) (?:\w+ )?دور[اً]* (?:مهم|هام|أساسي|رئيسي)\w*",
        "fa": r"از اهمیت (?:زیادی|بالایی|ویژه‌?ای|بسیاری) برخوردار|نقش (?:بسیار )?(?:مهم|حیاتی|کلیدی"
        r"|اساسی)ی? (?:\w+ ){0,6}(?:دارد|دارند|ایفا)",
    },
    # Somebody without a name did something once.
    "a story of people without names": {
        "en": r"^(?-i:[^A-Z]{0,2}[A-Z][^A-Z]*?)\b(?:he|she) (?:then |had |was |later |also )?(?!need\b"
        r"|proceed\b)(?:\w+ed|shot|told|went|came|said|began|took|found|fled|left|got|had|saw|knew|gave)\b"
        r"|\b\d{1,2}-year-old (?:\w+ ){0,2}(?:man|woman|student|male|female|boy|girl|mother|father|employee"
        r"|teacher)\b|^(?:[^,]{3,60}, ){0,3}(?:the|an?) (?:subject|suspect|victim|perpetrator|assailant|gunman"
        r"|shooter|offender|culprit|thief|burglar|attackers?|hackers?|intruder|rep|caller|salesman|shopkeeper"
        r"|witness|driver|neighbou?r|lone \w+)s?(?:, wh[^,]{3,80},)? (?:first |\w+ly |then |had |has |was |were "
        r"|later |calmly |also )*(?:been |being )?(?!can\b|may\b|must\b|might\b|could\b|shall\b|should\b|is\b"
        r"|are\b|of\b|who\b|that\b|to\b|need\b|proceed\b)(?:\w+ed|shot|told|went|came|said|began|sent|made|took"
        r"|found|fled|struck|sat|ran|left|got|had|hit|saw|knew|gave|held|became|wrote|drove|fell|stood|bought"
        r"|kept|met|spoke|killed|(?<=was )\w+n|(?<=was )\w+ing|(?<=has been )\w+ing|(?<=had been )\w+ing)\b",
        "de": r"^(?:[^,]{3,60}, )?(?:der|die|ein|eine) (?:täter|verdächtige|opfer|schütze|dieb|einbrecher"
        r"|angreifer|anrufer|zeuge|fahrer|nachbar)(?:in)?n? (?!kann|darf|muss|ist|sind|der|die|des)(?:\w+te"
        r"|\w+ten|hatte|war|wurde|ging|kam|griff|griffen|schoss|floh|sagte|starten|findet|sendet)\b",
        "fr": r"^(?:[^,]{3,60}, )?(?:le |la |les |l['’]|un |une )(?:suspecte?|victime|agresseur|tireur|voleur"
        r"|coupable|attaquante?s?|témoin|voisine?|conducteur) (?:a|ont|avait|s['’]est|s['’]était|fut) \w+",
        "es": r"^(?:[^,]{3,60}, )?(?:el|la|los|un|una) (?:sospechos[oa]|víctima|agresor|tirador|ladrón|culpable"
        r"|atacantes?|testigo|vecin[oa]|conductor) (?:había|fue|ha|\w+ó|\w+aron|\w+ieron)\b",
        "it": r"^(?:[^,]{3,60}, )?(?:il |la |lo |gli |l['’]|un[oa]? )(?:sospettat[oa]|vittima|aggressore|ladro"
        r"|colpevole|attaccant[ei]|testimone|vicin[oa]|conducente) (?:aveva|ha|hanno|fu|si è) \w+",
        "pt": r"^(?:[^,]{3,60}, )?(?:o|a|os|um|uma) (?:suspeit[oa]|vítima|agressor|atirador|ladrão|culpad[oa]"
        r"|atacantes?|testemunha|vizinh[oa]|condutor) (?:tinha|foi|havia|\w+ou|\w+aram|\w+eram)\b",
        "nl": r"^(?:[^,]{3,60}, )?(?:de|een|het) (?:verdachte|slachtoffer|dader|schutter|dief|aanvallers?"
        r"|getuige|buurman|bestuurder) (?:had|was|werd|ging|kwam|\w+de|\w+te)\b",
        "id": r"^(?:[^,]{3,60}, )?(?:seorang )?(?:pelaku|tersangka|korban|pencuri|penyerang|peretas|saksi"
        r"|tetangga|satpam|admin) (?:telah |sudah |kemudian |lalu )?me\w+\b",
        "ru": r"^(?:[^,]{3,60}, )?(?:подозреваем|потерпевш|преступник|стрелок|вор|жертва|свидетел"
        r"|злоумышленник)\w* (?:\w+ )?\w+(?:л|ла|ли)\b",
        "el": r"^(?:[^,]{3,60}, )?(?:ο|η|ένας|μια|μία|οι) (?:ύποπτ\w+|θύμα|δράστη\w*|κλέφτη\w*|μάρτυρα\w*"
        r"|εισβολέα\w*|επιτιθέμεν\w+) (?!μπορ|θα|πρέπει|που|είναι)\w+",
        "pl": r"^(?:podejrzan|ofiara|sprawca|złodziej|napastnik|świadek)\w* (?:\w+ )?\w+(?:ł|ła|li|ły)\b",
        "cs": r"^(?:podezřel|oběť|pachatel|zloděj|útočník|svědek)\w* (?:\w+ )?\w+(?:l|la|li|ly)\b",
        "zh": "^(?:嫌疑人|受害者|凶手|小偷|攻击者(?:们)?)(?:曾|已经|随后|攻击了|袭击了|发现了)",
    },
}

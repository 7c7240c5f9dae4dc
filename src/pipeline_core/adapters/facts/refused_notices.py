"""Words by language of notices among sentences: affiliations, pointers to a table or section, platitudes."""

NOTICES = {
    # What would have been, what happens too often, and how many things there are without one of them.
    "it says what did not happen, or only that something does": {
        "en": r"\b(?:was|were) not (?:attempted|undertaken|explored)\W*$|^(?:efforts|attempts|steps"
        r"|measures) (?:have been|were|are|are being|had been) (?:made|taken|undertaken)\b|^(?-i:[A-Z][a-z]+ed) (?:an?"
        r"|the|its|new|more than|over) (?!.{0,80}, (?:the|an?|it|they|this|its) )|^if \b.{3,120}\bhad (?:\w+ly |only "
        r"|not |been )?\w+(?:ed|en|n|t)\b.{0,200}\b(?:would|could|might)\b|^(?:all )?too often\b|^(?:two|three|four"
        r"|five|six|several|a few) (?:\w+ )?(?:themes|factors|reasons|points|issues|questions|lessons|trends|patterns"
        r"|aspects|findings) (?:are|were|is) (?:apparent|evident|clear|identified|discussed|presented|considered"
        r"|noteworthy)\b",
        "de": r"^es wurden (?:\w+ )?(?:anstrengungen|versuche|schritte|maßnahmen) unternommen\b|^(?:hätten?"
        r"|wären?) \b.{3,160}\b(?:hätten?|könnten?|würden?|wären?)\b|^(?:all)?zu oft\b"
        r"|^wenn \b.{3,120}\b(?:hätten?|wären?)\b,",
        "fr": r"^des (?:efforts|tentatives|mesures) ont été\b|^si \b.{3,120}\b(?:avai(?:t|ent)|étai(?:t"
        r"|ent)) (?:\w+ )?\w+[éui]s?\b.{0,200}\w+rai(?:t|ent)\b|^trop souvent\b",
        "es": r"^se (?:hicieron|han hecho|realizaron) esfuerzos\b|^si \b.{3,120}\bhubie(?:ra|ran|se|sen)\b"
        r"|^(?:con )?demasiad[oa] (?:a menudo|frecuencia)\b",
        "it": r"^se \b.{3,120}\b(?:avesse|avessero|fosse stat[ao]|fossero stat[ei])\b|^troppo spesso\b",
        "pt": r"^se \b.{3,120}\b(?:tivesse|tivessem|houvesse)\b|^(?:muitas vezes demais|com demasiada frequência)\b",
        "nl": r"^als \b.{3,120}\b(?:hadden?|waren) .{0,200}\bzou(?:den)?\b|^(?:maar al )?te vaak\b",
        "id": r"^(?:seandainya|andai(?:kan|kata)?)\b|^terlalu sering\b",
        "ru": r"^если бы\b|^слишком часто\b|\bоб этом говорится в (?:глав|раздел)",
        "el": r"^(?:αν|εάν) \b.{3,120}\b(?:είχε|είχαν)\b.{0,200}\bθα\b|^πολύ συχνά\b",
        "pl": r"^gdyby\b|^zbyt często\b",
        "cs": r"^kdyby\b|^příliš často\b",
        "zh": "^(?:如果|要是|倘若).{2,60}(?:当初|早就|本可)|^(?:很多时候|太多时候|往往太)",
    },
    "a note about its authors": {
        "": r"¶",
        "en": r"\b(?:contributed equally|corresponding authors?|independent researchers?\W|equal contribution)",
        "de": r"\b(?:korrespondierende[rn]? autor\w*|gleichermaßen beigetragen|zu gleichen teilen beigetragen)\b",
        "fr": r"\b(?:auteure?s? correspondante?s?|contribué (?:de manière égale|à parts égales|également))",
        "es": r"\b(?:autora? (?:de|para) (?:la )?correspondencia|contribuy\w+ por igual)\b",
        "it": r"\b(?:autore corrispondente|contribuito in egual misura)\b",
        "pt": r"\b(?:autora? (?:correspondente|para correspondência)|contribuíram (?:igualmente|de igual forma))\b",
        "nl": r"\b(?:corresponderende auteur|(?:evenveel|gelijk(?:elijk)?) (?:bijgedragen|bij))\b",
        "id": r"\b(?:penulis korespondensi|berkontribusi (?:secara )?(?:sama|setara))\b",
        "ru": r"\b(?:авто\w+ для корреспонденции|равный вклад)\b",
        "el": r"συγγραφέας επικοινωνίας|συνέβαλαν (?:εξίσου|ισότιμα)",
        "pl": r"\b(?:autor\w* (?:korespondencyjn|do korespondencji)\w*|równy wkład)",
        "cs": r"\b(?:korespondenční autor\w*|přispěli (?:stejně|rovným dílem))\b",
        "zh": "通讯作者|通信作者|同等贡献|共同第一作者",
        "ja": "責任著者|連絡著者|同等に貢献",
        "ar": "المؤلف المراسل|ساهموا بالتساوي",
        "fa": "نویسنده مسئول|نویسندهٔ مسئول|سهم برابر",
    },
    # A table, list or section that the sentence sends its reader to, or that it is itself about.
    "it speaks of a table or section that is not there": {
        "en": r"\b(?:table|list|figure|chart|diagram|graph)s? (?:below|above)\b|\b(?:following|next|preceding"
        r"|previous) (?:table|figure|chart|list|diagram|graph)s?\b|\bthis (?:section|chapter|appendix|annex|subsection"
        r"|table|figure|list)\b|\b(?:visit|browse|check out) (?:\S+ ){0,6}(?:page|site|website|wiki)\b",
        "de": r"\b(?:nach|vor|unten|oben)stehende[rsnm]?\b|\b(?:folgende[rsnm]?|nächste[rn]?) (?:tabelle|liste"
        r"|abbildung|grafik|übersicht)\b|\bdiese[rsmn]? (?:abschnitts?|kapitels?|anhangs?|tabelle|abbildung|liste)\b"
        r"|\bbesuchen\b.{0,60}\b(?:seite|website|webseite)\b",
        "fr": r"\b(?:tableau|liste|figure|schéma|graphique)s? (?:suivante?s?|précédente?s?)\b|\b(?:cette (?:section"
        r"|annexe|liste|figure)|ce (?:chapitre|tableau))\b|\b(?:visite[rz]|consulte[rz])\b.{0,60}\b(?:page|site)\b",
        "es": r"\b(?:siguientes?|anterior(?:es)?) (?:tabla|lista|figura|gráfic[oa]|cuadro)s?\b|\b(?:tabla|lista|figura"
        r"|cuadro)s? (?:siguiente|anterior)s?\b|\best[ae] (?:sección|capítulo|anexo|apartado|tabla|lista|cuadro)\b"
        r"|\bvisit\w+\b.{0,60}\b(?:página|sitio)\b",
        "it": r"\b(?:seguent[ei]|precedent[ei]) (?:tabell[ae]|elenco|figura|grafico|lista)\b"
        r"|\b(?:tabella|elenco|figura|lista) (?:seguente|precedente)\b"
        r"|\bquest[ao] (?:sezione|capitolo|allegato|tabella|elenco|lista)\b|\bvisit\w+\b.{0,60}\b(?:pagina|sito)\b",
        "pt": r"\b(?:seguintes?|anterior(?:es)?) (?:tabela|lista|figura|gráfico)s?\b"
        r"|\b(?:tabela|lista|figura)s? (?:seguinte|anterior)s?\b"
        r"|\b[nd]?est[ae] (?:sec?ção|capítulo|anexo|tabela|lista)\b|\bvisit\w+\b.{0,60}\b(?:página|sítio|site)\b",
        "nl": r"\b(?:onder|boven)staande\b|\b(?:volgende|vorige) (?:tabel|lijst|figuur)\b"
        r"|\b(?:dit hoofdstuk|deze (?:paragraaf|tabel|lijst|bijlage))\b|\bbezoek\b.{0,60}\b(?:pagina|website)\b",
        "id": r"\b(?:tabel|daftar|gambar) (?:berikut|di bawah|di atas|ini)\b|\b(?:bagian|bab|lampiran) ini\b"
        r"|\bkunjungi\b.{0,60}\b(?:halaman|situs)\b",
        "ru": r"\b(?:следующ|приведенн|приведённ|нижеследующ)\w+ (?:\w+ )?(?:таблиц|спис|рисун)\w*"
        r"|\b(?:эт|данн|настоящ)\w+ (?:раздел|глав|приложени|таблиц)\w*|\bпосетите\b.{0,60}(?:страниц|сайт)",
        "el": r"\b(?:ακόλουθ|επόμεν|παρακάτω)\w* (?:πίνακα|λίστα|σχήμα)\w*|\bαυτ\w+ (?:η|το|την|της|του|τον"
        r"|ο) (?:ενότητα|κεφάλαιο|πίνακα|λίστα)\w*|επισκεφ\w+.{0,60}(?:σελίδα|ιστότοπο)",
        "pl": r"\b(?:następując|poniższ|powyższ)\w+ (?:tabel|list|rysun)\w+|\b(?:tej|ten|ta|tym|niniejsz\w+) (?:sekcj"
        r"|rozdzia|tabel)\w+|\bodwied\w+\b.{0,60}\bstron\w+",
        "cs": r"\b(?:následující|předchozí)\w* (?:tabul|seznam|obráz)\w*|\b(?:tato|tento|této|tomto) (?:kapitol|oddíl"
        r"|tabul)\w*|\bnavštivte\b.{0,60}\b(?:strán|web)\w*",
        "hu": r"\b(?:következő|alábbi|előző) (?:táblázat|lista|ábra)\w*|\bez a (?:fejezet|szakasz|táblázat)\w*",
        "hr": r"\b(?:sljedeć|prethodn)\w+ (?:tablic|popis|slik)\w*|\b(?:ov(?:aj|o|a|om)) (?:odjelj|poglavlj|tablic)\w*",
        "tr": r"\b(?:aşağıdaki|yukarıdaki|sonraki) (?:tablo|liste|şekil)\w*|\bbu (?:bölüm|tablo)\w*",
        "zh": "下表|上表|下图|上图|下列表格|本节|本章|本附录|此表|访问.{0,20}(?:页面|网站|主页)",
        "ja": "(?:次|以下|上記?|下記?)の(?:表|図|一覧)|本節|本章|この(?:表|節|章)",
        "ar": "الجدول (?:التالي|أدناه|أعلاه)|هذا (?:القسم|الفصل|الجدول)|هذه القائمة",
        "fa": "جدول (?:زیر|بالا)|این (?:بخش|فصل|جدول|فهرست)",
    },
    # Of what only the document itself can tell which study it is.
    "it speaks of its own study": {
        "en": r"\b(?:in|of|for|by|from|under) (?:the (?:current|present)|this) (?:study|survey|report|evaluation"
        r"|analysis|paper|article|sample|assessment|investigation|review|exercise)\b|\b(?:the (?:current|present)"
        r"|this) (?:study|survey|paper|article|review|evaluation) (?!of\b)|\bthis (?:report|release|edition|version"
        r"|brochure|leaflet)\b|^(?:all|the) (?:reported|presented) (?:numbers|results|figures|statistics|values)\b",
        "de": r"\b(?:diese[rsn]?|der aktuellen) (?:studie|untersuchung|erhebung|umfrage)\b"
        r"|\bvorliegende[rsnm]? (?:studie|arbeit|untersuchung|bericht|analyse)\b"
        r"|\bdies(?:er|e[sn]?|em) (?:berichte?s?|ausgabe|version|fassung|broschüre)\b",
        "fr": r"\b(?:cette|la présente) (?:étude|enquête|évaluation|analyse)\b|\b(?:le présent|cet?) (?:article|rapport"
        r"|examen)\b|\bcette (?:édition|version|brochure)\b",
        "es": r"\besta (?:edición|versión)\b"
        r"|\b(?:este|esta|el presente|la presente) (?:estudio|encuesta|evaluación|análisis|artículo|informe)\b",
        "it": r"\bquesta (?:edizione|versione)\b|\b(?:questo|questa|il presente|la presente) (?:studio|indagine"
        r"|valutazione|analisi|articolo|rapporto)\b",
        "pt": r"\b[nd]?esta (?:edição|versão)\b|\b(?:[nd]?este|[nd]?esta|o presente|a presente) (?:estudo|inquérito"
        r"|avaliação|análise|artigo|relatório)\b",
        "nl": r"\b(?:dit|deze|het huidige) (?:onderzoek|studie|enquête|evaluatie|analyse|artikel|rapport"
        r"|versie|uitgave)\b",
        "id": r"\b(?:penelitian|studi|survei|evaluasi|artikel|makalah|laporan|versi|edisi) ini\b",
        "ru": r"\b(?:эт|данн|настоящ)\w+ (?:исследовани|опрос|оценк|стать|отчет|отчёт|обзор|издани|верси)\w*",
        "el": r"\b(?:παρούσα|παρούσας|παρόν) (?:μελέτη|μελέτης|έρευνα|έρευνας|άρθρο|έκθεση)",
        "pl": r"\b(?:ninie\w+|tym|tego|ten|tej|ta) (?:badani|ankiet|artyku|raport|analiz)\w+",
        "cs": r"\b(?:tato|tento|této|tomto) (?:studi|výzkum|průzkum|člán|zpráv)\w*",
        "zh": "本(?:研究|调查|报告|文|次评估|综述|版本)",
        "ja": "本(?:研究|調査|報告書|論文|稿)",
        "ar": "هذه (?:الدراسة|الورقة|النسخة)|هذا (?:البحث|المقال|التقرير|الإصدار)",
        "fa": "این (?:مطالعه|پژوهش|مقاله|تحقیق|نسخه)|(?:گزارش|سند|مستند|مقاله) (?:پیش رو|حاضر)",
    },
}

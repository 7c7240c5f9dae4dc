"""Words by language of what somebody says in a text: to its reader, of himself, in a story or a dialogue."""

# What happens now and then is the case of which the next sentence gives the rule.
_MOST_VAGUE = r"\b(?:\W+[^\W\d]+){2,26}\W*$"
_LABEL = r"^(?:[^:.]{2,40}: )?"
# What is said aloud, and what those who play a part are told, is true of nobody.
_SAID_ALOUD = r"[,!！，]"
VOICES = {
    "said to the reader, no statement": {
        "": r"!\s*[\"”'’)]*$",
        "en": r"^(?:please|let us|let['’]s|join|welcome|enjoy|feel free|stay|remember that|don['’]t hesitate)\b"
        r"|\b(?:you can help|we (?:hope|encourage|invite|welcome|believe|look forward|wish)|feel free to"
        r"|get involved)\b|\b(?:are|is) (?:encouraged|invited|welcome) to\b|^if (?:you|readers)(?:['’]re"
        r"| are)? (?:\w+ )?(?:familiar|unfamiliar|new to|interested|curious|wondering)\b|\byou (?:can|may|will|could"
        r"|might)(?: also)? (?:read|learn|find out|discover) (?:much |far )?(?:more|further)\b|\byou (?:will|may|might"
        r"|['’]ll) (?:\w+ )?(?:notice|recogni[sz]e|wonder|be surprised|be wondering)\b|\b(?:confusing|overwhelming"
        r"|daunting|intimidating|strange|odd|unfamiliar)\b.{0,40}\b(?:at first|initially|newcomers?|beginners?)\b"
        r"|^(?:at first|initially)\b.{0,80}\b(?:confusing|overwhelming|daunting|strange|odd)\b",
        "de": r"^(?:bitte|lassen sie uns|willkommen)\b|\bwir (?:hoffen|freuen uns|laden|glauben|wünschen)\b"
        r"|\bsind eingeladen\b|^(?:wenn|falls|sofern) (?:sie|du|ihr)\b.{0,60}\b(?:vertraut|neu sind|interessier\w+"
        r"|bereits kennen)\b|^(?:sind|bist) (?:sie|du)\b.{0,60}\bvertraut\b|\b(?:können|kannst|finden|erfahren) (?:sie"
        r"|du)\b.{0,80}\b(?:mehr|näheres|weiteres) (?:über|zu\w?|darüber|dazu|lesen|erfahren)\b|\b(?:anfangs|zunächst"
        r"|auf den ersten blick)\b.{0,60}\b(?:verwirrend|ungewohnt|überwältigend|seltsam)\b",
        "fr": r"^(?:veuillez|rejoignez|bienvenue|n['’]hésitez)\b|\bnous (?:espérons|vous invitons|encourageons|croyons"
        r"|devons)\b|^si vous (?:\S+ ){0,3}(?:familiers?|familière|familiarisée?s?|habituée?s?|débutez|intéressée?s?"
        r"|nouveaux?)\b|^si vous connaissez (?:déjà|bien)\b|\bvous (?:pouvez|pourrez|y trouverez"
        r"|trouverez)\b.{0,30}\b(?:davantage|en savoir plus|lire plus)\b|\b(?:déroutante?s?|déconcertante?s?"
        r"|intimidante?s?|confuse?s?|étranges?)\b.{0,30}\b(?:au début|au premier abord|de prime abord|débutants?)\b"
        r"|^(?:au début|au premier abord)\b.{0,60}\b(?:déroutant|déconcertant|confus)\w*",
        "es": r"^(?:por favor|únete|bienvenid[oa]s?|no dude)\b|\b(?:esperamos|le invitamos|animamos)\b|^si (?:ya "
        r"|usted |no )*(?:está|estás|están|es|eres)\b.{0,30}\b(?:familiarizad\w+|nuev[oa]|interesad\w+)\b|\b(?:puede"
        r"|puedes|podrá|pueden) (?:leer|aprender|saber|conocer|encontrar) más\b|\b(?:confus[oa]s?|abrumador\w*"
        r"|desconcertantes?|extrañ[oa]s?)\b.{0,30}\b(?:al principio|a primera vista)\b"
        r"|^al principio\b.{0,60}\b(?:confus|abrumador|desconcertant)\w*",
        "it": r"^(?:per favore|benvenut[oi]|unisciti)\b|\b(?:speriamo|invitiamo|vi invitiamo)\b|^se (?:già |sei "
        r"|siete |hai |avete )+.{0,30}\b(?:familiarità|pratica|nuov[oi]|interessat[oi])\b|\b(?:puoi|potete"
        r"|può) (?:leggere|saperne|scoprire|trovare) (?:di )?più\b|\b(?:confus[aoei]|disorientant[ei]"
        r"|stran[aoei])\b.{0,30}\b(?:all['’]inizio|inizialmente|a prima vista)\b|^(?:all['’]inizio"
        r"|inizialmente)\b.{0,60}\b(?:confus|disorientant)\w*",
        "pt": r"^(?:por favor|junte-se|bem-vind[oa]s?)\b|\b(?:esperamos|convidamos|encorajamos)\b|^se (?:já |você "
        r"|ainda |não )*(?:está|estiver|é|for)\b.{0,30}\b(?:familiarizad\w+|nov[oa]|interessad\w+)\b|\b(?:pode|poderá"
        r"|podem) (?:ler|aprender|saber|conhecer|encontrar) mais\b|\b(?:confus[oa]s?|intimidantes?"
        r"|estranh[oa]s?)\b.{0,30}\b(?:no início|a princípio|à primeira vista)\b|^(?:no início"
        r"|a princípio)\b.{0,60}\b(?:confus|intimidant)\w*",
        "nl": r"^(?:gelieve|welkom|alstublieft)\b|\b(?:wij|we) (?:hopen|nodigen)\b|^als (?:u|je"
        r"|jij)\b.{0,40}\b(?:bekend|vertrouwd|nieuw|geïnteresseerd)\b|\b(?:kunt u|kun je"
        r"|vindt u)\b.{0,60}\bmeer (?:lezen|informatie|over)\b|\b(?:in het begin|aanvankelijk"
        r"|op het eerste gezicht)\b.{0,60}\b(?:verwarrend|vreemd|overweldigend)\b|\b(?:verwarrend"
        r"|overweldigend)\b.{0,30}\bin het begin\b",
        "id": r"^(?:silakan|mari|ayo|selamat datang)\b|\bkami (?:berharap|mengundang|mendorong)\b|^(?:jika|apabila"
        r"|bila|kalau) anda (?:sudah |telah |belum |baru |tidak )*(?:familiar|terbiasa|mengenal|akrab|tertarik"
        r"|pemula)\b|\banda (?:juga )?(?:dapat|bisa) (?:membaca|mempelajari|menemukan"
        r"|mengetahui) (?:\w+ ){0,3}(?:lebih (?:lanjut|jauh|banyak)|selengkapnya)\b|\bmembingungkan\b.{0,40}\bawal\w*"
        r"|\bawalnya\b.{0,60}\bmembingungkan\b",
        "ru": r"^(?:пожалуйста|добро пожаловать|присоединяйтесь)\b|\b(?:мы надеемся|мы приглашаем|давайте)\b"
        r"|^если вы (?:уже |ещё |еще |не )*(?:знакомы|впервые|новичок|интересуетесь)\b|\bвы (?:можете"
        r"|сможете) (?:прочитать|узнать|найти) (?:больше|подробнее|подробно)|\b(?:поначалу|сначала"
        r"|на первый взгляд)\b.{0,60}\b(?:запутан|сбива|странн|непривычн)\w*",
        "el": r"^(?:παρακαλ\w+|καλώς)\b|\bελπίζουμε\b|^(?:αν|εάν) (?:είστε|είσαι)\b.{0,40}εξοικειωμέν"
        r"|\bμπορείτε να (?:διαβάσετε|μάθετε) περισσότερα",
        "pl": r"^(?:prosimy|zapraszamy|witamy)\b|\bmamy nadzieję\b|^(?:jeśli|jeżeli) (?:jesteś|znasz"
        r"|są państwo)\b.{0,40}\b(?:zaznajomi\w+|zapozna\w+|now[yai]\w*|już|dobrze)\b|\bmożesz (?:przeczytać"
        r"|dowiedzieć się) więcej\b|\bna początku\b.{0,60}\b(?:myląc|dziwn|przytłaczając)\w*",
        "cs": r"^(?:prosím|vítejte)\b|\bdoufáme\b|^pokud (?:jste|jsi|znáte)\b.{0,40}\b(?:seznámen\w*|obeznámen\w*"
        r"|nov\w+|již)\b|\bmůžete (?:se )?(?:přečíst|dozvědět) více\b",
        "zh": r"^请(?!勿|不|务必)|欢迎|我们希望|让我们|^如果(?:您|你)(?:已经|已|还不|不)?(?:熟悉|是新手|感兴趣)|(?:您"
        r"|你)可以.{0,20}(?:了解|阅读)更多|(?:一开始|起初|乍看).{0,20}(?:困惑|混淆|奇怪)",
        "ja": r"[おご御][^、。]{1,8}ください。?$|ましょう。?$|ようこそ|に(?:慣れて|詳しくて?)いる(?:方|場合|なら)"
        r"|初めての方|もっと(?:読む|知る)ことができ|最初は.{0,20}(?:混乱|戸惑)",
        "ar": r"^يرجى|مرحبا|نأمل|ندعو|^إذا كنت.{0,20}(?:دراية|معتاد|مهتم|جديد)",
        "fa": r"^لطفا|خوش آمدید|امیدواریم|^اگر .{0,60}(?:آشنا هستید|آشنایی دارید|علاقه‌?مند)",
    },
    "an example story": {
        "": r"\b(?:alice|bob|mallory|acme|foo|john doe|jane doe's|max"
        r" mustermann)\b.{0,60}\b(?:sends?|wants?|buys?|logs?|uses?|clicks?)\b",
        "en": r"^(?:imagine|suppose|consider (?:a|an|the (?:case|example))|assume|say)\b|^(?:an?|one|another"
        r"|the) (?:attacker|hacker|malicious user|adversary)\b(?! (?:may|might|can|could|must|is defined|who))"
        r"|^a (?:user|developer|customer|man|woman|person|company|bank|reporter|colleague|student|patient"
        r"|\w+ researcher) (?:\(\w+\) )?(?:\w+ed|wants|finds|sends|tries|goes|came|asks|discovers|considers|notices"
        r"|wishes)\b|\b(?:for the sake of (?:argument|example)|hypothetical)\b",
        "de": r"^(?:angenommen|stellen sie sich vor|nehmen wir an)\b|^(?:ein|eine) (?:angreifer|hacker)(?:in)? "
        r"(?!kann|könnte|darf|muss)|^(?:ein|eine) (?:benutzer|kunde|entwickler|student|forscher)(?:in)? (?:möchte|will"
        r"|findet|schickt)",
        "fr": r"^(?:imaginez|imaginons|supposons)\b|^(?:un|une|l['’]) ?(?:attaquante?|pirate)(?: \w+)? (?!peut|pourrait"
        r"|doit)|^une? (?:utilisat(?:eur|rice)|cliente?|développeur) (?:veut|souhaite|envoie|découvre)",
        "es": r"^(?:imagine|supongamos|suponga)\b|^(?:un|una|el) atacante (?!puede|podría|debe)"
        r"|^una? (?:usuari[oa]|cliente|desarrollador) (?:quiere|desea|envía|descubre)",
        "it": r"^(?:immaginiamo|immagina|supponiamo)\b|^(?:un|una|l['’]) ?(?:attaccante|aggressore) (?!può|potrebbe"
        r"|deve)|^un (?:utente|cliente) (?:vuole|desidera|invia|scopre)",
        "pt": r"^(?:imagine|suponha|suponhamos)\b|^(?:um|uma|o) atacante (?!pode|poderia|deve)|\bo atacante (?:recebe"
        r"|consegue|envia|obtém|usa)|^uma? (?:utilizador|usuário|cliente|rede|loja|empresa"
        r"|aplicação)\w* (?:\w+ )?(?:quer|deseja|envia|descobre|implementou|oferece|permite)",
        "nl": r"^(?:stel|stelt u zich voor)\b|^een (?:aanvaller|hacker) (?!kan|kon|moet)",
        "id": r"^(?:bayangkan|misalkan|anggap)\b|^(?:seorang )?(?:penyerang|peretas) (?!dapat|bisa|harus|mungkin)"
        r"|\bpenyerang (?:menerima|mengirim|mengunggah|mengganti|menemukan)",
        "ru": r"^(?:представьте|предположим|допустим)\b|^(?:злоумышленник|атакующий|хакер) (?!может|мог)",
        "el": r"^(?:φανταστείτε|ας υποθέσουμε|έστω)\b|^(?:ένας|ο) επιτιθέμενος (?!μπορεί|θα μπορούσε)",
        "pl": r"^(?:wyobraź|załóżmy|przypuśćmy)\b|^(?:atakujący|napastnik) (?!może|mógłby)",
        "cs": r"^(?:představte si|předpokládejme)\b|^útočník (?!může|by)",
        "zh": "^(?:假设|想象)|^(?:一个|某)?攻击者(?!可|能)",
        "ja": "^(?:例として|仮に)|^攻撃者(?:は|が)(?!.{0,30}(?:できる|可能))",
        "ar": "^(?:تخيل|لنفترض)|^(?:يقوم|قام) (?:أحد )?المهاجم",
        "fa": "^(?:تصور کنید|فرض کنید)|^(?:یک )?مهاجم (?!می‌تواند|ممکن)",
    },
    "too vague to be knowledge": {
        "en": r"^(?:there (?:are|is|exist) )?(?:now |also )?(?:many|several|various|numerous|some|countless|a"
        r" (?:(?:small|large|great|growing) )?(?:number|variety"
        r"|range|few) of|better|other)\b(?:\W+[^\W\d]+){2,14}\W*$",
        "de": r"^(?:es gibt )?(?:eine (?:kleine |große )?(?:anzahl|reihe)|viele|einige|mehrere|verschiedene|zahlreiche"
        r"|bessere|andere)\b(?:\W+[^\W\d]+){2,14}\W*$",
        "fr": r"^(?:il existe |il y a )?(?:un (?:petit |grand |certain )?nombre de|plusieurs|de nombreu\w+|d['’]autres"
        r"|certaine?s|diver(?:s|ses)|de meilleur\w+)\b(?:\W+[^\W\d]+){2,14}\W*$",
        "es": r"^(?:hay |existen )?(?:un (?:pequeño |gran |cierto )?número de|much[oa]s|vari[oa]s|divers[oa]s"
        r"|algun[oa]s|mejores|otr[oa]s|numeros[oa]s)\b(?:\W+[^\W\d]+){2,14}\W*$",
        "it": r"^(?:ci sono |esistono )?(?:un (?:piccolo |gran |certo )?numero di|molt[ei]|divers[ei]|var[ie]|alcun[ei]"
        r"|migliori|altr[ei]|numeros[ei])\b(?:\W+[^\W\d]+){2,14}\W*$",
        "pt": r"^(?:há |existem )?(?:um (?:pequeno |grande |certo )?número de|muit[oa]s|vári[oa]s|divers[oa]s|algun(?:s"
        r"|mas)|melhores|outr[oa]s|inúmer[oa]s)\b(?:\W+[^\W\d]+){2,14}\W*$",
        "nl": r"^(?:er zijn )?(?:een (?:klein |groot )?aantal|veel|enkele|verschillende|diverse|talrijke|betere"
        r"|andere)\b(?:\W+[^\W\d]+){2,14}\W*$",
        "id": r"^(?:ada |terdapat )?(?:sejumlah(?: kecil| besar)?|banyak|beberapa|berbagai)\b(?:\W+[^\W\d]+){2,14}\W*$",
        "ru": r"^(?:существует |есть )?(?:много|несколько|множество|некоторые|многие"
        r"|различные)\b(?:\W+[^\W\d]+){2,14}\W*$",
    },
    "only says that it happens": {
        code: f"{_LABEL}(?:{words}){_MOST_VAGUE}"
        for code, words in {
            "en": r"(?:sometimes|occasionally|every now and then|from time to time)|one (?:often|sometimes|frequently)",
            "de": "(?:manchmal|gelegentlich|bisweilen|hin und wieder)",
            "fr": "(?:parfois|quelquefois|il arrive (?:parfois )?que|de temps en temps)",
            "es": "(?:a veces|algunas veces|de vez en cuando)",
            "it": "(?:a volte|talvolta|qualche volta|ogni tanto)",
            "pt": "(?:às vezes|por vezes|algumas vezes|de vez em quando)",
            "nl": "(?:soms|af en toe|nu en dan)",
            "id": "(?:kadang-kadang|terkadang|kadang|adakalanya)",
            "ru": "(?:иногда|порой|временами)",
            "el": "(?:μερικές φορές|ενίοτε|πότε πότε)",
            "pl": "(?:czasami|czasem|niekiedy)",
            "cs": "(?:někdy|občas)",
            "hr": "(?:ponekad|katkad)",
            "tr": "(?:bazen|ara sıra)",
            "fa": "(?:گاهی|بعضی اوقات)",
            "ar": "(?:أحيانا|في بعض الأحيان)",
        }.items()
    },
    "a line of a dialogue or a role": {
        "": r"^\W{0,3}\[(?:[A-Z]|agent|user|assistant|buyer|seller|customer|caller|speaker(?: \w)?)\]:?\s+\S"
        r"|^\W{0,3}(?:speaker|person|agent|player|user) [A-Z\d]\s?:\s",
        "en": rf"^(?:honestly|well|sure|okay|ok|sorry|look|listen|hey|hi|hello|oh|wow|yeah|hmm+"
        rf"|dear (?:sir"
        rf"|madam|\w+)){_SAID_ALOUD}"
        r"|^(?:public|private|secret|hidden) (?:position|bound|goals?|objective|limit|instructions?|motive|agenda)\b"
        r"[^.:]{0,40}:|^(?:principal|agent|counterparty|buyer|seller|character|player) (?:briefing|brief"
        r"|opening|persona"
        r"|instructions?|backstory)\b[^.:]{0,30}:|^(?:persona|your (?:role|persona|character))\s?:"
        r"|^you (?:play|act as|are playing) (?:an? |the )"
        r"|^you are (?:an? |the )(?:\w+ ){0,3}(?:assistant|negotiator|chatbot|character|detective)\b",
        "de": rf"^(?:ehrlich gesagt|offen gesagt|na ja|klar|sicher|nun|hallo|tut mir leid|entschuldigung){_SAID_ALOUD}"
        r"|^(?:öffentliche|private|geheime|verdeckte)[sr]? (?:position|haltung|ziele?|grenze|anweisung\w*"
        r"|motiv)\b[^.:]{0,40}:"
        r"|^(?:deine|ihre) rolle\s?:|^(?:du spielst|sie spielen) (?:die rolle|eine?n?)\b|^du bist eine?\b",
        "fr": rf"^(?:honnêtement|franchement|bonjour|salut|écoute[zr]?|eh bien|bien sûr|désolée?){_SAID_ALOUD}"
        r"|^(?:position|limite|consigne|objectif|instruction)s? (?:publi\w+|privée?s?|secr[eè]te?s?"
        r"|cachée?s?)\b[^.:]{0,40}:"
        r"|^(?:votre|ton) rôle\s?:|^(?:vous jouez|tu joues) (?:le rôle|une?)\b|^tu es une?\b",
        "es": rf"^(?:honestamente|sinceramente|la verdad|hola|bueno|oye|mire|mira|claro|lo siento){_SAID_ALOUD}"
        r"|^(?:posición|postura|límite|objetivo|instrucciones) (?:públic|privad|secret|ocult)\w+\b[^.:]{0,40}:"
        r"|^(?:tu|su) (?:papel|rol)\s?:|^eres una?\b",
        "it": rf"^(?:onestamente|sinceramente|francamente|ciao|beh|senti|ascolta|certo|mi dispiace){_SAID_ALOUD}"
        r"|^(?:posizione|limite|obiettivo|istruzioni) (?:pubblic|privat|segret)\w+\b[^.:]{0,40}:|^il tuo ruolo\s?:",
        "pt": rf"^(?:honestamente|sinceramente|francamente|olá|oi|bem|olha|claro|desculpe){_SAID_ALOUD}"
        r"|^(?:posição|limite|objetivo|instruções) (?:públic|privad|secret)\w+\b[^.:]{0,40}:|^o (?:seu|teu) papel\s?:",
        "nl": rf"^(?:eerlijk gezegd|hallo|hoi|nou|tja|sorry|natuurlijk){_SAID_ALOUD}"
        r"|^(?:openbaar|privé|geheime?) (?:standpunt|positie|doel|grens|instructies?)\b[^.:]{0,40}:|^(?:jouw"
        r"|uw) rol\s?:",
        "id": rf"^(?:sejujurnya|jujur saja|halo|hai|baiklah|maaf|tentu){_SAID_ALOUD}"
        r"|^(?:posisi|batas|tujuan|instruksi) (?:publik|pribadi|rahasia)\b[^.:]{0,40}:|^peran anda\s?:",
        "ru": rf"^(?:честно говоря|честно|привет|здравствуйте|ну|слушай(?:те)?|конечно|извините){_SAID_ALOUD}"
        r"|^(?:публичн|секретн|скрыт|тайн)\w+ (?:позици|цел|границ|инструкци)\w+\b[^.:]{0,40}:|^ваша роль\s?:",
        "pl": rf"^(?:szczerze mówiąc|szczerze|cześć|dzień dobry|no cóż|słuchaj|przepraszam){_SAID_ALOUD}"
        rf"|^twoja rola\s?:",
        "cs": rf"^(?:upřímně|ahoj|dobrý den|no|poslyšte|promiňte){_SAID_ALOUD}|^vaše role\s?:",
        "zh": "^(?:老实说|说实话|你好|您好|好吧|抱歉|对不起)[，,！!]|^(?:公开|秘密|私下)(?:立场|目标"
        "|底线)[^。：]{0,20}：|^你(?:的角色|扮演)",
        "ja": "^(?:正直に言うと|正直|こんにちは|ええと|すみません)[、,！!]|^あなたの役割",
    },
    # "Dear residents, living together needs a few rules.", "Power you can trust."
    "a greeting or a slogan": {
        "en": r"^dear [^,.!?]{2,50}[,!]|^[^\W\d_]\w*(?: \w+){0,2} (?:you|we|they) (?:can |will |always )*"
        r"(?:trust|need|love|want|deserve|like|enjoy|(?:rely|count|depend) on)\W*$",
        "de": r"^(?:liebe[rsn]?|sehr geehrte[rn]?|werte[rn]?) [^,.!?]{2,50}[,!]",
        "fr": r"^(?:chers?|chères?) [^,.!?]{2,50}[,!]|^mesdames",
        "es": r"^(?:estimad[oa]s?|querid[oa]s?) [^,.!?]{2,50}[,:!]",
        "it": r"^(?:car[ieoa]|gentil[ie]|egregi\w?) [^,.!?]{2,50}[,!]",
        "pt": r"^(?:car[oa]s?|prezad[oa]s?|estimad[oa]s?) [^,.!?]{2,50}[,!]",
        "nl": r"^(?:beste|geachte) [^,.!?]{2,50}[,!]",
        "sv": r"^(?:kära|hej) [^,.!?]{2,50}[,!]",
        "da": r"^(?:kære|hej) [^,.!?]{2,50}[,!]",
        "no": r"^(?:kjære|hei) [^,.!?]{2,50}[,!]",
        "fi": r"^(?:hyvät|arvoisat?) [^,.!?]{2,50}[,!]",
        "pl": r"^(?:szanown[iey]|drodzy|drogi\w?) [^,.!?]{2,50}[,!]",
        "cs": r"^(?:vážen[íéý]|milí) [^,.!?]{2,50}[,!]",
        "hu": r"^(?:kedves|tisztelt) [^,.!?]{2,50}[,!]",
        "ro": r"^(?:stimați|dragi) [^,.!?]{2,50}[,!]",
        "tr": r"^(?:sayın|değerli|sevgili) [^,.!?]{2,50}[,!]",
        "ru": r"^(?:уважаем\w+|дорог\w+) [^,.!?]{2,50}[,!]",
        "uk": r"^(?:шановн\w+|дорог\w+) [^,.!?]{2,50}[,!]",
        "el": r"^αγαπητ\w+ [^,.!?]{2,50}[,!]",
        "ja": "お待ちして(?:おり|い)ます[。.]?$",
        "zh": "^(?:尊敬的|亲爱的)[^，,！!：:。]{1,20}[，,！!：:]",
        "ar": r"^(?:عزيزي|أعزاءنا|السادة) [^،,.!؟]{2,50}[،,!:]",
    },
    # What somebody asked at a meeting, and what nobody there knew: "Mr Hill asked whether the pool will close."
    "what somebody asked or was not sure of": {
        "en": r"(?<!\bwere )(?<!\bwas )(?<!\bare )(?<!\bis )(?<!\bbeen )\b(?:asks|asked|wonders"
        r"|wondered) (?:whether|if|about|why|when)\b|\b(?:was|were|is|are)(?:n['’]t| not) sure\b",
        "de": r"\bfragt(?:e|en)?,? (?:nach|ob|an, ob|warum|wann)\b|\b(?:war|ist|waren|sind) (?:sich )?nicht sicher\b",
        "fr": r"\bdemand(?:e|ent|a|èrent) (?:si|pourquoi|quand)\b",
        "es": r"\bpregunt(?:a|an|ó|aron) (?:si|por qué|cuándo)\b",
        "it": r"\b(?:chiede|chiedono|ha chiesto) (?:se|perché|quando)\b",
        "pt": r"\bpergunt(?:a|am|ou|aram) (?:se|porque|quando)\b",
        "nl": r"\bvr(?:aagt|agen|oeg|oegen) (?:of|naar|waarom|wanneer)\b",
        "pl": r"\bpyta(?:ją|ł|ła|li)?,? (?:czy|kiedy|dlaczego)\b",
        "ru": r"\bспр(?:ашивает|ашивают|осил|осила|осили),? (?:\w+ ли|когда|почему)\b",
    },
    "said by a person of himself": {
        "en": r"\b(?:I(?:['’](?:m|ve|d|ll))?(?= (?:am|was|have|had|would|will|can|could|think|do|did|don['’]t|want|need"
        r"|saw|know|like|believe|feel|accept|sell|really|just)\b)|I['’](?:m|ve|d|ll)|my|mine|myself)\b|\b(?-i:me)\b"
        r"|\bwe would like\b|\.\.\.|…",
        "de": r"\b(?:ich|mein(?:e[rsmn]?)?|mich|mir)\b",
        "fr": r"\b(?:je|mon|ma|mes|moi)\b|\bj['’]",
        "es": r"\b(?:yo|mi|mis|me gusta\w*)\b",
        "it": r"\b(?:io|mio|mia|miei|mie)\b",
        "pt": r"\b(?:eu|meus?|minhas?)\b",
        "nl": r"\b(?:ik|mijn)\b",
        "id": r"\b(?:saya|aku)\b",
        "ru": r"\b(?:я|мой|моя|мои|меня|мне)\b",
        "el": r"\b(?:εγώ)\b",
        "pl": r"\b(?:ja|mój|moja|moje|mnie)\b",
    },
}

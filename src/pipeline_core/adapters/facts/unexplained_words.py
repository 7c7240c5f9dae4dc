"""Words by language of what only the text before explains: parts of patterns that ``unexplained`` puts together."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language's words.

    ``article`` stands before the noun; ``vague`` adjectives do not tell which one is meant; ``heads`` are nouns that
    are of something, or that a text introduces before it speaks of them; ``complements`` begin what tells of what,
    ``goes_on`` is the verb, where adjectives stand behind their noun.
    ``rest`` are whole openings that take a part of a set; ``openings`` those with a pronoun behind their first word, or
    that present what was said. ``ties`` stand within a clause and tie it to another
    sentence. ``resumed``, ``compared`` are whole patterns.
    """

    article: str = ""
    vague: str = ""
    heads: str = ""
    complements: str = ""
    goes_on: str = ""
    rest: str = ""
    openings: str = ""
    ties: str = ""
    resumed: str = ""
    compared: str = ""

    @property
    def before_noun(self) -> str:
        """Return the articles with the blank behind them, which some have none of."""
        return self.article if " " in self.article else f"(?:{self.article}) "


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        article=r"The",
        vague=r"new|current|present|main|general|overall|only|proposed|existing|entire|whole|full|resulting"
        r"|final|first|second|third|last|original|core|key|basic|underlying|respective|corresponding|average"
        r"|mean|actual|initial|latest|chief|central|specific|particular|more \w+|most \w+|final|other|same|best"
        r"|principal|primary|two|three|four",
        heads=r"mechanisms?|functions?|models?|methods?|methodology|procedures?|process(?:es)?|programmes?|programs?"
        r"|projects?|stud(?:y|ies)|surveys?|samples?|datasets?|databases?|findings?|analys[ie]s|approach(?:es)?"
        r"|markets?|fields?|subjects?|names?|purposes?|aims?|goals?|objectives?|focus|ideas?|concepts?|differences?"
        r"|effects?|impacts?|increases?|decreases?|declines?|trends?|rates?|shares?|values?|figures?|estimates?|scores?"
        r"|average(?= (?:is|was|has|had|\w+ed)\b)|gaps?|problems?|issues?|questions?|cases?|examples?|reasons?"
        r"|solutions?|options?|exceptions?|advantages?|disadvantages?|drawbacks?|benefits?|limitations?|caveats?"
        r"|changes?|scheme|interface|scope|thesis|recipe|split|ax[ie]s|shape|setting|edit|command|experiments?|tests?"
        r"|evaluations?|assessments?|interviews?|questionnaires?|interviewees?|respondents?|participants?"
        r"|investigations?|incidents?|events?|categor(?:y|ies)|groups?|types?|period|cycles?|plans|drivers?|ratio"
        r"|responsibilit(?:y|ies)|variability|amounts?|numbers?|conclusions?|implications?|work|paper|article|cohorts?"
        r"|arms?|clusters?|patterns?|detector|scaffold|binary|class(?:es)?|steps?|stages?|phases?|defen[cs]e|cost"
        r"|contribution|message|attackers?|answers?",
        complements=r"of|for|in|on|at|by|with|within|from|to|that|which|who|whose|where|when|between|among|under"
        r"|behind|used|called|known|named|about|against|per|as|and|or|given|described|listed|than|over|across"
        r"|after|before|during|associated|related|needed|required|below|above",
        openings=r"Alternatively\b|(?:More|Most|Less) (?:\w+ly|often|generally|commonly)\b(?! \w+ed \w+ (?:of|to))"
        r"|From (?:there|then|here)\b|As (?:highlighted|indicated|already|expected|stated|outlined|explained|stressed"
        r"|argued|reported)\b|(?:Four|Fif|Six|Seven|Eigh|Nin|Ten)th(?:ly)?,|(?:An?|One) (?:interesting|important"
        r"|notable|common|additional|further|second|third|final|related|similar|alternative) (?:observation|finding"
        r"|point|aspect|consideration|question|reason|approach|suggestion|step|way|problem|issue|example|result)\b"
        r"|The (?:final|second|third|fourth|last|following) (?:suggestion|point|step|option|reason|approach|category"
        r"|group|type|analysis|phase|question|issue|change|factor|principle)\b|In (?:the|this) (?:exhibit|figure|table"
        r"|appendix|first|second|third|last|final|former|latter|meantime)\b(?! (?:year|quarter|half|week|month|day"
        r"|decade|century|of|place|few|two|three|four|five))|(?:\w+,? ){0,4}(?<!\bor )(?:he|she)\b(?! or\b|/)"
        r"|The same (?:is|was|holds|applies|goes)\b|(?:If|When|While|Once|Because|Although|Unless|Until|After"
        r"|Before) (?:all|both|none|neither|either|one) (?:of (?:them|these) )?(?:is|are|was|were|has|have)\b"
        r"|That is why\b|Hence\b",
        rest=r"(?:All|Most|Some|Any|Many|Few|None) (?:of )?(?:the )?(?:others?|rest|former|latter)\b|The (?:others?"
        r"|remaining|rest|latter|former|same)\b|One (?:way|reason|approach|option|possibility|method|solution|advantage"
        r"|drawback|limitation|example|exception|difference|challenge|problem|issue|concern|consequence|explanation"
        r"|recent|important|common|notable)\b(?! (?:\w+ )?of\b)|(?:Further|Additional|Similar|Comparable|Alternative"
        r"|Better|Larger|Smaller|Higher|Lower|Fewer) (?:\w+ ){1,3}?(?:are|is|was|were|can|could|may|might|will|would"
        r"|have|has|had|need|include|exist|remain)\b|(?:Key|Other|Additional|Further|More) (?:\w+ )?(?:include|are"
        r"|is)\b|The (?:two|three|four|five|six|seven|eight|nine|ten) (?:[a-z][\w-]* ){1,3}?(?:are|is|was|were|can"
        r"|could|may|might|will|would|have|has|had|do|did|stay|agree|differ|show)\b|The (?:only|first|second|third|last"
        r"|next) (?:[a-z][\w-]* ){1,2}(?:is|are|was|were) (?:that|to|the|an?)\b",
        ties=r"then|therefore|thus|hence|likewise|nonetheless|nevertheless|conversely|accordingly|in turn"
        r"|by contrast|in contrast(?! (?:to|with))|instead(?! of)|otherwise|as well\W*$|too\W*$|either\W*$"
        r"|in this way|as such|in that case|on the other hand|elsewhere|however",
        resumed=r"(?:For|In|On|At|With|Under|Within|Among|Without|By|To|From) [^,]{3,80}, (?:this|that|these|those"
        r"|it) (?:is|was|are|were|has|have|can|may|will|means|would|does|did|leads|requires)\b(?! (?:possible|necessary"
        r"|important|recommended|essential|common|best|difficult|easy|clear|likely|useful|crucial|vital|expected"
        r"|assumed|required|not (?:possible|necessary|enough)|also (?:possible|necessary|important)))",
        compared=r"\bthe (?:resulting|said|aforementioned) \w+|\b(?:between|among|of|in|for|across|from|with"
        r"|both) (?:the|both) (?:two|three|four|five|other|former|latter) \w+s\b(?! (?:of|that|which|who|in|for"
        r"|from|used|between|\w+s\b))|\b(?:is|are|was|were|be|been|remains?|became|becomes?) (?:\w+ )?(?:higher"
        r"|lower|larger|smaller|greater|better|worse|faster|slower|cheaper|stronger|weaker|shorter"
        r"|(?<!no )longer|older|younger)(?=[.,;]| (?:in|for|among|at|during|on)\b)(?!.*\b(?:than|compared|versus"
        r"|relative|vs|when|if|the (?:more|less|higher|lower))\b)",
    ),
    "de": Language(
        article=r"Der|Die|Das",
        vague=r"neuen?|aktuellen?|allgemeinen?|einzigen?|ersten?|zweiten?|dritten?|letzten?|gesamten?"
        r"|zugrunde liegenden?|jeweiligen?|eigentlichen?|wichtigsten?|anderen?|beiden?|übrigen?",
        heads="Mechanismus|Mechanismen|Funktion(?:en)?|Modelle?|Methoden?|Verfahren|Prozesse?|Programme?|Projekte?"
        "|Studien?|Umfragen?|Stichproben?|Ergebnisse?|Analysen?|Ansatz|Ansätze|Markt|Name|Zweck|Ziele?|Idee|Konzept"
        "|Unterschiede?|Wirkung(?:en)?|Auswirkungen|Anstieg|Rückgang|Trends?|Quoten?|Anteile?|Werte?|Zahl(?:en)?"
        "|Schätzung(?:en)?|Lücken?|Probleme?|Fragen?|Fälle?|Fall|Beispiele?|Gründe?|Grund|Lösung(?:en)?|Ausnahmen?"
        "|Vorteile?|Nachteile?|Einschränkung(?:en)?|Änderung(?:en)?|Umfang|Schwerpunkt|Nachricht|Angreifer|Teilnehmer"
        "|Befragten|Kategorien?|Gruppen?|Kosten|Plan|Pläne|Schritte?|Phasen?|Antworten?",
        complements=r"der|des|dieser|dieses|einer|eines|von|vom|für|im|in|ins|bei|beim|zu|zur|zum|mit|auf|aus|an"
        r"|am|über|unter|zwischen|nach|vor|durch|ohne|gegen|und|oder|namens",
        openings=r"Alternativ\b|Das(?:selbe| Gleiche) gilt\b|Gleiches gilt\b|Wie (?:erläutert|dargestellt|ausgeführt"
        r"|angegeben)\b|(?:Vier|Fünf|Sechs)tens\b|Eine (?:interessante|wichtige|weitere) (?:Beobachtung|Erkenntnis"
        r"|Frage)\b|Von dort\b|(?:Häufiger|Üblicherweise) \w+ jedoch\b|(?:Wenn|Falls|Sobald|Obwohl|Weil|Da|Während"
        r"|Solange|Sofern|Nachdem|Bevor) (?:sie|er|dies|dieser?|diese[ns]|alle|beide|keiner|es(?! (?:sich|um|keine?"
        r"|eine?|möglich|erforderlich|notwendig|nötig|gibt|darum)))\b|Aus diesem Grund\b",
        rest=r"(?:Die|Alle) (?:anderen|übrigen|restlichen|beiden|weiteren)\b|Alles (?:andere|übrige)\b"
        r"|Eine (?:Möglichkeit|Ausnahme|Lösung) (?:ist|wäre|besteht)\b|Ein (?:Grund|Vorteil|Nachteil|Weg) (?:ist"
        r"|wäre|besteht)\b|(?:Weitere|Zusätzliche|Ähnliche|Bessere|Andere) \w+ (?:sind|werden|können|müssen"
        r"|sollten|finden|gibt)\b",
        ties="jedoch|hingegen|dagegen|daher|deshalb|deswegen|somit|folglich|allerdings|dennoch|trotzdem|hierbei|hierfür"
        "|hierzu|hierdurch|demnach|stattdessen|andernfalls|ebenso(?! wie)|indes|demgegenüber|dadurch(?!,? dass)",
        resumed=r"[^,]{3,80}? (?:ist|sind|war|wird|kann|gilt|bedeutet) (?:das"
        r"|dies)(?= [a-zäöü]+\b(?<!e)(?<!en)(?<!er)(?<!es)(?! [a-zäöü]* ?[A-ZÄÖÜ]\w+ (?:ist|sind)))",
        compared=r"\b(?:zwischen|von|bei|in|mit) (?:den|diesen|allen) (?:beiden|zwei|drei|anderen) \w+(?! (?:der|des"
        r"|von|in|aus))\b|\b(?:ist|sind|war|waren|bleibt|wird) (?:\w+ )?(?:höher|niedriger|größer|kleiner|besser"
        r"|schlechter|schneller|langsamer|länger|kürzer|teurer|billiger)\b(?!.*\b(?:als|denn|je|desto|im Vergleich)\b)",
    ),
    "fr": Language(
        article=r"Le |La |Les |L['’]",
        vague=r"nouve(?:au|lle)|seule?s?|principa(?:l|le|ux|les)|premi[eè]re?s?|deuxième|second|dernière?s?"
        r"|autres?|deux|trois|quatre",
        heads=r"mécanismes?|fonctions?|modèles?|méthodes?|procédures?|processus|programmes?|projets?|études?"
        r"|enquêtes?|échantillons?|résultats?|analyses?|approches?|marché|nom|but|objectifs?|finalité|idée"
        r"|concept|différences?|effets?|impacts?|augmentation|baisse|tendances?|taux|parts?|valeurs?|chiffres?"
        r"|estimations?|écarts?|problèmes?|questions?|cas|exemples?|raisons?|solutions?|options?|exceptions?"
        r"|avantages?|inconvénients?|limites?|changements?|portée|message|participants?|répondants?|catégories?"
        r"|groupes?|coûts?|plans?|étapes?|phases?|réponses?|responsabilités?",
        complements=r"de|du|des|d['’]\w*|qui|que|pour|à|au|aux|en|dans|sur|entre|par|avec|sans|contre|et|ou|dont"
        r"|où|selon",
        goes_on=r"est|sont|était|étaient|sera|a|ont|avait|avaient|peu(?:t|vent)|ne|n['’]\w+|se|s['’]\w+"
        r"|consiste\w*|comprend|comporte\w*|prévoit|permet\w*|montre\w*|vise\w*|contien\w+|inclu\w+|utilise\w*",
        openings=r"(?:Il en (?:va|est) de même|La même chose|Alternativement|De là|Quatrièmement|Troisièmement"
        r"|Comme (?:souligné|expliqué|précisé|vu))\b|Une (?:observation|autre) (?:intéressante|importante)\b|(?:S['’]"
        r"|Lorsqu['’]|Bien qu['’]|Puisqu['’]|Quand |Dès qu['’]|Parce qu['’])(?:ils?(?! (?:est (?:possible|nécessaire"
        r"|important|recommandé)|n['’]est|n['’]y|y|s['’]agit|faut|existe|convient))|elles?)\b|Si (?:cela|ceci|celui-ci"
        r"|celle-ci|tous|toutes)\b|Voilà\b|D['’]où\b|C['’]est pourquoi\b|Pour cette raison\b|Pour ces raisons\b",
        rest=r"(?:Tous |Toutes )?(?:Les|L['’]) ?autres?\b|Les (?:deux|trois|quatre|cinq|six) (?:\w+ )(?:sont|ont"
        r"|peuvent|étaient)\b|Une (?:façon|manière|solution|possibilité|exception) (?:est|consiste|serait)\b"
        r"|Un (?:moyen|avantage|inconvénient|exemple) (?:est|consiste|serait)\b",
        ties=r"cependant|toutefois|néanmoins|donc|en revanche|par conséquent|pourtant|dès lors|en effet|sinon"
        r"|au contraire|de même(?! que)",
        resumed=r"(?:Pour|Dans|Avec|Sur|À|En|Chez|Lors|Sans|Sous)[^,]{3,80}, (?:c['’]est(?!-à"
        r"| (?:\w+ ){1,5}qu[ie'’])|cela|ceci|ce sont)\b",
        compared=r"\b(?:entre|pour|dans|de) les (?:deux|trois|autres) \w+\b(?! (?:de|des|du|d['’]|qui|que))"
        r"|\b(?:est|sont|était|étaient|reste) (?:plus|moins) (?:élevée?s?|faibles?|grande?s?|petite?s?"
        r"|important\w*|rapides?|lente?s?)\b(?!.*\b(?:que|qu['’]|par rapport|lorsque|quand|si)\b)",
    ),
    "es": Language(
        article=r"El|La|Los|Las",
        vague=r"nuev[oa]s?|principal(?:es)?|únic[oa]s?|primer[oa]?s?|segund[oa]|últim[oa]s?|otr[oa]s|dos|tres|cuatro",
        heads=r"mecanismos?|funci(?:ón|ones)|modelos?|métodos?|procedimientos?|procesos?|programas?|proyectos?"
        r"|estudios?|encuestas?|muestras?|resultados?|análisis|enfoques?|mercado|nombre|propósito|objetivos?"
        r"|finalidad|idea|concepto|diferencias?|efectos?|impactos?|aumento|disminución|tendencias?|tasas?"
        r"|valor(?:es)?|cifras?|estimaci(?:ón|ones)|brechas?|problemas?|cuesti(?:ón|ones)|casos?|ejemplos?"
        r"|raz(?:ón|ones)|soluci(?:ón|ones)|opci(?:ón|ones)|excepci(?:ón|ones)|ventajas?|desventajas?"
        r"|limitaci(?:ón|ones)|cambios?|alcance|mensaje|participantes?|encuestados|categorías?|grupos?|costes?"
        r"|costos?|plan(?:es)?|pasos?|fases?|respuestas?|responsabilidad(?:es)?",
        complements=r"de|del|que|para|en|a|al|por|con|sin|sobre|entre|contra|según|y|e|o|u|cuy[oa]s?",
        goes_on=r"es|son|era|eran|fue|fueron|será|ha|han|había|pued[ae]n?|no|se|consiste\w*|incluye\w*"
        r"|permite\w*|muestra\w*|contiene\w*|busca\w*|utiliza\w*|golpearon|inicia\w*",
        openings=r"(?:Lo mismo|Alternativamente|Desde (?:allí|ahí)|En tercer lugar|En cuarto lugar|Como se (?:destac"
        r"|señal|explic)\w+)\b|Una observación interesante\b|(?:Si|Cuando|Aunque|Como|Porque|Mientras) (?:est[aeo]s?"
        r"|es[ao]s?|ell[oa]s?|él|amb[oa]s|tod[oa]s (?:han|se|son|están))\b|Es por (?:ello|eso|esto|esta razón)\b"
        r"|Por (?:eso|ello|esto|esta razón|este motivo)\b|He aquí\b|De ahí\b",
        rest=r"(?:Tod[oa]s )?(?:Los|Las|El|La) (?:demás|otr[oa]s?|restantes?)\b|Los (?:dos|tres|cuatro"
        r"|cinco) \w+ (?:son|han|pueden)\b|Una (?:forma|manera|solución|posibilidad|excepción) (?:es|consiste"
        r"|sería)\b|Tod[oa]s (?:los|las) (?:demás|otr[oa]s)\b",
        ties=r"sin embargo|por (?:lo )?tanto|entonces|en cambio|no obstante|por consiguiente|por ende|asimismo"
        r"|del mismo modo|de lo contrario",
        resumed=r"(?:Para|En|Con|Sobre|Sin|Bajo)[^,]{3,80}, (?:esto|eso|ello)\b",
        compared=r"\b(?:entre|para|en|de) (?:los|las) (?:dos|tres|otr[oa]s) \w+\b(?! (?:de|del|que))|\b(?:es|son"
        r"|era|eran|fue|fueron) (?:mucho )?(?:más|menos) (?:alt[oa]s?|baj[oa]s?|grandes?|pequeñ[oa]s?"
        r"|rápid[oa]s?|lent[oa]s?)\b(?!.*\b(?:que|cuando|si|de lo)\b)",
    ),
    "it": Language(
        article=r"Il |Lo |La |I |Gli |Le |L['’]",
        vague=r"nuov[oaie]|principal[ei]|unic[oaie]|prim[oaie]|second[oa]|ultim[oaie]|altr[ie]|due|tre|quattro",
        heads=r"meccanism[oi]|funzion[ei]|modell[oi]|metod[oi]|procedur[ae]|process[oi]|programm[ai]|progett[oi]"
        r"|studi[o]?|indagin[ei]|campion[ei]|risultat[oi]|analisi|approcc[io]+|mercato|nome|scopo|obiettiv[oi]"
        r"|finalità|idea|concetto|differenz[ae]|effett[oi]|impatt[oi]|aumento|diminuzione|tendenz[ae]|tass[oi]"
        r"|valor[ei]|cifr[ae]|stim[ae]|divari?o|problem[ai]|question[ei]|cas[oi]|esemp[io]+|ragion[ei]"
        r"|soluzion[ei]|opzion[ei]|eccezion[ei]|vantagg[io]+|svantagg[io]+|limit[ei]|cambiament[oi]|ambito"
        r"|messaggi[o]?|partecipanti|categori[ae]|grupp[oi]|cost[oi]|pian[oi]|pass[oi]|fas[ei]|rispost[ae]",
        complements=r"di|del\w*|dell['’]\w*|che|per|a|al\w*|all['’]\w*|in|nel\w*|nell['’]\w*|su\w*|tra|fra|da\w*"
        r"|con|senza|contro|e|ed|o|cui",
        goes_on=r"è|sono|era|erano|sarà|ha|hanno|aveva|può|possono|non|si|consist\w+|includ\w+|permett\w+"
        r"|mostra\w*|contien\w+|contengono|prevede|utilizza\w*",
        openings=r"(?:Lo stesso (?:vale|discorso)|In alternativa|Da (?:lì|qui)|In terzo luogo"
        r"|Come (?:evidenziato|spiegato|accennato))\b|Un['’]osservazione interessante\b|(?:Se|Quando|Sebbene"
        r"|Poiché|Dato che|Anche se) (?:quest[oaie]|ess[aoie]|ciò|entramb[ie]|lo si)\b|Ecco\b|È per questo\b"
        r"|Per (?:questo|questa|tale|tali)\b|È (?:quindi|dunque|perciò|pertanto)\b|Da qui\b",
        rest=r"(?:Tutt[ie] )?(?:Gli|Le) altr[ie]\b|Tutt[ie] (?:gli|le) altr[ie]\b|(?:I|Le) (?:due|tre"
        r"|quattro) \w+ (?:sono|hanno|possono)\b|Un (?:modo|vantaggio|esempio) (?:è|consiste|sarebbe)\b"
        r"|Una (?:soluzione|possibilità|eccezione) (?:è|consiste)\b",
        ties=r"tuttavia|quindi|pertanto|invece|dunque|perciò|altrimenti|allo stesso modo|al contrario",
        resumed=r"(?:Per|In|Nel\w*|Con|Su\w*|Senza)[^,]{3,80}, (?:questo|ciò)\b",
        compared=r"\b(?:tra|fra|per|in) (?:i|le|gli) (?:due|tre|altr[ie]) \w+\b(?! (?:di|del\w*|che))|\b(?:è"
        r"|sono|era|erano) (?:molto )?(?:più|meno) (?:alt[oaie]|bass[oaie]|grand[ei]|piccol[oaie]|veloc[ei]"
        r"|lent[oaie])\b(?!.*\b(?:di|del\w*|che|rispetto|quando|se)\b)",
    ),
    "pt": Language(
        article=r"O|A|Os|As",
        vague=r"nov[oa]s?|principa(?:l|is)|únic[oa]s?|primeir[oa]s?|segund[oa]|últim[oa]s?|outr[oa]s|dois|duas"
        r"|três|quatro",
        heads="mecanismos?|funç(?:ão|ões)|modelos?|métodos?|procedimentos?|processos?|programas?|projet?c?tos?|estudos?"
        "|inquéritos?|amostras?|resultados?|análises?|abordage(?:m|ns)|mercado|nome|propósito|objet?c?tivos?|finalidade"
        "|ideia|conceito|diferenças?|efeitos?|impact?c?tos?|aumento|diminuição|tendências?|taxas?|valor(?:es)?|números?"
        "|estimativas?|lacunas?|problemas?|quest(?:ão|ões)|casos?|exemplos?|raz(?:ão|ões)|soluç(?:ão|ões)|opç(?:ão|ões)"
        "|exceç(?:ão|ões)|vantage(?:m|ns)|desvantage(?:m|ns)|limitaç(?:ão|ões)|mudanças?|âmbito|escopo|mensage(?:m|ns)"
        "|participantes?|categorias?|grupos?|custos?|planos?|passos?|fases?|respostas?|responsabilidades?",
        complements="d[eoa]s?|n[oa]s?|em|que|para|a|ao|aos|às?|por|pel[oa]s?|com|sem|sobre|entre|contra|e|ou|cuj[oa]s?",
        goes_on=r"é|são|era|eram|foi|foram|será|tem|têm|pode|podem|não|se|consiste\w*|inclu\w+|permite\w*"
        r"|mostra\w*|contém|contêm|utiliza\w*|visa\w*",
        openings=r"(?:O mesmo|Alternativamente|A partir daí|Em terceiro lugar|Como (?:destacado|explicado"
        r"|salientado|visto))\b|Uma observação interessante\b|(?:Se|Quando|Embora|Como|Porque"
        r"|Enquanto) (?:el[ae]s?|isto|isso|ess[ae]s?|est[ae]s?|amb[oa]s)\b|É por isso\b|Por (?:isso|esta razão"
        r"|este motivo|essa razão)\b|Eis\b|Daí\b|É (?:portanto|assim)\b",
        rest=r"(?:Todos |Todas )?(?:[Oo]s|[Aa]s) (?:outr[oa]s|demais|restantes)\b|(?:Os dois|As duas|Os três"
        r"|As três) \w+ (?:são|têm|podem)\b|Uma (?:forma|maneira|solução|possibilidade|exceção) (?:é|consiste"
        r"|seria)\b|Um (?:modo|exemplo) (?:é|seria)\b",
        ties=r"portanto|entretanto|no entanto|contudo|porém|por conseguinte|todavia|nesse caso|por sua vez"
        r"|caso contrário|da mesma forma",
        resumed=r"(?:Para|Em|N[oa]s?|Com|Sobre|Sem)[^,]{3,80}, (?:isto|isso)\b",
        compared=r"\b(?:entre|para|em) (?:os|as) (?:dois|duas|três|outr[oa]s) \w+\b(?! (?:de|d[oa]s?|que))"
        r"|\b(?:é|são|era|eram|foi|foram) (?:muito )?(?:mais|menos) (?:alt[oa]s?|baix[oa]s?|grandes?"
        r"|pequen[oa]s?|rápid[oa]s?|lent[oa]s?)\b(?!.*\b(?:que|do que|quando|se)\b)",
    ),
    "nl": Language(
        article=r"De|Het",
        vague=r"nieuwe|huidige|enige|eerste|tweede|laatste|belangrijkste|andere|beide|twee|drie",
        heads=r"mechanisme|functies?|model(?:len)?|methoden?|procedures?|proces(?:sen)?|programma|projecten"
        r"|project|studies?|onderzoek|resultaten|analyse|aanpak|markt|naam|doel(?:en)?|idee|concept"
        r"|verschil(?:len)?|effect(?:en)?|stijging|daling|trend|waarden?|cijfers|schatting|kloof|probleem"
        r"|problemen|vraag|geval(?:len)?|voorbeeld(?:en)?|reden(?:en)?|oplossing(?:en)?|uitzondering(?:en)?"
        r"|voordelen|voordeel|nadeel|nadelen|beperking(?:en)?|wijziging(?:en)?|omvang|bericht|aanvallers?"
        r"|deelnemers|categorieën|groepen|kosten|stap(?:pen)?|antwoord(?:en)?",
        complements="van|voor|in|op|bij|met|naar|uit|aan|over|onder|tussen|na|door|zonder|tegen|en|of|die|dat|om|tot",
        openings=r"(?:Hetzelfde geldt|Als alternatief|Van daaruit|Ten derde|Zoals (?:gezegd|uitgelegd"
        r"|aangegeven))\b|(?:Als|Indien|Wanneer|Omdat|Hoewel|Zodra) (?:ze|zij|hij|dit|deze|beide|het(?! (?:gaat"
        r"|om|nodig|mogelijk|niet)))\b|Om deze reden\b|Vandaar\b",
        rest=r"(?:Alle|De) (?:andere|overige)\b|De (?:twee|drie|vier) \w+ (?:zijn|hebben|kunnen)\b|Een (?:manier"
        r"|reden|oplossing|mogelijkheid|uitzondering|voordeel|nadeel) is\b",
        ties=r"echter|daarom|dus|daarentegen|derhalve|hierbij|hiervoor|niettemin|desondanks|bijgevolg|anderzijds",
        resumed=r"(?:Voor|In|Op|Met|Bij|Zonder)[^,]{3,80} is (?:dat|dit)\b",
        compared=r"\b(?:tussen|voor|in|van) de (?:twee|drie|andere) \w+\b(?! (?:van|die))|\b(?:is|zijn|was"
        r"|waren) (?:\w+ )?(?:hoger|lager|groter|kleiner|beter|slechter|sneller|langzamer)\b(?!.*\b(?:dan"
        r"|vergeleken|als|naarmate)\b)",
    ),
    "el": Language(
        article=r"Ο|Η|Το|Οι|Τα",
        vague=r"νέ\w+|μόν\w+|πρώτ\w+|δεύτερ\w+|τελευταί\w+|κύρι\w+|άλλ\w+|δύο|τρεις|τρία",
        heads=r"μηχανισμ\w+|λειτουργί\w+|μοντέλ\w+|μέθοδο\w+|διαδικασί\w+|πρόγραμμα|έργο|μελέτ\w+|έρευνα"
        r"|αποτελέσματα|ανάλυση|προσέγγιση|αγορά|όνομα|σκοπός|στόχο\w+|ιδέα|διαφορ\w+|επίδραση|αύξηση|μείωση"
        r"|τάση|τιμ[έή]\w*|πρόβλημα|περίπτωση|παράδειγμα|λόγος|λύση|εξαίρεση|πλεονέκτημα|περιορισμ\w+|αλλαγ\w+"
        r"|μήνυμα|εταιρεία|επιτιθέμεν\w+|εισβολέα\w*|κόστος|κάτοχος",
        complements=r"του|της|των|για|από|σε|στ\w+|με|που|μεταξύ|χωρίς|κατά|και|ή",
        openings=r"(?:Το ίδιο (?:ισχύει|συμβαίνει)|Εναλλακτικά|Από εκεί|Τρίτον|Τέταρτον|Όπως (?:τονίστηκε|είδαμε"
        r"|εξηγήθηκε))\b|(?:Αν|Εάν|Όταν|Εφόσον|Αφού|Επειδή) (?:αυτ\w+|εκείν\w+)\b|Γι['’]? ?αυτό\b|Από τότε\b"
        r"|Γι['’] αυτόν τον λόγο\b|Για αυτόν τον λόγο\b",
        rest=r"(?:Όλ\w+ )?(?:Οι|Τα|Ο|Η|Το|οι|τα) (?:υπόλοιπ\w+|άλλ\w+)\b|(?:Οι|Τα) δύο \w+ (?:είναι|έχουν"
        r"|μπορούν)\b|Ένας (?:τρόπος|λόγος) είναι\b|Στόχος τους\b|Σκοπός τους\b",
        ties=r"ωστόσο|επομένως|συνεπώς|όμως|λοιπόν|αντίθετα|εντούτοις|διαφορετικά|ομοίως|τότε",
        resumed=r"(?:Για|Σε|Στ\w+|Με|Χωρίς)[^,]{3,80}, (?:αυτό|αυτά|αυτή) ",
        compared=r"\bείναι (?:πολύ )?(?:υψηλότερ\w+|χαμηλότερ\w+|μεγαλύτερ\w+|μικρότερ\w+"
        r"|καλύτερ\w+)\b(?!.*\b(?:από|όταν|αν)\b)",
    ),
    # without articles: what is said of the rest, and what ties
    "id": Language(
        openings=r"(?:Hal yang sama|Hal serupa|Sebagai alternatif|Dari sana|Ketiga|Keempat"
        r"|Seperti yang (?:disebutkan|dijelaskan|ditunjukkan))\b|(?:\w+ ){1,5}(?!versi|dokumen|standar|panduan"
        r"|laporan|polis|saat|hari|dunia)\w+ (?:ini|itu)\b|(?:Jika|Apabila|Bila|Ketika|Meskipun|Karena"
        r"|Setelah) (?:mereka|ia|dia|ini|itu|hal ini|keduanya)\b|(?:It|In|Begin)ilah\b|Itulah sebabnya\b",
        rest=r"(?:Semua hal|Yang|Hal|Segala sesuatu|Semua yang) lain(?:nya)?\b|Sisanya\b|Salah satu (?:cara"
        r"|alasan|contoh)nya\b|Tujuannya\b|Alasannya\b|Cara(?:nya)\b|Hasilnya\b|Akibatnya\b|Selanjutnya\b"
        r"|Begitu(?:lah|pun)?\b|Beginilah\b|(?:Di)?sini\b",
        ties=r"oleh karena itu|dengan demikian|sebaliknya|karenanya|akibatnya|pun demikian",
        resumed=r"(?:Untuk|Dalam|Dengan|Pada|Tanpa)[^,]{3,80}, (?:ini|itu|hal (?:ini|itu))\b",
    ),
    "ru": Language(
        openings=r"(?:То же (?:самое|относится)|Аналогичн\w+|В качестве альтернативы|Оттуда|В-третьих|В-четвертых"
        r"|Как (?:отмечалось|подчеркивалось|упоминалось))\b|(?:Если|Когда|Хотя|Поскольку|Так как|Пока) (?:он|она|оно"
        r"|они|эт\w+|все они|оба|обе)\b|Вот почему\b|Вместо эт\w+\b|По этой причине\b|Именно поэтому\b",
        rest=r"(?:Все )?(?:Остальны[ее]|остальны[ее]|Прочи[ее]|Ины[ее])\b|Один из них\b|Одна из них\b|(?:Вс[еяё]"
        r"|Кажд\w+|Ни один) из них\b|Дополнительные \w+ (?:могут|можно|были|будут)\b|Вот\b|(?:Её|Его|Их) (?:цель"
        r"|задача|смысл)\b|Смысл\b|Цель (?:в|—|состоит)",
        ties=r"поэтому|однако|следовательно|таким образом|тем не менее|при этом|тогда(?! как)|напротив"
        r"|соответственно|в свою очередь|в противном случае|тоже",
        resumed=r"(?:Для|В|На|С|Без|При)[^,]{3,80} (?:это|этого) (?:не |вполне |совершенно )?(?:нормально"
        r"|достаточно|недостаточно|является|приводит|означает|невозможно|возможно)\b",
        compared=r"\b(?:намного |гораздо |значительно )?(?:выше|ниже|больше|меньше|лучше|хуже|быстрее|медленнее)[.]",
    ),
    "pl": Language(
        openings=r"(?:To samo dotyczy|Alternatywnie|Stamtąd|Po trzecie|Jak (?:podkreślono|zaznaczono|wyjaśniono))\b"
        r"|(?:Jeśli|Jeżeli|Gdy|Kiedy|Chociaż|Ponieważ) (?:on|ona|ono|oni|one|to|te|ten|ta)\b|Z tego powodu\b|Oto\b",
        rest=r"(?:Wszystkie |Wszyscy )?[Pp]ozostał[ei]\b|Inne\b|Jednym z nich\b|Jedna z nich\b|(?:Każd\w+"
        r"|Żad\w+) z nich\b",
        ties=r"jednak|zatem|dlatego|natomiast|więc|wówczas|niemniej|wobec tego|w przeciwnym razie",
    ),
    "cs": Language(
        openings=r"(?:Totéž platí|Případně|Odtud|Za třetí|Jak (?:bylo|již))\b|(?:Pokud|Když|Ačkoli"
        r"|Protože) (?:to|tento|tato|ty|oni|on|ona)\b|Z tohoto důvodu\b|Zde\b",
        rest=r"(?:Všechny |Všichni )?[Oo]statní\b|Jedn\w+ z nich\b|(?:Každ\w+|Žádn\w+) z nich\b",
        ties=r"však|proto|tedy|naopak|přesto|tudíž|v opačném případě",
    ),
    "hr": Language(
        openings=r"(?:Isto vrijedi|Alternativno|Odatle|Treće,|Kako je (?:navedeno|spomenuto))\b|(?:Ako|Kada|Iako"
        r"|Budući da) (?:to|oni|one|taj|ta|ono|on|ona)\b|Zbog toga\b|Iz tog razloga\b",
        rest=r"(?:Svi |Sve )?[Oo]stal[ie]\b|Jed\w+ od njih\b|(?:Svak\w+|Nijed\w+) od njih\b",
        ties=r"međutim|stoga|dakle|naprotiv|ipak|u suprotnom",
    ),
    "hu": Language(
        openings=r"(?:Ugyanez (?:vonatkozik|igaz)|Innen|Harmadszor|Mint (?:említettük|láttuk))\b|(?:Ha|Amikor"
        r"|Mivel|Bár) (?:ez|ezek|azok|az|ők)\b|Emiatt\b|Íme\b",
        rest=r"A többi\w*\b|Az összes többi\b|Az egyik\b|A másik\b",
        ties=r"azonban|tehát|ezért|viszont|ugyanakkor|ellenkező esetben",
    ),
    "tr": Language(rest=r"Diğer\w*\b|Geri kalan\w*\b|Bunlardan\b|Bir diğer\b", ties=r"ancak|dolayısıyla|bu"
    r" nedenle|aksine"),
    "zh": Language(
        openings=r"(?:同样(?:适用)?|同理|或者|从那里|第[二三四五]，|如前所述)|(?:如果|若|当|虽然|因为)(?:它|他|她"
        r"|其|这|该|此)|这就是",
        rest=r"其他的?|其余|另一|两者|前者|后者|这就是|所有其他",
        resumed=r"(?:对\s?于|对|在|为了|通过|关于)[^，。]{2,30}，(?:这|那)(?:是|就|很|将|会|意味)",
        compared=r"(?:这种|这类|此类|该类)\w",
        ties=r"因此|然而|于是|相反|否则",
    ),
    # no topic, no subject, no object: "感電の原因になります"
    "ja": Language(compared=r"^[^はがもを]{2,40}(?:になり?ます|になる|となり?ます|となる|です|である)。?$"),
    "ar": Language(rest=r"(?:ال)?(?:باقي|بقية|آخرون|أخرى)", ties=r"لذلك|ومع ذلك|بالتالي|وعليه"),
    "fa": Language(rest=r"بقیه|سایر|دیگران", ties=r"بنابراین|با این حال|در نتیجه"),
}  # fmt: skip

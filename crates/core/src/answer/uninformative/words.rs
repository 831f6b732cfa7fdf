//! Words without information about a company, and words that deny, by language. Data for `uninformative`.
//!
//! Words are in lower case without punctuation; a word that ends in `*` matches every word with that
//! beginning. Words that name a product, a trade or a service must not be listed here: a description
//! contains at least one of them, which is how it is recognised.

/// The word lists of a language.
pub(super) struct Language {
    /// Words without information.
    pub(super) empty: &'static str,
    /// Words without information that also deny.
    pub(super) denies: &'static str,
}

/// Texts that as a whole are uninformative where a description was expected.
#[rustfmt::skip]
pub(super) const WHOLE: &[&str] = &[
    "loading", "todo", "to be completed", "hello world", "welcome to nginx", "it works", "index of", "lorem ipsum dolor sit amet",
    "indeterminate", "private", "proprietary", "confidential", "various", "misc", "other", "others", "etc", "untitled", "home", "default",
    "login required", "sign up page only", "sign in page", "a holding page", "holding page", "under maintenance", "coming soon page",
    "bald verfügbar", "demnächst verfügbar", "hier entsteht eine neue internetpräsenz", "hier entsteht eine neue website", "bientôt disponible", "à venir",
    "próximamente", "muy pronto", "em breve", "prossimamente", "prossimamente online", "binnenkort online", "binnenkort beschikbaar", "wkrótce", "już wkrótce",
    "připravujeme", "již brzy", "kommer snart", "kommer snart på nett", "pian tulossa", "tulossa pian", "yakında", "çok yakında", "скоро", "скоро открытие",
    "незабаром", "hamarosan", "în curând", "σύντομα", "σύντομα κοντά σας", "segera hadir", "sắp ra mắt", "قريبا", "قريبًا", "जल्द आ रहा है", "近日公開", "敬请期待",
    "敬請期待", "即将上线", "공개 예정", "곧 공개됩니다", "rien à signaler", "coming soon", "apache2 ubuntu default page it works", "my blog just another wordpress site", "just another wordpress site", "ツ",
    "error establishing a database connection", "the request timed out", "request timed out", "connection timed out", "gateway timeout",
    "domain parked", "domain parked at godaddy", "parked at godaddy", "parked at sedo", "parked at namecheap", "אין תיאור זמין", "אין מידע",
];

/// Words that may follow a name in a denial: "Acme Robotics could not be found". A description such as
/// "Publisher of ..." continues with other words.
#[rustfmt::skip]
pub(super) const BEHIND_A_NAME: &[&str] = &[
    "is", "are", "was", "were", "could", "can", "cannot", "couldn", "does", "doesn", "did", "didn", "has", "hasn", "isn", "seems", "appears",
    "may", "might", "not", "ist", "war", "konnte", "kann", "wurde", "wird", "hat", "n", "ne", "est", "no", "não", "non", "kon", "kan", "werd",
    "er", "är", "kunde", "kunne", "ei", "nie", "není", "nebyla", "nem", "nu", "δεν", "не", "tidak", "không",
];

/// [`BEHIND_A_NAME`] for scripts without spaces: beginnings of the text after the name.
pub(super) const PARTICLES: &[&str] = &["は", "の", "が", "公司", "的", "无法", "無法", "未", "不"];

/// Legal forms of companies, which follow a name.
pub(super) const FORMS: &[&str] = &[
    "inc", "ltd", "limited", "llc", "corp", "co", "plc", "gmbh", "ag", "kg", "se", "sa", "sas", "sarl",
    "srl", "spa", "bv", "nv", "ab", "as", "oy", "kft", "zrt",
];

/// Questions to the user; `*` stands for any words.
#[rustfmt::skip]
pub(super) const ASKING: &[&str] = &[
    " which *you mean ", " which *you referring to ", " which *you refer to ", " which *you looking for ", " which *you interested in ",
    " which *meant ", " what *you mean ", " did you mean ", " do you mean ", " could you *provide ", " could you *clarify ",
    " could you *specify ", " could you *share ", " could you *confirm ", " could you *tell me ", " could you *give me ",
    " can you *provide ", " can you *clarify ", " can you *specify ", " can you *confirm ", " can you *tell me ", " can you *give me ",
    " would you like me to ", " would you like *more ", " do you have *more information ", " should i ", " shall i ",
    " what would you like ", " how can i help ", " how may i help ", " please *provide ", " please *clarify ",
    " welche *meinen sie ", " welches *meinen sie ", " welchen *meinen sie ", " welche *meinst du ", " meinen sie ", " können sie *nennen ",
    " können sie *angeben ", " können sie *mitteilen ", " könnten sie *nennen ", " könnten sie *angeben ", " könnten sie *mitteilen ",
    " pouvez vous *préciser ", " pouvez vous *fournir ", " pouvez vous *indiquer ", " pourriez vous *préciser ", " pourriez vous *fournir ",
    " pourriez vous *indiquer ", " quelle *parlez vous ", " de quelle *s agit il ", " podría *proporcionar ", " podría *indicar ",
    " podría *aclarar ", " podrías *indicar ", " a qué *se refiere ", " a cuál *se refiere ", " poderia *fornecer ", " poderia *informar ",
    " poderia *especificar ", " a qual *se refere ", " potrebbe *fornire ", " potresti *fornire ", " a quale *si riferisce ",
    " kunt u *geven ", " kunt u *aangeven ", " welk *bedoelt u ", " czy *możesz *podać ", " która *chodzi ", " o którą *chodzi ",
    " hangi *kastediyorsunuz ", " можете *уточнить ", " могли бы *уточнить ", " kan du *ange ", " kan du *oplyse ", " kan du *oppgi ",
];

/// Beginnings of sentences that request something from the user or state a model's limits.
#[rustfmt::skip]
pub(super) const REQUESTS: &[&str] = &[
    "please provide ", "please share ", "please specify ", "please clarify ", "please give ", "please confirm ", "please supply ",
    "please tell ", "please check ", "please let me know ", "please send ", "please note ", "please double check ", "kindly provide ",
    "let me know ", "i can only ", "i am an ai ", "i m an ai ", "i m just an ai ", "i am just an ai ", "i need more ", "i would need ",
    "i d need ", "i don t have ", "i m not able ", "i am not able ", "as an ai i ", "if you can provide ", "if you could provide ",
    "if you provide ", "if you share ", "bitte geben sie ", "bitte nennen sie ", "bitte teilen sie ", "bitte gib ", "bitte nenne ", "als ki ", "als ai ",
    "veuillez fournir ", "veuillez préciser ", "veuillez indiquer ", "merci de préciser ", "merci de fournir ", "en tant qu ia ",
    "en tant que modèle de langage ", "por favor proporcione ", "por favor indique ", "por favor especifique ", "por favor proporciona ",
    "por favor forneça ", "por favor informe ", "por favor especifique ", "como modelo de lenguaje ", "como modelo de linguagem ", "como ia ",
    "como una ia ", "como uma ia ", "si prega di fornire ", "si prega di specificare ", "fornisci ", "come modello linguistico ", "geef alstublieft ",
    "geef meer ", "als taalmodel ", "proszę podać ", "proszę o podanie ", "jako model językowy ", "uveďte prosím ", "prosím uveďte ", "jako jazykový model ", "jako model ai ", "jako ai ",
    "vänligen ange ", "ange gärna ", "som en ai ", "angiv venligst ", "vennligst oppgi ", "som ai ", "anna lisätietoja ", "tekoälynä ",
    "lütfen daha ", "lütfen şirket ", "bir yapay zeka ", "yapay zeka ", "пожалуйста уточните ", "пожалуйста укажите ", "уточните пожалуйста ",
    "как языковая модель ", "как ии ", "будь ласка уточніть ", "будь ласка надайте ", "як мовна модель ", "kérem adja meg ", "nyelvi modellként ",
    "vă rugăm să furnizați ", "ca model lingvistic ", "παρακαλώ δώστε ", "ως γλωσσικό μοντέλο ", "mohon berikan ", "silakan berikan ",
    "sebagai ai ", "sebagai model bahasa ", "vui lòng cung cấp ", "là một ai ", "là một mô hình ngôn ngữ ", "يرجى تقديم ", "يرجى تحديد ", "كنموذج لغوي ",
    "कृपया अधिक ", "कृपया कंपनी ", "एक एआई ", "请提供", "請提供", "作为一个人工智能", "作为人工智能", "作为一个 ai", "作为 ai", "作為一個 ai", "ai として", "ai である",
    "ai 言語モデル", "詳細を教えて", "더 많은 정보를 제공", "추가 정보를 제공", "ai로서 ", "ai 언어 모델", "저는 ai",
];

/// Beginnings of list items that say what is absent, or where a model looked.
pub(super) const DENIED_ITEMS: &[&str] = &[
    "no evidence of ",
    "not using ",
    "not used ",
    "does not use ",
    "doesn t use ",
    "no longer uses ",
    "no longer using ",
    "no sign of ",
    "not detected ",
    "according to ",
    "keine hinweise auf ",
    "no hay evidencia de ",
];

/// Beginnings of list items that name a source, before a colon.
pub(super) const SOURCES: &[&str] =
    &["source ", "sources ", "quelle ", "quellen ", "fuente ", "fonte ", "bron "];

/// The word lists by language.
pub(super) const LANGUAGES: &[Language] = &[
    // English.
    Language {
        empty: "a an the this that these those it its they their there here i we you your me my us our he she his her of in on at by for \
            from to with within about regarding concerning into as and or nor but so if then than because due since during which who \
            whom whose what how whether where when is are was were be been being am do does did done has have had having may might \
            must shall should will would s ve re m ll d company companies firm firms business businesses organisation organization \
            entity entities corporation name names named domain domains website websites web site sites webpage page pages homepage \
            url link links search searches results result source sources article articles document documents context snippet \
            snippets database databases registry records record reference references mention mentions mentioned evidence trace \
            presence profile profiles listing listings information info data detail details description descriptions summary overview \
            facts knowledge answer answers answering question response responses request query online internet public publicly \
            available availability found known disclosed identified detected identifiable further more additional other others another \
            any some all much many two specific specifically reliable relevant verifiable official credible confirmed clear clearly definitive concrete \
            detailed certain sufficient enough current currently present presently time moment research attempt attempts provided given \
            listed stated specified shown described returned retrieved located determined established verified published reported \
            accessed access accessible reach reached reachable load loaded loads open opened opens connect connected resolve resolves resolved \
            respond responds responding exist exists existing appear appears seem seems match matches matched matching correspond \
            corresponds relate relates related belong belongs show shows contain contains contained include includes say says tell describe describes explain \
            indicate indicates provide give specify confirm verify find determine identify locate retrieve obtain establish browse \
            check try trying help assist using use activity activities industry sector ceo chief executive leader \
            leadership employees employee headcount size number technologies technology stack linkedin third party real registered \
            active live only just simply very also still yet even however although though unfortunately regrettably sorry apologies \
            please similar similarly same unique exact particular based according basis general \
            terms cutoff date up main external meaningful substantive useful actual content contents text default nginx apache server \
            cloudflare redirect redirects redirected redirecting example test iana documentation domain's company's website's page's \
            job jobs ads postings job-ads answer return returns anything something account under been long out meant mean likely \
            probably possibly perhaps maybe ago month year registration could can legitimate operational apparent share shares used coming detect page's front landing visible intended them generated login cookie consent password javascript ssl dns lookup mode too short look looks like",
        denies: "not no t none nothing never neither unable cannot couldn don doesn didn isn wasn aren weren hasn haven unknown unavailable \
            undisclosed unspecified unclear unreachable inaccessible unrelated unidentified undetermined unconfirmed unverifiable unresponsive \
            insufficient scarce scant sparse little limited minimal lack lacks lacking missing absent ambiguous ambiguously blank empty parked \
            suspended expired blocked forbidden denied error errors timeout failed fails failing down offline sale unregistered \
            fictional fictitious placeholder disambiguate clarify dead broken invalid nonexistent non-existent refer visit see \
            construction soon maintenance without prevents reserved need inactive defunct unsure uncertain inconclusive vacant similar similarly several multiple default 404 403 500 502 503 default several multiple similar similarly required requires protected robots too",
    },
    // German.
    Language {
        empty: "der die das den dem des ein eine einer einem einen eines dieser diese dieses diesem diesen zu zum zur über von vom für mit bei im \
            in am an auf aus und oder aber ob wer was wie es ist sind war waren wird werden wurde wurden worden kann können konnte konnten gibt \
            liegt liegen sich handelt hat haben habe ich wir sie mir uns ihr ihre ihrer da dass welche welcher welches welchem unternehmen* firma firmen gesellschaft \
            organisation website webseite webseiten internetseite internetauftritt homepage seite seiten domain domäne name namen namens \
            information informationen infos angaben daten details quelle* beschreibung* tätigkeit* geschäftstätigkeit* branche* such* ergebnis* treffer \
            öffentlich* verfügbar* zugänglich* auffindbar gefunden finden ermittelt ermitteln bestimmt bestimmen bestätigt bestätigen identifiziert \
            identifizieren bekannt angegeben veröffentlicht erreichbar erreicht abrufbar aufgerufen aufrufbar geladen vorhanden vor weitere* nähere* \
            genaue* verlässliche* eindeutig* konkrete* aussagekräftige* derzeit aktuell momentan leider mehrere ähnliche* gleichen gleichem andere* bitte \
            geben nennen teilen sagen mehr geschäftsführer* ceo mitarbeiterzahl mitarbeiteranzahl technolog* zugriff zugreifen internet online \
            existiert steht scheint verfügung lassen lässt dazu hierzu darüber hinaus befindet feststellen festgestellt inhalt* nur zugeordnet werden betreiber \
            link* profil möglich abgerufen deren dessen seiner seine sein möglicherweise vermutlich angeboten tut leid",
        denies: "nicht nichts kein keine keinen keiner keinerlei unbekannt* unklar* verkauf verkaufen geparkt* offline fehler fehlt fehlen fehlend* gesperrt leer \
            leere bau aufbau wartung* wartungsarbeiten mehrdeutig nirgends platzhalter* unzureichend* unbestimmt nirgendwo vergeben unerreichbar fiktiv* meinen baustelle",
    },
    // French.
    Language {
        empty: "le la les l un une des de du d ce cet cette ces se s il elle ils elles on nous je j vous me m y en au aux à dans sur pour par avec et ou mais \
            si que qu qui quoi dont où comment est sont été être était a ai ont avoir peut peux pouvons pu peuvent fait entreprise* société* \
            compagnie firme organisation site* web page pages domaine* nom information* info infos donnée* détail* source* description activité* secteur \
            résultat* recherche* public* publique* publiquement disponible* trouvé* trouver identifié* identifier déterminer déterminé* vérifier vérifié* \
            confirmé* confirmer connu* précis* préciser fiable* fourni* fournir plus supplémentaire* autre* actuellement malheureusement désolé* accessible* accéder \
            joignable* atteint* atteignable chargé* existe semble être veuillez merci internet ligne pdg dirigeant* effectif* technolog* sens \
            concernant propos même* similaire* plusieurs vente* indiqué* mentionné* mention* ne n correspond* répond* obtenir officiel* lien*",
        denies: "pas non aucun aucune rien jamais inconnu* impossible inaccessible* indisponible* introuvable* vendre construction maintenance erreur parking garé \
            insuffisant* ambigu* suspendu* expiré* vide fictif* fictive* hors pertinent* parqué* manque* manquant* précisez limité*",
    },
    // Spanish.
    Language {
        empty: "el la los las lo un una unos unas de del al a en por para con sobre y o u pero si que qué quien cual cuál como cómo se me nos le les mi yo es son está están ha han \
            he hay fue fueron ser estar sido puede puedo pude podido pudo pudieron podemos este esta esto estos estas su sus empresa* compañía* sociedad firma organización sitio* web página* \
            dominio* nombre información* informacion* dato* detalle* fuente* descripción* actividad* sector resultado* búsqueda* público* pública* públicamente \
            disponible* encontrado* encontrada* encontrar encontró encontraron identificar identificado* identificada* determinar determinado* verificar verificado* confirmar confirmado* \
            conocido* conoce conocen específic* fiable* proporcionar proporcionad* más adicional* otro* otra* actualmente lamentablemente disculp* siento accesible* acceder acceso cargar \
            existe existen parece favor internet línea director* ceo empleado* tecnología* tecnológic* misma mismo similar* varias varios posible venta indicar indicad* mencion* responde \
            corresponde oficial* enlace* momento obtener",
        denies: "no ni ningún ninguna ninguno nada nunca desconocid* imposible inaccesible* vende venta construcción mantenimiento error insuficiente* ambigu* suspendid* \
            expirad* caducad* vací* fictici* sin estacionado aparcado caído falta limitad* indique aclare",
    },
    // Portuguese.
    Language {
        empty: "o a os as um uma uns umas de do da dos das no na nos nas em ao à por pelo pela para com sobre e ou mas se que quem qual como é são está estão foi foram ser estar sido \
            há tem têm pode posso pude consegui conseguimos este esta isto esse essa isso seu sua eu nós me empresa* companhia* sociedade firma organização site* web página* domínio* nome \
            informação informações informac* dado* detalhe* fonte* descrição* atividade* setor resultado* pesquisa* busca* público* pública* publicamente disponív* encontrad* encontrar encontrou encontrei \
            identificar identificad* identificou determinar determinad* verificar verificad* confirmar confirmad* conhecid* específic* confiáve* fornecer fornecid* mais adiciona* outr* \
            atualmente infelizmente desculp* acessív* acessar acesso carregar existe existem parece favor internet ar diretor* ceo funcionári* tecnologia* mesm* semelhante* várias vários possível \
            à venda localizar localizad* obter mencion* responde corresponde oficial* momento lamento",
        denies: "não nao nem nenhum nenhuma nada nunca desconhecid* impossível inacessív* indisponív* venda construção manutenção erro insuficiente* ambígu* suspens* expirad* vazi* \
            fictíci* sem estacionado fora falta limitad*",
    },
    // Italian.
    Language {
        empty: "il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai alle in nel nella nei su sul sulla per con da dal dalla e ed o ma se che chi cosa come \
            è sono stato stata stati state essere ha ho hanno avere può posso possiamo questo questa questi queste suo sua si mi ci c io noi azienda aziende società impresa ditta organizzazione sito siti web pagina \
            pagine dominio nome informazion* dato dati dettagli* fonte fonti descrizione attività settore risultat* ricerca ricerche pubblic* pubblicamente disponibil* trovat* trovare \
            identificat* identificare determinare determinat* verificare verificat* confermat* confermare not* conosciut* specific* affidabil* fornire fornit* più ulterior* altr* navigare attualmente \
            purtroppo spiacente dispiace scus* accessibil* accedere raggiungibil* caricare esiste esistono sembra prego internet online amministratore ceo dipendent* tecnologi* stess* simil* \
            divers* possibile vendita riuscito riuscita ottenere menzion* risponde corrisponde ufficial* momento relativ* reperi*",
        denies: "non né nessun nessuna nessuno nulla niente mai sconosciut* ignot* impossibile inaccessibil* irraggiungibil* indisponibil* vendita costruzione manutenzione errore insufficient* \
            ambigu* sospes* scadut* vuot* fittizi* senza parcheggiat* offline introvabil* manca mancan* limitat*",
    },
    // Dutch.
    Language {
        empty: "de het een van voor met over in op bij aan uit om te en of maar als dat die dit deze dat wie wat hoe is zijn was waren wordt worden werd werden kan kon konden heeft hebben heb \
            er hier ik wij we mij ons u uw zich naar door bedrijf bedrijven onderneming* organisatie firma website websites site webpagina pagina domein domeinnaam naam informatie gegevens details \
            bron bronnen beschrijving activiteit* sector resultat* zoek* openbar* openbaar publiek* beschikbar* beschikbaar gevonden vinden geïdentificeerd identificeren bepaald bepalen vastgesteld vaststellen \
            geverifieerd bevestigd bekend specifiek* betrouwbar* gegeven geven meer verdere andere momenteel helaas sorry toegankelijk bereikbaar bereikt bereiken geladen laden bestaat lijkt schijnt \
            alstublieft internet online directeur ceo werknemers medewerkers technologie* dezelfde vergelijkbar* meerdere mogelijk koop staat verkrijgen vermeld* reageert officiële toegang openen over",
        denies: "niet geen niets nooit aanbouw onbekend* onduidelijk* onbereikbar* onbereikbaar ontoegankelijk verkoop koop geparkeerd* onvindbaar offline fout ontbreekt ontbreken constructie onderhoud onvoldoende \
            opgeschort verlopen leeg lege fictie* zonder nergens beperkt*",
    },
    // Swedish, Danish and Norwegian.
    Language {
        empty: "den det de en ett et ei denna detta dessa denne dette disse om for för på i av til till med hos fra från och og eller men som at att hvem vem vad hva hvad er är var blev ble blive bli kan kunne kunde \
            har hatt haft jag jeg vi mig mig meg oss seg sig der där her här være vara blitt blivit blevet företag* bolag* virksomhed* selskab* selskap* bedrift* firma* organisation* organisasjon* webbplats* hemsid* \
            hjemmeside* nettside* nettsted* websted* side* sida* domän* domæne* domene* navn namn* information* informasjon* oplysning* opplysning* uppgift* data* detalj* källa källor kilde* beskrivelse* beskrivning* \
            aktivitet* verksamhet* virksomhet* resultat* sök* søg* søk* offentlig* tillgänglig* tilgængelig* tilgjengelig* hitta* hittats finne* finde* fundet funnet identifier* bestäm* bestemme* fastslå* bekräfta* bekreft* bekræft* \
            känd* känt kend* kjent* specifik* spesifikk* tillförlitlig* pålidelig* pålitelig* mer mere flere fler yderligere ytterligare andra andre tyvärr beklager desværre dessverre nås nå nåbar* åtkomlig* åpne* laddas indlæses lastes \
            finns findes finnes verkar ser ut vd ceo direktør* daglig leder adm* anställda ansatte teknolog* teknik* samme samma liknande flera til salgs salg salu gick går lykkedes lyktes kunnat kunnet komma komme få få fikk tak verifier* gå gik",
        denies: "inte ej ikke ingen inga inget intet aldrig okän* ukendt* ukjent* oklar* uklar* otillgänglig* utilgængelig* utilgjengelig* salu salg salgs parkera* parkere* offline fel fejl feil saknas mangler mangel byggnad \
            konstruktion utillräcklig* utilstrækkelig* utilstrekkelig* suspender* utløp* utgång* tom tomt påhitta* fiktiv* uden utan uten ingenting begränsad* begrænset begrenset vedligeholdelse vedlikehold underhåll",
    },
    // Finnish.
    Language {
        empty: "tä* tämä tämän tästä yritys yrity* yrityk* yhtiö* firma* organisaatio* verkkosivu* sivu* sivusto* sivustoa verkkotunnu* domain* nimi nimen tieto* tieto tiedot tietoja tietoa tiedo* lähde lähte* kuvaus* kuvau* toiminta* toiminna* \
            tulo* haku* julkis* julkisesti saatavi* löyty* löyd* löydä löydetty tunnist* määrit* selvit* vahvist* tarkist* tunneta tunnettu luotettav* tarkemp* lisää lisätieto* muita muu muuta tällä hetkellä valitettavasti pahoittelut \
            tavoit* avat* lataut* lata* pääs* pääsy ole olla oli on ovat ollut voi voitu voida voinut pystynyt pystytty minä en se sen siitä ja tai mutta että kuka mikä mitä jolla joka toimitusjohtaja* työntekij* teknolog* sama* samanni* useita \
            internet* netissä enempää mahdollista onnistunut",
        denies: "ei en eivät emme ollut* tuntema* epäsel* myytävänä myynnissä pysäköi* virhe puuttuu puuttuvat rakenteilla huolto* riittämät* keskeytetty vanhentunut tyhjä kuvitteelli* ilman tavoittamattomissa mahdotonta",
    },
    // Polish.
    Language {
        empty: "ta ten to te tej tego tym tę o na w we z ze do dla od po przez i oraz lub ale czy że kto co jak jest są był była było być został* może można mogę mogłem mogłam udało uda się ja my nie* firm* \
            spół* przedsiębiorstw* organizacj* stron* witryn* internetow* www domen* nazw* informacj* dan* dane danych szczegół* źród* opis* działalnoś* branż* wynik* wyszuk* publiczn* publicznie dostępn* znale* znaleziono \
            zidentyfik* ustal* określ* zweryfik* potwierdz* znan* wiadomo konkret* wiarygodn* więcej dodatkow* inn* obecnie niestety przepraszam przykro działa odpowiada ładuje otwiera istnieje istnieją wydaje proszę podać \
            podano internecie prezes* pracownik* technolog* sam* podobn* kilka możliw* sprzedaż uzyskać dotycząc* temat tematu brak* tej dotrzeć połączyć wejść",
        denies: "nie brak brakuje żadn* nieznan* niejasn* niedostępn* nic nigdy sprzeda* zaparkowan* offline błąd budowie konserwac* niewystarczając* zawieszon* wygas* pust* fikcyjn* bez niemożliw* ograniczon*",
    },
    // Czech and Slovak.
    Language {
        empty: "ta ten to tato tento tuto tohoto této o na v ve z ze do pro od po přes i a nebo ale zda že kdo co jak je jsou byl byla bylo byly být může lze mohu mohl se si já my firm* společnost* spoločnosť* organizac* podnik* stránk* web* \
            internetov* domén* název* jméno informac* informác* údaj* dat* data detail* podrobnost* zdroj* popis* činnost* obor* výsled* vyhled* veřejn* verejn* dostupn* nalez* najít identifik* určit* urč* zjist* ověř* potvrd* znám* konkrétn* spolehliv* \
            další* více jin* momentálně bohužel omlouv* funguje odpovíd* načís* otevř* existuje existují zdá prosím uvést uveden* internetu ředitel* zaměstnan* technolog* stejn* podobn* několik možn* prodej získat týkající podařilo podarilo \
            k dispozici dispozícii našl* našel nájsť boli bola sa sú ktorá",
        denies: "ne není nie nejsou nebyl* nebyly nelze nemohu nemohl* nenašel nenašl* nenalez* nenašli nepodařilo nepodarilo nefunguje neexistuje neodpovíd* žádn* žiadn* neznám* nejasn* nedostupn* nic prodej predaj* zaparkovan* offline chyba chybí výstavb* údržb* nedostatečn* pozastaven* \
            vypršel* prázdn* fiktivn* bez neuveden* nemám nemáme nezjištěn* nedohledat*",
    },
    // Hungarian.
    Language {
        empty: "a az ez erről ennek ezt cég* vállalat* társaság* szervezet* weboldal* honlap* oldal* webhely* domain* tartomány* név neve információ* adat* részlet* forrás* leírás* tevékenység* eredmény* keresés* nyilvános* elérhető* található* talál* \
            azonosít* meghatároz* megállapít* ellenőriz* megerősít* ismert* konkrét* megbízható* több további más jelenleg sajnos sajnálom tölt* nyit* létezik tűnik kérem interneten vezérigazgató* alkalmazott* munkavállaló* technológi* ugyan* hasonló* \
            lehet* lehetett tudtam tudok tudom sikerült vagyok volt van és vagy de hogy ki mi mit amely róla kapcsolatban vonatkozó számára",
        denies: "nem nincs nincsen nincsenek sem ismeretlen* tisztázatlan* elérhetetlen* eladó parkol* offline hiba hiányz* hiányoz* építés* karbantartás* elégtelen* felfüggesztett* lejárt* üres* fiktív* nélkül semmi* kevés",
    },
    // Romanian.
    Language {
        empty: "ul urile acest această acestui acestei aceasta acesta a al ai ale o un unei unui de din despre la pe în cu pentru și sau dar că cine ce cum este sunt fost fi au am s ne se poate pot putut reușit eu noi \
            compani* firm* societat* întreprinder* organizați* site* siteul web pagin* domeni* nume* informați* date datele detali* surs* descrier* activit* rezultat* căut* public* publice disponibil* găsit* găsi identific* determin* stabil* verific* \
            confirm* cunoscut* cunosc* specific* fiabil* mai mult* suplimentar* alt* alte momentan momentul acum actual* păcate scuze accesibil* accesa accesat încărca* deschi* exist* pare rog internet director* angajaț* tehnologi* același aceeași \
            similar* mai multe posibil* vânzar* obține referitoare legătură",
        denies: "nu nici niciun nicio nimic niciodată necunoscut* neclar* inaccesibil* indisponibil* vânzare parcat* offline eroare lipsesc lipsește lipsă construcți* mentenanță insuficient* suspendat* expirat* gol goală fictiv* fără imposibil",
    },
    // Greek.
    Language {
        empty: "ο η το οι τα τον την του της των τους στο στη στην στον στις σε από για με και ή αλλά αν ότι ποιος ποια τι πώς είναι ήταν έχει έχουν έχω να θα μπορεί μπορώ μπόρεσα μπορούν αυτή αυτό αυτήν αυτής αυτόν αυτού εταιρεία* εταιρία* εταιρείας \
            επιχείρησ* οργανισμ* ιστοσελίδα* ιστότοπο* ιστότοπος σελίδα* τομέα* domain όνομα πληροφορί* στοιχεί* δεδομένα λεπτομέρει* πηγ* περιγραφή* δραστηριότητ* αποτελέσματα αναζήτησ* δημόσι* διαθέσιμ* βρέθηκ* βρεθ* βρω βρίσκεται εντοπ* \
            προσδιορι* επαληθευτ* επιβεβαι* γνωστ* συγκεκριμέν* αξιόπιστ* περισσότερ* άλλ* αυτή τη στιγμή δυστυχώς λυπάμαι συγγνώμη προσβάσιμ* πρόσβαση φορτώ* ανοί* υπάρχει υπάρχουν φαίνεται παρακαλώ διαδίκτυο διευθύνων εργαζόμεν* τεχνολογί* ίδιο παρόμοι* \
            πολλές δυνατ* πώληση σχετικά σχετικές ήταν",
        denies: "δεν μη μην καμία κανένα κανένας κανείς τίποτα άγνωστ* ασαφ* μη πωλείται πώληση offline σφάλμα λείπει λείπουν κατασκευή συντήρηση ανεπαρκ* ληγμέν* κεν* χωρίς αδύνατ* απρόσιτ*",
    },
    // Turkish.
    Language {
        empty: "bu şu o bir ve veya ile için hakkında ilgili dair olarak olan var şirket* firma* kuruluş* işletme* site* sitesi web internet sayfa* alan adı ad* isim bilgi* veri* ayrıntı* detay* kaynak* açıklama* faaliyet* sonuç* arama* kamuya açık halka \
            mevcut erişilebilir eriş* ulaş* bul* tespit* belirle* doğrula* onayla* tanımla* bilin* belirli güvenilir daha fazla başka şu anda maalesef üzgünüm özür dilerim yükle* aç* görünüyor görün* lütfen ceo genel müdür çalışan* teknoloji* aynı benzer \
            birden çok aşama* mümkün elde alın* ben biz ne kim nasıl ki de da",
        denies: "değil değildir yok yoktur hiç hiçbir bilinmiyor bilinmemekte* bilinmeyen bulunamadı bulunamamıştır bulunamıyor bulamadım bulunmamakta* bulunmuyor edilemedi edilemiyor ulaşılamıyor ulaşılamadı erişilemiyor erişilemedi erişemiyorum belirlenemedi doğrulanamadı \
            belirsiz* satılık* park* çevrimdışı hata eksik yapım* bakım* yetersiz askıya boş kurgusal olmadan çalışmıyor açılmıyor yüklenemedi belirtilmemiş* olmayan tanımlanamadı sınırlı",
    },
    // Russian and Ukrainian.
    Language {
        empty: "этот эта это эти этой этого этом этому эту о об обо на в во с со из до для от по за и или но ли что кто как есть был была было были быть может можно могу смог смогла смогли удалось удалося удаётся удается я мы мне нам компани* фирм* организац* предприяти* сайт* \
            веб-сайт* страниц* домен* имя имени назван* информац* данн* сведени* подробност* детал* источник* описани* деятельност* отрасл* результат* поиск* публичн* открыт* доступ* найти найден* обнаруж* определ* установ* провер* подтверд* известн* \
            конкретн* достоверн* надежн* надёжн* больше дополнительн* друг* сейчас данный момент сожалению извините простите загруж* открыва* работает отвечает существует существуют похоже пожалуйста интернет* директор* сотрудник* технолог* так* сам* похож* \
            несколько возможн* продаж* получить относительно связанн* указан* упомина* находится стадии официальн* имеющ* ця цю цей цього про та або але чи що хто як є був була було можна вдалося компані* підприємств* сайт сторінк* домен інформаці* дан* відомост* джерел* опис* \
            діяльн* публічн* доступн* знайти знайден* визнач* встанов* перевір* відом* надійн* більше інш* жаль вибачте працює існує інтернет* у не*",
        denies: "не нет ни никаких никакой ничего нигде никогда неизвестн* неясн* недоступ* недостаточн* отсутств* продаж* продается продаётся припаркован* офлайн ошибк* разработк* строитель* обслуживан* приостановлен* истёк истек пуст* вымышлен* без невозможн* \
            немає нема невідом* неясн* жодн* нічого помилк* відсутн* продається ніде неможлив* ограничен* обмежен* нельзя",
    },
    // Arabic.
    Language {
        empty: "هذا هذه ذلك تلك هو هي في من عن على إلى الى مع أو او و أن ان التي الذي ما كيف كان كانت يكون شركة الشركة بالشركة للشركة الشركات المؤسسة موقع الموقع للموقع مواقع الإلكتروني الالكتروني الويب صفحة الصفحة النطاق نطاق اسم معلومات المعلومات \
            بيانات البيانات تفاصيل التفاصيل مصادر المصادر وصف الوصف نشاط النشاط نتائج النتائج البحث متاح متاحة المتاحة متوفر متوفرة المتوفرة العثور عثرت أعثر تحديد تحديدها التحقق التأكد معروف معروفة موثوقة محددة كافية مزيد المزيد أخرى حاليا حالياً للأسف \
            عذرا عذراً آسف الوصول الدخول تحميل فتح يمكن يمكنني أتمكن يتم تتم تمكنت أجد أستطيع يبدو يرجى الإنترنت المدير التنفيذي الرئيس الموظفين التقنيات نفس مشابهة عدة ممكن للبيع بشأن حول معروض معروضة إضافية قيد متعلقة عليها عليه إليه بها عنها عامة العامة",
        denies: "لا لم لن ليس ليست غير لاتوجد يوجد توجد أي للبيع خطأ مجهول مجهولة تعذر يتعذر معطل مغلق فارغ فارغة الإنشاء إنشاء الصيانة دون بدون",
    },
    // Hindi.
    Language {
        empty: "यह इस इसके इसका ये वह उस उनके के की का को में से पर और या लेकिन कि कौन क्या कैसे है हैं था थे थी हो होता होती गया गई गए सका सकी सके सकता सकती सकते मैं हम मुझे हमें बारे कंपनी कम्पनी संगठन वेबसाइट वेब साइट पेज डोमेन नाम जानकारी सूचना डेटा विवरण स्रोत स्रोतों परिणाम \
            खोज सार्वजनिक रूप उपलब्ध मिल मिला मिली मिले पाया पाई पाए पहचान निर्धारित सत्यापित पुष्टि ज्ञात विशिष्ट विश्वसनीय अधिक अन्य वर्तमान अभी दुर्भाग्य से क्षमा करें खुल लोड पहुंच पहुँच मौजूद लगता लगती कृपया इंटरनेट सीईओ कर्मचारी कर्मचारियों तकनीक समान संबंधित संबंध कोई कुछ भी व्यवसाय लिए ढूंढ कर किया की",
        denies: "नहीं न ना कोई अज्ञात अस्पष्ट अनुपलब्ध बिक्री त्रुटि निर्माणाधीन अपर्याप्त खाली काल्पनिक बिना बंद असमर्थ",
    },
    // Indonesian and Malay.
    Language {
        empty: "ini itu yang di ke dari untuk dengan tentang mengenai pada dan atau tetapi bahwa siapa apa bagaimana adalah ada telah sudah dapat bisa saya kami perusahaan syarikat organisasi situs laman web website halaman domain nama informasi maklumat data detail rincian sumber \
            deskripsi keterangan kegiatan bisnis hasil pencarian publik umum tersedia ditemukan menemukan ditemui diidentifikasi mengidentifikasi ditentukan menentukan diverifikasi dikonfirmasi diketahui spesifik terpercaya lebih lanjut lain lainnya saat sekarang maaf sayangnya \
            diakses mengakses akses dibuka dimuat terlihat tampaknya silakan mohon internet direktur ceo karyawan teknologi sama serupa beberapa mungkin dijual terkait tersebut dijangkau cukup mencukupi berikan",
        denies: "tidak tak bukan belum tiada dijual kesalahan galat kosong kurang kekurangan offline fiktif tanpa gagal parkir diparkir pemeliharaan pembangunan terbatas",
    },
    // Vietnamese.
    Language {
        empty: "này đó các những một về của cho với từ trong trên tại và hoặc nhưng rằng ai gì như thế nào là có đã được bị thể tôi chúng công ty doanh nghiệp tổ chức trang web website miền tên thông tin dữ liệu chi tiết nguồn mô tả hoạt động kết quả tìm kiếm tìm thấy công khai sẵn \
            xác định xác minh nhận biết rõ cụ đáng tin cậy thêm khác hiện hiện tại rất tiếc xin lỗi truy cập tải mở tồn tại vui lòng internet giám đốc điều hành nhân viên nghệ giống tương tự nhiều liên quan đến cung cấp nào đủ để",
        denies: "không chưa chẳng lỗi trống thiếu đang bán ngừng hết bảo trì hạn",
    },
    // Japanese.
    Language {
        empty: "この その 当該 該当 対象 する した します しました の は が を に で へ と から より について についての に関する に関して 関する 会社 企業 法人 貴社 同社 サイト ウェブサイト ホームページ ドメイン ページ 情報 公開 公開情報 一般 詳細 説明 概要 事業内容 事業 検索 結果 検索結果 データ 確認 特定 \
            取得 アクセス 接続 表示 存在 利用 入手 現在 十分な 関連 信頼できる 信頼 できる 申し訳ございません 申し訳ありません 申し訳 残念ながら 残念 ながら こと でき 見つかり 見つける 見つかる 見つけ 得られ 提供 も 可能 な です でした ます いる おり て し さ れ その他 具体的な 具体的 ため 内容 社名 名前 代表者 社長 従業員数 従業員 技術 \
            資料 出典 ウェブ 上 ネット あり 有効 明確 明らか 公式 記載 掲載 され 言及 判明 して を見つける ことが ません 現時点 時点",
        denies: "ません ませんでした ない なかった なく 不明 未公開 非公開 なし 無し 準備中 工事中 停止 エラー 売りに出 販売中 売却 閉鎖 メンテナンス中 不可 不能 ございません 不足 未確認 売り出し中",
    },
    // Chinese.
    Language {
        empty: "该 此 这 这个 这家 本 贵 公司 企业 機構 机构 該 這 這家 這間 企業 的 之 是 在 了 与 和 或 我 我们 我們 關於 关于 有关 有關 相关 相關 信息 資訊 资讯 资料 資料 数据 數據 网站 網站 网址 官网 官網 域名 網域 页面 頁面 网页 網頁 公开 公開 任何 具体 具體 详细 詳細 更多 可靠 足够 足夠 业务 業務 简介 簡介 描述 \
            内容 內容 搜索 搜尋 结果 結果 目前 暂时 暫時 很抱歉 抱歉 对不起 對不起 非常 提供 找到 找 获取 獲取 取得 确定 確定 确认 確認 访问 訪問 打开 打開 连接 連接 查询 查詢 查到 识别 識別 存在 可用 能 可以 到 其 名称 名稱 可能 根据 根據 来源 來源 中 员工 員工 首席执行官 技术 技術 请 請 现有 現有 已 正在 个 上 网络 網絡 主营 经营 范围 有 对 對 于 验证 驗證",
        denies: "未 没有 沒有 没 沒 无 無 无法 無法 不 不明 未知 未找到 未能 找不到 查无 查無 暂无 暫無 不可用 不存在 不能 不详 不詳 出售 待售 停放 建设中 建設中 错误 錯誤 过期 過期 缺乏 不足 维护 維護 关闭 不清楚 不明确",
    },
    // Korean.
    Language {
        empty: "해당 이 그 본 회사* 기업* 업체* 조직* 사이트* 웹사이트* 홈페이지* 웹페이지* 페이지* 도메인* 이름* 정보* 자료* 관련* 관한 대한 대해 대하여 에 대해서는 공개* 공개된 자세한 구체적인 신뢰할 만한 검색* 결과* 설명* 데이터* 수 찾을 찾지 찾 확인할 확인* 접속* 접근* 제공* 이용* 현재 죄송* 알 알려* 존재* 사업* 있는 또는 및 추가* 식별* \
            특정* 파악* 유감* 안타깝게도 충분한 다른 대표* 직원* 기술* 온라인* 인터넷* 출처* 내용* 열 볼 가져올 중* 중입니다 명확한 명확하게 합니다 입니다 것으로 보입니다",
        denies: "없* 못* 판매* 않* 불가* 판매* 준비* 오류* 아닙* 미공개* 알려지지 중단* 만료* 비어* 부족* 공사* 점검*",
    },
];

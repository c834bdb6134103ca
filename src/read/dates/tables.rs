//! The words of printed dates: months, zones, units, fillers. Data alone.
//!
//! A word is compared after [`super::scan::fold`], so accents, letter case, and the written form of Arabic alef do not
//! matter here. Forms of one month are separated by `|`. No form may mean two months.

use std::sync::LazyLock;

use super::calendars::Calendar;
use crate::read::names::{Words, words};

pub(super) use super::ago::{AGO, NEAR, SINCE, UNITS, Unit};

/// Months by language, January first, separated by `;`.
pub(super) const MONTHS: [(&str, &str); 39] = [
    (
        "en",
        "january|jan; february|feb; march|mar; april|apr; may; june|jun; july|jul; august|aug; \
         september|sept|sep; october|oct; november|nov; december|dec",
    ),
    (
        "ru",
        "января|январь|янв; февраля|февраль|фев|февр; марта|март|мар; апреля|апрель|апр; мая|май; июня|июнь|июн; \
         июля|июль|июл; августа|август|авг; сентября|сентябрь|сен|сент; октября|октябрь|окт; \
         ноября|ноябрь|ноя|нояб; декабря|декабрь|дек",
    ),
    (
        "uk",
        "січня|січень|січ; лютого|лютий|лют; березня|березень|бер; квітня|квітень|квіт; травня|травень|трав; \
         червня|червень|черв; липня|липень|лип; серпня|серпень|серп; вересня|вересень|вер; жовтня|жовтень|жовт; \
         листопада|листопад|лист; грудня|грудень|груд",
    ),
    (
        "be",
        "студзеня|студзень; лютага|люты; сакавіка|сакавік; красавіка|красавік; мая|май; чэрвеня|чэрвень; \
         ліпеня|ліпень; жніўня|жнівень; верасня|верасень; кастрычніка|кастрычнік; лістапада|лістапад; \
         снежня|снежань",
    ),
    (
        "hy",
        "հունվարի|հունվար|հնվ; փետրվարի|փետրվար|փտվ; մարտի|մարտ|մրտ; ապրիլի|ապրիլ|ապր; մայիսի|մայիս|մյս; \
         հունիսի|հունիս|հնս; հուլիսի|հուլիս|հլս; օգոստոսի|օգոստոս|օգս; սեպտեմբերի|սեպտեմբեր|սեպ; \
         հոկտեմբերի|հոկտեմբեր|հոկ; նոյեմբերի|նոյեմբեր|նոյ; դեկտեմբերի|դեկտեմբեր|դեկ",
    ),
    (
        "az",
        "yanvar|yan; fevral|fev; mart; aprel; may; iyun|iyn; iyul|iyl; avqust|avq; sentyabr|sen; oktyabr|okt; \
         noyabr|noy; dekabr|dek",
    ),
    (
        "ka",
        "იანვარი|იანვარს|იან; თებერვალი|თებერვალს|თებ; მარტი|მარტს|მარ; აპრილი|აპრილს|აპრ; მაისი|მაისს|მაი; \
         ივნისი|ივნისს|ივნ; ივლისი|ივლისს|ივლ; აგვისტო|აგვისტოს|აგვ; სექტემბერი|სექტემბერს|სექ; \
         ოქტომბერი|ოქტომბერს|ოქტ; ნოემბერი|ნოემბერს|ნოე; დეკემბერი|დეკემბერს|დეკ",
    ),
    (
        "tr",
        "ocak|oca; şubat|şub; mart; nisan|nis; mayıs; haziran|haz; temmuz|tem; ağustos|ağu; eylül|eyl; ekim|eki; \
         kasım|kas; aralık|ara",
    ),
    (
        "fr",
        "janvier|janv; février|févr|fév; mars; avril|avr; mai; juin; juillet|juil; août; septembre; octobre; \
         novembre; décembre|déc",
    ),
    (
        "de",
        "januar|jänner; februar|feber; märz|maerz|mrz|mär; april; mai; juni; juli; august; september; oktober; \
         november; dezember|dez",
    ),
    (
        "es",
        "enero|ene; febrero; marzo; abril|abr; mayo; junio; julio; agosto|ago; septiembre|setiembre; octubre; \
         noviembre; diciembre|dic",
    ),
    (
        "pt",
        "janeiro; fevereiro; março; abril; maio; junho; julho; agosto; setembro|set; outubro|out; novembro; \
         dezembro",
    ),
    (
        "it",
        "gennaio|gen; febbraio|febbr; marzo; aprile; maggio|mag; giugno|giu; luglio|lug; agosto; settembre|sett; \
         ottobre|ott; novembre; dicembre",
    ),
    ("nl", "januari; februari; maart|mrt; april; mei; juni; juli; augustus; september; oktober; november; december"),
    (
        "pl",
        "stycznia|styczeń; lutego|luty; marca|marzec; kwietnia|kwiecień; maja|maj; czerwca|czerwiec; \
         lipca|lipiec; sierpnia|sierpień; września|wrzesień; października|październik; listopada|listopad; \
         grudnia|grudzień",
    ),
    (
        "ro",
        "ianuarie|ian; februarie; martie; aprilie; mai; iunie; iulie; august; septembrie; octombrie; noiembrie; \
         decembrie",
    ),
    (
        "ar",
        "يناير|كانون الثاني|جانفي; فبراير|شباط|فيفري; مارس|آذار; أبريل|إبريل|نيسان|أفريل; مايو|أيار|ماي; \
         يونيو|يونيه|حزيران|جوان; يوليو|يوليه|تموز|جويلية; أغسطس|آب|أوت; سبتمبر|أيلول; أكتوبر|تشرين الأول; \
         نوفمبر|تشرين الثاني; ديسمبر|كانون الأول",
    ),
    (
        "fa",
        "ژانویه|ژانویهٔ; فوریه; مارس; آوریل; مه|می; ژوئن; ژوئیه|جولای; اوت|آگوست; سپتامبر; اکتبر; نوامبر; \
         دسامبر",
    ),
    ("he", "ינואר; פברואר; מרץ|מרס; אפריל; מאי; יוני; יולי; אוגוסט; ספטמבר; אוקטובר; נובמבר; דצמבר"),
    (
        "cs",
        "ledna|leden; února|únor; března|březen; dubna|duben; května|květen; června|červen; července|červenec; \
         srpna|srpen; září; října|říjen; listopadu|listopad; prosince|prosinec",
    ),
    (
        "sk",
        "januára|január; februára|február; marca|marec; apríla|apríl; mája|máj; júna|jún; júla|júl; augusta|august; \
         septembra|september; októbra|október; novembra|november; decembra|december",
    ),
    (
        "hu",
        "január|januári; február|februári; március|márc; április|ápr; május|máj; június|jún; július|júl; augusztus; \
         szeptember|szept; október; november; december",
    ),
    ("sv", "januari; februari; mars; april; maj; juni; juli; augusti; september; oktober; november; december"),
    (
        "da",
        "januar; februar; marts; april; maj; juni; juli; august; september; oktober; november; december|des|desember",
    ),
    (
        "fi",
        "tammikuuta|tammikuu; helmikuuta|helmikuu; maaliskuuta|maaliskuu; huhtikuuta|huhtikuu; toukokuuta|toukokuu; \
         kesäkuuta|kesäkuu; heinäkuuta|heinäkuu; elokuuta|elokuu; syyskuuta|syyskuu; lokakuuta|lokakuu; \
         marraskuuta|marraskuu; joulukuuta|joulukuu",
    ),
    (
        "el",
        "ιανουαρίου|ιανουάριος|ιαν; φεβρουαρίου|φεβρουάριος|φεβ; μαρτίου|μάρτιος|μαρ; απριλίου|απρίλιος|απρ; \
         μαΐου|μάιος; ιουνίου|ιούνιος|ιουν; ιουλίου|ιούλιος|ιουλ; αυγούστου|αύγουστος|αυγ; \
         σεπτεμβρίου|σεπτέμβριος|σεπ; οκτωβρίου|οκτώβριος|οκτ; νοεμβρίου|νοέμβριος|νοε; δεκεμβρίου|δεκέμβριος|δεκ",
    ),
    ("bg", "януари; февруари; март; април; май; юни; юли; август; септември; октомври; ноември; декември"),
    (
        "sr",
        "јануар|јануара; фебруар|фебруара; март|марта; април|априла; мај|маја; јун|јуна; јул|јула; август|августа; \
         септембар|септембра; октобар|октобра; новембар|новембра; децембар|децембра",
    ),
    (
        "bs",
        "januar|januara; februar|februara; mart|marta; april|aprila; maj|maja; juni|juna; juli|jula; avgust|avgusta; \
         septembar|septembra; oktobar|oktobra; novembar|novembra; decembar|decembra",
    ),
    (
        "hr",
        "siječnja|siječanj; veljače|veljača; ožujka|ožujak; travnja|travanj; svibnja|svibanj; lipnja|lipanj; \
         srpnja|srpanj; kolovoza|kolovoz; rujna|rujan; oktobra; studenoga|studenog|studeni; \
         prosinca|prosinac",
    ),
    (
        "lt",
        "sausio|sausis; vasario|vasaris; kovo|kovas; balandžio|balandis; gegužės|gegužė; birželio|birželis; \
         liepos|liepa; rugpjūčio|rugpjūtis; rugsėjo|rugsėjis; spalio|spalis; lapkričio|lapkritis; gruodžio|gruodis",
    ),
    (
        "lv",
        "janvāris|janvārī; februāris|februārī; marts|martā; aprīlis|aprīlī; maijs|maijā; jūnijs|jūnijā; \
         jūlijs|jūlijā; augusts|augustā; septembris|septembrī; oktobris|oktobrī; novembris|novembrī; \
         decembris|decembrī",
    ),
    ("et", "jaanuar; veebruar; märts; aprill; mai; juuni; juuli; august; september; oktoober; november; detsember"),
    ("kk", "қаңтар; ақпан; наурыз; сәуір; мамыр; маусым; шілде; тамыз; қыркүйек; қазан; қараша; желтоқсан"),
    ("uz", "yanvar; fevral; mart; aprel; may; iyun; iyul; avgust; sentabr; oktabr; noyabr; dekabr"),
    ("id", "januari; februari; maret; april; mei; juni; juli; agustus; september; oktober; november; desember"),
    (
        "hi",
        "जनवरी; फरवरी|फ़रवरी; मार्च; अप्रैल; मई; जून; जुलाई; अगस्त; सितंबर|सितम्बर; अक्टूबर|अक्तूबर; नवंबर|नवम्बर; \
         दिसंबर|दिसम्बर",
    ),
    (
        "bn",
        "জানুয়ারি|জানুয়ারী; ফেব্রুয়ারি|ফেব্রুয়ারী; মার্চ; এপ্রিল; মে; জুন; জুলাই; আগস্ট|অগস্ট; সেপ্টেম্বর; \
         অক্টোবর; নভেম্বর; ডিসেম্বর",
    ),
    ("ur", "جنوری; فروری; مارچ; اپریل; مئی; جون; جولائی; اگست; ستمبر; اکتوبر; نومبر; دسمبر"),
];

/// Months of the Islamic calendar, Muharram first, and of the Solar Hijri one, Farvardin first, as `(calendar, months)`.
pub(super) const OTHER_MONTHS: [(Calendar, &str); 4] = [
    (
        Calendar::Hijri,
        "محرم|المحرم; صفر; ربيع الأول|ربيع أول; ربيع الآخر|ربيع الثاني|ربيع ثاني; جمادى الأولى|جمادى الأول|جمادي أول; \
         جمادى الآخرة|جمادى الثانية|جمادى الآخر|جمادى الثاني|جمادي ثاني; رجب; شعبان; رمضان; شوال; \
         ذو القعدة|ذي القعدة|ذوالقعدة|ذيالقعدة|ذي القعده; ذو الحجة|ذي الحجة|ذوالحجة|ذيالحجة|ذي الحجه",
    ),
    (
        Calendar::Hijri,
        "muharram; safar; rabi i; rabi ii; jumada i; jumada ii; rajab; shaban|shaaban; ramadan|ramadhan; shawwal; \
         dhu alqadah|thul qaada; dhu alhijjah|thul hijja",
    ),
    (
        Calendar::Solar,
        "فروردین; اردیبهشت; خرداد; تیر; مرداد|امرداد; شهریور; مهر|مهرماه; آبان|آبانماه; آذر|آذرماه; دی|دیماه; \
         بهمن|بهمنماه; اسفند|اسفندماه",
    ),
    (Calendar::Solar, "حمل; ثور; جوزا; سرطان; اسد; سنبله; میزان; عقرب; قوس; جدی; دلو; حوت"),
];

/// Years of Japanese eras: the year before the first.
pub(super) const ERAS: [(&str, i32); 3] = [("令和", 2018), ("平成", 1988), ("昭和", 1925)];

/// Words between the parts of a date, or between date and time: `25 de marzo de 2023`, `15 марта 2018 года в 18:00`.
pub(super) static FILLERS: Words = LazyLock::new(|| {
    words(
        "a at ci cu cü da das de del den do em er il ilin in kl klo le nd of om on ore rd saat st t th the um vom г \
     год года року рік р в во о об ի թ թվականի թվական ժ ժամը წელი წლის წ في الساعة ساعت ב בשעה å à",
    )
});

/// Words that stand beside a date on its line: days of the week, `posted`, `updated`, `views`.
pub(super) static BESIDE: Words = LazyLock::new(|| {
    words(
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun \
     понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс понеділок вівторок середа \
     четвер пятниця субота неділя երկուշաբթի երեքշաբթի չորեքշաբթի հինգշաբթի ուրբաթ շաբաթ կիրակի bazar ertəsi \
     çərşənbə axşamı cümə şənbə pazartesi salı çarşamba perşembe cuma cumartesi pazar lundi mardi mercredi jeudi \
     vendredi samedi dimanche montag dienstag mittwoch donnerstag freitag samstag sonntag lunes martes miércoles \
     jueves viernes sábado domingo الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد ორშაბათი სამშაბათი \
     ოთხშაბათი ხუთშაბათი პარასკევი შაბათი კვირა 日 月 火 水 木 金 土 曜 发 布 时 间 時 間 期 更 新 公 開 掲 載 来 源 입력 수정 등록일 작성일 \
     lunedì martedì mercoledì giovedì venerdì sabato domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag \
     poniedziałek wtorek środa czwartek piątek niedziela luni marți miercuri joi vineri sâmbătă duminică segunda terça \
     quarta quinta sexta feira pondělí úterý čtvrtek pátek sobota neděle pondelok utorok streda štvrtok piatok nedeľa hétfő \
     kedd szerda csütörtök péntek szombat vasárnap måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag \
     lørdag søndag maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai δευτέρα τρίτη τετάρτη πέμπτη \
     παρασκευή σάββατο κυριακή понеделник вторник сряда четвъртък петък събота неделя понедељак уторак среда четвртак \
     петак субота недеља ponedjeljak ponedeljak utorak srijeda sreda četvrtak petak subota nedjelja nedelja kl publicado \
     em publicerad uppdaterad publisert oppdatert udgivet pubblicato aggiornato geplaatst gepubliceerd op opublikowano \
     dodano data posted published updated created modified date last time added issued released by views view hits reads read \
     min minutes опубликовано опубликована обновлено дата публикации размещено просмотров просмотры просмотра \
     оновлено опубліковано переглядів yayımlanma tarihi tarih stand veröffentlicht datum publié mis jour mise \
     ligne հրապարակված դիտումներ oxunub baxış tarix uhr heure heures",
    )
});

/// Words after a year that call it one, where the day comes later: in the Caucasus, Central Asia and at the Baltic.
pub(super) static YEAR_WORDS: Words = LazyLock::new(|| words("წლის il cü cu ci cı жылғы жылгы yil gada m"));

/// Words after a number that make a count of visitors, not a date.
pub(super) static COUNTS: Words = LazyLock::new(|| {
    words(
        "views view hits visits visitors comments comment shares share likes spreads просмотров просмотра просмотры \
     просмотр комментариев комментарии переглядів перегляди vues vue oxunub baxış oxunma okunma görüntülenme \
     դիտում դիտումներ ნახვა مشاهدة مشاهدات 閲覧",
    )
});

/// Zones that a printed time names, with their distance from UTC in minutes. Names of several zones are left out.
pub(super) const ZONES: &[(&str, i32)] = &[
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("uct", 0),
    ("мск", 180),
    ("msk", 180),
    ("cet", 60),
    ("cest", 120),
    ("mez", 60),
    ("mesz", 120),
    ("eet", 120),
    ("eest", 180),
    ("wet", 0),
    ("west", 60),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("jst", 540),
    ("kst", 540),
    ("trt", 180),
    ("azt", 240),
    ("msd", 240),
];

/// Names of zones that stand for several, or whose distance is left out: they end a time and tell nothing of it.
pub(super) const UNSURE_ZONES: &[&str] =
    &["cst", "ist", "bst", "ast", "amt", "akst", "akdt", "hst", "sgt", "hkt", "aest", "aedt"];

/// Half-day words: whether they mean the afternoon.
pub(super) const HALVES: &[(&str, bool)] = &[
    ("am", false),
    ("pm", true),
    ("午前", false),
    ("午後", true),
    ("上午", false),
    ("下午", true),
    ("오전", false),
    ("오후", true),
    ("ص", false),
    ("م", true),
];

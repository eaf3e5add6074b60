#include "config.h"

#include "src/demo/demo_text.h"

#include <inttypes.h>
#include <string.h>

/* clang-format off */
static const char *const english[] = {
	"Welcome back to the course.", "Let us begin with a small example.",
	"Last week we saw why this matters.", "Look at the left side of the picture.",
	"What happens if we double the distance?", "Take a moment and write down your guess.",
	"This is the most common mistake, so watch out.", "Here is the same idea in one line.",
	"In the next video we will prove it.", "You do not need to remember the formula.",
	"Now compare the two results.", "That is all for today \xF0\x9F\x8E\x93 see you next time!",
	"[MUSIC PLAYING]", "The answer may surprise you \xF0\x9F\x99\x82",
	"If you are lost, pause here and read the notes.", "And that \xE2\x80\x93 finally \xE2\x80\x93 is the proof.",
};
static const char *const spanish[] = {
	"Bienvenidos de nuevo al curso.", "Empecemos con un ejemplo sencillo.",
	"La semana pasada vimos por qué es importante.", "Observen el lado izquierdo de la imagen.",
	"¿Qué ocurre si duplicamos la distancia?", "Tómense un momento y anoten su respuesta.",
	"Este es el error más común, así que cuidado.", "Aquí está la misma idea en una línea.",
	"En el próximo vídeo lo demostraremos.", "No hace falta memorizar la fórmula.",
	"Ahora comparen los dos resultados.", "Eso es todo por hoy. ¡Hasta la próxima!",
};
static const char *const french[] = {
	"Bienvenue dans ce cours.", "Commençons par un petit exemple.",
	"La semaine dernière, nous avons vu pourquoi c'est important.",
	"Regardez le côté gauche de l'image.", "Que se passe-t-il si l'on double la distance ?",
	"Prenez un instant pour noter votre hypothèse.", "C'est l'erreur la plus fréquente, prenez garde.",
	"Voici la même idée en une seule ligne.", "Nous le démontrerons dans la prochaine vidéo.",
	"Il n'est pas nécessaire de retenir la formule.", "Comparez maintenant les deux résultats.",
	"C'est tout pour aujourd'hui, à bientôt !",
};
static const char *const german[] = {
	"Willkommen zurück im Kurs.", "Beginnen wir mit einem kleinen Beispiel.",
	"Letzte Woche haben wir gesehen, warum das wichtig ist.", "Achten Sie auf die linke Seite des Bildes.",
	"Was geschieht, wenn wir den Abstand verdoppeln?", "Nehmen Sie sich einen Moment und schätzen Sie.",
	"Das ist der häufigste Fehler, also Vorsicht.", "Hier ist derselbe Gedanke in einer Zeile.",
	"Im nächsten Video werden wir es beweisen.", "Die Formel müssen Sie nicht auswendig können.",
	"Vergleichen Sie nun die beiden Ergebnisse.", "Das war's für heute. Tschüss!",
};
static const char *const portuguese[] = {
	"Bem-vindos de volta ao curso.", "Vamos começar com um pequeno exemplo.",
	"Na semana passada vimos por que isto é importante.", "Observem o lado esquerdo da imagem.",
	"O que acontece se duplicarmos a distância?", "Parem um momento e anotem o vosso palpite.",
	"Este é o erro mais comum, por isso atenção.", "Aqui está a mesma ideia numa só linha.",
	"No próximo vídeo vamos demonstrá-lo.", "Não é preciso decorar a fórmula.",
	"Agora comparem os dois resultados.", "É tudo por hoje. Até à próxima!",
};
static const char *const russian[] = {
	"С возвращением на наш курс.", "Начнём с небольшого примера.",
	"На прошлой неделе мы увидели, почему это важно.", "Посмотрите на левую часть рисунка.",
	"Что произойдёт, если удвоить расстояние?", "Сделайте паузу и запишите своё предположение.",
	"Это самая частая ошибка, будьте внимательны.", "Вот та же мысль в одной строке.",
	"В следующем видео мы это докажем.", "Запоминать формулу не нужно.",
	"Теперь сравните два результата.", "На сегодня всё. До встречи!",
};
static const char *const greek[] = {
	"Καλώς ήρθατε ξανά στο μάθημα.", "Ας ξεκινήσουμε με ένα μικρό παράδειγμα.",
	"Την περασμένη εβδομάδα είδαμε γιατί έχει σημασία.", "Κοιτάξτε την αριστερή πλευρά της εικόνας.",
	"Τι συμβαίνει αν διπλασιάσουμε την απόσταση;", "Σκεφτείτε λίγο και γράψτε την απάντησή σας.",
	"Αυτό είναι το πιο συνηθισμένο λάθος.", "Ιδού η ίδια ιδέα σε μία γραμμή.",
	"Στο επόμενο βίντεο θα το αποδείξουμε.", "Δεν χρειάζεται να θυμάστε τον τύπο.",
	"Τώρα συγκρίνετε τα δύο αποτελέσματα.", "Αυτά για σήμερα. Τα λέμε σύντομα!",
};
static const char *const arabic[] = {
	"مرحبًا بكم من جديد في المقرر.", "لنبدأ بمثال صغير.", "رأينا في الأسبوع الماضي لماذا هذا مهم.",
	"انظروا إلى الجانب الأيسر من الصورة.", "ماذا يحدث إذا ضاعفنا المسافة؟",
	"خذوا لحظة واكتبوا تخمينكم.", "هذا هو الخطأ الأكثر شيوعًا، فانتبهوا.",
	"وهذه هي الفكرة نفسها في سطر واحد.", "سنثبت ذلك في الفيديو القادم.",
	"لا حاجة إلى حفظ الصيغة.", "قارنوا الآن بين النتيجتين.", "هذا كل شيء لليوم. إلى اللقاء!",
};
static const char *const hebrew[] = {
	"ברוכים השבים לקורס.", "נתחיל בדוגמה קטנה.", "בשבוע שעבר ראינו מדוע זה חשוב.",
	"הביטו בצד השמאלי של התמונה.", "מה קורה אם מכפילים את המרחק?", "עצרו לרגע ורשמו את הניחוש שלכם.",
	"זו הטעות הנפוצה ביותר, אז שימו לב.", "הנה אותו רעיון בשורה אחת.", "בסרטון הבא נוכיח זאת.",
	"אין צורך לזכור את הנוסחה.", "עכשיו השוו בין שתי התוצאות.", "זה הכול להיום. להתראות!",
};
static const char *const hindi[] = {
	"पाठ्यक्रम में आपका फिर से स्वागत है।", "आइए एक छोटे उदाहरण से शुरू करें।",
	"पिछले सप्ताह हमने देखा कि यह क्यों महत्वपूर्ण है।", "चित्र के बाएँ भाग को देखिए।",
	"यदि हम दूरी दोगुनी कर दें तो क्या होगा?", "एक क्षण रुककर अपना अनुमान लिखिए।",
	"यह सबसे आम गलती है, इसलिए ध्यान दें।", "यही विचार एक पंक्ति में।",
	"अगले वीडियो में हम इसे सिद्ध करेंगे।", "सूत्र याद रखने की आवश्यकता नहीं है।",
	"अब दोनों परिणामों की तुलना कीजिए।", "आज के लिए इतना ही। फिर मिलेंगे!",
};
static const char *const chinese[] = {
	"欢迎回到本课程。", "我们先来看一个小例子。", "上周我们了解了它为什么重要。", "请看图片的左侧。",
	"如果把距离加倍，会发生什么？", "请花一点时间写下你的猜测。", "这是最常见的错误，请大家注意。",
	"同样的想法可以写成一行。", "在下一个视频中我们将证明它。", "你不需要记住这个公式。",
	"现在比较这两个结果。", "今天就到这里，下次再见！👋",
};
static const char *const japanese[] = {
	"この講座へようこそ。", "まず小さな例から始めましょう。", "先週、これがなぜ重要かを学びました。",
	"図の左側を見てください。", "距離を二倍にするとどうなるでしょうか。", "少し時間を取って予想を書いてください。",
	"これは最もよくある間違いです。", "同じ考えを一行で書くとこうなります。", "次の動画でこれを証明します。",
	"公式を覚える必要はありません。", "では二つの結果を比べましょう。", "今日はここまでです。また次回！",
};
static const char *const korean[] = {
	"강의에 다시 오신 것을 환영합니다.", "작은 예제로 시작해 봅시다.", "지난주에 이것이 왜 중요한지 보았습니다.",
	"그림의 왼쪽을 보세요.", "거리를 두 배로 하면 어떻게 될까요?", "잠시 멈추고 예상을 적어 보세요.",
	"가장 흔한 실수이니 주의하세요.", "같은 생각을 한 줄로 쓰면 이렇습니다.", "다음 영상에서 이것을 증명하겠습니다.",
	"공식을 외울 필요는 없습니다.", "이제 두 결과를 비교해 봅시다.", "오늘은 여기까지입니다. 다음에 만나요!",
};
#define ROW(code, name, phrases, latin1) {code, name, phrases, sizeof(phrases) / sizeof(*phrases), latin1}
static const struct demo_language languages[] = {
	ROW("en", "English", english, false),    ROW("es", "Spanish", spanish, true),
	ROW("fr", "French", french, true),       ROW("ar", "Arabic", arabic, false),
	ROW("zh", "Chinese", chinese, false),    ROW("hi", "Hindi", hindi, false),
	ROW("ru", "Russian", russian, false),    ROW("pt", "Portuguese", portuguese, true),
	ROW("ja", "Japanese", japanese, false),  ROW("de", "German", german, true),
	ROW("el", "Greek", greek, false),        ROW("ko", "Korean", korean, false),
	ROW("he", "Hebrew", hebrew, false),
};
#undef ROW
/* clang-format on */

const struct demo_language *demo_languages(size_t *count)
{
	*count = sizeof(languages) / sizeof(*languages);
	return languages;
}

uint64_t demo_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9E3779B97F4A7C15u + b + 0x632BE59BD9B4E019u;

	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return x ^ (x >> 31);
}

void demo_dice_init(struct demo_dice *dice, uint64_t seed)
{
	dice->state = seed;
}

uint32_t demo_dice_roll(struct demo_dice *dice, uint32_t sides)
{
	dice->state += 0x9E3779B97F4A7C15u;
	return (uint32_t)(((demo_mix(dice->state, 0) >> 32) * sides) >> 32);
}

const char *demo_phrase(const struct demo_language *language, uint64_t number)
{
	return language->phrases[number % language->phrase_count];
}

/* The cues of one transcript, one after the other. */
struct lecture {
	const struct demo_language *language;
	struct demo_dice dice;
	size_t left;
	uint64_t start, end;	    /* milliseconds */
	const char *first, *second; /* lines; @second NULL: only one */
};

static void lecture_init(struct lecture *talk, const struct demo_language *language, size_t cues,
			 uint64_t seed)
{
	memset(talk, 0, sizeof(*talk));
	talk->language = language;
	talk->left = cues;
	demo_dice_init(&talk->dice, seed);
	talk->end = demo_dice_roll(&talk->dice, 2000);
}

static bool lecture_next(struct lecture *talk)
{
	struct demo_dice *dice = &talk->dice;

	if (!talk->left)
		return false;
	talk->left--;
	talk->start = talk->end + demo_dice_roll(dice, 900);
	talk->end = talk->start + 1200 + demo_dice_roll(dice, 4000);
	talk->first = demo_phrase(talk->language, demo_dice_roll(dice, 1 << 16));
	talk->second = NULL;
	if (!demo_dice_roll(dice, 3))
		talk->second = demo_phrase(talk->language, demo_dice_roll(dice, 1 << 16));
	return true;
}

/* printf() would take most of the time of a large demo: digits by hand. */
static char *put_digits(char *at, uint64_t value, int digits)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + digits;
}

static char *put_time(char *at, uint64_t ms)
{
	at = put_digits(at, ms / 3600000 % 100, 2);
	*at++ = ':';
	at = put_digits(at, ms / 60000 % 60, 2);
	*at++ = ':';
	at = put_digits(at, ms / 1000 % 60, 2);
	*at++ = ',';
	return put_digits(at, ms % 1000, 3);
}

void demo_subrip(struct buf *out, const struct demo_language *language, size_t cues, uint64_t seed)
{
	struct lecture talk;
	char line[64];

	lecture_init(&talk, language, cues, seed);
	for (uint64_t number = 1; lecture_next(&talk); number++) {
		char *at = put_digits(line, number,
				      number < 10     ? 1
				      : number < 100  ? 2
				      : number < 1000 ? 3
						      : 6);

		*at++ = '\n';
		at = put_time(at, talk.start);
		memcpy(at, " --> ", 5);
		at = put_time(at + 5, talk.end);
		*at++ = '\n';
		buf_add(out, line, (size_t)(at - line));
		buf_add_text(out, talk.first);
		if (talk.second) {
			buf_add_char(out, '\n');
			buf_add_text(out, talk.second);
		}
		buf_add(out, "\n\n", 2);
	}
}

static void add_times(struct buf *out, struct lecture talk, bool ends)
{
	for (const char *comma = ""; lecture_next(&talk); comma = ",")
		buf_printf(out, "%s\n    %" PRIu64, comma, ends ? talk.end : talk.start);
}

void demo_sjson(struct buf *out, const struct demo_language *language, size_t cues, uint64_t seed)
{
	struct lecture talk;

	lecture_init(&talk, language, cues, seed);
	buf_add_text(out, "{\n  \"start\": [");
	add_times(out, talk, false);
	buf_add_text(out, "\n  ],\n  \"end\": [");
	add_times(out, talk, true);
	buf_add_text(out, "\n  ],\n  \"text\": [");
	for (const char *comma = ""; lecture_next(&talk); comma = ",") {
		/* no phrase holds a quote, a backslash or a control character */
		buf_printf(out, "%s\n    \"%s", comma, talk.first);
		if (talk.second)
			buf_printf(out, " %s", talk.second);
		buf_add_char(out, '"');
	}
	buf_add_text(out, "\n  ]\n}");
}

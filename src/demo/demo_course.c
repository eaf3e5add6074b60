#include "config.h"

#include "src/demo/demo_course.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *org, *course, *run, *name;
	int subject;
} catalogue[DEMO_COURSES] = {
	{"FerryX", "MA101x", "2015_T1", "Linear Algebra: Vectors, Matrices and Their Pictures", 0},
	{"FerryX", "MA102x", "2016_T1", "Calculus One: Change and Accumulation", 0},
	{"FerryX", "CS50f", "2016_T3", "Computing for Everyone", 2},
	{"HarbourX", "PH201", "2014_Fall", "Mechanics: From Cannonballs to Comets", 1},
	{"HarbourX", "PH202", "2015_Spring", "Electricity and Magnetism", 1},
	{"DeltaU", "BIO.110", "2017_T2", "The Living Cell", 3},
	{"DeltaU", "BIO.220", "2017_T3", "Genes, Genomes and Evolution", 3},
	{"DeltaU", "HIST-30", "2016", "Sea Routes: A History of the World in Ships", 4},
	{"RiverX", "EC1011", "1T2016", "Introducción a la microeconomía", 5},
	{"RiverX", "EC1012", "2T2016", "Macroeconomics in Turbulent Times", 5},
	{"TideX", "ART7", "2018_Q1", "Looking at Paintings", 6},
	{"TideX", "MUS2", "2018_Q1", "How to Listen to a Symphony", 6},
	{"TideX", "LIT14", "2017_Q4", "Русская повесть: шесть вечеров", 6},
	{"PierX", "ZH100", "2017", "中文入门：第一学期", 7},
	{"PierX", "JA100", "2017", "日本語のはじめの一歩", 7},
	{"PierX", "AR100", "2018", "مقدمة في اللغة العربية", 7},
	{"FerryX", "ST201x", "2017_T1", "Statistics: Telling Signal from Noise", 0},
	{"FerryX", "CS101.1x", "2017_T2", "Programming with Care, Part 1: Values and Types", 2},
	{"FerryX", "CS101.2x", "2017_T3", "Programming with Care, Part 2: Programs that Last", 2},
	{"HarbourX", "CH101", "2015_Fall", "Chemistry of Everyday Things", 1},
	{"HarbourX", "ES300", "2016_Spring", "Oceans, Weather and Climate", 1},
	{"DeltaU", "MED.15", "2018_T1", "Epidemics: How Illness Travels", 3},
	{"DeltaU", "NEU.1", "2018_T1", "Brain and Behaviour", 3},
	{"RiverX", "LAW210", "2T2017", "Contracts: Promises that Count", 5},
	{"RiverX", "MGT330", "3T2017", "Supply Chains and Logistics", 5},
	{"TideX", "PHIL1", "2016_Q2", "Justice, Duty and the Good Life", 4},
	{"TideX", "ARCH4", "2016_Q3", "Η αρχιτεκτονική του Αιγαίου", 6},
	{"PierX", "HI100", "2018", "हिन्दी: पहला कदम", 7},
	{"PierX", "DE200", "2018", "Deutsch im Beruf", 7},
	{"PierX", "EN300", "2018", "Academic Writing in English \xE2\x9C\x8D", 7},
	{"FerryX", "CS201x", "2018_T1", "Data Structures in Pictures", 2},
	{"FerryX", "CS301x", "2018_T2", "Databases: Keeping Promises about Data", 2},
	{"FerryX", "MA201x", "2018_T2", "Probability: the Art of Guessing Well", 0},
	{"HarbourX", "AST10", "2017_Fall", "The Night Sky", 1},
	{"HarbourX", "EN220", "2017_Fall", "Bridges, Hulls and Cranes: Structures at Work", 1},
	{"DeltaU", "HIST-41", "2018", "Letters from the Silk Road", 4},
	{"DeltaU", "ANT-5", "2018", "What Makes Us Human?", 4},
	{"RiverX", "EC2044", "1T2018", "Finanças pessoais sem medo", 5},
	{"TideX", "KO100", "2018_Q2", "처음 배우는 한국어", 7},
	{"TideX", "HEB1", "2018_Q3", "עברית למתחילים", 7},
};

#define TOPICS 12
static const char *const topics[8][TOPICS] = {
	{"What a proof is for", "Vectors in the plane", "Lengths and angles", "Solving two equations at once",
	 "The picture behind a matrix", "Limits without tears", "Slopes everywhere", "Adding up small pieces",
	 "A surprising average", "Coins, dice and doubts", "When formulas lie", "Review before the exam"},
	{"Measuring the world", "Free fall", "Why ships float", "Waves on a string", "Heat and disorder",
	 "Charges at rest", "Currents and magnets", "Light bends", "Atoms at last", "Lab: the pendulum",
	 "Office hours: energy", "What we still do not know"},
	{"Hello, world", "Names and values", "Decisions and loops", "Lists, sets & maps", "Reading someone else's code",
	 "How a hash table works", "Finding a bug", "Files and how they fail", "Two threads, one counter",
	 "Testing what matters", "Big-O in plain words", "Final project: kick-off"},
	{"A tour of the cell", "Membranes", "How enzymes hurry", "DNA, copied", "Mendel's garden", "Natural selection",
	 "Viruses are strange", "Neurons talking", "The immune system", "Field trip: tide pools",
	 "Interview with a virologist", "Summary of the unit"},
	{"Why we study the past", "Maps and their makers", "The first harbours", "Trade winds", "A city and its walls",
	 "Reading a letter from 1345", "Plague and recovery", "Pepper, silver, silk", "Revolutions", "Voices from below",
	 "Debate: who owns history?", "Closing lecture"},
	{"Scarcity", "Supply meets demand", "Who sets the price?", "Elasticity", "Banks and trust", "Games people play",
	 "Taxes", "Unemployment", "Inflation, slowly", "Case study: a harbour", "Guest lecture: the auctioneer",
	 "What would you do?"},
	{"How to look", "Colour", "Line and light", "Rhythm and tempo", "The first movement", "A painter's workshop",
	 "Form follows what?", "The narrator is lying", "Theme and variation", "In the museum",
	 "Conversation with a curator", "Your own portfolio"},
	{"Greetings", "Numbers and dates", "At the market", "My family", "Asking the way", "Sounds that are hard",
	 "Writing the first letters", "Yesterday and tomorrow", "A phone call", "Reading a menu", "Role play: the doctor",
	 "Listening test"},
};

/* Where the faults are; everything else is as it should be. */
static const struct {
	int course;
	size_t video, language;
	enum demo_fault fault;
} faults[] = {
	{4, 2, 1, DEMO_ASSET_MISSING},   {8, 1, 1, DEMO_SRT_MALFORMED},  {8, 3, 0, DEMO_SRT_MALFORMED},
	{12, 0, 1, DEMO_WINDOWS_1252},   {15, 2, 1, DEMO_NO_CUES},       {18, 1, 0, DEMO_DRAFT_DIFFERS},
	{21, 1, 1, DEMO_SHARED_ID},      {24, 3, 0, DEMO_BAD_VIDEO_ID},  {28, 2, 0, DEMO_SJSON_BROKEN},
	{31, 0, 0, DEMO_IMPLICIT},       {34, 1, 0, DEMO_SUB_WITH_BLANKS},
	{36, 0, 1, DEMO_ASSET_MISSING},  {36, 2, 0, DEMO_SRT_MALFORMED},
};
/* clang-format on */

static void count_out(struct demo_course *out, const struct demo_options *options)
{
	struct demo_dice dice;
	bool faulty = false;

	demo_dice_init(&dice, demo_mix(1, (uint64_t)out->number));
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		faulty |= faults[i].course == out->number % DEMO_COURSES;
	out->cues = options->cues;
	out->videos = 4 + demo_dice_roll(&dice, 12);
	out->style = (enum demo_style)(out->number % 3);
	if (out->number % 20 == 9)
		out->style = DEMO_OLD;
	if (options->cues)
		out->videos = 10; /* of five languages each: fifty transcripts */
	else if (faulty && out->videos < 6)
		out->videos = 6;
	out->inline_blocks = out->number % 5 == 2;
	out->folder = out->number % 20 == 7 && !options->cues;
}

void demo_course_plan(struct demo_course *out, int64_t number, const struct demo_options *options)
{
	int row = (int)(number % DEMO_COURSES);
	int64_t round = number / DEMO_COURSES;

	memset(out, 0, sizeof(*out));
	out->number = number;
	snprintf(out->org, sizeof(out->org), "%s", catalogue[row].org);
	snprintf(out->course, sizeof(out->course), "%s", catalogue[row].course);
	snprintf(out->name, sizeof(out->name), "%s", catalogue[row].name);
	if (round)
		snprintf(out->run, sizeof(out->run), "%s_%" PRId64, catalogue[row].run, round + 1);
	else
		snprintf(out->run, sizeof(out->run), "%s", catalogue[row].run);
	count_out(out, options);
	snprintf(out->file, sizeof(out->file), "%s.%s.%s%s", out->org, out->course, out->run,
		 out->folder ? "" : ".tar.gz");
}

/* Lower-case letters, digits and dashes of @name. */
static void make_slug(char *out, size_t size, const char *name)
{
	size_t len = 0;

	for (; *name && len + 1 < size; name++) {
		char c = *name;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[len++] = c;
		else if (len && out[len - 1] != '-')
			out[len++] = '-';
	}
	while (len && out[len - 1] == '-')
		len--;
	out[len] = '\0';
}

static void make_uuid(char *out, size_t size, uint64_t seed)
{
	uint64_t a = demo_mix(seed, 11), b = demo_mix(seed, 12);

	snprintf(out, size, "%08x-%04x-4%03x-%04x-%012" PRIx64, (unsigned)(a >> 32),
		 (unsigned)(a >> 16 & 0xFFFF), (unsigned)(a & 0xFFF),
		 (unsigned)(0x8000 | (b >> 50 & 0x3FFF)), b & 0xFFFFFFFFFFFF);
}

static void make_youtube(char *out, uint64_t seed)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	struct demo_dice dice;

	demo_dice_init(&dice, demo_mix(seed, 13));
	for (int i = 0; i < 11; i++)
		out[i] = letters[demo_dice_roll(&dice, i ? 64 : 52)];
	out[11] = '\0';
}

static size_t make_cues(const struct demo_course *course, struct demo_dice *dice)
{
	if (!course->cues)
		return 6 + demo_dice_roll(dice, 12);
	/* between half and one and a half of what was asked for */
	return (size_t)(course->cues / 2 + demo_dice_roll(dice, (uint32_t)course->cues + 1)) + 1;
}

static void add_language(struct demo_video *out, const struct demo_course *course, size_t language,
			 const char *slug, struct demo_dice *dice, uint64_t seed)
{
	size_t count;
	const struct demo_language *all = demo_languages(&count);
	struct demo_transcript *item = &out->items[out->count++];

	item->language = &all[language];
	item->seed = demo_mix(seed, 100 + language);
	item->cues = make_cues(course, dice);
	item->in_map = true;
	if (out->asset) {
		/* half of the real exports name these files in the map as well */
		item->in_map = course->number % 2;
		snprintf(item->file, sizeof(item->file), "%s-%s.srt", out->val_id,
			 item->language->code);
	} else if (!language && *out->sub) {
		item->in_map = false;
		item->sjson = true;
		snprintf(item->file, sizeof(item->file), "subs_%s.srt.sjson", out->sub);
	} else {
		snprintf(item->file, sizeof(item->file), "%s-%s.srt", slug, item->language->code);
	}
}

static void add_languages(struct demo_video *out, const struct demo_course *course, size_t index,
			  const char *slug, uint64_t seed)
{
	struct demo_dice dice;
	size_t wanted, start;

	demo_dice_init(&dice, demo_mix(seed, 14));
	/* a course's other languages are the same in all its videos; some videos have fewer */
	start = (size_t)demo_mix(15, (uint64_t)course->number) % (DEMO_LANGUAGES - 1);
	wanted = course->cues ? 5 : 1 + (size_t)course->number % 4;
	if (!course->cues && index >= 4 && !demo_dice_roll(&dice, 4))
		wanted = 1;
	if (!course->cues && index < 4 && wanted < 2)
		wanted = 2;
	add_language(out, course, 0, slug, &dice, seed);
	for (size_t i = 1; i < wanted; i++)
		add_language(out, course, 1 + (start + i) % (DEMO_LANGUAGES - 1), slug, &dice,
			     seed);
}

static void share_id(struct demo_video *out, const struct demo_course *course, size_t index)
{
	struct demo_video first;

	if (!index)
		return;
	/* the same video shown again: its id, its English; the other languages are its own */
	demo_video_plan(&first, course, index - 1);
	memcpy(out->val_id, first.val_id, sizeof(out->val_id));
	out->items[0].seed = first.items[0].seed;
	out->items[0].cues = first.items[0].cues;
}

static void add_draft(struct demo_video *out)
{
	out->with_draft = true;
	out->draft = out->items[0];
	out->draft.seed = demo_mix(out->draft.seed, 16);
	out->draft.sjson = false;
	out->draft.in_map = true;
	snprintf(out->draft.file, sizeof(out->draft.file), "%.100s-en-corrected.srt", out->id);
}

/* Files that are named after their language must be Latin-1 text to be Windows-1252. */
static void use_latin_language(struct demo_transcript *item)
{
	size_t count;
	const struct demo_language *all = demo_languages(&count);
	char *dot = strrchr(item->file, '-');

	item->language = &all[2];
	if (dot)
		snprintf(dot, sizeof(item->file) - (size_t)(dot - item->file), "-%s.srt",
			 item->language->code);
}

static void add_fault(struct demo_video *out, const struct demo_course *course, size_t index,
		      size_t language, enum demo_fault fault)
{
	struct demo_transcript *item = &out->items[language < out->count ? language : 0];

	switch (fault) {
	case DEMO_SHARED_ID:
		share_id(out, course, index);
		break;
	case DEMO_BAD_VIDEO_ID:
		snprintf(out->val_id, sizeof(out->val_id), "week 3/%s", out->id);
		break;
	case DEMO_DRAFT_DIFFERS:
		add_draft(out);
		break;
	case DEMO_SUB_WITH_BLANKS:
		snprintf(out->sub, sizeof(out->sub), "Lecture %zu (final)", index + 1);
		snprintf(item->file, sizeof(item->file), "subs_Lecture_%zu__final_.srt.sjson",
			 index + 1);
		item->sjson = true;
		item->in_map = false;
		break;
	case DEMO_IMPLICIT:
		out->count = 1;
		out->sub[0] = '\0';
		out->asset = false;
		item->in_map = false;
		item->sjson = true;
		snprintf(item->file, sizeof(item->file), "subs_%s.srt.sjson", out->youtube);
		break;
	case DEMO_WINDOWS_1252:
		use_latin_language(item);
		item->fault = fault;
		break;
	default:
		item->fault = fault;
	}
}

void demo_video_plan(struct demo_video *out, const struct demo_course *course, size_t index)
{
	int row = (int)(course->number % DEMO_COURSES);
	uint64_t seed = demo_mix(demo_mix(2, (uint64_t)course->number), index);
	const char *topic = topics[catalogue[row].subject][index % TOPICS];
	char slug[80];

	memset(out, 0, sizeof(*out));
	snprintf(out->id, sizeof(out->id), "%016" PRIx64 "%016" PRIx64, demo_mix(seed, 1),
		 demo_mix(seed, 2));
	snprintf(out->name, sizeof(out->name), "%zu.%zu %s", index / 4 + 1, index % 4 + 1, topic);
	make_slug(slug, sizeof(slug), out->name);
	make_youtube(out->youtube, seed);
	if (course->style != DEMO_OLD)
		make_uuid(out->val_id, sizeof(out->val_id), seed);
	if (course->style == DEMO_SUB || course->style == DEMO_OLD)
		snprintf(out->sub, sizeof(out->sub), "%s", out->youtube);
	out->asset = course->style == DEMO_EXPORT;
	add_languages(out, course, index, slug, seed);
	if (course->cues)
		return;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		if (faults[i].course == row && faults[i].video == index)
			add_fault(out, course, index, faults[i].language, faults[i].fault);
}

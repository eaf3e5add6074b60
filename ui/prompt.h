/*
 * prompt.h - the bottom line when it asks: a text, one confirming key, or a word to be typed.
 */
#ifndef SUBFERRY_UI_PROMPT_H
#define SUBFERRY_UI_PROMPT_H

#include "src/engine/desk.h"

#define PROMPT_BYTES 512
#define REASON_BYTES 501 /* with the NUL */

enum prompt_kind {
	PROMPT_NONE, PROMPT_SEARCH, PROMPT_FILTER, PROMPT_GOTO, PROMPT_CONFIRM, PROMPT_WORD,
	PROMPT_PALETTE, PROMPT_REASON, PROMPT_RATE, PROMPT_DUMP,
};
/* NEXT and PREVIOUS: of what PROMPT_GOTO and PROMPT_PALETTE offer; the latter by pages, too. */
enum prompt_answer {
	PROMPT_OPEN, PROMPT_CHANGED, PROMPT_TAKEN, PROMPT_CANCELED, PROMPT_NEXT, PROMPT_PREVIOUS,
	PROMPT_NEXT_PAGE, PROMPT_PREVIOUS_PAGE,
};

/* An act that waits for its key or its word. The ids are copied: what is done is what
   the question named, even if tags or rows have changed meanwhile. */
struct pending_act {
	bool go; /* no act on courses: all that is held goes on */
	bool refreshes; /* no act on courses: the next generation */
	bool ends_rehearsal; /* no act on courses: the dry run that is under way */
	enum act act;
	int64_t *ids;
	size_t count;
	bool named;
	const char *finding; /* a retry of it; static, or NULL */
	struct picks *picks; /* a reference; NULL: no act on findings */
	uint64_t question;   /* of the desk's, which waits for an answer; 0: none */
	char word[256];	     /* ACT_FLAG_ON, a question: what has to be typed */
};

struct prompt {
	enum prompt_kind kind;
	char text[PROMPT_BYTES];   /* what was typed, UTF-8 */
	char before[PROMPT_BYTES]; /* what Esc brings back */
	size_t limit;	  /* bytes with the NUL */
	char question[200];
	char aside[320];  /* what is known of the text, behind it: not typed */
	bool doubtful;	  /* it is a disappointment */
	struct pending_act act;
	char *dump; /* owned: the screen that PROMPT_DUMP asks a place for */
};

void prompt_close(struct prompt *prompt); /* frees; may run twice */
/* Asks for a text of less than @limit bytes; @text is what Esc brings back, and where a filter or
   a rate begins. */
void prompt_text(struct prompt *prompt, enum prompt_kind kind, const char *text, size_t limit);
/* Asks for a word with prompt->question before it; prompt->act stays, for when it was typed. */
void prompt_word(struct prompt *prompt);
/* The same for a reason. */
void prompt_reason(struct prompt *prompt);
/* An act waits for its key, its word or its reason. */
bool prompt_asks(const struct prompt *prompt);
/* A key (@code: a KEY_ code of curses). CHANGED: the text is another one now. */
enum prompt_answer prompt_key(struct prompt *prompt, int key, bool code);
/* What it asks: "filter: ", or prompt->question. */
const char *prompt_label(const struct prompt *prompt);
/* Draws it on line @y and leaves the cursor at the place of typing. */
void prompt_draw(const struct prompt *prompt, int y, int width);

#endif

/*
 * taste.h - looks that are the operator's choice: the theme, and what the plots show. They are
 * remembered, and there from the first frame of the next console (inside ui/ only; UI thread).
 */
#ifndef SUBFERRY_UI_TASTE_H
#define SUBFERRY_UI_TASTE_H

#include "ui/view.h"

/* What this operator chose in an earlier console; before anything is drawn. */
void taste_recall(struct console *console);
/* ACTION_THEME: the next one, by name; or why there is no other. */
void taste_theme(struct console *console);
/* ACTION_PLOTS: of the last hour, or of the last minute. */
void taste_plots(struct console *console);

#endif

/*
 * demo.h - the demo campus: real OLX courses, made on the spot, some with real faults.
 */
#ifndef SUBFERRY_SRC_DEMO_DEMO_H
#define SUBFERRY_SRC_DEMO_DEMO_H

#include "src/base/conf.h"

struct demo_options {
	const char *folder; /* NULL: subferry/demo in the user's state directory ($XDG_STATE_HOME,
			       else ~/.local/state) */
	int64_t courses;    /* 0: as many as the folder holds, else 40 */
	int64_t cues;	    /* of each transcript on average; 0: a short text. For benchmarks. */
	bool reset;	    /* remove what an earlier demo left (its own files only), start over */
};

/*
 * Makes what is missing of the campus and returns its configuration (conf_free()). Courses are
 * the same for the same options at every place; a folder that was made with another size is
 * refused with a hint at --demo-reset. Interrupted, it is completed by the next call.
 */
enum result demo_make(struct conf **out, const struct demo_options *options, struct error *err);

/* Where the status database of the demo in the user's state directory is, or would be (free());
   NULL where there is no such place, or no memory. Makes nothing. */
char *demo_status_db(void);

#endif

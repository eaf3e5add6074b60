#include "config.h"

#include "src/engine/desk_internal.h"

/* Newest first; of the run under the cursor its courses, too. */
enum result page_runs(struct reader *reader, const struct page_request *request,
		      struct snapshot *snap, struct error *err)
{
	int64_t at = request->selected - request->first;
	enum result st = reader_runs(reader, request->first, request->count, &snap->runs,
				     &snap->count, &snap->total, err);

	if (st == RESULT_OK && at >= 0 && at < (int64_t)snap->count)
		st = reader_run_courses(reader, snap->runs[at].number, &snap->run_courses,
					&snap->run_course_count, err);
	return st;
}

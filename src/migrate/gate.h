/*
 * gate.h - how many transactions may be at the store, or at val, at a time; a number that changes
 * while they come and go. Thread-safe.
 */
#ifndef SUBFERRY_SRC_MIGRATE_GATE_H
#define SUBFERRY_SRC_MIGRATE_GATE_H

#include <pthread.h>
#include <stdint.h>

struct gate {
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t moved; /* a place became free, or there are more */
	int64_t most, inside;
};

void gate_init(struct gate *gate, int64_t most);
void gate_clear(struct gate *gate); /* nobody is inside or waits */
/* Nobody goes in any more while @most or more are inside; who is inside stays until it leaves. */
void gate_set(struct gate *gate, int64_t most);
void gate_enter(struct gate *gate); /* waits for a place */
void gate_leave(struct gate *gate);

#endif

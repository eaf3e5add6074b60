#include "config.h"

#include "src/migrate/gate.h"

void gate_init(struct gate *gate, int64_t most)
{
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->moved, NULL);
	gate->most = most;
	gate->inside = 0;
}

void gate_clear(struct gate *gate)
{
	pthread_cond_destroy(&gate->moved);
	pthread_mutex_destroy(&gate->lock);
}

void gate_set(struct gate *gate, int64_t most)
{
	pthread_mutex_lock(&gate->lock);
	gate->most = most;
	pthread_cond_broadcast(&gate->moved);
	pthread_mutex_unlock(&gate->lock);
}

void gate_enter(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	while (gate->inside >= gate->most)
		pthread_cond_wait(&gate->moved, &gate->lock);
	gate->inside++;
	pthread_mutex_unlock(&gate->lock);
}

/* One leaves, one may enter; after a shrinking the first ones that leave let nobody in. */
void gate_leave(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->inside--;
	pthread_cond_signal(&gate->moved);
	pthread_mutex_unlock(&gate->lock);
}

/* A wall clock that can be stepped while the program runs; every other clock stays the machine's.
 *
 * Preloaded (LD_PRELOAD) into a target. It adds the nanoseconds that the file WINDTUNNEL_CLOCK
 * holds, as one machine word, to what the C library says of CLOCK_REALTIME, and takes them off
 * again from every point in time that the program hands back. Sleeps and waits that take a length
 * or the monotonic clock pass untouched: libfaketime 0.9.10 makes them fail or end early, so that
 * gunicorn and a JVM don't survive it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
/* Points in time above this many seconds are of the wall clock: no machine has been up so long. */
#define SINCE_THE_EPOCH 500000000

static volatile int64_t *shared;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("WINDTUNNEL_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *found = mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (found != MAP_FAILED) shared = found;
}

static int64_t offset(void) { return shared ? *shared : 0; }

static void add(struct timespec *moment, int64_t nanoseconds) {
    int64_t left = moment->tv_nsec + nanoseconds % SECOND;
    moment->tv_sec += nanoseconds / SECOND;
    if (left < 0) left += SECOND, moment->tv_sec--;
    if (left >= SECOND) left -= SECOND, moment->tv_sec++;
    moment->tv_nsec = left;
}

static const struct timespec *honest(const struct timespec *moment, struct timespec *room) {
    if (!moment || moment->tv_sec < SINCE_THE_EPOCH) return moment;
    *room = *moment;
    add(room, -offset());
    return room;
}

/* The newest version of a name: plain dlsym finds the oldest, whose condition variables differ. */
static void *next(const char *name) {
    void *found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
    return found ? found : dlsym(RTLD_NEXT, name);
}

#define NEXT(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))next(#name)

int clock_gettime(clockid_t clock, struct timespec *moment) {
    NEXT(clock_gettime);
    int status = real ? real(clock, moment) : (int)syscall(SYS_clock_gettime, clock, moment);
    if (!status && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        add(moment, offset());
    return status;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone) {
    struct timespec found;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &found)) return -1;
    moment->tv_sec = found.tv_sec;
    moment->tv_usec = found.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *seconds) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (seconds) *seconds = found.tv_sec;
    return found.tv_sec;
}

int timespec_get(struct timespec *moment, int base) {
    return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, moment) ? base : 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
                    struct timespec *left) {
    struct timespec room;
    NEXT(clock_nanosleep);
    return real(clock, flags, flags & TIMER_ABSTIME ? honest(wanted, &room) : wanted, left);
}

int timerfd_settime(int file, int flags, const struct itimerspec *wanted,
                    struct itimerspec *before) {
    struct itimerspec room = *wanted;
    NEXT(timerfd_settime);
    if (flags & TFD_TIMER_ABSTIME) honest(&wanted->it_value, &room.it_value);
    return real(file, flags, &room, before);
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    struct timespec room;
    NEXT(pthread_cond_timedwait);
    return real(condition, mutex, honest(until, &room));
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex,
                            const struct timespec *restrict until) {
    struct timespec room;
    NEXT(pthread_mutex_timedlock);
    return real(mutex, honest(until, &room));
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    struct timespec room;
    NEXT(sem_timedwait);
    return real(semaphore, honest(until, &room));
}

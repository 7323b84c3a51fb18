/* Preloaded into a program under test: its time is the number of seconds that the file $FROZEN_TIME holds, as eight
   bytes in the machine's order. The test that wrote it moves it. */

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *moment;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("FROZEN_TIME");
    int file = name ? open(name, O_RDONLY) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *moment, PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) moment = page;
    close(file);
}

static int64_t seconds(void)
{
    return moment ? *moment : 0;
}

time_t time(time_t *result)
{
    time_t now = seconds();
    if (result) *result = now;
    return now;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone)
{
    (void)zone;
    result->tv_sec = seconds();
    result->tv_usec = 0;
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *result)
{
    (void)clock;
    result->tv_sec = seconds();
    result->tv_nsec = 0;
    return 0;
}

/* Preloaded into the kiosk: writes down what it does to the files of one directory, and may end it before any of it.
 *
 * crash_disk_begin(directory, log, kill_before) begins; the kiosk is killed before operation number `kill_before`
 * (counted from 1; 0: never). A record of the log: operation (1 byte), length of the name (4), offset or size (8),
 * length of the data (4), name, data. Files that are only shared memory ("-shm") lie on no disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 4096
enum { OPENED = 'o', WRITTEN = 'w', CUT = 't', SYNCED = 's', DIRECTORY_SYNCED = 'd', REMOVED = 'u', RENAMED = 'r' };

static char directory[PATH_MAX];
static size_t directory_length;
static int log_fd = -1;
static long kill_before, count;
static char names[FILES][64];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

void crash_disk_begin(const char *of, const char *log, long before)
{
    strncpy(directory, of, sizeof directory - 1);
    directory_length = strlen(directory);
    kill_before = before;
    log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

/* The name within the directory, "" for the directory itself, NULL for what is elsewhere or on no disk. */
static const char *name_of(const char *path)
{
    if (log_fd < 0 || path == NULL || strncmp(path, directory, directory_length) != 0)
        return NULL;
    const char *rest = path + directory_length;
    if (*rest == '\0')
        return rest;
    size_t length = strlen(rest);
    if (*rest != '/' || (length > 4 && strcmp(rest + length - 4, "-shm") == 0))
        return NULL;
    return rest + 1;
}

static const char *name_of_fd(int fd)
{
    return log_fd >= 0 && fd >= 0 && fd < FILES && names[fd][0] != '\0' ? names[fd] : NULL;
}

/* Before each operation; the one at which the kiosk is to end never happens. */
static void reach(void)
{
    pthread_mutex_lock(&lock);
    count++;
    if (kill_before != 0 && count == kill_before)
        kill(getpid(), SIGKILL);
    pthread_mutex_unlock(&lock);
}

static void note(char operation, const char *name, uint64_t offset, const void *data, uint32_t length)
{
    uint32_t name_length = (uint32_t)strlen(name);
    char head[17];
    head[0] = operation;
    memcpy(head + 1, &name_length, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &length, 4);
    struct iovec parts[3] = {{head, sizeof head}, {(void *)name, name_length}, {(void *)data, length}};
    int kept = errno;
    if (REAL(writev)(log_fd, parts, data == NULL ? 2 : 3) < 0)
        kill(getpid(), SIGKILL);
    errno = kept;
}

static void remember(int fd, const char *path, int flags)
{
    const char *name = name_of(path);
    if (fd < 0 || fd >= FILES)
        return;
    names[fd][0] = '\0';
    if (name == NULL)
        return;
    strncpy(names[fd], *name == '\0' ? "." : name, sizeof names[fd] - 1);
    if (flags & O_CREAT)
        note(OPENED, name, 0, NULL, 0);
    if (flags & O_TRUNC)
        note(CUT, name, 0, NULL, 0);
}

#define OPEN_BODY(function)                         \
    mode_t mode = 0;                                \
    if (flags & (O_CREAT | O_TMPFILE)) {            \
        va_list more;                               \
        va_start(more, flags);                      \
        mode = va_arg(more, mode_t);                \
        va_end(more);                               \
    }

int open(const char *path, int flags, ...)
{
    OPEN_BODY(open)
    int fd = REAL(open)(path, flags, mode);
    remember(fd, path, flags);
    return fd;
}

int open64(const char *path, int flags, ...)
{
    OPEN_BODY(open64)
    int fd = REAL(open64)(path, flags, mode);
    remember(fd, path, flags);
    return fd;
}

int close(int fd)
{
    if (fd >= 0 && fd < FILES)
        names[fd][0] = '\0';
    return REAL(close)(fd);
}

ssize_t write(int fd, const void *data, size_t length)
{
    const char *name = name_of_fd(fd);
    if (name == NULL)
        return REAL(write)(fd, data, length);
    reach();
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = REAL(write)(fd, data, length);
    if (done > 0)
        note(WRITTEN, name, (uint64_t)at, data, (uint32_t)done);
    return done;
}

#define PWRITE_BODY(function)                                                  \
    const char *name = name_of_fd(fd);                                         \
    if (name == NULL)                                                          \
        return REAL(function)(fd, data, length, at);                           \
    reach();                                                                   \
    ssize_t done = REAL(function)(fd, data, length, at);                       \
    if (done > 0)                                                              \
        note(WRITTEN, name, (uint64_t)at, data, (uint32_t)done);               \
    return done;

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { PWRITE_BODY(pwrite) }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) { PWRITE_BODY(pwrite64) }

#define CUT_BODY(function)                                \
    const char *name = name_of_fd(fd);                    \
    if (name == NULL)                                     \
        return REAL(function)(fd, size);                  \
    reach();                                              \
    int done = REAL(function)(fd, size);                  \
    if (done == 0)                                        \
        note(CUT, name, (uint64_t)size, NULL, 0);         \
    return done;

int ftruncate(int fd, off_t size) { CUT_BODY(ftruncate) }
int ftruncate64(int fd, off64_t size) { CUT_BODY(ftruncate64) }

#define SYNC_BODY(function)                                                              \
    const char *name = name_of_fd(fd);                                                   \
    if (name == NULL)                                                                    \
        return REAL(function)(fd);                                                       \
    reach();                                                                             \
    int done = REAL(function)(fd);                                                       \
    if (done == 0)                                                                       \
        note(strcmp(name, ".") == 0 ? DIRECTORY_SYNCED : SYNCED, name, 0, NULL, 0);      \
    return done;

int fsync(int fd) { SYNC_BODY(fsync) }
int fdatasync(int fd) { SYNC_BODY(fdatasync) }

int unlink(const char *path)
{
    const char *name = name_of(path);
    if (name == NULL)
        return REAL(unlink)(path);
    reach();
    int done = REAL(unlink)(path);
    if (done == 0)
        note(REMOVED, name, 0, NULL, 0);
    return done;
}

int rename(const char *from, const char *to)
{
    const char *name = name_of(from), *new_name = name_of(to);
    if (name == NULL || new_name == NULL)
        return REAL(rename)(from, to);
    reach();
    int done = REAL(rename)(from, to);
    if (done == 0)
        note(RENAMED, name, 0, new_name, (uint32_t)strlen(new_name));
    return done;
}

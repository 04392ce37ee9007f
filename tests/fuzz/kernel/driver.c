/* A fuzzer for compilers without libFuzzer: it keeps the inputs that reach other branches, and changes them. The target
   is compiled with -fsanitize-coverage=trace-pc. It always does the same, as far as time allows.

   usage: TARGET SECONDS DICTIONARY FOUND CORPUS [FILE ...]

   CORPUS is a folder for inputs that are kept, FOUND a file for the input that fails. */

#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAP = 1 << 16, MOST = 4096, MOST_KEPT = 1 << 16, MOST_WORDS = 256, WORD = 128 };

typedef struct {
    uint8_t *data;
    size_t size;
} Input;

static uint8_t map[MAP], seen[MAP];
static Input kept[MOST_KEPT];
static size_t kept_count, word_count, runs;
static struct {
    uint8_t data[WORD];
    size_t size;
} words[MOST_WORDS];
static uint8_t now[MOST];
static size_t now_size;
static const char *found, *corpus;
static uint64_t state = 88172645463325252u;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_cov_trace_pc(void);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

void __sanitizer_cov_trace_pc(void)
{
    static uintptr_t before;
    uintptr_t here = (uintptr_t)__builtin_return_address(0) * 0x9E3779B97F4A7C15u >> 40;
    uint8_t *hits = &map[(here ^ before) % MAP];
    *hits += *hits < 255;
    before = here >> 1;
}

const char *__asan_default_options(void)
{
    return "abort_on_error=1:detect_leaks=1";
}

const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}

static void failed(int number)
{
    int file = open(found, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file >= 0 && write(file, now, now_size) == (ssize_t)now_size)
        dprintf(2, "%s: the input that %s\n", found, number == SIGALRM ? "takes more than ten seconds" : "fails");
    _exit(1);
}

static size_t below(size_t most)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state >> 11) % most;
}

static void keep(const uint8_t *data, size_t size, int is_new)
{
    if (kept_count == MOST_KEPT)
        return;
    Input *one = &kept[kept_count++];
    one->data = malloc(size + 1);
    one->size = size;
    memcpy(one->data, data, size);
    if (is_new) {
        char name[4096];
        uint64_t hash = 14695981039346656037u;
        for (size_t i = 0; i < size; i++)
            hash = (hash ^ data[i]) * 1099511628211u;
        snprintf(name, sizeof name, "%s/%016llx", corpus, (unsigned long long)hash);
        FILE *file = fopen(name, "wb");
        if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file))
            perror(name);
    }
}

/* Run an input. Return whether it reached what none reached before: another branch, or one twice as often. */
static int run(void)
{
    int is_new = 0;
    memset(map, 0, sizeof map);
    alarm(10);
    uint8_t *copy = malloc(now_size + !now_size);
    memcpy(copy, now, now_size);
    LLVMFuzzerTestOneInput(copy, now_size);
    free(copy);
    runs++;
    for (size_t i = 0; i < MAP; i += 8) {
        uint64_t word;
        memcpy(&word, map + i, 8);
        for (size_t k = i; word && k < i + 8; k++)
            if (map[k]) {
                uint8_t bit = (uint8_t)(1 << (31 - __builtin_clz(map[k])));
                is_new |= !(seen[k] & bit);
                seen[k] |= bit;
            }
    }
    return is_new;
}

static void insert(const uint8_t *data, size_t size)
{
    size_t at = below(now_size + 1), over = below(3) ? 0 : size; /* put in, or written over what is there */
    if (over > now_size - at)
        over = now_size - at;
    if (now_size - over + size > MOST)
        return;
    memmove(now + at + size, now + at + over, now_size - at - over);
    memcpy(now + at, data, size);
    now_size += size - over;
}

static void mutate(void)
{
    uint8_t part[MOST];
    size_t at = now_size ? below(now_size) : 0, size = now_size ? 1 + below(now_size - at) : 0;
    switch (below(8)) {
    case 0:
        if (now_size)
            now[at] ^= (uint8_t)(1 << below(8));
        break;
    case 1:
        if (now_size)
            now[below(2) ? at : now_size - 1 - below(now_size < 8 ? now_size : 8)] = (uint8_t)below(256);
        break;
    case 2:
        size = below(2) && size > 4 ? 1 + below(4) : size;
        memmove(now + at, now + at + size, now_size - at - size);
        now_size -= size;
        break;
    case 3:
        memcpy(part, now + at, size);
        insert(part, size);
        break;
    case 4: {
        Input other = kept[below(kept_count)];
        if (other.size) {
            at = below(other.size);
            insert(other.data + at, 1 + below(other.size - at));
        }
        break;
    }
    default:
        if (word_count) {
            at = below(word_count);
            insert(words[at].data, words[at].size);
        }
    }
}

static void read_words(const char *name)
{
    char line[4 * WORD];
    FILE *file = fopen(name, "r");
    while (file && word_count < MOST_WORDS && fgets(line, sizeof line, file)) {
        if (*line != '"')
            continue;
        size_t size = 0;
        for (char *p = line + 1; *p && *p != '"' && size < WORD; p++) {
            if (*p == '\\' && p[1] == 'x') {
                char digits[3] = {p[2], p[3], 0};
                words[word_count].data[size++] = (uint8_t)strtol(digits, NULL, 16);
                p += 3;
            } else
                words[word_count].data[size++] = (uint8_t) * (*p == '\\' ? ++p : p);
        }
        words[word_count++].size = size;
    }
    if (file)
        fclose(file);
}

static void read_inputs(const char *name)
{
    char inside[4096];
    DIR *folder = opendir(name);
    if (folder != NULL) {
        for (struct dirent *one; (one = readdir(folder)) != NULL;)
            if (*one->d_name != '.') {
                snprintf(inside, sizeof inside, "%s/%s", name, one->d_name);
                read_inputs(inside);
            }
        closedir(folder);
        return;
    }
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return;
    now_size = fread(now, 1, MOST, file);
    fclose(file);
    if (run())
        keep(now, now_size, 0);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: %s SECONDS DICTIONARY FOUND CORPUS [FILE ...]\n", *argv);
        return 2;
    }
    time_t stop = time(NULL) + atol(argv[1]);
    found = argv[3];
    corpus = argv[4];
    mkdir(corpus, 0755);
    signal(SIGABRT, failed);
    signal(SIGALRM, failed);
    read_words(argv[2]);
    for (int i = 4; i < argc; i++)
        read_inputs(argv[i]);
    if (!kept_count)
        keep(now, 0, 0);
    for (size_t more = 0; more % 256 || time(NULL) < stop; more++) {
        Input from = kept[below(4) ? kept_count - 1 - below(kept_count < 64 ? kept_count : 64) : below(kept_count)];
        memcpy(now, from.data, now_size = from.size);
        for (size_t times = 1 + below(4); times; times--)
            mutate();
        if (run())
            keep(now, now_size, 1);
    }
    size_t reached = 0;
    for (size_t i = 0; i < MAP; i++)
        reached += seen[i] != 0;
    printf("%zu runs, %zu inputs kept, %zu edges\n", runs, kept_count, reached);
    return 0;
}

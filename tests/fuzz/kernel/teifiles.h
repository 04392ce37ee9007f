/* TEI: reading and writing of rows, with all that holds of both. */

#include "sha.h"
#include "tei.h"

/* Groups as corpusfmt/formats/tei/header.py gives them: a space behind each word, a line feed behind the last. */
static const char WORDS[] = "title headline\nauthor by\ndate\npublisher\nlanguage lang\nlicence license\nurl\n";

/* Every text of a size has the same digest: what comes behind the comparison is reached. */
static void hash_nothing(uint32_t *state, const u8 *p, size_t blocks)
{
    (void)state, (void)p, (void)blocks;
}

static const Hashing BY = {hash_nothing, hash_nothing};

/* Read TEI. Frees nothing. */
static Rows read_tei(Py_buffer data, size_t from)
{
    Natives in = {.depth = MOST_LEVELS, .document = PTRDIFF_MAX, .metadata = PTRDIFF_MAX, .by = BY};
    in.out.data = data.buf;
    in.out.size = (size_t)data.len;
    in.words = (Span){(const u8 *)WORDS, (const u8 *)WORDS + sizeof WORDS - 1};
    granted = ration;
    size_t stop = (size_t)(tei_cut(&in, in.out.data + from) - in.out.data);
    granted = SIZE_MAX;
    int failed = in.out.table.failed || in.out.arena.failed || in.header.failed || in.scratch.failed;
    free(in.header.at);
    free(in.scratch.at);
    if (failed) {
        free(in.out.arena.at);
        free(in.out.table.at);
        return (Rows){.data = data, .arena = alone("", 0), .table = alone("", 0)};
    }
    Rows rows = {.data = data, .arena = closed(&in.out.arena), .table = closed(&in.out.table)};
    check_rows(&rows, from, stop);
    return rows;
}

/* Write rows and read them again. */
static void write_tei(const Rows *rows, size_t first, size_t mark_size)
{
    u8 *marks = calloc(1, mark_size);
    Writer how = {.names = {{marks, (Py_ssize_t)mark_size}, 0}, .by = BY};
    Bytes out = {0}, ends = {0};
    how.words = (Span){(const u8 *)WORDS, (const u8 *)WORDS + sizeof WORDS - 1};
    granted = ration;
    size_t stop = tei_put(rows, first, &how, &out, &ends);
    granted = SIZE_MAX;
    if (out.failed || ends.failed)
        free(out.at);
    else {
        check_ends(rows, first, stop, &out, &ends);
        Rows again = read_tei(closed(&out), 0);
        if (are_right(rows))
            check_again(rows, first, &again, &ends);
        forget_rows(&again);
    }
    free(ends.at);
    free(marks);
}

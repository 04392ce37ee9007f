/* TEI: reading and writing of rows, with all that holds of both. */

#include "tei.h"

/* Groups as corpusfmt/formats/tei/header.py gives them: a space behind each word, a line feed behind the last. */
static const char WORDS[] = "title headline\nauthor by\ndate\npublisher\nlanguage lang\nlicence license\nurl\n";

/* Read TEI. Frees nothing. */
static Rows read_tei(Py_buffer data, size_t from, Bytes *digests)
{
    Natives in = {.depth = MOST_LEVELS, .document = PTRDIFF_MAX, .metadata = PTRDIFF_MAX};
    in.out.data = data.buf;
    in.out.size = (size_t)data.len;
    in.words = (Span){(const u8 *)WORDS, (const u8 *)WORDS + sizeof WORDS - 1};
    granted = ration;
    size_t stop = (size_t)(tei_cut(&in, in.out.data + from) - in.out.data);
    granted = SIZE_MAX;
    int failed = in.out.table.failed || in.out.arena.failed || in.digests.failed || in.header.failed || in.scratch.failed;
    free(in.header.at);
    free(in.scratch.at);
    *digests = in.digests;
    if (failed) {
        free(in.out.arena.at);
        free(in.out.table.at);
        return (Rows){.data = data, .arena = alone("", 0), .table = alone("", 0)};
    }
    Rows rows = {.data = data, .arena = closed(&in.out.arena), .table = closed(&in.out.table)};
    check_rows(&rows, from, stop);
    CHECK(digests->size == count(&rows) * DIGEST);
    return rows;
}

/* Write rows and read them again. */
static void write_tei(const Rows *rows, size_t first, size_t mark_size, const void *digests, size_t size)
{
    u8 *marks = calloc(1, mark_size);
    Names names = {{marks, (Py_ssize_t)mark_size}, 0};
    Bytes out = {0}, ends = {0}, found;
    Py_buffer given = alone(digests, size);
    Span all = {given.buf, (const u8 *)given.buf + size}, words = {(const u8 *)WORDS, (const u8 *)WORDS + sizeof WORDS - 1};
    granted = ration;
    size_t stop = tei_put(rows, first, all, words, &names, &out, &ends);
    granted = SIZE_MAX;
    if (out.failed || ends.failed)
        free(out.at);
    else {
        check_ends(rows, first, stop, &out, &ends);
        Rows again = read_tei(closed(&out), 0, &found);
        if (are_right(rows))
            check_again(rows, first, &again, &ends);
        CHECK(!found.size || memcmp(found.at, (u8 *)given.buf + first * DIGEST, found.size) == 0);
        free(found.at);
        forget_rows(&again);
    }
    free(ends.at);
    free(marks);
    forget(given);
}

/* Seed files: reading and writing of rows, with all that holds of both. */

#include "seed.h"

static Rows read_seed(Py_buffer data, size_t from, const SeedLimits *limits)
{
    Bytes table = {0}, nothing = {0};
    const u8 *start = data.buf;
    granted = ration;
    size_t stop = (size_t)(seed_cut(start, start + from, start + data.len, 1, limits, &table) - start);
    granted = SIZE_MAX;
    if (table.failed) {
        free(table.at);
        return (Rows){.data = data, .arena = alone("", 0), .table = alone("", 0)};
    }
    Rows rows = {.data = data, .arena = closed(&nothing), .table = closed(&table)};
    check_rows(&rows, from, stop);
    for (size_t i = 0; i < count(&rows); i++) {
        int64_t row[COLUMNS], next[COLUMNS];
        row_of(&rows, i, row);
        int64_t end = i + 1 < count(&rows) ? row_of(&rows, i + 1, next)[BEGIN] : (int64_t)stop;
        CHECK(starts(start + row[BEGIN], start + stop, "<<<FILE ", 8) && row[ID] < row[ID_STOP]);
        CHECK(row[BEGIN] == 0 || start[row[BEGIN] - 1] == '\n' || i == 0);
        CHECK(end - row[BEGIN] <= limits->document && row[META_STOP] - row[META] <= limits->metadata);
        CHECK(limits->version || !row[META_STOP]);
        CHECK(row[LINE] == slow_line(start + from, start + row[BEGIN]));
    }
    return rows;
}

/* Write rows and read them again. Return whether all that were written could be read by the kernel. */
static int write_seed_so(const Rows *rows, size_t first, SeedWriting how)
{
    const SeedLimits usual = {!how.plain, MOST_LEVELS, PTRDIFF_MAX, PTRDIFF_MAX, PTRDIFF_MAX};
    Bytes out = {0}, ends = {0};
    granted = ration;
    size_t stop = seed_put(rows, first, &how, &out, &ends);
    granted = SIZE_MAX;
    if (out.failed || ends.failed) {
        free(out.at);
        free(ends.at);
        return 0;
    }
    check_ends(rows, first, stop, &out, &ends);
    Rows again = read_seed(closed(&out), 0, &usual);
    if (are_right(rows) && !how.drops_metadata && !how.ends_texts)
        check_again(rows, first, &again, &ends);
    int all = count(&again) == ends.size / sizeof(int64_t);
    forget_rows(&again);
    free(ends.at);
    return all;
}

static int write_seed(const Rows *rows, size_t first, Py_ssize_t header, Py_ssize_t metadata)
{
    write_seed_so(rows, first, (SeedWriting){header, metadata, 1, 0, 0});
    write_seed_so(rows, first, (SeedWriting){header, metadata, 1, 1, 1});
    return write_seed_so(rows, first, (SeedWriting){header, metadata, 0, 0, 0});
}

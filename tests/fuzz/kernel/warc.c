/* Rows of a seed file as WARC, which is read again; and any bytes read as WARC. */

#include "target.h"
#include "seedfiles.h"
#include "jsonl.h"
#include "sha.h"
#include "tei.h"
#include "warc.h"

static Rows read_warc(Py_buffer data, size_t from, const WarcLimits *limits, Reader reader)
{
    Lines out = {.data = data.buf, .size = (size_t)data.len};
    granted = ration;
    size_t stop = (size_t)(warc_cut(&out, out.data + from, limits, reader) - out.data);
    granted = SIZE_MAX;
    CHECK(from <= stop && stop <= out.size);
    if (out.table.failed || out.arena.failed) {
        free(out.table.at);
        free(out.arena.at);
        return (Rows){.data = data, .arena = alone("", 0), .table = alone("", 0)};
    }
    Rows rows = {.data = data, .arena = closed(&out.arena), .table = closed(&out.table)};
    CHECK(slow_is_utf8(rows.arena.buf, (size_t)rows.arena.len) && are_right(&rows));
    int64_t row[COLUMNS], last = (int64_t)from;
    for (size_t i = 0; i < count(&rows); i++) {
        Fields of;
        CHECK(fields(&rows, row_of(&rows, i, row), &of));
        CHECK(last <= row[BEGIN] && row[BEGIN] < row[BODY] && row[BODY] <= (int64_t)stop && length(of.id));
        CHECK(slow_is_utf8(of.id.at, length(of.id)) && slow_is_utf8(of.name.at, length(of.name)));
        CHECK(slow_is_utf8(of.text.at, length(of.text)) && slow_is_utf8(of.meta.at, length(of.meta)));
        CHECK(length(of.meta) <= (size_t)limits->metadata);
        last = row[BODY];
    }
    return rows;
}

/* Write rows and read them again. */
static void write_warc(const Rows *rows, size_t first, size_t marks, int quick)
{
    static const char dates[] = "date\0published\0", urls[] = "url\0source\0", urn[] = "<urn:uuid:0123456789ab";
    const WarcLimits usual = {hashing(quick), 1, MOST_LEVELS, PTRDIFF_MAX, PTRDIFF_MAX, PTRDIFF_MAX};
    Bundle how = {
        .by = hashing(quick), .type = alone("conversion", 10), .date = alone("2024-01-01T00:00:00Z", 20),
        .urn = alone(urn, sizeof urn - 1), .first = alone("corpus of texts.", 16), .second = alone("metadata .......", 16),
        .dates = alone(dates, sizeof dates - 1), .urls = alone(urls, sizeof urls - 1),
    };
    Bytes out = {0}, ends = {0};
    u8 *zeros = calloc(1, marks);
    how.marks = alone(zeros, marks);
    free(zeros);
    granted = ration;
    size_t stop = warc_put(rows, first, &how, &out, &ends);
    granted = SIZE_MAX;
    CHECK(first <= stop && stop <= count(rows));
    if (out.failed || ends.failed) {
        free(out.at);
    } else {
        CHECK(ends.size == 2 * (stop - first) * sizeof(int64_t));
        Rows again = read_warc(closed(&out), 0, &usual, bundle);
        CHECK(count(&again) <= stop - first);
        for (size_t i = 0; i < count(&again) && are_right(rows); i++) {
            int64_t one[COLUMNS], other[COLUMNS];
            Fields a, b;
            CHECK(fields(rows, row_of(rows, first + i, one), &a) && fields(&again, row_of(&again, i, other), &b));
            CHECK(same(a.id, b.id) && same(a.name, b.name) && same(a.text, b.text));
            CHECK(same_json(members(a.meta), members(b.meta)) && one[FLAGS] == other[FLAGS]);
        }
        forget_rows(&again);
    }
    free(ends.at);
    const Py_buffer more[] = {how.type, how.date, how.urn, how.first, how.second, how.marks, how.dates, how.urls};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        forget(more[i]);
}

static void fuzz(Input in)
{
    SeedLimits seeds = {1, MOST_LEVELS, PTRDIFF_MAX, PTRDIFF_MAX, PTRDIFF_MAX};
    int quick = (int)choose(&in, 2), poor = choose(&in, 4) == 3;
    size_t marks = 1 + choose(&in, 64), few = poor ? choose(&in, 8) : SIZE_MAX;
    WarcLimits limits = {hashing(quick), (int)choose(&in, 2), MOST_LEVELS, PTRDIFF_MAX, PTRDIFF_MAX, PTRDIFF_MAX};
    if (poor) {
        limits.depth = (int)choose(&in, MOST_LEVELS + 1);
        limits.document = choose_limit(&in);
        limits.header = choose_limit(&in);
        limits.metadata = choose_limit(&in);
    }
    if (in.size > 5 && memcmp(in.data, "WARC/", 5) == 0) {
        for (int kind = 0; kind < 2; kind++) {
            ration = few;
            Rows rows = read_warc(alone(in.data, in.size), 0, &limits, kind ? conversion : bundle);
            write_warc(&rows, 0, marks, quick);
            ration = SIZE_MAX;
            forget_rows(&rows);
        }
    }
    Rows rows = read_seed(alone(in.data, in.size), 0, &seeds);
    ration = few;
    write_warc(&rows, poor ? count(&rows) / 2 : 0, marks, quick);
    ration = SIZE_MAX;
    forget_rows(&rows);
}

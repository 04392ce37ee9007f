/* Rows of a seed file, which are written in both formats and read again. */

#include "target.h"
#include "seedfiles.h"
#include "jsonlines.h"

static void fuzz(Input in)
{
    SeedLimits limits = {.version = 1 - (int)choose(&in, 2), .depth = MOST_LEVELS};
    int limited = choose(&in, 4) == 3;
    size_t from = 0, which = choose(&in, LAYOUT_COUNT);
    limits.header = limits.document = limits.metadata = PTRDIFF_MAX;
    if (limited) {
        limits.depth = (int)choose(&in, MOST_LEVELS + 1);
        limits.header = choose_limit(&in);
        limits.document = choose_limit(&in);
        limits.metadata = choose_limit(&in);
        from = choose(&in, 64);
        from %= in.size + 1;
    }
    Rows rows = read_seed(alone(in.data, in.size), from, &limits);
    int all = write_seed(&rows, 0, PTRDIFF_MAX, PTRDIFF_MAX);
    /* What is like the mark of a text without a final line end is looked at closely where a text ends with it. */
    const Span whole = {rows.data.buf, (const u8 *)rows.data.buf + rows.data.len};
    CHECK(all || !limits.version || has(whole, (const u8 *)MARKED + 2, MARKED_SIZE - 3));
    write_jsonl(&rows, 0, 0, PTRDIFF_MAX);
    write_jsonl(&rows, 0, which, PTRDIFF_MAX);
    if (limited) {
        ration = choose(&in, 8);
        Rows poor = read_seed(alone(in.data, in.size), from < in.size ? from : in.size, &limits);
        forget_rows(&poor);
        write_seed(&rows, count(&rows) / 2, limits.header, limits.metadata);
        write_jsonl(&rows, count(&rows) / 2, which, limits.metadata);
        ration = SIZE_MAX;
    }
    forget_rows(&rows);
}

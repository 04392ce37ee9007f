/* Rows of JSON Lines, in each layout, which are written in both formats and read again. */

#include "target.h"
#include "seedfiles.h"
#include "jsonlines.h"

static void fuzz(Input in)
{
    Layout layout = layout_of(choose(&in, LAYOUT_COUNT), MOST_LEVELS, PTRDIFF_MAX, PTRDIFF_MAX);
    size_t which = choose(&in, LAYOUT_COUNT), from = 0;
    int limited = choose(&in, 4) == 3;
    if (limited) {
        layout.depth = (int)choose(&in, MOST_LEVELS + 1);
        layout.document = choose_limit(&in);
        layout.metadata = choose_limit(&in);
        from = choose(&in, 64);
        from %= in.size + 1;
    }
    Rows rows = read_jsonl(alone(in.data, in.size), from, &layout);
    write_jsonl(&rows, 0, 0, PTRDIFF_MAX);
    write_jsonl(&rows, 0, which, PTRDIFF_MAX);
    write_seed(&rows, 0, PTRDIFF_MAX, PTRDIFF_MAX);
    if (limited) {
        ration = choose(&in, 8);
        Rows poor = read_jsonl(alone(in.data, in.size), from < in.size ? from : in.size, &layout);
        forget_rows(&poor);
        write_jsonl(&rows, count(&rows) / 2, which, layout.metadata);
        write_seed(&rows, count(&rows) / 2, layout.document, layout.metadata);
        ration = SIZE_MAX;
    }
    forget_rows(&rows);
}

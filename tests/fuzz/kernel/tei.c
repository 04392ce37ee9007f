/* Rows of a seed file as TEI, which is read again; and any bytes read as TEI. */

#include "target.h"
#include "seedfiles.h"
#include "jsonl.h"
#include "teifiles.h"

static void fuzz(Input in)
{
    SeedLimits limits = {1, MOST_LEVELS, PTRDIFF_MAX, PTRDIFF_MAX, PTRDIFF_MAX};
    size_t from = choose(&in, 4), poor = choose(&in, 4), mark_size = 1 + choose(&in, 64);
    size_t few = poor == 3 ? choose(&in, 8) : SIZE_MAX;
    if (in.size && *in.data == '<' && in.size > 3 && in.data[3] != 'F') {
        from = from < in.size && from == 3 ? from : 0;
        ration = few;
        Rows rows = read_tei(alone(in.data, in.size), from);
        write_tei(&rows, 0, mark_size);
        ration = SIZE_MAX;
        forget_rows(&rows);
    }
    Rows rows = read_seed(alone(in.data, in.size), 0, &limits);
    ration = few;
    write_tei(&rows, poor == 2 ? count(&rows) / 2 : 0, mark_size);
    ration = SIZE_MAX;
    forget_rows(&rows);
}

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
    Bytes digests, digits = {0};
    if (in.size && *in.data == '<' && in.size > 3 && in.data[3] != 'F') {
        from = from < in.size && from == 3 ? from : 0;
        ration = few;
        Rows rows = read_tei(alone(in.data, in.size), from, &digests);
        write_tei(&rows, 0, mark_size, digests.at, digests.failed ? 0 : digests.size);
        ration = SIZE_MAX;
        free(digests.at);
        forget_rows(&rows);
    }
    Rows rows = read_seed(alone(in.data, in.size), 0, &limits);
    while (digits.size < count(&rows) * DIGEST)
        put_byte(&digits, (u8)digits.size);
    ration = few;
    write_tei(&rows, poor == 2 ? count(&rows) / 2 : 0, mark_size, digits.at, digits.size);
    ration = SIZE_MAX;
    free(digits.at);
    forget_rows(&rows);
}

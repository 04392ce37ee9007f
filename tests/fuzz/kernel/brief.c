/* JSON Lines without the inside of long strings. */

#include "target.h"
#include "jsonl.h"

static void fuzz(Input in)
{
    Input keys = take(&in, choose(&in, 16));
    ration = choose(&in, 4) ? SIZE_MAX : choose(&in, 8);
    Py_buffer kept = alone(keys.data, keys.size), data = alone(in.data, in.size);
    const u8 *start = data.buf;
    Span of = {kept.buf, (u8 *)kept.buf + kept.len};
    Bytes brief = {0}, again = {0};
    granted = ration;
    size_t lines = put_briefs(&brief, start, start + data.len, of);
    granted = ration = SIZE_MAX;
    if (!brief.failed) {
        CHECK(brief.size <= (size_t)data.len + 1);
        Py_buffer first = closed(&brief);
        start = first.buf;
        CHECK(lines_of(start, start + first.len) == (int64_t)lines);
        CHECK(put_briefs(&again, start, start + first.len, of) == lines);
        CHECK(!again.failed && again.size == (size_t)first.len && (!first.len || memcmp(again.at, start, again.size) == 0));
        forget(first);
    }
    free(brief.at);
    free(again.at);
    forget(data);
    forget(kept);
}

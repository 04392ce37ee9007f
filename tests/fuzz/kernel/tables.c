/* Rows that nobody read: whatever a table says, nothing but the buffers is read, and what is written is framed. */

#include "target.h"
#include "seedfiles.h"
#include "jsonlines.h"
#include "teifiles.h"
#include "warc.h"
#include "proof.h"

static void fuzz(Input in)
{
    size_t which = choose(&in, LAYOUT_COUNT), wide = choose(&in, 8), flags = choose(&in, 256);
    Py_ssize_t header = choose_limit(&in), metadata = choose_limit(&in);
    size_t sizes[] = {choose(&in, 256), choose(&in, 256)};
    Input buffers[] = {take(&in, sizes[0]), take(&in, sizes[1])};
    Bytes table = {0};
    if (wide == 7) /* the bytes as they are */
        put(&table, in.data, in.size);
    else /* small numbers, mostly ones that increase, in whole rows and a part of one */
        for (int64_t at = 0, column = 0; in.size; column = (column + 1) % COLUMNS) {
            int64_t step = *take(&in, 1).data;
            at = column == FLAGS ? step & (int64_t)flags : column == ID || wide == 6 ? (int8_t)step : at + (step & 31);
            put(&table, &at, sizeof at);
        }
    Rows rows = {.data = alone(buffers[0].data, buffers[0].size), .arena = alone(buffers[1].data, buffers[1].size)};
    rows.table = closed(&table);
    size_t first = count(&rows) ? flags % (count(&rows) + 1) : 0;
    Bytes column = {0};
    put_column(&rows, ID + 2 * (int)(which % 4), &column);
    free(column.at);
    CHECK(first_blank(&rows) <= count(&rows));
    const Hashing by = hashing(wide & 1);
    Bytes entries = {0}, lines = {0};
    if (put_proof(&rows, &by, flags & 1, &entries, &lines))
        CHECK(entries.size >= (FIELDS_SIZE + DIGEST_SIZE) * count(&rows) && (flags & 1 || !lines.size));
    free(entries.at);
    free(lines.at);
    Bytes numbered = {0};
    if (put_lines(&rows, sizes[0] / 2, 1, &numbered))
        CHECK(numbered.size == count(&rows) * COLUMNS * sizeof(int64_t));
    free(numbered.at);
    write_seed(&rows, first, header, metadata);
    write_jsonl(&rows, first, which, metadata);
    write_tei(&rows, first, 1 + sizes[0]);
    forget_rows(&rows);
}

/* JSON Lines: reading and writing of rows, with all that holds of both. */

#include "jsonl.h"

/* Keys of id, name, text and metadata, as they are and as JSON spells them. */
static const char *const LAYOUTS[][4] = {
    {"id", "name", "text", "meta"},
    {"id", "", "text", ""},
    {"id", "name", "text", ""},
    {"i", "\xc3\xa9", "t", "m"},
    {"id", "", "text", "meta"},
    {"", "", "text", "meta"},
    {"b", "a", "text", "c"},
    {"id", "name", "te\"xt", ""},
};
enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS };

static Py_buffer view(const char *text)
{
    return (Py_buffer){(void *)text, (Py_ssize_t)strlen(text)};
}

static Layout layout_of(size_t which, int depth, Py_ssize_t document, Py_ssize_t metadata)
{
    Layout layout = {.native = which == 0, .depth = depth, .document = document, .metadata = metadata};
    for (int k = 0; k < 4; k++)
        layout.key[k] = view(LAYOUTS[which][k]);
    return layout;
}

static Rows read_jsonl(Py_buffer data, size_t from, const Layout *layout)
{
    Lines lines = {.data = data.buf, .size = (size_t)data.len};
    granted = ration;
    size_t stop = (size_t)(jsonl_cut(&lines, lines.data + from, 1, layout) - lines.data);
    granted = SIZE_MAX;
    if (lines.arena.failed || lines.table.failed) {
        free(lines.arena.at);
        free(lines.table.at);
        return (Rows){.data = data, .arena = alone("", 0), .table = alone("", 0)};
    }
    Rows rows = {.data = data, .arena = closed(&lines.arena), .table = closed(&lines.table)};
    check_rows(&rows, from, stop);
    for (size_t i = 0; i < count(&rows); i++) {
        int64_t row[COLUMNS], next[COLUMNS];
        row_of(&rows, i, row);
        int64_t end = i + 1 < count(&rows) ? row_of(&rows, i + 1, next)[BEGIN] : (int64_t)stop;
        const u8 *line = memchr(lines.data + row[BEGIN], '\n', (size_t)(end - row[BEGIN]));
        CHECK(line == NULL ? end == data.len : line + 1 == lines.data + end);
        CHECK(row[META_STOP] - row[META] <= layout->metadata && row[ID] < row[ID_STOP]);
        CHECK(row[LINE] == slow_line(lines.data + from, lines.data + row[BEGIN]));
    }
    return rows;
}

/* Write rows and read them again. Return whether all that were written could be read by the kernel. */
static int write_jsonl(const Rows *rows, size_t first, size_t which, Py_ssize_t metadata)
{
    char room[4][64], spelled[4][16];
    Record how = {.metadata = metadata};
    Bytes out = {0}, ends = {0};
    for (int k = 0; k < 4; k++) {
        Bytes key = {0};
        const char *plain = LAYOUTS[which][k];
        escape(&key, (const u8 *)plain, (const u8 *)plain + strlen(plain));
        CHECK(key.size < 12);
        *spelled[k] = 0;
        if (*plain)
            snprintf(spelled[k], sizeof spelled[k], "\"%.*s\"", (int)key.size, (const char *)key.at);
        free(key.at);
        how.taken[k] = view(spelled[k]);
    }
    how.has_id = *spelled[0] != 0;
    how.has_name = *spelled[1] != 0;
    how.has_meta = *spelled[3] != 0;
    snprintf(room[0], sizeof room[0], "{%s:", spelled[0]);
    snprintf(room[1], sizeof room[1], "%c%s:", how.has_id ? ',' : '{', spelled[1]);
    snprintf(room[2], sizeof room[2], "%c%s:\"", how.has_id || how.has_name ? ',' : '{', spelled[2]);
    snprintf(room[3], sizeof room[3], "\",%s:", spelled[3]);
    how.before_id = view(room[0]);
    how.before_name = view(room[1]);
    how.before_text = view(room[2]);
    how.before_meta = view(room[3]);
    granted = ration;
    size_t stop = jsonl_put(rows, first, &how, &out, &ends);
    granted = SIZE_MAX;
    if (out.failed || ends.failed) {
        free(out.at);
        free(ends.at);
        return 0;
    }
    check_ends(rows, first, stop, &out, &ends);
    Layout layout = layout_of(which, MOST_LEVELS, PTRDIFF_MAX, PTRDIFF_MAX);
    Rows again = read_jsonl(closed(&out), 0, &layout);
    if (are_right(rows))
        check_again(rows, first, &again, &ends);
    int all = count(&again) == ends.size / sizeof(int64_t);
    forget_rows(&again);
    free(ends.at);
    return all;
}

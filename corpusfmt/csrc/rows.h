/* Rows: the table of documents, as corpusfmt/model/rows.py describes it. */

enum { BEGIN, BODY, ID, ID_STOP, NAME, NAME_STOP, TEXT, TEXT_STOP, META, META_STOP, FLAGS, LINE, COLUMNS };
enum { INTEGER_ID = 1, MADE_ID = 2 };

static void put_row(Bytes *table, const int64_t *row)
{
    put(table, row, COLUMNS * sizeof *row);
}

typedef struct {
    Py_buffer data, arena, table;
} Rows;

typedef struct {
    const u8 *at, *end;
} Span;

static int span(const Rows *rows, const int64_t *row, int column, Span *found)
{
    int64_t start = row[column], stop = row[column + 1], size = rows->data.len;
    if (start < 0 || stop < start)
        return 0;
    if (start < size || stop <= size) {
        if (stop > size)
            return 0;
        found->at = (const u8 *)rows->data.buf + start;
    } else {
        if (stop - size > rows->arena.len)
            return 0;
        found->at = (const u8 *)rows->arena.buf + (start - size);
    }
    found->end = found->at + (stop - start);
    return 1;
}

static size_t count(const Rows *rows)
{
    return (size_t)rows->table.len / (COLUMNS * sizeof(int64_t));
}

static const int64_t *row_of(const Rows *rows, size_t number, int64_t *row)
{
    memcpy(row, (const u8 *)rows->table.buf + number * COLUMNS * sizeof *row, COLUMNS * sizeof *row);
    return row;
}

typedef struct {
    Span id, name, text, meta;
} Fields;

static int fields(const Rows *rows, const int64_t *row, Fields *found)
{
    return span(rows, row, ID, &found->id) && span(rows, row, NAME, &found->name)
        && span(rows, row, TEXT, &found->text) && span(rows, row, META, &found->meta);
}

static size_t length(Span of)
{
    return (size_t)(of.end - of.at);
}

static int has(Span where, const u8 *what, size_t size)
{
    const u8 *p = where.at;
    while ((size_t)(where.end - p) >= size && (p = memchr(p, what[0], (size_t)(where.end - p))) != NULL) {
        if ((size_t)(where.end - p) >= size && memcmp(p, what, size) == 0)
            return 1;
        p++;
    }
    return 0;
}

static void put_span(Bytes *out, Span of)
{
    put(out, of.at, length(of));
}

static void put_end(Bytes *ends, const Bytes *out)
{
    int64_t size = (int64_t)out->size;
    put(ends, &size, sizeof size);
}

/* Add the values of a column, with a line feed between two. Return 0 where a row is wrong. */
static int put_column(const Rows *rows, int column, Bytes *out)
{
    int64_t row[COLUMNS];
    Span of;
    size_t all = count(rows);
    for (size_t i = 0; i < all; i++) {
        if (!span(rows, row_of(rows, i, row), column, &of))
            return 0;
        if (i)
            put_byte(out, '\n');
        put_span(out, of);
    }
    return !out->failed;
}

/* Return the size of the white space at p (str.isspace), or 0. */
static size_t space_size(const u8 *p, const u8 *end)
{
    if (*p < 0x80)
        return *p == ' ' || (*p >= '\t' && *p <= '\r') || (*p >= 0x1C && *p <= 0x1F);
    if (*p == 0xC2)
        return end - p >= 2 && (p[1] == 0x85 || p[1] == 0xA0) ? 2 : 0;
    if (end - p < 3)
        return 0;
    int is_space = (*p == 0xE1 && p[1] == 0x9A && p[2] == 0x80) || (*p == 0xE3 && p[1] == 0x80 && p[2] == 0x80)
        || (*p == 0xE2 && p[1] == 0x81 && p[2] == 0x9F)
        || (*p == 0xE2 && p[1] == 0x80 && (p[2] <= 0x8A || p[2] == 0xA8 || p[2] == 0xA9 || p[2] == 0xAF));
    return is_space ? 3 : 0;
}

/* Return the number of the first row whose text may be white space alone, judged by its first bytes, or how many rows
   there are. */
static size_t first_blank(const Rows *rows)
{
    int64_t row[COLUMNS];
    Span of;
    size_t all = count(rows), i = 0;
    for (; i < all; i++) {
        if (!span(rows, row_of(rows, i, row), TEXT, &of))
            break;
        const u8 *p = of.at, *end = length(of) > 64 ? p + 64 : of.end;
        for (size_t size = 1; p < end && size; p += size)
            size = space_size(p, of.end);
        if (p >= end)
            break;
    }
    return i;
}

/* Add a copy of a table whose rows, which are in order, have their lines: a buffer is in a line at an offset. Return 0
   where a row is wrong. */
static int put_lines(const Rows *rows, size_t from, int64_t line, Bytes *out)
{
    const u8 *data = rows->data.buf;
    int64_t row[COLUMNS];
    size_t all = count(rows);
    for (size_t i = 0; i < all && !out->failed; i++) {
        row_of(rows, i, row);
        if (row[BEGIN] < (int64_t)from || row[BEGIN] > rows->data.len)
            return 0;
        line += lines_of(data + from, data + row[BEGIN]);
        from = (size_t)row[BEGIN];
        row[LINE] = line;
        put_row(out, row);
    }
    return 1;
}

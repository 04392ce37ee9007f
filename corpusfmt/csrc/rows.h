/* Rows: the table of documents, as corpusfmt/model/rows.py describes it. */

enum { BEGIN, BODY, ID, ID_STOP, NAME, NAME_STOP, TEXT, TEXT_STOP, META, META_STOP, FLAGS, COLUMNS };
enum { INTEGER_ID = 1 };

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

/* What all targets use. A target defines fuzz(). */

#include <Python.h>
#include <stdio.h>

/* The kernel gets memory so many times, and then none. */
static size_t ration = SIZE_MAX, granted = SIZE_MAX;

static void *rationed(void *at, size_t size)
{
    return granted && granted-- ? realloc(at, size) : NULL;
}

#define realloc rationed
#include "bytes.h"
#include "utf8.h"
#include "json.h"
#include "rows.h"

/* Compilers take out what assert() has where NDEBUG is defined. */
#define CHECK(what)                                                                 \
    do {                                                                            \
        if (!(what)) {                                                              \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #what);    \
            abort();                                                                \
        }                                                                           \
    } while (0)

typedef struct {
    const u8 *data;
    size_t size;
} Input;

static void fuzz(Input in);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz((Input){data, size});
    return 0;
}

/* Take a number below another one from the end of an input, so that any file of the format is an input too. */
static size_t choose(Input *in, size_t choices)
{
    return in->size ? in->data[--in->size] % choices : 0;
}

/* Choose a limit of a size or a depth. */
static Py_ssize_t choose_limit(Input *in)
{
    static const Py_ssize_t limits[] = {PTRDIFF_MAX, PTRDIFF_MAX, 64 << 10, 0, 1, 2, 3, 5, 14, 16, 20, 40, 100, 1000};
    return limits[choose(in, sizeof limits / sizeof *limits)];
}

/* Take up to so many bytes from the beginning. */
static Input take(Input *in, size_t size)
{
    Input taken = {in->data, size < in->size ? size : in->size};
    in->data += taken.size;
    in->size -= taken.size;
    return taken;
}

/* Copy bytes to memory that ends where they do, so that AddressSanitizer sees a byte too many that is read. It gives
   one byte to those who ask for none. */
static Py_buffer alone(const void *data, size_t size)
{
    u8 *at = (u8 *)malloc(size ? size : 1) + !size;
    if (size)
        memcpy(at, data, size);
    return (Py_buffer){at, (Py_ssize_t)size};
}

static void forget(Py_buffer of)
{
    free((u8 *)of.buf - !of.len);
}

/* Turn what grew into a buffer that ends where it does. */
static Py_buffer closed(Bytes *of)
{
    CHECK(!of->failed && of->size <= of->room);
    Py_buffer copy = alone(of->at, of->size);
    free(of->at);
    *of = (Bytes){0};
    return copy;
}

static void forget_rows(Rows *rows)
{
    forget(rows->data);
    forget(rows->arena);
    forget(rows->table);
}

/* Decode UTF-8 the obvious way. */
static int slow_is_utf8(const u8 *p, size_t size)
{
    static const uint32_t lowest[] = {0, 0x80, 0x800, 0x10000};
    for (size_t i = 0; i < size;) {
        u8 lead = p[i++];
        int more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : -1;
        if (more < 0)
            return 0;
        uint32_t c = more ? lead & (0x3F >> more) : lead;
        for (int k = 0; k < more; k++, i++) {
            if (i == size || p[i] >> 6 != 2)
                return 0;
            c = c << 6 | (p[i] & 0x3F);
        }
        if (c < lowest[more] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
            return 0;
    }
    return 1;
}

/* Return the number of the line at p, where a buffer begins with line 1. */
static int64_t slow_line(const u8 *start, const u8 *p)
{
    int64_t line = 1;
    while (start < p)
        line += *start++ == '\n';
    return line;
}

/* Say whether two JSON texts are equal but for white space between values. */
static int same_json(Span a, Span b)
{
    for (int inside = 0;;) {
        if (!inside) {
            a.at = blank_end(a.at, a.end);
            b.at = blank_end(b.at, b.end);
        }
        if (a.at == a.end || b.at == b.end)
            return a.at == a.end && b.at == b.end;
        if (*a.at != *b.at)
            return 0;
        if (inside && *a.at == '\\' && a.end - a.at > 1 && b.end - b.at > 1) {
            a.at++;
            b.at++;
            if (*a.at != *b.at)
                return 0;
        } else if (*a.at == '"')
            inside = !inside;
        a.at++;
        b.at++;
    }
}

static int same(Span a, Span b)
{
    return length(a) == length(b) && (!length(a) || memcmp(a.at, b.at, length(a)) == 0);
}

/* An object without members counts as no metadata. */
static Span members(Span meta)
{
    static const Span none = {(const u8 *)"", (const u8 *)""};
    return length(meta) && blank_end(meta.at + 1, meta.end) == meta.end - 1 ? none : meta;
}

/* Say whether the values of rows are what readers give, of those rows that lie in their buffers. */
static int are_right(const Rows *rows)
{
    int64_t row[COLUMNS];
    Fields of;
    for (size_t i = 0; i < count(rows); i++) {
        if (!fields(rows, row_of(rows, i, row), &of))
            continue;
        if (row[FLAGS] & ~INTEGER_ID || (row[FLAGS] && !is_integer(of.id.at, of.id.end)))
            return 0;
        if (length(of.meta) && (*of.meta.at != '{' || value_end(of.meta.at, of.meta.end, MOST_LEVELS + 1) != of.meta.end))
            return 0;
    }
    return 1;
}

/* Check the rows that were read from an offset to another one: each value is where its record is, or in the arena after
   those of the rows before it. What is read is UTF-8. */
static void check_rows(const Rows *rows, size_t from, size_t stop)
{
    size_t size = (size_t)rows->data.len, all = count(rows);
    int64_t held = rows->data.len, row[COLUMNS], next[COLUMNS];
    CHECK(from <= stop && stop <= size);
    CHECK((size_t)rows->table.len == all * COLUMNS * sizeof(int64_t));
    CHECK(all ? row_of(rows, 0, row)[BEGIN] == (int64_t)from : stop == from);
    CHECK(slow_is_utf8((const u8 *)rows->data.buf + from, stop - from));
    CHECK(slow_is_utf8(rows->arena.buf, (size_t)rows->arena.len));
    for (size_t i = 0; i < all; i++) {
        Fields of;
        row_of(rows, i, row);
        int64_t end = i + 1 < all ? row_of(rows, i + 1, next)[BEGIN] : (int64_t)stop;
        CHECK(fields(rows, row, &of));
        CHECK(row[BEGIN] <= row[BODY] && row[BODY] <= end && row[BEGIN] < end);
        for (int column = ID; column <= META; column += 2) {
            if (row[column] == 0 && row[column + 1] == 0)
                continue;
            if (row[column + 1] <= rows->data.len)
                CHECK(row[BEGIN] <= row[column] && row[column + 1] <= end);
            else
                CHECK(row[column] >= rows->data.len);
        }
        for (int column = ID; column <= META; column += 2)
            if (row[column + 1] > held)
                held = row[column + 1];
    }
    CHECK(are_right(rows));
    CHECK(held <= rows->data.len + rows->arena.len);
}

/* Check the ends of what was written from a row on to another one. */
static void check_ends(const Rows *rows, size_t first, size_t stop, const Bytes *out, const Bytes *ends)
{
    int64_t last = 0, end;
    CHECK(!out->failed && !ends->failed && first <= stop && stop <= count(rows));
    CHECK(ends->size == (stop - first) * sizeof end);
    for (size_t i = 0; i < stop - first; i++) {
        memcpy(&end, ends->at + i * sizeof end, sizeof end);
        CHECK(end > last);
        last = end;
    }
    CHECK(last == (int64_t)out->size);
}

/* Check that rows that were read again are those that were written from a row on, as many as were read, and begin where
   those ended. */
static void check_again(const Rows *rows, size_t first, const Rows *again, const Bytes *ends)
{
    CHECK(count(again) <= ends->size / sizeof(int64_t));
    for (size_t i = 0; i < count(again); i++) {
        int64_t one[COLUMNS], other[COLUMNS], end = 0;
        Fields a, b;
        row_of(rows, first + i, one);
        row_of(again, i, other);
        CHECK(fields(rows, one, &a) && fields(again, other, &b));
        if (i)
            memcpy(&end, ends->at + (i - 1) * sizeof end, sizeof end);
        CHECK(other[BEGIN] == end);
        CHECK(same(a.id, b.id) && same(a.name, b.name) && same(a.text, b.text));
        CHECK(same_json(members(a.meta), members(b.meta)));
        CHECK((one[FLAGS] & INTEGER_ID) == (other[FLAGS] & INTEGER_ID));
    }
}

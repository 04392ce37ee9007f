/* The kernel: what reading and writing do to many documents at once, over one buffer, without the GIL.

   Each function does the usual case and returns None for all else: then the code in Python, which knows all cases and
   all messages, does the whole piece. It never makes a message. Documents are rows of a table of 64-bit offsets, as
   corpusfmt/model/rows.py describes them. An offset below the size of the buffer is in the buffer, another one is in
   the arena, which holds what had to be unescaped. Nothing is read behind the end of a buffer, and no state is kept. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#define HAS_SSE2 1
#endif

#define ABI 1
/* To let go of the GIL costs as much as to check so many bytes. */
#define GIL_SIZE 2048

typedef unsigned char u8;

/* -- growing memory ------------------------------------------------------------------------------------------------ */

typedef struct {
    u8 *at;
    size_t size, room;
    int failed;
} Bytes;

static int grow(Bytes *out, size_t more)
{
    if (out->failed || more > (size_t)PY_SSIZE_T_MAX - out->size) {
        out->failed = 1;
        return 0;
    }
    size_t wanted = out->size + more;
    if (wanted <= out->room)
        return 1;
    size_t room = wanted > (size_t)PY_SSIZE_T_MAX / 2 ? (size_t)PY_SSIZE_T_MAX : wanted + wanted / 2 + 64;
    u8 *at = realloc(out->at, room);
    if (at == NULL) {
        out->failed = 1;
        return 0;
    }
    out->at = at;
    out->room = room;
    return 1;
}

static void put(Bytes *out, const void *from, size_t size)
{
    if (size && grow(out, size)) {
        memcpy(out->at + out->size, from, size);
        out->size += size;
    }
}

static void put_byte(Bytes *out, u8 byte)
{
    put(out, &byte, 1);
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

enum { BEGIN, BODY, ID, ID_STOP, NAME, NAME_STOP, TEXT, TEXT_STOP, META, META_STOP, FLAGS, COLUMNS };
enum { INTEGER_ID = 1 };

static void put_row(Bytes *table, const int64_t *row)
{
    put(table, row, COLUMNS * sizeof *row);
}

/* -- UTF-8 (Unicode 16.0, D92) ------------------------------------------------------------------------------------- */

static int is_utf8(const u8 *p, size_t size)
{
    const u8 *end = p + size;
    while (p < end) {
        if (*p < 0x80) {
#ifdef HAS_SSE2
            while (end - p >= 16 && !_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)p)))
                p += 16;
#endif
            while (end - p >= 8) {
                uint64_t word;
                memcpy(&word, p, 8);
                if (word & 0x8080808080808080u)
                    break;
                p += 8;
            }
            while (p < end && *p < 0x80)
                p++;
            continue;
        }
        u8 lead = *p;
        ptrdiff_t left = end - p;
        if (lead < 0xE0) {
            if (lead < 0xC2 || left < 2 || (p[1] & 0xC0) != 0x80)
                return 0;
            p += 2;
        } else if (lead < 0xF0) {
            if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
                return 0;
            if ((lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] > 0x9F))
                return 0;
            p += 3;
        } else {
            if (lead > 0xF4 || left < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
                return 0;
            if ((lead == 0xF0 && p[1] < 0x90) || (lead == 0xF4 && p[1] > 0x8F))
                return 0;
            p += 4;
        }
    }
    return 1;
}

/* -- JSON (RFC 8259), within a line -------------------------------------------------------------------------------- */

/* Return the first byte that JSON strings do not hold as it is: a quotation mark, a backslash or a control. */
static const u8 *plain_end(const u8 *p, const u8 *end)
{
#ifdef HAS_SSE2
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), last = _mm_set1_epi8(0x1F);
    while (end - p >= 16) {
        __m128i data = _mm_loadu_si128((const __m128i *)p);
        __m128i odd = _mm_or_si128(_mm_cmpeq_epi8(data, quote), _mm_cmpeq_epi8(data, slash));
        odd = _mm_or_si128(odd, _mm_cmpeq_epi8(_mm_min_epu8(data, last), data));
        if (_mm_movemask_epi8(odd))
            break;
        p += 16;
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && *p >= 0x20)
        p++;
    return p;
}

static int hex4(const u8 *p)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int c = p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Return what follows the string whose inside begins at p, or NULL where it is wrong or has half a surrogate pair. */
static const u8 *string_end(const u8 *p, const u8 *end, int *escaped)
{
    *escaped = 0;
    for (;;) {
        p = plain_end(p, end);
        if (p == end || *p < 0x20)
            return NULL;
        if (*p == '"')
            return p + 1;
        *escaped = 1;
        if (end - p < 2)
            return NULL;
        if (p[1] != 'u') {
            if (memchr("\"\\/bfnrt", p[1], 8) == NULL)
                return NULL;
            p += 2;
            continue;
        }
        int unit = end - p >= 6 ? hex4(p + 2) : -1;
        if (unit < 0 || (unit >= 0xDC00 && unit < 0xE000))
            return NULL;
        p += 6;
        if (unit >= 0xD800 && unit < 0xDC00) {
            int low = end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2) : -1;
            if (low < 0xDC00 || low >= 0xE000)
                return NULL;
            p += 6;
        }
    }
}

/* Add what the inside of a string stands for, which has been checked. */
static void unescape(Bytes *out, const u8 *p, const u8 *end)
{
    if (!grow(out, (size_t)(end - p)))
        return;
    u8 *to = out->at + out->size;
    while (p < end) {
        const u8 *slash = memchr(p, '\\', (size_t)(end - p));
        size_t size = (size_t)((slash ? slash : end) - p);
        memcpy(to, p, size);
        to += size;
        if (slash == NULL)
            break;
        p = slash + 2;
        switch (slash[1]) {
        case 'b': *to++ = '\b'; break;
        case 'f': *to++ = '\f'; break;
        case 'n': *to++ = '\n'; break;
        case 'r': *to++ = '\r'; break;
        case 't': *to++ = '\t'; break;
        case 'u': {
            uint32_t c = (uint32_t)hex4(p);
            p += 4;
            if (c >= 0xD800 && c < 0xDC00) {
                c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)hex4(p + 2) - 0xDC00);
                p += 6;
            }
            if (c < 0x80) {
                *to++ = (u8)c;
            } else if (c < 0x800) {
                *to++ = (u8)(0xC0 | c >> 6);
                *to++ = (u8)(0x80 | (c & 63));
            } else if (c < 0x10000) {
                *to++ = (u8)(0xE0 | c >> 12);
                *to++ = (u8)(0x80 | (c >> 6 & 63));
                *to++ = (u8)(0x80 | (c & 63));
            } else {
                *to++ = (u8)(0xF0 | c >> 18);
                *to++ = (u8)(0x80 | (c >> 12 & 63));
                *to++ = (u8)(0x80 | (c >> 6 & 63));
                *to++ = (u8)(0x80 | (c & 63));
            }
            break;
        }
        default: *to++ = slash[1];
        }
    }
    out->size = (size_t)(to - out->at);
}

static void escape(Bytes *out, const u8 *p, const u8 *end)
{
    static const char digits[] = "0123456789abcdef";
    for (;;) {
        const u8 *odd = plain_end(p, end);
        put(out, p, (size_t)(odd - p));
        if (odd == end)
            return;
        u8 c = *odd;
        char pair[6] = {'\\', 0, '0', '0', 0, 0};
        size_t size = 2;
        switch (c) {
        case '\b': pair[1] = 'b'; break;
        case '\f': pair[1] = 'f'; break;
        case '\n': pair[1] = 'n'; break;
        case '\r': pair[1] = 'r'; break;
        case '\t': pair[1] = 't'; break;
        case '"':
        case '\\': pair[1] = (char)c; break;
        default:
            pair[1] = 'u';
            pair[4] = digits[c >> 4];
            pair[5] = digits[c & 15];
            size = 6;
        }
        put(out, pair, size);
        p = odd + 1;
    }
}

/* Keys of one object, and levels of objects and arrays; more, and keys with escapes, are not the usual case. */
enum { MOST_KEYS = 48, MOST_LEVELS = 64 };

typedef struct {
    const u8 *at[MOST_KEYS];
    size_t size[MOST_KEYS];
    int count;
} Keys;

static int add_key(Keys *keys, const u8 *at, size_t size)
{
    if (keys->count == MOST_KEYS)
        return 0;
    for (int i = 0; i < keys->count; i++)
        if (keys->size[i] == size && memcmp(keys->at[i], at, size) == 0)
            return 0;
    keys->at[keys->count] = at;
    keys->size[keys->count++] = size;
    return 1;
}

static const u8 *blank_end(const u8 *p, const u8 *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

static const u8 *digits_end(const u8 *p, const u8 *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static const u8 *number_end(const u8 *p, const u8 *end)
{
    if (p < end && *p == '-')
        p++;
    const u8 *start = p;
    p = digits_end(p, end);
    if (p == start || (*start == '0' && p - start > 1))
        return NULL;
    if (p < end && *p == '.') {
        start = ++p;
        p = digits_end(p, end);
        if (p == start)
            return NULL;
    }
    if (p < end && (*p | 32) == 'e') {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        start = p;
        p = digits_end(p, end);
        if (p == start)
            return NULL;
    }
    return p;
}

static const u8 *word_end(const u8 *p, const u8 *end, const char *word, size_t size)
{
    return (size_t)(end - p) >= size && memcmp(p, word, size) == 0 ? p + size : NULL;
}

static const u8 *value_end(const u8 *p, const u8 *end, int depth);

/* Return what follows the key that begins at p and its colon, or NULL; keys are to differ and to have no escapes. */
static const u8 *key_end(const u8 *p, const u8 *end, Keys *keys)
{
    int escaped;
    if (p == end || *p != '"')
        return NULL;
    const u8 *after = string_end(p + 1, end, &escaped);
    if (after == NULL || escaped || !add_key(keys, p + 1, (size_t)(after - p - 2)))
        return NULL;
    p = blank_end(after, end);
    return p < end && *p == ':' ? blank_end(p + 1, end) : NULL;
}

/* Return what follows the array at p, or the object, which has keys. */
static const u8 *items_end(const u8 *p, const u8 *end, int depth, Keys *keys)
{
    const u8 close = keys ? '}' : ']';
    p = blank_end(p + 1, end);
    if (p < end && *p == close)
        return p + 1;
    for (;;) {
        if (keys && (p = key_end(p, end, keys)) == NULL)
            return NULL;
        p = value_end(p, end, depth);
        if (p == NULL)
            return NULL;
        p = blank_end(p, end);
        if (p == end)
            return NULL;
        if (*p == close)
            return p + 1;
        if (*p != ',')
            return NULL;
        p = blank_end(p + 1, end);
    }
}

static const u8 *object_end(const u8 *p, const u8 *end, int depth)
{
    Keys keys;
    keys.count = 0;
    return items_end(p, end, depth, &keys);
}

/* Return what follows the value at p, which holds at most so many levels, or NULL where it is wrong or unusual. */
static const u8 *value_end(const u8 *p, const u8 *end, int depth)
{
    int escaped;
    if (p == end)
        return NULL;
    switch (*p) {
    case '"': return string_end(p + 1, end, &escaped);
    case '{': return depth > 0 ? object_end(p, end, depth - 1) : NULL;
    case '[': return depth > 0 ? items_end(p, end, depth - 1, NULL) : NULL;
    case 't': return word_end(p, end, "true", 4);
    case 'f': return word_end(p, end, "false", 5);
    case 'n': return word_end(p, end, "null", 4);
    default: return number_end(p, end);
    }
}

/* Say whether a value is an integer as an id has it. */
static int is_integer(const u8 *p, const u8 *end)
{
    const u8 *digits = p < end && *p == '-' ? p + 1 : p;
    if (digits_end(digits, end) != end || digits == end || end - digits > 18)
        return 0;
    return *digits != '0' || end - p == 1;
}

/* -- seed files ---------------------------------------------------------------------------------------------------- */

static const char MARKED[] = "\n\\ No newline at end of file\n";
enum { MARKED_SIZE = sizeof MARKED - 1 };

static int starts(const u8 *p, const u8 *end, const char *what, size_t size)
{
    return (size_t)(end - p) >= size && memcmp(p, what, size) == 0;
}

static int ends(const u8 *p, const u8 *end, const char *what, size_t size)
{
    return (size_t)(end - p) >= size && memcmp(end - size, what, size) == 0;
}

static int has_marker(const u8 *p, const u8 *end)
{
    while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
        if (starts(p, end, MARKED + 1, MARKED_SIZE - 2))
            return 1;
        p++;
    }
    return 0;
}

static int is_word(const u8 *p, const u8 *end, const char *word)
{
    for (; *word; p++, word++)
        if (p == end || (*p | 32) != *word)
            return 0;
    return 1;
}

/* Say whether an angle bracket in a text begins nothing that the code in Python might report: it stands alone, and
   before what begins or ends a tag, a comment or an expression, but for a tag like a header or metadata. */
static int is_harmless(const u8 *bracket, const u8 *end)
{
    const u8 *p = bracket + 1;
    if (p == end || *p > 'z')
        return 0;
    if ((*p | 32) < 'a' || (*p | 32) > 'z')
        return strchr("/!?=-0123456789", *p) != NULL && *p;
    return !is_word(p, end, "file") && !is_word(p, end, "meta");
}

/* Say whether there may be the end of a file as other bundles have it, or that of a merge conflict. */
static int has_foreign_end(const u8 *data, const u8 *end)
{
    static const struct {
        const char *text;
        size_t size;
    } words[] = {{"FILE", 4}, {"DOC", 3}, {"SEED", 4}, {"BUNDLE", 6}};
    for (const u8 *p = data; (p = memchr(p, 'E', (size_t)(end - p))) != NULL; p++) {
        if (!starts(p, end, "END", 3))
            continue;
        const u8 *q = p + 3;
        for (int of = 0; of < 2; of++) {
            if (q < end && (*q == ' ' || *q == '_' || *q == '-'))
                q++;
            if (!of && starts(q, end, "OF", 2))
                q += 2;
            else
                break;
        }
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (starts(q, end, words[i].text, words[i].size))
                return 1;
    }
    for (const u8 *p = data; (p = memchr(p, '>', (size_t)(end - p))) != NULL; p++)
        if (starts(p, end, ">>>>>>>", 7))
            return 1;
    return 0;
}

typedef struct {
    int version, depth;
    Py_ssize_t header, document, metadata;
} SeedLimits;

/* Cut a buffer into rows. Return 0 where anything in it needs a closer look. */
static int seed_cut(const u8 *data, size_t size, const SeedLimits *limits, Bytes *table)
{
    const u8 *end = data + size, *p = data;
    if (!size || !is_utf8(data, size))
        return 0;
    while (p < end) {
        const u8 *start = p;
        if (!starts(p, end, "<<<FILE ", 8))
            return 0;
        const u8 *line = memchr(p, '\n', (size_t)(end - p));
        if (line == NULL || line - start >= limits->header || !ends(start + 8, line, ">>>", 3))
            return 0;
        const u8 *id = start + 8, *stop = line - 3;
        const u8 *space = memchr(id, ' ', (size_t)(stop - id)), *name_stop = stop;
        if (space == NULL || space == id)
            return 0;
        if (limits->version && stop - space == 3 && memcmp(space, " \"\"", 3) == 0)
            name_stop = stop = space + 1; /* an empty name */
        for (const u8 *c = id; c < stop; c++)
            if (*c == '"' || *c == '\t' || *c == '<' || (*c == '\\' && limits->version))
                return 0;
        int is_number = *id == '=';
        if (is_number && !(limits->version && is_integer(id + 1, space)))
            return 0;
        const u8 *body = line + 1;
        int64_t row[COLUMNS] = {0};
        if (limits->version && starts(body, end, "<<<META", 7)) {
            const u8 *after = memchr(body, '\n', (size_t)(end - body));
            if (after == NULL || after - body < 13 || body[7] != ' ' || body[8] != '{' || !ends(body, after, ">>>", 3))
                return 0;
            if (after - 3 - (body + 8) > limits->metadata || value_end(body + 8, after - 3, limits->depth) != after - 3)
                return 0;
            if (after - 3 - (body + 8) > 2) {
                row[META] = body + 8 - data;
                row[META_STOP] = after - 3 - data;
            }
            body = after + 1;
        }
        const u8 *next = body;
        while ((next = memchr(next, '<', (size_t)(end - next))) != NULL) {
            if (next[-1] == '\n' && starts(next, end, "<<<FILE", 7))
                break;
            if (!is_harmless(next++, end))
                return 0;
        }
        if (next == NULL)
            next = end;
        const u8 *text = next;
        if (limits->version) {
            if (ends(body, next, MARKED, MARKED_SIZE))
                text = next - MARKED_SIZE;
            else if (next == end && ends(body, next, MARKED, MARKED_SIZE - 1))
                text = next - MARKED_SIZE + 1;
            else if (ends(body, next, MARKED + 2, MARKED_SIZE - 2))
                return 0;
            for (const u8 *c = body; (c = memchr(c, '\\', (size_t)(text - c))) != NULL; c++)
                if (c == body || c[-1] == '\n' || is_word(c + 1, end, " no newline"))
                    return 0;
        }
        if (next - start > limits->document)
            return 0;
        row[BEGIN] = start - data;
        row[BODY] = row[TEXT] = body - data;
        row[ID] = id + is_number - data;
        row[ID_STOP] = space - data;
        row[FLAGS] = is_number ? INTEGER_ID : 0;
        row[NAME] = space + 1 - data;
        row[NAME_STOP] = name_stop - data;
        row[TEXT_STOP] = text - data;
        put_row(table, row);
        p = next;
    }
    return (limits->version || !has_marker(data, end)) && !has_foreign_end(data, end);
}

/* -- JSON Lines ---------------------------------------------------------------------------------------------------- */

/* Keys of id, name, text and metadata; an empty one means that the layout has none. */
typedef struct {
    Py_buffer key[4];
    int native, depth;
    Py_ssize_t document, metadata;
} Layout;

static int is_key(const Layout *layout, int which, const u8 *at, size_t size)
{
    const Py_buffer *key = &layout->key[which];
    return size && (size_t)key->len == size && memcmp(key->buf, at, size) == 0;
}

typedef struct {
    const u8 *data;
    size_t size;
    Bytes table, arena;
} Lines;

static void put_string(Lines *out, int64_t *span, const u8 *p, const u8 *end)
{
    if (memchr(p, '\\', (size_t)(end - p)) == NULL) {
        span[0] = p - out->data;
        span[1] = end - out->data;
        return;
    }
    span[0] = (int64_t)(out->size + out->arena.size);
    unescape(&out->arena, p, end);
    span[1] = (int64_t)(out->size + out->arena.size);
}

static int record(Lines *out, const Layout *layout, const u8 *p, const u8 *end)
{
    int64_t row[COLUMNS] = {0};
    Keys keys;
    keys.count = 0;
    size_t flat = out->arena.size, start = flat;
    int has_id = 0, has_text = 0;
    row[BEGIN] = row[BODY] = p - out->data;
    p = blank_end(p, end);
    if (p == end || *p != '{')
        return 0;
    p = blank_end(p + 1, end);
    for (;;) {
        const u8 *value = key_end(p, end, &keys);
        if (value == NULL)
            return 0;
        const u8 *after = value_end(value, end, layout->depth);
        if (after == NULL)
            return 0;
        const u8 *key = keys.at[keys.count - 1];
        size_t size = keys.size[keys.count - 1];
        int is_null = *value == 'n' && !layout->native;
        if (is_key(layout, 2, key, size)) {
            if (*value != '"')
                return 0;
            row[TEXT] = value + 1 - out->data;
            row[TEXT_STOP] = after - 1 - out->data;
            has_text = 1;
        } else if (is_key(layout, 0, key, size)) {
            if (*value == '"' && after - value > 2) {
                row[ID] = value + 1 - out->data;
                row[ID_STOP] = after - 1 - out->data;
            } else if (is_integer(value, after)) {
                row[ID] = value - out->data;
                row[ID_STOP] = after - out->data;
                row[FLAGS] |= INTEGER_ID;
            } else
                return 0;
            has_id = 1;
        } else if (is_key(layout, 1, key, size)) {
            if (*value == '"') {
                row[NAME] = value + 1 - out->data;
                row[NAME_STOP] = after - 1 - out->data;
            } else if (!is_null)
                return 0;
        } else if (is_key(layout, 3, key, size)) {
            if (*value == '{') {
                if (after - value > layout->metadata)
                    return 0;
                if (blank_end(value + 1, after) != after - 1) {
                    row[META] = value - out->data;
                    row[META_STOP] = after - out->data;
                } else if (after - value >= 16)
                    return 0;
            } else if (!is_null)
                return 0;
        } else if (layout->key[3].len)
            return 0;
        else {
            put_byte(&out->arena, out->arena.size == flat ? '{' : ',');
            put_byte(&out->arena, '"');
            put(&out->arena, key, size);
            put(&out->arena, "\":", 2);
            put(&out->arena, value, (size_t)(after - value));
        }
        p = blank_end(after, end);
        if (p == end)
            return 0;
        if (*p == '}')
            break;
        if (*p != ',')
            return 0;
        p = blank_end(p + 1, end);
    }
    if (blank_end(p + 1, end) != end || !has_id || !has_text)
        return 0;
    if (out->arena.size > flat) {
        put_byte(&out->arena, '}');
        if (out->arena.size - flat > (size_t)layout->metadata)
            return 0;
        row[META] = (int64_t)(out->size + start);
        row[META_STOP] = (int64_t)(out->size + out->arena.size);
    }
    const int strings[] = {ID, NAME, TEXT};
    for (int i = 0; i < 3; i++) {
        int64_t *span = row + strings[i];
        put_string(out, span, out->data + span[0], out->data + span[1]);
    }
    put_row(&out->table, row);
    return !out->arena.failed && !out->table.failed;
}

static int jsonl_cut(Lines *out, const Layout *layout)
{
    const u8 *p = out->data, *end = p + out->size;
    if (!out->size || !is_utf8(p, out->size))
        return 0;
    while (p < end) {
        const u8 *line = memchr(p, '\n', (size_t)(end - p));
        if (line == NULL)
            line = end;
        if (line - p > layout->document || !record(out, layout, p, line))
            return 0;
        p = line == end ? end : line + 1;
    }
    return 1;
}

/* -- writing ------------------------------------------------------------------------------------------------------- */

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

/* What stands around the values of a record, and the spelled keys that metadata at the top may not have. */
typedef struct {
    Py_buffer before_id, before_name, before_text, before_meta, taken[4];
    int has_id, has_name, has_meta, drops_name;
    Py_ssize_t metadata;
} Record;

static int jsonl_put(const Rows *rows, const Record *how, Bytes *out, Bytes *ends)
{
    int64_t row[COLUMNS];
    Fields of;
    size_t all = count(rows);
    for (size_t i = 0; i < all; i++) {
        if (!fields(rows, row_of(rows, i, row), &of) || length(of.meta) > (size_t)how->metadata)
            return 0;
        if (how->has_id) {
            put(out, how->before_id.buf, (size_t)how->before_id.len);
            if (row[FLAGS] & INTEGER_ID)
                put_span(out, of.id);
            else {
                put_byte(out, '"');
                escape(out, of.id.at, of.id.end);
                put_byte(out, '"');
            }
        }
        if (how->has_name) {
            put(out, how->before_name.buf, (size_t)how->before_name.len);
            put_byte(out, '"');
            escape(out, of.name.at, of.name.end);
            put_byte(out, '"');
        } else if (length(of.name) && !how->drops_name)
            return 0;
        put(out, how->before_text.buf, (size_t)how->before_text.len);
        escape(out, of.text.at, of.text.end);
        if (how->has_meta) {
            put(out, how->before_meta.buf, (size_t)how->before_meta.len);
            if (length(of.meta))
                put_span(out, of.meta);
            else
                put(out, "{}", 2);
        } else {
            put_byte(out, '"');
            if (length(of.meta)) {
                if (length(of.meta) < 2 || memchr(of.meta.at, '\\', length(of.meta)) != NULL)
                    return 0;
                for (int k = 0; k < 4; k++)
                    if (how->taken[k].len && has(of.meta, how->taken[k].buf, (size_t)how->taken[k].len))
                        return 0;
                Span inside = {blank_end(of.meta.at + 1, of.meta.end), of.meta.end - 1};
                while (inside.end > inside.at && (inside.end[-1] == ' ' || inside.end[-1] == '\t'))
                    inside.end--;
                if (inside.end > inside.at) {
                    put_byte(out, ',');
                    put_span(out, inside);
                }
            }
        }
        put(out, "}\n", 2);
        put_end(ends, out);
    }
    return 1;
}

/* Say whether a header may hold an id or a name as it is (docs/seed-format.md). */
static int is_bare(Span of, u8 lowest)
{
    if (of.at == of.end || *of.at == '"' || *of.at == ' ' || of.end[-1] == ' ' || of.end[-1] == '>')
        return 0;
    for (const u8 *c = of.at; c < of.end; c++)
        if (*c < lowest || *c == 0x7F || (*c == 0xC2 && c + 1 < of.end && c[1] < 0xA0))
            return 0;
    return !has(of, (const u8 *)">>>", 3);
}

static int seed_put(const Rows *rows, Py_ssize_t header, Py_ssize_t metadata, Bytes *out, Bytes *ends)
{
    int64_t row[COLUMNS];
    Fields of;
    size_t all = count(rows);
    for (size_t i = 0; i < all; i++) {
        if (!fields(rows, row_of(rows, i, row), &of) || length(of.meta) > (size_t)metadata)
            return 0;
        size_t before = out->size;
        put(out, "<<<FILE ", 8);
        if (row[FLAGS] & INTEGER_ID)
            put_byte(out, '=');
        else if (!is_bare(of.id, 0x21) || *of.id.at == '=')
            return 0;
        put_span(out, of.id);
        put_byte(out, ' ');
        if (!length(of.name))
            put(out, "\"\"", 2);
        else if (!is_bare(of.name, 0x20))
            return 0;
        else
            put_span(out, of.name);
        put(out, ">>>\n", 4);
        if (out->size - before > (size_t)header)
            return 0;
        if (length(of.meta)) {
            put(out, "<<<META ", 8);
            put_span(out, of.meta);
            put(out, ">>>\n", 4);
        }
        if (has(of.text, (const u8 *)"<<<", 3) || has_marker(of.text.at, of.text.end))
            return 0;
        put_span(out, of.text);
        if (length(of.text) && of.text.end[-1] != '\n')
            put(out, MARKED, MARKED_SIZE);
        put_end(ends, out);
    }
    return 1;
}

/* -- the module ---------------------------------------------------------------------------------------------------- */

/* Return two bytes objects, or None where a function had to give up. Frees both. */
static PyObject *given(int done, Bytes *one, Bytes *other)
{
    PyObject *found = NULL;
    if (one->failed || other->failed)
        PyErr_NoMemory();
    else if (!done)
        found = Py_NewRef(Py_None);
    else {
        const char *first = one->size ? (const char *)one->at : "", *second = other->size ? (const char *)other->at : "";
        found = Py_BuildValue("(y#y#)", first, (Py_ssize_t)one->size, second, (Py_ssize_t)other->size);
    }
    free(one->at);
    free(other->at);
    return found;
}

static PyObject *kernel_is_utf8(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer buffer;
    int valid;
    if (PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0)
        return NULL;
    if (buffer.len < GIL_SIZE) {
        valid = is_utf8(buffer.buf, (size_t)buffer.len);
    } else {
        Py_BEGIN_ALLOW_THREADS
        valid = is_utf8(buffer.buf, (size_t)buffer.len);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&buffer);
    return PyBool_FromLong(valid);
}

static PyObject *kernel_seed_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data;
    SeedLimits limits;
    Bytes table = {0}, nothing = {0};
    int done;
    if (!PyArg_ParseTuple(args, "y*iinnn", &data, &limits.version, &limits.depth, &limits.header, &limits.document,
                          &limits.metadata))
        return NULL;
    if (limits.depth > MOST_LEVELS)
        limits.depth = MOST_LEVELS;
    Py_BEGIN_ALLOW_THREADS
    done = seed_cut(data.buf, (size_t)data.len, &limits, &table);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return given(done, &table, &nothing);
}

static PyObject *kernel_jsonl_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data;
    Layout layout;
    Lines out = {0};
    int done;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*iinn", &data, &layout.key[0], &layout.key[1], &layout.key[2],
                          &layout.key[3], &layout.native, &layout.depth, &layout.document, &layout.metadata))
        return NULL;
    if (layout.depth > MOST_LEVELS)
        layout.depth = MOST_LEVELS;
    Py_BEGIN_ALLOW_THREADS
    out.data = data.buf;
    out.size = (size_t)data.len;
    done = jsonl_cut(&out, &layout);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    for (int i = 0; i < 4; i++)
        PyBuffer_Release(&layout.key[i]);
    return given(done, &out.table, &out.arena);
}

static void release(Rows *rows)
{
    PyBuffer_Release(&rows->data);
    PyBuffer_Release(&rows->arena);
    PyBuffer_Release(&rows->table);
}

static PyObject *kernel_jsonl_encode(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    Record how;
    Bytes out = {0}, ends = {0};
    int done;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*y*y*y*ppppn", &rows.data, &rows.arena, &rows.table,
                          &how.before_id, &how.before_name, &how.before_text, &how.before_meta, &how.taken[0],
                          &how.taken[1], &how.taken[2], &how.taken[3], &how.has_id, &how.has_name, &how.has_meta,
                          &how.drops_name, &how.metadata))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    grow(&out, (size_t)rows.data.len + (size_t)rows.data.len / 8);
    done = jsonl_put(&rows, &how, &out, &ends);
    Py_END_ALLOW_THREADS
    release(&rows);
    PyBuffer_Release(&how.before_id);
    PyBuffer_Release(&how.before_name);
    PyBuffer_Release(&how.before_text);
    PyBuffer_Release(&how.before_meta);
    for (int i = 0; i < 4; i++)
        PyBuffer_Release(&how.taken[i]);
    return given(done, &out, &ends);
}

static PyObject *kernel_seed_encode(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    Py_ssize_t header, metadata;
    Bytes out = {0}, ends = {0};
    int done;
    if (!PyArg_ParseTuple(args, "y*y*y*nn", &rows.data, &rows.arena, &rows.table, &header, &metadata))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    grow(&out, (size_t)rows.data.len + (size_t)rows.data.len / 8);
    done = seed_put(&rows, header, metadata, &out, &ends);
    Py_END_ALLOW_THREADS
    release(&rows);
    return given(done, &out, &ends);
}

static PyMethodDef methods[] = {
    {"is_utf8", kernel_is_utf8, METH_O, NULL},
    {"seed_rows", kernel_seed_rows, METH_VARARGS, NULL},
    {"jsonl_rows", kernel_jsonl_rows, METH_VARARGS, NULL},
    {"jsonl_encode", kernel_jsonl_encode, METH_VARARGS, NULL},
    {"seed_encode", kernel_seed_encode, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    return PyModule_AddIntConstant(module, "ABI", ABI);
}

/* CPython 3.11 refuses a module with the first slot, and its limited API does not name it: it says that every
   interpreter may have a GIL of its own (Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED). */
static PyModuleDef_Slot slots[] = {
    {3, (void *)2},
    {Py_mod_exec, (void *)execute},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_kernel", NULL, 0, methods, slots, NULL, NULL, NULL,
};
static struct PyModuleDef definition_3_11 = {
    PyModuleDef_HEAD_INIT, "_kernel", NULL, 0, methods, slots + 1, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernel(void);

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(Py_Version < 0x030C0000 ? &definition_3_11 : &definition);
}

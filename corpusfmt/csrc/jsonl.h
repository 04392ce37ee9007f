/* JSON Lines. */

/* Keys of id, name, text and metadata; an empty one means that the layout has none. With numbers, the number of its line
   is the id of a record without one. */
typedef struct {
    Py_buffer key[4];
    int native, numbers, depth;
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

static int jsonl_line(Lines *out, const Layout *layout, const u8 *p, const u8 *end, int64_t number)
{
    int64_t row[COLUMNS] = {0};
    Keys keys;
    keys.count = 0;
    size_t flat = out->arena.size, start = flat;
    int has_id = 0, has_text = 0;
    row[BEGIN] = row[BODY] = p - out->data;
    row[LINE] = number;
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
    if (blank_end(p + 1, end) != end || !(has_id || layout->numbers) || !has_text)
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
    if (!has_id) {
        char digits[24];
        row[ID] = (int64_t)(out->size + out->arena.size);
        put(&out->arena, digits, (size_t)snprintf(digits, sizeof digits, "%lld", (long long)number));
        row[ID_STOP] = (int64_t)(out->size + out->arena.size);
        row[FLAGS] = MADE_ID;
    }
    put_row(&out->table, row);
    return !out->arena.failed && !out->table.failed;
}

/* Cut a buffer into rows from the line at p on, which has a number. Return where a line begins that needs a closer
   look, or the end. */
static const u8 *jsonl_cut(Lines *out, const u8 *p, int64_t number, const Layout *layout)
{
    const u8 *end = out->data + out->size;
    while (p < end && !out->table.failed && !out->arena.failed) {
        const u8 *line = memchr(p, '\n', (size_t)(end - p));
        if (line == NULL)
            line = end;
        const u8 *stop = line > p && line[-1] == '\r' ? line - 1 : line;
        size_t before = out->arena.size;
        if (line - p > layout->document || !is_utf8(p, (size_t)(stop - p))
            || !jsonl_line(out, layout, p, stop, number)) {
            out->arena.size = before;
            break;
        }
        p = line == end ? end : line + 1;
        number++;
    }
    return p;
}

/* What is written for a long string, which has more characters: one is spelled in 12 bytes at most. */
#define SHORT "xxxxxxxxxxxxxxxx"
enum { SHORT_SIZE = sizeof SHORT - 1, LONG_SIZE = 12 * SHORT_SIZE };

/* Say whether a key is one of several, each of which a NUL follows. */
static int is_listed(const u8 *key, size_t size, Span keys)
{
    while (keys.at < keys.end) {
        const u8 *stop = memchr(keys.at, 0, length(keys));
        if (stop == NULL)
            stop = keys.end;
        if ((size_t)(stop - keys.at) == size && memcmp(keys.at, key, size) == 0)
            return 1;
        keys.at = stop < keys.end ? stop + 1 : stop;
    }
    return 0;
}

/* Add the object at p with short strings for the long ones among its members, but for those of some keys. Return what
   follows it, or NULL where it is wrong or unusual. */
static const u8 *put_brief(Bytes *out, const u8 *p, const u8 *end, Span kept)
{
    Keys keys;
    const u8 *from = p;
    keys.count = 0;
    if (p == end || *p != '{')
        return NULL;
    do {
        p = key_end(blank_end(p + 1, end), end, &keys);
        const u8 *after = p == NULL ? NULL : value_end(p, end, MOST_LEVELS);
        if (after == NULL)
            return NULL;
        int last = keys.count - 1;
        if (*p == '"' && after - p - 2 >= LONG_SIZE && !is_listed(keys.at[last], keys.size[last], kept)) {
            put(out, from, (size_t)(p + 1 - from));
            put(out, SHORT, SHORT_SIZE);
            from = after - 1;
        }
        p = blank_end(after, end);
    } while (p < end && *p == ',');
    if (p == end || *p != '}')
        return NULL;
    put(out, from, (size_t)(p + 1 - from));
    return p + 1;
}

/* Add the objects of lines, each shortened, up to a line that holds no object or an unusual one. Return how many. */
static size_t put_briefs(Bytes *out, const u8 *p, const u8 *end, Span kept)
{
    size_t lines = 0, size = 0;
    while (p < end && (p = put_brief(out, blank_end(p, end), end, kept)) != NULL) {
        p = blank_end(p, end);
        if (p < end && *p == '\r')
            p++;
        if (p < end && *p++ != '\n')
            break;
        put_byte(out, '\n');
        size = out->size;
        lines++;
    }
    out->size = size;
    return lines;
}

/* What stands around the values of a record, and the spelled keys that metadata at the top may not have. */
typedef struct {
    Py_buffer before_id, before_name, before_text, before_meta, taken[4];
    int has_id, has_name, has_meta, drops_name;
    Py_ssize_t metadata;
} Record;

static int jsonl_record(const Rows *rows, const int64_t *row, const Record *how, Bytes *out)
{
    Fields of;
    if (!fields(rows, row, &of) || length(of.meta) > (size_t)how->metadata)
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
    return 1;
}

/* Write rows from one on. Return the number of one that needs a closer look, or how many there are. */
static size_t jsonl_put(const Rows *rows, size_t first, const Record *how, Bytes *out, Bytes *ends)
{
    int64_t row[COLUMNS];
    size_t all = count(rows);
    for (; first < all && !out->failed; first++) {
        size_t before = out->size;
        if (!jsonl_record(rows, row_of(rows, first, row), how, out)) {
            out->size = before;
            break;
        }
        put_end(ends, out);
    }
    return first;
}

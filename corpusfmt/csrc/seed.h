/* Seed files. */

static const char MARKED[] = "\n\\ No newline at end of file\n";
enum { MARKED_SIZE = sizeof MARKED - 1 };

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

static int is_like_header(const u8 *p, const u8 *end)
{
    return is_word(p, end, "file") || is_word(p, end, "meta") || is_word(p, end, "seed");
}

/* Say whether an angle bracket in a text begins nothing that the code in Python might report: it stands alone, and
   before what begins or ends a tag, a comment or an expression, but for a tag like a header or metadata; or there are
   two, as in programs, before no such word. */
static int is_harmless(const u8 *bracket, const u8 *end)
{
    const u8 *p = bracket + 1;
    if (p < end && *p == '<') {
        p = blank_end(p + 1, end);
        if (p == end || *p >= 0x80 || *p == '/' || *p == '<' || *p == '\\' || bracket[-1] == '<' || bracket[-1] == '\\')
            return 0;
        return !is_like_header(p, end) && !is_like_header(p + 1, end);
    }
    if (bracket[-1] == '<') /* the second of two */
        return bracket[-2] != '<';
    if (p == end || *p > 'z')
        return 0;
    if ((*p | 32) < 'a' || (*p | 32) > 'z')
        return strchr("/!?=-0123456789", *p) != NULL && *p;
    return !is_like_header(p, end);
}

/* Say whether a backslash that begins a line is none of an escape, nor like one: a letter, digit, bracket or the like
   follows, as in TeX. */
static int is_bare_slash(const u8 *slash, const u8 *end)
{
    const u8 *p = slash + 1;
    return p < end && *p > ' ' && *p < 0x7F && *p != '\\' && *p != '<' && *p != '&' && !is_word(p, end, "no")
        && !is_word(p + 1, end, "no");
}

/* Return what follows one of some words in any case, or NULL. */
static const u8 *after_word(const u8 *p, const u8 *end, const char *const *words)
{
    for (; *words; words++)
        if (is_word(p, end, *words))
            return p + strlen(*words);
    return NULL;
}

static const u8 *after_gap(const u8 *p, const u8 *end)
{
    return p + (p < end && (*p == ' ' || *p == '_' || *p == '-'));
}

/* Say whether a line that begins with signs, some of which are no blanks, goes on at p as other bundles end or begin a
   file (corpusfmt/formats/seed/delimiters.py). */
static int is_foreign(const u8 *p, const u8 *end, int signs)
{
    static const char *const kin[] = {"file", "document", "doc", "seed", "bundle", NULL}, *const bounds[] = {"end", "begin", "start", NULL};
    const u8 *after = after_word(p, end, kin);
    if (after != NULL)
        return p[-1] == '/' || (after < end && *after == ':') || after_word(after_gap(after, end), end, bounds) != NULL;
    after = after_word(p, end, bounds);
    if (after == NULL)
        return is_word(p, end, "eof");
    if (signs >= 3 && is_word(p, end, "end"))
        return 1;
    after = after_gap(after, end);
    if (is_word(after, end, "of"))
        after = after_gap(after + 2, end);
    if (is_word(after, end, "the"))
        after = after_gap(after + 3, end);
    return after_word(after, end, kin) != NULL;
}

/* Say whether there may be the end of a file as other bundles have it, or that of a merge conflict. */
static int has_foreign_end(const u8 *data, const u8 *end)
{
    for (const u8 *line = data; line != NULL && line < end;) {
        const u8 *p = line;
        int signs = 0;
        for (; p < end && p - line < 300 && *p != '\n' && !is_letter(*p) && !(*p >= '0' && *p <= '9'); p++) {
            if (*p == '&' && (is_word(p + 1, end, "lt;") || is_word(p + 1, end, "gt;"))) {
                p += 3;
                signs += 2;
            }
            signs += *p != ' ' && *p != '\t';
        }
        if (p > line && p < end && memchr("edfsb", *p | 32, 5) != NULL && is_foreign(p, end, signs))
            return 1;
        line = memchr(p, '\n', (size_t)(end - p));
        line = line ? line + 1 : NULL;
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

/* Add a row for the document that begins at p. Return what follows it, or NULL where it needs a closer look. */
static const u8 *seed_document(const u8 *data, const u8 *p, const u8 *end, int64_t number, const SeedLimits *limits,
                               Bytes *table)
{
    const u8 *start = p;
    if (!starts(p, end, "<<<FILE ", 8))
        return NULL;
    const u8 *line = memchr(p, '\n', (size_t)(end - p));
    if (line == NULL || line - start >= limits->header || !ends(start + 8, line, ">>>", 3))
        return NULL;
    const u8 *id = start + 8, *stop = line - 3;
    const u8 *space = memchr(id, ' ', (size_t)(stop - id)), *name_stop = stop;
    if (space == NULL || space == id)
        return NULL;
    if (limits->version && stop - space == 3 && memcmp(space, " \"\"", 3) == 0)
        name_stop = stop = space + 1; /* an empty name */
    for (const u8 *c = id; c < stop; c++)
        if (*c == '"' || *c == '\t' || *c == '<' || (*c == '\\' && limits->version))
            return NULL;
    int is_number = *id == '=';
    if (is_number && !(limits->version && is_integer(id + 1, space)))
        return NULL;
    const u8 *body = line + 1;
    int64_t row[COLUMNS] = {0};
    if (limits->version && starts(body, end, "<<<META", 7)) {
        const u8 *after = memchr(body, '\n', (size_t)(end - body));
        if (after == NULL || after - body < 13 || body[7] != ' ' || body[8] != '{' || !ends(body, after, ">>>", 3))
            return NULL;
        if (after - 3 - (body + 8) > limits->metadata || value_end(body + 8, after - 3, limits->depth) != after - 3)
            return NULL;
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
            return NULL;
    }
    if (next == NULL)
        next = end;
    if (next - start > limits->document || !is_utf8(start, (size_t)(next - start)) || has_foreign_end(start, next))
        return NULL;
    const u8 *text = next;
    if (limits->version) {
        if (ends(body, next, MARKED, MARKED_SIZE))
            text = next - MARKED_SIZE;
        else if (next == end && ends(body, next, MARKED, MARKED_SIZE - 1))
            text = next - MARKED_SIZE + 1;
        else if (ends(body, next, MARKED + 2, MARKED_SIZE - 2))
            return NULL;
        for (const u8 *c = body; (c = memchr(c, '\\', (size_t)(text - c))) != NULL; c++)
            if (((c == body || c[-1] == '\n') && !is_bare_slash(c, text)) || is_word(c + 1, end, " no newline"))
                return NULL;
    } else if (has_marker(start, next))
        return NULL;
    row[BEGIN] = start - data;
    row[BODY] = row[TEXT] = body - data;
    row[ID] = id + is_number - data;
    row[ID_STOP] = space - data;
    row[FLAGS] = is_number ? INTEGER_ID : 0;
    row[NAME] = space + 1 - data;
    row[NAME_STOP] = name_stop - data;
    row[TEXT_STOP] = text - data;
    row[LINE] = number;
    put_row(table, row);
    return next;
}

/* Cut a buffer into rows from p on, which stands in a line (0: lines are not counted). Return where a document begins that needs a closer look, or the end. */
static const u8 *seed_cut(const u8 *data, const u8 *p, const u8 *end, int64_t line, const SeedLimits *limits,
                          Bytes *table)
{
    while (p < end && !table->failed) {
        const u8 *next = seed_document(data, p, end, line, limits, table);
        if (next == NULL)
            break;
        if (line)
            line += lines_of(p, next);
        p = next;
    }
    return p;
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

/* How to write: in the plain dialect, which may drop metadata and end texts with a line feed, or in version 1. */
typedef struct {
    Py_ssize_t header, metadata;
    int plain, drops_metadata, ends_texts;
} SeedWriting;

static int has_byte(Span of, u8 byte)
{
    return length(of) && memchr(of.at, byte, length(of)) != NULL;
}

static int seed_record(const Fields *of, int is_integer_id, const SeedWriting *how, Bytes *out)
{
    size_t before = out->size;
    if (length(of->meta) > (size_t)how->metadata)
        return 0;
    put(out, "<<<FILE ", 8);
    if (is_integer_id)
        put_byte(out, '=');
    else if (!is_bare(of->id, 0x21) || *of->id.at == '=')
        return 0;
    put_span(out, of->id);
    put_byte(out, ' ');
    if (!length(of->name))
        put(out, "\"\"", 2);
    else if (!is_bare(of->name, 0x20))
        return 0;
    else
        put_span(out, of->name);
    put(out, ">>>\n", 4);
    if (out->size - before > (size_t)how->header)
        return 0;
    if (length(of->meta)) {
        put(out, "<<<META ", 8);
        put_span(out, of->meta);
        put(out, ">>>\n", 4);
    }
    if (has(of->text, (const u8 *)"<<<", 3) || has_marker(of->text.at, of->text.end))
        return 0;
    put_span(out, of->text);
    if (length(of->text) && of->text.end[-1] != '\n')
        put(out, MARKED, MARKED_SIZE);
    return 1;
}

/* What the plain dialect cannot hold, and is not to lose, is left to the code in Python. */
static int plain_record(const Fields *of, int is_integer_id, const SeedWriting *how, Bytes *out)
{
    size_t before = out->size;
    if (is_integer_id || has_byte(of->id, ' ') || has_byte(of->id, '\t') || has_byte(of->id, '\n') || has_byte(of->name, '\n'))
        return 0;
    if (length(of->meta) && !(how->drops_metadata && has_byte(of->meta, '"')))
        return 0;
    put(out, "<<<FILE ", 8);
    put_span(out, of->id);
    put_byte(out, ' ');
    put_span(out, of->name);
    put(out, ">>>\n", 4);
    if (out->size - before > (size_t)how->header || has(of->text, (const u8 *)"<<<", 3))
        return 0;
    put_span(out, of->text);
    if (length(of->text) && of->text.end[-1] != '\n') {
        if (!how->ends_texts)
            return 0;
        put_byte(out, '\n');
    }
    return 1;
}

/* Write rows from one on. Return the number of one that needs a closer look, or how many there are. */
static size_t seed_put(const Rows *rows, size_t first, const SeedWriting *how, Bytes *out, Bytes *ends)
{
    int64_t row[COLUMNS];
    Fields of;
    size_t all = count(rows);
    for (; first < all && !out->failed; first++) {
        size_t before = out->size;
        if (!fields(rows, row_of(rows, first, row), &of)
            || !(how->plain ? plain_record : seed_record)(&of, row[FLAGS] & INTEGER_ID, how, out)) {
            out->size = before;
            break;
        }
        put_end(ends, out);
    }
    return first;
}

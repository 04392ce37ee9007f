/* What is known of each document of a conversion: an entry, by which it is compared with what comes back
   (corpusfmt/verbs/convert/entries.py), and the line of it in a receipt (corpusfmt/receipt/sections.py). */

enum { FIELDS_SIZE = 13 };

static void put_little(Bytes *out, size_t number, int size)
{
    for (int i = 0; i < size; i++)
        put_byte(out, (u8)(number >> 8 * i));
}

static void put_unit(Bytes *out, uint32_t unit)
{
    const u8 bytes[] = {(u8)(unit >> 8), (u8)unit};
    u8 hex[4];
    spell_hex(bytes, sizeof bytes, hex);
    put(out, "\\u", 2);
    put(out, hex, sizeof hex);
}

/* Write UTF-8 as the inside of a JSON string in ASCII. Return 0 where a character is cut. */
static int put_ascii(Bytes *out, Span of)
{
    for (const u8 *p = of.at; p < of.end;) {
        const u8 *start = p;
        while (p < of.end && *p >= ' ' && *p <= '~' && *p != '"' && *p != '\\')
            p++;
        put(out, start, (size_t)(p - start));
        if (p == of.end)
            break;
        int more = *p < 0xC0 ? 0 : *p < 0xE0 ? 1 : *p < 0xF0 ? 2 : 3;
        if (of.end - p <= more)
            return 0;
        uint32_t c = *p++;
        if (more)
            c &= 0x3Fu >> more;
        else if (c < 0x7F) {
            escape(out, p - 1, p);
            continue;
        }
        for (; more; more--)
            c = c << 6 | (*p++ & 0x3F);
        if (c >= 0x10000) {
            put_unit(out, 0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + (c & 0x3FF);
        }
        put_unit(out, c);
    }
    return 1;
}

static void put_hex256(Bytes *out, const u8 *digest)
{
    u8 hex[HEX256];
    spell_hex(digest, DIGEST_SIZE, hex);
    put(out, hex, sizeof hex);
}

/* Add the line of a document in a receipt, its keys in order. Return 0 where the row is wrong. */
static int put_listed(const Hashing *by, const Fields *of, int is_integer_id, const u8 *text, Bytes *out)
{
    const char *quote = is_integer_id ? "" : "\"";
    u8 digest[DIGEST_SIZE];
    put_text(out, "{\"id\": ");
    put_text(out, quote);
    if (!put_ascii(out, of->id))
        return 0;
    put_text(out, quote);
    if (length(of->meta) != 2 || memcmp(of->meta.at, "{}", 2) != 0) {
        sha256(by, of->meta.at, length(of->meta), digest);
        put_text(out, ", \"metadata\": \"");
        put_hex256(out, digest);
        put_byte(out, '"');
    }
    put_text(out, ", \"name\": \"");
    if (!put_ascii(out, of->name))
        return 0;
    put_text(out, "\", \"sha256\": \"");
    put_hex256(out, text);
    put_text(out, "\"}");
    return 1;
}

/* Add the entries of all rows, and if listed their lines, with a comma and a line feed between two. Return 0 where a row
   is wrong. */
static int put_proof(const Rows *rows, const Hashing *by, int listed, Bytes *entries, Bytes *lines)
{
    static const Span none = {(const u8 *)"{}", (const u8 *)"{}" + 2};
    int64_t row[COLUMNS];
    u8 digest[DIGEST_SIZE];
    Fields of;
    size_t all = count(rows);
    for (size_t i = 0; i < all && !entries->failed && !lines->failed; i++) {
        if (!fields(rows, row_of(rows, i, row), &of))
            return 0;
        if (!row[META_STOP])
            of.meta = none;
        size_t size = FIELDS_SIZE + length(of.id) + length(of.name) + length(of.meta) + DIGEST_SIZE;
        if (size > UINT32_MAX)
            return 0;
        sha256(by, of.text.at, length(of.text), digest);
        put_little(entries, size, 4);
        put_little(entries, 0, 2); /* no loss was allowed */
        put_byte(entries, row[FLAGS] & INTEGER_ID);
        put_little(entries, length(of.id), 4);
        put_little(entries, length(of.name), 4);
        put_little(entries, length(of.meta), 4);
        put_span(entries, of.id);
        put_span(entries, of.name);
        put_span(entries, of.meta);
        put(entries, digest, sizeof digest);
        if (!listed)
            continue;
        if (i)
            put(lines, ",\n", 2);
        if (!put_listed(by, &of, row[FLAGS] & INTEGER_ID, digest, lines))
            return 0;
    }
    return 1;
}

/* WARC: our bundles (corpusfmt/formats/warc/profile.py), and the plain texts of others. */

#define NATIVE_VERSION "application/x.corpusfmt.document+json; version=1"

enum { HEX256 = 64, UUID_SIZE = 36, LONGEST_URI = 8192, LEAST_BUNDLE = 900 };

static void put_text(Bytes *out, const char *text)
{
    put(out, text, strlen(text));
}

static void put_number(Bytes *out, size_t number)
{
    char digits[24];
    int at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    put(out, digits + at, sizeof digits - (size_t)at);
}

static void spell_hex(const u8 *digest, size_t size, u8 *to)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        *to++ = (u8)digits[digest[i] >> 4];
        *to++ = (u8)digits[digest[i] & 15];
    }
}

static void hex256(const Hashing *by, const u8 *p, size_t size, u8 *hex)
{
    u8 digest[32];
    sha256(by, p, size, digest);
    spell_hex(digest, sizeof digest, hex);
}

/* Spell a SHA-1 as a UUID of version 5 (RFC 9562, section 5.5). */
static void spell_uuid(u8 *digest, u8 *to)
{
    u8 hex[40];
    digest[6] = (u8)((digest[6] & 0x0F) | 0x50);
    digest[8] = (u8)((digest[8] & 0x3F) | 0x80);
    spell_hex(digest, 20, hex);
    const int parts[] = {8, 4, 4, 4, 12};
    const u8 *from = hex;
    for (int i = 0; i < 5; i++) {
        if (i)
            *to++ = '-';
        memcpy(to, from, (size_t)parts[i]);
        to += parts[i];
        from += parts[i];
    }
}

static int is_digit(u8 c)
{
    return c >= '0' && c <= '9';
}

static int is_one_of(u8 c, const char *some)
{
    return c && strchr(some, c) != NULL;
}

/* Say whether a byte stands in names (RFC 3986, unreserved), or in a WARC_URI, as it is. */
static int is_unreserved(u8 c)
{
    return is_letter(c) || is_digit(c) || is_one_of(c, "-._~");
}

static int is_in_uri(u8 c)
{
    return is_unreserved(c) || is_one_of(c, ":/?#[]@!$&'()*+,;=");
}

static int is_escape(const u8 *p, const u8 *end)
{
    return end - p >= 3 && *p == '%' && strchr("0123456789abcdefABCDEF", p[1]) && strchr("0123456789abcdefABCDEF", p[2])
        && p[1] && p[2];
}

/* Return what follows the scheme at p and its colon, or NULL where there is none. */
static const u8 *scheme_end(const u8 *p, const u8 *end)
{
    if (p == end || !is_letter(*p))
        return NULL;
    while (p < end && (is_letter(*p) || is_digit(*p) || is_one_of(*p, "+.-")))
        p++;
    return p < end && *p == ':' ? p + 1 : NULL;
}

/* Say whether a day is one of the calendar: ten characters, as in 2024-05-18. */
static int is_day(const u8 *p)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int century = two(p), in_it = two(p + 2), month = two(p + 5), day = two(p + 8);
    if (century < 0 || in_it < 0 || p[4] != '-' || p[7] != '-' || month < 1 || month > 12 || day < 1)
        return 0;
    int year = century * 100 + in_it, leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return year && day <= days[month - 1] + (month == 2 && leap);
}

/* Say whether a time is one: eight characters, as in 01:58:10, with so many seconds at most. */
static int is_time(const u8 *p, int seconds)
{
    int hour = two(p), minute = two(p + 3), second = two(p + 6);
    return p[2] == ':' && p[5] == ':' && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0
        && second <= seconds;
}

/* -- writing ---------------------------------------------------------------------------------------------------- */

typedef struct {
    Hashing by;
    /* The type of records of texts, the date of those without one, the beginning of URNs; what the ids of the two
       records of a document are made of; marks of ids; names of dates and of URLs in metadata, with NUL behind each. */
    Py_buffer type, date, urn, first, second, marks, dates, urls;
    size_t number; /* of documents before */
} Bundle;

/* Return the place of a key in a list of names in lower case, or -1. */
static int name_of(const Py_buffer *names, const u8 *key, size_t size)
{
    const char *name = names->buf, *end = name + names->len;
    for (int number = 0; name < end; number++) {
        const char *stop = memchr(name, 0, (size_t)(end - name));
        if (stop == NULL)
            break;
        size_t i = 0;
        if ((size_t)(stop - name) == size) {
            while (i < size && (key[i] >= 'A' && key[i] <= 'Z' ? key[i] | 32 : key[i]) == (u8)name[i])
                i++;
            if (i == size)
                return number;
        }
        name = stop + 1;
    }
    return -1;
}

/* Take a value of metadata for one of the names. Return 0 where it is not easily said what it gives. */
static int take_value(int name, int *best, uint32_t *seen, const u8 *value, const u8 *end, Span *found)
{
    if (name > 31 || *seen >> name & 1 || memchr("\"{ntf", *value, 5) == NULL)
        return 0; /* the same name in another case, a list, a number */
    *seen |= (uint32_t)1 << name;
    if (*value != '"' || end - value == 2 || (*best >= 0 && *best < name))
        return 1;
    *best = name;
    found->at = value + 1;
    found->end = end - 1;
    return memchr(value, '\\', (size_t)(end - value)) == NULL;
}

/* Find the date and the URL that metadata gives, by the first of the names of each. Return 0 where that is not easily
   said. */
static int known(const Bundle *how, Span meta, Span *date, Span *url)
{
    const u8 *p = blank_end(meta.at + 1, meta.end), *end = meta.end;
    int best_date = -1, best_url = -1;
    uint32_t dates = 0, urls = 0;
    while (p < end && *p != '}') {
        int escaped;
        const u8 *key = p + 1, *stop = *p == '"' ? string_end(key, end, &escaped) : NULL;
        if (stop == NULL || escaped)
            return 0;
        for (const u8 *c = key; c < stop; c++)
            if (*c >= 0x80)
                return 0; /* perhaps an ASCII letter in lower case */
        p = blank_end(stop, end);
        if (p == end || *p != ':')
            return 0;
        const u8 *value = blank_end(p + 1, end);
        p = value_end(value, end, MOST_LEVELS);
        if (p == NULL)
            return 0;
        int name = name_of(&how->dates, key, (size_t)(stop - 1 - key));
        if (name >= 0 && !take_value(name, &best_date, &dates, value, p, date))
            return 0;
        name = name_of(&how->urls, key, (size_t)(stop - 1 - key));
        if (name >= 0 && !take_value(name, &best_url, &urls, value, p, url))
            return 0;
        p = blank_end(p, end);
        if (p < end && *p == ',')
            p = blank_end(p + 1, end);
    }
    return p + 1 == end;
}

/* Spell a date as records have it, in 20 bytes: a day, or a day and a time. Return 0 for any other. */
static int spell_date(Span of, u8 *to)
{
    size_t size = length(of);
    if ((size != 10 && size != 19 && size != 20) || !is_day(of.at))
        return 0;
    memcpy(to, of.at, 10);
    memcpy(to + 10, "T00:00:00Z", 10);
    if (size == 10)
        return 1;
    if ((of.at[10] != 'T' && of.at[10] != ' ') || !is_time(of.at + 11, 59) || (size == 20 && of.at[19] != 'Z'))
        return 0;
    memcpy(to + 11, of.at + 11, 8);
    return 1;
}

static void put_escaped(Bytes *out, const u8 *p, const u8 *end, int (*stands)(u8))
{
    for (; p < end; p++) {
        char hex[4];
        const u8 *start = p;
        while (p < end && (stands(*p) || (stands == is_in_uri && is_escape(p, end))))
            p++;
        put(out, start, (size_t)(p - start));
        if (p == end)
            break;
        hex[0] = '%';
        hex[1] = "0123456789ABCDEF"[*p >> 4];
        hex[2] = "0123456789ABCDEF"[*p & 15];
        put(out, hex, 3);
    }
}

/* Add the WARC_URI of a document. Return 0 for one that is not easily said. */
static int put_uri(const Bundle *how, Span url, Span id, Bytes *out)
{
    size_t before = out->size;
    if (length(url)) {
        if (*url.at <= ' ' || *url.at >= 0x7F || url.end[-1] <= ' ' || url.end[-1] >= 0x7F)
            return 0; /* perhaps white space */
        const u8 *rest = scheme_end(url.at, url.end);
        if (rest != NULL && rest < url.end) {
            if (*rest <= ' ' || *rest >= 0x7F)
                return 0;
            put_escaped(out, url.at, url.end, is_in_uri);
            return out->size - before <= LONGEST_URI;
        }
    }
    put(out, how->urn.buf, (size_t)how->urn.len);
    size_t name = out->size;
    put_escaped(out, id.at, id.end, is_unreserved);
    return out->size - name <= LONGEST_URI;
}

/* What is made of a document before its records are: the block of the second one with the WARC_URI behind it, and the names
   that ids are made of. */
typedef struct {
    Bytes block, name;
} Scratch;

/* Make the id of the record of a text; of what may have come before it has the number of its document too. */
static void put_id(const Bundle *how, size_t number, Bytes *name, u8 *uuid)
{
    u8 digest[20], *marks = how->marks.buf;
    sha1(&how->by, name->at, name->size, digest);
    uint32_t mark = big_endian(digest + 16) & ((uint32_t)how->marks.len * 8 - 1);
    u8 bit = (u8)(1 << (mark & 7));
    if (marks[mark >> 3] & bit) {
        put_byte(name, ' ');
        put_number(name, number);
        sha1(&how->by, name->at, name->size, digest);
    } else
        marks[mark >> 3] |= bit;
    spell_uuid(digest, uuid);
}

static int warc_records(const Rows *rows, const int64_t *row, const Bundle *how, size_t number, Scratch *made, Bytes *out,
                        Bytes *ends)
{
    Fields of;
    Span date = {NULL, NULL}, url = {NULL, NULL}, when = {how->date.buf, (u8 *)how->date.buf + how->date.len};
    u8 spelled[20], text[HEX256], about[HEX256], first[UUID_SIZE], second[UUID_SIZE], digest[20];
    if (!fields(rows, row, &of) || (length(of.meta) && !known(how, of.meta, &date, &url)))
        return 0;
    if (length(date)) {
        if (!spell_date(date, spelled))
            return 0;
        when.at = spelled;
        when.end = spelled + sizeof spelled;
    }
    Bytes *block = &made->block, *name = &made->name;
    block->size = name->size = 0;
    put_text(block, "{\"id\":");
    if (row[FLAGS] & INTEGER_ID)
        put_span(block, of.id);
    else {
        put_byte(block, '"');
        escape(block, of.id.at, of.id.end);
        put_byte(block, '"');
    }
    put_text(block, ",\"name\":\"");
    escape(block, of.name.at, of.name.end);
    put_text(block, "\",\"meta\":");
    if (length(of.meta))
        put_span(block, of.meta);
    else
        put_text(block, "{}");
    put_byte(block, '}');
    size_t size = block->size;
    if (!put_uri(how, url, of.id, block))
        return 0;
    grow(name, (size_t)how->first.len + (size_t)how->second.len + 2 * HEX256 + 32);
    if (block->failed || name->failed) {
        out->failed = 1;
        return 0;
    }
    Span uri = {block->at + size, block->at + block->size};
    hex256(&how->by, of.text.at, length(of.text), text);
    hex256(&how->by, block->at, size, about);
    put(name, how->first.buf, (size_t)how->first.len);
    put(name, text, sizeof text);
    put(name, about, sizeof about);
    put_id(how, number, name, first);
    name->size = 0;
    put(name, how->second.buf, (size_t)how->second.len);
    put(name, first, sizeof first);
    sha1(&how->by, name->at, name->size, digest);
    spell_uuid(digest, second);
    put_text(out, "WARC/1.1\r\nWARC-Type: ");
    put(out, how->type.buf, (size_t)how->type.len);
    put_text(out, "\r\nWARC-Record-ID: <urn:uuid:");
    put(out, first, sizeof first);
    put_text(out, ">\r\nWARC-Date: ");
    put_span(out, when);
    put_text(out, "\r\nWARC-Target-URI: ");
    put_span(out, uri);
    put_text(out, "\r\nContent-Type: text/plain; charset=utf-8\r\nWARC-Block-Digest: sha256:");
    put(out, text, sizeof text);
    put_text(out, "\r\nWARC-Payload-Digest: sha256:");
    put(out, text, sizeof text);
    put_text(out, "\r\nContent-Length: ");
    put_number(out, length(of.text));
    put_text(out, "\r\n\r\n");
    put_span(out, of.text);
    put_text(out, "\r\n\r\n");
    put_end(ends, out);
    put_text(out, "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:");
    put(out, second, sizeof second);
    put_text(out, ">\r\nWARC-Date: ");
    put_span(out, when);
    put_text(out, "\r\nWARC-Target-URI: ");
    put_span(out, uri);
    put_text(out, "\r\nWARC-Refers-To: <urn:uuid:");
    put(out, first, sizeof first);
    put_text(out, ">\r\nContent-Type: " NATIVE_VERSION "\r\nWARC-Block-Digest: sha256:");
    put(out, about, sizeof about);
    put_text(out, "\r\nContent-Length: ");
    put_number(out, size);
    put_text(out, "\r\n\r\n");
    put(out, block->at, size);
    put_text(out, "\r\n\r\n");
    put_end(ends, out);
    return 1;
}

/* Write rows from one on. Return the number of one that needs a closer look, or how many there are. */
static size_t warc_put(const Rows *rows, size_t first, const Bundle *how, Bytes *out, Bytes *ends)
{
    int64_t row[COLUMNS];
    size_t all = count(rows), number = how->number;
    Scratch made = {{0}, {0}};
    if (!how->marks.len || how->marks.len > 1 << 28)
        all = first;
    for (; first < all && !out->failed; first++)
        if (!warc_records(rows, row_of(rows, first, row), how, ++number, &made, out, ends))
            break;
    free(made.block.at);
    free(made.name.at);
    return first;
}

/* -- reading ---------------------------------------------------------------------------------------------------- */

typedef struct {
    Hashing by;
    int ours, depth;
    Py_ssize_t document, header, metadata;
} WarcLimits;

/* These return what follows something at p, and NULL where it is not there; p may be NULL already. */

static const u8 *after(const u8 *p, const u8 *end, const char *what)
{
    size_t size = strlen(what);
    return p != NULL && starts(p, end, what, size) ? p + size : NULL;
}

static const u8 *after_one(const u8 *p, const u8 *end, const char *what, const char *other)
{
    const u8 *found = after(p, end, what);
    return found ? found : after(p, end, other);
}

static const u8 *after_uuid(const u8 *p, const u8 *end, int upper)
{
    if (p == NULL || end - p < UUID_SIZE)
        return NULL;
    for (int i = 0; i < UUID_SIZE; i++, p++)
        if (!is_digit(*p) && *p != '-' && !(*p >= 'a' && *p <= 'f') && !(upper && *p >= 'A' && *p <= 'F'))
            return NULL;
    return p;
}

static const u8 *after_date(const u8 *p, const u8 *end)
{
    if (p == NULL || end - p < 20 || !is_day(p) || p[10] != 'T' || !is_time(p + 11, 60) || p[19] != 'Z')
        return NULL;
    return p + 20;
}

static const u8 *after_uri(const u8 *p, const u8 *end)
{
    p = p ? scheme_end(p, end) : NULL;
    while (p != NULL && p < end) {
        if (is_in_uri(*p))
            p++;
        else if (is_escape(p, end))
            p += 3;
        else
            break;
    }
    return p;
}

static const u8 *after_hex256(const u8 *p, const u8 *end, const u8 **hex)
{
    if (p == NULL || end - p < HEX256)
        return NULL;
    *hex = p;
    return p + HEX256;
}

/* A number of so many digits at most, 15 or fewer. */
static const u8 *after_number(const u8 *p, const u8 *end, int most, int64_t *number)
{
    const u8 *start = p;
    if (p == NULL)
        return NULL;
    for (*number = 0; p < end && is_digit(*p); p++) {
        if (p - start == most)
            return NULL;
        *number = *number * 10 + (*p - '0');
    }
    return p == start ? NULL : p;
}

/* Whether the digest of a block is the one that stands in hex. */
static int is_sha256(const Hashing *by, const u8 *p, const u8 *end, const u8 *hex)
{
    u8 found[HEX256];
    hex256(by, p, (size_t)(end - p), found);
    return memcmp(found, hex, HEX256) == 0;
}

static void set_span(int64_t *span, const Lines *out, const u8 *p, const u8 *end)
{
    span[0] = p - out->data;
    span[1] = end - out->data;
}

/* Read what a metadata record says of a document into its row. */
static int about(Lines *out, const WarcLimits *limits, int64_t *row, const u8 *p, const u8 *end)
{
    int escaped, escapes;
    const u8 *id = after(p, end, "{\"id\":"), *id_end, *name, *name_end, *meta, *meta_end;
    if (id == NULL || id == end)
        return 0;
    if (*id == '"') {
        id_end = string_end(++id, end, &escaped);
        if (id_end == NULL || --id_end == id)
            return 0;
        name = after(id_end + 1, end, ",\"name\":\"");
    } else {
        id_end = memchr(id, ',', (size_t)(end - id));
        if (id_end == NULL || !is_integer(id, id_end))
            return 0;
        escaped = 1;
        row[FLAGS] = INTEGER_ID;
        name = after(id_end, end, ",\"name\":\"");
    }
    name_end = name ? string_end(name, end, &escapes) : NULL;
    meta = name_end ? after(name_end, end, ",\"meta\":") : NULL;
    if (meta == NULL || meta == end || *meta != '{' || ((escaped || escapes) && !limits->ours))
        return 0;
    meta_end = value_end(meta, end, limits->depth);
    if (meta_end == NULL || meta_end + 1 != end || *meta_end != '}' || meta_end - meta > limits->metadata)
        return 0;
    if (meta_end - meta > 2)
        set_span(row + META, out, meta, meta_end);
    put_string(out, row + ID, id, id_end);
    put_string(out, row + NAME, name, name_end - 1);
    return 1;
}

/* Add a row for the document whose two records begin at p. Return what follows them, or NULL where that, or they, need
   a closer look. */
static const u8 *bundle(Lines *out, const u8 *start, const WarcLimits *limits)
{
    const u8 *end = out->data + out->size, *digest, *same, *p, *id;
    int64_t row[COLUMNS] = {0}, size;
    p = after_one(after(start, end, "WARC/1.1\r\nWARC-Type: "), end, "resource\r\n", "conversion\r\n");
    id = after(p, end, "WARC-Record-ID: <urn:uuid:");
    p = after_date(after(after_uuid(id, end, 0), end, ">\r\nWARC-Date: "), end);
    p = after_uri(after(p, end, "\r\nWARC-Target-URI: "), end);
    p = after(p, end, "\r\nContent-Type: text/plain");
    p = after_one(p, end, "; charset=utf-8\r\n", "\r\n");
    p = after_hex256(after(p, end, "WARC-Block-Digest: sha256:"), end, &digest);
    p = after_hex256(after(p, end, "\r\nWARC-Payload-Digest: sha256:"), end, &same);
    p = after(after_number(after(p, end, "\r\nContent-Length: "), end, 15, &size), end, "\r\n\r\n");
    if (p == NULL || p - start > limits->header || size > limits->document || size > end - p
        || memcmp(digest, same, HEX256) != 0)
        return NULL;
    const u8 *text = p, *stop = p + size, *reference;
    p = after(stop, end, "\r\n\r\nWARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:");
    p = after_date(after(after_uuid(p, end, 0), end, ">\r\nWARC-Date: "), end);
    p = after_uri(after(p, end, "\r\nWARC-Target-URI: "), end);
    reference = after(p, end, "\r\nWARC-Refers-To: <urn:uuid:");
    p = after(after_uuid(reference, end, 0), end, ">\r\nContent-Type: " NATIVE_VERSION "\r\n");
    p = after_hex256(after(p, end, "WARC-Block-Digest: sha256:"), end, &same);
    p = after(after_number(after(p, end, "\r\nContent-Length: "), end, 9, &size), end, "\r\n\r\n");
    if (p == NULL || p - stop > limits->header || size > limits->document || size > end - p
        || memcmp(id, reference, UUID_SIZE) != 0)
        return NULL;
    const u8 *last = p + size;
    if (after(last, end, "\r\n\r\nWARC/") == NULL || !is_utf8(text, (size_t)(stop - text)) || !is_utf8(p, (size_t)size)
        || !about(out, limits, row, p, last) || !is_sha256(&limits->by, text, stop, digest)
        || !is_sha256(&limits->by, p, last, same))
        return NULL;
    row[BEGIN] = start - out->data;
    row[BODY] = text - out->data;
    set_span(row + TEXT, out, text, stop);
    put_row(&out->table, row);
    return last + 4;
}

/* Fields of a record of a plain text, as WET files have them. */
enum {
    WARC_KIND, WARC_RECORD_ID, WARC_DATE, WARC_URI, WARC_REFERS, WARC_INFO, WARC_DIGEST, WARC_LANGUAGES, WARC_MEDIA,
    WARC_LENGTH, WARC_FIELDS
};
enum {
    NEEDED = 1 << WARC_KIND | 1 << WARC_RECORD_ID | 1 << WARC_DATE | 1 << WARC_URI | 1 << WARC_MEDIA | 1 << WARC_LENGTH
};

/* So many bytes of a text are looked at for controls that no text has, and so many of them make it no text. */
enum { LOOK = 4096, CONTROLS = 2 };

typedef struct {
    Span field[WARC_FIELDS];
    int64_t size;
} Head;

static const u8 *after_languages(const u8 *p, const u8 *end)
{
    for (const u8 *start = p; p < end; p++)
        if (!is_letter(*p) && (*p != ',' || p == start || p[-1] == ','))
            return p > start && p[-1] != ',' ? p : NULL;
    return NULL;
}

static const u8 *after_digest(const u8 *p, const u8 *end)
{
    const u8 *value = after(p, end, "sha1:"), *hex;
    if (value == NULL)
        return after_hex256(after(p, end, "sha256:"), end, &hex);
    if (end - value < 32)
        return NULL;
    for (const u8 *c = value; c < value + 32; c++)
        if (!(*c >= 'A' && *c <= 'Z') && !(*c >= '2' && *c <= '7'))
            return NULL;
    return value + 32;
}

/* Return what follows the value of a field. */
static const u8 *value_of(int field, const u8 *p, const u8 *end, Head *head)
{
    switch (field) {
    case WARC_KIND: return after(p, end, "conversion");
    case WARC_RECORD_ID:
    case WARC_REFERS:
    case WARC_INFO: return after(after_uuid(after(p, end, "<urn:uuid:"), end, 1), end, ">");
    case WARC_DATE: return after_date(p, end);
    case WARC_URI: return after_uri(p, end);
    case WARC_DIGEST: return after_digest(p, end);
    case WARC_LANGUAGES: return after_languages(p, end);
    case WARC_MEDIA: return after(p, end, "text/plain");
    default: return after_number(p, end, 15, &head->size);
    }
}

/* Return what follows the header at p, or NULL where it is not a usual one. */
static const u8 *head_end(const u8 *p, const u8 *end, Head *head)
{
    static const char *const names[WARC_FIELDS] = {
        "WARC-Type: ", "WARC-Record-ID: ", "WARC-Date: ", "WARC-Target-URI: ", "WARC-Refers-To: ", "WARC-Warcinfo-ID: ",
        "WARC-Block-Digest: ", "WARC-Identified-Content-Language: ", "Content-Type: ", "Content-Length: ",
    };
    p = after_one(p, end, "WARC/1.0\r\n", "WARC/1.1\r\n");
    unsigned seen = 0;
    while (p != NULL && after(p, end, "\r\n") == NULL) {
        const u8 *value = NULL;
        int field = 0;
        while (field < WARC_FIELDS && (value = after(p, end, names[field])) == NULL)
            field++;
        if (field == WARC_FIELDS || seen >> field & 1)
            return NULL;
        seen |= 1u << field;
        const u8 *stop = value_of(field, value, end, head);
        if (stop == NULL)
            return NULL;
        head->field[field].at = value;
        head->field[field].end = stop;
        p = after(stop, end, "\r\n");
    }
    return (seen & NEEDED) == NEEDED ? after(p, end, "\r\n") : NULL;
}

static int is_sha1(const Hashing *by, const u8 *p, const u8 *end, const u8 *base32)
{
    u8 digest[20];
    sha1(by, p, (size_t)(end - p), digest);
    for (int i = 0; i < 32; i++) {
        unsigned at = (unsigned)i * 5, pair = (unsigned)digest[at / 8] << 8 | (at / 8 < 19 ? digest[at / 8 + 1] : 0u);
        if (base32[i] != (u8)"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[pair >> (11 - at % 8) & 31])
            return 0;
    }
    return 1;
}

/* Say whether what a web crawler wrote about itself may have this WARC_URI (corpusfmt/formats/warc/texts.py). */
static int may_be_log(Span uri)
{
    return is_word(uri.at, uri.end, "metadata:") || is_word(uri.at, uri.end, "urn:x-");
}

static int is_text(const u8 *p, const u8 *end)
{
    int controls = 0;
    if (starts(p, end, "\xEF\xBB\xBF", 3) || !is_utf8(p, (size_t)(end - p)))
        return 0;
    for (const u8 *stop = end - p > LOOK ? p + LOOK : end; p < stop; p++)
        controls += *p < 0x20 && *p != '\t' && *p != '\n' && *p != '\f' && *p != '\r' && *p != 0x1B;
    return controls < CONTROLS;
}

/* Add a row for the plain text of a record of others at p that has no metadata record. Return what follows it, or NULL
   where that, or it, needs a closer look. */
static const u8 *conversion(Lines *out, const u8 *start, const WarcLimits *limits)
{
    const u8 *end = out->data + out->size;
    Head head = {0};
    int64_t row[COLUMNS] = {0};
    const u8 *p = head_end(start, end, &head);
    if (p == NULL || p - start > limits->header || head.size > limits->document || head.size > end - p)
        return NULL;
    const u8 *stop = p + head.size;
    Span *field = head.field, digest = field[WARC_DIGEST];
    if (after(after_one(after(stop, end, "\r\n\r\n"), end, "WARC/1.0\r\n", "WARC/1.1\r\n"), end, "WARC-Type: conversion\r\n")
            == NULL || may_be_log(field[WARC_URI]) || !is_text(p, stop))
        return NULL;
    if (length(digest)
        && !(digest.at[3] == '1' ? is_sha1(&limits->by, p, stop, digest.at + 5) : is_sha256(&limits->by, p, stop, digest.at + 7)))
        return NULL;
    row[BEGIN] = start - out->data;
    row[BODY] = p - out->data;
    set_span(row + ID, out, field[WARC_RECORD_ID].at + 1, field[WARC_RECORD_ID].end - 1);
    set_span(row + NAME, out, field[WARC_URI].at, field[WARC_URI].end);
    set_span(row + TEXT, out, p, stop);
    Bytes *arena = &out->arena;
    row[META] = (int64_t)(out->size + arena->size);
    put_text(arena, "{\"url\":\"");
    put_span(arena, field[WARC_URI]);
    put_text(arena, "\",\"date\":\"");
    put_span(arena, field[WARC_DATE]);
    put_byte(arena, '"');
    if (length(field[WARC_LANGUAGES])) {
        put_text(arena, ",\"languages\":[\"");
        for (const u8 *c = field[WARC_LANGUAGES].at; c < field[WARC_LANGUAGES].end; c++)
            if (*c == ',')
                put_text(arena, "\",\"");
            else
                put_byte(arena, *c);
        put_text(arena, "\"]");
    }
    if (length(field[WARC_REFERS])) {
        put_text(arena, ",\"refers_to\":\"");
        put(arena, field[WARC_REFERS].at + 1, length(field[WARC_REFERS]) - 2);
        put_byte(arena, '"');
    }
    put_byte(arena, '}');
    row[META_STOP] = (int64_t)(out->size + arena->size);
    put_row(&out->table, row);
    return stop + 4;
}

typedef const u8 *(*Reader)(Lines *out, const u8 *start, const WarcLimits *limits);

/* Cut a buffer into rows from p on. Return where a document begins that needs a closer look, or the end. */
static const u8 *warc_cut(Lines *out, const u8 *p, const WarcLimits *limits, Reader read)
{
    while (!out->table.failed && !out->arena.failed) {
        size_t before = out->arena.size;
        const u8 *next = read(out, p, limits);
        if (next == NULL) {
            out->arena.size = before;
            break;
        }
        p = next;
    }
    return p;
}

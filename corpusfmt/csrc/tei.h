/* TEI of ours, as corpusfmt/formats/tei/profile.py and header.py describe it. */

#define PUT(out, literal) put(out, literal, sizeof literal - 1)
#define STARTS(p, end, literal) starts(p, end, literal, sizeof literal - 1)

static const char TEI_START[] = "<TEI xmlns=\"http://www.tei-c.org/ns/1.0\" xml:id=\"";
static const char ID_START[] = "<idno type=\"id\"", INTEGER_START[] = " subtype=\"integer\">";
static const char IDNO_STOP[] = "</idno>\n";
static const char NAME_START[] = "        <idno type=\"filename\">";
static const char DIGEST_START[] = "        <idno type=\"sha256\">";
static const char XENO_START[] = "<xenoData type=\"metadata\">", XENO_STOP[] = "</xenoData>\n";
static const char BODY_START[] = "<body xml:space=\"preserve\">\n<p>";
static const char PARAGRAPH[] = "</p>\n<p>", LINE_BREAK[] = "<lb/>";
static const char TAIL[] = "</p>\n</body>\n  </text>\n</TEI>\n";
enum { DIGEST_SIZE = 32, SPELLED_SIZE = 2 * DIGEST_SIZE };

/* Spell the SHA-256 of a text. */
static void digest_of(Span text, const Hashing *by, u8 *spelled)
{
    static const char digits[] = "0123456789abcdef";
    u8 digest[DIGEST_SIZE];
    sha256(by, text.at, length(text), digest);
    for (int i = 0; i < DIGEST_SIZE; i++) {
        spelled[2 * i] = (u8)digits[digest[i] >> 4];
        spelled[2 * i + 1] = (u8)digits[digest[i] & 15];
    }
}

/* Say whether U+FFFE or U+FFFF is at p. */
static int is_noncharacter(const u8 *p, const u8 *end)
{
    return end - p >= 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE;
}

/* Return the first byte that character data does not hold as it is, or that is a control, tab and line feed too. */
static const u8 *xml_end(const u8 *p, const u8 *end)
{
    for (;; p++) {
#ifdef HAS_SSE2
        const __m128i less = _mm_set1_epi8('<'), more = _mm_set1_epi8('>'), ampersand = _mm_set1_epi8('&');
        const __m128i last = _mm_set1_epi8(0x1F), far = _mm_set1_epi8((char)0xEF);
        while (end - p >= 16) {
            __m128i data = _mm_loadu_si128((const __m128i *)p);
            __m128i odd = _mm_or_si128(_mm_cmpeq_epi8(data, less), _mm_cmpeq_epi8(data, more));
            odd = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(data, ampersand), _mm_cmpeq_epi8(data, far)));
            odd = _mm_or_si128(odd, _mm_cmpeq_epi8(_mm_min_epu8(data, last), data));
            int found = _mm_movemask_epi8(odd);
            if (found) {
                for (; !(found & 1); found >>= 1)
                    p++;
                break;
            }
            p += 16;
        }
#endif
        while (p < end && *p != '<' && *p != '>' && *p != '&' && *p != 0xEF && *p >= 0x20)
            p++;
        if (p == end || *p != 0xEF || is_noncharacter(p, end))
            return p;
    }
}

/* Add UTF-8 as character data: a text as paragraphs and lines, a value with references for tabs and line feeds.
   Return 0 where there is a character that XML cannot hold. */
static int put_xml(Bytes *out, Span of, int is_text)
{
    const u8 *p = of.at;
    for (;;) {
        const u8 *odd = xml_end(p, of.end);
        put(out, p, (size_t)(odd - p));
        if (odd == of.end)
            return 1;
        p = odd + 1;
        switch (*odd) {
        case '&': PUT(out, "&amp;"); break;
        case '<': PUT(out, "&lt;"); break;
        case '>': PUT(out, "&gt;"); break;
        case '\r': PUT(out, "&#13;"); break;
        case '\t':
            if (is_text)
                put_byte(out, '\t');
            else
                PUT(out, "&#9;");
            break;
        case '\n':
            if (!is_text)
                PUT(out, "&#10;");
            else if (p < of.end && *p == '\n') {
                PUT(out, PARAGRAPH);
                p++;
            } else
                PUT(out, LINE_BREAK);
            break;
        default: return 0;
        }
    }
}

/* Return the size of the character at p, and the character; 0 where it is cut. */
static size_t character(const u8 *p, const u8 *end, uint32_t *code)
{
    size_t size = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    if ((size_t)(end - p) < size)
        return 0;
    *code = size == 1 ? *p : *p & (0xFFu >> (size + 1));
    for (size_t i = 1; i < size; i++)
        *code = *code << 6 | (p[i] & 63u);
    return size;
}

/* Say whether Python's str.split() splits at a character. */
static int is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680
        || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static int is_blank(const u8 *p, const u8 *end)
{
    uint32_t code;
    while (p < end) {
        size_t size = character(p, end, &code);
        if (!size || !is_space(code))
            return 0;
        p += size;
    }
    return 1;
}

/* Characters of a value that the header shows. */
enum { LONGEST_SHOWN = 1000 };

/* Add a value as the header shows it, not yet escaped: white space as one space, U+FFFD for what XML cannot hold. */
static void put_visible(Bytes *out, Span of)
{
    size_t start = out->size;
    int apart = 0, number = 0;
    uint32_t code;
    for (const u8 *p = of.at; p < of.end; number++) {
        size_t size = character(p, of.end, &code);
        if (!size)
            return;
        int is_last = number == LONGEST_SHOWN;
        if (is_last || !is_space(code)) {
            if (apart && out->size > start)
                put_byte(out, ' ');
            apart = 0;
            if (is_last) {
                PUT(out, "\xE2\x80\xA6");
                return;
            }
            if (code < 0x20 || is_noncharacter(p, of.end))
                PUT(out, "\xEF\xBF\xBD");
            else
                put(out, p, size);
        } else
            apart = 1;
        p += size;
    }
}

/* -- metadata that the header shows -- */

/* The groups of the vocabulary, in its order (corpusfmt/model/known_metadata.py). */
enum { SHOWN_TITLE, SHOWN_AUTHOR, SHOWN_DATE, SHOWN_PUBLISHER, SHOWN_LANGUAGE, SHOWN_LICENCE, SHOWN_URL, SHOWN };
/* No group has more words. */
enum { MOST_WORDS = 32 };

/* A part of a growing buffer. */
typedef struct {
    size_t at, stop;
} Part;

static Span part(const Bytes *of, Part at)
{
    Span found = {of->at + at.at, of->at + at.stop};
    return found;
}

static int is_same_word(Span key, const u8 *word, const u8 *end)
{
    if (length(key) != (size_t)(end - word))
        return 0;
    for (const u8 *p = key.at; p < key.end; p++, word++)
        if ((*p >= 'A' && *p <= 'Z' ? *p | 32 : *p) != *word)
            return 0;
    return 1;
}

/* Find the group that a key belongs to, and its place there. Behind each word is a space, or a line feed behind the
   last of a group. */
static int is_known(Span key, Span words, int *group, int *place)
{
    *group = *place = 0;
    for (const u8 *word = words.at, *p = word; p < words.end; p++) {
        if (*p != ' ' && *p != '\n')
            continue;
        if (is_same_word(key, word, p))
            return *group < SHOWN && *place < MOST_WORDS;
        *group += *p == '\n';
        *place = *p == '\n' ? 0 : *place + 1;
        word = p + 1;
    }
    return 0;
}

/* Add the string at p, whose end is known, unless it is white space alone. */
static int put_said(Bytes *out, const u8 *p, const u8 *after)
{
    size_t before = out->size;
    unescape(out, p + 1, after - 1);
    if (out->failed || is_blank(out->at + before, out->at + out->size))
        out->size = before;
    return out->size > before;
}

/* Add what a value says in words. Return 0 where it says nothing, and -1 where it needs a closer look. */
static int put_value(Bytes *out, const u8 *p, const u8 *after, int is_single)
{
    size_t before = out->size;
    int escaped, some = 0;
    switch (*p) {
    case '"': return put_said(out, p, after);
    case '[':
        p = blank_end(p + 1, after);
        while (*p != ']') {
            if (*p != '"') {
                out->size = before;
                return 0;
            }
            const u8 *next = string_end(p + 1, after, &escaped);
            if (!some || !is_single) {
                size_t start = out->size;
                if (some)
                    PUT(out, "; ");
                if (put_said(out, p, next))
                    some = 1;
                else
                    out->size = start;
            }
            p = blank_end(next, after);
            if (*p == ',')
                p = blank_end(p + 1, after);
        }
        return some;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        if (is_integer(p, after)) {
            put(out, p, (size_t)(after - p));
            return 1;
        }
        return digits_end(p + 1, after) == after ? -1 : 0;
    default: return 0;
    }
}

/* Gather what metadata say that the header shows. Return 0 where they need a closer look. */
static int gather(Span meta, Span words, Bytes *scratch, Part *shown)
{
    static const u8 kelvin[] = {0xE2, 0x84, 0xAA}; /* its lower case is a k */
    uint32_t seen[SHOWN] = {0};
    int best[SHOWN], group, place;
    Part said[SHOWN] = {{0, 0}};
    Keys keys;
    keys.count = 0;
    for (int i = 0; i < SHOWN; i++)
        best[i] = MOST_WORDS;
    const u8 *p = blank_end(meta.at + 1, meta.end);
    if (*meta.at != '{' || value_end(meta.at, meta.end, MOST_LEVELS) != meta.end)
        return 0;
    while (*p != '}') {
        const u8 *value = key_end(p, meta.end, &keys);
        if (value == NULL)
            return 0;
        const u8 *after = value_end(value, meta.end, MOST_LEVELS);
        Span key = {keys.at[keys.count - 1], keys.at[keys.count - 1] + keys.size[keys.count - 1]};
        if (after == NULL || has(key, kelvin, sizeof kelvin))
            return 0;
        if (is_known(key, words, &group, &place) && !(seen[group] >> place & 1)) {
            seen[group] |= (uint32_t)1 << place;
            Part found = {scratch->size, 0};
            int says = place < best[group] ? put_value(scratch, value, after, group == SHOWN_DATE || group == SHOWN_URL) : 0;
            if (says < 0)
                return 0;
            found.stop = scratch->size;
            if (says) {
                best[group] = place;
                said[group] = found;
            }
        }
        p = blank_end(after, meta.end);
        if (*p == ',')
            p = blank_end(p + 1, meta.end);
    }
    for (int i = 0; i < SHOWN; i++)
        if (best[i] < MOST_WORDS) {
            /* The value is in the same buffer, which must not move while it is read. */
            if (!grow(scratch, (said[i].stop - said[i].at) * 3 + 8))
                return 0;
            shown[i].at = scratch->size;
            put_visible(scratch, part(scratch, said[i]));
            shown[i].stop = scratch->size;
        }
    return !scratch->failed;
}

/* Return the number that two decimal digits are, or -1. */
static int two(const u8 *p)
{
    return p[0] >= '0' && p[0] <= '9' && p[1] >= '0' && p[1] <= '9' ? (p[0] - '0') * 10 + p[1] - '0' : -1;
}

/* Say whether a date is one of XML Schema, as when() in header.py does. */
static int is_date(Span of)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const u8 *p = of.at, *end = of.end;
    size_t size = length(of);
    if (size != 4 && size != 7 && size != 10 && size < 19)
        return 0;
    int century = two(p), year = two(p + 2), month = 1, day = 1;
    if (century < 0 || year < 0 || (year += century * 100) == 0)
        return 0;
    if (size >= 7) {
        month = two(p + 5);
        if (p[4] != '-' || month < 1 || month > 12)
            return 0;
    }
    if (size >= 10) {
        day = two(p + 8);
        int leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (p[7] != '-' || day < 1 || day > days[month - 1] + leap)
            return 0;
    }
    if (size <= 10)
        return 1;
    int hour = two(p + 11), minute = two(p + 14), second = two(p + 17);
    if (p[10] != 'T' || p[13] != ':' || p[16] != ':')
        return 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return 0;
    p += 19;
    if (p < end && *p == '.') {
        const u8 *start = p + 1;
        p = digits_end(start, end);
        if (p == start || p - start > 9)
            return 0;
    }
    if (p == end || (*p == 'Z' && end - p == 1))
        return 1;
    if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':')
        return 0;
    hour = two(p + 1), minute = two(p + 4);
    return hour >= 0 && hour <= (*p == '+' ? 13 : 12) && minute >= 0 && minute <= 59;
}

static int is_alphanumeric(u8 c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* Say whether a byte is one of those that the names of ours have. */
static int is_name_byte(u8 c)
{
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
}

/* Say whether a value looks like a language tag (BCP 47). */
static int is_language(Span of)
{
    const u8 *p = of.at;
    while (p < of.end && is_letter(*p))
        p++;
    if (p - of.at < 2 || p - of.at > 3)
        return 0;
    while (p < of.end) {
        const u8 *start = p + 1;
        if (*p != '-')
            return 0;
        for (p = start; p < of.end && is_alphanumeric(*p); p++)
            ;
        if (p == start || p - start > 8)
            return 0;
    }
    return 1;
}

static int is_hex(u8 c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Say whether a value is an address as an attribute takes it (_URI in header.py). */
static int is_uri(Span of)
{
    const u8 *p = of.at, *end = of.end;
    if (!STARTS(p, end, "http"))
        return 0;
    p += 4 + STARTS(p + 4, end, "s");
    if (!STARTS(p, end, "://"))
        return 0;
    const u8 *start = p += 3;
    while (p < end && (is_alphanumeric(*p) || *p == '.' || *p == '-'))
        p++;
    if (p == start)
        return 0;
    if (p < end && *p == ':') {
        start = p + 1;
        p = digits_end(start, end);
        if (p == start || p - start > 5)
            return 0;
    }
    if (p < end && *p != '/' && *p != '?')
        return 0;
    while (p < end) {
        if (*p == '%') {
            if (end - p < 3 || !is_hex(p[1]) || !is_hex(p[2]))
                return 0;
            p += 3;
        } else if (is_alphanumeric(*p) || (*p && strchr("_.~:/?@!$&'()*+,;=-", *p) != NULL))
            p++;
        else
            return 0;
    }
    return 1;
}

/* -- the header -- */

typedef struct {
    Span xml_id, id, name, meta, digest;
    int is_integer;
} Told;

static int is_shown(Part of)
{
    return of.stop > of.at;
}

static int put_shown(Bytes *out, const Bytes *scratch, Part of)
{
    return put_xml(out, part(scratch, of), 0);
}

static void put_authors(Bytes *out, Span of)
{
    int single = 0;
    for (const u8 *p = of.at; p < of.end; p++) /* an empty one: they are one */
        if (STARTS(p, of.end, "; ") && (p == of.at || p + 2 == of.end || STARTS(p + 2, of.end, "; ")))
            single = 1;
    for (const u8 *p = of.at; p <= of.end;) {
        const u8 *stop = p;
        while (stop < of.end && (single || !STARTS(stop, of.end, "; ")))
            stop++;
        Span one = {p, stop};
        PUT(out, "        <author>");
        put_xml(out, one, 0);
        PUT(out, "</author>\n");
        p = stop == of.end ? stop + 1 : stop + 2;
    }
}

static void put_dated(Bytes *out, Span of)
{
    PUT(out, "        <date");
    if (is_date(of)) {
        PUT(out, " when=\"");
        put_span(out, of);
        put_byte(out, '"');
    }
    put_byte(out, '>');
    put_xml(out, of, 0);
    PUT(out, "</date>\n");
}

static void put_licence(Bytes *out, Span of)
{
    PUT(out, "        <availability>\n          <licence");
    if (is_uri(of)) {
        PUT(out, " target=\"");
        put_xml(out, of, 0);
        put_byte(out, '"');
    }
    put_byte(out, '>');
    put_xml(out, of, 0);
    PUT(out, "</licence>\n        </availability>\n");
}

/* Add what stands before the text. Return 0 where that needs a closer look. */
static int put_header(Bytes *out, const Told *told, Span words, Bytes *scratch)
{
    Part shown[SHOWN] = {{0, 0}};
    int has_meta = length(told->meta) && !(length(told->meta) == 2 && memcmp(told->meta.at, "{}", 2) == 0);
    scratch->size = 0;
    if (has_meta && !gather(told->meta, words, scratch, shown))
        return 0;
    if (!is_shown(shown[SHOWN_TITLE])) {
        const Span titles[] = {told->name, told->id, told->xml_id};
        shown[SHOWN_TITLE].at = scratch->size;
        for (int i = 0; i < 3 && scratch->size == shown[SHOWN_TITLE].at; i++)
            put_visible(scratch, titles[i]);
        shown[SHOWN_TITLE].stop = scratch->size;
    }
    if (scratch->failed || !is_shown(shown[SHOWN_TITLE]))
        return 0;
    PUT(out, TEI_START);
    put_span(out, told->xml_id);
    PUT(out, "\" type=\"corpusfmt-1\">\n  <teiHeader>\n    <fileDesc>\n      <titleStmt>\n        <title>");
    put_shown(out, scratch, shown[SHOWN_TITLE]);
    PUT(out, "</title>\n");
    if (is_shown(shown[SHOWN_AUTHOR]))
        put_authors(out, part(scratch, shown[SHOWN_AUTHOR]));
    PUT(out, "      </titleStmt>\n      <publicationStmt>\n        ");
    if (is_shown(shown[SHOWN_PUBLISHER])) {
        PUT(out, "<publisher>");
        put_shown(out, scratch, shown[SHOWN_PUBLISHER]);
        PUT(out, "</publisher>");
    } else
        PUT(out, "<authority>unknown</authority>");
    PUT(out, "\n        ");
    PUT(out, ID_START);
    if (told->is_integer)
        PUT(out, INTEGER_START);
    else
        put_byte(out, '>');
    if (!put_xml(out, told->id, 0))
        return 0;
    PUT(out, IDNO_STOP);
    if (length(told->name)) {
        PUT(out, NAME_START);
        if (!put_xml(out, told->name, 0))
            return 0;
        PUT(out, IDNO_STOP);
    }
    PUT(out, DIGEST_START);
    put_span(out, told->digest);
    PUT(out, IDNO_STOP);
    if (is_shown(shown[SHOWN_DATE]))
        put_dated(out, part(scratch, shown[SHOWN_DATE]));
    if (is_shown(shown[SHOWN_LICENCE]))
        put_licence(out, part(scratch, shown[SHOWN_LICENCE]));
    PUT(out, "      </publicationStmt>\n      <sourceDesc>\n");
    if (is_shown(shown[SHOWN_URL])) {
        PUT(out, "        <bibl>\n          <idno type=\"URL\">");
        put_shown(out, scratch, shown[SHOWN_URL]);
        PUT(out, "</idno>\n        </bibl>\n");
    } else
        PUT(out, "        <p>unknown</p>\n");
    PUT(out, "      </sourceDesc>\n    </fileDesc>\n");
    Span language = part(scratch, shown[SHOWN_LANGUAGE]);
    int is_tag = is_language(language);
    if (length(language)) {
        PUT(out, "    <profileDesc>\n      <langUsage>\n        <language ident=\"");
        if (is_tag)
            put_span(out, language);
        else
            PUT(out, "und");
        PUT(out, "\">");
        put_xml(out, language, 0);
        PUT(out, "</language>\n      </langUsage>\n    </profileDesc>\n");
    }
    if (has_meta) {
        PUT(out, "    ");
        PUT(out, XENO_START);
        if (!put_xml(out, told->meta, 1)) /* it has no line feed */
            return 0;
        PUT(out, XENO_STOP);
    }
    PUT(out, "  </teiHeader>\n  <text");
    if (is_tag && !(length(language) == 3 && memcmp(language.at, "und", 3) == 0)) {
        PUT(out, " xml:lang=\"");
        put_span(out, language);
        put_byte(out, '"');
    }
    PUT(out, ">\n");
    PUT(out, BODY_START);
    return !scratch->failed;
}

/* -- reading -- */

typedef struct {
    Lines out;
    Bytes header, scratch;
    Span words;
    Hashing by;
    int depth;
    Py_ssize_t document, metadata;
} Natives;

static const u8 *find(const u8 *p, const u8 *end, const char *what, size_t size)
{
    for (; (p = memchr(p, what[0], (size_t)(end - p))) != NULL; p++)
        if (starts(p, end, what, size))
            return p;
    return NULL;
}

#define FIND(p, end, literal) find(p, end, literal, sizeof literal - 1)

/* Add what character data stand for, up to the first markup that is no paragraph or line of a text. Return where that
   is, or the end; NULL where there is what the writer does not write. */
static const u8 *unescape_xml(Bytes *out, const u8 *p, const u8 *end, int is_text)
{
    static const struct {
        const char *written;
        size_t size;
        char byte;
        int in_text;
    } references[] = {{"&amp;", 5, '&', 1}, {"&lt;", 4, '<', 1}, {"&gt;", 4, '>', 1}, {"&#13;", 5, '\r', 1},
                      {"&#10;", 5, '\n', 0}, {"&#9;", 4, '\t', 0}};
    for (;;) {
        const u8 *odd = xml_end(p, end);
        put(out, p, (size_t)(odd - p));
        p = odd;
        if (p == end)
            return p;
        if (*p == '\t' || *p == '\n')
            put_byte(out, *p++);
        else if (*p == '<') {
            if (is_text && STARTS(p, end, LINE_BREAK)) {
                put_byte(out, '\n');
                p += sizeof LINE_BREAK - 1;
            } else if (is_text && STARTS(p, end, PARAGRAPH)) {
                PUT(out, "\n\n");
                p += sizeof PARAGRAPH - 1;
            } else
                return p;
        } else if (*p == '&') {
            size_t i = 0, all = sizeof references / sizeof *references;
            while (i < all && (is_text > references[i].in_text || !starts(p, end, references[i].written, references[i].size)))
                i++;
            if (i == all)
                return NULL;
            put_byte(out, (u8)references[i].byte);
            p += references[i].size;
        } else
            return NULL;
    }
}

/* Take character data as unescape_xml does: from the buffer where there is nothing to undo. */
static const u8 *take_xml(Natives *in, int64_t *at, const u8 *p, const u8 *end, int is_text)
{
    Lines *out = &in->out;
    const u8 *stop = xml_end(p, end);
    if (stop == end || (*stop == '<' && !(is_text && (STARTS(stop, end, LINE_BREAK) || STARTS(stop, end, PARAGRAPH))))) {
        at[0] = p - out->data;
        at[1] = stop - out->data;
        return stop;
    }
    at[0] = (int64_t)(out->size + out->arena.size);
    stop = unescape_xml(&out->arena, p, end, is_text);
    at[1] = (int64_t)(out->size + out->arena.size);
    return stop;
}

static Span taken(const Natives *in, const int64_t *at)
{
    const Lines *out = &in->out;
    int is_here = (size_t)at[1] <= out->size;
    Span found = {is_here ? out->data + at[0] : out->arena.at + ((size_t)at[0] - out->size), NULL};
    found.end = found.at + (at[1] - at[0]);
    return found;
}

/* Add a row for the document that begins at p. Return what follows it, or NULL where it needs a closer look. */
static const u8 *tei_document(Natives *in, const u8 *start, const u8 *end)
{
    int64_t row[COLUMNS] = {0};
    const u8 *data = in->out.data;
    Told told;
    u8 digest[SPELLED_SIZE];
    if (!STARTS(start, end, TEI_START))
        return NULL;
    const u8 *p = start + sizeof TEI_START - 1;
    if (p == end || (!is_letter(*p) && *p != '_'))
        return NULL;
    told.xml_id.at = p;
    while (p < end && is_name_byte(*p))
        p++;
    told.xml_id.end = p;
    if ((p = FIND(p, end, ID_START)) == NULL)
        return NULL;
    p += sizeof ID_START - 1;
    told.is_integer = STARTS(p, end, INTEGER_START);
    p += told.is_integer ? sizeof INTEGER_START - 1 : p < end;
    const u8 *stop = FIND(p, end, IDNO_STOP);
    if (stop == NULL || take_xml(in, row + ID, p, stop, 0) != stop || row[ID] == row[ID_STOP])
        return NULL;
    p = stop + sizeof IDNO_STOP - 1;
    if (STARTS(p, end, NAME_START)) {
        p += sizeof NAME_START - 1;
        stop = FIND(p, end, IDNO_STOP);
        if (stop == NULL || take_xml(in, row + NAME, p, stop, 0) != stop)
            return NULL;
        p = stop + sizeof IDNO_STOP - 1;
    }
    if (!STARTS(p, end, DIGEST_START))
        return NULL;
    p += sizeof DIGEST_START - 1;
    if (end - p < SPELLED_SIZE)
        return NULL;
    told.digest.at = p;
    told.digest.end = p += SPELLED_SIZE;
    const u8 *body = FIND(p, end, BODY_START);
    if (body == NULL)
        return NULL;
    const u8 *xeno = FIND(p, body, XENO_START);
    if (xeno != NULL) {
        p = xeno + sizeof XENO_START - 1;
        stop = FIND(p, body, XENO_STOP);
        if (stop == NULL || take_xml(in, row + META, p, stop, 0) != stop || row[META] == row[META_STOP]
            || in->out.arena.failed)
            return NULL;
        Span meta = taken(in, row + META);
        if (length(meta) > (size_t)in->metadata || *meta.at != '{'
            || value_end(meta.at, meta.end, in->depth) != meta.end)
            return NULL;
    }
    body += sizeof BODY_START - 1;
    stop = take_xml(in, row + TEXT, body, end, 1);
    if (stop == NULL || in->out.arena.failed || !STARTS(stop, end, TAIL))
        return NULL;
    const u8 *next = stop + sizeof TAIL - 1;
    digest_of(taken(in, row + TEXT), &in->by, digest);
    if (memcmp(told.digest.at, digest, SPELLED_SIZE) != 0)
        return NULL;
    told.id = taken(in, row + ID);
    told.name = taken(in, row + NAME);
    told.meta = taken(in, row + META);
    if (told.is_integer && !is_integer(told.id.at, told.id.end))
        return NULL;
    if (next - start > in->document || !is_utf8(start, (size_t)(next - start)))
        return NULL;
    in->header.size = 0;
    if (!put_header(&in->header, &told, in->words, &in->scratch) || in->header.failed)
        return NULL;
    if (in->header.size != (size_t)(body - start) || memcmp(in->header.at, start, in->header.size) != 0)
        return NULL;
    row[BEGIN] = start - data;
    row[BODY] = body - data;
    row[FLAGS] = told.is_integer ? INTEGER_ID : 0;
    put_row(&in->out.table, row);
    return next;
}

/* Cut a buffer into rows from p on. Return where a document begins that needs a closer look, or the end. */
static const u8 *tei_cut(Natives *in, const u8 *p)
{
    const u8 *end = in->out.data + in->out.size;
    while (p < end && !in->out.table.failed) {
        size_t before = in->out.arena.size;
        const u8 *next = tei_document(in, p, end);
        if (next == NULL) {
            in->out.arena.size = before;
            break;
        }
        p = next;
    }
    return p;
}

/* -- writing -- */

/* The names that were given, as marks (corpusfmt/formats/tei/names.py), and how many. */
typedef struct {
    Py_buffer marks;
    Py_ssize_t count;
} Names;

typedef struct {
    Names names;
    Span words;
    Hashing by;
    Bytes name, scratch;
} Writer;

enum { LONGEST_NAME = 100 };

/* Return the CRC-32 of a name, as zlib has it. */
static uint32_t crc32_of(const u8 *p, const u8 *end)
{
    static const uint32_t table[] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    uint32_t crc = 0xFFFFFFFF;
    for (; p < end; p++) {
        crc = crc >> 4 ^ table[(crc ^ *p) & 15];
        crc = crc >> 4 ^ table[(crc ^ (uint32_t)*p >> 4) & 15];
    }
    return ~crc;
}

/* Add the name that an id gets. Return 0 for one that is too long. */
static int put_ncname(Bytes *out, Span id)
{
    size_t start = out->size;
    uint32_t code;
    if (id.at < id.end && !is_letter(*id.at) && (is_alphanumeric(*id.at) || *id.at == '.' || *id.at == '-'))
        put_byte(out, 'd');
    for (const u8 *p = id.at; p < id.end;) {
        size_t size = character(p, id.end, &code);
        if (!size || out->size - start > LONGEST_NAME)
            return 0;
        if (code < 0x80 && (is_alphanumeric(*p) || *p == '.' || *p == '-'))
            put_byte(out, *p);
        else {
            char digits[16];
            put(out, digits, (size_t)snprintf(digits, sizeof digits, "_%02x", (unsigned)code));
        }
        p += size;
    }
    return out->size > start && out->size - start <= LONGEST_NAME;
}

static int tei_record(const Rows *rows, const int64_t *row, Writer *how, Bytes *out)
{
    Fields of;
    Names *names = &how->names;
    Bytes *name = &how->name;
    u8 digest[SPELLED_SIZE];
    name->size = 0;
    if (!fields(rows, row, &of) || !put_ncname(name, of.id) || name->failed || !names->marks.len)
        return 0;
    u8 *marks = names->marks.buf;
    size_t mark = crc32_of(name->at, name->at + name->size) % ((size_t)names->marks.len * 8);
    if (marks[mark >> 3] >> (mark & 7) & 1) {
        char number[32];
        put(name, number, (size_t)snprintf(number, sizeof number, "_n%lld", (long long)names->count + 1));
        if (name->failed)
            return 0;
    }
    digest_of(of.text, &how->by, digest);
    Told told = {
        {name->at, name->at + name->size}, of.id, of.name, of.meta, {digest, digest + sizeof digest},
        (row[FLAGS] & INTEGER_ID) != 0,
    };
    if (!put_header(out, &told, how->words, &how->scratch) || !put_xml(out, of.text, 1))
        return 0;
    PUT(out, TAIL);
    marks[mark >> 3] = (u8)(marks[mark >> 3] | 1 << (mark & 7));
    names->count++;
    return 1;
}

/* Write rows from one on. Return the number of one that needs a closer look, or how many there are. */
static size_t tei_put(const Rows *rows, size_t first, Writer *how, Bytes *out, Bytes *ends)
{
    int64_t row[COLUMNS];
    size_t all = count(rows);
    for (; first < all && !out->failed; first++) {
        size_t before = out->size;
        if (!tei_record(rows, row_of(rows, first, row), how, out)) {
            out->size = before;
            break;
        }
        put_end(ends, out);
    }
    free(how->name.at);
    free(how->scratch.at);
    return first;
}

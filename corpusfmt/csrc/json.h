/* JSON (RFC 8259), within a line. */

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

/* UTF-8 (Unicode 16.0, D92). */

static int is_utf8_by_bytes(const u8 *p, size_t size)
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

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAS_AVX2 1

/* What can be wrong about two bytes that follow one another, a bit each (J. Keiser and D. Lemire, "Validating UTF-8 in
   less than one instruction per byte", 2021): it is wrong when the bit is in all three tables, which are asked with the
   upper and the lower half of the first byte and the upper half of the second. */
enum {
    SHORT = 1,      /* a lead, and no continuation */
    LONG = 2,       /* ASCII, and a continuation */
    OVERLONG3 = 4,  /* E0 80..9F */
    LARGE = 8,      /* F4 90..BF, and F5..FF with any */
    SURROGATE = 16, /* ED A0..BF */
    OVERLONG2 = 32, /* C0 and C1 with any */
    LARGER = 64,    /* F5..FF 80..8F; and F0 80..8F, which is overlong */
    TWO = 128,      /* two continuations: right where a lead of three or four bytes stands before them */
    ANYWAY = SHORT | LONG | TWO
};

__attribute__((target("avx2"))) static __m256i halves(const u8 *bytes)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)bytes));
}

__attribute__((target("avx2"))) static int is_utf8_by_blocks(const u8 *p, size_t size)
{
    static const u8 high1[16] = {LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, TWO, TWO, TWO, TWO, SHORT | OVERLONG2,
                                 SHORT, SHORT | OVERLONG3 | SURROGATE, SHORT | LARGE | LARGER};
    static const u8 low1[16] = {ANYWAY | OVERLONG3 | OVERLONG2 | LARGER, ANYWAY | OVERLONG2, ANYWAY, ANYWAY,
                                ANYWAY | LARGE, ANYWAY | LARGE | LARGER, ANYWAY | LARGE | LARGER,
                                ANYWAY | LARGE | LARGER, ANYWAY | LARGE | LARGER, ANYWAY | LARGE | LARGER,
                                ANYWAY | LARGE | LARGER, ANYWAY | LARGE | LARGER, ANYWAY | LARGE | LARGER,
                                ANYWAY | LARGE | LARGER | SURROGATE, ANYWAY | LARGE | LARGER, ANYWAY | LARGE | LARGER};
    static const u8 high2[16] = {SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
                                 LONG | OVERLONG2 | TWO | OVERLONG3 | LARGER, LONG | OVERLONG2 | TWO | OVERLONG3 | LARGE,
                                 LONG | OVERLONG2 | TWO | SURROGATE | LARGE, LONG | OVERLONG2 | TWO | SURROGATE | LARGE,
                                 SHORT, SHORT, SHORT, SHORT};
    const __m256i first = halves(high1), second = halves(low1), third = halves(high2), half = _mm256_set1_epi8(15);
    __m256i before = _mm256_setzero_si256(), wrong = before;
    int open = 0;
    for (size_t at = 0; at < size || open; at += 32) {
        __m256i now = _mm256_setzero_si256();
        if (at + 32 <= size) {
            now = _mm256_loadu_si256((const __m256i *)(p + at));
        } else if (at < size) { /* zeros follow, which end no sequence */
            u8 last[32] = {0};
            memcpy(last, p + at, size - at);
            now = _mm256_loadu_si256((const __m256i *)last);
        }
        int beyond = _mm256_movemask_epi8(now);
        if (beyond || open) {
            __m256i across = _mm256_permute2x128_si256(before, now, 0x21);
            __m256i one = _mm256_alignr_epi8(now, across, 15), two = _mm256_alignr_epi8(now, across, 14);
            __m256i three = _mm256_alignr_epi8(now, across, 13);
            __m256i found = _mm256_and_si256(
                _mm256_and_si256(_mm256_shuffle_epi8(first, _mm256_and_si256(_mm256_srli_epi16(one, 4), half)),
                                 _mm256_shuffle_epi8(second, _mm256_and_si256(one, half))),
                _mm256_shuffle_epi8(third, _mm256_and_si256(_mm256_srli_epi16(now, 4), half)));
            __m256i due = _mm256_or_si256(_mm256_subs_epu8(two, _mm256_set1_epi8(0xE0 - 0x80)),
                                          _mm256_subs_epu8(three, _mm256_set1_epi8(0xF0 - 0x80)));
            due = _mm256_and_si256(due, _mm256_set1_epi8((char)0x80));
            wrong = _mm256_or_si256(wrong, _mm256_xor_si256(due, found));
        }
        open = (beyond >> 29) & 7; /* the last three bytes may begin what the next block ends */
        before = now;
    }
    return _mm256_testz_si256(wrong, wrong);
}
#endif

static int is_utf8(const u8 *p, size_t size)
{
#ifdef HAS_AVX2
    if (size >= 64 && __builtin_cpu_supports("avx2"))
        return is_utf8_by_blocks(p, size);
#endif
    return is_utf8_by_bytes(p, size);
}

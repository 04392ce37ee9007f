/* Bytes: those that are looked at, and memory that grows. */

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#define HAS_SSE2 1
#endif

typedef unsigned char u8;

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

static int starts(const u8 *p, const u8 *end, const char *what, size_t size)
{
    return (size_t)(end - p) >= size && memcmp(p, what, size) == 0;
}

static int ends(const u8 *p, const u8 *end, const char *what, size_t size)
{
    return (size_t)(end - p) >= size && memcmp(end - size, what, size) == 0;
}

static int64_t lines_of(const u8 *p, const u8 *end)
{
    int64_t found = 0;
#ifdef HAS_SSE2
    const __m128i feed = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    while (end - p >= 16) {
        __m128i some = zero;
        for (int i = 0; i < 255 && end - p >= 16; i++, p += 16)
            some = _mm_sub_epi8(some, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), feed));
        __m128i sums = _mm_sad_epu8(some, zero);
        found += _mm_cvtsi128_si32(sums) + _mm_cvtsi128_si32(_mm_srli_si128(sums, 8));
    }
#endif
    for (; p < end; p++)
        found += *p == '\n';
    return found;
}

static int is_letter(u8 c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

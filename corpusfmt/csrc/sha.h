/* SHA-1 and SHA-256 (FIPS 180-4) of what is in memory. Records are short: to ask a library for each digest would take
   longer than to compute it. Processors with the SHA extensions are asked for them at run time. */

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#define HAS_SHA 1
#ifdef _MSC_VER
#include <intrin.h>
#define WITH_SHA
#else
#include <cpuid.h>
#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))
#endif
#endif

enum { SHA_BLOCK = 64, SHA1_WORDS = 5, SHA256_WORDS = 8 };

static const uint32_t SHA256_ROUNDS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t big_endian(const u8 *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t rotated(uint32_t word, int right)
{
    return word >> right | word << (32 - right);
}

#define ROUND256(a, b, c, d, e, f, g, h, i) \
    h += (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + SHA256_ROUNDS[i] + w[i]; \
    d += h; \
    h += (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) | ((a | b) & c));

static void sha256_plain(uint32_t *state, const u8 *p, size_t blocks)
{
    for (; blocks; blocks--, p += SHA_BLOCK) {
        uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < 16; i++)
            w[i] = big_endian(p + 4 * i);
        for (int i = 16; i < 64; i++) {
            uint32_t one = w[i - 15], two = w[i - 2];
            w[i] = w[i - 16] + w[i - 7] + (rotated(one, 7) ^ rotated(one, 18) ^ one >> 3)
                + (rotated(two, 17) ^ rotated(two, 19) ^ two >> 10);
        }
        for (int i = 0; i < 64; i += 8) {
            ROUND256(a, b, c, d, e, f, g, h, i)
            ROUND256(h, a, b, c, d, e, f, g, i + 1)
            ROUND256(g, h, a, b, c, d, e, f, i + 2)
            ROUND256(f, g, h, a, b, c, d, e, i + 3)
            ROUND256(e, f, g, h, a, b, c, d, i + 4)
            ROUND256(d, e, f, g, h, a, b, c, i + 5)
            ROUND256(c, d, e, f, g, h, a, b, i + 6)
            ROUND256(b, c, d, e, f, g, h, a, i + 7)
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}

#define ROUND1(a, b, c, d, e, mixed, more, i) \
    e += rotated(a, 27) + (mixed) + (more) + w[i]; \
    b = rotated(b, 2);
#define ROUNDS1(from, f, more) \
    for (int i = from; i < from + 20; i += 5) { \
        ROUND1(a, b, c, d, e, f(b, c, d), more, i) \
        ROUND1(e, a, b, c, d, f(a, b, c), more, i + 1) \
        ROUND1(d, e, a, b, c, f(e, a, b), more, i + 2) \
        ROUND1(c, d, e, a, b, f(d, e, a), more, i + 3) \
        ROUND1(b, c, d, e, a, f(c, d, e), more, i + 4) \
    }
#define CHOICE(b, c, d) (d ^ (b & (c ^ d)))
#define PARITY(b, c, d) (b ^ c ^ d)
#define MAJORITY(b, c, d) ((b & c) | ((b | c) & d))

static void sha1_plain(uint32_t *state, const u8 *p, size_t blocks)
{
    for (; blocks; blocks--, p += SHA_BLOCK) {
        uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        for (int i = 0; i < 16; i++)
            w[i] = big_endian(p + 4 * i);
        for (int i = 16; i < 80; i++)
            w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 31);
        ROUNDS1(0, CHOICE, 0x5a827999)
        ROUNDS1(20, PARITY, 0x6ed9eba1)
        ROUNDS1(40, MAJORITY, 0x8f1bbcdc)
        ROUNDS1(60, PARITY, 0xca62c1d6)
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
    }
}

static int has_sha(void)
{
#ifndef HAS_SHA
    return 0;
#else
#ifdef _MSC_VER
    int one[4], seven[4];
    __cpuid(one, 0);
    if (one[0] < 7)
        return 0;
    __cpuid(one, 1);
    __cpuidex(seven, 7, 0);
    unsigned simd = (unsigned)one[2], more = (unsigned)seven[1];
#else
    unsigned a, b, c, d, simd, more;
    if (!__get_cpuid(1, &a, &b, &simd, &d) || !__get_cpuid_count(7, 0, &a, &more, &c, &d))
        return 0;
#endif
    return simd >> 9 & 1 && simd >> 19 & 1 && more >> 29 & 1; /* SSSE3, SSE4.1, SHA */
#endif
}

#ifdef HAS_SHA

#define QUAD(m, i) \
    k = _mm_add_epi32(m, _mm_loadu_si128((const __m128i *)(SHA256_ROUNDS + (i)))); \
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k); \
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0E));
#define NEXT(m, n, o, p) \
    m = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(m, n), _mm_alignr_epi8(p, o, 4)), p);

WITH_SHA static void sha256_quick(uint32_t *state, const u8 *p, size_t blocks)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xF0);
    for (; blocks; blocks--, p += SHA_BLOCK) {
        const __m128i *data = (const __m128i *)p;
        __m128i k, m0 = _mm_shuffle_epi8(_mm_loadu_si128(data), swap);
        __m128i m1 = _mm_shuffle_epi8(_mm_loadu_si128(data + 1), swap);
        __m128i m2 = _mm_shuffle_epi8(_mm_loadu_si128(data + 2), swap);
        __m128i m3 = _mm_shuffle_epi8(_mm_loadu_si128(data + 3), swap), before = abef, then = cdgh;
        for (int i = 0;; i += 16) {
            QUAD(m0, i)
            QUAD(m1, i + 4)
            QUAD(m2, i + 8)
            QUAD(m3, i + 12)
            if (i == 48)
                break;
            NEXT(m0, m1, m2, m3)
            NEXT(m1, m2, m3, m0)
            NEXT(m2, m3, m0, m1)
            NEXT(m3, m0, m1, m2)
        }
        abef = _mm_add_epi32(abef, before);
        cdgh = _mm_add_epi32(cdgh, then);
    }
    low = _mm_shuffle_epi32(abef, 0x1B);
    high = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

#define FOUR(m, kind) \
    now = abcd; \
    abcd = _mm_sha1rnds4_epu32(abcd, e, kind); \
    e = _mm_sha1nexte_epu32(now, m);
#define NEXT1(m, n, o, p) m = _mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32(m, n), o), p);

WITH_SHA static void sha1_quick(uint32_t *state, const u8 *p, size_t blocks)
{
    const __m128i swap = _mm_set_epi64x(0x0001020304050607LL, 0x08090a0b0c0d0e0fLL);
    __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1B);
    __m128i last = _mm_set_epi32((int)state[4], 0, 0, 0);
    for (; blocks; blocks--, p += SHA_BLOCK) {
        const __m128i *data = (const __m128i *)p;
        __m128i m0 = _mm_shuffle_epi8(_mm_loadu_si128(data), swap);
        __m128i m1 = _mm_shuffle_epi8(_mm_loadu_si128(data + 1), swap);
        __m128i m2 = _mm_shuffle_epi8(_mm_loadu_si128(data + 2), swap);
        __m128i m3 = _mm_shuffle_epi8(_mm_loadu_si128(data + 3), swap);
        __m128i before = abcd, now, e = _mm_add_epi32(last, m0);
        FOUR(m1, 0)
        FOUR(m2, 0)
        FOUR(m3, 0)
        NEXT1(m0, m1, m2, m3)
        FOUR(m0, 0)
        NEXT1(m1, m2, m3, m0)
        FOUR(m1, 0)
        NEXT1(m2, m3, m0, m1)
        FOUR(m2, 1)
        NEXT1(m3, m0, m1, m2)
        FOUR(m3, 1)
        NEXT1(m0, m1, m2, m3)
        FOUR(m0, 1)
        NEXT1(m1, m2, m3, m0)
        FOUR(m1, 1)
        NEXT1(m2, m3, m0, m1)
        FOUR(m2, 1)
        NEXT1(m3, m0, m1, m2)
        FOUR(m3, 2)
        NEXT1(m0, m1, m2, m3)
        FOUR(m0, 2)
        NEXT1(m1, m2, m3, m0)
        FOUR(m1, 2)
        NEXT1(m2, m3, m0, m1)
        FOUR(m2, 2)
        NEXT1(m3, m0, m1, m2)
        FOUR(m3, 2)
        NEXT1(m0, m1, m2, m3)
        FOUR(m0, 3)
        NEXT1(m1, m2, m3, m0)
        FOUR(m1, 3)
        NEXT1(m2, m3, m0, m1)
        FOUR(m2, 3)
        NEXT1(m3, m0, m1, m2)
        FOUR(m3, 3)
        now = abcd;
        abcd = _mm_add_epi32(_mm_sha1rnds4_epu32(abcd, e, 3), before);
        last = _mm_sha1nexte_epu32(now, last);
    }
    _mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1B));
    state[4] = (uint32_t)_mm_extract_epi32(last, 3);
}
#endif

typedef void (*Hasher)(uint32_t *, const u8 *, size_t);

/* How to compute digests on this processor. */
typedef struct {
    Hasher sha1, sha256;
} Hashing;

/* What the processor has, which never changes: set when the module is loaded, as to ask takes long in virtual machines. */
static int has_quick_sha;

static Hashing hashing(int quick)
{
    Hashing found = {sha1_plain, sha256_plain};
#ifdef HAS_SHA
    if (quick && has_quick_sha) {
        found.sha1 = sha1_quick;
        found.sha256 = sha256_quick;
    }
#else
    (void)quick;
#endif
    return found;
}

/* Complete a digest, and spell it as bytes. */
static void hashed(Hasher by, uint32_t *state, int words, const u8 *p, size_t size, u8 *digest)
{
    static const u8 zero[SHA_BLOCK];
    u8 last[2 * SHA_BLOCK];
    size_t left = size % SHA_BLOCK, blocks = left < SHA_BLOCK - 8 ? 1 : 2;
    uint64_t bits = (uint64_t)size * 8;
    by(state, p, size / SHA_BLOCK);
    memcpy(last, left ? p + (size - left) : zero, left);
    last[left] = 0x80;
    memset(last + left + 1, 0, blocks * SHA_BLOCK - left - 1);
    for (size_t i = 0; i < 8; i++)
        last[blocks * SHA_BLOCK - 1 - i] = (u8)(bits >> 8 * i);
    by(state, last, blocks);
    for (int i = 0; i < 4 * words; i++)
        digest[i] = (u8)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static void sha256(const Hashing *by, const u8 *p, size_t size, u8 *digest)
{
    uint32_t state[SHA256_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    hashed(by->sha256, state, SHA256_WORDS, p, size, digest);
}

static void sha1(const Hashing *by, const u8 *p, size_t size, u8 *digest)
{
    uint32_t state[SHA1_WORDS] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    hashed(by->sha1, state, SHA1_WORDS, p, size, digest);
}

/* Read a file and say whether it is UTF-8: exit code 0 if so, 1 if not. With AVX2 where the processor has it: the
 * method of J. Keiser and D. Lemire, "Validating UTF-8 in less than one instruction per byte" (2021). */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (256 * 1024)

typedef uint8_t u8;

/* One byte after the other: the next state is how many are to come, and between what the next one must be. */
static int scalar(const u8 *p, size_t size, u8 state[3])
{
    for (size_t i = 0; i < size; i++) {
        u8 c = p[i];
        if (state[0]) {
            if (c < state[1] || c > state[2])
                return 0;
            state[0]--, state[1] = 0x80, state[2] = 0xBF;
        } else if (c >= 0x80) {
            if (c < 0xC2 || c > 0xF4)
                return 0;
            state[0] = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
            state[1] = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
            state[2] = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
        }
    }
    return 1;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))
enum { SHORT = 1, LONG = 2, OVER3 = 4, LARGE = 8, SURR = 16, OVER2 = 32, OVER4 = 64, TWO = 128, CARRY = SHORT | LONG | TWO };

#define TABLE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)
#define LOOK(table, at) _mm256_shuffle_epi8(table, at)
#define HIGH(x) _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(15))
#define BEFORE(x, old, n) _mm256_alignr_epi8(x, _mm256_permute2x128_si256(old, x, 0x21), 16 - (n))

WIDE static int wide(const u8 *p, size_t size, __m256i *last, __m256i *error)
{
    const __m256i first_high = TABLE(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, (char)TWO, (char)TWO, (char)TWO,
        (char)TWO, SHORT | OVER2, SHORT, SHORT | OVER3 | SURR, SHORT | LARGE | OVER4);
#define C(x) (char)(CARRY | (x))
    const __m256i first_low = TABLE(C(OVER3 | OVER2 | OVER4), C(OVER2), C(0), C(0), C(LARGE), C(LARGE | OVER4),
        C(LARGE | OVER4), C(LARGE | OVER4), C(LARGE | OVER4), C(LARGE | OVER4), C(LARGE | OVER4), C(LARGE | OVER4),
        C(LARGE | OVER4), C(LARGE | OVER4 | SURR), C(LARGE | OVER4), C(LARGE | OVER4));
#define M(x) (char)(LONG | OVER2 | TWO | (x))
    const __m256i second_high = TABLE(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, M(OVER3 | OVER4),
        M(OVER3 | LARGE), M(SURR | LARGE), M(SURR | LARGE), SHORT, SHORT, SHORT, SHORT);
    __m256i old = *last, bad = *error;
    for (size_t i = 0; i < size; i += 32) {
        __m256i now = _mm256_loadu_si256((const __m256i *)(p + i));
        __m256i one = BEFORE(now, old, 1), two = BEFORE(now, old, 2), three = BEFORE(now, old, 3);
        __m256i cases = _mm256_and_si256(
            _mm256_and_si256(LOOK(first_high, HIGH(one)), LOOK(first_low, _mm256_and_si256(one, _mm256_set1_epi8(15)))),
            LOOK(second_high, HIGH(now)));
        __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8((char)(0xE0 - 0x80)));
        __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8((char)(0xF0 - 0x80)));
        __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
        bad = _mm256_or_si256(bad, _mm256_xor_si256(must, cases));
        old = now;
    }
    *last = old, *error = bad;
    return _mm256_testz_si256(bad, bad);
}

WIDE static int file_is_utf8(int file, u8 *data)
{
    if (!__builtin_cpu_supports("avx2"))
        return -1;
    __m256i last = _mm256_setzero_si256(), error = last;
    size_t held = 0;
    for (;;) {
        ssize_t got = read(file, data + held, CHUNK - held);
        if (got < 0)
            return -2;
        held += (size_t)got;
        size_t whole = held / 32 * 32;
        if (!wide(data, whole, &last, &error))
            return 0;
        memmove(data, data + whole, held -= whole);
        if (!got)
            break;
    }
    memset(data + held, 0, 64 - held); /* zeros: what is not complete here never will be */
    return wide(data, 64, &last, &error);
}
#else
static int file_is_utf8(int file, u8 *data)
{
    (void)file, (void)data;
    return -1;
}
#endif

int main(int count, char **arguments)
{
    static u8 data[CHUNK + 64];
    int file = count == 2 ? open(arguments[1], O_RDONLY) : -1;
    if (file < 0) {
        perror("utf8");
        return 2;
    }
    int good = file_is_utf8(file, data);
    if (good == -1) {
        u8 state[3] = {0, 0x80, 0xBF};
        ssize_t got;
        good = 1;
        while (good && (got = read(file, data, CHUNK)) > 0)
            good = scalar(data, (size_t)got, state);
        good = good && !state[0];
    }
    return good == 1 ? 0 : good == 0 ? 1 : 2;
}

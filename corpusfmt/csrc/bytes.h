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

/* is_utf8 against a decoder that is obvious. */

#include "target.h"

static void fuzz(Input in)
{
    Py_buffer data = alone(in.data, in.size);
    int valid = slow_is_utf8(data.buf, in.size);
    CHECK(is_utf8(data.buf, in.size) == valid);
    CHECK(is_utf8_by_bytes(data.buf, in.size) == valid);
#ifdef HAS_AVX2
    if (__builtin_cpu_supports("avx2"))
        CHECK(is_utf8_by_blocks(data.buf, in.size) == valid);
#endif
    forget(data);
}

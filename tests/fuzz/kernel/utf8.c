/* is_utf8 against a decoder that is obvious. */

#include "target.h"

static void fuzz(Input in)
{
    Py_buffer data = alone(in.data, in.size);
    CHECK(is_utf8(data.buf, in.size) == slow_is_utf8(data.buf, in.size));
    CHECK(is_utf8_by_bytes(data.buf, in.size) == slow_is_utf8(data.buf, in.size));
    forget(data);
}

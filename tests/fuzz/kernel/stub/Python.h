/* What the headers of the kernel use of Python, so that they are compiled without it. */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef ptrdiff_t Py_ssize_t;
#define PY_SSIZE_T_MAX PTRDIFF_MAX

typedef struct {
    void *buf;
    Py_ssize_t len;
} Py_buffer;

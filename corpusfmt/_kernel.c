/* The optional kernel: the hot primitives over whole buffers, with the GIL released.

   Everything works without it. Each function has a twin in Python that says what is right. The build passes
   Py_LIMITED_API, but not for free-threaded builds of CPython, which do not have it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

/* The version of this interface. corpusfmt/text/kernel.py names the one that it expects. */
#define KERNEL_ABI 1

/* Below this size releasing the GIL takes longer than the work. */
#define GIL_SIZE 2048

/* -- UTF-8 (Unicode 16.0, D92 and table 3-7) ---------------------------------------------------------------------- */

/* A state is the shift that finds the next state in the entry of a byte: six bits each, all in one word. Bits that an
   entry leaves zero lead to BAD, which no byte leaves. */
enum { BAD = 0, END = 6, ONE = 12, TWO = 18, THREE = 24, AFTER_E0 = 30, AFTER_ED = 36, AFTER_F0 = 42, AFTER_F4 = 48 };

#define STEP(from, to) ((uint64_t)(to) << (from))
#define ASCII_BYTE STEP(END, END)
#define TAIL (STEP(ONE, END) | STEP(TWO, ONE) | STEP(THREE, TWO))
#define TAIL_8 (TAIL | STEP(AFTER_ED, ONE) | STEP(AFTER_F4, TWO))
#define TAIL_9 (TAIL | STEP(AFTER_ED, ONE) | STEP(AFTER_F0, TWO))
#define TAIL_AB (TAIL | STEP(AFTER_E0, ONE) | STEP(AFTER_F0, TWO))
#define LEAD_2 STEP(END, ONE)
#define LEAD_3 STEP(END, TWO)
#define LEAD_4 STEP(END, THREE)
#define ROW(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x

static const uint64_t utf8_steps[256] = {
    ROW(ASCII_BYTE), ROW(ASCII_BYTE), ROW(ASCII_BYTE), ROW(ASCII_BYTE),
    ROW(ASCII_BYTE), ROW(ASCII_BYTE), ROW(ASCII_BYTE), ROW(ASCII_BYTE),
    ROW(TAIL_8), ROW(TAIL_9), ROW(TAIL_AB), ROW(TAIL_AB),
    0, 0, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2, LEAD_2,
    ROW(LEAD_2),
    STEP(END, AFTER_E0), LEAD_3, LEAD_3, LEAD_3, LEAD_3, LEAD_3, LEAD_3, LEAD_3,
    LEAD_3, LEAD_3, LEAD_3, LEAD_3, LEAD_3, STEP(END, AFTER_ED), LEAD_3, LEAD_3,
    STEP(END, AFTER_F0), LEAD_4, LEAD_4, LEAD_4, STEP(END, AFTER_F4), /* F5 to FF are zero */
};

static int is_ascii_64(const uint8_t *at)
{
    uint64_t w[8];
    memcpy(w, at, sizeof w);
    return ((w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]) & UINT64_C(0x8080808080808080)) == 0;
}

static int is_utf8(const uint8_t *at, size_t size)
{
    uint64_t state = END;
    while (size >= 64) {
        if ((state & 63) != END || !is_ascii_64(at)) {
            for (int i = 0; i < 64; i++)
                state = utf8_steps[at[i]] >> (state & 63);
            if ((state & 63) == BAD)
                return 0;
        }
        at += 64;
        size -= 64;
    }
    while (size--)
        state = utf8_steps[*at++] >> (state & 63);
    return (state & 63) == END;
}

static PyObject *kernel_is_utf8(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer buffer;
    int sound;
    if (PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0)
        return NULL;
    if (buffer.len < GIL_SIZE) {
        sound = is_utf8(buffer.buf, (size_t)buffer.len);
    } else {
        Py_BEGIN_ALLOW_THREADS
        sound = is_utf8(buffer.buf, (size_t)buffer.len);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&buffer);
    return PyBool_FromLong(sound);
}

/* -- the module --------------------------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {
    {"is_utf8", kernel_is_utf8, METH_O, PyDoc_STR("Say whether data is valid UTF-8.")},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    return PyModule_AddIntConstant(module, "ABI", KERNEL_ABI);
}

/* CPython 3.11 refuses a module with the first slot, and its limited API does not name it: it says that every
   interpreter may have a GIL of its own (Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED). */
static PyModuleDef_Slot slots[] = {
    {3, (void *)2},
    {Py_mod_exec, (void *)execute},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_kernel", NULL, 0, methods, slots, NULL, NULL, NULL,
};
static struct PyModuleDef definition_3_11 = {
    PyModuleDef_HEAD_INIT, "_kernel", NULL, 0, methods, slots + 1, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(Py_Version < 0x030C0000 ? &definition_3_11 : &definition);
}

/* The kernel: what reading and writing do to many documents at once, over one buffer, without the GIL.

   Each function goes on to the first document that is not usual, and says where that is: the code in Python, which
   knows all cases and all messages, does this one. It never makes a message. Documents are rows of a table of 64-bit offsets, as
   corpusfmt/model/rows.py describes them. An offset below the size of the buffer is in the buffer, another one is in
   the arena, which holds what had to be unescaped. Nothing is read behind the end of a buffer, and no state is kept
   but for what the processor has. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "bytes.h"
#include "utf8.h"
#include "json.h"
#include "rows.h"
#include "seed.h"
#include "jsonl.h"
#include "sha.h"
#include "tei.h"
#include "warc.h"
#include "proof.h"

#define ABI 15
/* To let go of the GIL costs as much as to check so many bytes. */
#define GIL_SIZE 2048
/* So much memory that was freed is not given back to the system: it would be asked for again with the next piece. */
#define KEPT (2 << 20)

/* Return two bytes objects, and where a function stopped. Frees both. */
static PyObject *given(Bytes *one, Bytes *other, size_t stop)
{
    PyObject *found = NULL;
    if (one->failed || other->failed)
        PyErr_NoMemory();
    else {
        const char *first = one->size ? (const char *)one->at : "", *second = other->size ? (const char *)other->at : "";
        found = Py_BuildValue("(y#y#n)", first, (Py_ssize_t)one->size, second, (Py_ssize_t)other->size,
                              (Py_ssize_t)stop);
    }
    free(one->at);
    free(other->at);
    return found;
}

/* Return a number that is between 0 and a size. */
static size_t within(Py_ssize_t number, Py_ssize_t size)
{
    return number < 0 ? 0 : (size_t)(number > size ? size : number);
}

/* Get a buffer that nobody can change: what was checked is relied on later. */
static int fixed(PyObject *data, void *to)
{
    Py_buffer *buffer = to;
    if (data != NULL) {
        if (PyObject_GetBuffer(data, buffer, PyBUF_SIMPLE) < 0)
            return 0;
        if (buffer->readonly)
            return Py_CLEANUP_SUPPORTED;
        PyErr_SetString(PyExc_TypeError, "a read-only buffer is required");
    }
    PyBuffer_Release(buffer);
    return 0;
}

static PyObject *checked(PyObject *data, int (*check)(const u8 *, size_t))
{
    Py_buffer buffer;
    int valid;
    if (PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0)
        return NULL;
    if (buffer.len < GIL_SIZE) {
        valid = check(buffer.buf, (size_t)buffer.len);
    } else {
        Py_BEGIN_ALLOW_THREADS
        valid = check(buffer.buf, (size_t)buffer.len);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&buffer);
    return PyBool_FromLong(valid);
}

static PyObject *kernel_is_utf8(PyObject *Py_UNUSED(module), PyObject *data)
{
    return checked(data, is_utf8);
}

/* As on processors without what the other way needs. */
static PyObject *kernel_is_utf8_by_bytes(PyObject *Py_UNUSED(module), PyObject *data)
{
    return checked(data, is_utf8_by_bytes);
}

static PyObject *kernel_seed_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data;
    Py_ssize_t from;
    long long line;
    SeedLimits limits;
    Bytes table = {0}, nothing = {0};
    size_t stop;
    if (!PyArg_ParseTuple(args, "O&nLiinnn", fixed, &data, &from, &line, &limits.version, &limits.depth, &limits.header,
                          &limits.document, &limits.metadata))
        return NULL;
    if (limits.depth > MOST_LEVELS)
        limits.depth = MOST_LEVELS;
    Py_BEGIN_ALLOW_THREADS
    const u8 *start = data.buf;
    stop = (size_t)(seed_cut(start, start + within(from, data.len), start + data.len, line, &limits, &table) - start);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return given(&table, &nothing, stop);
}

static PyObject *kernel_jsonl_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data;
    Py_ssize_t from;
    long long number;
    Layout layout;
    Lines out = {0};
    size_t stop;
    if (!PyArg_ParseTuple(args, "O&nLy*y*y*y*iiinn", fixed, &data, &from, &number, &layout.key[0], &layout.key[1],
                          &layout.key[2], &layout.key[3], &layout.native, &layout.numbers, &layout.depth, &layout.document, &layout.metadata))
        return NULL;
    if (layout.depth > MOST_LEVELS)
        layout.depth = MOST_LEVELS;
    Py_BEGIN_ALLOW_THREADS
    out.data = data.buf;
    out.size = (size_t)data.len;
    stop = (size_t)(jsonl_cut(&out, out.data + within(from, data.len), number, &layout) - out.data);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    for (int i = 0; i < 4; i++)
        PyBuffer_Release(&layout.key[i]);
    return given(&out.table, &out.arena, stop);
}

static void release(Rows *rows)
{
    PyBuffer_Release(&rows->data);
    PyBuffer_Release(&rows->arena);
    PyBuffer_Release(&rows->table);
}

static PyObject *kernel_jsonl_encode(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    Py_ssize_t first;
    Record how;
    Bytes out = {0}, ends = {0};
    size_t stop;
    if (!PyArg_ParseTuple(args, "y*y*y*ny*y*y*y*y*y*y*y*ppppn", &rows.data, &rows.arena, &rows.table, &first,
                          &how.before_id, &how.before_name, &how.before_text, &how.before_meta, &how.taken[0],
                          &how.taken[1], &how.taken[2], &how.taken[3], &how.has_id, &how.has_name, &how.has_meta,
                          &how.drops_name, &how.metadata))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    stop = within(first, (Py_ssize_t)count(&rows));
    if (!stop)
        grow(&out, (size_t)rows.data.len + (size_t)rows.data.len / 8);
    stop = jsonl_put(&rows, stop, &how, &out, &ends);
    Py_END_ALLOW_THREADS
    release(&rows);
    PyBuffer_Release(&how.before_id);
    PyBuffer_Release(&how.before_name);
    PyBuffer_Release(&how.before_text);
    PyBuffer_Release(&how.before_meta);
    for (int i = 0; i < 4; i++)
        PyBuffer_Release(&how.taken[i]);
    return given(&out, &ends, stop);
}

static PyObject *kernel_seed_encode(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    Py_ssize_t first;
    SeedWriting how;
    Bytes out = {0}, ends = {0};
    size_t stop;
    if (!PyArg_ParseTuple(args, "y*y*y*nnnppp", &rows.data, &rows.arena, &rows.table, &first, &how.header, &how.metadata,
                          &how.plain, &how.drops_metadata, &how.ends_texts))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    stop = within(first, (Py_ssize_t)count(&rows));
    if (!stop)
        grow(&out, (size_t)rows.data.len + (size_t)rows.data.len / 8);
    stop = seed_put(&rows, stop, &how, &out, &ends);
    Py_END_ALLOW_THREADS
    release(&rows);
    return given(&out, &ends, stop);
}

/* Return a bytes object, or an error where a table is wrong. Frees the bytes. */
static PyObject *given_if(int done, Bytes *out)
{
    PyObject *found = NULL;
    if (out->failed)
        PyErr_NoMemory();
    else if (!done)
        PyErr_SetString(PyExc_ValueError, "the table is wrong");
    else
        found = PyBytes_FromStringAndSize(out->size ? (const char *)out->at : "", (Py_ssize_t)out->size);
    free(out->at);
    return found;
}

static PyObject *kernel_jsonl_brief(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data, kept;
    Bytes out = {0}, nothing = {0};
    size_t lines;
    if (!PyArg_ParseTuple(args, "O&y*", fixed, &data, &kept))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    const u8 *start = data.buf, *keys = kept.buf;
    lines = put_briefs(&out, start, start + data.len, (Span){keys, keys + kept.len});
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    PyBuffer_Release(&kept);
    return given(&out, &nothing, lines);
}

/* Return the values of a column of rows, with a line feed between two. */
static PyObject *kernel_column(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    Bytes out = {0};
    int column, done = 0;
    if (!PyArg_ParseTuple(args, "y*y*y*i", &rows.data, &rows.arena, &rows.table, &column))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    if (column >= ID && column < FLAGS)
        done = put_column(&rows, column, &out);
    Py_END_ALLOW_THREADS
    release(&rows);
    return given_if(done, &out);
}

static PyObject *kernel_numbered(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows = {0};
    Bytes out = {0};
    Py_ssize_t from;
    long long line;
    int done;
    if (!PyArg_ParseTuple(args, "y*y*nL", &rows.data, &rows.table, &from, &line))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    done = put_lines(&rows, within(from, rows.data.len), line, &out);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&rows.data);
    PyBuffer_Release(&rows.table);
    return given_if(done, &out);
}

static PyObject *kernel_first_blank(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    size_t found;
    if (!PyArg_ParseTuple(args, "y*y*y*", &rows.data, &rows.arena, &rows.table))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    found = first_blank(&rows);
    Py_END_ALLOW_THREADS
    release(&rows);
    return PyLong_FromSize_t(found);
}

static PyObject *kernel_proof(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    int listed, quick, done;
    Bytes entries = {0}, lines = {0};
    if (!PyArg_ParseTuple(args, "y*y*y*pp", &rows.data, &rows.arena, &rows.table, &listed, &quick))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    Hashing by = hashing(quick);
    done = put_proof(&rows, &by, listed, &entries, &lines);
    Py_END_ALLOW_THREADS
    size_t all = count(&rows);
    release(&rows);
    if (done)
        return given(&entries, &lines, all);
    free(entries.at);
    free(lines.at);
    PyErr_SetString(PyExc_ValueError, "the table is wrong");
    return NULL;
}

static PyObject *kernel_keep_memory(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing))
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, KEPT);
    mallopt(M_TRIM_THRESHOLD, KEPT);
#endif
    return Py_NewRef(Py_None);
}

static PyObject *kernel_tei_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer data, words;
    Py_ssize_t from;
    Natives in = {0};
    int quick;
    size_t stop;
    if (!PyArg_ParseTuple(args, "O&ny*innp", fixed, &data, &from, &words, &in.depth, &in.document, &in.metadata, &quick))
        return NULL;
    if (in.depth > MOST_LEVELS)
        in.depth = MOST_LEVELS;
    Py_BEGIN_ALLOW_THREADS
    in.by = hashing(quick);
    in.out.data = data.buf;
    in.out.size = (size_t)data.len;
    in.words.at = words.buf;
    in.words.end = in.words.at + words.len;
    grow(&in.out.arena, in.out.size);
    stop = (size_t)(tei_cut(&in, in.out.data + within(from, data.len)) - in.out.data);
    free(in.header.at);
    free(in.scratch.at);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    PyBuffer_Release(&words);
    return given(&in.out.table, &in.out.arena, stop);
}

static PyObject *kernel_tei_encode(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    Py_ssize_t first;
    Py_buffer words;
    Writer how = {0};
    int quick;
    Bytes out = {0}, ends = {0};
    size_t stop;
    if (!PyArg_ParseTuple(args, "y*y*y*ny*w*np", &rows.data, &rows.arena, &rows.table, &first, &words,
                          &how.names.marks, &how.names.count, &quick))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    how.by = hashing(quick);
    how.words.at = words.buf;
    how.words.end = how.words.at + words.len;
    stop = within(first, (Py_ssize_t)count(&rows));
    if (!stop)
        grow(&out, (size_t)rows.data.len + (size_t)rows.data.len / 2);
    stop = tei_put(&rows, stop, &how, &out, &ends);
    Py_END_ALLOW_THREADS
    release(&rows);
    PyBuffer_Release(&words);
    PyBuffer_Release(&how.names.marks);
    return given(&out, &ends, stop);
}

static PyObject *kernel_warc_encode(PyObject *Py_UNUSED(module), PyObject *args)
{
    Rows rows;
    Py_ssize_t first, before;
    Bundle how;
    int quick;
    Bytes out = {0}, ends = {0};
    size_t stop;
    if (!PyArg_ParseTuple(args, "y*y*y*nw*y*y*y*y*y*y*y*np", &rows.data, &rows.arena, &rows.table, &first, &how.marks,
                          &how.type, &how.date, &how.urn, &how.first, &how.second, &how.dates, &how.urls, &before, &quick))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    how.by = hashing(quick);
    how.number = (size_t)before;
    stop = within(first, (Py_ssize_t)count(&rows));
    if (!stop)
        grow(&out, (size_t)rows.data.len + count(&rows) * LEAST_BUNDLE);
    stop = warc_put(&rows, stop, &how, &out, &ends);
    Py_END_ALLOW_THREADS
    release(&rows);
    Py_buffer *const more[] = {&how.marks, &how.type, &how.date, &how.urn, &how.first, &how.second, &how.dates, &how.urls};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        PyBuffer_Release(more[i]);
    return given(&out, &ends, stop);
}

static PyObject *warc_read(PyObject *args, Reader read)
{
    Py_buffer data;
    Py_ssize_t from;
    WarcLimits limits;
    int quick;
    Lines out = {0};
    size_t stop;
    if (!PyArg_ParseTuple(args, "O&npinnnp", fixed, &data, &from, &limits.ours, &limits.depth, &limits.document, &limits.header,
                          &limits.metadata, &quick))
        return NULL;
    if (limits.depth > MOST_LEVELS)
        limits.depth = MOST_LEVELS;
    Py_BEGIN_ALLOW_THREADS
    limits.by = hashing(quick);
    out.data = data.buf;
    out.size = (size_t)data.len;
    stop = (size_t)(warc_cut(&out, out.data + within(from, data.len), &limits, read) - out.data);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return given(&out.table, &out.arena, stop);
}

static PyObject *kernel_warc_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    return warc_read(args, bundle);
}

static PyObject *kernel_wet_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    return warc_read(args, conversion);
}

static PyMethodDef methods[] = {
    {"keep_memory", kernel_keep_memory, METH_NOARGS, NULL},
    {"is_utf8", kernel_is_utf8, METH_O, NULL},
    {"is_utf8_by_bytes", kernel_is_utf8_by_bytes, METH_O, NULL},
    {"seed_rows", kernel_seed_rows, METH_VARARGS, NULL},
    {"jsonl_rows", kernel_jsonl_rows, METH_VARARGS, NULL},
    {"jsonl_encode", kernel_jsonl_encode, METH_VARARGS, NULL},
    {"jsonl_brief", kernel_jsonl_brief, METH_VARARGS, NULL},
    {"seed_encode", kernel_seed_encode, METH_VARARGS, NULL},
    {"column", kernel_column, METH_VARARGS, NULL},
    {"first_blank", kernel_first_blank, METH_VARARGS, NULL},
    {"numbered", kernel_numbered, METH_VARARGS, NULL},
    {"proof", kernel_proof, METH_VARARGS, NULL},
    {"tei_rows", kernel_tei_rows, METH_VARARGS, NULL},
    {"tei_encode", kernel_tei_encode, METH_VARARGS, NULL},
    {"warc_rows", kernel_warc_rows, METH_VARARGS, NULL},
    {"wet_rows", kernel_wet_rows, METH_VARARGS, NULL},
    {"warc_encode", kernel_warc_encode, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    has_quick_sha = has_sha();
    return PyModule_AddIntConstant(module, "ABI", ABI);
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

PyMODINIT_FUNC PyInit__kernel(void);

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(Py_Version < 0x030C0000 ? &definition_3_11 : &definition);
}

"""A codec alone, with the settings that our command writes with: compress a file, or restore one (``-d``)."""

import gzip
import sys
from shutil import copyfileobj

import deflate
import zstandard

from corpusfmt.storage.gzip import GZIP_LEVEL, LEAST_MEMBER
from corpusfmt.storage.zstd import ZSTD_LEVEL

*back, begin, end = sys.argv[1:]
with open(begin, "rb", buffering=0) as source, open(end, "wb", buffering=0) as target:
    if back:
        zstd = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)
        copyfileobj(zstd if begin.endswith(".zst") else gzip.GzipFile(fileobj=source), target, LEAST_MEMBER)
    elif end.endswith(".zst"):
        codec = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compressobj()
        while piece := source.read(LEAST_MEMBER):
            target.write(codec.compress(piece))
        target.write(codec.flush())
    else:
        while piece := source.read(LEAST_MEMBER):
            target.write(deflate.gzip_compress(piece, GZIP_LEVEL))

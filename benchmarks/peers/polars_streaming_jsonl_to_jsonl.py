"""JSON Lines read and written again by polars, as a stream."""

import sys

import polars as pl  # type: ignore[import-not-found, unused-ignore]  # in its own environment

pl.scan_ndjson(sys.argv[1]).sink_ndjson(sys.argv[2])

"""JSON Lines read and written again by polars."""

import sys

import polars as pl  # type: ignore[import-not-found, unused-ignore]  # in its own environment

pl.read_ndjson(sys.argv[1]).write_ndjson(sys.argv[2])

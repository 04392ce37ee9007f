"""JSON Lines read and written again by DuckDB. The columns are named: metadata stays the JSON that it is."""

import sys

import duckdb  # type: ignore[import-not-found, unused-ignore]  # in its own environment

source, target = (name.replace("'", "''") for name in sys.argv[1:3])
columns = "{id: 'VARCHAR', name: 'VARCHAR', text: 'VARCHAR', meta: 'JSON'}"
duckdb.execute(f"COPY (FROM read_ndjson('{source}', columns={columns})) TO '{target}' (FORMAT json)")

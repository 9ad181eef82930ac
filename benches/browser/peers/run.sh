#!/bin/sh
# One command: set-up (idempotent), then node run.mjs "$@". `make bench-peers` calls it with the toolchain in place.
set -eu
cd "$(dirname "$0")"
TOOLS=${TOOLSCOPE_TOOLS:-$HOME/.cache/toolscope}
VENV=$TOOLS/peers-python
DATA=${TOOLSCOPE_PEERS:-$PWD/../../../target/peers}
mkdir -p "$DATA"
cmp -s package-lock.json node_modules/.installed-lock || { npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.installed-lock; }
if ! "$VENV/bin/python" -c 'import numpy, pyarrow, duckdb' 2>/dev/null; then
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --requirement tools/requirements.txt
fi
[ -n "${PEERS_BUILT:-}" ] || ./build.sh
EXT=$DATA/duckdb-ext/v1.4.3/wasm_eh/parquet.duckdb_extension.wasm
# DuckDB's Parquet extension is not in any package registry; put the file there by hand to let DuckDB read Parquet.
[ -f "$EXT" ] || echo "no DuckDB Parquet extension: DuckDB will load Arrow instead of Parquet" >&2
exec node run.mjs --data "$DATA" --venv "$VENV" --out "$DATA/results" "$@"

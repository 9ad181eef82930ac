#!/bin/sh
# Builds what the adapter needs: the application's data worker, as released, and the page's side of it.
# Source target/env.sh first. The result is target/peers-dist.
set -eu
cd "$(dirname "$0")/../../.."
OUT=target/peers-dist
mkdir -p "$OUT"
FLAGS="--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue --enable-simd"
build() { # program, features, profile, optimiser's level
  cargo build -q --target wasm32-unknown-unknown --profile "$3" --no-default-features --features "$2" --bin "$1"
  wasm-bindgen --target web --no-typescript --out-dir "$OUT" --out-name "$1" "target/wasm32-unknown-unknown/$3/$1.wasm"
  # shellcheck disable=SC2086
  wasm-opt "-O$4" $FLAGS --strip-debug -o "$OUT/$1_bg.wasm" "$OUT/$1_bg.wasm"
}
build toolscope-worker worker web-worker 3
build toolscope-peers client web-app z
cp public/worker.js "$OUT/"

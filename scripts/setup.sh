#!/usr/bin/env bash
# Installs what building and testing Toolscope needs, says what it does, and skips what is there.
#
#   scripts/setup.sh          the toolchain, trunk, wasm-bindgen, wasm-opt, Chromium, npm packages
#   scripts/setup.sh python   also DuckDB, Polars, pyarrow and openpyxl, which make the golden files and read exports,
#                             poppler, which reads PDF, and LibreOffice, which looks for formulas
#
# Two kinds of machine are served: an ordinary one (rustup with downloads), and a closed one with Debian's packages,
# the crates registry and npm, where the wasm32 standard library is built from Debian's sources.
# The result is target/env.sh; the Makefile sources it before every command.
set -euo pipefail
cd "$(dirname "$0")/.."

TRUNK=0.21.14
CACHE=${TOOLSCOPE_TOOLS:-$HOME/.cache/toolscope}
RUST_MINOR_MIN=92
TARGET=wasm32-unknown-unknown
BINDGEN=$(grep -A1 '^name = "wasm-bindgen"$' Cargo.lock | sed -n 's/^version = "\(.*\)"/\1/p')
ENV_FILE=target/env.sh

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$@" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

mkdir -p target "$CACHE/bin"
PATH="$CACHE/bin:$PATH"

# --- Debian packages ---------------------------------------------------------------------------------------------
apt_install() {
  has apt-get || die "$* is missing and this is no Debian or Ubuntu: install it, then run this again."
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    has sudo || die "$* is missing; as root, run: apt-get install --no-install-recommends $*"
    as_root=(sudo)
  fi
  say "installing $* (apt)"
  if [ -z "${APT_UPDATED:-}" ]; then "${as_root[@]}" apt-get update -qq; APT_UPDATED=1; fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
    || die "apt could not install $*; its message is above."
}

# --- The compiler ------------------------------------------------------------------------------------------------
# 0: this cargo's compiler can build for the browser.
wasm_ready() {
  local sysroot
  sysroot=$("$1" --print sysroot 2>/dev/null) || return 1
  ls "$sysroot/lib/rustlib/$TARGET/lib/"libstd-*.rlib >/dev/null 2>&1 || return 1
  # Built by this script: good for that one compiler only.
  local built="$sysroot/lib/rustlib/$TARGET/built-by"
  [ ! -f "$built" ] || "$1" -vV | cmp -s - "$built"
}

new_enough() {
  local minor
  minor=$("$1" -V 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\)\..*/\1/p')
  [ -n "$minor" ] && [ "$minor" -ge "$RUST_MINOR_MIN" ]
}

use_rustup() {
  has rustup && has rustc && new_enough rustc || return 1
  if ! wasm_ready rustc; then
    say "adding $TARGET with rustup"
    timeout 60 rustup target add "$TARGET" >/dev/null 2>&1 || { say "rustup can't download here; using Debian's compiler"; return 1; }
  fi
  cargo clippy -V >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 \
    || timeout 60 rustup component add clippy rustfmt >/dev/null 2>&1 || return 1
  TOOLCHAIN_ENV="# the rustup toolchain that is active here"
}

use_debian() {
  [ -x /usr/bin/rustc ] && [ -d /usr/lib/rustlib/src/rust ] && [ -x /usr/bin/cargo ] && [ -x /usr/bin/cargo-clippy ] && [ -x /usr/bin/rustfmt ] && has lld-22 \
    || apt_install rustc-web cargo-web rust-web-src lld-22 rust-web-clippy rustfmt-web
  if ! wasm_ready /usr/bin/rustc; then build_std; fi
  if has rustup; then
    [ "$(rustup toolchain list -v 2>/dev/null | awk '$1 == "toolscope" { print $NF }')" = /usr ] || rustup toolchain link toolscope /usr
    TOOLCHAIN_ENV="export RUSTUP_TOOLCHAIN=toolscope"
  else
    TOOLCHAIN_ENV='PATH="/usr/bin:$PATH"'
  fi
}

# Debian ships the standard library's sources but not its build for the browser.
build_std() {
  local sysroot work copy=()
  sysroot=$(/usr/bin/rustc --print sysroot)
  [ -w "$sysroot/lib/rustlib" ] || { has sudo || die "$sysroot is not writable; run this script as root once."; copy=(sudo); }
  work=$(mktemp -d)
  say "building the standard library for $TARGET (about a minute)"
  mkdir "$work/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' > "$work/Cargo.toml"
  echo '#![no_std]' > "$work/src/lib.rs"
  # Without embedded bitcode a profile with LTO fails later.
  (cd "$work" && env -u RUSTUP_TOOLCHAIN RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$work/target" \
    /usr/bin/cargo build -q --release -Zbuild-std=std,panic_abort,panic_unwind,test --target "$TARGET") \
    || die "the standard library did not build; the message is above."
  local lib="$sysroot/lib/rustlib/$TARGET"
  "${copy[@]}" rm -rf "$lib"
  "${copy[@]}" mkdir -p "$lib/lib" "$sysroot/lib/rustlib/x86_64-unknown-linux-gnu/bin"
  find "$work/target/$TARGET/release/deps" -name '*.rlib' ! -name 'libempty*' -exec "${copy[@]}" cp {} "$lib/lib/" \;
  "${copy[@]}" ln -sf "$(command -v lld-22)" "$sysroot/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld"
  /usr/bin/rustc -vV | "${copy[@]}" tee "$lib/built-by" >/dev/null
  rm -rf "$work"
}

use_rustup || use_debian
eval "$TOOLCHAIN_ENV"

# --- C for zstd in the browser, the native linker, and the browser itself ------------------------------------------
has clang || apt_install clang
LLVM_AR=$(command -v llvm-ar || ls /usr/bin/llvm-ar-* 2>/dev/null | tail -1 || true)
[ -n "$LLVM_AR" ] || { apt_install llvm; LLVM_AR=$(command -v llvm-ar || ls /usr/bin/llvm-ar-* | tail -1); }
has cc || apt_install gcc libc6-dev
has curl || apt_install curl
BROWSER=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$BROWSER" ] || { apt_install chromium; BROWSER=$(command -v chromium); }
has node && has npm || apt_install nodejs npm

# --- Tools from crates.io ------------------------------------------------------------------------------------------
# Built for speed of building: they run for seconds.
cargo_tool() {
  local name=$1 version=$2; shift 2
  "$CACHE/bin/$name" --version 2>/dev/null | grep -qw "$version" && return
  say "building $name $version (a few minutes, once)"
  CARGO_TARGET_DIR="$CACHE/build" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    cargo install -q --root "$CACHE" --force "$@" || die "$name did not build; the message is above."
  rm -rf "$CACHE/build"
}
cargo_tool trunk "$TRUNK" --locked "trunk@$TRUNK"
[ -n "$BINDGEN" ] || die "Cargo.lock names no wasm-bindgen; restore it from the repository."
# Not --locked: one of its locked dependencies was withdrawn from the registry.
cargo_tool wasm-bindgen "$BINDGEN" --no-default-features "wasm-bindgen-cli@$BINDGEN"

# --- npm -----------------------------------------------------------------------------------------------------------
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  say "installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error >/dev/null || die "npm ci failed; the message is above."
  cp package-lock.json node_modules/.installed-lock
fi

# --- Other people's readers, only for golden files and exports ------------------------------------------------------
if [ "${1:-}" = python ]; then
  if ! "$CACHE/python/bin/python" -c 'import duckdb, polars, pyarrow, openpyxl' 2>/dev/null; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
    say "installing DuckDB, Polars, pyarrow and openpyxl"
    python3 -m venv "$CACHE/python"
    "$CACHE/python/bin/pip" install -q -r tests/requirements.txt || die "pip could not install them; its message is above."
  fi
  has pdftotext && has pdffonts && has pdfimages || apt_install poppler-utils
  has soffice || apt_install libreoffice-calc
fi

cat > "$ENV_FILE" <<END
# Written by scripts/setup.sh; source it before cargo, trunk or node.
export PATH="$CACHE/bin:$PWD/node_modules/.bin:\$PATH"
$TOOLCHAIN_ENV
export CC_wasm32_unknown_unknown=clang
export AR_wasm32_unknown_unknown=$LLVM_AR
export TOOLSCOPE_BROWSER=$BROWSER
export TOOLSCOPE_PYTHON=$CACHE/python/bin/python
END
say "ready: $(rustc -V), trunk $TRUNK, wasm-bindgen $BINDGEN, $BROWSER"

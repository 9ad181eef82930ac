#!/usr/bin/env bash
# Makes the fonts that PDF exports are written with, from Debian's fonts-inter: Latin, Greek and Cyrillic, without hints.
# The results are checked in (src/export/fonts); run this again only to change what is in them.
set -euo pipefail
cd "$(dirname "$0")/.."
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
(cd "$WORK" && apt-get download -q fonts-inter && dpkg -x fonts-inter_*.deb .)
python3 -m venv "$WORK/python"
"$WORK/python/bin/pip" install -q fonttools
LETTERS=U+0020-007E,U+00A0-024F,U+0259,U+02BB-02BC,U+02C6-02C7,U+02D8-02DD,U+0300-0304,U+0306-030C,U+0323,U+0326-0328
LETTERS+=,U+0370-03FF,U+0400-052F,U+1E00-1EFF,U+1F00-1FFF,U+2010-2027,U+202F-205E,U+2070-209C,U+20A0-20BF,U+2113,U+2116
LETTERS+=,U+2122,U+2126,U+212E,U+2190-2195,U+2202,U+2206,U+220F,U+2211-2212,U+2215,U+2219-221A,U+221E,U+222B,U+2248,U+2260
LETTERS+=,U+2264-2265,U+25A1,U+25CA,U+FB01-FB02
for style in Regular SemiBold; do
  "$WORK/python/bin/pyftsubset" "$WORK/usr/share/fonts/opentype/inter/Inter-$style.otf" --unicodes="$LETTERS" --no-hinting \
    --desubroutinize --layout-features=kern,mark,mkmk,ccmp,locl,tnum --output-file="src/export/fonts/Inter-$style.otf"
done
cp "$WORK/usr/share/doc/fonts-inter/copyright" src/export/fonts/COPYRIGHT
ls -l src/export/fonts

#!/usr/bin/env bash
# Puts what each platform built into one folder, with one list of checksums. Each platform's own list is checked first, and
# a file that two of them have (the licences) has to be the same, or is kept under the platform's name.
set -euo pipefail
parts=$1 dist=$2
mkdir -p "$dist"
for part in "$parts"/*/; do
  (cd "$part" && sha256sum --check --strict --quiet SHA256SUMS)
  for file in "$part"*; do
    name=$(basename "$file")
    [[ $name == SHA256SUMS ]] && continue
    if [[ -e $dist/$name ]] && ! cmp --silent "$file" "$dist/$name"; then
      name="${name%.*}-$(basename "$part").${name##*.}"
    fi
    cp "$file" "$dist/$name"
  done
done
(cd "$dist" && sha256sum -- * >../SHA256SUMS.new)
mv "$dist/../SHA256SUMS.new" "$dist/SHA256SUMS"

#!/usr/bin/env bash
# Finds pb-assign, or gets a released version of it, and says where it is: output `binary`.
#
# In:  PB_BINARY, PB_VERSION, PB_REPOSITORY (may be empty), RUNNER_TEMP, RUNNER_TOOL_CACHE; GH_TOKEN for gh.
# Out: GITHUB_OUTPUT
set -euo pipefail

refuse() {
  echo "::error title=pb-assign::$1"
  exit 2
}

# The platform in the words of the release's files.
target() {
  case "$(uname -s) $(uname -m)" in
    "Linux x86_64") echo x86_64-unknown-linux-gnu ;;
    "Linux aarch64") echo aarch64-unknown-linux-gnu ;;
    "Darwin arm64") echo aarch64-apple-darwin ;;
    *) refuse "there is no release for $(uname -s) on $(uname -m); build it and give \`binary\`" ;;
  esac
}

# sha256sum, or what macOS has in its place.
check_sums() {
  if command -v sha256sum >/dev/null; then
    sha256sum --check --strict "$1"
  else
    shasum --algorithm 256 --check --strict "$1"
  fi
}

# Leaves the program of a release under the folder, whole or not at all.
download() {
  local folder=$1 name=$2 scratch
  scratch=$(mktemp -d "$RUNNER_TEMP/pb-assign.XXXXXX")
  gh release download "v$PB_VERSION" --repo "$PB_REPOSITORY" --dir "$scratch" \
    --pattern "$name.tar.gz" --pattern SHA256SUMS ||
    refuse "version $PB_VERSION is not among the releases of $PB_REPOSITORY, or the token may not read them"
  grep --fixed-strings "  $name.tar.gz" "$scratch/SHA256SUMS" >"$scratch/sums" ||
    refuse "SHA256SUMS of version $PB_VERSION does not have $name.tar.gz"
  (cd "$scratch" && check_sums sums) ||
    refuse "$name.tar.gz is not what SHA256SUMS of version $PB_VERSION says"
  tar -xzf "$scratch/$name.tar.gz" -C "$scratch"
  mkdir -p "$(dirname "$folder")"
  rm -rf "$folder"
  mv "$scratch/$name" "$folder"
}

if [[ -n ${PB_BINARY:-} ]]; then
  binary=$(command -v "$PB_BINARY") || refuse "there is no program $PB_BINARY"
elif [[ -n ${PB_VERSION:-} ]]; then
  [[ $PB_VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.-]+)?$ ]] || refuse "\`version\` is a version such as 0.1.0"
  [[ -n ${PB_REPOSITORY:-} ]] || refuse "\`version\` needs \`repository\`, OWNER/NAME, whose releases have it"
  platform=$(target)
  name="pb-assign-$PB_VERSION-$platform"
  folder="${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}/pb-assign/$PB_VERSION/$platform"
  [[ -x $folder/pb-assign ]] || download "$folder" "$name"
  binary=$folder/pb-assign
else
  binary=$(command -v pb-assign) || refuse "pb-assign is not on the search path: give \`binary\` or \`version\`"
fi
"$binary" --version
echo "binary=$binary" >>"$GITHUB_OUTPUT"

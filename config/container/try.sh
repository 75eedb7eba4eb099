#!/usr/bin/env bash
# Runs the starter desk in an image, as somebody who is not root and with nothing writable but the desk's folder:
#
#   config/container/try.sh docker IMAGE      (or podman)
set -euo pipefail
engine=$1 image=$2
desk=$(mktemp -d)

# What the image's user wrote is his: only he, or root, can remove what lies in his folders.
remove_desk() {
  "$engine" run --rm --network none --volume "$desk:/desk" --entrypoint find "$image" /desk -mindepth 1 -delete
  rm -rf "$desk"
}
trap remove_desk EXIT
chmod 777 "$desk"

in_image() {
  "$engine" run --rm --read-only --cap-drop ALL --security-opt no-new-privileges --network none \
    --volume "$desk:/desk" "$image" "$@"
}

in_image init .
in_image run --config desk.yaml | tail -n 1 | tee "$desk/summary.json"
in_image verify out/latest
grep --quiet '"status":"optimal"' "$desk/summary.json"
[[ $("$engine" inspect --format '{{.Config.User}}' "$image") == 10001:10001 ]]

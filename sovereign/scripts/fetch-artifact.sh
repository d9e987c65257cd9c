#!/bin/sh
# Installs the file at URL as DEST with MODE, once its SHA-256 is verified: against the pinned sum,
# or ("-") against the entry for its name in the release's own checksum file. A file that is already
# right is not downloaded again, a wrong one is never installed.
# Arguments: URL DEST MODE SHA256|- CHECKSUM_URL|-
set -eu
url=$1 dest=$2 mode=$3 sha256=$4 checksum_url=$5

fail() {
    printf '%s: %s\n' "$(uname -n)" "$1" >&2
    exit 1
}

download() { # URL FILE
    curl --fail --location --silent --show-error --proto '=https,http,file' --proto-redir '=https' \
        --retry 5 --retry-connrefused --connect-timeout 10 --speed-limit 1024 --speed-time 60 \
        --output "$2" "$1" ||
        fail "cannot download $1; check that this host reaches it, or name a mirror in sovereign:artifactMirror."
}

is_right() { # FILE
    [ "$(sha256sum <"$1")" = "$sha256  -" ]
}

directory=$(dirname "$dest")
mkdir -p "$directory"
work=$(mktemp -d "$directory/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if [ "$sha256" = - ]; then
    [ "$checksum_url" != - ] ||
        fail "$url has neither a pinned checksum nor a checksum file, so it is not installed; pin its sha256 in sovereign/artifacts.yaml."
    name=$(basename "$url" | sed 's/%2[Bb]/+/g')
    download "$checksum_url" "$work/checksums"
    sha256=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1; exit }' "$work/checksums")
    [ -n "$sha256" ] || fail "$checksum_url has no entry for $name, so $url cannot be verified; pin its sha256 in sovereign/artifacts.yaml."
fi

if [ -f "$dest" ] && is_right "$dest"; then
    chmod "$mode" "$dest"
    printf '%s is already right\n' "$dest"
    exit
fi

download "$url" "$work/artifact"
is_right "$work/artifact" ||
    fail "$url has the SHA-256 $(sha256sum <"$work/artifact" | cut -c 1-64), but $sha256 is expected, so it is not installed; if the file was published anew, correct sovereign/artifacts.yaml."
chmod "$mode" "$work/artifact"
mv -f "$work/artifact" "$dest"
printf '%s installed\n' "$dest"

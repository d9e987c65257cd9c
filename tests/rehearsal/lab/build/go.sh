#!/bin/sh
# A Go toolchain for tests: RELEASE is its version; BROKEN makes it fail; nothing is compiled.
set -eu
directory=$(dirname "$0")
printf '%s\n' "$*" >>"$directory/calls"
if [ "$1" = version ]; then
    printf 'go version go%s linux/amd64\n' "$RELEASE"
    exit
fi
if [ -n "${BROKEN:-}" ]; then
    printf 'go: downloading example.org/one v1.0.0\nverifying example.org/one@v1.0.0: checksum mismatch\n' >&2
    exit 1
fi
case $1 in
mod)
    mkdir -p "$directory/module/config/crd/standard"
    printf 'kind: one\n' >"$directory/module/config/crd/standard/one.yaml"
    printf '{"Dir": "%s/module"}\n' "$directory"
    ;;
build)
    while [ "$1" != -o ]; do shift; done
    [ -f go.mod ] && [ -f go.sum ]
    mkdir -p "$GOCACHE" "$GOMODCACHE"
    for program in kube-apiserver kubectl server helm; do
        printf 'example.org/%s\n' "$program" >&2
        : >"$2$program"
    done
    ;;
esac

#!/bin/sh
# The addresses of the host, as iproute2 lists them one to a line.
: "${root:?}"
[ "$*" = "-4 -o addr show" ] || exit 64
cat "$root/addresses"

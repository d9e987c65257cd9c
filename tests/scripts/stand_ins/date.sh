#!/bin/sh
# The clock of the test, which only sleep moves.
: "${root:?}"
[ "$*" = +%s ] || exit 64
cat "$root/clock"

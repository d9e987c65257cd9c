#!/bin/sh
# `make` in the documents' commands: the targets must be there; CI runs them.
exec /usr/bin/make --dry-run "$@" >/dev/null

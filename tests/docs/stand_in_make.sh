#!/bin/sh
# `make` in the documents' commands. What is quick runs, with what is installed; the rest (CI's part)
# is looked up: the target and all that it needs must be there.
case ${1:-} in
up | destroy | docs) exec /usr/bin/make --old-file=.venv/rehearsal.stamp --old-file=.venv/dev.stamp "$@" ;;
*) exec /usr/bin/make --dry-run "$@" >/dev/null ;;
esac

#!/bin/sh
# The result of the boot, as the test set it.
: "${root:?}"
case $* in
"status --wait")
    echo "status: see the exit code"
    exit "$(cat "$root/cloud-init.code")"
    ;;
"status --long") echo "status: exit code $(cat "$root/cloud-init.code")" ;;
*) exit 64 ;;
esac

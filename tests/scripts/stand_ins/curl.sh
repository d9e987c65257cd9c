#!/bin/sh
# Downloads from the directory "mirror": URLs without their scheme are its paths.
: "${root:?}"
output=
while [ $# -gt 1 ]; do
    case $1 in
    --fail | --insecure | --location | --silent | --show-error | --retry-connrefused) ;;
    --max-time | --proto | --proto-redir | --retry | --connect-timeout | --speed-limit | --speed-time) shift ;;
    --output) output=$2 && shift ;;
    *) exit 64 ;;
    esac
    shift
done
if [ ! -f "$root/mirror/${1#*://}" ]; then
    echo "curl: (22) The requested URL returned error: 404" >&2
    exit 22
fi
cat "$root/mirror/${1#*://}" >"$output"

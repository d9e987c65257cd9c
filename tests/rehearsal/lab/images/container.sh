#!/bin/sh
# Starts one container as the lab's kubelet does: its output in a file, its end left to itself.
# Arguments: IMAGE TOKEN ARGUMENT|'' VARIABLE=VALUE…
set -eu
umask 077
image=$1 directory=/run/small/$1
shift
mkdir -p "$directory"
printf '%s\n' "$1" >"$directory/token"
argument=$2
shift 2
cp /etc/small/ca.crt "$directory/ca.crt"
# shellcheck disable=SC2016 # the inner shell's own number
env LAB_SERVICE_ACCOUNT="$directory" "$@" setsid --fork sh -c 'echo $$ >"$LAB_SERVICE_ACCOUNT/pid"; exec "$0" "$@"' \
    "/usr/local/lib/lab/images/$image" ${argument:+"$argument"} >"$directory/log" 2>&1 </dev/null

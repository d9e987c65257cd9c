#!/bin/sh
# Shows the host key of the file "host-keys/ADDRESS", as OpenSSH prints it; nothing where there is none.
: "${root:?}"
[ "$1 $2 $3 $4 $5" = "-T 10 -t ed25519 -p" ] || exit 64
echo "# $7:$6 SSH-2.0-OpenSSH_9.6p1" >&2
[ ! -f "$root/host-keys/$7" ] || printf '[%s]:%s %s\n' "$7" "$6" "$(cat "$root/host-keys/$7")"

#!/bin/sh
# Waits until this host holds the private ADDRESS, on whatever NIC. A server with a public address
# boots before Hetzner attaches its network (terraform-provider-hcloud#512), and the name of the NIC
# depends on server type and image. Run by cloud-init. Arguments: ADDRESS LIMIT_S
#
# It counts its own pauses instead of reading the clock, which may still be set while a host boots.
set -eu
address=$1 limit_s=$2 waited_s=0

until ip -4 -o addr show | grep -qF " inet $address/"; do
    if [ "$waited_s" -ge "$limit_s" ]; then
        printf '%s has no NIC with the private address %s after %s s. Its server is probably not attached to the network: run "pulumi up --refresh", which attaches it and tries again.\n' \
            "$(uname -n)" "$address" "$limit_s" >&2
        exit 1
    fi
    sleep 2
    waited_s=$((waited_s + 2))
done

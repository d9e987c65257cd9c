#!/bin/sh
# Prints the administrator's kubeconfig of this control plane, and nothing else. stdin: nothing
set -eu
kubeconfig=/etc/rancher/k3s/k3s.yaml

if [ ! -s "$kubeconfig" ]; then
    printf '%s has no %s, which k3s writes when its server starts; run "pulumi up" again, which joins this server first.\n' "$(uname -n)" "$kubeconfig" >&2
    exit 1
fi
cat "$kubeconfig"

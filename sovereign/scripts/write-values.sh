#!/bin/sh
# Writes the values of the Cilium release beside the cluster, for people and for a later GitOps
# hand-off; nothing reads them here. stdin: VALUES (YAML)
set -eu
eval "$(cat)"
umask 077
file=/var/lib/sovereign/cilium-values.yaml

mkdir -p /var/lib/sovereign
printf '%s' "$VALUES" >"$file.new"
mv -f "$file.new" "$file"
printf '%s written\n' "$file"

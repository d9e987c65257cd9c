#!/bin/sh
# Applies manifests to the cluster, each verified after its download, and waits until the custom
# resource definitions among them are served. Run over SSH on a control plane.
# stdin: MANIFESTS (lines of URL SHA256|- CHECKSUM_URL|-) LIMIT_S (for each of them)
set -eu
eval "$(cat)"

library=/usr/local/lib/sovereign
directory=/var/lib/sovereign/manifests

while read -r url sha256 checksum_url; do
    [ -n "$url" ] || continue
    manifest=$directory/$(basename "$url")
    "$library/fetch-artifact.sh" "$url" "$manifest" 0644 "$sha256" "$checksum_url"
    k3s kubectl apply --server-side --force-conflicts --filename="$manifest" ||
        exec "$library/diagnose.sh" "$(uname -n): the cluster refused $url; see kubectl's message above the findings." >&2

    definitions=$(k3s kubectl get --filename="$manifest" --output=name | sed -n '/^customresourcedefinition/p')
    [ -n "$definitions" ] || continue
    # shellcheck disable=SC2086 # one argument per definition
    k3s kubectl wait --for=condition=Established --timeout="${LIMIT_S}s" $definitions ||
        exec "$library/diagnose.sh" "$(uname -n): a definition in $url is not established after $LIMIT_S s; see kubectl's message above the findings." >&2
done <<MANIFESTS
$MANIFESTS
MANIFESTS

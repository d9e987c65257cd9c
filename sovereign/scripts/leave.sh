#!/bin/sh
# Takes NODE out of the cluster before its server is deleted. Run over SSH on a control plane that
# stays. A node that is not there has left already. A node that is not Ready is not drained: nobody
# there would end its pods; deleting the node does. A node of that name on another server than
# SERVER_ID is its successor (a refresh lets the old one leave last): it stays.
# stdin: NODE SERVER_ID LIMIT_S
set -eu
eval "$(cat)"

library=/usr/local/lib/sovereign
found=$(k3s kubectl get node "$NODE" --ignore-not-found --request-timeout=30s --output=jsonpath='{.status.conditions[?(@.type=="Ready")].status} {.spec.providerID}') ||
    exec "$library/diagnose.sh" "$(uname -n): the API does not answer, so $NODE cannot leave; restore it, then run the same command again." >&2
ready=${found%% *}
identity=${found#* }

if [ -n "$identity" ] && [ "$identity" != "$found" ] && [ "$identity" != "hcloud://$SERVER_ID" ]; then
    printf '%s is another server now (%s, not hcloud://%s): it stays\n' "$NODE" "$identity" "$SERVER_ID"
    exit
fi
if [ "$ready" = True ]; then
    k3s kubectl drain "$NODE" --ignore-daemonsets --delete-emptydir-data --force --timeout="${LIMIT_S}s" ||
        exec "$library/diagnose.sh" "$NODE is cordoned, but not drained after $LIMIT_S s; make room for the pods that kubectl names above (or relax their PodDisruptionBudget), then run the same command again." >&2
fi
k3s kubectl delete node "$NODE" --ignore-not-found --timeout="${LIMIT_S}s"
# Left behind, it would refuse the next node of this name (k3s docs, "Node Registration").
k3s kubectl delete secret "$NODE.node-password.k3s" --namespace=kube-system --ignore-not-found
printf '%s has left\n' "$NODE"

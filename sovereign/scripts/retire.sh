#!/bin/sh
# Lets the control plane NODE leave while its server of another generation still stands: drained, and out
# of the API and of etcd (k3s removes the member with the Node). Run over SSH on the control plane that the
# program talks to, before the server of NODE is replaced. It waits for the API and for OTHERS, all other
# planned control planes: so they go one at a time. A host at ADDRESS that shows HOST_KEY is of the planned
# generation: it stays.
# stdin: NODE ADDRESS SSH_PORT HOST_KEY OTHERS NODES CLUSTER PROTECT (yes, or empty) LIMIT_S
set -eu
eval "$(cat)"

host=$(uname -n)
library=/usr/local/lib/sovereign
deadline=$(($(date +%s) + LIMIT_S))

survey() { # a line "NAME READY" for each node
    k3s kubectl get nodes --request-timeout=10s --output=jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'
}

until surveyed=$(survey 2>/dev/null); do
    if [ "$(date +%s)" -ge "$deadline" ]; then
        exec "$library/diagnose.sh" "$host: the API does not answer, so $NODE cannot leave and its server is not replaced." >&2
    fi
    sleep 5
done
ready=$(printf '%s\n' "$surveyed" | sed -n "s/^$NODE //p")
if [ -z "$ready" ]; then
    printf '%s is no node of this cluster: nothing has to leave\n' "$NODE"
    exit
fi

shown=$(ssh-keyscan -T 10 -t ed25519 -p "$SSH_PORT" "$ADDRESS" 2>/dev/null | sed -n 's/^[^#]* \(ssh-ed25519 [^ ]*\).*$/\1/p' | head -n 1)
if [ "$shown" = "$HOST_KEY" ]; then
    printf '%s is of the planned generation: it stays\n' "$NODE"
    exit
fi
if [ -z "$shown" ] && [ "$ready" != True ]; then
    printf '%s does not answer: its server is replaced as it is, and the cloud controller removes the node\n' "$NODE"
    exit
fi
if [ -z "$shown" ]; then
    printf '%s is Ready, but shows no SSH host key at %s, port %s, so nobody knows of which generation it is; see that its sshd answers, then run "pulumi up" again.\n' "$NODE" "$ADDRESS" "$SSH_PORT" >&2
    exit 1
fi
if [ -n "$PROTECT" ]; then
    printf '%s: its generation was raised, and protect keeps its server; set protect: false, run "pulumi up", then raise it.\n' "$NODE" >&2
    exit 1
fi
leaving=$(printf '%s\n' "$surveyed" | while read -r name _; do
    case " $NODES " in
    *" $name "*) ;;
    *) case $name in "$CLUSTER"-*) printf '%s ' "$name" ;; esac ;;
    esac
done)
if [ -n "$leaving" ]; then
    printf '%s would be replaced in the same "pulumi up" that removes %s: remove nodes first, and raise a generation of the control plane in the next one.\n' "$NODE" "${leaving% }" >&2
    exit 1
fi

missing() { # the other control planes that are not Ready
    for name in $OTHERS; do
        printf '%s\n' "$surveyed" | grep -qx "$name True" || printf '%s ' "$name"
    done
}

while surveyed=$(survey 2>/dev/null) || surveyed=; [ -n "$(missing)" ]; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
        exec "$library/diagnose.sh" "$NODE stays, for without $(missing)the datastore would lose its quorum; see why they are not Ready above, then run the same command again." >&2
    fi
    sleep 5
done

if printf '%s\n' "$surveyed" | grep -qx "$NODE True"; then
    k3s kubectl drain "$NODE" --ignore-daemonsets --delete-emptydir-data --force --timeout="${LIMIT_S}s" ||
        exec "$library/diagnose.sh" "$NODE is cordoned, but not drained after $LIMIT_S s; make room for the pods that kubectl names above (or relax their PodDisruptionBudget), then run the same command again; \"kubectl uncordon $NODE\" takes it back." >&2
fi
k3s kubectl delete node "$NODE" --ignore-not-found --timeout="${LIMIT_S}s"
# Left behind, it would refuse the next node of this name (k3s docs, "Node Registration").
k3s kubectl delete secret "$NODE.node-password.k3s" --namespace=kube-system --ignore-not-found
printf '%s has left\n' "$NODE"

#!/bin/sh
# Waits until every node and every component of the plan is ready, and prints a line for each of them.
# Control planes that the plan no longer names then leave, one at a time, while their servers still stand:
# the servers are deleted after this gate, and a datastore whose members just vanish has no quorum.
# Run over SSH on a planned control plane.
# stdin: NODES COMPONENTS (kind/namespace/name) CLUSTER PROTECT (yes, or empty) LIMIT_S
set -eu
eval "$(cat)"

library=/usr/local/lib/sovereign

# Ready counts once the taints of the bring-up are gone too: until then only few pods may start there.
survey_nodes() {
    reported=$(k3s kubectl get nodes --request-timeout=10s --output=jsonpath='{range .items[*]}{.metadata.name}|{.status.conditions[?(@.type=="Ready")].status}|{.status.addresses[?(@.type=="InternalIP")].address}|{range .spec.taints[*]}{.key}:{.effect} {end}|{.status.conditions[?(@.type=="Ready")].reason}|{.status.conditions[?(@.type=="Ready")].message}{"\n"}{end}') || return
    printf '%s\n' "$reported" | awk -F'|' -v planned="$NODES" '
        { ready[$1] = $2; address[$1] = $3; taints[$1] = $4; reason[$1] = $5 ": " $6 }
        END {
            count = split(planned, names, " ")
            for (i = 1; i <= count; i++) {
                name = names[i]
                if (!(name in ready))
                    print "waiting  node  " name "  has not joined: its server may be gone or not attached to the network; run \"pulumi up --refresh\"" (name ~ /-control-plane-[0-9]+$/ ? "; one that was taken out before comes back with a raised generation" : "")
                else if (address[name] == "")
                    print "waiting  node  " name "  has no private address: its server is not attached to the network; run \"pulumi up --refresh\""
                else if (ready[name] != "True")
                    print "waiting  node  " name "  " address[name] " NotReady (" reason[name] "), taints: " taints[name]
                else if (taints[name] ~ /node\.cloudprovider\.kubernetes\.io\/uninitialized|node\.cilium\.io\/agent-not-ready/)
                    print "waiting  node  " name "  " address[name] " Ready, but tainted: " taints[name]
                else
                    print "ready    node  " name "  " address[name]
            }
        }'
}

# A component is ready when all of its pods are, and none of them is from before the last change.
survey_components() {
    workloads=$(k3s kubectl get daemonsets,deployments,statefulsets --all-namespaces --request-timeout=10s --output=jsonpath='{range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}|{.status.desiredNumberScheduled}{.spec.replicas}|{.status.numberReady}{.status.readyReplicas}|{.status.updatedNumberScheduled}{.status.updatedReplicas}|{.metadata.generation}|{.status.observedGeneration}{"\n"}{end}') || return
    printf '%s\n' "$workloads" | awk -F'|' -v planned="$COMPONENTS" '
        {
            name = $1
            sub(/^[^\/]*/, tolower(substr(name, 1, index(name, "/") - 1)), name)
            known[name]; desired[name] = $2 + 0; ready[name] = $3 + 0; updated[name] = $4 + 0; observed[name] = ($5 == $6)
        }
        END {
            count = split(planned, names, " ")
            for (i = 1; i <= count; i++) {
                name = names[i]
                figures = ready[name] "/" desired[name]
                if (!(name in known))
                    print "waiting  component  " name "  does not exist"
                else if (!observed[name] || updated[name] < desired[name])
                    print "waiting  component  " name "  " figures ", its last change is still rolling out"
                else if (desired[name] == 0 || ready[name] < desired[name])
                    print "waiting  component  " name "  " figures
                else
                    print "ready    component  " name "  " figures
            }
        }'
}

waiting() {
    printf '%s\n' "$table" | grep '^waiting'
}

settle() {
    deadline=$(($(date +%s) + LIMIT_S))
    while
        table=$({ survey_nodes && survey_components; } 2>/dev/null) || table="waiting  the API of $(uname -n) does not answer"
        waiting >/dev/null
    do
        if [ "$(date +%s)" -ge "$deadline" ]; then
            printf '%s\n' "$table"
            exec "$library/diagnose.sh" "After $LIMIT_S s not everything is ready:
$(waiting)" >&2
        fi
        sleep 5
    done
}

unplanned() { # of this Sovereign: lines "NAME READY", those that are not Ready first
    found=$(k3s kubectl get nodes --request-timeout=30s --output=jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}') || return
    printf '%s\n' "$found" | awk -v planned=" $NODES " -v prefix="$CLUSTER-" '
        index($1, prefix) != 1 || index(planned, " " $1 " ") { next }
        $2 == "True" { last = last $0 "\n"; next }
        { print }
        END { printf "%s", last }'
}

leave() { # NAME READY
    if [ "$2" = True ]; then
        k3s kubectl drain "$1" --ignore-daemonsets --delete-emptydir-data --force --timeout="${LIMIT_S}s" </dev/null ||
            exec "$library/diagnose.sh" "$1 is cordoned, but not drained after $LIMIT_S s; make room for the pods that kubectl names above (or relax their PodDisruptionBudget), then run the same command again; \"kubectl uncordon $1\" takes it back." >&2
    fi
    k3s kubectl delete node "$1" --ignore-not-found --timeout="${LIMIT_S}s" </dev/null
    k3s kubectl delete secret "$1.node-password.k3s" --namespace=kube-system --ignore-not-found </dev/null
    printf '%s has left\n' "$1"
}

settle
leaving=$(unplanned)
servers=$(printf '%s\n' "$leaving" | grep -E "^$CLUSTER-control-plane-[0-9]+ " || true)
if [ -n "$servers" ]; then
    others=$(printf '%s\n' "$leaving" | grep -Ev "^$CLUSTER-control-plane-[0-9]+ " | cut -d ' ' -f 1 || true)
    if [ -n "$PROTECT" ]; then
        printf '%s: no longer planned, and protect keeps its server; set protect: false, run "pulumi up", then remove its id.\n' "$(printf '%s\n' "$servers" | cut -d ' ' -f 1 | sed -n '1p')" >&2
        exit 1
    fi
    if [ -n "$others" ]; then
        printf '%s: a worker and a control plane do not leave in the same "pulumi up": write one of them back, and remove it in the next one.\n' "$(printf '%s\n' "$others" | sed -n '1p')" >&2
        exit 1
    fi
    printf '%s\n' "$servers" | while read -r name ready; do
        leave "$name" "$ready"
        settle
    done
    settle
fi
printf '%s\n' "$table"

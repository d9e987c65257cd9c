#!/bin/sh
# Waits until every node and every component of the plan is ready, and prints a line for each of them.
# Run over SSH on a control plane. stdin: NODES COMPONENTS (kind/namespace/name) LIMIT_S
set -eu
eval "$(cat)"

deadline=$(($(date +%s) + LIMIT_S))

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
                    print "waiting  node  " name "  has not joined: its server may be gone or not attached to the network; run \"pulumi up --refresh\""
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

while
    table=$({ survey_nodes && survey_components; } 2>/dev/null) || table="waiting  the API of $(uname -n) does not answer"
    waiting >/dev/null
do
    if [ "$(date +%s)" -ge "$deadline" ]; then
        printf '%s\n' "$table"
        exec /usr/local/lib/sovereign/diagnose.sh "After $LIMIT_S s not everything is ready:
$(waiting)" >&2
    fi
    sleep 5
done
printf '%s\n' "$table"

#!/bin/sh
# Says why this host or its cluster is not ready, without a secret: cloud-init, the end of the k3s
# journal, and on a server the nodes, the pods that wait, and Cilium's errors on nodes NotReady.
# Argument: the sentence to end with (and exit 1). Every part is tried, so a failing one is passed over.
set -u

on_this_host() {
    echo "== cloud-init on $(uname -n)"
    cloud-init status --long
    tail -n 15 /var/log/cloud-init-output.log

    echo "== k3s on $(uname -n)"
    journal=$(journalctl --unit=k3s --unit=k3s-agent --lines=1000 --output=cat --no-pager)
    printf '%s\n' "$journal" | tail -n 20
    echo "-- its last errors"
    printf '%s\n' "$journal" | grep -E 'level=(error|fatal)' | tail -n 5
}

in_the_cluster() {
    echo "== nodes"
    k3s kubectl get nodes --request-timeout=10s --output=jsonpath='{range .items[*]}{.metadata.name}: Ready={.status.conditions[?(@.type=="Ready")].status} address={.status.addresses[?(@.type=="InternalIP")].address} taints={range .spec.taints[*]}{.key}={.value}:{.effect} {end}{"\n"}{end}'

    echo "== pods that wait"
    k3s kubectl get pods --all-namespaces --request-timeout=10s --output=jsonpath='{range .items[*]}{.metadata.namespace}/{.metadata.name}|{.status.phase}|{.status.initContainerStatuses[*].state.waiting.reason} {.status.containerStatuses[*].state.waiting.reason}|{.status.conditions[?(@.type=="PodScheduled")].message}{"\n"}{end}' |
        awk -F'|' '$2 == "Pending" || $3 ~ /[^ ]/ { print $1 ": " $2, $3, $4 }' | head -n 20

    k3s kubectl get nodes --request-timeout=10s --output=jsonpath='{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
        sed -n '/=True$/!s/=.*//p' | head -n 5 |
        while read -r node; do
            echo "== $node"
            k3s kubectl get node "$node" --request-timeout=10s --output=jsonpath='{range .status.conditions[*]}{.type}={.status} {.reason}: {.message}{"\n"}{end}'
            cilium_errors "$node"
        done
}

cilium_errors() { # NODE; its init containers and the runs before the last restart included
    k3s kubectl get pods --namespace=kube-system --selector=k8s-app=cilium --field-selector="spec.nodeName=$1" --request-timeout=10s --output=name |
        while read -r pod; do
            for run in --previous=true --previous=false; do
                k3s kubectl logs --namespace=kube-system "$pod" --all-containers --ignore-errors "$run" --tail=200 --request-timeout=10s
            done | grep -E 'connect:|refused|level=(error|fatal)' | tail -n 5
        done
}

# Takes out the tokens of this host, whatever holds them, and all that looks like one.
scrub() {
    awk -v config=/etc/rancher/k3s/config.yaml '
        BEGIN {
            while ((getline line < config) > 0)
                if (line ~ /^(agent-)?token: /) {
                    sub(/^[^ ]* /, "", line)
                    gsub(/^\047|\047$/, "", line)
                    gsub(/\047\047/, "\047", line)
                    if (length(line) > 7) tokens[line]
                }
        }
        {
            for (token in tokens)
                while (at = index($0, token))
                    $0 = substr($0, 1, at - 1) "[scrubbed]" substr($0, at + length(token))
            print
        }' |
        sed -E -e '/-----BEGIN [A-Z ]*PRIVATE KEY-----/,/-----END/d' \
            -e "s/K10[^[:space:]\"']+/[scrubbed]/g" \
            -e "s/((token|passwo?r?d)[\"']?[[:space:]]*[:=][[:space:]]*)[^[:space:],]+/\1[scrubbed]/Ig" \
            -e 's/((--token|bearer)[[:space:]]+)[^[:space:]]+/\1[scrubbed]/Ig'
}

findings=$({
    on_this_host
    if [ -s /etc/rancher/k3s/k3s.yaml ]; then in_the_cluster; fi
} 2>&1 | scrub)
printf '%s\n' "$findings"

echo "== connections that failed"
printf '%s\n' "$findings" | grep -oE 'dial tcp [^ ]+: connect: [a-z ]+' | sort | uniq -c

if [ $# -gt 0 ]; then
    printf '%s\n' "$1" | scrub
    exit 1
fi

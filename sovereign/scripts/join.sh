#!/bin/sh
# Makes this host a k3s server or agent, or brings it to another version or configuration. Run over
# SSH, as often as one likes: k3s is restarted only when its binary, configuration or unit differ from
# what it was started from, or when it does not run.
# stdin: ROLE K3S_VERSION BINARY_URL BINARY_SHA256|- CHECKSUM_URL|- CONFIG SERVER_URL TOKEN AGENT_TOKEN LIMIT_S
# and for a server without SERVER_URL: PEERS, the private addresses of all other planned servers, and
# WORKERS, those of some planned workers
set -eu
eval "$(cat)"
umask 077

host=$(uname -n)
library=/usr/local/lib/sovereign
binary=/usr/local/bin/k3s
config_file=/etc/rancher/k3s/config.yaml
started_from=/var/lib/sovereign/join.sha256
runcmd=/var/lib/cloud/instance/scripts/runcmd
deadline=$(($(date +%s) + LIMIT_S))

case $ROLE in
server) unit=k3s ;;
agent) unit=k3s-agent ;;
*)
    printf '%s: ROLE is "%s", but must be server or agent.\n' "$host" "$ROLE" >&2
    exit 1
    ;;
esac

# cloud-init prepares the host. Of its steps only the commands (private address, download) can be
# cured from outside: "pulumi up --refresh" attaches a network, so they get a second chance here.
only_commands_failed() {
    failures=$(sed -n '/"errors": \[/,/\]/s/^ *"\(.*\)",\{0,1\}$/\1/p' /run/cloud-init/result.json)
    [ -n "$failures" ] && ! printf '%s\n' "$failures" | grep -qv "^('scripts.user',"
}

code=0
timeout "$LIMIT_S" cloud-init status --wait >/dev/null || code=$?
if [ ! -x "$library/diagnose.sh" ]; then
    printf '%s: cloud-init ended with %s and left no %s, so the server did not boot from the user_data of this program; replace it by raising its generation.\n' "$host" "$code" "$library" >&2
    exit 1
fi
case $code in
0 | 2 | 127) ;; # 2: done, with warnings (cloud-init 23.4 and later); 127: another program booted this host
124) exec "$library/diagnose.sh" "$host: cloud-init still ran after $LIMIT_S s; see the step it waits in above." >&2 ;;
*)
    if ! { only_commands_failed && timeout "$LIMIT_S" "$runcmd"; }; then
        exec "$library/diagnose.sh" "$host: cloud-init failed, so k3s is not started; the reason is above." >&2
    fi
    ;;
esac

answers() { # URL, whoever it is and whatever it says
    curl --insecure --silent --max-time 5 --output /dev/null "$1"
}

# A server that would create a cluster looks for one first and joins that: two of one name help nobody.
# With a datastore of its own it goes on from there, restored by "k3s server --cluster-reset" or not. It
# has one once etcd wrote its log, which is k3s' own rule: a first start that failed leaves other files.
creates=
datastore=/var/lib/rancher/k3s/server/db
if [ "$ROLE" = server ] && [ -f "$datastore/etcd/tombstone" ]; then
    # The cluster took this server out (k3s leaves this file), and the plan takes it in again: as a new member.
    systemctl stop "$unit" || true
    rm -f "$started_from"
    mv "$datastore" "$datastore.$(date +%s)"
fi
if [ "$ROLE" = server ] && [ -z "$SERVER_URL" ] && [ ! -d "$datastore/etcd/member/wal" ]; then
    creates=yes
    for peer in ${PEERS:-}; do
        if answers "https://$peer:6443/cacerts"; then
            creates=
            SERVER_URL=https://$peer:6443
            CONFIG=$(printf '%s\n' "$CONFIG" | sed '/^cluster-init:/d')
            printf '%s: a cluster runs at %s, so this server joins it\n' "$host" "$peer"
            break
        fi
    done
fi

# Options of k3s name files that come with user_data, which a running server never gets again.
missing=$(printf '%s\n' "$CONFIG" | sed -n -e 's/^ *- *[a-z-]*-file=//p' -e 's|^protect-kernel-defaults: true$|/etc/sysctl.d/90-kubelet.conf|p' | while read -r file; do
    if [ ! -f "$file" ]; then printf '%s ' "$file"; fi
done)
if [ -n "$missing" ]; then
    printf '%s: k3s would not start without %s, which this server never got; raise its generation, or leave hardening as it was.\n' "$host" "${missing% }" >&2
    exit 1
fi

# One Kubernetes minor at a time, never back (kubernetes.io "Version Skew Policy").
minor() {
    printf '%s' "$1" | sed -n 's/^.*v1\.\([0-9]*\)\..*$/\1/p'
}
installed=$([ ! -x "$binary" ] || "$binary" --version | head -n 1)
if [ -f "$started_from" ] && [ -n "$(minor "$installed")" ]; then
    step=$(($(minor "$K3S_VERSION") - $(minor "$installed")))
    if [ "$step" -lt 0 ] || [ "$step" -gt 1 ]; then
        printf '%s: %s runs here and %s is asked for; Kubernetes moves one minor at a time and never back.\n' "$host" "$installed" "$K3S_VERSION" >&2
        exit 1
    fi
fi

"$library/fetch-artifact.sh" "$BINARY_URL" "$binary" 0755 "$BINARY_SHA256" "$CHECKSUM_URL"
case $("$binary" --version) in
"k3s version $K3S_VERSION "*) ;;
*)
    printf '%s: %s is not k3s %s, which the plan asks for; correct its entry in sovereign/artifacts.yaml.\n' "$host" "$BINARY_URL" "$K3S_VERSION" >&2
    exit 1
    ;;
esac

setting() { # KEY VALUE, as a line of YAML
    printf "%s: '%s'\n" "$1" "$(printf '%s' "$2" | sed "s/'/''/g")"
}

mkdir -p /etc/rancher/k3s /var/lib/sovereign
{
    printf '%s\n' "$CONFIG"
    if [ -n "$SERVER_URL" ]; then setting server "$SERVER_URL"; fi
    setting token "$TOKEN"
    if [ "$ROLE" = server ]; then setting agent-token "$AGENT_TOKEN"; fi
} >"$config_file.new"
mv -f "$config_file.new" "$config_file"
if [ "$ROLE" = server ]; then
    # The audit log and the files beside it are for root only; cloud-init made their directory readable.
    install -d -m 0700 /var/lib/rancher/k3s/server /var/lib/rancher/k3s/server/logs
    # A server that was taken out of the cluster stays out: k3s would end, be started again, and join afresh.
    mkdir -p "/etc/systemd/system/$unit.service.d"
    printf '[Service]\nExecCondition=/usr/bin/test ! -e %s/etcd/tombstone\n' "$datastore" >"/etc/systemd/system/$unit.service.d/removed.conf"
fi

# Kubelets that answer while no control plane does are what is left of a cluster. An empty second one
# would not bring it back; a datastore restored into the configuration above does.
if [ -n "$creates" ]; then
    for worker in ${WORKERS:-}; do
        if answers "https://$worker:10250/healthz"; then
            printf '%s: the kubelet at %s belongs to a cluster whose control plane is gone, and this server does not create an empty one in its place; restore it from a snapshot (docs/operations.md, "The only control plane is lost"), or destroy the environment.\n' "$host" "$worker" >&2
            exit 1
        fi
    done
fi

invocation() {
    systemctl show --property=InvocationID --value "$unit"
}

# Whom to join, or to create the cluster, matters at the first start only.
starting_from=$({ cat "$binary" "/etc/systemd/system/$unit.service" && sed -e '/^server: /d' -e '/^cluster-init: /d' "$config_file"; } | sha256sum)
if [ -f "$started_from" ] && [ "$(cat "$started_from")" = "$starting_from" ] && systemctl is-active --quiet "$unit"; then
    printf '%s: %s %s is active (unchanged)\n' "$host" "$unit" "$K3S_VERSION"
    exit
fi

# Without --no-block the first failed start would end this, though systemd tries again (an agent may be
# earlier than its server). The state is then the old process's until the invocation changes.
before=$(invocation)
systemctl daemon-reload
systemctl enable --quiet "$unit"
systemctl restart --no-block "$unit"
until [ "$(systemctl is-active "$unit")" = active ] && [ "$(invocation)" != "$before" ]; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
        exec "$library/diagnose.sh" "$host: $unit is not active after $LIMIT_S s (systemd restarted it $(systemctl show --property=NRestarts --value "$unit") times); see its last errors above." >&2
    fi
    sleep 2
done
printf '%s\n' "$starting_from" >"$started_from"
printf '%s: %s %s is active (restarted)\n' "$host" "$unit" "$K3S_VERSION"

#!/bin/sh
# Starts etcd and kube-apiserver on a host of the lab, and ends once the API is ready. /etc/small holds the
# certificates, the administrator's token and its kubeconfig.
set -eu
cd /etc/small
mkdir -p /var/lib/small
setsid --fork /opt/lab/bin/etcd --data-dir=/var/lib/small/etcd --unsafe-no-fsync >etcd.log 2>&1 </dev/null
setsid --fork /opt/lab/bin/kube-apiserver --etcd-servers=http://127.0.0.1:2379 --authorization-mode=RBAC \
    --advertise-address=10.0.1.2 --service-cluster-ip-range=10.43.0.0/16 --token-auth-file=tokens.csv \
    --tls-cert-file=server.crt --tls-private-key-file=server.key --service-account-issuer=https://small \
    --service-account-key-file=server.key --service-account-signing-key-file=server.key >api.log 2>&1 </dev/null
attempts=0
until /opt/lab/bin/kubectl --kubeconfig=admin.yaml get --raw=/readyz >/dev/null 2>&1; do
    attempts=$((attempts + 1))
    [ "$attempts" -lt 150 ] || {
        tail -n 5 etcd.log api.log
        exit 1
    }
    sleep 0.2
done

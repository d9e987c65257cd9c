#!/bin/sh
# Waits until the API server of this control plane says that it is ready. stdin: LIMIT_S
set -eu
eval "$(cat)"

deadline=$(($(date +%s) + LIMIT_S))
until answer=$(k3s kubectl get --raw=/readyz --request-timeout=10s 2>&1) && [ "$answer" = ok ]; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
        exec /usr/local/lib/sovereign/diagnose.sh "$(uname -n): the API is not ready after $LIMIT_S s; it last answered: $answer" >&2
    fi
    sleep 2
done
printf '%s: the API is ready\n' "$(uname -n)"

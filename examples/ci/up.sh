#!/bin/sh
# Brings one environment up: is it orderable, what would it do to the real state, then do it, judged
# by every policy pack. Usage: examples/ci/up.sh STACK, from the program's directory, with the
# credentials of that environment. It stops at the first step that refuses; review.md is left behind.
set -eu
stack=$1

config() { # PACK: its configuration for this environment, else that of dev
	own="policies/$1/config.$stack.json"
	if [ -f "$own" ]; then echo "$own"; else echo "policies/$1/config.dev.json"; fi
}

.venv/bin/sovereign preflight --for-up --stack "$stack"
.venv/bin/sovereign review --live --stack "$stack" --output review.md

pulumi up --stack "$stack" --yes --non-interactive --parallel 10 \
	--policy-pack policies/network \
	--policy-pack-config "$(config network)" \
	--policy-pack policies/encryption \
	--policy-pack-config "$(config encryption)"

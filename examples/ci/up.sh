#!/bin/sh
# Brings one environment up: is it orderable, what would it do to the real state, then do it, judged
# by every policy pack. Usage: examples/ci/up.sh STACK, from the program's directory, with the
# credentials of that environment. It stops at the first step that refuses; review.md is left behind.
set -eu
stack=$1

.venv/bin/sovereign preflight --stack "$stack"
.venv/bin/sovereign review --live --stack "$stack" --output review.md

pulumi up --stack "$stack" --yes --non-interactive --parallel 10 \
	--policy-pack policies/network \
	--policy-pack-config "policies/network/config.$stack.json" \
	--policy-pack policies/encryption \
	--policy-pack-config "policies/encryption/config.$stack.json"

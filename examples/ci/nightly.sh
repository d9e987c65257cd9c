#!/bin/sh
# Drift and audit of one environment: does the cloud still look as the state says, and does the state
# still keep every rule? Usage: examples/ci/nightly.sh STACK. A Hetzner token that may only read is
# enough. Drift does not hide a broken rule: both are asked, the exit code is 1 if one of them fails.
set -eu
stack=$1
failed=0

config() { # PACK: its configuration for this environment, else that of dev
	own="policies/$1/config.$stack.json"
	if [ -f "$own" ]; then echo "$own"; else echo "policies/$1/config.dev.json"; fi
}

pulumi refresh --stack "$stack" --preview-only --expect-no-changes --run-program \
	--non-interactive --diff || failed=1

pulumi policy analyze --stack "$stack" --non-interactive \
	--policy-pack policies/network \
	--policy-pack-config "$(config network)" \
	--policy-pack policies/encryption \
	--policy-pack-config "$(config encryption)" || failed=1

exit "$failed"

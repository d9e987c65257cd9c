#!/bin/sh
# Drift and audit of one environment: does the cloud still look as the state says, and does the state
# still keep every rule? Usage: examples/ci/nightly.sh STACK. A Hetzner token that may only read is
# enough. Drift does not hide a broken rule: both are asked, the exit code is 1 if one of them fails.
set -eu
stack=$1
failed=0

pulumi refresh --stack "$stack" --preview-only --expect-no-changes --run-program \
	--non-interactive --diff || failed=1

pulumi policy analyze --stack "$stack" --non-interactive \
	--policy-pack policies/network \
	--policy-pack-config "policies/network/config.$stack.json" \
	--policy-pack policies/encryption \
	--policy-pack-config "policies/encryption/config.$stack.json" || failed=1

exit "$failed"

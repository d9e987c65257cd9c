#!/usr/bin/env bash
# Debian packages by name, where this is Debian and root asks; nothing that they bring is started.
# Without arguments: what `make lab` needs. Elsewhere the lab and the tests say what is missing.
set -euo pipefail
lab=(iproute2 util-linux mount nftables debootstrap debian-archive-keyring openssh-client ca-certificates)
wanted=("${@:-${lab[@]}}")

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	exit 0
fi
missing=()
for package in "${wanted[@]}"; do
	dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
if [ "${#missing[@]}" = 0 ]; then
	exit 0
fi
rule=/usr/sbin/policy-rc.d
if [ ! -e "$rule" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$rule" # installed, not started
	chmod +x "$rule"
	trap 'rm -f "$rule"' EXIT
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

#!/bin/sh
# Makes the root file system that all hosts of the lab share: Debian's smallest, and PACKAGES on top.
# Packages come from MIRROR and from Debian's security archive; signatures are checked by apt and debootstrap.
# Arguments: DIRECTORY SUITE MIRROR PACKAGES...
#
# `debootstrap --include` cannot resolve cloud-init's virtual dependencies, apt in the new root can.
set -eu
root=$1 suite=$2 mirror=$3
shift 3

debootstrap --variant=minbase --force-check-gpg \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$root" "$mirror"

# Nothing is started in a root that nobody has booted.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"
# Nobody reads them here, and a host that was never switched on has nothing to lose in a power cut.
cat >"$root/etc/dpkg/dpkg.cfg.d/lab" <<'DPKG'
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
DPKG
cat >"$root/etc/apt/sources.list" <<SOURCES
deb $mirror $suite main
deb $mirror-security $suite-security main
SOURCES
cp /etc/resolv.conf "$root/etc/resolv.conf"

in_root() {
    chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}

in_root apt-get update --quiet=2
in_root apt-get install --quiet=2 --yes --no-install-recommends "$@"
in_root apt-get clean

# Every host has its own host key and its own identity, and a resolver that answers nothing.
rm -rf "$root"/etc/ssh/ssh_host_* "$root"/var/lib/apt/lists/* "$root"/var/log/*.log
# Timers and file system checks have nothing to do on a host without a disk of its own.
rm -rf "$root"/etc/systemd/system/timers.target.wants "$root"/etc/systemd/system/*.wants/e2scrub*
: >"$root/etc/machine-id"
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$root/etc/resolv.conf"

#!/bin/sh
# One host of a test: run in new mount, PID, UTS and network namespaces, it lays its disk over Debian's
# root and then does nothing but be there.
# Arguments: DIRECTORY (of its disk) NAME ROOT TOOLS K3S
set -eu
directory=$1 name=$2 base=$3 tools=$4 k3s=$5

hostname "$name"
rm -rf "$directory/work"
mkdir -p "$directory/disk" "$directory/work" "$directory/root"
mount -t overlay overlay -o "volatile,lowerdir=$base,upperdir=$directory/disk,workdir=$directory/work" "$directory/root"
cd "$directory/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mkdir -p opt/lab/bin usr/local/bin
mount --bind "$tools" opt/lab/bin
cp "$k3s" usr/local/bin/k3s
chmod 0755 usr/local/bin/k3s
pivot_root . mnt
umount -l /mnt
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sleep infinity

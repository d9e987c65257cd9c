#!/bin/sh
# Boots one host: run in new mount, PID, UTS and IPC namespaces and in the host's network namespace, it
# builds the host's root over its disk and becomes its first process. All mounts are this namespace's own
# and end with it.
# Arguments: DIRECTORY (of the host: disk, work, root, the links base, layer and tools) NAME
set -eu
cd "$1"
name=$2

# /proc is still the machine's: by its number there the lab ends the host.
read -r number _ </proc/self/stat
printf '%s\n' "$number" >pid.new
mv -f pid.new pid

# The disk outlives this host's processes but not the machine, so nothing is gained by flushing it.
# What a killed host left in the work directory would refuse the next mount.
rm -rf work/work
mkdir -p root
# Relative paths: the options of overlayfs know no colon and no comma in a name.
mount -t overlay overlay -o volatile,lowerdir=layer:base,upperdir=disk,workdir=work root

mount -t proc -o nosuid,nodev,noexec proc root/proc
# The kernel's settings are the machine's; those below net are this host's own.
mount --bind root/proc/sys root/proc/sys
mount --bind root/proc/sys/net root/proc/sys/net
mount -o remount,bind,ro root/proc/sys
if [ -e root/proc/sysrq-trigger ]; then
    mount --bind root/proc/sysrq-trigger root/proc/sysrq-trigger
    mount -o remount,bind,ro root/proc/sysrq-trigger
fi
# Otherwise the machine's own command line would speak to the host's cloud-init.
mount --bind root/usr/local/lib/lab/cmdline root/proc/cmdline
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs root/sys

mount -t tmpfs -o nosuid,mode=0755 tmpfs root/dev
for device in null zero full random urandom tty net/tun; do
    mkdir -p "$(dirname "root/dev/$device")"
    : >"root/dev/$device"
    mount --bind "/dev/$device" "root/dev/$device"
done
mkdir root/dev/pts root/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts root/dev/pts
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs root/dev/shm
ln -s pts/ptmx root/dev/ptmx
ln -s /proc/self/fd root/dev/fd
ln -s /proc/self/fd/0 root/dev/stdin
ln -s /proc/self/fd/1 root/dev/stdout
ln -s /proc/self/fd/2 root/dev/stderr
: >root/dev/console
mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs root/run

mkdir -p root/opt/lab/bin
mount --bind tools root/opt/lab/bin
mount -o remount,bind,ro root/opt/lab/bin

printf '%s' "$name" >/proc/sys/kernel/hostname
cd root
pivot_root . .
umount -l .
cd /
# root of the host is root of this machine, but for what would reach past the host: its clock, its kernel
# log and modules, its devices.
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 container=lab \
    setpriv --bounding-set -sys_time,-sys_module,-sys_rawio,-sys_boot,-mknod,-syslog /usr/sbin/init

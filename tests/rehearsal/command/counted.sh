#!/bin/sh
# Runs a command in a network whose only way out is a device that leads nowhere, and says on stderr
# how many packets were sent there.
set -eu
ip link set lo up
ip link add out type veth peer name sink
for device in out sink; do
	sysctl -qw "net.ipv6.conf.$device.disable_ipv6=1" 2>/dev/null || true
	ip link set "$device" up
done
ip address add 198.18.0.1/30 dev out
ip route add default via 198.18.0.2 dev out onlink
ip neighbour add 198.18.0.2 lladdr 02:00:00:00:00:01 dev out
before=$(cat /sys/class/net/out/statistics/tx_packets 2>/dev/null || ip -s -o link show out | sed 's/.*TX:[^0-9]*[0-9]* *\([0-9]*\).*/\1/')
code=0
"$@" || code=$?
after=$(cat /sys/class/net/out/statistics/tx_packets 2>/dev/null || ip -s -o link show out | sed 's/.*TX:[^0-9]*[0-9]* *\([0-9]*\).*/\1/')
echo "packets that left: $((after - before))" >&2
exit "$code"

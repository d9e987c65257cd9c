#!/bin/sh
# Moves the clock, and with it what the test planned for later and the units that systemd was told to start.
: "${root:?}"
clock=$(($(cat "$root/clock") + $1))
echo "$clock" >"$root/clock"
cd "$root" || exit 64
if [ -f later ]; then
    while read -r due command; do
        [ "$clock" -lt "$due" ] || eval "$command"
    done <later
fi
for unit in systemd/*.starting; do
    [ -f "$unit" ] || continue
    unit=${unit%.starting}
    if [ -f "$unit.fails" ]; then
        echo $(($(cat "$unit.restarts" 2>/dev/null || echo 0) + 1)) >"$unit.restarts"
    else
        rm "$unit.starting"
        echo "started-at-$clock" >"$unit.active"
    fi
done

#!/bin/sh
# A service manager that, as systemd does, goes on showing the old process right after "restart --no-block".
: "${root:?}"
for unit in "$@"; do :; done
state=$root/systemd/$unit
case $* in
"daemon-reload") cat "$root"/etc/systemd/system/*.service >"$root/systemd/loaded" ;;
"is-enabled --quiet ssh.socket") [ -f "$state.enabled" ] ;;
"disable --now ssh.socket") rm "$state.enabled" ;;
"enable --quiet ssh.service") : >"$state.enabled" ;;
"cat ssh.service" | "cat sshd.service") [ -f "$state" ] || exit 1 ;;
"restart ssh.service" | "restart sshd.service") : >"$state.restarted" ;;
"enable --quiet $unit")
    [ -f "$root/etc/systemd/system/$unit.service" ] || exit 1
    : >"$state.enabled"
    ;;
"restart --no-block $unit")
    [ -f "$root/etc/systemd/system/$unit.service" ] || exit 5
    cat "$root/etc/rancher/k3s/config.yaml" >"$state.started-with" 2>/dev/null
    : >"$state.starting"
    if [ -f "$state.fails" ]; then rm -f "$state.active"; fi
    ;;
"stop $unit")
    [ -f "$root/etc/systemd/system/$unit.service" ] || exit 5
    rm -f "$state.active"
    ;;
"is-active $unit" | "is-active --quiet $unit")
    answer=inactive
    if [ -f "$state.starting" ]; then answer=activating; fi
    if [ -f "$state.active" ]; then answer=active; fi
    [ "$2" = --quiet ] || echo "$answer"
    [ "$answer" = active ] || exit 3
    ;;
"show --property=InvocationID --value $unit") cat "$state.active" 2>/dev/null || echo ;;
"show --property=NRestarts --value $unit") cat "$state.restarts" 2>/dev/null || echo 0 ;;
*) exit 64 ;;
esac

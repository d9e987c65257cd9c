#!/bin/sh
# Lets sshd listen on the port that its configuration names. Ubuntu starts sshd through a socket unit
# that keeps listening on 22: the service takes over. Run by cloud-init where the port is not 22.
set -eu
systemctl daemon-reload
if systemctl is-enabled --quiet ssh.socket; then
    systemctl disable --now ssh.socket
    systemctl enable --quiet ssh.service
fi
for unit in ssh sshd; do
    if systemctl cat "$unit.service" >/dev/null 2>&1; then
        systemctl restart "$unit.service"
        exit
    fi
done
printf '%s: there is no ssh or sshd service to restart; use an image that has one.\n' "$(uname -n)" >&2
exit 1

"""One service of the first process: how it starts, when it counts as active, what follows its end.

After systemd.service(5), for the types simple, exec, idle, notify and oneshot. There are no
cgroups: what a service leaves behind is found by its session (KillMode=control-group) or stays.
"""

import os
import signal
import uuid
from collections.abc import Callable, Sequence

from . import processes
from .loop import Loop
from .notify import NotifySocket
from .processes import ending, say
from .unit_file import START_LIMIT_S, Command, UnitFile

TYPES = ("simple", "exec", "idle", "notify", "oneshot")
STOP_LIMIT_S = 10.0
"""Then SIGKILL; systemd waits 90 s."""
RESTART_PAUSE_S = 0.1
Waiter = Callable[[bool], None]


class Service:
    """The living state of one unit. `active_state` and `sub_state` are systemd's words."""

    def __init__(self, unit: UnitFile, loop: Loop) -> None:
        self.unit = unit
        self.active_state = "inactive"
        self.sub_state = "dead"
        self.invocation = ""
        self.restarts = 0
        self.main_pid = 0
        self.result = "success"
        self._session = 0
        self._loop = loop
        self._starters: list[Waiter] = []
        self._stoppers: list[Waiter] = []
        self._then_start = False
        self._notify: NotifySocket | None = None

    def start(self, waiter: Waiter | None = None, *, again: bool = False) -> None:
        """Start it where it is not active. `again` is the manager's own restart.

        The waiter hears whether it is active (a oneshot: has succeeded).
        """
        if waiter:
            self._starters.append(waiter)
        if self.active_state == "active":
            self._tell(self._starters, True)
        elif self.active_state == "deactivating":
            self._then_start = True
        elif self.active_state != "activating" or self.sub_state == "auto-restart":
            self.restarts = self.restarts + 1 if again else 0
            self._begin()

    def stop(self, waiter: Waiter | None = None) -> None:
        """End it; the waiter hears True when it has ended."""
        if waiter:
            self._stoppers.append(waiter)
        self._then_start = False
        if self.active_state == "deactivating":
            return
        if not self.main_pid:
            self._state("inactive", "dead")
            self._tell(self._starters, False)
            self._tell(self._stoppers, True)
            return
        self._state("deactivating", "stop-sigterm")
        self._kill(signal.SIGTERM)
        pid = self.main_pid

        def insist() -> None:
            if self.main_pid == pid:
                self._kill(signal.SIGKILL)

        self._loop.later(STOP_LIMIT_S, insist)

    def restart(self, waiter: Waiter | None = None) -> None:
        """Stop, then start; a new invocation in any case."""
        self.stop()
        self.start(waiter)

    def reload(self, waiter: Waiter) -> None:
        """Run `ExecReload=`; the waiter hears whether all of it succeeded."""
        if self.active_state != "active":
            waiter(False)
            return
        commands = self.unit.commands("ExecReload")
        self._run_all(commands, lambda: waiter(True), lambda: waiter(False))

    def _begin(self) -> None:
        self.invocation = uuid.uuid4().hex
        self._state("activating", "start-pre")
        kind = self.unit.one("Type", "simple")
        if not self.unit.commands("ExecStart") or kind not in TYPES:
            say(self.unit, f"cannot be started here (Type={kind}).")
            self._over("resources")
            return
        limit = self.unit.seconds("TimeoutStartSec", START_LIMIT_S)
        if limit is not None and kind != "oneshot":
            self._loop.later(limit, self._timed_out(self.invocation))
        fail = self._fail
        if kind == "oneshot":
            start = self.unit.commands("ExecStart")
            self._run_all([*self.unit.commands("ExecStartPre"), *start], self._done, fail)
        else:
            before = self.unit.commands("ExecStartPre")
            self._run_all(
                self.unit.commands("ExecCondition"),
                lambda: self._run_all(before, self._main, fail),
                lambda: self._over("exec-condition"),
            )

    def _main(self) -> None:
        notifies = self.unit.one("Type") == "notify"
        if notifies:
            self._notify = NotifySocket(self.unit.name, self._loop, self._ready)
        pid = self._spawn(self.unit.commands("ExecStart")[0])
        if pid is None:
            self._stop_listening()
            self._over("exit-code")
            return
        self.main_pid = self._session = pid
        self._loop.on_exit(pid, self._exited)
        if notifies:
            self._state("activating", "start")
        else:
            self._active("running")

    def _ready(self) -> None:
        if self.sub_state == "start":
            self._active("running")

    def _done(self) -> None:
        """The last command of a oneshot has succeeded."""
        if self.unit.one("RemainAfterExit") in ("yes", "true", "1"):
            self._active("exited")
        else:
            self._state("inactive", "dead")
            self._tell(self._starters, True)

    def _fail(self) -> None:
        self._over("exit-code")

    def _exited(self, status: int) -> None:
        self.main_pid = 0
        self._stop_listening()
        if self.unit.one("KillMode", "control-group") != "process":
            processes.kill_session(self._session, signal.SIGKILL)
        if self.active_state == "deactivating":
            self._state("inactive", "dead")
            self._tell(self._stoppers, True)
            if self._then_start:
                self._then_start = False
                self.start()
            return
        words, clean = ending(status)
        say(self.unit, f"Main process exited, {words}")
        self._over("success" if clean else "exit-code", os.waitstatus_to_exitcode(status))

    def _over(self, result: str, code: int = 0) -> None:
        """What follows when it ended without being asked to."""
        self.result = result
        clean = result == "success"
        policy = self.unit.one("Restart", "no")
        again = policy == "always" or policy == ("on-success" if clean else "on-failure")
        prevented = str(code) in self.unit.words("RestartPreventExitStatus")
        skipped = result == "exec-condition"
        if result == "resources" or skipped or prevented or not again:
            inactive = clean or skipped
            self._state(*(("inactive", "dead") if inactive else ("failed", "failed")))
            self._tell(self._starters, False)
            return
        self._state("activating", "auto-restart")
        self._tell(self._starters, False)
        invocation = self.invocation

        def start_again() -> None:
            if self.sub_state == "auto-restart" and self.invocation == invocation:
                say(self.unit, f"Scheduled restart job, restart counter is at {self.restarts + 1}.")
                self.start(again=True)

        self._loop.later(self.unit.seconds("RestartSec", RESTART_PAUSE_S) or 0, start_again)

    def _run_all(
        self, commands: Sequence[Command], done: Callable[[], None], failed: Callable[[], None]
    ) -> None:
        """One after the other; a failure ends it unless the line begins with `-`."""
        if not commands:
            done()
            return
        first, rest = commands[0], commands[1:]
        invocation = self.invocation

        def ended(status: int) -> None:
            if self.invocation != invocation or self.active_state == "inactive":
                return
            if status == 0 or first.may_fail:
                self._run_all(rest, done, failed)
                return
            say(self.unit, f"{first.words[0]} exited, {ending(status)[0]}")
            failed()

        pid = self._spawn(first)
        if pid is not None:
            self._loop.on_exit(pid, ended)
        elif first.may_fail:
            self._run_all(rest, done, failed)
        else:
            failed()

    def _spawn(self, command: Command) -> int | None:
        extra = {"INVOCATION_ID": self.invocation, "MAINPID": str(self.main_pid)}
        if self._notify is not None:
            extra["NOTIFY_SOCKET"] = self._notify.address
        return processes.spawn(self.unit, command, extra)

    def _stop_listening(self) -> None:
        if self._notify is not None:
            self._notify.close()
            self._notify = None

    def _timed_out(self, invocation: str) -> Callable[[], None]:
        def check() -> None:
            if self.invocation == invocation and self.sub_state == "start":
                say(self.unit, "start operation timed out. Terminating.")
                self._kill(signal.SIGKILL)

        return check

    def _kill(self, number: signal.Signals) -> None:
        if self.unit.one("KillMode", "control-group") == "process":
            processes.kill(self.main_pid, number)
        else:
            processes.kill_session(self._session, number)

    def _active(self, sub: str) -> None:
        self.result = "success"
        self._state("active", sub)
        self._tell(self._starters, True)

    def _state(self, active: str, sub: str) -> None:
        self.active_state, self.sub_state = active, sub

    def _tell(self, waiters: list[Waiter], well: bool) -> None:
        told = list(waiters)
        waiters.clear()
        for waiter in told:
            waiter(well)

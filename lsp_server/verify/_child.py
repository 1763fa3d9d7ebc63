"""The sandbox's inner half: leaves the network where it can, starts the command with limits, and ends what is left.

SIGTERM, or the end of its own parent, ends the command and everything it started. On Linux that holds for what left the
command's process group, too: a process whose parent has gone becomes a child of this one.

Run as `python -I _child.py LIMITS COMMAND ARG…` by `sandbox.run`. Standard library only: the interpreter may be any.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
WATCHED = (signal.SIGTERM, signal.SIGCHLD)
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def leave_network() -> bool:
    """Enter an empty network namespace with only a loopback; False where the system does not allow it."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            try:
                with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123
                    file.write(text)
            except OSError:
                pass  # the process then sees itself as "nobody"; its rights on files are unchanged
    elif libc.unshare(CLONE_NEWNET) != 0:
        return False
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            request = bytearray(struct.pack("16sH14x", b"lo", 0))
            fcntl.ioctl(sock, SIOCGIFFLAGS, request)
            (flags,) = struct.unpack_from("H", request, 16)
            fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))
    except OSError:
        pass  # tests that serve on the loopback then fail, which their own output says
    return True


def die_with_parent(number: int) -> None:
    """Let the kernel send a signal to this process when its parent is killed; one that leaves in order ends it itself."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))


def adopt_orphans() -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def limit(seconds: int, memory_bytes: int) -> None:
    """Bound processor time, data segment, file size and core dumps of this process and its children."""
    import resource

    for name, value in (
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_DATA", memory_bytes),
        ("RLIMIT_FSIZE", 256 << 20),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, name, None)
        if kind is not None and value >= 0:
            _, hard = resource.getrlimit(kind)
            bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (bound, bound))


def become(argv: list[str], limits: dict[str, int]) -> None:
    os.setpgid(0, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    limit(limits["cpu_seconds"], limits["memory_bytes"])
    os.nice(5)
    die_with_parent(signal.SIGKILL)
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        sys.stderr.write(f"cannot start {argv[0]}: {error.strerror}\n")
        sys.stderr.flush()
    finally:
        os._exit(127)


def watch(command: int) -> int:
    """Wait until SIGTERM or until no process is left, and return how the command ended.

    Its output is closed when the command ends, so that whoever reads it waits for the children that still write, and
    for no others.
    """
    status = 0
    while True:
        asked = signal.sigwait(WATCHED) == signal.SIGTERM
        try:
            while not asked:
                pid, how = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid == command:
                    status = how
                    quiet = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(quiet, 1)
                    os.dup2(quiet, 2)
            if asked:
                end_all(command)
                return status
        except ChildProcessError:
            return status


def end_all(command: int) -> None:
    """Kill the command's process group and every child, those it adopts meanwhile included, until none is left."""
    while True:
        for kill, pid in ((os.killpg, command), *((os.kill, child) for child in children())):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def children() -> list[int]:
    """Where the system does not tell them, none."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:  # noqa: PTH123
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def leave_as(status: int) -> None:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        limit(-1, -1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def main() -> None:
    limits = json.loads(sys.argv[1])
    isolated = leave_network()
    os.write(limits["status_fd"], b"1" if isolated else b"0")
    os.close(limits["status_fd"])
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # one that is ignored would not be waited for
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    adopt_orphans()
    die_with_parent(signal.SIGTERM)
    command = os.fork()
    if command == 0:
        become(sys.argv[2:], limits)
    leave_as(watch(command))


if __name__ == "__main__":
    main()

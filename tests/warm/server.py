"""Forks `mirra-mcp` from a process that has imported it: a start costs a tenth of a cold one.

Run as a program with the path of a Unix socket; it serves until its standard input ends.

A caller sends its standard streams and what a process is started with, and is told the process's
id and, when it ends, how. A caller that goes away takes its process along.
"""

import array
import atexit
import gc
import importlib
import io
import marshal
import os
import pkgutil
import selectors
import signal
import socket
import struct
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any, NoReturn

import mirra_mcp

WORD = struct.Struct("!q")
APART = ("mirra_mcp.__main__", "mirra_mcp.reach.preload", "mirra_mcp.testing")
"""What runs as a program, or inside others' programs."""


def main(path: str) -> None:
    """Import the product, then serve."""
    for each in pkgutil.walk_packages(mirra_mcp.__path__, "mirra_mcp."):
        if not each.name.startswith(APART):
            importlib.import_module(each.name)
    gc.collect()
    gc.freeze()
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    door.listen(64)
    os.write(1, b"ready")
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    callers: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        for source in (sys.stdin.fileno(), woken, door):
            selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj == sys.stdin.fileno():
                    return
                if key.fileobj == woken:
                    _drain(woken)
                    _reap(callers, selector)
                elif key.fileobj is door:
                    caller, _ = door.accept()
                    pid = _fork(caller)
                    callers[pid] = caller
                    selector.register(caller, selectors.EVENT_READ, pid)
                elif key.data in callers:  # it has nothing to say but that it is gone
                    selector.unregister(key.fileobj)
                    callers.pop(key.data).close()
                    os.kill(key.data, signal.SIGKILL)


def _drain(woken: int) -> None:
    with suppress(BlockingIOError):
        while os.read(woken, 1024):
            pass


def _reap(callers: dict[int, socket.socket], selector: selectors.BaseSelector) -> None:
    """Tell callers how their processes have ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        caller = callers.pop(pid, None)
        if caller is not None:
            selector.unregister(caller)
            with suppress(OSError):
                caller.sendall(WORD.pack(os.waitstatus_to_exitcode(status)))
            caller.close()


def _fork(caller: socket.socket) -> int:
    message, streams = _request(caller)
    pid = os.fork()
    if pid == 0:
        _become(message, streams)
    for each in streams:
        os.close(each)
    caller.sendall(WORD.pack(pid))
    return pid


def _request(caller: socket.socket) -> tuple[dict[str, Any], list[int]]:
    whole = caller.makefile("rb", buffering=0)
    data, streams, _, _ = socket.recv_fds(caller, WORD.size, 3)
    (length,) = WORD.unpack(data)
    text = b""
    while len(text) < length:
        text += whole.read(length - len(text)) or b""
    return marshal.loads(text), list(array.array("i", streams))


def _become(message: dict[str, Any], streams: list[int]) -> NoReturn:
    """Be the process that was asked for, to its end."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for each in (signal.SIGCHLD, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(3, 1024)
        os.chdir(message["folder"])
        os.environ.clear()
        os.environ.update(message["environ"])
        sys.argv = message["argv"]
        sys.stdin, sys.stdout, sys.stderr = (_stream(number) for number in range(3))
        from mirra_mcp.cli.app import main

        main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            threading._shutdown()  # type: ignore[attr-defined]  # as an interpreter does at its end
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _stream(number: int) -> io.TextIOWrapper:
    mode = "rb" if number == 0 else "wb"
    raw = open(number, mode, closefd=False)  # noqa: SIM115  it is open as long as the process
    is_error = number == 2
    return io.TextIOWrapper(
        raw,
        encoding="utf-8",
        errors="backslashreplace" if is_error else "strict",
        line_buffering=is_error or os.isatty(number),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

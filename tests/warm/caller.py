"""Stands in for `python -m mirra_mcp`: hands its streams to a warm server, and ends as that says.

Run with `python -I -S`, so that its own start costs next to nothing.
"""

import marshal
import os
import signal
import socket
import struct
import sys

WORD = struct.Struct("!q")
TOLD = (
    signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2
)  # fmt: skip


def main() -> None:
    """Have the process forked, pass on signals, and end as it does."""
    path, *arguments = sys.argv[1:]
    signal.pthread_sigmask(signal.SIG_BLOCK, TOLD)
    server = socket.socket(socket.AF_UNIX)
    server.connect(path)
    message = marshal.dumps(
        {
            "argv": ["mirra-mcp", *arguments],
            "environ": dict(os.environ),
            "folder": os.getcwd(),
        }
    )
    socket.send_fds(server, [WORD.pack(len(message))], [0, 1, 2])
    server.sendall(message)
    pid = _word(server)
    for number in (0, 1):  # whoever reads or writes them sees the process's end, not ours
        os.close(number)
    for number in TOLD:
        signal.signal(number, lambda got, _: os.kill(pid, got))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TOLD)
    code = _word(server)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _word(server: socket.socket) -> int:
    data = b""
    while len(data) < WORD.size:
        more = server.recv(WORD.size - len(data))
        if not more:
            os._exit(1)
        data += more
    (found,) = WORD.unpack(data)
    return int(found)


main()

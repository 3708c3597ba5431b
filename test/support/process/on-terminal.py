# Runs a command on a pseudo-terminal of 80 x 24 and goes through steps with it: on-terminal.py '[["expect", "text"], …]' COMMAND…
# expect TEXT: it appears behind what was expected before · send TEXT · signal NAME · resize COLUMNS ROWS
# raw, cooked: the mode of the terminal · stopped: the process has stopped · exit STATUS: it has ended
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

DEADLINE = time.monotonic() + 90
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    time.sleep(0.2)
    os.execvp(command[0], command)


def size(columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


size(80, 24)
seen, at, ended, stops = "", 0, None, 0


def poll():
    """Takes what was written and what became of the process."""
    global seen, ended, stops
    if time.monotonic() > DEADLINE:
        fail("deadline")
    if select.select([fd], [], [], 0.05)[0]:
        try:
            seen += os.read(fd, 65536).decode("utf8", "replace")
        except OSError:
            time.sleep(0.05)  # EIO: the other side is closed
    if ended is None:
        found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
        if found != 0 and os.WIFSTOPPED(status):
            stops += 1
        elif found != 0:
            ended = os.waitstatus_to_exitcode(status)


def fail(why):
    if ended is None:
        os.kill(pid, signal.SIGKILL)
    sys.exit(f"{why} at {step}; exit {ended}; behind the last match: {seen[at:]!r}")


def is_raw():
    return not termios.tcgetattr(fd)[3] & termios.ICANON


for step in steps:
    verb, *words = step
    if verb == "send":
        os.write(fd, words[0].encode())
    elif verb == "signal":
        os.kill(pid, getattr(signal, words[0]))
    elif verb == "resize":
        size(*words)
        os.kill(pid, signal.SIGWINCH)
    elif verb == "stopped":
        while stops == 0:
            if ended is not None:
                fail("ended")
            poll()
        stops -= 1
    elif verb == "expect":
        while (found := seen.find(words[0], at)) < 0:
            if ended is not None and not select.select([fd], [], [], 0.2)[0]:
                fail("ended")
            poll()
        at = found + len(words[0])
    elif verb in ("raw", "cooked"):
        while is_raw() != (verb == "raw"):
            poll()
    elif verb == "exit":
        while ended is None:
            poll()
        if ended != words[0]:
            fail("another exit status")

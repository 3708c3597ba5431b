# Runs a command on a pseudo-terminal of 80 x 24, as a job of a shell, and goes through steps with it: on-terminal.py '[["expect", "text"], …]' COMMAND…
# expect TEXT: it appears behind what was expected before · send TEXT · signal NAME · resize COLUMNS ROWS
# ["alone"] first: as `ssh -t host COMMAND` does, without a shell: the kernel stops no such process by SIGTSTP
# hangup: the terminal goes, as by closing its window
# raw, cooked: the mode of the terminal · stopped: the process has stopped · exit STATUS: it has ended
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

DEADLINE = time.monotonic() + 90
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
alone = steps[0] == ["alone"]
reports, report = os.pipe()
pid, fd = pty.fork()
if pid == 0:
    time.sleep(0.2)
    if alone:
        os.execvp(command[0], command)
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execvp(command[0], command)
    os.write(report, struct.pack("i", job))
    while True:
        status = os.waitpid(job, os.WUNTRACED)[1]
        os.write(report, struct.pack("i", status))
        if not os.WIFSTOPPED(status):
            signal.pause()  # the end of a session takes what is unread with it
shell = None if alone else pid
if not alone:
    pid = struct.unpack("i", os.read(reports, 4))[0]


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
        if alone:
            found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
        elif found := select.select([reports], [], [], 0)[0] != []:
            status = struct.unpack("i", os.read(reports, 4))[0]
        if found != 0 and os.WIFSTOPPED(status):
            stops += 1
        elif found != 0:
            ended = os.waitstatus_to_exitcode(status)


def end():
    if ended is None:
        os.kill(pid, signal.SIGKILL)
    if shell is not None:
        os.kill(shell, signal.SIGKILL)


def fail(why):
    end()
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
    elif verb == "hangup":
        os.close(fd)
        fd, held = os.pipe()
    elif verb == "stopped":
        while stops == 0:
            if ended is not None:
                fail("ended")
            poll()
        stops -= 1
    elif verb == "alone":
        pass
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
end()

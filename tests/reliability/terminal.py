"""Runs argv[3:] in a terminal of its own. Once it shows argv[2], presses Ctrl-C (argv[1] is "press") or
closes the terminal ("close"). Prints how it ended and what it showed, as JSON."""

import json
import os
import pty
import select
import sys

how, cue, *command = sys.argv[1:]
process, terminal = pty.fork()
if process == 0:
    os.execvp(command[0], command)
shown = b""
done = False
while not (done and how == "close"):
    select.select([terminal], [], [], 60)
    try:
        read = os.read(terminal, 65536)
    except OSError:  # the other end is closed
        break
    shown += read
    if not done and cue.encode() in shown:
        done = True
        if how == "press":
            os.write(terminal, b"\x03")
        else:
            os.close(terminal)
_, status = os.waitpid(process, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "shown": shown.decode(errors="replace")}))

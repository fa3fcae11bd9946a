"""Runs argv[3:] in a terminal of its own. Once what it shows matches argv[2], presses Ctrl-C (argv[1] is
"press") or closes the terminal ("close"). Prints how it ended and what it showed, as JSON. After two
minutes the command is killed, so that it ends with -9."""

import json
import os
import pty
import re
import select
import signal
import sys
import time

how, cue, *command = sys.argv[1:]
process, terminal = pty.fork()
if process == 0:
    os.execvp(command[0], command)
end = time.monotonic() + 120
shown = b""
done = False
while not (done and how == "close"):
    left = end - time.monotonic()
    if left < 0 or not select.select([terminal], [], [], left)[0]:
        os.kill(process, signal.SIGKILL)
        break
    try:
        read = os.read(terminal, 65536)
    except OSError:  # the other end is closed
        break
    shown += read
    if not done and re.search(cue.encode(), shown):
        done = True
        if how == "press":
            os.write(terminal, b"\x03")
        else:
            os.close(terminal)
_, status = os.waitpid(process, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "shown": shown.decode(errors="replace")}))

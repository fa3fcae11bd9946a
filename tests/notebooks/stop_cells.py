"""Runs the cells of argv[1], a JSON list of {"source", "stop"?}, in one kernel in folder argv[2].

Presses Jupyter's Stop as soon as a cell with "stop" shows what this regular expression finds. Prints a JSON list with the
messages of each cell; "died" instead of a cell's messages if the kernel is gone.
"""

import json
import re
import sys
import time
from queue import Empty

from jupyter_client import KernelManager

cells, folder = json.loads(sys.argv[1]), sys.argv[2]
manager = KernelManager(kernel_name="deno")
manager.start_kernel(cwd=folder)
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)


def messages_of(cell):
    request = client.execute(cell["source"])
    found, is_idle, end = [], False, time.time() + 120
    awaited = cell.get("stop")
    while time.time() < end:
        try:
            message = client.get_iopub_msg(timeout=0.3)
        except Empty:
            if is_idle:
                return found
            if not manager.is_alive():
                return "died"
            continue
        content = message["content"]
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "status":
            is_idle = content["execution_state"] == "idle"
        elif message["msg_type"] != "execute_input":
            found.append({"type": message["msg_type"], **content})
            if awaited is not None and re.search(awaited, json.dumps(content)):
                awaited = None
                manager.interrupt_kernel()
    raise TimeoutError(cell["source"])


results = []
try:
    for cell in cells:
        results.append(messages_of(cell))
        if results[-1] == "died":
            break
    print(json.dumps(results))
finally:  # a kernel that lives on would hold this program's output open
    client.stop_channels()
    manager.shutdown_kernel(now=True)

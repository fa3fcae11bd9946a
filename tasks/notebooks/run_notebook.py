"""Runs the notebook argv[1] from top to bottom in its own folder, writes it with outputs to argv[2]."""

import os
import signal
import sys
from queue import Empty

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError

# Seconds without a message after which a cell has said all it had to say.
QUIET = 0.2


class PatientClient(NotebookClient):
    """Reads on after each cell: the Deno kernel may report idle before it sends the cell's output."""

    async def async_execute_cell(self, cell, cell_index, *args, **options):
        cell = await super().async_execute_cell(cell, cell_index, *args, **options)
        while cell.cell_type == "code":
            try:
                # one cell runs at a time, and its own messages are read before the next begins
                message = await self.kc.get_iopub_msg(timeout=QUIET)
            except Empty:
                break
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                pass
        return cell


if hasattr(signal, "SIGHUP"):  # the task that started this ends it by SIGTERM, and the kernel too
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
notebook_path, result_path = sys.argv[1:]
notebook = nbformat.read(notebook_path, as_version=4)
folder = os.path.dirname(os.path.abspath(notebook_path))
client = PatientClient(
    notebook,
    kernel_name="deno",
    timeout=600,
    record_timing=False,
    resources={"metadata": {"path": folder}},
)
try:
    client.execute()
except CellExecutionError as error:
    sys.exit(str(error))
for cell in notebook.cells:
    if cell.cell_type == "code":
        # the progress of long work, which differs from run to run; results are no displays
        cell.outputs = [each for each in cell.outputs if each.output_type != "display_data"]
nbformat.write(notebook, result_path)

"""Opens JupyterLab; a closed terminal ends it as SIGTERM does, so that no kernel stays behind."""

import os
import runpy
import signal

if hasattr(signal, "SIGHUP"):  # Windows has none
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
runpy.run_module("jupyterlab", run_name="__main__", alter_sys=True)

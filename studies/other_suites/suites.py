"""Privacy figures of one other suite on the tables that other_suites.ts wrote.

    python suites.py SUITE FOLDER

SUITE is sdmetrics, syntheval or anonymeter; its versions are in requirements-SUITE.txt. FOLDER has
a folder for each number of training patients. Writes FOLDER/SUITE.json: one row for each figure,
number of patients and candidate, with its value or the reason why there is none. It is written after
each number of patients; those that it has are not run again.

Every call runs in a process of its own, which ends after LIMIT_SECONDS of processor time or when it
holds more than LIMIT_GIB of memory. What did not end for one candidate is not tried for the others
at the same size, nor at larger sizes; where the suite can take a sample of rows, that is tried
instead. All options are the suites' defaults, except those named below.
"""

import json
import multiprocessing
import os
import resource
import signal
import sys
import time
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Callable, Optional

import numpy as np
import pandas as pd

LIMIT_SECONDS = 40
LIMIT_GIB = 6
CANDIDATES = ["copies", "same_order", "independent", "other_patients"]
CONTEXT = multiprocessing.get_context("fork")


@dataclass
class Call:
    """A call of a suite: it gives the values of figures for tables and a candidate's table."""

    figures: list
    run: Callable
    sampled: Optional["Call"] = None  # the same with a sample of rows


class Tables:
    """The tables of one number of patients: a row per patient, whether the patient has each code."""

    def __init__(self, folder: Path):
        about = json.loads((folder / "about.json").read_text())
        self.known, self.secret = about["known"], about["secret"]
        names = ["training", "held_out", *CANDIDATES]
        self.of = {name: pd.read_csv(folder / f"{name}.csv").astype(bool) for name in names}
        self.training, self.held_out = self.of["training"], self.of["held_out"]


def sdmetrics_calls():
    """Scores from 0, the worst, to 1, the best."""
    from sdmetrics.single_table import NewRowSynthesis
    from sdmetrics.single_table.privacy import (
        DCRBaselineProtection,
        DCROverfittingProtection,
        DisclosureProtection,
    )

    # pairs of rows that are held in memory at once; distances do not depend on it
    DCRBaselineProtection.CHUNK_SIZE = DCROverfittingProtection.CHUNK_SIZE = 250

    def metadata(table):
        return {"columns": {code: {"sdtype": "boolean"} for code in table.columns}}

    def scored(found):
        return {"value": found, "score": found}

    def new_rows(name, **sample):
        return lambda tables, candidate: {
            name: scored(
                NewRowSynthesis.compute(tables.training, candidate, metadata(candidate), **sample)
            )
        }

    def overfitting(name, **sample):
        def run(tables, candidate):
            found = DCROverfittingProtection.compute_breakdown(
                tables.training, candidate, tables.held_out, metadata(candidate), None, **sample
            )
            nearer = found["synthetic_data_percentages"]["closer_to_training"]
            return {
                name: scored(found["score"]),
                f"{name}, closer_to_training": {"value": nearer, "score": found["score"]},
            }

        return run

    def overfitting_call(name, sampled=None, **sample):
        figures = [name, f"{name}, closer_to_training"]
        return Call(figures, overfitting(name, **sample), sampled)

    def baseline(tables, candidate):
        found = DCRBaselineProtection.compute(
            tables.training, candidate, metadata(candidate), None
        )
        return {"DCRBaselineProtection": scored(found)}

    def disclosure(tables, candidate):
        found = DisclosureProtection.compute(
            tables.training, candidate, tables.known, [tables.secret]
        )
        return {"DisclosureProtection": scored(found)}

    few = "NewRowSynthesis, 30 rows"
    return [
        Call(
            ["NewRowSynthesis"],
            new_rows("NewRowSynthesis"),
            Call([few], new_rows(few, synthetic_sample_size=30)),
        ),
        overfitting_call(
            "DCROverfittingProtection",
            overfitting_call("DCROverfittingProtection, 100 rows", num_rows_subsample=100),
        ),
        Call(["DCRBaselineProtection"], baseline),
        Call(["DisclosureProtection"], disclosure),
    ]


def syntheval_calls():
    """Scores are the suite's normalised values, from 0, the worst, to 1, the best."""
    from syntheval import SynthEval
    from syntheval.utils.configuration import AnalysisConfig

    figures = {
        "dcr": ["median_DCR"],
        "nndr": ["avg_nndr"],
        "hit_rate": ["hit_rate"],
        "eps_risk": ["eps_identif_risk", "priv_loss_eps"],
        "nnaa": ["priv_loss_nnaa"],
        "mia": ["mia_recall", "mia_precision"],
        "att_discl": ["att_discl_risk"],
    }

    def call(metric):
        def run(tables, candidate):
            training, held_out, records = (
                table.astype(int) for table in (tables.training, tables.held_out, candidate)
            )
            suite = SynthEval(
                training,
                held_out,
                cat_cols=list(training.columns),
                verbose=False,
                enable_plots=False,
                console="off",
            )
            target = AnalysisConfig(
                dataset=training, target_vars=tables.secret, sensitive_vars=[tables.secret]
            )
            found = suite.evaluate(records, analysis_target=target, **{metric: {}})
            return {
                row["metric"]: {"value": row["val"], "score": row["n_val"]}
                for _, row in found.iterrows()
                if row["metric"] in figures[metric]
            }

        return run

    return [Call(names, call(metric)) for metric, names in figures.items()]


def anonymeter_calls():
    """Risks with intervals: what an attack finds of training patients beyond what it does of others."""
    from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator

    def risked(evaluator, **how):
        evaluator.evaluate(**how)
        found = evaluator.risk()
        return {"value": found.value, "low": found.ci[0], "high": found.ci[1]}

    def attacks(tables):
        return min(500, len(tables.training))  # the default, 500, where there are as many

    def singling_out(mode):
        return lambda tables, candidate: {
            f"singling out, {mode}": risked(
                SinglingOutEvaluator(
                    tables.training,
                    candidate,
                    control=tables.held_out,
                    n_attacks=attacks(tables),
                    max_attempts=50_000,  # the default of 10 million takes hours with sparse codes
                    seed=0,
                ),
                mode=mode,
            )
        }

    def linkability(tables, candidate):
        codes = list(np.random.default_rng(0).permutation(candidate.columns))
        half = len(codes) // 2
        evaluator = LinkabilityEvaluator(
            tables.training,
            candidate,
            control=tables.held_out,
            aux_cols=(codes[:half], codes[half:]),
            n_attacks=attacks(tables),
        )
        return {"linkability": risked(evaluator, n_jobs=1)}

    def inference(tables, candidate):
        evaluator = InferenceEvaluator(
            tables.training,
            candidate,
            control=tables.held_out,
            aux_cols=[code for code in candidate.columns if code != tables.secret],
            secret=tables.secret,
            n_attacks=attacks(tables),
        )
        return {"inference": risked(evaluator, n_jobs=1)}

    # what numba compiles is compiled once, here, and not within the seconds of a figure
    few = pd.DataFrame({code: [True, False, True, False] for code in "abcd"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        LinkabilityEvaluator(few, few, (["a", "b"], ["c", "d"]), n_attacks=2).evaluate(n_jobs=1)
    modes = ["univariate", "multivariate"]
    return [
        *(Call([f"singling out, {mode}"], singling_out(mode)) for mode in modes),
        Call(["linkability"], linkability),
        Call(["inference"], inference),
    ]


def in_child(call, tables, candidate, pipe):
    """Runs a call with a limit of processor time and sends what it found, or what went wrong."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS + 5))
    np.random.seed(0)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = call(tables, candidate)
        notes = [str(each.message) for each in caught]
        if any("cannot be trusted" in note for note in notes):
            for figures in found.values():
                figures["note"] = "the suite warns that the attack is no better than guessing"
        pipe.send(found)
    except MemoryError:
        pipe.send("needs more memory than there is")
    except Exception as error:  # whatever a suite raises is a row of the table
        pipe.send(f"{type(error).__name__}: {error}".splitlines()[0][:200])


def resident_gib(pid):
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS 0")
    return int(line.split()[1]) / 2**20


def measured(call, tables, candidate):
    """What a call found, or the reason why nothing, and its seconds of processor time."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = CONTEXT.Process(target=in_child, args=(call, tables, candidate, sender))
    child.start()
    sender.close()
    reason = None
    while not receiver.poll(0.1) and child.is_alive():
        if resident_gib(child.pid) > LIMIT_GIB:
            reason = f"needs more than {LIMIT_GIB} GiB of memory"
            os.kill(child.pid, signal.SIGKILL)
            break
    try:
        found = receiver.recv() if reason is None else reason
    except EOFError:
        found = f"not finished in {LIMIT_SECONDS} s of processor time"
    child.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found, round(seconds, 2)


def is_unfinished(found):
    return isinstance(found, str) and found.startswith(("not finished", "needs more"))


def rows_of(call, suite, patients, tables, failed):
    """A row for each figure of a call and each candidate."""
    rows = []
    for candidate in CANDIDATES:
        name = call.figures[0]
        if name in failed:
            found, seconds = f"not tried: {failed[name]}", None
        else:
            found, seconds = measured(call.run, tables, tables.of[candidate])
            if is_unfinished(found):
                found = f"{found} with {patients} patients"
                failed[name] = found
        for figure in call.figures:
            row = {"suite": suite, "figure": figure, "patients": patients, "candidate": candidate}
            if isinstance(found, str):
                rows.append({**row, "reason": found})
            else:
                rows.append({**row, **found[figure], "seconds": seconds})
        print(time.strftime("%H:%M:%S"), patients, name, candidate, found, seconds, flush=True)
    return rows


def main(suite, folder):
    calls = {
        "sdmetrics": sdmetrics_calls,
        "syntheval": syntheval_calls,
        "anonymeter": anonymeter_calls,
    }[suite]()
    path = folder / f"{suite}.json"
    rows = json.loads(path.read_text())["rows"] if path.exists() else []
    failed = {row["figure"]: row["reason"] for row in rows if is_unfinished(row.get("reason"))}
    sizes = {int(path.name) for path in folder.iterdir() if path.name.isdigit()}
    for patients in sorted(sizes - {row["patients"] for row in rows}):
        tables = Tables(folder / str(patients))
        for call in calls:
            rows += rows_of(call, suite, patients, tables, failed)
            if call.figures[0] in failed and call.sampled is not None:
                rows += rows_of(call.sampled, suite, patients, tables, failed)
        text = json.dumps({"version": version(suite), "rows": rows}, indent=1)
        path.write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

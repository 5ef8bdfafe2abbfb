#!/usr/bin/env python3
"""Drain3 with its defaults on a file of bare messages; the twin of `mine_lines` (same batches, same clock, same output).

usage: drain3_lines.py FILE [--assignments OUT.csv] [--seconds-max 120]
Prints one JSON object: lines, seconds (CPU, of mining alone), rates (lines/s of every 32,768 lines), templates, stopped (the limit, by the wall clock, was reached).
"""
import argparse
import csv
import itertools
import json
import time

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

BATCH = 8192
PART = 32768


def mine(miner, file, seconds_max, keep_clusters):
    """Reading is not counted. Returns the object that is printed, and each line's cluster where that is asked for."""
    seconds, part_seconds, rates, clusters = 0.0, 0.0, [], []
    lines, deadline, stopped = 0, time.monotonic() + seconds_max, False
    while not stopped and (batch := [line.rstrip("\n") for line in itertools.islice(file, BATCH)]):
        start = time.process_time()
        ids = [miner.add_log_message(line)["cluster_id"] for line in batch]
        took = time.process_time() - start
        lines, seconds, part_seconds = lines + len(batch), seconds + took, part_seconds + took
        if keep_clusters:
            clusters += ids
        if lines % PART == 0:
            rates.append(PART / part_seconds)
            part_seconds = 0.0
        stopped = time.monotonic() > deadline
    return {"lines": lines, "seconds": seconds, "rates": rates, "templates": len(miner.drain.clusters), "stopped": stopped and file.readline() != ""}, clusters


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("file")
    ap.add_argument("--assignments")
    ap.add_argument("--seconds-max", type=float, default=120)
    a = ap.parse_args()
    miner = TemplateMiner(config=TemplateMinerConfig())  # given, so that no drain3.ini of the working directory is read
    with open(a.file, encoding="utf-8", newline="\n") as file:
        measured, clusters = mine(miner, file, a.seconds_max, bool(a.assignments))
    if a.assignments:
        texts = {cluster.cluster_id: cluster.get_template() for cluster in miner.drain.clusters}  # as they are at the end
        with open(a.assignments, "w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["LineId", "EventId", "EventTemplate"])
            rows.writerows((number, cluster, texts[cluster]) for number, cluster in enumerate(clusters, 1))
    print(json.dumps(measured))


if __name__ == "__main__":
    main()

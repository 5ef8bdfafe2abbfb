#!/usr/bin/env python3
"""The tests of this folder against one real server, which all of them share: each is a module with `run(server, program, folder)`, in this order. One may stop,
kill and start the server; it leaves a running one, and other names of templates, streams and indices than the next ones use.
Versions that are not `./check`'s run in `./check deep`. usage: run.py PRODUCT VERSION LOGLODE [MODULE…]
"""
import importlib
import os
import sys
import tempfile
import time

from server import SearchServer

MODULES = ["contract", "delivery", "receipt", "shapes", "kafka_to_search", "dashboards", "secure"]
ALWAYS = [("elasticsearch", "8")]


def main():
    product, version, program, *modules = sys.argv[1:]
    if (product, version) not in ALWAYS and not modules and not os.environ.get("LOGLODE_RANDOM_SEEDS"):
        print("skipped: only in ./check deep (LOGLODE_RANDOM_SEEDS=1)")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="loglode-search-") as folder:
        began = time.monotonic()
        server = SearchServer(os.path.join(folder, "server"), product, version).start()
        print(f"{product} {server.ask('GET', '/')['version']['number']}: ready after {time.monotonic() - began:.0f} s", flush=True)
        for name in modules or MODULES:
            began = time.monotonic()
            own = os.path.join(folder, name)
            os.makedirs(own)
            importlib.import_module(name).run(server, program, own)
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        server.stop()


if __name__ == "__main__":
    main()

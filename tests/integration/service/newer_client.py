#!/usr/bin/env python3
"""The tests of positions.py and recreated.py, and those of listeners.py for SCRAM, with a newer librdkafka than Debian's: as its members always were, and with the group protocol of KIP-848, where the broker
assigns partitions. Debian 12 has 2.0, Debian 13 has 2.8; the protocol is whole since 2.12. The library comes from a wheel of PyPI, which pip fetches once.

Only in ./check deep. usage: newer_client.py LOGLODE
"""
import glob
import os
import subprocess
import sys
import zipfile

from broker import skip

WHEEL = "confluent-kafka==2.16.1 --hash=sha256:24f613cc81a856b6fbb2d7d11044a9aa770044eecc1f83ff84618688b056be06"  # holds librdkafka 2.16.0, which needs nothing but the C library
HERE = os.path.dirname(os.path.abspath(__file__))


def folder_with_library():
    folder = os.path.join(os.environ.get("LOGLODE_TEST_CACHE") or os.path.expanduser("~/.cache"), "loglode-newer-librdkafka")
    link = os.path.join(folder, "librdkafka.so.1")
    if os.path.exists(link):
        return folder
    os.makedirs(folder, exist_ok=True)
    wanted = os.path.join(folder, "wanted.txt")
    with open(wanted, "w", encoding="ascii") as f:
        f.write(WHEEL + "\n")
    fetched = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", "3.11", "--platform",
                              "manylinux_2_28_x86_64", "--require-hashes", "--requirement", wanted, "--dest", folder],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if fetched.returncode != 0:
        skip(f"pip could not fetch a newer librdkafka: {fetched.stdout.strip()[-300:]}")
    with zipfile.ZipFile(glob.glob(os.path.join(folder, "*.whl"))[0]) as wheel:
        name = next(each for each in wheel.namelist() if "/librdkafka" in each and ".so" in each)
        wheel.extract(name, folder)
    os.symlink(name, link)
    return folder


def main():
    if not os.environ.get("LOGLODE_RANDOM_SEEDS"):
        print("skipped: only in ./check deep (LOGLODE_RANDOM_SEEDS=1)")
        sys.exit(77)
    program, folder = os.path.abspath(sys.argv[1]), folder_with_library()
    environment = {**os.environ, "LD_LIBRARY_PATH": folder}
    linked = subprocess.run(["ldd", program], env=environment, capture_output=True, text=True, check=True).stdout
    assert os.path.join(folder, "librdkafka.so.1") in linked, linked
    for test, protocol in (("listeners", "classic"), ("positions", "classic"), ("positions", "consumer"), ("recreated", "classic"), ("recreated", "consumer")):
        print(f"{test}, group.protocol {protocol}:", flush=True)
        ended = subprocess.run([sys.executable, os.path.join(HERE, test + ".py"), program], env={**environment, "LOGLODE_GROUP_PROTOCOL": protocol}, check=False)
        if ended.returncode != 0:
            sys.exit(ended.returncode)


if __name__ == "__main__":
    main()

"""A bounded pool of database connections.

Connections are retired after a while and replaced by a housekeeper, as most production pools do.
That is what makes the service suffer when the server has no connection left to give: it keeps
working on those it has, and loses them one by one.
"""

import collections
import contextlib
import random
import threading
import time

import psycopg2

from jsonlog import Logger

log = Logger("checkout.db.pool")


class PoolTimeout(Exception):
    pass


class Pool:
    def __init__(self, port, size=6, wait_ms=5000, lifetime_s=16.0):
        self._port = port
        self._size = size
        self._wait_ms = wait_ms
        self._lifetime_s = lifetime_s
        self._changed = threading.Condition()
        self._idle = collections.deque()
        self._open = 0
        self._waiting = 0
        self._short = False      # below its size because the server refused
        self._last_error = None
        threading.Thread(target=self._keep_house, name="pool-housekeeper", daemon=True).start()

    @contextlib.contextmanager
    def connection(self):
        handle = self._acquire()
        try:
            with handle.raw:  # commits, or rolls back when the body raises
                yield handle.raw
        finally:
            self._release(handle)

    def _acquire(self):
        start = time.monotonic()
        with self._changed:
            self._waiting += 1
            try:
                while not self._idle:
                    left = self._wait_ms / 1000 - (time.monotonic() - start)
                    if left <= 0:
                        raise PoolTimeout(f"no connection from pool after {self._wait_ms} ms") from self._last_error
                    self._changed.wait(left)
                return self._idle.popleft()
            finally:
                self._waiting -= 1

    def _release(self, handle):
        if handle.raw.closed or time.monotonic() > handle.retire_at:
            self._retire(handle)
            return
        with self._changed:
            self._idle.append(handle)
            self._changed.notify()

    def _retire(self, handle):
        handle.raw.close()
        with self._changed:
            self._open -= 1
        log.debug(f"connection {handle.pid} retired after {time.monotonic() - handle.opened_at:.1f} s")

    def _keep_house(self):
        report_at = time.monotonic() + 10
        retry_at = 0.0
        while True:
            now = time.monotonic()
            for handle in self._expired(now):
                self._retire(handle)
            while self._open < self._size and now >= retry_at:
                if not self._open_one():
                    retry_at = now + 0.75 + random.random() / 2
            if now >= report_at:
                report_at += 10
                self._report()
            time.sleep(0.1)

    def _expired(self, now):
        with self._changed:
            old = [handle for handle in self._idle if now > handle.retire_at]
            for handle in old:
                self._idle.remove(handle)
        return old

    def _open_one(self):
        start = time.monotonic()
        try:
            raw = psycopg2.connect(host="127.0.0.1", port=self._port, dbname="shop", user="checkout",
                                   application_name="checkout", connect_timeout=3)
        except psycopg2.OperationalError as error:
            self._short = True
            self._last_error = error
            log.warn(f"could not open a database connection: {str(error).strip()}",
                     pool_open=self._open, pool_size=self._size, waiting=self._waiting)
            return False
        handle = Handle(raw, self._lifetime_s)
        with self._changed:
            self._open += 1
            self._idle.append(handle)
            self._changed.notify()
        log.debug(f"connection {handle.pid} opened in {(time.monotonic() - start) * 1000:.1f} ms")
        if self._short and self._open == self._size:
            self._short = False
            self._last_error = None
            log.info(f"database pool is full again: {self._open} of {self._size} connections")
        return True

    def _report(self):
        with self._changed:
            idle, opened, waiting = len(self._idle), self._open, self._waiting
        log.info(f"pool statistics: {idle} idle, {opened - idle} in use, {waiting} waiting",
                 pool_open=opened, pool_size=self._size)


class Handle:
    def __init__(self, raw, lifetime_s):
        self.raw = raw
        self.pid = raw.info.backend_pid
        self.opened_at = time.monotonic()
        self.retire_at = self.opened_at + lifetime_s * random.uniform(0.7, 1.0)

#!/usr/bin/env python3
"""A topic that is deleted and created again under its name while `loglode run` reads it, in each state that reading can be in: every message of the
new one is read from its beginning, once, under ids that the old one did not have.

usage: recreated.py LOGLODE [STATE...]
"""
import os
import signal
import sys
import tempfile
import time

from broker import wait_for
from positions import Reader, lines
from slow_link import LIST_OFFSETS, broker_behind_link

READ = 10  # of the old one
COUNTS = {"fewer": 4, "as-many": READ, "more": 3 * READ}  # of the new one


class Case:
    """A reader of three topics, of which the new ones have fewer messages than were read of the old, as many, and more."""

    def __init__(self, program, folder, broker, link, name, start):
        self.broker, self.link, self.name = broker, link, name
        self.counts = {f"{name}-{relation}": count for relation, count in COUNTS.items()}
        for topic in self.counts:
            broker.create(topic, 1)
            broker.produce(topic, lines(f"old of {topic}", READ))
        self.reader = Reader(program, folder, broker, ", ".join(self.counts), group=name, start=start, address=f"127.0.0.1:{link.port}").start()
        if start == "earliest":
            self.reader.until_read(READ * len(self.counts))
        wait_for("positions", 60, lambda: broker.positions(name) == {(topic, 0): READ for topic in self.counts})

    def delete(self):
        for topic in self.counts:
            self.broker.delete(topic)

    def create(self):
        for topic in self.counts:
            self.broker.create(topic, 1)

    def produce(self):
        for topic, count in self.counts.items():
            self.broker.produce(topic, lines(f"new of {topic}", count))

    def all_three(self):
        self.delete()
        self.create()
        self.produce()

    def expected(self):
        """Of the new topics, as the broker has them."""
        found = []
        for topic, count in self.counts.items():
            messages = [payload for _, _, payload in self.broker.read(topic)]
            assert sorted(messages) == sorted(lines(f"new of {topic}", count)), f"the broker has {messages} in {topic}"
            found += messages
        return found

    def finish(self):
        expected = self.expected()
        try:
            wait_for("every message of the new topics", 90, lambda: set(expected) <= set(self.reader.messages()))
            time.sleep(1)
        except AssertionError:
            missing = sorted(set(expected) - set(self.reader.messages()))
            raise AssertionError(f"{self.name}: not read: {missing}\n{self.reader.told()}") from None
        self.reader.stopped()
        messages = [message for message in self.reader.messages() if message.startswith("new ")]
        assert sorted(messages) == sorted(expected), f"{self.name}: not once each: {sorted(messages)}\n{self.reader.told()}"
        ids = {(each["event.id"], each["message"]) for each in self.reader.records()}
        assert len({one for one, _ in ids}) == len(ids), f"{self.name}: one id names two records"
        told = self.reader.told()
        assert all(f"{topic}[0]: the topic was deleted and " in told or f"{topic}[0]: the position {READ} is behind the end" in told for topic in self.counts), told


def delete_until_told(case):
    case.delete()
    wait_for("words about all three", 60, lambda: all(f"{topic}: there is no such topic" in case.reader.told() for topic in case.counts))


def seen_to_be_gone(case):
    delete_until_told(case)
    case.create()
    time.sleep(1)
    case.produce()


def in_a_moment(case):
    case.all_three()


def filled_late(case):
    """It is read while it is empty."""
    case.delete()
    case.create()
    time.sleep(3)
    case.produce()


def filled_while_asked(case):
    """Its end is before the position when it is read, and behind it when the broker says where it is."""
    delete_until_told(case)
    case.link.kept_back = {LIST_OFFSETS}
    case.create()
    wait_for("a question that waits", 60, lambda: case.link.waiting > 0)
    time.sleep(1)
    case.produce()
    case.link.kept_back = set()


def stood_still(case):
    """By its signals, longer than a fetch waits at its broker and shorter than the session."""
    os.kill(case.reader.process.pid, signal.SIGSTOP)
    try:
        time.sleep(1)
        case.all_three()
        time.sleep(0.5)
    finally:
        os.kill(case.reader.process.pid, signal.SIGCONT)


def stood_still_for_long(case):
    """Longer than the session: the group has thrown it out."""
    os.kill(case.reader.process.pid, signal.SIGSTOP)
    try:
        case.all_three()
        time.sleep(9)
    finally:
        os.kill(case.reader.process.pid, signal.SIGCONT)


def stood_still_in_the_middle(case):
    """It sees that the topics are gone, and stands still while they are created and filled."""
    case.delete()
    time.sleep(0.3)
    os.kill(case.reader.process.pid, signal.SIGSTOP)
    try:
        case.create()
        case.produce()
        time.sleep(1)
    finally:
        os.kill(case.reader.process.pid, signal.SIGCONT)


def cut_off(case):
    """No connection, for less than the session."""
    case.link.set_closed(True)
    try:
        time.sleep(0.5)
        case.all_three()
        time.sleep(0.5)
    finally:
        case.link.set_closed(False)


def broker_stood_still(case):
    """Deleted and created in one go, as the broker sees it."""
    case.delete()
    os.kill(case.broker.process.pid, signal.SIGSTOP)
    time.sleep(2)
    os.kill(case.broker.process.pid, signal.SIGCONT)
    case.create()
    case.produce()


def broker_killed(case):
    """It comes back with the topics that there are now."""
    case.delete()
    case.broker.kill()
    time.sleep(1)
    case.broker.start()
    case.create()
    case.produce()


def stopped(case):
    case.reader.stopped()
    case.all_three()
    case.reader.start()


def nothing_read(case):
    """From the end of the old ones on: there is no message that it could know again, but the last one before its position."""
    time.sleep(2)  # to see that one
    case.all_three()


def nothing_read_and_stopped(case):
    time.sleep(2)
    stopped(case)


FROM_THE_END = (nothing_read, nothing_read_and_stopped)
STATES = (seen_to_be_gone, in_a_moment, filled_late, filled_while_asked, stood_still, stood_still_for_long, stood_still_in_the_middle, cut_off, broker_stood_still,
          broker_killed, stopped, *FROM_THE_END)


def main():
    program = os.path.abspath(sys.argv[1])
    chosen = [state for state in STATES if not sys.argv[2:] or state.__name__ in sys.argv[2:]]
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        broker, link = broker_behind_link(os.path.join(folder, "broker"))
        try:
            for state in chosen:
                began = time.monotonic()
                name = state.__name__.replace("_", "-")
                try:
                    case = Case(program, os.path.join(folder, name), broker, link, name, "latest" if state in FROM_THE_END else "earliest")
                    state(case)
                    case.finish()
                    if os.environ.get("LOGLODE_TEST_TELLS"):
                        print(case.reader.told())
                    print(f"{state.__name__}: {sum(case.counts.values())} messages of new topics ({time.monotonic() - began:.0f} s)", flush=True)
                except AssertionError as error:
                    failed.append(state.__name__)
                    print(f"{state.__name__}: FAILED\n{error}", flush=True)
        finally:
            link.close()
            broker.kill()
    assert not failed, failed


if __name__ == "__main__":
    main()

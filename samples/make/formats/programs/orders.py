"""Python logging: the default format, or one with a time; tracebacks, and a death by exception."""

import logging
import sys

if sys.argv[1] == "default":
    logging.basicConfig(level=logging.DEBUG)
else:
    logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
log = logging.getLogger("shop.orders")


def price(order):
    return order["total"] / order["count"]


for number in range(1, 9):
    log.debug("loading order %d", number)
    log.info("order %d placed for customer %d", number, 40 + number)
    if number % 3 == 0:
        log.warning("stock of product %d is low: %d left", number * 7, number)
    if number % 4 == 0:
        try:
            price({"total": 10, "count": 0})
        except ZeroDivisionError:
            log.exception("cannot price order %d", number)
log.error("two\nlines")
log.critical("giving up")
try:
    int("seven")
except ValueError as error:
    raise RuntimeError("bad configuration") from error

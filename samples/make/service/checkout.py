"""The checkout service of the sample incident: products, carts and orders of a small shop.

A fixed number of workers serve a bounded queue of requests. When the queue is full a new connection
is closed unanswered, so that callers learn of it at once.
"""

import argparse
import http.server
import json
import queue
import random
import re
import secrets
import threading
import time
import urllib.parse

import jsonlog
from cache import Redis
from jsonlog import Logger
from pool import Pool, PoolTimeout

WORKERS = 16
QUEUE_MAX = 16
CACHE_TTL_S = 20
CART_TTL_S = 900
SLOW_QUERY_MS = 60

http_log = Logger("checkout.http")
orders_log = Logger("checkout.orders")
cart_log = Logger("checkout.cart")
db_log = Logger("checkout.db")
cache_log = Logger("checkout.cache")
payment_log = Logger("checkout.payment")


class Refused(Exception):
    """The caller's fault, or bad luck: answered with `status`, no trace is logged."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


class GatewayError(Exception):
    pass


def query(name, sql, values):
    with pool.connection() as connection, connection.cursor() as cursor:
        start = time.monotonic()
        cursor.execute(sql, values)
        rows = cursor.fetchall()
        took_ms = (time.monotonic() - start) * 1000
    if took_ms > SLOW_QUERY_MS:
        db_log.warn(f"slow query {name}: {took_ms:.0f} ms", query=name, duration_ms=round(took_ms, 1))
    return rows


def get_product(request, product_id):
    product_id = int(product_id)
    found = redis("GET", f"product:{product_id}")
    if found is not None:
        return 200, json.loads(found)
    cache_log.debug(f"cache miss for product {product_id}")
    rows = query("product_by_id", "SELECT name, price, stock FROM products WHERE id = %s", (product_id,))
    if not rows:
        raise Refused(404, f"product {product_id} does not exist")
    name, price, stock = rows[0]
    product = {"id": product_id, "name": name, "price": str(price), "stock": stock}
    redis("SET", f"product:{product_id}", json.dumps(product), "EX", CACHE_TTL_S)
    return 200, product


SEARCH = """SELECT id, name, price
  FROM products
 WHERE description ILIKE %s
 ORDER BY price
 LIMIT 20"""


def search(request):
    wanted = request.parameters.get("q", "")
    rows = query("search_products", SEARCH, (f"%{wanted}%",))
    if not rows:
        http_log.info(f"search found nothing for '{wanted}'")
    return 200, [{"id": key, "name": name, "price": str(price)} for key, name, price in rows]


def add_to_cart(request):
    cart_id, product_id, count = request.body["cart"], request.body["product"], request.body["count"]
    key = f"cart:{cart_id}"
    redis("HINCRBY", key, product_id, count)
    redis("EXPIRE", key, CART_TTL_S)
    lines = redis("HLEN", key)
    cart_log.info(f"cart {cart_id} updated: {count} x product {product_id}, {lines} lines", cart_id=cart_id)
    return 200, {"cart": cart_id, "lines": lines}


INSERT_ORDER = """WITH placed AS (
    INSERT INTO orders (customer, total) VALUES (%s, %s) RETURNING id
  ), lines AS (
    INSERT INTO order_items (order_id, product, count)
    SELECT placed.id, item.product, item.count
      FROM placed, unnest(%s, %s) AS item (product, count)
  )
SELECT id FROM placed"""


def place_order(request):
    cart_id, customer = request.body["cart"], request.body["customer"]
    flat = redis("HGETALL", f"cart:{cart_id}")
    if not flat:
        cart_log.warn(f"cart {cart_id} is empty or has expired", cart_id=cart_id)
        raise Refused(409, "cart is empty")
    items = {int(product): int(count) for product, count in zip(flat[::2], flat[1::2])}
    prices = dict(query("prices", "SELECT id, price FROM products WHERE id = ANY(%s)", (list(items),)))
    total = sum(prices[product] * count for product, count in items.items())
    pay(customer, total)
    ((order_id,),) = query("insert_order", INSERT_ORDER,
                           (customer, total, list(items), list(items.values())))
    redis("DEL", f"cart:{cart_id}")
    orders_log.info(f"order {order_id} placed for customer {customer}: {len(items)} lines, {total} EUR",
                    order_id=order_id)
    return 201, {"order": order_id, "total": str(total)}


def pay(customer, total):
    """Stands for the call of a payment provider: takes some time, and fails now and then."""
    start = time.monotonic()
    time.sleep(random.lognormvariate(-3.6, 0.45))
    luck = random.random()
    if luck < 0.015:
        raise GatewayError("payment gateway answered 500: try again later")
    if luck < 0.040:
        reason = random.choice(["insufficient funds", "card expired", "3-D Secure failed"])
        payment_log.warn(f"payment declined for customer {customer}: {reason}", reason=reason)
        raise Refused(402, reason)
    took_ms = (time.monotonic() - start) * 1000
    payment_log.info(f"payment of {total} EUR authorised in {took_ms:.0f} ms", duration_ms=round(took_ms, 1))


def get_order(request, order_id):
    rows = query("order_by_id", "SELECT customer, total FROM orders WHERE id = %s", (int(order_id),))
    if not rows:
        raise Refused(404, f"order {order_id} does not exist")
    return 200, {"order": int(order_id), "customer": rows[0][0], "total": str(rows[0][1])}


def healthz(request):
    redis("PING")
    return 200, {"status": "ok"}


ROUTES = [
    ("GET", re.compile(r"/products/(\d+)"), get_product),
    ("GET", re.compile(r"/search"), search),
    ("POST", re.compile(r"/cart"), add_to_cart),
    ("POST", re.compile(r"/checkout"), place_order),
    ("GET", re.compile(r"/orders/(\d+)"), get_order),
    ("GET", re.compile(r"/healthz"), healthz),
]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self._serve()

    do_POST = do_GET

    def _serve(self):
        start = time.monotonic()
        parent = self.headers.get("traceparent", "").split("-")
        trace_id = parent[1] if len(parent) == 4 else secrets.token_hex(16)
        jsonlog.trace.set((trace_id, secrets.token_hex(8)))
        try:
            address = urllib.parse.urlsplit(self.path)
            self.parameters = dict(urllib.parse.parse_qsl(address.query))
            self.body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            status, answer = self._answer(address.path)
            self._reply(status, answer)
            took_ms = (time.monotonic() - start) * 1000
            write = http_log.debug if address.path == "/healthz" else http_log.info
            write(f"{self.command} {address.path} {status} in {took_ms:.1f} ms", status=status,
                  duration_ms=round(took_ms, 1))
        finally:
            jsonlog.trace.set(None)

    def _answer(self, path):
        for method, pattern, serve in ROUTES:
            matched = pattern.fullmatch(path)
            if matched is None or method != self.command:
                continue
            try:
                return serve(self, *matched.groups())
            except Refused as refused:
                return refused.status, {"error": str(refused)}
            except PoolTimeout as error:
                http_log.error(str(error), cause=error, operation=serve.__name__)
                return 503, {"error": "try again later"}
            except Exception as error:
                http_log.error(f"{self.command} {path} failed: {error}", cause=error, operation=serve.__name__)
                return 500, {"error": "internal error"}
        return 404, {"error": "no such resource"}

    def _reply(self, status, answer):
        data = json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError as error:
            http_log.warn(f"client went away before the answer was written: {error.strerror}", status=status)

    def log_message(self, *_):
        pass


class Server(http.server.HTTPServer):
    request_queue_size = 128

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Handler)
        self._waiting = queue.Queue(QUEUE_MAX)
        for number in range(WORKERS):
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True).start()

    def process_request(self, request, client_address):
        try:
            self._waiting.put_nowait((request, client_address))
        except queue.Full:
            http_log.warn(f"request refused: {WORKERS} workers busy, {QUEUE_MAX} requests queued",
                          queue_length=QUEUE_MAX)
            self.shutdown_request(request)

    def _work(self):
        while True:
            request, client_address = self._waiting.get()
            try:
                self.finish_request(request, client_address)
            except OSError:
                pass  # reset by the caller while the request was read; the proxy logs it
            finally:
                self.shutdown_request(request)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--postgres-port", type=int, required=True)
parser.add_argument("--redis-port", type=int, required=True)
parser.add_argument("--log", required=True)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()

random.seed(arguments.seed)
jsonlog.open_log(arguments.log)
redis = Redis(arguments.redis_port)
pool = Pool(arguments.postgres_port)
Server(arguments.port).serve_forever()

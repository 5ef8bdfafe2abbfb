"""Open-loop load: requests leave when the plan says so, however long the earlier ones take."""

import collections
import http.client
import json
import math
import threading
import time

RATE_PER_S = 17.0
IN_FLIGHT_MAX = 400
TIMEOUT_S = 15
WORDS = ["steel", "walnut", "linen", "copper", "folding", "insulated", "ceramic", "compact", "titanium"]
AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "shop-app/4.11.2 (Android 14)",
]
KINDS = {"product": 44, "search": 5, "cart": 18, "checkout": 14, "order": 15, "page": 2.2, "missing": 1.2, "icon": 0.6}


class Load:
    def __init__(self, port, chance, stop):
        self._port = port
        self._chance = chance        # used by the planning thread alone
        self._stop = stop            # threading.Event
        self._carts = collections.deque(maxlen=200)
        self._orders = collections.deque(range(1, 400), maxlen=400)
        self._in_flight = threading.Semaphore(IN_FLIGHT_MAX)
        self.sent = 0
        self.skipped = 0
        self.failed = 0

    def run(self, seconds):
        start = time.monotonic()
        at, health_at = 0.0, 0.0
        while at < seconds:
            if self._stop.wait(max(0.0, start + min(at, health_at) - time.monotonic())):
                return
            if health_at <= at:
                self._send("127.0.0.2", "GET", "/healthz", None, "lb-check/1.0")
                health_at += 5.0
                continue
            self._send(*self._next_request())
            rate = RATE_PER_S * (1 + 0.15 * math.sin(2 * math.pi * at / 240))
            at += self._chance.expovariate(rate)

    def _next_request(self):
        chance = self._chance
        customer = chance.randint(1, 3000)
        source = f"127.0.{1 + customer % 5}.{1 + customer % 200}"
        agent = AGENTS[customer % len(AGENTS)]
        (kind,) = chance.choices(list(KINDS), list(KINDS.values()))
        product = min(4000, int(chance.paretovariate(0.7)))
        if kind == "checkout" and self._carts:
            body = {"cart": self._carts.popleft(), "customer": customer}
            return source, "POST", "/checkout", body, agent
        if kind in ("cart", "checkout"):
            cart = f"{chance.getrandbits(32):08x}"
            if self._carts and chance.random() < 0.25:
                cart = chance.choice(self._carts)
            return source, "POST", "/cart", {"cart": cart, "product": product, "count": chance.randint(1, 3)}, agent
        path = {
            "product": f"/products/{product}",
            "search": f"/search?q={chance.choice(WORDS)}",
            "order": f"/orders/{chance.choice(self._orders)}",
            "page": "/",
            "missing": f"/products/{chance.randint(90000, 99999)}",
            "icon": chance.choice(["/favicon.ico", "/robots.txt"]),
        }[kind]
        return source, "GET", path, None, agent

    def _send(self, *request):
        if not self._in_flight.acquire(blocking=False):
            self.skipped += 1
            return
        self.sent += 1
        threading.Thread(target=self._exchange, args=request, daemon=True).start()

    def _exchange(self, source, method, path, body, agent):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S, source_address=(source, 0))
        try:
            data = None if body is None else json.dumps(body)
            headers = {"User-Agent": agent, "Content-Type": "application/json"}
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            text = answer.read()
            if path == "/cart" and answer.status == 200 and body["cart"] not in self._carts:
                self._carts.append(body["cart"])
            if path == "/checkout" and answer.status == 201:
                self._orders.append(json.loads(text)["order"])
        except (OSError, http.client.HTTPException):
            self.failed += 1
        finally:
            connection.close()
            self._in_flight.release()

"""A service with a breaker, and what a user writes of it; each flaw is a variable away."""

SERVICE = """
import http.server, os, sys, threading, time, urllib.request

FLAW = os.environ.get("FLAW", "")
LOCK = threading.Lock()
STATE = {"failures": 0, "requests": 0}

class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def answer(self, status, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": "2", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(b"ok")
        self.wfile.flush()

    def do_GET(self):
        if self.path == "/healthz":
            return self.answer(200)
        with LOCK:
            STATE["requests"] += 1
            number = STATE["requests"]
            is_open = STATE["failures"] >= 3 and FLAW != "no breaker"
        if FLAW == "slow":
            time.sleep(1)
        if FLAW == "errors" and number % 2:
            return self.answer(500)
        if is_open:
            return self.fail()
        try:
            for _ in range(2 if FLAW == "twice" else 1):
                urllib.request.urlopen(os.environ["PRICES"] + "/", timeout=2).read()
        except OSError:
            with LOCK:
                STATE["failures"] += 1
            return self.fail()
        self.answer(200)

    def fail(self):
        if FLAW == "hang":
            time.sleep(3)
        if self.path == "/cached" and FLAW != "no fallback":
            return self.answer(200, X_Fallback="prices")
        self.answer(500 if FLAW == "unclean" else 503, Retry_After="1")

    def log_message(self, *ignored):
        pass

class Prices(Service):
    def do_GET(self):
        self.answer(200)

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

kind = Prices if "prices" in sys.argv else Service
Server(("127.0.0.1", int(sys.argv[1])), kind).serve_forever()
"""

CONFIGURATION = """
command = ["{python}", "service.py", "{port}"]
endpoints = ["/price", "/cached"]
control_period = 0

[dependencies.prices]
protocol = "http"
command = ["{python}", "service.py", "{port}", "prices"]
environment = { PRICES = "http://{address}" }
endpoint = "/price"
"""

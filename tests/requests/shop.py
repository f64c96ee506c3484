"""A service that wants a login and takes POSTs, as many do, and what a user writes of it."""

PASSWORD = "pw-9-secret"  # noqa: S105 - of this test's own service

SHOP = (
    '''
import http.server, json, os, sys, urllib.request, uuid

TOKENS, LOGINS, ASKED = {}, [], []

class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"{}", **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def is_known(self):
        token = self.headers.get("Authorization", "").removeprefix("Token ")
        TOKENS[token] = TOKENS.get(token, 0) - 1
        return TOKENS[token] >= 0

    def do_GET(self):
        if self.path == "/healthz":
            self.answer(200)
        elif not self.is_known():
            self.answer(401)
        elif self.path == "/forbidden":
            self.answer(401)
        elif self.path == "/asked":
            self.answer(200, json.dumps([path.split("/")[2] for path in ASKED]).encode())
        elif self.path == "/token":
            self.answer(200, LOGINS[-1].encode())
        elif self.path == "/logins":
            self.answer(200, str(len(LOGINS)).encode())
        else:
            self.answer(200 if self.path == "/me" else 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/api/login/":
            if json.loads(body) != {"username": "ann", "password": "'''
    + PASSWORD
    + """"}:
                return self.answer(401)
            if len(LOGINS) >= int(os.environ.get("LOGINS", 1000)):
                return self.answer(503)
            LOGINS.append(uuid.uuid4().hex)
            TOKENS[LOGINS[-1]] = 15
            return self.answer(200, json.dumps({"user": {"token": LOGINS[-1]}}).encode())
        if not self.is_known():
            return self.answer(401)
        if self.path.startswith("/once/"):
            ASKED.append(self.path)
            return self.answer(409 if ASKED.count(self.path) > 1 else 201)
        if not 1 <= json.loads(body)["quantity"] <= 9:
            return self.answer(422)
        try:
            charge = urllib.request.Request(os.environ["PAYMENT"] + "/charge", data=body)
            urllib.request.urlopen(charge, timeout=2).read()
        except OSError:
            return self.answer(int(os.environ.get("FAILURE", 503)), Retry_After="1")
        key = self.headers["Idempotency-Key"]
        self.answer(201, json.dumps({"order": self.path, "key": key}).encode())

    def log_message(self, *ignored):
        pass

class Payment(Shop):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer(200)

kind = Payment if "payment" in sys.argv else Shop
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), kind).serve_forever()
"""
)

CONFIGURATION = """
command = ["{python}", "shop.py", "{port}"]
endpoints = ["/me", "checkout"]
control_period = 0

[login]
header = { Authorization = "Token {json.user.token}" }

[login.request]
method = "POST"
path = "/api/login/"
json = { username = "ann", password = "{env:SHOP_PASSWORD}" }

[requests.checkout]
method = "POST"
path = "/api/orders/{n}"
json = { product = 1, quantity = "{int:1..9}" }
headers = { "Idempotency-Key" = "{uuid}" }
expect = [201]

[dependencies.payment]
protocol = "http"
command = ["{python}", "shop.py", "{port}", "payment"]
environment = { PAYMENT = "http://{address}" }
endpoint = "checkout"
"""

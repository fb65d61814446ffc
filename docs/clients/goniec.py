"""A client of Goniec in Python, with the standard library. README.md tells its commands."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ.get("GONIEC_URL", "http://127.0.0.1:8080")
FINAL = {"delivered", "failed", "expired", "cancelled"}


def call(method, path, body=None, key=None):
    """Returns the answer. Calls again after 429, 500, 503, 507 and a broken connection."""
    headers = {"Authorization": "Bearer " + os.environ["GONIEC_TOKEN"], "Content-Type": "application/json"}
    if key:  # the same in every attempt, so that nothing is sent twice
        headers["Idempotency-Key"] = key
    data = json.dumps(body).encode() if body is not None else None
    for attempt in range(6):
        request = urllib.request.Request(URL + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as e:
            if e.code not in (429, 500, 503, 507) or attempt == 5:
                problem = json.load(e)
                wrong = [f"{w['field']}: {w['detail']}" for w in problem.get("errors", [])]
                sys.exit("\n".join([problem["code"], problem["detail"], *wrong]))
            time.sleep(int(e.headers.get("Retry-After", 2**attempt)))
        except OSError:
            if attempt == 5:
                raise
            time.sleep(2**attempt)


def wait_until(message, done):
    """Reads a message until it is done. A program with much to do receives webhooks instead."""
    while not done(message):
        time.sleep(1)
        message = call("GET", "/v1/messages/" + message["id"])
    return message


def send(to, text, key):
    message = call("POST", "/v1/messages", {"to": to, "text": text}, key)
    message = wait_until(message, lambda m: m["status"] in FINAL)
    print(message["id"], message["status"])


def ask(to, text, key):
    message = call("POST", "/v1/messages", {"to": to, "text": text, "question": {"kind": "yes_no"}}, key)
    message = wait_until(message, lambda m: m["question"]["status"] != "open")
    answer = message.get("answer", {"value": message["question"]["status"]})
    print(message["id"], answer["value"], answer.get("text", ""))


def inbox(after=""):
    new, query = [], {"limit": 50}
    while True:  # from the newest page to the one that holds what is known
        page = call("GET", "/v1/inbox?" + urllib.parse.urlencode(query))
        unknown = [item for item in page["items"] if item["id"] > after]
        new += unknown
        if "next" not in page or len(unknown) < len(page["items"]):
            break
        query["cursor"] = page["next"]
    for item in reversed(new):
        print(item["id"], item["from"], json.dumps(item["text"], ensure_ascii=False))


def genuine(headers, body):
    """Verifies the signature of a webhook by Standard Webhooks."""
    stamp = headers.get("Webhook-Timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    key = base64.b64decode(os.environ["GONIEC_SECRET"].removeprefix("whsec_"))
    signed = f"{headers.get('Webhook-Id', '')}.{stamp}.".encode() + body
    want = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(want, s) for s in headers.get("Webhook-Signature", "").split())


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if genuine(self.headers, body):
            event = json.loads(body)  # store it here; the same id may come twice
            print(event["type"], event["data"].get("id", ""), flush=True)
            self.send_response(204)
        else:
            self.send_response(401)
        self.end_headers()

    def log_message(self, *_):
        pass


def webhook(port):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    commands = {"send": send, "ask": ask, "inbox": inbox, "webhook": webhook}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit("usage: goniec.py send TO TEXT KEY | ask TO TEXT KEY | inbox [AFTER] | webhook PORT")
    commands[sys.argv[1]](*sys.argv[2:])

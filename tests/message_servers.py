"""Servers on the loopback that take what the channels send: enough of SMTP and HTTP to be told, and to misbehave."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOOPBACK = "127.0.0.1"


@dataclass
class MailServer:
    """What an SMTP server was given. `refuses` are answers by receiver; where `at_text` says no, it hangs up."""

    port: int = 0
    mails: list[tuple[str, str]] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    at_text: Callable[[str], bool] = lambda _receiver: True
    connections: int = 0

    @property
    def receivers(self) -> list[str]:
        return [receiver for receiver, _text in self.mails]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """An SMTP server without encryption."""
    state = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

        def handle(self) -> None:
            state.connections += 1
            self.say("220 here")
            receiver = ""
            while line := self.rfile.readline():
                word = line.decode().strip()
                verb = word[:4].upper()
                if verb == "RCPT":
                    receiver = word.partition("<")[2].partition(">")[0]
                    self.say(state.refuses.get(receiver, "250 ok"))
                elif verb == "DATA":
                    self.say("354 go on")
                    parts = []
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        parts.append(part)
                    state.mails.append((receiver, b"".join(parts).decode()))
                    if not state.at_text(receiver):
                        return
                    self.say("250 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server((LOOPBACK, 0), Handler) as server:
        state.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield state
        finally:
            server.shutdown()


@dataclass(frozen=True)
class Request:
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """What an HTTP server was asked, and what it answers; to GET what `pages` hold by path, else 404."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    status: int = 200
    answer: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    at_request: Callable[[Request], bool] = lambda _request: True
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/hook"

    def at(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.port}{path}"


@contextmanager
def web_server() -> Iterator[WebServer]:
    """An HTTP server."""
    state = WebServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, body)
            state.requests.append(request)
            if not state.at_request(request):
                self.close_connection = True
                return
            self.send_response(state.status)
            for name, value in {"Content-Length": str(len(state.answer)), **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(state.answer)

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.requests.append(Request("GET", self.path, headers, b""))
            status, said, body = state.pages.get(self.path, (404, {}, b""))
            if "ETag" in said and headers.get("if-none-match") == said["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **said}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()

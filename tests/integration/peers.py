"""Peers that misbehave, as a correct stand-in cannot."""

import hmac
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from servers import Certificates

BOUND = 10.0
ANY = ("127.0.0.1", 0)

CHANGE_CIPHER_SPEC = b"\x14\x03\x03"


@contextmanager
def closed_port() -> Iterator[int]:
    """A reserved port that refuses connections."""
    with socket.socket() as bound:
        bound.bind(ANY)
        yield bound.getsockname()[1]


@contextmanager
def silent_port() -> Iterator[int]:
    """A port where the kernel accepts connections and no data ever arrives."""
    with socket.create_server(ANY) as listener:
        yield listener.getsockname()[1]


@contextmanager
def dead_port(address: str, port: int) -> Iterator[None]:
    """An address that does not even refuse: the kernel drops what would open a connection.

    It does so once nobody accepts and the queue is full, which no connection says; so there are more
    than the shortest queue takes.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket(family))
            filler.setblocking(False)
            filler.connect_ex((address, port))
        yield


class _Listener:
    """Serves each connection in its own thread, for the length of a `with` block."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.create_server((address, port), family=family)
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> "_Listener":
        self._run(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _shut_down(self._socket)
        # From now on nothing is accepted.
        self._threads[0].join(BOUND)
        for connection in self._connections:
            _shut_down(connection)
        for thread in self._threads:
            thread.join(BOUND)
        for each in (self._socket, *self._connections):
            each.close()

    @property
    def connections(self) -> int:
        """Connections accepted so far."""
        return len(self._connections)

    def _run(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._connections.append(connection)
                self._run(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        raise NotImplementedError


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Relay(_Listener):
    """Passes bytes on to `target`, counts connections, and remembers what it saw.

    Without a target it swallows what it gets, and never says a word.
    """

    def __init__(self, target: int | None = None, address: str = "127.0.0.1") -> None:
        super().__init__(address)
        self.target = target
        self.from_client = bytearray()
        self.from_server = bytearray()
        self._received = threading.Event()
        self._ended = threading.Event()

    def wait_for_bytes(self) -> None:
        """Until the client has sent something."""
        assert self._received.wait(BOUND), "the client has sent nothing"

    def wait_for_end(self) -> None:
        """Until the client has closed a connection."""
        assert self._ended.wait(BOUND), "the client has not closed"

    @property
    def tls_version(self) -> str:
        """What the server chose in its hello: only TLS 1.3 says so in an extension (RFC 8446)."""
        return "1.3" if b"\x00\x2b\x00\x02\x03\x04" in self.from_server[:200] else "1.2"

    def _serve(self, connection: socket.socket) -> None:
        if self.target is None:
            self._read_client(connection, None)
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.target), BOUND)
        except OSError:
            _shut_down(connection)
            return
        with server:
            server.settimeout(None)
            self._run(self._read_server, server, connection)
            self._read_client(connection, server)

    def _read_client(self, client: socket.socket, server: socket.socket | None) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                self.from_client += data
                self._received.set()
                if server:
                    server.sendall(data)
        self._ended.set()
        if server:
            _shut_down(server)

    def _read_server(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                self.from_server += data
                client.sendall(data)
        _shut_down(client)


class Flood(_Listener):
    """Sends TLS warnings for ever. It needs neither key nor certificate."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun = threading.Event()

    def _serve(self, connection: socket.socket) -> None:
        alerts = bytes.fromhex("15 0303 0002 01 70") * 1000
        with suppress(OSError):
            while True:
                connection.sendall(alerts)
                self.has_begun.set()


# A type, and a content before it is sealed.
Record = tuple[int, bytes]


class Sealed(_Listener):
    """A server of TLS 1.2 that answers with one record, and then sends another for ever.

    It seals them itself, because no library would send such.
    """

    def __init__(
        self, certificates: Certificates, first: Record, endless: Record, keys: Path
    ) -> None:
        super().__init__()
        self.first = first
        self.endless = endless
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificates.pem("server"), certificates.key("server"))
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.context.options |= ssl.OP_NO_TICKET
        self.context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
        self.context.keylog_filename = str(keys)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            key, salt = self._server_keys(self._greet(connection))
            connection.recv(65536)
            number = 1  # 0 was the end of the handshake
            connection.sendall(_seal(key, salt, number, *self.first))
            while True:
                numbers = range(number + 1, number + 101)
                records = (_seal(key, salt, each, *self.endless) for each in numbers)
                connection.sendall(b"".join(records))
                number += 100

    def _greet(self, connection: socket.socket) -> bytes:
        """All that the server says in the handshake."""
        received, to_send, said = ssl.MemoryBIO(), ssl.MemoryBIO(), b""
        secure = self.context.wrap_bio(received, to_send, server_side=True)
        while True:
            with suppress(ssl.SSLWantReadError):
                secure.do_handshake()
            words = to_send.read()
            said += words
            connection.sendall(words)
            if words.startswith(CHANGE_CIPHER_SPEC):
                return said
            received.write(connection.recv(65536))

    def _server_keys(self, said: bytes) -> tuple[bytes, bytes]:
        """Of what RFC 5246, 6.3, makes of the master secret: the server's key and salt."""
        line = Path(self.context.keylog_filename).read_text("ascii").splitlines()[-1]
        _, client_random, master = line.split()
        seed = b"key expansion" + said[11:43] + bytes.fromhex(client_random)
        block, a = b"", seed
        while len(block) < 40:
            a = hmac.digest(bytes.fromhex(master), a, "sha256")
            block += hmac.digest(bytes.fromhex(master), a + seed, "sha256")
        return block[16:32], block[36:40]


def _seal(key: bytes, salt: bytes, number: int, kind: int, content: bytes) -> bytes:
    """A record of TLS 1.2 under AES-GCM (RFC 5288, 3)."""
    nonce = struct.pack(">Q", number)
    header = struct.pack(">BH", kind, 0x0303)
    data = nonce + header + struct.pack(">H", len(content))
    sealed = nonce + AESGCM(key).encrypt(salt + nonce, content, data)
    return header + struct.pack(">H", len(sealed)) + sealed


class Resuming(_Listener):
    """A server of one version of TLS that counts the sessions that it resumes, and always answers
    the same."""

    def __init__(self, certificates: Certificates, version: str, answer: bytes) -> None:
        super().__init__()
        self.resumed = 0
        self.answer = answer
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificates.pem("server"), certificates.key("server"))
        self.context.minimum_version = ssl.TLSVersion[f"TLSv{version.replace('.', '_')}"]
        self.context.maximum_version = self.context.minimum_version

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), self.context.wrap_socket(connection, server_side=True) as secure:
            self.resumed += secure.session_reused
            secure.recv(65536)
            secure.sendall(self.answer)
            secure.recv(65536)


class Broken(_Listener):
    """Accepts connections, then does something other than TLS."""

    def __init__(self, how: Callable[[socket.socket], object], address: str, port: int) -> None:
        super().__init__(address, port)
        self._serve = how


class Scripted(_Listener):
    """A TLS server that gives every request the same bytes, or none, and then closes.

    Without an answer it waits until the client has gone. Its security level is the lowest, because
    it also shows what a client has to refuse.
    """

    def __init__(
        self,
        certificates: Certificates,
        answer: bytes | None,
        identity: str = "server",
        *where: str | int,
    ) -> None:
        super().__init__(*where)
        self.answer = answer
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.context.load_cert_chain(certificates.pem(identity), certificates.key(identity))
        self.requests: list[bytes] = []

    def _serve(self, connection: socket.socket) -> None:
        # A client that refuses the certificate breaks the handshake off.
        with suppress(OSError), self.context.wrap_socket(connection, server_side=True) as secure:
            self.requests.append(_read_head(secure))
            if self.answer is None:
                secure.recv(1)
            else:
                secure.sendall(self.answer)
                secure.unwrap()


class HungUp(OSError):
    """Ends a connection from within what serves it."""


class Stage(_Listener):
    """A TLS server whose behaviour the test sets, also for each request.

    `greet` gets each new connection before TLS begins; `answer` gets each request, and the
    connection is closed without a word when it raises HungUp.
    """

    def __init__(self, certificates: Certificates, identity: str = "server") -> None:
        super().__init__()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificates.pem(identity), certificates.key(identity))
        self.greet: Callable[[socket.socket], None] = lambda connection: None
        self.answer: Callable[[ssl.SSLSocket, bytes], None] = lambda secure, head: None

    def flight(self, connection: socket.socket) -> bytes:
        """What a real server would answer to the client's first words."""
        received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        received.write(connection.recv(65536))
        with suppress(ssl.SSLWantReadError):
            self.context.wrap_bio(received, to_send, server_side=True).do_handshake()
        return to_send.read()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            self.greet(connection)
            with self.context.wrap_socket(connection, server_side=True) as secure:
                while head := _read_head(secure):
                    self.answer(secure, head)
        _shut_down(connection)


def reset(connection: socket.socket) -> None:
    """Ends it with a reset, like a machine that has restarted."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def end(connection: socket.socket) -> None:
    """Closes it once the client has spoken, so that this is no reset."""
    connection.recv(65536)
    _shut_down(connection)


def say_nothing(connection: socket.socket) -> None:
    """Until the client has gone."""
    with suppress(OSError):
        while connection.recv(65536):
            pass


def half_a_flight(certificates: Certificates) -> Callable[[socket.socket], None]:
    """The first bytes of a server's answer, and nothing after them."""

    def how(connection: socket.socket) -> None:
        with Stage(certificates) as stage:
            connection.sendall(stage.flight(connection)[:60])
        say_nothing(connection)

    return how


def _read_head(secure: ssl.SSLSocket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (part := secure.recv(65536)):
        head += part
    return head


def answer(status: str, content_type: str, body: bytes, *headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body

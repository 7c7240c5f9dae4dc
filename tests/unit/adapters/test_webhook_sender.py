"""Sending: never to an address that is not public, and never for longer than a send may take."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core.adapters.checked_hosts import resolve
from pipeline_core.adapters.webhook_sender import HttpWebhookSender
from pipeline_core.domain.addresses import is_public, is_within, networks
from pipeline_core.domain.errors import ConfigurationError, RefusedError
from pipeline_core.ports.webhooks import Delivery, SendResult
from pipeline_core.settings import load_settings

TIMEOUT_S = 0.6
SOON_S = TIMEOUT_S + 5
"""A bound that a busy machine keeps to as well; without a deadline it would be ten seconds or for ever."""
SECRET = "whsec_" + "A" * 44


def _delivery(url: str) -> Delivery:
    return Delivery(uuid4(), uuid4(), uuid4(), 1, url, SECRET, {"type": "job.done"})


# --- addresses -------------------------------------------------------------------------------------------

NOT_PUBLIC = (
    "0.0.0.0 0.1.2.3 10.0.0.8 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 172.16.5.5 "
    "172.31.255.255 192.0.0.1 192.0.0.171 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 "
    "203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 "
    ":: ::1 ::7f00:1 ::5db8:d822 ::ffff:127.0.0.1 ::ffff:93.184.216.34 ::ffff:0:127.0.0.1 "
    "64:ff9b::7f00:1 64:ff9b::5db8:d822 64:ff9b:1::a00:1 64:ff9b:1:abcd::1 100::1 5f00::1 "
    "2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 "
    "2002:7f00:1:: 2002:5db8:d822::1 3fff::1 fc00::1 fd00::1 fe80::1 fe80::5efe:7f00:1 fec0::1 ff02::1 ff0e::1 "
    "2606:4700::5efe:a00:1 2606:4700::200:5efe:a00:1 2606:4700::1%eth0"
)
PUBLIC = "1.1.1.1 93.184.216.34 100.63.255.255 100.128.0.1 198.17.255.255 223.255.255.255 2606:4700::1 2a00:1450::2004"


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_what_is_no_address_of_the_internet(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_what_is_an_address_of_the_internet(address: str) -> None:
    assert is_public(ip_address(address))


def test_networks_of_ones_own_are_refused() -> None:
    own = networks("93.184.216.0/24, 2606:4700:64::/96")
    assert is_within(ip_address("93.184.216.34"), own)
    assert is_within(ip_address("2606:4700:64::a00:1"), own)
    assert not is_within(ip_address("93.184.217.34"), own)
    sender = HttpWebhookSender(allow_private=True, refused=networks("127.0.0.0/8"))
    with pytest.raises(RefusedError, match="private address"):
        sender.check("http://127.0.0.1/")


def test_networks_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_WEBHOOKS_REFUSED_NETWORKS", "10.0.0.0/99")
    with pytest.raises(ConfigurationError, match=r"WEBHOOKS_REFUSED_NETWORKS=.*10\.0\.0\.0/99"):
        load_settings()


REFUSED = {
    "https://127.0.0.1/": None,
    "https://[::1]/": None,
    "https://[::ffff:127.0.0.1]/": None,
    "https://[64:ff9b::7f00:1]/": None,
    "https://[fe80::1%25eth0]/": None,
    "https://2130706433/": None,
    "https://0x7f000001/": None,
    "https://0x7f.1/": None,
    "https://0177.0.0.1/": None,
    "https://127.1/": None,
    "https://localhost/": "127.0.0.1",
    "https://inside.example/": "10.1.2.3",
    "https://both.example/": "93.184.216.34 127.0.0.1",
    "https://nothing.example/": "",
    "http://93.184.216.34/": None,
    "ftp://93.184.216.34/": None,
    "file:///etc/passwd": None,
    "https://user:password@93.184.216.34/": None,
    "https://": None,
    "nothing": None,
}
"""What may not be sent to; with the addresses that a name leads to. A number is read as the system reads it."""


@pytest.mark.parametrize("url", REFUSED)
def test_it_is_refused_and_nothing_is_sent(url: str) -> None:
    found = REFUSED[url]

    def lookup(host: str, port: int) -> list[Any]:
        return resolve(host, port) if found is None else [ip_address(one) for one in found.split()]

    sender = HttpWebhookSender(lookup=lookup, timeout_s=TIMEOUT_S)
    with pytest.raises(RefusedError):
        sender.check(url)
    sent = sender.send(_delivery(url))
    assert sent.status is None
    assert sent.error


def test_a_public_address_is_not_refused() -> None:
    HttpWebhookSender(lookup=lambda _host, _port: [ip_address("93.184.216.34")]).check("https://example.org/hook")


# --- receivers that take their time ----------------------------------------------------------------------


@contextmanager
def _receiver(talk: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[float]]]:
    """Somebody who takes connections and talks as he likes: where, and when each came."""
    came: list[float] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            came.append(time.monotonic())
            threading.Thread(target=_talk, args=(connection, talk), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook", came
    listener.close()


def _talk(connection: socket.socket, talk: Callable[[socket.socket], None]) -> None:
    with connection:
        try:
            connection.recv(65536)
            talk(connection)
        except OSError:
            pass


def _drip(text: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        for byte in text * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return talk


def _interim(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        time.sleep(0.02)


def _silent(_connection: socket.socket) -> None:
    time.sleep(10)


def _endless_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"a" * 1000 + b"\r\n")


def _endless_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    while True:
        connection.sendall(b"\x00" * 65536)


def _slow_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    _drip(b"a")(connection)


LATE = {
    "nothing comes": _silent,
    "the status drips": _drip(b"HTTP/1.1 200 OK"),
    "a header drips": _drip(b"HTTP/1.1 200 OK\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    "interim answers without end": _interim,
}


@pytest.mark.parametrize("kind", LATE)
def test_a_send_ends_however_slowly_the_answer_comes(kind: str) -> None:
    with _receiver(LATE[kind]) as (url, _):
        begun = time.monotonic()
        sent = HttpWebhookSender(allow_private=True, timeout_s=TIMEOUT_S).send(_delivery(url))
        assert time.monotonic() - begun < SOON_S
    assert sent == SendResult(None, "No answer within 0.6 seconds.")


@pytest.mark.parametrize("talk", [_slow_body, _endless_body])
def test_nothing_of_a_body_is_waited_for(talk: Callable[[socket.socket], None]) -> None:
    with _receiver(talk) as (url, _):
        begun = time.monotonic()
        sent = HttpWebhookSender(allow_private=True, timeout_s=5).send(_delivery(url))
        assert time.monotonic() - begun < 4.5
    assert sent == SendResult(200)


def test_headers_without_end_are_no_answer() -> None:
    with _receiver(_endless_headers) as (url, _):
        sent = HttpWebhookSender(allow_private=True, timeout_s=5).send(_delivery(url))
    assert sent == SendResult(None, "No answer: RemoteProtocolError.")


def test_a_tls_handshake_that_drips_ends() -> None:
    with _receiver(_drip(b"\x16\x03\x03\x40\x00\x02")) as (url, _):
        begun = time.monotonic()
        sent = HttpWebhookSender(allow_private=True, timeout_s=TIMEOUT_S).send(_delivery(url.replace("http", "https")))
        assert time.monotonic() - begun < SOON_S
    assert sent.status is None


def test_a_connection_that_is_not_taken_ends() -> None:
    # its queue is full: a further connection is never answered
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        begun = time.monotonic()
        sent = HttpWebhookSender(allow_private=True, timeout_s=TIMEOUT_S).send(
            _delivery(f"http://127.0.0.1:{address[1]}")
        )
        assert time.monotonic() - begun < SOON_S
        for one in waiting:
            one.close()
    assert sent.status is None


def test_names_that_are_looked_up_without_end() -> None:
    def lookup(_host: str, _port: int) -> list[Any]:
        time.sleep(5)
        return [ip_address("93.184.216.34")]

    sender = HttpWebhookSender(lookup=lookup, timeout_s=TIMEOUT_S)
    begun = time.monotonic()
    assert sender.send(_delivery("https://slow.example/")).error == (
        "The webhook's host slow.example was not found within 0.6 seconds."
    )
    with pytest.raises(RefusedError, match=r"not found within 0\.6 seconds"):
        sender.check("https://slow.example/")
    assert time.monotonic() - begun < 2 * TIMEOUT_S + 3


def test_a_name_and_an_answer_share_the_time() -> None:
    def lookup(_host: str, _port: int) -> list[Any]:
        time.sleep(1.1)
        return [ip_address("127.0.0.1")]

    with _receiver(_silent) as (url, _):
        begun = time.monotonic()
        sent = HttpWebhookSender(allow_private=True, timeout_s=1.2, lookup=lookup).send(_delivery(url))
        assert time.monotonic() - begun < 2.2
    assert sent.error == "No answer within 1.2 seconds."


def test_a_redirect_is_not_followed() -> None:
    with _receiver(_silent) as (other, came):

        def talk(connection: socket.socket) -> None:
            connection.sendall(f"HTTP/1.1 307 Over There\r\nLocation: {other}\r\nContent-Length: 0\r\n\r\n".encode())

        with _receiver(talk) as (url, _):
            sent = HttpWebhookSender(allow_private=True, timeout_s=TIMEOUT_S).send(_delivery(url))
    assert (sent, came) == (SendResult(307, "It answered with 307."), [])


def test_a_name_that_turns_private_after_the_check_is_not_followed() -> None:
    answers = iter(["93.184.216.34", "127.0.0.1"])
    sender = HttpWebhookSender(lookup=lambda _host, _port: [ip_address(next(answers))])
    with _receiver(_silent) as (url, came):
        url = url.replace("http://127.0.0.1", "https://rebinding.example")
        sender.check(url)
        assert sender.send(_delivery(url)).error
    assert came == []

#!/usr/bin/env python3
"""The shop's customers and its payment service: always the same requests in the same order.

usage: drive.py ROUNDS SECONDS-BETWEEN-REQUESTS
"""

import socket
import sys
import threading
import time

SHOPS = (8080, 8081)
PAYMENTS = 9090
ROUND = ("order A 2", "order A+B 12", "pick 17 60", "order A+B+C 1", "order A 0", "refund {n}",
         "order B+C 2000", "order C -3")


def payment_service():
    listener = socket.create_server(("127.0.0.1", PAYMENTS))
    while True:
        peer, _ = listener.accept()
        peer.recv(64)
        peer.close()


def request(port, text):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
        s.sendall(text.encode())
        return s.recv(64)


def main():
    rounds, pause = int(sys.argv[1]), float(sys.argv[2])
    threading.Thread(target=payment_service, daemon=True).start()
    for n in range(rounds):
        for text in ROUND:
            for port in SHOPS:
                request(port, text.format(n=n + 3))
                time.sleep(pause)
    time.sleep(1)  # refunds linger; a shop that stops takes them along
    for port in SHOPS:
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall(b"stop now")
            s.recv(64)


if __name__ == "__main__":
    main()

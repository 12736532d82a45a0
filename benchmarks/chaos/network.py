"""A network between machines, each a network namespace, and the host: a bridge."""

from __future__ import annotations

import os
import subprocess
from typing import Self


class Bridge:
    """A bridge of the host, there within the `with` block.

    Attributes:
        address: the host's, which machines reach.
    """

    def __init__(self) -> None:
        number = os.getpid()
        self._name = f"chaos{number % 100_000}"
        self._prefix = f"10.213.{number % 256}"
        self.address = f"{self._prefix}.1"

    def __enter__(self) -> Self:
        _ip("link", "add", self._name, "type", "bridge")
        _ip("address", "add", f"{self.address}/24", "dev", self._name)
        _ip("link", "set", self._name, "up")
        return self

    def __exit__(self, *_: object) -> None:
        _ip("link", "delete", self._name)

    def plug_in(self, number: int, init: int) -> None:
        """Gives a machine a cable to the bridge, and an address.

        Args:
            number: of the machine, from 1 on.
            init: process of its network namespace.
        """
        near, far = self._cable(number), "eth0"
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", str(init))
        _ip("link", "set", near, "master", self._name, "up")
        inside = ["nsenter", "--target", str(init), "--net", "ip"]
        address = f"{self._prefix}.{10 + number}/24"
        for words in (
            ["address", "add", address, "dev", far],
            ["link", "set", far, "up"],
            ["link", "set", "lo", "up"],
        ):
            subprocess.run([*inside, *words], check=True)

    def unplug(self, number: int) -> None:
        """Takes a machine's cable away: it cannot even say that it ends."""
        subprocess.run(
            ["ip", "link", "delete", self._cable(number)], check=False, capture_output=True
        )

    def _cable(self, number: int) -> str:
        return f"{self._name}-{number}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)

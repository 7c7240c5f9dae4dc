"""The table of peers: each row has its program, and pinned packages without a place that they are to come from."""

import re

import pytest

from benchmarks.peers.table import ALL, PEERS, Peer


@pytest.mark.parametrize("peer", ALL, ids=lambda peer: peer.key)
def test_its_program_is_there(peer: Peer) -> None:
    assert peer.script.is_file()


@pytest.mark.parametrize("peer", [one for one in ALL if one.environment], ids=lambda peer: peer.key)
def test_its_packages_are_pinned(peer: Peer) -> None:
    lines = peer.requirements.read_text().splitlines()
    assert lines
    assert all(re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+", line) for line in lines)
    assert any(line.startswith("wordllama==") for line in lines)


def test_no_peer_is_a_dependency_of_the_project() -> None:
    assert all(peer.environment for peer in PEERS)
    assert len({peer.key for peer in ALL}) == len(ALL)

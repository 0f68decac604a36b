"""An endpoint's addresses follow from its slot alone, and never meet another's."""

from __future__ import annotations

import ipaddress
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.edge.addresses import BACKENDS_PER_SLOT, GENERATIONS, SLOTS, endpoint_address

SUBNET = "10.12.128.0/23"

places = st.tuples(st.sampled_from(SLOTS), st.integers(0, BACKENDS_PER_SLOT - 1), st.integers(0, GENERATIONS - 1))


def address(place: tuple[int, int, int], subnet: str = SUBNET) -> str:
    slot, backend, generation = place
    return endpoint_address(subnet, slot, backend=backend, generation=generation)


@pytest.mark.parametrize(
    ("slot", "backend", "generation", "expected"),
    [
        (0, 0, 0, "10.12.128.16"),
        (0, 0, 1, "10.12.128.17"),
        (0, 1, 0, "10.12.128.18"),
        (1, 0, 0, "10.12.128.20"),
        (119, 1, 1, "10.12.129.239"),
    ],
)
def test_the_address_is_16_plus_4_slots_plus_2_backends_plus_the_generation(
    slot: int, backend: int, generation: int, expected: str
):
    assert endpoint_address(SUBNET, slot, backend=backend, generation=generation) == expected


def test_every_slot_backend_and_generation_has_its_own_address_in_the_smallest_subnet():
    everything = [address(place) for place in itertools.product(SLOTS, range(BACKENDS_PER_SLOT), range(GENERATIONS))]
    network = ipaddress.IPv4Network(SUBNET)
    # AWS keeps the first four addresses and the last one.
    usable = {str(host) for host in list(network)[4:-1]}
    assert len(set(everything)) == len(everything) == 480
    assert set(everything) <= usable


@given(place=places, prefix=st.integers(16, 23), number=st.integers(0, 2**16 - 1))
def test_an_address_has_the_same_offset_in_every_subnet(place: tuple[int, int, int], prefix: int, number: int):
    start = ((10 << 24) + (number << 8)) >> (32 - prefix) << (32 - prefix)
    network = ipaddress.IPv4Network((start, prefix))
    offset = int(ipaddress.IPv4Address(address(place, str(network)))) - start
    assert offset == int(ipaddress.IPv4Address(address(place))) - int(ipaddress.IPv4Network(SUBNET).network_address)


@pytest.mark.parametrize(
    "wrong", [{"slot": 120}, {"slot": -1}, {"backend": 2}, {"generation": 2}, {"subnet_cidr": "10.0.0.0/24"}]
)
def test_numbers_out_of_range_have_no_address(wrong: dict[str, int | str]):
    arguments = {"subnet_cidr": SUBNET, "slot": 0, "backend": 0, "generation": 0, **wrong}
    with pytest.raises(ValueError, match=r"out of range|smaller than /23"):
        endpoint_address(**arguments)

"""Addresses of network interfaces: inside their subnet, not reserved, used once.

Moto accepts any address, and chooses from three lists of its own that know nothing of each other. Here the interfaces
of a subnet are the one record of its addresses, for instances, load balancers, endpoints and NAT gateways alike; so the
rules are put into the backend and not only at the API.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Collection, Iterator
from typing import Any

from moto.ec2.models import instances, nat_gateways
from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses import EC2Response

from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse

RESERVED_AT_START = 4
"""Network, router, DNS and future-use address of each subnet (VPC user guide, "Subnet CIDR blocks")."""


def require_free(backend: Any, subnet: Any, address: str, also_free: Collection[str] = ()) -> None:
    """Refuse an address that AWS would not give to an interface in `subnet`; `also_free` are about to be released.

    AWS: out of range and reserved is InvalidParameterValue, taken is InvalidIPAddress.InUse (EC2 error codes).
    """
    try:
        wanted = ipaddress.IPv4Address(address)
    except ValueError:
        refuse("InvalidParameterValue", f"invalid value for parameter address: {address}")
    if wanted not in subnet.cidr:
        refuse("InvalidParameterValue", f"Address does not fall within the subnet's address range: {address}")
    if is_reserved(subnet, wanted):
        refuse("InvalidParameterValue", f"Address {address} is in subnet's reserved address range")
    if address in taken(backend, subnet) - set(also_free):
        refuse("InvalidIPAddress.InUse", f"Address {address} is in use.")


def free_address(backend: Any, subnet: Any) -> str:
    """The address that AWS chooses in `subnet`; InsufficientFreeAddressesInSubnet when none is left."""
    return free_addresses(backend, subnet, 1)[0]


def has_room(backend: Any, subnet: Any) -> bool:
    """Whether `free_address` finds one."""
    return next(_free(backend, subnet), None) is not None


def free_addresses(backend: Any, subnet: Any, count: int, beside: Collection[str] = ()) -> list[str]:
    """So many that AWS may choose, `beside` those that the same request names."""
    if len(found := list(itertools.islice(_free(backend, subnet, beside), count))) < count:
        message = f"The specified subnet {subnet.id} does not have enough free addresses"
        refuse("InsufficientFreeAddressesInSubnet", message)
    return found


def _free(backend: Any, subnet: Any, beside: Collection[str] = ()) -> Iterator[str]:
    """Neither taken nor in a CIDR reservation (VPC user guide, "Subnet CIDR reservations").

    AWS chooses at random. Here the highest come first: programs choose low ones.
    """
    held = taken(backend, subnet).union(beside)
    for offset in range(subnet.cidr.num_addresses - 2, RESERVED_AT_START - 1, -1):
        address = subnet.cidr[offset]
        if address not in subnet._reserved_ips and str(address) not in held:
            yield str(address)


def is_reserved(subnet: Any, address: ipaddress.IPv4Address) -> bool:
    """Whether no interface of `subnet` can have this address of it."""
    offset = int(address) - int(subnet.cidr.network_address)
    return offset < RESERVED_AT_START or address == subnet.cidr.broadcast_address


def taken(backend: Any, subnet: Any) -> set[str]:
    """The addresses of all interfaces in `subnet`."""
    return {
        entry["PrivateIpAddress"]
        for interface in backend.enis.values()
        if interface.subnet.id == subnet.id
        for entry in interface.private_ip_addresses
    }


@before(EC2Response, "delete_network_interface")
def interfaces_in_use_stay(response: Any, params: Params) -> None:
    """AWS: InvalidParameterValue, "is currently in use" (EC2 DeleteNetworkInterface: detach it first)."""
    interface = response.ec2_backend.enis.get(params["NetworkInterfaceId"])
    if interface and interface.status == "in-use":
        refuse("InvalidParameterValue", f"Network interface '{interface.id}' is currently in use.")


@around(NetworkInterfaceBackend, "create_network_interface")
def every_interface_gets_its_own_address(
    original: Any, self: Any, subnet: Any, private_ip_address: Any, *args: Any, **kwargs: Any
) -> Any:
    """The requested addresses when they are free, else free ones; never a reserved one (VPC user guide)."""
    if isinstance(subnet, str):
        subnet = self.get_subnet(subnet)
    address = private_ip_address[0] if isinstance(private_ip_address, list) else private_ip_address
    listed = args[0] if args else kwargs.get("private_ip_addresses")
    named = {address, *map(_address, listed or ())} - {None, ""}
    for each in named:
        require_free(self, subnet, each)
    more = int(kwargs.pop("secondary_ips_count", None) or 0)
    chosen = free_addresses(self, subnet, more + (not named), beside=named)
    interface = original(self, subnet, address if named else chosen.pop(0), *args, **kwargs)
    _assign(interface, chosen)
    return interface


@around(NetworkInterfaceBackend, "assign_private_ip_addresses")
def further_addresses_are_free(
    original: Any, self: Any, eni_id: str, private_ip_addresses: Any = None, secondary_ips_count: int | None = None
) -> Any:
    """Those that the request names, or as many as it asks for (EC2 AssignPrivateIpAddresses)."""
    interface = self.get_network_interface(eni_id)
    for wanted in private_ip_addresses or ():
        require_free(self, interface.subnet, wanted)
    _assign(interface, private_ip_addresses or free_addresses(self, interface.subnet, int(secondary_ips_count or 0)))
    return interface


@around(Subnet, "get_available_subnet_ip")
def moto_chooses_an_address_that_no_interface_has(original: Any, self: Any, instance: Any) -> str:
    """AWS knows the addresses of all interfaces; moto alone those that it chose itself, or had freed."""
    return free_address(self.ec2_backend, self)


@around(Subnet, "request_ip")
def moto_takes_an_address_that_no_interface_has(original: Any, self: Any, ip: str, instance: Any) -> None:
    """The same for an address that the request of an instance names (EC2 RunInstances: PrivateIpAddress)."""
    require_free(self.ec2_backend, self, ip)


for _module in (instances, nat_gateways):

    @around(_module, "random_private_ip")
    def no_address_is_drawn_blindly(original: Any, *args: Any, **kwargs: Any) -> None:
        """Moto draws one from 10.0.0.0/8: leave the choice to the interface that it is for."""


@around(NatGateway, "__init__")
def a_nat_gateway_has_the_address_of_its_interface(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
    """AWS: NatGatewayAddresses (EC2 NatGateway)."""
    original(self, *args, **kwargs)
    self.private_ip = self._eni.private_ip_address


def _address(entry: Any) -> str:
    return entry["PrivateIpAddress"] if isinstance(entry, dict) else entry


def _assign(interface: Any, addresses: Collection[str]) -> None:
    interface.private_ip_addresses += [{"Primary": False, "PrivateIpAddress": address} for address in addresses]

"""Addresses of network interfaces: inside their subnet, not reserved, used once.

Moto accepts any address and picks at random from the whole range. The rules hold for every interface of the emulated
AWS (instances, load balancers, endpoints), so they are put into the backend and not only at the API.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
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
    if _reserved(subnet, wanted):
        refuse("InvalidParameterValue", f"Address {address} is in subnet's reserved address range")
    if address in _interfaces(backend, subnet) - set(also_free):
        refuse("InvalidIPAddress.InUse", f"Address {address} is in use.")


def free_address(backend: Any, subnet: Any) -> str:
    """The lowest address of `subnet` that is free and in no CIDR reservation.

    AWS picks at random, and never inside a subnet CIDR reservation (VPC user guide, "Subnet CIDR reservations").
    """
    taken = _interfaces(backend, subnet) | set(subnet._subnet_ips)
    for address in subnet.cidr:
        if not _reserved(subnet, address) and address not in subnet._reserved_ips and str(address) not in taken:
            return str(address)
    return refuse(
        "InsufficientFreeAddressesInSubnet", f"The specified subnet {subnet.id} does not have enough free addresses"
    )


def _reserved(subnet: Any, address: ipaddress.IPv4Address) -> bool:
    offset = int(address) - int(subnet.cidr.network_address)
    return offset < RESERVED_AT_START or address == subnet.cidr.broadcast_address


def _interfaces(backend: Any, subnet: Any) -> set[str]:
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
    """The requested address when it is free, else a free one; never a reserved one (VPC user guide)."""
    if isinstance(subnet, str):
        subnet = self.get_subnet(subnet)
    address = private_ip_address[0] if isinstance(private_ip_address, list) else private_ip_address
    listed = args[0] if args else kwargs.get("private_ip_addresses")
    if address:
        require_free(self, subnet, address)
    elif not listed:
        address = free_address(self, subnet)
    interface = original(self, subnet, address, *args, **kwargs)
    # Moto's addresses for instances are drawn from the same range: tell it which are gone.
    subnet._subnet_ips.setdefault(interface.private_ip_address, interface)
    return interface


@around(NetworkInterfaceBackend, "delete_network_interface")
def addresses_of_deleted_interfaces_are_free(original: Any, self: Any, eni_id: str) -> None:
    """The addresses return to their subnet (EC2 DeleteNetworkInterface)."""
    interface = self.get_network_interface(eni_id)
    original(self, eni_id)
    for entry in interface.private_ip_addresses:
        interface.subnet.del_subnet_ip(entry["PrivateIpAddress"])

"""Settings of EKS clusters that AWS refuses: access to the endpoint, ranges of Services, encryption."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from moto.eks.responses import EKSResponse

from privatelink_ingress.local.cloud.eks.clusters import ec2_of, subnets_of
from privatelink_ingress.local.cloud.hardening import Params, before, refuse

PRIVATE_NETWORKS = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
LARGEST, SMALLEST = 12, 24
"""Prefix lengths of the range for Services (API reference, KubernetesNetworkConfigRequest: serviceIpv4Cidr)."""
KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+")


@before(EKSResponse, "create_cluster", "update_cluster_config")
def endpoint_is_reachable(request: Any, params: Params) -> None:
    """Private or public access, or both; CIDRs apply to public access (API reference, VpcConfigRequest).

    They contain no private addresses (user guide, "config-cluster-endpoint").
    """
    config = dict(params.get("resourcesVpcConfig") or {})
    known = request.eks_backend.clusters.get(params.get("name"))
    if known is not None:
        config = {**known.resources_vpc_config, **config}
    public = config.get("endpointPublicAccess", True)
    if not public and not config.get("endpointPrivateAccess", False):
        refuse("InvalidParameterException", "Private and public endpoint access cannot both be disabled")
    for cidr in config.get("publicAccessCidrs") or [] if public else []:
        try:
            network = ipaddress.ip_network(cidr)
        except ValueError:
            refuse("InvalidParameterException", f"The following CIDR is not valid in publicAccessCidrs: {cidr}")
        if isinstance(network, ipaddress.IPv4Network) and any(map(network.subnet_of, PRIVATE_NETWORKS)):
            refuse("InvalidParameterException", f"The following CIDRs are not allowed in publicAccessCidrs: {cidr}")


@before(EKSResponse, "create_cluster")
def services_have_a_private_range_beside_the_vpc(request: Any, params: Params) -> None:
    """Between /24 and /12, private, and outside the VPC's ranges (API reference, KubernetesNetworkConfigRequest)."""
    cidr = (params.get("kubernetesNetworkConfig") or {}).get("serviceIpv4Cidr")
    if cidr is None:
        return
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError:
        refuse("InvalidParameterException", f"The specified service CIDR block {cidr} is not valid")
    if not LARGEST <= network.prefixlen <= SMALLEST or not any(map(network.subnet_of, PRIVATE_NETWORKS)):
        reason = f"must be private, and between /{SMALLEST} and /{LARGEST}"
        refuse("InvalidParameterException", f"The specified service CIDR block {cidr} {reason}")
    for subnet in subnets_of(request, params["resourcesVpcConfig"].get("subnetIds") or []):
        vpc = ec2_of(request).get_vpc(subnet.vpc_id)
        for entry in vpc.get_cidr_block_association_set():
            if network.overlaps(ipaddress.IPv4Network(entry["cidr_block"])):
                reason = f"overlaps with {entry['cidr_block']} of {vpc.id}"
                refuse("InvalidParameterException", f"The specified service CIDR block {cidr} {reason}")


@before(EKSResponse, "create_cluster", "associate_encryption_config")
def only_secrets_are_encrypted_by_a_key(request: Any, params: Params) -> None:
    """Secrets alone, by a KMS key that is named by its ARN or alias (API reference, EncryptionConfig and Provider)."""
    for config in params.get("encryptionConfig") or []:
        if (resources := config.get("resources")) != ["secrets"]:
            refuse("InvalidParameterException", f"Only secrets can be encrypted, not {resources}")
        key = (config.get("provider") or {}).get("keyArn") or ""
        if not KEY.fullmatch(key) or f":kms:{request.region}:" not in key:
            refuse("InvalidParameterException", f"The key {key} is no KMS key of {request.region}")

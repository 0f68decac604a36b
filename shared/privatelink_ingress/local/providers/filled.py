"""Values that a resource has although the program requests none: defaults of the provider, and AWS's own choices.

A provider reads the whole resource. Where the program is silent, any other value is drift: somebody set it in AWS. The
SDK tells which inputs of a resource AWS may choose (`schema.not_computed`); of a block's properties it does not, so
those are listed here, with the defaults of the provider's schema. Each row is from the file that `replacement` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.lb_attributes import BALANCER_DEFAULTS, GROUP_DEFAULTS


class _Computed:
    def __repr__(self) -> str:
        return "COMPUTED"


COMPUTED: Any = _Computed()
"""AWS chooses the value (`Computed`): none is drift."""

_ACTION = ("order", "forward.stickiness.duration", "redirect.host", "redirect.path", "redirect.port", "redirect.query")
_ACTION += ("fixedResponse.statusCode", "redirect.protocol", "targetGroupArn", "forward")
_HEALTH_CHECK = {"enabled": True, "healthyThreshold": 3, "interval": 30, "port": "traffic-port", "protocol": "HTTP"}
_HEALTH_CHECK |= {"unhealthyThreshold": 3, "matcher": COMPUTED, "path": COMPUTED, "timeout": COMPUTED}
_VERIFYING = {"mutualAuthentication.ignoreClientCertificateExpiry": False}
_VERIFYING |= {f"mutualAuthentication.{name}": COMPUTED for name in ("advertiseTrustStoreCaNames", "trustStoreArn")}
_EBS = ("iops", "throughput", "volumeSize", "volumeType")

FILLED: Mapping[str, Mapping[str, Any]] = {
    t.ACCESS_ENTRY: {"type": "STANDARD"},
    t.BUCKET_ENCRYPTION: {"rules.blockedEncryptionTypes": COMPUTED},
    t.BUCKET_OBJECT_LOCK: {"objectLockEnabled": "Enabled"},
    t.BUCKET_LIFECYCLE: {"rules.prefix": COMPUTED},
    t.BUCKET_VERSIONING: {"versioningConfiguration.mfaDelete": COMPUTED},
    t.CLUSTER: {
        "accessConfig.authenticationMode": COMPUTED,
        "accessConfig.bootstrapClusterCreatorAdminPermissions": COMPUTED,
        "bootstrapSelfManagedAddons": True,
        "kubernetesNetworkConfig": COMPUTED,
        "vpcConfig.clusterSecurityGroupId": COMPUTED,
        "vpcConfig.endpointPublicAccess": True,
        "vpcConfig.publicAccessCidrs": COMPUTED,
        "vpcConfig.vpcId": COMPUTED,
    },
    t.EGRESS_RULE: {"fromPort": -1, "toPort": -1},
    t.FLOW_LOG: {"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
    t.HOSTED_ZONE: {"vpcs.vpcRegion": COMPUTED},
    t.IAM_POLICY: {"path": "/"},
    t.INGRESS_RULE: {"fromPort": -1, "toPort": -1},
    t.KMS_KEY: {"customerMasterKeySpec": "SYMMETRIC_DEFAULT", "isEnabled": True, "keyUsage": "ENCRYPT_DECRYPT"},
    t.LAUNCH_TEMPLATE: {f"blockDeviceMappings.ebs.{name}": COMPUTED for name in _EBS}
    | {"metadataOptions": COMPUTED, "metadataOptions.instanceMetadataTags": "disabled"},
    t.LISTENER: {f"defaultActions.{name}": COMPUTED for name in _ACTION} | _VERIFYING,
    t.LISTENER_RULE: {f"actions.{name}": COMPUTED for name in _ACTION},
    t.LOAD_BALANCER: {**BALANCER_DEFAULTS, "loadBalancerType": "application"},
    t.METRIC_ALARM: {"actionsEnabled": True, "metricQueries.returnData": False, "treatMissingData": "missing"},
    t.NODE_GROUP: {"launchTemplate.id": COMPUTED, "launchTemplate.name": COMPUTED},
    t.REPOSITORY: {"encryptionConfigurations.kmsKey": COMPUTED, "imageTagMutability": "MUTABLE"},
    t.ROLE: {"maxSessionDuration": 3600, "path": "/"},
    t.TARGET_GROUP: {**GROUP_DEFAULTS, "targetType": "instance"}
    | {f"healthCheck.{name}": value for name, value in _HEALTH_CHECK.items()},
    t.VPC: {"enableDnsSupport": True, "instanceTenancy": "default"},
}
"""By type and by the path of the property, through lists."""

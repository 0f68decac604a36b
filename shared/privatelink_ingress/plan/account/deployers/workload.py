"""Rights of the workload side's four duties, by the type of resource that needs them."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers import adopted, alarms, cluster, network
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System
from privatelink_ingress.settings.bootstrap import WorkloadRoles

MANAGED_POLICIES = (
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSClusterPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonSSMManagedInstanceCore",
    "CloudWatchAgentServerPolicy",
)
"""AWS managed policies that `iam-access` may attach to roles of the cluster, its nodes and its add-ons."""


def duties(system: System, settings: WorkloadRoles, *, boundary: str) -> Mapping[str, Grants]:
    """Grants by duty (`network`, `iam`, `ecr`, `eks`) and resource type.

    Args:
        system: Account, region and stacks.
        settings: Names of connections and repositories.
        boundary: ARN of the permissions boundary that every new role must have.
    """
    roles = {
        key: tuple(system.named_role(f"{name}-{key}") for name in settings.connections)
        for key in ("cluster", "node", "flow-logs", *cluster.ADDON_ROLES)
    }
    return {
        "network": adopted.combine(
            _network(system, settings, roles["flow-logs"]), adopted.network(system, settings.adopted)
        ),
        "iam": iam(
            system,
            tuple(sorted(arn for arns in roles.values() for arn in arns)),
            boundary=boundary,
            attach=MANAGED_POLICIES,
        ),
        "ecr": _ecr(system, settings),
        "eks": adopted.combine(cluster.duty(system, settings, roles), adopted.eks(system, settings.adopted)),
    }


def _network(system: System, settings: WorkloadRoles, flow_log_roles: tuple[str, ...]) -> Grants:
    names = settings.connections
    clusters = tuple(dict.fromkeys((*names, *settings.adopted.clusters)))
    flow_log_groups = tuple(f"{name}-flow-logs-*" for name in names)
    vpc = network.vpc(
        system,
        flow_log_roles=flow_log_roles,
        flow_log_groups=flow_log_groups,
        log_deletion=settings.log_deletion,
        connect=[("ec2:VpceServiceOwner", "amazon")],
    )
    # EKS creates this group and the scaling group, with its own tags:
    # https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    of_cluster = Grant(
        actions=("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"),
        resources=system.ec2("security-group"),
        condition={"StringEquals": {"aws:ResourceTag/aws:eks:cluster-name": clusters}},
    )
    ingress = t.INGRESS_RULE
    return {
        **vpc,
        **network.balancer(system, "net"),
        ingress: (*vpc[ingress], of_cluster),
        # With private DNS, an endpoint's zone is tied to the VPC in the caller's name:
        # https://docs.aws.amazon.com/vpc/latest/privatelink/security_iam_id-based-policy-examples.html
        t.VPC_ENDPOINT: (
            *vpc[t.VPC_ENDPOINT],
            # The zone is AWS's, and the VPC has no id yet; Route 53 knows no tags of either.
            system.on_arn(
                ["route53:AssociateVPCWithHostedZone"], f"arn:{system.partition}:route53:::hostedzone/*"
            ).only_if("route53:VPCs", f"VPCId=*,VPCRegion={system.region}", by="ForAllValues:StringLike"),
        ),
        t.VPC_IPV4_RANGE: (
            system.on_own(["ec2:AssociateVpcCidrBlock", "ec2:DisassociateVpcCidrBlock"], *system.ec2("vpc")),
            system.in_region("ec2:Describe*"),
        ),
        t.AUTOSCALING_ATTACHMENT: (
            Grant(
                actions=(
                    "autoscaling:AttachLoadBalancerTargetGroups",
                    "autoscaling:DetachLoadBalancerTargetGroups",
                ),
                resources=(system.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-*"),),
                condition={"StringEquals": {"aws:ResourceTag/eks:cluster-name": clusters}},
            ),
            system.in_region("autoscaling:DescribeAutoScalingGroups"),
        ),
        t.ENDPOINT_SERVICE: (
            *network.managed(
                system,
                "vpc-endpoint-service",
                "ec2:CreateVpcEndpointServiceConfiguration",
                "ec2:DeleteVpcEndpointServiceConfigurations",
                "ec2:ModifyVpcEndpointServiceConfiguration",
                # AWS deletes no service that still has endpoints: they are refused first.
                "ec2:RejectVpcEndpointConnections",
            ),
            *([network.cross_region(system, "vpc-endpoint-service")] if settings.cross_region else []),
        ),
        t.ALLOWED_PRINCIPAL: (
            system.on_own(["ec2:ModifyVpcEndpointServicePermissions"], *system.ec2("vpc-endpoint-service")),
            system.in_region("ec2:Describe*"),
        ),
        # Who may be told is for the topic's own policy to say.
        t.ENDPOINT_NOTIFICATION: (
            system.on_own(
                [
                    "ec2:CreateVpcEndpointConnectionNotification",
                    "ec2:DeleteVpcEndpointConnectionNotifications",
                    "ec2:ModifyVpcEndpointConnectionNotification",
                ],
                *system.ec2("vpc-endpoint-service"),
            ),
            system.in_region("ec2:Describe*"),
        ),
        t.PARAMETER: parameter(system, settings.parameter_prefix, names, overwrite=True),
        t.METRIC_ALARM: alarms.alarms(system),
        t.GET_KEY: alarms.key(system),
        t.TOPIC: alarms.topic(system, tuple(stack.replace("/", "-") for stack in system.stacks)),
    }


def acceptance(system: System) -> tuple[Grant, ...]:
    """Accept endpoints at this system's services. An accepter that leaves a stack is forgotten, so none is rejected."""
    return (
        system.on_own(["ec2:AcceptVpcEndpointConnections"], *system.ec2("vpc-endpoint-service")),
        system.in_region("ec2:DescribeVpcEndpointConnections"),
    )


def parameter(system: System, prefix: str, names: tuple[str, ...], *, overwrite: bool) -> tuple[Grant, ...]:
    """The contracts of these connections in Parameter Store; without `overwrite`, none that is there is changed."""
    arns = tuple(system.arn("ssm", f"parameter{prefix}/{name}") for name in names)
    # A call that does not say `Overwrite` overwrites nothing (PutParameter, Systems Manager API).
    only_new = {} if overwrite else {"StringEqualsIfExists": {"ssm:Overwrite": "false"}}
    others = ("AddTagsToResource", "DeleteParameter", "GetParameter", "GetParameters", "ListTagsForResource")
    return (
        Grant(actions=("ssm:PutParameter",), resources=arns, condition=only_new),
        system.on_arn([*(f"ssm:{action}" for action in others), "ssm:RemoveTagsFromResource"], *arns),
        system.in_region("ssm:DescribeParameters"),
    )


def iam(system: System, roles: tuple[str, ...], *, boundary: str, attach: tuple[str, ...] = ()) -> Grants:
    """Roles of these ARNs, which cannot do more than `boundary` says, whatever their policies say.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    # IAM knows the boundary when it checks these, but not when it checks `alter`: there, tags alone say whose it is.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    within = ("iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
    alter = ("DeleteRole", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription")
    read = (
        *("GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListInstanceProfilesForRole", "ListRolePolicies"),
        "ListRoleTags",
    )
    policies = tuple(f"arn:{system.partition}:iam::aws:policy/{name}" for name in attach)
    reading = system.on_arn([f"iam:{action}" for action in read], *roles)
    changing = system.on_own(within, *roles).only_if("iam:PermissionsBoundary", boundary)
    grants: dict[str, tuple[Grant, ...]] = {
        t.ROLE: (
            system.create_tagged(["iam:CreateRole"], *roles).only_if("iam:PermissionsBoundary", boundary),
            system.tag_untagged("iam:TagRole", *roles),
            changing,
            system.on_own([f"iam:{action}" for action in alter], *roles),
            reading,
        ),
        t.ROLE_POLICY: (changing, reading),
        # Whether the boundary is there, before anything is registered.
        t.GET_POLICY: (system.on_arn(["iam:GetPolicy", "iam:GetPolicyVersion"], boundary),),
    }
    if policies:
        attaching = system.on_own(["iam:AttachRolePolicy", "iam:DetachRolePolicy"], *roles)
        grants[t.ROLE_ATTACHMENT] = (
            attaching.only_if("iam:PermissionsBoundary", boundary).only_if("iam:PolicyARN", policies, by="ArnEquals"),
            reading,
        )
    return grants


def _ecr(system: System, settings: WorkloadRoles) -> Grants:
    names = settings.repositories or tuple(f"{name}/*" for name in settings.connections)
    arns = tuple(system.arn("ecr", f"repository/{name}") for name in names)

    def on(*actions: str) -> Grant:
        return system.on_arn([f"ecr:{action}" for action in actions], *arns)

    return {
        t.REPOSITORY: (
            on("CreateRepository", "DeleteRepository", "DescribeRepositories", "ListTagsForResource"),
            on("PutImageScanningConfiguration", "PutImageTagMutability", "TagResource", "UntagResource"),
            # Copies of images, by `privatelink-ingress images` or by hand:
            # https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
            on("BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "DescribeImages"),
            on("GetDownloadUrlForLayer", "InitiateLayerUpload", "PutImage", "UploadLayerPart"),
            system.in_region("ecr:GetAuthorizationToken"),
        ),
        t.REPOSITORY_LIFECYCLE: (on("DeleteLifecyclePolicy", "GetLifecyclePolicy", "PutLifecyclePolicy"),),
        # Which repositories and images are there, before anything is registered.
        t.GET_REPOSITORIES: (system.on_arn(["ecr:DescribeRepositories"], system.arn("ecr", "repository/*")),),
        t.GET_IMAGES: (on("ListImages"),),
    }

"""The findings of the security measurement that are closed: where each holds, and the tests that show it."""

from __future__ import annotations

import dataclasses

PLAN = "shared/privatelink_ingress/plan"


@dataclasses.dataclass(frozen=True)
class Closed:
    """One finding."""

    was: str
    """What was possible."""
    holds: tuple[str, ...]
    """Files that make it impossible."""
    tests: tuple[str, ...]
    """As `<file>::<name>`."""
    remains: str = ""
    """What AWS gives no means against."""


_FINDINGS = "tests/program/test_security_findings.py"
_FOREIGN = (
    "tests/program/test_foreign_resources.py::test_a_role_reaches_a_foreign_resource_only_within_its_documented_limits"
)
_DISK = "tests/unit/plan/workload/test_controller_disk.py"
_NETWORK = "tests/unit/plan/workload/test_controller_network.py"
_STATE = "tests/program/test_state_access.py"
_KEYS = "tests/program/test_state_keys.py"

CLOSED: dict[str, Closed] = {
    "F1": Closed(
        "A deployer of one stack could write the state of every stack of its account, that of `bootstrap` too.",
        (f"{PLAN}/account/deployers/state.py", f"{PLAN}/account/deployers/trust_domains.py"),
        (
            f"{_STATE}::test_a_deployer_touches_no_other_stack",
            f"{_STATE}::test_even_with_full_access_to_s3_a_deployer_does_not_touch_the_bootstrap_stack_or_the_layout",
            f"{_STATE}::test_each_trust_domain_has_a_secrets_key_of_its_own_and_the_outputs_name_them",
        ),
    ),
    "F2": Closed(
        "A deployer could tag an existing resource without tags, and then change or delete it.",
        (f"{PLAN}/account/deployers/grants.py",),
        (
            f"{_FINDINGS}::test_f2_nothing_that_exists_becomes_a_stacks_own_by_tagging",
            f"{_FINDINGS}::test_f2_where_aws_knows_no_creation_what_has_an_owner_is_not_taken_over",
            _FOREIGN,
        ),
        "A security group, certificate or log delivery that has none of the tags `ManagedBy`, `Name` and `Stack`.",
    ),
    "F3": Closed(
        "`iam-access` could change the trust of roles that the stack had not created, and delete them.",
        (f"{PLAN}/account/deployers/workload.py",),
        (f"{_FINDINGS}::test_f3_no_role_without_the_tags_is_changed_deleted_or_passed", _FOREIGN),
        "A role that is named as Pulumi names a stack's own and has none of these tags.",
    ),
    "F4": Closed(
        "`eks-role` could start instances in every subnet, with every security group and image.",
        (f"{PLAN}/account/deployers/cluster.py",),
        (f"{_FINDINGS}::test_f4_no_instance_is_started_in_a_foreign_subnet_or_group_or_from_a_foreign_image", _FOREIGN),
    ),
    "F5": Closed(
        "The edge's roles could connect endpoints to every service that admits their account.",
        (f"{PLAN}/account/deployers/network.py", f"{PLAN}/account/deployers/attached.py"),
        (
            f"{_FINDINGS}::test_f5_no_endpoint_connects_to_a_service_that_no_contract_names",
            f"{_FINDINGS}::test_f5_an_endpoint_connects_to_the_service_of_a_contract",
            "tests/unit/fleet/test_check_reach.py::test_a_service_of_the_files_is_compared_by_its_name",
        ),
        "Other principals of an edge account that is shared: [publication.md](publication.md#acceptance).",
    ),
    "F6": Closed(
        "Roles of AWS services could be assumed for any cluster, flow log or pod.",
        (f"{PLAN}/service_trust.py", "shared/privatelink_ingress/rules/identity.py"),
        (
            "tests/program/test_service_roles.py::test_each_role_of_a_workload_is_for_its_own_cluster_flow_log_or_pods",
            "tests/program/test_service_roles.py::test_the_one_role_of_an_edge_is_for_flow_logs_of_its_account",
        ),
        "EC2 names no source when it hands a role to instances. That Pod Identity sends `aws:SourceAccount` is known "
        "from samples of AWS; its guide names the session tags alone.",
    ),
    "F7": Closed(
        "Every principal with `kms:*` opened all states and secrets, and nothing showed who had read them.",
        (f"{PLAN}/account/keys.py", f"{PLAN}/account/bootstrap.py"),
        (
            f"{_KEYS}::test_f7_nobody_but_administrators_and_the_deployers_of_the_domain_uses_a_key",
            f"{_KEYS}::test_f7_who_reached_the_state_is_logged_in_a_bucket_of_its_own",
        ),
        "Both are settings of the bootstrap stack, off by default: [state.md](state.md#the-keys-policies). Whoever may "
        "assume an administrator's role is one.",
    ),
    "F8": Closed(
        "The documents told applications to read an address that the client may have forged.",
        (f"{PLAN}/workload/controller/nginx.py", "shared/privatelink_ingress/ingresses/combinations.py"),
        (
            "tests/unit/docs/test_controller.py::test_the_header_to_trust_is_the_client_as_the_private_subnets_name_it",
            "tests/unit/plan/workload/test_controller_config.py::"
            "test_keys_that_the_path_from_the_edge_depends_on_cannot_be_overridden",
            "tests/unit/ingresses/test_combinations.py::test_no_ingress_passes_on_a_forged_address_or_host",
        ),
        "Pods of the cluster can name any client to the controller: "
        "[controller.md](controller.md#what-a-backend-receives).",
    ),
    "F9": Closed(
        "The edge's role could delete every log, and a removed stack took its logs with it.",
        (
            f"{PLAN}/account/deployers/network.py",
            f"{PLAN}/account/deployers/edge_logs.py",
            "shared/privatelink_ingress/components/log_groups.py",
            "shared/privatelink_ingress/components/private_bucket.py",
        ),
        (
            f"{_FINDINGS}::test_f9_no_role_deletes_or_overwrites_logs",
            f"{_FINDINGS}::test_f9_no_bucket_policy_gives_a_role_the_right_to_delete_logs",
            "tests/engine/test_retained_logs.py::"
            "test_a_removed_edge_leaves_its_log_groups_and_its_bucket_with_its_settings",
            "tests/program/test_retained_logs.py::"
            "test_with_object_lock_each_log_is_locked_as_long_as_it_is_kept_before_any_is_written",
        ),
        "A role that shortens the retention of a log group, or stops logging; without `logs.objectLock` one that "
        "shortens the bucket's life cycle: [logs.md](logs.md#who-may-delete-them).",
    ),
    "F10": Closed(
        "Clients could fill the disk of the controller's node with request bodies and responses.",
        (f"{PLAN}/workload/controller/disk.py", "shared/privatelink_ingress/ingresses/combinations.py"),
        (
            f"{_DISK}::test_no_volume_and_no_container_is_without_a_limit_on_the_nodes_disk",
            f"{_DISK}::test_a_size_that_few_clients_fill_the_disk_with_is_refused",
            "tests/unit/ingresses/test_combinations.py::"
            "test_no_ingress_lets_few_clients_fill_the_disk_of_the_controller",
        ),
        "Kubernetes evicts the pod that many clients fill together. An Ingress that `ingress check` has not seen may "
        "allow larger files. Evictions by a kubelet were not tested.",
    ),
    "F11": Closed(
        "Samples of requests in the WAF console held the headers Authorization and Cookie.",
        ("shared/privatelink_ingress/components/edge/firewall.py",),
        ("tests/program/test_edge.py::test_the_firewall_is_attached_and_logs_without_credentials",),
    ),
    "F12": Closed(
        "Scanners reported controls that the repository neither held nor accepted with a reason.",
        ("shared/privatelink_ingress/rules/accepted.py",),
        ("tests/scanners/test_checkov.py::test_every_finding_in_the_samples_is_accepted_with_a_reason",),
        "Prowler reads an account, and has not run on a deployed one.",
    ),
    "F13": Closed(
        "The documents read as if the paths of a route kept clients away from all others.",
        ("docs/connections.md",),
        ("tests/unit/docs/test_connections.py::test_a_path_of_a_route_protects_none_beside_it_as_the_document_says",),
        "Paths are routing. Load balancer, firewall and controller have not been tried together on AWS.",
    ),
    "F14": Closed(
        "The controller could change pods of its own namespace, and so their images.",
        (f"{PLAN}/workload/controller/access.py",),
        (
            "tests/unit/plan/workload/test_controller_access.py::test_the_controller_may_write_nothing_but_events",
            "tests/unit/plan/workload/test_controller_access.py::test_rules_and_arguments_are_exactly_these",
        ),
        "The controller has not run without this right; its source writes version labels with it and gives up quietly.",
    ),
    "F15": Closed(
        "A pod of the controller could connect to everything in the VPC, and nothing was denied in its namespace.",
        (f"{PLAN}/workload/controller/network.py", f"{PLAN}/workload/addons.py"),
        (
            f"{_NETWORK}::test_the_pods_reach_nothing_else",
            f"{_NETWORK}::test_the_pods_reach_name_resolution_the_kubernetes_api_and_applications",
            f"{_NETWORK}::test_any_other_pod_of_the_namespace_is_cut_off",
            f"{_NETWORK}::test_the_samples_enforce_the_policies",
            "tests/program/test_adopted_cluster.py::test_policies_that_perhaps_nothing_enforces_are_a_warning",
        ),
        "Port 443 of the private subnets, where the Kubernetes API is. An existing cluster may have no policy engine. "
        "No engine has enforced the policies yet: [controller.md](controller.md#what-its-pods-connect-to).",
    ),
    "F16": Closed(
        "Log groups had no key of the team's own, and the samples kept them for 90 days.",
        (f"{PLAN}/log_groups.py", "shared/privatelink_ingress/components/log_groups.py"),
        (
            "tests/local/cloud/test_logs_delivery.py::test_the_key_of_a_log_group_admits_the_service",
            "tests/unit/docs/test_logs.py::test_the_sample_edge_takes_the_settings",
        ),
    ),
    "F17": Closed(
        "A pod's own credentials carried data to queues, keys and secrets of other accounts.",
        (f"{PLAN}/workload/endpoint_policies.py",),
        (
            "tests/program/test_endpoint_policies.py::"
            "test_f17_a_pod_with_credentials_of_the_account_reaches_no_resource_of_another_account",
            "tests/program/test_endpoint_policies.py::test_f17_accounts_whose_resources_the_pods_use_are_named",
        ),
        "Buckets of other accounts that a stack file names, and services without a restricted policy: "
        "[private-network.md](private-network.md#endpoint-policies).",
    ),
    "F18": Closed(
        "The workload's network role could associate hosted zones with VPCs of every Region.",
        (f"{PLAN}/account/deployers/workload.py",),
        (f"{_FINDINGS}::test_f18_no_hosted_zone_is_associated_with_a_vpc_of_another_region", _FOREIGN),
        "Zones and VPCs of the stack's own Region; what takes no resource: [bootstrap.md](bootstrap.md#limits).",
    ),
}

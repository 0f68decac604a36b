"""Where each defect of the article's code is prevented: rules that catch it, tests that claim the right behaviour.

A rule catches the defect in whatever is registered, and `defects.py` puts it back in. What no registration shows, such
as a program that does not load or a command that does not exist, is a test's claim alone.
"""

from __future__ import annotations

PROGRAM, UNIT, LOCAL = "tests/program/", "tests/unit/", "tests/local/"

CLAIMS: dict[str, tuple[str, ...]] = {
    # The cluster's root did not load.
    "D01": (
        f"{PROGRAM}test_workload_shape.py::test_a_preview_shows_every_resource",
        f"{LOCAL}test_deployment.py::test_a_preview_lists_exactly_the_resources_that_up_registers",
        f"{UNIT}settings/test_pulumi_yaml.py::test_every_sample_stack_loads",
    ),
    # Roles that no step told the reader to create.
    "D02": (
        f"{PROGRAM}test_bootstrap_docs.py::test_its_stack_files_run_and_export_every_output_that_it_names",
        f"{PROGRAM}test_deployer_roles.py::test_the_outputs_are_valid_roles_of_the_stack_files",
    ),
    # A consumer that exists nowhere, or everybody.
    "D03": ("consumers-are-named", f"{PROGRAM}test_workload_publication.py::test_only_the_named_account_may_connect"),
    # An image that was never copied, and a secret that nothing creates.
    "D04": (
        "images-are-named-by-digest",
        f"{PROGRAM}test_workload_images.py::test_a_digest_that_was_never_copied_stops_the_preview_with_the_command",
        f"{PROGRAM}test_controller.py::test_pods_wait_for_rights_and_configuration_and_those_for_the_namespace",
    ),
    # Somebody's account id in the source.
    "D05": (
        "images-come-from-ecr",
        f"{PROGRAM}test_portability.py::test_the_account_is_the_one_of_the_stack_file_and_no_other_is_written_anywhere",
    ),
    # A second push of a tag that cannot move.
    "D06": (
        "repositories-are-immutable",
        "images-are-named-by-digest",
        f"{UNIT}plan/workload/test_images.py::test_two_digests_never_share_a_tag_that_was_not_chosen",
    ),
    # A load balancer that is looked up before it is there.
    "D07": (
        "services-stand-on-an-own-internal-load-balancer",
        "node-ports-agree",
        f"{PROGRAM}test_workload_publication.py::test_the_service_exists_only_behind_a_listener",
    ),
    # HTTPS to a plain port.
    "D08": (
        "protocol-and-port-agree",
        "targets-listen-at-their-groups-port",
        "ports-are-open-to-the-endpoints",
        "node-ports-agree",
    ),
    # A log bucket that takes no logs.
    "D09": ("access-is-logged", "log-buckets-let-load-balancers-write"),
    # Two firewall rules of one priority.
    "D10": ("firewall-priorities-are-unique", "route-priorities-are-unique"),
    # Bucket names that are taken worldwide.
    "D11": ("bucket-names-carry-account-and-region",),
    # Commands that the tool refuses.
    "D12": (
        f"{PROGRAM}test_bootstrap_docs.py::test_the_commands_by_hand_are_those_that_the_command_runs",
        f"{UNIT}docs/test_images.py::test_every_command_that_the_documents_show_is_there",
    ),
    # Service-linked roles, which an account has already.
    "D13": ("nothing-claims-what-an-account-has-once",),
    # A state bucket without versions, encryption and protection, and not in every region.
    "D14": (
        "buckets-refuse-public-access",
        f"{PROGRAM}test_bootstrap.py::test_the_state_is_versioned_private_and_only_reached_over_tls",
        f"{PROGRAM}test_bootstrap.py::test_the_state_is_encrypted_with_a_key_that_rotates",
        f"{PROGRAM}test_bootstrap.py::test_bucket_and_key_are_protected",
    ),
    # A snippet for one more connection that fails in four ways.
    "D15": (
        "names-fit",
        "targets-are-their-connections-endpoints",
        f"{UNIT}cli/test_onboard.py::test_a_connection_is_these_lines_in_one_file_and_check_finds_no_mistake",
    ),
    # Code, copied for every connection.
    "D16": (f"{PROGRAM}test_both_sides.py::test_adding_a_connection_touches_only_its_own_resources",),
    # The same path for all connections.
    "D17": (
        "routes-differ",
        "routes-name-their-hosts",
        f"{UNIT}cli/test_onboard.py"
        "::test_hosts_of_another_connection_of_the_same_specificity_are_refused_with_owner_and_request",
    ),
    # A parameter that a second stack overwrites.
    "D18": (
        "parameters-are-never-overwritten",
        f"{LOCAL}test_deployment.py::test_a_second_stack_cannot_take_over_a_connection_name",
    ),
    # A record of the service's name alone.
    "D19": (
        "parameters-live-under-a-path",
        f"{PROGRAM}test_workload_publication.py::test_outputs_are_the_contract_plain_and_whole",
    ),
    # A firewall that counts.
    "D20": ("firewall-blocks",),
    # A firewall with two groups.
    "D21": ("firewall-has-the-baseline", "firewall-limits-rates", "big-bodies-are-decided-on"),
    # Metrics off.
    "D22": ("firewall-metrics-are-on",),
    # No firewall logs.
    "D23": ("firewall-is-logged", "firewall-logs-hold-no-credentials"),
    # Plain HTTP.
    "D24": ("world-reaches-only-https", "listeners-speak-https"),
    # A load balancer that may send anything anywhere.
    "D25": (
        "nothing-may-reach-the-world",
        "only-load-balancers-reach-identity-providers",
        "load-balancers-are-protected-from-deletion",
        "ambiguous-requests-are-dropped",
    ),
    # A cluster API for everybody.
    "D26": (
        "cluster-api-is-not-open-to-the-world",
        f"{PROGRAM}test_workload_cluster.py::test_public_access_is_limited_to_the_named_networks",
    ),
    # Rights to everything, for any caller.
    "D27": (
        "roles-have-no-broad-policies",
        "roles-trust-named-principals",
        f"{PROGRAM}test_deployer_documents.py::test_every_action_that_aws_can_limit_to_a_resource_is_limited",
        f"{PROGRAM}test_deployer_documents.py::test_no_role_trusts_a_wildcard_or_a_session",
    ),
    # A role that nothing uses.
    "D28": (
        "resources-name-their-provider",
        f"{PROGRAM}test_deployer_roles.py"
        "::test_with_roles_each_resource_is_registered_through_the_provider_of_its_duty",
    ),
    # The workload's side writes as an administrator of the edge.
    "D29": (
        "parameters-live-under-a-path",
        f"{PROGRAM}test_deployer_roles.py::test_a_writer_writes_reads_and_removes_its_own_contract_and_no_other",
        f"{PROGRAM}test_attached_roles.py::test_the_writers_role_may_do_all_that_a_workload_has_it_do",
    ),
    # No flow logs, endpoints for all protocols, disks in the clear.
    "D30": (
        "networks-have-flow-logs",
        "ingress-names-its-ports",
        f"{PROGRAM}test_workload_cluster.py::test_nodes_keep_their_credentials_from_pods_and_their_disks_encrypted",
    ),
    # Rights for a driver that is not there.
    "D31": (
        "rights-serve-what-runs",
        f"{PROGRAM}test_deployer_roles.py::test_no_role_within_the_boundary_has_rights_that_nothing_here_uses",
    ),
    # A gateway of one version in the text and another in the file, and none that is maintained.
    "D32": (
        "images-are-named-by-digest",
        "gateway-runs-with-the-least-rights",
        f"{PROGRAM}test_controller.py::test_the_gateway_is_the_maintained_controller_of_f5",
    ),
    # Objects that a command made and nothing removes.
    "D33": (
        "nothing-is-made-by-commands",
        f"{PROGRAM}test_workload_cluster.py::test_kubernetes_objects_go_before_the_right_to_delete_them",
    ),
    # Destroying stops half way, and leaving is not described.
    "D34": (
        f"{LOCAL}test_offboard_live.py::test_a_connection_leaves_in_order_and_every_run_finds_the_step_that_is_due",
        f"{PROGRAM}test_retained_logs.py::"
        "test_the_log_bucket_goes_with_its_logs_only_when_asked_and_when_the_load_balancer_may_go",
        f"{PROGRAM}test_workload_removal.py::test_the_guard_is_deleted_before_every_other_resource_of_the_stack",
    ),
    # Nobody knows the client.
    "D35": ("gateway-knows-the-client", "client-and-host-are-passed-on"),
    # One node, one gateway.
    "D36": ("nodes-survive-the-loss-of-one", "gateway-survives-the-loss-of-one", "load-balancers-span-zones"),
    # Logs for ever, or none.
    "D37": ("cluster-writes-all-its-logs", "log-groups-expire", "alarms-notify-somebody", "alarms-name-their-runbook"),
    # A version that is out of support.
    "D38": (
        "cluster-version-is-supported",
        f"{UNIT}plan/workload/test_versions.py::test_a_version_is_taken_up_to_the_last_day_of_its_standard_support",
    ),
    # 1.30 is 1.3.
    "D39": (
        "cluster-version-is-supported",
        f"{UNIT}settings/test_load.py::test_a_mistake_in_a_workload_is_explained",
    ),
    # One region, 43 times.
    "D40": (f"{PROGRAM}test_portability.py::test_another_region_is_one_line_of_each_stack_file",),
    # Zones by name, and always three.
    "D41": (
        "subnets-are-placed-by-zone-id",
        f"{PROGRAM}test_workload_network.py::test_leaving_out_the_middle_zone_touches_only_its_own_resources",
        f"{UNIT}plan/test_zones.py::test_an_endpoint_goes_where_both_sides_are",
    ),
    # One cluster in an account.
    "D42": (
        f"{PROGRAM}test_portability.py::test_two_stacks_of_one_account_have_no_name_in_common",
        f"{PROGRAM}test_deployer_roles.py::test_two_systems_of_one_account_have_no_name_in_common",
    ),
    # Whatever version is newest today.
    "D43": (
        f"{UNIT}test_dependencies.py::test_every_package_that_the_project_names_is_pinned",
        f"{UNIT}test_dependencies.py::test_every_package_of_the_lock_has_hashes",
    ),
    # Files that nothing reads.
    "D44": (
        f"{UNIT}test_dependencies.py::test_every_module_of_the_library_is_imported_by_another_or_by_a_program",
        f"{UNIT}test_dependencies.py::test_no_file_of_the_library_is_empty",
        f"{UNIT}settings/test_pulumi_yaml.py::test_the_samples_are_all_stack_files",
    ),
    # Documents that say otherwise than the code, and profiles for accounts.
    "D45": (
        "providers-name-their-account",
        f"{PROGRAM}test_bootstrap_docs.py::test_every_key_that_it_names_is_one_of_the_settings",
    ),
}
"""By defect, names of rules and test functions."""

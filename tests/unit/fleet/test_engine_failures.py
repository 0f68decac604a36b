"""What the CLI's failures mean. Each text is what the CLI printed in a run of its own, with other names.

What S3 and KMS say within it is as AWS documents it: no run here asked AWS.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from privatelink_ingress.fleet import deployment, engine_failures
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.repository import read_right
from privatelink_ingress.fleet.stack_state import StackState
from privatelink_ingress.problems import Problem

SHOP = "eks-service/shop"
VPC = "urn:pulumi:shop::eks-service::aws:ec2/vpc:Vpc::shop-vpc"


@pytest.fixture
def shop(repository: Path) -> Unit:
    return next(unit for unit in deployment.units(read_right(repository)) if unit.label == SHOP)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'Preview failed: failed to load checkpoint: blob (key ".pulumi/stacks/central-ingress/prod.json") '
            "(code=PermissionDenied): operation error S3: HeadObject, https response error StatusCode: 403, "
            "RequestID: , HostID: , api error Forbidden: Forbidden",
            Problem(
                SHOP,
                "reads the state of central-ingress/prod, which these credentials may not",
                "Read its contract from Parameter Store, with parameter or edgeParameter: docs/state.md.",
            ),
        ),
        (
            "error: 2 errors occurred:\n    1) operation error S3: PutObject, https response error StatusCode: 403, "
            "RequestID: , HostID: , api error AccessDenied: User: arn:aws:sts::111111111111:assumed-role/ci/jane is "
            'not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::pulumi-state-111111111111-eu-west-1/'
            '.pulumi/locks/organization/eks-service/shop/8c99053f.json"\n    2) PermissionDenied',
            Problem(
                SHOP,
                "has a state that these credentials may not use",
                "Use a principal with its state policy (`state_policy_arns` of the bootstrap stack): docs/state.md.",
            ),
        ),
        (
            'Preview failed: constructing secrets manager of type "cloud": secrets (code=Unknown): operation error '
            "KMS: Decrypt, https response error StatusCode: 400, RequestID: , api error AccessDeniedException: User: "
            "arn:aws:sts::111111111111:assumed-role/ci/jane is not authorized to perform: kms:Decrypt on resource: "
            "arn:aws:kms:eu-west-1:111111111111:key/1 because no identity-based policy allows the kms:Decrypt action",
            Problem(
                SHOP,
                "needs a key that these credentials may not decrypt with: its own, or the one of a stack that it reads",
                "Use a deployer of this stack. A contract of another team's stack comes from Parameter Store, with "
                "parameter or edgeParameter: docs/state.md.",
            ),
        ),
        (
            "error: failed to load checkpoint: EOF",
            Problem(
                SHOP,
                "has a state in a folder, of which a killed run left the attributes' file empty; the state itself is "
                "whole",
                "Delete .pulumi/stacks/eks-service/shop.json.attrs in the backend's folder, which `pulumi whoami -v` "
                "prints, and run the same command again. A bucket takes each file whole or not at all: "
                "docs/bootstrap.md.",
            ),
        ),
        (
            "error: getting stack configuration: get stack secrets manager: incorrect passphrase",
            Problem(
                "PULUMI_CONFIG_PASSPHRASE",
                f"is not the passphrase of {SHOP}",
                "Set it to the passphrase that the stack was created with.",
            ),
        ),
        (
            "error: could not create secrets manager for new stack: passphrase must be set with "
            "PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
            Problem(
                "PULUMI_CONFIG_PASSPHRASE",
                f"is not set, and {SHOP} encrypts its secrets with a passphrase",
                "Set it, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that contains the passphrase.",
            ),
        ),
        (
            "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete "
            "the lock file with `pulumi cancel`.\n  file:///states/.pulumi/locks/organization/eks-service/shop/1.json: "
            "created by jane@ci-1 (pid 4242) at 2026-11-29T01:02:03Z",
            Problem(
                SHOP,
                "is locked by jane@ci-1 (pid 4242) at 2026-11-29T01:02:03Z",
                "Wait until that run ends. If it no longer runs, `pulumi -C eks-service cancel --stack shop` removes "
                "the lock.",
            ),
        ),
        (
            "error: no resource plugin 'pulumi-resource-aws' found in the workspace at version v7.51.1 or on your "
            "$PATH",
            Problem(
                SHOP,
                "needs Pulumi's plugin aws v7.51.1, which is not installed",
                "Run `pulumi -C eks-service install`.",
            ),
        ),
        (
            "error: no resource plugin 'pulumi-resource-aws' found in the workspace or on your $PATH",
            Problem(
                SHOP,
                "needs Pulumi's plugin aws, which is not installed",
                "Run `pulumi -C eks-service install`.",
            ),
        ),
        (
            "error: plugin aws 7.51.1 not installed",
            Problem(
                SHOP,
                "needs Pulumi's plugin aws v7.51.1, which is not installed",
                "Run `pulumi -C eks-service install`.",
            ),
        ),
        *(
            (
                text,
                Problem(
                    SHOP,
                    "needs Pulumi's plugin aws v7.51.1, which Pulumi cannot download",
                    "Run `pulumi -C eks-service install` where https://get.pulumi.com answers, or name a mirror in "
                    "PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES.",
                ),
            )
            for text in (
                "error: failed to download plugin: aws-7.51.1: failed all 5 attempts",
                "error: Could not automatically download and install resource plugin 'pulumi-resource-aws' at version "
                "v7.51.1, install the plugin using `pulumi plugin install resource aws v7.51.1`: error downloading "
                "provider aws to file: failed to download plugin: aws-7.51.1: failed all 5 attempts",
            )
        ),
        (
            "\n code: -9\n stdout: Updating (shop):\n stderr: ",
            Problem(
                SHOP,
                "was ended by signal 9 before its state was complete",
                "Run the same command again: it says how to repair the state.",
            ),
        ),
        (
            "error: failed to load checkpoint: unsupported checkpoint version 9",
            Problem(
                SHOP,
                "has a state that a newer Pulumi CLI wrote",
                "Install that release of the CLI: https://www.pulumi.com/docs/install/.",
            ),
        ),
        (
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
            Problem(
                SHOP,
                "has no backend for its state, because pulumi is not logged in",
                "Run `pulumi login` with the URL of your state bucket: docs/bootstrap.md.",
            ),
        ),
        (
            'error: unable to open state directory "file:///states": stat /states: no such file or directory',
            Problem(
                SHOP,
                'has a state that cannot be read: unable to open state directory "file:///states": stat /states: no '
                "such file or directory",
                "Check the backend's URL with `pulumi whoami -v`, and the credentials for it.",
            ),
        ),
        (
            'error: Preview failed: unknown stack "organization/eks-service/news"',
            Problem(
                SHOP,
                "reads stack organization/eks-service/news, which does not exist",
                "Run `./run deploy eks-service/news eks-service/shop`.",
            ),
        ),
    ],
)
def test_a_known_failure_says_what_to_type_next(shop, text, problem):
    assert engine_failures.explain(shop, text) == (problem,)


def test_an_unreachable_cluster_is_told_once_for_all_its_objects(shop):
    message = "configured Kubernetes cluster is unreachable: unable to load schema information from the API server"
    found = engine_failures.explain(shop, "", [(VPC, message), (VPC.replace("shop-vpc", "other"), message)])
    assert found == (
        Problem(
            SHOP,
            "has objects in its cluster, and the cluster's Kubernetes API does not answer here",
            "Run the same command where it answers, such as through a forwarded port: docs/cluster.md.",
        ),
    )


def test_a_protected_resource_names_the_ways_to_remove_or_replace_it(shop):
    message = f'unable to replace resource "{VPC}" as it is currently marked for protection.'
    [problem] = engine_failures.explain(shop, "", [(VPC, message)])
    assert (problem.where, problem.reason) == (
        f"{SHOP}: shop-vpc",
        "is protected, and this run would delete or replace it",
    )


def test_any_other_error_is_told_as_the_engine_says_it_at_its_resource_without_a_traceback(shop):
    message = "VpcLimitExceeded: 5 VPCs is the quota\nTraceback (most recent call last):\n  File x"
    found = engine_failures.explain(shop, "error: update failed", [(VPC, message), ("", "update failed")])
    assert found == (Problem(f"{SHOP}: Vpc shop-vpc", "VpcLimitExceeded: 5 VPCs is the quota", engine_failures.AGAIN),)


@pytest.mark.parametrize(
    "refusal",
    [
        "InvalidPermission.Duplicate: The specified rule already exists",
        "creating IAM Role (shop): EntityAlreadyExists: Role with name shop already exists",
        "DuplicateTargetGroupName: A target group with the same name exists",
    ],
)
def test_what_aws_has_and_the_state_lacks_is_found_by_orphans(shop, refusal):
    [problem] = engine_failures.explain(shop, "error: update failed", [(VPC, refusal)])
    assert problem.remedy == (
        "AWS has it, and the state does not, as after a killed run or with the state of an older backup: "
        "`./run orphans eks-service/shop` shows such resources with the commands that import or delete them."
    )


def test_what_aws_has_detached_already_is_taken_out_of_the_state(shop):
    urn = "urn:pulumi:shop::eks-service::aws:autoscaling/attachment:Attachment::shop-nodes"
    message = (
        "detaching Auto Scaling Group (eks-shop) target group (arn): ValidationError: Trying to remove Target Groups "
        "that are not part of the group: arn"
    )
    [problem] = engine_failures.explain(shop, "", [(urn, message)])
    assert problem.remedy == (
        "AWS no longer has it, and the state does, as after a killed run or a change by hand: "
        "`./run orphans eks-service/shop` prints the command that takes it out of the state."
    )


def test_a_role_that_may_not_delete_logs_is_told_the_setting_that_lets_it(shop):
    refusal = (
        "api error AccessDeniedException: User: arn:aws:sts::111111111111:assumed-role/ingress-network/ci "
        "is not authorized to perform: logs:DeleteLogGroup on resource: arn:aws:logs:eu-west-1:111111111111:log-group:x"
    )
    [problem] = engine_failures.explain(shop, "error: update failed", [(VPC, refusal)])
    assert problem.remedy == (
        "Allow it: `logDeletion: true` for the side's roles in the bootstrap stack. See docs/logs.md."
    )


@pytest.mark.parametrize(
    "echo",
    [
        "resource monitor shut down while waiting on step's done channel",
        "Resource monitor has terminated, shutting down",
        "an unhandled error occurred: program exited with non-zero exit code: 1",
        "python inline source runtime error: 'NoneType' object is not callable",
    ],
)
def test_what_only_repeats_that_a_resource_failed_is_not_told(shop, echo):
    found = engine_failures.explain(shop, "error: update failed", [("", echo), (VPC, "VpcLimitExceeded")])
    assert found == (Problem(f"{SHOP}: Vpc shop-vpc", "VpcLimitExceeded", engine_failures.AGAIN),)


def test_an_exception_that_the_program_did_not_expect_is_told_by_its_own_message(shop):
    message = (
        "Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "eks-service/__main__.py", line 40, in main\n'
        "    found = await look_up()\n"
        "            ^^^^^^^^^^^^^^^\n"
        "Exception: invocation of aws:ec2/getVpc:getVpc returned an error: no matching EC2 VPC found\n"
        "Check its id.\n"
    )
    [problem] = engine_failures.explain(shop, "error: update failed", [("", message)])
    assert problem.reason == (
        "Exception: invocation of aws:ec2/getVpc:getVpc returned an error: no matching EC2 VPC found Check its id."
    )


def test_without_any_diagnostic_the_last_error_of_the_cli_is_told(shop):
    found = engine_failures.explain(shop, "Updating (shop):\nerror: something else\n")
    assert found == (Problem(SHOP, "something else", engine_failures.AGAIN),)


def test_pending_operations_name_the_wait_and_the_repair(shop):
    state = StackState({"pending_operations": [{"type": "creating", "resource": {"urn": VPC}}]})
    assert engine_failures.interrupted(shop, state) == (
        Problem(
            f"{SHOP}: Vpc shop-vpc",
            "has a pending operation (creating): another run is still at work, or was killed before it recorded what "
            "AWS did",
            "Wait for a run that is still at work. After a killed one, `pulumi -C eks-service cancel --stack shop` "
            "removes its lock; then `./run orphans eks-service/shop` shows what AWS has, and prints the commands that "
            "settle it.",
        ),
    )


def test_a_state_of_another_account_is_refused_and_one_with_resources_in_a_second_account_is_not(shop):
    def state(*accounts: str) -> StackState:
        arns = [f"arn:aws:ec2:eu-west-1:{account}:vpc/vpc-1" for account in accounts]
        return StackState({"resources": [{"urn": VPC, "type": "aws:ec2/vpc:Vpc", "outputs": {"arn": a}} for a in arns]})

    assert engine_failures.wrong_state(shop, state("111111111111", "222222222222")) == ()
    assert engine_failures.wrong_state(shop, state()) == ()
    assert engine_failures.wrong_state(shop, state("222222222222")) == (
        Problem(
            "eks-service/Pulumi.shop.yaml: accountId",
            "is 111111111111, but the resources in the state are in 222222222222",
            "Write that account, or give the stack of the new account another name.",
        ),
    )


@pytest.mark.parametrize("text", ["error: update cancelled", "error: update failed", "error: update canceled"])
def test_calls_that_the_engine_left_running_are_told_as_the_second_ctrl_c_that_ended_it(shop, text):
    """Which line the CLI ends with depends on whether the engine or the interrupt comes first."""
    cut_off = "grpc: the client connection is closing"
    found = engine_failures.explain(shop, text, [(VPC, cut_off), (VPC.replace("shop-vpc", "other"), cut_off)])
    assert found == (
        Problem(
            SHOP,
            "was stopped by a second Ctrl-C before its calls ended",
            "Run the same command again: it says how to repair the state.",
        ),
    )

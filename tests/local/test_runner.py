"""The in-process runner, with tiny programs and tables instead of an emulated AWS."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from privatelink_ingress.local.engine import runner, wire
from privatelink_ingress.local.engine.runner import ProgramFailed, StackOutputs, StackRun
from tests.support.recorded_backend import RecordedBackend

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
PARAMETER = "aws:ssm/parameter:Parameter"
IDENTITY = "aws:index/getCallerIdentity:getCallerIdentity"


def run(program: Path | Callable, **options) -> StackRun:
    given: dict[str, Any] = {
        "project": "eks-service",
        "stack": "shop",
        "config": {},
        "backend": RecordedBackend(),
        "timeout": 60,
    }
    return runner.run(program, **(given | options))


class Network(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plink:workload:Network", name, None, opts)
        self.subnets = Subnets(f"{name}-subnets", pulumi.ResourceOptions(parent=self))
        self.register_outputs({"count": 1})


class Subnets(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plink:workload:Subnets", name, None, opts)
        self.vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


class Failing(RecordedBackend):
    """Refuses the resource with one name."""

    def __init__(self, name: str, error: BaseException) -> None:
        super().__init__()
        self.name, self.error, self.created = name, error, []

    def create(self, registration, provider_inputs):
        if registration.name == self.name:
            raise self.error
        self.created.append(registration.name)
        return super().create(registration, provider_inputs)


def test_urns_hold_the_types_of_all_parents_and_leave_the_stack_out():
    result = run(lambda: Network("net") and None)
    assert [r.urn for r in result.registrations] == [
        "urn:pulumi:shop::eks-service::pulumi:pulumi:Stack::eks-service-shop",
        "urn:pulumi:shop::eks-service::plink:workload:Network::net",
        "urn:pulumi:shop::eks-service::plink:workload:Network$plink:workload:Subnets::net-subnets",
        "urn:pulumi:shop::eks-service::plink:workload:Network$plink:workload:Subnets$aws:ec2/vpc:Vpc::main",
    ]
    assert result.only("plink:workload:Network").outputs == {"count": 1}
    assert result.only(VPC).parent == result.only("plink:workload:Subnets").urn


def test_a_registration_keeps_its_options():
    def program() -> None:
        opts = pulumi.ResourceOptions(
            protect=True,
            delete_before_replace=False,
            ignore_changes=["tags"],
            retain_on_delete=True,
            custom_timeouts=pulumi.CustomTimeouts(create="7m"),
            aliases=[pulumi.Alias(name="old")],
        )
        vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=opts)
        aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24", tags={"Name": "a"})

    result = run(program)
    vpc, subnet = result.only(VPC), result.only(SUBNET)
    assert (vpc.protect, vpc.delete_before_replace, vpc.retain_on_delete) == (True, False, True)
    assert (vpc.ignore_changes, vpc.custom_timeouts) == (("tags",), {"create": "7m"})
    assert vpc.aliases == (("old", "", "", False),)
    assert (subnet.protect, subnet.delete_before_replace, subnet.aliases) == (False, None, ())
    assert subnet.inputs == {"vpcId": "main-id", "cidrBlock": "10.0.0.0/24", "tags": {"Name": "a"}}
    assert subnet.property_dependencies == {"vpcId": (vpc.urn,)}
    assert subnet.depends_on == (vpc.urn,)


def test_registrations_come_in_the_same_order_in_every_run():
    def program() -> None:
        vpc = aws.ec2.Vpc("z", cidr_block="10.0.0.0/16")
        for i in range(20):
            aws.ec2.Subnet(f"s{i:02}", vpc_id=vpc.id, cidr_block=f"10.0.{i}.0/24")

    class Slow(RecordedBackend):
        def create(self, registration, provider_inputs):
            time.sleep((hash(registration.name) % 7) / 1000)
            return super().create(registration, provider_inputs)

    names = [r.name for r in run(program, backend=Slow()).registrations]
    assert names == ["eks-service-shop", "z", *(f"s{i:02}" for i in range(20))]


def test_two_resources_with_one_urn_are_refused():
    def program() -> None:
        aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
        aws.ec2.Vpc("main", cidr_block="10.1.0.0/16")

    with pytest.raises(ProgramFailed, match=r"Duplicate resource URN 'urn:pulumi:shop::eks-service::aws:ec2/vpc"):
        run(program)


def test_a_failing_resource_is_named_with_its_urn_and_reason_and_nothing_is_created_after_it():
    def program() -> None:
        vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
        subnet = aws.ec2.Subnet("bad", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
        aws.ec2.Subnet("after", vpc_id=subnet.vpc_id, cidr_block="10.0.1.0/24")

    backend = Failing("bad", ValueError("no such zone"))
    with pytest.raises(ProgramFailed) as caught:
        run(program, backend=backend)
    assert caught.value.urn == "urn:pulumi:shop::eks-service::aws:ec2/subnet:Subnet::bad"
    assert str(caught.value) == f"The program did not run to its end:\n  {caught.value.urn}: ValueError: no such zone"
    assert backend.created == ["main"]


def test_errors_of_the_program_keep_their_type_and_message():
    def bug() -> None:
        raise RuntimeError("program bug")

    async def late() -> None:
        raise LookupError("in async main")

    def in_apply() -> None:
        vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
        pulumi.export("x", vpc.id.apply(lambda _: 1 // 0))

    with pytest.raises(RuntimeError, match=r"^program bug$"):
        run(bug)
    with pytest.raises(LookupError, match=r"^in async main$"):
        run(late)
    with pytest.raises(ZeroDivisionError):
        run(in_apply)
    with pytest.raises(pulumi.ConfigMissingError, match="eks-service:cidr"):
        run(lambda: pulumi.Config().require("cidr") and None)


def test_a_logged_error_fails_the_run_and_warnings_are_kept():
    assert run(lambda: pulumi.log.warn("mind the gap")).messages == ("mind the gap",)
    with pytest.raises(ProgramFailed, match=r"the program: no way$"):
        run(lambda: pulumi.log.error("no way"))


def test_exports_are_plain_and_their_secrets_are_known_by_name():
    async def program() -> dict:
        pulumi.export("zones", ["a", "b"])
        return {"port": 80, "password": pulumi.Output.secret("hush"), "all": {"deep": pulumi.Output.secret("x")}}

    result = run(program)
    assert result.exports == {"zones": ["a", "b"], "port": 80, "password": "hush", "all": {"deep": "x"}}
    assert result.secret_exports == {"password", "all"}
    assert result.outputs == StackOutputs(result.exports, frozenset({"password", "all"}))


def test_secrets_are_plain_in_inputs_and_marked_beside_them():
    def program() -> None:
        aws.ssm.Parameter("p", type="String", value=pulumi.Output.secret("hush"))

    parameter = run(program).only(PARAMETER)
    assert parameter.inputs["value"] == "hush"
    assert ("value",) in parameter.secret_inputs
    assert ("value",) in parameter.secret_outputs


def test_a_secret_output_of_a_resource_stays_secret_when_exported():
    def program() -> None:
        parameter = aws.ssm.Parameter("p", type="String", value=pulumi.Output.secret("hush"))
        pulumi.export("value", parameter.value)
        pulumi.export("name", parameter.name)

    result = run(program, backend=RecordedBackend({PARAMETER: {"name": "/a/b"}}))
    assert result.exports == {"value": "hush", "name": "/a/b"}
    assert result.secret_exports == {"value"}


def test_a_stack_reference_reads_plain_and_secret_outputs_and_tells_missing_ones():
    seen = {}

    async def program() -> dict:
        shop = pulumi.StackReference("organization/eks-service/shop")
        for name in ("port", "token", "missing"):
            details = await shop.get_output_details(name)
            seen[name] = (details.value, details.secret_value)
        return {"port": shop.get_output("port"), "token": shop.get_output("token")}

    outputs = StackOutputs({"port": 80, "token": "hush"}, frozenset({"token"}))
    result = run(program, project="central-ingress", stacks={"organization/eks-service/shop": outputs})
    assert seen == {"port": (80, None), "token": (None, "hush"), "missing": (None, None)}
    assert result.secret_exports == {"token"}
    assert result.only("pulumi:pulumi:StackReference").external


def test_exports_of_one_run_feed_the_next():
    up = run(lambda: pulumi.export("vpc_id", aws.ec2.Vpc("main", cidr_block="10.0.0.0/16").id))

    async def program() -> dict:
        details = await pulumi.StackReference("organization/eks-service/shop").get_output_details("vpc_id")
        return {"theirs": details.value}

    down = run(program, project="central-ingress", stacks={"organization/eks-service/shop": up.outputs})
    assert down.exports == {"theirs": "main-id"}


def test_an_unknown_stack_is_named_with_those_that_exist():
    with pytest.raises(ProgramFailed, match="unknown stack 'a/b/nope'; the stacks of this run: a/b/c"):
        run(lambda: pulumi.StackReference("a/b/nope") and None, stacks={"a/b/c": StackOutputs({})})


def test_a_preview_creates_nothing_and_leaves_ids_and_computed_outputs_unknown():
    applied = []

    def program() -> None:
        vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
        vpc.arn.apply(applied.append)
        vpc.cidr_block.apply(applied.append)
        aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")

    backend = Failing("-", ValueError())
    result = run(program, preview=True, backend=backend)
    assert backend.created == []
    assert applied == ["10.0.0.0/16"]
    assert result.only(VPC).id == ""
    assert result.only(SUBNET).inputs == {"vpcId": wire.UNKNOWN, "cidrBlock": "10.0.0.0/24"}
    assert result.only(SUBNET).depends_on == (result.only(VPC).urn,)


def test_previews_and_runs_register_the_same_urns():
    def program() -> None:
        Network("net")

    assert [r.urn for r in run(program).registrations] == [r.urn for r in run(program, preview=True).registrations]


def test_a_resource_given_as_an_input_arrives_as_its_id():
    import pulumi_eks as eks

    def program() -> None:
        role = aws.iam.Role("role", assume_role_policy="{}")
        eks.Cluster("cluster", service_role=role, skip_default_node_group=True)

    cluster = run(program).only("eks:index:Cluster")
    assert cluster.inputs["serviceRole"] == "role-id"
    assert (cluster.remote, cluster.custom, cluster.id) == (True, False, "cluster-id")


def test_providers_are_known_by_urn_and_their_inputs_reach_the_backend():
    given: dict[str, Any] = {}

    class Keeping(RecordedBackend):
        def create(self, registration, provider_inputs):
            given[registration.name] = provider_inputs.get("region")
            return super().create(registration, provider_inputs)

        def invoke(self, token, args, provider_inputs):
            given[token] = provider_inputs.get("region")
            return {"accountId": "111111111111"}

    def program() -> None:
        provider = aws.Provider("edge", region="eu-west-1")
        aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(provider=provider))
        aws.ec2.Vpc("other", cidr_block="10.0.0.0/16")
        pulumi.export("account", aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=provider)).account_id)

    result = run(program, backend=Keeping())
    provider = result.only("pulumi:providers:aws")
    assert given == {"edge": None, "main": "eu-west-1", "other": None, IDENTITY: "eu-west-1"}
    assert {r.name: r.provider for r in result.of_type(VPC)} == {"main": provider.urn, "other": ""}
    assert [(i.token, i.provider) for i in result.invokes] == [(IDENTITY, provider.urn)]
    assert result.exports == {"account": "111111111111"}


def test_a_failing_look_up_says_which_and_why():
    with pytest.raises(Exception, match=r"getCallerIdentity failed: LookupError: .*no answer for aws:index/getCaller"):
        run(lambda: aws.get_caller_identity() and None)


def test_settings_reach_the_program_and_secret_ones_stay_secret():
    def program() -> None:
        config = pulumi.Config()
        pulumi.export("names", config.require_object("names"))
        pulumi.export("token", config.require_secret("token"))

    values = {"eks-service:names": '["a"]', "eks-service:token": "hush"}
    result = run(program, config=values, secret_keys=["eks-service:token"])
    assert result.exports == {"names": ["a"], "token": "hush"}
    assert result.secret_exports == {"token"}


def test_two_programs_with_modules_of_the_same_name_import_their_own(tmp_path: Path):
    before = (list(sys.path), set(sys.modules))
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "whoami.py").write_text(f"NAME = {name!r}\n")
        (tmp_path / name / "__main__.py").write_text(
            "import pathlib\nimport pulumi, whoami\n"
            "async def main():\n    return {'name': whoami.NAME, 'cwd': pathlib.Path.cwd().name}\n"
            "pulumi.run(main)\n"
        )
    assert run(tmp_path / "first").exports == {"name": "first", "cwd": "first"}
    assert run(tmp_path / "second" / "__main__.py").exports == {"name": "second", "cwd": "second"}
    assert (sys.path, "whoami" in sys.modules) == (before[0], False)


def test_one_run_leaves_nothing_for_the_next():
    run(lambda: pulumi.export("a", 1), config={"eks-service:x": "1"})
    result = run(lambda: pulumi.export("b", pulumi.Config().get("x") or "unset"), stack="blog")
    assert result.exports == {"b": "unset"}
    assert result.registrations[0].name == "eks-service-blog"


@pytest.mark.parametrize("fails", [False, True], ids=["run", "failed run"])
def test_what_the_hooks_of_a_run_refer_to_is_let_go_at_its_end(fails: bool):
    kept: list[weakref.ref[Any]] = []

    def program() -> None:
        vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
        kept.append(weakref.ref(vpc))

        def refuse(_: pulumi.ResourceHookArgs) -> None:
            raise AssertionError(vpc)

        for name in ("a", "b"):
            hook = pulumi.ResourceHook(name, refuse)
            opts = pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_delete=[hook]))
            aws.ec2.Subnet(name, vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=opts)
        if fails:
            raise ValueError

    with pytest.raises(ValueError) if fails else contextlib.nullcontext():
        run(program)
    gc.collect()
    assert [one() for one in kept] == [None]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()], ids=["failure", "interrupt"])
def test_no_thread_is_left_behind(error: BaseException):
    def program() -> None:
        vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
        for i in range(5):
            aws.ec2.Subnet(f"s{i}", vpc_id=vpc.id, cidr_block=f"10.0.{i}.0/24")

    before = set(threading.enumerate())
    with pytest.raises(type(error) if isinstance(error, KeyboardInterrupt) else ProgramFailed):
        run(program, backend=Failing("s2", error))
    assert set(threading.enumerate()) == before


def test_a_run_that_waits_for_ever_is_given_up():
    async def program() -> None:
        import asyncio

        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run(program, timeout=0.2)


def test_every_registration_is_reported_once_done():
    seen: list[tuple[str, str]] = []
    run(lambda: Network("net") and None, on_event=lambda r: seen.append((r.name, r.id)))
    assert sorted(seen) == [("eks-service-shop", ""), ("main", "main-id"), ("net", ""), ("net-subnets", "")]


def test_only_and_none_say_what_is_there():
    def program() -> None:
        aws.ec2.Vpc("a", cidr_block="10.0.0.0/16")
        aws.ec2.Vpc("b", cidr_block="10.1.0.0/16")

    result = run(program)
    with pytest.raises(LookupError, match=r"^2 of aws:ec2/vpc:Vpc: a, b$"):
        result.only(VPC)
    with pytest.raises(LookupError, match=r"^no aws:ec2/subnet:Subnet; there are aws:ec2/vpc:Vpc, pulumi:pulumi:Stack"):
        result.only(SUBNET)
    assert result.of_type(SUBNET) == ()
    assert result.of_type(VPC)

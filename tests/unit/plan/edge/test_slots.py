"""Which rules a slot that another connection still has refuses."""

from __future__ import annotations

import pytest

from privatelink_ingress.plan.edge.slots import UsedAddress, UsedPriority, check, check_addresses, unseen
from privatelink_ingress.problems import UserError

STACK, OTHER = "central-ingress/prod", "central-ingress/prod-blog"


def rule(priority: int, stack: str = STACK, connection: str = "shop") -> UsedPriority:
    return UsedPriority(priority=priority, stack=stack, connection=connection)


@pytest.mark.parametrize("priority", [161, 200, 5161, 45200], ids=["first", "last", "another band", "the last band"])
def test_a_rule_in_the_slot_of_another_connection_is_refused_in_every_band(priority: int):
    with pytest.raises(UserError, match=r"connections.cart.slot: is 4, which connection shop of stack \S+/prod still"):
        check(STACK, "cart", 161, [rule(priority)])


@pytest.mark.parametrize("priority", [160, 201, 5160], ids=["slot 3", "slot 5", "slot 3 in another band"])
def test_rules_of_other_slots_are_no_obstacle(priority: int):
    check(STACK, "cart", 161, [rule(priority)])


def test_a_connection_meets_its_own_rules_and_those_of_its_copy_in_another_stack():
    check(STACK, "shop", 161, [rule(161)])
    with pytest.raises(UserError, match="Or remove shop from stack central-ingress/prod-blog and run"):
        check(STACK, "shop", 161, [rule(161, OTHER)])


def test_several_rules_of_one_connection_are_one_problem_and_two_connections_are_two():
    used = [rule(161), rule(162), rule(5161), rule(163, OTHER, "blog")]
    with pytest.raises(UserError) as error:
        check(STACK, "cart", 161, used)
    assert str(error.value).count("connections.cart.slot: is 4") == 2


def test_a_rule_that_this_system_does_not_manage_is_in_the_way_at_the_same_priority_alone():
    foreign = rule(162, "", "")
    check(STACK, "cart", 161, [foreign])
    with pytest.raises(UserError, match=r"a rule outside this system.s stacks has its priority 162"):
        check(STACK, "cart", 162, [foreign])


def test_the_remedy_within_a_stack_names_both_connections():
    with pytest.raises(UserError) as error:
        check(STACK, "store", 1, [rule(1)])
    assert str(error.value) == (
        "A slot is free once the removal of its connection is deployed:\n"
        "  connections.store.slot: is 0, which connection shop of stack central-ingress/prod still has on the load "
        "balancer\n"
        "    Write a free slot. Or take store out of the stack file and run `pulumi up`, which removes shop; then put "
        "store back. If store is shop under another name, write the old name again: another name is a removal and a "
        "new connection, with an outage between the two."
    )


def address(last: int, stack: str = STACK, connection: str = "shop") -> UsedAddress:
    return UsedAddress(address=f"10.12.128.{last}", stack=stack, connection=connection)


def test_an_endpoint_meets_its_own_addresses_and_none_of_other_connections():
    check_addresses(STACK, "shop", [])
    check_addresses(STACK, "shop", [address(16), address(17)])
    with pytest.raises(UserError) as error:
        check_addresses(STACK, "cart", [address(16), address(18), address(17, OTHER, "blog")])
    text = str(error.value)
    assert text.count("connections.cart.slot: needs") == 2
    assert (
        "needs 10.12.128.16, 10.12.128.18, which an endpoint of connection shop of stack central-ingress/prod still has"
        in text
    )
    assert (
        "needs 10.12.128.17, which an endpoint of connection blog of stack central-ingress/prod-blog still has" in text
    )


def test_an_address_of_something_that_this_system_does_not_manage_is_named_with_the_way_to_find_it():
    with pytest.raises(UserError) as error:
        check_addresses(STACK, "cart", [address(16, "", "")])
    assert "needs 10.12.128.16, which a resource outside this system's stacks uses" in str(error.value)
    assert "Delete that resource (`aws ec2 describe-network-interfaces` shows it)" in str(error.value)


def test_what_cannot_be_read_is_named_with_the_rights_that_it_takes():
    text = str(unseen(STACK, "the rules of arn:listener", "no credentials"))
    assert "stack central-ingress/prod: the rules of arn:listener cannot be read: no credentials" in text
    assert (
        "elasticloadbalancing:DescribeRules, elasticloadbalancing:DescribeTags, ec2:DescribeNetworkInterfaces and "
        "ec2:DescribeVpcEndpoints"
    ) in text

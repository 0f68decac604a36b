"""The shapes that every room shares: a suggestion, an ARN, a stack's name."""

from __future__ import annotations

import pytest

from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.edge import certificates
from privatelink_ingress.problems import Problem, suggest
from privatelink_ingress.stack_names import StackName, short
from privatelink_ingress.trace import edge_hops

ROLE = "arn:aws:iam::111111111111:role/team/deployer"


def test_a_suggestion_names_the_nearest_known_word() -> None:
    assert suggest("shpo", ["blog", "shop"]) == "Did you mean shop?"


def test_a_suggestion_lists_the_known_words_when_none_is_near() -> None:
    assert suggest("news", ["blog", "shop"]) == "Write one of blog, shop."


def test_a_suggestion_can_list_the_known_words_beside_the_nearest() -> None:
    assert suggest("shpo", ["blog", "shop"], list_all=True) == "Did you mean shop? Write one of blog, shop."


def test_without_known_words_the_suggestion_is_the_given_remedy() -> None:
    assert suggest("shop", [], none="Write a stack file first.") == "Write a stack file first."


def test_a_problem_can_name_its_file() -> None:
    problem = Problem("connections.shop.slot", "is 130", "Write 1.").in_file("central-ingress/Pulumi.prod.yaml")
    assert problem == Problem("central-ingress/Pulumi.prod.yaml: connections.shop.slot", "is 130", "Write 1.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROLE, ("aws", "iam", "", "111111111111", "role/team/deployer", "deployer")),
        ("arn:aws:s3:::logs", ("aws", "s3", "", "", "logs", "logs")),
        (
            "arn:aws-cn:sns:cn-north-1:111111111111:told",
            ("aws-cn", "sns", "cn-north-1", "111111111111", "told", "told"),
        ),
    ],
)
def test_an_arn_is_taken_apart_and_put_together_again(text: str, expected: tuple[str, ...]) -> None:
    arn = Arn.parse(text)
    assert (arn.partition, arn.service, arn.region, arn.account_id, arn.resource, arn.name) == expected
    assert str(arn) == text


@pytest.mark.parametrize("text", ["", "shop", "arn:aws:iam::111111111111", "urn:aws:iam::111111111111:role/deployer"])
def test_text_that_is_not_an_arn_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ARN"):
        Arn.parse(text)


def test_a_full_stack_name_is_taken_apart_and_put_together_again() -> None:
    name = StackName.parse("acme/eks-service/shop")
    assert name == StackName(stack="shop", project="eks-service", organization="acme")
    assert str(name) == "acme/eks-service/shop"
    assert short("acme/eks-service/shop") == short("shop") == "shop"


def test_a_short_stack_name_is_completed_and_a_full_one_is_not_changed() -> None:
    assert str(StackName.parse("shop").within("acme", "eks-service")) == "acme/eks-service/shop"
    assert str(StackName.parse("other/project/shop").within("acme", "eks-service")) == "other/project/shop"


def test_a_short_stack_name_may_be_of_any_project_and_a_full_one_only_of_its_own() -> None:
    assert StackName.parse("shop").may_be_of("eks-service")
    assert StackName.parse("acme/eks-service/shop").may_be_of("eks-service")
    assert not StackName.parse("acme/central-ingress/shop").may_be_of("eks-service")


def test_plan_and_trace_judge_by_one_function_whether_a_certificate_covers_a_host() -> None:
    assert edge_hops.covers is certificates.covers
    assert certificates.covers("*.Example.com", "shop.example.com")
    assert not certificates.covers("*.example.com", "example.com")
    assert not certificates.covers("*.example.com", "a.shop.example.com")

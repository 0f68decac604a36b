"""cfn-lint over IAM documents."""

from __future__ import annotations

import json

from cfnlint.api import lint
from cfnlint.config import ManualArgs


def findings(policies: dict[str, str], trusts: dict[str, str]) -> list[str]:
    """What cfn-lint says of the documents, as a template."""
    made = {
        "".join(filter(str.isalnum, name)) + "Policy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": json.loads(text)},
        }
        for name, text in policies.items()
    }
    assumed = {
        "".join(filter(str.isalnum, name)) + "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": json.loads(text)},
        }
        for name, text in trusts.items()
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {**made, **assumed}}
    # I3510 checks that an action and its resources belong together.
    found = lint(json.dumps(template), config=ManualArgs(regions=["eu-west-1"], include_checks=["I3510"]))
    return [f"{one.rule.id}: {one.message[:200]}" for one in found]

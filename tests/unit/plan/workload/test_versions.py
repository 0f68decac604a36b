"""Which Kubernetes versions a stack may name on which day, and what it is told before one goes out of support."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from pydantic import ValidationError

from privatelink_ingress.plan.workload.versions import ends_soon, require_supported
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.versions import VERSIONS

OFFERED = '"1.35" (until 2027-03-27), "1.36" (until 2027-08-02), "1.37" (until about 2027-12-01)'


def stack(version: str, **cluster: Any) -> WorkloadSettings:
    return WorkloadSettings.model_validate_json(
        json.dumps(
            {
                "accountId": "111111111111",
                "owner": "team-shop",
                "cluster": {"version": version, **cluster},
                "controller": {"install": False},
                "publication": {"consumers": [{"accountId": "222222222222"}]},
            }
        )
    )


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_each_version_is_supported_for_longer_than_the_one_before():
    ends = [version.standard_until for version in VERSIONS.values()]
    assert ends == sorted(ends)
    assert all(version.extended_until > version.standard_until for version in VERSIONS.values())


def test_a_version_is_taken_up_to_the_last_day_of_its_standard_support():
    require_supported(stack("1.34"), today=day("2026-12-02"))
    with pytest.raises(UserError) as refused:
        require_supported(stack("1.34"), today=day("2026-12-03"))
    (problem,) = refused.value.problems
    assert problem.where == "cluster.version"
    assert problem.reason.startswith(
        'is "1.34", whose standard support ended on 2026-12-02; EKS upgrades such a cluster'
    )
    assert problem.remedy == f"Write one of {OFFERED}, one minor version at a time: docs/cluster.md."


def test_a_warning_comes_sixty_days_before_the_end_with_the_next_version_and_its_date():
    assert list(ends_soon(stack("1.34"), today=day("2026-10-02"))) == []
    (first,) = ends_soon(stack("1.34"), today=day("2026-10-03"))
    assert first.reason.startswith('is "1.34", whose standard support ends on 2026-12-02, in 60 days;')
    (last,) = ends_soon(stack("1.34"), today=day("2026-12-02"))
    assert "ends on 2026-12-02, today;" in last.reason
    assert last.remedy == 'Write "1.35" (until 2027-03-27): docs/cluster.md.'
    assert list(ends_soon(stack("1.34"), today=day("2026-12-03"))) == []


def test_the_newest_version_without_a_successor_is_warned_about_without_inventing_one():
    (problem,) = ends_soon(stack("1.37"), today=day("2027-11-30"))
    assert problem.remedy == "Write the next version, once EKS offers it."


def test_the_version_of_an_adopted_cluster_is_its_owners_matter():
    adopted = stack("1.34", existing={"name": "theirs"})
    require_supported(adopted, today=day("2027-01-01"))
    assert list(ends_soon(adopted, today=day("2026-12-01"))) == []


def test_a_version_newer_than_the_table_is_refused_with_the_place_of_the_table():
    values = {"accountId": "111111111111", "owner": "a", "cluster": '{"version": "1.38"}'}
    with pytest.raises(SettingsError) as refused:
        load(WorkloadSettings, values, project="eks-service", stack="shop")
    (problem,) = (one for one in refused.value.problems if one.where == "cluster.version")
    assert problem.reason == "is '1.38', newer than what this release knows"
    assert problem.remedy.endswith(
        "once EKS offers 1.38, add it with its dates to VERSIONS of "
        "shared/privatelink_ingress/settings/workload/versions.py."
    )


@pytest.mark.parametrize(
    ("version", "reason"), [("1.9", "which EKS no longer supports"), ("1.36.1", "which is not a minor version")]
)
def test_a_version_that_is_not_in_the_table_is_refused(version: str, reason: str):
    with pytest.raises(ValidationError, match=f"is '{version}', {reason}"):
        stack(version)

"""No resource changes its identity unannounced: a changed URN deletes a resource of users and creates another one."""

from __future__ import annotations

import pytest

from tests.support import identities
from tests.support.identities import CHANGELOG, COMMAND, SAMPLES


def difference(sample: str, before: list[str], after: list[str]) -> str:
    """What to read when a list is stale: why it matters, which identities changed, what to do."""
    gone = [f"  - {line}" for line in before if line not in after]
    new = [f"  + {line}" for line in after if line not in before]
    return "\n".join(
        [
            f"Stack {sample} registers other identities than tests/program/identities/{sample}.txt lists.",
            "Pulumi deletes a resource whose type, name or parent changed, and creates another one in its place.",
            *gone,
            *new,
            "If that is not intended, restore the name or the parent, or give the resource an alias.",
            f"If it is, run `{COMMAND}` and tell users in CHANGELOG.md: under Unreleased, ### Identities.",
        ]
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_stack_registers_exactly_the_committed_identities(sample: str) -> None:
    before, after = identities.committed(sample), identities.identities(SAMPLES[sample]())
    assert before == after, difference(sample, before, after)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_change_log_tells_users_of_every_changed_identity(sample: str) -> None:
    wanted = identities.digest(identities.committed(sample))
    assert identities.announced(CHANGELOG.read_text(), sample) == wanted, (
        f"tests/program/identities/{sample}.txt changed, and CHANGELOG.md does not say so. Users must know which of "
        "their resources an upgrade replaces. Add under Unreleased, ### Identities, with what changed and what to do:\n"
        f"- `{sample}` `{wanted}`: …"
    )


def test_every_list_belongs_to_a_sample() -> None:
    assert {file.stem for file in identities.FOLDER.iterdir()} == set(SAMPLES)


def test_an_identity_is_type_name_and_parent() -> None:
    lines = identities.committed("shop")
    assert "aws:ec2/vpc:Vpc shop-vpc privatelink-ingress:index:PrivateNetwork shop" in lines
    assert "privatelink-ingress:index:PrivateNetwork shop privatelink-ingress:index:PrivateService shop" in lines
    assert [line for line in lines if len(line.split()) != 4 and not line.endswith(" -")] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("shop-vpc ", "shop-network "), ["  - aws:ec2/vpc:Vpc shop-vpc ", "  + aws:ec2/vpc:Vpc shop-network "]),
        (("aws:ec2/vpc:Vpc ", "aws:ec2/vpc:Other "), ["  - aws:ec2/vpc:Vpc ", "  + aws:ec2/vpc:Other "]),
        (("PrivateService shop", "Another shop"), ["PrivateService shop\n", "Another shop\n"]),
    ],
    ids=["name", "type", "parent"],
)
def test_a_stale_list_is_told_with_both_identities_and_the_command(change: tuple[str, str], told: list[str]) -> None:
    before = identities.committed("shop")
    after = [line.replace(*change) for line in before]
    message = difference("shop", before, after)
    assert [text for text in [*told, f"run `{COMMAND}`", "### Identities"] if text not in message] == []


@pytest.mark.parametrize(
    ("changelog", "found"),
    [
        ("## Unreleased\n\n### Identities\n\n- `shop` `0123456789ab`: moved below PrivateService.\n", "0123456789ab"),
        ("## Unreleased\n\n### Identities\n\n- `shop` `0123456789ab`: \n", ""),
        ("## Unreleased\n\n### Changed\n\n- `shop` `0123456789ab`: moved.\n", ""),
        ("## Unreleased\n\n### Identities\n\n- `shop-2` `0123456789ab`: moved.\n", ""),
        (
            "## Unreleased\n\n### Identities\n\n- `blog` `ffffffffffff`: moved.\n\n"
            "## 1.0.0\n\n### Identities\n\n- `shop` `0123456789ab`: moved.\n\n"
            "## 0.9.0\n\n### Identities\n\n- `shop` `ba9876543210`: new.\n",
            "0123456789ab",
        ),
    ],
    ids=["announced", "without a reason", "in another section", "another stack", "in the latest release that names it"],
)
def test_an_announcement_names_the_list_its_digest_and_a_reason(changelog: str, found: str) -> None:
    assert identities.announced(changelog, "shop") == found

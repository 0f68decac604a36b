"""Launch templates."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplateBackend

from privatelink_ingress.local.cloud.hardening import around


@around(LaunchTemplateBackend, "create_launch_template")
def the_template_s_own_tags_are_none_of_its_data(
    original: Any, backend: Any, name: Any, description: Any, template_data: Any, tag_spec: Any
) -> Any:
    """Moto adds them to LaunchTemplateData.

    API reference, CreateLaunchTemplate: TagSpecification tags the launch template on creation; to tag the resources
    that are created from it, one uses the TagSpecification of the data.
    """
    specifications = template_data.get("TagSpecifications") or []
    kept = [each for each in specifications if each.get("ResourceType") != "launch-template"]
    data = template_data | {"TagSpecifications": kept} if specifications else template_data
    return original(backend, name, description, data, tag_spec)

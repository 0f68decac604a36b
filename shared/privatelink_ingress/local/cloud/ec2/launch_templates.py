"""Launch templates."""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplateBackend
from moto.ec2.responses import EC2Response

from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse

NAME = re.compile(r"[a-zA-Z0-9()./_-]{3,128}")


@before(EC2Response, "create_launch_template")
def a_name_is_well_formed(response: Any, params: Params) -> None:
    """3-128 letters, digits and the signs `( ) . / _ -` (EC2 CreateLaunchTemplate: LaunchTemplateName)."""
    if not NAME.fullmatch(name := params["LaunchTemplateName"]):
        refuse(
            "InvalidLaunchTemplateName.MalformedException",
            f"A launch template name must be between 3 and 128 characters of a-z, A-Z, 0-9 and ( ) . / _ -: {name}",
        )


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

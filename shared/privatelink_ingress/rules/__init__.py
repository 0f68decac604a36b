"""What must hold of a resource or a stack: pure functions over type and inputs."""

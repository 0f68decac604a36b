"""The adapters: what the local cloud can register, by Pulumi resource type (`table`), and answer (`invokes`)."""

"""Provider plugins for Pulumi's engine, over the same adapters as the in-process runner: `aws`, `eks`, `kubernetes`."""

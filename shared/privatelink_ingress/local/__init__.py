"""The local cloud: the programs, unchanged, on an emulated AWS. Nothing here is needed to deploy to AWS."""

"""The cluster's surroundings as a fixture for the tests of the EKS adapters."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

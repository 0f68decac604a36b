"""How `report` shows the whole system on one HTML page: picture, connections, traces, findings, capacity and cost."""

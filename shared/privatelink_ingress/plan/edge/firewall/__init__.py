"""The web ACL: its statements, the requests they are about, and its rules in order."""
